"""The AWS SDK for JavaScript: `ssm_js.cjs`, against a server that asks for signatures."""

import os
import pathlib
import subprocess

from serving import server

KEYS = """
[[credentials]]
access_key_id = "AKIAALL"
secret_access_key = "all of it"
"""

with server(KEYS) as address:
    script = pathlib.Path(__file__).with_suffix(".cjs")
    environment = dict(os.environ, TAGOUT_ADDRESS=address, AWS_REGION="us-east-1")
    subprocess.run(["node", script], env=environment, check=True, timeout=120)

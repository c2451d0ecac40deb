"""What the README shows of `tagout serve`: each of its blocks, word for word but for the port."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from serving import BINARY, claim, free_port, wait_until_live

SECTION = "## Clients that exist already, against a server of one's own"
ADDRESS = "127.0.0.1:8750"


def blocks():
    text = pathlib.Path(__file__, "../../../README.md").resolve().read_text()
    section = text.split(SECTION)[1].split("\n## ")[0]
    found = re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in found] == ["sh", "sh", "python"], found
    return [text for _, text in found]


def main():
    serve, aws, sdk = blocks()
    address = f"127.0.0.1:{free_port()}"
    folders = [os.path.dirname(BINARY), os.path.dirname(sys.executable), os.environ["PATH"]]
    # Of the settings of whoever runs this, none reaches the AWS CLI.
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**own, "PATH": os.pathsep.join(folders), "HOME": folder, "TAGOUT_LISTEN": address}

        def run(command, text):
            done = subprocess.run(
                command + [text.replace(ADDRESS, address)], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        # In place of the shell, so that the signal reaches the server.
        assert serve.count("\ntagout serve") == 1
        serve = serve.replace("\ntagout serve", "\nexec tagout serve")
        server = subprocess.Popen(
            ["bash", "-ec", serve], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            wait_until_live(server, f"http://{address}")
            first = server.stdout.readline()
            assert address in first, first
            assert pathlib.Path(folder, "tagout.db").exists()
            claim("the server starts, says where it listens, and keeps its file beside it")

            shown = run(["bash", "-ec"], aws)
            assert re.search(r'"WindowId": "mw-[0-9a-f]{17}"', shown), shown
            last = shown.splitlines()[-1].split("\t")
            assert last[0] == "patch-night" and re.fullmatch(r"20\d\d-\d\d-\d\dT23:30-0[78]:00", last[1]), shown
            claim("the AWS CLI creates a window and sees when it opens")

            assert run([sys.executable, "-c"], sdk) == "0 failed\nTrue\n"
            claim("clc-sdk starts maintenance on two servers and watches it end")
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()
            server.wait()


main()

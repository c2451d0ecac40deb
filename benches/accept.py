"""How long a batch of a thousand servers takes to be accepted, durably: over HTTP on loopback, on SQLite.

    TAGOUT_BINARY=target/release/tagout python3 benches/accept.py

Each batch is for servers that nothing holds, of an account of its own; the queue works off those before it meanwhile.
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__, "../../.ci/clients").resolve()))
from serving import BINARY, free_port, wait_until_live  # noqa: E402

N_BATCHES, N_SERVERS = 15, 1000


def ids(alias):
    return [f"NY1{alias}S{n // 100}{n % 100:02}" for n in range(N_SERVERS)]


def main():
    aliases = [f"AC{n:02}" for n in range(N_BATCHES)]
    accounts = [
        {"alias": alias, "servers": ids(alias), "users": [{"username": alias, "password": "p", "roles": ["ServerOperator"]}]}
        for alias in aliases
    ]
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(dir=os.environ.get("TAGOUT_BENCH_FOLDER")) as folder:
        pathlib.Path(folder, "seed.json").write_text(json.dumps({"clc": {"accounts": accounts}}))
        command = [BINARY, "serve", "--listen", address, "--seed", "seed.json", "--store", "sqlite:bench.db"]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_live(server, f"http://{address}")
            connection = http.client.HTTPConnection(address)

            def post(path, body, token=None):
                headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
                began = time.perf_counter()
                connection.request("POST", path, json.dumps(body), headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
                assert response.status == 200, answer
                return answer, 1000 * (time.perf_counter() - began)

            times = []
            for alias in aliases:
                token = post("/v2/authentication/login", {"username": alias, "password": "p"})[0]["bearerToken"]
                answer, took = post(f"/v2/operations/{alias}/servers/startMaintenance", ids(alias), token)
                assert len(answer) == N_SERVERS and all(entity["isQueued"] for entity in answer)
                times.append(took)
            times.sort()
            middle, last = times[len(times) // 2], times[int(len(times) * 0.95)]
            print(f"{N_BATCHES} batches of {N_SERVERS} servers accepted: p50 {middle:.1f} ms, p95 {last:.1f} ms")
        finally:
            server.kill()
            server.wait()


main()

#!/usr/bin/env python3
"""How many requests a second, beside moto's server: `benches/wire/moto.py TAGOUT_BINARY [--many N] [--seconds N]`.

Both servers run on loopback in the same run, take turns, and get the same bytes from the same client: `wrk` with 16
connections. tagout keeps what it is told in SQLite, on disk before it answers; moto keeps it in memory until it ends.
Asks for `wrk`, and for a Python that has moto: `pip install 'moto[server]==5.2.5'`.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CONNECTIONS = 16
# What a client says of itself; neither server asks for more here.
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/ssm/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64
)


def headers(operation):
    return {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AmazonSSM.{operation}",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": AUTHORIZATION,
    }


class Server:
    def __init__(self, name, port):
        self.name, self.port = name, port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, operation, body):
        self.connection.request("POST", "/", json.dumps(body), headers(operation))
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, f"{self.name} {operation}: {answer.status} {text[:300]}"
        return json.loads(text)

    def load(self, operation, bodies, seconds):
        """How many requests of `operation` were answered, all well, and how many a second; the bodies take turns."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write("wrk.method = 'POST'\n")
            for name, value in headers(operation).items():
                script.write(f"wrk.headers['{name}'] = '{value}'\n")
            script.write("local bodies = {\n" + "".join(f"[==[{json.dumps(body)}]==],\n" for body in bodies) + "}\n")
            script.write("local n = 0\nrequest = function()\n  n = n % #bodies + 1\n")
            script.write("  return wrk.format(nil, nil, nil, bodies[n])\nend\n")
            script.flush()
            command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", script.name]
            found = subprocess.run(
                command + [f"http://127.0.0.1:{self.port}/"], capture_output=True, text=True, check=True
            ).stdout
        assert "Non-2xx" not in found, f"{self.name} {operation}: {found}"
        n_requests = int(re.search(r"(\d+) requests in", found)[1])
        return n_requests, float(re.search(r"Requests/sec:\s+([\d.]+)", found)[1])

    def requests_per_second(self, operation, bodies, seconds):
        return max(self.load(operation, bodies, seconds)[1] for _ in range(2))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(name, command, port, path, environment=None):
    """A server by its command; says how long it takes to answer for the first time, and what memory it idles in."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            assert process.poll() is None, f"{name} ended with {process.returncode}"
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", path)
                connection.getresponse().read()
                break
            time.sleep(0.001)
        first_answer = time.perf_counter() - began
        time.sleep(1)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024
        print(f"{name}: first answer after {first_answer * 1000:.0f} ms, idle at {resident:.1f} MiB", flush=True)
        yield Server(name, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def tagout(binary, folder, n_windows):
    port = free_port()
    command = [
        binary, "serve", "--listen", f"127.0.0.1:{port}", "--store", f"sqlite:{folder}/tagout.db",
        "--set", f"limits.maintenance_windows={n_windows}",
    ]
    return running("tagout", command, port, "/health/live")


def moto(python):
    port = free_port()
    return running("moto", [python, "-m", "moto.server", "-p", str(port)], port, "/moto-api/")


def create(server, n):
    body = {
        "Name": f"window-{n}", "Schedule": "cron(0 22 ? * TUE#3 *)", "Duration": 3, "Cutoff": 1,
        "AllowUnassociatedTargets": True,
    }
    return server.call("CreateMaintenanceWindow", body)["WindowId"]


def beside_moto(ours, theirs, seconds):
    mine = [create(ours, n) for n in range(100)]
    yours = [create(theirs, n) for n in range(100)]
    of = lambda ids: [{"WindowId": it} for it in ids]
    rows = [
        ("GetMaintenanceWindow", of(mine), "GetMaintenanceWindow", of(yours), 50),
        (
            "DescribeMaintenanceWindows", [{"MaxResults": 10}], "DescribeMaintenanceWindows", [{"MaxResults": 10}], 100,
        ),
        (
            "UpdateMaintenanceWindow", [dict(it, Duration=d, Cutoff=1) for it in of(mine) for d in (3, 4)],
            "AddTagsToResource",
            [
                {"ResourceType": "MaintenanceWindow", "ResourceId": it, "Tags": [{"Key": "a", "Value": "b"}]}
                for it in yours
            ],
            15,
        ),
    ]
    print("\n| requests/s | tagout | moto | ratio | wanted |\n|---|---:|---:|---:|---:|")
    for operation, bodies, their_operation, their_bodies, wanted in rows:
        our_rate = ours.requests_per_second(operation, bodies, seconds)
        their_rate = theirs.requests_per_second(their_operation, their_bodies, seconds)
        label = operation if operation == their_operation else f"{operation}, against {their_operation}"
        print(f"| {label} | {our_rate:.0f} | {their_rate:.0f} | {our_rate / their_rate:.0f} x | {wanted} x |", flush=True)


def among_many(binary, n_windows, seconds):
    """A page of ten among so many windows, against a page of ten among 100."""
    rates = []
    for n in (100, n_windows):
        # A burst may make some more than are wanted.
        with tempfile.TemporaryDirectory() as folder, tagout(binary, folder, 3 * n + 10_000) as server:
            make = {
                "Name": "window", "Schedule": "rate(7 days)", "Duration": 3, "Cutoff": 1,
                "AllowUnassociatedTargets": True,
            }
            n_made = 0
            while n_made < n:
                if n - n_made > 10_000:
                    n_made += server.load("CreateMaintenanceWindow", [make], 1)[0]
                else:
                    create(server, n_made)
                    n_made += 1
            best = server.requests_per_second("DescribeMaintenanceWindows", [{"MaxResults": 10}], seconds)
            print(f"a page of ten among {n_made} windows: {best:.0f} requests/s", flush=True)
            rates.append(best)
    print(f"it costs {rates[0] / rates[1]:.2f} x as much (wanted: at most 1.5 x)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--many", type=int, default=0, help="also compare a page among so many windows")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="a Python that has moto")
    arguments = parser.parse_args()
    assert shutil.which("wrk"), "wrk is not installed"
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        with tagout(arguments.binary, folder, 200) as ours, moto(arguments.python) as theirs:
            beside_moto(ours, theirs, arguments.seconds)
    if arguments.many:
        among_many(arguments.binary, arguments.many, arguments.seconds)


main()

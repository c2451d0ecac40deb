"""A server of the built binary for as long as a test of a client needs it."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

BINARY = os.environ["TAGOUT_BINARY"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def server(config="", *options):
    """The address of a server as `config` says, TOML; with its store in memory unless it says otherwise.

    It has to end well when it is asked to.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "tagout.toml")
        file.write_text(config)
        command = [BINARY, "serve", "--config", str(file), "--listen", f"127.0.0.1:{port}"]
        if "store" not in config:
            command += ["--store", "memory"]
        process = subprocess.Popen(
            command + list(options), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_live(process, address)
            yield address
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=30)
            assert code == 0, f"the server ended with {code}"
        finally:
            process.kill()
            process.wait()


def wait_until_live(process, address):
    for _ in range(600):
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{address}/health/live", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not come up")


def claim(text):
    """Says what was just found to hold."""
    print(f"  {text}", flush=True)


def strictly(shape, value, path=""):
    """Every way in which a JSON value is not what a shape of a botocore model says: wrong types, unknown members."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{path}: {json.dumps(value)} is no object"]
        faults = [f"{path}.{name}: not in the model" for name in value if name not in shape.members]
        faults += [f"{path}.{name}: missing" for name in shape.required_members if name not in value]
        for name, member in shape.members.items():
            if name in value:
                faults += strictly(member, value[name], f"{path}.{name}")
        return faults
    if kind == "list":
        if not isinstance(value, list):
            return [f"{path}: {json.dumps(value)} is no list"]
        return [fault for n, item in enumerate(value) for fault in strictly(shape.member, item, f"{path}[{n}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{path}: {json.dumps(value)} is no map"]
        return [fault for name, item in value.items() for fault in strictly(shape.value, item, f"{path}.{name}")]
    fits = {
        "string": lambda: isinstance(value, str) and (not shape.enum or value in shape.enum),
        "blob": lambda: isinstance(value, str),
        "integer": lambda: isinstance(value, int) and not isinstance(value, bool),
        "long": lambda: isinstance(value, int) and not isinstance(value, bool),
        "boolean": lambda: isinstance(value, bool),
        "timestamp": lambda: isinstance(value, (int, float)) and not isinstance(value, bool),
    }[kind]
    return [] if fits() else [f"{path}: {json.dumps(value)} is no {shape.name}"]


def watch(client):
    """Has every answer that a botocore client gets compared with its own model, errors included."""

    def look(http_response, parsed, model, **_):
        body = json.loads(http_response.content)
        if http_response.status_code == 200:
            faults = strictly(model.output_shape, body) if model.output_shape else list(body)
        else:
            code = body.pop("__type")
            shape = next((it for it in model.error_shapes if it.name == code), None)
            # What no interface declares has its message in lower case.
            faults = strictly(shape, body) if shape else [name for name in body if name != "message"]
        assert not faults, f"{model.name}: {faults}"
        request_id = parsed["ResponseMetadata"]["HTTPHeaders"].get("x-amzn-requestid", "")
        assert len(request_id) == 36, f"{model.name}: no request id"

    client.meta.events.register("after-call", look)
    return client

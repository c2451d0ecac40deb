"""clc-sdk 2.51, unmodified but for its endpoint: every operation that it has on servers, and who may come in."""

import json
import pathlib
import tempfile

import clc

from serving import claim, server

GROUP = "2a5c0b9662cf4fc8bf6180f139facdc0"
OTHER_GROUP = "462737ea30074f0e91023aa7d3ebd05d"
REFUSED = "The operation cannot be queued because the server cannot be found or it is not in a valid state."
PASSWORD = "correct horse"


def user(name, *roles):
    return {"username": name, "password": PASSWORD, "roles": list(roles)}


SEED = {
    "clc": {
        "accounts": [
            {
                "alias": "DEMO",
                "location": "NY1",
                "users": [user("admin.demo", "AccountAdmin"), user("operator.demo", "ServerOperator")],
                "servers": [f"NY1DEMOWEB{n:02}" for n in range(1, 9)],
            },
            {
                "alias": "OTHR",
                "location": "NY1",
                "users": [user("admin.othr", "AccountAdmin")],
                "servers": ["NY1OTHRWEB01"],
            },
        ]
    }
}


def log_in(address, name, password=PASSWORD):
    clc.defaults.ENDPOINT_URL_V2 = address
    clc._LOGIN_TOKEN_V2 = clc.ALIAS = clc.LOCATION = False
    clc.v2.SetCredentials(name, password)
    return clc.v2.Account.GetAlias()


def fails(call, text, kind=Exception):
    try:
        call()
    except kind as error:
        assert text in str(error), error
        return error
    raise AssertionError(f"expected {text!r}")


def done(requests):
    """Waits as users do, only more often, and has nothing fail."""
    assert requests.requests, "nothing was queued"
    failed = requests.WaitUntilComplete(poll_freq=0.05, timeout=60)
    assert failed == 0, f"{failed} failed"
    return requests


def state(name):
    shown = clc.v2.Server(id=name)
    return shown.status, shown.power_state, shown.in_maintenance_mode


def doors(address):
    fails(
        lambda: log_in(address, "admin.demo", "wrong"),
        "We didn't recognize the username or password you entered. Please try again.",
    )
    fails(lambda: log_in(address, "nobody", PASSWORD), "We didn't recognize the username")
    assert log_in(address, "ADMIN.demo") == "DEMO"
    assert clc.v2.Account.GetLocation() == "NY1"
    session = clc.v2.get_session("admin.demo", PASSWORD)
    assert (session["alias"], session["location"]) == ("DEMO", "NY1")
    assert clc.v2.Server(id="NY1DEMOWEB01", session=session).name == "NY1DEMOWEB01"
    claim("login as JSON and as a form, and the text of a refused one")

    clc._LOGIN_TOKEN_V2 = "eyJ0eXAi.none"
    error = fails(lambda: clc.v2.API.Call("GET", "servers/DEMO/NY1DEMOWEB01"), "Authorization has been denied")
    assert error.response_status_code == 401
    log_in(address, "operator.demo")
    done(clc.v2.Servers(["NY1DEMOWEB08"]).StartMaintenance())
    for call in (
        lambda: clc.v2.API.Call("POST", "operations/DEMO/servers/archive", json.dumps(["NY1DEMOWEB08"])),
        lambda: clc.v2.Server(id="NY1DEMOWEB08").Delete(),
        lambda: clc.v2.API.Call("GET", "servers/OTHR/NY1OTHRWEB01"),
    ):
        assert fails(call, "permission", clc.APIFailedResponse).response_status_code == 403
    claim("a bad token is 401; a role or an account that is not the caller's is 403")


def batches():
    web = ["NY1DEMOWEB01", "NY1DEMOWEB02", "NY1DEMOWEB03"]
    servers = clc.v2.Servers(web)
    for operation, expected in (
        ("StartMaintenance", ("active", "started", True)),
        ("Pause", ("active", "paused", True)),
        ("StopMaintenance", ("active", "paused", False)),
        ("PowerOn", ("active", "started", False)),
        ("ShutDown", ("active", "stopped", False)),
        ("PowerOn", ("active", "started", False)),
        ("Reset", ("active", "started", False)),
        ("Reboot", ("active", "started", False)),
        ("PowerOff", ("active", "stopped", False)),
        ("Archive", ("archived", "stopped", False)),
    ):
        requests = getattr(servers, operation)()
        assert len(requests.requests) == 3, operation
        assert len({request.id for request in requests.requests}) == 1, "one job for all of them"
        done(requests)
        for name in web:
            assert state(name) == expected, f"{operation}: {state(name)}"
    claim("the nine operations on a list of servers, and the state after each")

    one = clc.v2.Server(id="NY1DEMOWEB04")
    assert not one.PowerOn().requests, "already on: nothing queued, and no error"
    fails(lambda: clc.v2.Servers(["NY1DEMOWEB01"]).Reset(), REFUSED)
    fails(lambda: clc.v2.Servers(["NY1OTHRWEB01"]).PowerOff(), REFUSED)
    fails(lambda: clc.v2.Servers(["NY1DEMOWEB99"]).PowerOff(), REFUSED)
    fails(lambda: clc.v2.Servers([]).PowerOff(), "", TypeError)  # 400, at which the client stumbles
    claim("no-ops are silent; a wrong state, a foreign and an unknown server are refused alike")

    done(one.ExecutePackage("77abb844-579d-478d-3955-c69ab4a7ba1a", {"DM.Hello.Name": "x"}))
    claim("a package is run")


def restored():
    link = [link for link in clc.v2.Server(id="NY1DEMOWEB01").links if link["rel"] == "restore"][0]
    answer = clc.v2.API.Call("POST", link["href"], json.dumps({"targetGroupId": GROUP}))
    done(clc.v2.Requests(answer))
    assert state("NY1DEMOWEB01") == ("active", "started", False)
    assert clc.v2.Server(id="NY1DEMOWEB01").groupId == GROUP
    claim("an archived server comes back through its link, into a group")


def snapshots():
    one = clc.v2.Server(id="NY1DEMOWEB04")
    done(one.CreateSnapshot(expiration_days=3))
    one.Refresh()
    names = one.GetSnapshots()
    assert len(names) == 1 and len(names[0]) == len("2015-01-10.02:10:38"), names
    fails(lambda: one.CreateSnapshot(delete_existing=False), "Snapshot already exists")
    done(one.RestoreSnapshot())
    done(one.DeleteSnapshot())
    one.Refresh()
    assert one.GetSnapshots() == []
    claim("a snapshot is taken by a form, gone back to, and deleted through its links")


def building():
    made = clc.v2.Server.Create(
        name="api", template="CENTOS-6-64-TEMPLATE", group_id=GROUP, network_id="x", cpu=1, memory=2, description="new",
        additional_disks=[{"path": "/data", "sizeGB": 10, "type": "partitioned"}], ttl=7200,
    )
    new = done(made).success_requests[0].Server()
    assert (new.id, new.name) == ("ny1demoapi01", "NY1DEMOAPI01"), new.id
    assert (new.cpu, new.memory, new.storage, new.description) == (1, 2, 10, "new")
    copy = done(new.Clone(network_id="x", source_server_password="p")).success_requests[0].Server()
    assert copy.name == "NY1DEMOAPI02" and copy.storage == 10
    claim("a server is built, found by the link of the answer, and copied")

    done(new.Change(cpu=2))
    done(new.SetMemory(4))
    assert not new.SetDescription("changed").requests and not new.SetGroup(OTHER_GROUP).requests
    new.Refresh()
    assert (new.cpu, new.memory, new.description, new.group_id) == (2, 4, "changed", OTHER_GROUP)
    done(new.Disks().Add(size=20, path=None, type="raw"))
    new = clc.v2.Server(id=new.id)
    assert sorted(disk.size for disk in new.Disks().disks) == [10, 20]
    done(new.Disks().Get("0:0").Grow(30))
    new = clc.v2.Server(id=new.id)
    done(new.Disks().Get("0:1").Delete())
    new = clc.v2.Server(id=new.id)
    assert [(disk.id, disk.size) for disk in new.Disks().disks] == [("0:0", 30)]
    claim("processors, memory and disks change by jobs; a description and a group at once")

    for known in (new, copy):
        done(known.Delete())
        fails(lambda: clc.v2.Server(id=known.id), "Server does not exist")
    claim("a deleted server is not there any more")


def main():
    with tempfile.TemporaryDirectory() as folder:
        seed = pathlib.Path(folder, "seed.json")
        seed.write_text(json.dumps(SEED))
        with server("speed = 1000000\n", "--seed", str(seed)) as address:
            doors(address)
            log_in(address, "admin.demo")
            batches()
            restored()
            snapshots()
            building()


main()

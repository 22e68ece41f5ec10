#!/usr/bin/env python3
"""proxmoxer, a client that shares no code with hlab or with pvesim, against pvesim: what it asks is accepted, and what it is told
is what it understands.

    pip install proxmoxer==2.3.0 requests
    cargo build -p pvesim
    python tests/pvesim/witness_proxmoxer.py target/debug/pvesim

Fails with the list of everything that is off.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from proxmoxer import AuthenticationError, ProxmoxAPI, ResourceException
from proxmoxer.tools import Tasks

SECRET = "11111111-2222-3333-4444-555555555555"
WORLD = pathlib.Path(__file__).resolve().parent / "tests" / "it" / "support" / "lab.json"

wrong = []


def check(what, found, expected):
    """Notes what is not as expected."""
    if found != expected:
        wrong.append(f"{what}: expected {expected!r}, found {found!r}")


def refused(what, call, status, reason, errors=None):
    """A call that must fail, and how."""
    try:
        found = call()
    except ResourceException as failure:
        # What proxmoxer calls the content is the reason phrase; a body that is no JSON it puts into the errors as it is.
        found = None if failure.errors == {"errors": b""} else failure.errors
        check(what, (failure.status_code, failure.content, found), (status, reason, errors))
    else:
        wrong.append(f"{what}: expected {status} {reason}, found {found!r}")


class Admin:
    """The admin port."""

    def __init__(self, url):
        self.url = url

    def __call__(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, method=method)) as reply:
            return json.load(reply)


def with_token(api):
    """Reading, with a token that may look at everything."""
    check("release", api.version.get()["release"], RELEASE)
    check("nodes", sorted(node["node"] for node in api.nodes.get()), ["pve1", "pve2"])
    guests = {row["vmid"]: row["status"] for row in api.cluster.resources.get(type="vm")}
    check("guests", guests, {100: "running", 101: "stopped"})
    check("cluster", [row["name"] for row in api.cluster.status.get() if row["type"] == "cluster"], ["homelab"])
    check("next id", api.cluster.nextid.get(), "102")
    check("rights", api.access.permissions.get(path="/vms/100")["/vms/100"]["VM.Audit"], 1)
    refused("taken id", lambda: api.cluster.nextid.get(vmid=100), 400, "Parameter verification failed.",
            {"vmid": "VM 100 already exists"})


def with_mistakes(api, admin):
    """What a client must not ask is refused in words that it can read, and is on the record."""
    refused("unknown path", lambda: api.ghosts.get(), 501, "Method 'GET /ghosts' not implemented")
    refused("unknown parameter", lambda: api.version.get(colour="red"), 400, "Parameter verification failed.",
            {"colour": "property is not defined in schema and the schema does not allow additional properties"})
    check("violations", [row["rule"] for row in admin("GET", "/violations")], ["not-modelled", "parameters"])
    admin("POST", "/forget")


def with_password(connect, admin):
    """A ticket, its token against forged requests, and tasks."""
    try:
        connect(user="ann@pve", password="wrong")
        wrong.append("a wrong password: expected a refusal")
    except AuthenticationError:
        pass
    api = connect(user="ann@pve", password="secret")
    check("own guests", [row["vmid"] for row in api.cluster.resources.get(type="vm")], [100])
    refused("another's rights", lambda: api.cluster.status.get(), 403, "Permission check failed (/, Sys.Audit)")
    # Two tasks: one that ends, one that is stopped with a request that needs the token.
    now = admin("GET", "/world")["clock"]["now_ms"]
    tasks = [f"UPID:pve1:0000100{n}:001000{n}0:{now // 1000:08X}:qmstart:100:ann@pve:" for n in range(2)]
    common = {"started_ms": now, "exitstatus": "OK"}
    ends = [{"upid": tasks[0], "ends_ms": now + 2000, **common}, {"upid": tasks[1], "ends_ms": None, **common}]
    admin("POST", "/world/patch", {"tasks": {"all": ends}})
    check("a task that ends", Tasks.blocking_status(api, tasks[0], timeout=30, polling_interval=0.01)["exitstatus"], "OK")
    check("its log", Tasks.decode_log(api.nodes("pve1").tasks(tasks[0]).log.get()), "TASK OK")
    check("to stop a task", api.nodes("pve1").tasks(tasks[1]).delete(), None)
    check("a stopped task", Tasks.blocking_status(api, tasks[1], timeout=30, polling_interval=0.01)["exitstatus"],
          "interrupted by signal")
    admin("POST", "/tickets/expire")
    refused("an old ticket", lambda: api.version.get(), 401, "permission denied - invalid PVE ticket")


def witness(program, folder):
    """Runs a simulator and everything above."""
    command = [program, "--world", str(WORLD), "--release", RELEASE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            started = json.loads(process.stdout.readline())
            ca = pathlib.Path(folder) / "ca.pem"
            ca.write_text(started["ca"])
            host, port = started["url"].removeprefix("https://").split(":")
            admin = Admin(started["admin"])

            def connect(**who):
                return ProxmoxAPI(host, port=int(port), verify_ssl=True, timeout=10, **who)

            os.environ["REQUESTS_CA_BUNDLE"] = str(ca)
            with_token(connect(user="root@pam", token_name="audit", token_value=SECRET))
            check("violations", admin("GET", "/violations"), [])
            with_mistakes(connect(user="root@pam", token_name="audit", token_value=SECRET), admin)
            with_password(connect, admin)
            check("violations", admin("GET", "/violations"), [])
        finally:
            process.kill()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for RELEASE in ("8.4", "9.1"):
        with tempfile.TemporaryDirectory() as folder:
            witness(sys.argv[1], folder)
    if wrong:
        sys.exit("proxmoxer and pvesim do not understand each other:\n" + "\n".join(f"  {line}" for line in wrong))
    print("proxmoxer and pvesim understand each other")

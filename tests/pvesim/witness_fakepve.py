#!/usr/bin/env python3
"""fakepve, another simulator that shares no code with this one, asked the same as pvesim: both look at every parameter of every
modelled method and must find the same mistakes, in the same words. Where they are known to differ stands below, with the reason.

    pip install fakepve==0.5.0 cryptography
    cargo build -p pvesim
    python tests/pvesim/witness_fakepve.py target/debug/pvesim "$(command -v fakepve)"

With `--all` at the end, every method of the official schema is tried (from $HLAB_SHARED, or ../shared beside the repository).
Fails with the list of everything that is off. fakepve is a program of its own, under a license of its own; nothing of it is here.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent

# What is given to every parameter in turn.
VALUES = (
    "1", "0", "-1", "2.5", "abc", "a b", "100", "99", "5000000000", "10.0.0.1", "10.0.0.0/24", "10.0.0.0/7", "fd00::1", "fd00::/64",
    "local:10", "local:iso/a.iso", "virtio,bridge=vmbr0", "virtio=BC:24:11:00:00:01", "order=scsi0;net0", "x=1", "=1", "a,b;c", "1,2",
    "yes", "true", "vmbr0", "root@pam", "root@pam!t", "/tmp/x", "none", "host", "32G", "32GiB", "AA:BB:CC:00:00:01",
    "01:BB:CC:00:00:01", "x" * 70, "mon,tue", "100-1", "vm:100", "dhcp", "255.255.255.0", "255.0.255.0", "ä", "a.b.c", "ceph",
)

# What a regular expression refuses: fakepve does not compile those that Perl wrote with `(?^:`.
PATTERN = r"(\S+: )?value does not match the regex pattern ?"

# Known differences: method and path, parameter, what pvesim says, what fakepve says, each a regular expression that must match as a
# whole; and the reason.
# Methods that fakepve wrote by hand, and that look at none of their parameters.
BY_HAND = (r"GET /(version|nodes|cluster/(status|resources|ceph/status)|nodes/\{node\}/qemu(/\{vmid\}/(config|pending|status/current"
           r"|vncwebsocket))?)|POST /nodes/\{node\}/qemu/\{vmid\}/(monitor|status/\w+|termproxy|vncproxy)"
           r"|POST /nodes/\{node\}/storage/\{storage\}/download-url")

DIFFERENCES = (
    (BY_HAND, ".*", ".*", "", "fakepve does not look"),
    (".*", ".*", r".*type check \('boolean'\) failed - got '(yes|true)'", "",
     "a parameter is 1 or 0; 9.2 answers `type check ('boolean') failed - got 'true'`, which fakepve accepts"),
    (".*", ".*", r"missing property - ('.*') requires this property", "missing property required by '.*'", "words of 9.2"),
    (".*/cluster/options", "crs", ".*", ".*missing property required by .*", "words of 9.2"),
    (".*", ".*", r".*storage ID '.' contains illegal characters", ".*cannot be shorter than 2 characters", "words of 9.2"),
    (".*", ".*", "value '.*' does not have a value in the enumeration '.*'", "value '.*' does not have a value in the enumeration '.*'",
     "9.2 has more values"),
    (".* /cluster/ha/rules.*", ".*", ".*", "", "fakepve looks at no body that depends on a type"),
    (".* /cluster/sdn/.*", ".*", ".*", ".*", "9.2 has patterns, more parameters and more types here"),
    (".*", "id", "invalid format - invalid replication job id '.*'", PATTERN, "the server looks at the format first"),
    (".*", "(privs|dow|statusfilter|thinpool|target-?storages?|target-bridge|statestorage|fleecing|machine)", "invalid format - .*", "",
     "formats that fakepve leaves out"),
    (".*", "maxfiles", ".*", "property is not defined .*", "gone in 9.2"),
    (".*", "(amd-sev|cicustom|cpu|hostpci0|intel-tdx|smbios1|boot|ipconfig0|rng0|watchdog|prune-backups|performance|tfa"
     "|sync-defaults-options|target-endpoint)", "invalid format - .*", "", "property strings that fakepve does not know"),
    (".*", "(sid|nodes|mac_prefix|portal|monhost|vgname|cidr)", "invalid format - .*", "", "formats that fakepve leaves out"),
    (".*/vncticket", "privs", ".*", "value may only be .*", "the server looks at the format first"),
    (".*", "content", "", "invalid format - invalid content type 'none'", "a storage may have none"),
    (".*", "(mailto.*|email|email_from|bridges)", "", "invalid format - .*", "the server's letters are those of all languages"),
)

wrong = []


class Server:
    """A connection to a simulator, as root with a ticket."""

    def __init__(self, address, password, tls):
        self.address, self.tls, self.headers = address, tls, {}
        _, reply = self("POST", "/access/ticket", {"username": "root@pam", "password": password})
        self.headers = {"Cookie": f"PVEAuthCookie={reply['data']['ticket']}",
                        "CSRFPreventionToken": reply["data"]["CSRFPreventionToken"]}

    def __call__(self, method, path, parameters):
        query = urllib.parse.urlencode(parameters)
        body = query if method in ("POST", "PUT") else None
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        target = f"/api2/json{urllib.parse.quote(path)}" + ("" if body is not None else f"?{query}")
        context = ssl._create_unverified_context() if self.tls else None
        kind = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        connection = kind(self.address, timeout=30, **({"context": context} if self.tls else {}))
        try:
            connection.request(method, target, body, headers)
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        try:
            return reply.status, json.loads(text)
        except ValueError:
            return reply.status, {}


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect(address, password, tls):
    """Logs in, as soon as the server listens."""
    for attempt in range(100):
        try:
            return Server(address, password, tls)
        except OSError:
            if attempt == 99:
                raise
            time.sleep(0.1)


def methods(everything):
    """HTTP method, path and parameters of what is tried."""
    if not everything:
        for name, method in json.loads((HERE / "contract-9.1.json").read_text()).items():
            yield (*name.split(" "), method["parameters"].get("properties", {}))
        return
    shared = pathlib.Path(os.environ.get("HLAB_SHARED") or HERE.parent.parent.parent / "shared")

    def walk(nodes):
        for node in nodes:
            for name, method in node.get("info", {}).items():
                yield name, node["path"], method.get("parameters", {}).get("properties", {})
            yield from walk(node.get("children", []))

    yield from walk(json.loads((shared / "schemas" / "pve" / "apidoc-9.1.json").read_text()))


def value(number, index, schema):
    """The value of one parameter in one round: from the list, or a part of a property string with one from the list."""
    text = VALUES[(number + index) % len(VALUES)]
    keys = schema.get("format")
    if isinstance(keys, dict) and number % 2:
        names = sorted(keys)
        return f"{names[number % len(names)]}={text}"
    return schema["enum"][0] if number % 7 == 3 and schema.get("enum") else text


def errors(reply):
    """What is wrong with each parameter, in one line each."""
    status, body = reply
    found = body.get("errors") if status == 400 else None
    return {name: " ".join(str(text).split()) for name, text in (found or {}).items()}


def is_known(method, path, name, ours, theirs):
    """Whether a difference stands in the list."""
    if re.sub(PATTERN, "", ours + " ").strip().removesuffix("invalid format - format error") == theirs:
        return True
    found = (f"{method} {path}", name, ours, theirs)
    return any(all(re.fullmatch(want, have, re.DOTALL) for want, have in zip(row, found)) for row in DIFFERENCES)


def compare(ours, theirs, everything):
    """Asks both the same, method by method."""
    count = 0
    for method, path, properties in methods(everything):
        variables = re.findall(r"\{([^}]+)\}", path)
        if path == "/access/ticket":
            continue
        fixed = {"node": "pve", "vmid": "100", "storage": "local"}
        target = re.sub(r"\{([^}]+)\}", lambda found: fixed.get(found[1], "abc"), path)
        names = sorted(name for name in properties if name not in variables)
        for number in range(len(VALUES) if names else 1):
            given = {name.replace("[n]", "0"): value(number, index * 5, properties[name]) for index, name in enumerate(names)}
            # With this, nobody can do what is asked.
            given["surplus"] = "1"
            left, right = errors(ours(method, target, given)), errors(theirs(method, target, given))
            for name in sorted(left.keys() | right.keys()):
                count += 1
                found, other = left.get(name, ""), right.get(name, "")
                if found != other and not is_known(method, path, name, found, other):
                    wrong.append(f"{method} {path}: {name}={given.get(name)!r}: pvesim {found!r}, fakepve {other!r}")
    return count


def main():
    program, fakepve, *rest = sys.argv[1:]
    everything = rest == ["--all"]
    guests = {"guests": [{"vmid": 100, "name": "dns", "status": "stopped", "config": {"memory": "2048"}}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(guests, file)
        file.flush()
        port = free_port()
        law = ["--official"] if everything else []
        with subprocess.Popen([program, "--plain", *law], stdout=subprocess.PIPE, text=True) as first:
            with subprocess.Popen([fakepve, "--host", "127.0.0.1", "--port", str(port), "--password", "secret", file.name],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as second:
                try:
                    address = json.loads(first.stdout.readline())["url"].removeprefix("http://")
                    ours = connect(address, "secret", False)
                    count = compare(ours, connect(f"127.0.0.1:{port}", "secret", True), everything)
                finally:
                    first.kill()
                    second.kill()
    if wrong:
        sys.exit("fakepve and pvesim find different mistakes:\n" + "\n".join(f"  {line}" for line in wrong))
    print(f"fakepve and pvesim find the same {count} mistakes, or differ as is known")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main()

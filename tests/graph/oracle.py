"""States policies of the library once more, over what `hlab graph --format json` writes, sharing no code with hlab.

Standard input: one JSON object, graphs by name. Standard output: how often each policy fails in each, as JSON.
"""

import collections
import json
import sys


def failures(graph):
    nodes = {node["address"]: node for node in graph["nodes"]}
    of_kind = collections.defaultdict(list)
    for node in graph["nodes"]:
        of_kind[node["kind"]].append(node)
    guests = [node for kind in graph["unions"]["guest"] for node in of_kind[kind]]
    failed = collections.Counter()

    def on(host):
        return [guest for guest in guests if guest["on"] == [host["address"]] and guest["fields"]["state"] == "running"]

    def promised(guest):
        fields = guest["fields"]
        if guest["kind"] == "container":
            return 0  # its memory is a limit
        return fields["balloon"] if fields["balloon"] > 0 else fields["memory"]

    def cpus(guest):
        if guest["kind"] == "vm":
            return guest["fields"]["cpu"]["cores"] * guest["fields"]["cpu"]["sockets"]
        host = nodes[guest["on"][0]]["fields"]
        return guest["fields"]["cpu"]["cores"] or host["cpu"]["threads"] or 1

    def twice(values):
        return sum(1 for count in collections.Counter(values).values() if count > 1)

    for host in (host for host in of_kind["host"] if host["fields"]["state"] == "running"):
        fields = host["fields"]
        if fields["memory"] is not None:
            kept = fields["reserve"]["memory"] + fields["arc-min"]
            is_over = sum(map(promised, on(host))) + kept > fields["memory"]
            ceiling = sum(guest["fields"]["memory"] for guest in on(host))
            failed["host-memory"] += is_over
            failed["host-memory-ceiling"] += not is_over and ceiling + kept > fields["memory"]
        most = fields["thermal"]["max-vcpus"]
        # What a rule needs and nothing states makes it say nothing.
        if most is not None:
            failed["thermal-limit"] += sum(map(cpus, on(host))) > most

    failed["one-id-one-guest"] = twice(g["fields"]["id"] for g in guests if g["fields"]["id"] is not None)
    macs = [nic["mac"] for guest in guests for nic in guest["fields"]["nic"]]
    failed["one-mac-one-nic"] = twice(mac for mac in macs if mac is not None)
    attached = [attach["$key"]["$ref"] for vm in of_kind["vm"] for attach in vm["fields"]["attach"]]
    failed["one-device-one-holder"] = twice(attached)

    jobs = {job["address"]: job["fields"] for job in of_kind["backup-job"]}
    project = nodes[graph["project"]]["fields"]
    for guest in guests if jobs else []:
        failed["guest-without-backup"] += guest["fields"]["backup"] in (None, "none")
    for vm in of_kind["vm"]:
        backup = vm["fields"]["backup"]
        job = jobs.get(backup["$ref"]) if isinstance(backup, dict) else None
        if job is None:
            continue
        for disk in vm["fields"]["disk"]:
            is_large = disk["size"] is not None and disk["size"] >= project["backup"]["large"]
            failed["large-disk-says-backup"] += is_large and "backup" not in disk.get("$stated", [])
        if job["mode"] == "snapshot" and job["enabled"]:
            pci = [attach for attach in vm["fields"]["attach"] if is_pci(nodes, attach["$key"]["$ref"])]
            failed["passthrough-not-in-snapshot-backup"] += len(pci)
    for server in of_kind["backup-server"]:
        for store in server["fields"]["datastore"]:
            failed["datastore-is-emptied"] += not store["prune"] or store["gc"] is None
    return {policy: int(count) for policy, count in failed.items()}


def is_pci(nodes, address):
    """Whether a device, or a part of a host, is on the PCI bus."""
    if address in nodes:
        return nodes[address]["fields"]["bus"] == "pci"
    return ".pci." in address


print(json.dumps({name: failures(graph) for name, graph in json.load(sys.stdin).items()}))

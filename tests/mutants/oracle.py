"""States rules of the library once more, over what `hlab graph --format json` writes, sharing no code with hlab.

Only what refuses a lab is stated; a policy that warns has no say. A rule whose facts are unknown says nothing.
"""

import collections
import ipaddress
import re

# What `findings` answers where no rule below says enough.
UNKNOWN = "unknown"
# A name that needs no quotes.
NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
LAYOUTS = ("stripe", "mirror", "raidz1", "raidz2", "raidz3")
INFRASTRUCTURE = {"gateway", "dns", "dhcp"}


def key(entry):
    """The key of a keyed block: a name, or the last name of a reference."""
    found = entry["$key"]
    return re.findall(r'"[^"]*"|[^."]+', found["$ref"])[-1].strip('"') if isinstance(found, dict) else found


def ref(value):
    return value["$ref"] if isinstance(value, dict) and "$ref" in value else None


def address_in(address, cidr):
    return ipaddress.ip_address(address) in ipaddress.ip_network(cidr)


def in_range(address, bounds):
    """Whether an address lies between two others; None where it is none, or the range is unknown."""
    if not isinstance(address, str) or bounds is None:
        return None
    first, last = (ipaddress.ip_address(bounds[end]) for end in ("$first", "$last"))
    return first <= ipaddress.ip_address(address) <= last


class Graph:
    """The nodes of a lab, with the questions that several rules ask."""

    def __init__(self, graph):
        self.nodes = {node["address"]: node for node in graph["nodes"]}
        self.project = graph["project"]
        self.edges = graph["edges"]
        self.kinds = collections.defaultdict(list)
        for node in graph["nodes"]:
            self.kinds[node["kind"]].append(node)
        self.guests = [node for kind in graph["unions"].get("guest", ["vm", "container"]) for node in self.kinds[kind]]

    def of(self, kind):
        return self.kinds[kind]

    def running_on(self, host):
        return [one for one in self.guests if one["on"] == [host["address"]] and one["fields"]["state"] == "running"]

    def promised(self, host):
        """The memory that running guests are promised, with what the host keeps."""
        fields = host["fields"]
        return sum(map(memory, self.running_on(host))) + fields["reserve"]["memory"] + fields["arc-min"]

    def cpus_on(self, host):
        return sum(self.cpus(guest) for guest in self.running_on(host))

    def cpus(self, guest):
        cpu = guest["fields"]["cpu"]
        if guest["kind"] == "vm":
            return cpu["cores"] * cpu["sockets"]
        return cpu["cores"] or self.nodes[guest["on"][0]]["fields"]["cpu"]["threads"] or 1

    def nics(self):
        return [(guest, nic) for guest in self.guests for nic in guest["fields"]["nic"]]

    def storages(self, guest):
        """The storages of a guest, with the path of the block that names each."""
        fields = guest["fields"]
        blocks = [[word, key(one)] for word in ("disk", "mount") for one in fields.get(word, [])]
        blocks += [[word] for word in ("rootfs",) if fields.get(word)]
        for path in blocks:
            block = fields[path[0]] if len(path) == 1 else next(one for one in fields[path[0]] if key(one) == path[1])
            found = self.nodes.get(ref(block["storage"]))
            if found:
                yield path, found

    def is_pci(self, address):
        if address in self.nodes:
            return self.nodes[address]["fields"]["bus"] == "pci"
        return ".pci." in address


def memory(guest):
    """The memory that a guest is promised; a container has a limit, and no promise."""
    fields = guest["fields"]
    return 0 if guest["kind"] == "container" else fields["balloon"] or fields["memory"]


def findings(lab):
    """What refuses a lab: codes, each with the places of which one is named."""
    graph = Graph(lab.graph)
    found = []
    for rule in RULES:
        name = rule.__name__.replace("_", "-")
        for nodes, paths in rule(graph):
            if any(is_allowed(lab, node, name) for node in nodes):
                continue
            code = "unmet-requirement" if name.startswith("require-") else name
            found.append((code, set().union(*(places(lab, node, path) for node, path in zip(nodes, paths)))))
    # No rule of software-defined networks is stated here.
    return UNKNOWN if not found and graph.of("vnet") else found


def is_allowed(lab, node, rule):
    source = lab.sources[node["file"]]
    start, end = lab.span(node)
    return re.search(rf"\ballow {rule}(?![a-z0-9-])", source.code[start:end]) is not None


def places(lab, node, path):
    """The line that says a field; else those of profiles that do; else the one of the block around it."""
    found = lab.field(node, path) if path else None
    if found:
        return {(found[0], found[1].line_of(found[3][0]))}
    said = set()
    for file, source in lab.sources.items() if len(path) == 1 else []:
        for profile in re.finditer(rf'(?m)^profile {NAME} for {node["kind"]}\b', source.code):
            field = source.fields((profile.start(), source.entry(profile.start()))).get(path[0])
            if field:
                said.add((file, source.line_of(field[1][0])))
    for length in range(len(path), 0, -1):
        block = None if said else lab.block(node, path[:length])
        if block:
            return {block[0]}
    return said or {(node["file"], node["line"])}


def same(values):
    """Groups of two or more of one value: a list of (value, members)."""
    groups = collections.defaultdict(list)
    for value, member in values:
        if value is not None:
            groups[value].append(member)
    return [(value, members) for value, members in groups.items() if len(members) > 1]


def together(members):
    """Nodes and paths of members that share a fault."""
    return [node for node, _ in members], [path for _, path in members]


# ---- Rules: each yields nodes and the paths of their guilty fields. Underscores are hyphens.


def host_memory(g):
    for host in g.of("host"):
        fields = host["fields"]
        if fields["state"] == "running" and fields["memory"] is not None and g.promised(host) > fields["memory"]:
            yield [host], [["memory"]]


def thermal_limit(g):
    for host in g.of("host"):
        most = host["fields"]["thermal"]["max-vcpus"]
        if host["fields"]["state"] == "running" and most is not None and g.cpus_on(host) > most:
            yield [host], [["thermal", "max-vcpus"]]


def one_id_one_guest(g):
    for _, members in same((guest["fields"]["id"], (guest, ["id"])) for guest in g.guests):
        yield together(members)


def one_mac_one_nic(g):
    for _, members in same((nic["mac"], (guest, ["nic", key(nic), "mac"])) for guest, nic in g.nics()):
        yield together(members)


def one_address_one_nic(g):
    of = [((nic["address"], ref(nic["network"])), (guest, ["nic", key(nic), "address"])) for guest, nic in g.nics()]
    for _, members in same(pair for pair in of if pair[0][0] is not None):
        yield together(members)


def taken(g, owners):
    """NICs of guests whose address on a network is someone's else."""
    for address, network in owners:
        for guest, nic in g.nics():
            if address is not None and nic["address"] == address and (network is None or ref(nic["network"]) == network):
                yield [guest], [["nic", key(nic), "address"]]


def bridges(g):
    """Bridges of hosts with an address on a network: with the host, and the fields of the network."""
    for host in g.of("host"):
        for bridge in host["fields"]["bridge"]:
            network = g.nodes.get(ref(bridge["network"]))
            if network and bridge["address"] is not None:
                yield host, bridge, network["fields"]


def one_address_one_host(g):
    of = [((one["address"], ref(one["network"])), (host, ["bridge", key(one), "address"])) for host, one, _ in bridges(g)]
    for _, members in same(of):
        yield together(members)


def gateway_is_no_host(g):
    for host, bridge, network in bridges(g):
        is_gateway = bridge["address"] == address_of(g, network["gateway"])
        if is_gateway and "gateway" not in host["fields"].get("provides", []):
            yield [host], [["bridge", key(bridge), "address"]]


def host_address_is_a_machines(g):
    for host, bridge, network in bridges(g):
        cidr = network["cidr"] and ipaddress.ip_network(network["cidr"])
        if cidr and cidr.num_addresses > 2 and ipaddress.ip_address(bridge["address"]) in (cidr[0], cidr[-1]):
            yield [host], [["bridge", key(bridge), "address"]]


def address_not_a_hosts(g):
    yield from taken(
        g, [(one["address"], ref(one["network"]) or "none") for host in g.of("host") for one in host["fields"]["bridge"]]
    )


def address_not_a_machines(g):
    yield from taken(g, [(one["fields"]["address"], ref(one["fields"]["network"]) or "none") for one in g.of("machine")])


def address_not_a_services(g):
    yield from taken(g, [(one["fields"]["address"], None) for one in g.of("service")])


def reserved_address_is_kept(g):
    for network in g.of("network"):
        for one in network["fields"]["reservation"]:
            for guest, nic in g.nics():
                is_same = nic["address"] == one["address"] and ref(nic["network"]) == network["address"]
                if is_same and (nic["mac"] is None or nic["mac"] != one["mac"]):
                    yield [guest], [["nic", key(nic), "address"]]


def one_address_one_service(g):
    for _, members in same((one["fields"]["address"], (one, ["address"])) for one in g.of("service")):
        yield together(members)


def service_in_pool(g):
    for service in g.of("service"):
        cluster = g.nodes.get(service["in"][0]) if service["in"] else None
        pool = cluster and (cluster["fields"]["load-balancer"] or {}).get("pool")
        network = ref(pool) and g.nodes.get(ref(pool).split(".pool.")[0])
        if service["fields"]["type"] != "load-balancer" or not network:
            continue
        bounds = next(one["range"] for one in network["fields"]["pool"] if key(one) == ref(pool).split(".pool.")[1])
        if in_range(service["fields"]["address"], bounds) is False:
            yield [service], [["address"]]


def one_device_one_holder(g):
    of = [(ref(one["$key"]), (vm, ["attach", key(one)])) for vm in g.of("vm") for one in vm["fields"]["attach"]]
    for _, members in same(of):
        yield together(members)


def guest_without_backup(g):
    for guest in g.guests if g.of("backup-job") else []:
        if guest["fields"]["backup"] in (None, "none"):
            yield [guest], [[]]


def backed_up(g):
    for vm in g.of("vm"):
        job = g.nodes.get(ref(vm["fields"]["backup"]))
        if job:
            yield vm, job["fields"]


def passthrough_not_in_snapshot_backup(g):
    for vm, job in backed_up(g):
        if job["mode"] == "snapshot" and job["enabled"]:
            for one in vm["fields"]["attach"]:
                if g.is_pci(ref(one["$key"])):
                    yield [vm], [["backup"]]


def large_disk_says_backup(g):
    large = g.nodes[g.project]["fields"]["backup"]["large"]
    for vm, _ in backed_up(g):
        for disk in vm["fields"]["disk"]:
            if disk["size"] is not None and disk["size"] >= large and "backup" not in disk.get("$stated", []):
                yield [vm], [["disk", key(disk), "size"]]


def datastore_is_emptied(g):
    for server in g.of("backup-server"):
        for store in server["fields"]["datastore"]:
            if not store["prune"] or store["gc"] is None:
                yield [server], [["datastore", key(store)]]


def no_guest_on_usb_disk(g):
    for guest in g.guests:
        host = g.nodes[guest["on"][0]]["fields"]
        for _, storage in g.storages(guest):
            pool = storage["fields"].get("pool")
            for zpool in host["zpool"]:
                named = zpool["name"] if zpool.get("name") else key(zpool)
                if storage["model"] != "ZfsPool" or not isinstance(pool, str) or pool.split("/")[0] != named:
                    continue
                members = [ref(zpool["disk"])] if zpool["disk"] else []
                members += [ref(one) for word in LAYOUTS for one in zpool[word]]
                for disk in host["disk"]:
                    if f'{guest["on"][0]}.disk.{key(disk)}' in members and disk["transport"] == "usb":
                        yield [guest], [[]]


def servers(g, cluster):
    nodes = [one for one in cluster["fields"]["node"] if one["role"] == "server"]
    return [(one, g.nodes[ref(one["guest"])]) for one in nodes if ref(one["guest"]) in g.nodes]


def etcd_member_keeps_its_memory(g):
    for cluster in g.of("k3s-cluster"):
        for _, guest in servers(g, cluster):
            fields = guest["fields"]
            if guest["kind"] == "vm" and fields["balloon"] not in (0, fields["memory"]):
                yield [guest], [["balloon"]]


def cluster_server_has_an_address(g):
    for cluster in g.of("k3s-cluster"):
        for node, guest in servers(g, cluster):
            nics = guest["fields"]["nic"]
            if nics and all(nic["address"] is None for nic in nics):
                yield [cluster], [["node", key(node), "guest"]]


def bound(g):
    """Workloads that are bound to a node of a cluster: with the node, and its guest."""
    for work in g.of("workload"):
        address = ref(work["fields"]["node"])
        for cluster in g.of("k3s-cluster"):
            for node in cluster["fields"]["node"]:
                if address == f'{cluster["address"]}.node.{key(node)}':
                    yield work, node, g.nodes.get(ref(node["guest"]))


def quorum_only_runs_nothing(g):
    for work, node, _ in bound(g):
        if node["quorum-only"]:
            yield [work], [["node"]]


def nothing_needs_what_is_off(g):
    for work, _, guest in bound(g):
        if work["fields"]["state"] == "running" and guest:
            host = g.nodes[guest["on"][0]]["fields"]
            if guest["fields"]["state"] == "stopped" or host["state"] != "running":
                yield [work], [["node"]]


def needed_device_is_there(g):
    for work, _, guest in bound(g):
        if guest and guest["kind"] == "vm":
            held = {ref(one["$key"]) for one in guest["fields"]["attach"]}
            for device in work["fields"]["needs"]["devices"]:
                if ref(device) not in held:
                    yield [work], [["needs", "devices"]]


def infrastructure(g):
    return [one for one in g.guests if INFRASTRUCTURE & set(one["fields"]["provides"])]


def infrastructure_starts_first(g):
    late = 1_000_000

    def order(guest):
        stated = guest["fields"]["start"]["order"]
        return late if stated is None else stated

    for guest in infrastructure(g):
        if guest["fields"]["state"] != "running":
            continue
        others = [one for one in g.guests if one["on"] == guest["on"] and one["fields"]["start"]["on-boot"]]
        before = [one for one in others if order(one) < order(guest) and one not in infrastructure(g)]
        if not guest["fields"]["start"]["on-boot"] or before:
            yield [guest], [["start"]]


def infrastructure_is_on_a_ups(g):
    fed = {ref(one) for ups in g.of("ups") for one in ups["fields"]["feeds"]}
    for guest in infrastructure(g) if g.of("ups") else []:
        if guest["fields"]["state"] == "running" and guest["on"][0] not in fed:
            yield [guest], [["provides"]]


def infrastructure_stops_last(g):
    for ups in g.of("ups"):
        tiers = ups["fields"]["tier"]
        for tier in tiers:
            for guest in infrastructure(g):
                if guest["address"] not in [ref(one) for one in tier["stop"]]:
                    continue
                later = [ref(one) for other in tiers if other["below"] < tier["below"] for one in other["stop"]]
                keep = {one["address"] for one in infrastructure(g)} | {guest["on"][0]}
                if any(one not in keep and not one.startswith("machine.") for one in later):
                    yield [ups], [["tier", key(tier), "stop"]]


def gateway_is_no_guest(g):
    for network in g.of("network"):
        for guest, nic in g.nics():
            is_gateway = nic["address"] is not None and nic["address"] == address_of(g, network["fields"]["gateway"])
            if is_gateway and ref(nic["network"]) == network["address"] and "gateway" not in guest["fields"]["provides"]:
                yield [guest], [["nic", key(nic), "address"]]


def address_of(g, value):
    """An address, or the one of the NIC that is referred to."""
    if isinstance(value, str) or value is None:
        return value
    for guest, nic in g.nics():
        if ref(value) == f'{guest["address"]}.nic.{key(nic)}':
            return nic["address"]
    return None


def pools(network):
    return (network["fields"]["dhcp"] or {}).get("pool", [])


def leased_address_is_kept(g):
    for guest, nic in g.nics():
        network = g.nodes.get(ref(nic["network"]))
        is_leased = network and network["fields"]["dhcp"] and nic["address"] is not None and nic["leased"]
        if is_leased and nic["mac"] is None:
            yield [guest], [["nic", key(nic), "address"]]


def fixed_address_not_leased(g):
    for guest, nic in g.nics():
        network = g.nodes.get(ref(nic["network"]))
        if network and nic["fixed"] and nic["address"] is not None:
            for pool in pools(network):
                if in_range(nic["address"], pool["range"]):
                    yield [guest], [["nic", key(nic), "address"]]


def reservation_has_a_machine(g):
    led = [ref(record["a"]) or record["a"] for zone in g.of("dns-zone") for record in zone["fields"]["record"]]
    led += [ref(one["fields"][word]) or one["fields"][word] for one in g.of("monitor") for word in ("ping", "tcp")]
    for network in g.of("network"):
        for one in network["fields"]["reservation"]:
            if one["mac"] is None and f'{network["address"]}.reservation.{key(one)}' in led:
                yield [network], [["reservation", key(one)]]


def alike_devices_say_their_ports(g):
    held = {ref(one["$key"]) for vm in g.of("vm") for one in vm["fields"]["attach"]}
    held |= {ref(one["of"]) for box in g.of("container") for one in box["fields"]["device-node"]}
    sticks = [one for one in g.of("device") if one["fields"]["bus"] == "usb"]
    for _, members in same(((one["on"][0], number), one) for one in sticks for number in one["fields"]["ids"] or []):
        guilty = [one for one in members if one["fields"]["port"] is None and one["address"] in held]
        if guilty:
            yield members, [[] for _ in members]


def share_has_its_folder(g):
    folders = {one["key"]: {ref(folder["$key"]) for folder in one["fields"]["folder"]} for one in g.of("mapping")}
    for vm in g.of("vm"):
        for one in vm["fields"]["share"]:
            if key(one) in folders and vm["on"][0] not in folders[key(one)]:
                yield [vm], [["share", key(one)]]


def stage_after_installer(g):
    for installer in g.of("manifest"):
        for group in installer["fields"]["installs"]:
            for other in g.of("manifest"):
                is_of_group = (other["fields"]["api"] or "").split("/")[0] == group and other is not installer
                if is_of_group and installer["address"] not in map(ref, other["fields"]["after"]):
                    yield [other], [[]]


def require_a_bridge(g):
    for guest, nic in g.nics():
        if nic["via"] is None and not nic["bridge"] and not nic["vnet"] and nic["network"] is not None:
            yield [guest], [["nic", key(nic), "network"]]


def require_one_bridge(g):
    for guest, nic in g.nics():
        if nic["via"] is None and len(nic["bridge"]) > 1:
            yield [guest], [["nic", key(nic), "network"]]


def require_an_address_of_the_network(g):
    for guest, nic in g.nics():
        network = g.nodes.get(ref(nic["network"]))
        cidr = network and network["fields"]["cidr"]
        if cidr and nic["address"] is not None and not address_in(nic["address"], cidr):
            yield [guest], [["nic", key(nic), "address"]]


def require_content(g):
    for guest in g.guests:
        for path, storage in g.storages(guest):
            wanted = "images" if path[0] == "disk" else "rootdir"
            if wanted not in storage["fields"]["content"]:
                yield [guest], [[*path, "storage"]]
    imported = {"Iso": "iso", "Template": "vztmpl"}
    of = [(one, "backup") for one in g.of("backup-job")] + [(one, "snippets") for one in g.of("snippet")]
    for node, wanted in of + [(one, imported.get(one["model"], "import")) for one in g.of("image")]:
        storage = g.nodes.get(ref(node["fields"]["storage"]))
        if storage and wanted not in storage["fields"]["content"]:
            yield [node], [["storage"]]


def require_an_address_of_the_network_elsewhere(g):
    for host, bridge, network in bridges(g):
        if network["cidr"] and not address_in(bridge["address"], network["cidr"]):
            yield [host], [["bridge", key(bridge), "address"]]
    for machine in g.of("machine"):
        network = g.nodes.get(ref(machine["fields"]["network"]))
        cidr = network and network["fields"]["cidr"]
        if cidr and machine["fields"]["address"] is not None and not address_in(machine["fields"]["address"], cidr):
            yield [machine], [["address"]]


def require_an_address_if_static(g):
    for guest, nic in g.nics():
        if nic["fixed"] and nic["address"] is None:
            yield [guest], [["nic", key(nic), "config"]]


def require_the_pool(g):
    for storage in g.of("storage"):
        pool = storage["fields"].get("pool")
        for address in storage["on"] if storage["model"] == "ZfsPool" else []:
            host = g.nodes[address]["fields"]
            if host["state"] != "retired" and pool.split("/")[0] not in map(key, host["zpool"]):
                yield [storage], [[]]


def require_q35(g):
    for vm in g.of("vm"):
        for one in vm["fields"]["attach"]:
            if one["pcie"] and "q35" not in vm["fields"]["machine"]:
                yield [vm], [["attach", key(one), "pcie"]]


def require_an_origin(g):
    for image in g.of("image"):
        if image["fields"]["url"] is None and image["fields"]["file"] is None:
            yield [image], [[]]


def require_a_role(g):
    for acl in g.of("acl"):
        if acl["fields"]["role"] is None and not acl["fields"]["built-in"]:
            yield [acl], [[]]


def require_mac_addresses(g):
    for vm in g.of("vm"):
        init = vm["fields"]["cloud-init"]
        if init and init["network-data"] is not None and any(nic["mac"] is None for nic in vm["fields"]["nic"]):
            yield [vm], [["cloud-init", "network-data"]]


def require_no_installer(g):
    for vm in g.of("vm"):
        for disk in vm["fields"]["disk"]:
            image = g.nodes.get(ref(disk["from"]))
            if image and image["model"] in ("Iso", "Template"):
                yield [vm], [["disk", key(disk), "from"]]


def identity_snippet_not_shared(g):
    for snippet in g.of("snippet"):
        users = {edge["from"] for edge in g.edges if edge["to"] == snippet["address"] and edge["sort"] != "needs"}
        if snippet["fields"]["identity"] and len(users) > 1:
            yield [snippet], [[]]


RULES = [
    host_memory,
    thermal_limit,
    one_id_one_guest,
    one_mac_one_nic,
    one_address_one_nic,
    one_address_one_host,
    gateway_is_no_host,
    host_address_is_a_machines,
    address_not_a_hosts,
    address_not_a_machines,
    address_not_a_services,
    reserved_address_is_kept,
    one_address_one_service,
    service_in_pool,
    one_device_one_holder,
    guest_without_backup,
    passthrough_not_in_snapshot_backup,
    large_disk_says_backup,
    datastore_is_emptied,
    no_guest_on_usb_disk,
    etcd_member_keeps_its_memory,
    cluster_server_has_an_address,
    quorum_only_runs_nothing,
    nothing_needs_what_is_off,
    needed_device_is_there,
    infrastructure_starts_first,
    infrastructure_is_on_a_ups,
    infrastructure_stops_last,
    gateway_is_no_guest,
    leased_address_is_kept,
    fixed_address_not_leased,
    reservation_has_a_machine,
    alike_devices_say_their_ports,
    share_has_its_folder,
    stage_after_installer,
    require_a_bridge,
    require_one_bridge,
    require_an_address_of_the_network,
    require_content,
    require_an_address_of_the_network_elsewhere,
    require_an_address_if_static,
    require_the_pool,
    require_q35,
    require_an_origin,
    require_a_role,
    require_mac_addresses,
    require_no_installer,
    identity_snippet_not_shared,
]

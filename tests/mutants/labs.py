"""Changes labs in one place each, says before the run what must come of it, and compares that with what `hlab check` says.

Usage: labs.py HLAB [--every N]

The labs are those of lang-examples and the repaired ones of tests/incidents. What must come of a change is told by `oracle.py`
over `hlab graph --format json`, and, where a lab with such an error has no graph, by the rules for names below. What it cannot
tell stands in `judged.txt`. Exit status 1 if a prediction fails, or if there are fewer of them than `ENOUGH` says; with --every,
only one change in N is tried, and how many there are is not asked.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import oracle
from source import Source, token

ROOT = pathlib.Path(__file__).resolve().parents[2]
HLAB = os.path.abspath(sys.argv[1])
GONE = "nothing-of-this-name"

GUESTS = ("vm", "container")
# What a guest finds only on its own host.
THERE = ("storage", "image", "snippet", "device")

# What a name of nothing is called, by the kind that the field refers to; everywhere else it is an `unknown-reference`.
UNKNOWN = {
    "storage": "unknown-storage",
    "host": "unknown-host",
    "network": "unknown-network",
    "image": "unknown-image",
    "device": "unknown-device",
}


class Lab:
    """A project: its files, and its graph if it has one."""

    def __init__(self, name, files, folder=None):
        self.name, self.files = name, files
        self.sources = {path: Source(text) for path, text in files.items()}
        self.graph = None if folder is None else run("graph", folder)

    @property
    def must_survive(self):
        """Whether it must live through losses: then almost everything decides whether it does, and no change is harmless."""
        return "$at" in (self.node(self.graph["project"])["fields"].get("survive") or {})

    def node(self, address):
        return next((node for node in self.graph["nodes"] if node["address"] == address), None)

    def written(self):
        """The nodes that stand in a source as they are: not those that a `for` makes."""
        for node in self.graph["nodes"]:
            source = self.sources[node["file"]]
            head = source.text[source.starts[node["line"] - 1] :]
            if re.match(rf'{re.escape(node["kind"])} "?{re.escape(node["key"])}"?(?![A-Za-z0-9_-])', head):
                yield node, source

    def span(self, node):
        return self.sources[node["file"]].declared(node["line"])

    def block(self, node, path):
        """Where the block at `path` of a node stands, with its source; ["disk", "scsi0"] for one. None if no line says it."""
        at, value, word = (node["file"], node["line"]), node["fields"], None
        steps, found = list(path), (self.sources[node["file"]], self.span(node))
        while steps:
            word, key = steps.pop(0), ""
            value = value.get(word)
            if isinstance(value, list):
                if not steps:
                    return None
                key = steps.pop(0)
                value = next((entry for entry in value if oracle.key(entry) == key), None)
            if not isinstance(value, dict) or "$at" not in value:
                return None
            file, line = value["$at"].rsplit(":", 1)
            span = self.sources[file].block(int(line), word, key)
            if span is None:
                return None
            at, found = (file, int(line)), (self.sources[file], span)
        return at, *found

    def type_of(self, node, path):
        """The type of a field, as the library writes it."""
        shape = self.graph["shapes"][node["kind"]]
        for word in path:
            type_ = shape["fields"].get(word, {}).get("type")
            if type_ is None:
                continue  # a key
            shape = self.graph["shapes"].get(type_, shape)
        return type_

    def field(self, node, path):
        """The file, source, and the spans of a field and its value, as a line says them; None if none does."""
        block = self.block(node, path[:-1])
        if block is None:
            return None
        (file, _), source, span = block
        spans = source.fields(span).get(path[-1])
        return spans and (file, source, *spans)


def run(verb, folder):
    """What `hlab VERB --format json` says of a folder; None where a graph has no values."""
    output = subprocess.run([HLAB, verb, "--format", "json", folder], capture_output=True, check=False)
    document = json.loads(output.stdout)
    return document if verb == "check" or "nodes" in document else None


def labs():
    folders = sorted(path for path in (ROOT / "lang-examples").iterdir() if path.is_dir())
    for folder in folders:
        files = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.hlab"))}
        yield folder.name, {path: text for path, text in files.items() if not path.endswith("_test.hlab")}
    for fixed in sorted((ROOT / "tests/incidents").glob("*/fixed.hlab")):
        yield fixed.parent.name, {"main.hlab": fixed.read_text()}


class Mutant:
    """A lab changed in one place. `broken`: what is known without the lab's own values, as (code, places); None if the graph
    of the changed lab is to be asked."""

    def __init__(self, operator, site, lab, changes, broken=None):
        self.operator, self.site, self.lab, self.broken = operator, site, lab, broken
        self.files = {**lab.files, **changes}
        self.noticed = None

    def __str__(self):
        return f"{self.lab.name}: {self.operator} {self.site}"


# ---- Operators: each yields mutants of a lab.


def delete(lab):
    """Takes a resource away: what names it names nothing, or the rest is judged by itself."""
    for node, source in lab.written():
        if node["kind"] in ("project", "incident"):
            continue
        start, end = lab.span(node)
        # Lines stay where they are.
        text = source.replaced((start, end), "\n" * source.text.count("\n", start, end))
        edges = [edge for edge in lab.graph["edges"] if edge["to"] == node["address"] and edge["sort"] != "needs"]
        broken = [named(lab, edge) for edge in edges if edge["from"] != edge["to"]]
        if broken and not any(broken):
            continue  # only a profile or a loop names it
        broken = [finding for finding in broken if finding]
        yield Mutant("delete", node["address"], lab, {node["file"]: text}, broken or None)


def duplicate(lab):
    """Says a resource twice: under its name, and under another."""
    for node, source in lab.written():
        start, end = lab.span(node)
        entry = source.text[start:end]
        if node["kind"] != "project":
            text = source.text[:end] + "\n" + entry + source.text[end:]
            second = (node["file"], source.line_of(end) + 1)
            broken = [("duplicate-name", {second})]
            yield Mutant("duplicate", node["address"], lab, {node["file"]: text}, broken)
            where = token(entry, node["key"])
            if where and re.fullmatch(oracle.NAME, node["key"]):
                twin = entry[: where[0]] + node["key"] + "-twin" + entry[where[1] :]
                text = source.text[:end] + "\n" + twin + source.text[end:]
                yield Mutant("twin", node["address"], lab, {node["file"]: text})


def retarget(lab):
    """Makes a reference lead to nothing, and to another thing of its kind."""
    for edge in lab.graph["edges"]:
        place = mention(lab, edge)
        if place is None:
            continue
        file, source, span, code = place
        site = f'{edge["from"]} {edge["path"]} -> {edge.get("part") or edge["to"]}'
        broken = [(code, {(file, source.line_of(span[0]))})]
        yield Mutant("retarget to nothing", site, lab, {file: source.replaced(span, GONE)}, broken)
        target = lab.node(edge["to"])
        others = [node for node in lab.graph["nodes"] if node["kind"] == target["kind"] and node is not target]
        for other in [] if edge.get("part") else others[:2]:
            if re.fullmatch(oracle.NAME, other["key"]):
                text = source.replaced(span, other["key"])
                broken = moved(lab, edge, other, (file, source.line_of(span[0])))
                yield Mutant("retarget", f'{site}: {other["address"]}', lab, {file: text}, broken)


def swap(lab):
    """Guests of two hosts change places."""
    guests = [(node, source) for node, source in lab.written() if node["kind"] in ("vm", "container") and node["on"]]
    for number, (one, _) in enumerate(guests):
        for other, _ in guests[number + 1 :]:
            if one["on"] == other["on"] or len(one["on"] + other["on"]) > 2:
                continue
            changes, broken = {}, []
            for guest, host in ((one, other["on"][0]), (other, one["on"][0])):
                edge = next(edge for edge in lab.graph["edges"] if edge["from"] == guest["address"] and edge["sort"] == "on")
                file, source, span, _ = mention(lab, edge)
                text = Source(changes.get(file, lab.files[file]))
                start = text.declared(guest["line"])[0]
                head = text.text[start : text.starts[guest["line"]]]
                where = re.search(r" on ([A-Za-z0-9_-]+)", head)
                changes[file] = text.replaced((start + where.start(1), start + where.end(1)), lab.node(host)["key"])
                broken += moved(lab, edge, lab.node(host), None) or []
            yield Mutant("swap hosts", f'{one["address"]}, {other["address"]}', lab, changes, broken or None)


# Fields with bounds: kind, field, least and most, and how one is written; below and above, the value is refused.
BOUNDS = [
    ("vm", "id", 100, 999_999_999, "{}"),
    ("container", "id", 100, 999_999_999, "{}"),
    ("vm", "memory", 16, None, "{}MiB"),
    ("container", "memory", 16, None, "{}MiB"),
    ("network", "vlan", 1, 4094, "{}"),
]


def off_by_one(lab):
    """Puts a value at a bound, and one past it."""
    for kind, field, least, most, form in BOUNDS:
        for node, _ in lab.written():
            found = lab.field(node, [field]) if node["kind"] == kind else None
            if found is None or found[0] != node["file"]:
                continue
            file, source, _, value = found
            place = (file, source.line_of(value[0]))
            for number, is_refused in [(least, False), (least - 1, True), (most, False), (most and most + 1, True)]:
                if number is not None:
                    new = form.format(number)
                    broken = [("refused-value", {place})] if is_refused else None
                    text = source.replaced(value, new)
                    yield Mutant("off by one", f'{node["address"]} {field} = {new}', lab, {file: text}, broken)
    for node, source in lab.written():
        if node["kind"] != "host" or node["fields"]["state"] != "running":
            continue
        promised = oracle.Graph(lab.graph).promised(node)
        cpus = oracle.Graph(lab.graph).cpus_on(node)
        for field, path, values in [
            ("memory", ["memory"], [f"{promised // 2**20 + more}MiB" for more in (-1, 0)] if promised % 2**20 == 0 else []),
            ("thermal", ["thermal", "max-vcpus"], [str(cpus + more) for more in (-1, 0) if cpus + more > 0]),
        ]:
            for new in values:
                found = lab.field(node, path)
                text = None
                if found:
                    text = found[1].replaced(found[3], new)
                elif node["fields"][field] is None or field == "thermal" and "$at" not in node["fields"]["thermal"]:
                    start, end = lab.span(node)
                    brace = source.code.find("{", start, end)
                    said = f" thermal {{ max-vcpus = {new} }}," if field == "thermal" else f" memory = {new},"
                    if brace > 0:
                        text = source.text[: brace + 1] + said.rstrip(",") + "\n" + source.text[brace + 1 :]
                if text is not None:
                    file = found[0] if found else node["file"]
                    yield Mutant("off by one", f'{node["address"]} {field} = {new}', lab, {file: text})


def drop_allow(lab):
    """Takes an exception away: its rule speaks again."""
    for path, source in lab.sources.items():
        for match in re.finditer(r"(?m)^ *allow ([a-z0-9-]+)", source.code):
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            text = source.without((start, source.entry(start)))
            yield Mutant("drop allow", f"{path}: {match.group(1)}", lab, {path: text})


# Facts of hosts, devices and guests that nobody has to state; and what has to be said.
FACTS = {
    "host": ["memory", "cpu", "thermal", "psu", "firmware", "address", "arc-min", "serial", "fqdn", "description"],
    "device": ["ids", "port", "bus"],
    "network": ["cidr", "gateway", "vlan", "dns", "domain", "description"],
    "vm": ["description", "backup", "machine", "cpu"],
    "container": ["description", "backup", "cpu", "tags"],
    "service": ["workload"],
    "acl": ["role"],
    "workload": ["image", "node"],
    "image": ["url", "file"],
    "monitor": ["every", "retries"],
}
PARTS = {
    ("host", "disk"): ["transport", "size", "id"],
    ("host", "nic"): ["speed", "usb", "network"],
    ("host", "bridge"): ["address"],
    ("host", "pci"): ["group", "mapping"],
    ("vm", "nic"): ["mac", "address"],
    ("vm", "disk"): ["backup", "cache", "iothread", "volume"],
    ("container", "nic"): ["mac", "address"],
    ("network", "reservation"): ["mac"],
}
NEEDED = {
    "backup-job": ["storage", "schedule"],
    "acl": ["path"],
    "k3s-cluster": ["version"],
}
NEEDED_PARTS = {
    ("vm", "disk"): ["storage", "size"],
    ("vm", "nic"): ["network"],
    ("container", "nic"): ["network"],
    ("network", "reservation"): ["address"],
}


def forget(lab):
    """Takes a fact away: nothing is wrong then that was not before, unless somebody must say it."""
    for node, _ in lab.written():
        for fields, is_needed in ((FACTS, False), (NEEDED, True)):
            for field in fields.get(node["kind"], []):
                yield from forgotten(lab, node, [field], is_needed)
        for parts, is_needed in ((PARTS, False), (NEEDED_PARTS, True)):
            for (kind, word), fields in parts.items():
                for entry in node["fields"].get(word) or [] if kind == node["kind"] else []:
                    for field in fields:
                        yield from forgotten(lab, node, [word, oracle.key(entry), field], is_needed)


def forgotten(lab, node, path, is_needed):
    found = lab.field(node, path) or (len(path) == 1 and whole_block(lab, node, path[0])) or None
    if found is None or found[0] != node["file"]:
        return
    file, source, span, _ = found
    broken = None
    if is_needed:
        block = lab.block(node, path[:-1])
        broken = [("missing-field", {block[0]})]
        # A profile may say it, too.
        if " with " in source.text[lab.span(node)[0] :].split("\n", 1)[0]:
            return
    text = source.without(span)
    operator = "leave out" if is_needed else "make unknown"
    yield Mutant(operator, f'{node["address"]} {".".join(path)}', lab, {file: text}, broken)


def whole_block(lab, node, word):
    block = lab.block(node, [word]) if isinstance(node["fields"].get(word), dict) else None
    return block and (block[0][0], block[1], block[2], block[2])


# ---- Names: where a lab says a reference, and what is said of it when it leads nowhere.


def mention(lab, edge):
    """File, source and span of the name in a reference, and what a name of nothing is called there; None if a profile, a loop
    or a computed value says it."""
    node, target = lab.node(edge["from"]), lab.node(edge["to"])
    name = split(edge["part"])[-1] if edge.get("part") else target["key"]
    is_written = any(one is node for one, _ in lab.written())
    if not is_written or not re.fullmatch(oracle.NAME, name):
        return None
    if edge["sort"] in ("on", "in"):
        source, (start, end) = lab.sources[node["file"]], lab.span(node)
        brace = source.code.find("{", start, end)
        head = source.code[start : brace if brace > 0 else end]
        clause = re.search(rf'\s{edge["sort"]} ', head)
        where = clause and token(head[clause.end() :], name)
        at = start + clause.end() if clause else 0
        code = UNKNOWN.get(target["kind"], "unknown-reference")
        return where and (node["file"], source, (at + where[0], at + where[1]), code)
    path = split(edge["path"])
    if edge["sort"] == "key":
        block = lab.block(node, path) if path[0] == "attach" else None
        where = block and token(block[1].code[slice(*block[2])], name)
        return where and (block[0][0], block[1], (block[2][0] + where[0], block[2][0] + where[1]), "unknown-device")
    found = lab.field(node, path)
    where = found and token(found[1].code[slice(*found[3])], name)
    if not where:
        return None
    file, source, _, (start, end) = found
    before, behind = source.code[start : start + where[0]], source.code[start + where[1]]
    code = kind_of_unknown(lab.type_of(node, path))
    if behind == ".":
        # `OPNsense.net1`: an expression begins with a name.
        code = None if edge.get("part") else "unknown-name"
    elif before.endswith("."):
        # `vm.web` names its kind; `lan.metallb` is a member of `lan`.
        code = "unknown-field" if edge.get("part") else "unknown-reference"
    return code and (file, source, (start + where[0], start + where[1]), code)


def kind_of_unknown(type_):
    """What a name of nothing is called where a type says what may stand there."""
    if "Address" in type_ or re.search(r"\b(nic|bridge|reservation|pool)\b", type_) and "ref pool" not in type_:
        return "unknown-part"
    if "device | pci | usb" in type_:
        return "unknown-device"
    one = re.fullmatch(r"(?:List<|Set<)?ref ([a-z0-9-]+)>?\??", type_)
    return UNKNOWN.get(one.group(1), "unknown-reference") if one else "unknown-reference"


def split(path):
    return re.findall(r'"[^"]*"|[^."]+', path)


def named(lab, edge):
    """What is said where a reference leads to a thing that is gone."""
    place = mention(lab, edge)
    if place is None:
        return None
    file, source, span, code = place
    # In `lan.metallb` it is the first name that is gone.
    return "unknown-name" if code == "unknown-field" else code, {(file, source.line_of(span[0]))}


def moved(lab, edge, other, place):
    """What is not there when a guest, or what it needs, goes to another host, or when it needs another thing of that kind."""
    node = lab.node(edge["from"])
    if edge["sort"] == "on" and node["kind"] in GUESTS:
        needs = [(node, of, lab.node(of["to"]), other["address"]) for of in lab.graph["edges"] if of["from"] == node["address"]]
        hosts = None
    elif edge["sort"] == "on":
        users = [(lab.node(of["from"]), of) for of in lab.graph["edges"] if of["to"] == node["address"]]
        needs = [(user, of, node, user["on"][0]) for user, of in users if user["kind"] in GUESTS]
        hosts = [other["address"] if one == edge["to"] else one for one in node["on"]]
    else:
        is_gone = node["kind"] in GUESTS and other["on"] and node["on"][0] not in other["on"] and other["kind"] in THERE
        return [("not-on-host", {place})] if is_gone else None
    broken = []
    for _, of, target, host in needs:
        if of["sort"] not in ("field", "key") or not (target["kind"] in THERE or of.get("part")):
            continue
        on = hosts if hosts is not None else target["on"]
        is_there = not on or host in on
        if of.get("part"):
            word, key = split(of["part"])[-2:]
            is_there = any(oracle.key(entry) == key for entry in other["fields"].get(word, []))
        found = None if is_there else mention(lab, of)
        if found:
            broken.append(("not-on-host", {(found[0], found[1].line_of(found[2][0]))}))
    return broken or None


# ---- The run.

OPERATORS = [delete, duplicate, retarget, swap, off_by_one, drop_allow, forget]


def judge(mutant):
    """What was predicted, and whether it came."""
    with tempfile.TemporaryDirectory() as folder:
        write(mutant.files, folder)
        broken = mutant.broken
        if broken is None:
            changed = Lab(mutant.lab.name, mutant.files, folder)
            if changed.graph is None:
                broken = [("an error that leaves no graph", set())]
            else:
                broken = oracle.findings(changed)
        told = run("check", folder)["diagnostics"]
        found = [one for one in told if one["severity"] == "error"]
        mutant.noticed = sole(told, mutant.lab)
    if broken == oracle.UNKNOWN:
        is_judged = JUDGED.get(str(mutant)) == ("refused" if found else "accepted")
        return ("unknown, as judged" if is_judged else "unknown, judged otherwise"), found, broken
    if not broken and mutant.lab.must_survive:
        return LEFT_OUT, found, broken
    told = {(one["name"], label["file"], label["line"]) for one in found for label in one["labels"] if label["primary"]}
    if not broken:
        return ("harmless refused" if found else "harmless accepted"), found, broken
    is_caught = all(any((code, *place) in told for place in places) for code, places in broken)
    return ("breaking caught" if is_caught else "breaking missed"), found, broken


def sole(told, lab):
    """The only rule that a changed lab breaks, or is warned by, and the lab as it was did not; None where there is not just one."""
    new = collections.Counter(one["name"] for one in told) - lab.said
    return next(iter(new)) if len(new) == 1 else None


def policies():
    """The policies of the library."""
    texts = [path.read_text() for path in (ROOT / "stdlib/policies").glob("*.hlab") if not path.name.endswith("_test.hlab")]
    return {name for text in texts for name in re.findall(r"^(?:warn |final )*policy (\S+)", text, re.M)}


def tested_alone():
    """The policies of which a test of the library has a lab that breaks this rule and no other: a test fails by what it does
    not expect."""
    alone = set()
    for path in (ROOT / "stdlib/policies").glob("*_test.hlab"):
        for test in re.split(r'^(?=test ")', path.read_text(), flags=re.M):
            expected = {name for _, name in re.findall(r"^\s+expect (\w+)(?: policy/(\S+))?", test, re.M)}
            alone |= expected if len(expected) == 1 else set()
    return alone


GOOD = ["breaking caught", "harmless accepted", "unknown, as judged"]
BAD = ["breaking missed", "harmless refused", "unknown, judged otherwise"]
# Of a lab that must live through losses: nothing that the oracle states is broken, and it does not state what is lost.
LEFT_OUT = "left out"
ENOUGH = {"breaking caught": 300, "harmless accepted": 100}


def judged():
    """What people said of changes of which the oracle says nothing: `refused` or `accepted`, by the change."""
    lines = pathlib.Path(__file__).with_name("judged.txt").read_text().splitlines()
    return dict(line.split(" :: ")[:2] for line in lines if line and not line.startswith("#"))


JUDGED = judged()


def write(files, folder):
    for path, text in files.items():
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def all_mutants():
    for name, files in labs():
        with tempfile.TemporaryDirectory() as folder:
            write(files, folder)
            # A lab that is refused as it is shows nothing.
            result = run("check", folder)
            if result["errors"] == 0:
                lab = Lab(name, files, folder)
                lab.said = collections.Counter(one["name"] for one in result["diagnostics"])
                for operator in OPERATORS:
                    yield from operator(lab)


def main():
    step = int(sys.argv[sys.argv.index("--every") + 1]) if "--every" in sys.argv else 1
    mutants = list(all_mutants())[::step]
    table, codes, alone = collections.defaultdict(collections.Counter), collections.Counter(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, (fate, found, broken) in zip(mutants, pool.map(judge, mutants)):
            table[mutant.operator][fate] += 1
            alone[mutant.noticed] += 1
            if fate == "breaking caught":
                codes.update({code for code, _ in broken})
            if fate in BAD:
                labels = [(one["name"], label) for one in found for label in one["labels"] if label["primary"]]
                said = [f'{name} at {label["file"]}:{label["line"]}' for name, label in labels]
                print(f"{mutant}: {fate}\n    predicted {broken}\n    found {said}")
    total = sum(table.values(), collections.Counter())
    width = max(map(len, table))
    fates = [fate for fate in [*GOOD, *BAD, LEFT_OUT] if total[fate]]
    print(" " * width, *(f"{fate:>{len(fate) + 1}}" for fate in fates))
    for name, row in [*sorted(table.items()), ("all", total)]:
        print(f"{name:{width}}", *(f"{row[fate]:{len(fate) + 1}}" for fate in fates))
    print("caught:", ", ".join(f"{code} {count}" for code, count in codes.most_common()))
    kept = policies()
    print("alone:", ", ".join(f"{name} {count}" for name, count in alone.most_common() if name in kept))
    is_enough = step > 1 or all(total[fate] >= least for fate, least in ENOUGH.items())
    if step == 1 and total["unknown, as judged"] < len(JUDGED):
        print("judged.txt names changes that nobody makes any more, or that the oracle can tell")
        is_enough = False
    # A rule that is never the only one to speak says what others say: it belongs to one of them.
    for name in sorted(kept - set(alone) - tested_alone()) if step == 1 else ():
        is_enough = False
        print(f"`{name}` is broken alone by no change, and by no test of the library")
    is_known = sum(count for fate, count in total.items() if fate.startswith("unknown")) * 10 <= total.total() - total[LEFT_OUT]
    return 0 if is_enough and is_known and not any(total[fate] for fate in BAD) else 1


if __name__ == "__main__":
    sys.exit(main())

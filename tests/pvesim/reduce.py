#!/usr/bin/env python3
"""Writes contract-8.4.json and contract-9.1.json: of the official API schema, the methods that pvesim answers, and of those
only what a validator needs. Deterministic. `--check` writes nothing and fails when a table is not what it would write.

The schema is looked for below $HLAB_SHARED, or in ../shared beside the repository.
"""

import json
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SHARED = pathlib.Path(os.environ.get("HLAB_SHARED") or HERE.parent.parent.parent / "shared")

# A row of an area's table of routes: get("/nodes", …).
ROUTE = re.compile(r'\b(get|post|put|delete)\(\s*"(/[^"]*)"')
METHOD_KEYS = ("allowtoken", "permissions", "proxyto", "protected", "parameters", "returns")
SCHEMA_KEYS = (
    "type", "optional", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "additionalProperties", "requires",
    "default_key", "alias", "keyAlias", "type-property", "instance-types",
)


def modelled():
    """The methods that the areas answer."""
    found = set()
    for file in sorted((HERE / "src" / "areas").glob("*.rs")):
        text = file.read_text().split("#[cfg(test)]")[0]
        found |= {(method.upper(), path) for method, path in ROUTE.findall(text)}
    return found


def schema(value):
    """A schema without what is for people. How a property string of a named format looks is said only by its `typetext`."""
    small = {key: value[key] for key in SCHEMA_KEYS if value.get(key) is not None}
    if isinstance(value.get("format"), dict):
        small["format"] = {name: schema(part) for name, part in value["format"].items()}
    elif "format" in value:
        small["format"] = value["format"]
        if "=" in value.get("typetext", ""):
            small["typetext"] = value["typetext"]
    if "properties" in value:
        small["properties"] = {name: indexed(name, part) for name, part in value["properties"].items()}
    if isinstance(value.get("additionalProperties"), dict):
        small["additionalProperties"] = schema(value["additionalProperties"])
    if "items" in value:
        small["items"] = schema(value["items"])
    for key in ("oneOf", "allOf"):
        if key in value:
            small[key] = [schema(part) for part in value[key]]
    return small


def indexed(name, value):
    """An indexed parameter's highest index, where its description says one: `(n is 0 to 30)`."""
    small = schema(value)
    bound = re.search(r"\(n is 0 to (\d+)\)", value.get("description", "")) if name.endswith("[n]") else None
    if bound:
        small["last_index"] = int(bound.group(1))
    return small


def method(value):
    """A method without what is for people."""
    small = {key: value[key] for key in METHOD_KEYS if key in value}
    if isinstance(small.get("permissions"), dict):
        small["permissions"] = {key: part for key, part in small["permissions"].items() if key != "description"}
    for key in ("parameters", "returns"):
        if key in small:
            small[key] = schema(small[key])
    return small


def reduced(release):
    """The table of a release as JSON, one method a line."""
    wanted, rows = modelled(), {}

    def walk(nodes):
        for node in nodes:
            for name, info in node.get("info", {}).items():
                if (name, node["path"]) in wanted:
                    rows[f"{name} {node['path']}"] = method(info)
            walk(node.get("children", []))

    walk(json.loads((SHARED / "schemas" / "pve" / f"apidoc-{release}.json").read_text()))
    lines = [f"{json.dumps(name)}:{json.dumps(rows[name], sort_keys=True, separators=(',', ':'))}" for name in sorted(rows)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    stale = []
    for release in ("8.4", "9.1"):
        file, text = HERE / f"contract-{release}.json", reduced(release)
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file.name)
    if stale:
        sys.exit(f"not what reduce.py writes: {', '.join(stale)}; run tests/pvesim/reduce.py")


if __name__ == "__main__":
    main()

//! The contract: each keyword accepts what the server accepts and refuses the rest in the server's words; and the official
//! schemas, where they are there, hold nothing that is not understood.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

use pvesim::contract::{foreign_property, validate};
use pvesim::world::Release;
use pvesim::{Format, Schema, Table, is_known_format, offences_of_answer};
use serde_json::{Map, Value, json};

/// The parameters of a method with these properties and no others.
fn schema(properties: Value) -> Schema {
    let whole = json!({ "type": "object", "additionalProperties": 0, "properties": properties });
    Schema::from_json(&whole).expect("every keyword is understood")
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("not an object: {other}"),
    }
}

/// What is wrong with a value of the parameter `p`, if anything is.
fn reason(property: Value, value: impl Into<Value>) -> Option<String> {
    let given = members(json!({ "p": value.into() }));
    let mut errors = validate(given, &schema(json!({ "p": property }))).err()?;
    Some(errors.remove("p").expect("the error is of the parameter"))
}

#[track_caller]
fn accepts(property: Value, values: &[Value]) {
    for value in values {
        assert_eq!(reason(property.clone(), value.clone()), None, "{value} is fine");
    }
}

#[track_caller]
fn refuses(property: Value, value: impl Into<Value>, expected: &str) {
    assert_eq!(reason(property, value).as_deref(), Some(expected));
}

#[test]
fn a_parameter_is_required_unless_optional() {
    let both = schema(json!({ "a": { "type": "string" }, "b": { "type": "string", "optional": 1 } }));
    assert!(validate(members(json!({ "a": "x" })), &both).is_ok());
    let errors = validate(members(json!({ "b": "x", "a": null })), &both).expect_err("null is as good as nothing");
    assert_eq!(errors["a"], "property is missing and it is not optional");
}

#[test]
fn an_unknown_parameter_is_refused() {
    let errors = validate(members(json!({ "q": "x" })), &schema(json!({}))).expect_err("there is no such parameter");
    assert_eq!(errors["q"], "property is not defined in schema and the schema does not allow additional properties");
    let open = Schema::from_json(&json!({ "additionalProperties": 1, "properties": {} })).expect("understood");
    assert!(validate(members(json!({ "q": "x" })), &open).is_ok());
    let typed = json!({ "additionalProperties": { "type": "integer" }, "properties": {} });
    let typed = Schema::from_json(&typed).expect("understood");
    assert!(validate(members(json!({ "q": "1" })), &typed).is_ok());
    let errors = validate(members(json!({ "q": "x" })), &typed).expect_err("it is no integer");
    assert_eq!(errors["q"], "type check ('integer') failed - got 'x'");
}

#[test]
fn types_are_looked_at_in_texts_and_in_json() {
    accepts(json!({ "type": "integer" }), &[json!("4"), json!("-4"), json!("+4"), json!(4)]);
    refuses(json!({ "type": "integer" }), "4.5", "type check ('integer') failed - got '4.5'");
    refuses(json!({ "type": "integer" }), "4GiB", "type check ('integer') failed - got '4GiB'");
    accepts(json!({ "type": "number" }), &[json!("0.5"), json!(".5"), json!("5."), json!("1e3"), json!(0.5)]);
    refuses(json!({ "type": "number" }), "1e", "type check ('number') failed - got '1e'");
    refuses(json!({ "type": "number" }), "nan", "type check ('number') failed - got 'nan'");
    accepts(json!({ "type": "string" }), &[json!("x"), json!(4), json!("")]);
    refuses(json!({ "type": "string" }), json!(["x", "y"]), "type check ('string') failed - got ARRAY");
    refuses(json!({ "type": "string" }), json!({ "x": 1 }), "type check ('string') failed - got HASH");
    accepts(json!({ "type": "object" }), &[json!({ "x": 1 })]);
    refuses(json!({ "type": "object" }), "x", "type check ('object') failed");
}

#[test]
fn a_truth_value_is_1_or_0_as_a_parameter() {
    accepts(json!({ "type": "boolean" }), &[json!("1"), json!("0"), json!(1), json!(0), json!(true), json!(false)]);
    refuses(json!({ "type": "boolean" }), "yes", "type check ('boolean') failed - got 'yes'");
    refuses(json!({ "type": "boolean" }), "true", "type check ('boolean') failed - got 'true'");
}

#[test]
fn a_truth_value_has_more_spellings_in_a_property_string() {
    let agent = json!({ "type": "string", "format": { "enabled": { "type": "boolean", "default_key": 1 } } });
    for value in ["1", "0", "enabled=on", "enabled=off", "enabled=YES", "enabled=no", "enabled=true", "enabled=False"] {
        accepts(agent.clone(), &[json!(value)]);
    }
    let refusal = |value: &str| {
        format!("invalid format - format error\np.enabled: type check ('boolean') failed - got '{value}'\n")
    };
    refuses(agent.clone(), "enabled=maybe", &refusal("maybe"));
    // Without its key the value is taken as it is.
    refuses(agent, "on", &refusal("on"));
}

#[test]
fn bounds_hold_on_both_sides() {
    let vmid = json!({ "type": "integer", "minimum": 100, "maximum": "999999999" });
    accepts(vmid.clone(), &[json!("100"), json!("999999999")]);
    refuses(vmid.clone(), "99", "value must have a minimum value of 100");
    refuses(vmid, "1000000000", "value must have a maximum value of 999999999");
    let name = json!({ "type": "string", "minLength": 2, "maxLength": 4 });
    accepts(name.clone(), &[json!("ab"), json!("äöüß")]);
    refuses(name.clone(), "a", "value must be at least 2 characters long");
    refuses(name, "abcde", "value may only be 4 characters long");
}

#[test]
fn choices_and_patterns() {
    let kind = json!({ "type": "string", "enum": ["vm", "node"] });
    accepts(kind.clone(), &[json!("vm")]);
    refuses(kind, "VM", "value 'VM' does not have a value in the enumeration 'vm, node'");
    let repository = json!({ "type": "string", "pattern": "[0-9a-f]{4}" });
    accepts(repository.clone(), &[json!("12ab")]);
    refuses(repository, "x12ab", "value does not match the regex pattern");
    let perl = json!({ "type": "string", "pattern": "(?^:^((?>[+-]?[\\w\\-\\._=]+,?)+)$)" });
    accepts(perl.clone(), &[json!("host,+aes,-pcid")]);
    refuses(perl, "a b", "value does not match the regex pattern");
}

#[test]
fn a_parameter_may_require_another() {
    let both = schema(json!({
        "path": { "type": "string", "optional": 1, "requires": "privs" }, "privs": { "type": "string", "optional": 1 },
    }));
    assert!(validate(members(json!({ "path": "/", "privs": "Sys.Audit" })), &both).is_ok());
    let errors = validate(members(json!({ "path": "/" })), &both).expect_err("`privs` is missing");
    assert_eq!(errors["privs"], "missing property - 'path' requires this property");
}

#[test]
fn arrays_and_lists_become_what_the_schema_wants() {
    let nodes = json!({ "type": "string", "format": "pve-node-list" });
    accepts(nodes.clone(), &[json!("a,b"), json!(["a", "b"]), json!("a;b c"), json!("")]);
    refuses(nodes, "a,-b", "invalid format - value does not look like a valid node name\n");
    let map = json!({ "type": "array", "items": { "type": "integer" } });
    accepts(map.clone(), &[json!(["1", "2"]), json!("1")]);
    let given = members(json!({ "p": ["1", "x"] }));
    let errors = validate(given, &schema(json!({ "p": map }))).expect_err("one item is no integer");
    assert_eq!(errors["p[1]"], "type check ('integer') failed - got 'x'");
}

#[test]
fn an_indexed_parameter_has_its_bounds() {
    let disks = schema(json!({
        "scsi[n]": { "type": "string", "optional": 1, "description": "Use volume as SCSI hard disk (n is 0 to 30)." },
        "net[n]": { "type": "string", "optional": 1 },
    }));
    assert!(validate(members(json!({ "scsi0": "x", "scsi30": "x", "net31": "x" })), &disks).is_ok());
    let unknown = "property is not defined in schema and the schema does not allow additional properties";
    for name in ["scsi31", "net32", "scsi", "scsi01", "scsi[n]", "disk0"] {
        let errors = validate(members(json!({ name: "x" })), &disks).expect_err("there is no such index");
        assert_eq!(errors[name], unknown, "{name}");
    }
}

/// `net0` in short: a bare model, a model with its address, a bridge.
fn net() -> Value {
    json!({ "type": "string", "format": {
        "model": { "type": "string", "enum": ["virtio", "e1000"], "default_key": 1 },
        "virtio": { "alias": "macaddr", "keyAlias": "model" }, "e1000": { "alias": "macaddr", "keyAlias": "model" },
        "macaddr": { "type": "string", "format": "mac-addr", "optional": 1 },
        "bridge": { "type": "string", "format": "pve-bridge-id", "optional": 1 },
        "tag": { "type": "integer", "minimum": 1, "maximum": 4094, "optional": 1 },
    } })
}

#[test]
fn a_property_string_has_a_default_key_and_aliases() {
    accepts(
        net(),
        &[
            json!("virtio"),
            json!("model=virtio,tag=7"),
            json!("virtio=BC:24:11:00:00:01,bridge=vmbr0"),
            json!("virtio,"),
        ],
    );
    let key = "invalid format - invalid key in comma-separated list property: colour\n";
    refuses(net(), "virtio,colour=red", key);
    refuses(net(), "virtio,e1000", "invalid format - duplicate key in comma-separated list property: model\n");
    refuses(net(), "virtio,tag=1,tag=2", "invalid format - duplicate key in comma-separated list property: tag\n");
    refuses(net(), "virtio,tag=", "invalid format - missing key in comma-separated list property\n");
    let missing = "invalid format - format error\np.model: property is missing and it is not optional\n";
    refuses(net(), "bridge=vmbr0", missing);
    let bound = "invalid format - format error\np.tag: value must have a maximum value of 4094\n";
    refuses(net(), "virtio,tag=4095", bound);
    let address = "invalid format - format error\n\
        p.macaddr: invalid format - value does not look like a valid unicast MAC address\n\n";
    refuses(net(), "virtio=01:24:11:00:00:01", address);
    let bare = json!({ "type": "string", "format": { "size": { "type": "string", "optional": 1 } } });
    refuses(bare, "x", "invalid format - value without key, but schema does not define a default key\n");
}

#[test]
fn a_property_string_with_only_a_text_of_its_type() {
    let hostpci = json!({
        "type": "string", "format": "pve-qm-hostpci",
        "typetext": "[[host=]<HOSTPCIID[;HOSTPCIID2...]>] [,mapping=<mapping-id>] [,pcie=<1|0>]",
    });
    accepts(hostpci.clone(), &[json!("0000:01:00"), json!("mapping=gpu,pcie=1")]);
    refuses(
        hostpci.clone(),
        "0000:01:00,pci=1",
        "invalid format - invalid key in comma-separated list property: pci\n",
    );
    let expected = "invalid format - format error\np.pcie: type check ('boolean') failed - got '2'\n";
    refuses(hostpci, "0000:01:00,pcie=2", expected);
}

#[test]
fn named_formats_accept_and_refuse() {
    let rows = [
        ("pve-vmid", "100", "0100", "value does not look like a valid VM ID"),
        ("pve-node", "pve-1", "pve_1", "value does not look like a valid node name"),
        ("pve-configid", "a_1", "1a", "invalid configuration ID '1a'"),
        ("pve-storage-id", "local-zfs", "local_", "storage ID 'local_' contains illegal characters"),
        ("pve-userid", "ann@pve", "ann", "value 'ann' does not look like a valid user name"),
        ("pve-userid-list", "ann@pve,bo@pam", "ann@pve,b", "user name 'b' is too short"),
        ("IPorCIDRorAlias", "dc/lan", "dc/1", "value does not look like a valid IP address or CIDR network"),
        ("IPorCIDR", "10.0.0.0/7", "10.0.0.0/33", "Prefix length 33 is longer than IP address (32)"),
        ("IPorCIDR", "fd00::1", "a/24", "value does not look like a valid IP address or CIDR network"),
        ("IPorCIDR", "10.0.0.1", "10.0.0.1/24", "Invalid prefix 00001010000000000000000000000001/24"),
        ("pve-tokenid", "ann@pve!ci", "ann@pve", "value 'ann@pve' does not look like a valid token ID"),
        ("pve-volume-id", "local:iso/a.iso", "a.iso", "unable to parse volume ID 'a.iso'"),
        ("pve-volume-id-or-qm-path", "none", "a.iso", "unable to parse volume ID 'a.iso'"),
        ("pve-sdn-zone-id", "lab", "testzone1", "zone ID 'testzone1' can't be more length than 8 characters"),
        ("pve-sdn-vnet-id", "v1", "v", "vnet ID 'v' contains illegal characters"),
        ("CIDR", "10.0.0.0/24", "10.0.0.0", "value does not look like a valid CIDR network"),
        ("CIDRv4", "10.0.0.0/8", "10.0.0.0/7", "value does not look like a valid IPv4 CIDR network"),
        ("ipv6", "fd00::1", "10.0.0.1", "value does not look like a valid IPv6 address"),
        ("pve-ipv4-config", "dhcp", "auto", "value does not look like a valid ipv4 network configuration"),
        ("ipv4mask", "255.255.255.0", "255.0.255.0", "value does not look like a valid IP netmask"),
        ("disk-size", "32G", "32GiB", "value does not look like a valid disk size: 32GiB"),
        ("pve-startup-order", "order=1,up=30", "later", "unable to parse startup options"),
        ("pve-tag-list", "a;b,c", "a;b!", "invalid characters in tag"),
        ("address", "nas.lan", "nas_lan", "value does not look like a valid address: nas_lan"),
        ("urlencoded", "a%20b", "a b", "invalid urlencoded string: a b"),
        ("email-opt", "", "ann", "value does not look like a valid email address"),
        ("pve-ha-resource-id-list", "vm:100,ct:101", "100", "value does not look like a valid ha resource id"),
        ("pve-vlan-id-or-range-list", "2-10 20", "1", "invalid VLAN tag '1'"),
        ("pve-vlan-id-or-range", "2-10", "10-2", "VLAN range must go from lower to higher tag '10-2'"),
        ("pve-vlan-id-or-range", "2", "a", "invalid VLAN configuration 'a'"),
        ("pve-hotplug-features", "network,disk", "network,gpu", "invalid hotplug feature 'gpu'"),
    ];
    for (format, good, bad, expected) in rows {
        let property = json!({ "type": "string", "format": format });
        accepts(property.clone(), &[json!(good)]);
        assert_eq!(
            reason(property, bad).as_deref(),
            Some(format!("invalid format - {expected}\n").as_str()),
            "{format}"
        );
    }
}

#[test]
fn alternatives_by_the_type_of_the_object() {
    // As `delete` of a fabric of 9.1.
    let fabric = schema(json!({
        "protocol": { "type": "string" },
        "area": { "type": "string", "optional": 1, "instance-types": ["ospf"], "type-property": "protocol" },
        "delete": { "type": "array", "type-property": "protocol", "oneOf": [
            { "instance-types": ["openfabric"], "type": "array", "optional": 1, "items": { "enum": ["hello"], "type": "string" } },
            { "instance-types": ["ospf"], "type": "array", "optional": 1, "items": { "enum": ["area"], "type": "string" } },
        ] },
    }));
    assert!(validate(members(json!({ "protocol": "ospf" })), &fabric).is_ok());
    assert!(validate(members(json!({ "protocol": "ospf", "delete": ["area"] })), &fabric).is_ok());
    let given = members(json!({ "protocol": "openfabric", "delete": ["area"] }));
    let errors = validate(given, &fabric).expect_err("that type has no area");
    assert_eq!(errors["delete[0]"], "value 'area' does not have a value in the enumeration 'hello'");
    let given = members(json!({ "protocol": "openfabric", "area": "1" }));
    assert!(validate(given.clone(), &fabric).is_ok(), "the server's validator lets it pass");
    assert_eq!(foreign_property(&given, &fabric).as_deref(), Some("area"), "the code behind it does not");
    assert_eq!(foreign_property(&members(json!({ "protocol": "ospf", "area": "1" })), &fabric), None);
}

#[test]
fn alternatives_without_a_type_and_parts_that_all_hold() {
    let either = json!({ "oneOf": [{ "type": "integer" }, { "type": "string", "enum": ["max"] }] });
    accepts(either.clone(), &[json!("4"), json!("max")]);
    let errors = validate(members(json!({ "p": "min" })), &schema(json!({ "p": either }))).expect_err("neither fits");
    assert_eq!(errors["p.oneOf[0]"], "type check ('integer') failed - got 'min'");
    let both = json!({ "allOf": [{ "type": "integer" }, { "maximum": 4 }] });
    accepts(both.clone(), &[json!("4")]);
    refuses(both, "5", "value must have a maximum value of 4");
}

#[test]
fn a_keyword_that_nobody_knows_is_named() {
    let schema = json!({ "type": "string", "extends": { "type": "string" } });
    let unknown = Schema::from_json(&schema).expect_err("it is not understood");
    assert_eq!(unknown, ["schema: keyword `extends` = {\"type\":\"string\"}"]);
}

#[test]
fn answers_are_looked_at_too() {
    let list = json!({ "type": "array", "items": { "type": "object", "properties": {
        "vmid": { "type": "integer", "minimum": 100 }, "template": { "type": "boolean", "optional": 1 },
    } } });
    let list = Schema::from_json(&list).expect("understood");
    let good = json!([{ "vmid": "100", "template": 1, "extra": {} }]);
    assert!(
        offences_of_answer(&good, &list).is_empty(),
        "numbers in texts and what is not declared are as on the server"
    );
    let bad = json!([{ "vmid": 99 }, { "template": 0 }]);
    let expected =
        ["[0].vmid: value must have a minimum value of 100", "[1].vmid: property is missing and it is not optional"];
    assert_eq!(offences_of_answer(&bad, &list), expected);
    let nothing = Schema::from_json(&json!({ "type": "null" })).expect("understood");
    assert!(offences_of_answer(&Value::Null, &nothing).is_empty());
    assert_eq!(offences_of_answer(&json!(1), &nothing), ["_root: type check ('null') failed - value is not null"]);
}

/// The official table of each release; none, and a printed line, where the schemas are not there. CI has them.
fn official() -> &'static [(Release, Table, Vec<String>)] {
    static LOADED: OnceLock<Vec<(Release, Table, Vec<String>)>> = OnceLock::new();
    let load = |release: Release| {
        let Some(file) = Table::official_file(release) else {
            assert!(std::env::var("CI").is_err(), "no official schema of {}: set HLAB_SHARED", release.name());
            println!("skipped: no official schema of {} in ../shared", release.name());
            return None;
        };
        let (table, unknown) = Table::official(&file).unwrap_or_else(|error| panic!("{error}"));
        Some((release, table, unknown))
    };
    LOADED.get_or_init(|| Release::ALL.into_iter().filter_map(load).collect())
}

/// Every schema within a schema.
fn parts<'a>(schema: &'a Schema, found: &mut Vec<&'a Schema>) {
    found.push(schema);
    let alternatives = schema.one_of.iter().chain(&schema.all_of).chain(schema.items.as_deref());
    alternatives.chain(schema.properties.values()).for_each(|part| parts(part, found));
    if let Some(Format::Keys(keys)) = &schema.format {
        keys.values().for_each(|part| parts(part, found));
    }
}

#[test]
fn every_method_of_both_official_schemas_is_understood() {
    let counts = [(Release::V8_4, 605), (Release::V9_1, 649)];
    for (release, table, unknown) in official() {
        assert!(unknown.is_empty(), "{}:\n{}", release.name(), unknown.join("\n"));
        let expected = counts.iter().find(|(named, _)| named == release).map(|(_, count)| *count);
        assert_eq!(Some(table.iter().count()), expected, "methods of {}", release.name());
        let (mut formats, mut patterns) = (BTreeSet::new(), BTreeMap::new());
        // What an answer's property string looks like is said only where it is a parameter; in answers it is not looked at.
        let mut with_text = BTreeSet::new();
        for (_, _, method) in table.iter() {
            let mut found = Vec::new();
            parts(&method.parameters, &mut found);
            method.returns.iter().for_each(|returns| parts(returns, &mut found));
            for schema in found {
                match (&schema.format, &schema.typetext) {
                    (Some(Format::Named(name)), None) => formats.insert(name.clone()),
                    (Some(Format::Named(name)), Some(_)) => with_text.insert(name.clone()),
                    _ => false,
                };
                if let Some(pattern) = &schema.pattern {
                    patterns.insert(pattern.text(), pattern);
                }
            }
        }
        let unknown: Vec<_> = formats.difference(&with_text).filter(|name| !is_known_format(name)).collect();
        assert!(unknown.is_empty(), "{}: formats that nothing is known of: {unknown:?}", release.name());
        let unread: Vec<_> = patterns.values().filter(|pattern| pattern.matches("").is_none()).collect();
        assert!(unread.is_empty(), "{}: patterns that cannot be read: {unread:?}", release.name());
    }
}

#[test]
fn fifteen_methods_are_for_root_with_a_ticket_only() {
    for (release, table, _) in official() {
        let without = table.iter().filter(|(_, _, method)| method.permissions.is_none()).count();
        assert_eq!(without, 15, "{}", release.name());
    }
}

#[test]
fn the_reduced_tables_are_what_the_official_schema_says() {
    for (release, official, _) in official() {
        let reduced = Table::reduced(*release);
        for (name, path, method) in reduced.iter() {
            assert_eq!(Some(method), official.get(name, path), "{} {name} {path}", release.name());
        }
        let has = |(name, path): &(&str, &str)| official.get(name, path).is_some();
        for (name, path) in pvesim::modelled().filter(has) {
            assert!(reduced.get(name, path).is_some(), "{name} {path}: run tests/pvesim/reduce.py");
        }
    }
}

#[test]
fn every_modelled_method_is_of_some_release() {
    let tables = Release::ALL.map(Table::reduced);
    for (name, path) in pvesim::modelled() {
        let is_known = tables.iter().any(|table| table.get(name, path).is_some());
        assert!(is_known, "{name} {path} is in no table: a spelling, or run tests/pvesim/reduce.py");
    }
}

#[test]
fn reduce_py_would_write_the_tables_as_they_are() {
    if official().is_empty() {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/reduce.py");
    let output = match Command::new("python3").arg(script).arg("--check").output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var("CI").is_err(), "python3: {error}");
            println!("skipped: python3: {error}");
            return;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

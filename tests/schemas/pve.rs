//! The option table against the API schema of 8.4 and 9.1.

use std::collections::BTreeSet;

use hlab::pve::{self, Guest, Key, Row, Schema, ValueKind, Version};
use serde_json::Value;

use super::support::{find, shared};

/// A whole schema.
fn schema(version: Version) -> Option<Value> {
    let path = shared(&format!("schemas/pve/apidoc-{version}.json"))?;
    let text = std::fs::read_to_string(path).expect("the schema is readable");
    Some(serde_json::from_str(&text).expect("the schema is JSON"))
}

/// The parameters of `PUT /nodes/{node}/qemu/{vmid}/config`, or of `lxc` there, in a version.
fn parameters(guest: Guest, version: Version) -> Option<serde_json::Map<String, Value>> {
    let tree = schema(version)?;
    let path = match guest {
        Guest::Vm => "/nodes/{node}/qemu/{vmid}/config",
        Guest::Container => "/nodes/{node}/lxc/{vmid}/config",
    };
    let node = find(&tree, path).expect("the endpoint is there");
    node["info"]["PUT"]["parameters"]["properties"].as_object().cloned()
}

fn words(value: &Value) -> BTreeSet<&str> {
    value["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether our kind and the server's type, enumeration, range and length are the same.
fn same_kind(kind: &ValueKind, schema: &Value) -> Result<(), String> {
    let said = |text: String| Err(format!("{text}, the server says {schema}"));
    let kind_name = schema["type"].as_str().unwrap_or_default();
    match kind {
        ValueKind::Bool if kind_name == "boolean" => Ok(()),
        ValueKind::Int { min, max } if kind_name == "integer" => {
            let same = schema["minimum"].as_i64() == *min && schema["maximum"].as_i64() == *max;
            if same { Ok(()) } else { said(format!("whole number {min:?} {max:?}")) }
        }
        ValueKind::Number { min, max } if kind_name == "number" => {
            let same = schema["minimum"].as_f64() == *min && schema["maximum"].as_f64() == *max;
            if same { Ok(()) } else { said(format!("number {min:?} {max:?}")) }
        }
        ValueKind::Enum(ours) if kind_name == "string" => {
            let ours: BTreeSet<&str> = ours.iter().copied().collect();
            if ours == words(schema) { Ok(()) } else { said(format!("{ours:?}")) }
        }
        ValueKind::Text { max, .. } if kind_name == "string" && words(schema).is_empty() => {
            // A pattern may limit the length instead; then our limit stands for it.
            let theirs = schema["maxLength"].as_u64();
            let by_pattern = schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("{,"));
            if theirs == max.map(u64::from) || by_pattern { Ok(()) } else { said(format!("at most {max:?}")) }
        }
        ValueKind::Properties(_) if kind_name == "string" => Ok(()),
        ValueKind::Bool
        | ValueKind::Int { .. }
        | ValueKind::Number { .. }
        | ValueKind::Enum(_)
        | ValueKind::Text { .. }
        | ValueKind::Properties(_) => said(format!("{kind:?}")),
    }
}

/// Compares one property string with the server's expanded format.
fn same_properties(version: Version, schema: &'static Schema, format: &serde_json::Map<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    let models: BTreeSet<&str> = schema.model.iter().flat_map(|alias| alias.words).copied().collect();
    for (name, theirs) in format {
        if theirs["keyAlias"].is_string() {
            if !models.contains(name.as_str()) {
                wrong.push(format!("{}.{name}: not a model", schema.name));
            }
            continue;
        }
        let Some(ours) = schema.key(version, name) else {
            wrong.push(format!("{}.{name}: missing", schema.name));
            continue;
        };
        wrong.extend(same_key(version, schema, ours, theirs));
    }
    let ours = schema.keys().filter(|key| key.is_in(version));
    wrong.extend(
        ours.filter(|key| !format.contains_key(key.name))
            .map(|key| format!("{}.{}: not theirs", schema.name, key.name)),
    );
    wrong
}

fn same_key(version: Version, schema: &Schema, ours: &'static Key, theirs: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let at = format!("{}.{}", schema.name, ours.name);
    let alias = match ours.role {
        pve::Role::Alias(alias) if version >= alias.since => Some(alias.of),
        pve::Role::Alias(_)
        | pve::Role::Plain
        | pve::Role::Required
        | pve::Role::Default
        | pve::Role::RequiredDefault => None,
    };
    if alias != theirs["alias"].as_str() {
        wrong.push(format!("{at}: alias {alias:?}"));
    }
    if alias.is_some() {
        return wrong;
    }
    if let Err(text) = same_kind(&ours.value, theirs) {
        wrong.push(format!("{at}: {text}"));
    }
    let is_default = matches!(ours.role, pve::Role::Default | pve::Role::RequiredDefault);
    let is_required = matches!(ours.role, pve::Role::Required | pve::Role::RequiredDefault);
    if is_default != (theirs["default_key"] == 1) {
        wrong.push(format!("{at}: default key {is_default}"));
    }
    if is_required == (theirs["optional"] == 1) {
        wrong.push(format!("{at}: required {is_required}"));
    }
    wrong
}

/// The keys that a `typetext` such as `[[host=]<ID>] [,pcie=<1|0>]` names, each with whether it stands in brackets.
fn keys_of_typetext(text: &str) -> BTreeSet<&str> {
    let starts = text.char_indices().filter(|(_, character)| character.is_ascii_lowercase());
    let mut keys = BTreeSet::new();
    for (start, _) in starts {
        let before = text[..start].chars().next_back();
        let end = text[start..]
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '-' && character != '_');
        let Some(end) = end.map(|end| start + end) else {
            continue;
        };
        if text[end..].starts_with('=') && matches!(before, None | Some('[' | ',')) {
            keys.insert(&text[start..end]);
        }
    }
    keys
}

fn same_row(version: Version, row: &'static Row, theirs: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Err(text) = same_kind(&row.value, theirs) {
        wrong.push(format!("{}: {text}", row.name));
    }
    if let ValueKind::Properties(schema) = row.value {
        match (&theirs["format"], theirs["typetext"].as_str()) {
            (Value::Object(format), _) => wrong.extend(same_properties(version, schema, format)),
            (_, Some(typetext)) => {
                let ours: BTreeSet<&str> = schema.keys().filter(|key| key.is_in(version)).map(|key| key.name).collect();
                if ours != keys_of_typetext(typetext) {
                    wrong.push(format!("{}: keys {ours:?}, the server says {typetext}", row.name));
                }
            }
            (_, None) => wrong.push(format!("{}: no property string", row.name)),
        }
    } else if theirs["format"].is_object() {
        wrong.push(format!("{}: a property string", row.name));
    }
    let prose = theirs["description"].as_str().unwrap_or_default();
    if let Some((_, tail)) = prose.split_once("(n is 0 to ")
        && row.name != "usb[n]"
        && !tail.starts_with(&format!("{})", row.highest.unwrap_or_default()))
    {
        wrong.push(format!("{}: highest {:?}, the server says {tail}", row.name, row.highest));
    }
    wrong
}

#[test]
fn every_option_of_both_versions_is_in_the_table_with_its_kind_enumeration_and_range() {
    let versions = Version::KNOWN.iter().copied();
    for (guest, version) in versions.flat_map(|version| [(Guest::Vm, version), (Guest::Container, version)]) {
        let Some(parameters) = parameters(guest, version) else {
            return;
        };
        let mut wrong = Vec::new();
        for (name, theirs) in &parameters {
            match guest.options().iter().find(|row| row.name == name && row.is_in(version)) {
                Some(row) => wrong.extend(same_row(version, row, theirs)),
                None => wrong.push(format!("{name}: missing")),
            }
        }
        let ours = guest.options().iter().filter(|row| row.is_in(version));
        wrong.extend(
            ours.filter(|row| !parameters.contains_key(row.name)).map(|row| format!("{}: not theirs", row.name)),
        );
        assert!(wrong.is_empty(), "{guest:?} of Proxmox VE {version}:\n{}", wrong.join("\n"));
    }
}

/// A default as the server writes it, in our spelling; `None` where it is words for people.
fn default_of(schema: &Value) -> Option<String> {
    match &schema["default"] {
        Value::String(text) if text == "network,disk,usb" => Some("disk,network,usb".to_owned()),
        Value::String(text) => (!text.contains(' ')).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[test]
fn what_holds_where_nothing_is_said_is_what_the_server_says() {
    let versions = Version::KNOWN.iter().copied();
    let mut compared = 0;
    for (guest, version) in versions.flat_map(|version| [(Guest::Vm, version), (Guest::Container, version)]) {
        let Some(parameters) = parameters(guest, version) else { return };
        let mut wrong = Vec::new();
        for (name, theirs) in &parameters {
            let row = guest.options().iter().find(|row| row.name == name).expect("every option is in the table");
            if let Some(theirs) = default_of(theirs) {
                let ours = pve::option_default(guest, row.name, &row.value);
                compared += 1;
                if ours != Some(&*theirs) {
                    wrong.push(format!("{name}: {ours:?}, the server says {theirs}"));
                }
            }
            let (ValueKind::Properties(ours), Some(keys)) = (row.value, theirs["format"].as_object()) else { continue };
            for (key, theirs) in keys {
                let (Some(row), Some(theirs)) = (ours.key(version, key), default_of(theirs)) else { continue };
                let ours = pve::key_default(ours.name, row.name, &row.value);
                compared += 1;
                if ours != Some(&*theirs) {
                    wrong.push(format!("{name}.{key}: {ours:?}, the server says {theirs}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{guest:?} of Proxmox VE {version}:\n{}", wrong.join("\n"));
    }
    assert!(compared > 150, "{compared}");
}

#[test]
fn what_is_compared_of_entries_are_parameters_with_their_defaults() {
    let Some(tree) = schema(Version::V9_1) else { return };
    let lists = [
        ("/pools", "/pools/{poolid}", "/pools/a"),
        ("/access/users", "/access/users/{userid}", "/access/users/a"),
        ("/access/users", "/access/users/{userid}/token/{tokenid}", "/access/users/a/token/b"),
        ("/access/groups", "/access/groups/{groupid}", "/access/groups/a"),
        ("/access/roles", "/access/roles/{roleid}", "/access/roles/a"),
        ("/access/acl", "/access/acl", "/access/acl#"),
        ("/cluster/ha/resources", "/cluster/ha/resources/{sid}", "/cluster/ha/resources/a"),
        ("/cluster/ha/groups", "/cluster/ha/groups/{group}", "/cluster/ha/groups/a"),
        ("/cluster/mapping/usb", "/cluster/mapping/usb/{id}", "/cluster/mapping/usb/a"),
        ("/cluster/mapping/pci", "/cluster/mapping/pci/{id}", "/cluster/mapping/pci/a"),
        ("/cluster/metrics/server", "/cluster/metrics/server/{id}", "/cluster/metrics/server/a"),
        ("/cluster/firewall/options", "/cluster/firewall/options", "/cluster/firewall/options"),
        ("/nodes/a/firewall/options", "/nodes/{node}/firewall/options", "/nodes/a/firewall/options"),
        (
            "/nodes/a/qemu/1/firewall/options",
            "/nodes/{node}/qemu/{vmid}/firewall/options",
            "/nodes/a/qemu/1/firewall/options",
        ),
        ("/nodes/a/dns", "/nodes/{node}/dns", "/nodes/a/dns"),
        ("/nodes/a/time", "/nodes/{node}/time", "/nodes/a/time"),
        ("/nodes/a/network", "/nodes/{node}/network/{iface}", "/nodes/a/network/b"),
    ];
    let mut wrong = Vec::new();
    for (list, endpoint, path) in lists {
        let node = find(&tree, endpoint).expect("the endpoint is there");
        let parameters = &node["info"]["PUT"]["parameters"]["properties"];
        let options = pve::entry::options(list, path);
        assert!(!options.is_empty(), "{list}");
        for option in options {
            // Members of pools are added one by one; a group of users is told by its name.
            let name = if option.name == "storages" { "storage" } else { option.name };
            // A type is of what is made, and never changes.
            if parameters[name].is_null() && name != "type" {
                wrong.push(format!("{endpoint}: {name} is no parameter"));
            }
            let theirs =
                default_of(&parameters[name]).filter(|_| option.default != "2-4094" && option.name != "expire");
            if theirs.is_some_and(|theirs| theirs != option.default) {
                wrong.push(format!(
                    "{endpoint}: {name} is {} and not `{}`",
                    parameters[name]["default"], option.default
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_field_of_each_row_is_in_the_standard_library() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the library is there");
    let files: [(Guest, &[&str]); 2] = [
        (Guest::Vm, &["vm.hlab", "vm-parts.hlab", "vm-options.hlab"]),
        (Guest::Container, &["container.hlab", "container-parts.hlab", "vm-options.hlab"]),
    ];
    for (guest, files) in files {
        let library: String = files.iter().map(|name| read(name)).collect();
        for row in guest.options() {
            for name in row.field.iter().flat_map(|field| field.split('.')) {
                let declared = library
                    .lines()
                    .any(|line| line.strip_prefix("  ").is_some_and(|line| line.starts_with(&format!("{name}:"))));
                assert!(declared, "`{}` names the field `{name}`, which no declaration has", row.name);
            }
        }
    }
}

#[test]
fn the_calls_for_entries_are_calls_of_proxmox_and_ask_for_what_it_asks() {
    for target in hlab::targets::TARGETS {
        for entry in hlab::own::Entry::ALL {
            for call in target.calls(hlab::own::Facet::Entry(*entry)) {
                let Some(permissions) = permissions(call.method, call.path) else { return };
                let named = call.privileges.iter().map(|(privilege, _)| *privilege);
                let is_asked = |privilege: &str| match privilege {
                    // Without a word of permissions a call is for root's own ticket.
                    "root@pam" => permissions.is_null(),
                    "Permissions.Modify" => permissions.to_string().contains("perm-modify") || call.method == "GET",
                    other => permissions.to_string().contains(other),
                };
                for privilege in named {
                    assert!(is_asked(privilege), "{} {}: {privilege} is not in {permissions}", call.method, call.path);
                }
                assert!(!permissions.is_null() || call.privileges == [("root@pam", "/")], "{}", call.path);
            }
        }
    }
}

/// What a call asks for; `None` where there are no schemas.
fn permissions(method: &str, path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(shared("schemas/pve/apidoc-9.1.json")?).expect("the schema is readable");
    let tree: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let call = super::support::find(&tree, path).unwrap_or_else(|| panic!("no call {path}"));
    assert!(call["info"][method].is_object(), "no {method} {path}");
    Some(call["info"][method]["permissions"].clone())
}

#[test]
fn what_a_release_is_said_to_take_away_is_in_the_schema_before_and_not_after() {
    let (Some(old), Some(new)) = (schema(Version::V8_4), schema(Version::V9_1)) else { return };
    let storage = |tree: &Value| {
        let node = find(tree, "/storage").expect("the endpoint is there");
        node["info"]["POST"]["parameters"]["properties"].as_object().cloned().expect("it has parameters")
    };
    let (before, after) = (storage(&old), storage(&new));
    for change in pve::CHANGES {
        match change.concerns {
            pve::Concern::StorageOption(name) => {
                assert!(before.contains_key(name) && !after.contains_key(name), "`{name}` of a storage");
            }
            pve::Concern::HaNodes => {
                assert!(find(&old, "/cluster/ha/rules").is_none() && find(&new, "/cluster/ha/rules").is_some());
            }
            // The schemas list no privileges, and know nothing of kernels and packages.
            pve::Concern::Privilege(_) | pve::Concern::PortNames | pve::Concern::AptList => {}
        }
    }
}

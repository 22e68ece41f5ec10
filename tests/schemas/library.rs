//! The standard library against the API schema: no option that a document names is made up, and none is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::support::shared;

/// Files of the library, the calls whose parameters their fields are, and those that no field is, on purpose.
struct Part {
    files: &'static [&'static str],
    calls: &'static [&'static str],
    left_out: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        files: &["container.hlab", "container-parts.hlab"],
        calls: &[
            "POST /nodes/{node}/lxc",
            "PUT /nodes/{node}/lxc/{vmid}/config",
            "POST /nodes/{node}/lxc/{vmid}/clone",
        ],
        // Told by the head, by `clone.from`, or a state and no wish.
        left_out: &["delete", "digest", "lock", "newid", "node", "revert", "snapname", "target", "unused[n]"],
    },
    Part {
        files: &["storage.hlab"],
        calls: &["POST /storage"],
        // Told by the head; left over from older versions; GlusterFS, which 9.1 has no more.
        left_out: &["nodes", "storage", "type", "authsupported", "maxfiles", "mkdir", "server2", "transport", "volume"],
    },
    Part {
        files: &["backup.hlab"],
        calls: &["POST /cluster/backup"],
        // Which guests: they say it themselves. The rest is deprecated, or for a single run.
        left_out: &[
            "all",
            "dow",
            "dumpdir",
            "exclude",
            "mailnotification",
            "mailto",
            "maxfiles",
            "notification-policy",
            "notification-target",
            "pool",
            "quiet",
            "starttime",
            "stop",
            "vmid",
        ],
    },
    Part {
        files: &["access.hlab"],
        calls: &[
            "POST /access/users",
            "POST /access/groups",
            "POST /access/roles",
            "POST /access/users/{userid}/token/{tokenid}",
            "PUT /access/acl",
            "POST /pools",
            "PUT /pools",
        ],
        // Names, which the head tells; guests say themselves which pool they are in.
        left_out: &["allow-move", "delete", "groupid", "poolid", "roleid", "tokenid", "userid", "vms"],
    },
    Part {
        files: &["ha.hlab"],
        calls: &[
            "POST /cluster/ha/resources",
            "POST /cluster/ha/rules",
            "POST /cluster/ha/groups",
            "POST /cluster/replication",
        ],
        // Groups and rules follow from `nodes`.
        left_out: &["group", "nodes", "remove_job", "rule", "source", "type"],
    },
    Part {
        files: &["realm.hlab"],
        calls: &["POST /access/domains"],
        // Told by the head and the variant; deprecated for `mode`.
        left_out: &["realm", "secure", "type"],
    },
    Part {
        files: &["metrics.hlab"],
        calls: &["POST /cluster/metrics/server/{id}"],
        // Told by the head and the variant.
        left_out: &["id", "type"],
    },
    Part {
        files: &["certificate.hlab"],
        calls: &["POST /cluster/acme/account", "POST /cluster/acme/plugins", "POST /nodes/{node}/certificates/custom"],
        // Told by the head; a plugin is one for DNS; the web server is restarted by who sets the certificate.
        left_out: &["id", "name", "node", "restart", "type"],
    },
    Part {
        files: &["firewall.hlab"],
        calls: &[
            "PUT /cluster/firewall/options",
            "PUT /nodes/{node}/firewall/options",
            "PUT /nodes/{node}/qemu/{vmid}/firewall/options",
            "PUT /cluster/sdn/vnets/{vnet}/firewall/options",
            "POST /cluster/firewall/rules",
            "POST /cluster/firewall/aliases",
            "POST /cluster/firewall/ipset/{name}",
            "POST /cluster/firewall/groups",
        ],
        left_out: &["delete", "digest", "name", "node", "pos", "rename", "vmid", "vnet"],
    },
    Part {
        files: &["host-network.hlab"],
        calls: &["POST /nodes/{node}/network"],
        // Told by the head or by another spelling of the same.
        left_out: &["comments6", "iface", "netmask", "netmask6", "node", "type"],
    },
    Part {
        files: &["sdn.hlab"],
        calls: &[
            "POST /cluster/sdn/zones",
            "POST /cluster/sdn/vnets",
            "POST /cluster/sdn/vnets/{vnet}/subnets",
            "POST /cluster/sdn/controllers",
            "POST /cluster/sdn/ipams",
            "POST /cluster/sdn/dns",
            "POST /cluster/sdn/fabrics/fabric",
            "POST /cluster/sdn/fabrics/node/{fabric_id}",
        ],
        // Told by the head and the variant; for a single change; of Faucet, which no manual of Proxmox knows; and a misspelling
        // that its DNS plugin takes and never reads.
        left_out: &[
            "digest",
            "dp-id",
            "fabric_id",
            "id",
            "lock-token",
            "nodes",
            "protocol",
            "reversev6mask",
            "type",
            "vnet",
            "zone",
        ],
    },
    Part { files: &["mapping.hlab"], calls: &["POST /cluster/mapping/dir"], left_out: &["id"] },
];

/// The parameters of calls, in both versions, and the keys of those that hold several.
fn parameters(calls: &[&str]) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for version in ["8.4", "9.1"] {
        let text = std::fs::read_to_string(shared(&format!("schemas/pve/apidoc-{version}.json"))?);
        let tree: Value = serde_json::from_str(&text.expect("the schema is readable")).expect("the schema is JSON");
        for call in calls {
            let (method, path) = call.split_once(' ').expect("a method and a path");
            let Some(node) = super::support::find(&tree, path) else { continue };
            let properties = node["info"][method]["parameters"]["properties"].as_object();
            for (name, schema) in properties.into_iter().flatten() {
                names.insert(name.clone());
                let of_each = schema["oneOf"].as_array().into_iter().flatten().map(|one| &one["items"]["format"]);
                let formats = [&schema["format"], &schema["items"]["format"]].into_iter().chain(of_each);
                keys.extend(formats.filter_map(Value::as_object).flat_map(|keys| keys.keys().cloned()));
            }
        }
    }
    Some((names, keys))
}

/// The documents of a file, a line each, and its fields' names.
fn documents(file: &str) -> (Vec<String>, BTreeSet<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib").join(file);
    let text = std::fs::read_to_string(path).expect("a library file can be read");
    let (mut found, mut fields) = (vec![String::new()], BTreeSet::new());
    for line in text.lines().map(str::trim) {
        match (line.strip_prefix("///"), line.split_once(": ")) {
            (Some(doc), _) => found.last_mut().expect("never empty").push_str(doc),
            (None, field) => {
                fields.extend(field.map(|(name, _)| name.to_owned()));
                found.push(String::new());
            }
        }
    }
    (found, fields)
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_option_that_the_library_names_is_one() {
    // Keys of texts whose format the schema tells in prose; values that a document names.
    const OTHERS: &[&str] = &["max-workers", "pbs-entries-max", "positive", "negative"];
    let mut made_up = Vec::new();
    for part in PARTS {
        let Some((names, keys)) = parameters(part.calls) else { return };
        for file in part.files {
            let options = documents(file).0;
            let options = options.iter().filter_map(|doc| doc.split_once("Proxmox option").map(|(_, options)| options));
            let unknown = options
                .flat_map(quoted)
                .filter(|option| !names.contains(*option) && !keys.contains(*option) && !OTHERS.contains(option));
            made_up.extend(unknown.map(|option| format!("{file}: {option}")));
        }
    }
    assert_eq!(made_up, Vec::<String>::new());
}

#[test]
fn every_option_of_the_schema_is_a_field_of_the_library() {
    let mut forgotten = Vec::new();
    for part in PARTS {
        let Some((names, _)) = parameters(part.calls) else { return };
        let read: Vec<(Vec<String>, BTreeSet<String>)> = part.files.iter().map(|file| documents(file)).collect();
        let is_said = |name: &str| {
            read.iter().any(|(docs, fields)| {
                fields.contains(name) || docs.iter().flat_map(|doc| quoted(doc)).any(|word| word == name)
            })
        };
        for name in &names {
            let is_left_out = part.left_out.contains(&name.as_str());
            if !is_left_out && !is_said(name) {
                forgotten.push(format!("{:?}: {name}", part.files));
            }
        }
    }
    assert_eq!(forgotten, Vec::<String>::new());
}

#[test]
fn a_mapping_of_cards_is_marked_as_one_of_mediated_devices_by_a_flag() {
    for version in ["8.4", "9.1"] {
        let Some(path) = shared(&format!("schemas/pve/apidoc-{version}.json")) else { return };
        let text = std::fs::read_to_string(path).expect("the schema is readable");
        let tree: Value = serde_json::from_str(&text).expect("the schema is JSON");
        let call = super::support::find(&tree, "/cluster/mapping/pci").expect("the schema has it");
        let mdev = &call["info"]["POST"]["parameters"]["properties"]["mdev"];
        assert_eq!((&mdev["type"], &mdev["optional"], &mdev["default"]), (&"boolean".into(), &1.into(), &0.into()));
    }
}

#[test]
fn every_dns_service_of_the_schema_is_in_the_library() {
    let mut known = BTreeSet::new();
    for version in ["8.4", "9.1"] {
        let Some(path) = shared(&format!("schemas/pve/apidoc-{version}.json")) else { return };
        let text = std::fs::read_to_string(path).expect("the schema is readable");
        let tree: Value = serde_json::from_str(&text).expect("the schema is JSON");
        let call = super::support::find(&tree, "/cluster/acme/plugins").expect("the schema has it");
        let names =
            call["info"]["POST"]["parameters"]["properties"]["api"]["enum"].as_array().expect("a list of names");
        known.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/certificate.hlab");
    let text = std::fs::read_to_string(path).expect("a library file can be read");
    let (_, from) = text.split_once("type AcmeDnsApi =").expect("the type is there");
    let (of_type, _) = from.split_once("\n\n").expect("an empty line follows");
    let words = of_type.split('|').map(|word| word.trim().trim_matches('"').to_owned());
    let ours: BTreeSet<String> = words.collect();
    assert_eq!(ours, known);
}

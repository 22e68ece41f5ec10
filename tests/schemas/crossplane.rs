//! Our fields against the CRDs of provider-proxmox-bpg in each release, and what we emit through `tools/crdcheck.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use hlab::base::MemoryWorld;
use hlab::session::{Options, TargetRequest, analyze};
use hlab::targets::crossplane::kinds;
use hlab::targets::crossplane::release::{ALL, Release};
use hlab::targets::crossplane::spec::{Field, Shape};
use serde_json::Value;

use super::support::{pretend_lab, shared};

/// Where the CRDs of a release are.
fn crds(release: Release) -> String {
    format!("schemas/crds/provider-proxmox-bpg/v{}", release.provider())
}

/// The properties of `forProvider` in the CRD of a kind.
fn for_provider(release: Release, kind: &str) -> Option<Value> {
    let folder = shared(&crds(release))?;
    let middle = match release {
        Release::V0_11 => "",
        Release::V1_18 => ".proxmoxbpg",
        Release::V1_18Namespaced => ".proxmoxbpg.m",
    };
    // What Kubernetes calls many of them.
    let many = match kind.to_lowercase() {
        one if one.ends_with("hosts") || one.ends_with("options") || one.ends_with("rules") => one,
        one if one.ends_with('s') => format!("{one}es"),
        one => one.strip_suffix('y').map_or_else(|| format!("{one}s"), |stem| format!("{stem}ies")),
    };
    let end = format!("{middle}.crossplane.io_{many}.yaml");
    let files =
        std::fs::read_dir(&folder).expect("the folder can be read").map(|entry| entry.expect("an entry").path());
    let is_meant = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_suffix(&end).is_some_and(|group| !group.contains('.'))
    };
    let path = files.into_iter().find(is_meant).unwrap_or_else(|| panic!("no CRD `*{end}`"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let crd: Value = serde_saphyr::from_str(&text).expect("a CRD is YAML");
    let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    Some(schema["properties"]["spec"]["properties"]["forProvider"].clone())
}

/// Every field with its type, `disk[].speed[].read` → `number`.
fn theirs(schema: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let mut path = format!("{path}{name}");
        let mut schema = schema;
        if schema["type"] == "array" {
            path.push_str("[]");
            schema = &schema["items"];
        }
        let of_any_key = &schema["additionalProperties"];
        if of_any_key.is_object() {
            found.insert(format!("{path}{{}}"), of_any_key["type"].as_str().unwrap_or("?").to_owned());
        } else if schema["type"] == "object" {
            theirs(schema, &format!("{path}."), found);
        } else {
            found.insert(path, schema["type"].as_str().unwrap_or("?").to_owned());
        }
    }
}

fn ours(release: Release, fields: &[Field], path: &str, found: &mut BTreeMap<String, String>) {
    for field in fields.iter().filter(|field| field.releases.contains(&release)) {
        let path = format!("{path}{}", field.key);
        match field.shape {
            Shape::Flag => found.insert(path, "boolean".to_owned()),
            Shape::Int | Shape::Number => found.insert(path, "number".to_owned()),
            Shape::Text => found.insert(path, "string".to_owned()),
            Shape::Texts => found.insert(format!("{path}[]"), "string".to_owned()),
            Shape::TextMap => found.insert(format!("{path}{{}}"), "string".to_owned()),
            Shape::IntMap => found.insert(format!("{path}{{}}"), "number".to_owned()),
            Shape::List(fields) => {
                ours(release, fields, &format!("{path}[]."), found);
                None
            }
            Shape::Object(fields) => {
                ours(release, fields, &format!("{path}."), found);
                None
            }
        };
    }
}

#[test]
fn every_field_of_the_crd_is_ours_and_has_its_type() {
    for release in ALL.iter().copied() {
        for (kind, fields) in kinds(release) {
            let Some(schema) = for_provider(release, kind) else { return };
            let (mut crd, mut table) = (BTreeMap::new(), BTreeMap::new());
            theirs(&schema, "", &mut crd);
            ours(release, fields, "", &mut table);
            assert!(crd.len() > 1, "{kind} has {} fields", crd.len());
            assert_eq!(table, crd, "{kind} of {}", release.name());
        }
    }
}

/// Fields that no source reaches, with the reason.
const OUT_OF_REACH: &[&str] = &[
    // A disk made from a file of `iso` content: an image that a disk starts from is kept as `import` content.
    "disk[].fileId",
    // What the provider reports of a running guest.
    "macAddresses[]",
    // What somebody may do at a path is an EnvironmentACL of its own.
    "acl[].path",
    "acl[].roleId",
    "acl[].propagate",
    // Secrets in plain text.
    "eabKid",
    "eabHmacKey",
    // An older spelling of one of `servers`.
    "initialization[].dns[].server",
    // One that is switched off keeps a place, and the provider forgets it as soon as it looks.
    "networkInterface[].enabled",
];

/// Fields of groups of firewall rules that no source reaches: groups are the cluster's, and Proxmox has none of nodes and guests.
const NOT_OF_GROUPS: &[&str] = &["nodeName", "vmId", "containerId"];

/// Every leaf of a document, `disk[].speed[].read`.
fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            let dot = if path.is_empty() { "" } else { "." };
            entries.iter().for_each(|(key, value)| leaves(value, &format!("{path}{dot}{key}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, &format!("{path}[]"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.insert(path.to_owned());
        }
    }
}

#[test]
fn every_field_of_the_crd_is_reached_from_a_source() {
    for release in ALL.iter().copied() {
        every_field_is_reached(release);
    }
}

/// The lab with every field, with what only newer releases have where `release` is one.
fn everything(release: Release) -> MemoryWorld {
    let world = MemoryWorld::default()
        .with("everything.hlab", include_str!("everything.hlab"))
        .with("everything-entries.hlab", include_str!("everything-entries.hlab"))
        .with("everything-hosts.hlab", include_str!("everything-hosts.hlab"));
    match release {
        Release::V0_11 => world,
        Release::V1_18 | Release::V1_18Namespaced => world
            .with("everything-since-1-18.hlab", include_str!("everything-since-1-18.hlab"))
            .with("everything-entries-since-1-18.hlab", include_str!("everything-entries-since-1-18.hlab"))
            .with("everything-hosts-since-1-18.hlab", include_str!("everything-hosts-since-1-18.hlab")),
    }
}

fn every_field_is_reached(release: Release) {
    let world = everything(release);
    let analysis = analyze(&world, &Options::default());
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
    let request =
        TargetRequest { name: "crossplane".into(), version: Some(release.name().to_owned()), as_owner: false };
    let emitted = analysis.emit(&request).expect("the target is known");
    assert!(!emitted.has_errors(), "{}: {:#?}", release.name(), emitted.diagnostics);
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in emitted.value.iter().filter(|file| file.path != "kustomization.yaml") {
        let document: Value =
            serde_saphyr::from_str(&String::from_utf8_lossy(&file.bytes)).expect("what is emitted is YAML");
        let kind = document["kind"].as_str().expect("a document has a kind").to_owned();
        leaves(&document["spec"]["forProvider"], "", written.entry(kind).or_default());
    }
    for (kind, fields) in kinds(release) {
        let mut table = BTreeMap::new();
        ours(release, fields, "", &mut table);
        let is_written = |field: &str| match field.strip_suffix("{}") {
            Some(map) => written[kind].iter().any(|path| path.starts_with(&format!("{map}."))),
            None => written[kind].contains(field),
        };
        let is_group = kind == "EnvironmentClusterFirewallSecurityGroup";
        let is_out_of_reach = |field: &str| OUT_OF_REACH.contains(&field) || is_group && NOT_OF_GROUPS.contains(&field);
        let is_missing = |field: &&String| !is_written(field) && !is_out_of_reach(field);
        let missing: Vec<_> = table.keys().filter(is_missing).collect();
        assert!(missing.is_empty(), "{}: no source writes these fields of {kind}: {missing:?}", release.name());
    }
}

#[test]
fn what_is_emitted_passes_the_crds_of_its_release() {
    for release in ALL.iter().copied() {
        passes_crdcheck(release);
    }
}

fn passes_crdcheck(release: Release) {
    let (Some(crds), Some(tool)) = (shared(&crds(release)), shared("tools/crdcheck.py")) else { return };
    let python = Command::new("python3").args(["-c", "import yaml, jsonschema"]).output();
    let has_python = python.is_ok_and(|output| output.status.success());
    assert!(has_python || std::env::var_os("CI").is_none(), "CI needs python3 with PyYAML and jsonschema");
    if !has_python {
        println!("skipped: no python3 with PyYAML and jsonschema");
        return;
    }
    let folder = std::env::temp_dir().join(format!("hlab-crdcheck-{}-{}", release.name(), std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    for file in &pretend_lab(release) {
        std::fs::write(folder.join(&file.path), &file.bytes).expect("a file can be written");
    }
    let output = Command::new("python3").arg(tool).arg("--crds").arg(crds).arg(&folder).output().expect("python3 runs");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

//! Real CRDs: objects that they take and objects that they do not, compared with `crdcheck.py`, which shares no code with us.
//!
//! The comparison needs `python3` with PyYAML and jsonschema, and says so where it is skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use hlab::base::MemoryWorld;
use hlab::diag::Diagnostic;
use hlab::kube::{self, File, Memory, Problem, Step};
use hlab::session::{Analysis, Options, analyze};
use serde_json::{Map, Value, json};

use super::random::Random;
use super::support::shared;

const FOLDERS: [&str; 5] = [
    "schemas/crds/flux/v2.6.1",
    "schemas/crds/cert-manager/v1.21.1",
    "schemas/crds/metallb/v0.16.1",
    "schemas/crds/external-dns/homeiac",
    "schemas/crds/prometheus-operator/v0.93.0",
];

/// The files of the folders, each under `crds/`.
fn files(folders: &[PathBuf]) -> Vec<File> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder).expect("a folder of CRDs") {
            let path = entry.expect("an entry that can be listed").path();
            let name = format!("crds/{}", path.file_name().expect("a file has a name").to_string_lossy());
            files.push((name, Arc::from(std::fs::read_to_string(&path).expect("a CRD is text"))));
        }
    }
    files.sort();
    files
}

/// The real folders; none where `../shared` is not.
fn folders() -> Option<Vec<PathBuf>> {
    FOLDERS.iter().map(|folder| shared(folder)).collect()
}

/// A lab beside real CRDs.
fn check(lab: &str, files: &[File]) -> Analysis {
    let head = "project real { }\nk3s-cluster home { version = \"v1.35.0+k3s1\", crds = [crds(\"crds\")] }\n";
    let world = MemoryWorld::default().with("main.hlab", format!("{head}{lab}"));
    let world = files.iter().fold(world, |world, (path, text)| world.with(path, text.as_bytes()));
    analyze(&world, &Options::default())
}

/// What a diagnostic underlines.
fn underlined<'a>(analysis: &'a Analysis, diagnostic: &Diagnostic) -> &'a str {
    let span = diagnostic.primary.as_ref().expect("a manifest has a place").span;
    &analysis.sources.file(span.file).text[span.range()]
}

const GOOD: &str = r#"
manifest gpu-operator: "helm.toolkit.fluxcd.io/v2/HelmRelease" in home {
  namespace = "gpu-operator"
  spec {
    interval = "10m"
    chart { spec { chart = "gpu-operator", version = "v24.9.1", sourceRef { kind = "HelmRepository", name = "nvidia" } } }
    values { driver { enabled = false }, devicePlugin { config { name = "time-slicing" } } }
    install { remediation { retries = 3 } }
  }
}
manifest wildcard: "cert-manager.io/v1/Certificate" in home {
  namespace = "traefik"
  spec {
    secretName = "wildcard-tls"
    dnsNames   = ["*.home.example.org"]
    issuerRef { name = "letsencrypt", kind = "ClusterIssuer" }
    privateKey { algorithm = "ECDSA", size = 256 }
  }
}
manifest lan-pool: "metallb.io/v1beta1/IPAddressPool" in home {
  namespace = "metallb-system"
  spec { addresses = ["192.168.4.80-192.168.4.120"], autoAssign = true }
}
manifest ha: "externaldns.k8s.io/v1alpha1/DNSEndpoint" in home {
  namespace = "external-dns"
  spec { endpoints = [{ dnsName = "ha.home", recordType = "A", targets = [192.168.4.10], recordTTL = 300 }] }
}
manifest disks: "monitoring.coreos.com/v1/PrometheusRule" in home {
  namespace = "monitoring"
  labels { release = "prometheus" }
  spec { groups = [{ name = "disks", rules = [{ alert = "Full", expr = "disk > 0.9", for = "10m" }] }] }
}
"#;

#[test]
fn manifests_of_real_kinds_are_taken() {
    let Some(folders) = folders() else { return };
    let found = check(GOOD, &files(&folders));
    assert!(found.diagnostics.is_empty(), "{:#?}", found.diagnostics);
}

#[test]
fn a_mistake_in_a_manifest_of_a_real_kind_is_shown_where_it_stands() {
    let Some(folders) = folders() else { return };
    let files = files(&folders);
    for (right, wrong, guilty, message) in [
        ("interval = \"10m\"", "intervall = \"10m\"", "intervall", "`HelmRelease` has no field `spec.intervall`"),
        ("interval = \"10m\"", "interval = \"10 m\"", "\"10 m\"", "`spec.interval`: expected text of the pattern"),
        (
            "kind = \"HelmRepository\"",
            "kind = \"HelmRepo\"",
            "\"HelmRepo\"",
            "expected `HelmRepository`, `GitRepository`",
        ),
        ("retries = 3", "retries = \"3\"", "\"3\"", "`spec.install.remediation.retries`: expected a whole number"),
        ("secretName = \"wildcard-tls\"", "", "spec", "`Certificate` needs `spec.secretName`"),
        (
            "algorithm = \"ECDSA\"",
            "algorithm = \"EC\"",
            "\"EC\"",
            "`spec.privateKey.algorithm`: expected `RSA`, `ECDSA`",
        ),
        ("addresses = [\"192.168.4.80-192.168.4.120\"]", "addresses = [4]", "4", "`spec.addresses[0]`: expected text"),
        ("recordTTL = 300", "recordTTL = 300.5", "300.5", "`spec.endpoints[0].recordTTL`: expected a whole number"),
        (
            "expr = \"disk > 0.9\", ",
            "",
            "{ alert = \"Full\", for = \"10m\" }",
            "`PrometheusRule` needs `spec.groups[0].rules[0].expr`",
        ),
        (
            "/v2/HelmRelease",
            "/v3/HelmRelease",
            "\"helm.toolkit.fluxcd.io/v3/HelmRelease\"",
            "there is no `HelmRelease` in",
        ),
        ("/IPAddressPool", "/IpAddressPool", "\"metallb.io/v1beta1/IpAddressPool\"", "no CRD of `home` has the kind"),
    ] {
        let lab = GOOD.replacen(right, wrong, 1);
        assert_ne!(lab, GOOD, "{right}");
        let found = check(&lab, &files);
        let first = found.diagnostics.iter().find(|diagnostic| diagnostic.message.contains(message));
        let first = first.unwrap_or_else(|| panic!("{message}: {:#?}", found.diagnostics));
        assert_eq!(underlined(&found, first), guilty, "{message}");
    }
}

/// The objects of [`GOOD`], and more of them, as JSON.
fn objects() -> Vec<Value> {
    let object = |api: &str, kind: &str, spec: Value| json!({ "apiVersion": api, "kind": kind, "metadata": { "name": "x", "namespace": "y" }, "spec": spec });
    vec![
        object(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            json!({
                "interval": "10m", "releaseName": "a", "suspend": false, "timeout": "5m",
                "chart": { "spec": { "chart": "c", "version": "1", "interval": "1h", "sourceRef": { "kind": "HelmRepository", "name": "n" } } },
                "values": { "a": { "b": [1, "two", { "c": true }] } },
                "dependsOn": [{ "name": "first" }],
                "install": { "remediation": { "retries": 3 }, "crds": "CreateReplace" },
                "valuesFrom": [{ "kind": "ConfigMap", "name": "v" }],
            }),
        ),
        object(
            "cert-manager.io/v1",
            "Certificate",
            json!({
                "secretName": "s", "dnsNames": ["a.b"], "issuerRef": { "name": "i", "kind": "Issuer" }, "duration": "2160h",
                "privateKey": { "algorithm": "RSA", "size": 2048, "rotationPolicy": "Always" }, "usages": ["server auth"],
            }),
        ),
        object(
            "metallb.io/v1beta1",
            "IPAddressPool",
            json!({
                "addresses": ["10.0.0.1-10.0.0.9"], "autoAssign": true,
                "serviceAllocation": { "priority": 1, "namespaces": ["a"], "serviceSelectors": [{ "matchLabels": { "a": "b" } }] },
            }),
        ),
        object(
            "externaldns.k8s.io/v1alpha1",
            "DNSEndpoint",
            json!({
                "endpoints": [{ "dnsName": "a.b", "recordType": "A", "targets": ["10.0.0.1"], "recordTTL": 60, "labels": { "a": "b" } }],
            }),
        ),
        object(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            json!({
                "groups": [{ "name": "g", "interval": "30s", "rules": [{ "alert": "A", "expr": 1, "for": "5m", "labels": { "a": "b" } }] }],
            }),
        ),
        object(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            json!({
                "selector": { "matchLabels": { "a": "b" } },
                "endpoints": [{ "port": "web", "interval": "30s", "scheme": "http", "relabelings": [{ "action": "replace", "sourceLabels": ["a"] }] }],
            }),
        ),
    ]
}

/// Changes one value of an object: away, renamed, of another type, twice.
fn spoil(value: &mut Value, random: &mut Random) {
    let others = [
        json!("text"),
        json!(""),
        json!(-1),
        json!(2.5),
        json!(true),
        json!([]),
        json!({}),
        json!(["a", "a"]),
        json!("10 m"),
    ];
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let name = random.pick(&fields.keys().cloned().collect::<Vec<_>>()).clone();
            match random.below(8) {
                0 => drop(fields.remove(&name)),
                1 => {
                    let old = fields.remove(&name).expect("it was picked among them");
                    fields.insert(format!("{name}X"), old);
                }
                2 => drop(fields.insert(name, random.pick(&others).clone())),
                _ => spoil(&mut fields[&name], random),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let number = random.below(items.len());
            match random.below(4) {
                0 => items.push(items[number].clone()),
                1 => items.clear(),
                _ => spoil(&mut items[number], random),
            }
        }
        other => *other = random.pick(&others).clone(),
    }
}

fn path(path: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(name) => format!("/{name}"),
        Step::Item(number) => format!("/{number}"),
    };
    path.iter().map(step).collect()
}

/// The paths that we refuse in an object.
fn ours(object: &Value, files: &[File], memory: &Memory) -> BTreeSet<String> {
    let (api, kind) =
        (object["apiVersion"].as_str().expect("it is kept"), object["kind"].as_str().expect("it is kept"));
    let (group, version) = api.split_once('/').expect("a group and a version");
    let search = kube::find(files, group, kind, memory);
    let version = search.crds[0].versions.iter().find(|of| of.name == version).expect("a version of it");
    let report = kube::check(object, &version.schema);
    assert!(report.unread_patterns.is_empty() && !report.is_cut, "{report:?}");
    let of = |violation: &kube::Violation| match &violation.problem {
        Problem::Missing { name, .. } => format!("{}/{name}", path(&violation.path)),
        _ => path(&violation.path),
    };
    report.violations.iter().map(of).collect()
}

/// A path as `crdcheck.py` shows it, as [`path`] does.
fn theirs(shown: &str) -> String {
    let plain = shown.replace("[\"", ".").replace("\"]", "").replace('[', ".").replace(']', "");
    let steps = plain.split('.').filter(|step| !step.is_empty());
    steps.map(|step| format!("/{step}")).collect()
}

/// Whether Python can be used; in CI it must be.
fn has_python() -> bool {
    let output = Command::new("python3").args(["-c", "import yaml, jsonschema"]).output();
    let found = output.is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs python3 with PyYAML and jsonschema");
    if !found {
        println!("skipped: no python3 with PyYAML and jsonschema");
    }
    found
}

/// What `crdcheck.py` refuses, by the number of the object.
fn oracle(folders: &[PathBuf], objects: &[Value]) -> BTreeMap<usize, BTreeSet<String>> {
    let script = shared("tools/crdcheck.py").expect("the schemas are there, so the tool is");
    let scratch = std::env::temp_dir().join(format!("hlab-manifests-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("a folder can be made");
    let documents: Vec<String> = objects.iter().map(Value::to_string).collect();
    let file = scratch.join("objects.yaml");
    std::fs::write(&file, documents.join("\n---\n")).expect("a file can be written");
    let mut command = Command::new("python3");
    command.arg(script).args(["--json", "--no-cel"]);
    for folder in folders {
        command.arg("--crds").arg(folder);
    }
    let output = command.arg(&file).output().expect("python runs");
    std::fs::remove_dir_all(&scratch).expect("the folder can be removed");
    let found: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(found["documents"], objects.len());
    let mut paths: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for error in found["errors"].as_array().into_iter().flatten() {
        let number = error["doc"].as_u64().expect("a number") as usize - 1;
        paths.entry(number).or_default().insert(theirs(error["path"].as_str().unwrap_or_default()));
    }
    paths
}

#[test]
fn what_is_refused_and_where_is_what_another_checker_says() {
    let Some(folders) = folders() else { return };
    if !has_python() {
        return;
    }
    let files = files(&folders);
    let good = objects();
    let mut random = Random::new(4);
    let mut all = good.clone();
    for _ in 0..40 {
        for object in &good {
            let mut object = object.clone();
            for _ in 0..=random.below(3) {
                spoil(&mut object["spec"], &mut random);
            }
            if !object["spec"].is_object() {
                object["spec"] = Value::Object(Map::new());
            }
            all.push(object);
        }
    }
    let memory = Memory::default();
    let expected = oracle(&folders, &all);
    let mut refused = 0;
    for (number, object) in all.iter().enumerate() {
        let theirs = expected.get(&number).cloned().unwrap_or_default();
        assert_eq!(ours(object, &files, &memory), theirs, "{object:#}");
        refused += usize::from(!theirs.is_empty());
    }
    assert!(refused > 100, "only {refused} of {} objects were refused: nothing was compared", all.len());
}

//! `hlab import`: what another hand wrote becomes source, and building that gives the same objects.

use std::path::Path;

use hlab::base::MemoryWorld;
use hlab::session::{Import, NoImport, Options, Proof, TargetRequest, analyze, import};
use hlab::targets::crossplane::release::{ALL, Release};
use hlab::targets::{ArtifactSet, TARGETS};

/// Every file below a folder, by its path there.
fn folder(root: &Path) -> ArtifactSet {
    let mut files = ArtifactSet::default();
    let mut paths: Vec<_> =
        std::fs::read_dir(root).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        files.push(name, std::fs::read(path).expect("a file can be read")).expect("the path is safe");
    }
    files
}

fn one(path: &str, text: &str) -> ArtifactSet {
    let mut files = ArtifactSet::default();
    files.push(path, text).expect("the path is safe");
    files
}

fn written(import: &Import) -> String {
    import.imported.files.iter().map(|(path, text)| format!("// ---- {path}\n{text}")).collect()
}

/// What a release's target writes of the files of a project.
fn built(world: &MemoryWorld, release: Release) -> ArtifactSet {
    let analysis = analyze(world, &Options::default());
    let version = Some(release.name().to_owned());
    let request = TargetRequest { name: "crossplane".into(), version, as_owner: false };
    let emitted = analysis.emit(&request).expect("the target is known");
    assert!(!emitted.has_errors(), "{:#?}", emitted.diagnostics);
    emitted.value
}

/// A project of an example, with its data files.
fn example(root: &Path) -> MemoryWorld {
    let mut world = MemoryWorld::default();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
            world = world.with(&name, std::fs::read(&path).expect("a file can be read"));
        }
    }
    world
}

#[test]
fn every_example_comes_back_as_a_project_that_builds_the_same() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples");
    let mut count = 0;
    for entry in std::fs::read_dir(&examples).expect("the examples are there") {
        let root = entry.expect("an entry").path();
        if !root.is_dir() || root.ends_with("homelab-as-found") {
            continue;
        }
        for release in ALL.iter().copied() {
            let manifests = built(&example(&root), release);
            let import = import(&manifests, None).expect("there are manifests");
            assert!(matches!(import.proof, Proof::Same), "{} {}: {import:#?}", root.display(), release.name());
            count += import.objects;
        }
    }
    assert!(count > 50, "{count} objects");
}

/// What the files of kinds begin with that are imported; the others are left out with a note.
const IMPORTED: &[&str] = &[
    "vm-",
    "container-",
    "image-",
    "snippet-",
    "pool-",
    "user-",
    "group-",
    "role-",
    "acl-",
    "ha-",
    "hagroup-",
    "metrics-server-",
    "certificate-",
    "acme-account-",
    "acme-plugin-",
    "bridge-",
    "vlan-",
    "dns-",
    "hosts-",
    "time-",
    "apt-",
    "firewall-",
    "node-firewall-",
    "guest-firewall-",
];

#[test]
fn a_lab_with_every_field_comes_back_whole() {
    for release in ALL.iter().copied() {
        let mut world = MemoryWorld::default()
            .with("everything.hlab", include_str!("schemas/everything.hlab"))
            .with("entries.hlab", include_str!("schemas/everything-entries.hlab"))
            .with("hosts.hlab", include_str!("schemas/everything-hosts.hlab"));
        if release != Release::V0_11 {
            world = world
                .with("newer.hlab", include_str!("schemas/everything-since-1-18.hlab"))
                .with("newer-entries.hlab", include_str!("schemas/everything-entries-since-1-18.hlab"))
                .with("newer-hosts.hlab", include_str!("schemas/everything-hosts-since-1-18.hlab"));
        }
        let mut manifests = ArtifactSet::default();
        for file in built(&world, release).iter().filter(|file| IMPORTED.iter().any(|kind| file.path.starts_with(kind)))
        {
            manifests.push(file.path.clone(), file.bytes.clone()).expect("the path is safe");
        }
        let import = import(&manifests, None).expect("there are manifests");
        assert!(matches!(import.proof, Proof::Same), "{}: {import:#?}\n{}", release.name(), written(&import));
    }
}

#[test]
fn what_was_imported_is_laid_out_and_has_no_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples/k3s-nodes");
    let import = import(&built(&example(&root), Release::V0_11), None).expect("there are manifests");
    let files = &import.imported.files;
    for (path, text) in files {
        assert_eq!(hlab::syntax::format(text).as_ref(), Some(text), "{path}");
    }
    let world = files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, text.as_str()));
    let analysis = analyze(&world, &Options::default());
    assert!(!analysis.has_errors(), "{:#?}", analysis.diagnostics);
}

#[test]
fn manifests_of_a_persons_own_become_source() {
    for release in ALL.iter().copied() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/import/v{}", release.name()));
        let import = import(&folder(&root), None).expect("there are manifests");
        assert!(import.diagnostics.is_empty(), "{:#?}", import.diagnostics);
        let proof = match &import.proof {
            Proof::Same => "the same".to_owned(),
            // They say no name, and hlab always gives a VM one.
            Proof::Different(differences) => format!("{differences:#?}"),
            Proof::Unbuilt { diagnostics, .. } => panic!("{diagnostics:#?}"),
        };
        let (left_out, notes) = (import.left_out.join("\n"), import.imported.notes.join("\n"));
        insta::assert_snapshot!(
            release.name(),
            format!(
                "{}\n// ---- left alone\n{left_out}\n// ---- notes\n{notes}\n// ---- proof\n{proof}",
                written(&import)
            )
        );
    }
}

const COPY: &str = r#"apiVersion: virtualenvironmentcontainer.crossplane.io/v1alpha1
kind: EnvironmentContainer
metadata:
  name: copy
  annotations: {hlab.dev/stamp: "hlab:home/container.copy"}
  labels: {app.kubernetes.io/managed-by: hlab}
spec:
  forProvider:
    nodeName: pve
    vmId: 101
    started: true
    startOnBoot: false
    unprivileged: true
    clone: [{vmId: 900, nodeName: birch}]
    cpu: [{cores: 2, units: 100}]
    memory: [{dedicated: 512, swap: 512}]
    initialization: [{hostname: copy}]
  deletionPolicy: Orphan
  providerConfigRef: {name: default}
"#;

#[test]
fn a_container_is_a_copy_of_one_that_no_manifest_makes() {
    let import = import(&one("container-copy.yaml", COPY), None).expect("there is a manifest");
    let text = written(&import);
    assert!(matches!(import.proof, Proof::Same), "{import:#?}\n{text}");
    assert!(
        text.contains("container template-900 on birch { id = 900, template = true, owner = none, adopt = true }"),
        "{text}"
    );
    assert!(text.contains("clone { from = template-900 }"), "{text}");
}

const HOSTILE: &str = r#"apiVersion: virtualenvironmentvm.crossplane.io/v1alpha1
kind: EnvironmentVM
metadata:
  name: web
spec:
  forProvider:
    nodeName: "pve\nvm evil on pve {"
    name: "a\" }\nvm evil on pve { id = 666 //"
    vmId: 101
    description: "${file(\"/etc/passwd\")} \u202e"
    networkDevice:
      - {bridge: "vmbr0 }", model: virtio, macAddress: "BC:24:11:00:00:01 }\nvm evil2 on pve {"}
    hostpci: [{device: hostpci0, id: "01:00 }\nvm evil3 on pve {"}]
    disk: [{interface: "scsi0 {", datastoreId: "a b", size: 8}]
  providerConfigRef: {name: "d\"efault"}
"#;

/// The same of a bridge, a hosts file and a firewall.
const HOSTILE_SITE: &str = r#"---
apiVersion: virtualenvironmentnetworklinuxbridge.crossplane.io/v1alpha1
kind: EnvironmentNetworkLinuxBridge
metadata: {name: bridge}
spec:
  forProvider:
    nodeName: "oak }\nvm evil4 on pve {"
    name: "vmbr0 }\nvm evil5 on pve {"
    ports: ["a]\nvm evil6 on pve {"]
    address: "10.0.0.1/24 }\nvm evil7 on pve {"
    gateway: "10.0.0.1 }\nvm evil8 on pve {"
    comment: "\nvm evil9 on pve {"
  providerConfigRef: {name: "d\"efault"}
---
apiVersion: virtualenvironmenthosts.crossplane.io/v1alpha1
kind: EnvironmentHosts
metadata: {name: hosts}
spec:
  forProvider:
    nodeName: oak
    entry: [{address: "1.1.1.1\nvm evil10 on pve {", hostnames: [oak, "a\nvm evil11 on pve {"]}]
  providerConfigRef: {name: "d\"efault"}
---
apiVersion: virtual.crossplane.io/v1alpha1
kind: EnvironmentClusterFirewall
metadata: {name: "lab\nvm evil12 on pve {"}
spec:
  forProvider: {enabled: true, inputPolicy: "DROP\nvm evil13 on pve {"}
  providerConfigRef: {name: "d\"efault"}
---
apiVersion: virtualenvironmentfirewallrules.crossplane.io/v1alpha1
kind: EnvironmentFirewallRules
metadata: {name: rules}
spec:
  forProvider:
    rule: [{action: "ACCEPT\nvm evil14 on pve {", dport: "1:2\nvm evil15 on pve {", log: "a\nvm evil16 on pve {"}]
  providerConfigRef: {name: "d\"efault"}
"#;

#[test]
fn what_a_manifest_says_never_becomes_a_declaration() {
    let manifests = one("x.yaml", &format!("{HOSTILE}{HOSTILE_SITE}"));
    let import = import(&manifests, Some("a\"b")).expect("there is a manifest");
    let text = written(&import);
    assert!(text.contains("firewall ") && text.contains("hosts oak"), "{text}");
    assert!(!import.imported.files.is_empty());
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("vm evil"), "{text}");
    }
    assert!(text.contains("\\${file"), "{text}");
    assert!(text.contains("\\u{202e}"), "{text}");
}

/// Documents of one release by kind, name and what they want.
fn documents(all: &[(&str, &str, &str)]) -> ArtifactSet {
    let document = |(kind, name, spec): &(&str, &str, &str)| {
        let group = kind.to_ascii_lowercase();
        format!(
            "apiVersion: virtual{group}.crossplane.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  \
             forProvider: {spec}\n  deletionPolicy: Orphan\n  providerConfigRef: {{name: default}}\n"
        )
    };
    one("x.yaml", &all.iter().map(document).collect::<Vec<_>>().join("---\n"))
}

#[test]
fn entries_say_nothing_that_becomes_a_declaration() {
    let hostile = r#""a\" }\nuser evil@pve {\nacl evil {""#;
    let built_in = hostile.replacen('"', "\"PVE", 1);
    let import = import(
        &documents(&[
            ("EnvironmentUser", "a", &format!("{{userId: {hostile}, groups: [{hostile}], comment: {hostile}}}")),
            ("EnvironmentGroup", "b", &format!("{{groupId: {hostile}}}")),
            ("EnvironmentRole", "c", &format!("{{roleId: {hostile}, privileges: [{hostile}]}}")),
            ("EnvironmentACL", "d", &format!("{{path: {hostile}, roleId: {hostile}, tokenId: {hostile}}}")),
            ("EnvironmentACL", "e", &format!("{{path: {hostile}, roleId: {built_in}, groupId: {hostile}}}")),
            ("EnvironmentHagroup", "f", &format!("{{group: {hostile}, nodes: {{{hostile}: 1}}}}")),
            ("EnvironmentHaresource", "g", &format!("{{resourceId: 'vm:101', group: {hostile}, state: {hostile}}}")),
            (
                "EnvironmentMetricsServer",
                "h",
                &format!("{{type: graphite, name: {hostile}, server: {hostile}, port: 1}}"),
            ),
            ("EnvironmentAcmeAccount", "i", &format!("{{name: {hostile}, contact: {hostile}}}")),
            (
                "EnvironmentAcmeDNSPlugin",
                "j",
                &format!("{{plugin: {hostile}, api: {hostile}, data: {{{hostile}: b}}}}"),
            ),
        ]),
        None,
    )
    .expect("there are manifests");
    let text = written(&import);
    assert!(import.diagnostics.is_empty(), "{:#?}", import.diagnostics);
    for kind in ["user", "group", "role", "acl", "ha", "metrics-server", "acme-account", "acme-plugin"] {
        assert!(text.lines().any(|line| line.starts_with(&format!("{kind} "))), "{kind} is there: {text}");
    }
    assert!(!text.lines().any(|line| line.contains("evil") && !line.contains("\\n")), "{text}");
}

#[test]
fn what_no_manifest_makes_is_declared_as_nobodys() {
    let import = import(
        &documents(&[
            ("EnvironmentUser", "ops-pve", "{userId: ops@pve, groups: [ops]}"),
            ("EnvironmentHagroup", "pair", "{group: pair, nodes: {oak: 2, elm: 1}}"),
            ("EnvironmentHaresource", "pair", "{resourceId: 'vm:101', group: pair}"),
            ("EnvironmentHaresource", "lone", "{resourceId: 'ct:102', type: ct}"),
        ]),
        None,
    )
    .expect("there are manifests");
    let text = written(&import);
    assert!(matches!(import.proof, Proof::Same), "{import:#?}\n{text}");
    assert_eq!(import.imported.notes, ["`ha.lone` has its guest on `elm`: no manifest says where `ct:102` is"]);
    for line in [
        "group ops { owner = none }",
        "vm vm-101 on oak { id = 101, owner = none }",
        "container container-102 on elm { id = 102, owner = none, adopt = true }",
        "ha pair { guest = vm-101, nodes = [oak, elm] }",
        "ha lone { guest = container-102 }",
        "host oak { pve = \"8.4\" }",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn what_an_ha_cannot_say_is_noted() {
    let import = import(
        &documents(&[
            ("EnvironmentHagroup", "unused", "{group: unused, nodes: {oak: 1}}"),
            ("EnvironmentHaresource", "lost", "{resourceId: 'vm:101', group: gone}"),
            ("EnvironmentHaresource", "odd", "{resourceId: '101'}"),
        ]),
        None,
    )
    .expect("there are manifests");
    assert_eq!(
        import.imported.notes,
        [
            "`ha.lost` says nothing of its HA group `gone`, which no manifest has",
            "`ha.lost` is left out: no manifest says where `vm:101` is",
            "`ha.odd` is left out: `101` is no guest",
            "`ha.unused` is left out: no manifest has an HA resource of `unused`",
        ]
    );
    assert!(matches!(import.proof, Proof::Different(_)), "{:#?}", import.proof);
}

#[test]
fn an_acl_that_lost_an_object_becomes_one_for_each() {
    let files = [
        ("main.hlab", "project home { target crossplane { version = \"0.11.1\" } }\n"),
        (
            "a.hlab",
            "group a\ngroup b\nacl all { path = \"/\", built-in = [\"PVEAdmin\", \"PVEAuditor\"], groups = [a, b] }\n",
        ),
    ];
    let world = files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, *text));
    let whole = built(&world, Release::V0_11);
    let import_without = |lost: &str| {
        let mut manifests = ArtifactSet::default();
        for file in whole.iter().filter(|file| file.path != lost) {
            manifests.push(file.path.clone(), file.bytes.clone()).expect("the path is safe");
        }
        import(&manifests, None).expect("there are manifests")
    };
    let all = import_without("");
    assert!(matches!(all.proof, Proof::Same), "{all:#?}");
    assert_eq!(written(&all).matches("\nacl ").count(), 1, "{}", written(&all));
    let some = import_without("acl-all-pveadmin-b.yaml");
    let text = written(&some);
    for name in ["acl all {", "acl all-2 {", "acl all-3 {"] {
        assert!(text.contains(name), "{text}");
    }
    assert!(matches!(some.proof, Proof::Different(_)), "their objects are called otherwise: {:#?}", some.proof);
    assert_eq!(some.imported.notes.len(), 2, "{:#?}", some.imported.notes);
}

#[test]
fn manifests_of_two_versions_are_refused_with_an_example_of_each() {
    let mut files = folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/v0.11.1"));
    let newer = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/v1.18.0/web.yaml"));
    files.push("newer.yaml", newer.expect("it is there")).expect("the path is safe");
    let refused = import(&files, None).expect_err("two versions are no project");
    let NoImport::SeveralVersions(several) = refused else { panic!("{refused:?}") };
    assert_eq!(several, [("0.11.1", "images.yml".to_owned()), ("1.18.0", "newer.yaml".to_owned())]);
}

#[test]
fn a_folder_without_manifests_says_what_it_holds() {
    let refused = import(&one("a.yaml", "kind: Namespace\nmetadata: {name: x}\n"), None).expect_err("nothing is ours");
    assert_eq!(refused, NoImport::Nothing(vec!["Namespace x, a.yaml".to_owned()]));
    assert_eq!(import(&one("a.yaml", "{{ helm }"), None).expect_err("no YAML"), NoImport::Nothing(Vec::new()));
}

#[test]
fn a_field_that_the_provider_does_not_have_is_shown_in_the_manifest() {
    let text = HOSTILE.replace("vmId: 101", "vmld: 101");
    let import = import(&one("x.yaml", &text), None).expect("there is a manifest");
    assert!(import.imported.files.is_empty(), "nothing is imported by halves");
    assert_eq!(import.diagnostics[0].message, "`vmld` is no field here");
    assert_eq!(import.diagnostics[0].code.id(), "HL0725");
}

#[test]
fn two_credentials_are_no_one_target() {
    let second = HOSTILE.replace("name: web", "name: other").replace("d\\\"efault", "second");
    let refused = import(&one("x.yaml", &format!("{HOSTILE}---\n{second}")), None).expect_err("two credentials");
    let NoImport::SeveralCredentials(several) = refused else { panic!("{refused:?}") };
    assert_eq!(several.len(), 2);
    assert!(TARGETS.iter().all(|target| target.mentions(b"virtualenvironmentvm")));
}

//! Every lab under `lang-examples/` with every target: it is clean, and what is emitted is what the snapshots hold. The lab as it was
//! found is refused instead, line by line.
//!
//! Where `../shared` (or `HLAB_SHARED`) is there, the trees are validated against the real CRDs, and a fleet of a hundred
//! guests is compared with the model that the benchmark has of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hlab::base::MemoryWorld;
use hlab::diag::{Shown, terminal};
use hlab::session::{Analysis, Options, TargetRequest, analyze};
use hlab::targets::{ArtifactSet, TARGETS};
use serde_json::Value;

#[path = "../examples/fleet.rs"]
#[expect(dead_code, reason = "the example's own `main` is not called here")]
mod fleet;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A path below the shared folder; `None`, with a line printed, where that folder is not.
fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HLAB_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no {}", folder.display());
        return None;
    }
    let path = folder.join(path);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
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

/// The lab that is refused on purpose.
const AS_FOUND: &str = "homelab-as-found";

/// The labs that are clean, by name.
fn labs() -> Vec<(String, PathBuf)> {
    let mut labs: Vec<(String, PathBuf)> = std::fs::read_dir(root().join("lang-examples"))
        .expect("lang-examples is part of the repository")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, _)| name != AS_FOUND)
        .collect();
    labs.sort();
    labs
}

/// The sources of a lab: their names there, and where they are.
fn sources(folder: &Path) -> Vec<(String, PathBuf)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).expect("a lab can be listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let name = path.strip_prefix(folder).expect("found below the lab").to_string_lossy().into_owned();
                found.push((name, path));
            }
        }
    }
    found
}

/// What the compiler makes of a lab.
fn read(folder: &Path) -> Analysis {
    let mut world = MemoryWorld::default();
    for (name, path) in sources(folder) {
        world = world.with(&name, std::fs::read(&path).expect("a source can be read"));
    }
    analyze(&world, &Options::default())
}

fn compile(folder: &Path) -> Analysis {
    let analysis = read(folder);
    assert_eq!(analysis.diagnostics, Vec::new(), "{}", folder.display());
    analysis
}

fn request(target: &str) -> TargetRequest {
    TargetRequest { name: target.to_owned(), version: None, as_owner: false }
}

fn emit(analysis: &Analysis, target: &str) -> ArtifactSet {
    let checked = analysis.emit(&request(target)).expect("the target is known");
    assert_eq!(checked.diagnostics, Vec::new());
    checked.value
}

/// All files in one text.
fn tree(files: &ArtifactSet) -> String {
    let file = |path: &str, bytes: &[u8]| format!("==> {path}\n{}", String::from_utf8_lossy(bytes));
    files.iter().map(|artifact| file(&artifact.path, &artifact.bytes)).collect()
}

#[test]
fn each_example_gives_what_its_snapshot_holds() {
    for (name, folder) in labs() {
        let analysis = compile(&folder);
        for target in TARGETS {
            let files = emit(&analysis, target.name());
            assert_eq!(files.check(), Ok(()));
            insta::assert_snapshot!(format!("{name}_{}", target.name()), tree(&files));
        }
        let rollout = analysis.rollout();
        assert_eq!(rollout.diagnostics, Vec::new());
        let page = rollout.value.get("ROLLOUT.md").map(String::from_utf8_lossy).unwrap_or_default();
        insta::assert_snapshot!(format!("{name}_rollout"), page);
    }
}

#[test]
fn the_lab_as_it_was_found_is_refused_on_the_right_lines() {
    let analysis = read(&root().join("lang-examples").join(AS_FOUND));
    let shown = Shown::new(&analysis.sources);
    let mut lines: Vec<String> =
        analysis.diagnostics.iter().map(|diagnostic| terminal::short(&shown, diagnostic)).collect();
    lines.sort();
    insta::assert_snapshot!(AS_FOUND, lines.join("\n"));
}

/// The cells of the rows of the table in the chapter about the real lab: section, files, resources.
fn facts_table() -> Vec<[String; 3]> {
    let chapter = std::fs::read_to_string(root().join("docs/homelab.md")).expect("the chapter is there");
    let (_, table) = chapter.split_once("|---|---|---|---|\n").expect("it has a table");
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    cells.map(|cells| [1, 2, 3].map(|place| cells[place].clone())).collect()
}

#[test]
fn each_resource_in_the_table_of_facts_is_declared_in_a_file_of_its_row() {
    const FOLDER: &str = "../lang-examples/homelab/";
    let lab = root().join("lang-examples/homelab");
    let analysis = compile(&lab);
    let (mut wrong, mut named) = (Vec::new(), std::collections::BTreeSet::new());
    for [section, files, resources] in facts_table() {
        let links = files.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files: Vec<&str> = links.filter_map(|link| link.strip_prefix(FOLDER)).collect();
        assert!(!files.is_empty(), "{section}: no file");
        for file in &files {
            assert!(lab.join(file).is_file(), "{section}: `{file}` is not there");
        }
        named.extend(files.iter().map(|file| (*file).to_owned()));
        for resource in resources.split('`').skip(1).step_by(2) {
            let told = analysis.explain_path(resource).unwrap_or_default();
            let place = told.lines().find_map(|line| line.trim().strip_prefix("declared at "));
            let file = place.and_then(|place| place.split(':').next()).unwrap_or("nowhere");
            if !files.contains(&file) {
                wrong.push(format!("{section}: `{resource}` is declared in {file}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let sources = sources(&lab).into_iter().map(|(name, _)| name).filter(|name| !name.ends_with("_test.hlab"));
    let left_out: Vec<String> = sources.filter(|name| !named.contains(name)).collect();
    assert!(left_out.is_empty(), "no row names {left_out:?}");
}

#[test]
fn each_section_of_the_facts_has_a_row_in_the_chapter_about_the_lab() {
    let Some(path) = shared("facts/homelab.md") else { return };
    let facts = std::fs::read_to_string(path).expect("the facts can be read");
    // `### 1.4 chief-horse — …`, `## 15. Hardware-id table (…)`: the number and what stands before the first aside.
    let headings = facts.lines().filter_map(|line| line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")));
    let sections: Vec<String> = headings
        .filter(|heading| heading.starts_with(|c: char| c.is_ascii_digit()))
        .map(|heading| heading.split(['—', '(']).next().unwrap_or_default().replace("⚠ ", "").replacen(". ", " ", 1))
        .map(|heading| heading.trim().to_owned())
        .collect();
    let rows: Vec<String> = facts_table().into_iter().map(|[section, ..]| section).collect();
    assert_eq!(rows, sections);
}

#[test]
fn the_same_lab_gives_the_same_bytes_and_the_stream_is_the_documents() {
    for (_, folder) in labs() {
        let (first, second) = (compile(&folder), compile(&folder));
        assert_eq!(emit(&first, "crossplane"), emit(&second, "crossplane"));
        assert_eq!(first.rollout().value, second.rollout().value);
        let documents = |path: &str| !path.ends_with("kustomization.yaml");
        let files = emit(&first, "crossplane");
        let files = files.iter().filter(|file| documents(&file.path));
        let joined: String = files.map(|file| format!("---\n{}", String::from_utf8_lossy(&file.bytes))).collect();
        let stream = first.stream(&request("crossplane")).expect("the target is known");
        assert_eq!(stream.value.concat(), joined);
    }
}

#[test]
fn a_project_without_a_target_can_be_built_for_one() {
    let text = "project bare\nhost pve\nvm web on pve { id = 101 }\n";
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
    assert_eq!(analysis.targets(), Vec::new());
    let versioned = |version: &str| TargetRequest { version: Some(version.to_owned()), ..request("crossplane") };
    let files = analysis.emit(&versioned("0.11.1")).expect("hlab knows this version");
    assert!(files.value.get("vm-web.yaml").is_some(), "{files:?}");
    let unknown = analysis.emit(&versioned("9.9.9")).expect_err("no such version");
    assert_eq!(unknown.known, ["crossplane@0.11.1", "crossplane@1.18.0-namespaced", "crossplane@1.18.0"]);
}

#[test]
fn a_target_that_owns_nothing_gives_nothing_unless_it_is_made_the_owner() {
    let text = "project bare {\n  target crossplane\n  owner { vm = api }\n}\nhost pve { memory = 8GiB }\nvm web on pve { id = 101 }\n";
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
    assert_eq!(analysis.diagnostics, Vec::new());
    assert!(emit(&analysis, "crossplane").is_empty());
    let owner = TargetRequest { as_owner: true, ..request("crossplane") };
    let files = analysis.emit(&owner).expect("the target is known");
    assert_eq!((files.diagnostics, files.value.len()), (Vec::new(), 2));
}

/// The documents of the K3s example, by kind and name, read by a YAML reader that is not ours.
fn k3s() -> BTreeMap<(String, String), Value> {
    let files = emit(&compile(&root().join("lang-examples/k3s-nodes")), "crossplane");
    let documents = files.iter().filter(|file| file.path != "kustomization.yaml").map(|file| {
        let text = std::str::from_utf8(&file.bytes).expect("YAML is text");
        let document: Value = serde_saphyr::from_str(text).expect("a document is YAML");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        ((word(&document["kind"]), word(&document["metadata"]["name"])), document)
    });
    documents.collect()
}

/// A value at a path such as `spec.forProvider.cpu.0.cores`.
fn at<'v>(document: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(document, |value, step| match step.parse::<usize>() {
        Ok(index) => &value[index],
        Err(_) => &value[step],
    })
}

#[track_caller]
fn assert_values(document: &Value, expected: &[(&str, Value)]) {
    for (path, value) in expected {
        assert_eq!(at(&document["spec"]["forProvider"], path), value, "{path}");
    }
}

/// Source: facts/homelab.md, sections 4 (virtual machines), 8 (images) and 12 (Crossplane).
#[test]
fn the_k3s_machines_are_as_the_lab_has_them() {
    let documents = k3s();
    let vm = |name: &str| &documents[&("EnvironmentVM".to_owned(), name.to_owned())];
    let common: &[(&str, Value)] = &[
        ("cpu.0.type", "host".into()),
        ("bios", "seabios".into()),
        ("started", true.into()),
        ("agent.0.enabled", true.into()),
        ("initialization.0.userAccount.0.username", "ubuntu".into()),
        ("initialization.0.ipConfig.0.ipv4.0.address", "dhcp".into()),
        ("disk.0.interface", "scsi0".into()),
        ("disk.0.fileFormat", "raw".into()),
        ("disk.0.discard", "on".into()),
        ("networkDevice.0.model", "virtio".into()),
    ];
    for name in ["k3s-vm-pve", "k3s-vm-still-fawn", "k3s-vm-fun-bedbug"] {
        assert_values(vm(name), common);
        let annotations = &vm(name)["metadata"]["annotations"];
        assert_eq!(annotations["crossplane.io/paused"], "true");
        assert_eq!(vm(name)["spec"]["deletionPolicy"], "Orphan");
        assert_eq!(vm(name)["spec"]["providerConfigRef"]["name"], "default");
    }
    assert_values(
        vm("k3s-vm-pve"),
        &[
            ("vmId", 107.into()),
            ("nodeName", "pve".into()),
            ("cpu.0.cores", 2.into()),
            ("memory.0.dedicated", 4096.into()),
            ("machine", "pc-i440fx-8.1".into()),
            ("scsiHardware", "virtio-scsi-pci".into()),
            ("disk.0.datastoreId", "local-zfs".into()),
            ("disk.0.size", 50.into()),
            // The lab's own manifest still imports a `.qcow2` that nothing makes on pve.
            ("disk.0.importFrom", "local:import/noble-server-cloudimg-amd64.img".into()),
            ("networkDevice.0.bridge", "vmbr25gbe".into()),
            ("networkDevice.0.macAddress", Value::Null),
            ("onBoot", false.into()),
        ],
    );
    assert_values(
        vm("k3s-vm-still-fawn"),
        &[
            ("vmId", 108.into()),
            ("nodeName", "still-fawn".into()),
            ("cpu.0.cores", 4.into()),
            ("memory.0.dedicated", 25600.into()),
            // Ballooning is off.
            ("memory.0.floating", Value::Null),
            ("machine", "q35".into()),
            ("scsiHardware", "virtio-scsi-single".into()),
            ("disk.0.datastoreId", "local-zfs".into()),
            ("disk.0.size", 700.into()),
            ("disk.0.cache", "writeback".into()),
            ("disk.0.iothread", true.into()),
            ("disk.0.aio", "io_uring".into()),
            ("networkDevice.0.bridge", "vmbr0".into()),
            ("networkDevice.0.macAddress", "BC:24:11:90:21:DF".into()),
            ("serialDevice.0.device", "socket".into()),
            ("virtiofs.0.mapping", "crucible-storage".into()),
            ("virtiofs.0.cache", "always".into()),
            // With a token a card goes out as its mapping; the hook script is root's.
            ("hostpci.0.mapping", "still-fawn-gpu".into()),
            ("hostpci.0.pcie", true.into()),
            ("hookScriptFileId", Value::Null),
            ("onBoot", true.into()),
        ],
    );
    assert_values(
        vm("k3s-vm-fun-bedbug"),
        &[
            ("vmId", 114.into()),
            ("nodeName", "fun-bedbug".into()),
            ("cpu.0.cores", 1.into()),
            ("memory.0.dedicated", 4096.into()),
            ("machine", "pc-i440fx-8.1".into()),
            ("disk.0.datastoreId", "local".into()),
            ("disk.0.size", 50.into()),
            ("networkDevice.0.bridge", "vmbr0".into()),
            ("onBoot", true.into()),
        ],
    );
    for (name, id) in [("k3s-vm-pve", "107"), ("k3s-vm-still-fawn", "108"), ("k3s-vm-fun-bedbug", "114")] {
        assert_eq!(vm(name)["metadata"]["annotations"]["crossplane.io/external-name"], id);
    }
}

#[test]
fn the_cloud_images_are_as_the_lab_has_them() {
    let documents = k3s();
    let image = |name: &str| &documents[&("EnvironmentDownloadFile".to_owned(), name.to_owned())];
    let files = [
        ("ubuntu-noble-cloud-image", "fun-bedbug", "noble-server-cloudimg-amd64.qcow2", Value::Bool(true)),
        ("ubuntu-noble-cloud-image-still-fawn", "still-fawn", "noble-server-cloudimg-amd64.qcow2", Value::Null),
        ("ubuntu-noble-cloud-image-pve", "pve", "noble-server-cloudimg-amd64.img", Value::Bool(true)),
    ];
    for (name, node, file, overwrite_unmanaged) in files {
        assert_values(
            image(name),
            &[
                ("nodeName", node.into()),
                ("fileName", file.into()),
                ("datastoreId", "local".into()),
                ("contentType", "import".into()),
                ("overwriteUnmanaged", overwrite_unmanaged),
                ("url", "https://cloud-images.ubuntu.com/noble/current/noble-server-cloudimg-amd64.img".into()),
            ],
        );
        assert_eq!(image(name)["metadata"]["annotations"]["crossplane.io/paused"], "true");
    }
    assert_eq!(documents.len(), 6);
}

#[test]
fn the_emitted_trees_pass_the_real_crds() {
    let crds = shared("schemas/crds/provider-proxmox-bpg/v0.11.1");
    let (Some(crds), Some(tool)) = (crds, shared("tools/crdcheck.py")) else { return };
    if !has_python() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("hlab-examples-{}", std::process::id()));
    for (name, lab) in labs() {
        let inside = folder.join(&name);
        std::fs::create_dir_all(&inside).expect("a folder can be made");
        let files = emit(&compile(&lab), "crossplane");
        for file in files.iter().filter(|file| file.path != "kustomization.yaml") {
            std::fs::write(inside.join(&file.path), &file.bytes).expect("a file can be written");
        }
    }
    let output = Command::new("python3").arg(tool).arg("--crds").arg(crds).arg(&folder).output().expect("python3 runs");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_fleet_of_a_hundred_guests_is_what_the_benchmark_expects() {
    let Some(verify) = shared("bench/verify.py") else { return };
    if !has_python() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("hlab-fleet-{}", std::process::id()));
    fleet::run(&["100".to_owned(), folder.to_string_lossy().into_owned()]).expect("a fleet can be written");
    let stream = compile(&folder).stream(&request("crossplane")).expect("the target is known").value.concat();
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let mut child = Command::new("python3")
        .arg(&verify)
        .args(["100", "hlab"])
        .current_dir(verify.parent().expect("a file lies in a folder"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    std::io::Write::write_all(&mut stdin, stream.as_bytes()).expect("python3 reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("python3 ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.starts_with("ok 100 docs"), "{said}");
}

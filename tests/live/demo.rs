//! `hlab demo`: what it promises to show, without a cluster and without a word of configuration.

use std::collections::BTreeSet;
use std::path::Path;

use crate::commands::{Folder, hlab};

#[test]
fn each_of_the_ten_drifts_is_listed_and_found_again_in_the_plan() {
    // Nothing of the environment counts, not even a cluster that it names.
    let run = hlab(&Folder::new(), &["demo"], &[("PROXMOX_VE_ENDPOINT", "127.0.0.1:1")]).ends(0);
    assert_eq!(run.err, "");
    let (list, plan) = run.out.split_once("What follows").expect("the list comes first");
    let drifts = [
        ("vm.OPNsense", "memory  2048 -> 4096"),
        ("vm.UbuntuMAAS", "scsi0  size=80G -> size=100G"),
        ("vm.haos16.0", "net1  (default) -> bridge=vmbr1"),
        ("vm.k3s-vm-still-fawn", "state  stopped -> running"),
        ("vm.k3s-vm-pumped-piglet", "wait for its next start: memory: 32768 -> 49152"),
        ("vm.k3s-vm-pve", "`vm.k3s-vm-pve` is locked (backup)"),
        ("container.cloudflared", "create container.cloudflared"),
        ("host.fun-bedbug", "node `fun-bedbug` is offline: of its guests nothing is known: 112, 114"),
        ("role.lab-guests", "update role.lab-guests"),
        ("vm-199-disk-0", "warning[orphan-volume]: no guest has id 199"),
    ];
    let listed: Vec<&str> =
        list.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(listed, drifts.map(|(name, _)| name));
    for (name, shown) in drifts {
        assert!(plan.contains(shown), "{name}: {shown:?} is not in\n{plan}");
    }
    // And nothing else: whatever is not named here is as the lab says.
    assert!(plan.contains("Plan of home: 2 create, 6 update, 7 unknown, 34 as it should be"), "{plan}");
    assert!(!plan.contains("not-read"), "{plan}");
}

#[test]
fn the_demo_says_the_same_each_time_and_more_if_asked() {
    let run = |words: &[&str]| hlab(&Folder::new(), words, &[]).ends(0).out;
    let brief = run(&["demo"]);
    assert_eq!(run(&["demo"]), brief);
    assert!(run(&["demo", "--detailed"]).len() > brief.len());
    let plan: serde_json::Value = serde_json::from_str(&run(&["demo", "--format", "json"])).expect("it is JSON");
    assert_eq!(plan["changes"].as_array().map(Vec::len), Some(15));
}

#[test]
fn the_lab_that_is_built_in_is_the_whole_example() {
    let source = include_str!("../../src/cli/demo/mod.rs");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples/homelab");
    let mut folders = vec![example.clone()];
    let mut missing = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the example can be listed").flatten() {
            let path = entry.path();
            let name = path.strip_prefix(&example).expect("below it").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".hlab")
                && !name.ends_with("_test.hlab")
                && !source.contains(&format!("\"{name}\""))
            {
                missing.insert(name);
            }
        }
    }
    assert!(missing.is_empty(), "name them in `LAB` of src/cli/demo/mod.rs: {missing:?}");
}

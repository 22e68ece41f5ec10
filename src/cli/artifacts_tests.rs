//! What writing artifacts does to a real folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::errors::{Failures, RimError};
use super::super::manifest;
use super::super::scratch::Scratch;
use super::{Action, Part, plan};
use crate::targets::ArtifactSet;

fn part(owner: &str, files: &[(&str, &str)]) -> Part {
    let mut set = ArtifactSet::default();
    for (path, text) in files {
        set.push(*path, *text).expect("the test's paths are safe");
    }
    Part { owner: owner.to_owned(), set }
}

fn build(scratch: &Scratch, parts: &[Part], overwrite: &[PathBuf]) -> Result<[usize; 4], Failures> {
    let plan = plan(scratch.root(), "out", parts, overwrite)?;
    plan.carry_out()?;
    Ok([Action::Create, Action::Update, Action::Remove, Action::Keep].map(|action| plan.count(action)))
}

/// Everything below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path.strip_prefix(folder).expect("below").display().to_string())
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_second_build_touches_nothing_and_a_changed_source_rewrites_and_removes() {
    let scratch = Scratch::new();
    let first = [part("crossplane", &[("a.yaml", "1"), ("vm/b.yaml", "2"), ("vm/c.yaml", "3")])];
    assert_eq!(build(&scratch, &first, &[]), Ok([3, 0, 0, 0]));
    let before = fs::metadata(scratch.path("out/a.yaml")).expect("written").modified().expect("known");
    assert_eq!(build(&scratch, &first, &[]), Ok([0, 0, 0, 3]));
    assert_eq!(fs::metadata(scratch.path("out/a.yaml")).expect("kept").modified().expect("known"), before);
    let second = [part("crossplane", &[("a.yaml", "1"), ("d.yaml", "4")])];
    assert_eq!(build(&scratch, &second, &[]), Ok([1, 0, 2, 1]));
    assert_eq!(files(&scratch.path("out")), [".hlab-manifest.json", "a.yaml", "d.yaml"]);
    assert!(!scratch.path("out/vm").exists(), "an emptied folder goes too");
    let third = [part("crossplane", &[("a.yaml", "changed"), ("d.yaml", "4")])];
    assert_eq!(build(&scratch, &third, &[]), Ok([0, 1, 0, 1]));
    assert_eq!(scratch.read("out/a.yaml").as_deref(), Some("changed"));
}

#[test]
fn a_foreign_file_is_refused_and_nothing_is_written() {
    let scratch = Scratch::new();
    scratch.write("out/a.yaml", "mine");
    let parts = [part("crossplane", &[("a.yaml", "1"), ("b.yaml", "2")])];
    let refused = build(&scratch, &parts, &[]).expect_err("the file is foreign");
    assert!(matches!(refused.as_slice(), [RimError::Foreign { .. }]), "{refused:?}");
    assert_eq!(files(&scratch.path("out")), ["a.yaml"]);
    assert_eq!(build(&scratch, &parts, &[scratch.path("out/a.yaml")]), Ok([1, 1, 0, 0]));
    assert_eq!(scratch.read("out/a.yaml").as_deref(), Some("1"));
}

#[test]
fn a_foreign_file_with_the_right_bytes_is_taken_over() {
    let scratch = Scratch::new();
    scratch.write("out/a.yaml", "1");
    assert_eq!(build(&scratch, &[part("crossplane", &[("a.yaml", "1")])], &[]), Ok([0, 0, 0, 1]));
    assert_eq!(build(&scratch, &[part("crossplane", &[("a.yaml", "2")])], &[]), Ok([0, 1, 0, 0]));
}

#[test]
fn a_file_edited_by_hand_is_neither_rewritten_nor_removed() {
    let scratch = Scratch::new();
    assert_eq!(build(&scratch, &[part("x", &[("a.yaml", "1"), ("b.yaml", "2")])], &[]), Ok([2, 0, 0, 0]));
    scratch.write("out/a.yaml", "edited");
    scratch.write("out/b.yaml", "edited");
    let refused = build(&scratch, &[part("x", &[("a.yaml", "3")])], &[]).expect_err("both were edited");
    assert!(matches!(refused.as_slice(), [RimError::Edited { .. }, RimError::EditedLeftover { .. }]), "{refused:?}");
    assert_eq!(scratch.read("out/b.yaml").as_deref(), Some("edited"));
    let all = [scratch.path("out/a.yaml"), scratch.path("out/b.yaml")];
    assert_eq!(build(&scratch, &[part("x", &[("a.yaml", "3")])], &all), Ok([0, 1, 1, 0]));
}

#[test]
fn another_target_in_the_same_folder_keeps_its_files() {
    let scratch = Scratch::new();
    let both = [part("x", &[("x.yaml", "1")]), part("y", &[("y.yaml", "2")])];
    assert_eq!(build(&scratch, &both, &[]), Ok([2, 0, 0, 0]));
    assert_eq!(build(&scratch, &[part("x", &[("z.yaml", "3")])], &[]), Ok([1, 0, 1, 0]));
    assert_eq!(files(&scratch.path("out")), [".hlab-manifest.json", "y.yaml", "z.yaml"]);
    let clash = [part("x", &[("y.yaml", "1")]), part("y", &[("Y.yaml", "2")])];
    let refused = build(&scratch, &clash, &[]).expect_err("two targets, one file");
    assert!(matches!(refused.as_slice(), [RimError::SharedPath { .. }]), "{refused:?}");
}

/// An interruption after any number of renames: the manifest is the interim one, some files are new.
#[test]
fn an_interrupted_build_is_finished_by_the_next() {
    let old = [part("x", &[("a.yaml", "a1"), ("b.yaml", "b1"), ("gone.yaml", "g1")])];
    let new = [part("x", &[("a.yaml", "a2"), ("b.yaml", "b2"), ("c.yaml", "c2")])];
    for done in 0..3 {
        let scratch = Scratch::new();
        assert_eq!(build(&scratch, &old, &[]), Ok([3, 0, 0, 0]));
        let plan = plan(scratch.root(), "out", &new, &[]).expect("nothing is in the way");
        scratch.write("out/.hlab-manifest.json", &manifest::text(&plan.interim));
        scratch.write("out/.hlab-tmp", "half a fi");
        for (path, text) in [("a.yaml", "a2"), ("b.yaml", "b2")].iter().take(done) {
            scratch.write(&format!("out/{path}"), text);
        }
        assert_eq!(build(&scratch, &new, &[]), Ok([1, 2 - done, 1, done]), "after {done} renames");
        assert_eq!(files(&scratch.path("out")), [".hlab-manifest.json", "a.yaml", "b.yaml", "c.yaml"]);
        assert_eq!(build(&scratch, &new, &[]), Ok([0, 0, 0, 3]));
        assert!(!scratch.read("out/.hlab-manifest.json").expect("written").contains("\"was\""));
    }
}

#[test]
fn the_last_file_takes_the_manifest_with_it() {
    let scratch = Scratch::new();
    assert_eq!(build(&scratch, &[part("x", &[("a/b.yaml", "1")])], &[]), Ok([1, 0, 0, 0]));
    assert_eq!(build(&scratch, &[part("x", &[])], &[]), Ok([0, 0, 1, 0]));
    assert_eq!(files(&scratch.path("out")), Vec::<String>::new());
    assert_eq!(build(&scratch, &[part("x", &[])], &[]), Ok([0, 0, 0, 0]));
}

#[test]
fn a_manifest_cannot_name_files_elsewhere() {
    let scratch = Scratch::new();
    scratch.write("precious", "keep me");
    let hash = manifest::hash(b"keep me");
    let files = format!("\"../precious\":{{\"owner\":\"x\",\"sha256\":\"{hash}\"}}");
    for text in [format!("{{\"format_version\":1,\"files\":{{{files}}}}}"), "<<<<<<< ours".to_owned(), "{}".to_owned()]
    {
        scratch.write("out/.hlab-manifest.json", &text);
        let refused = build(&scratch, &[part("x", &[])], &[]).expect_err("the manifest is bad");
        assert!(matches!(refused.as_slice(), [RimError::BadManifest { .. }]), "{refused:?}");
    }
    assert_eq!(scratch.read("precious").as_deref(), Some("keep me"));
}

#[cfg(unix)]
#[test]
fn no_symbolic_link_is_followed() {
    use std::os::unix::fs::symlink;
    let link = |scratch: &Scratch, name: &str| {
        scratch.write("elsewhere/a.yaml", "mine");
        fs::create_dir_all(scratch.path(name).parent().expect("a parent")).expect("a folder");
        symlink(scratch.path("elsewhere"), scratch.path(name)).expect("a link");
    };
    for (name, path) in [("out", "a.yaml"), ("out/vm", "vm/a.yaml"), ("out/a.yaml", "a.yaml")] {
        let scratch = Scratch::new();
        link(&scratch, name);
        let refused =
            build(&scratch, &[part("x", &[(path, "1")])], &[scratch.path("out").join(path)]).expect_err("a link");
        assert!(matches!(refused.as_slice(), [RimError::UnsafePath { .. }]), "{name}: {refused:?}");
        assert_eq!(scratch.read("elsewhere/a.yaml").as_deref(), Some("mine"));
    }
    let scratch = Scratch::new();
    link(&scratch, "out/.hlab-tmp");
    assert_eq!(build(&scratch, &[part("x", &[("a.yaml", "1")])], &[]), Ok([1, 0, 0, 0]));
    assert_eq!(scratch.read("elsewhere/a.yaml").as_deref(), Some("mine"));
}

#[test]
fn a_folder_or_a_file_in_the_way_is_said() {
    let scratch = Scratch::new();
    scratch.write("out/a.yaml/x", "");
    scratch.write("out/vm", "a file where a folder is needed");
    let refused = build(&scratch, &[part("x", &[("a.yaml", "1"), ("vm/b.yaml", "2")])], &[]).expect_err("in the way");
    assert!(matches!(refused.as_slice(), [RimError::UnsafePath { .. }, RimError::UnsafePath { .. }]), "{refused:?}");
}

#[test]
fn a_check_names_what_differs_and_writes_nothing() {
    let scratch = Scratch::new();
    assert_eq!(build(&scratch, &[part("x", &[("a.yaml", "1"), ("b.yaml", "2")])], &[]), Ok([2, 0, 0, 0]));
    let parts = [part("x", &[("a.yaml", "9"), ("c.yaml", "3")])];
    let plan = plan(scratch.root(), "out", &parts, &[]).expect("nothing is in the way");
    let said: Vec<_> =
        plan.differences().iter().map(|line| line.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(said, ["a.yaml is different", "c.yaml is missing", "b.yaml is left over"]);
    assert_eq!(scratch.read("out/a.yaml").as_deref(), Some("1"));
}

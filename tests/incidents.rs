//! Every past outage that a rule stops: the bad lab is refused by that rule at that line, and one line repairs it.
//!
//! `tests/incidents/Innn/bad.hlab` has the expectation drawn under the guilty code, `fixed.hlab` is the same lab with one
//! line changed, added or removed. `other.hlab`, where it is there, is a lab that has nothing in common with the first, and is
//! refused for the same reason.

mod support;

use std::path::{Path, PathBuf};

use hlab::base::MemoryWorld;
use hlab::session::{Analysis, Options, analyze};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("tests/incidents is part of the repository")
        .map(|entry| entry.expect("a folder that can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run(text: &str) -> Analysis {
    analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default())
}

#[test]
fn each_bad_lab_is_refused_at_its_line_by_its_rule() {
    let update = std::env::var_os("HLAB_UPDATE").is_some();
    let mut wrong = Vec::new();
    let labs = folders().into_iter().flat_map(|folder| ["bad.hlab", "other.hlab"].map(|name| folder.join(name)));
    for path in labs.filter(|path| path.ends_with("bad.hlab") || path.exists()) {
        let (text, drawn) = support::split(&read(&path));
        let analysis = run(&text);
        if update {
            let again = support::draw(&text, &analysis.sources, &analysis.diagnostics, "main.hlab");
            std::fs::write(&path, again).expect("an incident that can be written");
            continue;
        }
        assert!(!drawn.is_empty(), "{} draws nothing", path.display());
        let found = support::compare(&analysis.sources, &analysis.diagnostics, &[("main.hlab", &drawn)]);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_repaired_lab_is_clean() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let analysis = run(&read(&folder.join("fixed.hlab")));
        let found = support::compare(&analysis.sources, &analysis.diagnostics, &[]);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", folder.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_repair_is_one_line() {
    for folder in folders() {
        let (bad, _) = support::split(&read(&folder.join("bad.hlab")));
        let fixed = read(&folder.join("fixed.hlab"));
        let (bad, fixed): (Vec<&str>, Vec<&str>) = (bad.lines().collect(), fixed.lines().collect());
        let same = bad.iter().zip(&fixed).take_while(|(a, b)| a == b).count();
        let tail = bad.iter().rev().zip(fixed.iter().rev()).take_while(|(a, b)| a == b).count();
        let longest = bad.len().max(fixed.len());
        let changed = longest - (same + tail).min(longest);
        assert_eq!(changed, 1, "{} is repaired by {changed} lines", folder.display());
    }
}

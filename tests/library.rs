//! Every test that is written in hlab: those of the library, and those of the examples.

use std::path::{Path, PathBuf};

use hlab::base::MemoryWorld;
use hlab::diag::{Shown, terminal};
use hlab::session::{Options, TestReport, run_library_tests, run_tests};

/// The `.hlab` files below a folder of the repository: path from that folder and text, in the order of paths.
fn texts(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut folders = vec![root.clone()];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry that can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(&root).expect("found below the root").display().to_string();
        (name, std::fs::read_to_string(path).expect("a file that can be read"))
    };
    found.iter().map(read).collect()
}

/// What went wrong, a line each.
fn failures(report: &TestReport) -> Vec<String> {
    let shown = Shown::new(&report.sources);
    let mut wrong: Vec<String> =
        report.diagnostics.iter().map(|diagnostic| terminal::short(&shown, diagnostic)).collect();
    for test in &report.tests {
        let of_test = test.failures.iter().map(|diagnostic| {
            let help: Vec<&str> = diagnostic.notes.iter().chain(&diagnostic.help).map(String::as_str).collect();
            let shown = terminal::short(&shown, diagnostic);
            format!("{}: {}: {shown} ({})", test.place, test.name, help.join("; "))
        });
        wrong.extend(of_test);
    }
    wrong
}

#[test]
fn the_tests_of_the_library_pass() {
    let tests: Vec<(String, String)> =
        texts("stdlib").into_iter().filter(|(path, _)| path.ends_with("_test.hlab")).collect();
    let tests: Vec<(&str, &str)> = tests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let report = run_library_tests(&tests);
    assert!(!report.tests.is_empty(), "no tests found in stdlib");
    let wrong = failures(&report);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tests_of_the_examples_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples");
    for entry in std::fs::read_dir(root).expect("lang-examples is part of the repository") {
        let folder = entry.expect("an entry that can be listed").path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let world = texts(&format!("lang-examples/{name}"))
            .into_iter()
            .fold(MemoryWorld::default(), |world, (path, text)| world.with(&path, text));
        let wrong = failures(&run_tests(&world, &Options::default(), None));
        assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n"));
    }
}

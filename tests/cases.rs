//! Diagnostic cases: small labs with the diagnostics drawn under the code, `tests/cases/<layer>/*.hlab`.
//!
//! A file holds sections, each begun by `//# what it claims`; what stands before the first is shared by all of them. There and
//! inside a section `//## path` begins another file of the same project (`//## hlab.lock` the lock), and `//@ set NAME=VALUE`,
//! `//@ pve VERSION` or `//@ locked` is an option of the run. `HLAB_UPDATE=1 cargo test --test cases` draws what is found; read the difference
//! before keeping it.

mod support;

use std::path::{Path, PathBuf};

use std::sync::Arc;

use hlab::base::{MemoryWorld, Origin, SourceFile, Sources};
use hlab::diag::Diagnostic;
use hlab::session::{Options, PveVersion, TargetRequest, analyze};
use support::Drawn;

const MAIN: &str = "main.hlab";
const LOCK: &str = "hlab.lock";

/// One section: its claim, its options, and its files, `main.hlab` first.
struct Section {
    claim: String,
    options: Vec<String>,
    files: Vec<(String, String)>,
}

fn case_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("an entry that can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The shared text and the sections of a file.
fn sections(text: &str) -> (String, Vec<Section>) {
    let mut shared = String::new();
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if let Some(claim) = line.strip_prefix("//# ") {
            let files = vec![(MAIN.to_owned(), String::new())];
            sections.push(Section { claim: claim.to_owned(), options: Vec::new(), files });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            shared.push_str(line);
            shared.push('\n');
            continue;
        };
        if let Some(path) = line.strip_prefix("//## ") {
            section.files.push((path.to_owned(), String::new()));
        } else if let Some(option) = line.strip_prefix("//@ ") {
            section.options.push(option.to_owned());
        } else if let Some((_, text)) = section.files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    (shared, sections)
}

/// The files that all sections share: `shared.hlab`, and those that a `//## path` begins.
fn shared_files(shared: &str) -> Vec<(&str, &str)> {
    let (main, others) = shared.split_once("//## ").unwrap_or((shared, ""));
    let others = others.split("//## ").filter_map(|file| file.split_once('\n'));
    std::iter::once(("shared.hlab", main)).chain(others).collect()
}

fn options(section: &Section) -> Options {
    let mut options = Options::default();
    for option in &section.options {
        match option.split_once(' ').unwrap_or((option, "")) {
            ("set", input) => {
                let (name, value) = input.split_once('=').expect("`//@ set NAME=VALUE`");
                options.inputs.push((name.to_owned(), value.to_owned()));
            }
            ("locked", _) => options.locked = true,
            ("pve", version) => {
                let version = PveVersion::parse(version).expect("`//@ pve VERSION`");
                options.pve.push((None, version));
            }
            _ => panic!("`//@ {option}` is no option of a case"),
        }
    }
    options.lock = section.files.iter().find(|(path, _)| path == LOCK).map(|(_, text)| text.clone());
    options
}

/// What a section finds: in `syntax/` the parser alone, in `targets/` a build, elsewhere the whole front end.
fn run(
    layer: &str,
    shared: &str,
    section: &Section,
    files: &[(String, String, Vec<Drawn>)],
) -> (Arc<Sources>, Vec<Diagnostic>) {
    if layer == "syntax" {
        let mut sources = Sources::default();
        let text = &files[0].1;
        let file = sources.add(SourceFile::new(MAIN.to_owned(), text.clone(), Origin::Project));
        return (Arc::new(sources), hlab::syntax::parse(file, text).diagnostics);
    }
    let mut world = MemoryWorld::default();
    for (path, text) in shared_files(shared) {
        world = world.with(path, text);
    }
    for (path, plain, _) in files.iter().filter(|(path, _, _)| path != LOCK) {
        world = world.with(path, plain.as_str());
    }
    let analysis = analyze(&world, &options(section));
    let mut diagnostics = analysis.diagnostics.clone();
    if layer == "targets" && !analysis.has_errors() {
        // What only a build finds: the files of Crossplane, and the order between owners.
        let request = TargetRequest { name: "crossplane".to_owned(), version: None, as_owner: false };
        let emitted = analysis.emit(&request).expect("hlab knows Crossplane").diagnostics;
        let rollout = analysis.rollout().diagnostics;
        for diagnostic in emitted.into_iter().chain(rollout) {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    (analysis.sources, diagnostics)
}

/// What is wrong with a section, and the section as it should be drawn.
fn judge(layer: &str, shared: &str, section: &Section) -> (Vec<String>, String) {
    let split = |(path, text): &(String, String)| {
        let (plain, drawn) = support::split(text);
        (path.clone(), plain, drawn)
    };
    let files: Vec<_> = section.files.iter().map(split).collect();
    let (sources, diagnostics) = run(layer, shared, section, &files);
    let expected: Vec<(&str, &[Drawn])> =
        files.iter().map(|(path, _, drawn)| (path.as_str(), drawn.as_slice())).collect();
    let wrong = support::compare(&sources, &diagnostics, &expected);
    let mut again = format!("//# {}\n", section.claim);
    for option in &section.options {
        again.push_str(&format!("//@ {option}\n"));
    }
    for (path, plain, _) in &files {
        if path != MAIN {
            again.push_str(&format!("//## {path}\n"));
        }
        again.push_str(&support::draw(plain, &sources, &diagnostics, path));
    }
    (wrong, again)
}

#[test]
fn each_case_finds_what_is_drawn() {
    let update = std::env::var_os("HLAB_UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in case_files() {
        let text = std::fs::read_to_string(&path).expect("a case that can be read");
        let layer = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let (shared, sections) = sections(&text);
        let mut drawn_again = shared.clone();
        for section in &sections {
            let (found, again) = judge(&layer, &shared, section);
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&path).display();
            wrong.extend(found.iter().map(|line| format!("{name}: {}: {line}", section.claim)));
            drawn_again.push_str(&again);
        }
        if update && drawn_again != text {
            std::fs::write(&path, drawn_again).expect("a case that can be written");
        }
    }
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}

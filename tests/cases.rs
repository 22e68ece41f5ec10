//! Diagnostic cases: small labs with the diagnostics drawn under the code, `tests/cases/<layer>/*.hlab`.
//!
//! A file holds sections, each begun by `//# what it claims`; what stands before the first is shared by all of them. Inside a
//! section `//## path.hlab` begins another file of the same project, in which nothing is drawn. `HLAB_UPDATE=1 cargo test
//! --test cases` draws what is found; read the difference before keeping it.

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hlab::base::{MemoryWorld, Origin, SourceFile, Sources};
use hlab::diag::Diagnostic;
use hlab::session::{Options, analyze};

const MAIN: &str = "main.hlab";

/// One section: its claim, its drawn text, and its further files.
struct Section {
    claim: String,
    text: String,
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
            sections.push(Section { claim: claim.to_owned(), text: String::new(), files: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            shared.push_str(line);
            shared.push('\n');
            continue;
        };
        if let Some(path) = line.strip_prefix("//## ") {
            section.files.push((path.to_owned(), String::new()));
            continue;
        }
        let text = section.files.last_mut().map_or(&mut section.text, |(_, text)| text);
        text.push_str(line);
        text.push('\n');
    }
    (shared, sections)
}

/// What a section finds: in `syntax/` the parser alone, elsewhere the whole front end.
fn run(layer: &str, shared: &str, section: &Section, text: &str) -> (Arc<Sources>, Vec<Diagnostic>) {
    if layer == "syntax" {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new(MAIN.to_owned(), text.to_owned(), Origin::Project));
        return (Arc::new(sources), hlab::syntax::parse(file, text).diagnostics);
    }
    let mut world = MemoryWorld::default().with("shared.hlab", shared).with(MAIN, text);
    for (path, text) in &section.files {
        world = world.with(path, text.as_str());
    }
    let analysis = analyze(&world, &Options::default());
    (analysis.sources, analysis.diagnostics)
}

#[test]
fn each_case_finds_what_is_drawn() {
    let update = std::env::var_os("HLAB_UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in case_files() {
        let text = std::fs::read_to_string(&path).expect("a case that can be read");
        let (shared, sections) = sections(&text);
        let layer = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let mut drawn_again = shared.clone();
        for section in &sections {
            let (plain, drawn) = support::split(&section.text);
            let (sources, diagnostics) = run(&layer, &shared, section, &plain);
            let found = support::compare(&sources, &diagnostics, &drawn, MAIN);
            let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&path).display();
            wrong.extend(found.iter().map(|line| format!("{name}: {}: {line}", section.claim)));
            drawn_again.push_str(&format!("//# {}\n", section.claim));
            drawn_again.push_str(&support::draw(&plain, &sources, &diagnostics, MAIN));
            for (path, text) in &section.files {
                drawn_again.push_str(&format!("//## {path}\n{text}"));
            }
        }
        if update && drawn_again != text {
            std::fs::write(&path, drawn_again).expect("a case that can be written");
        }
    }
    assert!(update || wrong.is_empty(), "{}", wrong.join("\n"));
}

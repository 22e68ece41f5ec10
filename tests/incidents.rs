//! Every past outage that a rule stops: the bad lab is refused by that rule at that line, and one line repairs it.
//!
//! `tests/incidents/Innn/bad.hlab` has the expectation drawn under the guilty code, `fixed.hlab` is the same lab with one
//! line changed, added or removed. `other.hlab`, where it is there, is a lab that has nothing in common with the first, and is
//! refused for the same reason. `emitted.hlab` is a lab whose files a law looks at, before and after they are damaged as they
//! were in the outage. Data files beside them are there for each of the labs.
//!
//! The binary has them all, for `hlab incidents`; what it says of them is compared here, too.

mod support;

use std::path::{Path, PathBuf};

use hlab::base::MemoryWorld;
use hlab::diag::{Diagnostic, Severity};
use hlab::session::incidents::{self, Outcome};
use hlab::session::{Analysis, Options, TargetRequest, analyze};
use hlab::targets::law;
use hlab::targets::{ArtifactSet, TARGETS};

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

/// The labs of a kind that are there, in the order of their folders.
fn labs(names: &[&str]) -> Vec<PathBuf> {
    let labs = folders().into_iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    labs.filter(|path| path.exists()).collect()
}

fn lab(path: &Path, text: &str) -> Analysis {
    let mut world = MemoryWorld::default().with("main.hlab", text);
    let folder = path.parent().expect("a lab lies in the folder of its incident");
    for entry in std::fs::read_dir(folder).expect("it can be listed").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".hlab") {
            world = world.with(&name, read(&entry.path()));
        }
    }
    analyze(&world, &Options::default())
}

/// What is wrong with a lab as it is checked, or else as it is built for its targets.
fn found(analysis: &Analysis) -> Vec<Diagnostic> {
    let mut found = analysis.diagnostics.clone();
    if !analysis.has_errors() {
        for target in analysis.targets() {
            let request = TargetRequest { name: target.name, version: None, as_owner: false };
            found.extend(analysis.emit(&request).expect("the target is known").diagnostics);
        }
    }
    found
}

#[test]
fn each_bad_lab_is_refused_at_its_line_by_its_rule() {
    let update = std::env::var_os("HLAB_UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in labs(&["bad.hlab", "other.hlab"]) {
        let (text, drawn) = support::split(&read(&path));
        let analysis = lab(&path, &text);
        let diagnostics = found(&analysis);
        if update {
            let again = support::draw(&text, &analysis.sources, &diagnostics, "main.hlab");
            std::fs::write(&path, again).expect("an incident that can be written");
            continue;
        }
        assert!(!drawn.is_empty(), "{} draws nothing", path.display());
        let found = support::compare(&analysis.sources, &diagnostics, &[("main.hlab", &drawn)]);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_repaired_lab_is_clean() {
    let mut wrong = Vec::new();
    for path in labs(&["fixed.hlab", "emitted.hlab"]) {
        let analysis = lab(&path, &read(&path));
        let found = support::compare(&analysis.sources, &found(&analysis), &[]);
        wrong.extend(found.into_iter().map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_repair_is_one_line() {
    for bad in labs(&["bad.hlab"]) {
        let folder = bad.with_file_name("");
        let (bad, _) = support::split(&read(&bad));
        let fixed = read(&folder.join("fixed.hlab"));
        let (bad, fixed): (Vec<&str>, Vec<&str>) = (bad.lines().collect(), fixed.lines().collect());
        let same = bad.iter().zip(&fixed).take_while(|(a, b)| a == b).count();
        let tail = bad.iter().rev().zip(fixed.iter().rev()).take_while(|(a, b)| a == b).count();
        let longest = bad.len().max(fixed.len());
        let changed = longest - (same + tail).min(longest);
        assert_eq!(changed, 1, "{} is repaired by {changed} lines", folder.display());
    }
}

#[test]
fn every_row_is_caught_in_the_run_or_says_what_it_waits_for() {
    let world = MemoryWorld::default().with("main.hlab", "project lab\n");
    let options = Options { threads: 2, ..Options::default() };
    let rows = incidents::run(&world, &options, &analyze(&world, &options), &|_| true);
    let missed: Vec<_> = rows.iter().filter(|row| matches!(row.outcome, Outcome::Missed(_))).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let counts = |is_it: fn(&Outcome) -> bool| {
        rows.iter().filter(|row| row.incident.rest.is_none() && is_it(&row.outcome)).count()
    };
    assert_eq!(counts(|outcome| matches!(outcome, Outcome::Caught(_))), 72);
    assert_eq!(counts(|outcome| matches!(outcome, Outcome::Waits(_))), 6);
    for row in &rows {
        let incident = &row.incident;
        assert!(!incident.story.is_empty(), "{} has no story", incident.name);
        let named = [&incident.rules, &incident.types, &incident.laws].into_iter().flatten();
        assert!(named.count() > 0, "{} does not say what stops it", incident.name);
    }
    let proved: Vec<&String> = rows.iter().flat_map(|row| &row.incident.labs).collect();
    for folder in folders() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(proved.contains(&&name), "no incident names the labs of {name}");
    }
}

/// The page of all incidents, as the library tells them.
fn page() -> String {
    let analysis = analyze(&MemoryWorld::default(), &Options::default());
    let mut page = String::from(PAGE);
    for incident in analysis.incidents() {
        let named = |word: &str, names: &[String]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
        };
        let stops = [named("rule", &incident.rules), named("type", &incident.types), named("law", &incident.laws)];
        let stops: Vec<String> = stops.into_iter().flatten().collect();
        let (row, told) = incident.source.split_once(": ").expect("a source begins with its row");
        let stops = match (&incident.waits, &incident.rest) {
            (Some(waits), _) => format!("waits for the {waits}: {}", stops.join("; ")),
            (None, Some(rest)) => format!("{}; the rest takes a {rest}", stops.join("; ")),
            (None, None) => stops.join("; "),
        };
        let row = match incident.labs.first() {
            Some(lab) => format!("[{row}](../tests/incidents/{lab})"),
            None => row.to_owned(),
        };
        let facts = incident.facts.join(", ");
        page.push_str(&format!("| {row} | {} | {} | {stops} | {facts} | {told} |\n", incident.name, incident.story));
    }
    page
}

/// What stands above the table.
const PAGE: &str = include_str!("support/incidents.txt");

#[test]
fn the_page_of_incidents_is_what_the_library_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/incidents.md");
    if std::env::var_os("HLAB_UPDATE").is_some() {
        std::fs::write(&path, page()).expect("a page that can be written");
    }
    assert_eq!(read(&path), page(), "HLAB_UPDATE=1 writes docs/incidents.md anew");
}

/// The `.hlab` files of a folder of the repository, at any depth.
fn example(root: &Path) -> MemoryWorld {
    let (mut world, mut folders) = (MemoryWorld::default(), vec![root.to_path_buf()]);
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).expect("a folder of the repository").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let name = path.strip_prefix(root).expect("found below it").to_string_lossy().into_owned();
                world = world.with(&name, std::fs::read(&path).expect("a source can be read"));
            }
        }
    }
    world
}

/// What an example gives in a release of a target; of one that does not declare it, as for its owner.
fn emitted(analysis: &Analysis, name: &str, version: &str) -> Option<ArtifactSet> {
    let is_declared = analysis.targets().iter().any(|target| target.name == name);
    let version = Some(version.to_owned());
    let request = TargetRequest { name: name.to_owned(), version, as_owner: !is_declared };
    let emitted = analysis.emit(&request).expect("the target is known");
    let has_errors = emitted.diagnostics.iter().any(|found| found.severity == Severity::Error);
    (!has_errors).then_some(emitted.value)
}

#[test]
fn every_law_holds_for_every_example_in_every_release_and_finds_its_damage() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples");
    let mut damaged = std::collections::BTreeMap::<(&str, &str), usize>::new();
    for entry in std::fs::read_dir(root).expect("lang-examples is part of the repository").flatten() {
        if entry.path().is_dir() && entry.file_name() != "homelab-as-found" {
            let analysis = analyze(&example(&entry.path()), &Options::default());
            for target in TARGETS {
                let Some(files) = emitted(&analysis, target.name(), target.version()) else { continue };
                assert_eq!(law::verify(*target, &files), Vec::new(), "{}", entry.path().display());
                for law in target.laws() {
                    let Some(files) = (law.damage)(*target, &files) else { continue };
                    let found = (law.breaches)(*target, &law::read(&files));
                    assert!(!found.is_empty(), "{} misses its damage in {}", law.name, entry.path().display());
                    // What `hlab build` would say before it writes.
                    let said = law::verify(*target, &files);
                    assert!(
                        said.iter().any(|one| one.code.name() == "broken-law"
                            && one.notes.iter().any(|note| note.contains(law.name)))
                    );
                    *damaged.entry((law.name, target.version())).or_default() += 1;
                }
            }
        }
    }
    for target in TARGETS {
        for law in target.laws() {
            let count = damaged.get(&(law.name, target.version())).copied().unwrap_or_default();
            assert!(count > 0, "no example has what {} could damage in {}", law.name, target.version());
        }
    }
}

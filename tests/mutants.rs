//! Whether the tests of the library would notice if a policy were wrong: each policy is changed in one place, and a test fails.
//!
//! A change that no test can notice stands in `tests/mutants/equivalent.txt`, with the reason. `HLAB_MUTANTS=all` tries every
//! change; without it, one in [`STEP`] is tried. What becomes of changed labs is told by `tests/mutants/labs.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use hlab::base::FileId;
use hlab::diag::Code;
use hlab::session::run_library_tests;
use hlab::syntax::tree::{Index, NodeKind, Tree};

/// Without `HLAB_MUTANTS=all`, every so many-th change is tried.
const STEP: usize = 25;

/// A policy changed in one place.
struct Mutant {
    /// `thermal-limit: <= became < in count(x) <= 3`.
    name: String,
    /// The file from `stdlib/`, and the one with its tests.
    path: String,
    text: String,
}

/// What became of a changed policy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fate {
    /// A test of the library failed.
    Killed,
    /// The checks of the language refused the library.
    Refused,
    /// Nothing was noticed.
    Survived,
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn parse(text: &str) -> Tree {
    hlab::syntax::parse(FileId(0), text).value
}

/// The texts of one file with one of its policies changed in one place each.
fn mutants(path: &str) -> Vec<Mutant> {
    let text = read(&format!("stdlib/{path}"));
    let tree = parse(&text);
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for policy in tree.children(0).filter(|node| tree.kind(*node) == NodeKind::PolicyDef) {
        let name = tree.child(policy, NodeKind::Name).map_or("", |name| tree.text(name, &text));
        for (range, new, what) in changes(&tree, &text, policy) {
            let what = format!("{name}: {what}");
            let count = seen.entry(what.clone()).and_modify(|count| *count += 1).or_insert(1);
            let name = if *count == 1 { what } else { format!("{what} ({count})") };
            let mut changed = text.clone();
            changed.replace_range(range, &new);
            found.push(Mutant { name, path: path.to_owned(), text: changed });
        }
    }
    found
}

/// What may be changed in a policy: which bytes, into what, and how that is called.
fn changes(tree: &Tree, text: &str, policy: Index) -> Vec<(Range<usize>, String, String)> {
    let mut found = Vec::new();
    let mut at = policy + 1;
    while at < tree.node(policy).next {
        let node = tree.node(at);
        // Where a finding stands and how it reads is what `expect … at` and people judge.
        if matches!(node.kind, NodeKind::Else | NodeKind::Help | NodeKind::At | NodeKind::FixTo | NodeKind::Str) {
            at = node.next;
            continue;
        }
        let (range, own) = (tree.span(at).range(), one_line(tree.text(at, text)));
        let children: Vec<Index> = tree.children(at).collect();
        let between = |one: Index, other: Index| tree.span(one).range().end..tree.span(other).range().start;
        match node.kind {
            NodeKind::Where => found.push((range, String::new(), format!("without `{own}`"))),
            NodeKind::And => {
                for (kept, dropped) in [(children[0], children[1]), (children[1], children[0])] {
                    let dropped = one_line(tree.text(dropped, text));
                    found.push((
                        range.clone(),
                        format!("({})", tree.text(kept, text)),
                        format!("`{dropped}` is left out"),
                    ));
                }
            }
            NodeKind::Require => {
                let condition = tree.span(children[0]).range();
                let new = format!("not ({})", &text[condition.clone()]);
                found.push((condition, new, "`require` is negated".to_owned()));
            }
            NodeKind::Call => {
                let name = children[0];
                let other = match tree.text(name, text) {
                    "all" => "any",
                    "any" => "all",
                    _ => "",
                };
                if !other.is_empty() {
                    found.push((tree.span(name).range(), other.to_owned(), format!("{other} in `{own}`")));
                }
            }
            kind => {
                if let Some(other) = opposite(kind) {
                    let new = format!(" {other} ");
                    found.push((between(children[0], children[1]), new, format!("{other} in `{own}`")));
                }
            }
        }
        at += 1;
    }
    found
}

/// The comparison that another is most easily confused with.
fn opposite(kind: NodeKind) -> Option<&'static str> {
    let pairs = [
        (NodeKind::Le, "<"),
        (NodeKind::Lt, "<="),
        (NodeKind::Ge, ">"),
        (NodeKind::Gt, ">="),
        (NodeKind::Eq, "!="),
        (NodeKind::Ne, "=="),
    ];
    pairs.iter().find(|(of, _)| *of == kind).map(|(_, other)| *other)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each test of a file in a text of its own.
fn tests(path: &str) -> Vec<String> {
    let text = read(&format!("stdlib/{path}"));
    let tree = parse(&text);
    let of_kind = |node: &Index| tree.kind(*node) == NodeKind::Test;
    tree.children(0).filter(of_kind).map(|test| tree.text(test, &text).to_owned() + "\n").collect()
}

/// Runs tests over the changed library, until one fails.
fn fate(mutant: &Mutant, tests: &[String]) -> Fate {
    let run = |test: &str| run_library_tests(&[(&mutant.path, &mutant.text), ("policies/one_test.hlab", test)]);
    // Without resources no policy has anything to say: what is said then is about the library itself.
    let empty = run("test \"nothing\" {\n  expect ok\n}\n");
    let is_row = |code: &Code| matches!(code, Code::Row(_));
    let failures = || empty.tests.iter().flat_map(|test| &test.failures);
    if !empty.diagnostics.is_empty() || failures().any(|diagnostic| is_row(&diagnostic.code)) {
        return Fate::Refused;
    }
    let is_killed = |test: &String| run(test).tests.iter().any(|test| !test.failures.is_empty());
    if failures().next().is_some() || tests.iter().any(is_killed) { Fate::Killed } else { Fate::Survived }
}

/// The changes that nobody could notice, each with the reason.
fn equivalent() -> BTreeMap<String, String> {
    let text = read("tests/mutants/equivalent.txt");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once(" :: ").unwrap_or_else(|| panic!("no ` :: ` and reason: {line}")));
    pairs.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
}

#[test]
fn a_test_fails_wherever_a_policy_is_changed() {
    let mut paths: Vec<String> = std::fs::read_dir(folder().join("stdlib/policies"))
        .expect("a folder of the repository")
        .map(|entry| entry.expect("an entry that can be listed").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".hlab") && !name.ends_with("_test.hlab"))
        .map(|name| format!("policies/{name}"))
        .collect();
    paths.sort();
    let all: Vec<Mutant> = paths.iter().flat_map(|path| mutants(path)).collect();
    let names: BTreeSet<&str> = all.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "two changes have one name");
    let equivalent = equivalent();
    let gone: Vec<&String> = equivalent.keys().filter(|name| !names.contains(name.as_str())).collect();
    assert!(gone.is_empty(), "equivalent.txt names changes that nobody makes any more: {gone:#?}");

    let step = if std::env::var("HLAB_MUTANTS").is_ok_and(|which| which == "all") { 1 } else { STEP };
    let tried: Vec<&Mutant> = all.iter().step_by(step).collect();
    let tests: BTreeMap<&String, Vec<String>> =
        paths.iter().map(|path| (path, tests(&path.replace(".hlab", "_test.hlab")))).collect();
    let (next, fates) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(mutant) = tried.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fate = fate(mutant, &tests[&mutant.path]);
                    fates.lock().expect("no thread panicked").push((mutant.name.as_str(), fate));
                }
            });
        }
    });
    let fates = fates.into_inner().expect("no thread panicked");
    let of = |wanted: Fate| -> BTreeSet<&str> {
        fates.iter().filter(|(_, fate)| *fate == wanted).map(|(name, _)| *name).collect()
    };
    let (killed, refused, survived) = (of(Fate::Killed), of(Fate::Refused), of(Fate::Survived));
    println!(
        "{} of {} changes: {} killed by a test, {} refused by the language, {} equivalent",
        tried.len(),
        all.len(),
        killed.len(),
        refused.len(),
        survived.len()
    );
    let unnoticed: Vec<&&str> = survived.iter().filter(|name| !equivalent.contains_key(**name)).collect();
    assert!(unnoticed.is_empty(), "no test of the library notices: {unnoticed:#?}");
    let noticed: Vec<&String> = equivalent.keys().filter(|name| killed.contains(name.as_str())).collect();
    assert!(noticed.is_empty(), "equivalent.txt says that these cannot be noticed, and they are: {noticed:#?}");
}

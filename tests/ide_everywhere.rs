//! Whatever the text and wherever the cursor: completion answers, and replaces a text that the cursor touches.

use std::path::Path;

use hlab::base::{MemoryWorld, Origin};
use hlab::ide::{Snapshot, complete};
use hlab::session::{Options, Workspace};

/// The sources of all examples.
fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let text = std::fs::read_to_string(&path).expect("an example can be read");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

fn snapshot(text: &str) -> Snapshot {
    let world = MemoryWorld::default().with("main.hlab", text.to_owned());
    let mut workspace = Workspace::default();
    workspace.load(&world);
    Snapshot::new(workspace.analyze(&world, &Options::default()).expect("nobody stops it"))
}

/// Asks at some offsets of a text.
fn ask(name: &str, text: &str, offsets: impl Iterator<Item = usize>) {
    let mut snapshot = snapshot(text);
    let file = snapshot.file("main.hlab", Origin::Project).expect("it is there");
    for at in offsets.filter(|at| text.is_char_boundary(*at)) {
        let found = complete::complete(&mut snapshot, file, at as u32);
        let (start, end) = (found.replaces.start as usize, found.replaces.end as usize);
        assert!(start <= at && at <= end && end <= text.len(), "{name} at {at}: {start}..{end}");
        assert!(text.get(start..end).is_some_and(|word| !word.contains('\n')), "{name} at {at}: more than a word");
        for item in &found.items {
            assert!(!item.label.is_empty(), "{name} at {at}: an offer without a label");
        }
    }
}

#[test]
fn every_place_of_every_example_has_an_answer() {
    for (name, text) in examples() {
        ask(&name, &text, 0..=text.len());
    }
}

#[test]
fn every_broken_beginning_of_an_example_has_an_answer() {
    for (name, text) in examples() {
        // Prefixes end in the middle of everything; steps that have nothing in common with lines find many sorts of places.
        for end in (0..text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
            ask(&name, &text[..end], (end.saturating_sub(12)..=end).rev());
        }
    }
}

#[test]
fn every_example_without_a_bracket_or_quote_has_an_answer() {
    for (name, text) in examples() {
        for missing in ["}", "{", "\"", "]", "=", "."] {
            let broken = text.replacen(missing, "", 3);
            ask(&name, &broken, (0..=broken.len()).step_by(29));
        }
    }
}

#[test]
fn every_mangled_example_has_an_answer() {
    let bits = [
        "{",
        "}",
        "[",
        "(",
        "\"",
        "${",
        ".",
        " = ",
        ":",
        "\n",
        " on ",
        " with [",
        "for x in ",
        "//",
        "ü",
        "vm ",
        "\"\"\"",
        "-",
    ];
    let mut state = 7u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let examples = examples();
    for _ in 0..120 {
        let (name, text) = &examples[next(examples.len())];
        let mut mangled = text.clone();
        let mut places = Vec::new();
        for _ in 0..4 {
            let mut at = next(mangled.len());
            while !mangled.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + next(20)).min(mangled.len());
            while !mangled.is_char_boundary(end) {
                end -= 1;
            }
            let bit = bits[next(bits.len())];
            mangled.replace_range(at..end.max(at), bit);
            places.push(at + bit.len());
        }
        let around = places.into_iter().flat_map(|at| at.saturating_sub(3)..at + 4);
        let inside: Vec<usize> = around.filter(|at| *at <= mangled.len()).collect();
        ask(name, &mangled, inside.into_iter());
    }
}

#[test]
fn the_library_itself_has_an_answer_everywhere() {
    let mut snapshot = snapshot("project p\n");
    let sources = snapshot.analysis().sources.clone();
    for (file, source) in sources.files().filter(|(_, source)| source.origin == Origin::Library) {
        for at in (0..=source.text.len()).step_by(7).filter(|at| source.text.is_char_boundary(*at)) {
            let found = complete::complete(&mut snapshot, file, at as u32);
            assert!(
                found.replaces.start as usize <= at && at <= found.replaces.end as usize,
                "{} at {at}",
                source.path
            );
        }
    }
}

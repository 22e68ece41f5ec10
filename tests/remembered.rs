//! What an edit leaves alone is not computed again, and nothing is missed: a workspace that remembers says what one says that
//! was loaded just now.

use std::path::{Path, PathBuf};

use hlab::base::MemoryWorld;
use hlab::session::{Analysis, Options, Workspace};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The `.hlab` files below a folder, by their path in it.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "hlab") {
                let name = path.strip_prefix(folder).expect("it lies below").to_string_lossy().into_owned();
                found.push((name, read(&path)));
            }
        }
    }
    found.sort();
    found
}

fn world(files: &[(String, String)]) -> MemoryWorld {
    files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, text.clone()))
}

fn analyze(workspace: &mut Workspace, files: &[(String, String)]) -> Analysis {
    workspace.analyze(&world(files), &Options::default()).expect("nobody stops it")
}

/// Everything that is said, and what became of each policy.
fn told(analysis: &Analysis) -> (Vec<String>, Vec<String>) {
    let diagnostics = analysis.diagnostics.iter().map(|one| format!("{one:?}")).collect();
    (diagnostics, analysis.coverage().iter().map(|row| format!("{row:?}")).collect())
}

/// Compares a workspace that saw an edit with one that did not, and with the command line, which types the library anew.
fn compare(workspace: &mut Workspace, files: &[(String, String)], story: &str) {
    let remembered = told(&analyze(workspace, files));
    let mut anew = Workspace::default();
    anew.load(&world(files));
    assert_eq!(remembered, told(&analyze(&mut anew, files)), "{story}");
    // The command line reads no tests, so its files have other numbers.
    if !files.iter().any(|(path, _)| path.ends_with("_test.hlab")) {
        let anew = told(&hlab::session::analyze(&world(files), &Options::default()));
        assert_eq!(remembered.0, anew.0, "{story}, on the command line");
    }
}

/// Labs to edit: every example, and both labs of every incident.
fn labs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut labs = Vec::new();
    for folder in ["lang-examples", "tests/incidents"] {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder is there").flatten();
        labs.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()));
    }
    labs.sort();
    labs
}

/// Another value for a line `name = value`, of a sort that the line may have.
fn others(value: &str) -> Vec<&'static str> {
    match value.as_bytes().first() {
        Some(b'0'..=b'9') if value.ends_with("GiB") => vec!["1GiB", "900GiB", "\"x\""],
        Some(b'0'..=b'9') => vec!["1", "7", "null"],
        Some(b't' | b'f') if matches!(value, "true" | "false") => vec!["true", "false"],
        Some(b'"') => vec!["\"other\"", "4"],
        Some(b'[') => vec!["[]"],
        _ => vec!["null", "nothing-like-it"],
    }
}

#[test]
fn after_each_edit_of_a_value_the_same_is_said_as_by_one_who_never_saw_another() {
    let mut edits = 0;
    for lab in labs() {
        let original = files(&lab);
        let mut workspace = Workspace::default();
        workspace.load(&world(&original));
        analyze(&mut workspace, &original);
        for (number, (path, text)) in original.iter().enumerate() {
            for (at, line) in lines(text) {
                let Some((head, value)) = line.split_once(" = ") else { continue };
                let start = at + head.len() + 3;
                for other in others(value) {
                    workspace.edit(path, &(start..start + value.len()), other);
                    let mut changed = original.clone();
                    changed[number].1.replace_range(start..start + value.len(), other);
                    compare(&mut workspace, &changed, &format!("{path}: `{line}` became {other}"));
                    workspace.edit(path, &(start..start + other.len()), value);
                    edits += 1;
                }
            }
            compare(&mut workspace, &original, &format!("{path} as it was"));
        }
    }
    assert!(edits > 300, "only {edits} edits");
}

/// Lines with where they begin; those with a comment or a bracket behind the value are left out.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if !bare.ends_with(['{', '}']) && !bare.contains("//") && bare.matches(" = ").count() == 1 {
            found.push((at, bare));
        }
        at += line.len();
    }
    found
}

#[test]
fn a_lab_that_an_outage_taught_is_refused_and_mended_in_one_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents");
    let mut tried = 0;
    for lab in std::fs::read_dir(root).expect("the folder is there").flatten().map(|entry| entry.path()) {
        let all = files(&lab);
        let (Some(bad), Some(fixed)) = (pick(&all, "bad"), pick(&all, "fixed")) else { continue };
        let at = |text: &str| vec![("main.hlab".to_owned(), text.to_owned())];
        let mut workspace = Workspace::default();
        workspace.load(&world(&at(&bad)));
        for text in [&bad, &fixed, &bad, &fixed] {
            let old = workspace.file("main.hlab").expect("it was loaded").text.clone();
            let common = old.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
            let start =
                (0..=common).rev().find(|at| old.is_char_boundary(*at) && text.is_char_boundary(*at)).unwrap_or(0);
            workspace.edit("main.hlab", &(start..old.len()), &text[start..]);
            compare(&mut workspace, &at(text), &format!("{}", lab.display()));
            tried += 1;
        }
    }
    assert!(tried >= 40, "only {tried} edits");
}

fn pick(files: &[(String, String)], word: &str) -> Option<String> {
    files.iter().find(|(path, _)| path.contains(word)).map(|(_, text)| text.clone())
}

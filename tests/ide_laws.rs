//! What holds of an editor's answers about a whole file, whatever the file: over the examples, the library, and both
//! with their layout spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use hlab::base::{FileId, MemoryWorld, Origin, Span, TextEdit};
use hlab::ide::symbols::Symbol;
use hlab::ide::{Snapshot, actions, fold, inlay, layout, symbols, tokens};
use hlab::session::{Options, Workspace};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder, by path below it.
fn files(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder_now) = folders.pop() {
        for entry in fs::read_dir(&folder_now).expect("the folder is in the repository") {
            let path: PathBuf = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let name = path.strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).expect("it can be read")));
            }
        }
    }
    found.sort();
    found
}

/// One project for each example, and one of the library's files as if they were somebody's own.
fn projects() -> Vec<Vec<(String, String)>> {
    let examples = fs::read_dir(root().join("lang-examples")).expect("the folder is in the repository");
    let mut folders: Vec<PathBuf> = examples.map(|entry| entry.expect("it can be listed").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.push(root().join("stdlib"));
    folders.sort();
    folders.iter().map(|folder| files(folder)).collect()
}

fn snapshot(files: &[(String, String)]) -> Snapshot {
    let world = files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, text.clone()));
    let mut workspace = Workspace::default();
    workspace.load(&world);
    Snapshot::new(workspace.analyze(&world, &Options::default()).expect("nobody stops it"))
}

/// Every file of the examples and of the library, the library's own included, as it is and spoilt by `spoil`.
fn each(spoil: &dyn Fn(&str) -> String, check: &mut dyn FnMut(&mut Snapshot, FileId, &str)) {
    for project in projects() {
        let spoilt: Vec<(String, String)> = project.iter().map(|(path, text)| (path.clone(), spoil(text))).collect();
        let mut snapshot = snapshot(&spoilt);
        let sources = snapshot.analysis().sources.clone();
        let own = sources.files().filter(|(_, file)| file.origin == Origin::Project);
        for (id, file) in own.map(|(id, file)| (id, file.path.clone())).collect::<Vec<_>>() {
            check(&mut snapshot, id, &file);
        }
    }
    let mut snapshot = snapshot(&[("main.hlab".to_owned(), "project p\n".to_owned())]);
    let sources = snapshot.analysis().sources.clone();
    for (id, file) in sources.files().filter(|(_, file)| file.origin == Origin::Library) {
        check(&mut snapshot, id, &file.path);
    }
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

/// Without the spaces that layout puts in, and with some that it takes out.
fn squeezed(text: &str) -> String {
    let line = |line: &str| format!(" {}\n", line.trim().replace(" = ", "=").replace(" {", "   {"));
    text.lines().map(line).collect()
}

/// With an end in the middle of something.
fn broken(text: &str) -> String {
    let mut at = text.len() * 2 / 3;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text[..at].to_owned()
}

fn apply(text: &str, edits: &[TextEdit]) -> String {
    let (mut new, mut at) = (String::new(), 0);
    for edit in edits {
        let range = edit.span.range();
        assert!(at <= range.start, "edits are sorted and do not overlap");
        new.push_str(&text[at..range.start]);
        new.push_str(&edit.text);
        at = range.end;
    }
    new + &text[at..]
}

fn is_in(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && outer.start <= inner.start && inner.end <= outer.end
}

fn whole(snapshot: &Snapshot, file: FileId) -> Span {
    Span::new(file, 0, snapshot.text(file).len())
}

#[test]
fn tokens_are_in_order_inside_lines_and_the_same_for_a_part() {
    for spoil in [as_it_is, squeezed, broken] {
        each(&spoil, &mut |snapshot, file, path| {
            let all = tokens::of_file(snapshot, file);
            let text = snapshot.text(file).to_owned();
            let mut end = 0;
            for token in &all {
                assert!(end <= token.span.start, "{path}: {token:?} overlaps the one before");
                assert!(token.span.start < token.span.end, "{path}: {token:?} is empty");
                assert!(!text[token.span.range()].contains('\n'), "{path}: {token:?} spans lines");
                end = token.span.end;
            }
            let (from, to) = (text.len() as u32 / 3, text.len() as u32 / 2);
            let touches = |token: &&tokens::Token| token.span.start <= to && from <= token.span.end;
            let wanted: Vec<_> = all.iter().filter(touches).copied().collect();
            assert_eq!(tokens::in_range(snapshot, file, &(from..to)), wanted, "{path}");
            // What an item's words are does not hang on what was looked at before it.
            for item in symbols::of_file(snapshot, file) {
                let alone = tokens::in_range(snapshot, file, &(item.span.start..item.span.end));
                let inside = |token: &&tokens::Token| is_in(token.span, item.span);
                let wanted: Vec<_> = all.iter().filter(inside).copied().collect();
                let alone: Vec<_> = alone.iter().filter(inside).copied().collect();
                assert_eq!(alone, wanted, "{path}: `{}`", item.name);
            }
        });
    }
}

fn nests(path: &str, symbol: &Symbol, around: Span) {
    assert!(is_in(symbol.span, around), "{path}: `{}` lies in what holds it", symbol.name);
    assert!(is_in(symbol.selection, symbol.span), "{path}: the name of `{}` lies in it", symbol.name);
    assert!(!symbol.name.is_empty(), "{path}: a symbol has a name");
    symbol.children.iter().for_each(|child| nests(path, child, symbol.span));
}

#[test]
fn symbols_and_folds_nest() {
    for spoil in [as_it_is, squeezed, broken] {
        each(&spoil, &mut |snapshot, file, path| {
            let around = whole(snapshot, file);
            symbols::of_file(snapshot, file).iter().for_each(|symbol| nests(path, symbol, around));
            let folds = fold::folds(snapshot, file);
            let mut open: Vec<Span> = vec![around];
            for fold in &folds {
                assert!(snapshot.text_of(fold.span).contains('\n'), "{path}: a fold hides a line");
                open.retain(|outer| fold.span.start < outer.end);
                let outer = open.last().copied().unwrap_or(around);
                assert!(is_in(fold.span, outer), "{path}: {fold:?} in {outer:?}");
                open.push(fold.span);
            }
        });
    }
}

#[test]
fn layout_edits_come_to_the_layout_of_the_file() {
    for spoil in [as_it_is, squeezed, broken] {
        each(&spoil, &mut |snapshot, file, path| {
            let text = snapshot.text(file).to_owned();
            let edits = layout::format(snapshot, file);
            match hlab::syntax::format(&text) {
                Some(wanted) => assert_eq!(apply(&text, &edits), wanted, "{path}"),
                None => assert_eq!(edits, [], "{path}"),
            }
            let all = 0..text.len() as u32;
            assert_eq!(layout::format_range(snapshot, file, &all), edits, "{path}: the range of the whole");
        });
    }
}

/// Every other line as a range: what comes of it is laid out to the same file, and the lines far from it stay.
#[test]
fn layout_of_a_range_touches_only_what_the_range_touches() {
    let mut changed = 0;
    each(&squeezed, &mut |snapshot, file, path| {
        let text = snapshot.text(file).to_owned();
        let Some(wanted) = hlab::syntax::format(&text) else { return };
        let outline = symbols::of_file(snapshot, file);
        let step = (text.len() / 12).max(1);
        let starts = (0..text.len()).step_by(step);
        for range in starts.flat_map(|at| [at as u32..at as u32, at as u32..(at + step).min(text.len()) as u32]) {
            let at = range.start;
            let edits = layout::format_range(snapshot, file, &range);
            changed += edits.len();
            let new = apply(&text, &edits);
            assert_eq!(hlab::syntax::format(&new).as_ref(), Some(&wanted), "{path}: at {at}");
            let far = |symbol: &&Symbol| symbol.span.end < range.start || range.end < symbol.span.start;
            for other in outline.iter().filter(far) {
                let inside = |edit: &&TextEdit| edit.span.start < other.span.end && other.span.start < edit.span.end;
                assert_eq!(edits.iter().find(inside), None, "{path}: at {at}, `{}` is far", other.name);
            }
        }
    });
    assert!(changed > 100, "the files were spoilt");
}

/// The compiler bounds its depth; whoever walks its trees relies on that.
#[test]
fn deep_and_long_files_are_walked() {
    let sum = format!("let x = {}\n", vec!["1"; 20_000].join(" + "));
    let lists = format!("let x = {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let bodies = format!("vm a {}{}\n", "{ b ".repeat(5_000), "}".repeat(5_000));
    let holes = format!("let x = {}1{}\n", "\"${".repeat(500), "}\"".repeat(500));
    let dots = format!("let x = a{}\n", ".b".repeat(20_000));
    let loops = format!("{}{}\n", "for a in b { ".repeat(5_000), "}".repeat(5_000));
    for text in [sum, lists, bodies, holes, dots, loops] {
        let mut snapshot = snapshot(&[("main.hlab".to_owned(), text)]);
        let file = snapshot.file("main.hlab", Origin::Project).expect("it was just read");
        let all = 0..snapshot.text(file).len() as u32;
        let _ = tokens::of_file(&mut snapshot, file);
        let _ = symbols::of_file(&mut snapshot, file);
        let _ = fold::folds(&mut snapshot, file);
        let _ = inlay::hints(&mut snapshot, file, &all);
        let _ = layout::format(&snapshot, file);
        let _ = layout::format_range(&snapshot, file, &(all.end / 2..all.end / 2));
        let _ = actions::quick_fixes(&snapshot, file, &all);
        let _ = actions::fix_all(&snapshot, file);
    }
}

#[test]
fn hints_and_actions_are_given_for_any_file() {
    for spoil in [as_it_is, squeezed, broken] {
        each(&spoil, &mut |snapshot, file, path| {
            let all = 0..snapshot.text(file).len() as u32;
            let hints = inlay::hints(snapshot, file, &all);
            assert!(hints.windows(2).all(|pair| pair[0].at <= pair[1].at), "{path}: hints are in order");
            for action in actions::quick_fixes(snapshot, file, &all).iter().chain(&actions::fix_all(snapshot, file)) {
                assert!(!action.mends.is_empty(), "{path}: `{}` mends something", action.title);
                for (file, edits) in &action.edits {
                    apply(snapshot.text(*file), edits);
                }
            }
        });
    }
}

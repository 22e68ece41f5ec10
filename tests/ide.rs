//! What an editor is told, drawn: small labs with a cursor and the answer beside it, `tests/ide/*.hlab`.
//!
//! A file holds sections, each begun by `//# what it claims`. `$0` is the cursor; `//## path` begins another file of the same
//! project. `//> question` asks one of [`questions::ask`], and the lines `//| …` behind it are the answer.
//! `HLAB_UPDATE=1 cargo test --test ide` writes what is answered; read the difference before keeping it.

mod ide {
    pub mod outline;
    pub mod questions;
}

use std::path::{Path, PathBuf};

use hlab::base::{MemoryWorld, Origin};
use hlab::ide::Snapshot;
use hlab::session::{Options, Workspace};

const MAIN: &str = "main.hlab";
const CURSOR: &str = "$0";

/// A line of a section: of a file, a question, or an answer.
enum Line<'t> {
    Text(&'t str),
    Question(&'t str),
    Answer,
}

fn line(text: &str) -> Line<'_> {
    match (text.strip_prefix("//> "), text.starts_with("//|")) {
        (Some(question), _) => Line::Question(question),
        (None, true) => Line::Answer,
        (None, false) => Line::Text(text),
    }
}

/// Paths with their texts.
type Files = Vec<(String, String)>;

/// The files of a section without its questions, and where the cursor is.
fn files(section: &str) -> (Files, Option<(String, usize)>) {
    let mut files = vec![(MAIN.to_owned(), String::new())];
    for text in section.lines() {
        let Line::Text(text) = line(text) else { continue };
        match text.strip_prefix("//## ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => {
                let (_, file) = files.last_mut().expect("there is always one");
                file.push_str(text);
                file.push('\n');
            }
        }
    }
    let mut cursor = None;
    for (path, text) in &mut files {
        if let Some(at) = text.find(CURSOR) {
            text.replace_range(at..at + CURSOR.len(), "");
            assert!(cursor.is_none(), "one cursor a section");
            cursor = Some((path.clone(), at));
        }
    }
    (files, cursor)
}

/// The section with the answers that are given.
fn answered(section: &str) -> String {
    let (files, cursor) = files(section);
    let mut world = MemoryWorld::default();
    for (path, text) in &files {
        world = world.with(path, text.clone());
    }
    let mut workspace = Workspace::default();
    workspace.load(&world);
    let lock = files.iter().find(|(path, _)| path == "hlab.lock").map(|(_, text)| text.clone());
    let options = Options { lock, ..Options::default() };
    let analysis = workspace.analyze(&world, &options).expect("nobody stops it");
    let mut snapshot = Snapshot::new(analysis);
    let place = cursor.and_then(|(path, at)| Some((snapshot.file(&path, Origin::Project)?, at as u32)));
    let mut text = String::new();
    for written in section.lines() {
        match line(written) {
            Line::Text(written) => text.push_str(&format!("{written}\n")),
            Line::Question(question) => {
                text.push_str(&format!("//> {question}\n"));
                for answer in questions(&mut snapshot, place, question) {
                    text.push_str(format!("//| {answer}").trim_end());
                    text.push('\n');
                }
            }
            Line::Answer => {}
        }
    }
    text
}

fn questions(snapshot: &mut Snapshot, place: Option<(hlab::base::FileId, u32)>, question: &str) -> Vec<String> {
    let answer = ide::questions::ask(snapshot, place, question);
    let lines: Vec<String> = answer.lines().map(str::to_owned).collect();
    if lines.is_empty() { vec!["nothing".to_owned()] } else { lines }
}

/// The sections of a file: what begins with `//# `.
fn sections(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("//# ") || sections.is_empty() {
            sections.push(String::new());
        }
        let section = sections.last_mut().expect("one was just begun");
        section.push_str(line);
        section.push('\n');
    }
    sections
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ide");
    let entries = std::fs::read_dir(folder).expect("the folder is in the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hlab"));
    paths.sort();
    paths
}

#[test]
fn an_editor_is_told_what_is_drawn() {
    let update = std::env::var_os("HLAB_UPDATE").is_some();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for path in cases() {
        let text = std::fs::read_to_string(&path).expect("a case can be read");
        asked += text.matches("\n//> ").count();
        let answered: String = sections(&text).iter().map(|section| answered(section)).collect();
        if answered != text && update {
            std::fs::write(&path, &answered).expect("a case can be written");
        } else if answered != text {
            let first = text.lines().zip(answered.lines()).find(|(old, new)| old != new);
            wrong.push(format!("{}: {first:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "HLAB_UPDATE=1 shows what is answered now:\n{}", wrong.join("\n"));
    assert!(asked >= 120, "only {asked} questions are asked");
}

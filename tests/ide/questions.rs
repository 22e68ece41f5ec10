//! The questions that `tests/ide` asks, and how their answers are drawn.

use hlab::base::{FileId, Origin, Span, TextEdit};
use hlab::ide::{Snapshot, complete, goto, hover, rename};

/// The answer to one question, as lines.
pub fn ask(snapshot: &mut Snapshot, place: Option<(FileId, u32)>, question: &str) -> String {
    let (word, rest) = question.split_once(' ').unwrap_or((question, ""));
    let file = place.map(|(file, _)| file).or_else(|| snapshot.file("main.hlab", Origin::Project));
    if let Some(answer) =
        super::outline::ask(snapshot, file.expect("there is one"), place.map(|(_, at)| at), word, rest)
    {
        return answer;
    }
    let (file, at) = place.expect("the section has a cursor");
    match word {
        "hover" => hovered(snapshot, file, at),
        "definition" => goto::definition(snapshot, file, at).map_or_else(String::new, |span| draw(snapshot, span)),
        "references" => {
            goto::references(snapshot, file, at).into_iter().map(|span| draw(snapshot, span)).collect::<String>()
        }
        "rename" => renamed(snapshot, file, at, rest),
        "complete" | "complete-all" | "complete-names" => offered(snapshot, file, at, question),
        _ => panic!("no such question: {question}"),
    }
}

fn hovered(snapshot: &mut Snapshot, file: FileId, at: u32) -> String {
    hover::hover(snapshot, file, at)
        .map_or_else(String::new, |hover| format!("on `{}`\n{}", snapshot.text_of(hover.span), hover.markdown))
}

/// The lines that change, or why none does.
fn renamed(snapshot: &mut Snapshot, file: FileId, at: u32, new: &str) -> String {
    if let Err(refused) = rename::prepare(snapshot, file, at) {
        return format!("refused: {}", refused.0);
    }
    match rename::rename(snapshot, file, at, new) {
        Err(refused) => format!("refused: {}", refused.0),
        Ok(edits) => changed(snapshot, edits),
    }
}

/// Every line that edits change, as it is afterwards.
pub fn changed(snapshot: &Snapshot, mut edits: Vec<TextEdit>) -> String {
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut drawn = String::new();
    let mut files: Vec<FileId> = edits.iter().map(|edit| edit.span.file).collect();
    files.sort();
    files.dedup();
    for id in files {
        let file = snapshot.analysis().sources.file(id);
        let mut text = file.text.clone();
        for edit in edits.iter().filter(|edit| edit.span.file == id) {
            text.replace_range(edit.span.range(), &edit.text);
        }
        for (number, line) in text.lines().enumerate() {
            if !file.text.lines().any(|old| old == line) {
                drawn.push_str(&format!("{}:{}  {line}\n", file.path, number + 1));
            }
        }
    }
    drawn
}

/// A span under its line, with the file and line before it.
pub fn draw(snapshot: &Snapshot, span: Span) -> String {
    let file = snapshot.analysis().sources.file(span.file);
    let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
    let line = file.text.lines().nth(start.line - 1).unwrap_or_default();
    let width =
        if end.line == start.line { end.column - start.column } else { line.chars().count() + 1 - start.column };
    // The library's lines move with every release of it.
    let place =
        if snapshot.is_library(span.file) { file.path.clone() } else { format!("{}:{}", file.path, start.line) };
    format!("{place}\n  {line}\n  {}{}\n", " ".repeat(start.column - 1), "^".repeat(width.max(1)))
}

/// How many of what is offered are drawn.
const FIRST: usize = 12;

/// `complete`: the first of what is offered. `complete LABEL`: one of it, whole. `complete-all`: everything.
/// `complete-names`: everything, by name alone.
fn offered(snapshot: &mut Snapshot, file: FileId, at: u32, question: &str) -> String {
    let found = complete::complete(snapshot, file, at);
    let (start, end) = (found.replaces.start, found.replaces.end);
    assert!(found.replaces.file == file && start <= at && at <= end, "{start}..{end} does not touch {at}");
    if question == "complete-names" {
        let labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
        return labels.join(" · ");
    }
    if let Some(label) = question.strip_prefix("complete ") {
        let Some(item) = found.items.iter().find(|item| item.label == label) else {
            return format!("`{label}` is not offered");
        };
        let doc = complete::resolve(snapshot, &item.key).unwrap_or_default();
        let replaced = snapshot.text_of(found.replaces);
        return format!("`{replaced}` becomes `{}`\n{:?} · {}\n{doc}", item.insert.snippet(), item.sort, item.detail);
    }
    let most = if question == "complete-all" { usize::MAX } else { FIRST };
    let mut text = String::new();
    for item in found.items.iter().take(most) {
        let detail = if item.detail.is_empty() { String::new() } else { format!(" · {}", item.detail) };
        text.push_str(&format!("{} ({:?}){detail}\n", item.label, item.sort));
    }
    if found.items.len() > most {
        text.push_str("and more\n");
    }
    text
}

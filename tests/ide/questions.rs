//! The questions that `tests/ide` asks, and how their answers are drawn.

use hlab::base::{FileId, Span};
use hlab::ide::{Snapshot, goto, hover};

/// The answer to one question, as lines.
pub fn ask(snapshot: &mut Snapshot, place: Option<(FileId, u32)>, question: &str) -> String {
    let (word, _) = question.split_once(' ').unwrap_or((question, ""));
    let (file, at) = place.expect("the section has a cursor");
    match word {
        "hover" => hovered(snapshot, file, at),
        "definition" => goto::definition(snapshot, file, at).map_or_else(String::new, |span| draw(snapshot, span)),
        "references" => {
            goto::references(snapshot, file, at).into_iter().map(|span| draw(snapshot, span)).collect::<String>()
        }
        _ => panic!("no such question: {question}"),
    }
}

fn hovered(snapshot: &mut Snapshot, file: FileId, at: u32) -> String {
    hover::hover(snapshot, file, at)
        .map_or_else(String::new, |hover| format!("on `{}`\n{}", snapshot.text_of(hover.span), hover.markdown))
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

//! What several tests share: expectations that are drawn under the code they are about.
//!
//! ```text
//! vm a on b { memory = 4 }
//! //                   ^ wrong-type expected a size
//! ```
//! A drawn line begins with `//` in column 0; its carets stand under the primary span in the nearest line above that is
//! not drawn. After them: the code or its name, and optionally a part of the message. Where the span begins left of the
//! first caret that can be drawn, `//<` stands for "from the start of the line's text, however long".

use hlab::base::{Origin, Sources};
use hlab::diag::{Diagnostic, Severity};

/// One drawn expectation.
#[derive(Debug)]
pub struct Drawn {
    /// The line it is about, from 1, in the text without drawn lines.
    pub line: usize,
    /// First column and the one past the last, from 1; none for `//<`.
    pub columns: Option<(usize, usize)>,
    /// Code or name.
    pub code: String,
    /// A part of the message; may be empty.
    pub message: String,
}

/// Takes the drawn lines out of a text.
pub fn split(text: &str) -> (String, Vec<Drawn>) {
    let mut plain = String::new();
    let mut drawn = Vec::new();
    let mut line = 0;
    for row in text.lines() {
        if let Some(found) = drawn_line(row, line) {
            drawn.push(found);
        } else {
            plain.push_str(row);
            plain.push('\n');
            line += 1;
        }
    }
    (plain, drawn)
}

fn drawn_line(row: &str, line: usize) -> Option<Drawn> {
    let rest = row.strip_prefix("//")?;
    let (columns, words) = if let Some(words) = rest.strip_prefix('<') {
        (None, words)
    } else {
        let blank = rest.len() - rest.trim_start().len();
        let carets = rest[blank..].len() - rest[blank..].trim_start_matches('^').len();
        if carets == 0 {
            return None;
        }
        (Some((blank + 3, blank + 3 + carets)), &rest[blank + carets..])
    };
    let words = words.trim();
    let (code, message) = words.split_once(' ').unwrap_or((words, ""));
    Some(Drawn { line, columns, code: code.to_owned(), message: message.trim().to_owned() })
}

/// Where a diagnostic is, as it would be drawn: line, columns on that line, code, name, message.
pub fn place(sources: &Sources, diagnostic: &Diagnostic) -> Option<(usize, (usize, usize))> {
    let span = diagnostic.primary.as_ref()?.span;
    let file = sources.file(span.file);
    let start = file.position(span.start as usize);
    let end = file.position(span.end as usize);
    let width = if end.line == start.line {
        end.column.max(start.column + 1)
    } else {
        file.text.lines().nth(start.line - 1).map_or(1, |row| row.trim_end().chars().count() + 1)
    };
    Some((start.line, (start.column, width)))
}

/// A text with the diagnostics of one file drawn under their lines, errors and warnings only.
pub fn draw(text: &str, sources: &Sources, diagnostics: &[Diagnostic], path: &str) -> String {
    let mut rows: Vec<(usize, String)> = Vec::new();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note) {
        let here = diagnostic.primary.as_ref().is_some_and(|primary| sources.file(primary.span.file).path == path);
        let Some((line, (from, to))) = place(sources, diagnostic).filter(|_| here) else { continue };
        let mark = if from < 3 { "<".to_owned() } else { format!("{}{}", " ".repeat(from - 3), "^".repeat(to - from)) };
        rows.push((line, format!("//{mark} {} {}", code(diagnostic), diagnostic.message)));
    }
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        out.push_str(line);
        out.push('\n');
        for (_, row) in rows.iter().filter(|(at, _)| *at == index + 1) {
            out.push_str(row.trim_end());
            out.push('\n');
        }
    }
    out
}

/// What is wrong with the diagnostics of a run, compared with what was drawn in each file; empty if nothing is. Notes are
/// not compared; diagnostics in other files, or without a place, are always wrong.
pub fn compare(sources: &Sources, diagnostics: &[Diagnostic], drawn: &[(&str, &[Drawn])]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut met: Vec<Vec<bool>> = drawn.iter().map(|(_, drawn)| vec![false; drawn.len()]).collect();
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note) {
        let path = diagnostic.primary.as_ref().map(|primary| sources.file(primary.span.file).path.as_str());
        let found =
            drawn.iter().enumerate().filter(|(_, (drawn, _))| path == Some(*drawn)).find_map(|(file, (_, drawn))| {
                let at = drawn.iter().position(|expected| fits(sources, diagnostic, expected))?;
                Some((file, at))
            });
        match found {
            Some((file, at)) => met[file][at] = true,
            None => wrong.push(format!("not drawn: {}", show(sources, diagnostic))),
        }
    }
    for ((_, drawn), met) in drawn.iter().zip(&met) {
        let missing = drawn.iter().zip(met).filter(|(_, met)| !**met);
        wrong.extend(missing.map(|(expected, _)| format!("drawn, but not found: {expected:?}")));
    }
    wrong
}

/// Whether a diagnostic is the one that was drawn.
fn fits(sources: &Sources, diagnostic: &Diagnostic, expected: &Drawn) -> bool {
    let there = match (expected.columns, place(sources, diagnostic)) {
        (_, None) => false,
        (None, Some((line, _))) => line == expected.line,
        (Some(columns), Some((line, found))) => line == expected.line && columns == found,
    };
    there
        && (diagnostic.code.id() == expected.code || diagnostic.code.name() == expected.code)
        && diagnostic.message.contains(&expected.message)
}

/// How a code is drawn: by its name, a policy with `policy/` before it.
fn code(diagnostic: &Diagnostic) -> String {
    let id = diagnostic.code.id();
    if id.starts_with("policy/") { id } else { diagnostic.code.name().to_owned() }
}

/// A diagnostic in one line, with its labels.
pub fn show(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place =
        place(sources, diagnostic).map_or_else(String::new, |(line, (from, to))| format!("{line}:{from}-{to} "));
    let in_library =
        diagnostic.primary.as_ref().is_some_and(|primary| sources.file(primary.span.file).origin == Origin::Library);
    let library = if in_library { "(in the library) " } else { "" };
    format!("{library}{place}{} {} {}", diagnostic.severity.word(), diagnostic.code.id(), diagnostic.message)
}

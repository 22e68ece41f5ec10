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

/// What is wrong with the diagnostics of a run, compared with what was drawn; empty if nothing is. Notes are not compared.
///
/// `drawn` is of the file at `path`; diagnostics in other files are always wrong.
pub fn compare(sources: &Sources, diagnostics: &[Diagnostic], drawn: &[Drawn], path: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut met = vec![false; drawn.len()];
    for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note) {
        let here = diagnostic.primary.as_ref().is_some_and(|primary| sources.file(primary.span.file).path == path);
        let place = place(sources, diagnostic).filter(|_| here);
        let fits = |expected: &Drawn| {
            let there = match (expected.columns, place) {
                (_, None) => false,
                (None, Some((line, _))) => line == expected.line,
                (Some(columns), Some((line, found))) => line == expected.line && columns == found,
            };
            there
                && (diagnostic.code.id() == expected.code || diagnostic.code.name() == expected.code)
                && diagnostic.message.contains(&expected.message)
        };
        match drawn.iter().position(fits) {
            Some(found) => met[found] = true,
            None => wrong.push(format!("not drawn: {}", show(sources, diagnostic))),
        }
    }
    let missing = drawn.iter().zip(&met).filter(|(_, met)| !**met);
    wrong.extend(missing.map(|(expected, _)| format!("drawn, but not found: {expected:?}")));
    wrong
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

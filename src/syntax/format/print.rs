//! Writing tokens and comments out, and lining up `=` and the comments behind lines.

use super::layout::{Before, Blank, Plan};
use super::pieces::Pieces;
use crate::syntax::lex::T;

/// One line of the result.
#[derive(Default, Debug)]
struct Line {
    indent: u32,
    text: String,
    /// Where the `=` of a one-line field stands in `text`.
    equals: Option<usize>,
    /// The comment behind it.
    comment: Option<String>,
    /// Whether a blank line stands before it.
    blank: bool,
    /// Inside a multi-line string: written as it is.
    raw: bool,
}

struct Printer<'a> {
    text: &'a str,
    lines: Vec<Line>,
    /// The indentation of the last line that was begun on purpose: what a comment pushes down is indented beneath it.
    base: u32,
    /// Comments not written yet, as numbers.
    waiting: Vec<u32>,
}

/// The text that a plan makes of the pieces.
pub(super) fn print(text: &str, all: &Pieces, plan: &Plan) -> String {
    let mut printer = Printer { text, lines: Vec::new(), base: 0, waiting: Vec::new() };
    let mut fields = plan.fields.iter().peekable();
    let mut open_field = None;
    for (at, piece) in all.pieces.iter().enumerate() {
        printer.waiting.extend(piece.comments.0..piece.comments.1);
        if piece.kind == T::Comma {
            if !plan.dropped[at] {
                printer.write(",");
            }
            continue;
        }
        let space = piece.space && piece.width > 0;
        printer.break_and_space(all, plan.before[at], piece.breaks, space);
        if let Some((_, last)) = fields.next_if(|(equals, _)| *equals == at) {
            open_field = Some((*last, printer.lines.len(), printer.last_length()));
        }
        printer.write(&text[piece.start as usize..piece.end as usize]);
        if plan.comma[at] {
            printer.write(",");
        }
        if let Some((last, line, column)) = open_field
            && last == at
        {
            printer.end_field(line, column);
            open_field = None;
        }
    }
    align_equals(&mut printer.lines);
    align_comments(&mut printer.lines);
    render(&printer.lines)
}

impl Printer<'_> {
    fn last_length(&self) -> usize {
        self.lines.last().map_or(0, |line| line.text.len())
    }

    fn end_field(&mut self, line: usize, column: usize) {
        if self.lines.len() == line
            && let Some(line) = self.lines.last_mut()
            && !line.raw
        {
            line.equals = Some(column);
        }
    }

    /// Writes the comments that wait, then breaks the line or sets a space before a token.
    fn break_and_space(&mut self, all: &Pieces, before: Before, breaks: u8, space: bool) {
        let waiting = std::mem::take(&mut self.waiting);
        let (indent, mut blank) = match before {
            Before::Flat => (self.base + 2, Blank::No),
            Before::Line(indent, blank) => (indent, blank),
            Before::Close(indent) => (indent + 2, Blank::Keep),
        };
        if matches!(before, Before::Close(_)) && waiting.is_empty() {
            blank = Blank::No;
        }
        let mut file_doc = false;
        for number in &waiting {
            let comment = all.comments[*number as usize];
            let written = &self.text[comment.start as usize..comment.end as usize];
            if comment.breaks == 0
                && let Some(line) = self.lines.last_mut()
                && line.comment.is_none()
            {
                line.comment = Some(written.to_owned());
                continue;
            }
            let inner = written.starts_with("//!");
            self.begin(indent, wants(blank, comment.breaks) || file_doc && !inner);
            file_doc = inner;
            self.write(written);
            blank = Blank::Keep;
        }
        match before {
            Before::Flat if waiting.is_empty() => {
                if space {
                    self.write(" ");
                }
            }
            Before::Flat => self.begin(indent, false),
            Before::Line(indent, _) => {
                self.base = indent;
                self.begin(indent, wants(blank, breaks) || file_doc);
            }
            Before::Close(indent) => {
                self.base = indent;
                self.begin(indent, false);
            }
        }
    }

    fn begin(&mut self, indent: u32, blank: bool) {
        let blank = blank && self.lines.last().is_some_and(|line| !line.text.ends_with(['{', '[', '(']));
        self.lines.push(Line { indent, blank, ..Line::default() });
    }

    fn write(&mut self, text: &str) {
        let mut parts = text.split('\n');
        let first = parts.next().unwrap_or("");
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.append(first);
        for part in parts {
            self.lines.push(Line { raw: true, ..Line::default() });
            self.append(part);
        }
    }

    fn append(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text.strip_suffix('\r').unwrap_or(text));
        }
    }
}

fn wants(blank: Blank, breaks: u8) -> bool {
    match blank {
        Blank::No => false,
        Blank::Keep => breaks > 1,
        Blank::Yes => true,
    }
}

/// The runs of neighbouring lines with the same indentation for which `has` holds.
fn runs(lines: &[Line], has: impl Fn(&Line) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if !has(line) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at && !line.blank && lines[at - 1].indent == line.indent => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn align_equals(lines: &mut [Line]) {
    for run in runs(lines, |line| line.equals.is_some()) {
        let column = |line: &Line| line.equals.map_or(0, |at| line.text[..at].chars().count());
        let widest = lines[run.clone()].iter().map(column).max().unwrap_or(0);
        for line in &mut lines[run] {
            if let Some(at) = line.equals {
                let missing = widest - column(line);
                line.text.insert_str(at, &" ".repeat(missing));
            }
        }
    }
}

fn align_comments(lines: &mut [Line]) {
    for run in runs(lines, |line| line.comment.is_some()) {
        let width = |line: &Line| line.text.chars().count();
        let widest = lines[run.clone()].iter().map(width).max().unwrap_or(0);
        for line in &mut lines[run] {
            if let Some(comment) = line.comment.take() {
                let missing = widest - width(line) + 2;
                line.text.push_str(&" ".repeat(missing));
                line.text.push_str(&comment);
            }
        }
    }
}

fn render(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        if line.blank {
            text.push('\n');
        }
        if !line.text.is_empty() && !line.raw {
            text.push_str(&" ".repeat(line.indent as usize));
        }
        text.push_str(&line.text);
        text.push('\n');
    }
    let kept = text.trim_end_matches('\n').len();
    text.truncate(kept);
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

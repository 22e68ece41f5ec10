//! The few lines of a file that a picture needs, copied out fit to be shown.
//!
//! The drawing crates get excerpts and never a whole file: a message costs what it shows, however
//! large the file, and nothing in it can reach the terminal unescaped.

use std::ops::Range;

use crate::base::{FileId, Span};

use super::link;
use super::shown::{SECRET, Shown, push_visible, within};
use super::{Diagnostic, Label};

/// Labels of one file further apart than this (in lines) are drawn as separate pieces.
const NEAR: usize = 12;
/// Underlined in a margin of its own, a label may span so many lines; a taller one is drawn on its first line only.
pub(super) const TALL: usize = 6;
/// Every label is drawn on its first line only.
pub(super) const FLAT: usize = 1;
/// Longer lines (in bytes) are cut around their labels.
const WIDEST: usize = 240;
/// How much of a cut line stays on each side of a label.
const MARGIN: usize = 60;

/// One label, as a range of the excerpt's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    pub range: Range<usize>,
    pub text: String,
    pub is_primary: bool,
    /// The column in the real line, from 1.
    pub column: usize,
}

/// Consecutive lines of one file, with the labels on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Excerpt {
    /// The path, fit to be shown.
    pub path: String,
    /// Where the file can be opened, if what is shown may link to it.
    pub url: Option<String>,
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// The lines, joined by line feeds.
    pub text: String,
    /// Where each line starts in `text`.
    pub starts: Vec<usize>,
    /// The labels, by line.
    pub marks: Vec<Mark>,
}

/// A label with its lines: what is grouped before anything is copied.
struct Located<'a> {
    label: &'a Label,
    is_primary: bool,
    range: Range<usize>,
    first: usize,
    last: usize,
}

/// The excerpts of a diagnostic: the primary label's first, then by the order of the labels. A label over more
/// than `tallest` lines is cut to its first.
pub(super) fn excerpts(shown: &Shown<'_>, diagnostic: &Diagnostic, tallest: usize) -> Vec<Excerpt> {
    let primary = diagnostic.primary.iter().map(|label| (label, true));
    let labels: Vec<_> = primary.chain(diagnostic.labels.iter().map(|label| (label, false))).collect();
    let mut files: Vec<FileId> = Vec::new();
    for (label, _) in &labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut pieces = Vec::new();
    for file in files {
        let of_file = labels.iter().filter(|(label, _)| label.span.file == file);
        let mut located: Vec<_> =
            of_file.map(|(label, is_primary)| locate(shown, label, *is_primary, tallest)).collect();
        located.sort_by_key(|label| (label.first, label.range.start));
        let groups = located.chunk_by(|one, next| next.first <= one.last + NEAR);
        let mut of_file: Vec<_> = groups.map(|group| copy(shown, file, group)).collect();
        of_file.sort_by_key(|piece| !piece.marks.iter().any(|mark| mark.is_primary));
        pieces.extend(of_file);
    }
    pieces
}

fn locate<'a>(shown: &Shown<'_>, label: &'a Label, is_primary: bool, tallest: usize) -> Located<'a> {
    let file = shown.sources.file(label.span.file);
    let starts = file.line_starts();
    let line_of = |offset: usize| starts.partition_point(|start| *start as usize <= offset) - 1;
    let mut range = within(shown.sources, label.span);
    // A range that ends with its line's break is about the line, not about the next one.
    let tail = file.text[range.clone()].trim_end_matches(['\n', '\r']).len();
    range.end = range.start + tail;
    let (first, mut last) = (line_of(range.start), line_of(range.end));
    if last >= first + tallest {
        last = first;
    }
    // An offset on a line break stands at the end of its line.
    range.start = range.start.min(line_range(shown, label.span.file, first).end);
    range.end = range.end.min(line_range(shown, label.span.file, last).end).max(range.start);
    Located { label, is_primary, range, first, last }
}

/// The bytes of a line without its break.
fn line_range(shown: &Shown<'_>, file: FileId, line: usize) -> Range<usize> {
    let file = shown.sources.file(file);
    let starts = file.line_starts();
    let start = starts[line] as usize;
    let end = starts.get(line + 1).map_or(file.text.len(), |next| *next as usize);
    start..start + file.text[start..end].trim_end_matches(['\n', '\r']).len()
}

fn copy(shown: &Shown<'_>, file: FileId, group: &[Located<'_>]) -> Excerpt {
    let (first, last) =
        group.iter().fold((usize::MAX, 0), |(first, last), label| (first.min(label.first), last.max(label.last)));
    let mut excerpt = Excerpt {
        path: shown.path(file),
        url: shown.url(file),
        first_line: first + 1,
        text: String::new(),
        starts: Vec::new(),
        marks: Vec::new(),
    };
    let mut ranges: Vec<Range<usize>> = group.iter().map(|label| unsplit(shown, file, label)).collect();
    let targets = ranges.clone();
    for line in first..=last {
        if line > first {
            excerpt.text.push('\n');
        }
        excerpt.starts.push(excerpt.text.len());
        let is_labelled = group.iter().any(|label| label.first <= line && line <= label.last);
        if is_labelled {
            copy_line(shown, file, line, &targets, &mut ranges, &mut excerpt.text);
        } else {
            copy_line(shown, file, line, &[], &mut [], &mut excerpt.text);
        }
    }
    for (label, range) in group.iter().zip(ranges) {
        let column = shown.sources.file(file).position(label.range.start).column;
        let range = range.start..range.end.max(range.start);
        excerpt.marks.push(Mark { range, text: shown.line(&label.label.text), is_primary: label.is_primary, column });
    }
    excerpt
}

/// The range of a label, with an end inside a secret moved to the secret's edge on that line: both ends stand
/// beside `<secret>`.
fn unsplit(shown: &Shown<'_>, file: FileId, label: &Located<'_>) -> Range<usize> {
    let around = |offset: usize| {
        let secret = shown.taint_after(file, offset)?;
        (secret.start < offset && offset < secret.end).then_some(secret)
    };
    let first = line_range(shown, file, label.first).start;
    let last = line_range(shown, file, label.last).end;
    let start = around(label.range.start).map_or(label.range.start, |secret| secret.start.max(first));
    start..around(label.range.end).map_or(label.range.end, |secret| secret.end.min(last))
}

/// Copies one line; each end of `targets` on it is put into `ranges` as an offset of `text`.
fn copy_line(
    shown: &Shown<'_>,
    file: FileId,
    line: usize,
    targets: &[Range<usize>],
    ranges: &mut [Range<usize>],
    text: &mut String,
) {
    let whole = line_range(shown, file, line);
    let window = window(shown, file, whole.clone(), targets);
    if window.start > whole.start {
        text.push('…');
    }
    let source = &shown.sources.file(file).text;
    let mut secret = shown.taint_after(file, window.start);
    let clamped = |offset: usize| offset.clamp(window.start, window.end);
    let mut settle = |offset: usize, at: usize| {
        for (target, range) in targets.iter().zip(ranges.iter_mut()) {
            if whole.start <= target.start && target.start <= whole.end && clamped(target.start) == offset {
                range.start = at;
            }
            if whole.start <= target.end && target.end <= whole.end && clamped(target.end) == offset {
                range.end = at;
            }
        }
    };
    for (index, character) in source[window.clone()].char_indices() {
        let offset = window.start + index;
        while secret.as_ref().is_some_and(|secret| secret.end <= offset) {
            secret = shown.taint_after(file, offset);
        }
        settle(offset, text.len());
        match &secret {
            Some(range) if range.start.max(window.start) == offset => text.push_str(SECRET),
            Some(range) if range.contains(&offset) => {}
            _ if character == '\t' => text.push_str("    "),
            _ => push_visible(text, character),
        }
    }
    settle(window.end, text.len());
    if window.end < whole.end {
        text.push('…');
    }
}

/// The part of a line that is shown: all of it, or what is around the first label on it. Labels outside stand at its edge.
fn window(shown: &Shown<'_>, file: FileId, line: Range<usize>, targets: &[Range<usize>]) -> Range<usize> {
    if line.len() <= WIDEST {
        return line;
    }
    let text = &shown.sources.file(file).text;
    let snap = |mut offset: usize| {
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let on_line = |offset: &usize| line.start <= *offset && *offset <= line.end;
    let from = targets.iter().map(|target| target.start).filter(on_line).min().unwrap_or(line.start);
    let start = from.saturating_sub(MARGIN).max(line.start);
    snap(start)..snap((start + WIDEST).min(line.end))
}

impl Excerpt {
    /// A place in it, `lab.hlab:4:3`, as a link where that is possible and escape sequences are wanted.
    pub fn linked(&self, place: &str, is_colored: bool) -> String {
        match &self.url {
            Some(url) if is_colored => link::link(url, place),
            Some(_) | None => place.to_owned(),
        }
    }

    /// The index of the line (in this excerpt) of an offset of its text.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The range of a line in the text, without its break.
    pub(super) fn line(&self, index: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(index)?;
        Some(start..self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1))
    }
}

/// Whether every label of a diagnostic stands in one file.
pub(super) fn is_in_one_file(diagnostic: &Diagnostic) -> bool {
    let spans: Vec<Span> = diagnostic.primary.iter().chain(&diagnostic.labels).map(|label| label.span).collect();
    spans.windows(2).all(|pair| pair[0].file == pair[1].file)
}

//! What of a source may be shown, and how: the one door between text from outside and every renderer.
//!
//! A control character is shown as an escape and never sent on, so that no source, file name or
//! value can drive a terminal; what stands in a tainted span is `<secret>` everywhere, also where
//! a message or an edit repeats it.

use super::link;
use crate::base::{FileId, LineColumn, Origin, Sources, Span};

/// What stands where a secret was.
pub const SECRET: &str = "<secret>";

/// A secret shorter than this is hidden in its place only: replacing it everywhere would hide ordinary words.
const SHORTEST_SECRET: usize = 4;

/// The sources of a run as they may be shown.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// Tainted spans by file and start.
    tainted: Vec<Span>,
    /// The texts that are secret, longest first, so that no part of one survives.
    secrets: Vec<String>,
}

/// A place as people and tools name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file, fit to be shown.
    pub path: String,
    /// Where the span starts.
    pub start: LineColumn,
    /// Where it ends.
    pub end: LineColumn,
}

impl<'a> Shown<'a> {
    /// The view of these sources. Cost: linear in their secrets, not in their text.
    #[must_use]
    pub fn new(sources: &'a Sources) -> Shown<'a> {
        let mut tainted = sources.tainted().to_vec();
        tainted.sort_unstable();
        let mut secrets: Vec<String> = tainted
            .iter()
            .flat_map(|span| secret_texts(&sources.file(span.file).text[within(sources, *span)]))
            .collect();
        secrets.sort_by_key(|text| std::cmp::Reverse(text.len()));
        secrets.dedup();
        Shown { sources, tainted, secrets }
    }

    /// A text on one line, without secrets and control characters.
    #[must_use]
    pub fn line(&self, text: &str) -> String {
        visible(&self.without_secrets(text))
    }

    /// A text as lines, without secrets and control characters; a tab counts as two spaces.
    #[must_use]
    pub fn lines(&self, text: &str) -> Vec<String> {
        let text = self.without_secrets(text);
        let show = |line: &str| {
            let mut shown = String::with_capacity(line.len());
            for character in line.chars() {
                match character {
                    '\t' => shown.push_str("  "),
                    character => push_visible(&mut shown, character),
                }
            }
            shown
        };
        text.lines().map(show).collect()
    }

    /// A text whose control characters the sink itself can carry (JSON): only secrets go.
    #[must_use]
    pub fn without_secrets(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| match text.contains(secret.as_str()) {
            true => text.replace(secret.as_str(), SECRET),
            false => text,
        })
    }

    /// File, line and column of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let file = self.sources.file(span.file);
        let range = within(self.sources, span);
        Place { path: self.path(span.file), start: file.position(range.start), end: file.position(range.end) }
    }

    /// The path of a file, fit to be shown.
    #[must_use]
    pub fn path(&self, file: FileId) -> String {
        self.line(&self.sources.file(file).path)
    }

    /// Where a file of the project can be opened, if what is shown may link to it.
    pub(super) fn url(&self, file: FileId) -> Option<String> {
        let file = self.sources.file(file);
        let root = self.sources.root.as_ref().filter(|_| file.origin == Origin::Project)?;
        Some(link::file_url(root, &file.path))
    }

    /// The first tainted range of a file that ends after `offset`.
    pub(super) fn taint_after(&self, file: FileId, offset: usize) -> Option<std::ops::Range<usize>> {
        let from = self.tainted.partition_point(|span| span.file < file);
        let of_file = self.tainted[from..].iter().take_while(|span| span.file == file);
        of_file.map(|span| within(self.sources, *span)).find(|range| range.end > offset && !range.is_empty())
    }
}

/// A text on one line without control characters, for what comes from no source: a file name, a word of the command line.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|character| push_visible(&mut shown, character));
    shown
}

/// The range of a span, inside its file and on character boundaries, whatever the span says.
pub(super) fn within(sources: &Sources, span: Span) -> std::ops::Range<usize> {
    let text = &sources.file(span.file).text;
    let snap = |offset: u32| {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = snap(span.start);
    start..snap(span.end).max(start)
}

/// Appends a character as it may be shown on one line.
pub(super) fn push_visible(shown: &mut String, character: char) {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        character if is_hidden(character) => {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        }
        character => shown.push(character),
    }
}

/// Whether a character acts on a terminal or on the order of others instead of being seen.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The texts to hide for one tainted text: as it stands, without its quotes, and each longer line of it.
fn secret_texts(text: &str) -> Vec<String> {
    let bare = text.trim_matches('"').trim();
    let lines = bare.lines().map(str::trim).filter(|line| line.len() >= 2 * SHORTEST_SECRET && *line != bare);
    let all = [text, bare].into_iter().chain(lines).filter(|text| text.len() >= SHORTEST_SECRET);
    all.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::Shown;
    use crate::base::{Origin, SourceFile, Sources, Span};

    #[test]
    fn an_escape_sequence_is_shown_and_never_sent() {
        let sources = Sources::default();
        let shown = Shown::new(&sources);
        assert_eq!(shown.line("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\nd");
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_is_repeated() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.hlab".into(), "token = \"hunter2222\"".into(), Origin::Project));
        sources.taint(Span::new(file, 8, 20));
        let shown = Shown::new(&sources);
        assert_eq!(shown.line("set it to hunter2222"), "set it to <secret>");
        assert_eq!(shown.line("found \"hunter2222\""), "found <secret>");
    }
}

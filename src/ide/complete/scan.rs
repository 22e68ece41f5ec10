//! The text before the cursor, token by token: which brackets are open there, and what stands before it in each.
//!
//! The tree of half-typed text has nodes in unexpected places. The brackets and words before the cursor are what the author
//! has in mind, so they decide what is offered, and the tree is asked only what things mean. Reading begins at the last line
//! in column 0 that begins an item, so that one forgotten bracket does no harm to the items behind it.

use std::ops::Range;

use crate::syntax::{self, ITEM_WORDS};

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// A word.
    Word,
    /// A string.
    Text,
    /// A number or another literal that begins with a digit.
    Number,
    /// A bracket with all that it holds.
    Group,
    /// An operator or another sign.
    Sign,
}

/// A token, by the bytes of its text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub sort: Sort,
    pub at: Range<usize>,
}

/// What opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Open {
    /// The file.
    File,
    /// `{`
    Brace,
    /// `[`
    Bracket,
    /// `(`
    Paren,
    /// `${` in a string.
    Hole,
}

/// What is open at the cursor.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub open: Open,
    /// The byte of the bracket.
    pub at: usize,
    /// How many commas stand in it before the cursor.
    pub commas: usize,
    /// The tokens of the entry or element in it that is not finished.
    pub entry: Vec<Token>,
}

/// What the cursor stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Within {
    /// Plain code.
    Code,
    /// A string: its text without quotes is what is replaced.
    Text,
    /// A comment, or a string of several lines.
    Comment,
}

/// The text before the cursor.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    /// What is open, outermost first; the file is always there.
    pub frames: Vec<Frame>,
    /// The word at the cursor: what is replaced.
    pub word: Range<usize>,
    /// What the cursor stands in.
    pub within: Within,
}

impl Scan {
    /// What is open innermost.
    pub(crate) fn inner(&self) -> &Frame {
        // The file is never closed.
        &self.frames[self.frames.len() - 1]
    }
}

/// Reads the text up to a cursor.
pub(crate) fn scan(text: &str, cursor: usize) -> Scan {
    let line = line_start(text, cursor);
    let mut start = line;
    while start > 0 && !begins_item(&text[start..]) {
        start = line_start(text, start - 1);
    }
    let found = read(text, start, cursor);
    let in_column_0 = found.word.start == line || begins_word(&text[line..cursor]);
    if found.frames.len() > 1 && in_column_0 && start != line && !goes_on(text, cursor) {
        return read(text, line, cursor);
    }
    found
}

/// Whether what stands behind the cursor's line belongs to an open bracket: it is indented, or closes one.
fn goes_on(text: &str, cursor: usize) -> bool {
    let behind = text[cursor..].split_once('\n').map_or("", |(_, behind)| behind);
    let next = behind.lines().find(|line| !line.trim().is_empty());
    next.is_some_and(|line| line.starts_with([' ', '\t', '}', ']', ')']))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

fn begins_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// Whether a line in column 0 begins an item: two words, a word and a string, or a word that begins items.
fn begins_item(text: &str) -> bool {
    if !begins_word(text) {
        return false;
    }
    let end = word_end(text.as_bytes(), 0);
    let (first, rest) = text.split_at(end);
    let next = rest.trim_start_matches([' ', '\t']);
    if next.len() == rest.len() || continues(first) || syntax::reserved(first) && first != "for" {
        return false;
    }
    let second = &next[..word_end(next.as_bytes(), 0)];
    let is_operator = matches!(second, "and" | "or" | "implies" | "in" | "is" | "where");
    (begins_word(next) && !is_operator) || next.starts_with('"')
}

/// Whether a line that begins with this word goes on from the line before.
fn continues(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "implies"
            | "in"
            | "is"
            | "within"
            | "overlaps"
            | "contains"
            | "where"
            | "at"
            | "else"
            | "then"
            | "because"
            | "help"
            | "fix"
    )
}

/// The end of the identifier at a byte; a `-` belongs to it before a letter or digit.
pub(crate) fn word_end(bytes: &[u8], mut at: usize) -> usize {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    while is_part(bytes.get(at)) || bytes.get(at) == Some(&b'-') && is_part(bytes.get(at + 1)) {
        at += 1;
    }
    at
}

/// The end of the number, address or other literal at a byte.
fn number_end(bytes: &[u8], mut at: usize) -> usize {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    loop {
        match bytes.get(at) {
            Some(b'%') => return at + 1,
            Some(b'.' | b':' | b'/') if is_part(bytes.get(at + 1)) => at += 2,
            byte if is_part(byte) => at += 1,
            _ => return at,
        }
    }
}

/// The state of reading.
struct Reader<'t> {
    text: &'t str,
    cursor: usize,
    at: usize,
    frames: Vec<Frame>,
    /// Whether a line ended since the last token.
    is_new_line: bool,
}

/// How reading goes on.
enum Step {
    On,
    Done(Range<usize>, Within),
}

fn read(text: &str, start: usize, cursor: usize) -> Scan {
    let file = Frame { open: Open::File, at: start, commas: 0, entry: Vec::new() };
    let mut reader = Reader { text, cursor, at: start, frames: vec![file], is_new_line: false };
    while reader.at < cursor {
        if let Step::Done(word, within) = reader.step() {
            let is_word = within == Within::Code;
            reader.settle(if is_word { &text[word.clone()] } else { "" });
            return Scan { frames: reader.frames, word, within };
        }
    }
    let end = word_end(text.as_bytes(), cursor);
    // A word begins with a letter; what begins with a digit is a literal.
    let word = cursor..if begins_word(&text[cursor..]) { end } else { cursor };
    reader.settle(&text[word.clone()]);
    Scan { frames: reader.frames, word, within: Within::Code }
}

impl Reader<'_> {
    fn inner(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Ends the entry before a token if a line ended and the token does not go on from it.
    fn settle(&mut self, next: &str) {
        if !std::mem::take(&mut self.is_new_line) {
            return;
        }
        let text = self.text;
        let frame = self.inner();
        if !matches!(frame.open, Open::File | Open::Brace) {
            return;
        }
        let is_open = frame.entry.last().is_some_and(|token| {
            let word = &text[token.at.clone()];
            token.sort == Sort::Sign && !matches!(word, "?" | ":" | ">")
                || matches!(word, "and" | "or" | "implies" | "in" | "is" | "not")
        });
        let is_operator = next.starts_with(['.', '+', '*', '/', '<', '>', '=', '!', '?', '|']) && next != "=";
        if !is_open && !is_operator && !continues(next) {
            frame.entry.clear();
        }
    }

    fn push(&mut self, sort: Sort, end: usize) {
        let at = self.at..end;
        let next = &self.text[at.clone()];
        self.settle(next);
        self.inner().entry.push(Token { sort, at });
        self.at = end;
    }

    fn step(&mut self) -> Step {
        let bytes = self.text.as_bytes();
        let rest = &self.text[self.at..];
        match bytes[self.at] {
            b'\n' => {
                self.is_new_line = true;
                self.at += 1;
            }
            b'/' if rest.starts_with("//") => {
                let end = rest.find('\n').map_or(self.text.len(), |end| self.at + end);
                if self.cursor <= end {
                    return Step::Done(self.cursor..self.cursor, Within::Comment);
                }
                self.at = end;
            }
            b'"' => {
                self.settle("\"");
                return self.string(self.at, self.at);
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                return self.token(Sort::Word, word_end(bytes, self.at));
            }
            byte if byte.is_ascii_digit() => return self.token(Sort::Number, number_end(bytes, self.at)),
            b'{' => self.open(Open::Brace),
            b'[' => self.open(Open::Bracket),
            b'(' => self.open(Open::Paren),
            b'}' if self.inner().open == Open::Hole => {
                let from = self.inner().at;
                self.frames.pop();
                self.at += 1;
                return self.string(from, self.at - 1);
            }
            b'}' => self.close(Open::Brace),
            b']' => self.close(Open::Bracket),
            b')' => self.close(Open::Paren),
            b',' => {
                self.is_new_line = false;
                self.inner().entry.clear();
                self.inner().commas += 1;
                self.at += 1;
            }
            byte if byte.is_ascii_whitespace() => self.at += 1,
            byte if byte.is_ascii() => {
                let long = ["==", "!=", "<=", ">=", "+=", "->", "..", "??", "?."];
                let length = if long.iter().any(|sign| rest.starts_with(sign)) { 2 } else { 1 };
                self.push(Sort::Sign, self.at + length);
            }
            _ => self.at += rest.chars().next().map_or(1, char::len_utf8),
        }
        Step::On
    }

    fn token(&mut self, sort: Sort, end: usize) -> Step {
        let bytes = self.text.as_bytes();
        // A word that ends in `-` is not finished.
        if sort == Sort::Word && end + 1 == self.cursor && bytes.get(end) == Some(&b'-') {
            return Step::Done(self.at..end + 1, Within::Code);
        }
        if end >= self.cursor {
            return Step::Done(self.at..end, Within::Code);
        }
        self.push(sort, end);
        Step::On
    }

    fn open(&mut self, open: Open) {
        self.settle("{");
        self.frames.push(Frame { open, at: self.at, commas: 0, entry: Vec::new() });
        self.at += 1;
    }

    fn close(&mut self, open: Open) {
        self.is_new_line = false;
        self.at += 1;
        let Some(found) = self.frames.iter().rposition(|frame| frame.open == open) else { return };
        let start = self.frames[found].at;
        self.frames.truncate(found);
        let at = start..self.at;
        self.inner().entry.push(Token { sort: Sort::Group, at });
    }

    /// Reads a string whose quotes open at `from`, on from the byte behind `at`.
    fn string(&mut self, from: usize, at: usize) -> Step {
        let bytes = self.text.as_bytes();
        let is_block = self.text[from..].starts_with("\"\"\"");
        let quotes = if is_block { 3 } else { 1 };
        let begins = if at == from { from + quotes } else { at + 1 };
        let mut end = begins;
        let closed = loop {
            match bytes.get(end) {
                None => break false,
                Some(b'\n') if !is_block => break false,
                Some(b'\\') => end += 2,
                Some(b'$') if bytes.get(end + 1) == Some(&b'{') && end + 2 <= self.cursor => {
                    self.frames.push(Frame { open: Open::Hole, at: from, commas: 0, entry: Vec::new() });
                    self.at = end + 2;
                    return Step::On;
                }
                Some(b'"') if !is_block || self.text[end..].starts_with("\"\"\"") => break true,
                Some(_) => end += 1,
            }
        };
        let end = end.min(self.text.len());
        if self.cursor <= end {
            let has_holes = at != from || self.text.get(begins..end).is_none_or(|text| text.contains("${"));
            let is_plain = !is_block && !has_holes && self.cursor >= begins;
            if !is_plain {
                return Step::Done(self.cursor..self.cursor, Within::Comment);
            }
            // What an open quote encloses is not known to end before the cursor.
            return Step::Done(begins..if closed { end } else { self.cursor }, Within::Text);
        }
        self.at = from;
        self.is_new_line = false;
        self.inner().entry.push(Token { sort: Sort::Text, at: from..end });
        self.at = if closed { end + quotes } else { end };
        Step::On
    }
}

/// Whether a word begins items, wherever it stands.
pub(crate) fn is_item_word(word: &str) -> bool {
    ITEM_WORDS.iter().any(|(known, _)| *known == word)
}

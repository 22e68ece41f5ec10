//! Strings: reading those with `${…}`, and what the text between the quotes means.

use std::borrow::Cow;

use super::errors;
use super::lex::{T, line_end};
use super::literal::unicode_escape;
use super::parser::Parser;
use super::tree::{Index, NodeKind as N, Tree};

/// Where a stretch of text in a string ends.
enum Stretch {
    Quotes,
    Hole,
    Unclosed,
}

impl Parser<'_> {
    /// A string, with holes or without.
    pub fn string_or_leaf(&mut self) {
        if self.cur.kind == T::StrOpen { self.string() } else { self.leaf(N::Str) }
    }

    /// A string with holes: (`StrText` or `Interp`)\*.
    pub fn string(&mut self) {
        let opener = self.cur;
        let quotes = (opener.end - opener.start) as usize;
        let node = self.open(N::Str);
        if self.abandoned {
            return self.close(node);
        }
        let place = self.place();
        let mut at = opener.end as usize;
        let end = loop {
            let (end, stretch) = self.stretch(at, quotes);
            if end > at {
                self.report_faults(at, end);
                let token = super::lex::Token { start: at as u32, end: end as u32, ..opener };
                self.leaf_of(N::StrText, token);
            }
            match stretch {
                Stretch::Quotes => break end + quotes,
                Stretch::Hole => at = self.hole(end),
                Stretch::Unclosed => break self.unclosed_string(opener, place, end),
            }
            if self.abandoned {
                return self.close(node);
            }
        };
        self.prev_end = end as u32;
        self.close(node);
        self.fetch(end as u32);
    }

    /// The stretch of plain text from `at`: its end, and what stands there.
    fn stretch(&self, at: usize, quotes: usize) -> (usize, Stretch) {
        let bytes = self.text.as_bytes();
        let mut end = at;
        while end < self.lexer.limit() {
            match bytes[end] {
                b'"' if quotes == 1 || bytes[end..].starts_with(b"\"\"\"") => return (end, Stretch::Quotes),
                b'\\' => end = self.lexer.escape(end, &mut false),
                b'$' if self.lexer.byte(end + 1) == b'{' => return (end, Stretch::Hole),
                b'\n' if quotes == 1 => break,
                b'\r' if quotes == 1 && self.lexer.byte(end + 1) == b'\n' => break,
                _ => end += 1,
            }
        }
        (end, Stretch::Unclosed)
    }

    /// `${ e }` at `at`, on one line; returns where the string goes on.
    fn hole(&mut self, at: usize) -> usize {
        let outer = (self.lexer.limit(), self.lexer.hole);
        let node = self.open_at(N::Interp, at as u32);
        if self.abandoned {
            self.empty(N::Missing);
            self.close(node);
            return self.cur.end as usize;
        }
        let limit = self.hole_limit(at);
        self.lexer.set_limit(limit);
        self.lexer.hole = true;
        let loose = std::mem::replace(&mut self.loose, true);
        self.prev_end = at as u32 + 2;
        self.fetch(at as u32 + 2);
        if self.cur.kind == T::BadString {
            self.empty(N::Missing);
        } else {
            self.expression();
        }
        if self.cur.kind != T::RBrace && !self.abandoned {
            self.unclosed_hole(at as u32);
        }
        if !self.abandoned {
            self.lexer.set_limit(outer.0);
            self.lexer.hole = outer.1;
            self.prev_end = self.cur.end;
        }
        self.loose = loose;
        self.close(node);
        self.cur.end as usize
    }

    /// Says that a hole does not end, or not where it should, and skips to its `}` or the end of the line.
    fn unclosed_hole(&mut self, at: u32) {
        let (found, found_text) = (self.cur_span(), self.found());
        if matches!(self.cur.kind, T::Eof | T::BadString) {
            let span = self.span(at, at + 2);
            self.report(|_| errors::unclosed_hole(span));
            self.quiet = true;
        } else {
            self.fail(|_| errors::expected(found, "`}`", &found_text));
        }
        let place = self.place();
        let mut braces = 0usize;
        while self.cur.kind != T::Eof && (self.cur.kind != T::RBrace || braces > 0) {
            match self.cur.kind {
                T::LBrace => braces += 1,
                T::RBrace => braces -= 1,
                _ => {}
            }
            if self.cur.kind == T::BadString {
                self.prev_end = self.cur.end;
                self.fetch(self.cur.end);
            } else {
                self.skip_token();
            }
        }
        self.forget(place);
    }

    /// The end of the line at `at`, remembered so that many holes of one line look once.
    fn hole_limit(&mut self, at: usize) -> usize {
        if !(self.line.0..self.line.1).contains(&at) {
            self.line = (at, line_end(self.text.as_bytes(), at));
        }
        self.line.1.min(self.lexer.limit())
    }

    /// Says that the string does not end; returns where to go on.
    fn unclosed_string(&mut self, opener: super::lex::Token, place: (usize, usize), end: usize) -> usize {
        let block = opener.end - opener.start == 3;
        if !self.quiet {
            let kind = if block { T::BadBlock } else { T::BadString };
            let span = self.span(opener.start, end as u32);
            self.push_error(|parser| errors::bad_token(kind, span, parser.text));
            self.quiet = true;
        }
        if !block {
            return end;
        }
        self.lexer.no_block_end = true;
        self.forget(place);
        self.lexer.next_item(opener.start as usize)
    }
}

/// What a whole string literal says, its quotes in `raw`: escapes undone, a multi-line string's indentation stripped.
///
/// For a string without holes; the parts of one with holes are read by [`segment`].
#[must_use]
pub fn unquote(raw: &str) -> Cow<'_, str> {
    if let Some(inner) = raw.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
        let indentation = indentation(raw);
        return Cow::Owned(plain_block(inner, true, indentation));
    }
    let inner = raw.strip_prefix('"').map_or(raw, |rest| rest.strip_suffix('"').unwrap_or(rest));
    if inner.contains('\\') { Cow::Owned(plain_line(inner)) } else { Cow::Borrowed(inner) }
}

/// What one `StrText` of a string with holes says.
#[must_use]
pub fn segment<'t>(tree: &Tree, string: Index, part: Index, source: &'t str) -> Cow<'t, str> {
    let whole = tree.text(string, source);
    let text = tree.text(part, source);
    if whole.starts_with("\"\"\"") {
        let opens = tree.node(part).start == tree.node(string).start + 3;
        return Cow::Owned(plain_block(text, opens, indentation(whole)));
    }
    if text.contains('\\') { Cow::Owned(plain_line(text)) } else { Cow::Borrowed(text) }
}

/// The indentation that all lines of a multi-line string share, the line of its closing quotes among them; blank lines do not count.
fn indentation(raw: &str) -> usize {
    let lines: Vec<&str> = raw.split('\n').skip(1).collect();
    let last = lines.len().saturating_sub(1);
    let blanks = |line: &str| line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let counted = |(at, line): (usize, &&str)| (at == last || !line.trim().is_empty()).then(|| blanks(line));
    lines.iter().enumerate().filter_map(counted).min().unwrap_or(0)
}

/// The text of (a part of) a multi-line string; `opens` if it begins right behind the opening quotes.
fn plain_block(text: &str, opens: bool, indentation: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at == 0 {
            if !opens {
                plain.push_str(&plain_line(line.strip_suffix('\r').unwrap_or(line)));
            }
            continue;
        }
        if at > 1 || !opens {
            plain.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        let blanks = line.bytes().take(indentation).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        plain.push_str(&plain_line(&line[blanks..]));
    }
    plain
}

fn plain_line(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = match rest.as_bytes().get(1) {
            Some(b'n') => ('\n', 2),
            Some(b't') => ('\t', 2),
            Some(b'r') => ('\r', 2),
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'$') => ('$', 2),
            Some(b'u') => unicode_escape(rest).unwrap_or(('\\', 1)),
            Some(_) | None => ('\\', 1),
        };
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

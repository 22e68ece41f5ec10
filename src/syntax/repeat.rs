//! Lines that were read before are not read again.
//!
//! The guests of a lab repeat each other line by line. An entry that is a line by itself and in order means the same
//! wherever the same line stands at the same depth, as long as the line behind it goes its own way: its nodes are
//! copied, with their places moved.

use super::expr::literal;
use super::lex::{T, Token};
use super::parser::{MAX_DEPTH, Parser};
use super::tree::NodeKind;
use super::words;
use std::hash::Hasher;

/// How many different lines of a large file are kept at a time; a power of two.
const MOST_ROWS: usize = 4096;
/// How many at least.
const LEAST_ROWS: usize = 16;
/// For how many bytes of text one is kept.
const BYTES_A_ROW: usize = 64;

/// A line that was read: from the first byte of its entry to its end.
#[derive(Clone, Copy, Default, Debug)]
struct Row {
    hash: u32,
    start: u32,
    line_end: u32,
    /// The end of the entry; blanks and a comment may follow.
    end: u32,
    /// Its run of nodes; there is none while it is empty.
    first: u32,
    next: u32,
    /// At which depth, and how deep it goes.
    depth: u32,
    deepest: u32,
    /// What its copies are called; 0 while there is none.
    twin: u16,
}

/// The lines that were read.
#[derive(Default, Debug)]
pub(super) struct Lines {
    rows: Vec<Row>,
    twins: u16,
}

/// A line that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    hash: u32,
    start: u32,
    line_end: u32,
    first: u32,
    late: u32,
    before: u32,
    diagnostics: u32,
}

impl Parser<'_> {
    /// Copies the entry that begins here if its line was read before; otherwise what to tell [`Parser::keep_line`].
    pub fn repeat_line(&mut self) -> Result<(), Option<Reading>> {
        let token = self.cur;
        if !token.line || token.kind != T::Word || self.lexer.hole {
            return Err(None);
        }
        let text = self.text.as_bytes();
        let start = token.start as usize;
        let Some(length) = memchr::memchr(b'\n', &text[start..]) else { return Err(None) };
        let line = &text[start..start + length];
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(line);
        let hash = (hasher.finish() >> 20) as u32;
        let place = hash as usize & self.lines.rows.len().wrapping_sub(1);
        if let Some(row) = self.lines.rows.get(place).copied()
            && row.hash == hash
            && row.depth == self.depth
            && row.next > row.first
            && text[row.start as usize..row.line_end as usize] == *line
        {
            return if self.copy_line(place, row) { Ok(()) } else { Err(None) };
        }
        let (nodes, late) = self.place();
        Err(Some(Reading {
            hash,
            start: token.start,
            line_end: (start + length) as u32,
            first: nodes as u32,
            late: late as u32,
            before: std::mem::replace(&mut self.deepest, self.depth),
            diagnostics: self.diagnostics.len() as u32,
        }))
    }

    /// Keeps the line that was read, if it is an entry by itself and in order.
    pub fn keep_line(&mut self, line: Reading) {
        let deepest = self.deepest;
        self.deepest = deepest.max(line.before);
        let (nodes, late) = self.place();
        let is_whole = self.prev_end <= line.line_end && self.cur.start > line.line_end;
        let is_sound = self.diagnostics.len() as u32 == line.diagnostics && late as u32 == line.late;
        if !is_whole || !is_sound || self.quiet {
            return;
        }
        if self.lines.rows.is_empty() {
            let rows = (self.text.len() / BYTES_A_ROW).next_power_of_two().clamp(LEAST_ROWS, MOST_ROWS);
            self.lines.rows.resize(rows, Row::default());
        }
        let place = line.hash as usize & (self.lines.rows.len() - 1);
        self.lines.rows[place] = Row {
            hash: line.hash,
            start: line.start,
            line_end: line.line_end,
            end: self.prev_end,
            first: line.first,
            next: nodes as u32,
            depth: self.depth,
            deepest,
            twin: 0,
        };
    }

    /// Copies what a line came to, unless the line behind this one might go on from it.
    fn copy_line(&mut self, place: usize, row: Row) -> bool {
        let (start, base) = (self.cur.start, self.place().0 as u32);
        let end = row.end - row.start + start;
        let behind = self.lexer.next((row.line_end - row.start + start) as usize);
        if !self.goes_its_own_way(behind) {
            return false;
        }
        let mut twin = row.twin;
        if twin == 0 && self.lines.twins < u16::MAX {
            self.lines.twins += 1;
            twin = self.lines.twins;
            self.lines.rows[place].twin = twin;
        }
        self.deepest = self.deepest.max(row.deepest);
        let moved = (start - row.start, base - row.first);
        self.copy_nodes(row.first as usize..row.next as usize, twin, moved);
        self.prev_end = end;
        self.quiet = false;
        self.arrive(behind);
        true
    }

    /// Reads `name = literal` where that is all of the line and the line behind it goes its own way. Most lines are so.
    pub fn plain_line(&mut self) -> bool {
        let name = self.cur;
        if !name.line || name.kind != T::Word || self.lexer.hole || self.depth >= MAX_DEPTH {
            return false;
        }
        let equal = self.lexer.next(name.end as usize);
        if equal.kind != T::Equal || equal.nl {
            return false;
        }
        let value = self.lexer.next(equal.end as usize);
        let kind = if value.kind == T::Str { Some(NodeKind::Str) } else { literal(value.kind) };
        let Some(kind) = kind.filter(|_| !value.nl) else { return false };
        let behind = self.lexer.next(value.end as usize);
        if !behind.nl || !self.goes_its_own_way(behind) {
            return false;
        }
        self.field_of_leaves(name, value, kind);
        self.quiet = false;
        self.arrive(behind);
        true
    }

    /// Whether a line that begins with this token is surely no part of the one before.
    fn goes_its_own_way(&self, first: Token) -> bool {
        let word = &self.text[first.start as usize..first.end as usize];
        match first.kind {
            T::Word => !words::continues(word) && word != "with",
            T::RBrace => true,
            _ => false,
        }
    }
}

//! The parser's state: the current token, the nodes made so far, and what was reported.
//!
//! What each construct looks like stands in `entry`, `item`, `types`, `expr` and `text`; how the
//! parser finds its feet again after an error stands in `recover`.

use super::errors;
use super::lex::{Lexer, T, Token};
use super::repeat::Lines;
use super::tree::{Node, NodeKind, Tree};
use super::words;
use crate::base::{FileId, Span};
use crate::diag::{Checked, Diagnostic};

/// The deepest level at which a node may stand; the file is level 0. A chain `a + b + …` counts one level a link.
pub const MAX_DEPTH: u32 = 256;

/// How many errors of one file are worth reading.
const MAX_ERRORS: usize = 100;

/// The largest operand that a later operator moves in place; larger ones are moved once, at the end.
const MOVED_IN_PLACE: usize = 64;

/// A node that goes before nodes already made, put in at the end.
#[derive(Clone, Copy, Debug)]
struct Late {
    at: u32,
    node: Node,
}

/// A node that was opened and must be closed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Open {
    /// In the array.
    Here(usize),
    /// Among the late ones.
    Late(usize),
}

/// Where an operand starts, should an operator follow it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    at: usize,
    deepest: u32,
}

/// The state of one parse.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub file: FileId,
    pub lexer: Lexer<'t>,
    /// The token to look at.
    pub cur: Token,
    /// The end of the last token consumed.
    pub prev_end: u32,
    /// Inside `( )` and `[ ]`, where newlines mean nothing.
    pub loose: bool,
    /// An error of this entry was reported: what follows from it is not.
    pub quiet: bool,
    /// The rest of the item was skipped because it nests too deeply.
    pub abandoned: bool,
    /// Something at file level is open, so that an item head in column 0 ends it.
    pub in_item: bool,
    /// The opener of a block whose `}` does not stand where its head does: the likely culprit when a `}` is missing.
    pub suspect: Option<u32>,
    /// Closers in column 0 that belong to blocks which an item in column 0 ended: they are not reported again.
    pub owed: u32,
    /// Closers inside strings that do not end: what they would have closed is not reported.
    pub swallowed: u32,
    /// The line that was last looked up: a place in it, and its end.
    pub line: (usize, usize),
    /// The real token behind a [`T::Stop`].
    held: Option<Token>,
    nodes: Vec<Node>,
    late: Vec<Late>,
    /// How many nodes are open, and how deep those of the current operand go.
    pub depth: u32,
    pub deepest: u32,
    reported_at: u32,
    pub diagnostics: Vec<Diagnostic>,
    /// The lines read so far that may come again.
    pub lines: Lines,
}

/// The tree of a text, and what is wrong with it. Total: there is a tree whatever the text.
///
/// Cost: linear in the text, one allocation for the nodes.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Checked<Tree> {
    let nothing = Token { kind: T::Eof, nl: false, line: false, start: 0, end: 0 };
    let mut parser = Parser {
        text,
        file,
        lexer: Lexer::new(text),
        cur: nothing,
        prev_end: 0,
        loose: false,
        quiet: false,
        abandoned: false,
        in_item: false,
        suspect: None,
        owed: 0,
        swallowed: 0,
        line: (0, 0),
        held: None,
        nodes: Vec::with_capacity(text.len() / 5 + 16),
        late: Vec::new(),
        depth: 0,
        deepest: 0,
        reported_at: u32::MAX,
        diagnostics: Vec::new(),
        lines: Lines::default(),
    };
    parser.fetch(0);
    parser.file();
    parser.finish()
}

impl<'t> Parser<'t> {
    /// The text of the current token.
    pub fn word(&self) -> &'t str {
        &self.text[self.cur.start as usize..self.cur.end as usize]
    }
}

impl Parser<'_> {
    // ---- tokens

    /// Makes the token behind `from` the current one; reports and skips what is no comment but was meant as one.
    pub fn fetch(&mut self, from: u32) {
        // What was given up is not read again: nobody gets behind its end, and nobody goes round in it.
        if self.abandoned {
            return;
        }
        let mut token = self.lexer.next(from as usize);
        while token.kind == T::BadComment {
            let span = self.span(token.start, token.end);
            self.push_error(|parser| match parser.text.as_bytes()[span.start as usize] {
                b'#' => errors::hash_comment(span),
                b'\\' => errors::line_continuation(span),
                _ => errors::block_comment(span),
            });
            let before = token;
            token = self.lexer.next(before.end as usize);
            token.nl |= before.nl;
            token.line |= before.line;
        }
        self.arrive(token);
    }

    /// Makes a token the current one; an item in column 0 stops what is open.
    pub fn arrive(&mut self, mut token: Token) {
        if token.line && token.kind == T::Word && self.in_item && self.starts_item(token.start as usize) {
            self.held = Some(token);
            token.kind = T::Stop;
            token.end = token.start;
        }
        self.cur = token;
    }

    fn starts_item(&self, start: usize) -> bool {
        !self.lexer.hole && (start == 0 || self.text.as_bytes()[start - 1] == b'\n') && self.lexer.item_head(start)
    }

    /// Consumes the current token, except where the text or the item ends.
    pub fn bump(&mut self) {
        if matches!(self.cur.kind, T::Eof | T::Stop) {
            return;
        }
        self.report_bad();
        self.prev_end = self.cur.end;
        self.fetch(self.cur.end);
    }

    /// At file level: turns the stop back into the word that it stands for.
    pub fn resume(&mut self) {
        if let Some(token) = self.held.take() {
            self.cur = token;
        }
    }

    /// Whether the current token begins a new line that does not belong to the one before.
    pub fn broke(&self) -> bool {
        self.cur.nl && !self.loose
    }

    /// Whether the current token is of this kind, on the same line.
    pub fn at(&self, kind: T) -> bool {
        self.cur.kind == kind && !self.broke()
    }

    /// Whether the current token is this word, on the same line.
    pub fn at_word(&self, word: &str) -> bool {
        self.at(T::Word) && self.word() == word
    }

    /// Whether the current token is this word, on the same line or on one that goes on from it.
    pub fn at_joining(&self, word: &str) -> bool {
        self.cur.kind == T::Word && self.word() == word && !(self.broke() && self.marks_field())
    }

    /// Whether what stands behind the current word makes it the name of a field or block.
    pub fn marks_field(&self) -> bool {
        let mut at = self.cur.end as usize;
        while matches!(self.lexer.byte(at), b' ' | b'\t') {
            at += 1;
        }
        self.lexer.field_mark(at)
    }

    /// Whether the current token begins a line that goes on from the one before.
    pub fn continues(&self) -> bool {
        self.cur.kind == T::Word && words::continues(self.word()) && !self.marks_field()
    }

    /// Whether the current token touches the one before.
    pub fn adjacent(&self) -> bool {
        self.cur.start == self.prev_end
    }

    /// The token behind the current one.
    pub fn peek(&mut self) -> Token {
        self.lexer.next(self.cur.end as usize)
    }

    /// The byte directly behind the current token.
    pub fn byte_behind(&self) -> u8 {
        self.lexer.byte(self.cur.end as usize)
    }

    /// After an operator or `=`: the next line belongs to this one, unless it is plainly an entry of its own.
    pub fn join(&mut self, after_equals: bool) {
        if self.cur.nl && self.cur.kind != T::RBrace && !self.entry_shape(after_equals) {
            self.cur.nl = false;
        }
    }

    // ---- nodes

    /// The number of nodes, counting those put in later: a place to [`Parser::forget`] to.
    pub fn place(&self) -> (usize, usize) {
        (self.nodes.len(), self.late.len())
    }

    /// Drops the nodes made since a place.
    pub fn forget(&mut self, place: (usize, usize)) {
        self.nodes.truncate(place.0);
        self.late.truncate(place.1);
    }

    /// Copies an entry's nodes behind the others, so many bytes and nodes further on, and says what it is a [`Node::twin`] of.
    pub fn copy_nodes(&mut self, from: std::ops::Range<usize>, twin: u16, (bytes, places): (u32, u32)) {
        let at = self.nodes.len();
        self.nodes.extend_from_within(from);
        for node in &mut self.nodes[at..] {
            node.start += bytes;
            node.end += bytes;
            node.next += places;
        }
        self.nodes[at].twin = twin;
    }

    /// Makes a field of a name and a literal that were looked at, and goes behind them.
    pub fn field_of_leaves(&mut self, name: Token, value: Token, kind: NodeKind) {
        let at = self.nodes.len() as u32;
        let node = |kind, start, end, next| Node { kind, twin: 0, start, end, next };
        self.nodes.extend([
            node(NodeKind::Field, name.start, value.end, at + 3),
            node(NodeKind::Name, name.start, name.end, at + 2),
            node(kind, value.start, value.end, at + 3),
        ]);
        self.deepest = self.deepest.max(self.depth + 1);
        self.prev_end = value.end;
    }

    /// Opens a node at the current token.
    pub fn open(&mut self, kind: NodeKind) -> Open {
        self.open_at(kind, self.cur.start)
    }

    /// Opens a node at a given offset.
    pub fn open_at(&mut self, kind: NodeKind, start: u32) -> Open {
        let at = self.nodes.len();
        self.push(kind, start, start);
        self.depth += 1;
        Open::Here(at)
    }

    /// Closes a node behind the last token consumed.
    pub fn close(&mut self, open: Open) {
        self.depth -= 1;
        let (end, next) = (self.prev_end, self.nodes.len() as u32);
        let node = match open {
            Open::Here(at) => &mut self.nodes[at],
            Open::Late(at) => &mut self.late[at].node,
        };
        node.next = next;
        node.end = end;
        if node.start > end
            && let Open::Here(at) = open
        {
            // Nothing was there: all of it is empty, and stands behind what is.
            for empty in &mut self.nodes[at..] {
                (empty.start, empty.end) = (end, end);
            }
        }
    }

    /// Gives an opened node its real kind.
    pub fn set_kind(&mut self, open: Open, kind: NodeKind) {
        match open {
            Open::Here(at) => self.nodes[at].kind = kind,
            Open::Late(at) => self.late[at].node.kind = kind,
        }
    }

    fn push(&mut self, kind: NodeKind, start: u32, end: u32) {
        if self.depth > MAX_DEPTH {
            self.abandon();
        }
        self.deepest = self.deepest.max(self.depth);
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, twin: 0, start, end, next });
    }

    /// Makes a leaf of the current token and consumes it.
    pub fn leaf(&mut self, kind: NodeKind) {
        self.push(kind, self.cur.start, self.cur.end);
        self.bump();
    }

    /// Makes a leaf of a token consumed before.
    pub fn leaf_of(&mut self, kind: NodeKind, token: Token) {
        self.push(kind, token.start, token.end);
    }

    /// Makes an empty leaf behind the last token consumed.
    pub fn empty(&mut self, kind: NodeKind) {
        let at = self.nodes.last().map_or(0, |last| last.start.max(self.prev_end));
        self.push(kind, at, at);
    }

    /// Marks where an operand starts.
    pub fn operand(&mut self) -> Operand {
        Operand { at: self.nodes.len(), deepest: std::mem::replace(&mut self.deepest, self.depth) }
    }

    /// Where the operand starts, once something of it is there.
    pub fn start_of(&self, operand: &Operand) -> Span {
        let start = self.nodes.get(operand.at).map_or(self.prev_end, |node| node.start);
        self.span(start, start)
    }

    /// Makes a leaf of the current token, and marks it as an operand that starts there.
    pub fn leaf_operand(&mut self, kind: NodeKind) -> Operand {
        let operand = Operand { at: self.nodes.len(), deepest: self.deepest };
        self.leaf(kind);
        operand
    }

    /// Reads on behind a [`Parser::leaf_operand`].
    pub fn reopen(&mut self) {
        self.deepest = self.depth;
    }

    /// Ends the operand's mark.
    pub fn end_operand(&mut self, operand: Operand) {
        self.deepest = self.deepest.max(operand.deepest);
    }

    /// Opens a node around everything since the operand started.
    pub fn precede(&mut self, operand: Operand, kind: NodeKind) -> Open {
        self.deepest += 1;
        if self.deepest > MAX_DEPTH {
            self.abandon();
        }
        self.depth += 1;
        let at = operand.at;
        let start = self.nodes[at].start;
        let node = Node { kind, twin: 0, start, end: start, next: 0 };
        if self.nodes.len() - at > MOVED_IN_PLACE {
            self.late.push(Late { at: at as u32, node });
            return Open::Late(self.late.len() - 1);
        }
        for moved in &mut self.nodes[at..] {
            moved.next += 1;
        }
        self.nodes.insert(at, node);
        Open::Here(at)
    }

    /// Nesting is too deep: says so once and skips the rest of the item, so that nothing recurses further.
    fn abandon(&mut self) {
        if matches!(self.cur.kind, T::Eof | T::Stop) {
            return;
        }
        let span = self.cur_span();
        self.push_error(|_| errors::too_deep(span));
        self.quiet = true;
        self.lexer.set_limit(self.text.len());
        self.lexer.hole = false;
        while !matches!(self.cur.kind, T::Eof | T::Stop) {
            self.prev_end = self.cur.end;
            self.fetch(self.cur.end);
        }
        self.abandoned = true;
    }

    fn finish(mut self) -> Checked<Tree> {
        if !self.late.is_empty() {
            self.nodes = merge(&self.nodes, self.late);
        }
        self.diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
        Checked::new(Tree::new(self.file, self.nodes), self.diagnostics)
    }

    // ---- errors

    /// A span of this file.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    /// The span of the current token.
    pub fn cur_span(&self) -> Span {
        self.span(self.cur.start, self.cur.end)
    }

    /// The empty span behind the last token consumed.
    pub fn behind(&self) -> Span {
        self.span(self.prev_end, self.prev_end)
    }

    /// Reports something that hides nothing else.
    pub fn push_error(&mut self, make: impl FnOnce(&Self) -> Diagnostic) {
        if self.diagnostics.len() < MAX_ERRORS {
            let diagnostic = make(self);
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports what is wrong at the current token, unless that was done; the entry may go on.
    pub fn report(&mut self, make: impl FnOnce(&Self) -> Diagnostic) {
        if !self.quiet && self.reported_at != self.cur.start {
            self.reported_at = self.cur.start;
            self.push_error(make);
        }
    }

    /// Reports what is wrong at the current token, and nothing more in this entry.
    pub fn fail(&mut self, make: impl FnOnce(&Self) -> Diagnostic) {
        if is_bad(self.cur.kind) {
            self.report_bad();
        } else {
            self.report(make);
        }
        self.quiet = true;
    }

    /// Reports the current token if it is a bad one, once.
    #[inline]
    pub fn report_bad(&mut self) {
        if is_bad(self.cur.kind) || self.cur.kind == T::StrFaulty {
            self.report_bad_token();
        }
    }

    #[cold]
    fn report_bad_token(&mut self) {
        if self.reported_at != self.cur.start {
            self.reported_at = self.cur.start;
            let (kind, span) = (self.cur.kind, self.cur_span());
            if kind == T::BadString {
                self.swallowed += self.word().matches(['}', ']', ')']).count() as u32;
            }
            if kind == T::StrFaulty {
                self.report_faults(span.start as usize, span.end as usize);
            } else {
                self.push_error(|parser| errors::bad_token(kind, span, parser.text));
            }
        }
    }

    /// Reports every wrong escape and control character of a string, or of a part of it.
    pub fn report_faults(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let (byte, next) = (self.lexer.byte(at), self.lexer.byte(at + 1));
            let mut faulty = false;
            let mut length = 1;
            if byte == b'\\' {
                length = self.lexer.escape(at, &mut faulty) - at;
            } else if byte != b'\n' && super::lex::is_control(byte, next) {
                faulty = true;
                length = self.text[at..].chars().next().map_or(1, char::len_utf8);
            }
            if faulty {
                let text = self.text;
                let file = self.file;
                self.push_error(|_| errors::bad_character_in_string(file, text, at));
            }
            at += length;
        }
    }
}

/// Whether a token is an error by itself.
pub(super) fn is_bad(kind: T) -> bool {
    matches!(kind, T::BadNumber | T::BadString | T::BadBlock | T::BadQuotes | T::BadChar | T::BadHole)
}

/// Puts the late nodes in: outer before inner where they start together.
fn merge(nodes: &[Node], mut late: Vec<Late>) -> Vec<Node> {
    late.reverse();
    late.sort_by_key(|late| late.at);
    let moved = |next: u32| next + late.partition_point(|late| late.at < next) as u32;
    let mut merged = Vec::with_capacity(nodes.len() + late.len());
    let mut waiting = late.iter().peekable();
    for (at, node) in nodes.iter().enumerate() {
        while let Some(late) = waiting.next_if(|late| late.at as usize <= at) {
            merged.push(Node { next: moved(late.node.next), ..late.node });
        }
        merged.push(Node { next: moved(node.next), ..*node });
    }
    merged
}

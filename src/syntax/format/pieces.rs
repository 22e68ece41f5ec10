//! A text as tokens with what lies between them: how wide each is on one line, and which comments stand before it.

use crate::syntax::lex::{Lexer, T, line_end};
use crate::syntax::tree::{Index, NodeKind as N, Tree};

/// One token; a string counts as one, holes and all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub kind: T,
    pub start: u32,
    pub end: u32,
    /// Its width in characters; a comma before a closer, which is never written, has none.
    pub width: u32,
    /// Whether a space stands before it on one line.
    pub space: bool,
    /// Whether it is a string of several lines.
    pub tall: bool,
    /// Line breaks before it in the source: 0, 1, or 2 for a blank line.
    pub breaks: u8,
    /// The comments before it.
    pub comments: (u32, u32),
}

/// One comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    pub start: u32,
    pub end: u32,
    /// Line breaks before it in the source: 0 for a comment behind a token.
    pub breaks: u8,
}

/// All of a text.
#[derive(Debug)]
pub(super) struct Pieces {
    pub pieces: Vec<Piece>,
    pub comments: Vec<Comment>,
}

impl Pieces {
    /// The piece that starts at or behind an offset.
    pub fn at(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.start < offset)
    }

    /// The pieces of a node.
    pub fn of(&self, tree: &Tree, node: Index) -> std::ops::Range<usize> {
        let node = tree.node(node);
        self.at(node.start)..self.at(node.end)
    }
}

/// Takes a text without syntax errors apart. The last piece is the end of the file.
pub(super) fn take_apart(text: &str, tree: &Tree) -> Pieces {
    let mut strings =
        tree.nodes.iter().filter(|node| node.kind == N::Str).map(|node| (node.start, node.end)).peekable();
    let mut lexer = Lexer::new(text);
    let mut all = Pieces { pieces: Vec::new(), comments: Vec::new() };
    let mut from = 0;
    loop {
        let token = lexer.next(from);
        let mut end = token.end;
        if token.kind == T::StrOpen {
            while strings.next_if(|(start, _)| *start < token.start).is_some() {}
            end = strings.peek().map_or(end, |(_, end)| *end);
        }
        let first = all.comments.len() as u32;
        let breaks = comments_between(text, from, token.start as usize, &mut all.comments);
        let comments = (first, all.comments.len() as u32);
        let written = &text[token.start as usize..end as usize];
        let (width, tall) = (written.chars().count() as u32, written.contains('\n'));
        let piece = Piece { kind: token.kind, start: token.start, end, width, space: true, tall, breaks, comments };
        all.pieces.push(piece);
        from = end as usize;
        if token.kind == T::Eof {
            break;
        }
    }
    space_by_neighbours(&mut all.pieces);
    space_by_tree(tree, &mut all);
    all
}

/// Collects the comments between two tokens; returns the line breaks before the second.
fn comments_between(text: &str, from: usize, to: usize, comments: &mut Vec<Comment>) -> u8 {
    let bytes = text.as_bytes();
    let mut breaks = if from == 0 { 1 } else { 0u8 };
    let mut at = from;
    while at < to {
        match bytes[at] {
            b'\n' => breaks = (breaks + 1).min(2),
            b'/' => {
                let line = line_end(bytes, at);
                let end = at + text[at..line].trim_end().len();
                comments.push(Comment { start: at as u32, end: end as u32, breaks });
                breaks = 0;
                at = line;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    breaks
}

fn space_by_neighbours(pieces: &mut [Piece]) {
    for at in 0..pieces.len() {
        let kind = pieces[at].kind;
        let before = at.checked_sub(1).map_or(T::Eof, |at| pieces[at].kind);
        let glued = matches!(
            kind,
            T::Comma | T::RParen | T::RBracket | T::Colon | T::Question | T::Dot | T::QuestionDot | T::DotDot | T::Eof
        ) || matches!(before, T::LParen | T::LBracket | T::Dot | T::QuestionDot | T::DotDot)
            || before == T::LBrace && kind == T::RBrace
            || at == 0;
        pieces[at].space = !glued;
        if kind == T::Comma
            && pieces.get(at + 1).is_some_and(|next| matches!(next.kind, T::RParen | T::RBracket | T::RBrace))
        {
            pieces[at].width = 0;
        }
    }
}

/// The spaces that depend on what a token belongs to.
fn space_by_tree(tree: &Tree, all: &mut Pieces) {
    for index in 0..tree.nodes.len() as Index {
        let kind = tree.kind(index);
        if !matches!(kind, N::Neg | N::FnDef | N::Call | N::Index | N::TypeApply | N::RuleName) {
            continue;
        }
        // What stands inside a string is part of one token, whose spaces are its own.
        let start = tree.node(index).start;
        if all.pieces.get(all.at(start)).is_none_or(|piece| piece.start != start) {
            continue;
        }
        let glued = match kind {
            N::Neg => all.at(tree.node(index).start) + 1,
            N::FnDef => {
                let Some(name) = tree.child(index, N::Name) else { continue };
                all.at(tree.node(name).end)
            }
            N::Call | N::Index => {
                let Some(value) = tree.children(index).next() else { continue };
                all.at(tree.node(value).end)
            }
            N::TypeApply => {
                let range = all.of(tree, index);
                all.pieces[range.start + 1].space = false;
                all.pieces[range.end - 1].space = false;
                range.start + 2
            }
            N::RuleName => {
                let range = all.of(tree, index);
                for piece in &mut all.pieces[range.start + 1..range.end] {
                    piece.space = false;
                }
                continue;
            }
            _ => continue,
        };
        all.pieces[glued].space = false;
    }
}

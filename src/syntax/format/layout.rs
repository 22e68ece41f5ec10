//! Where lines break, decided over the tree.

use std::ops::Range;

use super::pieces::Pieces;
use crate::syntax::lex::T;
use crate::syntax::tree::{Index, NodeKind as N, Tree};

/// The width that a line should keep to.
const WIDTH: u32 = 100;

/// What stands before a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Before {
    /// A space or nothing, as its neighbours want.
    Flat,
    /// A new line with this indentation.
    Line(u32, Blank),
    /// A new line with this indentation, for a closer: comments before it belong to what it closes.
    Close(u32),
}

/// Whether a blank line stands before a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Blank {
    /// Never.
    No,
    /// If the author wrote one.
    Keep,
    /// Always.
    Yes,
}

/// What to do with each token.
#[derive(Debug)]
pub(super) struct Plan {
    /// What stands before each.
    pub before: Vec<Before>,
    /// Commas that are not written.
    pub dropped: Vec<bool>,
    /// Tokens behind which a comma is written.
    pub comma: Vec<bool>,
    /// The `=` of each field that may be aligned, and the field's last token.
    pub fields: Vec<(usize, usize)>,
}

struct Layout<'a> {
    text: &'a str,
    tree: &'a Tree,
    all: &'a Pieces,
    plan: Plan,
    /// Width of everything before a token, on one line.
    widths: Vec<u32>,
    /// How many tokens before this one cannot stand on the line of their predecessor.
    breaks: Vec<u32>,
    /// How many tokens before this one span lines themselves.
    tall: Vec<u32>,
    /// The token that begins the current line, and its indentation.
    line: (usize, u32),
    /// Inside a policy, where the clauses of `require` stand in its column.
    in_policy: bool,
}

/// Decides where lines break.
pub(super) fn lay_out(text: &str, tree: &Tree, all: &Pieces) -> Plan {
    let count = all.pieces.len();
    let plan = Plan {
        before: vec![Before::Flat; count],
        dropped: all.pieces.iter().map(|piece| piece.kind == T::Comma && piece.width == 0).collect(),
        comma: vec![false; count],
        fields: Vec::new(),
    };
    let (widths, breaks, tall) = (vec![0; count + 1], vec![0; count + 1], vec![0; count + 1]);
    let mut layout = Layout { text, tree, all, plan, widths, breaks, tall, line: (0, 0), in_policy: false };
    layout.measure();
    layout.file();
    layout.plan
}

impl Layout<'_> {
    // ---- measures

    fn measure(&mut self) {
        let mut broken = vec![false; self.all.pieces.len()];
        for index in 0..self.tree.nodes.len() as Index {
            if let Some(at) = self.broken_by_author(index) {
                broken[at] = true;
            }
        }
        for (at, piece) in self.all.pieces.iter().enumerate() {
            let commented = piece.comments.0 < piece.comments.1;
            self.widths[at + 1] = self.widths[at] + piece.width + u32::from(piece.space);
            self.breaks[at + 1] = self.breaks[at] + u32::from(commented || broken[at]);
            self.tall[at + 1] = self.tall[at] + u32::from(piece.tall);
        }
    }

    /// The token before which a line must break because the author broke the line there, or because of what a body holds.
    fn broken_by_author(&self, node: Index) -> Option<usize> {
        match self.tree.kind(node) {
            N::Body => {
                let range = self.range(node);
                let closer = self.all.pieces.get(range.end - 1)?;
                let mut entries = self.tree.children(node).peekable();
                entries.peek()?;
                let breaks = |entry: Index| self.all.pieces[self.first(entry)].breaks > 0;
                let keyed =
                    |entry: Index| self.tree.kind(entry) == N::Decl && self.tree.child(entry, N::Body).is_some();
                let broken = closer.breaks > 0 || entries.any(|entry| breaks(entry) || keyed(entry));
                broken.then_some(range.start + 1)
            }
            N::List | N::Comprehension | N::Call | N::FnDef => {
                let first = self.opener(node) + 1;
                let next = self.all.pieces.get(first)?;
                let empty = matches!(next.kind, T::RBracket | T::RParen);
                (next.breaks > 0 && !empty).then_some(first)
            }
            _ => None,
        }
    }

    fn range(&self, node: Index) -> Range<usize> {
        self.all.of(self.tree, node)
    }

    fn first(&self, node: Index) -> usize {
        self.all.at(self.tree.node(node).start)
    }

    /// The bracket that a list, a call, an index or a function's parameters open with.
    fn opener(&self, node: Index) -> usize {
        match self.tree.kind(node) {
            N::Call | N::Index | N::FnDef => {
                let first = self.tree.children(node).next().unwrap_or(node);
                self.all.at(self.tree.node(first).end)
            }
            _ => self.first(node),
        }
    }

    /// Whether these tokens, and `after` more characters, fit on the current line.
    fn fits(&self, range: &Range<usize>, after: u32) -> bool {
        if range.is_empty() {
            return true;
        }
        let (first, end) = (range.start, range.end);
        self.breaks[end] == self.breaks[first + 1]
            && self.tall[end] == self.tall[first]
            && self.column(first) + self.width(range) + after <= WIDTH
    }

    fn space(&self, at: usize) -> u32 {
        u32::from(self.all.pieces[at].space)
    }

    fn width(&self, range: &Range<usize>) -> u32 {
        self.widths[range.end] - self.widths[range.start] - self.space(range.start)
    }

    /// The column of a token of the current line, all before it being on one line.
    fn column(&self, at: usize) -> u32 {
        let (start, indent) = self.line;
        indent + self.widths[at] + self.space(at) - self.widths[start] - self.space(start)
    }

    fn line(&mut self, at: usize, indent: u32, blank: Blank) {
        self.plan.before[at] = Before::Line(indent, blank);
        self.line = (at, indent);
    }

    fn close(&mut self, at: usize, indent: u32) {
        self.plan.before[at] = Before::Close(indent);
        self.line = (at, indent);
    }

    // ---- entries

    fn file(&mut self) {
        let items: Vec<Index> = self.tree.children(0).collect();
        let mut before_is_tall = None;
        for item in items {
            let range = self.range(item);
            self.line(range.start, 0, Blank::No);
            self.entry(item, 0);
            self.drop_comma(range.end);
            let commented = |at: usize| self.all.pieces[at].comments.0 < self.all.pieces[at].comments.1;
            let is_tall = self.tall[range.start] != self.tall[range.end]
                || range.clone().skip(1).any(|at| self.plan.before[at] != Before::Flat || commented(at));
            let apart = is_tall || self.documented(range.start);
            self.plan.before[range.start] = match before_is_tall {
                None => Before::Line(0, Blank::No),
                Some(false) if !apart => Before::Line(0, Blank::Keep),
                Some(_) => Before::Line(0, Blank::Yes),
            };
            before_is_tall = Some(is_tall);
        }
        let last = self.all.pieces.len() - 1;
        self.plan.before[last] = Before::Line(0, Blank::Keep);
    }

    fn documented(&self, at: usize) -> bool {
        let (first, end) = self.all.pieces[at].comments;
        self.all.comments[first as usize..end as usize]
            .iter()
            .any(|comment| self.text[comment.start as usize..].starts_with("///"))
    }

    /// Drops the comma behind an entry, unless the next would then go on from this one.
    fn drop_comma(&mut self, at: usize) {
        let pieces = &self.all.pieces;
        if pieces[at].kind != T::Comma {
            return;
        }
        let word = |at: usize| &self.text[pieces[at].start as usize..pieces[at].end as usize];
        let next = at + 1;
        let continues = pieces[next].kind == T::Word && crate::syntax::words::continues(word(next));
        let field = matches!(
            pieces.get(next + 1).map(|piece| piece.kind),
            Some(T::Equal | T::PlusEqual | T::LBrace | T::Colon | T::Dot)
        );
        self.plan.dropped[at] = !continues || field;
    }

    fn entry(&mut self, node: Index, indent: u32) {
        let range = self.range(node);
        match self.tree.kind(node) {
            N::Field => self.field(node, indent, &range),
            N::Require | N::Allow | N::Expect => self.claused(node, indent, &range),
            N::KindUnion => self.fill(node, indent, &range),
            N::PolicyDef => {
                let outer = std::mem::replace(&mut self.in_policy, true);
                self.parts(node, indent, &range);
                self.in_policy = outer;
            }
            N::KindDef | N::ModelDef | N::BlockDef => {
                let outer = std::mem::replace(&mut self.in_policy, false);
                self.parts(node, indent, &range);
                self.in_policy = outer;
            }
            _ => self.parts(node, indent, &range),
        }
    }

    fn field(&mut self, node: Index, indent: u32, range: &Range<usize>) {
        let Some(value) = self.tree.children(node).last() else { return };
        if self.tree.child(node, N::AppendOp).is_none() {
            self.plan.fields.push((self.first(value) - 1, range.end - 1));
        }
        self.inner(value, indent, 0);
    }

    /// An entry with clauses that may each have a line: all do if the author broke before one, or if they do not fit.
    fn claused(&mut self, node: Index, indent: u32, range: &Range<usize>) {
        let clauses: Vec<Index> = self.tree.children(node).filter(|child| is_clause(self.tree.kind(*child))).collect();
        let broken = clauses.iter().any(|clause| self.all.pieces[self.first(*clause)].breaks > 0);
        if !broken && self.fits(range, 0) {
            return;
        }
        let column = if self.in_policy && self.tree.kind(node) == N::Require { indent } else { indent + 2 };
        for child in self.tree.children(node) {
            if is_clause(self.tree.kind(child)) {
                self.clause(child, column);
            } else {
                self.inner(child, indent, 0);
            }
        }
    }

    /// A clause on a line of its own, unless its word would then be read as a block's name.
    fn clause(&mut self, clause: Index, column: u32) {
        let at = self.first(clause);
        self.break_word(at, column);
        for child in self.tree.children(clause) {
            self.inner(child, column, 0);
        }
    }

    fn break_word(&mut self, at: usize, column: u32) {
        if self.all.pieces[at + 1].kind != T::LBrace {
            self.line(at, column, Blank::No);
        }
    }

    fn parts(&mut self, node: Index, indent: u32, range: &Range<usize>) {
        if self.fits(range, 0) {
            return;
        }
        let body = self.tree.child(node, N::Body);
        let head_end = body.map_or(range.end, |body| self.first(body) + 1);
        let loop_head = matches!(self.tree.kind(node), N::ForEntry | N::ForLine);
        if self.tree.kind(node) == N::FnDef {
            self.parameters(node, indent);
        }
        for child in self.tree.children(node) {
            let after = if body.is_some() { 2 } else { 0 };
            match self.tree.kind(child) {
                N::OnClause | N::InClause | N::ModelClause | N::Path | N::Param | N::Name | N::Str => {}
                N::WithClause => self.with_clause(child, indent, head_end),
                N::Where if !loop_head => self.clause(child, indent + 2),
                _ => self.inner(child, indent, after),
            }
        }
    }

    /// `with [ … ]`, the one part of a head that may take a line of its own.
    fn with_clause(&mut self, clause: Index, indent: u32, head_end: usize) {
        let at = self.first(clause);
        let commented = self.breaks[at + 1] > self.breaks[at];
        if !commented && self.fits(&(at..head_end), 0) || self.all.pieces[at + 1].kind != T::LBracket {
            return;
        }
        self.line(at, indent + 2, Blank::No);
        for child in self.tree.children(clause) {
            self.inner(child, indent + 2, 2);
        }
    }

    fn parameters(&mut self, node: Index, indent: u32) {
        let parameters: Vec<Index> =
            self.tree.children(node).filter(|child| self.tree.kind(*child) == N::Param).collect();
        let opener = self.opener(node);
        self.elements(opener, &parameters, indent, true);
    }

    fn body(&mut self, node: Index, indent: u32, after: u32) {
        let range = self.range(node);
        if self.fits(&range, after) {
            return;
        }
        let entries: Vec<Index> = self.tree.children(node).collect();
        let mut blank = Blank::No;
        for entry in &entries {
            let range = self.range(*entry);
            self.line(range.start, indent + 2, blank);
            self.entry(*entry, indent + 2);
            self.drop_comma(range.end);
            blank = Blank::Keep;
        }
        self.close(range.end - 1, indent);
    }

    // ---- expressions and types

    /// Breaks what does not fit on the current line with `after` more characters behind it, outermost first.
    fn inner(&mut self, node: Index, indent: u32, after: u32) {
        let range = self.range(node);
        if self.fits(&range, after) {
            return;
        }
        match self.tree.kind(node) {
            N::Body => self.body(node, indent, after),
            N::List | N::Paren => {
                let elements: Vec<Index> = self.tree.children(node).collect();
                self.elements(range.start, &elements, indent, self.tree.kind(node) == N::List);
            }
            N::Comprehension => self.comprehension(node, indent, &range),
            N::Call => {
                let arguments: Vec<Index> = self.tree.children(node).skip(1).collect();
                self.elements(self.opener(node), &arguments, indent, true);
            }
            N::Index => {
                let children: Vec<Index> = self.tree.children(node).collect();
                if let [value, index] = children[..] {
                    self.inner(value, indent, 0);
                    self.elements(self.opener(node), &[index], indent, false);
                }
            }
            N::Generator => self.clauses_of(node, indent),
            N::ForClause => {
                for child in self.tree.children(node) {
                    if self.tree.kind(child) == N::Where {
                        self.clause(child, indent + 2)
                    } else {
                        self.inner(child, indent, 0)
                    }
                }
            }
            N::If => self.conditional(node, indent),
            N::TypeUnion => self.fill(node, indent, &range),
            N::And | N::Or | N::Implies | N::Add | N::Sub | N::Mul | N::Div | N::Coalesce => self.chain(node, indent),
            _ => {
                for child in self.tree.children(node) {
                    self.inner(child, indent, after);
                }
            }
        }
    }

    /// The elements between brackets, one a line; a single list or record stays on the line of its bracket.
    fn elements(&mut self, opener: usize, elements: &[Index], indent: u32, commas: bool) {
        let (Some(first), Some(last)) = (elements.first(), elements.last()) else { return };
        let end = self.range(*last).end;
        let closer = (end..).find(|at| self.all.pieces[*at].kind != T::Comma).unwrap_or(end);
        let hugged = matches!(self.tree.kind(*first), N::List | N::Comprehension | N::Body)
            && elements.len() == 1
            && self.breaks[opener + 2] == self.breaks[opener + 1]
            && self.breaks[closer + 1] == self.breaks[end];
        if hugged {
            return self.inner(*first, indent, 1);
        }
        for element in elements {
            self.line(self.first(*element), indent + 2, Blank::No);
            self.inner(*element, indent + 2, 1);
        }
        if commas && self.tree.kind(*last) != N::Generator {
            self.plan.comma[end - 1] = true;
        }
        self.close(closer, indent);
    }

    fn comprehension(&mut self, node: Index, indent: u32, range: &Range<usize>) {
        self.clauses_of_at(node, indent + 2, true);
        self.close(range.end - 1, indent);
    }

    fn clauses_of(&mut self, node: Index, indent: u32) {
        self.clauses_of_at(node, indent, false);
    }

    /// The element and the `for` clauses of a comprehension, each on a line.
    fn clauses_of_at(&mut self, node: Index, indent: u32, break_first: bool) {
        for (at, child) in self.tree.children(node).enumerate() {
            if at > 0 || break_first {
                self.line(self.first(child), indent, Blank::No);
            }
            self.inner(child, indent, 0);
        }
    }

    fn conditional(&mut self, node: Index, indent: u32) {
        for (at, child) in self.tree.children(node).enumerate() {
            if at > 0 {
                self.break_word(self.first(child) - 1, indent + 2);
            }
            self.inner(child, indent + 2, 0);
        }
    }

    /// A chain of one operator, a line for each operand but the first.
    fn chain(&mut self, node: Index, indent: u32) {
        let mut operands = Vec::new();
        self.operands(node, self.tree.kind(node), &mut operands);
        for (at, operand) in operands.into_iter().enumerate() {
            if at > 0 {
                self.break_word(self.first(operand) - 1, indent + 2);
            }
            self.inner(operand, indent + 2, 0);
        }
    }

    fn operands(&self, node: Index, kind: N, operands: &mut Vec<Index>) {
        for child in self.tree.children(node) {
            if self.tree.kind(child) == kind { self.operands(child, kind, operands) } else { operands.push(child) }
        }
    }

    /// Members between `|`, as many on a line as fit.
    fn fill(&mut self, node: Index, indent: u32, range: &Range<usize>) {
        if self.fits(range, 0) {
            return;
        }
        for child in self.tree.children(node) {
            let range = self.range(child);
            if !self.fits(&range, 2) {
                self.line(range.start, indent + 2, Blank::No);
            }
        }
    }
}

fn is_clause(kind: N) -> bool {
    matches!(kind, N::At | N::Else | N::Help | N::FixTo | N::Because)
}

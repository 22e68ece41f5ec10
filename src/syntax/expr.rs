//! Expressions, by how tightly operators bind. Loosest first: `if`, `implies`, `or`, `and`, `not`, comparisons,
//! `??`, `..`, `+ -`, `* /`, unary `-`, postfix.

use super::errors;
use super::lex::{Lexer, T, Token, is_start};
use super::parser::{Operand, Parser};
use super::tree::NodeKind as N;
use super::words::{self, COMPARISON, NOT, RANGE};

impl Parser<'_> {
    /// A whole expression.
    pub fn expression(&mut self) {
        match self.plain() {
            Some(kind) => self.plain_operand(kind, 1),
            None if self.at_word("if") => self.conditional(),
            None => self.binary(1),
        }
    }

    /// The kind of leaf that the current token is by itself, whatever follows.
    fn plain(&self) -> Option<N> {
        if self.broke() {
            return None;
        }
        match self.cur.kind {
            T::Word => (!self.is_callee() && !words::reserved(self.word())).then_some(N::NameRef),
            T::Str => Some(N::Str),
            kind => literal(kind),
        }
    }

    /// Whether what stands here ends an expression, so that no operator needs to be looked for.
    fn ends_expression(&self) -> bool {
        match self.cur.kind {
            T::Comma | T::RBrace | T::RBracket | T::RParen | T::Eof | T::Stop => true,
            T::Word => words::operator(self.word()).is_none(),
            _ => false,
        }
    }

    fn conditional(&mut self) {
        let node = self.open(N::If);
        self.bump();
        self.join(false);
        self.expression();
        for word in ["then", "else"] {
            if self.at_joining(word) {
                self.cur.nl = false;
                self.bump();
                self.join(false);
                self.expression();
            } else {
                self.expected(if word == "then" { "`then` and a value" } else { "`else` and a value" });
                self.empty(N::Missing);
            }
        }
        self.close(node);
    }

    /// An operand and the operators behind it that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) {
        if let Some(kind) = self.plain() {
            return self.plain_operand(kind, least);
        }
        let operand = self.operand();
        self.prefix(least);
        self.operators(operand, least);
    }

    /// The same where the operand is one token: most often all there is.
    fn plain_operand(&mut self, kind: N, least: u8) {
        let operand = self.leaf_operand(kind);
        if !self.ends_expression() {
            self.reopen();
            self.attached(operand);
            self.operators(operand, least);
        }
    }

    /// The operators behind an operand, and theirs.
    fn operators(&mut self, operand: Operand, least: u8) {
        let mut chained = 0;
        while let Some((kind, binding)) = self.operator() {
            if binding < least {
                break;
            }
            self.foreign_operator(kind);
            if chained == binding && matches!(binding, COMPARISON | RANGE) {
                let span = self.cur_span();
                self.report(|_| errors::chained(span, binding == RANGE));
            }
            chained = binding;
            let node = self.precede(operand, kind);
            self.bump();
            self.join(false);
            self.binary(if kind == N::Implies { binding } else { binding + 1 });
            self.close(node);
        }
        self.end_operand(operand);
    }

    /// The binary operator at the current token.
    fn operator(&self) -> Option<(N, u8)> {
        Some(match self.cur.kind {
            T::Word => {
                let found = words::operator(self.word())?;
                if self.broke() && self.marks_field() {
                    return None;
                }
                found
            }
            T::AndAnd => (N::And, 3),
            T::OrOr => (N::Or, 2),
            T::EqualEqual => (N::Eq, COMPARISON),
            T::Equal if !self.cur.line => (N::Eq, COMPARISON),
            T::NotEqual => (N::Ne, COMPARISON),
            T::Less => (N::Lt, COMPARISON),
            T::LessEqual => (N::Le, COMPARISON),
            T::Greater => (N::Gt, COMPARISON),
            T::GreaterEqual => (N::Ge, COMPARISON),
            T::QuestionQuestion => (N::Coalesce, 6),
            T::DotDot => (N::Range, RANGE),
            T::Plus => (N::Add, 8),
            T::Minus => (N::Sub, 8),
            T::Star => (N::Mul, 9),
            T::Slash => (N::Div, 9),
            _ => return None,
        })
    }

    /// Reports an operator spelt as another language spells it.
    fn foreign_operator(&mut self, kind: N) {
        if matches!(self.cur.kind, T::AndAnd | T::OrOr | T::Equal) {
            let span = self.cur_span();
            let ours = match kind {
                N::And => "and",
                N::Or => "or",
                _ => "==",
            };
            self.report(|parser| errors::foreign_operator(span, parser.word(), ours, parser.text));
        }
    }

    /// `not`, unary `-`, or an operand without either.
    fn prefix(&mut self, least: u8) {
        let not = self.cur.kind == T::Word && self.word() == "not";
        if self.broke() || !(not || matches!(self.cur.kind, T::Minus | T::Bang)) {
            return self.postfix();
        }
        if self.cur.kind == T::Minus {
            let node = self.open(N::Neg);
            self.bump();
            self.join(false);
            self.prefix(u8::MAX);
            return self.close(node);
        }
        let span = self.cur_span();
        if !not {
            self.report(|parser| errors::foreign_operator(span, "!", "not", parser.text));
        } else if least > NOT {
            self.report(|_| errors::needs_parentheses(span, "not"));
        }
        let node = self.open(N::Not);
        self.bump();
        self.join(false);
        self.binary(NOT);
        self.close(node);
    }

    /// A value and what is attached to it: `.name`, `?.name`, `[index]`.
    pub fn postfix(&mut self) {
        let operand = self.operand();
        self.primary();
        self.attached(operand);
        self.end_operand(operand);
    }

    /// What is attached to the value that starts at `operand`.
    fn attached(&mut self, operand: Operand) {
        loop {
            match self.cur.kind {
                T::Dot | T::QuestionDot => {
                    let kind = if self.cur.kind == T::Dot { N::Access } else { N::SafeAccess };
                    let node = self.precede(operand, kind);
                    self.bump();
                    self.member();
                    self.close(node);
                }
                T::LBracket if self.adjacent() => {
                    let node = self.precede(operand, N::Index);
                    let opener = self.cur;
                    let loose = std::mem::replace(&mut self.loose, true);
                    self.bump();
                    self.expression();
                    self.close_bracket(opener, T::RBracket);
                    self.loose = loose;
                    self.close(node);
                }
                T::LParen if self.adjacent() && !self.quiet => {
                    let span = self.cur_span();
                    self.report(|_| errors::not_callable(span));
                    let place = self.place();
                    self.arguments();
                    self.forget(place);
                }
                _ => break,
            }
        }
    }

    /// The name behind a `.`, on the same line; an empty one if it is not typed yet.
    fn member(&mut self) {
        match self.cur.kind {
            T::Word if !self.cur.line => self.leaf(N::Name),
            T::Str | T::StrFaulty | T::StrOpen if !self.cur.line => self.string_or_leaf(),
            _ => {
                let (at, found) = (self.behind(), self.found());
                self.report(|_| errors::expected(at, "a name after `.`", &found));
                self.quiet = true;
                self.empty(N::Name);
            }
        }
    }

    fn primary(&mut self) {
        if self.broke() {
            return self.missing();
        }
        let last = self.cur.kind;
        let kind = match self.cur.kind {
            T::Word => return self.word_value(),
            T::Str | T::StrFaulty | T::StrOpen => return self.string_or_leaf(),
            T::LBracket => return self.list(),
            T::LParen => return self.parentheses(),
            T::LBrace => return self.body(),
            T::BadNumber | T::BadQuotes | T::BadBlock | T::BadString | T::BadHole | T::BadChar => N::Error,
            other => match literal(other) {
                Some(kind) => kind,
                None => return self.missing(),
            },
        };
        self.leaf(kind);
        if kind == N::Error && last == T::BadChar {
            self.quiet = true;
        }
    }

    fn missing(&mut self) {
        let (at, found) = (self.behind(), self.found());
        let here = if self.broke() || matches!(self.cur.kind, T::Eof | T::Stop) { at } else { self.cur_span() };
        self.fail(|_| errors::missing_value(here, at, &found));
        self.empty(N::Missing);
    }

    fn word_value(&mut self) {
        let kind = match self.word() {
            "true" => N::True,
            "false" => N::False,
            "null" => N::Null,
            "self" => N::SelfRef,
            "if" => {
                let span = self.cur_span();
                self.report(|_| errors::needs_parentheses(span, "if"));
                return self.conditional();
            }
            "not" => return self.prefix(u8::MAX),
            word if words::reserved(word) => return self.missing(),
            _ if self.is_callee() => return self.call(),
            _ => N::NameRef,
        };
        self.leaf(kind);
    }

    /// Whether `f(` or `module.f(` begins here.
    fn is_callee(&self) -> bool {
        match self.byte_behind() {
            b'(' => true,
            b'.' => self.module_path_end().is_some_and(|end| self.lexer.byte(end) == b'('),
            _ => false,
        }
    }

    fn call(&mut self) {
        let node = self.open(N::Call);
        if self.byte_behind() == b'(' {
            self.leaf(N::Name)
        } else {
            self.module_path()
        }
        self.arguments();
        self.close(node);
    }

    fn arguments(&mut self) {
        let opener = self.cur;
        let loose = std::mem::replace(&mut self.loose, true);
        self.bump();
        while self.at_element(T::RParen) {
            let quiet = self.quiet;
            let operand = self.operand();
            self.expression();
            if self.at_word("for") {
                let node = self.precede(operand, N::Generator);
                self.for_clauses();
                self.close(node);
            }
            self.end_operand(operand);
            self.end_element(opener, T::RParen, quiet);
        }
        self.end_elements(opener, T::RParen);
        self.loose = loose;
    }

    fn parentheses(&mut self) {
        let opener = self.cur;
        let node = self.open(N::Paren);
        let loose = std::mem::replace(&mut self.loose, true);
        self.bump();
        self.expression();
        self.close_bracket(opener, T::RParen);
        self.loose = loose;
        self.close(node);
    }

    fn list(&mut self) {
        let opener = self.cur;
        let node = self.open(N::List);
        let loose = std::mem::replace(&mut self.loose, true);
        self.bump();
        let mut first = true;
        while self.at_element(T::RBracket) {
            let quiet = self.quiet;
            self.expression();
            if first && self.at_word("for") {
                self.set_kind(node, N::Comprehension);
                self.for_clauses();
                break;
            }
            first = false;
            self.end_element(opener, T::RBracket, quiet);
        }
        self.end_elements(opener, T::RBracket);
        self.loose = loose;
        self.close(node);
    }

    /// `x for x in xs` that stands alone: one error, and nothing of it is judged further.
    pub fn unbracketed(&mut self, operand: Operand) {
        let span = self.cur_span();
        let start = self.start_of(&operand);
        let node = self.precede(operand, N::Missing);
        self.for_clauses();
        let end = self.behind();
        self.report(|_| errors::unbracketed(span, start, end));
        self.close(node);
    }

    /// `for x in xs where c`, once or more.
    fn for_clauses(&mut self) {
        while self.at_word("for") {
            let clause = self.open(N::ForClause);
            self.bump();
            self.name("a name for each element");
            if self.at_word("in") {
                self.bump()
            } else {
                self.expected("`in` and what to go through")
            }
            self.expression();
            self.where_clause();
            self.close(clause);
        }
    }

    /// Whether an element of a list or call may stand here: not its closer, another's, or a line that is an entry.
    fn at_element(&self, closer: T) -> bool {
        !matches!(self.cur.kind, T::Eof | T::Stop | T::RBrace | T::RBracket | T::RParen)
            && self.cur.kind != closer
            && !self.entry_shape(true)
    }

    /// After an element: a comma or the closer; a missing comma is reported, what cannot be read is skipped, and errors
    /// behind that are reported again unless they were not before the element (`quiet`).
    fn end_element(&mut self, opener: Token, closer: T, quiet: bool) {
        match self.cur.kind {
            T::Comma => {
                self.quiet = quiet || self.abandoned;
                return self.bump();
            }
            T::Eof | T::Stop | T::RBrace => return,
            kind if kind == closer => return,
            _ if self.entry_shape(true) => return,
            _ => {}
        }
        if self.starts_value() {
            let (span, at) = (self.cur_span(), self.behind());
            return self.report(|parser| errors::missing_comma(span, at, parser.word()));
        }
        let what = if opener.kind == T::LBracket { "a comma or `]`" } else { "a comma or `)`" };
        self.expected(what);
        let place = self.place();
        self.skip_element();
        self.forget(place);
        if self.cur.kind == T::Comma {
            self.quiet = quiet || self.abandoned;
            self.bump();
        }
    }

    fn end_elements(&mut self, opener: Token, closer: T) {
        if self.cur.kind == closer {
            return self.bump();
        }
        self.close_bracket(opener, closer);
    }

    fn starts_value(&self) -> bool {
        match self.cur.kind {
            T::Word => {
                !words::reserved(self.word()) || matches!(self.word(), "true" | "false" | "null" | "self" | "if")
            }
            T::LBrace | T::LBracket | T::LParen | T::StrOpen | T::Str | T::StrFaulty => true,
            T::BadNumber | T::BadQuotes | T::BadString | T::BadBlock => true,
            kind => literal(kind).is_some(),
        }
    }
}

/// The node that a literal's token becomes.
pub(super) fn literal(kind: T) -> Option<N> {
    Some(match kind {
        T::Int => N::Int,
        T::Float => N::Float,
        T::Size => N::Size,
        T::Duration => N::Duration,
        T::Rate => N::Rate,
        T::Percent => N::Percent,
        T::Ip => N::Ip,
        T::Cidr => N::Cidr,
        T::Mac => N::Mac,
        T::DeviceId => N::DeviceId,
        T::Pci => N::Pci,
        _ => return None,
    })
}

/// Whether a text is an identifier, so that it needs no quotes.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    text.bytes().next().is_some_and(is_start) && Lexer::new(text).word_end(0) == text.len()
}

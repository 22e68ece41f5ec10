//! Heads: `kind name: Model on … in … with … { … }`, and where the body of any entry opens.

use super::errors;
use super::lex::{T, Token};
use super::parser::{Open, Parser};
use super::tree::NodeKind as N;
use super::words;

impl Parser<'_> {
    pub fn declaration(&mut self, node: Open, first: Token) {
        let word = &self.text[first.start as usize..first.end as usize];
        let key = !self.cur.nl
            && (matches!(self.cur.kind, T::Word | T::Str | T::StrFaulty | T::StrOpen) || self.is_bad_key());
        if words::reserved(word) || !key {
            return self.no_declaration(node, first);
        }
        self.set_kind(node, N::Decl);
        self.leaf_of(N::Name, first);
        self.key(first);
        self.clauses();
        self.body_or_nothing();
        self.close(node);
    }

    /// A word at the start of an entry with nothing behind it that would make it one.
    fn no_declaration(&mut self, node: Open, first: Token) {
        let span = self.span(first.start, first.end);
        let word = self.text[span.range()].to_owned();
        if words::reserved(&word) {
            self.set_kind(node, N::ErrorEntry);
            self.push_error(|_| errors::reserved_entry(span, &word));
            self.quiet = true;
        } else if !self.cur.nl && self.starts_plain_value() {
            let at = self.behind();
            let found = self.found();
            self.report(|_| errors::missing_equals(at, &word, &found));
            self.leaf_of(N::Name, first);
            self.expression();
            return self.close(node);
        } else {
            self.set_kind(node, N::ErrorEntry);
            let found = self.found();
            let at = if self.cur.nl || self.cur.start == self.cur.end { span } else { self.cur_span() };
            self.fail(|_| errors::lone_word(at, &word, &found));
        }
        if !self.cur.nl {
            let place = self.place();
            self.skip_entry();
            self.forget(place);
        }
        self.close(node);
    }

    /// The key of a declaration: a name, a string or a path.
    fn key(&mut self, first: Token) {
        if matches!(self.cur.kind, T::Str | T::StrFaulty | T::StrOpen) {
            return self.string_or_leaf();
        }
        let dotted = self.byte_behind() == b'.' && self.lexer.byte(self.cur.end as usize + 1).is_ascii_digit();
        if dotted || self.cur.kind != T::Word {
            return self.bad_key();
        }
        if self.byte_behind() == b'.' {
            let path = self.open(N::Path);
            self.leaf(N::Name);
            self.rest_of_path();
            return self.close(path);
        }
        if matches!(self.word(), "on" | "in" | "with") && self.peek_is_value() {
            let span = self.cur_span();
            let kind = self.text[first.start as usize..first.end as usize].to_owned();
            self.report(|_| errors::nameless(span, &kind));
            return self.empty(N::Name);
        }
        if words::reserved(self.word()) {
            let span = self.cur_span();
            self.report(|parser| errors::reserved_name(span, parser.word()));
        }
        self.leaf(N::Name);
    }

    /// Whether a number stands where a key should, and what follows is a head's.
    fn is_bad_key(&mut self) -> bool {
        let start = self.cur.start as usize;
        if !self.lexer.byte(start).is_ascii_digit() {
            return false;
        }
        let next = self.lexer.next(self.key_run(start));
        let text = &self.text[next.start as usize..next.end as usize];
        !next.nl && (matches!(next.kind, T::LBrace | T::Colon) || matches!(text, "on" | "in" | "with"))
    }

    /// The end of the run of letters, digits, `.`, `_` and `-` at `at`.
    fn key_run(&self, at: usize) -> usize {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        at + self.text.as_bytes()[at..].iter().take_while(|byte| part(byte)).count()
    }

    /// A key that is no identifier: reported, and taken as the name that it is meant to be.
    fn bad_key(&mut self) {
        let mut key = self.cur;
        key.end = self.key_run(key.start as usize) as u32;
        let span = self.span(key.start, key.end);
        self.report(|parser| errors::unquoted_name(span, &parser.text[span.range()]));
        self.leaf_of(N::Name, key);
        self.prev_end = key.end;
        self.fetch(key.end);
    }

    fn peek_is_value(&mut self) -> bool {
        let next = self.peek();
        let clause =
            next.kind == T::Word && matches!(&self.text[next.start as usize..next.end as usize], "on" | "in" | "with");
        !next.nl && !clause && matches!(next.kind, T::Word | T::LBracket | T::Str)
    }

    /// `: Model`, `on e`, `in e`, `with e`, in this order; another order is read too, and reported.
    fn clauses(&mut self) {
        let mut starts = [None; 5];
        while let Some(rank) = self.clause_rank() {
            let start = self.cur.start;
            self.clause(rank);
            let span = self.span(start, self.prev_end);
            let rank = usize::from(rank);
            let later = starts[rank..].iter().flatten().copied().min();
            if starts[rank].is_some() {
                self.push_error(|parser| errors::repeated_clause(span, parser.text));
            } else if let Some(before) = later {
                self.push_error(|parser| errors::clause_order(span, before, parser.text));
            }
            starts[rank].get_or_insert(start);
        }
    }

    /// Which clause of a head begins here.
    fn clause_rank(&mut self) -> Option<u8> {
        match self.cur.kind {
            T::Colon if !self.broke() => Some(1),
            T::Word => match self.word() {
                "on" if !self.broke() => Some(2),
                "in" if !self.broke() => Some(3),
                "with" if !self.broke() => Some(4),
                "with" if self.peek().kind == T::LBracket => {
                    self.cur.nl = false;
                    Some(4)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn clause(&mut self, rank: u8) {
        let kind = match rank {
            1 => N::ModelClause,
            2 => N::OnClause,
            3 => N::InClause,
            _ => N::WithClause,
        };
        let clause = self.open(kind);
        self.bump();
        if kind == N::ModelClause {
            match self.cur.kind {
                T::Str | T::StrFaulty | T::StrOpen if !self.broke() => self.string_or_leaf(),
                T::Word if !self.broke() && self.module_path_end().is_some() => self.module_path(),
                _ => self.name("a model or variant after `:`"),
            }
        } else {
            if kind == N::OnClause && self.at_word("any") && self.peek().kind == T::LBracket {
                self.leaf(N::AnyWord);
            }
            self.clause_expression(kind);
        }
        self.close(clause);
    }

    /// Where `module.name` ends that begins with the current word, if it does.
    pub fn module_path_end(&self) -> Option<usize> {
        let dot = self.cur.end as usize;
        let begins = |at: usize| crate::syntax::lex::is_start(self.lexer.byte(at));
        let end = (self.lexer.byte(dot) == b'.' && begins(dot + 1)).then(|| self.lexer.word_end(dot + 1))?;
        let is_name = |word: &str| !words::reserved(word);
        (is_name(self.word()) && is_name(&self.text[dot + 1..end])).then_some(end)
    }

    /// `module.name`, as a path.
    pub fn module_path(&mut self) {
        let path = self.open(N::Path);
        self.leaf(N::Name);
        self.bump();
        self.leaf(N::Name);
        self.close(path);
    }

    /// What stands behind `on`, `in`, `with` or `for`: nothing that begins with `{`, which is the body.
    pub fn clause_expression(&mut self, kind: N) {
        if self.cur.kind == T::LBrace || self.broke() {
            self.expected(match kind {
                N::OnClause => "a host, a list of hosts, `any [..]`, `auto` or `all` after `on`",
                N::InClause => "a name after `in`",
                N::WithClause => "a profile or a list of profiles after `with`",
                _ => "a kind or a list to go through",
            });
            self.empty(N::Missing);
        } else {
            self.postfix();
        }
    }

    /// `{ … }` if it stands here; a body may be left out.
    pub fn body_or_nothing(&mut self) {
        if !self.at_body() && !self.cur.nl && !self.ends_entry() && !self.quiet && !self.looks_like_entry(true) {
            self.expected("`{`, a comma or the end of the line");
            let place = self.place();
            self.skip_head();
            self.forget(place);
        }
        if self.at_body() {
            self.body();
        }
    }

    /// `{ … }`, which must stand here.
    pub fn needed_body(&mut self) {
        if !self.at_body() && !self.quiet {
            self.expected("`{`");
        }
        if !self.at_body() {
            let place = self.place();
            self.skip_head();
            self.forget(place);
        }
        if self.at_body() {
            self.body();
        } else {
            let body = self.open_at(N::Body, self.prev_end);
            self.close(body);
        }
    }

    /// Whether a body opens here; a `{` on the next line is taken for one, and reported.
    pub fn at_body(&mut self) -> bool {
        if self.cur.kind != T::LBrace {
            return false;
        }
        if self.cur.nl {
            let (span, before) = (self.cur_span(), self.prev_end);
            self.report(|_| errors::brace_on_next_line(span, before));
            self.cur.nl = false;
        }
        true
    }

    fn ends_entry(&self) -> bool {
        matches!(self.cur.kind, T::Eof | T::Stop | T::RBrace | T::Comma | T::Semicolon)
    }
}

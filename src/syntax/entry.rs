//! Entries: what may stand in a file or between `{ }`. An entry is read from its first two tokens.

use super::errors;
use super::lex::{T, Token};
use super::parser::{Open, Parser};
use super::tree::NodeKind as N;
use super::words;

impl Parser<'_> {
    /// The whole file.
    pub fn file(&mut self) {
        let file = self.open_at(N::File, 0);
        loop {
            self.resume();
            self.loose = false;
            self.suspect = None;
            self.abandoned = false;
            self.swallowed = 0;
            match self.cur.kind {
                T::Eof => break,
                T::RBrace | T::RParen | T::RBracket => {
                    self.quiet = false;
                    self.in_item = true;
                    if self.cur.kind == T::RBrace && self.owed > 0 {
                        self.owed -= 1;
                        self.bump();
                    } else {
                        self.unopened();
                    }
                }
                _ => {
                    self.in_item = true;
                    self.entry_and_end();
                }
            }
            self.in_item = false;
        }
        self.prev_end = self.text.len() as u32;
        self.close(file);
    }

    /// `{ entries }`.
    pub fn body(&mut self) {
        let opener = self.cur;
        let body = self.open(N::Body);
        self.bump();
        let loose = std::mem::replace(&mut self.loose, false);
        while !matches!(self.cur.kind, T::RBrace | T::Eof | T::Stop) {
            let Err(line) = self.repeat_line() else { continue };
            if !self.plain_line() {
                self.entry_and_end();
            }
            if let Some(line) = line {
                self.keep_line(line);
            }
        }
        if self.cur.kind == T::RBrace {
            self.compare_indentation(opener);
            self.bump();
        } else {
            if self.cur.kind == T::Stop {
                self.owed += 1;
            }
            self.unclosed(self.suspect.unwrap_or(opener.start));
        }
        self.loose = loose;
        self.close(body);
    }

    /// Says that a closer closes nothing, and goes on behind it.
    fn unopened(&mut self) {
        let span = self.cur_span();
        self.report(|parser| errors::unopened(span, parser.word()));
        self.bump();
    }

    /// Remembers a block whose `}` begins a line with another indentation than its head.
    fn compare_indentation(&mut self, opener: Token) {
        if !self.cur.line || self.suspect.is_some() {
            return;
        }
        let indentation = |at: u32| {
            let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..at as usize]).map_or(0, |at| at + 1);
            self.text[line..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
        };
        if indentation(opener.start) != indentation(self.cur.start) {
            self.suspect = Some(opener.start);
        }
    }

    fn entry_and_end(&mut self) {
        let errors_quiet_before = self.cur.start;
        self.quiet = false;
        self.entry();
        self.end_entry();
        if self.cur.start == errors_quiet_before && !matches!(self.cur.kind, T::Eof | T::Stop | T::RBrace) {
            self.skip_token();
        }
    }

    /// After an entry: a newline, a comma, or the end of what holds it.
    fn end_entry(&mut self) {
        if matches!(self.cur.kind, T::Eof | T::Stop | T::RBrace) {
            return;
        }
        if self.cur.nl {
            if self.continues() {
                let span = self.cur_span();
                self.fail(|parser| errors::stray_continuation(span, parser.word()));
                self.skip_entry();
            }
            return;
        }
        match self.cur.kind {
            T::Comma => {}
            T::Semicolon => {
                let span = self.cur_span();
                self.push_error(|_| errors::semicolon(span));
            }
            T::RParen | T::RBracket if !self.quiet => {
                self.unopened();
                return self.end_entry();
            }
            T::Word | T::Str | T::StrFaulty if !self.quiet && self.looks_like_entry(true) => {
                let (span, at) = (self.cur_span(), self.behind());
                self.report(|parser| errors::missing_comma(span, at, parser.word()));
                return;
            }
            _ => {
                self.expected("a comma or the end of the line");
                self.skip_entry();
            }
        }
        if matches!(self.cur.kind, T::Comma | T::Semicolon) && !self.cur.nl {
            self.bump();
        }
    }

    fn entry(&mut self) {
        match self.cur.kind {
            T::Word => self.word_entry(),
            T::Str | T::StrFaulty | T::StrOpen => self.string_entry(),
            T::Comma | T::Semicolon => {
                let span = self.cur_span();
                self.report(|parser| errors::stray_separator(span, parser.word()));
                self.bump();
                self.quiet = true;
            }
            _ => self.error_entry(),
        }
    }

    fn error_entry(&mut self) {
        let node = self.open(N::ErrorEntry);
        let span = self.cur_span();
        self.fail(|parser| errors::no_entry(span, parser.word()));
        let place = self.place();
        if self.cur.kind == T::RBrace {
            self.bump()
        } else {
            self.skip_entry()
        }
        self.forget(place);
        self.close(node);
    }

    fn word_entry(&mut self) {
        let first = self.cur;
        let node = self.open(N::Field);
        self.bump();
        if !self.cur.nl {
            match self.cur.kind {
                T::Equal | T::EqualEqual | T::PlusEqual | T::LBrace => {
                    self.leaf_of(N::Name, first);
                    return self.after_path(node);
                }
                T::Dot if self.adjacent() => {
                    self.leaf_of(N::Name, first);
                    self.rest_of_path();
                    return self.after_path(node);
                }
                T::Colon => return self.field_declaration(node, first),
                _ => {}
            }
        }
        let text = &self.text[first.start as usize..first.end as usize];
        match words::item(text) {
            Some(word) => self.item(node, first, word),
            None => self.declaration(node, first),
        }
    }

    /// `"a key" = e` and `"a key" { … }`.
    fn string_entry(&mut self) {
        let node = self.open(N::Field);
        self.string_or_leaf();
        if self.at(T::Dot) && self.adjacent() {
            self.rest_of_path();
        }
        self.after_path(node);
    }

    /// `.b."c"`, no blanks between.
    pub fn rest_of_path(&mut self) {
        while self.cur.kind == T::Dot && self.adjacent() && !self.broke() {
            self.bump();
            if !self.adjacent() || !matches!(self.cur.kind, T::Word | T::Str | T::StrFaulty | T::StrOpen) {
                let (at, found) = (self.behind(), self.found());
                self.report(|_| errors::expected(at, "a name after `.`", &found));
                self.quiet = true;
                self.empty(N::Name);
                return;
            }
            if self.cur.kind == T::Word { self.leaf(N::Name) } else { self.string_or_leaf() }
        }
    }

    /// After the path of an entry: `= e`, `+= e` or `{ … }`.
    fn after_path(&mut self, node: Open) {
        match self.cur.kind {
            _ if self.cur.nl => self.half_entry(node),
            T::Equal | T::PlusEqual => {
                if self.cur.kind == T::PlusEqual {
                    self.leaf(N::AppendOp)
                } else {
                    self.bump()
                }
                self.value();
                self.close(node);
            }
            T::EqualEqual => {
                let span = self.cur_span();
                self.report(|_| errors::double_equals(span));
                self.bump();
                self.value();
                self.close(node);
            }
            T::LBrace => {
                self.set_kind(node, N::BlockEntry);
                self.body();
                self.close(node);
            }
            _ => self.half_entry(node),
        }
    }

    /// The expression after an `=`.
    pub fn value(&mut self) {
        self.join(true);
        self.whole_value();
    }

    /// An expression that is a value by itself; `for` behind it is one that lacks its brackets.
    pub fn whole_value(&mut self) {
        let operand = self.operand();
        self.expression();
        if self.at_word("for") && !self.cur.nl && !self.quiet {
            self.unbracketed(operand);
        }
        self.end_operand(operand);
    }

    /// An entry that begins with a name and goes no further: its value is missing.
    fn half_entry(&mut self, node: Open) {
        if self.cur.kind == T::Colon && !self.cur.nl {
            let span = self.cur_span();
            self.report(|_| errors::colon_for_equals(span));
            self.bump();
            self.value();
        } else {
            self.expected("`=` or `{`");
            self.empty(N::Missing);
            self.skip_to_end();
        }
        self.close(node);
    }

    fn skip_to_end(&mut self) {
        if !self.broke() {
            let place = self.place();
            self.skip_entry();
            self.forget(place);
        }
    }

    /// `name: Type = default where condition`, or `name: value` from another language.
    fn field_declaration(&mut self, node: Open, first: Token) {
        self.leaf_of(N::Name, first);
        let colon = self.cur_span();
        self.bump();
        if !self.broke() && self.starts_plain_value() {
            self.report(|_| errors::colon_for_equals(colon));
            self.expression();
            return self.close(node);
        }
        self.set_kind(node, N::FieldDecl);
        self.block_type_or_type();
        self.default_and_where();
        self.close(node);
    }

    /// Whether what stands here is a value and can be no type.
    pub fn starts_plain_value(&mut self) -> bool {
        match self.cur.kind {
            T::Int
            | T::Float
            | T::Size
            | T::Duration
            | T::Rate
            | T::Percent
            | T::Ip
            | T::Cidr
            | T::Mac
            | T::DeviceId
            | T::Pci
            | T::StrOpen
            | T::LBracket
            | T::LBrace
            | T::BadNumber
            | T::BadQuotes
            | T::Minus => true,
            T::Str | T::StrFaulty => self.peek().kind != T::Pipe,
            T::Word => matches!(self.word(), "true" | "false" | "null"),
            _ => false,
        }
    }

    /// `= default`, `where condition`: each may be left out.
    pub fn default_and_where(&mut self) {
        if self.at(T::Equal) {
            let default = self.open(N::Default);
            self.bump();
            self.value();
            self.close(default);
        }
        self.where_clause();
    }

    /// `where condition`, if it is there.
    pub fn where_clause(&mut self) {
        self.joined_clause("where", N::Where);
    }

    /// `WORD e` as a node, if the word is there, on this line or the next.
    pub fn joined_clause(&mut self, word: &str, kind: N) {
        if self.at_joining(word) {
            self.cur.nl = false;
            let clause = self.open(kind);
            self.bump();
            self.join(false);
            self.expression();
            self.close(clause);
        }
    }
}

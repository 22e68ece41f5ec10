//! How the parser finds its feet again: the shape of a line that is an entry of its own, and skipping to it.

use super::errors;
use super::lex::{T, Token, is_start};
use super::parser::Parser;
use super::tree::NodeKind;
use super::words;

impl Parser<'_> {
    /// Whether the current token begins its line and that line is plainly an entry: `name =`, `name +=`, `name :`,
    /// `name name`, `name "text"`, and with `blocks` also `name {`. No line that goes on from another has such a shape.
    pub fn entry_shape(&self, blocks: bool) -> bool {
        self.cur.line && self.looks_like_entry(blocks)
    }

    /// Whether what stands here would be an entry at the start of a line; see [`Parser::entry_shape`].
    pub fn looks_like_entry(&self, blocks: bool) -> bool {
        let mut at = match self.cur.kind {
            T::Word => self.path_end(self.cur.end as usize),
            T::Str | T::StrFaulty => self.cur.end as usize,
            _ => return false,
        };
        let name_end = at;
        while matches!(self.lexer.byte(at), b' ' | b'\t') {
            at += 1;
        }
        match self.lexer.byte(at) {
            b'{' => blocks,
            b'=' | b'+' | b':' => self.lexer.field_mark(at),
            b'"' => self.cur.kind == T::Word && !words::reserved(self.word()) && !words::continues(self.word()),
            byte if self.cur.kind == T::Word && at > name_end && is_start(byte) => {
                let first = self.word();
                let second = &self.text[at..self.lexer.word_end(at)];
                let head = words::item(first).is_some() || !(words::reserved(first) || words::continues(first));
                head && !words::follows_expression(second)
            }
            _ => false,
        }
    }

    /// The end of the dotted path whose first word ends at `at`.
    fn path_end(&self, mut at: usize) -> usize {
        while self.lexer.byte(at) == b'.' && is_start(self.lexer.byte(at + 1)) {
            at = self.lexer.word_end(at + 1);
        }
        at
    }

    /// Skips one token; a string with holes counts as one.
    pub fn skip_token(&mut self) {
        if self.cur.kind == T::StrOpen {
            let place = self.place();
            self.string();
            self.forget(place);
        } else {
            self.bump();
        }
    }

    /// Skips what cannot be read, up to the end of the entry; whatever `{ … }` it holds goes with it.
    pub fn skip_entry(&mut self) {
        let (mut braces, mut others) = (0usize, 0usize);
        let first = self.cur.start;
        loop {
            match self.cur.kind {
                T::Eof | T::Stop => return,
                T::LBrace => braces += 1,
                T::RBrace if braces == 0 => return,
                T::RBrace => braces -= 1,
                T::Comma | T::Semicolon if braces == 0 && others == 0 => return,
                _ if braces == 0
                    && self.cur.line
                    && self.cur.start != first
                    && (self.entry_shape(true) || others == 0 && !self.continues()) =>
                {
                    return;
                }
                T::LParen | T::LBracket if braces == 0 => others += 1,
                T::RParen | T::RBracket if braces == 0 => others = others.saturating_sub(1),
                _ => {}
            }
            self.skip_token();
        }
    }

    /// Skips to the end of an element of a list: a comma, a closer, or a line that is an entry.
    pub fn skip_element(&mut self) {
        let (mut braces, mut others) = (0usize, 0usize);
        let first = self.cur.start;
        loop {
            match self.cur.kind {
                T::Eof | T::Stop => return,
                T::LBrace => braces += 1,
                T::RBrace if braces == 0 => return,
                T::RBrace => braces -= 1,
                T::Comma if braces == 0 && others == 0 => return,
                _ if braces == 0 && self.cur.start != first && self.entry_shape(true) => return,
                T::LParen | T::LBracket if braces == 0 => others += 1,
                T::RParen | T::RBracket if braces == 0 && others == 0 => return,
                T::RParen | T::RBracket if braces == 0 => others -= 1,
                _ => {}
            }
            self.skip_token();
        }
    }

    /// Skips the rest of a head to its `{`, or to the end of the line.
    pub fn skip_head(&mut self) {
        while !matches!(self.cur.kind, T::Eof | T::Stop | T::LBrace | T::RBrace | T::Comma) && !self.broke() {
            self.skip_token();
        }
    }

    /// Consumes the closer of a bracket, or says that the bracket is not closed.
    pub fn close_bracket(&mut self, opener: Token, closer: T) {
        if self.cur.kind == closer {
            return self.bump();
        }
        let ends = matches!(self.cur.kind, T::Eof | T::Stop | T::RBrace | T::RBracket | T::RParen);
        if ends || self.entry_shape(true) {
            self.unclosed(opener.start);
        } else {
            self.expected(if closer == T::RParen { "`)`" } else { "`]`" });
            let place = self.place();
            self.skip_element();
            self.forget(place);
        }
        if self.cur.kind == closer {
            self.bump();
        }
    }

    /// Says that what opens at `opener` is not closed before the current token.
    pub fn unclosed(&mut self, opener: u32) {
        if self.swallowed > 0 {
            self.swallowed -= 1;
            self.quiet = true;
            return;
        }
        let (span, found) = (self.span(opener, opener + 1), self.cur_span());
        let found_text = match self.cur.kind {
            T::Eof => "the end of the file".to_owned(),
            T::Stop => "a new item".to_owned(),
            _ => format!("`{}`", errors::shown(self.word())),
        };
        self.fail(|parser| errors::unclosed(span, found, &found_text, parser.text));
    }

    /// What stands at the current token, in words.
    pub fn found(&self) -> String {
        match self.cur.kind {
            T::Eof if self.lexer.hole => "the end of the line".to_owned(),
            T::Eof => "the end of the file".to_owned(),
            _ if self.broke() => "the end of the line".to_owned(),
            T::Stop => "a new item".to_owned(),
            T::StrOpen | T::Str | T::StrFaulty => "a string".to_owned(),
            _ => format!("`{}`", errors::shown(self.word())),
        }
    }

    /// Reports that something else was expected here.
    pub fn expected(&mut self, what: &str) {
        let at =
            if self.broke() || matches!(self.cur.kind, T::Eof | T::Stop) { self.behind() } else { self.cur_span() };
        let found = self.found();
        self.fail(|_| errors::expected(at, what, &found));
    }

    /// Makes the name that must stand here, on the same line; an empty one if there is none.
    pub fn name(&mut self, what: &str) {
        if !self.at(T::Word) {
            self.expected(what);
            self.empty(NodeKind::Name);
            return;
        }
        if words::reserved(self.word()) {
            let span = self.cur_span();
            self.report(|parser| errors::reserved_name(span, parser.word()));
        }
        self.leaf(NodeKind::Name);
    }
}

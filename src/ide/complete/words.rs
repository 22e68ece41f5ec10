//! The tokens of one entry, as words.

use crate::ide::complete::scan::{Frame, Sort, Token};

/// The tokens of an entry, with their words.
#[derive(Clone, Copy)]
pub(crate) struct Words<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
}

impl<'t> Words<'t> {
    pub(crate) fn of(text: &'t str, frame: &'t Frame) -> Words<'t> {
        Words { text, tokens: &frame.entry }
    }

    pub(crate) fn get(self, number: usize) -> &'t str {
        self.tokens.get(number).map_or("", |token| &self.text[token.at.clone()])
    }

    pub(crate) fn last(self) -> &'t str {
        self.tokens.len().checked_sub(1).map_or("", |last| self.get(last))
    }

    pub(crate) fn len(self) -> usize {
        self.tokens.len()
    }

    /// The last place of one of these words or signs.
    pub(crate) fn rfind(self, words: &[&str]) -> Option<usize> {
        (0..self.len()).rev().find(|number| words.contains(&self.get(*number)))
    }

    pub(crate) fn find(self, word: &str) -> Option<usize> {
        (0..self.len()).find(|number| self.get(*number) == word)
    }

    /// The tokens behind one.
    pub(crate) fn behind(self, number: usize) -> Words<'t> {
        Words { text: self.text, tokens: &self.tokens[(number + 1).min(self.len())..] }
    }

    /// Whether the last token ends an expression.
    pub(crate) fn ends_operand(self) -> bool {
        let Some(token) = self.tokens.last() else { return false };
        match token.sort {
            Sort::Word => !is_open_word(self.last()),
            Sort::Text | Sort::Number | Sort::Group => true,
            Sort::Sign => false,
        }
    }

    /// The words of a dotted path at the start, and how many tokens they take.
    pub(crate) fn path(self) -> (Vec<&'t str>, usize) {
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            if !matches!(token.sort, Sort::Word | Sort::Text) {
                break;
            }
            words.push(self.get(at));
            at += 1;
            if self.get(at) != "." {
                break;
            }
            at += 1;
        }
        (words, at)
    }
}

/// Whether an expression is still to come behind a word.
fn is_open_word(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "implies"
            | "in"
            | "is"
            | "within"
            | "overlaps"
            | "contains"
            | "if"
            | "then"
            | "else"
            | "where"
            | "at"
            | "help"
            | "require"
            | "fix"
            | "because"
            | "of"
            | "all"
    )
}

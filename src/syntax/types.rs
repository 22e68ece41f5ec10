//! Types.

use super::errors;
use super::lex::T;
use super::parser::{Operand, Parser};
use super::tree::NodeKind as N;
use super::words;

impl Parser<'_> {
    /// `block Cpu`, `blocks Disk by DiskSlot`, or a type.
    pub fn block_type_or_type(&mut self) {
        let kind = match self.cur.kind {
            T::Word if self.broke() => None,
            T::Word => match self.word() {
                "block" => Some(N::BlockType),
                "blocks" => Some(N::BlocksType),
                _ => None,
            },
            _ => None,
        };
        let next = self.peek();
        let named = next.kind == T::Word && !next.nl && {
            let text = &self.text[next.start as usize..next.end as usize];
            !words::reserved(text)
        };
        let Some(kind) = kind.filter(|_| named) else { return self.type_expression() };
        let operand = self.operand();
        let node = self.open(kind);
        self.bump();
        self.name("a block");
        if kind == N::BlocksType {
            if self.at_word("by") {
                self.bump();
                self.type_expression();
            } else {
                self.expected("`by` and what the key is, as in `blocks Disk by DiskSlot`");
                self.empty(N::Missing);
            }
        }
        self.close(node);
        if kind == N::BlockType {
            self.optional(operand);
        }
        self.end_operand(operand);
    }

    /// `?` behind a type.
    fn optional(&mut self, operand: Operand) {
        if self.at(T::Question) {
            let optional = self.precede(operand, N::TypeOptional);
            self.bump();
            self.close(optional);
        }
    }

    /// A type: `a | b | "c"`, or one member of such.
    pub fn type_expression(&mut self) {
        let operand = self.operand();
        let alone = self.cur;
        self.type_member();
        if self.cur.kind == T::Pipe {
            let union = self.precede(operand, N::TypeUnion);
            while self.cur.kind == T::Pipe {
                self.bump();
                self.join(false);
                self.type_member();
            }
            self.close(union);
        } else if matches!(alone.kind, T::Str | T::StrFaulty | T::StrOpen) && alone.end <= self.prev_end {
            let span = self.span(alone.start, self.prev_end);
            if !self.quiet {
                self.push_error(|_| errors::lone_string_type(span));
                self.quiet = true;
            }
        }
        self.end_operand(operand);
    }

    fn type_member(&mut self) {
        let operand = self.operand();
        match self.cur.kind {
            _ if self.broke() => self.no_type(),
            T::Str | T::StrFaulty | T::StrOpen => {
                self.string_or_leaf();
                return self.end_operand(operand);
            }
            T::Word if words::reserved(self.word()) => self.no_type(),
            T::Word => self.named_type(),
            _ => self.no_type(),
        }
        self.optional(operand);
        self.end_operand(operand);
    }

    fn no_type(&mut self) {
        self.expected("a type");
        self.empty(N::Missing);
    }

    fn named_type(&mut self) {
        if self.word() == "ref" {
            let next = self.peek();
            let text = &self.text[next.start as usize..next.end as usize];
            let same_line = !next.nl || self.loose;
            if same_line && (next.kind == T::LParen || next.kind == T::Word && !words::reserved(text)) {
                return self.reference_type();
            }
        }
        let next = self.peek();
        if next.kind == T::Less && (!next.nl || self.loose) {
            let node = self.open(N::TypeApply);
            self.leaf(N::Name);
            self.type_arguments();
            self.close(node);
        } else {
            self.leaf(N::TypeName);
        }
    }

    /// `<T, U>`.
    fn type_arguments(&mut self) {
        loop {
            self.bump();
            self.type_expression();
            if !self.at(T::Comma) {
                break;
            }
        }
        if self.at(T::Greater) { self.bump() } else { self.expected("`>`") }
    }

    /// `ref host`, `ref (vm | container)`.
    fn reference_type(&mut self) {
        let node = self.open(N::TypeRef);
        self.bump();
        if self.cur.kind == T::LParen {
            let opener = self.cur;
            let loose = std::mem::replace(&mut self.loose, true);
            self.bump();
            self.name("a kind");
            while self.cur.kind == T::Pipe {
                self.bump();
                self.name("a kind");
            }
            self.close_bracket(opener, T::RParen);
            self.loose = loose;
        } else {
            self.name("a kind");
        }
        self.close(node);
    }
}

//! Items: the entries that begin with a word of their own.

use super::errors;
use super::lex::{T, Token};
use super::parser::{Open, Parser};
use super::tree::NodeKind as N;
use super::words::ItemWord;

impl Parser<'_> {
    /// The item that begins with `word`, which is consumed.
    pub fn item(&mut self, node: Open, first: Token, word: ItemWord) {
        match word {
            ItemWord::Use => self.use_item(node),
            ItemWord::Input => self.input(node),
            ItemWord::Let => self.binding(node, N::Let),
            ItemWord::Type => self.type_definition(node),
            ItemWord::Kind => self.kind_definition(node),
            ItemWord::Block => self.named_body(node, N::BlockDef),
            ItemWord::Variant => self.named_body(node, N::VariantDef),
            ItemWord::Model => self.model(node),
            ItemWord::Profile => self.profile(node),
            ItemWord::Fn => self.function(node),
            ItemWord::Policy | ItemWord::Warn | ItemWord::Final => self.policy(node, first, word),
            ItemWord::For => self.for_entry(node),
            ItemWord::Require => self.require(node),
            ItemWord::Derive => self.binding(node, N::Derive),
            ItemWord::Needs => self.needs(node),
            ItemWord::Allow => self.allow(node),
            ItemWord::Test => self.test(node),
            ItemWord::Expect => self.expect(node),
        }
        self.close(node);
    }

    fn string_here(&mut self, what: &str) {
        if !self.broke() && matches!(self.cur.kind, T::Str | T::StrFaulty | T::StrOpen) {
            self.string_or_leaf();
        } else {
            self.expected(what);
            self.empty(N::Str);
        }
    }

    /// Consumes a word that must stand here.
    fn needed_word(&mut self, word: &str, expected: &str) {
        if self.at_word(word) { self.bump() } else { self.expected(expected) }
    }

    fn equals(&mut self) {
        if self.at(T::Equal) {
            self.bump();
        } else if self.at(T::EqualEqual) {
            let span = self.cur_span();
            self.report(|_| errors::double_equals(span));
            self.bump();
        } else {
            self.expected("`=`");
        }
        self.join(true);
    }

    fn colon_type(&mut self) {
        if self.at(T::Colon) {
            self.bump();
            self.type_expression();
        }
    }

    fn use_item(&mut self, node: Open) {
        self.set_kind(node, N::Use);
        self.string_here("the path of a folder, as in `use \"./dir\" as x`");
        self.needed_word("as", "`as` and a name");
        self.name("a name for the module");
    }

    fn input(&mut self, node: Open) {
        self.set_kind(node, N::Input);
        self.name("the name of the input");
        self.colon_type();
        if self.at(T::Equal) {
            let default = self.open(N::Default);
            self.bump();
            self.value();
            self.close(default);
        }
    }

    fn binding(&mut self, node: Open, kind: N) {
        self.set_kind(node, kind);
        self.name("a name");
        self.colon_type();
        self.equals();
        self.whole_value();
    }

    fn type_definition(&mut self, node: Open) {
        self.set_kind(node, N::TypeDef);
        self.name("the name of the type");
        self.equals();
        self.type_expression();
        self.where_clause();
    }

    fn kind_definition(&mut self, node: Open) {
        self.set_kind(node, N::KindDef);
        self.name("the name of the kind");
        if self.at(T::Equal) {
            self.set_kind(node, N::KindUnion);
            self.bump();
            self.join(true);
            self.name("a kind");
            while self.cur.kind == T::Pipe {
                self.bump();
                self.join(false);
                self.name("a kind");
            }
            return;
        }
        for (word, kind) in [("on", N::KindOn), ("in", N::KindIn)] {
            if self.at_word(word) {
                let clause = self.open(kind);
                self.bump();
                if self.at_word("many") {
                    self.leaf(N::ManyWord);
                }
                self.name("a kind");
                self.close(clause);
            }
        }
        self.needed_body();
    }

    fn named_body(&mut self, node: Open, kind: N) {
        self.set_kind(node, kind);
        self.name("a name");
        self.needed_body();
    }

    fn with_clause(&mut self) {
        let joined = self.cur.kind == T::Word && self.word() == "with";
        if self.at_word("with") || joined && self.peek().kind == T::LBracket {
            self.cur.nl = false;
            let clause = self.open(N::WithClause);
            self.bump();
            self.clause_expression(N::WithClause);
            self.close(clause);
        }
    }

    fn model(&mut self, node: Open) {
        self.set_kind(node, N::ModelDef);
        self.name("the name of the model");
        self.needed_word("for", "`for` and the kind that this is a model of");
        self.name("a kind");
        self.with_clause();
        self.needed_body();
    }

    fn profile(&mut self, node: Open) {
        self.set_kind(node, N::ProfileDef);
        self.name("the name of the profile");
        self.needed_word("for", "`for` and the kind that this is a profile for");
        let path = self.open(N::Path);
        self.name("a kind");
        self.rest_of_path();
        self.close(path);
        self.with_clause();
        self.body_or_nothing();
    }

    fn function(&mut self, node: Open) {
        self.set_kind(node, N::FnDef);
        self.name("the name of the function");
        if self.at(T::LParen) {
            self.parameters();
        } else {
            self.expected("`(`");
        }
        if self.at(T::Arrow) {
            let result = self.open(N::ReturnType);
            self.bump();
            self.type_expression();
            self.close(result);
        }
        if self.at(T::Equal) {
            self.equals();
            self.whole_value();
        }
    }

    fn parameters(&mut self) {
        let opener = self.cur;
        let loose = std::mem::replace(&mut self.loose, true);
        self.bump();
        while self.cur.kind == T::Word {
            let parameter = self.open(N::Param);
            self.name("a parameter");
            if self.at(T::Colon) {
                self.bump();
                self.type_expression();
            } else {
                self.expected("`:` and the type of the parameter");
                self.empty(N::Missing);
            }
            self.close(parameter);
            if self.cur.kind != T::Comma {
                break;
            }
            self.bump();
        }
        self.close_bracket(opener, T::RParen);
        self.loose = loose;
    }

    fn policy(&mut self, node: Open, first: Token, word: ItemWord) {
        self.set_kind(node, N::PolicyDef);
        let mut word = word;
        if word == ItemWord::Final {
            self.leaf_of(N::FinalWord, first);
            word = self.policy_word(ItemWord::Warn);
        } else if word == ItemWord::Warn {
            self.leaf_of(N::WarnWord, first);
            word = self.policy_word(ItemWord::Policy);
        }
        if word == ItemWord::Warn {
            self.needed_word("policy", "`policy` and a name");
        }
        self.name("the name of the policy");
        self.needed_body();
    }

    /// Consumes `warn` or `policy` behind `final`, or `policy` behind `warn`; says which it was.
    fn policy_word(&mut self, may: ItemWord) -> ItemWord {
        if may == ItemWord::Warn && self.at_word("warn") {
            self.leaf(N::WarnWord);
            return ItemWord::Warn;
        }
        if self.at_word("final") {
            let span = self.cur_span();
            let before = self.prev_end;
            self.report(|_| errors::final_first(span, before));
            self.leaf(N::FinalWord);
        }
        self.needed_word("policy", "`policy` and a name");
        ItemWord::Policy
    }

    fn for_entry(&mut self, node: Open) {
        self.set_kind(node, N::ForLine);
        self.name("a name for each element");
        self.needed_word("in", "`in` and what to go through");
        if self.cur.kind == T::LBrace || self.broke() {
            self.clause_expression(N::ForEntry);
        } else {
            self.expression();
        }
        self.where_clause();
        if self.at_body() {
            self.set_kind(node, N::ForEntry);
            self.body();
        }
    }

    fn require(&mut self, node: Open) {
        self.set_kind(node, N::Require);
        self.expression();
        self.joined_clause("at", N::At);
        self.joined_clause("else", N::Else);
        self.joined_clause("help", N::Help);
        while self.at_joining("fix") {
            self.cur.nl = false;
            let fix = self.open(N::FixTo);
            self.bump();
            if self.broke() || !matches!(self.cur.kind, T::Word | T::Str | T::StrFaulty | T::StrOpen) {
                self.expected("the field to change");
                self.empty(N::Name);
            } else {
                if self.cur.kind == T::Word {
                    self.leaf(N::Name)
                } else {
                    self.string_or_leaf()
                }
                self.rest_of_path();
            }
            self.equals();
            self.expression();
            self.close(fix);
        }
    }

    fn needs(&mut self, node: Open) {
        if self.at_word("all") {
            self.set_kind(node, N::NeedsAll);
            self.bump();
            return self.expression();
        }
        if self.at_word("majority") {
            self.set_kind(node, N::NeedsMajority);
            self.bump();
        } else {
            self.set_kind(node, N::NeedsCount);
            self.expression();
        }
        self.needed_word("of", "`of` and a list, as in `needs 1 of [a, b]`");
        self.expression();
    }

    /// `HL0302`, `unknown-storage`, `policy/host-memory`.
    fn rule_name(&mut self) {
        if !self.at(T::Word) {
            self.expected("the name or code of a rule");
            return self.empty(N::RuleName);
        }
        let mut rule = self.cur;
        self.bump();
        if self.cur.kind == T::Slash && self.adjacent() {
            self.bump();
            if self.at(T::Word) && self.adjacent() {
                self.bump();
            } else {
                self.expected("the name of a policy after `/`");
            }
        }
        rule.end = self.prev_end;
        self.leaf_of(N::RuleName, rule);
    }

    fn allow(&mut self, node: Open) {
        self.set_kind(node, N::Allow);
        self.rule_name();
        if self.at_word("for") {
            let clause = self.open(N::AllowFor);
            self.bump();
            self.clause_expression(N::AllowFor);
            self.close(clause);
        }
        self.joined_clause("because", N::Because);
    }

    fn test(&mut self, node: Open) {
        self.set_kind(node, N::Test);
        self.string_here("what the test claims, in quotes");
        self.needed_body();
    }

    fn expect(&mut self, node: Open) {
        if self.at_word("ok") {
            self.set_kind(node, N::ExpectOk);
            return self.bump();
        }
        if self.at_word("clean") {
            self.set_kind(node, N::ExpectClean);
            return self.bump();
        }
        self.set_kind(node, N::Expect);
        self.name("`ok`, `clean`, `error`, `warning` or `note`");
        self.rule_name();
        self.joined_clause("at", N::At);
    }
}

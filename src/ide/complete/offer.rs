//! What is offered, as plain data.

use crate::base::Span;
use crate::ide::complete::Insert;

/// What sort of thing is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// A word of the language.
    Word,
    /// A kind.
    Kind,
    /// A field.
    Field,
    /// A block, or the key of one.
    Block,
    /// A resource.
    Resource,
    /// A member of an enumeration.
    Member,
    /// A profile.
    Profile,
    /// A model or variant.
    Model,
    /// A variable, `let` or input.
    Variable,
    /// A function.
    Function,
    /// A property that the language gives.
    Property,
    /// A type.
    Type,
    /// A policy or code.
    Rule,
    /// A module.
    Module,
    /// A folder of the project.
    Folder,
    /// A literal of a type, to be filled in.
    Literal,
}

/// One thing that may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What it is called, and what is compared with the letters typed so far.
    pub label: String,
    /// What sort of thing it is.
    pub sort: Sort,
    /// Its type, or where it is.
    pub detail: String,
    /// What replaces the word at the cursor.
    pub insert: Insert,
    /// What [`crate::ide::complete::resolve`] finds its documentation by; empty if it has none.
    pub key: String,
}

/// What may stand at the cursor, best first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// The word at the cursor, which they replace.
    pub replaces: Span,
    /// What is offered.
    pub items: Vec<Completion>,
    /// Whether there is more than is offered.
    pub is_cut: bool,
}

impl Completion {
    /// One that stands for itself.
    pub(crate) fn plain(label: &str, sort: Sort) -> Completion {
        Completion::word(label, sort, Insert::of(label))
    }

    /// One with a text of its own.
    pub(crate) fn word(label: &str, sort: Sort, insert: Insert) -> Completion {
        Completion { label: label.to_owned(), sort, detail: String::new(), insert, key: String::new() }
    }

    /// With its type, or where it is.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Completion {
        self.detail = detail.into();
        self
    }

    /// With what its documentation is found by.
    pub(crate) fn key(mut self, key: impl Into<String>) -> Completion {
        self.key = key.into();
        self
    }
}

impl super::Ask<'_> {
    /// Offers something.
    pub(crate) fn push(&mut self, offer: Completion) {
        self.offered.push(offer);
    }

    /// Whether a name is worth offering: once there are very many, only what has the letters typed so far, in order.
    pub(crate) fn is_match(&self, name: &str) -> bool {
        let mut letters = name.chars().map(|letter| letter.to_ascii_lowercase());
        self.typed().chars().all(|typed| letters.any(|letter| letter == typed.to_ascii_lowercase()))
    }

    /// Takes out what the list around the cursor has already.
    pub(crate) fn drop_repeated(&mut self) {
        let frame = self.scan.inner();
        if frame.open != super::scan::Open::Bracket || self.scan.within != super::scan::Within::Code {
            return;
        }
        let text = self.text();
        let (before, behind) = (&text[frame.at + 1..self.scan.word.start], &text[self.scan.word.end..]);
        let behind = behind.split([']', '{', '}', '=']).next().unwrap_or_default();
        let said: Vec<String> = before
            .split(',')
            .chain(behind.split(','))
            .map(|word| crate::syntax::unquote(word.trim()).into_owned())
            .collect();
        self.offered.retain(|offer| {
            let is_thing =
                matches!(offer.sort, Sort::Member | Sort::Resource | Sort::Block | Sort::Profile | Sort::Rule);
            !(is_thing && said.contains(&offer.label))
        });
    }

    /// Right behind `=` or `:` a blank comes first, as everybody writes it.
    pub(crate) fn keep_distance(&mut self) {
        let before = &self.text()[..self.scan.word.start];
        if self.scan.within != super::scan::Within::Code || !before.ends_with(['=', ':']) {
            return;
        }
        for offer in &mut self.offered {
            offer.insert = Insert::of(" ").then(std::mem::take(&mut offer.insert));
        }
    }
}

//! What may stand at the cursor.
//!
//! [`complete`] reads the text before the cursor ([`scan`]), decides what is wanted there ([`context`], with [`place`] for the
//! kinds and fields that the open brackets mean), and one file for each concern offers it: [`heads`] items and what their
//! heads name, [`fields`] the entries of bodies, [`values`] what stands behind `=` and in expressions, with [`refs`] for the
//! things that fit at this place, [`members`] what follows a dot, [`types`] types, rules and words of the language. What is
//! offered is plain data ([`offer`]), best first; its documentation is looked up only for the one that is looked at
//! ([`docs`]).

mod context;
mod docs;
mod fields;
mod heads;
mod insert;
mod locals;
mod members;
mod offer;
mod place;
mod refs;
mod scan;
mod types;
mod values;
mod words;

use std::sync::Arc;

use crate::base::{FileId, Name, Sources, Span};
use crate::ide::Snapshot;
use crate::ide::cursor::{self, Cursor};
use crate::resolve::Scope;
use crate::types::Program;
use crate::types::ty::{ShapeId, TyId};

use context::Context;
use scan::{Scan, Within};

pub use docs::resolve;
pub use insert::Insert;
pub use offer::{Completion, Completions, Sort};

/// So many are offered at most; more are asked for again with the next letter.
pub const MOST: usize = 1000;

/// What an open `{` encloses.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Body {
    /// Items.
    File,
    /// Entries of an object of a shape, with its variant or model.
    Object(ShapeId, Option<Name>),
    /// Keys and values of a type.
    Map(TyId),
    /// Clauses of a policy.
    Policy,
    /// Declarations of a kind, block or variant.
    Kind,
    /// Entries of a test.
    Test,
    /// Fields of an incident.
    Incident,
    /// Something else.
    Unknown,
}

/// One question, with what is known of its place.
struct Ask<'s> {
    snapshot: &'s mut Snapshot,
    sources: Arc<Sources>,
    file: FileId,
    scope: Scope,
    cursor: Cursor,
    scan: Scan,
    /// What each open bracket encloses; a list or parenthesis what is around it.
    bodies: Vec<Body>,
    offered: Vec<Completion>,
    is_cut: bool,
}

/// What may stand at an offset of a file, best first.
pub fn complete(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Completions {
    let sources = snapshot.analysis().sources.clone();
    let text = &sources.file(file).text;
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let scan = scan::scan(text, offset);
    let replaces = Span { file, start: scan.word.start as u32, end: scan.word.end as u32 };
    let none = Completions { replaces, items: Vec::new(), is_cut: false };
    if scan.within == Within::Comment {
        return none;
    }
    let Some(cursor) = cursor_of(snapshot, file, text, offset, &scan) else { return none };
    let scope = snapshot.compiled().units[cursor.unit as usize].scope;
    let mut ask = Ask {
        snapshot,
        sources: sources.clone(),
        file,
        scope,
        cursor,
        scan,
        bodies: Vec::new(),
        offered: Vec::new(),
        is_cut: false,
    };
    ask.find_bodies();
    let context = ask.context();
    if ask.scan.within == Within::Text {
        ask.offer_in_quotes(context);
    } else {
        ask.offer(context);
    }
    ask.drop_repeated();
    ask.keep_distance();
    let (mut items, mut is_cut) = (ask.offered, ask.is_cut);
    // Half-typed items have no name yet.
    items.retain(|offer| !offer.label.is_empty());
    is_cut |= items.len() > MOST;
    items.truncate(MOST);
    Completions { replaces, items, is_cut }
}

/// The cursor; where it stands behind the end of a half-typed item, with what is known of that.
fn cursor_of(snapshot: &mut Snapshot, file: FileId, text: &str, offset: usize, scan: &Scan) -> Option<Cursor> {
    let cursor = cursor::at(snapshot, file, offset as u32)?;
    let first = &scan.frames[0];
    let end = text[..offset].trim_end().len();
    let is_of_item = end > first.at && (scan.frames.len() > 1 || !first.entry.is_empty());
    let begins = cursor.item.map(|item| cursor.tree.node(item.node).start as usize);
    if is_of_item && begins.is_none_or(|begins| begins >= offset) {
        let before = cursor::at(snapshot, file, end as u32)?;
        return Some(Cursor { offset: offset as u32, ..before });
    }
    Some(cursor)
}

impl Ask<'_> {
    fn program(&mut self) -> &mut Program {
        &mut self.snapshot.compiled().program
    }

    /// The text of the file.
    fn text(&self) -> &str {
        &self.sources.file(self.file).text
    }

    /// What is written of the word at the cursor.
    fn typed(&self) -> &str {
        let end = (self.cursor.offset as usize).clamp(self.scan.word.start, self.scan.word.end);
        &self.text()[self.scan.word.start..end]
    }

    /// What stands behind the word at the cursor, on its line.
    fn behind(&self) -> &str {
        let rest = &self.text()[self.scan.word.end..];
        rest.lines().next().unwrap_or_default().trim_start()
    }

    fn offer(&mut self, context: Context) {
        match context {
            Context::Nothing => {}
            Context::Item => self.items(),
            Context::Clauses(shape) => self.clauses(shape),
            Context::Tags(shape) => self.tags(shape),
            Context::On(shape) => self.places(shape),
            Context::In(shape) => self.groups(shape),
            Context::Profiles(shape) => self.profiles(shape),
            Context::Kinds => self.kinds(heads::Behind::Nothing),
            Context::KindsOf => self.kinds(heads::Behind::Dot),
            Context::Referable => self.referable(),
            Context::LayerShapes => self.layer_shapes(),
            Context::BlocksOf(shape) => self.blocks_of(shape),
            Context::Entry(shape, tag) => self.entries(shape, tag),
            Context::FieldsOf(shape) => self.fields_of_path(shape),
            Context::Key(shape, field) => self.keys(shape, field),
            Context::Value(want, said) => self.value(want, said),
            Context::Collection => self.collections(),
            Context::Member => self.members(),
            Context::Sorts => self.sorts(),
            Context::Type => self.types(),
            Context::Blocks => self.blocks(),
            Context::Allowed => self.allowed(),
            Context::Rules => self.rules(),
            Context::TypesAndKinds => {
                self.kinds(heads::Behind::Nothing);
                self.declared_types();
            }
            Context::Words(words) => self.words(words),
            Context::Folder => self.folders(),
            Context::Text => self.push(Completion::word("\"…\"", Sort::Word, Insert::of("\"").stop(1).text("\""))),
        }
    }

    /// Inside the quotes of a string: names, where the string is one.
    fn offer_in_quotes(&mut self, context: Context) {
        match context {
            Context::Value(Some(want), said) => self.quoted(want, said),
            Context::On(shape) => self.places(shape),
            Context::In(shape) => self.groups(shape),
            Context::Key(shape, field) => self.keys(shape, field),
            Context::Folder => self.folders(),
            Context::Value(None, said) => {
                if let Some(want) = self.tree_want() {
                    self.quoted(want, said);
                }
            }
            _ => {}
        }
        // Only names stand in quotes, and they need no quotes of their own.
        self.offered.retain(|offer| matches!(offer.sort, Sort::Member | Sort::Resource | Sort::Block | Sort::Folder));
        for offer in &mut self.offered {
            offer.insert = Insert::of(&offer.label);
        }
    }
}

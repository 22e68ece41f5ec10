//! What each word of a file is, for colouring: a grammar sees words, the compiler knows that `host` is a field here and a
//! kind there.
//!
//! A walk over the tree of the items in question gives each leaf the class that its place says ([`place`]); words between
//! the nodes are keywords. Where the place leaves it open (a name in an expression), the notes of the item decide. An item
//! costs a new typing, so what a word was in the same place of an item before (the same kind, block and field) is
//! remembered: in a file of a thousand guests of one sort, few are looked into.

mod place;

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::base::{FileId, Span};
use crate::ide::Snapshot;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::types::notes::Meaning;
use crate::types::shape::{Holds, KeyKind};
use crate::types::ty::Ty;

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A kind.
    Kind,
    /// A resource, or a block that is known by its name.
    Resource,
    /// The word of a block: `disk`, `cpu`.
    Block,
    /// The key of a block that picks a slot: `scsi0`.
    Key,
    /// A field.
    Field,
    /// A type.
    Type,
    /// A variant of a kind.
    Variant,
    /// A model.
    Model,
    /// A profile.
    Profile,
    /// A function.
    Function,
    /// A variable.
    Variable,
    /// A parameter of a function.
    Parameter,
    /// A member of an enumeration.
    Member,
    /// Text.
    Text,
    /// A number with or without a unit, an address, an id.
    Number,
    /// A module.
    Module,
    /// A policy or a code.
    Rule,
}

/// What else is to be known of a word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Modifier {
    /// Nothing.
    Plain,
    /// It declares what it names.
    Declaring,
    /// It is the compiler's or the library's own.
    BuiltIn,
}

/// A word on one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub class: Class,
    /// What else.
    pub modifier: Modifier,
}

/// The words of a file, in order.
#[must_use]
pub fn of_file(snapshot: &mut Snapshot, file: FileId) -> Vec<Token> {
    let end = snapshot.text(file).len() as u32;
    in_range(snapshot, file, &(0..end))
}

/// The words of the items that touch a range of bytes, in order. Cost: that of these items, and a step for each other.
#[must_use]
pub fn in_range(snapshot: &mut Snapshot, file: FileId, range: &Range<u32>) -> Vec<Token> {
    let Some(unit) = snapshot.unit(file) else { return Vec::new() };
    let (tree, sources) = (snapshot.tree(unit), snapshot.analysis().sources.clone());
    let text = &sources.file(file).text;
    let mut tokens = Vec::new();
    let mut known = Known::default();
    for entry in tree.children(0) {
        let node = tree.node(entry);
        if node.start > range.end {
            break;
        }
        if node.end < range.start {
            continue;
        }
        let mut words = place::Words::new(&tree, text);
        words.entry(entry);
        let (mut found, open) = words.finish();
        settle(snapshot, unit, &tree, entry, &mut known, (&mut found, &open));
        tokens.append(&mut found);
    }
    tokens.retain(|token| token.span.start <= range.end && range.start <= token.span.end);
    tokens
}

/// What a word was in a place before: by kind, block and field, and by the word.
type Known = FxHashMap<(u64, u64), (Class, Modifier)>;

/// A word whose place leaves open what it is.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Its number among the tokens of the item.
    token: usize,
    node: Index,
    /// Its place and its text; none where the same place may mean another thing elsewhere.
    known_as: Option<(u64, u64)>,
}

/// Decides what is open in an item.
fn settle(
    snapshot: &mut Snapshot,
    unit: u32,
    tree: &Tree,
    entry: Index,
    known: &mut Known,
    (tokens, open): (&mut [Token], &[Open]),
) {
    let is_known = |open: &Open| open.known_as.is_some_and(|key| known.contains_key(&key));
    if open.iter().all(is_known) {
        for Open { token, known_as, .. } in open {
            if let Some((class, modifier)) = known_as.and_then(|key| known.get(&key)) {
                (tokens[*token].class, tokens[*token].modifier) = (*class, *modifier);
            }
        }
        return;
    }
    let items = &snapshot.compiled().units[unit as usize].items.items;
    let Some(item) = items.binary_search_by_key(&entry, |item| item.node).ok().map(|at| items[at]) else { return };
    let base = snapshot.compiled().units[unit as usize].base;
    let notes = snapshot.notes(unit, &item);
    let mut meant: FxHashMap<Index, (Class, Modifier)> = FxHashMap::default();
    for note in notes.iter() {
        let Some(node) = note.at.0.checked_sub(base) else { continue };
        match note.meaning {
            // A word that a type such as MachineType accepts names nothing.
            Meaning::Typed(ty) | Meaning::Wanted(ty, _) => {
                let types = &snapshot.compiled().program.types;
                if matches!(types.get(types.base(ty)), Ty::Domain(_)) {
                    meant.entry(node).or_insert((Class::Member, Modifier::Plain));
                }
            }
            meaning => {
                if let Some(found) = class_of(snapshot, meaning) {
                    meant.insert(node, found);
                }
            }
        }
    }
    let text = snapshot.text(tree.file);
    let parameters = tree.children(entry).filter(|part| tree.kind(*part) == NodeKind::Param);
    let parameters: Vec<&str> = parameters.map(|part| tree.text(part + 1, text)).collect();
    for Open { token, node, known_as } in open {
        // An item with errors has notes of a part only; what it leaves open is not to be learned from.
        let Some((class, modifier)) = meant.get(node).copied() else { continue };
        let token = &mut tokens[*token];
        (token.class, token.modifier) = (class, modifier);
        if class == Class::Variable && parameters.contains(&tree.text(*node, text)) {
            token.class = Class::Parameter;
        }
        if let Some(key) = known_as {
            known.insert(*key, (token.class, token.modifier));
        }
    }
}

/// The class of what a node means, if that says what it is.
fn class_of(snapshot: &mut Snapshot, meaning: Meaning) -> Option<(Class, Modifier)> {
    let class = match meaning {
        Meaning::Body(..) | Meaning::Wanted(..) | Meaning::Typed(_) => return None,
        Meaning::Field(..) | Meaning::Property => Class::Field,
        Meaning::Key(shape) => {
            let shapes = &snapshot.compiled().program.shapes;
            let mut fields = shapes.iter().flat_map(|shape| &shape.fields);
            let is_named = fields.any(|field| field.holds == Holds::Blocks(shape, KeyKind::Name));
            return Some(if is_named { (Class::Resource, Modifier::Declaring) } else { (Class::Key, Modifier::Plain) });
        }
        Meaning::Resource(_) | Meaning::Part(..) => Class::Resource,
        Meaning::Member(..) => Class::Member,
        Meaning::Local(_) | Meaning::Binding(_) => Class::Variable,
        Meaning::Function(_) => Class::Function,
        Meaning::Builtin => return Some((Class::Function, Modifier::BuiltIn)),
        Meaning::Layer(number) => {
            let program = &snapshot.compiled().program;
            let layer = &program.layers[number as usize];
            let is_model = program.tags.contains_key(&layer.name) && program.models.values().any(|at| *at == number);
            if is_model { Class::Model } else { Class::Profile }
        }
        Meaning::Variant(..) => Class::Variant,
        Meaning::Kind(_) => Class::Kind,
        Meaning::Type(_) => Class::Type,
        Meaning::Module(_) => Class::Module,
        Meaning::Rule(_) => Class::Rule,
    };
    Some((class, Modifier::Plain))
}

/// Adds a piece of text as a token for each of its lines.
fn push_lines(tokens: &mut Vec<Token>, text: &str, span: Span, class: Class, modifier: Modifier) {
    let mut at = span.start as usize;
    for line in text[span.range()].split_inclusive('\n') {
        let written = line.trim_end();
        // What a string is indented by is none of its text.
        let indent = if at == span.start as usize { 0 } else { written.len() - written.trim_start().len() };
        if indent < written.len() {
            let span = Span::new(span.file, at + indent, at + written.len());
            tokens.push(Token { span, class, modifier });
        }
        at += line.len();
    }
}

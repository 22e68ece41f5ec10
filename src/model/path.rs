//! Paths such as `vm.k3s-vm-pve.disk.scsi0.size`: from text to an object and a field of it.

use super::Model;
use crate::base::Span;
use crate::resolve::locate;
use crate::syntax::tree::{Index, NodeKind};
use crate::syntax::unquote;
use crate::types::shape::Holds;
use crate::types::value::{ObjId, Value};

/// A step of a path: a word, or a name in quotes.
pub type Step<'t> = &'t str;

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// A resource or a block that was said.
    Object(ObjId),
    /// A field of an object, by its number.
    Field(ObjId, u16),
    /// A field of a block that nothing said: the object that would hold the block, the block's field, and the field in it.
    Unsaid(ObjId, u16, u16),
}

impl Model<'_> {
    /// What a path leads to, from the top: kind, name, fields and keys. Names may stand in quotes.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Found> {
        let steps = steps(path);
        let (kind, rest) = steps.split_first()?;
        let resources = self.world.all().filter(|object| self.kind(*object) == *kind);
        // A name may hold dots: `vm.haos16.0.memory`; the longest that fits is meant.
        let mut best: Option<(usize, ObjId)> = None;
        for object in resources {
            let key = self.key(object);
            let used = (1..=rest.len()).find(|used| rest[..*used].join(".") == key);
            if let Some(used) = used.filter(|used| best.is_none_or(|(other, _)| *used > other)) {
                best = Some((used, object));
            }
        }
        let (used, object) = best?;
        self.find_in(object, &rest[used..])
    }

    /// What a path leads to, from an object.
    #[must_use]
    pub fn find_in(&self, object: ObjId, path: &[Step<'_>]) -> Option<Found> {
        let Some((first, rest)) = path.split_first() else { return Some(Found::Object(object)) };
        let of = self.world.object(object);
        let shape = self.program.shapes.get(usize::from(of.shape.0))?;
        let field = self.program.heap.names.find(first).and_then(|name| shape.field(name, of.tag))?;
        let value = self.world.slot(object, field).map(|slot| slot.value);
        match (shape.fields[usize::from(field)].holds, value, rest) {
            (_, _, []) | (Holds::Value | Holds::Derived, _, _) => Some(Found::Field(object, field)),
            (Holds::Block(..), Some(Value::Obj(inner)), rest) => self.find_in(inner, rest),
            (Holds::Block(inner, _), _, [one]) => {
                let name = self.program.heap.names.find(one)?;
                let number = self.program.shape(inner).any_field(name)?;
                Some(Found::Unsaid(object, field, number))
            }
            (Holds::Blocks(..), Some(list), _) => {
                let (used, inner) = self.keyed(list, rest)?;
                self.find_in(inner, &rest[used..])
            }
            (Holds::Block(..) | Holds::Blocks(..), _, _) => None,
        }
    }

    /// The keyed block that the first steps of a path name, and how many they are.
    fn keyed(&self, list: Value, path: &[Step<'_>]) -> Option<(usize, ObjId)> {
        let blocks = self.elements(list).iter().filter_map(|value| match value {
            Value::Obj(object) => Some(*object),
            _ => None,
        });
        let fits = |object: ObjId| {
            let key = self.key(object);
            (1..=path.len()).rev().find(|used| path[..*used].join(".") == key).map(|used| (used, object))
        };
        blocks.filter_map(fits).max_by_key(|(used, _)| *used)
    }

    /// Where the source says what a path below an object leads to; none if nothing says it.
    #[must_use]
    pub fn origin(&self, object: ObjId, path: &str) -> Option<Span> {
        match self.find_in(object, &steps(path))? {
            Found::Object(found) => Some(self.span(found)),
            Found::Field(found, field) => self.said_at(found, field),
            Found::Unsaid(..) => None,
        }
    }
}

impl Model<'_> {
    /// Where a map that a field holds says a key; the whole map where that cannot be told. `vm.power = api` has the key
    /// `vm.power`.
    #[must_use]
    pub fn entry(&self, object: ObjId, field: u16, key: &str) -> Option<Span> {
        let slot = self.world.slot(object, field)?;
        let (unit, node) = locate(self.units, slot.at.0);
        let unit = &self.units[unit as usize];
        let text = &self.sources.file(unit.file).text;
        for entry in unit.tree.children(node) {
            let words = unit.tree.children(entry).take_while(|child| {
                matches!(unit.tree.kind(*child), NodeKind::Name | NodeKind::Str)
                    && unit.tree.node(*child).next < unit.tree.node(entry).next
            });
            let words: Vec<Index> = words.collect();
            let spelt: Vec<_> = words.iter().map(|word| unquote(unit.tree.text(*word, text))).collect();
            if let (Some(first), Some(last)) = (words.first(), words.last())
                && spelt.join(".") == key
            {
                let (first, last) = (unit.tree.span(*first), unit.tree.span(*last));
                return Some(Span { end: last.end, ..first });
            }
        }
        Some(unit.tree.span(node))
    }
}

/// The steps of a path: `vm."haos16.0".memory` has three.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
            Some((step, after)) => (step, after.strip_prefix('.').unwrap_or(after)),
            None => rest.split_once('.').unwrap_or((rest, "")),
        };
        steps.push(step);
        rest = after;
    }
    steps
}

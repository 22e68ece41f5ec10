//! What the fields of kinds and blocks are: so that a reader of the JSON knows a size from a number.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::base::Name;
use crate::eval::Machine;
use crate::resolve::Scope;
use crate::types::Program;
use crate::types::shape::{Holds, KeyKind, Preposition, Shape};
use crate::types::ty::{OWN, ShapeId};

/// A kind or block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShapeInfo {
    /// Whether it is a kind, and not a block.
    pub is_kind: bool,
    /// What stands after `on`, if anything may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Head>,
    /// What stands after `in`, if anything may.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub within: Option<Head>,
    /// Its fields, by name; of those that several variants have, the first.
    pub fields: BTreeMap<String, FieldShape>,
}

/// A preposition of a kind's head.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Head {
    /// The kind that follows it.
    pub kind: String,
    /// Whether several may follow; where nothing does, all are meant.
    pub many: bool,
    /// The property by which a policy reads it: `host`, `hosts`.
    pub property: String,
}

/// A field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FieldShape {
    /// Its type as it is written; of blocks, the name of the block.
    #[serde(rename = "type")]
    pub ty: String,
    /// `value`, `block`, `blocks` or `derived`.
    pub holds: &'static str,
    /// Of keyed blocks, what the key is: `name`, `slot` or `ref`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<&'static str>,
    /// The variant that has it, if not all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Whether it gives its thing the value (`Own<T>`), which for `values(T)` is the role `owner`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

type InUse = (BTreeMap<String, ShapeInfo>, BTreeMap<String, Vec<String>>);

/// The shapes of all objects, blocks that nothing said included, and the kinds that stand for several.
pub(super) fn in_use(machine: &Machine<'_>) -> InUse {
    let program: &Program = machine.p;
    let mut is_used = vec![false; program.shapes.len()];
    for object in machine.w.objects.iter().filter(|object| object.shape.0 != u16::MAX) {
        is_used[usize::from(object.shape.0)] = true;
    }
    // What keyed blocks are that no resource has is told too: their field is there, and empty.
    for number in 0..is_used.len() {
        if is_used[number] {
            mark(program, ShapeId(number as u16), &mut is_used);
        }
    }
    let used = (0..is_used.len()).filter(|number| is_used[*number]).map(|number| ShapeId(number as u16));
    let names = names(program);
    let name = |shape: ShapeId| names[usize::from(shape.0)].clone();
    let shapes = used.map(|shape| (name(shape), info(program, &names, shape))).collect();
    let words = program.kinds.iter().filter(|((scope, _), of)| *scope == Scope::STD || of.len() > 1);
    let unions = words
        .filter(|(_, of)| of.len() > 1)
        .map(|((_, word), of)| (program.name(*word).to_owned(), of.iter().map(|shape| name(*shape)).collect()));
    (shapes, unions.collect())
}

/// Marks the blocks that a shape holds, and what they hold.
fn mark(program: &Program, shape: ShapeId, is_used: &mut [bool]) {
    let mut open = vec![shape];
    while let Some(shape) = open.pop() {
        for field in &program.shape(shape).fields {
            if let Holds::Block(inner, _) | Holds::Blocks(inner, _) = field.holds
                && !std::mem::replace(&mut is_used[usize::from(inner.0)], true)
            {
                open.push(inner);
            }
        }
    }
}

/// The name of each shape; the second of a name (a project may have a block that is called as one of the library) has a mark.
fn names(program: &Program) -> Vec<String> {
    let mut met: FxHashMap<Name, usize> = FxHashMap::default();
    let name = |shape: &Shape| {
        let count = met.entry(shape.name).or_insert(0);
        *count += 1;
        let own = program.name(shape.name);
        if *count == 1 { own.to_owned() } else { format!("{own}#{count}") }
    };
    program.shapes.iter().map(name).collect()
}

fn info(program: &Program, names: &[String], shape: ShapeId) -> ShapeInfo {
    let name = |shape: ShapeId| names[usize::from(shape.0)].clone();
    let of = program.shape(shape);
    let own = program.heap.names.find(OWN);
    let mut fields = BTreeMap::new();
    for field in &of.fields {
        let (ty, holds, key) = match field.holds {
            Holds::Value => (program.show(field.ty), "value", None),
            Holds::Derived => (program.show(field.ty), "derived", None),
            Holds::Block(inner, _) => (name(inner), "block", None),
            Holds::Blocks(inner, KeyKind::Name) => (name(inner), "blocks", Some("name")),
            Holds::Blocks(inner, KeyKind::Slot(_)) => (name(inner), "blocks", Some("slot")),
            Holds::Blocks(inner, KeyKind::Ref(_)) => (name(inner), "blocks", Some("ref")),
        };
        let variant = field.variant.map(|variant| program.name(variant).to_owned());
        let own = own.is_some_and(|own| program.types.is_own(field.ty, own));
        fields.entry(program.name(field.name).to_owned()).or_insert(FieldShape { ty, holds, key, variant, own });
    }
    let head = |said: Preposition| Head {
        kind: name(said.kind),
        many: said.many,
        property: program.name(said.property).to_owned(),
    };
    ShapeInfo { is_kind: of.is_kind, on: of.on.map(head), within: of.within.map(head), fields }
}

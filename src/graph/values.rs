//! Values in normal form: what a field comes to, without units and without secrets.

use rustc_hash::FxHashSet;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::base::Sources;
use crate::eval::{Machine, show};
use crate::graph::make::address;
use crate::types::secrets::class_of;
use crate::types::shape::Holds;
use crate::types::span_of;
use crate::types::ty::{ShapeId, Ty, TyId, Types};
use crate::types::value::{ObjId, Slice, Value};

/// A value in normal form.
///
/// Sizes are bytes, durations milliseconds, rates bits in a second, percents numbers of percent; addresses and texts are
/// strings. What is no plain value is an object whose keys begin with `$`, which no field's name can.
#[derive(Clone, PartialEq, Debug)]
pub enum Datum {
    /// Nothing is said, or it follows from a fact that nothing says.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A quantity: bytes, milliseconds, bits in a second.
    Whole(u64),
    /// A number.
    Float(f64),
    /// A text, a member of an enumeration, an address.
    Text(String),
    /// `{"$ref": "storage.local"}`: a resource or a part of one, by its address.
    Ref(String),
    /// `{"$secret": true}`: a value that is never shown.
    Secret,
    /// `{"$first": 100, "$last": 199}`
    Range(Box<(Datum, Datum)>),
    /// A list or set.
    List(Vec<Datum>),
    /// A map, in the order in which its keys were said.
    Map(Vec<(String, Datum)>),
    /// A block.
    Block(Box<Block>),
}

/// A block or the body of a resource.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Block {
    /// `$key`: the key of a keyed block, a reference where it refers to something.
    pub key: Option<Datum>,
    /// `$model`: the variant or model of a block.
    pub model: Option<String>,
    /// `$at`: where a block was said, as `file:line`; none if nothing said it.
    pub at: Option<String>,
    /// `$stated`: the fields that a source line or a profile said, as `stated(…)` sees it.
    pub stated: Vec<String>,
    /// The fields, in order of declaration.
    pub fields: Vec<(String, Datum)>,
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Datum::Null => to.serialize_unit(),
            Datum::Bool(value) => to.serialize_bool(*value),
            Datum::Int(value) => to.serialize_i64(*value),
            Datum::Whole(value) => to.serialize_u64(*value),
            Datum::Float(value) => to.serialize_f64(*value),
            Datum::Text(text) => to.serialize_str(text),
            Datum::Ref(address) => one(to, "$ref", address),
            Datum::Secret => one(to, "$secret", &true),
            Datum::Range(ends) => {
                let mut map = to.serialize_map(Some(2))?;
                map.serialize_entry("$first", &ends.0)?;
                map.serialize_entry("$last", &ends.1)?;
                map.end()
            }
            Datum::List(values) => {
                let mut list = to.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| list.serialize_element(value))?;
                list.end()
            }
            Datum::Map(entries) => to.collect_map(entries.iter().map(|(key, value)| (key, value))),
            Datum::Block(block) => block.serialize(to),
        }
    }
}

fn one<S: Serializer>(to: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(key) = &self.key {
            map.serialize_entry("$key", key)?;
        }
        if let Some(model) = &self.model {
            map.serialize_entry("$model", model)?;
        }
        if let Some(at) = &self.at {
            map.serialize_entry("$at", at)?;
        }
        if !self.stated.is_empty() {
            map.serialize_entry("$stated", &self.stated)?;
        }
        self.fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// What reading takes besides the machine.
pub(super) struct Look<'a> {
    sources: &'a Sources,
    /// The layers that are models.
    models: FxHashSet<usize>,
}

impl<'a> Look<'a> {
    pub(super) fn new(machine: &Machine<'_>, sources: &'a Sources) -> Look<'a> {
        Look { sources, models: machine.p.models.values().map(|model| *model as usize).collect() }
    }
}

/// The fields of an object that is whole. `around` are the shapes of the blocks that it lies in and nothing said: a block that
/// has itself as a part would otherwise have no end.
pub(super) fn block(machine: &mut Machine<'_>, look: &Look<'_>, object: ObjId, around: &mut Vec<ShapeId>) -> Block {
    let of = *machine.w.object(object);
    let mut block = Block { stated: stated(machine, look, object), ..Block::default() };
    for number in 0..machine.p.shape(of.shape).fields.len() as u16 {
        let field = machine.p.field(of.shape, number);
        if field.variant.is_some() && field.variant != of.tag {
            continue;
        }
        let (name, holds, ty) = (machine.p.name(field.name).to_owned(), field.holds, field.ty);
        let is_said = of.says.has(number) && machine.w.slot(object, number).is_some();
        let value = match holds {
            Holds::Block(inner, false) if !is_said && (inner == of.shape || around.contains(&inner)) => Datum::Null,
            Holds::Block(..) if !is_said => {
                around.push(of.shape);
                let value = inline(machine, look, object, number, around);
                around.pop();
                value
            }
            Holds::Block(..) | Holds::Blocks(..) => inline(machine, look, object, number, &mut Vec::new()),
            Holds::Value | Holds::Derived => {
                let value = machine.read(object, number);
                machine.unknown = None;
                datum(machine, value, ty)
            }
        };
        block.fields.push((name, value));
    }
    block
}

/// The block or blocks that a field holds.
fn inline(machine: &mut Machine<'_>, look: &Look<'_>, object: ObjId, field: u16, around: &mut Vec<ShapeId>) -> Datum {
    match machine.read(object, field) {
        Value::Obj(inner) => Datum::Block(Box::new(part(machine, look, inner, around))),
        Value::List(slice) => {
            let blocks = machine.p.heap.slice(slice).to_vec();
            let blocks = blocks.into_iter().filter_map(|block| match block {
                Value::Obj(inner) => Some(Datum::Block(Box::new(part(machine, look, inner, around)))),
                _ => None,
            });
            Datum::List(blocks.collect())
        }
        _ => Datum::Null,
    }
}

/// A block with its key, its model and its place.
fn part(machine: &mut Machine<'_>, look: &Look<'_>, object: ObjId, around: &mut Vec<ShapeId>) -> Block {
    let of = *machine.w.object(object);
    let owner_at = of.owner().map(|owner| machine.w.object(owner).at);
    let mut block = block(machine, look, object, around);
    block.key = match of.key {
        Value::Null => None,
        key => Some(datum(machine, key, TyId::STR)),
    };
    block.model = of.tag.map(|tag| machine.p.name(tag).to_owned());
    // A block that nothing said stands where its owner does.
    if owner_at != Some(of.at) {
        let span = span_of(machine.units, of.at);
        let file = look.sources.file(span.file);
        block.at = Some(format!("{}:{}", file.path, file.position(span.start as usize).line));
    }
    block
}

/// The fields that a source line or a profile of the project says, not only a model of the library.
fn stated(machine: &Machine<'_>, look: &Look<'_>, object: ObjId) -> Vec<String> {
    let of = machine.w.object(object);
    let is_own = |layer: Option<usize>| layer.is_none_or(|layer| !look.models.contains(&layer));
    let slots = machine.w.slots_of(object).iter().filter(|slot| is_own(slot.said.layer()));
    slots.map(|slot| machine.p.name(machine.p.field(of.shape, slot.field).name).to_owned()).collect()
}

/// A value of a type in normal form.
fn datum(machine: &Machine<'_>, value: Value, ty: TyId) -> Datum {
    let text = |value: Value| show::text(machine.p, machine.w, value);
    match value {
        Value::Null | Value::Poison | Value::Lazy(_) | Value::Running | Value::Appended(_) => Datum::Null,
        Value::Obj(object) => Datum::Ref(address(machine, object)),
        Value::Str(_) | Value::Enum(_) if holds_secret(&machine.p.types, ty) => Datum::Secret,
        Value::Str(name) | Value::Enum(name) => match machine.p.name(name) {
            text if class_of(text).is_some() => Datum::Secret,
            text => Datum::Text(text.to_owned()),
        },
        Value::Bool(value) => Datum::Bool(value),
        Value::Int(value) => Datum::Int(value),
        Value::Float(value) => Datum::Float(value),
        Value::Size(quantity) | Value::Duration(quantity) | Value::Rate(quantity) => Datum::Whole(quantity),
        Value::Percent(hundredths) if hundredths % 100 == 0 => Datum::Whole(hundredths / 100),
        Value::Percent(hundredths) => Datum::Float(hundredths as f64 / 100.0),
        Value::Ip(_) | Value::Cidr(..) | Value::Interface(..) | Value::Mac(_) | Value::DeviceId(_) | Value::Pci(_) => {
            Datum::Text(text(value))
        }
        Value::Range(slice) => {
            let end = |place| datum(machine, machine.p.heap.at(slice, place), ty);
            Datum::Range(Box::new((end(0), end(1))))
        }
        Value::List(slice) | Value::Group(slice) => Datum::List(all(machine, slice, ty)),
        Value::Map(slice) => {
            let entries = machine.p.heap.slice(slice).chunks_exact(2);
            Datum::Map(entries.map(|entry| (text(entry[0]), datum(machine, entry[1], ty))).collect())
        }
    }
}

fn all(machine: &Machine<'_>, slice: Slice, ty: TyId) -> Vec<Datum> {
    machine.p.heap.slice(slice).iter().map(|value| datum(machine, *value, ty)).collect()
}

/// Whether a text in a field of this type may be a secret.
fn holds_secret(types: &Types, ty: TyId) -> bool {
    match types.get(types.base(ty)) {
        Ty::Secret => true,
        Ty::Union(parts) => parts.iter().any(|part| holds_secret(types, *part)),
        Ty::List(inner) | Ty::Set(inner) | Ty::Map(_, inner) | Ty::Group(_, inner) => holds_secret(types, *inner),
        Ty::Error
        | Ty::Null
        | Ty::Bool
        | Ty::Int
        | Ty::Float
        | Ty::Str
        | Ty::Size
        | Ty::Duration
        | Ty::Rate
        | Ty::Percent
        | Ty::Ip
        | Ty::Cidr
        | Ty::Interface
        | Ty::Mac
        | Ty::DeviceId
        | Ty::Pci
        | Ty::Crds
        // A secret is refused there.
        | Ty::Data
        | Ty::Domain(_)
        | Ty::Enum(_)
        | Ty::Obj(..)
        | Ty::Range(_)
        | Ty::Use(_)
        // `base` takes these away.
        | Ty::Opt(_)
        | Ty::Named(..) => false,
    }
}

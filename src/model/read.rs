//! Reading fields: what was said, or what the shape says for all. Nothing is evaluated here.

use super::Model;
use crate::base::Name;
use crate::eval::FieldSet;
use crate::types::Program;
use crate::types::shape::{Field, Holds};
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Slice, Value};

/// An object that is read: which fields it says, and whose defaults hold for the others.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// The object.
    pub id: ObjId,
    /// Which fields it says.
    pub said: FieldSet,
    /// Its shape.
    pub shape: ShapeId,
}

/// The constant defaults of each shape's fields; null where there is none.
pub fn defaults(program: &Program) -> Vec<Vec<Value>> {
    let default = |field: &Field| match (field.holds, field.default) {
        (Holds::Value, Some(value)) => value,
        (Holds::Value | Holds::Derived | Holds::Block(..) | Holds::Blocks(..), _) => Value::Null,
    };
    program.shapes.iter().map(|shape| shape.fields.iter().map(default).collect()).collect()
}

impl<'m> Model<'m> {
    /// An object whose field is read by number.
    #[must_use]
    pub fn of(&self, id: ObjId) -> Of {
        Of { id, said: self.world.object(id).says, shape: self.world.object(id).shape }
    }

    /// The value of a field: said, or the default that is a constant; null where there is neither.
    #[must_use]
    #[inline]
    pub fn value(&self, of: Of, field: u16) -> Value {
        if of.said.has(field)
            && let Some(value) = self.said(of.id, field)
        {
            return value;
        }
        self.unsaid(of.shape, field)
    }

    /// What an object says of a field of its own variant, by name; null where the variant has none. Cost: a look-up by name.
    #[must_use]
    pub fn named(&self, object: ObjId, field: &str) -> Value {
        self.number(object, field).map_or(Value::Null, |field| self.value(self.of(object), field))
    }

    /// The same where it is not what the library says for all.
    #[must_use]
    pub fn unusual(&self, object: ObjId, field: &str) -> Option<Value> {
        let number = self.number(object, field)?;
        let said = self.said(object, number)?;
        (said != self.unsaid(self.world.object(object).shape, number)).then_some(said)
    }

    /// The number of a field of an object's own variant.
    fn number(&self, object: ObjId, field: &str) -> Option<u16> {
        let of = self.world.object(object);
        self.program.shape(of.shape).field(self.program.heap.names.find(field)?, of.tag)
    }

    /// What an object says of a field. Not inline: there are hundreds of reads, and a lab is lowered by code that should
    /// stay in the processor's cache.
    #[inline(never)]
    fn said(&self, object: ObjId, field: u16) -> Option<Value> {
        self.world.slots_of(object).iter().find(|slot| slot.field == field).map(|slot| slot.value)
    }

    /// What a shape says of a field. Not inline, as above.
    #[inline(never)]
    fn unsaid(&self, shape: ShapeId, field: u16) -> Value {
        let defaults = self.defaults.get(usize::from(shape.0));
        defaults.and_then(|defaults| defaults.get(usize::from(field))).copied().unwrap_or(Value::Null)
    }

    /// A text, a name, or a member of an enumeration.
    #[must_use]
    #[inline]
    pub fn text(&self, of: Of, field: u16) -> Option<&'m str> {
        self.text_of(self.value(of, field))
    }

    /// A value as text, if it is one.
    #[must_use]
    pub fn text_of(&self, value: Value) -> Option<&'m str> {
        match value {
            Value::Str(name) | Value::Enum(name) => Some(self.word(name)),
            _ => None,
        }
    }

    /// The text of a name.
    #[must_use]
    pub fn word(&self, name: Name) -> &'m str {
        self.program.heap.names.get(name)
    }

    /// A truth value.
    #[must_use]
    #[inline]
    pub fn flag(&self, of: Of, field: u16) -> Option<bool> {
        if let Value::Bool(flag) = self.value(of, field) { Some(flag) } else { None }
    }

    /// A whole number.
    #[must_use]
    #[inline]
    pub fn int(&self, of: Of, field: u16) -> Option<i64> {
        if let Value::Int(number) = self.value(of, field) { Some(number) } else { None }
    }

    /// A number.
    #[must_use]
    #[inline]
    pub fn float(&self, of: Of, field: u16) -> Option<f64> {
        match self.value(of, field) {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            _ => None,
        }
    }

    /// Bytes.
    #[must_use]
    #[inline]
    pub fn size(&self, of: Of, field: u16) -> Option<u64> {
        if let Value::Size(bytes) = self.value(of, field) { Some(bytes) } else { None }
    }

    /// Milliseconds.
    #[must_use]
    #[inline]
    pub fn milliseconds(&self, of: Of, field: u16) -> Option<u64> {
        if let Value::Duration(milliseconds) = self.value(of, field) { Some(milliseconds) } else { None }
    }

    /// Bits in a second.
    #[must_use]
    #[inline]
    pub fn rate(&self, of: Of, field: u16) -> Option<u64> {
        if let Value::Rate(bits) = self.value(of, field) { Some(bits) } else { None }
    }

    /// An object: a resource that is referred to, or a block that was said.
    #[must_use]
    #[inline]
    pub fn object(&self, of: Of, field: u16) -> Option<ObjId> {
        if let Value::Obj(found) = self.value(of, field) { Some(found) } else { None }
    }

    /// The elements of a list or set, keys and values of a map in turns; none of anything else.
    #[must_use]
    #[inline]
    pub fn list(&self, of: Of, field: u16) -> &'m [Value] {
        self.elements(self.value(of, field))
    }

    /// The elements of a value.
    #[must_use]
    pub fn elements(&self, value: Value) -> &'m [Value] {
        match value {
            Value::List(slice) | Value::Map(slice) | Value::Range(slice) => self.slice(slice),
            _ => &[],
        }
    }

    fn slice(&self, slice: Slice) -> &'m [Value] {
        let program: &'m crate::types::Program = self.program;
        program.heap.slice(slice)
    }
}

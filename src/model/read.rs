//! Reading fields: what was said, or what the shape says for all. Nothing is evaluated here.

use super::{Model, UNSAID};
use crate::base::Name;
use crate::types::shape::Holds;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Slice, Value};

/// A field of a shape.
pub type Place = (ShapeId, u16);

impl<'m> Model<'m> {
    /// The value of a field: said, or the default that is a constant; null where there is neither.
    #[must_use]
    #[inline]
    pub fn value(&self, object: ObjId, (shape, field): Place) -> Value {
        let said = if object == UNSAID { None } else { self.world.slot(object, field) };
        match said {
            Some(slot) => slot.value,
            None => self.default(shape, field),
        }
    }

    fn default(&self, shape: ShapeId, field: u16) -> Value {
        if shape.0 == u16::MAX || field == u16::MAX {
            return Value::Null;
        }
        let declared = self.program.field(shape, field);
        match (declared.holds, declared.default) {
            (Holds::Value, Some(value)) => value,
            (Holds::Value | Holds::Derived | Holds::Block(..) | Holds::Blocks(..), _) => Value::Null,
        }
    }

    /// A text, a name, or a member of an enumeration.
    #[must_use]
    #[inline]
    pub fn text(&self, object: ObjId, field: Place) -> Option<&'m str> {
        self.text_of(self.value(object, field))
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
    pub fn flag(&self, object: ObjId, field: Place) -> Option<bool> {
        if let Value::Bool(flag) = self.value(object, field) { Some(flag) } else { None }
    }

    /// A whole number.
    #[must_use]
    pub fn int(&self, object: ObjId, field: Place) -> Option<i64> {
        if let Value::Int(number) = self.value(object, field) { Some(number) } else { None }
    }

    /// A number.
    #[must_use]
    pub fn float(&self, object: ObjId, field: Place) -> Option<f64> {
        match self.value(object, field) {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            _ => None,
        }
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self, object: ObjId, field: Place) -> Option<u64> {
        if let Value::Size(bytes) = self.value(object, field) { Some(bytes) } else { None }
    }

    /// Milliseconds.
    #[must_use]
    pub fn milliseconds(&self, object: ObjId, field: Place) -> Option<u64> {
        if let Value::Duration(milliseconds) = self.value(object, field) { Some(milliseconds) } else { None }
    }

    /// Bits in a second.
    #[must_use]
    pub fn rate(&self, object: ObjId, field: Place) -> Option<u64> {
        if let Value::Rate(bits) = self.value(object, field) { Some(bits) } else { None }
    }

    /// An object: a resource that is referred to, or a block that was said.
    #[must_use]
    #[inline]
    pub fn object(&self, object: ObjId, field: Place) -> Option<ObjId> {
        if let Value::Obj(found) = self.value(object, field) { Some(found) } else { None }
    }

    /// The elements of a list or set, keys and values of a map in turns; none of anything else.
    #[must_use]
    #[inline]
    pub fn list(&self, object: ObjId, field: Place) -> &'m [Value] {
        self.elements(self.value(object, field))
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

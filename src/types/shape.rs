//! Shapes: what a kind or block declares, once, for every resource and every reader.

use rustc_hash::FxHashMap;

use crate::base::Name;
use crate::types::expr::{NodeRef, Require};
use crate::types::ty::{ShapeId, TyId};
use crate::types::value::Value;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// A value.
    Value,
    /// One block; `true` if it may be absent.
    Block(ShapeId, bool),
    /// Keyed blocks.
    Blocks(ShapeId, KeyKind),
    /// Computed, never assignable.
    Derived,
}

/// What the key of a keyed block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// It declares a name.
    Name,
    /// It picks a slot: a string type that the key must satisfy.
    Slot(TyId),
    /// It refers to something.
    Ref(TyId),
}

/// One field of a shape.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type (of blocks: the object type, or a list of it).
    pub ty: TyId,
    /// What it holds.
    pub holds: Holds,
    /// Its default: a constant, or an expression over `self`.
    pub default: Option<Value>,
    /// Whether its type, or a part of it, has a refinement that values must meet.
    pub refined: bool,
    /// A refinement of the field itself, over `it`.
    pub where_: Option<crate::types::value::ExprId>,
    /// The variant that it belongs to, if not to all.
    pub variant: Option<Name>,
    /// Where it is declared.
    pub at: NodeRef,
}

impl Field {
    /// Whether a resource must say it.
    #[must_use]
    pub fn is_required(&self, types: &crate::types::ty::Types) -> bool {
        self.holds == Holds::Value && self.default.is_none() && !types.is_optional(self.ty)
    }

    /// Whether reading it computes nothing once an object is finished.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.holds != Holds::Derived && !matches!(self.default, Some(Value::Lazy(_)))
    }
}

/// A preposition of a kind's head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Preposition {
    /// The kind that follows it.
    pub kind: ShapeId,
    /// Whether several may follow.
    pub many: bool,
    /// The property it gives: `host`, or `hosts`.
    pub property: Name,
}

/// What `needs` says: what stops a thing of this shape.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// All, a number, or a majority of the list.
    pub how: NeedHow,
    /// The list.
    pub of: Value,
}

/// How many of a list are needed.
#[derive(Clone, Copy, Debug)]
pub enum NeedHow {
    /// Each.
    All,
    /// At least so many.
    Count(Value),
    /// More than half.
    Majority,
}

/// A kind or block.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name.
    pub name: Name,
    /// The word that its declarations begin with: the kind's name, or the field that holds the block.
    pub word: Name,
    /// The type of its objects.
    pub ty: TyId,
    /// Whether it is a kind (its resources stand at the top level) or a block.
    pub is_kind: bool,
    /// Its fields, in order of declaration.
    pub fields: Vec<Field>,
    /// Field numbers by name; variants may declare the same name more than once.
    pub by_name: FxHashMap<Name, Vec<u16>>,
    /// Field numbers by the index of the name, for fields that every variant has; `u16::MAX` elsewhere.
    pub quick: Vec<u16>,
    /// `on …`
    pub on: Option<Preposition>,
    /// `in …`
    pub within: Option<Preposition>,
    /// Its variants.
    pub variants: Vec<Name>,
    /// What every resource of it must meet.
    pub requires: Vec<Require>,
    /// What stops it.
    pub needs: Vec<Need>,
    /// The field of type `Fields`, which takes what a body says and no field is declared for.
    pub open: Option<u16>,
    /// Where it is declared.
    pub at: NodeRef,
}

impl Shape {
    /// The field of a name that an object of this variant has.
    #[must_use]
    pub fn field(&self, name: Name, variant: Option<Name>) -> Option<u16> {
        if let Some(number) = self.quick.get(name.index()).copied().filter(|number| *number != u16::MAX) {
            return Some(number);
        }
        let numbers = self.by_name.get(&name)?;
        numbers.iter().copied().find(|number| {
            let of = self.fields[usize::from(*number)].variant;
            of.is_none() || of == variant
        })
    }

    /// The first field of a name, of whatever variant.
    #[must_use]
    pub fn any_field(&self, name: Name) -> Option<u16> {
        self.by_name.get(&name).and_then(|numbers| numbers.first().copied())
    }
}

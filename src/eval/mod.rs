//! Values in slots, each with where it was said.
//!
//! What comes in is a typed program; what goes out is a [`World`]: an object for each resource and each
//! block of one, holding only what was *said*. Defaults are read through from the shape. [`build`] makes
//! the objects layer by layer, [`expand`] makes the resources that a `for` generates, and [`Machine`]
//! computes: a slot may hold an expression until somebody reads it, and its value from then on.
//!
//! Everything is bounded: steps, depth and the size of the heap. A hostile file gets an error.

pub mod build;
mod builtins;
pub mod errors;
pub mod expand;
mod fields;
pub mod finish;
mod generate;
pub(crate) mod lost;
pub mod machine;
pub(crate) mod memo;
mod operators;
mod parts;
mod rule;
pub(crate) mod shared;
pub mod show;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::Name;
use crate::resolve::ResId;
use crate::types::expr::NodeRef;
use crate::types::ty::{ShapeId, TyId};
use crate::types::value::{ExprId, ObjId, Slice, Value};

pub use fields::FieldSet;
pub use machine::Machine;

/// Who said a value: the resource itself, or a profile or model by its number. Two bytes, for there are many slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said(u16);

impl Said {
    /// The resource itself.
    pub const RESOURCE: Said = Said(0);

    /// A profile or model.
    #[must_use]
    pub fn by_layer(number: u32) -> Said {
        Said(number as u16 + 1)
    }

    /// The number of the profile or model; none for the resource itself.
    #[must_use]
    pub fn layer(self) -> Option<usize> {
        usize::from(self.0).checked_sub(1)
    }
}

/// One said value.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// The field.
    pub field: u16,
    /// Who said it.
    pub said: Said,
    /// Where.
    pub at: NodeRef,
    /// What.
    pub value: Value,
}

/// The object that holds another, if one does. Four bytes where an option takes eight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder(u32);

impl Holder {
    /// A resource is held by nothing.
    pub const NOTHING: Holder = Holder(u32::MAX);

    /// This object.
    #[must_use]
    pub fn object(id: ObjId) -> Holder {
        Holder(id.0)
    }
}

/// A resource, or a block of one. There are many and they are read all over, so one is a line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Object {
    /// What it is.
    pub shape: ShapeId,
    /// Its variant or model.
    pub tag: Option<Name>,
    /// Its name; of a block `by ref`, what it refers to; null of an unkeyed block.
    pub key: Value,
    /// What holds it.
    pub holder: Holder,
    /// The loop variables in sight when it was made.
    pub env: Slice,
    /// Its first slot.
    pub first: u32,
    /// How many slots.
    pub len: u16,
    /// Which fields they are of.
    pub says: FieldSet,
    /// Where it is declared: its key, or the word of its block.
    pub at: NodeRef,
    /// Whether an error makes it useless.
    pub is_poison: bool,
}

const _: () = assert!(size_of::<Object>() == 64, "an object is a line of the cache");

impl Object {
    /// The object that holds it; none of a resource.
    #[must_use]
    #[inline]
    pub fn owner(&self) -> Option<ObjId> {
        (self.holder != Holder::NOTHING).then_some(ObjId(self.holder.0))
    }
}

/// Where the head of a resource says that it is. Apart from the objects, most of which are blocks and have no head.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// What stands after `on`: an object, a list, or null where nothing does.
    pub on: Value,
    /// What stands after `in`.
    pub within: Value,
}

impl Home {
    /// Nothing is said, or the object has no head.
    pub const UNSAID: Home = Home { on: Value::Null, within: Value::Null };
}

/// An `allow` of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// The resource or block it stands in.
    pub object: ObjId,
    /// Its number in the program.
    pub allow: u32,
}

/// What an index key may be: a value without structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key(u8, u64);

impl std::hash::Hash for Key {
    /// One word where a derived hash takes two: keys are hashed some hundred thousand times in a large lab.
    #[inline]
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.1 ^ u64::from(self.0) << 56);
    }
}

/// The bindings that an equality selects.
#[derive(Clone, Default, Debug)]
pub struct Index {
    /// Bindings, `width` values each, those of one key side by side.
    pub tuples: Vec<Value>,
    /// How many values a binding has.
    pub width: usize,
    /// The first binding of a key, and how many there are.
    pub by_key: FxHashMap<Key, (u32, u32)>,
}

impl Index {
    /// One value of the binding at a place.
    #[must_use]
    pub fn value(&self, place: usize, at: usize) -> Value {
        self.tuples[place * self.width + at]
    }
}

/// All objects.
#[derive(Default, Debug)]
pub struct World {
    /// Resources first, in the order of the program; then blocks.
    pub objects: Vec<Object>,
    /// Slots, those of one object side by side, sorted by field.
    pub slots: Vec<Slot>,
    /// How many resources there are.
    pub resources: u32,
    /// Where each resource is.
    pub homes: Vec<Home>,
    /// `allow`s.
    pub allows: Vec<Allowed>,
    /// Lists of all resources of kinds.
    pub kinds: FxHashMap<TyId, Slice>,
    /// Indexes of joins, made when first probed.
    pub indexes: FxHashMap<u32, Arc<Index>>,
    /// Blocks that nothing said, made when first read.
    pub unsaid: FxHashMap<(ObjId, u16), ObjId>,
    /// Values of derived fields and computed defaults.
    pub derived: FxHashMap<(ObjId, u16), Value>,
    /// What derived fields and computed defaults came to, by the values they read.
    pub(crate) memos: FxHashMap<ExprId, memo::Memo>,
    /// Values of top-level lets and inputs.
    pub bindings: FxHashMap<u32, Value>,
    /// Hosts that offer something `on many host`.
    pub offered: FxHashSet<(ObjId, ObjId)>,
    /// What has its hosts in `offered`.
    pub offer_known: FxHashSet<ObjId>,
    /// Lists that are written more than once; only while rules run, which change nothing.
    pub(crate) shared: shared::Shared,
    /// Values that a refinement has accepted.
    pub(crate) accepted: memo::Accepted,
    /// The derived fields that are being computed.
    pub(crate) deriving: Vec<(ObjId, u16)>,
    /// Values by type, for `values(T)`.
    pub uses: FxHashMap<TyId, Slice>,
    /// References of each resource, both ways, made when first asked for.
    pub graph: Option<Graph>,
    /// Who needs what, made when first asked for.
    pub(crate) dependence: Option<Arc<lost::Dependence>>,
    /// Whether a bound on steps, depth or memory was reached: nothing is computed any more.
    pub is_spent: bool,
    /// Steps taken so far, by every machine.
    pub(crate) steps: u64,
    /// At which step the bounds are looked at again.
    pub(crate) next_look: u64,
    /// Whether nobody waits for the result any more.
    pub stop: Option<crate::base::Stop>,
    /// Values given with `--set`.
    pub inputs: FxHashMap<Name, Value>,
}

/// Who refers to whom, by resource.
#[derive(Clone, Default, Debug)]
pub struct Graph {
    /// What each refers to.
    pub refs: FxHashMap<ObjId, Vec<ObjId>>,
    /// What refers to each.
    pub uses: FxHashMap<ObjId, Vec<ObjId>>,
}

impl World {
    /// An object.
    #[must_use]
    pub fn object(&self, id: ObjId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// Where the head of an object says that it is; blocks have none.
    #[must_use]
    pub fn home(&self, id: ObjId) -> Home {
        self.homes.get(id.0 as usize).copied().unwrap_or(Home::UNSAID)
    }

    /// What an object said.
    #[must_use]
    pub fn slots_of(&self, id: ObjId) -> &[Slot] {
        let object = self.object(id);
        &self.slots[object.first as usize..object.first as usize + usize::from(object.len)]
    }

    /// The slot of a field, if it was said.
    #[must_use]
    pub fn slot(&self, id: ObjId, field: u16) -> Option<&Slot> {
        if !self.object(id).says.has(field) {
            return None;
        }
        self.slots_of(id).iter().find(|slot| slot.field == field)
    }

    /// The resource that an object is, or is a part of.
    #[must_use]
    pub fn root(&self, mut id: ObjId) -> ObjId {
        while let Some(owner) = self.object(id).owner() {
            id = owner;
        }
        id
    }

    /// Whether an object is a resource.
    #[must_use]
    pub fn is_resource(&self, id: ObjId) -> bool {
        id.0 < self.resources
    }

    /// The resource that an object is.
    #[must_use]
    pub fn resource(&self, id: ObjId) -> ResId {
        ResId(id.0)
    }

    /// All resources, in order.
    pub fn all(&self) -> impl Iterator<Item = ObjId> {
        (0..self.resources).map(ObjId)
    }
}

/// The key of a value in an index; none for values with structure.
#[must_use]
pub fn key_of(value: Value) -> Option<Key> {
    Some(match value {
        Value::Null => Key(0, 0),
        Value::Bool(b) => Key(1, u64::from(b)),
        Value::Int(n) => Key(2, n as u64),
        Value::Float(n) => Key(3, n.to_bits()),
        Value::Str(name) | Value::Enum(name) => Key(4, name.index() as u64),
        Value::Size(n) => Key(5, n),
        Value::Duration(n) => Key(6, n),
        Value::Rate(n) => Key(7, n),
        Value::Percent(n) => Key(8, n),
        Value::Ip(n) | Value::Interface(n, _) => Key(9, u64::from(n)),
        Value::Cidr(n, prefix) => Key(10, u64::from(n) << 8 | u64::from(prefix)),
        Value::Mac(n) => Key(11, n),
        Value::DeviceId(n) => Key(12, u64::from(n)),
        Value::Pci(n) => Key(13, n),
        Value::Obj(object) => Key(14, u64::from(object.0)),
        Value::Poison
        | Value::List(_)
        | Value::Map(_)
        | Value::Range(_)
        | Value::Group(_)
        | Value::Lazy(_)
        | Value::Running
        | Value::Appended(_) => return None,
    })
}

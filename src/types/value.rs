//! Values: sixteen bytes, `Copy`; strings, lists and maps live in the [`Heap`].

use crate::base::{Name, Names};

/// A range of the heap's values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Slice {
    /// First value.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// An expression of the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExprId(pub u32);

/// An object: a resource, or a block of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ObjId(pub u32);

/// A value of the language.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    /// What an error left behind; whatever depends on it is silent.
    Poison,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `"text"`, and every type that is written as a string
    Str(Name),
    /// A member of an enumeration
    Enum(Name),
    /// Bytes
    Size(u64),
    /// Milliseconds
    Duration(u64),
    /// Bits per second
    Rate(u64),
    /// Hundredths of a percent
    Percent(u64),
    /// An IPv4 address
    Ip(u32),
    /// A network
    Cidr(u32, u8),
    /// An address with its prefix length; 255 when the network decides
    Interface(u32, u8),
    /// 48 bits
    Mac(u64),
    /// Vendor and product
    DeviceId(u32),
    /// Domain, bus, device, function; function 255 means all
    Pci(u64),
    /// A resource or block
    Obj(ObjId),
    /// A list or set
    List(Slice),
    /// A map: keys and values take turns
    Map(Slice),
    /// Both ends, inclusive
    Range(Slice),
    /// One group of `duplicates` or `group-by`: the value, then its members
    Group(Slice),
    /// Not evaluated yet
    Lazy(ExprId),
    /// Being evaluated: met again, it is a cycle
    Running,
    /// A list or map below, and what a body adds to it
    Appended(Slice),
}

impl Value {
    /// Whether it is what an error left behind.
    #[must_use]
    #[inline]
    pub fn is_poison(self) -> bool {
        matches!(self, Value::Poison)
    }

    /// Whether it is neither null nor poison.
    #[must_use]
    pub fn is_known(self) -> bool {
        !matches!(self, Value::Null | Value::Poison)
    }
}

/// Where strings, lists and maps live.
#[derive(Clone, Default, Debug)]
pub struct Heap {
    /// Every name and string.
    pub names: Names,
    values: Vec<Value>,
}

impl Heap {
    /// Stores values side by side.
    pub fn store(&mut self, values: &[Value]) -> Slice {
        let start = self.values.len() as u32;
        self.values.extend_from_slice(values);
        Slice { start, len: values.len() as u32 }
    }

    /// Makes room for so many values more. Room that is not used is never touched.
    pub fn reserve(&mut self, count: usize) {
        self.values.reserve(count);
    }

    /// The values of a slice.
    #[must_use]
    pub fn slice(&self, slice: Slice) -> &[Value] {
        &self.values[slice.start as usize..(slice.start + slice.len) as usize]
    }

    /// One value of a slice.
    #[must_use]
    pub fn at(&self, slice: Slice, index: usize) -> Value {
        self.values[slice.start as usize + index]
    }

    /// How many values there are: what the bound on memory counts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A string value.
    pub fn string(&mut self, text: &str) -> Value {
        Value::Str(self.names.intern(text))
    }

    /// Whether two values are equal, looking into lists, maps and ranges.
    #[must_use]
    pub fn equal(&self, a: Value, b: Value) -> bool {
        let slices = |a: Slice, b: Slice| {
            a.len == b.len && self.slice(a).iter().zip(self.slice(b)).all(|(a, b)| self.equal(*a, *b))
        };
        match (a, b) {
            (Value::List(a), Value::List(b))
            | (Value::Map(a), Value::Map(b))
            | (Value::Range(a), Value::Range(b))
            | (Value::Group(a), Value::Group(b)) => slices(a, b),
            (Value::Interface(a, _), Value::Ip(b)) | (Value::Ip(b), Value::Interface(a, _)) => a == b,
            (Value::Enum(a), Value::Str(b)) | (Value::Str(a), Value::Enum(b)) => a == b,
            (a, b) => a == b,
        }
    }
}

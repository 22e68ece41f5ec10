//! The types of the language, interned: a [`TyId`] is four bytes and compares in one instruction.

use rustc_hash::FxHashMap;

use crate::base::{Name, Names};
use crate::types::value::ExprId;

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TyId(pub u32);

/// A shape (kind or block) by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ShapeId(pub u16);

/// A type that is written as a string and parsed as something stricter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Domain {
    /// An IPv6 address
    Ipv6,
    /// A calendar event
    Schedule,
    /// An absolute URL
    Url,
    /// An absolute path
    Path,
    /// `1.2.3`, with an optional `v`
    Version,
    /// Bytes in hexadecimal with colons
    Fingerprint,
    /// `1-2.3`
    UsbPort,
    /// `q35`, `pc-i440fx-8.1`
    MachineType,
}

impl Domain {
    /// Every domain with its name.
    pub const ALL: [(&'static str, Domain); 8] = [
        ("Ipv6", Domain::Ipv6),
        ("Schedule", Domain::Schedule),
        ("Url", Domain::Url),
        ("Path", Domain::Path),
        ("Version", Domain::Version),
        ("Fingerprint", Domain::Fingerprint),
        ("UsbPort", Domain::UsbPort),
        ("MachineType", Domain::MachineType),
    ];

    /// The name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        Domain::ALL.iter().find(|(_, domain)| *domain == self).map_or("String", |(name, _)| name)
    }
}

/// What a type is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// What an error left behind: fits everything, silently.
    Error,
    /// The type of `null` alone.
    Null,
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `Float`
    Float,
    /// `String`
    Str,
    /// `Size`
    Size,
    /// `Duration`
    Duration,
    /// `Rate`
    Rate,
    /// `Percent`
    Percent,
    /// `Ip`
    Ip,
    /// `Cidr`
    Cidr,
    /// `Interface`
    Interface,
    /// `Mac`
    Mac,
    /// `DeviceId`
    DeviceId,
    /// `PciAddress`
    Pci,
    /// `Secret`
    Secret,
    /// `Data`: any value that JSON can hold.
    Data,
    /// `Crds`: a file or folder of CRDs.
    Crds,
    /// A type written as a string.
    Domain(Domain),
    /// `a | b | "c"`: its members.
    Enum(Vec<Name>),
    /// A resource or block of one of these shapes; of this variant or model, where one is named.
    Obj(Vec<ShapeId>, Option<Name>),
    /// `List<T>`
    List(TyId),
    /// `Set<T>`
    Set(TyId),
    /// `Map<K, V>`
    Map(TyId, TyId),
    /// `Range<T>`
    Range(TyId),
    /// A group of `duplicates` or `group-by`: of which value, of which members.
    Group(TyId, TyId),
    /// An element of `values(T)`.
    Use(TyId),
    /// `T?`
    Opt(TyId),
    /// `T | U`
    Union(Vec<TyId>),
    /// `type Vmid = Int where …`: the name, what it stands for, and the refinement.
    Named(Name, TyId, Option<ExprId>),
}

macro_rules! fixed {
    ($($name:ident $index:literal $ty:ident;)*) => {
        impl TyId { $(#[doc = concat!("`", stringify!($ty), "`")] pub const $name: TyId = TyId($index);)* }
        const FIXED: &[Ty] = &[$(Ty::$ty),*];
    };
}
fixed! {
    ERROR 0 Error; NULL 1 Null; BOOL 2 Bool; INT 3 Int; FLOAT 4 Float; STR 5 Str; SIZE 6 Size; DURATION 7 Duration;
    RATE 8 Rate; PERCENT 9 Percent; IP 10 Ip; CIDR 11 Cidr; INTERFACE 12 Interface; MAC 13 Mac; DEVICE_ID 14 DeviceId;
    PCI 15 Pci; SECRET 16 Secret; DATA 17 Data; CRDS 18 Crds;
}

/// The name of `Own<T>`, which no declared type can have: the role that `values(T)` shows, and otherwise nothing.
pub(crate) const OWN: &str = "Own<>";

/// All types of a program.
#[derive(Clone, Debug)]
pub struct Types {
    types: Vec<Ty>,
    index: FxHashMap<Ty, TyId>,
}

impl Default for Types {
    fn default() -> Types {
        let mut types = Types { types: Vec::new(), index: FxHashMap::default() };
        for ty in FIXED {
            types.intern(ty.clone());
        }
        types
    }
}

impl Types {
    /// The id of a type.
    pub fn intern(&mut self, ty: Ty) -> TyId {
        if let Some(id) = self.index.get(&ty) {
            return *id;
        }
        let id = TyId(self.types.len() as u32);
        self.types.push(ty.clone());
        self.index.insert(ty, id);
        id
    }

    /// What a type is.
    #[must_use]
    pub fn get(&self, id: TyId) -> &Ty {
        &self.types[id.0 as usize]
    }

    /// `T?`, once.
    pub fn optional(&mut self, id: TyId) -> TyId {
        match self.get(id) {
            Ty::Opt(_) | Ty::Null | Ty::Error => id,
            _ => self.intern(Ty::Opt(id)),
        }
    }

    /// Without names and refinements, and without `?`.
    #[must_use]
    pub fn base(&self, mut id: TyId) -> TyId {
        loop {
            match self.get(id) {
                Ty::Named(_, inner, _) | Ty::Opt(inner) => id = *inner,
                _ => return id,
            }
        }
    }

    /// Without names and refinements; `?` stays.
    #[must_use]
    pub fn plain(&self, mut id: TyId) -> TyId {
        while let Ty::Named(_, inner, _) = self.get(id) {
            id = *inner;
        }
        id
    }

    /// Whether `null` belongs to it.
    #[must_use]
    pub fn is_optional(&self, id: TyId) -> bool {
        match self.get(self.plain(id)) {
            Ty::Opt(_) | Ty::Null | Ty::Error => true,
            Ty::Union(parts) => parts.iter().any(|part| self.is_optional(*part)),
            _ => false,
        }
    }

    /// Whether an error is in a type, so that nothing may be said of it.
    #[must_use]
    pub fn is_broken(&self, id: TyId) -> bool {
        match self.get(id) {
            Ty::Error => true,
            Ty::List(inner) | Ty::Set(inner) | Ty::Range(inner) | Ty::Opt(inner) | Ty::Map(_, inner) => {
                self.is_broken(*inner)
            }
            _ => false,
        }
    }

    /// Whether it is the type of a list or map in which nothing is, so that nothing says of what: `[]`.
    #[must_use]
    pub fn is_of_nothing(&self, id: TyId) -> bool {
        id != TyId::ERROR && self.is_broken(id)
    }

    /// Whether a field of this type gives its thing the value, and does not rely on another's.
    #[must_use]
    pub fn is_own(&self, mut id: TyId, own: Name) -> bool {
        loop {
            match self.get(id) {
                Ty::Named(name, _, _) if *name == own => return true,
                Ty::Named(_, inner, _) | Ty::Opt(inner) => id = *inner,
                _ => return false,
            }
        }
    }

    /// The element type of a list, set, range, group or map (its values).
    #[must_use]
    pub fn element(&self, id: TyId) -> Option<TyId> {
        match self.get(self.base(id)) {
            Ty::List(element) | Ty::Set(element) | Ty::Range(element) | Ty::Map(_, element) => Some(*element),
            Ty::Group(_, member) => Some(*member),
            _ => None,
        }
    }

    /// Whether JSON has a form for the values of a type that nobody can mistake: texts, numbers, addresses, and what is made
    /// of them. Sizes, durations and the like have many.
    #[must_use]
    pub fn is_data(&self, id: TyId) -> bool {
        match self.get(id) {
            Ty::Error
            | Ty::Null
            | Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::Str
            | Ty::Domain(_)
            | Ty::Enum(_)
            | Ty::Ip
            | Ty::Cidr
            | Ty::Interface
            | Ty::Mac
            | Ty::Data => true,
            Ty::List(inner) | Ty::Set(inner) | Ty::Opt(inner) | Ty::Named(_, inner, _) => self.is_data(*inner),
            Ty::Map(key, value) => self.fits(*key, TyId::STR) && self.is_data(*value),
            Ty::Union(parts) => parts.iter().all(|part| self.is_data(*part)),
            Ty::Size
            | Ty::Duration
            | Ty::Rate
            | Ty::Percent
            | Ty::DeviceId
            | Ty::Pci
            | Ty::Secret
            | Ty::Crds
            | Ty::Obj(..)
            | Ty::Range(_)
            | Ty::Group(..)
            | Ty::Use(_) => false,
        }
    }

    /// Whether a value of type `from` may stand where `to` is expected.
    #[must_use]
    pub fn fits(&self, from: TyId, to: TyId) -> bool {
        if from == to || from == TyId::ERROR || to == TyId::ERROR {
            return true;
        }
        if let Ty::Named(_, inner, _) = self.get(to) {
            return self.fits(from, *inner);
        }
        if let Ty::Named(_, inner, _) = self.get(from) {
            return self.fits(*inner, to);
        }
        match (self.get(from), self.get(to)) {
            (_, Ty::Data) => self.is_data(from),
            (Ty::Null, Ty::Opt(_)) => true,
            (Ty::Opt(from), Ty::Opt(to)) => self.fits(*from, *to),
            (Ty::Union(from), _) => from.iter().all(|part| self.fits(*part, to)),
            (_, Ty::Opt(to)) => self.fits(from, *to),
            (_, Ty::Union(to)) => to.iter().any(|part| self.fits(from, *part)),
            (Ty::Obj(from, _), Ty::Obj(to, None)) => from.iter().all(|shape| to.contains(shape)),
            (Ty::Obj(from, Some(a)), Ty::Obj(to, Some(b))) => a == b && from.iter().all(|shape| to.contains(shape)),
            (Ty::Enum(from), Ty::Enum(to)) => from.iter().all(|member| to.contains(member)),
            (Ty::List(from) | Ty::Set(from), Ty::List(to) | Ty::Set(to)) => self.fits(*from, *to),
            (Ty::Map(k, v), Ty::Map(k2, v2)) => self.fits(*k, *k2) && self.fits(*v, *v2),
            (Ty::Range(from), Ty::Range(to)) => self.fits(*from, *to),
            (Ty::Ip, Ty::Interface) => true,
            _ => false,
        }
    }

    /// The type as a person would write it.
    #[must_use]
    pub fn show(&self, id: TyId, names: &Names, shapes: &dyn Fn(ShapeId) -> Name) -> String {
        let show = |id: TyId| self.show(id, names, shapes);
        match self.get(id) {
            Ty::Error => "?".into(),
            Ty::Null => "null".into(),
            Ty::Pci => "PciAddress".into(),
            Ty::Str => "String".into(),
            Ty::Domain(domain) => domain.name().into(),
            Ty::Enum(members) => {
                members.iter().map(|member| quote_member(names.get(*member))).collect::<Vec<_>>().join(" | ")
            }
            Ty::Obj(_, Some(variant)) => format!("ref {}", names.get(*variant)),
            Ty::Obj(kinds, None) => match kinds.as_slice() {
                [one] => format!("ref {}", names.get(shapes(*one))),
                many => {
                    let mut words: Vec<&str> = many.iter().map(|shape| names.get(shapes(*shape))).collect();
                    words.dedup();
                    format!("ref ({})", words.join(" | "))
                }
            },
            Ty::List(element) => format!("List<{}>", show(*element)),
            Ty::Set(element) => format!("Set<{}>", show(*element)),
            Ty::Map(key, value) => format!("Map<{}, {}>", show(*key), show(*value)),
            Ty::Range(element) => format!("Range<{}>", show(*element)),
            Ty::Group(value, member) => format!("group of {} by {}", show(*member), show(*value)),
            Ty::Use(value) => format!("a use of {}", show(*value)),
            Ty::Opt(inner) => format!("{}?", show(*inner)),
            Ty::Union(parts) => parts.iter().map(|part| show(*part)).collect::<Vec<_>>().join(" | "),
            Ty::Named(name, inner, _) if names.get(*name) == OWN => show(*inner),
            Ty::Named(name, _, _) => names.get(*name).into(),
            simple @ (Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::Size
            | Ty::Duration
            | Ty::Rate
            | Ty::Percent
            | Ty::Ip
            | Ty::Cidr
            | Ty::Interface
            | Ty::Mac
            | Ty::DeviceId
            | Ty::Secret
            | Ty::Data
            | Ty::Crds) => format!("{simple:?}"),
        }
    }
}

/// An enumeration member as it is written: quoted if it is no identifier.
#[must_use]
pub fn quote_member(member: &str) -> String {
    if crate::syntax::is_identifier(member) { member.to_owned() } else { format!("\"{member}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_takes_null_and_its_type_but_not_the_other_way_round() {
        let mut types = Types::default();
        let maybe = types.optional(TyId::INT);
        assert!(types.fits(TyId::NULL, maybe) && types.fits(TyId::INT, maybe));
        assert!(!types.fits(maybe, TyId::INT));
        assert_eq!(types.optional(maybe), maybe);
    }
}

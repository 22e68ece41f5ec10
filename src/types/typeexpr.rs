//! Types as they are written: from nodes to [`TyId`]s.

use crate::base::Name;
use crate::resolve::{Scope, Space};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::notes::Meaning;
use crate::types::ty::{Domain, OWN, ShapeId, Ty, TyId};
use crate::types::{Checker, decl, errors};

const SIMPLE: &[(&str, TyId)] = &[
    ("Bool", TyId::BOOL),
    ("Int", TyId::INT),
    ("Float", TyId::FLOAT),
    ("String", TyId::STR),
    ("Size", TyId::SIZE),
    ("Duration", TyId::DURATION),
    ("Rate", TyId::RATE),
    ("Percent", TyId::PERCENT),
    ("Ip", TyId::IP),
    ("Cidr", TyId::CIDR),
    ("Interface", TyId::INTERFACE),
    ("Mac", TyId::MAC),
    ("DeviceId", TyId::DEVICE_ID),
    ("PciAddress", TyId::PCI),
    ("Secret", TyId::SECRET),
    ("Data", TyId::DATA),
    ("Crds", TyId::CRDS),
];

impl Checker<'_> {
    /// The type that a node writes.
    pub(crate) fn type_of(&mut self, node: Index) -> TyId {
        match self.kind_of(node) {
            NodeKind::TypeName if starts_lower(self.text(node)) => {
                let member = self.intern(node);
                self.p.types.intern(Ty::Enum(vec![member]))
            }
            NodeKind::TypeName => self.type_named(node).unwrap_or(TyId::ERROR),
            NodeKind::Str => {
                let member = self.key_name(node);
                self.p.types.intern(Ty::Enum(vec![member]))
            }
            NodeKind::TypeOptional => {
                let inner = self.type_of(node + 1);
                self.p.types.optional(inner)
            }
            NodeKind::TypeApply => self.applied(node),
            NodeKind::TypeRef => self.reference(node),
            NodeKind::TypeUnion => self.union(node),
            _ => TyId::ERROR,
        }
    }

    /// A named type.
    pub(crate) fn type_named(&mut self, node: Index) -> Option<TyId> {
        let word = self.text(node);
        if let Some((_, ty)) = SIMPLE.iter().find(|(name, _)| *name == word) {
            return Some(*ty);
        }
        if let Some((_, domain)) = Domain::ALL.iter().find(|(name, _)| *name == word) {
            return Some(self.p.types.intern(Ty::Domain(*domain)));
        }
        let name = self.intern(node);
        if let Some((site, _)) = self.p.defs.find(self.scope, Space::Type, name) {
            self.note(node, Meaning::Type(site));
        }
        if let Some(ty) = decl::named_type(self, name) {
            return Some(ty);
        }
        let mut known: Vec<String> = SIMPLE.iter().map(|(name, _)| (*name).to_owned()).collect();
        known.extend(Domain::ALL.iter().map(|(name, _)| (*name).to_owned()));
        let declared = crate::resolve::Definitions::all(self.units, self.scope, Space::Type);
        let declared = declared.take(if self.is_crowded() { 0 } else { usize::MAX });
        known.extend(declared.filter_map(|(_, item)| item.name).map(|name| self.p.name(name).to_owned()));
        let diagnostic = errors::unknown_type(self.span(node), word, known);
        self.report(diagnostic);
        None
    }

    fn applied(&mut self, node: Index) -> TyId {
        let children: Vec<Index> = self.tree().children(node).collect();
        let word = self.text(children[0]);
        let args: Vec<TyId> = children[1..].iter().map(|child| self.type_of(*child)).collect();
        let ty = match (word, args.as_slice()) {
            ("List", [element]) => Ty::List(*element),
            ("Set", [element]) => Ty::Set(*element),
            ("Range", [element]) => Ty::Range(*element),
            ("Map", [key, value]) => Ty::Map(*key, *value),
            ("Own", [inner]) => Ty::Named(self.p.heap.names.intern(OWN), *inner, None),
            _ => {
                let diagnostic = errors::unknown_generic(self.span(node), word);
                self.report(diagnostic);
                return TyId::ERROR;
            }
        };
        self.p.types.intern(ty)
    }

    /// `ref host`, `ref (device | pci)`, `ref Iso`
    fn reference(&mut self, node: Index) -> TyId {
        let mut shapes: Vec<ShapeId> = Vec::new();
        let mut tag = None;
        for child in self.tree().children(node) {
            let name = self.intern(child);
            self.note_kind(child, name);
            match self.ref_shapes(name) {
                Some((found, found_tag)) => {
                    shapes.extend(found);
                    tag = tag.or(found_tag);
                }
                None => {
                    let known = self.kind_words();
                    let diagnostic = errors::unknown_kind(self.span(child), self.text(child), known);
                    self.report(diagnostic);
                }
            }
        }
        if shapes.is_empty() {
            return TyId::ERROR;
        }
        self.p.types.intern(Ty::Obj(shapes, tag))
    }

    /// The shapes that a word after `ref` names: a kind, keyed blocks, a variant or a model.
    fn ref_shapes(&self, name: Name) -> Option<(Vec<ShapeId>, Option<Name>)> {
        if let Some(shapes) = self.p.kind(self.scope, name) {
            return Some((shapes.to_vec(), None));
        }
        if let Some(shapes) = self.p.parts.get(&name) {
            return Some((shapes.clone(), None));
        }
        self.p.tags.get(&name).map(|shape| (vec![*shape], Some(name)))
    }

    /// The words of all kinds in sight.
    pub(crate) fn kind_words(&self) -> Vec<String> {
        if self.is_crowded() {
            return Vec::new();
        }
        let mut words: Vec<String> = self
            .p
            .kinds
            .keys()
            .filter(|(scope, _)| *scope == self.scope || *scope == Scope::STD)
            .map(|(_, name)| self.p.name(*name).to_owned())
            .collect();
        words.sort();
        words
    }

    fn union(&mut self, node: Index) -> TyId {
        let mut members: Vec<Name> = Vec::new();
        let mut parts: Vec<TyId> = Vec::new();
        let mut optional = false;
        for child in self.tree().children(node) {
            let ty = self.type_of(child);
            match self.p.types.get(ty).clone() {
                Ty::Enum(more)
                    if !matches!(self.kind_of(child), NodeKind::TypeName) || starts_lower(self.text(child)) =>
                {
                    members.extend(more);
                }
                Ty::Opt(inner) => {
                    optional = true;
                    match self.p.types.get(inner).clone() {
                        Ty::Enum(more) => members.extend(more),
                        _ => parts.push(inner),
                    }
                }
                _ => parts.push(ty),
            }
        }
        if !members.is_empty() {
            let ty = self.p.types.intern(Ty::Enum(members));
            parts.insert(0, ty);
        }
        let ty = if let [one] = parts.as_slice() { *one } else { self.p.types.intern(Ty::Union(parts)) };
        if optional { self.p.types.optional(ty) } else { ty }
    }
}

/// Whether a word is an enumeration member rather than a type.
pub(crate) fn starts_lower(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
}

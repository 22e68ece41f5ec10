//! What each node of an item means, for whoever asks about a place in the source.
//!
//! Compiling keeps no such table: nobody reads it, and a large lab has half a million nodes. [`of_item`] types one
//! item again with a recorder on, and gives what the recorder heard. Nothing else changes: what the item came to is
//! thrown away, and what is wrong with it is known already.

use crate::base::{Name, Sources};
use crate::hir::{Item, What};
use crate::resolve::{ResId, Scope, Site, Unit};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::NodeRef;
use crate::types::ty::{ShapeId, TyId};
use crate::types::{Checker, Program, Want};

/// What a node means.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Meaning {
    /// A body, of an object of this shape and variant or model.
    Body(ShapeId, Option<Name>),
    /// An expression that must be of a type, and the declaration that wants it.
    Wanted(TyId, Option<NodeRef>),
    /// An expression of a type.
    Typed(TyId),
    /// The name of a field.
    Field(ShapeId, u16),
    /// The key of a keyed block of a shape.
    Key(ShapeId),
    /// The name of a resource.
    Resource(ResId),
    /// The name of a block, of which object is not known here: of one of the shapes of a type.
    Part(TyId, Name),
    /// A member of an enumeration.
    Member(TyId, Name),
    /// A variable of a loop, a `let` of a body or a parameter.
    Local(Name),
    /// A `let` or input of the program, by its number.
    Binding(u32),
    /// A function, by its number.
    Function(u32),
    /// A function that the compiler knows by itself.
    Builtin,
    /// A profile or model, by its number.
    Layer(u32),
    /// A variant of a shape.
    Variant(ShapeId, Name),
    /// A kind, or a union of kinds.
    Kind(Name),
    /// A type that is declared somewhere.
    Type(Site),
    /// A module.
    Module(Scope),
    /// A policy, kind check or code.
    Rule(Name),
    /// A property that every object or value of its type has.
    Property,
}

/// A node with its meaning. One node may have several notes: what is wanted there, what it is, what it names.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Note {
    /// The node, by its number in the program.
    pub at: NodeRef,
    /// What it means.
    pub meaning: Meaning,
}

/// Types an item again and tells what its nodes mean, in the order in which they were met.
#[must_use]
pub fn of_item(p: &mut Program, units: &[Unit], sources: &Sources, unit: u32, item: &Item) -> Vec<Note> {
    let mut out = Vec::new();
    let mut checker = Checker::new(p, units, sources, &mut out, unit);
    checker.notes = Some(Vec::new());
    checker.item(item);
    checker.notes.take().unwrap_or_default()
}

impl Checker<'_> {
    /// Notes what a node means, if somebody asked.
    #[inline]
    pub(crate) fn note(&mut self, node: Index, meaning: Meaning) {
        if self.notes.is_some() {
            let at = self.at(node);
            self.notes.get_or_insert_default().push(Note { at, meaning });
        }
    }

    /// Notes what is wanted of an expression.
    pub(crate) fn note_want(&mut self, node: Index, want: Want) {
        self.note(node, Meaning::Wanted(want.ty, want.from));
    }

    fn item(&mut self, item: &Item) {
        match item.what {
            What::Resource => self.resource_item(item.node),
            What::Profile | What::Model => self.layer_item(item),
            What::Policy => {
                let known = self.p.policies.len();
                self.policy(item.node, item.name);
                self.p.policies.truncate(known);
            }
            What::Kind | What::Block => self.kind_item(item),
            What::KindUnion => {
                for member in self.tree().children(item.node).skip(1) {
                    let word = self.intern(member);
                    self.note_kind(member, word);
                }
            }
            What::Fn => self.fn_item(item),
            What::Let | What::Input => self.value_item(item),
            What::Type => self.type_item(item),
            What::For => self.loop_item(item.node),
            What::Test => {
                if let Some(body) = self.child(item.node, NodeKind::Body) {
                    self.test_entries(body);
                }
            }
            What::Removed => {
                self.path_item(item.name_node);
            }
            What::Use | What::Incident => {}
        }
    }

    /// A kind's word, where it is one.
    pub(crate) fn note_kind(&mut self, node: Index, word: Name) {
        if self.p.kind(self.scope, word).is_some() {
            self.note(node, Meaning::Kind(word));
        }
    }

    /// A resource, written by hand or made by a loop: of those that a loop makes, the first stands for all.
    fn resource_item(&mut self, node: Index) {
        let unit = self.unit;
        let is_it = |resource: &crate::resolve::Resource| resource.unit == unit && resource.node == node;
        let head = crate::hir::read_head(self.tree(), node);
        let (word, key) = (self.intern(head.word), self.key_name(head.key));
        let by_name = self.p.defs.resource(self.scope, word, key).filter(|id| is_it(self.p.defs.get(*id)));
        let found = by_name.or_else(|| {
            let position = self.p.defs.resources.iter().position(is_it);
            position.map(|number| ResId(number as u32))
        });
        let Some(id) = found else {
            // One that nothing finds, such as a second of the same name, is understood all the same.
            let resource = crate::resolve::Resource { word, key, scope: self.scope, unit: self.unit, node, head };
            self.whole_resource(&resource);
            return;
        };
        self.enter_environment(id);
        let resource = *self.p.defs.get(id);
        self.note(resource.head.key, Meaning::Resource(id));
        if self.kind_of(resource.head.key) == NodeKind::Str && self.node(resource.head.key).next > resource.head.key + 1
        {
            self.expr(resource.head.key, None);
        }
        self.whole_resource(&resource);
        self.unbind(0);
    }

    fn whole_resource(&mut self, resource: &crate::resolve::Resource) {
        self.note_kind(resource.head.word, resource.word);
        let Some(head) = self.head(resource) else { return };
        if resource.head.body != 0 {
            self.body(resource.head.body, head.shape, head.tag, &mut Vec::new());
        }
        self.any_variant = false;
    }

    fn layer_item(&mut self, item: &Item) {
        let is_model = item.what == What::Model;
        let Some(shape) = self.layer_shape(item.node, item.name_node, is_model) else { return };
        let tag = item.name.filter(|_| is_model);
        if let Some(name) = item.name {
            let table = if is_model { &self.p.models } else { &self.p.profiles };
            if let Some(layer) = table.get(&(self.scope, name)).copied() {
                self.note(item.name_node, Meaning::Layer(layer));
            }
        }
        if let Some(clause) = self.child(item.node, NodeKind::WithClause) {
            self.with_clause(clause, shape, &mut Vec::new());
        }
        let Some(body) = self.child(item.node, NodeKind::Body) else { return };
        if is_model {
            self.model_body(body, shape, tag, &mut Vec::new());
        } else {
            self.body(body, shape, tag, &mut Vec::new());
        }
    }

    fn kind_item(&mut self, item: &Item) {
        let Some(name) = item.name else { return };
        for clause in [NodeKind::KindOn, NodeKind::KindIn] {
            let word = self.child(item.node, clause).and_then(|clause| self.child(clause, NodeKind::Name));
            if let Some(word) = word {
                let kind = self.intern(word);
                self.note_kind(word, kind);
            }
        }
        let at = self.at(item.name_node);
        let shape = (0..self.p.shapes.len() as u16).map(ShapeId).find(|shape| self.p.shape(*shape).at == at);
        let (Some(shape), Some(body)) = (shape, self.child(item.node, NodeKind::Body)) else { return };
        if item.what == What::Kind {
            self.note(item.name_node, Meaning::Kind(name));
        }
        self.lenient = true;
        self.declared_fields(body, shape, None);
    }

    fn declared_fields(&mut self, body: Index, shape: ShapeId, variant: Option<Name>) {
        self.self_ty = Some(self.object_ty(shape, variant));
        for entry in self.tree().children(body) {
            match self.kind_of(entry) {
                NodeKind::FieldDecl => self.field_notes(entry, shape, variant),
                NodeKind::Derive => {
                    let children: Vec<Index> = self.tree().children(entry).collect();
                    self.note_field(children[0], shape, variant);
                    if let [_, ty, _] = children.as_slice() {
                        self.type_of(*ty);
                    }
                    if let Some(value) = children.last() {
                        self.expr(*value, None);
                    }
                }
                NodeKind::Require => {
                    self.require(entry);
                }
                NodeKind::NeedsAll | NodeKind::NeedsMajority | NodeKind::NeedsCount => {
                    for child in self.tree().children(entry) {
                        self.expr(child, None);
                    }
                }
                NodeKind::VariantDef => {
                    let name = self.intern(entry + 1);
                    self.note(entry + 1, Meaning::Variant(shape, name));
                    if let Some(body) = self.child(entry, NodeKind::Body) {
                        self.declared_fields(body, shape, Some(name));
                        self.self_ty = Some(self.object_ty(shape, variant));
                    }
                }
                _ => {}
            }
        }
    }

    fn note_field(&mut self, node: Index, shape: ShapeId, variant: Option<Name>) -> Option<TyId> {
        let name = self.intern(node);
        let number = self.p.shape(shape).field(name, variant)?;
        self.note(node, Meaning::Field(shape, number));
        Some(self.p.field(shape, number).ty)
    }

    fn field_notes(&mut self, entry: Index, shape: ShapeId, variant: Option<Name>) {
        let Some(ty) = self.note_field(entry + 1, shape, variant) else { return };
        let written = self.node(entry + 1).next;
        self.field_type(written);
        let from = Some(self.at(entry + 1));
        if let Some(default) = self.child(entry, NodeKind::Default) {
            self.check(default + 1, Want { ty, from });
        }
        if let Some(condition) = self.child(entry, NodeKind::Where) {
            self.refinement(condition + 1, ty);
        }
    }

    fn fn_item(&mut self, item: &Item) {
        self.lenient = true;
        let mut result = None;
        for child in self.tree().children(item.node).skip(1) {
            match self.kind_of(child) {
                NodeKind::Param => {
                    let name = self.intern(child + 1);
                    let ty = self.type_of(self.node(child + 1).next);
                    self.note(child + 1, Meaning::Local(name));
                    self.note(child + 1, Meaning::Typed(ty));
                    self.bind(name, ty, false);
                }
                NodeKind::ReturnType => result = Some(self.type_of(child + 1)),
                _ => {
                    let want = result.map(|ty| Want { ty, from: None });
                    self.expr(child, want);
                }
            }
        }
    }

    fn value_item(&mut self, item: &Item) {
        if let Some(number) = item.name.and_then(|name| self.number_of(name)) {
            self.note(item.name_node, Meaning::Binding(number));
        }
        let mut ty = None;
        for child in self.tree().children(item.node).skip(1) {
            let value = match self.kind_of(child) {
                NodeKind::Default => child + 1,
                kind if crate::types::decl::is_type(kind) => {
                    ty = Some(self.type_of(child));
                    continue;
                }
                _ => child,
            };
            self.expr(value, ty.map(|ty| Want { ty, from: None }));
        }
    }

    fn type_item(&mut self, item: &Item) {
        let base = self.type_of(self.node(item.name_node).next);
        if let Some(condition) = self.child(item.node, NodeKind::Where) {
            self.refinement(condition + 1, base);
        }
    }

    /// `for` at the top level: what it ranges over, then what it makes.
    fn loop_item(&mut self, node: Index) {
        let count = self.locals.len();
        let nodes = self.loop_nodes(node);
        self.enter_loop(&nodes);
        let body = self.child(node, NodeKind::Body);
        self.unbind(count);
        self.next_slot = 0;
        let tree = self.tree();
        for entry in body.into_iter().flat_map(|body| tree.children(body)) {
            match self.kind_of(entry) {
                NodeKind::Decl => self.resource_item(entry),
                NodeKind::ForEntry => self.loop_item(entry),
                _ => {}
            }
        }
    }

    fn test_entries(&mut self, body: Index) {
        for entry in self.tree().children(body) {
            match self.kind_of(entry) {
                NodeKind::Decl => {
                    let head = crate::hir::read_head(self.tree(), entry);
                    match self.text(head.word) {
                        "change" => {
                            let shape = self.path_item(head.key);
                            if let (Some(shape), true) = (shape, head.body != 0) {
                                self.body(head.body, shape, None, &mut Vec::new());
                            }
                        }
                        "without" => {
                            self.path_item(head.key);
                        }
                        _ => self.resource_item(entry),
                    }
                }
                NodeKind::Expect => {
                    if let Some(at) = self.child(entry, NodeKind::At) {
                        self.expr(at + 1, None);
                    }
                    if let Some(rule) = self.child(entry, NodeKind::RuleName) {
                        let word = self.text(rule);
                        let name = self.p.heap.names.intern(word.strip_prefix("policy/").unwrap_or(word));
                        self.note(rule, Meaning::Rule(name));
                    }
                }
                _ => {}
            }
        }
    }

    /// `vm.frigate` where a path stands for a resource; its shape.
    fn path_item(&mut self, path: Index) -> Option<ShapeId> {
        let parts: Vec<Index> = self.tree().children(path).collect();
        let [word_node, key_node, ..] = parts.as_slice() else { return None };
        let (word, key) = (self.intern(*word_node), self.key_name(*key_node));
        self.note_kind(*word_node, word);
        let id = self.p.defs.resource(self.scope, word, key)?;
        self.note(*key_node, Meaning::Resource(id));
        self.p.kind(self.scope, word).and_then(<[ShapeId]>::first).copied()
    }
}

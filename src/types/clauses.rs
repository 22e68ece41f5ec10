//! The clauses of a head: `: Model`, `on …`, `in …`, `with …`.

use crate::base::Name;
use crate::resolve::Scope;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::body::{Entry, On};
use crate::types::expr::{NodeRef, Require};
use crate::types::notes::Meaning;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, errors};

impl Checker<'_> {
    /// `: ZfsPool`: a variant of the shape, or a model for it.
    pub(crate) fn tag_clause(&mut self, clause: Index, shape: ShapeId, layers: &mut Vec<u32>) -> Option<Name> {
        let (scope, node) = self.in_module(clause + 1)?;
        let name = self.key_name(node);
        if node == clause + 1 && self.p.shape(shape).variants.contains(&name) {
            self.note(node, Meaning::Variant(shape, name));
            return Some(name);
        }
        let scopes = [scope, if node == clause + 1 { Scope::STD } else { scope }];
        let model = scopes.iter().find_map(|scope| self.p.models.get(&(*scope, name)).copied());
        if let Some(model) = model
            && self.p.layers[model as usize].shape == shape
        {
            layers.push(model);
            self.note(node, Meaning::Layer(model));
            return Some(name);
        }
        let word = self.p.name(self.p.shape(shape).word).to_owned();
        let mut known: Vec<String> =
            self.p.shape(shape).variants.iter().map(|name| self.p.name(*name).to_owned()).collect();
        let models = self.p.models.values().map(|layer| &self.p.layers[*layer as usize]);
        let is_crowded = self.is_crowded();
        known.extend(
            models.filter(|layer| layer.shape == shape && !is_crowded).map(|layer| self.p.name(layer.name).to_owned()),
        );
        known.sort();
        let diagnostic = match model {
            Some(model) => {
                let other = &self.p.layers[model as usize];
                let of = self.p.name(self.p.shape(other.shape).word).to_owned();
                errors::model_for_another(self.span(node), self.text(node), &word, &of, self.span_of(other.at))
            }
            None => errors::unknown_model(self.span(node), self.text(node), &word, known),
        };
        self.report(diagnostic);
        None
    }

    /// In which scope a name is looked up, and its own node: `module.name` names something of a used module.
    pub(crate) fn in_module(&mut self, node: Index) -> Option<(Scope, Index)> {
        let (NodeKind::Path | NodeKind::Access) = self.kind_of(node) else { return Some((self.scope, node)) };
        let (first, last) = (node + 1, self.node(node + 1).next);
        let word = self.intern(first);
        if let Some(module) = self.p.defs.uses.get(&(self.scope, word)).copied() {
            self.note(first, Meaning::Module(module));
            return Some((module, last));
        }
        let uses = self.p.defs.uses.keys().filter(|(scope, _)| *scope == self.scope);
        let mut known: Vec<String> = uses.map(|(_, name)| self.p.name(*name).to_owned()).collect();
        known.sort();
        let (span, text) = (self.span(first), self.text(first));
        let is_method = self.kind_of(node) == NodeKind::Path && self.variable(first, word).is_some();
        let diagnostic = match is_method {
            true => errors::no_method(span, text, self.text(last)),
            false => errors::no_module(span, text, &known),
        };
        self.report(diagnostic);
        None
    }

    /// `on pve`, `on [a, b]`, `on all`, `on auto`, `on any [a, b]`
    pub(crate) fn on_clause(&mut self, clause: Index, shape: ShapeId) -> On {
        let any = self.child(clause, NodeKind::AnyWord);
        let node = any.map_or(clause + 1, |any| self.node(any).next);
        let at = self.at(node);
        let Some(on) = self.p.shape(shape).on else {
            let word = self.p.name(self.p.shape(shape).word).to_owned();
            let diagnostic = errors::no_preposition(self.span(clause), &word, self.text(clause));
            self.report(diagnostic);
            return On::Unsaid;
        };
        if any.is_none() && self.kind_of(node) == NodeKind::NameRef {
            match self.text(node) {
                "auto" => return On::Any(None, at),
                "all" if on.many => return On::All,
                "all" => {
                    let word = self.p.name(self.p.shape(shape).word).to_owned();
                    let diagnostic = errors::one_place(self.span(node), &word, "all");
                    return On::Fixed(self.report(diagnostic), at);
                }
                _ => {}
            }
        }
        let one = self.object_ty(on.kind, None);
        let is_list = matches!(self.kind_of(node), NodeKind::List | NodeKind::Comprehension);
        if is_list && !on.many && any.is_none() {
            let word = self.p.name(self.p.shape(shape).word).to_owned();
            let diagnostic = errors::one_place(self.span(node), &word, self.text(node));
            return On::Fixed(self.report(diagnostic), at);
        }
        let ty = if is_list || any.is_some() { self.p.types.intern(Ty::List(one)) } else { one };
        let declared = self.p.shape(shape).at;
        let value = self.check(node, Want { ty, from: Some(declared) });
        if any.is_some() { On::Any(Some(value), at) } else { On::Fixed(value, at) }
    }

    /// `in homelab`
    pub(crate) fn in_clause(&mut self, clause: Index, shape: ShapeId) -> Option<(Value, NodeRef)> {
        let Some(within) = self.p.shape(shape).within else {
            let word = self.p.name(self.p.shape(shape).word).to_owned();
            let diagnostic = errors::no_preposition(self.span(clause), &word, self.text(clause));
            self.report(diagnostic);
            return None;
        };
        let ty = self.object_ty(within.kind, None);
        let declared = self.p.shape(shape).at;
        let value = self.check(clause + 1, Want { ty, from: Some(declared) });
        let at = self.at(clause + 1);
        Some((value, at))
    }

    /// `with cloud`, `with [a, b]`
    pub(crate) fn with_clause(&mut self, clause: Index, shape: ShapeId, layers: &mut Vec<u32>) {
        let node = clause + 1;
        let nodes: Vec<Index> =
            if self.kind_of(node) == NodeKind::List { self.tree().children(node).collect() } else { vec![node] };
        for node in nodes {
            let named = node;
            let Some((scope, node)) = self.in_module(node) else { continue };
            let name = self.key_name(node);
            let scopes = [scope, if node == named { Scope::STD } else { scope }];
            let found = scopes.iter().find_map(|scope| self.p.profiles.get(&(*scope, name)).copied());
            match found {
                Some(layer) if self.p.layers[layer as usize].shape == shape => {
                    self.note(node, Meaning::Layer(layer));
                    layers.push(layer);
                }
                Some(layer) => {
                    let other = &self.p.layers[layer as usize];
                    let word = self.p.name(self.p.shape(shape).word).to_owned();
                    let of = self.p.name(self.p.shape(other.shape).word).to_owned();
                    let diagnostic = errors::profile_for_another(
                        self.span(node),
                        self.text(node),
                        &word,
                        &of,
                        self.span_of(other.at),
                    );
                    self.report(diagnostic);
                }
                None => {
                    let fitting = self.p.profiles.values().map(|layer| &self.p.layers[*layer as usize]);
                    let fitting = fitting.filter(|layer| layer.shape == shape && !self.is_crowded());
                    let mut known: Vec<String> = fitting.map(|layer| self.p.name(layer.name).to_owned()).collect();
                    known.sort();
                    let diagnostic = errors::unknown_profile(self.span(node), self.text(node), known);
                    self.report(diagnostic);
                }
            }
        }
    }

    /// A model's body: fields, and requirements over `self`, `attach`, `guest` and `host`.
    pub(crate) fn model_body(
        &mut self,
        body: Index,
        shape: ShapeId,
        tag: Option<Name>,
        out: &mut Vec<Entry>,
    ) -> Vec<Require> {
        let mut requires = Vec::new();
        let fields: Vec<Index> = self.tree().children(body).collect();
        for entry in fields {
            if self.kind_of(entry) != NodeKind::Require {
                continue;
            }
            let count = self.locals.len();
            self.self_ty = Some(self.object_ty(shape, tag));
            self.lenient = true;
            self.bind_model_words();
            requires.extend(self.require(entry));
            self.lenient = false;
            self.unbind(count);
            self.next_slot = 0;
        }
        self.model_body = Some(body);
        self.body(body, shape, tag, out);
        self.model_body = None;
        requires
    }

    /// Slots 0, 1 and 2 of a model's requirement.
    fn bind_model_words(&mut self) {
        let (attach, guest, host) = (self.p.words.attach, self.p.words.guest, self.p.words.host);
        let attach_ty = match self.p.parts.get(&attach).cloned() {
            Some(shapes) => self.p.types.intern(Ty::Obj(shapes, None)),
            None => TyId::ERROR,
        };
        let kind_ty = |this: &mut Self, word: Name| match this.p.kind(Scope::STD, word).map(<[ShapeId]>::to_vec) {
            Some(shapes) => this.p.types.intern(Ty::Obj(shapes, None)),
            None => TyId::ERROR,
        };
        let guest_ty = kind_ty(self, guest);
        let host_ty = kind_ty(self, host);
        self.bind(attach, attach_ty, false);
        self.bind(guest, guest_ty, false);
        self.bind(host, host_ty, false);
    }
}

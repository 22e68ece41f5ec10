//! Declarations: kinds, blocks, types, functions, lets and inputs become shapes, types and values.
//!
//! Shapes are made first and empty, so that fields may refer to any of them; what a definition needs is
//! made when it is asked for, and a definition that needs itself is an error.

use rustc_hash::FxHashMap;

use crate::base::{Name, Sources};
use crate::diag::Diagnostic;
use crate::hir::What;
use crate::resolve::{Scope, Site, Space, Unit};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::{NodeRef, Require};
use crate::types::shape::{Field, Holds, KeyKind, Need, NeedHow, Preposition, Shape};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Binding, Callee, Checker, Function, Program, Want, Words, builtins, errors};

/// A derived field whose expression is not typed yet: where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    unit: u32,
    node: Index,
}

/// A default or refinement that is typed once every field is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    unit: u32,
    shape: ShapeId,
    field: u16,
    default: Option<Index>,
    where_: Option<Index>,
}

/// Types every declaration of the units that are not settled, except policies (see [`type_policies`]) and resources.
pub fn declare(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
    let names = &mut p.heap.names;
    let mut word = |text: &str| names.intern(text);
    p.words = Words {
        host: word("host"),
        hosts: word("hosts"),
        name: word("name"),
        it: word("it"),
        secret: word("secret"),
        guest: word("guest"),
        attach: word("attach"),
        fields: word("Fields"),
        empty: word(""),
    };
    let shapes = make_shapes(p, units, sources, out);
    for (site, shape) in &shapes {
        let mut checker = Checker::new(p, units, sources, out, site.unit);
        checker.prepositions(*site, *shape);
        checker.fields(*site, *shape);
    }
    p.owners = owners(p);
    for pending in std::mem::take(&mut p.pending) {
        Checker::new(p, units, sources, out, pending.unit).default_of(pending);
    }
    for (site, shape) in &shapes {
        Checker::new(p, units, sources, out, site.unit).needs_and_requires(*site, *shape);
    }
    let waiting: Vec<(ShapeId, u16)> = p.waiting.keys().copied().collect();
    let mut waiting = waiting;
    waiting.sort_by_key(|(shape, field)| (*shape, *field));
    for (shape, field) in waiting {
        let unit = p.waiting.get(&(shape, field)).map_or(0, |waiting| waiting.unit);
        Checker::new(p, units, sources, out, unit).ensure_derived(shape, field);
    }
    values_and_functions(p, units, sources, out);
    super::body::layers(p, units, sources, out);
}

/// For each shape, the shapes that hold blocks of it.
fn owners(p: &Program) -> Vec<Vec<ShapeId>> {
    let mut owners = vec![Vec::new(); p.shapes.len()];
    for (number, shape) in p.shapes.iter().enumerate() {
        for field in &shape.fields {
            if let Holds::Block(of, _) | Holds::Blocks(of, _) = field.holds {
                owners[usize::from(of.0)].push(ShapeId(number as u16));
            }
        }
    }
    owners
}

/// Types every `let`, input and function of the project, used or not. The library's are typed on demand.
fn values_and_functions(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
    for (number, unit) in units.iter().enumerate().skip(p.settled).filter(|(_, unit)| unit.scope != Scope::STD) {
        for item in &unit.items.items {
            let Some(name) = item.name else { continue };
            let mut checker = Checker::new(p, units, sources, out, number as u32);
            match item.what {
                What::Let | What::Input => {
                    checker.binding(name);
                }
                What::Fn => {
                    function(&mut checker, name);
                }
                What::Type => {
                    named_type(&mut checker, name);
                }
                _ => {}
            }
        }
    }
}

/// Types every policy of the units that are not settled.
pub fn type_policies(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
    for (number, unit) in units.iter().enumerate().skip(p.settled) {
        for item in unit.items.items.iter().filter(|item| item.what == What::Policy) {
            Checker::new(p, units, sources, out, number as u32).policy(item.node, item.name);
        }
        for item in unit.items.items.iter().filter(|item| item.what == What::Incident) {
            Checker::new(p, units, sources, out, number as u32).incident(item.node);
        }
    }
}

/// Makes the shapes of all kinds and blocks, empty, and their names.
fn make_shapes(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) -> Vec<(Site, ShapeId)> {
    let mut made = Vec::new();
    let mut unions: Vec<(Scope, Name, u32, Index)> = Vec::new();
    for (number, unit) in units.iter().enumerate().skip(p.settled) {
        for item in &unit.items.items {
            let Some(name) = item.name else { continue };
            match item.what {
                What::Kind | What::Block => {
                    let shape = ShapeId(p.shapes.len() as u16);
                    let at = NodeRef(unit.base + item.name_node);
                    let ty = p.types.intern(Ty::Obj(vec![shape], None));
                    p.shapes.push(Shape {
                        name,
                        word: name,
                        ty,
                        is_kind: item.what == What::Kind,
                        fields: Vec::new(),
                        by_name: FxHashMap::default(),
                        quick: Vec::new(),
                        on: None,
                        within: None,
                        variants: Vec::new(),
                        requires: Vec::new(),
                        needs: Vec::new(),
                        open: None,
                        at,
                    });
                    if item.what == What::Kind {
                        p.kinds.insert((unit.scope, name), vec![shape]);
                    } else {
                        p.named.insert((unit.scope, name), ty);
                    }
                    let site = Site { unit: number as u32, node: item.node, name_node: item.name_node };
                    made.push((site, shape));
                }
                What::KindUnion => unions.push((unit.scope, name, number as u32, item.node)),
                _ => {}
            }
        }
    }
    for (scope, name, unit, node) in unions {
        let mut checker = Checker::new(p, units, sources, out, unit);
        let mut shapes = Vec::new();
        for member in checker.tree().children(node).skip(1) {
            let word = checker.intern(member);
            match checker.p.kind(scope, word).map(<[ShapeId]>::to_vec) {
                Some(found) => shapes.extend(found),
                None => {
                    let known = checker.kind_words();
                    let diagnostic = errors::unknown_kind(checker.span(member), checker.text(member), known);
                    checker.report(diagnostic);
                }
            }
        }
        p.kinds.insert((scope, name), shapes);
    }
    words_and_tags(p, units, sources, &made);
    made
}

/// Finds the words that declare keyed blocks, and the shapes of variants and models, before any type is read.
fn words_and_tags(p: &mut Program, units: &[Unit], sources: &Sources, made: &[(Site, ShapeId)]) {
    for (site, shape) in made {
        let unit = &units[site.unit as usize];
        let text = &sources.file(unit.file).text;
        let Some(body) = unit.tree.child(site.node, NodeKind::Body) else { continue };
        let mut bodies = vec![body];
        while let Some(body) = bodies.pop() {
            for entry in unit.tree.children(body) {
                match unit.tree.kind(entry) {
                    NodeKind::VariantDef => {
                        let name = p.heap.names.intern(unit.tree.text(entry + 1, text));
                        p.tags.insert(name, *shape);
                        p.shapes[usize::from(shape.0)].variants.push(name);
                        bodies.extend(unit.tree.child(entry, NodeKind::Body));
                    }
                    NodeKind::FieldDecl => {
                        let ty = unit.tree.node(entry + 1).next;
                        let keyed = unit.tree.kind(ty) == NodeKind::BlocksType;
                        if !keyed && unit.tree.kind(ty) != NodeKind::BlockType {
                            continue;
                        }
                        let word = p.heap.names.intern(unit.tree.text(entry + 1, text));
                        let block = p.heap.names.intern(unit.tree.text(ty + 1, text));
                        let Some(found) =
                            p.named.get(&(unit.scope, block)).or_else(|| p.named.get(&(Scope::STD, block))).copied()
                        else {
                            continue;
                        };
                        if let Ty::Obj(of, _) = p.types.get(found).clone() {
                            p.shapes[usize::from(of[0].0)].word = word;
                            let parts = p.parts.entry(word).or_default();
                            if keyed && !parts.contains(&of[0]) {
                                parts.push(of[0]);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    for unit in &units[p.settled..] {
        let text = &sources.file(unit.file).text;
        for item in unit.items.items.iter().filter(|item| item.what == What::Model) {
            let for_node = unit.tree.node(item.name_node).next;
            let word = p.heap.names.intern(unit.tree.text(for_node, text));
            let shape = p.kind(unit.scope, word).and_then(<[ShapeId]>::first).copied();
            let shape = shape.or_else(|| p.parts.get(&word).and_then(|parts| parts.first().copied()));
            if let (Some(name), Some(shape)) = (item.name, shape) {
                p.tags.insert(name, shape);
            }
        }
    }
}

impl Checker<'_> {
    /// Types the fields of a kind or block.
    fn fields(&mut self, site: Site, shape: ShapeId) {
        let Some(body) = self.child(site.node, NodeKind::Body) else { return };
        self.lenient = true;
        self.self_ty = Some(self.p.types.intern(Ty::Obj(vec![shape], None)));
        self.fields_of(body, shape, None);
    }

    fn fields_of(&mut self, body: Index, shape: ShapeId, variant: Option<Name>) {
        for entry in self.tree().children(body) {
            match self.kind_of(entry) {
                NodeKind::FieldDecl => self.field_decl(entry, shape, variant),
                NodeKind::Derive => self.derived(entry, shape, variant),
                NodeKind::VariantDef => {
                    let name = self.intern(entry + 1);
                    if let Some(body) = self.child(entry, NodeKind::Body) {
                        self.fields_of(body, shape, Some(name));
                    }
                }
                NodeKind::Require
                | NodeKind::NeedsAll
                | NodeKind::NeedsCount
                | NodeKind::NeedsMajority
                | NodeKind::ErrorEntry => {}
                _ => {
                    let diagnostic = errors::not_in_a_kind(self.span(entry));
                    self.report(diagnostic);
                }
            }
        }
    }

    /// Adds a field; false if its name is taken.
    fn add_field(&mut self, shape: ShapeId, field: Field, name_node: Index) -> bool {
        let number = self.p.shape(shape).fields.len() as u16;
        let taken = self.p.shape(shape).by_name.get(&field.name).and_then(|numbers| {
            let clash = |number: &&u16| {
                let other = self.p.field(shape, **number);
                other.variant.is_none() || field.variant.is_none() || other.variant == field.variant
            };
            numbers.iter().find(clash).copied()
        });
        if let Some(other) = taken {
            let first = self.span_of(self.p.field(shape, other).at);
            let diagnostic = errors::duplicate_field(self.span(name_node), first, self.text(name_node));
            self.report(diagnostic);
            return false;
        }
        let is_open = matches!(self.p.types.get(field.ty), Ty::Named(name, ..) if *name == self.p.words.fields);
        let shape = &mut self.p.shapes[usize::from(shape.0)];
        if is_open {
            shape.open = Some(number);
        }
        shape.by_name.entry(field.name).or_default().push(number);
        if field.variant.is_none() {
            let index = field.name.index();
            if shape.quick.len() <= index {
                shape.quick.resize(index + 1, u16::MAX);
            }
            shape.quick[index] = number;
        }
        shape.fields.push(field);
        true
    }

    /// `name: Type = default where it > 0`
    fn field_decl(&mut self, entry: Index, shape: ShapeId, variant: Option<Name>) {
        let name_node = entry + 1;
        let name = self.intern(name_node);
        let at = self.at(name_node);
        let ty_node = self.node(name_node).next;
        let (ty, holds) = self.field_type(ty_node);
        let default = self.child(entry, NodeKind::Default).map(|node| node + 1);
        let where_ = self.child(entry, NodeKind::Where).map(|node| node + 1);
        let refined = self.is_refined(ty) || where_.is_some();
        let null = holds == Holds::Value && self.p.types.is_optional(ty);
        let field = Field { name, ty, holds, default: null.then_some(Value::Null), refined, where_: None, variant, at };
        let number = self.p.shape(shape).fields.len() as u16;
        if self.add_field(shape, field, name_node) && (default.is_some() || where_.is_some()) {
            self.p.pending.push(Pending { unit: self.unit, shape, field: number, default, where_ });
        }
    }

    /// Types the default and the refinement of a field.
    fn default_of(&mut self, pending: Pending) {
        self.lenient = true;
        let declared = self.p.field(pending.shape, pending.field);
        let (ty, at, variant) = (declared.ty, declared.at, declared.variant);
        self.self_ty = Some(self.object_ty(pending.shape, variant));
        let default = pending.default.map(|node| self.check(node, Want { ty, from: Some(at) }));
        let refinement = pending.where_.and_then(|node| self.refinement(node, ty));
        let field = &mut self.p.shapes[usize::from(pending.shape.0)].fields[usize::from(pending.field)];
        field.default = default.or(field.default);
        field.where_ = refinement;
    }

    /// The type of a field, and what it holds.
    pub(crate) fn field_type(&mut self, node: Index) -> (TyId, Holds) {
        match self.kind_of(node) {
            NodeKind::BlockType => {
                let ty = self.block_named(node + 1);
                match self.block_shape(ty) {
                    Some(shape) => (ty, Holds::Block(shape, false)),
                    None => (TyId::ERROR, Holds::Value),
                }
            }
            NodeKind::TypeOptional if self.kind_of(node + 1) == NodeKind::BlockType => {
                let (ty, holds) = self.field_type(node + 1);
                match holds {
                    Holds::Block(shape, _) => (ty, Holds::Block(shape, true)),
                    other => (ty, other),
                }
            }
            NodeKind::BlocksType => {
                let ty = self.block_named(node + 1);
                let key = self.node(node + 1).next;
                let kind = match self.kind_of(key) {
                    NodeKind::TypeName if self.text(key) == "Name" => KeyKind::Name,
                    NodeKind::TypeRef => KeyKind::Ref(self.type_of(key)),
                    _ => KeyKind::Slot(self.type_of(key)),
                };
                match self.block_shape(ty) {
                    Some(shape) => (self.p.types.intern(Ty::List(ty)), Holds::Blocks(shape, kind)),
                    None => (TyId::ERROR, Holds::Value),
                }
            }
            _ => (self.type_of(node), Holds::Value),
        }
    }

    fn block_named(&mut self, node: Index) -> TyId {
        self.type_named(node).unwrap_or(TyId::ERROR)
    }

    fn block_shape(&mut self, ty: TyId) -> Option<ShapeId> {
        match self.p.types.get(ty) {
            Ty::Obj(shapes, _) => shapes.first().copied(),
            _ => None,
        }
    }

    /// Whether a type, or a part of it, has a refinement.
    fn is_refined(&self, ty: TyId) -> bool {
        match self.p.types.get(ty) {
            Ty::Named(_, inner, refinement) => refinement.is_some() || self.is_refined(*inner),
            Ty::Opt(inner) | Ty::List(inner) | Ty::Set(inner) | Ty::Range(inner) => self.is_refined(*inner),
            Ty::Map(key, value) => self.is_refined(*key) || self.is_refined(*value),
            Ty::Union(parts) => parts.iter().any(|part| self.is_refined(*part)),
            _ => false,
        }
    }

    /// `where …` over `it`, in a frame of its own: slot 0 is `it`.
    pub(crate) fn refinement(&mut self, node: Index, ty: TyId) -> Option<crate::types::value::ExprId> {
        let locals = std::mem::take(&mut self.locals);
        let slots = (std::mem::replace(&mut self.next_slot, 0), self.max_slot);
        let plain = self.p.types.plain(ty);
        let inner = match *self.p.types.get(plain) {
            Ty::Opt(inner) => inner,
            _ => ty,
        };
        let it = self.p.words.it;
        self.bind(it, inner, false);
        let lenient = std::mem::replace(&mut self.lenient, true);
        let value = self.check(node, Want { ty: TyId::BOOL, from: None });
        self.lenient = lenient;
        self.locals = locals;
        (self.next_slot, self.max_slot) = slots;
        let at = self.at(node);
        (value != Value::Poison).then(|| self.p.as_expr(value, at))
    }

    fn derived(&mut self, entry: Index, shape: ShapeId, variant: Option<Name>) {
        let name_node = entry + 1;
        let name = self.intern(name_node);
        let children: Vec<Index> = self.tree().children(entry).collect();
        let ty = if let [_, ty, _] = children.as_slice() { self.type_of(*ty) } else { TyId::ERROR };
        let at = self.at(name_node);
        let number = self.p.shape(shape).fields.len() as u16;
        let field = Field { name, ty, holds: Holds::Derived, default: None, refined: false, where_: None, variant, at };
        self.add_field(shape, field, name_node);
        // A second field of the same name is refused, and there is nothing to type.
        if self.p.shape(shape).fields.len() > usize::from(number) {
            self.p.waiting.insert((shape, number), Waiting { unit: self.unit, node: entry });
        }
    }

    /// Types a derived field if that was not done yet.
    pub(crate) fn ensure_derived(&mut self, shape: ShapeId, number: u16) {
        let Some(waiting) = self.p.waiting.remove(&(shape, number)) else { return };
        let before = std::mem::take(&mut self.locals);
        let slots = (std::mem::replace(&mut self.next_slot, 0), self.max_slot);
        let (unit, own) = (self.turn_to(waiting.unit), (self.self_ty, self.lenient));
        self.self_ty = Some(self.p.types.intern(Ty::Obj(vec![shape], None)));
        self.lenient = true;
        let children: Vec<Index> = self.tree().children(waiting.node).collect();
        let stated = self.p.field(shape, number).ty;
        let expr = children[children.len() - 1];
        let (value, ty) = if children.len() == 3 {
            let want = Want { ty: stated, from: Some(self.p.field(shape, number).at) };
            (self.check(expr, want), stated)
        } else {
            self.expr(expr, None)
        };
        let field = &mut self.p.shapes[usize::from(shape.0)].fields[usize::from(number)];
        field.ty = ty;
        field.default = Some(value);
        self.turn_to(unit);
        (self.self_ty, self.lenient) = own;
        (self.next_slot, self.max_slot) = slots;
        self.locals = before;
    }

    fn prepositions(&mut self, site: Site, shape: ShapeId) {
        for (kind, is_on) in [(NodeKind::KindOn, true), (NodeKind::KindIn, false)] {
            let Some(node) = self.child(site.node, kind) else { continue };
            let many = self.child(node, NodeKind::ManyWord).is_some();
            let Some(word_node) = self.child(node, NodeKind::Name) else { continue };
            let word = self.intern(word_node);
            let Some(target) = self.p.kind(self.scope, word).and_then(<[ShapeId]>::first).copied() else {
                let known = self.kind_words();
                let diagnostic = errors::unknown_kind(self.span(word_node), self.text(word_node), known);
                self.report(diagnostic);
                continue;
            };
            let property = if many {
                let plural = format!("{}s", self.text(word_node));
                self.p.heap.names.intern(&plural)
            } else {
                word
            };
            let preposition = Some(Preposition { kind: target, many, property });
            let shape = &mut self.p.shapes[usize::from(shape.0)];
            if is_on {
                shape.on = preposition;
            } else {
                shape.within = preposition;
            }
        }
    }

    fn needs_and_requires(&mut self, site: Site, shape: ShapeId) {
        let Some(body) = self.child(site.node, NodeKind::Body) else { return };
        self.lenient = true;
        let mut bodies = vec![(body, None)];
        while let Some((body, variant)) = bodies.pop() {
            self.self_ty = Some(self.p.types.intern(Ty::Obj(vec![shape], variant)));
            for entry in self.tree().children(body) {
                match self.kind_of(entry) {
                    NodeKind::Require => {
                        if let Some(require) = self.require(entry) {
                            let require = Require { only: variant, ..require };
                            self.p.shapes[usize::from(shape.0)].requires.push(require);
                        }
                    }
                    NodeKind::VariantDef => {
                        let name = self.intern(entry + 1);
                        bodies.extend(self.child(entry, NodeKind::Body).map(|body| (body, Some(name))));
                    }
                    NodeKind::NeedsAll | NodeKind::NeedsCount | NodeKind::NeedsMajority => self.need(entry, shape),
                    _ => {}
                }
            }
        }
    }

    fn need(&mut self, entry: Index, shape: ShapeId) {
        let first = entry + 1;
        let (how, list) = match self.kind_of(entry) {
            NodeKind::NeedsAll => (NeedHow::All, first),
            NodeKind::NeedsMajority => (NeedHow::Majority, first),
            _ => {
                let count = self.check(first, Want { ty: TyId::INT, from: None });
                (NeedHow::Count(count), self.node(first).next)
            }
        };
        let (of, _) = self.expr(list, None);
        self.p.shapes[usize::from(shape.0)].needs.push(Need { how, of });
    }
}

/// The type that a name stands for, made on first use.
pub(crate) fn named_type(checker: &mut Checker<'_>, name: Name) -> Option<TyId> {
    let (site, what) = checker.p.defs.find(checker.scope, Space::Type, name)?;
    let scope = checker.units[site.unit as usize].scope;
    if let Some(ty) = checker.p.named.get(&(scope, name)) {
        return Some(*ty);
    }
    if what == What::Block {
        return None;
    }
    let here = checker.units[site.unit as usize].tree.span(site.name_node);
    if checker.p.types_running.contains(&(scope, name)) {
        let running = checker.p.types_running.iter().skip_while(|running| **running != (scope, name)).skip(1);
        let through: Vec<String> = running.map(|(_, name)| checker.p.name(*name).to_owned()).collect();
        let diagnostic = errors::recursive(here, checker.p.name(name), &through);
        checker.report(diagnostic);
        return Some(TyId::ERROR);
    }
    if checker.is_too_deep(here) {
        return Some(TyId::ERROR);
    }
    checker.p.types_running.push((scope, name));
    let mut out = std::mem::take(checker.out);
    let mut inner = Checker::new(checker.p, checker.units, checker.sources, &mut out, site.unit);
    let ty_node = inner.node(site.name_node).next;
    let base = inner.type_of(ty_node);
    let where_ = inner.child(site.node, NodeKind::Where).map(|node| node + 1);
    let refinement = where_.and_then(|node| inner.refinement(node, base));
    let ty = inner.p.types.intern(Ty::Named(name, base, refinement));
    inner.p.named.insert((scope, name), ty);
    *checker.out = out;
    checker.p.nesting -= 1;
    checker.p.types_running.pop();
    Some(ty)
}

/// The function of a name, typed on first use; none inside if that was refused, which is reported.
pub(crate) fn function(checker: &mut Checker<'_>, name: Name) -> Option<Option<u32>> {
    let (site, _) = checker.p.defs.find(checker.scope, Space::Fn, name)?;
    let scope = checker.units[site.unit as usize].scope;
    if let Some(number) = checker.p.function_of.get(&(scope, name)) {
        return Some(Some(*number));
    }
    if checker.is_too_deep(checker.units[site.unit as usize].tree.span(site.name_node)) {
        return Some(None);
    }
    let number = checker.p.functions.len() as u32;
    checker.p.function_of.insert((scope, name), number);
    let at = NodeRef(checker.units[site.unit as usize].base + site.name_node);
    // It has its place before its parameters are typed: their types may need further functions.
    let empty = Function { params: Vec::new(), result: TyId::ERROR, body: Callee::Running, frame: 0, at };
    checker.p.functions.push(empty);
    let mut out = std::mem::take(checker.out);
    let mut inner = Checker::new(checker.p, checker.units, checker.sources, &mut out, site.unit);
    inner.lenient = true;
    let mut params = Vec::new();
    let mut result = TyId::ERROR;
    let mut body = None;
    for child in inner.tree().children(site.node).skip(1) {
        match inner.kind_of(child) {
            NodeKind::Param => {
                let name = inner.intern(child + 1);
                let ty_node = inner.node(child + 1).next;
                let ty = inner.type_of(ty_node);
                let at = inner.at(child + 1);
                params.push((name, ty, at));
            }
            NodeKind::ReturnType => result = inner.type_of(child + 1),
            _ => body = Some(child),
        }
    }
    inner.p.functions[number as usize].params.clone_from(&params);
    inner.p.functions[number as usize].result = result;
    for (name, ty, _) in params {
        inner.bind(name, ty, false);
    }
    let callee = match body {
        Some(node) => {
            let value = if result == TyId::ERROR {
                let (value, ty) = inner.expr(node, None);
                inner.p.functions[number as usize].result = ty;
                value
            } else {
                inner.check(node, Want { ty: result, from: Some(at) })
            };
            let at = inner.at(node);
            Some(Callee::Expr(inner.p.as_expr(value, at)))
        }
        None => builtins::external(inner.text(site.name_node)).filter(|_| scope == Scope::STD).map(Callee::External),
    };
    let frame = inner.max_slot;
    let callee = callee.unwrap_or_else(|| {
        let diagnostic = errors::no_body(inner.span(site.name_node), inner.text(site.name_node));
        inner.report(diagnostic);
        let poison = inner.p.as_expr(Value::Poison, at);
        Callee::Expr(poison)
    });
    let function = &mut inner.p.functions[number as usize];
    function.body = callee;
    function.frame = frame;
    *checker.out = out;
    checker.p.nesting -= 1;
    Some(Some(number))
}

/// The `let` or input of a name, typed on first use.
pub(crate) fn binding(checker: &mut Checker<'_>, name: Name) -> Option<u32> {
    let (site, what) = checker.p.defs.find(checker.scope, Space::Value, name)?;
    let scope = checker.units[site.unit as usize].scope;
    let here = checker.units[site.unit as usize].tree.span(site.name_node);
    if checker.p.binding_running.contains(&(scope, name)) {
        let running = checker.p.binding_running.iter();
        let through = running.skip_while(|running| **running != (scope, name)).skip(1);
        let through: Vec<String> = through.map(|(_, name)| checker.p.name(*name).to_owned()).collect();
        let diagnostic = errors::recursive(here, checker.p.name(name), &through);
        checker.out.push(diagnostic);
        return Some(broken_binding(checker, name, site));
    }
    if checker.is_too_deep(here) {
        return Some(broken_binding(checker, name, site));
    }
    checker.p.binding_running.push((scope, name));
    let mut out = std::mem::take(checker.out);
    let mut inner = Checker::new(checker.p, checker.units, checker.sources, &mut out, site.unit);
    let at = inner.at(site.name_node);
    let mut ty = None;
    let mut value_node = None;
    for child in inner.tree().children(site.node).skip(1) {
        match inner.kind_of(child) {
            NodeKind::Default => value_node = Some(child + 1),
            kind if is_type(kind) => {
                ty = Some(inner.type_of(child));
            }
            _ => value_node = Some(child),
        }
    }
    let (value, ty) = match (value_node, ty) {
        (Some(node), Some(ty)) => (Some(inner.check(node, Want { ty, from: Some(at) })), ty),
        (Some(node), None) => {
            let (value, ty) = inner.expr(node, None);
            (Some(value), ty)
        }
        (None, ty) => (None, ty.unwrap_or(TyId::STR)),
    };
    let number = inner.p.bindings.len() as u32;
    inner.p.bindings.push(Binding { name, ty, value, is_input: what == What::Input, at });
    inner.p.binding_of.insert((scope, name), number);
    inner.p.binding_running.pop();
    inner.p.nesting -= 1;
    *checker.out = out;
    Some(number)
}

/// A binding without a value or type, for one that is wrong: nothing more is said of it.
fn broken_binding(checker: &mut Checker<'_>, name: Name, site: Site) -> u32 {
    let at = NodeRef(checker.units[site.unit as usize].base + site.name_node);
    let broken = Binding { name, ty: TyId::ERROR, value: Some(Value::Poison), is_input: false, at };
    checker.p.bindings.push(broken);
    checker.p.bindings.len() as u32 - 1
}

/// How many definitions may be typed inside each other, so that no chain of them overflows the stack.
const NESTING: u32 = 100;

impl Checker<'_> {
    /// Enters the typing of a definition inside another, unless there are too many already: then says so.
    fn is_too_deep(&mut self, here: crate::base::Span) -> bool {
        if self.p.nesting >= NESTING {
            self.report(errors::too_nested(here));
            return true;
        }
        self.p.nesting += 1;
        false
    }
}

/// Whether a node writes a type.
pub(crate) fn is_type(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::TypeName | NodeKind::TypeApply | NodeKind::TypeOptional | NodeKind::TypeRef | NodeKind::TypeUnion
    )
}

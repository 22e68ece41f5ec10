//! `a.b`: fields, properties, keyed blocks, and the resource of a kind.

use crate::base::{Name, closest};
use crate::resolve::{Scope, Space};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::{Op, Property};
use crate::types::notes::Meaning;
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, errors, object_of};

impl Checker<'_> {
    /// `a.b` or `a?.b`
    pub(crate) fn access(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let base = node + 1;
        let member = self.node(base).next;
        if self.node(member).start == self.node(member).end {
            self.half_typed(base, want);
            return (Value::Poison, TyId::ERROR);
        }
        let name = self.key_name(member);
        if self.kind_of(base) == NodeKind::NameRef
            && let Some(found) = self.of_a_kind(base, member, name)
        {
            return found;
        }
        let safe = self.kind_of(node) == NodeKind::SafeAccess;
        let (value, ty) = self.base_of(base, want, name);
        self.note(base, Meaning::Typed(ty));
        if ty == TyId::ERROR {
            return (Value::Poison, TyId::ERROR);
        }
        let optional = self.p.types.is_optional(ty);
        let (value, ty) = match *self.p.types.get(self.p.types.plain(ty)) {
            Ty::Opt(inner) if safe => {
                let at = self.at(base);
                let inner_id = self.p.as_expr(value, at);
                (Value::Lazy(self.p.push(Op::Safe(inner_id), at)), inner)
            }
            Ty::Opt(_) if self.lenient => self.unwrap(base, value, ty),
            Ty::Opt(_) => {
                let diagnostic = errors::access_of_null(self.span(node), self.text(base));
                return (self.report(diagnostic), TyId::ERROR);
            }
            _ => (value, ty),
        };
        let (value, ty) = self.member(node, value, ty, member, name);
        let (value, ty) = self.narrowed(node, value, ty, want);
        let ty = if safe && optional { self.p.types.optional(ty) } else { ty };
        (value, ty)
    }

    /// `OPNsense.net1`: of the blocks that may have this key, those that are expected.
    fn narrowed(&mut self, node: Index, value: Value, ty: TyId, want: Option<Want>) -> (Value, TyId) {
        let Some(want) = want else { return (value, ty) };
        let Value::Lazy(expr) = value else { return (value, ty) };
        let (Op::Member(base, name, _), Ty::Obj(parts, None)) = (self.p.expr(expr).op, self.p.types.get(ty)) else {
            return (value, ty);
        };
        let fitting: Vec<ShapeId> = parts.iter().copied().filter(|part| self.wants_shape(want.ty, *part)).collect();
        if fitting.is_empty() || fitting.len() == parts.len() {
            return (value, ty);
        }
        let ty = self.p.types.intern(Ty::Obj(fitting, None));
        self.note(self.node(node + 1).next, Meaning::Part(ty, name));
        (self.lazy(Op::Member(base, name, ty), node), ty)
    }

    /// Whether an object of a shape may stand where a type is expected.
    fn wants_shape(&self, want: TyId, shape: ShapeId) -> bool {
        match self.p.types.get(self.p.types.plain(want)) {
            Ty::Opt(inner) => self.wants_shape(*inner, shape),
            Ty::Union(parts) => parts.iter().any(|part| self.wants_shape(*part, shape)),
            Ty::Obj(shapes, None) => shapes.contains(&shape),
            _ => false,
        }
    }

    /// `a.` and nothing yet: whoever completes it asks what stands before the dot.
    fn half_typed(&mut self, base: Index, want: Option<Want>) {
        if self.notes.is_none() {
            return;
        }
        let word = self.intern(base);
        if self.kind_of(base) == NodeKind::NameRef && self.variable(base, word).is_none() {
            if let Some(module) = self.p.defs.uses.get(&(self.scope, word)).copied() {
                return self.note(base, Meaning::Module(module));
            }
            if self.p.kind(self.scope, word).is_some() {
                return self.note(base, Meaning::Kind(word));
            }
        }
        let (_, ty) = self.base_of(base, want, word);
        self.note(base, Meaning::Typed(ty));
    }

    /// The base of an access: a bare word may be a resource of any kind, if its name is unique.
    fn base_of(&mut self, base: Index, want: Option<Want>, _member: Name) -> (Value, TyId) {
        if self.kind_of(base) != NodeKind::NameRef {
            return self.expr(base, None);
        }
        let name = self.intern(base);
        if let Some(found) = self.variable(base, name) {
            return found;
        }
        if let Some(want) = want
            && let Some(found) = self.named_object(base, name, want.ty)
            && !matches!(found.0, Value::Lazy(_))
        {
            return found;
        }
        self.unexpected_name(base, name, None)
    }

    /// `vm.OPNsense`, `module.vm.x`: a resource of a kind, by name.
    fn of_a_kind(&mut self, base: Index, member: Index, name: Name) -> Option<(Value, TyId)> {
        let word = self.intern(base);
        if self.variable(base, word).is_some() {
            return None;
        }
        if let Some(module) = self.p.defs.uses.get(&(self.scope, word)).copied() {
            self.note(base, Meaning::Module(module));
            return Some(self.of_a_module(base, member, module, name));
        }
        let shapes = self.p.kind(self.scope, word)?.to_vec();
        self.note(base, Meaning::Kind(word));
        self.resource_of(self.scope, &shapes, member, name).or_else(|| {
            let ty = self.p.types.intern(Ty::Obj(shapes, None));
            if self.text(base) == "project" {
                let at = self.at(base);
                let all = self.p.push(Op::Kinds(ty), at);
                let first = self.p.push(Op::Property(all, Property::First), at);
                let one = Value::Lazy(self.p.push(Op::Known(first), at));
                return Some(self.member(base, one, ty, member, name));
            }
            let list = self.p.types.intern(Ty::List(ty));
            if self.value_property(list, self.p.name(name).to_owned().as_str()).is_some() {
                return None;
            }
            let text = self.p.name(name).to_owned();
            let diagnostic = self.unknown_ref(member, &text, ty);
            Some((self.report(diagnostic), TyId::ERROR))
        })
    }

    fn resource_of(&mut self, scope: Scope, shapes: &[ShapeId], member: Index, name: Name) -> Option<(Value, TyId)> {
        shapes.iter().copied().find_map(|shape| {
            let resource = self.p.defs.resource(scope, self.p.shape(shape).word, name)?;
            self.note(member, Meaning::Resource(resource));
            Some((Value::Obj(object_of(resource)), self.object_ty(shape, None)))
        })
    }

    /// What a used module declares under a name: a resource of whatever kind, or a value.
    fn of_a_module(&mut self, base: Index, member: Index, module: Scope, name: Name) -> (Value, TyId) {
        if let Some((site, _)) = self.p.defs.find(module, Space::Value, name)
            && self.units[site.unit as usize].scope == module
        {
            let own = std::mem::replace(&mut self.scope, module);
            let found = self.variable(member, name);
            self.scope = own;
            if let Some(found) = found {
                return found;
            }
        }
        let found = self.resources_named(module, name);
        match found.as_slice() {
            [(resource, shape)] => {
                self.note(member, Meaning::Resource(*resource));
                let ty = self.object_ty(*shape, None);
                (Value::Obj(object_of(*resource)), ty)
            }
            [] => {
                let shapes = self.p.kind(module, name).map(<[ShapeId]>::to_vec);
                match shapes {
                    Some(shapes) => {
                        let ty = self.p.types.intern(Ty::Obj(shapes, None));
                        let list = self.p.types.intern(Ty::List(ty));
                        (self.lazy(Op::Kinds(ty), member), list)
                    }
                    None => {
                        let module_name = self.text(base);
                        let diagnostic = errors::not_in_module(self.span(member), self.text(member), module_name);
                        (self.report(diagnostic), TyId::ERROR)
                    }
                }
            }
            _ => (self.report(errors::ambiguous_name(self.span(member), self.text(member))), TyId::ERROR),
        }
    }

    /// `value.name`
    fn member(&mut self, node: Index, value: Value, ty: TyId, member: Index, name: Name) -> (Value, TyId) {
        let at = self.at(node);
        let base = self.p.types.base(ty);
        match self.p.types.get(base).clone() {
            Ty::Obj(shapes, tag) => self.object_member(node, value, &shapes, tag, member, name),
            Ty::Map(_, element) => {
                let inner = self.p.as_expr(value, at);
                let key = self.p.push(Op::Const(Value::Str(name)), at);
                (self.lazy(Op::Index(inner, key), node), element)
            }
            _ => {
                let word = self.p.name(name).to_owned();
                if let Some((property, ty)) = self.value_property(base, &word) {
                    self.note(member, Meaning::Property);
                    let inner = self.p.as_expr(value, at);
                    return (self.lazy(Op::Property(inner, property), node), ty);
                }
                if let Some(element) = self.p.types.element(base)
                    && matches!(self.p.types.get(self.p.types.base(element)), Ty::Obj(..))
                {
                    self.note(member, Meaning::Part(element, name));
                    let inner = self.p.as_expr(value, at);
                    return (self.lazy(Op::Member(inner, name, TyId::ERROR), node), element);
                }
                if matches!(self.p.types.get(base), Ty::Use(_)) && word == "owner" {
                    let inner = self.p.as_expr(value, at);
                    let all: Vec<ShapeId> = (0..self.p.shapes.len() as u16).map(ShapeId).collect();
                    let ty = self.p.types.intern(Ty::Obj(all, None));
                    return (self.lazy(Op::Property(inner, Property::Owner), node), ty);
                }
                let shown = self.p.show(ty);
                let known = self.value_properties(base);
                let diagnostic = errors::no_member(self.span(member), &word, &shown, &known);
                (self.report(diagnostic), TyId::ERROR)
            }
        }
    }

    /// A field, property or keyed block of an object.
    fn object_member(
        &mut self,
        node: Index,
        value: Value,
        shapes: &[ShapeId],
        tag: Option<Name>,
        member: Index,
        name: Name,
    ) -> (Value, TyId) {
        let at = self.at(node);
        let inner = self.p.as_expr(value, at);
        if name == self.p.words.name {
            self.note(member, Meaning::Property);
            return (self.lazy(Op::Property(inner, Property::Name), node), TyId::STR);
        }
        if let [shape] = shapes
            && let Some(number) = self.p.shape(*shape).field(name, tag).or_else(|| self.p.shape(*shape).any_field(name))
        {
            self.note(member, Meaning::Field(*shape, number));
            self.ensure_derived(*shape, number);
            let shape_def = self.p.shape(*shape);
            let field = &shape_def.fields[usize::from(number)];
            let (ty, variant, holds) = (field.ty, field.variant, field.holds);
            let many = shape_def.by_name.get(&name).is_some_and(|numbers| numbers.len() > 1);
            let guarded = variant.is_some() && variant != tag;
            let ty = if guarded { self.p.types.optional(ty) } else { ty };
            let ty = if let Holds::Block(_, true) = holds { self.p.types.optional(ty) } else { ty };
            let op = if guarded || many { Op::FieldNamed(inner, name) } else { Op::Field(inner, *shape, number) };
            return (self.lazy(op, node), ty);
        }
        let mut types = Vec::new();
        for shape in shapes {
            if let Some(number) = self.p.shape(*shape).any_field(name) {
                self.note(member, Meaning::Field(*shape, number));
                self.ensure_derived(*shape, number);
                let field = self.p.field(*shape, number);
                let (ty, absent) = (field.ty, matches!(field.holds, Holds::Block(_, true)));
                types.push(if absent { self.p.types.optional(ty) } else { ty });
            }
        }
        if let Some(first) = types.first().copied()
            && types.len() == shapes.len()
        {
            let ty = if types.iter().all(|ty| *ty == first) { first } else { self.merged(&types) };
            return (self.lazy(Op::FieldNamed(inner, name), node), ty);
        }
        if let Some((property, ty)) = self.object_property(shapes, name) {
            self.note(member, Meaning::Property);
            return (self.lazy(Op::Property(inner, property), node), ty);
        }
        if let Some(first) = types.first().copied() {
            let ty = self.p.types.optional(first);
            return (self.lazy(Op::FieldNamed(inner, name), node), ty);
        }
        let parts = self.part_shapes(shapes);
        let fields = self.field_names(shapes);
        let slip =
            closest(self.text(member), fields.iter().map(String::as_str)).is_some() || !self.is_block_key(member);
        if !parts.is_empty() && !slip {
            let ty = self.p.types.intern(Ty::Obj(parts, None));
            self.note(member, Meaning::Part(ty, name));
            return (self.lazy(Op::Member(inner, name, TyId::ERROR), node), ty);
        }
        let Some(first) = shapes.first() else { return (Value::Poison, TyId::ERROR) };
        let word = self.p.name(self.p.shape(*first).word).to_owned();
        let declared = self.span_of(self.p.shape(*first).at);
        let diagnostic = errors::unknown_field(self.span(member), self.text(member), &word, fields, declared);
        (self.report(diagnostic), TyId::ERROR)
    }

    /// Whether some block may have this key: one that is written has, or one that is computed may have.
    pub(crate) fn is_block_key(&mut self, member: Index) -> bool {
        if self.p.block_keys.is_none() {
            let keys = self.written_keys();
            self.p.block_keys = Some(keys);
        }
        let text = crate::syntax::unquote(self.text(member));
        self.p.block_keys.as_ref().and_then(Option::as_ref).is_none_or(|keys| keys.contains(text.as_ref()))
    }

    /// The keys that are written in all files: what stands in heads and in paths; none if one is computed.
    fn written_keys(&self) -> Option<rustc_hash::FxHashSet<String>> {
        let kinds = self.kind_words();
        let mut keys = rustc_hash::FxHashSet::default();
        for unit in self.units {
            let text = &self.sources.file(unit.file).text;
            for (at, node) in unit.tree.nodes.iter().enumerate() {
                let at = at as Index;
                match node.kind {
                    NodeKind::Decl => {
                        let head = crate::hir::read_head(&unit.tree, at);
                        let key = head.key;
                        let word = unit.tree.text(head.word, text);
                        let is_part = self.p.heap.names.find(word).is_some_and(|word| self.p.parts.contains_key(&word));
                        if !is_part && kinds.iter().any(|kind| kind == word) {
                            continue;
                        }
                        if unit.tree.kind(key) == NodeKind::Str && unit.tree.node(key).next != key + 1 {
                            return None;
                        }
                        keys.insert(crate::syntax::unquote(unit.tree.text(key, text)).into_owned());
                    }
                    NodeKind::Field | NodeKind::BlockEntry => {
                        let path =
                            unit.tree.children(at).skip(1).take_while(|part| unit.tree.kind(*part) == NodeKind::Name);
                        keys.extend(path.map(|part| unit.tree.text(part, text).to_owned()));
                    }
                    _ => {}
                }
            }
        }
        Some(keys)
    }

    /// One type for fields of the same name in several kinds.
    fn merged(&mut self, types: &[TyId]) -> TyId {
        let mut shapes = Vec::new();
        for ty in types {
            match self.p.types.get(self.p.types.base(*ty)) {
                Ty::Obj(of, _) => shapes.extend(of.iter().copied()),
                Ty::List(element) => {
                    if let Ty::Obj(of, _) = self.p.types.get(self.p.types.base(*element)) {
                        shapes.extend(of.iter().copied());
                    }
                }
                _ => return types[0],
            }
        }
        shapes.dedup();
        let list = matches!(self.p.types.get(self.p.types.base(types[0])), Ty::List(_));
        let ty = self.p.types.intern(Ty::Obj(shapes, None));
        if list { self.p.types.intern(Ty::List(ty)) } else { ty }
    }

    /// A property that every object of these shapes has.
    fn object_property(&mut self, shapes: &[ShapeId], name: Name) -> Option<(Property, TyId)> {
        let word = self.p.name(name).to_owned();
        let shape = self.p.shape(*shapes.first()?);
        if let Some(on) = shape.on
            && on.property == name
        {
            let (kind, many) = (on.kind, on.many);
            let ty = self.object_ty(kind, None);
            return Some(if many { (Property::OnMany, self.p.types.intern(Ty::Set(ty))) } else { (Property::On, ty) });
        }
        if let Some(within) = shape.within
            && within.property == name
        {
            let ty = self.object_ty(within.kind, None);
            return Some((Property::Within, ty));
        }
        match word.as_str() {
            "name" | "slot" => Some((Property::Name, TyId::STR)),
            "model" => Some((Property::Model, self.p.types.optional(TyId::STR))),
            "key" => {
                let mut ty = TyId::STR;
                for field in self.p.shapes.iter().flat_map(|shape| &shape.fields) {
                    if let Holds::Blocks(of, crate::types::shape::KeyKind::Ref(key)) = field.holds
                        && shapes.contains(&of)
                    {
                        ty = key;
                    }
                }
                Some((Property::Key, ty))
            }
            "owner" => {
                let owners = self.owners_of(shapes);
                let ty = self.p.types.intern(Ty::Obj(owners, None));
                Some((Property::Owner, ty))
            }
            _ => None,
        }
    }

    /// The shapes that hold blocks of these shapes, in their order.
    fn owners_of(&self, blocks: &[ShapeId]) -> Vec<ShapeId> {
        let owners = blocks.iter().filter_map(|of| self.p.owners.get(usize::from(of.0)));
        let mut owners: Vec<ShapeId> = owners.flatten().copied().collect();
        owners.sort();
        owners.dedup();
        owners
    }

    /// The shapes of keyed blocks that objects of these shapes hold.
    fn part_shapes(&self, shapes: &[ShapeId]) -> Vec<ShapeId> {
        if self.is_crowded() {
            return Vec::new();
        }
        let fields = shapes.iter().flat_map(|shape| &self.p.shape(*shape).fields);
        let mut parts: Vec<ShapeId> = fields
            .filter_map(|field| match field.holds {
                Holds::Blocks(of, _) => Some(of),
                Holds::Block(..) | Holds::Value | Holds::Derived => None,
            })
            .collect();
        parts.sort();
        parts.dedup();
        parts
    }

    /// The names of all fields of these shapes, for suggestions.
    pub(crate) fn field_names(&self, shapes: &[ShapeId]) -> Vec<String> {
        let fields = shapes.iter().flat_map(|shape| &self.p.shape(*shape).fields);
        fields.map(|field| self.p.name(field.name).to_owned()).collect()
    }
}

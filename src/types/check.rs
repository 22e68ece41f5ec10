//! Expressions against the types that are wanted: literals and names.

use crate::base::Name;
use crate::hir::literal::{self, LiteralError};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::Op;
use crate::types::notes::Meaning;
use crate::types::ty::{Domain, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, domains, errors, secrets};

impl Checker<'_> {
    /// The value of an expression, which must be of the wanted type. A constant, or [`Value::Lazy`].
    pub(crate) fn check(&mut self, node: Index, want: Want) -> Value {
        let (value, ty) = self.expr(node, Some(want));
        self.coerce(node, value, ty, want)
    }

    /// Accepts a value of type `ty` where `want` is wanted, or reports the mismatch.
    pub(crate) fn coerce(&mut self, node: Index, value: Value, ty: TyId, want: Want) -> Value {
        if ty == want.ty || self.p.types.fits(ty, want.ty) {
            return value;
        }
        if let Ty::Opt(inner) = *self.p.types.get(self.p.types.plain(ty))
            && self.p.types.fits(inner, want.ty)
        {
            if self.lenient {
                return self.known(node, value);
            }
            let shown = self.wanted(want.ty);
            let diagnostic = errors::may_be_null(self.span(node), &shown);
            return self.report(diagnostic);
        }
        self.mismatch(node, ty, want)
    }

    /// A fact that must be known: null makes the rule that reads it inapplicable.
    pub(crate) fn known(&mut self, node: Index, value: Value) -> Value {
        let at = self.at(node);
        let inner = self.p.as_expr(value, at);
        Value::Lazy(self.p.push(Op::Known(inner), at))
    }

    /// Reads an optional as what it holds, where that is allowed.
    pub(crate) fn unwrap(&mut self, node: Index, value: Value, ty: TyId) -> (Value, TyId) {
        match *self.p.types.get(self.p.types.plain(ty)) {
            Ty::Opt(inner) if self.lenient => (self.known(node, value), inner),
            _ => (value, ty),
        }
    }

    /// A wanted type as a message shows it: whether null would do as well helps nobody who wrote something else.
    pub(crate) fn wanted(&self, ty: TyId) -> String {
        match *self.p.types.get(ty) {
            Ty::Opt(inner) => self.p.show(inner),
            _ => self.p.show(ty),
        }
    }

    /// Reports that something else was expected.
    pub(crate) fn mismatch(&mut self, node: Index, found: TyId, want: Want) -> Value {
        if self.p.types.is_broken(found) {
            return Value::Poison;
        }
        let wanted = self.wanted(want.ty);
        let found_text = self.p.show(found);
        let from = want.from.map(|from| self.span_of(from));
        let source = self.text(node);
        let base = self.p.types.base(want.ty);
        let base = self.p.types.get(base);
        let mut diagnostic = errors::mismatch(self.span(node), &wanted, &found_text, source, from, base);
        if let Ty::Enum(members) = base
            && members.len() <= 12
        {
            let members: Vec<String> = members.iter().map(|member| format!("`{}`", self.p.name(*member))).collect();
            diagnostic = diagnostic.help(format!("write {}", errors::either(&members)));
        }
        self.report(diagnostic)
    }

    /// The value and type of an expression; `want` guides literals and bare words, and is not yet enforced.
    pub(crate) fn expr(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        if self.notes.is_none() {
            return self.unnoted(node, want);
        }
        if let Some(want) = want {
            self.note_want(node, want);
        }
        let (value, ty) = self.unnoted(node, want);
        self.note(node, Meaning::Typed(ty));
        (value, ty)
    }

    fn unnoted(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        use NodeKind as K;
        match self.kind_of(node) {
            K::True => (Value::Bool(true), TyId::BOOL),
            K::False => (Value::Bool(false), TyId::BOOL),
            K::Null => (Value::Null, TyId::NULL),
            K::Int | K::Float | K::Size | K::Duration | K::Rate | K::Percent => self.number(node),
            K::Ip | K::Cidr | K::Mac | K::DeviceId | K::Pci => self.address(node, want),
            K::Str => self.string(node, want),
            K::NameRef => self.name_ref(node, want),
            K::SelfRef => match self.self_ty {
                Some(ty) => (self.lazy(Op::SelfObj, node), ty),
                None => (self.report(errors::no_self(self.span(node))), TyId::ERROR),
            },
            K::Paren => self.expr(node + 1, want),
            K::List | K::Comprehension | K::Body if want.is_some_and(|want| self.is_free(want.ty)) => self.free(node),
            K::List => self.list(node, want),
            K::Body => self.record(node, want),
            K::Comprehension => self.comprehension(node, want),
            K::Generator => (self.report(errors::generator_here(self.span(node))), TyId::ERROR),
            K::If => self.if_else(node, want),
            K::Not | K::And | K::Or | K::Implies => self.logic(node),
            K::Neg => self.negate(node, want),
            K::Eq | K::Ne => self.equality(node),
            K::Lt | K::Le | K::Gt | K::Ge => self.ordering(node),
            K::In | K::Within | K::Overlaps | K::Contains => self.membership(node),
            K::Is => self.is_variant(node),
            K::Coalesce => self.coalesce(node, want),
            K::Range => self.range(node, want),
            K::Add | K::Sub | K::Mul | K::Div => self.arithmetic(node, want),
            K::Access | K::SafeAccess => self.access(node, want),
            K::Index => self.index(node),
            K::Call => self.call(node, want),
            _ => (Value::Poison, TyId::ERROR),
        }
    }

    fn number(&mut self, node: Index) -> (Value, TyId) {
        let text = self.text(node);
        let (value, ty) = match self.kind_of(node) {
            NodeKind::Int => (literal::int(text).map(Value::Int), TyId::INT),
            NodeKind::Float => (literal::float(text).map(Value::Float), TyId::FLOAT),
            NodeKind::Size => (literal::size(text).map(Value::Size), TyId::SIZE),
            NodeKind::Duration => (literal::duration(text).map(Value::Duration), TyId::DURATION),
            NodeKind::Rate => (literal::rate(text).map(Value::Rate), TyId::RATE),
            _ => (literal::percent(text).map(Value::Percent), TyId::PERCENT),
        };
        self.literal(node, value, ty)
    }

    fn literal(&mut self, node: Index, value: Result<Value, LiteralError>, ty: TyId) -> (Value, TyId) {
        match value {
            Ok(value) => (value, ty),
            Err(problem) => (self.report(errors::literal(self.span(node), self.text(node), &problem)), TyId::ERROR),
        }
    }

    fn address(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let text = self.text(node);
        let wants = |this: &Self, ty: TyId| want.is_some_and(|want| this.wants(want.ty, ty));
        match self.kind_of(node) {
            NodeKind::Ip if wants(self, TyId::INTERFACE) && !wants(self, TyId::IP) => {
                let value = literal::ip(text).map(|address| Value::Interface(address, 255));
                self.literal(node, value, TyId::INTERFACE)
            }
            NodeKind::Ip => self.literal(node, literal::ip(text).map(Value::Ip), TyId::IP),
            NodeKind::Cidr if wants(self, TyId::INTERFACE) && !wants(self, TyId::CIDR) => {
                let value = literal::interface(text).map(|(address, prefix)| Value::Interface(address, prefix));
                self.literal(node, value, TyId::INTERFACE)
            }
            NodeKind::Cidr if wants(self, TyId::IP) && !wants(self, TyId::CIDR) => {
                (self.report(errors::prefix_of_address(self.span(node), text)), TyId::ERROR)
            }
            NodeKind::Cidr => {
                self.literal(node, literal::cidr(text).map(|(net, prefix)| Value::Cidr(net, prefix)), TyId::CIDR)
            }
            NodeKind::Mac => self.literal(node, literal::mac(text).map(Value::Mac), TyId::MAC),
            NodeKind::DeviceId => self.literal(node, literal::device_id(text).map(Value::DeviceId), TyId::DEVICE_ID),
            _ => {
                let time = want.is_some_and(|want| {
                    let ty = self.p.types.get(self.p.types.base(want.ty));
                    matches!(ty, Ty::Domain(Domain::Schedule) | Ty::Str | Ty::Duration)
                });
                if time {
                    let value = self.report(errors::time_of_day(self.span(node), text));
                    return (value, TyId::ERROR);
                }
                self.literal(node, literal::pci(text).map(Value::Pci), TyId::PCI)
            }
        }
    }

    /// Whether a simple type is what is wanted, or one alternative of it.
    pub(crate) fn wants(&self, want: TyId, ty: TyId) -> bool {
        let base = self.p.types.base(want);
        match self.p.types.get(base) {
            Ty::Union(parts) => parts.iter().any(|part| self.wants(*part, ty)),
            _ => base == ty,
        }
    }

    /// A string: text, or what a type makes of text.
    fn string(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        if self.node(node).next != node + 1 {
            return self.interpolation(node);
        }
        let raw = self.text(node);
        let plain = raw.len() >= 2
            && !raw.starts_with("\"\"\"")
            && memchr::memchr(b'\\', raw.as_bytes()).is_none()
            && raw.ends_with('"');
        let owned;
        let text = if plain {
            &raw[1..raw.len() - 1]
        } else {
            owned = crate::syntax::unquote(raw);
            &owned
        };
        if let Some(class) = secrets::class_of(text) {
            return (self.report(errors::secret_literal(self.span(node), class)), TyId::ERROR);
        }
        let Some(want) = want else {
            return (self.p.heap.string(text), TyId::STR);
        };
        match self.string_as(node, text, want.ty) {
            Some(found) => found,
            None => (self.p.heap.string(text), TyId::STR),
        }
    }

    /// What a string literal is where `ty` is wanted; none if it is just a string.
    fn string_as(&mut self, node: Index, text: &str, ty: TyId) -> Option<(Value, TyId)> {
        let base = self.p.types.base(ty);
        match self.p.types.get(base).clone() {
            Ty::Domain(domain) => Some(match domains::problem(domain, text) {
                None => (self.p.heap.string(text), base),
                Some(problem) => {
                    (self.report(errors::bad_domain(self.span(node), domain.name(), &problem, text)), TyId::ERROR)
                }
            }),
            Ty::Enum(members) => {
                let name = self.p.heap.names.intern(text);
                if members.contains(&name) {
                    self.note(node, Meaning::Member(base, name));
                    return Some((Value::Enum(name), base));
                }
                let diagnostic = self.not_a_member(node, text, &members);
                Some((self.report(diagnostic), TyId::ERROR))
            }
            Ty::Obj(..) => {
                let name = self.p.heap.names.intern(text);
                match self.named_object(node, name, base) {
                    Some(found) => Some(found),
                    None => {
                        let diagnostic = self.unknown_ref(node, text, ty);
                        Some((self.report(diagnostic), TyId::ERROR))
                    }
                }
            }
            Ty::Union(parts) => self.string_as_one(node, text, &parts),
            Ty::Secret => {
                let name = self.p.heap.names.intern(text);
                if let Some(found) = self.named_object(node, name, base) {
                    return Some(found);
                }
                let diagnostic = errors::secret_literal(self.span(node), "text where a declared secret is expected");
                Some((self.report(diagnostic), TyId::ERROR))
            }
            _ => None,
        }
    }

    /// The first alternative of a union that takes the string.
    fn string_as_one(&mut self, node: Index, text: &str, parts: &[TyId]) -> Option<(Value, TyId)> {
        let before = self.out.len();
        let mut complaints = Vec::new();
        let takes = |ty: TyId| parts.iter().any(|part| self.p.types.base(*part) == ty);
        let takes_text = takes(TyId::STR);
        if takes(TyId::IP) && !takes_text && literal::ip(text).is_ok() {
            let diagnostic = errors::mismatch(self.span(node), "Ip", "String", self.text(node), None, &Ty::Ip);
            return Some((self.report(diagnostic), TyId::ERROR));
        }
        for part in parts {
            if self.p.types.base(*part) == TyId::STR {
                self.out.truncate(before);
                return None;
            }
            match self.string_as(node, text, *part) {
                // A block may have any key; where a text will do as well, it is one only if some block is called so.
                Some((value, _)) if takes_text && self.is_part(value) && !self.is_block_key(node) => {}
                Some((value, ty)) if self.out.len() == before => return Some((value, ty)),
                Some(_) => complaints.extend(self.out.drain(before..)),
                None => {}
            }
        }
        let complaint = complaints.into_iter().next()?;
        self.out.push(complaint);
        Some((Value::Poison, TyId::ERROR))
    }

    /// Whether a value is a block that is looked for by its key once everything is there.
    fn is_part(&self, value: Value) -> bool {
        matches!(value, Value::Lazy(expr) if matches!(self.p.expr(expr).op, Op::Part(..)))
    }

    fn interpolation(&mut self, node: Index) -> (Value, TyId) {
        let at = self.at(node);
        let mut parts = Vec::new();
        for child in self.tree().children(node) {
            if self.kind_of(child) == NodeKind::StrText {
                let text = crate::syntax::segment(self.tree(), node, child, self.source_text());
                let value = self.p.heap.string(&text);
                parts.push(self.p.push(Op::Const(value), at));
            } else {
                let (value, ty) = self.expr(child + 1, None);
                let (value, ty) = self.unwrap(child + 1, value, ty);
                let is_secret = match self.p.types.get(self.p.types.base(ty)) {
                    // Any resource may be named, and what may be of any kind is only named.
                    Ty::Obj(shapes, _) => shapes.iter().all(|shape| self.p.shape(*shape).word == self.p.words.secret),
                    _ => self.wants(ty, TyId::SECRET),
                };
                if is_secret {
                    let diagnostic = errors::secret_as_text(self.span(child));
                    self.report(diagnostic);
                }
                let at = self.at(child + 1);
                parts.push(self.p.as_expr(value, at));
            }
        }
        let parts = self.p.run(&parts);
        (self.lazy(Op::Interpolate(parts), node), TyId::STR)
    }

    /// A bare word.
    fn name_ref(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let name = self.intern(node);
        let visible = self.variable(node, name);
        if let Some(want) = want
            && let Some(found) = self.member_of(node, name, want.ty, visible)
        {
            return found;
        }
        if let Some(found) = visible {
            return found;
        }
        if let Some(want) = want
            && let Some(found) = self.named_object(node, name, want.ty)
        {
            return found;
        }
        self.unexpected_name(node, name, want)
    }

    /// A local variable, a `let` or an input.
    pub(crate) fn variable(&mut self, node: Index, name: Name) -> Option<(Value, TyId)> {
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == name).copied() {
            self.note(node, Meaning::Local(name));
            return Some(match local.value {
                Some(value) => (value, local.ty),
                None => (self.lazy(Op::Local(local.slot), node), local.ty),
            });
        }
        let number = self.binding(name)?;
        self.note(node, Meaning::Binding(number));
        let binding = self.p.bindings[number as usize];
        let op = if binding.is_input { Op::Input(number) } else { Op::Let(number) };
        Some((self.lazy(op, node), binding.ty))
    }

    /// A member of a wanted enumeration. If a visible name of that type is spelt the same, that is an error.
    pub(crate) fn member_of(
        &mut self,
        node: Index,
        name: Name,
        want: TyId,
        visible: Option<(Value, TyId)>,
    ) -> Option<(Value, TyId)> {
        let base = self.p.types.base(want);
        match self.p.types.get(base) {
            Ty::Enum(members) if members.contains(&name) => {
                if let Some((_, ty)) = visible
                    && ty != TyId::ERROR
                    && self.p.types.fits(ty, want)
                {
                    let diagnostic = errors::ambiguous_member(self.span(node), self.text(node));
                    return Some((self.report(diagnostic), TyId::ERROR));
                }
                self.note(node, Meaning::Member(base, name));
                Some((Value::Enum(name), base))
            }
            Ty::Domain(Domain::MachineType) if visible.is_none() => {
                let text = self.text(node);
                domains::problem(Domain::MachineType, text).is_none().then_some((Value::Str(name), base))
            }
            Ty::Union(parts) => {
                let parts = parts.clone();
                parts.iter().find_map(|part| self.member_of(node, name, *part, visible))
            }
            _ => None,
        }
    }

    /// The resource or block that a bare word is, where a reference is wanted.
    pub(crate) fn named_object(&mut self, node: Index, name: Name, want: TyId) -> Option<(Value, TyId)> {
        let base = self.p.types.base(want);
        if let Ty::Obj(shapes, None) = self.p.types.get(base)
            && let [shape] = shapes.as_slice()
            && self.p.shape(*shape).is_kind
        {
            let resource = self.p.defs.resource(self.scope, self.p.shape(*shape).word, name)?;
            self.note(node, Meaning::Resource(resource));
            return Some((Value::Obj(crate::types::object_of(resource)), base));
        }
        match self.p.types.get(base).clone() {
            Ty::Obj(shapes, tag) => {
                let mut found = None;
                for shape in &shapes {
                    let word = self.p.shape(*shape).word;
                    if !self.p.shape(*shape).is_kind {
                        continue;
                    }
                    let Some(resource) = self.p.defs.resource(self.scope, word, name) else { continue };
                    if found.is_some() {
                        let diagnostic = errors::ambiguous_name(self.span(node), self.text(node));
                        return Some((self.report(diagnostic), TyId::ERROR));
                    }
                    found = Some((resource, *shape));
                }
                if let Some((resource, shape)) = found {
                    self.note(node, Meaning::Resource(resource));
                    if let Some(tag) = tag
                        && let Some(diagnostic) = self.wrong_tag(node, resource, tag)
                    {
                        return Some((self.report(diagnostic), TyId::ERROR));
                    }
                    let ty = self.object_ty(shape, tag);
                    return Some((Value::Obj(crate::types::object_of(resource)), ty));
                }
                let parts: Vec<_> = shapes.iter().copied().filter(|shape| !self.p.shape(*shape).is_kind).collect();
                if parts.is_empty() {
                    return None;
                }
                let wanted = self.p.types.intern(Ty::Obj(shapes, None));
                let ty = self.p.types.intern(Ty::Obj(parts, None));
                self.note(node, Meaning::Part(ty, name));
                Some((self.lazy(Op::Part(wanted, name), node), ty))
            }
            Ty::Secret => {
                let resource = self.p.defs.resource(self.scope, self.p.words.secret, name)?;
                self.note(node, Meaning::Resource(resource));
                Some((Value::Obj(crate::types::object_of(resource)), TyId::SECRET))
            }
            Ty::Union(parts) => parts.iter().find_map(|part| self.named_object(node, name, *part)),
            _ => None,
        }
    }

    /// `[a, b]`
    pub(crate) fn list(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let wanted = want.and_then(|want| self.wanted_list(want.ty));
        let element = wanted.and_then(|ty| self.p.types.element(ty));
        let mut values = Vec::new();
        let mut constant = true;
        let mut found: Option<TyId> = element;
        for child in self.tree().children(node) {
            let (value, ty) = match found {
                Some(element) => {
                    let want = Want { ty: element, from: want.and_then(|want| want.from) };
                    (self.check(child, want), element)
                }
                None => self.expr(child, None),
            };
            found = found.or(Some(ty).filter(|ty| *ty != TyId::NULL));
            constant &= !matches!(value, Value::Lazy(_));
            values.push((value, child));
        }
        let ty = match wanted {
            Some(ty) => ty,
            None => self.p.types.intern(Ty::List(found.unwrap_or(TyId::ERROR))),
        };
        if constant {
            let values: Vec<Value> = values.into_iter().map(|(value, _)| value).collect();
            return (Value::List(self.p.heap.store(&values)), ty);
        }
        let mut ids = Vec::with_capacity(values.len());
        for (value, child) in values {
            let at = self.at(child);
            ids.push(self.p.as_expr(value, at));
        }
        let run = self.p.run(&ids);
        (self.lazy(Op::List(run), node), ty)
    }

    /// The list, set or map alternative of a wanted type.
    pub(crate) fn wanted_list(&self, want: TyId) -> Option<TyId> {
        let base = self.p.types.base(want);
        match self.p.types.get(base) {
            Ty::List(_) | Ty::Set(_) => Some(base),
            Ty::Union(parts) => parts.iter().find_map(|part| self.wanted_list(*part)),
            _ => None,
        }
    }

    /// `{ a = 1 }` where a map is wanted, or nothing is.
    fn record(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let wanted = want.and_then(|want| {
            let base = self.p.types.base(want.ty);
            matches!(self.p.types.get(base), Ty::Map(..)).then_some(base)
        });
        let key_ty = wanted.map_or(TyId::STR, |ty| match self.p.types.get(ty) {
            Ty::Map(key, _) => *key,
            _ => TyId::STR,
        });
        let element = wanted.and_then(|ty| self.p.types.element(ty));
        let mut ids = Vec::new();
        let mut values = Vec::new();
        let mut constant = true;
        let mut found = element;
        for (key_node, key, value_node) in self.pairs_of(node) {
            let key = self.map_key(key_node, key, key_ty);
            let (value, ty) = match element {
                Some(element) => {
                    (self.check(value_node, Want { ty: element, from: want.and_then(|w| w.from) }), element)
                }
                None => self.expr(value_node, None),
            };
            found = match found {
                Some(known) if known != ty && element.is_none() => Some(TyId::ERROR),
                known => known.or(Some(ty)),
            };
            constant &= !matches!(value, Value::Lazy(_));
            values.extend([key, value]);
            let at = self.at(value_node);
            ids.extend([(key, at), (value, at)]);
        }
        let ty = match wanted {
            Some(ty) => ty,
            None => self.p.types.intern(Ty::Map(TyId::STR, found.unwrap_or(TyId::ERROR))),
        };
        if constant {
            return (Value::Map(self.p.heap.store(&values)), ty);
        }
        let ids: Vec<_> = ids.into_iter().map(|(value, at)| self.p.as_expr(value, at)).collect();
        let run = self.p.run(&ids);
        (self.lazy(Op::Map(run), node), ty)
    }

    /// A map's key: a word or string, of the key type.
    fn map_key(&mut self, node: Index, name: Name, ty: TyId) -> Value {
        let base = self.p.types.base(ty);
        match self.p.types.get(base).clone() {
            Ty::Obj(..) => match self.named_object(node, name, base) {
                Some((value, _)) => value,
                None => {
                    let text = self.p.name(name).to_owned();
                    let diagnostic = self.unknown_ref(node, &text, ty);
                    self.report(diagnostic)
                }
            },
            Ty::Enum(members) if members.contains(&name) => Value::Enum(name),
            Ty::Enum(members) => {
                let text = self.p.name(name).to_owned();
                let diagnostic = self.not_a_member(node, &text, &members);
                self.report(diagnostic)
            }
            _ => Value::Str(name),
        }
    }

    /// Keys and values of a record; reports what is no plain field, and keys said twice. A dotted path is one key.
    pub(crate) fn pairs_of(&mut self, node: Index) -> Vec<(Index, Name, Index)> {
        let mut pairs = Vec::new();
        let mut seen: rustc_hash::FxHashMap<Name, Index> = rustc_hash::FxHashMap::default();
        for entry in self.tree().children(node) {
            let children: Vec<Index> = self.tree().children(entry).collect();
            match (self.kind_of(entry), children.as_slice()) {
                (NodeKind::Field | NodeKind::BlockEntry, [path @ .., value])
                    if !path.is_empty() && path.iter().all(|key| self.kind_of(*key) != NodeKind::AppendOp) =>
                {
                    let name = if let [key] = path {
                        self.key_name(*key)
                    } else {
                        let words: Vec<&str> = path.iter().map(|key| self.text(*key)).collect();
                        self.p.heap.names.intern(&words.join("."))
                    };
                    if let Some(first) = seen.insert(name, path[0]) {
                        let text = self.p.name(name).to_owned();
                        let diagnostic = errors::duplicate_field(self.span(path[0]), self.span(first), &text);
                        self.report(diagnostic);
                    }
                    pairs.push((path[0], name, *value));
                }
                (NodeKind::ErrorEntry, _) => {}
                _ => {
                    let diagnostic = errors::not_in_a_map(self.span(entry));
                    self.report(diagnostic);
                }
            }
        }
        pairs
    }
}

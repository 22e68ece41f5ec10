//! What follows a dot: fields, properties, keyed blocks, resources of a kind, names of a module.

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::eval::show;
use crate::ide::complete::refs::{Use, name_text};
use crate::ide::complete::scan::{Sort as Token, Token as Piece};
use crate::ide::complete::{Ask, Body, Completion, Sort};
use crate::resolve::{Definitions, ResId, Scope, Space};
use crate::syntax::tree::NodeKind;
use crate::types::notes::Meaning;
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ObjId, Value};
use crate::types::{Checker, object_of};

/// What stands before a dot.
#[derive(Clone, Copy, Debug)]
enum Base {
    Module(Scope),
    Kind(Name),
    Resource(ResId),
    Typed(TyId),
}

impl Ask<'_> {
    /// What may follow the dot before the cursor.
    pub(crate) fn members(&mut self) {
        let base = self.noted_base().or_else(|| self.written_base());
        match base {
            Some(Base::Module(module)) => self.of_module(module),
            Some(Base::Kind(word)) => self.of_kind(word),
            Some(Base::Resource(id)) => self.of_resource(id),
            Some(Base::Typed(ty)) => self.of_type(ty),
            None => {}
        }
    }

    /// What the thing before `is` may be: a variant or model, or one kind of several.
    pub(crate) fn sorts(&mut self) {
        let entry = self.scan.inner().entry.clone();
        let words = self.chain(&entry, "is");
        let Some(Base::Typed(ty)) = self.base_of(&words) else { return };
        let types = &self.program().types;
        let Ty::Obj(shapes, _) = types.get(types.base(ty)).clone() else { return };
        if let [one] = shapes.as_slice() {
            return self.tags(*one);
        }
        for shape in shapes {
            let program = self.program();
            let word = program.name(program.shape(shape).word).to_owned();
            self.push(Completion::plain(&word, Sort::Kind).detail("kind").key(format!("kind {word}")));
        }
    }

    /// What the tree says of the expression before the dot.
    fn noted_base(&mut self) -> Option<Base> {
        let tree = self.cursor.tree.clone();
        let at = self.scan.word.start as u32;
        let access = self.cursor.path.iter().rev().copied().find(|node| {
            let is_access = matches!(tree.kind(*node), NodeKind::Access | NodeKind::SafeAccess);
            if !is_access {
                return false;
            }
            let member = tree.node(node + 1).next;
            tree.node(node + 1).end <= at && at <= tree.node(member).end.max(at)
        })?;
        let mut found = None;
        for meaning in self.cursor.notes_of(access + 1) {
            match meaning {
                Meaning::Module(module) => return Some(Base::Module(module)),
                Meaning::Kind(word) => return Some(Base::Kind(word)),
                Meaning::Resource(id) => found = Some(Base::Resource(id)),
                Meaning::Typed(ty) if ty != TyId::ERROR && found.is_none() => found = Some(Base::Typed(ty)),
                _ => {}
            }
        }
        found
    }

    /// What the words before the dot say, where the tree says nothing.
    fn written_base(&mut self) -> Option<Base> {
        let entry = self.scan.inner().entry.clone();
        let words = self.chain(&entry, ".");
        self.base_of(&words)
    }

    /// What words with dots between them name.
    fn base_of(&mut self, words: &[String]) -> Option<Base> {
        let (first, rest) = words.split_first()?;
        let mut base = self.first_of_chain(first)?;
        for word in rest {
            base = self.step(base, word)?;
        }
        Some(base)
    }

    /// The words with dots between them that stand before a dot or word at the end.
    fn chain(&self, entry: &[Piece], end: &str) -> Vec<String> {
        let text = |token: &Piece| &self.text()[token.at.clone()];
        let mut words = Vec::new();
        let mut rest = entry;
        while let [before @ .., word, link] = rest {
            let is_link = matches!(text(link), "." | "?.") || words.is_empty() && text(link) == end;
            if !is_link || !matches!(word.sort, Token::Word | Token::Text) {
                break;
            }
            words.push(crate::syntax::unquote(text(word)).into_owned());
            rest = before;
        }
        words.reverse();
        words
    }

    fn first_of_chain(&mut self, word: &str) -> Option<Base> {
        if let Some((_, ty)) = self.locals().into_iter().find(|(name, _)| name == word) {
            return Some(Base::Typed(ty));
        }
        if word == "self" {
            let object = self.bodies.iter().rev().find_map(|body| match body {
                Body::Object(shape, tag) => Some((*shape, *tag)),
                _ => None,
            });
            let (shape, tag) = object?;
            return Some(Base::Typed(self.program().types.intern(Ty::Obj(vec![shape], tag))));
        }
        if let Some(ty) = self.bound_behind(word) {
            return Some(Base::Typed(ty));
        }
        let name = self.known_name(word)?;
        let scope = self.scope;
        if let Some(module) = self.program().defs.uses.get(&(scope, name)) {
            return Some(Base::Module(*module));
        }
        if self.program().kind(scope, name).is_some() {
            return Some(Base::Kind(name));
        }
        if let Some(binding) = self.program().bindings.iter().find(|binding| binding.name == name) {
            return Some(Base::Typed(binding.ty));
        }
        let resources = &self.program().defs.resources;
        let found = resources.iter().position(|resource| resource.scope == scope && resource.key == name)?;
        Some(Base::Resource(ResId(found as u32)))
    }

    /// A variable that a `for` behind the cursor binds, in `all(d. for d in v.disk)`: the dot takes the `for` for a name.
    fn bound_behind(&mut self, word: &str) -> Option<TyId> {
        let behind = self.behind().to_owned();
        let clause = format!("for {word} in ");
        let (_, source) = behind.split_once(&clause)?;
        let end = source.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        let source = &source[..end.unwrap_or(source.len())];
        let mut steps = source.split('.').filter(|step| *step != word);
        let mut base = self.first_of_chain(steps.next()?)?;
        for step in steps {
            base = self.step(base, step)?;
        }
        match base {
            Base::Typed(ty) => self.program().types.element(ty),
            Base::Kind(kind) => {
                let scope = self.scope;
                let shapes = self.program().kind(scope, kind)?.to_vec();
                Some(self.program().types.intern(Ty::Obj(shapes, None)))
            }
            Base::Module(_) | Base::Resource(_) => None,
        }
    }

    fn step(&mut self, base: Base, word: &str) -> Option<Base> {
        let name = self.known_name(word)?;
        let scope = self.scope;
        let ty = match base {
            Base::Kind(kind) => return Some(Base::Resource(self.program().defs.resource(scope, kind, name)?)),
            Base::Module(module) => {
                let resources = &self.program().defs.resources;
                let found = resources.iter().position(|resource| resource.scope == module && resource.key == name)?;
                return Some(Base::Resource(ResId(found as u32)));
            }
            Base::Resource(id) => self.type_of(id)?,
            Base::Typed(ty) => ty,
        };
        let program = self.program();
        let Ty::Obj(shapes, tag) = program.types.get(program.types.base(ty)).clone() else { return None };
        let shape = *shapes.first()?;
        if let Some(number) = program.shape(shape).field(name, tag).or_else(|| program.shape(shape).any_field(name)) {
            return Some(Base::Typed(program.field(shape, number).ty));
        }
        let on = program.shape(shape).on.filter(|on| on.property == name && !on.many)?;
        Some(Base::Typed(program.shape(on.kind).ty))
    }

    fn type_of(&mut self, id: ResId) -> Option<TyId> {
        let object = object_of(id);
        if !self.snapshot.is_made(object) {
            let word = self.program().defs.get(id).word;
            let scope = self.scope;
            let shape = *self.program().kind(scope, word)?.first()?;
            return Some(self.program().shape(shape).ty);
        }
        let of = *self.snapshot.compiled().world.object(object);
        Some(self.program().types.intern(Ty::Obj(vec![of.shape], of.tag)))
    }

    fn of_kind(&mut self, word: Name) {
        let scope = self.scope;
        let Some(shapes) = self.program().kind(scope, word).map(<[ShapeId]>::to_vec) else { return };
        if self.program().name(word) == "project" {
            let ty = self.program().types.intern(Ty::Obj(shapes, None));
            return self.of_type(ty);
        }
        self.references(&shapes, None, None, Use::Shared);
    }

    fn of_resource(&mut self, id: ResId) {
        if let Some(ty) = self.type_of(id) {
            self.of_type(ty);
        }
        if self.snapshot.is_made(object_of(id)) {
            self.blocks_in(object_of(id));
        }
    }

    /// The keyed blocks of an object by their keys, `still-fawn.vmbr0`.
    fn blocks_in(&mut self, object: ObjId) {
        let compiled = self.snapshot.compiled();
        let world = &compiled.world;
        let blocks = world.objects.iter().enumerate().skip(world.resources as usize);
        let own = blocks.filter(|(_, block)| block.owner() == Some(object) && !matches!(block.key, Value::Null));
        let mut offers: Vec<Completion> = Vec::new();
        for (number, block) in own {
            let name = show::name_of(&compiled.program, world, ObjId(number as u32));
            let word = compiled.program.name(compiled.program.shape(block.shape).word);
            offers.push(Completion::word(&name, Sort::Block, name_text(&name)).detail(word));
        }
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    fn of_type(&mut self, ty: TyId) {
        let base = self.program().types.base(ty);
        match self.program().types.get(base).clone() {
            Ty::Obj(shapes, tag) => self.of_object(&shapes, tag),
            Ty::Map(..)
            | Ty::List(_)
            | Ty::Set(_)
            | Ty::Range(_)
            | Ty::Cidr
            | Ty::Interface
            | Ty::Group(..)
            | Ty::Use(_)
            | Ty::Str
            | Ty::Domain(_) => self.properties_of(base),
            Ty::Error
            | Ty::Null
            | Ty::Bool
            | Ty::Int
            | Ty::Float
            | Ty::Size
            | Ty::Duration
            | Ty::Rate
            | Ty::Percent
            | Ty::Ip
            | Ty::Mac
            | Ty::DeviceId
            | Ty::Pci
            | Ty::Secret
            | Ty::Data
            | Ty::Crds
            | Ty::Enum(_)
            | Ty::Opt(_)
            | Ty::Union(_)
            | Ty::Named(..) => {}
        }
    }

    /// The fields that objects of all these shapes have, and the properties of every object.
    fn of_object(&mut self, shapes: &[ShapeId], tag: Option<Name>) {
        let Some((first, others)) = shapes.split_first() else { return };
        let fields = self.program().shape(*first).fields.clone();
        let variants = self.program().shape(*first).variants.clone();
        let variant = tag.filter(|tag| variants.contains(tag));
        let mut names: Vec<Name> = Vec::new();
        for (number, field) in fields.iter().enumerate() {
            let is_here = variant.is_none() || field.variant.is_none() || field.variant == variant;
            let is_common = others.iter().all(|shape| self.program().shape(*shape).any_field(field.name).is_some());
            if is_here && is_common && !names.contains(&field.name) {
                names.push(field.name);
                let mut offer = self.field_offer(*first, number as u16);
                if let Some(variant) = field.variant.filter(|_| tag.is_none()) {
                    let variant = self.program().name(variant).to_owned();
                    offer.detail.push_str(&format!(", of {variant}"));
                }
                self.push(offer);
            }
        }
        let program = self.program();
        let of = program.shape(*first);
        let mut words: Vec<(String, &str)> = vec![("name".to_owned(), "String")];
        for preposition in [of.on, of.within].into_iter().flatten() {
            let detail = if preposition.many { "where it is" } else { "what it belongs to" };
            words.push((program.name(preposition.property).to_owned(), detail));
        }
        if !of.is_kind {
            let held = program.shapes.iter().flat_map(|shape| &shape.fields);
            let is_keyed = held.clone().any(|field| matches!(field.holds, Holds::Blocks(inner, _) if inner == *first));
            if is_keyed {
                words.push(("key".to_owned(), "its key"));
            }
            words.push(("owner".to_owned(), "what holds it"));
        }
        words.push(("model".to_owned(), "String?"));
        for (word, detail) in words {
            if !self.offered.iter().any(|offer| offer.label == word) {
                self.push(Completion::plain(&word, Sort::Property).detail(detail));
            }
        }
    }

    /// The properties of a value that is no object.
    fn properties_of(&mut self, ty: TyId) {
        let unit = self.cursor.unit;
        let compiled = self.snapshot.compiled();
        let mut problems: Vec<Diagnostic> = Vec::new();
        let mut checker = Checker::new(&mut compiled.program, &compiled.units, &compiled.sources, &mut problems, unit);
        let words = checker.value_properties(ty);
        let typed: Vec<(String, TyId)> =
            words.into_iter().filter_map(|word| checker.value_property(ty, &word).map(|(_, ty)| (word, ty))).collect();
        for (word, ty) in typed {
            let shown = self.program().show(ty);
            self.push(Completion::plain(&word, Sort::Property).detail(shown));
        }
    }

    /// What a module declares that the place may use.
    fn of_module(&mut self, module: Scope) {
        let text = self.text();
        let clause = self.scan.inner().entry.iter().rev().map(|token| &text[token.at.clone()]);
        let clause = clause.filter(|word| matches!(*word, "with" | ":" | "=")).map(str::to_owned).next();
        let scope = std::mem::replace(&mut self.scope, module);
        let mut offers = Vec::new();
        let compiled = self.snapshot.compiled();
        let program = &compiled.program;
        let spaces: &[(Space, Sort, &str)] = match clause.as_deref() {
            Some("with") => &[(Space::Profile, Sort::Profile, "profile")],
            Some(":") => &[(Space::Model, Sort::Model, "model")],
            _ => &[(Space::Value, Sort::Variable, "let"), (Space::Fn, Sort::Function, "fn")],
        };
        for (space, sort, word) in spaces {
            for (site, item) in Definitions::all(&compiled.units, module, *space) {
                let is_own = compiled.units[site.unit as usize].scope == module;
                if let Some(name) = item.name.filter(|_| is_own) {
                    let name = program.name(name);
                    offers.push(Completion::plain(name, *sort).detail(*word).key(format!("{word} {name}")));
                }
            }
        }
        if !matches!(clause.as_deref(), Some("with" | ":")) {
            let own = program.defs.resources.iter().filter(|resource| resource.scope == module);
            offers.extend(own.take(super::MOST).map(|resource| {
                let (word, name) = (program.name(resource.word), program.name(resource.key));
                Completion::word(name, Sort::Resource, name_text(name)).detail(word)
            }));
        }
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.scope = scope;
        self.offered.append(&mut offers);
    }
}

//! Names that depend on where one stands: keyed blocks of this resource, of its host, of the project.

use crate::base::{Name, closest};
use crate::eval::machine::Machine;
use crate::eval::{errors, show};
use crate::types::expr::NodeRef;
use crate::types::shape::Holds;
use crate::types::span_of;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ObjId, Value};

impl Machine<'_> {
    /// `a.key`: the keyed block of an object, or the one with this key in a list.
    pub(crate) fn member(&mut self, value: Value, name: Name, ty: TyId, at: NodeRef) -> Value {
        let found = match value {
            Value::Obj(object) => match self.p.types.get(ty) {
                Ty::Obj(shapes, _) => self.keyed(object, name, Some(shapes)),
                _ => self.keyed(object, name, None),
            },
            Value::List(slice) => {
                let all = self.p.heap.slice(slice);
                all.iter().copied().find(|value| matches!(value, Value::Obj(object) if self.has_key(*object, name)))
            }
            Value::Null | Value::Poison => return value,
            _ => None,
        };
        match found {
            Some(found) => found,
            None => {
                let text = self.p.name(name).to_owned();
                if let (Value::Obj(object), Ty::Obj(shapes, _)) = (value, self.p.types.get(ty))
                    && let Some(Value::Obj(other)) = self.keyed(object, name, None)
                {
                    let word = |shape: ShapeId| self.p.name(self.p.shape(shape).word).to_owned();
                    let mut words: Vec<String> = shapes.iter().map(|shape| word(*shape)).collect();
                    words.dedup();
                    let expected = crate::types::errors::either(&words);
                    let (holder, found) = (show::address(self, object), word(self.w.object(other).shape));
                    return self.fail(at, |span| errors::other_part(span, &text, &holder, &expected, &found));
                }
                let (holder, known) = match value {
                    Value::Obj(object) => (Some(show::address(self, object)), Vec::new()),
                    other => {
                        let blocks = self.elements(other);
                        (None, blocks.into_iter().map(|block| show::plain(self, block)).collect())
                    }
                };
                self.fail(at, |span| errors::no_part(span, &text, holder.as_deref(), &known))
            }
        }
    }

    fn has_key(&self, object: ObjId, name: Name) -> bool {
        match self.w.object(object).key {
            Value::Str(key) | Value::Enum(key) => key == name,
            Value::Obj(target) => self.w.object(target).key == Value::Str(name),
            _ => false,
        }
    }

    /// The keyed block of an object with this key, of one of these shapes.
    fn keyed(&self, object: ObjId, name: Name, shapes: Option<&[ShapeId]>) -> Option<Value> {
        let of = self.w.object(object);
        if of.shape.0 == u16::MAX {
            return None;
        }
        for slot in self.w.slots_of(object) {
            match self.p.field(of.shape, slot.field).holds {
                Holds::Blocks(shape, _) if shapes.is_none_or(|shapes| shapes.contains(&shape)) => {
                    let Value::List(slice) = slot.value else { continue };
                    let all = self.p.heap.slice(slice);
                    let found =
                        all.iter().find(|value| matches!(value, Value::Obj(object) if self.has_key(*object, name)));
                    if let Some(found) = found {
                        return Some(*found);
                    }
                }
                Holds::Block(..) => {
                    if let Value::Obj(inner) = slot.value
                        && let Some(found) = self.keyed(inner, name, shapes)
                    {
                        return Some(found);
                    }
                }
                Holds::Blocks(..) | Holds::Value | Holds::Derived => {}
            }
        }
        None
    }

    /// A bare word that names a keyed block: of this resource, then of its host, then of the project.
    pub(crate) fn part(&mut self, ty: TyId, name: Name, at: NodeRef) -> Value {
        let shapes = match self.p.types.get(self.p.types.base(ty)) {
            Ty::Obj(shapes, _) => shapes.clone(),
            _ => return Value::Poison,
        };
        let (kinds, shapes): (Vec<_>, Vec<_>) = shapes.into_iter().partition(|shape| self.p.shape(*shape).is_kind);
        let root = self.this.map(|this| self.w.root(this));
        let mut host = None;
        if let Some(root) = root {
            if let Some(found) = self.keyed(root, name, Some(&shapes)) {
                return found;
            }
            if let Value::Obj(on) = self.w.home(root).on {
                host = Some(on);
                if self.w.object(on).is_poison {
                    return Value::Poison;
                }
                if let Some(found) = self.keyed(on, name, Some(&shapes)) {
                    return found;
                }
            }
        }
        let holders = self.holders(&shapes, name);
        let project: Vec<Value> =
            holders.iter().filter(|(object, _)| !self.is_on_host(*object)).map(|(_, found)| *found).collect();
        if let [one] = project.as_slice() {
            return *one;
        }
        self.no_such_part(name, [&kinds, &shapes], host, &holders, at)
    }

    /// Resources that have a keyed block of this name and these shapes.
    fn holders(&self, shapes: &[ShapeId], name: Name) -> Vec<(ObjId, Value)> {
        self.w.all().filter_map(|object| self.keyed(object, name, Some(shapes)).map(|found| (object, found))).collect()
    }

    /// Whether the parts of a resource belong to a place: hosts, and guests on them.
    fn is_on_host(&self, object: ObjId) -> bool {
        let shape = self.w.object(object).shape;
        self.p.shape(shape).word == self.p.words.host || self.p.shape(shape).on.is_some()
    }

    /// Says that neither a resource of `kinds` nor a block of `shapes` in sight has this name.
    fn no_such_part(
        &mut self,
        name: Name,
        [kinds, shapes]: [&[ShapeId]; 2],
        host: Option<ObjId>,
        holders: &[(ObjId, Value)],
        at: NodeRef,
    ) -> Value {
        let text = self.p.name(name).to_owned();
        let word_of = |shape: &ShapeId| self.p.name(self.p.shape(*shape).word).to_owned();
        let mut words: Vec<String> = kinds.iter().chain(shapes).map(word_of).collect();
        words.dedup();
        let word = crate::types::errors::either(&words);
        let hosts: Vec<(String, crate::base::Span)> = holders
            .iter()
            .filter_map(|(object, found)| match found {
                Value::Obj(part) => {
                    Some((show::name_of(self.p, self.w, *object), span_of(self.units, self.w.object(*part).at)))
                }
                _ => None,
            })
            .collect();
        if let Some(host) = host
            && !hosts.is_empty()
        {
            let host_name = show::name_of(self.p, self.w, host);
            let host_at = span_of(self.units, self.w.object(host).at);
            let there = self.keys_in_sight(shapes, Some(host));
            let make = |span| errors::part_not_on_host(span, &word, &text, &host_name, host_at, &hosts, &there);
            return self.fail(at, make);
        }
        let mut known = self.keys_in_sight(shapes, host);
        let resources = self
            .p
            .defs
            .resources
            .iter()
            .filter(|resource| kinds.iter().any(|kind| self.p.shape(*kind).word == resource.word));
        known.extend(resources.map(|resource| self.p.name(resource.key).to_owned()));
        let near = closest(&text, known.iter().map(String::as_str)).map(str::to_owned);
        let place = host.map(|host| show::name_of(self.p, self.w, host));
        self.fail(at, |span| errors::unknown_part(span, &word, &text, place.as_deref(), near.as_deref(), &known))
    }

    /// The keys of blocks of these shapes in this resource and on its host.
    fn keys_in_sight(&self, shapes: &[ShapeId], host: Option<ObjId>) -> Vec<String> {
        let mut keys = Vec::new();
        let places = self.this.map(|this| self.w.root(this)).into_iter().chain(host);
        for place in places {
            if self.w.object(place).shape.0 == u16::MAX {
                continue;
            }
            for slot in self.w.slots_of(place) {
                let Value::List(slice) = slot.value else { continue };
                for value in self.p.heap.slice(slice) {
                    if let Value::Obj(object) = value
                        && shapes.contains(&self.w.object(*object).shape)
                        && let Value::Str(key) = self.w.object(*object).key
                    {
                        keys.push(self.p.name(key).to_owned());
                    }
                }
            }
        }
        keys
    }

    /// Fills the reference graph: which resource refers to which.
    pub(crate) fn make_graph(&mut self) {
        if self.w.graph.is_some() {
            return;
        }
        let mut graph = super::Graph::default();
        for number in 0..self.w.objects.len() {
            let object = ObjId(number as u32);
            let root = self.w.root(object);
            let (of, home) = (*self.w.object(object), self.w.home(object));
            let mut targets: Vec<ObjId> = Vec::new();
            collect(self, of.key, &mut targets);
            collect(self, home.on, &mut targets);
            collect(self, home.within, &mut targets);
            for place in 0..usize::from(of.len) {
                let field = self.w.slots[of.first as usize + place].field;
                let value = self.read(object, field);
                collect(self, value, &mut targets);
            }
            for target in targets {
                let target = self.w.root(target);
                if target != root {
                    let refs = graph.refs.entry(root).or_default();
                    if !refs.contains(&target) {
                        refs.push(target);
                        graph.uses.entry(target).or_default().push(root);
                    }
                }
            }
        }
        self.w.graph = Some(graph);
    }
}

/// The objects in a value.
fn collect(machine: &Machine<'_>, value: Value, out: &mut Vec<ObjId>) {
    match value {
        Value::Obj(object) => out.push(object),
        Value::List(slice) | Value::Map(slice) => {
            for value in machine.p.heap.slice(slice) {
                if let Value::Obj(object) = value {
                    out.push(*object);
                }
            }
        }
        _ => {}
    }
}

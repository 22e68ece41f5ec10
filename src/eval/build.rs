//! From layers of bodies to objects: profiles below, the resource on top, blocks merged by key.

use rustc_hash::FxHashMap;

use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::eval::machine::Machine;
use crate::eval::{Allowed, FieldSet, Holder, Home, Key, Object, Said, Slot, World, errors, key_of};
use crate::resolve::{ResId, Unit};
use crate::types::body::{Entry, EntryOp, On, TypedHead};
use crate::types::expr::NodeRef;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Slice, Value};
use crate::types::{Checker, MANY_ERRORS, Program, span_of};

/// An object in the making. Kept and used again for the next resource.
#[derive(Default, Debug)]
struct Draft {
    shape: u16,
    tag: Option<crate::base::Name>,
    key: Value2,
    at: NodeRef2,
    env: Slice,
    slots: Vec<Slot>,
    /// Which sibling profile said a slot, and whether two of them disagree.
    clash: Vec<(u16, NodeRef, NodeRef)>,
    blocks: Vec<(u16, Value, usize)>,
    /// The same by key, where there are many.
    block_of: FxHashMap<(u16, Key), usize>,
}

/// A key that defaults to null.
#[derive(Clone, Copy, Debug)]
struct Value2(Value);

impl Default for Value2 {
    fn default() -> Value2 {
        Value2(Value::Null)
    }
}

/// A place that defaults to the first node.
#[derive(Clone, Copy, Debug)]
struct NodeRef2(NodeRef);

impl Default for NodeRef2 {
    fn default() -> NodeRef2 {
        NodeRef2(NodeRef(0))
    }
}

/// How many blocks one resource may have.
const MOST_BLOCKS: usize = 20_000;
/// From so many blocks on they are found by key.
const MANY_BLOCKS: usize = 32;

impl Draft {
    fn known_block(&mut self, field: u16, key: Value) -> Option<usize> {
        if self.blocks.len() < MANY_BLOCKS || key_of(key).is_none() {
            let mut blocks = self.blocks.iter();
            return blocks.find(|(other, known, _)| *other == field && *known == key).map(|(_, _, inner)| *inner);
        }
        if self.block_of.is_empty() {
            let known = self.blocks.iter().filter_map(|(field, key, inner)| Some(((*field, key_of(*key)?), *inner)));
            self.block_of = known.collect();
        }
        self.block_of.get(&(field, key_of(key)?)).copied()
    }

    fn add_block(&mut self, field: u16, key: Value, inner: usize) {
        self.blocks.push((field, key, inner));
        if let (false, Some(key)) = (self.block_of.is_empty(), key_of(key)) {
            self.block_of.insert((field, key), inner);
        }
    }

    fn remove_block(&mut self, field: u16, key: Value) {
        self.blocks.retain(|(other, known, _)| *other != field || *known != key);
        self.block_of.clear();
    }
}

/// Makes objects.
pub struct Builder<'a> {
    /// The program.
    pub p: &'a mut Program,
    /// Where the objects go.
    pub w: &'a mut World,
    /// All files.
    pub units: &'a [Unit],
    /// Their texts.
    pub sources: &'a Sources,
    /// What is wrong.
    pub out: &'a mut Vec<Diagnostic>,
    drafts: Vec<Draft>,
    used: usize,
    entries: Vec<Entry>,
}

/// Makes the objects of all resources. Bodies with loops come last: their loops may read the others.
pub fn build(p: &mut Program, w: &mut World, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
    p.repeats.clear();
    let count = p.defs.resources.len();
    let empty = Object {
        shape: ShapeId(u16::MAX),
        tag: None,
        key: Value::Null,
        holder: Holder::NOTHING,
        env: Slice::default(),
        first: 0,
        len: 0,
        says: FieldSet::NOTHING,
        at: NodeRef(0),
        is_poison: true,
    };
    // Guesses. What is not used of them is not touched, but a huge page is touched as a whole: so they are not generous.
    w.slots.reserve(count * 24);
    w.objects.reserve(count * 7);
    w.derived.reserve(count * 2);
    p.heap.reserve(count * 20);
    w.objects.resize(count, empty);
    w.resources = count as u32;
    w.homes.resize(count, Home::UNSAID);
    let mut builder = Builder { p, w, units, sources, out, drafts: Vec::new(), used: 0, entries: Vec::new() };
    let mut late = Vec::new();
    for number in 0..count {
        if let Some(waiting) = builder.resource(ResId(number as u32), false) {
            late.push((ResId(number as u32), waiting));
        }
    }
    for (resource, (head, entries)) in late {
        builder.entries = entries;
        builder.finish_resource(resource, &head);
    }
    for number in count..w.objects.len() {
        if let Value::Lazy(id) = w.objects[number].key {
            let owner = w.objects[number].owner();
            let key = Machine::new(p, w, units, out).evaluate_in(id, Slice::default(), owner);
            w.objects[number].key = key;
            w.objects[number].is_poison |= key.is_poison();
        }
    }
}

impl Builder<'_> {
    /// Types and makes one resource; gives its head and entries back if it must wait for others.
    fn resource(&mut self, id: ResId, late: bool) -> Option<(TypedHead, Vec<Entry>)> {
        let resource = *self.p.defs.get(id);
        let mut entries = std::mem::take(&mut self.entries);
        entries.clear();
        if self.p.removed.contains(&id) {
            self.entries = entries;
            return None;
        }
        let env = self.p.generated.get(&id).copied().unwrap_or_default();
        let mut checker = Checker::new(self.p, self.units, self.sources, self.out, resource.unit);
        if env.len > 0 {
            checker.enter_environment(id);
        }
        let head = checker.head(&resource);
        let Some(head) = head else {
            self.entries = entries;
            let object = &mut self.w.objects[id.0 as usize];
            object.at = NodeRef(self.units[resource.unit as usize].base + resource.head.key);
            return None;
        };
        for (field, value, at) in &head.says {
            let (field, value, at, next) = (*field, *value, *at, entries.len() as u32 + 1);
            entries.push(Entry { op: EntryOp::Set, field, at, value, next });
        }
        if resource.head.body != 0 {
            checker.body(resource.head.body, head.shape, head.tag, &mut entries);
        }
        for (unit, body) in self.p.patches.get(&id).cloned().unwrap_or_default() {
            let mut patch = Vec::new();
            Checker::new(self.p, self.units, self.sources, self.out, unit).body(body, head.shape, head.tag, &mut patch);
            let shift = entries.len() as u32;
            patch.iter_mut().for_each(|entry| entry.next += shift);
            entries.append(&mut patch);
        }
        let has_loop = entries.iter().any(|entry| entry.op == EntryOp::Loop)
            || head.layers.iter().any(|layer| self.p.layers[*layer as usize].has_loop);
        if has_loop && !late {
            return Some((head, entries));
        }
        self.entries = entries;
        self.finish_resource(id, &head);
        None
    }

    /// Makes the object of a resource whose entries are in `self.entries`.
    fn finish_resource(&mut self, id: ResId, head: &TypedHead) {
        let resource = *self.p.defs.get(id);
        let env = self.p.generated.get(&id).copied().unwrap_or_default();
        self.used = 0;
        let at = NodeRef(self.units[resource.unit as usize].base + resource.head.key);
        let root = self.draft(head.shape, Value::Str(resource.key), at, env);
        self.drafts[root].tag = head.tag;
        for layer in &head.layers {
            self.layer(root, *layer);
        }
        let entries = std::mem::take(&mut self.entries);
        self.apply(root, &entries, 0, entries.len(), Said::RESOURCE, env);
        self.entries = entries;
        self.w.homes[id.0 as usize] = self.home(head, &resource);
        let object = self.flush(root, Some(ObjId(id.0)), None);
        self.w.objects[object.0 as usize].is_poison |= head.is_broken;
    }

    /// What stands after `on` and `in`.
    fn home(&mut self, head: &TypedHead, resource: &crate::resolve::Resource) -> Home {
        let span = |this: &Self, at: NodeRef| span_of(this.units, at);
        let on = match head.on {
            On::Fixed(value, _) => self.settle(value, resource),
            On::Any(candidates, at) => {
                let candidates = candidates.map(|value| self.settle(value, resource));
                match candidates {
                    Some(Value::List(slice)) if slice.len == 1 => self.p.heap.at(slice, 0),
                    _ => {
                        let span = span(self, at);
                        self.out.push(errors::cannot_place(span, self.p.name(resource.key)));
                        Value::Poison
                    }
                }
            }
            On::All => Value::Null,
            On::Unsaid => {
                let needs = self.p.shape(head.shape).on.filter(|on| !on.many);
                if let Some(on) = needs {
                    let at = self.units[resource.unit as usize].tree.span(resource.head.key);
                    let (word, key) = (self.p.name(resource.word), self.p.name(resource.key));
                    let host = self.p.name(self.p.shape(on.kind).word);
                    let few = if self.out.len() < MANY_ERRORS { self.p.defs.resources.len() } else { 0 };
                    let hosts = self.p.defs.resources[..few].iter().filter(|r| self.p.name(r.word) == host);
                    let known: Vec<String> = hosts.take(13).map(|r| self.p.name(r.key).to_owned()).collect();
                    self.out.push(errors::missing_on(at, word, key, host, &known));
                    Value::Poison
                } else {
                    Value::Null
                }
            }
        };
        let within = head.within.map_or(Value::Null, |(value, _)| self.settle(value, resource));
        Home { on, within }
    }

    /// The value of a clause of a head: evaluated at once, with the loop variables of the resource.
    fn settle(&mut self, value: Value, resource: &crate::resolve::Resource) -> Value {
        let Value::Lazy(id) = value else { return value };
        let number = self.p.defs.resource(resource.scope, resource.word, resource.key);
        let env = number.and_then(|id| self.p.generated.get(&id).copied()).unwrap_or_default();
        Machine::new(self.p, self.w, self.units, self.out).evaluate_in(id, env, None)
    }

    /// A fresh draft, used again if one is free.
    fn draft(&mut self, shape: ShapeId, key: Value, at: NodeRef, env: Slice) -> usize {
        if self.used == self.drafts.len() {
            self.drafts.push(Draft::default());
        }
        let draft = &mut self.drafts[self.used];
        draft.shape = shape.0;
        draft.tag = None;
        draft.key = Value2(key);
        draft.at = NodeRef2(at);
        draft.env = env;
        draft.slots.clear();
        draft.clash.clear();
        draft.blocks.clear();
        draft.block_of.clear();
        self.used += 1;
        self.used - 1
    }

    /// Applies a profile or model, those it builds on first.
    fn layer(&mut self, draft: usize, number: u32) {
        let with = self.p.layers[number as usize].with.clone();
        for below in with {
            self.layer(draft, below);
        }
        let entries = std::mem::take(&mut self.p.layers[number as usize].body.entries);
        let env = self.drafts[draft].env;
        self.apply(draft, &entries, 0, entries.len(), Said::by_layer(number), env);
        self.p.layers[number as usize].body.entries = entries;
    }

    fn apply(&mut self, draft: usize, entries: &[Entry], from: usize, to: usize, said: Said, env: Slice) {
        let mut at = from;
        while at < to {
            let entry = entries[at];
            let next = entry.next as usize;
            if self.tick(entry.at) {
                return;
            }
            match entry.op {
                EntryOp::Set => self.set(draft, &entry, said),
                EntryOp::Append => self.append(draft, &entry, said),
                EntryOp::Block(replace) => {
                    let inner = self.block(draft, entry.field, Value::Null, entry.at, env);
                    if replace {
                        self.drafts[inner].slots.clear();
                        self.drafts[inner].blocks.clear();
                        self.drafts[inner].block_of.clear();
                    }
                    self.apply(inner, entries, at + 1, next, said, env);
                }
                EntryOp::Keyed => {
                    let key = self.key(entry.value, env);
                    if !key.is_poison() {
                        let inner = self.block(draft, entry.field, key, entry.at, env);
                        self.apply(inner, entries, at + 1, next, said, env);
                    }
                }
                EntryOp::Remove => {
                    let key = self.key(entry.value, env);
                    self.drafts[draft].remove_block(entry.field, key);
                }
                EntryOp::Tag => {
                    if let Value::Str(name) = entry.value {
                        self.drafts[draft].tag = Some(name);
                    }
                }
                EntryOp::With => {
                    if let Value::Int(number) = entry.value {
                        self.layer(draft, number as u32);
                    }
                }
                EntryOp::Loop => self.unroll(draft, entries, at, said, env),
                EntryOp::Allow => {
                    if let Value::Int(number) = entry.value {
                        self.drafts[draft].slots.push(Slot {
                            field: u16::MAX,
                            said,
                            at: entry.at,
                            value: Value::Int(number),
                        });
                    }
                }
            }
            at = next.max(at + 1);
        }
    }

    /// Counts an entry; whether a bound is reached, which is reported.
    fn tick(&mut self, at: NodeRef) -> bool {
        self.w.steps += 1;
        if self.used <= MOST_BLOCKS && self.w.steps < self.w.next_look {
            return false;
        }
        let too_many = self.used > MOST_BLOCKS;
        let mut machine = Machine::new(self.p, self.w, self.units, self.out);
        if too_many || machine.tick() {
            machine.spend(at);
            return true;
        }
        false
    }

    /// A key: computed at once, unless it names a part of the host, which may not be made yet.
    fn key(&mut self, value: Value, env: Slice) -> Value {
        match value {
            Value::Lazy(id) if matches!(self.p.expr(id).op, crate::types::expr::Op::Part(..)) => value,
            Value::Lazy(id) => Machine::new(self.p, self.w, self.units, self.out).evaluate_in(id, env, None),
            constant => constant,
        }
    }

    /// Runs a loop of a body.
    fn unroll(&mut self, draft: usize, entries: &[Entry], at: usize, said: Said, env: Slice) {
        let entry = entries[at];
        let Value::Int(number) = entry.value else { return };
        let body_loop = self.p.loops[number as usize];
        let items = self.key(body_loop.source, env);
        let values: Vec<Value> = Machine::new(self.p, self.w, self.units, self.out).elements(items);
        for value in values {
            if self.tick(entry.at) {
                return;
            }
            let mut locals = self.p.heap.slice(env).to_vec();
            locals.resize(usize::from(body_loop.local), Value::Null);
            locals.push(value);
            let inner = self.p.heap.store(&locals);
            if let Some(condition) = body_loop.condition {
                let holds = Machine::new(self.p, self.w, self.units, self.out).evaluate_in(condition, inner, None);
                if holds != Value::Bool(true) {
                    continue;
                }
            }
            self.apply_now(draft, entries, at + 1, entry.next as usize, said, inner);
        }
    }

    /// Applies entries of a loop: what it says of the object around it is computed at once.
    fn apply_now(&mut self, draft: usize, entries: &[Entry], from: usize, to: usize, said: Said, env: Slice) {
        let mut at = from;
        while at < to {
            let mut entry = entries[at];
            if matches!(entry.op, EntryOp::Set | EntryOp::Append) {
                entry.value = self.key(entry.value, env);
                entry.next = 1;
                self.apply(draft, &[entry], 0, 1, said, env);
            } else {
                self.apply(draft, entries, at, entries[at].next as usize, said, env);
            }
            at = (entries[at].next as usize).max(at + 1);
        }
    }

    fn set(&mut self, draft: usize, entry: &Entry, said: Said) {
        let layers = &self.p.layers;
        let draft = &mut self.drafts[draft];
        let slot = Slot { field: entry.field, said, at: entry.at, value: entry.value };
        match draft.slots.iter_mut().find(|slot| slot.field == entry.field) {
            None => draft.slots.push(slot),
            Some(old) => {
                let differs = old.value != entry.value;
                let mut siblings = false;
                if let (Some(below), Some(above), true) = (old.said.layer(), said.layer(), differs) {
                    // A profile refines what it builds on, also where both are named.
                    if below != above && builds_on(layers, below, above) {
                        return;
                    }
                    siblings = below != above && !builds_on(layers, above, below);
                }
                let first = old.at;
                *old = slot;
                draft.clash.retain(|(field, _, _)| *field != entry.field);
                if siblings {
                    draft.clash.push((entry.field, first, entry.at));
                }
            }
        }
    }

    /// `+=`: onto what lies below, or onto the default.
    fn append(&mut self, number: usize, entry: &Entry, said: Said) {
        let shape = ShapeId(self.drafts[number].shape);
        let below = self.drafts[number].slots.iter().find(|slot| slot.field == entry.field).map(|slot| slot.value);
        let below = below.or(self.p.field(shape, entry.field).default);
        let value = match (below, entry.value) {
            (None | Some(Value::Null), value) => value,
            (Some(Value::List(a)), Value::List(b)) => {
                let mut values = self.p.heap.slice(a).to_vec();
                values.extend_from_slice(self.p.heap.slice(b));
                Value::List(self.p.heap.store(&values))
            }
            (Some(Value::Map(a)), Value::Map(b)) => merge_maps(self.p, a, b),
            (Some(below), value) => Value::Appended(self.p.heap.store(&[below, value])),
        };
        let draft = &mut self.drafts[number];
        draft.clash.retain(|(field, _, _)| *field != entry.field);
        match draft.slots.iter_mut().find(|slot| slot.field == entry.field) {
            Some(old) => *old = Slot { field: entry.field, said, at: entry.at, value },
            None => draft.slots.push(Slot { field: entry.field, said, at: entry.at, value }),
        }
    }

    /// The block of a field (and key) of a draft, made if it is not there.
    fn block(&mut self, draft: usize, field: u16, key: Value, at: NodeRef, env: Slice) -> usize {
        if let Some(inner) = self.drafts[draft].known_block(field, key) {
            self.drafts[inner].at = NodeRef2(at);
            return inner;
        }
        let shape = match self.p.field(ShapeId(self.drafts[draft].shape), field).holds {
            crate::types::shape::Holds::Block(shape, _) | crate::types::shape::Holds::Blocks(shape, _) => shape,
            crate::types::shape::Holds::Value | crate::types::shape::Holds::Derived => {
                ShapeId(self.drafts[draft].shape)
            }
        };
        let inner = self.draft(shape, key, at, env);
        self.drafts[draft].add_block(field, key, inner);
        inner
    }

    /// Writes a draft and its blocks as objects; slots of one object end up side by side, sorted.
    fn flush(&mut self, number: usize, reserved: Option<ObjId>, owner: Option<ObjId>) -> ObjId {
        let id = reserved.unwrap_or(ObjId(self.w.objects.len() as u32));
        let draft = &self.drafts[number];
        let object = Object {
            shape: ShapeId(draft.shape),
            tag: draft.tag,
            key: draft.key.0,
            holder: owner.map_or(Holder::NOTHING, Holder::object),
            env: draft.env,
            first: 0,
            len: 0,
            says: FieldSet::NOTHING,
            at: draft.at.0,
            is_poison: false,
        };
        if reserved.is_some() {
            self.w.objects[id.0 as usize] = object;
        } else {
            self.w.objects.push(object);
        }
        let mut blocks = std::mem::take(&mut self.drafts[number].blocks);
        let mut slots = std::mem::take(&mut self.drafts[number].slots);
        blocks.sort_by_key(|(field, _, inner)| (*field, *inner));
        let mut list: Vec<Value> = Vec::new();
        for (place, (field, key, inner)) in blocks.iter().enumerate() {
            let at = self.drafts[*inner].at.0;
            let made = Value::Obj(self.flush(*inner, None, Some(id)));
            let value = if *key == Value::Null {
                made
            } else {
                let is_last = blocks.get(place + 1).is_none_or(|(next, _, _)| next != field);
                if is_last && list.is_empty() {
                    Value::List(self.p.heap.store(&[made]))
                } else {
                    list.push(made);
                    if !is_last {
                        continue;
                    }
                    let slice = self.p.heap.store(&list);
                    list.clear();
                    Value::List(slice)
                }
            };
            slots.push(Slot { field: *field, said: Said::RESOURCE, at, value });
        }
        let clashes = std::mem::take(&mut self.drafts[number].clash);
        for (field, first, second) in &clashes {
            let shape = ShapeId(self.drafts[number].shape);
            let name = self.p.name(self.p.field(shape, *field).name).to_owned();
            let at = span_of(self.units, self.w.object(id).at);
            let labels = [span_of(self.units, *first), span_of(self.units, *second)];
            self.out.push(errors::profiles_differ(at, &name, labels));
        }
        slots.sort_by_key(|slot| slot.field);
        // What is of no field is an `allow`, and comes last.
        let fields = slots.partition_point(|slot| slot.field != u16::MAX);
        for slot in slots.drain(fields..) {
            if let Value::Int(allow) = slot.value {
                self.w.allows.push(Allowed { object: id, allow: allow as u32 });
            }
        }
        let first = self.w.slots.len() as u32;
        self.w.slots.extend_from_slice(&slots);
        let object = &mut self.w.objects[id.0 as usize];
        object.first = first;
        object.len = slots.len() as u16;
        object.says = FieldSet::of(slots.iter().map(|slot| slot.field));
        self.drafts[number].slots = slots;
        self.drafts[number].blocks = blocks;
        id
    }
}

/// The keys of both, those of `b` winning; a map of both is merged in turn.
pub(crate) fn merge_maps(p: &mut Program, a: Slice, b: Slice) -> Value {
    let mut values = p.heap.slice(a).to_vec();
    let above = p.heap.slice(b).to_vec();
    let below = values.chunks_exact(2).enumerate();
    let mut places: FxHashMap<Key, usize> =
        below.filter_map(|(place, pair)| Some((key_of(pair[0])?, place * 2 + 1))).collect();
    for pair in above.chunks_exact(2) {
        let known = key_of(pair[0]).map(|key| *places.entry(key).or_insert(values.len() + 1));
        match known.and_then(|place| values.get_mut(place)) {
            Some(value) => {
                *value = match (*value, pair[1]) {
                    (Value::Map(below), Value::Map(above)) => merge_maps(p, below, above),
                    (_, above) => above,
                };
            }
            None => values.extend_from_slice(pair),
        }
    }
    Value::Map(p.heap.store(&values))
}

/// Whether a profile builds on another, directly or through others.
fn builds_on(layers: &[crate::types::Layer], above: usize, below: usize) -> bool {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut open = vec![above];
    while let Some(layer) = open.pop() {
        for next in layers[layer].with.iter().map(|next| *next as usize) {
            if next == below {
                return true;
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}

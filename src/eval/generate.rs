//! Generators: nested loops, folded as they run, with an index where an equality allows it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::Name;
use crate::eval::machine::Machine;
use crate::eval::{Index, Key, Object, key_of};
use crate::hir::literal;
use crate::types::expr::{Binary, Expr, Fold, Join, Loop, NodeRef, Op};
use crate::types::shape::Holds;
use crate::types::ty::ShapeId;
use crate::types::value::{ExprId, ObjId, Slice, Value};

/// Elements that a loop over a range may have.
const LONGEST: i64 = 1_000_000;

/// What a fold has gathered.
struct Gathered {
    fold: Fold,
    values: Vec<Value>,
    count: i64,
    done: Option<Value>,
    sum: Option<Value>,
    /// The slot of the first variable.
    first: u16,
}

/// The loop of a generator that runs.
#[derive(Clone, Copy)]
struct Running {
    number: u32,
    at: usize,
    head: ExprId,
    found: Loop,
    is_last: bool,
    /// The head, if it is a field of the variable.
    direct: Option<Direct>,
    /// The condition, if it compares a field of the variable with a constant.
    test: Option<Test>,
}

/// `g.state == running`
#[derive(Clone, Copy)]
struct Test {
    field: Direct,
    op: Binary,
    with: Value,
    at: NodeRef,
}

/// Bindings in the order they were found, each with its key.
struct Rows {
    keys: Vec<Key>,
    values: Vec<Value>,
}

impl Rows {
    /// The same bindings, those of one key side by side, in the order in which keys came.
    fn index(&self, width: usize) -> Index {
        let mut by_key: FxHashMap<Key, (u32, u32)> = FxHashMap::default();
        // The number of each row's key, and how many rows each key has.
        let mut numbers: Vec<u32> = Vec::with_capacity(self.keys.len());
        let mut lens: Vec<u32> = Vec::new();
        for key in &self.keys {
            let (number, _) = *by_key.entry(*key).or_insert((lens.len() as u32, 0));
            match lens.get_mut(number as usize) {
                Some(len) => *len += 1,
                None => lens.push(1),
            }
            numbers.push(number);
        }
        let mut starts = lens.clone();
        starts.iter_mut().fold(0, |start, len| start + std::mem::replace(len, start));
        by_key.values_mut().for_each(|run| *run = (starts[run.0 as usize], lens[run.0 as usize]));
        let mut tuples = vec![Value::Null; self.values.len()];
        for (row, number) in numbers.iter().enumerate() {
            let start = &mut starts[*number as usize];
            let to = *start as usize * width;
            tuples[to..to + width].copy_from_slice(&self.values[row * width..(row + 1) * width]);
            *start += 1;
        }
        Index { tuples, width, by_key }
    }
}

/// A field of a loop's variable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Direct {
    field: Numbered,
    /// Where it is read as a fact that must be known, if it is.
    fact: Option<NodeRef>,
}

/// How a field is found.
#[derive(Clone, Copy, Debug)]
enum Numbered {
    /// In this shape, by its number.
    Field(ShapeId, u16),
    /// In whatever shape, by its name.
    Named(Name),
}

impl Machine<'_> {
    /// The elements of a list, set, range, map (its values) or group.
    pub fn elements(&mut self, value: Value) -> Vec<Value> {
        match value {
            Value::List(slice) => self.p.heap.slice(slice).to_vec(),
            Value::Map(slice) => self.p.heap.slice(slice).chunks_exact(2).map(|pair| pair[1]).collect(),
            Value::Group(slice) => self.p.heap.slice(slice)[1..].to_vec(),
            Value::Range(slice) => match (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1)) {
                (Value::Int(a), Value::Int(b)) => (a..=b.min(a.saturating_add(1_000_000))).map(Value::Int).collect(),
                (Value::Ip(a), Value::Ip(b)) => (a..=b.min(a.saturating_add(1_000_000))).map(Value::Ip).collect(),
                (Value::Str(a), Value::Str(b)) => self.addresses_of_six(a, b),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The IPv6 addresses of a range, in their canonical form.
    fn addresses_of_six(&mut self, first: Name, last: Name) -> Vec<Value> {
        let (first, last) = (literal::ipv6(self.p.name(first)), literal::ipv6(self.p.name(last)));
        let (Some((first, _)), Some((last, _))) = (first, last) else { return Vec::new() };
        let numbers = first..=last.min(first.saturating_add(1_000_000));
        numbers.map(|number| self.p.heap.string(&std::net::Ipv6Addr::from(number).to_string())).collect()
    }

    /// Runs a generator.
    pub(crate) fn generate(&mut self, number: u32) -> Value {
        if let Some(known) = self.w.shared.list(number) {
            return known;
        }
        let generator = &self.p.generators[number as usize];
        let (fold, head) = (generator.fold, generator.head);
        let first = generator.loops.first().map_or(0, |found| found.local);
        let mut gathered = Gathered { fold, values: Vec::new(), count: 0, done: None, sum: None, first };
        self.run_loops(number, 0, head, &mut gathered);
        if let Some(done) = gathered.done {
            return done;
        }
        match fold {
            Fold::List => {
                let list = Value::List(self.p.heap.store(&gathered.values));
                self.w.shared.keep(number, list);
                list
            }
            Fold::Keyed => Value::List(self.p.heap.store(&gathered.values)),
            Fold::All => Value::Bool(true),
            Fold::Any => Value::Bool(false),
            Fold::Count => Value::Int(gathered.count),
            Fold::Sum => gathered.sum.unwrap_or(self.p.generators[number as usize].zero),
        }
    }

    fn loop_of(&self, number: u32, at: usize) -> Option<Loop> {
        self.p.generators[number as usize].loops.get(at).copied()
    }

    fn run_loops(&mut self, number: u32, at: usize, head: ExprId, gathered: &mut Gathered) {
        if gathered.done.is_some() {
            return;
        }
        let generator = &self.p.generators[number as usize];
        let Some(found) = generator.loops.get(at).copied() else {
            self.gather(head, gathered);
            return;
        };
        let starts_here = |found: &Loop| found.join.is_some_and(|join| usize::from(join.from) == at);
        if let Some(ahead) = generator.loops[at..].iter().position(starts_here)
            && let Some(join) = generator.loops[at + ahead].join
        {
            self.run_joined(number, at, at + ahead, join, head, gathered);
            return;
        }
        let is_last = at + 1 == generator.loops.len();
        let direct = if is_last { self.direct(head, found.local) } else { None };
        let test = found.condition.and_then(|condition| self.test(condition, found.local));
        let running = Running { number, at, head, found, is_last, direct, test };
        let source = self.eval(found.source);
        if source.is_poison() {
            gathered.done = Some(source);
            return;
        }
        if let Value::List(slice) = source {
            if running.is_last && matches!(gathered.fold, Fold::List | Fold::Keyed) {
                gathered.values.reserve(slice.len as usize);
            }
            let inner = self.loop_of(number, at + 1);
            let blocks = inner.and_then(|inner| self.blocks_of(&found, &inner));
            let all_of = blocks.filter(|_| inner.is_some_and(|inner| self.takes_all(number, at + 1, &inner)));
            for place in 0..slice.len as usize {
                let value = self.p.heap.at(slice, place);
                if self.has_none(blocks, value) || all_of.is_some_and(|of| self.take_blocks(of, value, gathered)) {
                    continue;
                }
                self.bind_and_go(&running, value, gathered);
                if gathered.done.is_some() {
                    return;
                }
            }
            return;
        }
        if self.is_too_long(source) {
            let at = self.p.expr(found.source).at;
            gathered.done = Some(self.spend(at));
            return;
        }
        for value in self.elements(source) {
            self.bind_and_go(&running, value, gathered);
            if gathered.done.is_some() {
                return;
            }
        }
    }

    /// The field of a loop's variable that an expression is, if it is no more than that.
    fn direct(&self, id: ExprId, local: u16) -> Option<Direct> {
        let (id, fact) = match self.p.expr(id) {
            Expr { op: Op::Known(inner), at } => (inner, Some(at)),
            _ => (id, None),
        };
        let (base, field) = match self.p.expr(id).op {
            Op::Field(base, shape, field) => (base, Numbered::Field(shape, field)),
            Op::FieldNamed(base, name) => (base, Numbered::Named(name)),
            _ => return None,
        };
        matches!(self.p.expr(base).op, Op::Local(slot) if slot == local).then_some(Direct { field, fact })
    }

    #[inline]
    fn direct_field(&mut self, direct: Direct, object: ObjId) -> Value {
        let value = match direct.field {
            Numbered::Field(shape, field) => self.field(object, shape, field),
            Numbered::Named(name) => self.field_named(object, name),
        };
        match (value, direct.fact) {
            (Value::Null, Some(at)) => {
                self.unknown.get_or_insert(at);
                Value::Poison
            }
            (value, _) => value,
        }
    }

    /// Whether a loop takes what it ranges over as it is: `[n for g in guest for n in g.nic]`.
    fn takes_all(&self, number: u32, at: usize, found: &Loop) -> bool {
        let generator = &self.p.generators[number as usize];
        let is_last = at + 1 == generator.loops.len() && found.condition.is_none() && found.join.is_none();
        let is_head = matches!(self.p.expr(generator.head).op, Op::Local(slot) if slot == found.local);
        is_last && is_head && generator.fold == Fold::List
    }

    /// Takes the blocks of an object at once; not if one of them has to be looked at.
    fn take_blocks(&mut self, blocks: Direct, value: Value, gathered: &mut Gathered) -> bool {
        let Value::Obj(object) = value else { return false };
        let Some(field) = self.field_of_blocks(blocks, self.w.object(object)).filter(|_| !self.w.is_spent) else {
            return false;
        };
        let Value::List(blocks) = self.read(object, field) else { return false };
        let blocks = self.p.heap.slice(blocks);
        if blocks.iter().any(|block| !matches!(block, Value::Obj(_))) {
            return false;
        }
        gathered.values.extend_from_slice(blocks);
        self.w.steps += 1 + blocks.len() as u64;
        true
    }

    /// Whether a range has more elements than any loop may take.
    fn is_too_long(&self, value: Value) -> bool {
        let Value::Range(slice) = value else { return false };
        match (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1)) {
            (Value::Int(first), Value::Int(last)) => last.saturating_sub(first) >= LONGEST,
            (Value::Ip(first), Value::Ip(last)) => i64::from(last) - i64::from(first) >= LONGEST,
            (Value::Str(first), Value::Str(last)) => {
                let ends = (literal::ipv6(self.p.name(first)), literal::ipv6(self.p.name(last)));
                let (Some((first, _)), Some((last, _))) = ends else { return false };
                last.saturating_sub(first) >= LONGEST as u128
            }
            _ => false,
        }
    }

    #[inline]
    fn bind_and_go(&mut self, running: &Running, value: Value, gathered: &mut Gathered) {
        let Running { number, at, head, found, is_last, direct, test } = *running;
        if self.tick() {
            let at = self.p.expr(found.source).at;
            gathered.done = Some(self.spend(at));
            return;
        }
        self.set_local(found.local, value);
        let selected = match (found.condition, test, value) {
            (None, ..) => Value::Bool(true),
            (Some(_), Some(test), Value::Obj(object)) => self.tested(&test, object),
            (condition, ..) => self.selects(condition),
        };
        match selected {
            Value::Bool(true) if is_last => match (direct, value) {
                (Some(field), Value::Obj(object)) if gathered.fold != Fold::Count => {
                    let before = self.unknown;
                    let value = self.direct_field(field, object);
                    self.gather_value(head, value, before, gathered);
                }
                _ => self.gather(head, gathered),
            },
            Value::Bool(true) => self.run_loops(number, at + 1, head, gathered),
            Value::Bool(false) => {}
            other => gathered.done = gathered.done.or(Some(other)),
        }
    }

    /// What a condition is, if it compares a field of the variable with a constant.
    fn test(&self, condition: ExprId, local: u16) -> Option<Test> {
        let Expr { op: Op::Binary(op @ (Binary::Eq | Binary::Ne), a, b), at } = self.p.expr(condition) else {
            return None;
        };
        let Op::Const(with) = self.p.expr(b).op else { return None };
        Some(Test { field: self.direct(a, local)?, op, with, at })
    }

    /// The same as [`Machine::selects`] for such a condition.
    #[inline]
    fn tested(&mut self, test: &Test, object: ObjId) -> Value {
        let before = self.unknown;
        let value = self.direct_field(test.field, object);
        if value.is_poison() && self.unknown.is_some() && before.is_none() {
            self.unknown = None;
            return Value::Bool(false);
        }
        self.binary(test.op, value, test.with, test.at)
    }

    /// Whether a condition selects: one that needs an unknown fact does not.
    pub(crate) fn selects(&mut self, condition: Option<ExprId>) -> Value {
        let before = self.unknown;
        let value = self.holds(condition);
        if value.is_poison() && self.unknown.is_some() && before.is_none() {
            self.unknown = None;
            return Value::Bool(false);
        }
        value
    }

    pub(crate) fn holds(&mut self, condition: Option<ExprId>) -> Value {
        condition.map_or(Value::Bool(true), |condition| self.eval(condition))
    }

    fn run_joined(&mut self, number: u32, from: usize, last: usize, join: Join, head: ExprId, gathered: &mut Gathered) {
        let probe = self.eval(join.probe);
        if probe.is_poison() {
            gathered.done = Some(probe);
            return;
        }
        if !self.w.indexes.contains_key(&join.index) {
            let loops: Vec<Loop> = self.p.generators[number as usize].loops[from..=last].to_vec();
            self.build_index(join, &loops);
        }
        let Some((index, places)) = self.matches(join, probe) else { return };
        let Some(residual) = self.loop_of(number, last) else { return };
        for place in places {
            for at in from..=last {
                let Some(found) = self.loop_of(number, at) else { return };
                self.set_local(found.local, index.value(place, at - from));
            }
            match self.selects(residual.condition) {
                Value::Bool(true) => self.run_loops(number, last + 1, head, gathered),
                Value::Bool(false) => {}
                other => gathered.done = gathered.done.or(Some(other)),
            }
            if gathered.done.is_some() {
                return;
            }
        }
    }

    /// The bindings that a probe selects: the index, and their places in it; none if there are none.
    pub(crate) fn matches(&self, join: Join, probe: Value) -> Option<(Arc<Index>, std::ops::Range<usize>)> {
        let index = self.w.indexes.get(&join.index)?;
        let (start, len) = *index.by_key.get(&key_of(probe)?)?;
        Some((index.clone(), start as usize..(start + len) as usize))
    }

    /// Fills the index of a join: every binding of its loops by the value of its key. Bindings whose key or
    /// conditions are unknown are left out: they can equal nothing.
    pub(crate) fn build_index(&mut self, join: Join, loops: &[Loop]) {
        let unknown = self.unknown.take();
        // One over a list is also that of every other rule that asks the same of the same list.
        let list = match loops {
            [found] => self.eval(found.source),
            _ => Value::Null,
        };
        if let Some(known) = self.w.shared.index(self.p, list, join.key, loops[0].local) {
            self.w.indexes.insert(join.index, known);
            self.unknown = unknown;
            return;
        }
        let mut rows = Rows { keys: Vec::new(), values: Vec::new() };
        self.fill(join, loops, 0, &mut Vec::new(), &mut rows);
        self.unknown = unknown;
        let index = Arc::new(rows.index(loops.len()));
        self.w.shared.keep_index(list, join.key, loops[0].local, &index);
        self.w.indexes.insert(join.index, index);
    }

    fn fill(&mut self, join: Join, loops: &[Loop], at: usize, tuple: &mut Vec<Value>, rows: &mut Rows) {
        let Some(found) = loops.get(at) else {
            let last = loops.last().and_then(|last| self.direct(join.key, last.local));
            let key = match (last, tuple.last()) {
                (Some(field), Some(Value::Obj(object))) => self.direct_field(field, *object),
                _ => self.eval(join.key),
            };
            self.unknown = None;
            if let (Some(key), false) = (key_of(key), matches!(key, Value::Null)) {
                rows.keys.push(key);
                rows.values.extend_from_slice(tuple);
            }
            return;
        };
        let source = self.eval(found.source);
        if let Value::List(slice) = source {
            let blocks = loops.get(at + 1).and_then(|inner| self.blocks_of(found, inner));
            for place in 0..slice.len as usize {
                let value = self.p.heap.at(slice, place);
                if !self.has_none(blocks, value) {
                    self.fill_with(value, join, loops, at, tuple, rows);
                }
            }
            return;
        }
        for value in self.elements(source) {
            self.fill_with(value, join, loops, at, tuple, rows);
        }
    }

    fn fill_with(
        &mut self,
        value: Value,
        join: Join,
        loops: &[Loop],
        at: usize,
        tuple: &mut Vec<Value>,
        rows: &mut Rows,
    ) {
        if self.tick() {
            let at = self.p.expr(loops[at].source).at;
            self.spend(at);
            return;
        }
        self.set_local(loops[at].local, value);
        let last = at + 1 == loops.len();
        if last || self.holds(loops[at].condition) == Value::Bool(true) {
            tuple.push(value);
            self.fill(join, loops, at + 1, tuple, rows);
            tuple.pop();
        }
        self.unknown = None;
    }

    /// The blocks that an inner loop ranges over, if they are those of the object that the outer one binds, and all that
    /// stands between is the binding: `for v in vm for a in v.attach`. An object that has none then comes to nothing.
    pub(crate) fn blocks_of(&self, outer: &Loop, inner: &Loop) -> Option<Direct> {
        outer.condition.is_none().then(|| self.direct(inner.source, outer.local)).flatten()
    }

    /// The field that holds these blocks of an object.
    #[inline]
    fn field_of_blocks(&self, blocks: Direct, of: &Object) -> Option<u16> {
        let field = match blocks.field {
            Numbered::Field(shape, field) => (of.shape == shape).then_some(field),
            Numbered::Named(_) if of.shape.0 == u16::MAX => None,
            Numbered::Named(name) => self.p.shape(of.shape).field(name, of.tag),
        };
        field.filter(|field| matches!(self.p.field(of.shape, *field).holds, Holds::Blocks(..)))
    }

    /// Whether an object surely has none of these blocks.
    #[inline]
    pub(crate) fn has_none(&self, blocks: Option<Direct>, value: Value) -> bool {
        let (Some(blocks), Value::Obj(object)) = (blocks, value) else { return false };
        let of = self.w.object(object);
        !of.is_poison && self.field_of_blocks(blocks, of).is_some_and(|field| !of.says.has(field))
    }

    fn gather(&mut self, head: ExprId, gathered: &mut Gathered) {
        if gathered.fold == Fold::Count {
            gathered.count += 1;
            return;
        }
        let before = self.unknown;
        let value = self.eval(head);
        self.gather_value(head, value, before, gathered);
    }

    /// Gathers what a head came to; `before` is what was unknown before.
    #[inline]
    fn gather_value(&mut self, head: ExprId, value: Value, before: Option<NodeRef>, gathered: &mut Gathered) {
        if value.is_poison() {
            if gathered.fold == Fold::Keyed && self.unknown.is_some() && before.is_none() {
                self.unknown = None;
                return;
            }
            gathered.done = Some(value);
            return;
        }
        if gathered.values.len() > super::machine::HEAP_LIMIT / 4 {
            let at = self.p.expr(head).at;
            gathered.done = Some(self.spend(at));
            return;
        }
        match (gathered.fold, value) {
            (Fold::Keyed, Value::Null) => {}
            (Fold::Keyed, key) => {
                let member = self.stack[self.base + usize::from(gathered.first)];
                gathered.values.extend([key, member]);
            }
            (Fold::All, Value::Bool(false)) | (Fold::Any, Value::Bool(true)) => gathered.done = Some(value),
            (Fold::All | Fold::Any | Fold::Count, _) => {}
            (Fold::List, value) => gathered.values.push(value),
            (Fold::Sum, value) => {
                let at = self.p.expr(head).at;
                gathered.sum = Some(match gathered.sum {
                    None => value,
                    Some(sum) => self.binary(crate::types::expr::Binary::Add, sum, value, at),
                });
            }
        }
    }

    /// A list value from values.
    pub(crate) fn list(&mut self, values: &[Value]) -> Value {
        let slice: Slice = self.p.heap.store(values);
        Value::List(slice)
    }
}

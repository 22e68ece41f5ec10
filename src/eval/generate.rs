//! Generators: nested loops, folded as they run, with an index where an equality allows it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::eval::machine::Machine;
use crate::eval::{Index, Key, key_of};
use crate::types::expr::{Fold, Join, Loop, Op};
use crate::types::shape::Holds;
use crate::types::ty::ShapeId;
use crate::types::value::{ExprId, Slice, Value};

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
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
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
        let running = Running { number, at, head, found, is_last: at + 1 == generator.loops.len() };
        let source = self.eval(found.source);
        if source.is_poison() {
            gathered.done = Some(source);
            return;
        }
        if let Value::List(slice) = source {
            if running.is_last && matches!(gathered.fold, Fold::List | Fold::Keyed) {
                gathered.values.reserve(slice.len as usize);
            }
            let blocks = self.loop_of(number, at + 1).and_then(|inner| self.blocks_of(&found, &inner));
            for place in 0..slice.len as usize {
                let value = self.p.heap.at(slice, place);
                if self.has_none(blocks, value) {
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

    /// Whether a range has more elements than any loop may take.
    fn is_too_long(&self, value: Value) -> bool {
        let Value::Range(slice) = value else { return false };
        match (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1)) {
            (Value::Int(first), Value::Int(last)) => last.saturating_sub(first) >= LONGEST,
            (Value::Ip(first), Value::Ip(last)) => i64::from(last) - i64::from(first) >= LONGEST,
            _ => false,
        }
    }

    fn bind_and_go(&mut self, running: &Running, value: Value, gathered: &mut Gathered) {
        let Running { number, at, head, found, is_last } = *running;
        if self.tick() {
            let at = self.p.expr(found.source).at;
            gathered.done = Some(self.spend(at));
            return;
        }
        self.set_local(found.local, value);
        let selected = if found.condition.is_some() { self.selects(found.condition) } else { Value::Bool(true) };
        match selected {
            Value::Bool(true) if is_last => self.gather(head, gathered),
            Value::Bool(true) => self.run_loops(number, at + 1, head, gathered),
            Value::Bool(false) => {}
            other => gathered.done = gathered.done.or(Some(other)),
        }
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
            let key = self.eval(join.key);
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
    pub(crate) fn blocks_of(&self, outer: &Loop, inner: &Loop) -> Option<(ShapeId, u16)> {
        let Op::Field(base, shape, field) = self.p.expr(inner.source).op else { return None };
        let is_of_outer = matches!(self.p.expr(base).op, Op::Local(slot) if slot == outer.local);
        let are_blocks = matches!(self.p.field(shape, field).holds, Holds::Blocks(..));
        (outer.condition.is_none() && is_of_outer && are_blocks).then_some((shape, field))
    }

    /// Whether an object surely has none of these blocks.
    #[inline]
    pub(crate) fn has_none(&self, blocks: Option<(ShapeId, u16)>, value: Value) -> bool {
        let (Some((shape, field)), Value::Obj(object)) = (blocks, value) else { return false };
        let of = self.w.object(object);
        of.shape == shape && !of.is_poison && !of.says.has(field)
    }

    fn gather(&mut self, head: ExprId, gathered: &mut Gathered) {
        if gathered.fold == Fold::Count {
            gathered.count += 1;
            return;
        }
        let before = self.unknown;
        let value = self.eval(head);
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

//! `lost(x)` and `why-lost(x, y)`: what stops when a thing does.
//!
//! `needs` of kinds make a graph of all-of and some-of; what is lost is its least fixed point over one failure.
//! The order in which things are lost is breadth first, so the reason that is kept for each is a shortest one.

use rustc_hash::FxHashMap;

use crate::eval::machine::Machine;
use crate::eval::show;
use crate::types::shape::NeedHow;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Slice, Value};

/// What one `needs` of one resource asks for: at least so many of these.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub of: ObjId,
    pub things: Vec<ObjId>,
    pub least: usize,
    pub how: NeedHow,
}

impl Machine<'_> {
    /// What is lost with a thing: itself first, then the rest in the order in which it goes; with the cause of each.
    fn losses(&mut self, thing: ObjId) -> (Vec<ObjId>, FxHashMap<ObjId, ObjId>) {
        let demands = self.demands();
        let mut users: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        for (number, demand) in demands.iter().enumerate() {
            demand.things.iter().for_each(|needed| users.entry(*needed).or_default().push(number));
        }
        let mut left: Vec<usize> = demands.iter().map(|demand| demand.things.len()).collect();
        let mut order = vec![thing];
        let mut cause: FxHashMap<ObjId, ObjId> = FxHashMap::default();
        cause.insert(thing, thing);
        let mut next = 0;
        while let Some(lost) = order.get(next).copied() {
            next += 1;
            for number in users.get(&lost).into_iter().flatten() {
                left[*number] -= 1;
                let demand = &demands[*number];
                if left[*number] < demand.least && !cause.contains_key(&demand.of) {
                    cause.insert(demand.of, lost);
                    order.push(demand.of);
                }
            }
        }
        (order, cause)
    }

    /// Every `needs` of every resource, evaluated.
    pub(crate) fn demands(&mut self) -> Vec<Demand> {
        let mut demands = Vec::new();
        for number in 0..self.w.resources {
            let object = ObjId(number);
            let of = *self.w.object(object);
            if of.shape.0 == u16::MAX || of.is_poison {
                continue;
            }
            for need in self.p.shape(ShapeId(of.shape.0)).needs.clone() {
                let list = self.settle_need(need.of, object);
                let things: Vec<ObjId> = self
                    .elements(list)
                    .into_iter()
                    .filter_map(|value| if let Value::Obj(found) = value { Some(self.w.root(found)) } else { None })
                    .collect();
                let least = match need.how {
                    NeedHow::All => things.len(),
                    NeedHow::Majority => things.len() / 2 + 1,
                    NeedHow::Count(count) => match self.settle_need(count, object) {
                        Value::Int(count) => usize::try_from(count).unwrap_or(0),
                        _ => 0,
                    },
                };
                if !things.is_empty() {
                    demands.push(Demand { of: object, things, least, how: need.how });
                }
            }
        }
        demands
    }

    fn settle_need(&mut self, value: Value, object: ObjId) -> Value {
        let outer = self.unknown.take();
        let found = match value {
            Value::Lazy(id) => self.evaluate_in(id, Slice::default(), Some(object)),
            constant => constant,
        };
        self.unknown = outer;
        found
    }

    /// `lost(x)`
    pub(crate) fn lost(&mut self, thing: Value) -> Value {
        let Value::Obj(thing) = thing else { return Value::Poison };
        let root = self.w.root(thing);
        let (order, _) = self.losses(root);
        let values: Vec<Value> = order.into_iter().map(Value::Obj).collect();
        self.list(&values)
    }

    /// `why-lost(x, y)`: the chain from one to the other, or that there is none.
    pub(crate) fn why_lost(&mut self, thing: Value, other: Value) -> Value {
        let (Value::Obj(thing), Value::Obj(other)) = (thing, other) else { return Value::Poison };
        let (from, to) = (self.w.root(thing), self.w.root(other));
        let (_, cause) = self.losses(from);
        let named = |machine: &Self, object: ObjId| show::name_of(machine.p, machine.w, object);
        let mut chain = vec![named(self, to)];
        let mut at = to;
        while let Some(before) = cause.get(&at).copied() {
            if before == at {
                chain.reverse();
                return self.p.heap.string(&chain.join(" → "));
            }
            chain.push(named(self, before));
            at = before;
        }
        let text = format!("`{}` goes on without `{}`", named(self, to), named(self, from));
        self.p.heap.string(&text)
    }
}

//! `lost(x)` and `why-lost(x, y)`: what stops when a thing does.
//!
//! `needs` of kinds make a graph of all-of and some-of ([`Dependence`]), made once; what is lost is its least fixed point over
//! one failure ([`Dependence::without`]), and costs what falls, not what there is. The order in which things are lost is
//! breadth first, so the reason that is kept for each is a shortest one. What does not run anyway (a stopped guest, a host
//! that is off) counts for nobody, and is not lost once more.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::machine::Machine;
use crate::eval::show;
use crate::types::shape::NeedHow;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Slice, Value};

/// What one `needs` of one resource or block asks for: at least so many of these.
#[derive(Clone, Debug)]
pub(crate) struct Demand {
    pub of: ObjId,
    pub things: Vec<ObjId>,
    pub least: usize,
    pub how: NeedHow,
}

/// Who needs what.
#[derive(Debug)]
pub(crate) struct Dependence {
    pub demands: Vec<Demand>,
    /// The demands that name a thing, each as often as it does.
    users: FxHashMap<ObjId, Vec<u32>>,
    /// How many of its things each demand has left, without what is off.
    left: Vec<usize>,
    /// What does not run anyway.
    off: FxHashSet<ObjId>,
}

/// A thing that falls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fall {
    pub thing: ObjId,
    /// Why; none for what was lost first.
    pub cause: Option<Cause>,
}

/// Why a thing falls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cause {
    /// What it could not do without.
    pub lost: ObjId,
    /// The demand that is not met any more, by its number.
    pub demand: usize,
    /// How many that demand has left.
    pub left: usize,
}

impl Dependence {
    fn new(demands: Vec<Demand>) -> Dependence {
        let mut users: FxHashMap<ObjId, Vec<u32>> = FxHashMap::default();
        for (number, demand) in demands.iter().enumerate() {
            demand.things.iter().for_each(|needed| users.entry(*needed).or_default().push(number as u32));
        }
        let left = demands.iter().map(|demand| demand.things.len()).collect();
        let mut made = Dependence { demands, users, left, off: FxHashSet::default() };
        made.switch_off();
        made
    }

    /// Takes out what cannot run: what needs more than there is, and what relies on that.
    fn switch_off(&mut self) {
        let mut waiting: Vec<ObjId> = Vec::new();
        for (demand, left) in self.demands.iter().zip(&self.left) {
            if *left < demand.least && self.off.insert(demand.of) {
                waiting.push(demand.of);
            }
        }
        while let Some(thing) = waiting.pop() {
            for number in self.users.get(&thing).into_iter().flatten() {
                let number = *number as usize;
                self.left[number] -= 1;
                let demand = &self.demands[number];
                if self.left[number] < demand.least && self.off.insert(demand.of) {
                    waiting.push(demand.of);
                }
            }
        }
    }

    /// Whether a thing does not run, whatever is lost.
    pub fn is_off(&self, thing: ObjId) -> bool {
        self.off.contains(&thing)
    }

    /// Whether any demand names a thing.
    pub fn is_needed(&self, thing: ObjId) -> bool {
        self.users.contains_key(&thing)
    }

    /// What is lost with things: they first, then the rest in the order in which it goes, each with its cause.
    pub fn without(&self, things: &[ObjId]) -> Vec<Fall> {
        self.without_but(things, &[])
    }

    /// The same, where some do not fall whatever is lost.
    pub fn without_but(&self, things: &[ObjId], safe: &[ObjId]) -> Vec<Fall> {
        let mut falls: Vec<Fall> = Vec::new();
        let mut fallen: FxHashSet<ObjId> = safe.iter().copied().collect();
        for thing in things {
            if fallen.insert(*thing) {
                falls.push(Fall { thing: *thing, cause: None });
            }
        }
        let mut taken: FxHashMap<u32, usize> = FxHashMap::default();
        let mut next = 0;
        while let Some(fall) = falls.get(next).copied() {
            next += 1;
            // What is off is missing already.
            if self.is_off(fall.thing) {
                continue;
            }
            for number in self.users.get(&fall.thing).into_iter().flatten() {
                let taken = taken.entry(*number).or_default();
                *taken += 1;
                let demand = &self.demands[*number as usize];
                let left = self.left[*number as usize].saturating_sub(*taken);
                if left < demand.least && !self.is_off(demand.of) && fallen.insert(demand.of) {
                    let cause = Cause { lost: fall.thing, demand: *number as usize, left };
                    falls.push(Fall { thing: demand.of, cause: Some(cause) });
                }
            }
        }
        falls
    }
}

impl Machine<'_> {
    /// Who needs what; made once a model is finished, and anew for each question before.
    pub(crate) fn dependence(&mut self) -> Arc<Dependence> {
        if let Some(known) = &self.w.dependence {
            return Arc::clone(known);
        }
        let made = Arc::new(Dependence::new(self.demands()));
        if self.depth == 0 {
            self.w.dependence = Some(Arc::clone(&made));
        }
        made
    }

    /// Every `needs` of every resource, and of blocks that fall by themselves, evaluated.
    pub(crate) fn demands(&mut self) -> Vec<Demand> {
        let mut demands = Vec::new();
        for number in 0..self.w.objects.len() as u32 {
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
                    .filter_map(|value| if let Value::Obj(found) = value { self.needed(object, found) } else { None })
                    .collect();
                let least = match need.how {
                    NeedHow::All => things.len(),
                    NeedHow::Majority => things.len() / 2 + 1,
                    NeedHow::Count(count) => match self.settle_need(count, object) {
                        Value::Int(count) => usize::try_from(count).unwrap_or(0),
                        _ => 0,
                    },
                };
                if least > 0 && !list.is_poison() {
                    demands.push(Demand { of: object, things, least, how: need.how });
                }
            }
        }
        demands
    }

    /// What a demand means by an object: of a block its resource, unless it falls by itself or is another part of the one
    /// that asks.
    fn needed(&self, of: ObjId, found: ObjId) -> Option<ObjId> {
        let shape = self.w.object(found).shape;
        if shape.0 == u16::MAX {
            return None;
        }
        let root = self.w.root(found);
        let is_apart = !self.p.shape(shape).needs.is_empty() || root == self.w.root(of);
        Some(if is_apart { found } else { root })
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

    /// What the loss of an object means: of a block that nothing needs by itself, that of its resource.
    fn at_risk(&self, dependence: &Dependence, thing: ObjId) -> ObjId {
        if dependence.is_needed(thing) { thing } else { self.w.root(thing) }
    }

    /// `lost(x)`
    pub(crate) fn lost(&mut self, thing: Value) -> Value {
        let Value::Obj(thing) = thing else { return Value::Poison };
        let dependence = self.dependence();
        let thing = self.at_risk(&dependence, thing);
        let falls = dependence.without(&[thing]);
        let is_told = |fall: &&Fall| fall.thing == thing || self.w.is_resource(fall.thing);
        let values: Vec<Value> = falls.iter().filter(is_told).map(|fall| Value::Obj(fall.thing)).collect();
        self.list(&values)
    }

    /// `why-lost(x, y)`: the chain from one to the other, or that there is none.
    pub(crate) fn why_lost(&mut self, thing: Value, other: Value) -> Value {
        let (Value::Obj(thing), Value::Obj(other)) = (thing, other) else { return Value::Poison };
        let dependence = self.dependence();
        let (from, to) = (self.at_risk(&dependence, thing), self.at_risk(&dependence, other));
        let causes: FxHashMap<ObjId, Option<ObjId>> =
            dependence.without(&[from]).iter().map(|fall| (fall.thing, fall.cause.map(|cause| cause.lost))).collect();
        let named = |machine: &Self, object: ObjId| show::name_of(machine.p, machine.w, object);
        if !causes.contains_key(&to) {
            let text = format!("`{}` goes on without `{}`", named(self, to), named(self, from));
            return self.p.heap.string(&text);
        }
        let mut chain = vec![named(self, to)];
        let mut at = to;
        while let Some(before) = causes.get(&at).copied().flatten() {
            chain.push(named(self, before));
            at = before;
        }
        chain.reverse();
        self.p.heap.string(&chain.join(" → "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Demand, Dependence};
    use crate::types::shape::NeedHow;
    use crate::types::value::ObjId;

    fn demand(of: u32, things: &[u32], least: usize) -> Demand {
        let things = things.iter().map(|thing| ObjId(*thing)).collect();
        Demand { of: ObjId(of), things, least, how: NeedHow::All }
    }

    fn falls(dependence: &Dependence, things: &[u32]) -> Vec<u32> {
        let things: Vec<ObjId> = things.iter().map(|thing| ObjId(*thing)).collect();
        dependence.without(&things).iter().map(|fall| fall.thing.0).collect()
    }

    #[test]
    fn what_has_another_to_rely_on_falls_with_the_last() {
        let dependence = Dependence::new(vec![demand(10, &[1, 2], 1), demand(11, &[10], 1)]);
        assert_eq!(falls(&dependence, &[1]), [1]);
        assert_eq!(falls(&dependence, &[1, 2]), [1, 2, 10, 11]);
    }

    #[test]
    fn what_is_off_is_missing_from_a_majority_and_is_not_lost_again() {
        // 4 is stopped: it needs one of nothing. Of three members two are left, and a majority is two.
        let dependence = Dependence::new(vec![demand(4, &[], 1), demand(10, &[2, 3, 4], 2)]);
        assert!(dependence.is_off(ObjId(4)));
        assert_eq!(falls(&dependence, &[4]), [4]);
        assert_eq!(falls(&dependence, &[2]), [2, 10]);
    }

    #[test]
    fn things_that_need_each_other_fall_together_and_end() {
        let dependence = Dependence::new(vec![demand(1, &[2], 1), demand(2, &[1], 1)]);
        assert_eq!(falls(&dependence, &[1]), [1, 2]);
    }
}

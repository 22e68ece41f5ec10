//! Lists that rules write out more than once, and indexes over them: made once, as long as nothing changes.
//!
//! The rules of the library begin with the same lists, such as `[n for g in guest for n in g.nic]`, and so do the rules of
//! large projects. Two generators that range over a kind and are alike but for the places of their variables come to the
//! same list; [`Shared`] knows which are, and keeps what the first of them came to. Two rules that look for elements of one
//! list by one key, such as the NIC that has an address, share the index that finds them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::eval::Index;
use crate::types::Program;
use crate::types::expr::{Fold, Generator, Loop, Op};
use crate::types::ty::TyId;
use crate::types::value::{ExprId, Slice, Value};

/// How many different lists over one kind are told apart.
const MOST_ALIKE: usize = 16;

/// The lists of generators that are alike.
#[derive(Clone, Default, Debug)]
pub(crate) struct Shared {
    /// The first generator that one is like, of those that are like another.
    first: FxHashMap<u32, u32>,
    /// What the first ones came to.
    lists: FxHashMap<u32, Value>,
    /// Indexes over lists: the list, the key, and the variable that stands for an element in it.
    indexes: Vec<(Slice, ExprId, u16, Arc<Index>)>,
    /// Whether they are kept: while rules run, when nothing changes.
    is_on: bool,
}

impl Shared {
    /// Which generators of a program are alike.
    pub fn of(p: &Program) -> Shared {
        let mut known: FxHashMap<TyId, Vec<u32>> = FxHashMap::default();
        let mut first = FxHashMap::default();
        for (number, generator) in p.generators.iter().enumerate() {
            let Some(kind) = kind_of(p, generator) else { continue };
            let others = known.entry(kind).or_default();
            match others.iter().copied().find(|other| is_same(p, &p.generators[*other as usize], generator)) {
                Some(other) => {
                    first.insert(other, other);
                    first.insert(number as u32, other);
                }
                // What is not like itself reads more than its own variables.
                None if others.len() < MOST_ALIKE && is_same(p, generator, generator) => others.push(number as u32),
                None => {}
            }
        }
        Shared { first, lists: FxHashMap::default(), indexes: Vec::new(), is_on: true }
    }

    /// What a generator came to, if one like it ran.
    pub fn list(&self, generator: u32) -> Option<Value> {
        self.lists.get(self.first.get(&generator)?).copied()
    }

    /// Keeps what a generator came to, if there are others like it.
    pub fn keep(&mut self, generator: u32, value: Value) {
        if let Some(first) = self.first.get(&generator) {
            self.lists.insert(*first, value);
        }
    }

    /// The index over a list by a key, if one like it was made.
    pub fn index(&self, p: &Program, list: Value, key: ExprId, local: u16) -> Option<Arc<Index>> {
        let Value::List(list) = list else { return None };
        let is_like = |of: Slice, other: ExprId, its: u16| of == list && alike(p, other, key, &[(its, local)]);
        self.indexes.iter().find(|(of, other, its, _)| is_like(*of, *other, *its)).map(|(.., index)| index.clone())
    }

    /// Keeps an index over a list.
    pub fn keep_index(&mut self, list: Value, key: ExprId, local: u16, index: &Arc<Index>) {
        if let (Value::List(list), true) = (list, self.is_on && self.indexes.len() < MOST_ALIKE) {
            self.indexes.push((list, key, local, index.clone()));
        }
    }
}

/// The kind that a list ranges over first; none if it is no list, or ranges over something else.
fn kind_of(p: &Program, generator: &Generator) -> Option<TyId> {
    match (generator.fold, p.expr(generator.loops.first()?.source).op) {
        (Fold::List, Op::Kinds(ty)) => Some(ty),
        _ => None,
    }
}

/// Whether two lists are alike, and depend on nothing but the objects.
fn is_same(p: &Program, a: &Generator, b: &Generator) -> bool {
    let mut bound: Vec<(u16, u16)> = Vec::new();
    let mut is_same_loop = |(a, b): (&Loop, &Loop)| {
        let is_plain = a.join.is_none() && b.join.is_none();
        let is_over_same = alike(p, a.source, b.source, &bound);
        bound.push((a.local, b.local));
        is_plain && is_over_same && is_same_where(p, a, b, &bound)
    };
    a.loops.len() == b.loops.len()
        && a.loops.iter().zip(&b.loops).all(&mut is_same_loop)
        && alike(p, a.head, b.head, &bound)
}

/// Whether two loops have like conditions, or none.
fn is_same_where(p: &Program, a: &Loop, b: &Loop, bound: &[(u16, u16)]) -> bool {
    match (a.condition, b.condition) {
        (None, None) => true,
        (Some(a), Some(b)) => alike(p, a, b, bound),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether two expressions compute the same from variables that stand for each other, and read nothing else.
fn alike(p: &Program, a: ExprId, b: ExprId, bound: &[(u16, u16)]) -> bool {
    let is_alike = |a, b| alike(p, a, b, bound);
    match (p.expr(a).op, p.expr(b).op) {
        (Op::Const(a), Op::Const(b)) => a == b,
        (Op::Local(a), Op::Local(b)) => bound.iter().rev().find(|pair| pair.0 == a || pair.1 == b) == Some(&(a, b)),
        (Op::Kinds(a), Op::Kinds(b)) => a == b,
        (Op::Field(a, shape, field), Op::Field(b, other, second)) => {
            shape == other && field == second && is_alike(a, b)
        }
        (Op::FieldNamed(a, name), Op::FieldNamed(b, other)) | (Op::Is(a, name), Op::Is(b, other)) => {
            name == other && is_alike(a, b)
        }
        (Op::Property(a, property), Op::Property(b, other)) => property == other && is_alike(a, b),
        (Op::Not(a), Op::Not(b)) | (Op::Safe(a), Op::Safe(b)) | (Op::Known(a), Op::Known(b)) => is_alike(a, b),
        (Op::Binary(op, a, c), Op::Binary(other, b, d)) => op == other && is_alike(a, b) && is_alike(c, d),
        (Op::And(a, c), Op::And(b, d)) | (Op::Or(a, c), Op::Or(b, d)) => is_alike(a, b) && is_alike(c, d),
        _ => false,
    }
}

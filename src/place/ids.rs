//! Ids for guests that state none.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diag::{Diagnostic, MOST};
use crate::eval::{Machine, Said, Slot, show};
use crate::place::{Lock, LockEntry, errors};
use crate::types::expr::NodeRef;
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// Gives every guest without an id the one that the lock remembers, else the lowest free one of `project.ids`.
/// What was chosen anew is added to the lock, unless it is `locked`: then it is an error.
///
/// A guest that was `renamed` takes what the lock has under its old addresses.
pub fn allocate(
    machine: &mut Machine<'_>,
    lock: &mut Lock,
    renamed: &FxHashMap<ObjId, Vec<String>>,
    locked: bool,
    out: &mut Vec<Diagnostic>,
) {
    if machine.w.is_spent {
        return;
    }
    let id_word = machine.p.heap.names.intern("id");
    let guest = machine.p.words.guest;
    let Some(shapes) = machine.p.kind(crate::resolve::Scope::STD, guest).map(<[crate::types::ty::ShapeId]>::to_vec)
    else {
        return;
    };
    let mut taken: FxHashSet<i64> = lock.ids.values().map(|entry| entry.id).collect();
    let mut without: Vec<(String, ObjId, u16)> = Vec::new();
    for number in 0..machine.w.resources {
        let object = ObjId(number);
        let of = *machine.w.object(object);
        if !shapes.contains(&of.shape) {
            continue;
        }
        let Some(field) = machine.p.shape(of.shape).any_field(id_word) else { continue };
        match machine.w.slot(object, field).map(|slot| slot.value) {
            Some(Value::Int(id)) => {
                taken.insert(id);
            }
            Some(Value::Lazy(_)) => {
                if let Value::Int(id) = machine.read(object, field) {
                    taken.insert(id);
                }
            }
            Some(Value::Poison) => {}
            _ => without.push((show::address(machine, object), object, field)),
        }
    }
    if without.is_empty() {
        return;
    }
    without.sort();
    let (first, last) = range(machine);
    let mut next = first;
    let mut left_over: Option<(NodeRef, String, usize)> = None;
    for (address, object, field) in without {
        let at = machine.w.object(object).at;
        let before = || renamed.get(&object)?.iter().find(|old| lock.ids.contains_key(*old)).cloned();
        let before = if lock.ids.contains_key(&address) { None } else { before() };
        if let Some(entry) = before.and_then(|old| lock.ids.remove(&old)) {
            lock.ids.insert(address.clone(), LockEntry { address: address.clone(), ..entry });
        }
        let address_of_entry = address.clone();
        let id = match lock.ids.get(&address) {
            Some(entry) => entry.id,
            None if locked => {
                if out.len() < MOST {
                    out.push(errors::lock_stale(span_of(machine.units, at), &address));
                }
                continue;
            }
            None => {
                while taken.contains(&next) {
                    next += 1;
                }
                if next > last {
                    left_over.get_or_insert((at, address, 0)).2 += 1;
                    continue;
                }
                taken.insert(next);
                lock.ids.insert(address.clone(), LockEntry { address, id: next, line: 0 });
                next
            }
        };
        lock.used.insert(address_of_entry);
        say(machine, object, Slot { field, said: Said::RESOURCE, at, value: Value::Int(id) });
    }
    if let Some((at, address, count)) = left_over {
        out.push(errors::no_id_left(span_of(machine.units, at), &address, count, first, last));
    }
}

/// The ends of `project.ids`.
fn range(machine: &mut Machine<'_>) -> (i64, i64) {
    let (project, ids) = (machine.p.heap.names.intern("project"), machine.p.heap.names.intern("ids"));
    let found = machine.w.all().find(|object| {
        let of = machine.w.object(*object);
        of.shape.0 != u16::MAX && machine.p.shape(of.shape).word == project
    });
    let range = found.map(|object| machine.field_named(object, ids));
    match range {
        Some(Value::Range(slice)) => match (machine.p.heap.at(slice, 0), machine.p.heap.at(slice, 1)) {
            (Value::Int(first), Value::Int(last)) => (first, last),
            _ => (100, 999_999_999),
        },
        _ => (100, 999_999_999),
    }
}

/// Adds a slot to an object: its slots move to the end, with the new one among them.
fn say(machine: &mut Machine<'_>, object: ObjId, slot: Slot) {
    let mut slots = machine.w.slots_of(object).to_vec();
    slots.retain(|old| old.field != slot.field);
    slots.push(slot);
    slots.sort_by_key(|slot| slot.field);
    let first = machine.w.slots.len() as u32;
    machine.w.slots.extend_from_slice(&slots);
    let of = &mut machine.w.objects[object.0 as usize];
    of.first = first;
    of.len = slots.len() as u16;
    of.says.add(slot.field);
}

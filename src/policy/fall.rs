//! Why a thing falls, in words and with the line by which it does: shared by `survive` and `hlab what-if`.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::Span;
use crate::eval::lost::{Cause, Dependence, Fall};
use crate::eval::{Machine, show};
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// One thing that falls, as it is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    /// The thing.
    pub thing: ObjId,
    /// What it is called: `vm.web`.
    pub address: String,
    /// Why it falls, behind its address: "needs `host.pve`"; "is lost" of the first.
    pub because: String,
    /// The line by which it falls.
    pub span: Span,
}

/// Members named at most.
const MOST_NAMES: usize = 8;

/// Tells of one fall.
pub(crate) fn tell(machine: &Machine<'_>, dependence: &Dependence, fall: Fall) -> Step {
    let address = show::address_of(machine.p, machine.w, fall.thing);
    let declared = span_of(machine.units, machine.w.object(fall.thing).at);
    match fall.cause {
        None => Step { thing: fall.thing, address, because: "is lost".to_owned(), span: declared },
        Some(cause) => {
            let span = line_of(machine, fall.thing, cause.lost).unwrap_or(declared);
            Step { thing: fall.thing, address, because: because(machine, dependence, cause), span }
        }
    }
}

/// The steps from what is lost to a thing, first to last.
pub(crate) fn chain(falls: &FxHashMap<ObjId, Fall>, to: ObjId) -> Vec<Fall> {
    let mut chain = Vec::new();
    let mut seen = FxHashSet::default();
    let mut at = Some(to);
    while let Some(fall) = at.and_then(|thing| falls.get(&thing)).filter(|fall| seen.insert(fall.thing)) {
        chain.push(*fall);
        at = fall.cause.map(|cause| cause.lost);
    }
    chain.reverse();
    chain
}

/// `a`, `b` and `c`; of many, the first few and how many more.
pub(crate) fn names<T: AsRef<str>>(all: &[T]) -> String {
    let quoted: Vec<String> = all.iter().take(MOST_NAMES).map(|name| format!("`{}`", name.as_ref())).collect();
    if all.len() > MOST_NAMES {
        return format!("{} and {} more", quoted.join(", "), all.len() - MOST_NAMES);
    }
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// The members of a demand that do not run anyway, by address. An `ha` that could start its guest nowhere is none of them:
/// it is nothing that somebody might start.
pub(crate) fn idle(machine: &Machine<'_>, dependence: &Dependence, cause: Cause) -> Vec<String> {
    let things = dependence.demands[cause.demand].things.iter();
    let is_ha = |thing: ObjId| machine.p.name(machine.p.shape(machine.w.object(thing).shape).word) == "ha";
    let off = things.filter(|thing| dependence.is_off(**thing) && !is_ha(**thing));
    off.map(|thing| show::address_of(machine.p, machine.w, *thing)).collect()
}

fn because(machine: &Machine<'_>, dependence: &Dependence, cause: Cause) -> String {
    let demand = &dependence.demands[cause.demand];
    let called = |thing: ObjId| show::address_of(machine.p, machine.w, thing);
    let idle = idle(machine, dependence, cause);
    let aside = match idle.len() {
        0 => String::new(),
        1 => format!(" ({} does not run anyway)", names(&idle)),
        _ => format!(" ({} do not run anyway)", names(&idle)),
    };
    match (demand.things.len(), demand.least) {
        (all, least) if all == least => format!("needs `{}`", called(cause.lost)),
        (_, 1) => {
            let all: Vec<String> = demand.things.iter().map(|thing| called(*thing)).collect();
            format!("has none left of {}{aside}", names(&all))
        }
        (all, least) => format!("has {} of {all} left and needs {least}{aside}", cause.left),
    }
}

/// The place where a thing says that it needs another: its head, or the field or block that names it or a part of it.
fn line_of(machine: &Machine<'_>, thing: ObjId, lost: ObjId) -> Option<Span> {
    let means = |value: Value| means(machine, value, lost);
    if machine.w.is_resource(thing) {
        let resource = machine.p.defs.get(machine.w.resource(thing));
        let (home, head) = (machine.w.home(thing), &resource.head);
        let tree = &machine.units[resource.unit as usize].tree;
        for (value, node) in [(home.on, head.on), (home.within, head.within)] {
            if node != 0 && means(value) {
                return Some(tree.span(node + 1));
            }
        }
    }
    inside(machine, thing, &means)
}

fn inside(machine: &Machine<'_>, object: ObjId, means: &dyn Fn(Value) -> bool) -> Option<Span> {
    let of = machine.w.object(object);
    if means(of.key) {
        return Some(span_of(machine.units, of.at));
    }
    machine.w.slots_of(object).iter().find_map(|slot| {
        if means(slot.value) {
            return Some(span_of(machine.units, slot.at));
        }
        let blocks: Vec<ObjId> = match slot.value {
            Value::Obj(block) => vec![block],
            Value::List(slice) => machine.p.heap.slice(slice).iter().filter_map(object_of).collect(),
            _ => Vec::new(),
        };
        let is_own = |block: &ObjId| machine.w.object(*block).owner() == Some(object);
        blocks.into_iter().filter(is_own).find_map(|block| inside(machine, block, means))
    })
}

fn object_of(value: &Value) -> Option<ObjId> {
    if let Value::Obj(object) = value { Some(*object) } else { None }
}

/// Whether a value is a thing, a part of it, or lists it.
fn means(machine: &Machine<'_>, value: Value, lost: ObjId) -> bool {
    let is_it = |found: ObjId| found == lost || machine.w.root(found) == lost;
    match value {
        Value::Obj(found) => is_it(found),
        Value::List(slice) => machine.p.heap.slice(slice).iter().filter_map(object_of).any(is_it),
        _ => false,
    }
}

//! `survive`: whether what the lab must keep is still provided when something is lost.
//!
//! What comes in is a finished model with a `survive` block; what goes out is a counterexample for each loss that leaves a
//! role without a provider, told in the order in which things fall. Each loss costs what falls with it, and of pairs only
//! those are told that do not follow from one of the two. Nothing is computed where the project has no such block.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::{Name, Span};
use crate::diag::Diagnostic;
use crate::eval::lost::{Dependence, Fall};
use crate::eval::{Machine, show};
use crate::policy::{errors, fall};
use crate::resolve::Scope;
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// Pairs that are looked at: of 200 hosts all.
const MOST_PAIRS: usize = 20_000;
/// Counterexamples that are told.
const MOST_STORIES: usize = 16;
/// Steps of a story that are shown.
pub(super) const MOST_STEPS: usize = 12;

/// A role that is to be kept, and who provides it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub role: Name,
    /// Those that run.
    pub live: Vec<ObjId>,
    /// Those that do not.
    pub off: Vec<ObjId>,
}

/// Checks the `survive` block of the project, if it has one.
pub(super) fn check(machine: &mut Machine<'_>, out: &mut Vec<Diagnostic>) {
    let Some((block, at)) = block(machine) else { return };
    // What lacks something may be what a role relies on: one error is enough.
    if machine.w.objects.iter().any(|object| object.is_poison) {
        return;
    }
    let [hosts, disks, supplies, machines] = ["hosts", "disks", "supplies", "machines"].map(|name| {
        let name = machine.p.heap.names.intern(name);
        let is_asked = |value: Value| if let Value::Int(count) = value { count } else { 0 };
        is_asked(machine.field_named(block, name))
    });
    let keep = machine.p.heap.names.intern("keep");
    let keep = machine.field_named(block, keep);
    let wanted: Vec<Name> = machine.elements(keep).into_iter().filter_map(name_of).collect();
    if wanted.is_empty() {
        return;
    }
    let dependence = machine.dependence();
    let mut kept = Vec::new();
    for role in providers(machine, &dependence, &wanted) {
        if role.live.is_empty() {
            out.push(nobody(machine, at, &role));
        } else {
            kept.push(role);
        }
    }
    let mut search = Search { dependence: &dependence, kept: &kept, at, found: Vec::new() };
    for (is_asked, word) in [(disks > 0, "disk"), (supplies > 0, "ups"), (machines > 0, "machine")] {
        for thing in if is_asked { things(machine, &dependence, word) } else { Vec::new() } {
            search.look(machine, &[thing], &FxHashSet::default());
        }
    }
    if hosts > 0 {
        let all = things(machine, &dependence, "host");
        let alone: Vec<FxHashSet<Name>> =
            all.iter().map(|host| search.look(machine, &[*host], &FxHashSet::default())).collect();
        if hosts > 1 {
            search.pairs(machine, &all, &alone, out);
        }
    }
    let more = search.found.len().saturating_sub(MOST_STORIES);
    search.found.truncate(MOST_STORIES);
    if let Some(last) = search.found.last_mut().filter(|_| more > 0) {
        last.notes.push(format!("{more} more losses leave something without a provider"));
    }
    out.append(&mut search.found);
}

/// The `survive` block of the project and its place, if one is said.
fn block(machine: &mut Machine<'_>) -> Option<(ObjId, Span)> {
    let [project, survive] = ["project", "survive"].map(|word| machine.p.heap.names.intern(word));
    let shape = *machine.p.kind(Scope::STD, project)?.first()?;
    let field = machine.p.shape(shape).any_field(survive)?;
    let project = machine.w.all().find(|object| machine.w.object(*object).shape == shape)?;
    let Value::Obj(block) = machine.w.slot(project, field)?.value else { return None };
    let of = machine.w.object(block);
    (!of.is_poison).then(|| (block, span_of(machine.units, of.at)))
}

fn name_of(value: Value) -> Option<Name> {
    if let Value::Str(name) | Value::Enum(name) = value { Some(name) } else { None }
}

/// The roles with who provides them, in the order in which they are asked for.
pub(crate) fn providers(machine: &mut Machine<'_>, dependence: &Dependence, wanted: &[Name]) -> Vec<Kept> {
    let provides = machine.p.heap.names.intern("provides");
    let fields: Vec<Option<u16>> = machine.p.shapes.iter().map(|shape| shape.any_field(provides)).collect();
    let mut by_role: FxHashMap<Name, Vec<ObjId>> = FxHashMap::default();
    let resources: Vec<ObjId> = machine.w.all().collect();
    for object in resources {
        let of = machine.w.object(object);
        if of.shape.0 == u16::MAX || of.is_poison {
            continue;
        }
        let Some(field) = fields[usize::from(of.shape.0)] else { continue };
        let given = machine.read(object, field);
        for role in machine.elements(given).into_iter().filter_map(name_of) {
            by_role.entry(role).or_default().push(object);
        }
    }
    let kept = |role: &Name| {
        let all = by_role.get(role).cloned().unwrap_or_default();
        let (off, live) = all.into_iter().partition(|object| dependence.is_off(*object));
        Kept { role: *role, live, off }
    };
    wanted.iter().map(kept).collect()
}

/// Every role that somebody in the lab provides, in the order of the resources.
pub(crate) fn roles(machine: &mut Machine<'_>) -> Vec<Name> {
    let provides = machine.p.heap.names.intern("provides");
    let mut seen = FxHashSet::default();
    let mut roles = Vec::new();
    let resources: Vec<ObjId> = machine.w.all().collect();
    for object in resources {
        let of = machine.w.object(object);
        if of.shape.0 == u16::MAX || of.is_poison {
            continue;
        }
        let Some(field) = machine.p.shape(of.shape).any_field(provides) else { continue };
        let given = machine.read(object, field);
        let given = machine.elements(given).into_iter().filter_map(name_of);
        roles.extend(given.filter(|role| seen.insert(*role)));
    }
    roles
}

/// What may be lost: all of a kind, or of a block of hosts, that runs and that something needs.
fn things(machine: &Machine<'_>, dependence: &Dependence, word: &str) -> Vec<ObjId> {
    let Some(word) = machine.p.heap.names.find(word) else { return Vec::new() };
    let all = (0..machine.w.objects.len() as u32).map(ObjId);
    all.filter(|object| {
        let of = machine.w.object(*object);
        let is_such = of.shape.0 != u16::MAX && !of.is_poison && machine.p.shape(of.shape).word == word;
        is_such
            && dependence.is_needed(*object)
            && !dependence.is_off(*object)
            && !dependence.is_off(machine.w.root(*object))
    })
    .collect()
}

fn nobody(machine: &Machine<'_>, at: Span, kept: &Kept) -> Diagnostic {
    let role = machine.p.name(kept.role);
    let off: Vec<(Span, String)> = kept
        .off
        .iter()
        .take(MOST_STEPS)
        .map(|object| {
            let address = show::address_of(machine.p, machine.w, *object);
            (span_of(machine.units, machine.w.object(*object).at), address)
        })
        .collect();
    errors::kept_by_nobody(at, role, &off)
}

/// The search for counterexamples.
struct Search<'a> {
    dependence: &'a Dependence,
    kept: &'a [Kept],
    at: Span,
    found: Vec<Diagnostic>,
}

impl Search<'_> {
    /// Looks at one loss, and tells of the roles that it leaves without a provider, but for those `known`; all of them come back.
    fn look(&mut self, machine: &mut Machine<'_>, lost: &[ObjId], known: &FxHashSet<Name>) -> FxHashSet<Name> {
        // A lab may have many hosts: the bounds on steps hold here, too.
        if machine.tick() {
            return FxHashSet::default();
        }
        let falls = self.dependence.without(lost);
        let by_thing: FxHashMap<ObjId, Fall> = falls.iter().map(|fall| (fall.thing, *fall)).collect();
        let is_gone = |kept: &&Kept| kept.live.iter().all(|provider| by_thing.contains_key(provider));
        let gone: Vec<&Kept> = self.kept.iter().filter(is_gone).collect();
        let fresh: Vec<&Kept> = gone.iter().copied().filter(|kept| !known.contains(&kept.role)).collect();
        if !fresh.is_empty() {
            let story = self.story(machine, lost, &falls, &by_thing, &fresh);
            self.found.push(story);
        }
        gone.iter().map(|kept| kept.role).collect()
    }

    /// Every two hosts, as far as the bound goes.
    fn pairs(
        &mut self,
        machine: &mut Machine<'_>,
        all: &[ObjId],
        alone: &[FxHashSet<Name>],
        out: &mut Vec<Diagnostic>,
    ) {
        let count = all.len() * all.len().saturating_sub(1) / 2;
        if count > MOST_PAIRS {
            out.push(errors::not_all_pairs(self.at, all.len(), MOST_PAIRS, count));
        }
        let pairs = (0..all.len()).flat_map(|a| (a + 1..all.len()).map(move |b| (a, b)));
        for (a, b) in pairs.take(MOST_PAIRS) {
            let known: FxHashSet<Name> = alone[a].union(&alone[b]).copied().collect();
            if known.len() < self.kept.len() {
                self.look(machine, &[all[a], all[b]], &known);
            }
        }
    }

    /// What falls on the way to the last provider of each role, in order.
    fn story(
        &self,
        machine: &Machine<'_>,
        lost: &[ObjId],
        falls: &[Fall],
        by_thing: &FxHashMap<ObjId, Fall>,
        gone: &[&Kept],
    ) -> Diagnostic {
        let mut on_the_way: FxHashSet<ObjId> = lost.iter().copied().collect();
        for provider in gone.iter().flat_map(|kept| &kept.live) {
            on_the_way.extend(fall::chain(by_thing, *provider).iter().map(|fall| fall.thing));
        }
        let mut idle: Vec<String> = Vec::new();
        let told: Vec<(fall::Step, Vec<String>)> = falls
            .iter()
            .filter(|fall| on_the_way.contains(&fall.thing))
            .map(|found| {
                for name in found.cause.iter().flat_map(|cause| fall::idle(machine, self.dependence, *cause)) {
                    if !idle.contains(&name) {
                        idle.push(name);
                    }
                }
                let provides = gone.iter().filter(|kept| kept.live.contains(&found.thing));
                let roles = provides.map(|kept| machine.p.name(kept.role).to_owned()).collect();
                (fall::tell(machine, self.dependence, *found), roles)
            })
            .collect();
        let lost: Vec<String> = lost.iter().map(|thing| show::address_of(machine.p, machine.w, *thing)).collect();
        let roles: Vec<String> = gone.iter().map(|kept| machine.p.name(kept.role).to_owned()).collect();
        errors::not_survived(self.at, &lost, &roles, &told, &idle)
    }
}

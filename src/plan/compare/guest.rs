//! Guests: their configuration with their root options and whether they run, what was removed, and what nobody manages.

mod absent;
mod options;

pub(in crate::plan) use absent::is_absent;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Cx, option, said};
use crate::desire::Content;
use crate::model::Found;
use crate::own::{Facet, Owner};
use crate::plan::change::{Action, Change, Level};
use crate::plan::observed::{Guest, Observed};
use crate::plan::wire::{Subject, Wire};
use crate::plan::{Lab, Unknown};
use crate::pve::{self, Impact, Need, impact};

/// A wanted guest: the numbers of its objects.
struct Wanted {
    sort: pve::Guest,
    node: String,
    id: u32,
    config: usize,
    root: Option<usize>,
    power: Option<usize>,
}

/// Compares a guest, by the number of its configuration.
pub(super) fn compare(cx: &mut Cx<'_>, number: usize) {
    let object = cx.object(number);
    let Some(Wire { subject: Subject::Guest { sort, node, id }, .. }) = cx.wires[number].clone() else {
        cx.unknown(number, String::new(), "it has no id yet: `hlab lock` gives it one");
        return;
    };
    let (mut root, mut power) = (None, None);
    let objects = &cx.lab.wanted.desired.objects;
    for (beside, other) in
        objects.iter().enumerate().skip(number + 1).take_while(|(_, other)| other.address == object.address)
    {
        match &other.content {
            Content::RootOptions(_) | Content::ContainerRoot(_) => root = Some(beside),
            Content::Power(_) | Content::ContainerPower(_) => power = Some(beside),
            Content::Vm(_)
            | Content::Container(_)
            | Content::Image(_)
            | Content::Snippet(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_)
            | Content::Host(_)
            | Content::Firewall(_) => {}
        }
    }
    cx.ids.insert(id, number);
    let wanted = Wanted { sort, node, id, config: number, root, power };
    let observed: &Observed = cx.observed;
    match observed.guests.get(&id) {
        None => absent::absent(cx, &wanted),
        Some(found) => present(cx, &wanted, found),
    }
}

impl Wanted {
    fn path(&self) -> String {
        Subject::Guest { sort: self.sort, node: self.node.clone(), id: self.id }.path()
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        [Some(self.config), self.root, self.power].into_iter().flatten()
    }

    fn unknown(&self, cx: &mut Cx<'_>, why: &str) {
        self.all().for_each(|number| cx.unknown(number, self.path(), why));
    }
}

/// The pools that rights on a guest come from.
fn pools(found: Option<&Guest>) -> BTreeSet<String> {
    found.and_then(|found| found.pool.clone()).into_iter().collect()
}

/// A guest that has the id.
fn present(cx: &mut Cx<'_>, wanted: &Wanted, found: &Guest) {
    let path = Subject::Guest { sort: found.sort, node: found.node.clone(), id: wanted.id }.path();
    if found.sort != wanted.sort {
        let what = found.sort.noun();
        let called = found.name.as_deref().unwrap_or("?");
        let message = format!("id {} belongs to the {what} `{called}` on `{}`", wanted.id, found.node);
        cx.finding_at(wanted.config, Level::Error, "id-taken", message, "give it another `id`, or remove what has it");
        wanted.unknown(cx, "its id belongs to something else");
        return;
    }
    let config = match &found.config {
        Ok(config) => config,
        Err(Unknown { why }) => {
            wanted.unknown(cx, why);
            return;
        }
    };
    let whose = options::identity(cx, wanted, found, config);
    if whose == options::Identity::Foreign {
        let called = found.name.as_deref().unwrap_or("?");
        let message = format!(
            "id {} belongs to `{called}` on `{}`, which shares neither name nor MAC address with it",
            wanted.id, found.node
        );
        let help = "say `adopt = true` if it is the same guest, or give it another `id`";
        cx.finding_at(wanted.config, Level::Error, "id-taken", message, help);
        wanted.unknown(cx, "its id belongs to something else");
        return;
    }
    node(cx, wanted, found, &path);
    options::compare(cx, wanted, found, (config, whose), &path);
    power(cx, wanted, found, &path);
}

/// Where the guest is, against where it is wanted.
fn node(cx: &mut Cx<'_>, wanted: &Wanted, found: &Guest, path: &str) {
    if found.node == wanted.node {
        return;
    }
    let address = cx.object(wanted.config).address.to_string();
    if let Some(state) = &found.ha {
        cx.plan.notes.push(format!(
            "{address} is on `{}`, where HA put it ({state}), and not on `{}`: where it runs is HA's business",
            found.node, wanted.node
        ));
        return;
    }
    let mut change = cx.change(wanted.config, Action::Move, path.to_owned());
    let mut moved = option("node", Some(found.node.clone()), Some(wanted.node.clone()));
    // A container is stopped, moved and started.
    moved.impact = match (wanted.sort, found.running) {
        (pve::Guest::Container, Some(true)) => Impact::StopStart,
        (pve::Guest::Container | pve::Guest::Vm, _) => Impact::Live,
    };
    moved.said = said::asked(cx.lab, wanted.config);
    change.options.push(moved);
    change.needs.push(Need::of("VM.Migrate", format!("/vms/{}", wanted.id)));
    if cx.observed.nodes.get(&wanted.node).is_none_or(|node| !node.online) {
        change.refused.push(format!("node `{}` is not online", wanted.node));
    }
    stopped_by(cx, &mut change, found.running == Some(true));
    cx.push(wanted.config, change, &pools(Some(found)));
}

/// Whether it runs, against whether it should.
fn power(cx: &mut Cx<'_>, wanted: &Wanted, found: &Guest, path: &str) {
    let Some(number) = wanted.power else { return };
    let Some(wire) = &cx.wires[number] else { return };
    let should = wire.options.get("state").cloned().unwrap_or_default();
    let Some(running) = found.running else {
        cx.unknown(number, path.to_owned(), &format!("nobody knows whether it runs: `{}` tells nothing", found.node));
        return;
    };
    let does = if running { "running" } else { "stopped" };
    if does == should {
        cx.plan.same += 1;
        return;
    }
    let mut change = cx.change(number, Action::Update, format!("{path}/status"));
    let mut changed = option("state", Some(does.to_owned()), Some(should));
    changed.impact = if running { Impact::StopStart } else { Impact::Live };
    changed.said = said::field(cx.lab, number, "state");
    change.options.push(changed);
    change.needs.push(Need::of("VM.PowerMgmt", format!("/vms/{}", wanted.id)));
    if found.ha.is_some() {
        change.notes.push("HA manages it: its state is asked of HA".to_owned());
    }
    stopped_by(cx, &mut change, running);
    cx.push(number, change, &pools(Some(found)));
}

/// Says who else is stopped by a change that interrupts a guest.
fn stopped_by(cx: &Cx<'_>, change: &mut Change, running: bool) {
    let worst = change.options.iter().map(|option| option.impact).max().unwrap_or(Impact::Live);
    if !running || worst < Impact::Pending {
        return;
    }
    let falls = (cx.lab.falls)(&change.address);
    change.stops = falls.things;
    change.roles = falls.roles;
}

/// Whether a guest may be made anew: its source says so, or whoever asks.
fn may_replace(lab: &Lab<'_>, number: usize, asked: &[String]) -> bool {
    let (model, resource) = (lab.model, lab.wanted.resources[number]);
    let said = match model.find_in(resource, &["on-replace"]) {
        Some(Found::Field(object, field)) => model.world.slot(object, field).and_then(|slot| model.text_of(slot.value)),
        Some(Found::Object(_) | Found::Unsaid(..)) | None => None,
    };
    said == Some("allow") || asked.iter().any(|address| address == model.resource(resource))
}

/// What `removed` names: destroyed only if it says so, and only if what has the id is what had the name.
pub(super) fn gone(cx: &mut Cx<'_>) {
    let observed: &Observed = cx.observed;
    // `removed` knows no id: what has its name is meant, if there is only one.
    let mut by_name: FxHashMap<(&str, &str), Vec<(u32, &Guest)>> = FxHashMap::default();
    for (id, guest) in observed.guests.iter().filter(|(id, _)| !cx.ids.contains_key(id)) {
        if let Some(name) = &guest.name {
            by_name.entry((guest.sort.word(), name)).or_default().push((*id, guest));
        }
    }
    for gone in cx.lab.gone {
        let sort = match gone.kind.as_str() {
            "vm" => pve::Guest::Vm,
            "container" => pve::Guest::Container,
            _ => {
                cx.skip("removed", &format!("{}.{}", gone.kind, gone.name));
                continue;
            }
        };
        let found = by_name.remove(&(sort.word(), &*gone.name)).unwrap_or_default();
        let facet = if sort == pve::Guest::Vm { Facet::VmConfig } else { Facet::ContainerConfig };
        let owner = cx.lab.owned.usual(facet);
        match found.as_slice() {
            [(id, guest)] => removed(cx, gone, owner, facet, (*id, guest)),
            [] => {}
            several => {
                let ids: Vec<String> = several.iter().map(|(id, _)| id.to_string()).collect();
                let message = format!("several guests are called `{}`: {}", gone.name, ids.join(", "));
                cx.finding(
                    Level::Warning,
                    "which-one",
                    &gone.address(),
                    message,
                    "rename all but the one that is meant",
                );
            }
        }
        // Whatever becomes of it, it is not unmanaged.
        cx.ids.extend(found.iter().map(|(id, _)| (*id, usize::MAX)));
    }
}

fn removed(cx: &mut Cx<'_>, gone: &crate::place::Gone, owner: Owner, facet: Facet, (id, guest): (u32, &Guest)) {
    let path = Subject::Guest { sort: guest.sort, node: guest.node.clone(), id }.path();
    let source = cx.lab.model.sources.file(gone.at.file);
    let line = source.position(gone.at.start as usize).line;
    let (action, impact) = match gone.destroy {
        true => (Action::Destroy, Impact::DataLoss),
        false => (Action::KeepUnmanaged, Impact::Live),
    };
    let mut change = Change {
        facet: facet.name().to_owned(),
        place: guest.node.clone(),
        owner: cx.lab.owned.name(owner).to_owned(),
        asked: Some(crate::plan::Said {
            place: format!("{}:{line}", source.path),
            file: source.path.clone(),
            line,
            is_default: false,
        }),
        impact,
        ..Change::of(action, gone.address(), path)
    };
    if gone.destroy {
        change.needs.push(Need::of("VM.Allocate", format!("/vms/{id}")));
        change.notes.push(format!("id {id} with all its disks"));
        if guest.running != Some(false) {
            change.refused.push("it runs, or nobody knows: stop it first".to_owned());
        }
        if guest.config.as_ref().is_ok_and(|config| config.options.get("protection").is_some_and(|word| word == "1")) {
            change.refused.push("it is protected".to_owned());
        }
        if owner == Owner::Api
            && let Ok(held) = &cx.observed.permissions
            && !cx.settings.login.is_root()
        {
            let pools = pools(Some(guest));
            change.lacks = change.needs.iter().filter(|need| !held.meets(need, &pools)).cloned().collect();
        }
    }
    cx.plan.changes.push(change);
    cx.numbers.push(usize::MAX);
}

/// Guests that no source declares: they stay.
pub(super) fn unmanaged(cx: &mut Cx<'_>) {
    let observed: &Observed = cx.observed;
    for (id, guest) in observed.guests.iter().filter(|(id, _)| !cx.ids.contains_key(id)) {
        let path = Subject::Guest { sort: guest.sort, node: guest.node.clone(), id: *id }.path();
        cx.plan.changes.push(Change {
            place: guest.node.clone(),
            owner: "none".to_owned(),
            notes: guest.name.iter().map(|name| format!("called `{name}`")).collect(),
            ..Change::of(Action::KeepUnmanaged, format!("{}/{id}", guest.sort.word()), path)
        });
        cx.numbers.push(usize::MAX);
    }
}

/// What an impact comes to for a guest as it is found.
fn effective(of: Impact, found: &Guest, hotplug: &str) -> Impact {
    impact::effective(of, found.running != Some(false), hotplug)
}

//! The options of a guest that is there, one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::{Wanted, effective, may_replace, pools, stopped_by};
use crate::own::Facet;
use crate::plan::change::{Action, Change, OptionChange};
use crate::plan::compare::{Cx, is_of_vnet, option, said};
use crate::plan::observed::{Guest, Thing};
use crate::pve::normal::{differing, is_made_by_server};
use crate::pve::{self, Impact, Need, Normal, Setter, Version, impact, option_of};

/// An option of both sides.
struct Pair<'a> {
    name: &'a str,
    /// As it would be sent, with the number of the object that wants it.
    wanted: Option<(&'a str, usize)>,
    found: Option<&'a str>,
}

/// Whose a guest is that has the id of a wanted one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// It has the name, or a MAC address, of the wanted one.
    Same,
    /// It has neither, and the source says that it is to be taken over.
    TakenOver,
    /// It has neither.
    Foreign,
}

pub(super) fn identity(cx: &Cx<'_>, wanted: &Wanted, found: &Guest, config: &Thing) -> Identity {
    let Some(wire) = &cx.wires[wanted.config] else { return Identity::Foreign };
    let name = wire.options.get("name").or_else(|| wire.options.get("hostname"));
    let version = version(cx, found);
    let macs = |options: &BTreeMap<String, String>| -> BTreeSet<String> {
        let nics = options.iter().filter(|(name, _)| name.starts_with("net"));
        let normal = nics.filter_map(|(name, text)| Normal::of(wanted.sort, version, name, text));
        normal.filter_map(|nic| nic.get("macaddr").or(nic.get("hwaddr")).map(str::to_owned)).collect()
    };
    match () {
        () if found.name.as_ref() == name => Identity::Same,
        () if !macs(&wire.options).is_disjoint(&macs(&config.options)) => Identity::Same,
        () if cx.object(wanted.config).life.adopt => Identity::TakenOver,
        () => Identity::Foreign,
    }
}

fn version(cx: &Cx<'_>, found: &Guest) -> Version {
    cx.observed.release_of(&found.node).unwrap_or(Version::V9_1)
}

/// Whether a container of these options is privileged.
pub(super) fn is_privileged(options: &BTreeMap<String, String>) -> bool {
    options.get("unprivileged").is_none_or(|word| word != "1")
}

/// Whether only root@pam may set an option to a value.
pub(super) fn is_root_only(sort: pve::Guest, version: Version, name: &str, text: &str, is_privileged: bool) -> bool {
    match (sort, name.trim_end_matches(|c: char| c.is_ascii_digit())) {
        (pve::Guest::Container, "lxc") => true,
        (pve::Guest::Container, "mp") => text.starts_with('/'),
        (pve::Guest::Container, "features") => {
            is_privileged || text.split(',').any(|part| !part.starts_with("nesting") && !part.ends_with("=0"))
        }
        (pve::Guest::Vm | pve::Guest::Container, _) => {
            option_of(sort, name).is_some_and(|(row, _)| row.needs_root(version, text))
        }
    }
}

/// Space for a volume that is to be made.
pub(super) fn space(sort: pve::Guest, version: Version, name: &str, text: &str) -> Option<Need> {
    let normal = Normal::of(sort, version, name, text)?;
    let is_new = normal.get("volume").is_none_or(|volume| volume == "cloudinit");
    let storage = normal.get("storage").filter(|_| is_new)?;
    Some(Need::of("Datastore.AllocateSpace", format!("/storage/{storage}")))
}

/// Compares a guest that is there; `whose` is not foreign.
pub(super) fn compare(
    cx: &mut Cx<'_>,
    wanted: &Wanted,
    found: &Guest,
    (config, whose): (&Thing, Identity),
    path: &str,
) {
    let version = version(cx, found);
    let wired = |number: usize| cx.wires[number].as_ref().map(|wire| wire.options.clone()).unwrap_or_default();
    let of_config = wired(wanted.config);
    let of_root = wanted.root.map(wired).unwrap_or_default();
    let mut have = config.options.clone();
    settle(&mut have, found, of_config.get("memory").map(String::as_str));
    let mut pairs: BTreeMap<&str, Pair<'_>> = BTreeMap::new();
    for (number, options) in [(Some(wanted.config), &of_config), (wanted.root, &of_root)] {
        for (name, text) in options {
            let wanted = number.map(|number| (text.as_str(), number));
            pairs.insert(name, Pair { name, wanted, found: have.get(name).map(String::as_str) });
        }
    }
    for (name, text) in &have {
        pairs.entry(name).or_insert(Pair { name, wanted: None, found: Some(text) });
    }
    let state = State {
        version,
        hotplug: have.get("hotplug").map_or("network,disk,usb", String::as_str),
        is_privileged: is_privileged(&have),
    };
    let mut changes = Changes::default();
    let mut strange = Vec::new();
    for pair in pairs.values() {
        match one(cx, wanted, found, &state, pair) {
            Outcome::Same => {}
            Outcome::Strange => strange.push(pair.name),
            Outcome::Differs { facet, action, change, needs, refused } => {
                let action = match (action, whose) {
                    (Action::Update, Identity::TakenOver) => Action::Adopt,
                    (action, _) => action,
                };
                changes.add(facet, action, (*change, needs, refused));
            }
        }
    }
    if !strange.is_empty() {
        let address = &cx.object(wanted.config).address;
        cx.plan.notes.push(format!("{address} has options that this version does not know: {}", strange.join(", ")));
    }
    changes.finish(cx, wanted, found, config, path);
}

/// What the server says in another place, or by saying nothing.
fn settle(have: &mut BTreeMap<String, String>, found: &Guest, memory: Option<&str>) {
    match &found.pool {
        Some(pool) => have.insert("pool".to_owned(), pool.clone()),
        None => have.remove("pool"),
    };
    // A balloon as large as the memory takes nothing: as none said.
    let memory = have.get("memory").map(String::as_str).or(memory).unwrap_or("512");
    if have.get("balloon").map(String::as_str) == Some(memory) {
        have.remove("balloon");
    }
    if let Some(lines) = have.get_mut("lxc") {
        let mut sorted: Vec<&str> = lines.lines().collect();
        sorted.sort_unstable();
        *lines = sorted.join("\n");
    }
}

struct State<'a> {
    version: Version,
    hotplug: &'a str,
    is_privileged: bool,
}

enum Outcome {
    Same,
    /// An option that no table of ours has.
    Strange,
    Differs {
        facet: Facet,
        action: Action,
        change: Box<OptionChange>,
        needs: Vec<Need>,
        refused: Option<String>,
    },
}

fn one(cx: &Cx<'_>, wanted: &Wanted, found: &Guest, state: &State<'_>, pair: &Pair<'_>) -> Outcome {
    let sort = wanted.sort;
    if pair.wanted.map(|(text, _)| text) == pair.found {
        return Outcome::Same;
    }
    let normal = |text: &str| Normal::of(sort, state.version, pair.name, text);
    let (want, have) = (pair.wanted.and_then(|(text, _)| normal(text)), pair.found.and_then(normal));
    if let (None, Some(have)) = (&want, &have)
        && is_made_by_server(sort, pair.name, have)
    {
        return Outcome::Same;
    }
    if pair.wanted.is_none() && !is_compared(sort, pair.name) {
        return Outcome::Strange;
    }
    let keys = differing(sort, pair.name, want.as_ref(), have.as_ref());
    if keys.is_empty() {
        return Outcome::Same;
    }
    let only: Vec<&str> = keys.iter().map(String::as_str).collect();
    let part =
        |normal: &Option<Normal>| normal.as_ref().and_then(|normal| normal.only(&only)).map(|part| part.to_string());
    // What is said and is the default anyway is shown as it is said.
    let whole = |normal: &Option<Normal>, said: Option<&str>| {
        normal.as_ref().map(ToString::to_string).or_else(|| said.filter(|said| !said.is_empty()).map(str::to_owned))
    };
    let is_both = want.is_some() && have.is_some();
    let (from, to) = if is_both {
        (part(&have), part(&want))
    } else {
        (whole(&have, pair.found), whole(&want, pair.wanted.map(|(text, _)| text)))
    };
    let mut change = option(pair.name, from, to);
    let of = impact::impact(sort, pair.name, &keys, want.as_ref(), have.as_ref());
    change.impact = effective(of, found, state.hotplug);
    let text = pair.wanted.map_or("", |(text, _)| text);
    let is_root = |text: &str| is_root_only(sort, state.version, pair.name, text, state.is_privileged);
    // The old value is checked too: giving a raw device up takes root as well.
    change.root_only = pair.wanted.is_some_and(|(text, _)| is_root(text)) || pair.found.is_some_and(is_root);
    let number = pair.wanted.map_or(wanted.config, |(_, number)| number);
    change.said = pair.wanted.and_then(|_| said::option(cx.lab, number, sort, pair.name, &keys));
    let facet = facet(cx, wanted, pair, change.root_only);
    let mut needs =
        pve::to_set(sort, wanted.id, pair.name, if text.is_empty() { pair.found.unwrap_or_default() } else { text });
    let is_made = have.is_none() || keys.iter().any(|key| key == "storage");
    needs.extend(pair.wanted.filter(|_| is_made).and_then(|(text, _)| space(sort, state.version, pair.name, text)));
    if let (true, Some(storage)) = (only.contains(&"size"), want.as_ref().and_then(|want| want.get("storage"))) {
        needs.push(Need::of("Datastore.AllocateSpace", format!("/storage/{storage}")));
    }
    let refused = impact::shrinks(want.as_ref(), have.as_ref()).map(|(from, to)| {
        format!("`{}` would shrink from {from} to {to}, and nothing shrinks a disk: make a new one and copy", pair.name)
    });
    let is_volume = have.as_ref().is_some_and(|have| have.get("storage").is_some() && have.get("volume").is_some());
    let action = match () {
        () if change.impact >= Impact::Recreate => Action::Replace,
        () if want.is_none() && is_volume => Action::Detach,
        () if is_both && is_volume && keys.iter().any(|key| key == "storage") => Action::Move,
        () => Action::Update,
    };
    Outcome::Differs { facet, action, change: Box::new(change), needs, refused }
}

/// Whether an option that nobody wants is one of those that are compared.
fn is_compared(sort: pve::Guest, name: &str) -> bool {
    name == "pool" || name == "lxc" || option_of(sort, name).is_some_and(|(row, _)| row.setter != Setter::Nobody)
}

/// Which facet an option belongs to.
fn facet(cx: &Cx<'_>, wanted: &Wanted, pair: &Pair<'_>, is_root: bool) -> Facet {
    if let Some((_, number)) = pair.wanted {
        return cx.object(number).content.facet();
    }
    match (wanted.sort, is_root) {
        (pve::Guest::Vm, false) => Facet::VmConfig,
        (pve::Guest::Vm, true) => Facet::VmRootOptions,
        (pve::Guest::Container, false) => Facet::ContainerConfig,
        (pve::Guest::Container, true) => Facet::ContainerRootOptions,
    }
}

/// One option that changes, with what it takes and why it cannot be.
type Told = (OptionChange, Vec<Need>, Option<String>);

/// The changes of a guest, by facet and action.
#[derive(Default)]
struct Changes {
    by_facet: BTreeMap<(Facet, Action), Vec<Told>>,
}

impl Changes {
    fn add(&mut self, facet: Facet, action: Action, told: Told) {
        self.by_facet.entry((facet, action)).or_default().push(told);
    }

    fn finish(self, cx: &mut Cx<'_>, wanted: &Wanted, found: &Guest, config: &Thing, path: &str) {
        let numbers: Vec<usize> = [Some(wanted.config), wanted.root].into_iter().flatten().collect();
        for number in &numbers {
            let facet = cx.object(*number).content.facet();
            if !self.by_facet.keys().any(|(of, _)| *of == facet) {
                cx.plan.same += 1;
            }
        }
        for ((facet, action), told) in self.by_facet {
            let own = numbers.iter().find(|number| cx.object(**number).content.facet() == facet);
            let number = *own.unwrap_or(&wanted.config);
            let mut change = cx.change(number, action, path.to_owned());
            if own.is_none() {
                // Options that nobody wants, of a facet that the source says nothing of.
                let owner = cx.lab.owned.owner(cx.lab.model, cx.lab.wanted.resources[number], facet);
                change.facet = facet.name().to_owned();
                change.owner = cx.lab.owned.name(owner).to_owned();
            }
            for (option, needs, refused) in told {
                change.options.push(option);
                change.needs.extend(needs);
                change.refused.extend(refused);
            }
            change.needs.retain(|need| !is_of_vnet(need, &cx.vnets));
            change.digest = config.digest.clone();
            judge(cx, wanted, found, &mut change);
            stopped_by(cx, &mut change, found.running != Some(false));
            cx.push(number, change, &pools(Some(found)));
        }
    }
}

/// What a change of this sort cannot do as things are, and what else is to be known of it.
fn judge(cx: &Cx<'_>, wanted: &Wanted, found: &Guest, change: &mut Change) {
    if let Some(lock) = &found.lock {
        change.refused.push(format!("it is locked ({lock}): wait until that is over"));
    }
    if cx.observed.quorate == Ok(false) {
        change.refused.push("the cluster has no quorum".to_owned());
    }
    match change.action {
        Action::Replace if !may_replace(cx.lab, wanted.config, &cx.settings.replace) => {
            let options: Vec<&str> = change
                .options
                .iter()
                .filter(|option| option.impact >= Impact::Recreate)
                .map(|option| option.option.as_str())
                .collect();
            change.refused.push(format!(
                "{} cannot be changed in place, and its source does not say `on-replace = allow`",
                options.join(", ")
            ));
        }
        Action::Detach => change.notes.push("the volume stays, as an unused disk of the guest".to_owned()),
        Action::Move => change.notes.push("the volume is copied to its new storage".to_owned()),
        Action::Create
        | Action::Update
        | Action::Replace
        | Action::Destroy
        | Action::Adopt
        | Action::KeepUnmanaged
        | Action::Unknown => {}
    }
    let is_lxc = |option: &OptionChange| option.option == "lxc";
    if change.options.iter().any(is_lxc) && change.owner == "api" {
        let why =
            format!("the API takes no lines of LXC's own: root writes them into `/etc/pve/lxc/{}.conf`", wanted.id);
        change.refused.push(why);
    }
    let is_first_boot = |option: &OptionChange| {
        let name = option.option.trim_end_matches(|c: char| c.is_ascii_digit());
        ["ciuser", "cipassword", "sshkeys", "ipconfig", "nameserver", "searchdomain", "citype", "ciupgrade", "cicustom"]
            .contains(&name)
    };
    if wanted.sort == pve::Guest::Vm && change.options.iter().any(is_first_boot) {
        change.notes.push("the guest sees it when its drive is made anew and its cloud-init runs again".to_owned());
    }
    if let Ok(pending) = &found.pending {
        let foreign: Vec<&str> = pending
            .iter()
            .map(|one| one.option.as_str())
            .filter(|name| !change.options.iter().any(|option| option.option == *name))
            .collect();
        if !foreign.is_empty() {
            change.notes.push(format!("waiting for the next start already: {}", foreign.join(", ")));
        }
    }
}

//! Both sides compared, facet by facet: what is wanted in its wire form, what there is as it was answered, both in normal form.

mod file;
mod guest;
mod listed;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

pub(super) use guest::is_absent;

use super::change::{Action, Change, Finding, Level, OptionChange, Plan};
use super::observed::Observed;
use super::wire::{self, Subject, Wire};
use super::{Lab, Settings, order};
use crate::desire::{Content, Entry, Object, SdnPart};
use crate::own::{Facet, Owner};
use crate::pve::{Impact, Need, Version, normal};

/// What comparing needs and gathers.
pub(super) struct Cx<'a> {
    pub lab: &'a Lab<'a>,
    pub observed: &'a Observed,
    pub settings: &'a Settings,
    pub plan: Plan,
    /// What each change is about, beside it: the number of its object.
    pub numbers: Vec<usize>,
    /// The wire form of each object that has one.
    pub wires: Vec<Option<Wire>>,
    /// Bridges that the software-defined network makes.
    pub vnets: FxHashSet<&'a str>,
    /// Bridges that the lab makes, by node.
    pub made_bridges: FxHashMap<&'a str, BTreeSet<&'a str>>,
    /// Mappings that the lab makes, by sort and name.
    pub made_mappings: FxHashSet<(&'a str, &'a str)>,
    /// The node on which a storage was listed, by the storage's name.
    pub listed_on: FxHashMap<&'a str, &'a str>,
    /// Ids that the lab's guests have.
    pub ids: FxHashMap<u32, usize>,
    /// What this version does not compare: of each facet the resources.
    pub skipped: BTreeMap<&'static str, Vec<String>>,
}

/// Compares everything.
pub(super) fn all(lab: &Lab<'_>, observed: &Observed, settings: &Settings) -> Plan {
    let objects = &lab.wanted.desired.objects;
    let release = |node: &str| observed.release_of(node).unwrap_or(Version::V9_1);
    let wires = (0..objects.len()).map(|number| wire::wire(&lab.wanted.desired, number, &release)).collect();
    let mut cx = Cx {
        lab,
        observed,
        settings,
        plan: Plan { project: lab.wanted.desired.project.to_string(), ..Plan::default() },
        numbers: Vec::new(),
        wires,
        vnets: objects.iter().filter_map(vnet).collect(),
        made_bridges: bridges(lab),
        made_mappings: objects.iter().enumerate().filter_map(|(number, object)| mapping(lab, number, object)).collect(),
        listed_on: observed
            .contents
            .iter()
            .filter(|(_, listed)| listed.is_ok())
            .map(|((node, storage), _)| (&**storage, &**node))
            .collect(),
        ids: FxHashMap::default(),
        skipped: BTreeMap::new(),
    };
    for (number, object) in objects.iter().enumerate() {
        match &object.content {
            Content::Vm(_) | Content::Container(_) => {
                guest::compare(&mut cx, number);
            }
            // Together with the configuration of the same guest.
            Content::RootOptions(_) | Content::ContainerRoot(_) | Content::Power(_) | Content::ContainerPower(_) => {}
            Content::Image(_) | Content::Snippet(_) => file::compare(&mut cx, number),
            Content::Mapping(_) | Content::Pool(_) | Content::Entry(_) | Content::Host(_) | Content::Firewall(_) => {
                listed::compare(&mut cx, number);
            }
        }
    }
    guest::gone(&mut cx);
    guest::unmanaged(&mut cx);
    super::find::all(&mut cx);
    cx.not_compared();
    order::order(cx)
}

/// The bridge of a vnet that the lab makes.
fn vnet<'a>(object: &'a Object<'a>) -> Option<&'a str> {
    let Content::Entry(entry) = &object.content else { return None };
    if let Entry::Sdn(sdn) = &**entry
        && sdn.part == SdnPart::Vnet
    {
        return Some(&sdn.name);
    }
    None
}

/// The mapping that an object is, if somebody makes it.
fn mapping<'a>(lab: &Lab<'a>, number: usize, object: &'a Object<'a>) -> Option<(&'a str, &'a str)> {
    let Content::Mapping(mapping) = &object.content else { return None };
    (lab.wanted.owners[number] != Owner::None).then_some((&*mapping.sort, &*mapping.name))
}

/// Interfaces that somebody makes, by node.
fn bridges<'a>(lab: &Lab<'a>) -> FxHashMap<&'a str, BTreeSet<&'a str>> {
    let mut made: FxHashMap<&str, BTreeSet<&str>> = FxHashMap::default();
    for (object, owner) in lab.wanted.desired.objects.iter().zip(&lab.wanted.owners) {
        if let Content::Host(part) = &object.content
            && let Some(interface) = part.interface()
            && *owner != Owner::None
        {
            made.entry(&interface.node).or_default().insert(&interface.name);
        }
    }
    made
}

impl<'a> Cx<'a> {
    pub fn object(&self, number: usize) -> &'a Object<'a> {
        &self.lab.wanted.desired.objects[number]
    }

    pub fn owner(&self, number: usize) -> Owner {
        self.lab.wanted.owners[number]
    }

    /// A change of an object in which nothing is said yet.
    pub fn change(&self, number: usize, action: Action, path: String) -> Change {
        let object = self.object(number);
        Change {
            facet: object.content.facet().name().to_owned(),
            place: self.place(number),
            owner: self.lab.owned.name(self.owner(number)).to_owned(),
            asked: said::asked(self.lab, number),
            ..Change::of(action, object.address.to_string(), path)
        }
    }

    /// Where an object is: of a guest its node.
    fn place(&self, number: usize) -> String {
        match self.wires[number].as_ref().map(|wire| &wire.subject) {
            Some(Subject::Guest { node, .. }) => node.clone(),
            Some(Subject::Listed { .. } | Subject::File { .. }) | None => place(self.object(number)),
        }
    }

    /// Adds a change, once everything about it is known.
    pub fn push(&mut self, number: usize, mut change: Change, pools: &BTreeSet<String>) {
        change.impact =
            change.options.iter().map(|option| option.impact).max().unwrap_or(change.impact).max(change.impact);
        change.needs.sort();
        change.needs.dedup();
        // What others apply they apply as somebody else.
        if self.owner(number) == Owner::Api {
            if let Ok(permissions) = &self.observed.permissions {
                let is_root = self.settings.login.is_root();
                let lacks = change.needs.iter().filter(|need| !is_root && !permissions.meets(need, pools));
                change.lacks = lacks.cloned().collect();
            }
            if !self.settings.login.is_root() && change.action.is_change() {
                let root: Vec<&str> = change
                    .options
                    .iter()
                    .filter(|option| option.root_only)
                    .map(|option| option.option.as_str())
                    .collect();
                if !root.is_empty() {
                    let why = format!("only root@pam with a password may set {}: no token may", root.join(", "));
                    change.refused.push(why);
                }
            }
        }
        self.plan.changes.push(change);
        self.numbers.push(number);
    }

    /// Says that nothing is planned for a facet, and why.
    pub fn unknown(&mut self, number: usize, path: String, why: &str) {
        let mut change = self.change(number, Action::Unknown, path);
        change.notes.push(why.to_owned());
        self.push(number, change, &BTreeSet::new());
    }

    pub fn finding(&mut self, level: Level, name: &'static str, about: &str, message: String, help: &str) {
        let (about, help) = (about.to_owned(), help.to_owned());
        self.plan.findings.push(Finding { level, name, about, message, help, place: None });
    }

    /// The same, with the line of the source that it is about.
    pub fn finding_at(&mut self, number: usize, level: Level, name: &'static str, message: String, help: &str) {
        // What is somebody else's stops nothing here.
        let level = if self.owner(number) == Owner::None { level.max(Level::Warning) } else { level };
        let place = said::asked(self.lab, number).map(|said| said.place);
        let (about, help) = (self.object(number).address.to_string(), help.to_owned());
        self.plan.findings.push(Finding { level, name, about, message, help, place });
    }

    pub fn skip(&mut self, facet: &'static str, address: &str) {
        self.skipped.entry(facet).or_default().push(address.to_owned());
    }

    /// Bridges of a node that the lab makes.
    pub fn bridges_made(&self, node: &str) -> BTreeSet<&'a str> {
        self.made_bridges.get(node).cloned().unwrap_or_default()
    }

    /// Whether the lab makes a mapping.
    pub fn makes_mapping(&self, sort: &str, name: &str) -> bool {
        self.made_mappings.contains(&(sort, name))
    }

    /// Says once of each facet what this version does not compare.
    fn not_compared(&mut self) {
        let model = self.lab.model;
        for resource in model.world.all().filter(|resource| !model.world.object(*resource).is_poison) {
            let kind = model.kind(resource);
            let of_kind = Facet::ALL.iter().filter(|facet| facet.kind() == kind);
            for facet in of_kind.filter(|facet| is_never_compared(**facet)) {
                if model.owner_field(resource).is_some() || *facet == Facet::StorageEntry {
                    self.skipped.entry(facet.name()).or_default().push(model.resource(resource).to_owned());
                }
            }
        }
        let objects = self.lab.wanted.desired.objects.iter();
        if objects.clone().any(|object| matches!(object.content, Content::Image(_) | Content::Snippet(_))) {
            let note = "of image.file and snippet.file it is compared whether a file is there, not what is in it";
            self.plan.notes.push(note.to_owned());
        }
        let has_secret = |wire: &Wire| wire.options.values().any(|value| value == normal::SET);
        if self.wires.iter().flatten().any(has_secret) {
            let note = "of passwords it is compared whether one is set, not which: a server tells nobody";
            self.plan.notes.push(note.to_owned());
        }
        for (facet, mut addresses) in std::mem::take(&mut self.skipped) {
            addresses.sort();
            addresses.dedup();
            self.plan.notes.push(format!("{facet} is not compared in this version: {}", addresses.join(", ")));
        }
    }
}

/// What Proxmox could be asked about, and this version does not ask. Objects of facets that are compared in part say so
/// themselves.
fn is_never_compared(facet: Facet) -> bool {
    match facet {
        Facet::StorageEntry => true,
        Facet::Later(later) => later.is_of_proxmox(),
        Facet::ContainerConfig
        | Facet::ContainerRootOptions
        | Facet::ContainerPower
        | Facet::DeviceHost
        | Facet::DeviceMapping
        | Facet::FirewallAlias
        | Facet::FirewallGroup
        | Facet::FirewallIpSet
        | Facet::FirewallOptions
        | Facet::FirewallRules
        | Facet::HostApt
        | Facet::HostDns
        | Facet::HostHosts
        | Facet::HostNetwork
        | Facet::HostTime
        | Facet::ImageFile
        | Facet::Pool
        | Facet::SnippetFile
        | Facet::StorageHost
        | Facet::VmConfig
        | Facet::VmRootOptions
        | Facet::VmPower
        | Facet::Entry(_) => false,
    }
}

/// Where an object is, in words.
fn place(object: &Object<'_>) -> String {
    use crate::desire::Place;
    match &object.place {
        Place::Only => String::new(),
        Place::Node(node) => node.to_string(),
        Place::Storage { node, storage } => format!("{node}:{storage}"),
        Place::Part(part) => part.to_string(),
    }
}

/// An option that changes.
pub(super) fn option(option: &str, from: Option<String>, to: Option<String>) -> OptionChange {
    OptionChange { option: option.to_owned(), from, to, impact: Impact::Live, said: None, root_only: false }
}

/// The needs of a subject that is one element of a list.
pub(super) fn list_of(subject: &Subject) -> Option<(&str, &str)> {
    match subject {
        Subject::Listed { list, path } => Some((list, path)),
        Subject::Guest { .. } | Subject::File { .. } => None,
    }
}

/// A need on a bridge, if it is one of the node itself.
pub(super) fn is_of_vnet(need: &Need, vnets: &FxHashSet<&str>) -> bool {
    let bridge = need.path.strip_prefix("/sdn/zones/localnetwork/").and_then(|rest| rest.split('/').next());
    bridge.is_some_and(|bridge| vnets.contains(bridge))
}

//! From the model to what is wanted, in normal form: one function for all targets.
//!
//! What comes in is the model and who owns what; what goes out is [`Wanted`]: the objects, sorted, and beside each one its
//! resource and its owner. Texts are borrowed from the model; numbers are turned into Proxmox's units; what Proxmox does by
//! itself is left out. Values that Proxmox does not take are errors where the source says them.

mod access;
mod attach;
mod certificate;
mod container;
mod disk;
mod errors;
mod firewall;
mod first_boot;
mod ha;
mod metrics;
mod host;
mod nic;
mod ovs;
mod place;
mod raw;
mod sdn;
mod usual;
mod vm;

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Content, Desired, Entry, Life, Object, Place, Text};
use crate::base::Span;
use crate::diag::{Checked, Diagnostic, Severity};
use crate::model::{self, Container, Firewall, Host, Image, Model, Snippet, Vm};
use crate::own::{Facet, Owned, Owner};
use crate::pve::Version;
use crate::types::value::{ObjId, Value};

use first_boot::secret;
pub use raw::check as check_raw;
use usual::AllUsual;

/// What is wanted, and beside each object where it comes from.
#[derive(Clone, Default, Debug)]
pub struct Wanted<'a> {
    /// The objects, sorted.
    pub desired: Desired<'a>,
    /// The resource of each object.
    pub resources: Vec<ObjId>,
    /// The owner of each object.
    pub owners: Vec<Owner>,
}

impl Wanted<'_> {
    /// Where the source says a field of an object, spelt as in the library; its own head for an empty path. Slots that a
    /// target counts (`attach.hostpci0`) lead to the attachment that got them.
    #[must_use]
    pub fn origin(&self, model: &Model<'_>, owned: &Owned, index: usize, path: &str) -> Option<Span> {
        let resource = *self.resources.get(index)?;
        if path.is_empty() {
            return Some(model.span(resource));
        }
        if let Some(rest) = path.strip_prefix("attach.")
            && model.world.object(resource).shape == model.fields.vm.shape
        {
            let (slot, field) = rest.split_once('.').unwrap_or((rest, ""));
            let attach = vm::attachment(&mut Cx::new(model, owned), Vm::new(model, resource), slot)?;
            let said = if field.is_empty() { None } else { model.origin(attach, field) };
            return said.or_else(|| Some(model.span(attach)));
        }
        // Rules are counted where they are told: `rule.3.icmp-type`.
        if let Some((number, field)) = path.strip_prefix("rule.").and_then(|rest| rest.split_once('.')) {
            let rule = firewall::rule_at(model, resource, number.parse().ok()?)?;
            return model.origin(rule, field).or_else(|| Some(model.span(rule)));
        }
        if let Some(option) = path.strip_prefix("raw.") {
            let is_container = model.world.object(resource).shape == model.fields.container.shape;
            let raw = if is_container { model.fields.container.raw } else { model.fields.vm.raw };
            return model.entry(resource, raw, option);
        }
        model.origin(resource, path)
    }
}

/// What is wanted of a lab, all at once.
///
/// Cost: linear in what was said.
pub fn desired<'a>(model: &'a Model<'a>, owned: &'a Owned) -> Checked<Wanted<'a>> {
    let mut parts = Parts::new(model, owned);
    let mut wanted = std::mem::take(&mut parts.before);
    while parts.containers(usize::MAX, &mut wanted) {}
    wanted.append(std::mem::take(&mut parts.files));
    while parts.vms(usize::MAX, &mut wanted) {}
    wanted.append(std::mem::take(&mut parts.after));
    Checked::new(wanted, parts.cx.out)
}

/// What is wanted of a lab, part by part, so that ten thousand guests need not be there at once: what comes before
/// containers, the containers, files and mappings and what else there is, the VMs, what comes after them. That is the order of
/// a [`Desired`].
pub struct Parts<'a> {
    cx: Cx<'a>,
    /// What is sorted before containers.
    pub before: Wanted<'a>,
    /// Everything else but guests: what they refer to is among it.
    pub files: Wanted<'a>,
    /// What is sorted after VMs.
    pub after: Wanted<'a>,
    containers: Vec<Container>,
    containers_done: usize,
    vms: Vec<Vm>,
    vms_done: usize,
}

/// What addresses of containers begin with.
const CONTAINERS: &str = "container.";

/// What comes right after the addresses of VMs, `vm.` and a name: the next character is `/`.
const AFTER_VMS: &str = "vm/";

impl<'a> Parts<'a> {
    /// The parts of a lab; those that are no guests are made at once.
    #[must_use]
    pub fn new(model: &'a Model<'a>, owned: &'a Owned) -> Parts<'a> {
        let mut cx = Cx::new(model, owned);
        let mut vms: Vec<Vm> = model.all(model.fields.vm.shape).map(|id| Vm::new(model, id)).collect();
        vms.sort_by(|a, b| model.resource(a.id).cmp(model.resource(b.id)));
        let mut containers: Vec<Container> =
            model.all(model.fields.container.shape).map(|id| Container::new(model, id)).collect();
        containers.sort_by(|a, b| model.resource(a.id).cmp(model.resource(b.id)));
        place::needed(&mut cx, &vms);
        attach::mapped(&mut cx, &vms);
        for id in model.all(model.fields.image.shape) {
            place::images(&mut cx, Image::new(model, id));
        }
        for id in model.all(model.fields.snippet.shape) {
            place::snippets(&mut cx, Snippet::new(model, id));
        }
        attach::mappings(&mut cx);
        access::all(&mut cx);
        ha::all(&mut cx);
        metrics::all(&mut cx);
        certificate::all(&mut cx);
        sdn::all(&mut cx);
        for id in model.all(model.fields.host.shape) {
            host::host(&mut cx, Host::new(model, id));
        }
        for id in model.all(model.site.firewall.shape) {
            firewall::firewall(&mut cx, Firewall::new(model, id));
        }
        cx.made.sort_by(|a, b| a.object.key().cmp(&b.object.key()));
        let project = model.project().map_or("", |project| model.name(project.id));
        let of_project = || {
            let desired = Desired { project: Cow::Borrowed(project), ..Desired::default() };
            Wanted { desired, ..Wanted::default() }
        };
        let (mut before, mut files, mut after) = (of_project(), of_project(), of_project());
        let last = cx.made.partition_point(|made| &*made.object.address < AFTER_VMS);
        let last = cx.made.split_off(last);
        let rest = cx.made.partition_point(|made| &*made.object.address < CONTAINERS);
        let rest = cx.made.split_off(rest);
        cx.hand_over(&mut before);
        cx.made = rest;
        cx.hand_over(&mut files);
        cx.made = last;
        cx.hand_over(&mut after);
        Parts { cx, before, files, after, containers, containers_done: 0, vms, vms_done: 0 }
    }

    /// Adds the objects of the next containers; whether there were any.
    pub fn containers(&mut self, count: usize, wanted: &mut Wanted<'a>) -> bool {
        let from = self.containers_done;
        self.containers_done = self.containers.len().min(from.saturating_add(count));
        for place in from..self.containers_done {
            container::container(&mut self.cx, self.containers[place]);
        }
        self.cx.hand_over(wanted);
        self.containers_done > from
    }

    /// Adds the objects of the next VMs; whether there were any.
    pub fn vms(&mut self, count: usize, wanted: &mut Wanted<'a>) -> bool {
        let from = self.vms_done;
        self.vms_done = self.vms.len().min(from.saturating_add(count));
        for place in from..self.vms_done {
            vm::vm(&mut self.cx, self.vms[place]);
        }
        self.cx.hand_over(wanted);
        self.vms_done > from
    }

    /// What was found so far.
    #[must_use]
    pub fn diagnostics(self) -> Vec<Diagnostic> {
        self.cx.out
    }

    /// Whether an error was found so far.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.cx.out.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

impl<'a> Wanted<'a> {
    /// Adds what comes after.
    fn append(&mut self, after: Wanted<'a>) {
        self.desired.objects.extend(after.desired.objects);
        self.resources.extend(after.resources);
        self.owners.extend(after.owners);
    }

    /// Forgets the objects, and keeps the room they took.
    pub fn clear(&mut self) {
        self.desired.objects.clear();
        self.resources.clear();
        self.owners.clear();
    }
}

/// An object with its resource and owner, on its way to being sorted.
struct Made<'a> {
    object: Object<'a>,
    resource: ObjId,
    owner: Owner,
}

/// What lowering needs and gathers.
struct Cx<'a> {
    model: &'a Model<'a>,
    owned: &'a Owned,
    out: Vec<Diagnostic>,
    made: Vec<Made<'a>>,
    /// The hosts that an image is needed on, where the image does not say.
    needed: FxHashMap<ObjId, Vec<Host>>,
    /// Devices of hosts that are given by mapping.
    mapped: FxHashSet<ObjId>,
    /// Devices of which a guest is given a part, a mediated device.
    divided: FxHashSet<ObjId>,
    /// The only storage of a host for a sort of file; an error was reported where there is none.
    storages: FxHashMap<(Host, &'static str), Option<ObjId>>,
    /// Images and snippets whose storage nobody could tell: reported once.
    unplaced: FxHashSet<(ObjId, Host)>,
    /// What the library says of blocks that a VM does not have.
    unsaid: vm::Unsaid<'a>,
    /// What is read of every object, and all there is to read of most.
    usual: AllUsual,
}

impl<'a> Cx<'a> {
    fn new(model: &'a Model<'a>, owned: &'a Owned) -> Cx<'a> {
        let mut cx = Cx {
            model,
            owned,
            out: Vec::new(),
            made: Vec::new(),
            needed: FxHashMap::default(),
            mapped: FxHashSet::default(),
            divided: FxHashSet::default(),
            storages: FxHashMap::default(),
            unplaced: FxHashSet::default(),
            unsaid: vm::Unsaid::default(),
            usual: AllUsual::default(),
        };
        cx.usual = AllUsual {
            vm: vm::usual(&mut cx),
            cpu: vm::usual_of_cpu(&cx),
            disk: disk::usual(&mut cx),
            nic: nic::usual(&cx),
            cloud_init: first_boot::usual(&mut cx),
        };
        cx.unsaid = vm::unsaid(&mut cx);
        cx
    }

    /// Adds an object of a resource. On a host that does not run, nothing is applied.
    fn push(&mut self, resource: ObjId, place: Place<'a>, life: Life<'a>, content: Content<'a>, is_applied: bool) {
        let address = match self.model.world.is_resource(resource) {
            true => Cow::Borrowed(self.model.resource(resource)),
            false => Cow::Owned(self.model.address(resource)),
        };
        self.push_at((resource, resource), address, place, life, content, is_applied);
    }

    /// Adds an object that is a part of a resource, which says who owns it: `of` has the resource, then what declares the part.
    fn push_at(
        &mut self,
        of: (ObjId, ObjId),
        address: Text<'a>,
        place: Place<'a>,
        life: Life<'a>,
        content: Content<'a>,
        is_applied: bool,
    ) {
        let owner = match is_applied {
            true => self.owned.owner(self.model, of.0, content.facet()),
            false => Owner::None,
        };
        let file = Cow::Borrowed(self.model.file(of.1));
        self.made.push(Made { object: Object { address, place, file, life, content }, resource: of.1, owner });
    }

    /// Adds the only object of an entry of the cluster.
    fn entry(&mut self, resource: ObjId, life: Life<'a>, entry: Entry<'a>) {
        self.push(resource, Place::Only, life, Content::Entry(Box::new(entry)), true);
    }

    /// Moves what was made to where it is wanted.
    fn hand_over(&mut self, wanted: &mut Wanted<'a>) {
        for made in self.made.drain(..) {
            wanted.desired.objects.push(made.object);
            wanted.resources.push(made.resource);
            wanted.owners.push(made.owner);
        }
    }

    /// Where a field was said, or else where its object is declared.
    fn at(&self, object: ObjId, field: u16) -> Option<Span> {
        if object == model::UNSAID {
            return None;
        }
        self.model.said_at(object, field).or_else(|| Some(self.model.span(object)))
    }

    /// A duration in whole seconds, if it is not the usual one.
    fn seconds(&mut self, milliseconds: Option<u64>, usual: u64, at: (ObjId, u16)) -> Option<u32> {
        let milliseconds = milliseconds?;
        if !milliseconds.is_multiple_of(1000) {
            self.out.push(errors::not_whole(self.at(at.0, at.1), "whole seconds"));
        }
        let seconds = milliseconds / 1000;
        (seconds != usual).then_some(small(seconds))
    }
}

/// A number that a `u32` holds; Proxmox refuses greater ones anyway.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A number of the language, never negative here.
fn count(number: Option<i64>) -> Option<u32> {
    number.map(|number| small(u64::try_from(number).unwrap_or_default()))
}

fn count_unless(number: Option<i64>, usual: u32) -> Option<u32> {
    count(number).filter(|number| *number != usual)
}

/// Whole MiB of a size that is known to be whole.
fn mebibytes(bytes: u64) -> u32 {
    small(bytes >> 20)
}

fn text<'a>(text: Option<&'a str>) -> Option<Text<'a>> {
    text.map(Cow::Borrowed)
}

/// A word that differs from what Proxmox assumes.
fn unless<'a>(word: Option<&'a str>, usual: &str) -> Option<Text<'a>> {
    text(word.filter(|word| *word != usual))
}

/// Whether a flag that is on by default was switched off.
fn off(flag: bool) -> bool {
    !flag
}

/// A box of what is not all default.
fn boxed<T: Default + PartialEq>(value: T) -> Option<Box<T>> {
    (value != T::default()).then(|| Box::new(value))
}

/// The texts of a list, in order.
fn texts<'a>(model: &'a Model<'a>, values: &[Value]) -> Vec<Text<'a>> {
    values.iter().filter_map(|value| text(model.text_of(*value))).collect()
}

/// The texts of a set, sorted.
fn sorted<'a>(model: &'a Model<'a>, values: &[Value]) -> Vec<Text<'a>> {
    let mut texts = texts(model, values);
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Keys and values of a map, sorted by key.
fn pairs<'a>(model: &'a Model<'a>, values: &[Value]) -> Vec<(Text<'a>, Text<'a>)> {
    let pair = |pair: &[Value]| Some((text(model.text_of(pair[0]))?, text(model.text_of(pair[1]))?));
    let mut pairs: Vec<_> = values.chunks_exact(2).filter_map(pair).collect();
    pairs.sort_unstable();
    pairs
}

/// The version that a host runs: as it says, or the newest known.
#[must_use]
pub fn version(model: &Model<'_>, host: Host) -> Version {
    host.pve(model).and_then(|text| Version::parse(text.trim_start_matches('v'))).unwrap_or(Version::V9_1)
}

/// The number at the end of `scsi3`.
fn slot_number(slot: &str) -> u8 {
    let digits = slot.trim_start_matches(|character: char| !character.is_ascii_digit());
    digits.parse().unwrap_or_default()
}

/// What a slot is sorted by: its bus, then its number.
fn slot_order(slot: &str) -> (&str, u8) {
    (slot.trim_end_matches(|character: char| character.is_ascii_digit()), slot_number(slot))
}

/// `192.168.4.1`
fn ip(address: u32) -> Text<'static> {
    Cow::Owned(nic::address_text(address))
}

/// Which of the objects wants a file of which facet.
fn file_facet(is_image: bool) -> Facet {
    if is_image { Facet::ImageFile } else { Facet::SnippetFile }
}

//! Fields by name and things by what people call them.

use std::sync::Arc;

use crate::base::{Sources, closest};
use crate::eval::lost::Dependence;
use crate::eval::{Machine, show};
use crate::policy::fall;
use crate::session::compile::Compiled;
use crate::session::what_if::NotOne;
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// A finished lab, to be asked.
pub(in crate::session) struct Lab<'a> {
    pub machine: Machine<'a>,
    pub dependence: Arc<Dependence>,
    sources: Arc<Sources>,
}

/// Kinds that a bare name may mean, where it means only one thing of them.
const PLAIN: [&str; 10] =
    ["host", "vm", "container", "ups", "machine", "device", "storage", "k3s-cluster", "workload", "service"];

/// Opens a lab and asks it. What a question comes to is never a diagnostic: the lab was checked before.
pub(in crate::session) fn with<T>(compiled: &mut Compiled, ask: impl FnOnce(&mut Lab<'_>) -> T) -> T {
    let sources = Arc::clone(&compiled.sources);
    let mut out = Vec::new();
    let mut machine = compiled.machine(&mut out);
    let dependence = machine.dependence();
    ask(&mut Lab { machine, dependence, sources })
}

impl Lab<'_> {
    /// `vm.web`
    pub fn address(&self, object: ObjId) -> String {
        show::address_of(self.machine.p, self.machine.w, object)
    }

    /// `web`
    pub fn name(&self, object: ObjId) -> String {
        show::name_of(self.machine.p, self.machine.w, object)
    }

    /// The word that declares it: `vm`.
    pub fn word(&self, object: ObjId) -> &str {
        let shape = self.machine.w.object(object).shape;
        if shape.0 == u16::MAX { "" } else { self.machine.p.name(self.machine.p.shape(shape).word) }
    }

    /// `guests.hlab:12`
    pub fn place(&self, span: crate::base::Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.path, file.position(span.start as usize).line)
    }

    /// `guests.hlab:12` of what declares a thing.
    pub fn declared(&self, object: ObjId) -> String {
        self.place(span_of(self.machine.units, self.machine.w.object(object).at))
    }

    /// What a thing needs, in the order of its kind: `host.pve`, or `1 of host.a, ha.web`.
    pub fn needs(&self, object: ObjId) -> Vec<String> {
        let demands = self.dependence.demands.iter().filter(|demand| demand.of == object);
        let told = demands.map(|demand| {
            // Only that a thing runs at all is what it needs of itself.
            let others = demand.things.iter().filter(|thing| **thing != object);
            let all: Vec<String> = others.map(|thing| self.address(*thing)).collect();
            if all.is_empty() || demand.least == all.len() {
                all.join(", ")
            } else {
                format!("{} of {}", demand.least, all.join(", "))
            }
        });
        told.filter(|text| !text.is_empty()).collect()
    }

    /// Who refers to a resource.
    pub fn users(&mut self, object: ObjId) -> Vec<String> {
        let users = self.machine.uses_of(object);
        users.into_iter().map(|user| format!("{}  ({})", self.address(user), self.declared(user))).collect()
    }

    /// What stops with a resource, but for itself.
    pub fn falls_with(&self, object: ObjId) -> Vec<String> {
        let falls = self.dependence.without(&[object]);
        let others = falls.iter().filter(|fall| fall.cause.is_some() && self.machine.w.is_resource(fall.thing));
        others.map(|fall| self.address(fall.thing)).collect()
    }

    /// A field, by name; poison where the thing has none.
    pub fn field(&mut self, object: ObjId, name: &str) -> Value {
        let name = self.machine.p.heap.names.intern(name);
        let value = self.machine.field_named(object, name);
        self.machine.unknown = None;
        value
    }

    /// The things in a field.
    pub fn things(&mut self, object: ObjId, name: &str) -> Vec<ObjId> {
        let value = self.field(object, name);
        self.objects(value)
    }

    /// The things that a value is or lists.
    pub fn objects(&mut self, value: Value) -> Vec<ObjId> {
        match value {
            Value::Obj(object) => vec![object],
            other => {
                let all = self.machine.elements(other);
                all.into_iter()
                    .filter_map(|value| if let Value::Obj(found) = value { Some(found) } else { None })
                    .collect()
            }
        }
    }

    /// The thing in a field.
    pub fn thing(&mut self, object: ObjId, name: &str) -> Option<ObjId> {
        if let Value::Obj(found) = self.field(object, name) { Some(found) } else { None }
    }

    /// The texts in a list.
    pub fn texts(&mut self, object: ObjId, name: &str) -> Vec<String> {
        let value = self.field(object, name);
        let all = self.machine.elements(value);
        all.into_iter().map(|value| show::plain(&self.machine, value)).collect()
    }

    /// A text, enumeration or version.
    pub fn text(&mut self, object: ObjId, name: &str) -> Option<String> {
        match self.field(object, name) {
            Value::Str(name) | Value::Enum(name) => Some(self.machine.p.name(name).to_owned()),
            _ => None,
        }
    }

    /// A size in bytes; 0 where nothing says it.
    pub fn size(&mut self, object: ObjId, name: &str) -> u64 {
        if let Value::Size(bytes) = self.field(object, name) { bytes } else { 0 }
    }

    pub fn flag(&mut self, object: ObjId, name: &str) -> bool {
        self.field(object, name) == Value::Bool(true)
    }

    /// The host that a thing is on.
    pub fn host_of(&mut self, object: ObjId) -> Option<ObjId> {
        let on = self.machine.w.home(object).on;
        self.objects(on).first().copied()
    }

    /// The hosts that a storage or such is on; all where it says none.
    pub fn hosts_of(&mut self, object: ObjId) -> Vec<ObjId> {
        match self.machine.w.home(object).on {
            Value::Null => self.all("host"),
            on => self.objects(on),
        }
    }

    /// What a thing is `in`.
    pub fn within(&mut self, object: ObjId) -> Option<ObjId> {
        let within = self.machine.w.home(object).within;
        self.objects(within).first().copied()
    }

    /// All resources of a kind that are whole, in order.
    pub fn all(&self, kind: &str) -> Vec<ObjId> {
        self.machine
            .w
            .all()
            .filter(|object| !self.machine.w.object(*object).is_poison && self.word(*object) == kind)
            .collect()
    }

    /// The VMs and containers that run, or may.
    pub fn running_guests(&mut self) -> Vec<ObjId> {
        let mut guests = self.all("vm");
        guests.extend(self.all("container"));
        guests.retain(|guest| !self.dependence.is_off(*guest));
        guests
    }

    /// The hosts that run.
    pub fn running_hosts(&mut self) -> Vec<ObjId> {
        let mut hosts = self.all("host");
        hosts.retain(|host| !self.dependence.is_off(*host));
        hosts
    }

    /// What a name means: an address such as `host.pve.disk.nvme`, or the name of one thing.
    pub fn find(&self, name: &str) -> Result<ObjId, NotOne> {
        self.find_of(name, &PLAIN, "thing")
    }

    /// The host of a name or address.
    pub fn find_host(&self, name: &str) -> Result<ObjId, NotOne> {
        self.find_of(name, &["host"], "host")
    }

    fn find_of(&self, name: &str, plain: &[&str], what: &'static str) -> Result<ObjId, NotOne> {
        let bare = |text: &str| text.replace('"', "");
        let wanted = bare(name);
        let kinds = |object: &ObjId| plain.contains(&self.word(*object));
        let is_whole = |object: &ObjId| {
            let of = self.machine.w.object(*object);
            of.shape.0 != u16::MAX && !of.is_poison
        };
        let resources: Vec<ObjId> = self.machine.w.all().filter(|object| is_whole(object)).collect();
        let named: Vec<ObjId> =
            resources.iter().copied().filter(|object| kinds(object) && self.name(*object) == wanted).collect();
        if let [one] = named.as_slice() {
            return Ok(*one);
        }
        if named.len() > 1 {
            let near = named.iter().map(|object| self.address(*object)).collect();
            return Err(NotOne { name: name.to_owned(), what, near });
        }
        // Blocks have addresses, too: a disk of a host falls by itself.
        let all = (0..self.machine.w.objects.len() as u32).map(ObjId).filter(is_whole);
        let is_fit = |object: &ObjId| what != "host" || kinds(object);
        let found = all.filter(is_fit).find(|object| {
            let address = bare(&self.address(*object));
            address == wanted || address.strip_prefix("host.") == Some(wanted.as_str())
        });
        found.ok_or_else(|| {
            let names: Vec<String> =
                resources.iter().filter(|object| kinds(object)).map(|object| self.name(*object)).collect();
            let near = closest(&wanted, names.iter().map(String::as_str)).map(str::to_owned);
            NotOne { name: name.to_owned(), what, near: near.into_iter().collect() }
        })
    }

    /// One fall, told.
    pub fn tell(&self, found: crate::eval::lost::Fall) -> fall::Step {
        fall::tell(&self.machine, &self.dependence, found)
    }
}

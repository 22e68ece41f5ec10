//! Crossplane: the managed kinds of provider-proxmox-bpg, in three releases.
//!
//! [`lower`] turns what is wanted into the CRD's own fields ([`spec`]), [`manifest`] writes them as one document each;
//! [`read`] goes the other way, with [`raise`]. Both go through `spec`, whose every field is compared with the CRDs by a
//! test. [`release`] says what differs between releases, [`carries`] which facets a release has kinds for.
//!
//! To add a kind, add a row in [`kind`], its fields in [`spec`], its two directions in [`lower`] and [`raise`].

mod calls;
mod carries;
mod date;
mod duration;
mod entry;
mod identity;
mod kind;
mod laws;
mod lower;
mod manifest;
mod name;
mod raise;
mod read;
pub mod release;
pub mod spec;
mod tree;

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use rustc_hash::FxHashMap;

use super::emit::{Yaml, shell};
use super::{ApiCall, ArtifactSet, Carries, Document, Request, Sink, Target, Writer, errors};
use crate::desire::Protected;
use crate::desire::{Content, Desired, Firewall, HostPart, Object, Place, Power};
use crate::diag::{Checked, Diagnostic};
use crate::own::Facet;
use kind::Kind;
pub use kind::kinds;
use lower::Cx;
use release::Release;

/// The target `crossplane` in one release.
#[derive(Clone, Copy, Debug)]
pub struct Crossplane(pub Release);

impl Target for Crossplane {
    fn name(&self) -> &'static str {
        "crossplane"
    }

    fn version(&self) -> &'static str {
        self.0.name()
    }

    fn notes(&self) -> &'static str {
        include_str!("notes.md")
    }

    fn carries(&self, facet: Facet) -> Carries {
        carries::carries(self.0, facet)
    }

    fn writer(&self) -> Box<dyn Writer> {
        Box::new(Documents::new(self.0))
    }

    fn read<'f>(&self, files: &'f ArtifactSet) -> Checked<Desired<'f>> {
        read::read(self.0, files)
    }

    fn documents<'f>(&self, files: &'f ArtifactSet) -> Vec<Document<'f>> {
        read::documents(self.0, files)
    }

    fn mentions(&self, bytes: &[u8]) -> bool {
        // Every group of every release begins so.
        const GROUP: &[u8] = b"virtualenvironment";
        bytes.windows(GROUP.len()).any(|window| window == GROUP)
    }

    fn laws(&self) -> &'static [super::law::Law] {
        laws::LAWS
    }

    fn apply_command(&self, folder: &str) -> String {
        format!("kubectl apply -k {}", shell::word(folder))
    }

    fn verify_command(&self, object: &Object<'_>, namespace: &str) -> Option<String> {
        let (kind, name) = document_of(object)?;
        let resource = format!("{}/{name}", kind.resource(self.0));
        let namespace = self.namespace(namespace);
        // A paused object is looked at by nobody, and so never becomes ready.
        Some(match object.life.paused {
            true => format!("kubectl get {}{namespace}", shell::word(&resource)),
            false => {
                format!("kubectl wait --for=condition=Ready {}{namespace} --timeout=30m", shell::word(&resource))
            }
        })
    }

    fn destroy_command(&self, kind: &str, resource: &str, namespace: &str) -> Option<String> {
        let kind = match kind {
            "vm" => Kind::Vm,
            "container" => Kind::Container,
            "image" => Kind::Image,
            "pool" => Kind::Pool,
            "user" => Kind::User,
            "group" => Kind::Group,
            "role" => Kind::Role,
            "ha" => Kind::HaResource,
            "metrics-server" => Kind::MetricsServer,
            "certificate" => Kind::Certificate,
            "acme-account" => Kind::AcmeAccount,
            "acme-plugin" => Kind::AcmePlugin,
            _ => return None,
        };
        // It was written to be orphaned when it goes; an image on several nodes has an object for each.
        let object = shell::word(&format!("{}/{}", kind.resource(self.0), name::of(resource))).to_string();
        let patch = match self.0.is_namespaced() {
            true => r#"{"spec":{"managementPolicies":["*"]}}"#,
            false => r#"{"spec":{"deletionPolicy":"Delete"}}"#,
        };
        let (patch, namespace) = (shell::word(patch).to_string(), self.namespace(namespace));
        Some(format!("kubectl patch {object}{namespace} --type=merge -p {patch} && kubectl delete {object}{namespace}"))
    }

    fn calls(&self, facet: Facet) -> &'static [ApiCall] {
        calls::calls(facet)
    }
}

impl Crossplane {
    /// What kubectl is told of the namespace: nothing, where objects have none.
    fn namespace(self, namespace: &str) -> String {
        if self.0.is_namespaced() { format!(" --namespace {}", shell::word(namespace)) } else { String::new() }
    }
}

/// The kind and name of the document that an object is in.
fn document_of<'r>(object: &'r Object<'_>) -> Option<(Kind, Cow<'r, str>)> {
    let kind = match &object.content {
        Content::Container(_) | Content::ContainerRoot(_) | Content::ContainerPower(_) => Kind::Container,
        Content::Vm(_) | Content::RootOptions(_) | Content::Power(_) => Kind::Vm,
        Content::Image(_) => Kind::Image,
        Content::Snippet(_) => Kind::File,
        Content::Pool(_) => Kind::Pool,
        Content::Entry(entry) => entry::kind(entry)?,
        Content::Host(part) => host_kind(part)?,
        Content::Firewall(part) => firewall_kind(part)?,
        Content::Mapping(_) => return None,
    };
    Some((kind, placed_name(object)))
}

fn host_kind(part: &HostPart<'_>) -> Option<Kind> {
    match part {
        HostPart::Bridge(_) => Some(Kind::Bridge),
        HostPart::Vlan(_) => Some(Kind::Vlan),
        HostPart::OvsBridge(_) | HostPart::OvsBond(_) | HostPart::OvsPort(_) | HostPart::InternalPort(_) => None,
        HostPart::Dns(_) => Some(Kind::HostDns),
        HostPart::Hosts(_) => Some(Kind::Hosts),
        HostPart::Time(_) => Some(Kind::Time),
        HostPart::Standard(_) => Some(Kind::Standard),
        HostPart::Repository(_) => Some(Kind::Repository),
    }
}

fn firewall_kind(part: &Firewall<'_>) -> Option<Kind> {
    if let Protected::Vnet(_) = part.of() {
        return None;
    }
    match part {
        Firewall::Cluster(_) => Some(Kind::ClusterFirewall),
        Firewall::Node(_) => Some(Kind::NodeFirewall),
        Firewall::Guest(_) => Some(Kind::GuestFirewall),
        Firewall::Vnet(_) => None,
        Firewall::Alias(_) => Some(Kind::Alias),
        Firewall::IpSet(_) => Some(Kind::IpSet),
        Firewall::Group(_) => Some(Kind::SecurityGroup),
        Firewall::Rules(_) => Some(Kind::Rules),
    }
}

/// The documents so far.
struct Documents {
    release: Release,
    yaml: Yaml,
    /// The paths of the documents, one after the other, and where each ends.
    paths: String,
    ends: Vec<u32>,
    /// The document of each path, by the path's hash.
    by_path: FxHashMap<u64, u32>,
    /// The number of the resource of each document.
    resources: Vec<u32>,
}

impl Writer for Documents {
    fn part(&mut self, request: &Request<'_>, sink: Sink<'_>) -> Vec<Diagnostic> {
        let mut cx = Cx { release: self.release, kind: Kind::Vm, request, index: 0, diagnostics: Vec::new() };
        for (index, object) in request.desired.objects.iter().enumerate() {
            if !(request.owns)(index) {
                continue;
            }
            cx.index = index;
            let Some((kind, name)) = self.document(&mut cx, object) else { continue };
            labels(&mut cx, object);
            let start = self.paths.len();
            self.paths.push_str(kind.prefix());
            self.paths.push_str(&name);
            self.paths.push_str(".yaml");
            self.ends.push(self.paths.len() as u32);
            self.resources.push((request.resource)(index));
            self.collision(&mut cx, &name);
            sink(&self.paths[start..], self.yaml.text_so_far());
            self.yaml.clear();
        }
        cx.diagnostics
    }

    fn end(&mut self, sink: Sink<'_>) {
        if self.ends.is_empty() {
            return;
        }
        let mut paths: Vec<&str> = (0..self.ends.len()).map(|number| self.path(number)).collect();
        paths.sort_unstable();
        sink("kustomization.yaml", &manifest::kustomization(&paths));
    }
}

impl Documents {
    fn new(release: Release) -> Documents {
        Documents {
            release,
            yaml: Yaml::with_capacity(8192),
            paths: String::new(),
            ends: Vec::new(),
            by_path: FxHashMap::default(),
            resources: Vec::new(),
        }
    }

    /// Writes the document of an object, if it has one; its kind and name.
    fn document<'r>(&mut self, cx: &mut Cx<'r, '_>, object: &'r Object<'_>) -> Option<(Kind, Cow<'r, str>)> {
        let Some((kind, name)) = document_of(object) else {
            match &object.content {
                Content::Host(part) => refuse_ovs(cx, part),
                Content::Firewall(part) => refuse_vnet(cx, part),
                Content::Entry(_) | Content::Mapping(_) => refuse_facet(cx, object.content.facet()),
                // They have kinds.
                Content::Container(_)
                | Content::ContainerRoot(_)
                | Content::ContainerPower(_)
                | Content::Vm(_)
                | Content::RootOptions(_)
                | Content::Power(_)
                | Content::Image(_)
                | Content::Snippet(_)
                | Content::Pool(_) => {}
            }
            return None;
        };
        cx.kind = kind;
        if !kind.releases().contains(&self.release) {
            let first = kind.releases().first().map_or("", |release| release.provider());
            let why = format!("{} came with provider {first}, and this is {}", kind.name(), self.release.provider());
            let facet = object.content.facet().name();
            cx.diagnostics.push(errors::not_carried(cx.request, cx.origin(""), facet, &why));
            return None;
        }
        match &object.content {
            Content::Container(container) => {
                let parts = lower::container_parts(cx.request, cx.index, container);
                let spec = lower::container(cx, parts);
                self.write(cx, object, &name, &spec, stopped(parts.power).as_ref());
            }
            Content::Vm(vm) => {
                let parts = lower::parts(cx.request, cx.index, vm);
                let spec = lower::vm(cx, parts);
                self.write(cx, object, &name, &spec, stopped(parts.power).as_ref());
            }
            Content::Image(image) => {
                let spec = lower::image(cx, image);
                self.write(cx, object, &name, &spec, None);
            }
            Content::Snippet(snippet) => {
                let spec = lower::snippet(cx, snippet);
                self.write(cx, object, &name, &spec, None);
            }
            Content::Pool(pool) => {
                let spec = lower::pool(cx, pool);
                self.write(cx, object, &name, &spec, None);
            }
            Content::Entry(entry) => self.entry(cx, object, entry, &name),
            Content::Host(part) => {
                taken_over(cx, object, identity::host(part, object.life.observe));
                self.host(cx, object, &name, part);
            }
            Content::Firewall(part) => {
                taken_over(cx, object, identity::firewall(part, object.life.observe));
                self.firewall(cx, object, &name, part);
            }
            // They are part of their guest's document.
            Content::ContainerRoot(_) | Content::ContainerPower(_) | Content::RootOptions(_) | Content::Power(_) => {
                needs_config(cx, object);
                return None;
            }
            Content::Mapping(_) => return None,
        }
        Some((kind, name))
    }

    /// Writes the document of a part of a host.
    fn host<'r>(&mut self, cx: &mut Cx<'r, '_>, object: &'r Object<'_>, name: &str, part: &'r HostPart<'_>) {
        match part {
            HostPart::Bridge(of) => {
                let spec = lower::bridge(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            HostPart::Vlan(of) => {
                let spec = lower::vlan(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            HostPart::OvsBridge(_) | HostPart::OvsBond(_) | HostPart::OvsPort(_) | HostPart::InternalPort(_) => {}
            HostPart::Dns(of) => {
                let spec = lower::host_dns(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            HostPart::Hosts(of) => self.write(cx, object, name, &lower::hosts(of), None),
            HostPart::Time(of) => self.write(cx, object, name, &lower::time(of), None),
            HostPart::Standard(of) => self.write(cx, object, name, &lower::standard(of), None),
            HostPart::Repository(of) => self.write(cx, object, name, &lower::repository(of), None),
        }
    }

    /// Writes the document of a part of a firewall.
    fn firewall<'r>(&mut self, cx: &mut Cx<'r, '_>, object: &'r Object<'_>, name: &str, part: &'r Firewall<'_>) {
        match part {
            Firewall::Cluster(of) => self.write(cx, object, name, &lower::cluster(of), None),
            Firewall::Node(of) => {
                let spec = lower::node(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            Firewall::Vnet(_) => {}
            Firewall::Guest(of) => {
                let spec = lower::guest(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            Firewall::Alias(of) => {
                let spec = lower::alias(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            Firewall::IpSet(of) => {
                let spec = lower::ipset(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            Firewall::Group(of) => {
                let spec = lower::security_group(cx, of);
                self.write(cx, object, name, &spec, None);
            }
            Firewall::Rules(of) => {
                let spec = lower::rules(cx, of);
                self.write(cx, object, name, &spec, None);
            }
        }
    }

    /// Writes a document: the fields of the CRD between the head and the life cycle that all have.
    fn write<'r>(
        &mut self,
        cx: &Cx<'r, '_>,
        object: &Object<'_>,
        name: &str,
        spec: &impl spec::Block<'r>,
        at_creation: Option<&spec::AtCreation<'_>>,
    ) {
        let target = (self.release, cx.request);
        manifest::write(&mut self.yaml, target, object, (cx.kind, name), |yaml| spec.write(yaml), at_creation);
    }

    fn path(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.paths[start..self.ends[number] as usize]
    }

    /// Refuses the last document if another has its path, which is its kind and name.
    fn collision(&mut self, cx: &mut Cx<'_, '_>, name: &str) {
        let last = self.ends.len() - 1;
        let mut hash = rustc_hash::FxBuildHasher.hash_one(self.path(last));
        loop {
            let first = *self.by_path.entry(hash).or_insert(last as u32) as usize;
            if first == last {
                return;
            }
            if self.path(first) == self.path(last) {
                let (own, _) = (cx.request.declared)(self.resources[last]);
                let (other, declared) = (cx.request.declared)(self.resources[first]);
                let diagnostic = errors::name_collision(cx.request, cx.origin(""), declared, (&own, &other), name);
                cx.diagnostics.push(diagnostic);
                return;
            }
            hash = hash.wrapping_add(1);
        }
    }
}

/// Whoever else starts and stops a guest finds it stopped, and the provider does not look again.
fn stopped<'a>(power: Option<Power>) -> Option<spec::AtCreation<'a>> {
    power.is_none().then(|| spec::AtCreation { started: Some(false), ..Default::default() })
}

/// Labels go into the document's head as they are, so they must be what Kubernetes takes.
fn labels(cx: &mut Cx<'_, '_>, object: &Object<'_>) {
    for (key, value) in &object.life.labels {
        if !name::is_label_key(key) || !name::is_label_value(value) {
            let diagnostic = errors::bad_label(cx.request, cx.origin("labels"), key, value);
            cx.diagnostics.push(diagnostic);
        }
    }
}

/// The name of a document; what is in several places is named after each node.
fn placed_name<'r>(object: &'r Object<'_>) -> Cow<'r, str> {
    match &object.place {
        Place::Only => name::of(object.name()),
        Place::Part(part) => Cow::Owned(name::of(&format!("{}-{part}", object.name())).into_owned()),
        Place::Node(node) | Place::Storage { node, .. } => {
            Cow::Owned(name::of(&format!("{}-{node}", object.name())).into_owned())
        }
    }
}

/// Refuses to take over or look at what the provider finds by an id that nobody else knows.
fn taken_over(cx: &mut Cx<'_, '_>, object: &Object<'_>, id: Result<String, identity::Unknown>) {
    if let (true, Err(why)) = (object.life.adopt || object.life.observe, id) {
        cx.cannot("adopt", why);
    }
}

fn refuse_facet(cx: &mut Cx<'_, '_>, facet: Facet) {
    let why = match carries::carries(cx.release, facet) {
        Carries::No(why) => why,
        Carries::Whole | Carries::Partly(_) => "there is no document it could be part of",
    };
    let diagnostic = errors::not_carried(cx.request, cx.origin(""), facet.name(), why);
    cx.diagnostics.push(diagnostic);
}

/// Of a host's network, the provider has kinds for what is of Linux. What is plugged into an OVS bridge is refused with it.
fn refuse_ovs(cx: &mut Cx<'_, '_>, part: &HostPart<'_>) {
    if !matches!(part, HostPart::OvsBridge(_)) {
        return;
    }
    let why = "the provider has kinds for bridges and VLAN interfaces of Linux, and none for Open vSwitch";
    let at = cx.origin("ovs");
    cx.diagnostics.push(errors::not_carried(cx.request, at, Facet::HostNetwork.name(), why));
}

/// Of firewalls, the provider has kinds for those of the cluster, of hosts and of guests. Rules are refused with their options.
fn refuse_vnet(cx: &mut Cx<'_, '_>, part: &Firewall<'_>) {
    if !matches!(part, Firewall::Vnet(_)) {
        return;
    }
    let why =
        "the provider has kinds for the firewalls of the cluster, of hosts and of guests, and none for that of a vnet";
    let at = cx.origin("");
    cx.diagnostics.push(errors::not_carried(cx.request, at, part.facet().name(), why));
}

/// Root options and power are fields of their guest's kind: without the configuration there is no document for them.
fn needs_config(cx: &mut Cx<'_, '_>, object: &Object<'_>) {
    let objects = &cx.request.desired.objects;
    let before = objects[..cx.index].iter().enumerate().rev().take_while(|(_, other)| other.address == object.address);
    let is_config = |content: &Content<'_>| matches!(content, Content::Vm(_) | Content::Container(_));
    let owned = before.into_iter().any(|(at, other)| is_config(&other.content) && (cx.request.owns)(at));
    if !owned {
        let (facet, kind) = (object.content.facet(), cx.kind.name());
        let why = format!("it is a field of {kind}, so `{}.config` must have the same owner", facet.kind());
        let diagnostic = errors::not_carried(cx.request, cx.origin(""), facet.name(), &why);
        cx.diagnostics.push(diagnostic);
    }
}

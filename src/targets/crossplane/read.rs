//! From manifests back to what they want.

use rustc_hash::FxHashMap;

use super::kind::Kind;
use super::manifest::{EXTERNAL_NAME, MANAGED_BY, PAUSED, STAMP};
use super::raise;
use super::release::Release;
use super::spec::{self, Block as _};
use super::tree::{self, Node, Problem, Reader};
use crate::base::{FileId, Span};
use crate::desire::{Attribute, Content, Desired, Firewall, HostPart, Life, Object, Place, Protected, Ref, Text};
use crate::diag::{Checked, Diagnostic};
use crate::own::Facet;
use crate::targets::{ArtifactSet, Document, errors};

/// The parts of a document, not yet interpreted.
#[derive(Default)]
struct Manifest<'n, 'a> {
    kind: Option<Kind>,
    name: Text<'a>,
    provider: Option<Text<'a>>,
    provider_kind: Option<Text<'a>>,
    namespace: Text<'a>,
    annotations: Vec<(Text<'a>, Text<'a>)>,
    labels: Vec<(Text<'a>, Text<'a>)>,
    for_provider: Option<&'n Node<'a>>,
    at_creation: spec::AtCreation<'a>,
    observe: bool,
    destroy: bool,
    /// The source file that the header names.
    file: Text<'a>,
}

impl Manifest<'_, '_> {
    /// Whether it says itself which resource it is of.
    fn is_stamped(&self) -> bool {
        self.annotations.iter().any(|(key, value)| key == STAMP && value.starts_with("hlab:"))
    }
}

/// Reads every document of every file.
pub(super) fn read(release: Release, files: &ArtifactSet) -> Checked<Desired<'_>> {
    let mut desired = Desired::default();
    let mut diagnostics = Vec::new();
    let mut guests = Guests::default();
    let mut made = FxHashMap::default();
    for (index, file) in files.iter().enumerate() {
        let id = FileId(index as u32);
        let Ok(text) = std::str::from_utf8(&file.bytes) else {
            let problem = Problem { at: 0..0, message: "expected UTF-8 text".to_owned(), near: None };
            diagnostics.push(diagnostic(id, &problem));
            continue;
        };
        match tree::parse(text) {
            Err(problem) => diagnostics.push(diagnostic(id, &problem)),
            Ok(documents) => {
                let mut reader = Reader::default();
                for document in &documents {
                    let manifest = manifest(&mut reader, release, text, document);
                    one(&mut reader, &manifest, document, &mut desired, &mut guests, &mut made);
                }
                diagnostics.extend(reader.problems.iter().map(|problem| diagnostic(id, problem)));
            }
        }
    }
    for (head, spec) in guests.vms {
        raise::vm(&mut desired.objects, head, spec, &made);
    }
    for (head, spec) in guests.containers {
        raise::container(release, &mut desired.objects, head, spec, &made);
    }
    desired.sort();
    Checked::new(desired, diagnostics)
}

/// Every document with what its head says; what cannot be read at all has none.
pub(super) fn documents(release: Release, files: &ArtifactSet) -> Vec<Document<'_>> {
    let mut found = Vec::new();
    for (file, artifact) in files.iter().enumerate() {
        let Ok(text) = std::str::from_utf8(&artifact.bytes) else { continue };
        for document in tree::parse(text).unwrap_or_default() {
            let mut reader = Reader::default();
            let manifest = manifest(&mut reader, release, text, &document);
            let word = |wanted: &str| {
                let entries = Reader::default().entries(&document).iter();
                entries.filter(|(key, _)| key.text == wanted).find_map(|(_, value)| Reader::default().text(value))
            };
            let is_of_release =
                manifest.kind.is_some_and(|kind| word("apiVersion").as_deref() == Some(kind.api_version(release)));
            let mut project = Desired::default();
            found.push(Document {
                file,
                at: document.at.clone(),
                kind: word("kind").unwrap_or_default(),
                address: manifest
                    .kind
                    .filter(|_| is_of_release)
                    .map(|kind| head(&mut project, &manifest, kind).address),
                namespace: Some(manifest.namespace).filter(|namespace| !namespace.is_empty()),
                provider: manifest.provider,
                provider_kind: manifest.provider_kind,
                name: manifest.name,
            });
        }
    }
    found
}

fn diagnostic(file: FileId, problem: &Problem) -> Diagnostic {
    let span = Span::new(file, problem.at.start, problem.at.end);
    errors::foreign_manifest(span, problem.message.clone(), problem.near)
}

/// What objects of one document have in common.
#[derive(Clone)]
pub(super) struct Head<'a> {
    pub address: Text<'a>,
    pub file: Text<'a>,
    pub life: Life<'a>,
    pub namespace: Text<'a>,
}

/// Files that images and snippets make, by node and volume id, as what a guest can refer to.
pub(super) type Files<'a> = FxHashMap<(String, String), Ref<'a>>;

/// A VM that is read when all images are known, with what it is only at creation.
pub(super) struct VmSpec<'a> {
    pub spec: spec::Vm<'a>,
    pub at_creation: spec::AtCreation<'a>,
}

/// A container that is read when all images are known, with what it is only at creation.
pub(super) struct ContainerSpec<'a> {
    pub spec: spec::Container<'a>,
    pub at_creation: spec::AtCreation<'a>,
}

/// The guests that were found so far.
#[derive(Default)]
struct Guests<'a> {
    vms: Vec<(Head<'a>, VmSpec<'a>)>,
    containers: Vec<(Head<'a>, ContainerSpec<'a>)>,
}

fn one<'a>(
    reader: &mut Reader,
    manifest: &Manifest<'_, 'a>,
    document: &Node<'a>,
    desired: &mut Desired<'a>,
    guests: &mut Guests<'a>,
    files: &mut Files<'a>,
) {
    let Some(kind) = manifest.kind else { return };
    let Some(for_provider) = manifest.for_provider else {
        return reader.refuse(document, "expected `spec.forProvider`");
    };
    let head = head(desired, manifest, kind);
    match kind {
        Kind::Vm => {
            let spec = spec::Vm::read(reader, for_provider);
            guests.vms.push((head, VmSpec { spec, at_creation: manifest.at_creation.clone() }));
        }
        Kind::Container => {
            let spec = spec::Container::read(reader, for_provider);
            guests.containers.push((head, ContainerSpec { spec, at_creation: manifest.at_creation.clone() }));
        }
        Kind::Image => {
            let image = raise::image(spec::DownloadFile::read(reader, for_provider));
            let place = file_place(&head, manifest, &image.node, &image.storage);
            let made = Ref {
                address: head.address.clone(),
                facet: Facet::ImageFile,
                place: place.clone(),
                attribute: Attribute::VolumeId,
            };
            files.insert((image.node.to_string(), image.volume_id()), made);
            desired.objects.push(head.object(place, Content::Image(Box::new(image))));
        }
        Kind::File => {
            let snippet = raise::snippet(spec::File::read(reader, for_provider));
            let place = file_place(&head, manifest, &snippet.node, &snippet.storage);
            let made = Ref {
                address: head.address.clone(),
                facet: Facet::SnippetFile,
                place: place.clone(),
                attribute: Attribute::VolumeId,
            };
            files.insert((snippet.node.to_string(), snippet.volume_id()), made);
            desired.objects.push(head.object(place, Content::Snippet(Box::new(snippet))));
        }
        Kind::Bridge => head.host(desired, HostPart::Bridge(raise::host::bridge(block(reader, for_provider)))),
        Kind::Vlan => head.host(desired, HostPart::Vlan(raise::host::vlan(block(reader, for_provider)))),
        Kind::HostDns => head.host(desired, HostPart::Dns(raise::host::host_dns(block(reader, for_provider)))),
        Kind::Hosts => head.host(desired, HostPart::Hosts(raise::host::hosts(block(reader, for_provider)))),
        Kind::Time => head.host(desired, HostPart::Time(raise::host::time(block(reader, for_provider)))),
        Kind::Standard => {
            head.host(desired, HostPart::Standard(raise::host::standard(block(reader, for_provider))));
        }
        Kind::Repository => {
            head.host(desired, HostPart::Repository(raise::host::repository(block(reader, for_provider))));
        }
        Kind::ClusterFirewall => {
            head.firewall(desired, manifest, Firewall::Cluster(raise::firewall::cluster(block(reader, for_provider))));
        }
        Kind::NodeFirewall => {
            head.firewall(desired, manifest, Firewall::Node(raise::firewall::node(block(reader, for_provider))));
        }
        Kind::GuestFirewall => {
            head.firewall(desired, manifest, Firewall::Guest(raise::firewall::guest(block(reader, for_provider))));
        }
        Kind::Alias => {
            head.firewall(desired, manifest, Firewall::Alias(raise::firewall::alias(block(reader, for_provider))))
        }
        Kind::IpSet => {
            head.firewall(desired, manifest, Firewall::IpSet(raise::firewall::ipset(block(reader, for_provider))))
        }
        Kind::SecurityGroup => {
            head.firewall(desired, manifest, Firewall::Group(raise::firewall::group(block(reader, for_provider))));
        }
        Kind::Rules => {
            head.firewall(desired, manifest, Firewall::Rules(raise::firewall::rules(block(reader, for_provider))))
        }
        Kind::Pool => {
            let pool = raise::pool(spec::Pool::read(reader, for_provider));
            desired.objects.push(head.object(Place::Only, Content::Pool(Box::new(pool))));
        }
        Kind::User
        | Kind::Group
        | Kind::Role
        | Kind::Acl
        | Kind::HaGroup
        | Kind::HaResource
        | Kind::MetricsServer
        | Kind::Certificate
        | Kind::AcmeAccount
        | Kind::AcmePlugin => {
            if let Some((mut place, entry)) = raise::entry(reader, kind, for_provider, &head.namespace) {
                // Without a stamp it is called as it is, and not after its part.
                if !manifest.is_stamped() {
                    place = Place::Only;
                }
                desired.objects.push(head.object(place, Content::Entry(Box::new(entry))));
            }
        }
    }
}

fn block<'a, B: spec::Block<'a>>(reader: &mut Reader, node: &Node<'a>) -> B {
    B::read(reader, node)
}

/// The place of a file: its resource may have others elsewhere, which their names tell.
fn file_place<'a>(head: &Head<'a>, manifest: &Manifest<'_, 'a>, node: &Text<'a>, storage: &Text<'a>) -> Place<'a> {
    let named = head.address.split_once('.').map_or("", |(_, name)| name);
    if super::name::of(named) == manifest.name {
        return Place::Only;
    }
    Place::Storage { node: node.clone(), storage: storage.clone() }
}

impl<'a> Head<'a> {
    /// Adds a part of a host, whose address says where it is.
    fn host(self, desired: &mut Desired<'a>, part: HostPart<'a>) {
        desired.objects.push(self.object(Place::Only, Content::Host(Box::new(part))));
    }

    /// Adds a part of a firewall. One firewall may be that of several nodes, whose names its documents end with.
    fn firewall(mut self, desired: &mut Desired<'a>, manifest: &Manifest<'_, 'a>, part: Firewall<'a>) {
        let named = self.address.split_once('.').map_or("", |(_, name)| name);
        let is_whole = super::name::of(named) == manifest.name;
        let place = match part.of() {
            Protected::Node(node) if !is_whole => Place::Node(node),
            Protected::Node(node) => match self.address.strip_suffix(&format!("-{node}")) {
                Some(first) => {
                    self.address = Text::Owned(first.to_owned());
                    Place::Node(node)
                }
                None => Place::Only,
            },
            Protected::Cluster | Protected::Guest(_) | Protected::Vnet(_) => Place::Only,
        };
        desired.objects.push(self.object(place, Content::Firewall(Box::new(part))));
    }

    /// An object of the document.
    fn object(self, place: Place<'a>, content: Content<'a>) -> Object<'a> {
        Object { address: self.address, place, file: self.file, life: self.life, content }
    }
}

/// Address, file and life cycle; the stamp says the address, and without one the name does.
fn head<'a>(desired: &mut Desired<'a>, manifest: &Manifest<'_, 'a>, kind: Kind) -> Head<'a> {
    let annotation = |name: &str| manifest.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let stamp = annotation(STAMP).and_then(|stamp| stamp.strip_prefix("hlab:")?.split_once('/'));
    let address = match stamp {
        Some((project, address)) => {
            if desired.project.is_empty() {
                desired.project = Text::Owned(project.to_owned());
            }
            Text::Owned(address.to_owned())
        }
        None => Text::Owned(format!("{}.{}", kind.resource_kind(), manifest.name)),
    };
    let mut labels = manifest.labels.clone();
    labels.retain(|(key, value)| key != MANAGED_BY || value != "hlab");
    labels.sort();
    let life = Life {
        adopt: annotation(EXTERNAL_NAME).is_some() && !manifest.observe,
        destroy: manifest.destroy && !manifest.observe,
        paused: annotation(PAUSED).is_some_and(|value| value == "true"),
        observe: manifest.observe,
        labels,
    };
    Head { address, file: manifest.file.clone(), life, namespace: manifest.namespace.clone() }
}

/// The parts of a document. Kinds that are none of ours are left alone.
fn manifest<'n, 'a>(reader: &mut Reader, release: Release, text: &'a str, document: &'n Node<'a>) -> Manifest<'n, 'a> {
    let mut manifest = Manifest { destroy: true, file: header(text, document.at.start), ..Manifest::default() };
    let mut api_version = None;
    let mut kind = None;
    for (key, value) in reader.entries(document) {
        match &*key.text {
            "apiVersion" => api_version = reader.text(value).map(|text| (text, value)),
            "kind" => kind = reader.text(value),
            "metadata" => metadata(reader, value, &mut manifest),
            "spec" | "resources" | "status" => {}
            _ => reader.unknown(key, &[]),
        }
    }
    manifest.kind = Kind::ALL.iter().copied().find(|known| kind.as_deref() == Some(known.name()));
    let (Some(known), Some((version, at))) = (manifest.kind, api_version) else { return manifest };
    if version != known.api_version(release) {
        reader.refuse(at, format!("expected `{}`, found `{version}`", known.api_version(release)));
    }
    for (key, value) in reader.entries(document).iter().filter(|(key, _)| key.text == "spec") {
        let _ = key;
        specification(reader, value, &mut manifest);
    }
    manifest
}

fn metadata<'a>(reader: &mut Reader, node: &Node<'a>, manifest: &mut Manifest<'_, 'a>) {
    for (key, value) in reader.entries(node) {
        match &*key.text {
            "name" => manifest.name = reader.text(value).unwrap_or_default(),
            "namespace" => manifest.namespace = reader.text(value).unwrap_or_default(),
            "annotations" => manifest.annotations = texts(reader, value),
            "labels" => manifest.labels = texts(reader, value),
            // What the server keeps there says nothing about what is wanted.
            _ => {}
        }
    }
}

fn texts<'a>(reader: &mut Reader, node: &Node<'a>) -> Vec<(Text<'a>, Text<'a>)> {
    let entries = reader.entries(node);
    entries.iter().filter_map(|(key, value)| Some((key.text.clone(), reader.text(value)?))).collect()
}

fn specification<'n, 'a>(reader: &mut Reader, node: &'n Node<'a>, manifest: &mut Manifest<'n, 'a>) {
    for (key, value) in reader.entries(node) {
        match &*key.text {
            "forProvider" => manifest.for_provider = Some(value),
            "initProvider" => manifest.at_creation = spec::AtCreation::read(reader, value),
            "providerConfigRef" => {
                for (key, value) in reader.entries(value) {
                    match &*key.text {
                        "name" => manifest.provider = reader.text(value),
                        "kind" => manifest.provider_kind = reader.text(value),
                        _ => {}
                    }
                }
            }
            "deletionPolicy" => match reader.text(value).as_deref() {
                Some("Orphan") => manifest.destroy = false,
                Some("Delete") | None => {}
                Some(_) => reader.refuse(value, "expected `Orphan` or `Delete`"),
            },
            "managementPolicies" => {
                let policies: Vec<_> = reader.items(value).iter().filter_map(|item| reader.text(item)).collect();
                manifest.observe = policies.iter().all(|policy| policy == "Observe") && !policies.is_empty();
                if !policies.is_empty() && !policies.iter().any(|policy| policy == "*" || policy == "Delete") {
                    manifest.destroy = false;
                }
            }
            _ => reader.unknown(key, &[]),
        }
    }
}

/// The source file that the comment before a document names: `# hlab: vm.k3s-vm-pve, guests.hlab`.
fn header(text: &str, start: usize) -> Text<'_> {
    let comments = text[..start].lines().rev().take_while(|line| line.starts_with('#'));
    let named = comments.filter_map(|line| line.strip_prefix("# hlab: ")).find_map(|line| line.split_once(", "));
    named.map_or_else(Text::default, |(_, file)| Text::Borrowed(file))
}

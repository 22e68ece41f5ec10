//! Crossplane: EnvironmentVM and EnvironmentDownloadFile of provider-proxmox-bpg.
//!
//! [`lower`] turns what is wanted into the CRD's own fields ([`spec`]), [`manifest`] writes them as one document each;
//! [`read`] goes the other way. Both go through `spec`, whose every field is compared with the CRD by a test.

mod calls;
mod duration;
mod lower;
mod manifest;
mod name;
mod raise;
mod read;
pub mod spec;
mod tree;

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use rustc_hash::FxHashMap;

use super::emit::{Yaml, shell};
use super::{ApiCall, ArtifactSet, Carries, Request, Sink, Target, Writer, errors};
use crate::desire::{Content, Desired, Object, Place};
use crate::diag::{Checked, Diagnostic};
use crate::own::Facet;
use lower::Cx;
use manifest::Kind;
use spec::Block as _;

/// The target `crossplane`.
#[derive(Clone, Copy, Debug)]
pub struct Crossplane;

/// The fields of `vm.config` that EnvironmentVM has none for.
const NOT_IN_CONFIG: &[&str] = &[
    "balloon-shares",
    "ksm",
    "machine-options",
    "efi.ms-cert",
    "cpu.hidden",
    "cpu.hv-vendor-id",
    "cpu.phys-bits",
    "cpu.guest-phys-bits",
    "cpu.reported-model",
    "disk.read-only",
    "disk.shared",
    "disk.temporary",
    "disk.detect-zeroes",
    "disk.queues",
    "disk.read-error",
    "disk.write-error",
    "disk.vendor",
    "disk.product",
    "disk.model",
    "disk.wwn",
    "disk.scsi-block",
    "disk.limit.total",
    "disk.limit.iops",
    "cloud-init.upgrade",
    "agent.freeze",
    "attach.driver",
    "attach.legacy-igd",
    "attach.vendor-id",
    "attach.device-id",
    "attach.sub-vendor-id",
    "attach.sub-device-id",
    "kvm",
    "clock",
    "start-date",
    "drift-fix",
    "freeze",
    "reboot",
    "hotplug",
    "state-storage",
    "migration",
    "create",
    "raw",
];

/// The fields of `vm.root-options` that EnvironmentVM has none for.
const NOT_IN_ROOT_OPTIONS: &[&str] = &["tdx", "spice", "generation-id", "parallel", "shared-memory.name"];

impl Target for Crossplane {
    fn name(&self) -> &'static str {
        "crossplane"
    }

    fn versions(&self) -> &'static [&'static str] {
        &["0.11.1"]
    }

    fn carries(&self, facet: Facet) -> Carries {
        match facet {
            Facet::VmConfig => Carries::Partly(NOT_IN_CONFIG),
            Facet::VmRootOptions => Carries::Partly(NOT_IN_ROOT_OPTIONS),
            Facet::VmPower => Carries::Whole,
            Facet::ImageFile => Carries::Whole,
            Facet::DeviceMapping => Carries::No("the provider has no kind for resource mappings"),
            Facet::StorageEntry => Carries::No("the provider has no kind for storages"),
            Facet::SnippetFile => {
                Carries::No("this version of hlab writes no EnvironmentFile, which needs SSH besides")
            }
            Facet::Later(_) => Carries::No("this version of hlab writes no manifests for this kind"),
            Facet::DeviceHost | Facet::StorageHost => Carries::No("the provider does nothing on the hosts themselves"),
        }
    }

    fn writer(&self) -> Box<dyn Writer> {
        Box::new(Documents { yaml: Yaml::with_capacity(8192), ..Documents::default() })
    }

    fn read<'f>(&self, files: &'f ArtifactSet) -> Checked<Desired<'f>> {
        read::read(files)
    }

    fn apply_command(&self, folder: &str) -> String {
        format!("kubectl apply -k {}", shell::word(folder))
    }

    fn verify_command(&self, object: &Object<'_>) -> Option<String> {
        let (kind, name) = match &object.content {
            Content::Vm(_) | Content::RootOptions(_) | Content::Power(_) => (Kind::Vm, name::of(object.name())),
            Content::Image(_) => (Kind::Image, image_name(object)),
            Content::Snippet(_) | Content::Mapping(_) => return None,
        };
        let resource = format!("{}/{name}", kind.resource());
        // A paused object is looked at by nobody, and so never becomes ready.
        Some(match object.life.paused {
            true => format!("kubectl get {}", shell::word(&resource)),
            false => format!("kubectl wait --for=condition=Ready {} --timeout=30m", shell::word(&resource)),
        })
    }

    fn destroy_command(&self, kind: &str, resource: &str) -> Option<String> {
        let kind = match kind {
            "vm" => Kind::Vm,
            "image" => Kind::Image,
            _ => return None,
        };
        // It was written to be orphaned when it goes; an image on several nodes has an object for each.
        let object = shell::word(&format!("{}/{}", kind.resource(), name::of(resource))).to_string();
        let patch = shell::word(r#"{"spec":{"deletionPolicy":"Delete"}}"#).to_string();
        Some(format!("kubectl patch {object} --type=merge -p {patch} && kubectl delete {object}"))
    }

    fn calls(&self, facet: Facet) -> &'static [ApiCall] {
        calls::calls(facet)
    }
}

/// The documents so far.
#[derive(Default)]
struct Documents {
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
        let mut cx = Cx { request, index: 0, diagnostics: Vec::new() };
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
    /// Writes the document of an object, if it has one; its kind and name.
    fn document<'r>(&mut self, cx: &mut Cx<'r, '_>, object: &'r Object<'_>) -> Option<(Kind, Cow<'r, str>)> {
        let (request, yaml) = (cx.request, &mut self.yaml);
        match &object.content {
            Content::Vm(vm) => {
                let parts = lower::parts(request, cx.index, vm);
                let spec = lower::vm(cx, parts);
                let name = name::of(object.name());
                // Whoever starts and stops it finds it stopped, and the provider does not look again.
                let at_creation =
                    parts.power.is_none().then(|| spec::AtCreation { started: Some(false), ..Default::default() });
                let for_provider = |yaml: &mut Yaml| spec.write(yaml);
                manifest::write(yaml, request, object, Kind::Vm, &name, for_provider, at_creation.as_ref());
                Some((Kind::Vm, name))
            }
            Content::Image(image) => {
                let spec = lower::image(cx, image);
                let name = image_name(object);
                manifest::write(yaml, request, object, Kind::Image, &name, |yaml| spec.write(yaml), None);
                Some((Kind::Image, name))
            }
            // They are part of their VM's document.
            Content::RootOptions(_) | Content::Power(_) => {
                needs_config(cx, object);
                None
            }
            Content::Snippet(_) | Content::Mapping(_) => {
                refuse_facet(cx, object.content.facet());
                None
            }
        }
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

/// Labels go into the document's head as they are, so they must be what Kubernetes takes.
fn labels(cx: &mut Cx<'_, '_>, object: &Object<'_>) {
    for (key, value) in &object.life.labels {
        if !name::is_label_key(key) || !name::is_label_value(value) {
            let diagnostic = errors::bad_label(cx.request, cx.origin("labels"), key, value);
            cx.diagnostics.push(diagnostic);
        }
    }
}

/// An image that is in several places is named after each node.
fn image_name<'r>(object: &'r Object<'_>) -> Cow<'r, str> {
    match &object.place {
        Place::Only => name::of(object.name()),
        Place::Node(node) | Place::Storage { node, .. } => {
            Cow::Owned(name::of(&format!("{}-{node}", object.name())).into_owned())
        }
    }
}

fn refuse_facet(cx: &mut Cx<'_, '_>, facet: Facet) {
    let why = match Crossplane.carries(facet) {
        Carries::No(why) => why,
        Carries::Whole | Carries::Partly(_) => "there is no document it could be part of",
    };
    let diagnostic = errors::not_carried(cx.request, cx.origin(""), facet.name(), why);
    cx.diagnostics.push(diagnostic);
}

/// Root options and power are fields of EnvironmentVM: without the configuration there is no document for them.
fn needs_config(cx: &mut Cx<'_, '_>, object: &Object<'_>) {
    let objects = &cx.request.desired.objects;
    let before = objects[..cx.index].iter().enumerate().rev().take_while(|(_, other)| other.address == object.address);
    let owned = before.into_iter().any(|(at, other)| matches!(other.content, Content::Vm(_)) && (cx.request.owns)(at));
    if !owned {
        let why = "it is a field of EnvironmentVM, so `vm.config` must have the same owner";
        let diagnostic = errors::not_carried(cx.request, cx.origin(""), object.content.facet().name(), why);
        cx.diagnostics.push(diagnostic);
    }
}

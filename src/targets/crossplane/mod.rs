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

use rustc_hash::FxHashMap;

use super::emit::{Yaml, shell};
use super::{ApiCall, ArtifactSet, Carries, Request, Target, errors};
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
            Facet::DeviceHost | Facet::StorageHost => Carries::No("the provider does nothing on the hosts themselves"),
        }
    }

    fn emit(&self, request: &Request<'_>) -> Checked<ArtifactSet> {
        let mut files = ArtifactSet::default();
        let mut paths = Vec::new();
        let diagnostics = documents(request, &mut |path, text| {
            // A name is sanitised before it becomes a path, so no path is refused here.
            if files.push(path, text.as_bytes()).is_ok() {
                paths.push(path.to_owned());
            }
        });
        if !paths.is_empty() {
            paths.sort_unstable();
            // The name is a constant, and no resource can have it.
            let _ = files.push("kustomization.yaml", manifest::kustomization(&paths).into_bytes());
        }
        Checked::new(files, diagnostics)
    }

    fn stream(&self, request: &Request<'_>) -> Checked<String> {
        let mut stream = String::with_capacity(request.desired.objects.len() * 1024);
        let diagnostics = documents(request, &mut |_, text| {
            stream.push_str("---\n");
            stream.push_str(text);
        });
        Checked::new(stream, diagnostics)
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

    fn calls(&self, facet: Facet) -> &'static [ApiCall] {
        calls::calls(facet)
    }
}

/// Hands every document to `sink`, with the file it goes to, in the order of the objects.
fn documents(request: &Request<'_>, sink: &mut dyn FnMut(&str, &str)) -> Vec<Diagnostic> {
    let mut cx = Cx { request, index: 0, diagnostics: Vec::new() };
    let mut names = FxHashMap::default();
    let mut yaml = Yaml::with_capacity(8192);
    let mut path = String::new();
    for (index, object) in request.desired.objects.iter().enumerate() {
        if !(request.owns)(index) {
            continue;
        }
        cx.index = index;
        let (kind, name) = match &object.content {
            Content::Vm(vm) => {
                let parts = lower::parts(request, index, vm);
                let spec = lower::vm(&mut cx, parts);
                let name = name::of(object.name());
                // Whoever starts and stops it finds it stopped, and the provider does not look again.
                let at_creation =
                    parts.power.is_none().then(|| spec::AtCreation { started: Some(false), ..Default::default() });
                manifest::write(
                    &mut yaml,
                    request,
                    object,
                    Kind::Vm,
                    &name,
                    |yaml| spec.write(yaml),
                    at_creation.as_ref(),
                );
                (Kind::Vm, name)
            }
            Content::Image(image) => {
                let spec = lower::image(&mut cx, image);
                let name = image_name(object);
                manifest::write(&mut yaml, request, object, Kind::Image, &name, |yaml| spec.write(yaml), None);
                (Kind::Image, name)
            }
            // They are part of their VM's document.
            Content::RootOptions(_) | Content::Power(_) => {
                needs_config(&mut cx, object);
                continue;
            }
            Content::Snippet(_) | Content::Mapping(_) => {
                refuse_facet(&mut cx, object.content.facet());
                continue;
            }
        };
        labels(&mut cx, object);
        path.clear();
        path.push_str(kind.prefix());
        path.push_str(&name);
        path.push_str(".yaml");
        if let Some(other) = names.insert((kind, name), index) {
            collision(&mut cx, other);
        }
        sink(&path, yaml.text_so_far());
        yaml.clear();
    }
    cx.diagnostics
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

fn collision(cx: &mut Cx<'_, '_>, other: usize) {
    let objects = &cx.request.desired.objects;
    let (this, that) = (&objects[cx.index], &objects[other]);
    let there = (cx.request.origin)(other, "");
    let name = name::of(this.name());
    let diagnostic = errors::name_collision(cx.request, cx.origin(""), there, (&this.address, &that.address), &name);
    cx.diagnostics.push(diagnostic);
}

//! One document: its head, its life cycle, and `forProvider` between them.

use super::spec::{AtCreation, Block as _};
use crate::desire::{Content, Object};
use crate::targets::emit::Yaml;
use crate::targets::request::Request;

/// The kinds we write.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// EnvironmentVM.
    Vm,
    /// EnvironmentDownloadFile.
    Image,
}

impl Kind {
    pub const ALL: &'static [Kind] = &[Kind::Vm, Kind::Image];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Vm => "EnvironmentVM",
            Kind::Image => "EnvironmentDownloadFile",
        }
    }

    pub fn api_version(self) -> &'static str {
        match self {
            Kind::Vm => "virtualenvironmentvm.crossplane.io/v1alpha1",
            Kind::Image => "virtualenvironmentdownloadfile.crossplane.io/v1alpha1",
        }
    }

    /// What kubectl calls it.
    pub fn resource(self) -> &'static str {
        match self {
            Kind::Vm => "environmentvm.virtualenvironmentvm.crossplane.io",
            Kind::Image => "environmentdownloadfile.virtualenvironmentdownloadfile.crossplane.io",
        }
    }

    /// What its files begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Vm => "vm-",
            Kind::Image => "image-",
        }
    }
}

/// The annotation that says which resource of which project an object is.
pub(super) const STAMP: &str = "hlab.dev/stamp";
/// The annotation with which Crossplane finds what exists: Terraform's state id.
pub(super) const EXTERNAL_NAME: &str = "crossplane.io/external-name";
/// The annotation with which Crossplane leaves an object alone.
pub(super) const PAUSED: &str = "crossplane.io/paused";
/// The label that says who wrote an object.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Writes a document. `for_provider` writes the fields of the CRD, `at_creation` is what holds only then.
pub(super) fn write(
    yaml: &mut Yaml,
    request: &Request<'_>,
    object: &Object<'_>,
    kind: Kind,
    name: &str,
    for_provider: impl FnOnce(&mut Yaml),
    at_creation: Option<&AtCreation<'_>>,
) {
    let life = &object.life;
    let separator = if object.file.is_empty() { "" } else { ", " };
    yaml.comment(&["hlab: ", &object.address, separator, &object.file]);
    yaml.word("apiVersion", kind.api_version());
    yaml.word("kind", kind.name());
    yaml.open("metadata");
    yaml.text("name", name);
    yaml.open("annotations");
    if (life.adopt || life.observe)
        && let Some(id) = external_name(object)
    {
        yaml.text(EXTERNAL_NAME, &id);
    }
    if life.paused {
        yaml.text(PAUSED, "true");
    }
    yaml.joined(STAMP, &["hlab:", &request.desired.project, "/", &object.address]);
    yaml.close();
    yaml.open("labels");
    if !life.labels.iter().any(|(key, _)| key == MANAGED_BY) {
        yaml.word(MANAGED_BY, "hlab");
    }
    life.labels.iter().for_each(|(key, value)| yaml.pair(key, value));
    yaml.close();
    yaml.close();
    yaml.open("spec");
    yaml.open("forProvider");
    for_provider(yaml);
    yaml.close();
    if let Some(at_creation) = at_creation {
        yaml.open("initProvider");
        at_creation.write(yaml);
        yaml.close();
    }
    if life.observe {
        yaml.list("managementPolicies");
        yaml.text_item("Observe");
        yaml.close();
    }
    yaml.open("providerConfigRef");
    yaml.text("name", request.provider);
    yaml.close();
    yaml.word("deletionPolicy", if life.destroy { "Delete" } else { "Orphan" });
    yaml.close();
}

/// What Crossplane calls what exists: the state id, or the import id where it is only observed.
fn external_name(object: &Object<'_>) -> Option<String> {
    match &object.content {
        Content::Vm(vm) if object.life.observe => vm.id.map(|id| format!("{}/{id}", vm.node)),
        Content::Vm(vm) => vm.id.map(|id| id.to_string()),
        Content::Image(image) => Some(image.volume_id()),
        Content::RootOptions(_) | Content::Power(_) | Content::Snippet(_) | Content::Mapping(_) => None,
    }
}

/// The list of files, sorted, for `kubectl apply -k` and Flux.
pub(super) fn kustomization(paths: &[&str]) -> String {
    let mut yaml = Yaml::default();
    yaml.comment(&["hlab: every file of this folder"]);
    yaml.text("apiVersion", "kustomize.config.k8s.io/v1beta1");
    yaml.text("kind", "Kustomization");
    yaml.list("resources");
    paths.iter().for_each(|path| yaml.text_item(path));
    yaml.close();
    yaml.finish()
}

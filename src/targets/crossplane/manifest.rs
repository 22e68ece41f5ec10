//! One document: its head, its life cycle, and `forProvider` between them.

use super::identity;
use super::kind::Kind;
use super::release::Release;
use super::spec::{AtCreation, Block as _};
use crate::desire::{Content, Object};
use crate::targets::emit::Yaml;
use crate::targets::request::Request;

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
    (release, request): (Release, &Request<'_>),
    object: &Object<'_>,
    (kind, name): (Kind, &str),
    for_provider: impl FnOnce(&mut Yaml),
    at_creation: Option<&AtCreation<'_>>,
) {
    let life = &object.life;
    let separator = if object.file.is_empty() { "" } else { ", " };
    yaml.comment(&["hlab: ", &object.address, separator, &object.file]);
    yaml.word("apiVersion", kind.api_version(release));
    yaml.word("kind", kind.name());
    yaml.open("metadata");
    yaml.text("name", name);
    if release.is_namespaced() {
        yaml.text("namespace", request.namespace);
    }
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
    let policies = policies(release, object);
    if !policies.is_empty() {
        yaml.list("managementPolicies");
        policies.iter().for_each(|policy| yaml.text_item(policy));
        yaml.close();
    }
    yaml.open("providerConfigRef");
    if release.is_namespaced() {
        yaml.text("kind", request.provider_kind);
    }
    yaml.text("name", request.provider);
    yaml.close();
    if !release.is_namespaced() {
        yaml.word("deletionPolicy", if life.destroy { "Delete" } else { "Orphan" });
    }
    yaml.close();
}

/// What Crossplane may do with an object, if not all. Namespaced kinds have no `deletionPolicy`: what is to stay when its
/// object goes is not given the right to be deleted.
fn policies(release: Release, object: &Object<'_>) -> &'static [&'static str] {
    match (object.life.observe, object.life.destroy) {
        (true, _) => &["Observe"],
        (false, false) if release.is_namespaced() => &["Observe", "Create", "Update", "LateInitialize"],
        (false, _) => &[],
    }
}

/// What Crossplane calls what exists: the state id, or the import id where it is only observed.
fn external_name(object: &Object<'_>) -> Option<String> {
    match &object.content {
        Content::Container(container) if object.life.observe => {
            container.id.map(|id| format!("{}/{id}", container.node))
        }
        Content::Container(container) => container.id.map(|id| id.to_string()),
        Content::Vm(vm) if object.life.observe => vm.id.map(|id| format!("{}/{id}", vm.node)),
        Content::Vm(vm) => vm.id.map(|id| id.to_string()),
        Content::Image(image) if object.life.observe => Some(format!("{}/{}", image.node, image.volume_id())),
        Content::Image(image) => Some(image.volume_id()),
        Content::Snippet(snippet) if object.life.observe => Some(format!("{}/{}", snippet.node, snippet.volume_id())),
        Content::Snippet(snippet) => Some(snippet.volume_id()),
        Content::Pool(pool) => Some(pool.name.to_string()),
        Content::Entry(entry) => super::entry::external_name(entry),
        Content::Host(part) => identity::host(part, object.life.observe).ok(),
        Content::Firewall(part) => identity::firewall(part, object.life.observe).ok(),
        Content::ContainerRoot(_)
        | Content::ContainerPower(_)
        | Content::RootOptions(_)
        | Content::Power(_)
        | Content::Mapping(_) => None,
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

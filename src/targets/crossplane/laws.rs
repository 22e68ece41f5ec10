//! The laws of Crossplane's files. The tables of kinds and fields that they compare with are themselves compared with the CRDs
//! of each release by a test.

use serde_json::Value as Data;

use super::kind::Kind;
use super::release::{ALL, Release};
use super::spec::{AtCreation, Block as _, Field, Shape};
use crate::targets::law::{Breach, Emitted, Law};
use crate::targets::{ArtifactSet, Target};

/// Every law.
pub(super) static LAWS: &[Law] = &[
    Law {
        name: "kind-of-its-release",
        says: "every object is of a kind that the provider has in this release, under the group that it has there",
        breaches: foreign_kinds,
        damage: guessed_group,
    },
    Law {
        name: "fields-of-its-release",
        says: "an object has fields that its kind has in this release, each with a value of its type",
        breaches: foreign_fields,
        damage: guessed_field,
    },
    Law {
        name: "installer-is-apart",
        says: "no file of a folder, which is applied at once, installs what others are of",
        breaches: installers,
        damage: provider_beside,
    },
    Law {
        name: "nothing-is-moved",
        says: "the list of files moves nothing to a namespace: each object says its own",
        breaches: overrides,
        damage: moved,
    },
    Law {
        name: "scsi-controller-is-said",
        says: "a VM with a disk on a SCSI slot says which controller it has",
        breaches: without_controller,
        damage: controller_left_out,
    },
];

const LIST: &str = "kustomization.yaml";

fn release(target: &dyn Target) -> Release {
    ALL.iter().copied().find(|release| release.name() == target.version()).unwrap_or(Release::V1_18)
}

/// The objects of a tree: every document but the list of files.
fn objects<'e, 'f>(files: &'e [Emitted<'f>]) -> impl Iterator<Item = (&'e Emitted<'f>, &'e Data)> {
    let of_file = |file: &'e Emitted<'f>| file.documents.iter().flatten().map(move |document| (file, document));
    files.iter().filter(|file| file.path != LIST).flat_map(of_file)
}

/// The kind of an object, if it says one that its release has.
fn kind(release: Release, object: &Data) -> Option<Kind> {
    let is_it = |kind: &&Kind| {
        object["kind"] == kind.name()
            && object["apiVersion"] == kind.api_version(release)
            && kind.releases().contains(&release)
    };
    Kind::ALL.iter().find(is_it).copied()
}

fn foreign_kinds(target: &dyn Target, files: &[Emitted<'_>]) -> Vec<Breach> {
    let release = release(target);
    let unread = files.iter().filter_map(|file| {
        let problem = file.documents.as_ref().err()?;
        Some(Breach::at(file, "", format!("it cannot be read: {problem}")))
    });
    let foreign = objects(files).filter(|(_, object)| kind(release, object).is_none()).map(|(file, object)| {
        let text = |field: &str| object[field].as_str().unwrap_or("nothing").to_owned();
        let what = format!("{} has no `{}` of `{}`", target.version(), text("kind"), text("apiVersion"));
        Breach::at(file, "apiVersion", what)
    });
    unread.chain(foreign).collect()
}

fn foreign_fields(target: &dyn Target, files: &[Emitted<'_>]) -> Vec<Breach> {
    let release = release(target);
    let mut found = Vec::new();
    for (file, object) in objects(files) {
        let Some(kind) = kind(release, object) else { continue };
        let mut check = Check { release, file, found: &mut found };
        check.keys(object, "", &["apiVersion", "kind", "metadata", "spec"]);
        check.keys(&object["metadata"], "metadata", &["name", "namespace", "annotations", "labels"]);
        for texts in ["annotations", "labels"] {
            check.value(&object["metadata"][texts], Shape::TextMap, &format!("metadata.{texts}"));
        }
        let spec = &object["spec"];
        check.keys(
            spec,
            "spec",
            &["forProvider", "initProvider", "managementPolicies", "providerConfigRef", "deletionPolicy"],
        );
        check.value(&spec["managementPolicies"], Shape::Texts, "spec.managementPolicies");
        check.value(&spec["providerConfigRef"], Shape::TextMap, "spec.providerConfigRef");
        check.fields(&spec["forProvider"], kind.fields(), "spec.forProvider");
        check.fields(&spec["initProvider"], AtCreation::FIELDS, "spec.initProvider");
    }
    found
}

/// A walk through one object.
struct Check<'e, 'f> {
    release: Release,
    file: &'e Emitted<'f>,
    found: &'e mut Vec<Breach>,
}

impl Check<'_, '_> {
    fn wrong(&mut self, path: &str, what: impl Into<String>) {
        self.found.push(Breach::at(self.file, path, what));
    }

    fn keys(&mut self, map: &Data, path: &str, known: &[&str]) {
        for key in map.as_object().into_iter().flat_map(|map| map.keys()) {
            if !known.contains(&key.as_str()) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                self.wrong(&path, format!("there is no field `{path}`"));
            }
        }
    }

    fn fields(&mut self, map: &Data, fields: &[Field], path: &str) {
        if map.is_null() {
            return;
        }
        let Some(map) = map.as_object() else { return self.wrong(path, format!("`{path}` is no object")) };
        for (key, value) in map {
            let path = format!("{path}.{key}");
            match fields.iter().find(|field| field.key == key && field.releases.contains(&self.release)) {
                Some(field) => self.value(value, field.shape, &path),
                None => self.wrong(&path, format!("there is no field `{path}`")),
            }
        }
    }

    fn value(&mut self, value: &Data, shape: Shape, path: &str) {
        if value.is_null() {
            return;
        }
        let all = |of: &dyn Fn(&Data) -> bool| value.as_object().is_some_and(|map| map.values().all(of));
        let (fits, wanted) = match shape {
            Shape::Flag => (value.is_boolean(), "a truth value"),
            Shape::Int => (value.is_i64(), "a whole number"),
            Shape::Number => (value.is_number(), "a number"),
            Shape::Text => (value.is_string(), "a text"),
            Shape::Texts => (value.as_array().is_some_and(|list| list.iter().all(Data::is_string)), "a list of texts"),
            Shape::TextMap => (all(&Data::is_string), "texts by name"),
            Shape::IntMap => (all(&Data::is_i64), "whole numbers by name"),
            Shape::List(fields) => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.fields(item, fields, &format!("{path}[{number}]"));
                }
                (value.is_array(), "a list")
            }
            Shape::Object(fields) => return self.fields(value, fields, path),
        };
        if !fits {
            self.wrong(path, format!("`{path}` is not {wanted}"));
        }
    }
}

/// Groups whose objects make Kubernetes know other kinds.
const INSTALLERS: &[&str] =
    &["apiextensions.crossplane.io/", "apiextensions.k8s.io/", "helm.toolkit.fluxcd.io/", "pkg.crossplane.io/"];

fn installers(_: &dyn Target, files: &[Emitted<'_>]) -> Vec<Breach> {
    let installs = |object: &Data| {
        let api = object["apiVersion"].as_str().unwrap_or_default();
        INSTALLERS.iter().any(|group| api.starts_with(group))
    };
    let found = objects(files).filter(|(_, object)| installs(object));
    found
        .map(|(file, object)| {
            let kind = object["kind"].as_str().unwrap_or_default();
            Breach::at(file, "kind", format!("a `{kind}` is applied together with objects of kinds that it installs"))
        })
        .collect()
}

fn overrides(_: &dyn Target, files: &[Emitted<'_>]) -> Vec<Breach> {
    let lists = files.iter().filter(|file| file.path == LIST);
    let moved = lists.filter(|file| {
        let mut documents = file.documents.iter().flatten();
        documents.any(|document| !document["namespace"].is_null())
    });
    moved.map(|file| Breach::at(file, "namespace", "it moves every object of the folder to one namespace")).collect()
}

fn without_controller(_: &dyn Target, files: &[Emitted<'_>]) -> Vec<Breach> {
    let is_bare = |object: &Data| {
        let fields = &object["spec"]["forProvider"];
        let mut disks = fields["disk"].as_array().into_iter().flatten();
        let is_scsi = |disk: &Data| disk["interface"].as_str().is_some_and(|slot| slot.starts_with("scsi"));
        object["kind"] == Kind::Vm.name() && disks.any(is_scsi) && fields["scsiHardware"].is_null()
    };
    let found = objects(files).filter(|(_, object)| is_bare(object));
    found
        .map(|(file, _)| Breach::at(file, "spec.forProvider.disk", "nothing says which SCSI controller it is on"))
        .collect()
}

/// The files with the first one changed that a change knows what to do with.
fn changed(files: &ArtifactSet, change: impl Fn(&str, &str) -> Option<String>) -> Option<ArtifactSet> {
    let (mut out, mut is_done) = (ArtifactSet::default(), false);
    for file in files {
        let text = std::str::from_utf8(&file.bytes).ok()?;
        match if is_done { None } else { change(&file.path, text) } {
            Some(text) => {
                is_done = true;
                out.add(&file.path, &text);
            }
            None => out.add(&file.path, text),
        }
    }
    is_done.then_some(out)
}

/// A VM's text, if a file is one's.
fn of_vm<'t>(path: &str, text: &'t str) -> Option<&'t str> {
    (path != LIST && text.contains("\nkind: EnvironmentVM\n")).then_some(text)
}

/// 2025-12-19: a group that somebody had guessed.
fn guessed_group(target: &dyn Target, files: &ArtifactSet) -> Option<ArtifactSet> {
    let group = Kind::Vm.api_version(release(target));
    changed(files, |path, text| Some(of_vm(path, text)?.replacen(group, "vm.crossplane.io/v1alpha1", 1)))
}

/// 2026-01-16: a CD-ROM drive with a datastore, which it does not have.
fn guessed_field(_: &dyn Target, files: &ArtifactSet) -> Option<ArtifactSet> {
    const FIELDS: &str = "\n  forProvider:\n";
    const GUESS: &str = "\n  forProvider:\n    cdrom:\n      - datastoreId: local\n";
    changed(files, |path, text| {
        let text = of_vm(path, text).filter(|text| !text.contains("\n    cdrom:\n"))?;
        Some(text.replacen(FIELDS, GUESS, 1))
    })
}

/// 2025-12-19: the provider in the folder of what it brings the kinds of.
fn provider_beside(target: &dyn Target, files: &ArtifactSet) -> Option<ArtifactSet> {
    let listed = |text: &str| text.replacen("resources:\n", "resources:\n  - provider.yaml\n", 1);
    let mut out = changed(files, |path, text| (path == LIST).then(|| listed(text)))?;
    let package = format!("xpkg.upbound.io/valkiriaaquaticamendi/provider-proxmox-bpg:v{}", release(target).provider());
    out.add(
        "provider.yaml",
        &format!(
            "apiVersion: pkg.crossplane.io/v1\nkind: Provider\nmetadata:\n  name: provider-proxmox-bpg\nspec:\n  package: {package}\n"
        ),
    );
    Some(out)
}

/// 2025-12-19, and three days later: one line that moves everything.
fn moved(_: &dyn Target, files: &ArtifactSet) -> Option<ArtifactSet> {
    changed(files, |path, text| (path == LIST).then(|| format!("{text}namespace: crossplane-system\n")))
}

/// 2025-10-20: no controller for the disk to start from.
fn controller_left_out(_: &dyn Target, files: &ArtifactSet) -> Option<ArtifactSet> {
    const FIELD: &str = "    scsiHardware: ";
    changed(files, |path, text| {
        let text = of_vm(path, text).filter(|text| text.contains(FIELD) && text.contains("interface: scsi"))?;
        Some(text.lines().filter(|line| !line.starts_with(FIELD)).map(|line| format!("{line}\n")).collect())
    })
}

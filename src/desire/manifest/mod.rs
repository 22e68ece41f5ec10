//! Manifests: each as the object that Kubernetes will get, checked against the CRDs of its cluster.
//!
//! The object is put together in [`object`]; the CRD of its kind is looked for among the files that the cluster names with
//! `crds`; what [`kube::check`] refuses is shown where the source says it ([`place`]), and worded in [`errors`].

mod credentials;
mod errors;
mod object;
mod place;

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::closest;
use crate::diag::Diagnostic;
use crate::kube::{self, Builtin, Crd, File, Problem, Search, Step, Unread, Violation};
use crate::model::{Cluster, Manifest, Model};
use crate::types::value::{ObjId, Value};
use credentials::Credentials;
use object::Object;
use place::Bodies;

/// Checks the manifests of all clusters.
///
/// Cost: each CRD that is used is read once; a manifest is compared with its schema in one walk.
#[must_use]
pub fn check(model: &Model<'_>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        model,
        clusters: FxHashMap::default(),
        found: FxHashMap::default(),
        credentials: Credentials::default(),
        out: Vec::new(),
    };
    for id in model.all(model.fields.manifest.shape) {
        checker.manifest(Manifest::new(model, id));
    }
    checker.credentials();
    checker.unchecked();
    checker.out
}

/// What is known of a cluster.
struct Known {
    cluster: ObjId,
    files: Rc<[File]>,
    /// Files that are no text, or lie elsewhere.
    unread: Vec<Unread>,
    /// The manifests that no CRD could be looked for, as the cluster names none.
    unchecked: Vec<ObjId>,
    /// Files that were complained of.
    told: FxHashSet<String>,
}

struct Checker<'a, 'm> {
    model: &'a Model<'m>,
    clusters: FxHashMap<ObjId, Known>,
    found: FxHashMap<(ObjId, String, String), Rc<Search>>,
    credentials: Credentials,
    out: Vec<Diagnostic>,
}

impl Checker<'_, '_> {
    fn manifest(&mut self, manifest: Manifest) {
        let Value::Obj(cluster) = self.model.world.home(manifest.id).within else { return };
        let bodies = Bodies::of(self.model, manifest.id);
        // Without a value somewhere nothing can be said of the object: what is wrong there is told already.
        let Some(made) = object::object(self.model, manifest) else { return };
        for clash in &made.clashes {
            let at = bodies.place(&clash.path);
            self.out.push(errors::clash(&at, clash));
        }
        let (Some(api), Some(kind)) = (made.api.clone(), made.kind.clone()) else {
            self.out.push(errors::no_kind(self.model.span(manifest.id), self.model.key(manifest.id)));
            return;
        };
        self.credentials.add(cluster, manifest.id, &made);
        for violation in kube::texts(&made.data, &api, &kind) {
            self.out.push(errors::refused(&bodies.place(&violation.path), &violation, &kind, None));
        }
        for violation in kube::metadata(&made.data["metadata"], &api) {
            self.out.push(errors::refused(&bodies.place(&violation.path), &violation, &kind, None));
        }
        let here = This { manifest, cluster, bodies: &bodies, object: &made, api: &api, kind: &kind };
        match kube::builtin(&api, &kind) {
            Builtin::Kind(namespaced) => self.namespace(&here, namespaced),
            Builtin::NotIn { versions, kinds } => {
                let at = bodies.place(&[Step::Key("kind".to_owned())]);
                self.out.push(errors::not_built_in(&at, &api, &kind, &versions, &kinds));
            }
            Builtin::Foreign => self.custom(&here),
        }
    }

    /// An object of a kind that a CRD declares.
    fn custom(&mut self, here: &This<'_>) {
        let model = self.model;
        let known = self.clusters.entry(here.cluster).or_insert_with(|| Known::of(model, here.cluster));
        let unread = std::mem::take(&mut known.unread);
        self.unread(here.cluster, &unread);
        let Some(known) = self.clusters.get_mut(&here.cluster) else { return };
        if known.files.is_empty() && !known.told.is_empty() {
            return;
        }
        if known.files.is_empty() {
            known.unchecked.push(here.manifest.id);
            return;
        }
        let files = Rc::clone(&known.files);
        let (group, version) = here.api.rsplit_once('/').unwrap_or(("", here.api));
        let key = (here.cluster, group.to_owned(), here.kind.to_owned());
        let memory = &model.program.crds;
        let search = self.found.entry(key).or_insert_with(|| Rc::new(kube::find(&files, group, here.kind, memory)));
        let search = Rc::clone(search);
        self.unread(here.cluster, &search.unread);
        let at = here.bodies.place(&[Step::Key("kind".to_owned())]);
        let Some(crd) = search.crds.first() else {
            // Something of it may stand where it could not be read.
            if search.unread.is_empty() {
                self.unknown(here, &files, group);
            }
            return;
        };
        if let Some(other) = search.crds.iter().find(|other| is_other(crd, other)) {
            self.out.push(errors::defined_twice(&at, here.kind, &crd.file, &other.file));
        }
        let Some(of) = crd.versions.iter().find(|of| of.name == version) else {
            self.out.push(errors::unknown_version(&at, here.api, here.kind, crd));
            return;
        };
        self.namespace(here, crd.namespaced);
        if !of.served || of.deprecated.is_some() {
            self.out.push(errors::old_version(&at, here.api, here.kind, crd, of));
        }
        let report = kube::check(&here.object.data, &of.schema);
        for violation in report.violations.iter().filter(|one| !is_misspelt(one, &report.violations)) {
            let at = here.bodies.place(&violation.path);
            self.out.push(errors::refused(&at, violation, here.kind, Some(&crd.file)));
        }
        if report.is_cut || !report.unread_patterns.is_empty() {
            let span = self.model.span(here.manifest.id);
            self.out.push(errors::partly(span, here.kind, &report));
        }
    }

    /// A kind that no CRD of the cluster declares.
    fn unknown(&mut self, here: &This<'_>, files: &[File], group: &str) {
        let all = kube::all_of(files, group, &self.model.program.crds);
        let at = here.bodies.place(&[Step::Key("kind".to_owned())]);
        let cluster = self.model.key(here.cluster);
        // How the text was searched may have missed it.
        if all.crds.iter().any(|crd| crd.kind == here.kind) {
            let key = (here.cluster, group.to_owned(), here.kind.to_owned());
            let crds = all.crds.into_iter().filter(|crd| crd.kind == here.kind).collect();
            self.found.insert(key, Rc::new(Search { crds, unread: Vec::new() }));
            return self.custom(here);
        }
        self.unread(here.cluster, &all.unread);
        self.out.push(if all.crds.is_empty() {
            let groups: Vec<String> = kube::groups(files).into_iter().collect();
            errors::unknown_group(&at, group, here.kind, cluster, &groups)
        } else {
            errors::unknown_kind(&at, group, here.kind, cluster, &all.crds)
        });
    }

    /// Complains of files that could not be read, once each.
    fn unread(&mut self, cluster: ObjId, unread: &[Unread]) {
        let Some(known) = self.clusters.get_mut(&cluster) else { return };
        let span = self.model.said_at(cluster, self.model.fields.k3s.crds);
        for unread in unread {
            if known.told.insert(unread.file.clone()) {
                self.out.push(errors::unread(span, unread));
            }
        }
    }

    /// Whether the object says a namespace if, and only if, its kind has one.
    fn namespace(&mut self, here: &This<'_>, namespaced: bool) {
        let said = here.object.data["metadata"].get("namespace").is_some();
        if said != namespaced {
            let place: &[&str] = if said { &["metadata", "namespace"] } else { &[] };
            let path: Vec<Step> = place.iter().map(|word| Step::Key((*word).to_owned())).collect();
            self.out.push(errors::namespace(&here.bodies.place(&path), here.kind, namespaced));
        }
    }

    /// Complains of credentials that hold something else than texts.
    fn credentials(&mut self) {
        for (secret, violations) in self.credentials.refused() {
            let bodies = Bodies::of(self.model, secret);
            let refused = violations.iter().map(|one| errors::refused(&bodies.place(&one.path), one, "Secret", None));
            self.out.extend(refused);
        }
    }

    /// Says once for each cluster that nothing was checked.
    fn unchecked(&mut self) {
        let mut clusters: Vec<&Known> = self.clusters.values().filter(|known| !known.unchecked.is_empty()).collect();
        clusters.sort_by_key(|known| known.cluster);
        for known in clusters {
            let (first, count) = (self.model.span(known.unchecked[0]), known.unchecked.len());
            let cluster = (self.model.key(known.cluster), self.model.span(known.cluster));
            self.out.push(errors::unchecked(first, count, cluster));
        }
    }
}

/// The manifest that is looked at.
struct This<'a> {
    manifest: Manifest,
    cluster: ObjId,
    bodies: &'a Bodies<'a>,
    object: &'a Object,
    api: &'a str,
    kind: &'a str,
}

/// Whether a field is missing only because it stands there misspelt, which is told already.
fn is_misspelt(missing: &Violation, all: &[Violation]) -> bool {
    let Problem::Missing { name, .. } = &missing.problem else { return false };
    all.iter().any(|other| {
        let Problem::Unknown { name: written, known } = &other.problem else { return false };
        let is_beside = other.path.split_last().is_some_and(|(_, holder)| holder == missing.path);
        is_beside && closest(written, known.iter().map(String::as_str)) == Some(name)
    })
}

/// Whether two definitions of a kind say different things.
fn is_other(one: &Crd, other: &Crd) -> bool {
    one.namespaced != other.namespaced || one.versions != other.versions
}

impl Known {
    fn of(model: &Model<'_>, cluster: ObjId) -> Known {
        let data = &model.program.data;
        let (mut files, mut unread, mut seen) = (Vec::<File>::new(), Vec::new(), FxHashSet::default());
        let view = Cluster::new(model, cluster);
        for path in view.crds(model).iter().filter_map(|value| model.text_of(*value)) {
            let Some(Ok(inside)) = data.folders.get(path) else { continue };
            for file in inside {
                if !seen.insert(file) {
                    continue;
                }
                match data.texts.get(file) {
                    Some(Ok(text)) => files.push((file.clone(), Arc::clone(text))),
                    Some(Err(problem)) => {
                        unread.push(Unread { file: file.clone(), problem: problem.clone() });
                    }
                    None => {}
                }
            }
        }
        Known { cluster, files: Rc::from(files), unread, unchecked: Vec::new(), told: FxHashSet::default() }
    }
}

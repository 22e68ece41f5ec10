//! From existing manifests to a project, and the proof that building it gives the same objects.
//!
//! The proof goes the long way: the source that came out is compiled like any other, and what its target writes is compared,
//! line by line, with what the target writes of the manifests themselves. Only hlab's own stamp and the comment above a
//! document may differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{MemoryWorld, Sources};
use crate::desire::Desired;
use crate::diag::{Diagnostic, Severity};
use crate::pve::Version;
use crate::session::{Options, TargetRequest, analyze};
use crate::source::{self, Imported, import::Project};
use crate::targets::{self, ArtifactSet, Credential, Document, Login, Request, Target};

/// What came of an import.
#[derive(Debug)]
pub struct Import {
    /// The manifests as sources, for their diagnostics.
    pub sources: Sources,
    /// What is wrong with the manifests; with an error among it there are no files.
    pub diagnostics: Vec<Diagnostic>,
    /// The files of the project, and what could not be said.
    pub imported: Imported,
    /// How many objects were imported.
    pub objects: usize,
    /// Documents that are no business of the target: `Kustomization flux-system, flux.yaml`.
    pub left_out: Vec<String>,
    /// Whether building the project gives the same objects.
    pub proof: Proof,
}

/// Whether building what was imported gives what was there.
#[derive(Debug)]
pub enum Proof {
    /// Every object is the same.
    Same,
    /// These are not.
    Different(Vec<Difference>),
    /// The project does not compile, so that nothing can be compared.
    Unbuilt {
        /// Its files.
        sources: std::sync::Arc<Sources>,
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
    },
}

/// An object that is not the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The file that the target writes it to: `vm-web.yaml`.
    pub path: String,
    /// Lines that only the manifests have.
    pub missing: Vec<String>,
    /// Lines that only the project gives.
    pub added: Vec<String>,
}

/// Why nothing can be imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoImport {
    /// No document is of a kind that any target reads; what there is instead.
    Nothing(Vec<String>),
    /// Manifests are of several versions of a target: an example of each.
    SeveralVersions(Vec<(&'static str, String)>),
    /// Manifests name several credentials or namespaces.
    SeveralCredentials(Vec<String>),
}

/// Imports manifests as a project of this name, or of the one that they are stamped with.
///
/// # Errors
/// [`NoImport`] where there is nothing to import, or not into one project.
pub fn import(manifests: &ArtifactSet, name: Option<&str>) -> Result<Import, NoImport> {
    let target = recognise(manifests)?;
    let documents = target.documents(manifests);
    let own = files_of(target, manifests, &documents);
    let documents_of_own = target.documents(&own);
    let (provider, provider_kind, namespace) = credentials(&documents_of_own)?;
    let left_out = left_out(manifests, &documents);
    let read = target.read(&own);
    let mut import = Import {
        sources: targets::sources_of(&own),
        diagnostics: read.diagnostics,
        imported: Imported::default(),
        objects: 0,
        left_out,
        proof: Proof::Same,
    };
    if import.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return Ok(import);
    }
    let mut desired = read.value;
    let project_name = name.map_or_else(|| project_of(&desired), str::to_owned);
    let origins: BTreeMap<&str, String> = documents_of_own
        .iter()
        .filter_map(|document| Some((document.address.as_deref()?, place(&own, document))))
        .collect();
    let project = Project {
        name: &project_name,
        target: target.name(),
        version: target.version(),
        provider: provider.as_deref().filter(|provider| *provider != "default"),
        provider_kind: provider_kind.as_deref().filter(|kind| *kind != "ClusterProviderConfig"),
        namespace: namespace.as_deref(),
    };
    import.imported = source::lab(&desired, &project, &|index| {
        let object = desired.objects.get(index)?;
        // What is on several nodes has a document for each, called after the node.
        let of_node = || object.place.node().and_then(|node| origins.get(&*format!("{}-{node}", object.address)));
        origins.get(&*object.address).or_else(of_node).cloned()
    });
    import.objects = documents_of_own.iter().filter(|document| document.address.is_some()).count();
    desired.project = project_name.clone().into();
    let wanted = written(target, &desired, &project);
    import.proof = prove(&import.imported, target, &wanted);
    Ok(import)
}

/// The one target and version that the manifests are of.
fn recognise(manifests: &ArtifactSet) -> Result<&'static dyn Target, NoImport> {
    let mut found: Vec<(&'static dyn Target, String)> = Vec::new();
    for target in targets::TARGETS.iter().copied() {
        let documents = target.documents(manifests);
        if let Some(first) = documents.iter().find(|document| document.address.is_some()) {
            found.push((target, place(manifests, first)));
        }
    }
    match found.as_slice() {
        [(target, _)] => Ok(*target),
        [] => {
            let documents = targets::TARGETS.first().map(|target| target.documents(manifests)).unwrap_or_default();
            Err(NoImport::Nothing(left_out(manifests, &documents)))
        }
        several => Err(NoImport::SeveralVersions(
            several.iter().map(|(target, place)| (target.version(), place.clone())).collect(),
        )),
    }
}

/// The files with documents of the target, and those that would have some if they could be read.
fn files_of(target: &dyn Target, manifests: &ArtifactSet, documents: &[Document<'_>]) -> ArtifactSet {
    let own: BTreeSet<usize> =
        documents.iter().filter(|document| document.address.is_some()).map(|document| document.file).collect();
    let read: BTreeSet<usize> = documents.iter().map(|document| document.file).collect();
    let mut files = ArtifactSet::default();
    for (number, file) in manifests.iter().enumerate() {
        let is_broken = !read.contains(&number) && target.mentions(&file.bytes);
        if own.contains(&number) || is_broken {
            // It was in a set already, so its path is safe.
            let _ = files.push(file.path.clone(), file.bytes.clone());
        }
    }
    files
}

type Credentials = (Option<String>, Option<String>, Option<String>);

/// The credential object and namespace that all documents share.
fn credentials(documents: &[Document<'_>]) -> Result<Credentials, NoImport> {
    let own = documents.iter().filter(|document| document.address.is_some());
    let text = |text: &Option<crate::desire::Text<'_>>| text.as_ref().map(ToString::to_string);
    let all: BTreeSet<Credentials> = own
        .map(|document| (text(&document.provider), text(&document.provider_kind), text(&document.namespace)))
        .collect();
    let mut all: Vec<Credentials> = all.into_iter().collect();
    match all.pop() {
        None => Ok((None, None, None)),
        Some(only) if all.is_empty() => Ok(only),
        Some(last) => {
            all.push(last);
            let shown = |(provider, kind, namespace): &Credentials| {
                let kind = kind.as_deref().unwrap_or("ProviderConfig");
                let namespace = namespace.as_ref().map(|name| format!(" in namespace `{name}`")).unwrap_or_default();
                format!("{kind} `{}`{namespace}", provider.as_deref().unwrap_or("default"))
            };
            Err(NoImport::SeveralCredentials(all.iter().map(shown).collect()))
        }
    }
}

/// The project that objects are stamped with.
fn project_of(desired: &Desired<'_>) -> String {
    if desired.project.is_empty() { "imported".to_owned() } else { desired.project.to_string() }
}

/// `instances/web.yaml`
fn place(files: &ArtifactSet, document: &Document<'_>) -> String {
    files.iter().nth(document.file).map_or_else(String::new, |file| file.path.clone())
}

fn left_out(files: &ArtifactSet, documents: &[Document<'_>]) -> Vec<String> {
    let foreign = documents.iter().filter(|document| document.address.is_none() && !document.kind.is_empty());
    let shown = |document: &Document<'_>| {
        let space = if document.name.is_empty() { "" } else { " " };
        format!("{}{space}{}, {}", document.kind, document.name, place(files, document))
    };
    foreign.map(shown).collect()
}

/// What the target writes of the manifests themselves.
fn written(target: &dyn Target, desired: &Desired<'_>, project: &Project<'_>) -> ArtifactSet {
    let request = Request {
        desired,
        files: desired,
        target: project.target,
        owns: &|_| true,
        origin: &|_, _| None,
        resource: &|index| index as u32,
        declared: &|index| {
            let object = desired.objects.get(index as usize);
            (object.map_or_else(String::new, |object| object.address.to_string()), None)
        },
        version: &|_| Version::V9_1,
        login: Login { credential: Credential::Unknown, origin: None, ssh: true },
        provider: project.provider.unwrap_or("default"),
        provider_kind: project.provider_kind.unwrap_or("ClusterProviderConfig"),
        namespace: project.namespace.unwrap_or("default"),
    };
    target.emit(&request).value
}

/// Compiles the project and compares what it gives.
fn prove(imported: &Imported, target: &dyn Target, wanted: &ArtifactSet) -> Proof {
    let world =
        imported.files.iter().fold(MemoryWorld::default(), |world, (path, text)| world.with(path, text.as_str()));
    let analysis = analyze(&world, &Options::default());
    let request = TargetRequest { name: target.name().to_owned(), version: None, as_owner: false };
    // Rules that the lab breaks say nothing about whether it is the same lab.
    let emitted = analysis.emit(&request).ok();
    let is_whole = emitted.as_ref().is_some_and(|emitted| !emitted.has_errors());
    let given = match emitted {
        Some(emitted) if is_whole => emitted.value,
        other => {
            let mut diagnostics = analysis.diagnostics;
            diagnostics.extend(other.map(|emitted| emitted.diagnostics).unwrap_or_default());
            return Proof::Unbuilt { sources: analysis.sources, diagnostics };
        }
    };
    let differences = differences(wanted, &given);
    if differences.is_empty() { Proof::Same } else { Proof::Different(differences) }
}

/// What only one of two sets has, by file.
fn differences(wanted: &ArtifactSet, given: &ArtifactSet) -> Vec<Difference> {
    let documents = |set: &ArtifactSet| -> BTreeMap<String, Vec<String>> {
        set.iter().map(|file| (file.path.clone(), lines(&String::from_utf8_lossy(&file.bytes)))).collect()
    };
    let (wanted, given) = (documents(wanted), documents(given));
    let paths: BTreeSet<&String> = wanted.keys().chain(given.keys()).collect();
    let mut found = Vec::new();
    for path in paths {
        let (before, after) = (wanted.get(path), given.get(path));
        if before == after {
            continue;
        }
        let empty = Vec::new();
        let (before, after) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
        let (missing, added) = (only_in(before, after), only_in(after, before));
        found.push(Difference { path: path.clone(), missing, added });
    }
    found
}

/// The lines of a document, but for hlab's own stamp and comment.
fn lines(text: &str) -> Vec<String> {
    let is_own = |line: &str| line.starts_with("# hlab:") || line.trim_start().starts_with("hlab.dev/stamp:");
    text.lines().filter(|line| !is_own(line)).map(str::to_owned).collect()
}

/// Lines of one list that the other has not, or not as often, each with what it stands in.
fn only_in(one: &[String], other: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in other {
        *left.entry(line).or_default() += 1;
    }
    let mut only = Vec::new();
    for line in one {
        match left.get_mut(line.as_str()).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => only.push(line.trim().to_owned()),
        }
    }
    only
}

//! What the lab is lowered to: one folder per target, siblings that never import each other.
//!
//! A [`Target`] gets what is wanted ([`crate::desire::Desired`]) and which of it is its own, and gives an [`ArtifactSet`]:
//! files as data, not yet on any disk. It never sees an unchecked model, and it decides nothing: what its format cannot say
//! is an error at the place that wants it, naming an owner that can. Its [`Target::read`] is the proof that it said all:
//! `read(emit(d)) == d`.
//!
//! To add a target, add a folder and a row for each of its versions in [`TARGETS`].

mod artifacts;
pub mod crossplane;
mod document;
pub mod emit;
mod errors;
pub mod law;
mod request;

use crate::base::{Origin, SourceFile, Sources};
use crate::desire::{Desired, Object};
use crate::diag::{Checked, Diagnostic};
use crate::own::Facet;

use crossplane::Crossplane;
use crossplane::release::Release;

pub use artifacts::{Artifact, ArtifactSet, BadPath, check_path};
pub use document::Document;
pub use request::{ApiCall, Carries, Credential, Login, Request};

/// A system that applies what hlab emits.
pub trait Target: Sync {
    /// What it is called in `target NAME { … }` and on the command line.
    fn name(&self) -> &'static str;

    /// The version of its format.
    fn version(&self) -> &'static str;

    /// What changes between the versions of its format, for people.
    fn notes(&self) -> &'static str;

    /// How much of a facet it can carry.
    fn carries(&self, facet: Facet) -> Carries;

    /// Begins to write documents. What it owns is handed to the writer in one part or in many, in order.
    fn writer(&self) -> Box<dyn Writer>;

    /// The files of what it owns. Errors leave the set incomplete; it is not to be written then.
    fn emit(&self, request: &Request<'_>) -> Checked<ArtifactSet> {
        let mut files = ArtifactSet::default();
        let mut writer = self.writer();
        let diagnostics = writer.part(request, &mut |path, text| files.add(path, text));
        writer.end(&mut |path, text| files.add(path, text));
        Checked::new(files, diagnostics)
    }

    /// The same as one text for a pipe, without what only a folder needs.
    fn stream(&self, request: &Request<'_>) -> Checked<String> {
        let mut stream = String::new();
        let diagnostics = self.writer().part(request, &mut |_, text| {
            stream.push_str("---\n");
            stream.push_str(text);
        });
        Checked::new(stream, diagnostics)
    }

    /// What files of its format want. Spans count the files in the order of the set, as [`sources_of`] adds them.
    fn read<'f>(&self, files: &'f ArtifactSet) -> Checked<Desired<'f>>;

    /// Every document of the files, for what imports them: also those that are of another format or version.
    fn documents<'f>(&self, files: &'f ArtifactSet) -> Vec<Document<'f>>;

    /// Whether the bytes of a file, be they readable or not, mention the target's own objects.
    fn mentions(&self, bytes: &[u8]) -> bool;

    /// The command that applies the files of a folder.
    fn apply_command(&self, folder: &str) -> String;

    /// The command that destroys what the source no longer declares, by its kind and the name it had there, in the
    /// namespace of the target's objects where they are in one.
    fn destroy_command(&self, kind: &str, name: &str, namespace: &str) -> Option<String>;

    /// The command that shows whether an object was applied; none for one that has no document of its own.
    fn verify_command(&self, object: &Object<'_>, namespace: &str) -> Option<String>;

    /// What none of its files may say.
    fn laws(&self) -> &'static [law::Law];

    /// What it asks Proxmox for when it applies a facet.
    fn calls(&self, facet: Facet) -> &'static [ApiCall];
}

/// Takes a document: the file it goes to, and its text.
pub type Sink<'s> = &'s mut dyn FnMut(&str, &str);

/// Writes the documents of a lab part by part, so that not all of a large lab has to be there at once.
pub trait Writer {
    /// Hands every document of a part to `sink`, in the order of the objects.
    fn part(&mut self, request: &Request<'_>, sink: Sink<'_>) -> Vec<Diagnostic>;

    /// Hands over what only a folder needs, such as a list of its files.
    fn end(&mut self, sink: Sink<'_>);
}

/// Every target in every version, those of one name together. The last of a name is what a project gets that states no
/// version.
pub static TARGETS: &[&dyn Target] =
    &[&Crossplane(Release::V0_11), &Crossplane(Release::V1_18Namespaced), &Crossplane(Release::V1_18)];

/// The target of a name, in a version or in the one that a project gets that states none.
#[must_use]
pub fn target(name: &str, version: Option<&str>) -> Option<&'static dyn Target> {
    let version = version.map(|version| version.trim_start_matches('v'));
    let is_meant =
        |target: &&dyn Target| target.name() == name && version.is_none_or(|version| target.version() == version);
    TARGETS.iter().copied().rev().find(is_meant)
}

/// The versions of a target; none if nobody knows it.
#[must_use]
pub fn versions(name: &str) -> Vec<&'static str> {
    TARGETS.iter().filter(|target| target.name() == name).map(|target| target.version()).collect()
}

/// The name of every target, once.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = TARGETS.iter().map(|target| target.name()).collect();
    names.dedup();
    names
}

/// The files of a set as sources, so that what [`Target::read`] finds can be shown.
#[must_use]
pub fn sources_of(files: &ArtifactSet) -> Sources {
    let mut sources = Sources::default();
    for file in files {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        sources.add(SourceFile::new(file.path.clone(), text, Origin::Project));
    }
    sources
}

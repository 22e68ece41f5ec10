//! What no file of a target may say, whatever the lab: laws, each learned from an outage.
//!
//! A law looks at what was emitted, and knows nothing of what emits it. `hlab build` looks before it writes, and writes nothing
//! that breaks one. A law that never fails proves little: so each can also do to a tree what was done to it in the outage, and
//! `hlab incidents` shows that it finds its own damage.

use serde_json::Value as Data;

use super::{ArtifactSet, Target, errors};
use crate::base::document::{self, Bounds};
use crate::diag::Diagnostic;

/// A law over the files of a target.
pub struct Law {
    /// What an `incident` calls it: `fields-of-its-release`.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub says: &'static str,
    /// Where the files of a target break it.
    pub breaches: fn(&dyn Target, &[Emitted<'_>]) -> Vec<Breach>,
    /// The files as the outage had them; none if they hold nothing that it could have damaged.
    pub damage: fn(&dyn Target, &ArtifactSet) -> Option<ArtifactSet>,
}

/// An emitted file, read by a reader that knows nothing of the target.
pub struct Emitted<'f> {
    /// Its path in the set.
    pub path: &'f str,
    /// Its text.
    pub text: &'f str,
    /// Its documents; or what is wrong with it as a YAML file.
    pub documents: Result<Vec<Data>, String>,
}

/// A place where a law is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// What stands there, as a sentence.
    pub what: String,
}

impl Breach {
    /// What a file says wrong at a path such as `spec.forProvider.cdrom[0].datastoreId`.
    #[must_use]
    pub fn at(file: &Emitted<'_>, path: &str, what: impl Into<String>) -> Breach {
        // What is missing has no line: then the one of what holds it.
        let holders = std::iter::successors(Some(path), |path| path.rsplit_once('.').map(|(holder, _)| holder));
        let line = holders.into_iter().find_map(|path| document::line_of(file.text, &format!(".{path}")));
        Breach { file: file.path.to_owned(), line: line.unwrap_or(1), what: what.into() }
    }
}

/// How much a file may hold; far more than any that a target writes.
const BOUNDS: Bounds = Bounds { depth: 64, values: 1_000_000 };

/// Reads the files of a set.
#[must_use]
pub fn read(files: &ArtifactSet) -> Vec<Emitted<'_>> {
    let emitted = |path, bytes| {
        let text = std::str::from_utf8(bytes);
        let documents =
            text.map_err(|_| "it is not UTF-8".to_owned()).and_then(|text| document::documents(text, BOUNDS));
        Emitted { path, text: text.unwrap_or_default(), documents }
    };
    files.iter().map(|file| emitted(file.path.as_str(), file.bytes.as_slice())).collect()
}

/// Looks at the files of a target under all its laws: an error for each breach. They are bugs of hlab, never of a lab.
///
/// Cost: every file is read once.
#[must_use]
pub fn verify(target: &dyn Target, files: &ArtifactSet) -> Vec<Diagnostic> {
    let emitted = read(files);
    let of_law = |law: &Law| {
        let breaches = (law.breaches)(target, &emitted);
        breaches.into_iter().map(|breach| errors::breaks_law(target.name(), law, &breach)).collect::<Vec<_>>()
    };
    target.laws().iter().flat_map(of_law).collect()
}

/// A law by its name, of whichever target.
#[must_use]
pub fn named(name: &str) -> Option<&'static Law> {
    super::TARGETS.iter().flat_map(|target| target.laws()).find(|law| law.name == name)
}

//! `.hlab-manifest.json`: which files of an output folder are hlab's, and with what content.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::ReadError;
use crate::targets::check_path;

use super::disk::{read_regular, reason};
use super::errors::{RimError, show};

/// The file's name, in each output folder.
pub(super) const NAME: &str = ".hlab-manifest.json";

/// One file that hlab wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// Who wrote it: the name of a target, or `rollout`.
    pub owner: String,
    /// The content it has, or is about to get. `None`: it is about to be removed.
    pub hash: Option<String>,
    /// The content it had before, while a build is under way: an interrupted build leaves it
    /// here, and the next one still knows the old file as hlab's.
    pub was: Option<String>,
}

/// All files of one folder that hlab wrote, by path.
pub(super) type Manifest = BTreeMap<String, Entry>;

/// The sha256 of bytes, in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Entry {
    /// Whether content of this hash was written by hlab.
    pub(super) fn knows(&self, hash: &str) -> bool {
        self.hash.as_deref() == Some(hash) || self.was.as_deref() == Some(hash)
    }
}

/// The manifest of a folder; empty if it has none.
///
/// # Errors
/// [`RimError::BadManifest`] if it is not one.
pub(super) fn read(folder: &Path) -> Result<Manifest, RimError> {
    let path = folder.join(NAME);
    let bad = |cause: String| RimError::BadManifest { path: show(&path), cause };
    let bytes = match read_regular(&path) {
        Ok(bytes) => bytes,
        Err(ReadError::NotFound) => return Ok(Manifest::new()),
        Err(error) => return Err(bad(reason(&error))),
    };
    let document: Value = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
    if document["format_version"] != json!(1) {
        return Err(bad("its `format_version` is not 1".to_owned()));
    }
    let files = document["files"].as_object().ok_or_else(|| bad("it has no `files`".to_owned()))?;
    let entry = |path: &String, value: &Value| {
        check_path(path)
            .map_err(|error| bad(format!("the path `{}` {}", crate::diag::visible(path), error.reason())))?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let owner = text("owner").ok_or_else(|| bad(format!("`{path}` has no `owner`")))?;
        Ok((path.clone(), Entry { owner, hash: text("sha256"), was: text("was") }))
    };
    files.iter().map(|(path, value)| entry(path, value)).collect()
}

/// The text of a manifest: sorted, one key a line, nothing that changes without a reason.
pub(super) fn text(manifest: &Manifest) -> String {
    let entry = |entry: &Entry| {
        let mut value = json!({ "owner": entry.owner });
        for (key, hash) in [("sha256", &entry.hash), ("was", &entry.was)] {
            if let Some(hash) = hash {
                value[key] = json!(hash);
            }
        }
        value
    };
    let files: serde_json::Map<_, _> = manifest.iter().map(|(path, one)| (path.clone(), entry(one))).collect();
    format!("{:#}\n", json!({ "format_version": 1, "files": files }))
}

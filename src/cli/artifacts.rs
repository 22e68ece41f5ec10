//! Artifacts onto a disk: only what hlab wrote itself is rewritten or removed, and an interruption
//! leaves every file whole.
//!
//! [`plan`] compares and refuses, [`Plan::carry_out`] writes. The order of writing: the next manifest
//! (which still knows the old contents), each file beside its place and renamed into it, what is
//! left over removed, the final manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::targets::ArtifactSet;

use super::errors::{Failures, RimError, show, words};
use super::manifest::{self, Entry, Manifest};

/// Where a file waits before it is renamed into place.
const WAITING: &str = ".hlab-tmp";

/// The files of one target (or the rollout) for a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    /// Who gives them: the name of a target, or `rollout`.
    pub owner: String,
    /// The files.
    pub set: ArtifactSet,
}

/// What happens to one file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Action {
    Create,
    Update,
    Remove,
    Keep,
}

/// What a build does to one folder.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    folder: PathBuf,
    /// Every file with its action and, unless it is removed, its bytes; in the order of writing.
    steps: Vec<(String, Action, &'a [u8])>,
    /// The manifest when all is done.
    next: Manifest,
    /// The manifest while it is being done.
    interim: Manifest,
    /// The manifest as it is.
    old: Manifest,
}

/// Compares what is wanted with what a folder holds.
///
/// `below` is how the folder is reached from `base`, which the user named: nothing below `base` may
/// be a symbolic link. `overwrite` are the files that the user gives up.
///
/// # Errors
/// Everything that is in the way, at once. Nothing was written.
pub(super) fn plan<'a>(
    base: &Path,
    below: &str,
    parts: &'a [Part],
    overwrite: &[PathBuf],
) -> Result<Plan<'a>, Failures> {
    let folder = if below.is_empty() { base.to_path_buf() } else { base.join(below) };
    check_folders(base, below, &mut BTreeSet::new())?;
    let old = manifest::read(&folder)?;
    let mut look = Look { folder: &folder, old: &old, overwrite, checked: BTreeSet::new(), failures: Vec::new() };
    let (mut next, mut interim) = (old.clone(), old.clone());
    let mut steps = Vec::new();
    let mut names = BTreeSet::new();
    for part in parts {
        for artifact in &part.set {
            if !names.insert(artifact.path.to_lowercase()) {
                look.failures.push(RimError::SharedPath { path: show(&folder.join(&artifact.path)) });
                continue;
            }
            let Some((action, was)) = look.at(&artifact.path, &artifact.bytes) else { continue };
            let entry = Entry { owner: part.owner.clone(), hash: Some(manifest::hash(&artifact.bytes)), was: None };
            interim.insert(artifact.path.clone(), Entry { was, ..entry.clone() });
            next.insert(artifact.path.clone(), entry);
            steps.push((artifact.path.clone(), action, artifact.bytes.as_slice()));
        }
    }
    let wanted: BTreeSet<&str> =
        parts.iter().flat_map(|part| &part.set).map(|artifact| artifact.path.as_str()).collect();
    let mut removed = Vec::new();
    for (path, entry) in &old {
        if wanted.contains(path.as_str()) || !parts.iter().any(|part| part.owner == entry.owner) {
            continue;
        }
        let Some((action, was)) = look.leftover(path, entry) else { continue };
        next.remove(path);
        interim.insert(path.clone(), Entry { hash: None, was, ..entry.clone() });
        removed.push((path.clone(), action, [].as_slice()));
    }
    let failures = look.failures;
    steps.extend(removed);
    if failures.is_empty() { Ok(Plan { folder, steps, next, interim, old }) } else { Err(failures) }
}

/// A comparison under way.
struct Look<'a> {
    folder: &'a Path,
    old: &'a Manifest,
    overwrite: &'a [PathBuf],
    /// Folders that were found to be folders, or absent.
    checked: BTreeSet<String>,
    failures: Failures,
}

impl Look<'_> {
    /// What is to be done at a path to have these bytes there, and the hash of what is there now.
    fn at(&mut self, path: &str, bytes: &[u8]) -> Option<(Action, Option<String>)> {
        let Some(found) = self.found(path) else { return Some((Action::Create, None)) };
        let found = found?;
        if found == bytes {
            return Some((Action::Keep, None));
        }
        let hash = manifest::hash(&found);
        match self.old.get(path) {
            _ if self.is_given_up(path) => Some((Action::Update, Some(hash))),
            Some(entry) if entry.knows(&hash) => Some((Action::Update, Some(hash))),
            Some(_) => self.refuse(RimError::Edited { path: show(&self.folder.join(path)) }),
            None => self.refuse(RimError::Foreign { path: show(&self.folder.join(path)) }),
        }
    }

    /// What is to be done with a file that is no longer wanted.
    fn leftover(&mut self, path: &str, entry: &Entry) -> Option<(Action, Option<String>)> {
        let Some(found) = self.found(path) else { return Some((Action::Keep, None)) };
        let hash = manifest::hash(&found?);
        if entry.knows(&hash) || self.is_given_up(path) {
            return Some((Action::Remove, Some(hash)));
        }
        self.refuse(RimError::EditedLeftover { path: show(&self.folder.join(path)) })
    }

    /// The bytes at a path: `None` if there is no file, `Some(None)` if what is there is refused.
    #[expect(clippy::option_option, reason = "absent and refused are different answers, and only here")]
    fn found(&mut self, path: &str) -> Option<Option<Vec<u8>>> {
        let full = self.folder.join(path);
        if let Err(error) = check_folders(self.folder, parent(path), &mut self.checked) {
            return Some(self.refuse(error));
        }
        let unsafe_path = |reason: &str| RimError::UnsafePath { path: show(&full), reason: reason.to_owned() };
        match fs::symlink_metadata(&full) {
            Err(error) if is_absent(&error) => None,
            Err(error) => Some(self.refuse(RimError::cannot_read(&full, &error))),
            Ok(metadata) if metadata.is_symlink() => Some(self.refuse(unsafe_path("a symbolic link is there"))),
            Ok(metadata) if metadata.is_dir() => Some(self.refuse(unsafe_path("a folder is there"))),
            Ok(metadata) if !metadata.is_file() => Some(self.refuse(unsafe_path("no regular file is there"))),
            Ok(_) => match fs::read(&full) {
                Ok(bytes) => Some(Some(bytes)),
                Err(error) => Some(self.refuse(RimError::cannot_read(&full, &error))),
            },
        }
    }

    fn refuse<T>(&mut self, error: RimError) -> Option<T> {
        self.failures.push(error);
        None
    }

    fn is_given_up(&self, path: &str) -> bool {
        let full = self.folder.join(path);
        self.overwrite
            .iter()
            .any(|given| *given == full || fs::canonicalize(given).ok() == fs::canonicalize(&full).ok())
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// The folder of a relative path; empty for a file at the top.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Checks that each component of `below` is a folder or absent, and no symbolic link.
pub(super) fn check_folders(base: &Path, below: &str, checked: &mut BTreeSet<String>) -> Result<(), RimError> {
    if below.is_empty() || checked.contains(below) {
        return Ok(());
    }
    let mut path = base.to_path_buf();
    for component in below.split('/') {
        path.push(component);
        let refused = |reason: String| Err(RimError::UnsafePath { path: show(&path), reason });
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => return refused("it is a symbolic link".to_owned()),
            Ok(metadata) if !metadata.is_dir() => return refused("it is not a folder".to_owned()),
            Ok(_) => {}
            Err(error) if is_absent(&error) => break,
            Err(error) => return refused(words(&error)),
        }
    }
    checked.insert(below.to_owned());
    Ok(())
}

impl Plan<'_> {
    /// How many files get this action.
    pub(super) fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|(_, of_step, _)| *of_step == action).count()
    }

    /// The folder that it is about.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that differ, as `create vm.yaml`; a stale manifest counts as one.
    pub(super) fn differences(&self) -> Vec<String> {
        let word = |action: Action| match action {
            Action::Create => Some("missing"),
            Action::Update => Some("different"),
            Action::Remove => Some("left over"),
            Action::Keep => None,
        };
        let steps = self.steps.iter().filter_map(|(path, action, _)| {
            word(*action).map(|word| format!("{} is {word}", show(&self.folder.join(path))))
        });
        let mut differences: Vec<_> = steps.collect();
        if differences.is_empty() && self.next != self.old {
            differences.push(format!("{} is different", show(&self.folder.join(manifest::NAME))));
        }
        differences
    }

    /// Writes. On an error every file is whole, old or new, and the same call later goes on.
    pub(super) fn carry_out(&self) -> Result<(), RimError> {
        if self.next.is_empty() && self.old.is_empty() {
            return Ok(());
        }
        make_folder(&self.folder)?;
        let is_change = |action: &Action| matches!(action, Action::Update | Action::Remove | Action::Create);
        if self.steps.iter().any(|(_, action, _)| is_change(action)) {
            self.write_manifest(&self.interim)?;
        }
        let mut made = BTreeSet::new();
        for (path, action, bytes) in &self.steps {
            let full = self.folder.join(path);
            match action {
                Action::Keep => {}
                Action::Create | Action::Update => {
                    if made.insert(parent(path)) {
                        make_folder(&self.folder.join(parent(path)))?;
                    }
                    replace(&full, bytes)?;
                }
                Action::Remove => self.remove(path, &full)?,
            }
        }
        if self.next.is_empty() {
            let path = self.folder.join(manifest::NAME);
            return fs::remove_file(&path).map_err(|error| RimError::cannot_write(&path, &error));
        }
        self.write_manifest(&self.next)
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), RimError> {
        let (path, text) = (self.folder.join(manifest::NAME), manifest::text(manifest));
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        replace(&path, text.as_bytes())
    }

    /// Removes a file, and the folders that it leaves empty.
    fn remove(&self, path: &str, full: &Path) -> Result<(), RimError> {
        match fs::remove_file(full) {
            Err(error) if !is_absent(&error) => return Err(RimError::cannot_write(full, &error)),
            _ => {}
        }
        let mut folder = parent(path);
        while !folder.is_empty() && fs::remove_dir(self.folder.join(folder)).is_ok() {
            folder = parent(folder);
        }
        Ok(())
    }
}

fn make_folder(path: &Path) -> Result<(), RimError> {
    fs::create_dir_all(path).map_err(|error| RimError::cannot_write(path, &error))
}

/// Puts bytes at a path in one step: whoever reads it sees the old file or the new one. Permissions
/// of a file that is there stay.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), RimError> {
    let waiting = path.with_file_name(WAITING);
    let write = || {
        // Left by an interrupted run; a link of this name is removed, not followed.
        match fs::remove_file(&waiting) {
            Err(error) if !is_absent(&error) => return Err(error),
            _ => {}
        }
        let mut file = fs::File::options().write(true).create_new(true).open(&waiting)?;
        file.write_all(bytes)?;
        if let Ok(metadata) = fs::metadata(path) {
            file.set_permissions(metadata.permissions())?;
        }
        fs::rename(&waiting, path)
    };
    write().map_err(|error| {
        // What is left of the attempt would only be in the way; the first error is the one to tell.
        let _ = fs::remove_file(&waiting);
        RimError::cannot_write(path, &error)
    })
}

#[cfg(test)]
#[path = "artifacts_tests.rs"]
mod tests;

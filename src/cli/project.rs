//! What the commands about a project share: which folder, which inputs, and the run over it.

use std::path::{Path, PathBuf};

use crate::session::{self, Analysis, Options};

use super::disk::DiskWorld;
use super::errors::{Failures, RimError, show};
use super::output::Output;

/// The project and what it is given.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ProjectArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    #[command(flatten)]
    pub inputs: InputArgs,
}

/// Inputs and the lock.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Give an input of the project a value; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Fail (exit 2) where `hlab.lock` lacks an entry, instead of adding it; the default if `CI` is set.
    #[arg(long)]
    locked: bool,
    #[arg(skip)]
    is_free: bool,
    /// Parse the files of a large project with so many threads; 0 takes as many as there are cores. The result is the same.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

/// What else counts as a failure.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DenyArgs {
    /// Treat a class of diagnostics as errors for the exit code.
    #[arg(long, value_name = "CLASS", value_parser = ["warnings"])]
    deny: Vec<String>,
}

impl DenyArgs {
    /// Whether warnings alone make the run fail.
    pub(super) fn warnings(&self) -> bool {
        !self.deny.is_empty()
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, as in `site=home`".to_owned()),
    }
}

impl InputArgs {
    /// Whether the lock may not be added to.
    pub(super) fn is_locked(&self) -> bool {
        let is_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
        self.locked || (is_ci && !self.is_free)
    }

    /// The same, where adding to the lock is the point of the command.
    pub(super) fn unlocked(&self) -> InputArgs {
        InputArgs { locked: false, is_free: true, ..self.clone() }
    }

    /// Whether an input is given a value.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.set.iter().any(|(set, _)| set == name)
    }

    fn options(&self, lock: Option<String>) -> Options {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if self.threads == 0 { cores() } else { self.threads };
        Options { inputs: self.set.clone(), lock, locked: self.is_locked(), threads, ..Options::default() }
    }
}

/// A project with its world and how to look at it.
pub(super) struct Project {
    pub world: DiskWorld,
    pub options: Options,
}

impl Project {
    /// Opens the folder and reads its lock.
    ///
    /// # Errors
    /// If there is no such folder, or its lock cannot be read.
    pub(super) fn open(dir: &Path, inputs: &InputArgs) -> Result<Project, RimError> {
        let world = DiskWorld::open(dir)?;
        let options = inputs.options(world.lock()?);
        Ok(Project { world, options })
    }

    /// The same for a command that says what is wrong, and nothing of past outages.
    pub(super) fn without_incidents(mut self) -> Project {
        self.options.without_incidents = true;
        self
    }

    /// Runs the front end.
    pub(super) fn analyze(&self) -> Analysis {
        session::analyze(&self.world, &self.options)
    }

    /// The failure of a folder without a project.
    pub(super) fn missing(&self, analysis: &Analysis) -> Option<RimError> {
        (!analysis.project_found).then(|| RimError::NoProject { dir: show(&self.world.root) })
    }
}

/// Opens and runs a project that must be free of errors, for commands whose answer needs a sound lab.
/// What was found is shown; the analysis comes back only if nothing stands against it.
pub(super) fn sound(dir: &Path, inputs: &InputArgs, output: Output) -> Result<Option<(Project, Analysis)>, Failures> {
    let project = Project::open(dir, inputs)?;
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    if analysis.has_errors() || missing.is_some() {
        output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
        return Ok(None);
    }
    Ok(Some((project, analysis)))
}

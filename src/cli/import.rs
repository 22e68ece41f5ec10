//! `hlab import`: what another tool manages already, as hlab source.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::World as _;
use crate::diag::visible;
use crate::session::{self, Difference, Import, NoImport, Proof};
use crate::targets::ArtifactSet;

use super::Exit;
use super::artifacts::replace;
use super::disk::DiskWorld;
use super::errors::{Failures, RimError, show};
use super::output::{Output, print};

/// Turn existing manifests into a project, and prove that building it gives the same objects
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab import --manifests gitops/instances            look at what would come out
  hlab import --manifests gitops/instances -o my-lab  start a project from it
Reads Crossplane manifests of provider-proxmox-bpg 0.11.1 and 1.18.0, cluster-scoped or namespaced; other documents are
left alone and listed.")]
pub(super) struct ImportArgs {
    /// The folder of the manifests; every YAML file below it is read.
    #[arg(long, value_name = "DIR")]
    manifests: PathBuf,
    /// The folder of the new project; without it the source is printed.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The project's name. Left out: the one that the manifests are stamped with, or `imported`.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Differences and left-out documents shown at most.
const MOST_SHOWN: usize = 20;

pub(super) fn run(args: &ImportArgs, mut output: Output) -> Result<Exit, Failures> {
    output.is_stdout_taken = args.out.is_none();
    let manifests = read(&args.manifests)?;
    let import =
        session::import(&manifests, args.name.as_deref()).map_err(|nothing| refused(&args.manifests, nothing))?;
    output.results(&import.sources, &import.diagnostics, &[])?;
    if import.imported.files.is_empty() {
        return Ok(Exit::Errors);
    }
    match &args.out {
        Some(out) => write(out, &import)?,
        None => print(&one_text(&import))?,
    }
    report(args, &import, output)
}

/// Every YAML file below a folder.
fn read(folder: &Path) -> Result<ArtifactSet, Failures> {
    let cannot = |path: &Path, cause: String| RimError::CannotRead { path: show(path), cause };
    let world = DiskWorld::open(folder)?;
    let paths = world.files(".").map_err(|error| cannot(folder, super::disk::reason(&error)))?;
    let mut files = ArtifactSet::default();
    let mut failures = Failures::new();
    for path in paths.into_iter().filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
        let read = world.read(&path).map_err(|error| super::disk::reason(&error));
        let kept = read.and_then(|bytes| files.push(path.clone(), bytes).map_err(|error| error.reason()));
        failures.extend(kept.err().map(|cause| cannot(&folder.join(&path), cause)));
    }
    if failures.is_empty() { Ok(files) } else { Err(failures) }
}

fn refused(folder: &Path, why: NoImport) -> RimError {
    let dir = show(folder);
    match why {
        NoImport::Nothing(others) => {
            let there = match others.as_slice() {
                [] => "it holds no Kubernetes manifest".to_owned(),
                [first, ..] => format!("it holds {} other documents, such as {}", others.len(), visible(first)),
            };
            RimError::NothingToImport { dir, there }
        }
        NoImport::SeveralVersions(several) => {
            let of = |(version, place): &(&str, String)| format!("{version} in {}", visible(place));
            RimError::ManifestsApart {
                what: format!("versions: {}", several.iter().map(of).collect::<Vec<_>>().join(", ")),
            }
        }
        NoImport::SeveralCredentials(several) => {
            RimError::ManifestsApart { what: format!("credentials: {}", visible(&several.join(", "))) }
        }
    }
}

/// Writes the files of the project, unless one is there already: then none.
fn write(out: &Path, import: &Import) -> Result<(), Failures> {
    let taken = import.imported.files.keys().map(|path| out.join(path)).find(|path| fs::symlink_metadata(path).is_ok());
    if let Some(path) = taken {
        return Err(RimError::Exists { path: show(&path) }.into());
    }
    for (path, text) in &import.imported.files {
        let path = out.join(path);
        let folder = path.parent().unwrap_or(out);
        fs::create_dir_all(folder).map_err(|error| RimError::cannot_write(folder, &error))?;
        replace(&path, text.as_bytes())?;
    }
    Ok(())
}

/// The files one after the other, each below its name.
fn one_text(import: &Import) -> String {
    let mut text = String::new();
    for (path, file) in &import.imported.files {
        text.push_str(&format!("// ---- {path}\n\n{file}\n"));
    }
    text
}

/// Says what became of it.
fn report(args: &ImportArgs, import: &Import, output: Output) -> Result<Exit, Failures> {
    for note in import.imported.notes.iter().take(MOST_SHOWN) {
        output.remark(&format!("note: {}", visible(note)));
    }
    list("left alone", &import.left_out, output);
    let whence = match &args.out {
        Some(out) => format!("imported {} into {}", objects(import.objects), show(out)),
        None => format!("read {}", objects(import.objects)),
    };
    match &import.proof {
        Proof::Same => {
            output.remark(&format!("{whence}; proved: building the project gives the same objects"));
            Ok(Exit::Ok)
        }
        Proof::Different(differences) => {
            differences.iter().take(MOST_SHOWN).for_each(|difference| show_difference(difference, output));
            output.remark(&whence);
            Err(RimError::NotTheSame { count: differences.len() }.into())
        }
        Proof::Unbuilt { sources, diagnostics } => {
            output.results(sources, diagnostics, &[])?;
            output.remark(&whence);
            Err(RimError::ImportUnbuilt.into())
        }
    }
}

fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

fn list(title: &str, lines: &[String], output: Output) {
    for line in lines.iter().take(MOST_SHOWN) {
        output.remark(&format!("{title}: {}", visible(line)));
    }
    if lines.len() > MOST_SHOWN {
        output.remark(&format!("{title}: {} more", lines.len() - MOST_SHOWN));
    }
}

/// `-` for what only the manifests have, `+` for what only the project gives.
fn show_difference(difference: &Difference, output: Output) {
    output.remark(&format!("{} differs:", visible(&difference.path)));
    difference.missing.iter().take(MOST_SHOWN).for_each(|line| output.remark(&format!("  - {}", visible(line))));
    difference.added.iter().take(MOST_SHOWN).for_each(|line| output.remark(&format!("  + {}", visible(line))));
    if difference.missing.is_empty() && difference.added.is_empty() {
        output.remark("  the same lines in another order");
    }
}

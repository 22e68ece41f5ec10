//! `hlab lock`: allocates what is missing and writes `hlab.lock`.

use super::Exit;
use super::artifacts::replace;
use super::errors::{Failures, RimError};
use super::output::Output;
use super::project::{ProjectArgs, sound};

/// Allocate missing ids and write hlab.lock
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab lock                               add what is missing
  hlab lock --check                       exit 2 if something is missing")]
pub(super) struct LockArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Write nothing; exit 2 if the lock would change.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &LockArgs, output: Output) -> Result<Exit, Failures> {
    let inputs = args.project.inputs.unlocked();
    let Some((project, analysis)) = sound(&args.project.dir, &inputs, output)? else { return Ok(Exit::Errors) };
    let path = project.world.root.join("hlab.lock");
    match analysis.lock_text() {
        None => output.remark("hlab.lock is up to date"),
        Some(_) if args.check => return Err(RimError::Stale { summary: "hlab.lock lacks entries".to_owned() }.into()),
        Some(text) => {
            replace(&path, text.as_bytes())?;
            output.remark("wrote hlab.lock");
        }
    }
    if output.is_machine() {
        output.results(&analysis.sources, &analysis.diagnostics, &[])?;
    }
    Ok(Exit::Ok)
}

//! `hlab lock`: allocates what is missing and writes `hlab.lock`.

use super::Exit;
use super::artifacts::replace;
use super::errors::{Failures, RimError};
use super::output::Output;
use super::project::{ProjectArgs, sound};
use crate::session::NotForgotten;

/// Allocate missing ids and write hlab.lock
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab lock                               add what is missing
  hlab lock --check                       exit 2 if something is missing
  hlab lock --forget vm.old-web           let its id be given to another guest")]
pub(super) struct LockArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Write nothing; exit 2 if the lock would change.
    #[arg(long)]
    check: bool,
    /// Take the address of a guest that is gone out of the lock: its id may then be given to another.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "check")]
    forget: Vec<String>,
}

pub(super) fn run(args: &LockArgs, output: Output) -> Result<Exit, Failures> {
    let inputs = args.project.inputs.unlocked();
    let Some((project, analysis)) = sound(&args.project.dir, &inputs, output)? else { return Ok(Exit::Errors) };
    let path = project.world.root.join("hlab.lock");
    let new = match args.forget.is_empty() {
        true => analysis.lock_text(),
        false => Some(analysis.lock_without(&args.forget).map_err(|(address, why)| stays(&address, &why))?),
    };
    match new {
        None => output.remark("hlab.lock is up to date"),
        Some(_) if args.check => return Err(RimError::StaleLock.into()),
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

/// Why an address cannot be forgotten.
fn stays(address: &str, why: &NotForgotten) -> RimError {
    let address = address.to_owned();
    match why {
        NotForgotten::InUse => RimError::LockInUse { address },
        NotForgotten::Unknown(known) => {
            let near = crate::base::closest(&address, known.iter().map(String::as_str));
            let hint = match (near, known.len()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, 0) => "the lock is empty".to_owned(),
                (None, 1..=12) => format!("there are: {}", known.join(", ")),
                (None, _) => "`hlab.lock` lists the addresses, one a line".to_owned(),
            };
            RimError::NotInLock { address, hint }
        }
    }
}

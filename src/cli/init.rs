//! `hlab init`: a commented starter that checks clean.

use std::fs;
use std::path::PathBuf;

use super::Exit;
use super::artifacts::replace;
use super::errors::{Failures, RimError, show};
use super::output::Output;

/// The starter.
pub(super) const STARTER: &str = include_str!("starter.hlab");

/// Start a project: writes a commented lab.hlab that checks clean
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab init                               in this folder
  hlab init my-lab && hlab check my-lab   in a new one")]
pub(super) struct InitArgs {
    /// The folder; made if it is not there.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(args: &InitArgs, output: Output) -> Result<Exit, Failures> {
    let path = args.dir.join("lab.hlab");
    if fs::symlink_metadata(&path).is_ok() {
        return Err(RimError::Exists { path: show(&path) }.into());
    }
    fs::create_dir_all(&args.dir).map_err(|error| RimError::cannot_write(&args.dir, &error))?;
    replace(&path, STARTER.as_bytes())?;
    let dir = show(&args.dir);
    output
        .remark(&format!("wrote {}; `hlab check {dir}` looks at it, `hlab build {dir} -o out` builds it", show(&path)));
    Ok(Exit::Ok)
}

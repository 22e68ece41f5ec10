//! `hlab version`: answers before anything is looked at.

use super::Exit;
use super::errors::Failures;
use super::output::print;

/// Print the version of hlab
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  hlab version")]
pub(super) struct VersionArgs {}

pub(super) fn run(_args: &VersionArgs) -> Result<Exit, Failures> {
    print(concat!("hlab ", env!("CARGO_PKG_VERSION"), "\n"))?;
    Ok(Exit::Ok)
}

//! `hlab version`: answers before anything is looked at.

use super::Exit;
use super::errors::Failures;
use super::output::Output;

/// Print the version of hlab
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  hlab version\n  hlab version --format json")]
pub(super) struct VersionArgs {}

pub(super) fn run(_args: &VersionArgs, output: Output) -> Result<Exit, Failures> {
    let version = env!("CARGO_PKG_VERSION");
    output.answer(|| format!("hlab {version}\n"), || serde_json::json!({ "version": version }))?;
    Ok(Exit::Ok)
}

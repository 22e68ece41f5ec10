//! `hlab what-if`: what a loss, a drain, a move or an upgrade would come to. Nothing is written, nobody is asked.

mod json;
mod text;

use crate::diag::{Severity, visible};
use crate::session::what_if::{self, Changed, NoMove, NotOne};
use crate::session::{Analysis, PveVersion};

use super::Exit;
use super::errors::{Failures, RimError};
use super::output::{Output, exit_of};
use super::project::{Project, ProjectArgs};

/// Say what would come of a loss, a drain, a move or an upgrade
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Answers come from the lab's source alone. `lose` and `drain` end with 0; `move` and `upgrade` with 1 if an error is new. A lab that a
policy refuses is asked all the same; one with other errors is not.

Examples:
  hlab what-if lose pve                   what stops without a host, in which order, and who is left
  hlab what-if lose pve,still-fawn lab    without two at once
  hlab what-if lose pve.disk.nvme         without a disk; a power supply or a switch goes as well
  hlab what-if drain pve                  where each guest of a host could go before it is taken down
  hlab what-if move coral still-fawn      the edit that moves a device, and what is wrong then
  hlab what-if upgrade pve 9.1            what a newer Proxmox VE refuses
  hlab what-if lose pve --format json")]
pub(super) struct WhatIfArgs {
    #[command(subcommand)]
    ask: Ask,
}

#[derive(clap::Subcommand, Debug)]
enum Ask {
    /// What stops without a host, disk, power supply, machine or guest
    Lose(LoseArgs),
    /// Where the guests of a host could go, and how
    Drain(DrainArgs),
    /// The edit that moves a device or guest to another host, and what is wrong then
    Move(MoveArgs),
    /// What is wrong with another version of Proxmox VE on a host
    Upgrade(UpgradeArgs),
}

#[derive(clap::Args, Debug)]
struct LoseArgs {
    /// What is lost, by name or address: `pve`, `ups.cyberpower`, `pve.disk.nvme`; several at once with commas.
    #[arg(value_name = "THING[,THING]")]
    things: String,
    #[command(flatten)]
    project: ProjectArgs,
}

#[derive(clap::Args, Debug)]
struct DrainArgs {
    /// The host.
    host: String,
    #[command(flatten)]
    project: ProjectArgs,
}

#[derive(clap::Args, Debug)]
struct MoveArgs {
    /// What is moved: whatever stands `on` one host.
    thing: String,
    /// Where to.
    host: String,
    #[command(flatten)]
    project: ProjectArgs,
}

#[derive(clap::Args, Debug)]
struct UpgradeArgs {
    /// The host.
    host: String,
    /// The version it gets: `9.1`.
    #[arg(value_parser = version)]
    version: PveVersion,
    #[command(flatten)]
    project: ProjectArgs,
}

/// A version of Proxmox VE on the command line.
pub(super) fn version(text: &str) -> Result<PveVersion, String> {
    PveVersion::parse(text).ok_or_else(|| "expected a version of Proxmox VE, as in `9.1`".to_owned())
}

pub(super) fn run(args: &WhatIfArgs, output: Output) -> Result<Exit, Failures> {
    match &args.ask {
        Ask::Lose(args) => lose(args, output),
        Ask::Drain(args) => drain(args, output),
        Ask::Move(args) => moved(args, output),
        Ask::Upgrade(args) => upgrade(args, output),
    }
}

fn lose(args: &LoseArgs, output: Output) -> Result<Exit, Failures> {
    let Ok(analysis) = whole(&args.project, output)? else { return Ok(Exit::Errors) };
    let things: Vec<String> = args.things.split(',').map(|name| name.trim().to_owned()).collect();
    let loss = analysis.lose(&things).map_err(|name| not_one(&name))?;
    output.answer(|| text::loss(&analysis, &loss), || json::loss(&analysis, &loss))?;
    Ok(Exit::Ok)
}

fn drain(args: &DrainArgs, output: Output) -> Result<Exit, Failures> {
    let Ok(analysis) = whole(&args.project, output)? else { return Ok(Exit::Errors) };
    let drain = analysis.drain(&args.host).map_err(|name| not_one(&name))?;
    output.answer(|| text::drain(&analysis, &drain), || json::drain(&analysis, &drain))?;
    Ok(Exit::Ok)
}

fn moved(args: &MoveArgs, output: Output) -> Result<Exit, Failures> {
    let Ok(_) = whole(&args.project, output)? else { return Ok(Exit::Errors) };
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let changed = what_if::moved(&project.world, &project.options, &args.thing, &args.host);
    let changed = changed.map_err(|why| no_move(&why))?;
    output.answer(|| text::moved(&changed, output), || json::changed(&changed))?;
    Ok(exit(&changed))
}

fn upgrade(args: &UpgradeArgs, output: Output) -> Result<Exit, Failures> {
    let Ok(_) = whole(&args.project, output)? else { return Ok(Exit::Errors) };
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let changed = what_if::upgraded(&project.world, &project.options, &args.host, args.version);
    let changed = changed.map_err(|name| not_one(&name))?;
    output.answer(|| text::upgraded(&changed, output), || json::changed(&changed))?;
    Ok(exit(&changed))
}

/// An error that is new is a failure, whatever else is.
pub(super) fn exit(changed: &Changed) -> Exit {
    let is_refused = changed.new.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if is_refused { Exit::Errors } else { Exit::Ok }
}

/// A lab of which every value is there; what is wrong with another is shown, and nothing is answered.
fn whole(args: &ProjectArgs, output: Output) -> Result<Result<Analysis, Exit>, Failures> {
    let project = Project::open(&args.dir, &args.inputs)?;
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    if analysis.is_whole() && missing.is_none() {
        return Ok(Ok(analysis));
    }
    output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
    Ok(Err(missing.map_or(exit_of(&analysis.diagnostics, false), |missing| missing.exit())))
}

fn not_one(name: &NotOne) -> RimError {
    let near: Vec<String> = name.near.iter().map(|near| format!("`{}`", visible(near))).collect();
    let hint = match near.as_slice() {
        [] => String::new(),
        [one] => format!("did you mean {one}? "),
        several => format!("it may be {}: say which. ", several.join(" or ")),
    };
    RimError::NotInLab { what: name.what.to_owned(), name: visible(&name.name), hint }
}

fn no_move(why: &NoMove) -> RimError {
    match why {
        NoMove::NotOne(name) => not_one(name),
        NoMove::NotOnOneHost { thing, instead } => RimError::CannotMove {
            thing: visible(thing),
            why: "it does not say on one host that it is".to_owned(),
            hint: visible(instead),
        },
        NoMove::Already { thing, host } => RimError::CannotMove {
            thing: visible(thing),
            why: format!("it is on `{}` already", visible(host)),
            hint: "name another host".to_owned(),
        },
    }
}

//! `hlab health`: whether a cluster is well. It asks, and changes nothing.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::diag::visible;
use crate::plan::health::{Checkup, Health, span};
use crate::plan::{Finding, Level};

use super::Exit;
use super::cluster::{ClusterArgs, ask, connect};
use super::errors::Failures;
use super::output::Output;
use super::project::{DenyArgs, InputArgs, sound};

/// Say whether a cluster is well: quorum, nodes, guests, storages, backups, clocks; changes nothing
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Guests that should run are those that start with their node, those that HA keeps running, and
with DIR those that the lab wants to run. A backup is too old when half as long again as the
longest time between two runs of its job has passed. Ends with 1 if something is wrong, and with
0 if there is nothing but warnings. See docs/plan.md for a login that may only read.

Examples:
  hlab health                             the cluster that PROXMOX_VE_ENDPOINT names
  hlab health my-lab                      also what the lab in that folder wants to run
  hlab health --backup-age 8 --json       backups may be 8 days old; for a program that watches
  hlab health --deny warnings             warnings end with 1 too")]
pub(super) struct HealthArgs {
    /// The folder of a lab that says which guests should run, and which are backed up elsewhere.
    dir: Option<PathBuf>,
    #[command(flatten)]
    inputs: InputArgs,
    /// Days from which a backup is too old, whatever its job's schedule is.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    backup_age: Option<u64>,
    /// The same as `--format json`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    deny: DenyArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) fn run(args: &HealthArgs, output: Output) -> Result<Exit, Failures> {
    let output = if args.json { output.as_json() } else { output };
    let expected = match &args.dir {
        None => Vec::new(),
        // Which id a guest gets is not told here.
        Some(dir) => match sound(dir, &args.inputs.unlocked(), output)? {
            Some((_, analysis)) => analysis.expected(),
            None => return Ok(Exit::Errors),
        },
    };
    let connection = connect(&args.cluster)?;
    let mut checkup = Checkup::new(expected, args.backup_age.map(|days| days * 86_400));
    ask(&connection, &mut checkup)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let health = checkup.finish(now);
    output.answer(|| text(&health), || value(&health))?;
    let is_denied = args.deny.warnings() && health.findings.iter().any(|finding| finding.level == Level::Warning);
    Ok(if health.is_well() && !is_denied { Exit::Ok } else { Exit::Errors })
}

fn level(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// For people: what there is, then what is wrong with it.
fn text(health: &Health) -> String {
    let release = health.release.as_ref().map_or(String::new(), |release| format!(", Proxmox VE {release}"));
    let quorum = match health.quorate {
        Ok(true) => "quorate",
        Ok(false) => "no quorum",
        Err(_) => "quorum unknown",
    };
    let online = health.nodes.values().filter(|node| node.online).count();
    let guests = health.guests;
    let unknown = if guests.unknown == 0 { String::new() } else { format!(", {} unknown", guests.unknown) };
    let oldest = health.backups.values().max();
    let backups = oldest.map_or("none seen".to_owned(), |age| {
        format!("of {} guests, none older than {}", health.backups.len(), span(*age))
    });
    let mut text = format!(
        "cluster  {quorum}{release}\nnodes    {online} of {} online\nguests   {} running, {} stopped{unknown}\nbackups  {backups}\n",
        health.nodes.len(),
        guests.running,
        guests.stopped,
    );
    if health.findings.is_empty() {
        text.push_str("\nall is well\n");
        return text;
    }
    text.push('\n');
    for finding in &health.findings {
        let (level, name) = (level(finding), finding.name);
        text.push_str(&format!("{level}[{name}]: {}\n", visible(&finding.message)));
        if !finding.help.is_empty() {
            text.push_str(&format!("  help: {}\n", visible(&finding.help)));
        }
    }
    text
}

/// For programs; the shape is a promise, described in docs/plan.md.
fn value(health: &Health) -> Value {
    let node = |(name, node): (&String, &crate::plan::health::NodeHealth)| {
        json!({
            "name": name,
            "online": node.online,
            "release": node.release.map(|release| release.to_string()),
            "clock_ahead_seconds": node.ahead.map(|ahead| (ahead * 10.0).round() / 10.0),
        })
    };
    let finding = |finding: &Finding| {
        json!({
            "level": level(finding),
            "name": finding.name,
            "about": finding.about,
            "message": finding.message,
            "help": finding.help,
        })
    };
    let guests = health.guests;
    json!({
        "healthy": health.is_well(),
        "quorate": health.quorate.as_ref().ok(),
        "release": health.release.as_ref().ok().map(ToString::to_string),
        "nodes": health.nodes.iter().map(node).collect::<Vec<_>>(),
        "guests": { "running": guests.running, "stopped": guests.stopped, "unknown": guests.unknown },
        "backups": health.backups.iter().map(|(id, age)| json!({ "guest": id, "age_seconds": age })).collect::<Vec<_>>(),
        "findings": health.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

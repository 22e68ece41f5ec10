//! `hlab plan` and `hlab diff`: what a lab and a running cluster differ in, and what it would take. Both ask, and change nothing.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::diag::Shown;
use crate::plan::{Level, Login, Observed, Plan, Settings, Survey, show};
use crate::session::Analysis;
use crate::targets::ArtifactSet;

use super::Exit;
use super::artifacts::{self, Part};
use super::build::summary;
use super::cluster::{ClusterArgs, ask, connect};
use super::errors::{Failures, RimError, show as shown_path};
use super::output::{FormatName, Output, print};
use super::project::{ProjectArgs, sound};

/// Say what would be changed in a running cluster, and what each change would interrupt; changes nothing
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Ends with 0 if nothing would be changed, with 2 if something would, whether this login may do it or
not, and with 1 if nothing would but something is wrong in the cluster. Nothing is sent that changes a cluster. See docs/plan.md for a login that may only read.

Examples:
  hlab plan                               the lab in this folder against the cluster that PROXMOX_VE_ENDPOINT names
  hlab plan lab --detailed                also what each change needs, and what nobody manages
  hlab plan -o plan.json                  the same for a program, to be kept; the plan is shown as well
  hlab plan --format markdown > plan.md   for a comment on a pull request
  hlab plan --format html -o plan.html    one page that needs nothing else")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    compare: CompareArgs,
    /// Let this be made anew, although its source does not allow it; may be repeated.
    #[arg(long, value_name = "ADDRESS")]
    replace: Vec<String>,
}

/// Say in what a running cluster differs from the lab, whoever applies it; changes nothing
#[derive(clap::Args, Debug)]
#[command(after_help = "\
`hlab plan` shows what hlab itself would change; this also shows what Crossplane and other owners
should have applied. Ends with 0 if nothing differs, and with 2 if something does.

Examples:
  hlab diff                               everything that differs
  hlab diff lab --format json             the same for a program
  hlab diff --detailed | less             also what nobody manages")]
pub(super) struct DiffArgs {
    #[command(flatten)]
    compare: CompareArgs,
}

#[derive(clap::Args, Debug)]
struct CompareArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// How it is written.
    // The same name and type as the format of all commands, whose place it takes here.
    #[arg(id = "format", long, value_name = "FORMAT", default_value = "human", value_parser = format_parser())]
    format: FormatName,
    /// A file to write it to: JSON, Markdown or HTML by its ending, unless `--format` says another.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Give up a foreign or edited file.
    #[arg(long, value_name = "FILE", requires = "out")]
    overwrite: Vec<PathBuf>,
    /// Also what each change needs, where it is in the API, and what nobody manages.
    #[arg(long)]
    detailed: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
}

fn format_parser() -> impl TypedValueParser<Value = FormatName> {
    PossibleValuesParser::new(["human", "json", "markdown", "html"]).map(|word| match word.as_str() {
        "json" => FormatName::Json,
        "markdown" => FormatName::Markdown,
        "html" => FormatName::Html,
        _ => FormatName::Human,
    })
}

pub(super) fn run(args: &PlanArgs, output: Output) -> Result<Exit, Failures> {
    compare(&args.compare, &args.replace, output, Analysis::plan)
}

pub(super) fn run_diff(args: &DiffArgs, output: Output) -> Result<Exit, Failures> {
    compare(&args.compare, &[], output, Analysis::diff)
}

fn compare(
    args: &CompareArgs,
    replace: &[String],
    output: Output,
    compared: impl Fn(&Analysis, &Observed, &Settings) -> Plan,
) -> Result<Exit, Failures> {
    // An id that the lock lacks would be another one tomorrow.
    let Some((_, analysis)) = sound(&args.project.dir, &args.project.inputs, output)? else { return Ok(Exit::Errors) };
    let connection = connect(&args.cluster)?;
    let mut survey = Survey::new(analysis.scope());
    ask(&connection, &mut survey)?;
    let settings = Settings { login: login(connection.who()), through: connection.hosts(), replace: replace.to_vec() };
    let plan = compared(&analysis, &survey.finish(), &settings);
    write(args, &analysis, &plan, output)?;
    let is_wrong = plan.findings.iter().any(|finding| finding.level == Level::Error);
    Ok(match (plan.has_changes(), is_wrong) {
        (true, _) => Exit::Pending,
        (false, true) => Exit::Errors,
        (false, false) => Exit::Ok,
    })
}

/// `hlab@pve!plan` is a token of the user `hlab@pve`.
fn login(who: &str) -> Login {
    match who.split_once('!') {
        Some((user, token)) => Login { user: user.to_owned(), token: Some(token.to_owned()) },
        None => Login { user: who.to_owned(), token: None },
    }
}

fn write(args: &CompareArgs, analysis: &Analysis, plan: &Plan, output: Output) -> Result<(), Failures> {
    let shown = Shown::new(&analysis.sources);
    let detail = if args.detailed { show::Detail::Full } else { show::Detail::Brief };
    let text = |format: FormatName| match format {
        FormatName::Json => show::json(&shown, plan),
        FormatName::Markdown => show::markdown(&shown, plan, detail),
        FormatName::Html => show::html(&shown, plan, detail),
        // `hlab --format short plan` gives what `hlab plan` does.
        FormatName::Human
        | FormatName::Short
        | FormatName::Sarif
        | FormatName::Github
        | FormatName::Junit
        | FormatName::Dot
        | FormatName::Mermaid => show::text(&shown, plan, detail),
    };
    let Some(file) = args.out.as_deref().filter(|out| *out != Path::new("-")) else {
        return Ok(print(&text(args.format))?);
    };
    let by_ending = match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => FormatName::Json,
        Some("md") => FormatName::Markdown,
        Some("html" | "htm") => FormatName::Html,
        Some(_) | None => FormatName::Human,
    };
    let is_said = args.format != FormatName::Human;
    keep(file, text(if is_said { args.format } else { by_ending }), &args.overwrite, output)?;
    if !is_said {
        print(&text(FormatName::Human))?;
    }
    Ok(())
}

/// Writes the file, unless it is somebody else's.
fn keep(file: &Path, text: String, overwrite: &[PathBuf], output: Output) -> Result<(), Failures> {
    let refused = |reason: String| RimError::UnsafePath { path: shown_path(file), reason };
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| refused("it names no file".to_owned()))?;
    let mut set = ArtifactSet::default();
    set.push(name.to_owned(), text).map_err(|error| refused(error.reason()))?;
    // Each file is a part of its own: another plan in the same folder is not left over.
    let parts = [Part { owner: format!("plan {name}"), set }];
    let plan = artifacts::plan(file.parent().unwrap_or(Path::new("")), "", &parts, overwrite)?;
    plan.carry_out()?;
    output.remark(&summary(&plan));
    Ok(())
}

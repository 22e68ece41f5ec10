//! `hlab build`: from a checked lab to files on a disk.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diag::Diagnostic;
use crate::session::{Analysis, TargetInfo, TargetRequest};
use crate::targets::check_path;

use super::Exit;
use super::artifacts::{Action, Part, Plan, plan, replace};
use super::errors::{Failures, RimError, show};
use super::output::{Output, exit_of, print_bytes};
use super::project::{DenyArgs, Project, ProjectArgs};

/// Write what the lab's targets need
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab build                              all targets, into their folders in the project
  hlab build lab -o /srv/gitops           the same, but below another folder
  hlab build --target crossplane -o out   one target, straight into out
  hlab build --target crossplane@0.11.1 -o -   one YAML stream on standard output
  hlab build --check                      in CI: exit 2 if committed output is stale")]
pub(super) struct BuildArgs {
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    deny: DenyArgs,
    /// Build one target: its name in the project, or a system such as `crossplane@0.11.1`; may be repeated.
    #[arg(long, value_name = "NAME[@VERSION]")]
    target: Vec<String>,
    /// Treat each target as the owner of all that it can carry.
    #[arg(long)]
    as_owner: bool,
    /// The folder to write below, in place of the project's; with one --target, the folder of that target;
    /// `-` prints one YAML stream.
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
    /// Write nothing; exit 2 if the output differs from what is on disk.
    #[arg(long, conflicts_with = "overwrite")]
    check: bool,
    /// Give up a foreign or edited file; may be repeated.
    #[arg(long, value_name = "FILE")]
    overwrite: Vec<PathBuf>,
}

/// What one folder gets: the folder relative to the base, and the parts of the targets that share it.
type Folders = BTreeMap<String, Vec<Part>>;

pub(super) fn run(args: &BuildArgs, mut output: Output) -> Result<Exit, Failures> {
    let is_stream = args.out.as_deref() == Some("-".as_ref());
    if is_stream && args.check {
        return Err(RimError::Usage("`--check` compares files, and `-o -` writes none".to_owned()).into());
    }
    output.is_stdout_taken = is_stream;
    let project = Project::open(&args.project.dir, &args.project.inputs)?.without_incidents();
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    let exit = exit_of(&analysis.diagnostics, args.deny.warnings());
    if exit != Exit::Ok || missing.is_some() {
        output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
        return Ok(missing.map_or(exit, |missing| missing.exit()));
    }
    if is_stream {
        let exit = print_stream(args, &analysis, output);
        // The process ends here, and the system takes all memory back at once.
        std::mem::forget(analysis);
        return exit;
    }
    let mut diagnostics = analysis.diagnostics.clone();
    let emitted = emit(args, &analysis, &mut diagnostics, output);
    let exit = exit_of(&diagnostics, args.deny.warnings());
    output.results(&analysis.sources, &diagnostics, emitted.as_ref().err().map_or(&[], Vec::as_slice))?;
    let folders = match emitted {
        Ok(folders) if exit == Exit::Ok => folders,
        Ok(_) => return Ok(exit),
        Err(failures) => return Ok(failures.iter().map(RimError::exit).max_by_key(|exit| exit.code()).unwrap_or(exit)),
    };
    write(args, &project, &analysis, &folders, output)
}

/// The files of every target asked for, by folder.
fn emit(
    args: &BuildArgs,
    analysis: &Analysis,
    diagnostics: &mut Vec<Diagnostic>,
    output: Output,
) -> Result<Folders, Failures> {
    let declared = analysis.targets();
    let mut folders = Folders::new();
    let mut failures = Failures::new();
    for request in requests(args, &declared) {
        let known = declared.iter().find(|target| target.name == request.name);
        let checked = match analysis.emit(&request) {
            Ok(checked) => checked,
            Err(unknown) => {
                failures.push(unknown_target(&request, &unknown.known));
                continue;
            }
        };
        let is_sound = !checked.has_errors();
        add(diagnostics, checked.diagnostics);
        add(diagnostics, analysis.verify(&request, &checked.value));
        if is_sound && checked.value.is_empty() {
            output.remark(&format!("target `{}` owns nothing in this lab", request.name));
        }
        let is_own_folder = args.out.is_some() && args.target.len() == 1;
        let folder = if is_own_folder { "" } else { known.map_or(request.name.as_str(), |target| target.out.as_str()) };
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        let folder = if folder == "." { "" } else { folder };
        if let (false, Err(error)) = (folder.is_empty(), check_path(folder)) {
            failures.push(RimError::UnsafePath { path: crate::diag::visible(folder), reason: error.reason() });
            continue;
        }
        folders.entry(folder.to_owned()).or_default().push(Part { owner: request.name, set: checked.value });
    }
    // The rollout is about all targets together.
    if args.target.is_empty() {
        let rollout = analysis.rollout();
        add(diagnostics, rollout.diagnostics);
        folders.entry(String::new()).or_default().push(Part { owner: "rollout".to_owned(), set: rollout.value });
    }
    if failures.is_empty() { Ok(folders) } else { Err(failures) }
}

/// Adds what was not said before: targets find the same things wrong.
fn add(diagnostics: &mut Vec<Diagnostic>, more: Vec<Diagnostic>) {
    for diagnostic in more {
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
}

/// Prints the documents of every target asked for as one stream.
fn print_stream(args: &BuildArgs, analysis: &Analysis, output: Output) -> Result<Exit, Failures> {
    let declared = analysis.targets();
    let mut diagnostics = analysis.diagnostics.clone();
    let mut failures = Failures::new();
    let mut pieces = Vec::new();
    for request in requests(args, &declared) {
        match analysis.stream(&request) {
            Ok(checked) => {
                if checked.value.is_empty() && !checked.has_errors() {
                    output.remark(&format!("target `{}` owns nothing in this lab", request.name));
                }
                add(&mut diagnostics, checked.diagnostics);
                pieces.extend(checked.value);
            }
            Err(unknown) => failures.push(unknown_target(&request, &unknown.known)),
        }
    }
    let exit = exit_of(&diagnostics, args.deny.warnings());
    output.results(&analysis.sources, &diagnostics, &failures)?;
    if let Some(failed) = failures.iter().map(RimError::exit).max_by_key(|exit| exit.code()) {
        return Ok(failed);
    }
    if exit == Exit::Ok {
        pieces.iter().try_for_each(|piece| print_bytes(piece.as_bytes()))?;
        std::mem::forget(pieces);
    }
    Ok(exit)
}

/// What was asked for with `--target`, or everything that the project declares.
fn requests(args: &BuildArgs, declared: &[TargetInfo]) -> Vec<TargetRequest> {
    let as_owner = args.as_owner;
    if args.target.is_empty() {
        let request = |target: &TargetInfo| TargetRequest { name: target.name.clone(), version: None, as_owner };
        return declared.iter().map(request).collect();
    }
    let request = |text: &String| match text.split_once('@') {
        Some((name, version)) => TargetRequest { name: name.to_owned(), version: Some(version.to_owned()), as_owner },
        None => TargetRequest { name: text.clone(), version: None, as_owner },
    };
    args.target.iter().map(request).collect()
}

fn unknown_target(request: &TargetRequest, known: &[String]) -> RimError {
    let version = request.version.as_ref().map_or(String::new(), |version| format!("@{version}"));
    let name = crate::diag::visible(&format!("{}{version}", request.name));
    let nearest = crate::base::closest(&name, known.iter().map(String::as_str));
    let meant = nearest.map_or(String::new(), |nearest| format!("did you mean `{nearest}`? "));
    RimError::UnknownTarget { name, hint: format!("{meant}hlab knows {}", known.join(", ")) }
}

/// Compares every folder first, then writes all or nothing.
fn write(
    args: &BuildArgs,
    project: &Project,
    analysis: &Analysis,
    folders: &Folders,
    output: Output,
) -> Result<Exit, Failures> {
    let base = args.out.as_ref().unwrap_or(&project.world.root);
    let mut plans = Vec::new();
    let mut failures = Failures::new();
    for (folder, parts) in folders {
        match plan(base, folder, parts, &args.overwrite) {
            Ok(plan) => plans.push(plan),
            Err(more) => failures.extend(more),
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let lock = analysis.lock_text().map(|text| (project.world.root.join("hlab.lock"), text));
    if args.check {
        return compare(&plans, lock.is_some(), output);
    }
    if let Some((path, text)) = lock {
        replace(&path, text.as_bytes())?;
        output.remark(&format!("wrote {}", show(&path)));
    }
    for plan in &plans {
        plan.carry_out()?;
        output.remark(&summary(plan));
    }
    Ok(Exit::Ok)
}

fn compare(plans: &[Plan<'_>], is_lock_stale: bool, output: Output) -> Result<Exit, Failures> {
    match differences(plans, is_lock_stale) {
        None => {
            output.remark("the output is up to date");
            Ok(Exit::Ok)
        }
        Some(summary) => Err(RimError::Stale { summary }.into()),
    }
}

/// What differs from what is on disk, the first of many; none if nothing does.
pub(super) fn differences(plans: &[Plan<'_>], is_lock_stale: bool) -> Option<String> {
    let mut differences: Vec<_> = plans.iter().flat_map(Plan::differences).collect();
    if is_lock_stale {
        differences.push("hlab.lock lacks entries".to_owned());
    }
    if differences.is_empty() {
        return None;
    }
    let more = differences.len().saturating_sub(10);
    differences.truncate(10);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Some(format!("{}{more}", differences.join(", ")))
}

/// `out: 3 written, 12 unchanged`.
pub(super) fn summary(plan: &Plan<'_>) -> String {
    let written = plan.count(Action::Create) + plan.count(Action::Update);
    let removed = match plan.count(Action::Remove) {
        0 => String::new(),
        count => format!(", {count} removed"),
    };
    format!("{}: {written} written{removed}, {} unchanged", show(plan.folder()), plan.count(Action::Keep))
}

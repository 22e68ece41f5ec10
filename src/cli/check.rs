//! `hlab check`: the whole front end, nothing written.

use crate::session::{Analysis, CoverageRow, PveVersion, what_if};

use super::Exit;
use super::errors::Failures;
use super::output::{Output, exit_of};
use super::project::{DenyArgs, Project, ProjectArgs};

/// Look for errors; writes nothing
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab check                              the project in this folder
  hlab check lab --set site=home          with a value for an input
  hlab check --deny warnings --format github   in CI
  hlab check --pve 9.1                    what breaks with a newer Proxmox VE
  hlab check --coverage                   what each policy was applied to")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    project: ProjectArgs,
    #[command(flatten)]
    deny: DenyArgs,
    /// Say what is wrong with this version of Proxmox VE on all hosts, and only what is not wrong with those that they say.
    #[arg(long, value_name = "VERSION", value_parser = super::what_if::version, conflicts_with = "coverage")]
    pve: Option<PveVersion>,
    /// List, for each policy, what it checked and what it could not.
    #[arg(long)]
    coverage: bool,
}

pub(super) fn run(args: &CheckArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?.without_incidents();
    if let Some(version) = args.pve {
        return upgraded(&project, version, args, output);
    }
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
    let exit = match missing {
        Some(missing) => missing.exit(),
        None => exit_of(&analysis.diagnostics, args.deny.warnings()),
    };
    if args.coverage && !output.is_machine() {
        super::output::print(&table(&analysis.coverage()))?;
    }
    if exit == Exit::Ok {
        output.remark(&format!("no errors in {}", files(&analysis)));
    }
    // The process ends here: giving a large lab back piece by piece would take longer than it took to check.
    std::mem::forget(analysis);
    Ok(exit)
}

/// What another version of Proxmox VE would come to.
fn upgraded(project: &Project, version: PveVersion, args: &CheckArgs, output: Output) -> Result<Exit, Failures> {
    let changed = what_if::all_upgraded(&project.world, &project.options, version);
    let missing = project.missing(&changed.after);
    output.results(&changed.after.sources, &changed.new, missing.as_slice())?;
    changed.notes.iter().for_each(|note| output.remark(&crate::diag::visible(note)));
    let exit = match missing {
        Some(missing) => missing.exit(),
        None => exit_of(&changed.new, args.deny.warnings()),
    };
    if changed.new.is_empty() && exit == Exit::Ok {
        output.remark(&format!("nothing is wrong with Proxmox VE {version} that is not wrong now"));
    }
    Ok(exit)
}

/// `3 files`, those of the library not counted.
fn files(analysis: &Analysis) -> String {
    let is_own = |file: &crate::base::SourceFile| match file.origin {
        crate::base::Origin::Project => true,
        crate::base::Origin::Library => false,
    };
    match analysis.sources.files().filter(|(_, file)| is_own(file)).count() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

fn table(rows: &[CoverageRow]) -> String {
    let width = rows.iter().map(|row| row.policy.len()).max().unwrap_or(0).max("policy".len());
    let mut text = format!("{:width$}  checked  failed  allowed  not applicable\n", "policy");
    for row in rows {
        let missing =
            if row.missing.is_empty() { String::new() } else { format!("  (unknown: {})", row.missing.join(", ")) };
        let CoverageRow { policy, checked, failed, allowed, not_applicable, .. } = row;
        text.push_str(&format!(
            "{policy:width$}  {checked:7}  {failed:6}  {allowed:7}  {not_applicable:14}{missing}\n"
        ));
    }
    text
}

//! `hlab fix`: applies machine fixes and checks again, until none is left.

use serde_json::json;

use crate::base::{FileId, TextEdit};
use crate::diag::Shown;
use crate::session::Analysis;
use crate::session::edits::{apply, choose};

use super::Exit;
use super::edits::diff;
use super::errors::Failures;
use super::output::{Output, exit_of, print};
use super::project::{Project, ProjectArgs};

/// A fix may uncover the next; one that undoes another must not go on for ever.
const ROUNDS: usize = 10;

/// Apply the fixes that messages offer, then check again
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab fix --dry-run                      show what would change
  hlab fix")]
pub(super) struct FixArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Print the changes as a diff, write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &FixArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let mut total = 0;
    let mut analysis = project.analyze();
    for _ in 0..ROUNDS {
        let (edits, count) = choose(&analysis.sources, &analysis.diagnostics);
        if args.dry_run {
            return show(&analysis, &edits, count, output);
        }
        if edits.is_empty() {
            break;
        }
        for (file, edits) in &edits {
            let source = analysis.sources.file(*file);
            project.world.rewrite(&source.path, &source.text, &apply(&source.text, edits))?;
        }
        total += count;
        analysis = project.analyze();
    }
    let missing = project.missing(&analysis);
    output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
    output.remark(&match total {
        0 => "nothing to fix".to_owned(),
        1 => "1 fix applied".to_owned(),
        count => format!("{count} fixes applied"),
    });
    Ok(missing.map_or(exit_of(&analysis.diagnostics, false), |missing| missing.exit()))
}

type Edits = std::collections::BTreeMap<FileId, Vec<TextEdit>>;

fn show(analysis: &Analysis, edits: &Edits, count: usize, output: Output) -> Result<Exit, Failures> {
    let shown = Shown::new(&analysis.sources);
    let one = |(file, edits): (&FileId, &Vec<TextEdit>)| {
        let source = analysis.sources.file(*file);
        diff(&shown, &source.path, &source.text, &apply(&source.text, edits))
    };
    let text: String = edits.iter().map(one).collect();
    if output.is_machine() {
        output.answer(String::new, || json!({ "fixes": count, "diff": text }))?;
    } else {
        print(&text)?;
        if count == 0 {
            output.remark("nothing to fix");
        }
    }
    Ok(if count == 0 { Exit::Ok } else { Exit::Pending })
}

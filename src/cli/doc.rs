//! `hlab doc`: the reference of a project and of the library, as pages.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::base::MemoryWorld;
use crate::doc::{Reference, Subject, html, markdown};
use crate::session::{Options, analyze};
use crate::targets::ArtifactSet;

use super::Exit;
use super::artifacts::{Part, plan};
use super::build::{differences, summary};
use super::errors::{Failures, RimError, show};
use super::output::{FormatName, Output, exit_of, print};
use super::project::{Project, ProjectArgs};

/// Write the reference of a project and of the library: kinds, fields, types, functions, policies
#[derive(clap::Args, Debug)]
#[command(after_help = "\
With -o, one page for each kind and each subject, and an index; without it, all of them as one page on standard output. The
folder gets `.hlab-manifest.json`, as those of `hlab build` do: what hlab did not write, or somebody edited, stays as it is.

Examples:
  hlab doc -o docs/lab                    Markdown pages of the project's kinds, profiles and policies, and of the library's
  hlab doc --format html -o site          the same as HTML: no other file needed, light and dark
  hlab doc --library | less               the standard library alone, without a project
  hlab doc --check -o docs/lab            in CI: exit 2 if committed pages are stale")]
pub(super) struct DocArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// How the pages are written.
    // The same name and type as the format of all commands, whose place it takes here.
    #[arg(id = "format", long, value_name = "FORMAT", default_value = "markdown", value_parser = format_parser())]
    format: FormatName,
    /// The folder to write to; `-`, or nothing, prints one page.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Describe the standard library alone; needs no project.
    #[arg(long, conflicts_with_all = ["dir", "set"])]
    library: bool,
    /// Write nothing; exit 2 if the pages differ from what is on disk.
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    check: bool,
    /// Give up a foreign or edited file; may be repeated.
    #[arg(long, value_name = "FILE", requires = "out")]
    overwrite: Vec<PathBuf>,
}

fn format_parser() -> impl TypedValueParser<Value = FormatName> {
    let find = |word: String| if word == "html" { FormatName::Html } else { FormatName::Markdown };
    PossibleValuesParser::new(["markdown", "html"]).map(find)
}

pub(super) fn run(args: &DocArgs, output: Output) -> Result<Exit, Failures> {
    let folder = args.out.as_deref().filter(|out| *out != Path::new("-"));
    if args.check && folder.is_none() {
        return Err(RimError::Usage("`--check` compares files, and `-o -` writes none".to_owned()).into());
    }
    let reference = if args.library {
        analyze(&MemoryWorld::default(), &Options::default()).reference(Subject::Library)
    } else {
        // Which id a guest gets is not told here.
        let project = Project::open(&args.project.dir, &args.project.inputs.unlocked())?;
        let analysis = project.analyze();
        let missing = project.missing(&analysis);
        if !analysis.is_whole() || missing.is_some() {
            output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
            return Ok(missing.map_or(exit_of(&analysis.diagnostics, false), |missing| missing.exit()));
        }
        analysis.reference(Subject::Project)
    };
    let is_html = args.format == FormatName::Html;
    match folder {
        Some(folder) => write(args, &reference, folder, output),
        None => {
            print(&if is_html { html::whole(&reference) } else { markdown::whole(&reference) })?;
            Ok(Exit::Ok)
        }
    }
}

/// Compares with what is there, then writes all or nothing.
fn write(args: &DocArgs, reference: &Reference, folder: &Path, output: Output) -> Result<Exit, Failures> {
    let files = if args.format == FormatName::Html { html::files(reference) } else { markdown::files(reference) };
    let mut set = ArtifactSet::default();
    for (path, text) in files {
        let refused = |error: crate::targets::BadPath| RimError::UnsafePath {
            path: show(&folder.join(&path)),
            reason: error.reason(),
        };
        set.push(path.clone(), text).map_err(refused)?;
    }
    let parts = [Part { owner: "doc".to_owned(), set }];
    let plan = plan(folder, "", &parts, &args.overwrite)?;
    if args.check {
        return match differences(std::slice::from_ref(&plan), false) {
            None => {
                output.remark("the pages are up to date");
                Ok(Exit::Ok)
            }
            Some(summary) => Err(RimError::StaleReference { summary }.into()),
        };
    }
    plan.carry_out()?;
    output.remark(&summary(&plan));
    Ok(Exit::Ok)
}

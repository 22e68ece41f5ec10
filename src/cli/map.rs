//! `hlab map`: the lab as people draw it.

use std::path::{Path, PathBuf};

use crate::map::{Lab, page, scene, svg};
use crate::targets::ArtifactSet;

use super::Exit;
use super::artifacts::{Part, plan};
use super::build::{differences, summary};
use super::errors::{Failures, RimError, show};
use super::output::{Output, eprint, print};
use super::project::{Project, ProjectArgs};

/// Draw the lab: hosts as boxes, in them devices, guests, bridges and storages; red where something is wrong
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The picture is an SVG that follows the reader's light or dark setting and needs no other file. With --html it is a page that
opens from the disk: the map, what is wrong, memory with what the loss of another host would add, backups, and what stops with
each host. A lab with errors is drawn from what is known of it. The folder of the file gets `.hlab-manifest.json`, as those of
`hlab build` do: a file that hlab did not write, or that somebody edited, stays as it is. See docs/map.md.

Examples:
  hlab map -o map.svg                     the map of the project in this folder
  hlab map my-lab --html -o lab.html      the page, for a browser
  hlab map -o - | rsvg-convert -o map.png a picture for where SVG cannot go
  hlab map --check -o docs/map.svg        in CI: exit 2 if the committed map is stale")]
pub(super) struct MapArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Write a page with the map, bars and tables, and not the map alone.
    #[arg(long)]
    html: bool,
    /// The file to write; `-`, or nothing, prints it.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write nothing; exit 2 if the file differs from what is on disk.
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    check: bool,
    /// Give up a foreign or edited file.
    #[arg(long, value_name = "FILE", requires = "out")]
    overwrite: Vec<PathBuf>,
}

pub(super) fn run(args: &MapArgs, output: Output) -> Result<Exit, Failures> {
    let file = args.out.as_deref().filter(|out| *out != Path::new("-"));
    if args.check && file.is_none() {
        return Err(RimError::Usage("`--check` compares a file, and `-o -` writes none".to_owned()).into());
    }
    // Which id a guest gets is not told here.
    let project = Project::open(&args.project.dir, &args.project.inputs.unlocked())?;
    let analysis = project.analyze();
    if let Some(missing) = project.missing(&analysis) {
        output.results(&analysis.sources, &analysis.diagnostics, std::slice::from_ref(&missing))?;
        return Ok(missing.exit());
    }
    let lab = analysis.map();
    let text = if args.html { page::document(&lab) } else { document(&lab) };
    let exit = match file {
        Some(file) => write(args, &text, file, output)?,
        None => {
            print(&text)?;
            Exit::Ok
        }
    };
    if analysis.has_errors() {
        // What is wrong is drawn, and a picture helps to see why.
        eprint("the lab has errors, which the map marks: `hlab check` lists them\n");
    }
    // The process ends here, and the system takes all memory back at once.
    std::mem::forget(analysis);
    Ok(exit)
}

fn document(lab: &Lab) -> String {
    svg::document(&scene(lab))
}

/// Compares with what is there, then writes all or nothing.
fn write(args: &MapArgs, text: &str, file: &Path, output: Output) -> Result<Exit, Failures> {
    let refused = |reason: String| RimError::UnsafePath { path: show(file), reason };
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| refused("it names no file".to_owned()))?;
    let mut set = ArtifactSet::default();
    set.push(name.to_owned(), text.to_owned()).map_err(|error| refused(error.reason()))?;
    // Each file is a part of its own: another map in the same folder is not left over.
    let parts = [Part { owner: format!("map {name}"), set }];
    let folder = file.parent().unwrap_or(Path::new(""));
    let plan = plan(folder, "", &parts, &args.overwrite)?;
    if args.check {
        return match differences(std::slice::from_ref(&plan), false) {
            None => {
                output.remark("the map is up to date");
                Ok(Exit::Ok)
            }
            Some(summary) => Err(RimError::StaleMap { summary }.into()),
        };
    }
    plan.carry_out()?;
    output.remark(&summary(&plan));
    Ok(Exit::Ok)
}

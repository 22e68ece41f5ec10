//! `hlab graph`: what refers to what.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::diag::visible;
use crate::graph::{Narrow, Sort, Unknown, dot, json, mermaid};

use super::Exit;
use super::errors::{Failures, RimError};
use super::output::{FormatName, Output, exit_of, print};
use super::project::{Project, ProjectArgs};

/// Draw the resources of a lab and what refers to what, or list them for a program
#[derive(clap::Args, Debug)]
#[command(after_help = "\
DOT and Mermaid put what is on a host into the box of the host. JSON has every resource with the values of all its fields;
its shape is described in docs/graph.md. A secret is never written, only the name of what refers to it. A lab that a policy
refuses is drawn all the same; one with other errors is not.

Examples:
  hlab graph | dot -Tsvg > lab.svg        a picture, by Graphviz
  hlab graph --format mermaid lab         for a page on GitHub or GitLab, in a ```mermaid block
  hlab graph --around vm.k3s --depth 2    what a VM relies on, and what relies on that
  hlab graph --kind guest --kind storage  which guest has disks where
  hlab graph --format json | jq '.edges[] | select(.to == \"storage.local\")'")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// How the graph is written: DOT for Graphviz, Mermaid for Markdown pages, JSON for programs.
    // The same name and type as the format of all commands, whose place it takes here.
    #[arg(id = "format", long, value_name = "FORMAT", default_value = "dot", value_parser = format_parser())]
    format: FormatName,
    /// Keep what is near a resource, by its address such as `vm.k3s`; may be repeated.
    #[arg(long, value_name = "ADDRESS")]
    around: Vec<String>,
    /// How many references away is near, in either direction.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    depth: usize,
    /// Keep resources of a kind, and those that `--around` names; may be repeated.
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Keep references of a sort; may be repeated.
    #[arg(long, value_name = "SORT", value_parser = sort_parser())]
    edge: Vec<Sort>,
}

fn format_parser() -> impl TypedValueParser<Value = FormatName> {
    PossibleValuesParser::new(["dot", "mermaid", "json"]).map(|word| match word.as_str() {
        "json" => FormatName::Json,
        "mermaid" => FormatName::Mermaid,
        _ => FormatName::Dot,
    })
}

fn sort_parser() -> impl TypedValueParser<Value = Sort> {
    let find = |word: String| Sort::ALL.iter().find(|(name, _)| *name == word).map_or(Sort::Field, |(_, sort)| *sort);
    PossibleValuesParser::new(Sort::ALL.map(|(name, _)| name)).map(find)
}

pub(super) fn run(args: &GraphArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    if !analysis.is_whole() || missing.is_some() {
        output.results(&analysis.sources, &analysis.diagnostics, missing.as_slice())?;
        return Ok(missing.map_or(exit_of(&analysis.diagnostics, false), |missing| missing.exit()));
    }
    let narrow =
        Narrow { around: args.around.clone(), depth: args.depth, kinds: args.kind.clone(), sorts: args.edge.clone() };
    let graph = analysis.graph().narrow(&narrow).map_err(|unknown| not_in_lab(&unknown))?;
    let text = match args.format {
        FormatName::Json => json::document(&graph),
        FormatName::Mermaid => mermaid::document(&graph),
        // `hlab --format human graph` gives what `hlab graph` does.
        FormatName::Dot
        | FormatName::Human
        | FormatName::Short
        | FormatName::Sarif
        | FormatName::Markdown
        | FormatName::Html
        | FormatName::Github
        | FormatName::Junit => dot::document(&graph),
    };
    print(&text)?;
    if analysis.has_errors() {
        // What a rule refuses is there all the same, and a picture helps to see why.
        super::output::eprint("rules of the lab do not hold: `hlab check` says which\n");
    }
    // The process ends here, and the system takes all memory back at once.
    std::mem::forget(analysis);
    Ok(Exit::Ok)
}

fn not_in_lab(unknown: &Unknown) -> RimError {
    let nearest = unknown.nearest.as_deref().map(visible);
    let hint = nearest.map_or(String::new(), |nearest| format!("did you mean `{nearest}`? "));
    RimError::NotInLab { what: unknown.what.to_owned(), name: visible(&unknown.name), hint }
}

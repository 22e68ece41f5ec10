//! `hlab inputs`: what a project can be given.

use serde_json::json;

use crate::diag::{Code, Diagnostic, codes};

use super::Exit;
use super::errors::Failures;
use super::output::Output;
use super::project::{Project, ProjectArgs};

/// List the inputs of a project, with type, default and value
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab inputs
  hlab inputs lab --set site=home --format json")]
pub(super) struct InputsArgs {
    #[command(flatten)]
    project: ProjectArgs,
}

pub(super) fn run(args: &InputsArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let analysis = project.analyze();
    let missing = project.missing(&analysis);
    // An input without a value is what this command is asked about; other errors are for `hlab check`.
    let is_about_set = |found: &&Diagnostic| found.code == Code::Row(&codes::BAD_INPUT);
    let bad: Vec<_> = analysis.diagnostics.iter().filter(is_about_set).cloned().collect();
    if !bad.is_empty() || missing.is_some() {
        output.results(&analysis.sources, &bad, missing.as_slice())?;
        return Ok(Exit::Errors);
    }
    let inputs = analysis.inputs();
    let lacks = |input: &crate::session::InputInfo| input.default.is_none() && !args.project.inputs.sets(&input.name);
    let text = || {
        if inputs.is_empty() {
            return "the project has no inputs\n".to_owned();
        }
        let line = |input: &crate::session::InputInfo| {
            let default = input.default.as_ref().map_or(String::new(), |default| format!(" = {default}"));
            let doc = input.doc.lines().next().map_or(String::new(), |doc| format!("   {doc}"));
            let now =
                if lacks(input) { "no value: `--set` gives one".to_owned() } else { format!("now {}", input.value) };
            format!("{}: {}{default}   {now}{doc}\n", input.name, input.ty)
        };
        inputs.iter().map(line).collect()
    };
    let value = || {
        let one = |input: &crate::session::InputInfo| {
            json!({
                "name": input.name, "type": input.ty, "default": input.default, "doc": input.doc,
                "value": (!lacks(input)).then_some(&input.value),
            })
        };
        json!({ "inputs": inputs.iter().map(one).collect::<Vec<_>>() })
    };
    output.answer(text, value)?;
    Ok(Exit::Ok)
}

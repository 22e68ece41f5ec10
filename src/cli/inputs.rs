//! `hlab inputs`: what a project can be given.

use serde_json::json;

use super::Exit;
use super::errors::Failures;
use super::output::Output;
use super::project::{ProjectArgs, sound};

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
    let Some((_, analysis)) = sound(&args.project.dir, &args.project.inputs, output)? else { return Ok(Exit::Errors) };
    let inputs = analysis.inputs();
    let text = || {
        if inputs.is_empty() {
            return "the project has no inputs\n".to_owned();
        }
        let line = |input: &crate::session::InputInfo| {
            let default = input.default.as_ref().map_or(String::new(), |default| format!(" = {default}"));
            let doc = input.doc.lines().next().map_or(String::new(), |doc| format!("   {doc}"));
            format!("{}: {}{default}   now {}{doc}\n", input.name, input.ty, input.value)
        };
        inputs.iter().map(line).collect()
    };
    let value = || {
        let one = |input: &crate::session::InputInfo| {
            json!({
                "name": input.name, "type": input.ty, "default": input.default, "value": input.value, "doc": input.doc,
            })
        };
        json!({ "inputs": inputs.iter().map(one).collect::<Vec<_>>() })
    };
    output.answer(text, value)?;
    Ok(Exit::Ok)
}

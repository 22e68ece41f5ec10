//! `hlab completions SHELL`: the script that a shell loads.

use clap::CommandFactory;

use super::errors::Failures;
use super::output::print_bytes;
use super::{Cli, Exit};

/// Print the completion script of a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab completions bash > ~/.local/share/bash-completion/completions/hlab
  hlab completions zsh > ~/.zfunc/_hlab
  hlab completions fish > ~/.config/fish/completions/hlab.fish")]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Failures> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hlab", &mut script);
    print_bytes(&script)?;
    Ok(Exit::Ok)
}

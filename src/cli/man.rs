//! `hlab man`: the manual page of the whole command line.

use clap::CommandFactory;

use super::errors::{Failures, RimError};
use super::output::print_bytes;
use super::{Cli, Exit};

/// Print the manual page, in roff
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  hlab man | man -l -\n  hlab man > /usr/local/share/man/man1/hlab.1")]
pub(super) struct ManArgs {}

pub(super) fn run(_args: &ManArgs) -> Result<Exit, Failures> {
    let mut page = Vec::new();
    let render = |page: &mut Vec<u8>| {
        clap_mangen::Man::new(Cli::command()).render(page)?;
        // Each command as a section of the one page: a page for each would need a folder to write to.
        for command in Cli::command().get_subcommands() {
            let command = command.clone().disable_help_flag(true);
            page.extend_from_slice(format!(".SH \"HLAB {}\"\n", command.get_name().to_uppercase()).as_bytes());
            let man = clap_mangen::Man::new(command);
            man.render_description_section(page)?;
            man.render_synopsis_section(page)?;
            man.render_options_section(page)?;
            man.render_extra_section(page)?;
        }
        std::io::Result::Ok(())
    };
    render(&mut page).map_err(|error| RimError::cannot_write("standard output".as_ref(), &error))?;
    print_bytes(&page)?;
    Ok(Exit::Ok)
}

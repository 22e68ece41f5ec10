//! The command line: the only layer that touches files, streams and the environment.
//!
//! One file per command. Each gets its arguments and an [`Output`], and gives an [`Exit`] or the
//! failures of the rim; [`run`] shows those and turns both into an exit code.

mod artifacts;
mod build;
mod check;
#[cfg(feature = "live")]
mod cluster;
mod completions;
#[cfg(feature = "demo")]
mod demo;
mod disk;
mod doc;
mod edits;
mod errors;
mod explain;
mod fix;
mod fmt;
mod graph;
#[cfg(feature = "live")]
mod health;
mod import;
mod incidents;
mod init;
mod inputs;
mod lock;
#[cfg(feature = "lsp")]
mod lsp;
mod man;
mod manifest;
mod map;
mod output;
#[cfg(feature = "live")]
mod plan;
mod project;
mod scan;
#[cfg(test)]
mod scratch;
mod test;
mod version;
mod what_if;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::base::Sources;
use crate::diag::Format;

use errors::{Failures, RimError};
use output::{Output, OutputArgs};

/// How a run ends; the numbers are a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Exit {
    /// All is well.
    Ok,
    /// Errors in the source, or a run that failed.
    Errors,
    /// Something would change: stale output, unformatted files, a stale lock.
    Pending,
    /// Refused: a foreign or edited file is in the way.
    Refused,
    /// The command line makes no sense.
    Usage,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Exit::Ok => 0,
            Exit::Errors => 1,
            Exit::Pending => 2,
            Exit::Refused => 3,
            Exit::Usage => 64,
        }
    }
}

const ABOUT: &str = "One typed source for a Proxmox lab: checked as a whole, built into what applies it";

const AFTER: &str = "\
Exit codes:
    0  all is well
    1  errors in the source, or a run that failed
    2  something would change: `plan`, `diff`, `build --check`, `fmt --check`, `scan`, a stale lock
    3  refused: a file that hlab did not write, or that was edited, is in the way
   64  the command line makes no sense
  130  interrupted
Warnings alone end with 0, unless `--deny warnings` is given.

Examples:
  hlab init my-lab                        start a project that checks clean
  hlab check my-lab                       look for errors, write nothing
  hlab build my-lab -o out                write what the lab's targets need
  hlab explain HL0101                     what a message means and how to mend it
  hlab graph my-lab | dot -Tsvg > lab.svg what refers to what, as a picture
  hlab what-if lose pve my-lab            what stops without a host, and who is left
  hlab map my-lab -o map.svg              the lab as people draw it, red where something is wrong
  hlab doc my-lab -o docs                 the lab's kinds and policies and the library's, as pages
  hlab scan --from hlab-scan.txt --write  what a host prints of its hardware, into the source
  hlab plan my-lab                        what would be changed in a running cluster, and what that would interrupt
  hlab health                             whether a running cluster is well
  hlab demo                               a plan without a cluster, in a minute
  hlab check --format json my-lab         the same for a program";

#[derive(Parser, Debug)]
#[command(name = "hlab", version, about = ABOUT, after_help = AFTER, disable_help_subcommand = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Build(build::BuildArgs),
    Fmt(fmt::FmtArgs),
    Fix(fix::FixArgs),
    Lock(lock::LockArgs),
    Explain(explain::ExplainArgs),
    Test(test::TestArgs),
    Graph(graph::GraphArgs),
    Map(map::MapArgs),
    Doc(doc::DocArgs),
    Inputs(inputs::InputsArgs),
    #[command(name = "what-if")]
    WhatIf(what_if::WhatIfArgs),
    Import(import::ImportArgs),
    Scan(scan::ScanArgs),
    Incidents(incidents::IncidentsArgs),
    #[cfg(feature = "live")]
    Plan(plan::PlanArgs),
    #[cfg(feature = "live")]
    Diff(plan::DiffArgs),
    #[cfg(feature = "live")]
    Health(health::HealthArgs),
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    #[cfg(feature = "lsp")]
    Lsp(lsp::LspArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let work = std::thread::Builder::new().stack_size(STACK).spawn(obey_words).map(std::thread::JoinHandle::join);
    match work {
        Ok(Ok(exit)) => exit,
        Ok(Err(_)) | Err(_) => ExitCode::from(Exit::Errors.code()),
    }
}

/// Address space for the stack of the one thread that works: values that need each other may nest far deeper than
/// the system's default allows. Only what is used is ever taken.
const STACK: usize = 256 << 20;

fn obey_words() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let exit = match Cli::try_parse_from(&words) {
        Ok(cli) => obey(cli),
        Err(error) => not_understood(&error, &words),
    };
    ExitCode::from(exit.code())
}

fn obey(cli: Cli) -> Exit {
    let output = Output::new(&cli.output);
    let result = match cli.command {
        Command::Init(args) => init::run(&args, output),
        Command::Check(args) => check::run(&args, output),
        Command::Build(args) => build::run(&args, output),
        Command::Fmt(args) => fmt::run(&args, output),
        Command::Fix(args) => fix::run(&args, output),
        Command::Lock(args) => lock::run(&args, output),
        Command::Explain(args) => explain::run(&args, output),
        Command::Test(args) => test::run(&args, output),
        Command::Import(args) => import::run(&args, output),
        Command::Scan(args) => scan::run(&args, output),
        Command::Incidents(args) => incidents::run(&args, output),
        #[cfg(feature = "live")]
        Command::Plan(args) => plan::run(&args, output),
        #[cfg(feature = "live")]
        Command::Diff(args) => plan::run_diff(&args, output),
        #[cfg(feature = "live")]
        Command::Health(args) => health::run(&args, output),
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(&args, output),
        Command::Graph(args) => graph::run(&args, output),
        Command::Map(args) => map::run(&args, output),
        Command::Doc(args) => doc::run(&args, output),
        Command::Inputs(args) => inputs::run(&args, output),
        Command::WhatIf(args) => what_if::run(&args, output),
        #[cfg(feature = "lsp")]
        Command::Lsp(args) => lsp::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Version(args) => version::run(&args, output),
    };
    result.unwrap_or_else(|failures| failed(&failures, output))
}

/// Shows failures; the gravest decides the exit code.
fn failed(failures: &Failures, output: Output) -> Exit {
    // If this cannot be written either, the exit code still tells.
    let _ = output.results(&Sources::default(), &[], failures);
    failures.iter().map(RimError::exit).max_by_key(|exit| exit.code()).unwrap_or(Exit::Errors)
}

/// Answers `--help`, or says what is wrong with the words.
fn not_understood(error: &clap::Error, words: &[std::ffi::OsString]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return output::print(&error.to_string()).map_or(Exit::Errors, |()| Exit::Ok);
        }
        _ => {}
    }
    let wants_json = words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    if wants_json {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        return failed(&vec![RimError::Usage(crate::diag::visible(&first))], Output::fallback(Format::Json));
    }
    let lines: Vec<_> = error.to_string().lines().map(crate::diag::visible).collect();
    output::eprint(&format!("{}\n", lines.join("\n")));
    Exit::Usage
}

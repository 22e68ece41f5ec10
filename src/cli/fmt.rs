//! `hlab fmt`: one layout for every file.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::base::{Origin, SourceFile, Sources, World};
use crate::diag::Diagnostic;
use crate::syntax;

use super::Exit;
use super::artifacts::replace;
use super::disk::{DiskWorld, read_regular, reason};
use super::errors::{Failures, RimError, show};
use super::output::{Output, exit_of, print};

/// Lay out .hlab files
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab fmt                                every .hlab file below this folder
  hlab fmt lab.hlab hosts/                these
  hlab fmt --check                        exit 2 if a file would change
  hlab fmt - < lab.hlab                   from standard input to standard output")]
pub(super) struct FmtArgs {
    /// Files and folders; `-` is standard input.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change and exit 2.
    #[arg(long)]
    check: bool,
}

/// One file to lay out.
struct Source {
    /// Where it is written to; `None` is standard output.
    path: Option<PathBuf>,
    shown: String,
    text: String,
}

pub(super) fn run(args: &FmtArgs, mut output: Output) -> Result<Exit, Failures> {
    let mut failures = Failures::new();
    let mut faulty = Faulty::default();
    let mut unformatted = Vec::new();
    for source in sources(&args.paths, &mut failures) {
        let Some(text) = faulty.lay_out(&source) else { continue };
        match &source.path {
            None if !args.check => {
                output.is_stdout_taken = true;
                print(&text)?;
            }
            _ if text == source.text => {}
            Some(path) if !args.check => match replace(path, text.as_bytes()) {
                Ok(()) => output.remark(&format!("formatted {}", source.shown)),
                Err(error) => failures.push(error),
            },
            _ => unformatted.push(source.shown),
        }
    }
    if !unformatted.is_empty() {
        failures.push(RimError::Unformatted { paths: unformatted });
    }
    output.results(&faulty.sources, &faulty.diagnostics, &failures)?;
    let exit = exit_of(&faulty.diagnostics, false);
    // Errors in a text outrank a layout that is not the usual one.
    Ok(if exit == Exit::Errors {
        exit
    } else {
        failures.iter().map(RimError::exit).min_by_key(|exit| exit.code()).unwrap_or(exit)
    })
}

/// Texts that could not be laid out, with why.
#[derive(Default)]
struct Faulty {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Faulty {
    /// The text as it should be; a text with syntax errors is noted and left alone.
    fn lay_out(&mut self, source: &Source) -> Option<String> {
        let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
        let formatted = syntax::format(text);
        if formatted.is_none() {
            let file = SourceFile::new(source.shown.clone(), text.to_owned(), Origin::Project);
            let file = self.sources.add(file);
            self.diagnostics.extend(syntax::parse(file, text).diagnostics);
        }
        formatted
    }
}

/// The texts to lay out; what cannot be read is said and hides nothing else.
fn sources(paths: &[PathBuf], failures: &mut Failures) -> Vec<Source> {
    let mut sources = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            sources.extend(standard_input().map_err(|error| failures.push(error)).ok());
        } else if path.is_dir() {
            match DiskWorld::open(path) {
                Err(error) => failures.push(error),
                Ok(world) => {
                    let (files, unreadable) = world.list();
                    let cannot = |(file, error): &(String, _)| RimError::CannotRead {
                        path: show(&path.join(file)),
                        cause: reason(error),
                    };
                    failures.extend(unreadable.iter().map(cannot));
                    let joined =
                        files.iter().map(|file| if path == Path::new(".") { file.into() } else { path.join(file) });
                    sources.extend(joined.filter_map(|file| open(&file).map_err(|error| failures.push(error)).ok()));
                }
            }
        } else {
            sources.extend(open(path).map_err(|error| failures.push(error)).ok());
        }
    }
    sources
}

fn open(path: &Path) -> Result<Source, RimError> {
    let cannot = |cause: String| RimError::CannotRead { path: show(path), cause };
    let bytes = read_regular(path).map_err(|error| cannot(reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8".to_owned()))?;
    // A link stays a link: what it points to is rewritten.
    let real = std::fs::canonicalize(path).map_err(|error| RimError::cannot_read(path, &error))?;
    Ok(Source { path: Some(real), shown: show(path), text })
}

fn standard_input() -> Result<Source, RimError> {
    let cannot = |cause: String| RimError::CannotRead { path: "standard input".to_owned(), cause };
    let mut bytes = Vec::new();
    let limit = super::disk::LARGEST;
    std::io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot(super::errors::words(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(cannot(format!("it has more than {} MiB", limit >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8".to_owned()))?;
    Ok(Source { path: None, shown: "standard input".to_owned(), text })
}

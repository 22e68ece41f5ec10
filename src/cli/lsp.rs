//! `hlab lsp`: the language server, on standard input and output.

use std::path::{Path, PathBuf};

use crate::base::{MemoryWorld, World};
use crate::lsp::{self, Machine};

use super::Exit;
use super::disk::{DiskWorld, read_regular};
use super::errors::Failures;

/// Serve an editor: the language server, on standard input and output
#[derive(clap::Args, Debug)]
#[command(after_help = "\
An editor starts this by itself; `docs/editors.md` says how each is told to. There is nothing to type here.")]
pub(super) struct LspArgs {
    /// Accepted because many clients pass it: standard input and output are all there is.
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(args: &LspArgs) -> Result<Exit, Failures> {
    let _ = args.stdio;
    let (connection, threads) = lsp_server::Connection::stdio();
    // What failed is told to the client; the texts that it was about belong to nobody's log.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        super::output::eprint(&format!("hlab lsp failed at {place}\n"));
    }));
    let served = lsp::serve(&connection, &ThisMachine);
    drop(connection);
    match served {
        Ok(()) => {
            let _ = threads.join();
            Ok(Exit::Ok)
        }
        // Whoever looks at the log hears it; the protocol wants the exit code.
        Err(lsp::Broken(cause)) => {
            super::output::eprint(&format!("hlab lsp: {}\n", crate::diag::visible(&cause)));
            Ok(Exit::Errors)
        }
    }
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn project_of(&self, file: &Path) -> PathBuf {
        let folder = file.parent().unwrap_or(file);
        folder.ancestors().find(|folder| has_project(folder)).unwrap_or(folder).to_path_buf()
    }

    fn open(&self, root: &Path) -> Box<dyn World> {
        match DiskWorld::open(root) {
            Ok(world) => Box::new(world),
            Err(_) => Box::new(MemoryWorld::default()),
        }
    }

    fn lay_out_library(&self, files: &[(String, String)]) -> Option<PathBuf> {
        let folder = cache()?.join("hlab").join(env!("CARGO_PKG_VERSION"));
        files.iter().all(|(path, text)| lay_out(&folder.join(path), text)).then_some(folder)
    }
}

/// Whether a file of a folder declares a project.
fn has_project(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files = files.filter(|path| path.extension().is_some_and(|extension| extension == "hlab"));
    files.any(|path| {
        let text = read_regular(&path).unwrap_or_default();
        text.starts_with(b"project ") || memchr::memmem::find(&text, b"\nproject ").is_some()
    })
}

/// The folder for what can be made again.
fn cache() -> Option<PathBuf> {
    let folder = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = folder("XDG_CACHE_HOME").or_else(|| folder("LOCALAPPDATA"));
    own.or_else(|| folder("HOME").map(|home| home.join(".cache"))).filter(|folder| folder.is_absolute())
}

/// Writes a read-only file unless it is there; whether it is.
fn lay_out(path: &Path, text: &str) -> bool {
    if std::fs::read(path).is_ok_and(|known| known == text.as_bytes()) {
        return true;
    }
    let Some(folder) = path.parent() else { return false };
    let written = std::fs::create_dir_all(folder).is_ok() && super::artifacts::replace(path, text.as_bytes()).is_ok();
    if written && let Ok(metadata) = std::fs::metadata(path) {
        let mut permissions = metadata.permissions();
        permissions.set_readonly(true);
        let _ = std::fs::set_permissions(path, permissions);
    }
    written
}

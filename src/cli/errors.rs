//! What can go wrong at the rim: files, folders and the command line, each with its code and what to do next.
//!
//! Paths are put in through [`show`], so that no file name can drive a terminal.

use std::path::Path;

use crate::diag::{self, Code, Severity, codes};

use super::Exit;

/// A failure outside the language.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum RimError {
    #[error("{0}")]
    #[diagnostic(code("HL0901"), help("`hlab --help` lists the commands, `hlab COMMAND --help` shows examples"))]
    Usage(String),

    #[error("there is no project in `{dir}`: no .hlab file holds a `project`")]
    #[diagnostic(
        code("HL0902"),
        help("name the project's folder, as in `hlab check my-lab`, or run `hlab init` to start one here")
    )]
    NoProject { dir: String },

    #[error("cannot read `{path}`: {cause}")]
    #[diagnostic(code("HL0903"), help("check that it is there, that it is a regular file, and who may read it"))]
    CannotRead { path: String, cause: String },

    #[error("cannot write `{path}`: {cause}")]
    #[diagnostic(
        code("HL0904"),
        help("files are written whole or not at all: mend the cause and run the same command again")
    )]
    CannotWrite { path: String, cause: String },

    #[error("`{path}` is in the way: hlab did not write it")]
    #[diagnostic(code("HL0905"), help("move it away, or give it up with `--overwrite {path}`; nothing was written"))]
    Foreign { path: String },

    #[error("`{path}` was edited since hlab wrote it")]
    #[diagnostic(
        code("HL0906"),
        help(
            "move the edit into the .hlab source, then give up the file with `--overwrite {path}`; nothing was written"
        )
    )]
    Edited { path: String },

    #[error("`{path}` is no longer emitted, but was edited since hlab wrote it")]
    #[diagnostic(code("HL0906"), help("delete it, or let `--overwrite {path}` delete it; nothing was written"))]
    EditedLeftover { path: String },

    #[error("`{path}` cannot be written: {reason}")]
    #[diagnostic(
        code("HL0907"),
        help("hlab writes below the output folder only and through no symbolic link; nothing was written")
    )]
    UnsafePath { path: String, reason: String },

    #[error("`{path}` is not a manifest of hlab: {cause}")]
    #[diagnostic(
        code("HL0908"),
        help(
            "restore it from version control; or delete it, then files equal to the output are taken over and the others need `--overwrite FILE`"
        )
    )]
    BadManifest { path: String, cause: String },

    #[error("the output is stale: {summary}")]
    #[diagnostic(code("HL0909"), help("run `hlab build` and commit what it writes"))]
    Stale { summary: String },

    #[error("the pages are stale: {summary}")]
    #[diagnostic(code("HL0909"), help("run `hlab doc` with the same words but `--check`, and commit what it writes"))]
    StaleReference { summary: String },

    #[error("the map is stale: {summary}")]
    #[diagnostic(code("HL0909"), help("run `hlab map` with the same words but `--check`, and commit what it writes"))]
    StaleMap { summary: String },

    #[error("hlab.lock is stale: it lacks entries, or has some in another order")]
    #[diagnostic(code("HL0909"), help("run `hlab lock` and commit what it writes"))]
    StaleLock,

    #[error("{} not formatted: {}", if .paths.len() == 1 { "a file is" } else { "files are" }, .paths.join(", "))]
    #[diagnostic(code("HL0910"), help("run `hlab fmt`"))]
    Unformatted { paths: Vec<String> },

    #[error("`{path}` exists already")]
    #[diagnostic(
        code("HL0911"),
        help("`hlab init DIR` starts a project in another folder; `hlab check` looks at this one")
    )]
    Exists { path: String },

    #[error("there is nothing to explain under `{topic}`")]
    #[diagnostic(
        code("HL0912"),
        help(
            "{hint}a code (`HL0101`), a name (`syntax-error`), a policy, a value (`vm.k3s.memory`) or an emitted line (`out/vm.yaml:12`) can be explained"
        )
    )]
    UnknownTopic { topic: String, hint: String },

    #[error("there is no target `{name}`")]
    #[diagnostic(code("HL0913"), help("{hint}"))]
    UnknownTarget { name: String, hint: String },

    #[error("`{}` is not in hlab.lock", diag::visible(.address))]
    #[diagnostic(code("HL0915"), help("{}; nothing was written", diag::visible(.hint)))]
    NotInLock { address: String, hint: String },

    #[error("`{}` is still in the source, and has its id from hlab.lock", diag::visible(.address))]
    #[diagnostic(code("HL0915"), help("take it out of the source first, or say its `id` there; nothing was written"))]
    LockInUse { address: String },

    #[error("`{dir}` has nothing to import: {there}")]
    #[diagnostic(
        code("HL0916"),
        help("name the folder with the manifests of Crossplane's provider-proxmox-bpg, such as EnvironmentVM")
    )]
    NothingToImport { dir: String, there: String },

    #[error("the manifests are of several {what}")]
    #[diagnostic(
        code("HL0916"),
        help("a project has one of each: move the manifests apart and import each folder alone")
    )]
    ManifestsApart { what: String },

    #[error("building the project gives {} not the same as its manifest", if *.count == 1 { "an object that is".to_owned() } else { format!("{} objects that are each", .count) })]
    #[diagnostic(
        code("HL0917"),
        help(
            "the lines are above: `-` has only the manifest, `+` only the project; mend the source before you apply it"
        )
    )]
    NotTheSame { count: usize },

    #[error("the project that was imported does not build yet, so that nothing is proved")]
    #[diagnostic(code("HL0917"), help("the errors are above: mend the source, then compare what `hlab build` writes"))]
    ImportUnbuilt,

    #[error("there is no {what} `{name}` in this lab")]
    #[diagnostic(code("HL0918"), help("{hint}`hlab graph --format json` lists what there is"))]
    NotInLab { what: String, name: String, hint: String },

    #[error("`{path}` is nothing that a host prints, as far as hlab knows")]
    #[diagnostic(
        code("HL0919"),
        help(
            "`hlab scan --command` prints the line that makes such a file; `hlab scan --help` lists the tools whose output is read"
        )
    )]
    NothingToScan { path: String },

    #[error("`{path}` does not say which host printed it")]
    #[diagnostic(code("HL0919"), help("say whose it is: `--from pve={path}`, or `--host pve` for all such files"))]
    ScanUnnamed { path: String },

    #[error("the host `{host}` is declared in a way that hlab cannot edit, at {}", diag::visible(.place))]
    #[diagnostic(
        code("HL0919"),
        help("a host that a `for` makes has no lines of its own: write it out, then scan again")
    )]
    HostNotEditable { host: String, place: String },

    #[error("with what was scanned the project does not compile; nothing was written")]
    #[diagnostic(
        code("HL0919"),
        help("this is a bug in hlab: please report it with the errors above and the scanned file")
    )]
    ScanBroken,

    #[error("`{thing}` cannot be moved: {why}")]
    #[diagnostic(code("HL0920"), help("{hint}"))]
    CannotMove { thing: String, why: String, hint: String },

    #[error("two targets write `{path}` into one folder")]
    #[diagnostic(code("HL0914"), help("give each target its own `out` in `project`; nothing was written"))]
    SharedPath { path: String },

    #[cfg(feature = "live")]
    #[error(transparent)]
    #[diagnostic(transparent)]
    Live(#[from] crate::live::LiveError),
}

/// Several failures: one never hides the next.
pub(super) type Failures = Vec<RimError>;

impl From<RimError> for Failures {
    fn from(error: RimError) -> Failures {
        vec![error]
    }
}

impl RimError {
    /// The exit code of a run that ends with this.
    pub(super) fn exit(&self) -> Exit {
        match self {
            RimError::Usage(_) => Exit::Usage,
            RimError::Foreign { .. }
            | RimError::Edited { .. }
            | RimError::EditedLeftover { .. }
            | RimError::UnsafePath { .. }
            | RimError::BadManifest { .. }
            | RimError::Exists { .. } => Exit::Refused,
            RimError::Stale { .. }
            | RimError::StaleReference { .. }
            | RimError::StaleMap { .. }
            | RimError::StaleLock
            | RimError::Unformatted { .. } => Exit::Pending,
            RimError::NoProject { .. }
            | RimError::CannotRead { .. }
            | RimError::CannotWrite { .. }
            | RimError::UnknownTopic { .. }
            | RimError::UnknownTarget { .. }
            | RimError::SharedPath { .. }
            | RimError::NothingToImport { .. }
            | RimError::ManifestsApart { .. }
            | RimError::NotTheSame { .. }
            | RimError::ImportUnbuilt
            | RimError::NothingToScan { .. }
            | RimError::ScanUnnamed { .. }
            | RimError::HostNotEditable { .. }
            | RimError::ScanBroken
            | RimError::NotInLock { .. }
            | RimError::NotInLab { .. }
            | RimError::CannotMove { .. }
            | RimError::LockInUse { .. } => Exit::Errors,
            #[cfg(feature = "live")]
            RimError::Live(_) => Exit::Errors,
        }
    }

    /// The same as a diagnostic without a place, for the machine formats.
    pub(super) fn diagnostic(&self) -> diag::Diagnostic {
        let code = miette::Diagnostic::code(self).map(|code| code.to_string());
        let row = code.and_then(|code| codes::find(&code)).unwrap_or(&codes::USAGE);
        let mut diagnostic = diag::Diagnostic::new(Code::Row(row), Severity::Error, None, self.to_string());
        diagnostic.help.extend(miette::Diagnostic::help(self).map(|help| help.to_string()));
        diagnostic
    }

    /// A read that failed.
    pub(super) fn cannot_read(path: &Path, cause: &std::io::Error) -> RimError {
        RimError::CannotRead { path: show(path), cause: words(cause) }
    }

    /// A write that failed.
    pub(super) fn cannot_write(path: &Path, cause: &std::io::Error) -> RimError {
        RimError::CannotWrite { path: show(path), cause: words(cause) }
    }
}

/// A path, fit to be shown.
pub(super) fn show(path: &Path) -> String {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    diag::visible(&path.to_string_lossy())
}

/// What the operating system said, without Rust's `(os error 13)`.
pub(super) fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
    diag::visible(&text)
}

//! What can be wrong with names and modules.

use crate::base::Span;
use crate::diag::codes;
use crate::diag::{Code, Diagnostic};

/// Two definitions of one name.
pub fn duplicate(span: Span, first: Span, what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::DUPLICATE_NAME), span, format!("{what} `{name}` is declared twice"))
        .here("declared again")
        .label(first, "declared here first")
        .help("rename one of them, or merge the two")
}

/// A second project in a folder.
pub fn second_project(span: Span, first: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Row(&codes::DUPLICATE_NAME),
        span,
        format!("a folder has one project, found `{name}` as well"),
    )
    .here("another project")
    .label(first, "the project is declared here")
    .help("keep one of them, or move the other with its files to a folder of its own")
}

/// `vm "x-${y}"` outside of a `for`.
pub fn name_is_computed(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::COMPUTED_NAME), span, "expected a fixed name, found one with `${…}`")
        .here("computed")
        .help("only what a `for` generates has a computed name; write the name out")
}

/// `use` of a folder that is not there.
pub fn unknown_module(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Row(&codes::UNKNOWN_MODULE),
        span,
        format!("no folder `{path}` with `.hlab` files in this project"),
    )
    .help("the path is relative to the file that names it, and stays inside the project")
}

/// Modules that use each other.
pub fn import_cycle(span: Span, labels: Vec<(Span, String)>) -> Diagnostic {
    let mut diag = Diagnostic::error(Code::Row(&codes::IMPORT_CYCLE), span, "modules use each other in a cycle")
        .help("move what both need into a folder of its own");
    for (span, text) in labels {
        diag = diag.label(span, text);
    }
    diag
}

//! What can be wrong with tests, and what a test found.

use crate::base::{Span, closest};
use crate::diag::{Code, Diagnostic, Severity, codes};

/// `change` or `without` of nothing.
pub fn nothing_to_change(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::TEST_PATH), span, format!("the project has no `{path}`"))
        .help("name a resource by its kind and name, such as `vm.frigate`")
}

/// A head that the project declares already.
pub fn declared_already(span: Span, first: Span, name: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::TEST_PATH), span, format!("`{name}` is declared already"))
        .label(first, "declared here")
        .help(format!("to alter it, write `change` before it: `change vm.{name} {{ … }}`"))
}

/// An expectation that was not met.
pub fn not_met(span: Span, expected: &str, found: &[String]) -> Diagnostic {
    let found = match found {
        [] => "found nothing wrong".to_owned(),
        some => format!("found {}", some.join("; ")),
    };
    Diagnostic::error(Code::Row(&codes::TEST_FAILED), span, format!("expected {expected}, {found}"))
}

/// A test without an expectation.
pub fn expects_nothing(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::TEST_FAILED), span, "this test expects nothing")
        .help("say what must come of it: `expect ok`, `expect clean`, or `expect error NAME at PATH`")
}

/// A target of a system that hlab does not know.
pub fn unknown_system(span: Option<Span>, system: &str, known: &[&str]) -> Diagnostic {
    let code = Code::Row(&codes::UNKNOWN_SYSTEM);
    let diagnostic =
        Diagnostic::new(code, Severity::Error, span, format!("this hlab has no target system called `{system}`"));
    let diagnostic = match closest(system, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    };
    diagnostic.help(format!(
        "it knows {}; a target of another name says its system: `target second: {} {{ … }}`",
        known.join(", "),
        known.first().copied().unwrap_or_default()
    ))
}

/// A version of a target's system that hlab does not know.
pub fn unknown_version(span: Option<Span>, system: &str, version: &str, known: &[&str]) -> Diagnostic {
    let code = Code::Row(&codes::UNKNOWN_SYSTEM);
    let message = format!("this hlab does not know version `{version}` of `{system}`");
    Diagnostic::new(code, Severity::Error, span, message).help(format!("it knows {}", known.join(", ")))
}

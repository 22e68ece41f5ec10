//! The diagnostics of owners: facets that do not exist, owners that cannot, an order that bites its tail.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Severity, codes};

fn error(row: &'static codes::CodeRow, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::new(Code::Row(row), Severity::Error, span, message)
}

/// A key of `project.owner` that is neither a kind nor a facet.
pub(super) fn unknown_facet(span: Option<Span>, key: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_FACET, span, format!("nothing that has an owner is called `{key}`"));
    let diagnostic = match (near, span) {
        (Some(near), Some(span)) => {
            diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
        }
        (Some(_) | None, _) => diagnostic,
    };
    let lowered = super::Facet::ALL.iter().filter(|facet| !matches!(facet, super::Facet::Later(_)));
    let names: Vec<&str> = lowered.map(|facet| facet.name()).collect();
    diagnostic.help(format!("facets are {}; a kind such as `vm` stands for all of its facets", names.join(", ")))
}

/// An owner that cannot apply what it is given.
pub(super) fn cannot_own(span: Option<Span>, owner: &str, what: &str, why: &str, able: &[String]) -> Diagnostic {
    let able: Vec<String> = able.iter().map(|name| format!("`{name}`")).collect();
    error(&codes::CANNOT_OWN, span, format!("`{owner}` cannot own `{what}`: {why}"))
        .help(format!("owners that can: {}; `none` leaves it to someone else", able.join(", ")))
}

/// Things that wait for each other.
pub(super) fn cycle(span: Option<Span>, steps: &[(String, Option<Span>)]) -> Diagnostic {
    let names: Vec<String> = steps.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("nothing can be applied first: {} wait for each other", names.join(", "));
    let mut diagnostic = error(&codes::ROLLOUT_CYCLE, span, message);
    for (name, at) in steps.iter().skip(1).take(8) {
        if let Some(at) = at {
            diagnostic = diagnostic.label(*at, format!("`{name}` is part of the circle"));
        }
    }
    diagnostic.help("let one of them exist before: give it `owner = none`, or take away what it needs")
}

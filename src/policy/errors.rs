//! What rules find.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Frame, Severity, codes};
use crate::policy::explain::Guilty;

/// The code of a `require` that a kind or a model states.
pub(crate) fn requirement() -> Code {
    Code::Row(&codes::REQUIREMENT)
}

/// A rule that does not hold.
pub(crate) fn violated(
    code: Code,
    is_warning: bool,
    guilty: &Guilty,
    message: Option<String>,
    frames: Vec<Frame>,
    rule: Span,
) -> Diagnostic {
    let severity = if is_warning { Severity::Warning } else { Severity::Error };
    let message = message.unwrap_or_else(|| "a requirement does not hold".to_owned());
    let mut diagnostic = Diagnostic::new(code, severity, guilty.span, message);
    for (span, text) in &guilty.labels {
        diagnostic = diagnostic.label(*span, text.clone());
    }
    if let Some(text) = &guilty.text {
        diagnostic = diagnostic.here(text.clone());
    }
    diagnostic.frames = frames;
    // A rule that is guilty itself is shown once.
    let is_shown =
        guilty.span.is_some_and(|span| span.file == rule.file && span.start <= rule.start && rule.end <= span.end);
    if is_shown { diagnostic } else { diagnostic.label(rule, "required here") }
}

/// An `allow` that excuses nothing.
pub fn allow_unused(span: Span, rule: &str) -> Diagnostic {
    Diagnostic::warning(Code::Row(&codes::ALLOW_UNUSED), span, format!("`allow {rule}` excuses nothing here"))
        .help("drop it")
}

/// An `allow` of a rule that cannot be excused.
pub fn not_allowable(span: Span, rule: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::NOT_ALLOWABLE), span, format!("`{rule}` cannot be allowed"))
        .help("types, the requirements of kinds and `final` policies hold without exception")
}

/// Policies that had nothing to check, for want of facts: one note for all.
pub fn idle(policies: &[(String, Vec<String>)]) -> Option<Diagnostic> {
    if policies.is_empty() {
        return None;
    }
    let names: Vec<String> = policies.iter().map(|(name, _)| format!("`{name}`")).collect();
    let verb = if names.len() == 1 { "does" } else { "do" };
    let message = format!("{} {verb} not apply: no resource states the facts", names.join(", "));
    let mut diagnostic = Diagnostic::new(Code::Row(&codes::IDLE_POLICY), Severity::Note, None, message);
    for (name, missing) in policies {
        diagnostic = diagnostic.note(format!("`{name}` needs {}", missing.join(", ")));
    }
    Some(diagnostic.help("`hlab check --coverage` lists what each policy checked"))
}

//! What rules find.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Frame, Severity, codes};
use crate::policy::explain::Guilty;
use crate::policy::fall::{Step, names};
use crate::policy::survive::MOST_STEPS;
use crate::pve::Change;

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

/// A loss that leaves roles without a provider: what falls, in order, each with the roles that it was the last to provide.
pub(crate) fn not_survived(
    at: Span,
    lost: &[String],
    roles: &[String],
    steps: &[(Step, Vec<String>)],
    idle: &[String],
) -> Diagnostic {
    let message = format!("without {} nobody provides {}", names(lost), names(roles));
    let mut diagnostic =
        Diagnostic::error(Code::Row(&codes::NOT_SURVIVED), at, message).here("the lab is to survive this");
    for (number, (step, provided)) in steps.iter().take(MOST_STEPS).enumerate() {
        let last = match provided.len() {
            0 => String::new(),
            _ => format!(", which provides {}", names(provided)),
        };
        diagnostic = diagnostic.label(step.span, format!("{}. `{}` {}{last}", number + 1, step.address, step.because));
    }
    if steps.len() > MOST_STEPS {
        diagnostic = diagnostic.note(format!("{} more fall on the way", steps.len() - MOST_STEPS));
    }
    if !idle.is_empty() {
        diagnostic = diagnostic.help(format!("start {}: what does not run counts for nothing", names(idle)));
    }
    diagnostic.help(format!(
        "let another provide {} that does not fall with {}, or take what cannot be kept out of `keep`",
        names(roles),
        names(lost)
    ))
}

/// A role that is to be kept and that nobody provides, or nobody who runs.
pub(crate) fn kept_by_nobody(at: Span, role: &str, off: &[(Span, String)]) -> Diagnostic {
    let message = match off.len() {
        0 => format!("nobody provides `{role}`, which the lab is to keep"),
        _ => format!("nobody who runs provides `{role}`, which the lab is to keep"),
    };
    let mut diagnostic = Diagnostic::error(Code::Row(&codes::KEPT_BY_NOBODY), at, message);
    for (span, address) in off {
        diagnostic = diagnostic.label(*span, format!("`{address}` would, and does not run"));
    }
    diagnostic.help(format!("say who does, `provides = [{role}]`, or take it out of `keep`"))
}

/// More pairs of hosts than are looked at.
pub(crate) fn not_all_pairs(at: Span, hosts: usize, looked: usize, all: usize) -> Diagnostic {
    let message = format!("of {hosts} hosts not every pair is looked at: the first {looked} of {all}");
    Diagnostic::warning(Code::Row(&codes::NOT_ALL_PAIRS), at, message)
        .help("`hosts = 1` looks at each; `hlab what-if lose a,b` at any two")
}

/// What a release has no more.
pub(crate) fn gone_in_release(at: Span, address: &str, change: &Change, host: (Span, String)) -> Diagnostic {
    let message = format!("Proxmox VE {} {}", change.since, change.what);
    let diagnostic = Diagnostic::error(Code::Row(&codes::GONE_IN_RELEASE), at, message);
    let diagnostic = diagnostic.here(format!("`{address}` has it")).label(host.0, host.1);
    diagnostic.note(format!("source: {}", change.source)).help(change.advice)
}

/// What an upgrade asks for, at the first of the places that it concerns; nothing, where it concerns none.
pub(crate) fn changed_in_release(change: &Change, places: &[(Span, String)]) -> Option<Diagnostic> {
    let ((at, text), others) = places.split_first()?;
    let message = format!("Proxmox VE {} {}", change.since, change.what);
    let mut diagnostic = Diagnostic::warning(Code::Row(&codes::CHANGED_IN_RELEASE), *at, message).here(text.clone());
    for (span, text) in others.iter().take(MOST_STEPS) {
        diagnostic = diagnostic.label(*span, text.clone());
    }
    if others.len() > MOST_STEPS {
        diagnostic = diagnostic.note(format!("and {} more", others.len() - MOST_STEPS));
    }
    Some(diagnostic.note(format!("source: {}", change.source)).help(change.advice))
}

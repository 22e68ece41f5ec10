//! What can be wrong with what was chosen before.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Severity, codes};

/// A guest that the lock does not know, where the lock may not be written.
pub fn lock_stale(span: Span, address: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Row(&codes::LOCK_STALE),
        span,
        format!("`{address}` has no id, and `hlab.lock` does not know it"),
    )
    .here("states no `id`")
    .help("run `hlab lock` and commit the file, or state an `id`")
}

/// No id is left.
pub fn no_id_left(span: Span, address: &str, count: usize, first: i64, last: i64) -> Diagnostic {
    let others = match count {
        1 => String::new(),
        2 => " and 1 other guest".to_owned(),
        many => format!(" and {} other guests", many - 1),
    };
    let text = format!("no id is left for `{address}`{others} in {first}..{last}");
    Diagnostic::error(Code::Row(&codes::NO_ID_LEFT), span, text)
        .help("widen `ids` of the project, or forget guests that are gone: `hlab lock --forget ADDRESS`")
}

/// A line of the lock that says nothing.
pub fn bad_lock(line: usize, problem: &str) -> Diagnostic {
    Diagnostic::new(Code::Row(&codes::BAD_LOCK), Severity::Error, None, format!("hlab.lock, line {line}: {problem}"))
        .help("take the version from before the merge and run `hlab lock`")
}

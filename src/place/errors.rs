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

/// `removed` without a kind and a name.
pub fn removed_what(span: Span, found: &str) -> Diagnostic {
    let text = format!("expected a kind and a name, as in `removed vm.web`, found `{found}`");
    Diagnostic::error(Code::Row(&codes::BAD_REMOVED), span, text)
        .help("whole resources are removed, by the address that they had")
}

/// `removed` of a kind that nothing declares.
pub fn removed_kind(span: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::UNKNOWN_KIND), span, format!("no kind is named `{kind}`"))
}

/// `removed` with something that has no meaning there.
pub fn removed_says(span: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::BAD_REMOVED), span, problem)
        .help("write `removed vm.web { on-delete = destroy }`, or leave the body out: it is then kept")
}

/// `on-delete` of something else than its two members.
pub fn on_delete(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::BAD_REMOVED), span, format!("expected keep or destroy, found `{found}`"))
}

/// `on-delete` said twice.
pub fn said_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::DUPLICATE_FIELD), span, "`on-delete` is said twice").label(first, "first here")
}

/// A resource removed twice.
pub fn removed_twice(span: Span, address: &str, first: Span) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::BAD_REMOVED), span, format!("`{address}` is removed twice"))
        .label(first, "first here")
}

/// `removed` of what the source declares.
pub fn still_declared(span: Span, address: &str, declared: Span) -> Diagnostic {
    let text = format!("`{address}` is removed, and still declared");
    Diagnostic::error(Code::Row(&codes::STILL_DECLARED), span, text)
        .label(declared, "declared here")
        .help("take the declaration out, or this line")
}

/// A name from before that is another resource's now.
pub fn old_name_in_use(span: Span, address: &str, old: &str, declared: Span) -> Diagnostic {
    let text = format!("`{address}` was `{old}`, which is still declared");
    Diagnostic::error(Code::Row(&codes::STILL_DECLARED), span, text).label(declared, "declared here")
}

/// Two resources that claim one name from before.
pub fn old_name_twice(span: Span, old: &str, other: &str, at: Span) -> Diagnostic {
    let text = format!("`{old}` became `{other}` already");
    Diagnostic::error(Code::Row(&codes::STILL_DECLARED), span, text).label(at, "said here")
}

/// A line of the lock that says nothing.
pub fn bad_lock(line: usize, problem: &str) -> Diagnostic {
    Diagnostic::new(Code::Row(&codes::BAD_LOCK), Severity::Error, None, format!("hlab.lock, line {line}: {problem}"))
        .help("take the version from before the merge and run `hlab lock`")
}

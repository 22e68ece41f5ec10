//! The library's files and the pages of codes, laid out where any editor can open them.

use crate::diag::codes::CODES;
use crate::session::library::FILES;

/// Path and text of everything that an editor may be sent to.
pub(super) fn files() -> Vec<(String, String)> {
    let library = FILES.iter().map(|(path, text)| (format!("std/{path}"), (*text).to_owned()));
    let pages = CODES.iter().map(|row| (page(row.code), row.page.to_owned()));
    library.chain(pages).collect()
}

/// The path of a code's page.
pub(super) fn page(code: &str) -> String {
    format!("explain/{code}.md")
}

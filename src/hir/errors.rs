//! What one item alone can get wrong.

use crate::base::Span;
use crate::diag::codes;
use crate::diag::{Code, Diagnostic};

/// A field, block or clause at the top level of a file.
pub fn not_an_item(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::Row(&codes::NOT_AN_ITEM), span, format!("{what} cannot stand outside of a resource"))
        .here("belongs inside a body")
        .help("write it between the braces of the resource it describes, such as `vm name on host { … }`")
}

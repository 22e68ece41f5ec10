//! The layout of `hlab fmt`: one, for every file.
//!
//! Two spaces. A body that the author wrote on one line stays there if it fits and holds no keyed block; any other has
//! one entry a line, without commas. Runs of one-line fields have their `=` in one column. One blank line between items.
//!
//! How it works: the text is taken apart into tokens, of which none is changed (`pieces`); the tree decides before which
//! of them a line breaks (`layout`); then they are written out, every comment in the gap where it stood (`print`). Commas
//! are the only tokens that come and go.

mod layout;
mod pieces;
mod print;

use super::parser::parse;
use crate::base::FileId;

/// The text in its one layout, or nothing where it has syntax errors. Idempotent; keeps every comment and the meaning.
#[must_use]
pub fn format(text: &str) -> Option<String> {
    let checked = parse(FileId(0), text);
    if !checked.diagnostics.is_empty() {
        return None;
    }
    let pieces = pieces::take_apart(text, &checked.value);
    let plan = layout::lay_out(text, &checked.value, &pieces);
    Some(print::print(text, &pieces, &plan))
}

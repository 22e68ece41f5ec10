//! Formatting of files and parts of them. What the client wants of indentation is not asked: there is one layout.

use lsp_types::{DocumentFormattingParams, DocumentRangeFormattingParams, TextEdit};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read};
use super::state::State;
use crate::base;
use crate::ide::layout::{format, format_range};

/// The edits that lay a file out.
pub(super) fn whole(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: DocumentFormattingParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| Some(edits(asked, format(asked.snapshot, asked.file))))
}

/// The edits that lay out what a range touches.
pub(super) fn part(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: DocumentRangeFormattingParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let range = asked.offset(params.range.start)..asked.offset(params.range.end);
        Some(edits(asked, format_range(asked.snapshot, asked.file, &range)))
    })
}

/// The texts are the file's own, so nothing is hidden in them: `<secret>` would be written into the file.
fn edits(asked: &Asked<'_>, edits: Vec<base::TextEdit>) -> Vec<TextEdit> {
    let convert = |edit: base::TextEdit| TextEdit { range: asked.range(edit.span), new_text: edit.text };
    edits.into_iter().map(convert).collect()
}

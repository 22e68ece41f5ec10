//! Folding ranges.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use serde_json::Value;

use super::answers::{Unanswered, in_file, read};
use super::state::State;
use crate::ide::fold::{Sort, folds};

/// What of a file can be folded.
pub(super) fn ranges(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: FoldingRangeParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let found = folds(asked.snapshot, asked.file);
        let convert = |fold: &crate::ide::fold::Fold| {
            let range = asked.range(fold.span);
            FoldingRange {
                start_line: range.start.line,
                start_character: Some(range.start.character),
                end_line: range.end.line,
                end_character: Some(range.end.character),
                kind: match fold.sort {
                    Sort::Comment => Some(FoldingRangeKind::Comment),
                    Sort::Imports => Some(FoldingRangeKind::Imports),
                    Sort::Region => None,
                },
                collapsed_text: None,
            }
        };
        Some(found.iter().map(convert).collect::<Vec<_>>())
    })
}

//! Inlay hints.

use lsp_types::{
    InlayHint, InlayHintLabel, InlayHintLabelPart, InlayHintLabelPartTooltip, InlayHintParams, InlayHintTooltip,
};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read};
use super::state::State;
use crate::base::Span;
use crate::ide::inlay::{Hint, hints};

/// The hints of a range.
pub(super) fn in_range(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: InlayHintParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let range = asked.offset(params.range.start)..asked.offset(params.range.end);
        let found = hints(asked.snapshot, asked.file, &range);
        Some(found.iter().map(|hint| convert(asked, hint)).collect::<Vec<_>>())
    })
}

fn convert(asked: &Asked<'_>, hint: &Hint) -> InlayHint {
    let at = Span { file: asked.file, start: hint.at, end: hint.at };
    let tooltip = asked.shown(&hint.tooltip);
    let part = InlayHintLabelPart {
        value: asked.shown(hint.text.trim_start()),
        tooltip: Some(InlayHintLabelPartTooltip::String(tooltip.clone())),
        location: hint.place.and_then(|place| asked.location(place)),
        command: None,
    };
    InlayHint {
        position: asked.range(at).start,
        label: InlayHintLabel::LabelParts(vec![part]),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

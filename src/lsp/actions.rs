//! Code actions: quick fixes, and all fixes of a file.

use std::path::Path;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, WorkDoneProgressOptions,
};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read};
use super::state::State;
use super::{diagnostics, edits};
use crate::ide::actions::{Action, fix_all, quick_fixes};

/// `source.fixAll` of this language only: a client may ask for all of them, or for ours.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.hlab");

/// What is offered.
pub(super) fn offered() -> CodeActionOptions {
    CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
        work_done_progress_options: WorkDoneProgressOptions::default(),
        resolve_provider: None,
    }
}

/// What can be done in a range.
pub(super) fn in_range(state: &mut State<'_>, laid_out: Option<&Path>, params: Value) -> Result<Value, Unanswered> {
    let params: CodeActionParams = read(params)?;
    let (form, versions) = (state.edits, edits::versions(state));
    let only = params.context.only;
    let is_wanted = |kind: &CodeActionKind| only.as_ref().is_none_or(|only| only.iter().any(|part| covers(part, kind)));
    in_file(state, &params.text_document.uri, |asked| {
        let range = asked.offset(params.range.start)..asked.offset(params.range.end);
        let mut actions = Vec::new();
        if is_wanted(&CodeActionKind::QUICKFIX) {
            let fixes = quick_fixes(asked.snapshot, asked.file, &range);
            actions.extend(fixes.into_iter().map(|action| (CodeActionKind::QUICKFIX, action)));
        }
        if is_wanted(&FIX_ALL) {
            actions.extend(fix_all(asked.snapshot, asked.file).map(|action| (FIX_ALL, action)));
        }
        let mut found = Vec::new();
        for (kind, action) in actions {
            let Some(edit) = edits::workspace_edit(asked, form, &versions, &action.edits) else { continue };
            found.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: asked.shown(&action.title),
                diagnostics: Some(mended(asked, laid_out, &action)),
                edit: Some(edit),
                is_preferred: (kind == CodeActionKind::QUICKFIX).then_some(action.is_only),
                kind: Some(kind),
                ..CodeAction::default()
            }));
        }
        Some(found)
    })
}

/// Whether a kind that is asked for covers one that is offered: `source` covers `source.fixAll.hlab`.
fn covers(asked: &CodeActionKind, offered: &CodeActionKind) -> bool {
    let rest = offered.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
}

/// The messages that an action mends, as they were sent.
fn mended(asked: &Asked<'_>, laid_out: Option<&Path>, action: &Action) -> Vec<lsp_types::Diagnostic> {
    let view = diagnostics::View { root: asked.root, laid_out, encoding: asked.encoding };
    diagnostics::some(&view, asked.snapshot, &action.mends)
}

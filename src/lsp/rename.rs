//! Renaming: the edits are tried before they are given.

use std::collections::BTreeMap;

use lsp_server::ErrorCode;
use lsp_types::{PrepareRenameResponse, RenameParams, TextDocumentPositionParams};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file};
use super::state::{self, Project, State};
use super::{convert, edits};
use crate::base::{FileId, Sources, TextEdit};
use crate::diag::{Diagnostic, Severity};
use crate::ide::rename::{self, Refused};

fn refused(why: Refused) -> Unanswered {
    Unanswered { code: ErrorCode::RequestFailed, text: why.0 }
}

/// Whether the name at a place can be changed, and where it stands.
pub(super) fn prepare(state: &mut State<'_>, params: TextDocumentPositionParams) -> Result<Value, Unanswered> {
    let mut why = None;
    let answer = in_file(state, &params.text_document.uri, |asked| {
        let offset = asked.offset(params.position);
        match rename::prepare(asked.snapshot, asked.file, offset) {
            Ok(span) => {
                let placeholder = crate::syntax::unquote(asked.snapshot.text_of(span)).into_owned();
                Some(PrepareRenameResponse::RangeWithPlaceholder { range: asked.range(span), placeholder })
            }
            Err(refusal) => {
                why = Some(refusal);
                None
            }
        }
    })?;
    why.map_or(Ok(answer), |why| Err(refused(why)))
}

/// Gives a thing another name, if the project is as sound with it as it was.
pub(super) fn rename(state: &mut State<'_>, params: RenameParams) -> Result<Value, Unanswered> {
    let place = &params.text_document_position;
    let (encoding, form, library) = (state.encoding, state.edits, state.library.clone());
    let versions = edits::versions(state);
    let Some(state::Place { project, path, origin }) = state.place(&place.text_document.uri) else {
        return Ok(Value::Null);
    };
    let Some(snapshot) = project.snapshot(None) else { return Ok(Value::Null) };
    let Some(file) = snapshot.file(&path, origin) else { return Ok(Value::Null) };
    let sources = snapshot.analysis().sources.clone();
    let offset = convert::offset(sources.file(file), place.position, encoding) as u32;
    let found = rename::rename(snapshot, file, offset, &params.new_name).map_err(refused)?;
    let before = errors(&snapshot.analysis().diagnostics);
    if let Some(broken) = what_breaks(project, &sources, &found, before) {
        let text = format!("with this name the lab would not compile: {broken}");
        return Err(refused(Refused(text)));
    }
    let root = project.root.clone();
    let Some(snapshot) = project.snapshot(None) else { return Ok(Value::Null) };
    let mut by_file: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    found.into_iter().for_each(|edit| by_file.entry(edit.span.file).or_default().push(edit));
    let asked = Asked { snapshot, file, encoding, root: &root, library: library.as_deref() };
    let edit = edits::workspace_edit(&asked, form, &versions, &by_file);
    serde_json::to_value(edit).map_err(|error| Unanswered { code: ErrorCode::InternalError, text: error.to_string() })
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// The first error that edits add.
fn what_breaks(project: &mut Project, sources: &Sources, edits: &[TextEdit], before: usize) -> Option<String> {
    let mut trial = project.workspace.clone();
    trial.apply(sources, edits);
    let options = project.options(None);
    let analysis = trial.analyze(project.world.as_ref(), &options)?;
    if errors(&analysis.diagnostics) <= before {
        return None;
    }
    let shown = crate::diag::Shown::new(&analysis.sources);
    let first = analysis.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error)?;
    Some(shown.line(&first.message))
}

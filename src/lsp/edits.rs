//! Edits of several files, as the client takes them.

use std::collections::BTreeMap;

use lsp_types::{
    ClientCapabilities, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};

use super::answers::Asked;
use super::state::{self, State};
use crate::base::{self, FileId};

/// How the client takes edits of several files.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Form {
    /// By file.
    #[default]
    Changes,
    /// By file, each with the version of its text that they are for.
    Versioned,
}

impl Form {
    /// The form that a client takes.
    pub(super) fn of(client: &ClientCapabilities) -> Form {
        let edits = client.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        match edits.and_then(|edits| edits.document_changes) {
            Some(true) => Form::Versioned,
            Some(false) | None => Form::Changes,
        }
    }
}

/// The versions of the files that the client has open, by URI.
pub(super) fn versions(state: &State<'_>) -> BTreeMap<String, i32> {
    state.documents.iter().map(|(uri, document)| (uri.clone(), document.version)).collect()
}

/// Edits of files of the project; nothing if one of them has no place that the client could edit.
pub(super) fn workspace_edit(
    asked: &Asked<'_>,
    form: Form,
    versions: &BTreeMap<String, i32>,
    edits: &BTreeMap<FileId, Vec<base::TextEdit>>,
) -> Option<WorkspaceEdit> {
    let mut files: Vec<(Uri, Vec<TextEdit>)> = Vec::new();
    for (file, edits) in edits {
        let uri = state::uri(asked.root, asked.library, asked.snapshot, *file)?;
        let convert = |edit: &base::TextEdit| TextEdit { range: asked.range(edit.span), new_text: edit.text.clone() };
        files.push((uri, edits.iter().map(convert).collect()));
    }
    Some(match form {
        Form::Changes => WorkspaceEdit { changes: Some(files.into_iter().collect()), ..WorkspaceEdit::default() },
        Form::Versioned => {
            let one = |(uri, edits): (Uri, Vec<TextEdit>)| {
                let version = versions.get(uri.as_str()).copied();
                TextDocumentEdit {
                    text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
                    edits: edits.into_iter().map(OneOf::Left).collect(),
                }
            };
            let changes = DocumentChanges::Edits(files.into_iter().map(one).collect());
            WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
        }
    })
}

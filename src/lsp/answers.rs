//! From a request to its answer: parameters in, a question to [`crate::ide`], its answer in the protocol's words.

use std::path::Path;

use lsp_server::{ErrorCode, Request};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentDiagnosticRequest, DocumentSymbolRequest, FoldingRangeRequest, Formatting,
    GotoDefinition, HoverRequest, InlayHintRequest, PrepareRenameRequest, RangeFormatting, References, Rename,
    Request as _, ResolveCompletionItem, SemanticTokensFullDeltaRequest, SemanticTokensFullRequest,
    SemanticTokensRangeRequest, WorkspaceDiagnosticRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams, Location, MarkupContent,
    MarkupKind, ReferenceParams, TextDocumentPositionParams, Uri,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::completion;
use super::convert::{self, Encoding};
use super::state::{self, State};
use super::{actions, diagnostics, fold, inlay, layout, rename, symbols, tokens};
use crate::base::{FileId, Span};
use crate::diag::Shown;
use crate::ide::{self, Snapshot};

/// Why a request has no answer.
pub(super) struct Unanswered {
    pub code: ErrorCode,
    pub text: String,
}

/// A file as a request names it, in the project as it is now.
pub(super) struct Asked<'s> {
    pub snapshot: &'s mut Snapshot,
    pub file: FileId,
    pub encoding: Encoding,
    pub root: &'s Path,
    pub library: Option<&'s Path>,
}

impl Asked<'_> {
    /// The byte of a position.
    pub(super) fn offset(&self, position: lsp_types::Position) -> u32 {
        convert::offset(self.snapshot.analysis().sources.file(self.file), position, self.encoding) as u32
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> lsp_types::Range {
        convert::range(self.snapshot.analysis().sources.file(span.file), span, self.encoding)
    }

    /// Where a span lies.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        state::location(self.root, self.library, self.snapshot, span, self.encoding)
    }

    /// A text as it may be shown: without secrets.
    pub(super) fn shown(&self, text: &str) -> String {
        Shown::new(&self.snapshot.analysis().sources).without_secrets(text)
    }
}

/// Whether the answer holds only for the text as it is: if that changes meanwhile, the client asks again by itself.
pub(super) fn is_of_a_moment(method: &str) -> bool {
    method.starts_with("textDocument/semanticTokens")
        || matches!(method, InlayHintRequest::METHOD | DocumentSymbolRequest::METHOD | FoldingRangeRequest::METHOD)
}

/// Answers a request.
pub(super) fn answer(state: &mut State<'_>, laid_out: Option<&Path>, request: Request) -> Result<Value, Unanswered> {
    let Request { method, params, .. } = request;
    match method.as_str() {
        HoverRequest::METHOD => {
            about(state, params, |params: &HoverParams| &params.text_document_position_params, hover)
        }
        GotoDefinition::METHOD => {
            about(state, params, |params: &GotoDefinitionParams| &params.text_document_position_params, definition)
        }
        References::METHOD => {
            about(state, params, |params: &ReferenceParams| &params.text_document_position, references)
        }
        PrepareRenameRequest::METHOD => rename::prepare(state, read(params)?),
        Rename::METHOD => rename::rename(state, read(params)?),
        DocumentDiagnosticRequest::METHOD => diagnostics::of_document(state, laid_out, read(params)?),
        WorkspaceDiagnosticRequest::METHOD => diagnostics::of_workspace(state, laid_out),
        SemanticTokensFullRequest::METHOD => tokens::full(state, params),
        SemanticTokensFullDeltaRequest::METHOD => tokens::delta(state, params),
        SemanticTokensRangeRequest::METHOD => tokens::range(state, params),
        DocumentSymbolRequest::METHOD => symbols::document(state, params),
        WorkspaceSymbolRequest::METHOD => symbols::workspace(state, params),
        FoldingRangeRequest::METHOD => fold::ranges(state, params),
        Formatting::METHOD => layout::whole(state, params),
        RangeFormatting::METHOD => layout::part(state, params),
        InlayHintRequest::METHOD => inlay::in_range(state, params),
        CodeActionRequest::METHOD => actions::in_range(state, laid_out, params),
        Completion::METHOD => completion::list(state, params),
        ResolveCompletionItem::METHOD => completion::resolve(state, params),
        _ => Err(Unanswered { code: ErrorCode::MethodNotFound, text: format!("{method} is not offered") }),
    }
}

/// The parameters of a request.
pub(super) fn read<P: DeserializeOwned>(params: Value) -> Result<P, Unanswered> {
    serde_json::from_value(params)
        .map_err(|error| Unanswered { code: ErrorCode::InvalidParams, text: error.to_string() })
}

/// Answers a request about a place.
fn about<P: DeserializeOwned, R: Serialize>(
    state: &mut State<'_>,
    params: Value,
    place: fn(&P) -> &TextDocumentPositionParams,
    answer: fn(&mut Asked<'_>, &P, u32) -> Option<R>,
) -> Result<Value, Unanswered> {
    let params: P = read(params)?;
    let TextDocumentPositionParams { text_document, position } = place(&params);
    in_file(state, &text_document.uri, |asked| {
        let offset = asked.offset(*position);
        answer(asked, &params, offset)
    })
}

/// Answers a request about a file; `null` where the file is nothing of a project, or there is nothing to say.
pub(super) fn in_file<R: Serialize>(
    state: &mut State<'_>,
    uri: &Uri,
    answer: impl FnOnce(&mut Asked<'_>) -> Option<R>,
) -> Result<Value, Unanswered> {
    let (encoding, library) = (state.encoding, state.library.clone());
    let Some(state::Place { project, path, origin }) = state.place(uri) else { return Ok(Value::Null) };
    let root = project.root.clone();
    let Some(snapshot) = project.snapshot(None) else { return Ok(Value::Null) };
    let Some(file) = snapshot.file(&path, origin) else { return Ok(Value::Null) };
    let mut asked = Asked { snapshot, file, encoding, root: &root, library: library.as_deref() };
    written(&answer(&mut asked))
}

/// An answer as it is sent.
pub(super) fn written<R: Serialize>(answer: &R) -> Result<Value, Unanswered> {
    serde_json::to_value(answer).map_err(|error| Unanswered { code: ErrorCode::InternalError, text: error.to_string() })
}

fn hover(asked: &mut Asked<'_>, _: &HoverParams, offset: u32) -> Option<Hover> {
    let found = ide::hover::hover(asked.snapshot, asked.file, offset)?;
    let value = asked.shown(&found.markdown);
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(asked.range(found.span)) })
}

fn definition(asked: &mut Asked<'_>, _: &GotoDefinitionParams, offset: u32) -> Option<GotoDefinitionResponse> {
    let span = ide::goto::definition(asked.snapshot, asked.file, offset)?;
    asked.location(span).map(GotoDefinitionResponse::Scalar)
}

fn references(asked: &mut Asked<'_>, params: &ReferenceParams, offset: u32) -> Option<Vec<Location>> {
    let spans = ide::goto::references(asked.snapshot, asked.file, offset);
    let declared = ide::goto::definition(asked.snapshot, asked.file, offset);
    let is_wanted = |span: &Span| params.context.include_declaration || Some(*span) != declared;
    Some(spans.into_iter().filter(is_wanted).filter_map(|span| asked.location(span)).collect())
}

//! Diagnostics as the client shows them: in the file of their primary label, with the other places beside it.

use std::collections::BTreeMap;
use std::path::Path;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    NumberOrString, Range, RelatedFullDocumentDiagnosticReport, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
};
use serde_json::Value;

use super::answers::Unanswered;
use super::convert::{self, Encoding};
use super::library;
use super::state::{self, Place, State};
use crate::base::{FileId, Origin};
use crate::diag::{self, Severity, Shown};
use crate::ide::Snapshot;

/// How a project's diagnostics are shown to one client.
pub(super) struct View<'a> {
    pub root: &'a Path,
    /// Where the library and the pages of codes lie.
    pub laid_out: Option<&'a Path>,
    pub encoding: Encoding,
}

/// What is wrong, by file, in order of files; `None` holds what concerns no place in one.
fn by_file(view: &View<'_>, snapshot: &Snapshot) -> BTreeMap<Option<FileId>, Vec<Diagnostic>> {
    let sources = &snapshot.analysis().sources;
    let shown = Shown::new(sources);
    let mut found: BTreeMap<Option<FileId>, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in snapshot.diagnostics() {
        let file = diagnostic.primary.as_ref().map(|label| label.span.file);
        found.entry(file).or_default().push(convert(view, snapshot, &shown, diagnostic));
    }
    found
}

/// Some diagnostics by their numbers.
pub(super) fn some(view: &View<'_>, snapshot: &Snapshot, numbers: &[usize]) -> Vec<Diagnostic> {
    let shown = Shown::new(&snapshot.analysis().sources);
    let found = numbers.iter().filter_map(|number| snapshot.diagnostics().get(*number));
    found.map(|diagnostic| convert(view, snapshot, &shown, diagnostic)).collect()
}

fn convert(view: &View<'_>, snapshot: &Snapshot, shown: &Shown<'_>, diagnostic: &diag::Diagnostic) -> Diagnostic {
    let sources = &snapshot.analysis().sources;
    let range = diagnostic
        .primary
        .as_ref()
        .map_or_else(Range::default, |label| convert::range(sources.file(label.span.file), label.span, view.encoding));
    let related = |span, text: &str| {
        let library = view.laid_out.map(|folder| folder.join("std"));
        let location = state::location(view.root, library.as_deref(), snapshot, span, view.encoding)?;
        Some(DiagnosticRelatedInformation { location, message: shown.line(text) })
    };
    let labels = diagnostic.labels.iter().filter_map(|label| related(label.span, &label.text));
    let frames =
        diagnostic.frames.iter().filter_map(|frame| related(frame.span?, &format!("{} = {}", frame.text, frame.value)));
    let related: Vec<_> = labels.chain(frames).collect();
    Diagnostic {
        range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(shown.line(&diagnostic.code.id()))),
        code_description: page(view, diagnostic),
        source: Some("hlab".to_owned()),
        message: message(shown, diagnostic),
        related_information: Some(related),
        tags: tags(diagnostic),
        data: None,
    }
}

/// What is wrong with one file, for a client that asks.
pub(super) fn of_document(
    state: &mut State<'_>,
    laid_out: Option<&Path>,
    params: DocumentDiagnosticParams,
) -> Result<Value, Unanswered> {
    let encoding = state.encoding;
    let mut items = Vec::new();
    if let Some(Place { project, path, origin }) = state.place(&params.text_document.uri) {
        let root = project.root.clone();
        if let Some(snapshot) = project.snapshot(None)
            && let Some(file) = snapshot.file(&path, origin)
        {
            let view = View { root: &root, laid_out, encoding };
            items = in_files(&view, snapshot).remove(&file).unwrap_or_default();
        }
    }
    let full = FullDocumentDiagnosticReport { result_id: None, items };
    let report = RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: full };
    answered(DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(report)))
}

/// What is wrong with every file of the open projects, for a client that asks.
pub(super) fn of_workspace(state: &mut State<'_>, laid_out: Option<&Path>) -> Result<Value, Unanswered> {
    let encoding = state.encoding;
    let library = state.library.clone();
    let mut items = Vec::new();
    for (root, project) in &mut state.projects {
        let Some(snapshot) = project.snapshot(None) else { continue };
        let view = View { root, laid_out, encoding };
        let mut found = in_files(&view, snapshot);
        let own: Vec<FileId> = snapshot.analysis().sources.files().map(|(file, _)| file).collect();
        for file in own.into_iter().filter(|file| !snapshot.is_library(*file)) {
            let Some(uri) = state::uri(root, library.as_deref(), snapshot, file) else { continue };
            let version = state.documents.get(uri.as_str()).map(|document| i64::from(document.version));
            let full = FullDocumentDiagnosticReport { result_id: None, items: found.remove(&file).unwrap_or_default() };
            items.push(WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: full,
            }));
        }
    }
    answered(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

fn answered(report: impl serde::Serialize) -> Result<Value, Unanswered> {
    serde_json::to_value(report)
        .map_err(|error| Unanswered { code: lsp_server::ErrorCode::InternalError, text: error.to_string() })
}

/// What is wrong, by file; what concerns no place in a file is shown where the project is.
pub(super) fn in_files(view: &View<'_>, snapshot: &Snapshot) -> BTreeMap<FileId, Vec<Diagnostic>> {
    let mut found = by_file(view, snapshot);
    if let (Some(general), Some((file, at))) = (found.remove(&None), project_word(snapshot)) {
        let source = snapshot.analysis().sources.file(file);
        let start = convert::position(source, at, view.encoding);
        let range = Range { start, end: convert::position(source, at + WORD.len(), view.encoding) };
        let placed = general.into_iter().map(|diagnostic| Diagnostic { range, ..diagnostic });
        found.entry(Some(file)).or_default().splice(0..0, placed);
    }
    found.into_iter().filter_map(|(file, diagnostics)| Some((file?, diagnostics))).collect()
}

/// The word that declares the project.
const WORD: &str = "project";

/// The file in which the project is declared, and where; else the start of the first file.
fn project_word(snapshot: &Snapshot) -> Option<(FileId, usize)> {
    let sources = &snapshot.analysis().sources;
    let own: Vec<_> = sources.files().filter(|(_, file)| file.origin == Origin::Project).collect();
    let word_in = |text: &str| {
        let mut found = text.match_indices(WORD).map(|(at, _)| at);
        found.find(|at| (*at == 0 || text.as_bytes()[at - 1] == b'\n') && text[at + WORD.len()..].starts_with(' '))
    };
    let declared = own.iter().find_map(|(id, file)| Some((*id, word_in(&file.text)?)));
    declared.or_else(|| own.first().map(|(id, _)| (*id, 0)))
}

/// The message with everything that helps: an editor shows no more than this.
fn message(shown: &Shown<'_>, diagnostic: &diag::Diagnostic) -> String {
    let mut text = shown.line(&diagnostic.message);
    let primary = diagnostic.primary.iter().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let notes = diagnostic.notes.iter().map(String::as_str);
    for line in primary.chain(notes) {
        text.push('\n');
        text.push_str(&shown.line(line));
    }
    for line in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(&shown.line(line));
    }
    text
}

/// The page of the code, where the pages are laid out.
fn page(view: &View<'_>, diagnostic: &diag::Diagnostic) -> Option<CodeDescription> {
    let folder = view.laid_out?;
    match &diagnostic.code {
        diag::Code::Row(row) => Some(CodeDescription { href: convert::uri_of(&folder.join(library::page(row.code)))? }),
        diag::Code::Policy(_) => None,
    }
}

/// What does nothing is greyed out.
fn tags(diagnostic: &diag::Diagnostic) -> Option<Vec<DiagnosticTag>> {
    let is_idle = diagnostic.code == diag::Code::Row(&diag::codes::ALLOW_UNUSED);
    is_idle.then(|| vec![DiagnosticTag::UNNECESSARY])
}

//! Diagnostics as the client shows them: in the file of their primary label, with the other places beside it.

use std::collections::BTreeMap;
use std::path::Path;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString, Range,
};

use super::convert::{self, Encoding};
use super::{library, state};
use crate::base::FileId;
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
pub(super) fn by_file(view: &View<'_>, snapshot: &Snapshot) -> BTreeMap<Option<FileId>, Vec<Diagnostic>> {
    let sources = &snapshot.analysis().sources;
    let shown = Shown::new(sources);
    let mut found: BTreeMap<Option<FileId>, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in snapshot.diagnostics() {
        let file = diagnostic.primary.as_ref().map(|label| label.span.file);
        found.entry(file).or_default().push(convert(view, snapshot, &shown, diagnostic));
    }
    found
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

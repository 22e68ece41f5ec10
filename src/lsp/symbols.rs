//! Outlines and names of the whole project, in the protocol's words.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, OneOf, SymbolKind, WorkspaceSymbol,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read, written};
use super::state::{self, State};
use crate::diag::Shown;
use crate::ide::symbols::{Sort, Symbol, of_file, search};

/// The outline of a file.
pub(super) fn document(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: DocumentSymbolParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let symbols = of_file(asked.snapshot, asked.file);
        Some(DocumentSymbolResponse::Nested(symbols.iter().map(|symbol| convert(asked, symbol)).collect()))
    })
}

fn convert(asked: &Asked<'_>, symbol: &Symbol) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = symbol.children.iter().map(|child| convert(asked, child)).collect();
    #[expect(deprecated, reason = "the struct has a field of an older protocol that must be given")]
    DocumentSymbol {
        name: asked.shown(&symbol.name),
        detail: Some(asked.shown(&symbol.detail)).filter(|detail| !detail.is_empty()),
        kind: kind(symbol.sort),
        tags: None,
        deprecated: None,
        range: asked.range(symbol.span),
        selection_range: asked.range(symbol.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn kind(sort: Sort) -> SymbolKind {
    match sort {
        Sort::Module => SymbolKind::MODULE,
        Sort::Binding => SymbolKind::CONSTANT,
        Sort::Type => SymbolKind::ENUM,
        Sort::Kind => SymbolKind::STRUCT,
        Sort::Block => SymbolKind::STRUCT,
        Sort::Variant | Sort::Model => SymbolKind::CLASS,
        Sort::Profile => SymbolKind::INTERFACE,
        Sort::Function => SymbolKind::FUNCTION,
        Sort::Policy | Sort::Incident => SymbolKind::EVENT,
        Sort::Test => SymbolKind::METHOD,
        Sort::Resource => SymbolKind::OBJECT,
        Sort::Loop => SymbolKind::ARRAY,
        Sort::Part | Sort::Field => SymbolKind::FIELD,
    }
}

/// Names of every open project; those of the library once.
pub(super) fn workspace(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: WorkspaceSymbolParams = read(params)?;
    let (encoding, library) = (state.encoding, state.library.clone());
    let mut found = Vec::new();
    for (number, project) in state.projects.values_mut().enumerate() {
        let root = project.root.clone();
        let Some(snapshot) = project.snapshot(None) else { continue };
        for symbol in search(snapshot, &params.query) {
            if number > 0 && snapshot.is_library(symbol.span.file) {
                continue;
            }
            let location: Option<Location> =
                state::location(&root, library.as_deref(), snapshot, symbol.span, encoding);
            let Some(location) = location else { continue };
            let shown = Shown::new(&snapshot.analysis().sources);
            found.push(WorkspaceSymbol {
                name: shown.without_secrets(&symbol.name),
                kind: kind(symbol.sort),
                tags: None,
                container_name: Some(shown.without_secrets(&symbol.detail)),
                location: OneOf::Left(location),
                data: None,
            });
        }
    }
    written(&WorkspaceSymbolResponse::Nested(found))
}

//! Completion in the protocol's words.

use lsp_types::{
    ClientCapabilities, CompletionItem, CompletionItemKind, CompletionList, CompletionOptions, CompletionParams,
    CompletionResponse, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, TextEdit, Uri,
};
use serde_json::{Value, json};

use super::answers::{Asked, Unanswered, in_file, read};
use super::state::State;
use crate::diag::Shown;
use crate::ide::complete::{self, Sort};

/// Whether the client fills in places of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Snippets {
    /// It does.
    Understood,
    /// It puts texts in as they are.
    Unknown,
}

impl Snippets {
    /// What a client says of itself.
    pub(super) fn of(client: &ClientCapabilities) -> Snippets {
        let document = client.text_document.as_ref();
        let completion = document.and_then(|document| document.completion.as_ref());
        let item = completion.and_then(|completion| completion.completion_item.as_ref());
        match item.and_then(|item| item.snippet_support) {
            Some(true) => Snippets::Understood,
            Some(false) | None => Snippets::Unknown,
        }
    }
}

/// What is offered of completion.
pub(super) fn options() -> CompletionOptions {
    let triggers = [".", "=", ":"].map(str::to_owned).to_vec();
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(triggers),
        ..CompletionOptions::default()
    }
}

/// Answers `textDocument/completion`.
pub(super) fn list(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: CompletionParams = read(params)?;
    let (place, snippets) = (params.text_document_position, state.snippets);
    let uri = place.text_document.uri;
    in_file(state, &uri, |asked| {
        let offset = asked.offset(place.position);
        Some(offered(asked, &uri, offset, snippets))
    })
}

fn offered(asked: &mut Asked<'_>, uri: &Uri, offset: u32, snippets: Snippets) -> CompletionResponse {
    let found = complete::complete(asked.snapshot, asked.file, offset);
    let range = asked.range(found.replaces);
    let sources = asked.snapshot.analysis().sources.clone();
    let shown = Shown::new(&sources);
    let items = found.items.into_iter().enumerate().map(|(number, offer)| {
        let (text, format) = match snippets {
            Snippets::Understood => (offer.insert.snippet(), InsertTextFormat::SNIPPET),
            Snippets::Unknown => (offer.insert.plain(), InsertTextFormat::PLAIN_TEXT),
        };
        let new_text = shown.without_secrets(&text);
        CompletionItem {
            label: shown.without_secrets(&offer.label),
            kind: Some(kind(offer.sort)),
            detail: Some(offer.detail).filter(|text| !text.is_empty()).map(|text| shown.without_secrets(&text)),
            sort_text: Some(format!("{number:04}")),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            data: Some(offer.key).filter(|key| !key.is_empty()).map(|key| json!([uri, key])),
            ..CompletionItem::default()
        }
    });
    CompletionResponse::List(CompletionList { is_incomplete: found.is_cut, items: items.collect() })
}

/// Answers `completionItem/resolve`: the item with its documentation.
pub(super) fn resolve(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let item: CompletionItem = read(params)?;
    let asked: Option<(Uri, String)> = item.data.clone().and_then(|data| serde_json::from_value(data).ok());
    let Some((uri, key)) = asked else { return Ok(json!(item)) };
    let mut whole = item.clone();
    let answer = in_file(state, &uri, |asked| {
        if let Some(text) = complete::resolve(asked.snapshot, &key) {
            let value = asked.shown(&text);
            whole.documentation =
                Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
        }
        Some(whole)
    })?;
    // The file may have gone meanwhile: the item stays what it was.
    Ok(if answer.is_null() { json!(item) } else { answer })
}

/// How the client draws it.
fn kind(sort: Sort) -> CompletionItemKind {
    match sort {
        Sort::Word => CompletionItemKind::KEYWORD,
        Sort::Kind => CompletionItemKind::CLASS,
        Sort::Field => CompletionItemKind::FIELD,
        Sort::Block => CompletionItemKind::STRUCT,
        Sort::Resource => CompletionItemKind::VALUE,
        Sort::Member => CompletionItemKind::ENUM_MEMBER,
        Sort::Profile => CompletionItemKind::INTERFACE,
        Sort::Model => CompletionItemKind::CONSTRUCTOR,
        Sort::Variable => CompletionItemKind::VARIABLE,
        Sort::Function => CompletionItemKind::FUNCTION,
        Sort::Property => CompletionItemKind::PROPERTY,
        Sort::Type => CompletionItemKind::TYPE_PARAMETER,
        Sort::Rule => CompletionItemKind::EVENT,
        Sort::Module => CompletionItemKind::MODULE,
        Sort::Folder => CompletionItemKind::FOLDER,
        Sort::Literal => CompletionItemKind::UNIT,
    }
}

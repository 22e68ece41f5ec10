//! Semantic tokens: the classes of words in the protocol's numbers.

use lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensDeltaParams, SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams, Uri,
};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read, written};
use super::convert;
use super::state::State;
use crate::ide::tokens::{Class, Modifier, Token, in_range, of_file};

/// What is offered: the names that stand behind the numbers.
pub(super) fn offered() -> SemanticTokensOptions {
    let legend = SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() };
    SemanticTokensOptions {
        legend,
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
        ..SemanticTokensOptions::default()
    }
}

/// The types that are sent: the protocol's own, so that every theme has a colour for them.
const TYPES: [SemanticTokenType; 15] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRUCT,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::TYPE,
    SemanticTokenType::CLASS,
    SemanticTokenType::DECORATOR,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::MACRO,
    SemanticTokenType::ENUM,
];

const MODIFIERS: [SemanticTokenModifier; 3] =
    [SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY, SemanticTokenModifier::STATIC];

/// The number of a class among [`TYPES`].
fn number(class: Class) -> u32 {
    match class {
        Class::Keyword => 0,
        Class::Kind | Class::Block => 1,
        Class::Resource | Class::Variable => 2,
        Class::Field => 3,
        Class::Type => 4,
        Class::Variant | Class::Model => 5,
        Class::Profile => 6,
        Class::Function => 7,
        Class::Parameter => 8,
        Class::Member => 9,
        Class::Text => 10,
        Class::Number => 11,
        Class::Module => 12,
        Class::Rule => 13,
        Class::Key => 14,
    }
}

/// Bits, in the order of [`MODIFIERS`]. A resource is a variable that stays the same wherever it is named.
fn bits(token: &Token) -> u32 {
    let of = match token.modifier {
        Modifier::Plain => 0,
        Modifier::Declaring => 1,
        Modifier::BuiltIn => 2,
    };
    of | if token.class == Class::Resource { 4 } else { 0 }
}

/// All of a file.
pub(super) fn full(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: SemanticTokensParams = read(params)?;
    let uri = params.text_document.uri;
    match all(state, &uri)? {
        Some(data) => written(&remember(state, &uri, data)),
        None => Ok(Value::Null),
    }
}

/// What changed of a file since the last answer; all of it if that was another than the client has.
pub(super) fn delta(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: SemanticTokensDeltaParams = read(params)?;
    let uri = params.text_document.uri;
    let Some(data) = all(state, &uri)? else { return Ok(Value::Null) };
    let before = state.tokens.remove(uri.as_str()).filter(|before| before.id.to_string() == params.previous_result_id);
    let tokens = remember(state, &uri, data);
    written(&match before {
        Some(Sent { data, .. }) => {
            let edits = difference(&data, &tokens.data);
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id: tokens.result_id, edits })
        }
        None => SemanticTokensFullDeltaResult::Tokens(tokens),
    })
}

/// What was sent of a file last.
pub(super) struct Sent {
    id: u64,
    data: Vec<SemanticToken>,
}

fn all(state: &mut State<'_>, uri: &Uri) -> Result<Option<Vec<SemanticToken>>, Unanswered> {
    let mut found = None;
    in_file(state, uri, |asked| {
        let tokens = of_file(asked.snapshot, asked.file);
        found = Some(encoded(asked, &tokens));
        found.as_ref().map(Vec::len)
    })?;
    Ok(found)
}

/// Keeps an answer for the next difference, of a file that is open.
fn remember(state: &mut State<'_>, uri: &Uri, data: Vec<SemanticToken>) -> SemanticTokens {
    state.answers += 1;
    let id = state.answers;
    if state.documents.contains_key(uri.as_str()) {
        state.tokens.insert(uri.as_str().to_owned(), Sent { id, data: data.clone() });
    }
    SemanticTokens { result_id: Some(id.to_string()), data }
}

/// One edit between what both begin and end with; counted in numbers, five a token.
fn difference(old: &[SemanticToken], new: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (gone, come) = (old.len() - tail, &new[..new.len() - tail]);
    if gone == 0 && come.is_empty() {
        return Vec::new();
    }
    vec![SemanticTokensEdit { start: head as u32 * 5, delete_count: gone as u32 * 5, data: Some(come.to_vec()) }]
}

/// What a range shows.
pub(super) fn range(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: SemanticTokensRangeParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let Range { start, end } = params.range;
        let range = asked.offset(start)..asked.offset(end);
        let tokens = in_range(asked.snapshot, asked.file, &range);
        Some(SemanticTokens { result_id: None, data: encoded(asked, &tokens) })
    })
}

/// Each token relative to the one before.
fn encoded(asked: &Asked<'_>, tokens: &[Token]) -> Vec<SemanticToken> {
    let file = asked.snapshot.analysis().sources.file(asked.file);
    let (mut line, mut column) = (0, 0);
    let mut data = Vec::with_capacity(tokens.len());
    for token in tokens {
        let range = convert::range(file, token.span, asked.encoding);
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - column } else { range.start.character };
        (line, column) = (range.start.line, range.start.character);
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: range.end.character - range.start.character,
            token_type: number(token.class),
            token_modifiers_bitset: bits(token),
        });
    }
    data
}

#[cfg(test)]
mod tests {
    use lsp_types::SemanticToken;

    use super::difference;

    #[test]
    fn a_difference_is_one_edit_in_the_middle() {
        let token = |length| SemanticToken { length, ..SemanticToken::default() };
        let (old, new) = ([1, 2, 3, 4].map(token), [1, 9, 8, 7, 4].map(token));
        let edits = difference(&old, &new);
        assert_eq!((edits[0].start, edits[0].delete_count), (5, 10));
        assert_eq!(edits[0].data.as_deref(), Some([9, 8, 7].map(token).as_slice()));
        assert!(difference(&old, &old).is_empty());
    }
}

//! Semantic tokens: the classes of words in the protocol's numbers.

use lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
};
use serde_json::Value;

use super::answers::{Asked, Unanswered, in_file, read};
use super::convert;
use super::state::State;
use crate::ide::tokens::{Class, Modifier, Token, in_range, of_file};

/// What is offered: the names that stand behind the numbers.
pub(super) fn offered() -> SemanticTokensOptions {
    let legend = SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: MODIFIERS.to_vec() };
    SemanticTokensOptions {
        legend,
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
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
    in_file(state, &params.text_document.uri, |asked| {
        let tokens = of_file(asked.snapshot, asked.file);
        Some(encoded(asked, &tokens))
    })
}

/// What a range shows.
pub(super) fn range(state: &mut State<'_>, params: Value) -> Result<Value, Unanswered> {
    let params: SemanticTokensRangeParams = read(params)?;
    in_file(state, &params.text_document.uri, |asked| {
        let Range { start, end } = params.range;
        let range = asked.offset(start)..asked.offset(end);
        let tokens = in_range(asked.snapshot, asked.file, &range);
        Some(encoded(asked, &tokens))
    })
}

/// Each token relative to the one before.
fn encoded(asked: &Asked<'_>, tokens: &[Token]) -> SemanticTokens {
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
    SemanticTokens { result_id: None, data }
}

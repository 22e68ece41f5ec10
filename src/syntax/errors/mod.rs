//! Every diagnostic of reading and parsing a file: wording, labels, help and fix together.

mod tokens;

use crate::base::{Span, TextEdit};
use crate::diag::codes::{
    BRACE_ON_NEXT_LINE, CHAINED_COMPARISON, CLAUSE_ORDER, FILE_TOO_LARGE, FOREIGN_OPERATOR, MALFORMED_LITERAL,
    MISSING_NAME, MISSING_SEPARATOR, MISSING_VALUE, NEEDS_PARENTHESES, NOT_CALLABLE, NOT_EQUALS, NOT_UTF8,
    REPEATED_CLAUSE, RESERVED_WORD, STRAY_CONTINUATION, STRAY_SEPARATOR, SYNTAX_ERROR, TOO_DEEP, UNCLOSED_BRACKET,
    UNEXPECTED_GENERATOR, UNOPENED_BRACKET, UNREADABLE_FILE,
};
use crate::diag::{Code, CodeRow, Diagnostic, Fix, Severity};

pub(super) use tokens::{
    bad_character_in_string, bad_token, block_comment, hash_comment, line_continuation, unclosed_hole,
};

fn error(row: &'static CodeRow, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::Row(row), span, message)
}

/// A text short enough for a message: its first line, at most forty characters.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() <= 40 && line.len() == text.len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(37).collect();
    format!("{start}…")
}

fn within(span: Span, start: usize, end: usize) -> Span {
    Span { start: span.start + start as u32, end: span.start + end as u32, ..span }
}

// ---- files

/// The bytes of a file are no UTF-8; `line` and `offset` (from 0) say where the first wrong byte stands.
#[must_use]
pub fn not_utf8(path: &str, line: usize, offset: usize) -> Diagnostic {
    let message = format!("expected UTF-8 text, found another byte in `{path}`, line {line}, byte {offset}");
    Diagnostic::new(Code::Row(&NOT_UTF8), Severity::Error, None, message)
        .help("save the file as UTF-8, for instance with `iconv -f latin1 -t utf-8`")
}

/// A file is larger than `limit` bytes.
#[must_use]
pub fn file_too_large(path: &str, size: u64, limit: u64) -> Diagnostic {
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let message = format!("expected a file of at most {} MiB, found {} MiB in `{path}`", mib(limit), mib(size));
    Diagnostic::new(Code::Row(&FILE_TOO_LARGE), Severity::Error, None, message)
        .help("split the file, or move data out of it")
}

/// A file could not be read; `why` is what the operating system said.
#[must_use]
pub fn unreadable_file(path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::Row(&UNREADABLE_FILE), Severity::Error, None, format!("`{path}` could not be read: {why}"))
}

// ---- structure

/// Something else was expected.
pub(super) fn expected(span: Span, what: &str, found: &str) -> Diagnostic {
    error(&SYNTAX_ERROR, span, format!("expected {what}, found {found}"))
}

/// Nothing that could be an entry.
pub(super) fn no_entry(span: Span, found: &str) -> Diagnostic {
    let found = shown(found);
    error(&SYNTAX_ERROR, span, format!("expected a field, a block or a declaration, found `{found}`"))
        .help("an entry is `name = value`, `name { … }` or `kind name { … }`")
}

/// A word at the start of a line, and nothing that makes it an entry.
pub(super) fn lone_word(span: Span, word: &str, found: &str) -> Diagnostic {
    error(&SYNTAX_ERROR, span, format!("expected `=`, `{{` or a name after `{}`, found {found}", shown(word)))
        .help("an entry is `name = value`, `name { … }` or `kind name { … }`")
}

/// `if …` where an entry must stand.
pub(super) fn reserved_entry(span: Span, word: &str) -> Diagnostic {
    let help = match word {
        "if" | "then" | "else" => {
            "a choice is a value: `field = if condition then a else b`; a block may stand in `for x in xs where condition { … }`"
        }
        _ => "an entry is `name = value`, `name { … }` or `kind name { … }`",
    };
    error(&RESERVED_WORD, span, format!("expected an entry, found `{word}`, which belongs into an expression"))
        .help(help)
}

/// A reserved word where a name is declared.
pub(super) fn reserved_name(span: Span, word: &str) -> Diagnostic {
    error(&RESERVED_WORD, span, format!("expected a name, found `{word}`, which expressions keep for themselves"))
        .help(format!("another name, or `\"{word}\"` in quotes where a name may be quoted"))
}

/// `vm haos16.0`, `vm 2fauth`: a name that is no identifier.
pub(super) fn unquoted_name(span: Span, name: &str) -> Diagnostic {
    error(&MALFORMED_LITERAL, span, format!("expected a name, found `{}`", shown(name)))
        .help("a name begins with a letter and is made of `A-Z a-z 0-9 _ -`; any other stands in quotes")
        .fix("put it in quotes", span, format!("\"{name}\""))
}

/// `vm on pve`: the name is missing.
pub(super) fn nameless(span: Span, kind: &str) -> Diagnostic {
    let kind = shown(kind);
    error(&MISSING_NAME, span.at_start(), format!("expected a name after `{kind}`"))
        .help(format!("`{kind} NAME on …`; a name that is spelt like a preposition is quoted"))
}

/// A bracket that is not closed before `found`.
pub(super) fn unclosed(opener: Span, found: Span, found_text: &str, text: &str) -> Diagnostic {
    let (open, close) = match &text[opener.range()] {
        "{" => ('{', '}'),
        "(" => ('(', ')'),
        _ => ('[', ']'),
    };
    let diagnostic =
        error(&UNCLOSED_BRACKET, opener, format!("expected `{close}` to close this `{open}`, found {found_text}"));
    if open == '{' && found_text == "a new item" {
        return diagnostic
            .label(found, "a line in column 0 that begins like this is a new item")
            .help("close the block before it, or indent the line if it belongs into the block");
    }
    diagnostic.label(found, format!("`{close}` should stand before this"))
}

/// A closer with nothing open.
pub(super) fn unopened(span: Span, closer: &str) -> Diagnostic {
    error(&UNOPENED_BRACKET, span, format!("this `{closer}` closes nothing")).fix("remove it", span, "")
}

/// Two entries on a line, or two elements, without a comma; `at` is where it belongs.
pub(super) fn missing_comma(span: Span, at: Span, found: &str) -> Diagnostic {
    error(&MISSING_SEPARATOR, span, format!("expected a comma or a new line before `{}`", shown(found))).fix(
        "insert a comma",
        at,
        ",",
    )
}

/// `x for x in xs` without brackets; `start` and `end` are where they belong.
pub(super) fn unbracketed(span: Span, start: Span, end: Span) -> Diagnostic {
    let mut diagnostic = error(&UNEXPECTED_GENERATOR, span, "`for` in an expression stands in brackets or in a call")
        .here("without brackets")
        .help("write `[x for x in xs]`");
    let edit = |span: Span, text: &str| TextEdit { span, text: text.to_owned() };
    let edits = vec![edit(start, "["), edit(end, "]")];
    diagnostic.fixes.push(Fix { title: "put it in brackets".to_owned(), edits });
    diagnostic
}

/// `name: 4` for `name = 4`.
pub(super) fn colon_for_equals(span: Span) -> Diagnostic {
    error(&NOT_EQUALS, span, "expected `=`, found `:`")
        .help("a field is set with `=`; `name: Type` declares one, in a kind")
        .fix("write `=`", span, " =")
}

/// `name == 4` for `name = 4`.
pub(super) fn double_equals(span: Span) -> Diagnostic {
    error(&NOT_EQUALS, span, "expected `=`, found `==`").help("`=` sets, `==` compares").fix("write `=`", span, "=")
}

/// `name 4` for `name = 4`.
pub(super) fn missing_equals(at: Span, word: &str, found: &str) -> Diagnostic {
    error(&NOT_EQUALS, at, format!("expected `=` after `{}`, found {found}", shown(word))).fix("insert `=`", at, " =")
}

/// `&&`, `||`, `!`, or `=` in a condition.
pub(super) fn foreign_operator(span: Span, found: &str, ours: &str, text: &str) -> Diagnostic {
    let letter = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_whitespace());
    let bytes = text.as_bytes();
    let word = ours != "==";
    let before = if word && ours != "not" && letter(span.start.checked_sub(1).and_then(|at| bytes.get(at as usize))) {
        " "
    } else {
        ""
    };
    let after = if word && letter(bytes.get(span.end as usize)) { " " } else { "" };
    error(&FOREIGN_OPERATOR, span, format!("expected `{ours}`, found `{found}`")).fix(
        format!("write `{ours}`"),
        span,
        format!("{before}{ours}{after}"),
    )
}

/// `a < b < c`, `a..b..c`.
pub(super) fn chained(span: Span, range: bool) -> Diagnostic {
    if range {
        return error(&CHAINED_COMPARISON, span, "a range has two ends, and this would be a third");
    }
    error(&CHAINED_COMPARISON, span, "a comparison cannot be compared again")
        .help("write `a < b and b < c`, or put one comparison in parentheses")
}

/// A clause that stands behind one which it must precede, the first of them at `before`.
pub(super) fn clause_order(span: Span, before: u32, text: &str) -> Diagnostic {
    let clause = &text[span.range()];
    let gap = text[..span.start as usize].trim_end().len() as u32;
    let place = Span { start: before, end: before, ..span };
    let mut diagnostic =
        error(&CLAUSE_ORDER, span, "the clauses of a head stand in the order `: Model on … in … with …`");
    let glued = place.start > 0 && clause.starts_with(':');
    let at =
        if glued { Span { start: gap_before(text, before), end: gap_before(text, before), ..span } } else { place };
    let moved = if glued { clause.to_owned() } else { format!("{clause} ") };
    diagnostic.fixes.push(Fix {
        title: "move it".to_owned(),
        edits: vec![
            TextEdit { span: at, text: moved },
            TextEdit { span: Span { start: gap, end: span.end, ..span }, text: String::new() },
        ],
    });
    diagnostic
}

fn gap_before(text: &str, at: u32) -> u32 {
    text[..at as usize].trim_end().len() as u32
}

/// `on a on b`.
pub(super) fn repeated_clause(span: Span, text: &str) -> Diagnostic {
    let clause = &text[span.range()];
    let word = if clause.starts_with(':') { ":" } else { clause.split_whitespace().next().unwrap_or("") };
    let diagnostic = error(&REPEATED_CLAUSE, span, format!("this head has a clause `{word}` already"));
    match word {
        "on" | "with" => diagnostic.help(format!("several stand in a list: `{word} [a, b]`")),
        _ => diagnostic,
    }
}

/// Nesting beyond the bound.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    error(&TOO_DEEP, span, format!("this is nested more than {} levels deep", super::MAX_DEPTH))
        .help("name parts of it with `let`; the rest of this item is not read")
}

/// Nothing where a value must stand; `behind` is the end of what came before.
pub(super) fn missing_value(span: Span, behind: Span, found: &str) -> Diagnostic {
    let at = if span.start == span.end { behind } else { span };
    error(&MISSING_VALUE, at, format!("expected a value, found {found}"))
}

/// `{` on the line after its head.
pub(super) fn brace_on_next_line(span: Span, before: u32) -> Diagnostic {
    error(&BRACE_ON_NEXT_LINE, span, "a `{` stands on the line of its head").fix(
        "move it up",
        Span { start: before, end: span.end, ..span },
        " {",
    )
}

/// `a.f(x)`, `f(x)(y)`.
pub(super) fn not_callable(span: Span) -> Diagnostic {
    error(&NOT_CALLABLE, span, "only a function's plain name can be called")
        .help("there are no methods: write `take(name, 8)`, not `name.take(8)`")
}

/// `a == not b`, `1 + if …`.
pub(super) fn needs_parentheses(span: Span, word: &str) -> Diagnostic {
    error(&NEEDS_PARENTHESES, span, format!("`{word}` binds looser than the operator before it"))
        .help(format!("put it in parentheses: `({word} …)`"))
}

/// `;`.
pub(super) fn semicolon(span: Span) -> Diagnostic {
    error(&STRAY_SEPARATOR, span, "expected a comma or a new line, found `;`").fix("write a comma", span, ",")
}

/// A comma or semicolon that separates nothing.
pub(super) fn stray_separator(span: Span, found: &str) -> Diagnostic {
    error(&STRAY_SEPARATOR, span, format!("this `{found}` separates nothing")).fix("remove it", span, "")
}

/// A line that begins with `else`, `and`, … after an entry that cannot go on.
pub(super) fn stray_continuation(span: Span, word: &str) -> Diagnostic {
    error(
        &STRAY_CONTINUATION,
        span,
        format!("a line that begins with `{word}` goes on from the one before, which cannot go on"),
    )
    .help(format!("a field of this name is `{word} = …`; a declaration of a kind of this name follows a comma"))
}

/// `warn final policy`.
pub(super) fn final_first(span: Span, before: u32) -> Diagnostic {
    error(&CLAUSE_ORDER, span, "`final` stands before `warn`").fix(
        "put `final` first",
        Span { start: before - 4, end: span.end, ..span },
        "final warn",
    )
}

/// `"a"` alone as a type.
pub(super) fn lone_string_type(span: Span) -> Diagnostic {
    error(&SYNTAX_ERROR, span, "expected a type, found a string")
        .help("an enumeration has at least two members, `\"a\" | \"b\"`; a value is set with `=`")
}

//! Every diagnostic of reading and parsing a file: wording, labels, help and fix together.

use super::lex::T;
use super::words::{DURATION_UNITS, RATE_UNITS, SIZE_UNITS};
use crate::base::{FileId, Span, TextEdit, closest};
use crate::diag::codes::{
    BRACE_ON_NEXT_LINE, CHAINED_COMPARISON, CLAUSE_ORDER, CONTROL_CHARACTER, FILE_TOO_LARGE, FOREIGN_COMMENT,
    FOREIGN_OPERATOR, INTERPOLATION, MALFORMED_LITERAL, MISSING_NAME, MISSING_SEPARATOR, MISSING_VALUE,
    NEEDS_PARENTHESES, NOT_CALLABLE, NOT_EQUALS, NOT_UTF8, REPEATED_CLAUSE, RESERVED_WORD, SINGLE_QUOTES,
    STRAY_CONTINUATION, STRAY_SEPARATOR, SYNTAX_ERROR, TOO_DEEP, UNCLOSED_BRACKET, UNCLOSED_STRING,
    UNEXPECTED_CHARACTER, UNKNOWN_ESCAPE, UNKNOWN_UNIT, UNOPENED_BRACKET, UNREADABLE_FILE,
};
use crate::diag::{Code, CodeRow, Diagnostic, Fix, Severity};

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

// ---- tokens

/// A token that is an error by itself.
pub(super) fn bad_token(kind: T, span: Span, text: &str) -> Diagnostic {
    let token = &text[span.range()];
    match kind {
        T::BadNumber => bad_number(span, token),
        T::BadQuotes => single_quotes(span, token),
        T::BadString => unclosed_string(span, token),
        T::BadBlock if token[3..].trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) => {
            error(&UNCLOSED_STRING, within(span, 0, 3), "this `\"\"\"` string never ends").help("end it with `\"\"\"`")
        }
        T::BadBlock => error(&UNCLOSED_STRING, within(span, 0, 3), "expected a new line after `\"\"\"`, found text")
            .help("the text of a `\"\"\"` string begins on the next line; a text of one line takes `\"…\"`"),
        T::BadHole => error(&INTERPOLATION, span, "a comment cannot stand inside `${…}`"),
        _ => bad_character(span, token),
    }
}

fn bad_number(span: Span, token: &str) -> Diagnostic {
    let digits = token.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(token.len());
    let (number, unit) = token.split_at(digits);
    let found = shown(token);
    if token.contains(':') {
        let malformed = error(&MALFORMED_LITERAL, span, format!("`{found}` is no address of a known shape"));
        let groups: Vec<&str> = token.split(':').collect();
        let time = groups.len() <= 3 && groups.iter().all(|group| group.len() <= 2 && group.parse::<u8>().is_ok());
        return if time {
            malformed.help("a time of day is a string").fix("put it in quotes", span, format!("\"{token}\""))
        } else {
            malformed.help(
                "a MAC is six pairs `BC:24:11:90:21:DF`, a device id `1a6e:089a`, a PCI address `01:00.0`; anything else is a string",
            )
        };
    }
    if let Some((first, last)) = token.split_once('-') {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain(first) && plain(last) {
            return error(&MALFORMED_LITERAL, span, format!("expected a number, found `{found}`"))
                .help("a range is written with `..`; a subtraction needs spaces around `-`")
                .fix("make it a range", span, format!("{first}..{last}"));
        }
        return error(&MALFORMED_LITERAL, span, format!("expected a number, found `{found}`"))
            .help("a name cannot begin with a digit, and a subtraction needs spaces around `-`")
            .fix("put it in quotes", span, format!("\"{token}\""));
    }
    if unit.is_empty() || number.matches('.').count() > 1 {
        return error(&MALFORMED_LITERAL, span, format!("expected a number or an address, found `{found}`"))
            .help("an IPv4 address has four parts; a version is a string")
            .fix("put it in quotes", span, format!("\"{token}\""));
    }
    unknown_unit(span, number, unit)
}

fn unknown_unit(span: Span, number: &str, unit: &str) -> Diagnostic {
    let at = within(span, number.len(), number.len() + unit.len());
    let found = shown(unit);
    let diagnostic = error(&UNKNOWN_UNIT, at, format!("expected a unit after `{number}`, found `{found}`"));
    match nearest_unit(unit) {
        Some(nearest) => diagnostic.help(format!("did you mean `{number}{nearest}`?")).fix(
            format!("write `{number}{nearest}`"),
            at,
            nearest,
        ),
        None => {
            diagnostic.help("units are `KiB MiB GiB TiB` or `KB MB GB TB`, `ms s m h d w`, `Kbps Mbps Gbps` and `%`")
        }
    }
}

fn nearest_unit(unit: &str) -> Option<&'static str> {
    let known = match unit.to_ascii_lowercase().as_str() {
        "k" | "ki" | "kib" => "KiB",
        "m" | "mi" | "mib" | "meg" => "MiB",
        "g" | "gi" | "gib" | "gig" => "GiB",
        "t" | "ti" | "tib" => "TiB",
        "p" | "pi" | "pib" => "PiB",
        "kb" => "KB",
        "mb" => "MB",
        "gb" => "GB",
        "tb" => "TB",
        "b" | "byte" | "bytes" => "B",
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "msec" | "millis" => "ms",
        "kbit" | "kbps" => "Kbps",
        "mbit" | "mbps" => "Mbps",
        "gbit" | "gbps" | "gbe" => "Gbps",
        _ => return closest(unit, SIZE_UNITS.iter().chain(DURATION_UNITS).chain(RATE_UNITS).copied()).and_then(same),
    };
    Some(known)
}

fn same(unit: &str) -> Option<&'static str> {
    SIZE_UNITS.iter().chain(DURATION_UNITS).chain(RATE_UNITS).copied().find(|known| *known == unit)
}

fn single_quotes(span: Span, token: &str) -> Diagnostic {
    let mut inner = token.chars();
    (inner.next(), inner.next_back());
    let inner = inner.as_str().replace('"', "\\\"");
    error(&SINGLE_QUOTES, span, "expected a string in plain double quotes, found other quotes").fix(
        "use double quotes",
        span,
        format!("\"{inner}\""),
    )
}

fn unclosed_string(span: Span, token: &str) -> Diagnostic {
    let diagnostic = error(&UNCLOSED_STRING, span, "this string does not end on its line")
        .help("end it with `\"`; a text of several lines stands in `\"\"\"`");
    let behind = &token[1..];
    let is_field = |rest: &str| {
        let name = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        name.trim_start().starts_with(['=', '{'])
    };
    let before_field = behind.match_indices(',').find(|(at, _)| is_field(&behind[at + 1..])).map(|(at, _)| at);
    let before_closers = behind.trim_end_matches(|c| matches!(c, ' ' | '}' | ']' | ')' | ',')).len();
    let at = before_field.unwrap_or(before_closers) + 1;
    diagnostic.fix("end the string here", within(span, at, at), "\"")
}

fn bad_character(span: Span, token: &str) -> Diagnostic {
    let character = token.chars().next().unwrap_or(' ');
    let diagnostic = |message: String| error(&UNEXPECTED_CHARACTER, span, message);
    match character {
        '“' | '”' | '„' | '«' | '»' => diagnostic(format!(
            "expected a straight quote `\"`, found `{character}`"
        ))
        .fix("use a straight quote", span, "\""),
        '‘' | '’' | '\'' | '`' => {
            diagnostic(format!("expected a string in `\"`, found `{character}`")).help("strings stand in double quotes")
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => diagnostic(format!(
            "a special space (U+{:04X}) stands here",
            u32::from(character)
        ))
        .fix("use an ordinary space", span, " "),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => diagnostic(
            format!("an invisible character (U+{:04X}) stands here", u32::from(character)),
        )
        .fix("remove it", span, ""),
        '\u{2013}' | '\u{2014}' | '\u{2212}' => {
            diagnostic(format!("expected `-`, found the dash `{character}`")).fix("use an ordinary `-`", span, "-")
        }
        '%' => diagnostic("`%` stands directly behind its number, as in `80%`".to_owned()),
        '&' => diagnostic("`&` means nothing here".to_owned()).help("`and` joins two conditions"),
        '\\' => diagnostic("`\\` means nothing outside a string".to_owned())
            .help("a line goes on by itself after an operator and inside brackets"),
        '$' => {
            diagnostic("`${…}` stands only inside a string".to_owned()).help("outside a string, write the name alone")
        }
        '=' => diagnostic("`=>` means nothing here".to_owned())
            .help("there are no lambdas: write `all(d.backup for d in disk)`"),
        _ if token.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) => {
            diagnostic(format!("expected a name of letters `A-Z a-z`, found `{}`", shown(token)))
                .help("a resource's name may be quoted; a field or a variable takes plain letters")
        }
        '@' | '~' | '^' => diagnostic(format!("`{character}` means nothing here")).help("a text stands in quotes"),
        '\0' => diagnostic("a NUL byte stands here".to_owned()).help("is this a text file?"),
        '\r' => diagnostic("a carriage return without a line feed stands here".to_owned()).fix(
            "start a new line",
            span,
            "\n",
        ),
        control if control.is_control() => diagnostic(format!(
            "a control character (U+{:04X}) stands here",
            u32::from(control)
        ))
        .fix("remove it", span, ""),
        other => diagnostic(format!("`{other}` means nothing here"))
            .help("a name is made of `A-Z a-z 0-9 _ -`; any other is quoted"),
    }
}

/// A wrong escape or a control character at `at` in a string.
pub(super) fn bad_character_in_string(file: FileId, text: &str, at: usize) -> Diagnostic {
    let character = text[at..].chars().next().unwrap_or(' ');
    if character != '\\' {
        let span = Span::new(file, at, at + character.len_utf8());
        return error(
            &CONTROL_CHARACTER,
            span,
            format!("a control character (U+{:04X}) stands in this string", u32::from(character)),
        )
        .fix("write it as an escape", span, format!("\\u{{{:x}}}", u32::from(character)));
    }
    let next = text[at + 1..].chars().next().unwrap_or(' ');
    let span = Span::new(file, at, at + 1 + if next == '\n' { 0 } else { next.len_utf8() });
    if next == 'u' {
        return error(&UNKNOWN_ESCAPE, span, "expected `\\u{…}` with the number of a character, found something else")
            .help("for instance `\\u{e9}` for `é`");
    }
    let found = if next == '\n' { "the end of the line".to_owned() } else { format!("`\\{next}`") };
    error(&UNKNOWN_ESCAPE, span, format!("expected an escape, found {found}"))
        .help("escapes are `\\n \\t \\r \\\" \\\\ \\$ \\u{…}`")
        .fix("write the backslash itself", Span::new(file, at, at + 1), "\\\\")
}

/// `# comment`.
pub(super) fn hash_comment(span: Span) -> Diagnostic {
    error(&FOREIGN_COMMENT, span, "expected `//`, found `#`: a comment begins with `//`").fix(
        "write `//`",
        within(span, 0, 1),
        "//",
    )
}

/// `\\` at the end of a line.
pub(super) fn line_continuation(span: Span) -> Diagnostic {
    error(&UNEXPECTED_CHARACTER, within(span, 0, 1), "a line needs no `\\` to go on")
        .help("it goes on after an operator or `=`, before a binary operator, and inside brackets")
        .fix("remove it", within(span, 0, 1), "")
}

/// `/* comment */`.
pub(super) fn block_comment(span: Span) -> Diagnostic {
    error(&FOREIGN_COMMENT, within(span, 0, 2), "a comment begins with `//` and ends with its line")
}

/// `${` without its `}` on the line.
pub(super) fn unclosed_hole(span: Span) -> Diagnostic {
    error(&INTERPOLATION, span, "expected `}` on this line, to end this `${`")
        .help("for the text `${` itself write `\\${`")
        .fix("make it plain text", span.at_start(), "\\")
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

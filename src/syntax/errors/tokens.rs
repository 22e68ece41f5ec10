//! Diagnostics of single tokens: characters, numbers, strings and comments that are none of the language.

use super::{error, shown, within};
use crate::base::{FileId, Span, closest};
use crate::diag::Diagnostic;
use crate::diag::codes::{
    CONTROL_CHARACTER, FOREIGN_COMMENT, INTERPOLATION, MALFORMED_LITERAL, SINGLE_QUOTES, UNCLOSED_STRING,
    UNEXPECTED_CHARACTER, UNKNOWN_ESCAPE, UNKNOWN_UNIT,
};
use crate::syntax::lex::T;
use crate::syntax::words::{DURATION_UNITS, RATE_UNITS, SIZE_UNITS};

/// A token that is an error by itself.
pub(in crate::syntax) fn bad_token(kind: T, span: Span, text: &str) -> Diagnostic {
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
    inner.next();
    inner.next_back();
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
    let before_closers = behind.trim_end_matches([' ', '}', ']', ')', ',']).len();
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
pub(in crate::syntax) fn bad_character_in_string(file: FileId, text: &str, at: usize) -> Diagnostic {
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
    let next = text[at + 1..].chars().next().filter(|next| *next != '\n');
    let span = Span::new(file, at, at + 1 + next.map_or(0, char::len_utf8));
    if next == Some('u') {
        return error(&UNKNOWN_ESCAPE, span, "expected `\\u{…}` with the number of a character, found something else")
            .help("for instance `\\u{e9}` for `é`");
    }
    let found = next.map_or("the end of the line".to_owned(), |next| format!("`\\{next}`"));
    error(&UNKNOWN_ESCAPE, span, format!("expected an escape, found {found}"))
        .help("escapes are `\\n \\t \\r \\\" \\\\ \\$ \\u{…}`")
        .fix("write the backslash itself", Span::new(file, at, at + 1), "\\\\")
}

/// `# comment`.
pub(in crate::syntax) fn hash_comment(span: Span) -> Diagnostic {
    error(&FOREIGN_COMMENT, span, "expected `//`, found `#`: a comment begins with `//`").fix(
        "write `//`",
        within(span, 0, 1),
        "//",
    )
}

/// `\\` at the end of a line.
pub(in crate::syntax) fn line_continuation(span: Span) -> Diagnostic {
    error(&UNEXPECTED_CHARACTER, within(span, 0, 1), "a line needs no `\\` to go on")
        .help("it goes on after an operator or `=`, before a binary operator, and inside brackets")
        .fix("remove it", within(span, 0, 1), "")
}

/// `/* comment */`.
pub(in crate::syntax) fn block_comment(span: Span) -> Diagnostic {
    error(&FOREIGN_COMMENT, within(span, 0, 2), "a comment begins with `//` and ends with its line")
}

/// `${` without its `}` on the line.
pub(in crate::syntax) fn unclosed_hole(span: Span) -> Diagnostic {
    error(&INTERPOLATION, span, "expected `}` on this line, to end this `${`")
        .help("for the text `${` itself write `\\${`")
        .fix("make it plain text", span.at_start(), "\\")
}

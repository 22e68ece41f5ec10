//! Literals with an exact shape: addresses, numbers with units, escapes.

use super::lex::{Lexer, T, is_hex, is_start, is_word};
use super::words::{DURATION_UNITS, RATE_UNITS, SIZE_UNITS};

/// The longest run of colon-separated groups that a known shape has.
const GROUPS: usize = 6;

/// A literal of hexadecimal groups with colons (a MAC, a device id, a PCI address) at `at`, if one is there.
pub(super) fn shape(lexer: &Lexer<'_>, at: usize) -> Option<(T, usize)> {
    let mut lengths = [0usize; GROUPS];
    let mut groups = 0;
    let mut end = at;
    loop {
        let start = end;
        while end - start <= 4 && is_hex(lexer.byte(end)) {
            end += 1;
        }
        if groups < GROUPS {
            lengths[groups] = end - start;
        }
        groups += 1;
        if lexer.byte(end) == b':' && is_hex(lexer.byte(end + 1)) {
            end += 1;
        } else {
            break;
        }
    }
    if groups == 1 {
        return None;
    }
    let whole = boundary(lexer, end);
    let kind = match lengths.get(..groups) {
        Some([2, 2, 2, 2, 2, 2]) => T::Mac,
        Some([4, 4]) => T::DeviceId,
        Some([2, 2] | [4, 2, 2]) => T::Pci,
        Some(_) | None => T::BadNumber,
    };
    if kind == T::BadNumber || !whole {
        return bad_shape(lexer, at, groups);
    }
    let function = kind == T::Pci
        && lexer.byte(end) == b'.'
        && matches!(lexer.byte(end + 1), b'0'..=b'7')
        && boundary(lexer, end + 2);
    Some((kind, if function { end + 2 } else { end }))
}

/// Groups of no known shape: one bad token if they can be nothing else, otherwise no literal.
fn bad_shape(lexer: &Lexer<'_>, at: usize, groups: usize) -> Option<(T, usize)> {
    if groups < 3 && is_start(lexer.byte(at)) {
        return None;
    }
    let mut end = at;
    while is_word(lexer.byte(end)) || (matches!(lexer.byte(end), b':' | b'-') && is_word(lexer.byte(end + 1))) {
        end += 1;
    }
    Some((T::BadNumber, end))
}

/// Whether a literal may end at `at`: no word goes on there, not even behind a `-`.
fn boundary(lexer: &Lexer<'_>, at: usize) -> bool {
    let byte = lexer.byte(at);
    !(is_word(byte) || byte == b'-' && is_word(lexer.byte(at + 1)))
}

fn digits(lexer: &Lexer<'_>, at: usize) -> usize {
    let mut end = at;
    while lexer.byte(end).is_ascii_digit() {
        end += 1;
    }
    end
}

/// The literal that starts with a digit at `at`.
pub(super) fn number(lexer: &Lexer<'_>, at: usize) -> (T, usize) {
    let mut end = digits(lexer, at);
    let mut underscore = false;
    while lexer.byte(end) == b'_' && lexer.byte(end + 1).is_ascii_digit() {
        underscore = true;
        end = digits(lexer, end + 1);
    }
    let mut parts = 1;
    while lexer.byte(end) == b'.' && lexer.byte(end + 1).is_ascii_digit() {
        parts += 1;
        end = digits(lexer, end + 1);
    }
    let found = match parts {
        1 | 2 => return quantity(lexer, end, if parts == 1 { T::Int } else { T::Float }),
        4 if !underscore && lexer.byte(end) == b'/' && lexer.byte(end + 1).is_ascii_digit() => {
            end = digits(lexer, end + 1);
            T::Cidr
        }
        4 if !underscore => T::Ip,
        _ => T::BadNumber,
    };
    if boundary(lexer, end) { (found, end) } else { (T::BadNumber, word_run(lexer, end)) }
}

/// A number that ends at `digits_end`, with the unit behind it.
fn quantity(lexer: &Lexer<'_>, digits_end: usize, plain: T) -> (T, usize) {
    let mut end = digits_end;
    while is_word(lexer.byte(end)) {
        end += 1;
    }
    if !boundary(lexer, end) {
        return (T::BadNumber, word_run(lexer, end));
    }
    let unit = &lexer.text[digits_end..end];
    let kind = if unit.is_empty() {
        if lexer.byte(end) == b'%' {
            return (T::Percent, end + 1);
        }
        plain
    } else {
        unit_kind(unit)
    };
    (kind, end)
}

fn unit_kind(unit: &str) -> T {
    match unit {
        "GiB" | "MiB" => T::Size,
        _ if SIZE_UNITS.contains(&unit) => T::Size,
        _ if DURATION_UNITS.contains(&unit) => T::Duration,
        _ if RATE_UNITS.contains(&unit) => T::Rate,
        _ => T::BadNumber,
    }
}

/// The end of the run of words, `-` between them, at `at`.
fn word_run(lexer: &Lexer<'_>, at: usize) -> usize {
    let mut end = at;
    while is_word(lexer.byte(end)) || (lexer.byte(end) == b'-' && is_word(lexer.byte(end + 1))) {
        end += 1;
    }
    end
}

/// The character of an escape `\u{…}` at the start of `text`, and the escape's length.
pub(super) fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix("\\u{")?;
    let length = rest.bytes().take(7).position(|byte| byte == b'}')?;
    let hex = &rest.as_bytes()[..length];
    if hex.is_empty() || !hex.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let code = u32::from_str_radix(&rest[..length], 16).ok()?;
    Some((char::from_u32(code)?, length + 4))
}

//! How long texts are, and how they are cut so that they fit.
//!
//! A picture cannot ask how wide its letters are. The widths here are those of DejaVu Sans, the widest of the fonts that
//! browsers take for `sans-serif`; with another font there is room left over, and nothing runs into anything.

use std::cmp::Ordering;

use crate::diag::visible;

/// How thick letters are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// As usual.
    Plain,
    /// Bold.
    Bold,
}

/// Widths of U+0020 to U+007E in hundredths of the size, rounded up.
/// Source: DejaVu fonts 2.37, `hmtx` table of DejaVuSans.ttf.
#[rustfmt::skip]
const PLAIN: [u8; 95] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
    100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
    50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];

/// The same of DejaVuSans-Bold.ttf.
#[rustfmt::skip]
const BOLD: [u8; 95] = [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 59,
    100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86, 74, 86, 78, 73, 69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 50,
    50, 68, 72, 60, 72, 68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
];

/// What stands for the rest of a text.
const REST: char = '…';

/// The width of one letter, in hundredths of the size.
fn letter(character: char, weight: Weight) -> u32 {
    let table = if weight == Weight::Bold { &BOLD } else { &PLAIN };
    let number = u32::from(character);
    match number {
        0x20..=0x7e => u32::from(table[number as usize - 0x20]),
        // The dot between facts, and the dots for the rest.
        0xb7 => 38,
        0x2026 => 100,
        0xa0..=0x24f => 156,
        // Pictures are drawn by fonts of their own.
        0x1_f000.. => 150,
        // Words and phrases in one letter.
        0xfdf0..=0xfdff => 1200,
        _ => 205,
    }
}

/// The width of a text, in the unit of its size; never less than it takes on a screen.
pub fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let hundredths: u32 = text.chars().map(|character| letter(character, weight)).sum();
    hundredths as f32 * size / 100.0
}

/// A text without control characters, cut to a width; empty where not even the dots fit.
pub fn fit(text: &str, room: f32, size: f32, weight: Weight) -> String {
    let text = visible(text);
    let room = (room * 100.0 / size).max(0.0) as u32;
    let rest = letter(REST, weight);
    let (mut used, mut keep) = (0, 0);
    for (at, character) in text.char_indices() {
        if used + rest <= room {
            keep = at;
        }
        used += letter(character, weight);
        if used > room {
            return if rest > room { String::new() } else { format!("{}{REST}", text[..keep].trim_end()) };
        }
    }
    text
}

/// A size for people, to a tenth: `62.4 GiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let Some((name, unit)) = UNITS.iter().find(|(_, unit)| bytes >= *unit) else { return format!("{bytes} B") };
    let tenths = (u128::from(bytes) * 10 + u128::from(*unit) / 2) / u128::from(*unit);
    if tenths % 10 == 0 { format!("{} {name}", tenths / 10) } else { format!("{}.{} {name}", tenths / 10, tenths % 10) }
}

/// How many of something: `1 host`, `2 hosts`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Names in the order in which people count: `host-9` before `host-10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, y) = (digits(&mut left), digits(&mut right));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
            x.cmp(&y)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the digits that a text begins with, without leading zeros.
fn digits<'t>(text: &mut &'t str) -> &'t str {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{Weight, bytes, fit, natural, width};

    #[test]
    fn a_text_that_is_too_long_ends_in_dots_and_fits() {
        let name = "k3s-vm-pumped-piglet-gpu";
        assert_eq!(fit(name, 400.0, 12.0, Weight::Bold), name);
        let cut = fit(name, 100.0, 12.0, Weight::Bold);
        assert!(cut.ends_with('…') && cut.len() < name.len(), "{cut}");
        assert!(width(&cut, 12.0, Weight::Bold) <= 100.0);
        assert_eq!(fit(name, 5.0, 12.0, Weight::Bold), "");
    }

    #[test]
    fn sizes_are_told_to_a_tenth() {
        assert_eq!(bytes(63_897 << 20), "62.4 GiB");
        assert_eq!(bytes(16 << 30), "16 GiB");
        assert_eq!(bytes(0), "0 B");
    }

    #[test]
    fn numbers_in_names_count() {
        assert_eq!(natural("host-9", "host-10"), Ordering::Less);
        assert_eq!(natural("host-09", "host-9"), Ordering::Less);
        assert_eq!(natural("a", "a1"), Ordering::Less);
        assert_eq!(natural("b", "a1"), Ordering::Greater);
    }
}

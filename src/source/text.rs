//! The one encoder of hlab text: names, strings and values, whatever they hold.

use crate::syntax::{ITEM_WORDS, is_identifier, reserved};

/// A string literal.
#[must_use]
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escaped(text, &mut out);
    out.push('"');
    out
}

/// A string of several lines as it is read: one line each, set in. One that does not end with its line stays on one.
#[must_use]
pub fn lines(text: &str, indent: &str) -> String {
    let Some(inner) = text.strip_suffix('\n').filter(|inner| inner.contains('\n')) else { return string(text) };
    let mut out = String::from("\"\"\"\n");
    for line in inner.split('\n') {
        if !line.is_empty() {
            out.push_str(indent);
            escaped(line, &mut out);
        }
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str("\"\"\"");
    out
}

fn escaped(text: &str, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '$' if characters.peek() == Some(&'{') => out.push_str("\\$"),
            control if control.is_control() || is_invisible(control) => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
}

/// Characters that are there and show nothing, or turn the writing around.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A name where it is declared or referred to: bare if it can be.
#[must_use]
pub fn name(text: &str) -> String {
    let is_word = ITEM_WORDS.iter().any(|(word, _)| *word == text) || reserved(text);
    if is_identifier(text) && !is_word { text.to_owned() } else { string(text) }
}

/// A member of an enumeration: bare if it can be.
#[must_use]
pub fn member(text: &str) -> String {
    name(text)
}

/// A literal of digits and marks, such as an address: bare if it can be one, else a string, of which the compiler says what
/// is wrong with it.
#[must_use]
pub fn literal(text: &str) -> String {
    let is_mark = |byte: u8| byte.is_ascii_hexdigit() || b":./".contains(&byte);
    let is_literal = text.as_bytes().first().is_some_and(u8::is_ascii_hexdigit)
        && text.bytes().all(is_mark)
        && !text.contains("//")
        && text.bytes().any(|byte| b":.".contains(&byte));
    if is_literal { text.to_owned() } else { string(text) }
}

/// A list of values that are spelt already.
#[must_use]
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(", "))
}

/// One value as it is, several as a list.
#[must_use]
pub fn one_or_list(items: &[String]) -> String {
    if let [only] = items { only.clone() } else { list(items.iter().cloned()) }
}

/// One line of a comment, with nothing in it that ends it.
#[must_use]
pub fn comment(text: &str) -> String {
    let plain =
        |character: char| if character.is_control() || is_invisible(character) { '\u{fffd}' } else { character };
    format!("// {}", text.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_holds_what_it_was_given() {
        assert_eq!(string("a \"b\" \\ ${c} $d"), r#""a \"b\" \\ \${c} $d""#);
        assert_eq!(string("two\nlines\u{1b}"), r#""two\nlines\u{1b}""#);
        for text in ["a \"b\" \\ ${c}", "two\nlines\u{1b}\u{202e}", "", "ünï\ttab\r"] {
            assert_eq!(crate::syntax::unquote(&string(text)), text);
        }
        for text in ["#cloud-config\na: \"b\"\n", "a\n\n  b\n", "  \n \"\"\" ${c}\n", "\n\n", "one\n", "a\nb"] {
            assert_eq!(crate::syntax::unquote(&lines(text, "    ")), text);
        }
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(name("k3s-vm-pve"), "k3s-vm-pve");
        assert_eq!(name("haos16.0"), "\"haos16.0\"");
        assert_eq!(name("use"), "\"use\"");
        assert_eq!(name("1st"), "\"1st\"");
        assert_eq!(name(""), "\"\"");
    }

    #[test]
    fn a_literal_that_is_none_is_a_string() {
        assert_eq!(literal("BC:24:11:00:00:01"), "BC:24:11:00:00:01");
        assert_eq!(literal("192.168.4.0/24"), "192.168.4.0/24");
        assert_eq!(literal("1 }\nvm x {"), r#""1 }\nvm x {""#);
        assert_eq!(literal("1://x"), r#""1://x""#);
        assert_eq!(literal("abc"), r#""abc""#);
    }

    #[test]
    fn a_comment_is_one_line() {
        assert_eq!(comment("a\nvm x {"), "// a\u{fffd}vm x {");
    }
}

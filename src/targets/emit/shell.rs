//! Words of a POSIX shell.

use std::borrow::Cow;

/// A text as one word: as it is where the shell reads nothing into it, else in single quotes.
///
/// Control characters are left out: they have no place in a command that a person copies.
#[must_use]
pub fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@,+%".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars().filter(|character| !character.is_control()) {
        match character {
            '\'' => quoted.push_str("'\\''"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    Cow::Owned(quoted)
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn nothing_in_a_word_is_read_by_the_shell() {
        assert_eq!(word("local:import/noble.qcow2"), "local:import/noble.qcow2");
        assert_eq!(word("$(rm -r /)"), "'$(rm -r /)'");
        assert_eq!(word("it's"), "'it'\\''s'");
        assert_eq!(word(""), "''");
        assert_eq!(word("a\n;b"), "'a;b'");
    }
}

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

/// A command that ssh runs on a host. ssh hands its words to a second shell there as one text, so each is quoted for both.
#[must_use]
pub fn over_ssh(host: &str, words: &[&str]) -> String {
    let mut command = format!("ssh {}", word(&format!("root@{host}")));
    for text in words {
        command.push(' ');
        command.push_str(&word(&word(text)));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::{over_ssh, word};

    #[test]
    fn nothing_in_a_word_is_read_by_the_shell_on_the_other_side() {
        assert_eq!(over_ssh("pve", &["ls", "-d", "/var/lib/vz"]), "ssh root@pve ls -d /var/lib/vz");
        assert_eq!(over_ssh("pve", &["ls", "$(id)"]), r"ssh root@pve ls ''\''$(id)'\'''");
    }

    #[test]
    fn nothing_in_a_word_is_read_by_the_shell() {
        assert_eq!(word("local:import/noble.qcow2"), "local:import/noble.qcow2");
        assert_eq!(word("$(rm -r /)"), "'$(rm -r /)'");
        assert_eq!(word("it's"), "'it'\\''s'");
        assert_eq!(word(""), "''");
        assert_eq!(word("a\n;b"), "'a;b'");
    }
}

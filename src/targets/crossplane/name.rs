//! Names that Kubernetes takes: lower case letters, digits, `-`, and `.` between labels.

use std::borrow::Cow;

/// Longest name: with its prefix and `.yaml` it must still be a file's name.
const LONGEST: usize = 240;

/// The nearest name that Kubernetes takes; mostly the name itself.
pub(super) fn of(name: &str) -> Cow<'_, str> {
    if is_valid(name) {
        return Cow::Borrowed(name);
    }
    let plain = |character: char| match character {
        'a'..='z' | '0'..='9' | '.' | '-' => character,
        'A'..='Z' => character.to_ascii_lowercase(),
        _ => '-',
    };
    let mapped: String = name.chars().map(plain).take(LONGEST).collect();
    let labels: Vec<&str> =
        mapped.split('.').map(|label| label.trim_matches('-')).filter(|label| !label.is_empty()).collect();
    if labels.is_empty() { Cow::Borrowed("unnamed") } else { Cow::Owned(labels.join(".")) }
}

/// Whether Kubernetes takes this as the value of a label.
pub(super) fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_label(value)
}

/// Whether Kubernetes takes this as the key of a label: a name, perhaps behind a DNS name and a slash.
pub(super) fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_valid(prefix) && is_label(name),
        None => is_label(key),
    }
}

fn is_label(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && ends(text.bytes().next())
        && ends(text.bytes().next_back())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_valid(name: &str) -> bool {
    // Each label between dots begins and ends with a letter or digit.
    let mut before = b'.';
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {}
            b'-' if before != b'.' => {}
            b'.' if before != b'.' && before != b'-' => {}
            _ => return false,
        }
        before = byte;
    }
    !matches!(before, b'.' | b'-') && name.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::{is_label_key, is_label_value, of};

    #[test]
    fn names_are_made_valid_and_kept_where_they_are() {
        assert_eq!(of("k3s-vm-pve"), "k3s-vm-pve");
        assert_eq!(of("haos16.0"), "haos16.0");
        assert_eq!(of("OPNsense"), "opnsense");
        assert_eq!(of("my_vm (old)"), "my-vm--old");
        assert_eq!(of("-a-.-b."), "a.b");
        assert_eq!(of("../../etc"), "etc");
        assert_eq!(of("日本"), "unnamed");
        assert_eq!(of(&"x".repeat(300)).len(), 240);
    }

    #[test]
    fn labels_are_what_kubernetes_takes() {
        assert!(is_label_value("") && is_label_value("k3s_1.0-rc") && is_label_key("homelab.io/role"));
        assert!(!is_label_value("a b") && !is_label_value("-a") && !is_label_value(&"x".repeat(64)));
        assert!(!is_label_key("") && !is_label_key("/role") && !is_label_key("Homelab/role") && !is_label_key("a/b/c"));
    }
}

//! Known classes of secrets: exact shapes only, so that a key that is public is never taken for one.

/// The class of secret that a text is or holds, if it is of a known one.
#[must_use]
pub fn class_of(text: &str) -> Option<&'static str> {
    if text.len() < 16 || !has_marks(text.as_bytes()) {
        return None;
    }
    class_of_whole(text).or_else(|| {
        // Most texts are one word, which was looked at.
        let is_gap = |byte: u8| byte.is_ascii_whitespace() || b"\"'`=,;".contains(&byte);
        if !text.bytes().any(is_gap) {
            return None;
        }
        let words = text.split(|c: char| u8::try_from(c).is_ok_and(is_gap));
        words.filter(|word| word.len() >= 16).find_map(class_of_whole)
    })
}

/// Whether a text has any of the marks that each class has one of; most texts, public keys among them, have none.
fn has_marks(text: &[u8]) -> bool {
    memchr::memchr3(b'_', b'!', b':', text).is_some() || memchr::memchr_iter(b'-', text).nth(1).is_some()
}

fn class_of_whole(text: &str) -> Option<&'static str> {
    let dashes = memchr::memchr_iter(b'-', text.as_bytes()).count();
    if dashes >= 5 && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if text.starts_with("AGE-SECRET-KEY-1") {
        return Some("an age secret key");
    }
    let github = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"];
    if github.iter().any(|prefix| text.starts_with(prefix)) && text.len() >= 30 {
        return Some("a GitHub token");
    }
    if text.starts_with("K10") && text.contains("::") && text.len() > 40 {
        return Some("a K3s token");
    }
    if dashes >= 4
        && let Some((name, value)) = text.split_once('=')
        && name.contains('@')
        && name.contains('!')
        && is_uuid(value)
    {
        return Some("a Proxmox API token");
    }
    None
}

/// Whether a field of this name holds a secret: its literal is refused whatever it looks like.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let last = name.rsplit(['-', '_', '.']).next().unwrap_or(name);
    matches!(last, "password" | "passwd" | "passphrase" | "secret" | "token") && !name.ends_with("-name")
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5
        && parts.iter().zip(lengths).all(|(part, len)| part.len() == len && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_class_is_found_and_a_public_key_is_not() {
        assert_eq!(class_of(&format!("ghp_{}", "x".repeat(36))), Some("a GitHub token"));
        assert_eq!(class_of("root@pam!ci=01234567-89ab-cdef-0123-456789abcdef"), Some("a Proxmox API token"));
        assert_eq!(class_of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0001homelab ops@lab"), None);
        assert_eq!(class_of(&format!("token: ghp_{}\n", "x".repeat(36))), Some("a GitHub token"));
        assert_eq!(class_of(&format!("export T='ghp_{}'", "x".repeat(36))), Some("a GitHub token"));
        assert_eq!(class_of("age1uwvq3llqqqqqqqqqqqqqqqqqqqqqqqqqqqqq3tsna"), None);
    }

    #[test]
    fn a_field_is_a_secret_by_its_last_word() {
        assert!(is_secret_name("ci-password") && is_secret_name("token"));
        assert!(!is_secret_name("token-name") && !is_secret_name("keys"));
    }
}

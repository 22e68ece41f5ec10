//! The encoder of links on terminals (OSC 8): the only place that writes one.

/// A text that a terminal opens as a URL; the text is fit to be shown already.
pub(super) fn link(url: &str, text: &str) -> String {
    format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}

/// The URL of a file below a folder. Every byte that is not plain in a URL is written as its number, so that no name ends
/// the link or drives the terminal.
pub(super) fn file_url(root: &str, path: &str) -> String {
    let mut url = "file://".to_owned();
    for byte in root.bytes().chain(std::iter::once(b'/')).chain(path.bytes()) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::{file_url, link};

    #[test]
    fn no_name_ends_the_link() {
        let url = file_url("/lab", "a b;\u{1b}\\c/é.hlab");
        assert_eq!(url, "file:///lab/a%20b%3B%1B%5Cc/%C3%A9.hlab");
        assert_eq!(link(&url, "x").matches('\u{1b}').count(), 4);
    }
}

//! The one encoder of HTML and SVG: nothing from a source, a message or a file name reaches a page or a picture another way.

use super::visible;

/// Text for an element, or for an attribute in double quotes; control characters are shown. What XML itself forbids is
/// escaped as they are, so a picture is well-formed whatever its texts say.
///
/// Source: Extensible Markup Language (XML) 1.0, fifth edition, section 2.2, "Characters".
#[must_use]
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_leaves_its_element_or_its_attribute() {
        assert_eq!(super::markup("<a b='c' d=\"e\">&"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
        assert_eq!(super::markup("a\u{1b}[31m\u{202e}\u{0}\u{ffff}"), "a\\u{1b}[31m\\u{202e}\\u{0}\\u{ffff}");
    }
}

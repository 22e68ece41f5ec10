//! Patterns of schemas, as Go reads them, for an engine that is linear too and reads nearly the same.
//!
//! Kubernetes compiles `pattern` with Go's `regexp` (RE2 syntax), where `\d`, `\w`, `\s` and `\b` are ASCII and a `[`
//! inside a class is itself. Here they are Unicode, and a class may hold classes. What cannot be compiled even so is
//! not checked; [`Pattern::new`] says `None`.
//!
//! Source: <https://github.com/google/re2/wiki/Syntax>.

use regex::{Regex, RegexBuilder};

/// The longest pattern that is compiled, in bytes.
const LONGEST: usize = 4096;
/// How large a compiled pattern may be, in bytes: `(a{1000}){1000}` is refused.
const LARGEST: usize = 1 << 20;

/// A pattern that can be asked.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; none if it is of another language, too long or too large.
    #[must_use]
    pub fn new(pattern: &str) -> Option<Pattern> {
        if pattern.len() > LONGEST {
            return None;
        }
        let regex = RegexBuilder::new(&translated(pattern)).size_limit(LARGEST).nest_limit(100).build();
        regex.ok().map(Pattern)
    }

    /// Whether a text holds a match: patterns are anchored only where they say so.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// A pattern of Go as one that means the same here.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
                Some('b') if !in_class => out.push_str("(?-u:\\b)"),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if let Some(mark) = rest.next_if_eq(&'^') {
                    out.push(mark);
                }
                // A bracket that closes right behind the opening one is itself.
                if rest.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                for inner in rest.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', character]),
            '-' if in_class && rest.peek() == Some(&'-') => out.push_str("\\-"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_means_what_go_means() {
        for (pattern, good, bad) in [
            ("^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$", "1h30m", "10 m"),
            ("^\\d+$", "12", "\u{0661}"),
            ("^[\\w.-]+$", "a_b.c-d", "\u{e9}"),
            ("^[^[]*$", "a]b", "a[b"),
            ("^[]a]+$", "]a", "b"),
            ("^[a&&b]$", "&", "c"),
            ("^[[:alpha:]]+$", "abc", "a1"),
            ("^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$", "a[12]/b", "a b"),
            ("b", "abc", "acd"),
        ] {
            let compiled = Pattern::new(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert!(compiled.fits(good), "{pattern} takes {good}");
            assert!(!compiled.fits(bad), "{pattern} refuses {bad}");
        }
    }

    #[test]
    fn what_the_engine_does_not_know_or_would_not_bear_is_not_compiled() {
        for pattern in ["(?=a)b", "a{1000}{1000}{1000}", "(", &"(".repeat(5000), "\\Qa\\E"] {
            assert!(Pattern::new(pattern).is_none(), "{pattern}");
        }
        let hostile = Pattern::new("^(a+)+$").expect("a pattern that others never finish");
        assert!(!hostile.fits(&format!("{}b", "a".repeat(100_000))));
    }
}

//! What a lab of an incident says of itself: drawn under the guilty code, the code or policy that refuses it.

use crate::base::Sources;
use crate::diag::Diagnostic;

/// What is to be found on a line.
pub(super) struct Drawn {
    /// The line, from 1, in the text without what is drawn.
    pub line: usize,
    /// A code by its name, or a policy behind `policy/`.
    pub code: String,
}

/// Takes what is drawn out of a lab: lines that begin with `//`, blanks and carets, or with `//<`.
pub(super) fn split(text: &str) -> (String, Vec<Drawn>) {
    let (mut plain, mut drawn, mut line) = (String::new(), Vec::new(), 0);
    for row in text.lines() {
        let rest = row.strip_prefix("//").map(|rest| rest.trim_start_matches(' '));
        let words = rest.and_then(|rest| rest.strip_prefix('<').or_else(|| rest.strip_prefix('^')));
        match words {
            Some(words) => {
                let code = words.trim_start_matches('^').split_whitespace().next().unwrap_or_default();
                drawn.push(Drawn { line, code: code.to_owned() });
            }
            None => {
                plain.push_str(row);
                plain.push('\n');
                line += 1;
            }
        }
    }
    (plain, drawn)
}

impl Drawn {
    /// Whether a diagnostic is the one that is drawn.
    pub fn is(&self, sources: &Sources, diagnostic: &Diagnostic) -> bool {
        let line = diagnostic.primary.as_ref().map(|label| {
            let file = sources.file(label.span.file);
            file.position(label.span.start as usize).line
        });
        line == Some(self.line) && [diagnostic.code.id().as_str(), diagnostic.code.name()].contains(&self.code.as_str())
    }

    /// Whether it is a rule, by the name that an incident has for it.
    pub fn is_of(&self, rule: &str) -> bool {
        let bare = |name: &'_ str| name.strip_prefix("policy/").map(str::to_owned).unwrap_or(name.to_owned());
        bare(&self.code) == bare(rule)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_drawn_is_about_the_line_above_it() {
        let (plain, drawn) =
            super::split("//! a story\nvm a { id = 1 }\n//          ^ refused-value expected\nhost b\n");
        assert_eq!(plain, "//! a story\nvm a { id = 1 }\nhost b\n");
        assert_eq!(drawn.iter().map(|one| (one.line, one.code.as_str())).collect::<Vec<_>>(), [(2, "refused-value")]);
        assert!(drawn[0].is_of("refused-value") && !drawn[0].is_of("host-memory"));
    }
}

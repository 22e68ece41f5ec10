//! Results as JUnit XML, which every CI system shows as tests.

use super::shown::Shown;
use super::{Diagnostic, Severity};

/// One test case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// What was tested.
    pub name: String,
    /// What it belongs to: a file.
    pub class: String,
    /// Why it failed: a line, and the details. `None` if it passed.
    pub failure: Option<(String, String)>,
    /// What to know although it passed.
    pub remark: String,
}

/// A suite of cases as a document.
#[must_use]
pub fn document(suite: &str, cases: &[Case]) -> String {
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let (suite, total) = (escape(suite), cases.len());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{suite}\" tests=\"{total}\" failures=\"{failures}\" errors=\"0\">\n"
    );
    for case in cases {
        let (class, name) = (escape(&case.class), escape(&case.name));
        xml.push_str(&format!("    <testcase classname=\"{class}\" name=\"{name}\""));
        match &case.failure {
            Some((line, details)) => {
                let (line, details) = (escape(line), escape(details));
                xml.push_str(&format!(">\n      <failure message=\"{line}\">{details}</failure>\n    </testcase>\n"));
            }
            None if !case.remark.is_empty() => {
                let remark = escape(&case.remark);
                xml.push_str(&format!(">\n      <system-out>{remark}</system-out>\n    </testcase>\n"));
            }
            None => xml.push_str("/>\n"),
        }
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// The diagnostics of a check as cases; a check without any is one case that passed.
#[must_use]
pub fn cases(shown: &Shown<'_>, diagnostics: &[Diagnostic]) -> Vec<Case> {
    if diagnostics.is_empty() {
        let nothing = String::new();
        return vec![Case { name: "check".to_owned(), class: "hlab".to_owned(), failure: None, remark: nothing }];
    }
    diagnostics.iter().map(|diagnostic| case(shown, diagnostic)).collect()
}

fn case(shown: &Shown<'_>, diagnostic: &Diagnostic) -> Case {
    let place = diagnostic.primary.as_ref().map(|label| shown.place(label.span));
    let code = shown.line(&diagnostic.code.heading());
    let at = place.as_ref().map_or(String::new(), |place| format!(" at line {}", place.start.line));
    let message = super::sarif::message(shown, diagnostic);
    let rest = message.split_once('\n').map_or(String::new(), |(_, rest)| format!("\n{rest}"));
    let details = format!("{}{rest}", super::terminal::short(shown, diagnostic));
    let (failure, remark) = match diagnostic.severity {
        Severity::Error => (Some((shown.line(&diagnostic.message), details)), String::new()),
        Severity::Warning | Severity::Note => (None, details),
    };
    Case { name: format!("{code}{at}"), class: place.map_or("hlab".to_owned(), |place| place.path), failure, remark }
}

/// Text in XML, in content and in double quotes alike. What XML cannot hold becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '\n' | '\t' => xml.push(character),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => xml.push('\u{fffd}'),
            character => xml.push(character),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_can_leave_an_attribute_or_an_element() {
        assert_eq!(escape("</failure>\"&'\u{1b}"), "&lt;/failure&gt;&quot;&amp;&apos;\u{fffd}");
    }
}

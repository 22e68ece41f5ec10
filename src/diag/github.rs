//! Diagnostics as GitHub workflow commands: `::error file=…,line=…::message`, one line each.

use super::shown::Shown;
use super::{Diagnostic, Severity};

/// One diagnostic as a command.
#[must_use]
pub fn line(shown: &Shown<'_>, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut properties = Vec::new();
    if let Some(primary) = &diagnostic.primary {
        let place = shown.place(primary.span);
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={},endLine={}", place.start.line, place.end.line));
        // GitHub takes columns only where the region stays on one line.
        if place.start.line == place.end.line {
            properties.push(format!("col={},endColumn={}", place.start.column, place.end.column));
        }
    }
    let title = shown.line(&diagnostic.code.heading());
    properties.push(format!("title={}", property(&title)));
    format!("::{command} {}::{}", properties.join(","), data(&super::sarif::message(shown, diagnostic)))
}

/// Text after `::`, where only a percent sign and line breaks mean something.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, where the separators mean something too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn no_text_can_end_the_command_or_start_another() {
        assert_eq!(data("a\n::error::b 100%"), "a%0A::error::b 100%25");
        assert_eq!(property("a,line=1::b"), "a%2Cline=1%3A%3Ab");
    }
}

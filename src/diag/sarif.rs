//! Diagnostics as SARIF 2.1.0, which code hosts show beside the changed lines.

use serde_json::{Value, json};

use crate::base::Span;

use super::shown::{Shown, within};
use super::{Code, Diagnostic, Label};

/// All diagnostics as one run.
#[must_use]
pub fn document(shown: &Shown<'_>, diagnostics: &[Diagnostic]) -> String {
    let mut rules: Vec<&Code> = diagnostics.iter().map(|diagnostic| &diagnostic.code).collect();
    rules.sort_by_key(|code| code.id());
    rules.dedup();
    let results: Vec<_> = diagnostics.iter().map(|diagnostic| result(shown, diagnostic)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "hlab",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(shown, code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(shown: &Shown<'_>, code: &Code) -> Value {
    let (title, page) = match code {
        Code::Row(row) => (row.title, row.page),
        Code::Policy(_) => {
            ("a policy of the lab", "A policy of the library or of the project: `hlab explain` shows it.")
        }
    };
    json!({
        "id": shown.line(&code.id()),
        "name": shown.line(code.name()),
        "shortDescription": { "text": title },
        "help": { "text": page, "markdown": page },
    })
}

fn result(shown: &Shown<'_>, diagnostic: &Diagnostic) -> Value {
    let mut result = json!({
        "ruleId": shown.line(&diagnostic.code.id()),
        "level": diagnostic.severity.word(),
        "message": { "text": message(shown, diagnostic) },
        "locations": diagnostic.primary.iter().map(|label| location(shown, label)).collect::<Vec<_>>(),
    });
    if !diagnostic.labels.is_empty() {
        result["relatedLocations"] = diagnostic.labels.iter().map(|label| location(shown, label)).collect();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|fix| self::fix(shown, fix)).collect();
    }
    result
}

/// The message with what to do about it: SARIF has no place of its own for help.
pub(super) fn message(shown: &Shown<'_>, diagnostic: &Diagnostic) -> String {
    let primary = diagnostic.primary.iter().map(|label| &label.text).filter(|text| !text.is_empty());
    let mut lines = vec![shown.line(&diagnostic.message)];
    lines.extend(primary.map(|text| shown.line(text)));
    lines.extend(
        diagnostic.frames.iter().map(|frame| format!("{} = {}", shown.line(&frame.text), shown.line(&frame.value))),
    );
    lines.extend(super::terminal::closing_lines(shown, diagnostic));
    lines.join("\n")
}

fn fix(shown: &Shown<'_>, fix: &super::Fix) -> Value {
    let changes = fix.edits.iter().map(|edit| {
        json!({
            "artifactLocation": artifact(shown, edit.span),
            "replacements": [{
                "deletedRegion": region(shown, edit.span),
                "insertedContent": { "text": shown.without_secrets(&edit.text) },
            }],
        })
    });
    json!({ "description": { "text": shown.line(&fix.title) }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn location(shown: &Shown<'_>, label: &Label) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(shown, label.span),
        "region": region(shown, label.span),
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": shown.line(&label.text) });
    }
    location
}

fn artifact(shown: &Shown<'_>, span: Span) -> Value {
    json!({ "uri": uri(&shown.sources.file(span.file).path) })
}

fn region(shown: &Shown<'_>, span: Span) -> Value {
    let place = shown.place(span);
    let range = within(shown.sources, span);
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": range.start,
        "byteLength": range.len(),
    })
}

/// A relative path as a URI reference: everything but the unreserved signs and `/` is escaped.
fn uri(path: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    path.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_becomes_a_uri_without_losing_a_sign() {
        assert_eq!(uri("lab/my hosts#1.hlab"), "lab/my%20hosts%231.hlab");
    }
}

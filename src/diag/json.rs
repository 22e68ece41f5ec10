//! Diagnostics as JSON, for scripts and editors. The shape is a promise: `format_version` counts its breaks.

use serde_json::{Value, json};

use super::shown::Shown;
use super::{Diagnostic, Fix, Frame, Label, Severity};

/// The version of the shape.
pub const FORMAT_VERSION: u32 = 1;

/// All diagnostics as one document, with their counts.
#[must_use]
pub fn document(shown: &Shown<'_>, diagnostics: &[Diagnostic]) -> String {
    let count = |severity: Severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let document = json!({
        "format_version": FORMAT_VERSION,
        "diagnostics": diagnostics.iter().map(|diagnostic| value(shown, diagnostic)).collect::<Vec<_>>(),
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
    });
    format!("{document:#}\n")
}

/// One diagnostic.
#[must_use]
pub fn value(shown: &Shown<'_>, diagnostic: &Diagnostic) -> Value {
    let primary = diagnostic.primary.iter().map(|primary| label(shown, primary, true));
    let labels = primary.chain(diagnostic.labels.iter().map(|secondary| label(shown, secondary, false)));
    let texts = |texts: &[String]| texts.iter().map(|text| shown.without_secrets(text)).collect::<Vec<_>>();
    json!({
        "code": shown.without_secrets(&diagnostic.code.id()),
        "name": shown.without_secrets(diagnostic.code.name()),
        "severity": diagnostic.severity.word(),
        "message": shown.without_secrets(&diagnostic.message),
        "labels": labels.collect::<Vec<_>>(),
        "frames": diagnostic.frames.iter().map(|one| frame(shown, one)).collect::<Vec<_>>(),
        "notes": texts(&diagnostic.notes),
        "help": texts(&diagnostic.help),
        "fixes": diagnostic.fixes.iter().map(|one| fix(shown, one)).collect::<Vec<_>>(),
    })
}

fn label(shown: &Shown<'_>, label: &Label, is_primary: bool) -> Value {
    let place = shown.place(label.span);
    json!({
        "file": shown.without_secrets(&shown.sources.file(label.span.file).path),
        "line": place.start.line,
        "column": place.start.column,
        "end_line": place.end.line,
        "end_column": place.end.column,
        "start": label.span.start,
        "end": label.span.end,
        "text": shown.without_secrets(&label.text),
        "primary": is_primary,
    })
}

fn frame(shown: &Shown<'_>, frame: &Frame) -> Value {
    let place = frame.span.map(|span| shown.place(span));
    json!({
        "text": shown.without_secrets(&frame.text),
        "value": shown.without_secrets(&frame.value),
        "file": place.as_ref().map(|place| place.path.clone()),
        "line": place.as_ref().map(|place| place.start.line),
    })
}

fn fix(shown: &Shown<'_>, fix: &Fix) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        json!({
            "file": shown.without_secrets(&shown.sources.file(edit.span.file).path),
            "start": edit.span.start,
            "end": edit.span.end,
            "text": shown.without_secrets(&edit.text),
        })
    });
    json!({ "title": shown.without_secrets(&fix.title), "edits": edits.collect::<Vec<_>>() })
}

//! A plan for programs. The shape is a promise: `format_version` counts its breaks. No secret is in it, and no clock: the same
//! lab and cluster give the same bytes, so that a plan file can be compared.

use serde_json::{Value, json};

use super::view::impact;
use crate::diag::Shown;
use crate::plan::{Change, Finding, Level, Plan, Said};
use crate::pve::Need;

/// The version of the shape.
pub const FORMAT_VERSION: u32 = 1;

/// The plan as one document.
#[must_use]
pub fn json(shown: &Shown<'_>, plan: &Plan) -> String {
    let document = json!({
        "format_version": FORMAT_VERSION,
        "project": shown.without_secrets(&plan.project),
        "has_changes": plan.has_changes(),
        "is_refused": plan.is_refused(),
        "same": plan.same,
        "changes": plan.changes.iter().map(|one| change(shown, one)).collect::<Vec<_>>(),
        "findings": plan.findings.iter().map(|one| finding(shown, one)).collect::<Vec<_>>(),
        "notes": texts(shown, &plan.notes),
    });
    format!("{document:#}\n")
}

fn texts(shown: &Shown<'_>, texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| shown.without_secrets(text)).collect()
}

fn change(shown: &Shown<'_>, change: &Change) -> Value {
    let text = |text: &str| shown.without_secrets(text);
    let options = change.options.iter().map(|option| {
        json!({
            "option": text(&option.option),
            "from": option.from.as_deref().map(text),
            "to": option.to.as_deref().map(text),
            "impact": impact(option.impact),
            "said": said(shown, option.said.as_ref()),
            "root_only": option.root_only,
        })
    });
    json!({
        "action": change.action.word(),
        "address": text(&change.address),
        "facet": text(&change.facet),
        "place": text(&change.place),
        "owner": text(&change.owner),
        "path": text(&change.path),
        "asked": said(shown, change.asked.as_ref()),
        "options": options.collect::<Vec<_>>(),
        "impact": impact(change.impact),
        "stops": texts(shown, &change.stops),
        "roles": texts(shown, &change.roles),
        "cuts_off": change.cuts_off,
        "needs": needs(shown, &change.needs),
        "lacks": needs(shown, &change.lacks),
        "refused": texts(shown, &change.refused),
        "digest": change.digest.as_deref().map(text),
        "notes": texts(shown, &change.notes),
    })
}

fn needs(shown: &Shown<'_>, needs: &[Need]) -> Vec<Value> {
    let one = |need: &Need| json!({ "any_of": need.any_of, "path": shown.without_secrets(&need.path) });
    needs.iter().map(one).collect()
}

fn said(shown: &Shown<'_>, said: Option<&Said>) -> Value {
    match said {
        Some(said) => json!({
            "file": shown.without_secrets(&said.file),
            "line": said.line,
            "is_default": said.is_default,
        }),
        None => Value::Null,
    }
}

fn finding(shown: &Shown<'_>, finding: &Finding) -> Value {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    json!({
        "level": level,
        "name": finding.name,
        "about": shown.without_secrets(&finding.about),
        "message": shown.without_secrets(&finding.message),
        "help": shown.without_secrets(&finding.help),
        "place": finding.place.as_deref().map(|place| shown.without_secrets(place)),
    })
}

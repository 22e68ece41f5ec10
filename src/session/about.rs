//! What is to be known of a resource beside what it says: where it runs and why there, what it needs and who relies on it,
//! and which policies it met.

use crate::policy::{self, Outcome};
use crate::session::compile::Compiled;
use crate::session::what_if::{elsewhere, look};
use crate::types::value::ObjId;

/// Names listed at most.
const MOST: usize = 12;

/// The paragraphs about a resource, each with its heading.
pub(super) fn resource(compiled: &mut Compiled, object: ObjId) -> String {
    let mut text = String::new();
    let mut rows = |head: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            text.push_str(&format!("  {head}\n"));
            rows.iter().for_each(|row| text.push_str(&format!("    {row}\n")));
        }
    };
    let (place, needs, users, falls) = look::with(compiled, |lab| {
        let is_guest = matches!(lab.word(object), "vm" | "container");
        let place = if is_guest { place(lab, object) } else { Vec::new() };
        (place, lab.needs(object), lab.users(object), lab.falls_with(object))
    });
    rows("where it runs, and why there", place);
    rows("needs", some(needs));
    rows("is named by", some(users));
    rows("stops with it", some(falls));
    let met = {
        let sources = compiled.sources.clone();
        let mut out = Vec::new();
        let mut machine = compiled.machine(&mut out);
        policy::met(&mut machine, &sources, object)
    };
    for (outcome, head) in [
        (Outcome::Failed, "policies that do not hold"),
        (Outcome::Allowed, "policies that do not hold, and are allowed"),
        (Outcome::Unknown, "policies that need a fact which nothing says"),
        (Outcome::Met, "policies that hold"),
    ] {
        let names = met.iter().filter(|one| one.outcome == outcome);
        rows(head, names.map(|one| compiled.program.name(one.policy).to_owned()).collect());
    }
    text
}

/// The first few of many.
fn some(mut rows: Vec<String>) -> Vec<String> {
    let more = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    if more > 0 {
        rows.push(format!("and {more} more"));
    }
    rows
}

/// The host of a guest, and which others could take it.
fn place(lab: &mut look::Lab<'_>, guest: ObjId) -> Vec<String> {
    let Some(host) = lab.host_of(guest) else { return Vec::new() };
    let mut rows = vec![format!("`{}`: its head says so, at {}", lab.address(host), lab.declared(guest))];
    if lab.dependence.is_off(guest) {
        rows.push("it does not run".to_owned());
    }
    let (others, because) = elsewhere(lab, guest);
    if !others.is_empty() {
        rows.push(format!("could run on {} as well", others.join(", ")));
    }
    rows.extend(because.into_iter().map(|because| format!("nowhere else: {because}")));
    rows
}

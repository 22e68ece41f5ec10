//! What one list of the API tells of: mappings, pools, who may do what, HA, what nodes are told.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cx, list_of, option, said};
use crate::plan::change::Action;
use crate::plan::wire::Wire;
use crate::pve::entry;

/// Compares one object; what has no wire form is not compared in this version.
pub(super) fn compare(cx: &mut Cx<'_>, number: usize) {
    let object = cx.object(number);
    let Some(Wire { subject, options, .. }) = cx.wires[number].clone() else {
        cx.skip(object.content.facet().name(), &object.address);
        return;
    };
    let Some((list, path)) = list_of(&subject) else { return };
    if let Some(Err(unknown)) = cx.observed.lists.get(list) {
        let why = unknown.why.clone();
        cx.unknown(number, path.to_owned(), &why);
        return;
    }
    if !cx.observed.lists.contains_key(list) {
        cx.unknown(number, path.to_owned(), "it was not asked for");
        return;
    }
    if let Some(unknown) = cx.observed.unread.get(path) {
        let why = unknown.why.clone();
        cx.unknown(number, path.to_owned(), &why);
        return;
    }
    let table = entry::options(list, path);
    let Some(found) = cx.observed.things.get(path) else {
        absent(cx, number, (list, path), &options);
        return;
    };
    let differing = entry::differing(table, &options, &found.options);
    if differing.is_empty() {
        cx.plan.same += 1;
        return;
    }
    let mut change = cx.change(number, Action::Update, path.to_owned());
    change.digest = found.digest.clone();
    for (name, from, to) in differing {
        let mut changed = option(name, from, to);
        changed.said = said::field(cx.lab, number, name);
        change.options.push(changed);
    }
    change.needs = entry::to_write(list, path, false);
    if list.ends_with("/network") {
        change.notes.push(network());
    }
    cx.push(number, change, &BTreeSet::new());
}

/// Something that no list shows: new, unless one may not see it.
fn absent(cx: &mut Cx<'_>, number: usize, (list, path): (&str, &str), options: &BTreeMap<String, String>) {
    if let Some(need) = entry::to_see(list, path) {
        let held = cx.observed.permissions.as_ref().map(|held| held.meets(&need, &BTreeSet::new()));
        match held {
            Ok(true) => {}
            Ok(false) => {
                let why = format!(
                    "the list shows only what one may see, and the login lacks {} on {}",
                    need.any_of.join(" or "),
                    need.path
                );
                cx.unknown(number, path.to_owned(), &why);
                return;
            }
            Err(unknown) => {
                let why = format!("it is not listed, and what the login may see is not known: {}", unknown.why);
                cx.unknown(number, path.to_owned(), &why);
                return;
            }
        }
    }
    let mut change = cx.change(number, Action::Create, path.to_owned());
    for row in entry::options(list, path) {
        if let Some(to) = row.normal(options.get(row.name)) {
            let mut made = option(row.name, None, Some(to));
            made.said = said::field(cx.lab, number, row.name);
            change.options.push(made);
        }
    }
    change.needs = entry::to_write(list, path, true);
    if list.ends_with("/network") {
        change.notes.push(network());
    }
    cx.push(number, change, &BTreeSet::new());
}

/// What is to be known of a change of a node's network.
fn network() -> String {
    "staged first, then the node reloads its whole network".to_owned()
}

//! What a cluster shows that no change tells: orphans, locks, what guests rely on and what is not there.
//!
//! Each finding has a name; those that an outage taught carry the number of its row in a test.

mod guests;
mod storages;

use std::collections::BTreeMap;

use super::change::Level;
use super::compare::Cx;
use super::observed::Node;

pub(super) fn all(cx: &mut Cx<'_>) {
    cluster(cx);
    guests::all(cx);
    storages::all(cx);
}

/// The cluster itself, and what could not be read of it.
fn cluster(cx: &mut Cx<'_>) {
    if cx.observed.quorate == Ok(false) {
        let message = "the cluster has no quorum: it takes no change".to_owned();
        cx.finding(
            Level::Error,
            "no-quorum",
            "cluster",
            message,
            "start more of its nodes, or see why they do not reach each other",
        );
    }
    let is_offline = |node: &Node| !node.online;
    let mut offline: BTreeMap<String, Vec<String>> = cx
        .observed
        .nodes
        .iter()
        .filter(|(_, node)| is_offline(node))
        .map(|(name, _)| (name.clone(), Vec::new()))
        .collect();
    for (id, guest) in &cx.observed.guests {
        if let Some(ids) = offline.get_mut(&guest.node) {
            ids.push(id.to_string());
        }
    }
    for (name, ids) in offline {
        let of_it = if ids.is_empty() {
            "no guest is on it".to_owned()
        } else {
            format!("of its guests nothing is known: {}", ids.join(", "))
        };
        let message = format!("node `{name}` is offline: {of_it}");
        cx.finding(
            Level::Warning,
            "node-offline",
            &format!("host.{name}"),
            message,
            "start it, or say `state = offline` in the source",
        );
    }
    for (path, why) in cx.observed.lost.clone() {
        let message = format!("`{path}` was not read: {why}");
        cx.finding(Level::Warning, "not-read", &path, message, "what it would have told is unknown here");
    }
}

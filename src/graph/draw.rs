//! What both drawings show: resources in the box of the host that they are on, and one line between each two.

use rustc_hash::FxHashMap;

use super::{Edge, Graph, Node, Sort};

/// A line lists so many fields and counts the others.
const MOST: usize = 3;

/// One box: a host and what is on it and on no other; or, without a host, everything else.
pub(super) struct Group<'g> {
    /// The host.
    pub host: Option<&'g Node>,
    /// What is in the box, the host first.
    pub nodes: Vec<&'g Node>,
}

/// One line from one resource to another.
pub(super) struct Line<'g> {
    pub from: &'g str,
    pub to: &'g str,
    /// The fields that say it, in order.
    pub label: String,
    /// Whether it is only what one `needs`.
    pub is_need: bool,
}

/// The boxes, in the order of the hosts; what is in none comes last.
pub(super) fn groups(graph: &Graph) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_host: FxHashMap<&str, usize> = FxHashMap::default();
    for node in graph.nodes.iter().filter(|node| node.kind == "host") {
        of_host.insert(&node.address, groups.len());
        groups.push(Group { host: Some(node), nodes: vec![node] });
    }
    let mut others = Vec::new();
    for node in graph.nodes.iter().filter(|node| node.kind != "host") {
        match home(node).and_then(|host| of_host.get(host)) {
            Some(group) => groups[*group].nodes.push(node),
            None => others.push(node),
        }
    }
    groups.push(Group { host: None, nodes: others });
    groups
}

/// The one host that something is on.
fn home(node: &Node) -> Option<&str> {
    match node.on.as_slice() {
        [host] => Some(host),
        _ => None,
    }
}

/// The lines, in the order of their first reference. That something is on a host, and needs it, is said by its box.
pub(super) fn lines(graph: &Graph) -> Vec<Line<'_>> {
    let nodes: FxHashMap<&str, &Node> = graph.nodes.iter().map(|node| (node.address.as_str(), node)).collect();
    let is_boxed = |edge: &Edge| {
        let (from, to) = (nodes.get(edge.from.as_str()), nodes.get(edge.to.as_str()));
        matches!(edge.sort, Sort::On | Sort::Needs)
            && from.is_some_and(|from| home(from) == Some(&edge.to))
            && to.is_some_and(|to| to.kind == "host")
    };
    let mut order: Vec<(&str, &str)> = Vec::new();
    let mut between: FxHashMap<(&str, &str), Vec<&Edge>> = FxHashMap::default();
    for edge in graph.edges.iter().filter(|edge| !is_boxed(edge)) {
        let ends = (edge.from.as_str(), edge.to.as_str());
        let edges = between.entry(ends).or_default();
        if edges.is_empty() {
            order.push(ends);
        }
        edges.push(edge);
    }
    let line = |ends: (&'_ str, &'_ str)| between.get(&ends).map(|edges| (label(edges), is_need(edges)));
    let lines = order.iter().filter_map(|(from, to)| {
        let (label, is_need) = line((from, to))?;
        Some(Line { from, to, label, is_need })
    });
    lines.collect()
}

fn is_need(edges: &[&Edge]) -> bool {
    edges.iter().all(|edge| edge.sort == Sort::Needs)
}

/// `disk.scsi0.storage, efi.storage`; a `needs` only where nothing else says it.
fn label(edges: &[&Edge]) -> String {
    let only_needs = is_need(edges);
    let mut words: Vec<&str> = Vec::new();
    for edge in edges.iter().filter(|edge| only_needs || edge.sort != Sort::Needs) {
        if !words.contains(&edge.path.as_str()) {
            words.push(&edge.path);
        }
    }
    let more = words.len().saturating_sub(MOST);
    words.truncate(MOST);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", words.join(", "))
}

//! High availability: a resource and where it may run, as one `ha`.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::{At, Entries};
use super::{Body, text};
use crate::desire::{Content, Entry, HaNodes, HaResource, MetricsSort, Object};

/// What manifests say of high availability.
#[derive(Default)]
pub(super) struct Found<'d, 'a> {
    /// Groups by name, and rules by the resource that they are for, which has a colon in it as no group has.
    nodes: BTreeMap<&'d str, (&'d Object<'a>, &'d HaNodes<'a>)>,
    /// Those of the same name.
    doubles: Vec<&'d Object<'a>>,
    /// The resources.
    pub resources: Vec<(usize, &'d Object<'a>, &'d HaResource<'a>)>,
}

impl<'d, 'a> Found<'d, 'a> {
    /// Adds a group or rule.
    pub fn add(&mut self, object: &'d Object<'a>, nodes: &'d HaNodes<'a>) {
        let key = nodes.resource.as_ref().unwrap_or(&nodes.name);
        if self.nodes.contains_key(&**key) {
            self.doubles.push(object);
        } else {
            self.nodes.insert(key, (object, nodes));
        }
    }
}

/// What is known before the first is written.
struct Cluster<'d> {
    /// Hosts that something else is on.
    busy: BTreeSet<&'d str>,
    /// There is a server of OpenTelemetry, which came with Proxmox VE 9.
    is_new: bool,
    /// Groups that an `ha` has already.
    used: BTreeSet<&'d str>,
}

/// Writes every `ha`.
pub(super) fn all<'d, 'a>(entries: &mut Entries<'_, 'd, 'a>, found: &Found<'d, 'a>) {
    let is_new = |object: &Object<'_>| {
        matches!(&object.content, Content::Entry(entry)
            if matches!(&**entry, Entry::MetricsServer(server) if matches!(server.sort, MetricsSort::Opentelemetry(_))))
    };
    let mut cluster = Cluster {
        busy: entries.writer.places.hosts().collect(),
        is_new: entries.writer.desired.objects.iter().any(is_new),
        used: BTreeSet::new(),
    };
    // A guest without nodes is on one of those that others have.
    for (_, nodes) in found.resources.iter().filter_map(|(_, _, resource)| found.nodes.get(key(resource))) {
        nodes.nodes.iter().for_each(|(node, _)| entries.writer.places.node(node));
    }
    for (index, object, resource) in &found.resources {
        one(entries, found, &mut cluster, (*index, object), resource);
    }
    for (key, (object, _)) in found.nodes.iter().filter(|(key, _)| !cluster.used.contains(*key)) {
        entries.note(object, &format!("is left out: no manifest has an HA resource of `{key}`"));
    }
    for object in &found.doubles {
        entries.note(object, "is left out: another manifest has its name already");
    }
}

fn one<'d, 'a>(
    entries: &mut Entries<'_, 'd, 'a>,
    found: &Found<'d, 'a>,
    cluster: &mut Cluster<'d>,
    at: At<'d, 'a>,
    resource: &'d HaResource<'a>,
) {
    let object = at.1;
    let key = key(resource);
    let of = found.nodes.get(key).copied();
    if of.is_none() && resource.group.is_some() {
        entries.note(object, &format!("says nothing of its HA group `{key}`, which no manifest has"));
    }
    let Some((kind, id)) = guest_of(&resource.guest) else {
        return entries.note(object, &format!("is left out: `{}` is no guest", resource.guest));
    };
    let of = of.filter(|(_, nodes)| let_run_8(entries, cluster, object, nodes));
    let first = of.and_then(|(_, nodes)| ranked(nodes).first().copied());
    if first.is_none() && !entries.writer.places.has_guest(kind, id) {
        let host = entries.writer.places.hosts().next();
        let what =
            host.map_or_else(|| "is left out".to_owned(), |host| format!("has its guest on `{}`", text::name(host)));
        entries.note(object, &format!("{what}: no manifest says where `{}` is", resource.guest));
    }
    let Some(guest) = entries.writer.places.guest(kind, id, first) else { return };
    let mut body = Body::default();
    body.say("guest", guest);
    let mut name = object.name().to_owned();
    if let Some((group, nodes)) = of {
        if cluster.used.insert(key) {
            name = nodes.name.to_string();
            entries.renamed(group, "ha", &name);
        } else {
            entries.note(object, &format!("shares the HA group `{key}`; hlab gives it one of its own"));
        }
        self::nodes(entries, &mut body, object, nodes);
        differing(entries, object, resource, (group, nodes));
    }
    let stays = of.map_or(resource.no_failback, |(_, nodes)| nodes.no_failback || resource.no_failback);
    body.off("failback", stays);
    body.member("state", resource.state.as_ref());
    body.number("restarts", resource.restarts);
    body.number("relocations", resource.relocations);
    let comment = resource.comment.as_ref();
    body.string("comment", comment.or_else(|| of.and_then(|(_, nodes)| nodes.comment.as_ref())));
    let name = entries.free("ha", &name);
    entries.write_as(at, ("ha", &name), "", body);
}

/// What the nodes of a resource are found by.
fn key<'d>(resource: &'d HaResource<'_>) -> &'d str {
    resource.group.as_ref().unwrap_or(&resource.guest)
}

/// `vm:101` as a kind and an id.
fn guest_of(resource: &str) -> Option<(&'static str, u32)> {
    let (sort, id) = resource.split_once(':')?;
    let kind = match sort {
        "vm" => "vm",
        "ct" => "container",
        _ => return None,
    };
    Some((kind, id.parse().ok()?))
}

/// The nodes of a group, best first.
fn ranked<'d>(nodes: &'d HaNodes<'_>) -> Vec<&'d str> {
    let mut ranked: Vec<_> = nodes.nodes.iter().map(|(node, rank)| (std::cmp::Reverse(*rank), &**node)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, node)| node).collect()
}

/// Lets hosts of a group run Proxmox VE 8, the last with groups; whether they can. A server of OpenTelemetry needs 9 on each
/// host that runs, so that beside one it is hosts that nothing is on, which are away.
fn let_run_8<'d>(
    entries: &mut Entries<'_, 'd, '_>,
    cluster: &Cluster<'d>,
    object: &Object<'_>,
    nodes: &'d HaNodes<'_>,
) -> bool {
    if nodes.resource.is_some() {
        return true;
    }
    let of_group = || nodes.nodes.iter().map(|(node, _)| &**node);
    let spare: Vec<&'d str> = of_group().filter(|node| !cluster.busy.contains(node)).collect();
    if cluster.is_new && spare.is_empty() {
        let why = "says nothing of its nodes: HA groups end with Proxmox VE 8, and a server of OpenTelemetry needs 9";
        entries.note(object, why);
        return false;
    }
    for node in of_group() {
        let is_spare = spare.contains(&node);
        entries.writer.places.node(node);
        if !cluster.is_new || is_spare {
            entries.writer.places.runs_8(node, cluster.is_new);
        }
    }
    true
}

/// Where it may run. What hlab calls them tells their order, so that the numbers are its own.
fn nodes<'d>(entries: &mut Entries<'_, 'd, '_>, body: &mut Body, object: &Object<'_>, nodes: &'d HaNodes<'_>) {
    let ranked = ranked(nodes);
    let mut ranks: Vec<u32> = nodes.nodes.iter().map(|(_, rank)| *rank).collect();
    ranks.sort_unstable();
    if !ranks.iter().copied().eq(1..=ranks.len() as u32) {
        let order = ranked.join("`, `");
        entries
            .note(object, &format!("prefers `{order}` in this order; the numbers of its HA group become hlab's own"));
    }
    body.list("nodes", ranked.into_iter().map(text::name).collect());
    body.on("strict", nodes.strict);
}

/// Says where a resource and its group differ in what an `ha` has once.
fn differing(
    entries: &mut Entries<'_, '_, '_>,
    object: &Object<'_>,
    resource: &HaResource<'_>,
    (group, nodes): (&Object<'_>, &HaNodes<'_>),
) {
    let pairs = [
        ("`comment`", nodes.comment != resource.comment),
        ("`adopt`, `on-delete`", group.life != object.life),
        ("`failback`", nodes.resource.is_none() && resource.no_failback && !nodes.no_failback),
    ];
    for (what, _) in pairs.iter().filter(|(_, differs)| *differs) {
        entries.note(object, &format!("and its HA group differ in {what}, which an `ha` has once"));
    }
}

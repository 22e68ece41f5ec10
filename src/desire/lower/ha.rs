//! High availability: HA resources, and where they may run.
//!
//! Before Proxmox VE 9 the nodes are those of a group, which the resource names; since then they are those of a rule, which
//! names the resource. A cluster of both still has groups, so groups it is where any of the hosts runs 8.
//!
//! Source: the API of 8.4 and 9.1, `/cluster/ha`; 9 refuses groups: "ha groups have been migrated to rules".

use std::borrow::Cow;

use super::access::life;
use super::{Cx, count_unless, errors, text, unless, version};
use crate::desire::{self, Entry};
use crate::model::{self, Container, Ha, Host, Model, Vm};
use crate::types::value::{ObjId, Value};

/// Adds the objects of every guest that is highly available.
pub(super) fn all(cx: &mut Cx<'_>) {
    let model = cx.model;
    for id in model.all(model.fields.ha.shape) {
        ha(cx, Ha::new(model, id));
    }
}

/// What the cluster calls a guest: `vm:101`, `ct:113`. None for a guest without an id, which was reported.
fn resource_id(model: &Model<'_>, guest: ObjId) -> Option<String> {
    match model.world.object(guest).shape == model.fields.container.shape {
        true => Container::new(model, guest).vmid(model).map(|id| format!("ct:{id}")),
        false => Vm::new(model, guest).vmid(model).map(|id| format!("vm:{id}")),
    }
}

fn ha(cx: &mut Cx<'_>, ha: Ha) {
    let model = cx.model;
    let Value::Obj(guest) = ha.guest(model) else { return };
    let Some(id) = resource_id(model, guest) else { return };
    let nodes: Vec<Host> = ha
        .nodes(model)
        .iter()
        .filter_map(|node| if let Value::Obj(host) = node { Some(Host::new(model, *host)) } else { None })
        .collect();
    let has_rules = nodes.iter().copied().chain(model.host(guest)).all(|host| version(model, host).major >= 9);
    let stays = !ha.failback(model);
    if stays && nodes.is_empty() && !has_rules {
        let why = "before Proxmox VE 9 it is an option of the group, and without `nodes` there is no group";
        cx.out.push(errors::value_refused(cx.at(ha.id, model.fields.ha.failback), "failback", why));
    }
    let name = Cow::Borrowed(model.name(ha.id));
    let comment = text(ha.comment(model));
    if !nodes.is_empty() {
        let content = nodes_of(model, ha, &nodes, has_rules.then(|| id.clone()));
        cx.entry(ha.id, life(ha.adopt(model), ha.on_delete(model)), Entry::HaNodes(content));
    }
    let content = desire::HaResource {
        guest: Cow::Owned(id),
        group: (!nodes.is_empty() && !has_rules).then_some(name),
        state: unless(ha.state(model), "started"),
        restarts: count_unless(ha.restarts(model), 1),
        relocations: count_unless(ha.relocations(model), 1),
        no_failback: stays && has_rules,
        comment,
    };
    cx.entry(ha.id, life(ha.adopt(model), ha.on_delete(model)), Entry::HaResource(content));
}

/// The group or rule: the first node is the best, so it gets the highest number.
fn nodes_of<'a>(model: &'a model::Model<'a>, ha: Ha, nodes: &[Host], rule: Option<String>) -> desire::HaNodes<'a> {
    let ranks = (1..=nodes.len() as u32).rev();
    let mut ranked: Vec<_> = nodes.iter().map(|host| Cow::Borrowed(model.name(host.id))).zip(ranks).collect();
    ranked.sort_unstable();
    desire::HaNodes {
        name: Cow::Borrowed(model.name(ha.id)),
        strict: ha.strict(model),
        no_failback: rule.is_none() && !ha.failback(model),
        resource: rule.map(Cow::Owned),
        nodes: ranked,
        comment: text(ha.comment(model)),
    }
}

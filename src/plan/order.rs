//! The order of changes: what must be there before what, as in a rollout; what goes comes after; and what cuts off whoever
//! applies comes last and alone.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::change::{Action, Plan};
use super::compare::Cx;
use crate::desire::{Content, Protected, Steps};

pub(super) fn order(mut cx: Cx<'_>) -> Plan {
    cut_off(&mut cx);
    let ranks = ranks(cx.lab.steps);
    let rank = |number: usize| ranks.get(number).copied().unwrap_or(usize::MAX);
    let mut changes: Vec<_> = std::mem::take(&mut cx.plan.changes).into_iter().zip(cx.numbers).collect();
    changes.sort_by_key(|(change, number)| (change.cuts_off, late(change.action), rank(*number)));
    let mut plan = cx.plan;
    plan.changes = changes.into_iter().map(|(change, _)| change).collect();
    plan.findings.sort();
    plan.findings.dedup();
    plan.notes.sort();
    plan.notes.dedup();
    plan
}

/// What goes comes after what is made, and what is only told after all.
fn late(action: Action) -> u8 {
    match action {
        Action::Create | Action::Update | Action::Replace | Action::Move | Action::Adopt => 0,
        Action::Detach => 1,
        Action::Destroy => 2,
        Action::Unknown => 3,
        Action::KeepUnmanaged => 4,
    }
}

/// The place of each step in an order in which nothing comes before what it waits for. What waits in a circle, which a build
/// refuses, comes last.
fn ranks(steps: &Steps<'_>) -> Vec<usize> {
    let count = steps.steps.len();
    let mut waiting: Vec<usize> = steps.steps.iter().map(|step| step.after.len()).collect();
    let mut next: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (number, step) in steps.steps.iter().enumerate() {
        for before in &step.after {
            next[*before as usize].push(number as u32);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..count).filter(|number| waiting[*number] == 0).map(Reverse).collect();
    let mut ranks = vec![usize::MAX; count];
    let mut rank = 0;
    while let Some(Reverse(number)) = ready.pop() {
        ranks[number] = rank;
        rank += 1;
        for after in &next[number] {
            let after = *after as usize;
            waiting[after] -= 1;
            if waiting[after] == 0 {
                ready.push(Reverse(after));
            }
        }
    }
    ranks
}

/// Marks what would cut off the API: the network of the node that it is asked through, and a guest without which that node, or
/// the way to it, is gone.
fn cut_off(cx: &mut Cx<'_>) {
    let nodes = asked_through(cx);
    let hosts: BTreeSet<String> = nodes.iter().map(|node| format!("host.{node}")).collect();
    for (change, number) in cx.plan.changes.iter_mut().zip(&cx.numbers) {
        if !change.action.is_change() {
            continue;
        }
        let object = cx.lab.wanted.desired.objects.get(*number);
        let of_node = object.is_some_and(|object| match &object.content {
            Content::Host(part) => nodes.contains(&**part.node()),
            // A firewall of the cluster is that of every node.
            Content::Firewall(part) => match part.of() {
                Protected::Cluster => true,
                Protected::Node(node) => nodes.contains(&*node),
                Protected::Guest(_) | Protected::Vnet(_) => false,
            },
            Content::Vm(_)
            | Content::RootOptions(_)
            | Content::Power(_)
            | Content::Container(_)
            | Content::ContainerRoot(_)
            | Content::ContainerPower(_)
            | Content::Image(_)
            | Content::Snippet(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_) => false,
        });
        let takes_node = change.stops.iter().any(|address| hosts.contains(address));
        let takes_way = change.roles.iter().any(|role| role == "gateway" || role == "dns");
        change.cuts_off = of_node || takes_node || takes_way;
    }
}

/// The nodes that the API is asked through: those that settings name, or else the one that answered.
fn asked_through(cx: &Cx<'_>) -> BTreeSet<String> {
    let through = &cx.settings.through;
    let is_named = |name: &str, address: Option<&str>| {
        through.iter().any(|one| one == name || Some(one.as_str()) == address || one.split('.').next() == Some(name))
    };
    let nodes = cx.observed.nodes.iter();
    let found = nodes.filter(|(name, node)| match through.is_empty() {
        true => node.is_local,
        false => is_named(name, node.address.as_deref()),
    });
    found.map(|(name, _)| name.clone()).collect()
}

//! Capacity: what a host's memory is promised to, now and after the loss of the host that would cost it most.

use super::boxes::parts;
use super::scene::{Look, Node, Rect};
use super::{Lab, Refuge};

/// What comes to a host when another is lost.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Arrival {
    /// The host that is lost.
    pub from: usize,
    /// Memory that is promised to the guests that come.
    pub promised: u64,
    /// Memory that they may come to.
    pub ceiling: u64,
}

/// For each host the worst that may come to it. Where the cluster decides between hosts, each of them may get the guest.
///
/// Cost: linear in the guests that HA moves and the hosts that may take them.
pub fn worst(lab: &Lab) -> Vec<Option<Arrival>> {
    let mut worst: Vec<Option<Arrival>> = vec![None; lab.hosts.len()];
    for (from, loss) in lab.losses.iter().enumerate() {
        let mut coming: Vec<(usize, Arrival)> = Vec::new();
        for guest in loss.moves.iter().map(|guest| &lab.guests[*guest]) {
            let hosts = match &guest.refuge {
                Refuge::Nowhere => &[],
                Refuge::Best(host) => std::slice::from_ref(host),
                Refuge::OneOf(hosts) => hosts.as_slice(),
            };
            coming.extend(
                hosts.iter().map(|to| (*to, Arrival { from, promised: guest.promised, ceiling: guest.ceiling })),
            );
        }
        coming.sort_by_key(|(to, _)| *to);
        for arrivals in coming.chunk_by(|(a, _), (b, _)| a == b) {
            let add = |sum: u64, next: u64| sum.saturating_add(next);
            let promised = arrivals.iter().map(|(_, one)| one.promised).fold(0, add);
            let ceiling = arrivals.iter().map(|(_, one)| one.ceiling).fold(0, add);
            let old = &mut worst[arrivals[0].0];
            if old.is_none_or(|old| (old.promised, old.ceiling) < (promised, ceiling)) {
                *old = Some(Arrival { from, promised, ceiling });
            }
        }
    }
    worst
}

/// The bars of a host: as it is above, and below the ghost of what it would be.
pub fn bars(lab: &Lab, host: usize, arrival: Option<Arrival>, wide: f32) -> Option<Node> {
    let host = &lab.hosts[host];
    let memory = host.memory?;
    let mut node = Node::new(Rect::new(0.0, 0.0, wide, 24.0), Look::Hidden);
    let come = arrival.unwrap_or_default();
    let (promised, ceiling) = (host.promised.saturating_add(come.promised), host.ceiling.saturating_add(come.ceiling));
    // Both bars have the scale of the longer one, so that they can be compared.
    let asked = |promised: u64, ceiling: u64| host.kept.saturating_add(promised.max(ceiling));
    let most = memory.max(asked(promised, ceiling)).max(1);
    let length = |asked: u64| wide * (memory.max(asked) as f32 / most as f32);
    let now = Rect::new(0.0, 2.0, length(asked(host.promised, host.ceiling)), 10.0);
    node.inside.push(bar(now, parts(host.kept, host.promised, host.ceiling, memory, now)));
    if arrival.is_some() {
        let then = Rect::new(0.0, 15.0, length(asked(promised, ceiling)), 7.0);
        node.inside.push(bar(then, parts(host.kept, promised, ceiling, memory, then)));
    }
    Some(node)
}

fn bar(frame: Rect, parts: Vec<Node>) -> Node {
    Node { inside: parts, ..Node::new(frame, Look::Bar) }
}

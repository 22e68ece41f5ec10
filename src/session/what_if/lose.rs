//! What is lost with things, told from the first to the last.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::lost::Fall;
use crate::policy::{fall, survive};
use crate::session::compile::Compiled;
use crate::session::what_if::NotOne;
use crate::session::what_if::ledger::{Books, Ledger};
use crate::session::what_if::look::{self, Lab};
use crate::types::value::ObjId;

/// What is lost with things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// What is lost first, by address.
    pub lost: Vec<String>,
    /// What stops then, in order.
    pub falls: Vec<Fallen>,
    /// Guests that HA starts elsewhere.
    pub restarts: Vec<Restart>,
    /// HA guests that nobody can start elsewhere.
    pub stuck: Vec<Stuck>,
    /// Every role that somebody provided, and who is left.
    pub roles: Vec<RoleAfter>,
    /// Every cluster that counts votes.
    pub votes: Vec<Votes>,
    /// Memory of the hosts whose guests change.
    pub memory: Vec<Ledger>,
    /// What does not run anyway, and would be missed otherwise.
    pub idle: Vec<String>,
}

/// One thing that stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fallen {
    /// What it is called: `vm.web`.
    pub address: String,
    /// Why: "needs `host.pve`".
    pub because: String,
    /// The line by which it falls: `guests.hlab:3`.
    pub place: String,
    /// From what is lost to it, by address.
    pub chain: Vec<String>,
    /// The roles that it provided.
    pub provides: Vec<String>,
}

/// A guest that HA starts elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restart {
    /// The guest, by address.
    pub guest: String,
    /// The hosts that may start it, the likeliest first.
    pub hosts: Vec<String>,
    /// Whether the first of them is said to be the one: `nodes` puts it first, or there is no other.
    pub is_certain: bool,
    /// The memory that it is promised, in bytes.
    pub memory: u64,
    /// The roles that it provides, away until it has started.
    pub provides: Vec<String>,
}

/// A guest that HA would start elsewhere, and cannot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stuck {
    /// The guest, by address.
    pub guest: String,
    /// Why not.
    pub because: Vec<String>,
}

/// A role, and who provides it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleAfter {
    /// The role.
    pub role: String,
    /// Who provided it before, by address.
    pub before: Vec<String>,
    /// Who does then.
    pub after: Vec<String>,
}

/// A count of votes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Votes {
    /// Who counts: `cluster.home`, `k3s-cluster.apps`.
    pub of: String,
    /// Members that ran before.
    pub before: usize,
    /// Members that run then.
    pub after: usize,
    /// How many it needs.
    pub needs: usize,
}

impl Votes {
    /// Whether there is still a majority.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.after >= self.needs
    }
}

pub(super) fn lose(compiled: &mut Compiled, names: &[String]) -> Result<Loss, NotOne> {
    look::with(compiled, |lab| {
        let things = names.iter().map(|name| lab.find(name)).collect::<Result<Vec<ObjId>, NotOne>>()?;
        Ok(loss(lab, &things))
    })
}

/// The loss of things that were found.
fn loss(lab: &mut Lab<'_>, things: &[ObjId]) -> Loss {
    without(lab, things, &[])
}

/// The same, where some of what would fall was taken to safety before: it stays, and so does what relies on it alone.
pub(super) fn without(lab: &mut Lab<'_>, things: &[ObjId], safe: &[ObjId]) -> Loss {
    let falls = lab.dependence.without_but(things, safe);
    let by_thing: FxHashMap<ObjId, Fall> = falls.iter().map(|fall| (fall.thing, *fall)).collect();
    let roles = roles(lab, &by_thing);
    let mut idle: Vec<String> = Vec::new();
    let mut told = Vec::new();
    for found in falls.iter().filter(|found| found.cause.is_some()) {
        for name in found.cause.iter().flat_map(|cause| fall::idle(&lab.machine, &lab.dependence, *cause)) {
            if !idle.contains(&name) {
                idle.push(name);
            }
        }
        let step = lab.tell(*found);
        let chain = fall::chain(&by_thing, found.thing).iter().map(|one| lab.address(one.thing)).collect();
        let place = lab.place(step.span);
        let provides = provided(lab, found.thing);
        told.push(Fallen { address: step.address, because: step.because, place, chain, provides });
    }
    let (restarts, memory) = restarts(lab, &by_thing);
    Loss {
        lost: things.iter().map(|thing| lab.address(*thing)).collect(),
        falls: told,
        restarts,
        stuck: stuck(lab, &by_thing),
        roles,
        votes: votes(lab, &by_thing),
        memory,
        idle,
    }
}

fn provided(lab: &mut Lab<'_>, thing: ObjId) -> Vec<String> {
    if lab.machine.w.is_resource(thing) { lab.texts(thing, "provides") } else { Vec::new() }
}

/// Every role that somebody who runs provides, before and after.
fn roles(lab: &mut Lab<'_>, fallen: &FxHashMap<ObjId, Fall>) -> Vec<RoleAfter> {
    let dependence = std::sync::Arc::clone(&lab.dependence);
    let all = survive::roles(&mut lab.machine);
    let kept = survive::providers(&mut lab.machine, &dependence, &all);
    let told = |lab: &Lab<'_>, things: &mut dyn Iterator<Item = &ObjId>| -> Vec<String> {
        things.map(|thing| lab.address(*thing)).collect()
    };
    kept.into_iter()
        .filter(|kept| !kept.live.is_empty())
        .map(|kept| RoleAfter {
            role: lab.machine.p.name(kept.role).to_owned(),
            before: told(lab, &mut kept.live.iter()),
            after: told(lab, &mut kept.live.iter().filter(|provider| !fallen.contains_key(provider))),
        })
        .collect()
}

/// The HA resources whose guest loses its host, each with the guest.
fn left_behind(lab: &mut Lab<'_>, fallen: &FxHashMap<ObjId, Fall>) -> Vec<(ObjId, ObjId)> {
    let mut found = Vec::new();
    for ha in lab.all("ha") {
        let Some(guest) = lab.thing(ha, "guest") else { continue };
        let is_started = lab.text(ha, "state").as_deref() == Some("started");
        let host = lab.host_of(guest);
        let is_left = host.is_some_and(|host| fallen.contains_key(&host)) && !lab.dependence.is_off(guest);
        if is_started && is_left {
            found.push((ha, guest));
        }
    }
    found
}

/// The guests that are started elsewhere, and memory afterwards. Those whose host is known are counted there; of the others
/// each goes where most is free, which is a guess: Proxmox counts services by default.
fn restarts(lab: &mut Lab<'_>, fallen: &FxHashMap<ObjId, Fall>) -> (Vec<Restart>, Vec<Ledger>) {
    let mut books = Books::of(lab);
    for host in lab.running_hosts().into_iter().filter(|host| fallen.contains_key(host)) {
        books.close(host);
    }
    for guest in lab.running_guests().into_iter().filter(|guest| fallen.contains_key(guest)) {
        books.leave(lab, guest);
    }
    let mut restarts = Vec::new();
    for (ha, guest) in left_behind(lab, fallen) {
        if fallen.contains_key(&guest) {
            continue;
        }
        let named: FxHashSet<ObjId> = lab.things(ha, "nodes").into_iter().collect();
        let mut hosts = lab.things(ha, "elsewhere");
        hosts.retain(|host| !fallen.contains_key(host));
        let is_certain = hosts.len() == 1 || hosts.first().is_some_and(|host| named.contains(host));
        if !is_certain {
            hosts.sort_by_key(|host| std::cmp::Reverse(books.free(*host).unwrap_or(u64::MAX)));
        }
        if let Some(host) = hosts.first() {
            books.arrive(lab, guest, *host);
        }
        let hosts = hosts.iter().map(|host| lab.name(*host)).collect();
        let memory = lab.size(guest, "promised-memory");
        let provides = provided(lab, guest);
        restarts.push(Restart { guest: lab.address(guest), hosts, is_certain, memory, provides });
    }
    (restarts, books.changed())
}

/// HA guests that fall all the same, each with why no other host can start it.
fn stuck(lab: &mut Lab<'_>, fallen: &FxHashMap<ObjId, Fall>) -> Vec<Stuck> {
    let mut stuck = Vec::new();
    for (ha, guest) in left_behind(lab, fallen) {
        if !fallen.contains_key(&guest) {
            continue;
        }
        let mut because = bound(lab, guest);
        let elsewhere = lab.things(ha, "elsewhere");
        if because.is_empty() && elsewhere.is_empty() {
            because.push("no other host of its cluster that runs reaches its networks and storages".to_owned());
        }
        if !elsewhere.is_empty() && elsewhere.iter().all(|host| fallen.contains_key(host)) {
            because.push("every host that could start it is lost as well".to_owned());
        }
        let cluster = lab.host_of(guest).and_then(|host| lab.within(host));
        if let Some(cluster) = cluster.filter(|cluster| fallen.contains_key(cluster)) {
            because.push(format!("`{}` has no quorum to start it", lab.address(cluster)));
        }
        stuck.push(Stuck { guest: lab.address(guest), because });
    }
    stuck
}

/// What ties a guest to its host.
fn bound(lab: &mut Lab<'_>, guest: ObjId) -> Vec<String> {
    let mut because = Vec::new();
    let held = lab.texts(guest, "held-by");
    if !held.is_empty() {
        because.push(format!("it holds {} of its host", fall::names(&held)));
    }
    let copied = lab.things(guest, "copied");
    let replicated = lab.all("replication").into_iter().any(|job| lab.thing(job, "guest") == Some(guest));
    if !copied.is_empty() && !replicated {
        let names: Vec<String> = copied.iter().map(|storage| lab.name(*storage)).collect();
        because.push(format!(
            "it lies on {}, which each host has by itself, and nothing replicates it",
            fall::names(&names)
        ));
    }
    because
}

/// Every cluster that counts votes, before and after.
fn votes(lab: &mut Lab<'_>, fallen: &FxHashMap<ObjId, Fall>) -> Vec<Votes> {
    let mut clusters = lab.all("cluster");
    clusters.extend(lab.all("k3s-cluster"));
    let dependence = std::sync::Arc::clone(&lab.dependence);
    let mut votes = Vec::new();
    for cluster in clusters {
        let Some(demand) = dependence.demands.iter().find(|demand| demand.of == cluster) else { continue };
        let runs = demand.things.iter().filter(|thing| !dependence.is_off(**thing));
        let before = runs.clone().count();
        let after = runs.filter(|thing| !fallen.contains_key(thing)).count();
        votes.push(Votes { of: lab.address(cluster), before, after, needs: demand.least });
    }
    votes
}

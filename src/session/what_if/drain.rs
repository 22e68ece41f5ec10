//! Where the guests of a host could go before it is taken down, and how.
//!
//! Sources: what blocks a migration and that running VMs may take local disks along (`online`, `with-local-disks`) from the
//! Proxmox API, `POST /nodes/{node}/qemu/{vmid}/migrate`; that containers are stopped and started (`restart`) from `POST
//! /nodes/{node}/lxc/{vmid}/migrate`; that folders shared by virtiofs rule out a live migration from `qm.adoc`.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::policy::fall;
use crate::session::compile::Compiled;
use crate::session::what_if::NotOne;
use crate::session::what_if::ledger::{Books, Ledger};
use crate::session::what_if::look::{self, Lab};
use crate::session::what_if::lose::{self, Fallen, RoleAfter, Votes};
use crate::session::what_if::storages::{self, Proposal, Room};
use crate::types::value::ObjId;

/// A host without its guests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drain {
    /// The host, by address.
    pub host: String,
    /// Its running guests, in the order in which they leave: what others rely on last.
    pub guests: Vec<Leaving>,
    /// Memory of the hosts afterwards.
    pub memory: Vec<Ledger>,
    /// What else stops while the host is down, in order.
    pub falls: Vec<Fallen>,
    /// Every role that somebody provided, and who is left meanwhile.
    pub roles: Vec<RoleAfter>,
    /// Every cluster that counts votes.
    pub votes: Vec<Votes>,
}

/// One guest of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaving {
    /// The guest, by address.
    pub guest: String,
    /// The memory that it is promised, in bytes; of a container, its limit.
    pub memory: u64,
    /// How it leaves.
    pub way: Way,
    /// What to know of it.
    pub notes: Vec<String>,
}

/// How a guest leaves its host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Way {
    /// It moves while it runs, and takes so many bytes of local disks along.
    Live {
        /// The host.
        to: String,
        /// Bytes that are copied.
        copy: u64,
    },
    /// It is stopped here and started there, after so many bytes were copied.
    Restart {
        /// The host.
        to: String,
        /// Bytes that are copied.
        copy: u64,
    },
    /// It is stopped and stays: why no host takes it.
    Stop {
        /// Each reason.
        because: Vec<String>,
        /// How it could leave all the same, if its owner lets its disks go to other storages.
        proposal: Option<Proposal>,
    },
}

/// What hosts lack, each with the hosts that it holds for.
#[derive(Default)]
pub(super) struct Lacks(Vec<(String, Vec<String>)>);

impl Lacks {
    /// Notes what a host lacks.
    pub fn add(&mut self, lack: String, host: String) {
        match self.0.iter_mut().find(|(known, _)| *known == lack) {
            Some((_, hosts)) => hosts.push(host),
            None => self.0.push((lack, vec![host])),
        }
    }

    /// Each reason with the hosts that it holds for.
    pub fn told(&self) -> Vec<String> {
        self.0.iter().map(|(lack, hosts)| format!("{lack} on {}", fall::names(hosts))).collect()
    }
}

pub(super) fn drain(compiled: &mut Compiled, name: &str) -> Result<Drain, NotOne> {
    look::with(compiled, |lab| {
        let host = lab.find_host(name)?;
        let mut books = Books::of(lab);
        books.close(host);
        let mut guests: Vec<ObjId> = lab.running_guests();
        guests.retain(|guest| lab.host_of(*guest) == Some(host));
        let mut ranked: Vec<(ObjId, (bool, Reverse<i64>))> =
            guests.into_iter().map(|guest| (guest, rank(lab, guest))).collect();
        ranked.sort_by_key(|(_, rank)| *rank);
        let mut leaving = Vec::new();
        let mut stopped = vec![host];
        let mut moved = Vec::new();
        for (guest, _) in &ranked {
            let one = leave(lab, &mut books, host, *guest);
            match &one.way {
                Way::Stop { .. } => stopped.push(*guest),
                Way::Live { .. } | Way::Restart { .. } => moved.push(*guest),
            }
            leaving.push(one);
        }
        let guests: Vec<ObjId> = ranked.into_iter().map(|(guest, _)| guest).collect();
        add_proposals(lab, books.clone(), host, &guests, &mut leaving);
        let then = lose::without(lab, &stopped, &moved);
        let (falls, roles, votes) = (then.falls, then.roles, then.votes);
        Ok(Drain { host: lab.address(host), guests: leaving, memory: books.changed(), falls, roles, votes })
    })
}

/// Says of guests that stay where they could go with other storages, after all others left.
fn add_proposals(lab: &mut Lab<'_>, mut books: Books, from: ObjId, guests: &[ObjId], leaving: &mut [Leaving]) {
    let mut moved = FxHashMap::default();
    for (guest, one) in guests.iter().zip(leaving.iter()) {
        if let Way::Live { to, .. } | Way::Restart { to, .. } = &one.way {
            let there = lab.running_hosts().into_iter().find(|host| lab.name(*host) == *to);
            moved.extend(there.map(|there| (*guest, there)));
        }
    }
    let mut room = Room::new(moved);
    for (guest, one) in guests.iter().zip(leaving.iter_mut()) {
        let Way::Stop { because, proposal } = &mut one.way else { continue };
        if !held(lab, *guest).is_empty() {
            continue;
        }
        match storages::propose(lab, &mut room, &mut books, from, *guest, one.memory) {
            Ok(found) => *proposal = Some(found),
            Err(more) => because.extend(more),
        }
    }
}

/// The hosts that could take a guest as things are, by name; where there are none, why.
pub(in crate::session) fn elsewhere(lab: &mut Lab<'_>, guest: ObjId) -> (Vec<String>, Vec<String>) {
    let Some(from) = lab.host_of(guest) else { return (Vec::new(), Vec::new()) };
    let held = held(lab, guest);
    if !held.is_empty() {
        return (Vec::new(), held);
    }
    let books = Books::of(lab);
    let memory = lab.size(guest, "promised-memory");
    let (fits, because) = fitting(lab, &books, from, guest, memory);
    let fits: Vec<String> = fits.into_iter().map(|host| lab.name(host)).collect();
    if fits.is_empty() { (fits, because) } else { (fits, Vec::new()) }
}

/// What a guest has of its host, as a reason.
fn held(lab: &mut Lab<'_>, guest: ObjId) -> Vec<String> {
    let held = lab.texts(guest, "held-by");
    if held.is_empty() { held } else { vec![format!("it holds {} of its host", fall::names(&held))] }
}

/// The order in which guests leave: those that others rely on last, of the rest those that start last first.
fn rank(lab: &mut Lab<'_>, guest: ObjId) -> (bool, Reverse<i64>) {
    let order = lab.thing(guest, "start").map(|start| lab.field(start, "order"));
    let order = if let Some(crate::types::value::Value::Int(order)) = order { order } else { i64::MAX };
    (!lab.texts(guest, "provides").is_empty(), Reverse(order))
}

/// Where one guest goes.
fn leave(lab: &mut Lab<'_>, books: &mut Books, from: ObjId, guest: ObjId) -> Leaving {
    // A container is promised nothing, and is not sent where it would find nothing.
    let memory = lab.size(guest, if lab.word(guest) == "vm" { "promised-memory" } else { "memory" });
    let address = lab.address(guest);
    let mut notes = Vec::new();
    let because = held(lab, guest);
    if !because.is_empty() {
        return Leaving { guest: address, memory, way: Way::Stop { because, proposal: None }, notes };
    }
    let (fits, mut because) = fitting(lab, books, from, guest, memory);
    let Some(to) = fits.first().copied() else {
        if because.is_empty() {
            because.push("no other host of its cluster runs".to_owned());
        }
        return Leaving { guest: address, memory, way: Way::Stop { because, proposal: None }, notes };
    };
    books.arrive(lab, guest, to);
    let copy = local_bytes(lab, guest);
    if copy > 0 && replicates_to(lab, guest, to) {
        notes.push(format!("`{}` has copies: only what changed since the last is sent", lab.name(to)));
    }
    if !lab.ha_of(guest).is_empty() {
        notes.push("it is an HA resource: the move goes through the HA manager".to_owned());
    }
    let is_vm = lab.word(guest) == "vm";
    let to_name = lab.name(to);
    if moves_running(lab, guest) {
        if lab.is_cpu_of_host(guest) {
            notes.push(format!(
                "its processor is that of the host: it moves while it runs only if `{}` and `{to_name}` have the same",
                lab.name(from)
            ));
        }
        return Leaving { guest: address, memory, way: Way::Live { to: to_name, copy }, notes };
    }
    notes.push(match is_vm {
        true => "a folder of its host is shared with it: it cannot move while it runs".to_owned(),
        false => "containers are stopped and started: there is no live migration of them".to_owned(),
    });
    Leaving { guest: address, memory, way: Way::Restart { to: to_name, copy }, notes }
}

/// The hosts that could take a guest, the one with the most memory left first; and why the others do not, each reason with
/// the hosts that it holds for.
fn fitting(lab: &mut Lab<'_>, books: &Books, from: ObjId, guest: ObjId, memory: u64) -> (Vec<ObjId>, Vec<String>) {
    if lab.within(from).is_none() {
        return (Vec::new(), vec![format!("`{}` is in no cluster", lab.name(from))]);
    }
    let mut fits: Vec<(u64, ObjId)> = Vec::new();
    let mut lacks = Lacks::default();
    for host in others(lab, from) {
        match lack(lab, books, guest, host, memory) {
            Some(lack) => lacks.add(lack, lab.name(host)),
            None => fits.push((books.free(host).unwrap_or(0), host)),
        }
    }
    fits.sort_by_key(|(free, _)| Reverse(*free));
    (fits.into_iter().map(|(_, host)| host).collect(), lacks.told())
}

/// The other hosts of a host's cluster that run.
pub(super) fn others(lab: &mut Lab<'_>, from: ObjId) -> Vec<ObjId> {
    let Some(cluster) = lab.within(from) else { return Vec::new() };
    let mut hosts = lab.running_hosts();
    hosts.retain(|host| *host != from && lab.within(*host) == Some(cluster));
    hosts
}

/// The storages of a guest that a host does not have.
pub(super) fn missing_storages(lab: &mut Lab<'_>, guest: ObjId, host: ObjId) -> Vec<ObjId> {
    let mut storages = lab.things(guest, "kept-on");
    storages.retain(|storage| !lab.hosts_of(*storage).contains(&host));
    storages
}

/// What a host lacks to take a guest; nothing, if it could.
fn lack(lab: &mut Lab<'_>, books: &Books, guest: ObjId, host: ObjId, memory: u64) -> Option<String> {
    if let Some(storage) = missing_storages(lab, guest, host).first() {
        return Some(format!("there is no storage `{}`", lab.name(*storage)));
    }
    lack_besides(lab, books, guest, host, memory)
}

/// What a host lacks to take a guest, storages left aside.
pub(super) fn lack_besides(lab: &mut Lab<'_>, books: &Books, guest: ObjId, host: ObjId, memory: u64) -> Option<String> {
    for nic in lab.things(guest, "nic") {
        let Some(network) = lab.thing(nic, "network") else { continue };
        let bridges = lab.things(host, "bridge");
        let is_bridged = bridges.into_iter().any(|bridge| lab.thing(bridge, "network") == Some(network));
        let vnets = lab.things(network, "vnet");
        if !is_bridged && !vnets.into_iter().any(|vnet| lab.things(vnet, "host").contains(&host)) {
            return Some(format!("no bridge reaches `{}`", lab.name(network)));
        }
    }
    for folder in lab.things(guest, "folders") {
        if !lab.things(folder, "host").contains(&host) {
            return Some(format!("the mapping `{}` has no folder", lab.name(folder)));
        }
    }
    for ha in lab.ha_of(guest) {
        if lab.flag(ha, "strict") && !lab.things(ha, "nodes").contains(&host) {
            return Some(format!("`{}` lets it run elsewhere, and not", lab.address(ha)));
        }
        if let Some(other) = lab.kept_apart(ha, guest, host) {
            return Some(format!("it is kept apart from `{}`, which is", lab.address(other)));
        }
    }
    let free = books.free(host)?;
    (free < memory).then(|| {
        let size = crate::eval::show::size;
        format!("only {} of {} are free", size(free), size(memory))
    })
}

/// The disks of a VM, the volumes of a container.
pub(super) fn volumes(lab: &mut Lab<'_>, guest: ObjId) -> Vec<ObjId> {
    let mut volumes = lab.things(guest, "disk");
    volumes.extend(lab.things(guest, "rootfs"));
    volumes.extend(lab.things(guest, "mount"));
    volumes
}

/// Whether a guest can move while it runs: a VM that shares no folder of its host.
pub(super) fn moves_running(lab: &mut Lab<'_>, guest: ObjId) -> bool {
    lab.word(guest) == "vm" && lab.things(guest, "folders").is_empty() && lab.all_shares(guest) == 0
}

/// Bytes of disks and volumes that each host has by itself.
fn local_bytes(lab: &mut Lab<'_>, guest: ObjId) -> u64 {
    let mut bytes: u64 = 0;
    for volume in volumes(lab, guest) {
        let Some(storage) = lab.thing(volume, "storage") else { continue };
        if !lab.flag(storage, "reachable-everywhere") && !lab.flag(volume, "shared") {
            bytes = bytes.saturating_add(lab.size(volume, "size"));
        }
    }
    bytes
}

fn replicates_to(lab: &mut Lab<'_>, guest: ObjId, host: ObjId) -> bool {
    lab.all("replication").into_iter().any(|job| {
        lab.thing(job, "guest") == Some(guest) && lab.thing(job, "target") == Some(host) && lab.flag(job, "enabled")
    })
}

impl Lab<'_> {
    /// The HA resources of a guest that the cluster sees to.
    fn ha_of(&mut self, guest: ObjId) -> Vec<ObjId> {
        self.things(guest, "restarted-by")
    }

    /// Another guest on a host that a rule keeps an HA guest apart from.
    fn kept_apart(&mut self, ha: ObjId, guest: ObjId, host: ObjId) -> Option<ObjId> {
        for rule in self.all("affinity") {
            let is_apart = self.text(rule, "keep").as_deref() == Some("apart") && self.flag(rule, "enabled");
            let members = self.things(rule, "resources");
            if !is_apart || !members.contains(&ha) {
                continue;
            }
            let others: Vec<ObjId> = members.into_iter().filter_map(|member| self.thing(member, "guest")).collect();
            let found = others.into_iter().find(|other| *other != guest && self.host_of(*other) == Some(host));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// How many folders a VM shares, declared as mappings or not.
    fn all_shares(&mut self, guest: ObjId) -> usize {
        self.things(guest, "share").len()
    }

    /// Whether a VM sees the processor of its host as it is.
    fn is_cpu_of_host(&mut self, guest: ObjId) -> bool {
        let cpu = self.thing(guest, "cpu");
        cpu.is_some_and(|cpu| self.text(cpu, "type").is_some_and(|name| name == "host" || name == "max"))
    }
}

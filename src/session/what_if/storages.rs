//! Another storage for a guest that only its storage keeps from leaving: said as a proposal, for its owner to decide.
//!
//! Sources: `targetstorage` of `POST /nodes/{node}/qemu/{vmid}/migrate` and `target-storage` of `POST
//! /nodes/{node}/lxc/{vmid}/migrate`, pairs of a storage here and one there; `POST /cluster/ha/resources/{sid}/migrate`, which
//! takes a node and nothing else.

use rustc_hash::FxHashMap;

use crate::eval::show::size;
use crate::session::what_if::drain::{self, Lacks};
use crate::session::what_if::ledger::Books;
use crate::session::what_if::look::Lab;
use crate::targets::emit::shell;
use crate::types::value::{ObjId, Value};

/// How a guest could leave after all, if its disks went to other storages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The host.
    pub to: String,
    /// Each storage that is not there, and the one that would take its place.
    pub storages: Vec<Instead>,
    /// Whether it would move while it runs; else it is stopped, and started there.
    pub live: bool,
    /// The command, with the guest's host as the place to run it.
    pub command: String,
}

/// A storage in place of another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instead {
    /// The storage that only this host has.
    pub from: String,
    /// A storage of the other host that takes the same.
    pub to: String,
    /// Bytes that are copied; none where a volume does not say its size.
    pub copy: Option<u64>,
    /// What is free there, by what it can hold and what the guests of the lab have on it; none where nothing says its capacity.
    pub free: Option<u64>,
}

/// A host that a guest could go to, and how well: with all room known, and so much memory left.
struct Place {
    rank: (bool, u64),
    host: ObjId,
    /// Each storage that takes something there.
    storages: Vec<(ObjId, Instead)>,
}

/// What storages have left while guests move, by storage and, where each host has it by itself, by host.
pub(super) struct Room {
    /// Where each guest that left is now.
    moved: FxHashMap<ObjId, ObjId>,
    /// Bytes promised by proposals.
    taken: FxHashMap<(ObjId, Option<ObjId>), u64>,
}

impl Room {
    pub fn new(moved: FxHashMap<ObjId, ObjId>) -> Room {
        Room { moved, taken: FxHashMap::default() }
    }

    /// Whose room it is: of the storage, or of the storage on one host.
    fn of(lab: &mut Lab<'_>, storage: ObjId, host: ObjId) -> (ObjId, Option<ObjId>) {
        (storage, (!lab.flag(storage, "reachable-everywhere")).then_some(host))
    }

    /// What is free on a storage of a host; none where its capacity is unknown.
    fn free(&self, lab: &mut Lab<'_>, storage: ObjId, host: ObjId) -> Option<u64> {
        let capacity = Some(lab.size(storage, "capacity")).filter(|capacity| *capacity > 0)?;
        let place = Room::of(lab, storage, host);
        let mut guests = lab.all("vm");
        guests.extend(lab.all("container"));
        let mut used = self.taken.get(&place).copied().unwrap_or(0);
        for guest in guests {
            let at = self.moved.get(&guest).copied().or_else(|| lab.host_of(guest));
            if place.1.is_none() || place.1 == at {
                used = used.saturating_add(bytes_on(lab, guest, storage));
            }
        }
        Some(capacity.saturating_sub(used))
    }
}

/// Bytes of a guest's disks and volumes on a storage, each as large as it may get.
fn bytes_on(lab: &mut Lab<'_>, guest: ObjId, storage: ObjId) -> u64 {
    let mut bytes: u64 = 0;
    for volume in drain::volumes(lab, guest) {
        if lab.thing(volume, "storage") == Some(storage) {
            bytes = bytes.saturating_add(lab.size(volume, "size"));
        }
    }
    bytes
}

/// Where a guest could go with other storages: to a host on which the room for its disks is known, of several to that with the
/// most memory left; else why nowhere, as far as more is to
/// be said than which storage is not there.
pub(super) fn propose(
    lab: &mut Lab<'_>,
    room: &mut Room,
    books: &mut Books,
    from: ObjId,
    guest: ObjId,
    memory: u64,
) -> Result<Proposal, Vec<String>> {
    let hosts = drain::others(lab, from);
    let mut lacks = Lacks::default();
    let mut best: Option<Place> = None;
    for host in hosts {
        let missing = drain::missing_storages(lab, guest, host);
        if missing.is_empty() {
            continue;
        }
        if let Some(lack) = drain::lack_besides(lab, books, guest, host, memory) {
            lacks.add(lack, lab.name(host));
            continue;
        }
        match instead(lab, room, guest, host, &missing) {
            Ok(storages) => {
                let is_sure = storages.iter().all(|(_, one)| one.free.is_some() && one.copy.is_some());
                let rank = (is_sure, books.free(host).unwrap_or(0));
                if best.as_ref().is_none_or(|best| rank > best.rank) {
                    best = Some(Place { rank, host, storages });
                }
            }
            Err(lack) => lacks.add(lack, lab.name(host)),
        }
    }
    let Some(Place { host, storages: found, .. }) = best else { return Err(lacks.told()) };
    if !lab.things(guest, "restarted-by").is_empty() {
        return Err(vec![
            "it is an HA resource, and the HA manager moves no disk to another storage: move its disks first"
                .to_owned(),
        ]);
    }
    books.arrive(lab, guest, host);
    for (to, one) in &found {
        let place = Room::of(lab, *to, host);
        let taken = room.taken.entry(place).or_default();
        *taken = taken.saturating_add(one.copy.unwrap_or(0));
    }
    let live = drain::moves_running(lab, guest);
    let pairs: Vec<String> = found.iter().map(|(_, one)| format!("{}:{}", one.from, one.to)).collect();
    let command = command(lab, guest, host, live, &pairs.join(","));
    let storages = found.into_iter().map(|(_, one)| one).collect();
    Ok(Proposal { to: lab.name(host), storages, live, command })
}

/// For each storage that a host lacks, one of its own that takes what lies there: the roomiest, those of unknown room last.
fn instead(
    lab: &mut Lab<'_>,
    room: &Room,
    guest: ObjId,
    host: ObjId,
    missing: &[ObjId],
) -> Result<Vec<(ObjId, Instead)>, String> {
    let content = if lab.word(guest) == "vm" { "images" } else { "rootdir" };
    let mut found: Vec<(ObjId, Instead)> = Vec::new();
    for lost in missing {
        if lab.flag(*lost, "reachable-everywhere") {
            return Err(format!(
                "a migration copies nothing of `{}`, which is on the network and not offered",
                lab.name(*lost)
            ));
        }
        let copy = bytes_on(lab, guest, *lost);
        let is_measured = drain::volumes(lab, guest)
            .into_iter()
            .all(|volume| lab.thing(volume, "storage") != Some(*lost) || lab.size(volume, "size") > 0);
        let (mut best, mut small): (Option<(ObjId, Option<u64>)>, Vec<String>) = (None, Vec::new());
        for storage in lab.all("storage") {
            let takes = lab.texts(storage, "content").iter().any(|word| word == content);
            if !takes || lab.flag(storage, "disabled") || !lab.hosts_of(storage).contains(&host) {
                continue;
            }
            let before: u64 = found.iter().filter(|(to, _)| *to == storage).filter_map(|(_, one)| one.copy).sum();
            let free = room.free(lab, storage, host).map(|free| free.saturating_sub(before));
            if free.is_some_and(|free| free < copy) {
                small.push(format!("`{}` has {} of {} free", lab.name(storage), size(free.unwrap_or(0)), size(copy)));
            } else if best.is_none_or(|(_, most)| free > most) {
                best = Some((storage, free));
            }
        }
        let Some((to, free)) = best else {
            return Err(match small.as_slice() {
                [] => format!("no other storage takes `{content}`"),
                small => format!("no other storage has the room ({})", small.join(", ")),
            });
        };
        let one = Instead { from: lab.name(*lost), to: lab.name(to), copy: is_measured.then_some(copy), free };
        found.push((to, one));
    }
    Ok(found)
}

/// The command that moves a guest to other storages.
fn command(lab: &mut Lab<'_>, guest: ObjId, host: ObjId, live: bool, pairs: &str) -> String {
    let id = if let Value::Int(id) = lab.field(guest, "id") { id.to_string() } else { "ID".to_owned() };
    let (host, pairs) = (lab.name(host), shell::word(pairs));
    let host = shell::word(&host);
    match (lab.word(guest), live) {
        ("vm", true) => format!("qm migrate {id} {host} --online --with-local-disks --targetstorage {pairs}"),
        ("vm", false) => format!("qm shutdown {id} && qm migrate {id} {host} --targetstorage {pairs}"),
        _ => format!("pct migrate {id} {host} --restart --target-storage {pairs}"),
    }
}

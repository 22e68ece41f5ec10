//! Memory of each host: what it can give, what is promised, and what would be.

use rustc_hash::FxHashMap;

use crate::session::what_if::look::Lab;
use crate::types::value::ObjId;

/// The memory of one host, in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ledger {
    /// The host.
    pub host: String,
    /// What it has for guests, behind what it keeps for itself; none where its memory is unknown.
    pub gives: Option<u64>,
    /// What its running guests are promised now.
    pub before: u64,
    /// What they are promised then.
    pub after: u64,
    /// What they may take at most then, containers included.
    pub ceiling: u64,
}

impl Ledger {
    /// What is left then; none where the host's memory is unknown or promised twice.
    #[must_use]
    pub fn free(&self) -> Option<u64> {
        self.gives?.checked_sub(self.after)
    }

    /// Whether more is promised then than there is.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.gives.is_some_and(|gives| self.after > gives)
    }
}

/// The books of all hosts while guests move.
#[derive(Clone, Default, Debug)]
pub(super) struct Books {
    rows: FxHashMap<ObjId, Ledger>,
    order: Vec<ObjId>,
}

impl Books {
    /// The books as they stand.
    pub fn of(lab: &mut Lab<'_>) -> Books {
        let mut books = Books::default();
        for host in lab.running_hosts() {
            let kept = lab.thing(host, "reserve").map_or(0, |reserve| lab.size(reserve, "memory"));
            let kept = kept.saturating_add(lab.size(host, "arc-min"));
            let gives = Some(lab.size(host, "memory")).filter(|memory| *memory > 0);
            let gives = gives.map(|memory| memory.saturating_sub(kept));
            books.order.push(host);
            books.rows.insert(host, Ledger { host: lab.name(host), gives, before: 0, after: 0, ceiling: 0 });
        }
        for guest in lab.running_guests() {
            let Some(host) = lab.host_of(guest) else { continue };
            let (promised, most) = (lab.size(guest, "promised-memory"), lab.size(guest, "memory"));
            if let Some(row) = books.rows.get_mut(&host) {
                row.before = row.before.saturating_add(promised);
                row.after = row.after.saturating_add(promised);
                row.ceiling = row.ceiling.saturating_add(most);
            }
        }
        books
    }

    /// Takes a guest off its host.
    pub fn leave(&mut self, lab: &mut Lab<'_>, guest: ObjId) {
        let (promised, most) = (lab.size(guest, "promised-memory"), lab.size(guest, "memory"));
        if let Some(row) = lab.host_of(guest).and_then(|host| self.rows.get_mut(&host)) {
            row.after = row.after.saturating_sub(promised);
            row.ceiling = row.ceiling.saturating_sub(most);
        }
    }

    /// Puts a guest on a host.
    pub fn arrive(&mut self, lab: &mut Lab<'_>, guest: ObjId, host: ObjId) {
        let (promised, most) = (lab.size(guest, "promised-memory"), lab.size(guest, "memory"));
        if let Some(row) = self.rows.get_mut(&host) {
            row.after = row.after.saturating_add(promised);
            row.ceiling = row.ceiling.saturating_add(most);
        }
    }

    /// What a host has left; none where its memory is unknown.
    pub fn free(&self, host: ObjId) -> Option<u64> {
        let row = self.rows.get(&host)?;
        row.gives.map(|gives| gives.saturating_sub(row.after))
    }

    /// The rows of hosts whose guests change, in order.
    pub fn changed(self) -> Vec<Ledger> {
        let Books { mut rows, order } = self;
        let all = order.iter().filter_map(|host| rows.remove(host));
        all.filter(|row| row.before != row.after).collect()
    }

    /// Takes a host out: it is gone.
    pub fn close(&mut self, host: ObjId) {
        self.rows.remove(&host);
    }
}

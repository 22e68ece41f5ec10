//! `hlab.lock`: a sorted text file, one fact a line, made for merges.
//!
//! `id ADDRESS NUMBER`: the Proxmox id given to a guest that states none. An id of a guest that is gone stays
//! until `hlab lock --forget ADDRESS`: it is never given to another.

use std::collections::BTreeMap;

/// The first line of the file.
const HEADER: &str = "# hlab.lock: what hlab chose. Commit it; `hlab lock` writes it.\n";

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockEntry {
    /// `vm.k3s-vm-pve`
    pub address: String,
    /// Its id.
    pub id: i64,
    /// The line it stands on, from 1; 0 if it is new.
    pub line: usize,
}

/// What was chosen before.
#[derive(Clone, Default, Debug)]
pub struct Lock {
    /// Ids by address.
    pub ids: BTreeMap<String, LockEntry>,
}

impl Lock {
    /// Reads the file; what cannot be read comes back as line numbers with the reason.
    #[must_use]
    pub fn parse(text: &str) -> (Lock, Vec<(usize, String)>) {
        let mut lock = Lock::default();
        let mut problems = Vec::new();
        let mut taken: BTreeMap<i64, String> = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let number = number + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with("<<<<<<<") || line.starts_with("=======") || line.starts_with(">>>>>>>") {
                problems.push((number, "an unfinished merge".to_owned()));
                continue;
            }
            let parsed = line.strip_prefix("id ").and_then(|rest| rest.rsplit_once(' '));
            let Some((address, id)) = parsed.and_then(|(address, id)| Some((address.trim(), id.parse::<i64>().ok()?)))
            else {
                problems.push((number, "expected `id ADDRESS NUMBER`".to_owned()));
                continue;
            };
            if let Some(other) = taken.insert(id, address.to_owned())
                && other != address
            {
                problems.push((number, format!("id {id} is given to `{other}` and to `{address}`")));
            }
            let entry = LockEntry { address: address.to_owned(), id, line: number };
            if lock.ids.insert(address.to_owned(), entry).is_some() {
                problems.push((number, format!("`{address}` stands here twice")));
            }
        }
        (lock, problems)
    }

    /// The file's text; empty if there is nothing to remember.
    #[must_use]
    pub fn print(&self) -> String {
        if self.ids.is_empty() {
            return String::new();
        }
        let lines = self.ids.values().map(|entry| format!("id {} {}\n", entry.address, entry.id));
        std::iter::once(HEADER.to_owned()).chain(lines).collect()
    }

    /// The lock without one address, and whether it was there.
    #[must_use]
    pub fn forget(mut self, address: &str) -> (Lock, bool) {
        let found = self.ids.remove(address).is_some();
        (self, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_sorted() {
        let (lock, problems) = Lock::parse("id vm.b 101\nid vm.a 100\n");
        assert!(problems.is_empty());
        assert_eq!(lock.print(), format!("{HEADER}id vm.a 100\nid vm.b 101\n"));
        assert_eq!(Lock::parse(&lock.print()).0.print(), lock.print());
    }

    #[test]
    fn a_merge_that_gives_an_id_twice_is_found_on_its_line() {
        let (_, problems) = Lock::parse("id vm.a 100\nid vm.b 100\n");
        assert_eq!(problems, [(2, "id 100 is given to `vm.a` and to `vm.b`".to_owned())]);
    }
}

//! `hlab.lock`: a sorted text file, one fact a line, made for merges.
//!
//! `id ADDRESS NUMBER`: the Proxmox id given to a guest that states none. An id of a guest that is gone stays
//! until `hlab lock --forget ADDRESS`: it is never given to another.

use std::collections::{BTreeMap, BTreeSet};

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

/// Why an address stays in the lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotForgotten {
    /// A guest of the source has its id from it.
    InUse,
    /// It is not there; these are.
    Unknown(Vec<String>),
}

/// What was chosen before.
#[derive(Clone, Default, Debug)]
pub struct Lock {
    /// Ids by address.
    pub ids: BTreeMap<String, LockEntry>,
    /// The addresses of guests of the source that have their id from here.
    pub used: BTreeSet<String>,
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

    /// Takes an address out, so that its id may be given to another guest.
    ///
    /// # Errors
    /// [`NotForgotten`]: it is not there, or a guest of the source has its id from it.
    pub fn forget(&mut self, address: &str) -> Result<(), NotForgotten> {
        if self.used.contains(address) {
            return Err(NotForgotten::InUse);
        }
        match self.ids.remove(address) {
            Some(_) => Ok(()),
            None => Err(NotForgotten::Unknown(self.ids.keys().cloned().collect())),
        }
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
    fn what_the_source_uses_is_not_forgotten_and_what_is_not_there_names_what_is() {
        let (mut lock, _) = Lock::parse("id vm.a 100\nid vm.b 101\n");
        lock.used.insert("vm.a".to_owned());
        assert_eq!(lock.forget("vm.a"), Err(NotForgotten::InUse));
        assert_eq!(lock.forget("vm.c"), Err(NotForgotten::Unknown(vec!["vm.a".into(), "vm.b".into()])));
        assert_eq!(lock.forget("vm.b"), Ok(()));
        assert_eq!(lock.print(), format!("{HEADER}id vm.a 100\n"));
    }

    #[test]
    fn a_merge_that_gives_an_id_twice_is_found_on_its_line() {
        let (_, problems) = Lock::parse("id vm.a 100\nid vm.b 100\n");
        assert_eq!(problems, [(2, "id 100 is given to `vm.a` and to `vm.b`".to_owned())]);
    }
}

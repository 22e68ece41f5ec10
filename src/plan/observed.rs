//! What a cluster says that there is. Options are Proxmox's own texts, as they were answered; the plan compares them in normal
//! form, by the release of their node.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::pve::{self, Permissions, Version};

/// Why something is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// One clause: "node `still-fawn` is offline". Texts of a server are in it: it is shown like any other foreign text.
    pub why: String,
}

/// What is known, or why not.
pub type Known<T> = Result<T, Unknown>;

/// What there is.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// The release of the node that answered first.
    pub release: Known<Version>,
    /// Whether there is a majority of nodes; a node by itself is one.
    pub quorate: Known<bool>,
    /// The nodes by name.
    pub nodes: BTreeMap<String, Node>,
    /// The guests by id, those of offline nodes too.
    pub guests: BTreeMap<u32, Guest>,
    /// Storages, by node and name.
    pub storages: BTreeMap<(String, String), Storage>,
    /// Volumes that were listed, sorted by node and id; shared storages are listed on one node.
    pub volumes: Vec<Volume>,
    /// Backups that were listed: only for a scope that asks for them.
    pub backups: Vec<Backup>,
    /// What the login may do.
    pub permissions: Known<Permissions>,
    /// What was asked for and not answered, and why.
    pub lost: Vec<(String, String)>,
    /// Everything else, by path.
    pub(super) things: FxHashMap<String, Thing>,
    /// Elements of lists of which more was asked than the list tells, and not answered, by path.
    pub(super) unread: FxHashMap<String, Unknown>,
    /// Lists by path: answered, or why not.
    pub(super) lists: FxHashMap<String, Known<()>>,
    /// Storages whose content was listed, by node and name, or why not.
    pub(super) contents: BTreeMap<(String, String), Known<()>>,
    /// Whether guests that are not listed are absent.
    pub(super) guests_listed: Known<()>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Whether it answers.
    pub online: bool,
    /// Its address in the cluster.
    pub address: Option<String>,
    /// Its release, if it was told.
    pub release: Option<Version>,
    /// Whether it is the node that answered the first question.
    pub is_local: bool,
    /// Its clock in seconds since 1970, if it was asked for.
    pub time: Option<u64>,
    /// Its interfaces that guests can be plugged into; why not, if they are not known.
    pub bridges: Known<BTreeSet<String>>,
}

/// A guest.
#[derive(Clone, PartialEq, Debug)]
pub struct Guest {
    /// What it is.
    pub sort: pve::Guest,
    /// The node that it is on.
    pub node: String,
    /// What it is called.
    pub name: Option<String>,
    /// Whether it runs; of a guest on an offline node nobody knows.
    pub running: Option<bool>,
    /// Whether it is a template.
    pub template: bool,
    /// What keeps it locked: `backup`, `create`.
    pub lock: Option<String>,
    /// The pool it is in.
    pub pool: Option<String>,
    /// What HA says of it, if HA manages it.
    pub ha: Option<String>,
    /// The options of its configuration, with pending ones in it; only of guests that the scope names.
    pub config: Known<Thing>,
    /// Options that wait for the next start; only of guests that the scope names.
    pub pending: Known<Vec<Pending>>,
}

/// An option that waits for the next start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The option.
    pub option: String,
    /// What runs.
    pub running: Option<String>,
    /// What it will be; `None`: it goes.
    pub next: Option<String>,
}

/// Something with options.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Thing {
    /// Its options, as Proxmox writes them; numbers and truth values as text.
    pub options: BTreeMap<String, String>,
    /// What changes with any edit.
    pub digest: Option<String>,
}

/// A storage on a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Storage {
    /// What it may hold.
    pub content: BTreeSet<String>,
    /// Its type: `zfspool`, `dir`.
    pub sort: String,
    /// Whether it is in use.
    pub enabled: bool,
    /// Whether it can be reached.
    pub active: bool,
    /// Whether all nodes see the same.
    pub shared: bool,
    /// Bytes in all.
    pub total: Option<u64>,
    /// Bytes that are free.
    pub free: Option<u64>,
}

/// A volume on a storage.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Volume {
    /// The node it was listed on.
    pub node: String,
    /// Its storage.
    pub storage: String,
    /// What Proxmox calls it: `local-zfs:vm-107-disk-0`.
    pub id: String,
    /// What it holds: `images`, `iso`.
    pub content: String,
    /// The guest it belongs to.
    pub guest: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
}

/// A backup of a guest.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Backup {
    /// The guest.
    pub guest: u32,
    /// When it was made, in seconds since 1970.
    pub at: u64,
    /// Its storage.
    pub storage: String,
    /// What Proxmox calls it.
    pub id: String,
}

impl Unknown {
    /// For a reason.
    #[must_use]
    pub fn because(why: impl Into<String>) -> Unknown {
        Unknown { why: why.into() }
    }
}

impl Default for Observed {
    /// Nothing is known.
    fn default() -> Observed {
        let unasked = || Unknown::because("it was not asked for");
        Observed {
            release: Err(unasked()),
            quorate: Err(unasked()),
            nodes: BTreeMap::new(),
            guests: BTreeMap::new(),
            storages: BTreeMap::new(),
            volumes: Vec::new(),
            backups: Vec::new(),
            permissions: Err(unasked()),
            lost: Vec::new(),
            things: FxHashMap::default(),
            unread: FxHashMap::default(),
            lists: FxHashMap::default(),
            contents: BTreeMap::new(),
            guests_listed: Err(unasked()),
        }
    }
}

impl Observed {
    /// The release of a node: its own, or else that of the node that answered first.
    #[must_use]
    pub fn release_of(&self, node: &str) -> Option<Version> {
        self.nodes.get(node).and_then(|node| node.release).or(self.release.as_ref().ok().copied())
    }
}

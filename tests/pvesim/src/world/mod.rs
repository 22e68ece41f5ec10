//! The state of a simulated cluster: plain data, JSON in and out.
//!
//! Comes in as JSON (every field may be left out, an unknown one is refused), is changed by the areas, and goes out again as
//! the same JSON. Nothing here knows of requests: what a client may do and how it is told stands in `areas`.
//! Maps are sorted, so the same story leaves the same text.

mod access;
mod clock;
mod cluster;
mod firewall;
mod guests;
mod node;
mod sections;
mod storage;
mod tasks;

pub use access::{Access, AclEntry, Group, Realm, Role, Token, User};
pub use clock::Clock;
pub use cluster::{Cluster, Node, Pool, Release};
pub use firewall::{Firewall, IpSet, SecurityGroup};
pub use guests::{Guest, GuestKind, Power, Snapshot};
pub use node::{Certificate, Network, PciDevice, UsbDevice};
pub use sections::{Ha, Mapping, Mappings, Options};
pub use storage::{SHARED, Storage, StorageUse, Volume};
pub use tasks::{LogLine, Task, TaskStart, Tasks, Upid};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that a cluster remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// The release that every node runs; it chooses the contract.
    pub release: Release,
    /// The time of the cluster, which no real clock drives.
    pub clock: Clock,
    /// The cluster as a whole: its name and whether it is quorate.
    pub cluster: Cluster,
    /// Nodes by name. A name that is not here cannot be looked up, as on a real cluster.
    pub nodes: BTreeMap<String, Node>,
    /// Users, groups, roles, tokens and who may do what.
    pub access: Access,
    /// Pools by id; a nested pool's id has a `/`.
    pub pools: BTreeMap<String, Pool>,
    /// Guests by VMID.
    pub guests: BTreeMap<u32, Guest>,
    /// Storages by id, as `storage.cfg` has them.
    pub storages: BTreeMap<String, Storage>,
    /// Devices and directories of nodes under names of the cluster.
    pub mappings: Mappings,
    /// High availability: resources, groups (8.x) and rules (9.x).
    pub ha: Ha,
    /// Backup jobs by id.
    pub backup_jobs: BTreeMap<String, Options>,
    /// Replication jobs by id, `100-0`.
    pub replication: BTreeMap<String, Options>,
    /// Metric servers by id.
    pub metrics: BTreeMap<String, Options>,
    /// The firewall of the cluster.
    pub firewall: Firewall,
    /// Tasks, running and ended.
    pub tasks: Tasks,
}

impl World {
    /// A cluster of one node, `pve`, with the root user (password `secret`) and the storage `local`.
    ///
    /// What a newcomer gets who says nothing else; the admin port and `Options` replace it.
    pub fn small() -> World {
        let mut world = World::default();
        world.nodes.insert("pve".to_owned(), Node { id: 1, ip: "192.0.2.1".to_owned(), ..Node::default() });
        world.access.passwords.insert("root@pam".to_owned(), "secret".to_owned());
        let local = Storage::new("dir", &[("path", "/var/lib/vz"), ("content", "iso,vztmpl,backup,import")]);
        world.storages.insert("local".to_owned(), local);
        world
    }

    /// Reads a world from JSON.
    ///
    /// # Errors
    /// The reason, with its place, if the text is no world.
    pub fn from_json(text: &str) -> Result<World, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The world as JSON, indented, with the same bytes for the same state.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a world is plain data with text keys")
    }

    /// Whether a node exists and answers.
    pub fn is_online(&self, node: &str) -> bool {
        self.nodes.get(node).is_some_and(|node| node.online)
    }

    /// The pool that a guest belongs to.
    pub fn pool_of(&self, vmid: u32) -> Option<&str> {
        self.pools.iter().find(|(_, pool)| pool.guests.contains(&vmid)).map(|(id, _)| id.as_str())
    }
}

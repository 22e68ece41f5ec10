//! Storages and how full they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// One storage, as `storage.cfg` has it, and its state on the nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// The plugin: `dir`, `zfspool`, `lvmthin`, `nfs`, `pbs` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its options, as their texts in the file: `content`, `nodes`, `path`, `shared` …
    pub options: BTreeMap<String, String>,
    /// Size and use on each node that has it; on a node that is not here it has the default of [`StorageUse`].
    pub usage: BTreeMap<String, StorageUse>,
    /// What is on it, by node and name (`iso/debian.iso`, `vm-100-disk-0`); of a shared storage below the name [`SHARED`]. A volume
    /// that a guest's configuration names is there too, whether it stands here or not.
    pub volumes: BTreeMap<String, BTreeMap<String, Volume>>,
}

/// Where the volumes of a shared storage stand.
pub const SHARED: &str = "*";

/// A file or a block device on a storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Volume {
    /// Bytes.
    pub size: u64,
    /// `raw`, `qcow2`, `subvol`, `iso`, `tgz` …; by its name if it is not said.
    pub format: Option<String>,
    /// When it was made, in seconds since 1970.
    pub ctime: Option<u64>,
    /// What people wrote about a backup.
    pub notes: Option<String>,
    /// Whether a backup is kept from removal.
    pub protected: bool,
}

/// How large and how full a storage is, in bytes, and whether it can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageUse {
    /// Bytes in all.
    pub total: u64,
    /// Bytes used.
    pub used: u64,
    /// Whether it is reachable on that node.
    pub active: bool,
}

impl Default for StorageUse {
    /// 1 TiB, a tenth of it used, reachable.
    fn default() -> StorageUse {
        StorageUse { total: 1 << 40, used: (1 << 40) / 10, active: true }
    }
}

impl Storage {
    /// A storage with these options.
    pub fn new(kind: &str, options: &[(&str, &str)]) -> Storage {
        let options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Storage { kind: kind.to_owned(), options, ..Storage::default() }
    }

    /// Whether every node sees the same content.
    pub fn is_shared(&self) -> bool {
        let is_network = ["nfs", "cifs", "pbs", "rbd", "cephfs", "iscsi", "iscsidirect", "zfs", "esxi"];
        is_network.contains(&self.kind.as_str()) || self.options.get("shared").is_some_and(|value| value == "1")
    }

    /// Whether it is switched off.
    pub fn is_disabled(&self) -> bool {
        self.options.get("disable").is_some_and(|value| value == "1")
    }

    /// What may be kept on it.
    pub fn content(&self) -> BTreeSet<&str> {
        let list = self.options.get("content").map_or("", String::as_str);
        list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// Whether a node may use it.
    pub fn is_on(&self, node: &str) -> bool {
        self.options.get("nodes").is_none_or(|nodes| nodes.split(',').any(|name| name.trim() == node))
    }

    /// Below which name [`Storage::volumes`] has what a node sees.
    pub fn place<'a>(&self, node: &'a str) -> &'a str {
        if self.is_shared() { SHARED } else { node }
    }

    /// Whether it keeps files in a directory, whose volumes have other names than those of block storages.
    pub fn has_files(&self) -> bool {
        matches!(self.kind.as_str(), "dir" | "nfs" | "cifs" | "cephfs" | "btrfs")
    }

    /// Its size and use on a node.
    pub fn usage_on(&self, node: &str) -> StorageUse {
        self.usage.get(node).cloned().unwrap_or_default()
    }
}

//! Sections of configuration files whose options are kept as their texts: mappings, high availability, jobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Options of a section, as their texts in the file.
pub type Options = BTreeMap<String, String>;

/// Names of the cluster for devices and directories that each node has in its own place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mappings {
    /// PCI devices.
    pub pci: BTreeMap<String, Mapping>,
    /// USB devices.
    pub usb: BTreeMap<String, Mapping>,
    /// Directories.
    pub dir: BTreeMap<String, Mapping>,
}

/// One name and what it stands for on the nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// `description`, `mdev`, `live-migration-capable`.
    pub options: Options,
    /// A property string for each device, with its `node`.
    pub map: Vec<String>,
}

/// What the manager of high availability is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ha {
    /// Resources by id, `vm:100`.
    pub resources: BTreeMap<String, Options>,
    /// Groups of nodes, up to 8.x.
    pub groups: BTreeMap<String, Options>,
    /// Rules, from 9.0 on; each has its `type`.
    pub rules: BTreeMap<String, Options>,
}

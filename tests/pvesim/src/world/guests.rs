//! Virtual machines and containers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::firewall::Firewall;

/// What kind of guest it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuestKind {
    /// A virtual machine.
    #[default]
    Qemu,
    /// A container.
    Lxc,
}

impl GuestKind {
    /// As the API says it: `qemu`, `lxc`.
    pub fn name(self) -> &'static str {
        match self {
            GuestKind::Qemu => "qemu",
            GuestKind::Lxc => "lxc",
        }
    }
}

/// Whether a guest runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Power {
    /// It does not.
    #[default]
    Stopped,
    /// It does.
    Running,
}

impl Power {
    /// As the API says it.
    pub fn name(self) -> &'static str {
        match self {
            Power::Stopped => "stopped",
            Power::Running => "running",
        }
    }
}

/// One guest: its configuration file and whether it runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guest {
    /// Virtual machine or container.
    pub kind: GuestKind,
    /// The node that has its configuration file.
    pub node: String,
    /// Whether it runs.
    pub power: Power,
    /// The configuration, option by option, as the file has it: `memory` is `"2048"`.
    pub config: BTreeMap<String, String>,
    /// Changes that wait for a restart: the section `[PENDING]`.
    pub pending: BTreeMap<String, String>,
    /// Options whose removal waits for a restart, and whether their volume goes too.
    pub pending_delete: BTreeMap<String, bool>,
    /// Snapshots by name.
    pub snapshots: BTreeMap<String, Snapshot>,
    /// Seconds since it was started.
    pub uptime: u64,
    /// Its firewall.
    pub firewall: Firewall,
}

/// A snapshot of a guest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snapshot {
    /// The configuration when it was taken.
    pub config: BTreeMap<String, String>,
    /// The snapshot before it.
    pub parent: Option<String>,
    /// When, in seconds since 1970.
    pub snaptime: u64,
    /// Whether memory is in it.
    pub vmstate: bool,
}

impl Guest {
    /// What people call it; an unnamed one is called by kind and VMID, as the server does.
    pub fn name(&self, vmid: u32) -> String {
        let (key, prefix) = match self.kind {
            GuestKind::Qemu => ("name", "VM "),
            GuestKind::Lxc => ("hostname", "CT"),
        };
        self.config.get(key).cloned().unwrap_or_else(|| format!("{prefix}{vmid}"))
    }

    /// Whether it is a template.
    pub fn is_template(&self) -> bool {
        self.config.get("template").is_some_and(|value| value == "1")
    }

    /// Its sections of configuration files that name volumes: what holds now, what waits, and what snapshots keep.
    pub fn sections(&self) -> impl Iterator<Item = &BTreeMap<String, String>> {
        let snapshots = self.snapshots.values().map(|snapshot| &snapshot.config);
        [&self.config, &self.pending].into_iter().chain(snapshots)
    }

    /// The lock that an operation holds on it.
    pub fn lock(&self) -> Option<&str> {
        self.config.get("lock").map(String::as_str)
    }

    /// A whole number of its configuration.
    pub fn number(&self, option: &str) -> Option<u64> {
        self.config.get(option)?.parse().ok()
    }
}

//! The cluster, its nodes and its pools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::firewall::Firewall;
use super::node::{Certificate, Network, PciDevice, UsbDevice};

/// A release of Proxmox VE that can be simulated: one whose official schema we have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Release {
    /// Proxmox VE 8.4, with HA groups and the privilege `VM.Monitor`.
    #[serde(rename = "8.4")]
    V8_4,
    /// Proxmox VE 9.1, with HA rules.
    #[default]
    #[serde(rename = "9.1")]
    V9_1,
}

impl Release {
    /// Every release, oldest first.
    pub const ALL: [Release; 2] = [Release::V8_4, Release::V9_1];

    /// As it is written: `9.1`.
    pub fn name(self) -> &'static str {
        match self {
            Release::V8_4 => "8.4",
            Release::V9_1 => "9.1",
        }
    }
}

/// What is true of the cluster as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    /// The name of the cluster; a single node that never joined one has none.
    pub name: Option<String>,
    /// Whether a majority is there. Without it nothing can be written.
    pub quorate: bool,
    /// How often the membership was changed.
    pub config_version: u64,
    /// Options of `datacenter.cfg`, as their texts there.
    pub options: BTreeMap<String, String>,
}

impl Default for Cluster {
    fn default() -> Cluster {
        Cluster { name: Some("homelab".to_owned()), quorate: true, config_version: 1, options: BTreeMap::new() }
    }
}

/// One node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Node {
    /// The number in the corosync configuration.
    pub id: u32,
    /// The address that the cluster knows.
    pub ip: String,
    /// Whether it answers. What it runs is `unknown` to the others otherwise.
    pub online: bool,
    /// Threads of its processors.
    pub maxcpu: u32,
    /// Memory in bytes.
    pub maxmem: u64,
    /// Memory in use, in bytes.
    pub mem: u64,
    /// Seconds since it started.
    pub uptime: u64,
    /// SHA-256 of its certificate, `AA:BB:…`; set when a listener of the simulator serves it.
    pub ssl_fingerprint: Option<String>,
    /// By how much its clock is ahead of the cluster's, in seconds: tickets of one node may be invalid on another.
    pub clock_ahead: i64,
    /// Its network interfaces, applied and staged.
    pub network: Network,
    /// Name servers and search domain: `dns1`, `dns2`, `dns3`, `search`.
    pub dns: BTreeMap<String, String>,
    /// The text of `/etc/hosts`.
    pub hosts: String,
    /// The time zone.
    pub timezone: String,
    /// PCI devices.
    pub pci: Vec<PciDevice>,
    /// USB devices.
    pub usb: Vec<UsbDevice>,
    /// The package repositories, as the API answers them; none is not modelled.
    pub repositories: Option<serde_json::Value>,
    /// Certificates, as far as people wrote them down.
    pub certificates: Vec<Certificate>,
    /// Its firewall.
    pub firewall: Firewall,
}

impl Default for Node {
    fn default() -> Node {
        Node {
            id: 1,
            ip: "192.0.2.1".to_owned(),
            online: true,
            maxcpu: 8,
            maxmem: 32 << 30,
            mem: 8 << 30,
            uptime: 86_400,
            ssl_fingerprint: None,
            clock_ahead: 0,
            network: Network::default(),
            dns: BTreeMap::new(),
            hosts: "127.0.0.1 localhost.localdomain localhost\n".to_owned(),
            timezone: "UTC".to_owned(),
            pci: Vec::new(),
            usb: Vec::new(),
            repositories: None,
            certificates: Vec::new(),
            firewall: Firewall::default(),
        }
    }
}

/// A pool: a name for guests and storages, to give rights on them together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// What people wrote about it.
    pub comment: Option<String>,
    /// The guests in it.
    pub guests: BTreeSet<u32>,
    /// The storages in it.
    pub storages: BTreeSet<String>,
}

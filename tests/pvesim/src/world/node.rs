//! What a node has of its own: network, devices, certificates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sections::Options;

/// The network configuration of a node, in two phases: what is applied, and what is staged for the next reload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Interfaces by name, with their options as texts: `type`, `cidr`, `bridge_ports` …
    pub interfaces: BTreeMap<String, Options>,
    /// The staged configuration, whole; none if nothing is staged.
    pub staged: Option<BTreeMap<String, Options>>,
}

/// A PCI device, as the API lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PciDevice {
    /// Its address, `0000:01:00.0`.
    pub id: String,
    /// Its class, `0x030000`.
    pub class: String,
    /// `0x10de`.
    pub vendor: String,
    /// `0x2204`.
    pub device: String,
    /// The group that the IOMMU isolates; -1 is none.
    pub iommugroup: i64,
    /// Whether it can be divided into mediated devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdev: Option<u8>,
    /// The vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_name: Option<String>,
    /// The device's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
    /// `0x10de`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_vendor: Option<String>,
    /// `0x1454`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsystem_device: Option<String>,
}

/// A USB device, as the API lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UsbDevice {
    /// The bus.
    pub busnum: u32,
    /// The number on the bus.
    pub devnum: u32,
    /// The class.
    pub class: u32,
    /// How many hubs are before it.
    pub level: u32,
    /// The port.
    pub port: u32,
    /// The path of ports, `4.2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usbpath: Option<String>,
    /// `0x1d6b`.
    pub vendid: String,
    /// `0x0002`.
    pub prodid: String,
    /// `480`, in Mbit/s.
    pub speed: String,
    /// The maker's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// The product's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// A certificate of a node, as the API lists it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Certificate {
    /// `pve-ssl.pem`, `pveproxy-ssl.pem`.
    pub filename: String,
    /// SHA-256, `AA:BB:…`.
    pub fingerprint: String,
    /// Until when it is valid, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notafter: Option<u64>,
    /// From when it is valid, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notbefore: Option<u64>,
    /// Whom it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The names and addresses it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub san: Vec<String>,
}

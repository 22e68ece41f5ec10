//! The software-defined network: what Proxmox makes of it on nodes is its own business, so options stay as it takes them.

use super::{Secret, Text};
use crate::own::Entry;

/// An entry of the software-defined network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sdn<'a> {
    /// What it is.
    pub part: SdnPart,
    /// Its name; of a subnet the subnet, of a fabric's node the node.
    pub name: Text<'a>,
    /// What it is in: of a subnet the zone and the vnet, of a fabric's node twice the fabric.
    pub within: Option<(Text<'a>, Text<'a>)>,
    /// Its type as Proxmox calls it, where there are several.
    pub sort: Option<Text<'a>>,
    /// Its options as Proxmox calls them.
    pub options: Vec<(&'static str, Text<'a>)>,
    /// The option that is a secret, if it has one: `token`, `key`.
    pub secret: Option<(&'static str, Secret<'a>)>,
    /// The entries that must be there before it, by address.
    pub after: Vec<(String, Entry)>,
    /// The bridges of nodes that it stands on.
    pub bridges: Vec<(Text<'a>, Text<'a>)>,
}

/// What an entry of the software-defined network is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SdnPart {
    /// Who spreads routes.
    Controller,
    /// A server that names are written to.
    Dns,
    /// A fabric.
    Fabric,
    /// A node of a fabric.
    FabricNode,
    /// Who keeps addresses.
    Ipam,
    /// A subnet of a vnet.
    Subnet,
    /// A bridge of a zone.
    Vnet,
    /// A zone.
    Zone,
}

impl SdnPart {
    /// The facet it is of.
    #[must_use]
    pub fn entry(self) -> Entry {
        match self {
            SdnPart::Controller => Entry::SdnController,
            SdnPart::Dns => Entry::SdnDns,
            SdnPart::Fabric => Entry::SdnFabric,
            SdnPart::FabricNode => Entry::SdnFabricNode,
            SdnPart::Ipam => Entry::SdnIpam,
            SdnPart::Subnet => Entry::VnetSubnet,
            SdnPart::Vnet => Entry::Vnet,
            SdnPart::Zone => Entry::SdnZone,
        }
    }
}

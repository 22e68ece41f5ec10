//! What Proxmox is told on a node beside its guests: network, names, time, packages.

use super::Text;
use crate::own::Facet;

/// A thing of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostPart<'a> {
    /// `host.network`: a bridge.
    Bridge(Bridge<'a>),
    /// `host.network`: a VLAN interface.
    Vlan(HostVlan<'a>),
    /// `host.network`: a bridge of Open vSwitch.
    OvsBridge(OvsBridge<'a>),
    /// `host.network`: a bond of Open vSwitch.
    OvsBond(OvsBond<'a>),
    /// `host.network`: a network card as a port of an OVS bridge, where more is to be said than that it is one.
    OvsPort(OvsPort<'a>),
    /// `host.network`: the node's own end on an OVS bridge.
    InternalPort(OvsPort<'a>),
    /// `host.dns`.
    Dns(HostDns<'a>),
    /// `host.hosts`.
    Hosts(HostsFile<'a>),
    /// `host.time`.
    Time(HostTime<'a>),
    /// `host.apt`: a repository of Proxmox that is on.
    Standard(StandardRepository<'a>),
    /// `host.apt`: a repository by its place in a file.
    Repository(Repository<'a>),
}

/// What interfaces of all sorts have in common.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Interface<'a> {
    /// The node.
    pub node: Text<'a>,
    /// Its name there.
    pub name: Text<'a>,
    /// The node's own address on it, with prefix.
    pub address: Option<Text<'a>>,
    /// The default gateway.
    pub gateway: Option<Text<'a>>,
    /// The node's own IPv6 address on it, with prefix.
    pub address6: Option<Text<'a>>,
    /// The default IPv6 gateway.
    pub gateway6: Option<Text<'a>>,
    /// The largest packet, in bytes.
    pub mtu: Option<u32>,
    /// It stays down at boot.
    pub no_autostart: bool,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// How long a reload may take, in seconds; `None`: 100.
    pub reload_timeout: Option<u32>,
}

/// A Linux bridge.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bridge<'a> {
    /// Name, addresses and the like.
    pub interface: Interface<'a>,
    /// Its ports, in order.
    pub ports: Vec<Text<'a>>,
    /// It carries VLAN tags.
    pub vlan_aware: bool,
    /// The tags it carries, if not all.
    pub vlans: Option<Text<'a>>,
    /// It takes part in the spanning tree, which the API cannot be told.
    pub stp: bool,
}

/// A VLAN interface.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostVlan<'a> {
    /// Name, addresses and the like.
    pub interface: Interface<'a>,
    /// What its packets go through.
    pub device: Text<'a>,
    /// Its tag.
    pub tag: u32,
}

/// A bridge of Open vSwitch.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OvsBridge<'a> {
    /// Name, addresses and the like.
    pub interface: Interface<'a>,
    /// The network cards that are its ports, in order. Bonds and internal ports say themselves where they belong.
    pub cards: Vec<Text<'a>>,
    /// Further options.
    pub options: Option<Text<'a>>,
}

/// A port of an OVS bridge: what comes up with it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OvsPort<'a> {
    /// Name, addresses and the like.
    pub interface: Interface<'a>,
    /// Its bridge.
    pub bridge: Text<'a>,
    /// Its VLAN; `None`: all of them.
    pub tag: Option<u32>,
    /// Further options.
    pub options: Option<Text<'a>>,
}

/// A bond of Open vSwitch.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct OvsBond<'a> {
    /// What it is of its bridge.
    pub port: OvsPort<'a>,
    /// The network cards that are its ports, in order.
    pub cards: Vec<Text<'a>>,
    /// How it uses them; `None`: `active-backup`.
    pub mode: Option<Text<'a>>,
}

impl HostVlan<'_> {
    /// Whether its name says device and tag, as `enp3s0.4` does: Proxmox then takes them from there.
    #[must_use]
    pub fn says_itself(&self) -> bool {
        self.interface.name.rsplit_once('.').is_some_and(|(device, tag)| {
            device == self.device && tag.parse() == Ok(self.tag) && !tag.starts_with(['0', '+'])
        })
    }
}

/// The name servers that a node asks.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostDns<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The search domain, without which Proxmox takes no servers.
    pub domain: Option<Text<'a>>,
    /// The servers, in order.
    pub servers: Vec<Text<'a>>,
}

/// The whole of /etc/hosts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostsFile<'a> {
    /// The node.
    pub node: Text<'a>,
    /// Its lines, in order: an address and its names.
    pub entries: Vec<(Text<'a>, Vec<Text<'a>>)>,
}

/// A node's time zone.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HostTime<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The zone: `Europe/Berlin`.
    pub zone: Text<'a>,
}

/// A repository of Proxmox that is on.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct StandardRepository<'a> {
    /// The node.
    pub node: Text<'a>,
    /// What Proxmox calls it: `no-subscription`.
    pub handle: Text<'a>,
}

/// A repository by its place in a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Repository<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The file that lists it.
    pub file: Text<'a>,
    /// Its place there, from 0.
    pub index: u32,
    /// It is off.
    pub disabled: bool,
}

impl<'a> HostPart<'a> {
    /// Its facet.
    #[must_use]
    pub fn facet(&self) -> Facet {
        match self {
            HostPart::Bridge(_)
            | HostPart::Vlan(_)
            | HostPart::OvsBridge(_)
            | HostPart::OvsBond(_)
            | HostPart::OvsPort(_)
            | HostPart::InternalPort(_) => Facet::HostNetwork,
            HostPart::Dns(_) => Facet::HostDns,
            HostPart::Hosts(_) => Facet::HostHosts,
            HostPart::Time(_) => Facet::HostTime,
            HostPart::Standard(_) | HostPart::Repository(_) => Facet::HostApt,
        }
    }

    /// Its node.
    #[must_use]
    pub fn node(&self) -> &Text<'a> {
        match self {
            HostPart::Bridge(bridge) => &bridge.interface.node,
            HostPart::Vlan(vlan) => &vlan.interface.node,
            HostPart::OvsBridge(bridge) => &bridge.interface.node,
            HostPart::OvsBond(bond) => &bond.port.interface.node,
            HostPart::OvsPort(port) | HostPart::InternalPort(port) => &port.interface.node,
            HostPart::Dns(dns) => &dns.node,
            HostPart::Hosts(hosts) => &hosts.node,
            HostPart::Time(time) => &time.node,
            HostPart::Standard(repository) => &repository.node,
            HostPart::Repository(repository) => &repository.node,
        }
    }

    /// Its name and addresses, if it is an interface.
    #[must_use]
    pub fn interface(&self) -> Option<&Interface<'a>> {
        match self {
            HostPart::Bridge(bridge) => Some(&bridge.interface),
            HostPart::Vlan(vlan) => Some(&vlan.interface),
            HostPart::OvsBridge(bridge) => Some(&bridge.interface),
            HostPart::OvsBond(bond) => Some(&bond.port.interface),
            HostPart::OvsPort(port) | HostPart::InternalPort(port) => Some(&port.interface),
            HostPart::Dns(_)
            | HostPart::Hosts(_)
            | HostPart::Time(_)
            | HostPart::Standard(_)
            | HostPart::Repository(_) => None,
        }
    }
}

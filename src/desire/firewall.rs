//! Firewalls of the cluster, of nodes and of guests, part by part.

use super::Text;
use crate::own::Facet;

/// A part of a firewall.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Firewall<'a> {
    /// `firewall.options` of the cluster.
    Cluster(ClusterFirewall<'a>),
    /// `firewall.options` of a node.
    Node(Box<NodeFirewall<'a>>),
    /// `firewall.options` of a guest.
    Guest(GuestFirewall<'a>),
    /// `firewall.options` of a vnet.
    Vnet(VnetFirewall<'a>),
    /// `firewall.alias`.
    Alias(FirewallAlias<'a>),
    /// `firewall.ipset`.
    IpSet(IpSet<'a>),
    /// `firewall.group`.
    Group(SecurityGroup<'a>),
    /// `firewall.rules`.
    Rules(FirewallRules<'a>),
}

/// Whose firewall it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Protected<'a> {
    /// The cluster's.
    #[default]
    Cluster,
    /// A node's.
    Node(Text<'a>),
    /// A guest's.
    Guest(GuestOf<'a>),
    /// A vnet's.
    Vnet(Text<'a>),
}

/// A guest and where it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct GuestOf<'a> {
    /// Its node.
    pub node: Text<'a>,
    /// Its id.
    pub id: Option<u32>,
    /// It is a container.
    pub is_container: bool,
}

/// Options of a vnet's firewall.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct VnetFirewall<'a> {
    /// The vnet.
    pub vnet: Text<'a>,
    /// It is off, as Proxmox has it by default; labs that declare one mean it to be on.
    pub disabled: bool,
    /// What happens to packets in it, if not ACCEPT.
    pub forwarded: Option<Text<'a>>,
    /// Log of what was refused, if not `nolog`.
    pub log_forwarded: Option<Text<'a>>,
}

/// Options of the cluster's firewall.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ClusterFirewall<'a> {
    /// It is off, as Proxmox has it by default; labs that declare one mean it to be on.
    pub disabled: bool,
    /// What happens to packets to it, if not DROP.
    pub incoming: Option<Text<'a>>,
    /// What happens to packets from it, if not ACCEPT.
    pub outgoing: Option<Text<'a>>,
    /// What happens to packets through hosts, if not ACCEPT.
    pub forwarded: Option<Text<'a>>,
    /// Bridges do not filter.
    pub no_ebtables: bool,
    /// Limit of the log.
    pub log_limit: Option<LogLimit<'a>>,
}

/// Limit of a log.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LogLimit<'a> {
    /// It is off.
    pub disabled: bool,
    /// How often a line may come, if not `1/second`.
    pub rate: Option<Text<'a>>,
    /// How many may come at once, if not 5.
    pub burst: Option<u32>,
}

/// Options of a node's firewall; levels of logs are left out where they are `nolog`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NodeFirewall<'a> {
    /// The node.
    pub node: Text<'a>,
    /// It is off.
    pub disabled: bool,
    /// Log of what was refused on the way to it.
    pub log_incoming: Option<Text<'a>>,
    /// Log of what was refused on the way from it.
    pub log_outgoing: Option<Text<'a>>,
    /// Log of what was refused on the way through it.
    pub log_forwarded: Option<Text<'a>>,
    /// The newer firewall is used.
    pub nftables: bool,
    /// IPv6 neighbours are not found.
    pub no_ndp: bool,
    /// Packets from broadcast addresses are let through.
    pub smurfs: bool,
    /// Log of those.
    pub log_smurfs: Option<Text<'a>>,
    /// Impossible TCP flags are dropped.
    pub tcp_flags: bool,
    /// Log of those.
    pub log_tcp_flags: Option<Text<'a>>,
    /// Floods are held back.
    pub syn_flood: bool,
    /// Attempts a second, if not 200.
    pub syn_flood_rate: Option<u32>,
    /// Attempts at once, if not 1000.
    pub syn_flood_burst: Option<u32>,
    /// Connections that are tracked, if not 262144.
    pub connections: Option<u32>,
    /// Seconds that an idle one is remembered, if not 432000.
    pub connection_timeout: Option<u32>,
    /// Seconds that a half-open one is remembered, if not 60.
    pub handshake_timeout: Option<u32>,
    /// Packets of no known connection are tracked.
    pub allow_invalid: bool,
    /// Protocols with side connections, sorted.
    pub helpers: Vec<Text<'a>>,
    /// Connections are logged.
    pub log_connections: bool,
}

/// Options of a guest's firewall.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct GuestFirewall<'a> {
    /// The guest.
    pub guest: GuestOf<'a>,
    /// It is off, as Proxmox has it by default; labs that declare one mean it to be on.
    pub disabled: bool,
    /// What happens to packets to it, if not DROP.
    pub incoming: Option<Text<'a>>,
    /// What happens to packets from it, if not ACCEPT.
    pub outgoing: Option<Text<'a>>,
    /// Log of what was refused on the way to it.
    pub log_incoming: Option<Text<'a>>,
    /// Log of what was refused on the way from it.
    pub log_outgoing: Option<Text<'a>>,
    /// It may ask for a lease.
    pub dhcp: bool,
    /// IPv6 neighbours are not found.
    pub no_ndp: bool,
    /// It may announce itself as a router.
    pub router_advertisement: bool,
    /// It may send from any MAC address.
    pub any_mac: bool,
    /// It may only send from its own addresses.
    pub ip_filter: bool,
}

/// A name of an address.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FirewallAlias<'a> {
    /// Whose firewall it is for.
    pub of: Protected<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// The address or subnet.
    pub address: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

/// A set of addresses.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct IpSet<'a> {
    /// Whose firewall it is for.
    pub of: Protected<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// What is in it, sorted by address.
    pub members: Vec<Member<'a>>,
}

/// A member of a set.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Member<'a> {
    /// The address, subnet or alias.
    pub address: Text<'a>,
    /// It is not in the set, though a subnet in it has it.
    pub except: bool,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

/// A group of rules.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SecurityGroup<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// Its rules, in order.
    pub rules: Vec<FirewallRule<'a>>,
}

/// The rules of a firewall.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FirewallRules<'a> {
    /// Whose they are.
    pub of: Protected<'a>,
    /// The rules, in order.
    pub rules: Vec<FirewallRule<'a>>,
}

/// A rule.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FirewallRule<'a> {
    /// The group that stands in place of a rule.
    pub group: Option<Text<'a>>,
    /// `ACCEPT`, `DROP` or `REJECT`; nothing where there is a group.
    pub action: Option<Text<'a>>,
    /// `out` or `forward`; left out where it is `in`.
    pub direction: Option<Text<'a>>,
    /// It does not count.
    pub disabled: bool,
    /// A set of ports by name.
    pub set: Option<Text<'a>>,
    /// Protocol.
    pub protocol: Option<Text<'a>>,
    /// Where packets come from.
    pub from: Option<Text<'a>>,
    /// Where they go.
    pub to: Option<Text<'a>>,
    /// Ports that they go to.
    pub ports: Option<Text<'a>>,
    /// Ports that they come from.
    pub source_ports: Option<Text<'a>>,
    /// Type of ICMP packets.
    pub icmp_type: Option<Text<'a>>,
    /// The interface.
    pub interface: Option<Text<'a>>,
    /// Log, if any.
    pub log: Option<Text<'a>>,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

impl<'a> Firewall<'a> {
    /// Its facet.
    #[must_use]
    pub fn facet(&self) -> Facet {
        match self {
            Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) => Facet::FirewallOptions,
            Firewall::Alias(_) => Facet::FirewallAlias,
            Firewall::IpSet(_) => Facet::FirewallIpSet,
            Firewall::Group(_) => Facet::FirewallGroup,
            Firewall::Rules(_) => Facet::FirewallRules,
        }
    }

    /// Whose firewall it is a part of.
    #[must_use]
    pub fn of(&self) -> Protected<'a> {
        match self {
            Firewall::Cluster(_) | Firewall::Group(_) => Protected::Cluster,
            Firewall::Node(options) => Protected::Node(options.node.clone()),
            Firewall::Guest(options) => Protected::Guest(options.guest.clone()),
            Firewall::Vnet(options) => Protected::Vnet(options.vnet.clone()),
            Firewall::Alias(alias) => alias.of.clone(),
            Firewall::IpSet(set) => set.of.clone(),
            Firewall::Rules(rules) => rules.of.clone(),
        }
    }

    /// The node that it is on, if it is on one.
    #[must_use]
    pub fn node(&self) -> Option<&Text<'a>> {
        let of = match self {
            Firewall::Cluster(_) | Firewall::Group(_) | Firewall::Vnet(_) => return None,
            Firewall::Node(options) => return Some(&options.node),
            Firewall::Guest(options) => return Some(&options.guest.node),
            Firewall::Alias(alias) => &alias.of,
            Firewall::IpSet(set) => &set.of,
            Firewall::Rules(rules) => &rules.of,
        };
        match of {
            Protected::Cluster | Protected::Vnet(_) => None,
            Protected::Node(node) => Some(node),
            Protected::Guest(guest) => Some(&guest.node),
        }
    }
}

//! The views of what hosts are told beside their guests, of the software-defined network, and of firewalls.

use super::view::{accessor, number, shape, views};
use super::views::Bridge;
use super::{Host, Model, Network};
use crate::types::Program;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// The numbers of this file's views.
#[inline]
fn fields<'f>(model: &'f Model<'_>) -> &'f Fields {
    &model.site
}

views! {
    /// What Proxmox is told on a node, beside its guests.
    HostSystem as system of "host" {
        nic = "nic" many HostNic,
        bond = "bond" many Bond,
        bridge = "bridge" many Bridge,
        internal_port = "internal-port" many InternalPort,
        vlan = "vlan" many HostVlan,
        dns = "dns" list,
        domain = "domain" text,
        hosts = "hosts" many HostsEntry,
        timezone = "timezone" text,
        apt = "apt" one Apt,
    }
    /// A network card of a host.
    HostNic as card of "HostNic" {
        ovs_tag = "ovs-tag" int,
        ovs_options = "ovs-options" text,
    }
    /// A bond of network cards.
    Bond as bond of "Bond" {
        ovs = "ovs" flag,
        ovs_tag = "ovs-tag" int,
        ovs_options = "ovs-options" text,
        ports = "ports" list,
        mode = "mode" text,
        mtu = "mtu" int,
        comment = "comment" text,
    }
    /// A host's own end on an OVS bridge.
    InternalPort as internal_port of "InternalPort" {
        bridge = "bridge" one Bridge,
        tag = "tag" int,
        options = "options" text,
        network = "network" one Network,
        address = "address" value,
        address6 = "address6" text,
        default_route = "default-route" maybe,
        mtu = "mtu" int,
        comment = "comment" text,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A VLAN interface of a host.
    HostVlan as vlan of "HostVlan" {
        device = "device" value,
        tag = "tag" int,
        network = "network" one Network,
        address = "address" value,
        address6 = "address6" text,
        default_route = "default-route" maybe,
        mtu = "mtu" int,
        autostart = "autostart" flag,
        comment = "comment" text,
        reload_timeout = "reload-timeout" milliseconds,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A line of /etc/hosts.
    HostsEntry as hosts_entry of "HostsEntry" {
        address = "address" value,
        aliases = "aliases" list,
    }
    /// Where packages come from.
    Apt as apt of "Apt" {
        enterprise = "enterprise" flag,
        no_subscription = "no-subscription" flag,
        test = "test" flag,
        ceph = "ceph" list,
        repository = "repository" many AptRepository,
    }
    /// A repository by its place in a file.
    AptRepository as repository of "AptRepository" {
        file = "file" text,
        index = "index" int,
        enabled = "enabled" flag,
    }
    /// A zone of the software-defined network.
    SdnZone as sdn_zone of "sdn-zone" {
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Who spreads its routes.
    SdnController as sdn_controller of "sdn-controller" {
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Who keeps its addresses.
    SdnIpam as sdn_ipam of "sdn-ipam" {
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// Where its names are written.
    SdnDns as sdn_dns of "sdn-dns" {
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A bridge of a zone.
    Vnet as vnet of "vnet" {
        network = "network" one Network,
        subnet = "subnet" many SdnSubnet,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A subnet of a vnet.
    SdnSubnet as sdn_subnet of "SdnSubnet" {
        cidr = "cidr" value,
        cidr6 = "cidr6" text,
        pool = "pool" list,
    }
    /// A fabric of nodes.
    SdnFabric as sdn_fabric of "sdn-fabric" {
        node = "node" many FabricNode,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// A node of a fabric.
    FabricNode as fabric_node of "FabricNode" {
        address = "address" value,
        address6 = "address6" text,
        interface = "interface" many FabricInterface,
    }
    /// An interface of a node that leads to others.
    FabricInterface as fabric_interface of "FabricInterface" {
        address = "address" text,
        address6 = "address6" text,
        hello_multiplier = "hello-multiplier" int,
    }
    /// A firewall.
    Firewall as firewall of "firewall" {
        enabled = "enabled" flag,
        rule = "rule" many FirewallRule,
        owner = "owner" value,
        on_delete = "on-delete" text,
        adopt = "adopt" flag,
    }
    /// The cluster's firewall.
    ClusterFirewall as cluster_firewall of "firewall.Cluster" {
        incoming = "incoming" text,
        outgoing = "outgoing" text,
        forwarded = "forwarded" text,
        ebtables = "ebtables" flag,
        log_limit = "log-limit" one LogLimit,
        alias = "alias" many FirewallAlias,
        ipset = "ipset" many IpSet,
        security_group = "security-group" many SecurityGroup,
    }
    /// The firewall of hosts.
    HostFirewall as host_firewall of "firewall.Host" {
        hosts = "hosts" list,
        log_incoming = "log-incoming" text,
        log_outgoing = "log-outgoing" text,
        log_forwarded = "log-forwarded" text,
        nftables = "nftables" flag,
        ndp = "ndp" flag,
        no_smurfs = "no-smurfs" flag,
        log_smurfs = "log-smurfs" text,
        tcp_flags = "tcp-flags" flag,
        log_tcp_flags = "log-tcp-flags" text,
        syn_flood = "syn-flood" flag,
        syn_flood_rate = "syn-flood-rate" int,
        syn_flood_burst = "syn-flood-burst" int,
        connections = "connections" int,
        connection_timeout = "connection-timeout" milliseconds,
        handshake_timeout = "handshake-timeout" milliseconds,
        allow_invalid = "allow-invalid" flag,
        helpers = "helpers" list,
        log_connections = "log-connections" flag,
    }
    /// The firewall of a vnet.
    VnetFirewall as vnet_firewall of "firewall.Vnet" {
        vnet = "vnet" value,
        forwarded = "forwarded" text,
        log_forwarded = "log-forwarded" text,
    }
    /// The firewall of a guest.
    GuestFirewall as guest_firewall of "firewall.Guest" {
        guest = "guest" value,
        incoming = "incoming" text,
        outgoing = "outgoing" text,
        log_incoming = "log-incoming" text,
        log_outgoing = "log-outgoing" text,
        dhcp = "dhcp" flag,
        ndp = "ndp" flag,
        router_advertisement = "router-advertisement" flag,
        mac_filter = "mac-filter" flag,
        ip_filter = "ip-filter" flag,
        alias = "alias" many FirewallAlias,
        ipset = "ipset" many IpSet,
    }
    /// Limit of a firewall's log.
    LogLimit as log_limit of "LogLimit" {
        enabled = "enabled" flag,
        rate = "rate" text,
        burst = "burst" int,
    }
    /// A name of an address.
    FirewallAlias as alias of "FirewallAlias" {
        address = "address" value,
        comment = "comment" text,
    }
    /// A set of addresses.
    IpSet as ipset of "IpSet" {
        members = "members" list,
        except = "except" list,
        member = "member" many IpSetMember,
        comment = "comment" text,
    }
    /// A member of a set with a remark.
    IpSetMember as member of "IpSetMember" {
        address = "address" value,
        except = "except" flag,
        comment = "comment" text,
    }
    /// A group of rules.
    SecurityGroup as group of "SecurityGroup" {
        rule = "rule" many FirewallRule,
        comment = "comment" text,
    }
    /// A rule of a firewall.
    FirewallRule as rule of "FirewallRule" {
        action = "action" text,
        group = "group" one SecurityGroup,
        direction = "direction" text,
        enabled = "enabled" flag,
        set = "macro" text,
        protocol = "protocol" text,
        from = "from" list,
        to = "to" list,
        ports = "ports" list,
        source_ports = "source-ports" list,
        icmp_type = "icmp-type" text,
        interface = "interface" text,
        log = "log" text,
        comment = "comment" text,
    }
}

impl HostSystem {
    /// What a host is told.
    #[must_use]
    pub fn of_host(model: &Model<'_>, host: Host) -> HostSystem {
        HostSystem::new(model, host.id)
    }
}

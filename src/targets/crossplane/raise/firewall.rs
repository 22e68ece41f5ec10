//! Firewalls. Where a document leaves an option out, the provider's default holds: no `ndp`, `radv`, no `ebtables`.
//!
//! Source: bpg/proxmox, `proxmoxtf/resource/firewall/options.go` and `resource/cluster/firewall/firewall.go`.

use super::{Word, count, count_unless, is_off, is_on};
use crate::desire::{
    ClusterFirewall, FirewallAlias, FirewallRule, FirewallRules, GuestFirewall, GuestOf, IpSet, LogLimit, Member,
    NodeFirewall, Protected, SecurityGroup,
};
use crate::targets::crossplane::spec;

fn unless<'a>(word: Word<'a>, usual: &str) -> Word<'a> {
    word.filter(|word| word != usual)
}

/// Options of the cluster's firewall as their document has them.
pub(in crate::targets::crossplane) fn cluster(of: spec::ClusterFirewall<'_>) -> ClusterFirewall<'_> {
    ClusterFirewall {
        disabled: !is_on(of.enabled),
        incoming: unless(of.input_policy, "DROP"),
        outgoing: unless(of.output_policy, "ACCEPT"),
        forwarded: unless(of.forward_policy, "ACCEPT"),
        no_ebtables: !is_on(of.ebtables),
        log_limit: of.log_limit.map(|limit| LogLimit {
            disabled: is_off(limit.enabled),
            rate: unless(limit.rate, "1/second"),
            burst: count_unless(limit.burst, 5),
        }),
    }
}

/// Options of a node's firewall as their document has them.
pub(in crate::targets::crossplane) fn node(of: spec::NodeFirewall<'_>) -> Box<NodeFirewall<'_>> {
    Box::new(NodeFirewall {
        node: of.node_name.unwrap_or_default(),
        disabled: is_off(of.enabled),
        log_incoming: unless(of.log_level_in, "nolog"),
        log_outgoing: unless(of.log_level_out, "nolog"),
        log_forwarded: unless(of.log_level_forward, "nolog"),
        nftables: is_on(of.nftables),
        no_ndp: is_off(of.ndp),
        smurfs: is_off(of.nosmurfs),
        log_smurfs: unless(of.smurf_log_level, "nolog"),
        log_tcp_flags: unless(of.tcp_flags_log_level, "nolog"),
        connections: count_unless(of.conntrack_max, 262_144),
        connection_timeout: count_unless(of.conntrack_established, 432_000),
        ..NodeFirewall::default()
    })
}

fn guest_of<'a>(node: Word<'a>, vm: Option<i64>, container: Option<i64>) -> GuestOf<'a> {
    GuestOf { node: node.unwrap_or_default(), id: count(vm.or(container)), is_container: container.is_some() }
}

fn protected<'a>(node: Word<'a>, vm: Option<i64>, container: Option<i64>) -> Protected<'a> {
    match node {
        None => Protected::Cluster,
        Some(node) if vm.is_none() && container.is_none() => Protected::Node(node),
        node => Protected::Guest(guest_of(node, vm, container)),
    }
}

/// Options of a guest's firewall as their document has them.
pub(in crate::targets::crossplane) fn guest(of: spec::GuestFirewall<'_>) -> GuestFirewall<'_> {
    GuestFirewall {
        guest: guest_of(of.node_name, of.vm_id, of.container_id),
        disabled: !is_on(of.enabled),
        incoming: unless(of.input_policy, "DROP"),
        outgoing: unless(of.output_policy, "ACCEPT"),
        log_incoming: unless(of.log_level_in, "nolog"),
        log_outgoing: unless(of.log_level_out, "nolog"),
        dhcp: is_on(of.dhcp),
        no_ndp: !is_on(of.ndp),
        router_advertisement: !is_off(of.radv),
        any_mac: is_off(of.macfilter),
        ip_filter: is_on(of.ipfilter),
    }
}

/// A name of an address as its document has it.
pub(in crate::targets::crossplane) fn alias(of: spec::FirewallAlias<'_>) -> FirewallAlias<'_> {
    FirewallAlias {
        of: protected(of.node_name, of.vm_id, of.container_id),
        name: of.name.unwrap_or_default(),
        address: of.cidr.unwrap_or_default(),
        comment: of.comment,
    }
}

/// A set of addresses as its document has it.
pub(in crate::targets::crossplane) fn ipset(of: spec::IpSet<'_>) -> IpSet<'_> {
    let mut members: Vec<_> = of
        .cidr
        .into_iter()
        .map(|member| Member {
            address: member.name.unwrap_or_default(),
            except: is_on(member.nomatch),
            comment: member.comment,
        })
        .collect();
    members.sort();
    IpSet {
        of: protected(of.node_name, of.vm_id, of.container_id),
        name: of.name.unwrap_or_default(),
        comment: of.comment,
        members,
    }
}

/// A group of rules as its document has it.
pub(in crate::targets::crossplane) fn group(of: spec::SecurityGroup<'_>) -> SecurityGroup<'_> {
    SecurityGroup {
        name: of.name.unwrap_or_default(),
        comment: of.comment,
        rules: of.rule.into_iter().map(rule).collect(),
    }
}

/// The rules of a firewall as their document has them.
pub(in crate::targets::crossplane) fn rules(of: spec::Rules<'_>) -> FirewallRules<'_> {
    FirewallRules {
        of: protected(of.node_name, of.vm_id, of.container_id),
        rules: of.rule.into_iter().map(rule).collect(),
    }
}

fn rule(of: spec::Rule<'_>) -> FirewallRule<'_> {
    FirewallRule {
        group: of.security_group,
        action: of.action,
        direction: unless(of.kind, "in"),
        disabled: is_off(of.enabled),
        set: of.macro_name,
        protocol: of.proto,
        from: of.source,
        to: of.dest,
        ports: of.dport,
        source_ports: of.sport,
        icmp_type: None,
        interface: of.iface,
        log: unless(of.log, "nolog"),
        comment: of.comment,
    }
}

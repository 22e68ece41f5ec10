//! Firewalls. What the provider and Proxmox do by themselves differs (`ndp`, `radv`, `ebtables`), so options are all written.

use std::borrow::Cow;

use super::{Cx, maybe, number, set, unset, word};
use crate::desire::{
    ClusterFirewall, FirewallAlias, FirewallRule, FirewallRules, GuestFirewall, GuestOf, IpSet, NodeFirewall,
    Protected, SecurityGroup, Text,
};
use crate::targets::crossplane::spec;
use crate::targets::errors;

/// A word, or what Proxmox does without one.
fn or<'r>(text: &'r Option<Text<'_>>, usual: &'static str) -> Option<Text<'r>> {
    Some(Cow::Borrowed(text.as_deref().unwrap_or(usual)))
}

/// Options of the cluster's firewall as EnvironmentClusterFirewall has them.
pub(in crate::targets::crossplane) fn cluster<'r>(of: &'r ClusterFirewall<'_>) -> spec::ClusterFirewall<'r> {
    spec::ClusterFirewall {
        enabled: Some(!of.disabled),
        ebtables: Some(!of.no_ebtables),
        input_policy: or(&of.incoming, "DROP"),
        output_policy: or(&of.outgoing, "ACCEPT"),
        forward_policy: or(&of.forwarded, "ACCEPT"),
        log_limit: of.log_limit.as_ref().map(|limit| spec::LogLimit {
            enabled: Some(!limit.disabled),
            burst: number(limit.burst),
            rate: maybe(&limit.rate),
            ..spec::LogLimit::default()
        }),
        ..spec::ClusterFirewall::default()
    }
}

/// Options of a node's firewall as EnvironmentNodeFirewall has them.
pub(in crate::targets::crossplane) fn node<'r>(
    cx: &mut Cx<'r, '_>,
    of: &'r NodeFirewall<'_>,
) -> spec::NodeFirewall<'r> {
    cx.cannot_any(&[
        (of.tcp_flags, "tcp-flags"),
        (of.syn_flood, "syn-flood"),
        (of.syn_flood_rate.is_some(), "syn-flood-rate"),
        (of.syn_flood_burst.is_some(), "syn-flood-burst"),
        (of.handshake_timeout.is_some(), "handshake-timeout"),
        (of.allow_invalid, "allow-invalid"),
        (!of.helpers.is_empty(), "helpers"),
        (of.log_connections, "log-connections"),
    ]);
    spec::NodeFirewall {
        node_name: word(&of.node),
        enabled: Some(!of.disabled),
        log_level_in: maybe(&of.log_incoming),
        log_level_out: maybe(&of.log_outgoing),
        log_level_forward: maybe(&of.log_forwarded),
        ndp: unset(of.no_ndp),
        conntrack_max: number(of.connections),
        conntrack_established: number(of.connection_timeout),
        nftables: set(of.nftables),
        nosmurfs: unset(of.smurfs),
        smurf_log_level: maybe(&of.log_smurfs),
        tcp_flags_log_level: maybe(&of.log_tcp_flags),
        ..spec::NodeFirewall::default()
    }
}

/// Node, VM and container, as all kinds of firewalls name them.
fn place<'r>(cx: &mut Cx<'r, '_>, of: &'r Protected<'_>) -> (Option<Text<'r>>, Option<i64>, Option<i64>) {
    match of {
        // A vnet's is refused before.
        Protected::Cluster | Protected::Vnet(_) => (None, None, None),
        Protected::Node(node) => (word(node), None, None),
        Protected::Guest(guest) => guest_place(cx, guest),
    }
}

fn guest_place<'r>(cx: &mut Cx<'r, '_>, of: &'r GuestOf<'_>) -> (Option<Text<'r>>, Option<i64>, Option<i64>) {
    if of.id.is_none() {
        cx.cannot("guest", "the id of the guest is not known: say `id`, or run `hlab lock`");
    }
    let id = number(of.id);
    match of.is_container {
        true => (word(&of.node), None, id),
        false => (word(&of.node), id, None),
    }
}

/// Options of a guest's firewall as EnvironmentFirewallOptions has them.
pub(in crate::targets::crossplane) fn guest<'r>(
    cx: &mut Cx<'r, '_>,
    of: &'r GuestFirewall<'_>,
) -> spec::GuestFirewall<'r> {
    let (node_name, vm_id, container_id) = guest_place(cx, &of.guest);
    spec::GuestFirewall {
        node_name,
        vm_id,
        container_id,
        enabled: Some(!of.disabled),
        input_policy: or(&of.incoming, "DROP"),
        output_policy: or(&of.outgoing, "ACCEPT"),
        log_level_in: or(&of.log_incoming, "nolog"),
        log_level_out: or(&of.log_outgoing, "nolog"),
        dhcp: Some(of.dhcp),
        ndp: Some(!of.no_ndp),
        radv: Some(of.router_advertisement),
        macfilter: Some(!of.any_mac),
        ipfilter: Some(of.ip_filter),
        ..spec::GuestFirewall::default()
    }
}

/// A name of an address as EnvironmentFirewallAlias has it.
pub(in crate::targets::crossplane) fn alias<'r>(
    cx: &mut Cx<'r, '_>,
    of: &'r FirewallAlias<'_>,
) -> spec::FirewallAlias<'r> {
    let (node_name, vm_id, container_id) = place(cx, &of.of);
    spec::FirewallAlias {
        node_name,
        vm_id,
        container_id,
        name: word(&of.name),
        cidr: word(&of.address),
        comment: maybe(&of.comment),
        ..spec::FirewallAlias::default()
    }
}

/// A set of addresses as EnvironmentFirewallIPSet has it.
pub(in crate::targets::crossplane) fn ipset<'r>(cx: &mut Cx<'r, '_>, of: &'r IpSet<'_>) -> spec::IpSet<'r> {
    let (node_name, vm_id, container_id) = place(cx, &of.of);
    let members = of.members.iter().map(|member| spec::Member {
        name: word(&member.address),
        comment: maybe(&member.comment),
        nomatch: set(member.except),
        ..spec::Member::default()
    });
    spec::IpSet {
        node_name,
        vm_id,
        container_id,
        name: word(&of.name),
        comment: maybe(&of.comment),
        cidr: members.collect(),
        ..spec::IpSet::default()
    }
}

/// A group of rules as EnvironmentClusterFirewallSecurityGroup has it. Groups are the cluster's, whatever the CRD offers.
pub(in crate::targets::crossplane) fn security_group<'r>(
    cx: &mut Cx<'r, '_>,
    of: &'r SecurityGroup<'_>,
) -> spec::SecurityGroup<'r> {
    spec::SecurityGroup {
        name: word(&of.name),
        comment: maybe(&of.comment),
        rule: all_rules(cx, &of.rules),
        ..spec::SecurityGroup::default()
    }
}

/// The rules of a firewall as EnvironmentFirewallRules has them.
pub(in crate::targets::crossplane) fn rules<'r>(cx: &mut Cx<'r, '_>, of: &'r FirewallRules<'_>) -> spec::Rules<'r> {
    let (node_name, vm_id, container_id) = place(cx, &of.of);
    spec::Rules { node_name, vm_id, container_id, rule: all_rules(cx, &of.rules), ..spec::Rules::default() }
}

fn all_rules<'r>(cx: &mut Cx<'r, '_>, rules: &'r [FirewallRule<'_>]) -> Vec<spec::Rule<'r>> {
    rules.iter().enumerate().map(|(number, of)| rule(cx, number, of)).collect()
}

fn rule<'r>(cx: &mut Cx<'r, '_>, number: usize, of: &'r FirewallRule<'_>) -> spec::Rule<'r> {
    if of.icmp_type.is_some() {
        let why = format!("{} of provider {} has no field for it", cx.kind.name(), cx.release.provider());
        let origin = cx.origin(&format!("rule.{number}.icmp-type"));
        cx.diagnostics.push(errors::cannot_express(cx.request, origin, "icmp-type", &why));
    }
    let direction = of.group.is_none().then(|| Cow::Borrowed(of.direction.as_deref().unwrap_or("in")));
    spec::Rule {
        security_group: maybe(&of.group),
        action: maybe(&of.action),
        kind: direction,
        enabled: unset(of.disabled),
        macro_name: maybe(&of.set),
        proto: maybe(&of.protocol),
        source: maybe(&of.from),
        dest: maybe(&of.to),
        dport: maybe(&of.ports),
        sport: maybe(&of.source_ports),
        iface: maybe(&of.interface),
        log: maybe(&of.log),
        comment: maybe(&of.comment),
        ..spec::Rule::default()
    }
}

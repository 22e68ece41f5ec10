//! Firewalls, part by part. Rules are positional: a list of them is one option, in order.

use std::collections::BTreeMap;

use super::Subject;
use super::line::{Line, Options};
use crate::desire::{
    ClusterFirewall, Firewall, FirewallRule, GuestFirewall, GuestOf, IpSet, NodeFirewall, Protected, VnetFirewall,
};
use crate::plan::survey::encoded;

/// A part of a firewall; `None` if its guest has no id yet.
pub(super) fn firewall(part: &Firewall<'_>) -> Option<(Subject, BTreeMap<String, String>)> {
    let base = base(&part.of())?;
    let mut out = Options::default();
    let at = |what: &str| {
        let path = format!("{base}/{what}");
        Subject::Listed { list: path.clone(), path }
    };
    let named = |what: &str, name: &str| {
        let list = format!("{base}/{what}");
        Subject::Listed { path: format!("{list}/{}", encoded(name)), list }
    };
    let subject = match part {
        Firewall::Cluster(of) => {
            cluster(&mut out, of);
            at("options")
        }
        Firewall::Node(of) => {
            node(&mut out, of);
            at("options")
        }
        Firewall::Guest(of) => {
            guest(&mut out, of);
            at("options")
        }
        Firewall::Vnet(of) => {
            vnet(&mut out, of);
            at("options")
        }
        Firewall::Alias(alias) => {
            out.set("cidr", &alias.address);
            out.some("comment", alias.comment.as_ref());
            named("aliases", &alias.name)
        }
        Firewall::IpSet(set) => {
            out.some("comment", set.comment.as_ref());
            out.list("members", &members(set), "\n");
            named("ipset", &set.name)
        }
        Firewall::Group(group) => {
            out.some("comment", group.comment.as_ref());
            out.list("rules", &rules(&group.rules), "\n");
            named("groups", &group.name)
        }
        Firewall::Rules(of) => {
            out.list("rules", &rules(&of.rules), "\n");
            at("rules")
        }
    };
    Some((subject, out.0))
}

/// Where a firewall is in the API.
pub(in crate::plan) fn base(of: &Protected<'_>) -> Option<String> {
    Some(match of {
        Protected::Cluster => "/cluster/firewall".to_owned(),
        Protected::Node(node) => format!("/nodes/{}/firewall", encoded(node)),
        Protected::Vnet(vnet) => format!("/cluster/sdn/vnets/{}/firewall", encoded(vnet)),
        Protected::Guest(GuestOf { node, id, is_container }) => {
            let word = if *is_container { "lxc" } else { "qemu" };
            format!("/nodes/{}/{word}/{}/firewall", encoded(node), (*id)?)
        }
    })
}

fn members(set: &IpSet<'_>) -> Vec<String> {
    let one = |member: &crate::desire::Member<'_>| {
        let line = Line::default().key("cidr", &member.address).on("nomatch", member.except);
        line.some("comment", member.comment.as_ref()).text()
    };
    set.members.iter().map(one).collect()
}

/// Rules as the API tells them: type and action, then what they are about by name.
fn rules(rules: &[FirewallRule<'_>]) -> Vec<String> {
    rules.iter().map(rule).collect()
}

fn rule(of: &FirewallRule<'_>) -> String {
    let (sort, action) = match &of.group {
        Some(group) => ("group", &**group),
        None => (of.direction.as_deref().unwrap_or("in"), of.action.as_deref().unwrap_or_default()),
    };
    let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
    let all = [
        ("comment", &of.comment),
        ("dest", &of.to),
        ("dport", &of.ports),
        ("icmp-type", &of.icmp_type),
        ("iface", &of.interface),
        ("log", &of.log),
        ("macro", &of.set),
        ("proto", &of.protocol),
        ("source", &of.from),
        ("sport", &of.source_ports),
    ];
    keys.extend(all.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?))));
    if of.disabled {
        keys.insert("enable", "0");
    }
    line(sort, action, &keys)
}

/// A rule in one line. What holds anyway is left out.
pub(in crate::plan) fn line(sort: &str, action: &str, keys: &BTreeMap<&str, &str>) -> String {
    let mut text = format!("{sort} {action}");
    for (key, value) in keys {
        let value = value.trim_end_matches('\n').replace('\n', " ");
        let holds_anyway =
            (*key == "enable" && value == "1") || (*key == "log" && value == "nolog") || value.is_empty();
        if !holds_anyway {
            text.push_str(&format!(" {key}={value}"));
        }
    }
    text
}

fn cluster(out: &mut Options, of: &ClusterFirewall<'_>) {
    out.set("enable", u8::from(!of.disabled));
    out.some("policy_in", of.incoming.as_ref());
    out.some("policy_out", of.outgoing.as_ref());
    out.some("policy_forward", of.forwarded.as_ref());
    out.off("ebtables", of.no_ebtables);
    if let Some(limit) = &of.log_limit {
        let line = Line::default().key("enable", u8::from(!limit.disabled)).some("rate", limit.rate.as_ref());
        out.line("log_ratelimit", line.some("burst", limit.burst));
    }
}

fn node(out: &mut Options, of: &NodeFirewall<'_>) {
    out.set("enable", u8::from(!of.disabled));
    out.some("log_level_in", of.log_incoming.as_ref());
    out.some("log_level_out", of.log_outgoing.as_ref());
    out.some("log_level_forward", of.log_forwarded.as_ref());
    out.on("nftables", of.nftables);
    out.off("ndp", of.no_ndp);
    out.off("nosmurfs", of.smurfs);
    out.some("smurf_log_level", of.log_smurfs.as_ref());
    out.on("tcpflags", of.tcp_flags);
    out.some("tcp_flags_log_level", of.log_tcp_flags.as_ref());
    out.on("protection_synflood", of.syn_flood);
    out.some("protection_synflood_rate", of.syn_flood_rate);
    out.some("protection_synflood_burst", of.syn_flood_burst);
    out.some("nf_conntrack_max", of.connections);
    out.some("nf_conntrack_tcp_timeout_established", of.connection_timeout);
    out.some("nf_conntrack_tcp_timeout_syn_recv", of.handshake_timeout);
    out.on("nf_conntrack_allow_invalid", of.allow_invalid);
    out.list("nf_conntrack_helpers", &of.helpers, ",");
    out.on("log_nf_conntrack", of.log_connections);
}

fn vnet(out: &mut Options, of: &VnetFirewall<'_>) {
    out.set("enable", u8::from(!of.disabled));
    out.some("policy_forward", of.forwarded.as_ref());
    out.some("log_level_forward", of.log_forwarded.as_ref());
}

fn guest(out: &mut Options, of: &GuestFirewall<'_>) {
    out.set("enable", u8::from(!of.disabled));
    out.some("policy_in", of.incoming.as_ref());
    out.some("policy_out", of.outgoing.as_ref());
    out.some("log_level_in", of.log_incoming.as_ref());
    out.some("log_level_out", of.log_outgoing.as_ref());
    out.on("dhcp", of.dhcp);
    out.off("ndp", of.no_ndp);
    out.on("radv", of.router_advertisement);
    out.off("macfilter", of.any_mac);
    out.on("ipfilter", of.ip_filter);
}

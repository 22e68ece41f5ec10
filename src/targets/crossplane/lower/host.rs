//! What Proxmox is told on a node.

use super::{Cx, maybe, number, set, unset, word, words};
use crate::desire::{Bridge, HostDns, HostTime, HostVlan, HostsFile, Interface, Repository, StandardRepository};
use crate::targets::crossplane::spec;

/// A bridge as EnvironmentNetworkLinuxBridge has it.
pub(in crate::targets::crossplane) fn bridge<'r>(cx: &mut Cx<'r, '_>, bridge: &'r Bridge<'_>) -> spec::Bridge<'r> {
    cx.cannot_any(&[(bridge.stp, "stp")]);
    if !cx.has_1_18() {
        cx.cannot_any(&[(bridge.vlans.is_some(), "vlans")]);
    }
    let of = &bridge.interface;
    spec::Bridge {
        node_name: word(&of.node),
        name: word(&of.name),
        comment: maybe(&of.comment),
        autostart: unset(of.no_autostart),
        address: maybe(&of.address),
        gateway: maybe(&of.gateway),
        address6: maybe(&of.address6),
        gateway6: maybe(&of.gateway6),
        mtu: number(of.mtu),
        ports: words(&bridge.ports),
        vlan_aware: set(bridge.vlan_aware),
        vids: maybe(&bridge.vlans).filter(|_| cx.has_1_18()),
        timeout_reload: reload_timeout(cx, of),
        ..spec::Bridge::default()
    }
}

/// A VLAN interface as EnvironmentNetworkLinuxVlan has it, which takes device and tag from the name where it says them.
pub(in crate::targets::crossplane) fn vlan<'r>(cx: &mut Cx<'r, '_>, vlan: &'r HostVlan<'_>) -> spec::Vlan<'r> {
    let (of, says_itself) = (&vlan.interface, vlan.says_itself());
    spec::Vlan {
        node_name: word(&of.node),
        name: word(&of.name),
        interface: word(&vlan.device).filter(|_| !says_itself),
        vlan: Some(i64::from(vlan.tag)).filter(|_| !says_itself),
        comment: maybe(&of.comment),
        autostart: unset(of.no_autostart),
        address: maybe(&of.address),
        gateway: maybe(&of.gateway),
        address6: maybe(&of.address6),
        gateway6: maybe(&of.gateway6),
        mtu: number(of.mtu),
        timeout_reload: reload_timeout(cx, of),
        ..spec::Vlan::default()
    }
}

fn reload_timeout(cx: &mut Cx<'_, '_>, of: &Interface<'_>) -> Option<i64> {
    if !cx.has_1_18() {
        cx.cannot_any(&[(of.reload_timeout.is_some(), "reload-timeout")]);
        return None;
    }
    number(of.reload_timeout)
}

/// Name servers as EnvironmentDNS has them.
pub(in crate::targets::crossplane) fn host_dns<'r>(cx: &mut Cx<'r, '_>, dns: &'r HostDns<'_>) -> spec::HostDns<'r> {
    if dns.domain.is_none() {
        cx.cannot("dns", "Proxmox takes name servers only with the search domain, and `domain` is not said");
    }
    spec::HostDns {
        node_name: word(&dns.node),
        domain: maybe(&dns.domain),
        servers: words(&dns.servers),
        ..spec::HostDns::default()
    }
}

/// A hosts file as EnvironmentHosts has it.
pub(in crate::targets::crossplane) fn hosts<'r>(hosts: &'r HostsFile<'_>) -> spec::Hosts<'r> {
    let entries = hosts.entries.iter().map(|(address, names)| spec::HostsEntry {
        address: word(address),
        hostnames: words(names),
        ..spec::HostsEntry::default()
    });
    spec::Hosts { node_name: word(&hosts.node), entry: entries.collect(), ..spec::Hosts::default() }
}

/// A time zone as EnvironmentTime has it.
pub(in crate::targets::crossplane) fn time<'r>(time: &'r HostTime<'_>) -> spec::Time<'r> {
    spec::Time { node_name: word(&time.node), time_zone: word(&time.zone), ..spec::Time::default() }
}

/// A repository as EnvironmentAptRepository has it.
pub(in crate::targets::crossplane) fn repository<'r>(of: &'r Repository<'_>) -> spec::Repository<'r> {
    spec::Repository {
        node: word(&of.node),
        file_path: word(&of.file),
        index: Some(i64::from(of.index)),
        enabled: Some(!of.disabled),
        ..spec::Repository::default()
    }
}

/// A repository as EnvironmentAptStandardRepository has it.
pub(in crate::targets::crossplane) fn standard<'r>(of: &'r StandardRepository<'_>) -> spec::StandardRepository<'r> {
    spec::StandardRepository { node: word(&of.node), handle: word(&of.handle), ..spec::StandardRepository::default() }
}

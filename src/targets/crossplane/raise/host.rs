//! What Proxmox is told on a node.

use super::{count, count_unless, is_off, is_on};
use crate::desire::{Bridge, HostDns, HostTime, HostVlan, HostsFile, Interface, Repository, StandardRepository, Text};
use crate::targets::crossplane::spec;

/// A bridge as its document has it.
pub(in crate::targets::crossplane) fn bridge(bridge: spec::Bridge<'_>) -> Bridge<'_> {
    Bridge {
        interface: Interface {
            node: bridge.node_name.unwrap_or_default(),
            name: bridge.name.unwrap_or_default(),
            address: bridge.address,
            gateway: bridge.gateway,
            address6: bridge.address6,
            gateway6: bridge.gateway6,
            mtu: count(bridge.mtu),
            no_autostart: is_off(bridge.autostart),
            comment: bridge.comment,
            reload_timeout: count_unless(bridge.timeout_reload, 100),
        },
        ports: bridge.ports,
        vlan_aware: is_on(bridge.vlan_aware),
        vlans: bridge.vids,
        stp: false,
    }
}

/// A VLAN interface as its document has it, or its name.
pub(in crate::targets::crossplane) fn vlan(vlan: spec::Vlan<'_>) -> HostVlan<'_> {
    let name = vlan.name.unwrap_or_default();
    let of_name = name.rsplit_once('.').map(|(device, tag)| (device.to_owned(), tag.parse().unwrap_or_default()));
    let (device, tag) = of_name.unwrap_or_default();
    HostVlan {
        device: vlan.interface.unwrap_or(Text::Owned(device)),
        tag: count(vlan.vlan).unwrap_or(tag),
        interface: Interface {
            node: vlan.node_name.unwrap_or_default(),
            name,
            address: vlan.address,
            gateway: vlan.gateway,
            address6: vlan.address6,
            gateway6: vlan.gateway6,
            mtu: count(vlan.mtu),
            no_autostart: is_off(vlan.autostart),
            comment: vlan.comment,
            reload_timeout: count_unless(vlan.timeout_reload, 100),
        },
    }
}

/// Name servers as their document has them.
pub(in crate::targets::crossplane) fn host_dns(dns: spec::HostDns<'_>) -> HostDns<'_> {
    HostDns { node: dns.node_name.unwrap_or_default(), domain: dns.domain, servers: dns.servers }
}

/// A hosts file as its document has it.
pub(in crate::targets::crossplane) fn hosts(hosts: spec::Hosts<'_>) -> HostsFile<'_> {
    let entries = hosts.entry.into_iter().map(|entry| (entry.address.unwrap_or_default(), entry.hostnames));
    HostsFile { node: hosts.node_name.unwrap_or_default(), entries: entries.collect() }
}

/// A time zone as its document has it.
pub(in crate::targets::crossplane) fn time(time: spec::Time<'_>) -> HostTime<'_> {
    HostTime { node: time.node_name.unwrap_or_default(), zone: time.time_zone.unwrap_or_default() }
}

/// A repository as its document has it.
pub(in crate::targets::crossplane) fn repository(of: spec::Repository<'_>) -> Repository<'_> {
    Repository {
        node: of.node.unwrap_or_default(),
        file: of.file_path.unwrap_or_default(),
        index: count(of.index).unwrap_or_default(),
        disabled: is_off(of.enabled),
    }
}

/// A repository of Proxmox as its document has it.
pub(in crate::targets::crossplane) fn standard(of: spec::StandardRepository<'_>) -> StandardRepository<'_> {
    StandardRepository { node: of.node.unwrap_or_default(), handle: of.handle.unwrap_or_default() }
}

//! What Proxmox is told on a node: network, names, time, packages.

use super::{Flag, Int, Word, Words, blocks};

blocks! {
    /// EnvironmentNetworkLinuxBridge.
    Bridge {
        node_name: Word<'a> = "nodeName",
        name: Word<'a> = "name",
        comment: Word<'a> = "comment",
        autostart: Flag = "autostart",
        address: Word<'a> = "address",
        gateway: Word<'a> = "gateway",
        address6: Word<'a> = "address6",
        gateway6: Word<'a> = "gateway6",
        mtu: Int = "mtu",
        ports: Words<'a> = "ports",
        vlan_aware: Flag = "vlanAware",
        vids: Word<'a> = "vids" in SINCE_1_18,
        timeout_reload: Int = "timeoutReload" in SINCE_1_18,
    }
    /// EnvironmentNetworkLinuxVlan.
    Vlan {
        node_name: Word<'a> = "nodeName",
        name: Word<'a> = "name",
        interface: Word<'a> = "interface",
        vlan: Int = "vlan",
        comment: Word<'a> = "comment",
        autostart: Flag = "autostart",
        address: Word<'a> = "address",
        gateway: Word<'a> = "gateway",
        address6: Word<'a> = "address6",
        gateway6: Word<'a> = "gateway6",
        mtu: Int = "mtu",
        timeout_reload: Int = "timeoutReload" in SINCE_1_18,
    }
    /// EnvironmentDNS.
    HostDns { node_name: Word<'a> = "nodeName", domain: Word<'a> = "domain", servers: Words<'a> = "servers", }
    /// EnvironmentHosts.
    Hosts { node_name: Word<'a> = "nodeName", entry: Vec<HostsEntry<'a>> = "entry", }
    HostsEntry { address: Word<'a> = "address", hostnames: Words<'a> = "hostnames", }
    /// EnvironmentTime.
    Time { node_name: Word<'a> = "nodeName", time_zone: Word<'a> = "timeZone", }
    /// EnvironmentAptRepository.
    Repository {
        node: Word<'a> = "node",
        file_path: Word<'a> = "filePath",
        index: Int = "index",
        enabled: Flag = "enabled",
    }
    /// EnvironmentAptStandardRepository.
    StandardRepository { node: Word<'a> = "node", handle: Word<'a> = "handle", }
}

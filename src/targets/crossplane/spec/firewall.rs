//! Firewalls of the cluster, of nodes and of guests.

use super::{Flag, Int, Word, blocks};

blocks! {
    /// EnvironmentClusterFirewall.
    ClusterFirewall {
        enabled: Flag = "enabled",
        ebtables: Flag = "ebtables",
        input_policy: Word<'a> = "inputPolicy",
        output_policy: Word<'a> = "outputPolicy",
        forward_policy: Word<'a> = "forwardPolicy",
        log_limit: Option<LogLimit<'a>> = "logRatelimit",
    }
    LogLimit { enabled: Flag = "enabled", burst: Int = "burst", rate: Word<'a> = "rate", }
    /// EnvironmentNodeFirewall.
    NodeFirewall {
        node_name: Word<'a> = "nodeName",
        enabled: Flag = "enabled",
        log_level_in: Word<'a> = "logLevelIn",
        log_level_out: Word<'a> = "logLevelOut",
        log_level_forward: Word<'a> = "logLevelForward",
        ndp: Flag = "ndp",
        conntrack_max: Int = "nfConntrackMax",
        conntrack_established: Int = "nfConntrackTcpTimeoutEstablished",
        nftables: Flag = "nftables",
        nosmurfs: Flag = "nosmurfs",
        smurf_log_level: Word<'a> = "smurfLogLevel",
        tcp_flags_log_level: Word<'a> = "tcpFlagsLogLevel",
    }
    /// EnvironmentFirewallOptions.
    GuestFirewall {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        container_id: Int = "containerId",
        enabled: Flag = "enabled",
        input_policy: Word<'a> = "inputPolicy",
        output_policy: Word<'a> = "outputPolicy",
        log_level_in: Word<'a> = "logLevelIn",
        log_level_out: Word<'a> = "logLevelOut",
        dhcp: Flag = "dhcp",
        ndp: Flag = "ndp",
        radv: Flag = "radv",
        macfilter: Flag = "macfilter",
        ipfilter: Flag = "ipfilter",
    }
    /// EnvironmentFirewallAlias.
    FirewallAlias {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        container_id: Int = "containerId",
        name: Word<'a> = "name",
        cidr: Word<'a> = "cidr",
        comment: Word<'a> = "comment",
    }
    /// EnvironmentFirewallIPSet.
    IpSet {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        container_id: Int = "containerId",
        name: Word<'a> = "name",
        comment: Word<'a> = "comment",
        cidr: Vec<Member<'a>> = "cidr",
    }
    Member { name: Word<'a> = "name", comment: Word<'a> = "comment", nomatch: Flag = "nomatch", }
    /// EnvironmentClusterFirewallSecurityGroup.
    SecurityGroup {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        container_id: Int = "containerId",
        name: Word<'a> = "name",
        comment: Word<'a> = "comment",
        rule: Vec<Rule<'a>> = "rule",
    }
    /// EnvironmentFirewallRules.
    Rules {
        node_name: Word<'a> = "nodeName",
        vm_id: Int = "vmId",
        container_id: Int = "containerId",
        rule: Vec<Rule<'a>> = "rule",
    }
    Rule {
        security_group: Word<'a> = "securityGroup",
        action: Word<'a> = "action",
        kind: Word<'a> = "type",
        enabled: Flag = "enabled",
        macro_name: Word<'a> = "macro",
        proto: Word<'a> = "proto",
        source: Word<'a> = "source",
        dest: Word<'a> = "dest",
        dport: Word<'a> = "dport",
        sport: Word<'a> = "sport",
        iface: Word<'a> = "iface",
        log: Word<'a> = "log",
        comment: Word<'a> = "comment",
    }
}

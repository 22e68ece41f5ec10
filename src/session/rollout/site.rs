//! Commands for what Proxmox is told on nodes, and for firewalls.

use super::Told;
use crate::desire::{
    Firewall, FirewallRule, GuestOf, HostPart, HostsFile, Interface, IpSet, Object, OvsPort, Protected, Repository,
    Text,
};
use crate::targets::emit::shell::word;

/// Options of a command: ` --name value` for each that is there.
#[derive(Default)]
struct Options(String);

impl Options {
    fn add(mut self, name: &str, value: &str) -> Options {
        self.0.push_str(&format!(" --{name} {}", word(value)));
        self
    }

    fn maybe(self, name: &str, value: Option<&Text<'_>>) -> Options {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    fn number(self, name: &str, value: Option<u32>) -> Options {
        match value {
            Some(value) => self.add(name, &value.to_string()),
            None => self,
        }
    }

    /// A switch that is said only where it differs from what Proxmox does.
    fn switch(self, name: &str, differs: bool, value: &str) -> Options {
        if differs { self.add(name, value) } else { self }
    }
}

/// A part of a host in words.
pub(super) fn host(part: &HostPart<'_>, object: &Object<'_>) -> Told {
    let path = format!("/nodes/{}", part.node());
    let told = |what: String, apply: String, verify: String| Told {
        what,
        apply: Some(apply),
        verify: Some(verify),
        note: None,
    };
    match part {
        HostPart::Bridge(bridge) => {
            let options = Options::default().add("type", "bridge");
            let options = match bridge.ports.as_slice() {
                [] => options,
                ports => options.add("bridge_ports", &ports.join(" ")),
            };
            let options =
                options.switch("bridge_vlan_aware", bridge.vlan_aware, "1").maybe("bridge_vids", bridge.vlans.as_ref());
            let note =
                bridge.stp.then_some("the API does not know `stp`: say `bridge-stp on` in /etc/network/interfaces");
            let what = format!("bridge `{}` on {}", bridge.interface.name, bridge.interface.node);
            interface(what, &bridge.interface, options, object.life.adopt, note)
        }
        HostPart::Vlan(vlan) => {
            let options = Options::default().add("type", "vlan");
            let options = match vlan.says_itself() {
                true => options,
                false => options.add("vlan-raw-device", &vlan.device).add("vlan-id", &vlan.tag.to_string()),
            };
            let what = format!("VLAN interface `{}` on {}", vlan.interface.name, vlan.interface.node);
            interface(what, &vlan.interface, options, object.life.adopt, None)
        }
        HostPart::OvsBridge(bridge) => {
            let options = Options::default().add("type", "OVSBridge");
            let options = match bridge.cards.as_slice() {
                [] => options,
                cards => options.add("ovs_ports", &cards.join(" ")),
            };
            let options = options.maybe("ovs_options", bridge.options.as_ref());
            let what = format!("OVS bridge `{}` on {}", bridge.interface.name, bridge.interface.node);
            let package = "the package `openvswitch-switch` must be installed there";
            interface(what, &bridge.interface, options, object.life.adopt, Some(package))
        }
        HostPart::OvsBond(bond) => {
            let options = Options::default().add("type", "OVSBond").add("ovs_bonds", &bond.cards.join(" "));
            let options = plugged(options.maybe("bond_mode", bond.mode.as_ref()), &bond.port);
            let of = &bond.port.interface;
            interface(format!("OVS bond `{}` on {}", of.name, of.node), of, options, object.life.adopt, None)
        }
        // The card itself is there, whatever it is of.
        HostPart::OvsPort(port) => {
            let (of, options) = (&port.interface, plugged(Options::default().add("type", "OVSPort"), port));
            interface(format!("OVS port `{}` on {}", of.name, of.node), of, options, true, None)
        }
        HostPart::InternalPort(port) => {
            let (of, options) = (&port.interface, plugged(Options::default().add("type", "OVSIntPort"), port));
            interface(format!("internal port `{}` on {}", of.name, of.node), of, options, object.life.adopt, None)
        }
        HostPart::Dns(dns) => {
            let mut options = Options::default().maybe("search", dns.domain.as_ref());
            for (number, server) in dns.servers.iter().enumerate() {
                options = options.add(&format!("dns{}", number + 1), server);
            }
            let path = word(&format!("{path}/dns")).into_owned();
            let note =
                dns.domain.is_none().then(|| "Proxmox wants `--search`, too: say `domain` in the host".to_owned());
            let told = told(
                format!("name servers of {}", dns.node),
                format!("pvesh set {path}{}", options.0),
                format!("pvesh get {path}"),
            );
            Told { note, ..told }
        }
        HostPart::Hosts(hosts) => {
            let path = word(&format!("{path}/hosts")).into_owned();
            told(
                format!("hosts file of {}", hosts.node),
                format!("pvesh create {path} --data {}", word(&hosts_text(hosts))),
                format!("pvesh get {path}"),
            )
        }
        HostPart::Time(time) => {
            let path = word(&format!("{path}/time")).into_owned();
            told(
                format!("time zone of {}", time.node),
                format!("pvesh set {path} --timezone {}", word(&time.zone)),
                format!("pvesh get {path}"),
            )
        }
        HostPart::Standard(repository) => {
            let path = word(&format!("{path}/apt/repositories")).into_owned();
            told(
                format!("package repository `{}` on {}", repository.handle, repository.node),
                format!("pvesh set {path} --handle {}", word(&repository.handle)),
                format!("pvesh get {path}"),
            )
        }
        HostPart::Repository(repository) => repository_told(&path, repository),
    }
}

/// Where something is plugged in, and what goes through.
fn plugged(options: Options, port: &OvsPort<'_>) -> Options {
    options.add("ovs_bridge", &port.bridge).number("ovs_tag", port.tag).maybe("ovs_options", port.options.as_ref())
}

/// The text of a hosts file.
fn hosts_text(hosts: &HostsFile<'_>) -> String {
    let line = |(address, names): &(Text<'_>, Vec<Text<'_>>)| format!("{address} {}\n", names.join(" "));
    hosts.entries.iter().map(line).collect()
}

fn repository_told(path: &str, repository: &Repository<'_>) -> Told {
    let path = word(&format!("{path}/apt/repositories")).into_owned();
    let state = if repository.disabled { "off" } else { "on" };
    let options = Options::default()
        .add("path", &repository.file)
        .add("index", &repository.index.to_string())
        .add("enabled", if repository.disabled { "0" } else { "1" });
    Told {
        what: format!("repository {} of {} on {} is {state}", repository.index, repository.file, repository.node),
        apply: Some(format!("pvesh create {path}{}", options.0)),
        verify: Some(format!("pvesh get {path}")),
        note: None,
    }
}

/// An interface of any sort. Proxmox stages changes of the network until they are applied as a whole.
fn interface(what: String, of: &Interface<'_>, options: Options, adopt: bool, note: Option<&str>) -> Told {
    let options = options
        .maybe("cidr", of.address.as_ref())
        .maybe("gateway", of.gateway.as_ref())
        .maybe("cidr6", of.address6.as_ref())
        .maybe("gateway6", of.gateway6.as_ref())
        .number("mtu", of.mtu)
        .add("autostart", if of.no_autostart { "0" } else { "1" })
        .maybe("comments", of.comment.as_ref());
    let all = word(&format!("/nodes/{}/network", of.node)).into_owned();
    let one = word(&format!("/nodes/{}/network/{}", of.node, of.name)).into_owned();
    let change = match adopt {
        true => format!("pvesh set {one}{}", options.0),
        false => format!("pvesh create {all} --iface {}{}", word(&of.name), options.0),
    };
    let console = "a console at hand: a wrong line here cuts the node off";
    let note = match note {
        Some(note) => format!("{console}; {note}"),
        None => console.to_owned(),
    };
    Told {
        what,
        apply: Some(format!("{change} && pvesh set {all}")),
        verify: Some(format!("pvesh get {one}")),
        note: Some(note),
    }
}

/// Whose firewall it is, in words and as a path.
fn whose(of: &Protected<'_>) -> (String, String) {
    match of {
        Protected::Cluster => ("the cluster".to_owned(), "/cluster/firewall".to_owned()),
        Protected::Node(node) => (node.to_string(), format!("/nodes/{node}/firewall")),
        Protected::Vnet(vnet) => (format!("the vnet {vnet}"), format!("/cluster/sdn/vnets/{vnet}/firewall")),
        Protected::Guest(GuestOf { node, id, is_container }) => {
            let (word, sort) = if *is_container { ("container", "lxc") } else { ("VM", "qemu") };
            let id = id.map_or_else(|| "?".to_owned(), |id| id.to_string());
            (format!("{word} {id}"), format!("/nodes/{node}/{sort}/{id}/firewall"))
        }
    }
}

/// A part of a firewall in words.
pub(super) fn firewall(part: &Firewall<'_>) -> Told {
    let (who, path) = whose(&part.of());
    let at = |rest: &str| word(&format!("{path}/{rest}")).into_owned();
    let told = |what: String, apply: String, verify: String| Told {
        what,
        apply: Some(apply),
        verify: Some(format!("pvesh get {verify}")),
        note: None,
    };
    let options = |options: Options| {
        let path = at("options");
        told(format!("options of the firewall of {who}"), format!("pvesh set {path}{}", options.0), path)
    };
    match part {
        Firewall::Cluster(of) => options(cluster(of)),
        Firewall::Node(of) => options(node(of)),
        Firewall::Guest(of) => options(guest(of)),
        Firewall::Vnet(of) => options(vnet(of)),
        Firewall::Alias(alias) => {
            let options = Options::default()
                .add("name", &alias.name)
                .add("cidr", &alias.address)
                .maybe("comment", alias.comment.as_ref());
            let what = format!("alias `{}` of the firewall of {who}", alias.name);
            told(what, format!("pvesh create {}{}", at("aliases"), options.0), at(&format!("aliases/{}", alias.name)))
        }
        Firewall::IpSet(set) => {
            let one = at(&format!("ipset/{}", set.name));
            let what = format!("address set `{}` of the firewall of {who}", set.name);
            told(what, set_commands(set, &at("ipset"), &one), one)
        }
        Firewall::Group(group) => {
            let one = at(&format!("groups/{}", group.name));
            let options = Options::default().add("group", &group.name).maybe("comment", group.comment.as_ref());
            let create = format!("pvesh create {}{}", at("groups"), options.0);
            let what = format!("group of firewall rules `{}`", group.name);
            told(what, joined(Some(create), &group.rules, &one), one)
        }
        Firewall::Rules(rules) => {
            let path = at("rules");
            told(format!("rules of the firewall of {who}"), joined(None, &rules.rules, &path), path)
        }
    }
}

/// The commands that make rules. Proxmox puts each new one before the others, so the last comes first.
fn joined(first: Option<String>, rules: &[FirewallRule<'_>], path: &str) -> String {
    let rules = rules.iter().rev().map(|of| format!("pvesh create {path}{}", rule(of).0));
    first.into_iter().chain(rules).collect::<Vec<_>>().join(" && ")
}

fn set_commands(set: &IpSet<'_>, all: &str, one: &str) -> String {
    let options = Options::default().add("name", &set.name).maybe("comment", set.comment.as_ref());
    let mut commands = vec![format!("pvesh create {all}{}", options.0)];
    commands.extend(set.members.iter().map(|member| {
        let options = Options::default()
            .add("cidr", &member.address)
            .switch("nomatch", member.except, "1")
            .maybe("comment", member.comment.as_ref());
        format!("pvesh create {one}{}", options.0)
    }));
    commands.join(" && ")
}

fn rule(of: &FirewallRule<'_>) -> Options {
    let options = match (&of.group, &of.action) {
        (Some(group), _) => Options::default().add("type", "group").add("action", group),
        (None, action) => {
            let options = Options::default().add("type", of.direction.as_deref().unwrap_or("in"));
            options.maybe("action", action.as_ref())
        }
    };
    options
        .add("enable", if of.disabled { "0" } else { "1" })
        .maybe("macro", of.set.as_ref())
        .maybe("proto", of.protocol.as_ref())
        .maybe("source", of.from.as_ref())
        .maybe("dest", of.to.as_ref())
        .maybe("dport", of.ports.as_ref())
        .maybe("sport", of.source_ports.as_ref())
        .maybe("icmp-type", of.icmp_type.as_ref())
        .maybe("iface", of.interface.as_ref())
        .maybe("log", of.log.as_ref())
        .maybe("comment", of.comment.as_ref())
}

fn cluster(of: &crate::desire::ClusterFirewall<'_>) -> Options {
    let limit = of.log_limit.as_ref().map(|limit| {
        let mut text = format!("enable={}", u8::from(!limit.disabled));
        if let Some(rate) = &limit.rate {
            text.push_str(&format!(",rate={rate}"));
        }
        if let Some(burst) = limit.burst {
            text.push_str(&format!(",burst={burst}"));
        }
        Text::Owned(text)
    });
    Options::default()
        .add("enable", if of.disabled { "0" } else { "1" })
        .maybe("policy_in", of.incoming.as_ref())
        .maybe("policy_out", of.outgoing.as_ref())
        .maybe("policy_forward", of.forwarded.as_ref())
        .switch("ebtables", of.no_ebtables, "0")
        .maybe("log_ratelimit", limit.as_ref())
}

fn node(of: &crate::desire::NodeFirewall<'_>) -> Options {
    let helpers = (!of.helpers.is_empty()).then(|| Text::Owned(of.helpers.join(",")));
    Options::default()
        .add("enable", if of.disabled { "0" } else { "1" })
        .maybe("log_level_in", of.log_incoming.as_ref())
        .maybe("log_level_out", of.log_outgoing.as_ref())
        .maybe("log_level_forward", of.log_forwarded.as_ref())
        .switch("nftables", of.nftables, "1")
        .switch("ndp", of.no_ndp, "0")
        .switch("nosmurfs", of.smurfs, "0")
        .maybe("smurf_log_level", of.log_smurfs.as_ref())
        .switch("tcpflags", of.tcp_flags, "1")
        .maybe("tcp_flags_log_level", of.log_tcp_flags.as_ref())
        .switch("protection_synflood", of.syn_flood, "1")
        .number("protection_synflood_rate", of.syn_flood_rate)
        .number("protection_synflood_burst", of.syn_flood_burst)
        .number("nf_conntrack_max", of.connections)
        .number("nf_conntrack_tcp_timeout_established", of.connection_timeout)
        .number("nf_conntrack_tcp_timeout_syn_recv", of.handshake_timeout)
        .switch("nf_conntrack_allow_invalid", of.allow_invalid, "1")
        .maybe("nf_conntrack_helpers", helpers.as_ref())
        .switch("log_nf_conntrack", of.log_connections, "1")
}

fn vnet(of: &crate::desire::VnetFirewall<'_>) -> Options {
    Options::default()
        .add("enable", if of.disabled { "0" } else { "1" })
        .maybe("policy_forward", of.forwarded.as_ref())
        .maybe("log_level_forward", of.log_forwarded.as_ref())
}

fn guest(of: &crate::desire::GuestFirewall<'_>) -> Options {
    Options::default()
        .add("enable", if of.disabled { "0" } else { "1" })
        .maybe("policy_in", of.incoming.as_ref())
        .maybe("policy_out", of.outgoing.as_ref())
        .maybe("log_level_in", of.log_incoming.as_ref())
        .maybe("log_level_out", of.log_outgoing.as_ref())
        .switch("dhcp", of.dhcp, "1")
        .switch("ndp", of.no_ndp, "0")
        .switch("radv", of.router_advertisement, "1")
        .switch("macfilter", of.any_mac, "0")
        .switch("ipfilter", of.ip_filter, "1")
}

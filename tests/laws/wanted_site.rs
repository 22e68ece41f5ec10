//! Random hosts and firewalls in normal form.

use hlab::desire::{
    Bridge, ClusterFirewall, Content, Firewall, FirewallAlias, FirewallRule, FirewallRules, GuestFirewall, GuestOf,
    HostDns, HostPart, HostTime, HostVlan, HostsFile, Interface, IpSet, LogLimit, Member, NodeFirewall, Object, Place,
    Protected, Repository, SecurityGroup, StandardRepository, Text,
};
use hlab::targets::crossplane::release::Release;

use super::random::Random;
use super::wanted::{flag, is_new, number, object, some, text, word, words};

/// Everything of two hosts and of firewalls at each level.
pub fn objects(random: &mut Random, release: Release, out: &mut Vec<Object<'static>>) {
    for node in ["pve", "still-fawn"] {
        host(random, release, node, out);
        if is_new(release) {
            let options = Firewall::Node(Box::new(node_firewall(random, node)));
            out.push(firewall(random, "firewall.nodes", Place::Node(node.into()), options));
        }
        let rules = Firewall::Rules(FirewallRules { of: Protected::Node(node.into()), rules: rules(random) });
        out.push(firewall(random, "firewall.nodes", Place::Node(node.into()), rules));
    }
    let cluster = Firewall::Cluster(cluster_firewall(random));
    out.push(firewall(random, "firewall.lab", Place::Only, cluster));
    let group = SecurityGroup { name: "web".into(), comment: word(random), rules: rules(random) };
    out.push(firewall(random, "firewall.lab.security-group.web", Place::Only, Firewall::Group(group)));
    named(random, "firewall.lab", &Protected::Cluster, out);
    for is_container in [false, true] {
        let id = Some(if is_container { 201 } else { 101 });
        let guest = GuestOf { node: "pve".into(), id, is_container };
        let address = if is_container { "firewall.container" } else { "firewall.vm" };
        let options = Firewall::Guest(guest_firewall(random, guest.clone()));
        out.push(firewall(random, address, Place::Only, options));
        named(random, address, &Protected::Guest(guest), out);
    }
}

/// An alias, a set and rules of a firewall.
fn named(random: &mut Random, address: &str, of: &Protected<'static>, out: &mut Vec<Object<'static>>) {
    let alias = FirewallAlias { of: of.clone(), name: "home".into(), address: text(random), comment: word(random) };
    out.push(firewall(random, &format!("{address}.alias.home"), Place::Only, Firewall::Alias(alias)));
    let mut members: Vec<Member<'static>> = (0..random.below(4))
        .map(|_| Member { address: text(random), except: flag(random), comment: word(random) })
        .collect();
    members.sort();
    let set = IpSet { of: of.clone(), name: "admins".into(), comment: word(random), members };
    out.push(firewall(random, &format!("{address}.ipset.admins"), Place::Only, Firewall::IpSet(set)));
    let rules = FirewallRules { of: of.clone(), rules: rules(random) };
    out.push(firewall(random, address, Place::Only, Firewall::Rules(rules)));
}

/// An object with a random life; what the provider finds by an id of its own making is never taken over.
fn firewall(random: &mut Random, address: &str, place: Place<'static>, part: Firewall<'static>) -> Object<'static> {
    let (cannot_adopt, cannot_observe) = match &part {
        Firewall::Guest(_) | Firewall::Vnet(_) | Firewall::Rules(_) => (true, false),
        Firewall::Alias(_) => (false, true),
        Firewall::Cluster(_) | Firewall::Node(_) | Firewall::IpSet(_) | Firewall::Group(_) => (false, false),
    };
    let mut object = object(random, address, place, Content::Firewall(Box::new(part)));
    object.life.adopt &= !cannot_adopt;
    object.life.observe &= !cannot_observe;
    object
}

fn host(random: &mut Random, release: Release, node: &'static str, out: &mut Vec<Object<'static>>) {
    let mut add = |random: &mut Random, rest: &str, part: HostPart<'static>| {
        let is_apt = matches!(part, HostPart::Standard(_) | HostPart::Repository(_));
        let mut object = object(random, &format!("host.{node}{rest}"), Place::Only, Content::Host(Box::new(part)));
        object.life.adopt &= !is_apt;
        out.push(object);
    };
    let bridge = HostPart::Bridge(Bridge {
        interface: interface(random, release, node, "vmbr0"),
        ports: words(random),
        vlan_aware: flag(random),
        vlans: word(random).filter(|_| is_new(release)),
        stp: false,
    });
    add(random, ".bridge.vmbr0", bridge);
    for name in ["storage", "enp3s0.4", "enp3s0.04", "enp3s0.5"] {
        let (interface, device) = (interface(random, release, node, name), "enp3s0".into());
        add(random, &format!(".vlan.{name}"), HostPart::Vlan(HostVlan { interface, device, tag: 4 }));
    }
    let dns = HostDns { node: node.into(), domain: Some(text(random)), servers: words(random) };
    add(random, "", HostPart::Dns(dns));
    let entries = (0..1 + random.below(3)).map(|_| (text(random), words(random))).collect();
    add(random, "", HostPart::Hosts(HostsFile { node: node.into(), entries }));
    let zone = text(random);
    add(random, "", HostPart::Time(HostTime { node: node.into(), zone }));
    let standard = StandardRepository { node: node.into(), handle: "no-subscription".into() };
    add(random, ".apt.no-subscription", HostPart::Standard(standard));
    let (index, disabled) = (random.below(4) as u32, flag(random));
    let repository = Repository { node: node.into(), file: "/etc/apt/sources.list".into(), index, disabled };
    add(random, ".apt.repository.enterprise", HostPart::Repository(repository));
}

fn interface(random: &mut Random, release: Release, node: &'static str, name: &'static str) -> Interface<'static> {
    Interface {
        node: node.into(),
        name: name.into(),
        address: word(random),
        gateway: word(random),
        address6: word(random),
        gateway6: word(random),
        mtu: number(random),
        no_autostart: flag(random),
        comment: word(random),
        reload_timeout: number(random).filter(|_| is_new(release)),
    }
}

fn cluster_firewall(random: &mut Random) -> ClusterFirewall<'static> {
    ClusterFirewall {
        disabled: flag(random),
        incoming: policy(random, &["ACCEPT", "REJECT"]),
        outgoing: policy(random, &["DROP", "REJECT"]),
        forwarded: policy(random, &["DROP"]),
        no_ebtables: flag(random),
        log_limit: some(random, |random| LogLimit {
            disabled: flag(random),
            rate: word(random),
            burst: number(random),
        }),
    }
}

fn policy(random: &mut Random, words: &'static [&'static str]) -> Option<Text<'static>> {
    some(random, |random| (*random.pick(words)).into())
}

fn level(random: &mut Random) -> Option<Text<'static>> {
    policy(random, &["info", "debug"])
}

fn node_firewall(random: &mut Random, node: &'static str) -> NodeFirewall<'static> {
    NodeFirewall {
        node: node.into(),
        disabled: flag(random),
        log_incoming: level(random),
        log_outgoing: level(random),
        log_forwarded: level(random),
        nftables: flag(random),
        no_ndp: flag(random),
        smurfs: flag(random),
        log_smurfs: level(random),
        log_tcp_flags: level(random),
        connections: number(random),
        connection_timeout: number(random),
        ..NodeFirewall::default()
    }
}

fn guest_firewall(random: &mut Random, guest: GuestOf<'static>) -> GuestFirewall<'static> {
    GuestFirewall {
        guest,
        disabled: flag(random),
        incoming: policy(random, &["ACCEPT", "REJECT"]),
        outgoing: policy(random, &["DROP", "REJECT"]),
        log_incoming: level(random),
        log_outgoing: level(random),
        dhcp: flag(random),
        no_ndp: flag(random),
        router_advertisement: flag(random),
        any_mac: flag(random),
        ip_filter: flag(random),
    }
}

fn rules(random: &mut Random) -> Vec<FirewallRule<'static>> {
    (0..1 + random.below(3)).map(|_| rule(random)).collect()
}

fn rule(random: &mut Random) -> FirewallRule<'static> {
    let group = some(random, |_| Text::from("web"));
    let is_group = group.is_some();
    FirewallRule {
        group,
        action: (!is_group).then(|| (*random.pick(&["ACCEPT", "DROP", "REJECT"])).into()),
        direction: policy(random, &["out", "forward"]).filter(|_| !is_group),
        disabled: flag(random),
        set: word(random),
        protocol: word(random),
        from: word(random),
        to: word(random),
        ports: word(random),
        source_ports: word(random),
        icmp_type: None,
        interface: word(random),
        log: level(random),
        comment: word(random),
    }
}

//! Firewalls, part by part: options, names and sets of addresses, groups, rules.

use std::borrow::Cow;

use super::nic::with_prefix;
use super::{Cx, Life, Place, count, count_unless, errors, ip, sorted, text, unless};
use crate::base::Span;
use crate::desire::{self, ClusterFirewall, Content, GuestFirewall, GuestOf, Member, NodeFirewall, Protected, Text};
use crate::model::{self, Container, Firewall, FirewallRule, Host, IpSet, Model, SecurityGroup, Vm};
use crate::types::value::{ObjId, Value};

/// What the parts of one firewall have in common.
struct Of<'a> {
    firewall: Firewall,
    protected: Protected<'a>,
    life: Life<'a>,
    place: Place<'a>,
    is_applied: bool,
}

/// Adds the objects of a firewall.
pub(super) fn firewall<'a>(cx: &mut Cx<'a>, firewall: Firewall) {
    let model = cx.model;
    let life =
        Life { adopt: firewall.adopt(model), destroy: firewall.on_delete(model) == Some("destroy"), ..Life::default() };
    match model.world.object(firewall.id).tag.map(|tag| model.word(tag)) {
        Some("Cluster") => {
            let of = Of { firewall, protected: Protected::Cluster, life, place: Place::Only, is_applied: true };
            let view = model::ClusterFirewall::new(model, firewall.id);
            let options = cluster(model, firewall, view);
            cx.push_firewall(&of, firewall.id, desire::Firewall::Cluster(options));
            aliases(cx, &of, view.alias(model));
            sets(cx, &of, view.ipset(model));
            groups(cx, &of, view.security_group(model));
            rules(cx, &of);
        }
        Some("Host") => {
            let view = model::HostFirewall::new(model, firewall.id);
            for host in hosts(model, view) {
                let node: Text<'a> = Cow::Borrowed(model.name(host.id));
                let of = Of {
                    firewall,
                    protected: Protected::Node(node.clone()),
                    life: life.clone(),
                    place: Place::Node(node.clone()),
                    is_applied: model.is_running(host),
                };
                let options = node_options(cx, firewall, view, node);
                cx.push_firewall(&of, firewall.id, desire::Firewall::Node(Box::new(options)));
                rules(cx, &of);
            }
        }
        Some("Vnet") => {
            let view = model::VnetFirewall::new(model, firewall.id);
            let Value::Obj(vnet) = view.vnet(model) else { return };
            let vnet: Text<'a> = Cow::Borrowed(model.name(vnet));
            let protected = Protected::Vnet(vnet.clone());
            let of = Of { firewall, protected, life, place: Place::Only, is_applied: true };
            let options = desire::VnetFirewall {
                vnet,
                disabled: !firewall.enabled(model),
                forwarded: policy(view.forwarded(model), "accept"),
                log_forwarded: unless(view.log_forwarded(model), "nolog"),
            };
            cx.push_firewall(&of, firewall.id, desire::Firewall::Vnet(options));
            rules(cx, &of);
        }
        Some(_) | None => {
            let view = model::GuestFirewall::new(model, firewall.id);
            let Some((guest, host)) = guest(model, view) else { return };
            let protected = Protected::Guest(guest.clone());
            let of = Of { firewall, protected, life, place: Place::Only, is_applied: model.is_running(host) };
            cx.push_firewall(&of, firewall.id, desire::Firewall::Guest(guest_options(model, firewall, view, guest)));
            aliases(cx, &of, view.alias(model));
            sets(cx, &of, view.ipset(model));
            rules(cx, &of);
        }
    }
}

impl<'a> Cx<'a> {
    /// Adds a part of a firewall, which `at` declares.
    fn push_firewall(&mut self, of: &Of<'a>, at: ObjId, part: desire::Firewall<'a>) {
        let (life, place) = (of.life.clone(), of.place.clone());
        let content = Content::Firewall(Box::new(part));
        let address = Cow::Owned(self.model.address(at));
        self.push_at((of.firewall.id, at), address, place, life, content, of.is_applied);
    }

    /// An address as Proxmox writes it, alone: of an address, or of what has one.
    pub(super) fn address_text(&mut self, value: Value, at: Option<Span>) -> Option<Text<'a>> {
        if let Some(text) = text(self.model.text_of(value)) {
            return Some(text);
        }
        let found = self.model.address_in(value, None);
        if let (None, Value::Obj(thing)) = (found, value) {
            self.out.push(errors::no_address(at, self.model.name(thing), None));
        }
        found.map(ip)
    }

    /// An address as a rule or a set has it: a subnet, a range, an alias or a set, too.
    fn filter_text(&mut self, value: Value, at: Option<Span>) -> Option<Text<'a>> {
        let model = self.model;
        match value {
            Value::Cidr(address, prefix) => Some(Cow::Owned(with_prefix(address, prefix))),
            Value::Range(_) => {
                let ends: Vec<_> =
                    model.elements(value).iter().filter_map(|end| model.address_in(*end, None)).map(ip).collect();
                Some(Cow::Owned(ends.join("-")))
            }
            Value::Obj(thing) if model.world.object(thing).shape == model.site.alias.shape => {
                Some(Cow::Borrowed(model.key(thing)))
            }
            Value::Obj(thing) if model.world.object(thing).shape == model.site.ipset.shape => {
                Some(Cow::Owned(["+", model.key(thing)].concat()))
            }
            other => self.address_text(other, at),
        }
    }
}

/// The hosts of a firewall: all, if it names none.
fn hosts(model: &Model<'_>, firewall: model::HostFirewall) -> Vec<Host> {
    let said = firewall.hosts(model).iter();
    let said: Vec<Host> =
        said.filter_map(|value| if let Value::Obj(id) = value { Some(Host::new(model, *id)) } else { None }).collect();
    match said.as_slice() {
        [] => model.all(model.fields.host.shape).map(|id| Host::new(model, id)).collect(),
        _ => said,
    }
}

/// The guest of a firewall and its host.
fn guest<'a>(model: &'a Model<'a>, firewall: model::GuestFirewall) -> Option<(GuestOf<'a>, Host)> {
    let Value::Obj(guest) = firewall.guest(model) else { return None };
    let host = model.host(guest)?;
    let is_container = model.world.object(guest).shape == model.fields.container.shape;
    let id = match is_container {
        true => Container::new(model, guest).vmid(model),
        false => Vm::new(model, guest).vmid(model),
    };
    Some((GuestOf { node: Cow::Borrowed(model.name(host.id)), id: count(id), is_container }, host))
}

/// What happens to a packet, in Proxmox's words, if it is not what happens anyway.
fn policy(word: Option<&str>, usual: &str) -> Option<Text<'static>> {
    word.filter(|word| *word != usual).map(|word| Cow::Owned(word.to_ascii_uppercase()))
}

fn cluster<'a>(model: &'a Model<'a>, firewall: Firewall, of: model::ClusterFirewall) -> ClusterFirewall<'a> {
    ClusterFirewall {
        disabled: !firewall.enabled(model),
        incoming: policy(of.incoming(model), "drop"),
        outgoing: policy(of.outgoing(model), "accept"),
        forwarded: policy(of.forwarded(model), "accept"),
        no_ebtables: !of.ebtables(model),
        log_limit: of.log_limit(model).map(|limit| desire::LogLimit {
            disabled: !limit.enabled(model),
            rate: unless(limit.rate(model), "1/second"),
            burst: count_unless(limit.burst(model), 5),
        }),
    }
}

fn node_options<'a>(cx: &mut Cx<'a>, firewall: Firewall, of: model::HostFirewall, node: Text<'a>) -> NodeFirewall<'a> {
    let (model, numbers) = (cx.model, &cx.model.site.host_firewall);
    NodeFirewall {
        node,
        disabled: !firewall.enabled(model),
        log_incoming: unless(of.log_incoming(model), "nolog"),
        log_outgoing: unless(of.log_outgoing(model), "nolog"),
        log_forwarded: unless(of.log_forwarded(model), "nolog"),
        nftables: of.nftables(model),
        no_ndp: !of.ndp(model),
        smurfs: !of.no_smurfs(model),
        log_smurfs: unless(of.log_smurfs(model), "nolog"),
        tcp_flags: of.tcp_flags(model),
        log_tcp_flags: unless(of.log_tcp_flags(model), "nolog"),
        syn_flood: of.syn_flood(model),
        syn_flood_rate: count_unless(of.syn_flood_rate(model), 200),
        syn_flood_burst: count_unless(of.syn_flood_burst(model), 1000),
        connections: count_unless(of.connections(model), 262_144),
        connection_timeout: cx.seconds(of.connection_timeout(model), 432_000, (of.id, numbers.connection_timeout)),
        handshake_timeout: cx.seconds(of.handshake_timeout(model), 60, (of.id, numbers.handshake_timeout)),
        allow_invalid: of.allow_invalid(model),
        helpers: sorted(model, of.helpers(model)),
        log_connections: of.log_connections(model),
    }
}

fn guest_options<'a>(
    model: &'a Model<'a>,
    firewall: Firewall,
    of: model::GuestFirewall,
    guest: GuestOf<'a>,
) -> GuestFirewall<'a> {
    GuestFirewall {
        guest,
        disabled: !firewall.enabled(model),
        incoming: policy(of.incoming(model), "drop"),
        outgoing: policy(of.outgoing(model), "accept"),
        log_incoming: unless(of.log_incoming(model), "nolog"),
        log_outgoing: unless(of.log_outgoing(model), "nolog"),
        dhcp: of.dhcp(model),
        no_ndp: !of.ndp(model),
        router_advertisement: of.router_advertisement(model),
        any_mac: !of.mac_filter(model),
        ip_filter: of.ip_filter(model),
    }
}

fn aliases<'a>(cx: &mut Cx<'a>, of: &Of<'a>, aliases: impl Iterator<Item = model::FirewallAlias>) {
    let model = cx.model;
    for alias in aliases {
        let at = cx.at(alias.id, model.site.alias.address);
        let Some(address) = cx.filter_text(alias.address(model), at) else { continue };
        let part = desire::FirewallAlias {
            of: of.protected.clone(),
            name: Cow::Borrowed(model.key(alias.id)),
            address,
            comment: text(alias.comment(model)),
        };
        cx.push_firewall(of, alias.id, desire::Firewall::Alias(part));
    }
}

fn sets<'a>(cx: &mut Cx<'a>, of: &Of<'a>, sets: impl Iterator<Item = IpSet>) {
    let model = cx.model;
    for set in sets {
        let part = desire::IpSet {
            of: of.protected.clone(),
            name: Cow::Borrowed(model.key(set.id)),
            comment: text(set.comment(model)),
            members: members(cx, set),
        };
        cx.push_firewall(of, set.id, desire::Firewall::IpSet(part));
    }
}

/// The members of a set, sorted.
fn members<'a>(cx: &mut Cx<'a>, set: IpSet) -> Vec<Member<'a>> {
    let (model, numbers) = (cx.model, &cx.model.site.ipset);
    let mut members = Vec::new();
    for (list, field, except) in
        [(set.members(model), numbers.members, false), (set.except(model), numbers.except, true)]
    {
        let at = cx.at(set.id, field);
        for value in list {
            let address = cx.filter_text(*value, at);
            members.extend(address.map(|address| Member { address, except, comment: None }));
        }
    }
    for member in set.member(model) {
        let at = cx.at(member.id, model.site.member.address);
        let address = cx.filter_text(member.address(model), at);
        let (except, comment) = (member.except(model), text(member.comment(model)));
        members.extend(address.map(|address| Member { address, except, comment }));
    }
    members.sort();
    members
}

fn groups<'a>(cx: &mut Cx<'a>, of: &Of<'a>, groups: impl Iterator<Item = SecurityGroup>) {
    let model = cx.model;
    for group in groups {
        let part = desire::SecurityGroup {
            name: Cow::Borrowed(model.key(group.id)),
            comment: text(group.comment(model)),
            rules: group.rule(model).map(|of| rule(cx, of)).collect(),
        };
        cx.push_firewall(of, group.id, desire::Firewall::Group(part));
    }
}

/// The rules of a firewall, if it has any.
fn rules<'a>(cx: &mut Cx<'a>, of: &Of<'a>) {
    let rules: Vec<_> = of.firewall.rule(cx.model).map(|of| rule(cx, of)).collect();
    if !rules.is_empty() {
        let part = desire::FirewallRules { of: of.protected.clone(), rules };
        cx.push_firewall(of, of.firewall.id, desire::Firewall::Rules(part));
    }
}

/// A rule of a firewall or group by its place.
pub(super) fn rule_at(model: &Model<'_>, of: ObjId, place: usize) -> Option<ObjId> {
    let rule = match model.world.object(of).shape == model.site.group.shape {
        true => SecurityGroup::new(model, of).rule(model).nth(place),
        false => Firewall::new(model, of).rule(model).nth(place),
    };
    rule.map(|rule| rule.id)
}

fn rule<'a>(cx: &mut Cx<'a>, of: FirewallRule) -> desire::FirewallRule<'a> {
    let (model, numbers) = (cx.model, &cx.model.site.rule);
    let direction = match of.direction(model) {
        Some("outgoing") => Some(Cow::Borrowed("out")),
        Some("forwarded") => Some(Cow::Borrowed("forward")),
        Some(_) | None => None,
    };
    desire::FirewallRule {
        group: of.group(model).map(|group| Cow::Borrowed(model.key(group.id))),
        action: of.action(model).map(|action| Cow::Owned(action.to_ascii_uppercase())),
        direction,
        disabled: !of.enabled(model),
        set: text(of.set(model)),
        protocol: text(of.protocol(model)),
        from: addresses(cx, of.from(model), (of.id, numbers.from)),
        to: addresses(cx, of.to(model), (of.id, numbers.to)),
        ports: ports(model, of.ports(model)),
        source_ports: ports(model, of.source_ports(model)),
        icmp_type: text(of.icmp_type(model)),
        interface: text(of.interface(model)),
        log: unless(of.log(model), "nolog"),
        comment: text(of.comment(model)),
    }
}

fn addresses<'a>(cx: &mut Cx<'a>, values: &[Value], at: (ObjId, u16)) -> Option<Text<'a>> {
    let at = cx.at(at.0, at.1);
    let texts: Vec<Text<'a>> = values.iter().filter_map(|value| cx.filter_text(*value, at)).collect();
    listed(texts)
}

/// `80,443,8000:8100,ssh`
fn ports<'a>(model: &'a Model<'a>, values: &[Value]) -> Option<Text<'a>> {
    let port = |value: &Value| match value {
        Value::Int(port) => Some(Cow::Owned(port.to_string())),
        Value::Range(_) => {
            let ends = model.elements(*value).iter();
            let ends: Vec<String> =
                ends.filter_map(|end| if let Value::Int(end) = end { Some(end.to_string()) } else { None }).collect();
            Some(Cow::Owned(ends.join(":")))
        }
        other => text(model.text_of(*other)),
    };
    listed(values.iter().filter_map(port).collect())
}

fn listed(mut texts: Vec<Text<'_>>) -> Option<Text<'_>> {
    match texts.len() {
        0 => None,
        1 => texts.pop(),
        _ => Some(Cow::Owned(texts.join(","))),
    }
}

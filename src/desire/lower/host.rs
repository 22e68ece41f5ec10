//! What Proxmox is told on hosts, where the project gives their facets an owner: a host's blocks are facts first.

use std::borrow::Cow;

use super::nic::with_prefix;
use super::{Cx, Life, Place, count, errors, ip, ovs, text, texts};
use crate::desire::{
    Bridge, Content, HostDns, HostPart, HostTime, HostVlan, HostsFile, Interface, OvsBridge, Repository,
    StandardRepository, Text,
};
use crate::model::{self, Apt, Host, HostSystem, InternalPort, Model, Network};
use crate::own::{Facet, Owner};
use crate::types::value::{ObjId, Value};

/// Adds the objects of a host.
pub(super) fn host(cx: &mut Cx<'_>, host: Host) {
    let is_wished = |cx: &Cx<'_>, facet| cx.owned.owner(cx.model, host.id, facet) != Owner::None;
    let system = HostSystem::of_host(cx.model, host);
    if is_wished(cx, Facet::HostNetwork) {
        network(cx, host, system);
    }
    if is_wished(cx, Facet::HostDns) {
        dns(cx, host, system);
    }
    if is_wished(cx, Facet::HostHosts) {
        hosts(cx, host, system);
    }
    if is_wished(cx, Facet::HostTime)
        && let Some(zone) = text(system.timezone(cx.model))
    {
        let part = HostPart::Time(HostTime { node: node(cx.model, host), zone });
        cx.push_host(host, host.id, "", Life::default(), part);
    }
    if is_wished(cx, Facet::HostApt)
        && let Some(apt) = system.apt(cx.model)
    {
        repositories(cx, host, apt);
    }
}

pub(super) fn node<'a>(model: &'a Model<'a>, host: Host) -> Text<'a> {
    Cow::Borrowed(model.name(host.id))
}

impl<'a> Cx<'a> {
    /// Adds a part of a host: `at` declares it, and `rest` is what its address has besides.
    pub(super) fn push_host(&mut self, host: Host, at: ObjId, rest: &str, life: Life<'a>, part: HostPart<'a>) {
        let mut address = self.model.address(at);
        if !rest.is_empty() {
            address.push('.');
            address.push_str(rest);
        }
        let is_applied = self.model.is_running(host);
        let content = Content::Host(Box::new(part));
        self.push_at((host.id, at), Cow::Owned(address), Place::Only, life, content, is_applied);
    }
}

pub(super) fn life(adopt: bool, on_delete: Option<&str>) -> Life<'static> {
    Life { adopt, destroy: on_delete == Some("destroy"), ..Life::default() }
}

/// What says an interface's network and addresses.
pub(super) struct Addressed<'a> {
    pub id: ObjId,
    pub network: Option<Network>,
    pub address: Value,
    pub address6: Option<&'a str>,
    /// The numbers of the fields `network` and `address`.
    pub fields: (u16, u16),
}

/// Bridges, VLAN interfaces, and what is of Open vSwitch.
fn network<'a>(cx: &mut Cx<'a>, host: Host, system: HostSystem) {
    let model = cx.model;
    let bridges: Vec<model::Bridge> = system.bridge(model).collect();
    let vlans: Vec<model::HostVlan> = system.vlan(model).collect();
    let internal: Vec<InternalPort> = system.internal_port(model).collect();
    let at = |id, said, network, address: Value, address6: Option<&str>| Way {
        id,
        said,
        network,
        has_address: address.is_known() || address6.is_some(),
    };
    let ways = bridges
        .iter()
        .map(|of| at(of.id, of.default_route(model), of.network(model), of.address(model), of.address6(model)));
    let ways = ways.chain(
        vlans
            .iter()
            .map(|of| at(of.id, of.default_route(model), of.network(model), of.address(model), of.address6(model))),
    );
    let ways = ways.chain(
        internal
            .iter()
            .map(|of| at(of.id, of.default_route(model), of.network(model), of.address(model), of.address6(model))),
    );
    let route = default_route(model, &ways.collect::<Vec<_>>());
    for of in &bridges {
        bridge(cx, host, *of, route == Some(of.id));
    }
    for of in vlans {
        vlan(cx, host, of, route == Some(of.id));
    }
    ovs::ports(cx, host, system, &bridges);
    for of in internal {
        ovs::internal_port(cx, host, of, route == Some(of.id));
    }
}

/// The names of ports.
fn keys<'a>(model: &'a Model<'a>, ports: &[Value]) -> Vec<Text<'a>> {
    let name = |value: &Value| if let Value::Obj(port) = value { Some(Cow::Borrowed(model.key(*port))) } else { None };
    ports.iter().filter_map(name).collect()
}

fn bridge<'a>(cx: &mut Cx<'a>, host: Host, of: model::Bridge, is_route: bool) {
    let (model, numbers) = (cx.model, &cx.model.fields.bridge);
    let interface = Interface {
        mtu: count(of.mtu(model)),
        no_autostart: !of.autostart(model),
        comment: text(of.comment(model)),
        reload_timeout: cx.seconds(of.reload_timeout(model), 100, (of.id, numbers.reload_timeout)),
        ..addressed(
            cx,
            host,
            is_route,
            &Addressed {
                id: of.id,
                network: of.network(model),
                address: of.address(model),
                address6: of.address6(model),
                fields: (numbers.network, numbers.address),
            },
        )
    };
    let part = match of.ovs(model) {
        true => HostPart::OvsBridge(OvsBridge {
            interface,
            cards: ovs::cards(model, of.ports(model)),
            options: text(of.ovs_options(model)),
        }),
        false => HostPart::Bridge(Bridge {
            interface,
            ports: keys(model, of.ports(model)),
            vlan_aware: of.vlan_aware(model),
            vlans: text(of.vlans(model)),
            stp: of.stp(model),
        }),
    };
    cx.push_host(host, of.id, "", life(of.adopt(model), of.on_delete(model)), part);
}

fn vlan<'a>(cx: &mut Cx<'a>, host: Host, of: model::HostVlan, is_route: bool) {
    let (model, numbers) = (cx.model, &cx.model.site.vlan);
    let interface = Interface {
        mtu: count(of.mtu(model)),
        no_autostart: !of.autostart(model),
        comment: text(of.comment(model)),
        reload_timeout: cx.seconds(of.reload_timeout(model), 100, (of.id, numbers.reload_timeout)),
        ..addressed(
            cx,
            host,
            is_route,
            &Addressed {
                id: of.id,
                network: of.network(model),
                address: of.address(model),
                address6: of.address6(model),
                fields: (numbers.network, numbers.address),
            },
        )
    };
    let device = if let Value::Obj(device) = of.device(model) { model.key(device) } else { "" };
    let part = HostVlan { interface, device: Cow::Borrowed(device), tag: count(of.tag(model)).unwrap_or_default() };
    cx.push_host(host, of.id, "", life(of.adopt(model), of.on_delete(model)), HostPart::Vlan(part));
}

/// An interface that the default route may go through.
struct Way {
    id: ObjId,
    said: Option<bool>,
    network: Option<Network>,
    has_address: bool,
}

/// The interface that has the default route: the one that says so, or the first with an address whose network has a gateway.
fn default_route(model: &Model<'_>, ways: &[Way]) -> Option<ObjId> {
    let has_gateway = |network: Network| network.gateway(model).is_known() || network.gateway6(model).is_some();
    let said = ways.iter().find(|way| way.said == Some(true));
    let is_usual = |way: &&Way| way.said.is_none() && way.has_address && way.network.is_some_and(has_gateway);
    said.or_else(|| ways.iter().find(is_usual)).map(|way| way.id)
}

/// Name, addresses and gateways of an interface.
pub(super) fn addressed<'a>(cx: &mut Cx<'a>, host: Host, is_route: bool, of: &Addressed<'a>) -> Interface<'a> {
    let model = cx.model;
    let mut out = Interface {
        node: node(model, host),
        name: Cow::Borrowed(model.key(of.id)),
        address6: text(of.address6),
        ..Interface::default()
    };
    if let Value::Ip(address) = of.address {
        match of.network.map(|network| (network, network.cidr(model))) {
            Some((_, Value::Cidr(_, prefix))) => out.address = Some(Cow::Owned(with_prefix(address, prefix))),
            Some((network, _)) => {
                let at = cx.at(of.id, of.fields.0);
                cx.out.push(errors::no_prefix(at, model.name(network.id), Some(model.span(network.id))));
            }
            None => {
                let at = cx.at(of.id, of.fields.1);
                cx.out.push(errors::no_network(at, model.key(of.id)));
            }
        }
    }
    if let Some(network) = of.network.filter(|_| is_route) {
        let gateway = model.address_in(network.gateway(model), Some(network)).map(ip);
        out.gateway = gateway.filter(|_| out.address.is_some());
        out.gateway6 = text(network.gateway6(model)).filter(|_| out.address6.is_some());
    }
    out
}

fn dns<'a>(cx: &mut Cx<'a>, host: Host, system: HostSystem) {
    let model = cx.model;
    let at = cx.at(host.id, model.site.system.dns);
    let servers: Vec<Text<'a>> = system.dns(model).iter().filter_map(|server| cx.address_text(*server, at)).collect();
    let domain = text(system.domain(model));
    if !servers.is_empty() {
        let part = HostPart::Dns(HostDns { node: node(model, host), domain, servers });
        cx.push_host(host, host.id, "", Life::default(), part);
    }
}

fn hosts<'a>(cx: &mut Cx<'a>, host: Host, system: HostSystem) {
    let model = cx.model;
    let mut entries = Vec::new();
    for entry in system.hosts(model) {
        let at = cx.at(entry.id, model.site.hosts_entry.address);
        let Some(address) = cx.address_text(entry.address(model), at) else { continue };
        let mut names = vec![Cow::Borrowed(model.key(entry.id))];
        names.extend(texts(model, entry.aliases(model)));
        entries.push((address, names));
    }
    if entries.is_empty() {
        return;
    }
    // Proxmox does not start its cluster file system on a node whose own name leads nowhere.
    let own = model.name(host.id);
    if !entries.iter().any(|(_, names)| names.iter().any(|name| name == own)) {
        cx.out.push(errors::not_in_hosts(Some(model.span(host.id)), own));
    }
    let part = HostPart::Hosts(HostsFile { node: node(model, host), entries });
    cx.push_host(host, host.id, "", Life::default(), part);
}

fn repositories<'a>(cx: &mut Cx<'a>, host: Host, apt: Apt) {
    let model = cx.model;
    let flags = [
        (apt.enterprise(model), "enterprise"),
        (apt.no_subscription(model), "no-subscription"),
        (apt.test(model), "test"),
    ];
    let standard = flags.into_iter().filter(|(is_on, _)| *is_on);
    let mut handles: Vec<(Text<'a>, String)> =
        standard.map(|(_, handle)| (Cow::Borrowed(handle), handle.to_owned())).collect();
    for ceph in texts(model, apt.ceph(model)) {
        let handle = (Cow::Owned(format!("ceph-{ceph}")), format!("ceph.{ceph}"));
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    for (handle, rest) in handles {
        let part = HostPart::Standard(StandardRepository { node: node(model, host), handle });
        cx.push_host(host, apt.id, &rest, Life::default(), part);
    }
    for repository in apt.repository(model) {
        let part = HostPart::Repository(Repository {
            node: node(model, host),
            file: Cow::Borrowed(repository.file(model).unwrap_or_default()),
            index: count(repository.index(model)).unwrap_or_default(),
            disabled: !repository.enabled(model),
        });
        cx.push_host(host, repository.id, "", Life::default(), part);
    }
}

//! The software-defined network: fabrics, controllers, where addresses and names are kept, zones, vnets and their subnets.

use std::borrow::Cow;

use super::access::life;
use super::nic::with_prefix;
use super::{Cx, Life, Place, Text, errors, ip, secret, text};
use crate::desire::{Content, Entry, Sdn, SdnPart, Secret};
use crate::eval::show;
use crate::model::{FabricNode, Host, Model, SdnController, SdnDns, SdnFabric, SdnIpam, SdnSubnet, SdnZone, Vnet};
use crate::own;
use crate::types::value::{ObjId, Value};

/// How the value of a field becomes an option.
#[derive(Clone, Copy)]
enum How {
    /// As it is; of things of the lab, their names.
    AsIs,
    /// The opposite of a flag.
    Opposite,
    /// Of things of the lab, their addresses.
    Address,
    /// A word where a flag is on.
    Word(&'static str),
}

use How::{Address, AsIs, Opposite, Word};

/// An option, the field that says it, and how; fields of other variants are not there.
type Row = (&'static str, &'static str, How);

const ZONE: &[Row] = &[
    ("mtu", "mtu", AsIs),
    ("ipam", "ipam", AsIs),
    ("dns", "dns", AsIs),
    ("reversedns", "reverse-dns", AsIs),
    ("dnszone", "domain", AsIs),
    ("dhcp", "dhcp", Word("dnsmasq")),
    ("bridge", "bridge", AsIs),
    ("bridge-disable-mac-learning", "mac-learning", Opposite),
    ("tag", "tag", AsIs),
    ("vlan-protocol", "protocol", AsIs),
    ("peers", "peers", Address),
    ("fabric", "fabric", AsIs),
    ("vxlan-port", "port", AsIs),
    ("controller", "controller", AsIs),
    ("vrf-vxlan", "vrf-vxlan", AsIs),
    ("mac", "mac", AsIs),
    ("exitnodes", "exit-nodes", AsIs),
    ("exitnodes-primary", "primary-exit-node", AsIs),
    ("exitnodes-local-routing", "exit-nodes-reach-guests", AsIs),
    ("advertise-subnets", "advertise-subnets", AsIs),
    ("disable-arp-nd-suppression", "arp-suppression", Opposite),
    ("rt-import", "import-targets", AsIs),
];

const VNET: &[Row] = &[
    ("tag", "tag", AsIs),
    ("alias", "alias", AsIs),
    ("vlanaware", "vlan-aware", AsIs),
    ("isolate-ports", "isolate-ports", AsIs),
];

const SUBNET: &[Row] = &[
    ("gateway", "gateway", AsIs),
    ("gateway", "gateway6", AsIs),
    ("snat", "snat", AsIs),
    ("dhcp-dns-server", "dns", Address),
    ("dnszoneprefix", "domain-prefix", AsIs),
];

const CONTROLLER: &[Row] = &[
    ("node", "node", AsIs),
    ("asn", "asn", AsIs),
    ("peers", "peers", Address),
    ("fabric", "fabric", AsIs),
    ("ebgp", "external", AsIs),
    ("ebgp-multihop", "hops", AsIs),
    ("loopback", "loopback", AsIs),
    ("bgp-multipath-as-path-relax", "relax-multipath", AsIs),
    ("isis-domain", "domain", AsIs),
    ("isis-net", "net", AsIs),
    ("isis-ifaces", "interfaces", AsIs),
];

const IPAM: &[Row] = &[("url", "url", AsIs), ("section", "section", AsIs), ("fingerprint", "fingerprint", AsIs)];

const DNS: &[Row] = &[
    ("url", "url", AsIs),
    ("ttl", "ttl", AsIs),
    ("reversemaskv6", "reverse-prefix6", AsIs),
    ("fingerprint", "fingerprint", AsIs),
];

const FABRIC: &[Row] = &[
    ("ip_prefix", "cidr", AsIs),
    ("ip6_prefix", "cidr6", AsIs),
    ("hello_interval", "hello-interval", AsIs),
    ("csnp_interval", "list-interval", AsIs),
    ("area", "area", AsIs),
];

/// Adds the objects of the whole software-defined network.
pub(super) fn all(cx: &mut Cx<'_>) {
    let model = cx.model;
    let site = &model.site;
    for id in model.all(site.sdn_fabric.shape) {
        fabric(cx, SdnFabric::new(model, id));
    }
    for id in model.all(site.sdn_ipam.shape) {
        let (of, sdn) = (SdnIpam::new(model, id), named(cx, SdnPart::Ipam, id, IPAM));
        let sdn = Sdn { secret: hidden(model, id, "token"), ..sdn };
        push(cx, id, life(of.adopt(model), of.on_delete(model)), sdn);
    }
    for id in model.all(site.sdn_dns.shape) {
        let (of, sdn) = (SdnDns::new(model, id), named(cx, SdnPart::Dns, id, DNS));
        let sdn = Sdn { secret: hidden(model, id, "key"), ..sdn };
        push(cx, id, life(of.adopt(model), of.on_delete(model)), sdn);
    }
    for id in model.all(site.sdn_controller.shape) {
        let (of, sdn) = (SdnController::new(model, id), named(cx, SdnPart::Controller, id, CONTROLLER));
        push(cx, id, life(of.adopt(model), of.on_delete(model)), sdn);
    }
    for id in model.all(site.sdn_zone.shape) {
        zone(cx, SdnZone::new(model, id));
    }
    for id in model.all(site.vnet.shape) {
        vnet(cx, Vnet::new(model, id));
    }
}

fn push<'a>(cx: &mut Cx<'a>, id: ObjId, life: Life<'a>, sdn: Sdn<'a>) {
    cx.entry(id, life, Entry::Sdn(sdn));
}

/// Adds a part of a resource, which says who owns it.
fn push_part<'a>(cx: &mut Cx<'a>, of: (ObjId, ObjId), life: Life<'a>, sdn: Sdn<'a>) {
    let address = Cow::Owned(cx.model.address(of.1));
    cx.push_at(of, address, Place::Only, life, Content::Entry(Box::new(Entry::Sdn(sdn))), true);
}

fn hidden<'a>(model: &'a Model<'a>, id: ObjId, field: &'static str) -> Option<(&'static str, Secret<'a>)> {
    Some((field, secret(model, model.named(id, field))?))
}

/// An entry with its name, its type and its options.
fn named<'a>(cx: &mut Cx<'a>, part: SdnPart, id: ObjId, rows: &[Row]) -> Sdn<'a> {
    let model = cx.model;
    let sort = model.world.object(id).tag.map(|tag| Cow::Owned(model.word(tag).to_ascii_lowercase()));
    let mut sdn = Sdn {
        part,
        name: Cow::Borrowed(model.name(id)),
        within: None,
        sort,
        options: Vec::new(),
        secret: None,
        after: Vec::new(),
        bridges: Vec::new(),
    };
    for (option, field, how) in rows {
        let Some(value) = model.unusual(id, field) else { continue };
        if let Value::Obj(other) = value
            && let Some(entry) = entry_of(model, other)
        {
            sdn.after.push((model.resource(other).to_owned(), entry));
        }
        if let Some(text) = option_text(cx, id, value, *how) {
            sdn.options.push((option, text));
        }
    }
    sdn
}

/// What another resource of the software-defined network is.
fn entry_of(model: &Model<'_>, id: ObjId) -> Option<own::Entry> {
    let (shape, site) = (model.world.object(id).shape, &model.site);
    let known = [
        (site.sdn_fabric.shape, own::Entry::SdnFabric),
        (site.sdn_ipam.shape, own::Entry::SdnIpam),
        (site.sdn_dns.shape, own::Entry::SdnDns),
        (site.sdn_controller.shape, own::Entry::SdnController),
    ];
    known.into_iter().find_map(|(of, entry)| (of == shape).then_some(entry))
}

/// A value as Proxmox takes it; none if it says nothing.
fn option_text<'a>(cx: &mut Cx<'a>, id: ObjId, value: Value, how: How) -> Option<Text<'a>> {
    let model = cx.model;
    match (value, how) {
        (Value::Null, _) => None,
        (Value::Bool(flag), Word(word)) => flag.then_some(Cow::Borrowed(word)),
        (Value::Bool(flag), Opposite) => Some(Cow::Borrowed(if flag { "0" } else { "1" })),
        (Value::Bool(flag), _) => Some(Cow::Borrowed(if flag { "1" } else { "0" })),
        (Value::Int(number), _) => Some(Cow::Owned(number.to_string())),
        (Value::Ip(address), _) => Some(ip(address)),
        (Value::Cidr(address, prefix), _) => Some(Cow::Owned(with_prefix(address, prefix))),
        (Value::Obj(_), Address) => cx.address_text(value, Some(model.span(id))),
        (Value::Obj(thing), _) => Some(Cow::Borrowed(model.name(thing))),
        (Value::Duration(milliseconds), _) => {
            if !milliseconds.is_multiple_of(1000) {
                cx.out.push(errors::not_whole(Some(model.span(id)), "whole seconds"));
            }
            Some(Cow::Owned((milliseconds / 1000).to_string()))
        }
        (Value::List(_), _) => {
            let each = model.elements(value).iter().filter_map(|value| option_text(cx, id, *value, how));
            let each: Vec<Text<'_>> = each.collect();
            (!each.is_empty()).then(|| Cow::Owned(each.join(",")))
        }
        (other, _) => {
            text(model.text_of(other)).or_else(|| Some(Cow::Owned(show::text(model.program, model.world, other))))
        }
    }
}

fn zone(cx: &mut Cx<'_>, of: SdnZone) {
    let model = cx.model;
    let mut sdn = named(cx, SdnPart::Zone, of.id, ZONE);
    let hosts: Vec<Host> = model.hosts(of.id);
    let nodes: Vec<Text<'_>> = hosts.iter().map(|host| Cow::Borrowed(model.name(host.id))).collect();
    if model.says_where(of.id) {
        sdn.options.insert(0, ("nodes", Cow::Owned(nodes.join(","))));
    }
    let bridge = sdn.options.iter().find(|(option, _)| *option == "bridge").map(|(_, bridge)| bridge.clone());
    if let Some(bridge) = bridge {
        sdn.bridges = nodes.into_iter().map(|node| (node, bridge.clone())).collect();
    }
    push(cx, of.id, life(of.adopt(model), of.on_delete(model)), sdn);
}

fn vnet(cx: &mut Cx<'_>, of: Vnet) {
    let model = cx.model;
    let Some(zone) = model.zone(of.id) else { return };
    let mut sdn = named(cx, SdnPart::Vnet, of.id, VNET);
    sdn.options.insert(0, ("zone", Cow::Borrowed(model.name(zone))));
    sdn.after.push((model.resource(zone).to_owned(), own::Entry::SdnZone));
    let life = || life(of.adopt(model), of.on_delete(model));
    push(cx, of.id, life(), sdn);
    for subnet in of.subnet(model) {
        let mut sdn = named(cx, SdnPart::Subnet, subnet.id, SUBNET);
        let Some(name) = addresses(model, of, subnet) else { continue };
        sdn.name = name;
        sdn.within = Some((Cow::Borrowed(model.name(zone)), Cow::Borrowed(model.name(of.id))));
        sdn.options.extend(subnet.pool(model).iter().filter_map(|pool| Some(("dhcp-range", range(model, *pool)?))));
        sdn.after.push((model.resource(of.id).to_owned(), own::Entry::Vnet));
        push_part(cx, (of.id, subnet.id), life(), sdn);
    }
}

/// The addresses of a subnet: its own, or those of its vnet's network.
fn addresses<'a>(model: &'a Model<'a>, vnet: Vnet, subnet: SdnSubnet) -> Option<Text<'a>> {
    if let Some(cidr6) = subnet.cidr6(model) {
        return Some(Cow::Borrowed(cidr6));
    }
    let of_network = || vnet.network(model).map(|network| network.cidr(model));
    match (subnet.cidr(model), of_network()) {
        (Value::Cidr(address, prefix), _) | (_, Some(Value::Cidr(address, prefix))) => {
            Some(Cow::Owned(with_prefix(address, prefix)))
        }
        // It would not have passed the checks of its kind.
        _ => None,
    }
}

/// `start-address=10.0.0.50,end-address=10.0.0.99`, and alike with addresses of IPv6.
fn range<'a>(model: &Model<'a>, pool: Value) -> Option<Text<'a>> {
    let Value::Obj(pool) = pool else { return None };
    let ends = ["range", "range6"].into_iter().flat_map(|field| model.elements(model.named(pool, field)));
    let ends = ends.filter_map(|end| match end {
        Value::Str(address) => Some(Cow::Borrowed(model.word(*address))),
        other => model.address_in(*other, None).map(ip),
    });
    let ends: Vec<Text<'_>> = ends.collect();
    let [first, last] = ends.as_slice() else { return None };
    Some(Cow::Owned(format!("start-address={first},end-address={last}")))
}

fn fabric(cx: &mut Cx<'_>, of: SdnFabric) {
    let model = cx.model;
    let life = || life(of.adopt(model), of.on_delete(model));
    let sdn = named(cx, SdnPart::Fabric, of.id, FABRIC);
    let protocol = sdn.sort.clone();
    push(cx, of.id, life(), sdn);
    for node in of.node(model) {
        let mut sdn = named(cx, SdnPart::FabricNode, node.id, &[("ip", "address", AsIs), ("ip6", "address6", AsIs)]);
        let name = || Cow::Borrowed(model.name(of.id));
        sdn.name = Cow::Borrowed(model.target(node.id).map_or("", |host| model.name(host)));
        sdn.within = Some((name(), name()));
        sdn.sort.clone_from(&protocol);
        sdn.options.extend(interfaces(model, node).map(|interface| ("interfaces", interface)));
        sdn.after.push((model.resource(of.id).to_owned(), own::Entry::SdnFabric));
        push_part(cx, (of.id, node.id), life(), sdn);
    }
}

/// `name=enp2s0,ip=10.31.0.1/31`
fn interfaces<'a>(model: &'a Model<'a>, node: FabricNode) -> impl Iterator<Item = Text<'a>> {
    node.interface(model).map(move |of| {
        let mut text = format!("name={}", model.key(of.id));
        for (key, value) in [("ip", of.address(model)), ("ip6", of.address6(model))] {
            if let Some(value) = value {
                text.push_str(&format!(",{key}={value}"));
            }
        }
        if let Some(count) = of.hello_multiplier(model) {
            text.push_str(&format!(",hello_multiplier={count}"));
        }
        Cow::Owned(text)
    })
}

//! What is plugged into bridges of Open vSwitch, and comes up with them: bonds, network cards, and the host's own ends.

use std::borrow::Cow;

use super::host::{Addressed, addressed, life, node};
use super::{Cx, Life, Text, count, text, unless};
use crate::desire::{HostPart, Interface, OvsBond, OvsPort};
use crate::model::{Bond, Bridge, Host, HostNic, HostSystem, InternalPort, Model};
use crate::types::value::{ObjId, Value};

/// The network cards among ports.
pub(super) fn cards<'a>(model: &'a Model<'a>, ports: &[Value]) -> Vec<Text<'a>> {
    let shape = model.site.card.shape;
    let card = |value: &Value| match value {
        Value::Obj(port) if model.world.object(*port).shape == shape => Some(Cow::Borrowed(model.key(*port))),
        _ => None,
    };
    ports.iter().filter_map(card).collect()
}

/// Bonds of Open vSwitch, and the network cards of which more is to be said than that they are ports.
pub(super) fn ports(cx: &mut Cx<'_>, host: Host, system: HostSystem, bridges: &[Bridge]) {
    let model = cx.model;
    let of_ovs = || bridges.iter().filter(|bridge| bridge.ovs(model));
    // What is no port of an OVS bridge did not pass the checks of its kind.
    let bridge_of = |port: ObjId| of_ovs().find(|bridge| bridge.ports(model).contains(&Value::Obj(port)));
    for bond in system.bond(model).filter(|bond| bond.ovs(model)) {
        let Some(bridge) = bridge_of(bond.id) else { continue };
        self::bond(cx, host, bond, *bridge);
    }
    for card in system.nic(model) {
        if card.ovs_tag(model).is_none() && card.ovs_options(model).is_none() {
            continue;
        }
        let Some(bridge) = bridge_of(card.id) else { continue };
        self::card(cx, host, card, *bridge);
    }
}

/// A port that says no more of itself. It comes up with its bridge, and never alone.
fn port<'a>(model: &'a Model<'a>, host: Host, port: ObjId, bridge: Bridge) -> OvsPort<'a> {
    let interface = Interface {
        node: node(model, host),
        name: Cow::Borrowed(model.key(port)),
        no_autostart: true,
        ..Interface::default()
    };
    OvsPort { interface, bridge: Cow::Borrowed(model.key(bridge.id)), ..OvsPort::default() }
}

fn bond(cx: &mut Cx<'_>, host: Host, bond: Bond, bridge: Bridge) {
    let model = cx.model;
    let mut port = port(model, host, bond.id, bridge);
    port.interface.mtu = count(bond.mtu(model));
    port.interface.comment = text(bond.comment(model));
    port.tag = count(bond.ovs_tag(model));
    port.options = text(bond.ovs_options(model));
    let part =
        OvsBond { port, cards: cards(model, bond.ports(model)), mode: unless(bond.mode(model), "active-backup") };
    cx.push_host(host, bond.id, "", Life::default(), HostPart::OvsBond(part));
}

fn card(cx: &mut Cx<'_>, host: Host, card: HostNic, bridge: Bridge) {
    let model = cx.model;
    let mut port = port(model, host, card.id, bridge);
    port.tag = count(card.ovs_tag(model));
    port.options = text(card.ovs_options(model));
    cx.push_host(host, card.id, "", Life::default(), HostPart::OvsPort(port));
}

/// The host's own end on an OVS bridge.
pub(super) fn internal_port(cx: &mut Cx<'_>, host: Host, of: InternalPort, is_route: bool) {
    let (model, numbers) = (cx.model, &cx.model.site.internal_port);
    let Some(bridge) = of.bridge(model) else { return };
    let at = Addressed {
        id: of.id,
        network: of.network(model),
        address: of.address(model),
        address6: of.address6(model),
        fields: (numbers.network, numbers.address),
    };
    let interface = Interface {
        mtu: count(of.mtu(model)),
        no_autostart: true,
        comment: text(of.comment(model)),
        ..addressed(cx, host, is_route, &at)
    };
    let part = OvsPort {
        interface,
        bridge: Cow::Borrowed(model.key(bridge.id)),
        tag: count(of.tag(model)),
        options: text(of.options(model)),
    };
    cx.push_host(host, of.id, "", life(of.adopt(model), of.on_delete(model)), HostPart::InternalPort(part));
}

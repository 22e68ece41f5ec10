//! Network cards, and the addresses that cloud-init gives them.

use std::borrow::Cow;

use super::usual::Usual;
use super::{Cx, count, errors, ip, slot_number, text};
use crate::desire::{self, IpConfig};
use crate::model::{CloudInit, Host, Network, Nic, Vm};
use crate::types::value::Value;

pub(super) fn nics<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host) -> Vec<desire::Nic<'a>> {
    let mut nics: Vec<desire::Nic<'a>> = vm.nic(cx.model).map(|nic| one(cx, nic, host)).collect();
    if nics.len() > 1 {
        nics.sort_by_key(|nic| nic.slot);
    }
    nics
}

fn one<'a>(cx: &Cx<'a>, nic: Nic, host: Host) -> desire::Nic<'a> {
    let model = cx.model;
    let of_network = || nic.network(model).and_then(|network| network.vlan(model));
    let mut out = desire::Nic {
        slot: slot_number(model.key(nic.id)),
        // Without a bridge it would not have passed the checks of its kind.
        bridge: Cow::Borrowed(model.bridge(nic, host).map_or("", |bridge| model.key(bridge.id))),
        model: Cow::Borrowed(nic.model(model).unwrap_or("virtio")),
        mac: if let Value::Mac(mac) = nic.mac(model) { Some(Cow::Owned(mac_text(mac))) } else { None },
        vlan: count(nic.vlan(model).or_else(of_network)),
        firewall: nic.firewall(model),
        ..desire::Nic::default()
    };
    if !cx.usual.nic.covers(nic.said()) {
        seldom(cx, nic, &mut out);
    }
    out
}

/// What most cards say nothing of.
fn seldom(cx: &Cx<'_>, nic: Nic, out: &mut desire::Nic<'_>) {
    let model = cx.model;
    let tags = nic.trunks(model).iter();
    out.trunks = tags.filter_map(|value| if let Value::Int(tag) = value { count(Some(*tag)) } else { None }).collect();
    out.trunks.sort_unstable();
    out.trunks.dedup();
    out.disconnected = !nic.connected(model);
    out.mtu = count(nic.mtu(model));
    out.queues = count(nic.queues(model)).filter(|queues| *queues != 0);
    out.rate = nic.rate(model).map(|bits| bits as f64 / 8e6).filter(|rate| *rate != 0.0);
}

/// What [`one`] and [`addresses`] read of every card.
pub(super) fn usual(cx: &Cx<'_>) -> Usual {
    let fields = &cx.model.fields.nic;
    let read = [
        fields.network,
        fields.via,
        fields.model,
        fields.mac,
        fields.vlan,
        fields.firewall,
        fields.address,
        fields.config,
        fields.gateway,
        fields.address6,
        fields.gateway6,
    ];
    Usual::of(&read, |out| seldom(cx, Nic::UNSAID, out))
}

/// `BC:24:11:90:21:DF`
fn mac_text(mac: u64) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = [b':'; 17];
    for (pair, byte) in text.chunks_mut(3).zip(&mac.to_be_bytes()[2..]) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    // Digits, letters and colons are always text.
    String::from_utf8_lossy(&text).into_owned()
}

/// The addresses of all cards, as cloud-init is told.
pub(super) fn addresses<'a>(cx: &mut Cx<'a>, vm: Vm, init: CloudInit) -> Vec<IpConfig<'a>> {
    let model = cx.model;
    let mode = init.address(model).unwrap_or("dhcp");
    let mut all = Vec::new();
    for nic in vm.nic(model) {
        let mut config = IpConfig { slot: slot_number(model.key(nic.id)), ..IpConfig::default() };
        match nic.config(model).unwrap_or(mode) {
            "dhcp" => config.ip = Some(Cow::Borrowed("dhcp")),
            "static" => fixed(cx, nic, &mut config),
            _ => {}
        }
        config.ip6 = text(nic.address6(model));
        let is_fixed = config.ip6.as_deref().is_some_and(|ip6| ip6 != "dhcp" && ip6 != "auto");
        let of_network = || nic.network(model).and_then(|network| network.gateway6(model)).filter(|_| is_fixed);
        config.gateway6 = text(nic.gateway6(model).or_else(of_network));
        if config.ip.is_some() || config.ip6.is_some() {
            all.push(config);
        }
    }
    if all.len() > 1 {
        all.sort_by_key(|config| config.slot);
    }
    all
}

/// A static address: with the prefix length and the gateway of its network.
fn fixed<'a>(cx: &mut Cx<'a>, nic: Nic, config: &mut IpConfig<'a>) {
    let model = cx.model;
    let (Some(network), Value::Ip(address)) = (nic.network(model), nic.address(model)) else { return };
    let Value::Cidr(_, prefix) = network.cidr(model) else {
        let at = cx.at(nic.id, model.fields.nic.network);
        cx.out.push(errors::no_prefix(at, model.name(network.id), Some(model.span(network.id))));
        return;
    };
    config.ip = Some(Cow::Owned(with_prefix(address, prefix)));
    config.gateway = gateway(cx, nic, network);
}

/// `10.0.0.5/8`
pub(super) fn with_prefix(address: u32, prefix: u8) -> String {
    let mut text = address_text(address);
    text.push('/');
    decimal(&mut text, prefix);
    text
}

/// `10.0.0.5`, without a formatter: a lab has as many of these as guests.
pub(super) fn address_text(address: u32) -> String {
    let mut text = String::with_capacity(18);
    for (place, byte) in address.to_be_bytes().into_iter().enumerate() {
        if place > 0 {
            text.push('.');
        }
        decimal(&mut text, byte);
    }
    text
}

fn decimal(text: &mut String, number: u8) {
    for unit in [100, 10] {
        if number >= unit {
            text.push(char::from(b'0' + number / unit % 10));
        }
    }
    text.push(char::from(b'0' + number % 10));
}

fn gateway<'a>(cx: &mut Cx<'a>, nic: Nic, network: Network) -> Option<super::Text<'a>> {
    let model = cx.model;
    if let Value::Ip(address) = nic.gateway(model) {
        return Some(ip(address));
    }
    let said = network.gateway(model);
    let found = model.address_in(said, Some(network));
    if let (None, Value::Obj(gateway)) = (found, said) {
        let at = cx.at(network.id, model.fields.network.gateway);
        let diagnostic = errors::no_address(at, model.name(gateway), Some(model.name(network.id)));
        if !cx.out.contains(&diagnostic) {
            cx.out.push(diagnostic);
        }
    }
    found.map(ip)
}

#[cfg(test)]
mod tests {
    use super::{mac_text, with_prefix};

    #[test]
    fn addresses_are_spelt_as_proxmox_spells_them() {
        assert_eq!(with_prefix(0xC0A8_0405, 24), "192.168.4.5/24");
        assert_eq!(with_prefix(0x0A00_640A, 8), "10.0.100.10/8");
        assert_eq!(mac_text(0xBC24_1190_21DF), "BC:24:11:90:21:DF");
    }
}

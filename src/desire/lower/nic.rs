//! Network cards, and the addresses that cloud-init gives them.

use std::borrow::Cow;

use super::usual::Usual;
use super::{Cx, Text, count, errors, ip, slot_number, text};
use crate::desire::{self, IpConfig};
use crate::model::{CloudInit, Host, Model, Network, Nic, Vm};
use crate::types::value::{ObjId, Value};

pub(super) fn nics<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host) -> Vec<desire::Nic<'a>> {
    let mut nics: Vec<desire::Nic<'a>> = vm.nic(cx.model).map(|nic| one(cx, nic, host)).collect();
    if nics.len() > 1 {
        nics.sort_by_key(|nic| nic.slot);
    }
    nics
}

fn one<'a>(cx: &Cx<'a>, nic: Nic, host: Host) -> desire::Nic<'a> {
    let model = cx.model;
    // Without a bridge it would not have passed the checks of its kind.
    let bridge = model.bridge(nic, host);
    let mut out = desire::Nic {
        slot: slot_number(model.key(nic.id)),
        bridge: Cow::Borrowed(bridge.map_or("", |bridge| model.key(bridge))),
        model: Cow::Borrowed(nic.model(model).unwrap_or("virtio")),
        mac: if let Value::Mac(mac) = nic.mac(model) { Some(Cow::Owned(mac_text(mac))) } else { None },
        vlan: tag(model, nic.vlan(model), nic.network(model), bridge),
        firewall: nic.firewall(model),
        ..desire::Nic::default()
    };
    if !cx.usual.nic.covers(nic.said()) {
        seldom(cx, nic, &mut out);
    }
    out
}

/// The tag of a card: the one it says, or its network's, which a vnet has itself.
pub(super) fn tag(
    model: &Model<'_>,
    said: Option<i64>,
    network: Option<Network>,
    bridge: Option<ObjId>,
) -> Option<u32> {
    let is_vnet = bridge.is_some_and(|bridge| model.is_vnet(bridge));
    let of_network = || network.filter(|_| !is_vnet).and_then(|network| network.vlan(model));
    count(said.or_else(of_network))
}

/// What most cards say nothing of.
fn seldom(cx: &Cx<'_>, nic: Nic, out: &mut desire::Nic<'_>) {
    let model = cx.model;
    out.trunks = tags(nic.trunks(model));
    out.disconnected = !nic.connected(model);
    out.mtu = count(nic.mtu(model));
    out.queues = count(nic.queues(model)).filter(|queues| *queues != 0);
    out.rate = megabytes(nic.rate(model));
}

/// Tags of VLANs, sorted.
pub(super) fn tags(values: &[Value]) -> Vec<u32> {
    let tag = |value: &Value| if let Value::Int(tag) = value { count(Some(*tag)) } else { None };
    let mut tags: Vec<u32> = values.iter().filter_map(tag).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// A limit in megabytes a second, as Proxmox counts it; 0 is none.
pub(super) fn megabytes(bits: Option<u64>) -> Option<f64> {
    bits.map(|bits| bits as f64 / 8e6).filter(|rate| *rate != 0.0)
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
pub(super) fn mac_text(mac: u64) -> String {
    let mut text = String::with_capacity(17);
    for (place, byte) in mac.to_be_bytes().into_iter().skip(2).enumerate() {
        if place > 0 {
            text.push(':');
        }
        let at = usize::from(byte) * 2;
        text.push_str(&HEXADECIMALS[at..at + 2]);
    }
    text
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
            "static" => {
                let at = (nic.id, model.fields.nic.network);
                let said = (nic.address(model), nic.gateway(model));
                (config.ip, config.gateway) = fixed(cx, at, nic.network(model), said);
            }
            _ => {}
        }
        config.ip6 = text(nic.address6(model));
        config.gateway6 = gateway6(model, nic.gateway6(model), nic.network(model), config.ip6.as_deref());
        if config.ip.is_some() || config.ip6.is_some() {
            all.push(config);
        }
    }
    if all.len() > 1 {
        all.sort_by_key(|config| config.slot);
    }
    all
}

/// The IPv6 gateway: the one that was said, or that of the network for an address that is fixed.
pub(super) fn gateway6<'a>(
    model: &'a Model<'a>,
    said: Option<&'a str>,
    network: Option<Network>,
    ip6: Option<&str>,
) -> Option<Text<'a>> {
    let is_fixed = ip6.is_some_and(|ip6| ip6 != "dhcp" && ip6 != "auto");
    text(said.or_else(|| network.and_then(|network| network.gateway6(model)).filter(|_| is_fixed)))
}

/// A static address with the prefix length of its network, and its gateway. `at` is where the network is named, `said` what
/// address and gateway are.
pub(super) fn fixed<'a>(
    cx: &mut Cx<'a>,
    at: (ObjId, u16),
    network: Option<Network>,
    said: (Value, Value),
) -> (Option<Text<'a>>, Option<Text<'a>>) {
    let model = cx.model;
    let (Some(network), Value::Ip(address)) = (network, said.0) else { return (None, None) };
    let Value::Cidr(_, prefix) = network.cidr(model) else {
        let at = cx.at(at.0, at.1);
        cx.out.push(errors::no_prefix(at, model.name(network.id), Some(model.span(network.id))));
        return (None, None);
    };
    (Some(Cow::Owned(with_prefix(address, prefix))), gateway(cx, said.1, network))
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
    let end = usize::from(number) * 3 + 3;
    let digits = 1 + usize::from(number >= 10) + usize::from(number >= 100);
    text.push_str(&DECIMALS[end - digits..end]);
}

/// The numbers of a byte one behind the other, three digits each.
static DECIMALS: &str = texts(&numbers::<768>(10));
/// The same in base 16, two digits each.
static HEXADECIMALS: &str = texts(&numbers::<512>(16));

/// The digits of 0 to 255 in a base, in runs of the same length.
const fn numbers<const LENGTH: usize>(base: usize) -> [u8; LENGTH] {
    let mut digits = [0; LENGTH];
    let width = LENGTH / 256;
    let mut at = LENGTH;
    while at > 0 {
        at -= 1;
        let mut number = at / width;
        let mut behind = width - 1 - at % width;
        while behind > 0 {
            number /= base;
            behind -= 1;
        }
        digits[at] = b"0123456789ABCDEF"[number % base];
    }
    digits
}

/// Digits are text.
const fn texts(digits: &'static [u8]) -> &'static str {
    match std::str::from_utf8(digits) {
        Ok(text) => text,
        Err(_) => "",
    }
}

fn gateway<'a>(cx: &mut Cx<'a>, said: Value, network: Network) -> Option<Text<'a>> {
    let model = cx.model;
    if let Value::Ip(address) = said {
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
        assert_eq!(with_prefix(0x0063_FFC8, 0), "0.99.255.200/0");
    }
}

//! Ports, bonds, VLAN interfaces and bridges.

use std::net::Ipv4Addr;

use crate::graph::{Block, Datum};
use crate::scan::{Bond, Facts, Nic};

use super::Seen;
use super::hardware::missing;
use super::part::{Part, Said, blocks, field, key, text_of};

/// How a bond uses its ports, in the words that hlab has for it.
const MODES: [&str; 7] =
    ["active-backup", "balance-rr", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"];

/// What the source is to say of the network of a host.
pub(super) fn parts(facts: &Facts, seen: &mut Seen<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    if let Some(nics) = &facts.nics {
        let functions = facts.pci.as_deref().unwrap_or_default();
        let is_virtual = |nic: &&Nic| {
            functions.iter().any(|function| function.is_virtual() && Some(&function.address) == nic.pci.as_ref())
        };
        let nics: Vec<&Nic> = nics.iter().filter(|nic| !is_virtual(nic)).collect();
        parts.extend(ports(&nics, &mut names, seen));
    }
    // What the host calls it is what the source calls it, but for ports that were found by their MAC.
    let named = |name: &String| names.iter().find(|(own, _)| own == name).map(|(_, key)| key.clone());
    let whole: Vec<&Bond> =
        facts.bonds.iter().flatten().filter(|bond| bond.ports.iter().any(|port| named(port).is_some())).collect();
    let bonds: Vec<&str> = whole.iter().map(|bond| bond.name.as_str()).collect();
    let bridges: Vec<&str> = facts.bridges.iter().flatten().map(|bridge| bridge.name.as_str()).collect();
    for bond in whole {
        let mut part = Part::keyed("bond", &*bond.name);
        part.say("ports", Said::Names(bond.ports.iter().filter_map(named).collect()));
        let mode = bond.mode.as_deref().filter(|mode| MODES.contains(mode));
        part.say_if("mode", mode.map(|mode| Said::Member(mode.to_owned())));
        place(&mut part, bond.address.as_deref(), seen);
        parts.push(part);
    }
    let mut vlans: Vec<&str> = Vec::new();
    for vlan in facts.vlans.iter().flatten() {
        // A tag within a tag has no words in hlab.
        let of = |list: &[&str]| list.contains(&vlan.device.as_str()).then(|| vlan.device.clone());
        let Some(device) = named(&vlan.device).or_else(|| of(&bonds)).or_else(|| of(&bridges)) else { continue };
        vlans.push(&vlan.name);
        let mut part = Part::keyed("vlan", &*vlan.name);
        part.say("device", Said::Name(device));
        part.say("tag", Said::Number(vlan.tag.into()));
        place(&mut part, vlan.address.as_deref(), seen);
        parts.push(part);
    }
    for bridge in facts.bridges.iter().flatten() {
        let mut part = Part::keyed("bridge", &*bridge.name);
        let is_made = |port: &&String| bonds.contains(&port.as_str()) || vlans.contains(&port.as_str());
        let port = |port: &String| named(port).or_else(|| Some(port).filter(is_made).cloned());
        part.say("ports", Said::Names(bridge.ports.iter().filter_map(port).collect()));
        place(&mut part, bridge.address.as_deref(), seen);
        part.say("vlan-aware", Said::Switch(bridge.is_vlan_aware));
        parts.push(part);
    }
    let known: Vec<&str> = [bonds, vlans, bridges].concat();
    let lists = [("bond", facts.bonds.is_some()), ("vlan", facts.vlans.is_some()), ("bridge", facts.bridges.is_some())];
    for (word, _) in lists.into_iter().filter(|(_, is_known)| *is_known) {
        let there: Vec<&Block> = blocks(seen.host, word).collect();
        // Those of Open vSwitch are its own: `ip` tells nothing of them.
        let is_of_switch = |block: &Block| *field(block, "ovs") == Datum::Bool(true);
        let is_free = there.iter().map(|block| !known.contains(&key(block)) && !is_of_switch(block));
        let is_free: Vec<bool> = is_free.collect();
        missing(&there, &is_free, word, seen);
    }
    parts
}

/// The ports: found by MAC, else by name. Notes what the source calls each.
fn ports(nics: &[&Nic], names: &mut Vec<(String, String)>, seen: &mut Seen<'_>) -> Vec<Part> {
    let there: Vec<&Block> = blocks(seen.host, "nic").collect();
    let mut is_free = vec![true; there.len()];
    let mut matched = vec![None; nics.len()];
    for by_mac in [true, false] {
        for (nic, matched) in nics.iter().zip(&mut matched).filter(|(_, matched)| matched.is_none()) {
            let fits = |(number, block): &(usize, &&Block)| {
                let mac = text_of(block, "mac").map(str::to_ascii_lowercase);
                is_free[*number] && if by_mac { mac.is_some() && mac == nic.mac } else { key(block) == nic.name }
            };
            if let Some((number, _)) = there.iter().enumerate().find(fits) {
                is_free[number] = false;
                *matched = Some(number);
            }
        }
    }
    missing(&there, &is_free, "nic", seen);
    let mut parts = Vec::new();
    for (nic, matched) in nics.iter().zip(matched) {
        let name = matched.map_or(&*nic.name, |number| key(there[number]));
        if name != nic.name {
            seen.notes.push(format!("`nic {name}` is called `{}` on the host now", nic.name));
        }
        names.push((nic.name.clone(), name.to_owned()));
        let mut part = Part::keyed("nic", name);
        part.say_if("speed", nic.speed.map(|speed| Said::Rate(speed.into())));
        if nic.usb.is_some() || nic.pci.is_some() {
            part.say("usb", Said::Switch(nic.usb.is_some()));
        }
        if nic.is_wifi {
            part.say("wifi", Said::Switch(true));
        }
        part.say_if("mac", nic.mac.clone().map(Said::Literal));
        place(&mut part, nic.address.as_deref(), seen);
        parts.push(part);
    }
    parts
}

/// The address of an interface, and the network that it lies in, where that is the only one.
fn place(part: &mut Part, address: Option<&str>, seen: &Seen<'_>) {
    let Some(address) = address else { return };
    let networks = seen.graph.nodes.iter().filter(|node| node.kind == "network");
    let around: Vec<&str> = networks
        .filter(|node| text_of(&node.fields, "cidr").is_some_and(|cidr| is_in(address, cidr)))
        .map(|node| node.key.as_str())
        .collect();
    if let [only] = around.as_slice() {
        part.say("network", Said::Name((*only).to_owned()).once());
    }
    part.say("address", Said::Literal(address.to_owned()));
}

/// Whether an address lies in a network: `192.168.4.5` in `192.168.4.0/24`.
fn is_in(address: &str, cidr: &str) -> bool {
    let Some((network, prefix)) = cidr.split_once('/') else { return false };
    let (Ok(address), Ok(network)) = (address.parse::<Ipv4Addr>(), network.parse::<Ipv4Addr>()) else { return false };
    let Some(bits) = prefix.parse::<u32>().ok().and_then(|prefix| 32u32.checked_sub(prefix)) else { return false };
    let mask = u32::MAX.checked_shl(bits).unwrap_or(0);
    u32::from(address) & mask == u32::from(network) & mask
}

//! PCI and USB devices: which are worth a line, what models they are, and where the source has them already.

use std::collections::BTreeMap;

use crate::graph::{Block, Datum, Node};
use crate::scan::{Facts, Pci, Usb};

use super::name::{clean, graphics};
use super::part::{Part, Said, blocks, field, key, text_of};
use super::{Model, Seen};

/// Several functions that are one device, or one function alone.
struct Card<'f> {
    at: String,
    functions: Vec<&'f Pci>,
}

/// What a device of a class is called where its name says nothing; none for what nobody gives to a guest, such as bridges.
fn sort(class: u16) -> Option<&'static str> {
    match class >> 8 {
        0x01 if class == 0x0108 => Some("nvme"),
        0x01 => Some("disks"),
        0x02 if class == 0x0280 => Some("wifi"),
        0x02 => Some("ethernet"),
        0x03 => Some("gpu"),
        0x04 => Some("sound"),
        0x0b | 0x12 => Some("accelerator"),
        0x0c if class == 0x0c03 => Some("usb"),
        _ => None,
    }
}

/// Functions of one slot that belong to a graphics card: picture, sound, USB-C and what steers it.
fn is_of_card(class: u16) -> bool {
    class >> 8 == 0x03 || [0x0403, 0x0c03, 0x0c80].contains(&class)
}

/// The PCI devices of a host as the source is to say them.
pub(super) fn pci(facts: &Facts, seen: &mut Seen<'_>) -> Vec<Part> {
    let Some(devices) = &facts.pci else { return Vec::new() };
    let cards = cards(devices, seen.models, &mut seen.notes);
    let there: Vec<&Block> = blocks(seen.host, "pci").collect();
    let mut matched = vec![None; cards.len()];
    let mut is_free = vec![true; there.len()];
    // By place first: two of a kind are told apart by nothing else. Then by ids: cards move.
    for by_ids in [false, true] {
        for (card, matched) in cards.iter().zip(&mut matched).filter(|(_, matched)| matched.is_none()) {
            let fits = |(number, block): &(usize, &&Block)| {
                is_free[*number] && if by_ids { has_id(block, card) } else { is_at(block, card) }
            };
            let mut found = there.iter().enumerate().filter(fits);
            // Which of several has moved cannot be told.
            if let (Some((number, _)), None) = (found.next(), found.next().filter(|_| by_ids)) {
                is_free[number] = false;
                *matched = Some(number);
            }
        }
    }
    missing(&there, &is_free, "pci", seen);
    let mut parts: Vec<(&Card<'_>, Part)> = Vec::new();
    for (card, matched) in cards.iter().zip(matched) {
        let block = matched.map(|number| there[number]);
        parts.extend(card_part(card, block, seen).map(|part| (card, part)));
    }
    with_parents(parts)
}

/// The parts, those of virtual functions with the name of the card that makes them.
fn with_parents(mut parts: Vec<(&Card<'_>, Part)>) -> Vec<Part> {
    let names: BTreeMap<String, String> = parts
        .iter()
        .filter_map(|(card, part)| Some((card.functions.first()?.address.clone(), part.key.clone()?)))
        .collect();
    for (card, part) in &mut parts {
        let parent = card.functions.first().and_then(|first| names.get(first.parent.as_ref()?));
        let place = part.fields.iter().position(|(field, _)| *field == "mdev-types").unwrap_or(part.fields.len());
        part.fields.splice(place..place, parent.map(|name| ("parent", Said::Name(name.clone()))));
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

/// What the source says of a card, if it is to say anything.
fn card_part(card: &Card<'_>, block: Option<&Block>, seen: &mut Seen<'_>) -> Option<Part> {
    let first = card.functions.first()?;
    // A block that names one function means that one, whatever else sits in the slot; one that names the slot, all.
    let at = block.filter(|block| is_at(block, card)).and_then(|block| text_of(block, "at"));
    let is_meant =
        |function: &&&Pci| at.is_none_or(|at| !at.contains('.') || function.address.eq_ignore_ascii_case(at));
    let ids: Vec<String> = card.functions.iter().filter(is_meant).map(|function| function.ids.clone()).collect();
    let model = seen.models.iter().find(|model| model.of == "pci" && model.ids.first() == Some(&first.ids));
    if let Some(block) = block.filter(|block| is_other(block, card)) {
        let place = text_of(block, "at").map(short).unwrap_or_default();
        seen.notes.push(format!(
            "`pci {}` at {place} has other ids in the source: the host has {} there, {}",
            key(block),
            first.ids,
            first.name
        ));
        return None;
    }
    let mut part = match block {
        Some(block) => Part::keyed("pci", key(block)),
        None => {
            let otherwise = sort(first.class).unwrap_or("device");
            let name = match first.class >> 8 {
                0x03 => graphics(&first.name, otherwise),
                _ => clean(&first.name.replace("Virtual Function", "VF"), otherwise),
            };
            Part::keyed("pci", seen.devices.fresh(name))
        }
    };
    part.model = model.map(|model| model.name.clone());
    part.say("at", Said::Literal(at.map_or_else(|| short(&card.at).to_owned(), str::to_owned)));
    let is_known = model.is_some_and(|model| ids.iter().all(|id| model.ids.contains(id)));
    if !is_known || block.is_some() {
        part.say("ids", Said::Ids(ids));
    }
    if model.is_none() && (first.class >> 8 == 0x03 || matches!(first.class >> 8, 0x0b | 0x12)) {
        part.say_if("vendor", vendor(&first.ids).map(|vendor| Said::Member(vendor.to_owned()).once()));
    }
    part.say_if("group", first.group.map(|group| Said::Number(group.into())));
    part.say_if("driver", first.driver.clone().map(Said::Text));
    part.say_if("mdev-types", (!first.mdev_types.is_empty()).then(|| Said::Texts(first.mdev_types.clone())));
    let mut sr_iov = Part::single("sr-iov");
    sr_iov.say_if("max", first.functions.map(|count| Said::Number(count.into())));
    sr_iov.say_if("active", first.active_functions.map(|count| Said::Number(count.into())));
    part.parts.push(sr_iov);
    Some(part)
}

/// The devices that are worth a line: graphics, network, disks, sound, accelerators, USB, and what a model knows.
fn cards<'f>(devices: &'f [Pci], models: &[Model], notes: &mut Vec<String>) -> Vec<Card<'f>> {
    let mut cards: Vec<Card<'f>> = Vec::new();
    let mut slots: Vec<&'f [Pci]> = devices.chunk_by(|one, other| one.slot() == other.slot()).collect();
    slots.retain(|slot| !slot.is_empty());
    for slot in slots {
        let is_card =
            slot.len() > 1 && slot[0].class >> 8 == 0x03 && slot.iter().all(|function| is_of_card(function.class));
        if is_card {
            cards.push(Card { at: slot[0].slot().to_owned(), functions: slot.iter().collect() });
            continue;
        }
        for function in slot {
            let is_known = || models.iter().any(|model| model.of == "pci" && model.ids.contains(&function.ids));
            if sort(function.class).is_some() || is_known() {
                cards.push(Card { at: function.address.clone(), functions: vec![function] });
            }
        }
    }
    let (fit, far): (Vec<_>, Vec<_>) = cards.into_iter().partition(|card| card.at.len() <= "0000:00:00.0".len());
    notes.extend(
        far.iter()
            .map(|card| format!("{} is left out: hlab has no address for a domain of more than four digits", card.at)),
    );
    fit
}

/// Whether a block says this place: the slot, or one of its functions.
fn is_at(block: &Block, card: &Card<'_>) -> bool {
    let Some(at) = text_of(block, "at") else { return false };
    let at = at.to_ascii_lowercase();
    let of_slot = |function: &Pci| function.address == at || function.slot() == at;
    // Of a slot with several devices, the block means all of them: the first stands for them.
    card.functions.first().is_some_and(|first| of_slot(first) && (at.contains('.') || first.address.ends_with(".0")))
        || card.functions.len() > 1 && card.functions.iter().any(|function| of_slot(function))
}

fn ids_of(block: &Block) -> Vec<&str> {
    let Datum::List(values) = field(block, "ids") else { return Vec::new() };
    let texts = values.iter().filter_map(|value| match value {
        Datum::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn has_id(block: &Block, card: &Card<'_>) -> bool {
    let ids = ids_of(block);
    card.functions.first().is_some_and(|first| ids.contains(&first.ids.as_str()))
}

/// Whether a block says ids, and none of them is there.
fn is_other(block: &Block, card: &Card<'_>) -> bool {
    let ids = ids_of(block);
    !ids.is_empty() && !card.functions.iter().any(|function| ids.contains(&function.ids.as_str()))
}

/// The makers that hlab has a word for.
fn vendor(ids: &str) -> Option<&'static str> {
    match ids.split(':').next()? {
        "10de" => Some("nvidia"),
        "1002" | "1022" => Some("amd"),
        "8086" => Some("intel"),
        "1ac1" | "18d1" => Some("google"),
        _ => None,
    }
}

/// `0000:01:00.0` as people write it: `01:00.0`.
fn short(address: &str) -> &str {
    address.strip_prefix("0000:").unwrap_or(address)
}

/// Says which blocks of the source were not seen.
pub(super) fn missing(there: &[&Block], is_free: &[bool], word: &str, seen: &mut Seen<'_>) {
    let unseen = there.iter().zip(is_free).filter(|(_, is_free)| **is_free);
    let notes = unseen.map(|(block, _)| format!("`{word} {}` was not seen on the host", key(block)));
    seen.notes.extend(notes);
}

/// Drivers of devices that are known otherwise: network ports and disks.
const KNOWN_OTHERWISE: [&str; 9] =
    ["r8152", "ax88179_178a", "asix", "cdc_ncm", "cdc_ether", "aqc111", "usb-storage", "uas", "r8153_ecm"];

/// The USB devices of a host as the source is to say them: blocks of the host, and devices that may move.
pub(super) fn usb(facts: &Facts, seen: &mut Seen<'_>) -> (Vec<Part>, Vec<Part>) {
    let Some(all) = &facts.usb else { return (Vec::new(), Vec::new()) };
    let nics: Vec<&str> = facts.nics.iter().flatten().filter_map(|nic| nic.usb.as_deref()).collect();
    let is_shown = |usb: &&Usb| {
        let is_nic = usb.port.as_deref().is_some_and(|port| nics.contains(&port));
        !is_nic && !usb.driver.as_deref().is_some_and(|driver| KNOWN_OTHERWISE.contains(&driver))
    };
    let shown: Vec<&Usb> = all.iter().filter(is_shown).collect();
    let there: Vec<&Block> = blocks(seen.host, "usb").collect();
    let mut is_free = vec![true; there.len()];
    // What the source says of a network port or disk by its USB ids is seen as well.
    let matched = match_usb(&shown, &there, &mut is_free);
    let hidden: Vec<&Usb> = all.iter().filter(|usb| !is_shown(usb)).collect();
    let of_hidden = match_usb(&hidden, &there, &mut is_free);
    missing(&there, &is_free, "usb", seen);
    let (mut parts, mut devices) = (Vec::new(), Vec::new());
    for (usb, matched) in shown.into_iter().zip(matched).chain(hidden.into_iter().zip(of_hidden)) {
        let block = matched.map(|number| there[number]);
        if block.is_none() && !is_shown(&usb) {
            continue;
        }
        if let Some(block) = block {
            parts.push(usb_part(usb, Part::keyed("usb", key(block)), None, true));
            continue;
        }
        let is_model = |model: &&Model| model.of != "pci" && model.ids.contains(&usb.ids);
        let models: Vec<&Model> = seen.models.iter().filter(is_model).collect();
        let found = found(usb, seen);
        match (found, models.as_slice()) {
            (Some(node), _) => devices.extend(device_there(usb, node, seen)),
            (None, [only]) if only.of == "device" => {
                let name = seen.devices.fresh(short_model(&only.name));
                let part = Part { model: Some(only.name.clone()), ..Part::keyed("device", name) };
                devices.push(device(usb, part));
            }
            (None, models) => {
                let name = seen.devices.fresh(clean(&usb.name, "usb"));
                let only = models.first().filter(|_| models.len() == 1).map(|model| model.name.clone());
                if models.len() > 1 {
                    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
                    let names = names.join(", ");
                    seen.notes.push(format!("`usb {name}` shows {}, as several models do: {names}", usb.ids));
                }
                parts.push(usb_part(usb, Part::keyed("usb", name), only, false));
            }
        }
    }
    (parts, devices)
}

fn usb_part(usb: &Usb, mut part: Part, model: Option<String>, is_there: bool) -> Part {
    if model.is_none() || is_there {
        part.say("ids", Said::Ids(vec![usb.ids.clone()]));
    }
    part.model = model;
    part.say_if("port", usb.port.clone().map(Said::Text));
    part
}

/// Which block each device is: by ids and port, else by ids where only one has them.
fn match_usb(devices: &[&Usb], there: &[&Block], is_free: &mut [bool]) -> Vec<Option<usize>> {
    let mut matched = vec![None; devices.len()];
    for by_port in [true, false] {
        for (usb, matched) in devices.iter().zip(&mut matched).filter(|(_, matched)| matched.is_none()) {
            let fits = |(number, block): &(usize, &&Block)| {
                let is_there = !by_port || usb.port.is_some() && text_of(block, "port") == usb.port.as_deref();
                is_free[*number] && is_there && ids_of(block).contains(&usb.ids.as_str())
            };
            if let Some((number, _)) = there.iter().enumerate().find(fits) {
                is_free[number] = false;
                *matched = Some(number);
            }
        }
    }
    matched
}

/// The device of the lab that this is, on this host or, failing that, on another.
fn found<'s>(usb: &Usb, seen: &mut Seen<'s>) -> Option<&'s Node> {
    let is_it = |node: &&Node| {
        let serial = text_of(&node.fields, "serial");
        let is_same = serial.is_none() || usb.serial.is_none() || serial == usb.serial.as_deref();
        node.kind == "device" && is_same && ids_of(&node.fields).contains(&usb.ids.as_str())
    };
    let all = seen.graph.nodes.iter().filter(is_it).filter(|node| !seen.claimed.contains(&node.address));
    // Two of a kind: the one at this port.
    let rank = |node: &&Node| (!is_on(node, seen.address), text_of(&node.fields, "port") != usb.port.as_deref());
    let found = all.min_by_key(rank)?;
    seen.claimed.push(found.address.clone());
    Some(found)
}

/// What the source says of a device that it has; nothing if it has it on another host.
fn device_there(usb: &Usb, node: &Node, seen: &mut Seen<'_>) -> Option<Part> {
    if is_on(node, seen.address) {
        return Some(device(usb, Part::keyed("device", &*node.key)));
    }
    let (address, port) = (&node.address, usb.port.as_deref().unwrap_or("unknown"));
    seen.notes.push(format!(
        "`{address}` may be plugged into this host, at port {port}, and the source has it on {}: change its `on` if it \
         moved; a second one is told apart by its serial number",
        node.on.join(", "),
    ));
    None
}

fn device(usb: &Usb, mut part: Part) -> Part {
    part.say_if("port", usb.port.clone().map(Said::Text));
    let serial = usb.serial.clone().filter(|serial| serial.len() <= 64 && !serial.trim().is_empty());
    part.say_if("serial", serial.map(|serial| Said::Text(serial).once()));
    part
}

/// Whether a resource is on this host.
pub(super) fn is_on(node: &Node, host: &str) -> bool {
    node.on.iter().any(|on| on == host)
}

/// `CoralUSB` is `coral-usb`.
fn short_model(model: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for character in model.chars().filter(char::is_ascii_alphanumeric) {
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('-');
        }
        out.push(character.to_ascii_lowercase());
        before = character;
    }
    if out.is_empty() { "device".to_owned() } else { out }
}

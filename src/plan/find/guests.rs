//! What guests are and rely on: locks, changes that wait, bridges, mappings, options that a release does not have.

use std::collections::BTreeSet;

use crate::desire::{Content, UsbDevice};
use crate::plan::change::Level;
use crate::plan::compare::{Cx, is_absent};
use crate::plan::wire::Subject;
use crate::pve::{self, Version, guest_option};

pub(super) fn all(cx: &mut Cx<'_>) {
    for number in 0..cx.wires.len() {
        let (sort, node, id) = match cx.wires[number].as_ref().map(|wire| wire.subject.clone()) {
            Some(Subject::Guest { sort, node, id }) => (sort, node, id),
            Some(Subject::Listed { .. } | Subject::File { .. }) | None => continue,
        };
        let is_config = matches!(cx.object(number).content, Content::Vm(_) | Content::Container(_));
        options(cx, number, (sort, &node));
        if is_config {
            state(cx, number, id);
            bridges(cx, number, &node);
            mappings(cx, number, &node);
            adopt(cx, number, id);
        }
    }
    releases(cx);
}

/// Locks, and changes that somebody made and that wait for a start.
fn state(cx: &mut Cx<'_>, number: usize, id: u32) {
    let Some(guest) = cx.observed.guests.get(&id) else { return };
    let address = &cx.object(number).address;
    if let Some(lock) = &guest.lock {
        let message = format!("`{address}` is locked ({lock})");
        let help = match lock.as_str() {
            "create" => "a create that was interrupted leaves this: look at it, then `qm unlock` or remove it by hand",
            _ => "wait until that is over; hlab unlocks nothing",
        };
        cx.finding_at(number, Level::Warning, "locked", message, help);
    }
    let Ok(pending) = &guest.pending else { return };
    if pending.is_empty() {
        return;
    }
    let told = pending.iter().map(|one| {
        // What a password is, nobody may see.
        let shown = |text: &Option<String>| match text {
            Some(_) if one.option == "cipassword" => pve::normal::SET.to_owned(),
            Some(text) => text.clone(),
            None => "(default)".to_owned(),
        };
        format!("{}: {} -> {}", one.option, shown(&one.running), shown(&one.next))
    });
    let told: Vec<String> = told.collect();
    let message = format!("`{address}` has changes that wait for its next start: {}", told.join("; "));
    cx.finding_at(
        number,
        Level::Warning,
        "pending",
        message,
        "stop and start it from Proxmox, or `qm set ID --revert OPTION`",
    );
}

/// Bridges that the node does not have.
fn bridges(cx: &mut Cx<'_>, number: usize, node: &str) {
    let Some(there) = cx.observed.nodes.get(node).and_then(|node| node.bridges.as_ref().ok()) else { return };
    let object = cx.object(number);
    let wanted: Vec<(String, &str)> = match &object.content {
        Content::Vm(vm) => vm.nics.iter().map(|nic| (format!("net{}", nic.slot), &*nic.bridge)).collect(),
        Content::Container(container) => {
            container.nics.iter().map(|nic| (format!("net{}", nic.slot), &*nic.bridge)).collect()
        }
        Content::ContainerRoot(_)
        | Content::ContainerPower(_)
        | Content::RootOptions(_)
        | Content::Power(_)
        | Content::Image(_)
        | Content::Snippet(_)
        | Content::Mapping(_)
        | Content::Pool(_)
        | Content::Entry(_)
        | Content::Host(_)
        | Content::Firewall(_) => Vec::new(),
    };
    let is_missing = |bridge: &str| !bridge.is_empty() && !there.contains(bridge) && !cx.vnets.contains(bridge);
    let made: BTreeSet<&str> = cx.bridges_made(node);
    let missing: Vec<(String, &str)> =
        wanted.into_iter().filter(|(_, bridge)| is_missing(bridge) && !made.contains(bridge)).collect();
    for (slot, bridge) in missing {
        let message =
            format!("`{slot}` of `{}` is plugged into `{bridge}`, which node `{node}` does not have", object.address);
        cx.finding_at(
            number,
            Level::Error,
            "missing-bridge",
            message,
            "make the bridge on that node first, or name another network",
        );
    }
}

/// Mappings that the cluster does not have and the lab does not make, or that say nothing of the node.
fn mappings(cx: &mut Cx<'_>, number: usize, node: &str) {
    let object = cx.object(number);
    let Content::Vm(vm) = &object.content else { return };
    let of_usb = vm.usb.iter().filter_map(|usb| match &usb.device {
        UsbDevice::Mapping(mapping) => Some(("usb", &**mapping)),
        UsbDevice::Spice | UsbDevice::Host(_) => None,
    });
    let wanted: Vec<(&str, &str)> = vm.pci.iter().map(|pci| ("pci", &*pci.device)).chain(of_usb).collect();
    for (sort, name) in wanted {
        let list = format!("/cluster/mapping/{sort}");
        if cx.observed.lists.get(&list) != Some(&Ok(())) || cx.makes_mapping(sort, name) {
            continue;
        }
        let there = cx.observed.things.get(&format!("{list}/{name}"));
        let says_node = there.and_then(|thing| thing.options.get("map")).is_some_and(|map| {
            map.lines().any(|line| line.split(',').any(|part| part.strip_prefix("node=") == Some(node)))
        });
        let message = match there {
            None => {
                format!("`{}` is given the {sort} mapping `{name}`, which the cluster does not have", object.address)
            }
            Some(_) if !says_node => {
                format!(
                    "`{}` is given the {sort} mapping `{name}`, which says nothing of node `{node}`",
                    object.address
                )
            }
            Some(_) => continue,
        };
        cx.finding_at(
            number,
            Level::Error,
            "missing-mapping",
            message,
            "let the lab make it: `device.mapping = api` in `owner`",
        );
    }
}

/// What is to be taken over and is not there: whoever applies it would make a new one, or wait for ever.
fn adopt(cx: &mut Cx<'_>, number: usize, id: u32) {
    let object = cx.object(number);
    if object.life.adopt && !cx.observed.guests.contains_key(&id) && is_absent(cx, id).is_ok() {
        let message = format!("`{}` says that it is there already, and no guest has id {id}", object.address);
        cx.finding_at(
            number,
            Level::Error,
            "nothing-to-adopt",
            message,
            "take `adopt` and `was` out, or give it the id of what is there",
        );
    }
}

/// Options that the release of the node does not have.
fn options(cx: &mut Cx<'_>, number: usize, (sort, node): (pve::Guest, &str)) {
    let Some(release) = cx.observed.release_of(node) else { return };
    let Some(wire) = &cx.wires[number] else { return };
    let too_new: Vec<(String, Version)> = wire
        .options
        .keys()
        .filter_map(|name| guest_option(sort, name).map(|row| (name, row.since)))
        .filter(|(_, since)| *since > release)
        .map(|(name, since)| (name.clone(), since))
        .collect();
    for (name, since) in too_new {
        let address = &cx.object(number).address;
        let message =
            format!("`{name}` of `{address}` is known since Proxmox VE {since}, and node `{node}` runs {release}");
        cx.finding_at(number, Level::Error, "release-too-old", message, "upgrade the node, or take the option out");
    }
}

/// Nodes that run another release than the lab says, by which everything else was checked.
fn releases(cx: &mut Cx<'_>) {
    let model = cx.lab.model;
    for id in model.all(model.fields.host.shape) {
        let host = crate::model::Host::new(model, id);
        let name = model.name(id);
        let said = host.pve(model).and_then(|text| Version::parse(text.trim_start_matches('v')));
        let runs = cx.observed.nodes.get(name).and_then(|node| node.release);
        match (said, runs) {
            (Some(said), Some(runs)) if said != runs => {
                let message = format!("`host.{name}` says Proxmox VE {said}, and the node runs {runs}");
                cx.finding(
                    Level::Warning,
                    "other-release",
                    &format!("host.{name}"),
                    message,
                    "say `pve = …` as it is: options are checked by it",
                );
            }
            (Some(_) | None, _) => {}
        }
    }
}

//! Hosts with their devices, bridges and storages.

use rustc_hash::FxHashMap;

use super::{Look, facts};
use crate::eval::show;
use crate::map::fall::Objects;
use crate::map::text::{bytes, count, natural};
use crate::map::{Bridge, Device, Host, Lab, Offer, Seat, State, Thing};
use crate::model::{self, Capacity, HostPci, HostUsb, Reserve};
use crate::types::value::{ObjId, Value};

pub(super) fn hosts(look: &mut Look<'_>, lab: &mut Lab, objects: &mut Objects) {
    for object in look.all(look.model.fields.host.shape) {
        let number = lab.hosts.len();
        look.numbers.insert(object, number);
        objects.hosts.push(object);
        lab.hosts.push(host(look, object));
    }
    plugged(look, lab);
    for host in &mut lab.hosts {
        let place = |device: &Device| (device.seat, device.thing.name.clone());
        host.devices.sort_by(|a, b| {
            let ((a, x), (b, y)) = (place(a), place(b));
            a.cmp(&b).then_with(|| natural(&x, &y))
        });
        host.bridges.sort_by(|a, b| natural(&a.thing.name, &b.thing.name));
    }
}

fn host(look: &mut Look<'_>, object: ObjId) -> Host {
    let model = look.model;
    let (host, capacity) = (model::Host::new(model, object), Capacity::new(model, object));
    let word = look.line(host.state(model).unwrap_or("running"));
    let cpu = capacity.cpu(model);
    let name = cpu.and_then(|cpu| cpu.model_name(model)).map_or_else(String::new, |name| look.line(name));
    let threads = cpu.and_then(|cpu| cpu.threads(model).or_else(|| cpu.cores(model)));
    let threads =
        threads.map_or_else(String::new, |threads| count(usize::try_from(threads).unwrap_or(0), "CPU", "CPUs"));
    let memory = capacity.memory(model);
    let kept = capacity.reserve(model).unwrap_or(Reserve::UNSAID).memory(model).unwrap_or(0);
    let mut thing = look.thing(object);
    let pve = host.pve(model).map_or_else(String::new, |version| format!("Proxmox VE {}", look.line(version)));
    thing.about = vec![
        look.called("host", object),
        look.line(capacity.description(model).unwrap_or_default()),
        facts(&[name.clone(), threads.clone(), memory.map_or_else(String::new, bytes)]),
        facts(&[pve, if word == "running" { String::new() } else { word.clone() }]),
    ];
    let cpu = facts(&[name, threads]);
    Host {
        thing,
        state: if word == "running" { State::Running } else { State::Off },
        word,
        cpu,
        memory,
        kept: kept + capacity.arc_min(model).unwrap_or(0),
        devices: devices(look, host),
        bridges: bridges(look, host),
        ..Host::default()
    }
}

fn bridges(look: &Look<'_>, host: model::Host) -> Vec<Bridge> {
    let model = look.model;
    let bridge = |bridge: model::Bridge| {
        let mut thing = look.thing(bridge.id);
        let network = bridge.network(model).and_then(|network| look.number(Value::Obj(network.id)));
        let detail = look.text(bridge.address(model));
        let reaches = bridge.network(model).map_or_else(String::new, |network| look.line(model.name(network.id)));
        let reaches = if reaches.is_empty() { reaches } else { format!("reaches {reaches}") };
        thing.about = vec![look.called("bridge", bridge.id), facts(&[reaches, detail.clone()])];
        Bridge { thing, network, detail }
    };
    host.bridge(model).map(bridge).collect()
}

/// The devices that never move.
fn devices(look: &Look<'_>, host: model::Host) -> Vec<Device> {
    let model = look.model;
    let mut devices = Vec::new();
    for pci in host.pci(model).collect::<Vec<HostPci>>() {
        let seat = pci.group(model).map_or(Seat::Pci, Seat::Group);
        devices.push(device(look, pci.id, seat, place(pci.at(model))));
    }
    for usb in host.usb(model).collect::<Vec<HostUsb>>() {
        let port = usb.port(model).map_or_else(String::new, |port| format!("port {}", look.line(port)));
        devices.push(device(look, usb.id, Seat::Usb, port));
    }
    devices
}

/// `b3:00`, without the domain that all have.
fn place(at: Value) -> String {
    let Value::Pci(at) = at else { return String::new() };
    let text = show::pci(at);
    text.strip_prefix("0000:").map_or(text.clone(), str::to_owned)
}

/// The devices that may be moved, at the hosts where they are.
fn plugged(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.fields.device.shape) {
        let view = model::Device::new(model, object);
        let Some(host) = model.host(object).and_then(|host| look.number(Value::Obj(host.id))) else { continue };
        let is_pci = view.bus(model) == Some("pci");
        let seat = match (is_pci, view.group(model)) {
            (true, Some(group)) => Seat::Group(group),
            (true, None) => Seat::Pci,
            (false, _) => Seat::Usb,
        };
        let port = view.port(model).map_or_else(String::new, |port| format!("port {}", look.line(port)));
        let at = if is_pci { place(view.at(model)) } else { port };
        let device = device(look, object, seat, at);
        lab.hosts[host].devices.push(device);
    }
}

fn device(look: &Look<'_>, object: ObjId, seat: Seat, at: String) -> Device {
    let mut thing: Thing = look.thing(object);
    let sort = look.model.world.object(object).tag.map_or_else(String::new, |tag| look.line(look.model.word(tag)));
    let seated = match seat {
        Seat::Group(group) => format!("IOMMU group {group}"),
        Seat::Pci => "PCI, its IOMMU group is not stated".to_owned(),
        Seat::Usb => "USB".to_owned(),
    };
    let detail = facts(&[sort, at]);
    thing.about = vec![look.called("device", object), detail.clone(), seated];
    Device { thing, seat, detail, holders: Vec::new(), object }
}

/// What guests bring along: who holds which device, memory that is promised, and what lies on storages.
pub(super) fn fill(look: &Look<'_>, lab: &mut Lab, objects: &Objects) {
    let hosts = lab.hosts.iter().enumerate();
    let places: FxHashMap<ObjId, (usize, usize)> = hosts
        .flat_map(|(host, of)| of.devices.iter().enumerate().map(move |(at, device)| (device.object, (host, at))))
        .collect();
    let mut taken: FxHashMap<(usize, usize), u64> = FxHashMap::default();
    for (number, object) in objects.guests.iter().enumerate() {
        for device in super::guests::held(look, *object) {
            if let Some((host, at)) = places.get(&device) {
                let holders = &mut lab.hosts[*host].devices[*at].holders;
                if !holders.contains(&number) {
                    holders.push(number);
                }
            }
        }
        let guest = &lab.guests[number];
        let Some(host) = guest.host else { continue };
        for (storage, size) in super::guests::volumes(look, *object) {
            if let Some(storage) = look.number(Value::Obj(storage)) {
                *taken.entry((host, storage)).or_default() += size;
            }
        }
        let of = &mut lab.hosts[host];
        of.guests.push(number);
        if lab.guests[number].state == State::Running {
            of.promised = of.promised.saturating_add(lab.guests[number].promised);
            of.ceiling = of.ceiling.saturating_add(lab.guests[number].ceiling);
        }
    }
    for host in &mut lab.hosts {
        for device in &mut host.devices {
            let names: Vec<&str> = device.holders.iter().map(|guest| lab.guests[*guest].thing.name.as_str()).collect();
            device.thing.about.push(if names.is_empty() {
                String::new()
            } else {
                format!("held by {}", names.join(", "))
            });
        }
    }
    offers(look, lab, objects, &taken);
}

/// The storages of each host that not every host sees, by name.
fn offers(look: &Look<'_>, lab: &mut Lab, objects: &Objects, taken: &FxHashMap<(usize, usize), u64>) {
    let model = look.model;
    for object in look.all(model.fields.storage.shape) {
        let Some(storage) = look.number(Value::Obj(object)).filter(|storage| !lab.storages[*storage].is_shared) else {
            continue;
        };
        for host in model.hosts(object) {
            let Some(number) = look.number(Value::Obj(host.id)) else { continue };
            let size = lab.storages[storage].detail.clone();
            let size = if size.is_empty() { pool(look, objects.hosts[number], object) } else { size };
            let taken = taken.get(&(number, storage)).copied().unwrap_or(0);
            let detail = match (taken, size.is_empty()) {
                (0, _) => size,
                (taken, true) => format!("{} in disks", bytes(taken)),
                (taken, false) => format!("{} of {size}", bytes(taken)),
            };
            lab.hosts[number].storages.push(Offer { storage, detail });
        }
    }
}

/// The size of the ZFS pool that a storage lies on, where the host states it.
fn pool(look: &Look<'_>, host: ObjId, storage: ObjId) -> String {
    let model = look.model;
    let name = model.derived(storage, "zpool-name");
    let Some(name) = model.text_of(name) else { return String::new() };
    let pool = Capacity::new(model, host).zpool(model).find(|pool| model.key(pool.id) == name);
    pool.and_then(|pool| pool.size(model)).map_or_else(String::new, bytes)
}

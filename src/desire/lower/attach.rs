//! Devices of a host that a guest is given, and the resource mappings by which it is given them.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{Cx, Life, errors, slot_number, text, unless};
use crate::desire::{Content, Mapping, PciDevice, Place, RootOptions, Text, Usb, UsbDevice, Vm as Config};
use crate::eval::show;
use crate::model::{Attach, Device, DeviceNeeds, HostPci, HostUsb, Model, Vm};
use crate::types::value::{ObjId, Value};

/// The last slots: `hostpci15`, `usb13`.
const LAST_PCI: u8 = 15;
const LAST_USB: u8 = 13;

/// A device of a host, whatever declares it.
struct Hardware<'a> {
    is_pci: bool,
    name: &'a str,
    mapping: &'a str,
    ids: Vec<String>,
    port: Option<&'a str>,
    at: Option<String>,
    group: Option<i64>,
    usb3: bool,
    /// It offers types of mediated devices.
    mdev: bool,
}

fn hardware<'a>(model: &'a Model<'a>, id: ObjId) -> Option<Hardware<'a>> {
    let shape = model.world.object(id).shape;
    let (is_pci, ids, port, at, group, mapping, usb3) = if shape == model.fields.device.shape {
        let device = Device::new(model, id);
        let needs = device.needs(model).unwrap_or(DeviceNeeds::UNSAID);
        let is_pci = device.bus(model) == Some("pci");
        (
            is_pci,
            device.ids(model),
            device.port(model),
            device.at(model),
            device.group(model),
            device.mapping(model),
            needs.usb3(model),
        )
    } else if shape == model.fields.host_pci.shape {
        let device = HostPci::new(model, id);
        (true, device.ids(model), None, device.at(model), device.group(model), device.mapping(model), false)
    } else if shape == model.fields.host_usb.shape {
        let device = HostUsb::new(model, id);
        (false, device.ids(model), device.port(model), Value::Null, None, device.mapping(model), false)
    } else {
        return None;
    };
    let text = |value: Value| show::text(model.program, model.world, value);
    Some(Hardware {
        is_pci,
        name: model.key(id),
        mapping: mapping.unwrap_or_else(|| model.key(id)),
        ids: ids.iter().map(|value| text(*value)).collect(),
        port,
        at: at.is_known().then(|| text(at)),
        group,
        usb3,
        mdev: !model.elements(model.named(id, "mdev-types")).is_empty(),
    })
}

/// Slots that are taken, by whom.
type Taken = Vec<(u8, ObjId)>;

/// The slot of an attachment: the one it names, or the next free one.
fn slot(cx: &mut Cx<'_>, attach: Attach, is_pci: bool, taken: &mut Taken) -> u8 {
    let model = cx.model;
    let (stem, last) = if is_pci { ("hostpci", LAST_PCI) } else { ("usb", LAST_USB) };
    let at = cx.at(attach.id, model.fields.attach.slot);
    if let Some(said) = attach.slot(model) {
        let number = slot_number(said);
        if !said.starts_with(stem) {
            cx.out.push(errors::wrong_bus(at, said, stem));
        } else if let Some((_, first)) = taken.iter().find(|(slot, _)| *slot == number) {
            let first = Some(model.span(*first));
            cx.out.push(errors::slot_taken(at, said, first));
        } else if number > last {
            cx.out.push(errors::no_slot_left(at, stem, last));
        }
        taken.push((number, attach.id));
        return number;
    }
    let free = (0..=last).find(|slot| !taken.iter().any(|(other, _)| other == slot));
    if free.is_none() {
        cx.out.push(errors::no_slot_left(at, stem, last));
    }
    let number = free.unwrap_or(last);
    taken.push((number, attach.id));
    number
}

/// The slots of all attachments of a VM in order: those that name one first.
fn slots(cx: &mut Cx<'_>, vm: Vm) -> Vec<(Attach, u8, bool)> {
    let model = cx.model;
    let (mut pci, mut usb) = (Taken::new(), Taken::new());
    let mut slots = Vec::new();
    for is_said in [true, false] {
        for attach in vm.attach(model).filter(|attach| attach.slot(model).is_some() == is_said) {
            let Some(target) = model.target(attach.id) else { continue };
            let Some(hardware) = hardware(model, target) else { continue };
            let taken = if hardware.is_pci { &mut pci } else { &mut usb };
            let raw_ids = if hardware.is_pci || attach.mapping(model) { 1 } else { hardware.ids.len().max(1) };
            for _ in 0..raw_ids {
                slots.push((attach, slot(cx, attach, hardware.is_pci, taken), hardware.is_pci));
            }
        }
    }
    slots
}

/// The attachment that got a slot, for showing where it is said: `hostpci0`.
#[must_use]
pub(super) fn attached_at(cx: &mut Cx<'_>, vm: Vm, wanted: &str) -> Option<ObjId> {
    let is_pci = wanted.starts_with("hostpci");
    let number = slot_number(wanted);
    slots(cx, vm).into_iter().find(|(_, slot, pci)| *slot == number && *pci == is_pci).map(|(attach, _, _)| attach.id)
}

/// Gives the devices to the VM: by mapping in its configuration, raw ones among its root options.
pub(super) fn attach<'a>(cx: &mut Cx<'a>, vm: Vm, config: &mut Config<'a>, root: &mut RootOptions<'a>) {
    let model = cx.model;
    if vm.attach(model).next().is_none() {
        return;
    }
    let mut ids_used: FxHashMap<ObjId, usize> = FxHashMap::default();
    for (attach, slot, is_pci) in slots(cx, vm) {
        let Some(target) = model.target(attach.id) else { continue };
        let Some(hardware) = hardware(model, target) else { continue };
        let by_mapping = attach.mapping(model);
        if by_mapping && !is_pci && hardware.ids.len() > 1 && hardware.port.is_none() {
            let (at, declared) = (Some(model.span(attach.id)), Some(model.span(target)));
            cx.out.push(errors::mapping_knows_one_id(at, hardware.name, &hardware.ids, declared));
        }
        if is_pci {
            let list = if by_mapping { &mut config.pci } else { &mut root.pci };
            list.push(pci(model, attach, slot, &hardware, by_mapping));
        } else {
            let used = ids_used.entry(attach.id).or_default();
            let device = match by_mapping {
                true => UsbDevice::Mapping(Cow::Borrowed(hardware.mapping)),
                false => UsbDevice::Host(raw_usb(&hardware, *used)),
            };
            *used += 1;
            let usb3 = attach.usb3(model).unwrap_or(hardware.usb3);
            let list = if by_mapping { &mut config.usb } else { &mut root.usb };
            list.push(Usb { slot, device, usb3 });
        }
    }
    config.pci.sort_by_key(|device| device.slot);
    config.usb.sort_by_key(|device| device.slot);
    root.pci.sort_by_key(|device| device.slot);
    root.usb.sort_by_key(|device| device.slot);
}

/// An id of a device without mapping: each of its ids is one entry, so that the guest keeps it whatever it shows.
fn raw_usb<'a>(hardware: &Hardware<'a>, number: usize) -> Text<'a> {
    match (hardware.ids.get(number), hardware.port) {
        (Some(id), _) => Cow::Owned(id.clone()),
        (None, Some(port)) => Cow::Borrowed(port),
        (None, None) => Cow::Borrowed(""),
    }
}

fn pci<'a>(model: &'a Model<'a>, attach: Attach, slot: u8, hardware: &Hardware<'a>, by_mapping: bool) -> PciDevice<'a> {
    let device = match by_mapping {
        true => Cow::Borrowed(hardware.mapping),
        false => Cow::Owned(hardware.at.clone().unwrap_or_default()),
    };
    PciDevice {
        slot,
        device,
        pcie: attach.pcie(model),
        x_vga: attach.x_vga(model),
        no_rom_bar: !attach.rom_bar(model),
        rom_file: text(attach.rom_file(model)),
        mdev: text(attach.mdev(model)),
        driver: unless(attach.driver(model), "vfio"),
        legacy_igd: attach.legacy_igd(model),
        vendor_id: text(attach.vendor_id(model)),
        device_id: text(attach.device_id(model)),
        sub_vendor_id: text(attach.sub_vendor_id(model)),
        sub_device_id: text(attach.sub_device_id(model)),
    }
}

/// Notes the devices that a guest is given by mapping, and those of which it is given a part.
pub(super) fn mapped(cx: &mut Cx<'_>, vms: &[Vm]) {
    let model = cx.model;
    for attach in vms.iter().flat_map(|vm| vm.attach(model)) {
        let Some(target) = model.target(attach.id) else { continue };
        if attach.mapping(model) {
            cx.mapped.insert(target);
        }
        if attach.mdev(model).is_some() {
            cx.divided.insert(target);
        }
    }
}

/// The mappings of devices: of every `device`, and of what hosts have where a guest is given it. Devices of one mapping
/// name on several hosts are one object with an entry each.
///
/// A mapping is marked as one of mediated devices where a card of it offers them, or a guest is given one. Source: `mdev` of
/// `POST /cluster/mapping/pci`, "capable of providing mediated devices", which is a fact of the card; Proxmox VE compares the mark with each card of the mapping.
pub(super) fn mappings<'a>(cx: &mut Cx<'a>) {
    let model = cx.model;
    let mut devices: Vec<(ObjId, ObjId)> =
        model.all(model.fields.device.shape).filter_map(|id| Some((id, model.host(id)?.id))).collect();
    for id in model.all(model.fields.host.shape) {
        let host = crate::model::Host::new(model, id);
        let parts = host.pci(model).map(|pci| pci.id).chain(host.usb(model).map(|usb| usb.id));
        devices.extend(parts.filter(|part| cx.mapped.contains(part)).map(|part| (part, id)));
    }
    let mut found: Vec<(ObjId, Mapping<'a>, bool)> = Vec::new();
    let mut by_name: FxHashMap<(bool, &'a str), usize> = FxHashMap::default();
    for (device, host) in devices {
        let Some(hardware) = hardware(model, device) else { continue };
        let entry = entry(&hardware, model.name(host));
        let place = *by_name.entry((hardware.is_pci, hardware.mapping)).or_insert_with(|| {
            let sort = if hardware.is_pci { "pci" } else { "usb" };
            let name = Cow::Borrowed(hardware.mapping);
            found.push((device, Mapping { name, sort: Cow::Borrowed(sort), entries: Vec::new(), mdev: false }, false));
            found.len() - 1
        });
        found[place].1.mdev |= hardware.is_pci && (hardware.mdev || cx.divided.contains(&device));
        found[place].1.entries.push(Cow::Owned(entry));
        found[place].2 |= model.is_running(crate::model::Host::new(model, host));
    }
    for (device, mut mapping, is_applied) in found {
        mapping.entries.sort_unstable();
        let adopt =
            model.world.object(device).shape == model.fields.device.shape && Device::new(model, device).adopt(model);
        let life = Life { adopt, ..Life::default() };
        cx.push(device, Place::Only, life, Content::Mapping(Box::new(mapping)), is_applied);
    }
}

/// `id=1a6e:089a,node=pumped-piglet,path=10-1`, as Proxmox writes it: keys in order.
fn entry(hardware: &Hardware<'_>, node: &str) -> String {
    let mut parts = Vec::new();
    if let Some(id) = hardware.ids.first() {
        parts.push(format!("id={id}"));
    }
    if let Some(group) = hardware.group {
        parts.push(format!("iommugroup={group}"));
    }
    parts.push(format!("node={node}"));
    match (&hardware.at, hardware.port) {
        (Some(at), _) if hardware.is_pci => parts.push(format!("path={at}")),
        (_, Some(port)) => parts.push(format!("path={port}")),
        (_, None) => {}
    }
    parts.join(",")
}

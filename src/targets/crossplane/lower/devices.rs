//! Drives, network cards, devices of the host, screen and sound.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Cx, Parts, maybe, number, set, unset, word};
use crate::desire::{CdMedium, Disk, DiskExtra, Nic, PciDevice, Throttle, Usb, UsbDevice, Vm};
use crate::pve::Guest;
use crate::targets::crossplane::spec;
use crate::targets::errors;

const GIB: u64 = 1 << 30;

/// How many the provider takes of what it counts by position.
const MOST_SERIALS: usize = 4;
const MOST_SHARES: usize = 8;

/// How to do without SSH.
const KEEP: &str = "keep the image on a storage with `import` content";

pub(super) fn disk<'r>(cx: &mut Cx<'r, '_>, disk: &'r Disk<'_>) -> spec::Disk<'r> {
    let path = |field: &str| format!("disk.{}.{field}", disk.slot);
    if disk.slot.starts_with("ide") {
        cx.cannot(&format!("disk.{}", disk.slot), "the provider puts disks on scsi, virtio and sata only");
    }
    if !disk.size.is_multiple_of(GIB) {
        cx.not_exact(&path("size"), "whole GiB");
    }
    if let Some(extra) = &disk.extra {
        refuse_extra(cx, disk, extra);
    }
    let source = disk.import.as_ref().and_then(|import| cx.volume(import, || path("from")));
    // A file of `iso` content is copied into the disk over SSH; one of `import` content by Proxmox itself.
    let by_ssh = source.as_deref().is_some_and(|volume| volume.contains(":iso/"));
    if by_ssh && !cx.request.login.ssh {
        let diagnostic =
            errors::needs_ssh(cx.request, cx.origin(&path("from")), "a disk made from an `iso` file", KEEP);
        cx.diagnostics.push(diagnostic);
    }
    let (import_from, file_id) = if by_ssh { (None, source) } else { (source, None) };
    spec::Disk {
        interface: word(&disk.slot),
        datastore_id: word(&disk.storage),
        size: Some((disk.size / GIB) as i64),
        file_format: maybe(&disk.format),
        import_from,
        file_id,
        path_in_datastore: maybe(&disk.volume),
        cache: maybe(&disk.cache),
        aio: maybe(&disk.aio),
        iothread: set(disk.iothread),
        queues: number(disk.extra.as_ref().and_then(|extra| extra.queues)).filter(|_| cx.has_1_18()),
        discard: disk.discard.then_some(Cow::Borrowed("on")),
        ssd: set(disk.ssd),
        backup: unset(disk.no_backup),
        replicate: unset(disk.no_replication),
        serial: maybe(&disk.serial),
        speed: disk.throttle.as_ref().map(|throttle| Box::new(speed(cx, disk, throttle))),
        ..spec::Disk::default()
    }
}

fn refuse_extra(cx: &mut Cx<'_, '_>, disk: &Disk<'_>, extra: &DiskExtra<'_>) {
    let fields = [
        (extra.shared, "shared"),
        (extra.read_only, "read-only"),
        (extra.temporary, "temporary"),
        (extra.scsi_block, "scsi-block"),
        (extra.detect_zeroes.is_some(), "detect-zeroes"),
        (extra.queues.is_some() && !cx.has_1_18(), "queues"),
        (extra.read_error.is_some(), "read-error"),
        (extra.write_error.is_some(), "write-error"),
        (extra.vendor.is_some(), "vendor"),
        (extra.product.is_some(), "product"),
        (extra.model.is_some(), "model"),
        (extra.wwn.is_some(), "wwn"),
    ];
    for (_, field) in fields.into_iter().filter(|(is_set, _)| *is_set) {
        cx.no_field(&format!("disk.{}.{field}", disk.slot));
    }
}

fn speed<'r>(cx: &mut Cx<'r, '_>, disk: &Disk<'_>, throttle: &Throttle) -> spec::Speed<'r> {
    let path = |field: &str| format!("disk.{}.limit.{field}", disk.slot);
    let fields = [
        (throttle.total.is_some(), "total"),
        (throttle.total_burst.is_some(), "total-burst"),
        (throttle.total_burst_for.is_some(), "total-burst-for"),
        (throttle.read_burst_for.is_some(), "read-burst-for"),
        (throttle.write_burst_for.is_some(), "write-burst-for"),
        (throttle.iops.is_some(), "iops"),
        (throttle.iops_burst.is_some(), "iops-burst"),
        (throttle.iops_burst_for.is_some(), "iops-burst-for"),
        (throttle.iops_read_burst_for.is_some(), "iops-read-burst-for"),
        (throttle.iops_write_burst_for.is_some(), "iops-write-burst-for"),
    ];
    for (_, field) in fields.into_iter().filter(|(is_set, _)| *is_set) {
        cx.no_field(&path(field));
    }
    let mut whole = |value, field: &str| cx.whole(value, || path(field), "whole MiB a second");
    spec::Speed {
        read: whole(throttle.read, "read"),
        read_burstable: whole(throttle.read_burst, "read-burst"),
        write: whole(throttle.write, "write"),
        write_burstable: whole(throttle.write_burst, "write-burst"),
        iops_read: number(throttle.iops_read),
        iops_read_burstable: number(throttle.iops_read_burst),
        iops_write: number(throttle.iops_write),
        iops_write_burstable: number(throttle.iops_write_burst),
        ..spec::Speed::default()
    }
}

pub(super) fn cdroms<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    if let Some(second) = vm.cdroms.get(1) {
        cx.cannot(&format!("cdrom.{}", second.slot), "the provider takes one CD-ROM drive a VM");
    }
    out.cdrom = vm.cdroms.first().map(|cdrom| {
        Box::new(spec::Cdrom {
            interface: word(&cdrom.slot),
            file_id: match &cdrom.medium {
                CdMedium::Empty => Some(Cow::Borrowed("none")),
                CdMedium::Physical => Some(Cow::Borrowed("cdrom")),
                CdMedium::File(import) => cx.volume(import, || format!("cdrom.{}.image", cdrom.slot)),
            },
            enabled: Some(true),
            ..spec::Cdrom::default()
        })
    });
}

/// Network cards by position; a free slot before a used one is written as a card that is not there.
pub(super) fn nics<'r>(vm: &'r Vm<'_>) -> Vec<spec::NetworkDevice<'r>> {
    let mut out = Vec::with_capacity(vm.nics.len());
    for nic in &vm.nics {
        while out.len() < usize::from(nic.slot) {
            out.push(spec::NetworkDevice { enabled: Some(false), ..spec::NetworkDevice::default() });
        }
        out.push(network_device(nic));
    }
    out
}

fn network_device<'r>(nic: &'r Nic<'_>) -> spec::NetworkDevice<'r> {
    let trunks = nic.trunks.iter().fold(String::new(), |mut text, tag| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{tag}", if text.is_empty() { "" } else { ";" });
        text
    });
    spec::NetworkDevice {
        bridge: word(&nic.bridge),
        model: word(&nic.model),
        mac_address: maybe(&nic.mac),
        vlan_id: number(nic.vlan),
        trunks: (!trunks.is_empty()).then_some(Cow::Owned(trunks)),
        firewall: set(nic.firewall),
        disconnected: set(nic.disconnected),
        mtu: number(nic.mtu),
        queues: number(nic.queues),
        rate_limit: nic.rate,
        ..spec::NetworkDevice::default()
    }
}

pub(super) fn shares<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    if let Some(share) = vm.shares_of_host.get(MOST_SHARES) {
        cx.cannot(&format!("share.{}", share.mapping), "the provider takes 8 shared folders a VM");
    }
    by_position(cx, vm.shares_of_host.iter().map(|share| share.slot), "virtiofs", "share");
    let share = |share: &'r crate::desire::Share<'_>| spec::Virtiofs {
        mapping: word(&share.mapping),
        cache: maybe(&share.cache),
        direct_io: set(share.direct_io),
        expose_acl: set(share.acl),
        expose_xattr: set(share.xattr),
        ..spec::Virtiofs::default()
    };
    out.virtiofs = vm.shares_of_host.iter().map(share).collect();
}

pub(super) fn console<'r>(vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    out.vga = vm.vga.as_ref().map(|vga| {
        Box::new(spec::Vga {
            kind: maybe(&vga.sort),
            memory: number(vga.memory),
            clipboard: vga.vnc_clipboard.then_some(Cow::Borrowed("vnc")),
            ..spec::Vga::default()
        })
    });
    out.audio_device = vm.audio.as_ref().map(|audio| {
        Box::new(spec::AudioDevice {
            device: word(&audio.device),
            driver: maybe(&audio.driver),
            enabled: Some(true),
            ..spec::AudioDevice::default()
        })
    });
    out.watchdog = vm.watchdog.as_ref().map(|watchdog| {
        Box::new(spec::Watchdog {
            enabled: Some(true),
            model: maybe(&watchdog.model),
            action: maybe(&watchdog.action),
            ..spec::Watchdog::default()
        })
    });
}

/// PCI and USB devices and serial ports: those of the configuration and those of the root options are one list each.
pub(super) fn passed_through<'r>(cx: &mut Cx<'r, '_>, parts: Parts<'r>, out: &mut spec::Vm<'r>) {
    let (index, vm) = parts.vm;
    if let Some(others) = parts.others {
        let lists = [
            (!vm.pci.is_empty() && !others.pci.is_empty(), "PCI devices"),
            (!vm.usb.is_empty() && !others.usb.is_empty(), "USB devices"),
            (!vm.serials.is_empty() && !others.serials.is_empty(), "serial ports"),
        ];
        for (_, what) in lists.into_iter().filter(|(is_shared, _)| *is_shared) {
            let diagnostic = errors::shared_list(cx.request, cx.origin("attach"), what, Guest::Vm);
            cx.diagnostics.push(diagnostic);
        }
    }
    if vm.pci.is_empty() && vm.usb.is_empty() && vm.serials.is_empty() && parts.root.is_none() {
        return;
    }
    let (root_index, root_pci, root_usb, root_serials) = match parts.root {
        Some((at, root)) => (at, root.pci.as_slice(), root.usb.as_slice(), root.serials.as_slice()),
        None => (index, [].as_slice(), [].as_slice(), [].as_slice()),
    };
    let mut pci: Vec<(u8, spec::HostPci<'r>)> = Vec::new();
    for (at, devices, raw) in [(index, vm.pci.as_slice(), false), (root_index, root_pci, true)] {
        cx.index = at;
        pci.extend(devices.iter().map(|device| (device.slot, host_pci(cx, device, raw))));
    }
    let mut usb: Vec<(u8, spec::Usb<'r>)> = vm.usb.iter().map(|usb| (usb.slot, host_usb(usb))).collect();
    cx.index = root_index;
    for device in root_usb {
        let path = format!("attach.usb{}", device.slot);
        if matches!(device.device, UsbDevice::Host(_)) {
            cx.refuse_root(&path, "attach a raw USB device", true);
        }
        usb.push((device.slot, host_usb(device)));
    }
    let socket =
        |slot: &u8| (*slot, spec::SerialDevice { device: Some(Cow::Borrowed("socket")), ..Default::default() });
    let mut serials: Vec<(u8, spec::SerialDevice<'r>)> = vm.serials.iter().map(socket).collect();
    for serial in root_serials {
        cx.refuse_root(&format!("serial.serial{}", serial.slot), "attach a serial port of the host", false);
        serials.push((serial.slot, spec::SerialDevice { device: word(&serial.device), ..Default::default() }));
    }
    cx.index = index;
    pci.sort_by_key(|(slot, _)| *slot);
    usb.sort_by_key(|(slot, _)| *slot);
    serials.sort_by_key(|(slot, _)| *slot);
    by_position(cx, usb.iter().map(|(slot, _)| *slot), "usb", "attach");
    by_position(cx, serials.iter().map(|(slot, _)| *slot), "serial", "serial");
    if let Some((slot, _)) = serials.get(MOST_SERIALS) {
        cx.cannot(&format!("serial.serial{slot}"), "the provider takes 4 serial ports a VM");
    }
    out.hostpci = pci.into_iter().map(|(_, device)| device).collect();
    out.usb = usb.into_iter().map(|(_, device)| device).collect();
    out.serial_device = serials.into_iter().map(|(_, device)| device).collect();
}

/// Refuses the first slot that does not stand at its own position.
pub(super) fn by_position(cx: &mut Cx<'_, '_>, slots: impl Iterator<Item = u8>, stem: &str, block: &str) {
    if let Some((position, slot)) = slots.enumerate().find(|(position, slot)| *position != usize::from(*slot)) {
        let (slot, missing) = (format!("{stem}{slot}"), format!("{stem}{position}"));
        let diagnostic = errors::slot_gap(cx.request, cx.origin(&format!("{block}.{slot}")), &slot, &missing);
        cx.diagnostics.push(diagnostic);
    }
}

fn host_pci<'r>(cx: &mut Cx<'r, '_>, device: &'r PciDevice<'_>, raw: bool) -> spec::HostPci<'r> {
    let path = |field: &str| format!("attach.hostpci{}{field}", device.slot);
    if raw {
        cx.refuse_root(&path(""), "attach a raw PCI device", true);
    } else if device.rom_file.is_some() {
        // Proxmox lets only root name a file, mapping or not.
        cx.refuse_root(&path(".rom-file"), "name a ROM file", false);
    }
    let fields = [
        (device.driver.is_some(), ".driver"),
        (device.legacy_igd, ".legacy-igd"),
        (device.vendor_id.is_some(), ".vendor-id"),
        (device.device_id.is_some(), ".device-id"),
        (device.sub_vendor_id.is_some(), ".sub-vendor-id"),
        (device.sub_device_id.is_some(), ".sub-device-id"),
    ];
    for (_, field) in fields.into_iter().filter(|(is_set, _)| *is_set) {
        cx.no_field(&path(field));
    }
    let (mapping, id) = if raw { (None, word(&device.device)) } else { (word(&device.device), None) };
    spec::HostPci {
        device: Some(Cow::Owned(format!("hostpci{}", device.slot))),
        mapping,
        id,
        pcie: set(device.pcie),
        rombar: unset(device.no_rom_bar),
        rom_file: maybe(&device.rom_file),
        xvga: set(device.x_vga),
        mdev: maybe(&device.mdev),
        ..spec::HostPci::default()
    }
}

fn host_usb<'r>(usb: &'r Usb<'_>) -> spec::Usb<'r> {
    let (mapping, host) = match &usb.device {
        UsbDevice::Spice => (None, Some(Cow::Borrowed("spice"))),
        UsbDevice::Mapping(mapping) => (word(mapping), None),
        UsbDevice::Host(host) => (None, word(host)),
    };
    spec::Usb { mapping, host, usb3: set(usb.usb3), ..spec::Usb::default() }
}

//! The blocks of a VM, one function each.

use super::names::Names;
use super::places::{Connection, Places};
use super::{Body, text};
use crate::desire::{
    CdMedium, Cdrom, CloudInit, Cpu, Disk, EfiDisk, IpConfig, Nic, NumaNode, PciDevice, RootOptions, Share, Throttle,
    Tpm, Usb,
};
use crate::eval::show;

pub(super) fn cpu(cpu: &Cpu<'_>, root: Option<&RootOptions<'_>>) -> Body {
    let mut body = Body::default();
    body.number("cores", cpu.cores);
    body.number("sockets", cpu.sockets);
    body.member_unless("type", cpu.model.as_ref(), "kvm64", "x86-64-v2-AES");
    body.strings("flags", &cpu.flags);
    body.number("hotplugged", cpu.hotplugged);
    if let Some(limit) = cpu.limit {
        body.say("limit", format!("{limit:?}"));
    }
    body.number("units", cpu.units);
    body.on("numa", cpu.numa);
    if let Some(root) = root {
        body.member("architecture", root.architecture.as_ref());
        body.string("affinity", root.affinity.as_ref());
    }
    body
}

pub(super) fn numa_node(node: &NumaNode<'_>) -> Body {
    let mut body = Body::default();
    body.say("cpus", text::string(&node.cpus));
    body.mebibytes("memory", node.memory);
    body.string("host-nodes", node.host_nodes.as_ref());
    body.member("policy", node.policy.as_ref());
    body
}

pub(super) fn efi(efi: &EfiDisk<'_>) -> Body {
    let mut body = Body::default();
    body.say("storage", text::name(&efi.storage));
    body.member_unless("size", efi.size.as_ref(), "2m", "4m");
    body.on("pre-enrolled-keys", efi.pre_enrolled_keys);
    body.member("format", efi.format.as_ref());
    body
}

pub(super) fn tpm(tpm: &Tpm<'_>) -> Body {
    let mut body = Body::default();
    body.say("storage", text::name(&tpm.storage));
    body.member_unless("version", tpm.version.as_ref(), "v1.2", "v2.0");
    body
}

pub(super) fn disk<'d>((places, names): (&mut Places<'d>, &Names), node: &'d str, disk: &'d Disk<'_>) -> Body {
    let mut body = Body::default();
    body.say("storage", text::name(&disk.storage));
    body.say("size", show::size(disk.size));
    if let Some(import) = &disk.import {
        body.say("from", places.file(names, node, import, "import"));
    }
    body.string("volume", disk.volume.as_ref());
    body.member("format", disk.format.as_ref());
    body.member("cache", disk.cache.as_ref());
    body.member("aio", disk.aio.as_ref());
    body.on("iothread", disk.iothread);
    body.on("discard", disk.discard);
    body.on("ssd", disk.ssd);
    body.off("backup", disk.no_backup);
    body.off("replicate", disk.no_replication);
    body.string("serial", disk.serial.as_ref());
    body.number("queues", disk.extra.as_ref().and_then(|extra| extra.queues));
    if let Some(throttle) = &disk.throttle {
        body.block_if_said("limit", limit(throttle));
    }
    body
}

/// Megabytes of Proxmox are MiB.
fn limit(throttle: &Throttle) -> Body {
    let mut body = Body::default();
    for (key, rate) in [
        ("read", throttle.read),
        ("read-burst", throttle.read_burst),
        ("write", throttle.write),
        ("write-burst", throttle.write_burst),
    ] {
        if let Some(rate) = rate {
            body.say(key, show::size((rate * 1_048_576.0) as u64));
        }
    }
    body.number("iops-read", throttle.iops_read);
    body.number("iops-read-burst", throttle.iops_read_burst);
    body.number("iops-write", throttle.iops_write);
    body.number("iops-write-burst", throttle.iops_write_burst);
    body
}

pub(super) fn cdrom<'d>((places, names): (&mut Places<'d>, &Names), node: &'d str, drive: &'d Cdrom<'_>) -> Body {
    let mut body = Body::default();
    match &drive.medium {
        CdMedium::Empty => {}
        CdMedium::Physical => body.say("physical", "true"),
        CdMedium::File(import) => body.say("image", places.file(names, node, import, "iso")),
    }
    body
}

/// A NIC. `config` is what cloud-init says of it, where there is a cloud-init.
pub(super) fn nic(
    nic: &Nic<'_>,
    config: Option<Option<&IpConfig<'_>>>,
    connection: &Connection,
    all_static: bool,
) -> Body {
    let mut body = Body::default();
    body.say("network", connection.network.clone());
    if let Some(via) = &connection.via {
        body.say("via", via.clone());
    }
    if let Some(config) = config {
        addresses(&mut body, config, all_static);
    }
    if let Some(mac) = &nic.mac {
        body.say("mac", text::literal(mac));
    }
    body.number("vlan", nic.vlan);
    if !nic.trunks.is_empty() {
        body.say("trunks", text::list(nic.trunks.iter().map(u32::to_string)));
    }
    body.member_unless("model", Some(&nic.model), "virtio", "virtio");
    body.on("firewall", nic.firewall);
    body.off("connected", nic.disconnected);
    body.number("mtu", nic.mtu);
    body.number("queues", nic.queues);
    if let Some(rate) = nic.rate {
        // Proxmox counts megabytes a second.
        body.say("rate", show::rate((rate * 8e6).round() as u64));
    }
    body
}

fn addresses(body: &mut Body, config: Option<&IpConfig<'_>>, all_static: bool) {
    match config.and_then(|config| config.ip.as_deref()) {
        Some("dhcp") => {}
        Some(fixed) => {
            body.say("address", text::literal(fixed.split_once('/').map_or(fixed, |(address, _)| address)));
            if !all_static {
                body.say("config", "static");
            }
        }
        None => body.say("config", "none"),
    }
    let Some(config) = config else { return };
    if let Some(ip6) = &config.ip6 {
        let is_word = matches!(&**ip6, "dhcp" | "auto");
        body.say("address6", if is_word { ip6.to_string() } else { text::string(ip6) });
    }
    body.string("gateway6", config.gateway6.as_ref());
}

pub(super) fn cloud_init<'d>(
    (places, names): (&mut Places<'d>, &Names),
    node: &'d str,
    init: &'d CloudInit<'_>,
    all_static: bool,
) -> Body {
    let mut body = Body::default();
    body.say("storage", text::name(&init.storage));
    if init.slot != "ide2" {
        body.say("slot-of-drive", text::string(&init.slot));
    }
    body.member("format", init.format.as_ref());
    body.member("type", init.sort.as_ref());
    body.string("user", init.user.as_ref());
    if let Some(password) = &init.password {
        body.say("password", places.secret(password));
    }
    body.strings("ssh-keys", &init.keys);
    if all_static {
        body.say("address", "static");
    }
    if !init.dns.is_empty() {
        body.say("dns", text::list(init.dns.iter().map(|address| text::literal(address))));
    }
    body.string("domain", init.domain.as_ref());
    body.off("upgrade", init.no_upgrade);
    for (key, file) in [
        ("user-data", &init.user_data),
        ("vendor-data", &init.vendor_data),
        ("network-data", &init.network_data),
        ("meta-data", &init.meta_data),
    ] {
        if let Some(file) = file {
            body.say(key, places.file(names, node, file, "snippets"));
        }
    }
    body
}

/// A PCI card.
pub(super) fn card(card: &PciDevice<'_>, is_mapped: bool, slot: Option<String>) -> Body {
    let mut body = Body::default();
    body.off("mapping", !is_mapped);
    if let Some(slot) = slot {
        body.say("as", text::string(&slot));
    }
    body.on("pcie", card.pcie);
    body.on("x-vga", card.x_vga);
    body.off("rom-bar", card.no_rom_bar);
    body.string("rom-file", card.rom_file.as_ref());
    body.string("mdev", card.mdev.as_ref());
    body
}

/// A USB device.
pub(super) fn stick(usb: &Usb<'_>, is_mapped: bool, slot: Option<String>) -> Body {
    let mut body = Body::default();
    body.off("mapping", !is_mapped);
    if let Some(slot) = slot {
        body.say("as", text::string(&slot));
    }
    body.on("usb3", usb.usb3);
    body
}

pub(super) fn share(share: &Share<'_>) -> Body {
    let mut body = Body::default();
    body.member("cache", share.cache.as_ref());
    body.on("direct-io", share.direct_io);
    body.on("acl", share.acl);
    body.on("xattr", share.xattr);
    body
}

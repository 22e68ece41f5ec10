//! A VM: its configuration, its root options and whether it runs, as one resource.

use super::parts;
use super::places::Device;
use super::{Body, Writer, life, text};
use crate::desire::{Content, Object, Power, RootOptions, Startup, UsbDevice, Vm};

/// The head and body of a VM. Its other facets stand next to it in the sorted objects.
pub(super) fn vm<'d>(
    writer: &mut Writer<'d, '_>,
    index: usize,
    object: &'d Object<'_>,
    vm: &'d Vm<'_>,
) -> (String, Body) {
    let (root, power) = facets(writer, index, object);
    let mut body = Body::default();
    if vm.name.as_deref().is_some_and(|name| name != object.name()) {
        body.string("name", vm.name.as_ref());
    }
    body.number("id", vm.id);
    body.lines("description", vm.description.as_ref());
    body.strings("tags", &vm.tags);
    if let Some(pool) = &vm.pool {
        body.say("pool", text::string(pool));
    }
    machine(&mut body, vm);
    body.block_if_said("cpu", parts::cpu(&vm.cpu, root));
    memory(&mut body, vm, root);
    for node in &vm.numa_nodes {
        body.block(format!("numa-node numa{}", node.slot), parts::numa_node(node));
    }
    if let Some(efi) = &vm.efi {
        writer.places.holds(&vm.node, &efi.storage, "images");
        body.block("efi", parts::efi(efi));
    }
    if let Some(tpm) = &vm.tpm {
        writer.places.holds(&vm.node, &tpm.storage, "images");
        body.block("tpm", parts::tpm(tpm));
    }
    for disk in &vm.disks {
        writer.places.holds(&vm.node, &disk.storage, "images");
        let block = parts::disk((&mut writer.places, &writer.names), &vm.node, disk);
        body.block(format!("disk {}", text::name(&disk.slot)), block);
    }
    for drive in &vm.cdroms {
        let block = parts::cdrom((&mut writer.places, &writer.names), &vm.node, drive);
        body.block(format!("cdrom {}", text::name(&drive.slot)), block);
    }
    nics(writer, vm, &mut body);
    if let Some(init) = &vm.cloud_init {
        writer.places.holds(&vm.node, &init.storage, "images");
        let is_static = all_static(vm);
        body.block("cloud-init", parts::cloud_init((&mut writer.places, &writer.names), &vm.node, init, is_static));
    }
    attachments(writer, vm, root, &mut body);
    for share in &vm.shares_of_host {
        body.block(format!("share {}", text::name(&share.mapping)), parts::share(share));
    }
    ports(vm, root, &mut body);
    screen(vm, &mut body);
    options(writer, vm, &mut body);
    if let Some(root) = root {
        root_options(writer, vm, root, &mut body);
    }
    lifetime(vm, &mut body);
    match power {
        None => body.say("state", "unmanaged"),
        Some(Power { running: false }) => body.say("state", "stopped"),
        Some(Power { running: true }) => {}
    }
    life(&mut body, &object.life);
    (format!("vm {} on {}", text::name(object.name()), text::name(&vm.node)), body)
}

/// The other facets of the VM at `index`.
fn facets<'d>(
    writer: &Writer<'d, '_>,
    index: usize,
    object: &Object<'_>,
) -> (Option<&'d RootOptions<'d>>, Option<Power>) {
    let (mut root, mut power) = (None, None);
    let rest = writer.desired.objects.iter().skip(index + 1).take_while(|other| other.address == object.address);
    for other in rest {
        match &other.content {
            Content::RootOptions(options) => root = Some(&**options),
            Content::Power(state) => power = Some(*state),
            Content::Vm(_)
            | Content::Image(_)
            | Content::Snippet(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_)
            | Content::Host(_)
            | Content::Firewall(_)
            | Content::Container(_)
            | Content::ContainerRoot(_)
            | Content::ContainerPower(_) => {}
        }
    }
    (root, power)
}

fn machine(body: &mut Body, vm: &Vm<'_>) {
    body.member_unless("machine", vm.machine.as_ref(), "i440fx", "i440fx");
    body.member_unless("bios", vm.bios.as_ref(), "seabios", "seabios");
    body.member_unless("os", vm.os.as_ref(), "other", "l26");
    body.member_unless("scsi-controller", vm.scsi_controller.as_ref(), "lsi", "virtio-scsi-single");
    body.strings("boot-order", &vm.boot_order);
}

fn memory(body: &mut Body, vm: &Vm<'_>, root: Option<&RootOptions<'_>>) {
    if vm.memory != 512 {
        body.mebibytes("memory", Some(vm.memory));
    }
    // The library says no balloon, which Proxmox is told as 0; Proxmox by itself gives one of the whole memory.
    match vm.balloon {
        Some(0) => {}
        other => body.mebibytes("balloon", Some(other.unwrap_or(vm.memory))),
    }
    body.number("balloon-shares", vm.shares);
    body.off("ksm", vm.no_ksm);
    let Some(root) = root else { return };
    body.member("hugepages", root.hugepages.as_ref());
    body.on("keep-hugepages", root.keep_hugepages);
    if let Some(shared) = &root.shared_memory {
        let mut block = Body::default();
        block.mebibytes("size", Some(shared.size));
        let usual = format!("vm-{}-ivshmem", vm.id.unwrap_or_default());
        block.string("name", shared.name.as_ref().filter(|name| **name != usual));
        body.block("shared-memory", block);
    }
}

/// Whether every NIC gets a static address.
fn all_static(vm: &Vm<'_>) -> bool {
    let Some(init) = &vm.cloud_init else { return false };
    !vm.nics.is_empty()
        && vm.nics.iter().all(|nic| {
            let config = init.addresses.iter().find(|config| config.slot == nic.slot);
            config.and_then(|config| config.ip.as_deref()).is_some_and(|ip| ip != "dhcp")
        })
}

fn nics<'d>(writer: &mut Writer<'d, '_>, vm: &'d Vm<'_>, body: &mut Body) {
    let is_static = all_static(vm);
    for nic in &vm.nics {
        let config = vm.cloud_init.as_ref().map(|init| init.addresses.iter().find(|config| config.slot == nic.slot));
        let fixed = config.flatten().and_then(|config| {
            let ip = config.ip.as_deref().filter(|ip| *ip != "dhcp")?;
            Some((ip, config.gateway.as_deref()))
        });
        let connection = writer.places.connect(&vm.node, &nic.bridge, fixed);
        if !nic.trunks.is_empty() {
            writer.places.carries_tags(&vm.node, &nic.bridge);
        }
        body.block(format!("nic net{}", nic.slot), parts::nic(nic, config, &connection, is_static));
    }
}

/// Devices of the host, in the order of their slots, which is that in which slots are given out.
fn attachments<'d>(writer: &mut Writer<'d, '_>, vm: &'d Vm<'_>, root: Option<&'d RootOptions<'d>>, body: &mut Body) {
    let of_root = root.map_or(&[][..], |root| &root.pci);
    let mut cards: Vec<_> =
        vm.pci.iter().map(|card| (card, true)).chain(of_root.iter().map(|card| (card, false))).collect();
    cards.sort_by_key(|(card, _)| card.slot);
    for (place, (card, is_mapped)) in cards.into_iter().enumerate() {
        let device: &'d str = &card.device;
        let device = if is_mapped { Device::MappedPci(device) } else { Device::Pci(device) };
        let name = writer.places.device(&vm.node, device);
        let slot = (usize::from(card.slot) != place).then(|| format!("hostpci{}", card.slot));
        body.block(format!("attach {name}"), parts::card(card, is_mapped, slot));
    }
    let of_root = root.map_or(&[][..], |root| &root.usb);
    let mut sticks: Vec<_> = vm.usb.iter().chain(of_root).collect();
    sticks.sort_by_key(|usb| usb.slot);
    for (place, usb) in sticks.into_iter().enumerate() {
        let (device, is_mapped) = match &usb.device {
            UsbDevice::Spice => {
                writer.notes.push(format!(
                    "usb{} of `{}` is a SPICE port, which hlab has no word for",
                    usb.slot,
                    vm_name(vm)
                ));
                continue;
            }
            UsbDevice::Mapping(mapping) => (Device::MappedUsb(mapping), true),
            UsbDevice::Host(ids) => (Device::Usb(ids), false),
        };
        let name = writer.places.device(&vm.node, device);
        let slot = (usize::from(usb.slot) != place).then(|| format!("usb{}", usb.slot));
        body.block(format!("attach {name}"), parts::stick(usb, is_mapped, slot));
    }
}

fn vm_name(vm: &Vm<'_>) -> String {
    vm.name.as_ref().map_or_else(|| "a VM".to_owned(), |name| name.to_string())
}

/// Serial and parallel ports.
fn ports(vm: &Vm<'_>, root: Option<&RootOptions<'_>>, body: &mut Body) {
    for slot in &vm.serials {
        body.block(format!("serial serial{slot}"), Body::default());
    }
    let Some(root) = root else { return };
    for (word, ports) in [("serial", &root.serials), ("parallel", &root.parallels)] {
        for port in ports {
            let mut block = Body::default();
            block.say("device", text::string(&port.device));
            body.block(format!("{word} {word}{}", port.slot), block);
        }
    }
}

fn screen(vm: &Vm<'_>, body: &mut Body) {
    if let Some(vga) = &vm.vga {
        let mut block = Body::default();
        block.member("type", vga.sort.as_ref());
        block.mebibytes("memory", vga.memory);
        block.on("vnc-clipboard", vga.vnc_clipboard);
        body.block_if_said("display", block);
    }
    if let Some(audio) = &vm.audio {
        let mut block = Body::default();
        block.member_unless("device", Some(&audio.device), "", "ich9-intel-hda");
        block.member_unless("driver", audio.driver.as_ref(), "spice", "spice");
        body.block("audio", block);
    }
    if let Some(watchdog) = &vm.watchdog {
        let mut block = Body::default();
        block.member("model", watchdog.model.as_ref());
        block.member("action", watchdog.action.as_ref());
        body.block("watchdog", block);
    }
    body.member("keyboard", vm.keyboard.as_ref());
    body.off("tablet", vm.no_tablet);
    if let Some(smbios) = &vm.smbios {
        let mut block = Body::default();
        for (key, value) in [
            ("uuid", &smbios.uuid),
            ("manufacturer", &smbios.manufacturer),
            ("product", &smbios.product),
            ("version", &smbios.version),
            ("serial", &smbios.serial),
            ("sku", &smbios.sku),
            ("family", &smbios.family),
        ] {
            block.string(key, value.as_ref());
        }
        body.block("smbios", block);
    }
}

/// The agent, and what few guests say.
fn options<'d>(writer: &mut Writer<'d, '_>, vm: &'d Vm<'_>, body: &mut Body) {
    let mut agent = Body::default();
    match &vm.agent {
        None => agent.say("enabled", "false"),
        Some(said) => {
            agent.on("trim", said.trim);
            agent.off("freeze", said.no_freeze);
            agent.member("type", said.sort.as_ref());
            agent.seconds("timeout", said.timeout);
            agent.off("wait", said.no_wait);
            agent.on("wait-for-ipv4", said.wait_for_ipv4);
            agent.on("wait-for-ipv6", said.wait_for_ipv6);
        }
    }
    body.block_if_said("agent", agent);
    if let Some(guest) = &vm.guest {
        body.off("acpi", guest.no_acpi);
        if let Some(features) = &guest.hotplug {
            body.say("hotplug", text::list(features.iter().map(|feature| text::member(feature))));
        }
    }
    if let Some(clone) = &vm.clone {
        let mut block = Body::default();
        let from = clone.node.as_deref().unwrap_or(&vm.node);
        block.say("from", writer.places.template("vm", from, clone.id));
        block.off("full", clone.linked);
        if let Some(storage) = &clone.storage {
            writer.places.holds(&vm.node, storage, "images");
            block.say("storage", text::name(storage));
        }
        block.number("retries", clone.retries);
        body.block("clone", block);
    }
    if vm.create.as_ref().is_some_and(|create| create.reboot) {
        let mut block = Body::default();
        block.say("reboot", "true");
        body.block("create", block);
    }
}

fn root_options<'d>(writer: &mut Writer<'d, '_>, vm: &'d Vm<'_>, root: &'d RootOptions<'_>, body: &mut Body) {
    if let Some(hook) = &root.hook {
        body.say("hook", writer.places.file(&writer.names, &vm.node, hook, "snippets"));
    }
    if let Some(sev) = &root.sev {
        let mut block = Body::default();
        block.member_unless("type", Some(&sev.sort), "std", "std");
        block.off("allow-smt", sev.no_smt);
        block.on("kernel-hashes", sev.kernel_hashes);
        block.on("no-debug", sev.no_debug);
        block.on("no-key-sharing", sev.no_key_sharing);
        body.block("sev", block);
    }
    if let Some(rng) = &root.rng {
        let mut block = Body::default();
        block.member_unless("source", Some(&rng.source), "", "/dev/urandom");
        block.number("max-bytes", rng.max_bytes);
        if let Some(period) = rng.period {
            block.say("period", crate::eval::show::duration(u64::from(period)));
        }
        body.block("rng", block);
    }
    body.pairs("raw", root.args.iter().map(|args| ("args", &**args)));
}

/// When a guest starts.
pub(super) fn start(on_boot: bool, startup: Option<Startup>) -> Body {
    let mut start = Body::default();
    start.on("on-boot", on_boot);
    if let Some(Startup { order, up, down }) = startup {
        start.number("order", order);
        start.seconds("delay", up);
        start.seconds("stop-delay", down);
    }
    start
}

/// When it starts, and what tools do to it.
fn lifetime(vm: &Vm<'_>, body: &mut Body) {
    body.block_if_said("start", start(vm.on_boot, vm.startup));
    body.on("protection", vm.protection);
    body.on("template", vm.template);
    let Some(provider) = &vm.provider else { return };
    let mut update = Body::default();
    update.off("reboot", provider.no_reboot);
    update.on("migrate", provider.migrate);
    body.block_if_said("update", update);
    let mut destroy = Body::default();
    destroy.off("unreferenced-disks", provider.keep_unreferenced_disks);
    destroy.off("purge", provider.no_purge);
    destroy.on("stop", provider.stop);
    body.block_if_said("destroy", destroy);
    let mut timeouts = Body::default();
    for (key, seconds) in [
        ("clone", provider.timeouts.clone),
        ("create", provider.timeouts.create),
        ("migrate", provider.timeouts.migrate),
        ("move-disk", provider.timeouts.move_disk),
        ("reboot", provider.timeouts.reboot),
        ("shutdown", provider.timeouts.shutdown),
        ("start", provider.timeouts.start),
        ("stop", provider.timeouts.stop),
    ] {
        timeouts.seconds(key, seconds);
    }
    body.block_if_said("timeouts", timeouts);
}

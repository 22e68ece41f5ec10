//! A VM as Proxmox is told it.

use std::collections::BTreeMap;

use super::line::{Line, Options};
use super::volume;
use crate::desire::{
    Agent, CdMedium, CloudInit, Cpu, CpuExtra, Desired, Disk, EfiDisk, Guest, Nic, PciDevice, RootOptions, Smbios,
    Startup, Throttle, Usb, UsbDevice, Vm,
};
use crate::pve::{Version, base64, normal, size};

pub(super) fn config(desired: &Desired<'_>, vm: &Vm<'_>, version: Version) -> BTreeMap<String, String> {
    let mut out = Options::default();
    out.some("name", vm.name.as_ref());
    out.some("description", vm.description.as_ref());
    out.list("tags", &vm.tags, ";");
    out.some("pool", vm.pool.as_ref());
    cpu(&mut out, &vm.cpu);
    out.set("memory", vm.memory);
    out.some("balloon", vm.balloon);
    out.some("shares", vm.shares);
    out.off("allow-ksm", vm.no_ksm);
    for node in &vm.numa_nodes {
        let line = Line::default().key("cpus", &node.cpus).some("hostnodes", node.host_nodes.as_ref());
        out.line(format!("numa{}", node.slot), line.some("memory", node.memory).some("policy", node.policy.as_ref()));
    }
    machine(&mut out, vm);
    out.some("bios", vm.bios.as_ref());
    out.some("ostype", vm.os.as_ref());
    if !vm.boot_order.is_empty() {
        out.line("boot", Line::default().list("order", &vm.boot_order));
    }
    out.some("scsihw", vm.scsi_controller.as_ref());
    drives(&mut out, desired, vm);
    for card in &vm.nics {
        out.line(format!("net{}", card.slot), nic(card));
    }
    if let Some(init) = &vm.cloud_init {
        cloud_init(&mut out, desired, init);
    }
    vm.pci.iter().for_each(|device| out.line(format!("hostpci{}", device.slot), pci(device, "mapping")));
    vm.usb.iter().for_each(|device| out.line(format!("usb{}", device.slot), usb(device)));
    for share in &vm.shares_of_host {
        let line = Line::of(&share.mapping).some("cache", share.cache.as_ref()).on("direct-io", share.direct_io);
        out.line(format!("virtiofs{}", share.slot), line.on("expose-acl", share.acl).on("expose-xattr", share.xattr));
    }
    vm.serials.iter().for_each(|slot| out.set(format!("serial{slot}"), "socket"));
    if let Some(vga) = &vm.vga {
        let line = Line::of(vga.sort.as_deref().unwrap_or("std")).some("memory", vga.memory);
        out.line("vga", line.some("clipboard", vga.vnc_clipboard.then_some("vnc")));
    }
    if let Some(audio) = &vm.audio {
        out.line("audio0", Line::default().key("device", &audio.device).some("driver", audio.driver.as_ref()));
    }
    if let Some(watchdog) = &vm.watchdog {
        let line = Line::of(watchdog.model.as_deref().unwrap_or("i6300esb"));
        out.line("watchdog", line.some("action", watchdog.action.as_ref()));
    }
    out.some("keyboard", vm.keyboard.as_ref());
    out.off("tablet", vm.no_tablet);
    if let Some(smbios) = &vm.smbios {
        out.line("smbios1", self::smbios(smbios));
    }
    if let Some(agent) = &vm.agent {
        out.line("agent", self::agent(agent, version));
    }
    if let Some(guest) = &vm.guest {
        seldom(&mut out, guest);
    }
    out.on("onboot", vm.on_boot);
    if let Some(startup) = &vm.startup {
        out.line("startup", self::startup(startup));
    }
    out.on("protection", vm.protection);
    out.on("template", vm.template);
    vm.raw.iter().for_each(|raw| out.set(raw.name.to_string(), &raw.value));
    out.0
}

pub(super) fn root(desired: &Desired<'_>, root: &RootOptions<'_>) -> BTreeMap<String, String> {
    let mut out = Options::default();
    out.some("args", root.args.as_ref());
    out.some("hookscript", root.hook.as_ref().map(|hook| volume(desired, hook)));
    out.some("affinity", root.affinity.as_ref());
    out.some("arch", root.architecture.as_ref());
    out.some("hugepages", root.hugepages.as_ref());
    out.on("keephugepages", root.keep_hugepages);
    if let Some(sev) = &root.sev {
        let line = Line::of(&sev.sort).off("allow-smt", sev.no_smt).on("kernel-hashes", sev.kernel_hashes);
        out.line("amd-sev", line.on("no-debug", sev.no_debug).on("no-key-sharing", sev.no_key_sharing));
    }
    if let Some(tdx) = &root.tdx {
        let line = Line::of("tdx").key("attestation", u8::from(tdx.attestation));
        out.line("intel-tdx", line.some("vsock-cid", tdx.vsock_cid).some("vsock-port", tdx.vsock_port));
    }
    if let Some(memory) = &root.shared_memory {
        out.line("ivshmem", Line::default().key("size", memory.size).some("name", memory.name.as_ref()));
    }
    if let Some(rng) = &root.rng {
        let line = Line::default().key("source", &rng.source);
        out.line("rng0", line.some("max_bytes", rng.max_bytes).some("period", rng.period));
    }
    if let Some(spice) = &root.spice {
        let line = Line::default().on("foldersharing", spice.folder_sharing);
        out.line("spice_enhancements", line.some("videostreaming", spice.video_streaming.as_ref()));
    }
    out.some("vmgenid", root.generation_id.as_ref());
    root.pci.iter().for_each(|device| out.line(format!("hostpci{}", device.slot), pci(device, "host")));
    root.usb.iter().for_each(|device| out.line(format!("usb{}", device.slot), usb(device)));
    root.serials.iter().for_each(|port| out.set(format!("serial{}", port.slot), &port.device));
    root.parallels.iter().for_each(|port| out.set(format!("parallel{}", port.slot), &port.device));
    out.0
}

fn cpu(out: &mut Options, cpu: &Cpu<'_>) {
    out.some("cores", cpu.cores);
    out.some("sockets", cpu.sockets);
    out.some("vcpus", cpu.hotplugged);
    out.some("cpulimit", cpu.limit);
    out.some("cpuunits", cpu.units);
    out.on("numa", cpu.numa);
    let none = CpuExtra::default();
    let extra = cpu.extra.as_deref().unwrap_or(&none);
    if cpu.model.is_none() && cpu.flags.is_empty() && *extra == none {
        return;
    }
    let line = Line::of(cpu.model.as_deref().unwrap_or("kvm64")).list("flags", &cpu.flags);
    let line = line.on("hidden", extra.hidden).some("hv-vendor-id", extra.hv_vendor_id.as_ref());
    let line = line.some("phys-bits", extra.phys_bits.as_ref()).some("guest-phys-bits", extra.guest_phys_bits);
    out.line("cpu", line.some("reported-model", extra.reported_model.as_ref()));
}

fn machine(out: &mut Options, vm: &Vm<'_>) {
    let mut line = match &vm.machine {
        Some(machine) => Line::of(machine),
        None => Line::default(),
    };
    if let Some(extra) = &vm.machine_extra {
        line = line.some("viommu", extra.viommu.as_ref()).some("aw-bits", extra.address_bits);
        line = line.some("enable-s3", extra.sleep.map(u8::from)).some("enable-s4", extra.hibernate.map(u8::from));
    }
    out.line("machine", line);
}

fn drives(out: &mut Options, desired: &Desired<'_>, vm: &Vm<'_>) {
    for disk in &vm.disks {
        out.line(&*disk.slot, self::disk(desired, disk));
    }
    for drive in &vm.cdroms {
        let medium = match &drive.medium {
            CdMedium::Empty => "none".to_owned(),
            CdMedium::Physical => "cdrom".to_owned(),
            CdMedium::File(import) => volume(desired, import),
        };
        out.line(&*drive.slot, Line::of(medium).key("media", "cdrom"));
    }
    if let Some(efi) = &vm.efi {
        let EfiDisk { storage, size, pre_enrolled_keys, format, ms_cert } = &**efi;
        let line = Line::of(format!("{storage}:1")).some("efitype", size.as_ref()).some("format", format.as_ref());
        out.line("efidisk0", line.some("ms-cert", ms_cert.as_ref()).on("pre-enrolled-keys", *pre_enrolled_keys));
    }
    if let Some(tpm) = &vm.tpm {
        out.line("tpmstate0", Line::of(format!("{}:1", tpm.storage)).some("version", tpm.version.as_ref()));
    }
}

fn disk(desired: &Desired<'_>, disk: &Disk<'_>) -> Line {
    let line = match (&disk.volume, &disk.import) {
        // Some write the whole id, as `pvesm list` shows it.
        (Some(volume), _) if volume.contains(':') => Line::of(volume).key("size", size::text(disk.size)),
        (Some(volume), _) => Line::of(format!("{}:{volume}", disk.storage)).key("size", size::text(disk.size)),
        (None, Some(import)) => {
            let line = Line::of(format!("{}:0", disk.storage)).key("import-from", volume(desired, import));
            line.key("size", size::text(disk.size))
        }
        (None, None) => Line::of(format!("{}:{}", disk.storage, size::gibibytes(disk.size))),
    };
    let line = line.some("format", disk.format.as_ref()).some("cache", disk.cache.as_ref());
    let line = line.some("aio", disk.aio.as_ref()).on("iothread", disk.iothread);
    let line = line.some("discard", disk.discard.then_some("on")).on("ssd", disk.ssd);
    let line = line.off("backup", disk.no_backup).off("replicate", disk.no_replication);
    let mut line = line.some("serial", disk.serial.as_ref());
    if let Some(limit) = &disk.throttle {
        line = throttle(line, limit);
    }
    let Some(extra) = &disk.extra else { return line };
    let line = line.on("shared", extra.shared).on("ro", extra.read_only).on("snapshot", extra.temporary);
    let line = line.on("scsiblock", extra.scsi_block).some("detect_zeroes", extra.detect_zeroes.map(u8::from));
    let line = line.some("queues", extra.queues).some("rerror", extra.read_error.as_ref());
    let line = line.some("werror", extra.write_error.as_ref()).some("vendor", extra.vendor.as_ref());
    let line = line.some("product", extra.product.as_ref()).some("model", extra.model.as_ref());
    line.some("wwn", extra.wwn.as_ref())
}

fn throttle(line: Line, limit: &Throttle) -> Line {
    let line = line.some("mbps", limit.total).some("mbps_rd", limit.read).some("mbps_wr", limit.write);
    let line = line.some("mbps_max", limit.total_burst).some("mbps_rd_max", limit.read_burst);
    let line = line.some("mbps_wr_max", limit.write_burst).some("bps_max_length", limit.total_burst_for);
    let line = line.some("bps_rd_max_length", limit.read_burst_for);
    let line = line.some("bps_wr_max_length", limit.write_burst_for).some("iops", limit.iops);
    let line = line.some("iops_rd", limit.iops_read).some("iops_wr", limit.iops_write);
    let line = line.some("iops_max", limit.iops_burst).some("iops_rd_max", limit.iops_read_burst);
    let line = line.some("iops_wr_max", limit.iops_write_burst).some("iops_max_length", limit.iops_burst_for);
    line.some("iops_rd_max_length", limit.iops_read_burst_for).some("iops_wr_max_length", limit.iops_write_burst_for)
}

fn nic(nic: &Nic<'_>) -> Line {
    let line = match &nic.mac {
        Some(mac) => Line::default().key(&nic.model, mac),
        None => Line::of(&nic.model),
    };
    let line = line.some("bridge", Some(&nic.bridge).filter(|bridge| !bridge.is_empty())).on("firewall", nic.firewall);
    let line = line.some("tag", nic.vlan).list("trunks", &nic.trunks).on("link_down", nic.disconnected);
    line.some("mtu", nic.mtu).some("queues", nic.queues).some("rate", nic.rate)
}

fn pci(device: &PciDevice<'_>, key: &str) -> Line {
    let line = Line::default().key(key, &device.device).on("pcie", device.pcie).on("x-vga", device.x_vga);
    let line = line.off("rombar", device.no_rom_bar).some("romfile", device.rom_file.as_ref());
    let line = line.some("mdev", device.mdev.as_ref()).some("driver", device.driver.as_ref());
    let line = line.on("legacy-igd", device.legacy_igd).some("vendor-id", device.vendor_id.as_ref());
    let line = line.some("device-id", device.device_id.as_ref());
    line.some("sub-vendor-id", device.sub_vendor_id.as_ref()).some("sub-device-id", device.sub_device_id.as_ref())
}

fn usb(usb: &Usb<'_>) -> Line {
    let line = match &usb.device {
        UsbDevice::Spice => Line::of("spice"),
        UsbDevice::Mapping(mapping) => Line::default().key("mapping", mapping),
        UsbDevice::Host(host) => Line::default().key("host", host),
    };
    line.on("usb3", usb.usb3)
}

fn cloud_init(out: &mut Options, desired: &Desired<'_>, init: &CloudInit<'_>) {
    let drive = Line::of(format!("{}:cloudinit", init.storage)).some("format", init.format.as_ref());
    out.line(&*init.slot, drive);
    out.some("citype", init.sort.as_ref());
    out.some("ciuser", init.user.as_ref());
    out.some("cipassword", init.password.as_ref().map(|_| normal::SET));
    out.list("sshkeys", &init.keys, "\n");
    out.list("nameserver", &init.dns, " ");
    out.some("searchdomain", init.domain.as_ref());
    out.off("ciupgrade", init.no_upgrade);
    for address in &init.addresses {
        let line = Line::default().some("ip", address.ip.as_ref()).some("gw", address.gateway.as_ref());
        let line = line.some("ip6", address.ip6.as_ref()).some("gw6", address.gateway6.as_ref());
        out.line(format!("ipconfig{}", address.slot), line);
    }
    let file = |import: &Option<_>| import.as_ref().map(|import| volume(desired, import));
    let line = Line::default().some("user", file(&init.user_data)).some("vendor", file(&init.vendor_data));
    out.line("cicustom", line.some("network", file(&init.network_data)).some("meta", file(&init.meta_data)));
}

/// Encoded, so that nothing in it can be taken for another key.
fn smbios(smbios: &Smbios<'_>) -> Line {
    let encoded = |text: &Option<crate::desire::Text<'_>>| text.as_ref().map(|text| base64::encoded(text.as_bytes()));
    let line = Line::default().some("uuid", smbios.uuid.as_ref());
    let line = line.some("manufacturer", encoded(&smbios.manufacturer)).some("product", encoded(&smbios.product));
    let line = line.some("version", encoded(&smbios.version)).some("serial", encoded(&smbios.serial));
    let line = line.some("sku", encoded(&smbios.sku)).some("family", encoded(&smbios.family));
    let needs_it = Smbios { uuid: None, ..smbios.clone() } != Smbios::default();
    line.on("base64", needs_it)
}

fn agent(agent: &Agent<'_>, version: Version) -> Line {
    let freeze = if version >= Version::V9_1 { "freeze-fs" } else { "freeze-fs-on-backup" };
    let line = Line::of(1).on("fstrim_cloned_disks", agent.trim).off(freeze, agent.no_freeze);
    line.some("type", agent.sort.as_ref())
}

fn seldom(out: &mut Options, guest: &Guest<'_>) {
    out.off("acpi", guest.no_acpi);
    out.off("kvm", guest.no_kvm);
    out.some("localtime", guest.local_time.map(u8::from));
    out.some("startdate", guest.start_date.as_ref());
    out.on("tdf", guest.drift_fix);
    out.on("freeze", guest.freeze);
    out.off("reboot", guest.no_reboot);
    if let Some(hotplug) = &guest.hotplug {
        out.set("hotplug", if hotplug.is_empty() { "0".to_owned() } else { super::line::joined(hotplug, ",") });
    }
    out.some("vmstatestorage", guest.state_storage.as_ref());
    out.some("migrate_speed", guest.migration_speed);
    out.some("migrate_downtime", guest.migration_downtime);
}

pub(super) fn startup(startup: &Startup) -> Line {
    Line::default().some("order", startup.order).some("up", startup.up).some("down", startup.down)
}

//! From the fields of the CRD to what they want, in normal form: what the provider does by default becomes what Proxmox
//! would be told, and what Proxmox does anyway is left out.

mod access;
mod entry;
mod container;
mod file;
pub(super) mod firewall;
pub(super) mod host;
mod parts;

use std::borrow::Cow;

use super::lower::shared_memory_name;
use super::read::{Files, Head, VmSpec};
use super::spec;
use crate::desire::{
    Content, Create, EfiDisk, Guest, Import, Object, PciDevice, Place, Power, Provider, Rng, RootOptions, Secret,
    Serial, Sev, SharedMemory, Startup, Text, Timeouts, Tpm, Usb, UsbDevice, Vm,
};

pub(super) use access::pool;
pub(super) use container::container;
pub(super) use entry::entry;
pub(super) use file::{image, snippet};

type Word<'a> = Option<Text<'a>>;

fn or<'a>(word: Word<'a>, default: &'static str) -> Text<'a> {
    word.unwrap_or(Cow::Borrowed(default))
}

/// A word that differs from Proxmox's own default, where the provider has another or the same.
fn unless<'a>(word: Word<'a>, provider: &'static str, proxmox: &'static str) -> Word<'a> {
    Some(or(word, provider)).filter(|word| word != proxmox)
}

fn count(value: Option<i64>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}

/// A number that differs from the default.
fn count_unless(value: Option<i64>, default: u32) -> Option<u32> {
    count(value).filter(|value| *value != default)
}

fn is_on(flag: Option<bool>) -> bool {
    flag == Some(true)
}

fn is_off(flag: Option<bool>) -> bool {
    flag == Some(false)
}

/// A box of what is not all default.
fn boxed<T: Default + PartialEq>(value: T) -> Option<Box<T>> {
    (value != T::default()).then(|| Box::new(value))
}

/// Where a secret is. Namespaced objects read those of their own namespace.
fn secret<'a>(key: spec::SecretKey<'a>, namespace: &Text<'a>) -> Secret<'a> {
    Secret::Kubernetes {
        namespace: key.namespace.unwrap_or_else(|| namespace.clone()),
        name: key.name.unwrap_or_default(),
        key: key.key.unwrap_or_default(),
    }
}

/// The number at the end of `hostpci3`.
fn slot_of(word: &Word<'_>, position: usize) -> u8 {
    let digits = word.as_deref().map(|word| word.trim_start_matches(|character: char| !character.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(position as u8)
}

/// The objects that a VM's document stands for.
pub(super) fn vm<'a>(objects: &mut Vec<Object<'a>>, head: Head<'a>, read: VmSpec<'a>, files: &Files<'a>) {
    let VmSpec { mut spec, at_creation } = read;
    let running = spec.started.or(at_creation.started.is_none().then_some(true));
    let power = running.map(|running| Content::Power(Power { running }));
    let mut root = root_options(&mut spec, files);
    let mut lists = Vm::default();
    devices(&mut spec, &mut lists, &mut root);
    let root = (root != RootOptions::default()).then(|| Content::RootOptions(Box::new(root)));
    let config = Content::Vm(Box::new(Vm {
        pci: lists.pci,
        usb: lists.usb,
        serials: lists.serials,
        ..config(spec, files, &head.namespace)
    }));
    for content in [Some(config), root, power].into_iter().flatten() {
        // The life cycle belongs to the document, so to each of its facets.
        let head = head.clone();
        objects.push(Object { address: head.address, place: Place::Only, file: head.file, life: head.life, content });
    }
}

fn import<'a>(word: Word<'a>, node: &str, files: &Files<'a>) -> Option<Import<'a>> {
    let volume = word?;
    let made = files.get(&(node.to_owned(), volume.to_string()));
    Some(made.map_or(Import::Volume(volume), |made| Import::Object(made.clone())))
}

/// Takes what only root may set out of the fields.
fn root_options<'a>(spec: &mut spec::Vm<'a>, files: &Files<'a>) -> RootOptions<'a> {
    let node = spec.node_name.clone().unwrap_or_default();
    let mut root = RootOptions {
        args: spec.kvm_arguments.take(),
        hook: import(spec.hook_script_file_id.take(), &node, files),
        ..RootOptions::default()
    };
    if let Some(cpu) = &mut spec.cpu {
        root.affinity = cpu.affinity.take();
        root.architecture = cpu.architecture.take();
    }
    if let Some(memory) = &mut spec.memory {
        root.hugepages = memory.hugepages.take();
        root.keep_hugepages = is_on(memory.keep_hugepages);
        let name = Some(Cow::Owned(shared_memory_name(count(spec.vm_id))));
        root.shared_memory = count_unless(memory.shared, 0).map(|size| SharedMemory { size, name });
    }
    root.sev = spec.amd_sev.take().map(|sev| Sev {
        sort: or(sev.kind, "std"),
        no_smt: is_off(sev.allow_smt),
        kernel_hashes: is_on(sev.kernel_hashes),
        no_debug: is_on(sev.no_debug),
        no_key_sharing: is_on(sev.no_key_sharing),
    });
    root.rng = spec.rng.take().map(|rng| Rng {
        source: or(rng.source, "/dev/urandom"),
        max_bytes: count_unless(rng.max_bytes, 1024),
        period: count_unless(rng.period, 1000),
    });
    root
}

/// Devices, which are one list each in the CRD and two here: by their own addresses only root may give them.
fn devices<'a>(spec: &mut spec::Vm<'a>, vm: &mut Vm<'a>, root: &mut RootOptions<'a>) {
    for (position, device) in spec.hostpci.drain(..).enumerate() {
        let slot = slot_of(&device.device, position);
        let list = if device.id.is_some() { &mut root.pci } else { &mut vm.pci };
        list.push(pci(slot, device));
    }
    for (position, usb) in spec.usb.drain(..).enumerate() {
        let device = match (usb.mapping, usb.host) {
            (Some(mapping), _) => UsbDevice::Mapping(mapping),
            (None, Some(host)) if !host.eq_ignore_ascii_case("spice") => UsbDevice::Host(host),
            (None, Some(_) | None) => UsbDevice::Spice,
        };
        let list = if matches!(device, UsbDevice::Host(_)) { &mut root.usb } else { &mut vm.usb };
        list.push(Usb { slot: position as u8, device, usb3: is_on(usb.usb3) });
    }
    for (position, serial) in spec.serial_device.drain(..).enumerate() {
        match serial.device {
            Some(device) if device != "socket" => root.serials.push(Serial { slot: position as u8, device }),
            Some(_) | None => vm.serials.push(position as u8),
        }
    }
}

fn pci<'a>(slot: u8, device: spec::HostPci<'a>) -> PciDevice<'a> {
    PciDevice {
        slot,
        device: device.id.or(device.mapping).unwrap_or_default(),
        pcie: is_on(device.pcie),
        x_vga: is_on(device.xvga),
        no_rom_bar: is_off(device.rombar),
        rom_file: device.rom_file,
        mdev: device.mdev,
        ..PciDevice::default()
    }
}

fn config<'a>(spec: spec::Vm<'a>, files: &Files<'a>, namespace: &Text<'a>) -> Vm<'a> {
    let node = spec.node_name.clone().unwrap_or_default();
    let memory = spec.memory.unwrap_or_default();
    let megabytes = count(memory.dedicated).unwrap_or(512);
    let mut vm = Vm {
        id: count(spec.vm_id),
        name: spec.name,
        description: spec.description,
        tags: spec.tags,
        pool: spec.pool_id,
        cpu: parts::cpu(spec.cpu.unwrap_or_default()),
        memory: megabytes,
        balloon: Some(count(memory.floating).unwrap_or_default()).filter(|floating| *floating != megabytes),
        machine: spec.machine.filter(|machine| machine != "pc"),
        bios: spec.bios.filter(|bios| bios != "seabios"),
        os: spec.operating_system.and_then(|os| os.kind).filter(|os| os != "other"),
        boot_order: spec.boot_order,
        scsi_controller: unless(spec.scsi_hardware, "virtio-scsi-pci", "lsi"),
        keyboard: spec.keyboard_layout,
        no_tablet: is_off(spec.tablet_device),
        on_boot: spec.on_boot.unwrap_or(true),
        protection: is_on(spec.protection),
        template: is_on(spec.template),
        ..Vm::default()
    };
    vm.numa_nodes =
        spec.numa.into_iter().enumerate().map(|(position, node)| parts::numa_node(position, node)).collect();
    vm.efi = spec.efi_disk.map(|efi| {
        Box::new(EfiDisk {
            storage: or(efi.datastore_id, "local-lvm"),
            size: efi.kind.filter(|size| size != "2m"),
            pre_enrolled_keys: is_on(efi.pre_enrolled_keys),
            format: efi.file_format,
            ms_cert: None,
        })
    });
    vm.tpm = spec.tpm_state.map(|tpm| {
        Box::new(Tpm { storage: or(tpm.datastore_id, "local-lvm"), version: unless(tpm.version, "v2.0", "v1.2") })
    });
    vm.disks = spec.disk.into_iter().map(|disk| parts::disk(disk, &node, files)).collect();
    vm.cdroms = spec
        .cdrom
        .filter(|cdrom| !is_off(cdrom.enabled))
        .map(|cdrom| parts::cdrom(*cdrom, &node, files))
        .into_iter()
        .collect();
    vm.nics = spec.network_device.into_iter().enumerate().filter_map(|(slot, nic)| parts::nic(slot, nic)).collect();
    vm.cloud_init = spec.initialization.map(|init| Box::new(parts::cloud_init(init, namespace, &node, files)));
    vm.agent = spec.agent.filter(|agent| is_on(agent.enabled)).map(parts::agent);
    vm.smbios = spec.smbios.and_then(|smbios| parts::smbios(*smbios));
    vm.startup = spec.startup.map(|startup| parts::startup(*startup)).filter(|startup| *startup != Startup::default());
    vm.clone = spec.clone.map(|clone| parts::clone(*clone));
    vm.create = boxed(Create { reboot: is_on(spec.reboot), ..Create::default() });
    vm.guest = boxed(Guest {
        no_acpi: is_off(spec.acpi),
        hotplug: spec.hotplug.as_deref().and_then(parts::hotplug),
        ..Guest::default()
    });
    vm.provider = boxed(Provider {
        no_reboot: is_off(spec.reboot_after_update),
        migrate: is_on(spec.migrate),
        keep_unreferenced_disks: is_off(spec.delete_unreferenced_disks_on_destroy),
        no_purge: is_off(spec.purge_on_destroy),
        stop: is_on(spec.stop_on_destroy),
        published_macs: spec.mac_addresses,
        timeouts: Timeouts {
            clone: count_unless(spec.timeout_clone, 1800),
            create: count_unless(spec.timeout_create, 1800),
            migrate: count_unless(spec.timeout_migrate, 1800),
            move_disk: count_unless(spec.timeout_move_disk, 1800),
            reboot: count_unless(spec.timeout_reboot, 1800),
            shutdown: count_unless(spec.timeout_shutdown_vm, 1800),
            start: count_unless(spec.timeout_start_vm, 1800),
            stop: count_unless(spec.timeout_stop_vm, 300),
        },
    });
    vm.shares_of_host = spec.virtiofs.into_iter().enumerate().map(|(slot, share)| parts::share(slot, share)).collect();
    vm.vga = spec.vga.and_then(|vga| parts::vga(*vga));
    vm.audio = spec.audio_device.filter(|audio| !is_off(audio.enabled)).map(|audio| parts::audio(*audio));
    vm.watchdog = spec.watchdog.filter(|watchdog| is_on(watchdog.enabled)).map(|watchdog| parts::watchdog(*watchdog));
    vm.node = node;
    vm
}

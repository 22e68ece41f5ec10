//! The blocks of the CRD, one function each.

use super::{boxed, count, count_unless, import, is_off, is_on, or, slot_of};
use crate::desire::{
    Agent, Audio, CdMedium, Cdrom, CloneFrom, CloudInit, Cpu, Disk, DiskExtra, IpConfig, Nic, NumaNode, Share, Smbios,
    Startup, Text, Throttle, Vga, Watchdog,
};
use crate::targets::crossplane::duration;
use crate::targets::crossplane::read::Files;
use crate::targets::crossplane::spec;

const GIB: u64 = 1 << 30;

pub(super) fn cpu<'a>(cpu: spec::Cpu<'a>) -> Cpu<'a> {
    Cpu {
        cores: count_unless(cpu.cores, 1),
        sockets: count_unless(cpu.sockets, 1),
        model: super::unless(cpu.kind, "qemu64", "kvm64"),
        flags: cpu.flags,
        hotplugged: count_unless(cpu.hotplugged, 0),
        limit: cpu.limit.filter(|limit| *limit != 0).map(|limit| limit as f64),
        units: count(cpu.units),
        numa: is_on(cpu.numa),
        extra: None,
    }
}

pub(super) fn numa_node<'a>(position: usize, node: spec::Numa<'a>) -> NumaNode<'a> {
    NumaNode {
        slot: slot_of(&node.device, position),
        cpus: node.cpus.unwrap_or_default(),
        memory: count(node.memory),
        host_nodes: node.hostnodes,
        policy: node.policy,
    }
}

pub(super) fn startup(startup: spec::Startup<'_>) -> Startup {
    Startup { order: count(startup.order), up: count(startup.up_delay), down: count(startup.down_delay) }
}

pub(super) fn clone<'a>(clone: spec::CloneFrom<'a>) -> Box<CloneFrom<'a>> {
    Box::new(CloneFrom {
        id: count(clone.vm_id).unwrap_or_default(),
        node: clone.node_name,
        storage: clone.datastore_id,
        linked: is_off(clone.full),
        retries: count_unless(clone.retries, 1),
    })
}

pub(super) fn disk<'a>(disk: spec::Disk<'a>, node: &str, files: &Files<'a>) -> Disk<'a> {
    Disk {
        slot: disk.interface.unwrap_or_default(),
        storage: or(disk.datastore_id, "local-lvm"),
        size: u64::from(count(disk.size).unwrap_or(8)) * GIB,
        import: import(disk.import_from.or(disk.file_id), node, files),
        volume: disk.path_in_datastore,
        format: disk.file_format,
        cache: disk.cache.filter(|cache| cache != "none"),
        aio: disk.aio,
        iothread: is_on(disk.iothread),
        discard: disk.discard.is_some_and(|discard| discard == "on"),
        ssd: is_on(disk.ssd),
        no_backup: is_off(disk.backup),
        no_replication: is_off(disk.replicate),
        serial: disk.serial,
        throttle: disk.speed.map(|speed| throttle(*speed)).and_then(boxed),
        extra: boxed(DiskExtra { queues: count(disk.queues), ..DiskExtra::default() }),
    }
}

fn throttle(speed: spec::Speed<'_>) -> Throttle {
    let rate = |value: Option<i64>| value.map(|value| value as f64);
    Throttle {
        read: rate(speed.read),
        read_burst: rate(speed.read_burstable),
        write: rate(speed.write),
        write_burst: rate(speed.write_burstable),
        iops_read: count(speed.iops_read),
        iops_read_burst: count(speed.iops_read_burstable),
        iops_write: count(speed.iops_write),
        iops_write_burst: count(speed.iops_write_burstable),
        ..Throttle::default()
    }
}

pub(super) fn cdrom<'a>(cdrom: spec::Cdrom<'a>, node: &str, files: &Files<'a>) -> Cdrom<'a> {
    let medium = match cdrom.file_id.as_deref() {
        Some("none") => CdMedium::Empty,
        Some("cdrom" | "") | None => CdMedium::Physical,
        Some(_) => import(cdrom.file_id, node, files).map_or(CdMedium::Empty, CdMedium::File),
    };
    Cdrom { slot: or(cdrom.interface, "ide3"), medium }
}

/// A network card; `None` for one that only keeps the place of another.
pub(super) fn nic<'a>(slot: usize, nic: spec::NetworkDevice<'a>) -> Option<Nic<'a>> {
    if is_off(nic.enabled) {
        return None;
    }
    let trunks = nic.trunks.as_deref().unwrap_or_default();
    Some(Nic {
        slot: slot as u8,
        bridge: or(nic.bridge, "vmbr0"),
        model: or(nic.model, "virtio"),
        mac: nic.mac_address,
        vlan: count_unless(nic.vlan_id, 0),
        trunks: trunks.split(';').filter_map(|tag| tag.parse().ok()).collect(),
        firewall: is_on(nic.firewall),
        disconnected: is_on(nic.disconnected),
        mtu: count_unless(nic.mtu, 0),
        queues: count_unless(nic.queues, 0),
        rate: nic.rate_limit.filter(|rate| *rate != 0.0),
    })
}

pub(super) fn cloud_init<'a>(
    init: spec::Initialization<'a>,
    namespace: &Text<'a>,
    node: &str,
    files: &Files<'a>,
) -> CloudInit<'a> {
    let account = init.user_account.unwrap_or_default();
    let dns = init.dns.map(|dns| *dns).unwrap_or_default();
    CloudInit {
        storage: or(init.datastore_id, "local-lvm"),
        slot: or(init.interface, "ide2"),
        format: init.file_format,
        sort: init.kind,
        user: account.username,
        password: account.password.0.map(|secret| super::secret(secret, namespace)),
        keys: account.keys,
        dns: dns.servers,
        domain: dns.domain,
        addresses: init.ip_config.into_iter().enumerate().map(|(slot, config)| ip_config(slot, config)).collect(),
        no_upgrade: is_off(init.upgrade),
        user_data: import(init.user_data_file_id, node, files),
        vendor_data: import(init.vendor_data_file_id, node, files),
        network_data: import(init.network_data_file_id, node, files),
        meta_data: import(init.meta_data_file_id, node, files),
    }
}

fn ip_config(slot: usize, config: spec::IpConfig<'_>) -> IpConfig<'_> {
    let (ipv4, ipv6) = (config.ipv4.unwrap_or_default(), config.ipv6.unwrap_or_default());
    IpConfig { slot: slot as u8, ip: ipv4.address, gateway: ipv4.gateway, ip6: ipv6.address, gateway6: ipv6.gateway }
}

pub(super) fn agent(agent: spec::Agent<'_>) -> Agent<'_> {
    let wait = agent.wait_for_ip.map(|wait| *wait).unwrap_or_default();
    Agent {
        trim: is_on(agent.trim),
        no_freeze: false,
        sort: agent.kind.filter(|kind| kind != "virtio"),
        timeout: agent.timeout.as_deref().and_then(duration::read).filter(|seconds| *seconds != 900),
        no_wait: is_on(wait.disabled),
        wait_for_ipv4: is_on(wait.ipv4),
        wait_for_ipv6: is_on(wait.ipv6),
    }
}

pub(super) fn smbios(smbios: spec::Smbios<'_>) -> Option<Box<Smbios<'_>>> {
    boxed(Smbios {
        uuid: smbios.uuid,
        manufacturer: smbios.manufacturer,
        product: smbios.product,
        version: smbios.version,
        serial: smbios.serial,
        sku: smbios.sku,
        family: smbios.family,
    })
}

pub(super) fn share<'a>(slot: usize, share: spec::Virtiofs<'a>) -> Share<'a> {
    Share {
        slot: slot as u8,
        mapping: share.mapping.unwrap_or_default(),
        cache: share.cache.filter(|cache| cache != "auto"),
        direct_io: is_on(share.direct_io),
        acl: is_on(share.expose_acl),
        xattr: is_on(share.expose_xattr),
    }
}

pub(super) fn vga(vga: spec::Vga<'_>) -> Option<Box<Vga<'_>>> {
    boxed(Vga {
        sort: vga.kind.filter(|kind| kind != "std"),
        memory: count(vga.memory),
        vnc_clipboard: vga.clipboard.is_some_and(|clipboard| clipboard == "vnc"),
    })
}

pub(super) fn audio(audio: spec::AudioDevice<'_>) -> Box<Audio<'_>> {
    Box::new(Audio { device: or(audio.device, "intel-hda"), driver: audio.driver.filter(|driver| driver != "spice") })
}

pub(super) fn watchdog(watchdog: spec::Watchdog<'_>) -> Box<Watchdog<'_>> {
    Box::new(Watchdog { model: watchdog.model.filter(|model| model != "i6300esb"), action: watchdog.action })
}

/// Features that may be plugged while a VM runs, sorted: `0` is none, `1` what Proxmox allows by default.
pub(super) fn hotplug(features: &str) -> Option<Vec<Text<'static>>> {
    let mut features: Vec<_> = match features {
        "1" => return None,
        "0" | "" => Vec::new(),
        features => features.split(',').map(|feature| Text::Owned(feature.trim().to_owned())).collect(),
    };
    features.sort_unstable();
    (features != ["disk", "network", "usb"]).then_some(features)
}

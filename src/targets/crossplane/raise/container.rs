//! Containers.

use super::{boxed, count, count_unless, import, is_off, is_on, or, parts, secret};
use crate::desire::{
    Console, Container, ContainerClone, ContainerCreate, ContainerNic, ContainerProvider, ContainerRoot, Content,
    DeviceNode, Features, IdRange, Mount, MountFlags, MountSource, Object, Place, Power, Rootfs, Startup, Text,
};
use crate::targets::crossplane::read::{ContainerSpec, Files, Head};
use crate::targets::crossplane::release::Release;
use crate::targets::crossplane::spec::container as fields;

const GIB: u64 = 1 << 30;

/// The objects that a container's document stands for.
pub(in crate::targets::crossplane) fn container<'a>(
    release: Release,
    objects: &mut Vec<Object<'a>>,
    head: Head<'a>,
    read: ContainerSpec<'a>,
    files: &Files<'a>,
) {
    let ContainerSpec { mut spec, at_creation } = read;
    let running = spec.started.or(at_creation.started.is_none().then_some(true));
    let power = running.map(|running| Content::ContainerPower(Power { running }));
    let node = spec.node_name.clone().unwrap_or_default();
    let privileged = !is_on(spec.unprivileged);
    let mut root = ContainerRoot {
        hook: import(spec.hook_script_file_id.take(), &node, files),
        devices: spec.device_passthrough.drain(..).enumerate().map(device).collect(),
        id_map: spec.idmap.drain(..).map(id_range).collect(),
        ..ContainerRoot::default()
    };
    root.id_map.sort_unstable();
    let features = spec.features.take().map(features).unwrap_or_default();
    let nesting = !privileged && features == Features { nesting: true, ..Features::default() };
    if !nesting && features != Features::default() {
        root.features = Some(features);
    }
    let mut mounts = Vec::new();
    for mount in spec.mount_point.drain(..).enumerate().map(mount) {
        let list = if matches!(mount.source, MountSource::Host(_)) { &mut root.mounts } else { &mut mounts };
        list.push(mount);
    }
    let config = Container { nesting, mounts, ..config(release, spec, files, &head.namespace) };
    let root = boxed(root).map(Content::ContainerRoot);
    for content in [Some(Content::Container(Box::new(config))), root, power].into_iter().flatten() {
        // The life cycle belongs to the document, so to each of its facets.
        let head = head.clone();
        objects.push(Object { address: head.address, place: Place::Only, file: head.file, life: head.life, content });
    }
}

fn config<'a>(release: Release, spec: fields::Container<'a>, files: &Files<'a>, namespace: &Text<'a>) -> Container<'a> {
    let node = spec.node_name.unwrap_or_default();
    let cpu = spec.cpu.unwrap_or_default();
    let memory = spec.memory.unwrap_or_default();
    let init = spec.initialization.unwrap_or_default();
    let dns = init.dns.map(|dns| *dns).unwrap_or_default();
    let mut addresses = init.ip_config.into_iter();
    let nics = spec.network_interface.into_iter().enumerate();
    let nics = nics.filter_map(|(slot, nic)| self::nic(slot, nic, addresses.next().unwrap_or_default())).collect();
    let (from, os) = match spec.operating_system {
        Some(system) => (system.template_file_id, Some(or(system.kind, "unmanaged"))),
        None => (None, None),
    };
    // What weight an unsaid one had came from the provider, and now comes from the server.
    let units = match release {
        Release::V0_11 => Some(count(cpu.units).unwrap_or(1024)),
        Release::V1_18 | Release::V1_18Namespaced => count(cpu.units),
    };
    let mut environment = spec.environment_variables.0;
    environment.sort_unstable();
    Container {
        id: count(spec.vm_id),
        name: init.hostname,
        description: spec.description,
        tags: spec.tags,
        pool: spec.pool_id,
        cores: Some(count(cpu.cores).unwrap_or(1)),
        cpu_limit: cpu.limit.filter(|limit| *limit != 0.0),
        cpu_units: units.filter(|units| *units != 100),
        architecture: cpu.architecture.filter(|architecture| architecture != "amd64"),
        memory: count(memory.dedicated).unwrap_or(512),
        swap: count(memory.swap).unwrap_or_default(),
        from: import(from, &node, files),
        os,
        privileged: !is_on(spec.unprivileged),
        rootfs: spec.disk.map(|disk| Box::new(rootfs(disk))),
        nics,
        dns: if dns.servers.is_empty() { dns.server.into_iter().collect() } else { dns.servers },
        domain: dns.domain,
        console: spec.console.and_then(|console| boxed(self::console(*console))),
        entrypoint: init.entrypoint.filter(|entrypoint| entrypoint != "/sbin/init"),
        environment,
        on_boot: spec.start_on_boot.unwrap_or(true),
        startup: spec.startup.map(|startup| parts::startup(*startup)).filter(|startup| *startup != Startup::default()),
        protection: is_on(spec.protection),
        template: is_on(spec.template),
        clone: spec.clone.map(|clone| Box::new(clone_from(*clone))),
        create: init.user_account.and_then(|account| boxed(create(*account, namespace))),
        provider: boxed(ContainerProvider {
            wait_for_ipv4: spec.wait_for_ip.as_ref().is_some_and(|wait| is_on(wait.ipv4)),
            wait_for_ipv6: spec.wait_for_ip.as_ref().is_some_and(|wait| is_on(wait.ipv6)),
            clone: count_unless(spec.timeout_clone, 1800),
            create: count_unless(spec.timeout_create, 1800),
            update: count_unless(spec.timeout_update, 1800),
            delete: count_unless(spec.timeout_delete, 60),
            start: count(spec.timeout_start),
        }),
        node,
        ..Container::default()
    }
}

fn console(console: fields::Console<'_>) -> Console<'_> {
    Console {
        disabled: is_off(console.enabled),
        terminals: count_unless(console.tty_count, 2),
        mode: console.kind.filter(|mode| mode != "tty"),
    }
}

fn clone_from(clone: fields::CloneFrom<'_>) -> ContainerClone<'_> {
    ContainerClone {
        id: count(clone.vm_id).unwrap_or_default(),
        node: clone.node_name,
        storage: clone.datastore_id,
        linked: is_off(clone.full),
    }
}

fn create<'a>(account: fields::UserAccount<'a>, namespace: &Text<'a>) -> ContainerCreate<'a> {
    ContainerCreate {
        password: account.password.0.map(|key| secret(key, namespace)),
        keys: account.keys,
        ..ContainerCreate::default()
    }
}

fn rootfs(disk: fields::Disk<'_>) -> Rootfs<'_> {
    Rootfs {
        storage: or(disk.datastore_id, "local"),
        size: Some(u64::from(count(disk.size).unwrap_or(4)) * GIB),
        volume: None,
        flags: MountFlags {
            acl: disk.acl,
            options: disk.mount_options,
            quota: is_on(disk.quota),
            no_replication: is_off(disk.replicate),
            ..MountFlags::default()
        },
    }
}

fn mount((slot, mount): (usize, fields::MountPoint<'_>)) -> Mount<'_> {
    let size = mount.size.as_deref().and_then(bytes);
    let volume = mount.volume.unwrap_or_default();
    let source = if volume.starts_with('/') {
        MountSource::Host(volume)
    } else if size.is_some() || !volume.contains(':') {
        MountSource::New(volume)
    } else {
        MountSource::Volume(volume)
    };
    Mount {
        slot: slot as u8,
        path: mount.path.unwrap_or_default(),
        source,
        size,
        backup: is_on(mount.backup),
        keep_attributes: false,
        flags: MountFlags {
            acl: mount.acl,
            options: mount.mount_options,
            quota: is_on(mount.quota),
            no_replication: is_off(mount.replicate),
            read_only: is_on(mount.read_only),
            shared: is_on(mount.shared),
        },
    }
}

/// The bytes of `10G`.
fn bytes(text: &str) -> Option<u64> {
    let units = [('K', 1 << 10), ('M', 1 << 20), ('G', GIB), ('T', GIB << 10)];
    let found = units.into_iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, bytes)));
    let (digits, unit) = found.unwrap_or((text, 1));
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// A NIC with its addresses; `None` for one that only keeps the place of another.
fn nic<'a>(
    slot: usize,
    nic: fields::NetworkInterface<'a>,
    addresses: super::spec::IpConfig<'a>,
) -> Option<ContainerNic<'a>> {
    if is_off(nic.enabled) {
        return None;
    }
    let (ipv4, ipv6) = (addresses.ipv4.unwrap_or_default(), addresses.ipv6.unwrap_or_default());
    Some(ContainerNic {
        slot: slot as u8,
        name: nic.name.unwrap_or_default(),
        bridge: or(nic.bridge, "vmbr0"),
        mac: nic.mac_address,
        ip: ipv4.address.filter(|ip| ip != "manual"),
        gateway: ipv4.gateway,
        ip6: ipv6.address.filter(|ip| ip != "manual"),
        gateway6: ipv6.gateway,
        vlan: count_unless(nic.vlan_id, 0),
        trunks: Vec::new(),
        firewall: is_on(nic.firewall),
        disconnected: false,
        host_managed: is_on(nic.host_managed),
        mtu: count_unless(nic.mtu, 0),
        rate: nic.rate_limit.filter(|rate| *rate != 0.0),
    })
}

fn device((slot, device): (usize, fields::DevicePassthrough<'_>)) -> DeviceNode<'_> {
    DeviceNode {
        slot: slot as u8,
        path: device.path.unwrap_or_default(),
        user: count_unless(device.uid, 0),
        group: count_unless(device.gid, 0),
        mode: device.mode,
        read_only: is_on(device.deny_write),
    }
}

fn id_range(map: fields::IdMap<'_>) -> IdRange {
    IdRange {
        of_groups: map.kind.as_deref() == Some("gid"),
        inside: count(map.container_id).unwrap_or_default(),
        outside: count(map.host_id).unwrap_or_default(),
        count: count(map.size).unwrap_or_default(),
    }
}

fn features(features: fields::Features<'_>) -> Features<'_> {
    Features {
        nesting: is_on(features.nesting),
        keyctl: is_on(features.keyctl),
        fuse: is_on(features.fuse),
        mknod: is_on(features.mknod),
        force_rw_sys: false,
        mount: features.mount,
    }
}

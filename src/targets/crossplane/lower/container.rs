//! Containers.
//!
//! What the provider does where nothing is said, Proxmox does not: one core, no swap, privileged, `unmanaged`. So these are
//! written always, and what cannot be written is refused.

use std::borrow::Cow;

use super::devices::by_position;
use super::{Cx, maybe, number, set, unset, word, words};
use crate::desire::{
    self, Container, ContainerCreate, ContainerNic, ContainerRoot, Content, Features, Mount, MountFlags, MountSource,
    Rootfs,
};
use crate::pve::Guest;
use crate::targets::crossplane::spec::{self, container as fields};
use crate::targets::errors;
use crate::targets::request::Request;

const GIB: u64 = 1 << 30;

/// How many the provider takes.
const MOST_NICS: usize = 10;
const MOST_DEVICES: usize = 128;

/// The objects of one container: its configuration, and what else this target owns of it.
#[derive(Clone, Copy)]
pub(in crate::targets::crossplane) struct Parts<'r> {
    /// The index of the configuration, the configuration.
    config: (usize, &'r Container<'r>),
    /// The root options, if they are this target's.
    root: Option<(usize, &'r ContainerRoot<'r>)>,
    /// The root options, if another owner applies them.
    others: Option<&'r ContainerRoot<'r>>,
    /// Whether it runs, if that is this target's business.
    pub power: Option<desire::Power>,
}

/// The parts of the container whose configuration is at `index`, which stand next to it in the sorted objects.
pub(in crate::targets::crossplane) fn parts<'r>(
    request: &'r Request<'_>,
    index: usize,
    container: &'r Container<'_>,
) -> Parts<'r> {
    let objects = &request.desired.objects;
    let address = &objects[index].address;
    let mut parts = Parts { config: (index, container), root: None, others: None, power: None };
    let rest = objects.iter().enumerate().skip(index + 1).take_while(|(_, object)| object.address == *address);
    for (at, object) in rest {
        let is_own = (request.owns)(at);
        if let Content::ContainerRoot(root) = &object.content {
            if is_own {
                parts.root = Some((at, root));
            } else {
                parts.others = Some(root);
            }
        }
        if let (Content::ContainerPower(power), true) = (&object.content, is_own) {
            parts.power = Some(*power);
        }
    }
    parts
}

/// A container as EnvironmentContainer has it.
pub(in crate::targets::crossplane) fn container<'r>(cx: &mut Cx<'r, '_>, parts: Parts<'r>) -> fields::Container<'r> {
    let (index, container) = parts.config;
    cx.index = index;
    let mut out = fields::Container {
        node_name: word(&container.node),
        vm_id: number(container.id),
        description: maybe(&container.description),
        tags: words(&container.tags),
        pool_id: maybe(&container.pool),
        started: parts.power.map(|power| power.running),
        start_on_boot: Some(container.on_boot),
        template: set(container.template),
        protection: set(container.protection),
        unprivileged: Some(!container.privileged),
        operating_system: operating_system(cx, container),
        cpu: Some(cpu(cx, container)),
        memory: Some(fields::Memory {
            dedicated: Some(i64::from(container.memory)),
            swap: Some(i64::from(container.swap)),
            ..fields::Memory::default()
        }),
        disk: container.rootfs.as_ref().map(|rootfs| disk(cx, rootfs)),
        environment_variables: spec::Map(
            container.environment.iter().map(|(key, value)| (Cow::Borrowed(&**key), Cow::Borrowed(&**value))).collect(),
        ),
        ..fields::Container::default()
    };
    out.startup = container.startup.map(|startup| {
        Box::new(spec::Startup {
            order: number(startup.order),
            up_delay: number(startup.up),
            down_delay: number(startup.down),
            ..spec::Startup::default()
        })
    });
    out.console = container.console.as_ref().map(|console| {
        Box::new(fields::Console {
            enabled: unset(console.disabled),
            tty_count: number(console.terminals),
            kind: maybe(&console.mode),
            ..fields::Console::default()
        })
    });
    out.clone = container.clone.as_ref().map(|clone| Box::new(clone_from(cx, clone)));
    out.network_interface = nics(cx, container);
    out.initialization = initialization(cx, container);
    seldom(cx, container, &mut out);
    if let Some((root_index, root)) = parts.root {
        cx.index = root_index;
        root_options(cx, container, root, &mut out);
        cx.index = index;
    }
    out.mount_point = mounts(cx, parts);
    if container.nesting {
        out.features = Some(fields::Features { nesting: Some(true), ..fields::Features::default() });
    }
    out
}

/// The template and the system in it. The provider takes both or none, and no system is none but `unmanaged` to it.
fn operating_system<'r>(cx: &mut Cx<'r, '_>, container: &'r Container<'_>) -> Option<fields::OperatingSystem<'r>> {
    let life = &cx.request.desired.objects[cx.index].life;
    let is_there = life.adopt || life.observe;
    match (&container.from, &container.os) {
        (Some(from), Some(os)) => Some(fields::OperatingSystem {
            template_file_id: cx.volume(from, || "from".to_owned()),
            kind: word(os),
            ..fields::OperatingSystem::default()
        }),
        (Some(_), None) => {
            cx.left_out(
                "os",
                "where nothing is said the provider says `unmanaged`, and Proxmox sets nothing up inside",
            );
            None
        }
        (None, Some(_)) => {
            cx.cannot("os", "the provider takes the system only together with its template, `from`");
            None
        }
        (None, None) => {
            let is_restored = container.create.as_ref().is_some_and(|create| create.restore_from.is_some());
            if !is_there && !is_restored && container.clone.is_none() {
                cx.left_out("from", "the provider makes a container from a template or as a copy");
            }
            None
        }
    }
}

fn cpu<'r>(cx: &mut Cx<'r, '_>, container: &'r Container<'_>) -> fields::Cpu<'r> {
    if container.cores.is_none() {
        cx.left_out("cpu.cores", "where nothing is said the provider gives one core, and Proxmox all of the host");
    }
    if !cx.has_1_18() {
        cx.cannot_any(&[(container.cpu_limit.is_some(), "cpu.limit")]);
    }
    fields::Cpu {
        architecture: maybe(&container.architecture),
        cores: number(container.cores),
        limit: container.cpu_limit.filter(|_| cx.has_1_18()),
        units: Some(i64::from(container.cpu_units.unwrap_or(100))),
        ..fields::Cpu::default()
    }
}

fn disk<'r>(cx: &mut Cx<'r, '_>, rootfs: &'r Rootfs<'_>) -> fields::Disk<'r> {
    let flags = &rootfs.flags;
    cx.cannot_any(&[
        (rootfs.volume.is_some(), "rootfs.volume"),
        (flags.read_only, "rootfs.read-only"),
        (flags.shared, "rootfs.shared"),
    ]);
    if rootfs.size.is_some_and(|size| !size.is_multiple_of(GIB)) {
        cx.not_exact("rootfs.size", "whole GiB");
    }
    fields::Disk {
        datastore_id: word(&rootfs.storage),
        size: rootfs.size.map(|size| (size / GIB) as i64),
        acl: flags.acl,
        mount_options: words(&flags.options),
        quota: set(flags.quota),
        replicate: unset(flags.no_replication),
        ..fields::Disk::default()
    }
}

fn clone_from<'r>(cx: &mut Cx<'r, '_>, clone: &'r desire::ContainerClone<'_>) -> fields::CloneFrom<'r> {
    if clone.linked && !cx.has_1_18() {
        cx.no_field("clone.full");
    }
    fields::CloneFrom {
        vm_id: Some(i64::from(clone.id)),
        node_name: maybe(&clone.node),
        datastore_id: maybe(&clone.storage),
        full: unset(clone.linked && cx.has_1_18()),
        ..fields::CloneFrom::default()
    }
}

/// NICs by position. One that is switched off to keep a place is forgotten by the provider as soon as it looks, so a free slot
/// before a used one is refused.
fn nics<'r>(cx: &mut Cx<'r, '_>, container: &'r Container<'_>) -> Vec<fields::NetworkInterface<'r>> {
    by_position(cx, container.nics.iter().map(|nic| nic.slot), "net", "nic");
    if let Some(nic) = container.nics.get(MOST_NICS) {
        cx.cannot(&format!("nic.net{}", nic.slot), "the provider takes 10 NICs a container");
    }
    container.nics.iter().map(|nic| network_interface(cx, nic)).collect()
}

fn network_interface<'r>(cx: &mut Cx<'r, '_>, nic: &'r ContainerNic<'_>) -> fields::NetworkInterface<'r> {
    let missing = [
        (nic.disconnected, "connected"),
        (!nic.trunks.is_empty(), "trunks"),
        (nic.host_managed && !cx.has_1_18(), "host-managed"),
    ];
    for (_, field) in missing.into_iter().filter(|(is_set, _)| *is_set) {
        cx.no_field(&format!("nic.net{}.{field}", nic.slot));
    }
    fields::NetworkInterface {
        name: word(&nic.name),
        bridge: word(&nic.bridge),
        mac_address: maybe(&nic.mac),
        vlan_id: number(nic.vlan),
        firewall: set(nic.firewall),
        host_managed: set(nic.host_managed && cx.has_1_18()),
        mtu: number(nic.mtu),
        rate_limit: nic.rate,
        ..fields::NetworkInterface::default()
    }
}

fn initialization<'r>(cx: &mut Cx<'r, '_>, container: &'r Container<'_>) -> Option<fields::Initialization<'r>> {
    if !cx.has_1_18() {
        cx.cannot_any(&[(container.entrypoint.is_some(), "entrypoint")]);
    }
    let dns = (container.domain.is_some() || !container.dns.is_empty()).then(|| {
        let (domain, servers) = (maybe(&container.domain), words(&container.dns));
        Box::new(fields::Dns { domain, servers, ..fields::Dns::default() })
    });
    let out = fields::Initialization {
        hostname: maybe(&container.name),
        dns,
        ip_config: addresses(container),
        user_account: container.create.as_ref().and_then(|create| account(cx, create)),
        entrypoint: maybe(&container.entrypoint).filter(|_| cx.has_1_18()),
        ..fields::Initialization::default()
    };
    (out != fields::Initialization::default()).then_some(out)
}

/// Addresses by position, which is that of the NIC: as soon as one has any, each says what it has.
fn addresses<'r>(container: &'r Container<'_>) -> Vec<spec::IpConfig<'r>> {
    if container.nics.iter().all(|nic| nic.ip.is_none() && nic.ip6.is_none()) {
        return Vec::new();
    }
    let address = |ip, gateway| spec::Address { address: ip, gateway: maybe(gateway), ..spec::Address::default() };
    let config = |nic: &'r ContainerNic<'_>| {
        let ip = if nic.ip6.is_none() { nic.ip.as_deref().or(Some("manual")) } else { nic.ip.as_deref() };
        spec::IpConfig {
            ipv4: ip.map(|ip| address(Some(Cow::Borrowed(ip)), &nic.gateway)),
            ipv6: nic.ip6.is_some().then(|| address(maybe(&nic.ip6), &nic.gateway6)),
            ..spec::IpConfig::default()
        }
    };
    container.nics.iter().map(config).collect()
}

fn account<'r>(cx: &mut Cx<'r, '_>, create: &'r ContainerCreate<'_>) -> Option<Box<fields::UserAccount<'r>>> {
    let password = create.password.as_ref().map(|secret| cx.secret(secret, "create.password")).unwrap_or_default();
    let account = fields::UserAccount { keys: words(&create.keys), password, ..fields::UserAccount::default() };
    (account != fields::UserAccount::default()).then(|| Box::new(account))
}

/// What few containers say, and what the provider has no field for.
fn seldom<'r>(cx: &mut Cx<'r, '_>, container: &'r Container<'_>, out: &mut fields::Container<'r>) {
    cx.cannot_any(&[(container.timezone.is_some(), "timezone"), (container.debug, "debug")]);
    if let Some(create) = &container.create {
        cx.cannot_any(&[
            (create.bandwidth.is_some(), "create.bandwidth"),
            (create.restore_from.is_some(), "create.restore-from"),
            (create.new_macs, "create.new-macs"),
            (create.overwrite, "create.overwrite"),
            (create.ignore_unpack_errors, "create.ignore-unpack-errors"),
            (create.ha, "create.ha"),
        ]);
    }
    if let Some(provider) = &container.provider {
        let (ipv4, ipv6) = (set(provider.wait_for_ipv4), set(provider.wait_for_ipv6));
        out.wait_for_ip = (ipv4.is_some() || ipv6.is_some()).then(|| fields::WaitForIp {
            ipv4,
            ipv6,
            ..fields::WaitForIp::default()
        });
        out.timeout_clone = number(provider.clone);
        out.timeout_create = number(provider.create);
        out.timeout_delete = number(provider.delete);
        out.timeout_start = number(provider.start);
        out.timeout_update = number(provider.update);
    }
}

fn root_options<'r>(
    cx: &mut Cx<'r, '_>,
    container: &'r Container<'_>,
    root: &'r ContainerRoot<'_>,
    out: &mut fields::Container<'r>,
) {
    if let Some(hook) = &root.hook {
        cx.refuse_root("hook", "set `hook`", false);
        out.hook_script_file_id = cx.volume(hook, || "hook".to_owned());
    }
    out.features = root.features.as_ref().map(|features| self::features(cx, container, features));
    by_position(cx, root.devices.iter().map(|device| device.slot), "dev", "device-node");
    if let Some(device) = root.devices.get(MOST_DEVICES) {
        cx.cannot(&format!("device-node.dev{}", device.slot), "the provider takes 128 device nodes a container");
    }
    for device in &root.devices {
        cx.refuse_root(&format!("device-node.dev{}", device.slot), "give a container a device of the host", false);
        out.device_passthrough.push(fields::DevicePassthrough {
            path: word(&device.path),
            uid: number(device.user),
            gid: number(device.group),
            mode: maybe(&device.mode),
            deny_write: set(device.read_only),
            ..fields::DevicePassthrough::default()
        });
    }
    id_map(cx, root, out);
    let mut keys: Vec<&str> = root.lines.iter().map(|line| &*line.name).collect();
    keys.dedup();
    for key in keys {
        let path = format!("raw.{key}");
        cx.diagnostics.push(errors::line_of_lxc(cx.request, cx.origin(&path), &path));
    }
}

/// The provider writes these over SSH, as the API takes none.
fn id_map<'r>(cx: &mut Cx<'r, '_>, root: &'r ContainerRoot<'_>, out: &mut fields::Container<'r>) {
    if root.id_map.is_empty() {
        return;
    }
    if !cx.has_1_18() {
        return cx.no_field("id-map");
    }
    if !cx.request.login.ssh {
        let or = "let someone else set it: `owner { container.root-options = none }`";
        let diagnostic = errors::needs_ssh(cx.request, cx.origin("id-map"), "the ids of a container", or);
        cx.diagnostics.push(diagnostic);
    }
    let range = |range: &desire::IdRange| fields::IdMap {
        kind: Some(Cow::Borrowed(if range.of_groups { "gid" } else { "uid" })),
        container_id: Some(i64::from(range.inside)),
        host_id: Some(i64::from(range.outside)),
        size: Some(i64::from(range.count)),
        ..fields::IdMap::default()
    };
    out.idmap = root.id_map.iter().map(range).collect();
}

fn features<'r>(cx: &mut Cx<'r, '_>, container: &Container<'_>, features: &'r Features<'_>) -> fields::Features<'r> {
    let words_of = Features { mount: Vec::new(), ..features.clone() };
    let path = if words_of == Features::default() { "mount-types" } else { "features" };
    let deed = match container.privileged {
        true => "set `features` of a privileged container",
        false => "set `features` but `nesting`",
    };
    cx.refuse_root(path, deed, false);
    for (_, word) in [(features.force_rw_sys, "force-rw-sys"), (features.mknod && !cx.has_1_18(), "mknod")]
        .into_iter()
        .filter(|(is_set, _)| *is_set)
    {
        let why = format!("{} of provider {} has no field for `{word}`", cx.kind.name(), cx.release.provider());
        cx.cannot("features", &why);
    }
    if features.mount.iter().any(|sort| sort != "nfs" && sort != "cifs") {
        cx.cannot("mount-types", "the provider takes `nfs` and `cifs`");
    }
    fields::Features {
        nesting: set(features.nesting),
        keyctl: set(features.keyctl),
        fuse: set(features.fuse),
        mknod: set(features.mknod && cx.has_1_18()),
        mount: words(&features.mount),
        ..fields::Features::default()
    }
}

/// Volumes of the configuration, and folders of the host that are among the root options: one list in the CRD, by position.
fn mounts<'r>(cx: &mut Cx<'r, '_>, parts: Parts<'r>) -> Vec<fields::MountPoint<'r>> {
    let (index, container) = parts.config;
    if parts.others.is_some_and(|others| !others.mounts.is_empty()) && !container.mounts.is_empty() {
        let diagnostic = errors::shared_list(cx.request, cx.origin("mount"), "mounts", Guest::Container);
        cx.diagnostics.push(diagnostic);
    }
    let of_root = parts.root.map_or([].as_slice(), |(_, root)| &root.mounts);
    let mut all: Vec<(u8, fields::MountPoint<'r>)> = Vec::with_capacity(container.mounts.len() + of_root.len());
    for (at, list) in [(index, container.mounts.as_slice()), (parts.root.map_or(index, |(at, _)| at), of_root)] {
        cx.index = at;
        all.extend(list.iter().map(|mount| (mount.slot, mount_point(cx, mount))));
    }
    cx.index = index;
    all.sort_by_key(|(slot, _)| *slot);
    by_position(cx, all.iter().map(|(slot, _)| *slot), "mp", "mount");
    all.into_iter().map(|(_, mount)| mount).collect()
}

fn mount_point<'r>(cx: &mut Cx<'r, '_>, mount: &'r Mount<'_>) -> fields::MountPoint<'r> {
    let path = |field: &str| format!("mount.mp{}.{field}", mount.slot);
    if mount.keep_attributes {
        cx.no_field(&path("keep-attributes"));
    }
    let (volume, size) = match (&mount.source, mount.size) {
        (MountSource::New(storage), size) => (storage, size),
        (MountSource::Volume(volume), size) => {
            if size.is_some() {
                cx.cannot(&path("size"), "with a size the provider makes a new volume, and this one is there already");
            }
            (volume, None)
        }
        (MountSource::Host(folder), _) => {
            cx.refuse_root(&path("source"), "mount a folder or device of the host", false);
            (folder, None)
        }
    };
    if size.is_some_and(|size| !size.is_multiple_of(GIB)) {
        cx.not_exact(&path("size"), "whole GiB");
    }
    let MountFlags { acl, options, quota, no_replication, read_only, shared } = &mount.flags;
    fields::MountPoint {
        path: word(&mount.path),
        volume: word(volume),
        size: size.map(|size| Cow::Owned(format!("{}G", size / GIB))),
        backup: set(mount.backup),
        acl: *acl,
        mount_options: words(options),
        quota: set(*quota),
        read_only: set(*read_only),
        replicate: unset(*no_replication),
        shared: set(*shared),
        ..fields::MountPoint::default()
    }
}

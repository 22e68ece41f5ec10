//! A container: its configuration, its root options, and whether it runs.

use std::borrow::Cow;

use super::{Cx, boxed, count, count_unless, first_boot, ip, mebibytes, nic, off, pairs, slot_number};
use super::{sorted, text, texts, unless, vm};
use crate::desire::{
    Console, Container as Config, ContainerClone, ContainerCreate, ContainerNic, ContainerProvider, ContainerRoot,
    Content, DeviceNode, Features, IdRange, Life, Mount, MountFlags, MountSource, Place, Power, RawOption, Rootfs,
    Startup,
};
use crate::model::{self, Container, Host, Model};
use crate::pve::Guest;
use crate::types::value::Value;

/// Adds the objects of a container.
pub(super) fn container<'a>(cx: &mut Cx<'a>, container: Container) {
    let model = cx.model;
    let Some(host) = model.host(container.id) else { return };
    vm::check_name(cx, (container.id, model.fields.container.name), host, (Guest::Container, "hostname"));
    let mut config = Box::new(config(cx, container, host));
    config.nics = container.nic(model).map(|nic| self::nic(cx, nic, host)).collect();
    config.nics.sort_by_key(|nic| nic.slot);
    let mut root =
        ContainerRoot { hook: container.hook(model).and_then(|hook| cx.snippet(hook, host)), ..shared(cx, container) };
    features(model, container, &mut config, &mut root);
    mounts(model, container, &mut config, &mut root);
    let is_applied = model.is_running(host);
    let life = life(model, container);
    let mut push = |content| cx.push(container.id, Place::Only, life.clone(), content, is_applied);
    // In the order of the facets, which is that of the objects.
    push(Content::Container(config));
    if let Some(root) = boxed(root) {
        push(Content::ContainerRoot(root));
    }
    match container.state(model) {
        Some("running") => push(Content::ContainerPower(Power { running: true })),
        Some("stopped") => push(Content::ContainerPower(Power { running: false })),
        Some(_) | None => {}
    }
}

fn life<'a>(model: &'a Model<'a>, container: Container) -> Life<'a> {
    Life {
        // What had another name before is there already.
        adopt: container.adopt(model) || !container.was(model).is_empty(),
        destroy: container.on_delete(model) == Some("destroy"),
        paused: container.paused(model),
        observe: false,
        labels: pairs(model, container.labels(model)),
    }
}

/// The configuration, but for cards, mounts and features.
fn config<'a>(cx: &mut Cx<'a>, container: Container, host: Host) -> Config<'a> {
    let model = cx.model;
    let cpu = container.cpu(model).unwrap_or(model::ContainerCpu::UNSAID);
    let start = container.start(model);
    let servers = container.dns(model).iter();
    Config {
        node: Cow::Borrowed(model.name(host.id)),
        id: count(container.vmid(model)),
        name: Some(Cow::Borrowed(model.name(container.id))),
        description: text(container.description(model)),
        tags: sorted(model, container.tags(model)),
        pool: text(vm::named(model, container.pool(model))),
        cores: count(cpu.cores(model)),
        cpu_limit: cpu.limit(model).filter(|limit| *limit != 0.0),
        cpu_units: count_unless(cpu.units(model), 100),
        architecture: unless(container.architecture(model), "amd64"),
        memory: mebibytes(container.memory(model).unwrap_or_default()),
        swap: mebibytes(container.swap(model).unwrap_or_default()),
        from: container.from(model).and_then(|image| cx.image(image, host)),
        os: text(container.os(model)),
        privileged: off(container.unprivileged(model)),
        rootfs: container.rootfs(model).map(|rootfs| Box::new(self::rootfs(model, rootfs))),
        dns: servers
            .filter_map(|server| if let Value::Ip(address) = server { Some(ip(*address)) } else { None })
            .collect(),
        domain: text(container.domain(model)),
        timezone: text(container.timezone(model)),
        console: container.console(model).and_then(|console| boxed(self::console(model, console))),
        entrypoint: unless(container.entrypoint(model), "/sbin/init"),
        environment: pairs(model, container.environment(model)),
        debug: container.debug(model),
        on_boot: start.is_some_and(|start| start.on_boot(model)),
        startup: start.map(|start| vm::startup(cx, start)).filter(|startup| *startup != Startup::default()),
        protection: container.protection(model),
        template: container.template(model),
        clone: container.clone_of(model).map(|clone| Box::new(clone_from(model, clone, host))),
        create: container.create(model).and_then(|create| boxed(self::create(model, create))),
        provider: boxed(provider(cx, container)),
        ..Config::default()
    }
}

fn console<'a>(model: &'a Model<'a>, console: model::ContainerConsole) -> Console<'a> {
    Console {
        disabled: off(console.enabled(model)),
        terminals: count_unless(console.terminals(model), 2),
        mode: unless(console.mode(model), "tty"),
    }
}

fn clone_from<'a>(model: &'a Model<'a>, clone: model::ContainerClone, host: Host) -> ContainerClone<'a> {
    let from = clone.from(model);
    let other = from.and_then(|from| model.host(from.id)).filter(|other| *other != host);
    ContainerClone {
        id: from.and_then(|from| count(from.vmid(model))).unwrap_or_default(),
        node: other.map(|other| Cow::Borrowed(model.name(other.id))),
        storage: clone.storage(model).map(|storage| Cow::Borrowed(model.name(storage.id))),
        linked: off(clone.full(model)),
    }
}

fn create<'a>(model: &'a Model<'a>, create: model::ContainerCreate) -> ContainerCreate<'a> {
    ContainerCreate {
        password: first_boot::secret(model, create.password(model)),
        keys: texts(model, create.ssh_keys(model)),
        bandwidth: create.bandwidth(model).map(|bytes| bytes / 1024),
        restore_from: text(create.restore_from(model)),
        new_macs: create.new_macs(model),
        overwrite: create.overwrite(model),
        ignore_unpack_errors: create.ignore_unpack_errors(model),
        ha: create.ha(model),
    }
}

fn provider(cx: &mut Cx<'_>, container: Container) -> ContainerProvider {
    let model = cx.model;
    let fields = &model.fields.container_timeouts;
    let wait = container.wait(model);
    let mut out = ContainerProvider {
        wait_for_ipv4: wait.is_some_and(|wait| wait.ipv4(model)),
        wait_for_ipv6: wait.is_some_and(|wait| wait.ipv6(model)),
        ..ContainerProvider::default()
    };
    if let Some(block) = container.timeouts(model) {
        let mut seconds = |milliseconds, usual, field| cx.seconds(milliseconds, usual, (block.id, field));
        out.clone = seconds(block.clone_container(model), 1800, fields.clone_container);
        out.create = seconds(block.create(model), 1800, fields.create);
        out.update = seconds(block.update(model), 1800, fields.update);
        out.delete = seconds(block.delete(model), 60, fields.delete);
        out.start = seconds(block.start(model), u64::MAX, fields.start);
    }
    out
}

fn rootfs<'a>(model: &'a Model<'a>, rootfs: model::Rootfs) -> Rootfs<'a> {
    Rootfs {
        storage: Cow::Borrowed(rootfs.storage(model).map_or("", |storage| model.name(storage.id))),
        size: rootfs.size(model),
        volume: text(rootfs.volume(model)),
        flags: MountFlags {
            acl: rootfs.acl(model),
            options: sorted(model, rootfs.options(model)),
            quota: rootfs.quota(model),
            no_replication: off(rootfs.replicate(model)),
            read_only: rootfs.read_only(model),
            shared: rootfs.shared(model),
        },
    }
}

/// Volumes go to the configuration, folders and devices of the host to the root options.
fn mounts<'a>(model: &'a Model<'a>, container: Container, config: &mut Config<'a>, root: &mut ContainerRoot<'a>) {
    for mount in container.mount(model) {
        let mount = self::mount(model, mount);
        let list = if matches!(mount.source, MountSource::Host(_)) { &mut root.mounts } else { &mut config.mounts };
        list.push(mount);
    }
    config.mounts.sort_by_key(|mount| mount.slot);
    root.mounts.sort_by_key(|mount| mount.slot);
}

fn mount<'a>(model: &'a Model<'a>, mount: model::Mount) -> Mount<'a> {
    let storage = mount.storage(model).map_or("", |storage| model.name(storage.id));
    let source = match (mount.source(model), mount.volume(model)) {
        (Some(folder), _) => MountSource::Host(Cow::Borrowed(folder)),
        // Some write the whole id, as `pvesm list` shows it.
        (None, Some(volume)) if volume.strip_prefix(storage).is_some_and(|rest| rest.starts_with(':')) => {
            MountSource::Volume(Cow::Borrowed(volume))
        }
        (None, Some(volume)) => MountSource::Volume(Cow::Owned(format!("{storage}:{volume}"))),
        (None, None) => MountSource::New(Cow::Borrowed(storage)),
    };
    Mount {
        slot: slot_number(model.key(mount.id)),
        path: Cow::Borrowed(mount.path(model).unwrap_or_default()),
        source,
        size: mount.size(model),
        backup: mount.backup(model),
        keep_attributes: mount.keep_attributes(model),
        flags: MountFlags {
            acl: mount.acl(model),
            options: sorted(model, mount.options(model)),
            quota: mount.quota(model),
            no_replication: off(mount.replicate(model)),
            read_only: mount.read_only(model),
            shared: mount.shared(model),
        },
    }
}

fn nic<'a>(cx: &mut Cx<'a>, nic: model::ContainerNic, host: Host) -> ContainerNic<'a> {
    let model = cx.model;
    let slot = slot_number(model.key(nic.id));
    let network = nic.network(model);
    // Without a bridge it would not have passed the checks of its kind.
    let bridge = model.bridge_to(nic.via(model), network, host);
    let mut out = ContainerNic {
        slot,
        name: text(nic.name(model)).unwrap_or_else(|| Cow::Owned(format!("eth{slot}"))),
        bridge: Cow::Borrowed(bridge.map_or("", |bridge| model.key(bridge))),
        mac: if let Value::Mac(mac) = nic.mac(model) { Some(Cow::Owned(nic::mac_text(mac))) } else { None },
        vlan: nic::tag(model, nic.vlan(model), network, bridge),
        trunks: nic::tags(nic.trunks(model)),
        firewall: nic.firewall(model),
        disconnected: off(nic.connected(model)),
        host_managed: nic.host_managed(model),
        mtu: count(nic.mtu(model)),
        rate: nic::megabytes(nic.rate(model)),
        ..ContainerNic::default()
    };
    match nic.config(model) {
        Some("dhcp") => out.ip = Some(Cow::Borrowed("dhcp")),
        Some("static") => {
            let at = (nic.id, model.fields.container_nic.network);
            (out.ip, out.gateway) = nic::fixed(cx, at, network, (nic.address(model), nic.gateway(model)));
        }
        Some(_) | None => {}
    }
    out.ip6 = unless(nic.address6(model), "manual");
    out.gateway6 = nic::gateway6(model, nic.gateway6(model), network, out.ip6.as_deref());
    out
}

/// `nesting` alone is an option of the configuration, unless the container is privileged; anything else is root's.
fn features<'a>(model: &'a Model<'a>, container: Container, config: &mut Config<'a>, root: &mut ContainerRoot<'a>) {
    let words = sorted(model, container.features(model));
    let has = |word: &str| words.iter().any(|said| said == word);
    let all = Features {
        nesting: has("nesting"),
        keyctl: has("keyctl"),
        fuse: has("fuse"),
        mknod: has("mknod"),
        force_rw_sys: has("force-rw-sys"),
        mount: sorted(model, container.mount_types(model)),
    };
    if all == (Features { nesting: true, ..Features::default() }) && !config.privileged {
        config.nesting = true;
    } else if all != Features::default() {
        root.features = Some(all);
    }
}

/// Device nodes, ids and lines of LXC's own.
fn shared<'a>(cx: &Cx<'a>, container: Container) -> ContainerRoot<'a> {
    let model = cx.model;
    let device = |node: model::DeviceNode| DeviceNode {
        slot: slot_number(model.key(node.id)),
        path: Cow::Borrowed(node.path(model).unwrap_or_default()),
        user: count_unless(node.user(model), 0),
        group: count_unless(node.group(model), 0),
        mode: text(node.mode(model)),
        read_only: node.read_only(model),
    };
    let range = |map: model::IdMap| IdRange {
        of_groups: map.sort(model) == Some("groups"),
        inside: count(map.inside(model)).unwrap_or_default(),
        outside: count(map.outside(model)).unwrap_or_default(),
        count: count(map.count(model)).unwrap_or_default(),
    };
    let mut root = ContainerRoot {
        devices: container.device_node(model).map(device).collect(),
        id_map: container.id_map(model).map(range).collect(),
        ..ContainerRoot::default()
    };
    root.devices.sort_by_key(|device| device.slot);
    root.id_map.sort_unstable();
    // Whatever else has no field was refused when raw options were checked.
    for (name, value) in pairs(model, container.raw(model)) {
        let lines = value.lines().filter(|line| !line.trim().is_empty());
        root.lines
            .extend(lines.map(|line| RawOption { name: name.clone(), value: Cow::Owned(line.trim().to_owned()) }));
    }
    root
}

//! A container: its configuration, its root options and whether it runs, as one resource.

use super::guest::start;
use super::{Body, Writer, life, text};
use crate::desire::{
    Container, ContainerNic, ContainerProvider, ContainerRoot, Content, Features, Mount, MountFlags, MountSource,
    Object, Power,
};
use crate::eval::show;

/// The head and body of a container. Its other facets stand next to it in the sorted objects.
pub(super) fn container<'d>(
    writer: &mut Writer<'d, '_>,
    index: usize,
    object: &'d Object<'_>,
    container: &'d Container<'_>,
) -> (String, Body) {
    let (root, power) = facets(writer, index, object);
    let mut body = Body::default();
    if container.name.as_deref().is_some_and(|name| name != object.name()) {
        body.string("name", container.name.as_ref());
    }
    body.number("id", container.id);
    body.lines("description", container.description.as_ref());
    body.strings("tags", &container.tags);
    if let Some(pool) = &container.pool {
        body.say("pool", text::string(pool));
    }
    system(writer, container, root, &mut body);
    volumes(writer, container, root, &mut body);
    for nic in &container.nics {
        let block = self::nic(writer, &container.node, nic);
        body.block(format!("nic net{}", nic.slot), block);
    }
    if !container.dns.is_empty() {
        body.say("dns", text::list(container.dns.iter().map(|address| text::literal(address))));
    }
    body.string("domain", container.domain.as_ref());
    if let Some(root) = root {
        root_options(writer, container, root, &mut body);
    }
    once(writer, container, &mut body);
    body.block_if_said("start", start(container.on_boot, container.startup));
    body.on("protection", container.protection);
    body.on("template", container.template);
    if let Some(provider) = &container.provider {
        self::provider(provider, &mut body);
    }
    match power {
        None => body.say("state", "unmanaged"),
        Some(Power { running: false }) => body.say("state", "stopped"),
        Some(Power { running: true }) => {}
    }
    life(&mut body, &object.life);
    (format!("container {} on {}", text::name(object.name()), text::name(&container.node)), body)
}

/// The other facets of the container at `index`.
fn facets<'d>(
    writer: &Writer<'d, '_>,
    index: usize,
    object: &Object<'_>,
) -> (Option<&'d ContainerRoot<'d>>, Option<Power>) {
    let (mut root, mut power) = (None, None);
    let rest = writer.desired.objects.iter().skip(index + 1).take_while(|other| other.address == object.address);
    for other in rest {
        if let Content::ContainerRoot(options) = &other.content {
            root = Some(&**options);
        }
        if let Content::ContainerPower(state) = &other.content {
            power = Some(*state);
        }
    }
    (root, power)
}

/// What it is, how much it gets and what it may do.
fn system<'d>(
    writer: &mut Writer<'d, '_>,
    container: &'d Container<'_>,
    root: Option<&'d ContainerRoot<'d>>,
    body: &mut Body,
) {
    let mut cpu = Body::default();
    cpu.number("cores", container.cores);
    if let Some(limit) = container.cpu_limit {
        cpu.say("limit", format!("{limit:?}"));
    }
    cpu.number("units", container.cpu_units);
    body.block_if_said("cpu", cpu);
    for (key, megabytes) in [("memory", container.memory), ("swap", container.swap)] {
        if megabytes != 512 {
            body.mebibytes(key, Some(megabytes));
        }
    }
    if let Some(from) = &container.from {
        body.say("from", writer.places.file(&writer.names, &container.node, from, "vztmpl"));
    }
    body.member("os", container.os.as_ref());
    body.member("architecture", container.architecture.as_ref());
    body.off("unprivileged", container.privileged);
    let only_nesting = Features { nesting: container.nesting, ..Features::default() };
    let features = root.and_then(|root| root.features.as_ref()).unwrap_or(&only_nesting);
    let words = [
        (features.nesting, "nesting"),
        (features.keyctl, "keyctl"),
        (features.fuse, "fuse"),
        (features.mknod, "mknod"),
        (features.force_rw_sys, "force-rw-sys"),
    ];
    let words: Vec<String> =
        words.into_iter().filter(|(is_said, _)| *is_said).map(|(_, word)| word.to_owned()).collect();
    if !words.is_empty() {
        body.say("features", text::list(words));
    }
    body.strings("mount-types", &features.mount);
    if let Some(console) = &container.console {
        let mut block = Body::default();
        block.off("enabled", console.disabled);
        block.number("terminals", console.terminals);
        block.member("mode", console.mode.as_ref());
        body.block("console", block);
    }
    body.string("entrypoint", container.entrypoint.as_ref());
    body.pairs("environment", container.environment.iter().map(|(key, value)| (&**key, &**value)));
}

/// The root file system, and mounts in the order of their slots.
fn volumes<'d>(
    writer: &mut Writer<'d, '_>,
    container: &'d Container<'_>,
    root: Option<&'d ContainerRoot<'d>>,
    body: &mut Body,
) {
    if let Some(rootfs) = &container.rootfs {
        writer.places.holds(&container.node, &rootfs.storage, "rootdir");
        let mut block = Body::default();
        block.say("storage", text::name(&rootfs.storage));
        if let Some(size) = rootfs.size {
            block.say("size", show::size(size));
        }
        flags(&rootfs.flags, &mut block);
        body.block("rootfs", block);
    }
    let of_root = root.map_or(&[][..], |root| &root.mounts);
    let mut mounts: Vec<&'d Mount<'_>> = container.mounts.iter().chain(of_root).collect();
    mounts.sort_by_key(|mount| mount.slot);
    for mount in mounts {
        let mut block = Body::default();
        block.say("path", text::string(&mount.path));
        match &mount.source {
            MountSource::New(storage) => {
                writer.places.holds(&container.node, storage, "rootdir");
                block.say("storage", text::name(storage));
            }
            MountSource::Volume(id) => {
                let (storage, volume) = id.split_once(':').unwrap_or(("local", id));
                writer.places.holds(&container.node, storage, "rootdir");
                block.say("storage", text::name(storage));
                block.say("volume", text::string(volume));
            }
            MountSource::Host(folder) => block.say("source", text::string(folder)),
        }
        if let Some(size) = mount.size {
            block.say("size", show::size(size));
        }
        block.on("backup", mount.backup);
        flags(&mount.flags, &mut block);
        body.block(format!("mount mp{}", mount.slot), block);
    }
}

fn flags(flags: &MountFlags<'_>, block: &mut Body) {
    if let Some(acl) = flags.acl {
        block.say("acl", acl.to_string());
    }
    if !flags.options.is_empty() {
        block.say("options", text::list(flags.options.iter().map(|option| text::member(option))));
    }
    block.on("quota", flags.quota);
    block.off("replicate", flags.no_replication);
    block.on("read-only", flags.read_only);
    block.on("shared", flags.shared);
}

fn nic<'d>(writer: &mut Writer<'d, '_>, node: &'d str, nic: &'d ContainerNic<'_>) -> Body {
    let fixed = nic.ip.as_deref().filter(|ip| *ip != "dhcp").map(|ip| (ip, nic.gateway.as_deref()));
    let connection = writer.places.connect(node, &nic.bridge, fixed);
    if !nic.trunks.is_empty() {
        writer.places.carries_tags(node, &nic.bridge);
    }
    let mut body = Body::default();
    if nic.name != format!("eth{}", nic.slot) {
        body.say("name", text::string(&nic.name));
    }
    body.say("network", connection.network);
    if let Some(via) = connection.via {
        body.say("via", via);
    }
    match (fixed, &nic.ip) {
        (Some((address, _)), _) => {
            body.say("address", text::literal(address.split_once('/').map_or(address, |(address, _)| address)));
            body.say("config", "static");
        }
        (None, Some(_)) => {}
        (None, None) => body.say("config", "manual"),
    }
    if let Some(ip6) = &nic.ip6 {
        let is_word = matches!(&**ip6, "dhcp" | "auto");
        body.say("address6", if is_word { ip6.to_string() } else { text::string(ip6) });
    }
    body.string("gateway6", nic.gateway6.as_ref());
    if let Some(mac) = &nic.mac {
        body.say("mac", text::literal(mac));
    }
    body.number("vlan", nic.vlan);
    body.on("firewall", nic.firewall);
    body.on("host-managed", nic.host_managed);
    body.number("mtu", nic.mtu);
    if let Some(rate) = nic.rate {
        // Proxmox counts megabytes a second.
        body.say("rate", show::rate((rate * 8e6).round() as u64));
    }
    body
}

fn root_options<'d>(
    writer: &mut Writer<'d, '_>,
    container: &'d Container<'_>,
    root: &'d ContainerRoot<'_>,
    body: &mut Body,
) {
    for device in &root.devices {
        let mut block = Body::default();
        block.say("path", text::string(&device.path));
        block.number("user", device.user);
        block.number("group", device.group);
        block.string("mode", device.mode.as_ref());
        block.on("read-only", device.read_only);
        body.block(format!("device-node dev{}", device.slot), block);
    }
    for (place, range) in root.id_map.iter().enumerate() {
        let sort = if range.of_groups { "groups" } else { "users" };
        let mut block = Body::default();
        block.say("of", sort);
        block.number("inside", Some(range.inside));
        block.number("outside", Some(range.outside));
        block.number("count", Some(range.count));
        body.block(format!("id-map {sort}-{place}"), block);
    }
    if let Some(hook) = &root.hook {
        body.say("hook", writer.places.file(&writer.names, &container.node, hook, "snippets"));
    }
}

/// What holds only when it is created.
fn once<'d>(writer: &mut Writer<'d, '_>, container: &'d Container<'_>, body: &mut Body) {
    if let Some(clone) = &container.clone {
        let mut block = Body::default();
        let from = clone.node.as_deref().unwrap_or(&container.node);
        block.say("from", writer.places.template("container", from, clone.id));
        block.off("full", clone.linked);
        if let Some(storage) = &clone.storage {
            writer.places.holds(&container.node, storage, "rootdir");
            block.say("storage", text::name(storage));
        }
        body.block("clone", block);
    }
    if let Some(create) = &container.create {
        let mut block = Body::default();
        if let Some(password) = &create.password {
            block.say("password", writer.places.secret(password));
        }
        block.strings("ssh-keys", &create.keys);
        body.block_if_said("create", block);
    }
}

fn provider(provider: &ContainerProvider, body: &mut Body) {
    let mut wait = Body::default();
    wait.on("ipv4", provider.wait_for_ipv4);
    wait.on("ipv6", provider.wait_for_ipv6);
    body.block_if_said("wait", wait);
    let mut timeouts = Body::default();
    for (key, seconds) in [
        ("clone", provider.clone),
        ("create", provider.create),
        ("update", provider.update),
        ("delete", provider.delete),
        ("start", provider.start),
    ] {
        timeouts.seconds(key, seconds);
    }
    body.block_if_said("timeouts", timeouts);
}

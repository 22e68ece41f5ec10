//! A container as Proxmox is told it.

use std::collections::BTreeMap;

use super::line::{Line, Options};
use super::{vm, volume};
use crate::desire::{Container, ContainerNic, ContainerRoot, Desired, Features, Mount, MountFlags, MountSource};
use crate::pve::size;

pub(super) fn config(container: &Container<'_>) -> BTreeMap<String, String> {
    let mut out = Options::default();
    out.some("hostname", container.name.as_ref());
    out.some("description", container.description.as_ref());
    out.list("tags", &container.tags, ";");
    out.some("pool", container.pool.as_ref());
    out.some("cores", container.cores);
    out.some("cpulimit", container.cpu_limit);
    out.some("cpuunits", container.cpu_units);
    out.some("arch", container.architecture.as_ref());
    out.set("memory", container.memory);
    out.set("swap", container.swap);
    out.some("ostype", container.os.as_ref());
    out.on("unprivileged", !container.privileged);
    if container.nesting {
        out.set("features", "nesting=1");
    }
    if let Some(rootfs) = &container.rootfs {
        let line = match (&rootfs.volume, rootfs.size) {
            (Some(volume), size) => {
                let id = if volume.contains(':') { volume.to_string() } else { format!("{}:{volume}", rootfs.storage) };
                Line::of(id).some("size", size.map(size::text))
            }
            (None, size) => Line::of(format!("{}:{}", rootfs.storage, size::gibibytes(size.unwrap_or_default()))),
        };
        out.line("rootfs", flags(line, &rootfs.flags));
    }
    container.mounts.iter().for_each(|mount| out.line(format!("mp{}", mount.slot), self::mount(mount)));
    container.nics.iter().for_each(|nic| out.line(format!("net{}", nic.slot), self::nic(nic)));
    out.list("nameserver", &container.dns, " ");
    out.some("searchdomain", container.domain.as_ref());
    out.some("timezone", container.timezone.as_ref());
    if let Some(console) = &container.console {
        out.off("console", console.disabled);
        out.some("tty", console.terminals);
        out.some("cmode", console.mode.as_ref());
    }
    out.some("entrypoint", container.entrypoint.as_ref());
    let environment: Vec<String> =
        container.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    out.list("env", &environment, "\0");
    out.on("debug", container.debug);
    out.on("onboot", container.on_boot);
    if let Some(startup) = &container.startup {
        out.line("startup", vm::startup(startup));
    }
    out.on("protection", container.protection);
    out.on("template", container.template);
    out.0
}

pub(super) fn root(desired: &Desired<'_>, root: &ContainerRoot<'_>) -> BTreeMap<String, String> {
    let mut out = Options::default();
    out.some("hookscript", root.hook.as_ref().map(|hook| volume(desired, hook)));
    if let Some(features) = &root.features {
        out.line("features", self::features(features));
    }
    root.mounts.iter().for_each(|mount| out.line(format!("mp{}", mount.slot), self::mount(mount)));
    for node in &root.devices {
        let line = Line::of(&node.path).some("uid", node.user).some("gid", node.group);
        out.line(format!("dev{}", node.slot), line.some("mode", node.mode.as_ref()).on("deny-write", node.read_only));
    }
    // What the API shows of lines of LXC's own; it takes none.
    let ids = root.id_map.iter().map(|range| {
        let of = if range.of_groups { 'g' } else { 'u' };
        format!("lxc.idmap = {of} {} {} {}", range.inside, range.outside, range.count)
    });
    let lines = root.lines.iter().map(|line| format!("{} = {}", line.name, line.value));
    let mut lines: Vec<String> = ids.chain(lines).collect();
    lines.sort();
    out.list("lxc", &lines, "\n");
    out.0
}

fn features(features: &Features<'_>) -> Line {
    let line = Line::default().on("nesting", features.nesting).on("keyctl", features.keyctl).on("fuse", features.fuse);
    let line = line.on("mknod", features.mknod).on("force_rw_sys", features.force_rw_sys);
    line.list("mount", &features.mount)
}

fn mount(mount: &Mount<'_>) -> Line {
    let line = match &mount.source {
        MountSource::New(storage) => Line::of(format!("{storage}:{}", size::gibibytes(mount.size.unwrap_or_default()))),
        MountSource::Volume(volume) => Line::of(volume).some("size", mount.size.map(size::text)),
        MountSource::Host(path) => Line::of(path),
    };
    let line = line.key("mp", &mount.path).on("backup", mount.backup).on("keepattrs", mount.keep_attributes);
    flags(line, &mount.flags)
}

fn flags(line: Line, flags: &MountFlags<'_>) -> Line {
    let line = line.some("acl", flags.acl.map(u8::from)).list("mountoptions", &flags.options);
    let line = line.on("quota", flags.quota).off("replicate", flags.no_replication);
    line.on("ro", flags.read_only).on("shared", flags.shared)
}

fn nic(nic: &ContainerNic<'_>) -> Line {
    let line = Line::default().key("name", &nic.name);
    let line = line.some("bridge", Some(&nic.bridge).filter(|bridge| !bridge.is_empty()));
    let line = line.some("hwaddr", nic.mac.as_ref()).some("ip", nic.ip.as_ref()).some("gw", nic.gateway.as_ref());
    let line = line.some("ip6", nic.ip6.as_ref()).some("gw6", nic.gateway6.as_ref()).some("tag", nic.vlan);
    let line = line.list("trunks", &nic.trunks).on("firewall", nic.firewall).on("link_down", nic.disconnected);
    line.on("host-managed", nic.host_managed).some("mtu", nic.mtu).some("rate", nic.rate)
}

//! Containers: what is wanted of each, and the options that only root may set, as `pct set` takes them.

use super::root::Parts;
use super::{Rollout, Told};
use crate::desire::{ContainerRoot, DeviceNode, Features, Import, Mount, MountSource, Power};
use crate::targets::emit::shell::word;

/// The configuration.
pub(super) fn config(id: &str, name: &str, node: &str) -> Told {
    Told {
        what: format!("container {id} `{name}` on {node}"),
        apply: None,
        verify: Some(format!("pct config {id}")),
        note: Some("this version of hlab cannot write the command that creates it".to_owned()),
    }
}

/// Whether it runs.
pub(super) fn power(power: Power, id: &str, name: &str) -> Told {
    let (state, command) = if power.running { ("running", "start") } else { ("stopped", "shutdown") };
    Told {
        what: format!("container {id} `{name}` is {state}"),
        apply: Some(format!("pct {command} {id}")),
        verify: Some(format!("pct status {id}")),
        note: None,
    }
}

/// What only root may set; lines of LXC's own have no command.
pub(super) fn root(rollout: &Rollout<'_>, id: &str, name: &str, root: &ContainerRoot<'_>) -> Told {
    let hook = root.hook.as_ref().map(|import| match import {
        Import::Volume(volume) => volume.to_string(),
        Import::Object(reference) => rollout.wanted.desired.volume_id(reference).unwrap_or_default(),
    });
    let mut options: Vec<(String, String)> = hook.map(|hook| ("hookscript".to_owned(), hook)).into_iter().collect();
    options.extend(composed(root));
    let options: String = options.iter().map(|(name, value)| format!(" --{name} {}", word(value))).collect();
    let lines = lines(root);
    let note = format!("above the first section of /etc/pve/lxc/{id}.conf, by hand: {}", lines.join("; "));
    Told {
        what: format!("options of container {id} `{name}` that only root may set"),
        apply: (!options.is_empty()).then(|| format!("pct set {id}{options}")),
        verify: Some(format!("pct config {id}")),
        note: (!lines.is_empty()).then_some(note),
    }
}

/// Options made of properties.
fn composed(root: &ContainerRoot<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> =
        root.features.iter().map(|features| ("features".to_owned(), self::features(features))).collect();
    found.extend(root.mounts.iter().map(|mount| (format!("mp{}", mount.slot), self::mount(mount))));
    found.extend(root.devices.iter().map(|device| (format!("dev{}", device.slot), self::device(device))));
    found
}

fn features(features: &Features<'_>) -> String {
    let parts = Parts::default().flag("nesting=1", features.nesting).flag("keyctl=1", features.keyctl);
    let parts = parts.flag("fuse=1", features.fuse).flag("mknod=1", features.mknod);
    let parts = parts.flag("force_rw_sys=1", features.force_rw_sys);
    let mount = (!features.mount.is_empty()).then(|| features.mount.join(";"));
    parts.value("mount", mount.as_ref()).join()
}

fn mount(mount: &Mount<'_>) -> String {
    let source = match &mount.source {
        MountSource::New(source) | MountSource::Volume(source) | MountSource::Host(source) => source,
    };
    let flags = &mount.flags;
    let options = (!flags.options.is_empty()).then(|| flags.options.join(";"));
    let parts = Parts::of(source.to_string()).value("mp", Some(&mount.path));
    let parts = parts.value("acl", flags.acl.map(u8::from).as_ref()).value("mountoptions", options.as_ref());
    let parts = parts.flag("quota=1", flags.quota).flag("replicate=0", flags.no_replication);
    let parts = parts.flag("ro=1", flags.read_only).flag("shared=1", flags.shared);
    parts.flag("keepattrs=1", mount.keep_attributes).join()
}

fn device(device: &DeviceNode<'_>) -> String {
    let parts = Parts::of(device.path.to_string()).value("mode", device.mode.as_ref());
    let parts = parts.value("uid", device.user.as_ref()).value("gid", device.group.as_ref());
    parts.flag("deny-write=1", device.read_only).join()
}

/// Lines that root writes into the configuration.
fn lines(root: &ContainerRoot<'_>) -> Vec<String> {
    let map = root.id_map.iter().map(|range| {
        let sort = if range.of_groups { "g" } else { "u" };
        format!("lxc.idmap: {sort} {} {} {}", range.inside, range.outside, range.count)
    });
    map.chain(root.lines.iter().map(|line| format!("{}: {}", line.name, line.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::{composed, lines};
    use crate::desire::{ContainerRoot, DeviceNode, Features, IdRange, Mount, MountFlags, MountSource, RawOption};
    use crate::pve::{Guest, Version, guest_option};

    #[test]
    fn proxmox_takes_every_option_that_is_composed() {
        let root = ContainerRoot {
            features: Some(Features {
                nesting: true,
                keyctl: true,
                fuse: true,
                mknod: true,
                force_rw_sys: true,
                mount: vec!["cifs".into(), "nfs".into()],
            }),
            mounts: vec![Mount {
                slot: 3,
                path: "/media".into(),
                source: MountSource::Host("/tank/media".into()),
                keep_attributes: true,
                flags: MountFlags {
                    acl: Some(false),
                    options: vec!["noatime".into(), "nodev".into()],
                    quota: true,
                    no_replication: true,
                    read_only: true,
                    shared: true,
                },
                ..Mount::default()
            }],
            devices: vec![DeviceNode {
                slot: 1,
                path: "/dev/dri/renderD128".into(),
                user: Some(1000),
                group: Some(44),
                mode: Some("0660".into()),
                read_only: true,
            }],
            id_map: vec![IdRange { of_groups: true, inside: 0, outside: 100_000, count: 65_536 }],
            lines: vec![RawOption { name: "lxc.mount.entry".into(), value: "/a b".into() }],
            ..ContainerRoot::default()
        };
        let options = composed(&root);
        assert_eq!(options.len(), 3);
        for (name, value) in options {
            let row = guest_option(Guest::Container, &name).expect("every option is in the table");
            assert!(row.value.check(Version::V9_1, &value).is_ok(), "{name}={value}");
        }
        assert_eq!(lines(&root), ["lxc.idmap: g 0 100000 65536", "lxc.mount.entry: /a b"]);
    }
}

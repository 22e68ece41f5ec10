//! Storages in words: the command that adds one, and what it stands on.

use super::Told;
use crate::desire::Item;
use crate::eval::show;
use crate::model::{Model, Storage};
use crate::targets::emit::shell::{over_ssh, word};
use crate::types::value::{ObjId, Value};

/// How a field becomes an option of `pvesm add`.
#[derive(Clone, Copy)]
enum How {
    /// As it is; a flag that is on is `1`, one that is off is left out.
    Plain,
    /// A flag that is on by default: `0` where it is off.
    Off,
    /// Bytes.
    Bytes,
    /// A list, with spaces between.
    List,
    /// A map, `key=value` with commas between.
    Pairs,
    /// A map of numbers of backups.
    Keep,
    /// A map of sizes in KiB.
    Kibibytes,
}

/// Option, field, and how one becomes the other.
type Row = (&'static str, &'static str, How);

const COMMON: &[Row] = &[
    ("disable", "disabled", How::Plain),
    ("shared", "shared", How::Plain),
    ("format", "format", How::Plain),
    ("prune-backups", "keep", How::Keep),
    ("max-protected-backups", "max-protected-backups", How::Plain),
    ("content-dirs", "folders", How::Pairs),
    ("bwlimit", "bandwidth", How::Kibibytes),
];

const FOLDER: &[Row] = &[
    ("preallocation", "preallocation", How::Plain),
    ("create-base-path", "create", How::Off),
    ("create-subdirs", "subfolders", How::Off),
    ("snapshot-as-volume-chain", "chained-snapshots", How::Plain),
    ("options", "options", How::Plain),
];

/// What Proxmox calls a storage of a variant, its options, and whether those of folders come on top.
fn rows(variant: &str) -> (&'static str, &'static [Row], &'static [Row]) {
    use How::{Bytes, List, Plain};
    match variant {
        "Lvm" => (
            "lvm",
            &[
                ("vgname", "group", Plain),
                ("saferemove", "safe-remove", Plain),
                ("saferemove_throughput", "safe-remove-speed", Bytes),
                ("tagged_only", "tagged-only", Plain),
                ("base", "base", Plain),
                ("snapshot-as-volume-chain", "chained-snapshots", Plain),
            ],
            &[],
        ),
        "LvmThin" => ("lvmthin", &[("vgname", "group", Plain), ("thinpool", "pool", Plain)], &[]),
        "ZfsPool" => (
            "zfspool",
            &[
                ("pool", "pool", Plain),
                ("sparse", "sparse", Plain),
                ("blocksize", "block-size", Plain),
                ("mountpoint", "mounted-at", Plain),
            ],
            &[],
        ),
        "Btrfs" => (
            "btrfs",
            &[
                ("path", "path", Plain),
                ("is_mountpoint", "mountpoint", Plain),
                ("nocow", "no-copy-on-write", Plain),
                ("preallocation", "preallocation", Plain),
            ],
            &[],
        ),
        "Nfs" => ("nfs", &[("server", "server", Plain), ("export", "export", Plain), ("path", "path", Plain)], FOLDER),
        "Cifs" => (
            "cifs",
            &[
                ("server", "server", Plain),
                ("share", "share", Plain),
                ("username", "user", Plain),
                ("domain", "domain", Plain),
                ("subdir", "folder", Plain),
                ("path", "path", Plain),
            ],
            FOLDER,
        ),
        "Pbs" => (
            "pbs",
            &[
                ("server", "server", Plain),
                ("datastore", "datastore", Plain),
                ("username", "user", Plain),
                ("fingerprint", "fingerprint", Plain),
                ("namespace", "namespace", Plain),
                ("master-pubkey", "master-key", Plain),
            ],
            &[],
        ),
        "Rbd" => (
            "rbd",
            &[
                ("pool", "pool", Plain),
                ("monhost", "monitors", List),
                ("username", "user", Plain),
                ("krbd", "krbd", Plain),
                ("namespace", "namespace", Plain),
                ("data-pool", "data-pool", Plain),
            ],
            &[],
        ),
        "CephFs" => (
            "cephfs",
            &[
                ("fs-name", "filesystem", Plain),
                ("path", "path", Plain),
                ("monhost", "monitors", List),
                ("username", "user", Plain),
                ("subdir", "folder", Plain),
                ("fuse", "fuse", Plain),
                ("options", "options", Plain),
            ],
            &[],
        ),
        "Iscsi" => ("iscsi", &[("portal", "portal", Plain), ("target", "target", Plain)], &[]),
        "IscsiDirect" => ("iscsidirect", &[("portal", "portal", Plain), ("target", "target", Plain)], &[]),
        "ZfsOverIscsi" => (
            "zfs",
            &[
                ("portal", "portal", Plain),
                ("target", "target", Plain),
                ("pool", "pool", Plain),
                ("iscsiprovider", "provider", Plain),
                ("blocksize", "block-size", Plain),
                ("sparse", "sparse", Plain),
                ("nowritecache", "no-write-cache", Plain),
                ("comstar_hg", "host-group", Plain),
                ("comstar_tg", "target-group", Plain),
                ("lio_tpg", "portal-group", Plain),
                ("zfs-base-path", "device-path", Plain),
            ],
            &[],
        ),
        "Esxi" => (
            "esxi",
            &[
                ("server", "server", Plain),
                ("username", "user", Plain),
                ("skip-cert-verification", "insecure", Plain),
                ("port", "port", Plain),
            ],
            &[],
        ),
        _ => ("dir", &[("path", "path", Plain), ("is_mountpoint", "mountpoint", Plain)], FOLDER),
    }
}

/// A field as an option takes it; none where the option is not needed.
fn told(model: &Model<'_>, value: Value, how: How) -> Option<String> {
    let shown = |value: Value| show::text(model.program, model.world, value);
    let bytes = |value: Value, unit: u64| match value {
        Value::Size(bytes) => (bytes / unit).to_string(),
        other => shown(other),
    };
    let pairs = |prefix: &str, unit: u64| {
        let pair = |pair: &[Value]| format!("{prefix}{}={}", shown(pair[0]), bytes(pair[1], unit));
        model.elements(value).chunks_exact(2).map(pair).collect::<Vec<_>>().join(",")
    };
    let text = match (how, value) {
        (_, Value::Null | Value::Poison) => return None,
        (How::Plain, Value::Bool(flag)) => return flag.then(|| "1".to_owned()),
        (How::Off, Value::Bool(flag)) => return (!flag).then(|| "0".to_owned()),
        (How::Plain | How::Off, Value::Obj(server)) => address(model, server),
        (How::Plain | How::Off, other) => shown(other),
        (How::Bytes, other) => bytes(other, 1),
        (How::List, other) => model.elements(other).iter().map(|one| shown(*one)).collect::<Vec<_>>().join(" "),
        (How::Pairs, _) => pairs("", 1),
        (How::Keep, _) => pairs("keep-", 1),
        (How::Kibibytes, _) => pairs("", 1024),
    };
    (!text.is_empty()).then_some(text)
}

/// The address of something that serves a storage, or its name where nothing states one.
fn address(model: &Model<'_>, server: ObjId) -> String {
    model.address_in(Value::Obj(server), None).map_or_else(
        || model.name(server).to_owned(),
        |address| show::text(model.program, model.world, Value::Ip(address)),
    )
}

/// What Proxmox calls the sort of a storage, and the options that `pvesm add` takes besides.
fn options(model: &Model<'_>, storage: ObjId) -> (&'static str, Vec<(&'static str, String)>) {
    let variant = model.world.object(storage).tag.map_or("", |tag| model.word(tag));
    let (kind, own, folder) = rows(variant);
    let all = own.iter().chain(folder).chain(COMMON);
    let said = |(option, field, how): &Row| Some((*option, told(model, model.named(storage, field), *how)?));
    (kind, all.filter_map(said).collect())
}

/// The entry of a storage in the cluster's configuration.
pub(super) fn entry(model: &Model<'_>, id: ObjId) -> Told {
    let storage = Storage::new(model, id);
    let (kind, options) = options(model, id);
    let name = model.name(id);
    let mut command = format!("pvesm add {kind} {}", word(name));
    let content: Vec<&str> = storage.content(model).iter().filter_map(|word| model.text_of(*word)).collect();
    command.push_str(&format!(" --content {}", word(&content.join(","))));
    for (option, value) in &options {
        command.push_str(&format!(" --{option} {}", word(value)));
    }
    if model.says_where(id) {
        let nodes: Vec<&str> = model.hosts(id).iter().map(|host| model.name(host.id)).collect();
        command.push_str(&format!(" --nodes {}", word(&nodes.join(","))));
    }
    let secrets: Vec<&str> = ["password", "encryption-key", "keyring"]
        .into_iter()
        .filter(|field| !matches!(model.named(id, field), Value::Null | Value::Poison))
        .collect();
    let note = (!secrets.is_empty()).then(|| format!("and its {}, which hlab never reads", secrets.join(" and ")));
    Told {
        what: format!("storage `{name}`"),
        apply: Some(command),
        verify: Some(format!("pvesm status --storage {}", word(name))),
        note,
    }
}

/// What a storage stands on, on a host.
pub(super) fn host(model: &Model<'_>, id: ObjId, item: &Item<'_>) -> Told {
    let node = item.node.unwrap_or_default();
    let (kind, options) = options(model, id);
    let option =
        |name: &str| options.iter().find(|(option, _)| *option == name).map_or("", |(_, value)| value.as_str());
    let thin = format!("{}/{}", option("vgname"), option("thinpool"));
    let (what, command) = match kind {
        "zfspool" => (format!("data set `{}`", option("pool")), vec!["zfs", "list", option("pool")]),
        "lvm" => (format!("volume group `{}`", option("vgname")), vec!["vgs", option("vgname")]),
        "lvmthin" => (format!("thin pool `{thin}`"), vec!["lvs", thin.as_str()]),
        _ => (format!("folder `{}`", option("path")), vec!["ls", "-d", option("path")]),
    };
    Told { what: format!("{what} on {node}"), apply: None, verify: Some(over_ssh(node, &command)), note: None }
}

//! Entries of `storage.cfg`: those that the source does not have yet.
//!
//! An entry that is there is what somebody wants, and whoever owns it applies it: a scan does not change it.

use crate::graph::Node;
use crate::scan::{Facts, Storage};

use super::Seen;
use super::hardware;
use super::part::{Part, Said, blocks, key};

/// The kinds of content that hlab has a word for.
const CONTENT: [&str; 7] = ["images", "rootdir", "iso", "vztmpl", "backup", "snippets", "import"];

/// New storages of this host.
pub(super) fn items(facts: &Facts, host: &Part, seen: &mut Seen<'_>) -> Vec<Part> {
    let mut items = Vec::new();
    let own = host.key.as_deref().unwrap_or_default();
    let name = facts.host.as_deref().unwrap_or(own);
    for storage in facts.storages.iter().flatten() {
        let nodes: Option<Vec<&str>> = storage.option("nodes").map(|nodes| nodes.split(',').map(str::trim).collect());
        if nodes.as_ref().is_some_and(|nodes| !nodes.contains(&name)) {
            continue;
        }
        let is_it = |node: &&Node| node.kind == "storage" && node.name == storage.name;
        if let Some(node) = seen.graph.nodes.iter().find(is_it) {
            if !node.on.is_empty() && !hardware::is_on(node, seen.address) && has_pool(storage, host) {
                let note = format!("`{}` is offered on this host too: add it after `on`", node.address);
                seen.notes.push(note);
            }
            continue;
        }
        let mut part = Part::keyed("storage", &*storage.name);
        match fields(storage, &mut part) {
            Err(why) => seen.notes.push(format!("the storage `{}` is left out: {why}", storage.name)),
            Ok(()) => {
                part.on = match (nodes, storage.kind.as_str()) {
                    (Some(nodes), _) => Some(hosts(&nodes, name, own, seen)),
                    (None, "zfspool") => Some(with_pool(storage, own, seen)),
                    (None, _) => None,
                };
                items.push(part);
            }
        }
    }
    items
}

/// The ZFS pool of a storage.
fn pool_of(storage: &Storage) -> &str {
    storage.option("pool").unwrap_or_default().split('/').next().unwrap_or_default()
}

/// Whether a host has the pool of a storage, if it needs one.
fn has_pool(storage: &Storage, host: &Part) -> bool {
    let is_it = |part: &Part| part.word == "zpool" && part.key.as_deref() == Some(pool_of(storage));
    storage.kind != "zfspool" || host.parts.iter().any(is_it)
}

/// The hosts with the pool of a storage that Proxmox offers on all: what others have is not known, or they lack it.
fn with_pool(storage: &Storage, own: &str, seen: &mut Seen<'_>) -> Vec<String> {
    let pool = pool_of(storage);
    let others = seen.graph.nodes.iter().filter(|node| node.kind == "host" && node.address != seen.address);
    let (with, without): (Vec<&Node>, Vec<&Node>) =
        others.partition(|host| blocks(&host.fields, "zpool").any(|block| key(block) == pool));
    let hosts = with.iter().map(|host| host.key.clone()).chain([own.to_owned()]).collect();
    if without.is_empty() {
        return hosts;
    }
    let names: Vec<&str> = without.iter().map(|host| host.key.as_str()).collect();
    seen.notes.push(format!(
        "the storage `{}` is offered on every host, and the source says of no pool `{pool}` on {}: it is written for the \
         hosts that have one",
        storage.name,
        names.join(", ")
    ));
    hosts
}

/// The nodes that the source knows, by their names there.
fn hosts(nodes: &[&str], name: &str, own: &str, seen: &Seen<'_>) -> Vec<String> {
    let key = |node: &str| {
        let is_it = |host: &&Node| host.kind == "host" && host.name == node;
        match seen.graph.nodes.iter().find(is_it) {
            _ if node == name => Some(own.to_owned()),
            known => known.map(|host| host.key.clone()),
        }
    };
    nodes.iter().filter_map(|node| key(node)).collect()
}

/// Says what an entry is; the reason why not, if hlab cannot.
fn fields(storage: &Storage, part: &mut Part) -> Result<(), String> {
    let model = place(storage, part)?;
    part.model = Some(model.to_owned());
    let content = match storage.option("content") {
        Some(content) => content,
        None if model == "Pbs" => "backup",
        None => return Err("it says no `content`".to_owned()),
    };
    let content = content.split(',').map(str::trim).filter(|word| CONTENT.contains(word)).map(str::to_owned);
    part.say("content", Said::Members(content.collect()));
    part.say("disabled", Said::Switch(is_on(storage, "disable")));
    if !["Nfs", "Cifs", "Pbs"].contains(&model) {
        part.say("shared", Said::Switch(is_on(storage, "shared")));
    }
    let keep = storage.option("prune-backups").unwrap_or_default().split(',').filter_map(|pair| {
        let (name, count) = pair.trim().strip_prefix("keep-")?.split_once('=')?;
        let is_known = ["last", "hourly", "daily", "weekly", "monthly", "yearly"].contains(&name);
        Some((name.to_owned(), count.parse::<u32>().ok().filter(|_| is_known)?.into()))
    });
    let keep: Vec<(String, u64)> = keep.collect();
    if !keep.is_empty() {
        part.say("keep", Said::Counts(keep));
    }
    // It is there: nobody has to make it.
    part.say("adopt", Said::Switch(true));
    Ok(())
}

/// Says where a storage keeps things; gives its variant in hlab.
fn place(storage: &Storage, part: &mut Part) -> Result<&'static str, String> {
    let need = |key: &str| text(storage, key).ok_or_else(|| format!("it says no `{key}`"));
    let need_path = |key: &str| path(storage, key)?.ok_or_else(|| format!("it says no `{key}`"));
    // Where Proxmox mounts it anyway.
    let usual = Said::Text(format!("/mnt/pve/{}", storage.name));
    let mounted = || path(storage, "path").map(|said| said.filter(|said| *said != usual));
    let model = match storage.kind.as_str() {
        kind @ ("dir" | "btrfs") => {
            part.say("path", need_path("path")?);
            part.say("mountpoint", Said::Switch(is_on(storage, "is_mountpoint")));
            if kind == "dir" { "Directory" } else { "Btrfs" }
        }
        "lvm" => {
            part.say("group", need("vgname")?);
            "Lvm"
        }
        "lvmthin" => {
            part.say("group", need("vgname")?);
            part.say("pool", need("thinpool")?);
            "LvmThin"
        }
        "zfspool" => {
            let pool = storage.option("pool").unwrap_or_default();
            if pool.is_empty() || pool.starts_with('/') || pool.ends_with('/') {
                return Err("`pool` is no name of a data set".to_owned());
            }
            part.say("pool", Said::Text(pool.to_owned()));
            if !is_on(storage, "sparse") {
                part.say("sparse", Said::Fact(false));
            }
            part.say_if("block-size", text(storage, "blocksize"));
            "ZfsPool"
        }
        "nfs" => {
            part.say("server", need("server")?);
            part.say("export", need_path("export")?);
            part.say_if("path", mounted()?);
            part.say_if("options", text(storage, "options"));
            "Nfs"
        }
        "cifs" => {
            part.say("server", need("server")?);
            part.say("share", need("share")?);
            part.say_if("user", text(storage, "username"));
            part.say_if("domain", text(storage, "domain"));
            part.say_if("path", mounted()?);
            "Cifs"
        }
        "pbs" => {
            part.say("server", need("server")?);
            part.say("datastore", need("datastore")?);
            part.say_if("user", text(storage, "username"));
            let fingerprint = storage.option("fingerprint").filter(|text| is_fingerprint(text));
            part.say_if("fingerprint", fingerprint.map(|text| Said::Text(text.to_owned())));
            part.say_if("namespace", text(storage, "namespace"));
            "Pbs"
        }
        other => return Err(format!("a scan does not write the type `{other}` yet")),
    };
    Ok(model)
}

fn text(storage: &Storage, key: &str) -> Option<Said> {
    storage.option(key).filter(|value| !value.is_empty()).map(|value| Said::Text(value.to_owned()))
}

/// A switch stands alone, or has a word for true.
fn is_on(storage: &Storage, key: &str) -> bool {
    storage.option(key).is_some_and(|value| ["", "1", "yes", "on", "true"].contains(&value))
}

fn path(storage: &Storage, key: &str) -> Result<Option<Said>, String> {
    match storage.option(key) {
        Some(path) if path.starts_with('/') && !path.split('/').any(|step| step == "..") => {
            Ok(Some(Said::Text(path.to_owned())))
        }
        Some(_) => Err(format!("`{key}` is no absolute path")),
        None => Ok(None),
    }
}

fn is_fingerprint(text: &str) -> bool {
    let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 32 && text.split(':').all(is_byte)
}

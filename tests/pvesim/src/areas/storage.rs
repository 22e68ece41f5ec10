//! Storages: their definitions, how they are on a node, what is on them, and downloading to them.
//!
//! Source: live-api facts, section 9; pve-storage `PVE::API2::Storage::{Config,Content,Status}` and its plugins, for what each type
//! holds and must have.

use serde_json::{Map, Value, json};

use super::options::{self, Options};
use super::{Call, Finisher, Outcome, Route, delete, get, post, put, volumes};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{GuestKind, Storage, Task, Volume, World};

pub const ROUTES: &[Route] = &[
    get("/storage", list),
    post("/storage", create),
    get("/storage/{storage}", read),
    put("/storage/{storage}", update),
    delete("/storage/{storage}", remove),
    get("/nodes/{node}/storage", on_node),
    get("/nodes/{node}/storage/{storage}", index),
    get("/nodes/{node}/storage/{storage}/status", status),
    get("/nodes/{node}/storage/{storage}/content", content),
    delete("/nodes/{node}/storage/{storage}/content/{volume}", remove_volume),
    post("/nodes/{node}/storage/{storage}/download-url", download),
];

pub const FINISHERS: &[(&str, Finisher)] =
    &[("download", finish_download), ("imgdel", finish_removal), ("resize", super::qemu::finish_resize)];

/// Parameters that are kept apart from the file, and never answered, or that only say how to make it.
const SECRETS: [&str; 4] = ["password", "encryption-key", "keyring", "master-pubkey"];
/// The privileges of which one lets see a storage.
const SEES: [&str; 2] = ["Datastore.Audit", "Datastore.AllocateSpace"];

/// What a type of storage can hold, what it holds by itself, and which options it must have.
struct Plugin {
    content: &'static [&'static str],
    default: &'static str,
    required: &'static [&'static str],
}

fn plugin(kind: &str) -> Plugin {
    let files: &[&str] = &["images", "rootdir", "vztmpl", "iso", "backup", "snippets", "import", "none"];
    let blocks: &[&str] = &["images", "rootdir"];
    let (content, default, required): (&[&str], &str, &[&str]) = match kind {
        "dir" => (files, "images", &["path"]),
        "btrfs" => (files, "images,rootdir", &["path"]),
        "nfs" => (files, "images", &["server", "export"]),
        "cifs" => (files, "images", &["server", "share"]),
        "cephfs" => (&["vztmpl", "iso", "backup", "snippets", "import"], "backup", &[]),
        "lvm" => (blocks, "images", &["vgname"]),
        "lvmthin" => (blocks, "images,rootdir", &["vgname", "thinpool"]),
        "zfspool" => (blocks, "images,rootdir", &["pool"]),
        "rbd" => (blocks, "images", &[]),
        "pbs" => (&["backup", "none"], "backup", &["server", "datastore"]),
        "iscsi" => (&["images", "none"], "images", &["portal", "target"]),
        "esxi" => (&["import"], "import", &["server", "username"]),
        _ => (&["images"], "images", &[]),
    };
    Plugin { content, default, required }
}

fn check_content(kind: &str, options: &Options) -> Result<(), Failure> {
    let plugin = plugin(kind);
    let content = options.get("content").map_or("", String::as_str);
    let foreign = content.split(',').find(|item| !item.is_empty() && !plugin.content.contains(item));
    match foreign {
        Some(item) => Err(Failure::server(&format!("storage does not support content type '{item}'"))),
        None => Ok(()),
    }
}

/// The digest of `storage.cfg`: of all storages.
fn file_digest(world: &World) -> Vec<(&String, &String, &Options)> {
    world.storages.iter().map(|(id, storage)| (id, &storage.kind, &storage.options)).collect()
}

fn row(world: &World, call: &Call<'_>, id: &str, storage: &Storage) -> Map<String, Value> {
    let mut row = options::typed(call, "POST", "/storage", &storage.options);
    row.insert("storage".to_owned(), id.into());
    row.insert("type".to_owned(), storage.kind.as_str().into());
    row.insert("digest".to_owned(), options::digest(&file_digest(world)).into());
    row
}

fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let wanted = call.text("type");
    let storages = world.storages.iter().filter(|(id, storage)| {
        wanted.as_ref().is_none_or(|wanted| *wanted == storage.kind) && rights.has_any(&format!("/storage/{id}"), &SEES)
    });
    Ok(Value::Array(storages.map(|(id, storage)| Value::Object(row(world, call, id, storage))).collect()).into())
}

fn read(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("storage");
    let storage = volumes::storage(world, &id).map_err(|reason| Failure::server(&reason))?;
    Ok(Value::Object(row(world, call, &id, storage)).into())
}

fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, kind) = (call.required("storage"), call.required("type"));
    let except: Vec<&str> = SECRETS.into_iter().chain(["storage", "type"]).collect();
    let mut options = options::given(call, &except);
    let plugin = plugin(&kind);
    if let Some(missing) = plugin.required.iter().find(|option| !options.contains_key(**option)) {
        return Err(Failure::server(&format!("missing value for required option '{missing}'")));
    }
    check_content(&kind, &options)?;
    options.entry("content".to_owned()).or_insert_with(|| plugin.default.to_owned());
    if matches!(kind.as_str(), "nfs" | "cifs" | "cephfs") {
        options.entry("path".to_owned()).or_insert_with(|| format!("/mnt/pve/{id}"));
    }
    let exists = || Failure::server(&format!("create storage failed: storage ID '{id}' already defined"));
    let storage = Storage { kind: kind.clone(), options, ..Storage::default() };
    options::add(&mut world.storages, id.clone(), storage, exists)?;
    Ok(json!({ "storage": id, "type": kind, "config": {} }).into())
}

fn update(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("storage");
    let failed = |failure: Failure| match failure.status {
        500 => Failure::server(&format!("update storage failed: {}", failure.message.trim_end())),
        _ => failure,
    };
    options::check_digest(call, &file_digest(world)).map_err(failed)?;
    let storage = volumes::storage(world, &id).map_err(|reason| failed(Failure::server(&reason)))?;
    let kind = storage.kind.clone();
    let changed = options::changed(call, &storage.options, &SECRETS).map_err(failed)?;
    check_content(&kind, &changed).map_err(failed)?;
    if let Some(storage) = world.storages.get_mut(&id) {
        storage.options = changed;
    }
    Ok(json!({ "storage": id, "type": kind, "config": {} }).into())
}

/// Only the definition goes; what is on it stays where it is.
fn remove(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("storage");
    volumes::storage(world, &id).map_err(|reason| Failure::server(&format!("delete storage failed: {reason}")))?;
    let is_base = |storage: &Storage| {
        storage.options.get("base").is_some_and(|base| volumes::split(base).is_some_and(|(of, _)| of == id))
    };
    if world.storages.values().any(is_base) {
        let reason = "can't remove storage - storage is used as base of another storage";
        return Err(Failure::server(&format!("delete storage failed: {reason}")));
    }
    world.storages.remove(&id);
    Ok(Value::Null.into())
}

/// How a storage is on a node. One that the node may not use is listed as not enabled.
fn state(node: &str, storage: &Storage) -> Value {
    let usage = storage.usage_on(node);
    let is_enabled = !storage.is_disabled() && storage.is_on(node);
    let is_active = is_enabled && usage.active;
    let content: Vec<&str> = storage.content().into_iter().collect();
    let bytes = |count: u64| if is_active { count } else { 0 };
    json!({
        "type": storage.kind, "content": content.join(","), "shared": u8::from(storage.is_shared()),
        "enabled": u8::from(is_enabled), "active": u8::from(is_active), "total": bytes(usage.total),
        "used": bytes(usage.used), "avail": bytes(usage.total.saturating_sub(usage.used)),
    })
}

fn on_node(world: &mut World, call: &Call<'_>) -> Outcome {
    if call.is_set("format") {
        return Err(Failure::not_modelled("the formats of storages"));
    }
    let rights = Rights::of(world, call.caller());
    let (wanted, only, target) = (call.list("content"), call.text("storage"), call.text("target"));
    let mut rows = Vec::new();
    for (id, storage) in &world.storages {
        let mut row = state(call.node, storage);
        let is_enabled = row["enabled"] == 1;
        let has_content = wanted.is_empty() || wanted.iter().any(|item| storage.content().contains(item.as_str()));
        let is_wanted = has_content
            && (is_enabled || wanted.is_empty() && !call.is_set("enabled"))
            && only.as_ref().is_none_or(|only| only == id)
            && target.as_ref().is_none_or(|target| storage.is_on(target));
        if !is_wanted || !rights.has_any(&format!("/storage/{id}"), &SEES) {
            continue;
        }
        row["storage"] = id.as_str().into();
        if row["active"] == 1 && row["total"] != 0 {
            let part = |name: &str| row[name].as_f64().unwrap_or_default();
            row["used_fraction"] = (part("used") / part("total")).into();
        }
        rows.push(row);
    }
    Ok(Value::Array(rows).into())
}

fn index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of(
        "subdir",
        &[
            "content",
            "download-url",
            "file-restore",
            "import-metadata",
            "prunebackups",
            "rrd",
            "rrddata",
            "status",
            "upload",
        ],
    )
}

fn status(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("storage");
    let storage = volumes::storage(world, &id).map_err(|reason| Failure::server(&reason))?;
    Ok(state(call.node, storage).into())
}

/// What is on a storage, as far as the caller may use it.
fn content(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("storage");
    let storage = volumes::usable(world, call.node, &id).map_err(|reason| Failure::server(&reason))?;
    let allowed = storage.content();
    let (wanted, of_guest) = (call.text("content"), call.vmid());
    let mut rows = Vec::new();
    for (name, volume) in volumes::on(world, call.node, &id) {
        let volid = format!("{id}:{name}");
        let owner = volumes::owner_of(&name);
        let is_container =
            owner.and_then(|owner| world.guests.get(&owner)).is_some_and(|guest| guest.kind == GuestKind::Lxc);
        let content = match volumes::content_of(&name) {
            "images" if is_container => "rootdir",
            other => other,
        };
        let is_wanted = allowed.contains(content)
            && wanted.as_ref().is_none_or(|wanted| wanted == content)
            && of_guest.is_none_or(|vmid| owner == Some(vmid));
        if !is_wanted || volumes::check_access(world, call.caller(), None, &volid).is_err() {
            continue;
        }
        let format = volume.format.clone().unwrap_or_else(|| volumes::format_of(&name).to_owned());
        let mut row = json!({ "volid": volid, "content": content, "format": format, "size": volume.size });
        if let Some(owner) = owner {
            row["vmid"] = owner.into();
        }
        if let Some(ctime) = volume.ctime {
            row["ctime"] = ctime.into();
        }
        if let Some(notes) = &volume.notes {
            row["notes"] = notes.as_str().into();
        }
        if volume.protected {
            row["protected"] = 1.into();
        }
        rows.push(row);
    }
    Ok(Value::Array(rows).into())
}

/// The whole id of the volume that the path names, with its storage or without.
fn named_volume(call: &Call<'_>) -> String {
    let volume = call.required("volume");
    if volume.contains(':') { volume } else { format!("{}:{volume}", call.required("storage")) }
}

fn remove_volume(world: &mut World, call: &Call<'_>) -> Outcome {
    let volid = named_volume(call);
    let Some((id, name)) = volumes::split(&volid) else {
        return Err(Failure::parameter("volume", &format!("unable to parse volume ID '{volid}'")));
    };
    match volumes::owner_of(name).filter(|_| volumes::content_of(name) == "backup") {
        Some(owner) => {
            call.check(world, &format!("/storage/{id}"), "Datastore.AllocateSpace")?;
            call.check(world, &format!("/vms/{owner}"), "VM.Backup")?;
        }
        None => call.check(world, &format!("/storage/{id}"), "Datastore.Allocate")?,
    }
    let volume = volumes::find(world, call.node, &volid).map_err(|reason| Failure::server(&reason))?;
    if volume.protected {
        return Err(Failure::not_modelled("removing a protected backup"));
    }
    let names = |text: &String| text.split(',').next() == Some(volid.as_str());
    if world.guests.values().any(|guest| guest.sections().any(|section| section.values().any(names))) {
        return Err(Failure::not_modelled("removing the disk of a guest behind its back"));
    }
    let upid = call.start_task(world, "imgdel", "", json!({ "volid": volid }));
    let ends = world.tasks.get(&upid).and_then(|task| task.ends_ms).unwrap_or(u64::MAX);
    match call.number("delay").filter(|delay| ends <= world.clock.now_ms + delay * 1_000) {
        Some(_) => {
            world.clock.now_ms = ends;
            super::settle(world);
            Ok(Value::Null.into())
        }
        None => Ok(Value::from(upid).into()),
    }
}

fn finish_removal(world: &mut World, task: &Task) -> Result<(), String> {
    let node = crate::world::Upid::parse(&task.upid).map(|upid| upid.node).unwrap_or_default();
    if task.is_ok() {
        volumes::free(world, &node, task.data["volid"].as_str().unwrap_or_default());
    }
    Ok(())
}

/// The extensions of a kind of content.
fn extensions(content: &str) -> &'static [&'static str] {
    match content {
        "iso" => &[".iso", ".img"],
        "vztmpl" => &[".tar.gz", ".tar.xz", ".tar.zst"],
        _ => &[".qcow2", ".raw", ".vmdk", ".ova"],
    }
}

/// Starts a download. The simulated Internet has every file.
fn download(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, content, name) = (call.required("storage"), call.required("content"), call.required("filename"));
    let storage = volumes::usable(world, call.node, &id).map_err(|reason| Failure::server(&reason))?;
    if !storage.has_files() {
        return Err(Failure::server(&format!("can't upload to storage type '{}'", storage.kind)));
    }
    if !storage.content().contains(content.as_str()) {
        let reason = format!("storage '{id}' is not configured for content-type '{content}'");
        return Err(Failure::parameter("content", &reason));
    }
    if !extensions(&content).iter().any(|extension| name.to_lowercase().ends_with(extension)) {
        return Err(Failure::parameter("filename", "wrong file extension"));
    }
    let volid = format!("{id}:{content}/{name}");
    let upid = call.start_task(world, "download", &name, json!({ "volid": volid }));
    Ok(Value::from(upid).into())
}

/// How large a file is that was downloaded: nothing was, so this size is as good as any.
const DOWNLOADED: u64 = 512 << 20;

fn finish_download(world: &mut World, task: &Task) -> Result<(), String> {
    let node = crate::world::Upid::parse(&task.upid).map(|upid| upid.node).unwrap_or_default();
    let volid = task.data["volid"].as_str().unwrap_or_default();
    if !task.is_ok() {
        return Ok(());
    }
    if volumes::find(world, &node, volid).is_ok() {
        let (id, name) = volumes::split(volid).unwrap_or_default();
        let path = world.storages.get(id).and_then(|storage| storage.options.get("path")).cloned().unwrap_or_default();
        let directory = if name.starts_with("import/") { "" } else { "template/" };
        let name = name.replacen("vztmpl/", "cache/", 1);
        return Err(format!("refusing to override existing file '{path}/{directory}{name}'"));
    }
    let ctime = Some(world.clock.now());
    volumes::keep(world, &node, volid, Volume { size: DOWNLOADED, ctime, ..Volume::default() });
    Ok(())
}

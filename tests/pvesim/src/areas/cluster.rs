//! `/version`, and what is asked of the cluster as a whole: status, resources, the next free VMID.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Outcome, Route, get};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Guest, GuestKind, Power, Release, World};

pub const ROUTES: &[Route] = &[
    get("/version", version),
    get("/cluster/status", status),
    get("/cluster/resources", resources),
    get("/cluster/nextid", next_id),
];

/// The version of the package that a release is known by; every node runs the same.
///
/// The repository ids are of our making: nobody compares them.
pub(super) fn version(world: &mut World, _call: &Call<'_>) -> Outcome {
    let (release, version) = match world.release {
        Release::V8_4 => ("8.4", "8.4.1"),
        Release::V9_1 => ("9.1", "9.1.4"),
    };
    Ok(json!({ "release": release, "version": version, "repoid": "5467ad61a7c4f6d3" }).into())
}

/// The cluster first, then its nodes. A single node that never joined a cluster lists only itself.
///
/// Source: schema (`GET /cluster/status`); the ids `cluster` and `node/NAME` by pve-manager.
fn status(world: &mut World, call: &Call<'_>) -> Outcome {
    let mut list = Vec::new();
    if let Some(name) = &world.cluster.name {
        list.push(json!({
            "id": "cluster", "type": "cluster", "name": name, "nodes": world.nodes.len(),
            "quorate": u8::from(world.cluster.quorate), "version": world.cluster.config_version,
        }));
    }
    for (name, node) in &world.nodes {
        list.push(json!({
            "id": format!("node/{name}"), "type": "node", "name": name, "nodeid": node.id, "ip": node.ip,
            "online": u8::from(node.online), "local": u8::from(name == call.node), "level": "",
        }));
    }
    Ok(Value::Array(list).into())
}

/// Guests, nodes and storages in one list, cut to what the caller may see.
///
/// Source: schema (`GET /cluster/resources`); guests of a node that does not answer are `unknown` (live-api facts, section 5).
fn resources(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let wanted = call.text("type");
    let wants = |kind: &str| wanted.as_deref().is_none_or(|wanted| wanted == kind);
    let mut list = Vec::new();
    if wanted.is_none() {
        let visible = world.pools.keys().filter(|id| rights.has(&format!("/pool/{id}"), "Pool.Audit"));
        list.extend(visible.map(|id| json!({ "id": format!("/pool/{id}"), "type": "pool", "pool": id })));
    }
    if wants("vm") {
        let pools = pools_by_guest(world);
        for (vmid, guest) in &world.guests {
            if rights.has(&format!("/vms/{vmid}"), "VM.Audit") {
                list.push(guest_row(world, *vmid, guest, pools.get(vmid).copied()));
            }
        }
    }
    if wants("node") {
        let visible = world.nodes.iter().filter(|(name, _)| rights.has(&format!("/nodes/{name}"), "Sys.Audit"));
        list.extend(visible.map(|(name, node)| {
            let mut row = super::nodes::row(name, node);
            row["type"] = "node".into();
            row
        }));
    }
    if wants("storage") {
        list.extend(storage_rows(world, &rights));
    }
    if wants("sdn") {
        list.extend(zone_rows(world, &rights));
    }
    Ok(Value::Array(list).into())
}

fn pools_by_guest(world: &World) -> BTreeMap<u32, &str> {
    world.pools.iter().flat_map(|(id, pool)| pool.guests.iter().map(move |vmid| (*vmid, id.as_str()))).collect()
}

fn guest_row(world: &World, vmid: u32, guest: &Guest, pool: Option<&str>) -> Value {
    let is_known = world.is_online(&guest.node);
    let is_running = guest.power == Power::Running && is_known;
    let cores = guest.number("cores").unwrap_or(1) * guest.number("sockets").unwrap_or(1);
    let default_memory = 512;
    let memory = guest.number("memory").unwrap_or(default_memory) << 20;
    let mut row = json!({
        "id": format!("{}/{vmid}", guest.kind.name()), "type": guest.kind.name(), "vmid": vmid, "node": guest.node,
        "status": if is_known { guest.power.name() } else { "unknown" },
    });
    let members = row.as_object_mut().expect("it was made as an object");
    if let Some(pool) = pool {
        members.insert("pool".to_owned(), pool.into());
    }
    if !is_known {
        return row;
    }
    let disk_key = match guest.kind {
        GuestKind::Qemu => "scsi0",
        GuestKind::Lxc => "rootfs",
    };
    let disk = guest.config.get(disk_key).and_then(|text| size_of(text)).unwrap_or(0);
    members.insert("name".to_owned(), guest.name(vmid).into());
    members.insert("template".to_owned(), u8::from(guest.is_template()).into());
    members.insert("maxcpu".to_owned(), cores.into());
    members.insert("maxmem".to_owned(), memory.into());
    members.insert("maxdisk".to_owned(), disk.into());
    members.insert("uptime".to_owned(), (if is_running { guest.uptime } else { 0 }).into());
    members.insert("mem".to_owned(), (if is_running { memory / 2 } else { 0 }).into());
    members.insert("cpu".to_owned(), (if is_running { 0.01 } else { 0.0 }).into());
    for counter in ["disk", "diskread", "diskwrite", "netin", "netout"] {
        members.insert(counter.to_owned(), 0.into());
    }
    if let Some(tags) = guest.config.get("tags") {
        members.insert("tags".to_owned(), tags.as_str().into());
    }
    if let Some(lock) = guest.lock() {
        members.insert("lock".to_owned(), lock.into());
    }
    row
}

/// The bytes of `size=32G` in a drive.
fn size_of(drive: &str) -> Option<u64> {
    let size = drive.split(',').find_map(|part| part.strip_prefix("size="))?;
    let (digits, unit) = size.split_at(size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len()));
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_shl(shift)
}

/// A storage has a row on each node that may use it.
fn storage_rows(world: &World, rights: &Rights<'_>) -> Vec<Value> {
    let mut rows = Vec::new();
    for (id, storage) in &world.storages {
        let is_visible = rights.has_any(&format!("/storage/{id}"), &["Datastore.Audit", "Datastore.AllocateSpace"]);
        if !is_visible || storage.is_disabled() {
            continue;
        }
        for node in world.nodes.keys().filter(|node| storage.is_on(node)) {
            let usage = storage.usage_on(node);
            let is_available = usage.active && world.is_online(node);
            let content: Vec<&str> = storage.content().into_iter().collect();
            let mut row = json!({
                "id": format!("storage/{node}/{id}"), "type": "storage", "storage": id, "node": node,
                "plugintype": storage.kind, "shared": u8::from(storage.is_shared()), "content": content.join(","),
                "status": if is_available { "available" } else { "unknown" },
            });
            if is_available {
                row["disk"] = usage.used.into();
                row["maxdisk"] = usage.total.into();
            }
            rows.push(row);
        }
    }
    rows
}

/// The zone of the local bridges, which every node has.
fn zone_rows(world: &World, rights: &Rights<'_>) -> Vec<Value> {
    if !rights.has_any("/sdn/zones/localnetwork", &["SDN.Audit", "SDN.Use", "SDN.Allocate"]) {
        return Vec::new();
    }
    let row = |node: &String| {
        let status = if world.is_online(node) { "ok" } else { "unknown" };
        json!({ "id": format!("sdn/{node}/localnetwork"), "type": "sdn", "sdn": "localnetwork", "node": node, "status": status })
    };
    world.nodes.keys().map(row).collect()
}

/// The lowest free VMID, as a text; or whether a given one is free.
///
/// Source: live-api facts, section 1 (a string, against the schema); pve-manager for the wording.
fn next_id(world: &mut World, call: &Call<'_>) -> Outcome {
    if let Some(vmid) = call.vmid() {
        if world.guests.contains_key(&vmid) {
            return Err(Failure::parameter("vmid", &format!("VM {vmid} already exists")));
        }
        return Ok(Value::from(vmid.to_string()).into());
    }
    let free = (100..1_000_000).find(|vmid| !world.guests.contains_key(vmid));
    match free {
        Some(vmid) => Ok(Value::from(vmid.to_string()).into()),
        None => Err(Failure::server("unable to get any free VMID in range [100, 1000000]")),
    }
}

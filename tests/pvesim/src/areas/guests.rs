//! What virtual machines and containers have in common: finding one, its configuration with what waits, its state, its end.
//!
//! Source: live-api facts, sections 3, 5 and 7; pve-guest-common `PVE::AbstractConfig` and `PVE::GuestHelpers`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::options::{self, typed, typed_one};
use super::properties::parse_size;
use super::{Call, Outcome, volumes};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Guest, GuestKind, Options, Power, World};

/// The method whose parameters say what type an option has.
pub fn schema_of(kind: GuestKind) -> &'static str {
    match kind {
        GuestKind::Qemu => "/nodes/{node}/qemu",
        GuestKind::Lxc => "/nodes/{node}/lxc",
    }
}

/// `VM` or `CT`, as messages call it.
pub fn title(kind: GuestKind) -> &'static str {
    match kind {
        GuestKind::Qemu => "VM",
        GuestKind::Lxc => "CT",
    }
}

fn missing(kind: GuestKind, node: &str, vmid: u32) -> Failure {
    let directory = match kind {
        GuestKind::Qemu => "qemu-server",
        GuestKind::Lxc => "lxc",
    };
    Failure::server(&format!("Configuration file 'nodes/{node}/{directory}/{vmid}.conf' does not exist"))
}

/// The guest that the path names, if its node has it.
///
/// # Errors
/// If it does not.
pub fn find<'a>(world: &'a World, call: &Call<'_>, kind: GuestKind) -> Result<(u32, &'a Guest), Failure> {
    let vmid = call.vmid().unwrap_or_default();
    let guest = world.guests.get(&vmid).filter(|guest| guest.kind == kind && guest.node == call.node);
    guest.map(|guest| (vmid, guest)).ok_or_else(|| missing(kind, call.node, vmid))
}

/// The same, to change it.
///
/// # Errors
/// If its node does not have it.
pub fn find_mut<'a>(world: &'a mut World, node: &str, kind: GuestKind, vmid: u32) -> Result<&'a mut Guest, Failure> {
    let guest = world.guests.get_mut(&vmid).filter(|guest| guest.kind == kind && guest.node == node);
    guest.ok_or_else(|| missing(kind, node, vmid))
}

/// Refuses while an operation holds the guest.
///
/// # Errors
/// With the name of the lock.
pub fn check_lock(guest: &Guest) -> Result<(), Failure> {
    match guest.lock() {
        Some(lock) => Err(Failure::server(&format!("{} is locked ({lock})", title(guest.kind)))),
        None => Ok(()),
    }
}

/// Refuses if the guest is protected.
///
/// # Errors
/// With what was to be done.
pub fn check_protection(guest: &Guest, what: &str) -> Result<(), Failure> {
    let is_protected = guest.config.get("protection").is_some_and(|value| value == "1");
    if is_protected { Err(Failure::server(&format!("{what} - protection mode enabled"))) } else { Ok(()) }
}

/// Refuses `skiplock` of anybody but root with a ticket.
///
/// # Errors
/// The server's 400.
pub fn check_skiplock(call: &Call<'_>) -> Result<bool, Failure> {
    let skips = call.is_set("skiplock");
    if skips && call.caller() != crate::access::ROOT {
        return Err(Failure::parameter("skiplock", "Only root may use this option."));
    }
    Ok(skips)
}

/// Refuses unless the caller has privileges on a guest, or on the pool that it will be in. With `any`, one is enough.
///
/// # Errors
/// The server's 403.
pub fn check(
    world: &World,
    call: &Call<'_>,
    vmid: u32,
    pool: Option<&str>,
    privileges: &[&str],
    any: bool,
) -> Result<(), Failure> {
    let rights = Rights::of(world, call.caller());
    let missing = |path: &str| {
        if any {
            return (!rights.has_any(path, privileges)).then(|| privileges.join("|"));
        }
        privileges.iter().find(|privilege| !rights.has(path, privilege)).map(|privilege| (*privilege).to_owned())
    };
    if pool.is_some_and(|pool| missing(&format!("/pool/{pool}")).is_none()) {
        return Ok(());
    }
    let path = format!("/vms/{vmid}");
    missing(&path).map_or(Ok(()), |missing| Err(Failure::permission(&format!("{path}, {missing}"))))
}

/// Refuses unless the caller may use the bridge of a network card, with its tags.
///
/// # Errors
/// The server's 403.
pub fn check_bridge(world: &World, call: &Call<'_>, net: &super::properties::Properties) -> Result<(), Failure> {
    let Some(bridge) = net.get("bridge") else { return Ok(()) };
    let zone = format!("/sdn/zones/localnetwork/{bridge}");
    let trunks = net.get("trunks").map(|trunks| trunks.split(';').collect::<Vec<_>>()).unwrap_or_default();
    let tags: Vec<&str> = net.get("tag").into_iter().chain(trunks).collect();
    if tags.is_empty() {
        return call.check(world, &zone, "SDN.Use");
    }
    tags.into_iter().try_for_each(|tag| call.check(world, &format!("{zone}/{tag}"), "SDN.Use"))
}

/// The digest of a guest's configuration file.
pub fn digest(guest: &Guest) -> String {
    options::digest(&(&guest.config, &guest.pending, &guest.pending_delete, &guest.snapshots))
}

/// What readers see of a password.
const HIDDEN: &str = "**********";

fn shown(name: &str, value: Value) -> Value {
    if name == "cipassword" { HIDDEN.into() } else { value }
}

/// The configuration: with what waits laid over it, or as it runs (`current`), or as a snapshot kept it.
///
/// # Errors
/// If there is no such guest or snapshot.
pub fn config(world: &World, call: &Call<'_>, kind: GuestKind) -> Outcome {
    let (_, guest) = find(world, call, kind)?;
    let snapshot = call.text("snapshot");
    if snapshot.is_some() && call.is_set("current") {
        let reason = "cannot use 'snapshot' parameter with 'current'".to_owned();
        let errors = [("snapshot".to_owned(), reason.clone()), ("current".to_owned(), reason)];
        return Err(Failure::parameters(errors.into()));
    }
    let mut config = match snapshot {
        Some(name) => {
            let missing = || Failure::server(&format!("snapshot '{name}' does not exist"));
            guest.snapshots.get(&name).ok_or_else(missing)?.config.clone()
        }
        None => guest.config.clone(),
    };
    if call.text("snapshot").is_none() && !call.is_set("current") {
        config.retain(|name, _| !guest.pending_delete.contains_key(name));
        config.extend(guest.pending.clone());
    }
    let raw: Vec<Value> =
        config.iter().filter(|(name, _)| name.starts_with("lxc.")).map(|(name, value)| json!([name, value])).collect();
    config.retain(|name, _| !name.starts_with("lxc."));
    let answer = typed(call, "POST", schema_of(kind), &config).into_iter();
    let mut answer: Map<String, Value> = answer.map(|(name, value)| (name.clone(), shown(&name, value))).collect();
    if !raw.is_empty() {
        answer.insert("lxc".to_owned(), raw.into());
    }
    answer.insert("digest".to_owned(), digest(guest).into());
    Ok(Value::Object(answer).into())
}

/// Every option with its value now, the one that waits, and whether its removal waits.
///
/// # Errors
/// If there is no such guest.
pub fn pending(world: &World, call: &Call<'_>, kind: GuestKind) -> Outcome {
    let (_, guest) = find(world, call, kind)?;
    let value = |name: &str, text: &String| shown(name, typed_one(call, "POST", schema_of(kind), name, text));
    let names: std::collections::BTreeSet<&String> =
        guest.config.keys().chain(guest.pending.keys()).chain(guest.pending_delete.keys()).collect();
    let item = |name: &String| {
        let mut item = json!({ "key": name });
        if let Some(text) = guest.config.get(name) {
            item["value"] = value(name, text);
        }
        if let Some(text) = guest.pending.get(name) {
            item["pending"] = value(name, text);
        }
        if let Some(force) = guest.pending_delete.get(name) {
            item["delete"] = if *force { 2 } else { 1 }.into();
        }
        item
    };
    let list: Vec<Value> = names.into_iter().filter(|name| !name.starts_with("lxc.")).map(item).collect();
    Ok(Value::Array(list).into())
}

/// The guests of a node that the caller may see.
pub fn list(world: &World, call: &Call<'_>, kind: GuestKind) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let guests = world.guests.iter().filter(|(_, guest)| guest.kind == kind && guest.node == call.node);
    let visible = guests.filter(|(vmid, _)| rights.has(&format!("/vms/{vmid}"), "VM.Audit"));
    let rows: Vec<Value> = visible.map(|(vmid, guest)| Value::Object(row(*vmid, guest))).collect();
    Ok(Value::Array(rows).into())
}

/// How a guest is: what lists and its status say.
fn row(vmid: u32, guest: &Guest) -> Map<String, Value> {
    let is_running = guest.power == Power::Running;
    let memory = guest.number("memory").unwrap_or(512) << 20;
    let (disk_key, cores) = match guest.kind {
        GuestKind::Qemu => ("scsi0", guest.number("cores").unwrap_or(1) * guest.number("sockets").unwrap_or(1)),
        GuestKind::Lxc => ("rootfs", guest.number("cores").unwrap_or(1)),
    };
    let size = |text: &String| text.split(',').find_map(|part| parse_size(part.strip_prefix("size=")?));
    let disk = guest.config.get(disk_key).and_then(size).unwrap_or(0);
    let mut row = json!({
        "vmid": vmid, "status": guest.power.name(), "name": guest.name(vmid), "cpus": cores, "maxmem": memory,
        "maxdisk": disk, "uptime": if is_running { guest.uptime } else { 0 },
        "mem": if is_running { memory / 2 } else { 0 }, "cpu": if is_running { 0.01 } else { 0.0 },
        "diskread": 0, "diskwrite": 0, "netin": 0, "netout": 0,
    });
    if guest.is_template() {
        row["template"] = 1.into();
    }
    for name in ["tags", "lock"] {
        if let Some(text) = guest.config.get(name) {
            row[name] = text.as_str().into();
        }
    }
    if guest.kind == GuestKind::Lxc {
        row["maxswap"] = (guest.number("swap").unwrap_or(512) << 20).into();
        row["type"] = "lxc".into();
    }
    row.as_object().cloned().unwrap_or_default()
}

/// Whether a guest runs, and whether the manager of high availability has it.
///
/// # Errors
/// If there is no such guest.
pub fn current(world: &World, call: &Call<'_>, kind: GuestKind) -> Outcome {
    let (vmid, guest) = find(world, call, kind)?;
    let mut row = row(vmid, guest);
    if kind == GuestKind::Qemu {
        row.insert("qmpstatus".to_owned(), guest.power.name().into());
    }
    let resource = world.ha.resources.get(&sid(kind, vmid));
    let mut ha = json!({ "managed": u8::from(resource.is_some()) });
    if let Some(resource) = resource {
        ha["state"] = resource.get("state").map_or("started", String::as_str).into();
        if let Some(group) = resource.get("group") {
            ha["group"] = group.as_str().into();
        }
    }
    row.insert("ha".to_owned(), ha);
    Ok(Value::Object(row).into())
}

/// The id of a guest as a resource of high availability.
pub fn sid(kind: GuestKind, vmid: u32) -> String {
    let prefix = match kind {
        GuestKind::Qemu => "vm",
        GuestKind::Lxc => "ct",
    };
    format!("{prefix}:{vmid}")
}

/// Refuses to remove a guest that is protected or used elsewhere.
///
/// # Errors
/// What holds it.
pub fn check_removal(world: &World, call: &Call<'_>, vmid: u32, guest: &Guest) -> Result<(), Failure> {
    let title = title(guest.kind);
    check_protection(guest, &format!("can't remove {title} {vmid}"))?;
    if call.is_set("purge") {
        return Ok(());
    }
    if world.ha.resources.contains_key(&sid(guest.kind, vmid)) {
        let reason = "used in HA resources and purge parameter not set.";
        return Err(Failure::server(&format!("unable to remove {title} {vmid} - {reason}")));
    }
    let prefix = format!("{vmid}-");
    match world.replication.keys().find(|id| id.starts_with(&prefix)) {
        Some(id) => {
            let what = format!("There is a replication job '{id}' for guest '{vmid}' - Please remove that first.");
            Err(Failure::server(&what))
        }
        None => Ok(()),
    }
}

/// Removes a guest with its volumes, its entries of access control and its place in a pool; with `purge`, from jobs and from
/// high availability too.
pub fn remove(world: &mut World, vmid: u32, purge: bool, unreferenced: bool) {
    let Some(guest) = world.guests.get(&vmid).cloned() else { return };
    let named = guest.sections().flat_map(BTreeMap::values).filter_map(|text| text.split(',').next());
    let own = named.filter(|volid| {
        volumes::split(volid)
            .is_some_and(|(_, name)| volumes::content_of(name) == "images" && volumes::owner_of(name) == Some(vmid))
    });
    let own: Vec<String> = own.map(str::to_owned).collect();
    for volid in own {
        volumes::free(world, &guest.node, &volid);
    }
    world.guests.remove(&vmid);
    if unreferenced {
        for storage in world.storages.values_mut() {
            let place = storage.place(&guest.node).to_owned();
            if let Some(volumes) = storage.volumes.get_mut(&place) {
                volumes
                    .retain(|name, _| volumes::content_of(name) != "images" || volumes::owner_of(name) != Some(vmid));
            }
        }
    }
    world.access.acl.retain(|entry| entry.path != format!("/vms/{vmid}"));
    for pool in world.pools.values_mut() {
        pool.guests.remove(&vmid);
    }
    if purge {
        purge_jobs(world, guest.kind, vmid);
    }
}

fn purge_jobs(world: &mut World, kind: GuestKind, vmid: u32) {
    world.replication.retain(|id, _| !id.starts_with(&format!("{vmid}-")));
    let sid = sid(kind, vmid);
    world.ha.resources.remove(&sid);
    for rule in world.ha.rules.values_mut() {
        drop_from_list(rule, "resources", &sid);
    }
    world.ha.rules.retain(|_, rule| rule.contains_key("resources"));
    let id = vmid.to_string();
    for job in world.backup_jobs.values_mut() {
        drop_from_list(job, "vmid", &id);
        drop_from_list(job, "exclude", &id);
    }
    // A job that has nothing left to do goes too.
    let does_something =
        |job: &Options| ["vmid", "all", "pool"].iter().any(|option| job.get(*option).is_some_and(|value| value != "0"));
    world.backup_jobs.retain(|_, job| does_something(job));
}

/// Takes an item out of an option that is a list; the option goes with its last item.
fn drop_from_list(options: &mut Options, option: &str, item: &str) {
    let Some(list) = options.get(option) else { return };
    let rest: Vec<&str> = list.split(',').filter(|known| *known != item).collect();
    if rest.is_empty() {
        options.remove(option);
    } else {
        let rest = rest.join(",");
        options.insert(option.to_owned(), rest);
    }
}

/// Tags as the server keeps them: in lower case, sorted, each once.
pub fn normal_tags(text: &str) -> String {
    let split = text.split([',', ';', ' ']).filter(|tag| !tag.is_empty());
    let tags: std::collections::BTreeSet<String> = split.map(str::to_lowercase).collect();
    tags.into_iter().collect::<Vec<_>>().join(";")
}

/// Bytes that look random and are the same in each run of a story: made from the clock and what they are for.
fn bytes(world: &World, what: &str) -> [u8; 16] {
    let text = options::digest(&(world.clock.now_ms, what));
    let mut bytes = [0; 16];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).unwrap_or_default();
    }
    bytes
}

/// A new address of a network card, with the prefix that Proxmox owns.
pub fn new_mac(world: &World, vmid: u32, option: &str) -> String {
    let [a, b, c, ..] = bytes(world, &format!("{vmid} {option}"));
    format!("BC:24:11:{a:02X}:{b:02X}:{c:02X}")
}

/// A new UUID.
pub fn new_uuid(world: &World, what: &str) -> String {
    let mut bytes = bytes(world, what);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

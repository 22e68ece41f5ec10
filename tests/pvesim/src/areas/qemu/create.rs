//! Making a virtual machine: a locked configuration at once, the disks and the rest by a task.
//!
//! Source: live-api facts, section 7; qemu-server `PVE::API2::Qemu` (`create_vm`). A restore from an archive is not modelled.

use serde_json::{Value, json};

use super::drives::{self, Making};
use super::rights;
use crate::areas::options::{self, Options};
use crate::areas::{Call, Outcome, guests, volumes};
use crate::failure::Failure;
use crate::world::{Guest, GuestKind, Release, Task, World};

/// Parameters that say how to make it, and are no options of its configuration.
const INSTRUCTIONS: [&str; 12] = [
    "archive",
    "bwlimit",
    "force",
    "ha-managed",
    "import-working-storage",
    "live-restore",
    "pool",
    "start",
    "storage",
    "unique",
    "vmid",
    "skiplock",
];

/// Refuses to make a guest unless the caller may, on its id or in its pool.
///
/// # Errors
/// 403, or 500 for a pool that does not exist.
pub fn check_may_create(world: &World, call: &Call<'_>, vmid: u32) -> Result<(), Failure> {
    let pool = call.text("pool");
    if let Some(pool) = pool.as_ref().filter(|pool| !world.pools.contains_key(*pool)) {
        return Err(Failure::server(&format!("pool '{pool}' does not exist")));
    }
    if let Some(storage) = call.text("storage") {
        call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace")?;
    }
    let rights = call.rights(world);
    let in_pool = pool.is_some_and(|pool| rights.has(&format!("/pool/{pool}"), "VM.Allocate"));
    if !in_pool && !rights.has(&format!("/vms/{vmid}"), "VM.Allocate") {
        return Err(Failure::permission(""));
    }
    if call.is_set("start") {
        guests::check(world, call, vmid, call.text("pool").as_deref(), &["VM.PowerMgmt"], false)?;
    }
    if call.is_set("ha-managed") {
        call.check(world, "/", "Sys.Console")?;
    }
    Ok(())
}

/// Refuses an id that a guest of the cluster has.
///
/// # Errors
/// With the node that has it.
pub fn check_free(world: &World, kind: GuestKind, vmid: u32) -> Result<(), Failure> {
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    let (title, other, node) = (guests::title(kind), guests::title(guest.kind), &guest.node);
    let what = format!("unable to create {title} {vmid} - {other} {vmid} already exists on node '{node}'");
    Err(Failure::server(&what))
}

/// `POST /nodes/{node}/qemu`.
pub fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let vmid = call.vmid().unwrap_or_default();
    if call.text("archive").is_some() {
        return Err(Failure::not_modelled("a restore from an archive"));
    }
    check_may_create(world, call, vmid)?;
    let mut set = options::given(call, &INSTRUCTIONS);
    super::resolve_cdrom(&mut set);
    let pool = call.text("pool");
    rights::check_storages(world, call, vmid, &set)?;
    rights::check_options(world, call, vmid, pool.as_deref(), set.keys())?;
    for (option, text) in &set {
        rights::check_value(world, call, vmid, pool.as_deref(), option, text)?;
    }
    super::complete(world, call, vmid, &mut set);
    check_free(world, GuestKind::Qemu, vmid)?;
    add_locked(world, call, GuestKind::Qemu, vmid);
    let data = json!({
        "options": set, "pool": pool, "storage": call.text("storage"), "start": call.is_set("start"),
        "ha": call.is_set("ha-managed"),
    });
    Ok(Value::from(call.start_task(world, "qmcreate", &vmid.to_string(), data)).into())
}

/// Puts the configuration there that says that a guest is being made.
pub fn add_locked(world: &mut World, call: &Call<'_>, kind: GuestKind, vmid: u32) {
    let config = Options::from([("lock".to_owned(), "create".to_owned())]);
    world.guests.insert(vmid, Guest { kind, node: call.node.to_owned(), config, ..Guest::default() });
}

/// The end of the task that makes it. If something cannot be made, all goes again.
///
/// # Errors
/// Why it could not be made.
pub fn finish(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = super::task_vmid(task);
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    let node = guest.node.clone();
    if !task.is_ok() {
        world.guests.remove(&vmid);
        return Ok(());
    }
    let options: Options = serde_json::from_value(task.data["options"].clone()).unwrap_or_default();
    let default_storage = task.data["storage"].as_str().map(str::to_owned);
    let (mut config, mut made) = (options.clone(), Vec::new());
    let making = Making { node: &node, vmid, default_storage };
    for (option, text) in options.iter().filter(|(option, _)| drives::is_drive(option)) {
        match drives::realise(world, &making, option, text, &mut made) {
            Ok(text) => drop(config.insert(option.clone(), text)),
            Err(reason) => {
                for volid in made {
                    volumes::free(world, &node, &volid);
                }
                world.guests.remove(&vmid);
                return Err(format!("unable to create VM {vmid} - {reason}"));
            }
        }
    }
    add_made_values(world, vmid, &mut config);
    let upid = crate::world::Upid::parse(&task.upid);
    if let Some(guest) = world.guests.get_mut(&vmid) {
        guest.config = config;
    }
    let authid = upid.map(|upid| upid.authid).unwrap_or_default();
    after_create(world, task, GuestKind::Qemu, vmid, &authid);
    Ok(())
}

/// What follows a guest that was made: its pool, high availability, its start.
pub fn after_create(world: &mut World, task: &Task, kind: GuestKind, vmid: u32, authid: &str) {
    if let Some(pool) = task.data["pool"].as_str().and_then(|pool| world.pools.get_mut(pool)) {
        pool.guests.insert(vmid);
    }
    let starts = task.data["start"].as_bool() == Some(true);
    if task.data["ha"].as_bool() == Some(true) {
        let state = if starts { "started" } else { "stopped" };
        let resource = Options::from([("state".to_owned(), state.to_owned())]);
        world.ha.resources.insert(guests::sid(kind, vmid), resource);
    }
    if starts {
        let node = world.guests.get(&vmid).map(|guest| guest.node.clone()).unwrap_or_default();
        let task_kind = if kind == GuestKind::Qemu { "qmstart" } else { "vzstart" };
        let (id, now) = (vmid.to_string(), world.clock.now_ms);
        let start = crate::world::TaskStart { node: &node, kind: task_kind, id: &id, authid, data: json!({}) };
        world.tasks.start(now, start);
    }
}

/// What the server writes by itself: where to boot from, UUIDs, and who made it.
fn add_made_values(world: &World, vmid: u32, config: &mut Options) {
    if !config.contains_key("boot") {
        config.insert("boot".to_owned(), default_boot(config));
    }
    let mut add = |option: &str, value: String| {
        config.entry(option.to_owned()).or_insert(value);
    };
    add("smbios1", format!("uuid={}", guests::new_uuid(world, &format!("smbios1 {vmid}"))));
    add("vmgenid", guests::new_uuid(world, &format!("vmgenid {vmid}")));
    let qemu = match world.release {
        Release::V8_4 => "9.2.0",
        Release::V9_1 => "10.1.2",
    };
    add("meta", format!("creation-qemu={qemu},ctime={}", world.clock.now()));
}

/// The first disk, the first CD drive and the first network card.
///
/// Source: qemu-server `get_default_bootdevices`.
fn default_boot(config: &Options) -> String {
    let buses = [("ide", 4), ("scsi", 31), ("virtio", 16), ("sata", 6)];
    let names = || buses.into_iter().flat_map(|(bus, count)| (0..count).map(move |index| format!("{bus}{index}")));
    let is = |name: &String, cdrom: bool| {
        config.get(name).is_some_and(|text| {
            let drive = drives::Drive::parse(text);
            drive.is_cdrom() == cdrom && !drive.is_cloudinit()
        })
    };
    let disk = names().find(|name| is(name, false));
    let cdrom = names().find(|name| is(name, true));
    let net = (0..32).map(|index| format!("net{index}")).find(|name| config.contains_key(name));
    let devices: Vec<String> = disk.into_iter().chain(cdrom).chain(net).collect();
    if devices.is_empty() { " ".to_owned() } else { format!("order={}", devices.join(";")) }
}

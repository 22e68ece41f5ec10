//! Virtual machines: lists, configuration, power, disks, making and removing one.
//!
//! Source: live-api facts, sections 4 and 7; qemu-server `PVE::API2::Qemu`.

mod create;
mod drives;
mod hotplug;
mod power;
mod rights;
mod update;

pub use create::{add_locked, after_create, check_free, check_may_create};
pub use power::{check_bridge, finish_stop};
pub use rights::stem;

use serde_json::{Value, json};

use super::options::Options;
use super::properties::{parse_size, print_size};
use super::{Call, Finisher, Outcome, Route, delete, get, guests, post, put, volumes};
use crate::failure::Failure;
use crate::world::{GuestKind, Power, Task, Volume, World};

pub const ROUTES: &[Route] = &[
    get("/nodes/{node}/qemu", list),
    post("/nodes/{node}/qemu", create::create),
    get("/nodes/{node}/qemu/{vmid}", index),
    delete("/nodes/{node}/qemu/{vmid}", destroy),
    get("/nodes/{node}/qemu/{vmid}/config", config),
    put("/nodes/{node}/qemu/{vmid}/config", update::put),
    post("/nodes/{node}/qemu/{vmid}/config", update::post),
    get("/nodes/{node}/qemu/{vmid}/pending", pending),
    put("/nodes/{node}/qemu/{vmid}/resize", resize),
    get("/nodes/{node}/qemu/{vmid}/status", status_index),
    get("/nodes/{node}/qemu/{vmid}/status/current", current),
    post("/nodes/{node}/qemu/{vmid}/status/start", power::start),
    post("/nodes/{node}/qemu/{vmid}/status/stop", power::stop),
    post("/nodes/{node}/qemu/{vmid}/status/shutdown", power::shutdown),
    post("/nodes/{node}/qemu/{vmid}/status/reboot", power::reboot),
];

pub const FINISHERS: &[(&str, Finisher)] = &[
    ("qmcreate", create::finish),
    ("qmconfig", update::finish),
    ("qmdestroy", finish_destroy),
    ("qmstart", power::finish_start),
    ("qmstop", power::finish_stop),
    ("qmshutdown", power::finish_stop),
    ("qmreboot", power::finish_reboot),
    ("hastart", power::finish_request),
    ("hastop", power::finish_request),
];

fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::list(world, call, GuestKind::Qemu)
}

fn config(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::config(world, call, GuestKind::Qemu)
}

fn pending(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::pending(world, call, GuestKind::Qemu)
}

fn current(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::current(world, call, GuestKind::Qemu)
}

fn index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of(
        "subdir",
        &[
            "config",
            "cloudinit",
            "pending",
            "status",
            "unlink",
            "vncproxy",
            "termproxy",
            "migrate",
            "resize",
            "move",
            "rrd",
            "rrddata",
            "monitor",
            "agent",
            "snapshot",
            "spiceproxy",
            "sendkey",
            "firewall",
            "mtunnel",
            "remote_migrate",
        ],
    )
}

fn status_index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of("subdir", &["current", "start", "stop", "reset", "shutdown", "suspend", "reboot"])
}

/// What a task ends with for a failure that a call would be refused with.
pub fn in_task(failure: &Failure) -> String {
    let errors = failure.errors.iter().map(|(option, reason)| format!("\n{option}: {}", reason.trim_end()));
    format!("{}{}", failure.message.trim_end(), errors.collect::<String>())
}

/// `cdrom` is another name of `ide2`.
fn resolve_cdrom(options: &mut Options) {
    if let Some(text) = options.remove("cdrom") {
        let text = if text.contains("media=") { text } else { format!("{text},media=cdrom") };
        options.insert("ide2".to_owned(), text);
    }
}

/// Makes the values that the server makes: addresses of network cards, UUIDs, sorted tags, the hash of a password, truth values as
/// 1 and 0.
fn complete(world: &World, call: &Call<'_>, vmid: u32, options: &mut Options) {
    for (option, text) in options.iter_mut() {
        if drives::is_drive(option) {
            let mut drive = drives::Drive::parse(text);
            drive.properties.normalise(call, option);
            *text = drive.properties.to_string();
            continue;
        }
        match option.as_str() {
            "tags" => *text = guests::normal_tags(text),
            "vmgenid" if text == "1" => *text = guests::new_uuid(world, &format!("vmgenid {vmid}")),
            "cipassword" if !text.starts_with('$') => {
                *text = format!("$5$simulated${}", super::options::digest(&text));
            }
            _ if rights::stem(option) == "net" => *text = update::complete_net(world, vmid, option, text),
            _ => {}
        }
    }
}

/// Makes a disk larger. What is refused is refused at once; the task only waits.
fn resize(world: &mut World, call: &Call<'_>) -> Outcome {
    let skips_lock = guests::check_skiplock(call)?;
    let (vmid, guest) = guests::find(world, call, GuestKind::Qemu)?;
    if call.text("digest").is_some_and(|digest| !digest.is_empty() && digest != guests::digest(guest)) {
        return Err(Failure::server("checksum mismatch (file change by other user?)"));
    }
    if !skips_lock {
        guests::check_lock(guest)?;
    }
    let disk = call.required("disk");
    let Some(text) = guest.config.get(&disk) else {
        return Err(Failure::server(&format!("disk '{disk}' does not exist")));
    };
    let drive = drives::Drive::parse(text);
    if drive.is_cdrom() {
        return Err(Failure::server("you can't resize a cdrom"));
    }
    let Some((storage, volid)) = drive.volume().and_then(|volid| Some((volumes::split(volid)?.0, volid))) else {
        return Err(Failure::server(&format!("disk '{disk}' has no associated volume")));
    };
    call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace")?;
    let volume = volumes::find(world, call.node, volid).map_err(|reason| Failure::server(&reason))?;
    let text = call.required("size");
    let size = parse_size(text.trim_start_matches('+')).unwrap_or(0);
    let size = if text.starts_with('+') { volume.size + size } else { size };
    if size < volume.size {
        return Err(Failure::server("shrinking disks is not supported"));
    }
    let data = json!({ "vmid": vmid, "disk": disk, "size": size });
    Ok(Value::from(call.start_task(world, "resize", &vmid.to_string(), data)).into())
}

/// The end of a task that makes a disk larger, of a virtual machine or of a container.
///
/// # Errors
/// If the guest or its disk has gone.
pub fn finish_resize(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = task.data["vmid"].as_u64().and_then(|vmid| u32::try_from(vmid).ok()).unwrap_or_default();
    let (disk, size) = (task.data["disk"].as_str().unwrap_or_default(), task.data["size"].as_u64().unwrap_or_default());
    if !task.is_ok() {
        return Ok(());
    }
    let Some(guest) = world.guests.get_mut(&vmid) else { return Err(format!("guest {vmid} has gone")) };
    let Some(text) = guest.config.get_mut(disk) else { return Err(format!("disk '{disk}' does not exist")) };
    let key = if guest.kind == GuestKind::Lxc { "volume" } else { "file" };
    let mut drive = super::properties::Properties::parse(text, key);
    drive.set("size", print_size(size));
    *text = drive.to_string();
    let (node, volid) = (guest.node.clone(), drive.get(key).unwrap_or_default().to_owned());
    let known = volumes::find(world, &node, &volid).unwrap_or_default();
    volumes::keep(world, &node, &volid, Volume { size, ..known });
    Ok(())
}

fn destroy(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::check_skiplock(call)?;
    let (vmid, guest) = guests::find(world, call, GuestKind::Qemu)?;
    guests::check_removal(world, call, vmid, guest)?;
    if guest.power == Power::Running {
        return Err(Failure::server(&format!("VM {vmid} is running - destroy failed")));
    }
    let data = json!({
        "purge": call.is_set("purge"), "skiplock": call.is_set("skiplock"),
        "unreferenced": call.is_set("destroy-unreferenced-disks"),
    });
    Ok(Value::from(call.start_task(world, "qmdestroy", &vmid.to_string(), data)).into())
}

/// The end of a task that removes a guest.
///
/// # Errors
/// If it runs or is locked by now.
pub fn finish_destroy(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = task_vmid(task);
    let flag = |name: &str| task.data[name].as_bool().unwrap_or_default();
    let Some(guest) = world.guests.get(&vmid).filter(|_| task.is_ok()) else { return Ok(()) };
    let title = guests::title(guest.kind);
    if !flag("skiplock") {
        guests::check_lock(guest).map_err(|failure| in_task(&failure))?;
    }
    if guest.power == Power::Running && !flag("force") {
        return Err(format!("{title} {vmid} is running - destroy failed"));
    }
    guests::remove(world, vmid, flag("purge"), flag("unreferenced"));
    Ok(())
}

/// The guest that a task works on, by its UPID.
pub fn task_vmid(task: &Task) -> u32 {
    crate::world::Upid::parse(&task.upid).and_then(|upid| upid.id.parse().ok()).unwrap_or_default()
}

//! Starting and stopping a virtual machine. One that high availability manages is started and stopped by its manager.
//!
//! Source: live-api facts, sections 3 and 7; qemu-server `PVE::API2::Qemu` (`vm_start` and the methods beside it).

use serde_json::{Value, json};

use super::hotplug;
use crate::areas::properties::Properties;
use crate::areas::{Call, Outcome, guests};
use crate::failure::Failure;
use crate::world::{GuestKind, Power, Task, TaskStart, World};

/// How long the manager of high availability takes to act, in milliseconds.
///
/// Source: live-api facts, section 9 (about ten seconds).
const MANAGER_DELAY_MS: u64 = 10_000;

fn begin(world: &mut World, call: &Call<'_>, kind: &str, data: Value) -> Outcome {
    guests::check_skiplock(call)?;
    let (vmid, _) = guests::find(world, call, GuestKind::Qemu)?;
    let mut data = data;
    data["skiplock"] = call.is_set("skiplock").into();
    Ok(Value::from(call.start_task(world, kind, &vmid.to_string(), data)).into())
}

/// Whether the manager has it and is to be asked.
fn is_managed(world: &World, call: &Call<'_>) -> bool {
    let sid = guests::sid(GuestKind::Qemu, call.vmid().unwrap_or_default());
    world.ha.resources.get(&sid).is_some_and(|resource| resource.get("state").is_none_or(|state| state != "ignored"))
}

/// `POST …/status/start`.
pub fn start(world: &mut World, call: &Call<'_>) -> Outcome {
    for option in ["migratedfrom", "stateuri", "targetstorage", "migration_type", "migration_network", "force-cpu"] {
        if call.text(option).is_some() {
            return Err(match call.caller() {
                crate::access::ROOT => Failure::not_modelled("a start by a migration"),
                _ => Failure::parameter(option, "Only root may use this option."),
            });
        }
    }
    if is_managed(world, call) {
        return begin(world, call, "hastart", json!({ "state": "started", "kind": "qemu" }));
    }
    begin(world, call, "qmstart", json!({}))
}

/// `POST …/status/stop`.
pub fn stop(world: &mut World, call: &Call<'_>) -> Outcome {
    if is_managed(world, call) {
        return begin(world, call, "hastop", json!({ "state": "stopped", "kind": "qemu" }));
    }
    begin(world, call, "qmstop", json!({}))
}

/// `POST …/status/shutdown`.
pub fn shutdown(world: &mut World, call: &Call<'_>) -> Outcome {
    if is_managed(world, call) {
        return begin(world, call, "hastop", json!({ "state": "stopped", "kind": "qemu" }));
    }
    begin(world, call, "qmshutdown", json!({}))
}

/// `POST …/status/reboot`: it goes down and up again, so what waits takes effect.
pub fn reboot(world: &mut World, call: &Call<'_>) -> Outcome {
    let (vmid, guest) = guests::find(world, call, GuestKind::Qemu)?;
    if guest.power != Power::Running {
        return Err(Failure::server(&format!("VM {vmid} not running")));
    }
    begin(world, call, "qmreboot", json!({}))
}

/// The end of a start.
///
/// # Errors
/// Why it does not start.
pub fn finish_start(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = super::task_vmid(task);
    let Some(guest) = world.guests.get(&vmid).filter(|_| task.is_ok()) else { return Ok(()) };
    if guest.is_template() {
        return Err("you can't start a vm if it's a template".to_owned());
    }
    if task.data["skiplock"].as_bool() != Some(true) {
        guests::check_lock(guest).map_err(|failure| super::in_task(&failure))?;
    }
    if guest.power == Power::Running {
        return Err(format!("VM {vmid} already running"));
    }
    hotplug::apply_all(world, vmid).map_err(|errors| super::in_task(&Failure::parameters(errors)))?;
    check_host(world, vmid)?;
    if let Some(guest) = world.guests.get_mut(&vmid) {
        guest.power = Power::Running;
        guest.uptime = 0;
    }
    Ok(())
}

/// What a start needs of the node: the bridges, where the world says which there are, and the mappings.
fn check_host(world: &World, vmid: u32) -> Result<(), String> {
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    for (option, text) in &guest.config {
        let device = Properties::parse(text, "host");
        let is_here = |mapping: &crate::world::Mapping| {
            mapping.map.iter().any(|entry| Properties::parse(entry, "node").get("node") == Some(guest.node.as_str()))
        };
        let (maps, title) = match super::rights::stem(option) {
            "hostpci" => (&world.mappings.pci, "PCI"),
            "usb" => (&world.mappings.usb, "USB"),
            "net" => {
                check_bridge(world, &guest.node, device.get("bridge"))?;
                continue;
            }
            _ => continue,
        };
        if let Some(id) = device.get("mapping").filter(|id| !maps.get(*id).is_some_and(is_here)) {
            return Err(format!("{title} device mapping not found for '{id}'"));
        }
    }
    Ok(())
}

/// Refuses a bridge that a node does not have. A node whose network nobody wrote down has them all.
///
/// # Errors
/// If it is not there.
pub fn check_bridge(world: &World, node: &str, bridge: Option<&str>) -> Result<(), String> {
    let interfaces = world.nodes.get(node).map(|node| &node.network.interfaces);
    let is_missing = |bridge: &&str| interfaces.is_some_and(|known| !known.is_empty() && !known.contains_key(*bridge));
    match bridge.filter(is_missing) {
        Some(bridge) => Err(format!("bridge '{bridge}' does not exist")),
        None => Ok(()),
    }
}

/// The end of a stop or a shutdown. One that does not run stays as it is.
///
/// # Errors
/// If it is locked.
pub fn finish_stop(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = super::task_vmid(task);
    let Some(guest) = world.guests.get_mut(&vmid).filter(|_| task.is_ok()) else { return Ok(()) };
    if task.data["skiplock"].as_bool() != Some(true) {
        guests::check_lock(guest).map_err(|failure| super::in_task(&failure))?;
    }
    guest.power = Power::Stopped;
    guest.uptime = 0;
    Ok(())
}

/// The end of a restart.
///
/// # Errors
/// Why it does not come up again.
pub fn finish_reboot(world: &mut World, task: &Task) -> Result<(), String> {
    finish_stop(world, task)?;
    finish_start(world, task)
}

/// The end of a request to the manager of high availability: it starts or stops the guest some seconds later.
///
/// # Errors
/// None.
pub fn finish_request(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = super::task_vmid(task);
    let Some(guest) = world.guests.get(&vmid).filter(|_| task.is_ok()) else { return Ok(()) };
    let (kind, node, is_running) = (guest.kind, guest.node.clone(), guest.power == Power::Running);
    let state = task.data["state"].as_str().unwrap_or("started").to_owned();
    let starts = state == "started";
    if let Some(resource) = world.ha.resources.get_mut(&guests::sid(kind, vmid)) {
        resource.insert("state".to_owned(), state);
    }
    if starts == is_running {
        return Ok(());
    }
    let task_kind = match (kind, starts) {
        (GuestKind::Qemu, true) => "qmstart",
        (GuestKind::Qemu, false) => "qmshutdown",
        (GuestKind::Lxc, true) => "vzstart",
        (GuestKind::Lxc, false) => "vzshutdown",
    };
    let (id, now) = (vmid.to_string(), world.clock.now_ms);
    let start = TaskStart { node: &node, kind: task_kind, id: &id, authid: "root@pam", data: json!({}) };
    let upid = world.tasks.start(now, start);
    if let Some(task) = world.tasks.get_mut(&upid) {
        task.ends_ms = task.ends_ms.map(|end| end + MANAGER_DELAY_MS);
    }
    Ok(())
}

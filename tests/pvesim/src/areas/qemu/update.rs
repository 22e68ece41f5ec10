//! Changing a virtual machine: every change is written to what waits first, and then applied as far as it can be.
//!
//! Source: live-api facts, section 7; qemu-server `PVE::API2::Qemu` (`update_vm_api`), whose order of steps is kept. What depends on
//! the value of an option is looked at before the task of a `POST` starts; the real task looks, and ends with the refusal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::drives::{self, Drive, Making};
use super::{hotplug, rights};
use crate::areas::options::{self, Options};
use crate::areas::properties::{Properties, parse_net, print_net};
use crate::areas::{Call, Outcome, guests};
use crate::contract::{property_of, split_list};
use crate::failure::Failure;
use crate::world::{GuestKind, Power, World};

/// Parameters that say how to change something.
const INSTRUCTIONS: [&str; 5] = ["revert", "force", "skiplock", "background_delay", "import-working-storage"];

/// A change that has been looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Update {
    vmid: u32,
    node: String,
    set: Options,
    delete: Vec<String>,
    force: bool,
}

/// `PUT`: the change is done when the answer comes.
pub fn put(world: &mut World, call: &Call<'_>) -> Outcome {
    let update = look(world, call)?;
    apply(world, &update)?;
    Ok(Value::Null.into())
}

/// `POST`: a task makes the change. With `background_delay`, the call waits for it so many seconds.
pub fn post(world: &mut World, call: &Call<'_>) -> Outcome {
    let update = look(world, call)?;
    let id = update.vmid.to_string();
    let data = serde_json::to_value(&update).unwrap_or_default();
    let upid = call.start_task(world, "qmconfig", &id, data);
    let Some(delay) = call.number("background_delay") else { return Ok(Value::from(upid).into()) };
    let ends = world.tasks.get(&upid).and_then(|task| task.ends_ms);
    let Some(ends) = ends.filter(|ends| *ends <= world.clock.now_ms + delay * 1_000) else {
        world.clock.now_ms += delay * 1_000;
        return Ok(Value::from(upid).into());
    };
    world.clock.now_ms = ends;
    crate::areas::settle(world);
    match world.tasks.get(&upid).filter(|task| !task.is_ok()) {
        Some(task) => Err(Failure::server(&format!("failed to update VM {id}: {}", task.exitstatus))),
        None => Ok(Value::Null.into()),
    }
}

/// The end of the task of a `POST`.
///
/// # Errors
/// Why the change failed.
pub fn finish(world: &mut World, task: &crate::world::Task) -> Result<(), String> {
    let update: Update = serde_json::from_value(task.data.clone()).unwrap_or_default();
    if !task.is_ok() {
        return Ok(());
    }
    apply(world, &update).map_err(|failure| super::in_task(&failure))
}

/// Looks at a change and makes it whole: what a list deletes and reverts, and values that the server makes.
fn look(world: &World, call: &Call<'_>) -> Result<Update, Failure> {
    let skips_lock = guests::check_skiplock(call)?;
    let mut set = options::given(call, &INSTRUCTIONS);
    let (deleted, reverted) = (call.text("delete").unwrap_or_default(), call.text("revert").unwrap_or_default());
    if set.is_empty() && deleted.is_empty() && reverted.is_empty() {
        return Err(Failure::server("no options specified"));
    }
    super::resolve_cdrom(&mut set);
    let revert: Vec<String> = split_list(&reverted).into_iter().map(str::to_owned).collect();
    for option in &revert {
        check_known(call, "revert", option)?;
        if set.contains_key(option) {
            return Err(both("delete", &format!("-{option}"), &format!("-revert {option}")));
        }
    }
    let rename = |option: &str| if option == "cdrom" { "ide2" } else { option }.to_owned();
    let mut delete: Vec<String> = split_list(&deleted).into_iter().map(rename).collect();
    for option in &delete {
        if set.contains_key(option) {
            return Err(both("delete", &format!("-{option}"), &format!("-delete {option}")));
        }
        if revert.contains(option) {
            return Err(both("revert", &format!("-delete {option}"), &format!("-revert {option}")));
        }
        check_known(call, "delete", option)?;
    }
    let (vmid, guest) = guests::find(world, call, GuestKind::Qemu)?;
    super::complete(world, call, vmid, &mut set);
    rights::check_options(world, call, vmid, None, delete.iter())?;
    rights::check_options(world, call, vmid, None, set.keys())?;
    rights::check_storages(world, call, vmid, &set)?;

    if call.text("digest").is_some_and(|digest| !digest.is_empty() && digest != guests::digest(guest)) {
        return Err(Failure::server("checksum mismatch (file change by other user?)"));
    }
    if !skips_lock {
        guests::check_lock(guest)?;
    }
    for option in revert {
        match guest.config.get(&option) {
            Some(text) => drop(set.insert(option, text.clone())),
            None if guest.pending.contains_key(&option) => delete.push(option),
            None => {}
        }
    }
    check_balloon(&set, guest)?;
    for option in &delete {
        if let Some(old) = guest.config.get(option).or_else(|| guest.pending.get(option)) {
            check_old_value(world, call, vmid, option, old)?;
        }
    }
    for (option, new) in &set {
        if let Some(old) = guest.config.get(option).filter(|old| *old != new) {
            rights::check_value(world, call, vmid, None, option, old)?;
        }
        if guest.config.get(option) != Some(new) {
            rights::check_value(world, call, vmid, None, option, new)?;
        }
    }
    let node = call.node.to_owned();
    Ok(Update { vmid, node, set, delete, force: call.is_set("force") })
}

fn check_known(call: &Call<'_>, parameter: &str, option: &str) -> Result<(), Failure> {
    let method = call.table.get("POST", guests::schema_of(GuestKind::Qemu));
    let is_known = method.is_some_and(|method| property_of(&method.parameters.properties, option).is_some());
    if is_known { Ok(()) } else { Err(Failure::parameter(parameter, &format!("unknown option '{option}'"))) }
}

fn both(parameter: &str, one: &str, other: &str) -> Failure {
    // The quotation marks stand as on the server.
    Failure::parameter(parameter, &format!("you can't use '{one}' and {other}' at the same time"))
}

/// Who may not set a serial port of the host may not delete it either, in words of its own.
fn check_old_value(world: &World, call: &Call<'_>, vmid: u32, option: &str, old: &str) -> Result<(), Failure> {
    let is_real = rights::stem(option) == "serial" && old != "socket";
    if is_real && call.caller() != crate::access::ROOT {
        return Err(Failure::server(&format!("only root can delete '{option}' config for real devices")));
    }
    rights::check_value(world, call, vmid, None, option, old)
}

fn check_balloon(set: &Options, guest: &crate::world::Guest) -> Result<(), Failure> {
    if !set.contains_key("memory") && !set.contains_key("balloon") {
        return Ok(());
    }
    let value = |option: &str| {
        let text = set.get(option).or_else(|| guest.pending.get(option)).or_else(|| guest.config.get(option));
        text.and_then(|text| text.parse::<u64>().ok())
    };
    let (memory, balloon) = (value("memory").unwrap_or(512), value("balloon").unwrap_or(0));
    if balloon > memory {
        return Err(Failure::server("balloon value too large (must be smaller than assigned memory)"));
    }
    Ok(())
}

/// The order of devices to start from, if the guest has one.
fn boot_order(boot: Option<&String>) -> Option<Vec<String>> {
    let order = Properties::parse(boot?, "legacy");
    let order = order.get("order")?.split(';').map(str::to_owned).collect();
    Some(order)
}

fn print_boot(order: &[String]) -> String {
    format!("order={}", order.join(";"))
}

/// Makes a change.
fn apply(world: &mut World, update: &Update) -> Result<(), Failure> {
    let (vmid, mut touched) = (update.vmid, BTreeSet::new());
    let guest = guests::find_mut(world, &update.node, GuestKind::Qemu, vmid)?;
    let mut order = boot_order(guest.config.get("boot"));
    for option in &update.delete {
        delete(world, update, option, &mut order, &mut touched)?;
    }
    for (option, text) in &update.set {
        set(world, update, option, text, &mut order, &mut touched)?;
    }
    let guest = guests::find_mut(world, &update.node, GuestKind::Qemu, vmid)?;
    let config = &guest.config;
    guest.pending.retain(|option, text| config.get(option) != Some(text));
    guest.pending_delete.retain(|option, _| config.contains_key(option));
    let errors = match guest.power {
        Power::Running => hotplug::apply_running(world, vmid, &touched),
        Power::Stopped => hotplug::apply_all(world, vmid),
    };
    errors.map_err(Failure::parameters)
}

/// Deletes one option. One that is not set is only a warning on the server.
fn delete(
    world: &mut World,
    update: &Update,
    option: &str,
    order: &mut Option<Vec<String>>,
    touched: &mut BTreeSet<String>,
) -> Result<(), Failure> {
    let vmid = update.vmid;
    let guest = guests::find_mut(world, &update.node, GuestKind::Qemu, vmid)?;
    let Some(text) = guest.config.get(option).or_else(|| guest.pending.get(option)).cloned() else { return Ok(()) };
    touched.insert(option.to_owned());
    let waiting = guest.pending.remove(option);
    if let Some(order) = order.as_mut().filter(|order| order.iter().any(|device| device == option)) {
        order.retain(|device| device != option);
        guest.pending.insert("boot".to_owned(), print_boot(order));
        touched.insert("boot".to_owned());
    }
    let is_unused = rights::stem(option) == "unused";
    if is_unused || drives::is_drive(option) {
        drives::check_protection(guest, option, &text)?;
    }
    if is_unused {
        drives::destroy(world, vmid, &text).map_err(|reason| Failure::server(&reason))?;
        guests::find_mut(world, &update.node, GuestKind::Qemu, vmid)?.config.remove(option);
        return Ok(());
    }
    if option == "tags" {
        guest.config.remove(option);
        return Ok(());
    }
    guest.pending_delete.insert(option.to_owned(), update.force);
    if let Some(waiting) = waiting.filter(|_| drives::is_drive(option)) {
        drives::release(world, vmid, &waiting);
    }
    Ok(())
}

/// Sets one option among those that wait.
fn set(
    world: &mut World,
    update: &Update,
    option: &str,
    text: &str,
    order: &mut Option<Vec<String>>,
    touched: &mut BTreeSet<String>,
) -> Result<(), Failure> {
    let (vmid, node) = (update.vmid, update.node.as_str());
    touched.insert(option.to_owned());
    let guest = guests::find_mut(world, node, GuestKind::Qemu, vmid)?;
    if guest.pending.get(option).is_some_and(|waiting| waiting == text) {
        return Ok(());
    }
    let mut text = text.to_owned();
    if drives::is_drive(option) {
        if let Some(waiting) = guest.pending.remove(option) {
            drives::release(world, vmid, &waiting);
        }
        let making = Making { node, vmid, default_storage: None };
        text = drives::realise(world, &making, option, &text, &mut Vec::new())
            .map_err(|reason| Failure::server(&reason))?;
        let is_cdrom = Drive::parse(&text).is_cdrom();
        if let Some(order) = order.as_mut().filter(|order| is_cdrom && !order.iter().any(|device| device == option)) {
            order.push(option.to_owned());
            let guest = guests::find_mut(world, node, GuestKind::Qemu, vmid)?;
            guest.pending.insert("boot".to_owned(), print_boot(order));
            touched.insert("boot".to_owned());
        }
    } else if option == "boot" {
        let missing = boot_order(Some(&text)).into_iter().flatten().find(|device| {
            let is_there = guest.config.contains_key(device) || guest.pending.contains_key(device);
            (!is_there && !update.set.contains_key(device)) || update.delete.contains(device)
        });
        if let Some(device) = missing {
            return Err(Failure::server(&format!("invalid bootorder: device '{device}' does not exist'")));
        }
    }
    let guest = guests::find_mut(world, node, GuestKind::Qemu, vmid)?;
    guest.pending.insert(option.to_owned(), text);
    guest.pending_delete.remove(option);
    Ok(())
}

/// A network card with an address: the one that is given, or a new one.
pub fn complete_net(world: &World, vmid: u32, option: &str, text: &str) -> String {
    let mut net = parse_net(text);
    if net.get("macaddr").is_none() {
        net.set("macaddr", guests::new_mac(world, vmid, option));
    }
    print_net(net)
}

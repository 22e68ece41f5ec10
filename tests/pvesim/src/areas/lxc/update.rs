//! Changing a container: every change is written to what waits first, and then applied as far as it can be.
//!
//! Source: live-api facts, section 8; pve-container `PVE::LXC::Config` (`update_pct_config`, `vmconfig_hotplug_pending`,
//! `vmconfig_apply_pending`), whose rules are written anew.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rights::{self, Subject};
use super::{is_volume, parse_mount};
use crate::areas::options::{self, Options};
use crate::areas::qemu::stem;
use crate::areas::{Call, Outcome, guests, volumes};
use crate::contract::{property_of, split_list};
use crate::failure::Failure;
use crate::world::{Guest, GuestKind, Power, Volume, World};

/// Options that take effect at once whatever their value.
const FAST: [&str; 13] = [
    "description",
    "onboot",
    "startup",
    "protection",
    "hostname",
    "hookscript",
    "cores",
    "tags",
    "lock",
    "cpulimit",
    "cpuunits",
    "memory",
    "swap",
];

/// `PUT /nodes/{node}/lxc/{vmid}/config`.
pub fn put(world: &mut World, call: &Call<'_>) -> Outcome {
    let mut set = options::given(call, &["revert"]);
    let (deleted, reverted) = (call.text("delete").unwrap_or_default(), call.text("revert").unwrap_or_default());
    if set.is_empty() && deleted.is_empty() && reverted.is_empty() {
        return Err(Failure::server("no options specified"));
    }
    let delete: Vec<&str> = split_list(&deleted);
    let revert: Vec<&str> = split_list(&reverted);
    check_lists(call, &set, &delete, &revert)?;
    let (vmid, guest) = guests::find(world, call, GuestKind::Lxc)?;
    let is_unprivileged = guest.config.get("unprivileged").is_some_and(|value| value == "1");
    let subject = Subject { vmid, pool: None, is_unprivileged, config: &guest.config };
    for option in &delete {
        rights::check(world, call, &subject, option, None)?;
    }
    for (option, text) in set.iter().filter(|(option, _)| *option != "unprivileged") {
        rights::check(world, call, &subject, option, Some(text))?;
    }
    rights::check_storages(world, call, vmid, &set)?;
    super::check_digest(call, guest)?;
    guests::check_lock(guest)?;
    super::complete(world, call, vmid, &mut set);
    change(world, call.node, vmid, &set, &delete, &revert)?;
    Ok(Value::Null.into())
}

fn check_lists(call: &Call<'_>, set: &Options, delete: &[&str], revert: &[&str]) -> Result<(), Failure> {
    let known = call.table.get("POST", guests::schema_of(GuestKind::Lxc)).map(|method| &method.parameters.properties);
    for (parameter, option) in
        delete.iter().map(|option| ("delete", *option)).chain(revert.iter().map(|o| ("revert", *o)))
    {
        if known.is_none_or(|known| property_of(known, option).is_none()) {
            return Err(Failure::parameter(parameter, &format!("unknown option '{option}'")));
        }
        if set.contains_key(option) {
            let reason = format!("you can't use '-{option}' and -{parameter} {option}' at the same time");
            return Err(Failure::parameter(parameter, &reason));
        }
        if parameter == "delete" && matches!(option, "memory" | "rootfs") {
            return Err(Failure::server(&format!("unable to delete required option '{option}'")));
        }
        if parameter == "delete" && option == "unprivileged" {
            return Err(Failure::server(&format!("unable to delete read-only option: '{option}'")));
        }
    }
    if set.contains_key("unprivileged") {
        return Err(Failure::server("unable to modify read-only option: 'unprivileged'"));
    }
    Ok(())
}

fn change(
    world: &mut World,
    node: &str,
    vmid: u32,
    set: &Options,
    delete: &[&str],
    revert: &[&str],
) -> Result<(), Failure> {
    let guest = guests::find_mut(world, node, GuestKind::Lxc, vmid)?;
    for option in revert {
        guest.pending.remove(*option);
        guest.pending_delete.remove(*option);
    }
    let mut touched = BTreeSet::new();
    for option in delete {
        if is_volume(option) {
            guests::check_protection(guest, &format!("can't remove CT {vmid} drive '{option}'"))?;
        }
        guest.pending.remove(*option);
        if guest.config.contains_key(*option) {
            guest.pending_delete.insert((*option).to_owned(), false);
            touched.insert((*option).to_owned());
        }
    }
    for (option, text) in set {
        guest.pending.insert(option.clone(), text.clone());
        guest.pending_delete.remove(option);
        touched.insert(option.clone());
    }
    let config = &guest.config;
    guest.pending.retain(|option, text| config.get(option) != Some(text));
    match guest.power {
        Power::Running => apply_running(world, vmid, &touched),
        Power::Stopped => apply_all(world, vmid),
    }
    .map_err(|reason| Failure::server(&reason))
}

/// Whether a change of a container that runs takes effect at once.
fn is_live(guest: &Guest, option: &str, is_removal: bool) -> bool {
    match stem(option) {
        "net" => true,
        "unused" => is_removal,
        // What is mounted or passed through cannot be replaced, only added.
        "mp" | "dev" => !is_removal && !guest.config.contains_key(option),
        // Memory cannot be deleted, and cores are counted at the start.
        _ => FAST.contains(&option),
    }
}

fn apply_running(world: &mut World, vmid: u32, touched: &BTreeSet<String>) -> Result<(), String> {
    let Some(guest) = world.guests.get(&vmid).cloned() else { return Ok(()) };
    for option in guest.pending_delete.keys().filter(|option| touched.contains(*option)) {
        if is_live(&guest, option, true) {
            remove(world, vmid, option)?;
        }
    }
    for (option, text) in guest.pending.iter().filter(|(option, _)| touched.contains(*option)) {
        if is_live(&guest, option, false) {
            apply(world, vmid, option, text)?;
        }
    }
    Ok(())
}

/// Applies all that waits, as at a start.
///
/// # Errors
/// Why a volume cannot be made.
pub fn apply_all(world: &mut World, vmid: u32) -> Result<(), String> {
    let Some(guest) = world.guests.get(&vmid).cloned() else { return Ok(()) };
    for option in guest.pending_delete.keys() {
        remove(world, vmid, option)?;
    }
    for (option, text) in &guest.pending {
        apply(world, vmid, option, text)?;
    }
    Ok(())
}

fn apply(world: &mut World, vmid: u32, option: &str, text: &str) -> Result<(), String> {
    let Some(node) = world.guests.get(&vmid).map(|guest| guest.node.clone()) else { return Ok(()) };
    let text =
        if is_volume(option) { super::realise(world, &node, vmid, text, &mut Vec::new())? } else { text.to_owned() };
    let Some(guest) = world.guests.get_mut(&vmid) else { return Ok(()) };
    guest.pending.remove(option);
    let old = guest.config.insert(option.to_owned(), text);
    if let Some(old) = old.filter(|_| is_volume(option)) {
        release(world, vmid, &old);
    }
    Ok(())
}

fn remove(world: &mut World, vmid: u32, option: &str) -> Result<(), String> {
    let Some(guest) = world.guests.get_mut(&vmid) else { return Ok(()) };
    guest.pending_delete.remove(option);
    let node = guest.node.clone();
    let Some(old) = guest.config.remove(option) else { return Ok(()) };
    if stem(option) == "unused" {
        volumes::free(world, &node, &old);
    } else if is_volume(option) {
        release(world, vmid, &old);
    }
    Ok(())
}

/// The volume of a mount point that goes stays as `unusedN`, unless an option names it still.
fn release(world: &mut World, vmid: u32, text: &str) {
    let mount = parse_mount(text);
    let volid = mount.get("volume").unwrap_or_default().to_owned();
    let Some(guest) = world.guests.get(&vmid) else { return };
    let names = |text: &String| text.split(',').next() == Some(volid.as_str());
    if super::kind_of_mount(&volid) != "volume" || guest.config.values().chain(guest.pending.values()).any(names) {
        return;
    }
    let node = guest.node.clone();
    let size = mount.get("size").and_then(super::parse_size);
    match (volumes::find(world, &node, &volid), size) {
        (Ok(volume), _) => volumes::keep(world, &node, &volid, volume),
        (Err(_), Some(size)) => volumes::keep(world, &node, &volid, Volume { size, ..Volume::default() }),
        (Err(_), None) => {}
    }
    if let Some(guest) = world.guests.get_mut(&vmid) {
        let free = (0..256).map(|index| format!("unused{index}")).find(|option| !guest.config.contains_key(option));
        if let Some(option) = free {
            guest.config.insert(option, volid);
        }
    }
}

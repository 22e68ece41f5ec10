//! What a change does to a virtual machine that runs: it takes effect at once, or waits for a restart.
//!
//! Source: live-api facts, section 7 (the matrix); qemu-server `PVE::QemuServer::vmconfig_hotplug_pending`.

use std::collections::{BTreeMap, BTreeSet};

use super::drives::{self, Drive};
use super::rights::stem;
use crate::areas::properties::{Properties, parse_net};
use crate::contract::Errors;
use crate::world::{Guest, World};

/// What becomes of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Effect {
    /// At once.
    Now,
    /// After a restart.
    Later,
    /// It is refused.
    Refused(String),
}

fn now_if(condition: bool) -> Effect {
    if condition { Effect::Now } else { Effect::Later }
}

/// Options that take effect at once whatever their value.
const FAST: [&str; 25] = [
    "description",
    "name",
    "onboot",
    "protection",
    "hookscript",
    "startup",
    "tags",
    "shares",
    "vmstatestorage",
    "migrate_downtime",
    "migrate_speed",
    "lock",
    "cpuunits",
    "cpulimit",
    "cicustom",
    "cipassword",
    "citype",
    "ciuser",
    "ciupgrade",
    "nameserver",
    "searchdomain",
    "sshkeys",
    "ipconfig",
    "unused",
    "smbios",
];

/// Keys of a drive whose change waits for a restart.
const SLOW_DRIVE_KEYS: [&str; 9] = ["aio", "cache", "discard", "iothread", "queues", "ssd", "ro", "vendor", "product"];
/// Keys of a network card that change while it is plugged in.
const LIVE_NET_KEYS: [&str; 6] = ["bridge", "tag", "trunks", "firewall", "rate", "link_down"];

/// Whether a guest can be given or lose things of a kind while it runs.
fn has_hotplug(guest: &Guest, feature: &str) -> bool {
    let text = guest.config.get("hotplug").map_or("1", String::as_str);
    let features = if text == "1" { "network,disk,usb" } else { text };
    features.split([',', ';', ' ']).any(|known| known == feature)
}

/// Whether its system takes USB devices while it runs: a new machine type, and Linux or a Windows after 7.
fn takes_usb(guest: &Guest) -> bool {
    let machine = guest.config.get("machine").map_or("", String::as_str);
    let version = machine.rsplit('-').next().and_then(|text| text.split(['.', '+']).next()?.parse::<u32>().ok());
    let minor = machine.rsplit('-').next().and_then(|text| text.split('.').nth(1)?.parse::<u32>().ok());
    // A machine type without a version is the newest.
    let is_new = version.is_none_or(|major| major > 7 || major == 7 && minor.unwrap_or(0) >= 1);
    let system = guest.config.get("ostype").map_or("", String::as_str);
    has_hotplug(guest, "usb") && is_new && matches!(system, "l26" | "win8" | "win10" | "win11")
}

/// What becomes of an option that is set; `old` is its value now.
fn effect_of_change(guest: &Guest, option: &str, old: Option<&str>, new: &str) -> Effect {
    match stem(option) {
        "net" => effect_on_net(guest, old, new),
        "usb" => now_if(takes_usb(guest)),
        "ipconfig" | "unused" => Effect::Now,
        _ if drives::is_drive(option) => effect_on_drive(guest, option, old, new),
        _ if option == "agent" => {
            let (old, new) = (Properties::parse(old.unwrap_or(""), "enabled"), Properties::parse(new, "enabled"));
            now_if(old.differences(&new).iter().all(|key| key == "fstrim_cloned_disks"))
        }
        _ if option == "vcpus" => now_if(has_hotplug(guest, "cpu")),
        _ if option == "memory" => now_if(has_memory_hotplug(guest)),
        _ if option == "balloon" => now_if((old == Some("0")) == (new == "0")),
        _ if option == "tablet" => now_if(has_hotplug(guest, "usb")),
        _ if option == "hotplug" => now_if(keeps_slow_features(guest, new)),
        _ => now_if(FAST.contains(&option)),
    }
}

fn has_memory_hotplug(guest: &Guest) -> bool {
    has_hotplug(guest, "memory") && guest.config.get("numa").is_some_and(|value| value == "1")
}

/// Whether hot-plugging of processors and memory stays as it is.
fn keeps_slow_features(guest: &Guest, new: &str) -> bool {
    let after = Guest { config: BTreeMap::from([("hotplug".to_owned(), new.to_owned())]), ..Guest::default() };
    ["cpu", "memory"].into_iter().all(|feature| has_hotplug(guest, feature) == has_hotplug(&after, feature))
}

fn effect_on_net(guest: &Guest, old: Option<&str>, new: &str) -> Effect {
    let is_live = old.is_some_and(|old| {
        let differences = parse_net(old).differences(&parse_net(new));
        differences.iter().all(|key| LIVE_NET_KEYS.contains(&key.as_str()))
    });
    now_if(is_live || has_hotplug(guest, "network"))
}

fn effect_on_drive(guest: &Guest, option: &str, old: Option<&str>, new: &str) -> Effect {
    let can_plug = matches!(stem(option), "scsi" | "virtio") && has_hotplug(guest, "disk");
    let (Some(old), new) = (old.map(Drive::parse), Drive::parse(new)) else { return now_if(can_plug) };
    if old.is_cdrom() != new.is_cdrom() {
        return Effect::Refused("unable to change media type".to_owned());
    }
    if new.is_cdrom() && !new.is_cloudinit() && !old.is_cloudinit() {
        return Effect::Now;
    }
    if old.file() != new.file() {
        return now_if(can_plug);
    }
    let differences = old.properties.differences(&new.properties);
    now_if(!differences.iter().any(|key| SLOW_DRIVE_KEYS.contains(&key.as_str())))
}

/// What becomes of an option that is removed.
fn effect_of_removal(guest: &Guest, option: &str, old: &str) -> Effect {
    match stem(option) {
        "net" => now_if(has_hotplug(guest, "network")),
        "usb" => now_if(takes_usb(guest)),
        "scsi" | "virtio" if drives::is_drive(option) => now_if(has_hotplug(guest, "disk")),
        "ipconfig" | "unused" => Effect::Now,
        _ if drives::is_drive(option) => Effect::Later,
        _ if option == "vcpus" => now_if(has_hotplug(guest, "cpu")),
        _ if option == "memory" => now_if(has_memory_hotplug(guest)),
        // Without a value, the device is there.
        _ if option == "balloon" => now_if(old != "0"),
        _ if option == "tablet" => now_if(has_hotplug(guest, "usb")),
        _ if option == "hotplug" => now_if(keeps_slow_features(guest, "1")),
        _ => now_if(FAST.contains(&option)),
    }
}

/// Applies what can be applied to a guest that runs, of the options that a call touched; the rest waits.
///
/// # Errors
/// What went wrong, by option; the rest has taken effect.
pub fn apply_running(world: &mut World, vmid: u32, touched: &BTreeSet<String>) -> Result<(), Errors> {
    let Some(guest) = world.guests.get(&vmid).cloned() else { return Ok(()) };
    let mut errors = Errors::new();
    for (option, force) in guest.pending_delete.iter().filter(|(option, _)| touched.contains(*option)) {
        let Some(old) = guest.config.get(option) else { continue };
        if effect_of_removal(&guest, option, old) == Effect::Now
            && let Err(reason) = remove(world, vmid, option, *force)
        {
            errors.insert(option.clone(), format!("hotplug problem - {reason}"));
        }
    }
    for (option, new) in guest.pending.iter().filter(|(option, _)| touched.contains(*option)) {
        let old = guest.config.get(option).map(String::as_str);
        match effect_of_change(&guest, option, old, new) {
            Effect::Now => set(world, vmid, option, new),
            Effect::Later => {}
            Effect::Refused(reason) => {
                errors.insert(option.clone(), format!("hotplug problem - {reason}"));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Applies all that waits, as at a start.
///
/// # Errors
/// What went wrong, by option.
pub fn apply_all(world: &mut World, vmid: u32) -> Result<(), Errors> {
    let Some(guest) = world.guests.get(&vmid).cloned() else { return Ok(()) };
    let mut errors = Errors::new();
    for (option, force) in &guest.pending_delete {
        if let Err(reason) = remove(world, vmid, option, *force) {
            errors.insert(option.clone(), format!("unable to apply pending change {option} : {reason}"));
        }
    }
    for (option, new) in &guest.pending {
        set(world, vmid, option, new);
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Sets an option; the volume of a drive that it replaces stays.
fn set(world: &mut World, vmid: u32, option: &str, new: &str) {
    let Some(guest) = world.guests.get_mut(&vmid) else { return };
    guest.pending.remove(option);
    let old = guest.config.insert(option.to_owned(), new.to_owned());
    if let Some(old) = old.filter(|_| drives::is_drive(option)) {
        drives::release(world, vmid, &old);
    }
}

/// Removes an option; the volume of a drive stays, unless it is to be destroyed.
fn remove(world: &mut World, vmid: u32, option: &str, force: bool) -> Result<(), String> {
    let Some(guest) = world.guests.get_mut(&vmid) else { return Ok(()) };
    let old = guest.config.get(option).cloned();
    if let Some(old) = old.filter(|_| drives::is_drive(option)) {
        if force {
            drives::destroy(world, vmid, &old)?;
            drop_option(world, vmid, option);
        } else {
            drop_option(world, vmid, option);
            drives::release(world, vmid, &old);
        }
        return Ok(());
    }
    drop_option(world, vmid, option);
    Ok(())
}

fn drop_option(world: &mut World, vmid: u32, option: &str) {
    if let Some(guest) = world.guests.get_mut(&vmid) {
        guest.config.remove(option);
        guest.pending_delete.remove(option);
    }
}

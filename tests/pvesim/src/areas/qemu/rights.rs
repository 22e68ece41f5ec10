//! Who may set which option of a virtual machine. Some options only root with a ticket may set, whatever a token is allowed.
//!
//! Source: live-api facts, section 4 (the table and the list of root's options); qemu-server `PVE::API2::Qemu`
//! (`check_vm_modify_config_perm`, `check_usb_perm`, `check_hostpci_perm`) for the order and the wordings.

use super::drives::{self, Drive};
use crate::areas::properties::{Properties, parse_net};
use crate::areas::{Call, guests, volumes};
use crate::failure::Failure;
use crate::world::{Options, World};

/// The part of an option's name before its number.
pub fn stem(option: &str) -> &str {
    option.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The privilege that an option needs whatever its value is; none if the value decides, or only root may set it.
fn privileges(option: &str) -> Option<&'static [&'static str]> {
    Some(match option {
        "cores" | "cpu" | "cpulimit" | "cpuunits" | "numa" | "smp" | "sockets" | "vcpus" => &["VM.Config.CPU"],
        "memory" | "balloon" | "shares" | "allow-ksm" => &["VM.Config.Memory"],
        "acpi" | "hotplug" | "kvm" | "machine" | "scsihw" | "smbios1" | "tablet" | "vga" | "watchdog" | "audio0"
        | "rng0" => &["VM.Config.HWType"],
        "agent" | "autostart" | "bios" | "description" | "keyboard" | "localtime" | "migrate_downtime"
        | "migrate_speed" | "name" | "onboot" | "ostype" | "protection" | "reboot" | "startdate" | "startup"
        | "tdf" | "template" | "tags" => &["VM.Config.Options"],
        "freeze" => &["VM.PowerMgmt"],
        "boot" | "bootdisk" | "vmstatestorage" => &["VM.Config.Disk"],
        "cicustom" | "cipassword" | "citype" | "ciuser" | "ciupgrade" | "nameserver" | "searchdomain" | "sshkeys" => {
            &["VM.Config.Cloudinit", "VM.Config.Network"]
        }
        _ => match stem(option) {
            "numa" => &["VM.Config.CPU"],
            "net" => &["VM.Config.Network"],
            "ipconfig" => &["VM.Config.Cloudinit", "VM.Config.Network"],
            "virtiofs" => &["VM.Config.Disk"],
            _ => return None,
        },
    })
}

/// Refuses unless the caller may touch these options, whatever their values.
///
/// # Errors
/// 403, or the 500 of options that are root's.
pub fn check_options<'a>(
    world: &World,
    call: &Call<'_>,
    vmid: u32,
    pool: Option<&str>,
    options: impl Iterator<Item = &'a String>,
) -> Result<(), Failure> {
    if call.caller() == crate::access::ROOT {
        return Ok(());
    }
    for option in options {
        let decided_by_value = ["unused", "serial", "usb", "hostpci"].contains(&stem(option));
        if drives::is_drive(option) || option == "cdrom" || decided_by_value {
            continue;
        }
        let Some(privileges) = privileges(option) else {
            return Err(Failure::server(&format!("only root can set '{option}' config")));
        };
        guests::check(world, call, vmid, pool, privileges, true)?;
        if option == "startup" {
            call.check(world, "/", "Sys.Modify")?;
        }
    }
    Ok(())
}

/// Refuses unless the caller may have this value of an option, new or old: devices, drives, network cards and tags.
///
/// # Errors
/// 403, or the 500 of values that are root's.
pub fn check_value(
    world: &World,
    call: &Call<'_>,
    vmid: u32,
    pool: Option<&str>,
    option: &str,
    text: &str,
) -> Result<(), Failure> {
    if call.caller() == crate::access::ROOT {
        return Ok(());
    }
    let hardware = || guests::check(world, call, vmid, pool, &["VM.Config.HWType"], false);
    let real = |what: &str| Failure::server(&format!("only root can set '{option}' config for {what} devices"));
    let mapping = |kind: &str, id: &str| call.check(world, &format!("/mapping/{kind}/{id}"), "Mapping.Use");
    let neither = || Failure::server("either 'host' or 'mapping' must be set.");
    match stem(option) {
        "serial" if text == "socket" => hardware(),
        "serial" => Err(real("real")),
        "usb" => {
            hardware()?;
            let device = Properties::parse(text, "host");
            match (device.get("host"), device.get("mapping")) {
                (Some(host), _) if !host.eq_ignore_ascii_case("spice") => Err(real("real")),
                (Some(_), _) => Ok(()),
                (None, Some(id)) => mapping("usb", id),
                (None, None) => Err(neither()),
            }
        }
        "hostpci" => {
            let device = Properties::parse(text, "host");
            match (device.get("host"), device.get("mapping")) {
                (Some(_), _) => Err(real("non-mapped")),
                (None, Some(id)) => {
                    mapping("pci", id)?;
                    hardware()
                }
                (None, None) => Err(neither()),
            }
        }
        "virtiofs" => mapping("dir", Properties::parse(text, "dirid").get("dirid").unwrap_or_default()),
        "net" => guests::check_bridge(world, call, &parse_net(text)),
        _ if option == "rng0" && Properties::parse(text, "source").get("source") == Some("/dev/hwrng") => {
            call.check(world, "/mapping/hwrng", "Mapping.Use")
        }
        _ if option == "tags" => check_tags(world, call, text),
        _ if drives::is_drive(option) || stem(option) == "unused" => check_drive(world, call, vmid, pool, text),
        _ => Ok(()),
    }
}

fn check_drive(world: &World, call: &Call<'_>, vmid: u32, pool: Option<&str>, text: &str) -> Result<(), Failure> {
    let drive = Drive::parse(text);
    let privileges: &[&str] = if drive.is_cloudinit() {
        &["VM.Config.Cloudinit", "VM.Config.CDROM"]
    } else if drive.is_cdrom() {
        &["VM.Config.CDROM"]
    } else {
        &["VM.Config.Disk"]
    };
    guests::check(world, call, vmid, pool, privileges, false)
}

/// Tags that the datacenter knows as privileged are for who may change the datacenter.
fn check_tags(world: &World, call: &Call<'_>, text: &str) -> Result<(), Failure> {
    let registered = world.cluster.options.get("registered-tags").map(|tags| guests::normal_tags(tags));
    let registered = registered.unwrap_or_default();
    let is_privileged = |tag: &str| registered.split(';').any(|known| known == tag);
    if guests::normal_tags(text).split(';').any(|tag| !tag.is_empty() && is_privileged(tag)) {
        return call.check(world, "/", "Sys.Modify");
    }
    Ok(())
}

/// Refuses unless the caller may use the storages and volumes that options name.
///
/// # Errors
/// 403, 400 or 500, as the server.
pub fn check_storages(world: &World, call: &Call<'_>, vmid: u32, options: &Options) -> Result<(), Failure> {
    let default_storage = call.text("storage");
    for (_, text) in options.iter().filter(|(option, _)| drives::is_drive(option)) {
        let drive = Drive::parse(text);
        let file = drive.file();
        if file == "none" || drive.asks_for_cloudinit() {
            continue;
        }
        if file == "cdrom" {
            call.check(world, "/", "Sys.Console")?;
            continue;
        }
        let Some((storage, _)) = drive.new_size().filter(|_| !drive.is_cdrom()) else {
            volumes::check_access(world, call.caller(), Some(vmid), file)?;
            continue;
        };
        let Some(storage) = storage.map(str::to_owned).or_else(|| default_storage.clone()) else {
            return Err(Failure::server("no storage ID specified (and no default storage)"));
        };
        call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace")?;
        let known = volumes::storage(world, &storage).map_err(|reason| Failure::server(&reason))?;
        if !known.content().contains("images") {
            let reason = format!("storage '{storage}' does not support vm images");
            return Err(Failure::parameter("storage", &reason));
        }
        if let Some(source) = drive.properties.get("import-from") {
            check_source(world, call, vmid, source)?;
        }
    }
    match options.get("vmstatestorage") {
        Some(storage) => call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace"),
        None => Ok(()),
    }
}

/// The disk of another guest is for who may clone that guest.
fn check_source(world: &World, call: &Call<'_>, vmid: u32, source: &str) -> Result<(), Failure> {
    let name = volumes::split(source).map_or("", |(_, name)| name);
    match volumes::owner_of(name).filter(|_| volumes::content_of(name) == "images") {
        Some(owner) => call.check(world, &format!("/vms/{owner}"), "VM.Clone"),
        None => volumes::check_access(world, call.caller(), Some(vmid), source),
    }
}

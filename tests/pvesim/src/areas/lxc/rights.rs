//! Who may set which option of a container. What only root with a ticket may do is refused with 403 here.
//!
//! Source: live-api facts, section 4; pve-container `PVE::LXC::check_ct_modify_config_perm`.

use super::{kind_of_mount, new_volume, parse_mount};
use crate::areas::properties::Properties;
use crate::areas::qemu::stem;
use crate::areas::{Call, guests, volumes};
use crate::failure::Failure;
use crate::world::{Options, World};

/// For whom options are looked at.
pub struct Subject<'a> {
    /// The container.
    pub vmid: u32,
    /// The pool it will be in.
    pub pool: Option<&'a str>,
    /// Whether its root is nobody on the host.
    pub is_unprivileged: bool,
    /// What it has now.
    pub config: &'a Options,
}

/// Refuses unless the caller may set, or delete (`new` is none), an option.
///
/// # Errors
/// 403.
pub fn check(
    world: &World,
    call: &Call<'_>,
    subject: &Subject<'_>,
    option: &str,
    new: Option<&str>,
) -> Result<(), Failure> {
    if call.caller() == crate::access::ROOT {
        return Ok(());
    }
    let need = |privilege: &str| guests::check(world, call, subject.vmid, subject.pool, &[privilege], false);
    let root = |what: &str| Err(Failure::permission(&format!("{what} is only allowed for root@pam")));
    match stem(option) {
        "rootfs" | "mp" => {
            need("VM.Config.Disk")?;
            let volume = new.map(parse_mount).and_then(|mount| mount.get("volume").map(str::to_owned));
            match volume.as_deref().map(kind_of_mount) {
                None | Some("volume") => Ok(()),
                Some(kind) => root(&format!("mount point type {kind}")),
            }
        }
        "unused" => need("VM.Config.Disk"),
        "dev" => root("configuring device passthrough"),
        "memory" | "swap" => need("VM.Config.Memory"),
        "cores" | "cpuunits" | "cpulimit" => need("VM.Config.CPU"),
        "net" | "nameserver" | "searchdomain" | "hostname" => {
            need("VM.Config.Network")?;
            let old = subject.config.get(option).map(String::as_str);
            let nets = [old, new].into_iter().flatten().filter(|_| stem(option) == "net");
            nets.into_iter().try_for_each(|text| guests::check_bridge(world, call, &Properties::parse(text, "name")))
        }
        "features" if !subject.is_unprivileged => root("changing feature flags for privileged container"),
        "features" => {
            let (old, new) = (subject.config.get(option).map_or("", String::as_str), new.unwrap_or_default());
            let (old, new) = (Properties::parse(old, "nesting"), Properties::parse(new, "nesting"));
            if old.differences(&new).iter().any(|key| key != "nesting") {
                return root("changing feature flags (except nesting)");
            }
            need("VM.Allocate")
        }
        "hookscript" => root("changing the hookscript"),
        _ => need("VM.Config.Options"),
    }
}

/// Refuses unless the caller may use the storages and volumes that options name.
///
/// # Errors
/// 403, or 500 for a storage that does not exist or does not take containers.
pub fn check_storages(world: &World, call: &Call<'_>, vmid: u32, options: &Options) -> Result<(), Failure> {
    for (_, text) in options.iter().filter(|(option, _)| super::is_volume(option)) {
        let mount = parse_mount(text);
        let volume = mount.get("volume").unwrap_or_default();
        if kind_of_mount(volume) != "volume" {
            continue;
        }
        let Some((storage, _)) = new_volume(volume) else {
            volumes::check_access(world, call.caller(), Some(vmid), volume)?;
            continue;
        };
        call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace")?;
        let known = volumes::usable(world, call.node, storage).map_err(|reason| Failure::server(&reason))?;
        if !known.content().contains("rootdir") {
            let reason = format!("storage '{storage}' does not allow content type 'rootdir'");
            return Err(Failure::server(&reason));
        }
    }
    Ok(())
}

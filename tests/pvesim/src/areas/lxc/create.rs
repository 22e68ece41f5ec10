//! Making a container from a template. A restore from a backup is not modelled.
//!
//! Source: live-api facts, section 8; pve-container `PVE::API2::LXC` (`create_vm`).

use serde_json::{Value, json};

use super::rights::{self, Subject};
use crate::areas::options::{self, Options};
use crate::areas::{Call, Outcome, qemu, volumes};
use crate::failure::Failure;
use crate::world::{GuestKind, Task, World};

/// Parameters that say how to make it, and are no options of its configuration. Nobody can read them again.
const INSTRUCTIONS: [&str; 15] = [
    "bwlimit",
    "force",
    "ha-managed",
    "ignore-unpack-errors",
    "ostemplate",
    "password",
    "pool",
    "restore",
    "ssh-public-keys",
    "start",
    "storage",
    "unique",
    "vmid",
    "entrypoint",
    "env",
];

/// The systems that a template may be of, as its name begins.
const SYSTEMS: [&str; 10] =
    ["alpine", "archlinux", "centos", "debian", "devuan", "fedora", "gentoo", "nixos", "opensuse", "ubuntu"];

/// `POST /nodes/{node}/lxc`.
pub fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    if call.is_set("restore") || call.is_set("force") {
        return Err(Failure::not_modelled("a restore from a backup"));
    }
    if call.text("entrypoint").or_else(|| call.text("env")).is_some() {
        return Err(Failure::not_modelled("containers of OCI images"));
    }
    let vmid = call.vmid().unwrap_or_default();
    qemu::check_may_create(world, call, vmid)?;
    let mut set = options::given(call, &INSTRUCTIONS);
    let storage = call.text("storage").unwrap_or_else(|| "local".to_owned());
    set.entry("rootfs".to_owned()).or_insert_with(|| format!("{storage}:4"));
    let (pool, nothing) = (call.text("pool"), Options::new());
    let subject =
        Subject { vmid, pool: pool.as_deref(), is_unprivileged: call.is_set("unprivileged"), config: &nothing };
    for (option, text) in set.iter().filter(|(option, _)| *option != "unprivileged") {
        rights::check(world, call, &subject, option, Some(text))?;
    }
    rights::check_storages(world, call, vmid, &set)?;
    let template = call.required("ostemplate");
    volumes::check_access(world, call.caller(), Some(vmid), &template)?;
    volumes::find(world, call.node, &template).map_err(|reason| Failure::server(&reason))?;
    super::complete(world, call, vmid, &mut set);
    set.entry("arch".to_owned()).or_insert_with(|| "amd64".to_owned());
    set.entry("ostype".to_owned()).or_insert_with(|| system_of(&template));
    qemu::check_free(world, GuestKind::Lxc, vmid)?;
    qemu::add_locked(world, call, GuestKind::Lxc, vmid);
    let data = json!({
        "options": set, "pool": pool, "start": call.is_set("start"), "ha": call.is_set("ha-managed"),
    });
    Ok(Value::from(call.start_task(world, "vzcreate", &vmid.to_string(), data)).into())
}

/// The system of a template. The server looks into it; its name says the same.
fn system_of(template: &str) -> String {
    let name = template.rsplit('/').next().unwrap_or(template);
    let system = SYSTEMS.into_iter().find(|system| name.starts_with(system));
    system.unwrap_or("unmanaged").to_owned()
}

/// The end of the task that makes it. If something cannot be made, all goes again.
///
/// # Errors
/// Why it could not be made.
pub fn finish(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = qemu::task_vmid(task);
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    let node = guest.node.clone();
    if !task.is_ok() {
        world.guests.remove(&vmid);
        return Ok(());
    }
    let mut config: Options = serde_json::from_value(task.data["options"].clone()).unwrap_or_default();
    let mut made = Vec::new();
    for (_, text) in config.iter_mut().filter(|(option, _)| super::is_volume(option)) {
        match super::realise(world, &node, vmid, text, &mut made) {
            Ok(made) => *text = made,
            Err(reason) => {
                for volid in made {
                    volumes::free(world, &node, &volid);
                }
                world.guests.remove(&vmid);
                return Err(format!("unable to create CT {vmid} - {reason}"));
            }
        }
    }
    if let Some(guest) = world.guests.get_mut(&vmid) {
        guest.config = config;
    }
    let authid = crate::world::Upid::parse(&task.upid).map(|upid| upid.authid).unwrap_or_default();
    qemu::after_create(world, task, GuestKind::Lxc, vmid, &authid);
    Ok(())
}

//! Containers: lists, configuration, power, disks, making and removing one.
//!
//! Source: live-api facts, sections 4, 7 and 8; pve-container `PVE::API2::LXC`, `PVE::LXC::Config` and `PVE::LXC` for the order of
//! steps and the wordings.

mod create;
mod rights;
mod update;

use serde_json::{Value, json};

use super::options;
use super::properties::{Properties, parse_size, print_size};
use super::volumes::{self, Order, Purpose};
use super::{Call, Finisher, Outcome, Route, delete, get, guests, post, put, qemu};
use crate::failure::Failure;
use crate::world::{GuestKind, Power, Task, World};

pub const ROUTES: &[Route] = &[
    get("/nodes/{node}/lxc", list),
    post("/nodes/{node}/lxc", create::create),
    get("/nodes/{node}/lxc/{vmid}", index),
    delete("/nodes/{node}/lxc/{vmid}", destroy),
    get("/nodes/{node}/lxc/{vmid}/config", config),
    put("/nodes/{node}/lxc/{vmid}/config", update::put),
    get("/nodes/{node}/lxc/{vmid}/pending", pending),
    put("/nodes/{node}/lxc/{vmid}/resize", resize),
    get("/nodes/{node}/lxc/{vmid}/status", status_index),
    get("/nodes/{node}/lxc/{vmid}/status/current", current),
    post("/nodes/{node}/lxc/{vmid}/status/start", start),
    post("/nodes/{node}/lxc/{vmid}/status/stop", stop),
    post("/nodes/{node}/lxc/{vmid}/status/shutdown", shutdown),
    post("/nodes/{node}/lxc/{vmid}/status/reboot", reboot),
];

pub const FINISHERS: &[(&str, Finisher)] = &[
    ("vzcreate", create::finish),
    ("vzdestroy", qemu::finish_destroy),
    ("vzstart", finish_start),
    ("vzstop", qemu::finish_stop),
    ("vzshutdown", qemu::finish_stop),
    ("vzreboot", finish_reboot),
];

fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::list(world, call, GuestKind::Lxc)
}

fn config(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::config(world, call, GuestKind::Lxc)
}

fn pending(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::pending(world, call, GuestKind::Lxc)
}

fn current(world: &mut World, call: &Call<'_>) -> Outcome {
    guests::current(world, call, GuestKind::Lxc)
}

fn index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of(
        "subdir",
        &[
            "config",
            "pending",
            "status",
            "vncproxy",
            "termproxy",
            "vncwebsocket",
            "spiceproxy",
            "migrate",
            "clone",
            "rrd",
            "rrddata",
            "firewall",
            "snapshot",
            "resize",
            "interfaces",
        ],
    )
}

fn status_index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of("subdir", &["current", "start", "stop", "shutdown", "migrate"])
}

/// Whether an option names a volume: the root, or a mount point.
fn is_volume(option: &str) -> bool {
    option == "rootfs" || qemu::stem(option) == "mp" && option != "mp"
}

/// A mount point, taken apart.
fn parse_mount(text: &str) -> Properties {
    Properties::parse(text, "volume")
}

/// A mount point as the server writes it: the volume, where it is mounted, and the rest sorted.
fn print_mount(mut mount: Properties) -> String {
    let path = mount.take("mp").map(|path| format!(",mp={path}")).unwrap_or_default();
    let text = mount.to_string();
    match text.split_once(',') {
        Some((volume, rest)) => format!("{volume}{path},{rest}"),
        None => format!("{text}{path}"),
    }
}

/// What a mount point is: a `volume`, a `device` or a `bind` of a directory of the host.
fn kind_of_mount(volume: &str) -> &'static str {
    if volume.starts_with("/dev/") {
        "device"
    } else if volume.starts_with('/') {
        "bind"
    } else {
        "volume"
    }
}

/// The storage and the bytes of an order for a new volume, `local-lvm:8`.
fn new_volume(volume: &str) -> Option<(&str, u64)> {
    let (storage, size) = volume.split_once(':')?;
    let is_number = !size.is_empty() && size.chars().all(|c| c.is_ascii_digit() || c == '.');
    parse_size(&format!("{size}G")).filter(|_| is_number).map(|size| (storage, size))
}

/// Makes the volume that a mount point orders and gives the text that stands in the configuration then.
fn realise(world: &mut World, node: &str, vmid: u32, text: &str, made: &mut Vec<String>) -> Result<String, String> {
    let mut mount = parse_mount(text);
    let volume = mount.get("volume").unwrap_or_default().to_owned();
    if let Some((storage, size)) = new_volume(&volume) {
        let order = Order { storage, vmid, purpose: Purpose::Container, format: None, size };
        let volid = volumes::allocate(world, node, order)?;
        made.push(volid.clone());
        mount.set("volume", volid);
        mount.set("size", print_size(size));
    } else if kind_of_mount(&volume) == "volume" {
        let known = volumes::find(world, node, &volume)?;
        if known.size > 0 {
            mount.set("size", print_size(known.size));
        }
    }
    Ok(print_mount(mount))
}

/// A network card as the server writes it: its name first, an address of its own, and its type.
fn complete_net(world: &World, vmid: u32, option: &str, text: &str) -> String {
    let mut net = Properties::parse(text, "name");
    if net.get("hwaddr").is_none() {
        net.set("hwaddr", guests::new_mac(world, vmid, option));
    }
    net.set("type", "veth");
    let name = net.take("name").unwrap_or_default();
    format!("name={name},{net}")
}

/// Values that the server makes: addresses of network cards, sorted tags, truth values as 1 and 0.
fn complete(world: &World, call: &Call<'_>, vmid: u32, options: &mut options::Options) {
    for (option, text) in options.iter_mut() {
        if is_volume(option) {
            let mut mount = parse_mount(text);
            mount.normalise(call, option);
            *text = print_mount(mount);
        } else if option == "tags" {
            *text = guests::normal_tags(text);
        } else if qemu::stem(option) == "net" {
            *text = complete_net(world, vmid, option, text);
        }
    }
}

/// Makes a volume larger. What is refused is refused at once; the task only waits.
fn resize(world: &mut World, call: &Call<'_>) -> Outcome {
    let (vmid, guest) = guests::find(world, call, GuestKind::Lxc)?;
    check_digest(call, guest)?;
    guests::check_lock(guest)?;
    let disk = call.required("disk");
    let Some(mount) = guest.config.get(&disk).map(|text| parse_mount(text)) else {
        return Err(Failure::server(&format!("disk '{disk}' does not exist")));
    };
    let volid = mount.get("volume").unwrap_or_default();
    let storage = volumes::split(volid).map_or("", |(storage, _)| storage);
    call.check(world, &format!("/storage/{storage}"), "Datastore.AllocateSpace")?;
    let volume = volumes::find(world, call.node, volid).map_err(|reason| Failure::server(&reason))?;
    let text = call.required("size");
    let size = parse_size(text.trim_start_matches('+')).unwrap_or(0);
    let size = if text.starts_with('+') { volume.size + size } else { size };
    if size < volume.size {
        return Err(Failure::server("unable to shrink disk size"));
    }
    if size == volume.size {
        return Err(Failure::server("disk is already at specified size"));
    }
    let data = json!({ "vmid": vmid, "disk": disk, "size": size });
    Ok(Value::from(call.start_task(world, "resize", &vmid.to_string(), data)).into())
}

fn check_digest(call: &Call<'_>, guest: &crate::world::Guest) -> Result<(), Failure> {
    match call.text("digest") {
        Some(given) if !given.is_empty() && given != guests::digest(guest) => Err(Failure::server(options::MODIFIED)),
        _ => Ok(()),
    }
}

fn destroy(world: &mut World, call: &Call<'_>) -> Outcome {
    let (vmid, guest) = guests::find(world, call, GuestKind::Lxc)?;
    guests::check_removal(world, call, vmid, guest)?;
    if guest.power == Power::Running && !call.is_set("force") {
        return Err(Failure::server(&format!("unable to destroy CT {vmid} - container is running")));
    }
    let data = json!({
        "purge": call.is_set("purge"), "force": call.is_set("force"),
        "unreferenced": call.is_set("destroy-unreferenced-disks"),
    });
    Ok(Value::from(call.start_task(world, "vzdestroy", &vmid.to_string(), data)).into())
}

/// Starts a task on a container that must, or must not, run; of one that high availability manages, its manager is asked.
fn power(world: &mut World, call: &Call<'_>, kind: &str, must_run: bool) -> Outcome {
    guests::check_skiplock(call)?;
    let (vmid, guest) = guests::find(world, call, GuestKind::Lxc)?;
    let is_running = guest.power == Power::Running;
    let managed = world.ha.resources.get(&guests::sid(GuestKind::Lxc, vmid));
    let is_managed = managed.is_some_and(|resource| resource.get("state").is_none_or(|state| state != "ignored"));
    let mut data = json!({ "skiplock": call.is_set("skiplock") });
    let mut kind = kind;
    if is_managed && kind != "vzreboot" {
        (kind, data["state"]) = if must_run { ("hastop", "stopped".into()) } else { ("hastart", "started".into()) };
    } else if must_run != is_running {
        let what = if is_running { "already running" } else { "not running" };
        return Err(Failure::server(&format!("CT {vmid} {what}")));
    }
    Ok(Value::from(call.start_task(world, kind, &vmid.to_string(), data)).into())
}

fn start(world: &mut World, call: &Call<'_>) -> Outcome {
    power(world, call, "vzstart", false)
}

fn stop(world: &mut World, call: &Call<'_>) -> Outcome {
    power(world, call, "vzstop", true)
}

fn shutdown(world: &mut World, call: &Call<'_>) -> Outcome {
    power(world, call, "vzshutdown", true)
}

fn reboot(world: &mut World, call: &Call<'_>) -> Outcome {
    power(world, call, "vzreboot", true)
}

fn finish_start(world: &mut World, task: &Task) -> Result<(), String> {
    let vmid = qemu::task_vmid(task);
    let Some(guest) = world.guests.get(&vmid).filter(|_| task.is_ok()) else { return Ok(()) };
    if task.data["skiplock"].as_bool() != Some(true) {
        guests::check_lock(guest).map_err(|failure| qemu::in_task(&failure))?;
    }
    if guest.power == Power::Running {
        return Err(format!("CT {vmid} already running"));
    }
    update::apply_all(world, vmid)?;
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    for text in guest.config.iter().filter(|(option, _)| qemu::stem(option) == "net").map(|(_, text)| text) {
        qemu::check_bridge(world, &guest.node, Properties::parse(text, "name").get("bridge"))?;
    }
    if let Some(guest) = world.guests.get_mut(&vmid) {
        guest.power = Power::Running;
        guest.uptime = 0;
    }
    Ok(())
}

fn finish_reboot(world: &mut World, task: &Task) -> Result<(), String> {
    qemu::finish_stop(world, task)?;
    finish_start(world, task)
}

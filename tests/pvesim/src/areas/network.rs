//! What a node has of its own: its network in two phases, name servers, time, hosts, repositories and certificates.
//!
//! Source: live-api facts, section 9; pve-manager `PVE::API2::Network` and `PVE::API2::Nodes` for the wordings. Changing repositories
//! is not modelled, nor is reading them on a node whose world does not say them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::options::{self, Options};
use super::{Answer, Call, Finisher, Outcome, Route, delete, get, post, put};
use crate::failure::Failure;
use crate::world::{Node, Task, World};

pub const ROUTES: &[Route] = &[
    get("/nodes/{node}/network", interfaces),
    post("/nodes/{node}/network", create),
    put("/nodes/{node}/network", reload),
    delete("/nodes/{node}/network", discard),
    get("/nodes/{node}/network/{iface}", read),
    put("/nodes/{node}/network/{iface}", update),
    delete("/nodes/{node}/network/{iface}", remove),
    get("/nodes/{node}/dns", dns),
    put("/nodes/{node}/dns", set_dns),
    get("/nodes/{node}/time", time),
    put("/nodes/{node}/time", set_time),
    get("/nodes/{node}/hosts", hosts),
    post("/nodes/{node}/hosts", set_hosts),
    get("/nodes/{node}/apt/repositories", repositories),
    get("/nodes/{node}/certificates/info", certificates),
];

pub const FINISHERS: &[(&str, Finisher)] = &[("srvreload", finish_reload)];

type Interfaces = BTreeMap<String, Options>;

fn node<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut Node, Failure> {
    let missing = || Failure::server(&format!("no such node '{}'", call.node));
    world.nodes.get_mut(call.node).ok_or_else(missing)
}

fn row(call: &Call<'_>, name: &str, interface: &Options, is_active: bool) -> Value {
    let mut row = options::typed(call, "POST", "/nodes/{node}/network", interface);
    row.insert("iface".to_owned(), name.into());
    row.entry("method").or_insert_with(|| "manual".into());
    row.entry("method6").or_insert_with(|| "manual".into());
    let mut families = vec!["inet"];
    if interface.contains_key("cidr6") || interface.contains_key("address6") {
        families.push("inet6");
    }
    row.insert("families".to_owned(), families.into());
    if is_active {
        row.insert("active".to_owned(), 1.into());
    }
    Value::Object(row)
}

/// The interfaces with what is staged, and beside them the difference to what is applied.
fn interfaces(world: &mut World, call: &Call<'_>) -> Outcome {
    let network = &node(world, call)?.network;
    let applied = &network.interfaces;
    let shown = network.staged.as_ref().unwrap_or(applied);
    let wanted = call.text("type");
    if wanted.as_ref().is_some_and(|wanted| wanted.starts_with("any_") || wanted == "include_sdn" || wanted == "vnet") {
        return Err(Failure::not_modelled("filters of interfaces that look at zones"));
    }
    let fits = |interface: &Options| wanted.as_ref().is_none_or(|wanted| interface.get("type") == Some(wanted));
    let rows = shown.iter().filter(|(_, interface)| fits(interface));
    let rows = rows.map(|(name, interface)| row(call, name, interface, applied.contains_key(name)));
    let changes = network.staged.as_ref().map(|staged| difference(applied, staged));
    Ok(Answer { data: Value::Array(rows.collect()), total: None, changes })
}

/// What differs, a line for each option. The real one is a difference of two files.
fn difference(old: &Interfaces, new: &Interfaces) -> String {
    let lines = |all: &Interfaces| -> Vec<String> {
        let one = |(name, options): (&String, &Options)| -> Vec<String> {
            options.iter().map(|(option, text)| format!("{name} {option} {text}")).collect()
        };
        all.iter().flat_map(one).collect()
    };
    let (old, new) = (lines(old), lines(new));
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{line}\n"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{line}\n"));
    gone.chain(come).collect()
}

fn no_interface() -> Failure {
    Failure::parameter("iface", "interface does not exist")
}

fn read(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("iface");
    let network = &node(world, call)?.network;
    let shown = network.staged.as_ref().unwrap_or(&network.interfaces);
    let interface = shown.get(&name).ok_or_else(no_interface)?;
    Ok(row(call, &name, interface, network.interfaces.contains_key(&name)).into())
}

/// Does something to the staged interfaces; nothing is staged if it fails.
fn stage(world: &mut World, call: &Call<'_>, change: impl FnOnce(&mut Interfaces) -> Result<(), Failure>) -> Outcome {
    let network = &mut node(world, call)?.network;
    let mut staged = network.staged.clone().unwrap_or_else(|| network.interfaces.clone());
    change(&mut staged)?;
    network.staged = Some(staged);
    Ok(Value::Null.into())
}

/// What follows from the addresses of a request: the method, and each form of an address from the other. It looks at the request
/// alone, which is the trap: one without an address makes the interface manual.
fn derive(interface: &mut Options, given: &Options) {
    for (suffix, cidr) in [("", "cidr"), ("6", "cidr6")] {
        let (address, netmask, method) =
            (format!("address{suffix}"), format!("netmask{suffix}"), format!("method{suffix}"));
        if let Some((ip, length)) = given.get(cidr).and_then(|text| text.split_once('/')) {
            interface.insert(address.clone(), ip.to_owned());
            interface.insert(netmask, if suffix.is_empty() { dotted(length) } else { length.to_owned() });
        } else if let (Some(ip), Some(mask)) = (given.get(&address), given.get(&netmask)) {
            interface.insert(cidr.to_owned(), format!("{ip}/{mask}"));
        }
        let is_static = given.contains_key(cidr) || given.contains_key(&address);
        interface.insert(method, if is_static { "static" } else { "manual" }.to_owned());
    }
}

/// A mask as the schema has it: `255.255.255.0` for `24`.
fn dotted(length: &str) -> String {
    let length = length.parse::<u32>().unwrap_or(32).min(32);
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    std::net::Ipv4Addr::from(mask).to_string()
}

fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let (name, given) = (call.required("iface"), options::given(call, &["iface"]));
    let mut interface = given.clone();
    derive(&mut interface, &given);
    let exists = || Failure::parameter("iface", "interface already exists");
    stage(world, call, |staged| options::add(staged, name, interface, exists))
}

/// What is not given stays, and goes only when it is deleted.
fn update(world: &mut World, call: &Call<'_>) -> Outcome {
    let (name, given) = (call.required("iface"), options::given(call, &[]));
    stage(world, call, |staged| {
        let interface = staged.get_mut(&name).ok_or_else(no_interface)?;
        let mut changed = options::changed(call, interface, &[])?;
        for option in call.list("delete") {
            for (cidr, others) in [("cidr", ["address", "netmask"]), ("cidr6", ["address6", "netmask6"])] {
                if option == cidr {
                    others.into_iter().for_each(|other| drop(changed.remove(other)));
                } else if others.contains(&option.as_str()) {
                    changed.remove(cidr);
                }
            }
        }
        derive(&mut changed, &given);
        *interface = changed;
        Ok(())
    })
}

fn remove(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("iface");
    stage(world, call, |staged| staged.remove(&name).map(drop).ok_or_else(no_interface))
}

fn discard(world: &mut World, call: &Call<'_>) -> Outcome {
    node(world, call)?.network.staged = None;
    Ok(Value::Null.into())
}

fn reload(world: &mut World, call: &Call<'_>) -> Outcome {
    Ok(Value::from(call.start_task(world, "srvreload", "networking", json!({}))).into())
}

/// What is staged then is applied, whoever staged it.
fn finish_reload(world: &mut World, task: &Task) -> Result<(), String> {
    let name = crate::world::Upid::parse(&task.upid).map(|upid| upid.node).unwrap_or_default();
    if let Some(node) = world.nodes.get_mut(&name).filter(|_| task.is_ok())
        && let Some(staged) = node.network.staged.take()
    {
        node.network.interfaces = staged;
    }
    Ok(())
}

fn dns(world: &mut World, call: &Call<'_>) -> Outcome {
    Ok(json!(node(world, call)?.dns).into())
}

/// What is not given is gone.
fn set_dns(world: &mut World, call: &Call<'_>) -> Outcome {
    let given = options::given(call, &[]);
    node(world, call)?.dns = given;
    Ok(Value::Null.into())
}

/// The local time is that of UTC: no zones are computed.
fn time(world: &mut World, call: &Call<'_>) -> Outcome {
    let now = crate::auth::node_time(world, call.node);
    let zone = node(world, call)?.timezone.clone();
    Ok(json!({ "time": now, "localtime": now, "timezone": zone }).into())
}

fn set_time(world: &mut World, call: &Call<'_>) -> Outcome {
    let zone = call.required("timezone");
    node(world, call)?.timezone = zone;
    Ok(Value::Null.into())
}

fn hosts(world: &mut World, call: &Call<'_>) -> Outcome {
    let hosts = &node(world, call)?.hosts;
    Ok(json!({ "data": hosts, "digest": options::digest(hosts) }).into())
}

fn set_hosts(world: &mut World, call: &Call<'_>) -> Outcome {
    let node = node(world, call)?;
    options::check_digest(call, &node.hosts)?;
    node.hosts = call.required("data");
    Ok(Value::Null.into())
}

fn repositories(world: &mut World, call: &Call<'_>) -> Outcome {
    let known = node(world, call)?.repositories.clone();
    known.map(Answer::from).ok_or_else(|| Failure::not_modelled("repositories of a node whose world does not say them"))
}

/// The certificates of the world, and the one that the simulator's listener serves.
fn certificates(world: &mut World, call: &Call<'_>) -> Outcome {
    let node = node(world, call)?;
    let mut list = node.certificates.clone();
    if let Some(fingerprint) = node.ssl_fingerprint.clone() {
        let filename = "pve-ssl.pem".to_owned();
        list.push(crate::world::Certificate { filename, fingerprint, ..crate::world::Certificate::default() });
    }
    Ok(json!(list).into())
}

//! High availability: resources, groups (8.x) or rules (9.x), and the state of its managers.
//!
//! Source: live-api facts, section 9; pve-ha-manager `PVE::API2::HA::{Resources,Groups,Rules,Status}`. On 9.1 the groups have been
//! migrated to rules; only what a create says then is known, so the rest of the groups' methods is not modelled there.

use serde_json::{Map, Value, json};

use super::options::{self, Options};
use super::{Call, Outcome, Route, delete, get, guests, post, put};
use crate::contract::split_list;
use crate::failure::Failure;
use crate::world::{Release, World};

pub const ROUTES: &[Route] = &[
    get("/cluster/ha/resources", resources),
    post("/cluster/ha/resources", create_resource),
    get("/cluster/ha/resources/{sid}", read_resource),
    put("/cluster/ha/resources/{sid}", update_resource),
    delete("/cluster/ha/resources/{sid}", remove_resource),
    get("/cluster/ha/groups", groups),
    post("/cluster/ha/groups", create_group),
    get("/cluster/ha/groups/{group}", read_group),
    put("/cluster/ha/groups/{group}", update_group),
    delete("/cluster/ha/groups/{group}", remove_group),
    get("/cluster/ha/rules", rules),
    post("/cluster/ha/rules", create_rule),
    get("/cluster/ha/rules/{rule}", read_rule),
    put("/cluster/ha/rules/{rule}", update_rule),
    delete("/cluster/ha/rules/{rule}", remove_rule),
    get("/cluster/ha/status/current", status),
];

const MIGRATED: &str = "ha groups have been migrated to rules";

fn server(what: String) -> Failure {
    Failure::server(&what)
}

/// The resource that a path or a parameter names: `vm:100`, or `100` for whatever guest has that id.
fn sid(world: &World, call: &Call<'_>) -> String {
    let text = call.required("sid");
    let guest = text.parse().ok().and_then(|vmid: u32| Some((vmid, world.guests.get(&vmid)?)));
    guest.map_or(text, |(vmid, guest)| guests::sid(guest.kind, vmid))
}

fn resource_row(call: &Call<'_>, sid: &str, resource: &Options, all: &impl std::fmt::Debug) -> Map<String, Value> {
    let mut row = options::typed(call, "POST", "/cluster/ha/resources", resource);
    row.entry("state").or_insert_with(|| "started".into());
    row.insert("sid".to_owned(), sid.into());
    row.insert("type".to_owned(), sid.split(':').next().unwrap_or_default().into());
    row.insert("digest".to_owned(), options::digest(all).into());
    row
}

fn resources(world: &mut World, call: &Call<'_>) -> Outcome {
    let wanted = call.text("type");
    let all = &world.ha.resources;
    let fits = |sid: &str| wanted.as_ref().is_none_or(|kind| sid.starts_with(&format!("{kind}:")));
    let rows = all.iter().filter(|(sid, _)| fits(sid));
    Ok(Value::Array(rows.map(|(sid, one)| Value::Object(resource_row(call, sid, one, all))).collect()).into())
}

fn no_resource(sid: &str) -> Failure {
    server(format!("no such resource '{sid}'"))
}

fn read_resource(world: &mut World, call: &Call<'_>) -> Outcome {
    let sid = sid(world, call);
    let resource = world.ha.resources.get(&sid).ok_or_else(|| no_resource(&sid))?;
    Ok(Value::Object(resource_row(call, &sid, resource, &world.ha.resources)).into())
}

/// A group must exist on 8.4; on 9.1 there are none any more.
fn check_group(world: &World, call: &Call<'_>) -> Result<(), Failure> {
    let Some(group) = call.text("group") else { return Ok(()) };
    match world.release {
        Release::V9_1 => Err(server(format!("invalid parameter 'group': {MIGRATED}"))),
        Release::V8_4 if !world.ha.groups.contains_key(&group) => Err(server(format!("no such ha group '{group}'"))),
        Release::V8_4 => Ok(()),
    }
}

fn create_resource(world: &mut World, call: &Call<'_>) -> Outcome {
    let sid = sid(world, call);
    check_group(world, call)?;
    let vmid = sid.split(':').nth(1).and_then(|id| id.parse::<u32>().ok());
    let guest = vmid.and_then(|vmid| world.guests.get(&vmid).map(|guest| guests::sid(guest.kind, vmid)));
    if guest.as_ref() != Some(&sid) {
        return Err(server(format!("resource '{sid}' does not exist in cluster")));
    }
    let exists = || server(format!("resource ID '{sid}' already defined"));
    let resource = options::given(call, &["sid", "type"]);
    options::add(&mut world.ha.resources, sid.clone(), resource, exists)?;
    Ok(Value::Null.into())
}

fn update_resource(world: &mut World, call: &Call<'_>) -> Outcome {
    let sid = sid(world, call);
    check_group(world, call)?;
    options::check_digest(call, &world.ha.resources)?;
    let resource = world.ha.resources.get_mut(&sid).ok_or_else(|| no_resource(&sid))?;
    *resource = options::changed(call, resource, &[])?;
    Ok(Value::Null.into())
}

fn remove_resource(world: &mut World, call: &Call<'_>) -> Outcome {
    let sid = sid(world, call);
    let used = |rule: &Options| rule.get("resources").is_some_and(|list| split_list(list).contains(&sid.as_str()));
    if world.ha.rules.values().any(used) {
        return Err(Failure::not_modelled("removing a resource that rules name"));
    }
    world.ha.resources.remove(&sid).ok_or_else(|| no_resource(&sid))?;
    Ok(Value::Null.into())
}

fn check_groups_exist(world: &World) -> Result<(), Failure> {
    match world.release {
        Release::V8_4 => Ok(()),
        Release::V9_1 => Err(Failure::not_modelled("groups that have been migrated to rules")),
    }
}

fn group_row(call: &Call<'_>, id: &str, group: &Options, all: &impl std::fmt::Debug) -> Value {
    let mut row = options::typed(call, "POST", "/cluster/ha/groups", group);
    row.insert("group".to_owned(), id.into());
    row.insert("type".to_owned(), "group".into());
    row.insert("digest".to_owned(), options::digest(all).into());
    Value::Object(row)
}

fn groups(world: &mut World, call: &Call<'_>) -> Outcome {
    check_groups_exist(world)?;
    let all = &world.ha.groups;
    Ok(Value::Array(all.iter().map(|(id, group)| group_row(call, id, group, all)).collect()).into())
}

fn read_group(world: &mut World, call: &Call<'_>) -> Outcome {
    check_groups_exist(world)?;
    let id = call.required("group");
    let group = world.ha.groups.get(&id).ok_or_else(|| server(format!("no such ha group '{id}'")))?;
    Ok(group_row(call, &id, group, &world.ha.groups).into())
}

fn create_group(world: &mut World, call: &Call<'_>) -> Outcome {
    if world.release == Release::V9_1 {
        return Err(server(format!("cannot create group: {MIGRATED}")));
    }
    let id = call.required("group");
    let exists = || server(format!("ha group ID '{id}' already defined"));
    options::add(&mut world.ha.groups, id.clone(), options::given(call, &["group", "type"]), exists)?;
    Ok(Value::Null.into())
}

fn update_group(world: &mut World, call: &Call<'_>) -> Outcome {
    check_groups_exist(world)?;
    let id = call.required("group");
    options::check_digest(call, &world.ha.groups)?;
    let group = world.ha.groups.get_mut(&id).ok_or_else(|| server(format!("no such ha group '{id}'")))?;
    *group = options::changed(call, group, &[])?;
    Ok(Value::Null.into())
}

fn remove_group(world: &mut World, call: &Call<'_>) -> Outcome {
    check_groups_exist(world)?;
    let id = call.required("group");
    if world.ha.resources.values().any(|resource| resource.get("group") == Some(&id)) {
        return Err(Failure::not_modelled("removing a group that resources name"));
    }
    world.ha.groups.remove(&id).ok_or_else(|| server(format!("no such ha group '{id}'")))?;
    Ok(Value::Null.into())
}

fn rule_row(call: &Call<'_>, id: &str, rule: &Options, all: &impl std::fmt::Debug) -> Value {
    let mut row = options::typed(call, "POST", "/cluster/ha/rules", rule);
    row.insert("rule".to_owned(), id.into());
    row.insert("digest".to_owned(), options::digest(all).into());
    Value::Object(row)
}

fn rules(world: &mut World, call: &Call<'_>) -> Outcome {
    let (kind, resource) = (call.text("type"), call.text("resource"));
    let all = &world.ha.rules;
    let fits = |rule: &Options| {
        let names = rule.get("resources").map_or("", String::as_str);
        kind.as_ref().is_none_or(|kind| rule.get("type") == Some(kind))
            && resource.as_ref().is_none_or(|wanted| split_list(names).contains(&wanted.as_str()))
    };
    let rows = all.iter().filter(|(_, rule)| fits(rule)).map(|(id, rule)| rule_row(call, id, rule, all));
    Ok(Value::Array(rows.collect()).into())
}

fn no_rule(id: &str) -> Failure {
    server(format!("no such ha rule '{id}'"))
}

fn read_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("rule");
    let rule = world.ha.rules.get(&id).ok_or_else(|| no_rule(&id))?;
    Ok(rule_row(call, &id, rule, &world.ha.rules).into())
}

/// The resources of a rule must be managed, and its nodes be there.
fn check_rule(world: &World, rule: &Options) -> Result<(), Failure> {
    let list = |name: &str| split_list(rule.get(name).map_or("", String::as_str));
    let unmanaged: Vec<&str> =
        list("resources").into_iter().filter(|sid| !world.ha.resources.contains_key(*sid)).collect();
    if !unmanaged.is_empty() {
        return Err(server(format!("cannot use unmanaged resource(s) {}", unmanaged.join(", "))));
    }
    let is_known = |node: &&str| world.nodes.contains_key(node.split(':').next().unwrap_or_default());
    if !list("nodes").iter().all(is_known) {
        return Err(Failure::not_modelled("a rule for nodes that do not exist"));
    }
    Ok(())
}

fn create_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("rule");
    if world.ha.rules.contains_key(&id) {
        return Err(server(format!("HA rule '{id}' already defined")));
    }
    let rule = options::given(call, &["rule"]);
    check_rule(world, &rule)?;
    world.ha.rules.insert(id, rule);
    Ok(Value::Null.into())
}

fn update_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("rule");
    options::check_digest(call, &world.ha.rules)?;
    let rule = world.ha.rules.get(&id).ok_or_else(|| no_rule(&id))?;
    if rule.get("type") != call.text("type").as_ref() {
        return Err(Failure::not_modelled("changing the type of a rule"));
    }
    let rule = options::changed(call, rule, &[])?;
    check_rule(world, &rule)?;
    world.ha.rules.insert(id, rule);
    Ok(Value::Null.into())
}

fn remove_rule(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("rule");
    world.ha.rules.remove(&id).ok_or_else(|| no_rule(&id))?;
    Ok(Value::Null.into())
}

/// The quorum, the manager, the manager of each node, and each resource as it is.
fn status(world: &mut World, call: &Call<'_>) -> Outcome {
    let quorum = if world.cluster.quorate { "OK" } else { "No quorum!" };
    let mut rows = vec![json!({
        "id": "quorum", "type": "quorum", "node": call.node, "status": quorum, "quorate": u8::from(world.cluster.quorate),
    })];
    let now = world.clock.now();
    if let Some((master, _)) =
        world.nodes.iter().find(|(_, node)| node.online).filter(|_| !world.ha.resources.is_empty())
    {
        let status = format!("{master} (active)");
        rows.push(json!({ "id": "master", "type": "master", "node": master, "status": status, "timestamp": now }));
    }
    for (name, node) in &world.nodes {
        let state = if node.online { "active" } else { "old timestamp - dead?" };
        let status = format!("{name} ({state})");
        rows.push(
            json!({ "id": format!("lrm:{name}"), "type": "lrm", "node": name, "status": status, "timestamp": now }),
        );
    }
    for (sid, resource) in &world.ha.resources {
        let guest = sid.split(':').nth(1).and_then(|id| world.guests.get(&id.parse().ok()?));
        let Some(guest) = guest else { continue };
        let state = if guest.power == crate::world::Power::Running { "started" } else { "stopped" };
        let wanted = resource.get("state").map_or("started", String::as_str);
        rows.push(json!({
            "id": format!("service:{sid}"), "type": "service", "sid": sid, "node": guest.node, "state": state,
            "request_state": wanted, "crm_state": state, "status": format!("{sid} ({}, {state})", guest.node),
        }));
    }
    Ok(Value::Array(rows).into())
}

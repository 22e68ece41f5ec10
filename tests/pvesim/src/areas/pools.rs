//! Pools and what is in them. A nested pool's id has a `/`, which only the forms with a parameter can name.
//!
//! Source: live-api facts, section 9; pve-manager `PVE::API2::Pool` for the wordings.

use serde_json::{Value, json};

use super::{Call, Outcome, Route, delete, get, post, put};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Pool, World};

pub const ROUTES: &[Route] = &[
    get("/pools", list),
    post("/pools", create),
    put("/pools", update),
    delete("/pools", remove),
    get("/pools/{poolid}", read),
    put("/pools/{poolid}", update),
    delete("/pools/{poolid}", remove),
];

fn missing(id: &str) -> Failure {
    Failure::server(&format!("pool '{id}' does not exist"))
}

fn members(world: &World, call: &Call<'_>, pool: &Pool) -> Vec<Value> {
    let wanted = call.text("type");
    let wants = |kind: &str| wanted.as_ref().is_none_or(|wanted| wanted == kind);
    let guests = pool.guests.iter().filter_map(|vmid| Some((vmid, world.guests.get(vmid)?)));
    let guests = guests.filter(|(_, guest)| wants(guest.kind.name())).map(|(vmid, guest)| {
        let kind = guest.kind.name();
        json!({
            "id": format!("{kind}/{vmid}"), "type": kind, "vmid": vmid, "node": guest.node, "name": guest.name(*vmid),
            "status": if world.is_online(&guest.node) { guest.power.name() } else { "unknown" },
        })
    });
    let storages = pool.storages.iter().filter(|_| wants("storage")).filter_map(|id| {
        let storage = world.storages.get(id)?;
        let nodes = world.nodes.keys().filter(|node| storage.is_on(node));
        Some(nodes.map(
            move |node| json!({ "id": format!("storage/{node}/{id}"), "type": "storage", "storage": id, "node": node }),
        ))
    });
    guests.chain(storages.flatten()).collect()
}

fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    let only = call.text("poolid");
    if let Some(id) = &only {
        call.check(world, &format!("/pool/{id}"), "Pool.Audit")?;
        if !world.pools.contains_key(id) {
            return Err(missing(id));
        }
    }
    let rights = Rights::of(world, call.caller());
    let pools = world.pools.iter().filter(|(id, _)| only.as_ref().is_none_or(|only| only == *id));
    let mut rows = Vec::new();
    for (id, pool) in pools.filter(|(id, _)| rights.has(&format!("/pool/{id}"), "Pool.Audit")) {
        let mut row = json!({ "poolid": id });
        if let Some(comment) = &pool.comment {
            row["comment"] = comment.as_str().into();
        }
        if only.is_some() {
            row["members"] = members(world, call, pool).into();
        }
        rows.push(row);
    }
    Ok(Value::Array(rows).into())
}

fn read(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("poolid");
    let pool = world.pools.get(&id).ok_or_else(|| missing(&id))?;
    let mut answer = json!({ "members": members(world, call, pool) });
    if let Some(comment) = &pool.comment {
        answer["comment"] = comment.as_str().into();
    }
    Ok(answer.into())
}

fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("poolid");
    let failed = |what: String| Failure::server(&format!("create pool failed: {what}"));
    if world.pools.contains_key(&id) {
        return Err(failed(format!("pool '{id}' already exists")));
    }
    if let Some((parent, _)) = id.rsplit_once('/').filter(|(parent, _)| !world.pools.contains_key(*parent)) {
        return Err(failed(format!("parent '{parent}' of pool '{id}' does not exist")));
    }
    world.pools.insert(id, Pool { comment: call.text("comment"), ..Pool::default() });
    Ok(Value::Null.into())
}

/// Adds members, or removes them; the rights on each of them are needed too.
fn update(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("poolid");
    let failed = |what: String| Failure::server(&format!("update pools failed: {what}"));
    let removes = call.is_set("delete");
    let mut pool = world.pools.get(&id).cloned().ok_or_else(|| failed(format!("pool '{id}' does not exist")))?;
    if let Some(comment) = call.text("comment") {
        pool.comment = Some(comment).filter(|comment| !comment.is_empty());
    }
    let rights = call.rights(world);
    let check = |path: String, own: &str| {
        let missing = || Failure::permission(&format!("{path}, Permissions.Modify|{own}"));
        if rights.has_any(&path, &["Permissions.Modify", own]) { Ok(()) } else { Err(missing()) }
    };
    let mut moved = Vec::new();
    for vmid in call.list("vms").iter().filter_map(|vmid| vmid.parse::<u32>().ok()) {
        check(format!("/vms/{vmid}"), "VM.Allocate")?;
        if removes {
            if !pool.guests.remove(&vmid) {
                return Err(failed(format!("VM {vmid} is not a pool member")));
            }
            continue;
        }
        if !world.guests.contains_key(&vmid) {
            return Err(Failure::not_modelled("a guest in a pool that does not exist"));
        }
        if let Some(other) = world.pool_of(vmid).filter(|other| *other != id) {
            if !call.is_set("allow-move") {
                let what = format!("VM {vmid} belongs already to pool '{other}' and 'allow-move' is not set");
                return Err(failed(what));
            }
            moved.push((other.to_owned(), vmid));
        }
        if !pool.guests.insert(vmid) {
            return Err(failed(format!("VM {vmid} is already a pool member")));
        }
    }
    for storage in call.list("storage") {
        check(format!("/storage/{storage}"), "Datastore.Allocate")?;
        let changed = if removes { pool.storages.remove(&storage) } else { pool.storages.insert(storage.clone()) };
        if !changed {
            let what = if removes { "not" } else { "already" };
            return Err(failed(format!("Storage '{storage}' is {what} a pool member")));
        }
    }
    for (other, vmid) in moved {
        if let Some(other) = world.pools.get_mut(&other) {
            other.guests.remove(&vmid);
        }
    }
    world.pools.insert(id, pool);
    Ok(Value::Null.into())
}

fn remove(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("poolid");
    let failed = |what: String| Failure::server(&format!("delete pool failed: {what}"));
    let pool = world.pools.get(&id).ok_or_else(|| failed(format!("pool '{id}' does not exist")))?;
    let prefix = format!("{id}/");
    if !pool.guests.is_empty()
        || !pool.storages.is_empty()
        || world.pools.keys().any(|other| other.starts_with(&prefix))
    {
        return Err(failed(format!("pool '{id}' is not empty")));
    }
    world.pools.remove(&id);
    world.access.acl.retain(|entry| entry.path != format!("/pool/{id}"));
    Ok(Value::Null.into())
}

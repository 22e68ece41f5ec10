//! Backup jobs and replication jobs, as they are defined; nothing runs them.
//!
//! Source: live-api facts, section 9; pve-manager `PVE::API2::Backup` and `PVE::VZDump`, pve-guest-common `PVE::ReplicationConfig` for
//! the wordings. Backup jobs take no digest.

use serde_json::{Map, Value, json};

use super::options::{self, Options};
use super::properties::Properties;
use super::{Call, Outcome, Route, delete, get, guests, post, put};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Release, World};

pub const ROUTES: &[Route] = &[
    get("/cluster/backup", backups),
    post("/cluster/backup", create_backup),
    get("/cluster/backup/{id}", read_backup),
    put("/cluster/backup/{id}", update_backup),
    delete("/cluster/backup/{id}", remove_backup),
    get("/cluster/replication", replications),
    post("/cluster/replication", create_replication),
    get("/cluster/replication/{id}", read_replication),
    put("/cluster/replication/{id}", update_replication),
    delete("/cluster/replication/{id}", remove_replication),
];

/// Options that are answered as objects, though they are given as property strings.
const OBJECTS: [&str; 3] = ["prune-backups", "fleecing", "performance"];

fn backup_row(call: &Call<'_>, id: &str, job: &Options) -> Value {
    let mut row = options::typed(call, "POST", "/cluster/backup", job);
    for name in OBJECTS {
        if let Some(text) = job.get(name) {
            row.insert(name.to_owned(), Value::Object(Properties::parse(text, "enabled").into_object()));
        }
    }
    if let Some(paths) = job.get("exclude-path") {
        row.insert("exclude-path".to_owned(), crate::contract::split_list(paths).into());
    }
    row.entry("enabled").or_insert_with(|| 1.into());
    row.insert("id".to_owned(), id.into());
    row.insert("type".to_owned(), "vzdump".into());
    Value::Object(row)
}

fn backups(world: &mut World, call: &Call<'_>) -> Outcome {
    Ok(Value::Array(world.backup_jobs.iter().map(|(id, job)| backup_row(call, id, job)).collect()).into())
}

fn no_job(id: &str) -> Failure {
    Failure::parameter("id", &format!("No such job '{id}'"))
}

fn read_backup(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let job = world.backup_jobs.get(&id).ok_or_else(|| no_job(&id))?;
    Ok(backup_row(call, &id, job).into())
}

/// What is root's, what excludes each other, and what must be there.
fn check_backup(world: &World, call: &Call<'_>, job: &Options) -> Result<(), Failure> {
    for option in ["tmpdir", "dumpdir", "script"] {
        if call.text(option).is_some() && call.caller() != crate::access::ROOT {
            return Err(Failure::parameter(option, "Only root may set this option."));
        }
    }
    if call.text("starttime").is_some() {
        if call.text("schedule").is_some() {
            return Err(Failure::parameter("starttime", "'starttime' and 'schedule' cannot both be set"));
        }
        return Err(Failure::not_modelled("jobs with a `starttime`"));
    }
    let is_set = |option: &str| job.get(option).is_some_and(|value| value != "0");
    for option in ["all", "exclude", "pool"] {
        if is_set(option) && is_set("vmid") {
            return Err(Failure::parameter(option, "option conflicts with option 'vmid'"));
        }
    }
    if !is_set("all") && !is_set("pool") && !is_set("vmid") {
        return Err(Failure::parameter("vmid", "property is missing"));
    }
    if let Some(storage) = job.get("storage").filter(|storage| !world.storages.contains_key(*storage)) {
        return Err(Failure::server(&format!("storage '{storage}' does not exist")));
    }
    Ok(())
}

fn create_backup(world: &mut World, call: &Call<'_>) -> Outcome {
    let generated = || format!("backup-{}", &guests::new_uuid(world, "backup")[..13]);
    let id = call.text("id").unwrap_or_else(generated);
    let job = options::given(call, &["id"]);
    check_backup(world, call, &job)?;
    let exists = || Failure::server(&format!("Job '{id}' already exists"));
    options::add(&mut world.backup_jobs, id.clone(), job, exists)?;
    Ok(Value::Null.into())
}

fn update_backup(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let job = world.backup_jobs.get(&id).ok_or_else(|| no_job(&id))?;
    let mut changed = options::changed(call, job, &[])?;
    // Which guests: what is newly said replaces what was.
    let selects = ["all", "pool", "vmid"].into_iter().find(|option| call.text(option).is_some_and(|text| text != "0"));
    if let Some(selects) = selects {
        changed.retain(|option, _| !["all", "pool", "vmid"].contains(&option.as_str()) || option == selects);
    }
    check_backup(world, call, &changed)?;
    world.backup_jobs.insert(id, changed);
    Ok(Value::Null.into())
}

fn remove_backup(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    world.backup_jobs.remove(&id).ok_or_else(|| no_job(&id))?;
    Ok(Value::Null.into())
}

/// The guest and the number of a replication job, `100-0`.
fn parts(id: &str) -> (u32, u32) {
    let (guest, number) = id.split_once('-').unwrap_or((id, "0"));
    (guest.parse().unwrap_or_default(), number.parse().unwrap_or_default())
}

fn replication_row(call: &Call<'_>, id: &str, job: &Options) -> Map<String, Value> {
    let (guest, number) = parts(id);
    let mut row = options::typed(call, "POST", "/cluster/replication", job);
    row.insert("id".to_owned(), id.into());
    row.insert("guest".to_owned(), guest.into());
    row.insert("jobnum".to_owned(), number.into());
    row
}

fn replications(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let visible = world.replication.iter().filter(|(id, _)| rights.has(&format!("/vms/{}", parts(id).0), "VM.Audit"));
    let rows = visible.map(|(id, job)| Value::Object(replication_row(call, id, job)));
    Ok(Value::Array(rows.collect()).into())
}

fn no_replication(id: &str) -> Failure {
    Failure::server(&format!("replication job '{id}' does not exist"))
}

fn read_replication(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    call.check(world, &format!("/vms/{}", parts(&id).0), "VM.Audit")?;
    let job = world.replication.get(&id).ok_or_else(|| no_replication(&id))?;
    let mut row = replication_row(call, &id, job);
    row.insert("digest".to_owned(), options::digest(&world.replication).into());
    Ok(Value::Object(row).into())
}

/// 8.4 does not know the privilege, and its schema names none in its place.
fn check_may_replicate(world: &World, call: &Call<'_>, id: &str) -> Result<(), Failure> {
    match world.release {
        Release::V9_1 => call.check(world, &format!("/vms/{}", parts(id).0), "VM.Replicate"),
        Release::V8_4 if call.caller() == crate::access::ROOT => Ok(()),
        Release::V8_4 => Err(Failure::not_modelled("who may replicate on 8.4")),
    }
}

fn create_replication(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    check_may_replicate(world, call, &id)?;
    let Some(guest) = world.guests.get(&parts(&id).0) else {
        return Err(Failure::not_modelled("replicating a guest that does not exist"));
    };
    let source = guest.node.clone();
    if !world.nodes.contains_key(&call.required("target")) || call.required("target") == source {
        return Err(Failure::not_modelled("replicating to a node that does not exist, or to its own"));
    }
    let mut job = options::given(call, &["id"]);
    job.entry("source".to_owned()).or_insert(source);
    let exists = || Failure::server(&format!("replication job '{id}' already exists"));
    options::add(&mut world.replication, id.clone(), job, exists)?;
    Ok(Value::Null.into())
}

fn update_replication(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    check_may_replicate(world, call, &id)?;
    options::check_digest(call, &world.replication)?;
    let job = world.replication.get_mut(&id).ok_or_else(|| no_replication(&id))?;
    *job = options::changed(call, job, &[])?;
    Ok(Value::Null.into())
}

/// Deleting is a mark, which the runner acts upon; with `force` the job goes at once.
fn remove_replication(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    check_may_replicate(world, call, &id)?;
    let job = world.replication.get_mut(&id).ok_or_else(|| no_replication(&id))?;
    if call.is_set("force") {
        world.replication.remove(&id);
    } else {
        let how = if call.is_set("keep") { "local" } else { "full" };
        job.insert("remove_job".to_owned(), how.to_owned());
    }
    Ok(json!(null).into())
}

//! Tasks: their status, their log, lists of them, and stopping one.
//!
//! Source: pve-manager `PVE::API2::Tasks`; live-api facts, section 10.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Route, delete, get};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Task, Upid, World};

pub const ROUTES: &[Route] = &[
    get("/cluster/tasks", recent),
    get("/nodes/{node}/tasks", list),
    get("/nodes/{node}/tasks/{upid}", index),
    get("/nodes/{node}/tasks/{upid}/status", status),
    get("/nodes/{node}/tasks/{upid}/log", log),
    delete("/nodes/{node}/tasks/{upid}", stop),
];

/// The task that the path names, if the caller may do this with it: it is the caller's own, or of somebody else and the caller
/// has the privilege on its node.
fn task_of(world: &World, call: &Call<'_>, privilege: &str) -> Result<(Task, Upid), Failure> {
    let text = call.required("upid");
    let Some(upid) = Upid::parse(&text) else { return Err(Failure::parameter("upid", "unable to parse worker upid")) };
    let found = world.tasks.get(&text).filter(|task| task.hidden_until_ms <= world.clock.now_ms);
    let Some(task) = found.filter(|_| upid.node == call.node) else {
        return Err(Failure::parameter("upid", "no such task"));
    };
    if upid.authid != call.caller() {
        call.check(world, &format!("/nodes/{}", call.node), privilege)?;
    }
    Ok((task.clone(), upid))
}

/// The parts of a UPID as lists and the status have them. Of a token's task, the user and the token stand apart.
fn parts(task: &Task, upid: &Upid) -> Map<String, Value> {
    let (user, token) = crate::access::split_token(&upid.authid)
        .map_or((upid.authid.as_str(), None), |(user, token)| (user, Some(token)));
    let mut parts = json!({
        "upid": task.upid, "node": upid.node, "pid": upid.pid, "pstart": upid.pstart, "starttime": upid.starttime,
        "type": upid.kind, "id": upid.id, "user": user,
    });
    if let Some(token) = token {
        parts["tokenid"] = token.into();
    }
    match parts {
        Value::Object(parts) => parts,
        _ => Map::new(),
    }
}

fn index(world: &mut World, call: &Call<'_>) -> Outcome {
    task_of(world, call, "Sys.Audit")?;
    Ok(json!([{ "name": "log" }, { "name": "status" }]).into())
}

/// Running or stopped, and how it ended. To ask after a running task moves the clock on, as a client's pause would.
fn status(world: &mut World, call: &Call<'_>) -> Outcome {
    let (mut task, upid) = task_of(world, call, "Sys.Audit")?;
    if !task.ended {
        world.clock.now_ms += world.clock.poll_step_ms;
        super::settle(world);
        task = world.tasks.get(&task.upid).cloned().unwrap_or(task);
    }
    let mut answer = parts(&task, &upid);
    answer.insert("status".to_owned(), if task.ended { "stopped" } else { "running" }.into());
    if task.ended {
        answer.insert("exitstatus".to_owned(), task.exitstatus.into());
    }
    Ok(Value::Object(answer).into())
}

/// The lines that are there by now; the last one of an ended task says how it ended.
fn lines(task: &Task, now_ms: u64) -> Vec<String> {
    let written = task.log.iter().filter(|line| line.at_ms <= now_ms).map(|line| line.text.clone());
    let last = task.ended.then(|| match task.exitstatus.as_str() {
        "OK" => "TASK OK".to_owned(),
        warnings if warnings.starts_with("WARNINGS") => format!("TASK {warnings}"),
        error => format!("TASK ERROR: {error}"),
    });
    written.chain(last).collect()
}

fn log(world: &mut World, call: &Call<'_>) -> Outcome {
    let (task, _) = task_of(world, call, "Sys.Audit")?;
    let lines = lines(&task, world.clock.now_ms);
    let total = lines.len();
    let start = usize::try_from(call.number("start").unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = usize::try_from(call.number("limit").unwrap_or(50)).unwrap_or(usize::MAX);
    let row = |(index, text): (usize, String)| json!({ "n": index + 1, "t": text });
    let mut rows: Vec<Value> = lines.into_iter().enumerate().skip(start).take(limit).map(row).collect();
    if total == 0 {
        // The web interface wants a line, so the server makes one.
        rows.push(json!({ "n": 1, "t": "no content" }));
    }
    Ok(Answer { data: Value::Array(rows), total: Some(total.max(1) as u64), changes: None })
}

/// Stops a running task; one that has ended stays as it is.
fn stop(world: &mut World, call: &Call<'_>) -> Outcome {
    let (task, _) = task_of(world, call, "Sys.Modify")?;
    let now = world.clock.now_ms;
    if let Some(task) = world.tasks.get_mut(&task.upid).filter(|task| !task.ended) {
        task.ended = true;
        task.ends_ms = Some(now);
        task.exitstatus = "interrupted by signal".to_owned();
    }
    Ok(Value::Null.into())
}

/// A row of a list; `status` has the text with which the task ended.
fn row(task: &Task) -> Option<Value> {
    let upid = Upid::parse(&task.upid)?;
    let mut row = parts(task, &upid);
    if let Some(end) = task.ends_ms.filter(|_| task.ended) {
        row.insert("endtime".to_owned(), (end / 1_000).into());
        row.insert("status".to_owned(), task.exitstatus.as_str().into());
    }
    Some(Value::Object(row))
}

/// Whether the caller may see a task in lists.
fn is_visible(rights: &Rights<'_>, caller: &str, upid: &Upid) -> bool {
    upid.authid == caller || rights.has(&format!("/nodes/{}", upid.node), "Sys.Audit")
}

/// The newest tasks of all nodes, newest first.
fn recent(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let visible = |task: &&Task| Upid::parse(&task.upid).is_some_and(|upid| is_visible(&rights, call.caller(), &upid));
    let rows: Vec<Value> = world.tasks.all.iter().rev().filter(visible).take(100).filter_map(row).collect();
    Ok(Value::Array(rows).into())
}

/// The tasks of a node, newest first, by the filters that are given.
fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let source = call.text("source").unwrap_or_else(|| "archive".to_owned());
    let fits = |task: &Task| {
        let Some(upid) = Upid::parse(&task.upid) else { return false };
        let is_failed = task.ended && task.exitstatus != "OK";
        let is_of_source = match source.as_str() {
            "active" => !task.ended,
            "archive" => task.ended,
            _ => true,
        };
        let in_time = call.number("since").is_none_or(|since| upid.starttime >= since)
            && call.number("until").is_none_or(|until| upid.starttime <= until);
        upid.node == call.node
            && is_of_source
            && in_time
            && is_visible(&rights, call.caller(), &upid)
            && (!call.is_set("errors") || is_failed)
            && call.text("vmid").is_none_or(|vmid| upid.id == vmid)
            && call.text("typefilter").is_none_or(|kind| upid.kind == kind)
            && call.text("userfilter").is_none_or(|user| upid.authid.to_lowercase().contains(&user.to_lowercase()))
            && has_status(task, &call.list("statusfilter"))
    };
    let rows: Vec<Value> = world.tasks.all.iter().rev().filter(|task| fits(task)).filter_map(row).collect();
    let total = rows.len();
    let start = usize::try_from(call.number("start").unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = usize::try_from(call.number("limit").unwrap_or(50)).unwrap_or(usize::MAX);
    let rows: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    Ok(Answer { data: Value::Array(rows), total: Some(total as u64), changes: None })
}

/// Whether a task ended in one of these ways; all do if none is named.
fn has_status(task: &Task, wanted: &[String]) -> bool {
    let own = match task.exitstatus.as_str() {
        "OK" => "ok",
        warnings if warnings.starts_with("WARNINGS") => "warning",
        "unexpected status" => "unknown",
        _ => "error",
    };
    wanted.is_empty() || (task.ended && wanted.iter().any(|name| name.eq_ignore_ascii_case(own)))
}

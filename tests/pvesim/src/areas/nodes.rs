//! `/nodes`: the list of nodes, and the release that each runs.

use serde_json::{Value, json};

use super::{Call, Outcome, Route, get};
use crate::access::Rights;
use crate::world::{Node, World};

pub const ROUTES: &[Route] = &[get("/nodes", nodes), get("/nodes/{node}/version", super::cluster::version)];

/// Every node; how it fares only for who may see that.
fn nodes(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let mut list = Vec::new();
    for (name, node) in &world.nodes {
        let mut row =
            if rights.has(&format!("/nodes/{name}"), "Sys.Audit") { row(name, node) } else { bare_row(name, node) };
        row["type"] = "node".into();
        if let Some(fingerprint) = &node.ssl_fingerprint {
            row["ssl_fingerprint"] = fingerprint.as_str().into();
        }
        list.push(row);
    }
    Ok(Value::Array(list).into())
}

fn bare_row(name: &str, node: &Node) -> Value {
    let status = if node.online { "online" } else { "offline" };
    json!({ "id": format!("node/{name}"), "node": name, "status": status })
}

/// A node in a list: what it has and how it fares. Of one that does not answer, only its name.
pub fn row(name: &str, node: &Node) -> Value {
    let mut row = bare_row(name, node);
    if node.online {
        row["maxcpu"] = node.maxcpu.into();
        row["maxmem"] = node.maxmem.into();
        row["mem"] = node.mem.into();
        row["uptime"] = node.uptime.into();
        row["cpu"] = 0.05.into();
        row["level"] = "".into();
    }
    row
}

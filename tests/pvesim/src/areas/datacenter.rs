//! Options of the datacenter, and the servers that metrics are sent to.
//!
//! Source: pve-manager `PVE::API2::{Cluster,Cluster::MetricServer}`; pve-cluster `PVE::DataCenterConfig`, which takes property strings
//! apart when it reads the file.

use serde_json::{Value, json};

use super::options::{self, Options};
use super::properties::Properties;
use super::{Call, Outcome, Route, delete, get, post, put};
use crate::contract::{Format, property_of};
use crate::failure::Failure;
use crate::world::World;

pub const ROUTES: &[Route] = &[
    get("/cluster/options", read_options),
    put("/cluster/options", set_options),
    get("/cluster/metrics/server", servers),
    get("/cluster/metrics/server/{id}", read_server),
    post("/cluster/metrics/server/{id}", create_server),
    put("/cluster/metrics/server/{id}", update_server),
    delete("/cluster/metrics/server/{id}", remove_server),
];

/// Property strings are answered as objects, but for the bandwidth limits; the registered tags as a list.
fn read_options(world: &mut World, call: &Call<'_>) -> Outcome {
    let given = &world.cluster.options;
    let mut answer = options::typed(call, "PUT", "/cluster/options", given);
    let method = call.table.get("PUT", "/cluster/options");
    for (name, text) in given.iter().filter(|(name, _)| *name != "bwlimit") {
        let schema = method.and_then(|method| property_of(&method.parameters.properties, name));
        if let Some(Format::Keys(keys)) = schema.and_then(|schema| schema.format.as_ref()) {
            let default = keys.iter().find(|(_, key)| key.default_key).map(|(name, _)| name.as_str());
            let mut object = Properties::parse(text, "").into_object();
            if let (Some(bare), Some(default)) = (object.remove(""), default) {
                object.insert(default.to_owned(), bare);
            }
            answer.insert(name.clone(), Value::Object(object));
        }
        if name == "registered-tags" {
            let tags = super::guests::normal_tags(text);
            answer.insert(name.clone(), tags.split(';').collect());
        }
    }
    Ok(Value::Object(answer).into())
}

fn set_options(world: &mut World, call: &Call<'_>) -> Outcome {
    world.cluster.options = options::changed(call, &world.cluster.options, &[])?;
    Ok(Value::Null.into())
}

/// Tokens are kept apart from the file and not answered.
const SECRETS: [&str; 3] = ["id", "token", "otel-headers"];

fn row(call: &Call<'_>, id: &str, server: &Options) -> Value {
    let mut row = options::typed(call, "POST", "/cluster/metrics/server/{id}", server);
    row.insert("id".to_owned(), id.into());
    Value::Object(row)
}

fn servers(world: &mut World, call: &Call<'_>) -> Outcome {
    let list = world.metrics.iter().map(|(id, server)| {
        let mut row = row(call, id, server);
        if row.get("disable").is_none() {
            row["disable"] = 0.into();
        }
        row
    });
    Ok(Value::Array(list.collect()).into())
}

fn missing(id: &str) -> Failure {
    Failure::server(&format!("status server entry '{id}' does not exist"))
}

fn read_server(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let server = world.metrics.get(&id).ok_or_else(|| missing(&id))?;
    let mut row = row(call, &id, server);
    row["digest"] = json!(options::digest(&world.metrics));
    Ok(row.into())
}

fn create_server(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let exists = || Failure::server(&format!("Metric server '{id}' already exists"));
    options::add(&mut world.metrics, id.clone(), options::given(call, &SECRETS), exists)?;
    Ok(Value::Null.into())
}

fn update_server(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    options::check_digest(call, &world.metrics)?;
    let server = world.metrics.get_mut(&id).ok_or_else(|| missing(&id))?;
    *server = options::changed(call, server, &SECRETS)?;
    Ok(Value::Null.into())
}

fn remove_server(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    world.metrics.remove(&id).ok_or_else(|| missing(&id))?;
    Ok(Value::Null.into())
}

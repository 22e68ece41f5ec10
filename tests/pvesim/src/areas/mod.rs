//! What the methods do, one file for each area of the API.
//!
//! A method is a function from the world and a [`Call`] to an [`Outcome`]; it gets parameters that the contract accepted, from
//! somebody whom the schema's permissions let pass, and is run on a world that nobody else touches meanwhile. Each area lists its
//! methods in a table of routes, `get("/nodes", nodes)`, which `tests/pvesim/reduce.py` reads to know what to keep of the schema;
//! so a route is written with the path as a literal. What stands in no table is answered 501 and fails the test.
//!
//! To add an area: a file here, its `ROUTES` in `AREAS`, its state in `world`, then run `tests/pvesim/reduce.py`.
//! What a task does when it ends stands in the area's `FINISHERS`, by its type.

mod access;
mod cluster;
mod datacenter;
mod firewall;
mod guests;
mod ha;
mod hardware;
mod jobs;
mod lxc;
mod network;
mod nodes;
mod options;
mod pools;
mod properties;
mod qemu;
mod storage;
mod tasks;
mod users;
mod volumes;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::access::Rights;
use crate::contract::Table;
use crate::failure::Failure;
use crate::http::Upload;
use crate::world::{Task, TaskStart, World};

/// The routes of every area.
const AREAS: &[&[Route]] = &[
    access::ROUTES,
    cluster::ROUTES,
    datacenter::ROUTES,
    firewall::ROUTES,
    ha::ROUTES,
    hardware::ROUTES,
    jobs::ROUTES,
    lxc::ROUTES,
    network::ROUTES,
    nodes::ROUTES,
    pools::ROUTES,
    qemu::ROUTES,
    storage::ROUTES,
    tasks::ROUTES,
    users::ROUTES,
];

/// What tasks of a type do to the world when they end. A type that is not here only ends.
const FINISHERS: &[&[(&str, Finisher)]] = &[lxc::FINISHERS, network::FINISHERS, qemu::FINISHERS, storage::FINISHERS];

/// What ends a task: its effect on the world, or why it failed after all. It is also asked of a task that fails by the script
/// of a test, for what such a failure takes back: [`Task::is_ok`] tells which.
pub type Finisher = fn(&mut World, &Task) -> Result<(), String>;

/// What does a method.
pub type Handler = fn(&mut World, &Call<'_>) -> Outcome;

/// An answer or a failure.
pub type Outcome = Result<Answer, Failure>;

/// An answer: `data`, and what a few methods say beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The answer proper.
    pub data: Value,
    /// How many there are in all, of a list that was cut.
    pub total: Option<u64>,
    /// The difference to the staged file, of the node's network.
    pub changes: Option<String>,
}

impl From<Value> for Answer {
    fn from(data: Value) -> Answer {
        Answer { data, ..Answer::default() }
    }
}

/// A method of an area.
pub struct Route {
    method: &'static str,
    path: &'static str,
    handler: Handler,
}

const fn get(path: &'static str, handler: Handler) -> Route {
    Route { method: "GET", path, handler }
}

const fn post(path: &'static str, handler: Handler) -> Route {
    Route { method: "POST", path, handler }
}

const fn put(path: &'static str, handler: Handler) -> Route {
    Route { method: "PUT", path, handler }
}

const fn delete(path: &'static str, handler: Handler) -> Route {
    Route { method: "DELETE", path, handler }
}

/// The function that does a method, if it is modelled.
pub fn handler(method: &str, path: &str) -> Option<Handler> {
    static ROUTES: OnceLock<BTreeMap<(&str, &str), Handler>> = OnceLock::new();
    let routes = ROUTES.get_or_init(|| {
        let all = AREAS.iter().copied().flatten();
        all.map(|route| ((route.method, route.path), route.handler)).collect()
    });
    routes.get(&(method, path)).copied()
}

/// Every method that is modelled: HTTP method and schema path.
pub fn modelled() -> impl Iterator<Item = (&'static str, &'static str)> {
    AREAS.iter().copied().flatten().map(|route| (route.method, route.path))
}

/// A call of a method, after the contract has accepted it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The schema path, `/nodes/{node}/qemu`.
    pub path: &'a str,
    /// The parameters, those of the path among them.
    pub parameters: &'a Map<String, Value>,
    /// The file that came with it; only for the method that takes one.
    pub upload: Option<&'a Upload>,
    /// Who asks; none where nobody need say it.
    pub authid: Option<&'a str>,
    /// The node that does the work: the one that the path names, or the one that was asked.
    pub node: &'a str,
    /// The methods of the release: they say what type an option has.
    pub table: &'a Table,
}

impl<'a> Call<'a> {
    /// A parameter as its text; none if it is not given. A number or a truth value of a JSON body has its text in a form.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.parameters.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A parameter that the schema requires, as its text.
    pub fn required(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A whole number; none if it is not given.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim_start_matches('+').parse().ok()
    }

    /// The VMID that the path or a parameter names.
    pub fn vmid(&self) -> Option<u32> {
        self.number("vmid").and_then(|vmid| u32::try_from(vmid).ok())
    }

    /// Whether a truth value is given and true.
    pub fn is_set(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "1")
    }

    /// The items of a list or an array; empty if it is not given.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.parameters.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => {
                let text = self.text(name).unwrap_or_default();
                crate::contract::split_list(&text).into_iter().map(str::to_owned).collect()
            }
        }
    }

    /// Who asks, as the text that stands in UPIDs and logs.
    pub fn caller(&self) -> &'a str {
        self.authid.unwrap_or("")
    }

    /// The rights of who asks.
    pub fn rights(&self, world: &'a World) -> Rights<'a> {
        Rights::of(world, self.caller())
    }

    /// Refuses unless the caller has a privilege on a path.
    ///
    /// # Errors
    /// The server's 403.
    pub fn check(&self, world: &World, path: &str, privilege: &str) -> Result<(), Failure> {
        let is_allowed = Rights::of(world, self.caller()).has(path, privilege);
        if is_allowed { Ok(()) } else { Err(Failure::permission(&format!("{path}, {privilege}"))) }
    }

    /// Starts a task on the node of the call and gives its UPID. What it does when it ends stands in `FINISHERS`; `data` is
    /// for that function.
    pub fn start_task(&self, world: &mut World, kind: &str, id: &str, data: Value) -> String {
        let start = TaskStart { node: self.node, kind, id, authid: self.caller(), data };
        world.tasks.start(world.clock.now_ms, start)
    }
}

/// The index of a directory: its names, each under a key.
fn index_of(key: &str, names: &[&str]) -> Outcome {
    let rows = names.iter().map(|name| serde_json::json!({ key: name })).collect();
    Ok(Value::Array(rows).into())
}

/// Ends the tasks that are due and lets them take effect, in the order in which they end.
pub fn settle(world: &mut World) {
    let now = world.clock.now_ms;
    for upid in world.tasks.due(now) {
        let Some(task) = world.tasks.get_mut(&upid) else { continue };
        task.ended = true;
        let task = task.clone();
        let kind = crate::world::Upid::parse(&upid).map(|upid| upid.kind).unwrap_or_default();
        // A task without data was started by a test, to look at tasks: it only ends.
        let finisher = FINISHERS.iter().copied().flatten().find(|(name, _)| *name == kind && !task.data.is_null());
        let Some((_, finish)) = finisher else { continue };
        if let (Err(error), Some(task)) = (finish(world, &task), world.tasks.get_mut(&upid)) {
            task.exitstatus = error;
        }
    }
}

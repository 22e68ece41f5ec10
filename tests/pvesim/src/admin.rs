//! The admin port: what [`crate::Sim`] offers, over HTTP and JSON, for clients that are no Rust. It is no part of the API that is
//! simulated and is served apart from it.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::areas;
use crate::fault::Fault;
use crate::http::{self, Connection, Head, Listener, Reply};
use crate::record::Record;
use crate::sim::Shared;
use crate::world::World;

/// The largest body, in bytes: a world of thousands of guests.
const MOST_BODY: usize = 256 << 20;

/// Listens for administrators.
///
/// # Errors
/// If the port is taken.
pub(crate) fn listen(port: u16, shared: &Arc<Shared>) -> Result<Listener, String> {
    let shared = Arc::clone(shared);
    http::listen(port, move |socket| serve(&shared, socket)).map_err(|error| format!("admin port {port}: {error}"))
}

fn serve(shared: &Shared, socket: TcpStream) {
    let Ok(mut connection) = Connection::new(socket, None) else { return };
    while let Some(text) = connection.read_head() {
        let reply = match Head::read(&text) {
            Ok(head) if head.length() <= MOST_BODY => {
                let Some(body) = connection.read_body(head.length()) else { break };
                answer(shared, &head, &body)
            }
            Ok(_) => Err("the body is too large".to_owned()),
            Err(failure) => Err(failure.message),
        };
        let reply = reply.map_or_else(|reason| reply_of(400, &json!({ "error": reason })), |data| reply_of(200, &data));
        if connection.send(&reply.bytes(true, false, 0)).is_err() {
            break;
        }
    }
    connection.close();
}

fn reply_of(status: u16, data: &Value) -> Reply {
    let mut reply = Reply::data(Map::new());
    reply.status = status;
    reply.reason = if status == 200 { "OK" } else { "Bad Request" }.to_owned();
    reply.body = data.to_string().into_bytes();
    reply
}

/// Does what is asked; what is wrong otherwise.
fn answer(shared: &Shared, head: &Head, body: &[u8]) -> Result<Value, String> {
    let body = || -> Result<Value, String> { serde_json::from_slice(body).map_err(|error| error.to_string()) };
    let done = json!({});
    match (head.method.as_str(), head.path.as_str()) {
        ("GET", "/world") => to_json(&shared.state().world),
        ("PUT", "/world") => {
            let world: World = from_json(body()?)?;
            shared.state().world = world;
            Ok(done)
        }
        ("POST", "/world/patch") => shared.patch(body()?).map(|()| done),
        ("GET", "/requests") => to_json(&shared.state().record.requests),
        ("GET", "/violations") => to_json(&shared.state().record.violations),
        ("GET", "/in-flight") => to_json(&shared.state().record.in_flight),
        ("POST", "/forget") => {
            shared.state().record = Record::default();
            Ok(done)
        }
        ("GET", "/faults") => to_json(&shared.state().faults),
        ("POST", "/faults") => {
            let fault: Fault = from_json(body()?)?;
            shared.state().faults.push(fault);
            Ok(done)
        }
        ("DELETE", "/faults") => {
            shared.state().faults.clear();
            Ok(done)
        }
        ("POST", "/clock/advance") => {
            let ms = body()?["ms"].as_u64().ok_or("`ms` is a whole number")?;
            let mut state = shared.state();
            state.world.clock.now_ms += ms;
            areas::settle(&mut state.world);
            Ok(done)
        }
        ("POST", "/latency") => {
            let ms = body()?["ms"].as_u64().ok_or("`ms` is a whole number")?;
            shared.set_latency(Duration::from_millis(ms));
            Ok(done)
        }
        ("POST", "/tickets/expire") => {
            shared.state().world.access.ticket_key += 1;
            Ok(done)
        }
        (method, path) => Err(format!("no such request: {method} {path}")),
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn from_json<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

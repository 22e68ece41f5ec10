//! Faults: each of them as a client meets it, before and after the effect of its request; and the admin port.

use std::time::{Duration, Instant};

use pvesim::world::TaskStart;
use pvesim::{Action, Fault, Options, Sim};
use serde_json::{Value, json};

use crate::support::{Client, Reply, get, lab, log_in, request, sim, token};

/// A task that runs until it is stopped; to stop it is an effect that can be seen.
fn task(sim: &Sim) -> String {
    sim.with_world(|world| {
        let start = TaskStart { node: "pve1", kind: "qmstart", id: "100", authid: "ann@pve!cut", data: Value::Null };
        let upid = world.tasks.start(world.clock.now_ms, start);
        world.tasks.get_mut(&upid).expect("it was just started").ends_ms = None;
        upid
    })
}

fn stop(sim: &Sim, upid: &str) -> Option<Reply> {
    request(sim, "DELETE", &format!("/nodes/pve1/tasks/{upid}"), &[&token("ann@pve!cut")], "")
}

fn is_stopped(sim: &Sim, upid: &str) -> bool {
    sim.with_world(|world| world.tasks.get(upid).expect("it is there").ended)
}

#[test]
fn a_failure_once_and_then_none() {
    let sim = sim();
    let action =
        Action::Status { status: 500, reason: "got no worker upid".to_owned(), errors: [].into(), bare: false };
    sim.fault(Fault::new("GET", "/version", action));
    let reply = get(&sim, "/version");
    assert_eq!((reply.status, reply.reason.as_str()), (500, "got no worker upid"));
    assert_eq!(reply.json()["message"], "got no worker upid\n");
    assert_eq!(get(&sim, "/version").status, 200);
    sim.assert_clean();
}

#[test]
fn the_second_and_third_request_fail() {
    let sim = sim();
    let action =
        Action::Status { status: 596, reason: "Connection timed out".to_owned(), errors: [].into(), bare: false };
    sim.fault(Fault::new("GET", "/nodes/*/tasks", action).nth(2).times(2));
    let statuses: Vec<u16> = (0..4).map(|_| get(&sim, "/nodes/pve2/tasks").status).collect();
    assert_eq!(statuses, [200, 596, 596, 200]);
}

#[test]
fn a_reset_before_changes_nothing_and_one_after_has_changed_it() {
    let sim = sim();
    let upid = task(&sim);
    sim.fault(Fault::new("DELETE", "/nodes/**", Action::Reset));
    assert!(stop(&sim, &upid).is_none());
    assert!(!is_stopped(&sim, &upid));
    sim.fault(Fault::new("DELETE", "/nodes/**", Action::Reset).after());
    assert!(stop(&sim, &upid).is_none());
    assert!(is_stopped(&sim, &upid), "it was done, and the answer was lost");
}

#[test]
fn an_error_of_the_way_back_may_hide_a_success() {
    let sim = sim();
    let upid = task(&sim);
    let action = Action::Status { status: 596, reason: "Broken pipe".to_owned(), errors: [].into(), bare: true };
    sim.fault(Fault::new("DELETE", "/nodes/**", action).after());
    let reply = stop(&sim, &upid).expect("answered");
    assert_eq!((reply.status, reply.body.len()), (596, 0));
    assert!(is_stopped(&sim, &upid));
}

#[test]
fn answers_can_be_broken_in_many_ways() {
    let sim = sim();
    let once = |action: Action| sim.fault(Fault::new("GET", "/version", action));
    once(Action::Truncate);
    assert!(request(&sim, "GET", "/version", &[&token("root@pam!audit")], "").is_none());
    once(Action::Html { status: 502 });
    let page = get(&sim, "/version");
    assert_eq!((page.status, page.header("Content-Type")), (502, Some("text/html")));
    once(Action::ContentType { value: "text/plain".to_owned() });
    assert_eq!(get(&sim, "/version").header("Content-Type"), Some("text/plain"));
    once(Action::EmptyBody);
    assert!(get(&sim, "/version").body.is_empty());
    once(Action::InvalidJson);
    assert!(serde_json::from_slice::<Value>(&get(&sim, "/version").body).is_err());
    assert_eq!(get(&sim, "/version").status, 200);
}

#[test]
fn a_message_only_in_the_reason() {
    let sim = sim();
    sim.fault(Fault::new("GET", "/nodes/ghost/tasks", Action::ReasonOnly));
    let reply = get(&sim, "/nodes/ghost/tasks");
    assert!(reply.reason.starts_with("hostname lookup"));
    assert_eq!(reply.json(), json!({ "data": null }));
}

#[test]
fn pauses_and_silence_take_real_time() {
    let sim = sim();
    sim.fault(Fault::new("GET", "/version", Action::Delay { ms: 300 }));
    let start = Instant::now();
    assert_eq!(get(&sim, "/version").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
    sim.fault(Fault::new("GET", "/version", Action::Hang { ms: 300 }));
    let start = Instant::now();
    assert!(request(&sim, "GET", "/version", &[&token("root@pam!audit")], "").is_none());
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_connection_can_end_although_it_said_it_would_not() {
    let sim = sim();
    sim.fault(Fault::new("GET", "/version", Action::CloseSilently));
    let mut client = Client::new(&sim.url());
    client.send(&format!("GET /api2/json/version HTTP/1.1\r\n{}\r\n\r\n", token("root@pam!audit")));
    assert_eq!(client.reply().expect("answered").header("Connection"), Some("Keep-Alive"));
    assert!(client.has_ended());
}

#[test]
fn tickets_expire_in_the_middle() {
    let sim = sim();
    let lines = log_in(&sim, "root@pam", "secret");
    sim.fault(Fault::new("GET", "/cluster/status", Action::ExpireTickets));
    let ask = |path: &str| request(&sim, "GET", path, &[&lines[0]], "").expect("answered").status;
    assert_eq!(ask("/version"), 200);
    assert_eq!(ask("/cluster/status"), 401);
    assert_eq!(ask("/version"), 401);
}

#[test]
fn somebody_else_changes_something_just_before() {
    let sim = sim();
    let patch = json!({ "guests": { "100": { "config": { "name": "dns-2" } } } });
    sim.fault(Fault::new("GET", "/cluster/resources", Action::Edit { patch }));
    let list = get(&sim, "/cluster/resources?type=vm").data();
    assert_eq!(list[0]["name"], "dns-2");
    sim.assert_clean();
    let patch = json!({ "guests": { "100": { "colour": "red" } } });
    sim.fault(Fault::new("GET", "/version", Action::Edit { patch }));
    sim.expect_violation("Script: EDIT the world: unknown field `colour`");
    assert_eq!(get(&sim, "/version").status, 200);
    sim.assert_clean();
}

#[test]
fn requests_are_logged_without_their_secrets() {
    let sim = sim();
    log_in(&sim, "root@pam", "secret");
    let requests = sim.requests();
    let login = &requests[0];
    assert_eq!((login.method.as_str(), login.path.as_str(), login.status), ("POST", "/access/ticket", Some(200)));
    assert_eq!(login.parameters["password"], "**********");
    get(&sim, "/nodes/pve2/tasks");
    let last = sim.requests().pop().expect("there are some");
    assert_eq!(last.authid.as_deref(), Some("root@pam!audit"));
    assert_eq!(last.schema_path.as_deref(), Some("/nodes/{node}/tasks"));
}

#[test]
fn requests_in_flight_are_counted_by_the_node_that_works() {
    let options = Options { world: lab(), latency: Duration::from_millis(200), ..Options::default() };
    let sim = Sim::start(options).expect("a port is free");
    std::thread::scope(|scope| {
        for path in ["/nodes/pve2/tasks", "/nodes/pve2/tasks", "/nodes/pve2/tasks", "/version"] {
            scope.spawn(|| assert_eq!(get(&sim, path).status, 200));
        }
    });
    let in_flight = sim.in_flight();
    assert_eq!((in_flight["pve2"].most, in_flight["pve2"].now), (3, 0));
    assert_eq!(in_flight["pve1"].most, 1);
    sim.set_latency(Duration::ZERO);
    sim.forget();
    assert!(sim.in_flight().is_empty() && sim.requests().is_empty());
}

/// Asks the admin port.
fn admin(sim: &Sim, method: &str, path: &str, body: &str) -> Reply {
    let mut client = Client::new(&sim.admin_url().expect("it listens"));
    client.send(&format!("{method} {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    client.reply().expect("it is answered")
}

#[test]
fn the_admin_port_does_what_the_handle_does() {
    let options = Options { world: lab(), admin_port: Some(0), ..Options::default() };
    let sim = Sim::start(options).expect("ports are free");
    let fault = r#"{ "path": "/version", "action": { "kind": "status", "status": 503, "reason": "no" } }"#;
    assert_eq!(admin(&sim, "POST", "/faults", fault).status, 200);
    assert_eq!(get(&sim, "/version").status, 503);
    assert_eq!(admin(&sim, "GET", "/faults", "").json()[0]["seen"], 1);
    assert_eq!(admin(&sim, "DELETE", "/faults", "").status, 200);

    let world = admin(&sim, "GET", "/world", "").json();
    assert_eq!(world["guests"]["100"]["config"]["name"], "dns");
    assert_eq!(admin(&sim, "POST", "/world/patch", r#"{ "guests": { "100": null } }"#).status, 200);
    assert!(!sim.world().guests.contains_key(&100));
    assert_eq!(admin(&sim, "PUT", "/world", &world.to_string()).status, 200);
    assert!(sim.world().guests.contains_key(&100));
    assert_eq!(admin(&sim, "PUT", "/world", r#"{ "colour": "red" }"#).status, 400);

    let before = sim.world().clock.now_ms;
    assert_eq!(admin(&sim, "POST", "/clock/advance", r#"{ "ms": 60000 }"#).status, 200);
    assert_eq!(sim.world().clock.now_ms, before + 60_000);
    assert_eq!(admin(&sim, "POST", "/latency", r#"{ "ms": 1 }"#).status, 200);
    assert_eq!(admin(&sim, "POST", "/tickets/expire", "").status, 200);
    assert_eq!(sim.world().access.ticket_key, 1);

    get(&sim, "/ghosts");
    assert_eq!(admin(&sim, "GET", "/violations", "").json()[0]["rule"], "not-modelled");
    assert_eq!(admin(&sim, "GET", "/requests", "").json()[0]["status"], 503);
    assert_eq!(admin(&sim, "GET", "/in-flight", "").json()["pve1"]["now"], 0);
    assert_eq!(admin(&sim, "POST", "/forget", "").status, 200);
    assert_eq!(admin(&sim, "GET", "/violations", "").json(), json!([]));
    assert_eq!(admin(&sim, "GET", "/ghosts", "").json()["error"], "no such request: GET /ghosts");
    sim.assert_clean();
}

//! Tasks: ids, status, logs and lists, by the cluster's own clock.

use std::time::Duration;

use pvesim::Sim;
use pvesim::world::{LogLine, TaskStart, Upid};
use serde_json::{Value, json};

use crate::support::{Reply, get, request, sim, token};

fn start(sim: &Sim, kind: &str, authid: &str) -> String {
    sim.with_world(|world| {
        let start = TaskStart { node: "pve1", kind, id: "100", authid, data: Value::Null };
        world.tasks.start(world.clock.now_ms, start)
    })
}

fn status(sim: &Sim, upid: &str) -> Value {
    get(sim, &format!("/nodes/pve1/tasks/{upid}/status")).data()
}

fn ids(reply: &Reply) -> Vec<String> {
    let list = reply.data();
    let rows = list.as_array().expect("a list");
    rows.iter().map(|row| row["upid"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_task_runs_for_two_seconds_of_the_cluster() {
    let sim = sim();
    let upid = start(&sim, "qmstart", "root@pam!audit");
    let parts = Upid::parse(&upid).expect("it is one");
    assert_eq!((parts.kind.as_str(), parts.id.as_str(), parts.authid.as_str()), ("qmstart", "100", "root@pam!audit"));
    let first = status(&sim, &upid);
    assert_eq!((&first["status"], &first["exitstatus"]), (&json!("running"), &Value::Null));
    assert_eq!((&first["user"], &first["tokenid"]), (&json!("root@pam"), &json!("audit")));
    // Each question is a second later, without a wait.
    let second = status(&sim, &upid);
    assert_eq!((&second["status"], &second["exitstatus"]), (&json!("stopped"), &json!("OK")));
    sim.assert_clean();
}

#[test]
fn upids_may_come_escaped_or_not() {
    let sim = sim();
    let upid = start(&sim, "qmstart", "ann@pve!whole");
    let escaped = upid.replace(':', "%3A").replace('@', "%40").replace('!', "%21");
    assert_eq!(status(&sim, &upid)["upid"], upid.as_str());
    assert_eq!(status(&sim, &escaped)["upid"], upid.as_str());
    sim.assert_clean();
}

#[test]
fn the_log_grows_and_ends_with_how_the_task_ended() {
    let sim = sim();
    let upid = start(&sim, "qmcreate", "root@pam!audit");
    sim.with_world(|world| {
        let now = world.clock.now_ms;
        let task = world.tasks.get_mut(&upid).expect("it was just started");
        let lines = [(0, "creating disk"), (1_000, "half of it")];
        task.log = lines.map(|(at, text)| LogLine { at_ms: now + at, text: text.to_owned() }).into();
        task.exitstatus = "no space left".to_owned();
    });
    let log = |query: &str| get(&sim, &format!("/nodes/pve1/tasks/{upid}/log{query}"));
    assert_eq!(log("").data(), json!([{ "n": 1, "t": "creating disk" }]));
    sim.advance(Duration::from_secs(5));
    assert_eq!(
        log("?start=1").data(),
        json!([{ "n": 2, "t": "half of it" }, { "n": 3, "t": "TASK ERROR: no space left" }])
    );
    assert_eq!(log("?limit=1").json()["total"], 3);
    assert_eq!(status(&sim, &upid)["exitstatus"], "no space left");
    sim.assert_clean();
}

#[test]
fn a_task_with_warnings_is_no_error() {
    let sim = sim();
    let upid = start(&sim, "vzdump", "root@pam!audit");
    sim.with_world(|world| "WARNINGS: 2".clone_into(&mut world.tasks.get_mut(&upid).expect("started").exitstatus));
    sim.advance(Duration::from_secs(5));
    assert_eq!(status(&sim, &upid)["exitstatus"], "WARNINGS: 2");
    assert_eq!(ids(&get(&sim, "/nodes/pve1/tasks?statusfilter=warning")), [upid.as_str()]);
    assert!(ids(&get(&sim, "/nodes/pve1/tasks?statusfilter=error,ok")).is_empty());
}

#[test]
fn unknown_tasks_are_errors_of_the_parameter() {
    let sim = sim();
    let error = |path: &str| {
        let reply = get(&sim, path);
        assert_eq!(reply.status, 400);
        reply.error("upid")
    };
    assert_eq!(error("/nodes/pve1/tasks/nonsense/status"), "unable to parse worker upid");
    let unknown = "UPID:pve1:00001000:00100000:6955B900:qmstart:100:root@pam:";
    assert_eq!(error(&format!("/nodes/pve1/tasks/{unknown}/status")), "no such task");
    let upid = start(&sim, "qmstart", "root@pam!audit");
    assert_eq!(error(&format!("/nodes/pve2/tasks/{upid}/status")), "no such task", "it is on another node");
    sim.with_world(|world| world.tasks.hidden_ms = 500);
    let hidden = start(&sim, "qmstart", "root@pam!audit");
    assert_eq!(error(&format!("/nodes/pve1/tasks/{hidden}/status")), "no such task", "not yet");
    sim.advance(Duration::from_millis(600));
    assert_eq!(status(&sim, &hidden)["status"], "running");
    sim.assert_clean();
}

#[test]
fn lists_are_filtered_and_cut() {
    let sim = sim();
    let running = start(&sim, "qmstart", "root@pam!audit");
    let failed = start(&sim, "qmcreate", "ann@pve!cut");
    sim.with_world(|world| {
        world.tasks.get_mut(&running).expect("started").ends_ms = None;
        "it broke".clone_into(&mut world.tasks.get_mut(&failed).expect("started").exitstatus);
    });
    let done = start(&sim, "qmstop", "ann@pve");
    sim.advance(Duration::from_secs(5));
    let list = |query: &str| ids(&get(&sim, &format!("/nodes/pve1/tasks{query}")));
    assert_eq!(list(""), [done.as_str(), failed.as_str()], "newest first, and only what has ended");
    assert_eq!(list("?source=active"), [running.as_str()]);
    assert_eq!(list("?source=all").len(), 3);
    assert_eq!(list("?errors=1"), [failed.as_str()]);
    assert_eq!(list("?typefilter=qmstop&vmid=100"), [done.as_str()]);
    assert!(list("?vmid=101").is_empty());
    assert_eq!(list("?userfilter=ANN").len(), 2);
    assert_eq!(list("?start=1"), [failed.as_str()]);
    assert_eq!(get(&sim, "/nodes/pve1/tasks?limit=1").json()["total"], 2);
    assert_eq!(ids(&get(&sim, "/cluster/tasks")).len(), 3);
    sim.assert_clean();
}

#[test]
fn others_see_only_their_own_tasks() {
    let sim = sim();
    let own = start(&sim, "qmstart", "ann@pve!cut");
    let other = start(&sim, "qmstop", "root@pam");
    let ask = |method: &str, path: &str| request(&sim, method, path, &[&token("ann@pve!cut")], "").expect("answered");
    sim.advance(Duration::from_secs(5));
    assert_eq!(ids(&ask("GET", "/cluster/tasks")), [own.as_str()]);
    assert_eq!(ask("GET", &format!("/nodes/pve1/tasks/{own}/log")).status, 200);
    let refused = ask("GET", &format!("/nodes/pve1/tasks/{other}/status"));
    assert_eq!((refused.status, refused.reason.as_str()), (403, "Permission check failed (/nodes/pve1, Sys.Audit)"));
    let refused = ask("DELETE", &format!("/nodes/pve1/tasks/{other}"));
    assert_eq!(refused.reason, "Permission check failed (/nodes/pve1, Sys.Modify)");
    sim.assert_clean();
}

#[test]
fn a_task_can_be_stopped() {
    let sim = sim();
    let upid = start(&sim, "qmstart", "ann@pve!cut");
    sim.with_world(|world| world.tasks.get_mut(&upid).expect("started").ends_ms = None);
    sim.advance(Duration::from_secs(3_600));
    assert_eq!(status(&sim, &upid)["status"], "running");
    let path = format!("/nodes/pve1/tasks/{upid}");
    let reply = request(&sim, "DELETE", &path, &[&token("ann@pve!cut")], "").expect("answered");
    assert_eq!((reply.status, reply.data()), (200, Value::Null));
    assert_eq!(status(&sim, &upid)["exitstatus"], "interrupted by signal");
    sim.assert_clean();
}

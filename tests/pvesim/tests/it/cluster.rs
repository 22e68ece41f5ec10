//! The cluster: what is listed, nodes that do not answer, no quorum, and the world in and out.

use pvesim::world::{Release, World};
use pvesim::{Contract, Options, Sim, Table};
use serde_json::{Value, json};

use crate::support::{get, lab, log_in, request, request_at, sim, token};

fn row(list: &Value, id: &str) -> Value {
    let rows = list.as_array().expect("a list");
    rows.iter().find(|row| row["id"] == id).cloned().unwrap_or_else(|| panic!("no {id} in {list}"))
}

#[test]
fn both_releases_say_what_they_are() {
    for release in Release::ALL {
        let world = World { release, ..lab() };
        let sim = Sim::start(Options { world, ..Options::default() }).expect("a port is free");
        assert_eq!(get(&sim, "/version").data()["release"], release.name());
        assert_eq!(get(&sim, "/nodes/pve2/version").data(), get(&sim, "/version").data());
        for path in [
            "/cluster/status",
            "/cluster/resources",
            "/nodes",
            "/cluster/nextid",
            "/access/permissions",
            "/cluster/tasks",
        ] {
            assert_eq!(get(&sim, path).status, 200, "{} {path}", release.name());
        }
        sim.assert_clean();
    }
}

#[test]
fn the_status_names_the_cluster_and_its_nodes() {
    let sim = sim();
    let status = get(&sim, "/cluster/status").data();
    let cluster = row(&status, "cluster");
    assert_eq!((&cluster["name"], &cluster["nodes"], &cluster["quorate"]), (&json!("homelab"), &json!(2), &json!(1)));
    assert_eq!(row(&status, "node/pve1")["local"], 1);
    assert_eq!(row(&status, "node/pve2")["local"], 0);
    sim.assert_clean();
}

#[test]
fn a_node_that_does_not_answer_leaves_its_guests_unknown() {
    let endpoints = vec!["pve1".to_owned(), "pve2".to_owned()];
    let sim = Sim::start(Options { world: lab(), endpoints, ..Options::default() }).expect("ports are free");
    sim.patch(json!({ "nodes": { "pve2": { "online": false } } })).expect("it is a world");
    let resources = get(&sim, "/cluster/resources").data();
    assert_eq!(row(&resources, "lxc/101")["status"], "unknown");
    assert_eq!(row(&resources, "node/pve2")["status"], "offline");
    assert_eq!(row(&resources, "storage/pve2/local")["status"], "unknown");
    assert_eq!(row(&resources, "qemu/100")["status"], "running");
    assert_eq!(row(&get(&sim, "/cluster/status").data(), "node/pve2")["online"], 0);

    let reply = get(&sim, "/nodes/pve2/tasks");
    assert_eq!((reply.status, reply.reason.as_str()), (595, "No route to host"));
    assert!(reply.body.is_empty());
    let url = sim.url_of("pve2").expect("it listened");
    assert!(request_at(&url, "GET", "/version", &[&token("root@pam!audit")], "").is_none(), "it hangs up");
    sim.assert_clean();
}

#[test]
fn an_unknown_node_cannot_be_looked_up() {
    let sim = sim();
    let reply = get(&sim, "/nodes/ghost/tasks");
    let expected = "hostname lookup 'ghost' failed - failed to get address info for: ghost: Name or service not known";
    assert_eq!((reply.status, reply.reason.as_str()), (500, expected));
    sim.assert_clean();
}

#[test]
fn the_next_free_id_is_a_text() {
    let sim = sim();
    assert_eq!(get(&sim, "/cluster/nextid").data(), "102");
    assert_eq!(get(&sim, "/cluster/nextid?vmid=200").data(), "200");
    let taken = get(&sim, "/cluster/nextid?vmid=100");
    assert_eq!((taken.status, taken.error("vmid").as_str()), (400, "VM 100 already exists"));
    sim.assert_clean();
}

#[test]
fn how_nodes_fare_is_for_auditors() {
    let sim = sim();
    assert!(row(&get(&sim, "/nodes").data(), "node/pve1")["maxmem"].is_u64());
    let reply = request(&sim, "GET", "/nodes", &[&token("ann@pve!cut")], "").expect("answered");
    let row = row(&reply.data(), "node/pve1");
    assert_eq!((&row["status"], &row["maxmem"]), (&json!("online"), &Value::Null));
    sim.assert_clean();
}

#[test]
fn without_quorum_one_can_still_read_and_log_in() {
    let sim = sim();
    sim.patch(json!({ "cluster": { "quorate": false } })).expect("it is a world");
    assert_eq!(row(&get(&sim, "/cluster/status").data(), "cluster")["quorate"], 0);
    log_in(&sim, "root@pam", "secret");
    sim.assert_clean();
}

#[test]
fn a_world_goes_out_as_it_came_in() {
    let world = lab();
    let text = world.to_json();
    assert_eq!(World::from_json(&text), Ok(world));
    let refused =
        World::from_json(r#"{ "nodes": { "pve1": { "colour": "red" } } }"#).expect_err("nodes have no colour");
    assert!(refused.contains("colour"), "{refused}");
}

#[test]
fn a_patch_that_makes_no_world_changes_nothing() {
    let sim = sim();
    let before = sim.world();
    assert!(sim.patch(json!({ "nodes": { "pve1": { "online": "perhaps" } } })).is_err());
    assert_eq!(sim.world(), before);
}

#[test]
fn the_official_schema_can_be_the_law() {
    if Table::official_file(Release::V9_1).is_none() {
        assert!(std::env::var("CI").is_err(), "no official schema: set HLAB_SHARED");
        println!("skipped: no official schema in ../shared");
        return;
    }
    let options = Options { world: lab(), contract: Contract::Official, ..Options::default() };
    let sim = Sim::start(options).expect("a port is free");
    assert_eq!(get(&sim, "/cluster/resources").status, 200);
    sim.assert_clean();
    // Of the API, but of no area: not answered with an invention.
    sim.expect_violation("in the API, but not modelled here");
    assert_eq!(get(&sim, "/cluster/ceph/status").status, 501);
    sim.assert_clean();
}

#[test]
#[should_panic(expected = "violations that were expected did not happen")]
fn a_violation_that_was_expected_must_happen() {
    let sim = sim();
    sim.expect_violation("something");
    sim.assert_clean();
}

#[test]
#[should_panic(expected = "NotModelled: GET /ghosts: Method 'GET /ghosts' not implemented")]
fn a_violation_that_was_not_expected_fails_the_test() {
    let sim = sim();
    get(&sim, "/ghosts");
    sim.assert_clean();
}

//! High availability, backup jobs and replication.

use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, call, homelab_sim, ok, refusal};

#[test]
fn a_resource_is_made_changed_and_removed() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        ok(&sim, "POST", "/cluster/ha/resources", &["sid=vm:100", "max_restart=2", "comment=x"]);
        let made = ok(&sim, "GET", "/cluster/ha/resources/vm:100", &[]);
        assert_eq!((&made["state"], &made["max_restart"], &made["type"]), (&json!("started"), &json!(2), &json!("vm")));
        let digest = format!("digest={}", made["digest"].as_str().expect("a digest"));
        ok(&sim, "PUT", "/cluster/ha/resources/100", &["state=stopped", "delete=comment", &digest]);
        let list = ok(&sim, "GET", "/cluster/ha/resources", &["type=vm"]);
        assert_eq!((&list[0]["state"], list[0].get("comment")), (&json!("stopped"), None));
        let late = refusal(&sim, OPS, "PUT", "/cluster/ha/resources/vm:100", &["state=started", &digest]);
        assert_eq!(late, "500 detected modified configuration - file changed by other user? Try again.");
        let exists = refusal(&sim, OPS, "POST", "/cluster/ha/resources", &["sid=vm:100"]);
        assert_eq!(exists, "500 resource ID 'vm:100' already defined");
        ok(&sim, "DELETE", "/cluster/ha/resources/vm:100", &[]);
        assert_eq!(refusal(&sim, OPS, "GET", "/cluster/ha/resources/vm:100", &[]), "500 no such resource 'vm:100'");
        let nobody = refusal(&sim, OPS, "POST", "/cluster/ha/resources", &["sid=vm:999"]);
        assert_eq!(nobody, "500 resource 'vm:999' does not exist in cluster");
        let eve = refusal(&sim, "eve@pve!look", "POST", "/cluster/ha/resources", &["sid=vm:100"]);
        assert_eq!(eve, "403 Permission check failed (/, Sys.Console)");
        sim.assert_clean();
    }
}

#[test]
fn groups_are_of_8_and_rules_of_9() {
    let sim = homelab_sim(Release::V8_4);
    ok(&sim, "POST", "/cluster/ha/groups", &["group=fast", "nodes=pve1:2,pve2", "restricted=1"]);
    ok(&sim, "PUT", "/cluster/ha/groups/fast", &["nodes=pve1", "delete=restricted"]);
    let group = ok(&sim, "GET", "/cluster/ha/groups/fast", &[]);
    assert_eq!((&group["nodes"], group.get("restricted")), (&json!("pve1"), None));
    ok(&sim, "POST", "/cluster/ha/resources", &["sid=vm:100", "group=fast"]);
    let ghost = refusal(&sim, OPS, "PUT", "/cluster/ha/resources/vm:100", &["group=ghost"]);
    assert_eq!(ghost, "500 no such ha group 'ghost'");
    ok(&sim, "DELETE", "/cluster/ha/resources/vm:100", &[]);
    ok(&sim, "DELETE", "/cluster/ha/groups/fast", &[]);
    assert_eq!(ok(&sim, "GET", "/cluster/ha/groups", &[]), json!([]));
    sim.expect_violation("Method 'GET /cluster/ha/rules' not implemented");
    assert_eq!(call(&sim, OPS, "GET", "/cluster/ha/rules", &[]).status, 501);
    sim.assert_clean();

    let sim = homelab_sim(Release::V9_1);
    let create = refusal(&sim, OPS, "POST", "/cluster/ha/groups", &["group=fast", "nodes=pve1"]);
    assert_eq!(create, "500 cannot create group: ha groups have been migrated to rules");
    let group = refusal(&sim, OPS, "POST", "/cluster/ha/resources", &["sid=vm:100", "group=fast"]);
    assert_eq!(group, "500 invalid parameter 'group': ha groups have been migrated to rules");
    sim.assert_clean();
}

#[test]
fn a_rule_is_for_managed_resources() {
    let sim = homelab_sim(Release::V9_1);
    ok(&sim, "POST", "/cluster/ha/resources", &["sid=ct:101"]);
    let apart = ["rule=apart", "type=resource-affinity", "affinity=negative", "resources=vm:103,ct:101"];
    ok(&sim, "POST", "/cluster/ha/rules", &apart);
    ok(&sim, "PUT", "/cluster/ha/rules/apart", &["type=resource-affinity", "disable=1"]);
    let rule = ok(&sim, "GET", "/cluster/ha/rules/apart", &[]);
    assert_eq!((&rule["affinity"], &rule["disable"]), (&json!("negative"), &json!(1)));
    let list = ok(&sim, "GET", "/cluster/ha/rules", &["type=node-affinity"]);
    assert_eq!((list.as_array().map(Vec::len), &list[0]["rule"]), (Some(1), &json!("spread")));
    let refused = |parameters: &[&str]| refusal(&sim, OPS, "POST", "/cluster/ha/rules", parameters);
    assert_eq!(refused(&apart), "500 HA rule 'apart' already defined");
    let unmanaged = ["rule=near", "type=node-affinity", "resources=vm:100", "nodes=pve1"];
    assert_eq!(refused(&unmanaged), "500 cannot use unmanaged resource(s) vm:100");
    ok(&sim, "DELETE", "/cluster/ha/rules/apart", &[]);
    assert_eq!(refusal(&sim, OPS, "DELETE", "/cluster/ha/rules/apart", &[]), "500 no such ha rule 'apart'");
    sim.assert_clean();
}

#[test]
fn the_status_names_the_manager_and_each_resource() {
    let sim = homelab_sim(Release::V9_1);
    sim.patch(json!({ "cluster": { "quorate": false } })).expect("it is a world");
    let status = ok(&sim, "GET", "/cluster/ha/status/current", &[]);
    let row = |id: &str| -> Value {
        let rows = status.as_array().expect("a list");
        rows.iter().find(|row| row["id"] == id).cloned().unwrap_or_else(|| panic!("no {id} in {status}"))
    };
    assert_eq!((&row("quorum")["quorate"], &row("quorum")["status"]), (&json!(0), &json!("No quorum!")));
    assert_eq!((&row("service:vm:103")["node"], &row("service:vm:103")["state"]), (&json!("pve3"), &json!("started")));
    sim.assert_clean();
}

#[test]
fn a_backup_job_is_made_changed_and_removed() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let root = |method: &str, path: &str, parameters: &[&str]| {
            let reply = call(&sim, "root@pam!full", method, path, parameters);
            assert_eq!(reply.status, 200, "{method} {path}: {}", reply.reason);
            reply.data()
        };
        root("POST", "/cluster/backup", &["id=all", "all=1", "schedule=sat 03:00", "storage=nas", "exclude=102"]);
        root(
            "PUT",
            "/cluster/backup/all",
            &["vmid=100,101", "prune-backups=keep-last=3,keep-weekly=2", "delete=exclude"],
        );
        let job = root("GET", "/cluster/backup/all", &[]);
        assert_eq!((&job["vmid"], job.get("all"), job.get("exclude")), (&json!("100,101"), None, None));
        assert_eq!(job["prune-backups"], json!({ "keep-last": 3, "keep-weekly": 2 }));
        root("POST", "/cluster/backup", &["pool=lab", "schedule=daily", "storage=nas"]);
        let ids = root("GET", "/cluster/backup", &[]);
        let made = ids.as_array().expect("a list").iter().filter_map(|job| job["id"].as_str());
        assert_eq!(made.filter(|id| id.starts_with("backup-")).count(), 1, "an id is made: {ids}");
        root("DELETE", "/cluster/backup/all", &[]);
        let gone = refusal(&sim, OPS, "GET", "/cluster/backup/all", &[]);
        assert_eq!(gone, "400 Parameter verification failed. id: No such job 'all'");
        sim.assert_clean();
    }
}

#[test]
fn backup_jobs_that_make_no_sense_are_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |parameters: &[&str]| {
        let parameters: Vec<&str> = parameters.iter().copied().chain(["storage=nas"]).collect();
        refusal(&sim, "root@pam!full", "POST", "/cluster/backup", &parameters)
    };
    let bad = "400 Parameter verification failed.";
    assert_eq!(refused(&["id=nightly", "all=1", "schedule=daily"]), "500 Job 'nightly' already exists");
    assert_eq!(refused(&["all=1", "vmid=100"]), format!("{bad} all: option conflicts with option 'vmid'"));
    assert_eq!(refused(&["schedule=daily"]), format!("{bad} vmid: property is missing"));
    let root_s = format!("{bad} script: Only root may set this option.");
    assert_eq!(refused(&["all=1", "script=/x"]), root_s, "a token is not root");
    let twice = format!("{bad} starttime: 'starttime' and 'schedule' cannot both be set");
    assert_eq!(refused(&["all=1", "schedule=daily", "starttime=02:00"]), twice);
    let ops = refusal(&sim, OPS, "POST", "/cluster/backup", &["all=1", "storage=nas"]);
    assert_eq!(ops, "403 Permission check failed (/, Sys.Modify)");
    sim.assert_clean();
}

#[test]
fn a_replication_job_is_marked_when_it_is_deleted() {
    let sim = homelab_sim(Release::V9_1);
    ok(&sim, "POST", "/cluster/replication", &["id=100-0", "type=local", "target=pve3", "rate=10"]);
    let job = ok(&sim, "GET", "/cluster/replication/100-0", &[]);
    assert_eq!((&job["guest"], &job["jobnum"], &job["source"]), (&json!(100), &json!(0), &json!("pve1")));
    ok(&sim, "PUT", "/cluster/replication/100-0", &["schedule=*/30", "disable=1"]);
    ok(&sim, "DELETE", "/cluster/replication/100-0", &[]);
    let list = ok(&sim, "GET", "/cluster/replication", &[]);
    assert_eq!((&list[0]["remove_job"], &list[0]["disable"]), (&json!("full"), &json!(1)), "its runner removes it");
    ok(&sim, "DELETE", "/cluster/replication/100-0", &["force=1"]);
    let gone = refusal(&sim, OPS, "GET", "/cluster/replication/100-0", &[]);
    assert_eq!(gone, "500 replication job '100-0' does not exist");
    let eve = refusal(&sim, "eve@pve!look", "POST", "/cluster/replication", &["id=100-1", "type=local", "target=pve3"]);
    assert_eq!(eve, "403 Permission check failed (/vms/100, VM.Replicate)");
    assert_eq!(call(&sim, "eve@pve!look", "GET", "/cluster/replication", &[]).data(), json!([]));
    sim.assert_clean();
}

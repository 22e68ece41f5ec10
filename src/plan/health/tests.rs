//! A small cluster, well unless a test says otherwise: each test changes one answer and looks at what is found.

use serde_json::{Value, json};

use super::{Checkup, Expected, Health, Moment};
use crate::plan::Answer;

/// 2026-11-25 12:00 UTC.
const NOW: u64 = 1_795_608_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Answers by path.
struct Cluster {
    answers: Vec<(String, Answer)>,
    expected: Vec<Expected>,
    oldest: Option<u64>,
    /// Whether a question that no test foresees is left unanswered instead of failing the test.
    is_lenient: bool,
}

impl Cluster {
    /// Two nodes, a VM that runs, a container that is stopped on purpose, a template; a job that backs up all at night.
    fn well() -> Cluster {
        let storage = |free: u64| {
            json!([
                { "storage": "nas", "type": "nfs", "content": "backup,iso", "enabled": 1, "active": 1, "shared": 1, "total": 1000, "avail": free },
                { "storage": "local-zfs", "type": "zfspool", "content": "images", "enabled": 1, "active": 1, "total": 1000, "avail": 500 },
            ])
        };
        let mut cluster = Cluster { answers: Vec::new(), expected: Vec::new(), oldest: None, is_lenient: false };
        let rights = ["VM.Audit", "Datastore.Audit", "Sys.Audit", "Datastore.AllocateSpace", "VM.Backup"];
        let rights: serde_json::Map<String, Value> =
            rights.iter().map(|right| ((*right).to_owned(), json!(1))).collect();
        for (path, data) in [
            ("/version", json!({ "version": "9.1.2" })),
            (
                "/cluster/status",
                json!([
                    { "type": "cluster", "name": "home", "quorate": 1, "nodes": 2 },
                    { "type": "node", "name": "a", "online": 1, "local": 1, "ip": "192.168.4.5" },
                    { "type": "node", "name": "b", "online": 1, "ip": "192.168.4.6" },
                ]),
            ),
            (
                "/cluster/resources",
                json!([
                    { "type": "node", "node": "a", "status": "online" },
                    { "type": "node", "node": "b", "status": "online" },
                    { "type": "qemu", "vmid": 101, "node": "a", "name": "web", "status": "running" },
                    { "type": "lxc", "vmid": 102, "node": "b", "name": "old", "status": "stopped" },
                    { "type": "qemu", "vmid": 900, "node": "a", "name": "base", "status": "stopped", "template": 1 },
                ]),
            ),
            // Asked only where the status of the cluster is refused.
            ("/nodes", json!([{ "node": "a", "status": "online" }, { "node": "b", "status": "online" }])),
            ("/access/permissions", json!({ "/": rights })),
            (
                "/cluster/backup",
                json!([{ "id": "nightly", "all": 1, "exclude": "102", "schedule": "02:00", "enabled": 1 },
                { "id": "weekly", "vmid": "102", "schedule": "sun 04:00" }]),
            ),
            ("/nodes/a/time", json!({ "time": NOW })),
            ("/nodes/b/time", json!({ "time": NOW })),
            ("/nodes/a/version", json!({ "version": "9.1.2" })),
            ("/nodes/b/version", json!({ "version": "9.1.2" })),
            ("/nodes/a/storage", storage(500)),
            ("/nodes/b/storage", storage(500)),
            ("/nodes/b/lxc/102/config", json!({ "hostname": "old" })),
        ] {
            cluster.say(path, data);
        }
        cluster.backups(&[(101, 10 * HOUR), (102, 6 * DAY)]);
        cluster
    }

    fn say(&mut self, path: &str, data: Value) {
        self.answer(path, Answer::Data(data));
    }

    fn answer(&mut self, path: &str, answer: Answer) {
        self.answers.retain(|(known, _)| known != path);
        self.answers.push((path.to_owned(), answer));
    }

    /// Changes a row of a list.
    fn set(&mut self, path: &str, row: usize, field: &str, value: Value) {
        let found = self.answers.iter_mut().find(|(known, _)| known == path);
        let Some((_, Answer::Data(data))) = found else { panic!("nothing is said at {path}") };
        data[row][field] = value;
    }

    /// Backups of guests, by their age.
    fn backups(&mut self, ages: &[(u32, u64)]) {
        let row = |(id, age): &(u32, u64)| json!({ "volid": format!("nas:backup/{id}-{age}"), "vmid": id, "ctime": NOW - age, "content": "backup" });
        let rows: Vec<Value> = ages.iter().map(row).collect();
        // Shared: whichever node is asked.
        self.say("/nodes/a/storage/nas/content", json!(rows));
        self.say("/nodes/b/storage/nas/content", json!(rows));
    }

    fn health(self) -> Health {
        let mut checkup = Checkup::new(self.expected, self.oldest);
        loop {
            let reads = checkup.round();
            if reads.is_empty() {
                return checkup.finish(NOW);
            }
            for read in reads {
                let answer = self.answers.iter().find(|(path, _)| *path == read.path);
                let answer = match answer {
                    Some((_, answer)) => answer.clone(),
                    None if self.is_lenient => Answer::Lost("nobody answers".to_owned()),
                    None => panic!("nobody expects {read:?}"),
                };
                checkup.take(&read, answer, Moment { at: NOW as f64 + 0.5, give_or_take: 0.1 });
            }
        }
    }

    /// What is found: level, name and message.
    fn finds(self) -> Vec<String> {
        let findings = self.health().findings;
        findings.iter().map(|one| format!("{:?} {}: {}", one.level, one.name, one.message)).collect()
    }
}

fn refused() -> Answer {
    Answer::Refused { status: 403, message: "Permission check failed (/, Sys.Audit)".to_owned() }
}

#[test]
fn a_cluster_that_is_well_has_numbers_and_no_findings() {
    let health = Cluster::well().health();
    assert_eq!(health.findings, []);
    assert!(health.is_well());
    assert_eq!((health.guests.running, health.guests.stopped, health.guests.unknown), (1, 1, 0));
    assert_eq!(health.backups.get(&101), Some(&(10 * HOUR)));
    assert_eq!(health.nodes["a"].ahead, Some(0.0));
    assert_eq!(health.quorate, Ok(true));
}

#[test]
fn no_quorum_is_wrong_and_an_unknown_one_is_to_be_looked_at() {
    let mut cluster = Cluster::well();
    cluster.set("/cluster/status", 0, "quorate", json!(0));
    assert_eq!(
        cluster.finds(),
        ["Error no-quorum: the cluster has no quorum: it can write nothing, and starts no guest"]
    );
    let mut cluster = Cluster::well();
    cluster.answer("/cluster/status", refused());
    assert_eq!(
        cluster.finds(),
        [
            "Warning quorum-unknown: whether the cluster has quorum is not known: this login may not read it: Permission check failed (/, Sys.Audit)"
        ]
    );
}

#[test]
fn an_offline_node_is_wrong_and_what_is_on_it_unknown() {
    let mut cluster = Cluster::well();
    cluster.set("/cluster/status", 2, "online", json!(0));
    cluster.set("/cluster/resources", 1, "status", json!("offline"));
    cluster.set("/cluster/resources", 3, "status", json!("unknown"));
    let health = cluster.health();
    assert_eq!((health.guests.stopped, health.guests.unknown), (0, 1));
    let [finding] = health.findings.as_slice() else { panic!("{:?}", health.findings) };
    assert_eq!(finding.message, "node `b` is offline, with 1 guest on it");
}

#[test]
fn a_guest_that_starts_with_its_node_should_run() {
    let mut cluster = Cluster::well();
    cluster.say("/nodes/b/lxc/102/config", json!({ "onboot": "1" }));
    assert_eq!(
        cluster.finds(),
        ["Error guest-stopped: container `old` (102) is stopped, although it starts with its node"]
    );
}

#[test]
fn what_ha_keeps_running_should_run_and_what_it_gave_up_is_said() {
    let mut cluster = Cluster::well();
    cluster.set("/cluster/resources", 3, "hastate", json!("started"));
    assert_eq!(
        cluster.finds(),
        ["Error guest-stopped: container `old` (102) is stopped, although HA is to keep it running"]
    );
    let mut cluster = Cluster::well();
    cluster.set("/cluster/resources", 2, "hastate", json!("error"));
    assert_eq!(cluster.finds(), ["Error ha-error: HA has given up on VM `web` (101)"]);
}

fn expected(id: u32, runs: bool) -> Expected {
    let address = format!("vm.g{id}");
    Expected { address, id: Some(id), name: String::new(), runs: Some(runs), is_not_backed_up: false }
}

#[test]
fn a_lab_says_what_should_run_and_counts_before_the_start_at_boot() {
    let mut cluster = Cluster::well();
    cluster.expected = vec![expected(101, true), expected(102, true), expected(107, true), expected(108, false)];
    assert_eq!(
        cluster.finds(),
        [
            "Error guest-missing: `vm.g107` is in the lab, but the cluster has no guest 107",
            "Error guest-stopped: `vm.g102` (102) is stopped, although the lab wants it to run",
        ]
    );
    let mut cluster = Cluster::well();
    cluster.say("/nodes/b/lxc/102/config", json!({ "onboot": 1 }));
    cluster.expected = vec![expected(102, false)];
    assert_eq!(cluster.finds(), [""; 0]);
}

#[test]
fn a_guest_that_is_not_seen_is_not_missing() {
    let mut cluster = Cluster::well();
    cluster.expected = vec![expected(107, true)];
    cluster.say("/access/permissions", json!({ "/": { "Sys.Audit": 1, "Datastore.Allocate": 1, "Datastore.Audit": 1 }, "/vms/101": { "VM.Audit": 1 } }));
    assert_eq!(cluster.finds(), ["Warning hidden: this login may not see all guests: it lacks `VM.Audit` on `/vms`"]);
}

#[test]
fn a_lock_is_to_be_looked_at() {
    let mut cluster = Cluster::well();
    cluster.set("/cluster/resources", 2, "lock", json!("backup"));
    assert_eq!(cluster.finds(), ["Warning guest-locked: VM `web` (101) is locked by `backup`"]);
}

#[test]
fn a_storage_that_is_gone_or_full_is_said_and_a_shared_one_once() {
    let mut cluster = Cluster::well();
    for node in ["a", "b"] {
        cluster.set(&format!("/nodes/{node}/storage"), 0, "avail", json!(100));
    }
    cluster.set("/nodes/a/storage", 1, "avail", json!(10));
    cluster.set("/nodes/b/storage", 1, "active", json!(0));
    assert_eq!(
        cluster.finds(),
        [
            "Error storage-full: storage `local-zfs` of node `a` is 99 % full",
            "Error storage-lost: storage `local-zfs` cannot be reached from node `b`",
            "Warning storage-full: storage `nas` is 90 % full",
        ]
    );
}

#[test]
fn a_backup_is_too_old_half_a_run_after_the_next_one_was_due() {
    let mut cluster = Cluster::well();
    cluster.backups(&[(101, 36 * HOUR), (101, 9 * DAY), (102, 10 * DAY)]);
    assert_eq!(cluster.finds(), [""; 0]);
    let mut cluster = Cluster::well();
    cluster.backups(&[(101, 37 * HOUR), (102, 11 * DAY)]);
    assert_eq!(
        cluster.finds(),
        [
            "Error backup-old: the newest backup of VM `web` (101) is 37 h old, and job `nightly` runs at `02:00`",
            "Error backup-old: the newest backup of container `old` (102) is 11 days old, and job `weekly` runs at `sun 04:00`",
        ]
    );
}

#[test]
fn an_age_that_is_given_counts_instead_of_the_schedule() {
    let mut cluster = Cluster::well();
    cluster.oldest = Some(5 * DAY);
    let found = cluster.finds();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("Error backup-old: the newest backup of container `old` (102) is 6 days old"),
        "{found:?}"
    );
}

#[test]
fn a_guest_without_a_backup_or_a_job_is_said_unless_the_lab_says_why() {
    let mut cluster = Cluster::well();
    cluster.backups(&[(102, DAY)]);
    cluster.say("/cluster/backup", json!([{ "id": "nightly", "vmid": "101", "schedule": "02:00" }]));
    assert_eq!(
        cluster.finds(),
        [
            "Error backup-missing: there is no backup of VM `web` (101), and job `nightly` runs at `02:00`",
            "Warning not-backed-up: no job backs up container `old` (102)",
        ]
    );
    let mut cluster = Cluster::well();
    cluster.say("/cluster/backup", json!([{ "id": "nightly", "vmid": "101", "schedule": "02:00" }]));
    cluster.expected = vec![Expected { is_not_backed_up: true, ..expected(102, false) }];
    assert_eq!(cluster.finds(), [""; 0]);
}

#[test]
fn a_job_takes_a_pool_or_a_node_and_one_that_is_off_takes_nobody() {
    let mut cluster = Cluster::well();
    cluster.set("/cluster/resources", 2, "pool", json!("lab"));
    cluster.say(
        "/cluster/backup",
        json!([
            { "id": "pool", "pool": "lab", "schedule": "daily" },
            { "id": "node", "all": 1, "node": "b", "schedule": "sun 04:00" },
        ]),
    );
    assert_eq!(cluster.finds(), [""; 0]);
    let mut cluster = Cluster::well();
    cluster.say("/cluster/backup", json!([{ "id": "off", "all": 1, "enabled": 0 }]));
    assert_eq!(
        cluster.finds(),
        [
            "Warning not-backed-up: no job backs up VM `web` (101)",
            "Warning not-backed-up: no job backs up container `old` (102)",
        ]
    );
}

#[test]
fn backups_that_proxmox_hides_are_not_missing() {
    let mut cluster = Cluster::well();
    cluster.backups(&[]);
    cluster.say("/access/permissions", json!({ "/": { "Sys.Audit": 1, "VM.Audit": 1, "Datastore.Audit": 1 } }));
    assert_eq!(cluster.finds(), ["Warning backups-hidden: this login does not see backups of 2 guests"]);
}

#[test]
fn a_backup_that_may_lie_where_nobody_looked_is_not_an_error() {
    let mut cluster = Cluster::well();
    cluster.backups(&[(102, DAY)]);
    cluster.set("/nodes/b/storage", 1, "active", json!(0));
    assert_eq!(
        cluster.finds(),
        [
            "Error storage-lost: storage `local-zfs` cannot be reached from node `b`",
            "Warning backup-missing: there is no backup of VM `web` (101), and job `nightly` runs at `02:00`; not all nodes and storages could be looked at",
        ]
    );
}

#[test]
fn jobs_that_may_not_be_read_are_said_and_a_given_age_still_counts() {
    let mut cluster = Cluster::well();
    cluster.answer("/cluster/backup", refused());
    cluster.oldest = Some(DAY);
    let found = cluster.finds();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], "Error backup-old: the newest backup of container `old` (102) is 6 days old");
    assert!(found[1].starts_with("Warning backup-jobs-unread"), "{found:?}");
}

#[test]
fn clocks_that_differ_are_said_against_the_other_nodes() {
    let mut cluster = Cluster::well();
    cluster.say("/nodes/b/time", json!({ "time": NOW + 20 }));
    assert_eq!(cluster.finds(), ["Warning clock-skew: the clock of node `b` is 20 s ahead of the other nodes'"]);
    let mut cluster = Cluster::well();
    cluster.say("/nodes/b/time", json!({ "time": NOW + 400 }));
    assert_eq!(
        cluster.finds(),
        [
            "Error clock-skew: the clock of node `b` is 400 s ahead of the other nodes': a login at one is refused by the other"
        ]
    );
    let mut cluster = Cluster::well();
    cluster.say("/nodes/b/time", json!({ "time": NOW + 5 }));
    assert_eq!(cluster.finds(), [""; 0]);
}

#[test]
fn where_all_nodes_agree_it_is_this_machines_clock_that_is_wrong() {
    let mut cluster = Cluster::well();
    cluster.say("/nodes/a/time", json!({ "time": NOW + 100 }));
    cluster.say("/nodes/b/time", json!({ "time": NOW + 100 }));
    assert_eq!(cluster.finds(), ["Warning clock-here: the clock of this machine is 100 s behind the nodes'"]);
}

#[test]
fn what_was_not_read_is_said_once_for_each_reason() {
    let mut cluster = Cluster::well();
    for path in ["/nodes/b/time", "/nodes/b/version", "/nodes/b/lxc/102/config"] {
        cluster.answer(path, Answer::Lost("no answer within 30 s".to_owned()));
    }
    assert_eq!(
        cluster.finds(),
        ["Warning not-read: /nodes/b/time and 2 more could not be read: no answer: no answer within 30 s"]
    );
}

#[test]
fn whatever_a_server_answers_something_is_said_and_nothing_breaks() {
    let odd = [
        Answer::Data(Value::Null),
        Answer::Data(json!([])),
        Answer::Data(json!({})),
        Answer::Data(json!("text")),
        Answer::Data(json!(-1)),
        Answer::Data(
            json!([null, 1, "x", [], { "type": 1, "vmid": "x", "node": 2, "time": "never", "total": -1, "storage": [] }]),
        ),
        Answer::Data(json!([{ "type": "qemu", "vmid": 4_294_967_296_u64, "node": "a", "status": "stopped" }])),
        Answer::Data(json!({ "time": u64::MAX, "version": [], "/": 1, "onboot": {} })),
        refused(),
        Answer::Refused { status: 595, message: String::new() },
        Answer::Lost(String::new()),
    ];
    let well = Cluster::well();
    // The storage that both nodes share is looked at on one of them, and the list of nodes where the status is refused.
    let unasked = ["/nodes/b/storage/nas/content", "/nodes"];
    let paths = well.answers.iter().map(|(path, _)| path).filter(|path| !unasked.contains(&path.as_str()));
    for path in paths {
        for answer in &odd {
            let mut cluster = Cluster::well();
            cluster.answer(path, answer.clone());
            // What is asked further of what such a list names is not answered.
            cluster.is_lenient = true;
            let health = cluster.health();
            let is_lost = matches!(answer, Answer::Refused { .. } | Answer::Lost(_));
            assert!(!is_lost || !health.findings.is_empty(), "{path} was not read, and nothing is said");
        }
    }
}

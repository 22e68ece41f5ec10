//! The commands that ask a cluster, through the binary: what is printed where, with which exit code, and that no secret is.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::TOKEN;
use crate::server::{Authority, Heard, Reply, Server, data, refusal};

/// A cluster of one node, well unless `say` answers otherwise.
struct Cluster {
    server: Server,
    ca: Vec<u8>,
}

impl Cluster {
    fn start(say: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static) -> Cluster {
        let authority = Authority::new();
        let identity = authority.sign(&["127.0.0.1"], 2100);
        let server = Server::start(&identity, move |heard: &Heard| {
            let path = heard.target.split('?').next().unwrap_or_default();
            say(path).unwrap_or_else(|| usual(path))
        });
        Cluster { server, ca: authority.pem() }
    }

    fn well() -> Cluster {
        Cluster::start(|_| None)
    }

    fn run(&self, words: &[&str]) -> Run {
        self.run_with(words, &[])
    }

    /// Runs hlab with this cluster's CA, a token and further variables.
    fn run_with(&self, words: &[&str], environment: &[(&str, &str)]) -> Run {
        let folder = Folder::new();
        folder.write("lab/main.hlab", LAB);
        self.run_in(&folder, words, environment)
    }

    /// The same in a folder.
    fn run_in(&self, folder: &Folder, words: &[&str], environment: &[(&str, &str)]) -> Run {
        folder.write("ca.pem", &self.ca);
        let endpoint = self.server.endpoint();
        let token = format!("hlab@pve!plan={TOKEN}");
        let usual = [
            ("PROXMOX_VE_ENDPOINT", endpoint.as_str()),
            ("PROXMOX_VE_API_TOKEN", &token),
            ("PROXMOX_VE_CA_FILE", "ca.pem"),
        ];
        hlab(folder, words, &[&usual, environment].concat())
    }
}

const LAB: &str = "project case\nhost pve\nvm web on pve { id = 101, backup = elsewhere }\nvm gone on pve { id = 107, backup = none }\n";

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_secs()
}

fn usual(path: &str) -> Reply {
    let rights = ["VM.Audit", "Datastore.Audit", "Sys.Audit", "Datastore.AllocateSpace", "VM.Backup"];
    let rights: serde_json::Map<String, Value> = rights.iter().map(|right| ((*right).to_owned(), json!(1))).collect();
    let value = match path {
        "/version" | "/nodes/pve/version" => json!({ "version": "9.1.2", "release": "9.1" }),
        "/access/permissions" => json!({ "/": rights }),
        "/cluster/status" => json!([{ "type": "node", "name": "pve", "online": 1, "local": 1 }]),
        "/cluster/resources" => json!([
            { "type": "node", "node": "pve", "status": "online" },
            { "type": "qemu", "vmid": 101, "node": "pve", "name": "web", "status": "running" },
            { "type": "lxc", "vmid": 102, "node": "pve", "name": "old", "status": "stopped" },
        ]),
        "/cluster/backup" => json!([{ "id": "nightly", "all": 1, "schedule": "02:00" }]),
        "/nodes/pve/time" => json!({ "time": now() }),
        "/nodes/pve/storage" => json!([
            { "storage": "local", "type": "dir", "content": "backup", "active": 1, "enabled": 1, "total": 100, "avail": 50 },
        ]),
        "/nodes/pve/storage/local/content" => json!([
            { "volid": "local:backup/a", "vmid": 101, "ctime": now() - 3_600, "content": "backup" },
            { "volid": "local:backup/b", "vmid": 102, "ctime": now() - 3_600, "content": "backup" },
        ]),
        "/nodes/pve/lxc/102/config" => json!({ "hostname": "old" }),
        _ => return refusal("501 not said by this test"),
    };
    data(&value.to_string())
}

/// A folder for one run, removed when it ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hlab-cluster-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch folder can be made");
        Folder(path)
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a path has a parent")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn hlab(folder: &Folder, words: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hlab"));
    command.args(words).current_dir(&folder.0).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    let output = command.output().expect("hlab can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let run = Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) };
    for canary in [TOKEN, "c4nary"] {
        assert!(!run.out.contains(canary) && !run.err.contains(canary), "a secret is shown: {run:#?}");
    }
    run
}

impl Run {
    #[track_caller]
    pub fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Run {
        assert!(self.err.contains(text), "expected {text:?} on standard error\n{self:#?}");
        self
    }

    #[track_caller]
    pub fn prints(self, text: &str) -> Run {
        assert!(self.out.contains(text), "expected {text:?} on standard output\n{self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{self:#?}"))
    }
}

// How the cluster is reached.

#[test]
fn without_a_word_about_the_cluster_the_first_thing_to_set_is_named() {
    let folder = Folder::new();
    hlab(&folder, &["health"], &[]).ends(1).says("HL0930").says("PROXMOX_VE_ENDPOINT");
    let endpoint = ("PROXMOX_VE_ENDPOINT", "127.0.0.1:1");
    hlab(&folder, &["health"], &[endpoint]).ends(1).says("HL0930").says("PROXMOX_VE_API_TOKEN");
    let run = hlab(&folder, &["health", "--format", "json"], &[endpoint]).ends(1);
    assert_eq!(run.json()["diagnostics"][0]["code"], "HL0930");
}

#[test]
fn what_cannot_be_reached_is_told_with_its_code_and_what_to_do() {
    let token = ("PROXMOX_VE_API_TOKEN", "hlab@pve!plan=c4nary");
    let run = hlab(&Folder::new(), &["health", "--endpoint", "127.0.0.1:1"], &[token, ("PROXMOX_VE_INSECURE", "1")]);
    run.ends(1).says("HL0931").says("connection refused").says("warning: PROXMOX_VE_INSECURE is set");
}

#[test]
fn a_ca_file_that_is_not_there_is_a_file_that_cannot_be_read() {
    Cluster::well().run(&["health", "--ca", "nowhere.pem"]).ends(1).says("HL0903").says("nowhere.pem");
}

#[test]
fn a_certificate_of_nobody_known_shows_its_fingerprint() {
    let run = Cluster::well().run_with(&["health"], &[("PROXMOX_VE_CA_FILE", "")]);
    run.ends(1).says("HL0932").says("its fingerprint is");
}

#[test]
fn a_token_that_is_refused_is_named_without_its_secret() {
    let cluster = Cluster::start(|_| Some(refusal("401 invalid token value!")));
    cluster.run(&["health"]).ends(1).says("HL0935").says("`hlab@pve!plan` is refused");
}

#[test]
fn a_password_that_is_refused_is_not_shown() {
    let cluster = Cluster::start(|_| Some(refusal("401 authentication failure")));
    let login =
        [("PROXMOX_VE_API_TOKEN", ""), ("PROXMOX_VE_USERNAME", "root@pam"), ("PROXMOX_VE_PASSWORD", crate::PASSWORD)];
    cluster.run_with(&["health"], &login).ends(1).says("HL0935").says("`root@pam` is refused");
    cluster.run_with(&["health", "--format", "json"], &login).ends(1).prints("HL0935");
    assert!(cluster.server.heard().iter().all(|heard| heard.target == "/access/ticket"));
}

#[test]
fn insecure_is_said_each_time_in_every_format() {
    let cluster = Cluster::well();
    let insecure = [("PROXMOX_VE_INSECURE", "true"), ("PROXMOX_VE_CA_FILE", "")];
    cluster.run_with(&["health"], &insecure).ends(0).says("no certificate is checked");
    let run = cluster.run_with(&["health", "--json"], &insecure).ends(0).says("no certificate is checked");
    assert_eq!(run.json()["healthy"], true);
}

// hlab health.

#[test]
fn a_cluster_that_is_well_is_said_to_be() {
    let run = Cluster::well().run(&["health"]).ends(0);
    assert_eq!(run.err, "");
    assert_eq!(
        run.out,
        "\
cluster  quorate, Proxmox VE 9.1
nodes    1 of 1 online
guests   1 running, 1 stopped
backups  of 2 guests, none older than 60 min

all is well
"
    );
}

#[test]
fn what_is_wrong_ends_with_1_and_says_what_to_do() {
    let cluster = Cluster::start(|path| match path {
        "/nodes/pve/lxc/102/config" => Some(data(r#"{"onboot":1}"#)),
        _ => None,
    });
    let run = cluster.run(&["health"]).ends(1);
    let run = run.prints("error[guest-stopped]: container `old` (102) is stopped, although it starts with its node");
    run.prints("  help: start it, or let it no longer start at boot");
}

#[test]
fn warnings_alone_end_with_0_unless_they_are_denied() {
    let cluster = Cluster::start(|path| match path {
        "/cluster/backup" => Some(data("[]")),
        _ => None,
    });
    cluster.run(&["health"]).ends(0).prints("warning[not-backed-up]: no job backs up VM `web` (101)");
    cluster.run(&["health", "--deny", "warnings"]).ends(1);
}

#[test]
fn a_lab_says_what_should_be_there_and_what_is_backed_up_elsewhere() {
    let cluster = Cluster::start(|path| match path {
        "/cluster/backup" => Some(data(r#"[{"id":"x","vmid":"102","schedule":"daily"}]"#)),
        _ => None,
    });
    let run = cluster.run(&["health", "lab"]).ends(1);
    let run = run.prints("error[guest-missing]: `vm.gone` is in the lab, but the cluster has no guest 107");
    assert!(!run.out.contains("not-backed-up"), "{run:#?}");
    cluster.run(&["health", "nowhere"]).ends(1).says("HL0903");
}

#[test]
fn a_program_gets_the_same_in_json() {
    let cluster = Cluster::start(|path| match path {
        "/nodes/pve/storage/local/content" => Some(data("[]")),
        _ => None,
    });
    let run = cluster.run(&["health", "--json"]).ends(1);
    let document = run.json();
    assert_eq!(document["format_version"], 1);
    assert_eq!(document["healthy"], false);
    assert_eq!(document["quorate"], true);
    assert_eq!(document["guests"], json!({ "running": 1, "stopped": 1, "unknown": 0 }));
    assert_eq!(document["nodes"][0]["name"], "pve");
    assert!(document["nodes"][0]["clock_ahead_seconds"].as_f64().is_some_and(|ahead| ahead.abs() < 5.0), "{document}");
    assert_eq!(document["findings"][0]["name"], "backup-missing");
    assert_eq!(document["findings"][0]["level"], "error");
}

#[test]
fn what_a_server_says_cannot_drive_a_terminal() {
    let cluster = Cluster::start(|path| match path {
        "/cluster/backup" => Some(refusal("500 \u{1b}[2Jgone")),
        _ => None,
    });
    let run = cluster.run(&["health"]).ends(0);
    assert!(!run.out.contains('\u{1b}'), "{run:#?}");
    run.prints("backup-jobs-unread");
}

#[test]
fn health_only_asks() {
    let cluster = Cluster::well();
    cluster.run(&["health"]).ends(0);
    assert!(cluster.server.heard().iter().all(|heard| heard.method == "GET" && heard.body.is_empty()));
}

// hlab plan and hlab diff.

const ONE: &str = "project case\nhost pve\nvm web on pve { id = 101 }\n";

/// A cluster whose VM has so much memory, in MiB.
fn with_memory(memory: u32) -> Cluster {
    let config = json!({
        "name": "web", "memory": memory.to_string(), "agent": "1", "balloon": "0", "cpu": "x86-64-v2-AES", "ostype": "l26",
        "scsihw": "virtio-scsi-single", "digest": "0",
    });
    let of_config = config.as_object().into_iter().flatten().filter(|(key, _)| *key != "digest");
    let pending: Vec<Value> = of_config.map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Cluster::start(move |path| match path {
        "/nodes/pve/qemu/101/config" => Some(data(&config.to_string())),
        "/nodes/pve/qemu/101/pending" => Some(data(&json!(pending).to_string())),
        "/nodes/pve/network" => Some(data(r#"[{"iface":"vmbr0","type":"bridge"}]"#)),
        _ => None,
    })
}

fn one() -> Folder {
    let folder = Folder::new();
    folder.write("main.hlab", ONE);
    folder
}

#[test]
fn a_plan_without_changes_ends_with_0() {
    let cluster = with_memory(512);
    for command in ["plan", "diff"] {
        let run = cluster.run_in(&one(), &[command], &[]).ends(0);
        assert_eq!(run.err, "");
    }
}

#[test]
fn a_plan_with_changes_ends_with_2_and_says_what_this_login_lacks() {
    let cluster = with_memory(1024);
    for command in ["plan", "diff"] {
        let run = cluster.run_in(&one(), &[command], &[]).ends(2);
        assert_eq!(run.err, "");
        run.prints("update vm.web").prints("main.hlab:3").prints("1024").prints("VM.Config.Memory on /vms/101");
    }
    assert!(cluster.server.heard().iter().all(|heard| heard.method == "GET" && heard.body.is_empty()));
}

#[test]
fn a_plan_is_written_for_programs_and_for_pages() {
    let cluster = with_memory(1024);
    let run = cluster.run_in(&one(), &["plan", "--format", "json"], &[]).ends(2);
    let document = run.json();
    assert_eq!(document["has_changes"], true);
    assert_eq!(document["changes"][0]["address"], "vm.web");
    cluster.run_in(&one(), &["plan", "--format", "markdown"], &[]).ends(2).prints("vm.web");
    cluster.run_in(&one(), &["plan", "--format", "html", "--detailed"], &[]).ends(2).prints("<!doctype html>");
}

#[test]
fn a_plan_is_kept_in_a_file_by_its_ending_and_shown_as_well() {
    let (cluster, folder) = (with_memory(1024), one());
    for _ in 0..2 {
        cluster.run_in(&folder, &["plan", "-o", "out/plan.json"], &[]).ends(2).prints("update vm.web");
        let text = std::fs::read_to_string(folder.0.join("out/plan.json")).expect("it is written");
        let document: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(document["has_changes"], true);
    }
    let run = cluster.run_in(&folder, &["plan", "-o", "out/plan.md", "--format", "html"], &[]).ends(2);
    assert_eq!(run.out, "");
    assert!(std::fs::read_to_string(folder.0.join("out/plan.md")).expect("it is written").starts_with("<!doctype"));
}

#[test]
fn a_file_that_is_somebody_elses_stays() {
    let (cluster, folder) = (with_memory(1024), one());
    folder.write("plan.json", "mine");
    cluster.run_in(&folder, &["plan", "-o", "plan.json"], &[]).ends(3).says("HL0905");
    assert_eq!(std::fs::read_to_string(folder.0.join("plan.json")).expect("it is there"), "mine");
    cluster.run_in(&folder, &["plan", "-o", "plan.json", "--overwrite", "plan.json"], &[]).ends(2);
}

#[test]
fn a_lab_with_errors_is_not_planned_and_nobody_is_asked() {
    let (cluster, folder) = (with_memory(1024), one());
    folder.write("main.hlab", "project case\nvm web on nowhere { id = 101 }\n");
    cluster.run_in(&folder, &["plan"], &[]).ends(1).says("HL0303");
    assert!(cluster.server.heard().is_empty());
}

#[test]
fn a_cluster_that_does_not_let_us_in_is_no_empty_plan() {
    let cluster = Cluster::start(|_| Some(refusal("401 invalid token value!")));
    let run = cluster.run_in(&one(), &["plan", "--format", "json"], &[]).ends(1);
    assert_eq!(run.json()["diagnostics"][0]["code"], "HL0935");
}

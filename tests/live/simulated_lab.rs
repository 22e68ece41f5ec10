//! The commands against a whole simulated cluster: `lab.hlab` is what is wanted, and `lab.json` the cluster that is so.
//!
//! Each test ends with [`Simulated::leaves_nothing_to_complain_of`]: whatever was asked, the official schema allows, and nothing
//! but questions was sent. No run shows a secret: [`hlab`] looks for that.

use std::time::{SystemTime, UNIX_EPOCH};

use pvesim::world::{Release, World};
use pvesim::{Action, Fault, Options, Sim, Tls};
use serde_json::{Value, json};

use crate::commands::{Folder, Run, hlab};
use crate::{PASSWORD, TOKEN};

const LAB: &str = include_str!("lab.hlab");
const WORLD: &str = include_str!("lab.json");

/// The cluster on a release.
fn world(release: Release) -> World {
    let mut world = World::from_json(WORLD).unwrap_or_else(|error| panic!("{error}"));
    world.release = release;
    if release == Release::V8_4 {
        // What is a rule since 9.0 is a group before.
        world.ha.rules.clear();
        world.ha.groups = from(json!({ "web": { "nodes": "pve1:2,pve2:1" } }));
        world.ha.resources = from(json!({ "vm:101": { "state": "started", "group": "web" } }));
    }
    world.access.passwords.insert("root@pam".to_owned(), PASSWORD.to_owned());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    world.clock.now_ms = u64::try_from(now.as_millis()).expect("it is not that late");
    world
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("it fits")
}

/// A simulator, and a folder with the lab.
struct Simulated {
    sim: Sim,
    folder: Folder,
}

impl Simulated {
    fn start(release: Release) -> Simulated {
        let endpoints = vec!["pve1".to_owned(), "pve2".to_owned()];
        let options = Options { world: world(release), tls: Tls::On, endpoints, ..Options::default() };
        let folder = Folder::new();
        folder.write("lab/main.hlab", LAB.replace("\"9.1\"", &format!("{:?}", release.name())));
        let sim = Sim::start(options).expect("it starts");
        folder.write("ca.pem", sim.ca_pem().expect("TLS"));
        Simulated { sim, folder }
    }

    /// As another user would.
    fn patch(&self, patch: Value) {
        self.sim.patch(patch).unwrap_or_else(|error| panic!("{error}"));
    }

    fn run(&self, words: &[&str]) -> Run {
        self.run_at(&self.sim.url(), words)
    }

    fn run_at(&self, endpoint: &str, words: &[&str]) -> Run {
        let token = format!("hlab@pve!plan={TOKEN}");
        self.run_with(words, &[("PROXMOX_VE_ENDPOINT", endpoint), ("PROXMOX_VE_API_TOKEN", &token)])
    }

    fn run_with(&self, words: &[&str], login: &[(&str, &str)]) -> Run {
        // The lab's own secret is where the lab says, and no plan needs it.
        let usual = [("PROXMOX_VE_CA_FILE", "ca.pem"), ("LOGIN", "c4nary")];
        hlab(&self.folder, words, &[&usual, login].concat())
    }

    /// Asks for a plan in JSON.
    #[track_caller]
    fn plan(&self, code: i32) -> Value {
        self.run(&["plan", "lab", "--format", "json"]).ends(code).json()
    }

    #[track_caller]
    fn leaves_nothing_to_complain_of(&self) {
        self.sim.assert_clean();
        let requests = self.sim.requests();
        assert!(requests.iter().all(|one| one.method == "GET" || one.path == "/access/ticket"), "{requests:#?}");
        assert!(self.sim.in_flight().values().all(|node| node.most <= 8), "{:?}", self.sim.in_flight());
        let told = format!("{requests:?}");
        assert!(!told.contains("c4nary"), "{told}");
    }
}

/// Each change, as `update vm.web vm.config memory`.
fn changes(plan: &Value) -> Vec<String> {
    let one = |change: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let mut words = vec![text(&change["action"]), text(&change["address"]), text(&change["facet"])];
        words.extend(change["options"].as_array().into_iter().flatten().map(|option| text(&option["option"])));
        words.join(" ")
    };
    plan["changes"].as_array().expect("a list").iter().map(one).collect()
}

/// The name of each finding.
fn findings(document: &Value) -> Vec<&str> {
    document["findings"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect()
}

#[test]
fn a_cluster_that_is_as_wanted_needs_no_change_on_either_release() {
    for release in Release::ALL {
        let lab = Simulated::start(release);
        for command in ["plan", "diff"] {
            let run = lab.run(&[command, "lab"]).ends(0).prints("Plan of case: nothing to do, 22 as it should be");
            assert_eq!(run.err, "");
        }
        let plan = lab.plan(0);
        assert_eq!((changes(&plan), findings(&plan)), (Vec::new(), Vec::new()), "{}", release.name());
        lab.leaves_nothing_to_complain_of();
    }
}

#[test]
fn a_password_sees_the_same_as_a_token() {
    let lab = Simulated::start(Release::V9_1);
    let url = lab.sim.url();
    let login =
        [("PROXMOX_VE_ENDPOINT", &*url), ("PROXMOX_VE_USERNAME", "root@pam"), ("PROXMOX_VE_PASSWORD", PASSWORD)];
    lab.run_with(&["plan", "lab"], &login).ends(0).prints("nothing to do, 22 as it should be");
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn what_another_user_changes_is_exactly_one_change() {
    let config = |id: &str, option: &str, value: &str| json!({ "guests": { id: { "config": { option: value } } } });
    let edits = [
        (config("101", "memory", "4096"), "update vm.web vm.config memory"),
        (config("101", "tags", "prod;web;mine"), "update vm.web vm.config tags"),
        (config("101", "net0", "virtio=BC:24:11:00:00:65,bridge=vmbr0,tag=7"), "update vm.web vm.config net0"),
        (config("101", "args", "-S"), "update vm.web vm.root-options args"),
        (config("102", "onboot", "1"), "update vm.spare vm.config onboot"),
        (config("201", "cores", "2"), "update container.db container.config cores"),
        (json!({ "guests": { "102": { "power": "running" } } }), "update vm.spare vm.power state"),
        (json!({ "pools": { "lab": { "comment": "mine" } } }), "update pool.lab pool.entry comment"),
        (json!({ "access": { "groups": { "ops": { "comment": null } } } }), "update group.ops group.entry comment"),
        (
            json!({ "access": { "roles": { "lookers": ["VM.Audit", "VM.Console"] } } }),
            "update role.lookers role.entry privs",
        ),
        (json!({ "ha": { "resources": { "vm:101": { "state": "ignored" } } } }), "update ha.web ha.resource state"),
        (
            json!({ "metrics": { "graphs": { "mtu": "1400" } } }),
            "update metrics-server.graphs metrics-server.entry mtu",
        ),
        (
            json!({ "firewall": { "options": { "policy_in": "ACCEPT" } } }),
            "update firewall.lab firewall.options policy_in",
        ),
        (json!({ "firewall": { "rules": [] } }), "update firewall.lab firewall.rules rules"),
        (
            json!({ "firewall": { "aliases": { "router": { "cidr": "192.0.2.1" } } } }),
            "update firewall.lab.alias.router firewall.alias cidr",
        ),
        (
            json!({ "firewall": { "ipsets": { "home": { "entries": { "192.0.2.66": { "nomatch": "1" } } } } } }),
            "update firewall.lab.ipset.home firewall.ipset members",
        ),
        (
            json!({ "guests": { "101": { "firewall": { "options": { "enable": "0" } } } } }),
            "update firewall.web firewall.options enable",
        ),
    ];
    for release in Release::ALL {
        let lab = Simulated::start(release);
        let before = lab.sim.world();
        for (patch, change) in &edits {
            lab.patch(patch.clone());
            let plan = lab.plan(2);
            assert_eq!(changes(&plan), [*change], "{} after {patch}:\n{plan:#}", release.name());
            lab.sim.set_world(before.clone());
        }
        assert_eq!(changes(&lab.plan(0)), Vec::<String>::new(), "it is as it was");
        lab.leaves_nothing_to_complain_of();
    }
}

#[test]
fn each_changed_option_is_named_once_in_a_text_for_people() {
    let lab = Simulated::start(Release::V9_1);
    lab.patch(json!({ "guests": { "101": { "config": { "memory": "4096" } } } }));
    for command in ["plan", "diff"] {
        let run = lab.run(&[command, "lab"]).ends(2).prints("Plan of case: 1 update, 21 as it should be");
        let named = run.out.lines().filter(|line| line.trim_start().starts_with("memory"));
        assert_eq!(named.count(), 1, "{run:#?}");
        let run = run.prints("4096 -> 2048").prints("main.hlab:5");
        assert!(!run.out.contains("balloon"), "{run:#?}");
    }
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn guests_of_an_offline_node_are_unknown_and_the_rest_is_compared() {
    // 53
    let lab = Simulated::start(Release::V9_1);
    lab.patch(json!({ "nodes": { "pve2": { "online": false } } }));
    let unknown = [
        "unknown vm.spare vm.config",
        "unknown vm.spare vm.power",
        "unknown container.db container.config",
        "unknown container.db container.power",
    ];
    let plan = lab.plan(0);
    assert_eq!(changes(&plan), unknown);
    assert_eq!((findings(&plan), &plan["same"]), (vec!["node-offline"], &json!(18)));
    lab.patch(json!({ "guests": { "101": { "config": { "onboot": null } } } }));
    assert!(changes(&lab.plan(2)).contains(&"update vm.web vm.config onboot".to_owned()));
    lab.run(&["health", "lab"]).ends(1).prints("error[node-offline]: node `pve2` is offline, with 2 guests on it");
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn a_node_that_cannot_be_reached_is_read_through_another() {
    // 57
    let lab = Simulated::start(Release::V9_1);
    let (first, second) = (lab.sim.url(), lab.sim.url_of("pve2").expect("it listens"));
    for gone in ["https://127.0.0.1:1", "https://no-such-host.invalid:8006"] {
        lab.run_at(&format!("{gone},{second}"), &["plan", "lab"]).ends(0).prints("nothing to do, 22 as it should be");
    }
    assert!(lab.sim.requests().iter().all(|one| one.node == "pve2"), "{:?}", lab.sim.requests());
    // A node that is down itself: its endpoint hangs up, and the other one knows why.
    lab.patch(json!({ "nodes": { "pve1": { "online": false } } }));
    let run = lab.run_at(&format!("{first},{second}"), &["plan", "lab"]).ends(0);
    let run = run.prints("node `pve1` is offline: of its guests nothing is known: 101");
    assert!(!run.out.contains("create") && !run.out.contains("container.db"), "{run:#?}");
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn what_a_login_may_not_see_is_unknown_and_never_to_be_made() {
    // 47, 48
    let lab = Simulated::start(Release::V9_1);
    lab.sim.with_world(|world| world.access.acl[0].path = "/vms/101".to_owned());
    let plan = lab.plan(0);
    let changes = changes(&plan);
    assert!(changes.iter().all(|change| change.starts_with("unknown ")), "{changes:#?}");
    assert!(!changes.iter().any(|change| change.contains(" vm.web ")), "what it may see is compared: {changes:#?}");
    assert!(findings(&plan).iter().all(|name| *name == "not-read"), "{plan:#}");
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn what_breaks_once_on_the_way_changes_no_plan() {
    // 22, 23, 25, 31
    let busy = |reason: &str| Action::Status {
        status: 500,
        reason: reason.to_owned(),
        errors: Default::default(),
        bare: false,
    };
    let lab = Simulated::start(Release::V9_1);
    for (path, action) in [
        ("/cluster/resources", busy("got no worker upid - start worker failed")),
        ("/nodes/*/qemu/101/config", busy("can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout")),
        ("/nodes/*/lxc/201/pending", Action::Reset),
        ("/cluster/firewall/rules", Action::CloseSilently),
        ("/nodes/*/storage", Action::Delay { ms: 100 }),
    ] {
        lab.sim.fault(Fault::new("GET", path, action.clone()));
        lab.run(&["plan", "lab"]).ends(0).prints("nothing to do, 22 as it should be");
        lab.sim.clear_faults();
    }
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn what_stays_broken_is_unknown_with_its_reason() {
    // 28, 29
    let lab = Simulated::start(Release::V9_1);
    for (action, why) in [
        (Action::Html { status: 502 }, "status 502, with a page for people"),
        (Action::InvalidJson, "ends in the middle"),
        (Action::Truncate, "ends in the middle"),
        (Action::EmptyBody, "an empty answer"),
    ] {
        lab.sim.fault(Fault::new("GET", "/nodes/*/qemu/101/config", action.clone()).times(0));
        let plan = lab.plan(0);
        assert_eq!(changes(&plan), ["unknown vm.web vm.config", "unknown vm.web vm.power"], "{action:?}");
        assert!(plan.to_string().contains(why), "{action:?}: {plan:#}");
        lab.sim.clear_faults();
    }
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn no_form_of_a_plan_shows_a_secret() {
    // `hlab` looks for the token, for what the lab's own secret is, and for the password that the VM has.
    let lab = Simulated::start(Release::V9_1);
    lab.patch(json!({ "guests": { "101": {
        "config": { "memory": "4096" },
        "pending": { "memory": "8192", "cipassword": "$5$c4nary$other" },
    } } }));
    lab.patch(json!({ "guests": { "102": { "config": { "cipassword": "$5$c4nary$hash" } } } }));
    for format in ["human", "json", "markdown", "html"] {
        lab.run(&["plan", "lab", "--detailed", "--format", format]).ends(2).prints("cipassword");
    }
    lab.run(&["plan", "lab", "-o", "plan.json"]).ends(2);
    let kept = std::fs::read_to_string(lab.folder.path("plan.json")).expect("it is written");
    assert!(kept.contains("cipassword") && !kept.contains("c4nary"), "{kept}");
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn the_same_cluster_gives_the_same_bytes() {
    let lab = Simulated::start(Release::V9_1);
    lab.patch(json!({ "guests": { "101": { "config": { "memory": "4096", "cores": "3" } }, "201": null } }));
    let first = lab.run(&["diff", "lab", "--format", "json", "--detailed"]).ends(2).out;
    for _ in 0..3 {
        assert_eq!(lab.run(&["diff", "lab", "--format", "json", "--detailed"]).ends(2).out, first);
    }
    lab.leaves_nothing_to_complain_of();
}

#[test]
fn health_tells_a_cluster_that_is_well_from_one_without_quorum() {
    for release in Release::ALL {
        let lab = Simulated::start(release);
        let run = lab.run(&["health", "lab"]).ends(0);
        let expected = format!(
            "cluster  quorate, Proxmox VE {}\nnodes    2 of 2 online\nguests   2 running, 1 stopped\nbackups  none seen\n",
            release.name()
        );
        assert!(run.out.starts_with(&expected), "{run:#?}");
        assert_eq!(run.err, "");
        lab.patch(json!({ "cluster": { "quorate": false } }));
        lab.run(&["health", "lab"]).ends(1).prints("quorum");
        lab.patch(json!({ "cluster": { "quorate": true }, "guests": { "101": { "power": "stopped" } } }));
        lab.run(&["health", "lab"]).ends(1).prints("error[guest-stopped]: `vm.web` (101) is stopped");
        lab.leaves_nothing_to_complain_of();
    }
}

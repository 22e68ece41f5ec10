//! Firewalls of each scope, options of the datacenter and servers of metrics.

use pvesim::Sim;
use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{call, homelab_sim, ok, refusal};

const ROOT: &str = "root@pam!full";

#[track_caller]
fn root(sim: &Sim, method: &str, path: &str, parameters: &[&str]) -> Value {
    let reply = call(sim, ROOT, method, path, parameters);
    assert_eq!(reply.status, 200, "{method} {path}: {} {:?}", reply.reason, reply.json());
    reply.data()
}

/// The comments of rules, first to last.
fn comments(sim: &Sim, path: &str) -> Vec<String> {
    let list = root(sim, "GET", path, &[]);
    let rows = list.as_array().expect("a list");
    rows.iter().map(|row| row["comment"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Where there are firewalls; a security group has rules as they do.
const SCOPES: [&str; 5] = [
    "/cluster/firewall/rules",
    "/cluster/firewall/groups/web",
    "/nodes/pve1/firewall/rules",
    "/nodes/pve1/qemu/100/firewall/rules",
    "/nodes/pve1/lxc/101/firewall/rules",
];

#[test]
fn rules_are_known_by_their_place() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let rules = json!({ "rules": [] });
        let patch = json!({ "firewall": { "rules": [], "groups": { "web": rules } } });
        sim.patch(patch).expect("it is a world");
        for path in SCOPES {
            for name in ["c", "b", "a"] {
                root(&sim, "POST", path, &["type=in", "action=ACCEPT", &format!("comment={name}"), "enable=1"]);
            }
            assert_eq!(comments(&sim, path), ["a", "b", "c"], "a new one goes to the top");
            root(&sim, "PUT", &format!("{path}/0"), &["moveto=3"]);
            assert_eq!(comments(&sim, path), ["b", "c", "a"]);
            root(&sim, "PUT", &format!("{path}/2"), &["moveto=0"]);
            root(&sim, "PUT", &format!("{path}/1"), &["dport=22", "proto=tcp", "delete=enable"]);
            let rule = root(&sim, "GET", &format!("{path}/1"), &[]);
            assert_eq!((&rule["dport"], rule.get("enable"), &rule["pos"]), (&json!("22"), None, &json!(1)));
            let digest = format!("digest={}", rule["digest"].as_str().expect("a digest"));
            root(&sim, "DELETE", &format!("{path}/0"), &[&digest]);
            assert_eq!(comments(&sim, path), ["b", "c"]);
            let late = refusal(&sim, ROOT, "DELETE", &format!("{path}/0"), &[&digest]);
            assert_eq!(late, "500 detected modified configuration - file changed by other user? Try again.");
            assert_eq!(refusal(&sim, ROOT, "GET", &format!("{path}/7"), &[]), "500 no rule at position 7");
        }
        sim.assert_clean();
    }
}

#[test]
fn options_of_each_scope() {
    let sim = homelab_sim(Release::V9_1);
    let scopes =
        ["/cluster/firewall", "/nodes/pve1/firewall", "/nodes/pve1/qemu/100/firewall", "/nodes/pve1/lxc/101/firewall"];
    for scope in scopes {
        let path = format!("{scope}/options");
        root(&sim, "PUT", &path, &["enable=1"]);
        assert_eq!(root(&sim, "GET", &path, &[])["enable"], 1);
        root(&sim, "PUT", &path, &["delete=enable"]);
        assert_eq!(root(&sim, "GET", &path, &[]).get("enable"), None);
        let unknown = refusal(&sim, ROOT, "PUT", &path, &["delete=colour"]);
        assert_eq!(unknown, "500 no such option 'colour'");
    }
    let eve = refusal(&sim, "eve@pve!look", "PUT", "/nodes/pve1/qemu/100/firewall/options", &["enable=1"]);
    assert_eq!(eve, "403 Permission check failed (/vms/100, VM.Config.Network)");
    sim.assert_clean();
}

#[test]
fn aliases_and_sets_of_addresses() {
    let sim = homelab_sim(Release::V9_1);
    for scope in ["/cluster/firewall", "/nodes/pve1/qemu/100/firewall", "/nodes/pve1/lxc/101/firewall"] {
        let (aliases, ipset) = (format!("{scope}/aliases"), format!("{scope}/ipset"));
        root(&sim, "POST", &aliases, &["name=printer", "cidr=192.0.2.20"]);
        root(&sim, "PUT", &format!("{aliases}/printer"), &["cidr=192.0.2.21", "rename=paper", "comment=x"]);
        let alias = root(&sim, "GET", &format!("{aliases}/paper"), &[]);
        assert_eq!((&alias["cidr"], &alias["comment"]), (&json!("192.0.2.21"), &json!("x")));
        let gone = refusal(&sim, ROOT, "GET", &format!("{aliases}/printer"), &[]);
        assert_eq!(gone, "400 Parameter verification failed. name: no such alias");
        root(&sim, "DELETE", &format!("{aliases}/paper"), &[]);

        root(&sim, "POST", &ipset, &["name=guests", "comment=x"]);
        root(&sim, "POST", &format!("{ipset}/guests"), &["cidr=192.0.2.0/25", "nomatch=1"]);
        let entry = format!("{ipset}/guests/192.0.2.0/25");
        assert_eq!(root(&sim, "GET", &entry, &[])["nomatch"], 1);
        root(&sim, "PUT", &entry, &["comment=all"]);
        let list = root(&sim, "GET", &format!("{ipset}/guests"), &[]);
        assert_eq!((&list[0]["comment"], list[0].get("nomatch")), (&json!("all"), None));
        let again = refusal(&sim, ROOT, "POST", &format!("{ipset}/guests"), &["cidr=192.0.2.0/25"]);
        assert_eq!(again, "400 Parameter verification failed. cidr: address '192.0.2.0/25' already exists");
        let full = refusal(&sim, ROOT, "DELETE", &format!("{ipset}/guests"), &[]);
        assert_eq!(full, "500 IPSet 'guests' is not empty");
        root(&sim, "DELETE", &entry, &[]);
        root(&sim, "POST", &ipset, &["name=others", "rename=guests"]);
        root(&sim, "DELETE", &format!("{ipset}/others"), &[]);
    }
    sim.assert_clean();
}

#[test]
fn security_groups_are_removed_when_they_are_empty() {
    let sim = homelab_sim(Release::V9_1);
    let path = "/cluster/firewall/groups";
    root(&sim, "POST", path, &["group=mail", "comment=x"]);
    root(&sim, "POST", path, &["group=post", "rename=mail"]);
    let names: Vec<Value> =
        root(&sim, "GET", path, &[]).as_array().expect("a list").iter().map(|row| row["group"].clone()).collect();
    assert_eq!(names, ["post", "web"]);
    root(&sim, "DELETE", &format!("{path}/post"), &[]);
    let full = refusal(&sim, ROOT, "DELETE", &format!("{path}/web"), &[]);
    assert_eq!(full, "500 Security group 'web' is not empty");
    let exists = refusal(&sim, ROOT, "POST", path, &["group=web"]);
    assert_eq!(exists, "400 Parameter verification failed. group: Security group 'web' already exists");
    sim.assert_clean();
}

#[test]
fn options_of_the_datacenter() {
    let sim = homelab_sim(Release::V9_1);
    root(
        &sim,
        "PUT",
        "/cluster/options",
        &["migration=secure,network=192.0.2.0/24", "max_workers=4", "delete=keyboard"],
    );
    let options = root(&sim, "GET", "/cluster/options", &[]);
    assert_eq!(options["migration"], json!({ "type": "secure", "network": "192.0.2.0/24" }));
    assert_eq!((&options["max_workers"], options.get("keyboard")), (&json!(4), None));
    assert_eq!(options["registered-tags"], json!(["prod"]));
    let eve = refusal(&sim, "eve@pve!look", "PUT", "/cluster/options", &["max_workers=4"]);
    assert_eq!(eve, "403 Permission check failed (/, Sys.Modify)");
    sim.assert_clean();
}

#[test]
fn servers_of_metrics() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let path = "/cluster/metrics/server/carbon";
        root(&sim, "POST", path, &["type=graphite", "server=192.0.2.7", "port=2003", "proto=tcp"]);
        root(&sim, "PUT", path, &["server=192.0.2.7", "port=2004", "delete=proto", "disable=1"]);
        let server = root(&sim, "GET", path, &[]);
        assert_eq!((&server["port"], &server["disable"], server.get("proto")), (&json!(2004), &json!(1), None));
        let list = ok(&sim, "GET", "/cluster/metrics/server", &[]);
        assert_eq!((&list[1]["id"], &list[1]["disable"]), (&json!("graphs"), &json!(0)));
        root(&sim, "DELETE", path, &[]);
        assert_eq!(refusal(&sim, ROOT, "GET", path, &[]), "500 status server entry 'carbon' does not exist");
        sim.assert_clean();
    }
}

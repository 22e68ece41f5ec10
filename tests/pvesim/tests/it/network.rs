//! What a node has of its own: network, name servers, time, hosts, certificates.

use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, Reply, call, homelab_sim, ok, refusal};

const PATH: &str = "/nodes/pve1/network";

fn interface(reply: &Reply, name: &str) -> Value {
    let list = reply.data();
    let rows = list.as_array().expect("a list");
    rows.iter().find(|row| row["iface"] == name).cloned().unwrap_or(Value::Null)
}

#[test]
fn changes_are_staged_shown_and_applied() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let root = |method: &str, path: &str, parameters: &[&str]| {
            let reply = call(&sim, "root@pam!full", method, path, parameters);
            assert_eq!(reply.status, 200, "{method} {path}: {} {:?}", reply.reason, reply.json());
            reply
        };
        assert_eq!(root("GET", PATH, &[]).json().get("changes"), None);
        let bridge = ["iface=vmbr1", "type=bridge", "cidr=192.0.2.129/25", "bridge_ports=eno2", "autostart=1"];
        root("POST", PATH, &bridge);
        let list = root("GET", PATH, &[]);
        let made = interface(&list, "vmbr1");
        assert_eq!(
            (&made["address"], &made["method"], made.get("active")),
            (&json!("192.0.2.129"), &json!("static"), None)
        );
        assert!(list.json()["changes"].as_str().expect("there are").contains("+vmbr1 cidr 192.0.2.129/25"));
        assert!(!sim.world().nodes["pve1"].network.interfaces.contains_key("vmbr1"), "only staged");

        let upid = root("PUT", PATH, &[]).data().as_str().expect("a task").to_owned();
        assert!(upid.contains(":srvreload:networking:"), "{upid}");
        sim.advance(std::time::Duration::from_secs(5));
        let list = root("GET", PATH, &[]);
        assert_eq!((&interface(&list, "vmbr1")["active"], list.json().get("changes")), (&json!(1), None));

        root("DELETE", &format!("{PATH}/vmbr1"), &[]);
        assert_eq!(interface(&root("GET", PATH, &[]), "vmbr1"), Value::Null);
        root("DELETE", PATH, &[]);
        assert_eq!(
            interface(&root("GET", PATH, &[]), "vmbr1")["cidr"],
            "192.0.2.129/25",
            "it was only staged, and is not now"
        );
        sim.assert_clean();
    }
}

#[test]
fn an_update_merges_and_an_address_that_is_not_sent_again_loses_its_method() {
    let sim = homelab_sim(Release::V9_1);
    let path = format!("{PATH}/vmbr0");
    let update = |parameters: &[&str]| {
        let reply = call(&sim, "root@pam!full", "PUT", &path, parameters);
        assert_eq!(reply.status, 200, "{}", reply.reason);
        ok(&sim, "GET", &path, &[])
    };
    let merged = update(&["type=bridge", "mtu=9000", "cidr=192.0.2.1/24"]);
    assert_eq!(
        (&merged["method"], &merged["bridge_ports"], &merged["mtu"]),
        (&json!("static"), &json!("eno1"), &json!(9000))
    );
    assert_eq!(update(&["type=bridge", "delete=mtu", "cidr=192.0.2.1/24"]).get("mtu"), None);
    let trap = update(&["type=bridge", "comments=x"]);
    assert_eq!((&trap["method"], &trap["cidr"]), (&json!("manual"), &json!("192.0.2.1/24")));
    sim.assert_clean();
}

#[test]
fn interfaces_that_are_or_are_not_there() {
    let sim = homelab_sim(Release::V9_1);
    let refused =
        |method: &str, path: &str, parameters: &[&str]| refusal(&sim, "root@pam!full", method, path, parameters);
    let bad = "400 Parameter verification failed.";
    assert_eq!(
        refused("POST", PATH, &["iface=vmbr0", "type=bridge"]),
        format!("{bad} iface: interface already exists")
    );
    let missing = format!("{bad} iface: interface does not exist");
    assert_eq!(refused("PUT", &format!("{PATH}/vmbr7"), &["type=bridge"]), missing);
    assert_eq!(refused("DELETE", &format!("{PATH}/vmbr7"), &[]), missing);
    assert_eq!(sim.world().nodes["pve1"].network.staged, None, "a refusal stages nothing");
    let ops = refusal(&sim, OPS, "PUT", PATH, &[]);
    assert_eq!(ops, "403 Permission check failed (/nodes/pve1, Sys.Modify)");
    sim.assert_clean();
}

#[test]
fn name_servers_time_and_hosts() {
    let sim = homelab_sim(Release::V9_1);
    let root = |method: &str, path: &str, parameters: &[&str]| {
        let reply = call(&sim, "root@pam!full", method, &format!("/nodes/pve1/{path}"), parameters);
        assert_eq!(reply.status, 200, "{method} {path}: {}", reply.reason);
        reply.data()
    };
    assert_eq!(root("GET", "dns", &[]), json!({ "dns1": "192.0.2.53", "search": "lab.example" }));
    root("PUT", "dns", &["search=lab.example", "dns2=192.0.2.54"]);
    assert_eq!(
        root("GET", "dns", &[]),
        json!({ "dns2": "192.0.2.54", "search": "lab.example" }),
        "what is not sent is gone"
    );
    root("PUT", "time", &["timezone=Europe/Vienna"]);
    sim.patch(json!({ "nodes": { "pve1": { "clock_ahead": 60 } } })).expect("it is a world");
    let time = root("GET", "time", &[]);
    assert_eq!(time["timezone"], "Europe/Vienna");
    assert!(time["time"].as_u64() > Some(sim.world().clock.now()), "by the node's own clock");

    let hosts = root("GET", "hosts", &[]);
    let digest = format!("digest={}", hosts["digest"].as_str().expect("a digest"));
    root("POST", "hosts", &["data=127.0.0.1 localhost", &digest]);
    assert_eq!(root("GET", "hosts", &[])["data"], "127.0.0.1 localhost");
    let late = refusal(&sim, "root@pam!full", "POST", "/nodes/pve1/hosts", &["data=x", &digest]);
    assert_eq!(late, "500 detected modified configuration - file changed by other user? Try again.");
    assert_eq!(root("GET", "certificates/info", &[])[0]["filename"], "pve-root-ca.pem");
    sim.assert_clean();

    sim.expect_violation("repositories of a node whose world does not say them");
    assert_eq!(call(&sim, OPS, "GET", "/nodes/pve1/apt/repositories", &[]).status, 501);
    let eve = refusal(&sim, "eve@pve!look", "GET", "/nodes/pve1/dns", &[]);
    assert_eq!(eve, "403 Permission check failed (/nodes/pve1, Sys.Audit)");
    sim.assert_clean();
}

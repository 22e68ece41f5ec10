//! Devices of nodes and their names in the cluster.

use pvesim::world::Release;
use serde_json::json;

use crate::support::{OPS, call, homelab_sim, ok, refusal};

#[test]
fn devices_are_listed_without_bridges_unless_all_are_wanted() {
    let sim = homelab_sim(Release::V9_1);
    let list = |parameters: &[&str]| ok(&sim, "GET", "/nodes/pve1/hardware/pci", parameters);
    assert_eq!(list(&[]).as_array().map(Vec::len), Some(1));
    assert_eq!(list(&[])[0]["id"], "0000:01:00.0");
    assert_eq!(list(&["pci-class-blacklist=03"]).as_array().map(Vec::len), Some(1), "another class is hidden");
    assert_eq!(ok(&sim, "GET", "/nodes/pve2/hardware/pci", &[]), json!([]));
    // Even an administrator may not list USB devices: that needs the right to change the system.
    let path = "/nodes/pve1/hardware/usb";
    assert_eq!(refusal(&sim, OPS, "GET", path, &[]), "403 Permission check failed (/, Sys.Modify)");
    assert_eq!(call(&sim, "root@pam!full", "GET", path, &[]).data()[0]["vendid"], "0x0658");
    sim.assert_clean();
}

#[test]
fn a_mapping_is_made_changed_and_removed() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let root = |method: &str, path: &str, parameters: &[&str]| {
            let reply = call(&sim, "root@pam!full", method, path, parameters);
            assert_eq!(reply.status, 200, "{method} {path}: {} {:?}", reply.reason, reply.json());
            reply.data()
        };
        let entry = "node=pve1,path=0000:00:1f.0,id=8086:a305";
        root("POST", "/cluster/mapping/pci", &["id=isa", "description=x", "mdev=1", &format!("map={entry}")]);
        let made = root("GET", "/cluster/mapping/pci/isa", &[]);
        assert_eq!((&made["map"], &made["mdev"]), (&json!([entry]), &json!(1)));
        let digest = format!("digest={}", made["digest"].as_str().expect("a digest"));
        root("PUT", "/cluster/mapping/pci/isa", &["delete=mdev,description", &digest]);
        let made = root("GET", "/cluster/mapping/pci/isa", &[]);
        assert_eq!((&made["description"], made.get("mdev"), &made["map"]), (&json!(""), None, &json!([entry])));
        let modified = "500 detected modified configuration - file changed by other user? Try again.";
        let late = refusal(&sim, "root@pam!full", "PUT", "/cluster/mapping/pci/isa", &["mdev=0", &digest]);
        assert_eq!(late, modified);
        root("POST", "/cluster/mapping/dir", &["id=share", "map=node=pve1,path=/srv/share"]);
        root("DELETE", "/cluster/mapping/dir/share", &[]);
        root("DELETE", "/cluster/mapping/pci/isa", &[]);
        let gone = refusal(&sim, OPS, "GET", "/cluster/mapping/pci/isa", &[]);
        assert_eq!(gone, "500 pci ID 'isa' does not exist");
        sim.assert_clean();
    }
}

#[test]
fn a_list_says_what_does_not_fit_a_node() {
    let sim = homelab_sim(Release::V9_1);
    let checks = |node: &str| {
        let list = ok(&sim, "GET", "/cluster/mapping/pci", &[&format!("check-node={node}")]);
        list[0]["checks"].clone()
    };
    assert_eq!(checks("pve1"), json!([]));
    assert_eq!(checks("pve2"), json!([{ "severity": "warning", "message": "No mapping for node pve2." }]));
    sim.patch(json!({ "nodes": { "pve1": { "pci": [] } } })).expect("it is a world");
    assert_eq!(checks("pve1")[0]["severity"], "error");
    sim.assert_clean();
}

#[test]
fn mappings_that_cannot_be_are_refused_and_others_are_hidden() {
    let sim = homelab_sim(Release::V9_1);
    let create = ["id=gpu", "map=node=pve1,path=0000:01:00.0,id=10de:2204"];
    let exists = refusal(&sim, "root@pam!full", "POST", "/cluster/mapping/pci", &create);
    assert_eq!(exists, "500 pci ID 'gpu' already defined");
    let ops = refusal(&sim, OPS, "POST", "/cluster/mapping/pci", &create);
    assert_eq!(ops, "403 Permission check failed (/mapping/pci, Mapping.Modify)");
    assert_eq!(call(&sim, "eve@pve!look", "GET", "/cluster/mapping/pci", &[]).data(), json!([]));
    assert_eq!(ok(&sim, "GET", "/cluster/mapping/pci", &[])[0]["id"], "gpu");
    sim.assert_clean();
}

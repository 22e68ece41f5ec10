//! Storages: definitions, state on nodes, content, downloads.

use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, call, homelab_sim, ok, refusal, run};

fn named(list: &Value, key: &str, name: &str) -> Value {
    let rows = list.as_array().expect("a list");
    rows.iter().find(|row| row[key] == name).cloned().unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn definitions_are_made_changed_and_removed() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        let create = ["storage=backup", "type=dir", "path=/mnt/backup", "content=backup", "shared=0", "disable=1"];
        let root = |method: &str, path: &str, parameters: &[&str]| {
            let reply = call(&sim, "root@pam!full", method, path, parameters);
            assert_eq!(reply.status, 200, "{}", reply.reason);
            reply.data()
        };
        assert_eq!(root("POST", "/storage", &create), json!({ "storage": "backup", "type": "dir", "config": {} }));
        let made = root("GET", "/storage/backup", &[]);
        assert_eq!((&made["path"], &made["disable"]), (&json!("/mnt/backup"), &json!(1)));
        root("PUT", "/storage/backup", &["delete=disable", "content=backup,iso", "nodes=pve1"]);
        let made = named(&root("GET", "/storage", &[]), "storage", "backup");
        assert_eq!((&made["content"], made.get("disable")), (&json!("backup,iso"), None));
        root("DELETE", "/storage/backup", &[]);
        assert_eq!(refusal(&sim, OPS, "GET", "/storage/backup", &[]), "500 storage 'backup' does not exist");
        sim.assert_clean();
    }
}

#[test]
fn definitions_that_cannot_be_are_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |method: &str, path: &str, parameters: &[&str]| refusal(&sim, OPS, method, path, parameters);
    let exists = "500 create storage failed: storage ID 'local' already defined";
    assert_eq!(refused("POST", "/storage", &["storage=local", "type=dir", "path=/x"]), exists);
    let missing = "500 missing value for required option 'vgname'";
    assert_eq!(refused("POST", "/storage", &["storage=new", "type=lvm"]), missing);
    let content = "500 storage does not support content type 'iso'";
    assert_eq!(refused("POST", "/storage", &["storage=new", "type=lvm", "vgname=pve", "content=iso"]), content);
    let ghost = "500 update storage failed: storage 'ghost' does not exist";
    assert_eq!(refused("PUT", "/storage/ghost", &["disable=1"]), ghost);
    let old = "digest=0000000000000000000000000000000000000000";
    let modified = "detected modified configuration - file changed by other user? Try again.";
    assert_eq!(refused("PUT", "/storage/local", &["disable=1", old]), format!("500 update storage failed: {modified}"));
    let eve = refusal(&sim, "eve@pve!look", "POST", "/storage", &["storage=new", "type=dir", "path=/x"]);
    assert_eq!(eve, "403 Permission check failed (/storage, Datastore.Allocate)");
    sim.assert_clean();
}

#[test]
fn a_node_lists_what_it_may_not_use_as_not_enabled() {
    let sim = homelab_sim(Release::V9_1);
    let tank = |node: &str| named(&ok(&sim, "GET", &format!("/nodes/{node}/storage"), &[]), "storage", "tank");
    assert_eq!((&tank("pve1")["enabled"], &tank("pve1")["active"]), (&json!(1), &json!(1)));
    assert_eq!((&tank("pve2")["enabled"], &tank("pve2")["active"]), (&json!(0), &json!(0)));
    let list = ok(&sim, "GET", "/nodes/pve2/storage", &["content=images"]);
    let names: Vec<&str> = list.as_array().expect("a list").iter().filter_map(|row| row["storage"].as_str()).collect();
    assert_eq!(names, ["local-lvm", "nas"]);
    assert_eq!(
        call(&sim, "eve@pve!look", "GET", "/nodes/pve1/storage", &[]).data(),
        json!([]),
        "an empty list, no error"
    );
    let refused = refusal(&sim, OPS, "GET", "/nodes/pve2/storage/tank/content", &[]);
    assert_eq!(refused, "500 storage 'tank' is not available on node 'pve2'");
    sim.assert_clean();
}

#[test]
fn content_is_listed_with_its_kind_and_its_guest() {
    let sim = homelab_sim(Release::V9_1);
    let content = |storage: &str, parameters: &[&str]| {
        ok(&sim, "GET", &format!("/nodes/pve1/storage/{storage}/content"), parameters)
    };
    let backup = content("local", &["content=backup"]);
    let row = json!({
        "volid": "local:backup/vzdump-qemu-100-2025_12_31-02_00_00.vma.zst", "content": "backup", "format": "vma.zst",
        "size": 4_294_967_296_u64, "vmid": 100, "ctime": 1_767_146_400, "notes": "dns",
    });
    assert_eq!(backup, json!([row]));
    let formats: Vec<Value> =
        content("local", &[]).as_array().expect("a list").iter().map(|row| row["format"].clone()).collect();
    assert_eq!(formats, ["vma.zst", "qcow2", "iso", "snippet", "tzst"]);
    assert_eq!(content("local-lvm", &["vmid=101"])[0]["content"], "rootdir");
    assert_eq!(content("local-lvm", &["vmid=100"])[0]["content"], "images");
    // Each node has its own directory; what is shared is the same everywhere.
    assert_eq!(ok(&sim, "GET", "/nodes/pve2/storage/local/content", &[]), json!([]));
    assert_eq!(content("nas", &[])[0]["volid"], "nas:102/vm-102-disk-0.qcow2");
    sim.assert_clean();
}

#[test]
fn a_download_adds_a_file() {
    let sim = homelab_sim(Release::V9_1);
    let path = "/nodes/pve1/storage/local/download-url";
    let download = |content: &str, name: &str| {
        let (content, name) = (format!("content={content}"), format!("filename={name}"));
        call(&sim, "root@pam", "POST", path, &[&content, &name, "url=https://files.example/x"])
    };
    assert_eq!(download("iso", "new.iso").status, 200);
    sim.advance(std::time::Duration::from_secs(5));
    let list = ok(&sim, "GET", "/nodes/pve1/storage/local/content", &["content=iso"]);
    assert_eq!(named(&list, "volid", "local:iso/new.iso")["format"], "iso");
    let upid = download("iso", "new.iso").data().as_str().expect("a task").to_owned();
    sim.advance(std::time::Duration::from_secs(5));
    let ended = sim.world().tasks.get(&upid).expect("it is known").exitstatus.clone();
    assert_eq!(ended, "refusing to override existing file '/var/lib/vz/template/iso/new.iso'");
    assert_eq!(download("iso", "new.tar").error("filename"), "wrong file extension");
    let refused = refusal(&sim, OPS, "POST", path, &["content=iso", "filename=x.iso", "url=https://files.example/x"]);
    assert_eq!(refused, "403 Permission check failed", "an administrator may write, but not reach out to the network");
    sim.assert_clean();
}

#[test]
fn a_volume_is_removed_by_a_task() {
    let sim = homelab_sim(Release::V9_1);
    let path = "/nodes/pve1/storage/local/content/local:iso/debian.iso";
    sim.patch(json!({ "guests": { "100": { "config": { "ide2": null } } } })).expect("it is a world");
    assert_eq!(run(&sim, "DELETE", path, &[]), "OK");
    assert_eq!(refusal(&sim, OPS, "DELETE", path, &[]), "500 volume 'local:iso/debian.iso' does not exist");
    let eve =
        refusal(&sim, "eve@pve!look", "DELETE", "/nodes/pve1/storage/local/content/local:snippets/user.yaml", &[]);
    assert_eq!(eve, "403 Permission check failed (/storage/local, Datastore.Allocate)");
    // What is not modelled fails the test that asks for it.
    sim.expect_violation("removing the disk of a guest behind its back");
    let disk = "/nodes/pve1/storage/local-lvm/content/local-lvm:vm-100-disk-0";
    assert_eq!(call(&sim, OPS, "DELETE", disk, &[]).status, 501);
    sim.assert_clean();
}

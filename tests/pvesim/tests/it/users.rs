//! Users, tokens, groups, roles, access control and pools: written through the API, and felt at once.

use pvesim::Sim;
use pvesim::world::Release;
use serde_json::{Value, json};

use crate::support::{OPS, call, homelab_sim, refusal};

const ROOT: &str = "root@pam!full";

#[track_caller]
fn root(sim: &Sim, method: &str, path: &str, parameters: &[&str]) -> Value {
    let reply = call(sim, ROOT, method, path, parameters);
    assert_eq!(reply.status, 200, "{method} {path}: {}", reply.reason);
    reply.data()
}

fn named(list: &Value, key: &str, name: &str) -> Value {
    let rows = list.as_array().expect("a list");
    rows.iter().find(|row| row[key] == name).cloned().unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn a_user_is_made_changed_and_removed() {
    for release in Release::ALL {
        let sim = homelab_sim(release);
        root(
            &sim,
            "POST",
            "/access/users",
            &["userid=new@pve", "comment=hello", "groups=admins", "email=new@lab.example"],
        );
        root(&sim, "POST", "/access/groups", &["groupid=team", "comment=x"]);
        root(&sim, "PUT", "/access/users/new@pve", &["groups=team", "append=1", "enable=0"]);
        let user = root(&sim, "GET", "/access/users/new@pve", &[]);
        assert_eq!((&user["groups"], &user["enable"]), (&json!(["admins", "team"]), &json!(0)));
        root(&sim, "PUT", "/access/users/new@pve", &["groups=team", "comment=bye"]);
        let list = root(&sim, "GET", "/access/users", &["full=1"]);
        let user = named(&list, "userid", "new@pve");
        assert_eq!((&user["groups"], &user["comment"]), (&json!("team"), &json!("bye")));
        assert_eq!(named(&list, "userid", "ops@pve")["tokens"][0]["tokenid"], "hlab");
        root(&sim, "PUT", "/access/acl", &["path=/vms", "roles=PVEVMUser", "users=new@pve"]);
        root(&sim, "DELETE", "/access/users/new@pve", &[]);
        let acl = root(&sim, "GET", "/access/acl", &[]);
        assert!(acl.as_array().expect("a list").iter().all(|entry| entry["ugid"] != "new@pve"), "its entries go too");
        assert_eq!(root(&sim, "GET", "/access/groups/team", &[]), json!({ "comment": "x", "members": [] }));
        sim.assert_clean();
    }
}

#[test]
fn users_that_cannot_be_are_refused() {
    let sim = homelab_sim(Release::V9_1);
    let refused = |method: &str, path: &str, parameters: &[&str]| refusal(&sim, ROOT, method, path, parameters);
    let exists = "500 create user failed: user 'ops@pve' already exists";
    assert_eq!(refused("POST", "/access/users", &["userid=ops@pve"]), exists);
    assert_eq!(refused("POST", "/access/users", &["userid=x@nowhere"]), "500 domain 'nowhere' does not exist");
    assert_eq!(refused("POST", "/access/users", &["userid=x@pve", "groups=ghosts"]), "500 no such group 'ghosts'");
    assert_eq!(refused("GET", "/access/users/ghost@pve", &[]), "500 no such user ('ghost@pve')");
    assert_eq!(
        refused("POST", "/access/groups", &["groupid=admins"]),
        "500 create group failed: group 'admins' already exists"
    );
    assert_eq!(refused("GET", "/access/groups/ghosts", &[]), "500 group 'ghosts' does not exist");
    let eve = refusal(&sim, "eve@pve!look", "POST", "/access/users", &["userid=x@pve", "groups=admins"]);
    assert_eq!(eve, "403 Permission check failed (/access/realm/pve, Realm.AllocateUser)");
    sim.assert_clean();
}

#[test]
fn a_token_tells_its_secret_once_and_can_less_than_its_user() {
    let sim = homelab_sim(Release::V9_1);
    let path = "/access/users/ops@pve/token/new";
    let made = root(&sim, "POST", path, &["comment=ci"]);
    assert_eq!((&made["full-tokenid"], &made["info"]["privsep"]), (&json!("ops@pve!new"), &json!(1)));
    assert_eq!(made["value"].as_str().map(str::len), Some(36));
    assert_eq!(root(&sim, "GET", path, &[]), json!({ "privsep": 1, "expire": 0, "comment": "ci" }));

    // Cut off from its user's rights until it gets entries of its own, and never beyond them.
    let secret = crate::support::SECRET;
    sim.patch(json!({ "access": { "users": { "ops@pve": { "tokens": { "new": { "secret": secret } } } } } }))
        .expect("a world");
    let status = || call(&sim, "ops@pve!new", "GET", "/nodes/pve1/qemu/100/config", &[]).status;
    assert_eq!(status(), 403);
    root(&sim, "PUT", "/access/acl", &["path=/vms/100", "roles=PVEVMUser", "tokens=ops@pve!new"]);
    assert_eq!(status(), 200);
    root(&sim, "PUT", "/access/acl", &["path=/vms/100", "roles=PVEVMUser", "tokens=ops@pve!new", "delete=1"]);
    assert_eq!(status(), 403);
    root(&sim, "PUT", path, &["privsep=0"]);
    assert_eq!(status(), 200);

    let refused = |method: &str| refusal(&sim, ROOT, method, path, &[]);
    assert_eq!(refused("POST"), "400 Parameter verification failed. tokenid: Token already exists.");
    root(&sim, "DELETE", path, &[]);
    assert_eq!(refused("DELETE"), "500 no such token 'new' for user 'ops@pve'");
    sim.assert_clean();
}

#[test]
fn roles_hold_privileges_that_the_release_knows() {
    for (release, unknown) in [(Release::V8_4, "VM.Replicate"), (Release::V9_1, "VM.Monitor")] {
        let sim = homelab_sim(release);
        root(&sim, "POST", "/access/roles", &["roleid=Look", "privs=VM.Audit"]);
        root(&sim, "PUT", "/access/roles/Look", &["privs=Sys.Audit", "append=1"]);
        assert_eq!(root(&sim, "GET", "/access/roles/Look", &[]), json!({ "Sys.Audit": 1, "VM.Audit": 1 }));
        let list = root(&sim, "GET", "/access/roles", &[]);
        assert_eq!(
            named(&list, "roleid", "Look"),
            json!({ "roleid": "Look", "privs": "Sys.Audit,VM.Audit", "special": 0 })
        );
        assert_eq!(named(&list, "roleid", "Administrator")["special"], 1);
        let refused = |method: &str, path: &str, parameters: &[&str]| refusal(&sim, ROOT, method, path, parameters);
        let bad = refused("PUT", "/access/roles/Look", &[&format!("privs={unknown}")]);
        assert!(bad.starts_with("400 ") && bad.ends_with(&format!("invalid privilege '{unknown}'")), "{bad}");
        let reserved = refused("POST", "/access/roles", &["roleid=PVEMine"]);
        assert!(reserved.contains("'PVE' namespace"), "{reserved}");
        let built = "500 update role failed: auto-generated role 'PVEAdmin' cannot be modified";
        assert_eq!(refused("PUT", "/access/roles/PVEAdmin", &["privs=VM.Audit"]), built);
        assert_eq!(refused("GET", "/access/roles/Ghost", &[]), "500 role 'Ghost' does not exist");
        root(&sim, "DELETE", "/access/roles/Look", &[]);
        sim.assert_clean();
    }
}

#[test]
fn entries_are_added_and_removed_one_by_one() {
    let sim = homelab_sim(Release::V9_1);
    root(&sim, "PUT", "/access/acl", &["path=/pool/lab/", "roles=PVEVMUser", "groups=admins", "propagate=0"]);
    let list = root(&sim, "GET", "/access/acl", &[]);
    let entry =
        json!({ "path": "/pool/lab", "type": "group", "ugid": "admins", "roleid": "PVEVMUser", "propagate": 0 });
    assert_eq!(named(&list, "path", "/pool/lab"), entry);
    let refused = |parameters: &[&str]| refusal(&sim, ROOT, "PUT", "/access/acl", parameters);
    assert!(
        refused(&["path=/", "roles=PVEVMUser"]).contains("users: either 'users', 'groups' or 'tokens' is required.")
    );
    assert_eq!(
        refused(&["path=/", "roles=Ghost", "groups=admins"]),
        "500 ACL update failed: role 'Ghost' does not exist"
    );
    let token = "500 ACL update failed: no such token 'ghost' for user 'ops@pve'";
    assert_eq!(refused(&["path=/", "roles=PVEVMUser", "tokens=ops@pve!ghost"]), token);
    let nobody = "500 ACL update failed: user 'ghost@pve' does not exist";
    assert_eq!(refused(&["path=/", "roles=PVEVMUser", "users=ghost@pve"]), nobody);
    // Who may not look at permissions sees no entries, and is told of none.
    assert_eq!(call(&sim, "eve@pve!look", "GET", "/access/acl", &[]).data(), json!([]));
    let eve =
        refusal(&sim, "eve@pve!look", "PUT", "/access/acl", &["path=/vms/100", "roles=Administrator", "users=eve@pve"]);
    assert_eq!(eve, "403 Permission check failed (/vms/100, Permissions.Modify|VM.Allocate)");
    sim.assert_clean();
}

#[test]
fn who_owns_a_guest_may_give_on_what_is_its_own() {
    let sim = homelab_sim(Release::V9_1);
    sim.patch(json!({ "access": { "roles": { "Dns": ["VM.Audit", "VM.Allocate"] } } })).expect("it is a world");
    let give = |role: &str| {
        call(&sim, "eve@pve!look", "PUT", "/access/acl", &["path=/vms/100", &format!("roles={role}"), "users=ops@pve"])
            .status
    };
    assert_eq!(give("Dns"), 200);
    assert_eq!(give("PVEVMAdmin"), 403, "not what one does not have");
    sim.assert_clean();
}

#[test]
fn realms_are_for_everybody_to_see() {
    let sim = homelab_sim(Release::V9_1);
    let reply = crate::support::request(&sim, "GET", "/access/domains", &[], "").expect("it is answered");
    assert_eq!(named(&reply.data(), "realm", "corp")["type"], "ldap");
    sim.assert_clean();
}

#[test]
fn pools_take_guests_and_storages() {
    let sim = homelab_sim(Release::V9_1);
    let ok = |method: &str, path: &str, parameters: &[&str]| crate::support::ok(&sim, method, path, parameters);
    ok("POST", "/pools", &["poolid=lab/dev", "comment=x"]);
    ok("PUT", "/pools", &["poolid=lab/dev", "vms=101,102"]);
    let pool = ok("GET", "/pools", &["poolid=lab/dev"]);
    let ids: Vec<&str> =
        pool[0]["members"].as_array().expect("a list").iter().filter_map(|member| member["id"].as_str()).collect();
    assert_eq!(ids, ["lxc/101", "qemu/102"]);
    assert_eq!(ok("GET", "/pools/lab", &[])["members"][1]["id"], "storage/pve1/nas");
    let refused = |method: &str, parameters: &[&str]| refusal(&sim, OPS, method, "/pools", parameters);
    let member = "500 update pools failed: VM 101 belongs already to pool 'lab/dev' and 'allow-move' is not set";
    assert_eq!(refused("PUT", &["poolid=lab", "vms=101"]), member);
    ok("PUT", "/pools", &["poolid=lab", "vms=101", "allow-move=1"]);
    assert_eq!(refused("DELETE", &["poolid=lab/dev"]), "500 delete pool failed: pool 'lab/dev' is not empty");
    ok("PUT", "/pools", &["poolid=lab/dev", "vms=102", "delete=1"]);
    ok("DELETE", "/pools", &["poolid=lab/dev"]);
    assert_eq!(refused("POST", &["poolid=lab"]), "500 create pool failed: pool 'lab' already exists");
    assert_eq!(refused("POST", &["poolid=a/b"]), "500 create pool failed: parent 'a' of pool 'a/b' does not exist");
    assert_eq!(call(&sim, "eve@pve!look", "GET", "/pools", &[]).data(), json!([]));
    // A pool gives its rights to its members.
    let status = || call(&sim, "eve@pve!look", "GET", "/nodes/pve1/lxc/101/config", &[]).status;
    assert_eq!(status(), 403);
    root(&sim, "PUT", "/access/acl", &["path=/pool/lab", "roles=PVEVMUser", "users=eve@pve"]);
    assert_eq!(status(), 200);
    sim.assert_clean();
}

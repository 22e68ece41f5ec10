//! The permission expressions of the schema, each with somebody who passes and somebody who does not.

use pvesim::access::permission;
use pvesim::contract::Permissions;
use pvesim::world::World;
use serde_json::{Map, Value, json};

use crate::support::lab;

/// `ann@pve` in the group `team` with `User.Modify` on it; `carl@pve` without a group; `zoe@pve` with rights of her own.
fn world() -> World {
    let mut world = lab();
    for user in ["carl@pve", "zoe@pve"] {
        world.access.users.insert(user.to_owned(), pvesim::world::User::default());
    }
    for (path, who, role) in [
        ("/access/groups/team", "zoe@pve", "PVEUserAdmin"),
        ("/access/realm/pve", "zoe@pve", "PVEUserAdmin"),
        ("/pool/lab", "zoe@pve", "PVEVMAdmin"),
        ("/storage/local", "zoe@pve", "PVEDatastoreAdmin"),
    ] {
        let entry = json!({ "path": path, "who": who, "role": role });
        world.access.acl.push(serde_json::from_value(entry).expect("it is an entry"));
    }
    world
}

/// The refusal of a caller, if there is one.
fn refusal(permissions: &Value, authid: Option<&str>, parameters: Value) -> Option<String> {
    let permissions = match permissions {
        Value::Null => None,
        other => Some(Permissions::from_json(other).expect("it is understood")),
    };
    let parameters: Map<String, Value> = parameters.as_object().expect("an object").clone();
    let failure = permission(&world(), permissions.as_ref(), authid, &parameters).err()?;
    Some(format!("{} {}", failure.status, failure.message.trim_end()))
}

#[track_caller]
fn passes(permissions: &Value, authid: &str, parameters: Value) {
    assert_eq!(refusal(permissions, Some(authid), parameters), None);
}

#[track_caller]
fn fails(permissions: &Value, authid: &str, parameters: Value, expected: &str) {
    assert_eq!(refusal(permissions, Some(authid), parameters).as_deref(), Some(expected));
}

#[test]
fn without_permissions_only_root_s_ticket_passes() {
    passes(&Value::Null, "root@pam", json!({}));
    fails(&Value::Null, "root@pam!audit", json!({}), "403 Permission check failed (user != root@pam)");
}

#[test]
fn open_to_the_world_or_to_all_who_logged_in() {
    let (world, all) = (json!({ "user": "world" }), json!({ "user": "all" }));
    assert_eq!(refusal(&world, None, json!({})), None);
    assert_eq!(refusal(&all, None, json!({})).as_deref(), Some("403 Permission check failed (user != null)"));
    passes(&all, "carl@pve", json!({}));
    fails(&json!({ "description": "only in words" }), "carl@pve", json!({}), "403 Permission check failed");
}

#[test]
fn privileges_on_a_path_with_parameters() {
    let all = json!({ "check": ["perm", "/vms/{vmid}", ["VM.Audit", "VM.Allocate"]] });
    passes(&all, "ann@pve", json!({ "vmid": "100" }));
    let missing = "403 Permission check failed (/vms/101, VM.Audit)";
    fails(&all, "ann@pve", json!({ "vmid": "101" }), missing);
    let any = json!({ "check": ["perm", "/vms/{vmid}", ["Sys.Modify", "VM.Audit"], "any", 1] });
    passes(&any, "ann@pve", json!({ "vmid": "100" }));
    fails(&any, "carl@pve", json!({ "vmid": "100" }), "403 Permission check failed (/vms/100, Sys.Modify|VM.Audit)");
}

#[test]
fn and_or_and_a_parameter_that_must_be_there() {
    // As of a clone: rights on the source, and on the new guest or on the pool that is named.
    let clone = json!({ "check": ["and", ["perm", "/vms/{vmid}", ["VM.Clone"]], ["or",
        ["perm", "/vms/{newid}", ["VM.Allocate"]],
        ["perm", "/pool/{pool}", ["VM.Allocate"], "require_param", "pool"]]] });
    passes(&clone, "zoe@pve", json!({ "vmid": "101", "newid": "200", "pool": "lab" }));
    fails(&clone, "zoe@pve", json!({ "vmid": "101", "newid": "200" }), "403 Permission check failed");
    let source = "403 Permission check failed (/vms/100, VM.Clone)";
    fails(&clone, "zoe@pve", json!({ "vmid": "100", "newid": "200", "pool": "lab" }), source);
    passes(&clone, "ann@pve", json!({ "vmid": "100", "newid": "100" }));
}

#[test]
fn oneself_or_somebody_of_one_s_groups() {
    let own = json!({ "check": ["or", ["userid-param", "self"], ["userid-group", ["User.Modify"]]] });
    passes(&own, "carl@pve", json!({ "userid": "carl@pve" }));
    passes(&own, "zoe@pve", json!({ "userid": "ann@pve" }));
    fails(&own, "carl@pve", json!({ "userid": "ann@pve" }), "403 Permission check failed");
    fails(&own, "zoe@pve", json!({ "userid": "carl@pve" }), "403 Permission check failed");
    let group = json!({ "check": ["userid-group", ["User.Modify"]] });
    fails(&group, "zoe@pve", json!({ "userid": "eve@pve" }), "500 no such user ('eve@pve')");
}

#[test]
fn making_and_changing_users_looks_at_the_groups_that_are_named() {
    let create = json!({ "check": ["and", ["userid-param", "Realm.AllocateUser"],
        ["userid-group", ["User.Modify"], "groups_param", "create"]] });
    passes(&create, "zoe@pve", json!({ "userid": "new@pve", "groups": "team" }));
    let none = "403 Permission check failed (/access/groups, User.Modify)";
    fails(&create, "zoe@pve", json!({ "userid": "new@pve" }), none);
    let other = "403 Permission check failed (/access/groups/admins, User.Modify)";
    fails(&create, "zoe@pve", json!({ "userid": "new@pve", "groups": "team,admins" }), other);
    let realm = "403 Permission check failed (/access/realm/pam, Realm.AllocateUser)";
    fails(&create, "zoe@pve", json!({ "userid": "new@pam", "groups": "team" }), realm);
    let update = json!({ "check": ["userid-group", ["User.Modify"], "groups_param", "update"] });
    passes(&update, "zoe@pve", json!({ "userid": "ann@pve", "groups": "team" }));
    fails(&update, "zoe@pve", json!({ "userid": "carl@pve", "groups": "team" }), "403 Permission check failed");
}

#[test]
fn the_right_to_give_rights() {
    let modify = json!({ "check": ["perm-modify", "{path}"] });
    passes(&modify, "zoe@pve", json!({ "path": "/storage/local" }));
    let missing = "403 Permission check failed (/storage/other, Permissions.Modify|Datastore.Allocate)";
    fails(&modify, "zoe@pve", json!({ "path": "/storage/other" }), missing);
    fails(&modify, "carl@pve", json!({ "path": "/" }), "403 Permission check failed (/, Permissions.Modify)");
}

#[test]
fn an_expression_that_nobody_knows_is_named() {
    let unknown = Permissions::from_json(&json!({ "check": ["xor", ["perm", "/", ["Sys.Audit"]]] }));
    assert_eq!(unknown, Err(vec![r#"permissions: permission check ["xor",["perm","/",["Sys.Audit"]]]"#.to_owned()]));
}

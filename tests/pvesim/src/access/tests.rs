//! What users and tokens may, on small worlds.

use super::{Rights, normal_path};
use crate::world::{AclEntry, Group, Pool, Release, Role, Token, User, World};

fn entry(path: &str, who: &str, role: &str, propagate: bool) -> AclEntry {
    AclEntry { path: path.to_owned(), who: who.to_owned(), role: role.to_owned(), propagate }
}

fn world(acl: Vec<AclEntry>) -> World {
    let mut world = World::small();
    let tokens = [("cut", true), ("whole", false)]
        .map(|(name, privsep)| (name.to_owned(), Token { privsep, ..Token::default() }));
    world.access.users.insert("ann@pve".to_owned(), User { tokens: tokens.into(), ..User::default() });
    let root = User { tokens: [("t".to_owned(), Token::default())].into(), ..User::default() };
    world.access.users.insert("root@pam".to_owned(), root);
    world.access.groups.insert("team".to_owned(), Group { comment: None, members: ["ann@pve".to_owned()].into() });
    world.access.roles.insert("Reader".to_owned(), Role { privileges: ["VM.Audit".to_owned()].into() });
    world.access.acl = acl;
    world
}

fn may(world: &World, who: &str, path: &str, privilege: &str) -> bool {
    Rights::of(world, who).has(path, privilege)
}

#[test]
fn an_entry_holds_below_its_path_only_if_it_propagates() {
    let wide = world(vec![entry("/vms", "ann@pve", "Reader", true)]);
    assert!(may(&wide, "ann@pve", "/vms/100", "VM.Audit"));
    assert!(!may(&wide, "ann@pve", "/", "VM.Audit"));
    let narrow = world(vec![entry("/vms", "ann@pve", "Reader", false)]);
    assert!(may(&narrow, "ann@pve", "/vms", "VM.Audit"));
    assert!(!may(&narrow, "ann@pve", "/vms/100", "VM.Audit"));
}

#[test]
fn the_nearer_entry_replaces_the_farther_one() {
    let world = world(vec![entry("/", "ann@pve", "PVEAdmin", true), entry("/vms/100", "ann@pve", "Reader", true)]);
    assert!(may(&world, "ann@pve", "/vms/101", "VM.Allocate"));
    assert!(!may(&world, "ann@pve", "/vms/100", "VM.Allocate"));
    assert!(may(&world, "ann@pve", "/vms/100", "VM.Audit"));
}

#[test]
fn the_user_s_own_entry_beats_the_group_s() {
    let world =
        world(vec![entry("/vms/100", "@team", "PVEVMAdmin", true), entry("/vms/100", "ann@pve", "Reader", true)]);
    assert!(!may(&world, "ann@pve", "/vms/100", "VM.Allocate"));
    let group_only = self::world(vec![entry("/vms/100", "@team", "PVEVMAdmin", true)]);
    assert!(may(&group_only, "ann@pve", "/vms/100", "VM.Allocate"));
}

#[test]
fn no_access_takes_everything_away() {
    let world = world(vec![entry("/", "ann@pve", "PVEAdmin", true), entry("/vms/100", "ann@pve", "NoAccess", true)]);
    assert!(!may(&world, "ann@pve", "/vms/100", "VM.Audit"));
    assert!(may(&world, "ann@pve", "/vms/101", "VM.Audit"));
}

#[test]
fn a_token_has_what_both_it_and_its_user_have() {
    let acl = vec![entry("/vms", "ann@pve", "Reader", true), entry("/", "ann@pve!cut", "PVEVMAdmin", true)];
    let world = world(acl);
    assert!(may(&world, "ann@pve!cut", "/vms/100", "VM.Audit"));
    assert!(!may(&world, "ann@pve!cut", "/vms/100", "VM.Allocate"), "the user has no such right");
    assert!(may(&world, "ann@pve!whole", "/vms/100", "VM.Audit"), "a token without separation is its user");
    assert!(!may(&world, "ann@pve!ghost", "/vms/100", "VM.Audit"));
}

#[test]
fn a_token_of_root_is_not_root() {
    let world = world(vec![entry("/", "root@pam!t", "PVEAuditor", true)]);
    assert!(may(&world, "root@pam", "/vms/100", "VM.Allocate"));
    assert!(!may(&world, "root@pam!t", "/vms/100", "VM.Allocate"));
    assert!(may(&world, "root@pam!t", "/vms/100", "VM.Audit"), "what it is given counts in full");
}

#[test]
fn a_pool_gives_rights_on_its_members() {
    let mut world = world(vec![entry("/pool/lab", "ann@pve", "PVEVMUser", true)]);
    let pool = Pool { guests: [100].into(), storages: ["local".to_owned()].into(), ..Pool::default() };
    world.pools.insert("lab".to_owned(), pool);
    assert!(may(&world, "ann@pve", "/vms/100", "VM.PowerMgmt"));
    assert!(!may(&world, "ann@pve", "/vms/101", "VM.PowerMgmt"));
    assert!(Rights::of(&world, "ann@pve").all().contains_key("/vms/100"));
}

#[test]
fn privileges_depend_on_the_release() {
    let mut world = world(vec![entry("/", "ann@pve", "Administrator", true)]);
    assert!(!may(&world, "ann@pve", "/", "VM.Monitor"));
    world.release = Release::V8_4;
    assert!(may(&world, "ann@pve", "/", "VM.Monitor"));
    assert!(!may(&world, "ann@pve", "/", "VM.Replicate"));
}

#[test]
fn paths_are_put_into_one_form() {
    assert_eq!(normal_path("//vms//100/").as_deref(), Some("/vms/100"));
    assert_eq!(normal_path("/").as_deref(), Some("/"));
    assert_eq!(normal_path("/vms/1 0"), None);
}

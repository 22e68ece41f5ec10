//! Who may do what: privileges of users and tokens on paths, and the permission expressions of the schema.
//!
//! Comes in: a world and an id. Goes out: privileges, or the server's refusal.
//!
//! Source: pve-access-control (`PVE::RPCEnvironment`, `PVE::AccessControl::roles`), whose rules are written anew here.

mod check;
mod roles;

pub use check::permission;
pub use roles::{built_in, built_in_names, is_built_in, privileges as all_privileges};

use std::collections::{BTreeMap, BTreeSet};

use crate::world::World;

/// The id that may do anything, if it is a user and not one of its tokens.
pub const ROOT: &str = "root@pam";

/// The rights of one user or token.
#[derive(Clone, Copy, Debug)]
pub struct Rights<'a> {
    world: &'a World,
    authid: &'a str,
}

/// Splits a token's id into user and token name; none for a user's id.
pub fn split_token(authid: &str) -> Option<(&str, &str)> {
    authid.split_once('!')
}

impl<'a> Rights<'a> {
    /// The rights of an id, `alice@pve` or `alice@pve!token`.
    pub fn of(world: &'a World, authid: &'a str) -> Rights<'a> {
        Rights { world, authid }
    }

    /// Whether it is `root@pam` itself, with a ticket. A token of root is not.
    pub fn is_root(&self) -> bool {
        self.authid == ROOT
    }

    /// Whether the id has a privilege on a path.
    pub fn has(&self, path: &str, privilege: &str) -> bool {
        self.is_root() || self.privileges(path).contains_key(privilege)
    }

    /// Whether the id has one of some privileges on a path.
    pub fn has_any(&self, path: &str, privileges: &[&str]) -> bool {
        self.is_root() || {
            let own = self.privileges(path);
            privileges.iter().any(|privilege| own.contains_key(*privilege))
        }
    }

    /// The privileges on a path, and whether each of them holds below it too.
    pub fn privileges(&self, path: &str) -> BTreeMap<String, bool> {
        if self.is_root() {
            let all = roles::privileges(self.world.release);
            return all.into_iter().map(|privilege| (privilege.to_owned(), true)).collect();
        }
        let Some((user, token)) = split_token(self.authid) else { return self.own_privileges(path) };
        let Some(token) = self.world.access.user(user).and_then(|user| user.tokens.get(token).cloned()) else {
            return BTreeMap::new();
        };
        let of_user = Rights::of(self.world, user);
        if !token.privsep {
            return of_user.privileges(path);
        }
        let own = self.own_privileges(path);
        // Root has everything, so there is nothing to cut with.
        if of_user.is_root() {
            return own;
        }
        let users = of_user.privileges(path);
        let both = |(privilege, propagate): (String, bool)| {
            let of_user = *users.get(&privilege)?;
            Some((privilege, propagate && of_user))
        };
        own.into_iter().filter_map(both).collect()
    }

    /// The privileges by the entries of this very id.
    fn own_privileges(&self, path: &str) -> BTreeMap<String, bool> {
        let mut privileges = BTreeMap::new();
        for (role, propagate) in self.roles_with_pools(path) {
            for privilege in self.privileges_of_role(&role) {
                *privileges.entry(privilege).or_insert(false) |= propagate;
            }
        }
        privileges
    }

    fn privileges_of_role(&self, role: &str) -> BTreeSet<String> {
        match roles::built_in(self.world.release, role) {
            Some(privileges) => privileges.into_iter().map(str::to_owned).collect(),
            None => self.world.access.roles.get(role).map(|role| role.privileges.clone()).unwrap_or_default(),
        }
    }

    /// The roles on a path, with what the pool of a guest or of a storage adds.
    fn roles_with_pools(&self, path: &str) -> BTreeMap<String, bool> {
        let mut roles = self.roles(path);
        if roles.contains_key("NoAccess") {
            return roles;
        }
        for pool in self.pools_of(path) {
            let of_pool = self.roles(&format!("/pool/{pool}"));
            if of_pool.contains_key("NoAccess") {
                return BTreeMap::from([("NoAccess".to_owned(), false)]);
            }
            for role in of_pool.into_keys() {
                roles.entry(role).or_insert(false);
            }
        }
        roles
    }

    fn pools_of(&self, path: &str) -> Vec<&'a str> {
        let guest = path.strip_prefix("/vms/").and_then(|id| id.parse().ok());
        let storage = path.strip_prefix("/storage/");
        let has = |pool: &crate::world::Pool| {
            guest.is_some_and(|vmid| pool.guests.contains(&vmid))
                || storage.is_some_and(|storage| pool.storages.contains(storage))
        };
        self.world.pools.iter().filter(|(_, pool)| has(pool)).map(|(id, _)| id.as_str()).collect()
    }

    /// The roles on a path: the entries nearest to it win; of those on one path, the token's or user's own before its groups'.
    fn roles(&self, path: &str) -> BTreeMap<String, bool> {
        let mut roles = BTreeMap::new();
        for step in steps(path) {
            let is_final = step == path;
            let at = |who: &dyn Fn(&str) -> bool| -> BTreeMap<String, bool> {
                let entries = self.world.access.acl.iter().filter(|entry| entry.path == step && who(&entry.who));
                let counts = entries.filter(|entry| is_final || entry.propagate);
                counts.map(|entry| (entry.role.clone(), entry.propagate)).collect()
            };
            let own = at(&|who| who == self.authid);
            let found = if own.is_empty() { at(&|who| self.is_in(who)) } else { own };
            if !found.is_empty() {
                roles = found;
            }
        }
        if let Some(propagate) = roles.get("NoAccess") {
            return BTreeMap::from([("NoAccess".to_owned(), *propagate)]);
        }
        roles
    }

    /// Whether the id is a member of a group that an entry names, `@admins`.
    fn is_in(&self, who: &str) -> bool {
        let group = who.strip_prefix('@').and_then(|group| self.world.access.groups.get(group));
        group.is_some_and(|group| group.members.contains(self.authid))
    }

    /// Every path on which something is said, with the privileges there; paths without any are left out.
    pub fn all(&self) -> BTreeMap<String, BTreeMap<String, bool>> {
        let top = ["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"];
        let mut paths: BTreeSet<String> = top.iter().map(|path| (*path).to_owned()).collect();
        for entry in &self.world.access.acl {
            paths.extend(steps(&entry.path).map(str::to_owned));
        }
        for pool in self.world.pools.values() {
            paths.extend(pool.guests.iter().map(|vmid| format!("/vms/{vmid}")));
            paths.extend(pool.storages.iter().map(|storage| format!("/storage/{storage}")));
        }
        let with_rights = |path: String| {
            let privileges = self.privileges(&path);
            (!privileges.is_empty()).then_some((path, privileges))
        };
        paths.into_iter().filter_map(with_rights).collect()
    }
}

/// The paths from the root to a path: `/`, `/vms`, `/vms/100`.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.char_indices().skip(1).filter(|(_, c)| *c == '/').map(|(at, _)| at);
    let below = ends.map(move |at| &path[..at]).chain((path.len() > 1).then_some(path));
    std::iter::once("/").chain(below)
}

/// A path as the server stores it: one `/` at a time, none at the end. None if it has other characters than a path may.
pub fn normal_path(path: &str) -> Option<String> {
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let normal = format!("/{}", steps.join("/"));
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    normal.chars().all(is_allowed).then_some(normal)
}

#[cfg(test)]
mod tests;

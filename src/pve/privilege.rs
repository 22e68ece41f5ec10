//! Who may do what: what operations take, and what `GET /access/permissions` says that a login has.
//!
//! Sources: `permissions` of the API schema; `check_vm_modify_config_perm` of qemu-server, `check_ct_modify_config_perm` of
//! pve-container; `pveum.adoc` for how privileges propagate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A privilege that something takes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Need {
    /// Where it must be held: `/vms/107`.
    pub path: String,
    /// The privileges of which one is enough.
    pub any_of: Vec<&'static str>,
}

impl Need {
    /// One privilege on a path.
    #[must_use]
    pub fn of(privilege: &'static str, path: impl Into<String>) -> Need {
        Need { path: path.into(), any_of: vec![privilege] }
    }

    /// Any of some privileges on a path, written with blanks between.
    #[must_use]
    pub fn any(privileges: &'static str, path: impl Into<String>) -> Need {
        Need { path: path.into(), any_of: privileges.split(' ').collect() }
    }
}

/// What a login may do: the answer of `GET /access/permissions`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Permissions {
    /// By path: each privilege, and whether it holds below the path too.
    paths: BTreeMap<String, BTreeMap<String, bool>>,
}

impl Permissions {
    /// Reads the answer; what is no object of objects says nothing.
    #[must_use]
    pub fn of(data: &Value) -> Permissions {
        let mut paths = BTreeMap::new();
        for (path, privileges) in data.as_object().into_iter().flatten() {
            let privileges = privileges.as_object().into_iter().flatten();
            let propagates = |value: &Value| match value {
                Value::Bool(yes) => *yes,
                Value::String(text) => text == "1",
                other => other.as_f64().is_some_and(|number| number != 0.0),
            };
            let privileges = privileges.map(|(name, value)| (name.clone(), propagates(value))).collect();
            paths.insert(path.clone(), privileges);
        }
        Permissions { paths }
    }

    /// Whether a privilege is held on a path: as the path itself says, or else the nearest one above it, if it propagates.
    #[must_use]
    pub fn holds(&self, privilege: &str, path: &str) -> bool {
        if let Some(own) = self.paths.get(path) {
            return own.contains_key(privilege);
        }
        let mut above = path;
        while let Some((parent, _)) = above.rsplit_once('/') {
            let parent = if parent.is_empty() { "/" } else { parent };
            if let Some(found) = self.paths.get(parent) {
                return found.get(privilege) == Some(&true);
            }
            if parent == "/" {
                return false;
            }
            above = parent;
        }
        false
    }

    /// Whether a need is met on its path, or through a pool that the thing is in.
    #[must_use]
    pub fn meets(&self, need: &Need, pools: &BTreeSet<String>) -> bool {
        let on = |path: &str| need.any_of.iter().any(|privilege| self.holds(privilege, path));
        on(&need.path) || pools.iter().any(|pool| on(&format!("/pool/{pool}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_inherits_from_the_nearest_above_it_that_says_anything() {
        let permissions = Permissions::of(&json!({
            "/": { "Sys.Audit": 1, "VM.Audit": 0 },
            "/vms": { "VM.Audit": 1 },
            "/vms/107": { "VM.PowerMgmt": 1 },
        }));
        assert!(permissions.holds("Sys.Audit", "/nodes/pve"));
        assert!(permissions.holds("VM.Audit", "/") && !permissions.holds("VM.Audit", "/storage/local"));
        assert!(permissions.holds("VM.Audit", "/vms/108"));
        assert!(!permissions.holds("VM.Audit", "/vms/107"), "what a path says itself replaces what is above");
        assert!(!permissions.holds("Sys.Audit", "/vms/107"));
    }

    #[test]
    fn a_pool_gives_what_is_held_on_it() {
        let permissions = Permissions::of(&json!({ "/pool/lab": { "VM.Config.CPU": 1 } }));
        let need = Need::of("VM.Config.CPU", "/vms/107");
        assert!(!permissions.meets(&need, &BTreeSet::new()));
        assert!(permissions.meets(&need, &BTreeSet::from(["lab".to_owned()])));
        assert!(permissions.meets(&Need::any("VM.Config.Network VM.Config.CPU", "/pool/lab"), &BTreeSet::new()));
    }
}

//! Who may do what: what operations take, and what `GET /access/permissions` says that a login has.
//!
//! Sources: `permissions` of the API schema; `check_vm_modify_config_perm` of qemu-server, `check_ct_modify_config_perm` of
//! pve-container; `pveum.adoc` for how privileges propagate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::options::{Guest, option_of};

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

/// What setting an option of a guest takes; `value` is what it is set to, empty for taking it away.
#[must_use]
pub fn to_set(guest: Guest, id: u32, option: &str, value: &str) -> Vec<Need> {
    let vms = format!("/vms/{id}");
    let mut needs = Vec::new();
    if let Some((row, _)) = option_of(guest, option).filter(|(row, _)| !row.privilege.is_empty()) {
        let drive = ["ide", "sata", "scsi"].contains(&row.stem());
        match () {
            // A drive for first boots takes the right to either, and to CD-ROM drives.
            () if drive && value.contains("cloudinit") => {
                needs.push(Need::of("VM.Config.Cloudinit", &*vms));
                needs.push(Need::of("VM.Config.CDROM", &*vms));
            }
            () if drive && value.contains("media=cdrom") => needs.push(Need::of("VM.Config.CDROM", &*vms)),
            () => needs.push(Need::any(row.privilege, &*vms)),
        }
        if row.stem() == "net" {
            needs.extend(bridge(value));
        }
    }
    if option == "startup" {
        needs.push(Need::of("Sys.Modify", "/"));
    }
    if option == "pool" {
        needs.push(Need::of("Pool.Allocate", format!("/pool/{value}")));
    }
    let key = |key: &str| value.split(',').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    let mapping = key("mapping").or(if option.starts_with("virtiofs") { value.split(',').next() } else { None });
    if let Some(mapping) = mapping.filter(|mapping| !mapping.is_empty()) {
        let sort = if option.starts_with("hostpci") {
            "pci"
        } else if option.starts_with("usb") {
            "usb"
        } else {
            "dir"
        };
        needs.push(Need::of("Mapping.Use", format!("/mapping/{sort}/{mapping}")));
    }
    needs
}

/// What plugging into a bridge takes: bridges of nodes are in a zone of their own.
fn bridge(value: &str) -> Option<Need> {
    let key = |key: &str| value.split(',').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    let bridge = key("bridge")?;
    let tag = key("tag").map(|tag| format!("/{tag}")).unwrap_or_default();
    Some(Need::of("SDN.Use", format!("/sdn/zones/localnetwork/{bridge}{tag}")))
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

    #[test]
    fn an_option_takes_what_it_is_about() {
        let told = |option, value| -> Vec<String> {
            let needs = to_set(Guest::Vm, 107, option, value);
            needs.iter().map(|need| format!("{} {}", need.any_of.join("|"), need.path)).collect()
        };
        assert_eq!(told("cores", "2"), ["VM.Config.CPU /vms/107"]);
        assert_eq!(told("startup", "order=1"), ["VM.Config.Options /vms/107", "Sys.Modify /"]);
        assert_eq!(
            told("net0", "virtio,bridge=vmbr0,tag=4"),
            ["VM.Config.Network /vms/107", "SDN.Use /sdn/zones/localnetwork/vmbr0/4"]
        );
        assert_eq!(told("usb0", "mapping=coral"), ["VM.Config.HWType /vms/107", "Mapping.Use /mapping/usb/coral"]);
        assert_eq!(told("ciuser", "a"), ["VM.Config.Cloudinit|VM.Config.Network /vms/107"]);
        assert_eq!(told("ide2", "a:cloudinit"), ["VM.Config.Cloudinit /vms/107", "VM.Config.CDROM /vms/107"]);
        assert!(told("args", "-x").is_empty(), "no privilege is enough");
    }
}

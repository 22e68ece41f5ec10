//! Privileges and the built-in roles, by release.
//!
//! Source: live-api facts, section 4 (which privileges 9.x has; `VM.Monitor` was removed in 9.0); the groups are those from which
//! pve-access-control makes the roles (`$privgroups`). To which of them 9.x adds the guest agent's privileges was not read.

use crate::world::Release;

/// Where a privilege belongs: roles are made of these.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Only administrators.
    Root,
    /// `PVE…Admin`.
    Admin,
    /// `PVE…User` too.
    User,
    /// Auditors too.
    Audit,
}

use Level::{Admin, Audit, Root, User};

const GROUPS: [(&str, &[(&str, Level)]); 7] = [
    (
        "VM",
        &[
            ("VM.Config.Disk", Admin),
            ("VM.Config.CPU", Admin),
            ("VM.Config.Memory", Admin),
            ("VM.Config.Network", Admin),
            ("VM.Config.HWType", Admin),
            ("VM.Config.Options", Admin),
            ("VM.Allocate", Admin),
            ("VM.Clone", Admin),
            ("VM.Migrate", Admin),
            ("VM.Monitor", Admin),
            ("VM.Snapshot", Admin),
            ("VM.Snapshot.Rollback", Admin),
            ("VM.Replicate", Admin),
            ("VM.GuestAgent.FileRead", Admin),
            ("VM.GuestAgent.FileWrite", Admin),
            ("VM.GuestAgent.FileSystemMgmt", Admin),
            ("VM.GuestAgent.Unrestricted", Admin),
            ("VM.Config.CDROM", User),
            ("VM.Config.Cloudinit", User),
            ("VM.Console", User),
            ("VM.Backup", User),
            ("VM.PowerMgmt", User),
            ("VM.Audit", Audit),
            ("VM.GuestAgent.Audit", Audit),
        ],
    ),
    (
        "Sys",
        &[
            ("Sys.PowerMgmt", Root),
            ("Sys.Modify", Root),
            ("Sys.Incoming", Root),
            ("Sys.AccessNetwork", Root),
            ("Sys.Console", Admin),
            ("Sys.Syslog", Admin),
            ("Sys.Audit", Audit),
        ],
    ),
    (
        "Datastore",
        &[
            ("Datastore.Allocate", Admin),
            ("Datastore.AllocateTemplate", Admin),
            ("Datastore.AllocateSpace", User),
            ("Datastore.Audit", Audit),
        ],
    ),
    ("SDN", &[("SDN.Allocate", Admin), ("SDN.Use", User), ("SDN.Audit", Audit)]),
    (
        "User",
        &[("Realm.Allocate", Root), ("User.Modify", Admin), ("Group.Allocate", Admin), ("Realm.AllocateUser", Admin)],
    ),
    ("Pool", &[("Pool.Allocate", Admin), ("Pool.Audit", Audit)]),
    ("Mapping", &[("Mapping.Modify", Admin), ("Mapping.Use", User), ("Mapping.Audit", Audit)]),
];

/// Whether a release has a privilege.
fn is_of(release: Release, privilege: &str) -> bool {
    let is_new = privilege == "VM.Replicate" || privilege.starts_with("VM.GuestAgent.");
    match release {
        Release::V8_4 => !is_new,
        Release::V9_1 => privilege != "VM.Monitor",
    }
}

/// Every privilege of a release.
pub fn privileges(release: Release) -> Vec<&'static str> {
    let grouped = GROUPS.iter().flat_map(|(_, group)| group.iter().map(|(privilege, _)| *privilege));
    grouped.chain(["Permissions.Modify"]).filter(|privilege| is_of(release, privilege)).collect()
}

/// Names of the built-in roles.
const NAMES: [&str; 17] = [
    "Administrator",
    "NoAccess",
    "PVEAdmin",
    "PVEAuditor",
    "PVEDatastoreAdmin",
    "PVEDatastoreUser",
    "PVEMappingAdmin",
    "PVEMappingUser",
    "PVEPoolAdmin",
    "PVEPoolUser",
    "PVESDNAdmin",
    "PVESDNUser",
    "PVESysAdmin",
    "PVETemplateUser",
    "PVEUserAdmin",
    "PVEVMAdmin",
    "PVEVMUser",
];

/// The names of the built-in roles.
pub fn built_in_names() -> [&'static str; 17] {
    NAMES
}

/// Whether a role is built in; such a role cannot be changed.
pub fn is_built_in(role: &str) -> bool {
    NAMES.contains(&role)
}

/// The privileges of a built-in role; none if there is no such built-in role.
pub fn built_in(release: Release, role: &str) -> Option<Vec<&'static str>> {
    let pick = |wanted: &dyn Fn(&str, Level) -> bool, group: Option<&str>| -> Vec<&'static str> {
        let groups = GROUPS.iter().filter(|(name, _)| group.is_none_or(|group| group == *name));
        let all = groups.flat_map(|(_, privileges)| privileges.iter());
        let of_role = all.filter(|(privilege, level)| wanted(privilege, *level) && is_of(release, privilege));
        of_role.map(|(privilege, _)| *privilege).collect()
    };
    let up_to_audit = |_: &str, level: Level| level == Audit;
    match role {
        "NoAccess" => return Some(Vec::new()),
        "Administrator" => return Some(privileges(release)),
        "PVEAdmin" => return Some(pick(&|name, level| level != Root && name != "Mapping.Modify", None)),
        "PVEAuditor" => return Some(pick(&up_to_audit, None)),
        "PVETemplateUser" => return Some(vec!["VM.Clone", "VM.Audit"]),
        _ => {}
    }
    let role = role.strip_prefix("PVE").filter(|_| is_built_in(role))?;
    if let Some(group) = role.strip_suffix("Admin") {
        return Some(pick(&|_, level| level != Root, Some(group)));
    }
    let group = role.strip_suffix("User")?;
    Some(pick(&|_, level| level == User || level == Audit, Some(group)))
}

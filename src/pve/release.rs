//! What a release of Proxmox VE takes away or does in another way: what an upgrade is asked about. What options a guest has
//! in which version stands in their tables; here is the rest.
//!
//! Each row says since when, what it concerns, what happens, what to do, and who says so. `tests/schemas` compares what the API
//! schemas of the two versions can tell.

use super::version::Version;

/// One change of a release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The first version with it, as far as is known.
    pub since: Version,
    /// What it concerns.
    pub concerns: Concern,
    /// What happens, as the end of a sentence that begins with the version.
    pub what: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What a change concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Concern {
    /// A role that holds a privilege: it is refused.
    Privilege(&'static str),
    /// A storage that has an option by its own name: it is refused.
    StorageOption(&'static str),
    /// HA resources that name hosts.
    HaNodes,
    /// Ports of hosts, by their names.
    PortNames,
    /// A file that lists repositories in the old format.
    AptList,
}

impl Concern {
    /// Whether the version refuses it; otherwise there is something to do on the way.
    #[must_use]
    pub fn is_refused(self) -> bool {
        match self {
            Concern::Privilege(_) | Concern::StorageOption(_) => true,
            Concern::HaNodes | Concern::PortNames | Concern::AptList => false,
        }
    }
}

const V9_0: Version = Version { major: 9, minor: 0 };

/// All changes, by version.
pub const CHANGES: &[Change] = &[
    Change {
        since: V9_0,
        concerns: Concern::Privilege("VM.Monitor"),
        what: "has no privilege `VM.Monitor`: the monitor of a VM takes `Sys.Audit` or `Sys.Modify`, and its agent `VM.GuestAgent.…`",
        advice: "take it out of the role, and give what is really used, such as `VM.GuestAgent.Audit` for what an agent tells",
        source: "Proxmox VE 9.0, `pveum role list`; an unknown privilege is refused by `PUT /access/roles/{roleid}`",
    },
    Change {
        since: V9_0,
        concerns: Concern::HaNodes,
        what: "has HA rules where there were groups: a cluster turns its groups into rules when its last member has been upgraded, and refuses groups from then on",
        advice: "upgrade all members of the cluster soon after each other, then `hlab build` again: `ha.nodes` needs an owner that can make rules",
        source: "API schema of 9.1, `/cluster/ha/rules`; pve-ha-manager of 9.0",
    },
    Change {
        since: V9_0,
        concerns: Concern::PortNames,
        what: "comes with another kernel, which may give ports other names; a bridge whose port is gone takes the host off the network",
        advice: "pin the names before the reboot, with `pve-network-interface-pinning generate`, or be at the console",
        source: "pve-docs 9, `pve-network-interface-pinning`",
    },
    Change {
        since: V9_0,
        concerns: Concern::AptList,
        what: "reads repositories from `.sources` files of Debian 13 (trixie); a list that stays lists them twice",
        advice: "name the new file, which ends in `.sources`",
        source: "pve-docs 9, package repositories",
    },
    Change {
        since: Version::V9_1,
        concerns: Concern::StorageOption("maxfiles"),
        what: "has no storage option `maxfiles`",
        advice: "say `keep = { last = … }` in its place",
        source: "API schemas of 8.4 and 9.1, `POST /storage`",
    },
    Change {
        since: Version::V9_1,
        concerns: Concern::StorageOption("server2"),
        what: "has no storage option `server2`, which was of GlusterFS",
        advice: "move what lies there to another storage before",
        source: "API schemas of 8.4 and 9.1, `POST /storage`",
    },
    Change {
        since: Version::V9_1,
        concerns: Concern::StorageOption("transport"),
        what: "has no storage option `transport`, which was of GlusterFS",
        advice: "move what lies there to another storage before",
        source: "API schemas of 8.4 and 9.1, `POST /storage`",
    },
];

/// What comes on the way from a version to another: of an unknown one everything up to that.
pub fn between(from: Option<Version>, to: Version) -> impl Iterator<Item = &'static Change> {
    CHANGES.iter().filter(move |change| change.since <= to && from.is_none_or(|from| from < change.since))
}

#[cfg(test)]
mod tests {
    use super::{CHANGES, Concern, between};
    use crate::pve::Version;

    #[test]
    fn only_what_lies_between_two_versions_is_told() {
        let concerns = |from: &str, to: &str| -> Vec<Concern> {
            let version = |text: &str| Version::parse(text).expect("a version");
            between(Some(version(from)), version(to)).map(|change| change.concerns).collect()
        };
        assert_eq!(concerns("8.4", "9.1").len(), CHANGES.len());
        assert!(concerns("9.1", "9.1").is_empty());
        assert!(concerns("9.1", "8.4").is_empty());
        assert!(concerns("9.0", "9.1").iter().all(|concern| matches!(concern, Concern::StorageOption(_))));
    }
}

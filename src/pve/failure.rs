//! What a refusal of the API means: nearly every semantic failure is a 500, so that the text must be read.
//!
//! In come a status and the text of reason phrase and body; out goes a [`Failure`], with whether the same question may be
//! answered a moment later. Source of the texts: the packages pve-http-server, pve-manager, qemu-server, pve-container, pve-cluster
//! and pve-storage, as of Proxmox VE 8 and 9; each row says which.

/// A class of refusals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What it is.
    pub kind: FailureKind,
    /// Statuses that it comes with; none: any.
    statuses: &'static [u16],
    /// One of these is in the text, whatever the case; none: the status alone tells.
    texts: &'static [&'static str],
    /// What to do, as a sentence without a full stop.
    pub advice: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What a refusal is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// The ticket or token is not taken.
    Login,
    /// A privilege is missing.
    Rights,
    /// Only root@pam may, with a password: no token of it either.
    RootOnly,
    /// The cluster cannot write: less than half of the votes are there.
    NoQuorum,
    /// The node asked cannot reach the node that the question is about.
    NodeUnreachable,
    /// A file is being written by something else.
    FileLock,
    /// A backup, a migration, a snapshot … has the guest.
    GuestLock,
    /// No worker process was free.
    NoWorker,
    /// Somebody changed the file meanwhile.
    Changed,
    /// It is there already.
    Exists,
    /// It is not there.
    NotFound,
    /// A storage that is off, offline or not on this node.
    Storage,
    /// No room.
    NoSpace,
    /// A guest that may not be removed.
    Protected,
    /// A parameter is not taken.
    Parameter,
    /// Such a path or method does not exist in this version.
    NotImplemented,
    /// For the moment, the server does not serve.
    Busy,
}

impl Failure {
    /// Whether the same question may be answered a moment later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self.kind {
            FailureKind::FileLock | FailureKind::NoWorker | FailureKind::Busy => true,
            FailureKind::Login
            | FailureKind::Rights
            | FailureKind::RootOnly
            | FailureKind::NoQuorum
            | FailureKind::NodeUnreachable
            | FailureKind::GuestLock
            | FailureKind::Changed
            | FailureKind::Exists
            | FailureKind::NotFound
            | FailureKind::Storage
            | FailureKind::NoSpace
            | FailureKind::Protected
            | FailureKind::Parameter
            | FailureKind::NotImplemented => false,
        }
    }
}

/// The class of a refusal; none if it is like none that we know.
#[must_use]
pub fn failure(status: u16, text: &str) -> Option<&'static Failure> {
    let text = text.to_ascii_lowercase();
    let is_one = |row: &&Failure| {
        (row.statuses.is_empty() || row.statuses.contains(&status))
            && (row.texts.is_empty() || row.texts.iter().any(|known| text.contains(known)))
    };
    FAILURES.iter().find(is_one)
}

/// Every class; the first that fits counts. The texts stand in lower case.
pub const FAILURES: &[Failure] = &[
    Failure {
        kind: FailureKind::Login,
        statuses: &[401],
        texts: &[],
        advice: "check the token or the password; a ticket that only some nodes refuse means that their clocks differ",
        source: "pve-http-server, AnyEvent.pm: 401 after 3 s, with an empty body",
    },
    Failure {
        kind: FailureKind::NodeUnreachable,
        statuses: &[595, 596, 597, 599],
        texts: &[],
        advice: "check that the node is on, and that the nodes reach each other at port 8006",
        source: "pve-http-server, proxy_request: statuses of AnyEvent::HTTP",
    },
    Failure {
        kind: FailureKind::RootOnly,
        statuses: &[],
        texts: &["only root can", "only root may", "only allowed for root@pam", "only root@pam"],
        advice: "log in as root@pam with its password: no token may, not even one of root@pam",
        source: "qemu-server, PVE/API2/Qemu.pm, check_vm_modify_config_perm; pve-container, PVE/LXC.pm",
    },
    Failure {
        kind: FailureKind::Rights,
        statuses: &[403],
        texts: &[],
        advice: "give the role of this login the privilege that the text names, on that path",
        source: "pve-access-control, PVE/RPCEnvironment.pm: `Permission check failed (PATH, PRIVILEGE)`",
    },
    Failure {
        kind: FailureKind::NoQuorum,
        statuses: &[],
        texts: &["no quorum", "not quorate"],
        advice: "bring back nodes until more than half of the votes are there; `pvecm status` on a node counts them",
        source: "pve-cluster, PVE/Cluster.pm, check_cfs_quorum: `cluster not ready - no quorum?`",
    },
    Failure {
        kind: FailureKind::NoWorker,
        statuses: &[],
        texts: &["got no worker upid"],
        advice: "try again in a moment",
        source: "pve-common, PVE/RESTEnvironment.pm, fork_worker",
    },
    Failure {
        kind: FailureKind::FileLock,
        statuses: &[],
        texts: &["can't lock file", "cfs-lock", "got lock request timeout", "trying to acquire cfs lock"],
        advice: "try again in a moment: something else writes that file",
        source: "pve-common, PVE/Tools.pm, lock_file; pve-cluster, PVE/Cluster.pm, cfs_lock",
    },
    Failure {
        kind: FailureKind::GuestLock,
        statuses: &[],
        texts: &["vm is locked", "ct is locked"],
        advice: "wait until the task that has the guest ends",
        source: "pve-guest-common, PVE/AbstractConfig.pm, check_lock",
    },
    Failure {
        kind: FailureKind::Changed,
        statuses: &[],
        texts: &["checksum mismatch", "detected modified configuration"],
        advice: "read again: somebody changed it meanwhile",
        source: "pve-common, PVE/Tools.pm, assert_if_modified; qemu-server",
    },
    Failure {
        kind: FailureKind::Exists,
        statuses: &[],
        texts: &["already exists", "already defined"],
        advice: "take another name or id, or adopt what is there",
        source: "qemu-server, pve-container, pve-storage, pve-guest-common",
    },
    Failure {
        kind: FailureKind::NoSpace,
        statuses: &[],
        texts: &["no space left", "insufficient free space", "out of space"],
        advice: "make room on the storage",
        source: "pve-storage: errors of the file system, of LVM and of ZFS",
    },
    Failure {
        kind: FailureKind::Protected,
        statuses: &[],
        texts: &["protection mode enabled", "used in ha resources"],
        advice: "take away the protection, or the HA resource, first",
        source: "pve-guest-common, PVE/AbstractConfig.pm, check_protection; qemu-server",
    },
    Failure {
        kind: FailureKind::Storage,
        statuses: &[],
        texts: &[
            "is not available on node",
            "is disabled",
            "is not online",
            "does not allow content type",
            "does not support vm images",
            "does not support container",
        ],
        advice: "look at the storage on that node: `pvesm status`",
        source: "pve-storage, PVE/Storage.pm, storage_check_node, storage_check_enabled, activate_storage",
    },
    Failure {
        kind: FailureKind::NotFound,
        statuses: &[],
        texts: &["does not exist", "no such ", "hostname lookup"],
        advice: "it is gone, or never was: read again",
        source: "pve-guest-common, pve-storage, pve-ha-manager; pve-cluster, PVE/INotify.pm for names of nodes",
    },
    Failure {
        kind: FailureKind::Parameter,
        statuses: &[400],
        texts: &[],
        advice: "this is a bug in hlab, or a version of Proxmox VE that it does not know: please report it",
        source: "pve-common, PVE/JSONSchema.pm: `Parameter verification failed.`",
    },
    Failure {
        kind: FailureKind::NotImplemented,
        statuses: &[501],
        texts: &[],
        advice: "this version of Proxmox VE has no such thing",
        source: "pve-http-server, AnyEvent.pm: `Method 'GET /x' not implemented`",
    },
    Failure {
        kind: FailureKind::Busy,
        statuses: &[503],
        texts: &[],
        advice: "try again in a moment",
        source: "RFC 9110, 15.6.4; what stands in front of the API answers so while it has no server",
    },
];

#[cfg(test)]
mod tests {
    use super::{FAILURES, FailureKind, failure};

    #[track_caller]
    fn is(status: u16, text: &str, kind: Option<FailureKind>) {
        assert_eq!(failure(status, text).map(|row| row.kind), kind, "{status} {text}");
    }

    #[test]
    fn a_500_is_told_by_its_text() {
        is(500, "Configuration file 'nodes/pve/qemu-server/100.conf' does not exist", Some(FailureKind::NotFound));
        is(500, "unable to create VM 200 - VM 200 already exists on node 'pve1'", Some(FailureKind::Exists));
        is(500, "VM is locked (backup)", Some(FailureKind::GuestLock));
        is(500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", Some(FailureKind::FileLock));
        is(500, "cluster not ready - no quorum?", Some(FailureKind::NoQuorum));
        is(500, "got no worker upid - start worker failed", Some(FailureKind::NoWorker));
        is(500, "only root can set 'args' config", Some(FailureKind::RootOnly));
        is(500, "storage 'x' is not available on node 'n'", Some(FailureKind::Storage));
        is(500, "something else", None);
    }

    #[test]
    fn the_status_tells_where_it_can() {
        is(401, "", Some(FailureKind::Login));
        is(403, "Permission check failed (/vms/100, VM.Audit)", Some(FailureKind::Rights));
        is(403, "mount point type bind is only allowed for root@pam", Some(FailureKind::RootOnly));
        is(595, "No route to host", Some(FailureKind::NodeUnreachable));
        is(400, "Parameter verification failed.", Some(FailureKind::Parameter));
        is(501, "Method 'GET /x' not implemented", Some(FailureKind::NotImplemented));
    }

    #[test]
    fn a_digest_is_searched_inside_of_a_longer_text() {
        let text = "update storage failed: detected modified configuration - file changed by other user? Try again.";
        is(500, text, Some(FailureKind::Changed));
    }

    #[test]
    fn only_what_passes_by_itself_is_asked_again() {
        let is_passing = |status, text| failure(status, text).is_some_and(super::Failure::is_passing);
        assert!(is_passing(500, "got no worker upid - start worker failed"));
        assert!(is_passing(503, "Service Unavailable"));
        assert!(!is_passing(500, "VM is locked (backup)"));
        assert!(!is_passing(596, "Connection timed out"));
    }

    #[test]
    fn the_texts_of_the_table_stand_in_lower_case() {
        for row in FAILURES {
            assert!(row.texts.iter().all(|text| *text == text.to_ascii_lowercase()), "{row:?}");
        }
    }
}

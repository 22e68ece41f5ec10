//! What a plan consists of.

use crate::pve::{Impact, Need};

/// What would be done, in order, and what is to be known of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// The project.
    pub project: String,
    /// The changes, in the order in which they would be made; what needs none is counted in `same`.
    pub changes: Vec<Change>,
    /// What was found out about the cluster on the way, worst first.
    pub findings: Vec<Finding>,
    /// Facets that are as they should be.
    pub same: usize,
    /// What else is to be known, once each.
    pub notes: Vec<String>,
}

/// One change: a facet of a resource, in one place.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// The resource: `vm.k3s-vm-pve`; of what no source declares what Proxmox calls it: `qemu/107`.
    pub address: String,
    /// The facet: `vm.config`; empty where there is none.
    pub facet: String,
    /// Which of its places: a node, a storage; empty where there is only one.
    pub place: String,
    /// Who would make it: `api`, `none`, or a target by its name.
    pub owner: String,
    /// What it is in the API, encoded: `/nodes/pve/qemu/107`.
    pub path: String,
    /// The line that asks for it.
    pub asked: Option<Said>,
    /// What changes, by option.
    pub options: Vec<OptionChange>,
    /// What it does to what runs: the worst of its options.
    pub impact: Impact,
    /// What stops meanwhile, by address; nothing if nothing does.
    pub stops: Vec<String>,
    /// Roles that nobody provides meanwhile: `dns`, `gateway`, `quorum`.
    pub roles: Vec<String>,
    /// Whether it touches what the API is asked through: it comes last and alone.
    pub cuts_off: bool,
    /// What it takes to be allowed.
    pub needs: Vec<Need>,
    /// Of these, what the login lacks.
    pub lacks: Vec<Need>,
    /// Why it cannot be done as things are; empty if it can.
    pub refused: Vec<String>,
    /// What the configuration had when it was read, to be sent along.
    pub digest: Option<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

impl Change {
    /// A change in which nothing is said yet but what it is of.
    #[must_use]
    pub fn of(action: Action, address: String, path: String) -> Change {
        Change {
            action,
            address,
            facet: String::new(),
            place: String::new(),
            owner: String::new(),
            path,
            asked: None,
            options: Vec::new(),
            impact: Impact::Live,
            stops: Vec::new(),
            roles: Vec::new(),
            cuts_off: false,
            needs: Vec::new(),
            lacks: Vec::new(),
            refused: Vec::new(),
            digest: None,
            notes: Vec::new(),
        }
    }
}

/// What is done to a thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It goes and is made anew.
    Replace,
    /// It goes to another node, or its volumes to another storage.
    Move,
    /// Something is taken from it and kept: a disk.
    Detach,
    /// It goes for good.
    Destroy,
    /// It is there, and is taken over.
    Adopt,
    /// It is there, nobody manages it, and it stays.
    KeepUnmanaged,
    /// It could not be read: nothing is planned for it.
    Unknown,
}

/// One option of a change.
#[derive(Clone, PartialEq, Debug)]
pub struct OptionChange {
    /// The option as Proxmox calls it: `net0`, `memory`.
    pub option: String,
    /// What there is, in normal form; `None`: Proxmox's own default.
    pub from: Option<String>,
    /// What is wanted; `None`: Proxmox's own default.
    pub to: Option<String>,
    /// What the change does to a running guest, or to one that does not run.
    pub impact: Impact,
    /// Who said the new value.
    pub said: Option<Said>,
    /// Whether only root@pam with a password may set it.
    pub root_only: bool,
}

/// Who said something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The line: `guests.hlab:12`.
    pub place: String,
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// Whether it stands in the library: nobody said it, it is the default.
    pub is_default: bool,
}

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Something cannot be done, or would do harm.
    Error,
    /// Something to be looked at.
    Warning,
    /// Something to be known.
    Note,
}

/// Something found out about the cluster.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// Its name, stable: `orphan-volume`, `locked`.
    pub name: &'static str,
    /// What it is about: `vm.web`, `local-zfs:vm-200-disk-0`.
    pub about: String,
    /// One sentence.
    pub message: String,
    /// What to do next.
    pub help: String,
    /// The line that it is about, if there is one: `guests.hlab:12`.
    pub place: Option<String>,
}

impl Plan {
    /// Whether anything would be done.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action.is_change())
    }

    /// Whether something cannot be done as things are: nothing of the plan should be applied.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let is_stopped =
            |change: &Change| change.action.is_change() && !(change.refused.is_empty() && change.lacks.is_empty());
        self.changes.iter().any(is_stopped) || self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}

impl Action {
    /// What a reader calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Move => "move",
            Action::Detach => "detach",
            Action::Destroy => "destroy",
            Action::Adopt => "adopt",
            Action::KeepUnmanaged => "keep-unmanaged",
            Action::Unknown => "unknown",
        }
    }

    /// Whether it changes anything.
    #[must_use]
    pub fn is_change(self) -> bool {
        match self {
            Action::Create
            | Action::Update
            | Action::Replace
            | Action::Move
            | Action::Detach
            | Action::Destroy
            | Action::Adopt => true,
            Action::KeepUnmanaged | Action::Unknown => false,
        }
    }
}

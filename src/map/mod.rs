//! The map of a lab: hosts as boxes, and in them what people draw there.
//!
//! What comes in is a [`Model`](crate::model::Model) and what is wrong with it; what goes out is text. `read` takes from the model
//! what is drawn, as the plain data of a [`Lab`], `marks` finds the thing that each diagnostic is about, and `fall` what stops with
//! each host. `layout` gives everything its place as a [`scene`], with texts cut so that they fit (`text`), [`svg`] writes the
//! scene, and [`page`] puts it on a page beside bars and tables.
//!
//! A lab with errors is drawn from what is known of it: that is what the marks are for.

mod bars;
mod boxes;
mod fall;
mod layout;
mod marks;
pub mod page;
mod read;
pub mod scene;
mod strips;
pub mod svg;
mod tables;
mod text;

use crate::diag::Severity;
use crate::types::value::ObjId;

pub use layout::scene;
pub(crate) use read::{Given, lab};

/// A lab as it is drawn.
#[derive(Clone, Default, Debug)]
pub struct Lab {
    /// The name of the project.
    pub name: String,
    /// Hosts, by name.
    pub hosts: Vec<Host>,
    /// Guests, by id and name.
    pub guests: Vec<Guest>,
    /// Networks, by name.
    pub networks: Vec<Network>,
    /// Storages, by name.
    pub storages: Vec<Storage>,
    /// Power supplies with a battery.
    pub supplies: Vec<Supply>,
    /// Machines that are no hosts.
    pub machines: Vec<Machine>,
    /// Backup jobs.
    pub jobs: Vec<Job>,
    /// Clusters whose members vote.
    pub clusters: Vec<Cluster>,
    /// Roles that something carries, with who does.
    pub roles: Vec<Role>,
    /// What stops with each host, in the order of the hosts.
    pub losses: Vec<Loss>,
    /// What is wrong, errors first.
    pub problems: Vec<Problem>,
}

/// What every thing that is drawn has.
#[derive(Clone, Default, Debug)]
pub struct Thing {
    /// Its address: `vm.web`; in a module with its folder.
    pub address: String,
    /// What it is called.
    pub name: String,
    /// What is to be known of it, a line each.
    pub about: Vec<String>,
    /// What is wrong with it, as numbers of the lab's problems.
    pub problems: Vec<usize>,
    /// The worst of that.
    pub mark: Option<Severity>,
}

/// Whether something runs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum State {
    /// It does.
    #[default]
    Running,
    /// It is off, or gone.
    Off,
}

/// A host.
#[derive(Clone, Default, Debug)]
pub struct Host {
    /// Its name and problems.
    pub thing: Thing,
    /// Whether it takes part.
    pub state: State,
    /// Its state in the word of the lab: `offline`.
    pub word: String,
    /// Its processor, in a few words.
    pub cpu: String,
    /// Its memory in bytes, if it is known.
    pub memory: Option<u64>,
    /// Memory that it keeps for itself.
    pub kept: u64,
    /// Memory that its running guests are promised.
    pub promised: u64,
    /// Memory that its running guests may come to.
    pub ceiling: u64,
    /// Its devices, by group and name.
    pub devices: Vec<Device>,
    /// Its bridges.
    pub bridges: Vec<Bridge>,
    /// Storages that it offers and not every host sees, with the bytes that its guests' disks may take there.
    pub storages: Vec<Offer>,
    /// Its guests.
    pub guests: Vec<usize>,
    /// The supplies that feed it.
    pub fed_by: Vec<usize>,
}

/// Where a device sits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Seat {
    /// In an IOMMU group.
    Group(i64),
    /// On the PCI bus, in a group that nobody stated.
    Pci,
    /// At a USB port.
    Usb,
}

/// A device of a host.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name and problems.
    pub thing: Thing,
    /// Where it sits.
    pub seat: Seat,
    /// Its model and address.
    pub detail: String,
    /// The guests that hold it.
    pub holders: Vec<usize>,
    /// The object that it is.
    pub(crate) object: ObjId,
}

/// A bridge of a host.
#[derive(Clone, Debug)]
pub struct Bridge {
    /// Its name and problems.
    pub thing: Thing,
    /// The network that it reaches.
    pub network: Option<usize>,
    /// The host's own address on it.
    pub detail: String,
}

/// A storage on a host.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Which storage.
    pub storage: usize,
    /// What it holds there.
    pub detail: String,
}

/// A guest.
#[derive(Clone, Default, Debug)]
pub struct Guest {
    /// Its name and problems.
    pub thing: Thing,
    /// Whether it is a container, and no VM.
    pub is_container: bool,
    /// Whether it runs.
    pub state: State,
    /// The host it is on, if that is known.
    pub host: Option<usize>,
    /// Its id, processors and memory, in a few words.
    pub detail: String,
    /// The networks that its NICs are on.
    pub networks: Vec<usize>,
    /// What it is in a k3s cluster: `server` or `agent`.
    pub k3s: Option<String>,
    /// Memory that it is promised, in bytes.
    pub promised: u64,
    /// Memory that it may come to, in bytes.
    pub ceiling: u64,
    /// Who backs it up.
    pub backup: Backup,
    /// Where HA starts it when its host is lost.
    pub refuge: Refuge,
}

/// Who backs up a guest.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Backup {
    /// Nobody says.
    #[default]
    Unsaid,
    /// Nobody, on purpose.
    Nobody,
    /// Somebody outside of the lab.
    Elsewhere,
    /// A job.
    Job(usize),
}

/// Where HA starts a guest whose host is lost.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Refuge {
    /// Nowhere: HA does not see to it, or what it needs is on no other host.
    #[default]
    Nowhere,
    /// On this host, the best that can take it.
    Best(usize),
    /// On one of these; which, the cluster decides.
    OneOf(Vec<usize>),
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name and problems.
    pub thing: Thing,
    /// Its addresses.
    pub detail: String,
}

/// A storage.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Its name and problems.
    pub thing: Thing,
    /// Its variant.
    pub sort: String,
    /// Whether every host sees the same files.
    pub is_shared: bool,
    /// Its size, where it is known.
    pub detail: String,
}

/// A power supply with a battery.
#[derive(Clone, Debug)]
pub struct Supply {
    /// Its name and problems.
    pub thing: Thing,
    /// What hangs on it.
    pub detail: String,
}

/// A machine that is no host.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name and problems.
    pub thing: Thing,
    /// Its address.
    pub detail: String,
}

/// A backup job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name and problems.
    pub thing: Thing,
    /// When it runs and where to.
    pub detail: String,
    /// Whether it runs at all.
    pub is_on: bool,
}

/// A cluster whose members vote: of Proxmox, or of k3s.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name and problems.
    pub thing: Thing,
}

/// A role, with all that carry it and run.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name: `gateway`.
    pub name: String,
    /// Who carries it.
    pub carriers: Vec<ObjId>,
}

/// What becomes of a role when a host is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Nobody who carries it is touched.
    Untouched,
    /// Some of those who carry it go on.
    Left {
        /// How many.
        left: usize,
        /// Of how many.
        of: usize,
    },
    /// Nobody carries it any more.
    Falls,
}

/// What becomes of a lab when a host is lost.
#[derive(Clone, Default, Debug)]
pub struct Loss {
    /// Guests that run and stop.
    pub stops: Vec<usize>,
    /// Guests that HA starts elsewhere.
    pub moves: Vec<usize>,
    /// What becomes of each role.
    pub roles: Vec<Fate>,
    /// What becomes of each cluster's majority.
    pub clusters: Vec<Fate>,
    /// Addresses of what else stops, for it `needs` what is lost.
    pub also: Vec<String>,
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The code, or the name of the policy.
    pub code: String,
    /// The thing that it is about, by its address; empty where it is none.
    pub address: String,
    /// What it says.
    pub message: String,
    /// Where it stands: `guests.hlab:12`.
    pub place: String,
}

//! The lab as typed views over slots.
//!
//! What comes in is a finished [`World`]: every value is computed, and nothing is evaluated from here on. What goes out is
//! a [`Model`], which reads: a view such as [`Vm`] is an object's number, and `vm.memory(&model)` gives what the resource
//! said, or else what its kind says for all. Fields are found by name once a run ([`Fields`]); a read is a walk over the
//! few slots of one object.
//!
//! A kind is declared in `stdlib/` only. A test compares the names that the views use with the declarations.

pub(crate) mod chart;
mod lab;
mod path;
mod read;
mod site;
mod view;
mod views;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::base::{Sources, Span};
use crate::eval::World;
use crate::resolve::Unit;
use crate::types::shape::Shape;
use crate::types::value::{ObjId, Value};
use crate::types::{Program, span_of};

pub use chart::{
    BackupJob, Capacity, ClusterNode, ClusterNodes, ContainerPart, HostCpu, MachinePart, Members, NetworkPart, Reserve,
    StorageSpace, Ups, VmPart, Zpool,
};
pub use path::{Found, Step};
pub use site::{
    Apt, AptRepository, Bond, ClusterFirewall, FabricInterface, FabricNode, Firewall, FirewallAlias, FirewallRule,
    GuestFirewall, HostFirewall, HostNic, HostSystem, HostVlan, HostsEntry, InternalPort, IpSet, IpSetMember, LogLimit,
    SdnController, SdnDns, SdnFabric, SdnIpam, SdnSubnet, SdnZone, SecurityGroup, Vnet, VnetFirewall,
};
pub use views::{
    Acl, AcmeAccount, AcmePlugin, Agent, Attach, Audio, Bridge, Cdrom, Certificate, CloneOf, CloudInit, Cluster,
    Container, ContainerClone, ContainerConsole, ContainerCpu, ContainerCreate, ContainerNic, ContainerTimeouts,
    ContainerWait, Cpu, Create, Destroy, Device, DeviceNeeds, DeviceNode, Disk, DiskLimit, Display, Efi, Fields, Group,
    Ha, Host, HostPci, HostUsb, IdMap, Image, Login, Machine, MachineOptions, Manifest, MetricsServer, Migration,
    Mount, Network, Nic, NumaNode, Parallel, Pool, Project, Realm, Reservation, Rng, Role, Rootfs, Secret, Serial,
    Service, Sev, Share, SharedMemory, Smbios, Snippet, Spice, Start, Storage, Target, Tdx, Timeouts, Token, Tpm,
    Update, User, Vm, Watchdog,
};

/// The object of a block that nothing said.
pub const UNSAID: ObjId = ObjId(u32::MAX);

/// A lab to ask: all objects, and what it takes to name them and to show where they stand.
#[derive(Debug)]
pub struct Model<'m> {
    /// Shapes, names and strings.
    pub program: &'m Program,
    /// The objects.
    pub world: &'m World,
    /// The files' trees.
    pub units: &'m [Unit],
    /// The files' texts.
    pub sources: &'m Sources,
    /// The numbers of fields.
    pub fields: Fields,
    /// Those of hosts and firewalls.
    pub site: site::Fields,
    /// Those of what is drawn and counted.
    pub chart: chart::Fields,
    /// The constant defaults of each shape's fields.
    defaults: Vec<Vec<Value>>,
    /// The number of each shape's field `name`.
    names: Vec<Option<u16>>,
    /// The number of each kind's field `owner`.
    owners: Vec<Option<u16>>,
    addresses: OnceLock<Addresses>,
    /// The vnets that reach each network.
    vnets: OnceLock<FxHashMap<ObjId, Vec<ObjId>>>,
}

/// The addresses of all resources, side by side.
#[derive(Debug)]
struct Addresses {
    text: String,
    ends: Vec<u32>,
}

impl<'m> Model<'m> {
    /// The lab of these objects. Cost: some hundred look-ups by name, whatever the size of the lab.
    #[must_use]
    pub fn new(program: &'m Program, world: &'m World, units: &'m [Unit], sources: &'m Sources) -> Model<'m> {
        let (fields, defaults) = (Fields::find(program), read::defaults(program));
        let (site, chart) = (site::Fields::find(program), chart::Fields::find(program));
        let names = program.shapes.iter().map(|shape| shape.any_field(program.words.name)).collect();
        let owner = program.heap.names.find("owner");
        let owner_of = |shape: &Shape| if shape.is_kind { shape.any_field(owner?) } else { None };
        let owners = program.shapes.iter().map(owner_of).collect();
        Model {
            program,
            world,
            units,
            sources,
            fields,
            site,
            chart,
            defaults,
            names,
            owners,
            addresses: OnceLock::new(),
            vnets: OnceLock::new(),
        }
    }

    /// The field by which a resource says who applies it.
    #[must_use]
    pub fn owner_field(&self, resource: ObjId) -> Option<u16> {
        self.owners.get(usize::from(self.world.object(resource).shape.0)).copied().flatten()
    }

    /// The address of a resource, without quotes: `vm.k3s-vm-pve`. Made for all at the first question.
    #[must_use]
    pub fn resource(&self, resource: ObjId) -> &str {
        let addresses = self.addresses.get_or_init(|| {
            let mut made = Addresses { text: String::new(), ends: Vec::with_capacity(self.world.resources as usize) };
            for object in self.world.all() {
                made.text.push_str(self.kind(object));
                made.text.push('.');
                made.text.push_str(self.key(object));
                made.ends.push(made.text.len() as u32);
            }
            made
        });
        let number = resource.0 as usize;
        let start = number.checked_sub(1).map_or(0, |before| addresses.ends[before] as usize);
        &addresses.text[start..addresses.ends[number] as usize]
    }

    /// Where an object is declared.
    #[must_use]
    pub fn span(&self, object: ObjId) -> Span {
        span_of(self.units, self.world.object(object).at)
    }

    /// Where a field of an object was said, if it was.
    #[must_use]
    pub fn said_at(&self, object: ObjId, field: u16) -> Option<Span> {
        self.world.slot(object, field).map(|slot| span_of(self.units, slot.at))
    }

    /// The path of the file that declares an object, as it is shown to people.
    #[must_use]
    pub fn file(&self, object: ObjId) -> &'m str {
        let (unit, _) = crate::resolve::locate(self.units, self.world.object(object).at.0);
        &self.sources.file(self.units[unit as usize].file).path
    }
}

#[cfg(test)]
mod tests;

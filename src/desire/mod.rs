//! What is wanted, as Proxmox objects in normal form: one meaning for all targets.
//!
//! A [`Desired`] is plain data: facts as Proxmox understands them, nothing of any target and nothing of the language. In
//! normal form there is one way to say a thing: objects are sorted by address, facet and place, lists whose order means
//! nothing are sorted, and what Proxmox would do anyway is left out (`None`). So two equal labs are equal values, which is
//! what `read(emit(d)) == d` compares.
//!
//! References stay references ([`Ref`]) until a target prints them.

mod access;
mod container;
mod devices;
mod entry;
mod firewall;
mod host;
mod image;
mod lower;
mod manifest;
mod sdn;
mod steps;
mod vm;

use std::borrow::Cow;

use crate::own::Facet;

pub use access::Pool;
pub use container::{
    Console, Container, ContainerClone, ContainerCreate, ContainerNic, ContainerProvider, ContainerRoot, DeviceNode,
    Features, IdRange, Mount, MountFlags, MountSource, Rootfs,
};
pub use devices::{
    Audio, CdMedium, Cdrom, CloudInit, Disk, DiskExtra, EfiDisk, Import, IpConfig, Nic, PciDevice, Rng, Secret, Serial,
    Share, Throttle, Tpm, Usb, UsbDevice, Vga, Watchdog,
};
pub use entry::{
    Acl, AcmeAccount, AcmePlugin, Certificate, Entry, Group, HaNodes, HaResource, Influxdb, MetricsServer, MetricsSort,
    Opentelemetry, Realm, Role, Token, User, Who,
};
pub use firewall::{
    ClusterFirewall, Firewall, FirewallAlias, FirewallRule, FirewallRules, GuestFirewall, GuestOf, IpSet, LogLimit,
    Member, NodeFirewall, Protected, SecurityGroup, VnetFirewall,
};
pub use host::{
    Bridge, HostDns, HostPart, HostTime, HostVlan, HostsFile, Interface, OvsBond, OvsBridge, OvsPort, Repository,
    StandardRepository,
};
pub use image::{Image, Mapping, Snippet, SnippetSource};
pub use lower::{Parts, Wanted, check_raw, desired, version};
pub use manifest::check as check_manifests;
pub use sdn::{Sdn, SdnPart};
pub use steps::{Item, Steps, What, steps};
pub use vm::{
    Agent, CloneFrom, Cpu, CpuExtra, Create, Guest, MachineExtra, NumaNode, Power, Provider, RawOption, RootOptions,
    Sev, SharedMemory, Smbios, Spice, Startup, Tdx, Timeouts, Vm,
};

/// Text that is borrowed from the model where it can be.
pub type Text<'a> = Cow<'a, str>;

/// Everything that is wanted of a lab, sorted.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Desired<'a> {
    /// The project's name, the first half of every stamp.
    pub project: Text<'a>,
    /// The objects, sorted by [`Object::key`].
    pub objects: Vec<Object<'a>>,
}

/// One facet of one resource, in one place.
#[derive(Clone, PartialEq, Debug)]
pub struct Object<'a> {
    /// The resource: `vm.k3s-vm-pve`.
    pub address: Text<'a>,
    /// Where it is, for facets that a resource has once a node or storage.
    pub place: Place<'a>,
    /// The source file that declares it, as shown to people: `guests.hlab`.
    pub file: Text<'a>,
    /// Its life cycle.
    pub life: Life<'a>,
    /// What is wanted.
    pub content: Content<'a>,
}

/// Where an object is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub enum Place<'a> {
    /// Its address says all.
    #[default]
    Only,
    /// On a node.
    Node(Text<'a>),
    /// On a node's storage.
    Storage {
        /// The node.
        node: Text<'a>,
        /// The storage.
        storage: Text<'a>,
    },
    /// One of several that a resource has, by what tells it from the others.
    Part(Text<'a>),
}

impl<'a> Place<'a> {
    /// The node, where the place is all of it.
    #[must_use]
    pub fn node(&self) -> Option<&Text<'a>> {
        match self {
            Place::Node(node) => Some(node),
            Place::Only | Place::Storage { .. } | Place::Part(_) => None,
        }
    }
}

/// How an object comes and goes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Life<'a> {
    /// It exists already and is taken over.
    pub adopt: bool,
    /// It goes when its declaration goes; otherwise it stays, as what is only looked at always does.
    pub destroy: bool,
    /// Targets that can leave it alone for now.
    pub paused: bool,
    /// It is only looked at, never changed.
    pub observe: bool,
    /// Labels for targets that have them, sorted by key.
    pub labels: Vec<(Text<'a>, Text<'a>)>,
}

/// What is wanted of an object.
#[derive(Clone, PartialEq, Debug)]
pub enum Content<'a> {
    /// `container.config`.
    Container(Box<Container<'a>>),
    /// `container.root-options`.
    ContainerRoot(Box<ContainerRoot<'a>>),
    /// `container.power`.
    ContainerPower(Power),
    /// `vm.config`.
    Vm(Box<Vm<'a>>),
    /// `vm.root-options`.
    RootOptions(Box<RootOptions<'a>>),
    /// `vm.power`.
    Power(Power),
    /// `image.file`.
    Image(Box<Image<'a>>),
    /// `snippet.file`.
    Snippet(Box<Snippet<'a>>),
    /// `device.mapping`.
    Mapping(Box<Mapping<'a>>),
    /// `pool.entry`.
    Pool(Box<Pool<'a>>),
    /// An entry of the cluster's configuration, or of a node's.
    Entry(Box<Entry<'a>>),
    /// `host.network`, `host.dns` and what else Proxmox is told on a node.
    Host(Box<HostPart<'a>>),
    /// `firewall.options`, `firewall.rules` and the like.
    Firewall(Box<Firewall<'a>>),
}

impl Content<'_> {
    /// The facet it is of.
    #[must_use]
    pub fn facet(&self) -> Facet {
        match self {
            Content::Container(_) => Facet::ContainerConfig,
            Content::ContainerRoot(_) => Facet::ContainerRootOptions,
            Content::ContainerPower(_) => Facet::ContainerPower,
            Content::Vm(_) => Facet::VmConfig,
            Content::RootOptions(_) => Facet::VmRootOptions,
            Content::Power(_) => Facet::VmPower,
            Content::Image(_) => Facet::ImageFile,
            Content::Snippet(_) => Facet::SnippetFile,
            Content::Mapping(_) => Facet::DeviceMapping,
            Content::Pool(_) => Facet::Pool,
            Content::Entry(entry) => Facet::Entry(entry.facet()),
            Content::Host(part) => part.facet(),
            Content::Firewall(part) => part.facet(),
        }
    }
}

/// A value that another object has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ref<'a> {
    /// The resource: `image.noble`.
    pub address: Text<'a>,
    /// Which of its facets.
    pub facet: Facet,
    /// Which of its places.
    pub place: Place<'a>,
    /// Which of its attributes.
    pub attribute: Attribute,
}

/// What an object can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attribute {
    /// What Proxmox calls a file on a storage: `local:import/noble.qcow2`.
    VolumeId,
}

impl<'a> Object<'a> {
    /// What objects are sorted by.
    #[must_use]
    pub fn key(&self) -> (&str, Facet, &Place<'a>) {
        (&self.address, self.content.facet(), &self.place)
    }

    /// The kind of its resource: `vm`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.address.split_once('.').map_or(&*self.address, |(kind, _)| kind)
    }

    /// The name of its resource: `k3s-vm-pve`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.address.split_once('.').map_or("", |(_, name)| name)
    }
}

impl<'a> Desired<'a> {
    /// Puts the objects into order.
    pub fn sort(&mut self) {
        self.objects.sort_by(|a, b| a.key().cmp(&b.key()));
    }

    /// The volume id that a reference stands for, if the object is there and has one.
    ///
    /// Cost: a binary search.
    #[must_use]
    pub fn volume_id(&self, reference: &Ref<'a>) -> Option<String> {
        let wanted = (&*reference.address, reference.facet, &reference.place);
        let index = self.objects.binary_search_by(|object| object.key().cmp(&wanted)).ok()?;
        match &self.objects[index].content {
            Content::Image(image) => Some(image.volume_id()),
            Content::Snippet(snippet) => Some(snippet.volume_id()),
            Content::Vm(_)
            | Content::RootOptions(_)
            | Content::Power(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_)
            | Content::Host(_)
            | Content::Firewall(_)
            | Content::Container(_)
            | Content::ContainerRoot(_)
            | Content::ContainerPower(_) => None,
        }
    }
}

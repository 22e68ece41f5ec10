//! What must be there before what: the steps of a rollout, with who takes each.
//!
//! Objects wait for what they refer to (a disk for its image, a VM for its mapping), files and disks for the storage that
//! they lie on, and a storage for what it stands on, be it a pool of its host or a VM that serves it.

use crate::desire::Protected;
use rustc_hash::FxHashMap;

use super::{
    CdMedium, CloudInit, Container, Content, Entry, Firewall, FirewallRule, HostPart, Import, MountSource, Object,
    OvsPort, RootOptions, SdnPart, UsbDevice, Vm, Wanted,
};
use crate::base::Span;
use crate::model::{Host, Model};
use crate::own::order::Step;
use crate::own::{self, Facet, Owned, Owner};
use crate::types::value::{ObjId, Value};

/// One step of a rollout.
#[derive(Clone, PartialEq, Debug)]
pub struct Item<'a> {
    /// The facet that is applied.
    pub facet: Facet,
    /// The resource: `vm.k3s-vm-pve`.
    pub address: String,
    /// The node, where it is on one.
    pub node: Option<&'a str>,
    /// Where the source declares it.
    pub at: Option<Span>,
    /// What it is.
    pub what: What<'a>,
}

/// What a step is about.
#[derive(Clone, PartialEq, Debug)]
pub enum What<'a> {
    /// An object, by its number.
    Object(usize),
    /// What a storage stands on, on a host.
    StorageHost(ObjId),
    /// A storage in the cluster's configuration.
    StorageEntry(ObjId),
    /// A device that is handed over, on its host.
    DeviceHost(ObjId),
    /// A directory mapping that a guest uses.
    Directory(&'a str),
    /// That the software-defined network becomes what it is to be.
    SdnApplied,
}

/// The steps of a rollout and what each is about, side by side.
#[derive(Clone, Default, Debug)]
pub struct Steps<'a> {
    /// Owners and order.
    pub steps: Vec<Step>,
    /// What each step is about.
    pub items: Vec<Item<'a>>,
}

/// The steps that lead to what is wanted.
#[must_use]
pub fn steps<'a>(model: &'a Model<'a>, owned: &Owned, wanted: &'a Wanted<'a>) -> Steps<'a> {
    let mut cx = Cx {
        model,
        owned,
        wanted,
        out: Steps::default(),
        storages: FxHashMap::default(),
        directories: FxHashMap::default(),
        mappings: FxHashMap::default(),
        guests: FxHashMap::default(),
        interfaces: FxHashMap::default(),
        filters: FxHashMap::default(),
        clusters: Vec::new(),
        vnets: FxHashMap::default(),
        sdn: None,
    };
    cx.objects();
    cx.sdn_applied();
    cx.storages();
    for number in 0..wanted.desired.objects.len() {
        cx.order(number);
    }
    for step in &mut cx.out.steps {
        step.after.sort_unstable();
        step.after.dedup();
    }
    cx.out
}

struct Cx<'a, 'o> {
    model: &'a Model<'a>,
    owned: &'o Owned,
    wanted: &'a Wanted<'a>,
    out: Steps<'a>,
    /// The step of a storage's entry, by the storage's name.
    storages: FxHashMap<&'a str, u32>,
    /// The step of a directory mapping.
    directories: FxHashMap<&'a str, u32>,
    /// The step of a device's mapping, by sort and name.
    mappings: FxHashMap<(bool, &'a str), u32>,
    /// The step of a guest's configuration, by its id.
    guests: FxHashMap<u32, u32>,
    /// The step of an interface of a node, by node and name.
    interfaces: FxHashMap<(&'a str, &'a str), u32>,
    /// The step of an alias, a set or a group of a firewall.
    filters: FxHashMap<(ObjId, Filter<'a>), u32>,
    /// The firewalls of the cluster, whose names all others know.
    clusters: Vec<ObjId>,
    /// The step of a vnet, by its name.
    vnets: FxHashMap<&'a str, u32>,
    /// The step that applies the software-defined network.
    sdn: Option<u32>,
}

/// What rules of firewalls refer to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Filter<'a> {
    Alias(&'a str),
    Set(&'a str),
    Group(&'a str),
}

impl<'a> Cx<'a, '_> {
    fn add(&mut self, item: Item<'a>, owner: Owner) -> u32 {
        self.out.steps.push(Step { owner, after: Vec::new() });
        self.out.items.push(item);
        self.out.steps.len() as u32 - 1
    }

    /// A step for each object; the steps have the objects' numbers.
    fn objects(&mut self) {
        let wanted = self.wanted;
        for (number, object) in wanted.desired.objects.iter().enumerate() {
            let item = Item {
                facet: object.content.facet(),
                address: object.address.to_string(),
                node: node_of(object, wanted, number),
                at: Some(self.model.span(wanted.resources[number])),
                what: What::Object(number),
            };
            let step = self.add(item, wanted.owners[number]);
            match &object.content {
                Content::Mapping(mapping) => {
                    self.mappings.insert((mapping.sort == "pci", &*mapping.name), step);
                }
                Content::Host(part) => {
                    if let Some(interface) = part.interface() {
                        self.interfaces.insert((&*interface.node, &*interface.name), step);
                    }
                }
                Content::Firewall(part) => self.filter(number, part, step),
                Content::Entry(entry) => {
                    if let Entry::Sdn(sdn) = &**entry
                        && sdn.part == SdnPart::Vnet
                    {
                        self.vnets.insert(&*sdn.name, step);
                    }
                }
                Content::Vm(vm) => self.guests.extend(vm.id.map(|id| (id, step))),
                Content::Container(container) => self.guests.extend(container.id.map(|id| (id, step))),
                Content::ContainerRoot(_)
                | Content::ContainerPower(_)
                | Content::RootOptions(_)
                | Content::Power(_)
                | Content::Image(_)
                | Content::Snippet(_)
                | Content::Pool(_) => {}
            }
        }
    }

    /// A step that applies the software-defined network, if hlab makes any of it: until then, changes of it are pending.
    fn sdn_applied(&mut self) {
        let is_sdn = |facet: Facet| if let Facet::Entry(entry) = facet { entry.is_sdn() } else { false };
        let of_sdn = (0..self.out.items.len()).filter(|number| is_sdn(self.out.items[*number].facet));
        let of_sdn: Vec<usize> = of_sdn.filter(|number| self.out.steps[*number].owner != Owner::None).collect();
        let Some(first) = of_sdn.first() else { return };
        let (facet, owner) = (Facet::Entry(own::Entry::SdnZone), self.out.steps[*first].owner);
        let item = Item { facet, address: "sdn".to_owned(), node: None, at: None, what: What::SdnApplied };
        let step = self.add(item, owner);
        self.out.steps[step as usize].after.extend(of_sdn.iter().map(|number| *number as u32));
        self.sdn = Some(step);
    }

    /// What a NIC is plugged into: a bridge of its node, or a vnet once it is there.
    fn bridge(&self, node: &'a str, bridge: &'a str, after: &mut Vec<u32>) {
        let own = self.interfaces.get(&(node, bridge)).copied();
        let vnet = || self.vnets.get(bridge).map(|vnet| self.sdn.unwrap_or(*vnet));
        after.extend(own.or_else(vnet));
    }

    /// Steps for storages: the entry waits for what it stands on.
    fn storages(&mut self) {
        let model = self.model;
        for id in model.all(model.fields.storage.shape) {
            let sort = model.world.object(id).tag.map_or("", |tag| model.word(tag));
            let is_local = matches!(sort, "Directory" | "Lvm" | "LvmThin" | "ZfsPool" | "Btrfs");
            let hosts: Vec<Host> = match is_local {
                true => model.hosts(id).into_iter().filter(|host| model.is_running(*host)).collect(),
                false => Vec::new(),
            };
            let item = |facet, node, what| Item {
                facet,
                address: model.resource(id).to_owned(),
                node,
                at: Some(model.span(id)),
                what,
            };
            let below: Vec<u32> = hosts
                .iter()
                .map(|host| {
                    let owner = self.owned.owner(model, id, Facet::StorageHost);
                    self.add(item(Facet::StorageHost, Some(model.name(host.id)), What::StorageHost(id)), owner)
                })
                .collect();
            let owner = self.owned.owner(model, id, Facet::StorageEntry);
            let entry = self.add(item(Facet::StorageEntry, None, What::StorageEntry(id)), owner);
            self.out.steps[entry as usize].after.extend(below);
            self.storages.insert(model.name(id), entry);
            self.served(id, entry);
        }
    }

    /// A storage that a guest of the lab serves waits until that guest runs.
    fn served(&mut self, storage: ObjId, entry: u32) {
        let model = self.model;
        for slot in model.world.slots_of(storage) {
            let Value::Obj(server) = slot.value else { continue };
            let root = model.world.root(server);
            let shape = model.world.object(root).shape;
            let (power, config) = if shape == model.fields.vm.shape {
                (Facet::VmPower, Facet::VmConfig)
            } else if shape == model.fields.container.shape {
                (Facet::ContainerPower, Facet::ContainerConfig)
            } else {
                continue;
            };
            let address = model.resource(root);
            let running = self.step_of(address, power).or_else(|| self.step_of(address, config));
            self.out.steps[entry as usize].after.extend(running);
        }
    }

    /// The step of the object that has this facet of a resource in its only place.
    fn step_of(&self, address: &str, facet: Facet) -> Option<u32> {
        let objects = &self.wanted.desired.objects;
        let from = objects.partition_point(|object| (&*object.address, object.content.facet()) < (address, facet));
        let found = objects.get(from)?;
        (found.address == address && found.content.facet() == facet).then_some(from as u32)
    }

    /// What one object waits for.
    fn order(&mut self, number: usize) {
        let wanted = self.wanted;
        let object = &wanted.desired.objects[number];
        let mut after = Vec::new();
        match &object.content {
            Content::Container(container) => self.container(container, &mut after),
            Content::ContainerRoot(root) => {
                after.extend(root.hook.as_ref().and_then(|hook| self.file(hook)));
                after.extend(self.step_of(&object.address, Facet::ContainerConfig));
            }
            Content::ContainerPower(_) => {
                self.power(number, (Facet::ContainerConfig, Facet::ContainerRootOptions), &mut after);
            }
            Content::Vm(vm) => self.vm(number, vm, &mut after),
            Content::RootOptions(root) => {
                self.root_options(root, &mut after);
                after.extend(self.step_of(&object.address, Facet::VmConfig));
            }
            Content::Power(_) => self.power(number, (Facet::VmConfig, Facet::VmRootOptions), &mut after),
            Content::Image(image) => after.extend(self.storages.get(&*image.storage)),
            Content::Snippet(snippet) => after.extend(self.storages.get(&*snippet.storage)),
            Content::Pool(pool) => {
                after.extend(pool.storages.iter().filter_map(|storage| self.storages.get(&**storage)));
            }
            Content::Entry(entry) => self.entry(object, entry, &mut after),
            Content::Host(part) => self.host(part, &mut after),
            Content::Firewall(part) => self.firewall(number, part, &mut after),
            Content::Mapping(_) => {}
        }
        self.out.steps[number].after.append(&mut after);
    }

    fn entry(&self, object: &Object<'_>, entry: &Entry<'_>, after: &mut Vec<u32>) {
        let before = entry.after(&object.address);
        after.extend(before.iter().filter_map(|(address, entry)| self.step_of(address, Facet::Entry(*entry))));
        if let Entry::Sdn(sdn) = entry {
            after.extend(sdn.bridges.iter().filter_map(|(node, bridge)| self.interfaces.get(&(&**node, &**bridge))));
        }
        if let Entry::HaResource(resource) = entry {
            let id = resource.guest.split_once(':').and_then(|(_, id)| id.parse().ok());
            after.extend(id.and_then(|id: u32| self.guests.get(&id)));
        }
    }

    /// An interface waits for what it is made of, as far as somebody makes it.
    fn host(&self, part: &'a HostPart<'a>, after: &mut Vec<u32>) {
        match part {
            HostPart::Bridge(bridge) => {
                let node = &*bridge.interface.node;
                after.extend(bridge.ports.iter().filter_map(|port| self.interfaces.get(&(node, &**port))));
            }
            HostPart::Vlan(vlan) => after.extend(self.interfaces.get(&(&*vlan.interface.node, &*vlan.device))),
            HostPart::OvsBond(bond) => self.plugged(&bond.port, after),
            HostPart::OvsPort(port) | HostPart::InternalPort(port) => self.plugged(port, after),
            HostPart::OvsBridge(_)
            | HostPart::Dns(_)
            | HostPart::Hosts(_)
            | HostPart::Time(_)
            | HostPart::Standard(_)
            | HostPart::Repository(_) => {}
        }
    }

    /// Proxmox takes no port of an OVS bridge that is not there yet.
    fn plugged(&self, port: &'a OvsPort<'a>, after: &mut Vec<u32>) {
        after.extend(self.interfaces.get(&(&*port.interface.node, &*port.bridge)));
    }

    /// Notes the step of what rules may refer to.
    fn filter(&mut self, number: usize, part: &'a Firewall<'a>, step: u32) {
        let firewall = self.model.world.root(self.wanted.resources[number]);
        let filter = match part {
            Firewall::Cluster(_) => return self.clusters.push(firewall),
            Firewall::Alias(alias) => Filter::Alias(&alias.name),
            Firewall::IpSet(set) => Filter::Set(&set.name),
            Firewall::Group(group) => Filter::Group(&group.name),
            Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) | Firewall::Rules(_) => return,
        };
        self.filters.insert((firewall, filter), step);
    }

    /// Rules wait for the names that they use, a guest's firewall for the guest; and options come last, since a firewall that is
    /// on before its rules are there lets nobody in.
    fn firewall(&self, number: usize, part: &'a Firewall<'a>, after: &mut Vec<u32>) {
        let model = self.model;
        let firewall = model.world.root(self.wanted.resources[number]);
        match part {
            Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) => {
                let objects = &self.wanted.desired.objects;
                let place = &objects[number].place;
                let beside = objects.iter().enumerate().skip(number + 1);
                let beside = beside.take_while(|(_, other)| other.address == objects[number].address);
                after.extend(beside.filter(|(_, other)| other.place == *place).map(|(step, _)| step as u32));
            }
            Firewall::Group(group) => group.rules.iter().for_each(|rule| self.rule(firewall, rule, after)),
            Firewall::Rules(rules) => rules.rules.iter().for_each(|rule| self.rule(firewall, rule, after)),
            Firewall::IpSet(set) => {
                set.members.iter().for_each(|member| self.named(firewall, &member.address, after));
            }
            Firewall::Alias(_) => {}
        }
        if let Protected::Vnet(vnet) = part.of() {
            after.extend(self.vnets.get(&*vnet).map(|step| self.sdn.unwrap_or(*step)));
            return;
        }
        if let Value::Obj(guest) = crate::model::GuestFirewall::new(model, firewall).guest(model) {
            let address = model.resource(guest);
            after.extend(self.step_of(address, Facet::VmConfig));
            after.extend(self.step_of(address, Facet::ContainerConfig));
        }
    }

    fn rule(&self, firewall: ObjId, rule: &FirewallRule<'_>, after: &mut Vec<u32>) {
        after.extend(rule.group.as_deref().and_then(|group| self.filter_step(firewall, Filter::Group(group))));
        for addresses in [&rule.from, &rule.to].into_iter().flatten() {
            addresses.split(',').for_each(|address| self.named(firewall, address, after));
        }
    }

    /// The step of the alias or set that an address names.
    fn named(&self, firewall: ObjId, address: &str, after: &mut Vec<u32>) {
        let filter = address.strip_prefix('+').map_or(Filter::Alias(address), Filter::Set);
        after.extend(self.filter_step(firewall, filter));
    }

    /// The step of a name that a firewall knows: its own, or the cluster's.
    fn filter_step(&self, firewall: ObjId, filter: Filter<'_>) -> Option<u32> {
        let mut known = std::iter::once(&firewall).chain(&self.clusters);
        known.find_map(|firewall| self.filters.get(&(*firewall, filter)).copied())
    }

    /// A guest runs when its configuration is there, and its root options too if whoever starts it is somebody else.
    fn power(&self, number: usize, (config, root): (Facet, Facet), after: &mut Vec<u32>) {
        let address = &self.wanted.desired.objects[number].address;
        let config = self.step_of(address, config);
        let owners = &self.wanted.owners;
        let is_apart = config.is_some_and(|config| owners[config as usize] != owners[number]);
        after.extend(config);
        if is_apart {
            after.extend(self.step_of(address, root));
        }
    }

    fn container(&self, container: &'a Container<'a>, after: &mut Vec<u32>) {
        after.extend(container.rootfs.as_ref().and_then(|rootfs| self.storages.get(&*rootfs.storage)));
        for mount in &container.mounts {
            let storage = match &mount.source {
                MountSource::New(storage) => &**storage,
                MountSource::Volume(volume) => volume.split(':').next().unwrap_or_default(),
                MountSource::Host(_) => continue,
            };
            after.extend(self.storages.get(storage));
        }
        container.nics.iter().for_each(|nic| self.bridge(&container.node, &nic.bridge, after));
        after.extend(container.from.as_ref().and_then(|template| self.file(template)));
        after.extend(container.pool.as_ref().and_then(|pool| self.step_of(&format!("pool.{pool}"), Facet::Pool)));
        after.extend(container.clone.as_ref().and_then(|clone| self.guests.get(&clone.id)));
    }

    fn vm(&mut self, number: usize, vm: &'a Vm<'a>, after: &mut Vec<u32>) {
        for disk in &vm.disks {
            after.extend(self.storages.get(&*disk.storage));
            after.extend(disk.import.as_ref().and_then(|import| self.file(import)));
        }
        for storage in [vm.efi.as_ref().map(|efi| &efi.storage), vm.tpm.as_ref().map(|tpm| &tpm.storage)] {
            after.extend(storage.and_then(|storage| self.storages.get(&**storage)));
        }
        for drive in &vm.cdroms {
            if let CdMedium::File(import) = &drive.medium {
                after.extend(self.file(import));
            }
        }
        vm.nics.iter().for_each(|nic| self.bridge(&vm.node, &nic.bridge, after));
        if let Some(init) = &vm.cloud_init {
            self.cloud_init(init, after);
        }
        after.extend(vm.pci.iter().filter_map(|device| self.mappings.get(&(true, &*device.device))));
        for usb in &vm.usb {
            if let UsbDevice::Mapping(mapping) = &usb.device {
                after.extend(self.mappings.get(&(false, &**mapping)));
            }
        }
        after.extend(self.handed_over(number));
        after.extend(vm.pool.as_ref().and_then(|pool| self.step_of(&format!("pool.{pool}"), Facet::Pool)));
        for share in &vm.shares_of_host {
            let step = self.directory(&share.mapping);
            after.push(step);
        }
        after.extend(vm.clone.as_ref().and_then(|clone| self.guests.get(&clone.id)));
    }

    /// Steps for the PCI devices that a VM is given, on their host.
    fn handed_over(&mut self, number: usize) -> Vec<u32> {
        let model = self.model;
        let vm = crate::model::Vm::new(model, self.wanted.resources[number]);
        let mut steps = Vec::new();
        for attach in vm.attach(model) {
            let Some(device) = model.target(attach.id) else { continue };
            let shape = model.world.object(device).shape;
            let is_pci = shape == model.fields.host_pci.shape
                || shape == model.fields.device.shape
                    && crate::model::Device::new(model, device).bus(model) == Some("pci");
            if !is_pci {
                continue;
            }
            let item = Item {
                facet: Facet::DeviceHost,
                address: model.address(device),
                node: model.host(vm.id).map(|host| model.name(host.id)),
                at: Some(model.span(device)),
                what: What::DeviceHost(device),
            };
            let owner = self.owned.owner(model, device, Facet::DeviceHost);
            steps.push(self.add(item, owner));
        }
        steps
    }

    fn root_options(&mut self, root: &'a RootOptions<'a>, after: &mut Vec<u32>) {
        after.extend(root.hook.as_ref().and_then(|hook| self.file(hook)));
    }

    fn cloud_init(&self, init: &CloudInit<'_>, after: &mut Vec<u32>) {
        after.extend(self.storages.get(&*init.storage));
        let files = [&init.user_data, &init.vendor_data, &init.network_data, &init.meta_data];
        after.extend(files.into_iter().flatten().filter_map(|file| self.file(file)));
    }

    /// The step of the object that makes a file.
    fn file(&self, import: &Import<'_>) -> Option<u32> {
        let Import::Object(reference) = import else { return None };
        let wanted = (&*reference.address, reference.facet, &reference.place);
        let objects = &self.wanted.desired.objects;
        objects.binary_search_by(|object| object.key().cmp(&wanted)).ok().map(|number| number as u32)
    }

    /// The step of a directory mapping, which nothing in this version declares.
    fn directory(&mut self, mapping: &'a str) -> u32 {
        if let Some(step) = self.directories.get(mapping) {
            return *step;
        }
        let item = Item {
            facet: Facet::DeviceMapping,
            address: format!("share.{mapping}"),
            node: None,
            at: None,
            what: What::Directory(mapping),
        };
        let step = self.add(item, Owner::None);
        self.directories.insert(mapping, step);
        step
    }
}

/// The node that an object is on.
fn node_of<'a>(object: &'a Object<'a>, wanted: &'a Wanted<'a>, number: usize) -> Option<&'a str> {
    match &object.content {
        Content::Container(container) => Some(&container.node),
        Content::Vm(vm) => Some(&vm.node),
        Content::Image(image) => Some(&image.node),
        Content::Snippet(snippet) => Some(&snippet.node),
        Content::Entry(entry) => entry.node(),
        Content::Host(part) => Some(part.node()),
        Content::Firewall(part) => part.node().map(|node| &**node),
        Content::Mapping(_) | Content::Pool(_) => None,
        // The configuration of the same guest stands a little before.
        Content::ContainerRoot(_) | Content::ContainerPower(_) | Content::RootOptions(_) | Content::Power(_) => {
            let objects = wanted.desired.objects[..number].iter().rev();
            let mut same = objects.take_while(|other| other.address == object.address);
            same.find_map(|other| match &other.content {
                Content::Vm(vm) => Some(&*vm.node),
                Content::Container(container) => Some(&*container.node),
                Content::ContainerRoot(_)
                | Content::ContainerPower(_)
                | Content::RootOptions(_)
                | Content::Power(_)
                | Content::Image(_)
                | Content::Snippet(_)
                | Content::Mapping(_)
                | Content::Pool(_)
                | Content::Entry(_)
                | Content::Host(_)
                | Content::Firewall(_) => None,
            })
        }
    }
}

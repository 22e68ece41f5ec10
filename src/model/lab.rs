//! What objects are called, and where they are.

use rustc_hash::FxHashMap;

use super::{Container, ContainerNic, Host, Machine, Model, Network, Nic, Project, Reservation, Service, Vm, Vnet};
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

impl<'m> Model<'m> {
    /// All resources of a kind, in order.
    pub fn all(&self, kind: ShapeId) -> impl Iterator<Item = ObjId> + use<'m> {
        let world: &'m crate::eval::World = self.world;
        world.all().filter(move |object| world.object(*object).shape == kind && !world.object(*object).is_poison)
    }

    /// The project, if there is one.
    #[must_use]
    pub fn project(&self) -> Option<Project> {
        self.all(self.fields.project.shape).next().map(|id| Project::new(self, id))
    }

    /// The real name of an object: its `name`, or the one in the source.
    #[must_use]
    pub fn name(&self, object: ObjId) -> &'m str {
        let of = self.world.object(object);
        if let Some(field) = self.names.get(usize::from(of.shape.0)).copied().flatten()
            && let Some(slot) = self.world.slot(object, field)
            && let Value::Str(name) = slot.value
        {
            return self.word(name);
        }
        self.key(object)
    }

    /// The name of an object in the source; of a block `by ref`, the name of what it refers to.
    #[must_use]
    pub fn key(&self, object: ObjId) -> &'m str {
        match self.world.object(object).key {
            Value::Str(name) | Value::Enum(name) => self.word(name),
            Value::Obj(target) => self.key(target),
            _ => "",
        }
    }

    /// What a block `by ref` refers to.
    #[must_use]
    pub fn target(&self, object: ObjId) -> Option<ObjId> {
        if let Value::Obj(target) = self.world.object(object).key { Some(target) } else { None }
    }

    /// The word that declares an object: `vm`, `disk`.
    #[must_use]
    pub fn kind(&self, object: ObjId) -> &'m str {
        let shape = self.world.object(object).shape;
        if shape.0 == u16::MAX { "" } else { self.word(self.program.shape(shape).word) }
    }

    /// The address of an object, without quotes: `vm.k3s-vm-pve`, `host.pve.pci.gpu`.
    #[must_use]
    pub fn address(&self, object: ObjId) -> String {
        let (kind, key) = (self.kind(object), self.key(object));
        let own = if key.is_empty() { kind.to_owned() } else { [kind, ".", key].concat() };
        match self.world.object(object).owner() {
            Some(owner) => [&self.address(owner), ".", &own].concat(),
            None => own,
        }
    }

    /// The host that a guest or device is on.
    #[must_use]
    pub fn host(&self, object: ObjId) -> Option<Host> {
        match self.world.home(object).on {
            Value::Obj(id) => Some(Host::new(self, id)),
            Value::List(slice) if slice.len == 1 => match self.program.heap.at(slice, 0) {
                Value::Obj(id) => Some(Host::new(self, id)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The hosts that something `on many host` is on, in the order said; all hosts where nothing is said.
    #[must_use]
    pub fn hosts(&self, object: ObjId) -> Vec<Host> {
        match self.world.home(object).on {
            Value::Obj(id) => vec![Host::new(self, id)],
            Value::List(slice) => {
                let objects = self.elements(Value::List(slice)).iter();
                objects
                    .filter_map(|value| if let Value::Obj(id) = value { Some(Host::new(self, *id)) } else { None })
                    .collect()
            }
            _ => self.all(self.fields.host.shape).map(|id| Host::new(self, id)).collect(),
        }
    }

    /// Whether something says after `on` where it is.
    #[must_use]
    pub fn says_where(&self, object: ObjId) -> bool {
        !matches!(self.world.home(object).on, Value::Null)
    }

    /// Whether something `on many host` is on a host.
    #[must_use]
    pub fn is_on(&self, object: ObjId, host: Host) -> bool {
        match self.world.home(object).on {
            Value::Obj(id) => id == host.id,
            Value::List(slice) => self.elements(Value::List(slice)).contains(&Value::Obj(host.id)),
            _ => true,
        }
    }

    /// Whether anything is applied on a host: not on one that is offline or retired.
    #[must_use]
    pub fn is_running(&self, host: Host) -> bool {
        host.state(self) == Some("running")
    }

    /// The bridge or vnet of a NIC: the one it names, or the one on the host that reaches its network.
    ///
    /// Cost: a look at each bridge of the host, and at each vnet that reaches the network.
    #[must_use]
    pub fn bridge(&self, nic: Nic, host: Host) -> Option<ObjId> {
        self.bridge_to(nic.via(self), nic.network(self), host)
    }

    /// The bridge or vnet that was named, or the one on the host that reaches a network.
    #[must_use]
    pub fn bridge_to(&self, said: Value, network: Option<Network>, host: Host) -> Option<ObjId> {
        if let Value::Obj(said) = said {
            return Some(said);
        }
        let network = network?;
        let bridge = host.bridge(self).find(|bridge| bridge.network(self) == Some(network));
        let on_host = |vnet: &&ObjId| self.zone(**vnet).is_some_and(|zone| self.is_on(zone, host));
        bridge.map(|bridge| bridge.id).or_else(|| self.vnets_to(network).iter().find(on_host).copied())
    }

    /// Whether a NIC is plugged into a vnet, which has the network's tag itself.
    #[must_use]
    pub fn is_vnet(&self, bridge: ObjId) -> bool {
        self.world.object(bridge).shape == self.site.vnet.shape
    }

    /// The zone that a vnet is in.
    #[must_use]
    pub fn zone(&self, vnet: ObjId) -> Option<ObjId> {
        if let Value::Obj(zone) = self.world.home(vnet).within { Some(zone) } else { None }
    }

    /// The vnets that reach a network. Gathered for all at the first question.
    fn vnets_to(&self, network: Network) -> &[ObjId] {
        let vnets = self.vnets.get_or_init(|| {
            let mut found: FxHashMap<ObjId, Vec<ObjId>> = FxHashMap::default();
            for id in self.all(self.site.vnet.shape) {
                if let Some(network) = Vnet::new(self, id).network(self) {
                    found.entry(network.id).or_default().push(id);
                }
            }
            found
        });
        vnets.get(&network.id).map_or(&[], Vec::as_slice)
    }

    /// The address of a router or server as a network knows it: stated, or of the guest, NIC, host or lease that has it. Without
    /// a network, its first.
    #[must_use]
    pub fn address_in(&self, value: Value, network: Option<Network>) -> Option<u32> {
        let here = |of: Option<Network>| network.is_none() || of == network;
        let plain = |value: Value| match value {
            Value::Ip(address) | Value::Interface(address, _) => Some(address),
            _ => None,
        };
        let Value::Obj(id) = value else { return plain(value) };
        let shape = self.world.object(id).shape;
        let fields = &self.fields;
        if shape == fields.nic.shape {
            plain(Nic::new(self, id).address(self))
        } else if shape == fields.reservation.shape {
            plain(Reservation::new(self, id).address(self))
        } else if shape == fields.vm.shape {
            let mut nics = Vm::new(self, id).nic(self).filter(|nic| here(nic.network(self)));
            nics.find_map(|nic| plain(nic.address(self)))
        } else if shape == fields.container_nic.shape {
            plain(ContainerNic::new(self, id).address(self))
        } else if shape == fields.container.shape {
            let mut nics = Container::new(self, id).nic(self).filter(|nic| here(nic.network(self)));
            nics.find_map(|nic| plain(nic.address(self)))
        } else if shape == fields.machine.shape {
            plain(Machine::new(self, id).address(self))
        } else if shape == fields.service.shape {
            plain(Service::new(self, id).address(self))
        } else if shape == fields.host.shape {
            let host = Host::new(self, id);
            let mut bridges = host.bridge(self).filter(|bridge| here(bridge.network(self)));
            bridges.find_map(|bridge| plain(bridge.address(self))).or_else(|| plain(host.address(self)))
        } else {
            None
        }
    }
}

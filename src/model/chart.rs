//! The views of what is drawn and counted: what hosts can give, what guests carry for others, and who takes over.

use super::Model;
use super::view::{accessor, number, shape, views};
use super::views::Storage;
use crate::types::Program;
use crate::types::shape::Holds;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// The numbers of this file's views.
#[inline]
fn fields<'f>(model: &'f Model<'_>) -> &'f Fields {
    &model.chart
}

views! {
    /// What a host can give.
    Capacity as capacity of "host" {
        description = "description" text,
        cpu = "cpu" one HostCpu,
        memory = "memory" size,
        arc_min = "arc-min" size,
        reserve = "reserve" one Reserve,
        zpool = "zpool" many Zpool,
    }
    /// Processor of a host.
    HostCpu as host_cpu of "HostCpu" {
        model_name = "model" text,
        cores = "cores" int,
        threads = "threads" int,
    }
    /// What a host keeps for itself.
    Reserve as reserve of "Reserve" {
        memory = "memory" size,
    }
    /// A ZFS pool of a host.
    Zpool as zpool of "Zpool" {
        size = "size" size,
    }
    /// What a storage holds.
    StorageSpace as space of "storage" {
        capacity = "capacity" size,
    }
    /// What a VM is to others.
    VmPart as vm_part of "vm" {
        provides = "provides" list,
        backup = "backup" value,
    }
    /// What a container is to others.
    ContainerPart as container_part of "container" {
        provides = "provides" list,
        backup = "backup" value,
    }
    /// A job that backs up guests.
    BackupJob as backup_job of "backup-job" {
        storage = "storage" one Storage,
        schedule = "schedule" text,
        enabled = "enabled" flag,
        mode = "mode" text,
    }
    /// A Proxmox cluster.
    Members as members of "cluster" {
        description = "description" text,
    }
    /// The nodes of a k3s cluster.
    ClusterNodes as cluster_nodes of "k3s-cluster" {
        node = "node" many ClusterNode,
    }
    /// A node of a k3s cluster.
    ClusterNode as cluster_node of "K3sNode" {
        guest = "guest" value,
        role = "role" text,
    }
    /// A machine that is no host.
    MachinePart as machine_part of "machine" {
        description = "description" text,
        provides = "provides" list,
    }
    /// A network.
    NetworkPart as network_part of "network" {
        description = "description" text,
    }
    /// A power supply with a battery.
    Ups as ups of "ups" {
        model_name = "model" text,
        feeds = "feeds" list,
    }
}

/// The fields that follow from others and that are read from a model: kind or block, and field.
const DERIVED: [(&str, &str); 6] = [
    ("vm", "promised-memory"),
    ("container", "promised-memory"),
    ("storage", "reachable-everywhere"),
    ("storage", "zpool-name"),
    ("ha", "goes-to"),
    ("ha", "elsewhere"),
];

/// Computes the fields that [`Model::derived`] reads. A model only reads, so this comes before it. Cost: linear in the lab.
pub(crate) fn compute(machine: &mut crate::eval::Machine<'_>) {
    let mut wanted: Vec<(ShapeId, u16)> = Vec::new();
    for (kind, field) in DERIVED {
        let (shape, field) = (shape(machine.p, kind), number(machine.p, kind, field));
        if field != u16::MAX && machine.p.field(shape, field).holds == Holds::Derived {
            wanted.push((shape, field));
        }
    }
    let objects: Vec<ObjId> = machine.w.all().collect();
    for object in objects {
        let of = *machine.w.object(object);
        for (_, field) in wanted.iter().filter(|(shape, _)| *shape == of.shape && !of.is_poison) {
            let value = machine.read(object, *field);
            machine.unknown = None;
            // What is cheap to compute is not kept by the machine.
            machine.w.derived.insert((object, *field), value);
        }
    }
}

impl Model<'_> {
    /// A field that follows from others, if it was computed before or is the same for all: null where it is neither, or is not
    /// known.
    #[must_use]
    pub fn derived(&self, object: ObjId, field: &str) -> Value {
        let of = self.world.object(object);
        let Some(shape) = self.program.shapes.get(usize::from(of.shape.0)) else { return Value::Null };
        let name = self.program.heap.names.find(field);
        let Some(number) = name.and_then(|name| shape.field(name, of.tag)) else { return Value::Null };
        match shape.fields[usize::from(number)].default {
            Some(Value::Lazy(_)) | None => self.world.derived.get(&(object, number)).copied().unwrap_or(Value::Null),
            Some(constant) => constant,
        }
    }
}

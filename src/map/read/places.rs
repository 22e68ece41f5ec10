//! What is not in a host: networks, storages, power, other machines, jobs, clusters and what they carry.

use super::{Look, facts};
use crate::eval::lost::Dependence;
use crate::map::fall::Objects;
use crate::map::text::bytes;
use crate::map::{Cluster, Job, Lab, Machine, Network, Role, Storage, Supply};
use crate::model::{self, BackupJob, ClusterNodes, MachinePart, NetworkPart, StorageSpace, Ups};
use crate::types::value::{ObjId, Value};

pub(super) fn networks(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.fields.network.shape) {
        let (network, part) = (model::Network::new(model, object), NetworkPart::new(model, object));
        let mut thing = look.thing(object);
        let gateway = match network.gateway(model) {
            Value::Null => String::new(),
            gateway => model
                .address_in(gateway, Some(network))
                .map_or_else(String::new, |address| look.text(Value::Ip(address))),
        };
        let vlan = network.vlan(model).map_or_else(String::new, |tag| format!("VLAN {tag}"));
        let cidr = look.text(network.cidr(model));
        thing.about = vec![
            look.called("network", object),
            look.line(part.description(model).unwrap_or_default()),
            facts(&[cidr.clone(), vlan.clone()]),
            if gateway.is_empty() { gateway } else { format!("gateway {gateway}") },
        ];
        look.numbers.insert(object, lab.networks.len());
        lab.networks.push(Network { thing, detail: facts(&[cidr, vlan]) });
    }
}

pub(super) fn storages(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.fields.storage.shape) {
        let storage = model::Storage::new(model, object);
        let mut thing = look.thing(object);
        let sort = model.world.object(object).tag.map_or_else(String::new, |tag| look.line(model.word(tag)));
        let is_shared = model.derived(object, "reachable-everywhere") == Value::Bool(true);
        let detail = StorageSpace::new(model, object).capacity(model).map_or_else(String::new, bytes);
        let holds = look.words(storage.content(model)).join(", ");
        thing.about = vec![
            look.called("storage", object),
            facts(&[sort.clone(), detail.clone()]),
            if holds.is_empty() { holds } else { format!("holds {holds}") },
            if is_shared { "seen by every host".to_owned() } else { String::new() },
        ];
        look.numbers.insert(object, lab.storages.len());
        lab.storages.push(Storage { thing, sort, is_shared, detail });
    }
}

pub(super) fn jobs(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.chart.backup_job.shape) {
        let job = BackupJob::new(model, object);
        let thing = look.thing(object);
        let schedule = look.line(job.schedule(model).unwrap_or_default());
        let to = job.storage(model).map_or_else(String::new, |storage| look.line(model.name(storage.id)));
        let to = if to.is_empty() { to } else { format!("to {to}") };
        let is_on = job.enabled(model);
        let off = if is_on { String::new() } else { "switched off".to_owned() };
        let detail = facts(&[schedule, to, look.line(job.mode(model).unwrap_or_default()), off]);
        look.numbers.insert(object, lab.jobs.len());
        lab.jobs.push(Job { thing, detail, is_on });
    }
}

/// What stands on hosts and guests: supplies, other machines, clusters, and who carries which role.
pub(super) fn rest(look: &mut Look<'_>, lab: &mut Lab, objects: &mut Objects, dependence: &Dependence) {
    machines(look, lab);
    supplies(look, lab);
    clusters(look, lab, objects);
    roles(look, lab, dependence);
}

fn machines(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.fields.machine.shape) {
        let (machine, part) = (model::Machine::new(model, object), MachinePart::new(model, object));
        let mut thing = look.thing(object);
        let detail = look.text(machine.address(model));
        let roles = look.words(part.provides(model)).join(", ");
        let about = look.line(part.description(model).unwrap_or_default());
        thing.about = vec![look.called("machine", object), about, detail.clone(), roles];
        look.numbers.insert(object, lab.machines.len());
        lab.machines.push(Machine { thing, detail });
    }
}

fn supplies(look: &mut Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.chart.ups.shape) {
        let ups = Ups::new(model, object);
        let mut thing = look.thing(object);
        let fed = look.words(ups.feeds(model)).join(", ");
        let name = look.line(ups.model_name(model).unwrap_or_default());
        let feeds = if fed.is_empty() { fed } else { format!("feeds {fed}") };
        thing.about = vec![look.called("UPS", object), name, feeds.clone()];
        let number = lab.supplies.len();
        for fed in ups.feeds(model) {
            let is_host = matches!(fed, Value::Obj(id) if model.world.object(*id).shape == model.fields.host.shape);
            if let Some(host) = look.number(*fed).filter(|_| is_host) {
                lab.hosts[host].fed_by.push(number);
            }
        }
        for host in lab.hosts.iter_mut().filter(|host| host.fed_by.contains(&number)) {
            host.thing.about.push(format!("on the battery of {}", thing.name));
        }
        lab.supplies.push(Supply { thing, detail: feeds });
    }
}

fn clusters(look: &mut Look<'_>, lab: &mut Lab, objects: &mut Objects) {
    let model = look.model;
    let k3s = model.fields.k3s.shape;
    for object in look.all(model.chart.members.shape).into_iter().chain(look.all(k3s)) {
        objects.clusters.push(object);
        lab.clusters.push(Cluster { thing: look.thing(object) });
        if model.world.object(object).shape != k3s {
            continue;
        }
        for node in ClusterNodes::new(model, object).node(model) {
            let Some(guest) = look.number(node.guest(model)) else { continue };
            let role = look.line(node.role(model).unwrap_or("server"));
            lab.guests[guest].thing.about.push(format!("k3s {role} of {}", look.line(model.key(object))));
            lab.guests[guest].k3s = Some(role);
        }
    }
}

/// Every role with those who carry it and run, by name.
fn roles(look: &Look<'_>, lab: &mut Lab, dependence: &Dependence) {
    let model = look.model;
    let mut carried: Vec<(String, ObjId)> = Vec::new();
    for object in model.world.all() {
        let of = model.world.object(object);
        if of.shape.0 == u16::MAX || of.is_poison || dependence.is_off(object) {
            continue;
        }
        let words = look.words(model.elements(model.named(object, "provides")));
        carried.extend(words.into_iter().map(|word| (word, object)));
    }
    carried.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, carrier) in carried {
        match lab.roles.last_mut() {
            Some(role) if role.name == name => role.carriers.push(carrier),
            _ => lab.roles.push(Role { name, carriers: vec![carrier] }),
        }
    }
}

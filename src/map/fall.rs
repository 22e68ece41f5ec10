//! What stops with a host.
//!
//! A guest stops with its host, unless HA starts it elsewhere; a k3s cluster stops with the majority of its servers, for etcd
//! does; what runs in a cluster stops with it, or with the guest that it is bound to. Those are needs like the ones that kinds
//! declare, and what is lost is the least fixed point over all of them, as `lost(x)` has it.
//!
//! Source of the majority: etcd documentation, "Failure modes": a cluster of n members bears the loss of (n - 1) / 2.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::lost::Demand;
use crate::map::{Carrier, Fate, Lab, Loss, Refuge, State};
use crate::types::shape::NeedHow;
use crate::types::value::ObjId;

/// The objects behind what a lab holds, in its order.
#[derive(Default)]
pub struct Objects {
    /// Of hosts.
    pub hosts: Vec<ObjId>,
    /// Of guests.
    pub guests: Vec<ObjId>,
    /// Of clusters.
    pub clusters: Vec<ObjId>,
    /// Of workloads and services.
    pub workloads: Vec<ObjId>,
    /// Of machines outside of the hosts.
    pub machines: Vec<ObjId>,
}

/// What needs what, by what is needed.
pub struct Needs<'l> {
    lab: &'l Lab,
    objects: &'l Objects,
    demands: Vec<Demand>,
    users: FxHashMap<ObjId, Vec<usize>>,
    guests: FxHashMap<ObjId, usize>,
    clusters: FxHashMap<ObjId, usize>,
    /// The clusters in which a guest is a server that runs, and how many those are.
    votes: FxHashMap<ObjId, Vec<usize>>,
    live: Vec<usize>,
    /// The roles that a thing carries.
    roles: FxHashMap<ObjId, Vec<usize>>,
}

impl<'l> Needs<'l> {
    /// Of a lab and what its kinds say they need.
    pub fn of(lab: &'l Lab, objects: &'l Objects, mut demands: Vec<Demand>) -> Needs<'l> {
        let number = |all: &[ObjId]| all.iter().enumerate().map(|(number, object)| (*object, number)).collect();
        let (mut votes, mut live) = (FxHashMap::<ObjId, Vec<usize>>::default(), Vec::new());
        for (place, cluster) in lab.clusters.iter().enumerate() {
            let servers = cluster.servers.iter().filter(|guest| runs(lab, **guest));
            let things: Vec<ObjId> = servers.map(|guest| objects.guests[*guest]).collect();
            things.iter().for_each(|guest| votes.entry(*guest).or_default().push(place));
            live.push(things.len());
            let least = cluster.servers.len() / 2 + 1;
            demands.push(Demand { of: objects.clusters[place], things, least, how: NeedHow::Majority });
        }
        for (workload, of) in lab.workloads.iter().zip(&objects.workloads) {
            let cluster = workload.cluster.map(|cluster| objects.clusters[cluster]);
            let things: Vec<ObjId> =
                cluster.into_iter().chain(workload.bound.map(|guest| objects.guests[guest])).collect();
            demands.push(Demand { of: *of, least: things.len(), things, how: NeedHow::All });
        }
        let mut users: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        for (number, demand) in demands.iter().enumerate() {
            demand.things.iter().for_each(|thing| users.entry(*thing).or_default().push(number));
        }
        let mut roles: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        for (number, role) in lab.roles.iter().enumerate() {
            role.carriers.iter().for_each(|carrier| roles.entry(object(*carrier, objects)).or_default().push(number));
        }
        let (guests, clusters) = (number(&objects.guests), number(&objects.clusters));
        Needs { lab, objects, demands, users, guests, clusters, votes, live, roles }
    }

    /// What becomes of the lab when a host is lost; `named` gives the address of a thing. Cost: what is lost, and who needs it.
    pub fn loss(&self, host: usize, named: impl Fn(ObjId) -> String) -> Loss {
        let guests = &self.lab.hosts[host].guests;
        let running = guests.iter().copied().filter(|guest| self.lab.guests[*guest].state == State::Running);
        let (moves, falls): (Vec<usize>, Vec<usize>) =
            running.partition(|guest| self.lab.guests[*guest].refuge != Refuge::Nowhere);
        let stays: FxHashSet<ObjId> = moves.iter().map(|guest| self.objects.guests[*guest]).collect();
        let first = falls.iter().map(|guest| self.objects.guests[*guest]);
        let lost = self.close([self.objects.hosts[host]].into_iter().chain(first).collect(), &stays);
        let (mut roles, mut votes) = (vec![0; self.lab.roles.len()], vec![0; self.lab.clusters.len()]);
        let mut loss = Loss { moves, ..Loss::default() };
        let mut fallen: FxHashSet<usize> = FxHashSet::default();
        for object in &lost {
            self.roles.get(object).into_iter().flatten().for_each(|role| roles[*role] += 1);
            self.votes.get(object).into_iter().flatten().for_each(|cluster| votes[*cluster] += 1);
            match (self.guests.get(object), self.clusters.get(object)) {
                (Some(guest), _) => loss.stops.push(*guest),
                (None, Some(cluster)) => fallen.extend([*cluster]),
                (None, None) if *object != self.objects.hosts[host] => loss.also.push(named(*object)),
                (None, None) => {}
            }
        }
        let carriers = self.lab.roles.iter().map(|role| role.carriers.len());
        loss.roles = carriers.zip(roles).map(|(all, gone)| fate(all, gone)).collect();
        let clusters = self.live.iter().zip(votes).enumerate();
        loss.clusters = clusters
            .map(|(number, (live, gone))| if fallen.contains(&number) { Fate::Falls } else { fate(*live, gone) })
            .collect();
        loss
    }

    /// Everything that stops with these things, the things first, but for what stays.
    fn close(&self, first: Vec<ObjId>, stays: &FxHashSet<ObjId>) -> Vec<ObjId> {
        let mut lost: FxHashSet<ObjId> = first.iter().copied().collect();
        let mut order = first;
        let mut gone: FxHashMap<usize, usize> = FxHashMap::default();
        let mut next = 0;
        while let Some(thing) = order.get(next).copied() {
            next += 1;
            for number in self.users.get(&thing).into_iter().flatten() {
                let demand = &self.demands[*number];
                let gone = gone.entry(*number).or_default();
                *gone += 1;
                let is_short = demand.things.len() - *gone < demand.least;
                if is_short && !stays.contains(&demand.of) && lost.insert(demand.of) {
                    order.push(demand.of);
                }
            }
        }
        order
    }
}

fn object(carrier: Carrier, objects: &Objects) -> ObjId {
    match carrier {
        Carrier::Host(host) => objects.hosts[host],
        Carrier::Guest(guest) => objects.guests[guest],
        Carrier::Workload(workload) => objects.workloads[workload],
        Carrier::Machine(machine) => objects.machines[machine],
    }
}

fn fate(all: usize, gone: usize) -> Fate {
    match (all - gone, gone) {
        (_, 0) => Fate::Untouched,
        (0, _) => Fate::Falls,
        (left, _) => Fate::Left { left, of: all },
    }
}

/// Whether a guest runs, and its host does.
pub fn runs(lab: &Lab, guest: usize) -> bool {
    let guest = &lab.guests[guest];
    guest.state == State::Running && guest.host.is_some_and(|host| lab.hosts[host].state == State::Running)
}

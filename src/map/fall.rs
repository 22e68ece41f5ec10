//! What stops with a host: what `lost(x)` says of it, told by guests, roles and clusters.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::lost::Dependence;
use crate::map::{Fate, Lab, Loss};
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
}

/// What needs what, by what is needed.
pub struct Needs<'l> {
    lab: &'l Lab,
    objects: &'l Objects,
    dependence: &'l Dependence,
    guests: FxHashMap<ObjId, usize>,
    clusters: FxHashMap<ObjId, usize>,
    /// The clusters in which a thing has a vote.
    votes: FxHashMap<ObjId, Vec<usize>>,
    /// How many votes of each cluster are there.
    live: Vec<usize>,
    /// The roles that a thing carries.
    roles: FxHashMap<ObjId, Vec<usize>>,
}

impl<'l> Needs<'l> {
    /// Of a lab and what its kinds need.
    pub fn of(lab: &'l Lab, objects: &'l Objects, dependence: &'l Dependence) -> Needs<'l> {
        let number = |all: &[ObjId]| all.iter().enumerate().map(|(number, object)| (*object, number)).collect();
        let (guests, clusters): (_, FxHashMap<ObjId, usize>) = (number(&objects.guests), number(&objects.clusters));
        let (mut votes, mut live) = (FxHashMap::<ObjId, Vec<usize>>::default(), vec![0; objects.clusters.len()]);
        for demand in &dependence.demands {
            let Some(cluster) = clusters.get(&demand.of).copied() else { continue };
            for thing in demand.things.iter().filter(|thing| !dependence.is_off(**thing)) {
                votes.entry(*thing).or_default().push(cluster);
                live[cluster] += 1;
            }
        }
        let mut roles: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        for (number, role) in lab.roles.iter().enumerate() {
            role.carriers.iter().for_each(|carrier| roles.entry(*carrier).or_default().push(number));
        }
        Needs { lab, objects, dependence, guests, clusters, votes, live, roles }
    }

    /// What becomes of the lab when a host is lost; `named` gives what is told of a thing. Cost: what is lost, and who needs it.
    pub fn loss(&self, host: usize, named: impl Fn(ObjId) -> Option<String>) -> Loss {
        let falls = self.dependence.without(&[self.objects.hosts[host]]);
        let lost: FxHashSet<ObjId> = falls.iter().map(|fall| fall.thing).collect();
        let (mut roles, mut votes) = (vec![0; self.lab.roles.len()], vec![0; self.lab.clusters.len()]);
        let mut loss = Loss::default();
        for thing in falls.iter().map(|fall| fall.thing) {
            self.roles.get(&thing).into_iter().flatten().for_each(|role| roles[*role] += 1);
            self.votes.get(&thing).into_iter().flatten().for_each(|cluster| votes[*cluster] += 1);
            match self.guests.get(&thing) {
                Some(guest) => loss.stops.push(*guest),
                None if thing == self.objects.hosts[host] || self.clusters.contains_key(&thing) => {}
                None => loss.also.extend(named(thing)),
            }
        }
        let goes_on = |guest: &usize| {
            let object = self.objects.guests[*guest];
            !self.dependence.is_off(object) && !lost.contains(&object)
        };
        loss.moves = self.lab.hosts[host].guests.iter().copied().filter(goes_on).collect();
        let carriers = self.lab.roles.iter().map(|role| role.carriers.len());
        loss.roles = carriers.zip(roles).map(|(all, gone)| fate(all, gone)).collect();
        let clusters = self.live.iter().zip(votes).zip(&self.objects.clusters);
        loss.clusters = clusters
            .map(|((live, gone), cluster)| if lost.contains(cluster) { Fate::Falls } else { fate(*live, gone) })
            .collect();
        loss
    }
}

fn fate(all: usize, gone: usize) -> Fate {
    match (all.saturating_sub(gone), gone) {
        (_, 0) => Fate::Untouched,
        (0, _) => Fate::Falls,
        (left, _) => Fate::Left { left, of: all },
    }
}

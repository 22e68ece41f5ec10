//! What is declared and checked, and applied by nobody in this version: said once, so that nobody waits for it.

use serde_json::{Value as Json, json};

use super::Rollout;
use crate::own::{Facet, Owner};
use crate::types::value::ObjId;

/// Names of a kind that the page shows.
const MOST: usize = 8;

/// Every facet of every resource that nothing lowers yet, by kind.
fn facets(rollout: &Rollout<'_>) -> Vec<(Facet, ObjId, Owner)> {
    let model = rollout.model;
    let later: Vec<Facet> = Facet::ALL.iter().copied().filter(|facet| matches!(facet, Facet::Later(_))).collect();
    let mut found: Vec<(Facet, ObjId, Owner)> = Vec::new();
    for resource in model.world.all().filter(|resource| !model.world.object(*resource).is_poison) {
        if model.owner_field(resource).is_none() {
            continue;
        }
        let kind = model.kind(resource);
        let of_kind = later.iter().filter(|facet| facet.kind() == kind);
        found.extend(of_kind.map(|facet| (*facet, resource, rollout.owned.owner(model, resource, *facet))));
    }
    found.sort_by(|a, b| (a.0, model.resource(a.1)).cmp(&(b.0, model.resource(b.1))));
    found
}

/// A row for each kind and owner: what it is, and who owns it.
pub(super) fn rows(rollout: &Rollout<'_>) -> Vec<(String, String)> {
    let mut rows: Vec<(&str, Owner, Vec<&str>)> = Vec::new();
    for (facet, resource, owner) in facets(rollout) {
        let (kind, name) = (facet.kind(), rollout.model.key(resource));
        match rows.iter_mut().find(|(of, by, _)| *of == kind && *by == owner) {
            Some((_, _, names)) if names.contains(&name) => {}
            Some((_, _, names)) => names.push(name),
            None => rows.push((kind, owner, vec![name])),
        }
    }
    let told = |(kind, owner, names): (&str, Owner, Vec<&str>)| {
        let mut what = format!("{kind}: {}", names.iter().take(MOST).copied().collect::<Vec<_>>().join(", "));
        if names.len() > MOST {
            what.push_str(&format!(" and {} more", names.len() - MOST));
        }
        (what, rollout.owned.name(owner).to_owned())
    };
    rows.into_iter().map(told).collect()
}

/// All of them, for programs.
pub(super) fn json(rollout: &Rollout<'_>) -> Vec<Json> {
    let one = |(facet, resource, owner): (Facet, ObjId, Owner)| {
        json!({
            "facet": facet.name(),
            "resource": rollout.model.resource(resource),
            "owner": rollout.owned.name(owner),
        })
    };
    facets(rollout).into_iter().map(one).collect()
}

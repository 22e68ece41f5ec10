//! `rollout.json` and `ROLLOUT.md`: what is applied in which order, by whom, and how one sees that it worked.
//!
//! Both say the same; the page shows the first of many alike, the JSON file all. Commands of a target come from the
//! target, those of the Proxmox API and of the hosts from [`commands`].

mod commands;
mod container;
mod declared;
mod entries;
mod gone;
mod page;
mod root;
mod sdn;
mod site;
mod storage;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use serde_json::{Value as Json, json};

use crate::desire::{self, Item, Steps, Wanted, What};
use crate::diag::{Checked, Diagnostic};
use crate::model::Model;
use crate::own::{self, Owned, Owner, order};
use crate::session::build;
use crate::session::compile::Compiled;
use crate::targets::ArtifactSet;

/// One stage: what one owner applies before the next stage begins.
struct Stage {
    owner: Owner,
    /// The numbers of its steps.
    steps: Vec<usize>,
}

/// All that both files are written from.
struct Rollout<'a> {
    model: &'a Model<'a>,
    owned: &'a Owned,
    wanted: &'a Wanted<'a>,
    steps: Steps<'a>,
    stages: Vec<Stage>,
    /// The stage of each step, from 0.
    stage_of: Vec<u32>,
    /// What was removed, by address.
    gone: Vec<gone::Farewell>,
}

/// A step in words.
struct Told {
    /// What is applied or must be there.
    what: String,
    /// The command that applies it, if hlab knows one.
    apply: Option<String>,
    /// The command that shows that it is there.
    verify: Option<String>,
    /// What else is to be known.
    note: Option<String>,
}

/// The order between all owners of a lab.
pub(super) fn rollout(compiled: &Compiled) -> Checked<ArtifactSet> {
    let model = &build::model(compiled);
    let owned = build::assign(model, own::targets(model)).value;
    let wanted = desire::desired(model, &owned).value;
    let steps = desire::steps(model, &owned, &wanted);
    let stage_of = match order::stages(&steps.steps) {
        Ok(stage_of) => stage_of,
        Err(circle) => return Checked::new(ArtifactSet::default(), vec![in_circle(&steps, &circle)]),
    };
    let count = stage_of.iter().max().map_or(0, |last| *last as usize + 1);
    let mut stages: Vec<Stage> = (0..count).map(|_| Stage { owner: Owner::None, steps: Vec::new() }).collect();
    for (number, stage) in stage_of.iter().enumerate() {
        stages[*stage as usize].owner = steps.steps[number].owner;
        stages[*stage as usize].steps.push(number);
    }
    for stage in &mut stages {
        in_order(&steps, &mut stage.steps);
    }
    let gone = gone::farewells(compiled, &owned);
    let rollout = Rollout { model, owned: &owned, wanted: &wanted, steps, stages, stage_of, gone };
    let mut files = ArtifactSet::default();
    // The names are constants and safe to write.
    let _ = files.push("rollout.json", rollout.json());
    let _ = files.push("ROLLOUT.md", page::page(&rollout));
    Checked::new(files, Vec::new())
}

/// What steps of a stage are sorted by.
fn key<'i>(item: &'i Item<'_>) -> (own::Facet, &'i str, Option<&'i str>) {
    (item.facet, &item.address, item.node)
}

/// Sorts the steps of a stage for reading, and puts each behind those of the stage that it waits for.
fn in_order(steps: &Steps<'_>, stage: &mut Vec<usize>) {
    stage.sort_by(|a, b| key(&steps.items[*a]).cmp(&key(&steps.items[*b])));
    let place: FxHashMap<usize, usize> = stage.iter().enumerate().map(|(place, step)| (*step, place)).collect();
    let before = |step: usize| steps.steps[step].after.iter().filter_map(|before| place.get(&(*before as usize)));
    let mut waiting: Vec<usize> = stage.iter().map(|step| before(*step).count()).collect();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); stage.len()];
    for (number, step) in stage.iter().enumerate() {
        before(*step).for_each(|place| next[*place].push(number));
    }
    let mut ready: BTreeSet<usize> = (0..stage.len()).filter(|number| waiting[*number] == 0).collect();
    let mut order = Vec::with_capacity(stage.len());
    while let Some(number) = ready.pop_first() {
        order.push(stage[number]);
        for after in &next[number] {
            waiting[*after] -= 1;
            if waiting[*after] == 0 {
                ready.insert(*after);
            }
        }
    }
    // Nothing waits in a circle: that was refused before.
    *stage = order;
}

fn in_circle(steps: &Steps<'_>, circle: &[u32]) -> Diagnostic {
    let named = circle.iter().map(|number| {
        let item = &steps.items[*number as usize];
        (format!("{} ({})", item.address, item.facet.name()), item.at)
    });
    own::circle(&named.collect::<Vec<_>>())
}

impl Rollout<'_> {
    fn project(&self) -> &str {
        &self.wanted.desired.project
    }

    /// The command that applies a whole stage at once, where there is one.
    fn apply_all(&self, owner: Owner) -> Option<String> {
        let Owner::Target(number) = owner else { return None };
        let target = &self.owned.targets[usize::from(number)];
        let folder = target.out.as_deref().unwrap_or(&target.name);
        build::system(target).map(|system| system.apply_command(folder))
    }

    /// Whether a step is part of a document that another step of its stage stands for.
    fn is_part(&self, number: usize) -> bool {
        let is_own = |other: usize| {
            self.steps.steps[other].owner == self.steps.steps[number].owner
                && self.stage_of[other] == self.stage_of[number]
        };
        let Some(config) = self.steps.items[number].facet.configuration() else { return false };
        let is_target = matches!(self.steps.steps[number].owner, Owner::Target(_));
        let mut before = self.steps.steps[number].after.iter().map(|before| *before as usize);
        is_target && before.any(|before| self.steps.items[before].facet == config && is_own(before))
    }

    fn told(&self, number: usize) -> Told {
        let item = &self.steps.items[number];
        let owner = self.steps.steps[number].owner;
        let object = match item.what {
            What::Object(index) => self.wanted.desired.objects.get(index),
            What::StorageHost(_)
            | What::StorageEntry(_)
            | What::DeviceHost(_)
            | What::Directory(_)
            | What::SdnApplied => None,
        };
        let mut told = commands::told(self, item, object);
        match owner {
            // What is to be known of a command goes with it.
            Owner::None => {
                if told.apply.take().is_some() {
                    told.note = None;
                }
            }
            Owner::Api => {}
            Owner::Target(target) => {
                let target = &self.owned.targets[usize::from(target)];
                let system = build::system(target);
                told.apply = self.apply_all(owner);
                let verify =
                    object.zip(system).and_then(|(object, system)| system.verify_command(object, &target.namespace));
                told.verify = verify.or(told.verify);
                let is_paused = object.is_some_and(|object| object.life.paused);
                told.note = is_paused.then(|| "paused until the source says `paused = false`".to_owned());
            }
        }
        told
    }

    fn json(&self) -> Vec<u8> {
        let stages: Vec<Json> =
            self.stages.iter().enumerate().map(|(number, stage)| self.json_stage(number, stage)).collect();
        let mut json = json!({ "version": 1, "project": self.project(), "stages": stages });
        let declared = declared::json(self);
        if !declared.is_empty() {
            json["declared"] = declared.into();
        }
        if !self.gone.is_empty() {
            json["removed"] = self.gone.iter().map(gone::Farewell::json).collect();
        }
        let mut text = serde_json::to_vec_pretty(&json).unwrap_or_default();
        text.push(b'\n');
        text
    }

    fn json_stage(&self, number: usize, stage: &Stage) -> Json {
        let steps = stage.steps.iter().map(|step| {
            let item = &self.steps.items[*step];
            let told = self.told(*step);
            let before = self.steps.steps[*step].after.iter();
            let mut after: Vec<String> = before
                .filter(|before| self.stage_of[**before as usize] as usize != number)
                .map(|before| {
                    let item = &self.steps.items[*before as usize];
                    format!("{} {}", item.facet.name(), item.address)
                })
                .collect();
            after.sort();
            after.dedup();
            json!({
                "facet": item.facet.name(),
                "resource": item.address,
                "node": item.node,
                "what": told.what,
                "after": after,
                "apply": told.apply,
                "verify": told.verify,
                "note": told.note,
            })
        });
        json!({
            "stage": number + 1,
            "owner": self.owned.name(stage.owner),
            "apply": self.apply_all(stage.owner),
            "steps": steps.collect::<Vec<_>>(),
        })
    }
}

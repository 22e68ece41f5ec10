//! A lab against a cluster: what to read, and what differs. Nothing is asked here: see [`crate::plan`].

use rustc_hash::{FxHashMap, FxHashSet};

use crate::desire;
use crate::eval::lost::Dependence;
use crate::model::Model;
use crate::own;
use crate::plan::{self, Falls, Lab, Observed, Plan, Scope, Settings};
use crate::policy::survive::{self, Kept};
use crate::session::{Analysis, build};
use crate::types::value::ObjId;

impl Analysis {
    /// What of a cluster is to be read for this lab.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let compiled = self.compiled.borrow();
        let model = build::model(&compiled);
        let owned = build::assign(&model, own::targets(&model)).value;
        Scope::of(&desire::desired(&model, &owned).value)
    }

    /// What `api` would do to make a cluster what this lab wants. Meant for a lab without errors.
    #[must_use]
    pub fn plan(&self, observed: &Observed, settings: &Settings) -> Plan {
        self.compared(observed, settings, plan::plan)
    }

    /// Everything in which a cluster differs from this lab, whoever applies it. Meant for a lab without errors.
    #[must_use]
    pub fn diff(&self, observed: &Observed, settings: &Settings) -> Plan {
        self.compared(observed, settings, plan::diff)
    }

    fn compared(
        &self,
        observed: &Observed,
        settings: &Settings,
        compare: impl FnOnce(&Lab<'_>, &Observed, &Settings) -> Plan,
    ) -> Plan {
        let compiled = &mut *self.compiled.borrow_mut();
        let mut out = Vec::new();
        let mut machine = compiled.machine(&mut out);
        let dependence = machine.dependence();
        let roles = survive::roles(&mut machine);
        let kept = survive::providers(&mut machine, &dependence, &roles);
        let model = build::model(compiled);
        let owned = build::assign(&model, own::targets(&model)).value;
        let wanted = desire::desired(&model, &owned).value;
        let steps = desire::steps(&model, &owned, &wanted);
        let by_address: FxHashMap<&str, ObjId> = model.world.all().map(|id| (model.resource(id), id)).collect();
        let falls = |address: &str| match by_address.get(address) {
            Some(thing) => falls(&model, &dependence, &kept, *thing),
            None => Falls::default(),
        };
        let lab =
            Lab { model: &model, owned: &owned, wanted: &wanted, steps: &steps, gone: &compiled.gone, falls: &falls };
        compare(&lab, observed, settings)
    }
}

/// What stops with a thing.
fn falls(model: &Model<'_>, dependence: &Dependence, kept: &[Kept], thing: ObjId) -> Falls {
    let fallen = dependence.without(&[thing]);
    let set: FxHashSet<ObjId> = fallen.iter().map(|fall| fall.thing).collect();
    let others = fallen.iter().filter(|fall| fall.cause.is_some() && model.world.is_resource(fall.thing));
    let is_gone = |kept: &&Kept| !kept.live.is_empty() && kept.live.iter().all(|provider| set.contains(provider));
    Falls {
        things: others.map(|fall| model.resource(fall.thing).to_owned()).collect(),
        roles: kept.iter().filter(is_gone).map(|kept| model.word(kept.role).to_owned()).collect(),
    }
}

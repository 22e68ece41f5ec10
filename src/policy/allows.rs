//! `allow`: who excuses what, and the excuses that excuse nothing.

use rustc_hash::FxHashSet;

use crate::base::{Name, Span};
use crate::diag::MOST;
use crate::policy::run::Runner;
use crate::policy::{errors, facts};
use crate::types::span_of;
use crate::types::value::{ExprId, ObjId, Value};

impl Runner<'_, '_> {
    /// Whether an `allow` of this rule stands in the resource of the primary place.
    pub(crate) fn is_allowed(&mut self, rule: Name, objects: &[ObjId], condition: ExprId) -> bool {
        let Some(primary) = objects.first() else { return false };
        let primary = self.machine.w.root(*primary);
        let Some(places) = self.allows.get(&(rule, primary)).cloned() else { return false };
        for place in places {
            let allow = self.machine.p.allows[self.machine.w.allows[place].allow as usize];
            let fits = match allow.party {
                None => true,
                Some(party) => match self.machine.eval(party) {
                    Value::Obj(party) => {
                        let is_party = |object: ObjId| object == party || self.machine.w.root(object) == party;
                        objects.iter().any(|object| is_party(*object)) || facts::takes_part(self, condition, party)
                    }
                    _ => false,
                },
            };
            if fits {
                self.used[place] = true;
                return true;
            }
        }
        false
    }
}

/// Warns of every `allow` that silenced nothing.
pub(crate) fn report_unused(runner: &mut Runner<'_, '_>) {
    let mut told: FxHashSet<Span> = FxHashSet::default();
    for place in 0..runner.used.len() {
        if runner.used[place] || runner.out.len() >= MOST {
            continue;
        }
        let allow = runner.machine.p.allows[runner.machine.w.allows[place].allow as usize];
        if !allow.is_sound {
            continue;
        }
        let span = span_of(runner.machine.units, allow.at);
        let rule = runner.machine.p.name(allow.rule).to_owned();
        let policy =
            runner.machine.p.policies.iter().find(|policy| policy.name == allow.rule).map(|policy| policy.is_final);
        let diagnostic = match policy {
            Some(false) => errors::allow_unused(span, &rule),
            Some(true) => errors::not_allowable(span, &rule),
            None => errors::not_allowable(span, &rule),
        };
        if told.insert(span) {
            runner.out.push(diagnostic);
        }
    }
}

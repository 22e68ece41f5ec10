//! Rules over the model: what kinds require, what models require of each attachment, and policies.
//!
//! What comes in is the finished objects; what goes out is what is violated, with every fact that was
//! used, and what became of each policy ([`Coverage`]). The passing path records nothing; a failing
//! instance is explained afterwards by evaluating its parts once more ([`explain`]).

mod allows;
pub mod errors;
mod explain;
mod facts;
pub(crate) mod fall;
mod fixes;
mod known;
pub mod release;
mod run;
mod sheet;
mod shortcut;
pub(crate) mod survive;

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::eval::Machine;

use crate::eval::shared::Shared;
pub use known::{Change, Known, Past};

/// What became of one policy.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Its name.
    pub policy: Name,
    /// Bindings that were checked.
    pub checked: u32,
    /// Of these, those that failed.
    pub failed: u32,
    /// Of the failed, those that an `allow` excuses.
    pub allowed: u32,
    /// Bindings it did not apply to, because a fact is unknown.
    pub not_applicable: u32,
    /// The facts that were missing, as written.
    pub missing: Vec<String>,
    /// Whether the kind it ranges over is in use.
    pub in_use: bool,
}

/// What became of one policy for one resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// Its name.
    pub policy: Name,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a policy, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// It holds.
    Met,
    /// A fact that it needs is unknown.
    Unknown,
    /// It does not hold, and an `allow` says so.
    Allowed,
    /// It does not hold.
    Failed,
}

/// What the rules found.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    /// Each policy in order.
    pub coverage: Vec<Coverage>,
    /// Violations.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether every requirement of a kind was met.
    pub requirements_hold: bool,
    /// Whether nothing that rules read was found to be wrong in itself.
    pub is_quiet: bool,
}

/// Checks every rule; those that `known` answers are not asked again.
pub fn check(machine: &mut Machine<'_>, sources: &crate::base::Sources, known: Option<&Known>) -> Findings {
    let mut found = Findings::default();
    machine.w.shared = Shared::of(machine.p);
    let before = machine.out.len();
    let mut skip = known.and_then(|known| known::Skip::of(machine.p, machine.w, machine.units, sources, known));
    let mut runner = run::Runner::new(machine, sources, &mut found.diagnostics);
    runner.kinds(skip.as_mut());
    let requirements_hold = runner.out.is_empty();
    runner.models();
    let coverage = runner.policies(skip.as_mut());
    survive::check(runner.machine, runner.out);
    allows::report_unused(&mut runner);
    (found.requirements_hold, found.coverage) = (requirements_hold, coverage);
    found.is_quiet = machine.out.len() == before;
    machine.w.shared = Shared::default();
    found
}

/// What became of each policy that is about a resource, in their order. Runs all of them once more.
pub fn met(
    machine: &mut Machine<'_>,
    sources: &crate::base::Sources,
    resource: crate::types::value::ObjId,
) -> Vec<Met> {
    let mut out = Vec::new();
    run::Runner::new(machine, sources, &mut out).met(resource)
}

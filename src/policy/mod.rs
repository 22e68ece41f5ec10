//! Rules over the model: what kinds require, what models require of each attachment, and policies.
//!
//! What comes in is the finished objects; what goes out is what is violated, with every fact that was
//! used, and what became of each policy ([`Coverage`]). The passing path records nothing; a failing
//! instance is explained afterwards by evaluating its parts once more ([`explain`]).

mod allows;
pub mod errors;
mod explain;
mod facts;
mod fixes;
mod run;
mod sheet;
mod shortcut;

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::eval::Machine;
use crate::eval::shared::Shared;

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

/// What the rules found.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    /// Each policy in order.
    pub coverage: Vec<Coverage>,
    /// Violations.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks every rule.
pub fn check(machine: &mut Machine<'_>, sources: &crate::base::Sources) -> Findings {
    let mut found = Findings::default();
    machine.w.shared = Shared::of(machine.p);
    let mut runner = run::Runner::new(machine, sources, &mut found.diagnostics);
    runner.kinds();
    runner.models();
    found.coverage = runner.policies();
    allows::report_unused(&mut runner);
    machine.w.shared = Shared::default();
    found
}

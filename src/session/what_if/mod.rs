//! What happens if: a loss, a drain, a move, an upgrade, answered from the lab alone, without touching anything.
//!
//! What comes in is an [`Analysis`] of a lab that is whole (`move` and `upgrade` make a second one over a changed text or
//! version, in memory); what goes out is plain data, which the command line prints. [`lose`] follows `needs`, as `survive` does;
//! [`drain`] says of each guest of a host where it could go and how, [`storages`] with which storages in place of its own; [`ledger`] counts memory; [`change`] compares two runs.

mod change;
mod drain;
mod ledger;
pub(in crate::session) mod look;
mod lose;
mod storages;

pub use change::{Changed, Edit, NoMove, all_upgraded, moved, upgraded};
pub(in crate::session) use drain::elsewhere;
pub use drain::{Drain, Leaving, Way};
pub use ledger::Ledger;
pub use lose::{Fallen, Loss, Restart, RoleAfter, Stuck, Votes};
pub use storages::{Instead, Proposal};

use crate::session::Analysis;

/// A name that does not say one thing of the lab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotOne {
    /// The name.
    pub name: String,
    /// What was asked for: `thing`, `host`.
    pub what: &'static str,
    /// The addresses that it could mean; of a name that means nothing, the nearest.
    pub near: Vec<String>,
}

impl Analysis {
    /// What is lost with things, by name or address, all at once: what stops and in which order, what starts elsewhere, which
    /// roles have nobody left.
    ///
    /// # Errors
    /// The first name that means nothing, or several things.
    pub fn lose(&self, names: &[String]) -> Result<Loss, NotOne> {
        lose::lose(&mut self.compiled.borrow_mut(), names)
    }

    /// Where the guests of a host could go, and how, before it is taken down.
    ///
    /// # Errors
    /// A name that is no host.
    pub fn drain(&self, host: &str) -> Result<Drain, NotOne> {
        drain::drain(&mut self.compiled.borrow_mut(), host)
    }
}

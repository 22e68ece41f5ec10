//! What a change would do and cost: what is wanted against what a cluster says that there is. Pure: the cluster's answers come
//! in as data, from `live`, which asks what [`Read`] names.
//!
//! A [`Survey`] says what to ask, from what is wanted ([`Scope`]), and turns the answers into [`Observed`]. [`plan`](fn@plan) and
//! [`diff`] compare both sides in one normal form ([`wire`], [`pve::normal`](crate::pve::normal)) and give a [`Plan`]: changes in the order in which they would
//! be made, each with the line that asks for it, what it does to what runs, who would notice, and what it needs to be allowed.
//! [`show`] writes it.
//!
//! What could not be read is *unknown*, never absent, and nothing is planned for it.

mod answer;
mod change;
mod compare;
mod find;
pub mod health;
mod observed;
mod order;
mod scope;
pub mod show;
mod survey;
mod things;
pub mod wire;

pub use answer::{Answer, Read};
pub use change::{Action, Change, Finding, Level, OptionChange, Plan, Said};
pub use observed::{Backup, Guest, Known, Node, Observed, Pending, Storage, Thing, Unknown, Volume};
pub use scope::Scope;
pub use survey::Survey;

use crate::desire::{Steps, Wanted};
use crate::model::Model;
use crate::own::Owned;
use crate::place::Gone;

/// A checked lab, as the plan needs it.
#[derive(Clone, Copy)]
pub struct Lab<'a> {
    /// The lab.
    pub model: &'a Model<'a>,
    /// Who applies what.
    pub owned: &'a Owned,
    /// What is wanted.
    pub wanted: &'a Wanted<'a>,
    /// What must be there before what.
    pub steps: &'a Steps<'a>,
    /// What was taken out of the source on purpose.
    pub gone: &'a [Gone],
    /// What stops with a resource: `vm.dns` → `service.web`, `host.pve`, with the roles that nobody provides then.
    pub falls: &'a dyn Fn(&str) -> Falls,
}

/// What stops when a resource does.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Falls {
    /// What stops, by address, in the order in which it does; the resource itself is not among it.
    pub things: Vec<String>,
    /// The roles that are provided before and by nobody then: `dns`, `gateway`, `quorum`.
    pub roles: Vec<String>,
}

/// What is to be known besides the lab and the cluster.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Settings {
    /// As whom the changes would be made.
    pub login: Login,
    /// Hosts that the API is asked through, by name or address, without a port: what cuts them off comes last and alone.
    pub through: Vec<String>,
    /// Addresses that may be made anew although their source does not say so: `vm.web`.
    pub replace: Vec<String>,
}

/// As whom changes are made.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Login {
    /// The user with its realm: `root@pam`; empty if it is not known.
    pub user: String,
    /// The name of the token, if it is one.
    pub token: Option<String>,
}

impl Login {
    /// Whether it is root@pam with a password: what some options take, and no token has.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.user == "root@pam" && self.token.is_none()
    }
}

/// What `api` would do.
///
/// Cost: linear in the lab and what was read.
#[must_use]
pub fn plan(lab: &Lab<'_>, observed: &Observed, settings: &Settings) -> Plan {
    let mut plan = diff(lab, observed, settings);
    plan.changes.retain(|change| change.owner == "api");
    plan
}

/// Everything that differs, whoever it belongs to.
///
/// Cost: linear in the lab and what was read.
#[must_use]
pub fn diff(lab: &Lab<'_>, observed: &Observed, settings: &Settings) -> Plan {
    compare::all(lab, observed, settings)
}

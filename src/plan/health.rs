//! Whether a cluster is well: quorum, nodes, guests that should run, storages, the age of backups, clocks.
//!
//! A [`Checkup`] says what to ask and takes the answers, like a [`Survey`], of which it is one with a few questions more; what it gives is
//! [`Health`]: numbers, and a [`Finding`] for each thing that is not as it should be. It changes nothing and waits for nothing.
//! What could not be read is said, and is never taken for well.

mod backups;
mod judge;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::survey::take::{is_true, number};
use super::{Answer, Finding, Known, Level, Read, Scope, Survey, Unknown};
use crate::pve::Version;

pub use backups::Job;
pub use judge::span;

/// A guest of a lab, as far as its health goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// `vm.web`.
    pub address: String,
    /// Its id, if it has one.
    pub id: Option<u32>,
    /// What it is called.
    pub name: String,
    /// Whether it is to run; `None`: nobody says.
    pub runs: Option<bool>,
    /// Whether the lab says that this cluster does not back it up.
    pub is_not_backed_up: bool,
}

/// What is known of a cluster's health.
#[derive(Clone, PartialEq, Debug)]
pub struct Health {
    /// Whether there is a majority of votes.
    pub quorate: Known<bool>,
    /// The release of the node that answered first.
    pub release: Known<Version>,
    /// The nodes by name.
    pub nodes: BTreeMap<String, NodeHealth>,
    /// The guests that run, are stopped, or are on nodes that do not tell; templates are none of them.
    pub guests: Guests,
    /// How old the newest backup of each guest is, in seconds, by id.
    pub backups: BTreeMap<u32, u64>,
    /// What is not as it should be, worst first.
    pub findings: Vec<Finding>,
}

/// A node's health.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeHealth {
    /// Whether it answers.
    pub online: bool,
    /// Its release, if it told it.
    pub release: Option<Version>,
    /// How far its clock is ahead of this machine's, in seconds, if it told its time.
    pub ahead: Option<f64>,
}

/// How many guests there are.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Guests {
    /// They run.
    pub running: usize,
    /// They do not.
    pub stopped: usize,
    /// Nobody knows.
    pub unknown: usize,
}

impl Health {
    /// Whether nothing is wrong; what is only to be looked at does not count.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Error)
    }
}

/// When a question was half-way answered, by this machine's clock, and how much that may be off, both in seconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    /// Since 1970.
    pub at: f64,
    /// Either way.
    pub give_or_take: f64,
}

/// A clock against this machine's.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Clock {
    /// Seconds by which it is ahead.
    ahead: f64,
    /// Seconds that this may be off.
    give_or_take: f64,
}

/// What is asked besides what a survey asks.
#[derive(Clone, PartialEq, Eq, Debug)]
enum More {
    Jobs,
    Config(u32),
}

/// A reading of a cluster's health.
#[derive(Debug)]
pub struct Checkup {
    survey: Survey,
    more: FxHashMap<Read, More>,
    waiting: Vec<Read>,
    facts: Facts,
}

/// What is known besides what a survey observes.
#[derive(Debug)]
struct Facts {
    expected: Vec<Expected>,
    /// The age from which a backup is too old, in seconds, if somebody says so.
    oldest: Option<u64>,
    jobs: Known<Vec<Job>>,
    clocks: BTreeMap<String, Clock>,
    /// Whether a stopped guest starts with its node.
    starts: BTreeMap<u32, Known<bool>>,
}

impl Checkup {
    /// A reading that has not begun. `expected`: the guests of a lab, or none. `oldest`: the age from which a backup is too old, in
    /// seconds; without it, what the schedule of its job lets expect.
    #[must_use]
    pub fn new(expected: Vec<Expected>, oldest: Option<u64>) -> Checkup {
        let jobs = Read { path: "/cluster/backup".to_owned(), query: Vec::new(), node: None };
        let unasked = Err(Unknown::because("it was not asked for"));
        Checkup {
            survey: Survey::new(Scope::health()),
            more: FxHashMap::from_iter([(jobs.clone(), More::Jobs)]),
            waiting: vec![jobs],
            facts: Facts { expected, oldest, jobs: unasked, clocks: BTreeMap::new(), starts: BTreeMap::new() },
        }
    }

    /// What can be asked now and was not given out before: see [`Survey::next`].
    #[must_use]
    pub fn round(&mut self) -> Vec<Read> {
        let mut reads = self.survey.next();
        reads.append(&mut self.waiting);
        reads
    }

    /// Takes the answer to a question.
    pub fn take(&mut self, read: &Read, answer: Answer, moment: Moment) {
        match self.more.get(read) {
            Some(More::Jobs) => self.facts.jobs = known(answer).map(|data| backups::jobs(&data)),
            Some(More::Config(id)) => {
                let starts = known(answer).map(|data| is_true(&data["onboot"]));
                self.facts.starts.insert(*id, starts);
            }
            None => {
                if let Answer::Data(data) = &answer {
                    self.look_at(read, data, moment);
                }
                self.survey.take(read, answer);
            }
        }
    }

    /// What is known now; `now` in seconds since 1970.
    #[must_use]
    pub fn finish(self, now: u64) -> Health {
        judge::health(&self.survey.finish(), &self.facts, now)
    }

    /// What a survey does not keep: when a clock was read, and which guests to ask further.
    fn look_at(&mut self, read: &Read, data: &Value, moment: Moment) {
        if read.path == "/cluster/resources" {
            for row in data.as_array().into_iter().flatten() {
                self.look_at_stopped(row);
            }
        }
        if let Some(node) = read.node.as_ref().filter(|_| read.path.ends_with("/time"))
            && let Some(time) = number(&data["time"])
        {
            // The answer is in whole seconds, cut off: half a second is what it lacks on average.
            let ahead = time as f64 + 0.5 - moment.at;
            self.facts.clocks.insert(node.clone(), Clock { ahead, give_or_take: moment.give_or_take + 0.5 });
        }
    }

    /// A guest that is stopped may be meant to be: its configuration says whether it starts with its node.
    fn look_at_stopped(&mut self, row: &Value) {
        let (Some(sort), Some(node)) = (row["type"].as_str(), row["node"].as_str()) else { return };
        let is_guest = matches!(sort, "qemu" | "lxc");
        if !is_guest || row["status"] != "stopped" || is_true(&row["template"]) {
            return;
        }
        let Some(id) = number(&row["vmid"]).and_then(|id| u32::try_from(id).ok()) else { return };
        let path = format!("/nodes/{}/{sort}/{id}/config", super::survey::encoded(node));
        let read = Read { path, query: Vec::new(), node: Some(node.to_owned()) };
        if self.more.insert(read.clone(), More::Config(id)).is_none() {
            self.waiting.push(read);
        }
    }
}

fn known(answer: Answer) -> Known<Value> {
    match answer {
        Answer::Data(data) => Ok(data),
        Answer::Refused { status: 403, message } => {
            Err(Unknown::because(format!("this login may not read it: {}", message.trim())))
        }
        Answer::Refused { status, message } => {
            Err(Unknown::because(format!("the server refused it ({status}): {}", message.trim())))
        }
        Answer::Lost(why) => Err(Unknown::because(format!("no answer: {}", why.trim()))),
    }
}

#[cfg(test)]
mod tests;

//! How old backups are, and how old they may be.
//!
//! A backup is too old when its job should have made the next one: half as long again as the longest time between two runs
//! has passed. Whether a backup is seen at all takes more than reading: see [`is_seen`].

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Facts, Health};
use crate::plan::survey::take::{is_true, number};
use crate::plan::{Finding, Guest, Level, Observed};
use crate::pve::calendar;

/// A backup job.
///
/// Source: `GET /cluster/backup`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// What it is called.
    pub id: String,
    /// Whether it runs.
    pub enabled: bool,
    /// When: a calendar event.
    pub schedule: Option<String>,
    /// Whether it takes all guests but `exclude`.
    pub all: bool,
    /// Those that it does not take.
    pub exclude: Vec<u32>,
    /// Those that it takes.
    pub guests: Vec<u32>,
    /// Or those of this pool.
    pub pool: Option<String>,
    /// Only those on this node.
    pub node: Option<String>,
    /// The longest time between two runs, in seconds, if the schedule is understood.
    gap: Option<u64>,
}

/// The jobs of an answer.
pub(super) fn jobs(data: &Value) -> Vec<Job> {
    let ids = |value: &Value| -> Vec<u32> {
        let text =
            value.as_str().map_or_else(|| number(value).map_or(String::new(), |id| id.to_string()), str::to_owned);
        text.split([',', ';', ' ']).filter_map(|id| id.trim().parse().ok()).collect()
    };
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let one = |row: &Value| {
        let schedule = text(&row["schedule"]);
        let gap = schedule.as_deref().and_then(|schedule| calendar::parse(schedule).ok()?.max_gap());
        Job {
            id: text(&row["id"]).unwrap_or_default(),
            enabled: row["enabled"].is_null() || is_true(&row["enabled"]),
            schedule,
            all: is_true(&row["all"]),
            exclude: ids(&row["exclude"]),
            guests: ids(&row["vmid"]),
            pool: text(&row["pool"]),
            node: text(&row["node"]),
            gap: gap.map(|minutes| minutes * 60),
        }
    };
    data.as_array().into_iter().flatten().map(one).collect()
}

impl Job {
    /// Whether it backs up a guest.
    fn takes(&self, id: u32, guest: &Guest) -> bool {
        let is_chosen = if self.all {
            !self.exclude.contains(&id)
        } else if let Some(pool) = &self.pool {
            guest.pool.as_ref() == Some(pool)
        } else {
            self.guests.contains(&id)
        };
        self.enabled && is_chosen && self.node.as_ref().is_none_or(|node| *node == guest.node)
    }
}

/// Whether this login sees the backups of a guest on a storage.
///
/// Source: pve-storage, PVE/Storage.pm, `check_volume_access`: a backup of a guest takes `Datastore.Allocate` on the storage, or
/// `Datastore.AllocateSpace` there and `VM.Backup` on the guest; others are left out of the list without a word.
fn is_seen(observed: &Observed, storage: &str, id: u32) -> bool {
    let Ok(permissions) = &observed.permissions else { return true };
    let at = format!("/storage/{storage}");
    permissions.holds("Datastore.Allocate", &at)
        || (permissions.holds("Datastore.AllocateSpace", &at) && permissions.holds("VM.Backup", &format!("/vms/{id}")))
}

/// The names of the storages that hold backups, as far as they are known.
fn storages(observed: &Observed) -> Vec<&str> {
    let holds = observed.storages.iter().filter(|(_, storage)| storage.enabled && storage.content.contains("backup"));
    let mut names: Vec<&str> = holds.map(|((_, name), _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Looks at the backups of every guest.
pub(super) fn look(health: &mut Health, observed: &Observed, facts: &Facts, now: u64) {
    let mut newest: BTreeMap<u32, u64> = BTreeMap::new();
    // Backups of guests that are gone are nobody's concern here.
    for backup in observed.backups.iter().filter(|backup| observed.guests.contains_key(&backup.guest)) {
        let at = newest.entry(backup.guest).or_default();
        *at = (*at).max(backup.at);
    }
    health.backups = newest.iter().map(|(id, at)| (*id, now.saturating_sub(*at))).collect();
    let storages = storages(observed);
    let hidden: Vec<u32> = observed
        .guests
        .iter()
        .filter(|(id, guest)| !guest.template && !storages.iter().any(|storage| is_seen(observed, storage, **id)))
        .map(|(id, _)| *id)
        .collect();
    if !hidden.is_empty() && !storages.is_empty() {
        health.findings.push(are_hidden(&storages, hidden.len()));
    }
    if let Err(unknown) = &facts.jobs {
        health.findings.push(Finding {
            level: Level::Warning,
            name: "backup-jobs-unread",
            about: "/cluster/backup".to_owned(),
            message: format!("the backup jobs are not known: {}", unknown.why),
            help: "give this login `Sys.Audit` on `/`; until then, `--backup-age` says how old a backup may be"
                .to_owned(),
            place: None,
        });
    }
    // What lies on a node that is off, or on a storage that was not listed, may be newer than what is seen.
    let is_whole = observed.nodes.values().all(|node| node.online)
        && observed.contents.values().all(Result::is_ok)
        && observed.storages.values().all(|storage| !storage.enabled || storage.active);
    for (id, guest) in observed.guests.iter().filter(|(_, guest)| !guest.template) {
        if hidden.contains(id) && !newest.contains_key(id) {
            continue;
        }
        let age = health.backups.get(id).copied();
        health.findings.extend(of_guest(facts, *id, guest, age, is_whole));
    }
}

fn are_hidden(storages: &[&str], count: usize) -> Finding {
    let names: Vec<_> = storages.iter().map(|name| format!("`/storage/{name}`")).collect();
    Finding {
        level: Level::Warning,
        name: "backups-hidden",
        about: names.join(", "),
        message: format!("this login does not see backups of {}", super::judge::guests(count)),
        help: format!(
            "Proxmox lists a backup only for who has `Datastore.AllocateSpace` on {} and `VM.Backup` on the guest",
            names.join(" or ")
        ),
        place: None,
    }
}

/// What is wrong with the backups of one guest.
fn of_guest(facts: &Facts, id: u32, guest: &Guest, age: Option<u64>, is_whole: bool) -> Option<Finding> {
    let (address, excused) = match facts.expected.iter().find(|expected| expected.id == Some(id)) {
        Some(expected) => (Some(expected.address.as_str()), expected.is_not_backed_up),
        None => (None, false),
    };
    let about = super::judge::about(address, id, guest);
    let finding = |level, name, message: String, help: &str| {
        Some(Finding { level, name, about: about.clone(), message, help: help.to_owned(), place: None })
    };
    let taking: Vec<&Job> = facts.jobs.iter().flatten().filter(|job| job.takes(id, guest)).collect();
    if taking.is_empty() && facts.jobs.is_ok() && !excused {
        let help =
            "add it to a backup job; or say `backup = none` or `elsewhere` in the lab, and name the lab's folder";
        return finding(Level::Warning, "not-backed-up", format!("no job backs up {about}"), help);
    }
    let by_schedule = taking.iter().filter_map(|job| Some((job.gap? * 3 / 2, *job))).min_by_key(|(limit, _)| *limit);
    let limit = match (facts.oldest, by_schedule, excused) {
        (Some(oldest), _, false) => oldest,
        (None, Some((limit, _)), false) => limit,
        (None, None, false) | (_, _, true) => return None,
    };
    // What is not seen may be there: then it is not an error.
    let level = if is_whole { Level::Error } else { Level::Warning };
    let because = by_schedule.map_or(String::new(), |(_, job)| {
        format!(", and job `{}` runs at `{}`", job.id, job.schedule.as_deref().unwrap_or_default())
    });
    let unseen = if is_whole { "" } else { "; not all nodes and storages could be looked at" };
    match age {
        None => {
            let help = "look at the job's last log under Tasks; a new guest has none until the job has run once";
            finding(level, "backup-missing", format!("there is no backup of {about}{because}{unseen}"), help)
        }
        Some(age) if age > limit => {
            let message = format!("the newest backup of {about} is {} old{because}{unseen}", super::judge::span(age));
            finding(
                level,
                "backup-old",
                message,
                "look at the job's last log under Tasks, and at the room on its storage",
            )
        }
        Some(_) => None,
    }
}

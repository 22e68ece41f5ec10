//! What is not as it should be.

use std::collections::BTreeMap;

use super::{Clock, Facts, Guests, Health, NodeHealth};
use crate::plan::{Finding, Guest, Level, Observed};
use crate::pve;

/// Seconds by which clocks of nodes may differ without a word.
const CLOCK_WARNING: f64 = 5.0;

/// Seconds from which a node takes tickets of another for made in the future.
///
/// Source: pve-access-control, PVE/AccessControl.pm, `$auth_graceperiod = 60 * 5`.
const CLOCK_ERROR: f64 = 300.0;

/// From how full a storage is said to be filling, and to be full, in percent. Proxmox itself draws no line; ZFS and LVM-thin get slow
/// or lose data when nothing is left.
const FILLING: u64 = 85;
const FULL: u64 = 95;

/// Everything that can be said.
pub(super) fn health(observed: &Observed, facts: &Facts, now: u64) -> Health {
    let mut health = Health {
        quorate: observed.quorate.clone(),
        release: observed.release.clone(),
        nodes: nodes(observed, facts),
        guests: count(observed),
        backups: BTreeMap::new(),
        findings: Vec::new(),
    };
    let findings = &mut health.findings;
    quorum(findings, observed);
    offline(findings, observed);
    rights(findings, observed);
    stopped(findings, observed, facts);
    expected(findings, observed, facts);
    held(findings, observed);
    storages(findings, observed);
    clocks(findings, &facts.clocks);
    unread(findings, observed, facts);
    super::backups::look(&mut health, observed, facts, now);
    health.findings.sort();
    health
}

fn nodes(observed: &Observed, facts: &Facts) -> BTreeMap<String, NodeHealth> {
    let one = |(name, node): (&String, &crate::plan::Node)| {
        let ahead = facts.clocks.get(name).map(|clock| clock.ahead);
        (name.clone(), NodeHealth { online: node.online, release: node.release, ahead })
    };
    observed.nodes.iter().map(one).collect()
}

fn count(observed: &Observed) -> Guests {
    let mut guests = Guests::default();
    for guest in observed.guests.values().filter(|guest| !guest.template) {
        match guest.running {
            Some(true) => guests.running += 1,
            Some(false) => guests.stopped += 1,
            None => guests.unknown += 1,
        }
    }
    guests
}

fn push(findings: &mut Vec<Finding>, level: Level, name: &'static str, about: &str, message: String, help: &str) {
    findings.push(Finding { level, name, about: about.to_owned(), message, help: help.to_owned(), place: None });
}

fn quorum(findings: &mut Vec<Finding>, observed: &Observed) {
    match &observed.quorate {
        Ok(true) => {}
        Ok(false) => {
            let message = "the cluster has no quorum: it can write nothing, and starts no guest".to_owned();
            let help =
                "bring back nodes until more than half of the votes are there; `pvecm status` on a node counts them";
            push(findings, Level::Error, "no-quorum", "cluster", message, help);
        }
        Err(unknown) => {
            let message = format!("whether the cluster has quorum is not known: {}", unknown.why);
            push(findings, Level::Warning, "quorum-unknown", "cluster", message, "give this login `Sys.Audit` on `/`");
        }
    }
}

fn offline(findings: &mut Vec<Finding>, observed: &Observed) {
    for (name, _) in observed.nodes.iter().filter(|(_, node)| !node.online) {
        let on_it = observed.guests.values().filter(|guest| guest.node == *name && !guest.template).count();
        let message = match on_it {
            0 => format!("node `{name}` is offline"),
            count => format!("node `{name}` is offline, with {} on it", guests(count)),
        };
        let help = "look at the machine; nothing is known of what is on it";
        push(findings, Level::Error, "node-offline", &format!("node {name}"), message, help);
    }
}

/// A list that Proxmox filters by what the login may see is not whole.
fn rights(findings: &mut Vec<Finding>, observed: &Observed) {
    let Ok(permissions) = &observed.permissions else { return };
    let wanted = [
        ("VM.Audit", "/vms", "guests"),
        ("Datastore.Audit", "/storage", "storages"),
        ("Sys.Audit", "/nodes", "nodes' clocks and releases"),
    ];
    for (privilege, path, what) in wanted {
        if !permissions.holds(privilege, path) {
            let message = format!("this login may not see all {what}: it lacks `{privilege}` on `{path}`");
            let help =
                "Proxmox leaves out what it may not see, without a word; the role PVEAuditor on `/` has all of these";
            push(findings, Level::Warning, "hidden", path, message, help);
        }
    }
}

/// Guests that start with their node, or that HA keeps running, and do not run.
fn stopped(findings: &mut Vec<Finding>, observed: &Observed, facts: &Facts) {
    let is_expected = |id: u32| facts.expected.iter().any(|one| one.id == Some(id) && one.runs.is_some());
    for (id, guest) in observed.guests.iter().filter(|(_, guest)| !guest.template) {
        let about = about(None, *id, guest);
        if guest.ha.as_deref() == Some("error") {
            let message = format!("HA has given up on {about}");
            let help = "mend the cause, then disable its HA resource and enable it again: `ha-manager set SID --state disabled`";
            push(findings, Level::Error, "ha-error", &about, message, help);
            continue;
        }
        if guest.running != Some(false) || is_expected(*id) {
            continue;
        }
        if guest.ha.as_deref() == Some("started") {
            let message = format!("{about} is stopped, although HA is to keep it running");
            push(findings, Level::Error, "guest-stopped", &about, message, "`ha-manager status` says what HA is doing");
        } else if facts.starts.get(id) == Some(&Ok(true)) {
            let message = format!("{about} is stopped, although it starts with its node");
            let help = "start it, or let it no longer start at boot";
            push(findings, Level::Error, "guest-stopped", &about, message, help);
        }
    }
}

/// What the lab wants to run.
fn expected(findings: &mut Vec<Finding>, observed: &Observed, facts: &Facts) {
    let sees_all = observed.guests_listed.is_ok()
        && observed.permissions.as_ref().is_ok_and(|permissions| permissions.holds("VM.Audit", "/vms"));
    for one in &facts.expected {
        let Some(id) = one.id else { continue };
        match observed.guests.get(&id) {
            Some(guest) if one.runs == Some(true) && guest.running == Some(false) => {
                let message = format!("`{}` ({id}) is stopped, although the lab wants it to run", one.address);
                push(
                    findings,
                    Level::Error,
                    "guest-stopped",
                    &one.address,
                    message,
                    "start it, or say `state = stopped`",
                );
            }
            None if one.runs == Some(true) && sees_all => {
                let message = format!("`{}` is in the lab, but the cluster has no guest {id}", one.address);
                let help = "`hlab plan` says what it takes to make it";
                push(findings, Level::Error, "guest-missing", &one.address, message, help);
            }
            Some(_) | None => {}
        }
    }
}

fn held(findings: &mut Vec<Finding>, observed: &Observed) {
    for (id, guest) in &observed.guests {
        let Some(lock) = &guest.lock else { continue };
        let about = about(None, *id, guest);
        let message = format!("{about} is locked by `{lock}`");
        let help =
            "if no such task runs any more, it was interrupted: look at its log, then `qm unlock` or `pct unlock`";
        push(findings, Level::Warning, "guest-locked", &about, message, help);
    }
}

fn storages(findings: &mut Vec<Finding>, observed: &Observed) {
    let mut shared = std::collections::BTreeSet::new();
    for ((node, name), storage) in &observed.storages {
        let about = format!("storage {name} on {node}");
        if storage.enabled && !storage.active {
            let message = format!("storage `{name}` cannot be reached from node `{node}`");
            let help = format!("`pvesm status` on `{node}` says why");
            push(findings, Level::Error, "storage-lost", &about, message, &help);
            continue;
        }
        if storage.shared && !shared.insert(name) {
            continue;
        }
        let (Some(total), Some(free)) = (storage.total.filter(|total| *total > 0), storage.free) else { continue };
        let used = 100 - (u128::from(free.min(total)) * 100 / u128::from(total)) as u64;
        let level = match used {
            FULL.. => Level::Error,
            FILLING.. => Level::Warning,
            _ => continue,
        };
        let place = if storage.shared { String::new() } else { format!(" of node `{node}`") };
        let message = format!("storage `{name}`{place} is {used} % full");
        push(findings, level, "storage-full", &about, message, "make room, or let fewer backups and snapshots be kept");
    }
}

/// Clocks of nodes against each other: this machine's own may be the one that is wrong.
fn clocks(findings: &mut Vec<Finding>, clocks: &BTreeMap<String, Clock>) {
    let mut ahead: Vec<f64> = clocks.values().map(|clock| clock.ahead).collect();
    ahead.sort_by(f64::total_cmp);
    let Some(middle) = ahead.get((ahead.len().max(1) - 1) / 2).copied() else { return };
    let direction = |by: f64| if by > 0.0 { "ahead of" } else { "behind" };
    for (name, clock) in clocks {
        let by = clock.ahead - middle;
        let least = by.abs() - clock.give_or_take - 0.5;
        let (level, effect) = match least {
            _ if least > CLOCK_ERROR => (Level::Error, ": a login at one is refused by the other"),
            _ if least > CLOCK_WARNING => (Level::Warning, ""),
            _ => continue,
        };
        let message =
            format!("the clock of node `{name}` is {:.0} s {} the other nodes'{effect}", by.abs(), direction(by));
        let help = "`chronyc tracking` on the node says whether it follows a time server";
        push(findings, level, "clock-skew", &format!("node {name}"), message, help);
    }
    if clocks.len() > 1
        && middle.abs() > CLOCK_WARNING + clocks.values().map(|clock| clock.give_or_take).fold(0.0, f64::max)
    {
        let message = format!("the clock of this machine is {:.0} s {} the nodes'", middle.abs(), direction(-middle));
        push(findings, Level::Warning, "clock-here", "this machine", message, "ages of backups are off by as much");
    }
}

/// What was asked and not answered, one finding for each reason.
fn unread(findings: &mut Vec<Finding>, observed: &Observed, facts: &Facts) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, why) in observed.lost.iter().filter(|(path, _)| path != "/cluster/status") {
        reasons.entry(why).or_default().push(path.clone());
    }
    for (id, starts) in &facts.starts {
        if let Err(unknown) = starts {
            reasons.entry(&unknown.why).or_default().push(format!("the configuration of guest {id}"));
        }
    }
    for (why, paths) in reasons {
        let (first, count) = (&paths[0], paths.len());
        let rest = if count == 1 { String::new() } else { format!(" and {} more", count - 1) };
        let message = format!("{first}{rest} could not be read: {why}");
        push(findings, Level::Warning, "not-read", first, message, "what is not read is not known to be well");
    }
}

/// `web (107)`, or by its address in the lab.
pub(super) fn about(address: Option<&str>, id: u32, guest: &Guest) -> String {
    let sort = match guest.sort {
        pve::Guest::Vm => "VM",
        pve::Guest::Container => "container",
    };
    match (address, &guest.name) {
        (Some(address), _) => format!("`{address}` ({id})"),
        (None, Some(name)) => format!("{sort} `{name}` ({id})"),
        (None, None) => format!("{sort} {id}"),
    }
}

/// `1 guest`, `3 guests`.
pub(super) fn guests(count: usize) -> String {
    if count == 1 { "1 guest".to_owned() } else { format!("{count} guests") }
}

/// A span of time in its largest unit: `9 days`, `5 h`.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

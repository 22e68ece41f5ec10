//! What a release of Proxmox VE refuses, and what an upgrade to it asks for: the rows of [`crate::pve::CHANGES`] over a lab.
//!
//! What is refused is an error on any host that says such a version. What only asks for something on the way is told where a
//! version was assumed (`check --pve`, `what-if upgrade`), and comes from nothing else.

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::{Machine, show};
use crate::policy::errors;
use crate::pve::{Change, Concern, Version, between};
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// A host whose version is assumed.
#[derive(Clone, Copy, Debug)]
pub struct Assumed {
    /// The host.
    pub host: ObjId,
    /// What it says itself.
    pub from: Option<Version>,
    /// What is assumed.
    pub to: Version,
}

/// What releases refuse, and what is to be done on the way to those that are assumed.
pub fn check(machine: &mut Machine<'_>, assumed: &[Assumed]) -> Vec<Diagnostic> {
    let hosts = hosts(machine);
    let Some(newest) = hosts.iter().map(|(_, version)| *version).max() else { return Vec::new() };
    let mut found = Vec::new();
    for change in between(None, newest) {
        let runs: Vec<ObjId> =
            hosts.iter().filter(|(_, version)| *version >= change.since).map(|(host, _)| *host).collect();
        if change.concerns.is_refused() {
            refused(machine, change, assumed, &runs, &mut found);
        } else {
            let is_crossed = |one: &&Assumed| one.to >= change.since && one.from.is_none_or(|from| from < change.since);
            let crossing: Vec<ObjId> = assumed.iter().filter(is_crossed).map(|one| one.host).collect();
            asked_for(machine, change, &crossing, &mut found);
        }
    }
    found
}

/// Every host that takes part and says its version.
fn hosts(machine: &mut Machine<'_>) -> Vec<(ObjId, Version)> {
    let all = all(machine, "host");
    let mut hosts = Vec::new();
    for host in all {
        let is_running = text(machine, host, "state").as_deref() == Some("running");
        let version = text(machine, host, "pve").and_then(|version| Version::parse(&version));
        hosts.extend(version.filter(|_| is_running).map(|version| (host, version)));
    }
    hosts
}

fn refused(machine: &mut Machine<'_>, change: &Change, assumed: &[Assumed], runs: &[ObjId], out: &mut Vec<Diagnostic>) {
    match change.concerns {
        Concern::Privilege(name) => {
            for role in all(machine, "role") {
                let Some((given, at)) = said(machine, role, "privileges") else { continue };
                let has = machine.elements(given).into_iter().any(|one| is_text(machine, one, name));
                if let Some(host) = runs.first().filter(|_| has) {
                    out.push(errors::gone_in_release(
                        at,
                        &address(machine, role),
                        change,
                        runs_it(machine, assumed, *host),
                    ));
                }
            }
        }
        Concern::StorageOption(name) => {
            for storage in all(machine, "storage") {
                let Some((Value::Map(raw), at)) = said(machine, storage, "raw") else { continue };
                let pairs = machine.p.heap.slice(raw).to_vec();
                let has = pairs.chunks_exact(2).any(|pair| is_text(machine, pair[0], name));
                let offers = machine.w.home(storage).on;
                let offers = machine.elements(offers);
                let host = runs.iter().find(|host| offers.is_empty() || offers.contains(&Value::Obj(**host)));
                if let Some(host) = host.filter(|_| has) {
                    out.push(errors::gone_in_release(
                        at,
                        &address(machine, storage),
                        change,
                        runs_it(machine, assumed, *host),
                    ));
                }
            }
        }
        Concern::HaNodes | Concern::PortNames | Concern::AptList => {}
    }
}

/// What an upgrade of some hosts asks for: one warning for all of a sort, with the places.
fn asked_for(machine: &mut Machine<'_>, change: &Change, hosts: &[ObjId], out: &mut Vec<Diagnostic>) {
    if hosts.is_empty() {
        return;
    }
    let mut places: Vec<(Span, String)> = Vec::new();
    match change.concerns {
        Concern::HaNodes => {
            for ha in all(machine, "ha") {
                if let Some((Value::List(nodes), at)) = said(machine, ha, "nodes") {
                    let nodes = machine.p.heap.slice(nodes).to_vec();
                    let is_crossed = nodes.iter().any(|node| hosts.iter().any(|host| Value::Obj(*host) == *node));
                    places.extend(is_crossed.then(|| (at, format!("`{}` names hosts", address(machine, ha)))));
                }
            }
        }
        Concern::PortNames => {
            for host in hosts {
                if said(machine, *host, "nic").is_some() {
                    places.push((declared(machine, *host), format!("`{}` names its ports", address(machine, *host))));
                }
            }
        }
        Concern::AptList => {
            for host in hosts {
                let Some((Value::Obj(apt), _)) = said(machine, *host, "apt") else { continue };
                let Some((lists, _)) = said(machine, apt, "repository") else { continue };
                for list in machine.elements(lists) {
                    let Value::Obj(list) = list else { continue };
                    let file = text(machine, list, "file").unwrap_or_default();
                    if file.ends_with(".list") {
                        places.push((declared(machine, list), "a list of the old format".to_owned()));
                    }
                }
            }
        }
        Concern::Privilege(_) | Concern::StorageOption(_) => {}
    }
    out.extend(errors::changed_in_release(change, &places));
}

/// All resources of a kind that are whole.
fn all(machine: &Machine<'_>, kind: &str) -> Vec<ObjId> {
    let Some(kind) = machine.p.heap.names.find(kind) else { return Vec::new() };
    let Some(shapes) = machine.p.kind(crate::resolve::Scope::STD, kind) else { return Vec::new() };
    let is_such = |object: &ObjId| {
        let of = machine.w.object(*object);
        shapes.contains(&of.shape) && !of.is_poison
    };
    machine.w.all().filter(is_such).collect()
}

/// What an object says of a field, and where.
fn said(machine: &mut Machine<'_>, object: ObjId, field: &str) -> Option<(Value, Span)> {
    let of = machine.w.object(object);
    let name = machine.p.heap.names.find(field)?;
    let number = machine.p.shape(of.shape).field(name, of.tag)?;
    let at = span_of(machine.units, machine.w.slot(object, number)?.at);
    let value = machine.read(object, number);
    machine.unknown = None;
    Some((value, at))
}

fn text(machine: &mut Machine<'_>, object: ObjId, field: &str) -> Option<String> {
    let name = machine.p.heap.names.find(field)?;
    let value = machine.field_named(object, name);
    machine.unknown = None;
    if let Value::Str(name) | Value::Enum(name) = value { Some(machine.p.name(name).to_owned()) } else { None }
}

fn is_text(machine: &Machine<'_>, value: Value, text: &str) -> bool {
    matches!(value, Value::Str(name) | Value::Enum(name) if machine.p.name(name) == text)
}

fn address(machine: &Machine<'_>, object: ObjId) -> String {
    show::address_of(machine.p, machine.w, object)
}

fn declared(machine: &Machine<'_>, object: ObjId) -> Span {
    span_of(machine.units, machine.w.object(object).at)
}

/// A host that runs such a version, and where it says so.
fn runs_it(machine: &mut Machine<'_>, assumed: &[Assumed], host: ObjId) -> (Span, String) {
    let version = text(machine, host, "pve").unwrap_or_default();
    let name = show::name_of(machine.p, machine.w, host);
    let at = said(machine, host, "pve").map_or_else(|| declared(machine, host), |(_, at)| at);
    let verb = if assumed.iter().any(|one| one.host == host) { "is to run" } else { "runs" };
    (at, format!("`{name}` {verb} {version}"))
}

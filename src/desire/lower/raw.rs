//! `raw { "args" = "…" }`: options by their own names, checked against the table of the host's Proxmox version.

use super::{errors, version};
use crate::diag::Diagnostic;
use crate::model::{Container, Model, Vm};
use crate::pve::{Guest, Version, check_raw_option};
use crate::types::value::{ObjId, Value};

/// Checks the raw options of all guests: refused ones are errors, the others warnings.
///
/// Cost: a look at each guest.
#[must_use]
pub fn check(model: &Model<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for id in model.all(model.fields.vm.shape) {
        let raw = Vm::new(model, id).raw(model);
        of_guest(model, (id, model.fields.vm.raw), Guest::Vm, raw, &mut out);
    }
    for id in model.all(model.fields.container.shape) {
        let raw = Container::new(model, id).raw(model);
        of_guest(model, (id, model.fields.container.raw), Guest::Container, raw, &mut out);
    }
    out
}

fn of_guest(model: &Model<'_>, (id, field): (ObjId, u16), guest: Guest, raw: &[Value], out: &mut Vec<Diagnostic>) {
    if raw.is_empty() {
        return;
    }
    let version = model.host(id).map_or(Version::V9_1, |host| version(model, host));
    for pair in raw.chunks_exact(2) {
        let (Some(name), Some(value)) = (model.text_of(pair[0]), model.text_of(pair[1])) else { continue };
        let at = model.entry(id, field, name);
        out.push(match check_raw_option(guest, version, name, value) {
            Ok(_) if guest == Guest::Container => errors::line_used(at, name),
            Ok(row) => errors::raw_used(at, name, row.needs_root(version, value)),
            Err(problem) => errors::raw_refused(at, name, version, &problem),
        });
    }
}

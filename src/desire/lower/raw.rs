//! `raw { "args" = "…" }`: options by their own names, checked against the table of the host's Proxmox version.

use super::{errors, version};
use crate::diag::Diagnostic;
use crate::model::{Model, Vm};
use crate::pve::{Version, check_raw_option};

/// Checks the raw options of all VMs: refused ones are errors, the others warnings.
///
/// Cost: a look at each VM.
#[must_use]
pub fn check(model: &Model<'_>) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for id in model.all(model.fields.vm.shape) {
        let vm = Vm::new(model, id);
        let raw = vm.raw(model);
        if raw.is_empty() {
            continue;
        }
        let version = model.host(id).map_or(Version::V9_1, |host| version(model, host));
        for pair in raw.chunks_exact(2) {
            let (Some(name), Some(value)) = (model.text_of(pair[0]), model.text_of(pair[1])) else { continue };
            let at = model.entry(id, model.fields.vm.raw, name);
            out.push(match check_raw_option(version, name, value) {
                Ok(row) => errors::raw_used(at, name, row.needs_root(version, value)),
                Err(problem) => errors::raw_refused(at, name, version, &problem),
            });
        }
    }
    out
}

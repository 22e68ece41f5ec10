//! Which line says what.

use crate::base::{Origin, Span};
use crate::plan::Lab;
use crate::plan::change::Said;
use crate::pve::{self, guest_option};

/// The line that declares what an object is of.
pub(super) fn asked(lab: &Lab<'_>, number: usize) -> Option<Said> {
    lab.wanted.origin(lab.model, lab.owned, number, "").map(|span| at(lab, span))
}

/// The line that says an option of a guest, as exactly as the keys that differ allow.
pub(super) fn option(lab: &Lab<'_>, number: usize, guest: pve::Guest, name: &str, keys: &[String]) -> Option<Said> {
    let row = guest_option(guest, name)?;
    let field = row.field.unwrap_or(row.stem());
    let origin = |path: &str| lab.wanted.origin(lab.model, lab.owned, number, path);
    let span = match (row.highest, keys) {
        (Some(_), [key]) => origin(&format!("{field}.{name}.{key}")).or_else(|| origin(&format!("{field}.{name}"))),
        (Some(_), _) => origin(&format!("{field}.{name}")),
        (None, _) => origin(field),
    };
    // Drives of the two other sorts stand in fields of their own.
    let drive = || origin(&format!("cdrom.{name}")).or_else(|| origin("cloud-init"));
    let is_drive = ["ide", "sata", "scsi"].contains(&row.stem());
    let span = span.or_else(|| if is_drive { drive() } else { None });
    span.or_else(|| origin(&format!("raw.{name}"))).map(|span| at(lab, span))
}

/// The line that says a field of what is no guest.
pub(super) fn field(lab: &Lab<'_>, number: usize, name: &str) -> Option<Said> {
    lab.wanted.origin(lab.model, lab.owned, number, name).map(|span| at(lab, span))
}

fn at(lab: &Lab<'_>, span: Span) -> Said {
    let source = lab.model.sources.file(span.file);
    let line = source.position(span.start as usize).line;
    Said {
        place: format!("{}:{line}", source.path),
        file: source.path.clone(),
        line,
        is_default: source.origin == Origin::Library,
    }
}

//! `raw { "option" = "value" }`: an option that the standard library has no field for, checked against the table.

use super::options::{Row, Setter, VM_OPTIONS, option_of};
use super::value::ValueProblem;
use super::version::Version;
use crate::base;

/// Why a raw option is refused.
#[derive(Clone, Debug)]
pub enum RawProblem {
    /// There is no such option.
    Unknown {
        /// The option that was probably meant.
        near: Option<String>,
    },
    /// This version does not have it yet.
    TooNew {
        /// The option.
        row: &'static Row,
    },
    /// Its number is too great, or missing, or it takes none.
    Number {
        /// The option.
        row: &'static Row,
    },
    /// Nobody sets it: it belongs to the request or to the server.
    Reserved {
        /// The option.
        row: &'static Row,
    },
    /// A field says it; `raw` never shadows a field.
    HasField {
        /// The option.
        row: &'static Row,
        /// The field.
        field: &'static str,
    },
    /// The value is wrong.
    Value {
        /// The option.
        row: &'static Row,
        /// What is wrong, with its place in the value.
        problem: ValueProblem,
    },
}

impl RawProblem {
    /// What is wrong, as a diagnostic says it.
    #[must_use]
    pub fn message(&self, version: Version, name: &str) -> String {
        match self {
            RawProblem::Unknown { .. } => format!("Proxmox VE {version} has no VM option `{name}`"),
            RawProblem::TooNew { row } => {
                format!("`{name}` exists since Proxmox VE {}, and this host runs {version}", row.since)
            }
            RawProblem::Number { row } => match row.highest {
                Some(highest) => {
                    format!("expected {0}0 to {0}{highest}, found `{name}`", row.stem())
                }
                None => format!("`{}` takes no number", row.name),
            },
            RawProblem::Reserved { row } if row.name == "unused[n]" || row.name == "lock" => {
                format!("`{name}` is written by the server, never by a configuration")
            }
            RawProblem::Reserved { .. } => {
                format!("`{name}` is part of a request, not an option of a VM")
            }
            RawProblem::HasField { field, .. } => {
                format!("`{name}` is said by the field `{field}`")
            }
            RawProblem::Value { problem, .. } => {
                format!("the value of `{name}` is wrong: {}", problem.message)
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            RawProblem::Unknown { near: Some(near) } => Some(format!("did you mean `{near}`")),
            RawProblem::HasField { field, .. } => Some(format!("set `{field}` and drop the raw option")),
            RawProblem::Unknown { near: None }
            | RawProblem::TooNew { .. }
            | RawProblem::Number { .. }
            | RawProblem::Reserved { .. }
            | RawProblem::Value { .. } => None,
        }
    }
}

/// Checks a raw option of a VM.
///
/// Gives its row, whose [`Row::needs_root`] says whether the declared credential may set it.
///
/// # Errors
/// The [`RawProblem`].
pub fn check_raw_option(version: Version, name: &str, value: &str) -> Result<&'static Row, RawProblem> {
    let Some((row, number)) = option_of(name) else {
        let names = VM_OPTIONS.iter().filter(|row| row.is_in(version)).map(Row::stem);
        return Err(RawProblem::Unknown { near: base::closest(name, names).map(str::to_owned) });
    };
    let fits = match (row.highest, number) {
        (None, number) => number.is_none(),
        (Some(highest), number) => number.is_some_and(|number| number <= u64::from(highest)),
    };
    if !fits {
        return Err(RawProblem::Number { row });
    }
    if !row.is_in(version) {
        return Err(RawProblem::TooNew { row });
    }
    if row.setter == Setter::Nobody {
        return Err(RawProblem::Reserved { row });
    }
    if let Some(field) = row.field {
        return Err(RawProblem::HasField { row, field });
    }
    row.value.check(version, value).map_err(|problem| RawProblem::Value { row, problem })?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, value: &str) -> String {
        match check_raw_option(Version::V8_4, name, value) {
            Ok(row) => row.name.to_owned(),
            Err(problem) => problem.message(Version::V8_4, name),
        }
    }

    #[test]
    fn raw_options_are_checked_and_never_shadow_a_field() {
        assert_eq!(message("autostart", "1"), "autostart");
        assert_eq!(message("memory", "1"), "`memory` is said by the field `memory`");
        assert_eq!(message("autostart", "maybe"), "the value of `autostart` is wrong: expected 1 or 0, found `maybe`");
        assert_eq!(message("net40", "virtio"), "expected net0 to net31, found `net40`");
        assert_eq!(message("digest", "x"), "`digest` is part of a request, not an option of a VM");
        assert_eq!(message("unused0", "local:x"), "`unused0` is written by the server, never by a configuration");
        assert_eq!(message("allow-ksm", "0"), "`allow-ksm` exists since Proxmox VE 9.1, and this host runs 8.4");
        assert_eq!(message("balon", "0"), "Proxmox VE 8.4 has no VM option `balon`");
    }
}

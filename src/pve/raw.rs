//! `raw { "option" = "value" }`: an option that the standard library has no field for, checked against the table.

use super::container::{LXC_KEYS, LXC_LINE, LxcKey, lxc_key};
use super::options::{Guest, Row, Setter, option_of};
use super::value::ValueProblem;
use super::version::Version;
use crate::base;

/// Why a raw option is refused.
#[derive(Clone, Debug)]
pub enum RawProblem {
    /// There is no such option.
    Unknown {
        /// Whose option it would be.
        guest: Guest,
        /// The option that was probably meant.
        near: Option<String>,
    },
    /// This version does not have it yet.
    TooNew {
        /// The option.
        row: &'static Row,
    },
    /// It has another name now.
    Renamed {
        /// The name.
        now: &'static str,
    },
    /// Its number is too great, or missing, or it takes none.
    Number {
        /// The option.
        row: &'static Row,
    },
    /// Nobody sets it: it belongs to the request or to the server.
    Reserved {
        /// Whose option it is.
        guest: Guest,
        /// The option.
        row: &'static Row,
    },
    /// A field says it; `raw` never shadows a field.
    HasField {
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
            RawProblem::Unknown { guest, .. } => {
                format!("Proxmox VE {version} has no {} option `{name}`", guest.noun())
            }
            RawProblem::Renamed { now } => format!("Proxmox VE {version} calls `{name}` `{now}`"),
            RawProblem::TooNew { row } => {
                format!("`{name}` exists since Proxmox VE {}, and this host runs {version}", row.since)
            }
            RawProblem::Number { row } => match row.highest {
                Some(highest) => {
                    format!("expected {0}0 to {0}{highest}, found `{name}`", row.stem())
                }
                None => format!("`{}` takes no number", row.name),
            },
            RawProblem::Reserved { row, .. } if row.name == "unused[n]" || row.name == "lock" => {
                format!("`{name}` is written by the server, never by a configuration")
            }
            RawProblem::Reserved { guest, .. } => {
                format!("`{name}` is part of a request, not an option of a {}", guest.noun())
            }
            RawProblem::HasField { field } => {
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
            RawProblem::Unknown { near: Some(near), .. } => Some(format!("did you mean `{near}`")),
            RawProblem::Renamed { now } => Some(format!("write `{now}`")),
            RawProblem::HasField { field } => Some(format!("set `{field}` and drop the raw option")),
            RawProblem::Unknown { near: None, .. }
            | RawProblem::TooNew { .. }
            | RawProblem::Number { .. }
            | RawProblem::Reserved { .. }
            | RawProblem::Value { .. } => None,
        }
    }
}

/// Checks a raw option of a guest; a container may have lines of LXC's own besides.
///
/// Gives its row, whose [`Row::needs_root`] says whether the declared credential may set it.
///
/// # Errors
/// The [`RawProblem`].
pub fn check_raw_option(guest: Guest, version: Version, name: &str, value: &str) -> Result<&'static Row, RawProblem> {
    let row = match name.starts_with("lxc.") && guest == Guest::Container {
        true => line_of_lxc(version, name)?,
        false => option_in(guest, version, name)?,
    };
    row.value.check(version, value).map_err(|problem| RawProblem::Value { row, problem })?;
    Ok(row)
}

fn line_of_lxc(version: Version, name: &str) -> Result<&'static Row, RawProblem> {
    match lxc_key(version, name) {
        LxcKey::Taken => Ok(&LXC_LINE),
        LxcKey::Field(field) => Err(RawProblem::HasField { field }),
        LxcKey::Renamed(now) => Err(RawProblem::Renamed { now }),
        LxcKey::Unknown => {
            let near = base::closest(name, LXC_KEYS.iter().copied()).map(str::to_owned);
            Err(RawProblem::Unknown { guest: Guest::Container, near })
        }
    }
}

fn option_in(guest: Guest, version: Version, name: &str) -> Result<&'static Row, RawProblem> {
    let Some((row, number)) = option_of(guest, name) else {
        let names = guest.options().iter().filter(|row| row.is_in(version)).map(Row::stem);
        return Err(RawProblem::Unknown { guest, near: base::closest(name, names).map(str::to_owned) });
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
        return Err(RawProblem::Reserved { guest, row });
    }
    match row.field {
        Some(field) => Err(RawProblem::HasField { field }),
        None => Ok(row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, value: &str) -> String {
        message_of(Guest::Vm, name, value)
    }

    fn message_of(guest: Guest, name: &str, value: &str) -> String {
        match check_raw_option(guest, Version::V8_4, name, value) {
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
    #[test]
    fn a_container_has_its_own_options_and_lines_of_lxc() {
        let message = |name, value| message_of(Guest::Container, name, value);
        assert_eq!(message("lxc.cgroup2.devices.allow", "c 189:* rwm\nc 226:0 rwm"), "lxc.*");
        assert_eq!(message("lxc.idmap", "u 0 100000 65536"), "`lxc.idmap` is said by the field `id-map`");
        assert_eq!(message("lxc.utsname", "x"), "Proxmox VE 8.4 calls `lxc.utsname` `lxc.uts.name`");
        assert_eq!(message("lxc.mount.entyr", "x"), "Proxmox VE 8.4 has no container option `lxc.mount.entyr`");
        assert_eq!(message("balloon", "0"), "Proxmox VE 8.4 has no container option `balloon`");
        assert_eq!(message("rootfs", "x"), "`rootfs` is said by the field `rootfs`");
        assert_eq!(message("vmid", "100"), "`vmid` is part of a request, not an option of a container");
        assert_eq!(message("net32", "x"), "expected net0 to net31, found `net32`");
        let tab = message("lxc.include", "a\tb");
        assert!(tab.starts_with("the value of `lxc.include` is wrong: expected text without control"), "{tab}");
        assert_eq!(
            message_of(Guest::Vm, "lxc.include", "/x"),
            "Proxmox VE 8.4 has no VM option `lxc.include`",
            "a VM has none of these"
        );
    }
}

//! What a change of a guest's option does to the guest while it runs: by option in the option tables, by key of a property
//! string here.
//!
//! Sources: `vmconfig_hotplug_pending` and `vmconfig_update_disk` of qemu-server, `vmconfig_hotplug_pending` of pve-container,
//! `qm.adoc` and `pct.adoc`. `docs/plan-impact.md` is written from both tables.

use super::normal::Normal;
use super::options::{Guest, Impact, Setter, option_of};
use super::size;

/// Keys of an option whose change does something else than that of the option as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Finer {
    /// Whose option it is.
    pub guest: Guest,
    /// The options, without their numbers.
    pub options: &'static [&'static str],
    /// The keys in normal form ([`Normal`]).
    pub keys: &'static [&'static str],
    /// What their change does.
    pub impact: Impact,
    /// Why.
    pub why: &'static str,
}

const DRIVES: &[&str] = &["ide", "sata", "scsi", "virtio"];

use Impact::{DataLoss, Hotplug, Live, Pending, Recreate, StopStart};

/// Every row; the first that fits counts.
pub const FINER: &[Finer] = &[
    Finer {
        guest: Guest::Vm,
        options: &["net"],
        keys: &["bridge", "firewall", "link_down", "rate", "tag", "trunks"],
        impact: Live,
        why: "the other end of the cable changes, on the node",
    },
    Finer {
        guest: Guest::Vm,
        options: &["net"],
        keys: &["macaddr", "model", "mtu", "queues"],
        impact: Hotplug("network"),
        why: "the card is unplugged and plugged in again",
    },
    Finer {
        guest: Guest::Vm,
        options: DRIVES,
        keys: &[
            "bps",
            "bps_max_length",
            "bps_rd",
            "bps_rd_max_length",
            "bps_wr",
            "bps_wr_max_length",
            "iops",
            "iops_max",
            "iops_max_length",
            "iops_rd",
            "iops_rd_max",
            "iops_rd_max_length",
            "iops_wr",
            "iops_wr_max",
            "iops_wr_max_length",
            "mbps",
            "mbps_max",
            "mbps_rd",
            "mbps_rd_max",
            "mbps_wr",
            "mbps_wr_max",
        ],
        impact: Live,
        why: "limits of speed are told to the running guest",
    },
    Finer {
        guest: Guest::Vm,
        options: DRIVES,
        keys: &["aio", "cache", "discard", "iothread", "product", "queues", "ro", "ssd", "vendor"],
        impact: Pending,
        why: "the drive must be opened anew",
    },
    Finer {
        guest: Guest::Vm,
        options: DRIVES,
        keys: &["detect_zeroes", "model", "rerror", "scsiblock", "serial", "snapshot", "werror", "wwn"],
        impact: StopStart,
        why: "written at once and not listed as pending, but the device keeps the old value until it is started anew",
    },
    Finer {
        guest: Guest::Vm,
        options: DRIVES,
        keys: &["backup", "replicate", "shared"],
        impact: Live,
        why: "the guest does not see it",
    },
    Finer {
        guest: Guest::Vm,
        options: DRIVES,
        keys: &["size"],
        impact: Live,
        why: "a call of its own lets the volume grow; none lets it shrink",
    },
    Finer {
        guest: Guest::Vm,
        options: &["ide", "sata", "scsi", "virtio", "efidisk0", "tpmstate0"],
        keys: &["storage"],
        impact: Live,
        why: "a call of its own moves the volume while the guest runs",
    },
    Finer {
        guest: Guest::Vm,
        options: &["ide", "sata"],
        keys: &["file"],
        impact: Live,
        why: "a medium is changed in the running drive",
    },
    Finer {
        guest: Guest::Vm,
        options: &["scsi", "virtio"],
        keys: &["file", "volume"],
        impact: Hotplug("disk"),
        why: "the drive is unplugged, its volume kept as unused, and another plugged in",
    },
    Finer {
        guest: Guest::Vm,
        options: &["agent"],
        keys: &["fstrim_cloned_disks"],
        impact: Live,
        why: "only the node reads it",
    },
    Finer {
        guest: Guest::Vm,
        options: &["efidisk0"],
        keys: &["efitype", "ms-cert", "pre-enrolled-keys"],
        impact: Recreate,
        why: "it holds only when the volume is made",
    },
    Finer {
        guest: Guest::Vm,
        options: &["tpmstate0"],
        keys: &["version"],
        impact: DataLoss,
        why: "a TPM cannot change its version; another one has none of its keys",
    },
    Finer {
        guest: Guest::Container,
        options: &["rootfs", "mp"],
        keys: &["size"],
        impact: Live,
        why: "a call of its own lets the volume grow; none lets it shrink",
    },
    Finer {
        guest: Guest::Container,
        options: &["rootfs", "mp"],
        keys: &["storage"],
        impact: StopStart,
        why: "volumes of a container are moved while it is stopped",
    },
    Finer {
        guest: Guest::Container,
        options: &["rootfs", "mp"],
        keys: &["backup", "replicate", "shared"],
        impact: Live,
        why: "the container does not see it",
    },
];

/// What a change of an option does, from what there is to what is wanted, by the keys in which they differ ([`differing`]).
///
/// [`differing`]: super::normal::differing
#[must_use]
pub fn impact(guest: Guest, option: &str, keys: &[String], wanted: Option<&Normal>, found: Option<&Normal>) -> Impact {
    let Some((row, _)) = option_of(guest, option) else { return Pending };
    // Plugged in or out as a whole.
    if wanted.is_none() || found.is_none() {
        return match (guest, row.stem()) {
            (Guest::Container, "mp") if found.is_none() => Live,
            // What is taken out stays as an unused volume: see `Action::Detach`.
            (Guest::Vm, "tpmstate0") => Pending,
            _ => row.impact,
        };
    }
    let of_key = |key: &String| {
        let fits = |finer: &&Finer| {
            finer.guest == guest && finer.options.contains(&row.stem()) && finer.keys.contains(&key.as_str())
        };
        FINER.iter().find(fits).map_or(row.impact, |finer| finer.impact)
    };
    keys.iter().map(of_key).max().unwrap_or(row.impact)
}

/// What an impact comes to for a guest as it is: one that does not run sees everything when it starts, and what can be plugged
/// in is if its `hotplug` says so.
#[must_use]
pub fn effective(impact: Impact, running: bool, hotplug: &str) -> Impact {
    match impact {
        Impact::Live | Impact::Hotplug(_) | Impact::Pending | Impact::StopStart if !running => Live,
        Impact::Hotplug(feature) if hotplug == "1" || hotplug.split([',', ';']).any(|word| word == feature) => Live,
        Impact::Hotplug(_) => Pending,
        Impact::Live | Impact::Pending | Impact::StopStart | Impact::Recreate | Impact::DataLoss => impact,
    }
}

/// Whether a volume would have to shrink, which nothing does: from how much to how much.
#[must_use]
pub fn shrinks(wanted: Option<&Normal>, found: Option<&Normal>) -> Option<(String, String)> {
    let (wanted, found) = (wanted?.get("size")?, found?.get("size")?);
    let is_less = size::bytes(wanted)? < size::bytes(found)?;
    is_less.then(|| (found.to_owned(), wanted.to_owned()))
}

/// `docs/plan-impact.md`: both tables for people.
#[must_use]
pub fn page() -> String {
    let mut text = String::from(PREAMBLE);
    for guest in [Guest::Vm, Guest::Container] {
        text.push_str(&format!(
            "\n## Options of a {}\n\n| option | a change is | since | who may set it |\n|---|---|---|---|\n",
            guest.noun()
        ));
        for row in guest.options() {
            if row.setter == Setter::Nobody {
                continue;
            }
            let who = match row.setter {
                Setter::Privileged | Setter::Nobody => any_of(row.privilege),
                Setter::Root => "root@pam with a password".to_owned(),
                Setter::RootUntil(last) => {
                    format!("root@pam with a password up to {last}, then {}", any_of(row.privilege))
                }
                Setter::RootForHostDevices => {
                    format!(
                        "{} for a mapping; root@pam with a password for a device of the host",
                        any_of(row.privilege)
                    )
                }
            };
            text.push_str(&format!("| `{}` | {} | {} | {who} |\n", row.name, words(row.impact), row.since));
        }
        text.push_str("\nSingle keys do something else than the whole option:\n\n| option | keys | a change is | because |\n|---|---|---|---|\n");
        for finer in FINER.iter().filter(|finer| finer.guest == guest) {
            let list = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            text.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                list(finer.options),
                list(finer.keys),
                words(finer.impact),
                finer.why
            ));
        }
    }
    text
}

fn any_of(privileges: &str) -> String {
    privileges.split(' ').map(|privilege| format!("`{privilege}`")).collect::<Vec<_>>().join(" or ")
}

fn words(impact: Impact) -> String {
    match impact {
        Impact::Live => "live".to_owned(),
        Impact::Hotplug(feature) => format!("live if `hotplug` has `{feature}`, else pending"),
        Impact::Pending => "pending".to_owned(),
        Impact::StopStart => "stop and start".to_owned(),
        Impact::Recreate => "recreate".to_owned(),
        Impact::DataLoss => "data loss".to_owned(),
    }
}

const PREAMBLE: &str = "\
# What a change does to a running guest

Written from `src/pve/options.rs`, `src/pve/container.rs` and `src/pve/impact.rs`; a test compares. A guest that does not run
sees every change when it starts, so only the last two classes concern it.

| class | meaning |
|---|---|
| live | takes effect at once, nothing is interrupted |
| pending | written at once; the guest sees it when Proxmox next stops and starts it, or reboots it; a reboot from inside is not enough |
| stop and start | the guest must be stopped and started, and Proxmox does not list the change as pending |
| recreate | the guest, or the volume, must be made anew |
| data loss | what was stored there is gone |

Sources: the hot-plug code of qemu-server (`vmconfig_hotplug_pending`, `vmconfig_update_disk`) and of pve-container
(`vmconfig_hotplug_pending`), their checks of privileges (`check_vm_modify_config_perm`, `check_ct_modify_config_perm`),
`qm.adoc`, `pct.adoc`, and the API schemas of 8.4 and 9.1, with which tests compare names, versions and defaults.
";

#[cfg(test)]
mod tests {
    use super::super::value::ValueKind;
    use super::super::version::Version;
    use super::*;

    #[test]
    fn every_row_is_about_options_and_keys_that_there_are() {
        let keys = |guest: Guest, option: &str| -> Vec<&'static str> {
            let row = guest.options().iter().find(|row| row.stem() == option).expect("an option");
            let ValueKind::Properties(schema) = row.value else { panic!("`{option}` has keys") };
            schema.keys().map(|key| key.name).chain(["storage", "volume"]).collect()
        };
        for finer in FINER {
            // A row may hold for several buses: a key is of one of them at least.
            let of_any: Vec<&str> = finer.options.iter().flat_map(|option| keys(finer.guest, option)).collect();
            assert!(finer.keys.iter().all(|key| of_any.contains(key)), "{:?} {:?}", finer.options, finer.keys);
        }
    }

    #[track_caller]
    fn of(option: &str, wanted: &str, found: &str) -> Impact {
        let normal = |text: &str| Normal::of(Guest::Vm, Version::V9_1, option, text);
        let (wanted, found) = (normal(wanted), normal(found));
        let keys = super::super::normal::differing(Guest::Vm, option, wanted.as_ref(), found.as_ref());
        impact(Guest::Vm, option, &keys, wanted.as_ref(), found.as_ref())
    }

    #[test]
    fn a_change_is_as_bad_as_its_worst_key() {
        assert_eq!(of("net0", "virtio,bridge=vmbr1", "virtio=BC:24:11:90:21:DF,bridge=vmbr0"), Live);
        assert_eq!(of("net0", "e1000,bridge=vmbr1", "virtio=BC:24:11:90:21:DF,bridge=vmbr0"), Hotplug("network"));
        assert_eq!(of("scsi0", "a:60", "a:vm-1-disk-0,size=50G"), Live);
        assert_eq!(of("scsi0", "a:60,cache=unsafe,serial=x", "a:vm-1-disk-0,size=50G"), StopStart);
        assert_eq!(of("cores", "4", "2"), Pending);
        assert_eq!(of("tpmstate0", "a:1,version=v2.0", "a:vm-1-disk-1,size=4M"), DataLoss);
    }

    #[test]
    fn a_guest_that_does_not_run_sees_a_change_when_it_starts() {
        assert_eq!(effective(Pending, false, "network"), Live);
        assert_eq!(effective(Hotplug("network"), true, "disk,network,usb"), Live);
        assert_eq!(effective(Hotplug("memory"), true, "disk,network,usb"), Pending);
        assert_eq!(effective(Recreate, false, "1"), Recreate);
    }
}

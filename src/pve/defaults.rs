//! What Proxmox does where a guest's option, or a key of one, says nothing.
//!
//! Sources: `default` in the API schema, which `tests/schemas` compares; where the schema has none, what the documentation
//! says: `qm.conf.adoc`, `pct.conf.adoc`, `qm-cpu-models.adoc`, `qm-pci-passthrough.adoc`.

use super::options::Guest;
use super::value::ValueKind;

const VM: &[(&str, &str)] = &[
    ("acpi", "1"),
    ("allow-ksm", "1"),
    ("bios", "seabios"),
    ("ciupgrade", "1"),
    ("cores", "1"),
    ("cpulimit", "0"),
    // Of the second version of control groups, which every release that we know has.
    ("cpuunits", "100"),
    ("hotplug", "disk,network,usb"),
    ("kvm", "1"),
    ("migrate_downtime", "0.1"),
    ("migrate_speed", "0"),
    ("ostype", "other"),
    ("reboot", "1"),
    ("scsihw", "lsi"),
    ("shares", "1000"),
    ("smp", "1"),
    ("sockets", "1"),
    ("startdate", "now"),
    ("tablet", "1"),
    ("vcpus", "0"),
];

const CONTAINER: &[(&str, &str)] = &[
    ("arch", "amd64"),
    ("cmode", "tty"),
    ("console", "1"),
    ("cpulimit", "0"),
    ("cpuunits", "100"),
    ("entrypoint", "/sbin/init"),
    ("memory", "512"),
    ("swap", "512"),
    ("tty", "2"),
];

/// Truth values of which nothing said is not the same as no.
const NO_DEFAULT: &[&str] = &["localtime", "enable-s3", "enable-s4", "detect_zeroes", "acl"];

const KEYS: &[(&str, &str, &str)] = &[
    ("agent", "freeze-fs", "1"),
    ("agent", "freeze-fs-on-backup", "1"),
    ("agent", "type", "virtio"),
    ("amd-sev", "allow-smt", "1"),
    ("audio0", "driver", "spice"),
    ("cpu", "cputype", "kvm64"),
    ("efidisk0", "efitype", "2m"),
    ("efidisk0", "ms-cert", "2011"),
    ("hostpci", "driver", "vfio"),
    ("hostpci", "rombar", "1"),
    ("machine", "type", "pc"),
    ("memory", "current", "512"),
    ("mp", "replicate", "1"),
    ("net", "type", "veth"),
    ("rng0", "max_bytes", "1024"),
    ("rng0", "period", "1000"),
    ("rootfs", "replicate", "1"),
    ("spice_enhancements", "videostreaming", "off"),
    ("tpmstate0", "version", "v1.2"),
    ("vga", "type", "std"),
    ("virtiofs", "cache", "auto"),
];

/// Keys that drives of all buses have.
const DRIVE: &[(&str, &str)] =
    &[("backup", "1"), ("cache", "none"), ("discard", "ignore"), ("media", "disk"), ("replicate", "1")];

/// What an option of a guest is where nothing is said; `None` where that is not the same as any value.
#[must_use]
pub fn option_default(guest: Guest, option: &str, value: &ValueKind) -> Option<&'static str> {
    let table = match guest {
        Guest::Vm => VM,
        Guest::Container => CONTAINER,
    };
    let found = table.iter().find(|(name, _)| *name == option).map(|(_, default)| *default);
    found.or_else(|| false_by_default(option, value))
}

/// What a key of a property string is where nothing is said.
#[must_use]
pub fn key_default(schema: &str, key: &str, value: &ValueKind) -> Option<&'static str> {
    let is_drive = matches!(schema, "ide" | "sata" | "scsi" | "virtio");
    let of_drive = DRIVE.iter().find(|(name, _)| is_drive && *name == key).map(|(_, default)| *default);
    let of_key = || KEYS.iter().find(|(of, name, _)| *of == schema && *name == key).map(|(_, _, default)| *default);
    of_drive.or_else(of_key).or_else(|| false_by_default(key, value))
}

fn false_by_default(name: &str, value: &ValueKind) -> Option<&'static str> {
    (matches!(value, ValueKind::Bool) && !NO_DEFAULT.contains(&name)).then_some("0")
}

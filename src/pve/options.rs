//! Every option of a VM in Proxmox VE 8.4 and 9.1: what it takes, who may set it, what a change does. Those of containers
//! stand in `container`, in rows of the same form.
//!
//! Sources: names, enumerations and ranges from the API schema (`PUT /nodes/{node}/qemu/{vmid}/config`, compared by
//! `tests/schemas.rs`); who may set an option from `check_vm_modify_config_perm` of qemu-server; what a change does to a
//! running guest from its hot-plug code and `qm.adoc`.

use super::container::CONTAINER_OPTIONS;
use super::form;
use super::property::{self, BOOL, between, from, one_of, short, text};
use super::value::ValueKind;
use super::version::Version;

/// One option of a guest.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The option, `net[n]` where there may be several.
    pub name: &'static str,
    /// The greatest number, where there may be several; the least is 0.
    pub highest: Option<u16>,
    /// What it takes.
    pub value: ValueKind,
    /// The first version that has it; 8.4 stands for all before.
    pub since: Version,
    /// Who may set it.
    pub setter: Setter,
    /// The privilege that setting it takes, on `/vms/ID`; with more than one, any of them will do.
    pub privilege: &'static str,
    /// What a change does to a running guest.
    pub impact: Impact,
    /// The field of `vm` or `container` in the standard library that says it, if there is one.
    pub field: Option<&'static str>,
}

/// Who may set an option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setter {
    /// Whoever holds the privilege, an API token too.
    Privileged,
    /// Only a ticket of root@pam; not even root's own token.
    Root,
    /// Only a ticket of root@pam, up to and with this version; later whoever holds the privilege.
    RootUntil(Version),
    /// Depends on the value: a mapping, `spice` or `socket` takes the privilege, a device of the host takes root@pam.
    RootForHostDevices,
    /// Nobody: it belongs to the request (`digest`, `delete`) or to the server (`lock`, `unused0`).
    Nobody,
}

/// What a change does to a running guest, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Impact {
    /// Takes effect at once.
    Live,
    /// At once if the guest's `hotplug` option has this feature, otherwise pending.
    Hotplug(&'static str),
    /// Written as pending; takes effect when Proxmox next stops and starts the guest (its reboot does so too, one from
    /// inside the guest does not).
    Pending,
    /// Written at once and not listed as pending, but the guest sees it only after a stop and start.
    StopStart,
    /// The guest must be made anew.
    Recreate,
    /// What was stored is gone.
    DataLoss,
}

impl Row {
    /// Whether a version has it.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        version >= self.since
    }

    /// The name without its number: `net` for `net[n]`.
    #[must_use]
    pub fn stem(&self) -> &'static str {
        self.name.strip_suffix("[n]").unwrap_or(self.name)
    }

    /// Whether setting it to this value takes a ticket of root@pam.
    #[must_use]
    pub fn needs_root(&self, version: Version, value: &str) -> bool {
        match self.setter {
            Setter::Privileged | Setter::Nobody => false,
            Setter::Root => true,
            Setter::RootUntil(last) => version <= last,
            Setter::RootForHostDevices => {
                let harmless = value.eq_ignore_ascii_case("spice") || value == "socket";
                !harmless && !value.split(',').any(|part| part.starts_with("mapping="))
            }
        }
    }
}

/// A sort of guest: each has its own options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guest {
    /// A virtual machine.
    Vm,
    /// A container.
    Container,
}

impl Guest {
    /// Every option of it.
    #[must_use]
    pub fn options(self) -> &'static [Row] {
        match self {
            Guest::Vm => VM_OPTIONS,
            Guest::Container => CONTAINER_OPTIONS,
        }
    }

    /// What paths of the API call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Guest::Vm => "qemu",
            Guest::Container => "lxc",
        }
    }

    /// What a sentence calls it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Guest::Vm => "VM",
            Guest::Container => "container",
        }
    }
}

/// The row of an option of a VM as it is named in a configuration: `net0`, `memory`.
#[must_use]
pub fn option(name: &str) -> Option<&'static Row> {
    guest_option(Guest::Vm, name)
}

/// The row of an option of a guest as it is named in a configuration.
#[must_use]
pub fn guest_option(guest: Guest, name: &str) -> Option<&'static Row> {
    option_of(guest, name)
        .filter(|(row, number)| match (row.highest, number) {
            (None, None) => true,
            (Some(highest), Some(number)) => number <= &u64::from(highest),
            (None, Some(_)) | (Some(_), None) => false,
        })
        .map(|(row, _)| row)
}

/// The row that an option's name points to, and its number, whether or not that number is allowed.
///
/// `numa` and `numa0` are two options; `audio0` is one name, not a number.
#[must_use]
pub fn option_of(guest: Guest, name: &str) -> Option<(&'static Row, Option<u64>)> {
    let rows = guest.options();
    if let Some(row) = rows.iter().find(|row| row.highest.is_none() && row.name == name) {
        return Some((row, None));
    }
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = (stem.len() < name.len()).then(|| name[stem.len()..].parse().unwrap_or(u64::MAX));
    let row = rows.iter().find(|row| row.highest.is_some() && row.stem() == stem)?;
    Some((row, number))
}

pub(super) const fn row(name: &'static str, value: ValueKind, privilege: &'static str, impact: Impact) -> Row {
    Row { name, highest: None, value, since: Version::V8_4, setter: Setter::Privileged, privilege, impact, field: None }
}

pub(super) const fn root(name: &'static str, value: ValueKind, impact: Impact) -> Row {
    Row { setter: Setter::Root, ..row(name, value, "", impact) }
}

pub(super) const fn nobody(name: &'static str, value: ValueKind) -> Row {
    Row { setter: Setter::Nobody, ..row(name, value, "", Impact::Live) }
}

pub(super) const fn properties(schema: &'static property::Schema) -> ValueKind {
    ValueKind::Properties(schema)
}

impl Row {
    pub(super) const fn up_to(self, highest: u16) -> Row {
        Row { highest: Some(highest), ..self }
    }

    pub(super) const fn since(self, since: Version) -> Row {
        Row { since, ..self }
    }

    pub(super) const fn by(self, setter: Setter) -> Row {
        Row { setter, ..self }
    }

    pub(super) const fn field(self, field: &'static str) -> Row {
        Row { field: Some(field), ..self }
    }
}

pub(super) const CPU: &str = "VM.Config.CPU";
pub(super) const MEMORY: &str = "VM.Config.Memory";
const HARDWARE: &str = "VM.Config.HWType";
pub(super) const OPTIONS: &str = "VM.Config.Options";
pub(super) const DISK: &str = "VM.Config.Disk";
pub(super) const NETWORK: &str = "VM.Config.Network";
const CLOUD_INIT: &str = "VM.Config.Cloudinit VM.Config.Network";

const KEYBOARDS: &[&str] = &[
    "de", "de-ch", "da", "en-gb", "en-us", "es", "fi", "fr", "fr-be", "fr-ca", "fr-ch", "hu", "is", "it", "ja", "lt",
    "mk", "nl", "no", "pl", "pt", "pt-br", "sv", "sl", "tr",
];
const GUEST_SYSTEMS: &[&str] =
    &["other", "wxp", "w2k", "w2k3", "w2k8", "wvista", "win7", "win8", "win10", "win11", "l24", "l26", "solaris"];
const LOCKS: &[&str] =
    &["backup", "clone", "create", "migrate", "rollback", "snapshot", "snapshot-delete", "suspending", "suspended"];
const SCSI_CONTROLLERS: &[&str] = &["lsi", "lsi53c810", "virtio-scsi-pci", "virtio-scsi-single", "megasas", "pvscsi"];

use Impact::{DataLoss, Hotplug, Live, Pending, Recreate};

/// Every option of a VM, sorted by name.
pub static VM_OPTIONS: &[Row] = &[
    row("acpi", BOOL, HARDWARE, Pending).field("acpi"),
    root("affinity", text(&form::CPU_SET), Pending).field("cpu.affinity"),
    row("agent", properties(&property::AGENT), OPTIONS, Pending).field("agent"),
    row("allow-ksm", BOOL, MEMORY, Pending).since(Version::V9_1).field("ksm"),
    root("amd-sev", properties(&property::AMD_SEV), Pending).field("sev"),
    root("arch", one_of(&["x86_64", "aarch64"]), Pending).field("cpu.architecture"),
    root("args", text(&form::LINE), Pending),
    row("audio0", properties(&property::AUDIO), HARDWARE, Pending).field("audio"),
    row("autostart", BOOL, OPTIONS, Live),
    row("balloon", from(0), MEMORY, Live).field("balloon"),
    row("bios", one_of(&["seabios", "ovmf"]), OPTIONS, Pending).field("bios"),
    row("boot", properties(&property::BOOT), DISK, Pending).field("boot-order"),
    row("bootdisk", text(&form::DRIVE_NAME), DISK, Pending).field("boot-order"),
    row("cdrom", text(&form::DRIVE), "VM.Config.CDROM", Live).field("cdrom"),
    row("cicustom", properties(&property::CICUSTOM), CLOUD_INIT, Live).field("cloud-init.user-data"),
    row("cipassword", text(&form::LINE), CLOUD_INIT, Live).field("cloud-init.password"),
    row("citype", one_of(&["configdrive2", "nocloud", "opennebula"]), CLOUD_INIT, Live).field("cloud-init.type"),
    row("ciupgrade", BOOL, CLOUD_INIT, Live).field("cloud-init.upgrade"),
    row("ciuser", text(&form::LINE), CLOUD_INIT, Live).field("cloud-init.user"),
    row("cores", from(1), CPU, Pending).field("cpu.cores"),
    row("cpu", properties(&property::CPU), CPU, Pending).field("cpu.type"),
    row("cpulimit", ValueKind::Number { min: Some(0.0), max: Some(128.0) }, CPU, Live).field("cpu.limit"),
    row("cpuunits", between(1, 262_144), CPU, Live).field("cpu.units"),
    nobody("delete", text(&form::PORT_NAMES)),
    row("description", short(8192, &form::TEXT), OPTIONS, Live).field("description"),
    nobody("digest", short(40, &form::LINE)),
    row("efidisk0", properties(&property::EFIDISK), DISK, Pending).field("efi"),
    nobody("force", BOOL),
    row("freeze", BOOL, "VM.PowerMgmt", Live).field("freeze"),
    root("hookscript", text(&form::VOLUME), Live).field("hook"),
    row("hostpci[n]", properties(&property::HOSTPCI), HARDWARE, Pending)
        .up_to(15)
        .by(Setter::RootForHostDevices)
        .field("attach"),
    row("hotplug", text(&form::HOTPLUG), HARDWARE, Live).field("hotplug"),
    root("hugepages", one_of(&["any", "2", "1024"]), Pending).field("hugepages"),
    row("ide[n]", properties(&property::IDE), DISK, Pending).up_to(3).field("disk"),
    root("intel-tdx", properties(&property::INTEL_TDX), Pending).since(Version::V9_1).field("tdx"),
    row("ipconfig[n]", properties(&property::IPCONFIG), CLOUD_INIT, Live).up_to(31).field("nic.config"),
    root("ivshmem", properties(&property::IVSHMEM), Pending).field("shared-memory"),
    root("keephugepages", BOOL, Pending).field("keep-hugepages"),
    row("keyboard", one_of(KEYBOARDS), OPTIONS, Pending).field("keyboard"),
    row("kvm", BOOL, HARDWARE, Pending).field("kvm"),
    row("localtime", BOOL, OPTIONS, Pending).field("clock"),
    nobody("lock", one_of(LOCKS)),
    row("machine", properties(&property::MACHINE), HARDWARE, Pending).field("machine"),
    row("memory", properties(&property::MEMORY), MEMORY, Hotplug("memory")).field("memory"),
    row("migrate_downtime", ValueKind::Number { min: Some(0.0), max: None }, OPTIONS, Live)
        .field("migration.downtime-seconds"),
    row("migrate_speed", from(0), OPTIONS, Live).field("migration.speed"),
    row("name", text(&form::DNS_NAME), OPTIONS, Live).field("name"),
    row("nameserver", text(&form::ADDRESSES), CLOUD_INIT, Live).field("cloud-init.dns"),
    row("net[n]", properties(&property::NET), NETWORK, Hotplug("network")).up_to(31).field("nic"),
    nobody("node", text(&form::LINE)),
    row("numa", BOOL, CPU, Pending).field("cpu.numa"),
    row("numa[n]", properties(&property::NUMA), CPU, Pending).up_to(7).field("numa-node"),
    row("onboot", BOOL, OPTIONS, Live).field("start.on-boot"),
    row("ostype", one_of(GUEST_SYSTEMS), OPTIONS, Pending).field("os"),
    root("parallel[n]", text(&form::PARALLEL_PORT), Pending).up_to(2).field("parallel"),
    row("protection", BOOL, OPTIONS, Live).field("protection"),
    row("reboot", BOOL, OPTIONS, Pending).field("reboot"),
    nobody("revert", text(&form::PORT_NAMES)),
    row("rng0", properties(&property::RNG), HARDWARE, Pending).by(Setter::RootUntil(Version::V8_4)).field("rng"),
    row("sata[n]", properties(&property::SATA), DISK, Pending).up_to(5).field("disk"),
    row("scsi[n]", properties(&property::SCSI), DISK, Hotplug("disk")).up_to(30).field("disk"),
    row("scsihw", one_of(SCSI_CONTROLLERS), HARDWARE, Pending).field("scsi-controller"),
    row("searchdomain", text(&form::LINE), CLOUD_INIT, Live).field("cloud-init.domain"),
    row("serial[n]", text(&form::SERIAL_PORT), HARDWARE, Pending)
        .up_to(3)
        .by(Setter::RootForHostDevices)
        .field("serial"),
    row("shares", between(0, 50_000), MEMORY, Live).field("balloon-shares"),
    nobody("skiplock", BOOL),
    row("smbios1", properties(&property::SMBIOS), HARDWARE, Pending).field("smbios"),
    row("smp", from(1), CPU, Pending).field("cpu.sockets"),
    row("sockets", from(1), CPU, Pending).field("cpu.sockets"),
    root("spice_enhancements", properties(&property::SPICE), Pending).field("spice"),
    row("sshkeys", text(&form::TEXT), CLOUD_INIT, Live).field("cloud-init.ssh-keys"),
    row("startdate", text(&form::START_DATE), OPTIONS, Pending).field("start-date"),
    row("startup", properties(&property::STARTUP), OPTIONS, Live).field("start.order"),
    row("tablet", BOOL, HARDWARE, Pending).field("tablet"),
    row("tags", text(&form::TAGS), OPTIONS, Live).field("tags"),
    row("tdf", BOOL, OPTIONS, Pending).field("drift-fix"),
    row("template", BOOL, OPTIONS, Recreate).field("template"),
    row("tpmstate0", properties(&property::TPMSTATE), DISK, DataLoss).field("tpm"),
    row("unused[n]", properties(&property::UNUSED), DISK, DataLoss).up_to(255).by(Setter::Nobody),
    row("usb[n]", properties(&property::USB), HARDWARE, Hotplug("usb"))
        .up_to(13)
        .by(Setter::RootForHostDevices)
        .field("attach"),
    row("vcpus", from(1), CPU, Hotplug("cpu")).field("cpu.hotplugged"),
    row("vga", properties(&property::VGA), HARDWARE, Pending).field("display"),
    row("virtio[n]", properties(&property::VIRTIO), DISK, Hotplug("disk")).up_to(15).field("disk"),
    row("virtiofs[n]", properties(&property::VIRTIOFS), DISK, Pending).up_to(9).field("share"),
    root("vmgenid", text(&form::GENERATION), Pending).field("generation-id"),
    nobody("vmid", between(100, 999_999_999)),
    row("vmstatestorage", text(&form::STORAGE), DISK, Live).field("state-storage"),
    row("watchdog", properties(&property::WATCHDOG), HARDWARE, Pending).field("watchdog"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_are_unique() {
        let plain = |name: &str| name.replace("[n]", "\u{1}");
        for guest in [Guest::Vm, Guest::Container] {
            assert!(guest.options().windows(2).all(|pair| plain(pair[0].name) < plain(pair[1].name)), "{guest:?}");
        }
    }

    #[test]
    fn a_number_is_part_of_the_name_or_of_the_row() {
        assert_eq!(option("net0").map(|row| row.name), Some("net[n]"));
        assert_eq!(option("audio0").map(|row| row.name), Some("audio0"));
        assert_eq!(option("numa").map(|row| row.name), Some("numa"));
        assert_eq!(option("numa1").map(|row| row.name), Some("numa[n]"));
        assert!(option("net").is_none() && option("net32").is_none() && option("memory0").is_none());
    }

    #[test]
    fn a_token_may_map_a_device_but_not_name_it() {
        let pci = option("hostpci0").expect("a row");
        assert!(pci.needs_root(Version::V9_1, "0000:01:00,pcie=1"));
        assert!(!pci.needs_root(Version::V9_1, "mapping=gpu,pcie=1"));
        assert!(option("rng0").expect("a row").needs_root(Version::V8_4, "/dev/urandom"));
        assert!(!option("rng0").expect("a row").needs_root(Version::V9_1, "/dev/urandom"));
        assert!(option("args").expect("a row").needs_root(Version::V9_1, "-cpu host"));
    }
}

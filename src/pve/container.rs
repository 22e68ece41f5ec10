//! Every option of a container in Proxmox VE 8.4 and 9.1, and the lines of LXC's own that its configuration may hold.
//!
//! Sources: names, enumerations and ranges from the API schema (`PUT /nodes/{node}/lxc/{vmid}/config`, compared by
//! `tests/schemas.rs`); who may set an option from `check_ct_modify_config_perm` of pve-container; what a change does to a
//! running container from its hot-plug code; the keys of LXC from `valid_lxc_conf_keys` in its `PVE/LXC/Config.pm`.

use super::form;
use super::options::{CPU, DISK, Impact, MEMORY, NETWORK, OPTIONS, Row, Setter, nobody, properties, root, row};
use super::property::{self, BOOL, between, from, one_of, short, text};
use super::value::ValueKind;
use super::version::Version;

use Impact::{DataLoss, Live, Pending, Recreate};

const ARCHITECTURES: &[&str] = &["amd64", "i386", "arm64", "armhf", "riscv32", "riscv64"];
const SYSTEMS: &[&str] = &[
    "debian",
    "devuan",
    "ubuntu",
    "centos",
    "fedora",
    "opensuse",
    "archlinux",
    "alpine",
    "gentoo",
    "nixos",
    "unmanaged",
];
const LOCKS: &[&str] = &[
    "backup",
    "create",
    "destroyed",
    "disk",
    "fstrim",
    "migrate",
    "mounted",
    "rollback",
    "snapshot",
    "snapshot-delete",
];

/// Every option of a container, sorted by name.
///
/// Two depend on more than one value: a folder or device of the host in `mp[n]`, and anything but `nesting` in `features` (or
/// that too, if the container is privileged), take root@pam.
pub static CONTAINER_OPTIONS: &[Row] = &[
    row("arch", one_of(ARCHITECTURES), OPTIONS, Recreate).field("architecture"),
    row("cmode", one_of(&["shell", "console", "tty"]), OPTIONS, Pending).field("console.mode"),
    row("console", BOOL, OPTIONS, Pending).field("console.enabled"),
    row("cores", between(1, 8192), CPU, Live).field("cpu.cores"),
    row("cpulimit", ValueKind::Number { min: Some(0.0), max: Some(8192.0) }, CPU, Live).field("cpu.limit"),
    row("cpuunits", between(0, 500_000), CPU, Live).field("cpu.units"),
    row("debug", BOOL, OPTIONS, Pending).field("debug"),
    nobody("delete", text(&form::PORT_NAMES)),
    row("description", short(8192, &form::TEXT), OPTIONS, Live).field("description"),
    root("dev[n]", properties(&property::DEVICE_NODE), Pending).up_to(255).field("device-node"),
    nobody("digest", short(40, &form::LINE)),
    row("entrypoint", text(&form::LINE), OPTIONS, Pending).since(Version::V9_1).field("entrypoint"),
    row("env", text(&form::ENVIRONMENT), OPTIONS, Pending).since(Version::V9_1).field("environment"),
    row("features", properties(&property::FEATURES), "VM.Allocate", Pending).field("features"),
    root("hookscript", text(&form::VOLUME), Live).field("hook"),
    row("hostname", short(255, &form::DNS_NAME), NETWORK, Live).field("name"),
    nobody("lock", one_of(LOCKS)),
    row("memory", from(16), MEMORY, Live).field("memory"),
    row("mp[n]", properties(&property::MOUNT), DISK, Pending).up_to(255).field("mount"),
    row("nameserver", text(&form::LINE), NETWORK, Pending).field("dns"),
    row("net[n]", properties(&property::CONTAINER_NET), NETWORK, Live).up_to(31).field("nic"),
    nobody("node", text(&form::LINE)),
    row("onboot", BOOL, OPTIONS, Live).field("start.on-boot"),
    row("ostype", one_of(SYSTEMS), OPTIONS, Recreate).field("os"),
    row("protection", BOOL, OPTIONS, Live).field("protection"),
    nobody("revert", text(&form::PORT_NAMES)),
    row("rootfs", properties(&property::ROOTFS), DISK, Pending).field("rootfs"),
    row("searchdomain", text(&form::LINE), NETWORK, Pending).field("domain"),
    row("startup", properties(&property::STARTUP), OPTIONS, Live).field("start.order"),
    row("swap", from(0), MEMORY, Live).field("swap"),
    row("tags", text(&form::TAGS), OPTIONS, Live).field("tags"),
    row("template", BOOL, "VM.Allocate", Recreate).field("template"),
    row("timezone", text(&form::LINE), OPTIONS, Pending).field("timezone"),
    row("tty", between(0, 6), OPTIONS, Pending).field("console.terminals"),
    row("unprivileged", BOOL, OPTIONS, Recreate).field("unprivileged"),
    row("unused[n]", properties(&property::UNUSED_VOLUME), DISK, DataLoss).up_to(255).by(Setter::Nobody),
    nobody("vmid", between(100, 999_999_999)),
];

/// A line of LXC's own. The API takes none: root writes it into `/etc/pve/lxc/ID.conf`.
pub(super) static LXC_LINE: Row = root("lxc.*", text(&form::LXC_VALUE), Pending);

/// What becomes of a key of LXC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LxcKey {
    /// It may stand in a configuration.
    Taken,
    /// A field says it.
    Field(&'static str),
    /// LXC 3.0 gave it this name.
    Renamed(&'static str),
    /// Proxmox refuses it.
    Unknown,
}

/// Keys that may stand in a configuration, sorted.
pub(super) const LXC_KEYS: &[&str] = &[
    "lxc.apparmor.allow_incomplete",
    "lxc.apparmor.allow_nesting",
    "lxc.apparmor.profile",
    "lxc.apparmor.raw",
    "lxc.arch",
    "lxc.autodev",
    "lxc.cap.drop",
    "lxc.cap.keep",
    "lxc.console.logfile",
    "lxc.console.path",
    "lxc.devtty.dir",
    "lxc.environment",
    "lxc.environment.hooks",
    "lxc.environment.runtime",
    "lxc.group",
    "lxc.hook.autodev",
    "lxc.hook.clone",
    "lxc.hook.destroy",
    "lxc.hook.mount",
    "lxc.hook.post-stop",
    "lxc.hook.pre-mount",
    "lxc.hook.pre-start",
    "lxc.hook.start",
    "lxc.hook.stop",
    "lxc.hook.version",
    "lxc.include",
    "lxc.init.cmd",
    "lxc.init.cwd",
    "lxc.kmsg",
    "lxc.log.file",
    "lxc.log.level",
    "lxc.mount.auto",
    "lxc.mount.entry",
    "lxc.mount.fstab",
    "lxc.pty.max",
    "lxc.rootfs.mount",
    "lxc.seccomp.notify.cookie",
    "lxc.seccomp.notify.proxy",
    "lxc.seccomp.profile",
    "lxc.selinux.context",
    "lxc.signal.halt",
    "lxc.signal.reboot",
    "lxc.signal.stop",
    "lxc.start.auto",
    "lxc.start.delay",
    "lxc.start.order",
    "lxc.sysctl.fs.mqueue",
    "lxc.sysctl.kernel.msgmax",
    "lxc.sysctl.kernel.msgmnb",
    "lxc.sysctl.kernel.msgmni",
    "lxc.sysctl.kernel.sem",
    "lxc.sysctl.kernel.shm_rmid_forced",
    "lxc.sysctl.kernel.shmall",
    "lxc.sysctl.kernel.shmmax",
    "lxc.sysctl.kernel.shmmni",
    "lxc.tty.max",
    "lxc.uts.name",
];

/// Keys of LXC before 3.0, sorted, and what they are called now.
const RENAMED: &[(&str, &str)] = &[
    ("lxc.aa_allow_incomplete", "lxc.apparmor.allow_incomplete"),
    ("lxc.aa_profile", "lxc.apparmor.profile"),
    ("lxc.console", "lxc.console.path"),
    ("lxc.devttydir", "lxc.devtty.dir"),
    ("lxc.haltsignal", "lxc.signal.halt"),
    ("lxc.id_map", "lxc.idmap"),
    ("lxc.init_cmd", "lxc.init.cmd"),
    ("lxc.logfile", "lxc.log.file"),
    ("lxc.loglevel", "lxc.log.level"),
    ("lxc.mount", "lxc.mount.fstab"),
    ("lxc.pts", "lxc.pty.max"),
    ("lxc.rebootsignal", "lxc.signal.reboot"),
    ("lxc.se_context", "lxc.selinux.context"),
    ("lxc.seccomp", "lxc.seccomp.profile"),
    ("lxc.stopsignal", "lxc.signal.stop"),
    ("lxc.tty", "lxc.tty.max"),
    ("lxc.utsname", "lxc.uts.name"),
];

/// What becomes of a key that begins with `lxc.`.
///
/// Keys of control groups, limits of processes and networks are LXC's and the kernel's: all of them are taken, but for those
/// of control groups of the first version, which Proxmox VE 9 has no more.
pub(super) fn lxc_key(version: Version, key: &str) -> LxcKey {
    let is_spelt = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte));
    let below = |stem: &str| key.strip_prefix(stem).is_some_and(|rest| !rest.is_empty() && is_spelt);
    match key {
        "lxc.idmap" | "lxc.id_map" => LxcKey::Field("id-map"),
        "lxc.rootfs.path" => LxcKey::Field("rootfs.volume"),
        "lxc.rootfs.options" => LxcKey::Field("rootfs.options"),
        _ if LXC_KEYS.binary_search(&key).is_ok() => LxcKey::Taken,
        _ if below("lxc.cgroup.") && version.major >= 9 => LxcKey::Renamed("lxc.cgroup2.…"),
        _ if ["lxc.cgroup.", "lxc.cgroup2.", "lxc.prlimit.", "lxc.net."].into_iter().any(below) => LxcKey::Taken,
        _ if below("lxc.limit.") => LxcKey::Renamed("lxc.prlimit.…"),
        _ if below("lxc.network.") => LxcKey::Renamed("lxc.net.NUMBER.…"),
        _ => match RENAMED.binary_search_by_key(&key, |(old, _)| *old) {
            Ok(at) => LxcKey::Renamed(RENAMED[at].1),
            Err(_) => LxcKey::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_lxc_are_sorted_and_what_they_were_called_is_known() {
        assert!(LXC_KEYS.is_sorted() && RENAMED.is_sorted());
        let key = |key| lxc_key(Version::V8_4, key);
        assert_eq!(key("lxc.mount.entry"), LxcKey::Taken);
        assert_eq!(key("lxc.cgroup2.devices.allow"), LxcKey::Taken);
        assert_eq!(key("lxc.cgroup.devices.allow"), LxcKey::Taken);
        assert_eq!(lxc_key(Version::V9_1, "lxc.cgroup.devices.allow"), LxcKey::Renamed("lxc.cgroup2.…"));
        assert_eq!(key("lxc.aa_profile"), LxcKey::Renamed("lxc.apparmor.profile"));
        assert_eq!(key("lxc.idmap"), LxcKey::Field("id-map"));
        assert_eq!(key("lxc.mount.entries"), LxcKey::Unknown);
        assert_eq!(key("lxc.net."), LxcKey::Unknown);
    }
}

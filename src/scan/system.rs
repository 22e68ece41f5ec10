//! What the kernel and the firmware say of the machine: `/proc/cpuinfo`, `/proc/meminfo`, `/proc/cmdline`, `/sys`.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Cpu, Facts};

/// Reads `/proc/cpuinfo`.
pub(super) fn cpuinfo(text: &str) -> Option<Cpu> {
    let (mut threads, mut model, mut socket, mut cores_here) = (0, None, 0u32, None);
    let mut sockets: BTreeSet<u32> = BTreeSet::new();
    let mut cores: BTreeSet<(u32, u32)> = BTreeSet::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key.trim() {
            "processor" => threads += 1,
            "model name" if model.is_none() => model = Some(value),
            "physical id" => {
                socket = value.parse().unwrap_or(0);
                sockets.insert(socket);
            }
            "core id" => {
                cores.insert((socket, value.parse().unwrap_or(0)));
            }
            "cpu cores" => cores_here = value.parse::<u32>().ok(),
            _ => {}
        }
    }
    let sockets = u32::try_from(sockets.len()).unwrap_or(1).max(1);
    // Core ids have gaps, but no two cores of a socket share one.
    let counted = u32::try_from(cores.len()).ok().filter(|count| *count > 0);
    let said = cores_here.and_then(|cores| cores.checked_mul(sockets)).filter(|count| *count > 0 && *count <= threads);
    let model = model.map(cpu_name).filter(|name| !name.is_empty());
    (threads > 0).then_some(Cpu { model, cores: said.or(counted), threads, sockets })
}

/// `Intel(R) Core(TM) i5-4460  CPU @ 3.20GHz` as people write it: `Intel Core i5-4460`.
pub(super) fn cpu_name(text: &str) -> String {
    let text = ["(R)", "(r)", "(TM)", "(tm)"].iter().fold(text.to_owned(), |text, mark| text.replace(mark, " "));
    let text = text.split(" @ ").next().unwrap_or_default();
    let text = text.split(" with Radeon").next().unwrap_or_default();
    let is_kept = |word: &&str| !["CPU", "Processor", "processor"].contains(word) && !word.ends_with("-Core");
    text.split_whitespace().filter(is_kept).collect::<Vec<_>>().join(" ")
}

/// Reads `/proc/meminfo`: bytes.
pub(super) fn meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// The words of `/proc/cmdline` that somebody chose.
pub(super) fn cmdline(text: &str) -> Vec<String> {
    let usual = ["BOOT_IMAGE=", "root=", "initrd=", "boot=", "rootflags=", "resume="];
    let plain = ["ro", "rw", "quiet", "splash", "nomodeset"];
    let is_chosen = |word: &&str| {
        !usual.iter().any(|start| word.starts_with(start))
            && !plain.contains(word)
            && !word.contains('\\')
            && !looks_secret(word.split('=').next().unwrap_or_default())
    };
    // What follows `--` is for init, not for the kernel.
    let words = text.split_whitespace().take_while(|word| *word != "--");
    words.filter(is_chosen).map(str::to_owned).collect()
}

/// Whether an option of this name holds what nobody should see.
pub(super) fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["password", "passwd", "secret", "token", "keyring", "private", "encryption-key", "master-pubkey"]
        .iter()
        .any(|word| key.contains(word))
}

/// The version in what `pveversion` prints, with `-v` or without: `8.4.14`.
pub(super) fn pveversion(text: &str) -> Option<String> {
    let after = text.split("pve-manager").nth(1)?;
    let version = after.trim_start_matches(['/', ':', ' ']);
    let version: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(16).collect();
    let version = version.trim_end_matches('.');
    let parts: Vec<&str> = version.split('.').collect();
    (parts.len() >= 2 && parts.iter().all(|part| !part.is_empty())).then(|| version.to_owned())
}

/// The name of a host in the host's own words: one label, lower case.
pub(super) fn host_name(text: &str) -> Option<String> {
    let label = text.trim().split('.').next().unwrap_or_default().to_ascii_lowercase();
    is_host_name(&label).then_some(label)
}

/// Whether a text may be the name of a Proxmox node.
#[must_use]
pub fn is_host_name(label: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_plain)
        && label.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !label.ends_with('-')
}

/// A full name of a host: labels with dots between.
pub(super) fn full_name(text: &str) -> Option<String> {
    let name = text.trim().to_ascii_lowercase();
    let fits = name.len() <= 253 && name.contains('.') && name.split('.').all(is_host_name);
    // What Debian writes before anybody chose a domain.
    let is_real = !name.ends_with(".localdomain") && !name.starts_with("localhost");
    (fits && is_real).then_some(name)
}

/// What boards say where their maker wrote nothing.
const NOTHING: [&str; 9] = [
    "to be filled by o.e.m.",
    "default string",
    "system manufacturer",
    "system product name",
    "system serial number",
    "not specified",
    "not applicable",
    "none",
    "unknown",
];

/// Reads `grep -H` over files of `/sys`: `/sys/class/net/eno1/speed:1000`.
pub(super) fn sys(text: &str, facts: &mut Facts) -> Sys {
    let mut sys = Sys::default();
    let (mut vendor, mut product) = (None, None);
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        let Some((folder, key, value)) = file_line(line) else { continue };
        let value = value.trim();
        let name = folder.rsplit('/').next().unwrap_or_default();
        let word = || (!value.is_empty() && !NOTHING.contains(&value.to_ascii_lowercase().as_str())).then_some(value);
        match key {
            "sys_vendor" => vendor = word(),
            "product_name" => product = word(),
            "product_serial" => facts.serial = word().filter(|text| text.len() <= 64).map(str::to_owned),
            // A port without a cable says -1 or nothing.
            "speed" => sys.speeds.extend(value.parse().ok().filter(|speed| *speed > 0).map(|v| (name.to_owned(), v))),
            "uevent" if value == "DEVTYPE=wlan" => {
                sys.radios.insert(name.to_owned());
            }
            "serial" => {
                sys.serials.insert(name.to_owned(), value.to_owned());
            }
            "sriov_totalvfs" => {
                sys.functions.extend(value.parse().ok().filter(|v| *v > 0).map(|v| (name.to_owned(), v)))
            }
            "sriov_numvfs" => sys.active_functions.extend(value.parse().ok().map(|v| (name.to_owned(), v))),
            "physfn/uevent" => {
                let parent = value.strip_prefix("PCI_SLOT_NAME=");
                sys.parents.extend(parent.map(|parent| (name.to_owned(), parent.to_owned())));
            }
            // The folder is that of the type, below those of all types and of the device.
            "available_instances" => {
                let device = folder.strip_suffix(name).and_then(|path| path.strip_suffix("/mdev_supported_types/"));
                if let Some(device) = device.and_then(|path| path.rsplit('/').next()) {
                    sys.mdev_types.entry(device.to_owned()).or_default().insert(name.to_owned());
                }
            }
            _ => {}
        }
    }
    let words: Vec<&str> = [vendor, product].into_iter().flatten().collect();
    let machine = words.join(" ");
    facts.machine = (!machine.is_empty() && machine.len() <= 120).then_some(machine);
    sys
}

/// Files of `/sys` that are read, by the folder they are in.
#[derive(Default)]
pub(super) struct Sys {
    /// Link speeds in Mbit/s, by interface.
    pub speeds: BTreeMap<String, u32>,
    /// Interfaces that are radios.
    pub radios: BTreeSet<String>,
    /// Serial numbers, by USB port.
    pub serials: BTreeMap<String, String>,
    /// Numbers of virtual functions, by PCI address.
    pub functions: BTreeMap<String, u32>,
    /// How many of them are on, by PCI address.
    pub active_functions: BTreeMap<String, u32>,
    /// The device that makes a virtual function, by the PCI address of the latter.
    pub parents: BTreeMap<String, String>,
    /// Types of mediated devices, by PCI address.
    pub mdev_types: BTreeMap<String, BTreeSet<String>>,
}

/// A line of `grep -H`: folder, file and text. The folder may hold colons, so the file is looked for by its name.
fn file_line(line: &str) -> Option<(&str, &str, &str)> {
    const FILES: [&str; 10] = [
        "sys_vendor",
        "product_name",
        "product_serial",
        "speed",
        "physfn/uevent",
        "uevent",
        "serial",
        "sriov_totalvfs",
        "sriov_numvfs",
        "available_instances",
    ];
    let path = line.strip_prefix("/sys/").map(|_| line)?;
    let found = FILES.iter().filter_map(|file| {
        let at = path.find(&format!("/{file}:"))?;
        Some((at, *file))
    });
    let (at, file) = found.min_by_key(|(at, _)| *at)?;
    Some((&path[..at], file, &path[at + file.len() + 2..]))
}

#[cfg(test)]
mod tests {
    use super::{cmdline, cpu_name, cpuinfo, full_name, host_name, meminfo, pveversion, sys};
    use crate::scan::Facts;

    #[test]
    fn a_processor_is_called_as_people_call_it() {
        for (said, name) in [
            ("Intel(R) Core(TM) i5-4460  CPU @ 3.20GHz", "Intel Core i5-4460"),
            ("Intel(R) N100", "Intel N100"),
            ("AMD Ryzen 7 5800X 8-Core Processor", "AMD Ryzen 7 5800X"),
            ("AMD Ryzen 7 5700G with Radeon Graphics", "AMD Ryzen 7 5700G"),
            ("Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz", "Intel Xeon Silver 4210"),
        ] {
            assert_eq!(cpu_name(said), name);
        }
    }

    #[test]
    fn cores_are_counted_in_all_sockets() {
        let thread = |number: u32, socket: u32, core: u32| {
            format!("processor\t: {number}\nphysical id\t: {socket}\ncore id\t\t: {core}\ncpu cores\t: 2\n\n")
        };
        let text: String = (0..8).map(|number| thread(number, number / 4, number % 2)).collect();
        let cpu = cpuinfo(&text).expect("processors");
        assert_eq!((cpu.threads, cpu.cores, cpu.sockets), (8, Some(4), 2));
        assert_eq!(cpuinfo("nothing"), None);
    }

    #[test]
    fn small_facts_are_read_from_their_lines() {
        assert_eq!(meminfo("MemTotal:       16142548 kB\nMemFree: 1 kB\n"), Some(16_142_548 << 10));
        let words = "BOOT_IMAGE=/vmlinuz root=ZFS=rpool/ROOT/pve-1 boot=zfs ro quiet intel_iommu=on iommu=pt -- --init";
        assert_eq!(cmdline(words), ["intel_iommu=on", "iommu=pt"]);
        assert_eq!(
            pveversion("pve-manager/8.4.14/b502d23c55afcba1 (running kernel: 6.8.12-15-pve)"),
            Some("8.4.14".into())
        );
        assert_eq!(
            pveversion("proxmox-ve: 9.1.0 (x)\npve-manager: 9.1.1 (running version: 9.1.1/42db4a6)"),
            Some("9.1.1".into())
        );
        assert_eq!(host_name("Still-Fawn.maas\n"), Some("still-fawn".into()));
        assert_eq!(host_name("../../etc\n"), None);
        assert_eq!(full_name("pve.lan"), Some("pve.lan".into()));
        assert_eq!(full_name("pve"), None);
    }

    #[test]
    fn a_file_of_sys_is_told_from_the_colons_of_its_folder() {
        let text = "/sys/bus/pci/devices/0000:03:00.0/sriov_totalvfs:63\n/sys/class/net/eno1/speed:1000\n\
                    /sys/class/net/eno2/speed:-1\n/sys/bus/usb/devices/2-3/serial:A:B/c\n\
                    /sys/class/dmi/id/sys_vendor:Dell Inc.\n/sys/class/dmi/id/product_name:PowerEdge R730\n\
                    /sys/class/dmi/id/product_serial:Default string\n\
                    /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs:2\n\
                    /sys/bus/pci/devices/0000:03:10.0/physfn/uevent:DRIVER=igb\n\
                    /sys/bus/pci/devices/0000:03:10.0/physfn/uevent:PCI_SLOT_NAME=0000:03:00.0\n\
                    /sys/bus/pci/devices/0000:01:00.0/mdev_supported_types/nvidia-64/available_instances:8\n\
                    /sys/bus/pci/devices/0000:01:00.0/mdev_supported_types/nvidia-63/available_instances:0\n";
        let mut facts = Facts::default();
        let found = sys(text, &mut facts);
        assert_eq!(found.functions, [("0000:03:00.0".to_owned(), 63)].into());
        assert_eq!(found.active_functions, [("0000:03:00.0".to_owned(), 2)].into());
        assert_eq!(found.parents, [("0000:03:10.0".to_owned(), "0000:03:00.0".to_owned())].into());
        let types = ["nvidia-63".to_owned(), "nvidia-64".to_owned()].into();
        assert_eq!(found.mdev_types, [("0000:01:00.0".to_owned(), types)].into());
        assert_eq!(found.speeds, [("eno1".to_owned(), 1000)].into());
        assert_eq!(found.serials, [("2-3".to_owned(), "A:B/c".to_owned())].into());
        assert_eq!((facts.machine.as_deref(), facts.serial), (Some("Dell Inc. PowerEdge R730"), None));
    }
}

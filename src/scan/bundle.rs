//! The one line to paste on a host, and the parts of what it prints.

/// Prints, as one text, what the host's own tools say: needs no root for most of it, changes nothing, leaves out lines that
/// may hold a secret. A tool that is not there leaves its part empty.
///
/// Each part stands below its command, `== lspci -Dnnk ==`. POSIX sh, without quotes that a paste could break.
pub const COMMAND: &str = concat!(
    "sh -c 'export LC_ALL=C PATH=\"$PATH:/usr/sbin:/sbin\"; s() { echo; echo \"== $* ==\"; \"$@\" 2>/dev/null; }; ",
    "echo \"== hlab scan 1 ==\"; s hostname; s hostname -f; s pveversion; s uname -r; s cat /proc/cpuinfo; ",
    "s cat /proc/meminfo; s cat /proc/cmdline; s ls -d /sys/firmware /sys/firmware/efi; s mokutil --sb-state; ",
    "s lspci -Dnnk; s find /sys/kernel/iommu_groups; s lsusb; s lsusb -t; ",
    "s lsblk -J -b -d -o NAME,SIZE,TYPE,TRAN,SERIAL,MODEL; s ls -l /dev/disk/by-id; s zpool status -P; ",
    "s zpool get -Hp ashift,autotrim,bootfs; s zfs get -Hp -d 0 acltype,compression,atime; s ip -d -j addr; ",
    "s grep -Hs . /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/product_serial ",
    "/sys/class/net/*/speed /sys/class/net/*/uevent /sys/bus/usb/devices/*/serial ",
    "/sys/bus/pci/devices/*/sriov_totalvfs /sys/bus/pci/devices/*/sriov_numvfs /sys/bus/pci/devices/*/physfn/uevent ",
    "/sys/bus/pci/devices/*/mdev_supported_types/*/available_instances; ",
    "s sed -E \"/password|passwd|secret|token|keyring|private/d\" /etc/pve/storage.cfg' > hlab-scan.txt"
);

/// What a part is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    HostName,
    FullName,
    PveVersion,
    Kernel,
    CpuInfo,
    MemInfo,
    CmdLine,
    Firmware,
    SecureBoot,
    Lspci,
    Iommu,
    Lsusb,
    UsbTree,
    Lsblk,
    ById,
    PoolStatus,
    Properties,
    Ip,
    Sys,
    StorageCfg,
    PvePci,
}

/// The parts of a text: those below headings, or the whole text as the one that it looks like.
pub(super) fn parts(text: &str) -> Vec<(Part, &str)> {
    let mut parts = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    let mut is_bundle = false;
    for line in text.split_inclusive('\n') {
        if let Some(heading) = heading(line) {
            is_bundle = true;
            if let Some((before, start)) = open {
                parts.extend(part(before, &text[start..at]));
            }
            open = Some((heading, at + line.len()));
        }
        at += line.len();
    }
    if let Some((last, start)) = open {
        parts.extend(part(last, &text[start..]));
    }
    if !is_bundle {
        parts.extend(look(text).map(|part| (part, text)));
    }
    parts
}

/// The command between `== ` and ` ==`.
fn heading(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("== ")?.strip_suffix(" ==").filter(|command| !command.is_empty())
}

fn part<'t>(command: &str, text: &'t str) -> Option<(Part, &'t str)> {
    if text.trim().is_empty() {
        return None;
    }
    Some((of_command(command).or_else(|| look(text))?, text))
}

fn of_command(command: &str) -> Option<Part> {
    let mut words = command.split_whitespace();
    let tool = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let has = |word: &str| command.contains(word);
    Some(match tool {
        "hostname" if has("-f") => Part::FullName,
        "hostname" => Part::HostName,
        "pveversion" => Part::PveVersion,
        "uname" => Part::Kernel,
        "mokutil" => Part::SecureBoot,
        "lspci" => Part::Lspci,
        "lsusb" if has("-t") => Part::UsbTree,
        "lsusb" => Part::Lsusb,
        "lsblk" => Part::Lsblk,
        "zpool" if has(" get") => Part::Properties,
        "zpool" => Part::PoolStatus,
        "zfs" => Part::Properties,
        "ip" => Part::Ip,
        "pvesh" => Part::PvePci,
        _ if has("/proc/cpuinfo") => Part::CpuInfo,
        _ if has("/proc/meminfo") => Part::MemInfo,
        _ if has("/proc/cmdline") => Part::CmdLine,
        _ if has("/sys/firmware/efi") => Part::Firmware,
        _ if has("iommu_groups") => Part::Iommu,
        _ if has("/dev/disk/by-id") => Part::ById,
        _ if has("storage.cfg") => Part::StorageCfg,
        "grep" if has("/sys/") => Part::Sys,
        _ => return None,
    })
}

/// What a text without a heading looks like: decided by its first lines.
fn look(text: &str) -> Option<Part> {
    use super::lines::{Line, Rule};
    let json = text.trim_start();
    if json.starts_with('{') {
        return json.contains("\"blockdevices\"").then_some(Part::Lsblk);
    }
    if json.starts_with('[') {
        let is = |key: &str| json.contains(key);
        return if is("\"ifname\"") {
            Some(Part::Ip)
        } else if is("\"vendor\"") && is("\"device\"") {
            Some(Part::PvePci)
        } else {
            None
        };
    }
    let of_line = |line: &str| {
        let fits = |rule| Line::read(rule, line).is_some();
        let begins = |word: &str| line.trim_start().starts_with(word);
        let key = || line.split(':').next().unwrap_or_default().trim_end();
        let found = if fits(Rule::pci_device) {
            Part::Lspci
        } else if fits(Rule::iommu_path) || fits(Rule::iommu_line) || fits(Rule::iommu_head) {
            Part::Iommu
        } else if fits(Rule::usb_device) {
            Part::Lsusb
        } else if fits(Rule::usb_root) {
            Part::UsbTree
        } else if begins("pool: ") {
            Part::PoolStatus
        } else if fits(Rule::link) {
            Part::ById
        } else if begins("MemTotal:") {
            Part::MemInfo
        } else if key() == "processor" || key() == "vendor_id" {
            Part::CpuInfo
        } else if begins("pve-manager") || begins("proxmox-ve:") {
            Part::PveVersion
        } else if begins("SecureBoot ") {
            Part::SecureBoot
        } else if begins("BOOT_IMAGE=") || begins("initrd=") {
            Part::CmdLine
        } else if begins("/sys/") && line.contains(':') {
            Part::Sys
        } else if fits(Rule::storage_head) {
            Part::StorageCfg
        } else {
            return None;
        };
        Some(found)
    };
    text.lines().take(40).find_map(of_line)
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Part, parts};

    #[test]
    fn the_line_to_paste_is_one_line_that_changes_nothing() {
        assert!(!COMMAND.contains('\n'));
        assert_eq!(COMMAND.matches('\'').count(), 2);
        // Nothing is written but the one file, and complaints go nowhere.
        assert_eq!(COMMAND.replace("2>/dev/null", "").matches('>').count(), 1);
    }

    #[test]
    fn every_part_of_the_line_is_one_that_is_read() {
        let text =
            COMMAND.split("; ").filter_map(|word| word.strip_prefix("s ")).filter(|word| !word.starts_with("()"));
        for command in text {
            let printed = format!("== {command} ==\nx\n");
            assert_eq!(parts(&printed).len(), 1, "nobody reads `{command}`");
        }
    }

    #[test]
    fn a_file_of_one_tool_is_known_by_what_it_holds() {
        for (text, part) in [
            ("00:00.0 Host bridge [0600]: Intel Corporation Device [8086:461c]\n", Part::Lspci),
            ("/sys/kernel/iommu_groups/0/devices/0000:00:00.0\n", Part::Iommu),
            ("/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/4p, 10000M\n", Part::UsbTree),
            ("  pool: rpool\n state: ONLINE\n", Part::PoolStatus),
            ("dir: local\n\tpath /var/lib/vz\n", Part::StorageCfg),
            ("processor\t: 0\nvendor_id\t: GenuineIntel\n", Part::CpuInfo),
            ("[{\"id\":\"0000:00:00.0\",\"vendor\":\"0x8086\",\"device\":\"0x461c\"}]", Part::PvePci),
            ("{\n   \"blockdevices\": []}", Part::Lsblk),
        ] {
            assert_eq!(parts(text).first().map(|(part, _)| *part), Some(part), "{text}");
        }
        assert!(parts("hello\n").is_empty());
        assert!(parts("== lspci ==\n\n== lsusb ==\n").is_empty());
    }
}

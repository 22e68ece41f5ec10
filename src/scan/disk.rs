//! `lsblk -J`, `ls -l /dev/disk/by-id`: the disks, and the names of them that never change.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::Disk;
use super::lines::{Line, Rule};

/// Devices that `lsblk` calls disks and that are none.
const NO_DISKS: [&str; 8] = ["loop", "zram", "zd", "ram", "nbd", "rbd", "dm-", "md"];

/// Reads the JSON of `lsblk`; none if it is none.
pub(super) fn lsblk(text: &str) -> Option<Vec<Disk>> {
    let all: Value = serde_json::from_str(text).ok()?;
    let word = |of: &Value, key: &str| {
        let text = of.get(key)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let disk = |of: &Value| {
        let kernel = word(of, "name")?;
        let is_disk = of.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "disk");
        let is_plain = kernel.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_disk || !is_plain || NO_DISKS.iter().any(|prefix| kernel.starts_with(prefix)) {
            return None;
        }
        // Versions before 2.33 write numbers as texts.
        let size = of.get("size").and_then(|size| size.as_u64().or_else(|| size.as_str()?.parse().ok()));
        let transport = transport(word(of, "tran").as_deref(), &kernel);
        let size = size.filter(|size| *size > 0);
        // An empty card reader is no disk.
        size?;
        let (serial, model) = (word(of, "serial"), word(of, "model"));
        Some(Disk { kernel, size, transport, serial, model, ..Disk::default() })
    };
    Some(all.get("blockdevices")?.as_array()?.iter().filter_map(disk).collect())
}

fn transport(said: Option<&str>, kernel: &str) -> Option<&'static str> {
    match said {
        Some("nvme") => Some("nvme"),
        Some("sata" | "ata") => Some("sata"),
        Some("sas") => Some("sas"),
        Some("usb") => Some("usb"),
        Some("mmc") => Some("mmc"),
        Some("virtio") => Some("virtio"),
        _ if kernel.starts_with("nvme") => Some("nvme"),
        _ if kernel.starts_with("mmcblk") => Some("mmc"),
        _ if kernel.starts_with("vd") => Some("virtio"),
        _ => None,
    }
}

/// Reads `ls -l /dev/disk/by-id`: the names of whole disks, by what the kernel calls them.
pub(super) fn by_id(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for link in text.lines().filter_map(|line| Line::read(Rule::link, line)) {
        let (name, target) = (link.text(Rule::link_name), link.text(Rule::link_target));
        let kernel = target.rsplit('/').next().unwrap_or_default();
        if !is_partition(name) && whole(kernel) == kernel && !kernel.starts_with("dm-") {
            names.entry(kernel.to_owned()).or_default().push(name.to_owned());
        }
    }
    names
}

/// Gives disks their names under `/dev/disk/by-id`; disks that only those name are added.
pub(super) fn name_all(disks: &mut Vec<Disk>, mut names: BTreeMap<String, Vec<String>>, knows_disks: bool) {
    for disk in disks.iter_mut() {
        disk.ids = names.remove(&disk.kernel).unwrap_or_default();
        disk.ids.sort_by_key(|id| (rank(id), id.len(), id.clone()));
        disk.id = disk.ids.first().filter(|id| rank(id) < WORST).cloned();
        if disk.transport.is_none() {
            disk.transport = disk.ids.iter().find_map(|id| of_name(id));
        }
    }
    if knows_disks {
        return;
    }
    for (kernel, mut ids) in names {
        if NO_DISKS.iter().any(|prefix| kernel.starts_with(prefix)) || kernel.starts_with("sr") {
            continue;
        }
        ids.sort_by_key(|id| (rank(id), id.len(), id.clone()));
        let transport = ids.iter().find_map(|id| of_name(id));
        let id = ids.first().filter(|id| rank(id) < WORST).cloned();
        disks.push(Disk { kernel, id, ids, transport, ..Disk::default() });
    }
}

/// Names that no person would write: numbers only.
const WORST: u32 = 9;

/// How well a name tells what the disk is; lower is better.
fn rank(id: &str) -> u32 {
    match id.split_once('-').map(|(bus, _)| bus) {
        _ if id.starts_with("nvme-eui.") || id.starts_with("nvme-nvme.") || id.starts_with("nvme-uuid.") => WORST,
        Some("ata" | "nvme" | "mmc" | "virtio") => 0,
        Some("usb") => 1,
        // SATA disks behind SAS adapters; their other name is the better one.
        Some("scsi") if id.starts_with("scsi-SATA_") => 3,
        Some("scsi") if id.starts_with("scsi-S") => 2,
        _ => WORST,
    }
}

fn of_name(id: &str) -> Option<&'static str> {
    match id.split_once('-')?.0 {
        "ata" => Some("sata"),
        "nvme" => Some("nvme"),
        "usb" => Some("usb"),
        "mmc" => Some("mmc"),
        "virtio" => Some("virtio"),
        _ => None,
    }
}

fn is_partition(name: &str) -> bool {
    let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    name.rsplit_once("-part").is_some_and(|(_, rest)| number(rest))
}

/// The disk of a partition, as `/dev/disk/by-id` or the kernel calls it; of a disk, itself.
pub(super) fn whole(name: &str) -> &str {
    if is_partition(name) {
        return name.rsplit_once("-part").map_or(name, |(disk, _)| disk);
    }
    let digits = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let is_kernel = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.len() <= 12);
    match digits {
        _ if digits.len() == name.len() => name,
        _ if (is_kernel("nvme") || is_kernel("mmcblk")) && digits.ends_with('p') => digits.trim_end_matches('p'),
        _ if is_kernel("nvme") || is_kernel("mmcblk") => name,
        _ if ["sd", "vd", "hd", "xvd"].iter().any(|prefix| is_kernel(prefix))
            && digits.bytes().all(|byte| byte.is_ascii_lowercase()) =>
        {
            digits
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{by_id, lsblk, name_all, whole};

    #[test]
    fn a_partition_belongs_to_a_disk() {
        for (name, disk) in [
            ("ata-WDC_WD30EZRX-part1", "ata-WDC_WD30EZRX"),
            ("sda3", "sda"),
            ("nvme0n1p3", "nvme0n1"),
            ("nvme0n1", "nvme0n1"),
            ("mmcblk0p1", "mmcblk0"),
            ("nvme-Samsung_SSD_980_1TB_S649NX0R123456", "nvme-Samsung_SSD_980_1TB_S649NX0R123456"),
            ("ata-part", "ata-part"),
            ("", ""),
        ] {
            assert_eq!(whole(name), disk);
        }
    }

    #[test]
    fn the_best_name_of_a_disk_is_that_with_its_model_and_serial() {
        let text = r#"{"blockdevices": [
            {"name":"nvme0n1","size":1000204886016,"type":"disk","tran":"nvme","serial":"S1","model":"Samsung SSD 980 1TB"},
            {"name":"zd0","size":34359738368,"type":"disk","tran":null}, {"name":"sr0","size":1073741312,"type":"rom"},
            {"name":"sda","size":"4000787030016","type":"disk","tran":"sas"}, {"name":"sdb","size":0,"type":"disk"}]}"#;
        let mut disks = lsblk(text).expect("JSON");
        let links = "total 0\nlrwxrwxrwx 1 root root 13 Nov 1 10:00 nvme-eui.0025385b71b0 -> ../../nvme0n1\n\
            lrwxrwxrwx 1 root root 13 Nov 1 10:00 nvme-Samsung_SSD_980_1TB_S1_1 -> ../../nvme0n1\n\
            lrwxrwxrwx 1 root root 13 Nov 1 10:00 nvme-Samsung_SSD_980_1TB_S1 -> ../../nvme0n1\n\
            lrwxrwxrwx 1 root root 15 Nov 1 10:00 nvme-Samsung_SSD_980_1TB_S1-part1 -> ../../nvme0n1p1\n\
            lrwxrwxrwx 1 root root 9 Nov 1 10:00 wwn-0x5000c500a1b2c3d4 -> ../../sda\n";
        name_all(&mut disks, by_id(links), true);
        let found: Vec<_> = disks.iter().map(|disk| (disk.kernel.as_str(), disk.id.as_deref())).collect();
        assert_eq!(found, [("nvme0n1", Some("nvme-Samsung_SSD_980_1TB_S1")), ("sda", None)]);
        assert_eq!(disks[1].size, Some(4_000_787_030_016));
    }
}

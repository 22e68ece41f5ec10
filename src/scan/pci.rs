//! `lspci -nnk`, the tree of IOMMU groups, and `pvesh get /nodes/N/hardware/pci`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::Pci;
use super::lines::{Line, Rule};

/// Reads `lspci -nnk`, with or without domains.
pub(super) fn lspci(text: &str) -> Vec<Pci> {
    let mut devices: Vec<Pci> = Vec::new();
    for line in text.lines() {
        if let Some(found) = Line::read(Rule::pci_device, line) {
            devices.push(Pci {
                address: full(found.text(Rule::address)),
                class: u16::from_str_radix(found.text(Rule::class), 16).unwrap_or(0),
                ids: found.text(Rule::id).to_ascii_lowercase(),
                name: found.text(Rule::pci_name).trim().to_owned(),
                ..Pci::default()
            });
        } else if let (Some(detail), Some(device)) = (Line::read(Rule::pci_detail, line), devices.last_mut()) {
            let value = detail.text(Rule::rest).trim();
            match detail.text(Rule::detail_key) {
                "Kernel driver in use" if !value.is_empty() => device.driver = Some(value.to_owned()),
                "IOMMU group" => device.group = value.parse().ok(),
                _ => {}
            }
        }
    }
    devices
}

/// Reads IOMMU groups as `find /sys/kernel/iommu_groups` or the scripts of wikis print them: the group of each address.
pub(super) fn groups(text: &str) -> BTreeMap<String, u32> {
    let mut groups = BTreeMap::new();
    let mut below = None;
    for line in text.lines() {
        let of_path = || Line::read(Rule::iommu_path, line);
        if let Some(found) = of_path().or_else(|| Line::read(Rule::iommu_line, line)) {
            groups.insert(full(found.text(Rule::address)), found.number(0));
        } else if let Some(head) = Line::read(Rule::iommu_head, line) {
            below = Some(head.number(0));
        } else if let (Some(group), Some(member)) = (below, Line::read(Rule::iommu_member, line)) {
            groups.insert(full(member.text(Rule::address)), group);
        }
    }
    groups
}

/// Reads the JSON of `pvesh`; none if it is none.
pub(super) fn pvesh(text: &str) -> Option<Vec<Pci>> {
    let all: Value = serde_json::from_str(text).ok()?;
    let hex = |of: &Value, key: &str| {
        let text = of.get(key)?.as_str()?;
        u32::from_str_radix(text.trim_start_matches("0x"), 16).ok()
    };
    let device = |of: &Value| {
        let address = of.get("id")?.as_str()?;
        let whole = Line::read(Rule::iommu_member, &format!(" {address}"))?.text(Rule::address) == address;
        let (vendor, product) = (hex(of, "vendor")?, hex(of, "device")?);
        let fits = whole && vendor <= 0xffff && product <= 0xffff;
        let word = |key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default();
        fits.then(|| Pci {
            address: full(address),
            // The class has its programming interface in the last byte.
            class: (hex(of, "class").unwrap_or(0) >> 8) as u16,
            ids: format!("{vendor:04x}:{product:04x}"),
            name: format!("{} {}", word("vendor_name"), word("device_name")).trim().to_owned(),
            // -1 is none.
            group: of.get("iommugroup").and_then(Value::as_i64).and_then(|group| u32::try_from(group).ok()),
            ..Pci::default()
        })
    };
    Some(all.as_array()?.iter().filter_map(device).collect())
}

/// An address with its domain, in lower case.
pub(super) fn full(address: &str) -> String {
    let address = address.to_ascii_lowercase();
    if address.matches(':').count() == 1 { format!("0000:{address}") } else { address }
}

#[cfg(test)]
mod tests {
    use super::{groups, lspci, pvesh};

    #[test]
    fn drivers_and_groups_belong_to_the_device_above() {
        let text = "00:02.0 VGA compatible controller [0300]: Intel Corporation Alder Lake-N [UHD Graphics] [8086:46d1]\r\n\
                    \tSubsystem: Intel Corporation Device [8086:7270]\r\n\tKernel driver in use: i915\r\n\
                    \tKernel modules: i915, xe\r\n";
        let devices = lspci(text);
        assert_eq!(devices.len(), 1);
        assert_eq!(devices[0].address, "0000:00:02.0");
        assert_eq!(devices[0].name, "Intel Corporation Alder Lake-N [UHD Graphics]");
        assert_eq!(devices[0].driver.as_deref(), Some("i915"));
    }

    #[test]
    fn groups_are_read_from_paths_and_from_the_scripts_of_wikis() {
        let expected = [("0000:01:00.0".to_owned(), 14), ("0000:01:00.1".to_owned(), 14)];
        for text in [
            "/sys/kernel/iommu_groups/14/devices/0000:01:00.0\n/sys/kernel/iommu_groups/14/devices/0000:01:00.1\n",
            "IOMMU Group 14:\n\t01:00.0 VGA [0300]\n\t01:00.1 Audio [0403]\n",
            "IOMMU Group 14 01:00.0 VGA\nIOMMU Group 14 01:00.1 Audio\n",
        ] {
            assert_eq!(groups(text).into_iter().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn the_api_counts_classes_with_their_interface_and_no_group_as_minus_one() {
        let text = r#"[{"id":"0000:01:00.0","class":"0x030000","vendor":"0x10de","device":"0x2484","iommugroup":14,
            "vendor_name":"NVIDIA Corporation","device_name":"GA104"},
            {"id":"0000:02:00.0","class":"0x020000","vendor":"0x8086","device":"0x125c","iommugroup":-1},
            {"id":"} x {","vendor":"0x8086","device":"0x125c"}]"#;
        let devices = pvesh(text).expect("JSON");
        assert_eq!(devices.len(), 2);
        assert_eq!((devices[0].class, devices[0].group), (0x0300, Some(14)));
        assert_eq!((devices[1].ids.as_str(), devices[1].group), ("8086:125c", None));
    }
}

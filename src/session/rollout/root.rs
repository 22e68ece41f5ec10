//! The options that only root@pam may set, as `qm set` takes them.

use super::Rollout;
use crate::desire::{Import, PciDevice, RootOptions, UsbDevice};
use crate::targets::emit::shell::word;

/// The options of one VM: ` --args … --hookscript …`.
pub(super) fn options(rollout: &Rollout<'_>, root: &RootOptions<'_>) -> String {
    let hook = root.hook.as_ref().map(|import| match import {
        Import::Volume(volume) => volume.to_string(),
        Import::Object(reference) => rollout.wanted.desired.volume_id(reference).unwrap_or_default(),
    });
    let mut options = vec![("hookscript".to_owned(), hook)];
    options.extend(simple(root));
    options.extend(composed(root));
    options.extend(devices(root));
    let said = options.into_iter().filter_map(|(name, value)| Some((name, value?)));
    said.map(|(name, value)| format!(" --{name} {}", word(&value))).collect()
}

type Named = (String, Option<String>);

fn named(name: &str, value: Option<String>) -> Named {
    (name.to_owned(), value)
}

/// Options with one value.
fn simple(root: &RootOptions<'_>) -> Vec<Named> {
    let text = |text: &Option<crate::desire::Text<'_>>| text.as_ref().map(ToString::to_string);
    vec![
        named("args", text(&root.args)),
        named("affinity", text(&root.affinity)),
        named("arch", text(&root.architecture)),
        named("hugepages", text(&root.hugepages)),
        named("keephugepages", root.keep_hugepages.then(|| "1".to_owned())),
        named("vmgenid", text(&root.generation_id)),
    ]
}

/// Options made of properties.
fn composed(root: &RootOptions<'_>) -> Vec<Named> {
    let sev = root.sev.as_ref().map(|sev| {
        let parts = Parts::of(format!("type={}", sev.sort));
        let parts = parts.flag("allow-smt=0", sev.no_smt).flag("kernel-hashes=1", sev.kernel_hashes);
        parts.flag("no-debug=1", sev.no_debug).flag("no-key-sharing=1", sev.no_key_sharing).join()
    });
    let tdx = root.tdx.as_ref().map(|tdx| {
        let parts = Parts::of("type=tdx".to_owned()).flag("attestation=0", !tdx.attestation);
        parts.value("vsock-cid", tdx.vsock_cid.as_ref()).value("vsock-port", tdx.vsock_port.as_ref()).join()
    });
    let shared = root.shared_memory.as_ref();
    let shared =
        shared.map(|shared| Parts::of(format!("size={}", shared.size)).value("name", shared.name.as_ref()).join());
    let rng = root.rng.as_ref().map(|rng| {
        let parts = Parts::of(format!("source={}", rng.source));
        parts.value("max_bytes", rng.max_bytes.as_ref()).value("period", rng.period.as_ref()).join()
    });
    let spice = root.spice.as_ref().map(|spice| {
        let parts = Parts::default().flag("foldersharing=1", spice.folder_sharing);
        parts.value("videostreaming", spice.video_streaming.as_ref()).join()
    });
    vec![
        named("amd-sev", sev),
        named("intel-tdx", tdx),
        named("ivshmem", shared),
        named("rng0", rng),
        named("spice_enhancements", spice),
    ]
}

/// Devices by their address on the host.
fn devices(root: &RootOptions<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    for device in &root.pci {
        found.push((format!("hostpci{}", device.slot), Some(pci(device))));
    }
    for usb in &root.usb {
        if let UsbDevice::Host(host) = &usb.device {
            let parts = Parts::of(format!("host={host}")).flag("usb3=1", usb.usb3);
            found.push((format!("usb{}", usb.slot), Some(parts.join())));
        }
    }
    for port in &root.serials {
        found.push((format!("serial{}", port.slot), Some(port.device.to_string())));
    }
    for port in &root.parallels {
        found.push((format!("parallel{}", port.slot), Some(port.device.to_string())));
    }
    found
}

fn pci(device: &PciDevice<'_>) -> String {
    let parts = Parts::of(device.device.to_string()).flag("pcie=1", device.pcie).flag("x-vga=1", device.x_vga);
    let parts = parts.flag("rombar=0", device.no_rom_bar).flag("legacy-igd=1", device.legacy_igd);
    let parts = parts.value("romfile", device.rom_file.as_ref()).value("mdev", device.mdev.as_ref());
    let parts = parts.value("driver", device.driver.as_ref());
    let parts = parts.value("vendor-id", device.vendor_id.as_ref()).value("device-id", device.device_id.as_ref());
    let parts = parts.value("sub-vendor-id", device.sub_vendor_id.as_ref());
    parts.value("sub-device-id", device.sub_device_id.as_ref()).join()
}

/// The properties of one option, joined by commas.
#[derive(Default)]
pub(super) struct Parts(Vec<String>);

impl Parts {
    pub(super) fn of(first: String) -> Parts {
        Parts(vec![first])
    }

    pub(super) fn flag(mut self, text: &str, is_said: bool) -> Parts {
        self.0.extend(is_said.then(|| text.to_owned()));
        self
    }

    pub(super) fn value(mut self, name: &str, value: Option<&impl std::fmt::Display>) -> Parts {
        self.0.extend(value.map(|value| format!("{name}={value}")));
        self
    }

    pub(super) fn join(self) -> String {
        self.0.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::{composed, pci};
    use crate::desire::{PciDevice, Rng, RootOptions, Sev, SharedMemory, Spice, Tdx};
    use crate::pve::{Version, option};

    #[test]
    fn proxmox_takes_every_option_that_is_composed() {
        let root = RootOptions {
            sev: Some(Sev {
                sort: "snp".into(),
                no_smt: true,
                kernel_hashes: true,
                no_debug: true,
                no_key_sharing: true,
            }),
            tdx: Some(Tdx { attestation: false, vsock_cid: Some(2), vsock_port: Some(4050) }),
            shared_memory: Some(SharedMemory { size: 32, name: Some("vm-1-ivshmem".into()) }),
            rng: Some(Rng { source: "/dev/hwrng".into(), max_bytes: Some(512), period: Some(2000) }),
            spice: Some(Spice { folder_sharing: true, video_streaming: Some("all".into()) }),
            ..RootOptions::default()
        };
        let mut options = composed(&root);
        let device = PciDevice {
            device: "0000:01:00".into(),
            pcie: true,
            x_vga: true,
            no_rom_bar: true,
            rom_file: Some("card.rom".into()),
            mdev: Some("nvidia-35".into()),
            driver: Some("keep".into()),
            legacy_igd: true,
            vendor_id: Some("0x10de".into()),
            device_id: Some("0x2484".into()),
            sub_vendor_id: Some("0x1043".into()),
            sub_device_id: Some("0x8805".into()),
            ..PciDevice::default()
        };
        options.push(("hostpci0".to_owned(), Some(pci(&device))));
        for (name, value) in options {
            let value = value.unwrap_or_default();
            let row = option(&name).expect("every option is in the table");
            assert!(row.value.check(Version::V9_1, &value).is_ok(), "{name}={value}");
        }
    }
}

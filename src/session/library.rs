//! The standard library, embedded: every file under `stdlib/`, in the order of its path.

macro_rules! library {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../stdlib/", $path)))),*]
    };
}

/// Path and text of every library file; tests apart.
pub const FILES: &[(&str, &str)] = library! {
    "access.hlab"
    "backup.hlab"
    "certificate.hlab"
    "cluster.hlab"
    "container-parts.hlab"
    "container.hlab"
    "device.hlab"
    "dns.hlab"
    "firewall.hlab"
    "ha.hlab"
    "hardware/accelerators.hlab"
    "hardware/amd.hlab"
    "hardware/coral.hlab"
    "hardware/igpu.hlab"
    "hardware/intel.hlab"
    "hardware/network.hlab"
    "hardware/nvidia.hlab"
    "hardware/sticks.hlab"
    "hardware/storage.hlab"
    "hardware/ups.hlab"
    "hardware/video.hlab"
    "host-disk.hlab"
    "host-network.hlab"
    "host.hlab"
    "image.hlab"
    "incidents/2025.hlab"
    "incidents/2026.hlab"
    "kubernetes.hlab"
    "machine.hlab"
    "mapping.hlab"
    "metrics.hlab"
    "monitoring.hlab"
    "network.hlab"
    "policies/alike-devices-say-their-ports.hlab"
    "policies/backups.hlab"
    "policies/disks.hlab"
    "policies/divided-cards.hlab"
    "policies/etcd.hlab"
    "policies/gitops.hlab"
    "policies/high-availability.hlab"
    "policies/host-memory.hlab"
    "policies/identity-snippet-not-shared.hlab"
    "policies/infrastructure.hlab"
    "policies/monitoring.hlab"
    "policies/networks.hlab"
    "policies/no-9p-by-arguments.hlab"
    "policies/one-address-one-owner.hlab"
    "policies/one-device-one-holder.hlab"
    "policies/one-id-one-guest.hlab"
    "policies/one-mac-one-nic.hlab"
    "policies/ovmf-keeps-its-variables.hlab"
    "policies/raw-device-needs-root.hlab"
    "policies/raw-id-of-known-model.hlab"
    "policies/schedules.hlab"
    "policies/shares.hlab"
    "policies/storages.hlab"
    "policies/thermal-limit.hlab"
    "policies/time-and-names.hlab"
    "policies/workloads.hlab"
    "prelude.hlab"
    "project.hlab"
    "realm.hlab"
    "sdn.hlab"
    "snippet.hlab"
    "storage.hlab"
    "vm-options.hlab"
    "vm-parts.hlab"
    "vm.hlab"
};

/// The folder of past outages, which no other file of the library needs.
pub const INCIDENTS: &str = "incidents/";

#[cfg(test)]
mod tests {
    /// Every `.hlab` file of a folder, with its path from `stdlib/`.
    fn walk(folder: &std::path::Path, prefix: &str, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("stdlib is in the repository") {
            let entry = entry.expect("stdlib can be listed");
            let name = entry.file_name().into_string().expect("names of library files are UTF-8");
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), out);
            } else if name.ends_with(".hlab") && !name.ends_with("_test.hlab") {
                out.push(path);
            }
        }
    }

    #[test]
    fn every_library_file_is_embedded() {
        let mut found = Vec::new();
        walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib"), "", &mut found);
        found.sort();
        let embedded: Vec<&str> = super::FILES.iter().map(|(path, _)| *path).collect();
        assert_eq!(embedded, found);
    }
}

//! The facets that resources are lowered to.

use super::Later;

/// One aspect of a resource that one owner applies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Facet {
    /// The configuration of a container, but for what follows.
    ContainerConfig,
    /// The options of a container that only root may set: hook script, features, folders and devices of the host.
    ContainerRootOptions,
    /// Whether a container runs.
    ContainerPower,
    /// Cards and devices as a node's own configuration: drivers, udev, firmware.
    DeviceHost,
    /// The resource mapping of a device.
    DeviceMapping,
    /// The file of an image on a node's storage.
    ImageFile,
    /// A pool of guests and storages.
    Pool,
    /// A snippet file on a node's storage.
    SnippetFile,
    /// The entry of a storage in the cluster's configuration.
    StorageEntry,
    /// What a storage stands on, on its host: pool, dataset, directory.
    StorageHost,
    /// The configuration of a VM, but for what follows.
    VmConfig,
    /// The options of a VM that only root@pam may set: arguments, hook script, raw devices.
    VmRootOptions,
    /// Whether a VM runs.
    VmPower,
    /// One of a kind that nothing lowers yet.
    Later(Later),
}

impl Facet {
    /// Every facet.
    pub const ALL: &'static [Facet] = &[
        Facet::ContainerConfig,
        Facet::ContainerRootOptions,
        Facet::ContainerPower,
        Facet::DeviceHost,
        Facet::DeviceMapping,
        Facet::ImageFile,
        Facet::Pool,
        Facet::SnippetFile,
        Facet::StorageEntry,
        Facet::StorageHost,
        Facet::VmConfig,
        Facet::VmRootOptions,
        Facet::VmPower,
        Facet::Later(Later::Acl),
        Facet::Later(Later::Affinity),
        Facet::Later(Later::BackupJob),
        Facet::Later(Later::BackupServer),
        Facet::Later(Later::DnsZone),
        Facet::Later(Later::Exporter),
        Facet::Later(Later::Firewall),
        Facet::Later(Later::Gitops),
        Facet::Later(Later::Group),
        Facet::Later(Later::Ha),
        Facet::Later(Later::K3sCluster),
        Facet::Later(Later::Manifest),
        Facet::Later(Later::Mapping),
        Facet::Later(Later::Monitor),
        Facet::Later(Later::Replication),
        Facet::Later(Later::Role),
        Facet::Later(Later::Service),
        Facet::Later(Later::Token),
        Facet::Later(Later::Ups),
        Facet::Later(Later::User),
        Facet::Later(Later::Workload),
    ];

    /// Its name in `project.owner`: `vm.root-options`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Facet::ContainerConfig => "container.config",
            Facet::ContainerRootOptions => "container.root-options",
            Facet::ContainerPower => "container.power",
            Facet::DeviceHost => "device.host",
            Facet::DeviceMapping => "device.mapping",
            Facet::ImageFile => "image.file",
            Facet::Pool => "pool.entry",
            Facet::SnippetFile => "snippet.file",
            Facet::StorageEntry => "storage.entry",
            Facet::StorageHost => "storage.host",
            Facet::VmConfig => "vm.config",
            Facet::VmRootOptions => "vm.root-options",
            Facet::VmPower => "vm.power",
            Facet::Later(later) => later.name(),
        }
    }

    /// Its place in [`Facet::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Facet::ContainerConfig => 0,
            Facet::ContainerRootOptions => 1,
            Facet::ContainerPower => 2,
            Facet::DeviceHost => 3,
            Facet::DeviceMapping => 4,
            Facet::ImageFile => 5,
            Facet::Pool => 6,
            Facet::SnippetFile => 7,
            Facet::StorageEntry => 8,
            Facet::StorageHost => 9,
            Facet::VmConfig => 10,
            Facet::VmRootOptions => 11,
            Facet::VmPower => 12,
            Facet::Later(later) => 13 + later as usize,
        }
    }

    /// The facet of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Facet> {
        Facet::ALL.iter().copied().find(|facet| facet.name() == name)
    }

    /// The facet in whose document the others of a guest stand, for those others.
    #[must_use]
    pub fn configuration(self) -> Option<Facet> {
        match self {
            Facet::ContainerRootOptions | Facet::ContainerPower => Some(Facet::ContainerConfig),
            Facet::VmRootOptions | Facet::VmPower => Some(Facet::VmConfig),
            Facet::ContainerConfig
            | Facet::DeviceHost
            | Facet::DeviceMapping
            | Facet::ImageFile
            | Facet::Pool
            | Facet::SnippetFile
            | Facet::StorageEntry
            | Facet::StorageHost
            | Facet::VmConfig
            | Facet::Later(_) => None,
        }
    }

    /// The kind whose resources have it: `vm`.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.name().split_once('.').map_or(self.name(), |(kind, _)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::Facet;

    #[test]
    fn every_facet_is_where_its_index_says() {
        let places: Vec<usize> = Facet::ALL.iter().map(|facet| facet.index()).collect();
        assert_eq!(places, (0..Facet::ALL.len()).collect::<Vec<_>>());
    }
}

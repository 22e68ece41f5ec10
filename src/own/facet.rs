//! The facets that resources are lowered to.

/// One aspect of a resource that one owner applies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Facet {
    /// Cards and devices as a node's own configuration: drivers, udev, firmware.
    DeviceHost,
    /// The resource mapping of a device.
    DeviceMapping,
    /// The file of an image on a node's storage.
    ImageFile,
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
}

impl Facet {
    /// Every facet.
    pub const ALL: &'static [Facet] = &[
        Facet::DeviceHost,
        Facet::DeviceMapping,
        Facet::ImageFile,
        Facet::SnippetFile,
        Facet::StorageEntry,
        Facet::StorageHost,
        Facet::VmConfig,
        Facet::VmRootOptions,
        Facet::VmPower,
    ];

    /// Its name in `project.owner`: `vm.root-options`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Facet::DeviceHost => "device.host",
            Facet::DeviceMapping => "device.mapping",
            Facet::ImageFile => "image.file",
            Facet::SnippetFile => "snippet.file",
            Facet::StorageEntry => "storage.entry",
            Facet::StorageHost => "storage.host",
            Facet::VmConfig => "vm.config",
            Facet::VmRootOptions => "vm.root-options",
            Facet::VmPower => "vm.power",
        }
    }

    /// Its place in [`Facet::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The facet of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Facet> {
        Facet::ALL.iter().copied().find(|facet| facet.name() == name)
    }

    /// The kind whose resources have it: `vm`.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.name().split_once('.').map_or(self.name(), |(kind, _)| kind)
    }
}

//! The facets that resources are lowered to.

use super::{Entry, Later};

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
    /// A name of an address for a firewall.
    FirewallAlias,
    /// A group of firewall rules.
    FirewallGroup,
    /// A set of addresses for a firewall.
    FirewallIpSet,
    /// Whether and how a firewall works.
    FirewallOptions,
    /// The rules of a firewall.
    FirewallRules,
    /// Where a host's packages come from.
    HostApt,
    /// The name servers that a host asks.
    HostDns,
    /// A host's /etc/hosts.
    HostHosts,
    /// Bridges and VLAN interfaces of a host.
    HostNetwork,
    /// A host's time zone.
    HostTime,
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
    /// An entry of the cluster's configuration, or of a node's.
    Entry(Entry),
    /// One of a kind that nothing lowers yet.
    Later(Later),
}

/// Who applies a facet where nothing is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Usual {
    /// The first target that can carry it, or else `api`.
    Carrier,
    /// `api`, although a target could: what is wrong here cuts off whoever applies it.
    Api,
    /// Nobody: what a host says of itself is a fact first, and a wish only where the project says so.
    Nobody,
}

impl Facet {
    /// Every facet.
    pub const ALL: &'static [Facet] = &[
        Facet::ContainerConfig,
        Facet::ContainerRootOptions,
        Facet::ContainerPower,
        Facet::DeviceHost,
        Facet::DeviceMapping,
        Facet::FirewallAlias,
        Facet::FirewallGroup,
        Facet::FirewallIpSet,
        Facet::FirewallOptions,
        Facet::FirewallRules,
        Facet::HostApt,
        Facet::HostDns,
        Facet::HostHosts,
        Facet::HostNetwork,
        Facet::HostTime,
        Facet::ImageFile,
        Facet::Pool,
        Facet::SnippetFile,
        Facet::StorageEntry,
        Facet::StorageHost,
        Facet::VmConfig,
        Facet::VmRootOptions,
        Facet::VmPower,
        Facet::Entry(Entry::Realm),
        Facet::Entry(Entry::Group),
        Facet::Entry(Entry::User),
        Facet::Entry(Entry::Token),
        Facet::Entry(Entry::Role),
        Facet::Entry(Entry::Acl),
        Facet::Entry(Entry::Certificate),
        Facet::Entry(Entry::AcmeAccount),
        Facet::Entry(Entry::AcmePlugin),
        Facet::Entry(Entry::HaNodes),
        Facet::Entry(Entry::HaResource),
        Facet::Entry(Entry::MetricsServer),
        Facet::Entry(Entry::SdnFabric),
        Facet::Entry(Entry::SdnFabricNode),
        Facet::Entry(Entry::SdnIpam),
        Facet::Entry(Entry::SdnDns),
        Facet::Entry(Entry::SdnController),
        Facet::Entry(Entry::SdnZone),
        Facet::Entry(Entry::Vnet),
        Facet::Entry(Entry::VnetSubnet),
        Facet::Later(Later::Affinity),
        Facet::Later(Later::BackupJob),
        Facet::Later(Later::BackupServer),
        Facet::Later(Later::DnsZone),
        Facet::Later(Later::Exporter),
        Facet::Later(Later::Gitops),
        Facet::Later(Later::K3sCluster),
        Facet::Later(Later::Manifest),
        Facet::Later(Later::Mapping),
        Facet::Later(Later::Monitor),
        Facet::Later(Later::Replication),
        Facet::Later(Later::Service),
        Facet::Later(Later::Ups),
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
            Facet::FirewallAlias => "firewall.alias",
            Facet::FirewallGroup => "firewall.group",
            Facet::FirewallIpSet => "firewall.ipset",
            Facet::FirewallOptions => "firewall.options",
            Facet::FirewallRules => "firewall.rules",
            Facet::HostApt => "host.apt",
            Facet::HostDns => "host.dns",
            Facet::HostHosts => "host.hosts",
            Facet::HostNetwork => "host.network",
            Facet::HostTime => "host.time",
            Facet::ImageFile => "image.file",
            Facet::Pool => "pool.entry",
            Facet::SnippetFile => "snippet.file",
            Facet::StorageEntry => "storage.entry",
            Facet::StorageHost => "storage.host",
            Facet::VmConfig => "vm.config",
            Facet::VmRootOptions => "vm.root-options",
            Facet::VmPower => "vm.power",
            Facet::Entry(entry) => entry.name(),
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
            Facet::FirewallAlias => 5,
            Facet::FirewallGroup => 6,
            Facet::FirewallIpSet => 7,
            Facet::FirewallOptions => 8,
            Facet::FirewallRules => 9,
            Facet::HostApt => 10,
            Facet::HostDns => 11,
            Facet::HostHosts => 12,
            Facet::HostNetwork => 13,
            Facet::HostTime => 14,
            Facet::ImageFile => 15,
            Facet::Pool => 16,
            Facet::SnippetFile => 17,
            Facet::StorageEntry => 18,
            Facet::StorageHost => 19,
            Facet::VmConfig => 20,
            Facet::VmRootOptions => 21,
            Facet::VmPower => 22,
            Facet::Entry(entry) => 23 + entry as usize,
            Facet::Later(later) => 23 + Entry::ALL.len() + later as usize,
        }
    }

    /// Who applies it where nothing is said.
    #[must_use]
    pub fn usual(self) -> Usual {
        match self {
            Facet::HostApt | Facet::HostDns | Facet::HostHosts | Facet::HostNetwork | Facet::HostTime => Usual::Nobody,
            Facet::FirewallAlias
            | Facet::FirewallGroup
            | Facet::FirewallIpSet
            | Facet::FirewallOptions
            | Facet::FirewallRules => Usual::Api,
            Facet::ContainerConfig
            | Facet::ContainerRootOptions
            | Facet::ContainerPower
            | Facet::DeviceHost
            | Facet::DeviceMapping
            | Facet::ImageFile
            | Facet::Pool
            | Facet::SnippetFile
            | Facet::StorageEntry
            | Facet::StorageHost
            | Facet::VmConfig
            | Facet::VmRootOptions
            | Facet::VmPower
            | Facet::Entry(_)
            | Facet::Later(_) => Usual::Carrier,
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
            | Facet::FirewallAlias
            | Facet::FirewallGroup
            | Facet::FirewallIpSet
            | Facet::FirewallOptions
            | Facet::FirewallRules
            | Facet::HostApt
            | Facet::HostDns
            | Facet::HostHosts
            | Facet::HostNetwork
            | Facet::HostTime
            | Facet::Entry(_)
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

//! Facets that are an entry of the cluster's configuration each, or of one node's.

/// What an entry is of, in the order in which they are made: users before what they may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Entry {
    /// Where users come from.
    Realm,
    /// A group of users.
    Group,
    /// A user of Proxmox.
    User,
    /// An API token.
    Token,
    /// A set of privileges.
    Role,
    /// Roles that are given at a path.
    Acl,
    /// The certificate of a node.
    Certificate,
    /// An account with a certificate authority.
    AcmeAccount,
    /// A DNS service for the challenges of a certificate authority.
    AcmePlugin,
    /// Where an HA resource may run: a group before Proxmox VE 9, since then a rule.
    HaNodes,
    /// An HA resource.
    HaResource,
    /// A server for measurements.
    MetricsServer,
    /// A fabric of the software-defined network.
    SdnFabric,
    /// A node of a fabric.
    SdnFabricNode,
    /// Who keeps addresses of the software-defined network.
    SdnIpam,
    /// A server that names of its guests are written to.
    SdnDns,
    /// Who spreads routes of the software-defined network.
    SdnController,
    /// A zone of the software-defined network.
    SdnZone,
    /// A bridge of a zone.
    Vnet,
    /// A subnet of a vnet.
    VnetSubnet,
}

impl Entry {
    /// Every entry.
    pub const ALL: &'static [Entry] = &[
        Entry::Realm,
        Entry::Group,
        Entry::User,
        Entry::Token,
        Entry::Role,
        Entry::Acl,
        Entry::Certificate,
        Entry::AcmeAccount,
        Entry::AcmePlugin,
        Entry::HaNodes,
        Entry::HaResource,
        Entry::MetricsServer,
        Entry::SdnFabric,
        Entry::SdnFabricNode,
        Entry::SdnIpam,
        Entry::SdnDns,
        Entry::SdnController,
        Entry::SdnZone,
        Entry::Vnet,
        Entry::VnetSubnet,
    ];

    /// Its name in `project.owner`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Entry::Realm => "realm.entry",
            Entry::Group => "group.entry",
            Entry::User => "user.entry",
            Entry::Token => "token.entry",
            Entry::Role => "role.entry",
            Entry::Acl => "acl.entry",
            Entry::Certificate => "certificate.file",
            Entry::AcmeAccount => "acme-account.entry",
            Entry::AcmePlugin => "acme-plugin.entry",
            Entry::HaNodes => "ha.nodes",
            Entry::HaResource => "ha.resource",
            Entry::MetricsServer => "metrics-server.entry",
            Entry::SdnFabric => "sdn-fabric.entry",
            Entry::SdnFabricNode => "sdn-fabric.node",
            Entry::SdnIpam => "sdn-ipam.entry",
            Entry::SdnDns => "sdn-dns.entry",
            Entry::SdnController => "sdn-controller.entry",
            Entry::SdnZone => "sdn-zone.entry",
            Entry::Vnet => "vnet.entry",
            Entry::VnetSubnet => "vnet.subnet",
        }
    }

    /// Whether it is of the software-defined network, whose changes are pending until they are applied as a whole.
    #[must_use]
    pub fn is_sdn(self) -> bool {
        match self {
            Entry::SdnFabric
            | Entry::SdnFabricNode
            | Entry::SdnIpam
            | Entry::SdnDns
            | Entry::SdnController
            | Entry::SdnZone
            | Entry::Vnet
            | Entry::VnetSubnet => true,
            Entry::Realm
            | Entry::Group
            | Entry::User
            | Entry::Token
            | Entry::Role
            | Entry::Acl
            | Entry::Certificate
            | Entry::AcmeAccount
            | Entry::AcmePlugin
            | Entry::HaNodes
            | Entry::HaResource
            | Entry::MetricsServer => false,
        }
    }
}

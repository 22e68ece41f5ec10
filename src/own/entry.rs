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
        }
    }
}

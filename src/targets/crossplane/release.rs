//! The releases of provider-proxmox-bpg whose kinds we write, and what differs between them.
//!
//! Source: the CRDs of v0.11.1 and v1.18.0. With v1.0.0 the provider renamed every API group and got a namespaced twin of
//! every kind, for Crossplane v2; the kinds and their fields kept their names.

/// A release, and the scope of its kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Release {
    /// v0.11.1, for Crossplane v1.
    V0_11,
    /// The cluster-scoped kinds of v1.18.0, for Crossplane v1 and v2.
    V1_18,
    /// The namespaced kinds of v1.18.0, for Crossplane v2.
    V1_18Namespaced,
}

/// Every release, oldest first.
pub const ALL: &[Release] = &[Release::V0_11, Release::V1_18, Release::V1_18Namespaced];
/// What came after v0.11.1.
pub const SINCE_1_18: &[Release] = &[Release::V1_18, Release::V1_18Namespaced];
/// What went with v0.11.1.
pub const ONLY_0_11: &[Release] = &[Release::V0_11];
/// Where objects belong to the cluster, so that they say themselves which namespace a secret is in.
pub const CLUSTER: &[Release] = &[Release::V0_11, Release::V1_18];

impl Release {
    /// What `target crossplane { version = … }` calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Release::V0_11 => "0.11.1",
            Release::V1_18 => "1.18.0",
            Release::V1_18Namespaced => "1.18.0-namespaced",
        }
    }

    /// The release of the provider that it is of.
    #[must_use]
    pub const fn provider(self) -> &'static str {
        match self {
            Release::V0_11 => "0.11.1",
            Release::V1_18 | Release::V1_18Namespaced => "1.18.0",
        }
    }

    /// Whether its objects are in a namespace.
    #[must_use]
    pub const fn is_namespaced(self) -> bool {
        matches!(self, Release::V1_18Namespaced)
    }
}

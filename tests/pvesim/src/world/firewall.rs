//! A firewall's configuration: that of the cluster, of a node or of a guest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sections::Options;

/// One firewall.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Firewall {
    /// `enable`, `policy_in` …
    pub options: Options,
    /// The rules, first to last: their place is their name.
    pub rules: Vec<Options>,
    /// Names for addresses: `cidr`, `comment`.
    pub aliases: BTreeMap<String, Options>,
    /// Sets of addresses.
    pub ipsets: BTreeMap<String, IpSet>,
    /// Rules under a name; only the cluster has them.
    pub groups: BTreeMap<String, SecurityGroup>,
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IpSet {
    /// What people wrote about it.
    pub comment: Option<String>,
    /// Addresses and networks, with `comment` and `nomatch`.
    pub entries: BTreeMap<String, Options>,
}

/// Rules under a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityGroup {
    /// What people wrote about it.
    pub comment: Option<String>,
    /// The rules, first to last.
    pub rules: Vec<Options>,
}

//! Entries of the cluster's configuration and of nodes, as lists of the API tell them: which options are compared, in which
//! form, what Proxmox does where nothing is said, and who may read and write them.
//!
//! Sources: the API schemas of 8.4 and 9.1 (names, defaults, `permissions`); `pveum.adoc`, `ha-manager.adoc`.

use std::collections::BTreeMap;

use super::normal;
use super::privilege::Need;

/// An option that is compared.
#[derive(Clone, Copy, Debug)]
pub struct EntryOption {
    /// Its name.
    pub name: &'static str,
    /// Its form.
    pub form: Form,
    /// What holds where nothing is said; empty for nothing.
    pub default: &'static str,
    /// Whether Proxmox sets it by itself where nothing is wanted.
    pub is_made: bool,
}

/// The form of an option's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Text; line breaks at its end mean nothing.
    Text,
    /// `1` or `0`.
    Bool,
    /// A number.
    Number,
    /// Words in any order.
    Set,
    /// Words in their order.
    Words,
    /// Nodes with priorities, in any order: `a:2,b`.
    Nodes,
    /// Property strings, one a line, in any order.
    Lines,
    /// Lines in their order.
    Ordered,
    /// A limit of logs: `enable=1,rate=1/second,burst=5`.
    Limit,
}

const fn option(name: &'static str, form: Form, default: &'static str) -> EntryOption {
    EntryOption { name, form, default, is_made: false }
}

const COMMENT: EntryOption = option("comment", Form::Text, "");

const MAPPING: &[EntryOption] = &[option("description", Form::Text, ""), option("map", Form::Lines, "")];
const PCI_MAPPING: &[EntryOption] =
    &[option("description", Form::Text, ""), option("map", Form::Lines, ""), option("mdev", Form::Bool, "0")];
const POOL: &[EntryOption] = &[COMMENT, option("storages", Form::Set, "")];
const USER: &[EntryOption] = &[
    COMMENT,
    option("email", Form::Text, ""),
    option("enable", Form::Bool, "1"),
    option("expire", Form::Number, "0"),
    option("firstname", Form::Text, ""),
    option("groups", Form::Set, ""),
    option("keys", Form::Text, ""),
    option("lastname", Form::Text, ""),
];
const TOKEN: &[EntryOption] = &[COMMENT, option("expire", Form::Number, "0"), option("privsep", Form::Bool, "1")];
const GROUP: &[EntryOption] = &[COMMENT];
const ROLE: &[EntryOption] = &[option("privs", Form::Set, "")];
const ACL: &[EntryOption] = &[option("propagate", Form::Bool, "1")];
const HA_RESOURCE: &[EntryOption] = &[
    COMMENT,
    option("failback", Form::Bool, "1"),
    option("group", Form::Text, ""),
    option("max_relocate", Form::Number, "1"),
    option("max_restart", Form::Number, "1"),
    option("state", Form::Text, "started"),
];
const HA_GROUP: &[EntryOption] = &[
    COMMENT,
    option("nodes", Form::Nodes, ""),
    option("nofailback", Form::Bool, "0"),
    option("restricted", Form::Bool, "0"),
];
const HA_RULE: &[EntryOption] = &[
    COMMENT,
    option("disable", Form::Bool, "0"),
    option("nodes", Form::Nodes, ""),
    option("resources", Form::Set, ""),
    option("strict", Form::Bool, "0"),
    option("type", Form::Text, ""),
];
const DNS: &[EntryOption] = &[
    option("dns1", Form::Text, ""),
    option("dns2", Form::Text, ""),
    option("dns3", Form::Text, ""),
    option("search", Form::Text, ""),
];
const TIME: &[EntryOption] = &[option("timezone", Form::Text, "")];
const NETWORK: &[EntryOption] = &[
    option("autostart", Form::Bool, "0"),
    option("bridge_ports", Form::Words, ""),
    option("bridge_vids", Form::Words, "2-4094"),
    option("bridge_vlan_aware", Form::Bool, "0"),
    option("cidr", Form::Text, ""),
    option("cidr6", Form::Text, ""),
    option("comments", Form::Text, ""),
    option("gateway", Form::Text, ""),
    option("gateway6", Form::Text, ""),
    option("mtu", Form::Number, ""),
    option("type", Form::Text, ""),
    // Taken from a name such as `enp3s0.4`.
    EntryOption { is_made: true, ..option("vlan-id", Form::Number, "") },
    EntryOption { is_made: true, ..option("vlan-raw-device", Form::Text, "") },
];

const METRICS: &[EntryOption] = &[
    option("api-path-prefix", Form::Text, ""),
    option("bucket", Form::Text, ""),
    option("disable", Form::Bool, "0"),
    option("influxdbproto", Form::Text, "udp"),
    option("max-body-size", Form::Number, "25000000"),
    option("mtu", Form::Number, "1500"),
    option("organization", Form::Text, ""),
    option("otel-compression", Form::Text, "gzip"),
    option("otel-max-body-size", Form::Number, "10000000"),
    option("otel-path", Form::Text, "/v1/metrics"),
    option("otel-protocol", Form::Text, "https"),
    option("otel-resource-attributes", Form::Text, ""),
    option("otel-timeout", Form::Number, "5"),
    option("otel-verify-ssl", Form::Bool, "1"),
    option("path", Form::Text, "proxmox"),
    option("port", Form::Number, ""),
    option("proto", Form::Text, "udp"),
    option("server", Form::Text, ""),
    option("timeout", Form::Number, "1"),
    option("type", Form::Text, ""),
    option("verify-certificate", Form::Bool, "1"),
];
const ALIAS: &[EntryOption] = &[option("cidr", Form::Text, ""), COMMENT];
const IP_SET: &[EntryOption] = &[COMMENT, option("members", Form::Lines, "")];
const RULE_GROUP: &[EntryOption] = &[COMMENT, option("rules", Form::Ordered, "")];
const RULES: &[EntryOption] = &[option("rules", Form::Ordered, "")];
const CLUSTER_FIREWALL: &[EntryOption] = &[
    option("ebtables", Form::Bool, "1"),
    option("enable", Form::Number, "0"),
    option("log_ratelimit", Form::Limit, ""),
    option("policy_forward", Form::Text, "ACCEPT"),
    option("policy_in", Form::Text, "DROP"),
    option("policy_out", Form::Text, "ACCEPT"),
];
const NODE_FIREWALL: &[EntryOption] = &[
    option("enable", Form::Bool, "1"),
    option("log_level_forward", Form::Text, "nolog"),
    option("log_level_in", Form::Text, "nolog"),
    option("log_level_out", Form::Text, "nolog"),
    option("log_nf_conntrack", Form::Bool, "0"),
    option("ndp", Form::Bool, "1"),
    option("nf_conntrack_allow_invalid", Form::Bool, "0"),
    option("nf_conntrack_helpers", Form::Set, ""),
    option("nf_conntrack_max", Form::Number, "262144"),
    option("nf_conntrack_tcp_timeout_established", Form::Number, "432000"),
    option("nf_conntrack_tcp_timeout_syn_recv", Form::Number, "60"),
    option("nftables", Form::Bool, "0"),
    option("nosmurfs", Form::Bool, "1"),
    option("protection_synflood", Form::Bool, "0"),
    option("protection_synflood_burst", Form::Number, "1000"),
    option("protection_synflood_rate", Form::Number, "200"),
    option("smurf_log_level", Form::Text, "nolog"),
    option("tcp_flags_log_level", Form::Text, "nolog"),
    option("tcpflags", Form::Bool, "0"),
];
const GUEST_FIREWALL: &[EntryOption] = &[
    option("dhcp", Form::Bool, "0"),
    option("enable", Form::Bool, "0"),
    option("ipfilter", Form::Bool, "0"),
    option("log_level_in", Form::Text, "nolog"),
    option("log_level_out", Form::Text, "nolog"),
    option("macfilter", Form::Bool, "1"),
    option("ndp", Form::Bool, "1"),
    option("policy_in", Form::Text, "DROP"),
    option("policy_out", Form::Text, "ACCEPT"),
    option("radv", Form::Bool, "0"),
];
const VNET_FIREWALL: &[EntryOption] = &[
    option("enable", Form::Bool, "0"),
    option("log_level_forward", Form::Text, "nolog"),
    option("policy_forward", Form::Text, "ACCEPT"),
];

/// The options of a part of a firewall.
fn firewall(list: &str) -> &'static [EntryOption] {
    match list.rsplit('/').next() {
        Some("aliases") => ALIAS,
        Some("ipset") => IP_SET,
        Some("groups") => RULE_GROUP,
        Some("rules") => RULES,
        Some("options") if list == "/cluster/firewall/options" => CLUSTER_FIREWALL,
        Some("options") if list.starts_with("/cluster/sdn/") => VNET_FIREWALL,
        Some("options") if list.contains("/qemu/") || list.contains("/lxc/") => GUEST_FIREWALL,
        Some("options") => NODE_FIREWALL,
        Some(_) | None => &[],
    }
}

/// The options that are compared of the elements of a list, by its path; of a token that of its user's list with its own path.
#[must_use]
pub fn options(list: &str, path: &str) -> &'static [EntryOption] {
    match list {
        "/pools" => POOL,
        "/access/users" if path.contains("/token/") => TOKEN,
        "/access/users" => USER,
        "/access/groups" => GROUP,
        "/access/roles" => ROLE,
        "/access/acl" => ACL,
        "/cluster/ha/resources" => HA_RESOURCE,
        "/cluster/ha/groups" => HA_GROUP,
        "/cluster/ha/rules" => HA_RULE,
        "/cluster/metrics/server" => METRICS,
        "/cluster/mapping/pci" => PCI_MAPPING,
        _ if list.starts_with("/cluster/mapping/") => MAPPING,
        _ if list.contains("/firewall/") => firewall(list),
        _ if list.ends_with("/dns") => DNS,
        _ if list.ends_with("/time") => TIME,
        _ if list.ends_with("/network") => NETWORK,
        _ => &[],
    }
}

impl EntryOption {
    /// A value in normal form; `None` if that is what holds anyway.
    #[must_use]
    pub fn normal(&self, text: Option<&String>) -> Option<String> {
        let text = text?;
        let words = |separators: &[char]| -> Vec<String> {
            text.split(separators).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let sorted = |mut words: Vec<String>| -> Vec<String> {
            words.sort_unstable();
            words.dedup();
            words
        };
        let value = match self.form {
            Form::Text => text.trim_end_matches('\n').to_owned(),
            Form::Bool => normal::truth(text),
            Form::Number => normal::number(text),
            Form::Set => sorted(words(&[',', ';', ' '])).join(","),
            Form::Words => words(&[',', ';', ' ']).join(" "),
            Form::Nodes => {
                let plain = |node: String| node.strip_suffix(":0").map(str::to_owned).unwrap_or(node);
                sorted(words(&[',', ' ']).into_iter().map(plain).collect()).join(",")
            }
            Form::Ordered => text.lines().collect::<Vec<_>>().join("; "),
            Form::Limit => {
                let key = |part: &str| if part.contains('=') { part.to_owned() } else { format!("enable={part}") };
                let mut keys: Vec<String> = text.split(',').filter(|part| !part.is_empty()).map(key).collect();
                keys.retain(|key| !["enable=1", "rate=1/second", "burst=5"].contains(&key.as_str()));
                sorted(keys).join(",")
            }
            Form::Lines => {
                let line = |line: &str| sorted(line.split(',').map(str::to_owned).collect()).join(",");
                sorted(text.lines().map(line).collect()).join("; ")
            }
        };
        (!value.is_empty() && value != self.default).then_some(value)
    }
}

/// Options in which what is wanted and what there is differ: each with both, in normal form.
#[must_use]
pub fn differing(
    table: &'static [EntryOption],
    wanted: &BTreeMap<String, String>,
    found: &BTreeMap<String, String>,
) -> Vec<(&'static str, Option<String>, Option<String>)> {
    let compared = table.iter().filter_map(|option| {
        let (want, have) = (option.normal(wanted.get(option.name)), option.normal(found.get(option.name)));
        let is_same = want == have || want.is_none() && option.is_made;
        (!is_same).then_some((option.name, have, want))
    });
    compared.collect()
}

/// What one must be allowed so that a list, which shows only what one may see, would show an element at a path; `None` if
/// everybody sees it, or is refused the whole list.
#[must_use]
pub fn to_see(list: &str, path: &str) -> Option<Need> {
    let name = path.strip_prefix(list).map(|rest| rest.trim_start_matches('/')).unwrap_or_default();
    match list {
        "/pools" => Some(Need::of("Pool.Audit", format!("/pool/{name}"))),
        "/access/users" => Some(Need::any("User.Modify Sys.Audit", "/access/groups")),
        "/access/groups" => Some(Need::any("User.Modify Sys.Audit Group.Allocate", format!("/access/groups/{name}"))),
        "/access/acl" => Some(Need::of("Permissions.Modify", acl_path(path))),
        _ => list
            .strip_prefix("/cluster/mapping/")
            .map(|sort| Need::any("Mapping.Modify Mapping.Use Mapping.Audit", format!("/mapping/{sort}/{name}"))),
    }
}

/// What writing an element takes: one that is not there yet, or one that is.
#[must_use]
pub fn to_write(list: &str, path: &str, is_new: bool) -> Vec<Need> {
    let name = path.strip_prefix(list).map(|rest| rest.trim_start_matches('/')).unwrap_or_default();
    match list {
        "/pools" => vec![Need::of("Pool.Allocate", format!("/pool/{name}"))],
        "/access/users" if is_new && !path.contains("/token/") => {
            let realm = name.rsplit_once('@').map_or("pve", |(_, realm)| realm);
            vec![
                Need::of("Realm.AllocateUser", format!("/access/realm/{realm}")),
                Need::of("User.Modify", "/access/groups"),
            ]
        }
        "/access/users" => vec![Need::of("User.Modify", "/access/groups")],
        "/access/groups" => vec![Need::of("Group.Allocate", "/access/groups")],
        "/access/roles" => vec![Need::of("Sys.Modify", "/access")],
        "/cluster/metrics/server" => vec![Need::of("Sys.Modify", "/")],
        "/access/acl" => vec![Need::of("Permissions.Modify", acl_path(path))],
        "/cluster/ha/resources" | "/cluster/ha/groups" | "/cluster/ha/rules" => vec![Need::of("Sys.Console", "/")],
        _ => {
            if let Some(sort) = list.strip_prefix("/cluster/mapping/") {
                return vec![Need::of("Mapping.Modify", format!("/mapping/{sort}/{name}"))];
            }
            let parts: Vec<&str> = list.split('/').collect();
            match parts.as_slice() {
                ["", "nodes", _, "qemu" | "lxc", id, "firewall", _] => {
                    return vec![Need::of("VM.Config.Network", format!("/vms/{id}"))];
                }
                ["", "cluster", "firewall", _] => return vec![Need::of("Sys.Modify", "/")],
                _ => {}
            }
            let node = list.strip_prefix("/nodes/").and_then(|rest| rest.split('/').next());
            node.map(|node| Need::of("Sys.Modify", format!("/nodes/{node}"))).into_iter().collect()
        }
    }
}

/// The path that an entry of an ACL is about.
fn acl_path(path: &str) -> String {
    path.split('#').nth(1).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_defaults_and_spellings_are_no_difference() {
        let options = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let same = |table, wanted: &[(&str, &str)], found: &[(&str, &str)]| {
            let differing = differing(table, &options(wanted), &options(found));
            assert!(differing.is_empty(), "{differing:?}");
        };
        same(HA_GROUP, &[("nodes", "b,a:2")], &[("nodes", "a:2,b:0"), ("restricted", "0"), ("type", "group")]);
        same(USER, &[("groups", "a,b")], &[("groups", "b,a"), ("enable", "1"), ("expire", "0")]);
        same(MAPPING, &[("map", "id=1a6e:089a,node=a")], &[("map", "node=a,id=1a6e:089a")]);
        same(NETWORK, &[("type", "vlan")], &[("type", "vlan"), ("vlan-id", "4"), ("vlan-raw-device", "enp3s0")]);
        let found = differing(USER, &options(&[("comment", "a")]), &options(&[("enable", "0"), ("comment", "a\n")]));
        assert_eq!(found, [("enable", Some("0".to_owned()), None)]);
    }
}

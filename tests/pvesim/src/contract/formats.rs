//! Formats with a name: what they accept, and how the server refuses the rest.
//!
//! Source: pve-common `PVE::JSONSchema`, pve-access-control, pve-storage, qemu-server, pve-firewall, pve-ha-manager and pve-network,
//! where each is registered. Formats whose rules we have not read are listed in [`UNCHECKED`] and accept anything.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use regex::Regex;

/// Known by name only: everything is accepted, so a test that depends on their refusal would prove nothing.
const UNCHECKED: [&str; 37] = [
    "graphite-path",
    "lxc-ip-with-ll-iface",
    "lxc-ip-with-ll-iface-list",
    "pem-certificate",
    "pem-certificate-chain",
    "pem-string",
    "pve-acme-alias",
    "pve-acme-domain",
    "pve-acme-domain-list",
    "pve-command-batch",
    "pve-cpuset",
    "pve-ct-timezone",
    "pve-dir-override-list",
    "pve-fw-addr-spec",
    "pve-fw-conntrack-helper",
    "pve-fw-dport-spec",
    "pve-fw-icmp-type-spec",
    "pve-fw-protocol-spec",
    "pve-fw-sport-spec",
    "pve-lxc-dev-string",
    "pve-lxc-mp-string",
    "pve-qm-bootdisk",
    "pve-qm-ide",
    "pve-sdn-bgp-rt-list",
    "pve-sdn-controller-id",
    "pve-sdn-dhcp-range",
    "pve-sdn-dns-id",
    "pve-sdn-fabric-id",
    "pve-sdn-ipam-id",
    "pve-sdn-isis-net",
    "pve-sdn-subnet-id",
    "pve-storage-options",
    "pve-storage-path-in-property-string",
    "regex",
    "string",
    "string-list",
    "pve-calendar-event",
];

/// Formats that are one expression: name, expression, and the refusal, in which `{}` is the value.
const EXPRESSIONS: [(&str, &str, &str); 39] = [
    ("urlencoded", r"[-%a-zA-Z0-9_.!~*'()]*", "invalid urlencoded string: {}"),
    ("pve-configid", r"(?i:[a-z][a-z0-9_-]+)", "invalid configuration ID '{}'"),
    ("pve-storage-id", r"(?i:[a-z][a-z0-9\-_.]*[a-z0-9])", "storage ID '{}' contains illegal characters"),
    ("pve-bridge-id", r"[-_.\w\d]+", "invalid bridge ID '{}'"),
    ("pve-vmid", r"[1-9][0-9]{2,8}", "value does not look like a valid VM ID"),
    ("pve-node", r"[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?", "value does not look like a valid node name"),
    ("mac-addr", r"(?i:[a-f0-9][02468ace](?::[a-f0-9]{2}){5})", "value does not look like a valid unicast MAC address"),
    (
        "mac-prefix",
        r"(?i:[a-f0-9][02468ace](?::[a-f0-9]{2}){0,2}:?)",
        "value is not a valid unicast MAC address prefix",
    ),
    ("ldap-simple-attr", r"[a-zA-Z0-9]+", "value '{}' does not look like a simple ldap attribute name"),
    ("pve-iface", r"(?i:[a-z][a-z0-9_]{1,20}([:.]\d+)?)", "invalid network interface name '{}'"),
    ("dns-name", DNS_NAME, "value does not look like a valid DNS name"),
    ("disk-size", r"(\d+(\.\d+)?)([KMGT])?", "value does not look like a valid disk size: {}"),
    ("pve-tag", r"(?i:[a-z0-9_][a-z0-9_\-+.]*)", "invalid characters in tag"),
    ("pve-startup-order", STARTUP, "unable to parse startup options"),
    ("pve-task-status-type", r"(?i:ok|error|warning|unknown)", "invalid status '{}'"),
    ("pve-userid", r"[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+", "value '{}' does not look like a valid user name"),
    ("pve-tokenid", r"[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+", TOKEN_ID),
    ("pve-realm", r"[A-Za-z][A-Za-z0-9.\-_]+", "value does not look like a valid realm"),
    ("pve-groupid", r"[A-Za-z0-9.\-_]+", "group name '{}' contains invalid characters"),
    ("pve-roleid", r"[A-Za-z0-9.\-_]+", "role name '{}' contains invalid characters"),
    ("pve-poolid", r"[A-Za-z0-9.\-_]+(?:/[A-Za-z0-9.\-_]+){0,2}", "pool name '{}' contains invalid characters"),
    ("pve-day-of-week", r"mon|tue|wed|thu|fri|sat|sun", "invalid day '{}'"),
    ("pve-replication-job-id", r"[1-9][0-9]{2,8}-\d{1,9}", "invalid replication job id '{}'"),
    ("pve-ha-resource-id", r"[a-z]+:\S+", "value does not look like a valid ha resource id"),
    ("pve-ha-resource-or-vm-id", r"[a-z]+:\S+|\d+", "value does not look like a valid ha resource id"),
    ("pve-ha-group-node", HA_NODE, "value does not look like a valid ha group node"),
    ("pve-ha-node", HA_NODE, "value does not look like a valid ha node"),
    ("email", EMAIL, "value does not look like a valid email address"),
    ("email-or-username", EMAIL_OR_USER, "value does not look like a valid email address or user name"),
    ("pve-storage-path", r"/[^;()](?s:.*)", "value does not look like a valid absolute path"),
    ("pve-storage-content", STORAGE_CONTENT, "invalid content type '{}'"),
    ("storage-pair", r"1|[^:\s]+(:[^:\s]+)?", "entry '{}' contains invalid ID"),
    ("bridge-pair", r"1|[^:\s]+(:[^:\s]+)?", "entry '{}' contains invalid ID"),
    ("pve-priv", r"[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]*)+", "invalid privilege '{}'"),
    ("pve-storage-vgname", r"(?i:[a-z0-9][a-z0-9\-_.]*[a-z0-9])", "lvm name '{}' contains illegal characters"),
    ("pve-storage-portal-dns", r"(?i:[a-z0-9.\-]+)(:\d+)?", "value does not look like a valid portal address"),
    ("pve-volume-id", VOLUME, UNREADABLE_VOLUME),
    ("pve-volume-id-or-absolute-path", r"/(?s:.*)|(?i:[a-z][a-z0-9\-_.]*[a-z0-9]):.+", UNREADABLE_VOLUME),
    ("pve-volume-id-or-qm-path", r"none|cdrom|/(?s:.*)|(?i:[a-z][a-z0-9\-_.]*[a-z0-9]):.+", UNREADABLE_VOLUME),
];

const VOLUME: &str = r"(?i:[a-z][a-z0-9\-_.]*[a-z0-9]):.+";
const UNREADABLE_VOLUME: &str = "unable to parse volume ID '{}'";
const DNS_NAME: &str = r"([a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?";
const STARTUP: &str = r"(((order=)?|up=|down=)\d+|\s*)(,(((order=)?|up=|down=)\d+|\s*))*";
const TOKEN_ID: &str = "value '{}' does not look like a valid token ID";
const HA_NODE: &str = r"[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?(:\d+)?";
const EMAIL: &str = r"[\w+\-~]+(\.[\w+\-~]+)*@([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9\-]+";
const EMAIL_OR_USER: &str = r"[\w+\-~]+(\.[\w+\-~]+)*(@([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9\-]+)?";
const STORAGE_CONTENT: &str = r"images|rootdir|vztmpl|iso|backup|snippets|import|none";

/// What some formats say in words of their own, before their rule is looked at.
fn refusal_in_own_words(name: &str, text: &str) -> Option<String> {
    let length = text.chars().count();
    match name {
        "pve-userid" if length < 3 => Some(format!("user name '{text}' is too short")),
        "pve-userid" if length > 64 => Some(format!("user name '{text}' is too long ({length} > 64)")),
        "pve-sdn-zone-id" | "pve-sdn-vnet-id" => {
            let what = if name == "pve-sdn-zone-id" { "zone" } else { "vnet" };
            let mut bytes = text.bytes();
            let is_id = length >= 2
                && bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
                && bytes.all(|byte| byte.is_ascii_alphanumeric());
            if !is_id {
                return Some(format!("{what} ID '{text}' contains illegal characters"));
            }
            (length > 8).then(|| format!("{what} ID '{text}' can't be more length than 8 characters"))
        }
        "IPorCIDR" | "IPorCIDRorAlias" => refusal_of_prefix(text),
        "pve-hotplug-features" if text != "0" && text != "1" => {
            let known = ["network", "disk", "cpu", "memory", "usb", "cloudinit"];
            let unknown = split_list(text).into_iter().find(|feature| !known.contains(feature))?;
            Some(format!("invalid hotplug feature '{unknown}'"))
        }
        "pve-vlan-id-or-range" => {
            let (first, last) = text.split_once('-').map_or((text, None), |(first, last)| (first, Some(last)));
            let number =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
            let last = last.map_or(Some(None), |last| number(last).map(Some));
            let (Some(first), Some(last)) = (number(first), last) else {
                return Some(format!("invalid VLAN configuration '{text}'"));
            };
            if let Some(tag) = [Some(first), last].into_iter().flatten().find(|tag| !(2..=4094).contains(tag)) {
                return Some(format!("invalid VLAN tag '{tag}'"));
            }
            let is_backwards = last.is_some_and(|last| first >= last);
            is_backwards.then(|| format!("VLAN range must go from lower to higher tag '{text}'"))
        }
        _ => None,
    }
}

/// Whether a format is one of these, with `-list` or `-opt` at its end or without.
pub fn is_known(name: &str) -> bool {
    UNCHECKED.contains(&name) || rule_of(stem(name)).is_some()
}

/// Why a text is refused, in the server's words.
pub fn refusal(name: &str, text: &str) -> Option<String> {
    if UNCHECKED.contains(&name) {
        return None;
    }
    let (name, kind) = name.split_at(stem(name).len());
    let rule = rule_of(name)?;
    let refusal = |text: &str| refusal_in_own_words(name, text).or_else(|| rule.refusal(text));
    if kind == "-list" {
        return split_list(text).into_iter().find_map(refusal);
    }
    if kind == "-opt" && (text.is_empty() || text == "0") {
        return None;
    }
    refusal(text)
}

/// The items of a list: separated by commas, semicolons or space.
pub fn split_list(text: &str) -> Vec<&str> {
    text.split([',', ';', ' ', '\t', '\n', '\0']).filter(|item| !item.is_empty()).collect()
}

fn stem(name: &str) -> &str {
    name.strip_suffix("-list").or_else(|| name.strip_suffix("-opt")).unwrap_or(name)
}

/// How a format looks at a text.
enum Rule {
    Expression(&'static Regex, &'static str),
    Code(fn(&str) -> bool, &'static str),
}

impl Rule {
    fn refusal(&self, text: &str) -> Option<String> {
        let (fits, refusal) = match self {
            Rule::Expression(expression, refusal) => (expression.is_match(text), refusal),
            Rule::Code(fits, refusal) => (fits(text), refusal),
        };
        (!fits).then(|| refusal.replace("{}", text))
    }
}

fn rule_of(name: &str) -> Option<Rule> {
    static COMPILED: OnceLock<Vec<Regex>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(|| {
        let compile = |(_, text, _): &(&str, &str, &str)| Regex::new(&format!("^(?:{text})$")).expect("well-formed");
        EXPRESSIONS.iter().map(compile).collect()
    });
    if let Some(at) = EXPRESSIONS.iter().position(|(known, _, _)| *known == name) {
        return Some(Rule::Expression(&compiled[at], EXPRESSIONS[at].2));
    }
    let (fits, refusal): (fn(&str) -> bool, _) = match name {
        "ipv4" => (is_ipv4, "value does not look like a valid IPv4 address"),
        "ipv6" => (is_ipv6, "value does not look like a valid IPv6 address"),
        "ip" => (is_ip, "value does not look like a valid IP address"),
        "address" => (is_address, "value does not look like a valid address: {}"),
        "ipv4mask" => (is_mask, "value does not look like a valid IP netmask"),
        "CIDRv4" => (is_cidr4, "value does not look like a valid IPv4 CIDR network"),
        "CIDRv6" => (is_cidr6, "value does not look like a valid IPv6 CIDR network"),
        "CIDR" => (is_cidr, "value does not look like a valid CIDR network"),
        "IPorCIDR" => (is_ip_or_cidr, "value does not look like a valid IP address or CIDR network"),
        "IPorCIDRorAlias" => (is_ip_or_cidr_or_alias, "value does not look like a valid IP address or CIDR network"),
        "pve-ipv4-config" => (is_config4, "value does not look like a valid ipv4 network configuration"),
        "pve-ipv6-config" => (is_config6, "value does not look like a valid ipv6 network configuration"),
        "pve-storage-server" => (is_address, "value does not look like a valid server name or IP address"),
        // Their rules stand in `refusal_in_own_words`.
        "pve-sdn-zone-id" | "pve-sdn-vnet-id" | "pve-hotplug-features" | "pve-vlan-id-or-range" => (|_| true, ""),
        _ => return None,
    };
    Some(Rule::Code(fits, refusal))
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn is_ip(text: &str) -> bool {
    is_ipv4(text) || is_ipv6(text)
}

fn is_address(text: &str) -> bool {
    is_ip(text) || refusal("dns-name", text).is_none()
}

fn is_mask(text: &str) -> bool {
    let leads = |mask: Ipv4Addr| u32::from(mask).leading_ones() + u32::from(mask).trailing_zeros();
    text.parse().is_ok_and(|mask: Ipv4Addr| leads(mask) == 32 || u32::from(mask) == 0)
}

fn prefix(text: &str) -> Option<(&str, u32)> {
    let (address, length) = text.split_once('/')?;
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    Some((address, length.parse().ok().filter(|_| is_number)?))
}

fn is_cidr4(text: &str) -> bool {
    prefix(text).is_some_and(|(address, length)| is_ipv4(address) && length > 7 && length <= 32)
}

fn is_cidr6(text: &str) -> bool {
    prefix(text).is_some_and(|(address, length)| is_ipv6(address) && length > 7 && length <= 128)
}

fn is_cidr(text: &str) -> bool {
    is_cidr4(text) || is_cidr6(text)
}

fn is_ip_or_cidr(text: &str) -> bool {
    is_ip(text) || prefix(text).is_some_and(|(address, _)| is_ip(address))
}

/// What the library that the firewall asks says of a network: a prefix that is too long, or address digits behind it.
fn refusal_of_prefix(text: &str) -> Option<String> {
    let (address, length) = prefix(text)?;
    let digits = match address.parse::<Ipv4Addr>() {
        Ok(address) => format!("{:032b}", u32::from(address)),
        Err(_) => format!("{:0128b}", u128::from(address.parse::<Ipv6Addr>().ok()?)),
    };
    let Some(rest) = usize::try_from(length).ok().and_then(|length| digits.get(length..)) else {
        return Some(format!("Prefix length {length} is longer than IP address ({})", digits.len()));
    };
    rest.contains('1').then(|| format!("Invalid prefix {digits}/{length}"))
}

/// An alias of the firewall may be named with its scope.
fn is_ip_or_cidr_or_alias(text: &str) -> bool {
    let alias = text.strip_prefix("dc/").or_else(|| text.strip_prefix("guest/")).unwrap_or(text);
    let mut letters = alias.chars();
    let is_alias = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && alias.len() > 1
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    is_alias || is_ip_or_cidr(text)
}

fn is_config4(text: &str) -> bool {
    matches!(text, "dhcp" | "manual") || is_cidr4(text)
}

fn is_config6(text: &str) -> bool {
    matches!(text, "auto" | "dhcp" | "manual") || is_cidr6(text)
}

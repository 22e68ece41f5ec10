//! Rules of firewalls, and the addresses and names that they are about.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Body, places, text};
use crate::desire::{FirewallRule, Text};

/// The aliases, sets and groups that a rule can refer to.
#[derive(Default)]
pub(super) struct Scope<'d> {
    cluster: Names<'d>,
    own: Names<'d>,
    groups: BTreeSet<&'d str>,
    /// The firewall that is being written is the cluster's.
    is_cluster: bool,
}

/// The names of one firewall.
#[derive(Default)]
struct Names<'d> {
    firewall: String,
    /// An alias, a set, or both.
    of: BTreeMap<&'d str, Sorts>,
}

#[derive(Clone, Copy, Default)]
struct Sorts {
    alias: bool,
    set: bool,
}

impl<'d> Scope<'d> {
    /// Begins a firewall of this name, whose own names come before those of the cluster.
    pub fn enter(&mut self, firewall: &str, is_cluster: bool) {
        let names = Names { firewall: firewall.to_owned(), of: BTreeMap::new() };
        self.is_cluster = is_cluster;
        *self.names() = names;
    }

    fn names(&mut self) -> &mut Names<'d> {
        if self.is_cluster { &mut self.cluster } else { &mut self.own }
    }

    pub fn alias(&mut self, name: &'d str) {
        self.names().of.entry(name).or_default().alias = true;
    }

    pub fn set(&mut self, name: &'d str) {
        self.names().of.entry(name).or_default().set = true;
    }

    pub fn group(&mut self, name: &'d str) {
        self.groups.insert(name);
    }

    /// Takes back a group that cannot be said.
    pub fn forget_group(&mut self, name: &str) {
        self.groups.remove(name);
    }

    /// An address as a rule or set has it, in the words of the language: a literal, an alias, or `+` and a set. `taken` tells
    /// of names that resources with an address have.
    pub fn address(&self, address: &str, taken: &dyn Fn(&str) -> bool) -> Option<String> {
        if let Some(literal) = plain_address(address).or_else(|| range(address)) {
            return Some(literal);
        }
        let (name, is_set) = address.strip_prefix('+').map_or((address, false), |name| (name, true));
        let has =
            |names: &&Names<'d>| names.of.get(name).is_some_and(|sorts| if is_set { sorts.set } else { sorts.alias });
        let own = Some(&self.own).filter(|_| !self.is_cluster).filter(has);
        let names = own.or_else(|| Some(&self.cluster).filter(has))?;
        let sorts = names.of.get(name).copied().unwrap_or_default();
        // The firewall's own names are looked for first; those of the cluster only if no other firewall has them.
        let is_near = own.is_some() || self.is_cluster;
        if is_near && !(sorts.alias && sorts.set) && !taken(name) {
            return Some(text::name(name));
        }
        let sort = if is_set { "ipset" } else { "alias" };
        Some(format!("firewall.{}.{sort}.{}", text::name(&names.firewall), text::name(name)))
    }
}

/// Why an address cannot be said.
pub(super) fn unsaid(address: &str) -> String {
    format!("`{address}` is no address, and no alias or set of its firewall or the cluster's that manifests say")
}

/// An address or subnet.
pub(super) fn plain_address(address: &str) -> Option<String> {
    let (bare, prefix) = address.split_once('/').map_or((address, None), |(bare, prefix)| (bare, Some(prefix)));
    if bare.parse::<Ipv6Addr>().is_ok() {
        let is_fine = prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok_and(|prefix| prefix <= 128));
        return is_fine.then(|| text::string(address));
    }
    bare.parse::<Ipv4Addr>().ok()?;
    // A subnet with host bits is none in the language.
    let is_fine = prefix.is_none_or(|prefix| {
        prefix.parse::<u8>().is_ok_and(|prefix| prefix <= 32) && places::network_of(address).as_deref() == Some(address)
    });
    is_fine.then(|| text::literal(address))
}

/// `10.0.0.1-10.0.0.9`
fn range(address: &str) -> Option<String> {
    let (first, last) = address.split_once('-')?;
    first.parse::<Ipv4Addr>().ok()?;
    last.parse::<Ipv4Addr>().ok()?;
    Some(format!("{}..{}", text::literal(first), text::literal(last)))
}

/// What a rule is called: rules have no names in Proxmox, so that it is told from what it does.
pub(super) fn name(rule: &FirewallRule<'_>) -> String {
    if let Some(group) = &rule.group {
        return group.to_string();
    }
    let action = rule.action.as_deref().unwrap_or("rule").to_ascii_lowercase();
    match rule.set.as_ref().or(rule.ports.as_ref().filter(|ports| !ports.contains([',', ':']))) {
        Some(what) => places::plain(&format!("{action}-{what}")),
        None => places::plain(&action),
    }
}

/// A rule; an error says what of it cannot be said.
pub(super) fn rule(scope: &Scope<'_>, taken: &dyn Fn(&str) -> bool, of: &FirewallRule<'_>) -> Result<Body, String> {
    let mut body = Body::default();
    match (&of.group, &of.action) {
        (Some(group), None) if scope.groups.contains(&**group) => body.say("group", text::name(group)),
        (Some(group), None) => return Err(format!("no manifest says the security group `{group}`")),
        (None, Some(action)) => body.say("action", text::member(&action.to_ascii_lowercase())),
        (Some(_), Some(_)) | (None, None) => {
            return Err("one of its rules has no action and no group, or both".to_owned());
        }
    }
    match of.direction.as_deref().filter(|_| of.group.is_none()) {
        None => {}
        Some("out") => body.say("direction", "outgoing"),
        Some("forward") => body.say("direction", "forwarded"),
        Some(other) => return Err(format!("hlab knows no direction `{other}`")),
    }
    body.off("enabled", of.disabled);
    body.string("macro", of.set.as_ref());
    body.string("protocol", of.protocol.as_ref());
    for (key, addresses) in [("from", &of.from), ("to", &of.to)] {
        let Some(addresses) = addresses else { continue };
        let said = addresses.split(',').map(|address| scope.address(address, taken).ok_or_else(|| unsaid(address)));
        body.say(key, text::list(said.collect::<Result<Vec<_>, _>>()?));
    }
    ports(&mut body, "ports", of.ports.as_ref());
    ports(&mut body, "source-ports", of.source_ports.as_ref());
    body.string("icmp-type", of.icmp_type.as_ref());
    body.string("interface", of.interface.as_ref());
    body.member("log", of.log.as_ref());
    body.string("comment", of.comment.as_ref());
    Ok(body)
}

/// `80,443,8000:8100,ssh`
fn ports(body: &mut Body, key: &str, ports: Option<&Text<'_>>) {
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| number.to_string() == text);
    let port = |port: &str| match port.split_once(':') {
        Some((first, last)) => match (number(first), number(last)) {
            (Some(first), Some(last)) => format!("{first}..{last}"),
            _ => text::string(port),
        },
        None => number(port).map_or_else(|| text::string(port), |number| number.to_string()),
    };
    if let Some(ports) = ports {
        body.say(key, text::list(ports.split(',').map(port)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, plain_address};

    #[test]
    fn an_address_is_a_literal_or_a_name_that_is_known() {
        let mut scope = Scope::default();
        scope.enter("lab", true);
        scope.alias("home");
        scope.alias("both");
        scope.set("both");
        scope.enter("web", false);
        scope.alias("gate");
        let say = |address| scope.address(address, &|name| name == "gate2");
        assert_eq!(say("10.0.0.1-10.0.0.9").as_deref(), Some("10.0.0.1..10.0.0.9"));
        assert_eq!(say("fd00::/64").as_deref(), Some("\"fd00::/64\""));
        assert_eq!(say("gate").as_deref(), Some("gate"));
        assert_eq!(say("home").as_deref(), Some("firewall.lab.alias.home"));
        assert_eq!(say("+both").as_deref(), Some("firewall.lab.ipset.both"));
        assert_eq!(say("+gate"), None);
        assert_eq!(say("] }\nvm evil"), None);
        assert_eq!(plain_address("10.0.0.5/24"), None);
        assert_eq!(plain_address("10.0.0.0/24").as_deref(), Some("10.0.0.0/24"));
    }
}

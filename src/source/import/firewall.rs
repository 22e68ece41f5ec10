//! Firewalls: the parts that manifests say of one, together again. Rules refer to aliases and sets by name.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Fresh;
use super::rules::{self, Scope};
use super::{Body, Places, life_unsaid, text};
use crate::desire::{
    ClusterFirewall, Firewall, FirewallRule, GuestFirewall, GuestOf, IpSet, NodeFirewall, Object, Protected, Text,
    VnetFirewall,
};
use crate::own::Facet;

/// Every firewall that manifests say something of.
#[derive(Default)]
pub(super) struct Firewalls<'d> {
    found: BTreeMap<Whose<'d>, Vec<Part<'d>>>,
}

/// Whose firewall it is, by what tells it from others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose<'d> {
    Cluster,
    Node(&'d str),
    Guest(&'d str, Option<u32>, bool),
    Vnet(&'d str),
}

/// A part of a firewall and where it was found.
struct Part<'d> {
    object: &'d Object<'d>,
    part: &'d Firewall<'d>,
    origin: Option<String>,
}

/// A firewall as it is written.
pub(super) struct Written {
    /// The source file that its manifest names.
    pub file: String,
    /// The manifests that it comes from.
    pub origins: BTreeSet<String>,
    /// `firewall lab: Cluster`
    pub head: String,
    pub body: Body,
}

/// Everything of one firewall but its name.
struct Whole<'d> {
    whose: Whose<'d>,
    name: String,
    file: String,
    origins: BTreeSet<String>,
    body: Body,
    /// The nodes that have it, where nodes do.
    nodes: Vec<&'d str>,
}

impl<'d> Firewalls<'d> {
    pub fn add(&mut self, object: &'d Object<'_>, part: &'d Firewall<'_>, origin: Option<String>) {
        let whose = match part {
            Firewall::Cluster(_) | Firewall::Group(_) => Whose::Cluster,
            Firewall::Node(options) => Whose::Node(&options.node),
            Firewall::Guest(options) => of_guest(&options.guest),
            Firewall::Vnet(options) => Whose::Vnet(&options.vnet),
            Firewall::Alias(alias) => of_any(&alias.of),
            Firewall::IpSet(set) => of_any(&set.of),
            Firewall::Rules(rules) => of_any(&rules.of),
        };
        self.found.entry(whose).or_default().push(Part { object, part, origin });
    }

    /// Every firewall as it is written; notes say what cannot be said.
    pub fn write(mut self, places: &mut Places<'d>, notes: &mut Vec<String>) -> Vec<Written> {
        let has_options = |parts: &Vec<Part<'_>>| parts.iter().any(|part| part.facet() == Facet::FirewallOptions);
        let any_options = self.found.values().any(has_options);
        self.found.retain(|_, parts| {
            let is_kept = !any_options || has_options(parts);
            if !is_kept {
                notes.extend(parts.iter().map(|part| format!("`{}` is left out: {NO_OPTIONS}", part.object.address)));
            }
            is_kept
        });
        self.found.values_mut().for_each(|parts| once(parts, notes));
        places.facets.extend(self.found.values().flatten().map(Part::facet));
        let (mut fresh, mut wholes) = (Fresh::default(), Vec::<Whole<'_>>::new());
        let mut scope = Scope::default();
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (whose, parts) in &self.found {
            let wanted = name_of(*whose, parts);
            // Those of nodes may be one with another, and have no names that rules refer to.
            let name = if matches!(whose, Whose::Node(_)) { wanted.clone() } else { fresh.name(&wanted) };
            // The cluster's comes first, and the others refer to what it has.
            let body = self::body(places, &mut scope, (&name, *whose), parts, notes);
            let Some(body) = body else { continue };
            let mut whole = Whole {
                whose: *whose,
                name,
                file: parts.first().map_or_else(String::new, |part| part.object.file.to_string()),
                origins: parts.iter().filter_map(|part| part.origin.clone()).collect(),
                body,
                nodes: Vec::new(),
            };
            if let Whose::Node(node) = whose {
                let same = alike.entry(wanted.clone()).or_default();
                if let Some(at) = same.iter().copied().find(|at| wholes[*at].body == whole.body) {
                    let known = &mut wholes[at];
                    known.nodes.push(node);
                    known.origins.append(&mut whole.origins);
                    continue;
                }
                same.push(wholes.len());
                whole.name = fresh.name(&wanted);
                whole.nodes.push(node);
            }
            wholes.push(whole);
        }
        wholes.into_iter().map(written).collect()
    }
}

const NO_OPTIONS: &str =
    "hlab writes the options of every firewall that has a part, and no manifest says those of this one";

impl Part<'_> {
    fn facet(&self) -> Facet {
        self.part.facet()
    }
}

fn of_guest<'d>(guest: &'d GuestOf<'_>) -> Whose<'d> {
    Whose::Guest(&guest.node, guest.id, guest.is_container)
}

fn of_any<'d>(of: &'d Protected<'_>) -> Whose<'d> {
    match of {
        Protected::Cluster => Whose::Cluster,
        Protected::Node(node) => Whose::Node(node),
        Protected::Guest(guest) => of_guest(guest),
        Protected::Vnet(vnet) => Whose::Vnet(vnet),
    }
}

/// Leaves out what is said twice of one firewall.
fn once(parts: &mut Vec<Part<'_>>, notes: &mut Vec<String>) {
    let mut said = BTreeSet::new();
    parts.retain(|part| {
        let name = match part.part {
            Firewall::Alias(alias) => alias.name.to_string(),
            Firewall::IpSet(set) => set.name.to_string(),
            Firewall::Group(group) => group.name.to_string(),
            Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) | Firewall::Rules(_) => {
                String::new()
            }
        };
        let is_first = said.insert((part.facet(), name));
        if !is_first {
            notes.push(format!(
                "`{}` is left out: another manifest says the same thing of the same firewall",
                part.object.address
            ));
        }
        is_first
    });
}

/// What the resource is called: as its options are, or its rules, or as the stamp of another part says.
fn name_of(whose: Whose<'_>, parts: &[Part<'_>]) -> String {
    let of_part = |part: &Part<'_>| {
        let name = part.object.name();
        match part.part {
            Firewall::Alias(alias) => name.strip_suffix(&format!(".alias.{}", alias.name)),
            Firewall::IpSet(set) => name.strip_suffix(&format!(".ipset.{}", set.name)),
            Firewall::Group(group) => name.strip_suffix(&format!(".security-group.{}", group.name)),
            Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) | Firewall::Rules(_) => {
                Some(name)
            }
        }
        .map(str::to_owned)
    };
    let rank = |part: &&Part<'_>| match part.part {
        Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) => 0,
        Firewall::Rules(_) => 1,
        Firewall::Alias(_) | Firewall::IpSet(_) | Firewall::Group(_) => 2,
    };
    let mut ranked: Vec<&Part<'_>> = parts.iter().collect();
    ranked.sort_by_key(rank);
    ranked.into_iter().find_map(of_part).unwrap_or_else(|| match whose {
        Whose::Cluster => "cluster".to_owned(),
        Whose::Node(node) => node.to_owned(),
        Whose::Vnet(vnet) => vnet.to_owned(),
        Whose::Guest(_, id, _) => format!("guest-{}", id.unwrap_or_default()),
    })
}

/// Everything of a firewall; none for one whose guest nobody names.
fn body<'d>(
    places: &mut Places<'d>,
    scope: &mut Scope<'d>,
    (name, whose): (&str, Whose<'d>),
    parts: &[Part<'d>],
    notes: &mut Vec<String>,
) -> Option<Body> {
    let mut body = Body::default();
    if let Whose::Guest(..) = whose {
        let guest = parts.iter().find_map(|part| guest_of(part.part)).and_then(|guest| places.guest_of(guest));
        let Some(guest) = guest else {
            notes.extend(parts.iter().map(|part| format!("`{}` is left out: {NO_GUEST}", part.object.address)));
            return None;
        };
        body.say("guest", guest);
    }
    if let Whose::Vnet(vnet) = whose {
        body.say("vnet", text::name(vnet));
    }
    for part in parts {
        match part.part {
            Firewall::Cluster(options) => cluster(&mut body, options),
            Firewall::Node(options) => node(&mut body, options),
            Firewall::Guest(options) => self::guest(&mut body, options),
            Firewall::Vnet(options) => vnet(&mut body, options),
            Firewall::Alias(_) | Firewall::IpSet(_) | Firewall::Group(_) | Firewall::Rules(_) => {}
        }
    }
    life(&mut body, parts, notes);
    let taken = |name: &str| places.is_named(name);
    scope.enter(name, whose == Whose::Cluster);
    // Each may refer to what stands before it.
    for part in parts {
        if let Firewall::Alias(alias) = part.part {
            let mut block = Body::default();
            match rules::plain_address(&alias.address) {
                Some(address) => block.say("address", address),
                None => {
                    notes.push(format!("`{}` is left out: {}", part.object.address, rules::unsaid(&alias.address)));
                    continue;
                }
            }
            block.string("comment", alias.comment.as_ref());
            scope.alias(&alias.name);
            body.block(format!("alias {}", text::name(&alias.name)), block);
        }
    }
    let mut say = |part: &Part<'_>, said: Result<(String, Body), String>| match said {
        Ok((head, block)) => {
            body.block(head, block);
            true
        }
        Err(why) => {
            notes.push(format!("`{}` is left out: {why}", part.object.address));
            false
        }
    };
    for part in parts {
        if let Firewall::IpSet(set) = part.part
            && say(part, ipset(scope, &taken, set))
        {
            scope.set(&set.name);
        }
    }
    for part in parts {
        if let Firewall::Group(group) = part.part {
            // Nothing keeps a group from naming itself.
            scope.group(&group.name);
            let rules = all_rules(scope, &taken, &group.rules).map(|rules| {
                let mut block = Body::default();
                block.string("comment", group.comment.as_ref());
                block.append(&rules);
                (format!("security-group {}", text::name(&group.name)), block)
            });
            if !say(part, rules) {
                scope.forget_group(&group.name);
            }
        }
    }
    for part in parts {
        if let Firewall::Rules(rules) = part.part {
            match all_rules(scope, &taken, &rules.rules) {
                Ok(rules) => body.append(&rules),
                Err(why) => notes.push(format!("`{}` is left out: {why}", part.object.address)),
            }
        }
    }
    Some(body)
}

const NO_GUEST: &str = "it does not say the id of its guest";

fn guest_of<'d>(part: &'d Firewall<'d>) -> Option<&'d GuestOf<'d>> {
    let of = match part {
        Firewall::Guest(options) => return Some(&options.guest),
        Firewall::Alias(alias) => &alias.of,
        Firewall::IpSet(set) => &set.of,
        Firewall::Rules(rules) => &rules.of,
        Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Vnet(_) | Firewall::Group(_) => return None,
    };
    if let Protected::Guest(guest) = of { Some(guest) } else { None }
}

/// All parts of a firewall come and go alike, and what the provider finds by an id of its own is never taken over.
fn life(body: &mut Body, parts: &[Part<'_>], notes: &mut Vec<String>) {
    let can_adopt = |part: &Part<'_>| !matches!(part.part, Firewall::Guest(_) | Firewall::Rules(_));
    let adopt = parts.iter().all(|part| part.object.life.adopt && can_adopt(part));
    let destroy = parts.iter().all(|part| part.object.life.destroy);
    body.on("adopt", adopt);
    if destroy {
        body.say("on-delete", "destroy");
    }
    for part in parts {
        let (life, address) = (&part.object.life, &part.object.address);
        if life.adopt && !adopt {
            notes.push(format!("`{address}` loses its external name: not all of its firewall can be taken over"));
        }
        if life.destroy && !destroy {
            notes.push(format!("`{address}` stays when its declaration goes, like the rest of its firewall"));
        }
        notes.extend(life_unsaid(part.object, true));
    }
}

/// What happens to a packet, in the words of the language.
fn policy(body: &mut Body, key: &str, word: Option<&Text<'_>>) {
    if let Some(word) = word {
        body.say(key, text::member(&word.to_ascii_lowercase()));
    }
}

fn cluster(body: &mut Body, of: &ClusterFirewall<'_>) {
    body.off("enabled", of.disabled);
    policy(body, "incoming", of.incoming.as_ref());
    policy(body, "outgoing", of.outgoing.as_ref());
    policy(body, "forwarded", of.forwarded.as_ref());
    body.off("ebtables", of.no_ebtables);
    if let Some(limit) = &of.log_limit {
        let mut block = Body::default();
        block.off("enabled", limit.disabled);
        block.string("rate", limit.rate.as_ref());
        block.number("burst", limit.burst);
        body.block("log-limit", block);
    }
}

fn node(body: &mut Body, of: &NodeFirewall<'_>) {
    body.off("enabled", of.disabled);
    body.member("log-incoming", of.log_incoming.as_ref());
    body.member("log-outgoing", of.log_outgoing.as_ref());
    body.member("log-forwarded", of.log_forwarded.as_ref());
    body.on("nftables", of.nftables);
    body.off("ndp", of.no_ndp);
    body.off("no-smurfs", of.smurfs);
    body.member("log-smurfs", of.log_smurfs.as_ref());
    body.on("tcp-flags", of.tcp_flags);
    body.member("log-tcp-flags", of.log_tcp_flags.as_ref());
    body.on("syn-flood", of.syn_flood);
    body.number("syn-flood-rate", of.syn_flood_rate);
    body.number("syn-flood-burst", of.syn_flood_burst);
    body.number("connections", of.connections);
    body.seconds("connection-timeout", of.connection_timeout);
    body.seconds("handshake-timeout", of.handshake_timeout);
    body.on("allow-invalid", of.allow_invalid);
    if !of.helpers.is_empty() {
        body.say("helpers", text::list(of.helpers.iter().map(|helper| text::member(helper))));
    }
    body.on("log-connections", of.log_connections);
}

fn vnet(body: &mut Body, of: &VnetFirewall<'_>) {
    body.off("enabled", of.disabled);
    policy(body, "forwarded", of.forwarded.as_ref());
    body.member("log-forwarded", of.log_forwarded.as_ref());
}

fn guest(body: &mut Body, of: &GuestFirewall<'_>) {
    body.off("enabled", of.disabled);
    policy(body, "incoming", of.incoming.as_ref());
    policy(body, "outgoing", of.outgoing.as_ref());
    body.member("log-incoming", of.log_incoming.as_ref());
    body.member("log-outgoing", of.log_outgoing.as_ref());
    body.on("dhcp", of.dhcp);
    body.off("ndp", of.no_ndp);
    body.on("router-advertisement", of.router_advertisement);
    body.off("mac-filter", of.any_mac);
    body.on("ip-filter", of.ip_filter);
}

fn ipset(scope: &Scope<'_>, taken: &dyn Fn(&str) -> bool, set: &IpSet<'_>) -> Result<(String, Body), String> {
    let mut block = Body::default();
    block.string("comment", set.comment.as_ref());
    let (mut members, mut except, mut remarked) = (Vec::new(), Vec::new(), Vec::new());
    for member in &set.members {
        let address = scope.address(&member.address, taken).ok_or_else(|| rules::unsaid(&member.address))?;
        match (&member.comment, member.except) {
            (Some(_), _) => remarked.push((address, member)),
            (None, false) => members.push(address),
            (None, true) => except.push(address),
        }
    }
    for (key, addresses) in [("members", members), ("except", except)] {
        if !addresses.is_empty() {
            block.say(key, text::list(addresses));
        }
    }
    for (number, (address, member)) in remarked.into_iter().enumerate() {
        let mut inner = Body::default();
        inner.say("address", address);
        inner.on("except", member.except);
        inner.string("comment", member.comment.as_ref());
        block.block(format!("member member-{}", number + 1), inner);
    }
    Ok((format!("ipset {}", text::name(&set.name)), block))
}

/// Rules in their order, one block each; an error if one of them cannot be said, for the others would not mean the same.
fn all_rules(scope: &Scope<'_>, taken: &dyn Fn(&str) -> bool, all: &[FirewallRule<'_>]) -> Result<Body, String> {
    let (mut body, mut names) = (Body::default(), Fresh::default());
    for rule in all {
        let name = names.name(&rules::name(rule));
        body.block(format!("rule {}", text::name(&name)), rules::rule(scope, taken, rule)?);
    }
    Ok(body)
}

fn written(whole: Whole<'_>) -> Written {
    let variant = match whole.whose {
        Whose::Cluster => "Cluster",
        Whose::Node(_) => "Host",
        Whose::Guest(..) => "Guest",
        Whose::Vnet(_) => "Vnet",
    };
    let mut body = Body::default();
    if !whole.nodes.is_empty() {
        body.say("hosts", text::list(whole.nodes.iter().map(|node| text::name(node))));
    }
    body.append(&whole.body);
    let head = format!("firewall {}: {variant}", text::name(&whole.name));
    Written { file: whole.file, origins: whole.origins, head, body }
}

//! What guests stand on: hosts with their bridges and devices, networks, storages, and files that no manifest makes.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::site::Site;
use super::{Body, free_name, name_of_volume, some_of, text};
use crate::desire::{Content, Desired, GuestOf, Import, Interface, Secret};
use crate::own::Facet;

/// What was found so far.
pub(super) struct Places<'d> {
    hosts: BTreeMap<&'d str, Host<'d>>,
    networks: Vec<Network<'d>>,
    storages: BTreeMap<&'d str, Storage<'d>>,
    secrets: Vec<(String, &'d Secret<'d>)>,
    /// Files that guests use and no manifest makes: name, head, body by node and volume.
    files: BTreeMap<(&'d str, &'d str), (String, Foreign<'d>)>,
    /// Guests that others are copied from and no manifest makes, by kind and id, with their node.
    templates: BTreeMap<(&'static str, u32), &'d str>,
    /// Guests that something else speaks of and no manifest makes, by kind and id, with their names and nodes.
    guests_elsewhere: BTreeMap<(&'static str, u32), (String, &'d str)>,
    /// Hosts that run Proxmox VE 8, and whether they are away.
    old: BTreeMap<&'d str, bool>,
    /// The names of images and snippets.
    taken: BTreeSet<String>,
    /// The names of guests by their kinds and ids.
    guests: BTreeMap<(&'static str, u32), &'d str>,
    /// How many guests have a name.
    guest_names: BTreeMap<&'d str, usize>,
    /// Something takes SSH.
    pub needs_ssh: bool,
    /// What manifests say of hosts and firewalls, which has no owner unless the project says so.
    pub facets: BTreeSet<Facet>,
}

#[derive(Default)]
struct Host<'d> {
    /// What manifests say of it.
    site: Site<'d>,
    /// The network of each bridge, by its place.
    bridges: BTreeMap<&'d str, usize>,
    /// The bridges on which a NIC carries several VLANs.
    trunks: BTreeSet<&'d str>,
    /// The network of each VLAN interface, by its place.
    vlans: BTreeMap<&'d str, usize>,
    /// Cards and devices by the names they got.
    devices: BTreeMap<String, Device<'d>>,
}

/// A device of a host, as a guest is given it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Device<'d> {
    /// A card by the name of its mapping.
    MappedPci(&'d str),
    /// A card by its address.
    Pci(&'d str),
    /// A USB device by the name of its mapping.
    MappedUsb(&'d str),
    /// A USB device by its ids or port.
    Usb(&'d str),
}

struct Network<'d> {
    name: String,
    bridge: &'d str,
    cidr: Option<String>,
    gateway: Option<&'d str>,
    gateway6: Option<&'d str>,
    /// No guest says yet whether it has a gateway.
    is_open: bool,
}

#[derive(Default)]
struct Storage<'d> {
    nodes: BTreeSet<&'d str>,
    content: BTreeSet<&'static str>,
}

struct Foreign<'d> {
    sort: &'static str,
    storage: &'d str,
    file: &'d str,
}

/// How a NIC says its network.
pub(super) struct Connection {
    /// The network.
    pub network: String,
    /// The bridge, where the network alone does not tell.
    pub via: Option<String>,
}

impl<'d> Places<'d> {
    pub fn new(desired: &'d Desired<'_>, names: &Names) -> Places<'d> {
        let mut places = Places {
            hosts: BTreeMap::new(),
            networks: Vec::new(),
            storages: BTreeMap::new(),
            secrets: Vec::new(),
            files: BTreeMap::new(),
            templates: BTreeMap::new(),
            guests_elsewhere: BTreeMap::new(),
            old: BTreeMap::new(),
            taken: names.all().map(str::to_owned).collect(),
            guests: BTreeMap::new(),
            guest_names: BTreeMap::new(),
            needs_ssh: false,
            facets: BTreeSet::new(),
        };
        for object in &desired.objects {
            let (kind, node, id) = match &object.content {
                Content::Vm(vm) => ("vm", &vm.node, vm.id),
                Content::Container(container) => ("container", &container.node, container.id),
                Content::ContainerRoot(_)
                | Content::ContainerPower(_)
                | Content::RootOptions(_)
                | Content::Power(_)
                | Content::Image(_)
                | Content::Snippet(_)
                | Content::Mapping(_)
                | Content::Pool(_)
                | Content::Entry(_)
                | Content::Host(_)
                | Content::Firewall(_) => continue,
            };
            places.host(node);
            *places.guest_names.entry(object.name()).or_default() += 1;
            places.guests.extend(id.map(|id| ((kind, id), object.name())));
        }
        places.needs_ssh = desired.objects.iter().any(|object| match &object.content {
            Content::Snippet(_) => true,
            Content::ContainerRoot(root) => !root.id_map.is_empty(),
            Content::Container(_)
            | Content::ContainerPower(_)
            | Content::Vm(_)
            | Content::RootOptions(_)
            | Content::Power(_)
            | Content::Image(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_)
            | Content::Host(_)
            | Content::Firewall(_) => false,
        });
        places
    }

    fn host(&mut self, node: &'d str) -> &mut Host<'d> {
        self.hosts.entry(node).or_default()
    }

    /// Notes that there is a host.
    pub fn node(&mut self, node: &'d str) {
        self.host(node);
    }

    /// The hosts so far.
    pub fn hosts(&self) -> impl Iterator<Item = &'d str> {
        self.hosts.keys().copied()
    }

    /// Whether a guest or host is called so.
    pub fn is_named(&self, name: &str) -> bool {
        self.guest_names.contains_key(name) || self.hosts.contains_key(name)
    }

    /// Notes that a host runs Proxmox VE 8, and perhaps is away.
    pub fn runs_8(&mut self, node: &'d str, is_away: bool) {
        self.host(node);
        self.old.insert(node, is_away);
    }

    /// Notes that a storage of a node holds a sort of file.
    pub fn holds(&mut self, node: &'d str, storage: &'d str, content: &'static str) {
        self.host(node);
        let known = self.storages.entry(storage).or_default();
        known.nodes.insert(node);
        known.content.insert(content);
    }

    /// The network of a NIC on a bridge of a node. `fixed` is its static address with its prefix, and its gateway.
    pub fn connect(&mut self, node: &'d str, bridge: &'d str, fixed: Option<(&'d str, Option<&'d str>)>) -> Connection {
        let cidr = fixed.and_then(|(address, _)| network_of(address));
        let gateway = fixed.and_then(|(_, gateway)| gateway);
        let reached = self.host(node).bridges.get(bridge).copied();
        let is_open = |network: &Network<'_>| network.bridge == bridge && (fixed.is_none() || network.cidr.is_none());
        let found = match fixed {
            // Whoever has an address there is on that network, whatever the bridge is called.
            Some(_) => {
                let same = |network: &Network<'_>| {
                    let is_told = network.is_open && network.gateway.is_none();
                    network.cidr == cidr && (network.gateway == gateway || is_told)
                };
                let own = reached.filter(|number| self.networks[*number].cidr.is_none());
                self.networks.iter().position(same).or(own)
            }
            None => reached,
        };
        let found = found.or_else(|| self.networks.iter().position(is_open)).unwrap_or_else(|| self.network(bridge));
        let network = &mut self.networks[found];
        if fixed.is_some() && network.is_open {
            network.gateway = network.gateway.or(gateway);
            network.is_open = false;
        }
        if network.cidr.is_none() && cidr.is_some() {
            (network.cidr, network.gateway) = (cidr, gateway);
        }
        let network = self.networks[found].name.clone();
        let bridges = &mut self.host(node).bridges;
        let first = *bridges.entry(bridge).or_insert(found);
        let is_alone = bridges.values().filter(|network| **network == found).count() <= 1;
        let via = (first != found || !is_alone).then(|| text::name(bridge));
        Connection { network: text::name(&network), via }
    }

    /// Notes that a NIC carries several VLANs on a bridge, which is then told of tags.
    pub fn carries_tags(&mut self, node: &'d str, bridge: &'d str) {
        self.host(node).trunks.insert(bridge);
    }

    /// A new network, called after the bridge or interface that reaches it.
    fn network(&mut self, bridge: &'d str) -> usize {
        let name = free_name(bridge, |name| self.networks.iter().any(|network| network.name == name));
        self.networks.push(Network { name, bridge, cidr: None, gateway: None, gateway6: None, is_open: true });
        self.networks.len() - 1
    }

    /// What manifests say of a node.
    pub fn site(&mut self, node: &'d str) -> &mut Site<'d> {
        &mut self.host(node).site
    }

    /// Notes the network of a bridge or VLAN interface that has an address of its own.
    pub fn reach(&mut self, of: &'d Interface<'_>, is_bridge: bool) {
        let cidr = of.address.as_deref().and_then(network_of);
        let (gateway, gateway6) = (of.gateway.as_deref(), of.gateway6.as_deref());
        if cidr.is_none() && gateway6.is_none() {
            return;
        }
        let has_route = gateway.is_some() || gateway6.is_some();
        let fits = |said: Option<&str>, own: Option<&str>, is_open: bool| said == own || said.is_none() && is_open;
        let found = self.networks.iter().position(|network| {
            let is_route = fits(network.gateway, gateway, network.is_open) && fits(network.gateway6, gateway6, true);
            cidr.is_some() && network.cidr == cidr && (!has_route || is_route)
        });
        let found = found.unwrap_or_else(|| self.network(&of.name));
        let network = &mut self.networks[found];
        network.cidr = cidr;
        network.gateway = network.gateway.or(gateway);
        network.gateway6 = network.gateway6.or(gateway6);
        let host = self.host(&of.node);
        if is_bridge { &mut host.bridges } else { &mut host.vlans }.insert(&of.name, found);
    }

    /// The bridges that guests use though no manifest says them, while manifests say others: `pve.vmbr0`.
    pub fn inferred_bridges(&self) -> Vec<String> {
        let of_host = |(node, host): (&&'d str, &Host<'d>)| {
            let unsaid = host.bridges.keys().filter(|name| !host.site.has_bridge(name));
            unsaid.map(|name| format!("{node}.{name}")).collect::<Vec<_>>()
        };
        self.hosts.iter().flat_map(of_host).collect()
    }

    /// Notes the default routes of hosts beyond the first.
    pub fn unsaid(&self, notes: &mut Vec<String>) {
        for of in self.hosts.values().flat_map(|host| host.site.further_routes()) {
            notes.push(format!(
                "the gateway of `{}` on `{}` is left out: the default route goes another way",
                of.name, of.node
            ));
        }
    }

    /// The name of the guest of a firewall.
    pub fn guest_of(&mut self, of: &'d GuestOf<'_>) -> Option<String> {
        let kind = if of.is_container { "container" } else { "vm" };
        self.guest(kind, of.id?, Some(&of.node))
    }

    /// The name of a device of a node.
    pub fn device(&mut self, node: &'d str, device: Device<'d>) -> String {
        let host = self.host(node);
        if let Some((name, _)) = host.devices.iter().find(|(_, known)| **known == device) {
            return text::name(name);
        }
        let wanted = match device {
            Device::MappedPci(mapping) | Device::MappedUsb(mapping) => mapping.to_owned(),
            Device::Pci(address) => format!("pci-{}", plain(address)),
            Device::Usb(ids) => format!("usb-{}", plain(ids)),
        };
        let name = free_name(&wanted, |name| host.devices.contains_key(name));
        host.devices.insert(name.clone(), device);
        text::name(&name)
    }

    /// The name of the image or snippet that a guest of a node uses.
    pub fn file(&mut self, names: &Names, node: &'d str, import: &'d Import<'_>, sort: &'static str) -> String {
        let volume: &'d str = match import {
            Import::Object(reference) => return text::name(names.at(&reference.address, node)),
            Import::Volume(volume) => volume,
        };
        if let Some((name, _)) = self.files.get(&(node, volume)) {
            return text::name(name);
        }
        let (storage, file) = volume.split_once(':').unwrap_or(("local", volume));
        let file = file.split_once('/').map_or(file, |(_, file)| file);
        let name = free_name(&name_of_volume(volume), |name| {
            self.taken.contains(name) || self.files.values().any(|(known, _)| known == name)
        });
        self.holds(node, storage, sort);
        self.files.insert((node, volume), (name.clone(), Foreign { sort, storage, file }));
        text::name(&name)
    }

    /// The name of a secret.
    pub fn secret(&mut self, secret: &'d Secret<'_>) -> String {
        if let Some((name, _)) = self.secrets.iter().find(|(_, known)| *known == secret) {
            return text::name(name);
        }
        let wanted = match secret {
            Secret::Kubernetes { name, .. } => plain(name),
            Secret::Environment(name) => plain(name),
            Secret::Sops { key, .. } => plain(key),
        };
        let name = free_name(&wanted, |name| self.secrets.iter().any(|(known, _)| known == name));
        self.secrets.push((name.clone(), secret));
        text::name(&name)
    }

    /// The name of the guest on `node` that another is copied from.
    pub fn template(&mut self, kind: &'static str, node: &'d str, id: u32) -> String {
        if let Some(name) = self.guests.get(&(kind, id)) {
            return text::name(name);
        }
        self.host(node);
        self.templates.insert((kind, id), node);
        text::name(&template_name(id))
    }

    /// Whether there is a guest with this id.
    pub fn has_guest(&self, kind: &'static str, id: u32) -> bool {
        let key = (kind, id);
        self.guests.contains_key(&key) || self.templates.contains_key(&key) || self.guests_elsewhere.contains_key(&key)
    }

    /// The name of a guest. One that no manifest makes is on `node`, or else on the first host; none where there is no host.
    pub fn guest(&mut self, kind: &'static str, id: u32, node: Option<&'d str>) -> Option<String> {
        if let Some(name) = self.guests.get(&(kind, id)) {
            let is_one = self.guest_names.get(name) == Some(&1);
            return Some(if is_one { text::name(name) } else { format!("{kind}.{}", text::name(name)) });
        }
        if self.templates.contains_key(&(kind, id)) {
            return Some(text::name(&template_name(id)));
        }
        let node = node.or_else(|| self.hosts().next())?;
        self.host(node);
        let name = free_name(&format!("{kind}-{id}"), |name| self.guest_names.contains_key(name));
        self.guests_elsewhere.entry((kind, id)).or_insert((name.clone(), node));
        Some(text::name(&name))
    }

    /// Writes it all: hosts and networks into the project's file, the rest into files of their own.
    pub fn write(&self, lab: &mut String, files: &mut BTreeMap<String, String>) {
        for network in &self.networks {
            let mut body = Body::default();
            if let Some(cidr) = &network.cidr {
                body.say("cidr", cidr.clone());
            }
            if let Some(gateway) = network.gateway {
                body.say("gateway", text::literal(gateway));
            }
            if let Some(gateway) = network.gateway6 {
                body.say("gateway6", text::string(gateway));
            }
            add(lab, &body, &format!("network {}", text::name(&network.name)));
        }
        for (node, host) in &self.hosts {
            lab.push('\n');
            if let Some(origins) = some_of(&host.site.origins) {
                lab.push_str(&text::comment(&format!("From {origins}.")));
                lab.push('\n');
            }
            lab.push_str(&self.host_body(node, host).written(&format!("host {}", text::name(node))));
        }
        if !self.storages.is_empty() {
            let out = files.entry("storage.hlab".to_owned()).or_default();
            for (name, storage) in &self.storages {
                let nodes: Vec<String> = storage.nodes.iter().map(|node| text::name(node)).collect();
                let mut body = Body::default();
                body.say("content", text::list(storage.content.iter().map(|content| (*content).to_owned())));
                add(out, &body, &format!("storage {} on {}", text::name(name), text::one_or_list(&nodes)));
            }
        }
        for (name, secret) in &self.secrets {
            let mut body = Body::default();
            body.say("from", place_of(secret));
            add(lab, &body, &format!("secret {}", text::name(name)));
        }
        for ((node, _), (name, file)) in &self.files {
            let mut body = Body::default();
            body.say("file", text::string(file.file));
            body.say("storage", text::name(file.storage));
            let (kind, variant) = match file.sort {
                "snippets" => ("snippet", ""),
                "iso" => ("image", ": Iso"),
                "vztmpl" => ("image", ": Template"),
                _ => ("image", ""),
            };
            let out = files.entry("images.hlab".to_owned()).or_default();
            add(out, &body, &format!("{kind} {}{variant} on {}", text::name(name), text::name(node)));
        }
        for ((kind, id), node) in &self.templates {
            let mut body = Body::default();
            body.say("id", id.to_string());
            body.say("template", "true");
            body.say("owner", "none");
            // Where its root file system lies is not known.
            body.on("adopt", *kind == "container");
            let out = files.entry("guests.hlab".to_owned()).or_default();
            add(out, &body, &format!("{kind} {} on {}", template_name(*id), text::name(node)));
        }
        for ((kind, id), (name, node)) in &self.guests_elsewhere {
            let mut body = Body::default();
            body.say("id", id.to_string());
            body.say("owner", "none");
            // Where the root file system of a container lies is not known.
            body.on("adopt", *kind == "container");
            let out = files.entry("guests.hlab".to_owned()).or_default();
            add(out, &body, &format!("{kind} {} on {}", text::name(name), text::name(node)));
        }
    }

    fn host_body(&self, node: &str, host: &Host<'_>) -> Body {
        let mut body = Body::default();
        if let Some(is_away) = self.old.get(node) {
            if *is_away {
                body.say("state", "offline");
            }
            body.say("pve", text::string("8.4"));
        }
        let of_interface = |name: &str| {
            let network = &self.networks[*host.bridges.get(name).or_else(|| host.vlans.get(name))?];
            Some((text::name(&network.name), network.gateway.is_some() || network.gateway6.is_some()))
        };
        let inferred = |bridge: &str| !host.site.has_bridge(bridge);
        let bridges: Vec<&str> = host.bridges.keys().copied().filter(|bridge| inferred(bridge)).collect();
        host.site.write_network(&mut body, &of_interface, &bridges);
        for (bridge, network) in host.bridges.iter().filter(|(bridge, _)| inferred(bridge)) {
            let mut block = Body::default();
            block.say("network", text::name(&self.networks[*network].name));
            block.on("vlan-aware", host.trunks.contains(bridge));
            body.block(format!("bridge {}", text::name(bridge)), block);
        }
        for (name, device) in &host.devices {
            let mut block = Body::default();
            let word = match device {
                Device::MappedPci(mapping) => {
                    if name != mapping {
                        block.say("mapping", text::string(mapping));
                    }
                    "pci"
                }
                Device::MappedUsb(mapping) => {
                    if name != mapping {
                        block.say("mapping", text::string(mapping));
                    }
                    "usb"
                }
                Device::Pci(address) => {
                    block.say("at", text::literal(address));
                    "pci"
                }
                Device::Usb(ids) if ids.contains(':') => {
                    block.say("ids", text::list([text::literal(ids)]));
                    "usb"
                }
                Device::Usb(port) => {
                    block.say("port", text::string(port));
                    "usb"
                }
            };
            body.block(format!("{word} {}", text::name(name)), block);
        }
        host.site.write_rest(&mut body);
        body
    }
}

fn add(out: &mut String, body: &Body, head: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&body.written(head));
}

fn template_name(id: u32) -> String {
    format!("template-{id}")
}

/// A text as part of a name.
pub(super) fn plain(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    if plain.is_empty() { "unnamed".to_owned() } else { plain }
}

/// Where a secret is: never what it is.
fn place_of(secret: &Secret<'_>) -> String {
    match secret {
        Secret::Kubernetes { namespace, name, key } => {
            format!("kubernetes({}, {})", text::string(&format!("{namespace}/{name}")), text::string(key))
        }
        Secret::Environment(name) => format!("env({})", text::string(name)),
        Secret::Sops { file, key } => format!("sops({}, {})", text::string(file), text::string(key)),
    }
}

/// An address alone; one of IPv6 stands in quotes.
pub(super) fn address(address: &str) -> String {
    if address.contains(':') { text::string(address) } else { text::literal(address) }
}

/// The network of an address with its prefix: `192.168.4.9/24` is on `192.168.4.0/24`.
pub(super) fn network_of(address: &str) -> Option<String> {
    let (address, prefix) = address.split_once('/')?;
    let (address, prefix) = (address.parse::<std::net::Ipv4Addr>().ok()?, prefix.parse::<u32>().ok()?);
    let mask = u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0);
    Some(format!("{}/{prefix}", std::net::Ipv4Addr::from(u32::from(address) & mask)))
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn the_network_of_an_address_has_no_host_bits() {
        assert_eq!(network_of("192.168.4.9/24").as_deref(), Some("192.168.4.0/24"));
        assert_eq!(network_of("10.1.2.3/8").as_deref(), Some("10.0.0.0/8"));
        assert_eq!(network_of("10.1.2.3/0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(network_of("dhcp"), None);
    }
}

//! What Proxmox is told on a node: bridges, VLAN interfaces, names, time and packages, as blocks and fields of its host.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Fresh;
use super::{Body, Places, life_unsaid, places, text};
use crate::desire::{Bridge, HostPart, HostVlan, HostsFile, Interface, Object, Repository};
use crate::own::Facet;

/// What manifests say of one host.
#[derive(Default)]
pub(super) struct Site<'d> {
    bridges: BTreeMap<&'d str, (&'d Bridge<'d>, Body)>,
    vlans: BTreeMap<&'d str, (&'d HostVlan<'d>, Body)>,
    /// Names, time and the like.
    fields: Body,
    /// Which of them were said.
    said: BTreeSet<Facet>,
    /// Repositories of Proxmox that are on, by their handles.
    handles: BTreeSet<&'d str>,
    repositories: Vec<(&'d str, &'d Repository<'d>)>,
    /// The files that say it.
    pub origins: BTreeSet<String>,
}

/// Takes a part of a host into its place; notes say what cannot be said of it.
pub(super) fn part<'d>(
    places: &mut Places<'d>,
    object: &'d Object<'_>,
    part: &'d HostPart<'_>,
    origin: Option<String>,
    notes: &mut Vec<String>,
) {
    let node: &'d str = part.node();
    let refused = match part {
        HostPart::Bridge(bridge) => interface(places, object, (&bridge.interface, true)).and_then(|body| {
            let known = places.site(node).bridges.insert(&bridge.interface.name, (bridge, body));
            twice(known.is_some())
        }),
        HostPart::Vlan(vlan) if vlan.device.is_empty() => Err("nothing says which device it is on".to_owned()),
        HostPart::Vlan(vlan) => interface(places, object, (&vlan.interface, false)).and_then(|body| {
            let known = places.site(node).vlans.insert(&vlan.interface.name, (vlan, body));
            twice(known.is_some())
        }),
        // No manifest says them: their only kinds are those of Linux.
        HostPart::OvsBridge(_) | HostPart::OvsBond(_) | HostPart::OvsPort(_) | HostPart::InternalPort(_) => {
            Err("it is of Open vSwitch, which is declared by hand".to_owned())
        }
        HostPart::Dns(_) | HostPart::Hosts(_) | HostPart::Time(_) => {
            let site = places.site(node);
            twice(!site.said.insert(part.facet())).and_then(|()| site.field(object, part, notes))
        }
        HostPart::Standard(of) => {
            let (handle, site): (&'d str, _) = (&of.handle, places.site(node));
            match is_known_handle(handle) {
                true => twice(!site.handles.insert(handle)),
                false => Err(format!("hlab knows no repository `{handle}`")),
            }
        }
        HostPart::Repository(of) => {
            places.site(node).repositories.push((name_of_repository(object, of), of));
            Ok(())
        }
    };
    if let Err(why) = refused {
        notes.push(format!("`{}` is left out: {why}", object.address));
        return;
    }
    notes.extend(life_unsaid(object, part.interface().is_some()));
    places.site(node).origins.extend(origin);
    places.facets.insert(part.facet());
}

fn twice(is_second: bool) -> Result<(), String> {
    if is_second { Err("another manifest says the same thing of the same node".to_owned()) } else { Ok(()) }
}

fn is_known_handle(handle: &str) -> bool {
    matches!(handle, "enterprise" | "no-subscription" | "test") || handle.starts_with("ceph-")
}

/// What bridges and VLAN interfaces have in common, but for the network, which is known when all is.
fn interface<'d>(
    places: &mut Places<'d>,
    object: &Object<'_>,
    (of, is_bridge): (&'d Interface<'_>, bool),
) -> Result<Body, String> {
    let mut body = Body::default();
    if let Some(address) = &of.address {
        let bare = places::network_of(address).and(address.split_once('/'));
        let (bare, _) = bare.ok_or_else(|| format!("its address `{}` has no prefix", address))?;
        body.say("address", text::literal(bare));
    }
    if of.gateway.is_some() && of.address.is_none() || of.gateway6.is_some() && of.address6.is_none() {
        return Err("it has a gateway and no address that could reach it".to_owned());
    }
    body.string("address6", of.address6.as_ref());
    body.number("mtu", of.mtu);
    body.off("autostart", of.no_autostart);
    body.string("comment", of.comment.as_ref());
    body.seconds("reload-timeout", of.reload_timeout);
    if object.life.destroy {
        body.say("on-delete", "destroy");
    }
    body.on("adopt", object.life.adopt);
    places.reach(of, is_bridge);
    Ok(body)
}

/// The name that a stamp says, or one of the file's: `/etc/apt/sources.list` is `sources`.
fn name_of_repository<'d>(object: &'d Object<'_>, of: &'d Repository<'_>) -> &'d str {
    let file = of.file.rsplit('/').next().unwrap_or_default();
    let of_file = file.split('.').next().unwrap_or_default();
    object.address.split_once(".apt.repository.").map_or(of_file, |(_, name)| name)
}

impl<'d> Site<'d> {
    /// Whether a manifest says this bridge.
    pub fn has_bridge(&self, name: &str) -> bool {
        self.bridges.contains_key(name)
    }

    /// Every bridge and VLAN interface that manifests say, in the order in which they are written.
    pub fn interfaces(&self) -> impl Iterator<Item = &'d Interface<'d>> {
        let bridges = self.bridges.values().map(|(bridge, _)| &bridge.interface);
        bridges.chain(self.vlans.values().map(|(vlan, _)| &vlan.interface))
    }

    fn field(&mut self, object: &Object<'_>, part: &'d HostPart<'_>, notes: &mut Vec<String>) -> Result<(), String> {
        match part {
            HostPart::Dns(dns) => {
                if dns.domain.is_none() || dns.servers.is_empty() || dns.servers.len() > 3 {
                    return Err("Proxmox takes one to three name servers together with a search domain".to_owned());
                }
                self.fields.say("dns", text::list(dns.servers.iter().map(|server| places::address(server))));
                self.fields.string("domain", dns.domain.as_ref());
            }
            HostPart::Time(time) => self.fields.say("timezone", text::string(&time.zone)),
            HostPart::Hosts(file) => self.hosts(object, file, notes)?,
            HostPart::Bridge(_)
            | HostPart::Vlan(_)
            | HostPart::OvsBridge(_)
            | HostPart::OvsBond(_)
            | HostPart::OvsPort(_)
            | HostPart::InternalPort(_)
            | HostPart::Standard(_)
            | HostPart::Repository(_) => {}
        }
        Ok(())
    }

    /// The lines of /etc/hosts. A line is called after its first name that no line before it has.
    fn hosts(&mut self, object: &Object<'_>, file: &'d HostsFile<'_>, notes: &mut Vec<String>) -> Result<(), String> {
        if !file.entries.iter().any(|(_, names)| names.contains(&file.node)) {
            return Err(format!(
                "none of its lines says where `{}` itself is, and hlab writes no such file",
                file.node
            ));
        }
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for (of, names) in &file.entries {
            let Some(place) = names.iter().position(|name| !taken.contains(&**name)) else {
                notes.push(format!("a line of `{}` is left out: `{of}` has no name of its own", object.address));
                continue;
            };
            if place > 0 {
                let name = &names[place];
                notes.push(format!("the names of `{of}` in `{}` begin with `{name}` now", object.address));
            }
            taken.insert(&names[place]);
            let mut block = Body::default();
            block.say("address", places::address(of));
            let others: Vec<_> =
                names.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, name)| name.clone()).collect();
            block.strings("aliases", &others);
            self.fields.block(format!("hosts {}", text::name(&names[place])), block);
        }
        Ok(())
    }

    /// Ports that interfaces stand on, and the interfaces with their networks. `reached` gives the name of the network of an
    /// interface, and whether the network has a gateway.
    pub fn write_network(&self, body: &mut Body, reached: &dyn Fn(&str) -> Option<(String, bool)>, inferred: &[&str]) {
        let is_interface =
            |name: &str| self.bridges.contains_key(name) || self.vlans.contains_key(name) || inferred.contains(&name);
        let ports = self.bridges.values().flat_map(|(bridge, _)| bridge.ports.iter());
        let devices = self.vlans.values().map(|(vlan, _)| &vlan.device);
        let ports: BTreeSet<&str> =
            ports.chain(devices).map(|name| &**name).filter(|name| !is_interface(name)).collect();
        for port in ports {
            let word = if is_bond(port) { "bond" } else { "nic" };
            let mut block = Body::default();
            if is_bond(port) {
                block.say("ports", "[]");
            }
            body.block(format!("{word} {}", text::name(port)), block);
        }
        let has_gateway = |name: &str| reached(name).is_some_and(|(_, has_gateway)| has_gateway);
        let route = |of: &&Interface<'_>| of.gateway.is_some() || of.gateway6.is_some();
        let wanted = self.interfaces().find(route).map(|of| &*of.name);
        let has_address = |of: &Interface<'_>| of.address.is_some() || of.address6.is_some();
        let usual = self.interfaces().find(|of| has_address(of) && has_gateway(&of.name)).map(|of| &*of.name);
        let network = |block: &mut Body, of: &Interface<'_>| {
            let name: &str = &of.name;
            if let Some((network, has_gateway)) = reached(name) {
                block.say("network", network);
                match wanted {
                    Some(wanted) if wanted == name && usual != Some(name) => block.say("default-route", "true"),
                    None if has_gateway && has_address(of) => block.say("default-route", "false"),
                    Some(_) | None => {}
                }
            }
        };
        for (name, (bridge, said)) in &self.bridges {
            let mut block = Body::default();
            if !bridge.ports.is_empty() {
                block.say("ports", text::list(bridge.ports.iter().map(|port| text::name(port))));
            }
            network(&mut block, &bridge.interface);
            block.append(said);
            block.on("vlan-aware", bridge.vlan_aware);
            block.string("vlans", bridge.vlans.as_ref());
            block.on("stp", bridge.stp);
            body.block(format!("bridge {}", text::name(name)), block);
        }
        for (name, (vlan, said)) in &self.vlans {
            let mut block = Body::default();
            block.say("device", text::name(&vlan.device));
            block.say("tag", vlan.tag.to_string());
            network(&mut block, &vlan.interface);
            block.append(said);
            body.block(format!("vlan {}", text::name(name)), block);
        }
    }

    /// Names, time and packages.
    pub fn write_rest(&self, body: &mut Body) {
        body.append(&self.fields);
        let mut apt = Body::default();
        for flag in ["enterprise", "no-subscription", "test"] {
            apt.on(flag, self.handles.contains(flag));
        }
        let ceph = self.handles.iter().filter_map(|handle| handle.strip_prefix("ceph-"));
        let ceph: Vec<String> = ceph.map(text::member).collect();
        if !ceph.is_empty() {
            apt.say("ceph", text::list(ceph));
        }
        let mut names = Fresh::default();
        for (name, of) in &self.repositories {
            let mut block = Body::default();
            block.say("file", text::string(&of.file));
            if of.index != 0 {
                block.say("index", of.index.to_string());
            }
            block.off("enabled", of.disabled);
            apt.block(format!("repository {}", text::name(&names.name(name))), block);
        }
        body.block_if_said("apt", apt);
    }

    /// The interfaces with a gateway, but for the one that has the default route.
    pub fn further_routes(&self) -> impl Iterator<Item = &'d Interface<'d>> {
        self.interfaces().filter(|of| of.gateway.is_some() || of.gateway6.is_some()).skip(1)
    }
}

/// Whether Proxmox takes a name as that of a bond.
///
/// Source: `bond\d+` in `__read_etc_network_interfaces` of pve-common, `PVE/INotify.pm`.
fn is_bond(name: &str) -> bool {
    name.strip_prefix("bond")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

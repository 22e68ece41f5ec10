//! How much of a cluster is read: what the kinds of a lab need, and no more.

use std::collections::{BTreeMap, BTreeSet};

use super::survey::encoded;
use super::wire::firewall;
use crate::desire::{Content, Entry, Firewall, HostPart, UsbDevice, Wanted};

/// What is to be read besides nodes, guests, storages and permissions, which always are.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Scope {
    /// The guests whose configuration is read, by id.
    pub guests: BTreeSet<u32>,
    /// The nodes whose interfaces are read.
    pub interfaces: BTreeSet<String>,
    /// The pools whose members are read.
    pub pools: BTreeSet<String>,
    /// Lists of the cluster and of nodes, by path, with the node that answers.
    pub lists: BTreeMap<String, Option<String>>,
    /// Elements of which their list does not tell all, by the list: rules of groups, members of sets, servers for measurements.
    pub inside: BTreeMap<String, Vec<String>>,
    /// Whether volumes are listed: files, disks, and disks without a guest.
    pub volumes: bool,
    /// Whether backups are listed, and clocks read: what `hlab health` needs.
    pub health: bool,
}

impl Scope {
    /// What `hlab health` needs.
    #[must_use]
    pub fn health() -> Scope {
        Scope { health: true, ..Scope::default() }
    }

    /// What a lab needs.
    #[must_use]
    pub fn of(wanted: &Wanted<'_>) -> Scope {
        let mut scope = Scope { volumes: true, ..Scope::default() };
        for object in &wanted.desired.objects {
            scope.add(&object.content);
        }
        scope
    }

    fn list(&mut self, path: &str) {
        self.lists.insert(path.to_owned(), None);
    }

    fn of_node(&mut self, node: &str, what: &str) {
        self.lists.insert(format!("/nodes/{}/{what}", encoded(node)), Some(node.to_owned()));
    }

    fn add(&mut self, content: &Content<'_>) {
        match content {
            Content::Vm(vm) => {
                self.guests.extend(vm.id);
                if !vm.pci.is_empty() {
                    self.list("/cluster/mapping/pci");
                }
                if vm.usb.iter().any(|usb| matches!(usb.device, UsbDevice::Mapping(_))) {
                    self.list("/cluster/mapping/usb");
                }
                self.interfaces.insert(vm.node.to_string());
            }
            Content::Container(container) => {
                self.guests.extend(container.id);
                self.interfaces.insert(container.node.to_string());
            }
            Content::ContainerRoot(_) | Content::ContainerPower(_) | Content::RootOptions(_) | Content::Power(_) => {}
            Content::Image(_) | Content::Snippet(_) => {}
            Content::Mapping(mapping) => self.list(&format!("/cluster/mapping/{}", mapping.sort)),
            Content::Pool(pool) => {
                self.pools.insert(pool.name.to_string());
                self.list("/pools");
            }
            Content::Entry(entry) => self.entry(entry),
            Content::Host(part) => self.host(part),
            Content::Firewall(part) => self.firewall(part),
        }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        match entry {
            Entry::Acl(_) => self.list("/access/acl"),
            Entry::Group(_) => self.list("/access/groups"),
            Entry::Role(_) => self.list("/access/roles"),
            Entry::User(_) | Entry::Token(_) => self.list("/access/users"),
            Entry::HaNodes(nodes) if nodes.resource.is_some() => self.list("/cluster/ha/rules"),
            Entry::HaNodes(_) => self.list("/cluster/ha/groups"),
            Entry::HaResource(_) => self.list("/cluster/ha/resources"),
            Entry::MetricsServer(server) => {
                let list = "/cluster/metrics/server";
                let inside = self.inside.entry(list.to_owned()).or_default();
                inside.push(format!("{list}/{}", encoded(&server.name)));
                self.list(list);
            }
            Entry::AcmeAccount(_) | Entry::AcmePlugin(_) | Entry::Certificate(_) | Entry::Realm(_) | Entry::Sdn(_) => {}
        }
    }

    fn host(&mut self, part: &HostPart<'_>) {
        match part {
            HostPart::Dns(dns) => self.of_node(&dns.node, "dns"),
            HostPart::Time(time) => self.of_node(&time.node, "time"),
            HostPart::Bridge(_)
            | HostPart::Vlan(_)
            | HostPart::OvsBridge(_)
            | HostPart::OvsBond(_)
            | HostPart::OvsPort(_)
            | HostPart::InternalPort(_) => {
                self.interfaces.insert(part.node().to_string());
            }
            HostPart::Hosts(_) | HostPart::Standard(_) | HostPart::Repository(_) => {}
        }
    }

    /// The lists of a firewall that parts of it stand in. A guest's is asked of the node that the guest is wanted on.
    fn firewall(&mut self, part: &Firewall<'_>) {
        let Some(base) = firewall::base(&part.of()) else { return };
        let node = part.node().map(|node| node.to_string());
        let (list, name) = match part {
            Firewall::Cluster(_) | Firewall::Node(_) | Firewall::Guest(_) | Firewall::Vnet(_) => ("options", None),
            Firewall::Alias(_) => ("aliases", None),
            Firewall::IpSet(set) => ("ipset", Some(&set.name)),
            Firewall::Group(group) => ("groups", Some(&group.name)),
            Firewall::Rules(_) => ("rules", None),
        };
        let list = format!("{base}/{list}");
        if let Some(name) = name {
            let inside = self.inside.entry(list.clone()).or_default();
            inside.push(format!("{list}/{}", encoded(name)));
        }
        self.lists.insert(list, node);
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn the_name_of_a_node_stays_one_segment_of_a_path() {
        let mut scope = Scope::default();
        scope.of_node("a/../b?x=1", "dns");
        assert_eq!(scope.lists.keys().collect::<Vec<_>>(), ["/nodes/a%2F..%2Fb%3Fx%3D1/dns"]);
    }
}

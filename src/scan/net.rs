//! `ip -d -j addr`: ports, bonds, VLAN interfaces and bridges.

use serde_json::Value;

use super::facts::{Bond, Bridge, Facts, Nic, Vlan};

/// Interfaces that guests, containers and programs bring: by the beginnings of their names, where `ip` was not asked for
/// details.
const OF_OTHERS: [&str; 19] = [
    "tap",
    "veth",
    "fwbr",
    "fwpr",
    "fwln",
    "docker",
    "br-",
    "virbr",
    "cni",
    "flannel",
    "cali",
    "lxc",
    "vnet",
    "wg",
    "tailscale",
    "ifb",
    "dummy",
    "tun",
    "vxlan",
];

/// Reads the JSON of `ip -d -j addr` or `ip -j link`. False if it is none.
pub(super) fn ip(text: &str, facts: &mut Facts) -> bool {
    let Ok(Value::Array(all)) = serde_json::from_str(text) else { return false };
    if !all.iter().any(|link| link.get("ifname").is_some()) {
        return false;
    }
    let links: Vec<Link<'_>> = all.iter().filter_map(Link::of).collect();
    let ports_of = |name: &str| {
        let own = links.iter().filter(|link| link.master == Some(name) && link.is_of_host());
        own.map(|link| link.name.to_owned()).collect::<Vec<_>>()
    };
    let (mut nics, mut bonds, mut vlans, mut bridges) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for link in links.iter().filter(|link| link.is_of_host()) {
        let (name, address) = (link.name.to_owned(), link.address.map(str::to_owned));
        match link.kind {
            None => nics.push(link.nic()),
            Some("bond") => {
                let mode = link.data("mode").and_then(Value::as_str).map(str::to_owned);
                bonds.push(Bond { ports: ports_of(&name), name, mode, address });
            }
            Some("bridge") => {
                let filtering = link.data("vlan_filtering").and_then(Value::as_u64);
                bridges.push(Bridge { ports: ports_of(&name), name, address, is_vlan_aware: filtering == Some(1) });
            }
            Some("vlan") => {
                let tag = link.data("id").and_then(Value::as_u64).and_then(|tag| u32::try_from(tag).ok());
                let Some((tag, device)) = tag.filter(|tag| (1..=4094).contains(tag)).zip(link.of) else { continue };
                vlans.push(Vlan { name, device: device.to_owned(), tag, address });
            }
            Some(_) => {}
        }
    }
    let knows_kinds = links.iter().any(|link| link.kind.is_some());
    facts.nics = Some(nics);
    if knows_kinds {
        (facts.bonds, facts.vlans, facts.bridges) = (Some(bonds), Some(vlans), Some(bridges));
    }
    true
}

/// One interface, as far as it matters.
struct Link<'v> {
    name: &'v str,
    whole: &'v Value,
    kind: Option<&'v str>,
    master: Option<&'v str>,
    /// What a VLAN interface goes through.
    of: Option<&'v str>,
    address: Option<&'v str>,
}

impl<'v> Link<'v> {
    fn of(whole: &'v Value) -> Option<Link<'v>> {
        let word = |key: &str| whole.get(key).and_then(Value::as_str);
        let name = word("ifname").filter(|name| is_name(name))?;
        let is_ether = word("link_type").is_none_or(|kind| kind == "ether");
        let info = whole.get("linkinfo");
        let addresses = whole.get("addr_info").and_then(Value::as_array).into_iter().flatten();
        let is_own = |entry: &&Value| {
            let is = |key: &str, value: &str| entry.get(key).and_then(Value::as_str) == Some(value);
            is("family", "inet") && is("scope", "global") && entry.get("secondary").is_none()
        };
        let first = addresses.filter(is_own).filter_map(|entry| entry.get("local")?.as_str()).next();
        is_ether.then_some(Link {
            name,
            whole,
            kind: info.and_then(|info| info.get("info_kind")).and_then(Value::as_str),
            master: word("master"),
            of: word("link").filter(|name| is_name(name)),
            address: first.filter(|address| address.parse::<std::net::Ipv4Addr>().is_ok()),
        })
    }

    /// Whether the host itself has it, not a guest or a program.
    fn is_of_host(&self) -> bool {
        !OF_OTHERS.iter().any(|prefix| self.name.starts_with(prefix))
    }

    fn data(&self, key: &str) -> Option<&'v Value> {
        self.whole.get("linkinfo")?.get("info_data")?.get(key)
    }

    fn nic(&self) -> Nic {
        let word = |key: &str| self.whole.get(key).and_then(Value::as_str);
        let parent = |bus: &str| word("parentdev").filter(|_| word("parentbus") == Some(bus)).map(str::to_owned);
        // A port of a bond shows the bond's address, and its own beside it.
        let mac = word("permaddr").or(word("address")).filter(|mac| is_mac(mac));
        Nic {
            name: self.name.to_owned(),
            mac: mac.map(str::to_ascii_lowercase),
            is_wifi: self.name.starts_with("wl"),
            pci: parent("pci"),
            // The port, without the interface behind the colon.
            usb: parent("usb").map(|device| device.split(':').next().unwrap_or_default().to_owned()),
            address: self.address.map(str::to_owned),
            ..Nic::default()
        }
    }
}

/// The kernel allows more; what is no plain name is not one that a person gave.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    (1..=15).contains(&name.len()) && name.bytes().all(is_plain)
}

fn is_mac(text: &str) -> bool {
    let is_byte = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split(':').count() == 6 && text.split(':').all(is_byte) && text != "00:00:00:00:00:00"
}

#[cfg(test)]
mod tests {
    use super::ip;
    use crate::scan::Facts;

    #[test]
    fn ports_belong_to_bonds_and_bridges_and_those_of_guests_to_nobody() {
        let text = r#"[
          {"ifname":"lo","link_type":"loopback","address":"00:00:00:00:00:00","addr_info":[]},
          {"ifname":"eno1","link_type":"ether","address":"02:00:00:00:00:09","permaddr":"02:00:00:00:00:01","master":"bond0",
           "linkinfo":{"info_slave_kind":"bond"},"parentbus":"pci","parentdev":"0000:01:00.0"},
          {"ifname":"enx020000000002","link_type":"ether","address":"02:00:00:00:00:02","parentbus":"usb","parentdev":"2-3:1.0",
           "addr_info":[{"family":"inet6","local":"fd00::1","scope":"global"},{"family":"inet","local":"10.0.0.9","scope":"global"}]},
          {"ifname":"bond0","link_type":"ether","address":"02:00:00:00:00:09","master":"vmbr0",
           "linkinfo":{"info_kind":"bond","info_data":{"mode":"802.3ad"},"info_slave_kind":"bridge"}},
          {"ifname":"vmbr0","link_type":"ether","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":1}},
           "addr_info":[{"family":"inet","local":"10.0.1.9","scope":"global"}]},
          {"ifname":"vmbr0.7","link":"vmbr0","link_type":"ether","linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":7}}},
          {"ifname":"tap100i0","link_type":"ether","master":"vmbr0","linkinfo":{"info_kind":"tun"}}]"#;
        let mut facts = Facts::default();
        assert!(ip(text, &mut facts));
        let nics = facts.nics.expect("ports");
        assert_eq!(nics.iter().map(|nic| nic.name.as_str()).collect::<Vec<_>>(), ["eno1", "enx020000000002"]);
        assert_eq!(nics[0].mac.as_deref(), Some("02:00:00:00:00:01"));
        assert_eq!((nics[1].usb.as_deref(), nics[1].address.as_deref()), (Some("2-3"), Some("10.0.0.9")));
        assert_eq!(facts.bonds.expect("bonds")[0].ports, ["eno1"]);
        assert_eq!(facts.bridges.expect("bridges")[0].ports, ["bond0"]);
        assert_eq!(facts.vlans.expect("VLANs")[0].tag, 7);
        assert!(!ip("[]", &mut Facts::default()));
    }
}

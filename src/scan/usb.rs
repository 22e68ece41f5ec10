//! `lsusb` and `lsusb -t`: what is plugged in, and where.

use std::collections::BTreeMap;

use super::facts::Usb;
use super::lines::{Line, Rule};

/// A device by bus and number.
type Place = (u32, u32);

/// Reads `lsusb`: ids and names.
pub(super) fn lsusb(text: &str) -> BTreeMap<Place, Usb> {
    let lines = text.lines().filter_map(|line| Line::read(Rule::usb_device, line));
    let device = |line: Line<'_>| {
        let (ids, name) = (line.text(Rule::id).to_ascii_lowercase(), line.text(Rule::rest).trim().to_owned());
        ((line.number(0), line.number(1)), Usb { ids, name, ..Usb::default() })
    };
    lines.map(device).collect()
}

/// What `lsusb -t` says of a device.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Port {
    path: String,
    class: String,
    driver: Option<String>,
}

/// Reads `lsusb -t`: the port of each device. A device with several interfaces has a line for each; the first counts.
pub(super) fn tree(text: &str) -> BTreeMap<Place, Port> {
    let mut ports = BTreeMap::new();
    let (mut bus, mut above) = (None, Vec::<(usize, String)>::new());
    for line in text.lines() {
        if let Some(root) = Line::read(Rule::usb_root, line) {
            bus = Some(root.number(0));
            above.clear();
            continue;
        }
        let (Some(bus), Some(port)) = (bus, Line::read(Rule::usb_port, line)) else { continue };
        let depth = port.text(Rule::depth).len();
        above.retain(|(of, _)| *of < depth);
        let path = match above.last() {
            Some((_, hub)) => format!("{hub}.{}", port.number(0)),
            None => format!("{bus}-{}", port.number(0)),
        };
        above.push((depth, path.clone()));
        let driver = Some(port.text(Rule::usb_driver_name)).filter(|name| !name.is_empty() && *name != "[none]");
        let class = port.text(Rule::usb_class).to_owned();
        ports.entry((bus, port.number(1))).or_insert(Port { path, class, driver: driver.map(str::to_owned) });
    }
    ports
}

/// The devices of both, without hubs, in the order of their ports.
pub(super) fn devices(mut all: BTreeMap<Place, Usb>, ports: BTreeMap<Place, Port>) -> Vec<Usb> {
    for (place, port) in ports {
        if let Some(device) = all.get_mut(&place) {
            (device.port, device.class, device.driver) = (Some(port.path), port.class, port.driver);
        }
    }
    // 1d6b is the Linux Foundation: the host's own ports.
    let is_hub = |device: &Usb| {
        device.ids.starts_with("1d6b:") || device.class == "Hub" || device.driver.as_deref() == Some("hub")
    };
    let is_named_hub = |device: &Usb| device.class.is_empty() && device.name.to_ascii_lowercase().ends_with("hub");
    let mut devices: Vec<Usb> = all.into_values().filter(|device| !is_hub(device) && !is_named_hub(device)).collect();
    devices.sort_by_cached_key(|device| order(device.port.as_deref()));
    devices
}

/// Ports by number, not by text.
fn order(port: Option<&str>) -> Vec<u32> {
    port.unwrap_or_default().split(['-', '.']).map(|number| number.parse().unwrap_or(u32::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::{devices, lsusb, tree};

    #[test]
    fn a_port_is_the_bus_and_the_way_through_the_hubs() {
        let text = "/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/4p, 10000M\n\
                    \x20   |__ Port 1: Dev 2, If 0, Class=Hub, Driver=hub/4p, 5000M\n\
                    \x20       |__ Port 3: Dev 3, If 0, Class=Vendor Specific Class, Driver=r8152, 5000M\n\
                    \x20   |__ Port 4: Dev 4, If 0, Class=Application Specific Interface, Driver=, 5000M\n";
        let names = "Bus 002 Device 001: ID 1d6b:0003 Linux Foundation 3.0 root hub\nBus 002 Device 002: ID 05e3:0626\n\
                     Bus 002 Device 003: ID 0bda:8156 Realtek Semiconductor Corp. USB 10/100/1G/2.5G LAN\n\
                     Bus 002 Device 004: ID 1A6E:089A Global Unichip Corp. \n";
        let found = devices(lsusb(names), tree(text));
        let found: Vec<_> = found.iter().map(|usb| (usb.port.as_deref(), usb.ids.as_str())).collect();
        assert_eq!(found, [(Some("2-1.3"), "0bda:8156"), (Some("2-4"), "1a6e:089a")]);
    }
}

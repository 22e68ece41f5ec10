//! What a host's own tools print of it, read as facts.
//!
//! What comes in are texts: what [`COMMAND`] printed on the host, or the output of single tools. [`read`] tells their parts
//! apart (`bundle`), each of which a file reads (`pci`, `usb`, `disk`, `pool`, `net`, `storage`, `system`), and gives
//! [`Facts`]. Nothing here knows hlab text: what becomes of the facts there is the business of `source::scan`.
//!
//! Whatever the text, there are facts: what cannot be read is left out. Lines go through `grammar/host-output.pest`, JSON
//! through a library.

mod bundle;
mod disk;
mod facts;
mod json;
mod lines;
mod net;
mod pci;
mod pool;
mod storage;
mod system;
mod usb;

use std::collections::BTreeMap;

pub use bundle::COMMAND;
pub use facts::{Bond, Bridge, Cpu, Disk, Facts, Nic, Pci, Pool, Storage, Usb, Vdev, Vlan};
pub use json::json;
pub use system::is_host_name;

use bundle::Part;

/// The facts in texts about one host; none if no text is of a known tool.
#[must_use]
pub fn read(texts: &[&str]) -> Option<Facts> {
    let texts: Vec<String> = texts.iter().map(|text| shown(text)).collect();
    let mut reader = Reader::default();
    let mut is_known = false;
    for (part, text) in texts.iter().flat_map(|text| bundle::parts(text)) {
        is_known = true;
        reader.part(part, text);
    }
    is_known.then(|| reader.finish())
}

/// The text without what drives a terminal: a name may hold anything, and none of that belongs to it.
fn shown(text: &str) -> String {
    let keep = |character: char| match character {
        '\n' | '\t' => character,
        // Ends a line together with the line feed.
        '\r' => '\n',
        other if other.is_control() => ' ',
        other => other,
    };
    text.replace("\r\n", "\n").chars().map(keep).collect()
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    facts: Facts,
    lspci: Option<Vec<Pci>>,
    pvesh: Option<Vec<Pci>>,
    groups: Option<BTreeMap<String, u32>>,
    usb: Option<BTreeMap<(u32, u32), Usb>>,
    ports: BTreeMap<(u32, u32), usb::Port>,
    names: Option<BTreeMap<String, Vec<String>>>,
    properties: Vec<String>,
    sys: system::Sys,
}

impl Reader {
    fn part(&mut self, part: Part, text: &str) {
        let facts = &mut self.facts;
        match part {
            Part::HostName => facts.host = system::host_name(text),
            Part::FullName => facts.fqdn = system::full_name(text),
            Part::PveVersion => facts.pve = system::pveversion(text),
            Part::Kernel => facts.kernel = text.split_whitespace().next().map(str::to_owned),
            Part::CpuInfo => facts.cpu = system::cpuinfo(text),
            Part::MemInfo => facts.memory = system::meminfo(text),
            Part::CmdLine => facts.parameters = Some(system::cmdline(text)),
            Part::Firmware => {
                let has = |path: &str| text.lines().any(|line| line.trim() == path);
                facts.is_uefi = has("/sys/firmware").then(|| has("/sys/firmware/efi"));
            }
            Part::SecureBoot => {
                facts.secure_boot = match text.trim_start() {
                    text if text.starts_with("SecureBoot enabled") => Some(true),
                    text if text.starts_with("SecureBoot disabled") => Some(false),
                    _ => None,
                }
            }
            Part::Lspci => self.lspci.get_or_insert_default().extend(pci::lspci(text)),
            Part::PvePci => self.pvesh = pci::pvesh(text).or(self.pvesh.take()),
            Part::Iommu => self.groups.get_or_insert_default().extend(pci::groups(text)),
            Part::Lsusb => self.usb.get_or_insert_default().extend(usb::lsusb(text)),
            Part::UsbTree => self.ports.extend(usb::tree(text)),
            Part::Lsblk => facts.disks = disk::lsblk(text).or(facts.disks.take()),
            Part::ById => self.names.get_or_insert_default().extend(disk::by_id(text)),
            Part::PoolStatus => {
                let pools = pool::status(text, &mut facts.notes);
                facts.pools.get_or_insert_default().extend(pools);
            }
            Part::Properties => self.properties.push(text.to_owned()),
            Part::Ip => {
                net::ip(text, facts);
            }
            Part::Sys => self.sys = system::sys(text, facts),
            Part::StorageCfg => facts.storages.get_or_insert_default().extend(storage::entries(text)),
        }
    }

    fn finish(mut self) -> Facts {
        self.pci();
        if let Some(usb) = self.usb.take() {
            let mut devices = usb::devices(usb, std::mem::take(&mut self.ports));
            for device in &mut devices {
                device.serial = device.port.as_ref().and_then(|port| self.sys.serials.get(port)).cloned();
            }
            self.facts.usb = Some(devices);
        }
        if let Some(names) = self.names.take() {
            let knows_disks = self.facts.disks.is_some();
            disk::name_all(self.facts.disks.get_or_insert_default(), names, knows_disks);
        }
        for nic in self.facts.nics.iter_mut().flatten() {
            nic.speed = self.sys.speeds.get(&nic.name).copied();
            nic.is_wifi |= self.sys.radios.contains(&nic.name);
        }
        let (facts, notes) = (&mut self.facts, &mut Vec::new());
        once(&mut facts.pools, "ZFS pools", notes, |pool| pool.name.clone());
        once(&mut facts.storages, "storages", notes, |storage| storage.name.clone());
        once(&mut facts.disks, "disks", notes, |disk| disk.kernel.clone());
        once(&mut facts.nics, "network ports", notes, |nic| nic.name.clone());
        once(&mut facts.bonds, "bonds", notes, |bond| bond.name.clone());
        once(&mut facts.vlans, "VLAN interfaces", notes, |vlan| vlan.name.clone());
        once(&mut facts.bridges, "bridges", notes, |bridge| bridge.name.clone());
        once(&mut facts.pci, "PCI devices", notes, |device| device.address.clone());
        once(&mut facts.usb, "USB devices", notes, |device| format!("{:?} {}", device.port, device.ids));
        facts.notes.append(notes);
        if let Some(pools) = &mut facts.pools {
            self.properties.iter().for_each(|text| pool::properties(pools, text));
        }
        self.facts
    }

    /// Both lists of PCI devices as one, with their groups.
    fn pci(&mut self) {
        let groups = self.groups.take();
        let (lspci, pvesh) = (self.lspci.take(), self.pvesh.take());
        if lspci.is_none() && pvesh.is_none() {
            self.facts.has_iommu = groups.map(|groups| !groups.is_empty());
            return;
        }
        let mut devices: BTreeMap<String, Pci> = BTreeMap::new();
        for device in lspci.into_iter().flatten().chain(pvesh.into_iter().flatten()) {
            match devices.get_mut(&device.address) {
                Some(known) => known.group = known.group.or(device.group),
                None => {
                    devices.insert(device.address.clone(), device);
                }
            }
        }
        for (address, group) in groups.iter().flatten() {
            if let Some(device) = devices.get_mut(address) {
                device.group = Some(*group);
            }
        }
        for (address, functions) in &self.sys.functions {
            if let Some(device) = devices.get_mut(address) {
                device.functions = Some(*functions);
                device.active_functions = self.sys.active_functions.get(address).copied();
            }
        }
        for (address, parent) in &self.sys.parents {
            let is_there = devices.contains_key(parent);
            if let Some(device) = devices.get_mut(address).filter(|_| is_there) {
                device.parent = Some(parent.clone());
            }
        }
        for (address, types) in &self.sys.mdev_types {
            if let Some(device) = devices.get_mut(address) {
                device.mdev_types = types.iter().cloned().collect();
            }
        }
        let has_groups = devices.values().any(|device| device.group.is_some());
        self.facts.has_iommu = groups.map(|groups| !groups.is_empty()).or(has_groups.then_some(true));
        self.facts.pci = Some(devices.into_values().collect());
    }
}

/// More of one kind than any host has: what is compared with each other must stay few.
const MOST: usize = 1024;

/// Takes away what a file says twice, so that no name is given twice, and what is beyond measure.
fn once<T>(list: &mut Option<Vec<T>>, what: &str, notes: &mut Vec<String>, key: impl Fn(&T) -> String) {
    let mut seen = std::collections::BTreeSet::new();
    let Some(list) = list else { return };
    list.retain(|entry| seen.insert(key(entry)));
    if list.len() > MOST {
        notes.push(format!("there are {} {what}: those after the first {MOST} are left out", list.len()));
        list.truncate(MOST);
    }
}

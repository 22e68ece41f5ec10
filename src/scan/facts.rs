//! What a host's tools said of it, as plain data.
//!
//! A list is `None` where no tool said anything about it: then nothing is known to be missing either.

/// Everything that was read about one host.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Facts {
    /// Its name: `hostname`.
    pub host: Option<String>,
    /// The full name under which it is reached.
    pub fqdn: Option<String>,
    /// What the machine is: vendor and product, as its firmware says.
    pub machine: Option<String>,
    /// Serial number of the machine.
    pub serial: Option<String>,
    /// Version of Proxmox VE: `8.4.14`.
    pub pve: Option<String>,
    /// Version of the running kernel: `6.8.12-15-pve`.
    pub kernel: Option<String>,
    /// Words of the kernel command line, without those that name the kernel and its root.
    pub parameters: Option<Vec<String>>,
    /// The processor.
    pub cpu: Option<Cpu>,
    /// Memory, in bytes.
    pub memory: Option<u64>,
    /// Whether it boots by UEFI.
    pub is_uefi: Option<bool>,
    /// Whether Secure Boot is on.
    pub secure_boot: Option<bool>,
    /// Whether there are IOMMU groups.
    pub has_iommu: Option<bool>,
    /// Network ports.
    pub nics: Option<Vec<Nic>>,
    /// Bonds.
    pub bonds: Option<Vec<Bond>>,
    /// VLAN interfaces.
    pub vlans: Option<Vec<Vlan>>,
    /// Bridges.
    pub bridges: Option<Vec<Bridge>>,
    /// PCI devices, in the order of their addresses.
    pub pci: Option<Vec<Pci>>,
    /// USB devices but hubs, in the order of their ports.
    pub usb: Option<Vec<Usb>>,
    /// Disks.
    pub disks: Option<Vec<Disk>>,
    /// ZFS pools.
    pub pools: Option<Vec<Pool>>,
    /// Entries of `storage.cfg`.
    pub storages: Option<Vec<Storage>>,
    /// What a person should know: what is degraded, or could not be read.
    pub notes: Vec<String>,
}

/// A processor.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cpu {
    /// Its name, without marks and clock.
    pub model: Option<String>,
    /// Cores in all sockets.
    pub cores: Option<u32>,
    /// Hardware threads in all sockets.
    pub threads: u32,
    /// Sockets.
    pub sockets: u32,
}

/// A network port.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Nic {
    /// Its name: `enp1s0`.
    pub name: String,
    /// Its MAC address, as it is burnt in.
    pub mac: Option<String>,
    /// Link speed, in Mbit/s.
    pub speed: Option<u32>,
    /// Whether it is a radio.
    pub is_wifi: bool,
    /// The PCI address of its adapter.
    pub pci: Option<String>,
    /// The USB port of its adapter.
    pub usb: Option<String>,
    /// Its own address.
    pub address: Option<String>,
}

/// A bond.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bond {
    /// Its name.
    pub name: String,
    /// Its ports.
    pub ports: Vec<String>,
    /// `active-backup`, `802.3ad` …
    pub mode: Option<String>,
    /// Its own address.
    pub address: Option<String>,
}

/// A VLAN interface.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Vlan {
    /// Its name.
    pub name: String,
    /// What its packets go through.
    pub device: String,
    /// Its tag.
    pub tag: u32,
    /// Its own address.
    pub address: Option<String>,
}

/// A bridge.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bridge {
    /// Its name.
    pub name: String,
    /// Its ports, without those of guests.
    pub ports: Vec<String>,
    /// Its own address.
    pub address: Option<String>,
    /// Whether it carries VLAN tags.
    pub is_vlan_aware: bool,
}

/// A PCI device: one function.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pci {
    /// `0000:01:00.0`
    pub address: String,
    /// Its class: `0x0300` is a display.
    pub class: u16,
    /// Vendor and product: `10de:2484`.
    pub ids: String,
    /// Vendor and name, as the tool says them.
    pub name: String,
    /// The driver that has it.
    pub driver: Option<String>,
    /// Its IOMMU group.
    pub group: Option<u32>,
    /// How many virtual functions it can have (SR-IOV).
    pub functions: Option<u32>,
    /// How many of them are on.
    pub active_functions: Option<u32>,
    /// The address of the device that makes it, if it is a virtual function.
    pub parent: Option<String>,
    /// Types of mediated devices that it offers, in order.
    pub mdev_types: Vec<String>,
}

/// A USB device.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Usb {
    /// Bus and path: `2-3.1`.
    pub port: Option<String>,
    /// Vendor and product: `18d1:9302`.
    pub ids: String,
    /// Vendor and name, as the tool says them.
    pub name: String,
    /// Its class: `Vendor Specific Class`.
    pub class: String,
    /// The driver that has it.
    pub driver: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
}

/// A disk.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Disk {
    /// What the kernel calls it today: `sda`.
    pub kernel: String,
    /// The best of its names under `/dev/disk/by-id`.
    pub id: Option<String>,
    /// All of them.
    pub ids: Vec<String>,
    /// Capacity, in bytes.
    pub size: Option<u64>,
    /// `nvme`, `sata`, `sas`, `usb`, `mmc`, `virtio`.
    pub transport: Option<&'static str>,
    /// Serial number.
    pub serial: Option<String>,
    /// Model.
    pub model: Option<String>,
}

/// A ZFS pool.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// `ONLINE`, `DEGRADED` …
    pub state: String,
    /// Its groups of devices, in order.
    pub vdevs: Vec<Vdev>,
    /// Sector size as a power of two.
    pub ashift: Option<u32>,
    /// Whether freed blocks are given back by and by.
    pub autotrim: Option<bool>,
    /// Whether the host boots from it.
    pub is_boot: bool,
    /// Access control lists, as hlab calls them.
    pub acltype: Option<&'static str>,
    /// Compression, as hlab calls it.
    pub compression: Option<String>,
    /// Whether reading writes access times.
    pub atime: Option<bool>,
}

/// Devices of a ZFS pool that belong together.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Vdev {
    /// `data`, `log`, `cache`, `special`, `dedup`, `spare`.
    pub role: &'static str,
    /// `stripe`, `mirror`, `raidz1` …; none where hlab has no word for it.
    pub layout: Option<&'static str>,
    /// The disks, as the kernel or `/dev/disk/by-id` calls them, without partitions.
    pub disks: Vec<String>,
}

/// An entry of `storage.cfg`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Storage {
    /// `zfspool`
    pub kind: String,
    /// `local-zfs`
    pub name: String,
    /// Its options; what looks like a secret was left out.
    pub options: Vec<(String, String)>,
}

impl Storage {
    /// The value of an option.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

impl Pci {
    /// The address without its function: `0000:01:00`.
    #[must_use]
    pub fn slot(&self) -> &str {
        self.address.rsplit_once('.').map_or(&self.address, |(slot, _)| slot)
    }

    /// Whether it is a virtual function of an adapter with SR-IOV.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.name.contains("Virtual Function")
    }
}

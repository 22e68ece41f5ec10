//! What is plugged into a VM: drives, network cards, the cloud-init drive, devices of the host, screen and sound.

use super::{Ref, Text};

/// `efidisk0`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct EfiDisk<'a> {
    /// The storage.
    pub storage: Text<'a>,
    /// `efitype`, if not `2m`.
    pub size: Option<Text<'a>>,
    /// `pre-enrolled-keys`.
    pub pre_enrolled_keys: bool,
    /// `format`.
    pub format: Option<Text<'a>>,
    /// `ms-cert`.
    pub ms_cert: Option<Text<'a>>,
}

/// `tpmstate0`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Tpm<'a> {
    /// The storage.
    pub storage: Text<'a>,
    /// `version`, if not `v1.2`.
    pub version: Option<Text<'a>>,
}

/// A disk.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Disk<'a> {
    /// `scsi0`, `virtio1`, `sata2`, `ide3`.
    pub slot: Text<'a>,
    /// The storage.
    pub storage: Text<'a>,
    /// Its size, in bytes.
    pub size: u64,
    /// `import-from`: what it is made from, once.
    pub import: Option<Import<'a>>,
    /// The volume that exists, as the storage names it.
    pub volume: Option<Text<'a>>,
    /// `format`.
    pub format: Option<Text<'a>>,
    /// `cache`, if not `none`.
    pub cache: Option<Text<'a>>,
    /// `aio`.
    pub aio: Option<Text<'a>>,
    /// `iothread`.
    pub iothread: bool,
    /// `discard`.
    pub discard: bool,
    /// `ssd`.
    pub ssd: bool,
    /// `backup` is off.
    pub no_backup: bool,
    /// `replicate` is off.
    pub no_replication: bool,
    /// `serial`.
    pub serial: Option<Text<'a>>,
    /// Limits of speed.
    pub throttle: Option<Box<Throttle>>,
    /// The rest.
    pub extra: Option<Box<DiskExtra<'a>>>,
}

/// Seldom keys of a disk.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DiskExtra<'a> {
    /// `shared`.
    pub shared: bool,
    /// `ro`.
    pub read_only: bool,
    /// `snapshot`.
    pub temporary: bool,
    /// `scsiblock`.
    pub scsi_block: bool,
    /// `detect_zeroes`.
    pub detect_zeroes: Option<bool>,
    /// `queues`.
    pub queues: Option<u32>,
    /// `rerror`.
    pub read_error: Option<Text<'a>>,
    /// `werror`.
    pub write_error: Option<Text<'a>>,
    /// `vendor`.
    pub vendor: Option<Text<'a>>,
    /// `product`.
    pub product: Option<Text<'a>>,
    /// `model`.
    pub model: Option<Text<'a>>,
    /// `wwn`.
    pub wwn: Option<Text<'a>>,
}

/// Limits of speed: megabytes or operations in a second, lengths of bursts in seconds.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Throttle {
    /// `mbps`.
    pub total: Option<f64>,
    /// `mbps_rd`.
    pub read: Option<f64>,
    /// `mbps_wr`.
    pub write: Option<f64>,
    /// `mbps_max`.
    pub total_burst: Option<f64>,
    /// `mbps_rd_max`.
    pub read_burst: Option<f64>,
    /// `mbps_wr_max`.
    pub write_burst: Option<f64>,
    /// `bps_max_length`.
    pub total_burst_for: Option<u32>,
    /// `bps_rd_max_length`.
    pub read_burst_for: Option<u32>,
    /// `bps_wr_max_length`.
    pub write_burst_for: Option<u32>,
    /// `iops`.
    pub iops: Option<u32>,
    /// `iops_rd`.
    pub iops_read: Option<u32>,
    /// `iops_wr`.
    pub iops_write: Option<u32>,
    /// `iops_max`.
    pub iops_burst: Option<u32>,
    /// `iops_rd_max`.
    pub iops_read_burst: Option<u32>,
    /// `iops_wr_max`.
    pub iops_write_burst: Option<u32>,
    /// `iops_max_length`.
    pub iops_burst_for: Option<u32>,
    /// `iops_rd_max_length`.
    pub iops_read_burst_for: Option<u32>,
    /// `iops_wr_max_length`.
    pub iops_write_burst_for: Option<u32>,
}

/// Where the content of a new disk comes from, or a file that is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Import<'a> {
    /// A file that an object of this lab makes.
    Object(Ref<'a>),
    /// A volume that exists.
    Volume(Text<'a>),
}

/// A CD-ROM drive.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cdrom<'a> {
    /// `ide3`, `sata0`, `scsi1`.
    pub slot: Text<'a>,
    /// What is in it.
    pub medium: CdMedium<'a>,
}

/// What is in a CD-ROM drive.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum CdMedium<'a> {
    /// Nothing.
    #[default]
    Empty,
    /// It is the host's own drive.
    Physical,
    /// An image.
    File(Import<'a>),
}

/// `net[n]`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Nic<'a> {
    /// Its number.
    pub slot: u8,
    /// `bridge`.
    pub bridge: Text<'a>,
    /// `model`.
    pub model: Text<'a>,
    /// `macaddr`.
    pub mac: Option<Text<'a>>,
    /// `tag`.
    pub vlan: Option<u32>,
    /// `trunks`, sorted.
    pub trunks: Vec<u32>,
    /// `firewall`.
    pub firewall: bool,
    /// `link_down`.
    pub disconnected: bool,
    /// `mtu`.
    pub mtu: Option<u32>,
    /// `queues`.
    pub queues: Option<u32>,
    /// `rate`, in megabytes a second.
    pub rate: Option<f64>,
}

/// First-boot configuration.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct CloudInit<'a> {
    /// The storage of its drive.
    pub storage: Text<'a>,
    /// The slot of its drive.
    pub slot: Text<'a>,
    /// `format` of its drive.
    pub format: Option<Text<'a>>,
    /// `citype`.
    pub sort: Option<Text<'a>>,
    /// `ciuser`.
    pub user: Option<Text<'a>>,
    /// `cipassword`.
    pub password: Option<Secret<'a>>,
    /// `sshkeys`.
    pub keys: Vec<Text<'a>>,
    /// `nameserver`.
    pub dns: Vec<Text<'a>>,
    /// `searchdomain`.
    pub domain: Option<Text<'a>>,
    /// `ipconfig[n]`, by number.
    pub addresses: Vec<IpConfig<'a>>,
    /// `ciupgrade` is off.
    pub no_upgrade: bool,
    /// `cicustom`, `user`.
    pub user_data: Option<Import<'a>>,
    /// `cicustom`, `vendor`.
    pub vendor_data: Option<Import<'a>>,
    /// `cicustom`, `network`.
    pub network_data: Option<Import<'a>>,
    /// `cicustom`, `meta`.
    pub meta_data: Option<Import<'a>>,
}

/// `ipconfig[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct IpConfig<'a> {
    /// Its number, which is that of the NIC.
    pub slot: u8,
    /// `ip`: `dhcp`, or an address with its prefix length.
    pub ip: Option<Text<'a>>,
    /// `gw`.
    pub gateway: Option<Text<'a>>,
    /// `ip6`.
    pub ip6: Option<Text<'a>>,
    /// `gw6`.
    pub gateway6: Option<Text<'a>>,
}

/// Where a secret is; never what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Secret<'a> {
    /// A key of a Kubernetes Secret.
    Kubernetes {
        /// The namespace.
        namespace: Text<'a>,
        /// The Secret.
        name: Text<'a>,
        /// The key.
        key: Text<'a>,
    },
    /// A variable of the environment.
    Environment(Text<'a>),
    /// A key of a file encrypted with SOPS.
    Sops {
        /// The file.
        file: Text<'a>,
        /// The key.
        key: Text<'a>,
    },
}

/// `hostpci[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PciDevice<'a> {
    /// Its number.
    pub slot: u8,
    /// `mapping`, or `host` in the root options.
    pub device: Text<'a>,
    /// `pcie`.
    pub pcie: bool,
    /// `x-vga`.
    pub x_vga: bool,
    /// `rombar` is off.
    pub no_rom_bar: bool,
    /// `romfile`.
    pub rom_file: Option<Text<'a>>,
    /// `mdev`.
    pub mdev: Option<Text<'a>>,
    /// `driver`, if not `vfio`.
    pub driver: Option<Text<'a>>,
    /// `legacy-igd`.
    pub legacy_igd: bool,
    /// `vendor-id`.
    pub vendor_id: Option<Text<'a>>,
    /// `device-id`.
    pub device_id: Option<Text<'a>>,
    /// `sub-vendor-id`.
    pub sub_vendor_id: Option<Text<'a>>,
    /// `sub-device-id`.
    pub sub_device_id: Option<Text<'a>>,
}

/// `usb[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Usb<'a> {
    /// Its number.
    pub slot: u8,
    /// What it is.
    pub device: UsbDevice<'a>,
    /// `usb3`.
    pub usb3: bool,
}

/// What a USB port of a VM leads to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum UsbDevice<'a> {
    /// The SPICE client's port.
    #[default]
    Spice,
    /// A mapping.
    Mapping(Text<'a>),
    /// An id such as `1a6e:089a` or a port such as `10-1`; only among the root options.
    Host(Text<'a>),
}

/// `serial[n]` or `parallel[n]` that is a device of the host.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Serial<'a> {
    /// Its number.
    pub slot: u8,
    /// The device: `/dev/ttyS0`.
    pub device: Text<'a>,
}

/// `virtiofs[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Share<'a> {
    /// Its number.
    pub slot: u8,
    /// `dirid`: the mapping.
    pub mapping: Text<'a>,
    /// `cache`, if not `auto`.
    pub cache: Option<Text<'a>>,
    /// `direct-io`.
    pub direct_io: bool,
    /// `expose-acl`.
    pub acl: bool,
    /// `expose-xattr`.
    pub xattr: bool,
}

/// `vga`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Vga<'a> {
    /// `type`, if not `std`.
    pub sort: Option<Text<'a>>,
    /// `memory`, in MiB.
    pub memory: Option<u32>,
    /// `clipboard`.
    pub vnc_clipboard: bool,
}

/// `audio0`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Audio<'a> {
    /// `device`.
    pub device: Text<'a>,
    /// `driver`, if not `spice`.
    pub driver: Option<Text<'a>>,
}

/// `watchdog`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Watchdog<'a> {
    /// `model`, if not `i6300esb`.
    pub model: Option<Text<'a>>,
    /// `action`.
    pub action: Option<Text<'a>>,
}

/// `rng0`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rng<'a> {
    /// `source`.
    pub source: Text<'a>,
    /// `max_bytes`, if not 1024.
    pub max_bytes: Option<u32>,
    /// `period`, in milliseconds, if not 1000.
    pub period: Option<u32>,
}

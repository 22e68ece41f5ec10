//! What is wanted of a VM. Fields are named as the standard library names them and hold values as Proxmox spells them;
//! `None`, `false` and empty lists stand for what Proxmox does when nothing is said, whatever a target's own default is.

use super::Text;
use super::devices::{
    Audio, Cdrom, CloudInit, Disk, EfiDisk, Import, Nic, PciDevice, Rng, Serial, Share, Tpm, Usb, Vga, Watchdog,
};

/// The configuration of a VM but for its root options: the facet `vm.config`.
///
/// Frequent facts stand here, seldom ones behind boxes: a lab may have ten thousand of these.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Vm<'a> {
    /// The node.
    pub node: Text<'a>,
    /// `vmid`.
    pub id: Option<u32>,
    /// `name`.
    pub name: Option<Text<'a>>,
    /// `description`.
    pub description: Option<Text<'a>>,
    /// `tags`, sorted.
    pub tags: Vec<Text<'a>>,
    /// `pool`.
    pub pool: Option<Text<'a>>,
    /// Processor.
    pub cpu: Cpu<'a>,
    /// `memory`, in MiB.
    pub memory: u32,
    /// `balloon`, in MiB; 0 takes the device away. `None`: the device is there, and the host takes nothing.
    pub balloon: Option<u32>,
    /// `shares`.
    pub shares: Option<u32>,
    /// `allow-ksm` is off.
    pub no_ksm: bool,
    /// `numa[n]`, by number.
    pub numa_nodes: Vec<NumaNode<'a>>,
    /// `machine`, its type: `q35`, `pc-i440fx-8.1`.
    pub machine: Option<Text<'a>>,
    /// `machine`, the rest.
    pub machine_extra: Option<Box<MachineExtra<'a>>>,
    /// `bios`, if it is not `seabios`.
    pub bios: Option<Text<'a>>,
    /// `efidisk0`.
    pub efi: Option<Box<EfiDisk<'a>>>,
    /// `tpmstate0`.
    pub tpm: Option<Box<Tpm<'a>>>,
    /// `ostype`, if it is not `other`.
    pub os: Option<Text<'a>>,
    /// `boot`, its order.
    pub boot_order: Vec<Text<'a>>,
    /// `scsihw`, if it is not `lsi`.
    pub scsi_controller: Option<Text<'a>>,
    /// Disks, by slot.
    pub disks: Vec<Disk<'a>>,
    /// CD-ROM drives, by slot.
    pub cdroms: Vec<Cdrom<'a>>,
    /// `net[n]`, by number.
    pub nics: Vec<Nic<'a>>,
    /// First-boot configuration.
    pub cloud_init: Option<Box<CloudInit<'a>>>,
    /// `hostpci[n]` by mapping, by number.
    pub pci: Vec<PciDevice<'a>>,
    /// `usb[n]` by mapping or `spice`, by number.
    pub usb: Vec<Usb<'a>>,
    /// `virtiofs[n]`, by number.
    pub shares_of_host: Vec<Share<'a>>,
    /// `serial[n]` that are sockets, by number.
    pub serials: Vec<u8>,
    /// `vga`.
    pub vga: Option<Box<Vga<'a>>>,
    /// `audio0`.
    pub audio: Option<Box<Audio<'a>>>,
    /// `watchdog`.
    pub watchdog: Option<Box<Watchdog<'a>>>,
    /// `keyboard`.
    pub keyboard: Option<Text<'a>>,
    /// `tablet` is off.
    pub no_tablet: bool,
    /// `smbios1`.
    pub smbios: Option<Box<Smbios<'a>>>,
    /// `agent`.
    pub agent: Option<Agent<'a>>,
    /// What else is said of the guest, and seldom.
    pub guest: Option<Box<Guest<'a>>>,
    /// `onboot`.
    pub on_boot: bool,
    /// `startup`.
    pub startup: Option<Startup>,
    /// `protection`.
    pub protection: bool,
    /// `template`.
    pub template: bool,
    /// The VM it is copied from.
    pub clone: Option<Box<CloneFrom<'a>>>,
    /// What holds only when it is created.
    pub create: Option<Box<Create<'a>>>,
    /// What only tools know, and Proxmox does not.
    pub provider: Option<Box<Provider<'a>>>,
    /// Options by their own names, sorted.
    pub raw: Vec<RawOption<'a>>,
}

/// Options that only a ticket of root@pam may set: the facet `vm.root-options`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct RootOptions<'a> {
    /// `args`.
    pub args: Option<Text<'a>>,
    /// `hookscript`.
    pub hook: Option<Import<'a>>,
    /// `affinity`.
    pub affinity: Option<Text<'a>>,
    /// `arch`.
    pub architecture: Option<Text<'a>>,
    /// `hugepages`.
    pub hugepages: Option<Text<'a>>,
    /// `keephugepages`.
    pub keep_hugepages: bool,
    /// `amd-sev`.
    pub sev: Option<Sev<'a>>,
    /// `intel-tdx`.
    pub tdx: Option<Tdx>,
    /// `ivshmem`.
    pub shared_memory: Option<SharedMemory<'a>>,
    /// `rng0`; up to 8.4 only root may set it.
    pub rng: Option<Rng<'a>>,
    /// `spice_enhancements`.
    pub spice: Option<Spice<'a>>,
    /// `vmgenid`.
    pub generation_id: Option<Text<'a>>,
    /// `hostpci[n]` by address, by number.
    pub pci: Vec<PciDevice<'a>>,
    /// `usb[n]` by id or port, by number.
    pub usb: Vec<Usb<'a>>,
    /// `serial[n]` that are devices of the host, by number.
    pub serials: Vec<Serial<'a>>,
    /// `parallel[n]`, by number.
    pub parallels: Vec<Serial<'a>>,
}

/// Whether a VM runs: the facet `vm.power`. A VM whose power nobody manages has no such object.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Power {
    /// It runs.
    pub running: bool,
}

/// `cpu` and what goes with it.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Cpu<'a> {
    /// `cores`, if not 1.
    pub cores: Option<u32>,
    /// `sockets`, if not 1.
    pub sockets: Option<u32>,
    /// `cputype`, if not `kvm64`.
    pub model: Option<Text<'a>>,
    /// `flags`, in order.
    pub flags: Vec<Text<'a>>,
    /// `vcpus`.
    pub hotplugged: Option<u32>,
    /// `cpulimit`, if not 0.
    pub limit: Option<f64>,
    /// `cpuunits`.
    pub units: Option<u32>,
    /// `numa`.
    pub numa: bool,
    /// The rest of `cpu`.
    pub extra: Option<Box<CpuExtra<'a>>>,
}

/// Seldom keys of `cpu`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CpuExtra<'a> {
    /// `hidden`.
    pub hidden: bool,
    /// `hv-vendor-id`.
    pub hv_vendor_id: Option<Text<'a>>,
    /// `phys-bits`.
    pub phys_bits: Option<Text<'a>>,
    /// `guest-phys-bits`.
    pub guest_phys_bits: Option<u32>,
    /// `reported-model`.
    pub reported_model: Option<Text<'a>>,
}

/// A node of `numa[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NumaNode<'a> {
    /// Its number.
    pub slot: u8,
    /// `cpus`.
    pub cpus: Text<'a>,
    /// `memory`, in MiB.
    pub memory: Option<u32>,
    /// `hostnodes`.
    pub host_nodes: Option<Text<'a>>,
    /// `policy`.
    pub policy: Option<Text<'a>>,
}

/// Seldom keys of `machine`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MachineExtra<'a> {
    /// `viommu`.
    pub viommu: Option<Text<'a>>,
    /// `aw-bits`.
    pub address_bits: Option<u32>,
    /// `enable-s3`.
    pub sleep: Option<bool>,
    /// `enable-s4`.
    pub hibernate: Option<bool>,
}

/// `smbios1`, not encoded.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Smbios<'a> {
    /// `uuid`.
    pub uuid: Option<Text<'a>>,
    /// `manufacturer`.
    pub manufacturer: Option<Text<'a>>,
    /// `product`.
    pub product: Option<Text<'a>>,
    /// `version`.
    pub version: Option<Text<'a>>,
    /// `serial`.
    pub serial: Option<Text<'a>>,
    /// `sku`.
    pub sku: Option<Text<'a>>,
    /// `family`.
    pub family: Option<Text<'a>>,
}

/// `agent`, and how tools wait for it. There is none of these for a guest without an agent.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Agent<'a> {
    /// `fstrim_cloned_disks`.
    pub trim: bool,
    /// `freeze-fs` is off.
    pub no_freeze: bool,
    /// `type`, if not `virtio`.
    pub sort: Option<Text<'a>>,
    /// How long tools wait for it, in seconds; `None`: 15 minutes.
    pub timeout: Option<u32>,
    /// Tools wait for an IPv4 address.
    pub wait_for_ipv4: bool,
    /// Tools do not wait for any address.
    pub no_wait: bool,
    /// Tools wait for an IPv6 address.
    pub wait_for_ipv6: bool,
}

/// Seldom options of a guest.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Guest<'a> {
    /// `acpi` is off.
    pub no_acpi: bool,
    /// `kvm` is off.
    pub no_kvm: bool,
    /// `localtime`.
    pub local_time: Option<bool>,
    /// `startdate`, if not `now`.
    pub start_date: Option<Text<'a>>,
    /// `tdf`.
    pub drift_fix: bool,
    /// `freeze`.
    pub freeze: bool,
    /// `reboot` is off.
    pub no_reboot: bool,
    /// `hotplug`, if it is not `network,disk,usb`; sorted, empty for none.
    pub hotplug: Option<Vec<Text<'a>>>,
    /// `vmstatestorage`.
    pub state_storage: Option<Text<'a>>,
    /// `migrate_speed`, in megabytes a second, if not 0.
    pub migration_speed: Option<u32>,
    /// `migrate_downtime`, in seconds, if not 0.1.
    pub migration_downtime: Option<f64>,
}

/// `startup`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Startup {
    /// `order`.
    pub order: Option<u32>,
    /// `up`, in seconds.
    pub up: Option<u32>,
    /// `down`, in seconds.
    pub down: Option<u32>,
}

/// The VM that a new one is copied from.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CloneFrom<'a> {
    /// Its id.
    pub id: u32,
    /// Its node, if it is another.
    pub node: Option<Text<'a>>,
    /// The storage of the copied disks.
    pub storage: Option<Text<'a>>,
    /// Disks stand on the original's.
    pub linked: bool,
    /// How often it is tried, if not once.
    pub retries: Option<u32>,
}

/// What holds only when a VM is created.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Create<'a> {
    /// `bwlimit`, in KiB a second.
    pub bandwidth: Option<u64>,
    /// `import-working-storage`.
    pub working_storage: Option<Text<'a>>,
    /// `archive`.
    pub restore_from: Option<Text<'a>>,
    /// `live-restore`.
    pub live_restore: bool,
    /// `unique`.
    pub new_macs: bool,
    /// `force`.
    pub overwrite: bool,
    /// `storage`.
    pub restore_to: Option<Text<'a>>,
    /// `ha-managed`.
    pub ha: bool,
    /// It is rebooted once after it was created.
    pub reboot: bool,
}

/// What tools that apply know, and Proxmox does not.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Provider<'a> {
    /// A change that needs a reboot waits for someone else's.
    pub no_reboot: bool,
    /// A change of host moves the VM.
    pub migrate: bool,
    /// Volumes that its configuration does not name stay when it goes.
    pub keep_unreferenced_disks: bool,
    /// It stays in backup, replication and HA settings when it goes.
    pub no_purge: bool,
    /// It is switched off instead of shut down when it goes.
    pub stop: bool,
    /// How long actions may take.
    pub timeouts: Timeouts,
    /// Addresses that the tool publishes for it.
    pub published_macs: Vec<Text<'a>>,
}

/// How long actions may take, in seconds; `None`: half an hour, for stopping five minutes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Timeouts {
    /// Cloning.
    pub clone: Option<u32>,
    /// Creating.
    pub create: Option<u32>,
    /// Moving to another host.
    pub migrate: Option<u32>,
    /// Moving a disk.
    pub move_disk: Option<u32>,
    /// Rebooting.
    pub reboot: Option<u32>,
    /// Shutting down.
    pub shutdown: Option<u32>,
    /// Starting.
    pub start: Option<u32>,
    /// Stopping.
    pub stop: Option<u32>,
}

/// `amd-sev`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sev<'a> {
    /// `type`.
    pub sort: Text<'a>,
    /// `allow-smt` is off.
    pub no_smt: bool,
    /// `kernel-hashes`.
    pub kernel_hashes: bool,
    /// `no-debug`.
    pub no_debug: bool,
    /// `no-key-sharing`.
    pub no_key_sharing: bool,
}

/// `intel-tdx`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tdx {
    /// `attestation`.
    pub attestation: bool,
    /// `vsock-cid`.
    pub vsock_cid: Option<u32>,
    /// `vsock-port`.
    pub vsock_port: Option<u32>,
}

/// `ivshmem`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SharedMemory<'a> {
    /// `size`, in MiB.
    pub size: u32,
    /// `name`.
    pub name: Option<Text<'a>>,
}

/// `spice_enhancements`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Spice<'a> {
    /// `foldersharing`.
    pub folder_sharing: bool,
    /// `videostreaming`, if not `off`.
    pub video_streaming: Option<Text<'a>>,
}

/// An option by its own name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RawOption<'a> {
    /// The option.
    pub name: Text<'a>,
    /// Its value.
    pub value: Text<'a>,
}

//! What is wanted of a container. As for VMs, `None`, `false` and empty lists stand for what Proxmox does when nothing is
//! said, whatever a target's own default is.

use super::Text;
use super::devices::{Import, Secret};
use super::vm::{RawOption, Startup};

/// The configuration of a container but for its root options: the facet `container.config`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Container<'a> {
    /// The node.
    pub node: Text<'a>,
    /// `vmid`.
    pub id: Option<u32>,
    /// `hostname`.
    pub name: Option<Text<'a>>,
    /// `description`.
    pub description: Option<Text<'a>>,
    /// `tags`, sorted.
    pub tags: Vec<Text<'a>>,
    /// `pool`.
    pub pool: Option<Text<'a>>,
    /// `cores`; `None`: all of the node.
    pub cores: Option<u32>,
    /// `cpulimit`, if not 0.
    pub cpu_limit: Option<f64>,
    /// `cpuunits`, if not 100.
    pub cpu_units: Option<u32>,
    /// `arch`, if not `amd64`.
    pub architecture: Option<Text<'a>>,
    /// `memory`, in MiB.
    pub memory: u32,
    /// `swap`, in MiB.
    pub swap: u32,
    /// `ostemplate`.
    pub from: Option<Import<'a>>,
    /// `ostype`; `None`: found in the template.
    pub os: Option<Text<'a>>,
    /// `unprivileged` is off.
    pub privileged: bool,
    /// `features` is `nesting` and nothing else, which takes no root.
    pub nesting: bool,
    /// `rootfs`.
    pub rootfs: Option<Box<Rootfs<'a>>>,
    /// `mp[n]` that are volumes, by number.
    pub mounts: Vec<Mount<'a>>,
    /// `net[n]`, by number.
    pub nics: Vec<ContainerNic<'a>>,
    /// `nameserver`, in order.
    pub dns: Vec<Text<'a>>,
    /// `searchdomain`.
    pub domain: Option<Text<'a>>,
    /// `timezone`.
    pub timezone: Option<Text<'a>>,
    /// The console.
    pub console: Option<Box<Console<'a>>>,
    /// `entrypoint`, if not `/sbin/init`.
    pub entrypoint: Option<Text<'a>>,
    /// `env`, sorted by name.
    pub environment: Vec<(Text<'a>, Text<'a>)>,
    /// `debug`.
    pub debug: bool,
    /// `onboot`.
    pub on_boot: bool,
    /// `startup`.
    pub startup: Option<Startup>,
    /// `protection`.
    pub protection: bool,
    /// `template`.
    pub template: bool,
    /// The container it is copied from.
    pub clone: Option<Box<ContainerClone<'a>>>,
    /// What holds only when it is created.
    pub create: Option<Box<ContainerCreate<'a>>>,
    /// What only tools know, and Proxmox does not.
    pub provider: Option<Box<ContainerProvider>>,
}

/// Options that only root@pam may set, and lines that only root on the host may write: the facet `container.root-options`.
///
/// A property string has one owner: with anything but `nesting` in it, all of `features` is here.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ContainerRoot<'a> {
    /// `hookscript`.
    pub hook: Option<Import<'a>>,
    /// `features`, of a privileged container or with more than `nesting`.
    pub features: Option<Features<'a>>,
    /// `mp[n]` that are folders or devices of the host, by number.
    pub mounts: Vec<Mount<'a>>,
    /// `dev[n]`, by number.
    pub devices: Vec<DeviceNode<'a>>,
    /// `lxc.idmap`, sorted.
    pub id_map: Vec<IdRange>,
    /// Lines of LXC's own, by key and then in order.
    pub lines: Vec<RawOption<'a>>,
}

/// `features`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Features<'a> {
    /// `nesting`.
    pub nesting: bool,
    /// `keyctl`.
    pub keyctl: bool,
    /// `fuse`.
    pub fuse: bool,
    /// `mknod`.
    pub mknod: bool,
    /// `force_rw_sys`.
    pub force_rw_sys: bool,
    /// `mount`, sorted.
    pub mount: Vec<Text<'a>>,
}

/// How a volume is mounted, which the root file system and every mount say.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct MountFlags<'a> {
    /// `acl`.
    pub acl: Option<bool>,
    /// `mountoptions`, sorted.
    pub options: Vec<Text<'a>>,
    /// `quota`.
    pub quota: bool,
    /// `replicate` is off.
    pub no_replication: bool,
    /// `ro`.
    pub read_only: bool,
    /// `shared`.
    pub shared: bool,
}

/// `rootfs`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rootfs<'a> {
    /// The storage.
    pub storage: Text<'a>,
    /// Bytes.
    pub size: Option<u64>,
    /// The volume that exists already, as the storage names it.
    pub volume: Option<Text<'a>>,
    /// How it is mounted.
    pub flags: MountFlags<'a>,
}

/// `mp[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mount<'a> {
    /// Its number.
    pub slot: u8,
    /// `mp`.
    pub path: Text<'a>,
    /// What is mounted.
    pub source: MountSource<'a>,
    /// Bytes.
    pub size: Option<u64>,
    /// `backup`.
    pub backup: bool,
    /// `keepattrs`.
    pub keep_attributes: bool,
    /// How it is mounted.
    pub flags: MountFlags<'a>,
}

/// What is mounted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MountSource<'a> {
    /// A volume that a storage makes.
    New(Text<'a>),
    /// A volume that is there already, by its id: `local-zfs:subvol-103-disk-1`.
    Volume(Text<'a>),
    /// A folder or block device of the host.
    Host(Text<'a>),
}

impl Default for MountSource<'_> {
    fn default() -> Self {
        MountSource::New(Text::default())
    }
}

/// `net[n]`.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct ContainerNic<'a> {
    /// Its number.
    pub slot: u8,
    /// `name`.
    pub name: Text<'a>,
    /// `bridge`.
    pub bridge: Text<'a>,
    /// `hwaddr`.
    pub mac: Option<Text<'a>>,
    /// `ip`; `None`: as the container itself says.
    pub ip: Option<Text<'a>>,
    /// `gw`.
    pub gateway: Option<Text<'a>>,
    /// `ip6`; `None`: as the container itself says.
    pub ip6: Option<Text<'a>>,
    /// `gw6`.
    pub gateway6: Option<Text<'a>>,
    /// `tag`.
    pub vlan: Option<u32>,
    /// `trunks`, sorted.
    pub trunks: Vec<u32>,
    /// `firewall`.
    pub firewall: bool,
    /// `link_down`.
    pub disconnected: bool,
    /// `host-managed`.
    pub host_managed: bool,
    /// `mtu`.
    pub mtu: Option<u32>,
    /// `rate`, in megabytes a second.
    pub rate: Option<f64>,
}

/// `dev[n]`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct DeviceNode<'a> {
    /// Its number.
    pub slot: u8,
    /// `path`.
    pub path: Text<'a>,
    /// `uid`, if not 0.
    pub user: Option<u32>,
    /// `gid`, if not 0.
    pub group: Option<u32>,
    /// `mode`.
    pub mode: Option<Text<'a>>,
    /// `deny-write`.
    pub read_only: bool,
}

/// A range of ids: a line of `lxc.idmap`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct IdRange {
    /// They are of groups, not of users.
    pub of_groups: bool,
    /// The first in the container.
    pub inside: u32,
    /// The first on the host.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

/// `console`, `tty` and `cmode`, where they are not 1, 2 and `tty`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Console<'a> {
    /// `console` is off.
    pub disabled: bool,
    /// `tty`.
    pub terminals: Option<u32>,
    /// `cmode`.
    pub mode: Option<Text<'a>>,
}

/// The container that a new one is copied from.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ContainerClone<'a> {
    /// Its id.
    pub id: u32,
    /// Its node, if it is another.
    pub node: Option<Text<'a>>,
    /// The storage of the copied volumes.
    pub storage: Option<Text<'a>>,
    /// Volumes stand on the original's.
    pub linked: bool,
}

/// What holds only when a container is created.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ContainerCreate<'a> {
    /// `password`.
    pub password: Option<Secret<'a>>,
    /// `ssh-public-keys`, in order.
    pub keys: Vec<Text<'a>>,
    /// `bwlimit`, in KiB a second.
    pub bandwidth: Option<u64>,
    /// `ostemplate`, with `restore`.
    pub restore_from: Option<Text<'a>>,
    /// `unique`.
    pub new_macs: bool,
    /// `force`.
    pub overwrite: bool,
    /// `ignore-unpack-errors`.
    pub ignore_unpack_errors: bool,
    /// `ha-managed`.
    pub ha: bool,
}

/// What only tools know.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ContainerProvider {
    /// They wait for an IPv4 address.
    pub wait_for_ipv4: bool,
    /// They wait for an IPv6 address.
    pub wait_for_ipv6: bool,
    /// `clone`, in seconds, if not 1800.
    pub clone: Option<u32>,
    /// `create`, in seconds, if not 1800.
    pub create: Option<u32>,
    /// `update`, in seconds, if not 1800.
    pub update: Option<u32>,
    /// `delete`, in seconds, if not 60.
    pub delete: Option<u32>,
    /// `start`, in seconds.
    pub start: Option<u32>,
}

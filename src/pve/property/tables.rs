//! The keys of every property string of a VM, in 8.4 and 9.1.
//!
//! Source: the `format` objects of the API schema; for named formats (`hostpci`, `cpu`, `boot`, `ipconfig`, `smbios1`,
//! `startup`, `rng0`, `watchdog`, `amd-sev`, `intel-tdx`, `cicustom`) its `typetext`, with shapes from qemu-server.

use super::super::form;
use super::super::value::{Form, ValueKind};
use super::super::version::Version;
use super::{Alias, Key, ModelAlias, Role, Schema};

pub(crate) const BOOL: ValueKind = ValueKind::Bool;
pub(crate) const INT: ValueKind = ValueKind::Int { min: None, max: None };
pub(crate) const NUMBER: ValueKind = ValueKind::Number { min: None, max: None };

pub(crate) const fn from(min: i64) -> ValueKind {
    ValueKind::Int { min: Some(min), max: None }
}

pub(crate) const fn between(min: i64, max: i64) -> ValueKind {
    ValueKind::Int { min: Some(min), max: Some(max) }
}

pub(crate) const fn text(form: &'static Form) -> ValueKind {
    ValueKind::Text { max: None, form }
}

pub(crate) const fn short(max: u32, form: &'static Form) -> ValueKind {
    ValueKind::Text { max: Some(max), form }
}

pub(crate) const fn one_of(words: &'static [&'static str]) -> ValueKind {
    ValueKind::Enum(words)
}

pub(super) const fn key(name: &'static str, value: ValueKind) -> Key {
    Key { name, value, role: Role::Plain, since: Version::V8_4, until: None }
}

const fn alias(name: &'static str, value: ValueKind, of: &'static str) -> Key {
    Key { role: Role::Alias(Alias { of, since: Version::V8_4 }), ..key(name, value) }
}

impl Key {
    pub(super) const fn bare(self) -> Key {
        Key { role: Role::Default, ..self }
    }

    pub(super) const fn required(self) -> Key {
        let role = match self.role {
            Role::Default => Role::RequiredDefault,
            Role::Plain | Role::Required | Role::RequiredDefault | Role::Alias(_) => Role::Required,
        };
        Key { role, ..self }
    }

    pub(super) const fn since(self, since: Version) -> Key {
        Key { since, ..self }
    }

    const fn until(self, until: Version) -> Key {
        Key { until: Some(until), ..self }
    }
}

pub(super) const fn plain(name: &'static str, groups: &'static [&'static [Key]]) -> Schema {
    Schema { name, groups, model: None }
}

/// Every schema.
pub(crate) static SCHEMAS: &[&Schema] = &[
    &AGENT, &AMD_SEV, &AUDIO, &BOOT, &CICUSTOM, &CPU, &EFIDISK, &HOSTPCI, &IDE, &INTEL_TDX, &IPCONFIG, &IVSHMEM,
    &MACHINE, &MEMORY, &NET, &NUMA, &RNG, &SATA, &SCSI, &SMBIOS, &SPICE, &STARTUP, &TPMSTATE, &UNUSED, &USB, &VGA,
    &VIRTIO, &VIRTIOFS, &WATCHDOG,
];

const FORMATS: ValueKind = one_of(&["raw", "qcow", "qed", "qcow2", "vmdk", "cloop"]);

/// Where a volume comes from and what it is called; every drive has these.
const VOLUME: &[Key] = &[
    key("file", text(&form::DRIVE)).bare().required(),
    alias("volume", text(&form::DRIVE), "file"),
    key("size", text(&form::SIZE)),
    key("import-from", text(&form::IMPORT)),
];

/// What the four buses share.
const DRIVE: &[Key] = &[
    key("aio", one_of(&["native", "threads", "io_uring"])),
    key("backup", BOOL),
    key("cache", one_of(&["none", "writethrough", "writeback", "unsafe", "directsync"])),
    key("cyls", INT).until(Version::V8_4),
    key("detect_zeroes", BOOL),
    key("discard", one_of(&["ignore", "on"])),
    key("format", FORMATS),
    key("heads", INT).until(Version::V8_4),
    key("media", one_of(&["cdrom", "disk"])),
    key("replicate", BOOL),
    key("rerror", one_of(&["ignore", "report", "stop"])),
    key("secs", INT).until(Version::V8_4),
    key("serial", short(60, &form::URL_ENCODED)),
    key("shared", BOOL),
    key("snapshot", BOOL),
    key("trans", one_of(&["none", "lba", "auto"])).until(Version::V8_4),
    key("werror", one_of(&["enospc", "ignore", "report", "stop"])),
];

/// Limits of speed, which every bus has.
const THROTTLE: &[Key] = &[
    key("bps", INT),
    key("bps_max_length", from(1)),
    key("bps_rd", INT),
    alias("bps_rd_length", from(1), "bps_rd_max_length"),
    key("bps_rd_max_length", from(1)),
    key("bps_wr", INT),
    alias("bps_wr_length", from(1), "bps_wr_max_length"),
    key("bps_wr_max_length", from(1)),
    key("iops", INT),
    key("iops_max", INT),
    key("iops_max_length", from(1)),
    key("iops_rd", INT),
    alias("iops_rd_length", from(1), "iops_rd_max_length"),
    key("iops_rd_max", INT),
    key("iops_rd_max_length", from(1)),
    key("iops_wr", INT),
    alias("iops_wr_length", from(1), "iops_wr_max_length"),
    key("iops_wr_max", INT),
    key("iops_wr_max_length", from(1)),
    key("mbps", NUMBER),
    key("mbps_max", NUMBER),
    key("mbps_rd", NUMBER),
    key("mbps_rd_max", NUMBER),
    key("mbps_wr", NUMBER),
    key("mbps_wr_max", NUMBER),
];

const SSD: Key = key("ssd", BOOL);
const WWN: Key = key("wwn", text(&form::WWN));
const IOTHREAD: Key = key("iothread", BOOL);
const READ_ONLY: Key = key("ro", BOOL);

pub(crate) static IDE: Schema =
    plain("ide", &[VOLUME, DRIVE, THROTTLE, &[SSD, WWN, key("model", short(120, &form::URL_ENCODED))]]);
pub(crate) static SATA: Schema = plain("sata", &[VOLUME, DRIVE, THROTTLE, &[SSD, WWN]]);
pub(crate) static VIRTIO: Schema = plain("virtio", &[VOLUME, DRIVE, THROTTLE, &[IOTHREAD, READ_ONLY]]);
pub(crate) static SCSI: Schema = plain(
    "scsi",
    &[
        VOLUME,
        DRIVE,
        THROTTLE,
        &[
            SSD,
            WWN,
            IOTHREAD,
            READ_ONLY,
            key("product", short(16, &form::SCSI_TEXT)),
            key("queues", from(2)),
            key("scsiblock", BOOL),
            key("vendor", short(8, &form::SCSI_TEXT)),
        ],
    ],
);

pub(crate) static EFIDISK: Schema = plain(
    "efidisk0",
    &[
        VOLUME,
        &[
            key("efitype", one_of(&["2m", "4m"])),
            key("format", FORMATS),
            key("ms-cert", one_of(&["2011", "2023", "2023w", "2023k"])).since(Version::V9_1),
            key("pre-enrolled-keys", BOOL),
        ],
    ],
);

pub(crate) static TPMSTATE: Schema = plain(
    "tpmstate0",
    &[
        VOLUME,
        &[
            key("format", one_of(&["raw", "qcow2", "vmdk"])).since(Version::V9_1),
            key("version", one_of(&["v1.2", "v2.0"])),
        ],
    ],
);

pub(crate) static UNUSED: Schema = plain(
    "unused",
    &[&[key("file", text(&form::VOLUME)).bare().required(), alias("volume", text(&form::VOLUME), "file")]],
);

const MODELS: &[&str] = &[
    "e1000",
    "e1000-82540em",
    "e1000-82544gc",
    "e1000-82545em",
    "e1000e",
    "i82551",
    "i82557b",
    "i82559er",
    "ne2k_isa",
    "ne2k_pci",
    "pcnet",
    "rtl8139",
    "virtio",
    "vmxnet3",
];

pub(crate) static NET: Schema = Schema {
    name: "net",
    groups: &[&[
        key("bridge", text(&form::BRIDGE)),
        key("firewall", BOOL),
        key("link_down", BOOL),
        key("macaddr", text(&form::MAC)),
        key("model", one_of(MODELS)).bare().required(),
        key("mtu", between(1, 65520)),
        key("queues", between(0, 64)),
        key("rate", ValueKind::Number { min: Some(0.0), max: None }),
        key("tag", between(1, 4094)),
        key("trunks", text(&form::SET)),
    ]],
    model: Some(ModelAlias { words: MODELS, key: "model", value: "macaddr" }),
};

pub(crate) static AGENT: Schema = plain(
    "agent",
    &[&[
        key("enabled", BOOL).bare().required(),
        key("freeze-fs", BOOL).since(Version::V9_1),
        Key { role: Role::Alias(Alias { of: "freeze-fs", since: Version::V9_1 }), ..key("freeze-fs-on-backup", BOOL) },
        key("fstrim_cloned_disks", BOOL),
        alias("guest-fsfreeze", BOOL, "freeze-fs").since(Version::V9_1),
        key("type", one_of(&["virtio", "isa"])),
    ]],
);

pub(crate) static AUDIO: Schema = plain(
    "audio0",
    &[&[
        key("device", one_of(&["ich9-intel-hda", "intel-hda", "AC97"])).required(),
        key("driver", one_of(&["spice", "none"])),
    ]],
);

pub(crate) static IVSHMEM: Schema =
    plain("ivshmem", &[&[key("name", text(&form::NAME)), key("size", from(1)).required()]]);

pub(crate) static MACHINE: Schema = plain(
    "machine",
    &[&[
        key("aw-bits", ValueKind::Number { min: Some(32.0), max: Some(64.0) }).since(Version::V9_1),
        key("enable-s3", BOOL),
        key("enable-s4", BOOL),
        key("type", short(40, &form::MACHINE)).bare(),
        key("viommu", one_of(&["intel", "virtio"])),
    ]],
);

pub(crate) static MEMORY: Schema = plain("memory", &[&[key("current", from(16)).bare().required()]]);

pub(crate) static NUMA: Schema = plain(
    "numa",
    &[&[
        key("cpus", text(&form::SET)).required(),
        key("hostnodes", text(&form::SET)),
        key("memory", NUMBER),
        key("policy", one_of(&["preferred", "bind", "interleave"])),
    ]],
);

pub(crate) static SPICE: Schema = plain(
    "spice_enhancements",
    &[&[key("foldersharing", BOOL), key("videostreaming", one_of(&["off", "all", "filter"]))]],
);

pub(crate) static USB: Schema =
    plain("usb", &[&[key("host", text(&form::USB)).bare(), key("mapping", text(&form::CONFIG_ID)), key("usb3", BOOL)]]);

pub(crate) static VGA: Schema = plain(
    "vga",
    &[&[
        key("clipboard", one_of(&["vnc"])),
        key("memory", between(4, 512)),
        key(
            "type",
            one_of(&[
                "cirrus",
                "qxl",
                "qxl2",
                "qxl3",
                "qxl4",
                "none",
                "serial0",
                "serial1",
                "serial2",
                "serial3",
                "std",
                "virtio",
                "virtio-gl",
                "vmware",
            ]),
        )
        .bare(),
    ]],
);

pub(crate) static VIRTIOFS: Schema = plain(
    "virtiofs",
    &[&[
        key("cache", one_of(&["auto", "always", "metadata", "never"])),
        key("direct-io", BOOL),
        key("dirid", text(&form::CONFIG_ID)).bare().required(),
        key("expose-acl", BOOL),
        key("expose-xattr", BOOL),
    ]],
);

pub(crate) static HOSTPCI: Schema = plain(
    "hostpci",
    &[&[
        key("device-id", text(&form::HEX_ID)),
        key("driver", one_of(&["vfio", "keep"])).since(Version::V9_1),
        key("host", text(&form::PCI)).bare(),
        key("legacy-igd", BOOL),
        key("mapping", text(&form::CONFIG_ID)),
        key("mdev", text(&form::LINE)),
        key("pcie", BOOL),
        key("rombar", BOOL),
        key("romfile", text(&form::LINE)),
        key("sub-device-id", text(&form::HEX_ID)),
        key("sub-vendor-id", text(&form::HEX_ID)),
        key("vendor-id", text(&form::HEX_ID)),
        key("x-vga", BOOL),
    ]],
);

pub(crate) static CPU: Schema = plain(
    "cpu",
    &[&[
        key("cputype", text(&form::CPU_TYPE)).bare(),
        key("flags", text(&form::FLAGS)),
        key("guest-phys-bits", between(32, 64)).since(Version::V9_1),
        key("hidden", BOOL),
        key("hv-vendor-id", text(&form::VENDOR_ID)),
        key("phys-bits", text(&form::PHYS_BITS)),
        key("reported-model", text(&form::CPU_TYPE)),
    ]],
);

pub(crate) static BOOT: Schema =
    plain("boot", &[&[key("legacy", text(&form::LEGACY_BOOT)).bare(), key("order", text(&form::BOOT_ORDER))]]);

pub(crate) static CICUSTOM: Schema = plain(
    "cicustom",
    &[&[
        key("meta", text(&form::VOLUME)),
        key("network", text(&form::VOLUME)),
        key("user", text(&form::VOLUME)),
        key("vendor", text(&form::VOLUME)),
    ]],
);

pub(crate) static IPCONFIG: Schema = plain(
    "ipconfig",
    &[&[
        key("gw", text(&form::IPV4)),
        key("gw6", text(&form::IPV6)),
        key("ip", text(&form::IPV4_CIDR)),
        key("ip6", text(&form::IPV6_CIDR)),
    ]],
);

pub(crate) static SMBIOS: Schema = plain(
    "smbios1",
    &[&[
        key("base64", BOOL),
        key("family", text(&form::BASE64)),
        key("manufacturer", text(&form::BASE64)),
        key("product", text(&form::BASE64)),
        key("serial", text(&form::BASE64)),
        key("sku", text(&form::BASE64)),
        key("uuid", text(&form::UUID)),
        key("version", text(&form::BASE64)),
    ]],
);

pub(crate) static STARTUP: Schema =
    plain("startup", &[&[key("down", from(0)), key("order", from(0)).bare(), key("up", from(0))]]);

pub(crate) static RNG: Schema = plain(
    "rng0",
    &[&[key("max_bytes", from(0)), key("period", from(0)), key("source", text(&form::RNG_SOURCE)).bare().required()]],
);

pub(crate) static WATCHDOG: Schema = plain(
    "watchdog",
    &[&[
        key("action", one_of(&["reset", "shutdown", "poweroff", "pause", "debug", "none"])),
        key("model", one_of(&["i6300esb", "ib700"])).bare(),
    ]],
);

pub(crate) static AMD_SEV: Schema = plain(
    "amd-sev",
    &[&[
        key("allow-smt", BOOL),
        key("kernel-hashes", BOOL),
        key("no-debug", BOOL),
        key("no-key-sharing", BOOL),
        key("type", one_of(&["std", "es", "snp"])).bare().required(),
    ]],
);

pub(crate) static INTEL_TDX: Schema = plain(
    "intel-tdx",
    &[&[
        key("attestation", BOOL).required(),
        key("type", text(&form::NAME)).bare().required(),
        key("vsock-cid", from(2)),
        key("vsock-port", from(0)),
    ]],
);

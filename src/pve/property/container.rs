//! The keys of every property string of a container, in 8.4 and 9.1.
//!
//! Source: the `format` objects of the API schema, with shapes from pve-container.

use super::super::form;
use super::super::version::Version;
use super::tables::{BOOL, NUMBER, between, from, key, one_of, plain, text};
use super::{Key, Schema};

/// What the root file system and every mount have.
const VOLUME: &[Key] = &[
    key("acl", BOOL),
    key("mountoptions", text(&form::MOUNT_OPTIONS)),
    key("quota", BOOL),
    key("replicate", BOOL),
    key("ro", BOOL),
    key("shared", BOOL),
    key("size", text(&form::SIZE)),
    key("volume", text(&form::MOUNT_SOURCE)).bare().required(),
];

pub(crate) static ROOTFS: Schema = plain("rootfs", &[VOLUME]);

pub(crate) static MOUNT: Schema = plain(
    "mp",
    &[
        VOLUME,
        &[
            key("backup", BOOL),
            key("keepattrs", BOOL).since(Version::V9_1),
            key("mp", text(&form::MOUNT_POINT)).required(),
        ],
    ],
);

pub(crate) static CONTAINER_NET: Schema = plain(
    "net",
    &[&[
        key("bridge", text(&form::BRIDGE)),
        key("firewall", BOOL),
        key("gw", text(&form::IPV4)),
        key("gw6", text(&form::IPV6)),
        key("host-managed", BOOL).since(Version::V9_1),
        key("hwaddr", text(&form::MAC)),
        key("ip", text(&form::IPV4_CIDR)),
        key("ip6", text(&form::IPV6_CIDR)),
        key("link_down", BOOL),
        key("mtu", between(64, 65_535)),
        key("name", text(&form::BRIDGE)).required(),
        key("rate", NUMBER),
        key("tag", between(1, 4094)),
        key("trunks", text(&form::SET)),
        key("type", one_of(&["veth"])),
    ]],
);

pub(crate) static DEVICE_NODE: Schema = plain(
    "dev",
    &[&[
        key("deny-write", BOOL),
        key("gid", from(0)),
        key("mode", text(&form::ACCESS_MODE)),
        key("path", text(&form::DEVICE_PATH)).bare(),
        key("uid", from(0)),
    ]],
);

pub(crate) static UNUSED_VOLUME: Schema = plain("unused", &[&[key("volume", text(&form::VOLUME)).bare().required()]]);

pub(crate) static FEATURES: Schema = plain(
    "features",
    &[&[
        key("force_rw_sys", BOOL),
        key("fuse", BOOL),
        key("keyctl", BOOL),
        key("mknod", BOOL),
        key("mount", text(&form::MOUNT_TYPES)),
        key("nesting", BOOL),
    ]],
);

//! Which facets the provider has kinds for, and what those kinds lack.

use super::release::Release;
use crate::own::{Entry, Facet};
use crate::targets::Carries;

/// The fields of `vm.config` that EnvironmentVM of v0.11.1 has none for.
const NOT_IN_CONFIG_0_11: &[&str] = &[
    "balloon-shares",
    "ksm",
    "machine-options",
    "efi.ms-cert",
    "cpu.hidden",
    "cpu.hv-vendor-id",
    "cpu.phys-bits",
    "cpu.guest-phys-bits",
    "cpu.reported-model",
    "disk.read-only",
    "disk.shared",
    "disk.temporary",
    "disk.detect-zeroes",
    "disk.queues",
    "disk.read-error",
    "disk.write-error",
    "disk.vendor",
    "disk.product",
    "disk.model",
    "disk.wwn",
    "disk.scsi-block",
    "disk.limit.total",
    "disk.limit.iops",
    "cloud-init.upgrade",
    "agent.freeze",
    "attach.driver",
    "attach.legacy-igd",
    "attach.vendor-id",
    "attach.device-id",
    "attach.sub-vendor-id",
    "attach.sub-device-id",
    "kvm",
    "clock",
    "start-date",
    "drift-fix",
    "freeze",
    "reboot",
    "hotplug",
    "state-storage",
    "migration",
    "create",
    "raw",
    "agent.wait",
];

/// The same of v1.18.0.
const NOT_IN_CONFIG_1_18: &[&str] = &[
    "balloon-shares",
    "ksm",
    "machine-options",
    "efi.ms-cert",
    "cpu.hidden",
    "cpu.hv-vendor-id",
    "cpu.phys-bits",
    "cpu.guest-phys-bits",
    "cpu.reported-model",
    "disk.read-only",
    "disk.shared",
    "disk.temporary",
    "disk.detect-zeroes",
    "disk.read-error",
    "disk.write-error",
    "disk.vendor",
    "disk.product",
    "disk.model",
    "disk.wwn",
    "disk.scsi-block",
    "disk.limit.total",
    "disk.limit.iops",
    "agent.freeze",
    "attach.driver",
    "attach.legacy-igd",
    "attach.vendor-id",
    "attach.device-id",
    "attach.sub-vendor-id",
    "attach.sub-device-id",
    "kvm",
    "clock",
    "start-date",
    "drift-fix",
    "freeze",
    "reboot",
    "state-storage",
    "migration",
    "create",
    "raw",
];

/// The fields of `vm.root-options` that EnvironmentVM has none for.
const NOT_IN_ROOT_OPTIONS: &[&str] = &["tdx", "spice", "generation-id", "parallel", "shared-memory.name"];

/// The options of a node's firewall that EnvironmentNodeFirewall has none for.
const NOT_IN_NODE_FIREWALL: &[&str] = &[
    "tcp-flags",
    "syn-flood",
    "syn-flood-rate",
    "syn-flood-burst",
    "handshake-timeout",
    "allow-invalid",
    "helpers",
    "log-connections",
];

/// The fields of `container.config` that EnvironmentContainer of v0.11.1 has none for.
const NOT_IN_CONTAINER_0_11: &[&str] = &[
    "timezone",
    "debug",
    "entrypoint",
    "cpu.limit",
    "rootfs.volume",
    "rootfs.read-only",
    "rootfs.shared",
    "mount.keep-attributes",
    "nic.trunks",
    "nic.connected",
    "nic.host-managed",
    "clone.full",
    "create.bandwidth",
    "create.restore-from",
    "create.new-macs",
    "create.overwrite",
    "create.ignore-unpack-errors",
    "create.ha",
];

/// The same of v1.18.0.
const NOT_IN_CONTAINER_1_18: &[&str] = &[
    "timezone",
    "debug",
    "rootfs.volume",
    "rootfs.read-only",
    "rootfs.shared",
    "mount.keep-attributes",
    "nic.trunks",
    "nic.connected",
    "create.bandwidth",
    "create.restore-from",
    "create.new-macs",
    "create.overwrite",
    "create.ignore-unpack-errors",
    "create.ha",
];

/// The fields of `container.root-options` that EnvironmentContainer of v0.11.1 has none for.
const NOT_IN_CONTAINER_ROOT_0_11: &[&str] = &["features.force-rw-sys", "features.mknod", "id-map", "raw"];

/// The same of v1.18.0.
const NOT_IN_CONTAINER_ROOT_1_18: &[&str] = &["features.force-rw-sys", "raw"];

/// How much of a facet a release can carry.
pub(super) fn carries(release: Release, facet: Facet) -> Carries {
    match facet {
        Facet::ContainerConfig => Carries::Partly(match release {
            Release::V0_11 => NOT_IN_CONTAINER_0_11,
            Release::V1_18 | Release::V1_18Namespaced => NOT_IN_CONTAINER_1_18,
        }),
        Facet::ContainerRootOptions => Carries::Partly(match release {
            Release::V0_11 => NOT_IN_CONTAINER_ROOT_0_11,
            Release::V1_18 | Release::V1_18Namespaced => NOT_IN_CONTAINER_ROOT_1_18,
        }),
        Facet::VmConfig => Carries::Partly(match release {
            Release::V0_11 => NOT_IN_CONFIG_0_11,
            Release::V1_18 | Release::V1_18Namespaced => NOT_IN_CONFIG_1_18,
        }),
        Facet::VmRootOptions => Carries::Partly(NOT_IN_ROOT_OPTIONS),
        Facet::ContainerPower | Facet::VmPower | Facet::ImageFile => Carries::Whole,
        Facet::SnippetFile => match release {
            Release::V0_11 => Carries::Partly(&["upload"]),
            Release::V1_18 | Release::V1_18Namespaced => Carries::Whole,
        },
        Facet::Pool => Carries::Partly(&["storages"]),
        Facet::Entry(entry) => entries(release, entry),
        Facet::HostDns | Facet::HostHosts | Facet::HostTime | Facet::HostApt => Carries::Whole,
        Facet::HostNetwork => Carries::Partly(match release {
            Release::V0_11 => &["stp", "vlans", "reload-timeout"],
            Release::V1_18 | Release::V1_18Namespaced => &["stp"],
        }),
        Facet::FirewallAlias | Facet::FirewallIpSet => Carries::Whole,
        Facet::FirewallGroup | Facet::FirewallRules => Carries::Partly(&["rule.icmp-type"]),
        Facet::FirewallOptions => Carries::Partly(match release {
            Release::V0_11 => &["hosts"],
            Release::V1_18 | Release::V1_18Namespaced => NOT_IN_NODE_FIREWALL,
        }),
        Facet::DeviceMapping => Carries::No("the provider has no kind for resource mappings"),
        Facet::StorageEntry => Carries::No("the provider has no kind for storages"),
        Facet::Later(later) if later.is_of_proxmox() => Carries::No("the provider has no kind for it"),
        Facet::Later(_) => Carries::No("this version of hlab writes no manifests for this kind"),
        Facet::DeviceHost | Facet::StorageHost => Carries::No("the provider does nothing on the hosts themselves"),
    }
}

/// The same of entries of the cluster.
fn entries(release: Release, entry: Entry) -> Carries {
    let is_old = release == Release::V0_11;
    match entry {
        Entry::Acl | Entry::Certificate | Entry::Group | Entry::Role | Entry::User => Carries::Whole,
        // Groups, that is, before Proxmox VE 9; there is no kind for the rules that came then.
        Entry::HaNodes => Carries::Whole,
        Entry::HaResource if is_old => Carries::Partly(&["failback"]),
        Entry::HaResource => Carries::Whole,
        Entry::MetricsServer if is_old => Carries::Partly(&[
            "token-version",
            "answer-timeout",
            "compression",
            "headers",
            "attributes",
            "max-body-size",
            "verify",
        ]),
        Entry::MetricsServer => Carries::Whole,
        // In plain text there, and secrets.
        Entry::AcmeAccount if is_old => Carries::Partly(&["eab-kid", "eab-hmac-key"]),
        Entry::AcmeAccount => Carries::Whole,
        Entry::AcmePlugin if is_old => Carries::Partly(&["secret-data", "nodes", "data-version"]),
        Entry::AcmePlugin => Carries::Partly(&["secret-data", "nodes"]),
        Entry::SdnFabric
        | Entry::SdnFabricNode
        | Entry::SdnIpam
        | Entry::SdnDns
        | Entry::SdnController
        | Entry::SdnZone
        | Entry::Vnet
        | Entry::VnetSubnet => Carries::No("the provider has no kind for software-defined networks"),
        Entry::Realm => Carries::No("the provider has no kind for realms"),
        Entry::Token => Carries::No("the provider has no kind for API tokens"),
    }
}

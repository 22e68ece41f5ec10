//! Which facets the provider has kinds for, and what those kinds lack.

use super::release::Release;
use crate::own::Facet;
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
        Facet::ContainerPower | Facet::VmPower | Facet::ImageFile | Facet::SnippetFile => Carries::Whole,
        Facet::Pool => Carries::Partly(&["storages"]),
        Facet::DeviceMapping => Carries::No("the provider has no kind for resource mappings"),
        Facet::StorageEntry => Carries::No("the provider has no kind for storages"),
        Facet::Later(_) => Carries::No("this version of hlab writes no manifests for this kind"),
        Facet::DeviceHost | Facet::StorageHost => Carries::No("the provider does nothing on the hosts themselves"),
    }
}

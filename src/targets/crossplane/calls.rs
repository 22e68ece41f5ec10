//! What the provider asks Proxmox for, so that the least privileges can be computed.
//!
//! Source: bpg/proxmox 0.89.1 and the `permissions` of the API schema.

use crate::own::Facet;
use crate::targets::request::ApiCall;

const VM: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/version", privileges: &[] },
    ApiCall { method: "GET", path: "/cluster/resources", privileges: &[("VM.Audit", "/vms/{vmid}")] },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/qemu",
        privileges: &[
            ("VM.Allocate", "/vms/{vmid}"),
            ("VM.Config.Disk", "/vms/{vmid}"),
            ("VM.Config.CPU", "/vms/{vmid}"),
            ("VM.Config.Memory", "/vms/{vmid}"),
            ("VM.Config.Network", "/vms/{vmid}"),
            ("VM.Config.Options", "/vms/{vmid}"),
            ("VM.Config.Cloudinit", "/vms/{vmid}"),
            ("VM.Config.CDROM", "/vms/{vmid}"),
            ("VM.Config.HWType", "/vms/{vmid}"),
            ("Datastore.AllocateSpace", "/storage/{storage}"),
            ("SDN.Use", "/sdn/zones/localnetwork/{bridge}"),
        ],
    },
    ApiCall { method: "GET", path: "/nodes/{node}/qemu/{vmid}/config", privileges: &[("VM.Audit", "/vms/{vmid}")] },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/qemu/{vmid}/config",
        privileges: &[
            ("VM.Config.Disk", "/vms/{vmid}"),
            ("VM.Config.CPU", "/vms/{vmid}"),
            ("VM.Config.Memory", "/vms/{vmid}"),
            ("VM.Config.Network", "/vms/{vmid}"),
            ("VM.Config.Options", "/vms/{vmid}"),
            ("VM.Config.Cloudinit", "/vms/{vmid}"),
            ("VM.Config.CDROM", "/vms/{vmid}"),
            ("VM.Config.HWType", "/vms/{vmid}"),
            ("Mapping.Use", "/mapping/{sort}/{mapping}"),
        ],
    },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/qemu/{vmid}/resize",
        privileges: &[("VM.Config.Disk", "/vms/{vmid}"), ("Datastore.AllocateSpace", "/storage/{storage}")],
    },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/storage/{storage}/content",
        privileges: &[("Datastore.Audit", "/storage/{storage}")],
    },
    ApiCall { method: "DELETE", path: "/nodes/{node}/qemu/{vmid}", privileges: &[("VM.Allocate", "/vms/{vmid}")] },
];

const POWER: &[ApiCall] = &[
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/qemu/{vmid}/status/current",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/qemu/{vmid}/status/start",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/qemu/{vmid}/status/shutdown",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/qemu/{vmid}/status/stop",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
];

/// No privilege is enough for these: only a ticket of root@pam may.
const ROOT_OPTIONS: &[ApiCall] =
    &[ApiCall { method: "PUT", path: "/nodes/{node}/qemu/{vmid}/config", privileges: &[("root@pam", "/")] }];

/// From Proxmox VE 9.1 on, a privileged container takes `Sys.Modify` on `/` besides.
const CONTAINER: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/version", privileges: &[] },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/lxc",
        privileges: &[
            ("VM.Allocate", "/vms/{vmid}"),
            ("VM.Config.Disk", "/vms/{vmid}"),
            ("VM.Config.CPU", "/vms/{vmid}"),
            ("VM.Config.Memory", "/vms/{vmid}"),
            ("VM.Config.Network", "/vms/{vmid}"),
            ("VM.Config.Options", "/vms/{vmid}"),
            ("Datastore.AllocateSpace", "/storage/{storage}"),
            ("Datastore.Audit", "/storage/{template}"),
            ("SDN.Use", "/sdn/zones/localnetwork/{bridge}"),
        ],
    },
    ApiCall { method: "GET", path: "/nodes/{node}/lxc/{vmid}/config", privileges: &[("VM.Audit", "/vms/{vmid}")] },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/lxc/{vmid}/config",
        privileges: &[
            ("VM.Allocate", "/vms/{vmid}"),
            ("VM.Config.Disk", "/vms/{vmid}"),
            ("VM.Config.CPU", "/vms/{vmid}"),
            ("VM.Config.Memory", "/vms/{vmid}"),
            ("VM.Config.Network", "/vms/{vmid}"),
            ("VM.Config.Options", "/vms/{vmid}"),
        ],
    },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/lxc/{vmid}/resize",
        privileges: &[("VM.Config.Disk", "/vms/{vmid}"), ("Datastore.AllocateSpace", "/storage/{storage}")],
    },
    ApiCall { method: "DELETE", path: "/nodes/{node}/lxc/{vmid}", privileges: &[("VM.Allocate", "/vms/{vmid}")] },
];

const CONTAINER_POWER: &[ApiCall] = &[
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/lxc/{vmid}/status/current",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall { method: "GET", path: "/nodes/{node}/lxc/{vmid}/interfaces", privileges: &[("VM.Audit", "/vms/{vmid}")] },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/lxc/{vmid}/status/start",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/lxc/{vmid}/status/shutdown",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/lxc/{vmid}/status/reboot",
        privileges: &[("VM.PowerMgmt", "/vms/{vmid}")],
    },
];

/// No privilege is enough for these: only a ticket of root@pam may.
const CONTAINER_ROOT: &[ApiCall] =
    &[ApiCall { method: "PUT", path: "/nodes/{node}/lxc/{vmid}/config", privileges: &[("root@pam", "/")] }];

const IMAGE: &[ApiCall] = &[
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/query-url-metadata",
        privileges: &[("Sys.Audit", "/"), ("Sys.Modify", "/")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/storage/{storage}/download-url",
        privileges: &[("Datastore.AllocateTemplate", "/storage/{storage}"), ("Sys.Audit", "/"), ("Sys.Modify", "/")],
    },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/storage/{storage}/content",
        privileges: &[("Datastore.Audit", "/storage/{storage}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/storage/{storage}/content/{volume}",
        privileges: &[("Datastore.Allocate", "/storage/{storage}")],
    },
];

/// The provider writes snippets over SSH and asks the API where the storage keeps them.
const SNIPPET: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/storage/{storage}", privileges: &[("Datastore.Allocate", "/storage/{storage}")] },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/storage/{storage}/content",
        privileges: &[("Datastore.Audit", "/storage/{storage}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/storage/{storage}/content/{volume}",
        privileges: &[("Datastore.Allocate", "/storage/{storage}")],
    },
];

const POOL: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/pools/{poolid}", privileges: &[("Pool.Audit", "/pool/{poolid}")] },
    ApiCall { method: "POST", path: "/pools", privileges: &[("Pool.Allocate", "/pool/{poolid}")] },
    ApiCall { method: "PUT", path: "/pools/{poolid}", privileges: &[("Pool.Allocate", "/pool/{poolid}")] },
    ApiCall { method: "DELETE", path: "/pools/{poolid}", privileges: &[("Pool.Allocate", "/pool/{poolid}")] },
];

/// What applying a facet asks for.
pub(super) fn calls(facet: Facet) -> &'static [ApiCall] {
    match facet {
        Facet::ContainerConfig => CONTAINER,
        Facet::ContainerRootOptions => CONTAINER_ROOT,
        Facet::ContainerPower => CONTAINER_POWER,
        Facet::VmConfig => VM,
        Facet::VmPower => POWER,
        Facet::VmRootOptions => ROOT_OPTIONS,
        Facet::ImageFile => IMAGE,
        Facet::SnippetFile => SNIPPET,
        Facet::Pool => POOL,
        Facet::DeviceHost | Facet::DeviceMapping | Facet::StorageEntry | Facet::StorageHost | Facet::Later(_) => &[],
    }
}

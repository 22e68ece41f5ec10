//! What the provider asks for when it applies a container.

use crate::targets::request::ApiCall;

/// From Proxmox VE 9.1 on, a privileged container takes `Sys.Modify` on `/` besides.
pub(super) const CONFIG: &[ApiCall] = &[
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

pub(super) const POWER: &[ApiCall] = &[
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
pub(super) const ROOT_OPTIONS: &[ApiCall] =
    &[ApiCall { method: "PUT", path: "/nodes/{node}/lxc/{vmid}/config", privileges: &[("root@pam", "/")] }];

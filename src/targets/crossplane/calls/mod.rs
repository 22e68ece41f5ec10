//! What the provider asks Proxmox for, so that the least privileges can be computed.
//!
//! Source: bpg/proxmox 0.89.1 and the `permissions` of the API schema.

mod container;
mod entry;

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

/// The provider reads all interfaces, changes one and has the node reload its network.
const HOST_NETWORK: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/network", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "POST", path: "/nodes/{node}/network", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/network", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/network/{iface}", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall { method: "DELETE", path: "/nodes/{node}/network/{iface}", privileges: &[("Sys.Modify", "/nodes/{node}")] },
];

const HOST_DNS: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/dns", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/dns", privileges: &[("Sys.Modify", "/nodes/{node}")] },
];

const HOST_HOSTS: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/hosts", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/nodes/{node}/hosts", privileges: &[("Sys.Modify", "/nodes/{node}")] },
];

const HOST_TIME: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/time", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/time", privileges: &[("Sys.Modify", "/nodes/{node}")] },
];

const HOST_APT: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/apt/repositories", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "POST", path: "/nodes/{node}/apt/repositories", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/apt/repositories", privileges: &[("Sys.Modify", "/nodes/{node}")] },
];

/// Of the cluster, of nodes and of guests; `{guest}` is `qemu` or `lxc`.
const FIREWALL_OPTIONS: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/firewall/options", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "PUT", path: "/cluster/firewall/options", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "GET", path: "/nodes/{node}/firewall/options", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "PUT", path: "/nodes/{node}/firewall/options", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/options",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/options",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
];

const FIREWALL_ALIAS: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/firewall/aliases/{name}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/aliases", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "PUT", path: "/cluster/firewall/aliases/{name}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/aliases/{name}", privileges: &[("Sys.Modify", "/")] },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/aliases/{name}",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/aliases",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/aliases/{name}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/aliases/{name}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
];

const FIREWALL_IPSET: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/firewall/ipset/{name}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/ipset", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/ipset/{name}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/ipset/{name}/{cidr}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/ipset/{name}", privileges: &[("Sys.Modify", "/")] },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/ipset/{name}",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/ipset",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/ipset/{name}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/ipset/{name}/{cidr}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/ipset/{name}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
];

const FIREWALL_GROUP: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/firewall/groups/{group}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/groups", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/groups/{group}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "PUT", path: "/cluster/firewall/groups/{group}/{pos}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/groups/{group}/{pos}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/groups/{group}", privileges: &[("Sys.Modify", "/")] },
];

const FIREWALL_RULES: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/firewall/rules", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/firewall/rules", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "PUT", path: "/cluster/firewall/rules/{pos}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/firewall/rules/{pos}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "GET", path: "/nodes/{node}/firewall/rules", privileges: &[("Sys.Audit", "/nodes/{node}")] },
    ApiCall { method: "POST", path: "/nodes/{node}/firewall/rules", privileges: &[("Sys.Modify", "/nodes/{node}")] },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/firewall/rules/{pos}",
        privileges: &[("Sys.Modify", "/nodes/{node}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/firewall/rules/{pos}",
        privileges: &[("Sys.Modify", "/nodes/{node}")],
    },
    ApiCall {
        method: "GET",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/rules",
        privileges: &[("VM.Audit", "/vms/{vmid}")],
    },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/rules",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "PUT",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/rules/{pos}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/{guest}/{vmid}/firewall/rules/{pos}",
        privileges: &[("VM.Config.Network", "/vms/{vmid}")],
    },
];

/// What applying a facet asks for.
pub(super) fn calls(facet: Facet) -> &'static [ApiCall] {
    match facet {
        Facet::VmConfig => VM,
        Facet::VmPower => POWER,
        Facet::VmRootOptions => ROOT_OPTIONS,
        Facet::ImageFile => IMAGE,
        Facet::SnippetFile => SNIPPET,
        Facet::Pool => POOL,
        Facet::ContainerConfig => container::CONFIG,
        Facet::ContainerRootOptions => container::ROOT_OPTIONS,
        Facet::ContainerPower => container::POWER,
        Facet::Entry(entry) => entry::calls(entry),
        Facet::HostNetwork => HOST_NETWORK,
        Facet::HostDns => HOST_DNS,
        Facet::HostHosts => HOST_HOSTS,
        Facet::HostTime => HOST_TIME,
        Facet::HostApt => HOST_APT,
        Facet::FirewallOptions => FIREWALL_OPTIONS,
        Facet::FirewallAlias => FIREWALL_ALIAS,
        Facet::FirewallIpSet => FIREWALL_IPSET,
        Facet::FirewallGroup => FIREWALL_GROUP,
        Facet::FirewallRules => FIREWALL_RULES,
        Facet::DeviceHost | Facet::DeviceMapping | Facet::StorageEntry | Facet::StorageHost | Facet::Later(_) => &[],
    }
}

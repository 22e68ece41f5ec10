//! The same for entries of the cluster.

use crate::own::Entry;
use crate::targets::request::ApiCall;

/// A changed password is set by a call that takes no token, whatever it may do.
const USER: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/access/users/{userid}", privileges: &[("User.Modify", "/access/groups")] },
    ApiCall {
        method: "POST",
        path: "/access/users",
        privileges: &[("Realm.AllocateUser", "/access/realm/{realm}"), ("User.Modify", "/access/groups")],
    },
    ApiCall { method: "PUT", path: "/access/users/{userid}", privileges: &[("User.Modify", "/access/groups")] },
    ApiCall {
        method: "PUT",
        path: "/access/password",
        privileges: &[("Realm.AllocateUser", "/access/realm/{realm}"), ("User.Modify", "/access/groups")],
    },
    ApiCall {
        method: "DELETE",
        path: "/access/users/{userid}",
        privileges: &[("Realm.AllocateUser", "/access/realm/{realm}"), ("User.Modify", "/access/groups")],
    },
];

const GROUP: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/access/groups/{groupid}", privileges: &[("Group.Allocate", "/access/groups")] },
    ApiCall { method: "POST", path: "/access/groups", privileges: &[("Group.Allocate", "/access/groups")] },
    ApiCall { method: "PUT", path: "/access/groups/{groupid}", privileges: &[("Group.Allocate", "/access/groups")] },
    ApiCall { method: "DELETE", path: "/access/groups/{groupid}", privileges: &[("Group.Allocate", "/access/groups")] },
];

const ROLE: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/access/roles/{roleid}", privileges: &[] },
    ApiCall { method: "POST", path: "/access/roles", privileges: &[("Sys.Modify", "/access")] },
    ApiCall { method: "PUT", path: "/access/roles/{roleid}", privileges: &[("Sys.Modify", "/access")] },
    ApiCall { method: "DELETE", path: "/access/roles/{roleid}", privileges: &[("Sys.Modify", "/access")] },
];

/// The list shows only what one may change, so reading it takes the same.
const ACL: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/access/acl", privileges: &[("Permissions.Modify", "{path}")] },
    ApiCall { method: "PUT", path: "/access/acl", privileges: &[("Permissions.Modify", "{path}")] },
];

const HA_GROUP: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/ha/groups/{group}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/ha/groups", privileges: &[("Sys.Console", "/")] },
    ApiCall { method: "PUT", path: "/cluster/ha/groups/{group}", privileges: &[("Sys.Console", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/ha/groups/{group}", privileges: &[("Sys.Console", "/")] },
];

const HA_RESOURCE: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/ha/resources/{sid}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/ha/resources", privileges: &[("Sys.Console", "/")] },
    ApiCall { method: "PUT", path: "/cluster/ha/resources/{sid}", privileges: &[("Sys.Console", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/ha/resources/{sid}", privileges: &[("Sys.Console", "/")] },
];

const METRICS_SERVER: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/metrics/server/{id}", privileges: &[("Sys.Audit", "/")] },
    ApiCall { method: "POST", path: "/cluster/metrics/server/{id}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "PUT", path: "/cluster/metrics/server/{id}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/metrics/server/{id}", privileges: &[("Sys.Modify", "/")] },
];

const CERTIFICATE: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/nodes/{node}/certificates/info", privileges: &[] },
    ApiCall {
        method: "POST",
        path: "/nodes/{node}/certificates/custom",
        privileges: &[("Sys.Modify", "/nodes/{node}")],
    },
    ApiCall {
        method: "DELETE",
        path: "/nodes/{node}/certificates/custom",
        privileges: &[("Sys.Modify", "/nodes/{node}")],
    },
];

/// No privilege is enough for these: only a ticket of root@pam may.
const ACME_ACCOUNT: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/acme/account/{name}", privileges: &[("root@pam", "/")] },
    ApiCall { method: "POST", path: "/cluster/acme/account", privileges: &[("root@pam", "/")] },
    ApiCall { method: "PUT", path: "/cluster/acme/account/{name}", privileges: &[("root@pam", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/acme/account/{name}", privileges: &[("root@pam", "/")] },
];

const ACME_PLUGIN: &[ApiCall] = &[
    ApiCall { method: "GET", path: "/cluster/acme/plugins/{id}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "POST", path: "/cluster/acme/plugins", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "PUT", path: "/cluster/acme/plugins/{id}", privileges: &[("Sys.Modify", "/")] },
    ApiCall { method: "DELETE", path: "/cluster/acme/plugins/{id}", privileges: &[("Sys.Modify", "/")] },
];

/// What applying an entry asks for.
pub(super) fn calls(entry: Entry) -> &'static [ApiCall] {
    match entry {
        Entry::Acl => ACL,
        Entry::AcmeAccount => ACME_ACCOUNT,
        Entry::AcmePlugin => ACME_PLUGIN,
        Entry::Certificate => CERTIFICATE,
        Entry::Group => GROUP,
        Entry::HaNodes => HA_GROUP,
        Entry::HaResource => HA_RESOURCE,
        Entry::MetricsServer => METRICS_SERVER,
        Entry::Role => ROLE,
        Entry::User => USER,
        Entry::Realm
        | Entry::Token
        | Entry::SdnFabric
        | Entry::SdnFabricNode
        | Entry::SdnIpam
        | Entry::SdnDns
        | Entry::SdnController
        | Entry::SdnZone
        | Entry::Vnet
        | Entry::VnetSubnet => &[],
    }
}

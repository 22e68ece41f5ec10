//! What the provider calls what exists on hosts and of firewalls: state ids, and import ids where it is only observed.
//!
//! Source: `SetId` and the importers of bpg/proxmox 0.111.1.

use crate::desire::{Firewall, GuestOf, HostPart, Protected};

/// Why what exists cannot be taken over.
pub(super) type Unknown = &'static str;

const OPTIONS: Unknown = "the provider finds them by an id that it computes itself (`options-…`) and that nobody else can write \
    down; without `adopt` it sets them as they stand here";
const RULES: Unknown = "the provider finds them by an id that it computes itself (`rule-…`) and that nobody else can write down; \
    remove the rules that are there, and it makes them anew";
const SLUG: Unknown =
    "the provider finds it by an id that it makes up itself; without `adopt` it sets what stands here";
const NO_IMPORTER: Unknown = "the provider cannot look at an alias that it did not make";

/// A part of a host.
pub(super) fn host(part: &HostPart<'_>, is_observed: bool) -> Result<String, Unknown> {
    if let Some(interface) = part.interface() {
        return Ok(format!("{}:{}", interface.node, interface.name));
    }
    let node = part.node();
    let of_node = |what: &str| if is_observed { node.to_string() } else { format!("{node}_{what}") };
    match part {
        HostPart::Bridge(_)
        | HostPart::Vlan(_)
        | HostPart::OvsBridge(_)
        | HostPart::OvsBond(_)
        | HostPart::OvsPort(_)
        | HostPart::InternalPort(_) => Err(SLUG),
        HostPart::Dns(_) => Ok(of_node("dns")),
        HostPart::Hosts(_) => Ok(of_node("hosts")),
        HostPart::Time(_) => Ok(of_node("time")),
        HostPart::Standard(_) | HostPart::Repository(_) if !is_observed => Err(SLUG),
        HostPart::Standard(of) => Ok(format!("{node},{}", of.handle)),
        HostPart::Repository(of) => Ok(format!("{node},{},{}", of.file, of.index)),
    }
}

/// `vm/pve/101`
fn guest(of: &GuestOf<'_>) -> String {
    let sort = if of.is_container { "container" } else { "vm" };
    format!("{sort}/{}/{}", of.node, of.id.unwrap_or_default())
}

fn protected(of: &Protected<'_>) -> String {
    match of {
        Protected::Cluster => "cluster".to_owned(),
        Protected::Node(node) => format!("node/{node}"),
        Protected::Guest(of) => guest(of),
        Protected::Vnet(vnet) => format!("vnet/{vnet}"),
    }
}

/// A part of a firewall.
pub(super) fn firewall(part: &Firewall<'_>, is_observed: bool) -> Result<String, Unknown> {
    match part {
        Firewall::Cluster(_) => Ok("cluster-firewall".to_owned()),
        Firewall::Node(of) => Ok(of.node.to_string()),
        Firewall::Group(of) => Ok(of.name.to_string()),
        Firewall::Alias(_) if is_observed => Err(NO_IMPORTER),
        Firewall::Alias(of) => Ok(of.name.to_string()),
        Firewall::IpSet(of) if is_observed => Ok(format!("{}/{}", protected(&of.of), of.name)),
        Firewall::IpSet(of) => Ok(of.name.to_string()),
        Firewall::Guest(of) if is_observed => Ok(guest(&of.guest)),
        Firewall::Rules(of) if is_observed => Ok(protected(&of.of)),
        Firewall::Guest(_) | Firewall::Vnet(_) => Err(OPTIONS),
        Firewall::Rules(_) => Err(RULES),
    }
}

//! The software-defined network in words, and the commands that make it. Proxmox keeps changes of it until they are applied
//! as a whole.

use super::Told;
use super::entries::{Command, get};
use crate::desire::{Object, Sdn, SdnPart};
use crate::targets::emit::shell::word;

/// What an entry is called, where it lies, and by which option its name is told.
fn place(sdn: &Sdn<'_>) -> (&'static str, String, &'static str) {
    let within = sdn.within.as_ref().map_or("", |(_, within)| within);
    let under = |path: &str| format!("/cluster/sdn/{path}");
    match sdn.part {
        SdnPart::Controller => ("SDN controller", under("controllers"), "controller"),
        SdnPart::Dns => ("SDN name server", under("dns"), "dns"),
        SdnPart::Fabric => ("SDN fabric", under("fabrics/fabric"), "id"),
        SdnPart::FabricNode => ("node", under(&format!("fabrics/node/{within}")), "node_id"),
        SdnPart::Ipam => ("SDN address book", under("ipams"), "ipam"),
        SdnPart::Subnet => ("subnet", under(&format!("vnets/{within}/subnets")), "subnet"),
        SdnPart::Vnet => ("vnet", under("vnets"), "vnet"),
        SdnPart::Zone => ("SDN zone", under("zones"), "zone"),
    }
}

/// What Proxmox calls an entry: a subnet by its zone and addresses, `lab-10.40.0.0-24`, anything else by its name.
fn id(sdn: &Sdn<'_>) -> String {
    match (sdn.part, &sdn.within) {
        (SdnPart::Subnet, Some((zone, _))) => format!("{zone}-{}", sdn.name.replace('/', "-")),
        _ => sdn.name.to_string(),
    }
}

/// An entry in words.
pub(super) fn told(object: &Object<'_>, sdn: &Sdn<'_>) -> Told {
    let (what, collection, name) = place(sdn);
    let one = format!("{collection}/{}", id(sdn));
    let start = match object.life.adopt {
        true => Command(format!("pvesh set {}", word(&one))),
        false => Command::new(object, &collection, name, &sdn.name),
    };
    let is_new = !object.life.adopt;
    let sort = sdn.sort.as_deref().unwrap_or("subnet");
    let start = match sdn.part {
        // Proxmox asks for the protocol, whatever is changed.
        SdnPart::Fabric | SdnPart::FabricNode => start.with("protocol", sort),
        SdnPart::Vnet => start,
        SdnPart::Controller | SdnPart::Dns | SdnPart::Ipam | SdnPart::Subnet | SdnPart::Zone => {
            start.flag("type", is_new, sort)
        }
    };
    let command = sdn.options.iter().fold(start, |command, (option, value)| command.with(option, value));
    let of = match (sdn.part, &sdn.within) {
        (SdnPart::Subnet, Some((_, vnet))) => format!(" of vnet `{vnet}`"),
        (SdnPart::FabricNode, Some((fabric, _))) => format!(" of fabric `{fabric}`"),
        _ => String::new(),
    };
    let told = command.told(format!("{what} `{}`{of}", sdn.name), get(&one));
    match &sdn.secret {
        // Proxmox tries the connection before it takes the entry, so there is no command without the secret.
        Some((option, _)) => {
            let command = told.apply.unwrap_or_default();
            let note = format!(
                "by hand, with its {option}, which hlab never reads: `{command} --{option} {}`",
                option.to_uppercase()
            );
            Told { apply: None, note: Some(note), ..told }
        }
        None => told,
    }
}

/// The step that makes nodes what was told.
pub(super) fn applied() -> Told {
    Told {
        what: "the software-defined network on all nodes".to_owned(),
        apply: Some("pvesh set /cluster/sdn".to_owned()),
        verify: Some("pvesh get /cluster/resources --type sdn".to_owned()),
        note: Some("changes of it are pending until then".to_owned()),
    }
}

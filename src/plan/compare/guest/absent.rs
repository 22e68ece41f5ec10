//! A guest that is not there: new, unless that cannot be told.

use std::collections::BTreeSet;

use super::{Wanted, options};
use crate::desire::Content;
use crate::plan::change::Action;
use crate::plan::compare::{Cx, is_of_vnet, option, said};
use crate::pve::{self, Need, Normal, Version};

pub(super) fn absent(cx: &mut Cx<'_>, wanted: &Wanted) {
    if let Err(why) = is_absent(cx, wanted.id) {
        wanted.unknown(cx, &why);
        return;
    }
    for number in wanted.all() {
        let object = cx.object(number);
        let mut change = cx.change(number, Action::Create, wanted.path());
        let version = cx.observed.release_of(&wanted.node).unwrap_or(Version::V9_1);
        let wired = cx.wires[number].as_ref().map(|wire| wire.options.clone()).unwrap_or_default();
        for (name, text) in &wired {
            let is_state = matches!(object.content, Content::Power(_) | Content::ContainerPower(_));
            let to = if is_state { Some(text.clone()) } else { shown(wanted.sort, version, name, text) };
            let Some(to) = to else { continue };
            let mut made = option(name, None, Some(to));
            made.root_only =
                !is_state && options::is_root_only(wanted.sort, version, name, text, options::is_privileged(&wired));
            made.said = said::option(cx.lab, number, wanted.sort, name, &[]);
            if is_state {
                change.needs.push(Need::of("VM.PowerMgmt", format!("/vms/{}", wanted.id)));
            } else {
                change.needs.extend(pve::to_set(wanted.sort, wanted.id, name, text));
                change.needs.extend(options::space(wanted.sort, version, name, text));
            }
            change.options.push(made);
        }
        if number == wanted.config {
            change.needs.push(Need::of("VM.Allocate", format!("/vms/{}", wanted.id)));
        }
        change.needs.retain(|need| !is_of_vnet(need, &cx.vnets));
        if cx.observed.nodes.get(&wanted.node).is_some_and(|node| !node.online) {
            change.refused.push(format!("node `{}` is offline", wanted.node));
        }
        if cx.observed.quorate == Ok(false) {
            change.refused.push("the cluster has no quorum".to_owned());
        }
        // A pool gives rights on what is made in it.
        let pools: BTreeSet<String> = wired.get("pool").cloned().into_iter().collect();
        cx.push(number, change, &pools);
    }
}

/// An option in normal form; `None` if it is what Proxmox does anyway.
fn shown(sort: pve::Guest, version: Version, name: &str, text: &str) -> Option<String> {
    Normal::of(sort, version, name, text).map(|normal| normal.to_string())
}

/// Whether a guest that is not listed is absent.
pub(in crate::plan) fn is_absent(cx: &Cx<'_>, id: u32) -> Result<(), String> {
    if let Err(unknown) = &cx.observed.guests_listed {
        return Err(unknown.why.clone());
    }
    let need = Need::of("VM.Audit", format!("/vms/{id}"));
    match &cx.observed.permissions {
        Ok(held) if held.meets(&need, &BTreeSet::new()) => Ok(()),
        Ok(_) => Err(format!("the list shows only what one may see, and the login lacks VM.Audit on {}", need.path)),
        Err(unknown) => Err(format!("it is not listed, and what the login may see is not known: {}", unknown.why)),
    }
}

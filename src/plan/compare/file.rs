//! Files on storages: images and snippets. Whether one is there is compared, and its size is not: no API tells a checksum.

use std::collections::BTreeSet;

use super::Cx;
use crate::desire::Content;
use crate::own::Owner;
use crate::plan::change::{Action, Level};
use crate::plan::wire::{Subject, Wire};
use crate::pve::{Need, Permissions};

pub(super) fn compare(cx: &mut Cx<'_>, number: usize) {
    let Some(Wire { subject: Subject::File { node, storage, content, volume }, .. }) = cx.wires[number].clone() else {
        return;
    };
    let path = Subject::File {
        node: node.clone(),
        storage: storage.clone(),
        content: content.clone(),
        volume: volume.clone(),
    }
    .path();
    if let Some(offline) =
        cx.observed.nodes.get(&node).filter(|node| !node.online).map(|_| format!("node `{node}` is offline"))
    {
        cx.unknown(number, path, &offline);
        return;
    }
    match cx.listed(&node, &storage) {
        Err(why) => cx.unknown(number, path, &why),
        Ok(listed_on) => {
            if cx.has_volume(&listed_on, &volume) {
                cx.plan.same += 1;
            } else if cx.would_see(&volume) {
                create(cx, number, path, (&node, &storage, &content, &volume));
            } else {
                cx.unknown(
                    number,
                    path,
                    &format!("such files are listed for who has Datastore.Allocate on /storage/{storage}"),
                );
            }
        }
    }
}

fn create(cx: &mut Cx<'_>, number: usize, path: String, (node, storage, content, volume): (&str, &str, &str, &str)) {
    let object = cx.object(number);
    let is_downloaded = matches!(&object.content, Content::Image(image) if image.url.is_some());
    // A file that nobody makes from here is a fact that does not hold.
    if cx.owner(number) == Owner::None || !is_downloaded && content != "snippets" {
        cx.finding_at(
            number,
            Level::Warning,
            "missing-file",
            format!("`{volume}` is not on node `{node}`"),
            "put it there, or let an owner make it",
        );
        return;
    }
    let mut change = cx.change(number, Action::Create, path);
    change.needs = vec![
        Need::of("Datastore.AllocateTemplate", format!("/storage/{storage}")),
        Need::of("Sys.Audit", "/"),
        Need::of("Sys.Modify", "/"),
    ];
    change.notes.push(format!("`{volume}` is brought to node `{node}`"));
    cx.push(number, change, &BTreeSet::new());
}

impl Cx<'_> {
    /// The node on which a storage of a node was listed: of a shared one that may be another.
    ///
    /// # Errors
    /// Why nobody knows what is on it.
    pub fn listed(&self, node: &str, storage: &str) -> Result<String, String> {
        let key = (node.to_owned(), storage.to_owned());
        let of_node = self.observed.storages.get(&key);
        if let Some(Ok(())) = self.observed.contents.get(&key) {
            return Ok(node.to_owned());
        }
        if let Some(Err(unknown)) = self.observed.contents.get(&key) {
            return Err(unknown.why.clone());
        }
        match of_node {
            None => Err(format!("node `{node}` does not show a storage `{storage}`")),
            Some(of_node) if !of_node.enabled => Err(format!("storage `{storage}` is disabled")),
            Some(of_node) if !of_node.active => Err(format!("storage `{storage}` is not active on `{node}`")),
            Some(of_node) if of_node.shared => match self.listed_on.get(storage) {
                Some(other) => Ok((*other).to_owned()),
                None => Err(format!("storage `{storage}` was not listed")),
            },
            Some(_) => Err(format!("storage `{storage}` was not listed")),
        }
    }

    /// Whether this login would be shown such a file, if it were there: others are left out of a list without a word.
    ///
    /// Source: pve-storage, `PVE/Storage.pm`, `check_volume_access`: ISOs and templates are shown to all who may list the
    /// storage, other files of no guest to who has `Datastore.Allocate` there.
    pub fn would_see(&self, volume: &str) -> bool {
        let (storage, name) = volume.split_once(':').unwrap_or((volume, ""));
        let is_for_all = name.starts_with("iso/") || name.starts_with("vztmpl/");
        let may = |permissions: &Permissions| permissions.holds("Datastore.Allocate", &format!("/storage/{storage}"));
        is_for_all || self.observed.permissions.as_ref().is_ok_and(may)
    }

    /// Whether a volume was listed on a node.
    pub fn has_volume(&self, node: &str, volume: &str) -> bool {
        let volumes = &self.observed.volumes;
        let storage = volume.split(':').next().unwrap_or_default();
        let at = volumes.partition_point(|one| (&*one.node, &*one.storage, &*one.id) < (node, storage, volume));
        volumes.get(at).is_some_and(|one| one.node == node && one.id == volume)
    }
}

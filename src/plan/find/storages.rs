//! Storages and what lies on them: orphans, what a storage does not hold, files that are missing, space.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::desire::{CdMedium, Content, Import, MountSource};
use crate::own::Owner;
use crate::plan::change::Level;
use crate::plan::compare::Cx;
use crate::plan::observed::Storage;

/// Less than this part of a storage free is told.
const TIGHT: u64 = 10;
/// Less than this part free is no place for a backup: a job that fills it leaves guests frozen.
const FULL: u64 = 3;

pub(super) fn all(cx: &mut Cx<'_>) {
    orphans(cx);
    let used = used(cx);
    for ((node, storage, content), number) in &used {
        holds(cx, *number, (node, storage, content));
    }
    files(cx);
    extensions(cx);
    space(cx);
}

/// Volumes of guests that there are not. A create of that id would fail on them, again and again.
fn orphans(cx: &mut Cx<'_>) {
    if cx.observed.guests_listed.is_err() {
        return;
    }
    // Source: pve-storage, `check_volume_access`: others are left out of the list without a word.
    let may = |privilege, path| cx.observed.permissions.as_ref().is_ok_and(|rights| rights.holds(privilege, path));
    if !may("VM.Config.Disk", "/vms") && !may("Datastore.Allocate", "/storage") {
        let note =
            "disks are listed for who has VM.Config.Disk on their guest: some without a guest may be missing here";
        cx.plan.notes.push(note.to_owned());
    }
    let mut by_guest: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for volume in &cx.observed.volumes {
        let Some(id) = volume.guest.or_else(|| guest_in(&volume.id)) else { continue };
        let is_disk = matches!(volume.content.as_str(), "images" | "rootdir");
        if is_disk && !cx.observed.guests.contains_key(&id) {
            by_guest.entry(id).or_default().push(format!("{} on {}", volume.id, volume.node));
        }
    }
    let mut in_the_way: FxHashMap<usize, String> = FxHashMap::default();
    for (id, volumes) in by_guest {
        let message = format!("no guest has id {id}, and volumes of it are there: {}", volumes.join(", "));
        let help = "look at what is in them, then `pvesm free VOLUME` or `qm rescan`";
        match cx.ids.get(&id).copied().filter(|number| *number != usize::MAX) {
            Some(number) => {
                cx.finding_at(number, Level::Error, "orphan-volume", message, help);
                let why = format!("volumes of an earlier guest {id} are in the way: {}", volumes.join(", "));
                in_the_way.insert(number, why);
            }
            None => cx.finding(Level::Warning, "orphan-volume", &format!("id {id}"), message, help),
        }
    }
    for (change, number) in cx.plan.changes.iter_mut().zip(&cx.numbers) {
        change.refused.extend(in_the_way.get(number).cloned());
    }
}

/// `local-zfs:vm-200-disk-0`, `local:200/vm-200-disk-1.raw`, `local-zfs:subvol-103-disk-0`.
fn guest_in(volume: &str) -> Option<u32> {
    let (_, name) = volume.split_once(':')?;
    let name = name.rsplit('/').next()?;
    let rest = ["vm-", "subvol-", "base-", "basevol-"].iter().find_map(|stem| name.strip_prefix(stem))?;
    rest.split('-').next()?.parse().ok()
}

/// What storages the lab relies on: node, storage and what it must hold, each with one object that says so.
fn used(cx: &Cx<'_>) -> BTreeMap<(String, String, &'static str), usize> {
    let mut used = BTreeMap::new();
    let mut add = |node: &str, storage: &str, content: &'static str, number: usize| {
        if !storage.is_empty() {
            used.entry((node.to_owned(), storage.to_owned(), content)).or_insert(number);
        }
    };
    for (number, object) in cx.lab.wanted.desired.objects.iter().enumerate() {
        match &object.content {
            Content::Vm(vm) => {
                let disks = vm.disks.iter().map(|disk| &*disk.storage);
                let others = [vm.efi.as_ref().map(|efi| &*efi.storage), vm.tpm.as_ref().map(|tpm| &*tpm.storage)];
                let init = vm.cloud_init.as_ref().map(|init| &*init.storage);
                for storage in disks.chain(others.into_iter().flatten()).chain(init) {
                    add(&vm.node, storage, "images", number);
                }
            }
            Content::Container(container) => {
                if let Some(rootfs) = &container.rootfs {
                    add(&container.node, &rootfs.storage, "rootdir", number);
                }
                for mount in &container.mounts {
                    match &mount.source {
                        MountSource::New(storage) => add(&container.node, storage, "rootdir", number),
                        MountSource::Volume(_) | MountSource::Host(_) => {}
                    }
                }
            }
            Content::Image(image) => {
                let content = ["import", "iso", "vztmpl"].into_iter().find(|word| *word == image.content);
                if let Some(content) = content {
                    add(&image.node, &image.storage, content, number);
                }
            }
            Content::Snippet(snippet) => add(&snippet.node, &snippet.storage, "snippets", number),
            Content::ContainerRoot(_)
            | Content::ContainerPower(_)
            | Content::RootOptions(_)
            | Content::Power(_)
            | Content::Mapping(_)
            | Content::Pool(_)
            | Content::Entry(_)
            | Content::Host(_)
            | Content::Firewall(_) => {}
        }
    }
    used
}

/// Whether a storage is on a node, in use, reachable, and holds what is asked of it.
fn holds(cx: &mut Cx<'_>, number: usize, (node, storage, content): (&str, &str, &str)) {
    let answers = cx.observed.nodes.get(node).is_some_and(|node| node.online);
    let first = cx.observed.storages.range((node.to_owned(), String::new())..).next();
    let is_listed = first.is_some_and(|((of, _), _)| of == node);
    if !answers || !is_listed {
        return;
    }
    let address = cx.object(number).address.to_string();
    let (name, message, help) = match cx.observed.storages.get(&(node.to_owned(), storage.to_owned())) {
        None => (
            "missing-storage",
            format!("`{address}` needs storage `{storage}`, which node `{node}` does not show"),
            "offer it on that node, or give the login Datastore.Audit on it",
        ),
        Some(of) if !of.enabled => (
            "storage-disabled",
            format!("`{address}` needs storage `{storage}`, which is disabled on `{node}`"),
            "enable it",
        ),
        Some(of) if !of.active => (
            "storage-inactive",
            format!("`{address}` needs storage `{storage}`, which `{node}` cannot reach"),
            "see whether its server's name resolves and the server answers from that node",
        ),
        Some(of) if !of.content.contains(content) => {
            let has: Vec<&str> = of.content.iter().map(String::as_str).collect();
            let message = format!(
                "`{address}` needs `{content}` on storage `{storage}` of `{node}`, which holds {}",
                has.join(", ")
            );
            ("missing-content", message, "add it to the `content` of the storage")
        }
        Some(_) => return,
    };
    cx.finding_at(number, Level::Error, name, message, help);
}

/// Files that guests read and that are not on their own node: of a local storage each node has its own.
fn files(cx: &mut Cx<'_>) {
    let mut missing = Vec::new();
    for (number, object) in cx.lab.wanted.desired.objects.iter().enumerate() {
        let Content::Vm(vm) = &object.content else { continue };
        let init = vm.cloud_init.as_deref();
        let snippets = init.into_iter().flat_map(|init| {
            [&init.user_data, &init.vendor_data, &init.network_data, &init.meta_data].into_iter().flatten()
        });
        let media = vm.cdroms.iter().filter_map(|drive| match &drive.medium {
            CdMedium::File(import) => Some(import),
            CdMedium::Empty | CdMedium::Physical => None,
        });
        for import in snippets.chain(media) {
            let (volume, is_made) = match import {
                Import::Volume(volume) => (volume.to_string(), false),
                Import::Object(reference) => {
                    let Some(volume) = cx.lab.wanted.desired.volume_id(reference) else { continue };
                    (volume, cx.is_made(reference))
                }
            };
            let storage = volume.split(':').next().unwrap_or_default();
            let Ok(listed) = cx.listed(&vm.node, storage) else { continue };
            if !is_made && !cx.has_volume(&listed, &volume) && cx.would_see(&volume) {
                missing.push((number, volume, vm.node.to_string()));
            }
        }
    }
    for (number, volume, node) in missing {
        let address = &cx.object(number).address;
        let message = format!("`{address}` reads `{volume}`, which is not on its node `{node}`");
        cx.finding_at(
            number,
            Level::Error,
            "missing-file",
            message,
            "put it there: storages of that sort are of one node each",
        );
    }
}

/// Names that a download is refused under, for what the file is to be.
///
/// Source: `UPLOAD_IMPORT_EXT_RE_1`, `ISO_EXT_RE_0` and `VZTMPL_EXT_RE_1` of pve-storage, which `download-url` checks first.
fn extensions(cx: &mut Cx<'_>) {
    let mut refused = Vec::new();
    for (number, object) in cx.lab.wanted.desired.objects.iter().enumerate() {
        let Content::Image(image) = &object.content else { continue };
        let known: &[&str] = match &*image.content {
            "import" => &[".ova", ".qcow2", ".raw", ".vmdk"],
            "iso" => &[".iso", ".img"],
            "vztmpl" => &[".tar", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2"],
            _ => continue,
        };
        let file = image.file.to_lowercase();
        let listed = cx.listed(&image.node, &image.storage);
        let is_there = listed.is_ok_and(|listed| cx.has_volume(&listed, &image.volume_id()));
        if image.url.is_some() && !is_there && !known.iter().any(|ending| file.ends_with(ending)) {
            let known = known.join(", ");
            let message =
                format!("node `{}` takes no `{}` as `{}`: names end in {known}", image.node, image.file, image.content);
            refused.push((number, message));
        }
    }
    for (number, message) in refused {
        cx.finding_at(number, Level::Error, "file-extension", message, "give it another `file` name");
    }
}

/// Storages with hardly any room. Each is told once, a shared one for all its nodes.
fn space(cx: &mut Cx<'_>) {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for ((node, name), storage) in &cx.observed.storages {
        let Some(part) = free(storage) else { continue };
        let key = if storage.shared { name.clone() } else { format!("{name} on {node}") };
        if part < TIGHT && told.insert(key.clone()) {
            let is_full = part < FULL && storage.content.contains("backup");
            let level = if is_full { Level::Error } else { Level::Warning };
            let help = match is_full {
                true => "prune old backups first: a job that fills it leaves guests frozen",
                false => "make room before something fails for want of it",
            };
            found.push((level, key.clone(), format!("storage {key} has {part} % free"), help));
        }
    }
    for (level, about, message, help) in found {
        cx.finding(level, "storage-full", &about, message, help);
    }
}

/// How much of a storage is free, in percent.
fn free(storage: &Storage) -> Option<u64> {
    let total = storage.total.filter(|total| *total > 0)?;
    Some((u128::from(storage.free?) * 100 / u128::from(total)) as u64)
}

impl Cx<'_> {
    /// Whether somebody makes the file that is referred to.
    fn is_made(&self, reference: &crate::desire::Ref<'_>) -> bool {
        let wanted = (&*reference.address, reference.facet, &reference.place);
        let objects = &self.lab.wanted.desired.objects;
        let found = objects.binary_search_by(|object| object.key().cmp(&wanted));
        found.is_ok_and(|number| self.owner(number) != Owner::None)
    }
}

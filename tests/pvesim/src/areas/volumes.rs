//! Volumes: what is on a storage of a node, making one and freeing one.
//!
//! Source: pve-storage (`PVE::Storage`, `PVE::Storage::Plugin`) for names and wordings; live-api facts, sections 3 and 7.

use std::collections::BTreeMap;

use super::properties::parse_size;
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Storage, Volume, World};

/// A volume's storage and its name on it.
pub fn split(volid: &str) -> Option<(&str, &str)> {
    volid.split_once(':').filter(|(storage, name)| !storage.is_empty() && !storage.starts_with('/') && !name.is_empty())
}

/// A storage by its id.
///
/// # Errors
/// If there is none.
pub fn storage<'a>(world: &'a World, id: &str) -> Result<&'a Storage, String> {
    world.storages.get(id).ok_or_else(|| format!("storage '{id}' does not exist"))
}

/// A storage that a node can use now.
///
/// # Errors
/// Why it cannot.
pub fn usable<'a>(world: &'a World, node: &str, id: &str) -> Result<&'a Storage, String> {
    let storage = storage(world, id)?;
    if storage.is_disabled() {
        return Err(format!("storage '{id}' is disabled"));
    }
    if !storage.is_on(node) {
        return Err(format!("storage '{id}' is not available on node '{node}'"));
    }
    if !storage.usage_on(node).active {
        return Err(format!("storage '{id}' is not online"));
    }
    Ok(storage)
}

/// What kind of content a volume is, by its name: `iso`, `vztmpl`, `backup`, `snippets`, `import`, else the image of a disk.
pub fn content_of(name: &str) -> &'static str {
    match name.split_once('/').map(|(directory, _)| directory) {
        Some("iso") => "iso",
        Some("vztmpl") => "vztmpl",
        Some("backup") => "backup",
        Some("snippets") => "snippets",
        Some("import") => "import",
        _ => "images",
    }
}

/// The guest that a volume belongs to, by its name.
pub fn owner_of(name: &str) -> Option<u32> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let rest = ["vzdump-qemu-", "vzdump-lxc-", "vm-", "base-", "subvol-", "basevol-"]
        .into_iter()
        .find_map(|prefix| file.strip_prefix(prefix))?;
    rest.split(['-', '.']).next()?.parse().ok()
}

/// The format of a volume, by its name; a block device is raw.
pub fn format_of(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    if file.starts_with("subvol-") || file.starts_with("basevol-") {
        return "subvol";
    }
    match (content_of(name), file.rsplit_once('.')) {
        ("iso", _) => "iso",
        ("snippets", _) => "snippet",
        ("vztmpl", _) if file.ends_with(".tar.gz") => "tgz",
        ("vztmpl", _) if file.ends_with(".tar.xz") => "txz",
        ("vztmpl", _) if file.ends_with(".tar.zst") => "tzst",
        ("backup", _) if file.contains(".vma") => {
            file.split_once(".vma").map_or("vma", |(before, _)| &file[before.len() + 1..])
        }
        ("backup", _) if file.contains(".tar") => {
            file.split_once(".tar").map_or("tar", |(before, _)| &file[before.len() + 1..])
        }
        (_, Some((_, extension))) => extension,
        (_, None) => "raw",
    }
}

/// The volumes of a storage as a node sees them, by name: those that stand in the world, and those that guests name.
pub fn on(world: &World, node: &str, id: &str) -> BTreeMap<String, Volume> {
    let Some(storage) = world.storages.get(id) else { return BTreeMap::new() };
    let mut volumes = storage.volumes.get(storage.place(node)).cloned().unwrap_or_default();
    let guests = world.guests.values().filter(|guest| storage.is_shared() || guest.node == node);
    for text in guests.flat_map(|guest| guest.sections().flat_map(BTreeMap::values)) {
        let named = text.split(',').next().and_then(split).filter(|(of, _)| *of == id);
        // `cloudinit` and a number are orders to make one, as long as they wait.
        let Some((_, name)) = named.filter(|(_, name)| content_of(name) != "images" || owner_of(name).is_some()) else {
            continue;
        };
        if content_of(name) == "images" {
            let size = text.split(',').find_map(|part| parse_size(part.strip_prefix("size=")?)).unwrap_or(0);
            volumes.entry(name.to_owned()).or_insert_with(|| Volume { size, ..Volume::default() });
        }
    }
    volumes
}

/// A volume by its id.
///
/// # Errors
/// If it is not there.
pub fn find(world: &World, node: &str, volid: &str) -> Result<Volume, String> {
    let (id, name) = split(volid).ok_or_else(|| format!("unable to parse volume ID '{volid}'"))?;
    usable(world, node, id)?;
    on(world, node, id).remove(name).ok_or_else(|| format!("volume '{volid}' does not exist"))
}

/// Writes a volume down, so that it stays when no guest names it.
pub fn keep(world: &mut World, node: &str, volid: &str, volume: Volume) {
    let Some((id, name)) = split(volid) else { return };
    let Some(storage) = world.storages.get_mut(id) else { return };
    let place = storage.place(node).to_owned();
    storage.volumes.entry(place).or_default().insert(name.to_owned(), volume);
}

/// Frees a volume.
pub fn free(world: &mut World, node: &str, volid: &str) {
    let Some((id, name)) = split(volid) else { return };
    let Some(storage) = world.storages.get_mut(id) else { return };
    let place = storage.place(node).to_owned();
    if let Some(volumes) = storage.volumes.get_mut(&place) {
        volumes.remove(name);
    }
}

/// What a volume is for: it decides on its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A disk of a virtual machine.
    Disk,
    /// The cloud-init drive of a virtual machine, of which there is one.
    CloudInit,
    /// The root or a mount point of a container.
    Container,
}

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The storage.
    pub storage: &'a str,
    /// The guest.
    pub vmid: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// The format that was asked for.
    pub format: Option<&'a str>,
    /// Bytes.
    pub size: u64,
}

/// Makes a volume and gives its id.
///
/// # Errors
/// Why the storage refuses.
pub fn allocate(world: &mut World, node: &str, order: Order<'_>) -> Result<String, String> {
    let Order { storage: id, vmid, purpose, .. } = order;
    let storage = usable(world, node, id)?;
    let (wanted, refusal) = match purpose {
        Purpose::Container => ("rootdir", "allow content type 'rootdir'"),
        Purpose::Disk | Purpose::CloudInit => ("images", "support vm images"),
    };
    if !storage.content().contains(wanted) {
        return Err(format!("storage '{id}' does not {refusal}"));
    }
    let existing = on(world, node, id);
    let format = format_for(storage, &order)?;
    let name = match purpose {
        Purpose::CloudInit => format!("vm-{vmid}-cloudinit"),
        Purpose::Disk | Purpose::Container => {
            let prefix = if format == "subvol" { "subvol" } else { "vm" };
            let is_taken = |number: &u32| {
                let ends = [format!("-{vmid}-disk-{number}"), format!("-{vmid}-disk-{number}.")];
                existing.keys().any(|name| name.ends_with(&ends[0]) || name.contains(&ends[1]))
            };
            let number = (0..).find(|number| !is_taken(number)).unwrap_or_default();
            format!("{prefix}-{vmid}-disk-{number}")
        }
    };
    let name = match (storage.has_files(), format) {
        (true, "subvol") => format!("{vmid}/{name}.subvol"),
        (true, format) => format!("{vmid}/{name}.{format}"),
        (false, _) => name,
    };
    if existing.contains_key(&name) {
        return Err(already_there(storage, &name));
    }
    let volid = format!("{id}:{name}");
    keep(world, node, &volid, Volume { size: order.size, ..Volume::default() });
    Ok(volid)
}

/// The format of a new volume: the one that was asked for if the storage has it, else its own.
fn format_for<'a>(storage: &Storage, order: &Order<'a>) -> Result<&'a str, String> {
    let own = match (order.purpose, storage.kind.as_str()) {
        (Purpose::CloudInit, _) if storage.has_files() => "qcow2",
        (Purpose::Container, "zfspool") => "subvol",
        _ => "raw",
    };
    let possible: &[&str] = match storage.kind.as_str() {
        "dir" | "nfs" | "cifs" => &["raw", "qcow2", "vmdk", "subvol"],
        "btrfs" | "zfspool" => &["raw", "subvol"],
        _ => &["raw"],
    };
    match order.format {
        Some(format) if !possible.contains(&format) => Err(format!("unsupported format '{format}'")),
        Some(format) => Ok(format),
        None => Ok(own),
    }
}

/// What a storage says that already has a volume of that name, as after a create that died half-way.
fn already_there(storage: &Storage, name: &str) -> String {
    let option = |option: &str| storage.options.get(option).map_or("", String::as_str);
    match storage.kind.as_str() {
        "zfspool" => format!("zfs error: cannot create '{}/{name}': dataset already exists", option("pool")),
        "lvm" | "lvmthin" => {
            let group = option("vgname");
            format!(
                "lvcreate '{group}/{name}' error:   Logical Volume \"{name}\" already exists in volume group \"{group}\""
            )
        }
        _ => format!("disk image '{}/images/{name}' already exists", option("path")),
    }
}

/// Whether somebody may use a volume for a guest.
///
/// # Errors
/// The refusal: 403, or 500 for paths of the file system.
pub fn check_access(world: &World, authid: &str, vmid: Option<u32>, volid: &str) -> Result<(), Failure> {
    let rights = Rights::of(world, authid);
    let Some((id, name)) = split(volid) else {
        let refused = || Failure::server("Only root can pass arbitrary filesystem paths.");
        return if rights.is_root() { Ok(()) } else { Err(refused()) };
    };
    let path = format!("/storage/{id}");
    if rights.has(&path, "Datastore.Allocate") {
        return Ok(());
    }
    let need = |path: &str, privilege: &str| {
        let missing = || Failure::permission(&format!("{path}, {privilege}"));
        if rights.has(path, privilege) { Ok(()) } else { Err(missing()) }
    };
    let owner = owner_of(name);
    match content_of(name) {
        "iso" | "vztmpl" | "import" => {
            let missing = || Failure::permission(&format!("{path}, Datastore.AllocateSpace|Datastore.Audit"));
            let may_read = rights.has_any(&path, &["Datastore.AllocateSpace", "Datastore.Audit"]);
            if may_read { Ok(()) } else { Err(missing()) }
        }
        _ if owner.is_some() && owner == vmid => Ok(()),
        "backup" if owner.is_some() => {
            need(&path, "Datastore.AllocateSpace")?;
            need(&format!("/vms/{}", owner.unwrap_or_default()), "VM.Backup")
        }
        "images" if owner.is_some() => {
            need(&path, "Datastore.Audit")?;
            need(&format!("/vms/{}", owner.unwrap_or_default()), "VM.Config.Disk")
        }
        _ => Err(Failure::server(&format!("missing privileges to access {volid}"))),
    }
}

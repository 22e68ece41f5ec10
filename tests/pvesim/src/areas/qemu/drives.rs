//! Drives of a virtual machine: what their texts mean, making their volumes, and what becomes of the volumes of drives that go.
//!
//! Source: live-api facts, sections 6 and 7; qemu-server `PVE::API2::Qemu` (`create_disks`) and `PVE::QemuServer::Drive`.

use crate::areas::guests;
use crate::areas::properties::{Properties, parse_size, print_size};
use crate::areas::volumes::{self, Order, Purpose};
use crate::world::{Guest, Volume, World};

/// The size of a TPM's state and of a cloud-init drive.
const FOUR_MIB: u64 = 4 << 20;

/// Whether an option is a drive: a disk, a CD drive, the EFI variables or the state of a TPM.
pub fn is_drive(option: &str) -> bool {
    let stem = super::rights::stem(option);
    matches!(stem, "ide" | "sata" | "scsi" | "virtio" | "efidisk" | "tpmstate") && stem != option
}

/// A drive, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// Its properties; `volume` stands as `file`.
    pub properties: Properties,
}

impl Drive {
    /// Takes the text of a drive apart.
    pub fn parse(text: &str) -> Drive {
        let mut properties = Properties::parse(text, "file");
        if let Some(volume) = properties.take("volume") {
            properties.set("file", volume);
        }
        Drive { properties }
    }

    /// The volume, or what stands in its place: `none`, `cdrom`, an order such as `local:32`.
    pub fn file(&self) -> &str {
        self.properties.get("file").unwrap_or_default()
    }

    /// Whether it is a CD drive. A cloud-init drive is one too.
    pub fn is_cdrom(&self) -> bool {
        self.properties.get("media") == Some("cdrom") || self.is_cloudinit()
    }

    /// Whether a cloud-init drive is to be made.
    pub fn asks_for_cloudinit(&self) -> bool {
        volumes::split(self.file()).is_some_and(|(_, name)| name == "cloudinit") || self.file() == "cloudinit"
    }

    /// Whether it is a cloud-init drive, or is to become one.
    pub fn is_cloudinit(&self) -> bool {
        self.asks_for_cloudinit() || volumes::split(self.file()).is_some_and(|(_, name)| is_cloudinit_name(name))
    }

    /// The storage and the GiB of an order for a new volume, `local:32` or `32`.
    pub fn new_size(&self) -> Option<(Option<&str>, &str)> {
        let (storage, size) = match self.file().split_once(':') {
            Some((storage, size)) => (Some(storage), size),
            None => (None, self.file()),
        };
        let is_number =
            size.starts_with(|c: char| c.is_ascii_digit()) && size.chars().all(|c| c.is_ascii_digit() || c == '.');
        is_number.then_some((storage, size))
    }

    /// The volume's id, if it is one of a storage.
    pub fn volume(&self) -> Option<&str> {
        let is_volume = volumes::split(self.file()).is_some();
        Some(self.file()).filter(|_| is_volume && self.new_size().is_none() && !self.asks_for_cloudinit())
    }
}

fn is_cloudinit_name(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split('.').next().unwrap_or(file);
    stem.starts_with("vm-") && stem.ends_with("-cloudinit")
}

/// Bytes of the EFI variables, as the storage rounds them.
fn efi_size(world: &World, storage: &str) -> u64 {
    match world.storages.get(storage).map(|storage| storage.kind.as_str()) {
        Some("lvm" | "lvmthin" | "rbd") => FOUR_MIB,
        Some("zfspool") => 1 << 20,
        _ => 528 << 10,
    }
}

/// Makes what a drive orders and gives the text that stands in the configuration then. Volumes that were made are added to `made`.
///
/// # Errors
/// Why it cannot be made.
pub fn realise(
    world: &mut World,
    cx: &Making<'_>,
    option: &str,
    text: &str,
    made: &mut Vec<String>,
) -> Result<String, String> {
    let mut drive = Drive::parse(text);
    let node = cx.node;
    let no_storage = || "no storage ID specified (and no default storage)".to_owned();
    if matches!(drive.file(), "none" | "cdrom") {
        drive.properties.take("size");
        return Ok(drive.properties.to_string());
    }
    if drive.asks_for_cloudinit() {
        let named = volumes::split(drive.file()).map(|(storage, _)| storage.to_owned());
        let storage = named.or_else(|| cx.default_storage.clone()).ok_or_else(no_storage)?;
        let format = drive.properties.take("format");
        let (purpose, format) = (Purpose::CloudInit, format.as_deref());
        let order = Order { storage: &storage, vmid: cx.vmid, purpose, format, size: FOUR_MIB };
        let volid = volumes::allocate(world, node, order)?;
        made.push(volid.clone());
        drive.properties.set("file", volid);
        drive.properties.set("media", "cdrom");
        return Ok(drive.properties.to_string());
    }
    if let Some((storage, size)) = drive.new_size().map(|(storage, size)| (storage.map(str::to_owned), size.to_owned()))
    {
        let storage = storage.or_else(|| cx.default_storage.clone()).ok_or_else(no_storage)?;
        let source = drive.properties.take("import-from");
        let wanted = parse_size(&format!("{size}G")).unwrap_or(0);
        let size = match (&source, super::rights::stem(option)) {
            (Some(source), _) => volumes::find(world, node, source)?.size,
            (None, "efidisk") => efi_size(world, &storage),
            (None, "tpmstate") => FOUR_MIB,
            (None, _) => wanted,
        };
        let format = drive.properties.take("format");
        let (purpose, format) = (Purpose::Disk, format.as_deref());
        let volid = volumes::allocate(world, node, Order { storage: &storage, vmid: cx.vmid, purpose, format, size })?;
        made.push(volid.clone());
        drive.properties.set("file", volid);
        drive.properties.set("size", print_size(size));
        return Ok(drive.properties.to_string());
    }
    // A volume that is there: its size is what it is, whatever the text says.
    if let Some(volid) = drive.volume().map(str::to_owned) {
        let volume = volumes::find(world, node, &volid)?;
        if volume.size > 0 {
            drive.properties.set("size", print_size(volume.size));
        }
    }
    Ok(drive.properties.to_string())
}

/// For whom drives are made.
pub struct Making<'a> {
    /// The node.
    pub node: &'a str,
    /// The guest.
    pub vmid: u32,
    /// The storage of orders that name none.
    pub default_storage: Option<String>,
}

/// What becomes of the volume of a drive that goes or is replaced: a disk stays as `unusedN`, a cloud-init drive goes, the
/// medium of a CD drive is nobody's.
pub fn release(world: &mut World, vmid: u32, text: &str) {
    let drive = Drive::parse(text);
    let Some(volid) = drive.volume().map(str::to_owned) else { return };
    let Some(guest) = world.guests.get(&vmid) else { return };
    let node = guest.node.clone();
    if drive.is_cloudinit() {
        volumes::free(world, &node, &volid);
        return;
    }
    if drive.is_cdrom() || uses(guest, &volid) {
        return;
    }
    // As long as it has no option again, only the text of the old one says how large it is.
    let size = drive.properties.get("size").and_then(parse_size);
    match (volumes::find(world, &node, &volid), size) {
        (Ok(volume), _) => volumes::keep(world, &node, &volid, volume),
        (Err(_), Some(size)) => volumes::keep(world, &node, &volid, Volume { size, ..Volume::default() }),
        (Err(_), None) => {}
    }
    if let Some(guest) = world.guests.get_mut(&vmid) {
        let free = (0..256).map(|index| format!("unused{index}")).find(|option| !guest.config.contains_key(option));
        if let Some(option) = free {
            guest.config.insert(option, volid);
        }
    }
}

/// Whether an option of the guest names a volume now or will after a restart.
fn uses(guest: &Guest, volid: &str) -> bool {
    let names = |text: &String| text.split(',').next() == Some(volid);
    guest.config.values().chain(guest.pending.values()).any(names)
}

/// Destroys the volume of a drive, for good.
///
/// # Errors
/// If a snapshot needs it.
pub fn destroy(world: &mut World, vmid: u32, text: &str) -> Result<(), String> {
    let drive = Drive::parse(text);
    let Some(volid) = drive.volume().map(str::to_owned) else { return Ok(()) };
    let Some(guest) = world.guests.get(&vmid) else { return Ok(()) };
    let is_own = volumes::split(&volid).is_some_and(|(_, name)| volumes::owner_of(name) == Some(vmid));
    if drive.properties.get("media") == Some("cdrom") && !drive.is_cloudinit() || !is_own {
        return Ok(());
    }
    let names = |text: &String| text.split(',').next() == Some(volid.as_str());
    if guest.snapshots.values().any(|snapshot| snapshot.config.values().any(names)) {
        return Err(format!("unable to delete '{volid}' - volume is still in use (snapshot?)"));
    }
    let node = guest.node.clone();
    volumes::free(world, &node, &volid);
    Ok(())
}

/// Whether a protected guest keeps its drives.
///
/// # Errors
/// If it does.
pub fn check_protection(guest: &Guest, option: &str, text: &str) -> Result<(), crate::failure::Failure> {
    let what = if super::rights::stem(option) == "unused" {
        format!("can't remove unused disk '{}'", text.split(',').next().unwrap_or_default())
    } else {
        format!("can't remove drive '{option}'")
    };
    guests::check_protection(guest, &what)
}

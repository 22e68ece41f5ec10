//! Options of guests in normal form: two texts that mean the same to Proxmox are the same value.
//!
//! Order, defaults, the case of MAC addresses, units of sizes, spellings of truth values and numbers, the two ways to write a
//! volume (to be made, and made) leave no trace. What cannot be read, because it is of a release that we do not know, is kept
//! as it is, so that it differs rather than being taken for equal.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::defaults::{key_default, option_default};
use super::options::{Guest, option_of};
use super::property::{self, Schema};
use super::value::{ValueKind, boolean};
use super::version::Version;
use super::{base64, size};

/// Words of a normal form.
type Text = Cow<'static, str>;

/// An option in normal form.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Normal {
    /// Values by key; an option without keys has one with an empty name.
    keys: BTreeMap<Text, String>,
}

/// What stands for a value that nobody may see.
pub const SET: &str = "(secret)";

impl Normal {
    /// An option of a guest, as a configuration or a request has it; `None` if that is what Proxmox does anyway.
    #[must_use]
    pub fn of(guest: Guest, version: Version, option: &str, text: &str) -> Option<Normal> {
        let Some((row, _)) = option_of(guest, option) else { return Normal::plain(text.trim_end().to_owned()) };
        let normal = match row.value {
            ValueKind::Properties(schema) => properties(schema, version, text),
            ValueKind::Bool => Normal::plain(truth(text)),
            ValueKind::Int { .. } | ValueKind::Number { .. } => Normal::plain(number(text)),
            ValueKind::Enum(_) => Normal::plain(text.to_owned()),
            ValueKind::Text { .. } => free(row.stem(), text),
        }?;
        let default = option_default(guest, row.name, &row.value);
        let is_default = default.is_some() && normal.keys.len() == 1 && normal.get("") == default;
        (!is_default).then_some(normal)
    }

    fn plain(text: String) -> Option<Normal> {
        (!text.is_empty()).then(|| Normal { keys: BTreeMap::from([(Cow::Borrowed(""), text)]) })
    }

    /// The value of a key; of an option without keys that of the empty name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str)
    }

    /// Keys with their values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.keys.iter().map(|(key, value)| (&**key, value.as_str()))
    }

    /// Only some of its keys; `None` if it has none of them.
    #[must_use]
    pub fn only(&self, keys: &[&str]) -> Option<Normal> {
        let keys: BTreeMap<Text, String> =
            self.keys.iter().filter(|(key, _)| keys.contains(&&***key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        (!keys.is_empty()).then_some(Normal { keys })
    }
}

impl fmt::Display for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (key, value) in &self.keys {
            let equals = if key.is_empty() { "" } else { "=" };
            write!(f, "{separator}{key}{equals}{value}")?;
            separator = ",";
        }
        Ok(())
    }
}

/// Keys in which two forms of an option differ. Keys of which nothing is wanted and that a server fills in by itself do not
/// count: a MAC address, the name and size of a volume.
#[must_use]
pub fn differing(guest: Guest, option: &str, wanted: Option<&Normal>, found: Option<&Normal>) -> Vec<String> {
    let empty = Normal::default();
    let (wanted, found) = (wanted.unwrap_or(&empty), found.unwrap_or(&empty));
    let stem = option_of(guest, option).map_or(option, |(row, _)| row.stem());
    let made = if wanted.keys.is_empty() { &[][..] } else { made_by_server(guest, stem) };
    let mut keys: Vec<&str> = wanted.iter().chain(found.iter()).map(|(key, _)| key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| {
        let (want, have) = (wanted.get(key), found.get(key));
        want != have && !(want.is_none() && made.contains(key))
    });
    keys.into_iter().map(str::to_owned).collect()
}

/// Keys that a server fills in.
fn made_by_server(guest: Guest, stem: &str) -> &'static [&'static str] {
    match (guest, stem) {
        (Guest::Vm, "net") => &["macaddr"],
        (Guest::Container, "net") => &["hwaddr"],
        (Guest::Vm, "ide" | "sata" | "scsi" | "virtio" | "efidisk0" | "tpmstate0") => &["size", "volume"],
        (Guest::Container, "rootfs" | "mp") => &["size", "volume"],
        (Guest::Vm, "smbios1") => &["uuid"],
        _ => &[],
    }
}

/// Whether an option of which nothing is wanted is left as the server made it: ids, what it read in a template, the order in
/// which it found it could boot.
///
/// Source: `create_vm` of qemu-server and pve-container.
#[must_use]
pub fn is_made_by_server(guest: Guest, option: &str, found: &Normal) -> bool {
    match (guest, option) {
        (_, "digest" | "lock" | "parent" | "snaptime") => true,
        (Guest::Vm, "meta" | "vmgenid" | "boot" | "bootdisk" | "vmstate" | "runningcpu" | "runningmachine") => true,
        (Guest::Vm, "running-nets-host-mtu") => true,
        (Guest::Vm, "smbios1") => found.iter().all(|(key, _)| key == "uuid"),
        (Guest::Container, "ostype") => true,
        (_, other) => other.strip_prefix("unused").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())),
    }
}

pub(super) fn truth(text: &str) -> String {
    boolean(text.trim()).map_or_else(|| text.to_owned(), |yes| u8::from(yes).to_string())
}

/// `1.50` and `1.5` are the same number.
pub(super) fn number(text: &str) -> String {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        Ok(_) | Err(_) => text.trim().to_owned(),
    }
}

fn words(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn sorted(mut words: Vec<String>, separator: &str) -> String {
    words.sort_unstable();
    words.dedup();
    words.join(separator)
}

/// Free text that has a shape of its own.
fn free(stem: &str, text: &str) -> Option<Normal> {
    Normal::plain(match stem {
        "tags" => sorted(words(&text.to_lowercase(), &[';', ',', ' ']), ";"),
        "hotplug" if text == "1" => "disk,network,usb".to_owned(),
        "hotplug" => sorted(words(text, &[',', ';', ' ']), ","),
        // The order of servers means something.
        "nameserver" => words(text, &[';', ',', ' ']).join(" "),
        "cipassword" => SET.to_owned(),
        "sshkeys" => words(&decoded(text), &['\n', '\r']).join("\n"),
        "env" => sorted(words(text, &['\0']), "\0"),
        // Proxmox ends a description with a line break.
        _ => text.trim_end_matches('\n').to_owned(),
    })
}

/// What was URL-encoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let hex = if *byte == b'%' { after.get(..2).and_then(hex_byte) } else { None };
        bytes.push(hex.unwrap_or(*byte));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

fn properties(schema: &'static Schema, version: Version, text: &str) -> Option<Normal> {
    let mut keys: BTreeMap<Text, String> = BTreeMap::new();
    match property::parse(schema, version, text) {
        Ok(parsed) => {
            for (key, property) in parsed.iter() {
                keys.insert(Cow::Borrowed(key), property.value.clone());
            }
        }
        // A key that we do not know: apart as far as that goes, and never equal by accident.
        Err(_) => {
            for (number, part) in text.split(',').enumerate() {
                let (key, value) = part.split_once('=').unwrap_or(("", part));
                let key = if key.is_empty() && number > 0 { format!("#{number}") } else { key.to_owned() };
                keys.insert(Cow::Owned(key), value.to_owned());
            }
        }
    }
    if keys.contains_key("base64") && keys.remove("base64").as_deref() == Some("1") {
        for (_, value) in keys.iter_mut().filter(|(key, _)| **key != "uuid") {
            if let Some(plain) = base64::decoded(value).and_then(|bytes| String::from_utf8(bytes).ok()) {
                *value = plain;
            }
        }
    }
    for key in schema.keys() {
        if let Some(value) = keys.get_mut(key.name) {
            one(schema.name, key.name, &key.value, value);
        }
    }
    volume(schema.name, &mut keys);
    // That there is one at all says something, so its default is said.
    if schema.name == "watchdog" {
        keys.entry(Cow::Borrowed("model")).or_insert_with(|| "i6300esb".to_owned());
    }
    keys.retain(|key, value| {
        let row = schema.keys().find(|row| row.name == &**key);
        let default = row.and_then(|row| key_default(schema.name, row.name, &row.value));
        default != Some(value.as_str())
    });
    // Without `enabled`, whatever else is said of the agent means nothing.
    if schema.name == "agent" && !keys.contains_key("enabled") {
        keys.clear();
    }
    // Where there is only one key, it says nothing.
    if let (true, Some((_, value))) = (schema.keys().nth(1).is_none(), keys.first_key_value()) {
        keys = BTreeMap::from([(Cow::Borrowed(""), value.clone())]);
    }
    (!keys.is_empty()).then_some(Normal { keys })
}

/// The value of a key, brought into its normal form.
fn one(schema: &str, key: &str, kind: &ValueKind, value: &mut String) {
    match (schema, key, kind) {
        (_, "macaddr" | "hwaddr", _) => value.make_ascii_uppercase(),
        (_, "size", _) => {
            if let Some(bytes) = size::bytes(value) {
                *value = size::text(bytes);
            }
        }
        (_, "trunks" | "mountoptions", _) | ("features", "mount", _) => *value = sorted(words(value, &[';']), ";"),
        ("usb", "host", _) => *value = value.to_ascii_lowercase().replace("0x", ""),
        ("hostpci", "host", _) => {
            let long = |address: &str| match address.matches(':').count() {
                1 => format!("0000:{address}"),
                _ => address.to_owned(),
            };
            *value = value.to_ascii_lowercase().split(';').map(long).collect::<Vec<_>>().join(";");
        }
        (_, _, ValueKind::Int { .. } | ValueKind::Number { .. }) => *value = number(value),
        (_, _, ValueKind::Bool) => *value = truth(value),
        (_, _, ValueKind::Text { .. } | ValueKind::Enum(_) | ValueKind::Properties(_)) => {}
    }
}

/// Takes a volume apart: its storage, its name if it is there already, its size if it is to be made.
fn volume(schema: &str, keys: &mut BTreeMap<Text, String>) {
    let from = match schema {
        "ide" | "sata" | "scsi" | "virtio" | "efidisk0" | "tpmstate0" => "file",
        "rootfs" | "mp" => "volume",
        _ => return,
    };
    let Some(file) = keys.remove(from) else { return };
    keys.remove("import-from");
    let is_cdrom = keys.get("media").is_some_and(|media| media == "cdrom");
    let Some((storage, rest)) = file.split_once(':').filter(|(storage, _)| !storage.contains('/')) else {
        keys.remove("size");
        keys.insert(Cow::Borrowed(if from == "volume" { "host" } else { "file" }), file);
        return;
    };
    if rest == "cloudinit" || is_cdrom && rest.contains("-cloudinit") {
        keys.clear();
        keys.insert(Cow::Borrowed("storage"), storage.to_owned());
        keys.insert(Cow::Borrowed("volume"), "cloudinit".to_owned());
        return;
    }
    if is_cdrom {
        keys.remove("size");
        keys.insert(Cow::Borrowed("file"), file);
        return;
    }
    keys.insert(Cow::Borrowed("storage"), storage.to_owned());
    match rest.parse::<f64>().ok().and_then(|_| size::bytes(&format!("{rest}G"))) {
        Some(0) => {}
        Some(bytes) => {
            keys.entry(Cow::Borrowed("size")).or_insert_with(|| size::text(bytes));
        }
        None => {
            keys.insert(Cow::Borrowed("volume"), rest.to_owned());
        }
    }
    // The server picks the sizes of these two, and a format shows in the name of a volume at most.
    if matches!(schema, "efidisk0" | "tpmstate0") {
        keys.remove("size");
    }
    keys.remove("format");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(guest: Guest, option: &str, wanted: &str, found: &str) {
        let normal = |text: &str| Normal::of(guest, Version::V9_1, option, text);
        let (wanted, found) = (normal(wanted), normal(found));
        let keys = differing(guest, option, wanted.as_ref(), found.as_ref());
        assert!(keys.is_empty(), "{option}: {wanted:?} and {found:?} differ in {keys:?}");
    }

    #[track_caller]
    fn default(guest: Guest, option: &str, text: &str) {
        assert_eq!(Normal::of(guest, Version::V9_1, option, text), None, "{option}: {text}");
    }

    #[test]
    fn what_proxmox_prints_in_another_way_is_the_same() {
        same(Guest::Vm, "net0", "virtio,bridge=vmbr0,firewall=0", "virtio=bc:24:11:90:21:df,bridge=vmbr0");
        same(Guest::Vm, "net0", "virtio=bc:24:11:90:21:df", "model=virtio,macaddr=BC:24:11:90:21:DF");
        same(Guest::Vm, "net0", "virtio,trunks=20;10,rate=1.50", "virtio,rate=1.5,trunks=10;20");
        same(Guest::Vm, "scsi0", "local-zfs:50,discard=on", "local-zfs:vm-107-disk-0,discard=on,size=50G");
        same(Guest::Vm, "scsi0", "s:0,import-from=local:import/a.qcow2,size=1T", "s:vm-1-disk-0,size=1024G,backup=1");
        same(Guest::Vm, "efidisk0", "s:1,efitype=4m", "s:vm-1-disk-1,efitype=4m,size=528K");
        same(Guest::Vm, "ide2", "s:cloudinit", "s:vm-107-cloudinit,media=cdrom,size=4M");
        same(Guest::Vm, "ide3", "none,media=cdrom", "none,media=cdrom");
        same(Guest::Vm, "ide3", "local:iso/a.iso,media=cdrom", "local:iso/a.iso,media=cdrom,size=700M");
        same(Guest::Vm, "tags", "b;a", "a,b");
        same(Guest::Vm, "hostpci0", "01:00,pcie=1", "0000:01:00,pcie=1,rombar=1");
        same(Guest::Vm, "smbios1", "serial=x", "uuid=4abec58f-ba68-4f1f-950a-703f55838a4e,base64=1,serial=eA==");
        same(Guest::Vm, "description", "a\nb", "a\nb\n");
        same(Guest::Vm, "sshkeys", "ssh-ed25519 AAAA a@b\n", "ssh-ed25519%20AAAA%20a%40b%0A");
        same(Guest::Vm, "cipassword", "hunter2", "**********");
        same(Guest::Vm, "watchdog", "i6300esb,action=reset", "action=reset");
        same(Guest::Container, "rootfs", "local-zfs:8", "local-zfs:subvol-100-disk-0,size=8G");
        same(
            Guest::Container,
            "net0",
            "name=eth0,bridge=vmbr0",
            "bridge=vmbr0,hwaddr=BC:24:11:0:0:1,name=eth0,type=veth",
        );
        same(Guest::Container, "cpulimit", "2", "2.0");
    }

    #[test]
    fn what_proxmox_does_anyway_is_nothing() {
        for (option, text) in [
            ("cores", "1"),
            ("numa", "0"),
            ("acpi", "on"),
            ("agent", "0"),
            ("agent", "enabled=0,type=isa"),
            ("memory", "512"),
            ("cpu", "kvm64"),
            ("vga", "std"),
            ("hotplug", "1"),
            ("hotplug", "usb,network,disk"),
            ("migrate_downtime", "0.10"),
            ("tags", ""),
            ("machine", "pc"),
        ] {
            default(Guest::Vm, option, text);
        }
        for (option, text) in [("swap", "512"), ("arch", "amd64"), ("features", "nesting=0"), ("console", "1")] {
            default(Guest::Container, option, text);
        }
        for (option, text) in [("localtime", "0"), ("watchdog", "i6300esb")] {
            assert!(Normal::of(Guest::Vm, Version::V9_1, option, text).is_some(), "that it is said says something");
        }
    }

    #[test]
    fn what_differs_is_told_by_its_key() {
        let normal = |text| Normal::of(Guest::Vm, Version::V9_1, "scsi0", text);
        let keys = |a, b| differing(Guest::Vm, "scsi0", normal(a).as_ref(), normal(b).as_ref());
        assert_eq!(keys("a:50", "b:vm-1-disk-0,size=40G"), ["size", "storage"]);
        assert_eq!(keys("a:50,ssd=1", "a:vm-1-disk-0,size=50G,cache=writeback"), ["cache", "ssd"]);
        assert_eq!(keys("a:vm-1-disk-2,size=5G", "a:vm-1-disk-0,size=5G"), ["volume"]);
    }

    #[test]
    fn what_cannot_be_read_differs() {
        let normal = |text| Normal::of(Guest::Vm, Version::V9_1, "net0", text);
        let new = normal("virtio,bridge=vmbr0,colour=red");
        let keys = differing(Guest::Vm, "net0", normal("virtio,bridge=vmbr0").as_ref(), new.as_ref());
        assert!(keys.contains(&"colour".to_owned()), "{keys:?}");
    }
}

//! Values as text: in messages, in interpolation, in explanations.

use crate::eval::World;
use crate::eval::machine::Machine;
use crate::types::Program;
use crate::types::value::{ObjId, Value};

/// A value as interpolation prints it.
#[must_use]
pub fn plain(machine: &Machine<'_>, value: Value) -> String {
    text(machine.p, machine.w, value)
}

/// A value as text.
#[must_use]
pub fn text(p: &Program, w: &World, value: Value) -> String {
    match value {
        Value::Poison => "?".into(),
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Str(name) | Value::Enum(name) => p.name(name).to_owned(),
        Value::Size(bytes) => size(bytes),
        Value::Duration(ms) => duration(ms),
        Value::Rate(bits) => rate(bits),
        Value::Percent(hundredths) if hundredths % 100 == 0 => format!("{}%", hundredths / 100),
        Value::Percent(hundredths) => format!("{}%", hundredths as f64 / 100.0),
        Value::Ip(address) | Value::Interface(address, 255) => ip(address),
        Value::Cidr(address, prefix) | Value::Interface(address, prefix) => format!("{}/{prefix}", ip(address)),
        Value::Mac(mac) => self::mac(mac),
        Value::DeviceId(id) => format!("{:04x}:{:04x}", id >> 16, id & 0xffff),
        Value::Pci(address) => pci(address),
        Value::Obj(object) => name_of(p, w, object),
        Value::List(slice) => {
            let all = p.heap.slice(slice);
            let shown: Vec<String> = all.iter().take(8).map(|value| inner(p, w, *value)).collect();
            let more = if all.len() > 8 { format!(" and {} more", all.len() - 8) } else { String::new() };
            format!("{}{more}", shown.join(", "))
        }
        Value::Map(slice) => {
            let pairs: Vec<String> = p
                .heap
                .slice(slice)
                .chunks_exact(2)
                .map(|pair| format!("{} = {}", text(p, w, pair[0]), inner(p, w, pair[1])))
                .collect();
            pairs.join(", ")
        }
        Value::Range(slice) => format!("{}..{}", text(p, w, p.heap.at(slice, 0)), text(p, w, p.heap.at(slice, 1))),
        Value::Group(slice) => text(p, w, p.heap.at(slice, 0)),
        Value::Lazy(_) | Value::Running | Value::Appended(_) => "…".into(),
    }
}

/// A value inside of a list or map: what has parts itself stands in brackets.
fn inner(p: &Program, w: &World, value: Value) -> String {
    let shown = text(p, w, value);
    match value {
        Value::Map(slice) if slice.len == 0 => "{}".into(),
        Value::Map(_) => format!("{{ {shown} }}"),
        Value::List(_) => format!("[{shown}]"),
        _ => shown,
    }
}

/// The name of an object: what it is called, or its kind.
#[must_use]
pub fn name_of(p: &Program, w: &World, object: ObjId) -> String {
    let of = w.object(object);
    if of.shape.0 != u16::MAX
        && let Some(field) = p.shape(of.shape).any_field(p.words.name)
        && let Some(Value::Str(name)) = w.slot(object, field).map(|slot| slot.value)
    {
        return p.name(name).to_owned();
    }
    match of.key {
        Value::Str(name) | Value::Enum(name) => p.name(name).to_owned(),
        Value::Obj(target) => name_of(p, w, target),
        _ if of.shape.0 == u16::MAX => "?".to_owned(),
        _ => p.name(p.shape(of.shape).word).to_owned(),
    }
}

/// The address of an object: `vm.k3s-vm-pve.disk.scsi0`.
#[must_use]
pub fn address(machine: &Machine<'_>, object: ObjId) -> String {
    address_of(machine.p, machine.w, object)
}

/// The address of an object: `vm.k3s-vm-pve.disk.scsi0`.
#[must_use]
pub fn address_of(p: &Program, w: &World, object: ObjId) -> String {
    let of = w.object(object);
    let own = match key_of(p, w, of.key) {
        Some(key) => format!("{}.{key}", word_of(p, w, object)),
        None => word_of(p, w, object).to_owned(),
    };
    match of.owner() {
        Some(owner) => format!("{}.{own}", address_of(p, w, owner)),
        None => own,
    }
}

/// The word by which an object is said: the one of its kind or keyed block; of a block without a key, the field that holds it.
fn word_of<'p>(p: &'p Program, w: &World, object: ObjId) -> &'p str {
    let of = w.object(object);
    if of.shape.0 == u16::MAX {
        return "?";
    }
    let holds = |owner: ObjId| {
        let slot = w.slots_of(owner).iter().find(|slot| slot.value == Value::Obj(object))?;
        Some(p.field(w.object(owner).shape, slot.field).name)
    };
    let field = of.owner().filter(|_| of.key == Value::Null).and_then(holds);
    p.name(field.unwrap_or(p.shape(of.shape).word))
}

/// A key as a path spells it: what is no identifier stands in quotes.
#[must_use]
pub fn key_of(p: &Program, w: &World, key: Value) -> Option<String> {
    let key = match key {
        Value::Str(name) | Value::Enum(name) => p.name(name).to_owned(),
        Value::Obj(target) => name_of(p, w, target),
        _ => return None,
    };
    Some(if crate::syntax::is_identifier(&key) { key } else { format!("\"{}\"", key.escape_debug()) })
}

fn ip(address: u32) -> String {
    std::net::Ipv4Addr::from(address).to_string()
}

/// `BC:24:11:90:21:DF`
#[must_use]
pub fn mac(mac: u64) -> String {
    let bytes = mac.to_be_bytes();
    let parts: Vec<String> = bytes[2..].iter().map(|byte| format!("{byte:02X}")).collect();
    parts.join(":")
}

/// `0000:b3:00.0`, or without a function where all are meant.
#[must_use]
pub fn pci(address: u64) -> String {
    let (domain, bus, device, function) = (address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
    let place = format!("{domain:04x}:{bus:02x}:{device:02x}");
    if function == 255 { place } else { format!("{place}.{function}") }
}

/// `4GiB`, in the largest binary unit that is whole; else decimal; else bytes.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 9] = [
        ("TiB", 1 << 40),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KiB", 1 << 10),
        ("kB", 1_000),
        ("B", 1),
    ];
    if bytes == 0 {
        return "0MiB".to_owned();
    }
    let unit = UNITS.iter().find(|(_, unit)| bytes.is_multiple_of(*unit)).unwrap_or(&("B", 1));
    format!("{}{}", bytes / unit.1, unit.0)
}

/// `15m`: milliseconds in the greatest unit that they are a multiple of.
#[must_use]
pub fn duration(ms: u64) -> String {
    const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let unit = UNITS.iter().find(|(_, unit)| ms > 0 && ms.is_multiple_of(*unit)).unwrap_or(&("s", 1_000));
    format!("{}{}", ms / unit.1, unit.0)
}

/// `80Mbps`: bits a second.
#[must_use]
pub fn rate(bits: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("Gbps", 1_000_000_000), ("Mbps", 1_000_000), ("Kbps", 1_000)];
    match UNITS.iter().find(|(_, unit)| bits >= *unit && (bits * 10).is_multiple_of(*unit)) {
        Some((name, unit)) if bits.is_multiple_of(*unit) => format!("{}{name}", bits / unit),
        Some((name, unit)) => format!("{}{name}", bits as f64 / *unit as f64),
        None => format!("{bits}bps"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_shown_in_the_unit_that_people_write() {
        assert_eq!(super::size(25_600 << 20), "25GiB");
        assert_eq!(super::size(4_000 << 20), "4000MiB");
        assert_eq!(super::size(2_000_000_000_000), "2TB");
    }

    #[test]
    fn a_pci_address_without_a_function_shows_none() {
        assert_eq!(super::pci(0x01_00ff), "0000:01:00");
        assert_eq!(super::pci(0xb3_0001), "0000:b3:00.1");
    }
}

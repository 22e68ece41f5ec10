//! Property strings as values: `virtio=BC:24:11:00:00:01,bridge=vmbr0` taken apart and printed as the server prints them.
//!
//! Source: live-api facts, section 6; pve-common `PVE::JSONSchema` (`print_property_string`): the default key first and bare, the
//! others sorted.

use std::collections::BTreeMap;

use super::Call;
use crate::contract::{Format, Kind, property_of};

/// A property string, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    default_key: &'static str,
    values: BTreeMap<String, String>,
}

impl Properties {
    /// Takes a text apart; what has no key is the default key's.
    pub fn parse(text: &str, default_key: &'static str) -> Properties {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let pair = |part: &str| match part.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (default_key.to_owned(), part.to_owned()),
        };
        Properties { default_key, values: parts.map(pair).collect() }
    }

    /// Makes truth values 1 and 0, by what the schema says of the option.
    pub fn normalise(&mut self, call: &Call<'_>, option: &str) {
        let method = call.table.get(call.method, call.path);
        let schema = method.and_then(|method| property_of(&method.parameters.properties, option));
        let Some(Format::Keys(keys)) = schema.and_then(|schema| schema.format.as_ref()) else { return };
        for (key, value) in &mut self.values {
            if keys.get(key).and_then(|schema| schema.kind) != Some(Kind::Boolean) {
                continue;
            }
            let flag = match value.to_ascii_lowercase().as_str() {
                "1" | "on" | "yes" | "true" => "1",
                _ => "0",
            };
            flag.clone_into(value);
        }
    }

    /// A value.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Sets a value.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_owned(), value.into());
    }

    /// Takes a value out.
    pub fn take(&mut self, key: &str) -> Option<String> {
        self.values.remove(key)
    }

    /// The values as an object; whole numbers are numbers.
    pub fn into_object(self) -> serde_json::Map<String, serde_json::Value> {
        let value = |text: String| text.parse::<i64>().map_or_else(|_| text.into(), Into::into);
        self.values.into_iter().map(|(key, text)| (key, value(text))).collect()
    }

    /// The keys whose values differ in two texts.
    pub fn differences(&self, other: &Properties) -> Vec<String> {
        let keys: std::collections::BTreeSet<&String> = self.values.keys().chain(other.values.keys()).collect();
        keys.into_iter().filter(|key| self.values.get(*key) != other.values.get(*key)).cloned().collect()
    }
}

impl std::fmt::Display for Properties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bare = self.values.get(self.default_key).cloned();
        let others = self.values.iter().filter(|(key, _)| *key != self.default_key);
        let parts: Vec<String> = bare.into_iter().chain(others.map(|(key, value)| format!("{key}={value}"))).collect();
        f.write_str(&parts.join(","))
    }
}

/// The models of a virtual network card that may stand as the key of its address, `virtio=BC:24:11:00:00:01`.
const MODELS: [&str; 14] = [
    "e1000",
    "e1000-82540em",
    "e1000-82544gc",
    "e1000-82545em",
    "e1000e",
    "i82551",
    "i82557b",
    "i82559er",
    "ne2k_isa",
    "ne2k_pci",
    "pcnet",
    "rtl8139",
    "virtio",
    "vmxnet3",
];

/// A network card of a virtual machine: `model` and `macaddr` stand apart, however they were written.
pub fn parse_net(text: &str) -> Properties {
    let mut net = Properties::parse(text, "model");
    for model in MODELS {
        if let Some(address) = net.take(model) {
            net.set("model", model);
            net.set("macaddr", address);
        }
    }
    net
}

/// A network card as the server writes it: the address behind the model, in capitals.
pub fn print_net(mut net: Properties) -> String {
    let model = net.take("model").unwrap_or_default();
    let address = net.take("macaddr").unwrap_or_default().to_uppercase();
    let rest = net.to_string();
    let rest = if rest.is_empty() { rest } else { format!(",{rest}") };
    format!("{model}={address}{rest}")
}

/// A size as the server prints it: in the largest unit that leaves no rest.
pub fn print_size(bytes: u64) -> String {
    let units = [(40, 'T'), (30, 'G'), (20, 'M'), (10, 'K')];
    let fits = |(shift, _): &(u32, char)| bytes >> shift << shift == bytes && bytes >> shift > 0;
    match units.into_iter().find(fits) {
        // A terabyte is printed in gigabytes: sizes grow by them.
        Some((40, _)) => format!("{}G", bytes >> 30),
        Some((shift, unit)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}

/// The bytes of `32G`; without a unit they are bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let shift = match unit {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(1 << shift);
    }
    let number: f64 = number.parse().ok()?;
    Some((number * (1_u64 << shift) as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::{Properties, parse_net, parse_size, print_net, print_size};

    #[test]
    fn drives_are_printed_with_the_volume_first_and_the_rest_sorted() {
        let drive = Properties::parse("ssd=1,discard=on,file=local:1", "file");
        assert_eq!(drive.to_string(), "local:1,discard=on,ssd=1");
    }

    #[test]
    fn network_cards_have_their_address_behind_the_model() {
        for text in ["virtio=bc:24:11:00:00:01,bridge=vmbr0", "model=virtio,macaddr=BC:24:11:00:00:01,bridge=vmbr0"] {
            assert_eq!(print_net(parse_net(text)), "virtio=BC:24:11:00:00:01,bridge=vmbr0");
        }
        assert_eq!(print_net(parse_net("virtio,macaddr=BC:24:11:00:00:01")), "virtio=BC:24:11:00:00:01");
    }

    #[test]
    fn sizes() {
        assert_eq!((print_size(32 << 30), print_size(528 << 10)), ("32G".to_owned(), "528K".to_owned()));
        assert_eq!((print_size(1 << 40), print_size(4 << 20)), ("1024G".to_owned(), "4M".to_owned()));
        assert_eq!((parse_size("32G"), parse_size("1.5G"), parse_size("7")), (Some(32 << 30), Some(3 << 29), Some(7)));
        assert_eq!(parse_size("3X"), None);
    }
}

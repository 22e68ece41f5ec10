//! What the source is to say of a thing: a block with its fields, and whether it says so already.

use crate::eval::show;
use crate::graph::{Block, Datum};
use crate::source::body::Body;
use crate::source::text;

/// A block, or a resource, with what a scan knows of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Part {
    /// The word that declares it: `nic`.
    pub word: &'static str,
    /// Its name; none for a block that there is once, such as `cpu`.
    pub key: Option<String>,
    /// Its model, where the library knows it; said only where the block is new.
    pub model: Option<String>,
    /// Its fields, in the order of the library.
    pub fields: Vec<(&'static str, Said)>,
    /// Blocks in it.
    pub parts: Vec<Part>,
    /// The hosts after `on`, of a resource.
    pub on: Option<Vec<String>>,
    /// The cluster after `in`, of a resource.
    pub within: Option<String>,
}

/// A value as a host says it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Said {
    /// A string.
    Text(String),
    /// A member of an enumeration.
    Member(String),
    /// A number.
    Number(u64),
    /// Bytes that somebody counted exactly: `31994MiB`.
    Memory(u64),
    /// Bytes as they stand on the label of a disk: `2TB`.
    Capacity(u64),
    /// Megabits in a second.
    Rate(u64),
    /// A switch that the library says is off.
    Switch(bool),
    /// A fact that is there or not.
    Fact(bool),
    /// Digits and marks: a MAC or PCI address.
    Literal(String),
    /// Vendor and product ids.
    Ids(Vec<String>),
    /// Strings, in order.
    Strings(Vec<String>),
    /// Strings, in no order.
    Texts(Vec<String>),
    /// Members of an enumeration, in no order.
    Members(Vec<String>),
    /// Numbers by name.
    Counts(Vec<(String, u64)>),
    /// A version, of which the source may say less: `"8.4"` for 8.4.14.
    Version(String),
    /// A thing by its name.
    Name(String),
    /// Things by their names, in no order.
    Names(Vec<String>),
    /// Said where nothing is said, and never compared: what a person may say better.
    Once(Box<Said>),
    /// What is so on most hosts: said only where the source says otherwise.
    Usual(Box<Said>),
}

impl Said {
    /// Where nothing is said yet, and no more.
    pub fn once(self) -> Said {
        Said::Once(Box::new(self))
    }

    /// What most hosts say, which is not worth a word.
    pub fn usual(self) -> Said {
        Said::Usual(Box::new(self))
    }

    /// The value in hlab text.
    pub fn spelt(&self) -> String {
        match self {
            Said::Text(text) => text::string(text),
            Said::Strings(texts) | Said::Texts(texts) => text::list(texts.iter().map(|text| text::string(text))),
            Said::Members(members) => text::list(members.iter().map(|member| text::member(member))),
            Said::Counts(counts) => {
                let pairs = counts.iter().map(|(name, count)| format!("{} = {count}", text::name(name)));
                format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
            }
            Said::Version(version) => text::string(&major_minor(version)),
            Said::Member(member) => text::member(member),
            Said::Number(number) => number.to_string(),
            Said::Memory(bytes) => show::size(bytes >> 20 << 20),
            Said::Capacity(bytes) => label(*bytes),
            Said::Rate(megabits) => rate(*megabits),
            Said::Switch(value) | Said::Fact(value) => value.to_string(),
            Said::Literal(literal) => text::literal(literal),
            Said::Ids(ids) => text::list(ids.iter().map(|id| text::literal(id))),
            Said::Name(name) => text::name(name),
            Said::Names(names) => text::list(names.iter().map(|name| text::name(name))),
            Said::Once(said) | Said::Usual(said) => said.spelt(),
        }
    }

    /// Whether a new block says it: nobody writes what is so by default.
    pub fn is_worth_saying(&self) -> bool {
        match self {
            Said::Switch(value) => *value,
            Said::Names(names) => !names.is_empty(),
            Said::Once(said) => said.is_worth_saying(),
            Said::Usual(_) => false,
            Said::Text(_)
            | Said::Member(_)
            | Said::Number(_)
            | Said::Memory(_)
            | Said::Capacity(_)
            | Said::Rate(_)
            | Said::Fact(_)
            | Said::Literal(_)
            | Said::Ids(_)
            | Said::Strings(_)
            | Said::Texts(_)
            | Said::Members(_)
            | Said::Counts(_)
            | Said::Version(_)
            | Said::Name(_) => true,
        }
    }

    /// Whether a value of the source says the same, as far as it matters.
    pub fn agrees(&self, value: &Datum) -> bool {
        match (self, value) {
            (Said::Usual(said), value) => *value == Datum::Null || said.agrees(value),
            (Said::Once(_), Datum::Null) => false,
            (Said::Once(said), Datum::List(values)) => !values.is_empty() || !said.is_worth_saying(),
            (Said::Once(_), _) => true,
            (Said::Text(said), Datum::Text(text)) | (Said::Member(said), Datum::Text(text)) => said == text,
            (Said::Literal(said), Datum::Text(text)) => is_same_literal(said, text),
            (Said::Version(said), Datum::Text(text)) => begins_alike(said, text),
            (Said::Number(said), Datum::Int(number)) => i64::try_from(*said) == Ok(*number),
            (Said::Number(said) | Said::Rate(said), Datum::Whole(number)) => match self {
                Said::Rate(_) => said.saturating_mul(1_000_000) == *number,
                _ => said == number,
            },
            // Kernels keep some memory for themselves, one more than the other; makers count as they like.
            (Said::Memory(said) | Said::Capacity(said), Datum::Whole(bytes)) => said.abs_diff(*bytes) <= said / 100,
            (Said::Switch(said) | Said::Fact(said), Datum::Bool(value)) => said == value,
            (Said::Ids(said), Datum::List(values)) => {
                let known = |id: &String| values.iter().any(|value| *value == Datum::Text(id.clone()));
                !values.is_empty() && said.iter().all(known)
            }
            (Said::Strings(said), Datum::List(values)) => {
                said.len() == values.len()
                    && said.iter().zip(values).all(|(said, value)| *value == Datum::Text(said.clone()))
            }
            (Said::Texts(said), Datum::List(values)) => {
                said.len() == values.len() && said.iter().all(|said| values.contains(&Datum::Text(said.clone())))
            }
            (Said::Name(said), value) => refers_to(value) == Some(said),
            (Said::Names(said), Datum::List(values)) => {
                let has = |name: &String| values.iter().any(|value| refers_to(value) == Some(name));
                said.len() == values.len() && said.iter().all(has)
            }
            _ => false,
        }
    }
}

/// The name of what a reference leads to: the last word of its address.
pub(super) fn refers_to(value: &Datum) -> Option<&str> {
    let Datum::Ref(address) = value else { return None };
    match address.strip_suffix('"') {
        Some(rest) => rest.rsplit_once('"').map(|(_, name)| name),
        None => Some(address.rsplit_once('.').map_or(address, |(_, name)| name)),
    }
}

/// MAC and PCI addresses, whatever their case and with or without the domain 0000; a slot is not its first function.
fn is_same_literal(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_prefix("0000:").map(str::to_owned).unwrap_or(text)
    };
    plain(one) == plain(other)
}

/// Whether a version says no more than the other, and nothing else: 8.4 and 8.4.14.
fn begins_alike(said: &str, text: &str) -> bool {
    let mut pairs = said.split('.').zip(text.split('.'));
    pairs.all(|(one, other)| one == other)
}

fn major_minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// What stands on the label: 2000398934016 is 2TB, 512110190592 is 512GB.
fn label(bytes: u64) -> String {
    const GB: u64 = 1_000_000_000;
    let gigabytes = bytes / GB;
    match gigabytes {
        0 => show::size(bytes >> 20 << 20),
        _ if gigabytes >= 1000 && gigabytes % 1000 <= gigabytes / 200 => format!("{}TB", gigabytes / 1000),
        // Labels of large disks end in tens: 1.92 TB, 3.84 TB.
        _ if gigabytes >= 1000 => format!("{}GB", gigabytes / 10 * 10),
        _ => format!("{gigabytes}GB"),
    }
}

fn rate(megabits: u64) -> String {
    match megabits {
        _ if megabits >= 1000 && megabits.is_multiple_of(1000) => format!("{}Gbps", megabits / 1000),
        _ if megabits >= 1000 && megabits.is_multiple_of(100) => {
            format!("{}.{}Gbps", megabits / 1000, megabits % 1000 / 100)
        }
        _ => format!("{megabits}Mbps"),
    }
}

impl Part {
    /// A block that there is once.
    pub fn single(word: &'static str) -> Part {
        Part { word, ..Part::default() }
    }

    /// A block with a name.
    pub fn keyed(word: &'static str, key: impl Into<String>) -> Part {
        Part { word, key: Some(key.into()), ..Part::default() }
    }

    /// Says a field.
    pub fn say(&mut self, field: &'static str, said: Said) {
        self.fields.push((field, said));
    }

    /// Says a field, if there is anything to say.
    pub fn say_if(&mut self, field: &'static str, said: Option<Said>) {
        self.fields.extend(said.map(|said| (field, said)));
    }

    /// `nic enp1s0`, `pci gpu: GeForceRTX3070`, `cpu`
    pub fn head(&self) -> String {
        let key = self.key.as_ref().map(|key| format!(" {}", text::name(key))).unwrap_or_default();
        let model = self.model.as_ref().map(|model| format!(": {}", text::name(model))).unwrap_or_default();
        let within = self.within.as_ref().map(|name| format!(" in {}", text::name(name))).unwrap_or_default();
        let names = |names: &Vec<String>| names.iter().map(|name| text::name(name)).collect::<Vec<_>>();
        let on = self.on.as_ref().map(|on| format!(" on {}", text::one_or_list(&names(on)))).unwrap_or_default();
        format!("{}{key}{model}{on}{within}", self.word)
    }

    /// The whole of it as a body, as it stands in a new file.
    pub fn body(&self) -> Body {
        let mut body = Body::default();
        for (field, said) in self.fields.iter().filter(|(_, said)| said.is_worth_saying()) {
            body.say(field, said.spelt());
        }
        for part in &self.parts {
            match part.key {
                Some(_) => body.block(part.head(), part.body()),
                None => body.block_if_said(&part.head(), part.body()),
            }
        }
        body
    }
}

/// The value of a field.
pub(super) fn field<'b>(block: &'b Block, name: &str) -> &'b Datum {
    block.fields.iter().find(|(field, _)| field == name).map_or(&Datum::Null, |(_, value)| value)
}

/// The text of a field, if it is one.
pub(super) fn text_of<'b>(block: &'b Block, name: &str) -> Option<&'b str> {
    match field(block, name) {
        Datum::Text(text) => Some(text),
        _ => None,
    }
}

/// The blocks of a field.
pub(super) fn blocks<'b>(block: &'b Block, name: &str) -> impl Iterator<Item = &'b Block> {
    let list = match field(block, name) {
        Datum::List(values) => values.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|value| match value {
        Datum::Block(block) => Some(&**block),
        _ => None,
    })
}

/// The name of a block.
pub(super) fn key(block: &Block) -> &str {
    match &block.key {
        Some(Datum::Text(key)) => key,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, label, rate};
    use crate::graph::Datum;

    #[test]
    fn sizes_are_those_of_the_label() {
        for (bytes, shown) in [
            (2_000_398_934_016, "2TB"),
            (1_000_204_886_016, "1TB"),
            (512_110_190_592, "512GB"),
            (256_060_514_304, "256GB"),
            (1_920_383_410_176, "1920GB"),
            (20_000_588_955_648, "20TB"),
            (3_000_592_982_016, "3TB"),
            (2_500_495_958_016, "2500GB"),
        ] {
            assert_eq!(label(bytes), shown);
            assert!(Said::Capacity(bytes).agrees(&Datum::Whole(crate::hir::literal::size(shown).expect("a size"))));
        }
        assert_eq!(
            (rate(2500), rate(1000), rate(100), rate(10_000)),
            ("2.5Gbps".into(), "1Gbps".into(), "100Mbps".into(), "10Gbps".into())
        );
    }

    #[test]
    fn what_a_person_wrote_otherwise_may_be_the_same() {
        let text = |text: &str| Datum::Text(text.to_owned());
        assert!(Said::Literal("0000:b3:00".into()).agrees(&text("B3:00")));
        assert!(!Said::Literal("b3:00.0".into()).agrees(&text("0000:b3:00")));
        assert!(Said::Version("8.4.14".into()).agrees(&text("8.4")));
        assert!(!Said::Version("9.1.1".into()).agrees(&text("8.4")));
        assert!(Said::Ids(vec!["10de:2484".into()]).agrees(&Datum::List(vec![text("10de:2484"), text("10de:228b")])));
        let name = |address: &str| Datum::Ref(address.to_owned());
        assert!(Said::Names(vec!["eth0.7".into()]).agrees(&Datum::List(vec![name("host.pve.vlan.\"eth0.7\"")])));
        assert!(Said::Text("x".into()).once().agrees(&text("y")));
    }
}

//! Property strings: several values in one option, `virtio=BC:24:11:90:21:DF,bridge=vmbr0`.
//!
//! [`parse`](fn@parse) reads one against its [`Schema`] as the server does (default key, aliases, `model=MAC` short form) and gives
//! [`Properties`] in normal form: aliases resolved, truth values as `1` and `0`, no order. Printing puts the default key
//! first and bare, then the other keys by name, which is also how Proxmox prints. Compare parsed values, never text.

mod container;
mod tables;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use pest::Parser as _;
use pest::error::InputLocation;

use super::value::{ValueKind, ValueProblem, boolean};
use super::version::Version;
use crate::base;

pub(super) use container::*;
pub(super) use tables::*;

/// The grammar of `grammar/property-string.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/property-string.pest"]
struct Grammar;

/// Which keys a property string takes.
#[derive(Debug)]
pub struct Schema {
    /// What it describes: the option's name without its number.
    pub name: &'static str,
    /// The keys, in groups because drives share most of theirs.
    pub groups: &'static [&'static [Key]],
    /// A network card may be written `virtio=MAC` for `model=virtio,macaddr=MAC`.
    pub model: Option<ModelAlias>,
}

/// Words that are both a key and the value of another key.
#[derive(Clone, Copy, Debug)]
pub struct ModelAlias {
    /// The words.
    pub words: &'static [&'static str],
    /// The key that gets the word.
    pub key: &'static str,
    /// The key that gets the value.
    pub value: &'static str,
}

/// One key of a property string.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub value: ValueKind,
    /// Its part in the string.
    pub role: Role,
    /// The first version that has it; 8.4 stands for all before.
    pub since: Version,
    /// The last version that has it, if it went away.
    pub until: Option<Version>,
}

/// What is special about a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Nothing.
    Plain,
    /// It must be there.
    Required,
    /// Its value may stand without the key.
    Default,
    /// It must be there, and its value may stand without the key.
    RequiredDefault,
    /// Another spelling.
    Alias(Alias),
}

/// Another spelling of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alias {
    /// The key it means.
    pub of: &'static str,
    /// The first version in which it does; before, it was a key of its own.
    pub since: Version,
}

impl Key {
    /// Whether a version has it.
    #[must_use]
    pub fn is_in(&self, version: Version) -> bool {
        version >= self.since && self.until.is_none_or(|last| version <= last)
    }
}

impl Schema {
    /// Every key, whatever the version.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// The key of a name in a version.
    #[must_use]
    pub fn key(&self, version: Version, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name && key.is_in(version))
    }

    fn default_key(&self) -> Option<&'static Key> {
        self.keys().find(|key| matches!(key.role, Role::Default | Role::RequiredDefault))
    }
}

/// One key and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// The value, in normal form.
    pub value: String,
    /// Where it stood; empty for a model that was written as a key.
    pub at: Range<usize>,
}

/// A parsed property string.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Properties {
    values: BTreeMap<&'static str, Property>,
    default: Option<&'static str>,
}

impl Properties {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|property| property.value.as_str())
    }

    /// Every key with its value, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Property)> {
        self.values.iter().map(|(key, property)| (*key, property))
    }

    /// Whether both say the same, wherever it stood.
    #[must_use]
    pub fn means(&self, other: &Properties) -> bool {
        self.values.len() == other.values.len()
            && self.values.iter().all(|(key, property)| other.get(key) == Some(&property.value))
    }
}

impl fmt::Display for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(default) = self.default.and_then(|key| self.values.get(key)) {
            // A bare value cannot hold `=`, it would read as another key.
            if default.value.contains('=') {
                write!(f, "{}=", self.default.unwrap_or_default())?;
            }
            write!(f, "{}", default.value)?;
            separator = ",";
        }
        for (key, property) in self.iter().filter(|(key, _)| Some(*key) != self.default) {
            write!(f, "{separator}{key}={}", property.value)?;
            separator = ",";
        }
        Ok(())
    }
}

/// The schema of an option: `net` for `net0`.
#[must_use]
pub fn schema(name: &str) -> Option<&'static Schema> {
    SCHEMAS.iter().copied().find(|schema| schema.name == name)
}

/// Reads a property string.
///
/// # Errors
/// The first thing wrong, with its place in `text`.
pub fn parse(schema: &'static Schema, version: Version, text: &str) -> Result<Properties, ValueProblem> {
    let mut found = Properties { values: BTreeMap::new(), default: schema.default_key().map(|key| key.name) };
    let parts = Grammar::parse(Rule::string, text).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) => at..text.len(),
            InputLocation::Span((start, end)) => start..end,
        };
        let rest = text[at.clone()].split(',').next().unwrap_or_default();
        let before = text[..at.start].rsplit(',').next().unwrap_or_default();
        let found = if rest.is_empty() { format!("nothing after `{before}`") } else { format!("`{rest}`") };
        ValueProblem { at, message: format!("expected `key=value` parts between commas, found {found}") }
    })?;
    for part in parts.flatten() {
        match part.as_rule() {
            Rule::bare => {
                let Some(key) = schema.default_key() else {
                    let message = format!("expected `key=value`, found `{}` alone", part.as_str());
                    return Err(ValueProblem::of(part.as_str(), part.as_span().start(), message));
                };
                insert(&mut found, version, key, part.as_str(), part.as_span().start())?;
            }
            Rule::key => {
                // The value follows its key and is taken with it below.
            }
            Rule::pair => pair(schema, version, &mut found, part)?,
            Rule::EOI | Rule::string | Rule::part | Rule::value | Rule::bare_text | Rule::blank | Rule::blank_part => {}
        }
    }
    let missing = schema.keys().find(|key| {
        let required = matches!(key.role, Role::Required | Role::RequiredDefault);
        required && key.is_in(version) && found.get(key.name).is_none()
    });
    match missing {
        Some(key) => Err(ValueProblem::of(text, 0, format!("expected `{}`, which is not there", key.name))),
        None => Ok(found),
    }
}

fn pair(
    schema: &'static Schema,
    version: Version,
    found: &mut Properties,
    part: pest::iterators::Pair<'_, Rule>,
) -> Result<(), ValueProblem> {
    let mut inner = part.into_inner();
    let (Some(key), Some(value)) = (inner.next(), inner.next()) else {
        return Ok(());
    };
    let (name, start) = (key.as_str(), key.as_span().start());
    if let Some(alias) = schema.model
        && let Some(word) = alias.words.iter().find(|word| **word == name)
        && let (Some(model), Some(target)) = (schema.key(version, alias.key), schema.key(version, alias.value))
    {
        insert(found, version, model, word, start)?;
        return insert(found, version, target, value.as_str(), value.as_span().start());
    }
    let Some(mut row) = schema.key(version, name) else {
        return Err(ValueProblem::of(name, start, unknown_key(schema, version, name)));
    };
    if let Role::Alias(alias) = row.role
        && version >= alias.since
        && let Some(target) = schema.key(version, alias.of)
    {
        row = target;
    }
    insert(found, version, row, value.as_str(), value.as_span().start())
}

fn unknown_key(schema: &'static Schema, version: Version, name: &str) -> String {
    if let Some(key) = schema.keys().find(|key| key.name == name) {
        let when = if version < key.since { format!("since {}", key.since) } else { "in older versions".to_owned() };
        return format!("`{name}` of `{}` exists only {when}, this is Proxmox VE {version}", schema.name);
    }
    let keys = schema.keys().filter(|key| key.is_in(version)).map(|key| key.name);
    match base::closest(name, keys) {
        Some(near) => format!("`{}` has no key `{name}`; did you mean `{near}`", schema.name),
        None => format!("`{}` has no key `{name}`", schema.name),
    }
}

fn insert(
    found: &mut Properties,
    version: Version,
    key: &'static Key,
    text: &str,
    start: usize,
) -> Result<(), ValueProblem> {
    key.value.check(version, text).map_err(|problem| ValueProblem {
        at: problem.at.start + start..problem.at.end + start,
        message: format!("{} for `{}`", problem.message, key.name),
    })?;
    let value = match key.value {
        ValueKind::Bool => boolean(text).map_or(text, |yes| if yes { "1" } else { "0" }).to_owned(),
        ValueKind::Int { .. }
        | ValueKind::Number { .. }
        | ValueKind::Text { .. }
        | ValueKind::Enum(_)
        | ValueKind::Properties(_) => text.to_owned(),
    };
    let property = Property { value, at: start..start + text.len() };
    match found.values.insert(key.name, property) {
        None => Ok(()),
        Some(_) => Err(ValueProblem::of(text, start, format!("`{}` is said twice", key.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(option: &str, text: &str) -> Result<String, String> {
        let schema = schema(option).expect("the option has a schema");
        parse(schema, Version::V9_1, text).map(|properties| properties.to_string()).map_err(|problem| problem.message)
    }

    #[test]
    fn the_short_form_of_a_network_card_is_two_keys() {
        assert_eq!(
            read("net", "virtio=BC:24:11:90:21:DF,bridge=vmbr0"),
            Ok("virtio,bridge=vmbr0,macaddr=BC:24:11:90:21:DF".into())
        );
        assert_eq!(read("net", "model=virtio,firewall=on"), Ok("virtio,firewall=1".into()));
    }

    #[test]
    fn a_default_key_may_stand_bare_and_aliases_are_resolved() {
        assert_eq!(
            read("scsi", "volume=local-zfs:vm-108-disk-0,size=700G"),
            Ok("local-zfs:vm-108-disk-0,size=700G".into())
        );
        assert_eq!(read("agent", "1,guest-fsfreeze=0"), Ok("1,freeze-fs=0".into()));
        assert_eq!(read("hostpci", "mapping=gpu,pcie=1,"), Ok("mapping=gpu,pcie=1".into()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(read("net", "virtio,brigde=vmbr0"), Err("`net` has no key `brigde`; did you mean `bridge`".into()));
        assert_eq!(read("net", "bridge=vmbr0"), Err("expected `model`, which is not there".into()));
        assert_eq!(read("net", "virtio,model=e1000"), Err("`model` is said twice".into()));
        assert_eq!(
            read("vga", "std,memory=1024"),
            Err("expected a whole number from 4 to 512, found `1024` for `memory`".into())
        );
        assert_eq!(read("ipconfig", "dhcp"), Err("expected `key=value`, found `dhcp` alone".into()));
        let problem = parse(schema("vga").expect("a schema"), Version::V9_1, "std,memory=").expect_err("no value");
        assert_eq!(problem.at, 11..11);
        assert_eq!(problem.message, "expected `key=value` parts between commas, found nothing after `memory=`");
    }

    #[test]
    fn a_key_of_another_version_says_so() {
        let scsi = schema("scsi").expect("a schema");
        assert!(parse(scsi, Version::V8_4, "local:x,cyls=3").is_ok());
        let problem = parse(scsi, Version::V9_1, "local:x,cyls=3").expect_err("gone in 9");
        assert_eq!(problem.message, "`cyls` of `scsi` exists only in older versions, this is Proxmox VE 9.1");
        assert_eq!(problem.at, 8..12);
    }

    #[test]
    fn printing_and_parsing_again_means_the_same() {
        let texts = [
            ("net", "e1000=02:86:5F:DF:2B:0B,bridge=vmbr0,tag=12,trunks=10;20-25,rate=1.5,link_down=1"),
            ("scsi", "local-zfs:vm-1-disk-0,cache=writeback,iothread=1,discard=on,size=32G,mbps_rd=10.5"),
            ("hostpci", "0000:01:00,pcie=1,x-vga=0,rombar=0"),
            ("boot", "order=scsi0;net0"),
            ("smbios1", "uuid=4abec58f-ba68-4f1f-950a-703f55838a4e,base64=1,family=Zm9v"),
            ("cpu", "host,flags=+aes;-pcid,hidden=1"),
            ("machine", "q35,viommu=virtio"),
            ("startup", "order=1,up=60"),
        ];
        for (option, text) in texts {
            let schema = schema(option).expect("a schema");
            let once = parse(schema, Version::V9_1, text).expect(text);
            let twice = parse(schema, Version::V9_1, &once.to_string()).expect(text);
            assert!(once.means(&twice), "{option}: {text} became {once}");
        }
    }
}

//! The schema of a method as types: every keyword is either understood here or named as unknown, so none is silently ignored.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

/// Keywords that say something to people and nothing to a validator. `default` is one: the server does not fill defaults in.
/// `max` and `min` stand at one property string of 9.1 (`next-id`), where the server knows no such keywords either.
const FOR_PEOPLE: [&str; 11] = [
    "description",
    "verbose_description",
    "format_description",
    "title",
    "default",
    "renderer",
    "links",
    "print_width",
    "max",
    "min",
    "name",
];

/// One method of the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Method {
    /// Whether a token may call it.
    pub allowtoken: bool,
    /// Who may call it; none is `root@pam` with a ticket.
    pub permissions: Option<Permissions>,
    /// The parameter that names the node which answers.
    pub proxyto: Option<String>,
    /// Whether the root daemon does the work.
    pub protected: bool,
    /// What it takes: an object.
    pub parameters: Schema,
    /// What it answers.
    pub returns: Option<Schema>,
}

/// Who may call a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Permissions {
    /// Anybody, or anybody who logged in.
    pub user: Option<Audience>,
    /// What is looked at otherwise.
    pub check: Option<Check>,
}

/// Whom a method is open to without a look at privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, logged in or not.
    World,
    /// Everybody who logged in.
    All,
}

/// An expression over privileges.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// All of them.
    And(Vec<Check>),
    /// One of them.
    Or(Vec<Check>),
    /// Privileges on a path with parameters in braces.
    Perm {
        /// The path, `/vms/{vmid}`.
        path: String,
        /// The privileges.
        privileges: Vec<String>,
        /// Whether one of them is enough.
        any: bool,
        /// A parameter that must be given for this to count.
        require_param: Option<String>,
    },
    /// The parameter `userid` is the caller.
    UserIsSelf,
    /// `Realm.AllocateUser` on the realm of the parameter `userid`.
    UserInRealm,
    /// Privileges on the groups of the parameter `userid`.
    UserInGroup {
        /// The privileges, one of which is enough.
        privileges: Vec<String>,
        /// Whether the parameter `groups` is looked at too.
        groups: GroupsParameter,
    },
    /// The right to change permissions on a path.
    PermModify {
        /// The path, with parameters in braces.
        path: String,
    },
}

/// How a check of groups looks at the parameter `groups`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupsParameter {
    /// It does not.
    Ignored,
    /// The user is being created: only the parameter counts.
    Create,
    /// The user is being changed: both count.
    Update,
}

/// What kind of value is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the schema")]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Null,
    Any,
}

impl Kind {
    /// As the schema says it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Null => "null",
            Kind::Any => "any",
        }
    }

    fn read(name: &str) -> Option<Kind> {
        let all = [
            Kind::String,
            Kind::Integer,
            Kind::Number,
            Kind::Boolean,
            Kind::Array,
            Kind::Object,
            Kind::Null,
            Kind::Any,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// The form of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Format {
    /// A format with a name; `-list` and `-opt` at its end mean what they do on the server.
    Named(String),
    /// A property string with these keys.
    Keys(BTreeMap<String, Schema>),
}

/// Whether an object may have properties that are not declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Additional {
    /// None.
    No,
    /// Any.
    Yes,
    /// Those that fit.
    Schema(Box<Schema>),
}

/// A regular expression, compiled when it is first needed.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// An expression as Perl writes it.
    pub fn new(text: &str) -> Pattern {
        Pattern { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// Whether the whole text matches; as with the server, one newline may follow. None if our engine cannot read the pattern.
    pub fn matches(&self, text: &str) -> Option<bool> {
        let compile = || {
            let text = format!("^(?:{})\n?$", translated(&self.text));
            // One pattern repeats a class of most letters 256 times.
            RegexBuilder::new(&text).size_limit(64 << 20).build().ok()
        };
        Some(self.compiled.get_or_init(compile).as_ref()?.is_match(text))
    }

    /// The expression.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What Perl writes and our engine writes otherwise: `(?^:…)`, atomic groups (whose difference is only in time here), `\/`,
/// repetitions without a lower bound, and `\0`.
fn translated(pattern: &str) -> String {
    pattern
        .replace("(?^i:", "(?i:")
        .replace("(?^:", "(?:")
        .replace("(?>", "(?:")
        .replace("\\/", "/")
        .replace("{,", "{0,")
        .replace("\\0", "\\x00")
}

/// A schema of a value. All that is not said is not asked for.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the schema")]
pub struct Schema {
    pub kind: Option<Kind>,
    pub optional: bool,
    pub choices: Option<Vec<String>>,
    pub pattern: Option<Pattern>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub format: Option<Format>,
    pub typetext: Option<String>,
    pub properties: BTreeMap<String, Schema>,
    pub additional: Option<Additional>,
    pub items: Option<Box<Schema>>,
    pub requires: Option<String>,
    pub default_key: bool,
    pub alias: Option<String>,
    pub key_alias: Option<String>,
    pub one_of: Vec<Schema>,
    pub all_of: Vec<Schema>,
    pub type_property: Option<String>,
    pub instance_types: Option<Vec<String>>,
    /// The highest index of an indexed parameter (`net[n]`), where the table says one.
    pub last_index: Option<u32>,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// The keywords that are not understood, each with its place.
    pub fn from_json(value: &Value) -> Result<Schema, Vec<String>> {
        let mut unknown = Vec::new();
        let schema = read_schema(value, "schema", &mut unknown);
        if unknown.is_empty() { Ok(schema) } else { Err(unknown) }
    }
}

impl Permissions {
    /// Reads the permissions of a method.
    ///
    /// # Errors
    /// What is not understood.
    pub fn from_json(value: &Value) -> Result<Permissions, Vec<String>> {
        let mut unknown = Vec::new();
        let permissions = read_permissions(value, "permissions", &mut unknown);
        permissions.filter(|_| unknown.is_empty()).ok_or(unknown)
    }
}

/// Reads a method; what is not understood is added to `unknown`, with its place.
pub fn read_method(value: &Value, place: &str, unknown: &mut Vec<String>) -> Method {
    let mut method = Method { allowtoken: true, ..Method::default() };
    for (key, value) in entries(value) {
        match key.as_str() {
            "allowtoken" => method.allowtoken = flag(value),
            "protected" => method.protected = flag(value),
            "proxyto" => method.proxyto = value.as_str().map(str::to_owned),
            "permissions" => method.permissions = read_permissions(value, place, unknown),
            "parameters" => method.parameters = read_schema(value, &format!("{place} parameters"), unknown),
            "returns" => method.returns = Some(read_schema(value, &format!("{place} returns"), unknown)),
            // What a method is called and says; that it may stream a file; that it sees the caller's ticket.
            "description" | "method" | "name" | "download_allowed" | "expose_credentials" => {}
            other => unknown.push(format!("{place}: method keyword `{other}`")),
        }
    }
    expand_cdrom(&mut method.parameters);
    method
}

/// `cdrom` stands for a drive of the bus `ide`; what such a drive looks like is said only there.
fn expand_cdrom(parameters: &mut Schema) {
    let drive = parameters.properties.get("ide[n]").and_then(|drive| drive.format.clone());
    let named = |cdrom: &&mut Schema| matches!(&cdrom.format, Some(Format::Named(name)) if name == "pve-qm-ide");
    if let (Some(drive), Some(cdrom)) = (drive, parameters.properties.get_mut("cdrom").filter(named)) {
        cdrom.format = Some(drive);
    }
}

fn read_permissions(value: &Value, place: &str, unknown: &mut Vec<String>) -> Option<Permissions> {
    let mut permissions = Permissions { user: None, check: None };
    for (key, value) in entries(value) {
        match (key.as_str(), value.as_str()) {
            ("description", _) => {}
            ("user", Some("all")) => permissions.user = Some(Audience::All),
            ("user", Some("world")) => permissions.user = Some(Audience::World),
            ("check", _) => {
                permissions.check = read_check(value);
                if permissions.check.is_none() {
                    unknown.push(format!("{place}: permission check {value}"));
                }
            }
            (other, _) => unknown.push(format!("{place}: permission keyword `{other}` = {value}")),
        }
    }
    value.is_object().then_some(permissions)
}

fn read_check(value: &Value) -> Option<Check> {
    let list = value.as_array()?;
    let (head, rest) = list.split_first()?;
    let text = |index: usize| rest.get(index).and_then(Value::as_str);
    let option = |name: &str| {
        let at = rest.iter().position(|item| item.as_str() == Some(name))?;
        rest.get(at + 1)
    };
    match head.as_str()? {
        "and" => rest.iter().map(read_check).collect::<Option<_>>().map(Check::And),
        "or" => rest.iter().map(read_check).collect::<Option<_>>().map(Check::Or),
        "perm" => Some(Check::Perm {
            path: text(0)?.to_owned(),
            privileges: texts(rest.get(1)?)?,
            any: option("any").is_some_and(flag),
            require_param: option("require_param").and_then(Value::as_str).map(str::to_owned),
        }),
        "userid-param" => match text(0)? {
            "self" => Some(Check::UserIsSelf),
            "Realm.AllocateUser" => Some(Check::UserInRealm),
            _ => None,
        },
        "userid-group" => {
            let groups = match option("groups_param").map(|value| value.as_str().unwrap_or_default()) {
                None => GroupsParameter::Ignored,
                Some("create") => GroupsParameter::Create,
                Some("update") => GroupsParameter::Update,
                Some(_) => return None,
            };
            Some(Check::UserInGroup { privileges: texts(rest.first()?)?, groups })
        }
        "perm-modify" => Some(Check::PermModify { path: text(0)?.to_owned() }),
        _ => None,
    }
}

/// Reads a schema; what is not understood is added to `unknown`, with its place.
pub fn read_schema(value: &Value, place: &str, unknown: &mut Vec<String>) -> Schema {
    let mut schema = Schema::default();
    // What is null is not said: 8.4 has an `enum` without choices.
    for (key, value) in entries(value).filter(|(_, value)| !value.is_null()) {
        let is_understood = read_keyword(&mut schema, key, value, place, unknown);
        if !is_understood && !FOR_PEOPLE.contains(&key.as_str()) {
            unknown.push(format!("{place}: keyword `{key}` = {value}"));
        }
    }
    // The text of a type matters only where nothing else says how the property string of a named format looks.
    let is_named = matches!(schema.format, Some(Format::Named(_)));
    schema.typetext = schema.typetext.filter(|text| is_named && text.contains('='));
    schema
}

/// Reads one keyword; whether it is one that means something, with a value that can be read.
fn read_keyword(schema: &mut Schema, key: &str, value: &Value, place: &str, unknown: &mut Vec<String>) -> bool {
    let text = || value.as_str().map(str::to_owned);
    let mut list = |value: &Value| -> Vec<Schema> {
        let items = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
        items.iter().map(|item| read_schema(item, &format!("{place}|{key}"), unknown)).collect()
    };
    match key {
        "type" => {
            schema.kind = value.as_str().and_then(Kind::read);
            schema.kind.is_some()
        }
        "optional" => {
            schema.optional = flag(value);
            true
        }
        "default_key" => {
            schema.default_key = flag(value);
            true
        }
        "enum" => {
            schema.choices = texts(value);
            schema.choices.is_some()
        }
        "pattern" => {
            schema.pattern = value.as_str().map(Pattern::new);
            schema.pattern.is_some()
        }
        "minimum" => {
            schema.minimum = number(value);
            schema.minimum.is_some()
        }
        "maximum" => {
            schema.maximum = number(value);
            schema.maximum.is_some()
        }
        "minLength" => {
            schema.min_length = number(value).map(|length| length as usize);
            schema.min_length.is_some()
        }
        "maxLength" => {
            schema.max_length = number(value).map(|length| length as usize);
            schema.max_length.is_some()
        }
        "last_index" => {
            schema.last_index = value.as_u64().and_then(|index| u32::try_from(index).ok());
            schema.last_index.is_some()
        }
        "typetext" => {
            schema.typetext = text();
            schema.typetext.is_some()
        }
        "alias" => {
            schema.alias = text();
            schema.alias.is_some()
        }
        "keyAlias" => {
            schema.key_alias = text();
            schema.key_alias.is_some()
        }
        "requires" => {
            schema.requires = text();
            schema.requires.is_some()
        }
        "type-property" => {
            schema.type_property = text();
            schema.type_property.is_some()
        }
        "instance-types" => {
            schema.instance_types = texts(value);
            schema.instance_types.is_some()
        }
        "oneOf" => {
            schema.one_of = list(value);
            !schema.one_of.is_empty()
        }
        "allOf" => {
            schema.all_of = list(value);
            !schema.all_of.is_empty()
        }
        "format" => {
            schema.format = match value {
                Value::String(name) => Some(Format::Named(name.clone())),
                Value::Object(keys) => Some(Format::Keys(read_properties(keys, place, unknown))),
                _ => None,
            };
            schema.format.is_some()
        }
        "properties" => {
            let Some(properties) = value.as_object() else { return false };
            schema.properties = read_properties(properties, place, unknown);
            true
        }
        "items" => {
            schema.items = Some(Box::new(read_schema(value, &format!("{place}[]"), unknown)));
            value.is_object()
        }
        "additionalProperties" => {
            schema.additional = Some(match value {
                Value::Object(_) => Additional::Schema(Box::new(read_schema(value, place, unknown))),
                other if flag(other) => Additional::Yes,
                _ => Additional::No,
            });
            true
        }
        _ => false,
    }
}

fn read_properties(
    properties: &Map<String, Value>,
    place: &str,
    unknown: &mut Vec<String>,
) -> BTreeMap<String, Schema> {
    let read = |(name, value): (&String, &Value), unknown: &mut Vec<String>| {
        let mut schema = read_schema(value, &format!("{place}.{name}"), unknown);
        if name.ends_with("[n]") && schema.last_index.is_none() {
            schema.last_index = value["description"].as_str().and_then(last_index).or_else(|| known_last_index(name));
        }
        (name.clone(), schema)
    };
    properties.iter().map(|property| read(property, unknown)).collect()
}

/// The bound that a description names: `(n is 0 to 30)`.
fn last_index(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("(n is 0 to ")?;
    rest.split_once(')')?.0.parse().ok()
}

/// The bounds that only other places name.
///
/// Source: live-api facts, section 6; `link` by its description.
fn known_last_index(name: &str) -> Option<u32> {
    let bounds = [("net", 31), ("hostpci", 15), ("usb", 13), ("ipconfig", 31), ("numa", 7), ("link", 7)];
    let more = [("unused", 255), ("mp", 255), ("dev", 255), ("virtiofs", 9)];
    let stem = name.strip_suffix("[n]")?;
    bounds.into_iter().chain(more).find(|(known, _)| *known == stem).map(|(_, bound)| bound)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A truth value as Perl writes it: 0 and 1, as numbers or texts, or JSON's own.
fn flag(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        _ => false,
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |item: &Value| match item {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    value.as_array()?.iter().map(text).collect()
}

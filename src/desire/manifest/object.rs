//! A manifest as the object that Kubernetes gets: what its `object` says, with its name, namespace, labels and API.

use std::net::Ipv4Addr;

use serde_json::{Map, Value as Data};

use crate::kube::Step;
use crate::model::{Manifest, Model};
use crate::types::value::Value;

/// An object, and what it is.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its fields, `apiVersion` and all.
    pub data: Data,
    /// `apps/v1`, if anything says it.
    pub api: Option<String>,
    /// `Deployment`, if anything says it.
    pub kind: Option<String>,
    /// What is said twice, and differently.
    pub clashes: Vec<Clash>,
}

/// A field of the manifest and one of the object that say different things.
#[derive(Clone, Debug)]
pub struct Clash {
    /// The field of the manifest.
    pub field: &'static str,
    /// What it says.
    pub said: String,
    /// The field of the object.
    pub path: Vec<Step>,
    /// What that says.
    pub other: String,
}

/// The object of a manifest; none if a value of it is not there.
pub fn object(model: &Model<'_>, manifest: Manifest) -> Option<Object> {
    let mut data = data_of(model, manifest.object(model))?;
    if data.is_null() {
        data = Data::Object(Map::new());
    }
    let fields = data.as_object_mut()?;
    let mut clashes = Vec::new();
    let mut one = |path: &[&str], field: &'static str, said: Option<&str>, into: &mut Map<String, Data>| {
        let (last, said) = (path.last()?, said?);
        match into.get(*last).and_then(Data::as_str) {
            Some(other) if other != said => {
                let path = path.iter().map(|word| Step::Key((*word).to_owned())).collect();
                clashes.push(Clash { field, said: said.to_owned(), path, other: other.to_owned() });
            }
            Some(_) => {}
            None => {
                into.insert((*last).to_owned(), Data::String(said.to_owned()));
            }
        }
        Some(())
    };
    one(&["apiVersion"], "api", manifest.api(model), fields);
    one(&["kind"], "kind", manifest.kind(model), fields);
    let metadata = fields.entry("metadata").or_insert_with(|| Data::Object(Map::new()));
    if let Some(metadata) = metadata.as_object_mut() {
        let is_generated = metadata.contains_key("generateName");
        one(&["metadata", "namespace"], "namespace", manifest.namespace(model), metadata);
        one(&["metadata", "name"], "name", manifest.name(model), metadata);
        if !is_generated && !metadata.contains_key("name") {
            metadata.insert("name".to_owned(), Data::String(model.key(manifest.id).to_owned()));
        }
        for (name, value) in [("labels", manifest.labels(model)), ("annotations", manifest.annotations(model))] {
            let Data::Object(said) = data_of(model, value)? else { continue };
            if said.is_empty() {
                continue;
            }
            if let Some(into) = metadata.entry(name).or_insert_with(|| Data::Object(Map::new())).as_object_mut() {
                into.extend(said);
            }
        }
    }
    let text = |name: &str| fields.get(name).and_then(Data::as_str).map(str::to_owned);
    let (api, kind) = (text("apiVersion"), text("kind"));
    Some(Object { data, api, kind, clashes })
}

/// A value as JSON has it; none if a part of it is not there. A field that is null is left out: so one is taken away.
fn data_of(model: &Model<'_>, value: Value) -> Option<Data> {
    Some(match value {
        Value::Null => Data::Null,
        Value::Bool(flag) => Data::Bool(flag),
        Value::Int(number) => Data::from(number),
        Value::Float(number) => Data::from(number),
        Value::Str(name) | Value::Enum(name) => Data::String(model.word(name).to_owned()),
        Value::Ip(address) | Value::Interface(address, 255) => Data::String(Ipv4Addr::from(address).to_string()),
        Value::Cidr(address, prefix) | Value::Interface(address, prefix) => {
            Data::String(format!("{}/{prefix}", Ipv4Addr::from(address)))
        }
        Value::Mac(mac) => {
            let bytes = mac.to_be_bytes();
            Data::String(bytes[2..].iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
        }
        Value::List(_) => {
            let items = model.elements(value).iter().map(|item| data_of(model, *item));
            Data::Array(items.collect::<Option<_>>()?)
        }
        Value::Map(_) => {
            let mut fields = Map::new();
            for pair in model.elements(value).chunks_exact(2) {
                let (name, value) = (model.text_of(pair[0])?, data_of(model, pair[1])?);
                if !value.is_null() {
                    fields.insert(name.to_owned(), value);
                }
            }
            Data::Object(fields)
        }
        // What no type of an object lets in, and what an error left behind.
        Value::Poison
        | Value::Size(_)
        | Value::Duration(_)
        | Value::Rate(_)
        | Value::Percent(_)
        | Value::DeviceId(_)
        | Value::Pci(_)
        | Value::Obj(_)
        | Value::Range(_)
        | Value::Group(_)
        | Value::Lazy(_)
        | Value::Running
        | Value::Appended(_) => return None,
    })
}

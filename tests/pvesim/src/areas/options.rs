//! Options of sections of configuration files: read from parameters, changed with `delete` and `digest`, and answered with the types
//! that the schema gives them.
//!
//! Source: pve-common `PVE::SectionConfig` (`delete_from_config`) and `PVE::Tools::assert_if_modified` for the wordings.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Call;
use crate::contract::{Kind, property_of, split_list};
use crate::failure::Failure;

pub use crate::world::Options;

/// What is said where a digest is not the one of the file, except of virtual machines.
pub const MODIFIED: &str = "detected modified configuration - file changed by other user? Try again.";

/// Parameters that say how to change something, and are no options themselves.
const INSTRUCTIONS: [&str; 2] = ["delete", "digest"];

/// The options among the parameters of a call: all but the variables of its path, `delete`, `digest` and those that are named.
pub fn given(call: &Call<'_>, except: &[&str]) -> Options {
    let is_variable = |name: &str| call.path.contains(&format!("{{{name}}}"));
    let is_option = |name: &&String| {
        !is_variable(name) && !INSTRUCTIONS.contains(&name.as_str()) && !except.contains(&name.as_str())
    };
    let text = |name: &String| Some((name.clone(), list_or_text(call, name)?));
    call.parameters.keys().filter(is_option).filter_map(text).collect()
}

/// A parameter's text; an array is the list of its items.
fn list_or_text(call: &Call<'_>, name: &str) -> Option<String> {
    match call.parameters.get(name)? {
        Value::Array(_) => Some(call.list(name).join(",")),
        _ => call.text(name),
    }
}

/// A digest of options: 40 digits, another for each state. The real one is the SHA-1 of a file that is not simulated.
pub fn digest(state: &impl std::fmt::Debug) -> String {
    let hash = Sha256::digest(format!("{state:?}"));
    hash.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

/// Refuses if the call gives a digest that is not that of this state.
///
/// # Errors
/// The server's 500.
pub fn check_digest(call: &Call<'_>, state: &impl std::fmt::Debug) -> Result<(), Failure> {
    match call.text("digest") {
        Some(given) if !given.is_empty() && given != digest(state) => Err(Failure::server(MODIFIED)),
        _ => Ok(()),
    }
}

/// Options after a call: what it deletes is gone, what it gives is set.
///
/// # Errors
/// If it deletes what the method does not know, or what it sets too.
pub fn changed(call: &Call<'_>, options: &Options, except: &[&str]) -> Result<Options, Failure> {
    let (mut changed, given) = (options.clone(), given(call, except));
    for name in split_list(&call.text("delete").unwrap_or_default()) {
        let known = call.table.get(call.method, call.path).map(|method| &method.parameters.properties);
        if known.is_none_or(|known| property_of(known, name).is_none()) {
            return Err(Failure::server(&format!("no such option '{name}'")));
        }
        if given.contains_key(name) {
            return Err(Failure::server(&format!("cannot set and delete property '{name}' at the same time!")));
        }
        changed.remove(name);
    }
    changed.extend(given);
    Ok(changed)
}

/// Options as an answer has them: truth values and numbers by the schema of the parameters of a method, texts otherwise.
pub fn typed(call: &Call<'_>, method: &str, path: &str, options: &Options) -> Map<String, Value> {
    let one = |(name, text): (&String, &String)| (name.clone(), typed_one(call, method, path, name, text));
    options.iter().map(one).collect()
}

/// One option as an answer has it.
pub fn typed_one(call: &Call<'_>, method: &str, path: &str, name: &str, text: &str) -> Value {
    let schema = call.table.get(method, path).and_then(|method| property_of(&method.parameters.properties, name));
    match schema.and_then(|schema| schema.kind) {
        Some(Kind::Boolean) => Value::from(u8::from(text == "1")),
        Some(Kind::Integer) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    }
}

/// Adds an entry, or says that it exists.
///
/// # Errors
/// What the caller says then.
pub fn add<V>(
    map: &mut BTreeMap<String, V>,
    key: String,
    value: V,
    exists: impl FnOnce() -> Failure,
) -> Result<(), Failure> {
    if map.contains_key(&key) {
        return Err(exists());
    }
    map.insert(key, value);
    Ok(())
}

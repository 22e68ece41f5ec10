//! Lists of the API taken apart: each element becomes a thing at the path that it has by itself.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::observed::Thing;
use super::survey::{encoded, take};

/// Adds the elements of the list at a path.
pub(super) fn listed(path: &str, data: &Value, things: &mut FxHashMap<String, Thing>) {
    // What is one thing and no list: name servers, a time zone.
    if data.is_object() {
        things.insert(path.to_owned(), take::thing(data));
        return;
    }
    for row in data.as_array().into_iter().flatten() {
        if path == "/access/acl" {
            things.insert(acl_path(row), take::thing(row));
            continue;
        }
        let Some(id) = key_of(path).and_then(|key| row[key].as_str()) else { continue };
        let at = format!("{path}/{}", encoded(id));
        if path == "/access/users" {
            for token in row["tokens"].as_array().into_iter().flatten() {
                if let Some(name) = token["tokenid"].as_str() {
                    things.insert(format!("{at}/token/{}", encoded(name)), take::thing(token));
                }
            }
        }
        things.insert(at, take::thing(row));
    }
}

/// What an element of a list is called by.
fn key_of(path: &str) -> Option<&'static str> {
    Some(match path {
        "/pools" => "poolid",
        "/access/groups" => "groupid",
        "/access/roles" => "roleid",
        "/access/users" => "userid",
        "/cluster/ha/resources" => "sid",
        "/cluster/ha/groups" => "group",
        "/cluster/ha/rules" => "rule",
        _ if path.starts_with("/cluster/mapping/") => "id",
        _ if path.ends_with("/network") => "iface",
        _ => return None,
    })
}

/// An entry of an ACL has no path in the API: it is told by all that it says but one.
fn acl_path(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    acl(text("path"), text("type"), text("ugid"), text("roleid"))
}

/// Where an entry of an ACL is looked up.
pub(super) fn acl(path: &str, sort: &str, who: &str, role: &str) -> String {
    format!("/access/acl#{path}#{sort}#{who}#{role}")
}

//! Lists of the API taken apart: each element becomes a thing at the path that it has by itself.

use rustc_hash::FxHashMap;
use serde_json::Value;

use super::observed::Thing;
use super::survey::{encoded, take};
use super::wire::firewall;

/// Adds the elements of the list at a path.
pub(super) fn listed(path: &str, data: &Value, things: &mut FxHashMap<String, Thing>) {
    // What is one thing and no list: name servers, a time zone.
    if data.is_object() {
        things.insert(path.to_owned(), take::thing(data));
        return;
    }
    if path.ends_with("/firewall/rules") {
        things.insert(path.to_owned(), Thing::default());
        inside(path, data, things);
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

/// Adds to a thing what is in it: rules in their order, members of a set, options that its list does not tell.
pub(super) fn inside(path: &str, data: &Value, things: &mut FxHashMap<String, Thing>) {
    let Some(thing) = things.get_mut(path) else { return };
    if data.is_object() {
        let whole = take::thing(data);
        thing.options.extend(whole.options);
        thing.digest = whole.digest.or(thing.digest.take());
        return;
    }
    let rows: Vec<Thing> = data.as_array().into_iter().flatten().map(take::thing).collect();
    let is_set = path.contains("/firewall/ipset/");
    let line = |row: &Thing| {
        let options = row.options.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        if is_set {
            let told = options.filter(|(key, value)| {
                matches!(*key, "cidr" | "comment" | "nomatch")
                    && !value.is_empty()
                    && (*key, *value) != ("nomatch", "0")
            });
            return told.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
        }
        let text = |key: &str| row.options.get(key).map_or("", String::as_str);
        let others = options.filter(|(key, _)| !matches!(*key, "type" | "action" | "pos" | "ipversion"));
        firewall::line(text("type"), text("action"), &others.collect())
    };
    let mut rows = rows;
    let place = |row: &Thing| row.options.get("pos").and_then(|place| place.parse::<u32>().ok());
    rows.sort_by_key(place);
    thing.digest = rows.first().and_then(|row| row.digest.clone()).or(thing.digest.take());
    let option = if is_set { "members" } else { "rules" };
    thing.options.insert(option.to_owned(), rows.iter().map(line).collect::<Vec<_>>().join("\n"));
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
        _ if path.ends_with("/firewall/aliases") || path.ends_with("/firewall/ipset") => "name",
        "/cluster/firewall/groups" => "group",
        "/cluster/metrics/server" => "id",
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

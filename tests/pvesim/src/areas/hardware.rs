//! The devices of nodes, and the names that the cluster has for them.
//!
//! Source: live-api facts, sections 5 and 9; pve-guest-common `PVE::Mapping::{PCI,USB,Dir}` for what is checked and the wordings.

use serde_json::{Value, json};

use super::options;
use super::properties::Properties;
use super::{Call, Outcome, Route, delete, get, post, put};
use crate::access::Rights;
use crate::failure::Failure;
use crate::world::{Mapping, Mappings, Node, World};

pub const ROUTES: &[Route] = &[
    get("/nodes/{node}/hardware", index),
    get("/nodes/{node}/hardware/pci", pci),
    get("/nodes/{node}/hardware/usb", usb),
    get("/cluster/mapping/pci", list),
    post("/cluster/mapping/pci", create),
    get("/cluster/mapping/pci/{id}", read),
    put("/cluster/mapping/pci/{id}", update),
    delete("/cluster/mapping/pci/{id}", remove),
    get("/cluster/mapping/usb", list),
    post("/cluster/mapping/usb", create),
    get("/cluster/mapping/usb/{id}", read),
    put("/cluster/mapping/usb/{id}", update),
    delete("/cluster/mapping/usb/{id}", remove),
    get("/cluster/mapping/dir", list),
    post("/cluster/mapping/dir", create),
    get("/cluster/mapping/dir/{id}", read),
    put("/cluster/mapping/dir/{id}", update),
    delete("/cluster/mapping/dir/{id}", remove),
];

/// The classes that are hidden unless the caller says which: memory controllers, bridges and processors.
const HIDDEN: &str = "05;06;0b";

fn index(_world: &mut World, _call: &Call<'_>) -> Outcome {
    super::index_of("type", &["pci", "usb"])
}

fn node<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Node, Failure> {
    world.nodes.get(call.node).ok_or_else(|| Failure::server(&format!("no such node '{}'", call.node)))
}

fn pci(world: &mut World, call: &Call<'_>) -> Outcome {
    let hidden = call.text("pci-class-blacklist").unwrap_or_else(|| HIDDEN.to_owned());
    let hidden = crate::contract::split_list(&hidden);
    let is_hidden = |class: &str| hidden.iter().any(|hidden| class.trim_start_matches("0x").starts_with(hidden));
    let devices = node(world, call)?.pci.iter().filter(|device| !is_hidden(&device.class));
    let is_brief = call.text("verbose").is_some_and(|text| text == "0");
    if is_brief {
        return Ok(Value::Array(devices.map(|device| json!({ "id": device.id })).collect()).into());
    }
    Ok(json!(devices.collect::<Vec<_>>()).into())
}

fn usb(world: &mut World, call: &Call<'_>) -> Outcome {
    Ok(json!(node(world, call)?.usb).into())
}

/// Which kind of device a path is about: `pci`, `usb`, `dir`.
fn kind<'a>(call: &Call<'a>) -> &'a str {
    call.path.split('/').nth(3).unwrap_or_default()
}

fn of_kind<'a>(mappings: &'a Mappings, kind: &str) -> &'a std::collections::BTreeMap<String, Mapping> {
    match kind {
        "pci" => &mappings.pci,
        "usb" => &mappings.usb,
        _ => &mappings.dir,
    }
}

fn of_kind_mut<'a>(mappings: &'a mut Mappings, kind: &str) -> &'a mut std::collections::BTreeMap<String, Mapping> {
    match kind {
        "pci" => &mut mappings.pci,
        "usb" => &mut mappings.usb,
        _ => &mut mappings.dir,
    }
}

fn row(call: &Call<'_>, id: &str, mapping: &Mapping) -> Value {
    let collection = match kind(call) {
        "pci" => "/cluster/mapping/pci",
        "usb" => "/cluster/mapping/usb",
        _ => "/cluster/mapping/dir",
    };
    let mut row = options::typed(call, "POST", collection, &mapping.options);
    row.entry("description").or_insert_with(|| "".into());
    row.insert("id".to_owned(), id.into());
    row.insert("map".to_owned(), mapping.map.clone().into());
    row.insert("type".to_owned(), kind(call).into());
    Value::Object(row)
}

fn list(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let kind = kind(call);
    let may = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];
    let checked = call.text("check-node");
    if let Some(unknown) = checked.as_ref().filter(|node| !world.nodes.contains_key(*node)) {
        return Err(Failure::server(&format!("no such node '{unknown}'")));
    }
    let mut rows = Vec::new();
    for (id, mapping) in of_kind(&world.mappings, kind) {
        if !rights.has_any(&format!("/mapping/{kind}/{id}"), &may) {
            continue;
        }
        let mut row = row(call, id, mapping);
        let reasons = checked.as_ref().map(|node| findings(world, kind, mapping, node));
        // By the schema, USB devices have `error` where the others have `checks`, and have it always.
        let check = |(severity, message)| json!({ "severity": severity, "message": message });
        let reasons = reasons.map(|reasons| Value::Array(reasons.into_iter().map(check).collect()));
        match (kind, reasons) {
            ("usb", reasons) => row["error"] = reasons.unwrap_or_else(|| json!([])),
            (_, Some(reasons)) => row["checks"] = reasons,
            (_, None) => {}
        }
        rows.push(row);
    }
    Ok(Value::Array(rows).into())
}

/// What is off with a mapping on a node, by its real devices.
fn findings(world: &World, kind: &str, mapping: &Mapping, node: &str) -> Vec<(&'static str, String)> {
    let entries = mapping.map.iter().map(|text| Properties::parse(text, "node"));
    let own: Vec<Properties> = entries.filter(|entry| entry.get("node") == Some(node)).collect();
    let Some(hardware) = world.nodes.get(node) else { return Vec::new() };
    if own.is_empty() {
        return vec![("warning", format!("No mapping for node {node}."))];
    }
    match kind {
        "pci" => own.iter().flat_map(|entry| pci_findings(hardware, entry)).collect(),
        "usb" => own.iter().filter_map(|entry| usb_finding(hardware, entry)).collect(),
        _ => Vec::new(),
    }
}

fn pci_findings(node: &Node, entry: &Properties) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for path in entry.get("path").unwrap_or_default().split(';') {
        let Some(device) = node.pci.iter().find(|device| device.id == path || device.id == format!("{path}.0")) else {
            found.push(("error", format!("pci device '{path}' not found")));
            continue;
        };
        let plain = |text: &str| text.trim_start_matches("0x").to_owned();
        let id = format!("{}:{}", plain(&device.vendor), plain(&device.device));
        let subsystem = |part: &Option<String>| part.as_deref().map(plain);
        let real = [
            ("id", Some(id)),
            ("iommugroup", Some(device.iommugroup.to_string()).filter(|group| group != "-1")),
            (
                "subsystem-id",
                subsystem(&device.subsystem_vendor)
                    .zip(subsystem(&device.subsystem_device))
                    .map(|(vendor, device)| format!("{vendor}:{device}")),
            ),
        ];
        for (key, real) in real {
            if let (Some(wanted), Some(real)) = (entry.get(key), &real)
                && !wanted.eq_ignore_ascii_case(real)
            {
                found.push(("error", format!("'{key}' does not match for '{path}' ({wanted} != {real})")));
            }
        }
    }
    found
}

fn usb_finding(node: &Node, entry: &Properties) -> Option<(&'static str, String)> {
    let id = entry.get("id").unwrap_or_default();
    let plain = |text: &str| text.trim_start_matches("0x").to_owned();
    let is_here = |device: &crate::world::UsbDevice| {
        let real = format!("{}:{}", plain(&device.vendid), plain(&device.prodid));
        let path = entry.get("path").is_none_or(|path| {
            let own = device.usbpath.as_deref().unwrap_or_default();
            path == format!("{}-{own}", device.busnum)
        });
        real.eq_ignore_ascii_case(id) && path
    };
    (!node.usb.iter().any(is_here)).then(|| ("error", format!("usb device '{id}' not found")))
}

fn missing(call: &Call<'_>, id: &str) -> Failure {
    Failure::server(&format!("{} ID '{id}' does not exist", kind(call)))
}

fn read(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let mapping = of_kind(&world.mappings, kind(call)).get(&id).ok_or_else(|| missing(call, &id))?;
    let mut row = row(call, &id, mapping);
    row["digest"] = options::digest(of_kind(&world.mappings, kind(call))).into();
    Ok(row.into())
}

fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    let mapping = Mapping { options: options::given(call, &["id", "map"]), map: call.list("map") };
    let exists = || Failure::server(&format!("{} ID '{id}' already defined", kind(call)));
    options::add(of_kind_mut(&mut world.mappings, kind(call)), id.clone(), mapping, exists)?;
    Ok(Value::Null.into())
}

/// `map` is replaced as a whole.
fn update(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    options::check_digest(call, of_kind(&world.mappings, kind(call)))?;
    let mapping = of_kind_mut(&mut world.mappings, kind(call)).get_mut(&id).ok_or_else(|| missing(call, &id))?;
    mapping.options = options::changed(call, &mapping.options, &["map"])?;
    if call.parameters.contains_key("map") {
        mapping.map = call.list("map");
    }
    Ok(Value::Null.into())
}

/// One that guests use goes too.
fn remove(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("id");
    of_kind_mut(&mut world.mappings, kind(call)).remove(&id).ok_or_else(|| missing(call, &id))?;
    Ok(Value::Null.into())
}

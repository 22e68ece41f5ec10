//! What answers mean. Proxmox is lenient about types, so numbers may be texts and truth values numbers or texts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Ask, Survey};
use crate::plan::answer::{Answer, Read};
use crate::plan::observed::{Backup, Guest, Known, Node, Observed, Pending, Storage, Thing, Unknown, Volume};
use crate::plan::things;
use crate::pve::{self, Permissions, Version};

impl Survey {
    pub(super) fn taken(&mut self, read: &Read, ask: &Ask, answer: Answer) {
        let data = known(answer);
        if let Err(unknown) = &data {
            self.observed.lost.push((read.path.clone(), unknown.why.clone()));
        }
        match ask {
            Ask::Version => self.observed.release = data.and_then(|data| release(&data)),
            Ask::Status => self.status(data.and_then(list)),
            Ask::Resources => self.resources(data.and_then(list)),
            Ask::Nodes => self.nodes(data.and_then(list)),
            Ask::Permissions => self.observed.permissions = data.map(|data| Permissions::of(&data)),
            Ask::NodeVersion(node) => {
                if let Some(node) = self.observed.nodes.get_mut(node) {
                    node.release = data.and_then(|data| release(&data)).ok();
                }
            }
            Ask::Time(node) => {
                if let Some(node) = self.observed.nodes.get_mut(node) {
                    node.time = data.ok().and_then(|data| number(&data["time"]));
                }
            }
            Ask::Interfaces(node) => self.interfaces(node, data),
            Ask::Storages(node) => self.storages(node, data),
            Ask::Content { node, storage } => self.content(node, storage, data),
            Ask::Config(id) => {
                if let Some(guest) = self.observed.guests.get_mut(id) {
                    guest.config = data.map(|data| thing(&data));
                }
            }
            Ask::Pending(id) => {
                if let Some(guest) = self.observed.guests.get_mut(id) {
                    guest.pending = data.map(|data| pending(&data));
                }
            }
            Ask::List(path) => {
                let listed = data.map(|data| things::listed(path, &data, &mut self.observed.things));
                let is_pools = path == "/pools" && listed.is_ok();
                self.observed.lists.insert(path.clone(), listed);
                if is_pools {
                    self.look_at_pools();
                }
                self.look_inside(path);
            }
            Ask::Pool(name) => self.pool(name, data),
            Ask::Inside(path) => match data {
                Ok(data) => things::inside(path, &data, &mut self.observed.things),
                Err(unknown) => drop(self.observed.unread.insert(path.clone(), unknown)),
            },
        }
    }

    pub(super) fn finished(mut self) -> Observed {
        self.observed.volumes.sort();
        self.observed.volumes.dedup();
        self.observed.backups.sort();
        self.observed.backups.dedup();
        self.observed.lost.sort();
        self.observed
    }

    fn status(&mut self, data: Known<Value>) {
        let data = match data {
            Ok(data) => data,
            Err(unknown) => {
                self.observed.quorate = Err(unknown);
                // Not everybody may ask that, and what one may not see is left out of the list of resources; this everybody is told.
                self.nodes_open = true;
                self.ask("/nodes".to_owned(), Vec::new(), None, Ask::Nodes);
                return;
            }
        };
        // A node by itself is in no cluster, and needs nobody's vote.
        self.observed.quorate = Ok(true);
        for row in data.as_array().into_iter().flatten() {
            if row["type"] == "cluster" {
                self.observed.quorate = Ok(is_true(&row["quorate"]));
            } else if row["type"] == "node"
                && let Some(name) = row["name"].as_str()
            {
                let node = self.observed.nodes.entry(name.to_owned()).or_insert_with(unread);
                node.online = is_true(&row["online"]);
                node.address = row["ip"].as_str().map(str::to_owned);
                node.is_local = is_true(&row["local"]);
            }
        }
        self.look_at_nodes();
    }

    /// Source: `permissions` of `GET /nodes` in the API schema: `user: all`.
    fn nodes(&mut self, data: Known<Value>) {
        self.nodes_open = false;
        let data = data.unwrap_or_default();
        for row in data.as_array().into_iter().flatten() {
            if let Some(name) = row["node"].as_str() {
                self.observed.nodes.entry(name.to_owned()).or_insert_with(unread).online = row["status"] == "online";
            }
        }
        self.look_at_nodes();
    }

    fn resources(&mut self, data: Known<Value>) {
        let data = match data {
            Ok(data) => data,
            Err(unknown) => {
                self.observed.guests_listed = Err(unknown);
                return;
            }
        };
        self.observed.guests_listed = Ok(());
        for row in data.as_array().into_iter().flatten() {
            match row["type"].as_str() {
                Some("node") => {
                    let Some(name) = row["node"].as_str() else { continue };
                    // `/cluster/status` knows better, but not everybody may ask it.
                    let online = row["status"] == "online";
                    self.observed.nodes.entry(name.to_owned()).or_insert(Node { online, ..unread() });
                }
                Some("qemu") => self.listed(row, pve::Guest::Vm),
                Some("lxc") => self.listed(row, pve::Guest::Container),
                Some(_) | None => {}
            }
        }
        self.look_at_nodes();
    }

    fn listed(&mut self, row: &Value, sort: pve::Guest) {
        let (Some(id), Some(node)) = (number(&row["vmid"]), row["node"].as_str()) else { return };
        let Ok(id) = u32::try_from(id) else { return };
        let text = |key: &str| row[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let running = match row["status"].as_str() {
            Some("running" | "paused") => Some(true),
            Some("stopped") => Some(false),
            Some(_) | None => None,
        };
        let unread = || Unknown::because("it was not read");
        self.observed.guests.insert(
            id,
            Guest {
                sort,
                node: node.to_owned(),
                name: text("name"),
                running,
                template: is_true(&row["template"]),
                lock: text("lock"),
                pool: text("pool"),
                ha: text("hastate"),
                config: Err(unread()),
                pending: Err(unread()),
            },
        );
    }

    /// Asks each node that is known to be online, and its guests, as soon as both lists are there.
    fn look_at_nodes(&mut self) {
        let is_open = |path: &str| !self.done.contains(&format!("{path} []"));
        if self.nodes_open || is_open("/cluster/status") || is_open("/cluster/resources") {
            return;
        }
        let online: BTreeSet<String> =
            self.observed.nodes.iter().filter(|(_, node)| node.online).map(|(name, _)| name.clone()).collect();
        for node in &online {
            self.node(node);
        }
        for (name, node) in &mut self.observed.nodes {
            if !node.online {
                node.bridges = Err(offline(name));
            }
        }
        for (path, node) in &self.scope.lists {
            if let Some(node) = node.as_deref().filter(|node| !online.contains(*node)) {
                let why = unasked(&self.observed.nodes, node);
                self.observed.lists.insert(path.clone(), Err(why));
            }
        }
        for id in self.scope.guests.clone() {
            let Some(guest) = self.observed.guests.get_mut(&id) else { continue };
            if online.contains(&guest.node) {
                self.guest(id);
            } else {
                let why = unasked(&self.observed.nodes, &guest.node);
                guest.config = Err(why.clone());
                guest.pending = Err(why);
            }
        }
    }

    /// Asks who is in the pools that there are.
    fn look_at_pools(&mut self) {
        for name in self.scope.pools.clone() {
            if self.observed.things.contains_key(&format!("/pools/{}", super::encoded(&name))) {
                self.ask("/pools".to_owned(), vec![("poolid", name.clone())], None, Ask::Pool(name));
            }
        }
    }

    /// Asks for the elements of which a list does not tell all, as far as they are there.
    fn look_inside(&mut self, list: &str) {
        let node = self.scope.lists.get(list).cloned().flatten();
        for path in self.scope.inside.get(list).cloned().unwrap_or_default() {
            if self.observed.things.contains_key(&path) {
                self.ask(path.clone(), Vec::new(), node.as_deref(), Ask::Inside(path));
            }
        }
    }

    fn pool(&mut self, name: &str, data: Known<Value>) {
        let path = format!("/pools/{}", super::encoded(name));
        let data = match data {
            Ok(data) => data,
            Err(unknown) => {
                self.observed.unread.insert(path, unknown);
                return;
            }
        };
        let members = data[0]["members"].as_array().into_iter().flatten();
        let storages = members.filter(|member| member["type"] == "storage").filter_map(|one| one["storage"].as_str());
        let storages = storages.collect::<Vec<_>>().join(",");
        if let Some(pool) = self.observed.things.get_mut(&path) {
            pool.options.insert("storages".to_owned(), storages);
        }
    }

    fn interfaces(&mut self, name: &str, data: Known<Value>) {
        let Some(node) = self.observed.nodes.get_mut(name) else { return };
        let list = format!("/nodes/{}/network", super::encoded(name));
        node.bridges = data.map(|data| {
            let rows = data.as_array().into_iter().flatten();
            let is_bridge = |row: &&Value| matches!(row["type"].as_str(), Some("bridge" | "OVSBridge" | "vnet"));
            things::listed(&list, &data, &mut self.observed.things);
            rows.filter(is_bridge).filter_map(|row| row["iface"].as_str()).map(str::to_owned).collect()
        });
        let listed = node.bridges.as_ref().map(|_| ()).map_err(Clone::clone);
        self.observed.lists.insert(list, listed);
    }

    fn storages(&mut self, node: &str, data: Known<Value>) {
        let data = data.unwrap_or_default();
        for row in data.as_array().into_iter().flatten() {
            let Some(name) = row["storage"].as_str() else { continue };
            let content: BTreeSet<String> =
                row["content"].as_str().unwrap_or_default().split(',').map(|word| word.trim().to_owned()).collect();
            let storage = Storage {
                content,
                sort: row["type"].as_str().unwrap_or_default().to_owned(),
                enabled: row["enabled"].is_null() || is_true(&row["enabled"]),
                active: row["active"].is_null() || is_true(&row["active"]),
                shared: is_true(&row["shared"]),
                total: number(&row["total"]),
                free: number(&row["avail"]),
            };
            self.observed.storages.insert((node.to_owned(), name.to_owned()), storage);
        }
        self.storages_open = self.storages_open.saturating_sub(1);
        if self.storages_open == 0 {
            self.look_at_storages();
        }
    }

    /// Lists the volumes of every storage, once all of them are known: of a shared one on the first of its nodes only, whichever
    /// answered first.
    fn look_at_storages(&mut self) {
        let (volumes, health) = (self.scope.volumes, self.scope.health);
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut asked: Vec<(String, String)> = Vec::new();
        for ((node, name), storage) in &self.observed.storages {
            let is_wanted = volumes || health && storage.content.contains("backup");
            let is_there = storage.enabled && storage.active;
            if is_wanted && is_there && (!storage.shared || seen.insert(name.clone())) {
                asked.push((node.clone(), name.clone()));
            }
        }
        for (node, storage) in asked {
            let path = format!("/nodes/{}/storage/{}/content", super::encoded(&node), super::encoded(&storage));
            let query = if volumes { Vec::new() } else { vec![("content", "backup".to_owned())] };
            let at = node.clone();
            self.ask(path, query, Some(&at), Ask::Content { node, storage });
        }
    }

    fn content(&mut self, node: &str, storage: &str, data: Known<Value>) {
        let key = (node.to_owned(), storage.to_owned());
        let data = match data {
            Ok(data) => data,
            Err(unknown) => {
                self.observed.contents.insert(key, Err(unknown));
                return;
            }
        };
        self.observed.contents.insert(key, Ok(()));
        for row in data.as_array().into_iter().flatten() {
            let Some(id) = row["volid"].as_str() else { continue };
            let guest = number(&row["vmid"]).and_then(|id| u32::try_from(id).ok());
            let content = row["content"].as_str().unwrap_or_default();
            if content == "backup" {
                if let (Some(guest), Some(at)) = (guest, number(&row["ctime"])) {
                    self.observed.backups.push(Backup { guest, at, storage: storage.to_owned(), id: id.to_owned() });
                }
                continue;
            }
            self.observed.volumes.push(Volume {
                node: node.to_owned(),
                storage: storage.to_owned(),
                id: id.to_owned(),
                content: content.to_owned(),
                guest,
                size: number(&row["size"]),
            });
        }
    }
}

/// A node of which only its name is known.
fn unread() -> Node {
    Node {
        online: false,
        address: None,
        release: None,
        is_local: false,
        time: None,
        bridges: Err(Unknown::because("it was not asked for")),
    }
}

fn offline(node: &str) -> Unknown {
    Unknown::because(format!("node `{node}` is offline"))
}

/// Why nothing of a node was asked for.
fn unasked(nodes: &BTreeMap<String, Node>, node: &str) -> Unknown {
    match nodes.contains_key(node) {
        true => offline(node),
        false => Unknown::because(format!("nothing tells of a node `{node}`")),
    }
}

fn known(answer: Answer) -> Known<Value> {
    match answer {
        Answer::Data(data) => Ok(data),
        Answer::Refused { status: 403, message } => {
            Err(Unknown::because(format!("this login may not read it: {}", message.trim())))
        }
        Answer::Refused { status: status @ (595 | 596), message } => {
            Err(Unknown::because(format!("the node does not answer ({status}): {}", message.trim())))
        }
        Answer::Refused { status, message } => {
            Err(Unknown::because(format!("the server refused it ({status}): {}", message.trim())))
        }
        Answer::Lost(why) => Err(Unknown::because(format!("no answer: {}", why.trim()))),
    }
}

/// Nothing in place of a list is no empty list.
fn list(data: Value) -> Known<Value> {
    if data.is_array() { Ok(data) } else { Err(Unknown::because("the server gave no list")) }
}

fn release(data: &Value) -> Known<Version> {
    let text = data["version"].as_str().or(data["release"].as_str()).unwrap_or_default();
    // `9.1.2-1`, `8.4.14~1`: what stands behind the numbers is of the package.
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    Version::parse(numbers).ok_or_else(|| Unknown::because(format!("`{text}` is no version of Proxmox VE")))
}

/// A whole number, written as one or as a text.
pub(in crate::plan) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|number| number as u64)),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A truth value as Proxmox writes it.
pub(in crate::plan) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => matches!(text.as_str(), "1" | "on" | "yes" | "true"),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A value as the text that Proxmox would write into a configuration.
pub(in crate::plan) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => String::new(),
        // Lists of texts are sets of lines; raw lines of LXC are pairs of key and value.
        Value::Array(all) => all.iter().map(line).collect::<Vec<_>>().join("\n"),
        Value::Object(_) => value.to_string(),
    }
}

fn line(value: &Value) -> String {
    match value.as_array() {
        Some(pair) => pair.iter().map(text).collect::<Vec<_>>().join(" = "),
        None => text(value),
    }
}

/// The options of an object, with its digest apart.
pub(in crate::plan) fn thing(data: &Value) -> Thing {
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    for (key, value) in data.as_object().into_iter().flatten() {
        options.insert(key.clone(), text(value));
    }
    let digest = options.remove("digest");
    Thing { options, digest }
}

fn pending(data: &Value) -> Vec<Pending> {
    let rows = data.as_array().into_iter().flatten();
    let mut found: Vec<Pending> = rows
        .filter(|row| !row["pending"].is_null() || number(&row["delete"]).is_some_and(|delete| delete > 0))
        .filter_map(|row| {
            Some(Pending {
                option: row["key"].as_str()?.to_owned(),
                running: (!row["value"].is_null()).then(|| text(&row["value"])),
                next: (!row["pending"].is_null()).then(|| text(&row["pending"])),
            })
        })
        .collect();
    found.sort_by(|a, b| a.option.cmp(&b.option));
    found
}

//! A cluster that is exactly what a lab wants, and answers as Proxmox would: with what the server makes by itself, in the
//! server's order and spelling. It knows nothing of how the plan compares.

use std::collections::{BTreeMap, BTreeSet};

use hlab::plan::wire::{Subject, Wire};
use hlab::plan::{Answer, Observed, Read, Scope, Survey};
use hlab::pve;
use serde_json::{Map, Value, json};

/// A cluster: what each path answers.
#[derive(Clone, Default, Debug)]
pub struct Cluster {
    pub nodes: BTreeMap<String, Value>,
    pub version: String,
    pub guests: BTreeMap<u32, GuestState>,
    pub lists: BTreeMap<String, Vec<Map<String, Value>>>,
    pub objects: BTreeMap<String, Map<String, Value>>,
    /// By node and storage.
    pub storages: BTreeMap<(String, String), Value>,
    pub volumes: BTreeMap<(String, String), Vec<Value>>,
    /// Storages of pools.
    pub members: BTreeMap<String, Vec<String>>,
    /// Lists that are elements of lists, and rules of firewalls.
    pub inside: BTreeMap<String, Vec<Value>>,
    pub permissions: Value,
    pub quorate: bool,
    /// Paths that are answered otherwise.
    pub instead: BTreeMap<String, Answer>,
}

#[derive(Clone, Debug)]
pub struct GuestState {
    pub sort: pve::Guest,
    pub node: String,
    pub running: bool,
    pub config: BTreeMap<String, String>,
    pub pool: Option<String>,
    pub lock: Option<String>,
    pub ha: Option<String>,
    pub pending: Vec<Value>,
}

/// What a login that may do everything is told.
pub fn everything() -> Value {
    let names = [
        "VM.Audit",
        "VM.Allocate",
        "VM.PowerMgmt",
        "VM.Migrate",
        "VM.Config.CPU",
        "VM.Config.Memory",
        "VM.Config.Disk",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.Config.HWType",
        "VM.Config.CDROM",
        "VM.Config.Cloudinit",
        "Datastore.Audit",
        "Datastore.Allocate",
        "Datastore.AllocateSpace",
        "Datastore.AllocateTemplate",
        "SDN.Use",
        "Mapping.Audit",
        "Mapping.Modify",
        "Mapping.Use",
        "Pool.Audit",
        "Pool.Allocate",
        "Sys.Audit",
        "Sys.Modify",
        "Sys.Console",
        "User.Modify",
        "Group.Allocate",
        "Realm.AllocateUser",
        "Permissions.Modify",
    ];
    let all: Map<String, Value> = names.into_iter().map(|name| (name.to_owned(), json!(1))).collect();
    json!({ "/": all })
}

impl Cluster {
    /// The cluster that has what these say, and nothing else.
    pub fn of(wires: &[Wire], version: &str) -> Cluster {
        let mut cluster =
            Cluster { version: version.to_owned(), permissions: everything(), quorate: true, ..Cluster::default() };
        for wire in wires {
            match &wire.subject {
                Subject::Guest { sort, node, id } => cluster.guest(wire, (*sort, node, *id)),
                Subject::Listed { list, path } => cluster.listed(wire, list, path),
                Subject::File { node, storage, content, volume } => {
                    cluster.node(node);
                    let listed = json!({ "volid": volume, "content": content, "format": "raw", "size": 1 });
                    cluster.storage(node, storage).push(listed);
                }
            }
        }
        cluster
    }

    pub fn node(&mut self, name: &str) {
        let local = self.nodes.is_empty();
        let row = json!({ "type": "node", "name": name, "online": 1, "local": u8::from(local), "ip": "192.168.4.2" });
        self.nodes.entry(name.to_owned()).or_insert(row);
    }

    fn storage(&mut self, node: &str, name: &str) -> &mut Vec<Value> {
        let key = (node.to_owned(), name.to_owned());
        self.storages.entry(key.clone()).or_insert_with(|| {
            json!({
                "storage": name, "type": "dir", "enabled": 1, "active": 1, "shared": 0, "total": 1000, "avail": 900,
                "content": "images,rootdir,iso,vztmpl,import,snippets,backup",
            })
        });
        self.volumes.entry(key).or_default()
    }

    fn guest(&mut self, wire: &Wire, (sort, node, id): (pve::Guest, &str, u32)) {
        self.node(node);
        let mut guest = self.guests.remove(&id).unwrap_or_else(|| {
            let config = match sort {
                pve::Guest::Vm => BTreeMap::from([
                    ("meta".to_owned(), "creation-qemu=9.2.0,ctime=1700000000".to_owned()),
                    ("vmgenid".to_owned(), "4abec58f-ba68-4f1f-950a-703f55838a4e".to_owned()),
                    ("smbios1".to_owned(), "uuid=4abec58f-ba68-4f1f-950a-703f55838a4e".to_owned()),
                    ("boot".to_owned(), "order=scsi0;net0".to_owned()),
                ]),
                pve::Guest::Container => BTreeMap::from([("ostype".to_owned(), "debian".to_owned())]),
            };
            let (node, pool) = (node.to_owned(), None);
            GuestState { sort, node, running: false, config, pool, lock: None, ha: None, pending: Vec::new() }
        });
        let mut volumes = 0;
        for (name, text) in &wire.options {
            match name.as_str() {
                "state" => guest.running = text == "running",
                "pool" => guest.pool = Some(text.clone()),
                _ => {
                    let written = written(sort, id, name, text, &mut volumes);
                    if let Some((storage, _)) = written.split_once(':').filter(|_| is_drive(name)) {
                        let storage = storage.rsplit('=').next().unwrap_or_default().to_owned();
                        if !storage.starts_with('/') && !storage.contains(',') {
                            self.storage(node, &storage);
                        }
                    }
                    if name.starts_with("net")
                        && let Some(bridge) = text.split(',').find_map(|part| part.strip_prefix("bridge="))
                    {
                        self.bridge(node, bridge);
                    }
                    guest.config.insert(name.clone(), written);
                }
            }
        }
        self.guests.insert(id, guest);
    }

    pub fn bridge(&mut self, node: &str, name: &str) {
        let list = self.lists.entry(format!("/nodes/{node}/network")).or_default();
        if !list.iter().any(|row| row["iface"] == name) {
            let row = json!({ "iface": name, "type": "bridge", "active": 1, "priority": 3 });
            list.push(row.as_object().expect("an object").clone());
        }
    }

    fn listed(&mut self, wire: &Wire, list: &str, path: &str) {
        let mut row: Map<String, Value> =
            wire.options.iter().map(|(key, text)| (key.clone(), number_or_text(text))).collect();
        let name = plain(path.rsplit('/').next().unwrap_or_default());
        if list == path && list.ends_with("/firewall/rules") {
            self.inside.insert(path.to_owned(), rules(wire.options.get("rules")));
            return;
        }
        if let Some(text) = row.remove("rules") {
            self.inside.insert(path.to_owned(), rules(text.as_str().map(str::to_owned).as_ref()));
        }
        if let Some(text) = row.remove("members") {
            let member = |line: &str| {
                let pairs = line.split(',').filter_map(|part| part.split_once('='));
                pairs.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<String, Value>>().into()
            };
            self.inside.insert(path.to_owned(), text.as_str().expect("text").lines().rev().map(member).collect());
        }
        if list == path {
            if let Some(node) = list.split('/').nth(2) {
                self.node(node);
            }
            self.objects.insert(path.to_owned(), row);
            return;
        }
        if list == "/cluster/metrics/server" {
            self.objects.insert(path.to_owned(), row.clone());
            row.retain(|key, _| ["type", "server", "port", "disable"].contains(&key.as_str()));
        }
        row.insert("digest".to_owned(), json!("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        let key = match list {
            "/pools" => "poolid",
            "/access/groups" => "groupid",
            "/access/roles" => "roleid",
            "/access/users" => "userid",
            "/cluster/ha/resources" => "sid",
            "/cluster/ha/groups" => "group",
            "/cluster/ha/rules" => "rule",
            "/access/acl" => {
                let parts: Vec<&str> = path.split('#').collect();
                for (key, value) in ["path", "type", "ugid", "roleid"].into_iter().zip(&parts[1..]) {
                    row.insert(key.to_owned(), json!(value));
                }
                row.entry("propagate").or_insert(json!(1));
                self.lists.entry(list.to_owned()).or_default().push(row);
                return;
            }
            "/cluster/firewall/groups" => "group",
            _ if list.contains("/firewall/") => "name",
            _ if list.ends_with("/network") => {
                self.node(list.split('/').nth(2).expect("a node"));
                "iface"
            }
            _ => "id",
        };
        if let Some(Value::String(lines)) = row.get("map").cloned() {
            row.insert("map".to_owned(), lines.lines().map(|line| json!(line)).collect());
        }
        if let Some(storages) = row.remove("storages") {
            let storages = storages.as_str().unwrap_or_default().split(',').map(str::to_owned).collect();
            self.members.insert(name.clone(), storages);
        }
        if path.contains("/token/") {
            let user = plain(path.trim_start_matches("/access/users/").split('/').next().unwrap_or_default());
            row.insert("tokenid".to_owned(), json!(name));
            let users = self.lists.entry(list.to_owned()).or_default();
            let at = users.iter().position(|one| one["userid"] == user.as_str()).unwrap_or_else(|| {
                users.push(json!({ "userid": user, "enable": 1 }).as_object().expect("an object").clone());
                users.len() - 1
            });
            let tokens = users[at].entry("tokens").or_insert(json!([]));
            tokens.as_array_mut().expect("a list").push(Value::Object(row));
            return;
        }
        row.insert(key.to_owned(), json!(name));
        let rows = self.lists.entry(list.to_owned()).or_default();
        match rows.iter().position(|one| one.get(key) == row.get(key)) {
            // What stood for it until it was said.
            Some(at) => rows[at].extend(row),
            None => rows.push(row),
        }
    }

    /// What a read is answered.
    pub fn answer(&self, read: &Read) -> Answer {
        if let Some(answer) = self.instead.get(&read.path) {
            return answer.clone();
        }
        let parts: Vec<String> = read.path.split('/').skip(1).map(plain).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let data = match parts.as_slice() {
            ["version"] | ["nodes", _, "version"] => json!({ "version": self.version, "release": self.version }),
            ["cluster", "status"] => {
                let cluster = json!({ "type": "cluster", "name": "home", "quorate": u8::from(self.quorate) });
                std::iter::once(cluster).chain(self.nodes.values().cloned()).collect()
            }
            ["cluster", "resources"] => self.resources(),
            ["access", "permissions"] => self.permissions.clone(),
            ["nodes", node, "storage"] => {
                self.storages.iter().filter(|((of, _), _)| of == node).map(|(_, row)| row.clone()).collect()
            }
            ["nodes", node, "storage", storage, "content"] => {
                let all = self.volumes.get(&((*node).to_owned(), (*storage).to_owned())).cloned().unwrap_or_default();
                let asked = read.query.iter().find(|(key, _)| *key == "content").map(|(_, value)| value.as_str());
                all.into_iter().filter(|row| asked.is_none_or(|asked| row["content"] == asked)).collect()
            }
            ["nodes", _, "qemu" | "lxc", id, what] => {
                let Some(guest) = self.guests.get(&id.parse().expect("an id")) else {
                    let message = format!("Configuration file 'nodes/x/{id}.conf' does not exist");
                    return Answer::Refused { status: 500, message };
                };
                match *what {
                    "config" => config(guest),
                    "pending" => pending(guest),
                    _ => return Answer::Refused { status: 501, message: "not implemented".to_owned() },
                }
            }
            ["pools"] if !read.query.is_empty() => {
                let storages = self.members.get(&read.query[0].1).cloned().unwrap_or_default();
                let members: Vec<Value> =
                    storages.iter().map(|name| json!({ "type": "storage", "storage": name, "id": name })).collect();
                json!([{ "poolid": read.query[0].1, "members": members }])
            }
            _ if self.inside.contains_key(&read.path) => self.inside[&read.path].clone().into(),
            _ => match (self.objects.get(&read.path), self.lists.get(&read.path)) {
                (Some(object), _) => Value::Object(object.clone()),
                (None, Some(rows)) => rows.iter().cloned().map(Value::Object).collect(),
                (None, None) => json!([]),
            },
        };
        Answer::Data(data)
    }

    fn resources(&self) -> Value {
        let nodes = self.nodes.iter().map(|(name, row)| {
            let status = if row["online"] == 1 { "online" } else { "offline" };
            json!({ "type": "node", "node": name, "id": format!("node/{name}"), "status": status })
        });
        let guests = self.guests.iter().map(|(id, guest)| {
            let online = self.nodes.get(&guest.node).is_some_and(|node| node["online"] == 1);
            let status = if !online {
                "unknown"
            } else if guest.running {
                "running"
            } else {
                "stopped"
            };
            let name = guest.config.get("name").or(guest.config.get("hostname"));
            json!({
                "type": guest.sort.word(), "vmid": id, "node": guest.node, "name": name, "status": status,
                "pool": guest.pool, "lock": guest.lock, "hastate": guest.ha,
            })
        });
        nodes.chain(guests).collect()
    }

    /// Everything that a survey asks, answered.
    pub fn observed(&self, scope: Scope) -> Observed {
        let mut survey = Survey::new(scope);
        let mut asked = BTreeSet::new();
        loop {
            let reads = survey.next();
            if reads.is_empty() {
                return survey.finish();
            }
            for read in reads {
                assert!(asked.insert(read.clone()), "{} is asked once", read.path);
                let answer = self.answer(&read);
                survey.take(&read, answer);
            }
        }
    }
}

/// Rules as the server tells them, in any order, with what it adds.
fn rules(lines: Option<&String>) -> Vec<Value> {
    let rule = |(number, line): (usize, &str)| {
        let mut words = line.split(' ');
        let mut row =
            json!({ "type": words.next(), "action": words.next(), "pos": number, "enable": 1, "log": "nolog" });
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            row[key] = number_or_text(value);
        }
        row
    };
    let mut rows: Vec<Value> = lines.map(String::as_str).unwrap_or_default().lines().enumerate().map(rule).collect();
    rows.reverse();
    rows
}

fn is_drive(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    matches!(stem, "ide" | "sata" | "scsi" | "virtio" | "efidisk" | "tpmstate" | "rootfs" | "mp")
}

/// An option as the server writes it into the configuration.
fn written(sort: pve::Guest, id: u32, name: &str, text: &str, volumes: &mut u32) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match stem {
        "sshkeys" => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        "cipassword" => "**********".to_owned(),
        "description" => format!("{text}\n"),
        "tags" => text.split(';').rev().collect::<Vec<_>>().join(";"),
        "net" => network(sort, text),
        _ if is_drive(name) => drive(sort, id, stem, text, volumes),
        _ => text.to_owned(),
    }
}

fn network(sort: pve::Guest, text: &str) -> String {
    let mut parts: Vec<String> = text.split(',').map(str::to_owned).collect();
    match sort {
        pve::Guest::Vm if !parts[0].contains('=') => parts[0].push_str("=BC:24:11:00:00:01"),
        pve::Guest::Container if !text.contains("hwaddr=") => parts.push("hwaddr=BC:24:11:00:00:02".to_owned()),
        pve::Guest::Vm | pve::Guest::Container => {}
    }
    if sort == pve::Guest::Container {
        parts.push("type=veth".to_owned());
    }
    parts[1..].sort();
    parts.join(",")
}

fn drive(sort: pve::Guest, id: u32, stem: &str, text: &str, volumes: &mut u32) -> String {
    let mut parts: Vec<String> = text.split(',').map(str::to_owned).collect();
    let bare = parts.remove(0);
    parts.retain(|part| !part.starts_with("import-from=") && !part.starts_with("format="));
    let (file, size) = match bare.split_once(':') {
        Some((storage, "cloudinit")) => {
            parts.push("media=cdrom".to_owned());
            (format!("{storage}:vm-{id}-cloudinit"), Some("4M".to_owned()))
        }
        Some((storage, amount)) if amount.parse::<f64>().is_ok() => {
            let prefix = if sort == pve::Guest::Container { "subvol" } else { "vm" };
            let file = format!("{storage}:{prefix}-{id}-disk-{volumes}");
            *volumes += 1;
            let gibibytes: f64 = amount.parse().expect("a number");
            let size = match stem {
                "efidisk" => "528K".to_owned(),
                "tpmstate" => "4M".to_owned(),
                _ => format!("{}K", gibibytes * 1024.0 * 1024.0),
            };
            (file, Some(size))
        }
        Some(_) | None => (bare, None),
    };
    if let Some(size) = size.filter(|_| !parts.iter().any(|part| part.starts_with("size="))) {
        parts.push(format!("size={size}"));
    }
    parts.sort();
    parts.insert(0, file);
    parts.join(",")
}

/// What was encoded in a path.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            let hex = std::str::from_utf8(&after[..2]).expect("two digits");
            bytes.push(u8::from_str_radix(hex, 16).expect("hexadecimal"));
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).expect("text")
}

/// Small numbers come as numbers, others as texts, as the server happens to have them.
fn number_or_text(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text && number < 1000 => json!(number),
        Ok(_) | Err(_) => json!(text),
    }
}

fn config(guest: &GuestState) -> Value {
    let mut out: Map<String, Value> =
        guest.config.iter().map(|(key, text)| (key.clone(), number_or_text(text))).collect();
    if let Some(lines) = guest.config.get("lxc") {
        let pair = |line: &str| {
            let (key, value) = line.split_once(" = ").expect("a pair");
            json!([key, value])
        };
        out.insert("lxc".to_owned(), lines.lines().rev().map(pair).collect());
    }
    out.insert("digest".to_owned(), json!("0123456789012345678901234567890123456789"));
    Value::Object(out)
}

fn pending(guest: &GuestState) -> Value {
    let current = guest.config.iter().map(|(key, text)| json!({ "key": key, "value": number_or_text(text) }));
    current.chain(guest.pending.iter().cloned()).collect()
}

//! What a scan saw of a host, as hlab text: a new file, or edits of what is there.
//!
//! What comes in are [`Facts`](scan::Facts), the lab as it is ([`Graph`]) and the files' trees; what goes out are new texts
//! and remarks. `hardware`, `disks`, `network`, `machine` and `storages` say what the source is to say (`part`): each looks
//! for the block that the source has already (by address, ids, MAC, port or name) and keeps its name. `edit` then changes
//! what differs, adds what is new, and touches nothing else: comments, names and what was written by hand stay. Nothing is
//! ever deleted; what was not seen is remarked on.

mod disks;
mod edit;
mod hardware;
mod machine;
mod name;
mod network;
mod part;
mod storages;

use crate::graph::{Block, Graph, Node};
use crate::scan;
use crate::syntax::{format, tree::Tree};

use edit::Editor;
use name::Taken;
use part::Part;

/// A model of the library or the project that devices are recognised by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// Its name: `GeForceRTX3070`.
    pub name: String,
    /// What it is a model of: `pci`, `usb` or `device`.
    pub of: String,
    /// Every id that it may show, the first that of its first function.
    pub ids: Vec<String>,
}

/// A file of the project.
#[derive(Clone, Copy, Debug)]
pub struct File<'t> {
    /// Its text.
    pub text: &'t str,
    /// Its tree.
    pub tree: &'t Tree,
}

/// The lab as it is.
pub struct Lab<'s> {
    /// Its values.
    pub graph: &'s Graph,
    /// The models that it knows.
    pub models: &'s [Model],
    /// Its files by path.
    pub file: &'s dyn Fn(&str) -> Option<File<'s>>,
    /// Whether a path is taken.
    pub is_taken: &'s dyn Fn(&str) -> bool,
}

/// What became of one host.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Written {
    /// New texts by path.
    pub files: Vec<(String, String)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Why a host cannot be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotWritten {
    /// Its declaration is made by a `for`, or stands where it cannot be edited: the file and line of it.
    Generated(String),
}

/// What is being looked at.
struct Seen<'s> {
    models: &'s [Model],
    graph: &'s Graph,
    /// The host as the source has it; empty if it is new.
    host: &'s Block,
    /// Its address in the lab.
    address: &'s str,
    /// Names of devices: those that a guest is given are looked for in all of them.
    devices: Taken,
    disks: Taken,
    /// Devices of the lab that were found.
    claimed: Vec<String>,
    notes: Vec<String>,
}

/// Writes the facts of a host into the source.
///
/// # Errors
/// [`NotWritten`] where the host is there and cannot be edited.
pub fn host(name: &str, facts: &scan::Facts, lab: &Lab<'_>) -> Result<Written, NotWritten> {
    let node = lab.graph.nodes.iter().find(|node| node.kind == "host" && (node.name == name || node.key == name));
    let nothing = Block::default();
    let address = node.map_or_else(|| format!("host.{name}"), |node| node.address.clone());
    let mut seen = Seen {
        models: lab.models,
        graph: lab.graph,
        host: node.map_or(&nothing, |node| &node.fields),
        address: &address,
        devices: Taken::default(),
        disks: Taken::default(),
        claimed: Vec::new(),
        notes: facts.notes.clone(),
    };
    taken(&mut seen);
    let mut host = Part::keyed("host", node.map_or(name, |node| &node.key));
    machine::fields(facts, &mut host, node.is_some(), &mut seen);
    host.parts.extend(network::parts(facts, &mut seen));
    host.parts.extend(hardware::pci(facts, &mut seen));
    let (usb, mut items) = hardware::usb(facts, &mut seen);
    host.parts.extend(usb);
    host.parts.extend(disks::parts(facts, &mut seen));
    items.iter_mut().for_each(|device| device.on = Some(vec![host.key.clone().unwrap_or_default()]));
    items.extend(storages::items(facts, &host, &mut seen));
    let mut files = match node {
        None => vec![new_file(name, &host, items, lab)],
        Some(node) => edited(node, &host, items, lab, &mut seen.notes)?,
    };
    files.retain(|(path, text)| (lab.file)(path).is_none_or(|file| file.text != text));
    Ok(Written { files, notes: seen.notes })
}

/// The names that devices and disks have already.
fn taken(seen: &mut Seen<'_>) {
    for word in ["pci", "usb"] {
        part::blocks(seen.host, word).for_each(|block| seen.devices.take(part::key(block)));
    }
    let devices = seen.graph.nodes.iter().filter(|node| node.kind == "device");
    devices.for_each(|node| seen.devices.take(&node.key));
    part::blocks(seen.host, "disk").for_each(|block| seen.disks.take(part::key(block)));
}

/// A file of its own for a new host, beside those of the others.
fn new_file(name: &str, host: &Part, items: Vec<Part>, lab: &Lab<'_>) -> (String, String) {
    let of_hosts = lab.graph.nodes.iter().filter(|node| node.kind == "host");
    let folders = of_hosts.filter_map(|node| node.file.rsplit_once('/')).map(|(folder, _)| folder);
    let folder = folders.min().unwrap_or("hosts");
    let paths = std::iter::once(format!("{folder}/{name}.hlab"))
        .chain((2..).map(|number| format!("{folder}/{name}-{number}.hlab")));
    let path = paths.into_iter().find(|path| !(lab.is_taken)(path)).unwrap_or_default();
    let mut host = host.clone();
    let clusters: Vec<&Node> = lab.graph.nodes.iter().filter(|node| node.kind == "cluster").collect();
    if let [only] = clusters.as_slice() {
        host.within = Some(only.key.clone());
    }
    let mut text = format!(
        "//! The host {name}, as `hlab scan` saw it. Yours to edit: a later scan changes facts, and keeps the rest.\n"
    );
    for item in std::iter::once(&host).chain(&items) {
        text.push('\n');
        text.push_str(&item.body().written(&item.head()));
    }
    let text = format(&text).unwrap_or(text);
    (path, text)
}

/// The files with what changed in them.
fn edited(
    node: &Node,
    host: &Part,
    items: Vec<Part>,
    lab: &Lab<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, String)>, NotWritten> {
    let mut editor = Editor::new(lab.file, notes);
    let place = || NotWritten::Generated(format!("{}:{}", node.file, node.line));
    let declared = editor.declaration(&node.file, "host", &node.key).ok_or_else(place)?;
    editor.merge(&declared, &node.fields, host, &node.address);
    for item in items {
        let is_it = |other: &&Node| other.kind == item.word && Some(&other.key) == item.key.as_ref();
        let there = lab.graph.nodes.iter().find(is_it);
        match there {
            None => editor.add_item(&declared, &item),
            Some(there) => match editor.declaration(&there.file, item.word, &there.key) {
                Some(place) => editor.merge(&place, &there.fields, &item, &there.address),
                None => editor.remark(format!("`{}` is made by a `for`: it was left as it is", there.address)),
            },
        }
    }
    Ok(editor.finish())
}

//! What is wanted as Proxmox is told it: the path of the API, and options with their values as texts.
//!
//! An option that is not there is as Proxmox has it by default. A volume that is to be made is written the way that makes it
//! (`local-zfs:50`), with its size beside it where it is made from something. Secrets are never in it: [`SET`] stands for one.
//!
//! [`SET`]: crate::pve::normal::SET

mod access;
mod container;
mod entry;
pub(super) mod firewall;
mod line;
mod vm;

use std::collections::BTreeMap;

use super::survey::encoded;
use crate::desire::{Content, Desired, Import, Object};
use crate::own::Facet;
use crate::pve::{self, Version};

/// A facet as Proxmox is told it.
#[derive(Clone, PartialEq, Debug)]
pub struct Wire {
    /// The facet.
    pub facet: Facet,
    /// What it is of, and how that is compared.
    pub subject: Subject,
    /// Its options.
    pub options: BTreeMap<String, String>,
}

/// What a facet is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A guest.
    Guest {
        /// What it is.
        sort: pve::Guest,
        /// The node that it is wanted on.
        node: String,
        /// Its id.
        id: u32,
    },
    /// Something that one list of the API tells of.
    Listed {
        /// The list: `/cluster/mapping/usb`.
        list: String,
        /// Its own path, encoded: `/cluster/mapping/usb/coral`.
        path: String,
    },
    /// A file on a node's storage.
    File {
        /// The node.
        node: String,
        /// The storage.
        storage: String,
        /// What it holds: `import`.
        content: String,
        /// What Proxmox calls it: `local:import/noble.qcow2`.
        volume: String,
    },
}

/// An object as Proxmox is told it; `None` if this version does not compare it, or if a guest has no id yet.
#[must_use]
pub fn wire(desired: &Desired<'_>, number: usize, release: &dyn Fn(&str) -> Version) -> Option<Wire> {
    let object = desired.objects.get(number)?;
    let facet = object.content.facet();
    let (subject, options) = match &object.content {
        Content::Vm(config) => (guest_of(&object.content)?, vm::config(desired, config, release(&config.node))),
        Content::RootOptions(root) => (beside(desired, number)?, vm::root(desired, root)),
        Content::Container(config) => (guest_of(&object.content)?, container::config(config)),
        Content::ContainerRoot(root) => (beside(desired, number)?, container::root(desired, root)),
        Content::Power(power) | Content::ContainerPower(power) => {
            let state = if power.running { "running" } else { "stopped" };
            (beside(desired, number)?, BTreeMap::from([("state".to_owned(), state.to_owned())]))
        }
        Content::Image(image) => file(&image.node, &image.storage, &image.content, image.volume_id()),
        Content::Snippet(snippet) => file(&snippet.node, &snippet.storage, "snippets", snippet.volume_id()),
        Content::Mapping(mapping) => access::mapping(mapping),
        Content::Pool(pool) => access::pool(pool),
        Content::Entry(entry) => entry::entry(entry)?,
        Content::Host(part) => entry::host(part)?,
        Content::Firewall(part) => firewall::firewall(part)?,
    };
    Some(Wire { facet, subject, options })
}

fn file(node: &str, storage: &str, content: &str, volume: String) -> (Subject, BTreeMap<String, String>) {
    let (node, storage, content) = (node.to_owned(), storage.to_owned(), content.to_owned());
    (Subject::File { node, storage, content, volume }, BTreeMap::new())
}

fn guest_of(content: &Content<'_>) -> Option<Subject> {
    match content {
        Content::Vm(vm) => Some(Subject::Guest { sort: pve::Guest::Vm, node: vm.node.to_string(), id: vm.id? }),
        Content::Container(container) => {
            let node = container.node.to_string();
            Some(Subject::Guest { sort: pve::Guest::Container, node, id: container.id? })
        }
        Content::ContainerRoot(_)
        | Content::ContainerPower(_)
        | Content::RootOptions(_)
        | Content::Power(_)
        | Content::Image(_)
        | Content::Snippet(_)
        | Content::Mapping(_)
        | Content::Pool(_)
        | Content::Entry(_)
        | Content::Host(_)
        | Content::Firewall(_) => None,
    }
}

/// The guest that an object is of: its configuration stands a little before.
fn beside(desired: &Desired<'_>, number: usize) -> Option<Subject> {
    let address = &desired.objects[number].address;
    let before = desired.objects[..number].iter().rev();
    before.take_while(|other| other.address == *address).find_map(|other: &Object<'_>| guest_of(&other.content))
}

/// The volume id of a file that is read.
fn volume(desired: &Desired<'_>, import: &Import<'_>) -> String {
    match import {
        Import::Volume(volume) => volume.to_string(),
        // Whatever is referred to is among the objects.
        Import::Object(reference) => desired.volume_id(reference).unwrap_or_default(),
    }
}

impl Subject {
    /// Its path in the API, encoded.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Subject::Guest { sort, node, id } => format!("/nodes/{}/{}/{id}", encoded(node), sort.word()),
            Subject::Listed { path, .. } => path.clone(),
            Subject::File { node, storage, volume, .. } => {
                format!("/nodes/{}/storage/{}/content/{}", encoded(node), encoded(storage), encoded(volume))
            }
        }
    }
}

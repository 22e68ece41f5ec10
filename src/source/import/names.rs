//! The names of files that are in several places: one resource for all of them where they are alike, else one for each.

use rustc_hash::FxHashMap;

use super::text;
use crate::desire::{Content, Desired, Object, Place};

/// What each image and snippet is called.
#[derive(Default)]
pub(super) struct Names {
    /// The name of each object's resource, and the hosts that its head names; none for one that another stands for.
    of: FxHashMap<usize, Option<(String, String)>>,
    /// The name by address and place, for references.
    by_place: FxHashMap<(String, String), String>,
}

impl Names {
    pub fn new(desired: &Desired<'_>) -> Names {
        let mut names = Names::default();
        let mut from = 0;
        while from < desired.objects.len() {
            let first = &desired.objects[from];
            let same =
                |other: &&Object<'_>| other.address == first.address && other.content.facet() == first.content.facet();
            let count = desired.objects[from..].iter().take_while(same).count();
            if matches!(first.content, Content::Image(_) | Content::Snippet(_)) {
                names.add(from, &desired.objects[from..from + count]);
            }
            from += count;
        }
        names
    }

    fn add(&mut self, from: usize, objects: &[Object<'_>]) {
        let name = objects[0].name();
        let nodes: Vec<&str> = objects.iter().filter_map(node_of).collect();
        let is_one = objects.len() > 1 && objects.iter().all(|other| is_alike(&objects[0], other));
        for (number, object) in objects.iter().enumerate() {
            let node = nodes.get(number).copied().unwrap_or_default();
            let (own, on) = match object.place {
                _ if is_one => {
                    let nodes: Vec<String> = nodes.iter().map(|node| text::name(node)).collect();
                    (name.to_owned(), text::one_or_list(&nodes))
                }
                Place::Only | Place::Part(_) => (name.to_owned(), text::name(node)),
                // What Kubernetes calls it already.
                Place::Node(_) | Place::Storage { .. } => (format!("{name}-{node}"), text::name(node)),
            };
            self.by_place.insert((object.address.to_string(), node.to_owned()), own.clone());
            self.of.insert(from + number, (!is_one || number == 0).then_some((own, on)));
        }
    }

    /// The name and the hosts of an object's resource, unless another object stands for it.
    pub fn of(&self, index: usize) -> Option<(&str, &str)> {
        self.of.get(&index)?.as_ref().map(|(name, on)| (name.as_str(), on.as_str()))
    }

    /// The name of the resource that has this address in this place.
    pub fn at<'n>(&'n self, address: &'n str, node: &str) -> &'n str {
        let own = self.by_place.get(&(address.to_owned(), node.to_owned()));
        own.map_or_else(|| address.split_once('.').map_or(address, |(_, name)| name), String::as_str)
    }

    /// Every name.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.by_place.values().map(String::as_str)
    }
}

/// Names that are given out one after the other, each once.
#[derive(Default)]
pub(super) struct Fresh {
    /// How often a name was wanted.
    wanted: FxHashMap<String, u32>,
}

impl Fresh {
    /// The wanted name, or the same with the first number that makes it another.
    pub fn name(&mut self, wanted: &str) -> String {
        let mut number = self.wanted.get(wanted).copied().unwrap_or_default() + 1;
        let mut name = if number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") };
        while number > 1 && self.wanted.contains_key(&name) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        self.wanted.insert(wanted.to_owned(), number);
        self.wanted.entry(name.clone()).or_insert(1);
        name
    }
}

fn node_of<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    match &object.content {
        Content::Image(image) => Some(&image.node),
        Content::Snippet(snippet) => Some(&snippet.node),
        Content::Vm(_)
        | Content::RootOptions(_)
        | Content::Power(_)
        | Content::Mapping(_)
        | Content::Pool(_)
        | Content::Entry(_)
        | Content::Host(_)
        | Content::Firewall(_)
        | Content::Container(_)
        | Content::ContainerRoot(_)
        | Content::ContainerPower(_) => None,
    }
}

/// Whether two files differ in nothing but their node.
fn is_alike(one: &Object<'_>, other: &Object<'_>) -> bool {
    if one.life != other.life || !matches!(other.place, Place::Storage { .. }) {
        return false;
    }
    match (&one.content, &other.content) {
        (Content::Image(one), Content::Image(other)) => {
            let mut moved = (**other).clone();
            moved.node.clone_from(&one.node);
            **one == moved
        }
        (Content::Snippet(one), Content::Snippet(other)) => {
            let mut moved = (**other).clone();
            moved.node.clone_from(&one.node);
            **one == moved
        }
        _ => false,
    }
}

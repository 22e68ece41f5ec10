//! Where the source says a part of an object: a field of the manifest's body, of a profile's, or a line of a data file.
//!
//! Values carry where their field was said, and no more. So the bodies are searched again, for the entry that leads furthest
//! along the path; the body of the manifest comes before those of its profiles. Only asked when something is wrong.

use crate::base::{Span, document};
use crate::hir::What;
use crate::kube::Step;
use crate::model::Model;
use crate::resolve::{Scope, Unit, locate};
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::unquote;
use crate::types::data::beside;
use crate::types::value::ObjId;

/// A place of the source.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name of the field, or the element.
    pub key: Span,
    /// Its value, if the source says it here.
    pub value: Option<Span>,
    /// Whether it is the very part that was looked for, and not what holds it.
    pub is_exact: bool,
    /// The data file that says it, and the line.
    pub line: Option<(String, usize)>,
}

/// Fields of the kind that say a part of the object: with the path of that part.
const FIELDS: [(&str, &[&str]); 7] = [
    ("object", &[]),
    ("api", &["apiVersion"]),
    ("kind", &["kind"]),
    ("name", &["metadata", "name"]),
    ("namespace", &["metadata", "namespace"]),
    ("labels", &["metadata", "labels"]),
    ("annotations", &["metadata", "annotations"]),
];

/// The bodies that say something of one manifest.
pub struct Bodies<'a> {
    model: &'a Model<'a>,
    id: ObjId,
}

impl<'a> Bodies<'a> {
    /// Those of a manifest.
    pub fn of(model: &'a Model<'a>, id: ObjId) -> Bodies<'a> {
        Bodies { model, id }
    }

    /// The place of a part of the object, or of what holds it.
    pub fn place(&self, path: &[Step]) -> Place {
        let program = self.model.program;
        let number = self.model.world.resource(self.id);
        let resource = *program.defs.get(number);
        let unit = &self.model.units[resource.unit as usize];
        let key = unit.tree.span(resource.head.key);
        let none = Place { key, value: None, is_exact: path.is_empty(), line: None };
        let mut search = Search { model: self.model, path, best: 0, place: none };
        if let [Step::Key(name)] = path
            && matches!(name.as_str(), "apiVersion" | "kind")
            && resource.head.model != 0
        {
            let value = unit.tree.span(resource.head.model + 1);
            return Place { key: value, value: None, is_exact: true, line: None };
        }
        for (unit, body) in program.patches.get(&number).into_iter().flatten().rev() {
            search.body(&self.model.units[*unit as usize], *body, &[]);
        }
        if resource.head.body != 0 {
            search.body(unit, resource.head.body, &[]);
        }
        if resource.head.with != 0 {
            for layer in self.layers(unit, resource.head.with).into_iter().rev() {
                search.layer(layer, 0);
            }
        }
        search.place
    }

    /// The profiles that a clause names.
    fn layers(&self, unit: &Unit, clause: Index) -> Vec<u32> {
        let text = &self.model.sources.file(unit.file).text;
        let end = unit.tree.node(clause).next;
        let names = (clause..end).filter(|node| matches!(unit.tree.kind(*node), NodeKind::NameRef | NodeKind::Name));
        let names = names.filter_map(|node| self.model.program.heap.names.find(unit.tree.text(node, text)));
        let profiles = &self.model.program.profiles;
        let found = names.filter_map(|name| {
            let own = profiles.get(&(unit.scope, name)).or_else(|| profiles.get(&(Scope::STD, name)));
            // A profile of a used module: any of this name will do, as only a place is looked for.
            own.or_else(|| profiles.iter().find(|((_, other), _)| *other == name).map(|(_, layer)| layer)).copied()
        });
        found.collect()
    }
}

/// How many profiles may build on each other in a search.
const DEEPEST: usize = 100;

struct Search<'a> {
    model: &'a Model<'a>,
    path: &'a [Step],
    best: usize,
    place: Place,
}

impl Search<'_> {
    /// A profile, and then those it builds on.
    fn layer(&mut self, number: u32, depth: usize) {
        let layer = &self.model.program.layers[number as usize];
        let (unit, name) = locate(self.model.units, layer.at.0);
        let unit = &self.model.units[unit as usize];
        let is_it = |item: &&crate::hir::Item| item.what == What::Profile && item.name_node == name;
        if let Some(item) = unit.items.items.iter().find(is_it)
            && let Some(body) = unit.tree.child(item.node, NodeKind::Body)
        {
            self.body(unit, body, &[]);
        }
        if depth < DEEPEST {
            layer.with.iter().rev().for_each(|below| self.layer(*below, depth + 1));
        }
    }

    /// The entries of a body whose fields stand at a path; of the whole manifest, at none.
    fn body(&mut self, unit: &Unit, body: Index, at: &[Step]) {
        for entry in unit.tree.children(body) {
            match unit.tree.kind(entry) {
                NodeKind::Field | NodeKind::BlockEntry => self.entry(unit, entry, at),
                NodeKind::ForEntry => {
                    if let Some(inner) = unit.tree.child(entry, NodeKind::Body) {
                        self.body(unit, inner, at);
                    }
                }
                _ => {}
            }
        }
    }

    fn entry(&mut self, unit: &Unit, entry: Index, at: &[Step]) {
        let (tree, text) = (&unit.tree, &self.model.sources.file(unit.file).text);
        let children: Vec<Index> = tree.children(entry).collect();
        let Some((value, keys)) = children.split_last() else { return };
        let keys = keys.iter().filter(|key| matches!(tree.kind(**key), NodeKind::Name | NodeKind::Str));
        let mut full = at.to_vec();
        for (number, key) in keys.enumerate() {
            let word = unquote(tree.text(*key, text)).into_owned();
            match FIELDS.iter().find(|(field, _)| number == 0 && at.is_empty() && *field == word) {
                Some((_, path)) => full.extend(path.iter().map(|word| Step::Key((*word).to_owned()))),
                None => full.push(Step::Key(word)),
            }
            if !self.path.starts_with(&full) {
                return;
            }
            self.offer(full.len(), tree.span(*key), None);
        }
        self.value(unit, *value, full, self.place.key);
    }

    /// Takes a place if it leads further than what there was.
    fn offer(&mut self, depth: usize, key: Span, value: Option<Span>) {
        if depth > self.best || (depth == self.best && self.place.value.is_none() && self.place.key == key) {
            let is_exact = depth == self.path.len();
            (self.best, self.place) = (depth, Place { key, value, is_exact, line: None });
        }
    }

    /// A value that stands at a path on the way.
    fn value(&mut self, unit: &Unit, node: Index, at: Vec<Step>, key: Span) {
        let tree: &Tree = &unit.tree;
        self.offer(at.len(), key, Some(tree.span(node)));
        match tree.kind(node) {
            NodeKind::Body => self.body(unit, node, &at),
            NodeKind::Paren => self.value(unit, node + 1, at, key),
            NodeKind::List => {
                let Some(Step::Item(number)) = self.path.get(at.len()) else { return };
                if let Some(item) = tree.children(node).nth(*number) {
                    let at = [at, vec![Step::Item(*number)]].concat();
                    self.value(unit, item, at, tree.span(item));
                }
            }
            NodeKind::Call => self.document(unit, node, at.len()),
            _ => {}
        }
    }

    /// `yaml("x")` on the way: the rest of the path is in the file.
    fn document(&mut self, unit: &Unit, call: Index, depth: usize) {
        let file = self.model.sources.file(unit.file);
        let text = |node| unit.tree.text(node, &file.text);
        let Some(arg) = unit.tree.children(call).nth(1).filter(|_| matches!(text(call + 1), "yaml" | "json")) else {
            return;
        };
        let Some(path) = beside(&file.path, &unquote(text(arg))) else { return };
        let Some(Ok(data)) = self.model.program.data.texts.get(&path) else { return };
        // The longest part of the path that has a line: a field that is missing has none.
        for end in (depth..=self.path.len()).rev() {
            if end < self.best {
                return;
            }
            let line = match end == depth {
                true => Some(1),
                false => document::line_of(data, &document_path(&self.path[depth..end])),
            };
            if let Some(line) = line {
                let is_exact = end == self.path.len();
                let key = unit.tree.span(arg);
                (self.best, self.place) = (end, Place { key, value: None, is_exact, line: Some((path, line)) });
                return;
            }
        }
    }
}

/// A path as `document::line_of` takes it.
fn document_path(path: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(name) => format!(".{name}"),
        Step::Item(number) => format!("[{number}]"),
    };
    path.iter().map(step).collect()
}

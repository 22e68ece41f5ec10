//! Edits of what is there: a value in its place, a field or block behind its likes, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Block, Datum};
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::{format, unquote};

use super::File;
use super::part::{Part, Said, blocks, field, key};

/// Changes of files under way.
pub(super) struct Editor<'t, 'n> {
    file: &'n dyn Fn(&str) -> Option<File<'t>>,
    edits: BTreeMap<String, Vec<Edit>>,
    /// Where a line ends now that went on: what is said there next stands on a line of its own.
    broken: BTreeSet<(String, usize)>,
    notes: &'n mut Vec<String>,
}

/// A piece of text in place of another; of several insertions at one place, the first stands first.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// Where a resource or block is declared.
#[derive(Clone)]
pub(super) struct Place<'t> {
    path: String,
    file: File<'t>,
    /// The declaration.
    node: Index,
}

impl<'t> Place<'t> {
    fn at(&self, node: Index) -> Place<'t> {
        Place { node, ..self.clone() }
    }

    fn tree(&self) -> &'t Tree {
        self.file.tree
    }

    fn text(&self, node: Index) -> &'t str {
        self.tree().text(node, self.file.text)
    }

    fn body(&self) -> Option<Index> {
        match self.tree().kind(self.node) {
            NodeKind::Body => Some(self.node),
            _ => self.tree().child(self.node, NodeKind::Body),
        }
    }

    /// Where a body goes, with the blank before it, if there is none that says or remarks on anything.
    fn hole(&self) -> Option<(usize, usize)> {
        let Some(body) = self.body() else {
            let end = self.tree().node(self.node).end as usize;
            return Some((end, end));
        };
        let is_empty = self.text(body).chars().all(|c| c == '{' || c == '}' || c.is_whitespace());
        let node = self.tree().node(body);
        let before = self.file.text[..node.start as usize].trim_end_matches(' ').len();
        is_empty.then_some((before, node.end as usize))
    }

    /// The entries of its body.
    fn entries(&self) -> impl Iterator<Item = Index> + use<'t> {
        let tree = self.tree();
        self.body().into_iter().flat_map(move |body| tree.children(body))
    }

    /// The words that an entry begins with: `["cpu", "model"]` of `cpu.model = …`.
    fn path_of(&self, entry: Index) -> Vec<String> {
        let tree = self.tree();
        let is_word = |node: &Index| matches!(tree.kind(*node), NodeKind::Name | NodeKind::Str);
        let mut words: Vec<Index> = tree.children(entry).take_while(is_word).collect();
        // The value of a field may be a string as well.
        if tree.kind(entry) == NodeKind::Field
            && words.last().is_some_and(|last| tree.node(*last).next == tree.node(entry).next)
        {
            words.pop();
        }
        words.into_iter().map(|word| unquote(self.text(word)).into_owned()).collect()
    }

    /// The field that says a value, with its value; `None` for the value where it is not to be touched.
    fn field(&self, path: &[&str]) -> Option<Option<Index>> {
        let tree = self.tree();
        let of = |entry: &Index| tree.kind(*entry) == NodeKind::Field && self.path_of(*entry) == path;
        let entry = self.entries().find(of)?;
        let is_appended = tree.child(entry, NodeKind::AppendOp).is_some();
        Some(tree.children(entry).last().filter(|value| !is_appended && self.is_plain(*value)))
    }

    /// The keyed block of a name.
    fn keyed(&self, word: &str, key: &str) -> Option<Place<'t>> {
        let tree = self.tree();
        let is_it = |entry: &Index| {
            let mut words = tree.children(*entry);
            let (first, second) = (words.next(), words.next());
            tree.kind(*entry) == NodeKind::Decl
                && first.is_some_and(|first| self.text(first) == word)
                && second.is_some_and(|second| unquote(self.text(second)) == key)
        };
        self.entries().find(is_it).map(|entry| self.at(entry))
    }

    /// The block that there is once: `cpu { … }` or `cpu = { … }`.
    fn single(&self, word: &str) -> Option<Place<'t>> {
        let tree = self.tree();
        let has_body = |entry: &Index| {
            matches!(tree.kind(*entry), NodeKind::BlockEntry | NodeKind::Field)
                && self.path_of(*entry) == [word]
                && tree.child(*entry, NodeKind::Body).is_some()
        };
        self.entries().find(has_body).map(|entry| self.at(entry))
    }

    /// Whether a value is one that a person wrote out: no sum, no call, no interpolation.
    fn is_plain(&self, value: Index) -> bool {
        let tree = self.tree();
        match tree.kind(value) {
            NodeKind::True
            | NodeKind::False
            | NodeKind::Null
            | NodeKind::Int
            | NodeKind::Float
            | NodeKind::Size
            | NodeKind::Rate
            | NodeKind::Ip
            | NodeKind::Mac
            | NodeKind::DeviceId
            | NodeKind::Pci
            | NodeKind::NameRef => true,
            NodeKind::Str => tree.children(value).next().is_none(),
            NodeKind::List => tree.children(value).all(|item| self.is_plain(item)),
            NodeKind::Body => tree.children(value).all(|entry| tree.kind(entry) == NodeKind::Field),
            _ => false,
        }
    }
}

impl<'t, 'n> Editor<'t, 'n> {
    pub fn new(file: &'n dyn Fn(&str) -> Option<File<'t>>, notes: &'n mut Vec<String>) -> Editor<'t, 'n> {
        Editor { file, edits: BTreeMap::new(), broken: BTreeSet::new(), notes }
    }

    pub fn remark(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Where an item of a file is declared.
    pub fn declaration(&self, path: &str, word: &str, key: &str) -> Option<Place<'t>> {
        let file = (self.file)(path)?;
        let root = Place { path: path.to_owned(), file, node: 0 };
        let is_it = |item: &Index| {
            let mut words = file.tree.children(*item);
            let (first, second) = (words.next(), words.next());
            file.tree.kind(*item) == NodeKind::Decl
                && first.is_some_and(|first| root.text(first) == word)
                && second.is_some_and(|second| unquote(root.text(second)) == key)
        };
        let item = file.tree.items.iter().copied().find(is_it)?;
        Some(root.at(item))
    }

    /// Makes a declaration say what a part says. `block` is what it comes to now, `address` what it is called in remarks.
    pub fn merge(&mut self, place: &Place<'t>, block: &Block, part: &Part, address: &str) {
        if let Some((start, end)) = place.hole() {
            let lacks = lacking(block, part);
            if !lacks.fields.is_empty() || !lacks.parts.is_empty() {
                let body = lacks.body().written("");
                self.push(place, start, end, body.trim_end().to_owned());
            }
            return;
        }
        for (name, said) in &part.fields {
            if !said.agrees(field(block, name)) {
                self.say(place, block, &[name], said, address);
            }
        }
        for inner in &part.parts {
            match &inner.key {
                None => self.single(place, block, inner, address),
                Some(name) => self.keyed(place, block, inner, name, address),
            }
        }
    }

    /// Says a field: in its place, or behind those that come before it.
    fn say(&mut self, place: &Place<'t>, block: &Block, path: &[&str], said: &Said, address: &str) {
        let name = path.last().copied().unwrap_or_default();
        match place.field(path) {
            Some(Some(value)) => {
                let node = place.tree().node(value);
                self.push(place, node.start as usize, node.end as usize, said.spelt());
            }
            Some(None) => {
                let note =
                    format!("`{address}.{}` is computed in the source: the host says {}", path.join("."), said.spelt());
                self.notes.push(note);
            }
            None => self.entry(place, block, name, format!("{name} = {}", said.spelt())),
        }
    }

    fn single(&mut self, place: &Place<'t>, block: &Block, part: &Part, address: &str) {
        let nothing = Block::default();
        let now = match field(block, part.word) {
            Datum::Block(now) => now,
            _ => &nothing,
        };
        let address = format!("{address}.{}", part.word);
        if let Some(inner) = place.single(part.word) {
            return self.merge(&inner, now, part, &address);
        }
        let mut lacks = lacking(now, part);
        // `cpu.model = "…"` stands in the body around.
        let dotted = |name: &str| place.field(&[part.word, name]).is_some();
        for (name, said) in lacks.fields.iter().filter(|(name, _)| dotted(name)) {
            self.say(place, block, &[part.word, name], said, &address);
        }
        lacks.fields.retain(|(name, _)| !dotted(name));
        if !lacks.fields.is_empty() || !lacks.parts.is_empty() {
            self.entry(place, block, part.word, lacks.body().written(part.word));
        }
    }

    fn keyed(&mut self, place: &Place<'t>, block: &Block, part: &Part, name: &str, address: &str) {
        let now = blocks(block, part.word).find(|block| key(block) == name);
        let address = format!("{address}.{}.{name}", part.word);
        match (now, place.keyed(part.word, name)) {
            (Some(now), Some(inner)) => self.merge(&inner, now, part, &address),
            (Some(now), None) => {
                // A profile or a `for` says it: what differs is said here, and wins.
                let lacks = Part { model: None, ..lacking(now, part) };
                if !lacks.fields.is_empty() || !lacks.parts.is_empty() {
                    self.entry(place, block, part.word, lacks.body().written(&lacks.head()));
                }
            }
            (None, _) => self.entry(place, block, part.word, part.body().written(&part.head())),
        }
    }

    /// A new entry of a body: behind its likes, else behind what the library declares before it.
    fn entry(&mut self, place: &Place<'t>, block: &Block, word: &str, text: String) {
        let Some(body) = place.body() else { return };
        let rank = |word: &str| block.fields.iter().position(|(name, _)| name == word).unwrap_or(usize::MAX);
        let entries: Vec<(Index, String)> =
            place.entries().map(|entry| (entry, place.path_of(entry).into_iter().next().unwrap_or_default())).collect();
        let alike = entries.iter().rposition(|(_, other)| other == word);
        let before = alike.or_else(|| entries.iter().rposition(|(_, other)| rank(other) < rank(word)));
        let node = place.tree().node(body);
        let text = text.trim_end();
        let Some(before) = before else {
            let start = node.start as usize + 1;
            let first = entries.first().map(|(first, _)| place.tree().node(*first).start as usize);
            return match first.filter(|first| !place.file.text[start..*first].contains('\n')) {
                Some(first) if !text.contains('\n') => self.insert(place, first, format!("{text}, ")),
                Some(_) => self.insert(place, start, format!("\n{}\n  ", indented(text, "  "))),
                None => self.insert(place, start, format!("\n{}", indented(text, "  "))),
            };
        };
        let end = place.tree().node(entries[before].0).end as usize;
        let limit =
            entries.get(before + 1).map_or(node.end as usize - 1, |(next, _)| place.tree().node(*next).start as usize);
        match place.file.text.get(end..limit).and_then(|gap| gap.find('\n')) {
            // Behind a comment on the same line, too.
            Some(line) => {
                let start = place.tree().node(entries[before].0).start as usize;
                let indent = indentation(place.file.text, start);
                self.insert(place, end + line, format!("\n{}", indented(text, &indent)));
            }
            None if text.contains('\n') || self.broken.contains(&(place.path.clone(), end)) => {
                let gap = place.file.text.get(end..limit).unwrap_or_default();
                let comma = gap.find(',').map_or(0, |comma| comma + 1);
                self.broken.insert((place.path.clone(), end + comma));
                // What follows must not begin a line in column 0.
                self.insert(place, end + comma, format!("\n{}\n  ", indented(text, "  ")));
            }
            None => self.insert(place, end, format!(", {text}")),
        }
    }

    /// A new item behind another.
    pub fn add_item(&mut self, place: &Place<'t>, part: &Part) {
        let end = place.tree().node(place.node).end as usize;
        let line = place.file.text[end..].find('\n').map_or(place.file.text.len(), |line| end + line);
        let text = part.body().written(&part.head());
        self.insert(place, line, format!("\n\n{}", text.trim_end()));
    }

    fn insert(&mut self, place: &Place<'t>, at: usize, text: String) {
        self.push(place, at, at, text);
    }

    fn push(&mut self, place: &Place<'t>, start: usize, end: usize, text: String) {
        self.edits.entry(place.path.clone()).or_default().push(Edit { start, end, text });
    }

    /// The new texts. A file that had the layout of `hlab fmt` has it again.
    pub fn finish(self) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (path, mut edits) in self.edits {
            let Some(file) = (self.file)(&path) else { continue };
            edits.sort_by_key(|edit| (edit.start, edit.end));
            let mut text = String::with_capacity(file.text.len() + 1024);
            let mut at = 0;
            for edit in &edits {
                text.push_str(file.text.get(at..edit.start).unwrap_or_default());
                text.push_str(&edit.text);
                at = at.max(edit.end);
            }
            text.push_str(file.text.get(at..).unwrap_or_default());
            let was_laid_out = format(file.text).as_deref() == Some(file.text);
            let laid_out = if was_laid_out { format(&text) } else { None };
            texts.push((path, laid_out.unwrap_or(text)));
        }
        texts
    }
}

/// What a block does not say yet of a part.
fn lacking(block: &Block, part: &Part) -> Part {
    let fields = part.fields.iter().filter(|(name, said)| !said.agrees(field(block, name))).cloned().collect();
    let nothing = Block::default();
    let mut parts = Vec::new();
    for inner in &part.parts {
        let now = match &inner.key {
            Some(name) => blocks(block, inner.word).find(|block| key(block) == name),
            None => match field(block, inner.word) {
                Datum::Block(now) => Some(&**now),
                _ => None,
            },
        };
        match now {
            None if inner.key.is_some() => parts.push(inner.clone()),
            now => {
                let lacks = lacking(now.unwrap_or(&nothing), inner);
                if !lacks.fields.is_empty() || !lacks.parts.is_empty() {
                    parts.push(Part { model: None, ..lacks });
                }
            }
        }
    }
    Part { fields, parts, ..part.clone() }
}

/// The blanks before what stands at a place, or would stand there on a line of its own.
fn indentation(text: &str, at: usize) -> String {
    let line = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let blanks: String = text[line..at].chars().take_while(|c| *c == ' ' || *c == '\t').collect();
    // What stands behind something else is set in from that.
    if blanks.len() == at - line { blanks } else { blanks + "  " }
}

fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

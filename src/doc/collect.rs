//! The declarations of all files, and where each is described.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Inline, Subject, Target};
use crate::base::{Origin, Sources};
use crate::hir::What;
use crate::resolve::{Definitions, Scope, Unit};
use crate::syntax::tree::{Index, NodeKind, doc_before};

/// The types that no file declares: what each is, and how it is written.
pub(super) const BUILT_IN: [(&str, &str); 28] = [
    ("Bool", "`true` or `false`"),
    ("Int", "a whole number: `42`, `1_000`"),
    ("Float", "a number: `1.5`"),
    ("String", "text: `\"web\"`, with values in it: `\"web-${n}\"`"),
    ("Size", "a number of bytes, written with its unit: `16GiB`, `512MiB`, `2TB`; decimal and binary units differ"),
    ("Duration", "a span of time: `30s`, `5m`, `2h`, `7d`"),
    ("Rate", "bits in a second: `1Gbps`, `2.5Gbps`"),
    ("Percent", "a share: `80%`"),
    ("Ip", "an IPv4 address: `192.168.4.17`"),
    ("Cidr", "a network: `192.168.4.0/24`, without host bits"),
    ("Interface", "an address in a network: `192.168.4.17/24`; without the length, the network's"),
    ("Mac", "a hardware address: `BC:24:11:90:21:DF`"),
    ("DeviceId", "vendor and product of a device: `1a6e:089a`"),
    ("PciAddress", "a place on the PCI bus: `01:00.1`; without a function, all of them: `01:00`"),
    ("Ipv6", "an IPv6 address, as text: `\"fd00::1\"`"),
    ("Schedule", "a calendar event of systemd, as text: `\"sat 03:30\"`"),
    ("Url", "an absolute address, as text: `\"https://example.org/x\"`"),
    ("Path", "an absolute path, as text: `\"/srv/data\"`"),
    ("Version", "numbers with dots, as text: `\"9.1\"`; compared number by number"),
    ("Fingerprint", "bytes in hexadecimal with colons, as text"),
    ("UsbPort", "a port of the USB tree, as text: `\"1-2.3\"`"),
    ("MachineType", "a machine of QEMU: `q35`, `\"pc-i440fx-8.1\"`; has `.family` and `.version`"),
    ("Secret", "a declared secret; never shown, never read while compiling"),
    ("List", "`List<T>`: values in order: `[a, b]`"),
    ("Set", "`Set<T>`: values without order and repetition: `[a, b]`"),
    ("Map", "`Map<String, T>`: values by name: `{ a = 1 }`"),
    ("Range", "`Range<T>`: from one value to another, both included: `100..199`"),
    ("Own", "`Own<T>`: a `T` that the field gives its thing, as a NIC's address is: what `values` shows as owner"),
];

/// One declaration.
#[derive(Clone, Debug)]
pub(super) struct Entry<'s> {
    /// The file's tree.
    pub unit: &'s Unit,
    /// The file's text.
    pub text: &'s str,
    /// The file's path.
    pub file: &'s str,
    /// Whether the file is the library's.
    pub is_library: bool,
    /// What it is.
    pub what: What,
    /// Its node.
    pub node: Index,
    /// Its name.
    pub name: &'s str,
    /// Its name for people: in a module with the module's folder.
    pub title: String,
    /// The comment above it.
    pub doc: String,
    /// The page that describes it, and the name of the place there.
    pub place: (String, String),
}

/// All declarations.
#[derive(Debug)]
pub(super) struct Collected<'s> {
    /// In order of the files; the library's first.
    pub entries: Vec<Entry<'s>>,
    /// Where kinds, blocks, types, models and variants are described.
    places: FxHashMap<(Scope, String), Target>,
    /// The blocks that a word such as `disk` declares.
    words: FxHashMap<String, Target>,
}

/// Names of places that are taken: each may be there once in all pages, also where case is folded.
#[derive(Default)]
struct Taken {
    names: FxHashSet<String>,
    /// How often each was asked for, so that many of one name are not tried one by one.
    asked: FxHashMap<String, u32>,
}

impl Taken {
    fn give(&mut self, wanted: &str) -> String {
        let wanted = slug(wanted);
        let asked = self.asked.entry(wanted.to_lowercase()).or_insert(0);
        loop {
            *asked += 1;
            let name = if *asked == 1 { wanted.clone() } else { format!("{wanted}-{asked}") };
            if self.names.insert(name.to_lowercase()) {
                return name;
            }
        }
    }
}

/// A name of which every character may stand in a path, an address and an attribute.
fn slug(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.chars().map(safe).collect();
    if name.trim_matches('.').is_empty() { "x".to_owned() } else { name }
}

/// Finds the declarations and gives each its place.
pub(super) fn collect<'s>(
    units: &'s [Unit],
    defs: &Definitions,
    sources: &'s Sources,
    subject: Subject,
) -> Collected<'s> {
    let mut entries = Vec::new();
    for unit in units {
        let file = sources.file(unit.file);
        let is_library = file.origin == Origin::Library;
        if subject == Subject::Library && !is_library {
            continue;
        }
        for item in &unit.items.items {
            let is_named = unit.tree.kind(item.name_node) == NodeKind::Name;
            let is_declaration = !matches!(
                item.what,
                What::Use | What::Let | What::For | What::Test | What::Incident | What::Removed | What::Resource
            );
            if !is_named || !is_declaration {
                continue;
            }
            let name = unit.tree.text(item.name_node, &file.text);
            let title = match defs.folder(unit.scope) {
                Some(folder) => format!("{folder}/{name}"),
                None => name.to_owned(),
            };
            let doc = doc_before(&file.text, unit.tree.node(item.node).start as usize);
            let (what, node) = (item.what, item.node);
            let place = (String::new(), String::new());
            entries.push(Entry {
                unit,
                text: &file.text,
                file: &file.path,
                is_library,
                what,
                node,
                name,
                title,
                doc,
                place,
            });
        }
    }
    let homes = homes(&entries);
    let (mut pages, mut anchors) = (Taken::default(), Taken::default());
    for entry in entries.iter_mut().filter(|entry| matches!(entry.what, What::Kind | What::KindUnion)) {
        entry.place = (format!("kinds/{}", pages.give(&entry.title)), String::new());
    }
    for number in 0..entries.len() {
        let title = entries[number].title.clone();
        let mut at = |page: &str, sort: &str| (page.to_owned(), anchors.give(&format!("{sort}.{title}")));
        let place = match entries[number].what {
            What::Kind | What::KindUnion => entries[number].place.clone(),
            What::Block => match homes.get(&number) {
                Some(kind) => at(&entries[*kind].place.0.clone(), "block"),
                None => at("blocks", "block"),
            },
            What::Type => at("types", "type"),
            What::Model => at("models", "model"),
            What::Fn => at("functions", "function"),
            What::Policy => at("policies", "policy"),
            What::Profile => at("profiles", "profile"),
            What::Input => at("inputs", "input"),
            What::Use | What::Let | What::For | What::Test | What::Incident | What::Removed | What::Resource => {
                continue;
            }
        };
        entries[number].place = place;
    }
    let (places, words) = places(&entries);
    Collected { entries, places, words }
}

/// The blocks that one kind alone leads to, with the number of that kind.
fn homes(entries: &[Entry<'_>]) -> FxHashMap<usize, usize> {
    let numbers: FxHashMap<(Scope, &str), usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.what == What::Block)
        .map(|(number, entry)| ((entry.unit.scope, entry.name), number))
        .collect();
    let mut kinds_of: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for kind in (0..entries.len()).filter(|number| entries[*number].what == What::Kind) {
        let mut open = vec![kind];
        let mut seen = FxHashSet::default();
        while let Some(at) = open.pop() {
            for block in held(&entries[at]) {
                let scope = entries[at].unit.scope;
                let found = numbers.get(&(scope, block)).or_else(|| numbers.get(&(Scope::STD, block)));
                if let Some(number) = found.filter(|number| seen.insert(**number)) {
                    kinds_of.entry(*number).or_default().push(kind);
                    open.push(*number);
                }
            }
        }
    }
    kinds_of
        .into_iter()
        .filter_map(|(block, kinds)| if let [one] = kinds[..] { Some((block, one)) } else { None })
        .collect()
}

/// The names of the blocks that a declaration's fields hold.
fn held<'s>(entry: &Entry<'s>) -> impl Iterator<Item = &'s str> {
    let (unit, text) = (entry.unit, entry.text);
    let inside = entry.node..unit.tree.node(entry.node).next;
    let blocks = inside.filter(|node| matches!(unit.tree.kind(*node), NodeKind::BlockType | NodeKind::BlocksType));
    // The name is the first child.
    blocks.map(|node| unit.tree.text(node + 1, text))
}

type Places = (FxHashMap<(Scope, String), Target>, FxHashMap<String, Target>);

fn places(entries: &[Entry<'_>]) -> Places {
    let mut places = FxHashMap::default();
    for (name, _) in BUILT_IN {
        places.insert((Scope::STD, name.to_owned()), Target::Place("types".to_owned(), format!("type.{name}")));
    }
    let mut words: FxHashMap<String, Target> = FxHashMap::default();
    for entry in entries {
        let (unit, scope) = (entry.unit, entry.unit.scope);
        let target = Target::Place(entry.place.0.clone(), entry.place.1.clone());
        if matches!(entry.what, What::Kind | What::KindUnion | What::Block | What::Type | What::Model) {
            places.insert((scope, entry.name.to_owned()), target);
        }
        let inside = entry.node..unit.tree.node(entry.node).next;
        for node in inside.filter(|node| unit.tree.kind(*node) == NodeKind::VariantDef) {
            let name = unit.tree.text(node + 1, entry.text);
            let target = Target::Place(entry.place.0.clone(), entry.anchor(name));
            places.entry((scope, name.to_owned())).or_insert(target);
        }
    }
    for entry in entries {
        let (unit, scope) = (entry.unit, entry.unit.scope);
        let inside = entry.node..unit.tree.node(entry.node).next;
        for node in inside.filter(|node| unit.tree.kind(*node) == NodeKind::FieldDecl) {
            let holds = node + 1..unit.tree.node(node).next;
            let mut blocks = holds.filter(|node| unit.tree.kind(*node) == NodeKind::BlocksType);
            let Some(blocks) = blocks.next() else { continue };
            let name = unit.tree.text(blocks + 1, entry.text).to_owned();
            let found = places.get(&(scope, name.clone())).or_else(|| places.get(&(Scope::STD, name)));
            if let Some(found) = found {
                words.entry(unit.tree.text(node + 1, entry.text).to_owned()).or_insert_with(|| found.clone());
            }
        }
    }
    (places, words)
}

impl Entry<'_> {
    /// The text of a node, with the indentation taken away that its first line has where it stands.
    pub fn lines(&self, node: Index) -> String {
        let start = self.unit.tree.node(node).start as usize;
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let indent = self.text[line..].len() - self.text[line..].trim_start_matches(' ').len();
        let text = self.unit.tree.text(node, self.text);
        let rest = text.lines().skip(1).map(|line| {
            let own = line.len() - line.trim_start_matches(' ').len();
            &line[own.min(indent)..]
        });
        text.lines().take(1).chain(rest).collect::<Vec<_>>().join("\n")
    }

    /// What a link to a part of this declaration is called.
    pub fn anchor(&self, part: &str) -> String {
        let own = if self.place.1.is_empty() { self.place.0.replace('/', ".") } else { self.place.1.clone() };
        slug(&format!("{own}.{part}"))
    }
}

impl<'s> Collected<'s> {
    /// The declarations of some sorts, in order.
    pub fn all(&self, what: What) -> impl Iterator<Item = &Entry<'s>> {
        self.entries.iter().filter(move |entry| entry.what == what)
    }

    /// A type as it is written, each name that is described a link.
    pub fn ty(&self, entry: &Entry<'_>, node: Index) -> Vec<Inline> {
        let tree = &entry.unit.tree;
        let (start, end) = (tree.node(node).start as usize, tree.node(node).end as usize);
        let mut parts = Vec::new();
        let mut done = start;
        for leaf in node..tree.node(node).next {
            let name = tree.text(leaf, entry.text);
            let is_type = match tree.kind(leaf) {
                // A word in lower case is a member of an enumeration.
                NodeKind::TypeName => name.starts_with(|c: char| c.is_ascii_uppercase()),
                NodeKind::Name => true,
                _ => false,
            };
            let Some(target) = self.find(entry.unit.scope, name).filter(|_| is_type) else { continue };
            let at = tree.node(leaf).start as usize;
            push_code(&mut parts, &entry.text[done..at]);
            parts.push(Inline::code_link(name, target));
            done = tree.node(leaf).end as usize;
        }
        push_code(&mut parts, &entry.text[done..end]);
        parts
    }

    fn find(&self, scope: Scope, name: &str) -> Option<Target> {
        let own = self.places.get(&(scope, name.to_owned()));
        let found = own.or_else(|| self.places.get(&(Scope::STD, name.to_owned())));
        found.or_else(|| self.words.get(name)).cloned()
    }
}

/// Source text between two links, on one line.
fn push_code(parts: &mut Vec<Inline>, text: &str) {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return;
    }
    let before = if text.starts_with(char::is_whitespace) && !parts.is_empty() { " " } else { "" };
    let behind = if text.ends_with(char::is_whitespace) { " " } else { "" };
    parts.push(Inline::Code(format!("{before}{words}{behind}")));
}

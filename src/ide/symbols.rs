//! The outline of a file, and names looked for in the whole project.

use crate::base::{FileId, Span};
use crate::hir::{Head, read_head};
use crate::ide::Snapshot;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::unquote;

/// What a symbol is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// `use "./dir" as x`
    Module,
    /// `let` or `input`.
    Binding,
    /// `type`
    Type,
    /// `kind`
    Kind,
    /// `block`
    Block,
    /// `variant`
    Variant,
    /// `model`
    Model,
    /// `profile`
    Profile,
    /// `fn`
    Function,
    /// `policy`
    Policy,
    /// `test`
    Test,
    /// `incident`
    Incident,
    /// A resource.
    Resource,
    /// A loop that makes resources.
    Loop,
    /// A block of a resource.
    Part,
    /// A field that a kind or block declares.
    Field,
}

/// A thing with a name, and what it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// What it is called; never empty.
    pub name: String,
    /// What it is, and where: `vm on pve`.
    pub detail: String,
    /// What it is.
    pub sort: Sort,
    /// All of it.
    pub span: Span,
    /// Its name in the text.
    pub selection: Span,
    /// What it holds, in order.
    pub children: Vec<Symbol>,
}

/// A name that was looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The name.
    pub name: String,
    /// What it is, and where.
    pub detail: String,
    /// What it is.
    pub sort: Sort,
    /// Its name in the text.
    pub span: Span,
}

/// Names that are given at most: nobody reads more.
const MOST: usize = 256;

/// A detail that is longer says too much.
const LONGEST_DETAIL: usize = 80;

/// The outline of a file.
#[must_use]
pub fn of_file(snapshot: &mut Snapshot, file: FileId) -> Vec<Symbol> {
    let Some(unit) = snapshot.unit(file) else { return Vec::new() };
    let tree = snapshot.tree(unit);
    let outline = Outline { tree: &tree, text: snapshot.text(file) };
    tree.children(0).filter_map(|item| outline.symbol(item, Depth::Whole)).collect()
}

/// Names of the project, then of the library, in which the letters of a query occur in their order; best first.
#[must_use]
pub fn search(snapshot: &mut Snapshot, query: &str) -> Vec<Found> {
    let query: Vec<char> = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut found: Vec<((bool, u32, usize), Found)> = Vec::new();
    let units = snapshot.compiled().units.len() as u32;
    for unit in 0..units {
        let file = snapshot.compiled().units[unit as usize].file;
        let tree = snapshot.tree(unit);
        let is_foreign = snapshot.is_library(file);
        let outline = Outline { tree: &tree, text: snapshot.text(file) };
        let mut look = |node: Index| {
            let Some(name) = outline.name_of(node) else { return };
            let Some(cost) = cost(&query, &name) else { return };
            let Some(symbol) = outline.symbol(node, Depth::Alone) else { return };
            let rank = (is_foreign, cost, name.len());
            found.push((rank, Found { name, detail: symbol.detail, sort: symbol.sort, span: symbol.selection }));
        };
        for item in tree.children(0) {
            look(item);
            // What a loop makes, and the variants of a kind, are known everywhere.
            for inner in tree.child(item, NodeKind::Body).into_iter().flat_map(|body| tree.children(body)) {
                let is_known = match tree.kind(item) {
                    NodeKind::ForEntry => tree.kind(inner) == NodeKind::Decl,
                    NodeKind::KindDef => tree.kind(inner) == NodeKind::VariantDef,
                    _ => false,
                };
                if is_known {
                    look(inner);
                }
            }
        }
    }
    // Equals stay in the order of files.
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(MOST);
    found.into_iter().map(|(_, found)| found).collect()
}

/// How far a name is from a query; none if it does not fit. The whole name is nearest, then a beginning, then the
/// beginning of a word, then any place; letters apart are farthest.
fn cost(query: &[char], name: &str) -> Option<u32> {
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    if query.is_empty() || letters == query {
        return Some(0);
    }
    if letters.starts_with(query) {
        return Some(1);
    }
    if let Some(at) = letters.windows(query.len()).position(|part| part == query) {
        return Some(if letters[at - 1].is_alphanumeric() { 3 } else { 2 });
    }
    let mut rest = letters.iter();
    query.iter().all(|wanted| rest.any(|letter| letter == wanted)).then_some(4)
}

/// Whether what a symbol holds is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Whole,
    Alone,
}

struct Outline<'t> {
    tree: &'t Tree,
    text: &'t str,
}

impl Outline<'_> {
    /// The node of an entry's name, and what the entry is.
    fn naming(&self, node: Index) -> Option<(Index, Sort)> {
        let tree = self.tree;
        let first = || tree.children(node).next();
        Some(match tree.kind(node) {
            NodeKind::Use => (tree.children(node).nth(1)?, Sort::Module),
            NodeKind::Input | NodeKind::Let => (first()?, Sort::Binding),
            NodeKind::TypeDef => (first()?, Sort::Type),
            NodeKind::KindDef | NodeKind::KindUnion => (first()?, Sort::Kind),
            NodeKind::BlockDef => (first()?, Sort::Block),
            NodeKind::VariantDef => (first()?, Sort::Variant),
            NodeKind::ModelDef => (first()?, Sort::Model),
            NodeKind::ProfileDef => (first()?, Sort::Profile),
            NodeKind::FnDef => (first()?, Sort::Function),
            NodeKind::PolicyDef => (tree.child(node, NodeKind::Name)?, Sort::Policy),
            NodeKind::Test => (first()?, Sort::Test),
            NodeKind::ForEntry => (first()?, Sort::Loop),
            NodeKind::FieldDecl | NodeKind::Derive => (first()?, Sort::Field),
            NodeKind::Decl => {
                let head = read_head(tree, node);
                let sort = match tree.text(head.word, self.text) {
                    "incident" => Sort::Incident,
                    _ => Sort::Resource,
                };
                (head.key, sort)
            }
            NodeKind::BlockEntry => (first()?, Sort::Part),
            _ => return None,
        })
    }

    /// The name of an entry that has one.
    fn name_of(&self, node: Index) -> Option<String> {
        match self.naming(node)? {
            (_, Sort::Loop) => None,
            (name, _) => Some(unquote(self.tree.text(name, self.text)).into_owned()).filter(|name| !name.is_empty()),
        }
    }

    fn symbol(&self, node: Index, depth: Depth) -> Option<Symbol> {
        let (name_node, sort) = self.naming(node)?;
        let tree = self.tree;
        let mut selection = tree.span(name_node);
        let mut name = unquote(tree.text(name_node, self.text)).into_owned();
        match tree.kind(node) {
            // A loop is called by what it says up to its body.
            NodeKind::ForEntry => name = self.line(tree.node(node).start, self.end_of_head(node)),
            NodeKind::BlockEntry => {
                selection.end = self.end_of_head(node);
                name = self.line(selection.start, selection.end);
            }
            _ => {}
        }
        if name.is_empty() {
            name = "…".to_owned();
        }
        let body = tree.child(node, NodeKind::Body).filter(|_| depth == Depth::Whole);
        let holds = !matches!(sort, Sort::Policy | Sort::Incident);
        let inner = body.filter(|_| holds).into_iter().flat_map(|body| tree.children(body));
        let inner = inner.filter_map(|entry| self.symbol(entry, Depth::Whole));
        let children = inner.map(|symbol| within(symbol, sort)).collect();
        Some(Symbol { name, detail: self.detail(node), sort, span: tree.span(node), selection, children })
    }

    /// Where the head of an entry ends: before its body.
    fn end_of_head(&self, node: Index) -> u32 {
        let before = self.tree.children(node).take_while(|child| self.tree.kind(*child) != NodeKind::Body);
        before.last().map_or(self.tree.node(node).start, |last| self.tree.node(last).end)
    }

    /// What an entry is, in the words of its head.
    fn detail(&self, node: Index) -> String {
        let tree = self.tree;
        let of = |node: Index| self.line(tree.node(node).start, tree.node(node).end);
        let text = match tree.kind(node) {
            NodeKind::Decl => {
                let Head { word, model, on, within, .. } = read_head(tree, node);
                let model = if model == 0 { String::new() } else { of(model) };
                let clauses = [on, within].into_iter().filter(|clause| *clause != 0);
                clauses.fold(of(word) + &model, |text, clause| text + " " + &of(clause))
            }
            NodeKind::Use => of(node + 1),
            NodeKind::Input => "input".to_owned(),
            NodeKind::Let => "let".to_owned(),
            NodeKind::TypeDef => self.behind_name(node, "type"),
            NodeKind::KindDef | NodeKind::KindUnion => "kind".to_owned(),
            NodeKind::BlockDef => "block".to_owned(),
            NodeKind::VariantDef => "variant".to_owned(),
            NodeKind::ModelDef | NodeKind::ProfileDef => {
                let word = if tree.kind(node) == NodeKind::ModelDef { "model" } else { "profile" };
                self.behind_name(node, &format!("{word} for"))
            }
            NodeKind::FnDef => "fn".to_owned(),
            NodeKind::PolicyDef => "policy".to_owned(),
            NodeKind::Test => "test".to_owned(),
            NodeKind::FieldDecl => self.behind_name(node, "").trim_start().to_owned(),
            NodeKind::Derive => "derive".to_owned(),
            _ => String::new(),
        };
        if text.chars().count() <= LONGEST_DETAIL {
            return text;
        }
        text.chars().take(LONGEST_DETAIL).chain(['…']).collect()
    }

    /// A word and the part behind the name of a declaration.
    fn behind_name(&self, node: Index, word: &str) -> String {
        let part = self.tree.children(node).nth(1).map(|part| self.tree.node(part));
        part.map_or_else(|| word.to_owned(), |part| format!("{word} {}", self.line(part.start, part.end)))
    }

    /// A text on one line.
    fn line(&self, start: u32, end: u32) -> String {
        self.text[start as usize..end as usize].split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What a declaration is, by what it stands in: only at the top, in a loop there and in a test is it a resource.
fn within(symbol: Symbol, around: Sort) -> Symbol {
    if matches!(around, Sort::Loop | Sort::Test) {
        return symbol;
    }
    let sort = if symbol.sort == Sort::Resource { Sort::Part } else { symbol.sort };
    if sort != Sort::Loop {
        return Symbol { sort, ..symbol };
    }
    let children = symbol.children.into_iter().map(|child| within(child, around)).collect();
    Symbol { children, ..symbol }
}

//! From what hosts print to edits of the project, tried in memory before anybody writes them.

use std::collections::BTreeMap;

use crate::base::{ReadError, World};
use crate::resolve::Scope;
use crate::scan::Facts;
use crate::session::{Analysis, Options, analyze};
use crate::source::scan::{self as source, File, Lab, Model, NotWritten};
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::syntax::unquote;

/// What came of a scan.
#[derive(Debug)]
pub struct Scan {
    /// The files that change, by path.
    pub changes: Vec<Change>,
    /// What a person should know, by host.
    pub notes: Vec<(String, String)>,
    /// The project before.
    pub before: Analysis,
    /// The project with the changes.
    pub after: Analysis,
}

/// A file that changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its path in the project.
    pub path: String,
    /// Its text; none if it is new.
    pub old: Option<String>,
    /// Its new text.
    pub new: String,
}

/// Why a scan comes to nothing.
#[derive(Debug)]
pub enum NoScan {
    /// The project has errors, or is none: what it says of the host cannot be known.
    Unfit(Box<Analysis>),
    /// The host's declaration cannot be edited: which, and where it stands.
    NotWritten(String, NotWritten),
    /// With the changes the project has errors that it had not: a bug of hlab.
    Broken(Box<Analysis>),
}

/// Writes the facts of hosts into a project, one host after the other.
///
/// # Errors
/// [`NoScan`]; then nothing is to be written.
pub fn scan(world: &dyn World, options: &Options, hosts: &[(String, Facts)]) -> Result<Scan, NoScan> {
    let before = analyze(world, options);
    if !before.project_found || !before.is_whole() {
        return Err(NoScan::Unfit(Box::new(before)));
    }
    let mut changed = Changed { world, files: BTreeMap::new() };
    let mut notes = Vec::new();
    let mut after: Option<Analysis> = None;
    for (name, facts) in hosts {
        let written = one(after.as_ref().unwrap_or(&before), &changed, name, facts)
            .map_err(|why| NoScan::NotWritten(name.clone(), why))?;
        notes.extend(written.notes.into_iter().map(|note| (name.clone(), note)));
        changed.files.extend(written.files);
        let analysis = analyze(&changed, options);
        if !analysis.is_whole() {
            return Err(NoScan::Broken(Box::new(analysis)));
        }
        after = Some(analysis);
    }
    let old = |path: &str| {
        let mut files = before.sources.files().map(|(_, file)| file);
        files.find(|file| file.path == path).map(|file| file.text.clone())
    };
    let changes = changed.files.into_iter().map(|(path, new)| Change { old: old(&path), path, new });
    let changes = changes.filter(|change| change.old.as_ref() != Some(&change.new)).collect();
    let after = after.unwrap_or_else(|| analyze(world, options));
    Ok(Scan { changes, notes, before, after })
}

fn one(analysis: &Analysis, world: &dyn World, name: &str, facts: &Facts) -> Result<source::Written, NotWritten> {
    let graph = analysis.graph();
    let compiled = analysis.compiled.borrow();
    let texts: BTreeMap<&str, File<'_>> = compiled
        .units
        .iter()
        .map(|unit| {
            let file = compiled.sources.file(unit.file);
            (file.path.as_str(), File { text: &file.text, tree: &unit.tree })
        })
        .collect();
    // Models of a module go by the module's name, which a host's file may not know.
    let units = compiled.units.iter().filter(|unit| [Scope::STD, Scope::ROOT].contains(&unit.scope));
    let models: Vec<Model> =
        units.filter_map(|unit| texts.get(compiled.sources.file(unit.file).path.as_str())).flat_map(models).collect();
    let lab = Lab {
        graph: &graph,
        models: &models,
        file: &|path| texts.get(path).copied(),
        is_taken: &|path| !matches!(world.read(path), Err(ReadError::NotFound)),
    };
    source::host(name, facts, &lab)
}

/// The models of a file that say ids.
fn models(file: &File<'_>) -> Vec<Model> {
    let tree = file.tree;
    let items = tree.items.iter().copied().filter(|item| tree.kind(*item) == NodeKind::ModelDef);
    items.filter_map(|item| model(file, item)).collect()
}

fn model(file: &File<'_>, item: Index) -> Option<Model> {
    let tree = file.tree;
    let text = |node: Index| unquote(tree.text(node, file.text)).into_owned();
    let mut words = tree.children(item).filter(|node| tree.kind(*node) == NodeKind::Name);
    let (name, of) = (words.next()?, words.next()?);
    let body = tree.child(item, NodeKind::Body)?;
    let is_ids = |entry: &Index| tree.kind(*entry) == NodeKind::Field && says(tree, file.text, *entry, "ids");
    let list = tree.children(body).find(is_ids).and_then(|field| tree.child(field, NodeKind::List))?;
    let ids = tree.children(list).filter(|node| tree.kind(*node) == NodeKind::DeviceId);
    let ids = ids.map(|node| text(node).to_ascii_lowercase()).collect();
    Some(Model { name: text(name), of: text(of), ids })
}

fn says(tree: &Tree, source: &str, field: Index, name: &str) -> bool {
    tree.children(field).next().is_some_and(|first| tree.text(first, source) == name)
}

/// A world with some of its files changed.
struct Changed<'w> {
    world: &'w dyn World,
    files: BTreeMap<String, String>,
}

impl World for Changed<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.world.read(path),
        }
    }

    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let (mut files, unreadable) = self.world.list();
        files.extend(self.files.keys().cloned());
        files.sort();
        files.dedup();
        (files, unreadable)
    }

    fn files(&self, path: &str) -> Result<Vec<String>, ReadError> {
        self.world.files(path)
    }
}

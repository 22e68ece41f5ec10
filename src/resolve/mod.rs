//! Names across files: which folder is which module, and what each name in it declares.
//!
//! What comes in is the items of all files; what goes out is [`Definitions`]: one table a namespace,
//! looked up from a scope outwards to the standard library. A definition is a file and a node of it,
//! never an offset.

mod errors;
mod modules;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::{FileId, Name, Names, Origin, Sources, Span};
use crate::diag::{Checked, Diagnostic};
use crate::hir::{Head, Item, Items, What, read_head};
use crate::syntax::tree::{Index, Tree};

/// A module: the project's own folder, a used folder, or the standard library.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scope(pub u16);

impl Scope {
    /// The standard library, visible from everywhere.
    pub const STD: Scope = Scope(0);
    /// The project's own files.
    pub const ROOT: Scope = Scope(1);
}

/// One file with its tree and items.
#[derive(Debug)]
pub struct Unit {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// Its items.
    pub items: Items,
    /// The module it belongs to.
    pub scope: Scope,
    /// What is added to a node of it to make it unique in the program.
    pub base: u32,
}

/// Where something is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    /// The number of the unit.
    pub unit: u32,
    /// The node.
    pub node: Index,
    /// The node of the name.
    pub name_node: Index,
}

/// A resource by its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ResId(pub u32);

/// A declared resource, before anything in it is understood.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// The first word of its head.
    pub word: Name,
    /// Its key.
    pub key: Name,
    /// Its module.
    pub scope: Scope,
    /// The unit it stands in.
    pub unit: u32,
    /// Its node.
    pub node: Index,
    /// The parts of its head.
    pub head: Head,
}

/// What may be defined by a name, each a namespace of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Space {
    /// `kind` (unions too)
    Kind,
    /// `type` and `block`: names of types
    Type,
    /// `model`
    Model,
    /// `profile`
    Profile,
    /// `fn`
    Fn,
    /// `let` and `input`
    Value,
    /// `policy`
    Policy,
}

/// Finds the unit and node of a program-wide node number.
#[must_use]
pub fn locate(units: &[Unit], number: u32) -> (u32, Index) {
    let unit = units.partition_point(|unit| unit.base <= number).saturating_sub(1);
    (unit as u32, number - units[unit].base)
}

/// The span of a node of a unit.
#[must_use]
pub fn span_in(units: &[Unit], unit: u32, node: Index) -> Span {
    units[unit as usize].tree.span(node)
}

/// Every name of the program.
#[derive(Clone, Default, Debug)]
pub struct Definitions {
    /// What `use … as x` made visible in a scope.
    pub uses: FxHashMap<(Scope, Name), Scope>,
    /// The number of scopes.
    pub scopes: u16,
    /// The folders of the modules, from the scope after [`Scope::ROOT`] on.
    folders: Vec<String>,
    sites: FxHashMap<(Scope, Space, Name), (Site, What)>,
    /// All resources written by hand, in order; generated ones follow.
    pub resources: Vec<Resource>,
    by_name: FxHashMap<(Scope, Name, Name), ResId>,
}

impl Definitions {
    /// The folder of a module; none of the project's own files and of the library.
    #[must_use]
    pub fn folder(&self, scope: Scope) -> Option<&str> {
        usize::from(scope.0).checked_sub(2).and_then(|number| self.folders.get(number)).map(String::as_str)
    }

    /// The definition of a name, from a scope outwards to the library.
    #[must_use]
    pub fn find(&self, scope: Scope, space: Space, name: Name) -> Option<(Site, What)> {
        let own = self.sites.get(&(scope, space, name));
        own.or_else(|| self.sites.get(&(Scope::STD, space, name))).copied()
    }

    /// All definitions of a namespace that a scope sees, library first, each in order of declaration.
    pub fn all(units: &[Unit], scope: Scope, space: Space) -> impl Iterator<Item = (Site, Item)> + '_ {
        units.iter().enumerate().filter(move |(_, unit)| unit.scope == scope || unit.scope == Scope::STD).flat_map(
            move |(number, unit)| {
                let site = move |item: &Item| Site { unit: number as u32, node: item.node, name_node: item.name_node };
                unit.items
                    .items
                    .iter()
                    .filter(move |item| space_of(item.what) == Some(space))
                    .map(move |item| (site(item), *item))
            },
        )
    }

    /// The resource of a kind word and name in a scope.
    #[must_use]
    pub fn resource(&self, scope: Scope, word: Name, key: Name) -> Option<ResId> {
        self.by_name.get(&(scope, word, key)).copied()
    }

    /// A resource.
    #[must_use]
    pub fn get(&self, id: ResId) -> &Resource {
        &self.resources[id.0 as usize]
    }

    /// Adds a resource; the one that had its name before, if any.
    ///
    /// # Errors
    /// The resource that has this name already.
    pub fn declare(&mut self, resource: Resource) -> Result<ResId, ResId> {
        let id = ResId(self.resources.len() as u32);
        match self.by_name.entry((resource.scope, resource.word, resource.key)) {
            std::collections::hash_map::Entry::Occupied(taken) => Err(*taken.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(id);
                self.resources.push(resource);
                Ok(id)
            }
        }
    }

    /// Takes a resource's name away: nothing finds it any more.
    pub fn forget(&mut self, id: ResId) {
        let resource = *self.get(id);
        self.by_name.remove(&(resource.scope, resource.word, resource.key));
    }
}

/// The namespace of an item that defines a name.
fn space_of(what: What) -> Option<Space> {
    match what {
        What::Kind | What::KindUnion => Some(Space::Kind),
        What::Type | What::Block => Some(Space::Type),
        What::Model => Some(Space::Model),
        What::Profile => Some(Space::Profile),
        What::Fn => Some(Space::Fn),
        What::Let | What::Input => Some(Space::Value),
        What::Policy => Some(Space::Policy),
        What::Use | What::For | What::Test | What::Incident | What::Removed | What::Resource => None,
    }
}

/// Resolves modules and collects every definition. `lowered` holds each file's tree and items, library first.
pub fn resolve(
    lowered: Vec<(Arc<Tree>, Items)>,
    sources: &Sources,
    names: &mut Names,
) -> Checked<(Vec<Unit>, Definitions)> {
    let mut defs = Definitions { scopes: 2, ..Definitions::default() };
    let mut diagnostics = Vec::new();
    let mut units = Vec::new();
    let mut base = 0;
    for (tree, items) in lowered {
        // A test of the library writes a project of its own.
        let file = sources.file(tree.file);
        let library = file.origin == Origin::Library && !file.path.ends_with("_test.hlab");
        let scope = if library { Scope::STD } else { Scope::ROOT };
        let nodes = tree.nodes.len() as u32;
        units.push(Unit { file: tree.file, tree, items, scope, base });
        base += nodes;
    }
    modules::resolve(&mut units, &mut defs, sources, names, &mut diagnostics);
    let resources = units.iter().map(|unit| unit.items.items.len()).sum();
    defs.resources.reserve(resources);
    defs.by_name.reserve(resources);
    for number in 0..units.len() {
        collect(&mut defs, &units, number as u32, sources, names, &mut diagnostics);
    }
    one_project(&defs, &units, names, &mut diagnostics);
    Checked::new((units, defs), diagnostics)
}

/// A folder has one project: reports every further one.
fn one_project(defs: &Definitions, units: &[Unit], names: &mut Names, diagnostics: &mut Vec<Diagnostic>) {
    let word = names.intern("project");
    let mut projects = defs.resources.iter().filter(|r| r.word == word && r.scope == Scope::ROOT);
    let Some(first) = projects.next() else { return };
    let first_at = span_in(units, first.unit, first.head.key);
    for other in projects {
        let here = span_in(units, other.unit, other.head.key);
        diagnostics.push(errors::second_project(here, first_at, names.get(other.key)));
    }
}

/// Files the definitions of one unit.
fn collect(
    defs: &mut Definitions,
    units: &[Unit],
    number: u32,
    sources: &Sources,
    names: &mut Names,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let unit = &units[number as usize];
    let text = &sources.file(unit.file).text;
    for item in &unit.items.items {
        let here = unit.tree.span(item.name_node);
        if item.what == What::Resource {
            let Some(key) = item.name else {
                diagnostics.push(errors::name_is_computed(here));
                continue;
            };
            let head = read_head(&unit.tree, item.node);
            let word = names.intern(unit.tree.text(head.word, text));
            let resource = Resource { word, key, scope: unit.scope, unit: number, node: item.node, head };
            if let Err(first) = defs.declare(resource)
                && diagnostics.len() < crate::diag::MOST
            {
                let first = *defs.get(first);
                let other = span_in(units, first.unit, first.head.key);
                diagnostics.push(errors::duplicate(here, other, names.get(word), names.get(key)));
            }
        } else if let (Some(space), Some(name)) = (space_of(item.what), item.name) {
            let site = Site { unit: number, node: item.node, name_node: item.name_node };
            match defs.find(unit.scope, space, name) {
                Some((first, _)) => {
                    let other = span_in(units, first.unit, first.name_node);
                    diagnostics.push(errors::duplicate(here, other, word_of(space), names.get(name)));
                }
                None => {
                    defs.sites.insert((unit.scope, space, name), (site, item.what));
                }
            }
        }
    }
}

/// What a namespace's members are called.
fn word_of(space: Space) -> &'static str {
    match space {
        Space::Kind => "kind",
        Space::Type => "type",
        Space::Model => "model",
        Space::Profile => "profile",
        Space::Fn => "function",
        Space::Value => "name",
        Space::Policy => "policy",
    }
}

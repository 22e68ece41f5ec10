//! The thing that a node names: what a definition, a reference and a rename are about.

use crate::base::{Name, Span};
use crate::hir::What;
use crate::ide::Snapshot;
use crate::ide::cursor::Cursor;
use crate::resolve::{ResId, Scope};
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::types::notes::Meaning;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ObjId, Value};

/// A thing with a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// A resource.
    Resource(ResId),
    /// A block of a resource that declares a name.
    Block(ObjId),
    /// A field of a kind or block.
    Field(ShapeId, u16),
    /// A profile or model.
    Layer(u32),
    /// A variant of a kind.
    Variant(ShapeId, Name),
    /// A kind.
    Kind(Name),
    /// A type or block, by unit and node.
    Type(u32, Index),
    /// A `let` or input.
    Binding(u32),
    /// A function.
    Function(u32),
    /// A function of the compiler, by its name.
    Builtin(Name),
    /// A policy.
    Rule(Name),
    /// A module.
    Module(Scope),
    /// A variable, by unit and the node that declares it.
    Local(u32, Index),
    /// A member of an enumeration.
    Member(TyId, Name),
}

/// What the cursor's innermost node names.
pub fn of(snapshot: &mut Snapshot, cursor: &Cursor) -> Option<Target> {
    of_node(snapshot, cursor, cursor.node())
}

/// What a node of the cursor's item names.
pub fn of_node(snapshot: &mut Snapshot, cursor: &Cursor, node: Index) -> Option<Target> {
    let mut found = None;
    for meaning in cursor.notes_of(node) {
        if let Some(target) = named(snapshot, cursor, node, meaning) {
            found = Some(target);
        }
    }
    found.or_else(|| declared(snapshot, cursor, node))
}

fn named(snapshot: &mut Snapshot, cursor: &Cursor, node: Index, meaning: Meaning) -> Option<Target> {
    Some(match meaning {
        Meaning::Resource(id) => Target::Resource(id),
        Meaning::Field(shape, field) => Target::Field(shape, field),
        Meaning::Layer(layer) => Target::Layer(layer),
        Meaning::Variant(shape, name) => Target::Variant(shape, name),
        Meaning::Kind(name) => Target::Kind(name),
        Meaning::Type(site) => Target::Type(site.unit, site.node),
        Meaning::Binding(number) => Target::Binding(number),
        Meaning::Function(number) => Target::Function(number),
        Meaning::Builtin => {
            let word = cursor.tree.text(node, snapshot.text(cursor.file)).to_owned();
            Target::Builtin(snapshot.compiled().program.heap.names.intern(&word))
        }
        Meaning::Rule(name) => Target::Rule(name),
        Meaning::Module(scope) => Target::Module(scope),
        Meaning::Local(name) => Target::Local(cursor.unit, declaration_of(snapshot, cursor, node, name)?),
        Meaning::Member(ty, name) => Target::Member(ty, name),
        Meaning::Part(ty, name) => Target::Block(block_named(snapshot, cursor, ty, name)?),
        Meaning::Key(_) => return key_of(snapshot, cursor, node),
        Meaning::Body(..) | Meaning::Wanted(..) | Meaning::Typed(_) | Meaning::Property => return None,
    })
}

/// The name of an item that is not typed, or that notes nothing of itself.
fn declared(snapshot: &mut Snapshot, cursor: &Cursor, node: Index) -> Option<Target> {
    let item = cursor.item?;
    let name = item.name?;
    if let Some(local) = local_declared(&cursor.tree, &cursor.path, node) {
        return Some(Target::Local(cursor.unit, local));
    }
    if item.name_node != node {
        return None;
    }
    let scope = snapshot.compiled().units[cursor.unit as usize].scope;
    Some(match item.what {
        What::Type | What::Block => Target::Type(cursor.unit, item.node),
        What::Policy => Target::Rule(name),
        What::KindUnion => Target::Kind(name),
        What::Fn => {
            let at = crate::types::expr::NodeRef(snapshot.compiled().units[cursor.unit as usize].base + node);
            let functions = &snapshot.compiled().program.functions;
            match functions.iter().position(|function| function.at == at) {
                Some(number) => Target::Function(number as u32),
                None => Target::Builtin(name),
            }
        }
        What::Use => Target::Module(*snapshot.compiled().program.defs.uses.get(&(scope, name))?),
        _ => return None,
    })
}

/// Whether a node is the name that a loop, a `let` of a body or a parameter declares.
fn local_declared(tree: &Tree, path: &[Index], node: Index) -> Option<Index> {
    let parent = path.iter().rev().nth(1).copied()?;
    let declares =
        matches!(tree.kind(parent), NodeKind::ForClause | NodeKind::ForEntry | NodeKind::ForLine | NodeKind::Param)
            || tree.kind(parent) == NodeKind::Let && path.len() > 3;
    (declares && parent + 1 == node).then_some(node)
}

/// The node that declares a variable: the nearest loop, `let` or parameter of that name around its use.
fn declaration_of(snapshot: &mut Snapshot, cursor: &Cursor, node: Index, name: Name) -> Option<Index> {
    let text = snapshot.text(cursor.file).to_owned();
    let word = snapshot.compiled().program.name(name).to_owned();
    let tree = &cursor.tree;
    let item = cursor.item?;
    let is_it = |at: Index| tree.text(at + 1, &text) == word;
    let at = tree.node(node);
    // Whatever declares the name and has the use in its sight; the innermost and last such.
    let declares = |declaration: &Index| {
        let own = tree.node(*declaration);
        let parent = enclosing(tree, item.node, *declaration);
        let sight = tree.node(parent);
        match own.kind {
            NodeKind::ForEntry => own.start <= at.start && at.end <= own.end,
            // What a comprehension binds stands behind what it gives.
            NodeKind::ForClause => sight.start <= at.start && at.end <= sight.end,
            NodeKind::ForLine | NodeKind::Let | NodeKind::Param => {
                own.start <= at.start && sight.start <= at.start && at.end <= sight.end
            }
            _ => false,
        }
    };
    let nodes = (item.node..tree.node(item.node).next).filter(|at| {
        matches!(
            tree.kind(*at),
            NodeKind::ForEntry | NodeKind::ForClause | NodeKind::ForLine | NodeKind::Let | NodeKind::Param
        ) && is_it(*at)
    });
    nodes.rev().find(declares).map(|declaration| declaration + 1)
}

/// The node right around another.
fn enclosing(tree: &Tree, from: Index, node: Index) -> Index {
    let mut parent = from;
    loop {
        match tree.children(parent).find(|child| *child <= node && node < tree.node(*child).next) {
            Some(child) if child != node => parent = child,
            _ => return parent,
        }
    }
}

/// The block that the key of a keyed block declares.
fn key_of(snapshot: &mut Snapshot, cursor: &Cursor, node: Index) -> Option<Target> {
    let at = crate::types::expr::NodeRef(snapshot.compiled().units[cursor.unit as usize].base + node);
    let world = &snapshot.compiled().world;
    let first = world.resources as usize;
    let found = world.objects[first..].iter().position(|object| object.at == at)?;
    Some(Target::Block(ObjId((first + found) as u32)))
}

/// The block that a bare name means: the one on the guest's host, else the only one of that name.
fn block_named(snapshot: &mut Snapshot, cursor: &Cursor, ty: TyId, name: Name) -> Option<ObjId> {
    let resource = cursor.resource(snapshot);
    let compiled = snapshot.compiled();
    let Ty::Obj(shapes, _) = compiled.program.types.get(compiled.program.types.base(ty)).clone() else { return None };
    let objects = compiled.world.objects.iter().enumerate().skip(compiled.world.resources as usize);
    let is_it = |object: &crate::eval::Object| shapes.contains(&object.shape) && object.key == Value::Str(name);
    let found: Vec<ObjId> =
        objects.filter(|(_, object)| is_it(object)).map(|(number, _)| ObjId(number as u32)).collect();
    let home = resource.map(|resource| match compiled.world.home(resource).on {
        Value::Obj(host) => host,
        _ => resource,
    });
    let at_home = found.iter().copied().find(|block| Some(compiled.world.root(*block)) == home);
    at_home.or(if let [one] = found.as_slice() { Some(*one) } else { None })
}

/// Where a thing is declared: the span of its name.
pub fn declaration(snapshot: &mut Snapshot, target: Target) -> Option<Span> {
    let compiled = snapshot.compiled();
    let at = match target {
        Target::Resource(id) => {
            let resource = *compiled.program.defs.resources.get(id.0 as usize)?;
            return Some(compiled.units[resource.unit as usize].tree.span(resource.head.key));
        }
        Target::Block(object) => compiled.world.object(object).at,
        Target::Field(shape, field) => compiled.program.field(shape, field).at,
        Target::Layer(layer) => compiled.program.layers[layer as usize].at,
        Target::Binding(number) => compiled.program.bindings[number as usize].at,
        Target::Function(number) => compiled.program.functions[number as usize].at,
        Target::Kind(name) => {
            return item_named(snapshot, name, &[What::Kind, What::KindUnion]);
        }
        Target::Type(unit, node) => {
            let unit = &compiled.units[unit as usize];
            let item = unit.items.items.iter().find(|item| item.node == node)?;
            return Some(unit.tree.span(item.name_node));
        }
        Target::Builtin(name) => return item_named(snapshot, name, &[What::Fn]),
        Target::Rule(name) => return item_named(snapshot, name, &[What::Policy]),
        Target::Local(unit, node) => return Some(compiled.units[unit as usize].tree.span(node)),
        Target::Variant(shape, name) => return variant(snapshot, shape, name),
        Target::Module(scope) => return module(snapshot, scope),
        Target::Member(ty, name) => return member(snapshot, ty, name),
    };
    Some(snapshot.span(at))
}

/// The name of the first item of some sorts that is called so.
pub(crate) fn item_named(snapshot: &mut Snapshot, name: Name, whats: &[What]) -> Option<Span> {
    snapshot.compiled().units.iter().find_map(|unit| {
        let item = unit.items.items.iter().find(|item| item.name == Some(name) && whats.contains(&item.what))?;
        Some(unit.tree.span(item.name_node))
    })
}

fn variant(snapshot: &mut Snapshot, shape: ShapeId, name: Name) -> Option<Span> {
    let compiled = snapshot.compiled();
    let (unit, at) = crate::resolve::locate(&compiled.units, compiled.program.shape(shape).at.0);
    let unit = &compiled.units[unit as usize];
    let text = &compiled.sources.file(unit.file).text;
    let word = compiled.program.name(name);
    let item = unit.items.items.iter().find(|item| item.name_node == at)?;
    let nodes = item.node..unit.tree.node(item.node).next;
    let found = nodes
        .filter(|node| unit.tree.kind(*node) == NodeKind::VariantDef)
        .find(|node| unit.tree.text(node + 1, text) == word)?;
    Some(unit.tree.span(found + 1))
}

fn module(snapshot: &mut Snapshot, scope: Scope) -> Option<Span> {
    let compiled = snapshot.compiled();
    let (key, _) = compiled.program.defs.uses.iter().find(|(_, module)| **module == scope)?;
    let (user, name) = *key;
    compiled.units.iter().filter(|unit| unit.scope == user).find_map(|unit| {
        let text = &compiled.sources.file(unit.file).text;
        let item = unit.items.items.iter().find(|item| {
            item.what == What::Use && unit.tree.text(item.name_node, text) == compiled.program.name(name)
        })?;
        Some(unit.tree.span(item.name_node))
    })
}

/// Where a member of an enumeration is written: in the type's own declaration, wherever that is.
fn member(snapshot: &mut Snapshot, ty: TyId, name: Name) -> Option<Span> {
    let compiled = snapshot.compiled();
    let Ty::Enum(members) = compiled.program.types.get(ty).clone() else { return None };
    let members: Vec<String> = members.iter().map(|member| compiled.program.name(*member).to_owned()).collect();
    let word = compiled.program.name(name).to_owned();
    compiled.units.iter().find_map(|unit| {
        let text = &compiled.sources.file(unit.file).text;
        let unions = (0..unit.tree.nodes.len() as Index).filter(|node| unit.tree.kind(*node) == NodeKind::TypeUnion);
        let all_of = |union: &Index| {
            let written = unit.tree.children(*union).filter(|part| unit.tree.node(*part).next == part + 1);
            let written: Vec<_> = written.map(|part| crate::syntax::unquote(unit.tree.text(part, text))).collect();
            members.iter().all(|member| written.iter().any(|part| part == member))
        };
        let union = unions.filter(all_of).min_by_key(|union| unit.tree.children(*union).count())?;
        let part =
            unit.tree.children(union).find(|part| crate::syntax::unquote(unit.tree.text(*part, text)) == word)?;
        Some(unit.tree.span(part))
    })
}

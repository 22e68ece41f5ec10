//! From an offset to the node under it, with what the node means and the object whose body it stands in.

use std::sync::Arc;

use crate::base::{FileId, Name};
use crate::eval::show;
use crate::hir::{Item, What, read_head};
use crate::ide::Snapshot;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::types::notes::{Meaning, Note};
use crate::types::ty::{ShapeId, TyId};
use crate::types::value::{ObjId, Value};

/// A place in a file, and what stands there.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The file.
    pub file: FileId,
    /// Its unit.
    pub unit: u32,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// The byte.
    pub offset: u32,
    /// The nodes around it, outermost first: the file, the item, … the innermost.
    pub path: Vec<Index>,
    /// The item that it stands in, if in any.
    pub item: Option<Item>,
    /// What the nodes of the item mean.
    pub notes: Arc<[Note]>,
    /// What is added to a node to make it unique in the program.
    pub(crate) base: u32,
}

/// The cursor at an offset of a file. An offset between two nodes belongs to both: a name wins, then the one behind.
pub fn at(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Option<Cursor> {
    let unit = snapshot.unit(file)?;
    let tree = snapshot.tree(unit);
    let path = path_to(&tree, offset);
    let compiled = snapshot.compiled();
    let base = compiled.units[unit as usize].base;
    let items = &compiled.units[unit as usize].items.items;
    let item = path.get(1).and_then(|node| items.iter().find(|item| item.node == *node)).copied();
    let notes = item.map_or_else(|| Arc::from([]), |item| snapshot.notes(unit, &item));
    Some(Cursor { file, unit, tree, offset, path, item, notes, base })
}

/// The nodes around an offset, outermost first.
fn path_to(tree: &Tree, offset: u32) -> Vec<Index> {
    let mut path = vec![0];
    let mut at = 0;
    loop {
        let touching = |child: &Index| {
            let node = tree.node(*child);
            node.start <= offset && offset <= node.end
        };
        let mut best: Option<Index> = None;
        for child in tree.children(at).filter(touching) {
            let is_better = best.is_none_or(|best| {
                let is_name = |node: Index| is_word(tree.kind(node)) || leads_to_word(tree, node, offset);
                is_name(child) || !is_name(best)
            });
            if is_better {
                best = Some(child);
            }
        }
        match best {
            Some(child) => {
                path.push(child);
                at = child;
            }
            None => return path,
        }
    }
}

/// Whether a node is a word of the source.
pub(crate) fn is_word(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Name | NodeKind::NameRef | NodeKind::TypeName | NodeKind::RuleName)
}

/// Whether a word inside a node touches an offset at its edge.
fn leads_to_word(tree: &Tree, node: Index, offset: u32) -> bool {
    let inner = tree.node(node);
    (node + 1..inner.next).any(|at| {
        let node = tree.node(at);
        is_word(node.kind) && node.start <= offset && offset <= node.end && node.start < node.end
    })
}

impl Cursor {
    /// The innermost node.
    #[must_use]
    pub fn node(&self) -> Index {
        self.path.last().copied().unwrap_or(0)
    }

    /// What was noted of a node, in order.
    pub fn notes_of(&self, node: Index) -> impl Iterator<Item = Meaning> + '_ {
        let at = self.base + node;
        self.notes.iter().filter(move |note| note.at.0 == at).map(|note| note.meaning)
    }

    /// What is wanted of a node, with the declaration that wants it.
    #[must_use]
    pub fn wanted(&self, node: Index) -> Option<TyId> {
        let wanted = self.notes_of(node).filter_map(|meaning| match meaning {
            Meaning::Wanted(ty, _) => Some(ty),
            _ => None,
        });
        wanted.last()
    }

    /// The type of an expression.
    #[must_use]
    pub fn typed(&self, node: Index) -> Option<TyId> {
        let typed = self.notes_of(node).filter_map(|meaning| match meaning {
            Meaning::Typed(ty) => Some(ty),
            _ => None,
        });
        typed.last()
    }

    /// The innermost body around the cursor that is one of an object, with the object's shape and variant or model.
    #[must_use]
    pub fn body(&self) -> Option<(Index, ShapeId, Option<Name>)> {
        self.path.iter().rev().find_map(|node| {
            self.notes_of(*node).find_map(|meaning| match meaning {
                Meaning::Body(shape, tag) => Some((*node, shape, tag)),
                _ => None,
            })
        })
    }

    /// The resource that the item declares, if it declares one and it was made.
    pub fn resource(&self, snapshot: &mut Snapshot) -> Option<ObjId> {
        let item = self.item?;
        let node = match item.what {
            What::Resource => item.node,
            What::For => *self.path.iter().rev().find(|node| {
                let head = read_head(&self.tree, **node);
                self.tree.kind(**node) == NodeKind::Decl
                    && self.notes_of(head.key).any(|meaning| matches!(meaning, Meaning::Resource(_)))
            })?,
            _ => return None,
        };
        let head = read_head(&self.tree, node);
        let object = self.notes_of(head.key).find_map(|meaning| match meaning {
            Meaning::Resource(id) => Some(ObjId(id.0)),
            _ => None,
        })?;
        snapshot.is_made(object).then_some(object)
    }

    /// The object in whose body the cursor stands: the resource, or a block of it.
    pub fn object(&self, snapshot: &mut Snapshot) -> Option<ObjId> {
        let mut object = self.resource(snapshot)?;
        let text = snapshot.text(self.file).to_owned();
        let (innermost, ..) = self.body()?;
        let entries: Vec<Index> = self.path.iter().copied().take_while(|node| *node != innermost).collect();
        for entry in entries.into_iter().skip(1) {
            let steps: Vec<&str> = match self.tree.kind(entry) {
                NodeKind::BlockEntry => {
                    let words = self.tree.children(entry).filter(|child| self.tree.kind(*child) != NodeKind::Body);
                    words.map(|word| self.tree.text(word, &text)).collect()
                }
                NodeKind::Decl if !self.is_resource_head(entry) => {
                    let head = read_head(&self.tree, entry);
                    vec![self.tree.text(head.word, &text), self.tree.text(head.key, &text)]
                }
                _ => continue,
            };
            object = enter(snapshot, object, &steps)?;
        }
        Some(object)
    }

    fn is_resource_head(&self, entry: Index) -> bool {
        let head = read_head(&self.tree, entry);
        self.notes_of(head.key).any(|meaning| matches!(meaning, Meaning::Resource(_)))
            && self.notes_of(head.word).any(|meaning| matches!(meaning, Meaning::Kind(_)))
    }
}

/// The block that some steps from an object lead to: names of blocks, and keys of keyed ones.
fn enter(snapshot: &mut Snapshot, object: ObjId, steps: &[&str]) -> Option<ObjId> {
    let Some((first, rest)) = steps.split_first() else { return Some(object) };
    let compiled = snapshot.compiled();
    let of = *compiled.world.object(object);
    let name = compiled.program.heap.names.find(first)?;
    let field = compiled.program.shape(of.shape).field(name, of.tag)?;
    let value = compiled.machine(&mut Vec::new()).read(object, field);
    match (value, rest.split_first()) {
        (Value::Obj(inner), _) => enter(snapshot, inner, rest),
        (Value::List(_), Some((key, rest))) => {
            let key = crate::syntax::unquote(key).into_owned();
            let blocks = compiled.machine(&mut Vec::new()).elements(value);
            let found = blocks.into_iter().find_map(|block| match block {
                Value::Obj(block) if show::name_of(&compiled.program, &compiled.world, block) == key => Some(block),
                _ => None,
            })?;
            enter(snapshot, found, rest)
        }
        _ => None,
    }
}

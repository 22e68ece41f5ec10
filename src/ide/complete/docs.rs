//! The documentation of something that was offered, found by its key: a sort, then names.

use crate::doc::source::head_line;
use crate::ide::Snapshot;
use crate::ide::target::{self, Target};
use crate::resolve::{Scope, Space};
use crate::types::ty::ShapeId;

/// The documentation of what was offered under a key, as Markdown; none if it has none, or is gone.
pub fn resolve(snapshot: &mut Snapshot, key: &str) -> Option<String> {
    let (sort, name) = key.split_once(' ')?;
    let target = match sort {
        "field" => field(snapshot, name)?,
        "resource" => {
            let (word, name) = name.split_once(' ')?;
            let program = &snapshot.compiled().program;
            let (word, name) = (program.heap.names.find(word)?, program.heap.names.find(name)?);
            Target::Resource(program.defs.resource(Scope::ROOT, word, name)?)
        }
        "kind" => Target::Kind(snapshot.compiled().program.heap.names.find(name)?),
        "rule" => rule(snapshot, name)?,
        "profile" => layer(snapshot, name)?,
        "tag" => tag(snapshot, name)?,
        "type" | "let" | "fn" => return item(snapshot, sort, name),
        _ => return None,
    };
    if let Target::Rule(_) = target
        && let Some(row) = crate::diag::codes::find(name)
    {
        return Some(row.page.to_owned());
    }
    let span = target::declaration(snapshot, target)?;
    Some(page(&head_line(snapshot.text(span.file), span.start as usize), &snapshot.doc(span)))
}

/// A line of code with its documentation.
fn page(code: &str, doc: &str) -> String {
    let page = format!("```hlab\n{code}\n```\n");
    if doc.is_empty() { page } else { format!("{page}\n{doc}\n") }
}

/// `vm memory`: the shape's name and the field's.
fn field(snapshot: &mut Snapshot, names: &str) -> Option<Target> {
    let (shape, name) = names.split_once(' ')?;
    let program = &snapshot.compiled().program;
    let (shape, name) = (program.heap.names.find(shape)?, program.heap.names.find(name)?);
    let found = program.shapes.iter().position(|known| known.name == shape)?;
    let shape = ShapeId(found as u16);
    Some(Target::Field(shape, program.shape(shape).any_field(name)?))
}

fn rule(snapshot: &mut Snapshot, name: &str) -> Option<Target> {
    let name = snapshot.compiled().program.heap.names.intern(name);
    Some(Target::Rule(name))
}

fn layer(snapshot: &mut Snapshot, name: &str) -> Option<Target> {
    let program = &snapshot.compiled().program;
    let name = program.heap.names.find(name)?;
    let scopes = [Scope::ROOT, Scope::STD];
    scopes.iter().find_map(|scope| program.profiles.get(&(*scope, name)).copied()).map(Target::Layer)
}

/// `storage ZfsPool`, `device CoralUSB`
fn tag(snapshot: &mut Snapshot, names: &str) -> Option<Target> {
    let (word, tag) = names.split_once(' ')?;
    let program = &snapshot.compiled().program;
    let (word, tag) = (program.heap.names.find(word)?, program.heap.names.find(tag)?);
    let shapes = (0..program.shapes.len() as u16).map(ShapeId);
    let mut variants = shapes.filter(|shape| program.shape(*shape).word == word);
    if let Some(shape) = variants.find(|shape| program.shape(*shape).variants.contains(&tag)) {
        return Some(Target::Variant(shape, tag));
    }
    let scopes = [Scope::ROOT, Scope::STD];
    scopes.iter().find_map(|scope| program.models.get(&(*scope, tag)).copied()).map(Target::Layer)
}

fn item(snapshot: &mut Snapshot, sort: &str, name: &str) -> Option<String> {
    let space = match sort {
        "type" => Space::Type,
        "fn" => Space::Fn,
        _ => Space::Value,
    };
    let compiled = snapshot.compiled();
    let name = compiled.program.heap.names.find(name)?;
    let (site, _) = compiled.program.defs.find(Scope::ROOT, space, name)?;
    let span = compiled.units[site.unit as usize].tree.span(site.name_node);
    Some(page(&head_line(snapshot.text(span.file), span.start as usize), &snapshot.doc(span)))
}

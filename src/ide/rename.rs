//! Another name for a thing, at every place that names it.

use crate::base::{FileId, Name, Span, TextEdit};
use crate::hir::What;
use crate::ide::Snapshot;
use crate::ide::cursor;
use crate::ide::goto;
use crate::ide::target::{self, Target};
use crate::resolve::Scope;
use crate::syntax::tree::NodeKind;
use crate::syntax::{is_identifier, reserved};
use crate::types::shape::{Holds, KeyKind};
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// Why a thing cannot have another name, in a sentence for the person who asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(pub String);

/// The name at an offset, if it can be changed: where it stands.
///
/// # Errors
/// [`Refused`] if nothing is named there, or its name is not the project's to change.
pub fn prepare(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Result<Span, Refused> {
    let (span, target) = named(snapshot, file, offset)?;
    may_be_renamed(snapshot, target)?;
    Ok(span)
}

/// The edits that give the thing at an offset another name.
///
/// # Errors
/// [`Refused`] if it cannot have another name, or not this one.
pub fn rename(snapshot: &mut Snapshot, file: FileId, offset: u32, new: &str) -> Result<Vec<TextEdit>, Refused> {
    let (_, target) = named(snapshot, file, offset)?;
    may_be_renamed(snapshot, target)?;
    let written = spelling(target, new)?;
    if is_taken(snapshot, target, new) {
        return Err(Refused(format!("there is already a `{new}` beside it")));
    }
    let mut places = goto::places_of(snapshot, target);
    if let Target::Rule(name) = target {
        places.extend(in_incidents(snapshot, name));
    }
    let edits = places.into_iter().map(|span| {
        let is_quoted = snapshot.text_of(span).starts_with('"');
        let text = if is_quoted { quoted(new) } else { written.clone() };
        TextEdit { span, text }
    });
    Ok(edits.collect())
}

fn named(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Result<(Span, Target), Refused> {
    let nothing = || Refused("nothing is named here".to_owned());
    let cursor = cursor::at(snapshot, file, offset).ok_or_else(nothing)?;
    let target = target::of(snapshot, &cursor).ok_or_else(nothing)?;
    Ok((cursor.tree.span(cursor.node()), target))
}

fn may_be_renamed(snapshot: &mut Snapshot, target: Target) -> Result<(), Refused> {
    let Some(declared) = target::declaration(snapshot, target) else {
        return Err(Refused("where it is declared is not known".to_owned()));
    };
    let word = snapshot.text_of(declared).to_owned();
    if snapshot.is_library(declared.file) {
        return Err(Refused(format!("`{word}` is declared in the standard library, which is not the project's")));
    }
    if let Some(made) = made_by(snapshot, declared) {
        return Err(Refused(made));
    }
    if let Target::Block(object) = target
        && is_slot(snapshot, object)
    {
        return Err(Refused(format!("`{word}` is a slot that Proxmox knows, not a name")));
    }
    Ok(())
}

/// What makes a name that is written with `${…}`.
fn made_by(snapshot: &mut Snapshot, declared: Span) -> Option<String> {
    let text = snapshot.text_of(declared).to_owned();
    if !text.contains("${") {
        return None;
    }
    let cursor = cursor::at(snapshot, declared.file, declared.start)?;
    let is_loop = |node: &u32| cursor.tree.kind(*node) == NodeKind::ForEntry;
    let maker = cursor.path.iter().rev().copied().find(is_loop);
    let file = snapshot.analysis().sources.file(declared.file);
    let place = |start: u32| format!("{}:{}", file.path, file.position(start as usize).line);
    Some(match maker {
        Some(node) => {
            let at = place(cursor.tree.node(node).start);
            format!("its name is made by the `for` at {at}: change {text} there")
        }
        None => format!("its name is computed at {}: change {text} there", place(declared.start)),
    })
}

/// Whether the key of a block picks a slot.
fn is_slot(snapshot: &mut Snapshot, object: ObjId) -> bool {
    let compiled = snapshot.compiled();
    let shape = compiled.world.object(object).shape;
    compiled.program.shapes.iter().flat_map(|shape| &shape.fields).any(|field| match field.holds {
        Holds::Blocks(of, KeyKind::Slot(_)) => of == shape,
        Holds::Blocks(..) | Holds::Block(..) | Holds::Value | Holds::Derived => false,
    })
}

/// How a new name is written where the old one stood bare.
fn spelling(target: Target, new: &str) -> Result<String, Refused> {
    if is_identifier(new) && !reserved(new) {
        return Ok(new.to_owned());
    }
    let may_be_quoted = match target {
        Target::Resource(_) | Target::Block(_) | Target::Member(..) => true,
        Target::Field(..)
        | Target::Layer(_)
        | Target::Variant(..)
        | Target::Kind(_)
        | Target::Type(..)
        | Target::Binding(_)
        | Target::Function(_)
        | Target::Builtin(_)
        | Target::Rule(_)
        | Target::Module(_)
        | Target::Local(..) => false,
    };
    match may_be_quoted && !new.is_empty() && !new.contains(char::is_control) {
        true => Ok(quoted(new)),
        false if reserved(new) => Err(Refused(format!("`{new}` is a word of the language"))),
        false => Err(Refused(format!(
            "`{new}` is no name: letters, digits and `_`, with `-` between them, not beginning with a digit"
        ))),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${"))
}

/// Whether something of the same sort has the name already.
fn is_taken(snapshot: &mut Snapshot, target: Target, new: &str) -> bool {
    let compiled = snapshot.compiled();
    let name = compiled.program.heap.names.intern(new);
    let has_field = |shape: ShapeId| compiled.program.shape(shape).any_field(name).is_some();
    match target {
        Target::Resource(id) => {
            let resource = *compiled.program.defs.get(id);
            compiled.program.defs.resource(resource.scope, resource.word, name).is_some()
        }
        Target::Block(object) => {
            let of = *compiled.world.object(object);
            let is_sibling = |other: &crate::eval::Object| {
                other.holder == of.holder && other.shape == of.shape && other.key == Value::Str(name)
            };
            compiled.world.objects.iter().any(is_sibling)
        }
        Target::Field(shape, _) => has_field(shape),
        Target::Variant(shape, _) => compiled.program.shape(shape).variants.contains(&name),
        Target::Layer(_) => target::item_named(snapshot, name, &[What::Profile, What::Model]).is_some(),
        Target::Kind(_) => target::item_named(snapshot, name, &[What::Kind, What::KindUnion]).is_some(),
        Target::Type(..) => target::item_named(snapshot, name, &[What::Type, What::Block]).is_some(),
        Target::Binding(_) => target::item_named(snapshot, name, &[What::Let, What::Input]).is_some(),
        Target::Function(_) | Target::Builtin(_) => target::item_named(snapshot, name, &[What::Fn]).is_some(),
        Target::Rule(_) => target::item_named(snapshot, name, &[What::Policy]).is_some(),
        Target::Module(_) => compiled.program.defs.uses.contains_key(&(Scope::ROOT, name)),
        Target::Member(ty, _) => match compiled.program.types.get(ty) {
            crate::types::ty::Ty::Enum(members) => members.contains(&name),
            _ => false,
        },
        // Whether one hides another is seen when the renamed text is compiled.
        Target::Local(..) => false,
    }
}

/// Where incidents name a policy: their lists are words to the compiler.
fn in_incidents(snapshot: &mut Snapshot, rule: Name) -> Vec<Span> {
    let compiled = snapshot.compiled();
    let word = compiled.program.name(rule);
    let mut found = Vec::new();
    for unit in &compiled.units {
        let text = &compiled.sources.file(unit.file).text;
        for item in unit.items.items.iter().filter(|item| item.what == What::Incident) {
            let nodes = item.name_node + 1..unit.tree.node(item.node).next;
            let is_it = |node: &u32| {
                matches!(unit.tree.kind(*node), NodeKind::NameRef | NodeKind::Str)
                    && crate::syntax::unquote(unit.tree.text(*node, text)) == word
            };
            found.extend(nodes.filter(is_it).map(|node| unit.tree.span(node)));
        }
    }
    found
}

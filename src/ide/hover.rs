//! What stands under the cursor: type, documentation, value, and who said it.

use crate::base::{FileId, Span};
use crate::eval::show;
use crate::hir::What;
use crate::ide::Snapshot;
use crate::ide::cursor::{self, Cursor};
use crate::ide::target::{self, Target};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::notes::Meaning;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ObjId, Value};

/// What to show, and for which text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The text that it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// From so many members on an enumeration is named rather than listed.
const MANY_MEMBERS: usize = 12;

/// What stands at an offset, if there is something to say.
pub fn hover(snapshot: &mut Snapshot, file: FileId, offset: u32) -> Option<Hover> {
    let cursor = cursor::at(snapshot, file, offset)?;
    let node = cursor.node();
    let span = cursor.tree.span(node);
    let markdown = match target::of(snapshot, &cursor) {
        Some(target) => about(snapshot, &cursor, target)?,
        None => value(snapshot, &cursor, node)?,
    };
    Some(Hover { span, markdown })
}

/// A line of code and paragraphs behind it.
fn page(code: &str, paragraphs: &[String]) -> String {
    let mut text = format!("```hlab\n{code}\n```\n");
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        text.push_str(&format!("\n{paragraph}\n"));
    }
    text
}

fn about(snapshot: &mut Snapshot, cursor: &Cursor, target: Target) -> Option<String> {
    let declared = target::declaration(snapshot, target);
    let doc = declared.map(|span| snapshot.doc(span)).unwrap_or_default();
    Some(match target {
        Target::Field(shape, field) => {
            let head = field_head(snapshot, shape, field);
            let value = value_of(snapshot, cursor, field);
            page(&head, &[value.unwrap_or_default(), doc])
        }
        Target::Resource(id) => {
            let object = ObjId(id.0);
            let head = head_of(snapshot, declared?);
            let facts = if snapshot.is_made(object) { facts(snapshot, object) } else { String::new() };
            page(&head, &[facts, doc])
        }
        Target::Block(object) => {
            let head = head_of(snapshot, declared?);
            let compiled = snapshot.compiled();
            let owner = show::address_of(&compiled.program, &compiled.world, compiled.world.root(object));
            page(&head, &[format!("of `{owner}`"), doc])
        }
        Target::Member(ty, name) => {
            let of = enumeration(snapshot, ty);
            page(snapshot.compiled().program.name(name), &[of])
        }
        Target::Local(unit, node) => {
            let tree = snapshot.tree(unit);
            let word = snapshot.text_of(tree.span(node)).to_owned();
            let ty = cursor.typed(cursor.node()).map(|ty| format!(": {}", snapshot.compiled().program.show(ty)));
            page(&format!("{word}{}", ty.unwrap_or_default()), &[])
        }
        Target::Binding(number) => {
            let binding = snapshot.compiled().program.bindings[number as usize];
            let head = head_of(snapshot, declared?);
            let value = binding.value.map(|_| binding_value(snapshot, number)).unwrap_or_default();
            let ty = snapshot.compiled().program.show(binding.ty);
            page(&head, &[format!("`{ty}`{value}"), doc])
        }
        Target::Rule(name) => {
            let word = snapshot.compiled().program.name(name).to_owned();
            match declared {
                Some(span) => page(&head_of(snapshot, span), &[doc]),
                None => crate::diag::codes::find(&word).map(|row| row.page.to_owned())?,
            }
        }
        Target::Layer(_)
        | Target::Variant(..)
        | Target::Kind(_)
        | Target::Type(..)
        | Target::Function(_)
        | Target::Builtin(_)
        | Target::Module(_) => page(&head_of(snapshot, declared?), &[doc]),
    })
}

/// Of which enumeration a member is one: its name, or its members where they are few.
fn enumeration(snapshot: &mut Snapshot, ty: TyId) -> String {
    let program = &snapshot.compiled().program;
    let name = program.named.iter().find(|(_, named)| program.types.base(**named) == ty).map(|((_, name), _)| *name);
    match (name, program.types.get(ty)) {
        (Some(name), Ty::Enum(members)) if members.len() > MANY_MEMBERS => {
            format!("one of the {} members of `{}`", members.len(), program.name(name))
        }
        _ => format!("one of `{}`", program.show(ty)),
    }
}

/// `memory: Size` with the kind or block that has it.
fn field_head(snapshot: &mut Snapshot, shape: ShapeId, field: u16) -> String {
    let program = &snapshot.compiled().program;
    let declared = program.field(shape, field);
    let of = program.shape(shape);
    let sort = if of.is_kind { "kind" } else { "block" };
    format!("{}: {}  // of {sort} {}", program.name(declared.name), program.show(declared.ty), program.name(of.name))
}

/// The line that declares what is named there, without its body.
fn head_of(snapshot: &Snapshot, name: Span) -> String {
    crate::doc::source::head_line(snapshot.text(name.file), name.start as usize)
}

/// What a field comes to in the object at the cursor, and who said it.
fn value_of(snapshot: &mut Snapshot, cursor: &Cursor, field: u16) -> Option<String> {
    let object = cursor.object(snapshot)?;
    let compiled = snapshot.compiled();
    let of = *compiled.world.object(object);
    compiled.program.shape(of.shape).fields.get(usize::from(field))?;
    let value = compiled.machine(&mut Vec::new()).read(object, field);
    if value.is_poison() || compiled.world.object(object).is_poison {
        return None;
    }
    let said = crate::session::said(compiled, object, field);
    Some(format!("**{}** · {said}", code(&shown(compiled, value)?)))
}

/// A value in a line; none of blocks, which are too much for one.
fn shown(compiled: &crate::session::compile::Compiled, value: Value) -> Option<String> {
    let text = show::text(&compiled.program, &compiled.world, value);
    (text.len() <= 200).then_some(text)
}

/// Inline code of any text.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Where a resource is, and its id.
fn facts(snapshot: &mut Snapshot, object: ObjId) -> String {
    let compiled = snapshot.compiled();
    let of = *compiled.world.object(object);
    let mut facts = Vec::new();
    if let Value::Obj(host) = compiled.world.home(object).on {
        facts.push(format!("on `{}`", show::name_of(&compiled.program, &compiled.world, host)));
    }
    for word in ["id", "address", "host"] {
        let Some(name) = compiled.program.heap.names.find(word) else { continue };
        let Some(field) = compiled.program.shape(of.shape).field(name, of.tag) else { continue };
        let value = compiled.machine(&mut Vec::new()).read(object, field);
        if value.is_known()
            && let Some(text) = shown(compiled, value)
        {
            facts.push(format!("{word} {}", code(&text)));
        }
    }
    facts.join(" · ")
}

fn binding_value(snapshot: &mut Snapshot, number: u32) -> String {
    let compiled = snapshot.compiled();
    let value = compiled.machine(&mut Vec::new()).input(number);
    match shown(compiled, value) {
        Some(text) if !value.is_poison() => format!(" = {}", code(&text)),
        _ => String::new(),
    }
}

/// A literal or expression: its type, and its documentation where it is wanted.
fn value(snapshot: &mut Snapshot, cursor: &Cursor, node: Index) -> Option<String> {
    if let Some(doc) = word(snapshot, cursor, node) {
        return Some(doc);
    }
    let is_shown = !matches!(cursor.tree.kind(node), NodeKind::Body | NodeKind::File);
    let ty = cursor.typed(node).filter(|_| is_shown)?;
    let program = &snapshot.compiled().program;
    if program.types.is_broken(ty) {
        return None;
    }
    Some(page(&program.show(ty), &[]))
}

/// The documentation of a word whose item notes nothing of it: an item's own name, a property.
fn word(snapshot: &mut Snapshot, cursor: &Cursor, node: Index) -> Option<String> {
    let item = cursor.item?;
    if cursor.notes_of(node).any(|meaning| meaning == Meaning::Property) {
        let text = cursor.tree.text(node, snapshot.text(cursor.file)).to_owned();
        return Some(page(&text, &["a property that the language gives".to_owned()]));
    }
    let is_name = item.name_node == node && matches!(item.what, What::Test | What::Incident | What::Removed);
    let span = cursor.tree.span(node);
    is_name.then(|| page(&head_of(snapshot, span), &[snapshot.doc(span)]))
}

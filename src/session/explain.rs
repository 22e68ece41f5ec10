//! Answers for `hlab explain` and `hlab inputs`: who said a value, and what may be set.

use crate::base::{Name, Origin, Span};
use crate::eval::show;
use crate::hir::What;
use crate::resolve::Scope;
use crate::session::compile::Compiled;
use crate::session::{InputInfo, about, declared};
use crate::syntax::tree::{NodeKind, doc_before};
use crate::types::shape::{Holds, Preposition};
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// The words of a path: `vm."haos16.0".nic.net0` has four.
pub(super) fn words(path: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in path.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => words.push(String::new()),
            c => {
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

/// `guests.hlab:12`
pub(super) fn place(compiled: &Compiled, span: Span) -> String {
    let file = compiled.sources.file(span.file);
    format!("{}:{}", file.path, file.position(span.start as usize).line)
}

/// Who said a value, and what the field means; where no resource is called so, what a field of a kind means.
pub fn path(compiled: &mut Compiled, path: &str) -> Option<String> {
    let words = words(path);
    let word = compiled.program.heap.names.intern(words.first()?);
    let said = said_at(compiled, path, word, &words);
    said.or_else(|| declared::field(compiled, path))
}

fn said_at(compiled: &mut Compiled, path: &str, word: Name, words: &[String]) -> Option<String> {
    // A shell eats quotes: in `vm.haos16.0.memory` the name of the resource may be more than one word.
    (2..=words.len()).find_map(|end| {
        let key = compiled.program.heap.names.intern(&words[1..end].join("."));
        let id = compiled.program.defs.resource(Scope::ROOT, word, key)?;
        inside(compiled, path, ObjId(id.0), &words[end..])
    })
}

/// What stands at the end of a path from an object on.
fn inside(compiled: &mut Compiled, path: &str, mut object: ObjId, mut rest: &[String]) -> Option<String> {
    while let Some((first, after)) = rest.split_first() {
        let of = *compiled.world.object(object);
        if of.shape.0 == u16::MAX {
            return None;
        }
        let name = compiled.program.heap.names.intern(first);
        let Some(field) = compiled.program.shape(of.shape).field(name, of.tag) else {
            return head_text(compiled, path, object, name).filter(|_| after.is_empty());
        };
        let value = read(compiled, object, field);
        match (compiled.program.field(of.shape, field).holds, value) {
            (Holds::Block(..), Value::Obj(inner)) => {
                object = inner;
                rest = after;
            }
            (Holds::Blocks(..), Value::List(_)) if !after.is_empty() => {
                return (1..=after.len()).find_map(|end| {
                    let block = keyed(compiled, value, &after[..end].join("."))?;
                    inside(compiled, path, block, &after[end..])
                });
            }
            (_, value) if after.is_empty() => return Some(field_text(compiled, path, object, field, value)),
            (Holds::Value, Value::Map(map)) => {
                let key = compiled.program.heap.names.intern(&after.join("."));
                let entries = compiled.program.heap.slice(map).to_vec();
                let found = entries.chunks(2).find(|entry| entry[0] == Value::Str(key))?;
                return Some(field_text(compiled, path, object, field, found[1]));
            }
            _ => return None,
        }
    }
    Some(object_text(compiled, path, object))
}

/// What the head of a resource says: `vm.k3s.host` is what stands after `on`.
fn head_text(compiled: &Compiled, path: &str, object: ObjId, property: Name) -> Option<String> {
    let of = compiled.world.object(object);
    let shape = compiled.program.shape(of.shape);
    let is_said_by = |preposition: Option<Preposition>| preposition.is_some_and(|said| said.property == property);
    let value = match () {
        () if is_said_by(shape.on) => compiled.world.home(object).on,
        () if is_said_by(shape.within) => compiled.world.home(object).within,
        () => return None,
    };
    let shown = show::text(&compiled.program, &compiled.world, value);
    let at = place(compiled, span_of(&compiled.units, of.at));
    Some(format!("{path} = {shown}\n  said by the head, at {at}\n"))
}

fn read(compiled: &mut Compiled, object: ObjId, field: u16) -> Value {
    compiled.machine(&mut Vec::new()).read(object, field)
}

/// The block with a key, in a list of blocks.
fn keyed(compiled: &mut Compiled, list: Value, key: &str) -> Option<ObjId> {
    let blocks = compiled.machine(&mut Vec::new()).elements(list);
    blocks.into_iter().find_map(|block| match block {
        Value::Obj(object) if show::name_of(&compiled.program, &compiled.world, object) == key => Some(object),
        _ => None,
    })
}

/// One line on who said a field.
pub(crate) fn said(compiled: &Compiled, object: ObjId, field: u16) -> String {
    let of = compiled.world.object(object);
    match compiled.world.slot(object, field) {
        Some(slot) => {
            let at = place(compiled, span_of(&compiled.units, slot.at));
            match slot.said.layer() {
                None => format!("said at {at}"),
                Some(layer) => {
                    let layer = &compiled.program.layers[layer];
                    format!("said by `{}`, at {at}", compiled.program.name(layer.name))
                }
            }
        }
        None => {
            let declared = compiled.program.field(of.shape, field);
            let at = place(compiled, span_of(&compiled.units, declared.at));
            match declared.holds {
                Holds::Derived => format!("computed, see {at}"),
                Holds::Value | Holds::Block(..) | Holds::Blocks(..) => format!("nobody said it: the default of {at}"),
            }
        }
    }
}

pub(super) fn doc_at(compiled: &Compiled, span: Span) -> String {
    doc_before(&compiled.sources.file(span.file).text, span.start as usize)
}

fn field_text(compiled: &Compiled, path: &str, object: ObjId, field: u16, value: Value) -> String {
    let of = compiled.world.object(object);
    let declared = compiled.program.field(of.shape, field);
    let shown = show::text(&compiled.program, &compiled.world, value);
    let mut text = format!("{path} = {shown}\n  {}\n", said(compiled, object, field));
    text.push_str(&format!("  {}\n", compiled.program.show(declared.ty)));
    for line in doc_at(compiled, span_of(&compiled.units, declared.at)).lines() {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// Everything that an object and its blocks say, with who said it.
fn object_text(compiled: &mut Compiled, path: &str, object: ObjId) -> String {
    let at = place(compiled, span_of(&compiled.units, compiled.world.object(object).at));
    let mut text = format!("{path}\n  declared at {at}\n");
    said_inside(compiled, "", object, &mut text);
    if compiled.world.is_resource(object) {
        text.push_str(&about::resource(compiled, object));
    }
    text
}

/// A line for each value that an object says; those of its blocks behind the path to them.
fn said_inside(compiled: &mut Compiled, path: &str, object: ObjId, text: &mut String) {
    let of = *compiled.world.object(object);
    let fields: Vec<u16> = compiled.world.slots_of(object).iter().map(|slot| slot.field).collect();
    for field in fields {
        let value = read(compiled, object, field);
        let declared = compiled.program.field(of.shape, field);
        let (holds, name) = (declared.holds, compiled.program.name(declared.name).to_owned());
        let blocks = match (holds, value) {
            (Holds::Block(..), Value::Obj(inner)) => vec![(format!("{path}{name}."), inner)],
            (Holds::Blocks(..), Value::List(_)) => {
                let blocks = compiled.machine(&mut Vec::new()).elements(value);
                let blocks = blocks.into_iter().filter_map(|block| match block {
                    Value::Obj(block) => Some(block),
                    _ => None,
                });
                let keyed = |block| (show::name_of(&compiled.program, &compiled.world, block), block);
                blocks.map(keyed).map(|(key, block)| (format!("{path}{name}.{key}."), block)).collect()
            }
            (Holds::Block(..) | Holds::Blocks(..) | Holds::Value | Holds::Derived, _) => Vec::new(),
        };
        if blocks.is_empty() {
            let shown = show::text(&compiled.program, &compiled.world, value);
            text.push_str(&format!("  {path}{name} = {shown}  ({})\n", said(compiled, object, field)));
        }
        for (path, block) in blocks {
            if compiled.world.slots_of(block).is_empty() {
                let at = place(compiled, span_of(&compiled.units, compiled.world.object(block).at));
                text.push_str(&format!("  {}  (said at {at})\n", path.trim_end_matches('.')));
            }
            said_inside(compiled, &path, block, text);
        }
    }
}

/// The inputs of the project, in order of declaration.
pub fn inputs(compiled: &mut Compiled) -> Vec<InputInfo> {
    let mut found = Vec::new();
    let units = std::mem::take(&mut compiled.units);
    for (number, unit) in units.iter().enumerate() {
        let file = compiled.sources.file(unit.file);
        if file.origin == Origin::Library {
            continue;
        }
        let text = file.text.clone();
        for item in unit.items.items.iter().filter(|item| item.what == What::Input) {
            let Some(name) = item.name else { continue };
            let mut ty = "String".to_owned();
            let mut default = None;
            for child in unit.tree.children(item.node).skip(1) {
                if unit.tree.kind(child) == NodeKind::Default {
                    default = Some(unit.tree.text(child + 1, &text).to_owned());
                } else {
                    ty = unit.tree.text(child, &text).to_owned();
                }
            }
            let mut out = Vec::new();
            let value =
                crate::types::Checker::new(&mut compiled.program, &units, &compiled.sources, &mut out, number as u32)
                    .number_of(name);
            let value = value.map(|input| {
                let mut machine =
                    crate::eval::Machine::new(&mut compiled.program, &mut compiled.world, &units, &mut out);
                machine.input(input)
            });
            let value = value.map_or_else(String::new, |value| show::text(&compiled.program, &compiled.world, value));
            let doc = doc_before(&text, unit.tree.node(item.node).start as usize);
            found.push(InputInfo { name: compiled.program.name(name).to_owned(), ty, default, value, doc });
        }
    }
    compiled.units = units;
    found
}

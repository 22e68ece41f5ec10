//! Answers for `hlab explain` and `hlab inputs`: who said a value, what a rule means, what may be set.

use crate::base::{Origin, Span};
use crate::eval::show;
use crate::hir::What;
use crate::resolve::{Scope, Unit};
use crate::session::InputInfo;
use crate::session::compile::Compiled;
use crate::syntax::tree::{Index, NodeKind, doc_before};
use crate::types::shape::Holds;
use crate::types::span_of;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// The words of a path: `vm."haos16.0".nic.net0` has four.
fn words(path: &str) -> Vec<String> {
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
fn place(compiled: &Compiled, span: Span) -> String {
    let file = compiled.sources.file(span.file);
    format!("{}:{}", file.path, file.position(span.start as usize).line)
}

/// Who said a value, and what the field means.
pub fn path(compiled: &mut Compiled, path: &str) -> Option<String> {
    let words = words(path);
    let names = &mut compiled.program.heap.names;
    let word = names.intern(words.first()?);
    let key = names.intern(words.get(1)?);
    let id = compiled.program.defs.resource(Scope::ROOT, word, key)?;
    let mut object = ObjId(id.0);
    let mut rest = &words[2..];
    while let Some((first, after)) = rest.split_first() {
        let of = *compiled.world.object(object);
        if of.shape.0 == u16::MAX {
            return None;
        }
        let name = compiled.program.heap.names.intern(first);
        let field = compiled.program.shape(of.shape).field(name, of.tag)?;
        let value = read(compiled, object, field);
        match (compiled.program.field(of.shape, field).holds, value, after.split_first()) {
            (Holds::Block(..), Value::Obj(inner), _) => {
                object = inner;
                rest = after;
            }
            (Holds::Blocks(..), Value::List(_), Some((key, after))) => {
                object = keyed(compiled, value, key)?;
                rest = after;
            }
            (_, value, None) => return Some(field_text(compiled, path, object, field, value)),
            _ => return None,
        }
    }
    Some(object_text(compiled, path, object))
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

fn doc_at(compiled: &Compiled, span: Span) -> String {
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

/// Everything that an object says, with who said it.
fn object_text(compiled: &mut Compiled, path: &str, object: ObjId) -> String {
    let of = *compiled.world.object(object);
    let at = place(compiled, span_of(&compiled.units, of.at));
    let mut text = format!("{path}\n  declared at {at}\n");
    let fields: Vec<u16> = compiled.world.slots_of(object).iter().map(|slot| slot.field).collect();
    for field in fields {
        let value = read(compiled, object, field);
        let name = compiled.program.name(compiled.program.field(of.shape, field).name).to_owned();
        let shown = show::text(&compiled.program, &compiled.world, value);
        text.push_str(&format!("  {name} = {shown}  ({})\n", said(compiled, object, field)));
    }
    text
}

/// What a policy or kind is: its documentation, its text, its incidents, and what became of it here.
pub fn rule(compiled: &Compiled, rule: &str) -> Option<String> {
    let rule = rule.strip_prefix("policy/").unwrap_or(rule);
    let wanted = compiled.program.heap.names.find(rule)?;
    let found = compiled.units.iter().find_map(|unit| {
        let item = unit.items.items.iter().find(|item| {
            item.name == Some(wanted)
                && matches!(item.what, What::Policy | What::Kind | What::Type | What::Block | What::Model)
        })?;
        Some((unit, *item))
    });
    let (unit, item) = found?;
    let file = compiled.sources.file(unit.file);
    let span = unit.tree.span(item.node);
    let mut text = format!("{}\n", doc_before(&file.text, span.start as usize));
    text.push_str(&format!("\n{} ({})\n\n", rule, place(compiled, span)));
    match item.what {
        What::Kind | What::Block => fields(compiled, wanted, &mut text),
        _ => text.push_str(&format!("{}\n", &file.text[span.range()])),
    }
    for (name, source) in incidents(compiled, rule) {
        text.push_str(&format!("\nLearned from: {name} ({source})\n"));
    }
    if let Some(row) = compiled.findings.coverage.iter().find(|row| row.policy == wanted) {
        text.push_str(&format!(
            "\nHere: {} checked, {} failed, {} allowed, {} not applicable",
            row.checked, row.failed, row.allowed, row.not_applicable
        ));
        if !row.missing.is_empty() {
            text.push_str(&format!("; nothing states {}", row.missing.join(", ")));
        }
        text.push('\n');
    }
    Some(text)
}

/// The fields of a kind or block, each with its type and the first line of its documentation.
fn fields(compiled: &Compiled, name: crate::base::Name, text: &mut String) {
    let shapes = (0..compiled.program.shapes.len()).map(|shape| ShapeId(shape as u16));
    let Some(shape) = shapes.map(|shape| compiled.program.shape(shape)).find(|shape| shape.name == name) else {
        return;
    };
    for field in &shape.fields {
        let doc = doc_at(compiled, span_of(&compiled.units, field.at));
        let first = doc.lines().next().unwrap_or("");
        text.push_str(&format!(
            "  {}: {}  {first}\n",
            compiled.program.name(field.name),
            compiled.program.show(field.ty)
        ));
    }
}

/// The incidents that name a rule or type, with their sources.
fn incidents(compiled: &Compiled, rule: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for unit in &compiled.units {
        let text = &compiled.sources.file(unit.file).text;
        for item in unit.items.items.iter().filter(|item| item.what == What::Incident) {
            let Some(body) = unit.tree.child(item.node, NodeKind::Body) else { continue };
            let named = entries(unit, text, body, &["rules", "types", "laws"]);
            if named.iter().any(|name| name == rule) {
                let source = entries(unit, text, body, &["source"]).join(", ");
                let name = crate::syntax::unquote(unit.tree.text(item.name_node, text)).into_owned();
                found.push((name, source));
            }
        }
    }
    found
}

/// The words and strings that some fields of a body list.
fn entries(unit: &Unit, text: &str, body: Index, fields: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in unit.tree.children(body).filter(|entry| unit.tree.kind(*entry) == NodeKind::Field) {
        let mut children = unit.tree.children(entry);
        let Some(name) = children.next() else { continue };
        if !fields.contains(&unit.tree.text(name, text)) {
            continue;
        }
        for value in children {
            let leaves =
                if unit.tree.kind(value) == NodeKind::List { unit.tree.children(value).collect() } else { vec![value] };
            found
                .extend(leaves.into_iter().map(|leaf| crate::syntax::unquote(unit.tree.text(leaf, text)).into_owned()));
        }
    }
    found
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

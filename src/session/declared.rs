//! Answers for `hlab explain`: what a policy, kind, model, field or other declaration says.

use crate::base::Name;
use crate::doc::source;
use crate::hir::What;
use crate::resolve::locate;
use crate::session::compile::Compiled;
use crate::session::explain::{doc_at, place, words};
use crate::syntax::tree::doc_before;
use crate::types::shape::{Field, Holds};
use crate::types::span_of;
use crate::types::ty::ShapeId;

/// What a policy or kind is: its documentation, its text, its incidents, and what became of it here.
pub fn rule(compiled: &Compiled, rule: &str) -> Option<String> {
    let rule = rule.strip_prefix("policy/").unwrap_or(rule);
    let wanted = compiled.program.heap.names.find(rule)?;
    let found = compiled.units.iter().find_map(|unit| {
        let item = unit.items.items.iter().find(|item| {
            item.name == Some(wanted)
                && matches!(
                    item.what,
                    What::Policy
                        | What::Kind
                        | What::Type
                        | What::Block
                        | What::Model
                        | What::Profile
                        | What::Fn
                        | What::Let
                        | What::Input
                )
        })?;
        Some((unit, *item))
    });
    let (unit, item) = found?;
    let file = compiled.sources.file(unit.file);
    let span = unit.tree.span(item.node);
    let doc = doc_before(&file.text, span.start as usize);
    let doc = if doc.is_empty() { doc } else { doc + "\n\n" };
    let mut text = format!("{doc}{rule} ({})\n\n", place(compiled, span));
    match item.what {
        What::Kind | What::Block => fields(compiled, wanted, &mut text),
        _ => text.push_str(&format!("{}\n", &file.text[span.range()])),
    }
    let incidents = source::incidents(&compiled.units, &compiled.sources);
    for (name, source) in incidents.get(rule).into_iter().flatten() {
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

/// The fields of a kind or block, each with its type and the first paragraph of its documentation.
fn fields(compiled: &Compiled, name: Name, text: &mut String) {
    let shapes = (0..compiled.program.shapes.len()).map(|shape| ShapeId(shape as u16));
    let Some(shape) = shapes.map(|shape| compiled.program.shape(shape)).find(|shape| shape.name == name) else {
        return;
    };
    for field in &shape.fields {
        let doc = doc_at(compiled, span_of(&compiled.units, field.at));
        let first: Vec<&str> = doc.lines().take_while(|line| !line.trim().is_empty()).collect();
        text.push_str(&format!("  {}\n      {}\n", written(compiled, field), first.join(" ")));
    }
}

/// A field as it is declared: `memory: Size = 512MiB where it >= 16MiB`.
fn written(compiled: &Compiled, field: &Field) -> String {
    let (unit, node) = locate(&compiled.units, field.at.0);
    let unit = &compiled.units[unit as usize];
    // The name is the first child, so the declaration is the node before it.
    source::on_one_line(unit, &compiled.sources.file(unit.file).text, node - 1)
}

/// A field of a kind or block: `vm.memory`, `vm.disk.size`; of each that has it, where several are called so: `disk.size`.
pub fn field(compiled: &Compiled, path: &str) -> Option<String> {
    let words = words(path);
    let (first, rest) = words.split_first()?;
    let (last, between) = rest.split_last()?;
    let program = &compiled.program;
    let (first, last) = (program.heap.names.find(first)?, program.heap.names.find(last)?);
    let is_meant = |shape: &ShapeId| [program.shape(*shape).word, program.shape(*shape).name].contains(&first);
    let mut shapes: Vec<ShapeId> =
        (0..program.shapes.len()).map(|number| ShapeId(number as u16)).filter(is_meant).collect();
    for word in between {
        let word = program.heap.names.find(word)?;
        let block = |shape: ShapeId| match program.field(shape, program.shape(shape).any_field(word)?).holds {
            Holds::Block(inner, _) | Holds::Blocks(inner, _) => Some(inner),
            Holds::Value | Holds::Derived => None,
        };
        shapes = shapes.into_iter().filter_map(block).collect();
    }
    let mut text = String::new();
    for field in shapes.iter().flat_map(|shape| &program.shape(*shape).fields).filter(|field| field.name == last) {
        let span = span_of(&compiled.units, field.at);
        let of = field.variant.map_or(String::new(), |variant| format!(" of {}", program.name(variant)));
        let gap = if text.is_empty() { "" } else { "\n" };
        let doc = doc_at(compiled, span);
        text.push_str(&format!("{gap}{path}{of} ({})\n  {}\n", place(compiled, span), written(compiled, field)));
        doc.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    (!text.is_empty()).then_some(text)
}

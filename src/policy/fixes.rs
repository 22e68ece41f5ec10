//! `fix path = value`: an edit of the resource, never of a profile or the library.

use crate::base::{Span, TextEdit};
use crate::diag::{Diagnostic, Fix};
use crate::eval::show;
use crate::policy::run::Runner;
use crate::types::expr::{FixTo, Op};
use crate::types::span_of;
use crate::types::value::Value;

/// What would mend it: an edit of the resource, never of a profile or the library.
pub(crate) fn fix(runner: &mut Runner<'_, '_>, fix: &FixTo, diagnostic: &mut Diagnostic) {
    let Value::Obj(object) = runner.machine.eval(fix.object) else { return };
    let value = runner.machine.eval(fix.value);
    if value.is_poison() {
        return;
    }
    let written = runner.machine.p.expr(fix.value);
    let text = match written.op {
        Op::Const(_) => runner.sources.text(span_of(runner.machine.units, written.at)).to_owned(),
        _ => source_form(runner, value),
    };
    let field = runner.machine.p.name(fix.field).to_owned();
    let root = runner.machine.w.root(object);
    let resource = *runner.machine.p.defs.get(runner.machine.w.resource(root));
    let unit = &runner.machine.units[resource.unit as usize];
    let title = format!("set `{field} = {text}`");
    let of = *runner.machine.w.object(object);
    let said = runner
        .machine
        .p
        .shape(of.shape)
        .field(fix.field, of.tag)
        .and_then(|number| runner.machine.w.slot(object, number).copied());
    if let Some(slot) = said {
        let span = span_of(runner.machine.units, slot.at);
        let inside = unit.tree.span(resource.node);
        if span.file == inside.file && span.start >= inside.start && span.end <= inside.end {
            diagnostic.fixes.push(Fix { title, edits: vec![TextEdit { span, text }] });
            return;
        }
    }
    if object != root || resource.head.body == 0 {
        diagnostic.help.push(format!("say `{field} = {text}`"));
        return;
    }
    let body = unit.tree.span(resource.head.body);
    let source = &runner.sources.file(body.file).text;
    let flat = !source[body.range()].contains('\n');
    let at = Span { start: body.start + 1, end: body.start + 1, ..body };
    let empty = source[body.range()].trim_matches(['{', '}']).trim().is_empty();
    let insert = match (flat, empty) {
        (true, true) => format!(" {field} = {text} "),
        (true, false) => format!(" {field} = {text},"),
        (false, _) => format!("\n  {field} = {text}"),
    };
    diagnostic.fixes.push(Fix { title, edits: vec![TextEdit { span: at, text: insert }] });
}

/// A value as source.
fn source_form(runner: &Runner<'_, '_>, value: Value) -> String {
    match value {
        Value::Str(_) => format!("\"{}\"", show::plain(runner.machine, value).escape_default()),
        Value::Enum(name) => crate::types::ty::quote_member(runner.machine.p.name(name)),
        Value::List(slice) => {
            let parts: Vec<String> =
                runner.machine.p.heap.slice(slice).iter().map(|value| source_form(runner, *value)).collect();
            format!("[{}]", parts.join(", "))
        }
        other => show::plain(runner.machine, other),
    }
}

//! Why a requirement failed: the guilty place, every fact with its value, and the fix.

use crate::base::Span;
use crate::base::TextEdit;
use crate::diag::{Diagnostic, Fix, Frame};
use crate::eval::show;
use crate::policy::run::Runner;
use crate::types::expr::{FixTo, Fold, Op, Property, Require};
use crate::types::span_of;
use crate::types::value::{ExprId, ObjId, Value};

/// The place that is guilty, others that take part, and the objects behind them.
#[derive(Clone, Default, Debug)]
pub(crate) struct Guilty {
    pub span: Option<Span>,
    pub labels: Vec<(Span, String)>,
    pub objects: Vec<ObjId>,
}

/// Frames shown at most.
const MOST: usize = 10;
/// Other places shown at most.
const MOST_LABELS: usize = 8;

/// Finds the guilty place of a failed requirement.
pub(crate) fn guilty(runner: &mut Runner<'_, '_>, require: &Require) -> Guilty {
    let mut guilty = Guilty::default();
    if let Some(at) = require.at {
        place_of(runner, at, &mut guilty);
    }
    if guilty.span.is_none() {
        first_said(runner, require.condition, &mut guilty);
    }
    if let Some(this) = runner.machine.this {
        guilty.span = guilty.span.or_else(|| Some(object_span(runner, this)));
        if guilty.objects.is_empty() {
            guilty.objects.push(this);
        }
    }
    if guilty.span.is_none() {
        guilty.span = Some(span_of(runner.machine.units, require.node));
    }
    guilty
}

fn object_span(runner: &Runner<'_, '_>, object: ObjId) -> Span {
    span_of(runner.machine.units, runner.machine.w.object(object).at)
}

/// The place of the value of an expression: where it was said, or the object that it is.
fn place_of(runner: &mut Runner<'_, '_>, at: ExprId, guilty: &mut Guilty) {
    if let Some((span, object)) = said_at(runner, at) {
        guilty.span = Some(span);
        guilty.objects.push(object);
        return;
    }
    if let Op::Generate(number) = runner.machine.p.expr(at).op {
        each_place(runner, number, guilty);
        return;
    }
    let value = runner.machine.eval(at);
    let objects: Vec<ObjId> = match value {
        Value::Obj(object) => vec![object],
        other => runner
            .machine
            .elements(other)
            .into_iter()
            .filter_map(|value| if let Value::Obj(object) = value { Some(object) } else { None })
            .collect(),
    };
    // Of several, the last is guilty: it came after the others.
    if let Some((last, others)) = objects.split_last() {
        guilty.span = Some(object_span(runner, *last));
        guilty.objects.push(*last);
        for object in others.iter().take(MOST_LABELS) {
            let name = show::address_of(runner.machine.p, runner.machine.w, *object);
            guilty.labels.push((object_span(runner, *object), format!("`{name}`")));
            guilty.objects.push(*object);
        }
    }
}

/// `at [g.id for g in xs]`: the place of each; the last is guilty, it came after the others.
fn each_place(runner: &mut Runner<'_, '_>, number: u32, guilty: &mut Guilty) {
    let generator = runner.machine.p.generators[number as usize].clone();
    let [only] = generator.loops.as_slice() else { return };
    let source = runner.machine.eval(only.source);
    let mut places = Vec::new();
    for value in runner.machine.elements(source) {
        runner.machine.set_local(only.local, value);
        if runner.machine.holds(only.condition) == Value::Bool(true) {
            places.extend(said_at(runner, generator.head));
        }
    }
    if let Some((last, others)) = places.split_last() {
        guilty.span = Some(last.0);
        guilty.objects.push(last.1);
        for (span, object) in others.iter().take(8) {
            let name = show::address_of(runner.machine.p, runner.machine.w, runner.machine.w.root(*object));
            guilty.labels.push((*span, format!("`{name}` has it too")));
            guilty.objects.push(*object);
        }
    }
}

/// Where a field's value was said, and by which object; the object itself where only a default says it.
fn said_at(runner: &mut Runner<'_, '_>, id: ExprId) -> Option<(Span, ObjId)> {
    match runner.machine.p.expr(id).op {
        Op::Field(base, shape, field) => {
            let name = runner.machine.p.field(shape, field).name;
            said_field(runner, base, name)
        }
        Op::FieldNamed(base, name) => said_field(runner, base, name),
        Op::Known(inner) | Op::Safe(inner) => said_at(runner, inner),
        Op::Property(base, property) => match runner.machine.eval(base) {
            Value::Obj(object)
                if matches!(property, Property::On | Property::OnMany) && runner.machine.w.is_resource(object) =>
            {
                let resource = *runner.machine.p.defs.get(runner.machine.w.resource(object));
                let node = if resource.head.on == 0 { resource.head.key } else { resource.head.on + 1 };
                Some((runner.machine.units[resource.unit as usize].tree.span(node), object))
            }
            Value::Obj(object) => Some((object_span(runner, object), object)),
            _ => None,
        },
        _ => None,
    }
}

fn said_field(runner: &mut Runner<'_, '_>, base: ExprId, name: crate::base::Name) -> Option<(Span, ObjId)> {
    let Value::Obj(object) = runner.machine.eval(base) else { return None };
    let of = *runner.machine.w.object(object);
    let number = runner.machine.p.shape(of.shape).field(name, of.tag)?;
    match runner.machine.w.slot(object, number) {
        Some(slot) => Some((span_of(runner.machine.units, slot.at), object)),
        None => Some((object_span(runner, object), object)),
    }
}

/// The first value in a condition that a source line of the project said.
fn first_said(runner: &mut Runner<'_, '_>, id: ExprId, guilty: &mut Guilty) {
    let mut facts = Vec::new();
    facts_of(runner, id, &mut facts);
    for fact in facts {
        if let Some((span, object)) = said_at(runner, fact) {
            let project = runner.sources.file(span.file).origin == crate::base::Origin::Project;
            if project {
                guilty.span = Some(span);
                guilty.objects.push(object);
                return;
            }
        }
    }
}

/// The sub-expressions of a condition that are facts: fields, properties, calls, variables.
fn facts_of(runner: &Runner<'_, '_>, id: ExprId, out: &mut Vec<ExprId>) {
    let p = &runner.machine.p;
    match p.expr(id).op {
        Op::Not(a) | Op::Neg(a) | Op::Known(a) | Op::Safe(a) => facts_of(runner, a, out),
        Op::Binary(_, a, b) | Op::And(a, b) | Op::Or(a, b) | Op::Implies(a, b) | Op::Coalesce(a, b) => {
            facts_of(runner, a, out);
            facts_of(runner, b, out);
        }
        Op::If(run) => p.operands(run).to_vec().into_iter().for_each(|id| facts_of(runner, id, out)),
        Op::Field(..)
        | Op::FieldNamed(..)
        | Op::Property(..)
        | Op::Generate(_)
        | Op::Call(..)
        | Op::Apply(..)
        | Op::Is(..) => out.push(id),
        Op::Let(_) | Op::Input(_) | Op::Member(..) | Op::Part(..) | Op::Index(..) => out.push(id),
        Op::Const(_)
        | Op::Local(_)
        | Op::SelfObj
        | Op::Kinds(_)
        | Op::Range(..)
        | Op::List(_)
        | Op::Map(_)
        | Op::Interpolate(_) => {}
    }
}

/// Every fact that a failed condition used, with its value and where it was said.
pub(crate) fn frames(runner: &mut Runner<'_, '_>, condition: ExprId) -> Vec<Frame> {
    let mut frames = Vec::new();
    add_frames(runner, condition, &mut frames);
    frames.truncate(MOST + 4);
    frames
}

fn add_frames(runner: &mut Runner<'_, '_>, condition: ExprId, frames: &mut Vec<Frame>) {
    let mut facts = Vec::new();
    facts_of(runner, condition, &mut facts);
    for fact in facts.into_iter().take(MOST) {
        let at = runner.machine.p.expr(fact).at;
        let text = squeeze(runner.sources.text(span_of(runner.machine.units, at)));
        if frames.iter().any(|frame| frame.text == text) {
            continue;
        }
        if let Op::Generate(number) = runner.machine.p.expr(fact).op {
            let fold = runner.machine.p.generators[number as usize].fold;
            if fold == Fold::All && counterexample(runner, number, &text, frames) {
                continue;
            }
            if fold == Fold::Sum {
                let value = runner.machine.eval(fact);
                let value = show::plain(runner.machine, value);
                frames.push(Frame { text, value, span: None });
                addends(runner, number, frames);
                continue;
            }
        }
        let value = runner.machine.eval(fact);
        runner.machine.unknown = None;
        let span = said_at(runner, fact).map(|(span, _)| span);
        let value = show::plain(runner.machine, value);
        frames.push(Frame { text, value, span });
    }
}

/// A message of which a part is unknown: that part is shown as `?`.
pub(crate) fn text_with_gaps(runner: &mut Runner<'_, '_>, message: ExprId) -> Option<String> {
    let Op::Interpolate(run) = runner.machine.p.expr(message).op else { return None };
    let parts = runner.machine.p.operands(run).to_vec();
    let shown = parts.into_iter().map(|part| {
        let value = runner.machine.eval(part);
        runner.machine.unknown = None;
        show::plain(runner.machine, value)
    });
    Some(shown.collect())
}

/// Text on one line, cut at a screen's width.
fn squeeze(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= 100 { line } else { line.chars().take(97).chain("…".chars()).collect() }
}

/// The first binding for which an `all` fails, and how many there are.
fn counterexample(runner: &mut Runner<'_, '_>, number: u32, text: &str, frames: &mut Vec<Frame>) -> bool {
    let generator = runner.machine.p.generators[number as usize].clone();
    let [only] = generator.loops.as_slice() else { return false };
    if only.join.is_some() {
        return false;
    }
    let source = runner.machine.eval(only.source);
    let values = runner.machine.elements(source);
    let total = values.len();
    let mut failed = Vec::new();
    for value in values {
        runner.machine.set_local(only.local, value);
        if runner.machine.holds(only.condition) == Value::Bool(true)
            && runner.machine.eval(generator.head) == Value::Bool(false)
        {
            failed.push(value);
        }
    }
    runner.machine.unknown = None;
    let Some(first) = failed.first() else { return false };
    runner.machine.set_local(only.local, *first);
    let shown = show::plain(runner.machine, *first);
    let value = if failed.len() == 1 {
        format!("not `{shown}`")
    } else {
        format!("not `{shown}`, nor {} more of {total}", failed.len() - 1)
    };
    let span = if let Value::Obj(object) = first { Some(object_span(runner, *object)) } else { None };
    frames.push(Frame { text: text.to_owned(), value, span });
    add_frames(runner, generator.head, frames);
    true
}

/// The largest addends of a sum.
fn addends(runner: &mut Runner<'_, '_>, number: u32, frames: &mut Vec<Frame>) {
    let generator = runner.machine.p.generators[number as usize].clone();
    let [only] = generator.loops.as_slice() else { return };
    let values = match only.join {
        None => {
            let source = runner.machine.eval(only.source);
            runner.machine.elements(source)
        }
        Some(join) => {
            let probe = runner.machine.eval(join.probe);
            let places = runner.machine.matches(join, probe);
            places.map(|place| runner.machine.tuple(join, place, 0)).collect()
        }
    };
    let mut found: Vec<(Value, Value)> = Vec::new();
    for value in values {
        runner.machine.set_local(only.local, value);
        if runner.machine.holds(only.condition) == Value::Bool(true) {
            let addend = runner.machine.eval(generator.head);
            found.push((addend, value));
        }
    }
    found.sort_by(|a, b| runner.machine.order(b.0, a.0).unwrap_or(std::cmp::Ordering::Equal));
    for (addend, value) in found.into_iter().take(8) {
        runner.machine.set_local(only.local, value);
        let span = match said_at(runner, generator.head) {
            Some((span, _)) => Some(span),
            None => {
                if let Value::Obj(object) = value {
                    Some(object_span(runner, object))
                } else {
                    None
                }
            }
        };
        let text = show::plain(runner.machine, value);
        let value = show::plain(runner.machine, addend);
        frames.push(Frame { text, value, span });
    }
}

/// What would mend it: an edit of the resource, never of a profile or the library.
pub(crate) fn fix(runner: &mut Runner<'_, '_>, fix: &FixTo, diagnostic: &mut Diagnostic) {
    let Value::Obj(object) = runner.machine.eval(fix.object) else { return };
    let value = runner.machine.eval(fix.value);
    if value == Value::Poison {
        return;
    }
    let text = source_form(runner, value);
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
            diagnostic.help.push(format!("write `{field} = {text}`"));
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
    diagnostic.help.push(format!("add `{field} = {text}`"));
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

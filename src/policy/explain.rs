//! Why a requirement failed: the guilty place, others that take part, and the message.

use crate::base::Span;
use crate::eval::show;
use crate::policy::facts::{first_said, said_at, said_use};
use crate::policy::run::Runner;
use crate::types::expr::{Op, Require};
use crate::types::span_of;
use crate::types::value::{ExprId, ObjId, Value};

/// The place that is guilty, others that take part, and the objects behind them.
#[derive(Clone, Default, Debug)]
pub(crate) struct Guilty {
    pub span: Option<Span>,
    /// What to say there.
    pub text: Option<String>,
    pub labels: Vec<(Span, String)>,
    pub objects: Vec<ObjId>,
}

/// Other places shown at most.
const MOST_LABELS: usize = 8;

/// Finds the guilty place of a failed requirement.
pub(crate) fn guilty(runner: &mut Runner<'_, '_>, require: &Require) -> Guilty {
    let mut guilty = Guilty::default();
    if let Some(at) = require.at {
        place_of(runner, at, &mut guilty);
    }
    if guilty.span.is_none()
        && let Some(said) = first_said(runner, require.condition)
    {
        guilty.span = Some(said.span);
        guilty.objects.push(said.object);
    }
    if let Some(this) = runner.machine.this {
        guilty.span = guilty.span.or_else(|| Some(object_span(runner, this)));
        if guilty.objects.is_empty() {
            guilty.objects.push(this);
        }
    }
    if guilty.span.is_none()
        && let Some(object) = runner.bound.iter().find_map(|value| match value {
            Value::Obj(object) => Some(*object),
            _ => None,
        })
    {
        // What the rule is about, where nothing that it reads was said.
        guilty.span = Some(object_span(runner, object));
        guilty.objects.push(object);
    }
    if guilty.span.is_none() {
        guilty.span = Some(span_of(runner.machine.units, require.node));
    }
    taken_by(runner, &mut guilty);
    guilty
}

/// Where a profile or model says what is guilty, the resource that takes it takes part.
fn taken_by(runner: &Runner<'_, '_>, guilty: &mut Guilty) {
    let (Some(span), Some(object)) = (guilty.span, guilty.objects.first()) else { return };
    let root = runner.machine.w.root(*object);
    if !runner.machine.w.is_resource(root) {
        return;
    }
    let resource = *runner.machine.p.defs.get(runner.machine.w.resource(root));
    let tree = &runner.machine.units[resource.unit as usize].tree;
    let inside = tree.span(resource.node);
    if span.file != inside.file || span.start < inside.start || span.end > inside.end {
        let name = show::address_of(runner.machine.p, runner.machine.w, root);
        guilty.labels.insert(0, (tree.span(resource.head.key), format!("`{name}` takes it from there")));
    }
}

/// Where an object is declared.
pub(crate) fn object_span(runner: &Runner<'_, '_>, object: ObjId) -> Span {
    span_of(runner.machine.units, runner.machine.w.object(object).at)
}

/// The place of the value of an expression: where it was said, or the object that it is.
fn place_of(runner: &mut Runner<'_, '_>, at: ExprId, guilty: &mut Guilty) {
    if let Some(said) = said_at(runner, at) {
        guilty.span = Some(said.span);
        guilty.objects.push(said.object);
        return;
    }
    if let Op::Generate(number) = runner.machine.p.expr(at).op {
        each_place(runner, number, guilty);
        return;
    }
    let value = runner.machine.eval(at);
    if let Some(said) = said_use(runner, value) {
        guilty.span = Some(said.span);
        guilty.objects.push(said.object);
        return;
    }
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
        guilty.span = Some(last.span);
        guilty.objects.push(last.object);
        for said in others.iter().filter(|said| said.span != last.span).take(MOST_LABELS) {
            let root = runner.machine.w.root(said.object);
            let name = show::address_of(runner.machine.p, runner.machine.w, root);
            guilty.labels.push((said.span, format!("`{name}` says the same")));
            guilty.objects.push(said.object);
        }
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

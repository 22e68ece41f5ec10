//! The facts behind a failed requirement: the value of each sub-expression, and where it was said.
//!
//! A fact that a line of the project states becomes a label there; what is computed or nobody said is a row of the
//! explanation. Only what decided is told: of an `and` that fails, the part that fails.

use crate::base::{Name, Origin, Span};
use crate::diag::Frame;
use crate::eval::show;
use crate::policy::explain::{Guilty, object_span};
use crate::policy::run::Runner;
use crate::types::builtins::Builtin;
use crate::types::expr::{Binary, Fold, Generator, Loop, Op, Operands, Property};
use crate::types::shape::Holds;
use crate::types::span_of;
use crate::types::value::{ExprId, ObjId, Slice, Value};

/// Facts told at most.
const MOST: usize = 10;
/// Addends of a sum shown at most.
const MOST_ADDENDS: usize = 8;

/// Where a value was said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    /// The place: the value, or what it belongs to.
    pub span: Span,
    /// The object it belongs to.
    pub object: ObjId,
    /// Whether a line says the value itself, and not only a default.
    pub stated: bool,
}

/// Tells every fact that a failed condition used: as labels beside the guilty place, and as rows.
pub(crate) fn tell(runner: &mut Runner<'_, '_>, condition: ExprId, guilty: &mut Guilty) -> Vec<Frame> {
    let mut told = Told { frames: Vec::new(), guilty, seen: Vec::new() };
    told.condition(runner, condition);
    told.frames
}

/// The first value in a condition that a source line of the project said.
pub(crate) fn first_said(runner: &mut Runner<'_, '_>, condition: ExprId) -> Option<Said> {
    let mut facts = Vec::new();
    decisive(runner, condition, false, &mut facts);
    let mut found: Option<Said> = None;
    for fact in facts {
        let here = match runner.machine.p.expr(fact).op {
            Op::Generate(number) => witness_said(runner, number),
            _ => said_at(runner, fact),
        };
        if let Some(said) = here.filter(|said| in_project(runner, said.span))
            && (found.is_none() || (said.stated && found.is_some_and(|found| !found.stated)))
        {
            found = Some(said);
        }
    }
    found
}

/// Whether an object is what a condition is about: what a loop around it binds, or one of its facts.
pub(crate) fn takes_part(runner: &mut Runner<'_, '_>, condition: ExprId, party: ObjId) -> bool {
    if runner.machine.locals().contains(&Value::Obj(party)) {
        return true;
    }
    let mut facts = Vec::new();
    facts_of(runner, condition, &mut facts);
    facts.into_iter().any(|fact| {
        let value = runner.machine.eval(fact);
        runner.machine.unknown = None;
        value == Value::Obj(party) || runner.machine.elements(value).contains(&Value::Obj(party))
    })
}

fn in_project(runner: &Runner<'_, '_>, span: Span) -> bool {
    runner.sources.file(span.file).origin == Origin::Project
}

/// What has been told so far.
struct Told<'a> {
    frames: Vec<Frame>,
    guilty: &'a mut Guilty,
    seen: Vec<String>,
}

impl Told<'_> {
    fn condition(&mut self, runner: &mut Runner<'_, '_>, condition: ExprId) {
        let mut facts = Vec::new();
        decisive(runner, condition, false, &mut facts);
        for fact in facts.into_iter().take(MOST) {
            let at = runner.machine.p.expr(fact).at;
            let text = squeeze(runner.sources.text(span_of(runner.machine.units, at)));
            if self.seen.contains(&text) {
                continue;
            }
            self.seen.push(text.clone());
            let value = runner.machine.eval(fact);
            runner.machine.unknown = None;
            if value.is_poison() {
                continue;
            }
            match runner.machine.p.expr(fact).op {
                Op::Generate(number) => self.generator(runner, number, text, value),
                Op::Call(Builtin::Count, run) => self.count(runner, run, text, value),
                _ => {
                    let said = said_at(runner, fact);
                    self.fact(runner, text, value, said);
                }
            }
        }
    }

    /// Adds one fact: to the guilty place, as a label of another, or as a row.
    fn fact(&mut self, runner: &Runner<'_, '_>, text: String, value: Value, said: Option<Said>) {
        let shown = shown(runner, value);
        let stated = said.filter(|said| said.stated);
        match stated {
            Some(said) if in_project(runner, said.span) => self.label(said.span, format!("{text} = {shown}")),
            _ => self.frames.push(Frame { text, value: shown, span: stated.map(|said| said.span) }),
        }
    }

    fn label(&mut self, span: Span, text: String) {
        if self.guilty.span == Some(span) {
            self.guilty.text.get_or_insert(text);
        } else if !self.guilty.labels.iter().any(|(other, _)| *other == span) {
            self.guilty.labels.push((span, text));
        }
    }

    /// `count(xs)`: how many, and where each is declared.
    fn count(&mut self, runner: &mut Runner<'_, '_>, run: Operands, text: String, value: Value) {
        self.fact(runner, text, value, None);
        let list = runner.machine.p.operands(run)[0];
        let list = runner.machine.eval(list);
        for counted in runner.machine.elements(list).into_iter().take(MOST_ADDENDS) {
            if let Some(said) = object_said(runner, counted).filter(|said| in_project(runner, said.span)) {
                let name = show::address(runner.machine, said.object);
                self.label(said.span, format!("`{name}`"));
            }
        }
    }

    /// `all`, `any`, `sum` and their like: the binding that decided, or the addends.
    fn generator(&mut self, runner: &mut Runner<'_, '_>, number: u32, text: String, value: Value) {
        let generator = runner.machine.p.generators[number as usize].clone();
        match (generator.fold, value) {
            (Fold::All, Value::Bool(false)) => self.witness(runner, &generator, text, false),
            (Fold::Any, Value::Bool(true)) => self.witness(runner, &generator, text, true),
            (Fold::Sum, _) => {
                self.fact(runner, text, value, None);
                self.addends(runner, &generator);
            }
            (Fold::All | Fold::Any | Fold::Count | Fold::List | Fold::Keyed, _) => self.fact(runner, text, value, None),
        }
    }

    /// The first binding for which the head is `wanted`, and how many there are.
    fn witness(&mut self, runner: &mut Runner<'_, '_>, generator: &Generator, text: String, wanted: bool) {
        let (mut total, mut met) = (0u32, 0u32);
        walk(runner, &generator.loops, &mut |runner| {
            total += 1;
            met += u32::from(runner.machine.eval(generator.head) == Value::Bool(wanted));
            true
        });
        let found = find(runner, generator, wanted);
        let shown = found.map_or_else(|| "?".to_owned(), |value| shown(runner, value));
        let which = match (wanted, met) {
            (true, 1) => format!("true, for `{shown}`"),
            (true, _) => format!("true, for `{shown}` and {} more", met - 1),
            (false, 1) => format!("false, for `{shown}`"),
            (false, _) => format!("false, for `{shown}` and {} more of {total}", met.saturating_sub(1)),
        };
        self.frames.push(Frame { text, value: which, span: None });
        if found.is_some() {
            let mut facts = Vec::new();
            decisive(runner, generator.head, wanted, &mut facts);
            for fact in facts.into_iter().take(MOST) {
                let at = runner.machine.p.expr(fact).at;
                let text = squeeze(runner.sources.text(span_of(runner.machine.units, at)));
                let value = runner.machine.eval(fact);
                runner.machine.unknown = None;
                let said = said_at(runner, fact);
                if !self.seen.contains(&text) && !value.is_poison() {
                    self.seen.push(text.clone());
                    self.fact(runner, text, value, said);
                }
            }
        }
    }

    /// The largest addends of a sum.
    fn addends(&mut self, runner: &mut Runner<'_, '_>, generator: &Generator) {
        let Some(last) = generator.loops.last().copied() else { return };
        let mut found: Vec<(Value, Value, Option<Said>)> = Vec::new();
        walk(runner, &generator.loops, &mut |runner| {
            let addend = runner.machine.eval(generator.head);
            let of = runner.machine.local(last.local);
            let said = said_at(runner, generator.head).or_else(|| object_said(runner, of));
            found.push((addend, of, said));
            true
        });
        found.sort_by(|a, b| runner.machine.listed(b.0, a.0));
        let rest = found.len().saturating_sub(MOST_ADDENDS);
        for (addend, of, said) in found.into_iter().take(MOST_ADDENDS) {
            let (of, addend) = (shown(runner, of), shown(runner, addend));
            match said {
                Some(said) if in_project(runner, said.span) => self.label(said.span, format!("`{of}`: {addend}")),
                _ => self.frames.push(Frame { text: of, value: addend, span: None }),
            }
        }
        if rest > 0 {
            self.frames.push(Frame { text: "addends not shown".to_owned(), value: rest.to_string(), span: None });
        }
    }
}

/// A value as a fact shows it.
fn shown(runner: &Runner<'_, '_>, value: Value) -> String {
    match value {
        Value::Obj(object) if runner.machine.w.object(object).key == Value::Null => "{ … }".to_owned(),
        Value::List(slice) | Value::Map(slice) if slice.len == 0 => "none".to_owned(),
        value => show::plain(runner.machine, value),
    }
}

/// The sub-expressions that decided that a condition is `wanted`.
fn decisive(runner: &mut Runner<'_, '_>, id: ExprId, wanted: bool, out: &mut Vec<ExprId>) {
    match runner.machine.p.expr(id).op {
        Op::Not(inner) => decisive(runner, inner, !wanted, out),
        Op::And(left, right) | Op::Or(left, right) => {
            let one_is_enough = matches!(runner.machine.p.expr(id).op, Op::Or(..)) == wanted;
            let first = runner.machine.eval(left) == Value::Bool(wanted);
            runner.machine.unknown = None;
            if !one_is_enough || first {
                decisive(runner, left, wanted, out);
            }
            if !one_is_enough || !first {
                decisive(runner, right, wanted, out);
            }
        }
        Op::Implies(left, right) => {
            decisive(runner, left, !wanted, out);
            decisive(runner, right, wanted, out);
        }
        _ => facts_of(runner, id, out),
    }
}

/// The parts of an expression that are facts: fields, properties, calls, names.
fn facts_of(runner: &Runner<'_, '_>, id: ExprId, out: &mut Vec<ExprId>) {
    let p = &runner.machine.p;
    match p.expr(id).op {
        Op::Not(a) | Op::Neg(a) | Op::Known(a) | Op::Safe(a) => facts_of(runner, a, out),
        Op::Binary(_, a, b)
        | Op::And(a, b)
        | Op::Or(a, b)
        | Op::Implies(a, b)
        | Op::Coalesce(a, b)
        | Op::Range(a, b) => {
            facts_of(runner, a, out);
            facts_of(runner, b, out);
        }
        Op::If(run) | Op::List(run) => p.operands(run).to_vec().into_iter().for_each(|id| facts_of(runner, id, out)),
        Op::Local(slot) => match runner.machine.local(slot) {
            Value::Obj(_) | Value::List(_) | Value::Group(_) | Value::Poison => {}
            _ => out.push(id),
        },
        Op::Field(..)
        | Op::FieldNamed(..)
        | Op::Property(..)
        | Op::Generate(_)
        | Op::Call(..)
        | Op::Apply(..)
        | Op::Is(..)
        | Op::Let(_)
        | Op::Input(_)
        | Op::Member(..)
        | Op::Part(..)
        | Op::Index(..) => out.push(id),
        Op::Const(_) | Op::SelfObj | Op::Kinds(_) | Op::Map(_) | Op::Interpolate(_) => {}
    }
}

/// Text on one line, cut at a screen's width.
fn squeeze(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= 100 { line } else { line.chars().take(97).chain("…".chars()).collect() }
}

/// Where a field's value was said; the object itself where only a default says it.
pub(crate) fn said_at(runner: &mut Runner<'_, '_>, id: ExprId) -> Option<Said> {
    match runner.machine.p.expr(id).op {
        Op::Field(base, shape, field) => {
            let name = runner.machine.p.field(shape, field).name;
            said_field(runner, base, name)
        }
        Op::FieldNamed(base, name) => said_field(runner, base, name),
        Op::Known(inner) | Op::Safe(inner) => said_at(runner, inner),
        Op::Property(base, property) => {
            let base = runner.machine.eval(base);
            let Value::Obj(object) = base else { return None };
            if !matches!(property, Property::On | Property::OnMany) || !runner.machine.w.is_resource(object) {
                return object_said(runner, base);
            }
            let resource = *runner.machine.p.defs.get(runner.machine.w.resource(object));
            let stated = resource.head.on != 0;
            let node = if stated { resource.head.on + 1 } else { resource.head.key };
            Some(Said { span: runner.machine.units[resource.unit as usize].tree.span(node), object, stated })
        }
        _ => None,
    }
}

/// An object as the place of what it does not say.
fn object_said(runner: &Runner<'_, '_>, value: Value) -> Option<Said> {
    let Value::Obj(object) = value else { return None };
    Some(Said { span: object_span(runner, object), object, stated: false })
}

fn said_field(runner: &mut Runner<'_, '_>, base: ExprId, name: Name) -> Option<Said> {
    match runner.machine.eval(base) {
        Value::Obj(object) => said_field_of(runner, object, name),
        _ => None,
    }
}

/// Where a value that `values(T)` found was said: such a one knows its owner, and its path ends in the field.
pub(crate) fn said_use(runner: &mut Runner<'_, '_>, value: Value) -> Option<Said> {
    let Value::Group(parts) = value else { return None };
    if parts.len != 4 {
        return None;
    }
    let [owner, path, role] = [1, 2, 3].map(|place| runner.machine.p.heap.at(parts, place));
    let (Value::Obj(object), Value::Str(path), Value::Enum(_)) = (owner, path, role) else { return None };
    let field = runner.machine.p.name(path).rsplit('.').next()?.to_owned();
    let name = runner.machine.p.heap.names.intern(&field);
    said_field_of(runner, object, name)
}

fn said_field_of(runner: &mut Runner<'_, '_>, object: ObjId, name: Name) -> Option<Said> {
    let of = *runner.machine.w.object(object);
    let number = runner.machine.p.shape(of.shape).field(name, of.tag)?;
    if let Some(slot) = runner.machine.w.slot(object, number) {
        return Some(Said { span: span_of(runner.machine.units, slot.at), object, stated: true });
    }
    let field = runner.machine.p.field(of.shape, number);
    let derived = match (field.holds, field.default) {
        (Holds::Derived, Some(Value::Lazy(id))) => traced(runner, object, id),
        _ => None,
    };
    derived.or_else(|| object_said(runner, Value::Obj(object)))
}

/// Where a derived value comes from, if it is one field or a choice between some.
fn traced(runner: &mut Runner<'_, '_>, object: ObjId, id: ExprId) -> Option<Said> {
    let own = runner.machine.enter(Some(object), Slice::default());
    let mut at = id;
    while let Op::If(run) = runner.machine.p.expr(at).op {
        let [test, then, otherwise] = [0, 1, 2].map(|place| runner.machine.p.operands(run)[place]);
        at = if runner.machine.eval(test) == Value::Bool(true) { then } else { otherwise };
    }
    let found = match runner.machine.p.expr(at).op {
        Op::Field(..) | Op::FieldNamed(..) => said_at(runner, at).filter(|said| said.stated),
        _ => None,
    };
    runner.machine.leave(own);
    found
}

/// Runs through the bindings of loops; `visit` says whether to go on.
fn walk(runner: &mut Runner<'_, '_>, loops: &[Loop], visit: &mut dyn FnMut(&mut Runner<'_, '_>) -> bool) -> bool {
    let Some((found, inner)) = loops.split_first() else { return visit(runner) };
    let source = runner.machine.eval(found.source);
    for value in runner.machine.elements(source) {
        runner.machine.set_local(found.local, value);
        let joins = found.join.is_none_or(|join| {
            let (key, probe) = (runner.machine.eval(join.key), runner.machine.eval(join.probe));
            let at = runner.machine.p.expr(join.key).at;
            runner.machine.binary(Binary::Eq, key, probe, at) == Value::Bool(true)
        });
        let holds = joins && runner.machine.holds(found.condition) == Value::Bool(true);
        runner.machine.unknown = None;
        if holds && !walk(runner, inner, visit) {
            return false;
        }
    }
    true
}

/// Binds the loops so that the head is `wanted`; the value of the last variable.
fn find(runner: &mut Runner<'_, '_>, generator: &Generator, wanted: bool) -> Option<Value> {
    let last = generator.loops.last()?.local;
    let gone_through = walk(runner, &generator.loops, &mut |runner| {
        let found = runner.machine.eval(generator.head) == Value::Bool(wanted);
        runner.machine.unknown = None;
        !found
    });
    (!gone_through).then(|| runner.machine.local(last))
}

/// Where the binding that decided an `all` or `any` was said.
fn witness_said(runner: &mut Runner<'_, '_>, number: u32) -> Option<Said> {
    let generator = runner.machine.p.generators[number as usize].clone();
    let wanted = match generator.fold {
        Fold::All => false,
        Fold::Any => true,
        Fold::List | Fold::Keyed | Fold::Count | Fold::Sum => return None,
    };
    let value = find(runner, &generator, wanted)?;
    let mut facts = Vec::new();
    decisive(runner, generator.head, wanted, &mut facts);
    let stated = facts.into_iter().find_map(|fact| said_at(runner, fact).filter(|said| said.stated));
    stated.or_else(|| object_said(runner, value))
}

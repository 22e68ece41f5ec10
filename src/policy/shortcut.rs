//! Requirements that need not be computed: where an object says nothing of what decides them, the library's
//! defaults decide, and they decide the same for every such object.

use crate::eval::memo::Memo;
use crate::eval::{FieldSet, Machine};
use crate::types::expr::{Binary, Fold, Loop, Op, Property, Require};
use crate::types::ty::ShapeId;
use crate::types::value::{ExprId, ObjId, Slice, Value};

/// A part of a condition that settles it, if it has this value.
#[derive(Clone, Copy, Debug)]
struct Decisive {
    expr: ExprId,
    value: Value,
    /// The fields that it reads.
    reads: FieldSet,
    /// Whether the defaults give it that value, or leave it unknown; none before the first look.
    by_default: Option<bool>,
    /// A field of which it asks no more than that it is said: `self.address != null`.
    said: Option<u16>,
}

/// The shortcuts of one requirement.
#[derive(Clone, Default, Debug)]
pub(crate) struct Shortcut {
    parts: Vec<Decisive>,
    /// What was found for objects with the same values.
    pub memo: Memo,
}

impl Shortcut {
    /// Finds what settles a requirement of a shape.
    pub fn of(machine: &Machine<'_>, shape: ShapeId, require: &Require) -> Shortcut {
        let mut shortcut = Shortcut { parts: Vec::new(), memo: Memo::of(machine.p, require.condition) };
        shortcut.look(machine, shape, require.condition);
        shortcut
    }

    fn look(&mut self, machine: &Machine<'_>, shape: ShapeId, condition: ExprId) {
        self.part(machine, shape, condition, Value::Bool(true));
        match machine.p.expr(condition).op {
            Op::Implies(premise, _) => self.part(machine, shape, premise, Value::Bool(false)),
            Op::Or(a, b) => {
                self.look(machine, shape, a);
                self.look(machine, shape, b);
            }
            // All of none do.
            Op::Generate(number) => {
                let generator = &machine.p.generators[number as usize];
                if let (Fold::All, [found]) = (generator.fold, generator.loops.as_slice())
                    && found.join.is_none()
                {
                    self.part(machine, shape, found.source, Value::List(Slice::default()));
                }
            }
            _ => {}
        }
    }

    fn part(&mut self, machine: &Machine<'_>, shape: ShapeId, expr: ExprId, value: Value) {
        let mut reads = FieldSet::NOTHING;
        if (Reads { machine, shape, of: Op::SelfObj }).only(expr, &mut reads) && reads != FieldSet::NOTHING {
            let said = said(machine, shape, expr).filter(|_| value == Value::Bool(true));
            self.parts.push(Decisive { expr, value, reads, by_default: None, said });
        }
    }

    /// Whether it may settle the requirement for some object, as far as is known.
    pub fn may_hold(&self) -> bool {
        self.parts.iter().any(|part| part.by_default != Some(false))
    }

    /// Whether an object that says these fields meets the requirement by defaults alone, or leaves unknown what decides it.
    pub fn by_defaults(&mut self, machine: &mut Machine<'_>, object: ObjId, said: FieldSet) -> bool {
        self.parts.iter_mut().filter(|part| !part.reads.meets(said)).any(|part| {
            *part.by_default.get_or_insert_with(|| {
                machine.this = Some(object);
                let value = machine.eval(part.expr);
                let is_unknown = machine.unknown.take().is_some();
                value == part.value || is_unknown && value.is_poison()
            })
        })
    }

    /// Whether an object meets the requirement because it says a field.
    pub fn is_said(&self, machine: &Machine<'_>, object: ObjId) -> bool {
        self.parts.iter().filter_map(|part| part.said).any(|field| {
            let slot = machine.w.slot(object, field);
            slot.is_some_and(|slot| slot.value.is_known() && !matches!(slot.value, Value::Lazy(_)))
        })
    }
}

/// The field of `self` that an expression asks to be there, if it asks no more.
fn said(machine: &Machine<'_>, shape: ShapeId, expr: ExprId) -> Option<u16> {
    let Op::Binary(Binary::Ne, a, b) = machine.p.expr(expr).op else { return None };
    match (machine.p.expr(a).op, machine.p.expr(b).op) {
        (Op::Field(base, of, field), Op::Const(Value::Null)) if of == shape => {
            matches!(machine.p.expr(base).op, Op::SelfObj).then_some(field)
        }
        _ => None,
    }
}

/// The condition of a loop over all resources of a kind, which most of them meet or miss by defaults alone.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    condition: ExprId,
    local: u16,
    /// Each shape that the kind has, as `guest` has two: what the condition reads of it, and what its defaults make of that.
    shapes: Vec<(ShapeId, FieldSet, Option<Value>)>,
}

impl Guard {
    /// The guard of a loop; none where defaults cannot decide.
    pub fn of(machine: &Machine<'_>, found: &Loop) -> Option<Guard> {
        let condition = found.condition?;
        let Op::Kinds(ty) = machine.p.expr(found.source).op else { return None };
        let crate::types::ty::Ty::Obj(shapes, _) = machine.p.types.get(machine.p.types.base(ty)) else { return None };
        let decided = |shape: &ShapeId| {
            let mut reads = FieldSet::NOTHING;
            let only = Reads { machine, shape: *shape, of: Op::Local(found.local) }.only(condition, &mut reads);
            only.then_some((*shape, reads, None))
        };
        let shapes: Vec<_> = shapes.iter().filter_map(decided).collect();
        (!shapes.is_empty()).then_some(Guard { condition, local: found.local, shapes })
    }

    /// What the condition is for an object by defaults alone; none if it says something of what decides.
    pub fn by_default(&mut self, machine: &mut Machine<'_>, object: ObjId) -> Option<Value> {
        let of = machine.w.object(object);
        let (_, reads, known) = self.shapes.iter_mut().find(|(shape, ..)| *shape == of.shape)?;
        if reads.meets(of.says) {
            return None;
        }
        Some(*known.get_or_insert_with(|| {
            machine.set_local(self.local, Value::Obj(object));
            let value = machine.eval(self.condition);
            machine.unknown = None;
            value
        }))
    }
}

/// What an expression reads of one object: `self`, or a loop's variable.
#[derive(Clone, Copy)]
struct Reads<'m, 'a> {
    machine: &'m Machine<'a>,
    shape: ShapeId,
    of: Op,
}

impl Reads<'_, '_> {
    fn is_object(self, id: ExprId) -> bool {
        match (self.of, self.machine.p.expr(id).op) {
            (Op::SelfObj, Op::SelfObj) => true,
            (Op::Local(slot), Op::Local(other)) => slot == other,
            _ => false,
        }
    }

    /// Whether an expression reads nothing but plain fields of the object; collects which.
    fn only(self, id: ExprId, reads: &mut FieldSet) -> bool {
        let p = &self.machine.p;
        let mut all = |ids: &[ExprId]| ids.iter().all(|id| self.only(*id, reads));
        match p.expr(id).op {
            _ if self.is_object(id) => false,
            Op::Const(_) | Op::Local(_) | Op::Let(_) | Op::Input(_) => true,
            Op::Field(base, of, field) => {
                let plain = p.field(of, field).is_plain();
                if self.is_object(base) {
                    reads.add(field);
                    return plain && of == self.shape && FieldSet::is_exact(field);
                }
                plain && self.only(base, reads)
            }
            // A field of a kind of several shapes is found by its name; what one of its variants has only is not told here.
            Op::FieldNamed(base, name) if self.is_object(base) => match p.shape(self.shape).field(name, None) {
                Some(field) => {
                    reads.add(field);
                    p.field(self.shape, field).is_plain() && FieldSet::is_exact(field)
                }
                None => false,
            },
            Op::Property(base, property) => {
                matches!(
                    property,
                    Property::Size
                        | Property::Empty
                        | Property::First
                        | Property::Last
                        | Property::Family
                        | Property::Version
                        | Property::Address
                        | Property::Prefix
                ) && all(&[base])
            }
            Op::Not(a) | Op::Neg(a) | Op::Safe(a) | Op::Known(a) | Op::Is(a, _) => all(&[a]),
            Op::Binary(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::Implies(a, b)
            | Op::Coalesce(a, b)
            | Op::Range(a, b)
            | Op::Index(a, b) => all(&[a, b]),
            Op::If(run) | Op::List(run) | Op::Map(run) => all(p.operands(run)),
            Op::Generate(number) => {
                let generator = &p.generators[number as usize];
                let joined = generator.loops.iter().any(|found| found.join.is_some());
                !joined
                    && all(&[generator.head])
                    && generator
                        .loops
                        .iter()
                        .all(|found| all(&[found.source]) && found.condition.is_none_or(|condition| all(&[condition])))
            }
            Op::Call(builtin, run) => {
                use crate::types::builtins::Builtin;
                !matches!(builtin, Builtin::Values | Builtin::Refs | Builtin::Uses | Builtin::Lost | Builtin::WhyLost)
                    && all(p.operands(run))
            }
            Op::SelfObj
            | Op::FieldNamed(..)
            | Op::Member(..)
            | Op::Part(..)
            | Op::Kinds(_)
            | Op::Interpolate(_)
            | Op::Apply(..) => false,
        }
    }
}

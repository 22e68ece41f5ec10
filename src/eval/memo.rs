//! What is computed for one object holds for every object that gives it the same values.
//!
//! Evaluation is pure. An expression over `self` that reads it through a few fields only is a function of
//! their values, and in a lab most objects repeat each other's: the disks of a hundred guests lie on three
//! storages. [`Memo`] finds those fields, and remembers what came out. Where values seldom repeat it stops asking.

use rustc_hash::FxHashMap;

use crate::eval::machine::Machine;
use crate::eval::{Key, key_of};
use crate::types::Program;
use crate::types::builtins::Builtin;
use crate::types::expr::{Binary, Op, Property};
use crate::types::shape::{Field, Holds};
use crate::types::ty::ShapeId;
use crate::types::value::{ExprId, ObjId, Slice, Value};

/// How many values an outcome may depend on.
const MOST_ROOTS: usize = 6;
/// After so many questions it must have paid.
pub(crate) const TRIAL: u32 = 1024;

/// A value that the outcome depends on.
#[derive(Clone, Copy, Debug)]
struct Root {
    expr: ExprId,
    /// Where it is, if that is one step away.
    near: Near,
    /// Reading it computes nothing, and so finds nothing wrong.
    is_plain: bool,
}

/// What is read without evaluating anything. The first number is how many holders up from `self` it is.
#[derive(Clone, Copy, Debug)]
enum Near {
    /// A field of a shape, and what it is where nothing says it, if that is the same for all.
    Field(u8, ShapeId, u16, Option<Key>),
    /// A property, such as the key of `self` or the host of its owner.
    Property(u8, Property),
    /// It must be evaluated.
    No,
}

/// The values that an outcome depends on.
pub(crate) type Given = [Key; MOST_ROOTS];

/// The outcomes of one expression over `self`.
#[derive(Clone, Default, Debug)]
pub(crate) struct Memo {
    roots: Vec<Root>,
    known: FxHashMap<Given, Value>,
    asked: u32,
    answered: u32,
    is_off: bool,
    /// Whether computing it is no more than asking.
    is_cheap: bool,
}

/// How deep what a derived field is derived from is looked for.
const MOST_WITHIN: u8 = 3;

/// How many operations may be computed rather than asked for.
const CHEAP: u32 = 12;

impl Memo {
    /// The memo of an expression; one that never answers if the expression reads `self` in another way.
    pub fn of(p: &Program, expr: ExprId) -> Memo {
        let mut roots = Vec::new();
        let is_function = collect(p, expr, &mut roots, MOST_WITHIN) && roots.len() <= MOST_ROOTS;
        let is_cheap = is_cheap(p, expr, &mut CHEAP.clone());
        Memo { roots, is_off: !is_function, is_cheap, ..Memo::default() }
    }

    /// Whether computing the outcome is no more work than asking for it.
    pub fn is_cheap(&self) -> bool {
        self.is_cheap
    }

    /// The memo of several outcomes at once, of those among `memos` that pay and together depend on few enough values; and
    /// which these are.
    pub fn together<'m>(p: &Program, memos: impl Iterator<Item = Option<&'m Memo>>) -> (Memo, Vec<bool>) {
        let mut all = Memo::default();
        let mut take = |memo: &Memo| {
            let is_new = |root: &&Root| !all.roots.iter().any(|known| is_same(p, known.expr, root.expr));
            let new: Vec<Root> = memo.roots.iter().filter(is_new).copied().collect();
            let fits = memo.pays() && all.roots.len() + new.len() <= MOST_ROOTS;
            if fits {
                all.roots.extend(new);
            }
            fits
        };
        let members: Vec<bool> = memos.map(|memo| memo.is_some_and(&mut take)).collect();
        // One alone has its own.
        all.is_off = members.iter().filter(|is_member| **is_member).count() < 2;
        (all, members)
    }

    /// Whether it is asked often, and mostly knows.
    fn pays(&self) -> bool {
        !self.is_off && self.asked >= TRIAL / 2 && self.answered > self.asked / 2
    }

    /// Whether asking computes nothing.
    pub fn is_plain(&self) -> bool {
        self.roots.iter().all(|root| root.is_plain)
    }

    /// The values that decide for this object; none if they cannot be compared, or asking does not pay.
    pub fn given(&mut self, machine: &mut Machine<'_>, object: ObjId) -> Option<Given> {
        if self.is_off {
            return None;
        }
        if machine.w.object(object).is_poison {
            return None;
        }
        let mut given = [Key(0, 0); MOST_ROOTS];
        for (root, place) in self.roots.iter().zip(&mut given) {
            *place = match root.near {
                Near::Field(up, shape, field, unsaid) => {
                    let holder = holder(machine, object, up)?;
                    let of = machine.w.object(holder);
                    match unsaid.filter(|_| of.shape == shape && !of.is_poison && !of.says.has(field)) {
                        Some(key) => key,
                        None => exact_key(machine.field(holder, shape, field))?,
                    }
                }
                Near::Property(up, property) => {
                    let holder = holder(machine, object, up)?;
                    exact_key(machine.object_property(holder, property))?
                }
                Near::No => exact_key(machine.eval(root.expr))?,
            };
        }
        self.asked += 1;
        Some(given)
    }

    /// The outcome for these values, if it is known.
    pub fn answer(&mut self, given: &Given) -> Option<Value> {
        let found = self.known.get(given).copied();
        self.answered += u32::from(found.is_some());
        if self.asked == TRIAL && self.answered < TRIAL / 2 {
            self.is_off = true;
            self.known = FxHashMap::default();
        }
        found
    }

    /// Remembers an outcome.
    pub fn learn(&mut self, given: Given, value: Value) {
        if !self.is_off {
            self.known.insert(given, value);
        }
    }
}

/// How many accepted values are kept at a time; a power of two.
const ACCEPTED_ROWS: usize = 1024;

/// The values that refinements accepted most lately, so that what repeats is not asked again.
#[derive(Clone, Default, Debug)]
pub(crate) struct Accepted(Vec<Option<(ExprId, Key)>>);

impl Accepted {
    fn place(rule: ExprId, key: Key) -> usize {
        let mixed = (key.1 ^ u64::from(rule.0) << 32 ^ u64::from(key.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 40) as usize & (ACCEPTED_ROWS - 1)
    }

    /// Whether a refinement is known to accept a value.
    pub fn has(&self, rule: ExprId, value: Value) -> bool {
        let Some(key) = exact_key(value) else { return false };
        self.0.get(Accepted::place(rule, key)).copied().flatten() == Some((rule, key))
    }

    /// Remembers that it does.
    pub fn add(&mut self, rule: ExprId, value: Value) {
        let Some(key) = exact_key(value) else { return };
        if self.0.is_empty() {
            self.0.resize(ACCEPTED_ROWS, None);
        }
        self.0[Accepted::place(rule, key)] = Some((rule, key));
    }
}

/// A key that two values share only if nothing tells them apart; none for what is not computed.
fn exact_key(value: Value) -> Option<Key> {
    let of_slice = |tag: u8, slice: Slice| Key(tag, u64::from(slice.start) << 32 | u64::from(slice.len));
    match value {
        Value::Interface(address, prefix) => Some(Key(20, u64::from(address) << 8 | u64::from(prefix))),
        Value::List(slice) => Some(of_slice(21, slice)),
        Value::Map(slice) => Some(of_slice(22, slice)),
        Value::Range(slice) => Some(of_slice(23, slice)),
        Value::Group(slice) => Some(of_slice(24, slice)),
        plain => key_of(plain),
    }
}

/// The object so many holders up.
#[inline]
fn holder(machine: &Machine<'_>, object: ObjId, up: u8) -> Option<ObjId> {
    (0..up).try_fold(object, |object, _| machine.w.object(object).owner())
}

/// Collects what an expression reads of `self`; whether it is a function of that. A derived field of `self` is what it is
/// derived from, if that is likely to repeat: `within` bounds how deep that is looked for.
fn collect(p: &Program, id: ExprId, roots: &mut Vec<Root>, within: u8) -> bool {
    if is_root(p, id) {
        if !roots.iter().any(|known| is_same(p, known.expr, id)) {
            let known = roots.len();
            if let Some(derived) = derived(p, id).filter(|_| within > 0) {
                let is_function = collect(p, derived, roots, within - 1) && roots.len() <= MOST_ROOTS;
                if is_function && roots[known..].iter().all(|root| repeats(p, root.expr)) {
                    return true;
                }
                roots.truncate(known);
            }
            let near = near(p, id);
            let is_plain = match p.expr(id).op {
                Op::Field(_, of, field) => p.field(of, field).is_plain(),
                Op::Property(..) | Op::Is(..) => true,
                _ => false,
            };
            roots.push(Root { expr: id, near, is_plain });
        }
        return roots.len() <= MOST_ROOTS;
    }
    let mut all = |ids: &[ExprId]| ids.iter().all(|id| collect(p, *id, roots, within));
    match p.expr(id).op {
        Op::Const(_) | Op::Local(_) | Op::Let(_) | Op::Input(_) | Op::Kinds(_) => true,
        Op::SelfObj | Op::Part(..) => false,
        Op::Field(base, ..) | Op::FieldNamed(base, _) | Op::Property(base, _) | Op::Member(base, ..) => all(&[base]),
        Op::Not(a) | Op::Neg(a) | Op::Safe(a) | Op::Known(a) | Op::Is(a, _) => all(&[a]),
        Op::Binary(_, a, b)
        | Op::And(a, b)
        | Op::Or(a, b)
        | Op::Implies(a, b)
        | Op::Coalesce(a, b)
        | Op::Range(a, b)
        | Op::Index(a, b) => all(&[a, b]),
        Op::If(run) | Op::List(run) | Op::Map(run) | Op::Interpolate(run) | Op::Apply(_, run) => all(p.operands(run)),
        // Who said a value is not in the value.
        Op::Call(Builtin::Stated, _) => false,
        Op::Call(_, run) => all(p.operands(run)),
        Op::Generate(number) => {
            let generator = &p.generators[number as usize];
            all(&[generator.head])
                && generator.loops.iter().all(|found| {
                    all(&[found.source])
                        && found.condition.is_none_or(|condition| all(&[condition]))
                        && found.join.is_none_or(|join| all(&[join.key, join.probe]))
                })
        }
    }
}

/// Where a root is, as seen from `self`.
fn near(p: &Program, root: ExprId) -> Near {
    match p.expr(root).op {
        Op::Field(base, of, field) => match holders(p, base) {
            Some(up) => Near::Field(up, of, field, unsaid_key(p.field(of, field))),
            None => Near::No,
        },
        Op::Property(base, property @ (Property::Key | Property::Name | Property::On)) => {
            holders(p, base).map_or(Near::No, |up| Near::Property(up, property))
        }
        _ => Near::No,
    }
}

/// What a derived field of `self` is derived from.
fn derived(p: &Program, root: ExprId) -> Option<ExprId> {
    let Op::Field(base, of, field) = p.expr(root).op else { return None };
    let field = p.field(of, field);
    match (p.expr(base).op, field.holds, field.default) {
        (Op::SelfObj, Holds::Derived, Some(Value::Lazy(id))) => Some(id),
        _ => None,
    }
}

/// Whether a root is likely to be the same for many objects: a block is nobody else's.
fn repeats(p: &Program, root: ExprId) -> bool {
    match p.expr(root).op {
        Op::Field(_, of, field) => p.field(of, field).holds == Holds::Value,
        Op::Property(_, property) => property == Property::On,
        _ => false,
    }
}

/// Whether an expression is a few operations over values that need no computing.
fn is_cheap(p: &Program, id: ExprId, left: &mut u32) -> bool {
    let Some(fewer) = left.checked_sub(1) else { return false };
    *left = fewer;
    let mut all = |ids: &[ExprId]| ids.iter().all(|id| is_cheap(p, *id, left));
    match p.expr(id).op {
        Op::Const(_) | Op::SelfObj => true,
        Op::Field(base, of, field) => p.field(of, field).is_plain() && all(&[base]),
        Op::Property(base, Property::Owner | Property::Key) | Op::Not(base) | Op::Safe(base) | Op::Known(base) => {
            all(&[base])
        }
        Op::Binary(Binary::Eq | Binary::Ne | Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge, a, b)
        | Op::And(a, b)
        | Op::Or(a, b)
        | Op::Implies(a, b)
        | Op::Coalesce(a, b) => all(&[a, b]),
        Op::If(run) => all(p.operands(run)),
        _ => false,
    }
}

/// The key of what a field is where nothing says it; none if that must be computed or made.
fn unsaid_key(field: &Field) -> Option<Key> {
    match (field.holds, field.default) {
        (Holds::Blocks(..), _) => exact_key(Value::List(Slice::default())),
        (Holds::Block(_, true), _) => exact_key(Value::Null),
        (Holds::Block(_, false), _) => None,
        (Holds::Value | Holds::Derived, default) => exact_key(default?),
    }
}

/// Whether an expression is one step from `self`, or from what holds it.
fn is_root(p: &Program, id: ExprId) -> bool {
    match p.expr(id).op {
        Op::Field(base, ..) | Op::FieldNamed(base, _) | Op::Property(base, _) | Op::Is(base, _) => {
            holders(p, base).is_some()
        }
        _ => false,
    }
}

/// How many holders up from `self` an expression is: `self`, `self.owner`, `self.owner.owner`.
fn holders(p: &Program, id: ExprId) -> Option<u8> {
    match p.expr(id).op {
        Op::SelfObj => Some(0),
        Op::Property(base, Property::Owner) => holders(p, base)?.checked_add(1),
        _ => None,
    }
}

/// Whether two roots are the same step.
fn is_same(p: &Program, a: ExprId, b: ExprId) -> bool {
    match (p.expr(a).op, p.expr(b).op) {
        (Op::SelfObj, Op::SelfObj) => true,
        (Op::Field(a, shape, field), Op::Field(b, other, second)) => {
            shape == other && field == second && is_same(p, a, b)
        }
        (Op::FieldNamed(a, name), Op::FieldNamed(b, other)) | (Op::Is(a, name), Op::Is(b, other)) => {
            name == other && is_same(p, a, b)
        }
        (Op::Property(a, property), Op::Property(b, other)) => property == other && is_same(p, a, b),
        _ => false,
    }
}

//! The interpreter of typed expressions: a frame of values, a `self`, and bounds on everything.

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::eval::memo::Memo;
use crate::eval::{FieldSet, World, errors, show};
use crate::resolve::Unit;
use crate::types::expr::{Expr, NodeRef, Op, Operands, Property};
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, TyId};
use crate::types::value::{ExprId, ObjId, Slice, Value};
use crate::types::{Callee, Program, span_of};

/// Steps that one compilation may take: a second of work, and more for more resources.
pub const STEP_LIMIT: u64 = 20_000_000;
/// Further steps for each resource; the rules of the library take about a hundred.
const STEPS_A_RESOURCE: u64 = 500;
/// How deep evaluation may nest from value to value; inside one expression the parser's bound holds.
pub const DEPTH_LIMIT: u32 = 100;
/// Steps between two looks at the bounds.
const LOOK_EVERY: u64 = 4096;
/// How many values lists may hold in all, at sixteen bytes each.
pub const HEAP_LIMIT: usize = 12_000_000;

/// An evaluator.
pub struct Machine<'a> {
    /// The program.
    pub p: &'a mut Program,
    /// The objects.
    pub w: &'a mut World,
    /// All files.
    pub units: &'a [Unit],
    /// What is wrong.
    pub out: &'a mut Vec<Diagnostic>,
    pub(crate) stack: Vec<Value>,
    pub(crate) base: usize,
    pub(crate) this: Option<ObjId>,
    /// The fact that was null where it had to be known.
    pub unknown: Option<NodeRef>,
    pub(crate) depth: u32,
}

impl<'a> Machine<'a> {
    /// A machine over these objects.
    pub fn new(p: &'a mut Program, w: &'a mut World, units: &'a [Unit], out: &'a mut Vec<Diagnostic>) -> Machine<'a> {
        Machine { p, w, units, out, stack: Vec::new(), base: 0, this: None, unknown: None, depth: 0 }
    }

    /// Evaluates an expression with these loop variables and this `self`.
    pub fn evaluate_in(&mut self, id: ExprId, env: Slice, this: Option<ObjId>) -> Value {
        if self.depth > DEPTH_LIMIT {
            let at = self.p.expr(id).at;
            return self.spend(at);
        }
        self.depth += 1;
        let old = (self.base, self.this);
        let top = self.stack.len();
        self.base = top;
        self.this = this;
        self.stack.extend_from_slice(self.p.heap.slice(env));
        let value = self.eval(id);
        self.stack.truncate(top);
        (self.base, self.this) = old;
        self.depth -= 1;
        value
    }

    /// Opens a frame of its own, for evaluating parts of another body; [`Machine::leave`] closes it.
    pub(crate) fn enter(&mut self, this: Option<ObjId>, env: Slice) -> (usize, Option<ObjId>) {
        let own = (self.base, self.this);
        self.base = self.stack.len();
        self.this = this;
        self.stack.extend_from_slice(self.p.heap.slice(env));
        own
    }

    /// Closes the frame that [`Machine::enter`] opened.
    pub(crate) fn leave(&mut self, own: (usize, Option<ObjId>)) {
        self.stack.truncate(self.base);
        (self.base, self.this) = own;
    }

    /// What the frame holds.
    pub(crate) fn locals(&self) -> &[Value] {
        &self.stack[self.base.min(self.stack.len())..]
    }

    /// What a frame slot holds.
    pub(crate) fn local(&self, slot: u16) -> Value {
        self.stack.get(self.base + usize::from(slot)).copied().unwrap_or(Value::Poison)
    }

    /// Puts a value in a frame slot.
    pub(crate) fn set_local(&mut self, slot: u16, value: Value) {
        let at = self.base + usize::from(slot);
        if self.stack.len() <= at {
            self.stack.resize(at + 1, Value::Null);
        }
        self.stack[at] = value;
    }

    /// Reports an error at an expression.
    pub(crate) fn fail(&mut self, at: NodeRef, make: impl FnOnce(crate::base::Span) -> Diagnostic) -> Value {
        let diagnostic = make(span_of(self.units, at));
        let known = self.out.iter().rev().take(16).any(|known| *known == diagnostic);
        if !known && self.out.len() < crate::diag::MOST {
            self.out.push(diagnostic);
        }
        Value::Poison
    }

    /// Evaluates an expression in the current frame.
    #[inline]
    pub fn eval(&mut self, id: ExprId) -> Value {
        match self.at_hand(id) {
            Some(value) => value,
            None => self.compute(id),
        }
    }

    /// What must be computed: mostly a field of a variable or of `self`, which is no step of its own.
    #[inline(never)]
    fn compute(&mut self, id: ExprId) -> Value {
        if let Op::Field(base, shape, field) = self.p.exprs[id.0 as usize].op
            && let Some(Value::Obj(object)) = self.at_hand(base)
        {
            return self.field(object, shape, field);
        }
        self.step(id)
    }

    /// What needs no computing: a constant, a variable, `self`.
    #[inline]
    fn at_hand(&self, id: ExprId) -> Option<Value> {
        match self.p.exprs[id.0 as usize].op {
            Op::Const(value) => Some(value),
            Op::SelfObj => self.this.map(Value::Obj),
            Op::Local(slot) => match self.stack.get(self.base + usize::from(slot)) {
                Some(Value::Lazy(_)) | None => None,
                Some(value) => Some(*value),
            },
            _ => None,
        }
    }

    /// Counts a step; whether a bound is reached, and [`Machine::spend`] must be called.
    #[inline]
    pub(crate) fn tick(&mut self) -> bool {
        self.w.steps += 1;
        self.w.steps >= self.w.next_look && self.is_spent()
    }

    /// Whether a bound is reached; looked at every few thousand steps.
    #[cold]
    fn is_spent(&mut self) -> bool {
        self.w.next_look = self.w.steps + LOOK_EVERY;
        let spent = self.w.is_spent
            || self.w.steps > STEP_LIMIT + STEPS_A_RESOURCE * u64::from(self.w.resources)
            || self.p.heap.len() > HEAP_LIMIT
            || self.w.stop.as_ref().is_some_and(crate::base::Stop::is_over);
        if spent {
            self.w.next_look = 0;
        }
        spent
    }

    /// A bound is reached: said once, and nothing is computed any more.
    pub(crate) fn spend(&mut self, at: NodeRef) -> Value {
        if std::mem::replace(&mut self.w.is_spent, true) {
            return Value::Poison;
        }
        self.w.next_look = 0;
        self.fail(at, errors::too_much)
    }

    /// Evaluates what must be computed.
    #[inline(never)]
    fn step(&mut self, id: ExprId) -> Value {
        let Expr { op, at } = self.p.expr(id);
        if self.tick() {
            return self.spend(at);
        }
        match op {
            Op::Const(value) => value,
            Op::Local(slot) => {
                let value = self.stack.get(self.base + usize::from(slot)).copied().unwrap_or(Value::Poison);
                if let Value::Lazy(id) = value { self.eval(id) } else { value }
            }
            Op::SelfObj => self.this.map_or(Value::Poison, Value::Obj),
            Op::Field(base, shape, field) => match self.eval(base) {
                Value::Obj(object) => self.field(object, shape, field),
                Value::Null => Value::Null,
                _ => Value::Poison,
            },
            Op::FieldNamed(base, name) => match self.eval(base) {
                Value::Obj(object) => self.field_named(object, name),
                Value::Null => Value::Null,
                _ => Value::Poison,
            },
            Op::Property(base, property) => {
                let value = self.eval(base);
                self.property(value, property, at)
            }
            Op::Member(base, name, ty) => {
                let value = self.eval(base);
                self.member(value, name, ty, at)
            }
            Op::Part(ty, name) => self.part(ty, name, at),
            Op::Kinds(ty) => Value::List(self.all_of(ty)),
            Op::Binary(op, a, b) => {
                let a = self.eval(a);
                if a.is_poison() {
                    return a;
                }
                let b = self.eval(b);
                self.binary(op, a, b, at)
            }
            Op::Not(a) => match self.eval(a) {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Poison,
            },
            Op::Neg(a) => match self.eval(a) {
                Value::Int(value) => value.checked_neg().map_or_else(|| self.fail(at, errors::overflow), Value::Int),
                Value::Float(value) => Value::Float(-value),
                _ => Value::Poison,
            },
            Op::And(a, b) => match self.eval(a) {
                Value::Bool(true) => self.eval(b),
                other => other,
            },
            Op::Or(a, b) => match self.eval(a) {
                Value::Bool(false) => self.eval(b),
                other => other,
            },
            Op::Implies(a, b) => match self.eval(a) {
                Value::Bool(true) => self.eval(b),
                Value::Bool(false) => Value::Bool(true),
                other => other,
            },
            Op::Coalesce(a, b) => match self.eval(a) {
                Value::Null => self.eval(b),
                other => other,
            },
            Op::Safe(a) => self.eval(a),
            Op::Known(a) => match self.eval(a) {
                Value::Null => {
                    if self.unknown.is_none() {
                        self.unknown = Some(at);
                    }
                    Value::Poison
                }
                other => other,
            },
            Op::Range(a, b) => {
                let (a, b) = (self.eval(a), self.eval(b));
                if a.is_poison() || b.is_poison() {
                    return Value::Poison;
                }
                Value::Range(self.p.heap.store(&[a, b]))
            }
            Op::If(run) => {
                let [test, then, otherwise] = [0, 1, 2].map(|n| self.p.operands(run)[n]);
                match self.eval(test) {
                    Value::Bool(true) => self.eval(then),
                    Value::Bool(false) => self.eval(otherwise),
                    other => other,
                }
            }
            Op::List(run) => self.list_of(run).map_or(Value::Poison, Value::List),
            Op::Map(run) => self.list_of(run).map_or(Value::Poison, Value::Map),
            Op::Interpolate(run) => self.interpolate(run, at),
            Op::Index(a, b) => {
                let (a, b) = (self.eval(a), self.eval(b));
                self.index(a, b, at)
            }
            Op::Is(a, name) => match self.eval(a) {
                Value::Obj(object) => {
                    let object = self.w.object(object);
                    Value::Bool(object.tag == Some(name) || self.p.shape(object.shape).name == name)
                }
                _ => Value::Poison,
            },
            Op::Generate(number) => self.generate(number),
            Op::Call(builtin, run) => self.call(builtin, run, at),
            Op::Apply(number, run) => self.apply(number, run, at),
            Op::Let(number) | Op::Input(number) => self.binding(number, at),
        }
    }

    /// The operands of a run, evaluated, side by side on the heap; none if one is poison.
    pub(crate) fn list_of(&mut self, run: Operands) -> Option<Slice> {
        let mut values = Vec::with_capacity(usize::from(run.len));
        for number in 0..usize::from(run.len) {
            let id = self.p.operands(run)[number];
            let value = self.eval(id);
            if value.is_poison() {
                return None;
            }
            values.push(value);
        }
        Some(self.p.heap.store(&values))
    }

    /// Text with its parts printed.
    #[inline(never)]
    fn interpolate(&mut self, run: Operands, at: NodeRef) -> Value {
        let mut text = String::new();
        for number in 0..usize::from(run.len) {
            let id = self.p.operands(run)[number];
            let value = self.eval(id);
            if value.is_poison() {
                return value;
            }
            text.push_str(&show::plain(self, value));
            if text.len() > 1 << 20 {
                return self.fail(at, errors::too_much);
            }
        }
        self.p.heap.string(&text)
    }

    /// Runs a function: its parameters are the first slots of a frame of its own.
    #[inline(never)]
    fn apply(&mut self, number: u32, run: Operands, at: NodeRef) -> Value {
        let Some(args) = self.list_of(run) else { return Value::Poison };
        let body = self.p.functions[number as usize].body;
        match body {
            Callee::Expr(body) => self.evaluate_in(body, args, None),
            Callee::External(builtin) => self.call(builtin, run, at),
            Callee::Running => Value::Poison,
        }
    }

    /// The value of an input, given or by default.
    pub fn input(&mut self, number: u32) -> Value {
        let at = self.p.bindings[number as usize].at;
        self.binding(number, at)
    }

    #[inline(never)]
    fn binding(&mut self, number: u32, at: NodeRef) -> Value {
        if let Some(value) = self.w.bindings.get(&number) {
            if *value == Value::Running {
                let name = self.p.bindings[number as usize].name;
                let name = self.p.name(name).to_owned();
                return self.fail(at, |span| errors::cycle(span, &name));
            }
            return *value;
        }
        let binding = self.p.bindings[number as usize];
        let given = binding.is_input.then(|| self.w.inputs.get(&binding.name).copied()).flatten();
        let value = match given.or(binding.value) {
            Some(Value::Lazy(id)) => {
                self.w.bindings.insert(number, Value::Running);
                self.evaluate_in(id, Slice::default(), None)
            }
            Some(value) => value,
            None => {
                let name = self.p.name(binding.name).to_owned();
                self.fail(binding.at, |span| errors::input_missing(span, &name))
            }
        };
        self.w.bindings.insert(number, value);
        value
    }

    /// The value of a field of an object whose shape is known; by name where the shape turns out to be another.
    pub fn field(&mut self, object: ObjId, shape: ShapeId, field: u16) -> Value {
        let found = self.w.object(object).shape;
        if found != shape {
            if found.0 == u16::MAX {
                return Value::Poison;
            }
            let name = self.p.field(shape, field).name;
            return self.field_named(object, name);
        }
        self.read(object, field)
    }

    /// The value of a field by name; null if the object's kind or variant has none.
    pub fn field_named(&mut self, object: ObjId, name: Name) -> Value {
        let found = self.w.object(object);
        if found.shape.0 == u16::MAX {
            return Value::Poison;
        }
        match self.p.shape(found.shape).field(name, found.tag) {
            Some(field) => self.read(object, field),
            None => Value::Null,
        }
    }

    /// Reads a field: what was said, or what the shape says.
    pub fn read(&mut self, object: ObjId, field: u16) -> Value {
        let of = self.w.object(object);
        if of.is_poison {
            return Value::Poison;
        }
        let (shape, first) = (of.shape, of.first as usize);
        if !of.says.has(field) {
            return self.unsaid(object, shape, field);
        }
        let slots = &self.w.slots[first..first + usize::from(of.len)];
        match slots.iter().position(|slot| slot.field >= field) {
            Some(place) if slots[place].field == field => match slots[place].value {
                Value::Lazy(_) | Value::Running | Value::Appended(_) => self.force(object, first + place),
                value => value,
            },
            _ => self.unsaid(object, shape, field),
        }
    }

    /// Evaluates a slot, once.
    pub(crate) fn force(&mut self, object: ObjId, slot: usize) -> Value {
        let old = self.w.slots[slot];
        if old.value == Value::Running {
            let shape = self.w.object(object).shape;
            let name = self.p.name(self.p.field(shape, old.field).name).to_owned();
            return self.fail(old.at, |span| errors::cycle(span, &name));
        }
        self.w.slots[slot].value = Value::Running;
        let env = self.w.object(object).env;
        let outer = self.unknown.take();
        let mut value = self.settle(old.value, env, object);
        if let Some(at) = self.unknown.take() {
            let fact = span_of(self.units, at);
            let shape = self.w.object(object).shape;
            let name = self.p.name(self.p.field(shape, old.field).name).to_owned();
            value = self.fail(old.at, |span| errors::unknown_fact(span, &name, fact));
        }
        self.unknown = outer;
        self.w.slots[slot].value = value;
        value
    }

    /// A lazy value, or an appended one with its parts.
    fn settle(&mut self, value: Value, env: Slice, this: ObjId) -> Value {
        match value {
            Value::Lazy(id) => self.evaluate_in(id, env, Some(this)),
            Value::Appended(parts) => {
                let (below, above) = (self.p.heap.at(parts, 0), self.p.heap.at(parts, 1));
                let below = self.settle(below, env, this);
                let above = self.settle(above, env, this);
                match (below, above) {
                    (Value::List(a), Value::List(b)) => {
                        let mut values = self.p.heap.slice(a).to_vec();
                        values.extend_from_slice(self.p.heap.slice(b));
                        Value::List(self.p.heap.store(&values))
                    }
                    (Value::Map(a), Value::Map(b)) => super::build::merge_maps(self.p, a, b),
                    (Value::Null, above) => above,
                    _ => Value::Poison,
                }
            }
            constant => constant,
        }
    }

    /// What a field is that nothing said.
    fn unsaid(&mut self, object: ObjId, shape: ShapeId, field: u16) -> Value {
        let declared = self.p.field(shape, field);
        match declared.holds {
            Holds::Blocks(..) => Value::List(Slice::default()),
            Holds::Block(_, true) => Value::Null,
            Holds::Block(inner, false) => self.unsaid_block(object, field, inner),
            Holds::Value | Holds::Derived => match declared.default {
                Some(Value::Lazy(id)) => self.derive(object, field, id),
                Some(value) => value,
                None => Value::Poison,
            },
        }
    }

    #[inline(never)]
    fn derive(&mut self, object: ObjId, field: u16, id: ExprId) -> Value {
        if self.w.memos.get(&id).is_some_and(Memo::is_cheap) {
            // It reads nothing that is derived itself, and so never waits for itself.
            let outer = self.unknown.take();
            let value = self.evaluate_in(id, Slice::default(), Some(object));
            let is_unknown = self.unknown.is_some();
            self.unknown = outer;
            return if is_unknown { Value::Null } else { value };
        }
        if let Some(value) = self.w.derived.get(&(object, field)).copied() {
            return value;
        }
        // Few are being computed at a time: they wait for each other, so the bound on depth is one on them.
        if self.w.deriving.contains(&(object, field)) {
            let at = self.p.expr(id).at;
            let shape = self.w.object(object).shape;
            let name = self.p.name(self.p.field(shape, field).name).to_owned();
            return self.fail(at, |span| errors::cycle(span, &name));
        }
        self.w.deriving.push((object, field));
        let value = self.derive_once(object, id);
        self.w.deriving.pop();
        self.w.derived.insert((object, field), value);
        value
    }

    /// Computes an expression over an object, or takes what it came to for one with the same values.
    fn derive_once(&mut self, object: ObjId, id: ExprId) -> Value {
        let outer = self.unknown.take();
        let mut memo = self.w.memos.remove(&id).unwrap_or_else(|| Memo::of(self.p, id));
        let own = self.enter(Some(object), Slice::default());
        let given = memo.given(self, object);
        self.leave(own);
        let value = match given.and_then(|given| memo.answer(&given)) {
            Some(known) => known,
            None => {
                let value = self.evaluate_in(id, Slice::default(), Some(object));
                let is_unknown = self.unknown.is_some();
                if let Some(given) = given.filter(|_| !value.is_poison() && !is_unknown) {
                    memo.learn(given, value);
                }
                if is_unknown { Value::Null } else { value }
            }
        };
        self.w.memos.insert(id, memo);
        self.unknown = outer;
        value
    }

    /// An empty block for a field that nothing said: reading it gives the defaults.
    #[inline(never)]
    fn unsaid_block(&mut self, owner: ObjId, field: u16, shape: ShapeId) -> Value {
        if let Some(found) = self.w.unsaid.get(&(owner, field)) {
            return Value::Obj(*found);
        }
        let of = *self.w.object(owner);
        let id = ObjId(self.w.objects.len() as u32);
        let empty = super::Object {
            shape,
            tag: None,
            key: Value::Null,
            holder: super::Holder::object(owner),
            env: Slice::default(),
            first: 0,
            len: 0,
            says: FieldSet::NOTHING,
            at: of.at,
            is_poison: false,
        };
        self.w.objects.push(empty);
        self.w.unsaid.insert((owner, field), id);
        Value::Obj(id)
    }

    /// A property.
    #[inline(never)]
    fn property(&mut self, value: Value, property: Property, at: NodeRef) -> Value {
        if matches!(value, Value::Poison | Value::Null) {
            return value;
        }
        match property {
            Property::Name
            | Property::Key
            | Property::Owner
            | Property::On
            | Property::OnMany
            | Property::Within
            | Property::Model => match value {
                Value::Obj(object) => self.object_property(object, property),
                Value::Group(slice) if property == Property::Owner => self.p.heap.at(slice, 1),
                _ => Value::Poison,
            },
            Property::Size | Property::Empty => {
                let size = match value {
                    Value::Str(name) | Value::Enum(name) => self.p.name(name).chars().count(),
                    Value::Cidr(_, prefix) => 1usize << (32 - u32::from(prefix.min(32))),
                    Value::Map(slice) => slice.len as usize / 2,
                    Value::Range(slice) => match (self.p.heap.at(slice, 0), self.p.heap.at(slice, 1)) {
                        (Value::Int(a), Value::Int(b)) => usize::try_from(b - a + 1).unwrap_or(0),
                        (Value::Ip(a), Value::Ip(b)) => (u64::from(b) + 1).saturating_sub(u64::from(a)) as usize,
                        _ => 0,
                    },
                    Value::List(slice) => slice.len as usize,
                    _ => return Value::Poison,
                };
                if property == Property::Empty { Value::Bool(size == 0) } else { Value::Int(size as i64) }
            }
            Property::First | Property::Last => match value {
                Value::Range(slice) => self.p.heap.at(slice, usize::from(property == Property::Last)),
                Value::Cidr(network, prefix) => {
                    let last = network | !crate::hir::literal::mask(prefix);
                    Value::Ip(if property == Property::First { network } else { last })
                }
                Value::List(slice) if slice.len == 0 => Value::Null,
                Value::List(slice) => {
                    let place = if property == Property::First { 0 } else { slice.len as usize - 1 };
                    self.p.heap.at(slice, place)
                }
                _ => Value::Poison,
            },
            Property::Value | Property::Path | Property::Role => match value {
                Value::Group(slice) => {
                    let place = match property {
                        Property::Path => 2,
                        Property::Role => 3,
                        _ => 0,
                    };
                    self.p.heap.slice(slice).get(place).copied().unwrap_or(Value::Null)
                }
                _ => Value::Poison,
            },
            Property::Members => match value {
                Value::Group(slice) => Value::List(Slice { start: slice.start + 1, len: slice.len - 1 }),
                _ => Value::Poison,
            },
            Property::Family | Property::Version => {
                let Value::Str(name) = value else { return Value::Poison };
                let text = self.p.name(name).to_owned();
                if property == Property::Family {
                    let Some(family) = crate::types::machine_family(&text) else { return Value::Poison };
                    Value::Enum(self.p.heap.names.intern(family))
                } else {
                    let version = text.rsplit('-').next().filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
                    match version {
                        Some(version) => self.p.heap.string(version),
                        None => Value::Null,
                    }
                }
            }
            Property::Address => match value {
                Value::Interface(address, _) | Value::Cidr(address, _) => Value::Ip(address),
                _ => Value::Poison,
            },
            Property::Prefix => match value {
                Value::Interface(_, 255) => Value::Null,
                Value::Interface(_, prefix) | Value::Cidr(_, prefix) => Value::Int(i64::from(prefix)),
                _ => self.fail(at, errors::too_much),
            },
        }
    }

    #[inline(never)]
    pub(crate) fn object_property(&mut self, object: ObjId, property: Property) -> Value {
        let of = self.w.object(object);
        match property {
            Property::Name => {
                let (shape, own_key) = (of.shape, of.key);
                let said = (shape.0 != u16::MAX).then(|| self.p.shape(shape).any_field(self.p.words.name)).flatten();
                if let Some(field) = said
                    && let value @ Value::Str(_) = self.read(object, field)
                {
                    return value;
                }
                match own_key {
                    Value::Obj(target) => self.object_property(target, Property::Name),
                    Value::Null => Value::Str(self.p.shape(shape).word),
                    key => key,
                }
            }
            Property::Key => of.key,
            Property::Owner => of.owner().map_or(Value::Null, Value::Obj),
            Property::On => match self.w.home(object).on {
                on @ (Value::Obj(_) | Value::Null | Value::Poison) => on,
                Value::List(slice) if slice.len == 1 => self.p.heap.at(slice, 0),
                _ => Value::Poison,
            },
            Property::OnMany => match self.w.home(object).on {
                Value::Null => {
                    let on = self.p.shape(of.shape).on;
                    on.map_or(Value::Poison, |on| Value::List(self.all_of_shape(on.kind)))
                }
                one @ Value::Obj(_) => Value::List(self.p.heap.store(&[one])),
                other => other,
            },
            Property::Within => self.w.home(object).within,
            Property::Model => of.tag.map_or(Value::Null, Value::Str),
            _ => Value::Poison,
        }
    }

    /// `xs[i]`, `map[key]`
    #[inline(never)]
    fn index(&mut self, base: Value, index: Value, at: NodeRef) -> Value {
        match (base, index) {
            (Value::List(slice), Value::Int(number)) => {
                let place = usize::try_from(number).ok().filter(|place| *place < slice.len as usize);
                match place {
                    Some(place) => self.p.heap.at(slice, place),
                    None => self.fail(at, |span| errors::out_of_range(span, number, slice.len)),
                }
            }
            (Value::Map(slice), key) => {
                let pairs = self.p.heap.slice(slice);
                let found = pairs.chunks_exact(2).find(|pair| self.p.heap.equal(pair[0], key));
                found.map_or(Value::Null, |pair| pair[1])
            }
            (Value::Group(slice), Value::Int(number)) => {
                let members = slice.len.saturating_sub(1);
                match usize::try_from(number).ok().filter(|place| *place < members as usize) {
                    Some(place) => self.p.heap.at(slice, place + 1),
                    None => self.fail(at, |span| errors::out_of_range(span, number, members)),
                }
            }
            (Value::Null, _) => Value::Null,
            _ => Value::Poison,
        }
    }

    /// All resources of the kinds of a type, in order.
    pub fn all_of(&mut self, ty: TyId) -> Slice {
        if let Some(slice) = self.w.kinds.get(&ty) {
            return *slice;
        }
        let shapes = match self.p.types.get(self.p.types.base(ty)) {
            crate::types::ty::Ty::Obj(shapes, _) => shapes.clone(),
            _ => Vec::new(),
        };
        let all = self.w.objects[..self.w.resources as usize].iter().enumerate();
        let found: Vec<Value> = all
            .filter(|(_, object)| shapes.contains(&object.shape))
            .map(|(number, _)| Value::Obj(ObjId(number as u32)))
            .collect();
        let slice = self.p.heap.store(&found);
        self.w.kinds.insert(ty, slice);
        slice
    }

    /// All resources of one kind, in order.
    pub fn all_of_shape(&mut self, shape: ShapeId) -> Slice {
        let ty = self.p.types.intern(crate::types::ty::Ty::Obj(vec![shape], None));
        self.all_of(ty)
    }
}

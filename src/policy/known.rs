//! What a run before found, and what of it still holds: an editor's change of one field leaves most rules alone.
//!
//! A rule that found nothing, and that reads no field of which a value may have changed, finds nothing again. What may
//! have changed is told as fields of kinds ([`Change`]), never as single objects: a sum over all guests reads them all.
//! What rules read is taken from their expressions, through derived fields, defaults and functions; what cannot be told
//! apart (`values`, `refs`, `uses`, `lost`) reads everything.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::{Origin, Sources};
use crate::eval::World;
use crate::policy::{Coverage, Findings};
use crate::resolve::{Scope, Unit};
use crate::types::Callee;
use crate::types::Program;
use crate::types::builtins::Builtin;
use crate::types::expr::{Loop, Op, Operands, Policy, Step};
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ExprId, ObjId, Value};

/// A field of which a resource says something else than before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Change {
    /// The word of the resource's kind.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// The field, at the top of its body.
    pub field: String,
}

/// What a run found that a later one may rely on.
#[derive(Clone, Default, Debug)]
pub struct Past {
    /// The policies that found nothing, allowed or not, with what became of them.
    clean: FxHashMap<String, Coverage>,
    /// Whether every requirement of a kind was met.
    requirements_hold: bool,
    /// The resources that an error made useless: word and key.
    poisoned: FxHashSet<(String, String)>,
}

/// A run before, and in what the model differs from it.
#[derive(Clone, Debug)]
pub struct Known {
    /// What was found.
    pub past: Past,
    /// What changed since; nothing else did.
    pub changes: Vec<Change>,
}

impl Past {
    /// What is worth knowing of a run; none of one that a later cannot rely on: a bound was reached, or something that
    /// rules read is wrong in itself, which is said to whoever reads it first.
    #[must_use]
    pub fn of(program: &Program, world: &World, findings: &Findings) -> Option<Past> {
        if world.is_spent || !findings.is_quiet {
            return None;
        }
        let clean = findings.coverage.iter().filter(|row| row.failed == 0);
        let poisoned = (0..world.objects.len() as u32).map(ObjId).filter(|object| world.object(*object).is_poison);
        Some(Past {
            clean: clean.map(|row| (program.name(row.policy).to_owned(), row.clone())).collect(),
            requirements_hold: findings.requirements_hold,
            poisoned: poisoned.map(|object| address(program, world.root(object))).collect(),
        })
    }
}

fn address(program: &Program, root: ObjId) -> (String, String) {
    let resource = program.defs.get(crate::resolve::ResId(root.0));
    (program.name(resource.word).to_owned(), program.name(resource.key).to_owned())
}

/// Decides which rules need not run.
#[derive(Debug)]
pub(super) struct Skip<'k> {
    past: &'k Past,
    changed: FxHashSet<(ShapeId, u16)>,
    /// Blocks of which there may be others than before.
    blocks: FxHashSet<ShapeId>,
    /// What was looked through already and reads nothing that changed.
    unchanged: FxHashSet<(ShapeId, u16)>,
    functions: FxHashSet<u32>,
}

impl<'k> Skip<'k> {
    /// What may be skipped; nothing where a changed resource is useless, or was, or where something that is said elsewhere is
    /// computed from what changed.
    pub fn of(p: &Program, w: &World, units: &[Unit], sources: &Sources, known: &'k Known) -> Option<Skip<'k>> {
        let mut skip = Skip {
            past: &known.past,
            changed: FxHashSet::default(),
            blocks: FxHashSet::default(),
            unchanged: FxHashSet::default(),
            functions: FxHashSet::default(),
        };
        let now: FxHashSet<(String, String)> = (0..w.objects.len() as u32)
            .map(ObjId)
            .filter(|object| w.object(*object).is_poison)
            .map(|object| address(p, w.root(object)))
            .collect();
        // In a used module a kind's word may mean another kind.
        let has_modules = !p.defs.uses.is_empty();
        if has_modules || now != known.past.poisoned {
            return None;
        }
        for change in &known.changes {
            if now.contains(&(change.kind.clone(), change.key.clone())) {
                return None;
            }
            let shape = *p.kind(Scope::ROOT, p.heap.names.find(&change.kind)?)?.first()?;
            // A field that no kind has was reported, and nothing reads it; unless the kind takes any, as a part of one that it has.
            let fields = p.heap.names.find(&change.field).and_then(|name| p.shape(shape).by_name.get(&name));
            match fields {
                Some(numbers) => numbers.iter().for_each(|number| skip.change(p, shape, *number)),
                None => p.shape(shape).open.into_iter().for_each(|number| skip.change(p, shape, number)),
            }
        }
        (!skip.is_computed_from(p, units, sources)).then_some(skip)
    }

    /// Whether a resource, profile, model or `let` computes what it says from something that changed.
    fn is_computed_from(&mut self, p: &Program, units: &[Unit], sources: &Sources) -> bool {
        let is_own = |unit: &&Unit| sources.file(unit.file).origin == Origin::Project;
        // The library's files come first.
        let first = units.iter().find(is_own).map_or(u32::MAX, |unit| unit.base);
        let own = (0..p.exprs.len() as u32).map(ExprId).filter(|id| p.expr(*id).at.0 >= first);
        let layers = p.layers.iter().flat_map(|layer| &layer.body.entries);
        let said = layers.filter_map(|entry| match entry.value {
            Value::Lazy(id) => Some(id),
            _ => None,
        });
        let all: Vec<ExprId> = own.chain(said).collect();
        all.into_iter().any(|id| self.reads(p, id))
    }

    /// A field may have another value, and so may everything in a block that it holds.
    fn change(&mut self, p: &Program, shape: ShapeId, number: u16) {
        if !self.changed.insert((shape, number)) {
            return;
        }
        if let Holds::Block(inner, _) | Holds::Blocks(inner, _) = p.field(shape, number).holds {
            self.blocks.insert(inner);
            for field in 0..p.shape(inner).fields.len() as u16 {
                self.change(p, inner, field);
            }
        }
    }

    /// What became of a policy before, if it need not run.
    pub fn policy(&mut self, p: &Program, policy: &Policy) -> Option<Coverage> {
        let row = self.past.clean.get(p.name(policy.name))?;
        (!self.steps(p, &policy.steps)).then(|| Coverage { policy: policy.name, ..row.clone() })
    }

    /// Whether a requirement of a kind is met by every object, as it was.
    pub fn holds(&mut self, p: &Program, condition: ExprId) -> bool {
        self.past.requirements_hold && !self.reads(p, condition)
    }

    fn steps(&mut self, p: &Program, steps: &[Step]) -> bool {
        steps.iter().any(|step| match step {
            Step::For(found, inner) => self.in_loop(p, found) || self.steps(p, inner),
            Step::Let(_, value) => self.reads(p, *value),
            Step::Require(require) => self.reads(p, require.condition),
        })
    }

    fn in_loop(&mut self, p: &Program, found: &Loop) -> bool {
        self.reads(p, found.source)
            || found.condition.is_some_and(|condition| self.reads(p, condition))
            || found.join.is_some_and(|join| self.reads(p, join.key) || self.reads(p, join.probe))
    }

    fn any(&mut self, p: &Program, run: Operands) -> bool {
        (0..usize::from(run.len)).any(|place| self.reads(p, p.operands(run)[place]))
    }

    /// Whether an expression may read something that changed.
    fn reads(&mut self, p: &Program, id: ExprId) -> bool {
        match p.expr(id).op {
            Op::Const(_) | Op::Local(_) | Op::SelfObj => false,
            Op::Field(base, shape, field) => self.field(p, shape, field) || self.reads(p, base),
            Op::FieldNamed(base, name) => self.named(p, name) || self.reads(p, base),
            Op::Member(base, ..) => !self.blocks.is_empty() || self.reads(p, base),
            Op::Part(ty, _) | Op::Kinds(ty) => self.kinds(p, ty),
            Op::Property(base, _)
            | Op::Not(base)
            | Op::Neg(base)
            | Op::Safe(base)
            | Op::Known(base)
            | Op::Is(base, _) => self.reads(p, base),
            Op::Binary(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::Implies(a, b)
            | Op::Coalesce(a, b)
            | Op::Range(a, b)
            | Op::Index(a, b) => self.reads(p, a) || self.reads(p, b),
            Op::If(run) | Op::List(run) | Op::Map(run) | Op::Interpolate(run) => self.any(p, run),
            Op::Generate(number) => {
                let generator = p.generators[number as usize].clone();
                self.reads(p, generator.head) || generator.loops.iter().any(|found| self.in_loop(p, found))
            }
            Op::Call(Builtin::Values | Builtin::Refs | Builtin::Uses | Builtin::Lost | Builtin::WhyLost, _) => true,
            Op::Call(_, run) => self.any(p, run),
            Op::Apply(number, run) => self.function(p, number) || self.any(p, run),
            Op::Let(number) | Op::Input(number) => match p.bindings[number as usize].value {
                Some(Value::Lazy(value)) => self.reads(p, value),
                _ => false,
            },
        }
    }

    fn function(&mut self, p: &Program, number: u32) -> bool {
        if !self.functions.insert(number) {
            return false;
        }
        let reads = match p.functions[number as usize].body {
            Callee::Expr(body) => self.reads(p, body),
            Callee::External(_) | Callee::Running => false,
        };
        if reads {
            self.functions.remove(&number);
        }
        reads
    }

    /// Whether the blocks of a kind's name, where it is one of blocks, may be others than before.
    fn kinds(&self, p: &Program, ty: TyId) -> bool {
        match p.types.get(p.types.base(ty)) {
            Ty::Obj(shapes, _) => shapes.iter().any(|shape| self.blocks.contains(shape)),
            _ => false,
        }
    }

    fn named(&mut self, p: &Program, name: crate::base::Name) -> bool {
        let shapes = (0..p.shapes.len() as u16).map(ShapeId);
        let fields: Vec<(ShapeId, u16)> = shapes
            .flat_map(|shape| {
                p.shape(shape).by_name.get(&name).into_iter().flatten().map(move |number| (shape, *number))
            })
            .collect();
        fields.into_iter().any(|(shape, number)| self.field(p, shape, number))
    }

    /// Whether a field may have changed: itself, or what its default or derivation reads.
    fn field(&mut self, p: &Program, shape: ShapeId, number: u16) -> bool {
        if self.changed.contains(&(shape, number)) {
            return true;
        }
        if !self.unchanged.insert((shape, number)) {
            return false;
        }
        let reads = match p.field(shape, number).default {
            Some(Value::Lazy(value)) => self.reads(p, value),
            _ => false,
        };
        if reads {
            self.unchanged.remove(&(shape, number));
            self.changed.insert((shape, number));
        }
        reads
    }
}

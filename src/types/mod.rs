//! Every expression gets a type.
//!
//! What comes in is the definitions of all files; what goes out is a [`Program`]: shapes of kinds and
//! blocks, typed expressions, compiled policies. [`declare`] does the declarations; bodies of
//! resources are typed one at a time by [`body::check_body`], when their values are made.
//!
//! Typing is bidirectional: [`Want`] is a type and where it came from, so a mismatch shows both.
//! What is wrong becomes [`Value::Poison`] of [`TyId::ERROR`], which fits everything silently.

mod access;
pub mod body;
pub mod builtins;
mod calls;
mod check;
mod clauses;
pub mod data;
mod decl;
mod domains;
pub(crate) mod errors;
pub mod expr;
mod free;
mod generators;
pub mod notes;
mod operators;
mod policy;
mod repeat;
pub mod secrets;
pub mod shape;
pub mod ty;
mod typeexpr;
pub mod value;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::{Name, Sources, Span};
use crate::diag::Diagnostic;
use crate::resolve::{Definitions, ResId, Scope, Unit, locate};
use crate::syntax::tree::{Index, Node, NodeKind, Tree};
use crate::types::body::TypedBody;
use crate::types::expr::{Expr, Generator, NodeRef, Op, Operands, Policy, Require};
use crate::types::shape::{Field, Shape};
use crate::types::ty::{ShapeId, TyId, Types};
use crate::types::value::{ExprId, Heap, ObjId, Slice, Value};

pub use decl::{declare, type_policies};
pub use domains::{machine_family, version as version_of};

/// With so many errors nobody reads suggestions any more, and looking for them is what costs most.
pub const MANY_ERRORS: usize = 100;

/// A type that is wanted, and the declaration that wants it.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// The type.
    pub ty: TyId,
    /// The field, parameter or operand that it comes from.
    pub from: Option<NodeRef>,
}

/// A profile or model: a body that lies under a resource's own.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub shape: ShapeId,
    /// The profiles it builds on, in order.
    pub with: Vec<u32>,
    /// What it says.
    pub body: TypedBody,
    /// What a model requires of each attachment.
    pub requires: Vec<Require>,
    /// Whether it, or what it builds on, has a loop.
    pub has_loop: bool,
    /// Where it is declared.
    pub at: NodeRef,
}

/// A function of the program.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its parameters' types and declarations.
    pub params: Vec<(Name, TyId, NodeRef)>,
    /// What it gives.
    pub result: TyId,
    /// Its body; of an external function, the builtin.
    pub body: Callee,
    /// How many frame slots it uses.
    pub frame: u16,
    /// Where it is declared.
    pub at: NodeRef,
}

/// What a function runs.
#[derive(Clone, Copy, Debug)]
pub enum Callee {
    /// Its expression.
    Expr(ExprId),
    /// A builtin.
    External(builtins::Builtin),
    /// Being typed: met again, it is recursion.
    Running,
}

/// A top-level `let`, or an input with its default.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TyId,
    /// Its value; none for an input without a default.
    pub value: Option<Value>,
    /// Whether it is an input.
    pub is_input: bool,
    /// Where it is declared.
    pub at: NodeRef,
}

/// `allow NAME for x because "…"` in a resource's body.
#[derive(Clone, Copy, Debug)]
pub struct Allow {
    /// The rule, without `policy/`.
    pub rule: Name,
    /// The other party.
    pub party: Option<ExprId>,
    /// Where it stands.
    pub at: NodeRef,
    /// Whether it is written as it should be: one that is not has been reported already.
    pub is_sound: bool,
}

/// `for x in xs where c { … }` inside a body.
#[derive(Clone, Copy, Debug)]
pub struct BodyLoop {
    /// The frame slot of the variable.
    pub local: u16,
    /// What it ranges over.
    pub source: Value,
    /// The condition.
    pub condition: Option<ExprId>,
}

/// The files beside the source that it names with constant paths; in place of one, why there is none. Paths are the project's.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct DataFiles {
    /// Texts of what `file`, `yaml` and `json` name, and of the files of [`DataFiles::folders`].
    pub texts: FxHashMap<String, Result<Arc<str>, String>>,
    /// The files of what `crds` names, sorted.
    pub folders: FxHashMap<String, Result<Vec<String>, String>>,
}

/// A typed program.
#[derive(Clone, Default, Debug)]
pub struct Program {
    /// All names and where they are defined.
    pub defs: Definitions,
    /// Strings, lists and maps.
    pub heap: Heap,
    /// All types.
    pub types: Types,
    /// Kinds and blocks.
    pub shapes: Vec<Shape>,
    /// The kinds (unions too) of a scope.
    pub kinds: FxHashMap<(Scope, Name), Vec<ShapeId>>,
    /// The shapes of keyed blocks by the word that declares them.
    pub parts: FxHashMap<Name, Vec<ShapeId>>,
    /// Named types and blocks.
    pub named: FxHashMap<(Scope, Name), TyId>,
    /// Variants and models by name: of which shape.
    pub tags: FxHashMap<Name, ShapeId>,
    /// All expressions.
    pub exprs: Vec<Expr>,
    /// Operand lists.
    pub operands: Vec<ExprId>,
    /// Generators.
    pub generators: Vec<Generator>,
    /// Functions.
    pub functions: Vec<Function>,
    function_of: FxHashMap<(Scope, Name), u32>,
    /// Lets and inputs.
    pub bindings: Vec<Binding>,
    binding_of: FxHashMap<(Scope, Name), u32>,
    binding_running: Vec<(Scope, Name)>,
    /// Profiles and models.
    pub layers: Vec<Layer>,
    /// Profiles by name.
    pub profiles: FxHashMap<(Scope, Name), u32>,
    /// Models by name.
    pub models: FxHashMap<(Scope, Name), u32>,
    /// Allows.
    pub allows: Vec<Allow>,
    /// Loops in bodies.
    pub loops: Vec<BodyLoop>,
    /// Policies.
    pub policies: Vec<Policy>,
    /// How many join indexes there are.
    pub joins: u32,
    /// Defaults and refinements that wait until every field is known.
    pub(crate) pending: Vec<decl::Pending>,
    /// For each shape, the shapes that hold blocks of it, in their order.
    pub(crate) owners: Vec<Vec<ShapeId>>,
    /// Derived fields whose expression waits for its first reader.
    pub(crate) waiting: FxHashMap<(ShapeId, u16), decl::Waiting>,
    /// Types that are being made, outermost first.
    types_running: Vec<(Scope, Name)>,
    /// How many definitions are being typed inside each other.
    nesting: u32,
    /// Resources by name over all kinds, made on first use.
    any_name: Option<FxHashMap<(Scope, Name), Vec<ResId>>>,
    /// The texts of all keys of blocks, made when first asked for; `None` inside if some are computed.
    block_keys: Option<Option<rustc_hash::FxHashSet<String>>>,
    /// The environment and name of generated resources, by resource number.
    pub generated: FxHashMap<ResId, Slice>,
    /// The names of frame slots of generated resources: slot i of the environment.
    pub environments: FxHashMap<ResId, Vec<(Name, TyId)>>,
    /// The files that sources name.
    pub data: DataFiles,
    /// CRDs among them that were read already.
    pub crds: crate::kube::Memory,
    /// Bodies that a test lays over resources: unit and node.
    pub patches: FxHashMap<ResId, Vec<(u32, Index)>>,
    /// Resources that a test takes away.
    pub removed: rustc_hash::FxHashSet<ResId>,
    /// What entries of bodies came to, by their words.
    pub(crate) repeats: repeat::Repeats,
    /// Often used names.
    pub words: Words,
    /// How many of the first units are declared and have their policies typed.
    settled: usize,
}

/// Names that the compiler itself knows.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// `host`
    pub host: Name,
    /// `hosts`
    pub hosts: Name,
    /// `name`
    pub name: Name,
    /// `it`
    pub it: Name,
    /// `secret`
    pub secret: Name,
    /// `guest`
    pub guest: Name,
    /// `attach`
    pub attach: Name,
    /// `Fields`
    pub fields: Name,
    /// the empty string
    pub empty: Name,
}

impl Default for Words {
    fn default() -> Words {
        let mut names = crate::base::Names::default();
        let none = names.intern("");
        Words {
            host: none,
            hosts: none,
            name: none,
            it: none,
            secret: none,
            guest: none,
            attach: none,
            fields: none,
            empty: none,
        }
    }
}

impl Program {
    /// Takes the first units as declared for good: what depends on further ones is forgotten.
    pub fn settle(&mut self, units: usize) {
        self.settled = units;
        (self.any_name, self.block_keys) = (None, None);
        self.repeats = repeat::Repeats::default();
    }

    /// Forgets every declaration; names, strings and data stay.
    pub fn start_over(&mut self) {
        let (heap, data, crds) = (std::mem::take(&mut self.heap), std::mem::take(&mut self.data), self.crds.clone());
        *self = Program { heap, data, crds, ..Program::default() };
    }

    /// An expression.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    /// The operands of a run.
    #[must_use]
    pub fn operands(&self, run: Operands) -> &[ExprId] {
        &self.operands[run.start as usize..run.start as usize + usize::from(run.len)]
    }

    /// A shape.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[usize::from(id.0)]
    }

    /// A field of a shape.
    #[must_use]
    pub fn field(&self, shape: ShapeId, field: u16) -> &Field {
        &self.shapes[usize::from(shape.0)].fields[usize::from(field)]
    }

    /// The text of a name.
    #[must_use]
    pub fn name(&self, name: Name) -> &str {
        self.heap.names.get(name)
    }

    /// A type as a person would write it.
    #[must_use]
    pub fn show(&self, ty: TyId) -> String {
        self.types.show(ty, &self.heap.names, &|shape| self.shape(shape).word)
    }

    /// The shapes that a kind's word stands for, as a scope sees it.
    #[must_use]
    pub fn kind(&self, scope: Scope, word: Name) -> Option<&[ShapeId]> {
        let own = self.kinds.get(&(scope, word));
        own.or_else(|| self.kinds.get(&(Scope::STD, word))).map(Vec::as_slice)
    }

    /// A new expression.
    pub fn push(&mut self, op: Op, at: NodeRef) -> ExprId {
        self.exprs.push(Expr { op, at });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// A run of operands.
    pub fn run(&mut self, ids: &[ExprId]) -> Operands {
        let start = self.operands.len() as u32;
        self.operands.extend_from_slice(ids);
        Operands { start, len: ids.len() as u16 }
    }

    /// The value as an expression.
    pub fn as_expr(&mut self, value: Value, at: NodeRef) -> ExprId {
        match value {
            Value::Lazy(id) => id,
            constant => self.push(Op::Const(constant), at),
        }
    }
}

/// The span of a node of the program.
#[must_use]
pub fn span_of(units: &[Unit], at: NodeRef) -> Span {
    let (unit, node) = locate(units, at.0);
    units[unit as usize].tree.span(node)
}

/// A variable in sight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    name: Name,
    ty: TyId,
    slot: u16,
    /// What it stands for, if it is no frame slot (a `let` of a body).
    value: Option<Value>,
    /// Whether it ranges over all resources of a kind.
    unbounded: bool,
    /// Whether it is a `let` of a policy outside of its loops: the same for all bindings.
    stable: bool,
}

/// Types one item: what it may see, and where its findings go.
pub struct Checker<'a> {
    pub(crate) p: &'a mut Program,
    pub(crate) units: &'a [Unit],
    pub(crate) sources: &'a Sources,
    pub(crate) out: &'a mut Vec<Diagnostic>,
    pub(crate) unit: u32,
    /// What that unit is made of, so that no node is looked for in the list of all.
    tree: &'a Tree,
    text: &'a str,
    base: u32,
    pub(crate) scope: Scope,
    pub(crate) locals: Vec<Local>,
    pub(crate) next_slot: u16,
    pub(crate) max_slot: u16,
    pub(crate) self_ty: Option<TyId>,
    /// Whether a fact that may be null is read as if it were known: in rules, which then do not apply.
    pub(crate) lenient: bool,
    /// The body of a model, where requirements may stand.
    pub(crate) model_body: Option<Index>,
    /// Whether the variant is unknown, so that a field of any variant may be meant.
    pub(crate) any_variant: bool,
    /// What nodes mean, while somebody asks for it.
    pub(crate) notes: Option<Vec<notes::Note>>,
}

impl<'a> Checker<'a> {
    /// A checker for items of one file.
    pub fn new(
        p: &'a mut Program,
        units: &'a [Unit],
        sources: &'a Sources,
        out: &'a mut Vec<Diagnostic>,
        unit: u32,
    ) -> Checker<'a> {
        let of = &units[unit as usize];
        Checker {
            p,
            units,
            sources,
            out,
            unit,
            tree: &of.tree,
            text: &sources.file(of.file).text,
            base: of.base,
            scope: of.scope,
            locals: Vec::new(),
            next_slot: 0,
            max_slot: 0,
            self_ty: None,
            lenient: false,
            model_body: None,
            any_variant: false,
            notes: None,
        }
    }

    /// Goes on with the nodes of another file; the file it came from.
    pub(crate) fn turn_to(&mut self, unit: u32) -> u32 {
        let of = &self.units[unit as usize];
        (self.tree, self.text) = (&of.tree, &self.sources.file(of.file).text);
        (self.base, self.scope) = (of.base, of.scope);
        std::mem::replace(&mut self.unit, unit)
    }

    pub(crate) fn tree(&self) -> &'a Tree {
        self.tree
    }

    pub(crate) fn node(&self, at: Index) -> Node {
        self.tree().node(at)
    }

    pub(crate) fn kind_of(&self, at: Index) -> NodeKind {
        self.tree().kind(at)
    }

    pub(crate) fn text(&self, at: Index) -> &'a str {
        self.tree.text(at, self.text)
    }

    pub(crate) fn source_text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn span(&self, at: Index) -> Span {
        self.tree().span(at)
    }

    pub(crate) fn at(&self, node: Index) -> NodeRef {
        NodeRef(self.base + node)
    }

    pub(crate) fn span_of(&self, at: NodeRef) -> Span {
        span_of(self.units, at)
    }

    pub(crate) fn child(&self, node: Index, kind: NodeKind) -> Option<Index> {
        self.tree().child(node, kind)
    }

    pub(crate) fn intern(&mut self, at: Index) -> Name {
        let text = self.text(at);
        self.p.heap.names.intern(text)
    }

    /// The name that a `Name` or `Str` node spells.
    pub(crate) fn key_name(&mut self, at: Index) -> Name {
        match self.kind_of(at) {
            NodeKind::Str | NodeKind::StrText => {
                let text = crate::syntax::unquote(self.text(at));
                self.p.heap.names.intern(&text)
            }
            _ => self.intern(at),
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> Value {
        if self.out.len() < crate::diag::MOST {
            self.out.push(diagnostic);
        }
        Value::Poison
    }

    /// Whether there are too many errors for suggestions.
    pub(crate) fn is_crowded(&self) -> bool {
        self.out.len() >= MANY_ERRORS
    }

    pub(crate) fn lazy(&mut self, op: Op, node: Index) -> Value {
        let at = self.at(node);
        Value::Lazy(self.p.push(op, at))
    }

    /// A variable in a new frame slot.
    pub(crate) fn bind(&mut self, name: Name, ty: TyId, unbounded: bool) -> u16 {
        let slot = self.next_slot;
        self.next_slot += 1;
        self.max_slot = self.max_slot.max(self.next_slot);
        self.locals.push(Local { name, ty, slot, value: None, unbounded, stable: false });
        slot
    }

    /// A name for a value that is no frame slot.
    pub(crate) fn bind_value(&mut self, name: Name, ty: TyId, value: Value) {
        self.locals.push(Local { name, ty, slot: u16::MAX, value: Some(value), unbounded: false, stable: false });
    }

    /// Forgets the variables bound since there were `count` of them. Their slots stay taken: they are few.
    pub(crate) fn unbind(&mut self, count: usize) {
        self.locals.truncate(count);
    }
}

/// Whether a text is a value of a type that is written as a string.
#[must_use]
pub fn is_domain(domain: ty::Domain, text: &str) -> bool {
    domains::problem(domain, text).is_none()
}

/// The object of a resource: resources come first, in order.
#[must_use]
pub fn object_of(resource: ResId) -> ObjId {
    ObjId(resource.0)
}

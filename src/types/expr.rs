//! Typed expressions: what is left to compute once names and types are settled.

use crate::base::Name;
use crate::types::ty::{ShapeId, TyId};
use crate::types::value::{ExprId, Value};

/// A node of any file of the program: the file's base plus the node's index.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeRef(pub u32);

/// A run of expression ids in [`crate::types::Program::operands`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operands {
    /// First.
    pub start: u32,
    /// How many.
    pub len: u16,
}

/// A binary operator that computes from two values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `within`
    Within,
    /// `overlaps`
    Overlaps,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// A property that every value of some type has, declared by no shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Property {
    /// The said `name`, or the key.
    Name,
    /// The key; of blocks `by ref`, what it refers to.
    Key,
    /// The object that holds a block.
    Owner,
    /// What stands after `on`, one.
    On,
    /// What stands after `on`, many.
    OnMany,
    /// What stands after `in`.
    Within,
    /// Elements of a list, characters of a string, addresses of a network.
    Size,
    /// Whether a list has no elements.
    Empty,
    /// The first of a list, range or network.
    First,
    /// The last of a list, range or network.
    Last,
    /// The value of a group or use.
    Value,
    /// The members of a group.
    Members,
    /// Where a use stands, as text.
    Path,
    /// `owner` or `use`.
    Role,
    /// `q35`, `i440fx` or `virt`.
    Family,
    /// The version of a machine type.
    Version,
    /// The address of an interface.
    Address,
    /// The prefix length of a network or interface.
    Prefix,
    /// The model or variant named in the head, as a string; null without one.
    Model,
}

/// How a generator is folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fold {
    /// A list of the heads.
    List,
    /// Whether all heads hold.
    All,
    /// Whether one head holds.
    Any,
    /// How many there are.
    Count,
    /// Their sum.
    Sum,
    /// A list in which heads and the values of the first variable take turns: what groups are made from.
    Keyed,
}

/// One `for x in xs where c` of a generator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loop {
    /// The frame slot of the variable.
    pub local: u16,
    /// What it ranges over.
    pub source: ExprId,
    /// The condition left over after an index took its part.
    pub condition: Option<ExprId>,
    /// The equality that an index answers, if there is one.
    pub join: Option<Join>,
}

/// `key == probe`: answered from an index over the loops up to this one, which depend on nothing outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Join {
    /// Its number, for the index.
    pub index: u32,
    /// The first loop that the index covers.
    pub from: u16,
    /// Depends on the variables of those loops only.
    pub key: ExprId,
    /// Depends on none of them.
    pub probe: ExprId,
}

/// A function that is not written in the language.
pub type Builtin = crate::types::builtins::Builtin;

/// What an expression computes.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// A value.
    Const(Value),
    /// A variable of the frame.
    Local(u16),
    /// The object whose body this is.
    SelfObj,
    /// A declared field of an object whose shape is known.
    Field(ExprId, ShapeId, u16),
    /// A declared field by name, of one of several shapes.
    FieldNamed(ExprId, Name),
    /// A property.
    Property(ExprId, Property),
    /// The keyed block of an object, or the block with this key in a list of them.
    Member(ExprId, Name, TyId),
    /// The keyed block of one of the shapes: in this resource, or on its host. Kinds among the shapes are for the message.
    Part(TyId, Name),
    /// All resources of the kinds.
    Kinds(TyId),
    /// Two values.
    Binary(Binary, ExprId, ExprId),
    /// `not`
    Not(ExprId),
    /// unary `-`
    Neg(ExprId),
    /// `and`
    And(ExprId, ExprId),
    /// `or`
    Or(ExprId, ExprId),
    /// `implies`
    Implies(ExprId, ExprId),
    /// `??`
    Coalesce(ExprId, ExprId),
    /// `?.`: the base may be null.
    Safe(ExprId),
    /// A fact that must be known.
    Known(ExprId),
    /// `a..b`
    Range(ExprId, ExprId),
    /// `if c then a else b`: condition, then, else.
    If(Operands),
    /// `[a, b]`
    List(Operands),
    /// Keys and values in turns.
    Map(Operands),
    /// Text with parts.
    Interpolate(Operands),
    /// `xs[i]`
    Index(ExprId, ExprId),
    /// `x is Variant`
    Is(ExprId, Name),
    /// A generator: number in [`crate::types::Program::generators`].
    Generate(u32),
    /// A builtin with its arguments.
    Call(Builtin, Operands),
    /// A function of the program.
    Apply(u32, Operands),
    /// A top-level `let`.
    Let(u32),
    /// An input.
    Input(u32),
}

/// A generator: `head for … for …`, folded.
#[derive(Clone, Debug)]
pub struct Generator {
    /// How the heads are folded.
    pub fold: Fold,
    /// The loops, outermost first.
    pub loops: Vec<Loop>,
    /// What is computed for each binding.
    pub head: ExprId,
    /// The sum of nothing.
    pub zero: Value,
}

/// An expression and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// What it computes.
    pub op: Op,
    /// Its node.
    pub at: NodeRef,
}

/// `require … at … else … help … fix …`
#[derive(Clone, Debug)]
pub struct Require {
    /// What must hold.
    pub condition: ExprId,
    /// The value whose origin is guilty.
    pub at: Option<ExprId>,
    /// What to say.
    pub message: Option<ExprId>,
    /// What to do.
    pub help: Option<ExprId>,
    /// What would mend it.
    pub fixes: Vec<FixTo>,
    /// The variant that it is for, if not for all.
    pub only: Option<Name>,
    /// Where it stands.
    pub node: NodeRef,
}

/// `fix path = value`: the object (an expression), the field and the value.
#[derive(Clone, Copy, Debug)]
pub struct FixTo {
    /// The object that is edited.
    pub object: ExprId,
    /// The field of it.
    pub field: Name,
    /// Its new value.
    pub value: ExprId,
}

/// A step of a policy.
#[derive(Clone, Debug)]
pub enum Step {
    /// `for x in xs where c`, and what stands under it.
    For(Loop, Vec<Step>),
    /// `let x = e`: its slot and value.
    Let(u16, ExprId),
    /// A requirement.
    Require(Require),
}

/// A policy, compiled.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// Whether it may not be allowed.
    pub is_final: bool,
    /// Whether it only warns.
    pub is_warning: bool,
    /// What it does.
    pub steps: Vec<Step>,
    /// The kinds it ranges over at the outermost level.
    pub over: Vec<ShapeId>,
    /// Where it is declared.
    pub at: NodeRef,
}

//! `for x in xs where c`: comprehensions, generators, and the equality that an index can answer.

use crate::base::Name;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::{Binary, Fold, Generator, Join, Loop, Op};
use crate::types::ty::{Ty, TyId};
use crate::types::value::{ExprId, Value};
use crate::types::{Checker, Want, errors};

/// A variable, what it ranges over, and the condition, as nodes.
pub(crate) struct LoopNodes {
    pub name: Index,
    pub source: Index,
    pub condition: Option<Index>,
}

impl Checker<'_> {
    /// `[e for x in xs]`
    pub(crate) fn comprehension(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let element = want.and_then(|want| self.wanted_list(want.ty)).and_then(|ty| self.p.types.element(ty));
        let (value, head_ty, _) = self.generate(node, Fold::List, element.map(|ty| Want { ty, from: None }));
        let ty = self.p.types.intern(Ty::List(head_ty));
        (value, ty)
    }

    /// A generator node with a fold: its value, the head's type, and the type of the first variable.
    pub(crate) fn generate(&mut self, node: Index, fold: Fold, want: Option<Want>) -> (Value, TyId, TyId) {
        let count = self.locals.len();
        let nested = self.is_nested();
        let head = node + 1;
        let mut loops = Vec::new();
        let mut first_ty = TyId::ERROR;
        let mut clause = self.node(head).next;
        let end = self.node(node).next;
        // What stands behind the clauses is a syntax error, said already.
        while clause < end && self.node(clause).kind == NodeKind::ForClause {
            let nodes = self.loop_nodes(clause);
            let (found, ty) = self.enter_loop(&nodes);
            if loops.is_empty() {
                first_ty = ty;
            }
            loops.push(found);
            clause = self.node(clause).next;
        }
        let (value, ty) = self.expr(head, want);
        let (value, ty) = match want {
            Some(want) => (self.coerce(head, value, ty, want), want.ty),
            None if matches!(fold, Fold::List) => (value, ty),
            None => self.unwrap(head, value, ty),
        };
        self.unbind(count);
        if value == Value::Poison || loops.iter().any(|found| found.is_none()) {
            return (Value::Poison, TyId::ERROR, first_ty);
        }
        let at = self.at(head);
        let head = self.p.as_expr(value, at);
        let mut loops: Vec<Loop> = loops.into_iter().flatten().collect();
        if !self.index_loops(node, &mut loops, nested) {
            return (Value::Poison, TyId::ERROR, first_ty);
        }
        self.p.generators.push(Generator { fold, loops, head, zero: Value::Int(0) });
        let number = self.p.generators.len() as u32 - 1;
        (self.lazy(Op::Generate(number), node), ty, first_ty)
    }

    /// The parts of a `ForClause`, `ForLine` or `ForEntry`.
    pub(crate) fn loop_nodes(&self, node: Index) -> LoopNodes {
        let name = node + 1;
        let source = self.node(name).next;
        let condition = self.child(node, NodeKind::Where).map(|clause| clause + 1);
        LoopNodes { name, source, condition }
    }

    /// Types the source, binds the variable, types the condition; the loop and the variable's type.
    pub(crate) fn enter_loop(&mut self, nodes: &LoopNodes) -> (Option<Loop>, TyId) {
        let (source, ty) = self.expr(nodes.source, None);
        let (source, ty) = self.unwrap(nodes.source, source, ty);
        let element = match self.p.types.element(ty) {
            Some(element) => element,
            None => {
                if ty != TyId::ERROR {
                    let shown = self.p.show(ty);
                    let diagnostic = errors::not_iterable(self.span(nodes.source), &shown);
                    self.report(diagnostic);
                }
                TyId::ERROR
            }
        };
        let at = self.at(nodes.source);
        let source_id = self.p.as_expr(source, at);
        let unbounded = matches!(self.p.expr(source_id).op, Op::Kinds(_));
        let name = self.intern(nodes.name);
        self.note(nodes.name, crate::types::notes::Meaning::Typed(element));
        let local = self.bind(name, element, unbounded);
        let condition = nodes.condition.map(|node| self.check(node, Want { ty: TyId::BOOL, from: None }));
        if source == Value::Poison || condition == Some(Value::Poison) {
            return (None, element);
        }
        let condition = condition.map(|value| {
            let at = self.at(nodes.source);
            self.p.as_expr(value, at)
        });
        (Some(Loop { local, source: source_id, condition, join: None }), element)
    }

    /// Whether something outside of the loops that begin now ranges without bound.
    pub(crate) fn is_nested(&self) -> bool {
        self.locals.iter().any(|local| local.unbounded) || (self.self_ty.is_some() && self.lenient)
    }

    /// Gives loops that range over whole kinds inside another range an index, or refuses them.
    pub(crate) fn index_loops(&mut self, node: Index, loops: &mut [Loop], nested: bool) -> bool {
        let Some(first) = loops.iter().position(|found| self.is_unbounded(found.source)) else { return true };
        let again = loops[first + 1..].iter().position(|found| self.is_unbounded(found.source));
        if !nested && again.is_none() {
            return true;
        }
        if nested && self.join_from(loops, 0) {
            return true;
        }
        if let (false, Some(again)) = (nested, again)
            && self.join_from(loops, first + 1 + again)
        {
            return true;
        }
        let diagnostic = errors::quadratic(self.span(node), self.text(node));
        self.report(diagnostic);
        false
    }

    /// Whether a source is as large as the lab: a kind, or a list made from one.
    fn is_unbounded(&self, source: ExprId) -> bool {
        match self.p.expr(source).op {
            Op::Kinds(ty) => !self.small_kind(ty),
            Op::Local(slot) => self.locals.iter().any(|local| local.slot == slot && local.stable),
            Op::Generate(number) => {
                self.p.generators[number as usize].loops.iter().any(|l| l.join.is_none() && self.is_unbounded(l.source))
            }
            _ => false,
        }
    }

    /// Looks for an equality between loops from `start` on and what lies outside of them.
    fn join_from(&mut self, loops: &mut [Loop], start: usize) -> bool {
        let mut inside: Vec<u16> = Vec::new();
        for found in loops.iter_mut().skip(start) {
            if !self.only_depends(found.source, &inside) {
                return false;
            }
            inside.push(found.local);
            if self.split_join(found, &inside, start as u16) {
                return true;
            }
            if found.condition.is_some_and(|condition| !self.only_depends(condition, &inside)) {
                return false;
            }
        }
        false
    }

    /// Kinds of which a lab has few: ranging over them inside another range is no square.
    fn small_kind(&self, ty: TyId) -> bool {
        const SMALL: [&str; 4] = ["project", "cluster", "network", "backup-server"];
        match self.p.types.get(self.p.types.base(ty)) {
            Ty::Obj(shapes, _) => shapes.iter().all(|shape| SMALL.contains(&self.p.name(self.p.shape(*shape).word))),
            _ => false,
        }
    }

    /// Takes an equality that an index can answer out of the condition.
    fn split_join(&mut self, found: &mut Loop, inside: &[u16], from: u16) -> bool {
        let Some(condition) = found.condition else { return false };
        let mut conjuncts = Vec::new();
        self.conjuncts(condition, &mut conjuncts);
        for (place, conjunct) in conjuncts.iter().enumerate() {
            let Op::Binary(Binary::Eq, a, b) = self.p.expr(*conjunct).op else { continue };
            for (key, probe) in [(a, b), (b, a)] {
                if self.reads_one_of(key, inside) && self.only_depends(key, inside) && !self.reads_one_of(probe, inside)
                {
                    found.join = Some(Join { index: self.p.joins, from, key, probe });
                    self.p.joins += 1;
                    conjuncts.remove(place);
                    found.condition = conjuncts.into_iter().reduce(|left, right| {
                        let at = self.p.expr(left).at;
                        self.p.push(Op::And(left, right), at)
                    });
                    return true;
                }
            }
        }
        false
    }

    fn conjuncts(&self, id: ExprId, out: &mut Vec<ExprId>) {
        match self.p.expr(id).op {
            Op::And(left, right) => {
                self.conjuncts(left, out);
                self.conjuncts(right, out);
            }
            _ => out.push(id),
        }
    }

    fn reads_one_of(&self, id: ExprId, slots: &[u16]) -> bool {
        self.any_leaf(id, &|op| matches!(op, Op::Local(local) if slots.contains(&local)))
    }

    /// Whether it reads nothing but these frame slots (and its own generators' variables), and no `self`.
    fn only_depends(&self, id: ExprId, slots: &[u16]) -> bool {
        let mut own = slots.to_vec();
        own.extend(self.locals.iter().filter(|local| local.stable).map(|local| local.slot));
        self.own_slots(id, &mut own);
        !self.any_leaf(id, &|op| match op {
            Op::Local(local) => !own.contains(&local),
            Op::SelfObj | Op::Part(..) => true,
            _ => false,
        })
    }

    /// Adds the frame slots that generators inside an expression bind.
    fn own_slots(&self, id: ExprId, out: &mut Vec<u16>) {
        let found = std::cell::RefCell::new(Vec::new());
        self.any_leaf(id, &|op| {
            if let Op::Generate(number) = op {
                found.borrow_mut().extend(self.p.generators[number as usize].loops.iter().map(|l| l.local));
            }
            false
        });
        out.append(&mut found.into_inner());
    }

    /// Whether a test holds for an operation anywhere in an expression.
    fn any_leaf(&self, id: ExprId, test: &dyn Fn(Op) -> bool) -> bool {
        let op = self.p.expr(id).op;
        let many = |run: crate::types::expr::Operands| self.p.operands(run).iter().any(|id| self.any_leaf(*id, test));
        test(op)
            || match op {
                Op::Const(_) | Op::Local(_) | Op::SelfObj | Op::Part(..) | Op::Kinds(_) | Op::Let(_) | Op::Input(_) => {
                    false
                }
                Op::Field(a, _, _)
                | Op::FieldNamed(a, _)
                | Op::Property(a, _)
                | Op::Member(a, ..)
                | Op::Not(a)
                | Op::Neg(a)
                | Op::Safe(a)
                | Op::Known(a)
                | Op::Is(a, _) => self.any_leaf(a, test),
                Op::Binary(_, a, b)
                | Op::And(a, b)
                | Op::Or(a, b)
                | Op::Implies(a, b)
                | Op::Coalesce(a, b)
                | Op::Range(a, b)
                | Op::Index(a, b) => self.any_leaf(a, test) || self.any_leaf(b, test),
                Op::If(run)
                | Op::List(run)
                | Op::Map(run)
                | Op::Interpolate(run)
                | Op::Call(_, run)
                | Op::Apply(_, run) => many(run),
                Op::Generate(number) => {
                    let generator = &self.p.generators[number as usize];
                    self.any_leaf(generator.head, test)
                        || generator.loops.iter().any(|l| {
                            self.any_leaf(l.source, test)
                                || l.condition.is_some_and(|c| self.any_leaf(c, test))
                                || l.join.is_some_and(|j| self.any_leaf(j.key, test) || self.any_leaf(j.probe, test))
                        })
                }
            }
    }

    /// A kind's name where a value stands: the set of its resources.
    pub(crate) fn kind_set(&mut self, node: Index, name: Name) -> Option<(Value, TyId)> {
        let shapes = self.p.kind(self.scope, name)?.to_vec();
        self.note(node, crate::types::notes::Meaning::Kind(name));
        let ty = self.p.types.intern(Ty::Obj(shapes, None));
        let list = self.p.types.intern(Ty::List(ty));
        Some((self.lazy(Op::Kinds(ty), node), list))
    }
}

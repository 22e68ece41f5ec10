//! Operators: arithmetic with units, comparison, logic.

use crate::hir::literal;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::{Binary, Op, Property};
use crate::types::notes::Meaning;
use crate::types::ty::{Domain, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, errors};

/// The types that are counted.
const QUANTITIES: [TyId; 6] = [TyId::INT, TyId::FLOAT, TyId::SIZE, TyId::DURATION, TyId::RATE, TyId::PERCENT];

impl Checker<'_> {
    /// Both operands of a binary node.
    fn operands(&self, node: Index) -> (Index, Index) {
        let left = node + 1;
        (left, self.node(left).next)
    }

    fn binary(&mut self, node: Index, op: Binary, left: Value, right: Value, ty: TyId) -> (Value, TyId) {
        let (left_node, right_node) = self.operands(node);
        if left == Value::Poison || right == Value::Poison {
            // Where an operand is missing, the operator may well be a slip.
            let is_half = self.kind_of(left_node) == NodeKind::Missing || self.kind_of(right_node) == NodeKind::Missing;
            return (Value::Poison, if ty == TyId::BOOL && !is_half { ty } else { TyId::ERROR });
        }
        let left_at = self.at(left_node);
        let right_at = self.at(right_node);
        let left = self.p.as_expr(left, left_at);
        let right = self.p.as_expr(right, right_at);
        (self.lazy(Op::Binary(op, left, right), node), ty)
    }

    /// `not`, `and`, `or`, `implies`
    pub(crate) fn logic(&mut self, node: Index) -> (Value, TyId) {
        let want = Want { ty: TyId::BOOL, from: None };
        let left = node + 1;
        let value = self.check(left, want);
        let at = self.at(left);
        let first = self.p.as_expr(value, at);
        if self.kind_of(node) == NodeKind::Not {
            return (self.lazy(Op::Not(first), node), TyId::BOOL);
        }
        let right = self.node(left).next;
        let value = self.check(right, want);
        let at = self.at(right);
        let second = self.p.as_expr(value, at);
        let op = match self.kind_of(node) {
            NodeKind::And => Op::And(first, second),
            NodeKind::Or => Op::Or(first, second),
            _ => Op::Implies(first, second),
        };
        (self.lazy(op, node), TyId::BOOL)
    }

    /// Unary `-`
    pub(crate) fn negate(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let (value, ty) = self.expr(node + 1, want);
        match (value, self.p.types.base(ty)) {
            (Value::Int(number), _) => (Value::Int(-number), TyId::INT),
            (Value::Float(number), _) => (Value::Float(-number), TyId::FLOAT),
            (_, base @ (TyId::INT | TyId::FLOAT)) => {
                let at = self.at(node + 1);
                let inner = self.p.as_expr(value, at);
                (self.lazy(Op::Neg(inner), node), base)
            }
            (_, TyId::ERROR) => (Value::Poison, TyId::ERROR),
            _ => {
                let shown = self.p.show(ty);
                (self.report(errors::no_negative(self.span(node), &shown)), TyId::ERROR)
            }
        }
    }

    /// `==` and `!=`: the right side is read as the left side's type.
    pub(crate) fn equality(&mut self, node: Index) -> (Value, TyId) {
        let op = if self.kind_of(node) == NodeKind::Eq { Binary::Eq } else { Binary::Ne };
        let (left, right) = self.operands(node);
        let null_right = self.kind_of(right) == NodeKind::Null;
        let (left_value, left_ty) = self.expr(left, None);
        if null_right {
            return self.binary(node, op, left_value, Value::Null, TyId::BOOL);
        }
        let (left_value, left_ty) = self.unwrap(left, left_value, left_ty);
        let want = Want { ty: self.p.types.base(left_ty), from: None };
        let (right_value, right_ty) = self.expr(right, Some(want));
        let (right_value, right_ty) = self.unwrap(right, right_value, right_ty);
        let comparable = self.p.types.fits(right_ty, left_ty)
            || self.p.types.fits(left_ty, right_ty)
            || self.comparable(left_ty, right_ty);
        if !comparable {
            let (a, b) = (self.p.show(left_ty), self.p.show(right_ty));
            return (self.report(errors::not_comparable(self.span(node), &a, &b)), TyId::BOOL);
        }
        self.binary(node, op, left_value, right_value, TyId::BOOL)
    }

    /// Whether two different types may be compared: references to different kinds, and addresses.
    fn comparable(&self, a: TyId, b: TyId) -> bool {
        let (a, b) = (self.p.types.base(a), self.p.types.base(b));
        matches!(
            (self.p.types.get(a), self.p.types.get(b)),
            (Ty::Obj(..), Ty::Obj(..))
                | (Ty::Ip | Ty::Interface, Ty::Ip | Ty::Interface)
                | (Ty::Union(_), _)
                | (_, Ty::Union(_))
                | (Ty::Domain(_), Ty::Str)
                | (Ty::Str, Ty::Domain(_))
        ) || matches!((self.p.types.get(a), self.p.types.get(b)), (Ty::Enum(a), Ty::Enum(b)) if a.iter().any(|m| b.contains(m)))
    }

    /// `<`, `<=`, `>`, `>=`
    pub(crate) fn ordering(&mut self, node: Index) -> (Value, TyId) {
        let op = match self.kind_of(node) {
            NodeKind::Lt => Binary::Lt,
            NodeKind::Le => Binary::Le,
            NodeKind::Gt => Binary::Gt,
            _ => Binary::Ge,
        };
        let (left, right) = self.operands(node);
        if matches!(self.kind_of(left), NodeKind::Lt | NodeKind::Le | NodeKind::Gt | NodeKind::Ge) {
            // The parser has refused to compare a comparison.
            return (Value::Poison, TyId::ERROR);
        }
        let (left_value, left_ty) = self.expr(left, None);
        let (left_value, left_ty) = self.unwrap(left, left_value, left_ty);
        let want = Want { ty: self.p.types.base(left_ty), from: None };
        let (right_value, right_ty) = self.expr(right, Some(want));
        let (right_value, right_ty) = self.unwrap(right, right_value, right_ty);
        let base = self.p.types.base(left_ty);
        let ordered = matches!(
            self.p.types.get(base),
            Ty::Error
                | Ty::Int
                | Ty::Float
                | Ty::Size
                | Ty::Duration
                | Ty::Rate
                | Ty::Percent
                | Ty::Ip
                | Ty::Interface
                | Ty::Domain(Domain::Version)
        );
        if !ordered || !(self.p.types.fits(right_ty, base) || self.comparable(base, right_ty)) {
            let a = self.p.show(left_ty);
            let b = if self.p.types.base(right_ty) == base { a.clone() } else { self.p.show(right_ty) };
            return (self.report(errors::not_ordered(self.span(node), &a, &b)), TyId::BOOL);
        }
        self.binary(node, op, left_value, right_value, TyId::BOOL)
    }

    /// `in`, `within`, `overlaps`, `contains`
    pub(crate) fn membership(&mut self, node: Index) -> (Value, TyId) {
        let (left, right) = self.operands(node);
        let (op, item, holder) = match self.kind_of(node) {
            NodeKind::In => (Binary::In, left, right),
            NodeKind::Contains => (Binary::In, right, left),
            NodeKind::Within => (Binary::Within, left, right),
            _ => (Binary::Overlaps, left, right),
        };
        let (holder_value, holder_ty) = self.expr(holder, None);
        let (holder_value, holder_ty) = self.unwrap(holder, holder_value, holder_ty);
        let base = self.p.types.base(holder_ty);
        let element = match (op, self.p.types.get(base)) {
            (Binary::In, Ty::Cidr) => Some(TyId::IP),
            (Binary::In, Ty::Str) => Some(TyId::STR),
            (Binary::In, Ty::Map(key, _)) => Some(*key),
            (Binary::In, _) => self.p.types.element(holder_ty),
            _ => Some(base),
        };
        let Some(element) = element else {
            let shown = self.p.show(holder_ty);
            if base == TyId::ERROR {
                return (Value::Poison, TyId::BOOL);
            }
            return (self.report(errors::holds_nothing(self.span(holder), &shown)), TyId::BOOL);
        };
        let want = Want { ty: element, from: None };
        let (item_value, item_ty) = self.expr(item, Some(want));
        let (item_value, item_ty) = self.unwrap(item, item_value, item_ty);
        let fits = self.p.types.fits(item_ty, element)
            || self.comparable(item_ty, element)
            || self.p.types.fits(element, item_ty);
        if !fits {
            return (self.mismatch(item, item_ty, want), TyId::BOOL);
        }
        let at = self.at(node);
        if item_value == Value::Poison || holder_value == Value::Poison {
            return (Value::Poison, TyId::BOOL);
        }
        let item_id = self.p.as_expr(item_value, at);
        let holder_id = self.p.as_expr(holder_value, at);
        (self.lazy(Op::Binary(op, item_id, holder_id), node), TyId::BOOL)
    }

    /// `x is Variant`
    pub(crate) fn is_variant(&mut self, node: Index) -> (Value, TyId) {
        let (left, right) = self.operands(node);
        let (value, ty) = self.expr(left, None);
        let (value, ty) = self.unwrap(left, value, ty);
        let name = self.intern(right);
        let base = self.p.types.base(ty);
        let shapes = match self.p.types.get(base) {
            Ty::Obj(shapes, _) => shapes.clone(),
            Ty::Error => return (Value::Poison, TyId::BOOL),
            _ => Vec::new(),
        };
        let at = self.at(left);
        let subject = self.p.as_expr(value, at);
        let known = shapes
            .iter()
            .any(|shape| self.p.shape(*shape).variants.contains(&name) || self.p.shape(*shape).name == name)
            || self.p.tags.get(&name).is_some_and(|shape| shapes.contains(shape));
        if !known {
            let options: Vec<String> = shapes
                .iter()
                .flat_map(|shape| self.p.shape(*shape).variants.iter().map(|variant| self.p.name(*variant).to_owned()))
                .collect();
            return (self.report(errors::unknown_variant(self.span(right), self.text(right), &options)), TyId::BOOL);
        }
        let of = shapes.iter().copied().find(|shape| self.p.shape(*shape).variants.contains(&name));
        match (of, self.p.models.get(&(self.scope, name)).copied()) {
            (Some(shape), _) => self.note(right, Meaning::Variant(shape, name)),
            (None, Some(model)) => self.note(right, Meaning::Layer(model)),
            (None, None) => self.note_kind(right, name),
        }
        (self.lazy(Op::Is(subject, name), node), TyId::BOOL)
    }

    /// `x ?? y`
    pub(crate) fn coalesce(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let (left, right) = self.operands(node);
        let lenient = std::mem::replace(&mut self.lenient, false);
        let (left_value, left_ty) = self.expr(left, want);
        self.lenient = lenient;
        let inner = match *self.p.types.get(self.p.types.plain(left_ty)) {
            Ty::Opt(inner) => inner,
            _ => left_ty,
        };
        let want =
            Want { ty: if inner == TyId::NULL { want.map_or(TyId::ERROR, |w| w.ty) } else { inner }, from: None };
        let (right_value, right_ty) = self.expr(right, Some(want));
        let result = if self.p.types.fits(right_ty, inner) { inner } else { right_ty };
        let right_value = match self.p.types.get(self.p.types.plain(right_ty)) {
            Ty::Opt(_) | Ty::Null => right_value,
            _ => self.coerce(right, right_value, right_ty, want),
        };
        let at = self.at(node);
        let first = self.p.as_expr(left_value, at);
        let second = self.p.as_expr(right_value, at);
        (self.lazy(Op::Coalesce(first, second), node), result)
    }

    /// `a..b`
    pub(crate) fn range(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let (left, right) = self.operands(node);
        let element = want.and_then(|want| self.p.types.element(want.ty));
        let (first, ty) = self.expr(left, element.map(|ty| Want { ty, from: None }));
        let (first, ty) = self.unwrap(left, first, ty);
        let base = self.p.types.base(ty);
        if let Some(element) = element
            && base != TyId::ERROR
            && !self.p.types.fits(base, element)
        {
            let from = want.and_then(|want| want.from);
            return (self.mismatch(left, ty, Want { ty: element, from }), TyId::ERROR);
        }
        let last = self.check(right, Want { ty: base, from: None });
        let is_six = *self.p.types.get(base) == Ty::Domain(Domain::Ipv6);
        if !is_six && !matches!(base, TyId::INT | TyId::IP | TyId::ERROR) {
            let shown = self.p.show(ty);
            return (self.report(errors::no_range(self.span(node), &shown)), TyId::ERROR);
        }
        if is_six && let Some(reported) = self.range_of_six(node, first, last) {
            return reported;
        }
        let range = self.p.types.intern(Ty::Range(base));
        match (first, last) {
            (Value::Int(a), Value::Int(b)) if a > b => self.backwards(node),
            (Value::Ip(a), Value::Ip(b)) if a > b => self.backwards(node),
            (Value::Int(_), Value::Int(_)) | (Value::Ip(_), Value::Ip(_)) => {
                (Value::Range(self.p.heap.store(&[first, last])), range)
            }
            (Value::Poison, _) | (_, Value::Poison) => (Value::Poison, TyId::ERROR),
            _ => {
                let at = self.at(node);
                let (first, last) = (self.p.as_expr(first, at), self.p.as_expr(last, at));
                (self.lazy(Op::Range(first, last), node), range)
            }
        }
    }

    /// Reports what is wrong with the ends of a range of IPv6 addresses, as far as they are literals.
    fn range_of_six(&mut self, node: Index, first: Value, last: Value) -> Option<(Value, TyId)> {
        let read = |value: Value| match value {
            Value::Str(text) => literal::ipv6(self.p.name(text)),
            _ => None,
        };
        let (left, right) = self.operands(node);
        let (first, last) = (read(first), read(last));
        for (end, value) in [(left, first), (right, last)] {
            if let Some((_, Some(_))) = value {
                return Some((self.report(errors::prefix_in_range(self.span(end), self.text(end))), TyId::ERROR));
            }
        }
        (first? > last?).then(|| self.backwards(node))
    }

    fn backwards(&mut self, node: Index) -> (Value, TyId) {
        let (left, right) = self.operands(node);
        let diagnostic = errors::backwards(self.span(node), self.text(left), self.text(right));
        (self.report(diagnostic), TyId::ERROR)
    }

    /// `+ - * /`
    pub(crate) fn arithmetic(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let op = match self.kind_of(node) {
            NodeKind::Add => Binary::Add,
            NodeKind::Sub => Binary::Sub,
            NodeKind::Mul => Binary::Mul,
            _ => Binary::Div,
        };
        let (left, right) = self.operands(node);
        let (left_value, left_ty) = self.expr(left, want.filter(|_| op == Binary::Add));
        let (left_value, left_ty) = self.unwrap(left, left_value, left_ty);
        // `[] + xs` is a list of what is in `xs`.
        let is_open = self.p.types.is_of_nothing(left_ty);
        let hint = matches!(op, Binary::Add | Binary::Sub).then_some(Want { ty: left_ty, from: None });
        let hint = hint.filter(|_| !is_open);
        let (right_value, right_ty) = self.expr(right, hint);
        let (right_value, right_ty) = self.unwrap(right, right_value, right_ty);
        let (a, b) = (self.p.types.base(left_ty), self.p.types.base(right_ty));
        if a == TyId::ERROR || b == TyId::ERROR {
            return (Value::Poison, TyId::ERROR);
        }
        if op == Binary::Add
            && a == TyId::STR
            && b == TyId::STR
            && !(left_value == Value::Poison || right_value == Value::Poison)
        {
            return self.joined(node, left_value, right_value);
        }
        match self.result_of(op, a, b) {
            Some(ty) => self.binary(node, op, left_value, right_value, ty),
            None => {
                let (a, b) = (self.p.show(left_ty), self.p.show(right_ty));
                (self.report(errors::no_arithmetic(self.span(node), op, &a, &b)), TyId::ERROR)
            }
        }
    }

    /// Text behind text: the same as writing both into one.
    fn joined(&mut self, node: Index, left: Value, right: Value) -> (Value, TyId) {
        let (left_node, right_node) = self.operands(node);
        let (left_at, right_at) = (self.at(left_node), self.at(right_node));
        let parts = [self.p.as_expr(left, left_at), self.p.as_expr(right, right_at)];
        let parts = self.p.run(&parts);
        (self.lazy(Op::Interpolate(parts), node), TyId::STR)
    }

    /// Whether values of a type can be added up.
    pub(crate) fn is_quantity(&self, ty: TyId) -> bool {
        let base = self.p.types.base(ty);
        base == TyId::ERROR || QUANTITIES.contains(&base)
    }

    /// The type of `a op b`, if there is one.
    fn result_of(&self, op: Binary, a: TyId, b: TyId) -> Option<TyId> {
        let quantity = |ty: TyId| QUANTITIES.contains(&ty);
        match op {
            Binary::Add | Binary::Sub if a == b && quantity(a) => Some(a),
            Binary::Add if self.p.types.is_of_nothing(a) && self.p.types.fits(a, b) => Some(b),
            Binary::Add if self.p.types.element(a).is_some() && self.p.types.fits(b, a) => Some(a),
            Binary::Add | Binary::Sub if a == TyId::IP && b == TyId::INT => Some(a),
            Binary::Mul if quantity(a) && b == TyId::INT => Some(a),
            Binary::Mul if quantity(b) && a == TyId::INT => Some(b),
            Binary::Mul if a == TyId::FLOAT && b == TyId::FLOAT => Some(a),
            Binary::Mul if quantity(a) && (b == TyId::PERCENT || b == TyId::FLOAT) => Some(a),
            Binary::Mul if quantity(b) && (a == TyId::PERCENT || a == TyId::FLOAT) => Some(b),
            Binary::Div if quantity(a) && b == TyId::INT => Some(a),
            Binary::Div if a == TyId::FLOAT && b == TyId::FLOAT => Some(a),
            Binary::Div if a == b && quantity(a) => Some(TyId::INT),
            _ => None,
        }
    }

    /// `if c then a else b`
    pub(crate) fn if_else(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let condition = node + 1;
        let then = self.node(condition).next;
        let otherwise = self.node(then).next;
        let test = self.check(condition, Want { ty: TyId::BOOL, from: None });
        let (then_value, then_ty) = self.expr(then, want);
        // An empty list says nothing of its elements: the other one does.
        let is_open = self.p.types.is_of_nothing(then_ty);
        let hint = want.or(Some(Want { ty: then_ty, from: None }).filter(|_| !is_open));
        let (else_value, else_ty) = self.expr(otherwise, hint);
        let ty = if is_open && self.p.types.fits(then_ty, else_ty) {
            else_ty
        } else if self.p.types.fits(else_ty, then_ty) {
            then_ty
        } else if self.p.types.fits(then_ty, else_ty) {
            else_ty
        } else if then_ty == TyId::NULL || else_ty == TyId::NULL {
            let inner = if then_ty == TyId::NULL { else_ty } else { then_ty };
            self.p.types.optional(inner)
        } else if want.is_some_and(|want| self.p.types.fits(then_ty, want.ty) && self.p.types.fits(else_ty, want.ty)) {
            want.map_or(then_ty, |want| want.ty)
        } else {
            let want = Want { ty: then_ty, from: None };
            self.mismatch(otherwise, else_ty, want);
            return (Value::Poison, then_ty);
        };
        let at = self.at(node);
        let parts = [test, then_value, else_value].map(|value| self.p.as_expr(value, at));
        let run = self.p.run(&parts);
        (self.lazy(Op::If(run), node), ty)
    }

    /// `xs[i]`
    pub(crate) fn index(&mut self, node: Index) -> (Value, TyId) {
        let (base, index) = self.operands(node);
        let (value, ty) = self.expr(base, None);
        let (value, ty) = self.unwrap(base, value, ty);
        let Some(element) = self.p.types.element(ty) else {
            if ty == TyId::ERROR {
                return (Value::Poison, TyId::ERROR);
            }
            let shown = self.p.show(ty);
            return (self.report(errors::holds_nothing(self.span(base), &shown)), TyId::ERROR);
        };
        let base_ty = self.p.types.base(ty);
        let (key, result) = match self.p.types.get(base_ty) {
            Ty::Map(key, _) => (*key, self.p.types.optional(element)),
            _ => (TyId::INT, element),
        };
        let number = self.check(index, Want { ty: key, from: None });
        let at = self.at(node);
        let (list, number) = (self.p.as_expr(value, at), self.p.as_expr(number, at));
        (self.lazy(Op::Index(list, number), node), result)
    }

    /// The properties that a value of a type has, for suggestions.
    pub(crate) fn value_properties(&mut self, ty: TyId) -> Vec<String> {
        const WORDS: [&str; 12] = [
            "size", "len", "empty", "first", "last", "prefix", "address", "value", "members", "path", "family",
            "version",
        ];
        WORDS.into_iter().filter(|word| self.value_property(ty, word).is_some()).map(str::to_owned).collect()
    }

    /// A property of any value of a type, by name.
    pub(crate) fn value_property(&mut self, ty: TyId, word: &str) -> Option<(Property, TyId)> {
        let base = self.p.types.base(ty);
        let ty = self.p.types.get(base).clone();
        Some(match (ty, word) {
            // There are more addresses of IPv6 than an Int counts.
            (Ty::Range(element), "size") if *self.p.types.get(element) == Ty::Domain(Domain::Ipv6) => return None,
            (Ty::List(_) | Ty::Set(_) | Ty::Map(..) | Ty::Range(_) | Ty::Cidr, "size") => (Property::Size, TyId::INT),
            (Ty::Str | Ty::Domain(_), "size" | "len") => (Property::Size, TyId::INT),
            (Ty::List(_) | Ty::Set(_) | Ty::Map(..), "empty") => (Property::Empty, TyId::BOOL),
            (Ty::List(element) | Ty::Set(element), "first" | "last") => {
                let ty = self.p.types.optional(element);
                (if word == "first" { Property::First } else { Property::Last }, ty)
            }
            (Ty::Range(element), "first") => (Property::First, element),
            (Ty::Range(element), "last") => (Property::Last, element),
            (Ty::Cidr, "first") => (Property::First, TyId::IP),
            (Ty::Cidr, "last") => (Property::Last, TyId::IP),
            (Ty::Cidr | Ty::Interface, "prefix") => (Property::Prefix, TyId::INT),
            (Ty::Cidr | Ty::Interface, "address") => (Property::Address, TyId::IP),
            (Ty::Group(value, _) | Ty::Use(value), "value") => (Property::Value, value),
            (Ty::Group(_, member), "members") => (Property::Members, self.p.types.intern(Ty::List(member))),
            (Ty::Use(_), "path") => (Property::Path, TyId::STR),
            (Ty::Use(_), "role") => {
                let members = ["owner", "use"].map(|word| self.p.heap.names.intern(word)).to_vec();
                (Property::Role, self.p.types.intern(Ty::Enum(members)))
            }
            (Ty::Domain(Domain::MachineType), "family") => {
                let members = ["i440fx", "q35", "virt"].map(|word| self.p.heap.names.intern(word)).to_vec();
                (Property::Family, self.p.types.intern(Ty::Enum(members)))
            }
            (Ty::Domain(Domain::MachineType), "version") => {
                let version = self.p.types.intern(Ty::Domain(Domain::Version));
                (Property::Version, self.p.types.optional(version))
            }
            _ => return None,
        })
    }
}

//! Calls: builtins with types of their own, functions of the library and of the project.

use crate::base::Name;
use crate::resolve::{Scope, Space};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::builtins::Builtin;
use crate::types::expr::{Fold, Op};
use crate::types::notes::Meaning;
use crate::types::ty::{Ty, TyId};
use crate::types::value::{ExprId, Value};
use crate::types::{Callee, Checker, Want, decl, errors};

impl Checker<'_> {
    /// `f(a, b)`
    pub(crate) fn call(&mut self, node: Index, want: Option<Want>) -> (Value, TyId) {
        let callee = node + 1;
        let args: Vec<Index> = self.tree().children(node).skip(1).collect();
        let word = self.text(callee);
        if self.kind_of(callee) == NodeKind::Name
            && let Some(found) = self.special(node, word, &args, want)
        {
            return found;
        }
        let Some((scope, last)) = self.in_module(callee) else { return (Value::Poison, TyId::ERROR) };
        let name = self.intern(last);
        let own = std::mem::replace(&mut self.scope, scope);
        // Through a module's name only what it declares itself is reached, not what it sees.
        let is_hidden = |site: &crate::resolve::Site| scope != own && self.units[site.unit as usize].scope != scope;
        let is_there = self.p.defs.find(scope, Space::Fn, name).is_some_and(|(site, _)| !is_hidden(&site));
        let number = if is_there { decl::function(self, name) } else { None };
        let known = if number.is_none() { self.functions_in_sight(scope == own) } else { Vec::new() };
        self.scope = own;
        let Some(number) = number else {
            let diagnostic = errors::unknown_function(self.span(last), self.text(last), known);
            return (self.report(diagnostic), TyId::ERROR);
        };
        let Some(number) = number else { return (Value::Poison, TyId::ERROR) };
        self.note(last, Meaning::Function(number));
        let function = self.p.functions[number as usize].clone();
        if matches!(function.body, Callee::Running) {
            let diagnostic = errors::recursive(self.span(callee), word, &[]);
            return (self.report(diagnostic), TyId::ERROR);
        }
        if args.len() != function.params.len() {
            let declared = self.span_of(function.at);
            let diagnostic =
                errors::arguments(self.span(node), word, function.params.len(), args.len(), Some(declared));
            return (self.report(diagnostic), TyId::ERROR);
        }
        let mut ids = Vec::with_capacity(args.len());
        for (arg, (_, ty, from)) in args.iter().zip(&function.params) {
            let value = self.check(*arg, Want { ty: *ty, from: Some(*from) });
            if value == Value::Poison {
                return (Value::Poison, function.result);
            }
            let at = self.at(*arg);
            ids.push(self.p.as_expr(value, at));
        }
        let run = self.p.run(&ids);
        let op = match function.body {
            Callee::External(builtin) => Op::Call(builtin, run),
            Callee::Expr(_) => Op::Apply(number, run),
            Callee::Running => return (Value::Poison, TyId::ERROR),
        };
        (self.lazy(op, node), function.result)
    }

    fn functions_in_sight(&self, with_builtins: bool) -> Vec<String> {
        if self.is_crowded() {
            return Vec::new();
        }
        let own = crate::resolve::Definitions::all(self.units, self.scope, Space::Fn);
        let mut names: Vec<String> =
            own.filter_map(|(_, item)| item.name).map(|name| self.p.name(name).to_owned()).collect();
        if with_builtins {
            names.extend(SPECIAL.iter().map(|word| (*word).to_owned()));
        }
        names
    }

    /// Builtins whose types depend on their arguments.
    fn special(&mut self, node: Index, word: &str, args: &[Index], want: Option<Want>) -> Option<(Value, TyId)> {
        if !SPECIAL.contains(&word) {
            return None;
        }
        self.note(node + 1, Meaning::Builtin);
        let needs = match word {
            "top" | "common" | "subset" | "minus" | "contains" | "overlaps" | "within" | "sops" | "kubernetes"
            | "why-lost" => 2,
            _ => 1,
        };
        if args.len() != needs {
            let diagnostic = errors::arguments(self.span(node), word, needs, args.len(), None);
            return Some((self.report(diagnostic), TyId::ERROR));
        }
        Some(match word {
            "all" => self.fold(node, args[0], Fold::All, Builtin::All),
            "any" => self.fold(node, args[0], Fold::Any, Builtin::Any),
            "count" => self.fold(node, args[0], Fold::Count, Builtin::Count),
            "sum" => self.fold(node, args[0], Fold::Sum, Builtin::Sum),
            "min" => self.of_list(node, args, Builtin::Min, |_, element| Shape::Optional(element)),
            "max" => self.of_list(node, args, Builtin::Max, |_, element| Shape::Optional(element)),
            "sort" => self.same_list(node, args[0], Builtin::Sort, want),
            "unique" => self.same_list(node, args[0], Builtin::Unique, want),
            "pairs" => self.of_list(node, args, Builtin::Pairs, |this, element| {
                Shape::List(this.p.types.intern(Ty::List(element)))
            }),
            "top" => self.top(node, args),
            "duplicates" => self.groups(node, args[0], Builtin::Duplicates),
            "group-by" => self.groups(node, args[0], Builtin::GroupBy),
            "common" => self.two_lists(node, args, Builtin::Common, want),
            "minus" => self.two_lists(node, args, Builtin::Minus, want),
            "subset" => self.two_lists(node, args, Builtin::Subset, want),
            "contains" => self.contains(node, args),
            "overlaps" | "within" => self.same_type(node, args, word),
            "stated" => self.stated(node, args[0]),
            "values" => self.values(node, args[0]),
            "refs" | "uses" | "lost" => self.graph(node, args[0], word),
            "why-lost" => self.why_lost(node, args),
            "sops" | "kubernetes" | "env" => self.secret_source(node, word, args),
            _ => self.data(node, word, args[0], want),
        })
    }

    fn builtin(&mut self, node: Index, builtin: Builtin, args: &[(Value, Index)], ty: TyId) -> (Value, TyId) {
        if args.iter().any(|(value, _)| *value == Value::Poison) {
            return (Value::Poison, TyId::ERROR);
        }
        let mut ids: Vec<ExprId> = Vec::with_capacity(args.len());
        for (value, arg) in args {
            let at = self.at(*arg);
            ids.push(self.p.as_expr(*value, at));
        }
        let run = self.p.run(&ids);
        (self.lazy(Op::Call(builtin, run), node), ty)
    }

    /// `all any count sum`: of a generator without making a list, or of a list.
    fn fold(&mut self, node: Index, arg: Index, fold: Fold, builtin: Builtin) -> (Value, TyId) {
        let want = match fold {
            Fold::All | Fold::Any => Some(Want { ty: TyId::BOOL, from: None }),
            Fold::List | Fold::Count | Fold::Sum | Fold::Keyed => None,
        };
        let (value, element, list) = if self.kind_of(arg) == NodeKind::Generator {
            let (value, ty, _) = self.generate(arg, fold, want);
            (value, ty, false)
        } else {
            let (value, ty) = self.expr(arg, None);
            let (value, ty) = self.unwrap(arg, value, ty);
            (value, self.element_or_report(arg, ty), true)
        };
        let ty = match fold {
            Fold::All | Fold::Any => {
                if !self.p.types.fits(element, TyId::BOOL) {
                    return (self.mismatch(arg, element, Want { ty: TyId::BOOL, from: None }), TyId::BOOL);
                }
                TyId::BOOL
            }
            Fold::Count => TyId::INT,
            Fold::Sum if !self.is_quantity(element) => {
                let shown = self.p.show(element);
                let diagnostic = errors::no_sum(self.span(arg), &shown);
                return (self.report(diagnostic), TyId::ERROR);
            }
            Fold::Sum | Fold::List | Fold::Keyed => self.p.types.base(element),
        };
        if !list {
            if let Value::Lazy(id) = value
                && let Op::Generate(number) = self.p.expr(id).op
            {
                self.p.generators[number as usize].zero = zero_of(ty);
                // Explanations show the whole call.
                self.p.exprs[id.0 as usize].at = self.at(node);
            }
            return (value, ty);
        }
        if fold == Fold::Sum {
            return self.builtin(node, builtin, &[(value, arg), (zero_of(ty), arg)], ty);
        }
        self.builtin(node, builtin, &[(value, arg)], ty)
    }

    fn element_or_report(&mut self, arg: Index, ty: TyId) -> TyId {
        if let Some(element) = self.p.types.element(ty) {
            return element;
        }
        if ty != TyId::ERROR {
            let shown = self.p.show(ty);
            let diagnostic = errors::not_iterable(self.span(arg), &shown);
            self.report(diagnostic);
        }
        TyId::ERROR
    }

    /// An argument that is a list, or a generator that makes one.
    fn list_arg(&mut self, arg: Index, want: Option<Want>) -> (Value, TyId) {
        let want = want.filter(|want| self.wanted_list(want.ty).is_some());
        if self.kind_of(arg) == NodeKind::Generator {
            let element = want.and_then(|want| self.wanted_list(want.ty)).and_then(|ty| self.p.types.element(ty));
            let (value, ty, _) = self.generate(arg, Fold::List, element.map(|ty| Want { ty, from: None }));
            return (value, ty);
        }
        let (value, ty) = self.expr(arg, want);
        let (value, ty) = self.unwrap(arg, value, ty);
        let element = self.element_or_report(arg, ty);
        // An empty list is one of anything; what is no list was reported.
        if self.p.types.element(ty).is_none() { (Value::Poison, element) } else { (value, element) }
    }

    /// `sort` and `unique`: what is wanted of the result is wanted of the argument.
    fn same_list(&mut self, node: Index, arg: Index, builtin: Builtin, want: Option<Want>) -> (Value, TyId) {
        let (value, element) = self.list_arg(arg, want);
        let ty = self.p.types.intern(Ty::List(element));
        self.builtin(node, builtin, &[(value, arg)], ty)
    }

    fn of_list(
        &mut self,
        node: Index,
        args: &[Index],
        builtin: Builtin,
        result: fn(&mut Self, TyId) -> Shape,
    ) -> (Value, TyId) {
        let (value, element) = self.list_arg(args[0], None);
        let ty = match result(self, element) {
            Shape::List(element) => self.p.types.intern(Ty::List(element)),
            Shape::Optional(element) => self.p.types.optional(element),
        };
        self.builtin(node, builtin, &[(value, args[0])], ty)
    }

    fn top(&mut self, node: Index, args: &[Index]) -> (Value, TyId) {
        let count = self.check(args[0], Want { ty: TyId::INT, from: None });
        let (value, element) = self.list_arg(args[1], None);
        let ty = self.p.types.intern(Ty::List(element));
        self.builtin(node, Builtin::Top, &[(count, args[0]), (value, args[1])], ty)
    }

    /// `duplicates` and `group-by`: groups of what the first variable of the generator ranges over.
    fn groups(&mut self, node: Index, arg: Index, builtin: Builtin) -> (Value, TyId) {
        if self.kind_of(arg) != NodeKind::Generator {
            let (value, element) = self.list_arg(arg, None);
            let group = self.p.types.intern(Ty::Group(element, element));
            let ty = self.p.types.intern(Ty::List(group));
            return self.builtin(node, builtin, &[(value, arg)], ty);
        }
        let (value, key, member) = self.generate(arg, Fold::List, None);
        let Value::Lazy(id) = value else { return (Value::Poison, TyId::ERROR) };
        let Op::Generate(number) = self.p.expr(id).op else { return (Value::Poison, TyId::ERROR) };
        self.p.generators[number as usize].fold = Fold::Keyed;
        let group = self.p.types.intern(Ty::Group(key, member));
        let ty = self.p.types.intern(Ty::List(group));
        let run = self.p.run(&[id, id]);
        (self.lazy(Op::Call(builtin, run), node), ty)
    }

    fn two_lists(&mut self, node: Index, args: &[Index], builtin: Builtin, _want: Option<Want>) -> (Value, TyId) {
        let (first, ty) = self.expr(args[0], None);
        let (first, ty) = self.unwrap(args[0], first, ty);
        let element = self.element_or_report(args[0], ty);
        let list = self.p.types.intern(Ty::List(element));
        let (second, second_ty) = self.expr(args[1], Some(Want { ty: list, from: None }));
        let (second, second_ty) = self.unwrap(args[1], second, second_ty);
        self.element_or_report(args[1], second_ty);
        let ty = if builtin == Builtin::Subset { TyId::BOOL } else { list };
        self.builtin(node, builtin, &[(first, args[0]), (second, args[1])], ty)
    }

    fn contains(&mut self, node: Index, args: &[Index]) -> (Value, TyId) {
        let (holder, ty) = self.expr(args[0], None);
        let (holder, ty) = self.unwrap(args[0], holder, ty);
        let element = match self.p.types.get(self.p.types.base(ty)) {
            Ty::Str | Ty::Domain(_) => TyId::STR,
            _ => self.element_or_report(args[0], ty),
        };
        let item = self.check(args[1], Want { ty: element, from: None });
        self.builtin(node, Builtin::Contains, &[(holder, args[0]), (item, args[1])], TyId::BOOL)
    }

    fn same_type(&mut self, node: Index, args: &[Index], word: &str) -> (Value, TyId) {
        let (first, ty) = self.expr(args[0], None);
        let (first, ty) = self.unwrap(args[0], first, ty);
        let second = self.check(args[1], Want { ty, from: None });
        let builtin = if word == "within" { Builtin::Within } else { Builtin::Overlaps };
        self.builtin(node, builtin, &[(first, args[0]), (second, args[1])], TyId::BOOL)
    }

    /// `stated(v.memory)`: a source line or profile said it.
    fn stated(&mut self, node: Index, arg: Index) -> (Value, TyId) {
        let lenient = std::mem::replace(&mut self.lenient, true);
        let (value, _) = self.expr(arg, None);
        self.lenient = lenient;
        match value {
            Value::Lazy(id) if matches!(self.p.expr(id).op, Op::Field(..) | Op::FieldNamed(..)) => {
                self.builtin(node, Builtin::Stated, &[(value, arg)], TyId::BOOL)
            }
            Value::Poison => (Value::Poison, TyId::BOOL),
            _ => (self.report(errors::not_a_field(self.span(arg))), TyId::BOOL),
        }
    }

    /// `values(Ip)`: every value of a type in the model.
    fn values(&mut self, node: Index, arg: Index) -> (Value, TyId) {
        if self.kind_of(arg) != NodeKind::NameRef {
            return (self.report(errors::type_expected(self.span(arg))), TyId::ERROR);
        }
        let Some(of) = self.type_named(arg) else { return (Value::Poison, TyId::ERROR) };
        let element = self.p.types.intern(Ty::Use(of));
        let ty = self.p.types.intern(Ty::List(element));
        let marker = Value::Int(i64::from(of.0));
        self.builtin(node, Builtin::Values, &[(marker, arg)], ty)
    }

    fn graph(&mut self, node: Index, arg: Index, word: &str) -> (Value, TyId) {
        let (value, ty) = self.expr(arg, None);
        let (value, ty) = self.unwrap(arg, value, ty);
        if !matches!(self.p.types.get(self.p.types.base(ty)), Ty::Obj(..) | Ty::Error) {
            let shown = self.p.show(ty);
            return (self.report(errors::resource_expected(self.span(arg), &shown)), TyId::ERROR);
        }
        let all: Vec<_> = (0..self.p.shapes.len() as u16).map(crate::types::ty::ShapeId).collect();
        let all = all.into_iter().filter(|shape| self.p.shape(*shape).is_kind).collect();
        let object = self.p.types.intern(Ty::Obj(all, None));
        let list = self.p.types.intern(Ty::List(object));
        let builtin = match word {
            "refs" => Builtin::Refs,
            "uses" => Builtin::Uses,
            _ => Builtin::Lost,
        };
        self.builtin(node, builtin, &[(value, arg)], list)
    }

    fn why_lost(&mut self, node: Index, args: &[Index]) -> (Value, TyId) {
        let (first, _) = self.expr(args[0], None);
        let (second, _) = self.expr(args[1], None);
        self.builtin(node, Builtin::WhyLost, &[(first, args[0]), (second, args[1])], TyId::STR)
    }

    /// `sops("file", "key")`, `kubernetes("ns/name", "key")`, `env("NAME")`: constant, never read.
    fn secret_source(&mut self, node: Index, word: &str, args: &[Index]) -> (Value, TyId) {
        let mut text = word.to_owned();
        for arg in args {
            let value = self.check(*arg, Want { ty: TyId::STR, from: None });
            let Value::Str(name) = value else {
                if value != Value::Poison {
                    let diagnostic = errors::constant_expected(self.span(*arg));
                    self.report(diagnostic);
                }
                return (Value::Poison, TyId::ERROR);
            };
            text.push(' ');
            text.push_str(self.p.name(name));
        }
        let _ = node;
        let value = self.p.heap.string(&text);
        (value, TyId::SECRET)
    }

    /// A `let` or input of this name.
    pub(crate) fn binding(&mut self, name: Name) -> Option<u32> {
        for scope in [self.scope, Scope::STD] {
            if let Some(number) = self.p.binding_of.get(&(scope, name)) {
                return Some(*number);
            }
        }
        decl::binding(self, name)
    }
}

/// The sum of nothing, of a type.
fn zero_of(ty: TyId) -> Value {
    match ty {
        TyId::SIZE => Value::Size(0),
        TyId::DURATION => Value::Duration(0),
        TyId::RATE => Value::Rate(0),
        TyId::PERCENT => Value::Percent(0),
        TyId::FLOAT => Value::Float(0.0),
        _ => Value::Int(0),
    }
}

/// What a list builtin gives.
enum Shape {
    List(TyId),
    Optional(TyId),
}

/// Builtins typed here.
const SPECIAL: &[&str] = &[
    "all",
    "any",
    "count",
    "sum",
    "min",
    "max",
    "sort",
    "unique",
    "pairs",
    "top",
    "duplicates",
    "group-by",
    "common",
    "minus",
    "subset",
    "contains",
    "overlaps",
    "within",
    "stated",
    "values",
    "refs",
    "uses",
    "lost",
    "why-lost",
    "sops",
    "kubernetes",
    "env",
    "file",
    "yaml",
    "json",
    "crds",
];

impl Checker<'_> {
    /// The number of a `let` or input.
    pub fn number_of(&mut self, name: Name) -> Option<u32> {
        self.binding(name)
    }

    /// The type of a `let` or input.
    pub fn binding_type(&mut self, name: Name) -> Option<TyId> {
        let number = self.binding(name)?;
        Some(self.p.bindings[number as usize].ty)
    }
}

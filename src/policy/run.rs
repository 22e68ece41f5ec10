//! Running rules: loops bind, requirements decide.

use rustc_hash::FxHashMap;

use crate::base::{Name, Sources};
use crate::diag::{Code, Diagnostic};
use crate::eval::{Machine, Object};
use crate::policy::known::Skip;
use crate::policy::sheet::{Asked, Sheet};
use crate::policy::shortcut::{Guard, Shortcut};
use crate::policy::{Coverage, Met, Outcome, errors, explain, facts, fixes};
use crate::types::expr::{Loop, NodeRef, Op, Require, Step};
use crate::types::span_of;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// The rule that is being checked.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its code.
    pub code: Code,
    /// Its name, if it is a policy that may be allowed.
    pub name: Option<Name>,
    pub is_warning: bool,
    pub is_final: bool,
    /// The name of the policy.
    pub at: Option<NodeRef>,
}

/// Runs rules over a model.
pub(crate) struct Runner<'a, 'm> {
    pub machine: &'a mut Machine<'m>,
    pub sources: &'a Sources,
    pub out: &'a mut Vec<Diagnostic>,
    /// Which allows were used, by their place in the world's list.
    pub used: Vec<bool>,
    /// The places of the allows of a rule in a resource.
    pub allows: FxHashMap<(Name, ObjId), Vec<usize>>,
    /// What the loops around a requirement bind, outermost first.
    pub bound: Vec<Value>,
    checked: u32,
    failed: u32,
    allowed: u32,
    unknown: u32,
    missing: Vec<String>,
    last_missing: Option<NodeRef>,
    /// The resource whose rules are asked for, and what became of each so far.
    watched: Option<(ObjId, Vec<Met>)>,
}

impl<'a, 'm> Runner<'a, 'm> {
    pub fn new(machine: &'a mut Machine<'m>, sources: &'a Sources, out: &'a mut Vec<Diagnostic>) -> Runner<'a, 'm> {
        let used = vec![false; machine.w.allows.len()];
        let mut allows: FxHashMap<(Name, ObjId), Vec<usize>> = FxHashMap::default();
        for (place, allowed) in machine.w.allows.iter().enumerate() {
            let rule = machine.p.allows[allowed.allow as usize].rule;
            allows.entry((rule, machine.w.root(allowed.object))).or_default().push(place);
        }
        Runner {
            machine,
            sources,
            out,
            used,
            allows,
            bound: Vec::new(),
            checked: 0,
            failed: 0,
            allowed: 0,
            unknown: 0,
            missing: Vec::new(),
            last_missing: None,
            watched: None,
        }
    }

    /// What became of each policy that binds a resource or a part of it.
    pub fn met(&mut self, resource: ObjId) -> Vec<Met> {
        self.watched = Some((resource, Vec::new()));
        self.policies(None);
        self.watched.take().map(|(_, met)| met).unwrap_or_default()
    }

    /// Remembers what became of a requirement, if it is about the resource that is asked for.
    fn watch(&mut self, rule: &Rule, outcome: Outcome) {
        let (Some(policy), Some((resource, met))) = (rule.name, &mut self.watched) else { return };
        let is_about = |value: &Value| matches!(value, Value::Obj(object) if self.machine.w.root(*object) == *resource);
        if !self.bound.iter().any(is_about) {
            return;
        }
        match met.last_mut().filter(|last| last.policy == policy) {
            // Of several bindings the worst counts.
            Some(last) => last.outcome = last.outcome.max(outcome),
            None => met.push(Met { policy, outcome }),
        }
    }

    /// What every kind requires of its resources and blocks.
    pub fn kinds(&mut self, skip: Option<&mut Skip<'_>>) {
        let shapes = 0..self.machine.p.shapes.len();
        let mut sheets: Vec<Sheet> = shapes.map(|shape| Sheet::of(self.machine, ShapeId(shape as u16))).collect();
        if let Some(skip) = skip {
            let p = &*self.machine.p;
            sheets.iter_mut().for_each(|sheet| sheet.requires.retain(|(one, _)| !skip.holds(p, one.condition)));
        }
        let rule = Rule { code: errors::requirement(), name: None, is_warning: false, is_final: true, at: None };
        let count = self.machine.w.objects.len();
        for number in 0..count {
            let object = ObjId(number as u32);
            let of = *self.machine.w.object(object);
            if of.shape.0 == u16::MAX || of.is_poison {
                continue;
            }
            let sheet = &mut sheets[usize::from(of.shape.0)];
            if !sheet.requires.is_empty() {
                self.sheet(sheet, object, &of, &rule);
            }
        }
        self.machine.this = None;
    }

    /// What the kind of one object requires of it.
    fn sheet(&mut self, sheet: &mut Sheet, object: ObjId, of: &Object, rule: &Rule) {
        let open = sheet.open(self.machine, object, of);
        if sheet.places(open).is_empty() {
            return;
        }
        self.machine.this = Some(object);
        let together = sheet.together(self.machine, object);
        let mut are_fine = true;
        for number in 0..sheet.places(open).len() {
            let place = sheet.places(open)[number];
            let is_member = sheet.together.get(place).is_some_and(|is_member| *is_member);
            if is_member && together == Asked::Known {
                continue;
            }
            let is_fine = self.one(&mut sheet.requires[place], object, rule);
            are_fine &= is_fine || !is_member;
        }
        if let Asked::Unknown(given) = together
            && are_fine
        {
            sheet.memo.learn(given, Value::Bool(true));
        }
    }

    /// One requirement of an object's kind; whether the object meets it.
    fn one(&mut self, one: &mut (Require, Shortcut), object: ObjId, rule: &Rule) -> bool {
        let (require, shortcut) = one;
        if shortcut.is_said(self.machine, object) {
            return true;
        }
        self.machine.this = Some(object);
        let given = shortcut.memo.given(self.machine, object);
        if given.is_some_and(|given| shortcut.memo.answer(&given).is_some()) {
            return true;
        }
        let is_fine = self.require(require, rule);
        if let Some(given) = given.filter(|_| is_fine) {
            shortcut.memo.learn(given, Value::Bool(true));
        }
        is_fine
    }

    /// What models require, once for each attachment.
    pub fn models(&mut self) {
        let layers: Vec<(Name, Vec<Require>)> = self
            .machine
            .p
            .layers
            .iter()
            .filter(|layer| !layer.requires.is_empty())
            .map(|layer| (layer.name, layer.requires.clone()))
            .collect();
        if layers.is_empty() {
            return;
        }
        let attach = self.machine.p.words.attach;
        let Some(shapes) = self.machine.p.parts.get(&attach).cloned() else { return };
        let rule = Rule { code: errors::requirement(), name: None, is_warning: false, is_final: true, at: None };
        for number in 0..self.machine.w.objects.len() {
            let object = ObjId(number as u32);
            let of = self.machine.w.object(object);
            if !shapes.contains(&of.shape) || of.is_poison {
                continue;
            }
            let Value::Obj(device) = of.key else { continue };
            let Some(tag) = self.machine.w.object(device).tag else { continue };
            let guest = self.machine.w.root(object);
            let host = self.machine.w.home(guest).on;
            for (_, requires) in layers.iter().filter(|(name, _)| *name == tag) {
                for require in requires {
                    self.machine.set_local(0, Value::Obj(object));
                    self.machine.set_local(1, Value::Obj(guest));
                    self.machine.set_local(2, host);
                    self.machine.this = Some(device);
                    self.require(require, &rule);
                }
            }
        }
        self.machine.this = None;
    }

    /// Every policy, in order.
    pub fn policies(&mut self, mut skip: Option<&mut Skip<'_>>) -> Vec<Coverage> {
        let policies = std::mem::take(&mut self.machine.p.policies);
        let mut coverage = Vec::with_capacity(policies.len());
        for policy in &policies {
            if let Some(row) = skip.as_mut().and_then(|skip| skip.policy(self.machine.p, policy)) {
                coverage.push(row);
                continue;
            }
            (self.checked, self.failed, self.allowed, self.unknown) = (0, 0, 0, 0);
            self.missing.clear();
            self.last_missing = None;
            let code = Code::Policy(self.machine.p.name(policy.name).to_owned());
            let rule = Rule {
                code,
                name: Some(policy.name),
                is_warning: policy.is_warning,
                is_final: policy.is_final,
                at: Some(policy.at),
            };
            self.machine.this = None;
            self.steps(&policy.steps, &rule);
            let in_use = policy.over.iter().any(|shape| self.machine.all_of_shape(*shape).len > 0);
            coverage.push(Coverage {
                policy: policy.name,
                checked: self.checked,
                failed: self.failed,
                allowed: self.allowed,
                not_applicable: self.unknown,
                missing: self.missing.clone(),
                in_use,
            });
        }
        self.machine.p.policies = policies;
        coverage
    }

    fn steps(&mut self, steps: &[Step], rule: &Rule) {
        for step in steps {
            match step {
                Step::For(found, inner) => self.each(*found, inner, rule),
                Step::Let(slot, value) => {
                    let value = self.machine.eval(*value);
                    self.machine.set_local(*slot, value);
                }
                Step::Require(require) => {
                    self.require(require, rule);
                }
            }
        }
    }

    fn each(&mut self, found: Loop, inner: &[Step], rule: &Rule) {
        if let Some(join) = found.join {
            let probe = self.machine.eval(join.probe);
            if probe.is_poison() {
                self.note_unknown();
                return;
            }
            if !self.machine.w.indexes.contains_key(&join.index) {
                self.machine.build_index(join, &[found]);
            }
            let Some((index, places)) = self.machine.matches(join, probe) else { return };
            for place in places {
                self.bind(found, index.value(place, 0), inner, rule);
            }
            return;
        }
        let source = self.machine.eval(found.source);
        match source {
            Value::Poison => self.note_unknown(),
            Value::List(slice) => {
                let mut guard = Guard::of(self.machine, &found);
                let blocks = match inner {
                    [Step::For(inner, _)] => self.machine.blocks_of(&found, inner),
                    _ => None,
                };
                for place in 0..slice.len as usize {
                    let value = self.machine.p.heap.at(slice, place);
                    if !self.machine.has_none(blocks, value) {
                        self.bind_guarded(found, value, inner, rule, guard.as_mut());
                    }
                }
            }
            other => {
                for value in self.machine.elements(other) {
                    self.bind(found, value, inner, rule);
                }
            }
        }
    }

    /// Binds an object, unless defaults alone say that the condition does not select it.
    fn bind_guarded(&mut self, found: Loop, value: Value, inner: &[Step], rule: &Rule, guard: Option<&mut Guard>) {
        let skipped = match (guard, value) {
            (Some(guard), Value::Obj(object)) => guard.by_default(self.machine, object) == Some(Value::Bool(false)),
            _ => false,
        };
        if !skipped {
            self.bind(found, value, inner, rule);
        }
    }

    fn bind(&mut self, found: Loop, value: Value, inner: &[Step], rule: &Rule) {
        if let Value::Obj(object) = value
            && self.machine.w.object(object).is_poison
        {
            return;
        }
        if self.machine.tick() {
            let at = self.machine.p.expr(found.source).at;
            self.machine.spend(at);
            return;
        }
        self.machine.set_local(found.local, value);
        match self.machine.holds(found.condition) {
            Value::Bool(true) => {
                self.bound.push(value);
                self.steps(inner, rule);
                self.bound.pop();
            }
            Value::Bool(false) => {}
            _ => self.note_unknown(),
        }
    }

    /// Counts a binding that a rule does not apply to, with the fact it lacks.
    fn note_unknown(&mut self) {
        let Some(at) = self.machine.unknown.take() else { return };
        self.unknown += 1;
        if self.missing.len() < 8 && self.last_missing.replace(at) != Some(at) {
            let text = self.sources.text(span_of(self.machine.units, at)).to_owned();
            if !self.missing.contains(&text) {
                self.missing.push(text);
            }
        }
    }

    /// Checks a requirement; whether it is met, or does not apply because a fact is unknown.
    fn require(&mut self, require: &Require, rule: &Rule) -> bool {
        match self.machine.eval(require.condition) {
            Value::Bool(true) => {
                self.checked += 1;
                self.watch(rule, Outcome::Met);
                return true;
            }
            Value::Bool(false) => {
                self.checked += 1;
                self.failed += 1;
                let allowed = self.allowed;
                self.violated(require, rule);
                self.watch(rule, if self.allowed > allowed { Outcome::Allowed } else { Outcome::Failed });
            }
            _ => {
                let is_unknown = self.machine.unknown.is_some();
                self.note_unknown();
                self.watch(rule, Outcome::Unknown);
                return is_unknown;
            }
        }
        false
    }

    fn violated(&mut self, require: &Require, rule: &Rule) {
        let mut guilty = explain::guilty(self, require);
        if let Some(name) = rule.name
            && !rule.is_final
            && self.is_allowed(name, &guilty.objects, require.condition)
        {
            self.allowed += 1;
            return;
        }
        if self.out.len() > 10_000 {
            return;
        }
        let message = self.text_of(require.message);
        let help = self.text_of(require.help);
        self.machine.unknown = None;
        let frames = facts::tell(self, require.condition, &mut guilty);
        let condition = self.machine.p.expr(require.condition);
        // What holds never (`require false`) says nothing: the rule is the policy.
        let rule_at = if let Op::Const(_) = condition.op { rule.at.unwrap_or(require.node) } else { condition.at };
        let rule_at = span_of(self.machine.units, rule_at);
        let mut diagnostic = errors::violated(rule.code.clone(), rule.is_warning, &guilty, message, frames, rule_at);
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        for fix in &require.fixes {
            fixes::fix(self, fix, &mut diagnostic);
        }
        self.machine.unknown = None;
        self.out.push(diagnostic);
    }

    fn text_of(&mut self, expr: Option<crate::types::value::ExprId>) -> Option<String> {
        let expr = expr?;
        match self.machine.eval(expr) {
            Value::Str(name) => Some(self.machine.p.name(name).to_owned()),
            _ => explain::text_with_gaps(self, expr),
        }
    }
}

//! `for` at the top level: resources that are generated from literals, inputs and what is written by hand.
//!
//! The loops run over a world of the hand-written resources alone, made for them and thrown away; then the
//! generated ones are declared beside the others, each with the values of its loops' variables.

use crate::base::{Name, Sources};
use crate::diag::Diagnostic;
use crate::eval::machine::Machine;
use crate::eval::{World, build, errors};
use crate::hir::{What, read_head};
use crate::resolve::{ResId, Resource, Unit};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::ty::TyId;
use crate::types::value::{Slice, Value};
use crate::types::{Checker, Program};

/// How many resources loops may make in all.
const MOST_GENERATED: usize = 200_000;

/// A resource that a loop makes.
struct Generated {
    resource: Resource,
    env: Vec<Value>,
    names: Vec<(Name, TyId)>,
}

/// Declares every resource that a top-level `for` makes; whether a bound was reached, so that nothing more is computed.
pub fn expand(
    p: &mut Program,
    units: &[Unit],
    sources: &Sources,
    inputs: &rustc_hash::FxHashMap<Name, Value>,
    out: &mut Vec<Diagnostic>,
) -> bool {
    let loops: Vec<(u32, Index)> = units
        .iter()
        .enumerate()
        .flat_map(|(number, unit)| {
            unit.items.items.iter().filter(|item| item.what == What::For).map(move |item| (number as u32, item.node))
        })
        .collect();
    if loops.is_empty() {
        return false;
    }
    let mut world = World { inputs: inputs.clone(), ..World::default() };
    let mut silent = Vec::new();
    build::build(p, &mut world, units, sources, &mut silent);
    let mut made = Vec::new();
    for (unit, node) in loops {
        let mut expander = Expander {
            p,
            w: &mut world,
            units,
            sources,
            out,
            unit,
            made: &mut made,
            env: Vec::new(),
            names: Vec::new(),
        };
        expander.run(node);
    }
    for generated in made {
        let Generated { resource, env, names } = generated;
        match p.defs.declare(resource) {
            Ok(id) => {
                let slice = p.heap.store(&env);
                p.generated.insert(id, slice);
                p.environments.insert(id, names);
            }
            Err(first) => {
                let first = *p.defs.get(first);
                let here = units[resource.unit as usize].tree.span(resource.head.key);
                let other = units[first.unit as usize].tree.span(first.head.key);
                out.push(errors::generated_twice(here, other, p.name(resource.word), p.name(resource.key)));
            }
        }
    }
    world.is_spent
}

struct Expander<'a> {
    p: &'a mut Program,
    w: &'a mut World,
    units: &'a [Unit],
    sources: &'a Sources,
    out: &'a mut Vec<Diagnostic>,
    unit: u32,
    made: &'a mut Vec<Generated>,
    env: Vec<Value>,
    names: Vec<(Name, TyId)>,
}

impl Expander<'_> {
    /// Runs one loop, and the loops inside it.
    fn run(&mut self, node: Index) {
        let tree = &self.units[self.unit as usize].tree;
        let Some(body) = tree.child(node, NodeKind::Body) else { return };
        let before = self.out.len();
        let mut checker = Checker::new(self.p, self.units, self.sources, self.out, self.unit);
        checker.enter(&self.names);
        let Some((name, source, ty, condition)) = checker.top_loop(node) else { return };
        if self.out.len() > before {
            return;
        }
        let env = self.p.heap.store(&self.env);
        let items = match source {
            Value::Lazy(id) => Machine::new(self.p, self.w, self.units, self.out).evaluate_in(id, env, None),
            constant => constant,
        };
        let values = Machine::new(self.p, self.w, self.units, self.out).elements(items);
        for value in values {
            if let Value::Obj(object) = value
                && !self.w.is_resource(object)
            {
                self.out.push(errors::loop_over_blocks(tree.span(node + 1)));
                return;
            }
            let mut machine = Machine::new(self.p, self.w, self.units, self.out);
            if machine.tick() || self.made.len() > MOST_GENERATED {
                if !self.w.is_spent {
                    self.out.push(errors::too_much(tree.span(node)));
                }
                self.w.is_spent = true;
                return;
            }
            self.env.push(value);
            self.names.push((name, ty));
            let env: Slice = self.p.heap.store(&self.env);
            let holds = match condition {
                Some(Value::Lazy(id)) => Machine::new(self.p, self.w, self.units, self.out).evaluate_in(id, env, None),
                Some(constant) => constant,
                None => Value::Bool(true),
            };
            if holds == Value::Bool(true) {
                self.entries(body, env);
            }
            self.env.pop();
            self.names.pop();
        }
    }

    fn entries(&mut self, body: Index, env: Slice) {
        let tree = &self.units[self.unit as usize].tree;
        for entry in tree.children(body) {
            match tree.kind(entry) {
                NodeKind::ForEntry => self.run(entry),
                NodeKind::Decl => self.generate(entry, env),
                NodeKind::ErrorEntry => {}
                _ => {
                    let diagnostic = errors::not_generated(tree.span(entry));
                    if !self.out.contains(&diagnostic) {
                        self.out.push(diagnostic);
                    }
                }
            }
        }
    }

    fn generate(&mut self, entry: Index, env: Slice) {
        let unit = &self.units[self.unit as usize];
        let text = &self.sources.file(unit.file).text;
        let head = read_head(&unit.tree, entry);
        let word = self.p.heap.names.intern(unit.tree.text(head.word, text));
        let plain = unit.tree.node(head.key).next == head.key + 1;
        let key = if plain {
            let variable = self.names.last().map_or("x", |(name, _)| self.p.name(*name)).to_owned();
            let diagnostic = errors::name_is_fixed(unit.tree.span(head.key), &variable);
            if !self.out.contains(&diagnostic) {
                self.out.push(diagnostic);
            }
            return;
        } else {
            let mut checker = Checker::new(self.p, self.units, self.sources, self.out, self.unit);
            checker.enter(&self.names);
            match checker.value_of(head.key) {
                Value::Lazy(id) => Machine::new(self.p, self.w, self.units, self.out).evaluate_in(id, env, None),
                constant => constant,
            }
        };
        let Value::Str(key) = key else { return };
        let resource = Resource { word, key, scope: unit.scope, unit: self.unit, node: entry, head };
        self.made.push(Generated { resource, env: self.env.clone(), names: self.names.clone() });
    }
}

impl Checker<'_> {
    /// Binds the variables of loops around what is typed next, in order of their slots.
    pub fn enter(&mut self, names: &[(Name, TyId)]) {
        for (name, ty) in names {
            self.bind(*name, *ty, false);
        }
    }

    /// Binds the variables of the loops that generated a resource.
    pub fn enter_environment(&mut self, id: ResId) {
        let names = self.p.environments.get(&id).cloned().unwrap_or_default();
        self.enter(&names);
    }

    /// The variable, source, element type and condition of a top-level loop.
    fn top_loop(&mut self, node: Index) -> Option<(Name, Value, TyId, Option<Value>)> {
        let nodes = self.loop_nodes(node);
        let (found, ty) = self.enter_loop(&nodes);
        let found = found?;
        let name = self.intern(nodes.name);
        Some((name, Value::Lazy(found.source), ty, found.condition.map(Value::Lazy)))
    }

    /// The value of an expression that stands alone.
    fn value_of(&mut self, node: Index) -> Value {
        self.expr(node, None).0
    }
}

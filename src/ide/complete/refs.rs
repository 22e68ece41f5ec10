//! References: the things of a kind that fit at this place.
//!
//! A thing that stands on hosts fits where the guest's host is one of them; a storage also holds what is put on it, as the
//! requirements of the block say; a network is reached by a bridge of the host; a device is nobody else's. Where nothing
//! fits, everything is offered, with where it is: the author may be about to change just that.

use rustc_hash::FxHashMap;

use crate::base::Name;
use crate::eval::show;
use crate::ide::complete::{Ask, Completion, Insert, MOST, Sort};
use crate::types::expr::{Binary, Op};
use crate::types::ty::ShapeId;
use crate::types::value::{ExprId, ObjId, Value};

/// Whether a thing may have one holder only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    /// Anybody may refer to it.
    Shared,
    /// It is given away.
    Held,
}

/// What a field's requirements say of the thing that it refers to.
#[derive(Clone, Default, Debug)]
struct Needs {
    /// A member that a set of it must have.
    member: Option<(ShapeId, u16, Name)>,
    /// Variants that it may not be.
    not: Vec<Name>,
}

/// Whether what is read must hold, or must not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Said,
    Denied,
}

impl Sense {
    fn other(self) -> Sense {
        match self {
            Sense::Said => Sense::Denied,
            Sense::Denied => Sense::Said,
        }
    }
}

/// What is known of the place.
struct Fit {
    home: Option<ObjId>,
    own: Option<ObjId>,
    needs: Needs,
    held: FxHashMap<ObjId, ObjId>,
}

impl Ask<'_> {
    /// Offers the things of some shapes, of a variant or model where one is named.
    pub(crate) fn references(
        &mut self,
        shapes: &[ShapeId],
        tag: Option<Name>,
        said: Option<(ShapeId, u16)>,
        usage: Use,
    ) {
        let needs = said.map(|(shape, field)| self.needs_of(shape, field)).unwrap_or_default();
        let held = if usage == Use::Held { self.held() } else { FxHashMap::default() };
        let fit = Fit { home: self.home(), own: self.resource(), needs, held };
        let all = self.things(shapes, tag, fit.own);
        let fitting: Vec<ObjId> = all.iter().copied().filter(|thing| self.fits(&fit, *thing)).collect();
        let mut chosen = if fitting.is_empty() { all } else { fitting };
        if chosen.len() > MOST {
            chosen.retain(|thing| {
                let compiled = self.snapshot.compiled();
                let name = show::name_of(&compiled.program, &compiled.world, *thing);
                self.is_match(&name)
            });
            self.is_cut |= chosen.len() > MOST;
            chosen.truncate(MOST);
        }
        let mut offers: Vec<Completion> = chosen.into_iter().map(|thing| self.thing(thing)).collect();
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    /// All things of some shapes that are in sight.
    fn things(&mut self, shapes: &[ShapeId], tag: Option<Name>, own: Option<ObjId>) -> Vec<ObjId> {
        let scope = self.scope;
        let compiled = self.snapshot.compiled();
        let (program, world) = (&compiled.program, &compiled.world);
        let kinds: Vec<Name> = shapes
            .iter()
            .map(|shape| program.shape(*shape))
            .filter(|shape| shape.is_kind)
            .map(|shape| shape.word)
            .collect();
        let named = program.defs.resources.iter().enumerate();
        let named = named.filter(|(_, resource)| resource.scope == scope && kinds.contains(&resource.word));
        let mut found: Vec<ObjId> = named.map(|(number, _)| ObjId(number as u32)).collect();
        found.retain(|thing| {
            let of = world.objects.get(thing.0 as usize);
            Some(*thing) != own && (tag.is_none() || of.is_some_and(|of| of.tag == tag))
        });
        if shapes.iter().any(|shape| !program.shape(*shape).is_kind) {
            let blocks = world.objects.iter().enumerate().skip(world.resources as usize);
            let is_named = |key: Value| matches!(key, Value::Str(_) | Value::Enum(_));
            let blocks = blocks.filter(|(_, of)| shapes.contains(&of.shape) && is_named(of.key));
            found.extend(blocks.map(|(number, _)| ObjId(number as u32)));
        }
        found
    }

    /// Whether a thing fits at the place.
    fn fits(&mut self, fit: &Fit, thing: ObjId) -> bool {
        if !self.snapshot.is_made(thing) {
            return true;
        }
        let compiled = self.snapshot.compiled();
        let of = *compiled.world.object(thing);
        if fit.held.get(&thing).is_some_and(|holder| Some(*holder) != fit.own) {
            return false;
        }
        if of.tag.is_some_and(|tag| fit.needs.not.contains(&tag)) {
            return false;
        }
        if let Some((shape, field, member)) = fit.needs.member
            && shape == of.shape
        {
            let mut problems = Vec::new();
            let mut machine = compiled.machine(&mut problems);
            let value = machine.read(thing, field);
            if let Value::List(_) = value
                && !machine.elements(value).contains(&Value::Enum(member))
            {
                return false;
            }
        }
        let Some(home) = fit.home else { return true };
        if !compiled.world.is_resource(thing) {
            let root = compiled.world.root(thing);
            return root == home || Some(root) == fit.own;
        }
        let word = compiled.program.shape(of.shape).word;
        if compiled.program.name(word) == "network" {
            return self.reaches(home, thing);
        }
        let is_host = compiled.world.object(home).shape;
        if compiled.program.shape(of.shape).on.is_none_or(|on| on.kind != is_host) {
            return true;
        }
        match compiled.world.home(thing).on {
            Value::Obj(on) => on == home,
            Value::List(slice) => compiled.program.heap.slice(slice).contains(&Value::Obj(home)),
            _ => true,
        }
    }

    /// Whether a bridge of a host reaches a network; of what has no bridge nothing is known.
    fn reaches(&mut self, host: ObjId, network: ObjId) -> bool {
        let compiled = self.snapshot.compiled();
        let names = &compiled.program.heap.names;
        let (Some(bridge), Some(field)) = (names.find("bridge"), names.find("network")) else { return true };
        let of = *compiled.world.object(host);
        let Some(bridges) = compiled.program.shape(of.shape).field(bridge, of.tag) else { return true };
        let mut problems = Vec::new();
        let mut machine = compiled.machine(&mut problems);
        let value = machine.read(host, bridges);
        let bridges = if matches!(value, Value::List(_)) { machine.elements(value) } else { return true };
        bridges.into_iter().any(|bridge| match bridge {
            Value::Obj(bridge) => machine.field_named(bridge, field) == Value::Obj(network),
            _ => false,
        })
    }

    /// Who holds each device.
    fn held(&mut self) -> FxHashMap<ObjId, ObjId> {
        let world = &self.snapshot.compiled().world;
        let blocks = world.objects.iter().enumerate().skip(world.resources as usize);
        let held = blocks.filter_map(|(number, block)| match block.key {
            Value::Obj(thing) => Some((thing, world.root(ObjId(number as u32)))),
            _ => None,
        });
        held.collect()
    }

    /// A thing as it is offered: its name, and where it is.
    fn thing(&mut self, thing: ObjId) -> Completion {
        let is_made = self.snapshot.is_made(thing);
        let compiled = self.snapshot.compiled();
        let (program, world) = (&compiled.program, &compiled.world);
        if !world.is_resource(thing) {
            let name = show::name_of(program, world, thing);
            let owner = show::address_of(program, world, world.root(thing));
            let word = program.name(program.shape(world.object(thing).shape).word);
            let sort = Sort::Block;
            return Completion::word(&name, sort, name_text(&name)).detail(format!("{word} of {owner}"));
        }
        let resource = program.defs.resources[thing.0 as usize];
        let (name, word) = (program.name(resource.key), program.name(resource.word));
        let mut detail = word.to_owned();
        if is_made {
            let of = world.object(thing);
            if let Some(tag) = of.tag {
                detail.push_str(&format!(": {}", program.name(tag)));
            }
            match world.home(thing).on {
                Value::Obj(host) => detail.push_str(&format!(" on {}", show::name_of(program, world, host))),
                Value::List(slice) if slice.len <= 3 => {
                    let on = program.heap.slice(slice).iter().map(|host| show::text(program, world, *host));
                    detail.push_str(&format!(" on {}", on.collect::<Vec<_>>().join(", ")));
                }
                _ => {}
            }
        }
        let key = format!("resource {word} {name}");
        Completion::word(name, Sort::Resource, name_text(name)).detail(detail).key(key)
    }

    /// What the requirements of a shape say of the thing that a field of it refers to.
    fn needs_of(&mut self, shape: ShapeId, field: u16) -> Needs {
        let mut needs = Needs::default();
        let conditions: Vec<ExprId> = self.program().shape(shape).requires.iter().map(|rule| rule.condition).collect();
        for condition in conditions {
            self.read_need(condition, (shape, field), Sense::Said, &mut needs);
        }
        needs
    }

    fn read_need(&mut self, id: ExprId, said: (ShapeId, u16), sense: Sense, needs: &mut Needs) {
        let program = self.program();
        match program.expr(id).op {
            Op::And(a, b) | Op::Or(a, b) => {
                self.read_need(a, said, sense, needs);
                self.read_need(b, said, sense, needs);
            }
            Op::Implies(_, b) => self.read_need(b, said, sense, needs),
            Op::Not(a) => self.read_need(a, said, sense.other(), needs),
            Op::Is(a, variant) if sense == Sense::Denied && is_field(program, a, said) => needs.not.push(variant),
            Op::Binary(Binary::In, member, set) => {
                let Op::Const(Value::Enum(member)) = program.expr(member).op else { return };
                if let Op::Field(thing, of, field) = program.expr(set).op
                    && is_field(program, thing, said)
                {
                    needs.member = Some((of, field, member));
                }
            }
            _ => {}
        }
    }
}

/// Whether an expression reads a field of the object itself.
fn is_field(program: &crate::types::Program, id: ExprId, said: (ShapeId, u16)) -> bool {
    match program.expr(id).op {
        Op::Known(inner) | Op::Safe(inner) => is_field(program, inner, said),
        Op::Field(object, shape, field) => (shape, field) == said && matches!(program.expr(object).op, Op::SelfObj),
        _ => false,
    }
}

/// A name as it is written: quoted if it is no identifier.
pub(crate) fn name_text(name: &str) -> Insert {
    Insert::of(&crate::types::ty::quote_member(name))
}

//! Once every object is made: all values, required fields, refinements, and membership of the host.

use crate::base::{Name, Origin, Sources};
use crate::eval::machine::Machine;
use crate::eval::{FieldSet, errors, rule, show};
use crate::types::expr::NodeRef;
use crate::types::shape::{Field, Holds, KeyKind};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ExprId, ObjId, Value};
use crate::types::{Program, span_of};

/// What a shape's objects are checked for, found once.
#[derive(Clone, Default, Debug)]
struct Checks {
    required: Vec<u16>,
    /// Those of them that have a bit of their own, and whether all have.
    required_set: (FieldSet, bool),
    is_guest: bool,
    key: Option<TyId>,
    /// The fields that are refined.
    refined: FieldSet,
    /// The fields that may refer to other resources.
    refers: FieldSet,
    /// What the type of each refined field asks, where that is told without looking into values.
    rules: Vec<Option<Rules>>,
}

/// The refinements of a type that is a chain of names, innermost first.
#[derive(Clone, Default, Debug)]
struct Rules {
    /// Whether null is a value of it, of which nothing more is asked.
    is_optional: bool,
    rules: Vec<(ExprId, Name)>,
}

/// Evaluates everything that was said and checks it.
pub fn finish(machine: &mut Machine<'_>, sources: &Sources) {
    let mut checks: Vec<Checks> =
        (0..machine.p.shapes.len()).map(|shape| checks_of(machine.p, ShapeId(shape as u16))).collect();
    for field in machine.p.shapes.iter().flat_map(|shape| &shape.fields) {
        if let Holds::Blocks(inner, KeyKind::Slot(ty)) = field.holds {
            checks[usize::from(inner.0)].key = Some(ty);
        }
    }
    defaults(machine, sources);
    let count = machine.w.objects.len();
    let mut broken = Vec::new();
    for number in 0..count {
        let object = ObjId(number as u32);
        let of = *machine.w.object(object);
        if of.shape.0 == u16::MAX {
            continue;
        }
        let checks = &checks[usize::from(of.shape.0)];
        let (required_set, is_exact) = checks.required_set;
        let says_all = is_exact && required_set.is_within(of.says);
        if !says_all && !required(machine, object, &checks.required) {
            broken.push(object);
        }
        if let (Some(ty), Value::Str(_)) = (checks.key, of.key) {
            refine(machine, sources, of.key, ty, of.at);
        }
        for place in 0..usize::from(of.len) {
            let slot = machine.w.slots[of.first as usize + place];
            let value = match slot.value {
                Value::Lazy(_) | Value::Appended(_) => machine.read(object, slot.field),
                value => value,
            };
            if !checks.refined.has(slot.field) {
                continue;
            }
            let field = machine.p.field(of.shape, slot.field);
            if field.refined && value.is_known() {
                let (ty, own, name) = (field.ty, field.where_, field.name);
                let fine = match &checks.rules[usize::from(slot.field)] {
                    Some(Rules { is_optional: true, .. }) if value == Value::Null => true,
                    Some(Rules { rules, .. }) => {
                        rules.iter().all(|(rule, of)| holds(machine, sources, *rule, value, slot.at, *of))
                    }
                    None => refine(machine, sources, value, ty, slot.at),
                };
                let fine = fine && own.is_none_or(|own| holds(machine, sources, own, value, slot.at, name));
                if !fine {
                    machine.w.slots[of.first as usize + place].value = Value::Poison;
                }
            }
        }
    }
    // What lacks something is still whole enough to have its own values checked, but nothing else relies on it.
    broken.into_iter().for_each(|object| machine.w.objects[object.0 as usize].is_poison = true);
    for number in 0..count {
        let object = ObjId(number as u32);
        let root = machine.w.root(object);
        let shapes = [machine.w.object(object).shape, machine.w.object(root).shape];
        if shapes.iter().all(|shape| shape.0 != u16::MAX) && checks[usize::from(shapes[1].0)].is_guest {
            membership(machine, object, root, checks[usize::from(shapes[0].0)].refers);
        }
    }
}

/// Checks the constant defaults of the project's own kinds against their refinements; those of the library are tested.
fn defaults(machine: &mut Machine<'_>, sources: &Sources) {
    for number in 0..machine.p.shapes.len() {
        let shape = &machine.p.shapes[number];
        if sources.file(span_of(machine.units, shape.at).file).origin == Origin::Library {
            continue;
        }
        let fields: Vec<Field> = shape.fields.iter().filter(|field| field.refined).cloned().collect();
        for field in fields {
            let Some(value) = field.default.filter(|value| value.is_known() && !matches!(value, Value::Lazy(_))) else {
                continue;
            };
            if refine(machine, sources, value, field.ty, field.at)
                && let Some(rule) = field.where_
            {
                holds(machine, sources, rule, value, field.at, field.name);
            }
        }
    }
}

fn checks_of(p: &Program, shape: ShapeId) -> Checks {
    let of = p.shape(shape);
    let fields = of.fields.iter().enumerate();
    let required: Vec<u16> =
        fields.filter(|(_, field)| field.is_required(&p.types)).map(|(number, _)| number as u16).collect();
    let required_set = (FieldSet::exactly(&required), required.iter().all(|field| FieldSet::is_exact(*field)));
    let guests = p.kind(crate::resolve::Scope::STD, p.words.guest);
    let rules = of.fields.iter().map(|field| if field.refined { rules_of(p, field.ty) } else { None }).collect();
    let of_those = |is_one: &dyn Fn(&Field) -> bool| {
        let fields = of.fields.iter().enumerate().filter(|(_, field)| is_one(field));
        FieldSet::of(fields.map(|(number, _)| number as u16))
    };
    Checks {
        required,
        required_set,
        is_guest: guests.is_some_and(|guests| guests.contains(&shape)),
        key: None,
        refined: of_those(&|field| field.refined),
        refers: of_those(&|field| field.holds == Holds::Value && may_refer(p, field.ty)),
        rules,
    }
}

/// Whether a value of a type may be another resource, or hold one where [`membership`] looks.
fn may_refer(p: &Program, ty: TyId) -> bool {
    match p.types.get(ty) {
        Ty::Named(_, inner, _) | Ty::Opt(inner) | Ty::List(inner) | Ty::Set(inner) => may_refer(p, *inner),
        Ty::Union(parts) => parts.iter().any(|part| may_refer(p, *part)),
        Ty::Obj(..) | Ty::Use(_) | Ty::Error => true,
        _ => false,
    }
}

fn rules_of(p: &Program, ty: TyId) -> Option<Rules> {
    match *p.types.get(ty) {
        Ty::Opt(inner) => rules_of(p, inner).map(|rules| Rules { is_optional: true, ..rules }),
        Ty::Named(name, inner, refinement) => {
            // What is asked of null as well is left to `refine`.
            let mut rules = rules_of(p, inner).filter(|rules| !rules.is_optional)?;
            rules.rules.extend(refinement.map(|rule| (rule, name)));
            Some(rules)
        }
        Ty::List(_) | Ty::Set(_) | Ty::Range(_) | Ty::Map(..) | Ty::Union(_) => None,
        _ => Some(Rules::default()),
    }
}

/// Reports the required fields that an object does not say; whether it says all.
fn required(machine: &mut Machine<'_>, object: ObjId, fields: &[u16]) -> bool {
    let mut is_whole = true;
    for field in fields {
        if machine.w.slot(object, *field).is_some() {
            continue;
        }
        let of = *machine.w.object(object);
        let declared = machine.p.field(of.shape, *field);
        if declared.variant.is_some() && declared.variant != of.tag {
            continue;
        }
        let (name, at) = (declared.name, declared.at);
        let ty = machine.p.show(declared.ty);
        let address = show::address(machine, object);
        let name = machine.p.name(name).to_owned();
        let declared = span_of(machine.units, at);
        let made = span_of(machine.units, of.at);
        let resource = *machine.p.defs.get(machine.w.resource(machine.w.root(object)));
        let tree = &machine.units[resource.unit as usize].tree;
        let inside = tree.span(resource.node);
        let is_own = made.file == inside.file && inside.start <= made.start && made.end <= inside.end;
        let place = if is_own { made } else { tree.span(resource.head.key) };
        let mut diagnostic = errors::missing_field(place, &address, &name, &ty, declared);
        if !is_own {
            diagnostic = diagnostic.label(made, "made here, without it");
        }
        machine.out.push(diagnostic);
        is_whole = false;
    }
    is_whole
}

/// Checks a value against the refinements of its type, and of what it holds.
fn refine(machine: &mut Machine<'_>, sources: &Sources, value: Value, ty: TyId, at: NodeRef) -> bool {
    match *machine.p.types.get(ty) {
        Ty::Named(name, inner, refinement) => {
            refine(machine, sources, value, inner, at)
                && refinement.is_none_or(|rule| holds(machine, sources, rule, value, at, name))
        }
        Ty::Opt(inner) => matches!(value, Value::Null) || refine(machine, sources, value, inner, at),
        Ty::List(element) | Ty::Set(element) | Ty::Range(element) => match value {
            Value::List(slice) | Value::Range(slice) => (0..slice.len as usize).all(|place| {
                let value = machine.p.heap.at(slice, place);
                refine(machine, sources, value, element, at)
            }),
            _ => true,
        },
        Ty::Map(key, element) => match value {
            Value::Map(slice) => (0..slice.len as usize).all(|place| {
                let value = machine.p.heap.at(slice, place);
                refine(machine, sources, value, if place % 2 == 0 { key } else { element }, at)
            }),
            _ => true,
        },
        Ty::Union(ref parts) => {
            let mut fitting = parts.iter().copied().filter(|part| is_of(machine.p, value, *part));
            match (fitting.next(), fitting.next()) {
                (Some(one), None) => refine(machine, sources, value, one, at),
                _ => true,
            }
        }
        _ => true,
    }
}

/// Whether a value can be of a type, by its outermost form.
fn is_of(p: &Program, value: Value, ty: TyId) -> bool {
    matches!(
        (p.types.get(p.types.base(ty)), value),
        (Ty::Int, Value::Int(_))
            | (Ty::Str | Ty::Domain(_), Value::Str(_))
            | (Ty::Enum(_), Value::Enum(_))
            | (Ty::Size, Value::Size(_))
            | (Ty::Obj(..), Value::Obj(_))
            | (Ty::Ip, Value::Ip(_))
            | (Ty::Interface, Value::Interface(..))
    )
}

/// Whether a refinement of a type or field holds of a value; reports it if not.
fn holds(machine: &mut Machine<'_>, sources: &Sources, rule: ExprId, value: Value, at: NodeRef, of: Name) -> bool {
    if machine.w.accepted.has(rule, value) {
        return true;
    }
    let env = machine.p.heap.store(&[value]);
    let result = machine.evaluate_in(rule, env, None);
    machine.unknown = None;
    if result != Value::Bool(false) {
        machine.w.accepted.add(rule, value);
        return true;
    }
    let wanted = rule::unmet(machine, sources, rule, value);
    let found = show::plain(machine, value);
    let found = if matches!(value, Value::Str(_)) { format!("`{found}`") } else { found };
    let of = machine.p.name(of).to_owned();
    let rule_at = span_of(machine.units, machine.p.expr(rule).at);
    let diagnostic = errors::refused(span_of(machine.units, at), &of, &wanted, &found, rule_at);
    machine.out.push(diagnostic);
    false
}

/// What a part of a guest refers to must be on the guest's host.
fn membership(machine: &mut Machine<'_>, object: ObjId, root: ObjId, refers: FieldSet) {
    let Value::Obj(host) = machine.w.home(root).on else { return };
    let of = *machine.w.object(object);
    if let Value::Obj(target) = of.key {
        member(machine, target, host, root, of.at, object, None);
    }
    if !refers.meets(of.says) {
        return;
    }
    for place in 0..usize::from(of.len) {
        let slot = machine.w.slots[of.first as usize + place];
        match slot.value {
            Value::Obj(target) if machine.w.object(target).owner() != Some(object) => {
                member(machine, target, host, root, slot.at, object, Some(place));
            }
            Value::List(slice) => {
                for index in 0..slice.len as usize {
                    if let Value::Obj(target) = machine.p.heap.at(slice, index)
                        && machine.w.object(target).owner() != Some(object)
                    {
                        member(machine, target, host, root, slot.at, object, Some(place));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether one thing is on a host; reports it if not, and poisons what named it.
fn member(
    machine: &mut Machine<'_>,
    target: ObjId,
    host: ObjId,
    guest: ObjId,
    at: NodeRef,
    object: ObjId,
    place: Option<usize>,
) {
    let thing = machine.w.root(target);
    let of = *machine.w.object(thing);
    if of.shape.0 == u16::MAX || of.is_poison || machine.w.object(host).is_poison {
        return;
    }
    let shape = machine.p.shape(of.shape);
    let is_host = shape.word == machine.p.words.host && thing != target;
    let guests = machine.p.kind(crate::resolve::Scope::STD, machine.p.words.guest);
    let is_guest = guests.is_some_and(|guests| guests.contains(&of.shape));
    let there = if is_host {
        thing == host
    } else if shape.on.is_some() && !is_guest {
        match machine.w.home(thing).on {
            Value::Obj(on) => on == host,
            Value::List(slice) => {
                if machine.w.offer_known.insert(thing) {
                    for index in 0..slice.len as usize {
                        if let Value::Obj(on) = machine.p.heap.at(slice, index) {
                            machine.w.offered.insert((thing, on));
                        }
                    }
                }
                machine.w.offered.contains(&(thing, host))
            }
            _ => true,
        }
    } else {
        true
    };
    if there {
        return;
    }
    report(machine, target, thing, host, guest, at);
    match place {
        Some(place) => {
            let first = machine.w.object(object).first as usize;
            machine.w.slots[first + place].value = Value::Poison;
        }
        None => machine.w.objects[object.0 as usize].is_poison = true,
    }
}

fn report(machine: &mut Machine<'_>, target: ObjId, thing: ObjId, host: ObjId, guest: ObjId, at: NodeRef) {
    let named = |machine: &Machine<'_>, object: ObjId| show::name_of(machine.p, machine.w, object);
    let target_of = *machine.w.object(target);
    let word = machine.p.name(machine.p.shape(target_of.shape).word).to_owned();
    let on = machine.w.home(thing).on;
    let places = if thing == target { on } else { Value::Obj(thing) };
    let places = match places {
        Value::Obj(_) => vec![places],
        other => machine.elements(other),
    };
    let hosts: Vec<String> = places
        .iter()
        .filter_map(|value| if let Value::Obj(object) = value { Some(named(machine, *object)) } else { None })
        .collect();
    let there = same_kind_on(machine, target_of.shape, host);
    let resource = *machine.p.defs.get(machine.w.resource(guest));
    let on_node = if resource.head.on == 0 { resource.head.key } else { resource.head.on + 1 };
    let found = errors::NotOnHost {
        span: span_of(machine.units, at),
        word,
        name: named(machine, target),
        host: named(machine, host),
        on: machine.units[resource.unit as usize].tree.span(on_node),
        declared: span_of(machine.units, target_of.at),
        hosts,
        there,
    };
    machine.out.push(errors::not_on_host(found));
}

/// The names of the resources of a kind that a host has.
fn same_kind_on(machine: &mut Machine<'_>, shape: ShapeId, host: ObjId) -> Vec<String> {
    let all: Vec<ObjId> = machine.w.all().filter(|object| machine.w.object(*object).shape == shape).collect();
    let mut names = Vec::new();
    for object in all {
        let on = machine.w.home(object).on;
        let there = match on {
            Value::Obj(on) => on == host,
            Value::Null => machine.p.shape(shape).on.is_some(),
            other => machine.elements(other).contains(&Value::Obj(host)),
        };
        if there && names.len() < 16 {
            names.push(show::name_of(machine.p, machine.w, object));
        }
    }
    names
}

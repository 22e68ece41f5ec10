//! From finished objects to nodes and edges.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::eval::lost::Demand;
use crate::eval::{Machine, World, show};
use crate::graph::values::Look;
use crate::graph::{Edge, FORMAT_VERSION, Graph, How, Needs, Node, Sort, shapes, values};
use crate::resolve::{Scope, Unit};
use crate::types::shape::{Holds, NeedHow};
use crate::types::value::{ObjId, Value};
use crate::types::{Program, span_of};

/// The graph of all resources that are whole.
///
/// Cost: linear in the objects and their fields; computes the derived fields that nothing asked for so far.
pub fn graph(program: &mut Program, world: &mut World, units: &[Unit], sources: &Sources) -> Graph {
    let mut out: Vec<Diagnostic> = Vec::new();
    let machine = &mut Machine::new(program, world, units, &mut out);
    let resources: Vec<ObjId> = machine.w.all().filter(|object| is_whole(machine, *object)).collect();
    let project = resources.iter().copied().find(|object| kind(machine, *object) == "project");
    let look = Look::new(machine, sources);
    let nodes: Vec<Node> = resources.iter().map(|object| node(machine, &look, sources, *object)).collect();
    let mut edges: Vec<Edge> = Vec::new();
    let mut demands = demands(machine);
    for object in &resources {
        head(machine, *object, &mut edges);
        fields(machine, *object, *object, "", &mut edges);
        needs(machine, *object, demands.remove(object).unwrap_or_default(), &mut edges);
    }
    let (shapes, unions) = shapes::in_use(machine);
    Graph {
        format_version: FORMAT_VERSION,
        project: project.map(|object| address(machine, object)),
        nodes,
        edges,
        shapes,
        unions,
    }
}

fn is_whole(machine: &Machine<'_>, object: ObjId) -> bool {
    let of = machine.w.object(object);
    of.shape.0 != u16::MAX && !of.is_poison
}

fn kind<'m>(machine: &'m Machine<'_>, object: ObjId) -> &'m str {
    machine.p.name(machine.p.shape(machine.w.object(object).shape).word)
}

pub(super) fn address(machine: &Machine<'_>, object: ObjId) -> String {
    address_in(machine.p, machine.w, object)
}

/// The address of an object, in a module with the module's folder: two modules may have a `vm.web` each.
pub(crate) fn address_in(program: &Program, world: &World, object: ObjId) -> String {
    let own = show::address_of(program, world, object);
    let resource = program.defs.get(world.resource(world.root(object)));
    match program.defs.folder(resource.scope).filter(|_| resource.scope != Scope::ROOT) {
        Some(folder) => format!("{folder}/{own}"),
        None => own,
    }
}

fn node(machine: &mut Machine<'_>, look: &Look<'_>, sources: &Sources, object: ObjId) -> Node {
    let of = *machine.w.object(object);
    let home = machine.w.home(object);
    let span = span_of(machine.units, of.at);
    let file = sources.file(span.file);
    let addresses = |machine: &Machine<'_>, value: Value| -> Vec<String> {
        objects(machine, value).into_iter().map(|found| address(machine, found)).collect()
    };
    let key = match of.key {
        Value::Str(name) | Value::Enum(name) => machine.p.name(name).to_owned(),
        _ => String::new(),
    };
    Node {
        address: address(machine, object),
        kind: kind(machine, object).to_owned(),
        key,
        name: show::name_of(machine.p, machine.w, object),
        model: of.tag.map(|tag| machine.p.name(tag).to_owned()),
        file: file.path.clone(),
        line: file.position(span.start as usize).line,
        on: addresses(machine, home.on),
        within: addresses(machine, home.within),
        fields: values::block(machine, look, object, &mut Vec::new()),
    }
}

/// The objects that a value is or lists.
fn objects(machine: &Machine<'_>, value: Value) -> Vec<ObjId> {
    let one = |value: &Value| if let Value::Obj(object) = value { Some(*object) } else { None };
    match value {
        Value::Obj(object) => vec![object],
        Value::List(slice) | Value::Map(slice) => machine.p.heap.slice(slice).iter().filter_map(one).collect(),
        _ => Vec::new(),
    }
}

/// What the head of a resource says: `on …`, `in …`.
fn head(machine: &Machine<'_>, object: ObjId, edges: &mut Vec<Edge>) {
    let home = machine.w.home(object);
    refer(machine, object, Sort::On, "on", home.on, edges);
    refer(machine, object, Sort::In, "in", home.within, edges);
}

/// What an object says of others in its fields and in its blocks; `below` is the way to it from its resource. What is only
/// computed refers to nothing: it follows from what others say. As deep as the source nests.
fn fields(machine: &mut Machine<'_>, root: ObjId, object: ObjId, below: &str, edges: &mut Vec<Edge>) {
    let of = *machine.w.object(object);
    for place in 0..usize::from(of.len) {
        let number = machine.w.slots[of.first as usize + place].field;
        let field = machine.p.field(of.shape, number);
        let (holds, name) = (field.holds, machine.p.name(field.name));
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}.{name}") };
        let value = machine.read(object, number);
        machine.unknown = None;
        match holds {
            Holds::Value => refer(machine, root, Sort::Field, &path, value, edges),
            Holds::Block(..) => {
                for block in objects(machine, value) {
                    fields(machine, root, block, &path, edges);
                }
            }
            Holds::Blocks(..) => {
                for block in objects(machine, value) {
                    let key = machine.w.object(block).key;
                    let path = format!("{path}.{}", show::key_of(machine.p, machine.w, key).unwrap_or_default());
                    refer(machine, root, Sort::Key, &path, key, edges);
                    fields(machine, root, block, &path, edges);
                }
            }
            Holds::Derived => {}
        }
    }
}

/// One edge for each object in a value, but for parts of the resource itself.
fn refer(machine: &Machine<'_>, root: ObjId, sort: Sort, path: &str, value: Value, edges: &mut Vec<Edge>) {
    for target in objects(machine, value) {
        let to = machine.w.root(target);
        if to == root || !is_whole(machine, to) {
            continue;
        }
        let part = (to != target).then(|| address(machine, target));
        let (from, to, path) = (address(machine, root), address(machine, to), path.to_owned());
        edges.push(Edge { from, to, sort, path, part, needs: None });
    }
}

/// What each thing needs, in the order of its kind's `needs`.
fn demands(machine: &mut Machine<'_>) -> FxHashMap<ObjId, Vec<Demand>> {
    let mut demands: FxHashMap<ObjId, Vec<Demand>> = FxHashMap::default();
    // What a part needs of its own resource (a pool its disks) is no edge between resources.
    for demand in machine.demands().into_iter().filter(|demand| machine.w.is_resource(demand.of)) {
        demands.entry(demand.of).or_default().push(demand);
    }
    demands
}

/// What stops a thing: one edge for each thing that is needed, numbered by the `needs` that asks for it.
fn needs(machine: &Machine<'_>, object: ObjId, demands: Vec<Demand>, edges: &mut Vec<Edge>) {
    for (group, demand) in demands.into_iter().enumerate() {
        let how = match demand.how {
            NeedHow::All => How::All,
            NeedHow::Count(_) => How::Count,
            NeedHow::Majority => How::Majority,
        };
        let needs = Some(Needs { group, how, at_least: demand.least });
        let mut seen = FxHashSet::default();
        for thing in demand.things {
            let root = machine.w.root(thing);
            if root != object && is_whole(machine, root) && seen.insert(thing) {
                let part = (root != thing).then(|| address(machine, thing));
                let (from, to) = (address(machine, object), address(machine, root));
                edges.push(Edge { from, to, sort: Sort::Needs, path: "needs".to_owned(), part, needs });
            }
        }
    }
}

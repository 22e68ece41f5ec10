//! What a text leaves unsaid, for showing between its words: ids that were allocated, bridges that were chosen, what a
//! value overrides, what a model brings.

mod overrides;

use std::ops::Range;

use crate::base::{FileId, Span};
use crate::eval::{Said, show};
use crate::hir::{What, read_head};
use crate::ide::Snapshot;
use crate::model::{Host, Model, Nic, Vm};
use crate::resolve::locate;
use crate::session::compile::Compiled;
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::types::expr::NodeRef;
use crate::types::notes::Meaning;
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// A few words between those of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The byte that it stands before.
    pub at: u32,
    /// What it says.
    pub text: String,
    /// Why that is so.
    pub tooltip: String,
    /// Where it comes from, if a line says so.
    pub place: Option<Span>,
}

/// From here on a list of ids is cut.
const MANY: usize = 3;

/// A text that is longer is no hint any more.
const LONGEST: usize = 40;

/// The hints of the items that touch a range of bytes, in order. Cost: that of these items, and a step for each resource.
#[must_use]
pub fn hints(snapshot: &mut Snapshot, file: FileId, range: &Range<u32>) -> Vec<Hint> {
    let Some(unit) = snapshot.unit(file) else { return Vec::new() };
    let tree = snapshot.tree(unit);
    let touches = |node: Index| tree.node(node).start <= range.end && range.start <= tree.node(node).end;
    let mut hints = Vec::new();
    let heads = resources(snapshot, unit, &tree, &touches);
    ids(snapshot.compiled(), &tree, &heads, &mut hints);
    bridges(snapshot.compiled(), &tree, &heads, &mut hints);
    let items = &snapshot.compiled().units[unit as usize].items.items;
    let own = items.iter().filter(|item| item.what == What::Resource && touches(item.node)).copied();
    for item in own.collect::<Vec<_>>() {
        let layers = layers_of(snapshot, unit, &tree, &item);
        if layers.is_empty() {
            continue;
        }
        model_ids(snapshot, &tree, item.node, &layers, &mut hints);
        overrides::hints(snapshot, &tree, item.node, &layers, &mut hints);
    }
    hints.retain(|hint| range.start <= hint.at && hint.at <= range.end);
    hints.sort_by(|one, other| (one.at, &one.text).cmp(&(other.at, &other.text)));
    hints
}

/// A head, and the resources that it declares.
type Declared = (Index, Vec<ObjId>);

/// The resources that the heads of some items declare: of one in a loop, all that it makes.
fn resources(snapshot: &mut Snapshot, unit: u32, tree: &Tree, touches: &dyn Fn(Index) -> bool) -> Vec<Declared> {
    let compiled = snapshot.compiled();
    let all = compiled.program.defs.resources.iter().enumerate();
    let here = all.filter(|(_, resource)| resource.unit == unit && touches(resource.node));
    let mut found: Vec<(Index, ObjId)> = here.map(|(number, of)| (of.node, ObjId(number as u32))).collect();
    let is_made = |object: ObjId| {
        let world = &compiled.world;
        world.objects.get(object.0 as usize).is_some_and(|of| of.shape.0 != u16::MAX && !of.is_poison)
    };
    found.retain(|(node, object)| is_made(*object) && tree.kind(*node) == NodeKind::Decl);
    found.sort_by_key(|(node, object)| (*node, object.0));
    let groups = found.chunk_by(|one, other| one.0 == other.0);
    groups.map(|group| (group[0].0, group.iter().map(|(_, object)| *object).collect())).collect()
}

/// Where a head ends: before its body.
fn end_of_head(tree: &Tree, node: Index) -> u32 {
    let before = tree.children(node).take_while(|child| tree.kind(*child) != NodeKind::Body);
    before.last().map_or(tree.node(node).end, |last| tree.node(last).end)
}

/// `= 104` behind a head whose resource states no id.
fn ids(compiled: &Compiled, tree: &Tree, heads: &[Declared], hints: &mut Vec<Hint>) {
    let place = pool(compiled);
    for (node, objects) in heads {
        let with_id = objects.iter().filter_map(|object| Some((*object, allocated(compiled, *object)?)));
        let with_id: Vec<(ObjId, i64)> = with_id.collect();
        let [(first, _), ..] = with_id.as_slice() else { continue };
        let mut text = with_id.iter().take(MANY).map(|(_, id)| id.to_string()).collect::<Vec<_>>().join(", ");
        if with_id.len() > MANY {
            text.push_str(", …");
        }
        let address = show::address_of(&compiled.program, &compiled.world, *first);
        let is_kept = compiled.lock.ids.get(&address).is_some_and(|entry| entry.line > 0);
        let tooltip = match (is_kept, with_id.len()) {
            (true, _) => "kept in `hlab.lock`",
            (false, 1) => "the lowest free one of `project.ids`; `hlab lock` writes it down",
            (false, _) => "the lowest free ones of `project.ids`; `hlab lock` writes them down",
        };
        hints.push(Hint {
            at: end_of_head(tree, *node),
            text: format!(" = {text}"),
            tooltip: tooltip.to_owned(),
            place,
        });
    }
}

/// The id that was allocated to a resource: one that stands nowhere is said where the resource is declared.
fn allocated(compiled: &Compiled, object: ObjId) -> Option<i64> {
    let of = *compiled.world.object(object);
    let id = compiled.program.heap.names.find("id")?;
    let field = compiled.program.shape(of.shape).any_field(id)?;
    let slot = compiled.world.slot(object, field)?;
    match slot.value {
        Value::Int(id) if slot.at == of.at && slot.said == Said::RESOURCE => Some(id),
        _ => None,
    }
}

/// Where the project says from which ids to take.
fn pool(compiled: &Compiled) -> Option<Span> {
    let names = &compiled.program.heap.names;
    let (project, ids) = (names.find("project")?, names.find("ids")?);
    compiled.world.all().find_map(|object| {
        let of = compiled.world.object(object);
        if of.shape.0 == u16::MAX || compiled.program.shape(of.shape).word != project {
            return None;
        }
        let field = compiled.program.shape(of.shape).any_field(ids)?;
        Some(span_of(&compiled.units, compiled.world.slot(object, field)?.at))
    })
}

/// `→ vmbr1` behind the network of a NIC that names no bridge. What a loop makes may differ from run to run, so only what
/// is written by itself is looked at.
fn bridges(compiled: &Compiled, tree: &Tree, heads: &[Declared], hints: &mut Vec<Hint>) {
    let model = Model::new(&compiled.program, &compiled.world, &compiled.units, &compiled.sources);
    for (node, objects) in heads {
        let [object] = objects.as_slice() else { continue };
        if compiled.world.object(*object).shape != model.fields.vm.shape {
            continue;
        }
        let Some(host) = model.host(*object).filter(|host: &Host| model.kind(host.id) == "host") else { continue };
        let nics = Vm::new(&model, *object).nic(&model);
        hints.extend(nics.filter_map(|nic| bridge(&model, tree, *node, nic, host)));
    }
}

fn bridge(model: &Model<'_>, tree: &Tree, node: Index, nic: Nic, host: Host) -> Option<Hint> {
    let network = nic.network(model).filter(|_| nic.via(model) == Value::Null)?;
    let bridge = model.bridge(nic, host)?;
    // Where a profile names the network, the hint stands behind the key.
    let said = model.said_at(nic.id, model.fields.nic.network);
    let at = [said, Some(model.span(nic.id))].into_iter().flatten().find(|span| is_in(tree, node, *span))?;
    let name = model.key(bridge);
    let tooltip = format!("`{}` reaches `{}` over `{name}`", model.key(host.id), model.key(network.id));
    Some(Hint { at: at.end, text: format!(" → {name}"), tooltip, place: Some(model.span(bridge)) })
}

fn is_in(tree: &Tree, node: Index, span: Span) -> bool {
    let of = tree.node(node);
    span.file == tree.file && of.start <= span.start && span.end <= of.end
}

/// The profiles and models that the head of a resource names, weakest first.
fn layers_of(snapshot: &mut Snapshot, unit: u32, tree: &Tree, item: &crate::hir::Item) -> Vec<u32> {
    let head = read_head(tree, item.node);
    let clauses: Vec<Index> = [head.model, head.with].into_iter().filter(|clause| *clause != 0).collect();
    if clauses.is_empty() {
        return Vec::new();
    }
    let notes = snapshot.notes(unit, item);
    let base = snapshot.compiled().units[unit as usize].base;
    let mut layers = Vec::new();
    for clause in clauses {
        let nodes = base + clause..base + tree.node(clause).next;
        let of_clause = notes.iter().filter(|note| nodes.contains(&note.at.0));
        let mut named: Vec<(NodeRef, u32)> = of_clause
            .filter_map(|note| match note.meaning {
                Meaning::Layer(layer) => Some((note.at, layer)),
                _ => None,
            })
            .collect();
        named.sort_by_key(|(at, _)| at.0);
        named.dedup();
        layers.extend(named.into_iter().map(|(_, layer)| layer));
    }
    layers
}

/// `[1a6e:089a, 18d1:9302]` behind a model that says which ids a device shows.
fn model_ids(snapshot: &mut Snapshot, tree: &Tree, node: Index, layers: &[u32], hints: &mut Vec<Hint>) {
    let model = read_head(tree, node).model;
    let Some(layer) = layers.first().filter(|_| model != 0) else { return };
    let compiled = snapshot.compiled();
    let Some(ids) = compiled.program.heap.names.find("ids") else { return };
    let of = &compiled.program.layers[*layer as usize];
    let Some(field) = compiled.program.shape(of.shape).any_field(ids) else { return };
    let Some(entry) = overrides::find(compiled, &[*layer], &[], field) else { return };
    let Some(text) = written(compiled, entry.at) else { return };
    let name = compiled.program.name(compiled.program.layers[entry.layer as usize].name).to_owned();
    let tooltip = format!("the ids that `{name}` shows");
    let place = Some(span_of(&compiled.units, entry.at));
    hints.push(Hint { at: tree.node(model).end, text: format!(" {text}"), tooltip, place });
}

/// A value as it is written, if it is short.
fn written(compiled: &Compiled, at: NodeRef) -> Option<String> {
    let (unit, node) = locate(&compiled.units, at.0);
    let unit = &compiled.units[unit as usize];
    let text = unit.tree.text(node, &compiled.sources.file(unit.file).text);
    (text.chars().count() <= LONGEST && !text.contains('\n')).then(|| text.to_owned())
}

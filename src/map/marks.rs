//! Which thing a diagnostic is about: the resource, or the device or bridge of one, whose text holds the place that it names.

use rustc_hash::FxHashMap;

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Severity, Shown};
use crate::graph::address_in;
use crate::map::{Problem, Thing};
use crate::model::Model;
use crate::resolve::locate;
use crate::syntax::tree::NodeKind;
use crate::types::value::{ObjId, Value};

/// The problems of a lab, and which things they are about.
pub struct Marks {
    /// Errors first, then by thing and text.
    pub problems: Vec<Problem>,
    by_object: FxHashMap<ObjId, Vec<usize>>,
}

/// Where resources stand.
struct Places {
    /// The resources that an item makes; a `for` makes several.
    by_item: FxHashMap<(u32, u32), Vec<ObjId>>,
    units: FxHashMap<FileId, u32>,
}

impl Marks {
    /// Of every error and warning. Cost: linear in the lab, and a look-up for each diagnostic.
    pub fn of(model: &Model<'_>, shown: &Shown<'_>, diagnostics: &[Diagnostic]) -> Marks {
        let places = Places::of(model);
        let serious = diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note);
        let mut found: Vec<(Problem, Vec<ObjId>)> =
            serious.map(|diagnostic| told(model, shown, &places, diagnostic)).collect();
        found.sort_by(|(a, _), (b, _)| {
            let order = b.severity.cmp(&a.severity).then_with(|| a.address.cmp(&b.address));
            order.then_with(|| a.message.cmp(&b.message)).then_with(|| a.place.cmp(&b.place))
        });
        let mut by_object: FxHashMap<ObjId, Vec<usize>> = FxHashMap::default();
        for (number, (_, objects)) in found.iter().enumerate() {
            objects.iter().for_each(|object| by_object.entry(*object).or_default().push(number));
        }
        Marks { problems: found.into_iter().map(|(problem, _)| problem).collect(), by_object }
    }

    /// The marks of one thing, put on it.
    pub fn put(&self, object: ObjId, thing: &mut Thing) {
        if let Some(numbers) = self.by_object.get(&object) {
            thing.problems.extend(numbers);
            thing.mark = thing.problems.iter().map(|number| self.problems[*number].severity).max();
        }
    }
}

fn told(model: &Model<'_>, shown: &Shown<'_>, places: &Places, diagnostic: &Diagnostic) -> (Problem, Vec<ObjId>) {
    let primary = diagnostic.primary.as_ref().map(|label| label.span);
    let labels = diagnostic.labels.iter().map(|label| label.span);
    let about = primary.into_iter().chain(labels).map(|span| places.at(model, span, &diagnostic.message));
    let objects = about.into_iter().find(|objects| !objects.is_empty()).unwrap_or_default();
    let place = primary.map(|span| shown.place(span));
    let problem = Problem {
        severity: diagnostic.severity,
        code: diagnostic.code.id(),
        address: objects.first().map_or_else(String::new, |object| address_in(model.program, model.world, *object)),
        message: shown.line(&diagnostic.message),
        place: place.map_or_else(String::new, |place| format!("{}:{}", place.path, place.start.line)),
    };
    (problem, objects.into_iter().map(|object| stand_in(model, object)).collect())
}

/// The guest that an HA resource, a replication or a firewall is for; else the thing itself.
fn stand_in(model: &Model<'_>, object: ObjId) -> ObjId {
    let of = model.world.object(object);
    if of.shape.0 == u16::MAX || !model.world.is_resource(object) {
        return object;
    }
    if let Value::Obj(guest) = model.named(object, "guest") { guest } else { object }
}

impl Places {
    fn of(model: &Model<'_>) -> Places {
        let mut by_item: FxHashMap<(u32, u32), Vec<ObjId>> = FxHashMap::default();
        for object in model.world.all() {
            let (unit, node) = locate(model.units, model.world.object(object).at.0);
            let items = &model.units[unit as usize].tree.items;
            let item = items.partition_point(|item| *item <= node).saturating_sub(1);
            by_item.entry((unit, item as u32)).or_default().push(object);
        }
        let units = model.units.iter().enumerate().map(|(number, unit)| (unit.file, number as u32)).collect();
        Places { by_item, units }
    }

    /// The things whose text holds a place; of several that one text makes, those that a message names.
    fn at(&self, model: &Model<'_>, span: Span, message: &str) -> Vec<ObjId> {
        let Some(unit) = self.units.get(&span.file) else { return Vec::new() };
        let tree = &model.units[*unit as usize].tree;
        let after = tree.items.partition_point(|item| tree.node(*item).start <= span.start);
        let Some(item) = after.checked_sub(1) else { return Vec::new() };
        if tree.node(tree.items[item]).end < span.start {
            return Vec::new();
        }
        let Some(all) = self.by_item.get(&(*unit, item as u32)) else { return Vec::new() };
        let is_named = |object: &ObjId| message.contains(&format!("`{}`", model.name(*object)));
        let named: Vec<ObjId> = if all.len() > 1 { all.iter().copied().filter(is_named).collect() } else { Vec::new() };
        let objects = if named.is_empty() { all.clone() } else { named };
        objects.into_iter().map(|object| part(model, object, span).unwrap_or(object)).collect()
    }
}

/// The device or bridge of a host that a place lies in.
fn part(model: &Model<'_>, object: ObjId, span: Span) -> Option<ObjId> {
    let host = &model.fields.host;
    if model.world.object(object).shape != host.shape {
        return None;
    }
    let of = model.of(object);
    let parts = [host.pci, host.usb, host.bridge].into_iter().flat_map(|field| model.list(of, field));
    let objects = parts.filter_map(|value| if let Value::Obj(part) = value { Some(*part) } else { None });
    objects.into_iter().find(|part| whole(model, *part).is_some_and(|whole| whole.contains(&span.start)))
}

/// The text of a keyed block: the declaration that its key stands in.
fn whole(model: &Model<'_>, object: ObjId) -> Option<std::ops::Range<u32>> {
    let (unit, node) = locate(model.units, model.world.object(object).at.0);
    let tree = &model.units[unit as usize].tree;
    let declared = (0..=node).rev().take(8).map(|node| tree.node(node));
    let mut declared = declared.filter(|found| found.kind == NodeKind::Decl && found.next > node);
    declared.next().map(|found| found.start..found.end)
}

//! From the model to what is drawn: nothing is evaluated, and what is not known is left out.

mod guests;
mod hosts;
mod places;

use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, Shown};
use crate::eval::lost::Dependence;
use crate::graph::address_in;
use crate::map::fall::{Needs, Objects};
use crate::map::marks::Marks;
use crate::map::text::natural;
use crate::map::{Lab, Thing};
use crate::model::Model;
use crate::types::secrets::class_of;
use crate::types::ty::ShapeId;
use crate::types::value::{ObjId, Value};

/// What a lab is drawn from.
pub(crate) struct Given<'g> {
    /// The lab; its derived fields were computed (`model::chart::compute`).
    pub model: &'g Model<'g>,
    /// Everything that is wrong.
    pub diagnostics: &'g [Diagnostic],
    /// What kinds say they need.
    pub dependence: &'g Dependence,
}

/// The lab as it is drawn. Cost: linear in the lab, and in what each host's loss stops.
pub(crate) fn lab(given: Given<'_>) -> Lab {
    let shown = Shown::new(given.model.sources);
    let marks = Marks::of(given.model, &shown, given.diagnostics);
    let mut look = Look { model: given.model, shown, marks, numbers: FxHashMap::default() };
    let mut lab = Lab { problems: look.marks.problems.clone(), ..Lab::default() };
    let mut objects = Objects::default();
    if let Some(project) = look.all(look.model.fields.project.shape).first() {
        lab.name = look.line(look.model.name(*project));
    }
    places::networks(&mut look, &mut lab);
    places::storages(&mut look, &mut lab);
    hosts::hosts(&mut look, &mut lab, &mut objects);
    places::jobs(&mut look, &mut lab);
    guests::guests(&mut look, &mut lab, &mut objects);
    hosts::fill(&look, &mut lab, &objects);
    places::rest(&mut look, &mut lab, &mut objects, given.dependence);
    guests::refuges(&look, &mut lab);
    let needs = Needs::of(&lab, &objects, given.dependence);
    // Parts of things fall with them, and an HA resource is an arrangement that nobody would miss.
    let is_told = |object: ObjId| look.model.world.is_resource(object) && look.model.kind(object) != "ha";
    let named =
        |object: ObjId| is_told(object).then(|| look.line(&address_in(look.model.program, look.model.world, object)));
    let losses = (0..lab.hosts.len()).map(|host| needs.loss(host, named)).collect();
    lab.losses = losses;
    lab
}

/// What reading takes besides the model.
struct Look<'m> {
    model: &'m Model<'m>,
    shown: Shown<'m>,
    marks: Marks,
    /// The number of each thing among its like.
    numbers: FxHashMap<ObjId, usize>,
}

impl Look<'_> {
    /// All resources of a kind, those with errors too, by name.
    fn all(&self, kind: ShapeId) -> Vec<ObjId> {
        let world = self.model.world;
        let mut all: Vec<ObjId> = world.all().filter(|object| world.object(*object).shape == kind).collect();
        if kind.0 == u16::MAX {
            all.clear();
        }
        all.sort_by(|a, b| natural(self.model.key(*a), self.model.key(*b)).then_with(|| self.order(*a, *b)));
        all
    }

    /// Of two things of one name, the order of their addresses.
    fn order(&self, a: ObjId, b: ObjId) -> std::cmp::Ordering {
        let address = |object| address_in(self.model.program, self.model.world, object);
        address(a).cmp(&address(b))
    }

    /// The number of a thing among its like, if it is drawn.
    fn number(&self, value: Value) -> Option<usize> {
        if let Value::Obj(object) = value { self.numbers.get(&object).copied() } else { None }
    }

    /// What everything has that is drawn.
    fn thing(&self, object: ObjId) -> Thing {
        let mut thing = Thing {
            address: self.line(&address_in(self.model.program, self.model.world, object)),
            name: self.line(self.model.key(object)),
            ..Thing::default()
        };
        self.marks.put(object, &mut thing);
        thing
    }

    /// What a thing is, and what it is called where that is not its name in the source.
    fn called(&self, word: &str, object: ObjId) -> String {
        let (key, name) = (self.model.key(object), self.model.name(object));
        let called = if key == name { String::new() } else { format!(", called {}", self.line(name)) };
        format!("{word} {}{called}", self.line(key))
    }

    /// A text of the lab as it may be shown.
    fn line(&self, text: &str) -> String {
        if class_of(text).is_some() { crate::diag::SECRET.to_owned() } else { self.shown.line(text) }
    }

    /// A value as text: an address, a size, a name; empty where there is none.
    fn text(&self, value: Value) -> String {
        match value {
            Value::Null | Value::Poison | Value::Lazy(_) | Value::Running | Value::Appended(_) => String::new(),
            value => self.line(&crate::eval::show::text(self.model.program, self.model.world, value)),
        }
    }

    /// The names in a list.
    fn words(&self, list: &[Value]) -> Vec<String> {
        list.iter().map(|value| self.text(*value)).filter(|word| !word.is_empty()).collect()
    }
}

/// Facts beside each other, those that are not known left out.
fn facts(facts: &[String]) -> String {
    let known: Vec<&str> = facts.iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
    known.join(" · ")
}

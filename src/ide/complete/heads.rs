//! Items, and what their heads name: kinds, places, groups, profiles, models and variants.

use crate::base::Name;
use crate::ide::complete::refs::Use;
use crate::ide::complete::{Ask, Body, Completion, Insert, Sort};
use crate::resolve::Scope;
use crate::types::shape::Holds;
use crate::types::ty::ShapeId;

/// What is written behind a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Behind {
    /// Nothing.
    Nothing,
    /// A dot: a resource of it follows.
    Dot,
}

impl Ask<'_> {
    /// The first word of an item: what tests, loops and files hold.
    pub(crate) fn items(&mut self) {
        let is_test = self.bodies.last() == Some(&Body::Test);
        let is_test_file = self.sources.file(self.file).path.ends_with("_test.hlab");
        if is_test {
            self.test_words();
        } else if is_test_file {
            let insert = Insert::of("test \"").stop(1).text("\" {\n  ").stop(0).text("\n}");
            return self.push(Completion::word("test", Sort::Word, insert));
        }
        let in_loop = self.bodies.len() > 1 && !is_test;
        for shape in self.kinds_in_sight() {
            self.item_of_kind(shape);
        }
        if in_loop {
            return self.words(&["for"]);
        }
        if !is_test {
            self.item_words();
        }
    }

    fn test_words(&mut self) {
        let change = Insert::of("change ").stop(1).text(" { ").stop(0).text(" }");
        self.push(Completion::word("change", Sort::Word, change).detail("alters a resource"));
        self.push(Completion::word("without", Sort::Word, Insert::of("without ").stop(1)).detail("removes a resource"));
        for (word, detail) in [("error", "a diagnostic is expected"), ("warning", "a warning is expected")] {
            let insert = Insert::of("expect ").text(word).text(" ").stop(1).text(" at ").stop(2);
            self.push(Completion::word(&format!("expect {word}"), Sort::Word, insert).detail(detail));
        }
        self.push(Completion::plain("expect ok", Sort::Word).detail("no error; warnings are overlooked"));
        self.push(Completion::plain("expect clean", Sort::Word).detail("no error and no warning"));
    }

    fn item_words(&mut self) {
        let body = |head: Insert| head.text(" {\n  ").stop(0).text("\n}");
        let named = |word: &str| Insert::of(word).text(" ").hole(1, "name");
        let rows: [(&str, Insert); 15] = [
            ("profile", body(named("profile").text(" for ").hole(2, "vm"))),
            ("for", body(Insert::of("for ").hole(1, "x").text(" in ").stop(2))),
            ("let", named("let").text(" = ").stop(2)),
            ("input", named("input").text(": ").hole(2, "String")),
            ("policy", policy("policy")),
            ("warn", policy("warn policy")),
            ("final", policy("final policy")),
            ("model", body(Insert::of("model ").hole(1, "Name").text(" for ").hole(2, "device"))),
            ("type", Insert::of("type ").hole(1, "Name").text(" = ").stop(2)),
            ("kind", body(named("kind"))),
            ("block", body(Insert::of("block ").hole(1, "Name"))),
            ("fn", named("fn").text("(").hole(2, "x: Int").text(") -> ").hole(3, "Int").text(" = ").stop(4)),
            ("use", Insert::of("use \"./").hole(1, "folder").text("\" as ").hole(2, "name")),
            ("incident", body(Insert::of("incident \"").stop(1).text("\""))),
            ("removed", Insert::of("removed ").hole(1, "vm").text(".").stop(2)),
        ];
        for (word, insert) in rows {
            // Behind a word that is there already, only the word changes.
            let insert = if self.behind().is_empty() { insert } else { Insert::of(word) };
            self.push(Completion::word(word, Sort::Word, insert));
        }
    }

    /// The kinds that a file sees, the project first where it has none.
    fn kinds_in_sight(&mut self) -> Vec<ShapeId> {
        let scope = self.scope;
        let program = self.program();
        let project = program.heap.names.find("project");
        let has_project = program.defs.resources.iter().any(|r| Some(r.word) == project && r.scope == scope);
        let seen = program.kinds.iter().filter(|((of, _), _)| *of == scope || *of == Scope::STD);
        let mut shapes: Vec<ShapeId> = seen.filter_map(|(_, shapes)| one(shapes)).collect();
        shapes.retain(|shape| !(has_project && Some(program.shape(*shape).word) == project));
        let rank =
            |shape: &ShapeId| (Some(program.shape(*shape).word) != project, program.name(program.shape(*shape).word));
        shapes.sort_by(|a, b| rank(a).cmp(&rank(b)));
        shapes.dedup();
        shapes
    }

    fn item_of_kind(&mut self, shape: ShapeId) {
        let program = self.program();
        let of = program.shape(shape);
        let word = program.name(of.word).to_owned();
        let prepositions = [("on", of.on), ("in", of.within)];
        let mut insert = Insert::of(&word).text(" ").hole(1, "name");
        let mut detail = format!("kind {word}");
        for ((preposition, kind), number) in prepositions.into_iter().zip(2..) {
            if let Some(kind) = kind {
                let kind = program.name(program.shape(kind.kind).word).to_owned();
                detail.push_str(&format!(" {preposition} {kind}"));
                insert = insert.text(&format!(" {preposition} ")).hole(number, &kind);
            }
        }
        let insert = insert.text(" {\n  ").stop(0).text("\n}");
        let insert = if self.behind().is_empty() { insert } else { Insert::of(&word) };
        self.push(Completion::word(&word, Sort::Kind, insert).detail(detail).key(format!("kind {word}")));
    }

    /// Kinds and unions of kinds.
    pub(crate) fn kinds(&mut self, behind: Behind) {
        let scope = self.scope;
        let program = self.program();
        let words = program.kinds.keys().filter(|(of, _)| *of == scope || *of == Scope::STD);
        let mut words: Vec<String> = words.map(|(_, word)| program.name(*word).to_owned()).collect();
        words.sort();
        words.dedup();
        for word in words {
            let insert = match behind {
                Behind::Nothing => Insert::of(&word),
                Behind::Dot => Insert::of(&word).text("."),
            };
            self.push(Completion::word(&word, Sort::Kind, insert).detail("kind").key(format!("kind {word}")));
        }
    }

    /// What `ref` may name: kinds, keyed blocks, variants.
    pub(crate) fn referable(&mut self) {
        self.kinds(Behind::Nothing);
        self.part_words();
        let program = self.program();
        let mut tags: Vec<(String, String)> = program
            .tags
            .iter()
            .map(|(tag, shape)| (program.name(*tag).to_owned(), program.name(program.shape(*shape).word).to_owned()))
            .collect();
        tags.sort();
        for (tag, of) in tags {
            let key = format!("tag {of} {tag}");
            self.push(Completion::plain(&tag, Sort::Model).detail(format!("of {of}")).key(key));
        }
    }

    fn part_words(&mut self) {
        let program = self.program();
        let mut words: Vec<String> = program.parts.keys().map(|word| program.name(*word).to_owned()).collect();
        words.sort();
        for word in words {
            if !self.offered.iter().any(|offer| offer.label == word) {
                self.push(Completion::plain(&word, Sort::Block).detail("keyed block"));
            }
        }
    }

    /// What profiles and models are for.
    pub(crate) fn layer_shapes(&mut self) {
        for shape in self.kinds_in_sight() {
            let program = self.program();
            let word = program.name(program.shape(shape).word).to_owned();
            if word != "project" {
                let key = format!("kind {word}");
                self.push(Completion::plain(&word, Sort::Kind).detail("kind").key(key));
            }
        }
        self.part_words();
    }

    /// The blocks of a shape, behind a dot.
    pub(crate) fn blocks_of(&mut self, shape: ShapeId) {
        let fields = self.program().shape(shape).fields.clone();
        for (number, field) in fields.iter().enumerate() {
            if matches!(field.holds, Holds::Block(..) | Holds::Blocks(..)) {
                let offer = self.field_offer(shape, number as u16);
                self.push(offer);
            }
        }
    }

    /// What may follow in a head.
    pub(crate) fn clauses(&mut self, shape: ShapeId) {
        let said = self.head_said();
        let program = self.program();
        let of = program.shape(shape);
        let takes_tag =
            !of.variants.is_empty() || program.layers.iter().any(|l| l.shape == shape && is_model(program, l.name));
        let (on, within) = (of.on, of.within);
        let kind = |program: &crate::types::Program, shape: ShapeId| program.name(program.shape(shape).word).to_owned();
        let (on, within) = (on.map(|on| kind(program, on.kind)), within.map(|within| kind(program, within.kind)));
        if takes_tag && said.is_empty() {
            let insert = Insert::of(": ").stop(1);
            self.push(Completion::word(":", Sort::Word, insert).detail("model or variant"));
        }
        for (word, kind) in [("on", on), ("in", within), ("with", Some("profiles".to_owned()))] {
            let Some(kind) = kind else { continue };
            // They stand in this order; one that was said, or that comes too late, does not follow.
            let order = ["on", "in", "with"];
            let place = |word: &str| order.iter().position(|known| *known == word);
            if said.iter().all(|said| place(said) < place(word)) {
                let insert = Insert::of(word).text(" ").stop(1);
                self.push(Completion::word(word, Sort::Word, insert).detail(kind));
            }
        }
    }

    /// The prepositions that the head has already.
    fn head_said(&self) -> Vec<String> {
        let text = self.text();
        let words = self.scan.inner().entry.iter().map(|token| &text[token.at.clone()]);
        words.skip(2).filter(|word| matches!(*word, "on" | "in" | "with" | ":")).map(str::to_owned).collect()
    }

    /// Behind `on`.
    pub(crate) fn places(&mut self, shape: ShapeId) {
        let Some(on) = self.program().shape(shape).on else { return };
        self.heads_of(on.kind);
        let is_list = self.scan.inner().open == super::scan::Open::Bracket;
        if is_list {
            return;
        }
        let any = Insert::of("any [").stop(1).text("]");
        self.push(Completion::word("any […]", Sort::Word, any).detail("one of these, the compiler chooses"));
        self.push(Completion::plain("auto", Sort::Word).detail("one, the compiler chooses"));
        if on.many {
            self.push(Completion::plain("all", Sort::Word).detail("every one"));
            let several = Insert::of("[").stop(1).text("]");
            self.push(Completion::word("[…]", Sort::Literal, several).detail("each of these"));
        }
    }

    /// Behind `in`.
    pub(crate) fn groups(&mut self, shape: ShapeId) {
        if let Some(within) = self.program().shape(shape).within {
            self.heads_of(within.kind);
        }
    }

    /// The resources of a kind, and variables that hold one.
    fn heads_of(&mut self, kind: ShapeId) {
        let ty = self.program().shape(kind).ty;
        for (name, of) in self.locals() {
            if self.program().types.fits(of, ty) {
                let shown = self.program().show(of);
                self.push(Completion::plain(&name, Sort::Variable).detail(shown));
            }
        }
        self.references(&[kind], None, None, Use::Shared);
        self.modules();
    }

    /// Behind `with`.
    pub(crate) fn profiles(&mut self, shape: ShapeId) {
        let (scope, file_item) = (self.scope, self.cursor.item.and_then(|item| item.name));
        let program = self.program();
        let seen = program.profiles.iter().filter(|((of, _), _)| *of == scope || *of == Scope::STD);
        let fitting = seen.filter(|(_, layer)| program.layers[**layer as usize].shape == shape);
        let mut found: Vec<(String, Name)> =
            fitting.map(|((_, name), _)| (program.name(*name).to_owned(), *name)).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let word = program.name(program.shape(shape).word).to_owned();
        for (name, own) in found {
            if Some(own) != file_item {
                let offer = Completion::plain(&name, Sort::Profile).detail(format!("profile for {word}"));
                self.push(offer.key(format!("profile {name}")));
            }
        }
        if self.scan.inner().open != super::scan::Open::Bracket {
            let several = Insert::of("[").stop(1).text("]");
            self.push(Completion::word("[…]", Sort::Literal, several).detail("several profiles"));
        }
        self.modules();
    }

    /// Behind `:` in a head: variants and models.
    pub(crate) fn tags(&mut self, shape: ShapeId) {
        let scope = self.scope;
        let program = self.program();
        let word = program.name(program.shape(shape).word).to_owned();
        let variants: Vec<String> =
            program.shape(shape).variants.iter().map(|name| program.name(*name).to_owned()).collect();
        let seen = program.models.iter().filter(|((of, _), _)| *of == scope || *of == Scope::STD);
        let fitting = seen.filter(|(_, layer)| program.layers[**layer as usize].shape == shape);
        let mut models: Vec<String> = fitting.map(|((_, name), _)| program.name(*name).to_owned()).collect();
        models.sort();
        for (names, sort) in [(variants, "variant"), (models, "model")] {
            for name in names {
                let offer = Completion::plain(&name, Sort::Model).detail(format!("{sort} of {word}"));
                self.push(offer.key(format!("tag {word} {name}")));
            }
        }
        self.modules();
    }
}

/// The one shape that a kind's word stands for; of a union none.
fn one(shapes: &[ShapeId]) -> Option<ShapeId> {
    if let [one] = shapes { Some(*one) } else { None }
}

fn is_model(program: &crate::types::Program, name: Name) -> bool {
    program.models.keys().any(|(_, model)| *model == name)
}

fn policy(word: &str) -> Insert {
    let head = Insert::of(word).text(" ").hole(1, "name").text(" {\n  for ").hole(2, "v").text(" in ").hole(3, "vm");
    head.text("\n  require ").stop(4).text("\n  else \"").stop(5).text("\"\n}")
}

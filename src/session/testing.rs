//! `hlab test`: each test compiles the project once more, with its changes on top.

use crate::base::{Name, Span, World as Files};
use crate::diag::{Diagnostic, Severity};
use crate::session::compile::{self, Compiled, Parsed};
use crate::session::ground::Ground;
use crate::session::overlay::Overlay;
use crate::session::{Options, TestOutcome, TestReport, errors, library};
use crate::syntax::tree::{Index, NodeKind, Tree};
use crate::types::span_of;
use crate::types::value::{ObjId, Value};

/// Runs the tests of a project whose names contain `filter`; with `library_tests`, those of the library over
/// an empty project instead.
pub fn run(files: &dyn Files, options: &Options, filter: Option<&str>, library_tests: &[(&str, &str)]) -> TestReport {
    let mut diagnostics = Vec::new();
    let mut parsed = compile::parse(files, &|_| true, library_tests, options, &mut diagnostics);
    // A library with a file in place of one of its own is typed anew for each test.
    let is_other = |(path, _): &(&str, &str)| library::FILES.iter().any(|(own, _)| own == path);
    parsed.ground = (!library_tests.iter().any(is_other)).then(Ground::get);
    let (sources, trees) = (&parsed.sources, &parsed.trees);
    let mut tests = Vec::new();
    if diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error) {
        for (unit, tree) in trees.iter().enumerate() {
            let file = sources.file(tree.file);
            if !file.path.ends_with("_test.hlab") {
                continue;
            }
            for node in tree.children(0).filter(|node| tree.kind(*node) == NodeKind::Test) {
                let name = crate::syntax::unquote(tree.text(node + 1, &file.text)).into_owned();
                if filter.is_some_and(|filter| !name.contains(filter)) {
                    continue;
                }
                let line = file.position(tree.node(node).start as usize).line;
                let place = format!("{}:{line}", file.path);
                let failures = one(&parsed, unit as u32, node, options);
                tests.push(TestOutcome { name, place, failures });
            }
        }
    }
    TestReport { sources: parsed.sources, diagnostics, tests }
}

/// Runs one test.
fn one(parsed: &Parsed, unit: u32, node: Index, options: &Options) -> Vec<Diagnostic> {
    let (sources, trees) = (&parsed.sources, &parsed.trees);
    let options = Options { locked: false, ..options.clone() };
    let overlay = Overlay { unit, node };
    let mut compiled = compile::compile(parsed.clone(), &options, Vec::new(), Some(overlay));
    let tree = &trees[unit as usize];
    let text = &sources.file(tree.file).text;
    let Some(body) = tree.child(node, NodeKind::Body) else { return vec![errors::expects_nothing(tree.span(node))] };
    let mut failures = Vec::new();
    let mut expected = vec![false; compiled.diagnostics.len()];
    let (mut expects, mut least) = (0, Severity::Error);
    for entry in tree.children(body) {
        match tree.kind(entry) {
            NodeKind::ExpectOk => expects += 1,
            NodeKind::ExpectClean => (expects, least) = (expects + 1, Severity::Warning),
            NodeKind::Expect => {
                expects += 1;
                let found = matching(&mut compiled, tree, text, entry);
                if found.is_empty() {
                    let wanted = text[tree.span(entry).range()].trim_start_matches("expect").trim().to_owned();
                    failures.push(errors::not_met(tree.span(entry), &wanted, &briefs(&compiled)));
                }
                found.iter().for_each(|at| expected[*at] = true);
            }
            _ => {}
        }
    }
    if expects == 0 {
        failures.push(errors::expects_nothing(tree.span(node + 1)));
    }
    if failures.is_empty() {
        let surprises = compiled
            .diagnostics
            .iter()
            .zip(&expected)
            .filter(|(diagnostic, expected)| !**expected && diagnostic.severity >= least);
        failures.extend(surprises.map(|(diagnostic, _)| diagnostic.clone()));
    }
    failures
}

/// What was found, each in a line.
fn briefs(compiled: &Compiled) -> Vec<String> {
    let shown = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity != Severity::Note).take(4);
    shown
        .map(|diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| {
                let file = compiled.sources.file(label.span.file);
                format!(" at {}:{}", file.path, file.position(label.span.start as usize).line)
            });
            format!("{} ({}){}", diagnostic.code.name(), diagnostic.message, place.unwrap_or_default())
        })
        .collect()
}

/// The diagnostics that an expectation means.
fn matching(compiled: &mut Compiled, tree: &Tree, text: &str, entry: Index) -> Vec<usize> {
    let mut children = tree.children(entry);
    let severity = match children.next().map(|word| tree.text(word, text)) {
        Some("warning") => Severity::Warning,
        Some("note") => Severity::Note,
        _ => Severity::Error,
    };
    let rule = children.next().map_or("", |rule| tree.text(rule, text));
    let rule = rule.strip_prefix("policy/").unwrap_or(rule);
    let place = tree.child(entry, NodeKind::At).map(|at| spans_of(compiled, tree, text, at + 1));
    let fits = |diagnostic: &Diagnostic| {
        let named = diagnostic.code.name() == rule || diagnostic.code.id() == rule;
        let placed = match (&place, &diagnostic.primary) {
            (None, _) => true,
            (Some(spans), Some(label)) => spans.iter().any(|span| touches(*span, label.span)),
            (Some(_), None) => false,
        };
        diagnostic.severity == severity && named && placed
    };
    compiled.diagnostics.iter().enumerate().filter(|(_, diagnostic)| fits(diagnostic)).map(|(at, _)| at).collect()
}

fn touches(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && inner.start >= outer.start && inner.end <= outer.end
}

/// The places that a path of an expectation means: a resource's whole declaration, or what it says of a field.
fn spans_of(compiled: &mut Compiled, tree: &Tree, text: &str, node: Index) -> Vec<Span> {
    let path: Vec<String> = path_of(tree, text, node);
    let Some((resource, rest)) = path.get(..2).zip(path.get(2..)) else { return Vec::new() };
    let (word, name) = (&resource[0], &resource[1]);
    let names = &mut compiled.program.heap.names;
    let (word, name) = (names.intern(word), names.intern(name));
    let Some(id) = compiled.program.defs.resource(crate::resolve::Scope::ROOT, word, name) else { return Vec::new() };
    let mut objects = vec![ObjId(id.0)];
    let declared = *compiled.program.defs.get(id);
    let mut spans = vec![compiled.units[declared.unit as usize].tree.span(declared.node)];
    for (unit, body) in compiled.program.patches.get(&id).cloned().unwrap_or_default() {
        spans.push(compiled.units[unit as usize].tree.span(body));
    }
    for step in rest {
        let step = compiled.program.heap.names.intern(step);
        let mut next = Vec::new();
        let mut places = Vec::new();
        for object in &objects {
            let of = *compiled.world.object(*object);
            if of.shape.0 == u16::MAX {
                continue;
            }
            if let Some(field) = compiled.program.shape(of.shape).field(step, of.tag) {
                let Some(slot) = compiled.world.slot(*object, field) else { continue };
                places.push(span_of(&compiled.units, slot.at));
                match slot.value {
                    Value::Obj(inner) => next.push(inner),
                    Value::List(slice) => {
                        for value in compiled.program.heap.slice(slice) {
                            if let Value::Obj(inner) = value {
                                places.push(span_of(&compiled.units, compiled.world.object(*inner).at));
                                next.push(*inner);
                            }
                        }
                    }
                    _ => {}
                }
            } else if has_key(compiled, *object, step) {
                places.push(span_of(&compiled.units, of.at));
                next.push(*object);
            }
        }
        spans = places;
        objects = next;
    }
    for object in &objects {
        let of = *compiled.world.object(*object);
        if of.owner().is_some() {
            spans.extend(enclosing(compiled, span_of(&compiled.units, of.at)));
        }
    }
    spans
}

/// Whether the key of a block is this name, or refers to a thing of this name.
fn has_key(compiled: &Compiled, object: ObjId, name: Name) -> bool {
    match compiled.world.object(object).key {
        Value::Obj(target) => compiled.world.object(target).key == Value::Str(name),
        key => key == Value::Str(name),
    }
}

/// The entry that a place heads: a block with everything in it.
fn enclosing(compiled: &Compiled, at: Span) -> Option<Span> {
    let unit = compiled.units.iter().find(|unit| unit.file == at.file)?;
    let nodes = unit.tree.nodes.iter().filter(|node| {
        matches!(node.kind, NodeKind::Decl | NodeKind::BlockEntry | NodeKind::Field)
            && node.start <= at.start
            && node.end >= at.end
    });
    let smallest = nodes.min_by_key(|node| node.end - node.start)?;
    Some(Span { start: smallest.start, end: smallest.end, ..at })
}

/// The words of `vm.camera.attach`.
fn path_of(tree: &Tree, text: &str, node: Index) -> Vec<String> {
    match tree.kind(node) {
        NodeKind::Access => {
            let mut path = path_of(tree, text, node + 1);
            let member = tree.node(node + 1).next;
            path.push(crate::syntax::unquote(tree.text(member, text)).into_owned());
            path
        }
        _ => vec![crate::syntax::unquote(tree.text(node, text)).into_owned()],
    }
}

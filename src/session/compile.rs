//! The pipeline: each stage by its name, in order.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::{Name, Origin, SourceFile, Sources, World as Files};
use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::eval::{self, Machine, World};
use crate::hir::{self, Items};
use crate::model::Model;
use crate::place::{self, Gone, Lock};
use crate::policy::{self, Findings};
use crate::resolve::{self, Unit};
use crate::session::ground::Ground;
use crate::session::{Analysis, Options, build, inputs, library, overlay, parse, read, release};
use crate::syntax::tree::Tree;
use crate::types::{self, Program};

/// Everything that a compilation made.
#[derive(Debug)]
pub struct Compiled {
    /// All files, library first; shared with whoever shows diagnostics.
    pub sources: Arc<Sources>,
    /// Their trees and items.
    pub units: Vec<Unit>,
    /// Shapes, types and expressions.
    pub program: Program,
    /// Objects and values.
    pub world: World,
    /// What the rules found.
    pub findings: Findings,
    /// Everything that is wrong, in the order of files.
    pub diagnostics: Vec<Diagnostic>,
    /// The lock after this run, and its text before.
    pub lock: Lock,
    /// What was removed on purpose.
    pub gone: Vec<Gone>,
    /// Whether a `project` is among the files.
    pub project_found: bool,
}

/// Files with their trees, and the texts of the data files that they name.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// All files, library first.
    pub sources: Sources,
    /// The tree of each.
    pub trees: Vec<Arc<Tree>>,
    /// Data files by path.
    pub data: types::DataFiles,
    /// CRDs that a run before has read.
    pub crds: crate::kube::Memory,
    /// What a run before found, if only fields of resources changed since.
    pub known: Option<policy::Known>,
    /// The library, typed already; without it, the compilation begins from nothing.
    pub ground: Option<&'static Ground>,
}

/// Parses the library and the project's files. Of `library_tests`, what has the path of a library file stands in its place.
pub fn parse(
    files: &dyn Files,
    wanted: &dyn Fn(&str) -> bool,
    library_tests: &[(&str, &str)],
    options: &Options,
    out: &mut Vec<Diagnostic>,
) -> Parsed {
    let mut sources = Sources::default();
    let instead = |path: &str| library_tests.iter().find(|(other, _)| *other == path);
    let is_left_out = |path: &str| options.without_incidents && path.starts_with(library::INCIDENTS);
    let files_of_it = library::FILES.iter().filter(|file| !is_left_out(file.0));
    let library = files_of_it.map(|file| instead(file.0).unwrap_or(file));
    let is_added = |file: &&(&str, &str)| !library::FILES.iter().any(|(path, _)| *path == file.0);
    for (path, text) in library.chain(library_tests.iter().filter(is_added)) {
        sources.add(SourceFile::new(format!("std/{path}"), (*text).to_owned(), Origin::Library));
    }
    read::read(files, &mut sources, wanted, out);
    let trees = parse::trees(&sources, options.threads, out);
    let data = read::data(files, &sources, &trees);
    Parsed { sources, trees, data, crds: Default::default(), known: None, ground: None }
}

/// Everything that parsed files come to. Where `options.stop` came true it is of no use.
pub fn analysis(parsed: Parsed, options: &Options, diagnostics: Vec<Diagnostic>) -> Analysis {
    let mut compiled = compile(parsed, options, diagnostics, None);
    Analysis {
        diagnostics: std::mem::take(&mut compiled.diagnostics),
        project_found: compiled.project_found,
        sources: compiled.sources.clone(),
        compiled: RefCell::new(compiled),
        given_lock: options.lock.clone().unwrap_or_default(),
    }
}

/// Compiles parsed files. `change` is the test whose overlay applies, if one does.
pub fn compile(
    parsed: Parsed,
    options: &Options,
    mut diagnostics: Vec<Diagnostic>,
    change: Option<overlay::Overlay>,
) -> Compiled {
    let Parsed { sources, trees, data, crds, known, ground } = parsed;
    let mut program = ground.map(Ground::program).unwrap_or_default();
    (program.data, program.crds) = (data, crds);
    // A guess: a large lab has a new name or string every so many bytes, and a key or address makes some of them long.
    let text = sources.files().map(|(_, file)| file.text.len()).sum::<usize>();
    program.heap.names.reserve(text / 200, text / 4);
    let mut lowered: Vec<(Arc<Tree>, Items)> = Vec::with_capacity(trees.len());
    let known_items = ground.map_or(&[][..], Ground::items);
    for (number, tree) in trees.into_iter().enumerate() {
        if let Some(items) = known_items.get(number) {
            lowered.push((tree, items.clone()));
            continue;
        }
        let file = sources.file(tree.file);
        let mut items = hir::lower(&tree, &file.text, &mut program.heap.names);
        // An editor asks about tests too; what else their files declare is no part of the project.
        if change.is_none() && file.path.ends_with("_test.hlab") {
            items.value.items.retain(|item| item.what == hir::What::Test);
        }
        diagnostics.extend(items.diagnostics);
        lowered.push((tree, items.value));
    }
    if ground.is_some() && !lowered[known_items.len()..].iter().all(|(_, items)| Ground::carries(items)) {
        // Names stay known, and harm nothing.
        program.start_over();
    }
    let resolved = resolve::resolve(lowered, &sources, &mut program.heap.names);
    diagnostics.extend(resolved.diagnostics);
    let (units, defs) = resolved.value;
    program.defs = defs;
    options.ended("lower and resolve");
    if let Some(change) = &change {
        change.declare(&mut program, &units, &sources, &mut diagnostics);
    }
    types::declare(&mut program, &units, &sources, &mut diagnostics);
    let given = inputs::given(&mut program, &options.inputs, &units, &sources, &mut diagnostics);
    let is_spent = eval::expand::expand(&mut program, &units, &sources, &given, &mut diagnostics);
    let mut world = World { inputs: given, is_spent, stop: options.stop.clone(), ..World::default() };
    eval::build::build(&mut program, &mut world, &units, &sources, &mut diagnostics);
    let assumed = release::assume(&mut program, &mut world, &options.pve);
    types::type_policies(&mut program, &units, &sources, &mut diagnostics);
    options.ended("types and evaluate");
    let (mut lock, problems) = Lock::parse(options.lock.as_deref().unwrap_or_default());
    diagnostics.extend(problems.iter().map(|(line, problem)| place::errors::bad_lock(*line, problem)));
    let mut late = Vec::new();
    let mut machine = Machine::new(&mut program, &mut world, &units, &mut late);
    let mut placed = Vec::new();
    let renamed = place::renamed(&mut machine, &mut placed);
    place::allocate(&mut machine, &mut lock, &renamed, options.locked, &mut placed);
    eval::finish::finish(&mut machine, &sources);
    options.ended("model");
    let findings = policy::check(&mut machine, &sources, known.as_ref());
    let releases = policy::release::check(&mut machine, &assumed);
    options.ended("policies");
    let gone = place::gone(&mut program, &units, &sources, &mut placed);
    diagnostics.append(&mut late);
    diagnostics.append(&mut placed);
    diagnostics.extend(findings.diagnostics.iter().cloned());
    diagnostics.extend(releases);
    let idle: Vec<(String, Vec<String>)> = findings
        .coverage
        .iter()
        .filter(|row| row.in_use && row.checked == 0 && row.not_applicable > 0)
        .map(|row| (program.name(row.policy).to_owned(), row.missing.clone()))
        .collect();
    if diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error) {
        diagnostics.extend(policy::errors::idle(&idle));
    }
    diagnostics.extend(build::check(&Model::new(&program, &world, &units, &sources)));
    let project_found = has_project(&mut program);
    let mut sources = sources;
    order(&mut diagnostics, &mut sources);
    let sources = Arc::new(sources);
    Compiled { sources, units, program, world, findings, diagnostics, lock, gone, project_found }
}

fn has_project(program: &mut Program) -> bool {
    let project: Name = program.heap.names.intern("project");
    program.defs.resources.iter().any(|resource| resource.word == project)
}

/// Puts diagnostics in the order of files and places, and taints what holds secrets.
fn order(diagnostics: &mut Vec<Diagnostic>, sources: &mut Sources) {
    let place = |diagnostic: &Diagnostic| {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        let project = span.is_some_and(|span| sources.file(span.file).origin == Origin::Project);
        // What is about the project as a whole comes first, notes of that sort last.
        let rank = match (span, project) {
            (None, _) if diagnostic.severity == Severity::Note => 3,
            (None, _) => 0,
            (Some(_), true) => 1,
            (Some(_), false) => 2,
        };
        (rank, span)
    };
    diagnostics.sort_by(|a, b| {
        place(a).cmp(&place(b)).then_with(|| b.severity.cmp(&a.severity)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    let secret = Code::Row(&codes::SECRET_LITERAL);
    let guilty = diagnostics.iter().filter(|diagnostic| diagnostic.code == secret);
    let spans: Vec<_> = guilty.filter_map(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span)).collect();
    for span in spans {
        sources.taint(span);
    }
}

impl Compiled {
    /// A machine to ask the model with.
    pub fn machine<'a>(&'a mut self, out: &'a mut Vec<Diagnostic>) -> Machine<'a> {
        Machine::new(&mut self.program, &mut self.world, &self.units, out)
    }

    /// Whether the lab is refused.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Values of inputs by name.
pub type Given = FxHashMap<Name, crate::types::value::Value>;

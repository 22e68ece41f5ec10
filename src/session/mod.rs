//! The pipeline, run once over a [`World`]: files in, diagnostics and artifacts out.
//!
//! [`analyze`] runs the whole front end; the methods of [`Analysis`] ask it questions.

mod about;
mod about_target;
mod build;
mod changed;
pub mod compile;
mod declared;
pub(crate) mod edits;
mod errors;
mod explain;
pub mod ground;
mod health;
mod import;
pub mod incidents;
mod inputs;
pub mod library;
mod overlay;
mod parse;
mod plan;
mod read;
mod release;
mod rollout;
mod scan;
mod testing;
pub mod what_if;
mod workspace;

use std::cell::RefCell;

use crate::base::{Sources, Stop, World};
use crate::diag::{Checked, Code, Diagnostic, Severity, codes};
use crate::doc::{self, Reference, Subject};
use crate::eval::Machine;
use crate::graph::{self, Graph};
use crate::map::{self, Lab};
use crate::model::{Model, chart};
pub use crate::place::NotForgotten;
pub use crate::pve::Version as PveVersion;
use crate::targets::ArtifactSet;
pub(crate) use explain::said;
pub use import::{Difference, Import, NoImport, Proof, import};
pub use scan::{Change, NoScan, Scan, scan};
pub use workspace::Workspace;

/// What a run is given besides the files.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// `--set NAME=VALUE`, in order.
    pub inputs: Vec<(String, String)>,
    /// The text of `hlab.lock`, if there is one.
    pub lock: Option<String>,
    /// Versions of Proxmox VE to assume in place of what hosts say: of one host by its name, or of all.
    pub pve: Vec<(Option<String>, PveVersion)>,
    /// Whether the lock must already hold everything that it would be asked for.
    pub locked: bool,
    /// How many threads may parse files; 0 and 1 both mean one.
    pub threads: usize,
    /// Whether the library's past outages are left out: who only wants to know what is wrong need not read them.
    pub without_incidents: bool,
    /// Asked now and then: whether nobody waits for the result any more.
    pub stop: Option<Stop>,
    /// Called with a stage's name as the stage ends, for measuring: below the rim nothing reads a clock.
    pub on_stage: Option<fn(&'static str)>,
}

/// Everything the front end found out.
#[derive(Debug)]
pub struct Analysis {
    /// The files that were read.
    pub sources: std::sync::Arc<Sources>,
    /// What is wrong, in the order in which it is shown.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a `project` resource is among the files.
    pub project_found: bool,
    /// The compilation, for questions: they may evaluate what nobody read so far.
    compiled: RefCell<compile::Compiled>,
    given_lock: String,
}

/// A target that the project declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetInfo {
    /// Its name in the project: `crossplane`, or `lab2` in `target lab2: crossplane`.
    pub name: String,
    /// The system: `crossplane`.
    pub system: String,
    /// The version of the system.
    pub version: String,
    /// The folder it goes to, relative to the project.
    pub out: String,
}

/// A target asked for on the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetRequest {
    /// A declared name, or a system.
    pub name: String,
    /// The version, where it was given.
    pub version: Option<String>,
    /// Whether it is to be treated as owner of all it can carry.
    pub as_owner: bool,
}

/// There is no such target, or no such version of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownTarget {
    /// What would have been right: `crossplane@0.11.1`.
    pub known: Vec<String>,
}

/// An input of the project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputInfo {
    /// Its name.
    pub name: String,
    /// Its type as written.
    pub ty: String,
    /// Its default as written.
    pub default: Option<String>,
    /// Its value in this run.
    pub value: String,
    /// Its documentation.
    pub doc: String,
}

/// What became of one policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoverageRow {
    /// The policy.
    pub policy: String,
    /// Bindings that were checked.
    pub checked: usize,
    /// Of these, those that failed.
    pub failed: usize,
    /// Of the failed, those that an `allow` excuses.
    pub allowed: usize,
    /// Bindings it did not apply to, because a fact is unknown.
    pub not_applicable: usize,
    /// The facts that were missing.
    pub missing: Vec<String>,
}

/// One test and how it went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestOutcome {
    /// The text after `test`.
    pub name: String,
    /// Where it stands: `lab_test.hlab:3`.
    pub place: String,
    /// What went against its expectation; empty if it passed.
    pub failures: Vec<Diagnostic>,
}

/// The tests of a project.
#[derive(Default, Debug)]
pub struct TestReport {
    /// The files, for the diagnostics.
    pub sources: Sources,
    /// What is wrong with the test files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// Each test in order.
    pub tests: Vec<TestOutcome>,
}

/// Runs the whole front end over the files of a world.
pub fn analyze(world: &dyn World, options: &Options) -> Analysis {
    let mut diagnostics = Vec::new();
    let parsed = compile::parse(world, &|path| !path.ends_with("_test.hlab"), &[], options, &mut diagnostics);
    options.ended("read and parse");
    compile::analysis(parsed, options, diagnostics)
}

/// Runs the `test` items of the project.
pub fn run_tests(world: &dyn World, options: &Options, filter: Option<&str>) -> TestReport {
    testing::run(world, options, filter, &[])
}

/// Runs tests of the library over an empty project: path and text of each file. One with the path of a library file stands in
/// its place, so that a changed library can be tested, too.
pub fn run_library_tests(tests: &[(&str, &str)]) -> TestReport {
    testing::run(&crate::base::MemoryWorld::default(), &Options::default(), None, tests)
}

impl Options {
    fn ended(&self, stage: &'static str) {
        if let Some(on_stage) = self.on_stage {
            on_stage(stage);
        }
    }
}

impl Analysis {
    /// The compilation, for the questions of an editor.
    pub fn compiled(&mut self) -> &mut compile::Compiled {
        self.compiled.get_mut()
    }

    /// Whether the lab is refused.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether every value is there: what is wrong, if anything is, is what rules say of the values.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let rules = [&codes::REQUIREMENT, &codes::NOT_SURVIVED, &codes::KEPT_BY_NOBODY, &codes::GONE_IN_RELEASE];
        let is_rule = |code: &Code| match code {
            Code::Policy(_) => true,
            Code::Row(row) => rules.iter().any(|rule| rule.code == row.code),
        };
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        errors.all(|diagnostic| is_rule(&diagnostic.code))
    }

    /// The new text of `hlab.lock`, if it differs from the one given.
    #[must_use]
    pub fn lock_text(&self) -> Option<String> {
        let text = self.compiled.borrow().lock.print();
        (text != self.given_lock).then_some(text)
    }

    /// The text of `hlab.lock` without these addresses, whatever else this run adds to it.
    ///
    /// # Errors
    /// The first address that stays, and why.
    pub fn lock_without(&self, addresses: &[String]) -> Result<String, (String, NotForgotten)> {
        let mut lock = self.compiled.borrow().lock.clone();
        for address in addresses {
            lock.forget(address).map_err(|why| (address.clone(), why))?;
        }
        Ok(lock.print())
    }

    /// The targets that the project declares, in order.
    #[must_use]
    pub fn targets(&self) -> Vec<TargetInfo> {
        build::infos(&build::model(&self.compiled.borrow()))
    }

    /// The files of one target.
    ///
    /// # Errors
    /// [`UnknownTarget`] if neither the project nor hlab knows it.
    pub fn emit(&self, target: &TargetRequest) -> Result<Checked<ArtifactSet>, UnknownTarget> {
        build::emit(&self.compiled.borrow(), target)
    }

    /// Looks at files of a target as [`Analysis::emit`] gives them under the target's laws: an error for each breach.
    #[must_use]
    pub fn verify(&self, target: &TargetRequest, files: &ArtifactSet) -> Vec<Diagnostic> {
        build::verify(&self.compiled.borrow(), target, files)
    }

    /// The documents of one target as one stream, in pieces, without what only a folder needs.
    ///
    /// # Errors
    /// [`UnknownTarget`] if neither the project nor hlab knows it.
    pub fn stream(&self, target: &TargetRequest) -> Result<Checked<Vec<String>>, UnknownTarget> {
        build::stream(&self.compiled.borrow(), target)
    }

    /// `rollout.json` and `ROLLOUT.md`: the order between owners; an error where things wait for each other.
    #[must_use]
    pub fn rollout(&self) -> Checked<ArtifactSet> {
        rollout::rollout(&self.compiled.borrow())
    }

    /// What is to be known of a target, by its name in the project or that of its system.
    #[must_use]
    pub fn explain_target(&self, name: &str) -> Option<String> {
        about_target::explain(&self.compiled.borrow(), name)
    }

    /// Who said a value: `vm.k3s.memory`.
    #[must_use]
    pub fn explain_path(&self, path: &str) -> Option<String> {
        explain::path(&mut self.compiled.borrow_mut(), path)
    }

    /// What a policy says and what it was applied to.
    #[must_use]
    pub fn explain_rule(&self, rule: &str) -> Option<String> {
        declared::rule(&self.compiled.borrow(), rule)
    }

    /// The incidents of the library and of the project, in the order of files.
    #[must_use]
    pub fn incidents(&self) -> Vec<doc::source::Incident> {
        let compiled = self.compiled.borrow();
        doc::source::all_incidents(&compiled.units, &compiled.sources)
    }

    /// The resources with their values, and what refers to what. Meant for a lab that [`is_whole`](Analysis::is_whole): what
    /// lacks something is left out.
    #[must_use]
    pub fn graph(&self) -> Graph {
        let compiled = &mut *self.compiled.borrow_mut();
        graph::graph(&mut compiled.program, &mut compiled.world, &compiled.units, &compiled.sources)
    }

    /// The lab as it is drawn: from what is known, if it has errors.
    #[must_use]
    pub fn map(&self) -> Lab {
        let compiled = &mut *self.compiled.borrow_mut();
        let mut out = Vec::new();
        let mut machine = Machine::new(&mut compiled.program, &mut compiled.world, &compiled.units, &mut out);
        chart::compute(&mut machine);
        let dependence = machine.dependence();
        let model = Model::new(&compiled.program, &compiled.world, &compiled.units, &compiled.sources);
        map::lab(map::Given { model: &model, diagnostics: &self.diagnostics, dependence: &dependence })
    }

    /// What the declarations say: pages about kinds, types, functions and policies.
    #[must_use]
    pub fn reference(&self, subject: Subject) -> Reference {
        let compiled = self.compiled.borrow();
        let program = &compiled.program;
        let mut resources = program.defs.resources.iter();
        let project = resources.find(|resource| program.name(resource.word) == "project");
        let project = project.filter(|_| subject == Subject::Project).map(|project| program.name(project.key));
        doc::reference(&compiled.units, &program.defs, &compiled.sources, subject, project)
    }

    /// The inputs of the project.
    #[must_use]
    pub fn inputs(&self) -> Vec<InputInfo> {
        explain::inputs(&mut self.compiled.borrow_mut())
    }

    /// What became of each policy.
    #[must_use]
    pub fn coverage(&self) -> Vec<CoverageRow> {
        let compiled = self.compiled.borrow();
        let rows = compiled.findings.coverage.iter();
        rows.map(|row| CoverageRow {
            policy: compiled.program.name(row.policy).to_owned(),
            checked: row.checked as usize,
            failed: row.failed as usize,
            allowed: row.allowed as usize,
            not_applicable: row.not_applicable as usize,
            missing: row.missing.clone(),
        })
        .collect()
    }
}

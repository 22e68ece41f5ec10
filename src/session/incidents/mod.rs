//! `hlab incidents`: whether what each outage taught still stops it, found out anew in each run.
//!
//! An `incident` names what stops it (`rules`, `types` or `laws`) and its proof: `labs`, which are refused because of that, or
//! `tests` of the project, which expect it. Here the proof is run. A rule or type is proved by a bad lab that is refused on the
//! line where the lab says so, and by its repair that is not; a law by a lab whose files keep it in every release of every target,
//! and which it finds broken after they were damaged as in the outage. What the project itself emits has to keep the laws, too.

mod drawn;
pub mod labs;

use crate::base::{MemoryWorld, World};
use crate::diag::{Diagnostic, Severity};
use crate::doc::source::{self, Incident};
use crate::session::{Analysis, Options, TargetRequest, TestReport, analyze, run_tests};
use crate::targets::law::{self, Law};
use crate::targets::{ArtifactSet, TARGETS, Target};

use labs::File;

/// What became of an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was stopped, and where: `I005/bad.hlab:5`.
    Caught(String),
    /// It was not, and why not.
    Missed(String),
    /// What it is about does not exist yet.
    Waits(String),
}

/// An incident, and what became of it in this run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What the source says of it.
    pub incident: Incident,
    /// What became of it.
    pub outcome: Outcome,
}

/// Runs the proof of every wanted incident of the library and of a project, in the order in which they are declared.
///
/// Cost: each lab is compiled once, on as many threads as there may be.
#[must_use]
pub fn run(
    world: &dyn World,
    options: &Options,
    analysis: &Analysis,
    is_wanted: &dyn Fn(&Incident) -> bool,
) -> Vec<Row> {
    let mut incidents = analysis.incidents();
    incidents.retain(is_wanted);
    let tests = incidents.iter().any(|incident| !incident.tests.is_empty()).then(|| run_tests(world, options, None));
    let own = trees(analysis);
    let row =
        |incident: &Incident| Row { outcome: outcome(incident, tests.as_ref(), &own), incident: incident.clone() };
    let threads = options.threads.clamp(1, incidents.len().max(1));
    let part = incidents.len().div_ceil(threads).max(1);
    let rows = |part: &[Incident]| part.iter().map(row).collect::<Vec<_>>();
    let rows = &rows;
    std::thread::scope(|scope| {
        let thread = |part| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || rows(part));
        let parts: Vec<_> = incidents.chunks(part).map(|part| (part, thread(part))).collect();
        let joined = parts.into_iter().map(|(part, thread)| match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(found)) => found,
            // No thread was to be had: then here.
            Ok(Err(_)) | Err(_) => rows(part),
        });
        joined.flatten().collect()
    })
}

/// Address space for the stack of a thread that runs labs, as the thread of the command line has it.
const STACK: usize = 64 << 20;

fn outcome(incident: &Incident, tests: Option<&TestReport>, own: &[Tree]) -> Outcome {
    if let Some(what) = &incident.waits {
        return Outcome::Waits(what.clone());
    }
    match proof(incident, tests, own) {
        Ok(place) => Outcome::Caught(place),
        Err(why) => Outcome::Missed(why),
    }
}

/// Where an incident was stopped, or why it was not.
fn proof(incident: &Incident, tests: Option<&TestReport>, own: &[Tree]) -> Result<String, String> {
    let mut places = Vec::new();
    for name in &incident.labs {
        let files = labs::files(name).ok_or_else(|| format!("there is no lab `{name}`"))?;
        if files.iter().any(|(file, _)| *file == BAD) {
            places.push(lab(name, files, incident)?);
        }
        for law in &incident.laws {
            places.push(of_law(law, name, files, own)?);
        }
    }
    for name in &incident.tests {
        places.push(of_test(name, tests)?);
    }
    places.into_iter().next().ok_or_else(|| "it names neither `tests` nor `labs` that would prove it".to_owned())
}

const BAD: &str = "bad.hlab";
const FIXED: &str = "fixed.hlab";
const OTHER: &str = "other.hlab";
const EMITTED: &str = "emitted.hlab";

/// A lab with the data files beside it.
fn world(files: &[File], text: &str) -> MemoryWorld {
    let data = files.iter().filter(|(name, _)| !name.ends_with(".hlab"));
    data.fold(MemoryWorld::default().with("main.hlab", text), |world, (name, text)| world.with(name, *text))
}

/// What is wrong with a lab, when it is checked or else when it is built.
fn found(files: &[File], text: &str) -> (Analysis, Vec<Diagnostic>) {
    let analysis = analyze(&world(files, text), &Options::default());
    let mut found = analysis.diagnostics.clone();
    if !analysis.has_errors() {
        for target in analysis.targets() {
            let request = TargetRequest { name: target.name, version: None, as_owner: false };
            found.extend(analysis.emit(&request).into_iter().flat_map(|emitted| emitted.diagnostics));
        }
    }
    found.retain(|diagnostic| diagnostic.severity != Severity::Note);
    (analysis, found)
}

/// Whether the bad labs of a folder are refused where they say so, by what the incident names, and their repair is not.
fn lab(name: &str, files: &[File], incident: &Incident) -> Result<String, String> {
    let (mut first, mut is_named) = (None, incident.rules.is_empty());
    for (file, text) in files.iter().filter(|(file, _)| [BAD, OTHER].contains(file)) {
        let (text, expected) = drawn::split(text);
        let (analysis, found) = found(files, &text);
        for drawn in &expected {
            if !found.iter().any(|one| drawn.is(&analysis.sources, one)) {
                return Err(format!("{name}/{file}:{} is not refused by `{}`", drawn.line, drawn.code));
            }
            is_named |= incident.rules.iter().any(|rule| drawn.is_of(rule));
            first.get_or_insert_with(|| format!("{name}/{file}:{}", drawn.line));
        }
    }
    if let Some((file, text)) = files.iter().find(|(file, _)| *file == FIXED) {
        let (_, found) = found(files, text);
        if let Some(one) = found.first() {
            return Err(format!("{name}/{file} is refused, too: {}", one.message));
        }
    }
    if !is_named {
        return Err(format!("what refuses {name} is not what it names"));
    }
    first.ok_or_else(|| format!("{name} does not say where it is refused"))
}

/// The files that a lab gives for a target.
struct Tree {
    target: &'static dyn Target,
    files: ArtifactSet,
}

/// What a lab gives for each release of each target; where it declares none of that target, for one that owns all. Nothing
/// if the lab is refused.
fn trees(analysis: &Analysis) -> Vec<Tree> {
    if analysis.has_errors() {
        return Vec::new();
    }
    let declared = analysis.targets();
    let tree = |target: &&'static dyn Target| {
        let version = Some(target.version().to_owned());
        let of_system = declared.iter().find(|known| known.system == target.name());
        let name = of_system.map_or(target.name(), |known| known.name.as_str()).to_owned();
        let request = TargetRequest { name, version, as_owner: of_system.is_none() };
        let emitted = analysis.emit(&request).ok().filter(|emitted| !emitted.has_errors())?;
        Some(Tree { target: *target, files: emitted.value })
    };
    TARGETS.iter().filter_map(tree).collect()
}

/// Where the files of a tree break a law.
fn breach(law: &Law, target: &dyn Target, files: &ArtifactSet) -> Option<law::Breach> {
    (law.breaches)(target, &law::read(files)).into_iter().next()
}

/// Whether a law holds for a lab's files in every release, finds the damage of its outage in each, and holds for the project's own.
fn of_law(name: &str, folder: &str, files: &[File], own: &[Tree]) -> Result<String, String> {
    let law = law::named(name).ok_or_else(|| format!("there is no law `{name}`"))?;
    let text = [EMITTED, FIXED].iter().find_map(|name| files.iter().find(|(file, _)| file == name));
    let (_, text) = text.ok_or_else(|| format!("{folder} holds no lab that is emitted"))?;
    let emitted = trees(&analyze(&world(files, text), &Options::default()));
    let mut place = None;
    for Tree { target, files } in &emitted {
        let release = format!("{} {}", target.name(), target.version());
        if let Some(breach) = breach(law, *target, files) {
            return Err(format!("`{name}` is broken for {release}: {}:{}, {}", breach.file, breach.line, breach.what));
        }
        let damaged = (law.damage)(*target, files);
        let damaged = damaged.ok_or_else(|| format!("{folder} has nothing for {release} that could be damaged"))?;
        let found =
            breach(law, *target, &damaged).ok_or_else(|| format!("`{name}` misses its damage for {release}"))?;
        place.get_or_insert_with(|| format!("{}:{}", found.file, found.line));
    }
    for Tree { target, files } in own {
        if let Some(breach) = breach(law, *target, files) {
            let release = format!("{} {}", target.name(), target.version());
            return Err(format!("this project breaks `{name}` for {release}: {}:{}", breach.file, breach.line));
        }
    }
    place.ok_or_else(|| format!("{folder} gives nothing that `{name}` could look at"))
}

/// Whether a test of the project is there and passes.
fn of_test(name: &str, tests: Option<&TestReport>) -> Result<String, String> {
    let test = tests.and_then(|tests| tests.tests.iter().find(|test| test.name == name));
    match test {
        None => Err(format!("there is no test \"{name}\" that could be run")),
        Some(test) if test.failures.is_empty() => Ok(test.place.clone()),
        Some(test) => Err(format!("the test \"{name}\" fails ({})", test.place)),
    }
}

/// The incidents of the library alone that name a rule, with their stories.
#[must_use]
pub fn of_rule(rule: &str) -> Vec<Incident> {
    let analysis = analyze(&MemoryWorld::default(), &Options::default());
    let mut found = analysis.incidents();
    found.retain(|incident| source::names(incident).any(|named| named == rule));
    found
}

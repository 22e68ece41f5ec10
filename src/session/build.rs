//! From a checked lab to what its targets apply: owners, what is wanted, files.

use crate::desire::{self, Parts, Wanted};
use crate::diag::{Checked, Diagnostic, Severity};
use crate::model::Model;
use crate::own::{self, Declared, Facet, Owned, Owner};
use crate::pve::Version;
use crate::session::compile::Compiled;
use crate::session::{TargetInfo, TargetRequest, UnknownTarget, errors};
use crate::targets::{self, ArtifactSet, Carries, Credential, Request, Target};
use crate::types::value::{ObjId, Value};

/// The model of a compilation.
pub(super) fn model(compiled: &Compiled) -> Model<'_> {
    Model::new(&compiled.program, &compiled.world, &compiled.units, &compiled.sources)
}

/// The system of a declared target, in its version.
pub(super) fn system(declared: &Declared) -> Option<&'static dyn Target> {
    targets::target(&declared.system, declared.version.as_deref())
}

/// Whether a target carries a facet at least in part; nothing if hlab does not know it.
fn carries(declared: &Declared, facet: Facet) -> Option<Result<(), &'static str>> {
    Some(match system(declared)?.carries(facet) {
        Carries::Whole | Carries::Partly(_) => Ok(()),
        Carries::No(why) => Err(why),
    })
}

/// Gives every facet its owner.
pub(super) fn assign(model: &Model<'_>, declared: Vec<Declared>) -> Checked<Owned> {
    own::assign(model, declared, &carries)
}

/// What can be said of a lab before anything is built: targets that nobody knows, owners that cannot, raw options, manifests.
pub(super) fn check(model: &Model<'_>) -> Vec<Diagnostic> {
    let declared = own::targets(model);
    let mut out: Vec<Diagnostic> =
        declared.iter().filter_map(|target| known(model, target).err().map(|found| *found)).collect();
    out.extend(assign(model, declared).diagnostics);
    out.extend(desire::check_raw(model));
    out.extend(desire::check_manifests(model));
    out
}

/// The targets that the project declares.
pub(super) fn infos(model: &Model<'_>) -> Vec<TargetInfo> {
    let usual = |system: &str| targets::target(system, None).map_or("", |target| target.version()).to_owned();
    let info = |target: Declared| TargetInfo {
        version: target.version.unwrap_or_else(|| usual(&target.system)),
        out: target.out.unwrap_or_else(|| target.name.clone()),
        name: target.name,
        system: target.system,
    };
    own::targets(model).into_iter().map(info).collect()
}

/// The system of a declared target, in a version that hlab knows.
fn known(model: &Model<'_>, declared: &Declared) -> Result<&'static dyn Target, Box<Diagnostic>> {
    if let Some(system) = system(declared) {
        return Ok(system);
    }
    let versions = targets::versions(&declared.system);
    Err(Box::new(match &declared.version {
        Some(version) if !versions.is_empty() => {
            let at = declared.block.and_then(|block| model.said_at(block, model.fields.target.version));
            errors::unknown_version(at.or(declared.at), &declared.system, version, &versions)
        }
        Some(_) | None => errors::unknown_system(declared.at, &declared.system, &targets::names()),
    }))
}

/// A target that was asked for: its number among the owners, and its system.
struct Asked {
    declared: Vec<Declared>,
    number: u16,
}

/// Finds a target by its name in the project, or else by its system.
fn asked(model: &Model<'_>, request: &TargetRequest) -> Result<Asked, UnknownTarget> {
    let mut declared = own::targets(model);
    let unknown = || {
        let systems = targets::TARGETS.iter().map(|target| format!("{}@{}", target.name(), target.version()));
        UnknownTarget { known: own::targets(model).into_iter().map(|target| target.name).chain(systems).collect() }
    };
    let fits =
        |system: &str| request.version.is_none() || targets::target(system, request.version.as_deref()).is_some();
    if let Some(number) = declared.iter().position(|target| target.name == request.name) {
        let target = &mut declared[number];
        if !fits(&target.system) {
            return Err(unknown());
        }
        target.version = request.version.clone().or(target.version.take());
        return Ok(Asked { declared, number: number as u16 });
    }
    if targets::target(&request.name, request.version.as_deref()).is_none() {
        return Err(unknown());
    }
    // A target that the project does not declare comes last: what is said of others stays theirs.
    declared.push(Declared { version: request.version.clone(), ..Declared::unsaid(&request.name) });
    let number = declared.len() as u16 - 1;
    Ok(Asked { declared, number })
}

/// How many guests are lowered and written at a time: enough to lose nothing, few enough to stay in the cache.
const PART: usize = 64;

/// Hands the documents of a target to `sink`, and what only a folder needs to `end`.
///
/// With an error among the diagnostics the documents are not all there, and not to be written.
fn documents(
    compiled: &Compiled,
    target: &TargetRequest,
    sink: targets::Sink<'_>,
    end: Option<targets::Sink<'_>>,
) -> Result<Vec<Diagnostic>, UnknownTarget> {
    let model = model(compiled);
    let Asked { declared, number } = asked(&model, target)?;
    let system = match known(&model, &declared[usize::from(number)]) {
        Ok(system) => system,
        Err(diagnostic) => return Ok(vec![*diagnostic]),
    };
    let owned = assign(&model, declared);
    let mut diagnostics = owned.diagnostics;
    let owned = if target.as_owner { owned.value.with_all_to(number) } else { owned.value };
    let (login, versions) = (login(&model), versions(&model));
    let declared = &owned.targets[usize::from(number)];
    let mut writer = system.writer();
    let mut parts = Parts::new(&model, &owned);
    let (before, files) = (std::mem::take(&mut parts.before), std::mem::take(&mut parts.files));
    let after = std::mem::take(&mut parts.after);
    let mut emit = |wanted: &Wanted<'_>, sink: targets::Sink<'_>| {
        let request = Request {
            desired: &wanted.desired,
            files: &files.desired,
            target: &declared.name,
            owns: &|index| wanted.owners[index] == Owner::Target(number),
            origin: &|index, path| wanted.origin(&model, &owned, index, path),
            resource: &|index| wanted.resources[index].0,
            declared: &|number| (model.address(ObjId(number)), Some(model.span(ObjId(number)))),
            version: &|node| {
                versions.iter().find(|(name, _)| *name == node).map_or(Version::V9_1, |(_, version)| *version)
            },
            login,
            provider: &declared.provider,
            provider_kind: &declared.provider_kind,
            namespace: &declared.namespace,
        };
        writer.part(&request, sink)
    };
    diagnostics.extend(emit(&before, sink));
    let mut part = Wanted::default();
    part.desired.project = files.desired.project.clone();
    while parts.containers(PART, &mut part) {
        if !parts.has_errors() {
            diagnostics.extend(emit(&part, sink));
        }
        part.clear();
    }
    diagnostics.extend(emit(&files, sink));
    while parts.vms(PART, &mut part) {
        if !parts.has_errors() {
            diagnostics.extend(emit(&part, sink));
        }
        part.clear();
    }
    diagnostics.extend(emit(&after, sink));
    diagnostics.extend(parts.diagnostics());
    if let Some(end) = end {
        writer.end(end);
    }
    Ok(diagnostics)
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The files of a target; none if there is an error.
pub(super) fn emit(compiled: &Compiled, target: &TargetRequest) -> Result<Checked<ArtifactSet>, UnknownTarget> {
    let files = std::cell::RefCell::new(ArtifactSet::default());
    let mut add = |path: &str, text: &str| files.borrow_mut().add(path, text);
    let mut end = |path: &str, text: &str| files.borrow_mut().add(path, text);
    let diagnostics = documents(compiled, target, &mut add, Some(&mut end))?;
    let files = if has_errors(&diagnostics) { ArtifactSet::default() } else { files.into_inner() };
    Ok(Checked::new(files, diagnostics))
}

/// What of the files of a target breaks its laws; nothing if the target is unknown, which is told elsewhere.
pub(super) fn verify(compiled: &Compiled, target: &TargetRequest, files: &ArtifactSet) -> Vec<Diagnostic> {
    let model = model(compiled);
    let Ok(asked) = asked(&model, target) else { return Vec::new() };
    let system = system(&asked.declared[usize::from(asked.number)]);
    system.map_or_else(Vec::new, |system| targets::law::verify(system, files))
}

/// How long a piece of a stream is, in bytes: pieces fit into memory that the compilation used and gave back, where one
/// text of a large lab would take new memory.
const PIECE: usize = 256 << 10;

/// The documents of a target as one stream, in pieces; none if there is an error.
pub(super) fn stream(compiled: &Compiled, target: &TargetRequest) -> Result<Checked<Vec<String>>, UnknownTarget> {
    let mut pieces: Vec<String> = Vec::new();
    let mut add = |_: &str, text: &str| {
        let length = "---\n".len() + text.len();
        match pieces.last_mut() {
            Some(last) if last.capacity() - last.len() >= length => last.extend(["---\n", text]),
            _ => {
                let mut piece = String::with_capacity(length.max(PIECE));
                piece.extend(["---\n", text]);
                pieces.push(piece);
            }
        }
    };
    let diagnostics = documents(compiled, target, &mut add, None)?;
    let pieces = if has_errors(&diagnostics) { Vec::new() } else { pieces };
    Ok(Checked::new(pieces, diagnostics))
}

fn versions<'m>(model: &Model<'m>) -> Vec<(&'m str, Version)> {
    let hosts = model.all(model.fields.host.shape).map(|id| crate::model::Host::new(model, id));
    hosts.map(|host| (model.name(host.id), desire::version(model, host))).collect()
}

/// With what the project logs in.
fn login(model: &Model<'_>) -> targets::Login {
    let Some(login) = model.project().and_then(|project| project.login(model)) else {
        return targets::Login::default();
    };
    let fields = &model.fields.login;
    let (credential, field) = match (login.token(model), login.user(model), login.password(model)) {
        (Value::Obj(_), _, _) => (Credential::Token, fields.token),
        (_, Some(user), Value::Obj(_) | Value::Str(_)) if model.name(user.id) == "root@pam" => {
            (Credential::Root, fields.user)
        }
        (_, Some(_), Value::Obj(_) | Value::Str(_)) => (Credential::User, fields.user),
        _ => (Credential::Unknown, u16::MAX),
    };
    targets::Login { credential, origin: model.said_at(login.id, field), ssh: login.ssh(model) }
}

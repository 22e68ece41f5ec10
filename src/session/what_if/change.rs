//! Two runs compared: the lab as it is, and as it would be with one line changed or another version of Proxmox.

use std::collections::BTreeMap;

use crate::base::{ReadError, World};
use crate::diag::{Diagnostic, Severity};
use crate::eval::show;
use crate::session::what_if::NotOne;
use crate::session::what_if::look;
use crate::session::{Analysis, Options, PveVersion, TargetRequest, analyze};
use crate::types::value::{ObjId, Value};

/// What a change comes to.
#[derive(Debug)]
pub struct Changed {
    /// The edit of a move.
    pub edit: Option<Edit>,
    /// The lab as it would be: the files of the diagnostics.
    pub after: Analysis,
    /// What is wrong then and was not before, what its targets say included.
    pub new: Vec<Diagnostic>,
    /// How many diagnostics of before are gone then.
    pub gone: usize,
    /// What to look at besides.
    pub notes: Vec<String>,
}

/// One line of a file, before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The line as it is.
    pub old: String,
    /// The line as it would be.
    pub new: String,
}

/// Why nothing can be moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoMove {
    /// A name means nothing, or several things.
    NotOne(NotOne),
    /// The thing does not say on one host that it is.
    NotOnOneHost {
        /// The thing, by address.
        thing: String,
        /// What could be done instead.
        instead: String,
    },
    /// It is there already.
    Already {
        /// The thing, by address.
        thing: String,
        /// The host.
        host: String,
    },
}

/// Moves what is `on` one host to another: one word of its head changes, and the lab is checked again.
///
/// # Errors
/// [`NoMove`] where a name is not clear, or the thing cannot be moved by its head.
pub fn moved(world: &dyn World, options: &Options, thing: &str, host: &str) -> Result<Changed, NoMove> {
    let before = analyze(world, options);
    let (edit, path, text, notes) = {
        let compiled = &mut *before.compiled.borrow_mut();
        edit(compiled, thing, host)?
    };
    let edited = Edited { world, path: &path, text: &text };
    let after = analyze(&edited, options);
    Ok(compared(&before, after, Some(edit), notes))
}

/// The lab with another version of Proxmox VE on one host.
///
/// # Errors
/// A name that is no host.
pub fn upgraded(world: &dyn World, options: &Options, host: &str, version: PveVersion) -> Result<Changed, NotOne> {
    let before = analyze(world, options);
    let find = |lab: &mut look::Lab<'_>| lab.find_host(host).map(|host| lab.name(host));
    let host = look::with(&mut before.compiled.borrow_mut(), find)?;
    Ok(with_version(world, options, &before, Some(host), version))
}

/// The lab with another version of Proxmox VE on all hosts.
pub fn all_upgraded(world: &dyn World, options: &Options, version: PveVersion) -> Changed {
    with_version(world, options, &analyze(world, options), None, version)
}

fn with_version(
    world: &dyn World,
    options: &Options,
    before: &Analysis,
    host: Option<String>,
    version: PveVersion,
) -> Changed {
    let after = analyze(world, &Options { pve: vec![(host, version)], ..options.clone() });
    let newest = PveVersion::KNOWN.iter().max().filter(|newest| **newest < version);
    let note =
        newest.map(|newest| format!("hlab knows nothing of Proxmox VE {version} yet: it is looked at as {newest}"));
    compared(before, after, None, note.into_iter().collect())
}

type Made = (Edit, String, String, Vec<String>);

fn edit(compiled: &mut crate::session::compile::Compiled, thing: &str, host: &str) -> Result<Made, NoMove> {
    let (thing, host, address, name) = look::with(compiled, |lab| {
        let thing = lab.find(thing).map_err(NoMove::NotOne)?;
        let host = lab.find_host(host).map_err(NoMove::NotOne)?;
        let (address, name) = (lab.address(thing), lab.name(host));
        if lab.host_of(thing) == Some(host) {
            return Err(NoMove::Already { thing: address, host: name });
        }
        Ok((thing, host, address, name))
    })?;
    let not_on_one = |instead: &str| NoMove::NotOnOneHost { thing: address.clone(), instead: instead.to_owned() };
    if !compiled.world.is_resource(thing) {
        return Err(not_on_one("it is a part of its host: move its lines from one host to the other"));
    }
    let resource = *compiled.program.defs.get(compiled.world.resource(thing));
    let is_one = matches!(compiled.world.home(thing).on, Value::Obj(_)) && resource.head.on != 0;
    if !is_one {
        return Err(not_on_one("only what stands `on` one host can be moved"));
    }
    let span = compiled.units[resource.unit as usize].tree.span(resource.head.on + 1);
    let file = compiled.sources.file(span.file);
    // Whatever a loop makes has one head for all of them.
    if file.text[span.range()].trim_matches('"').rsplit('.').next() != host_name(compiled, thing).as_deref() {
        return Err(not_on_one("its head is written for several at once: write this one out"));
    }
    let key = compiled.world.object(host).key;
    let written = show::key_of(&compiled.program, &compiled.world, key).unwrap_or(name);
    let mut text = String::with_capacity(file.text.len() + written.len());
    text.push_str(&file.text[..span.start as usize]);
    text.push_str(&written);
    text.push_str(&file.text[span.end as usize..]);
    let line = file.position(span.start as usize).line;
    let nth = |text: &str| text.lines().nth(line - 1).unwrap_or_default().to_owned();
    let edit = Edit { path: file.path.clone(), line, old: nth(&file.text), new: nth(&text) };
    let path = file.path.clone();
    let notes = look::with(compiled, |lab| observed(lab, thing));
    Ok((edit, path, text, notes))
}

/// The key of the host that a thing is on.
fn host_name(compiled: &crate::session::compile::Compiled, thing: ObjId) -> Option<String> {
    let Value::Obj(host) = compiled.world.home(thing).on else { return None };
    let Value::Str(key) = compiled.world.object(host).key else { return None };
    Some(compiled.program.name(key).to_owned())
}

/// What a thing says that was seen on its old host.
fn observed(lab: &mut look::Lab<'_>, thing: ObjId) -> Vec<String> {
    if lab.word(thing) != "device" {
        return Vec::new();
    }
    let seen = ["port", "at", "group"]
        .into_iter()
        .filter(|field| !matches!(lab.field(thing, field), Value::Null | Value::Poison));
    let seen: Vec<String> = seen.map(|field| format!("`{field}`")).collect();
    if seen.is_empty() {
        return Vec::new();
    }
    vec![format!("{} was seen on the old host: look again after moving it", seen.join(" and "))]
}

fn compared(before: &Analysis, after: Analysis, edit: Option<Edit>, notes: Vec<String>) -> Changed {
    let mut known: BTreeMap<Known, usize> = BTreeMap::new();
    let (old, now) = (all(before), all(&after));
    for diagnostic in &old {
        *known.entry(key(before, diagnostic)).or_default() += 1;
    }
    let mut new = Vec::new();
    for diagnostic in now {
        match known.get_mut(&key(&after, &diagnostic)) {
            Some(count) if *count > 0 => *count -= 1,
            Some(_) | None => new.push(diagnostic),
        }
    }
    let gone = known.values().sum();
    Changed { edit, after, new, gone, notes }
}

/// What is wrong with a lab, and what its targets say of it where it compiles.
fn all(analysis: &Analysis) -> Vec<Diagnostic> {
    let mut all = analysis.diagnostics.clone();
    if analysis.has_errors() {
        return all;
    }
    for target in analysis.targets() {
        let request = TargetRequest { name: target.name, version: None, as_owner: false };
        if let Ok(emitted) = analysis.emit(&request) {
            all.extend(emitted.diagnostics);
        }
    }
    all
}

/// What tells two diagnostics apart: a change of one line moves no other.
type Known = (String, Severity, String, String, usize);

fn key(analysis: &Analysis, diagnostic: &Diagnostic) -> Known {
    let (path, line) = diagnostic.primary.as_ref().map_or_else(Default::default, |label| {
        let file = analysis.sources.file(label.span.file);
        (file.path.clone(), file.position(label.span.start as usize).line)
    });
    (diagnostic.code.id(), diagnostic.severity, diagnostic.message.clone(), path, line)
}

/// A world with one file's text changed.
struct Edited<'a> {
    world: &'a dyn World,
    path: &'a str,
    text: &'a str,
}

impl World for Edited<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == self.path { Ok(self.text.as_bytes().to_vec()) } else { self.world.read(path) }
    }

    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        self.world.list()
    }

    fn files(&self, path: &str) -> Result<Vec<String>, ReadError> {
        self.world.files(path)
    }

    fn root(&self) -> Option<String> {
        self.world.root()
    }
}

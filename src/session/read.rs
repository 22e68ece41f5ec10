//! Files in: bytes to texts, with what is wrong with the bytes.

use crate::base::{Origin, ReadError, SourceFile, Sources, World};
use crate::diag::Diagnostic;
use crate::syntax::errors;
use crate::syntax::tree::{NodeKind, Tree};
use crate::types::DataFiles;
use std::sync::Arc;

/// The largest source file that is read, in bytes.
pub const SOURCE_LIMIT: usize = 64 << 20;

/// Reads the project's files (those that `wanted` takes) behind those in `sources` already.
pub fn read(world: &dyn World, sources: &mut Sources, wanted: &dyn Fn(&str) -> bool, out: &mut Vec<Diagnostic>) {
    sources.root = world.root();
    let (paths, unreadable) = world.list();
    for (path, problem) in unreadable {
        out.push(errors::unreadable_file(&path, &describe(&problem)));
    }
    for path in paths.into_iter().filter(|path| wanted(path)) {
        match world.read(&path) {
            Ok(bytes) if bytes.len() > SOURCE_LIMIT => {
                out.push(errors::file_too_large(&path, bytes.len() as u64, SOURCE_LIMIT as u64));
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    sources.add(SourceFile::new(path, without_mark(text), Origin::Project));
                }
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
                    out.push(errors::not_utf8(&path, line, at));
                }
            },
            Err(ReadError::TooLarge { size, limit }) => out.push(errors::file_too_large(&path, size, limit)),
            Err(problem) => out.push(errors::unreadable_file(&path, &describe(&problem))),
        }
    }
}

/// Reads the files that `file("…")`, `yaml("…")` and `json("…")` name with a constant path, and those below what
/// `crds("…")` names.
pub fn data(world: &dyn World, sources: &Sources, trees: &[Arc<Tree>]) -> DataFiles {
    let mut found = DataFiles::default();
    for tree in trees {
        let file = sources.file(tree.file);
        if file.origin == Origin::Library || !names_data(&file.text) {
            continue;
        }
        for (at, node) in tree.nodes.iter().enumerate() {
            let at = at as u32;
            if node.kind != NodeKind::Call || !CALLS.contains(&tree.text(at + 1, &file.text)) {
                continue;
            }
            let Some(arg) = tree.children(at).nth(1).filter(|arg| tree.kind(*arg) == NodeKind::Str) else { continue };
            let written = crate::syntax::unquote(tree.text(arg, &file.text));
            let Some(path) = crate::types::data::beside(&file.path, &written) else { continue };
            if tree.text(at + 1, &file.text) != "crds" {
                text(world, path, &mut found);
            } else if !found.folders.contains_key(&path) {
                let files = world.files(&path).map_err(|problem| describe(&problem));
                files.iter().flatten().for_each(|file| text(world, file.clone(), &mut found));
                found.folders.insert(path, files);
            }
        }
    }
    found
}

/// The calls that name files.
const CALLS: [&str; 4] = ["file", "yaml", "json", "crds"];

/// Takes in the text of a data file.
fn text(world: &dyn World, path: String, found: &mut DataFiles) {
    found.texts.entry(path).or_insert_with_key(|path| match world.read(path) {
        Ok(bytes) if bytes.len() > SOURCE_LIMIT => Err(format!("it is larger than {SOURCE_LIMIT} bytes")),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Arc::from(without_mark(text))),
            Err(_) => Err("it is not UTF-8 text".to_owned()),
        },
        Err(problem) => Err(describe(&problem)),
    });
}

/// Whether a text may name a data file; most do not, and then its tree need not be searched.
fn names_data(text: &str) -> bool {
    let mut calls = memchr::memmem::find_iter(text.as_bytes(), b"(\"");
    calls.any(|at| CALLS.iter().any(|call| text[..at].ends_with(call)))
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn describe(problem: &ReadError) -> String {
    match problem {
        ReadError::NotFound => "there is no such file".to_owned(),
        ReadError::TooLarge { size, limit } => format!("it has {size} bytes, and {limit} is the most"),
        ReadError::Outside => "it lies outside of the project".to_owned(),
        ReadError::Other(text) => text.clone(),
    }
}

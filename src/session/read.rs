//! Files in: bytes to texts, with what is wrong with the bytes.

use crate::base::{Origin, ReadError, SourceFile, Sources, World};
use crate::diag::Diagnostic;
use crate::syntax::errors;

/// The largest source file that is read, in bytes.
pub const SOURCE_LIMIT: usize = 64 << 20;

/// Reads the project's files (those that `wanted` takes) behind those in `sources` already.
pub fn read(world: &dyn World, sources: &mut Sources, wanted: &dyn Fn(&str) -> bool, out: &mut Vec<Diagnostic>) {
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

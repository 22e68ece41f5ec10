//! Texts to trees, on one thread or several: the same trees and diagnostics in the same order.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::base::{FileId, SourceFile, Sources};
use crate::diag::Diagnostic;
use crate::syntax::tree::Tree;

/// The least text for which another thread is worth starting, in bytes: parsing it takes some milliseconds. The library is not
/// worth one: memory for another thread costs as much.
const WORTH: usize = 512 << 10;
/// Stack of a parsing thread: nesting is bounded, but the default of some systems is small.
const STACK: usize = 16 << 20;

/// What one run of files gives.
type Run = (Vec<Arc<Tree>>, Vec<Diagnostic>);

/// Parses every file, in the order of `sources`.
///
/// Files are cut into contiguous runs of about equal text, so one large file among small ones gains nothing: a file is
/// never cut.
pub fn trees(sources: &Sources, threads: usize, out: &mut Vec<Diagnostic>) -> Vec<Arc<Tree>> {
    let files: Vec<_> = sources.files().collect();
    let runs = runs(&files, threads);
    let done: Vec<Run> = std::thread::scope(|scope| {
        let (last, others) = match runs.split_last() {
            Some((last, others)) => (*last, others),
            None => (&files[..], &[][..]),
        };
        let started: Vec<_> = others.iter().map(|run| start(scope, run)).collect();
        let last = parse(last);
        let others = started.into_iter().map(Started::finish);
        others.chain(std::iter::once(last)).collect()
    });
    let mut trees = Vec::with_capacity(files.len());
    for (mut more, found) in done {
        trees.append(&mut more);
        out.extend(found);
    }
    trees
}

/// A run on its way.
enum Started<'scope> {
    Elsewhere(ScopedJoinHandle<'scope, Run>),
    Done(Run),
}

impl Started<'_> {
    fn finish(self) -> Run {
        match self {
            Started::Elsewhere(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Started::Done(run) => run,
        }
    }
}

/// Parses a run on a thread of its own, or at once where the system gives none.
fn start<'scope>(scope: &'scope Scope<'scope, '_>, run: &'scope [(FileId, &'scope SourceFile)]) -> Started<'scope> {
    match Builder::new().stack_size(STACK).spawn_scoped(scope, || parse(run)) {
        Ok(thread) => Started::Elsewhere(thread),
        Err(_) => Started::Done(parse(run)),
    }
}

fn parse(run: &[(FileId, &SourceFile)]) -> Run {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::with_capacity(run.len());
    for (id, file) in run {
        let parsed = crate::syntax::parse(*id, &file.text);
        diagnostics.extend(parsed.diagnostics);
        trees.push(Arc::new(parsed.value));
    }
    (trees, diagnostics)
}

/// Cuts files into at most `threads` contiguous runs, each with about the same text: a file goes where its middle lies.
/// A run that is not worth a thread goes with its neighbour.
fn runs<'a, 'b>(files: &'a [(FileId, &'b SourceFile)], threads: usize) -> Vec<&'a [(FileId, &'b SourceFile)]> {
    let total: usize = files.iter().map(|(_, file)| file.text.len()).sum();
    let count = threads.clamp(1, (total / WORTH).max(1));
    let mut before = 0;
    let numbered: Vec<(usize, usize)> = files
        .iter()
        .map(|(_, file)| {
            let middle = before + file.text.len() / 2;
            before += file.text.len();
            ((middle * count / total.max(1)).min(count - 1), file.text.len())
        })
        .collect();
    let mut sizes: Vec<(usize, usize)> = Vec::new();
    for run in numbered.chunk_by(|(one, _), (next, _)| one == next) {
        let (files, text) = (run.len(), run.iter().map(|(_, text)| text).sum());
        match sizes.last_mut() {
            Some(last) if last.1 < WORTH || text < WORTH => *last = (last.0 + files, last.1 + text),
            _ => sizes.push((files, text)),
        }
    }
    let mut rest = files;
    sizes.into_iter().map(|(files, _)| rest.split_off(..files).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::{WORTH, runs, trees};
    use crate::base::{Origin, SourceFile, Sources};

    fn sources(texts: &[String]) -> Sources {
        let mut sources = Sources::default();
        for (number, text) in texts.iter().enumerate() {
            sources.add(SourceFile::new(format!("{number}.hlab"), text.clone(), Origin::Project));
        }
        sources
    }

    /// Vms of about so many bytes, with an error at the end.
    fn text(bytes: usize) -> String {
        let mut text = String::new();
        while text.len() < bytes {
            text.push_str("vm a on h { memory = 4GiB, disk scsi0 { size = 8GiB } }\n");
        }
        text + "vm b on h { memory = }\n"
    }

    #[test]
    fn many_threads_give_what_one_gives() {
        let sources = sources(&[text(10), text(WORTH), text(WORTH), text(20), text(WORTH / 2), text(WORTH)]);
        let (mut one, mut many) = (Vec::new(), Vec::new());
        let trees_of_one = trees(&sources, 1, &mut one);
        for threads in [2, 3, 8, 100] {
            many.clear();
            let trees_of_many = trees(&sources, threads, &mut many);
            assert_eq!(many, one, "{threads} threads");
            assert_eq!(format!("{trees_of_many:?}"), format!("{trees_of_one:?}"), "{threads} threads");
        }
        assert_eq!(one.len(), 6, "one error a file: {one:?}");
    }

    #[test]
    fn runs_hold_every_file_once_and_little_text_is_one_run() {
        for sizes in [
            vec![],
            vec![0, 0],
            vec![10, 20],
            vec![WORTH * 4, 10],
            vec![10, WORTH * 4],
            vec![WORTH / 2, WORTH * 9, WORTH / 2],
            vec![WORTH; 9],
        ] {
            let texts: Vec<String> = sizes.iter().map(|size| " ".repeat(*size)).collect();
            let sources = sources(&texts);
            let files: Vec<_> = sources.files().collect();
            for threads in [0, 1, 2, 4, 64] {
                let cut = runs(&files, threads);
                let ids: Vec<_> = cut.concat().iter().map(|(id, _)| *id).collect();
                assert_eq!(ids, files.iter().map(|(id, _)| *id).collect::<Vec<_>>());
                assert!(cut.len() <= threads.max(1), "{} runs for {threads} threads", cut.len());
                let text = |run: &&[(_, &SourceFile)]| run.iter().map(|(_, file)| file.text.len()).sum::<usize>();
                assert!(
                    cut.len() <= 1 || cut.iter().map(text).all(|text| text >= WORTH),
                    "{sizes:?}, {threads} threads"
                );
            }
        }
    }
}

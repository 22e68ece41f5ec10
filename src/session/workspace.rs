//! A project whose files change: the pipeline, remembered between edits.
//!
//! A [`Workspace`] keeps the tree of every file. An edit reads the item again that it touches
//! ([`parse_again`]); everything behind the parser is computed anew, which a lab of ten thousand guests bears many
//! times a second. What the files came to is an [`Analysis`], the same that the command line has.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{FileId, Origin, SourceFile, Sources, Stop, TextEdit, World};
use crate::diag::{Checked, Diagnostic};
use crate::policy::{Known, Past};
use crate::session::changed::{self, Read};
use crate::session::compile::{self, Parsed};
use crate::session::ground::{Ground, parsed_library};
use crate::session::{Analysis, Options, read};
use crate::syntax::tree::Tree;
use crate::syntax::{Before, parse, parse_again};
use crate::types::DataFiles;

/// One file of the project with its tree.
#[derive(Clone, Debug)]
struct File {
    source: Arc<SourceFile>,
    read: Checked<Arc<Tree>>,
}

/// The files of one project, parsed. A copy costs little: texts and trees are shared.
#[derive(Clone, Default, Debug)]
pub struct Workspace {
    /// By path; files of the library and of tests have none here.
    files: BTreeMap<String, File>,
    /// What could not be read, by path.
    unreadable: BTreeMap<String, Vec<Diagnostic>>,
    /// Whether files came or went, so that their numbers no longer fit.
    is_renumbered: bool,
    /// CRDs that were read.
    crds: crate::kube::Memory,
    /// The last analysis, and on what it was made.
    last: Option<Last>,
}

/// What a later analysis may rely on.
#[derive(Clone, Debug)]
struct Last {
    files: Vec<Read>,
    data: DataFiles,
    lock: Option<String>,
    inputs: Vec<(String, String)>,
    past: Past,
}

impl Workspace {
    /// Takes in every file of a world that a compilation reads; what was known before is forgotten.
    pub fn load(&mut self, world: &dyn World) {
        self.files.clear();
        self.unreadable.clear();
        let (mut sources, mut problems) = (Sources::default(), Vec::new());
        read::read(world, &mut sources, &|_| true, &mut problems);
        if !problems.is_empty() {
            self.unreadable.insert(String::new(), problems);
        }
        for (_, file) in sources.files() {
            self.set(&file.path, file.text.clone());
        }
    }

    /// Gives a file a new text, or takes it in.
    pub fn set(&mut self, path: &str, text: String) {
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        let id = self.files.get(path).map(|file| file.read.value.file);
        self.is_renumbered |= id.is_none();
        let read = parse(id.unwrap_or(FileId(0)), &text);
        let read = Checked::new(Arc::new(read.value), read.diagnostics);
        let source = Arc::new(SourceFile::new(path.to_owned(), text, Origin::Project));
        self.files.insert(path.to_owned(), File { source, read });
    }

    /// Replaces a range of bytes of a file; a range that is none of the text is not looked at.
    pub fn edit(&mut self, path: &str, range: &Range<usize>, with: &str) {
        let Some(file) = self.files.get_mut(path) else { return };
        let old = &file.source.text;
        if old.get(range.clone()).is_none() {
            return;
        }
        let mut text = String::with_capacity(old.len() + with.len());
        text.push_str(&old[..range.start]);
        text.push_str(with);
        text.push_str(&old[range.end..]);
        let before = Before { text: old, tree: &file.read.value, diagnostics: &file.read.diagnostics };
        let again = parse_again(&before, &text, range, with.len());
        let read = again.unwrap_or_else(|| parse(file.read.value.file, &text));
        file.read = Checked::new(Arc::new(read.value), read.diagnostics);
        file.source = Arc::new(SourceFile::new(path.to_owned(), text, Origin::Project));
    }

    /// Applies edits of one moment to the files of the project; those of the library are not the project's.
    pub fn apply(&mut self, sources: &Sources, edits: &[TextEdit]) {
        let mut edits: Vec<&TextEdit> = edits.iter().collect();
        // From the end of each file to its start, so that no edit moves the place of another.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
        for edit in edits {
            let file = sources.file(edit.span.file);
            if file.origin == Origin::Project {
                self.edit(&file.path, &edit.span.range(), &edit.text);
            }
        }
    }

    /// Forgets a file.
    pub fn remove(&mut self, path: &str) {
        self.is_renumbered |= self.files.remove(path).is_some();
    }

    /// The paths of the files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A file as it is now.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(path).map(|file| &file.source)
    }

    /// Its tree.
    #[must_use]
    pub fn tree(&self, path: &str) -> Option<&Arc<Tree>> {
        self.files.get(path).map(|file| &file.read.value)
    }

    /// Runs the front end over the files as they are. `world` has the data files that they name.
    ///
    /// Of a tests' file the tests take part, so that one can ask what they mean; nothing else in it does.
    ///
    /// `None` if `options.stop` came true: then nothing of it may be used.
    pub fn analyze(&mut self, world: &dyn World, options: &Options) -> Option<Analysis> {
        if std::mem::take(&mut self.is_renumbered) {
            self.number();
        }
        let (mut sources, mut trees) = (Sources::default(), Vec::new());
        for (file, tree) in parsed_library() {
            sources.add(file.clone());
            trees.push(tree.clone());
        }
        let mut diagnostics: Vec<Diagnostic> = self.unreadable.values().flatten().cloned().collect();
        for file in self.files.values() {
            let id = sources.add(file.source.clone());
            diagnostics.extend(file.read.diagnostics.iter().cloned());
            debug_assert_eq!(id, file.read.value.file);
            trees.push(file.read.value.clone());
        }
        let data = read::data(world, &sources, &trees);
        let files: Vec<Read> = self.files.values().map(|file| (file.source.clone(), file.read.value.clone())).collect();
        let known = self.known(&files, &data, options);
        let (crds, ground) = (self.crds.clone(), Some(Ground::get()));
        let parsed = Parsed { sources, trees, data: data.clone(), crds, known, ground };
        let mut analysis = compile::analysis(parsed, options, diagnostics);
        // What is asked later is waited for.
        analysis.compiled().world.stop = None;
        if options.stop.as_ref().is_some_and(Stop::is_over) {
            return None;
        }
        let compiled = analysis.compiled();
        let past = Past::of(&compiled.program, &compiled.world, &compiled.findings);
        let (lock, inputs) = (options.lock.clone(), options.inputs.clone());
        self.last = past.map(|past| Last { files, data, lock, inputs, past });
        Some(analysis)
    }

    /// What the last analysis found, where only fields of resources changed since.
    fn known(&self, files: &[Read], data: &DataFiles, options: &Options) -> Option<Known> {
        let last = self.last.as_ref()?;
        if last.data != *data || last.lock != options.lock || last.inputs != options.inputs {
            return None;
        }
        let changes = changed::changes(&last.files, files)?;
        Some(Known { past: last.past.clone(), changes })
    }

    /// Gives every file the number that it has among the sources.
    fn number(&mut self) {
        let first = parsed_library().len() as u32;
        for (file, number) in self.files.values_mut().zip(first..) {
            if file.read.value.file != FileId(number) {
                let read = parse(FileId(number), &file.source.text);
                file.read = Checked::new(Arc::new(read.value), read.diagnostics);
            }
        }
    }
}

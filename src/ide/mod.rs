//! Questions that an editor asks, as pure functions: a [`Snapshot`], a file and an offset in; plain data out.
//!
//! Nothing here knows a protocol, a position in lines, or a disk. A snapshot is one [`Analysis`] with a memory of what the
//! nodes of its items mean ([`crate::types::notes`]); [`cursor`] finds the node that a question is about, [`target`] the
//! thing that the node names, and each further file answers one kind of question.

pub mod actions;
pub mod complete;
pub mod cursor;
pub mod fold;
pub mod goto;
pub mod hover;
pub mod inlay;
pub mod layout;
pub mod rename;
pub mod symbols;
pub mod target;
pub mod tokens;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::base::{FileId, Origin, Span};
use crate::diag::Diagnostic;
use crate::hir::Item;
use crate::session::Analysis;
use crate::session::compile::Compiled;
use crate::syntax::tree::Tree;
use crate::types::notes::{self, Note};
use crate::types::value::ObjId;

/// A project as it is at one moment, and what was found out about it so far.
#[derive(Debug)]
pub struct Snapshot {
    analysis: Analysis,
    notes: FxHashMap<(u32, u32), Rc<[Note]>>,
}

impl Snapshot {
    /// The snapshot of an analysis.
    #[must_use]
    pub fn new(analysis: Analysis) -> Snapshot {
        Snapshot { analysis, notes: FxHashMap::default() }
    }

    /// What is wrong with the project.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.analysis.diagnostics
    }

    /// The analysis.
    #[must_use]
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// The compilation, which may evaluate what nobody read so far.
    pub(crate) fn compiled(&mut self) -> &mut Compiled {
        self.analysis.compiled()
    }

    /// The file of a path, of the project or of the library.
    #[must_use]
    pub fn file(&self, path: &str, origin: Origin) -> Option<FileId> {
        let mut files = self.analysis.sources.files();
        files.find(|(_, file)| file.origin == origin && file.path == path).map(|(id, _)| id)
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        &self.analysis.sources.file(file).text
    }

    /// The text under a span.
    #[must_use]
    pub fn text_of(&self, span: Span) -> &str {
        self.analysis.sources.text(span)
    }

    /// The number of the unit of a file.
    pub(crate) fn unit(&mut self, file: FileId) -> Option<u32> {
        let units = &self.compiled().units;
        units.iter().position(|unit| unit.file == file).map(|number| number as u32)
    }

    /// The tree of a unit.
    pub(crate) fn tree(&mut self, unit: u32) -> std::sync::Arc<Tree> {
        self.compiled().units[unit as usize].tree.clone()
    }

    /// What the nodes of an item mean, found out on the first question.
    pub(crate) fn notes(&mut self, unit: u32, item: &Item) -> Rc<[Note]> {
        if let Some(known) = self.notes.get(&(unit, item.node)) {
            return known.clone();
        }
        let compiled = self.analysis.compiled();
        let found = notes::of_item(&mut compiled.program, &compiled.units, &compiled.sources, unit, item);
        let found: Rc<[Note]> = found.into();
        self.notes.insert((unit, item.node), found.clone());
        found
    }

    /// The span of a node of the program.
    pub(crate) fn span(&mut self, at: crate::types::expr::NodeRef) -> Span {
        crate::types::span_of(&self.compiled().units, at)
    }

    /// The documentation above a place.
    pub(crate) fn doc(&self, span: Span) -> String {
        crate::syntax::tree::doc_before(self.text(span.file), span.start as usize)
    }

    /// Whether a file is the library's, which nobody edits.
    #[must_use]
    pub fn is_library(&self, file: FileId) -> bool {
        self.analysis.sources.file(file).origin == Origin::Library
    }

    /// Whether an object was made: an item with errors in its head has none.
    pub(crate) fn is_made(&mut self, object: ObjId) -> bool {
        let world = &self.compiled().world;
        world.objects.get(object.0 as usize).is_some_and(|object| object.shape.0 != u16::MAX)
    }
}

//! Source files, positions in them, and edits to them.

use std::sync::{Arc, OnceLock};

/// A source file, as a number into [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` in `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span { file, start: start as u32, end: end as u32 }
    }

    /// The bytes as a range, for slicing.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The empty span at the start of this one.
    #[must_use]
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty span at the end of this one.
    #[must_use]
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// Where a file comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A file of the project.
    Project,
    /// A file of the embedded standard library.
    Library,
}

/// A position as people count: both from 1, the column in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in Unicode scalar values.
    pub column: usize,
}

/// One file: its path as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the project root, with `/`; `std/…` for the library.
    pub path: String,
    /// The text, valid UTF-8, without a byte order mark.
    pub text: String,
    /// Project or library.
    pub origin: Origin,
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// A file with this path and text.
    #[must_use]
    pub fn new(path: String, text: String, origin: Origin) -> SourceFile {
        SourceFile { path, text, origin, line_starts: OnceLock::new() }
    }

    /// Byte offsets at which lines start; made on first use.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(breaks.map(|at| at as u32 + 1)).collect()
        })
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, offset: usize) -> LineColumn {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start as usize <= offset);
        let column = self.text[starts[line - 1] as usize..offset].chars().count() + 1;
        LineColumn { line, column }
    }
}

/// All files of one compilation, and which of their bytes may never be shown.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
    tainted: Vec<Span>,
    /// The absolute path of the project's folder, if what is shown may link to its files.
    pub root: Option<String>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, file: impl Into<Arc<SourceFile>>) -> FileId {
        self.files.push(file.into());
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Every file with its id, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file.as_ref()))
    }

    /// The text under a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.range()]
    }

    /// Marks a span as holding a secret: no renderer shows its text.
    pub fn taint(&mut self, span: Span) {
        self.tainted.push(span);
    }

    /// The spans that hold secrets.
    #[must_use]
    pub fn tainted(&self) -> &[Span] {
        &self.tainted
    }
}

/// A replacement of one span by new text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there instead.
    pub text: String,
}

//! Positions, ranges and URIs: between what the protocol counts and what the compiler counts.

use std::path::{Path, PathBuf};

use lsp_types::{Position, PositionEncodingKind, Range, Uri};

use crate::base::{SourceFile, Span};

/// In which units the client counts within a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client knows.
    Utf16,
}

impl Encoding {
    /// What to count in with a client that offers these.
    pub(super) fn of(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        match offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) {
            true => Encoding::Utf8,
            false => Encoding::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// The byte of a position; one that lies outside is the nearest that lies inside.
pub(super) fn offset(file: &SourceFile, position: Position, encoding: Encoding) -> usize {
    let starts = file.line_starts();
    let Some(start) = starts.get(position.line as usize).map(|start| *start as usize) else { return file.text.len() };
    let end = starts.get(position.line as usize + 1).map_or(file.text.len(), |next| *next as usize - 1);
    let line = file.text[start..end].trim_end_matches('\r');
    let wanted = position.character as usize;
    let mut counted = 0;
    for (at, character) in line.char_indices() {
        if counted >= wanted {
            return start + at;
        }
        counted += match encoding {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
        };
    }
    start + line.len()
}

/// The position of a byte.
pub(super) fn position(file: &SourceFile, offset: usize, encoding: Encoding) -> Position {
    let mut offset = offset.min(file.text.len());
    while !file.text.is_char_boundary(offset) {
        offset -= 1;
    }
    let starts = file.line_starts();
    let line = starts.partition_point(|start| *start as usize <= offset) - 1;
    let before = &file.text[starts[line] as usize..offset];
    let character = match encoding {
        Encoding::Utf8 => before.len(),
        Encoding::Utf16 => before.encode_utf16().count(),
    };
    Position { line: line as u32, character: character as u32 }
}

/// The range of a span.
pub(super) fn range(file: &SourceFile, span: Span, encoding: Encoding) -> Range {
    Range { start: position(file, span.start as usize, encoding), end: position(file, span.end as usize, encoding) }
}

/// The path that a file URI names.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    url::Url::parse(uri.as_str()).ok()?.to_file_path().ok()
}

/// The URI of an absolute path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    url::Url::from_file_path(path).ok()?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::{Encoding, offset, path_of, position, uri_of};
    use crate::base::{Origin, SourceFile};

    fn file(text: &str) -> SourceFile {
        SourceFile::new("a.hlab".to_owned(), text.to_owned(), Origin::Project)
    }

    #[test]
    fn columns_are_counted_as_the_client_counts() {
        let file = file("vm a\n// 🦀é x\r\nend");
        let x = file.text.find(" x").expect("it is there");
        assert_eq!(position(&file, x, Encoding::Utf8), Position { line: 1, character: 9 });
        assert_eq!(position(&file, x, Encoding::Utf16), Position { line: 1, character: 6 });
        assert_eq!(offset(&file, Position { line: 1, character: 9 }, Encoding::Utf8), x);
        assert_eq!(offset(&file, Position { line: 1, character: 6 }, Encoding::Utf16), x);
    }

    #[test]
    fn what_lies_outside_is_the_nearest_that_lies_inside() {
        let file = file("ab\r\ncd");
        assert_eq!(offset(&file, Position { line: 0, character: 99 }, Encoding::Utf16), 2);
        assert_eq!(offset(&file, Position { line: 9, character: 0 }, Encoding::Utf16), 6);
        assert_eq!(position(&file, 99, Encoding::Utf16), Position { line: 1, character: 2 });
    }

    #[cfg(unix)]
    #[test]
    fn a_path_survives_its_uri() {
        for path in ["/srv/my lab/ü#?%20.hlab", "/a/b.hlab"] {
            let uri = uri_of(std::path::Path::new(path)).expect("an absolute path has a URI");
            assert_eq!(path_of(&uri).expect("it is a file's"), std::path::Path::new(path));
        }
    }
}

//! Diagnostics for people, drawn by codespan-reporting from excerpts; and the one-line form for CI logs.

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term;
use codespan_reporting::term::termcolor::Buffer;

use super::excerpt::{Excerpt, TALL, excerpts};
use super::shown::Shown;
use super::{Diagnostic, Severity};

/// One diagnostic with its source lines, labels, notes, help and fixes; ends with an empty line.
#[must_use]
pub fn human(shown: &Shown<'_>, diagnostic: &Diagnostic, is_colored: bool) -> String {
    let pieces = Pieces::new(excerpts(shown, diagnostic, TALL), is_colored);
    let labels = pieces.excerpts.iter().enumerate().flat_map(|(id, piece)| {
        piece.marks.iter().map(move |mark| {
            let style = if mark.is_primary { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
            codespan::Label::new(style, id, mark.range.clone()).with_message(mark.text.as_str())
        })
    });
    let drawn = codespan::Diagnostic::new(severity(diagnostic.severity))
        .with_code(shown.line(&diagnostic.code.id()))
        .with_message(shown.line(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(closing_lines(shown, diagnostic));
    let mut buffer = if is_colored { Buffer::ansi() } else { Buffer::no_color() };
    match term::emit_to_write_style(&mut buffer, &term::Config::default(), &pieces, &drawn) {
        Ok(()) => String::from_utf8_lossy(buffer.as_slice()).into_owned(),
        // Only an excerpt that contradicts itself gets here; the message still has to reach the reader.
        Err(_) => format!("{}\n\n", short(shown, diagnostic)),
    }
}

/// One diagnostic on one line: `guests.hlab:4:12: error[HL0311]: expected a size, found the number 4`.
#[must_use]
pub fn short(shown: &Shown<'_>, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary.as_ref().map(|label| shown.place(label.span));
    let place = place.map(|place| format!("{}:{}:{}: ", place.path, place.start.line, place.start.column));
    let word = diagnostic.severity.word();
    let code = shown.line(&diagnostic.code.id());
    format!("{}{word}[{code}]: {}", place.unwrap_or_default(), shown.line(&diagnostic.message))
}

/// Notes, help and the titles of the fixes, each fit to be shown; several lines where the text has several.
pub(super) fn closing_lines(shown: &Shown<'_>, diagnostic: &Diagnostic) -> Vec<String> {
    let tagged = |tag: &str, text: &str| {
        let lines = shown.lines(text);
        format!("{tag}: {}", lines.join(&format!("\n{}", " ".repeat(tag.len() + 2))))
    };
    let notes = diagnostic.notes.iter().map(|note| tagged("note", note));
    let help = diagnostic.help.iter().map(|help| tagged("help", help));
    let fixes = diagnostic.fixes.iter().filter(|fix| !is_told(diagnostic, &fix.title));
    let fixes = fixes.map(|fix| tagged("fix", &fix.title));
    notes.chain(help).chain(fixes).collect()
}

/// Whether the help says what a fix does: in the same words, or with the same text in backticks.
fn is_told(diagnostic: &Diagnostic, title: &str) -> bool {
    let quoted: Vec<&str> = title.split('`').skip(1).step_by(2).collect();
    diagnostic.help.iter().any(|help| {
        help == title || (!quoted.is_empty() && quoted.iter().all(|text| help.contains(&format!("`{text}`"))))
    })
}

fn severity(severity: Severity) -> codespan::Severity {
    match severity {
        Severity::Note => codespan::Severity::Note,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Error => codespan::Severity::Error,
    }
}

/// Excerpts as codespan wants files: each is a file, with the real line and column numbers.
struct Pieces {
    excerpts: Vec<Excerpt>,
    /// What heads each: its path, which may be a link.
    names: Vec<String>,
}

impl Pieces {
    fn new(excerpts: Vec<Excerpt>, is_colored: bool) -> Pieces {
        let names = excerpts.iter().map(|piece| piece.linked(&piece.path, is_colored)).collect();
        Pieces { excerpts, names }
    }

    fn piece(&self, id: usize) -> Result<&Excerpt, Error> {
        self.excerpts.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Pieces {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        self.names.get(id).map(String::as_str).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.piece(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        Ok(self.piece(id)?.line_of(byte_index))
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        Ok(self.piece(id)?.first_line + line_index)
    }

    fn column_number(&'a self, id: usize, _line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let marks = &self.piece(id)?.marks;
        // Codespan asks only for the start of a label.
        Ok(marks.iter().find(|mark| mark.range.start == byte_index).map_or(1, |mark| mark.column))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<std::ops::Range<usize>, Error> {
        let piece = self.piece(id)?;
        piece.line(line_index).ok_or(Error::LineTooLarge { given: line_index, max: piece.starts.len() })
    }
}

//! The one picture over many labels and files, drawn by ariadne: a policy violation with the facts
//! that led to it.

use ariadne::{CharSet, Color, Config, IndexType, Label, LabelAttach, Report, ReportKind, Source};

use super::excerpt::{Excerpt, FLAT, Mark, excerpts, is_in_one_file};
use super::shown::Shown;
use super::terminal::closing_lines;
use super::{Diagnostic, Severity};

/// So many other labels make a story even in one file.
const CROWD: usize = 4;
/// So many make one where they stand in several files.
const COMPANY: usize = 2;

/// Whether a diagnostic is better told as a story than underlined.
#[must_use]
pub fn is_story(diagnostic: &Diagnostic) -> bool {
    !diagnostic.frames.is_empty()
        || diagnostic.labels.len() >= CROWD
        || (diagnostic.labels.len() >= COMPANY && !is_in_one_file(diagnostic))
}

/// The diagnostic as a story: each label in its file, then the facts with their values, then what
/// to do; ends with an empty line.
#[must_use]
pub fn human(shown: &Shown<'_>, diagnostic: &Diagnostic, is_colored: bool) -> String {
    let paint = Paint(is_colored);
    let code = shown.line(&diagnostic.code.id());
    let word = diagnostic.severity.word();
    let head = paint.with(severity_style(diagnostic.severity), &format!("{word}[{code}]"));
    let mut text = format!("{head}{}\n", paint.with("1", &format!(": {}", shown.line(&diagnostic.message))));
    text.push_str(&picture(shown, diagnostic, is_colored));
    text.push_str(&frames(shown, diagnostic, paint));
    for line in closing_lines(shown, diagnostic) {
        let (tag, rest) = line.split_once(':').unwrap_or(("note", &line));
        text.push_str(&format!("  = {}:{}\n", paint.with("1", tag), rest.replace('\n', "\n    ")));
    }
    text.push('\n');
    text
}

/// The facts as a table: `v.memory = 16GiB   guests.hlab:12:3`.
fn frames(shown: &Shown<'_>, diagnostic: &Diagnostic, paint: Paint) -> String {
    let rows: Vec<_> =
        diagnostic.frames.iter().map(|frame| (shown.line(&frame.text), shown.line(&frame.value))).collect();
    let width = |texts: &mut dyn Iterator<Item = &String>, most: usize| {
        texts.map(|text| text.chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let facts = width(&mut rows.iter().map(|row| &row.0), 40);
    let values = width(&mut rows.iter().map(|row| &row.1), 30);
    let mut text = String::new();
    for ((fact, value), frame) in rows.iter().zip(&diagnostic.frames) {
        let place = frame.span.map(|span| {
            let place = shown.place(span);
            paint.with("2", &format!("   {}:{}", place.path, place.start.line))
        });
        let value = if place.is_some() { format!("{value:values$}") } else { value.clone() };
        text.push_str(&format!("    {fact:facts$} = {value}{}\n", place.unwrap_or_default()));
    }
    text
}

fn severity_style(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "1;32",
        Severity::Warning => "1;33",
        Severity::Error => "1;31",
    }
}

/// Whether to colour; [`Paint::with`] is the only place here that writes an escape sequence.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The labels in their files, without ariadne's own head.
fn picture(shown: &Shown<'_>, diagnostic: &Diagnostic, is_colored: bool) -> String {
    let pieces = excerpts(shown, diagnostic, FLAT);
    let Some(first) = pieces.first().and_then(|piece| piece.marks.iter().find(|mark| mark.is_primary)) else {
        return String::new();
    };
    // By character: with `IndexType::Byte`, ariadne 0.6 takes a character count for a byte offset when it
    // heads a second file, and panics inside a wide character. Excerpts are short, so counting is cheap.
    let config = Config::default()
        .with_color(is_colored)
        .with_index_type(IndexType::Char)
        .with_char_set(CharSet::Unicode)
        .with_label_attach(LabelAttach::Start);
    let mut report = Report::build(ReportKind::Advice, (0, in_characters(&pieces[0], first))).with_config(config);
    for (id, piece) in pieces.iter().enumerate() {
        for (order, mark) in piece.marks.iter().enumerate() {
            let color = if mark.is_primary { Color::Red } else { Color::Blue };
            // The order keeps the labels of one piece together, else ariadne heads the piece twice.
            let order = i32::try_from(id * 1000 + order).unwrap_or(i32::MAX);
            // Ariadne underlines only what it has something to say about.
            let text = if mark.text.is_empty() { "here" } else { mark.text.as_str() };
            let label = Label::new((id, in_characters(piece, mark)));
            let label = label.with_color(color).with_order(order).with_message(text);
            report = report.with_label(label);
        }
    }
    let mut drawn = Vec::new();
    let written = report.finish().write(Pieces::new(&pieces), &mut drawn);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    let drawn = String::from_utf8_lossy(&drawn);
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    renumber(body, &pieces, is_colored)
}

fn in_characters(piece: &Excerpt, mark: &Mark) -> std::ops::Range<usize> {
    let count = |offset: usize| piece.text[..offset].chars().count();
    count(mark.range.start)..count(mark.range.end)
}

/// Gives the lines of each piece their real numbers, and each head its real place.
///
/// Ariadne 0.6 counts in the margin from the first line of what it is given, whatever line offset
/// the source has. Padding each excerpt with empty lines would cost a scan of them for every piece.
fn renumber(drawn: &str, pieces: &[Excerpt], is_colored: bool) -> String {
    let last = |piece: &Excerpt| (piece.first_line + piece.starts.len() - 1).to_string().len();
    let width = pieces.iter().map(last).max().unwrap_or(1);
    let narrow = pieces.iter().map(|piece| piece.starts.len().to_string().len()).max().unwrap_or(1);
    let more = width.saturating_sub(narrow);
    let mut current = None;
    let mut text = String::with_capacity(drawn.len() + 64);
    for line in drawn.lines() {
        let (at, filler) = if is_foot(line) { (margin(line), "─") } else { (0, " ") };
        let widened = format!("{}{}{}", &line[..at], filler.repeat(more), &line[at..]);
        if let Some((before, id, after)) = head(&widened) {
            current = pieces.get(id);
            text.push_str(&format!(
                "{before}{}{after}",
                current.map_or(String::new(), |piece| piece.linked(&place(piece), is_colored))
            ));
        } else {
            match (number(&widened), current) {
                (Some(digits), Some(piece)) => text.push_str(&with_number(&widened, digits, piece.first_line)),
                _ => text.push_str(&widened),
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// `path:line:column` of the label that matters most in a piece.
fn place(piece: &Excerpt) -> String {
    let mark = piece.marks.iter().find(|mark| mark.is_primary).or(piece.marks.first());
    let line = piece.first_line + mark.map_or(0, |mark| piece.line_of(mark.range.start));
    format!("{}:{line}:{}", piece.path, mark.map_or(1, |mark| mark.column))
}

/// Splits the line that names a piece around its name, which [`Pieces`] marks with a NUL.
fn head(line: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = line.split_once('\0')?;
    let (name, _) = rest.split_once(' ')?;
    let id = name.split(':').next()?.parse().ok()?;
    Some((before, id, &rest[name.len()..]))
}

/// The offset behind the spaces and the style with which a line begins.
fn margin(line: &str) -> usize {
    let spaces = |at: usize| line.len() - line[at..].trim_start_matches(' ').len();
    let at = spaces(0);
    match line[at..].find('m') {
        Some(end) if line[at..].starts_with('\u{1b}') => spaces(at + end + 1),
        _ => at,
    }
}

/// Whether this is the closing line, `───╯`.
fn is_foot(line: &str) -> bool {
    line[margin(line)..].starts_with('─')
}

/// Where the line number stands, if the line has one: digits, a space, the margin's bar.
fn number(line: &str) -> Option<std::ops::Range<usize>> {
    let at = margin(line);
    let digits = line[at..].len() - line[at..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
    (digits > 0 && line[at + digits..].starts_with(" │")).then_some(at..at + digits)
}

/// The line with its number counted from `first`; the digits grow into the spaces before them.
fn with_number(line: &str, digits: std::ops::Range<usize>, first: usize) -> String {
    let index: usize = line[digits.clone()].parse().unwrap_or(1);
    let number = (first + index - 1).to_string();
    let room = line.len() - line.trim_start_matches(' ').len();
    let before = &line[(number.len() - digits.len()).min(room)..digits.start];
    format!("{before}{number}{}", &line[digits.end..])
}

/// Excerpts as ariadne wants sources.
struct Pieces(Vec<Source<String>>);

impl Pieces {
    fn new(pieces: &[Excerpt]) -> Pieces {
        Pieces(pieces.iter().map(|piece| Source::from(piece.text.clone())).collect())
    }
}

impl ariadne::Cache<usize> for Pieces {
    type Storage = String;

    fn fetch(&mut self, id: &usize) -> Result<&Source<String>, impl std::fmt::Debug> {
        self.0.get(*id).ok_or("no such excerpt")
    }

    /// A mark that [`head`] finds again; excerpts hold no control character, so nothing else has a NUL.
    fn display<'a>(&self, id: &'a usize) -> Option<impl std::fmt::Display + 'a> {
        Some(format!("\0{id}"))
    }
}

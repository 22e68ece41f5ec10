//! From diagnostics to the bytes of a format: one function, [`render`].

use super::shown::Shown;
use super::{Diagnostic, Severity, github, json, junit, sarif, story, terminal};
use crate::base::Sources;

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Pictures for people.
    Human,
    /// One line each.
    Short,
    /// See [`json`].
    Json,
    /// See [`sarif`].
    Sarif,
    /// See [`github`].
    Github,
    /// See [`junit`].
    Junit,
}

impl Format {
    /// Whether a program reads it: such results go to standard output.
    #[must_use]
    pub fn is_machine(self) -> bool {
        match self {
            Format::Human | Format::Short => false,
            Format::Json | Format::Sarif | Format::Github | Format::Junit => true,
        }
    }
}

/// How much is shown to people, and whether in colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether escape sequences for colour are written.
    pub is_colored: bool,
    /// At most so many diagnostics in the human format; errors come first. 0 shows all.
    pub limit: usize,
}

/// The diagnostics in a format, complete with counts and closing lines; empty if there is nothing to say.
#[must_use]
pub fn render(format: Format, style: Style, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let shown = Shown::new(sources);
    match format {
        Format::Human => human(&shown, style, diagnostics),
        Format::Short => lines(diagnostics, |diagnostic| terminal::short(&shown, diagnostic)),
        Format::Json => json::document(&shown, diagnostics),
        Format::Sarif => sarif::document(&shown, diagnostics),
        Format::Github => lines(diagnostics, |diagnostic| github::line(&shown, diagnostic)),
        Format::Junit => junit::document("hlab check", &junit::cases(&shown, diagnostics)),
    }
}

/// One diagnostic for people: as a story where it has one, else underlined.
#[must_use]
pub fn one(shown: &Shown<'_>, diagnostic: &Diagnostic, is_colored: bool) -> String {
    if story::is_story(diagnostic) {
        story::human(shown, diagnostic, is_colored)
    } else {
        terminal::human(shown, diagnostic, is_colored)
    }
}

fn lines(diagnostics: &[Diagnostic], line: impl Fn(&Diagnostic) -> String) -> String {
    diagnostics.iter().map(|diagnostic| line(diagnostic) + "\n").collect()
}

fn human(shown: &Shown<'_>, style: Style, diagnostics: &[Diagnostic]) -> String {
    let limit = if style.limit == 0 { usize::MAX } else { style.limit };
    // Where not all fit, what stops the build comes first; else the order of the files stays.
    let mut order: Vec<&Diagnostic> = diagnostics.iter().collect();
    if order.len() > limit {
        order.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    }
    let mut text: String =
        order.iter().take(limit).map(|diagnostic| one(shown, diagnostic, style.is_colored)).collect();
    if order.len() > limit {
        text.push_str(&format!("… and {} more (`--limit 0` shows all)\n", order.len() - limit));
    }
    text.push_str(&summary(diagnostics));
    text
}

/// `2 errors, 1 warning; …`: the last line for people; empty if there is nothing to count.
fn summary(diagnostics: &[Diagnostic]) -> String {
    let counted = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", severity.word()))
    });
    let mut parts: Vec<String> = counted.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    let fixable = diagnostics.iter().filter(|diagnostic| !diagnostic.fixes.is_empty()).count();
    if fixable > 0 {
        parts.push(format!("{fixable} with a fix (`hlab fix` applies them)"));
    }
    format!("{}\n", parts.join(", "))
}

//! Diagnostics as plain data: one type for every layer, no rendering trait on anything.
//!
//! A stage returns [`Checked`]: its value and what is wrong with it. The constructors of each
//! layer's diagnostics stand beside the stage that detects them (`errors.rs` there); this module
//! holds the type, the table of codes, and the renderers.

pub mod codes;
mod excerpt;
pub mod github;
pub mod json;
pub mod junit;
mod link;
mod markup;
mod render;
pub mod sarif;
mod shown;
pub mod story;
pub mod terminal;

use crate::base::{Span, TextEdit};

pub use codes::{Code, CodeRow};
pub use markup::markup;
pub use render::{Format, Style, one, render};
pub use shown::{Place, SECRET, Shown, visible};

/// Diagnostics that a stage gathers at most: a file that is wrong everywhere is not to fill the memory.
pub const MOST: usize = 10_000;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Suspicious; the lab still compiles unless `--deny warnings`.
    Warning,
    /// The lab does not compile.
    Error,
}

impl Severity {
    /// The word used in every format.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place that takes part, with what it has to do with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty for the primary label.
    pub text: String,
}

/// A machine fix: edits that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as an editor would list it: "set `machine = q35`".
    pub title: String,
    /// The edits; never overlapping.
    pub edits: Vec<TextEdit>,
}

/// One line of an explanation: a fact that was used, with its value and where it was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// The sub-expression or fact as written.
    pub text: String,
    /// Its value.
    pub value: String,
    /// Who said so, if a source line did.
    pub span: Option<Span>,
}

/// One thing that is wrong (or worth knowing), with everything a person needs to mend it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Stable code and name.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// One plain sentence, lower case, no full stop; expected first, found second.
    pub message: String,
    /// The smallest guilty text. `None` only for what concerns no place in a file.
    pub primary: Option<Label>,
    /// Every other declaration involved, other files too.
    pub labels: Vec<Label>,
    /// The explanation of a policy: each fact used, with its value.
    pub frames: Vec<Frame>,
    /// What to know besides.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// Fixes that are right more often than not, best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, Some(span), message.into())
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, Some(span), message.into())
    }

    /// A note at a place.
    #[must_use]
    pub fn note_at(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Note, Some(span), message.into())
    }

    /// A diagnostic with these parts and nothing else.
    #[must_use]
    pub fn new(code: Code, severity: Severity, span: Option<Span>, message: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message,
            primary: span.map(|span| Label { span, text: String::new() }),
            labels: Vec::new(),
            frames: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says something at the primary span.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Diagnostic {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a secondary label.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a note line.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds a help line.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Adds a one-edit fix.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.fixes.push(Fix { title: title.into(), edits: vec![TextEdit { span, text: text.into() }] });
        self
    }
}

/// A value and what is wrong with it: the shape of every front-end stage.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// The value; whole even when there are errors.
    pub value: T,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// A value with its diagnostics.
    pub fn new(value: T, diagnostics: Vec<Diagnostic>) -> Checked<T> {
        Checked { value, diagnostics }
    }

    /// Whether an error is among the diagnostics.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

//! The table of codes. A code and its name are stable for ever; each has a constructor beside the
//! stage that detects it, an explain page and a case, and `tests/tidy.rs` insists on all three.
//!
//! Ranges: HL00 files and lexing · HL01 syntax · HL02 names and modules · HL03 types · HL04
//! evaluation and the model · HL05 placement and lock · HL06 policies · HL07 owners and targets ·
//! HL08 secrets · HL09 the rim (files written, usage).

/// What a diagnostic is called: a row of the table, or a policy of the library or a project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// A row of [`CODES`].
    Row(&'static CodeRow),
    /// `policy/NAME`.
    Policy(String),
}

/// One row of the table.
#[derive(PartialEq, Eq, Debug)]
pub struct CodeRow {
    /// `HL0302`.
    pub code: &'static str,
    /// `unknown-storage`.
    pub name: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The explain page, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// `HL0302`, or `policy/NAME`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Code::Row(row) => row.code.to_owned(),
            Code::Policy(name) => format!("policy/{name}"),
        }
    }

    /// Both as a heading: `HL0302 unknown-storage`, or `policy/NAME`.
    #[must_use]
    pub fn heading(&self) -> String {
        match self {
            Code::Row(row) => format!("{} {}", row.code, row.name),
            Code::Policy(_) => self.id(),
        }
    }

    /// `unknown-storage`, or the policy's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Code::Row(row) => row.name,
            Code::Policy(name) => name,
        }
    }
}

macro_rules! codes {
    ($($constant:ident $code:literal $name:literal $title:literal;)*) => {
        $(#[doc = $title] pub static $constant: CodeRow = CodeRow {
            code: $code,
            name: $name,
            title: $title,
            page: include_str!(concat!("explain/", $code, ".md")),
        };)*

        /// Every row, sorted by code.
        pub static CODES: &[&CodeRow] = &[$(&$constant),*];
    };
}

codes! {
    SYNTAX_ERROR "HL0101" "syntax-error" "the text is not a sentence of the language";
}

/// The row of a code or a name.
#[must_use]
pub fn find(code_or_name: &str) -> Option<&'static CodeRow> {
    CODES.iter().copied().find(|row| row.code.eq_ignore_ascii_case(code_or_name) || row.name == code_or_name)
}

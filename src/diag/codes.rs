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
    NOT_UTF8 "HL0001" "not-utf8" "the file is not UTF-8 text";
    FILE_TOO_LARGE "HL0002" "file-too-large" "the file is larger than a source file may be";
    UNREADABLE_FILE "HL0003" "unreadable-file" "the file could not be read";
    UNEXPECTED_CHARACTER "HL0010" "unexpected-character" "a character that means nothing in the language";
    UNCLOSED_STRING "HL0011" "unclosed-string" "a string that does not end";
    UNKNOWN_ESCAPE "HL0012" "unknown-escape" "a backslash before something that needs none";
    CONTROL_CHARACTER "HL0013" "control-character" "a control character in a string";
    UNKNOWN_UNIT "HL0014" "unknown-unit" "a number with a unit that does not exist";
    MALFORMED_LITERAL "HL0015" "malformed-literal" "a number or an address of no known shape";
    SINGLE_QUOTES "HL0016" "single-quotes" "a text in single quotes";
    FOREIGN_COMMENT "HL0017" "foreign-comment" "a comment as another language writes it";
    INTERPOLATION "HL0018" "interpolation" "a `${…}` that does not end on its line";
    SYNTAX_ERROR "HL0101" "syntax-error" "the text is not a sentence of the language";
    UNCLOSED_BRACKET "HL0102" "unclosed-bracket" "a bracket that is never closed";
    UNOPENED_BRACKET "HL0103" "unopened-bracket" "a closing bracket with nothing open";
    MISSING_SEPARATOR "HL0104" "missing-separator" "two entries or elements with nothing between them";
    NOT_EQUALS "HL0105" "not-equals" "a field is set with something other than `=`";
    FOREIGN_OPERATOR "HL0106" "foreign-operator" "an operator as another language writes it";
    CHAINED_COMPARISON "HL0107" "chained-comparison" "a comparison of a comparison";
    CLAUSE_ORDER "HL0108" "clause-order" "the clauses of a head in another order than `: on in with`";
    REPEATED_CLAUSE "HL0109" "repeated-clause" "a clause that the head has already";
    TOO_DEEP "HL0110" "too-deep" "nesting that is deeper than a source needs";
    RESERVED_WORD "HL0111" "reserved-word" "a name that expressions keep for themselves";
    MISSING_VALUE "HL0112" "missing-value" "a place where a value must stand and none does";
    BRACE_ON_NEXT_LINE "HL0113" "brace-on-next-line" "a `{` that does not stand on the line of its head";
    NOT_CALLABLE "HL0114" "not-callable" "a call of something other than a function's name";
    NEEDS_PARENTHESES "HL0115" "needs-parentheses" "an `if` or `not` inside a tighter operator";
    STRAY_SEPARATOR "HL0116" "stray-separator" "a comma or semicolon with nothing to separate";
    STRAY_CONTINUATION "HL0117" "stray-continuation" "a line that goes on from one that cannot go on";
    MISSING_NAME "HL0118" "missing-name" "a head without the name of what it declares";
    USAGE "HL0901" "usage" "the command line is not one that hlab knows";
    NO_PROJECT "HL0902" "no-project" "no .hlab file of the folder holds a project";
    CANNOT_READ "HL0903" "cannot-read" "a file or folder cannot be read";
    CANNOT_WRITE "HL0904" "cannot-write" "a file cannot be written";
    FOREIGN_FILE "HL0905" "foreign-file" "a file that hlab did not write is in the way";
    EDITED_FILE "HL0906" "edited-file" "an emitted file was edited by hand";
    UNSAFE_PATH "HL0907" "unsafe-path" "a file would land outside the output folder";
    BAD_MANIFEST "HL0908" "bad-manifest" "the manifest of an output folder is damaged";
    STALE_OUTPUT "HL0909" "stale-output" "committed output differs from what the source gives";
    UNFORMATTED "HL0910" "unformatted" "a file is not laid out as `hlab fmt` does";
    FILE_EXISTS "HL0911" "file-exists" "`hlab init` would replace a file";
    UNKNOWN_TOPIC "HL0912" "unknown-topic" "there is nothing of this name to explain";
    UNKNOWN_TARGET "HL0913" "unknown-target" "neither the project nor hlab knows the target";
    SHARED_PATH "HL0914" "shared-path" "two targets write the same file";
}

/// The row of a code or a name.
#[must_use]
pub fn find(code_or_name: &str) -> Option<&'static CodeRow> {
    CODES.iter().copied().find(|row| row.code.eq_ignore_ascii_case(code_or_name) || row.name == code_or_name)
}

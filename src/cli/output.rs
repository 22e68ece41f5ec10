//! Where results go and how they look: format, colour, and the two streams.

use std::io::{IsTerminal, Write};

use crate::base::Sources;
use crate::diag::{Diagnostic, Format, Severity, Shown, Style, json, render};

use super::Exit;
use super::errors::RimError;

/// `--format`, `--color`, `--limit`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// How results are written: for people, or for a program that reads them.
    #[arg(long, value_enum, default_value = "human", global = true, help_heading = "Output")]
    format: FormatName,
    /// When to colour; `NO_COLOR` and `CLICOLOR_FORCE` count under `auto`.
    #[arg(long, value_enum, default_value = "auto", global = true, help_heading = "Output")]
    color: ColorName,
    /// Show at most so many diagnostics to people; 0 shows all.
    #[arg(long, value_name = "N", default_value_t = 50, global = true, help_heading = "Output")]
    limit: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(super) enum FormatName {
    Human,
    Short,
    Json,
    Sarif,
    Github,
    Junit,
    /// Of `hlab graph` only: its own `--format` has a list of its own.
    #[value(skip)]
    Dot,
    /// Of `hlab graph` only.
    #[value(skip)]
    Mermaid,
    /// Of `hlab doc` only.
    #[value(skip)]
    Markdown,
    /// Of `hlab doc` only.
    #[value(skip)]
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum ColorName {
    Auto,
    Always,
    Never,
}

impl FormatName {
    fn format(self) -> Format {
        match self {
            // What the answer is written in says nothing about messages.
            FormatName::Human | FormatName::Dot | FormatName::Mermaid | FormatName::Markdown | FormatName::Html => {
                Format::Human
            }
            FormatName::Short => Format::Short,
            FormatName::Json => Format::Json,
            FormatName::Sarif => Format::Sarif,
            FormatName::Github => Format::Github,
            FormatName::Junit => Format::Junit,
        }
    }
}

/// How this run talks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    /// The format of results.
    pub format: Format,
    style: Style,
    /// Standard output carries something else (`-o -`): results go to standard error in any format.
    pub is_stdout_taken: bool,
}

impl Output {
    /// From the command line, the environment and what the streams are.
    pub(super) fn new(args: &OutputArgs) -> Output {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_colored = match args.color {
            ColorName::Always => true,
            ColorName::Never => false,
            ColorName::Auto if is_set("NO_COLOR") => false,
            ColorName::Auto
                if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0" && !value.is_empty()) =>
            {
                true
            }
            ColorName::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let style = Style { is_colored, limit: args.limit };
        Output { format: args.format.format(), style, is_stdout_taken: false }
    }

    /// For a command line that could not be understood: only its `--format` was looked for.
    pub(super) fn fallback(format: Format) -> Output {
        Output { format, style: Style { is_colored: false, limit: 50 }, is_stdout_taken: false }
    }

    /// The same, in JSON.
    #[cfg(feature = "live")]
    pub(super) fn as_json(self) -> Output {
        Output { format: Format::Json, ..self }
    }

    /// Whether a program reads the results.
    pub(super) fn is_machine(self) -> bool {
        self.format.is_machine()
    }

    /// Writes diagnostics and failures of the rim as the result of a run.
    pub(super) fn results(
        self,
        sources: &Sources,
        diagnostics: &[Diagnostic],
        failures: &[RimError],
    ) -> Result<(), RimError> {
        let text = match self.format {
            Format::Human => {
                let mut text = render(Format::Human, self.style, sources, diagnostics);
                failures.iter().for_each(|failure| text.push_str(&self.failure(failure)));
                text
            }
            Format::Short | Format::Json | Format::Sarif | Format::Github | Format::Junit => {
                let mut all = diagnostics.to_vec();
                all.extend(failures.iter().map(RimError::diagnostic));
                render(self.format, self.style, sources, &all)
            }
        };
        self.result_text(&text)
    }

    /// Writes the text of results to the stream that carries them.
    pub(super) fn result_text(self, text: &str) -> Result<(), RimError> {
        if self.is_machine() && !self.is_stdout_taken {
            return print(text);
        }
        eprint(text);
        Ok(())
    }

    /// One failure, drawn by miette.
    fn failure(self, failure: &RimError) -> String {
        let theme = if self.style.is_colored {
            miette::GraphicalTheme::unicode()
        } else {
            miette::GraphicalTheme::unicode_nocolor()
        };
        let handler = miette::GraphicalReportHandler::new_themed(theme).with_links(false).with_wrap_lines(false);
        let mut text = String::new();
        // Writing to a String fails only if the failure's own words do.
        match handler.render_report(&mut text, failure) {
            Ok(()) => text,
            Err(_) => format!("{failure}\n"),
        }
    }

    /// A remark for people: what was done. Silent in machine formats.
    pub(super) fn remark(self, text: &str) {
        if !self.is_machine() {
            eprint(&format!("{text}\n"));
        }
    }

    /// One diagnostic for people, wherever it comes from.
    pub(super) fn one(self, sources: &Sources, diagnostic: &Diagnostic) -> String {
        crate::diag::one(&Shown::new(sources), diagnostic, self.style.is_colored)
    }

    /// A table or another answer that is the point of a command: JSON if asked for, else text.
    pub(super) fn answer(
        self,
        text: impl FnOnce() -> String,
        value: impl FnOnce() -> serde_json::Value,
    ) -> Result<(), RimError> {
        match self.format {
            Format::Json => {
                let mut document = value();
                document["format_version"] = json::FORMAT_VERSION.into();
                print(&format!("{document:#}\n"))
            }
            Format::Human | Format::Short | Format::Sarif | Format::Github | Format::Junit => print(&text()),
        }
    }
}

/// How a run ends that found these diagnostics.
pub(super) fn exit_of(diagnostics: &[Diagnostic], deny_warnings: bool) -> Exit {
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    let is_denied = deny_warnings && diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Warning);
    if errors.is_empty() {
        return if is_denied { Exit::Errors } else { Exit::Ok };
    }
    // A lock that lacks entries is a change that waits, not a lab that is wrong.
    let is_only_stale = errors.iter().all(|diagnostic| diagnostic.code.name() == "lock-stale");
    if is_only_stale && !is_denied { Exit::Pending } else { Exit::Errors }
}

/// Writes text to standard output; as [`print_bytes`].
pub(super) fn print(text: &str) -> Result<(), RimError> {
    print_bytes(text.as_bytes())
}

/// Writes bytes to standard output. A reader that left early (`| head`) is no failure.
///
/// # Errors
/// If the stream cannot take them, on a full disk for instance.
pub(super) fn print_bytes(bytes: &[u8]) -> Result<(), RimError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(RimError::cannot_write("standard output".as_ref(), &error))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error.
pub(super) fn eprint(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

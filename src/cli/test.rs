//! `hlab test`: the `test` items of a project.

use serde_json::json;

use crate::diag::{Format, Shown, junit};
use crate::session::{self, TestOutcome, TestReport};

use super::Exit;
use super::errors::{Failures, RimError};
use super::output::{Output, exit_of};
use super::project::{Project, ProjectArgs};

/// Run the tests in *_test.hlab
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab test
  hlab test lab --only coral              tests whose name contains `coral`
  hlab test --format junit > report.xml")]
pub(super) struct TestArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Run only tests whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(super) fn run(args: &TestArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let report = session::run_tests(&project.world, &project.options, args.only.as_deref());
    if report.tests.is_empty() && args.only.is_none() {
        // Where nothing was tested, the folder may be the wrong one.
        if let Some(missing) = project.missing(&project.analyze()) {
            return Err(missing.into());
        }
    }
    let failed = report.tests.iter().filter(|test| !test.failures.is_empty()).count();
    match output.format {
        Format::Human | Format::Short => people(&report, failed, output)?,
        Format::Json => json(&report, failed, output)?,
        Format::Junit => output.result_text(&junit::document("hlab test", &cases(&report)))?,
        Format::Sarif | Format::Github => output.results(&report.sources, &all(&report), &[])?,
    }
    let exit = exit_of(&report.diagnostics, false);
    Ok(if failed > 0 { Exit::Errors } else { exit })
}

/// What is wrong with the files, and what failed.
fn all(report: &TestReport) -> Vec<crate::diag::Diagnostic> {
    let failures = report.tests.iter().flat_map(|test| &test.failures);
    report.diagnostics.iter().chain(failures).cloned().collect()
}

fn people(report: &TestReport, failed: usize, output: Output) -> Result<(), RimError> {
    output.results(&report.sources, &report.diagnostics, &[])?;
    let shown = Shown::new(&report.sources);
    let mut text = String::new();
    for test in &report.tests {
        let word = if test.failures.is_empty() { "ok  " } else { "FAIL" };
        text.push_str(&format!("{word} {}  ({})\n", shown.line(&test.name), shown.line(&test.place)));
        test.failures.iter().for_each(|failure| text.push_str(&output.one(&report.sources, failure)));
    }
    text.push_str(&format!("{} passed, {failed} failed\n", report.tests.len() - failed));
    output.result_text(&text)
}

fn json(report: &TestReport, failed: usize, output: Output) -> Result<(), RimError> {
    let shown = Shown::new(&report.sources);
    let value = |diagnostics: &[crate::diag::Diagnostic]| {
        diagnostics.iter().map(|one| crate::diag::json::value(&shown, one)).collect::<Vec<_>>()
    };
    let test = |test: &TestOutcome| {
        json!({
            "name": shown.without_secrets(&test.name), "place": test.place,
            "passed": test.failures.is_empty(), "failures": value(&test.failures),
        })
    };
    let tests: Vec<_> = report.tests.iter().map(test).collect();
    let passed = report.tests.len() - failed;
    output.answer(
        String::new,
        || json!({ "tests": tests, "passed": passed, "failed": failed, "diagnostics": value(&report.diagnostics) }),
    )
}

fn cases(report: &TestReport) -> Vec<junit::Case> {
    let shown = Shown::new(&report.sources);
    let mut cases = if report.diagnostics.is_empty() { Vec::new() } else { junit::cases(&shown, &report.diagnostics) };
    cases.extend(report.tests.iter().map(|test| {
        let lines: Vec<_> = test.failures.iter().map(|one| crate::diag::terminal::short(&shown, one)).collect();
        let failure = lines.first().map(|first| (first.clone(), lines.join("\n")));
        junit::Case { name: shown.line(&test.name), class: shown.line(&test.place), failure, remark: String::new() }
    }));
    cases
}

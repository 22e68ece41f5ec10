//! A plan for a terminal, without colours.

use std::fmt::Write as _;

use super::view::{Detail, Row, View, view};
use crate::diag::Shown;
use crate::plan::Plan;

/// The plan in lines, worst first.
#[must_use]
pub fn text(shown: &Shown<'_>, plan: &Plan, detail: Detail) -> String {
    let View { title, counts, groups, findings, notes } = view(shown, plan, detail);
    // Writing to a String cannot fail.
    let mut out = format!("{title}: {counts}\n");
    for group in groups {
        let _ = writeln!(out, "\n{}: {}", group.title, group.about);
        group.rows.iter().for_each(|row| push(&mut out, row));
    }
    if !findings.is_empty() {
        out.push_str("\nfound in the cluster\n");
    }
    for finding in findings {
        let place = if finding.place.is_empty() { String::new() } else { format!("  ({})", finding.place) };
        let _ = writeln!(out, "  {}[{}]: {}{place}", finding.level, finding.name, finding.message);
        if !finding.help.is_empty() {
            let _ = writeln!(out, "    help: {}", finding.help);
        }
    }
    if !notes.is_empty() {
        out.push('\n');
    }
    for note in notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}

/// A word behind two blanks, if there is one.
fn apart(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!("  {word}") }
}

fn push(out: &mut String, row: &Row) {
    let place = if row.place.is_empty() { String::new() } else { format!("  {}", row.place) };
    let _ = writeln!(out, "  {} {}  ({}){place}", row.mark, row.head, row.aside);
    let width = |of: &dyn Fn(&super::view::OptionRow) -> &str| {
        row.options.iter().map(|option| of(option).chars().count()).max().unwrap_or_default()
    };
    let names = width(&|option| &option.option);
    let changes = width(&|option| &option.change).min(60);
    for option in &row.options {
        let line = format!(
            "      {:names$}  {:changes$}{}{}",
            option.option,
            option.change,
            apart(option.impact),
            apart(&option.place),
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    row.lines.iter().for_each(|line| {
        let _ = writeln!(out, "      {line}");
    });
    row.refused.iter().for_each(|why| {
        let _ = writeln!(out, "      refused: {why}");
    });
}

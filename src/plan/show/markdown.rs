//! A plan as Markdown, to be pasted into a merge request. What comes from a source or a server stands in code spans only.

use std::fmt::Write as _;

use super::view::{Detail, View, view};
use crate::diag::Shown;
use crate::doc::markdown::code as code_span;
use crate::plan::Plan;

/// The plan as one page.
#[must_use]
pub fn markdown(shown: &Shown<'_>, plan: &Plan, detail: Detail) -> String {
    let View { title, counts, groups, findings, notes } = view(shown, plan, detail);
    // Writing to a String cannot fail.
    let mut out = format!("# {}\n\n{counts}\n", code_span(&title));
    for group in groups {
        let _ = writeln!(out, "\n## {}\n\n{}", group.title, group.about);
        for row in group.rows {
            let place = if row.place.is_empty() { String::new() } else { format!(", {}", code_span(&row.place)) };
            let _ = writeln!(out, "\n- {} {}{place}", code_span(&row.head), code_span(&row.aside));
            for option in row.options {
                let place =
                    if option.place.is_empty() { String::new() } else { format!(", {}", code_span(&option.place)) };
                let change = code_span(&format!("{}: {}", option.option, option.change));
                let _ = writeln!(out, "  - {}{place}", format!("{change} {}", option.impact).trim_end());
            }
            for line in row.lines {
                let _ = writeln!(out, "  - {}", code_span(&line));
            }
            for why in row.refused {
                let _ = writeln!(out, "  - **refused**: {}", code_span(&why));
            }
        }
    }
    if !findings.is_empty() {
        out.push_str("\n## found in the cluster\n\n");
    }
    for finding in findings {
        let _ = writeln!(out, "- **{}** `{}`: {}", finding.level, finding.name, code_span(&finding.message));
        if !finding.help.is_empty() {
            let _ = writeln!(out, "  - {}", code_span(&finding.help));
        }
    }
    if !notes.is_empty() {
        out.push_str("\n## notes\n\n");
    }
    for note in notes {
        let _ = writeln!(out, "- {}", code_span(&note));
    }
    out
}

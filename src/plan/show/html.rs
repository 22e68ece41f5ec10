//! A plan as one page that needs nothing but itself. Every text goes through [`markup`]; there is no script and no address of
//! another site.

use std::fmt::Write as _;

use super::view::{Detail, Row, View, view};
use crate::diag::{Shown, markup};
use crate::plan::Plan;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#17202a;--quiet:#4d5a67;--page:#ffffff;--rule:#d3dae1;--bad:#b91414}
@media(prefers-color-scheme:dark){:root{--text:#e9eef3;--quiet:#b2bdc8;--page:#12161b;--rule:#38424c;--bad:#ff8a80}}
body{margin:0 auto;max-width:70rem;padding:1rem 1.5rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;margin:0}
h2{font-size:1.3rem;margin:2rem 0 .2rem}
h3{font-size:1rem;margin:1.2rem 0 .2rem}
table{border-collapse:collapse;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--rule)}
tbody th{font-weight:600;white-space:nowrap}
.quiet{color:var(--quiet)}
.bad{color:var(--bad);font-weight:600}
code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
";

/// The page.
#[must_use]
pub fn html(shown: &Shown<'_>, plan: &Plan, detail: Detail) -> String {
    let View { title, counts, groups, findings, notes } = view(shown, plan, detail);
    // Writing to a String cannot fail.
    let mut body = String::new();
    for group in groups {
        let _ = write!(
            body,
            "<section>\n<h2>{}</h2>\n<p class=\"quiet\">{}</p>\n",
            markup(group.title),
            markup(group.about)
        );
        group.rows.iter().for_each(|row| push(&mut body, row));
        body.push_str("</section>\n");
    }
    if !findings.is_empty() {
        body.push_str("<section>\n<h2>found in the cluster</h2>\n<ul>\n");
        for finding in findings {
            let _ = writeln!(
                body,
                "<li><b>{}</b> <code>{}</code>: {} <span class=\"quiet\">{} {}</span></li>",
                markup(finding.level),
                markup(finding.name),
                markup(&finding.message),
                markup(&finding.help),
                markup(&finding.place)
            );
        }
        body.push_str("</ul>\n</section>\n");
    }
    if !notes.is_empty() {
        body.push_str("<section>\n<h2>notes</h2>\n<ul>\n");
        for note in notes {
            let _ = writeln!(body, "<li>{}</li>", markup(&note));
        }
        body.push_str("</ul>\n</section>\n");
    }
    let title = markup(&title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<p>{}</p>\n</header>\n<main>\n{body}</main>\n\
         </body>\n</html>\n",
        markup(&counts),
    )
}

fn push(body: &mut String, row: &Row) {
    let _ = writeln!(
        body,
        "<h3>{}</h3>\n<p class=\"quiet\">{} {}</p>",
        markup(&row.head),
        markup(&row.aside),
        markup(&row.place)
    );
    if !row.options.is_empty() {
        body.push_str("<table>\n<tbody>\n");
        for option in &row.options {
            let _ = writeln!(
                body,
                "<tr><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td>{}</td><td class=\"quiet\">{}</td></tr>",
                markup(&option.option),
                markup(&option.change),
                markup(option.impact),
                markup(&option.place)
            );
        }
        body.push_str("</tbody>\n</table>\n");
    }
    for line in &row.lines {
        let _ = writeln!(body, "<p>{}</p>", markup(line));
    }
    for why in &row.refused {
        let _ = writeln!(body, "<p class=\"bad\">refused: {}</p>", markup(why));
    }
}

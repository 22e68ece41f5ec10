//! One page about a lab that needs nothing but itself: the map, what is wrong, capacity, backups, and what a loss costs.
//!
//! Every text goes through [`markup`]; there is no script and no address of another site.

use super::layout::{counts, problems};
use super::{Lab, scene, svg, tables};
use crate::diag::markup;

const STYLE: &str = "\
:root{color-scheme:light dark;--text:#17202a;--quiet:#4d5a67;--page:#ffffff;--shade:#f0f3f6;--rule:#d3dae1;--link:#0b57b0;--bad:#b91414;--care:#855300;--good:#1c6e4a}
@media(prefers-color-scheme:dark){:root{--text:#e9eef3;--quiet:#b2bdc8;--page:#12161b;--shade:#1e242b;--rule:#38424c;--link:#8ab8ff;--bad:#ff8a80;--care:#f5b83d;--good:#6fd3a6}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
header,main{padding:0 1.5rem;max-width:130rem;margin:0 auto}
header{padding-top:1.2rem}
h1{font-size:1.7rem;margin:0}
h2{font-size:1.3rem;margin:2.5rem 0 .6rem}
header p,section>p{color:var(--quiet);margin:.3rem 0;max-width:60rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.6rem 0;padding:0}
a{color:var(--link)}
a:focus-visible,.wide:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.wide{overflow-x:auto}
.map svg{display:block;width:100%;min-width:60rem;height:auto;border-radius:.6rem}
table{border-collapse:collapse;font-size:.92rem}
caption{text-align:left;color:var(--quiet);padding:.2rem 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--rule)}
thead th{white-space:nowrap;border-bottom-width:2px;padding-right:1.2rem}
tbody th{font-weight:600;white-space:nowrap}
td.number{white-space:nowrap}
td.list{min-width:14rem}
td.bars svg{display:block}
.bad{color:var(--bad);font-weight:700}
.care{color:var(--care);font-weight:600}
.good{color:var(--good)}
.quiet{color:var(--quiet)}
code{font:.92em ui-monospace,monospace}
@media print{nav{display:none}body{font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}.wide{overflow:visible}.map svg{min-width:0}}
";

/// The page.
#[must_use]
pub fn document(lab: &Lab) -> String {
    let name = if lab.name.is_empty() { "lab" } else { lab.name.as_str() };
    let title = markup(&format!("{name}: map of the lab"));
    let mut about = counts(lab);
    about.extend(Some(problems(lab)).filter(|problems| !problems.is_empty()));
    let sections: Vec<(&str, &str, String)> = [
        (
            "map",
            "Map",
            format!(
                "<div class=\"wide map\" tabindex=\"0\" role=\"region\" aria-label=\"Map\">\n{}</div>\n",
                svg::element(&scene(lab))
            ),
        ),
        ("wrong", "What is wrong", tables::wrong(lab)),
        ("capacity", "Capacity", tables::capacity(lab)),
        ("backups", "Backups", tables::backups(lab)),
        ("losses", "When a host is lost", tables::losses(lab)),
    ]
    .into_iter()
    .filter(|(.., body)| !body.is_empty())
    .collect();
    let links: String =
        sections.iter().map(|(id, word, _)| format!("<li><a href=\"#{id}\">{word}</a></li>\n")).collect();
    let bodies: String = sections
        .iter()
        .map(|(id, word, body)| {
            format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{word}</h2>\n{body}</section>\n")
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n<p>{}</p>\n\
         <nav aria-label=\"Sections\">\n<ul>\n{links}</ul>\n</nav>\n</header>\n<main>\n{bodies}</main>\n</body>\n</html>\n",
        markup(name),
        markup(&about.join(" · ")),
    )
}

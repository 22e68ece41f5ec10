//! The reference as HTML: pages that need nothing but themselves, in light and dark, on a wide screen and on a phone.
//!
//! Everything goes through [`escaped`](crate::diag::markup); there is no script, and no address of another site but in links
//! that comments have.

use super::{Block, Form, Inline, Page, Reference, page_anchor};
use crate::diag::markup as escaped;

/// One file for each page: path and text.
#[must_use]
pub fn files(reference: &Reference) -> Vec<(String, String)> {
    let file = |page: &Page| {
        let form = Form::Files(&page.path);
        let title =
            if page.path == "index" { page.title.clone() } else { format!("{} · {}", page.title, reference.title) };
        let body = format!("<h1>{}</h1>\n{}", escaped(&page.title), body(page, form));
        (format!("{}.html", page.path), document(&title, reference, form, &body))
    };
    reference.pages.iter().map(file).collect()
}

/// All pages as one document.
#[must_use]
pub fn whole(reference: &Reference) -> String {
    let section = |page: &Page| {
        let id = page_anchor(&page.path);
        let title = escaped(&page.title);
        format!(
            "<section aria-labelledby=\"{id}\">\n<h1 id=\"{id}\">{title}</h1>\n{}</section>\n",
            body(page, Form::Whole)
        )
    };
    let sections: String = reference.pages.iter().map(section).collect();
    document(&reference.title, reference, Form::Whole, &sections)
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5b646e;--paper:#fff;--shade:#f3f5f7;--line:#d9dee3;--link:#0b57b0}
@media(prefers-color-scheme:dark){:root{--ink:#e3e6ea;--soft:#9aa4af;--paper:#15181c;--shade:#1f242a;--line:#353c44;--link:#8ab8ff}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.3rem .6rem}
header{padding:.6rem 1.2rem;border-bottom:1px solid var(--line);background:var(--shade)}
nav{padding:1rem 1.2rem;border-top:1px solid var(--line);background:var(--shade)}
nav ul{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
nav a{display:inline-block;padding:.2rem 0}
nav a[aria-current]{color:var(--ink);font-weight:600;text-decoration:none}
main{max-width:48rem;margin:0 auto;padding:1rem 1.2rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:1.2rem 0 .8rem}
h2{font-size:1.3rem;margin:2.4rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .2rem}
h3+p{margin-top:0}
p,ul,pre{margin:.5rem 0}
li{margin:.25rem 0}
code{font:.92em/1.5 ui-monospace,monospace;background:var(--shade);border-radius:.2rem;padding:.08em .25em}
h2 code,h3 code,a code{background:none;padding:0;color:inherit}
h3 code{font-size:1rem;font-weight:700}
pre{background:var(--shade);border:1px solid var(--line);border-radius:.4rem;padding:.7rem .9rem;overflow-x:auto}
pre code{background:none;padding:0;white-space:pre;overflow-wrap:normal}
@media(min-width:64rem){body{display:grid;grid-template:auto 1fr/15rem minmax(0,1fr)}
header{grid-column:1/3}
nav{grid-area:2/1;border-top:0;border-right:1px solid var(--line);align-self:start;position:sticky;top:0;max-height:100vh;overflow-y:auto}
nav ul{display:block}
main{grid-area:2/2;margin:0;width:100%;padding-left:2.5rem}}
@media print{header,nav,.skip{display:none}}
";

/// A whole document: a way back to the index, the text, and behind it the list of pages, which stands beside the text where
/// there is room. On a phone it would be in the way in front of it.
fn document(title: &str, reference: &Reference, form: Form<'_>, body: &str) -> String {
    let (title, about) = (escaped(title), escaped(&reference.title));
    let index = super::Target::Place("index".to_owned(), String::new());
    let (index, navigation) = (escaped(&form.link(&index, "html")), navigation(reference, form));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the text</a>\n\
         <header><a href=\"{index}\">{about}</a></header>\n<main id=\"content\">\n{body}</main>\n{navigation}\
         </body>\n</html>\n"
    )
}

/// Links to the pages, this one marked.
fn navigation(reference: &Reference, form: Form<'_>) -> String {
    let point = |page: &Page| {
        let target = super::Target::Place(page.path.clone(), String::new());
        let current = if form == Form::Files(&page.path) { " aria-current=\"page\"" } else { "" };
        let title = if page.path == "index" { "Index" } else { &page.title };
        format!("<li><a href=\"{}\"{current}>{}</a></li>\n", escaped(&form.link(&target, "html")), escaped(title))
    };
    let points: String = reference.pages.iter().map(point).collect();
    format!("<nav aria-label=\"Pages\">\n<ul>\n{points}</ul>\n</nav>\n")
}

fn body(page: &Page, form: Form<'_>) -> String {
    let mut out = String::new();
    page.blocks.iter().for_each(|block| push_block(&mut out, block, form));
    out
}

fn push_block(out: &mut String, block: &Block, form: Form<'_>) {
    match block {
        Block::Heading { level, anchor, text } => {
            let id = if anchor.is_empty() { String::new() } else { format!(" id=\"{}\"", escaped(anchor)) };
            out.push_str(&format!("<h{level}{id}>{}</h{level}>\n", line(text, form)));
        }
        Block::Paragraph(parts) => out.push_str(&format!("<p>{}</p>\n", line(parts, form))),
        Block::List(points) => {
            out.push_str("<ul>\n");
            points.iter().for_each(|point| out.push_str(&format!("<li>{}</li>\n", line(point, form))));
            out.push_str("</ul>\n");
        }
        // Text that can be moved sideways has to be reached by the keyboard.
        Block::Code { text, .. } => {
            let lines: Vec<String> = text.lines().map(escaped).collect();
            out.push_str(&format!("<pre tabindex=\"0\"><code>{}\n</code></pre>\n", lines.join("\n")));
        }
    }
}

fn line(parts: &[Inline], form: Form<'_>) -> String {
    parts.iter().map(|part| inline(part, form)).collect()
}

fn inline(part: &Inline, form: Form<'_>) -> String {
    let lines = |text: &str| text.split('\n').map(escaped).collect::<Vec<_>>().join("\n");
    match part {
        Inline::Text(words) => lines(words),
        Inline::Strong(words) => format!("<strong>{}</strong>", lines(words)),
        Inline::Code(words) => format!("<code>{}</code>", escaped(words)),
        Inline::Link(words, target) => {
            format!("<a href=\"{}\">{}</a>", escaped(&form.link(target, "html")), inline(words, form))
        }
    }
}

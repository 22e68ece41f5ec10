//! The reference as Markdown, for GitHub, editors and people.
//!
//! Everything goes through [`text`], [`code`] or a fence: what a comment says never becomes a heading, HTML or a link of its own.

use super::{Block, Form, Inline, Page, Reference, page_anchor};
use crate::diag::visible;

/// One file for each page: path and text.
#[must_use]
pub fn files(reference: &Reference) -> Vec<(String, String)> {
    let file = |page: &Page| (format!("{}.md", page.path), written(page, Form::Files(&page.path)));
    reference.pages.iter().map(file).collect()
}

/// All pages as one text.
#[must_use]
pub fn whole(reference: &Reference) -> String {
    let pages: Vec<String> = reference.pages.iter().map(|page| written(page, Form::Whole)).collect();
    pages.join("\n")
}

fn written(page: &Page, form: Form<'_>) -> String {
    let mut out = String::new();
    if form == Form::Whole {
        out.push_str(&format!("<a id=\"{}\"></a>\n\n", page_anchor(&page.path)));
    }
    out.push_str(&format!("# {}\n", text(&page.title, false)));
    for block in &page.blocks {
        out.push('\n');
        push_block(&mut out, block, form);
    }
    out
}

fn push_block(out: &mut String, block: &Block, form: Form<'_>) {
    match block {
        Block::Heading { level, anchor, text } => {
            if !anchor.is_empty() {
                // A heading's own anchor depends on the program that shows it, and on the headings before it.
                out.push_str(&format!("<a id=\"{anchor}\"></a>\n\n"));
            }
            out.push_str(&format!("{} {}\n", "#".repeat(usize::from(*level)), line(text, form).replace('\n', " ")));
        }
        Block::Paragraph(parts) => out.push_str(&format!("{}\n", line(parts, form))),
        Block::List(points) => {
            for point in points {
                out.push_str(&format!("- {}\n", line(point, form).replace('\n', "\n  ")));
            }
        }
        Block::Code { language, text } => {
            let fence = "`".repeat(longest_run(text).max(2) + 1);
            let language: String = language.chars().filter(char::is_ascii_alphanumeric).collect();
            out.push_str(&format!("{fence}{language}\n"));
            text.lines().for_each(|line| out.push_str(&format!("{}\n", visible(line))));
            out.push_str(&format!("{fence}\n"));
        }
    }
}

fn line(parts: &[Inline], form: Form<'_>) -> String {
    let mut out = String::new();
    for part in parts {
        let is_first = out.is_empty() || out.ends_with('\n');
        out.push_str(&inline(part, is_first, form));
    }
    out
}

fn inline(part: &Inline, is_first: bool, form: Form<'_>) -> String {
    match part {
        Inline::Text(words) => text(words, is_first),
        Inline::Strong(words) => format!("**{}**", text(words, false)),
        Inline::Code(words) => code(words),
        Inline::Link(words, target) => format!("[{}]({})", inline(words, false, form), form.link(target, "md")),
    }
}

/// Words as Markdown: whatever could mean something there is escaped. `is_first` says that a line begins with them.
fn text(words: &str, is_first: bool) -> String {
    let mut out = String::new();
    for (number, line) in words.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let line = visible(line);
        let begins = if number > 0 || is_first { opener(&line) } else { None };
        for (at, character) in line.char_indices() {
            if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~')
                || begins == Some(at)
            {
                out.push('\\');
            }
            out.push(character);
        }
    }
    out
}

/// The byte that makes the beginning of a line a heading, a list or a rule.
fn opener(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let digits = trimmed.len() - trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match trimmed[digits..].chars().next()? {
        '#' | '-' | '+' | '=' if digits == 0 => Some(indent),
        '.' | ')' if digits > 0 => Some(indent + digits),
        _ => None,
    }
}

/// Source text inside of a line.
pub(crate) fn code(words: &str) -> String {
    let words = visible(words);
    let fence = "`".repeat(longest_run(&words) + 1);
    let gap = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    format!("{fence}{gap}{words}{gap}{fence}")
}

/// The longest run of backquotes in a text.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn words_never_become_markup() {
        assert_eq!(text("<b>a</b> & *b* [x](y)", true), "\\<b\\>a\\</b\\> \\& \\*b\\* \\[x\\](y)");
        assert_eq!(text("# a\n- b\n1. c", true), "\\# a\n\\- b\n1\\. c");
        assert_eq!(text("a - b # c", true), "a - b # c");
        assert_eq!(text("\u{1b}[31m", true), "\\\\u{1b}\\[31m");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}

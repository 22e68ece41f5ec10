//! The syntax chapter: the rules of `grammar/hlab.pest` with the comments above them.

use super::comment::{blocks, inline};
use super::{Block, Inline, Page};

/// The normative grammar. A law keeps the parser equal to it.
const GRAMMAR: &str = include_str!("../../grammar/hlab.pest");

/// The page of the syntax.
pub(super) fn page() -> Page {
    Page { path: "syntax".to_owned(), title: "Syntax".to_owned(), blocks: chapter(GRAMMAR) }
}

/// The blocks of a grammar: `//!` is about all of it, `// ----` heads a part, `///` is about the rule below.
fn chapter(grammar: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let about: Vec<&str> = grammar.lines().filter_map(|line| line.strip_prefix("//!")).map(strip).collect();
    out.extend(blocks(&about.join("\n")));
    let mut doc: Vec<&str> = Vec::new();
    let mut rule: Vec<&str> = Vec::new();
    let lines = grammar.lines().filter(|line| !line.starts_with("//!"));
    for line in lines {
        if let Some(title) = line.strip_prefix("// ----") {
            end_rule(&mut out, &mut doc, &mut rule);
            let mut title: Vec<char> = title.trim().trim_matches('-').trim().chars().collect();
            if let Some(first) = title.first_mut() {
                *first = first.to_ascii_uppercase();
            }
            let title: String = title.into_iter().collect();
            let anchor = format!("syntax.{}", title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
            out.push(Block::Heading { level: 2, anchor, text: inline(&title) });
        } else if let Some(text) = line.strip_prefix("///") {
            if !rule.is_empty() {
                end_rule(&mut out, &mut doc, &mut rule);
            }
            doc.push(strip(text));
        } else if line.trim().is_empty() {
            end_rule(&mut out, &mut doc, &mut rule);
        } else if !line.starts_with("//") {
            // A rule begins in column 0; what is indented, and the brace behind it, belongs to it.
            if !rule.is_empty() && !line.starts_with([' ', '}']) {
                end_rule(&mut out, &mut doc, &mut rule);
            }
            rule.push(line);
        }
    }
    end_rule(&mut out, &mut doc, &mut rule);
    out
}

fn strip(text: &str) -> &str {
    text.strip_prefix(' ').unwrap_or(text)
}

fn end_rule(out: &mut Vec<Block>, doc: &mut Vec<&str>, rule: &mut Vec<&str>) {
    if let Some(name) = rule.first().and_then(|line| line.split_whitespace().next()) {
        let text = vec![Inline::Code(name.to_owned())];
        out.push(Block::Heading { level: 3, anchor: format!("rule.{name}"), text });
        out.extend(blocks(&doc.join("\n")));
        out.push(Block::Code { language: "pest".to_owned(), text: rule.join("\n") });
    }
    doc.clear();
    rule.clear();
}

#[cfg(test)]
mod tests {
    use super::{Block, GRAMMAR, chapter};

    #[test]
    fn every_rule_of_the_grammar_is_described() {
        let rules =
            GRAMMAR.lines().filter(|line| line.contains(" = ") && line.starts_with(|c: char| c.is_ascii_alphabetic()));
        let blocks = chapter(GRAMMAR);
        let described = blocks.windows(2).filter(|pair| {
            matches!(pair[0], Block::Heading { level: 3, .. })
                && !matches!(pair[1], Block::Code { .. } | Block::Heading { .. })
        });
        assert_eq!(described.count(), rules.count());
    }
}

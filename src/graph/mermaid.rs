//! The graph for Mermaid, which GitHub, GitLab and many wikis draw inside a Markdown page.

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::draw::{Group, groups, lines};
use super::{Graph, Node};
use crate::diag::visible;

/// The graph as a Mermaid flowchart.
#[must_use]
pub fn document(graph: &Graph) -> String {
    // Addresses are no ids there: a node is called by its number.
    let numbers: FxHashMap<&str, usize> =
        graph.nodes.iter().enumerate().map(|(number, node)| (node.address.as_str(), number)).collect();
    let mut out = String::from("flowchart LR\n");
    groups(graph).iter().for_each(|group| push_group(&mut out, group, &numbers));
    for line in lines(graph) {
        let (Some(from), Some(to)) = (numbers.get(line.from), numbers.get(line.to)) else { continue };
        let arrow = if line.is_need { "-.->" } else { "-->" };
        push(&mut out, format_args!("  n{from} {arrow}|{}| n{to}\n", text(&line.label)));
    }
    out
}

fn push_group(out: &mut String, group: &Group<'_>, numbers: &FxHashMap<&str, usize>) {
    let number = |node: &Node| numbers.get(node.address.as_str()).copied().unwrap_or_default();
    let Some(host) = group.host else {
        return group.nodes.iter().for_each(|node| push_node(out, "  ", node, number(node)));
    };
    push(out, format_args!("  subgraph g{}[{}]\n", number(host), text(&host.key)));
    group.nodes.iter().for_each(|node| push_node(out, "    ", node, number(node)));
    out.push_str("  end\n");
}

fn push_node(out: &mut String, indent: &str, node: &Node, number: usize) {
    let model = node.model.as_ref().map_or_else(String::new, |model| format!(": {model}"));
    push(out, format_args!("{indent}n{number}[{}]\n", text(&format!("{} {}{model}", node.kind, node.key))));
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}

/// The one encoder of what stands in quotes in Mermaid: letters, digits and what names are made of stay, every other character
/// is an entity by its number, so that none can end the text, begin Markdown or be taken for HTML. Source: Mermaid,
/// "Flowcharts Syntax", entity codes to escape characters.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for character in visible(text).chars() {
        match character {
            ' ' | '-' | '_' | '.' | ',' | '/' | ':' => out.push(character),
            character if character.is_alphanumeric() => out.push(character),
            character => push(&mut out, format_args!("#{};", u32::from(character))),
        }
    }
    out.push('"');
    out
}

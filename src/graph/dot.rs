//! The graph for Graphviz: `hlab graph | dot -Tsvg`.

use std::fmt::Write;

use super::draw::{Group, groups, lines};
use super::{Graph, Node};
use crate::diag::visible;

/// The graph in the DOT language.
#[must_use]
pub fn document(graph: &Graph) -> String {
    let mut out = String::from("digraph lab {\n");
    out.push_str("  graph [rankdir=LR, compound=true, fontname=\"sans-serif\", ranksep=1.2]\n");
    out.push_str(
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11]\n",
    );
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9, color=gray40, fontcolor=gray30]\n");
    groups(graph).iter().for_each(|group| push_group(&mut out, group));
    for line in lines(graph) {
        let style = if line.is_need { ", style=dashed" } else { "" };
        push(&mut out, format_args!("  {} -> {} [label={}{style}]\n", id(line.from), id(line.to), text(&line.label)));
    }
    out.push_str("}\n");
    out
}

fn push_group(out: &mut String, group: &Group<'_>) {
    let Some(host) = group.host else {
        return group.nodes.iter().for_each(|node| push_node(out, "  ", node, ""));
    };
    push(out, format_args!("  subgraph {} {{\n", text(&format!("cluster {}", host.address))));
    push(out, format_args!("    label={}\n", text(&host.key)));
    out.push_str("    style=\"rounded,filled\"\n    color=gray70\n    fillcolor=gray96\n    fontname=\"sans-serif\"\n");
    push_node(out, "    ", host, ", style=\"rounded,filled,bold\"");
    group.nodes.iter().skip(1).for_each(|node| push_node(out, "    ", node, ""));
    out.push_str("  }\n");
}

/// A resource with its kind above its name; where it is declared shows when one points at it.
fn push_node(out: &mut String, indent: &str, node: &Node, style: &str) {
    let model = node.model.as_ref().map_or_else(String::new, |model| format!(": {model}"));
    let (kind, name) = (escaped(&node.kind), escaped(&format!("{}{model}", node.key)));
    let place = text(&format!("{}:{}", node.file, node.line));
    push(out, format_args!("{indent}{} [label=\"{kind}\\n{name}\", tooltip={place}{style}]\n", id(&node.address)));
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}

/// A name of a node: the text in quotes. Escaped as a label is, so that two names never become one.
fn id(address: &str) -> String {
    text(address)
}

/// A text in quotes.
fn text(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// The one encoder of what stands in quotes in DOT: quotes and backslashes, which begin escapes, and `&`, which begins an
/// entity; control characters are shown. Source: Graphviz, "The DOT Language" and "escString".
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            character => out.push(character),
        }
    }
    out
}

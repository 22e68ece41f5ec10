//! The graph for programs. The shape is described in `docs/graph.md`.

use super::Graph;

/// The graph as one document, two spaces a level.
#[must_use]
pub fn document(graph: &Graph) -> String {
    // Plain data with text as keys: nothing in it can be refused.
    let mut text = serde_json::to_string_pretty(graph).unwrap_or_default();
    text.push('\n');
    text
}

//! The law of reading again: after any run of edits, what is read again item by item is what the whole text parses to.

use hlab::base::{FileId, Span};
use hlab::diag::Diagnostic;
use hlab::syntax::tree::Tree;
use hlab::syntax::{Before, parse, parse_again};

use crate::laws::random::Random;
use crate::laws::syntax::corpus::sources;

/// What people type and delete, and what unsettles a parser.
const PIECES: [&str; 28] = [
    "\n",
    " ",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "=",
    "x",
    "vm web on pve {\n}\n",
    "\nhost new {\n",
    "cpu { cores = 2 }\n",
    "  memory = 4GiB\n",
    "// note",
    "/// doc\n",
    ".",
    "+=",
    "on",
    "with [a, b]",
    "${",
    "é",
    "for x in xs {\n",
    "policy",
    ",",
    "\\",
];

/// Nodes without the numbers that only tell what may be copied.
fn plain(tree: &Tree) -> Vec<(u8, u32, u32, u32)> {
    tree.nodes.iter().map(|node| (node.kind as u8, node.start, node.end, node.next)).collect()
}

/// Where what is said.
fn brief(diagnostics: &[Diagnostic]) -> Vec<(String, Option<Span>)> {
    diagnostics.iter().map(|found| (found.message.clone(), found.primary.as_ref().map(|label| label.span))).collect()
}

/// A place to edit: anywhere, or near the last one, as somebody types.
fn place(random: &mut Random, text: &str, last: usize) -> (usize, usize) {
    let near = last.saturating_sub(20) + random.below(40);
    let mut start = if random.once_in(3) { random.below(text.len() + 1) } else { near.min(text.len()) };
    let mut end = (start + if random.once_in(2) { random.below(9) } else { 0 }).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

#[test]
fn a_text_read_again_after_each_edit_is_the_text_read_as_a_whole() {
    let mut random = Random::new(11);
    let (mut again, mut edits) = (0, 0);
    let in_order = sources().into_iter().filter(|(_, text)| parse(FileId(0), text).diagnostics.is_empty());
    for (path, original) in in_order.filter(|(_, text)| text.contains("\n\n")) {
        for _ in 0..20 {
            let mut text = original.clone();
            let mut read = parse(FileId(0), &text);
            let mut last = random.below(text.len() + 1);
            for _ in 0..5 {
                let (start, end) = place(&mut random, &text, last);
                let piece = if random.once_in(3) { "" } else { *random.pick(&PIECES) };
                let before = text.clone();
                text.replace_range(start..end, piece);
                let whole = parse(FileId(0), &text);
                edits += 1;
                let known = Before { text: &before, tree: &read.value, diagnostics: &read.diagnostics };
                if let Some(found) = parse_again(&known, &text, &(start..end), piece.len()) {
                    again += 1;
                    let story = || format!("{}: {start}..{end} became {piece:?} in\n{before}", path.display());
                    assert_eq!(plain(&found.value), plain(&whole.value), "{}", story());
                    assert_eq!(found.value.items, whole.value.items, "{}", story());
                    assert_eq!(brief(&found.diagnostics), brief(&whole.diagnostics), "{}", story());
                    assert_eq!(found.diagnostics, whole.diagnostics, "{}", story());
                }
                (read, last) = (whole, start);
            }
        }
    }
    assert!(again * 4 > edits, "only {again} of {edits} edits were read again item by item");
}

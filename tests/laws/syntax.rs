//! The laws of reading and formatting: the parser is total, the grammar and the parser are one language, formatting keeps
//! what a text means.

pub mod corpus;
mod grammar;
mod shape;

use hlab::base::FileId;
use hlab::syntax::tree::{NodeKind, Tree};
use hlab::syntax::{format, parse, unquote};

use crate::laws::random::Random;
use corpus::{mutations, sources};

/// How many random changes the grammar and the parser are compared on.
const MUTATIONS: usize = 12_000;

/// A number of texts; `HLAB_LAWS=20` tries twenty times as many.
fn runs(count: usize) -> usize {
    let factor = std::env::var("HLAB_LAWS").ok().and_then(|factor| factor.parse().ok());
    count * factor.unwrap_or(1)
}

fn read(text: &str) -> (Tree, bool) {
    let checked = parse(FileId(0), text);
    let accepted = checked.diagnostics.is_empty();
    (checked.value, accepted)
}

/// What is wrong with a tree, if anything is: spans outside the text or their parent, children out of order.
fn ill_formed(tree: &Tree, text: &str) -> Option<String> {
    let mut open: Vec<(u32, u32)> = Vec::new();
    let mut before = 0;
    for (index, node) in tree.nodes.iter().enumerate() {
        while open.last().is_some_and(|(next, _)| *next as usize <= index) {
            open.pop();
        }
        let (next, end) = open.last().copied().unwrap_or((tree.nodes.len() as u32, text.len() as u32));
        let inside = node.start <= node.end && node.end <= end && node.next <= next && node.next as usize > index;
        let whole = text.is_char_boundary(node.start as usize) && text.is_char_boundary(node.end as usize);
        if !inside || !whole || node.start < before {
            return Some(format!(
                "node {index} {node:?} (parent ends at {end}, {next}; the one before starts at {before})"
            ));
        }
        before = node.start;
        open.push((node.next, node.end));
    }
    (tree.nodes[0].next as usize != tree.nodes.len()).then(|| "the file does not span the tree".to_owned())
}

#[test]
fn the_grammar_and_the_parser_accept_the_same_texts_and_build_the_same_trees() {
    let sources = sources();
    let mut differences = Vec::new();
    let (mut accepted, mut tried) = (0, 0);
    let chunks = corpus::chunks(&sources);
    let random = mutations(&chunks, runs(MUTATIONS));
    for text in sources.iter().map(|(_, text)| text).chain(&chunks).chain(&random) {
        let (tree, is_accepted) = read(text);
        let specified = grammar::shape_of(text);
        tried += 1;
        accepted += usize::from(is_accepted);
        let difference = match (&specified, is_accepted) {
            (Ok(specified), true) => shape::difference(specified, &shape::of(&tree)),
            (Err(_), false) => None,
            (Ok(_), false) => Some("only the grammar accepts it".to_owned()),
            (Err(error), true) => Some(format!("only the parser accepts it: {error}")),
        };
        if let Some(difference) = difference {
            differences.push(format!("==== {difference}\n{text}\n"));
        }
    }
    let shown: Vec<_> = differences.iter().take(5).cloned().collect();
    assert!(differences.is_empty(), "{} of {tried} texts:\n{}", differences.len(), shown.join("\n"));
    assert!(accepted * 10 > tried && accepted < tried, "{accepted} of {tried} accepted: the texts say too little");
}

#[test]
fn the_parser_is_total() {
    let sources = sources();
    let mut random = Random::new(7);
    let mut texts = mutations(&corpus::chunks(&sources), runs(3_000));
    texts.extend((0..runs(3_000)).map(|_| corpus::noise(&mut random)));
    texts.extend(sources.into_iter().map(|(_, text)| text));
    for text in &texts {
        let checked = parse(FileId(0), text);
        assert_eq!(ill_formed(&checked.value, text), None, "in\n{text}");
        for diagnostic in &checked.diagnostics {
            let labels = diagnostic.primary.iter().chain(&diagnostic.labels).map(|label| label.span);
            let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            for span in labels.chain(edits) {
                assert!(text.get(span.range()).is_some(), "{diagnostic:?} points outside\n{text}");
            }
        }
    }
}

#[test]
fn formatting_is_idempotent_and_keeps_meaning_and_comments() {
    let sources = sources();
    let chunks = corpus::chunks(&sources);
    let mut texts = corpus::layouts(&chunks, runs(4_000));
    texts.extend(mutations(&chunks, runs(4_000)));
    texts.extend(sources.into_iter().map(|(_, text)| text));
    let mut formatted = 0;
    for text in &texts {
        let (tree, accepted) = read(text);
        let Some(once) = format(text) else {
            assert!(!accepted, "a text without errors is formatted\n{text}");
            continue;
        };
        formatted += 1;
        let (after, still) = read(&once);
        assert!(still, "a formatted text has no errors\n{text}\n---- became\n{once}");
        assert_eq!(
            meaning(&tree, text),
            meaning(&after, &once),
            "formatting keeps meaning\n{text}\n---- became\n{once}"
        );
        assert_eq!(
            comments(&tree, text),
            comments(&after, &once),
            "formatting keeps comments\n{text}\n---- became\n{once}"
        );
        assert_eq!(format(&once).as_deref(), Some(once.as_str()), "formatting is idempotent\n{text}");
    }
    assert!(formatted > 2_000, "only {formatted} texts could be formatted: the texts say too little");
}

/// The tree without places: kinds, depths, and what the leaves say.
fn meaning(tree: &Tree, text: &str) -> Vec<(usize, NodeKind, String)> {
    shape::leaves(tree)
        .into_iter()
        .map(|(depth, kind, leaf)| {
            let said = leaf.map_or(String::new(), |(start, end)| {
                let raw = &text[start as usize..end as usize];
                if kind == NodeKind::Str { unquote(raw).into_owned() } else { raw.replace("\r\n", "\n") }
            });
            let silent = matches!(
                kind,
                NodeKind::File | NodeKind::Body | NodeKind::ExpectOk | NodeKind::ExpectClean | NodeKind::List
            );
            (depth, kind, if silent { String::new() } else { said })
        })
        .collect()
}

/// The comments of a text, in order.
fn comments(tree: &Tree, text: &str) -> Vec<String> {
    let strings: Vec<_> = tree.nodes.iter().filter(|node| node.kind == NodeKind::Str).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find("//") {
        at += next;
        if let Some(string) = strings.iter().find(|node| (node.start as usize..node.end as usize).contains(&at)) {
            at = string.end as usize;
            continue;
        }
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        found.push(text[at..end].trim_end().to_owned());
        at = end;
    }
    found
}

#[test]
fn nesting_at_the_bound_is_read_and_beyond_it_refused_by_both() {
    // File, Field, then one List for each bracket.
    let nested = |count: usize| format!("a = {}{}\n", "[".repeat(count), "]".repeat(count));
    let bound = hlab::syntax::MAX_DEPTH as usize;
    for (count, fits) in [(bound - 1, true), (bound, false)] {
        let text = nested(count);
        assert_eq!(read(&text).1, fits, "{count} brackets");
        let specified =
            std::thread::Builder::new().stack_size(64 << 20).spawn(move || grammar::shape_of(&text).is_ok());
        assert_eq!(specified.expect("a thread").join().expect("no overflow"), fits, "{count} brackets");
    }
}

#[test]
fn hostile_nesting_is_quick_and_says_one_thing() {
    let closed = format!("a = {}{}\nb = 1\n", "[".repeat(100_000), "]".repeat(100_000));
    let texts = [
        closed,
        format!("a = {}", "(".repeat(100_000)),
        "a { ".repeat(100_000),
        format!("a = {}1", "-".repeat(100_000)),
        format!("a = {}", "not ".repeat(100_000)),
        format!("a = {}", "if b then ".repeat(100_000)),
        format!("a = b{}", ".c".repeat(100_000)),
        format!("a = 1{}", " + 1".repeat(100_000)),
        format!("a = {}", "\"${".repeat(100_000)),
        format!("a: {}", "A<".repeat(100_000)),
    ];
    for text in texts {
        let checked = parse(FileId(0), &text);
        let names: Vec<_> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
        assert_eq!(names, ["too-deep"], "{}…", &text[..20]);
        assert_eq!(ill_formed(&checked.value, &text), None);
    }
}

#[test]
fn time_grows_with_the_text_and_not_faster() {
    // Each was once, or could be, quadratic or worse: unclosed braces, strings, holes, and operators behind large operands.
    let unclosed = "a {\n  b = [1\n  c { d = \"x\n".repeat(20_000);
    let holes = format!("a = \"{}\"\n", "${b}".repeat(100_000));
    let texts = "a = \"\"\"\n  x ${b}\n  \\\"\"\"\n".repeat(20_000);
    let operators = format!("a = [{}]{}\n", "1, ".repeat(300_000), " + 1".repeat(200));
    let blocks = "\\\"\"\"\nvm x\n/* y\n".repeat(20_000);
    for text in [unclosed, holes, texts, operators, blocks] {
        let checked = parse(FileId(0), &text);
        assert_eq!(ill_formed(&checked.value, &text), None);
        assert!(checked.diagnostics.len() <= 100, "errors are bounded");
    }
}

#[test]
fn a_fix_mends_what_it_is_offered_for() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/syntax");
    let mut fixes = 0;
    for entry in std::fs::read_dir(cases).expect("cases").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a case");
        for section in text.split("//# ").skip(1) {
            let text = section.split_once('\n').map_or("", |(_, text)| text);
            let before = parse(FileId(0), text).diagnostics;
            for (diagnostic, fix) in before.iter().flat_map(|found| found.fixes.iter().map(move |fix| (found, fix))) {
                let mut edits: Vec<_> = fix.edits.iter().collect();
                edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
                let mut fixed = text.to_owned();
                for edit in edits {
                    fixed.replace_range(edit.span.range(), &edit.text);
                }
                let after = parse(FileId(0), &fixed).diagnostics;
                assert!(after.len() < before.len(), "{diagnostic:#?}\n{text}\n---- became\n{fixed}\n{after:#?}");
                fixes += 1;
            }
        }
    }
    assert!(fixes > 30, "only {fixes} fixes were tried");
}

//! How the answers about a whole file are drawn: words, outlines, folds, layout, hints and actions.

use std::collections::BTreeMap;

use hlab::base::{FileId, Span, TextEdit};
use hlab::ide::actions::Action;
use hlab::ide::symbols::Symbol;
use hlab::ide::tokens::Modifier;
use hlab::ide::{Snapshot, actions, fold, inlay, layout, symbols, tokens};

/// The answer to a question of this sort; none if it is another. Without a cursor it is about the whole file.
pub fn ask(snapshot: &mut Snapshot, file: FileId, at: Option<u32>, word: &str, rest: &str) -> Option<String> {
    let line = at.map_or(0..snapshot.text(file).len() as u32, |at| line_around(snapshot.text(file), at));
    let tail = at.map_or(line.clone(), |at| at..line.end);
    Some(match word {
        "tokens" => {
            let found = tokens::in_range(snapshot, file, &line);
            words(snapshot, &found)
        }
        "tokens-of-file" => {
            let found = tokens::of_file(snapshot, file);
            words(snapshot, &found)
        }
        "symbols" => symbols::of_file(snapshot, file).iter().map(|symbol| outline(snapshot, symbol, 0)).collect(),
        "workspace-symbols" => {
            let found = symbols::search(snapshot, rest);
            let one = |found: &symbols::Found| {
                format!("{} · {} · {}\n", found.name, found.detail, place(snapshot, found.span))
            };
            found.iter().take(12).map(one).collect()
        }
        "fold" => folded(snapshot, file),
        "format" => changes(snapshot, &layout::format(snapshot, file)),
        "format-range" => changes(snapshot, &layout::format_range(snapshot, file, &tail)),
        "inlay" => hints(snapshot, file, &line),
        "actions" => {
            let at = at.expect("the section has a cursor");
            actions::quick_fixes(snapshot, file, &(at..at)).iter().map(|action| drawn(snapshot, action)).collect()
        }
        "fix-all" => actions::fix_all(snapshot, file).map_or_else(String::new, |action| drawn(snapshot, &action)),
        _ => return None,
    })
}

fn line_around(text: &str, at: u32) -> std::ops::Range<u32> {
    let at = at as usize;
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start as u32..end as u32
}

fn line_of(snapshot: &Snapshot, span: Span) -> usize {
    snapshot.analysis().sources.file(span.file).position(span.start as usize).line
}

/// `main.hlab:4`; the library's lines move with every release of it.
fn place(snapshot: &Snapshot, span: Span) -> String {
    let path = &snapshot.analysis().sources.file(span.file).path;
    if snapshot.is_library(span.file) { path.clone() } else { format!("{path}:{}", line_of(snapshot, span)) }
}

/// Each word with its class, a line for each line.
fn words(snapshot: &Snapshot, tokens: &[tokens::Token]) -> String {
    let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for token in tokens {
        let class = format!("{:?}", token.class).to_lowercase();
        let modifier = match token.modifier {
            Modifier::Plain => "",
            Modifier::Declaring => ", declared",
            Modifier::BuiltIn => ", built in",
        };
        let text = snapshot.text_of(token.span);
        lines.entry(line_of(snapshot, token.span)).or_default().push(format!("{text}‹{class}{modifier}›"));
    }
    lines.values().map(|words| words.join(" ") + "\n").collect()
}

fn outline(snapshot: &Snapshot, symbol: &Symbol, depth: usize) -> String {
    let sort = format!("{:?}", symbol.sort).to_lowercase();
    let detail = if symbol.detail.is_empty() { String::new() } else { format!(" · {}", symbol.detail) };
    let selected = snapshot.text_of(symbol.selection);
    let selected = if selected == symbol.name {
        String::new()
    } else {
        format!(" · selects `{}`", selected.replace('\n', "⏎"))
    };
    let inner: String = symbol.children.iter().map(|child| outline(snapshot, child, depth + 1)).collect();
    format!("{}{} ({sort}){detail}{selected}\n{inner}", "  ".repeat(depth), symbol.name)
}

/// The first line of each fold and how many lines it hides.
fn folded(snapshot: &mut Snapshot, file: FileId) -> String {
    let folds = fold::folds(snapshot, file);
    let text = snapshot.text(file);
    let one = |fold: &fold::Fold| {
        let first = line_around(text, fold.span.start);
        let hidden = text[fold.span.range()].matches('\n').count();
        let sort = format!("{:?}", fold.sort).to_lowercase();
        format!("{sort}: `{}` and {hidden} more\n", &text[first.start as usize..first.end as usize])
    };
    folds.iter().map(one).collect()
}

/// Each edit as what was there and what comes there.
fn changes(snapshot: &Snapshot, edits: &[TextEdit]) -> String {
    let one = |edit: &TextEdit| {
        format!("{} {:?} becomes {:?}\n", place(snapshot, edit.span), snapshot.text_of(edit.span), edit.text)
    };
    edits.iter().map(one).collect()
}

/// The lines with hints, the hints between their words, and why.
fn hints(snapshot: &mut Snapshot, file: FileId, range: &std::ops::Range<u32>) -> String {
    let hints = inlay::hints(snapshot, file, range);
    let text = snapshot.text(file);
    let mut drawn = String::new();
    for of_line in hints.chunk_by(|one, other| line_around(text, one.at) == line_around(text, other.at)) {
        let line = line_around(text, of_line[0].at);
        let mut at = line.start;
        for hint in of_line {
            drawn.push_str(&format!("{}«{}»", &text[at as usize..hint.at as usize], hint.text));
            at = hint.at;
        }
        drawn.push_str(&format!("{}\n", &text[at as usize..line.end as usize]));
        for hint in of_line {
            let from = hint.place.map(|span| format!(", see {}", place(snapshot, span))).unwrap_or_default();
            drawn.push_str(&format!("  {}: {}{from}\n", hint.text.trim(), hint.tooltip));
        }
    }
    drawn
}

fn drawn(snapshot: &Snapshot, action: &Action) -> String {
    let only = if action.is_only { " (the only one)" } else { "" };
    let mends: Vec<&str> = action.mends.iter().map(|number| snapshot.diagnostics()[*number].code.name()).collect();
    let edits: String = action.edits.values().map(|edits| changes(snapshot, edits)).collect();
    let edits: String = edits.lines().map(|line| format!("  {line}\n")).collect();
    format!("{}{only}, mends {}\n{edits}", action.title, mends.join(", "))
}

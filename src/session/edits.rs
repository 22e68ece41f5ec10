//! Machine fixes that fit together, and where two texts differ: for whoever changes files.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::{FileId, Origin, Sources, TextEdit};
use crate::diag::Diagnostic;

/// The fixes that can be applied together, as edits by file, each list sorted and without overlaps.
///
/// Of each diagnostic the first fix counts; one that touches the library, or a place that an
/// earlier fix touched, waits for the next round.
pub(crate) fn choose(sources: &Sources, diagnostics: &[Diagnostic]) -> (BTreeMap<FileId, Vec<TextEdit>>, usize) {
    let mut chosen: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    let mut count = 0;
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fixes.first()) {
        let is_repeated =
            fix.edits.iter().all(|edit| chosen.get(&edit.span.file).is_some_and(|have| have.contains(edit)));
        if is_repeated || fix.edits.iter().any(|edit| !is_possible(sources, chosen.get(&edit.span.file), edit)) {
            continue;
        }
        for edit in &fix.edits {
            let of_file = chosen.entry(edit.span.file).or_default();
            let place = of_file.partition_point(|other| other.span <= edit.span);
            of_file.insert(place, edit.clone());
        }
        count += 1;
    }
    (chosen, count)
}

fn is_possible(sources: &Sources, chosen: Option<&Vec<TextEdit>>, edit: &TextEdit) -> bool {
    let file = sources.file(edit.span.file);
    let is_ours = match file.origin {
        Origin::Project => true,
        Origin::Library => false,
    };
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let is_inside = start <= end && file.text.is_char_boundary(start) && file.text.is_char_boundary(end);
    // Two insertions at one place have no order, so touching counts as overlapping.
    let is_free = |other: &TextEdit| edit.span.end < other.span.start || other.span.end < edit.span.start;
    is_ours && is_inside && chosen.is_none_or(|chosen| chosen.iter().all(is_free))
}

/// A text with sorted edits applied.
pub(crate) fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut new = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        new.push_str(&text[at..edit.span.start as usize]);
        new.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    new.push_str(&text[at..]);
    new
}

/// A run of lines.
pub(crate) type Lines = Range<usize>;

/// The runs of lines that differ. Greedy: after a difference the texts are taken to agree again at
/// the nearest pair of equal lines; fixes and formatting change little at a time.
pub(crate) fn hunks(old: &[&str], new: &[&str]) -> Vec<(Lines, Lines)> {
    let (mut hunks, mut a, mut b) = (Vec::new(), 0, 0);
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            (a, b) = (a + 1, b + 1);
            continue;
        }
        let (skip_old, skip_new) = resync(&old[a..], &new[b..]);
        hunks.push((a..a + skip_old, b..b + skip_new));
        (a, b) = (a + skip_old, b + skip_new);
    }
    hunks
}

/// How many lines to leave out on each side until the next line is the same; looks 200 lines ahead.
fn resync(old: &[&str], new: &[&str]) -> (usize, usize) {
    for sum in 1..400usize {
        for skip_old in sum.saturating_sub(200)..=sum.min(200) {
            let skip_new = sum - skip_old;
            match (old.get(skip_old), new.get(skip_new)) {
                (Some(_), Some(_)) if agree(&old[skip_old..], &new[skip_new..]) => return (skip_old, skip_new),
                (None, None) if skip_old == old.len() && skip_new == new.len() => return (skip_old, skip_new),
                _ => {}
            }
        }
    }
    (old.len(), new.len())
}

/// Whether two texts go on alike: with a line that tells something, or with a closer and what follows it.
fn agree(old: &[&str], new: &[&str]) -> bool {
    let tells = |line: &&str| line.contains(char::is_alphanumeric);
    old.first() == new.first() && (old.first().is_some_and(tells) || old.get(1) == new.get(1))
}

#[cfg(test)]
mod tests {
    use super::{apply, choose};
    use crate::base::{Origin, SourceFile, Sources, Span};
    use crate::diag::codes::SYNTAX_ERROR;
    use crate::diag::{Code, Diagnostic};

    #[test]
    fn fixes_that_overlap_are_applied_one_round_after_the_other() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.hlab".into(), "one two three".into(), Origin::Project));
        let fix = |start, end, text: &str| {
            let span = Span::new(file, start, end);
            Diagnostic::error(Code::Row(&SYNTAX_ERROR), span, "m").fix("f", span, text)
        };
        let all = [fix(8, 13, "3"), fix(0, 3, "1"), fix(2, 5, "x"), fix(0, 3, "1")];
        let (edits, count) = choose(&sources, &all);
        assert_eq!(count, 2);
        assert_eq!(apply("one two three", &edits[&file]), "1 two 3");
    }

    #[test]
    fn the_library_is_never_edited() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("std/vm.hlab".into(), "kind".into(), Origin::Library));
        let span = Span::new(file, 0, 1);
        let (edits, _) =
            choose(&sources, &[Diagnostic::error(Code::Row(&SYNTAX_ERROR), span, "m").fix("f", span, "x")]);
        assert!(edits.is_empty());
    }
}

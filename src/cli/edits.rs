//! The difference between two texts for people.

use crate::diag::Shown;
use crate::session::edits::hunks;

/// Lines shown around a change.
const AROUND: usize = 2;

/// The difference as a unified diff, fit to be shown; changes whose surroundings touch share a hunk.
pub(super) fn diff(shown: &Shown<'_>, path: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let path = shown.line(path);
    let mut text = format!("--- {path}\n+++ {path}\n");
    let changes = hunks(&old, &new);
    for group in changes.chunk_by(|(one, _), (next, _)| next.start <= one.end + 2 * AROUND) {
        let (Some((first, first_new)), Some((last, _))) = (group.first(), group.last()) else { continue };
        let before = first.start.saturating_sub(AROUND);
        let after = (last.end + AROUND).min(old.len());
        let gone: usize = group.iter().map(|(from, _)| from.len()).sum();
        let come: usize = group.iter().map(|(_, to)| to.len()).sum();
        let (removed, added) = (after - before, after - before - gone + come);
        let start = first_new.start - (first.start - before);
        text.push_str(&format!("@@ -{},{removed} +{},{added} @@\n", before + 1, start + 1));
        let mut line = |sign: &str, line: &str| text.push_str(&format!("{sign}{}\n", shown.lines(line).concat()));
        let mut at = before;
        for (from, to) in group {
            old[at..from.start].iter().for_each(|text| line(" ", text));
            old[from.clone()].iter().for_each(|text| line("-", text));
            new[to.clone()].iter().for_each(|text| line("+", text));
            at = from.end;
        }
        old[at..after].iter().for_each(|text| line(" ", text));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::diff;
    use crate::base::Sources;
    use crate::diag::Shown;

    #[test]
    fn a_difference_shows_the_changed_lines_with_two_around_them() {
        let sources = Sources::default();
        let old = "a\nb\nc\nd\ne\nf\n";
        let new = "a\nb\nc\nD\nnew\ne\nf\n";
        let text = diff(&Shown::new(&sources), "x.hlab", old, new);
        assert_eq!(text, "--- x.hlab\n+++ x.hlab\n@@ -2,5 +2,6 @@\n b\n c\n-d\n+D\n+new\n e\n f\n");
    }

    #[test]
    fn changes_close_to_each_other_share_a_hunk() {
        let sources = Sources::default();
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\n";
        let text = diff(&Shown::new(&sources), "x", old, "A\nb\nc\nD\ne\nf\ng\nh\ni\nj\n");
        let hunks = "@@ -1,6 +1,6 @@\n-a\n+A\n b\n c\n-d\n+D\n e\n f\n@@ -8,2 +8,3 @@\n h\n i\n+j\n";
        assert_eq!(text, format!("--- x\n+++ x\n{hunks}"));
    }
}

//! The difference between two texts for people.

use crate::diag::Shown;
use crate::session::edits::hunks;

/// The difference as a unified diff of one hunk a change, fit to be shown.
pub(super) fn diff(shown: &Shown<'_>, path: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let path = shown.line(path);
    let mut text = format!("--- {path}\n+++ {path}\n");
    for (from, to) in hunks(&old, &new) {
        let before = from.start.saturating_sub(2);
        let after = (from.end + 2).min(old.len());
        let (removed, added) = (after - before, after - before - from.len() + to.len());
        let first = to.start - (from.start - before);
        text.push_str(&format!("@@ -{},{removed} +{},{added} @@\n", before + 1, first + 1));
        let mut line = |sign: &str, line: &str| text.push_str(&format!("{sign}{}\n", shown.lines(line).concat()));
        old[before..from.start].iter().for_each(|text| line(" ", text));
        old[from.clone()].iter().for_each(|text| line("-", text));
        new[to].iter().for_each(|text| line("+", text));
        old[from.end..after].iter().for_each(|text| line(" ", text));
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
}

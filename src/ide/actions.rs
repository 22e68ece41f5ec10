//! What can be mended at a place: the fixes that messages offer, and all of them at once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::{FileId, Origin, Span, TextEdit};
use crate::diag::{Diagnostic, Fix, Shown};
use crate::ide::Snapshot;
use crate::session::edits::choose;

/// Something that an editor can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// The edits, by file, sorted and without overlaps.
    pub edits: BTreeMap<FileId, Vec<TextEdit>>,
    /// The numbers of the diagnostics that it mends.
    pub mends: Vec<usize>,
    /// Whether nothing else mends them.
    pub is_only: bool,
}

/// The fixes of every diagnostic that touches a range of bytes, in the order of the diagnostics.
#[must_use]
pub fn quick_fixes(snapshot: &Snapshot, file: FileId, range: &Range<u32>) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    let sources = &snapshot.analysis().sources;
    let shown = Shown::new(sources);
    for (number, diagnostic) in snapshot.diagnostics().iter().enumerate() {
        let touches = |span: Span| span.file == file && span.start <= range.end && range.start <= span.end;
        let is_here = diagnostic.primary.as_ref().is_some_and(|label| touches(label.span));
        let is_offered = |fix: &&Fix| {
            (is_here || fix.edits.iter().any(|edit| touches(edit.span))) && may_be_offered(snapshot, &shown, fix)
        };
        let offered: Vec<&Fix> = diagnostic.fixes.iter().filter(is_offered).collect();
        for fix in &offered {
            let edits = by_file(&fix.edits);
            let is_only = offered.len() == 1;
            match actions.iter_mut().find(|action| action.title == fix.title && action.edits == edits) {
                // Two messages that one fix mends are one action.
                Some(action) => action.mends.push(number),
                None => actions.push(Action { title: fix.title.clone(), edits, mends: vec![number], is_only }),
            }
        }
    }
    actions
}

/// All fixes of a file's diagnostics that can be applied together, as `hlab fix` chooses them in one round; nothing where
/// there is none.
#[must_use]
pub fn fix_all(snapshot: &Snapshot, file: FileId) -> Option<Action> {
    let sources = &snapshot.analysis().sources;
    let shown = Shown::new(sources);
    let all = snapshot.diagnostics().iter().enumerate();
    let of_file = all.filter(|(_, found)| found.primary.as_ref().is_some_and(|label| label.span.file == file));
    let is_open = |fix: Option<&Fix>| fix.is_some_and(|fix| may_be_offered(snapshot, &shown, fix));
    let open: Vec<(usize, &Diagnostic)> = of_file.filter(|(_, found)| is_open(found.fixes.first())).collect();
    let diagnostics: Vec<Diagnostic> = open.iter().map(|(_, found)| (*found).clone()).collect();
    let (edits, count) = choose(sources, &diagnostics);
    let is_done =
        |fix: &Fix| fix.edits.iter().all(|edit| edits.get(&edit.span.file).is_some_and(|chosen| chosen.contains(edit)));
    let done = open.iter().filter(|(_, found)| found.fixes.first().is_some_and(is_done));
    let mends: Vec<usize> = done.map(|(number, _)| *number).collect();
    let title = match count {
        0 => return None,
        1 => "apply the one fix for this file".to_owned(),
        count => format!("apply all {count} fixes for this file"),
    };
    Some(Action { title, edits, mends, is_only: false })
}

/// Whether a fix changes the project only, and no part of it is a secret: neither what it writes nor where.
fn may_be_offered(snapshot: &Snapshot, shown: &Shown<'_>, fix: &Fix) -> bool {
    let sources = &snapshot.analysis().sources;
    let is_secret = |edit: &TextEdit| {
        let overlaps = |secret: &Span| {
            secret.file == edit.span.file && secret.start < edit.span.end && edit.span.start < secret.end
        };
        sources.tainted().iter().any(overlaps) || shown.without_secrets(&edit.text) != edit.text
    };
    let is_ours = |edit: &TextEdit| sources.file(edit.span.file).origin == Origin::Project;
    !fix.edits.is_empty() && fix.edits.iter().all(|edit| is_ours(edit) && !is_secret(edit))
}

fn by_file(edits: &[TextEdit]) -> BTreeMap<FileId, Vec<TextEdit>> {
    let mut found: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        found.entry(edit.span.file).or_default().push(edit.clone());
    }
    found.values_mut().for_each(|edits| edits.sort_by_key(|edit| edit.span));
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{fix_all, quick_fixes};
    use crate::base::{MemoryWorld, Origin, Span};
    use crate::diag::codes::SYNTAX_ERROR;
    use crate::diag::{Code, Diagnostic};
    use crate::ide::Snapshot;
    use crate::session::{Options, analyze};

    /// The titles that are offered for three fixes: one writes the text of a secret, one changes it, one is of neither.
    #[test]
    fn no_fix_is_offered_that_passes_through_a_secret() {
        let text = "project p\nvm web { token = \"hunter22\" }\n";
        let world = MemoryWorld::default().with("main.hlab", text);
        let mut analysis = analyze(&world, &Options::default());
        let found = analysis.sources.files().find(|(_, file)| file.origin == Origin::Project);
        let file = found.map(|(file, _)| file).expect("it was just read");
        let secret = text.find("hunter22").expect("it is there");
        let secret = Span::new(file, secret, secret + "hunter22".len());
        Arc::make_mut(&mut analysis.sources).taint(secret);
        let (word, end) = (Span::new(file, 10, 12), Span::new(file, text.len(), text.len()));
        let broken =
            |at, title: &str, text: &str| Diagnostic::error(Code::Row(&SYNTAX_ERROR), word, "m").fix(title, at, text);
        analysis.diagnostics = vec![
            broken(end, "writes it", "let x = \"hunter22\""),
            broken(secret, "changes it", "other"),
            broken(word, "is of neither", "container"),
        ];
        let snapshot = Snapshot::new(analysis);
        let offered = quick_fixes(&snapshot, file, &(11..11));
        let titles: Vec<&str> = offered.iter().map(|action| action.title.as_str()).collect();
        assert_eq!(titles, ["is of neither"]);
        assert_eq!(fix_all(&snapshot, file).map(|action| action.mends), Some(vec![2]));
    }
}

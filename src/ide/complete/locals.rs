//! The variables in sight at the cursor: of loops, `let`s and parameters.

use crate::ide::complete::Ask;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::ty::TyId;

impl Ask<'_> {
    /// The variables in sight with their types, innermost first.
    pub(crate) fn locals(&mut self) -> Vec<(String, TyId)> {
        let tree = self.cursor.tree.clone();
        let Some(item) = self.cursor.item else { return Vec::new() };
        let at = self.scan.word.start as u32;
        // Where the text ends early, what it is in ends early, too.
        let is_behind =
            |end: u32| self.text().get(end as usize..at as usize).is_some_and(|text| text.trim().is_empty());
        let reaches = |end: u32| at <= end || is_behind(end);
        let mut found: Vec<(String, TyId)> = Vec::new();
        // The path of enclosing nodes is kept by their ends: the tree is flat, in order of starts.
        let mut open: Vec<Index> = vec![0];
        for node in item.node..tree.node(item.node).next {
            while open.last().is_some_and(|around| tree.node(*around).next <= node) {
                open.pop();
            }
            let around = tree.node(open.last().copied().unwrap_or(0));
            let own = tree.node(node);
            open.push(node);
            let is_around = around.start <= at && reaches(around.end);
            let sees = match own.kind {
                NodeKind::ForEntry => own.start <= at && reaches(own.end),
                NodeKind::ForClause => is_around,
                NodeKind::ForLine | NodeKind::Param => own.start <= at && is_around,
                NodeKind::Let => node != item.node && own.end <= at && is_around,
                _ => false,
            };
            let name = node + 1;
            // A loop's variable is not in sight in what the loop goes through.
            let is_loop = matches!(own.kind, NodeKind::ForEntry | NodeKind::ForClause | NodeKind::ForLine);
            let source = tree.nodes.get(tree.nodes.get(name as usize).map_or(0, |name| name.next as usize));
            let in_source = |source: &crate::syntax::tree::Node| {
                let is_missing = source.kind == NodeKind::Missing && is_behind(source.end);
                own.start <= at && (at <= source.end || is_missing)
            };
            let sees = sees && !(is_loop && source.is_some_and(in_source));
            // A name is not in sight where it is declared.
            if !sees || own.next <= name || tree.node(name).end >= at && tree.node(name).start <= at {
                continue;
            }
            let word = tree.text(name, self.text()).to_owned();
            let ty = self.cursor.typed(name).unwrap_or(TyId::ERROR);
            found.retain(|(other, _)| *other != word);
            if !word.is_empty() {
                found.push((word, ty));
            }
        }
        found.reverse();
        found
    }
}

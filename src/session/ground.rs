//! The library as every project finds it: lowered, declared and typed once, for who compiles more often than once.
//!
//! A keystroke in an editor and a test of a project each make a compilation of their own, and each would begin with the same
//! library. They begin with a copy of [`Ground`] instead. Nothing in the library depends on the project, with one exception:
//! `ref bridge` means every block that is declared by that word, and a project may declare kinds and blocks of its own. Then the
//! compilation begins from nothing, as that of a single `hlab check` always does. Both ways come to the same.

use std::sync::{Arc, OnceLock};

use crate::base::{FileId, Origin, SourceFile, Sources};
use crate::hir::{self, Items, What};
use crate::resolve;
use crate::session::library;
use crate::syntax::tree::Tree;
use crate::types::{self, Program};

/// The library, typed.
#[derive(Debug)]
pub struct Ground {
    /// Its shapes, types, models and policies.
    program: Program,
    /// The items of each of its files.
    items: Vec<Items>,
}

/// The library's files with their trees: the same in every workspace.
pub(super) fn parsed_library() -> &'static [(Arc<SourceFile>, Arc<Tree>)] {
    static PARSED: OnceLock<Vec<(Arc<SourceFile>, Arc<Tree>)>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let files = library::FILES.iter().enumerate();
        files
            .map(|(number, (path, text))| {
                let tree = crate::syntax::parse(FileId(number as u32), text).value;
                let file = SourceFile::new(format!("std/{path}"), (*text).to_owned(), Origin::Library);
                (Arc::new(file), Arc::new(tree))
            })
            .collect()
    })
}

impl Ground {
    /// The library, typed when first asked for.
    pub fn get() -> &'static Ground {
        static GROUND: OnceLock<Ground> = OnceLock::new();
        GROUND.get_or_init(Ground::make)
    }

    fn make() -> Ground {
        let (mut program, mut sources) = (Program::default(), Sources::default());
        let mut lowered = Vec::new();
        for (file, tree) in parsed_library() {
            sources.add(file.clone());
            lowered.push((tree.clone(), hir::lower(tree, &file.text, &mut program.heap.names).value));
        }
        let items: Vec<Items> = lowered.iter().map(|(_, items)| items.clone()).collect();
        let (units, defs) = resolve::resolve(lowered, &sources, &mut program.heap.names).value;
        program.defs = defs;
        // What is wrong in the library is told by who compiles it from nothing: its own tests.
        types::declare(&mut program, &units, &sources, &mut Vec::new());
        types::type_policies(&mut program, &units, &sources, &mut Vec::new());
        program.settle(units.len());
        Ground { program, items }
    }

    /// A program that has the library already.
    pub fn program(&self) -> Program {
        self.program.clone()
    }

    /// The items of the library's files, in order.
    pub fn items(&self) -> &[Items] {
        &self.items
    }

    /// Whether a project's own items leave the library what it is.
    pub fn carries(items: &Items) -> bool {
        !items.items.iter().any(|item| matches!(item.what, What::Kind | What::KindUnion | What::Block))
    }
}

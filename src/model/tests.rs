//! The views against the library.

use super::{chart, site, views};
use crate::base::Sources;
use crate::types::Program;

/// The library's shapes, declared.
fn program() -> Program {
    let mut program = Program::default();
    let mut sources = Sources::default();
    let mut lowered = Vec::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
    let mut paths = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("stdlib is in the repository").flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { paths.push(entry.path()) }
        }
    }
    paths.sort();
    for path in paths.iter().filter(|path| !path.to_string_lossy().ends_with("_test.hlab")) {
        let text = std::fs::read_to_string(path).expect("a library file can be read");
        let name = format!("std/{}", path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default());
        let file = sources.add(crate::base::SourceFile::new(name, text, crate::base::Origin::Library));
        let tree = crate::syntax::parse(file, &sources.file(file).text).value;
        let items = crate::hir::lower(&tree, &sources.file(file).text, &mut program.heap.names).value;
        lowered.push((std::sync::Arc::new(tree), items));
    }
    let (units, defs) = crate::resolve::resolve(lowered, &sources, &mut program.heap.names).value;
    program.defs = defs;
    let mut found = Vec::new();
    crate::types::declare(&mut program, &units, &sources, &mut found);
    assert_eq!(found, Vec::new());
    program
}

#[test]
fn every_field_that_a_view_reads_is_declared_in_the_library() {
    let program = program();
    let mut missing = Vec::new();
    for (shape, fields) in views::NAMED.iter().chain(site::NAMED).chain(chart::NAMED) {
        let (kind, variant) = shape.split_once('.').unwrap_or((shape, ""));
        let variant = program.heap.names.find(variant);
        let found = program.shapes.iter().find(|found| program.name(found.name) == kind);
        let Some(found) = found else {
            missing.push((*shape).to_owned());
            continue;
        };
        for field in *fields {
            let name = program.heap.names.find(field).and_then(|name| match variant {
                Some(_) => found.field(name, variant),
                None => found.any_field(name),
            });
            match name {
                None => missing.push(format!("{shape}.{field}")),
                Some(number) => {
                    // A default that must be computed would read as null here.
                    let declared = &found.fields[usize::from(number)];
                    let is_lazy = matches!(declared.default, Some(crate::types::value::Value::Lazy(_)));
                    let is_value = declared.holds == crate::types::shape::Holds::Value;
                    if is_lazy && is_value {
                        missing.push(format!("{shape}.{field}: its default is computed"));
                    }
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "the views name what stdlib/ does not declare");
}

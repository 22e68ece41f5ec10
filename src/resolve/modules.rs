//! Which folder is which module: those that a `use` names, seen from the file that names them.

use crate::base::{Names, Sources, Span};
use crate::diag::Diagnostic;
use crate::hir::What;
use crate::resolve::{Definitions, Scope, Unit, errors};
use crate::syntax::unquote;

/// One `use`: the unit it stands in, the folder it names, and where.
struct Use {
    unit: usize,
    folder: String,
    scope: Option<Scope>,
    span: Span,
    name: crate::base::Name,
}

/// Gives every file its module and fills the table of uses.
pub fn resolve(
    units: &mut [Unit],
    defs: &mut Definitions,
    sources: &Sources,
    names: &mut Names,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut uses = collect(units, sources, names, diagnostics);
    let mut folders: Vec<String> = Vec::new();
    for found in &mut uses {
        let number = folders.iter().position(|folder| *folder == found.folder).unwrap_or_else(|| {
            folders.push(found.folder.clone());
            folders.len() - 1
        });
        found.scope = Some(Scope(2 + number as u16));
    }
    defs.scopes = 2 + folders.len() as u16;
    for unit in units.iter_mut().filter(|unit| unit.scope != Scope::STD) {
        let path = &sources.file(unit.file).path;
        let inside = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let longest =
            folders.iter().enumerate().filter(|(_, folder)| inside(folder)).max_by_key(|(_, folder)| folder.len());
        if let Some((number, _)) = longest {
            unit.scope = Scope(2 + number as u16);
        }
    }
    let mut edges: Vec<(Scope, Scope, Span)> = Vec::new();
    for found in &uses {
        if let Some(scope) = found.scope {
            let from = units[found.unit].scope;
            defs.uses.insert((from, found.name), scope);
            edges.push((from, scope, found.span));
        }
    }
    report_cycles(&edges, diagnostics);
    defs.folders = folders;
}

fn collect(units: &[Unit], sources: &Sources, names: &mut Names, diagnostics: &mut Vec<Diagnostic>) -> Vec<Use> {
    let mut uses = Vec::new();
    for (number, unit) in units.iter().enumerate() {
        let file = sources.file(unit.file);
        for item in unit.items.items.iter().filter(|item| item.what == What::Use) {
            let path_node = item.node + 1;
            let written = unquote(unit.tree.text(path_node, &file.text));
            let span = unit.tree.span(path_node);
            let name = names.intern(unit.tree.text(item.name_node, &file.text));
            match join(&file.path, &written).filter(|folder| has_files(units, sources, folder)) {
                Some(folder) => uses.push(Use { unit: number, folder, scope: None, span, name }),
                None => diagnostics.push(errors::unknown_module(span, &written)),
            }
        }
    }
    uses
}

/// The folder that `written` names, seen from the file at `from`; none if it leaves the project.
fn join(from: &str, written: &str) -> Option<String> {
    if written.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn has_files(units: &[Unit], sources: &Sources, folder: &str) -> bool {
    let within = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    units.iter().any(|unit| unit.scope != Scope::STD && within(&sources.file(unit.file).path))
}

/// Reports each cycle once, at the `use` that closes it.
fn report_cycles(edges: &[(Scope, Scope, Span)], diagnostics: &mut Vec<Diagnostic>) {
    let mut done: Vec<Scope> = Vec::new();
    for (start, _, _) in edges {
        let mut path: Vec<(Scope, Span)> = Vec::new();
        visit(*start, edges, &mut path, &mut done, diagnostics);
    }
}

fn visit(
    at: Scope,
    edges: &[(Scope, Scope, Span)],
    path: &mut Vec<(Scope, Span)>,
    done: &mut Vec<Scope>,
    out: &mut Vec<Diagnostic>,
) {
    if done.contains(&at) {
        return;
    }
    for (_, to, span) in edges.iter().filter(|(from, _, _)| *from == at) {
        path.push((at, *span));
        if let Some(first) = path.iter().position(|(scope, _)| scope == to) {
            let labels = path[first..].iter().map(|(_, span)| (*span, "used here".to_owned())).collect();
            out.push(errors::import_cycle(*span, labels));
        } else {
            visit(*to, edges, path, done, out);
        }
        path.pop();
    }
    done.push(at);
}

//! All pages: the index, and one for each kind and each subject.

use super::collect::{BUILT_IN, Collected, Entry, collect};
use super::comment::{blocks, first_sentence, inline};
use super::kinds::{self, code};
use super::{Block, Inline, Page, Reference, Subject, Target, grammar, source};
use crate::base::Sources;
use crate::hir::What;
use crate::resolve::{Definitions, Unit};
use crate::syntax::tree::{NodeKind, file_doc};

/// The reference of a project or of the library.
///
/// Cost: linear in the declarations, and for each kind in the blocks that it leads to.
#[must_use]
pub fn reference(
    units: &[Unit],
    defs: &Definitions,
    sources: &Sources,
    subject: Subject,
    project: Option<&str>,
) -> Reference {
    let all = collect(units, defs, sources, subject);
    let title = match project {
        Some(name) => format!("Reference of {name}"),
        None => "Reference of the standard library".to_owned(),
    };
    let incidents = source::incidents(units, sources);
    let kind_pages = all.entries.iter().filter(|entry| matches!(entry.what, What::Kind | What::KindUnion));
    let mut pages: Vec<Page> = kind_pages.map(|entry| kinds::page(&all, entry)).collect();
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let shared: Vec<&Entry<'_>> = all.all(What::Block).filter(|block| block.place.0 == "blocks").collect();
    if !shared.is_empty() {
        let about = "Blocks that several kinds have. What belongs to one kind alone is described with it.";
        let mut out = vec![Block::Paragraph(inline(about))];
        shared.iter().for_each(|entry| kinds::block(&all, entry, &mut out));
        pages.push(Page { path: "blocks".to_owned(), title: "Shared blocks".to_owned(), blocks: out });
    }
    for part in &SUBJECTS {
        let entries: Vec<&Entry<'_>> = all.all(part.what).collect();
        if entries.is_empty() && part.what != What::Type {
            continue;
        }
        let mut out = blocks(part.about);
        if part.what == What::Type {
            built_in(&mut out);
        }
        by_file(&entries, &mut out, &|entry, out| match part.what {
            What::Policy => policy(entry, incidents.get(entry.name), out),
            _ => declaration(&all, entry, out),
        });
        pages.push(Page { path: part.path.to_owned(), title: part.title.to_owned(), blocks: out });
    }
    pages.push(grammar::page());
    pages.insert(0, index(&all, &title, &pages));
    Reference { title, pages }
}

/// A page about all declarations of one sort.
struct Part {
    what: What,
    path: &'static str,
    title: &'static str,
    about: &'static str,
}

const SUBJECTS: [Part; 6] = [
    Part {
        what: What::Input,
        path: "inputs",
        title: "Inputs",
        about: "What the project may be given: `hlab build --set NAME=VALUE`.",
    },
    Part {
        what: What::Profile,
        path: "profiles",
        title: "Profiles",
        about: "Bodies to start from: `vm web on pve with NAME { … }`. What the resource says wins over its profiles.",
    },
    Part {
        what: What::Policy,
        path: "policies",
        title: "Policies",
        about: "What is checked of every lab. A policy whose facts nobody states does not apply; `hlab check --coverage` lists \
                what was checked. `allow NAME because \"…\"` in the resource excuses one, unless it is final.",
    },
    Part {
        what: What::Model,
        path: "models",
        title: "Hardware models",
        about: "What is known of products: `device coral: CoralUSB on pve` has these values unless it says others.",
    },
    Part {
        what: What::Type,
        path: "types",
        title: "Types",
        about: "What values there are, and how each is written. `T?` may be left out and is then `null`; `a | b` is one of \
                several; behind `where` stands what must hold of the value, which is called `it` there.",
    },
    Part {
        what: What::Fn,
        path: "functions",
        title: "Functions",
        about: "What may be called in an expression. A list may be a comprehension without its brackets: \
                `sum(d.size for d in v.disk)`.",
    },
];

/// The types that no file declares.
fn built_in(out: &mut Vec<Block>) {
    out.push(heading(2, "types.built-in", vec![Inline::Text("Of the language".to_owned())]));
    for (name, what) in BUILT_IN {
        out.push(heading(3, &format!("type.{name}"), vec![Inline::Code(name.to_owned())]));
        out.push(Block::Paragraph(inline(&format!("{}.", capital(what)))));
    }
}

/// A sentence begins with a capital letter, unless it begins with code.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn heading(level: u8, anchor: &str, text: Vec<Inline>) -> Block {
    Block::Heading { level, anchor: anchor.to_owned(), text }
}

type Describe<'a> = dyn Fn(&Entry<'_>, &mut Vec<Block>) + 'a;

/// Declarations under a heading for each file, with what the file says of itself.
fn by_file(entries: &[&Entry<'_>], out: &mut Vec<Block>, describe: &Describe<'_>) {
    let mut last = "";
    for entry in entries {
        if entry.file != last {
            last = entry.file;
            out.push(heading(2, "", vec![Inline::Code(entry.file.to_owned())]));
            out.extend(blocks(&file_doc(entry.text)));
        }
        describe(entry, out);
    }
}

/// A declaration with its whole text. Of a type that is written on one line, its names are links.
fn declaration(all: &Collected<'_>, entry: &Entry<'_>, out: &mut Vec<Block>) {
    out.push(heading(3, &entry.place.1, vec![Inline::Code(entry.title.clone())]));
    out.extend(blocks(&entry.doc));
    let tree = &entry.unit.tree;
    out.push(code(&entry.lines(entry.node)));
    let mut names: Vec<Inline> = Vec::new();
    if entry.what == What::Type
        && let Some(ty) = tree.children(entry.node).nth(1)
    {
        for link in all.ty(entry, ty).into_iter().filter(|part| matches!(part, Inline::Link(..))) {
            if !names.contains(&link) {
                names.push(Inline::Text(if names.is_empty() { "See " } else { ", " }.to_owned()));
                names.push(link);
            }
        }
    }
    if !names.is_empty() {
        out.push(Block::Paragraph(names));
    }
}

/// A policy: how grave it is, why it is there, its text, and the outages that taught it.
fn policy(entry: &Entry<'_>, incidents: Option<&Vec<(String, String)>>, out: &mut Vec<Block>) {
    out.push(heading(3, &entry.place.1, vec![Inline::Code(entry.title.clone())]));
    out.extend(blocks(&entry.doc));
    let tree = &entry.unit.tree;
    let says = |kind: NodeKind| tree.child(entry.node, kind).is_some();
    let grave = if says(NodeKind::WarnWord) { "A warning" } else { "An error" };
    let last = if says(NodeKind::FinalWord) { ", which no `allow` excuses." } else { "; `allow` excuses it." };
    out.push(Block::Paragraph(inline(&format!("{grave}{last}"))));
    out.push(code(&entry.lines(entry.node)));
    let told = incidents.into_iter().flatten().map(|(name, source)| {
        let source = if source.is_empty() { String::new() } else { format!(" ({source})") };
        vec![Inline::Text(format!("Learned from: {name}{source}"))]
    });
    let told: Vec<_> = told.collect();
    if !told.is_empty() {
        out.push(Block::List(told));
    }
}

/// The first page: every kind with its first sentence, and every other page.
fn index(all: &Collected<'_>, title: &str, pages: &[Page]) -> Page {
    let mut out = Vec::new();
    let about = "What may be declared, what each field means, and what is checked. Written by `hlab doc` from the declarations \
                 and the comments above them; `hlab explain vm.memory` shows one of them.";
    out.push(Block::Paragraph(inline(about)));
    for is_library in [false, true] {
        let mut entries: Vec<&Entry<'_>> = all
            .entries
            .iter()
            .filter(|entry| matches!(entry.what, What::Kind | What::KindUnion) && entry.is_library == is_library)
            .collect();
        entries.sort_by(|a, b| a.place.0.cmp(&b.place.0));
        if entries.is_empty() {
            continue;
        }
        let words = if is_library { "Kinds" } else { "Kinds of this project" };
        let anchor = if is_library { "index.kinds" } else { "index.project" };
        out.push(heading(2, anchor, vec![Inline::Text(words.to_owned())]));
        let point = |entry: &&Entry<'_>| {
            let mut point = vec![Inline::code_link(&entry.title, Target::Place(entry.place.0.clone(), String::new()))];
            point.push(Inline::Text(": ".to_owned()));
            point.extend(first_sentence(&entry.doc));
            point
        };
        out.push(Block::List(entries.iter().map(point).collect()));
    }
    out.push(heading(2, "index.more", vec![Inline::Text("Everything else".to_owned())]));
    let others = pages.iter().filter(|page| !page.path.starts_with("kinds/"));
    let point = |page: &Page| {
        let place = Target::Place(page.path.clone(), String::new());
        vec![Inline::Link(Box::new(Inline::Text(page.title.clone())), place)]
    };
    out.push(Block::List(others.map(point).collect()));
    Page { path: "index".to_owned(), title: title.to_owned(), blocks: out }
}

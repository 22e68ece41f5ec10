//! The page of a kind, and the part of a page about a block.

use super::collect::{Collected, Entry};
use super::comment::blocks;
use super::source::{head_line, on_one_line};
use super::{Block, Inline, Page, Target};
use crate::hir::What;
use crate::syntax::tree::{Index, NodeKind};

/// The page of a kind or of a union of kinds, with the blocks that belong to it alone.
pub(super) fn page(all: &Collected<'_>, entry: &Entry<'_>) -> Page {
    let mut out = vec![code(&head_line(entry.text, entry.unit.tree.node(entry.node).start as usize))];
    out.extend(blocks(&entry.doc));
    out.push(origin(entry));
    if entry.what == What::KindUnion {
        // Its name is the first child, its members are the others.
        let members = entry.unit.tree.children(entry.node).skip(1).flat_map(|member| all.ty(entry, member));
        let about = "It has the fields that all of these have: ";
        out.push(Block::Paragraph(std::iter::once(Inline::Text(about.to_owned())).chain(links(members)).collect()));
    } else {
        body(all, entry, entry.node, "", 2, &mut out);
    }
    let own = all.all(What::Block).filter(|block| block.place.0 == entry.place.0);
    own.for_each(|own| block(all, own, &mut out));
    Page { path: entry.place.0.clone(), title: entry.title.clone(), blocks: out }
}

/// The part of a page about one block.
pub(super) fn block(all: &Collected<'_>, entry: &Entry<'_>, out: &mut Vec<Block>) {
    let text = vec![Inline::Text("Block ".to_owned()), Inline::Code(entry.title.clone())];
    out.push(Block::Heading { level: 2, anchor: entry.place.1.clone(), text });
    out.extend(blocks(&entry.doc));
    body(all, entry, entry.node, "", 3, out);
}

/// Where a declaration stands.
pub(super) fn origin(entry: &Entry<'_>) -> Block {
    let words = if entry.is_library { "Of the standard library, in " } else { "Of this project, in " };
    Block::Paragraph(vec![
        Inline::Text(words.to_owned()),
        Inline::Code(entry.file.to_owned()),
        Inline::Text(".".to_owned()),
    ])
}

pub(super) fn code(text: &str) -> Block {
    Block::Code { language: "hlab".to_owned(), text: text.to_owned() }
}

/// The fields of a kind, block or variant, what is computed, what must hold, under headings of a level; then the variants.
fn body(all: &Collected<'_>, entry: &Entry<'_>, node: Index, below: &str, level: u8, out: &mut Vec<Block>) {
    let tree = &entry.unit.tree;
    let Some(body) = tree.child(node, NodeKind::Body) else { return };
    let of = |kinds: &[NodeKind]| -> Vec<Index> {
        tree.children(body).filter(|child| kinds.contains(&tree.kind(*child))).collect()
    };
    let (fields, derived) = (of(&[NodeKind::FieldDecl]), of(&[NodeKind::Derive]));
    let heading = |text: &str| {
        // No name: that of a field could be the same.
        let text = vec![Inline::Text(text.to_owned())];
        Block::Heading { level, anchor: String::new(), text }
    };
    let name = |node: Index| tree.text(node + 1, entry.text);
    let place = |node: Index| entry.anchor(&format!("{below}{}", name(node)));
    if !fields.is_empty() {
        if below.is_empty() {
            out.push(heading("Fields"));
        }
        out.push(Block::Paragraph(links(
            fields
                .iter()
                .chain(&derived)
                .map(|node| Inline::code_link(name(*node), Target::Place(entry.place.0.clone(), place(*node)))),
        )));
        fields.iter().for_each(|node| field(all, entry, *node, place(*node), out));
    }
    if !derived.is_empty() {
        if below.is_empty() {
            out.push(heading("Computed fields"));
        }
        derived.iter().for_each(|node| derive(all, entry, *node, place(*node), out));
    }
    let rules = of(&[NodeKind::Require, NodeKind::NeedsAll, NodeKind::NeedsCount, NodeKind::NeedsMajority]);
    if !rules.is_empty() {
        out.push(heading("What must hold"));
        rules.iter().for_each(|node| out.push(code(&entry.lines(*node))));
    }
    for variant in of(&[NodeKind::VariantDef]) {
        let text = vec![Inline::Text("Variant ".to_owned()), Inline::Code(name(variant).to_owned())];
        out.push(Block::Heading { level: 2, anchor: place(variant), text });
        out.extend(blocks(&doc(entry, variant)));
        let below = format!("{}.", name(variant));
        self::body(all, entry, variant, &below, 3, out);
    }
}

/// Links with a gap between each two.
fn links(links: impl Iterator<Item = Inline>) -> Vec<Inline> {
    let mut out = Vec::new();
    for link in links {
        if !out.is_empty() {
            out.push(Inline::Text(", ".to_owned()));
        }
        out.push(link);
    }
    out
}

fn doc(entry: &Entry<'_>, node: Index) -> String {
    crate::syntax::tree::doc_before(entry.text, entry.unit.tree.node(node).start as usize)
}

/// A field: its type, its default, what must hold of it, and the comment above it.
fn field(all: &Collected<'_>, entry: &Entry<'_>, node: Index, anchor: String, out: &mut Vec<Block>) {
    let tree = &entry.unit.tree;
    let name = tree.text(node + 1, entry.text).to_owned();
    out.push(Block::Heading { level: 3, anchor, text: vec![Inline::Code(name)] });
    let mut facts = Vec::new();
    let ty = tree.children(node).nth(1);
    let default = tree.child(node, NodeKind::Default);
    if let Some(ty) = ty {
        held(all, entry, ty, default.is_some(), &mut facts);
    }
    for (word, part) in [("default", default), ("must hold", tree.child(node, NodeKind::Where))] {
        if let Some(part) = part {
            facts.push(Inline::Text(format!(" · {word} ")));
            // The expression is the only child.
            facts.push(Inline::Code(on_one_line(entry.unit, entry.text, part + 1)));
        }
    }
    out.push(Block::Paragraph(facts));
    out.extend(blocks(&doc(entry, node)));
}

/// What a field holds, and whether it must be said.
fn held(all: &Collected<'_>, entry: &Entry<'_>, ty: Index, has_default: bool, facts: &mut Vec<Inline>) {
    let tree = &entry.unit.tree;
    let text = |text: &str| Inline::Text(text.to_owned());
    match tree.kind(ty) {
        NodeKind::BlockType => {
            facts.push(text("block "));
            facts.extend(all.ty(entry, ty + 1));
            facts.push(text(" · always there"));
        }
        NodeKind::TypeOptional if tree.kind(ty + 1) == NodeKind::BlockType => {
            facts.push(text("block "));
            facts.extend(all.ty(entry, ty + 2));
            facts.push(text(" · may be left out"));
        }
        NodeKind::BlocksType => {
            facts.push(text("any number of blocks "));
            facts.extend(all.ty(entry, ty + 1));
            let Some(key) = tree.children(ty).nth(1) else { return };
            match (tree.kind(key), tree.text(key, entry.text)) {
                (NodeKind::TypeRef, _) => facts.push(text(" · the key refers to something: ")),
                (_, "Name") => return facts.push(text(" · the key declares a name")),
                _ => facts.push(text(" · the key is a ")),
            }
            facts.extend(all.ty(entry, key));
        }
        NodeKind::TypeOptional => {
            facts.extend(all.ty(entry, ty));
            facts.push(text(" · may be left out"));
        }
        _ => {
            facts.extend(all.ty(entry, ty));
            // `A | B?` may be left out too.
            let is_optional = tree.children(ty).any(|part| tree.kind(part) == NodeKind::TypeOptional);
            match (has_default, is_optional) {
                (true, _) => {}
                (false, true) => facts.push(text(" · may be left out")),
                (false, false) => facts.push(text(" · must be said")),
            }
        }
    }
}

/// A computed field, with the expression that computes it.
fn derive(all: &Collected<'_>, entry: &Entry<'_>, node: Index, anchor: String, out: &mut Vec<Block>) {
    let tree = &entry.unit.tree;
    let children: Vec<Index> = tree.children(node).collect();
    let name = tree.text(node + 1, entry.text).to_owned();
    out.push(Block::Heading { level: 3, anchor, text: vec![Inline::Code(name)] });
    if let [_, ty, _] = children[..] {
        out.push(Block::Paragraph(all.ty(entry, ty)));
    }
    out.extend(blocks(&doc(entry, node)));
    if let Some(expression) = children.last() {
        out.push(code(&on_one_line(entry.unit, entry.text, *expression)));
    }
}

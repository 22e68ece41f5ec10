//! What was typed before in the same words is not typed again.
//!
//! The guests of a lab repeat each other line by line. An entry of a body that came to nothing but constants
//! means the same wherever the same words stand in a body of the same shape, as long as no local name is in
//! sight: what it came to is copied, with its places moved. An entry is kept when it is met the second time.

use crate::base::Name;
use crate::syntax::tree::Index;
use crate::types::Checker;
use crate::types::body::{Entry, EntryOp};
use crate::types::expr::NodeRef;
use crate::types::ty::ShapeId;
use crate::types::value::Value;
use std::hash::BuildHasher;

/// How many different texts are kept at a time; a power of two.
const ROWS: usize = 4096;
/// Longer texts seldom repeat as a whole; what stands in them may.
const LONGEST: u32 = 100;
/// How many entries all of them may come to.
const MOST_ENTRIES: usize = 1 << 16;

/// What a body says twice is reported: its fields and keys, with their nodes.
pub(crate) type Said = (u16, Value, Index);

/// A text that was met.
#[derive(Clone, Copy, Debug)]
struct Row {
    hash: u64,
    shape: ShapeId,
    tag: Option<Name>,
    unit: u32,
    node: Index,
    /// Its run of `entries`; nothing is kept while it is empty.
    first: u32,
    count: u32,
    said: Option<Said>,
}

/// The entries that were typed, by their text.
#[derive(Clone, Default, Debug)]
pub(crate) struct Repeats {
    rows: Vec<Row>,
    /// What they came to: places count from the entry's own node, `next` from its first entry.
    entries: Vec<Entry>,
}

/// An entry that is being typed for the first or second time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typing {
    hash: u64,
    was_met: bool,
    entries: usize,
    said: usize,
    diagnostics: usize,
}

impl Repeats {
    /// Forgets everything: names may mean something else now.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.entries.clear();
    }
}

impl Checker<'_> {
    /// Copies what the same words came to before; otherwise what to tell [`Checker::keep`] once they are typed.
    pub(crate) fn repeat(
        &mut self,
        entry: Index,
        shape: ShapeId,
        tag: Option<Name>,
        said: &mut Vec<Said>,
        out: &mut Vec<Entry>,
    ) -> Result<(), Option<Typing>> {
        let node = self.node(entry);
        if !self.locals.is_empty() || node.end - node.start > LONGEST {
            return Err(None);
        }
        let text = self.bytes(self.unit, entry);
        let hash = rustc_hash::FxBuildHasher.hash_one(text) ^ u64::from(shape.0);
        let row = self.p.repeats.rows.get(place(hash)).copied().filter(|row| row.hash == hash);
        let typing =
            Typing { hash, was_met: row.is_some(), entries: out.len(), said: said.len(), diagnostics: self.out.len() };
        let Some(row) = row.filter(|row| row.count > 0) else { return Err(Some(typing)) };
        let nodes = |unit: u32, node: Index| self.units[unit as usize].tree.node(node).next - node;
        let is_same = row.shape == shape
            && row.tag == tag
            && nodes(row.unit, row.node) == nodes(self.unit, entry)
            && self.bytes(row.unit, row.node) == text;
        if !is_same {
            return Err(None);
        }
        let (start, base) = (out.len() as u32, self.at(entry).0);
        let kept = &self.p.repeats.entries[row.first as usize..(row.first + row.count) as usize];
        out.extend(kept.iter().map(|kept| Entry { at: NodeRef(kept.at.0 + base), next: kept.next + start, ..*kept }));
        said.extend(row.said.map(|(field, key, node)| (field, key, node - row.node + entry)));
        Ok(())
    }

    /// Keeps what an entry came to, if it is the same wherever its words stand.
    pub(crate) fn keep(
        &mut self,
        typing: Typing,
        entry: Index,
        shape: ShapeId,
        tag: Option<Name>,
        said: &[Said],
        out: &[Entry],
    ) {
        let mut row =
            Row { hash: typing.hash, shape, tag, unit: self.unit, node: entry, first: 0, count: 0, said: None };
        let made = &out[typing.entries..];
        let (base, nodes) = (self.at(entry).0, self.node(entry).next - entry);
        let is_constant = |made: &Entry| {
            matches!(made.op, EntryOp::Set | EntryOp::Append | EntryOp::Block(_) | EntryOp::Keyed | EntryOp::Remove)
                && !matches!(made.value, Value::Lazy(_) | Value::Poison | Value::Appended(_))
                && made.at.0.wrapping_sub(base) < nodes
        };
        let (p, start) = (&mut self.p, typing.entries as u32);
        if typing.was_met
            && self.out.len() == typing.diagnostics
            && typing.diagnostics < crate::diag::MOST
            && said.len() <= typing.said + 1
            && p.repeats.entries.len() + made.len() <= MOST_ENTRIES
            && made.iter().all(is_constant)
        {
            row.first = p.repeats.entries.len() as u32;
            row.count = made.len() as u32;
            row.said = said.get(typing.said).copied();
            let moved =
                made.iter().map(|made| Entry { at: NodeRef(made.at.0 - base), next: made.next - start, ..*made });
            p.repeats.entries.extend(moved);
        }
        if p.repeats.rows.is_empty() {
            p.repeats.rows.resize(ROWS, Row { hash: !row.hash, ..row });
        }
        p.repeats.rows[place(typing.hash)] = row;
    }

    fn bytes(&self, unit: u32, node: Index) -> &[u8] {
        let unit = &self.units[unit as usize];
        let found = unit.tree.node(node);
        &self.sources.file(unit.file).text.as_bytes()[found.start as usize..found.end as usize]
    }
}

fn place(hash: u64) -> usize {
    (hash >> 32) as usize & (ROWS - 1)
}

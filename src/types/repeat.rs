//! What was typed before in the same words is not typed again.
//!
//! The guests of a lab repeat each other line by line. An entry of a body that came to nothing but constants
//! means the same wherever the same words stand in a body of the same shape, as long as no local name is in
//! sight: what it came to is copied, with its places moved. The parser tells which entries are the same.

use crate::base::Name;
use crate::syntax::tree::Index;
use crate::types::Checker;
use crate::types::body::{Entry, EntryOp};
use crate::types::expr::NodeRef;
use crate::types::ty::ShapeId;
use crate::types::value::Value;

/// How many different texts are kept at a time; a power of two.
const ROWS: usize = 4096;
/// How many entries all of them may come to.
const MOST_ENTRIES: usize = 1 << 16;

/// What a body says twice is reported: its fields and keys, with their nodes.
pub(crate) type Said = (u16, Value, Index);

/// A text that was met: entries of one file with the same [`twin`](crate::syntax::tree::Node::twin).
#[derive(Clone, Copy, Debug)]
struct Row {
    unit: u32,
    twin: u16,
    shape: ShapeId,
    tag: Option<Name>,
    node: Index,
    /// Its run of `entries`.
    first: u32,
    count: u32,
    said: Option<Said>,
}

/// How many names of fields are kept at a time; a power of two.
const WORDS: usize = 256;

/// A field that a word of a file names.
#[derive(Clone, Copy, Debug)]
struct Word {
    unit: u32,
    shape: ShapeId,
    tag: Option<Name>,
    /// Where the word stands in the file's text.
    start: u32,
    end: u32,
    field: u16,
}

/// The entries that were typed, by their text.
#[derive(Clone, Default, Debug)]
pub(crate) struct Repeats {
    /// Names of fields that were looked up, so that a word that repeats is neither interned nor looked up again.
    words: Vec<Option<Word>>,
    rows: Vec<Option<Row>>,
    /// What they came to: places count from the entry's own node, `next` from its first entry.
    entries: Vec<Entry>,
    /// Empty lists of what bodies said, for the next bodies.
    pub spare: Vec<Vec<Said>>,
}

/// An entry that is being typed and may come again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typing {
    twin: u16,
    entries: usize,
    said: usize,
    diagnostics: usize,
}

impl Repeats {
    /// Forgets everything: names may mean something else now.
    pub fn clear(&mut self) {
        self.words.clear();
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
        let twin = self.node(entry).twin;
        if twin == 0 || !self.locals.is_empty() || self.notes.is_some() {
            return Err(None);
        }
        let row = self.p.repeats.rows.get(place(twin)).copied().flatten();
        let is_same = |row: &Row| row.twin == twin && row.unit == self.unit && row.shape == shape && row.tag == tag;
        let Some(row) = row.filter(is_same) else {
            let diagnostics = self.out.len();
            return Err(Some(Typing { twin, entries: out.len(), said: said.len(), diagnostics }));
        };
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
        let made = &out[typing.entries..];
        let (base, nodes) = (self.at(entry).0, self.node(entry).next - entry);
        let is_constant = |made: &Entry| {
            matches!(made.op, EntryOp::Set | EntryOp::Append | EntryOp::Block(_) | EntryOp::Keyed | EntryOp::Remove)
                && !matches!(made.value, Value::Lazy(_) | Value::Poison | Value::Appended(_))
                && made.at.0.wrapping_sub(base) < nodes
        };
        let (unit, p, start) = (self.unit, &mut self.p, typing.entries as u32);
        if self.out.len() == typing.diagnostics
            && typing.diagnostics < crate::diag::MOST
            && said.len() <= typing.said + 1
            && p.repeats.entries.len() + made.len() <= MOST_ENTRIES
            && made.iter().all(is_constant)
        {
            let (first, count) = (p.repeats.entries.len() as u32, made.len() as u32);
            let said = said.get(typing.said).copied();
            let moved =
                made.iter().map(|made| Entry { at: NodeRef(made.at.0 - base), next: made.next - start, ..*made });
            p.repeats.entries.extend(moved);
            if p.repeats.rows.is_empty() {
                p.repeats.rows.resize(ROWS, None);
            }
            p.repeats.rows[place(typing.twin)] =
                Some(Row { unit, twin: typing.twin, shape, tag, node: entry, first, count, said });
        }
    }
}

impl Checker<'_> {
    /// The field of a word that was met before.
    pub(crate) fn known_field(&self, node: Index, shape: ShapeId, tag: Option<Name>) -> Option<u16> {
        let text = self.text(node);
        let word = self.p.repeats.words.get(place_of_word(text, shape)).copied().flatten()?;
        let is_same = word.shape == shape && word.tag == tag && word.unit == self.unit;
        (is_same && self.source_text().get(word.start as usize..word.end as usize) == Some(text)).then_some(word.field)
    }

    /// Remembers which field a word names.
    pub(crate) fn know_field(&mut self, node: Index, shape: ShapeId, tag: Option<Name>, field: u16) {
        let (place, span, unit) = (place_of_word(self.text(node), shape), self.span(node), self.unit);
        let words = &mut self.p.repeats.words;
        if words.is_empty() {
            words.resize(WORDS, None);
        }
        words[place] = Some(Word { unit, shape, tag, start: span.start, end: span.end, field });
    }
}

/// By the length and both ends of a word: those of one shape are few.
fn place_of_word(text: &str, shape: ShapeId) -> usize {
    let [first, .., last] = text.as_bytes() else { return 0 };
    let mixed = usize::from(*first) * 5 + usize::from(*last) * 3 + text.len() * 16 + usize::from(shape.0) * 37;
    mixed & (WORDS - 1)
}

fn place(twin: u16) -> usize {
    usize::from(twin) & (ROWS - 1)
}

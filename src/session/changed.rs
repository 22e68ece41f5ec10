//! In which fields a project differs from what it was, where that is plain: resources whose bodies say something else.

use std::sync::Arc;

use crate::base::SourceFile;
use crate::hir::read_head;
use crate::policy::Change;
use crate::syntax::tree::{Index, NodeKind, Tree};

/// A file with its tree.
pub(super) type Read = (Arc<SourceFile>, Arc<Tree>);

/// Fields whose change reaches further than to those who read them: they take part in naming and numbering.
const FAR: [&str; 3] = ["id", "name", "was"];

/// What changed between two readings of the same files; `None` if it is anything but fields of resources.
pub(super) fn changes(before: &[Read], now: &[Read]) -> Option<Vec<Change>> {
    let mut found = Vec::new();
    if before.len() != now.len() {
        return None;
    }
    // What a loop makes may hang on any field.
    let has_loop = |read: &Read| read.1.items.iter().any(|item| read.1.kind(*item) == NodeKind::ForEntry);
    if now.iter().any(has_loop) {
        return None;
    }
    for (old, new) in before.iter().zip(now) {
        if Arc::ptr_eq(&old.0, &new.0) {
            continue;
        }
        if old.0.path != new.0.path {
            return None;
        }
        in_file(old, new, &mut found)?;
    }
    found.sort();
    found.dedup();
    Some(found)
}

/// Compares the items that a difference of the texts touches: all others are the same word for word.
fn in_file(old: &Read, new: &Read, found: &mut Vec<Change>) -> Option<()> {
    let (before, now) = (old.0.text.as_bytes(), new.0.text.as_bytes());
    let start = alike_at_start(before, now);
    let most = before.len().min(now.len()) - start;
    let end = alike_at_end(&before[before.len() - most..], &now[now.len() - most..]);
    let touched = |read: &Read| {
        let until = read.0.text.len() - end;
        let first = read.1.items.partition_point(|item| (read.1.node(*item).end as usize) < start);
        let last = read.1.items.partition_point(|item| read.1.node(*item).start as usize <= until);
        first..last.max(first)
    };
    let (left, right) = (touched(old), touched(new));
    if left.len() != right.len() || old.1.items.len() != new.1.items.len() {
        return None;
    }
    for (one, other) in old.1.items[left].iter().zip(&new.1.items[right]) {
        if text(old, *one) != text(new, *other) {
            in_item(old, *one, new, *other, found)?;
        }
    }
    Some(())
}

/// How many bytes are compared at a time: a long text is mostly alike.
const CHUNK: usize = 256;

/// How many bytes are alike before the first that is not.
fn alike_at_start(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.chunks(CHUNK).zip(other.chunks(CHUNK));
    let whole = chunks.take_while(|(one, other)| one == other).map(|(one, _)| one.len()).sum::<usize>();
    whole + one[whole..].iter().zip(&other[whole..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes are alike behind the last that is not.
fn alike_at_end(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.rchunks(CHUNK).zip(other.rchunks(CHUNK));
    let whole = chunks.take_while(|(one, other)| one == other).map(|(one, _)| one.len()).sum::<usize>();
    let (one, other) = (&one[..one.len() - whole], &other[..other.len() - whole]);
    whole + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

fn text(read: &Read, node: Index) -> &str {
    read.1.text(node, &read.0.text)
}

/// Two readings of one item: a resource with the same head.
fn in_item(old: &Read, one: Index, new: &Read, other: Index, found: &mut Vec<Change>) -> Option<()> {
    if old.1.kind(one) != NodeKind::Decl || new.1.kind(other) != NodeKind::Decl {
        return None;
    }
    let (before, now) = (read_head(&old.1, one), read_head(&new.1, other));
    if before.body == 0 || now.body == 0 {
        return None;
    }
    let head = |read: &Read, item: Index, body: Index| {
        let (start, end) = (read.1.node(item).start as usize, read.1.node(body).start as usize);
        read.0.text[start..end].to_owned()
    };
    let kind = text(new, now.word).to_owned();
    let is_special = matches!(kind.as_str(), "project" | "incident" | "removed");
    if is_special || head(old, one, before.body) != head(new, other, now.body) {
        return None;
    }
    let key = crate::syntax::unquote(text(new, now.key)).into_owned();
    let (lines, others) = (entries(old, before.body), entries(new, now.body));
    for (read, entries, missing_in) in [(old, &lines, &others), (new, &others, &lines)] {
        for (entry, written) in entries {
            if missing_in.iter().any(|(_, same)| same == written) {
                continue;
            }
            let field = field_of(read, *entry)?;
            if FAR.contains(&field.as_str()) {
                return None;
            }
            found.push(Change { kind: kind.clone(), key: key.clone(), field });
        }
    }
    Some(())
}

/// The entries of a body, with their texts. What could not be read says nothing.
fn entries(read: &Read, body: Index) -> Vec<(Index, &str)> {
    let entries = read.1.children(body).filter(|entry| read.1.kind(*entry) != NodeKind::ErrorEntry);
    entries.map(|entry| (entry, text(read, entry))).collect()
}

/// The field that an entry says something of.
fn field_of(read: &Read, entry: Index) -> Option<String> {
    match read.1.kind(entry) {
        NodeKind::Field | NodeKind::BlockEntry | NodeKind::Decl => {
            let word = entry + 1;
            (read.1.kind(word) == NodeKind::Name).then(|| text(read, word).to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{alike_at_end, alike_at_start};

    #[test]
    fn the_first_and_last_difference_is_found_wherever_it_is() {
        let text: Vec<u8> = (0..1000u32).map(|number| (number % 251) as u8).collect();
        for place in [0, 1, 255, 256, 257, 511, 999] {
            let mut other = text.clone();
            other[place] ^= 1;
            assert_eq!((alike_at_start(&text, &other), alike_at_end(&text, &other)), (place, 999 - place));
        }
        assert_eq!((alike_at_start(&text, &text), alike_at_end(&text, &text)), (1000, 1000));
        assert_eq!((alike_at_start(&text, &text[..300]), alike_at_end(&text, &text[700..])), (300, 300));
        assert_eq!((alike_at_start(&[], &text), alike_at_end(&text, &[])), (0, 0));
    }
}

//! Interned strings: a [`Name`] is four bytes, compares in one instruction and never decides an order.

use std::hash::BuildHasher;
use std::num::NonZeroU32;

/// One interned string. Deliberately without `Ord`: interner numbers never reach output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Name(NonZeroU32);

impl Name {
    /// The index of this name in its [`Names`], for dense side tables.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The table that [`Name`]s point into: all text in one buffer, found by an open-addressing index.
#[derive(Clone)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
    /// The names, or 0 for a free place; the length is a power of two and at most half full.
    index: Vec<u32>,
    hasher: rustc_hash::FxBuildHasher,
}

impl Default for Names {
    fn default() -> Names {
        Names { text: String::new(), ends: Vec::new(), index: vec![0; 1024], hasher: rustc_hash::FxBuildHasher }
    }
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Names({})", self.ends.len())
    }
}

impl Names {
    /// The name of `text`, made if it is new.
    pub fn intern(&mut self, text: &str) -> Name {
        let mut place = self.place_of(text);
        while let Some(known) = self.at(place) {
            if self.is(known, text) {
                return known;
            }
            place = (place + 1) & (self.index.len() - 1);
        }
        let name = Name(NonZeroU32::MIN.saturating_add(self.ends.len() as u32));
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.index[place] = name.0.get();
        if self.ends.len() * 2 > self.index.len() {
            self.grow(self.index.len() * 2);
        }
        name
    }

    /// The name of `text` if it was interned before.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        let mut place = self.place_of(text);
        while let Some(known) = self.at(place) {
            if self.is(known, text) {
                return Some(known);
            }
            place = (place + 1) & (self.index.len() - 1);
        }
        None
    }

    /// The name at a place of the index.
    #[inline]
    fn at(&self, place: usize) -> Option<Name> {
        NonZeroU32::new(self.index[place]).map(Name)
    }

    /// The text of a name.
    #[must_use]
    pub fn get(&self, name: Name) -> &str {
        let index = name.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    /// Whether a name is this text.
    #[inline]
    fn is(&self, name: Name, text: &str) -> bool {
        let index = name.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text.as_bytes()[start..self.ends[index] as usize] == *text.as_bytes()
    }

    fn place_of(&self, text: &str) -> usize {
        let hash = self.hasher.hash_one(text);
        (hash ^ (hash >> 32)) as usize & (self.index.len() - 1)
    }

    /// Makes room for so many names more, with so many bytes of text in all.
    pub fn reserve(&mut self, count: usize, text: usize) {
        self.ends.reserve(count);
        self.text.reserve(text);
        let needed = ((self.ends.len() + count) * 2).next_power_of_two();
        if needed > self.index.len() {
            self.grow(needed);
        }
    }

    fn grow(&mut self, places: usize) {
        self.index = vec![0; places];
        let mask = self.index.len() - 1;
        for name in (1..=self.ends.len() as u32).filter_map(NonZeroU32::new) {
            let mut place = self.place_of(self.get(Name(name)));
            while self.index[place] != 0 {
                place = (place + 1) & mask;
            }
            self.index[place] = name.get();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn the_same_text_is_the_same_name_and_growing_keeps_it() {
        let mut names = Names::default();
        let first = names.intern("still-fawn");
        let many: Vec<_> = (0..5000).map(|i| names.intern(&format!("n{i}"))).collect();
        assert_eq!(names.intern("still-fawn"), first);
        assert_eq!(names.get(many[4321]), "n4321");
        assert_eq!(names.find("n17"), Some(many[17]));
        assert_eq!(names.find("absent"), None);
    }
}

//! Interned strings: a [`Name`] is four bytes, compares in one instruction and never decides an order.

use std::hash::BuildHasher;

/// One interned string. Deliberately without `Ord`: interner numbers never reach output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Name(u32);

impl Name {
    /// The index of this name in its [`Names`], for dense side tables.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The table that [`Name`]s point into: all text in one buffer, found by an open-addressing index.
#[derive(Clone)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
    /// `name + 1`, or 0 for a free place; the length is a power of two and at most half full.
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
        loop {
            match self.index[place] {
                0 => break,
                entry if self.is(Name(entry - 1), text) => return Name(entry - 1),
                _ => place = (place + 1) & (self.index.len() - 1),
            }
        }
        let name = Name(self.ends.len() as u32);
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.index[place] = name.0 + 1;
        if self.ends.len() * 2 > self.index.len() {
            self.grow(self.index.len() * 2);
        }
        name
    }

    /// The name of `text` if it was interned before.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Name> {
        let mut place = self.place_of(text);
        loop {
            match self.index[place] {
                0 => return None,
                entry if self.is(Name(entry - 1), text) => return Some(Name(entry - 1)),
                _ => place = (place + 1) & (self.index.len() - 1),
            }
        }
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

    /// Makes room for so many names more.
    pub fn reserve(&mut self, count: usize) {
        self.ends.reserve(count);
        self.text.reserve(count * 16);
        let needed = ((self.ends.len() + count) * 2).next_power_of_two();
        if needed > self.index.len() {
            self.grow(needed);
        }
    }

    fn grow(&mut self, places: usize) {
        self.index = vec![0; places];
        let mask = self.index.len() - 1;
        for number in 0..self.ends.len() as u32 {
            let mut place = self.place_of(self.get(Name(number)));
            while self.index[place] != 0 {
                place = (place + 1) & mask;
            }
            self.index[place] = number + 1;
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

//! "Did you mean": the nearest of the names that would have been right.

/// The number of single-character edits (insert, delete, replace, swap of neighbours) between two words.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let width = b.len() + 1;
    let mut table = vec![0usize; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let best = if i == 0 || j == 0 {
                i + j
            } else {
                let differs = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (table[(i - 1) * width + j] + 1)
                    .min(table[i * width + j - 1] + 1)
                    .min(table[(i - 1) * width + j - 1] + differs);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[(i - 2) * width + j - 2] + 1);
                }
                best
            };
            table[i * width + j] = best;
        }
    }
    table[a.len() * width + b.len()]
}

/// The letters of a word in order, to see whether another is it with letters swapped.
fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// The candidate nearest to `word`, if it is near enough to be a likely slip: at most a third of the
/// word's length in edits, or equal but for case and separators. Ties go to the first candidate.
/// Words over 64 bytes are never compared: the cost is quadratic.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 64 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    let letters_of = |text: &str| text.bytes().filter(|byte| !matches!(byte, b'-' | b'_')).count();
    let own_letters = letters_of(word);
    let limit = (word.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > 64 || candidate == word {
            continue;
        }
        // What is much longer or shorter is too far away to be measured; a character has at most four bytes.
        let is_like = letters_of(candidate).abs_diff(own_letters) <= 8 && plain(candidate) == plain(word);
        if !is_like && candidate.len().abs_diff(word.len()) > limit * 4 && !candidate.starts_with(word) {
            continue;
        }
        let edits = if is_like { 0 } else { distance(word, candidate) };
        // One letter of three is another word (`lan`, `wan`); the start of a longer one is that word cut short.
        let is_other = edits == 1
            && word.chars().count() <= 3
            && letters(word) != letters(candidate)
            && word.chars().count() == candidate.chars().count();
        let edits = match (is_other, edits > limit && word.len() >= 3 && candidate.starts_with(word)) {
            (true, _) => continue,
            (false, true) => limit,
            (false, false) => edits,
        };
        if edits <= limit && best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{closest, distance};

    #[test]
    fn a_swap_is_one_edit() {
        assert_eq!(distance("memroy", "memory"), 1);
    }

    #[test]
    fn a_near_miss_suggests_the_name_and_a_far_one_nothing() {
        assert_eq!(closest("local-zsf", ["local", "local-zfs", "nvme"]), Some("local-zfs"));
        assert_eq!(closest("macAddress", ["mac-address", "mac"]), Some("mac-address"));
        assert_eq!(closest("gpu", ["network", "storage"]), None);
    }
}

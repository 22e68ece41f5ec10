//! Sizes as Proxmox writes them: `32G`, `528K`, `1.5T`; powers of 1024, bytes without a letter.

/// The bytes that a text means.
#[must_use]
pub fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = match text.char_indices().next_back()? {
        (_, '0'..='9') => (text, 1u64),
        (at, 'K') => (&text[..at], 1 << 10),
        (at, 'M') => (&text[..at], 1 << 20),
        (at, 'G') => (&text[..at], 1 << 30),
        (at, 'T') => (&text[..at], 1 << 40),
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(unit);
    }
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)?;
    let bytes = number * unit as f64;
    (bytes < 1e18).then_some(bytes.round() as u64)
}

/// Bytes as Proxmox writes them: with the greatest unit that leaves a whole number.
#[must_use]
pub fn text(bytes: u64) -> String {
    let units = [(1u64 << 40, 'T'), (1 << 30, 'G'), (1 << 20, 'M'), (1 << 10, 'K')];
    match units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", bytes / unit),
        None => bytes.to_string(),
    }
}

/// Bytes as the number of GiB that allocates a volume: `50`, `0.5`.
#[must_use]
pub fn gibibytes(bytes: u64) -> String {
    format!("{}", bytes as f64 / (1u64 << 30) as f64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_written_means_the_same_read_again() {
        for bytes in [0, 1, 1023, 528 << 10, 4 << 20, 32 << 30, 3 << 40, (1 << 30) + 512] {
            assert_eq!(super::bytes(&super::text(bytes)), Some(bytes));
            assert_eq!(super::bytes(&format!("{}G", super::gibibytes(bytes))), Some(bytes));
        }
        assert_eq!(super::bytes("1.5T"), Some(3 << 39));
        assert_eq!(super::bytes("G"), None);
        assert_eq!(super::bytes("-1G"), None);
        assert_eq!(super::bytes(""), None);
    }
}

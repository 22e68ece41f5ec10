//! Durations as Go writes them: `15m`, `1h30m`, `90s`.

/// A number of seconds as the shortest duration of one unit.
pub(super) fn written(seconds: u32) -> String {
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// The whole seconds of a duration.
pub(super) fn read(text: &str) -> Option<u32> {
    let mut seconds = 0u32;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        let count: u32 = rest[..end].parse().ok()?;
        let unit = match rest.as_bytes()[end] {
            b'h' => 3600,
            b'm' if !rest[end..].starts_with("ms") => 60,
            b's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[end + 1..];
    }
    (!text.is_empty()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn what_is_written_reads_back() {
        for seconds in [0, 1, 59, 60, 90, 900, 3600, 5400, 86_400] {
            assert_eq!(read(&written(seconds)), Some(seconds));
        }
        assert_eq!(read("1h30m"), Some(5400));
        assert_eq!(
            (read(""), read("15"), read("1.5h"), read("5ms"), read("99999999999h")),
            (None, None, None, None, None)
        );
    }
}

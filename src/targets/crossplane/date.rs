//! Moments as RFC 3339 writes them: `2030-01-01T00:00:00Z`.

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Seconds since 1970, in universal time.
///
/// Days are turned into dates within eras of 400 years that begin on the first of March, so that the leap day comes last.
pub(super) fn written(seconds: u64) -> String {
    let (days, rest) = (seconds / DAY + 719_468, seconds % DAY);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The seconds since 1970 of a moment in whole seconds; `None` for what is none, or lies before.
pub(super) fn read(text: &str) -> Option<u64> {
    let (date, time) = text.split_at_checked(10)?;
    let mut date = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = time.split_at_checked(8)?;
    let mut clock = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let is_valid = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_valid || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let since_march = year - u64::from(month <= 2);
    let (era, year_of_era) = (since_march / 400, since_march % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = (era * 146_097 + of_era).checked_sub(719_468)?;
    (days * DAY + hour * 3600 + minute * 60 + second).checked_add_signed(-offset(zone)?)
}

/// By how many seconds a zone is ahead of universal time.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<u8>().ok().map(i64::from)? * 3600 + minutes.parse::<u8>().ok().map(i64::from)? * 60;
    match sign {
        "+" => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
        assert_eq!(written(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(written(1_893_456_000), "2030-01-01T00:00:00Z");
        assert_eq!(written(253_402_300_799), "9999-12-31T23:59:59Z");
        for seconds in (0..253_402_300_799).step_by(86_400 * 13 + 977) {
            assert_eq!(read(&written(seconds)), Some(seconds));
        }
    }

    #[test]
    fn zones_are_taken_and_what_is_no_moment_is_not() {
        assert_eq!(read("2030-01-01T01:00:00+01:00"), Some(1_893_456_000));
        assert_eq!(read("2029-12-31T23:30:00-00:30"), Some(1_893_456_000));
        for text in ["", "2030-01-01", "2030-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "2030-01-01T00:00:00", "é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

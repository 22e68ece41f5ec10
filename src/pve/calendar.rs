//! Calendar events: when a job runs, computed on the calendar alone. No clock is read.
//!
//! Source: Proxmox VE documentation, appendix "Calendar Events": the same event is read the same way everywhere, so
//! `2,22:30` is 02:30 and 22:30 of every day, never the 2nd and the 22nd of a month.

use pest::Parser as _;
use pest::iterators::Pair;

use grammar::{EventParser, Rule};

/// What the grammar generates.
mod grammar {
    /// The parser of calendar events.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/calendar-event.pest"]
    pub struct EventParser;
}

/// Days in which the calendar repeats itself, weekdays included.
const CYCLE: i64 = 146_097;

/// An event: which minutes of which days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    weekdays: u8,
    years: Option<Vec<i64>>,
    months: u16,
    days: u32,
    hours: u32,
    minutes: u64,
}

/// What is wrong with a text as a calendar event; none if nothing is.
#[must_use]
pub fn problem(text: &str) -> Option<String> {
    parse(text).err()
}

/// Reads an event.
///
/// # Errors
/// What was expected, in a sentence.
pub fn parse(text: &str) -> Result<Event, String> {
    let unclear = || "expected a calendar event, such as `\"02:30\"`, `\"sat 03:00\"` or `\"*/15\"`".to_owned();
    let mut pairs = EventParser::parse(Rule::event, text.trim()).map_err(|_| unclear())?;
    let mut event = Event { weekdays: 0x7f, years: None, months: 0xfff, days: u32::MAX >> 1, hours: 1, minutes: 1 };
    for part in pairs.next().ok_or_else(unclear)?.into_inner() {
        match part.as_rule() {
            Rule::word => return Ok(named(part.as_str())),
            Rule::weekdays => event.weekdays = weekdays(part)?,
            Rule::date => date(part, &mut event)?,
            Rule::time => time(part, &mut event)?,
            _ => {}
        }
    }
    Ok(event)
}

/// The events that have a name of their own.
fn named(word: &str) -> Event {
    let midnight = Event { weekdays: 0x7f, years: None, months: 0xfff, days: u32::MAX >> 1, hours: 1, minutes: 1 };
    match word {
        "minutely" => Event { hours: 0xff_ffff, minutes: (1 << 60) - 1, ..midnight },
        "hourly" => Event { hours: 0xff_ffff, ..midnight },
        "weekly" => Event { weekdays: 1, ..midnight },
        "monthly" => Event { days: 1, ..midnight },
        "quarterly" => Event { days: 1, months: 0b10_0100_1001 & 0xfff, ..midnight },
        "semiannually" | "semi-annually" => Event { days: 1, months: 0b100_0001, ..midnight },
        "yearly" | "annually" => Event { days: 1, months: 1, ..midnight },
        _ => midnight,
    }
}

/// Monday is bit 0.
fn weekdays(pair: Pair<'_, Rule>) -> Result<u8, String> {
    let number = |text: &str| {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        names.iter().position(|name| text.to_ascii_lowercase().starts_with(name)).unwrap_or(0)
    };
    let mut mask = 0;
    for range in pair.into_inner() {
        let text = range.as_str().to_owned();
        let ends: Vec<usize> = range.into_inner().map(|day| number(day.as_str())).collect();
        let (first, last) = (ends[0], ends[ends.len() - 1]);
        if first > last {
            return Err(format!("`{text}` ends before it starts: weeks start on Monday"));
        }
        (first..=last).for_each(|day| mask |= 1 << day);
    }
    Ok(mask)
}

fn date(pair: Pair<'_, Rule>, event: &mut Event) -> Result<(), String> {
    let parts: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
    let (years, months, days) = match parts.as_slice() {
        [years, months, days] => (Some(years.clone()), months.clone(), days.clone()),
        [months, days] => (None, months.clone(), days.clone()),
        _ => return Err("expected a date such as `2026-05-01` or `*-05`".to_owned()),
    };
    if let Some(years) = years.filter(|years| years.as_str() != "*") {
        event.years = Some(numbers(years, 1970, 2105, "a year")?);
    }
    event.months = mask(numbers(months, 1, 12, "a month")?.iter().map(|month| month - 1)) as u16;
    event.days = mask(numbers(days, 1, 31, "a day")?.iter().map(|day| day - 1)) as u32;
    Ok(())
}

fn time(pair: Pair<'_, Rule>, event: &mut Event) -> Result<(), String> {
    let parts: Vec<Pair<'_, Rule>> = pair.into_inner().collect();
    let (hours, minutes) = match parts.as_slice() {
        [minutes] => (None, minutes.clone()),
        [hours, minutes, ..] => (Some(hours.clone()), minutes.clone()),
        [] => return Ok(()),
    };
    event.hours = match hours {
        Some(hours) => mask(numbers(hours, 0, 23, "an hour")?.into_iter()) as u32,
        None => 0xff_ffff,
    };
    event.minutes = mask(numbers(minutes, 0, 59, "a minute")?.into_iter());
    Ok(())
}

fn mask(numbers: impl Iterator<Item = i64>) -> u64 {
    numbers.fold(0, |mask, number| mask | 1 << number)
}

/// The numbers that `0,30`, `8..17` or `0/15` select.
fn numbers(pair: Pair<'_, Rule>, least: i64, most: i64, what: &str) -> Result<Vec<i64>, String> {
    let mut found = Vec::new();
    for value in pair.into_inner() {
        let text = value.as_str().to_owned();
        let (range, step) = text.split_once('/').map_or((text.as_str(), None), |(range, step)| (range, Some(step)));
        let number = |text: &str| {
            let number = text.parse::<i64>().map_err(|_| format!("expected {what}, found `{text}`"))?;
            if (least..=most).contains(&number) {
                Ok(number)
            } else {
                Err(format!("expected {what} from {least} to {most}, found `{text}`"))
            }
        };
        let (first, last) = match range.split_once("..") {
            _ if range == "*" => (least, most),
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(range)?, if step.is_some() { most } else { number(range)? }),
        };
        let step =
            step.map_or(Ok(1), |step| step.parse::<usize>().map_err(|_| format!("expected a step, found `{step}`")))?;
        if first > last || step == 0 {
            return Err(format!("`{text}` selects nothing"));
        }
        found.extend((first..=last).step_by(step));
    }
    Ok(found)
}

impl Event {
    /// Whether it never comes: the 30th of February.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.days().next().is_none()
    }

    /// Runs in a span of days, on average over the whole calendar; of an event in named years, over those.
    #[must_use]
    pub fn runs_per_day(&self) -> f64 {
        let times = f64::from(self.hours.count_ones()) * f64::from(self.minutes.count_ones());
        let days = self.years.as_ref().map_or(CYCLE as f64, |years| years.len() as f64 * 365.2425);
        self.days().count() as f64 * times / days
    }

    /// The shortest time between two runs, in minutes; none if it runs at most once.
    #[must_use]
    pub fn min_gap(&self) -> Option<u64> {
        let times: Vec<i64> = self.times();
        let within = times.windows(2).map(|pair| pair[1] - pair[0]).min();
        let days: Vec<i64> = self.days().take(2_000).collect();
        let between = days.windows(2).map(|pair| pair[1] - pair[0]).min();
        let (first, last) = (*times.first()?, *times.last()?);
        let overnight = between.map(|days| days * 1_440 + first - last);
        [within, overnight].into_iter().flatten().min().and_then(|gap| u64::try_from(gap).ok())
    }

    /// The longest time between two runs, in minutes; none if it runs at most once.
    #[must_use]
    pub fn max_gap(&self) -> Option<u64> {
        let times: Vec<i64> = self.times();
        let days: Vec<i64> = self.days().collect();
        let (first, last) = (*times.first()?, *times.last()?);
        let within = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        let overnight = days.windows(2).map(|pair| (pair[1] - pair[0]) * 1_440 + first - last).max();
        [within, overnight].into_iter().flatten().max().and_then(|gap| u64::try_from(gap).ok())
    }

    /// Whether two events ever come in the same minute.
    #[must_use]
    pub fn collides(&self, other: &Event) -> bool {
        let both = Event {
            weekdays: self.weekdays & other.weekdays,
            years: match (&self.years, &other.years) {
                (Some(a), Some(b)) => Some(a.iter().copied().filter(|year| b.contains(year)).collect()),
                (a, b) => a.clone().or_else(|| b.clone()),
            },
            months: self.months & other.months,
            days: self.days & other.days,
            hours: self.hours & other.hours,
            minutes: self.minutes & other.minutes,
        };
        both.hours != 0 && both.minutes != 0 && !both.is_never()
    }

    /// Minutes of the day at which it comes.
    fn times(&self) -> Vec<i64> {
        let hours = (0..24).filter(|hour| self.hours >> hour & 1 == 1);
        hours
            .flat_map(|hour| {
                (0..60).filter(|minute| self.minutes >> minute & 1 == 1).map(move |minute| hour * 60 + minute)
            })
            .collect()
    }

    /// Days on which it comes, counted from 1970-01-01: those of one whole turn of the calendar from 2000 on, or
    /// of the years it names.
    fn days(&self) -> impl Iterator<Item = i64> + '_ {
        let start = day_number(2000, 1, 1);
        let (first, last) = match self.years.as_deref() {
            None => (start, start + CYCLE),
            Some([]) => (0, 0),
            Some(years) => {
                let least = years.iter().min().copied().unwrap_or(1970);
                let most = years.iter().max().copied().unwrap_or(1970);
                (day_number(least, 1, 1), day_number(most + 1, 1, 1))
            }
        };
        (first..last).filter(|day| {
            let (year, month, day_of_month) = date_of(*day);
            let weekday = (day + 3).rem_euclid(7);
            self.weekdays >> weekday & 1 == 1
                && self.months >> (month - 1) & 1 == 1
                && self.days >> (day_of_month - 1) & 1 == 1
                && self.years.as_ref().is_none_or(|years| years.contains(&year))
        })
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * CYCLE + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
fn date_of(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(CYCLE);
    let of_era = day.rem_euclid(CYCLE);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        parse(text).expect("a calendar event")
    }

    #[test]
    fn two_hours_before_a_colon_are_hours_of_every_day() {
        assert_eq!(event("2,22:30").times(), [150, 1350]);
        assert_eq!(event("2,22:30").min_gap(), Some(240));
        assert!((event("2,22:30").runs_per_day() - 2.0).abs() < 1e-9);
    }

    #[test]
    fn days_and_dates_round_trip() {
        for day in [-1, 0, 11_016, 11_017, 20_000, 47_540] {
            let (year, month, of_month) = date_of(day);
            assert_eq!(day_number(year, month, of_month), day);
        }
        assert_eq!(date_of(0), (1970, 1, 1));
    }

    #[test]
    fn the_thirtieth_of_february_never_comes_and_leap_days_do() {
        assert!(event("*-02-30").is_never());
        assert!(!event("*-02-29 12:00").is_never());
    }

    #[test]
    fn a_weekday_and_the_first_week_meet_once_a_month() {
        let first_saturday = event("Sat *-*-1..7 15:00");
        assert!((first_saturday.runs_per_day() * 365.2425 - 12.0).abs() < 1e-6);
        assert_eq!(first_saturday.min_gap(), Some(28 * 1_440));
        assert_eq!(first_saturday.max_gap(), Some(35 * 1_440));
        assert_eq!(event("mon..fri 02:00").max_gap(), Some(3 * 1_440));
        assert_eq!(event("hourly").max_gap(), Some(60));
    }

    #[test]
    fn events_collide_in_a_common_minute_only() {
        assert!(event("daily").collides(&event("sat 00:00")));
        assert!(!event("04:00").collides(&event("05:00")));
        assert!(!event("mon 04:00").collides(&event("tue 04:00")));
    }

    #[test]
    fn what_is_no_event_says_what_was_expected() {
        assert!(problem("25:00").is_some_and(|problem| problem.contains("from 0 to 23")));
        assert!(problem("half past two").is_some());
        assert!(problem("fri..mon 02:00").is_some());
        assert_eq!(problem("*/5"), None);
    }
}

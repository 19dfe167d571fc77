//! Dates and datetimes as people records write them: `2015`, `2015-03`, `2015-03-04`,
//! `2015-03-04T05:06:07.8+09:00`.
//!
//! A partial date stands for its first instant. No zone means UTC. Years are 0001 to 9999, also after the
//! zone is taken off.

/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days since 1970-01-01 of a date, or of a datetime's UTC date; `None` if the text is neither.
pub fn parse_date(text: &str) -> Option<i32> {
    let micros = parse_datetime(text)?;
    i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()
}

/// Microseconds since 1970-01-01T00:00Z of a datetime, or of a date's first instant; `None` if the text is
/// neither.
///
/// Digits beyond microseconds are cut off. A leap second counts as the second before it.
pub fn parse_datetime(text: &str) -> Option<i64> {
    let mut rest = Scan(text.as_bytes());
    let year = rest.digits(4)?;
    let (mut month, mut day, mut micros) = (1, 1, 0);
    if !rest.is_empty() {
        rest.expect(b"-")?;
        month = rest.digits(2)?;
    }
    if !rest.is_empty() {
        rest.expect(b"-")?;
        day = rest.digits(2)?;
    }
    if !rest.is_empty() {
        rest.expect(b"Tt ")?;
        micros = rest.time()?;
        micros -= rest.offset()?;
    }
    if !rest.is_empty() || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let instant = days_from_civil(year, month, day) * MICROS_PER_DAY + micros;
    (first_micros()..=last_micros()).contains(&instant).then_some(instant)
}

/// A date in ISO form, `2015-03-04`.
pub fn format_date(days: i32) -> String {
    let (year, month, day) = civil_from_days(i64::from(days));
    format!("{year:04}-{month:02}-{day:02}")
}

/// A datetime in ISO form in UTC, `2015-03-04T05:06:07Z`, with a fraction of six digits if there is one.
pub fn format_datetime(micros: i64) -> String {
    let (year, month, day) = civil_from_days(micros.div_euclid(MICROS_PER_DAY));
    let of_day = micros.rem_euclid(MICROS_PER_DAY);
    let (seconds, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction == 0 { date + "Z" } else { format!("{date}.{fraction:06}Z") }
}

fn first_micros() -> i64 {
    days_from_civil(1, 1, 1) * MICROS_PER_DAY
}

fn last_micros() -> i64 {
    days_from_civil(10_000, 1, 1) * MICROS_PER_DAY - 1
}

/// What is left of the text.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes one byte if it is among `accepted`.
    fn expect(&mut self, accepted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        accepted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Takes exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(count)?;
        let number = head
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))?;
        self.0 = rest;
        Some(number)
    }

    /// `05:06`, `05:06:07`, `05:06:07.8`, as microseconds of the day.
    fn time(&mut self) -> Option<i64> {
        let hour = self.digits(2)?;
        self.expect(b":")?;
        let minute = self.digits(2)?;
        let mut second = 0;
        let mut micros = 0;
        if self.expect(b":").is_some() {
            second = self.digits(2)?;
            if self.expect(b".,").is_some() {
                micros = self.fraction()?;
            }
        }
        let valid = hour < 24 && minute < 60 && second <= 60;
        valid.then(|| ((hour * 60 + minute) * 60 + second.min(59)) * 1_000_000 + micros)
    }

    /// One to twelve digits, as microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || count > 12 {
            return None;
        }
        let kept = self.digits(count.min(6))?;
        let scale = (count..6).fold(1, |scale, _| scale * 10);
        self.digits(count.saturating_sub(6))?;
        Some(kept * scale)
    }

    /// `Z`, `+09:00`, `+0900`, `+09` or nothing, as microseconds east of UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.is_empty() || self.expect(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.expect(b"+-")? == b'-' { -1 } else { 1 };
        let hour = self.digits(2)?;
        let mut minute = 0;
        if !self.is_empty() {
            let _ = self.expect(b":");
            minute = self.digits(2)?;
        }
        (hour < 24 && minute < 60).then_some(sign * (hour * 60 + minute) * 60_000_000)
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap day is the
/// last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use jiff::civil;
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> Option<i64> {
        text.parse::<jiff::Timestamp>().ok().map(|t| t.as_microsecond())
    }

    #[test]
    fn a_partial_date_stands_for_its_first_instant() {
        for (partial, full) in [
            ("2015", "2015-01-01T00:00:00Z"),
            ("2015-03", "2015-03-01T00:00:00Z"),
            ("2015-03-04", "2015-03-04T00:00:00Z"),
            ("2015-03-04T05:06", "2015-03-04T05:06:00Z"),
            ("0001", "0001-01-01T00:00:00Z"),
        ] {
            assert_eq!(parse_datetime(partial), utc(full), "{partial}");
            assert!(parse_datetime(partial).is_some(), "{partial}");
        }
    }

    #[test]
    fn spellings_of_one_instant_are_equal() {
        let expected = utc("2017-01-01T00:30:00.25Z");
        for text in [
            "2017-01-01T00:30:00.25",
            "2017-01-01 00:30:00.250000",
            "2017-01-01T00:30:00.250000999Z",
            "2017-01-01t00:30:00.25z",
            "2017-01-01T02:30:00.25+02:00",
            "2017-01-01T02:30:00.25+0200",
            "2017-01-01T02:30:00.25+02",
            "2016-12-31T18:00:00.25-06:30",
        ] {
            assert_eq!(parse_datetime(text), expected, "{text}");
        }
    }

    #[test]
    fn a_datetime_counts_by_its_utc_date() {
        assert_eq!(parse_date("2017-01-01T00:30:00+02:00"), parse_date("2016-12-31"));
        assert_eq!(parse_date("1969-12-31T23:59:59.999999"), Some(-1));
        assert_eq!(parse_date("1970-01-01"), Some(0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            " ",
            "15",
            "201",
            "20155",
            "2015-",
            "2015-3",
            "2015-13",
            "2015-00",
            "2015-02-29",
            "2015-04-31",
            "2015-03-00",
            "2015/03/04",
            "2015-03-04T",
            "2015-03-04T5:06",
            "2015-03-04T24:00",
            "2015-03-04T05:60",
            "2015-03-04T05:06:61",
            "2015-03-04T05:06:07.",
            "2015-03-04T05:06:07+",
            "2015-03-04T05:06:07+24:00",
            "2015-03-04T05:06:07Zx",
            " 2015",
            "2015 ",
            "March 2015",
            "0000",
            "0000-12-31",
            "-2015",
            "+2015",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "２０１５",
            "2015-03-04T05",
        ] {
            assert_eq!(parse_datetime(text), None, "{text:?}");
            assert_eq!(parse_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_leap_day_is_a_day() {
        assert_eq!(parse_date("2016-02-29"), parse_date("2016-03-01").map(|d| d - 1));
        assert_eq!(parse_date("1900-02-29"), None);
        assert!(parse_date("2000-02-29").is_some());
    }

    proptest! {
        #![proptest_config(crate::record::cases())]

        #[test]
        fn dates_agree_with_jiff(year in 1i16..=9999, month in 0i8..14, day in 0i8..33) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let epoch = civil::date(1970, 1, 1);
            let expected = civil::Date::new(year, month, day).ok().and_then(|d| epoch.until(d).ok()).map(|s| s.get_days());
            prop_assert_eq!(parse_date(&text), expected);
        }

        #[test]
        fn datetimes_agree_with_jiff_and_come_back(micros in first_micros()..=last_micros()) {
            let text = format_datetime(micros);
            prop_assert_eq!(parse_datetime(&text), Some(micros));
            if let Ok(stamp) = jiff::Timestamp::from_microsecond(micros) {
                prop_assert_eq!(parse_datetime(&stamp.to_string()), Some(micros));
            }
            let days = parse_date(&text).unwrap();
            prop_assert_eq!(parse_date(&format_date(days)), Some(days));
        }

        #[test]
        fn any_text_is_a_date_or_none(text in "[0-9TZ:. +-]{0,30}") {
            prop_assert_eq!(parse_date(&text).is_some(), parse_datetime(&text).is_some());
        }
    }
}

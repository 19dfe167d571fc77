//! Dates as people spell them in tables: `Mar 2019`, `03/2019`, `4 March 2019`, `03.04.2019`.

use super::date::parse_date;

/// The months by their first three letters.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The date that a text spells, as `2019`, `2019-03` or `2019-03-04`; an ISO date or datetime as it is. `None` if it is no date, or one
/// that can be read in two ways, as `03/04/2019` can. With dots the day comes first.
pub(super) fn spelled_date(text: &str) -> Option<String> {
    let text = text.trim();
    if parse_date(text).is_some() {
        return Some(text.to_owned());
    }
    if text.len() > 40 {
        return None;
    }
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let date = match words.as_slice() {
        [month, year] => format!("{}-{:02}", year_of(year)?, month_of(month)?),
        [first, second, year] => {
            let (month, day) = month_and_day(first, second, text.contains('.'))?;
            format!("{}-{month:02}-{day:02}", year_of(year)?)
        }
        _ => return None,
    };
    parse_date(&date).map(|_| date)
}

fn month_and_day(first: &str, second: &str, day_first: bool) -> Option<(u32, u32)> {
    match (number(first), number(second)) {
        (None, Some(day)) => Some((month_of(first)?, day)),
        (Some(day), None) => Some((month_of(second)?, day)),
        (Some(day), Some(month)) if day_first || day > 12 || day == month => Some((month, day)),
        (Some(month), Some(day)) if day > 12 => Some((month, day)),
        _ => None,
    }
}

fn number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ordinal = word.get(digits.len()..).is_some_and(|end| ["", "st", "nd", "rd", "th"].contains(&end));
    if ordinal && digits.len() <= 2 { digits.parse().ok() } else { None }
}

fn year_of(word: &str) -> Option<&str> {
    (word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())).then_some(word)
}

fn month_of(word: &str) -> Option<u32> {
    if let Some(month) = number(word) {
        return (1..=12).contains(&month).then_some(month);
    }
    let word = word.to_lowercase();
    let begins = |month: &&str| word.len() >= 3 && word.starts_with(*month);
    MONTHS.iter().position(begins).map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_spellings_of_tables() {
        for (text, expected) in [
            ("2019", Some("2019")),
            (" 2019-03 ", Some("2019-03")),
            ("2019-03-04T05:06:07", Some("2019-03-04T05:06:07")),
            ("03/2019", Some("2019-03")),
            ("3.2019", Some("2019-03")),
            ("Mar 2019", Some("2019-03")),
            ("march, 2019", Some("2019-03")),
            ("4 March 2019", Some("2019-03-04")),
            ("March 4th, 2019", Some("2019-03-04")),
            ("04.03.2019", Some("2019-03-04")),
            ("25/12/2019", Some("2019-12-25")),
            ("12/25/2019", Some("2019-12-25")),
            ("03/03/2019", Some("2019-03-03")),
            ("03/04/2019", None),
            ("31.02.2019", None),
            ("13/2019", None),
            ("soon", None),
            ("2019 2020", None),
            ("", None),
        ] {
            assert_eq!(spelled_date(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_read_reads_as_itself() {
        for text in ["03/2019", "4 March 2019", "2019", "25/12/2019"] {
            let once = spelled_date(text).unwrap();
            assert_eq!(spelled_date(&once), Some(once.clone()));
        }
    }
}

//! Months and days as plain numbers, against one frozen day.

/// The day on which the invented people were "seen": every age and duration is counted up to it.
pub(super) const AS_OF: (i32, i32, i32) = (2026, 6, 30);

/// A month as years times twelve plus month from 0.
pub(super) type Month = i32;

/// The month of [`AS_OF`].
pub(super) const NOW: Month = AS_OF.0 * 12 + AS_OF.1 - 1;

pub(super) fn year_of(month: Month) -> i32 {
    month.div_euclid(12)
}

/// 1 to 12.
pub(super) fn month_of(month: Month) -> i32 {
    month.rem_euclid(12) + 1
}

/// The vendor's words for a duration; it rounds where the raw number of years is cut off.
pub(super) fn years_bucket(months: Month) -> &'static str {
    match (months + 6) / 12 {
        ..=0 => "Less than 1 year",
        1..=2 => "1 to 2 years",
        3..=5 => "3 to 5 years",
        6..=10 => "6 to 10 years",
        _ => "More than 10 years",
    }
}

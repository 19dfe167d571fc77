//! Credits: amounts, and what a record costs.
//!
//! An amount is a whole number of millionths, so that sums are exact; no vendor's price has more than two decimals
//! (`influencers-club.md` 6, `crustdata.md` 5.3 and 6.8).

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Parts of one credit.
const SCALE: i64 = 1_000_000;

/// An amount of credits, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credits(i64);

impl Credits {
    /// Nothing.
    pub const ZERO: Credits = Credits(0);
    /// The most that an account may hold: far from the ends of the numbers that sums are made of.
    pub const MAX: Credits = Credits(1_000_000_000 * SCALE);

    /// An amount from its millionths.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// The amount in millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }
}

impl Add for Credits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Credits {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Credits {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// A decimal number without needless zeros: `12.35`, `100`.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / SCALE as u64, self.0.unsigned_abs() % SCALE as u64);
        let text = format!("{sign}{whole}.{part:06}");
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Credits {
    type Err = String;

    /// Reads a decimal number of at most six decimals that is not negative.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of credits; write for example 100 or 0.05");
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let part: i64 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
        let amount = whole.checked_mul(SCALE).and_then(|whole| whole.checked_add(part)).map(Self);
        amount.filter(|amount| *amount <= Self::MAX).ok_or_else(|| format!("{text} credits are too many"))
    }
}

/// What a record costs: a base price, more for each of some fields that it returned, and never more than a cap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rate {
    /// For any record that returned data.
    pub base: Credits,
    /// For each field that was asked for and has a value in the record, as (path, price).
    pub extras: Vec<(String, Credits)>,
    /// At most so much for one record.
    pub cap: Option<Credits>,
}

impl Rate {
    /// A price that does not depend on the record.
    pub fn flat(base: Credits) -> Self {
        Self { base, ..Self::default() }
    }

    /// What a record costs in a mode unless somebody sets it.
    pub fn standard(mode: &str) -> Self {
        standard_rate(mode)
    }

    /// The price of a record that returned what `has` says.
    pub fn price(&self, has: impl Fn(&str) -> bool) -> Credits {
        let extras: Credits = self.extras.iter().filter(|(path, _)| has(path)).map(|(_, price)| *price).sum();
        let price = self.base + extras;
        self.cap.map_or(price, |cap| price.min(cap))
    }
}

/// Every mode that has a rate.
pub const MODES: [&str; 7] = ["search", "enrich", "people", "raw", "full", "basic", "advanced"];

/// What the vendors charge for a record in a mode: search `crustdata.md` 6.8, enrich the additive price of 5.3, CSV
/// `influencers-club.md` 6. AggKnowledge publishes no price; one credit is ours.
pub(super) fn standard_rate(mode: &str) -> Rate {
    let hundredths = |hundredths: i64| Credits(hundredths * (SCALE / 100));
    match mode {
        "search" => Rate::flat(hundredths(3)),
        "enrich" => Rate {
            base: hundredths(100),
            extras: [
                ("contact.business_emails", 100),
                ("dev_platform_profiles", 100),
                ("contact.personal_emails", 200),
                ("contact.phone_numbers", 200),
            ]
            .map(|(path, price)| (path.to_string(), hundredths(price)))
            .to_vec(),
            cap: Some(hundredths(700)),
        },
        "raw" => Rate::flat(hundredths(3)),
        "basic" => Rate::flat(hundredths(10)),
        "advanced" => Rate::flat(hundredths(200)),
        _ => Rate::flat(hundredths(100)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_printed_exactly() {
        for text in ["0", "1", "0.03", "12.35", "0.000001", "100", "1000000000"] {
            assert_eq!(text.parse::<Credits>().unwrap().to_string(), text);
        }
        assert_eq!("1.50".parse::<Credits>().unwrap().to_string(), "1.5");
        for text in ["", ".5", "-1", "1e3", "0.0000001", "1,5", "9999999999", "99999999999999999999"] {
            assert!(text.parse::<Credits>().is_err(), "{text}");
        }
        assert_eq!((Credits::ZERO - "0.25".parse().unwrap()).to_string(), "-0.25");
    }

    #[test]
    fn extras_add_up_to_the_cap() {
        let credits = |text: &str| text.parse::<Credits>().unwrap();
        let rate = Rate {
            base: credits("1"),
            extras: vec![("a".into(), credits("2")), ("b".into(), credits("5"))],
            cap: Some(credits("7")),
        };
        assert_eq!(rate.price(|_| false), credits("1"));
        assert_eq!(rate.price(|path| path == "a"), credits("3"));
        assert_eq!(rate.price(|_| true), credits("7"));
    }
}

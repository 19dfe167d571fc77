//! Doubles as whole numbers over a power of ten: as such, years and coordinates lie close together, while the ordered
//! forms of 3 and 4 are 2^51 apart.

use crate::index::ordered;

/// 10^e by `e`, without loss; so a quotient by one of them is rounded once.
const POWERS: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Whole numbers nearer to 0 than this are doubles without loss.
const WHOLES: f64 = (1_u64 << 53) as f64;

/// How a decimal block stores its values: as `m - least` where the value is `m / power`, to the bit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    code: u8,
    power: f64,
    least: i64,
}

impl Decimal {
    /// The fewest decimals that do for all `values`, in ordered form; `None` if none do. `min` is the least of them.
    pub(super) fn of(values: impl Iterator<Item = u64> + Clone, min: u64) -> Option<Self> {
        (1..=POWERS.len() as u8)
            .filter_map(|code| Self::from_code(code, min))
            .find(|decimal| values.clone().all(|value| decimal.difference(value).is_some()))
    }

    /// By the number in the file, 1 more than the number of decimals; `None` if there is no such number, or if it
    /// does not do for `min`, the block's least value.
    pub(super) fn from_code(code: u8, min: u64) -> Option<Self> {
        let power = *POWERS.get(usize::from(code).checked_sub(1)?)?;
        Some(Self { code, power, least: whole(min, power)? })
    }

    /// The number in the file.
    pub(super) fn code(self) -> u8 {
        self.code
    }

    /// What is stored for a value in ordered form; `None` if that would not give it back, or it is below the least.
    pub(super) fn difference(self, value: u64) -> Option<u64> {
        u64::try_from(whole(value, self.power)? - self.least).ok()
    }

    /// The value, in ordered form, for which `difference` is stored; `None` if none gives that.
    pub(super) fn value(self, difference: u64) -> Option<u64> {
        ordered::from_f64(self.least.checked_add_unsigned(difference)? as f64 / self.power)
    }

    /// The same of a difference that is no greater than one that has a value.
    pub(super) fn restored(self, difference: u64) -> u64 {
        let whole = self.least.wrapping_add_unsigned(difference);
        // A whole number over a power of ten: no NaN, and 0 has no sign.
        ordered::from_plain_f64(whole as f64 / self.power)
    }
}

/// The `m` with `m / power` = `value`, to the bit.
fn whole(value: u64, power: f64) -> Option<i64> {
    let whole = (ordered::to_f64(value) * power).round();
    // Not so for infinities and NaN either.
    let exact = whole.abs() < WHOLES && ordered::from_f64(whole / power) == Some(value);
    exact.then_some(whole as i64)
}

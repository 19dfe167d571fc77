//! The ordered form of a scalar: a `u64` whose unsigned order is the order of values.

const SIGN: u64 = 1 << 63;

/// The ordered form of an integer, of days since 1970, or of microseconds since 1970.
pub fn from_i64(value: i64) -> u64 {
    value.cast_unsigned() ^ SIGN
}

/// The integer with this ordered form.
pub fn to_i64(ordered: u64) -> i64 {
    (ordered ^ SIGN).cast_signed()
}

/// The ordered form of a double; `None`, which is stored as null, for NaN: JSON has none, and it has no place
/// in an order. `-0.0` counts as `0.0`.
pub fn from_f64(value: f64) -> Option<u64> {
    if value.is_nan() {
        return None;
    }
    let bits = if value == 0.0 { 0 } else { value.to_bits() };
    Some(if bits & SIGN == 0 { bits ^ SIGN } else { !bits })
}

/// The ordered form of a double that is neither NaN nor `-0.0`.
pub fn from_plain_f64(value: f64) -> u64 {
    let bits = value.to_bits();
    // All ones for a negative one, whose bits are turned around; else the sign alone.
    let turned = (bits.cast_signed() >> 63).cast_unsigned() | SIGN;
    bits ^ turned
}

/// The double with this ordered form. Forms that [`from_f64`] never gives may be NaN.
pub fn to_f64(ordered: u64) -> f64 {
    let turned = !(ordered.cast_signed() >> 63).cast_unsigned() | SIGN;
    f64::from_bits(ordered ^ turned)
}

/// The ordered form of a boolean: `false` before `true`.
pub fn from_bool(value: bool) -> u64 {
    value.into()
}

/// The boolean with this ordered form.
pub fn to_bool(ordered: u64) -> bool {
    ordered != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::testing::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn integers_keep_value_and_order(a: i64, b: i64) {
            prop_assert_eq!(to_i64(from_i64(a)), a);
            prop_assert_eq!(from_i64(a).cmp(&from_i64(b)), a.cmp(&b));
        }

        #[test]
        fn doubles_keep_value_and_order(a in proptest::num::f64::ANY, b in proptest::num::f64::ANY) {
            match (from_f64(a), from_f64(b)) {
                (Some(x), Some(y)) => {
                    prop_assert_eq!(to_f64(x), a);
                    prop_assert_eq!(from_plain_f64(a + 0.0), x);
                    prop_assert_eq!(Some(x.cmp(&y)), a.partial_cmp(&b));
                }
                (x, y) => {
                    prop_assert_eq!(x.is_none(), a.is_nan());
                    prop_assert_eq!(y.is_none(), b.is_nan());
                }
            }
        }
    }

    #[test]
    fn the_two_zeros_are_one() {
        assert_eq!(from_f64(-0.0), from_f64(0.0));
        assert!(to_f64(from_f64(-0.0).unwrap()).is_sign_positive());
    }

    #[test]
    fn infinities_bound_all_doubles() {
        assert!(from_f64(f64::NEG_INFINITY) < from_f64(f64::MIN));
        assert!(from_f64(f64::MAX) < from_f64(f64::INFINITY));
    }

    #[test]
    fn false_is_before_true() {
        assert!(from_bool(false) < from_bool(true));
        assert!(to_bool(from_bool(true)) && !to_bool(from_bool(false)));
    }
}

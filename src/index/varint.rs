//! Small numbers in few bytes: unsigned LEB128.

/// Appends `value`: seven bits a byte, the lowest first, the top bit set in all bytes but the last.
pub(crate) fn put(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes the number that `bytes` begin with. `None` if they end within it, or it needs more than 64 bits.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7F);
        value |= part << shift;
        if byte < 0x80 {
            return (part << shift >> shift == part).then_some(value);
        }
    }
    None
}

/// Like [`take`], for a number below 2^32.
pub(crate) fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::testing::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn numbers_come_back_one_after_the_other(numbers: Vec<(u64, u8)>) {
            let numbers: Vec<u64> = numbers.into_iter().map(|(value, shift)| value >> (shift % 64)).collect();
            let mut bytes = Vec::new();
            numbers.iter().for_each(|&value| put(value, &mut bytes));
            let mut rest = bytes.as_slice();
            for &value in &numbers {
                prop_assert_eq!(take(&mut rest), Some(value));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_a_number_or_none(bytes: Vec<u8>) {
            let mut rest = bytes.as_slice();
            while take(&mut rest).is_some() {}
        }
    }

    #[test]
    fn a_number_has_these_bytes() {
        let mut bytes = Vec::new();
        put(300, &mut bytes);
        assert_eq!(bytes, [0xAC, 2]);
        assert_eq!(take(&mut [0x80].as_slice()), None);
        assert_eq!(take_u32(&mut [0xFF, 0xFF, 0xFF, 0xFF, 0x0F].as_slice()), Some(u32::MAX));
        assert_eq!(take_u32(&mut [0xFF, 0xFF, 0xFF, 0xFF, 0x1F].as_slice()), None);
        assert_eq!(take(&mut [0xFF; 10].as_slice()), None);
    }
}

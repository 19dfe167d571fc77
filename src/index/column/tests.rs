//! Tests of columns, against a list of values.

use proptest::prelude::*;

use super::*;
use crate::index::ordered;
use crate::index::testing::{Deaths, config, deaths, harmed, harms, kept_of, section};
use crate::storage::SectionKind;

type Values = Vec<Option<u64>>;

fn build(values: &[Option<u64>]) -> Section {
    build_as(ColumnType::Integer, values)
}

fn build_doubles(values: &[Option<f64>]) -> Section {
    let values: Values = values.iter().map(|value| value.and_then(ordered::from_f64)).collect();
    build_as(ColumnType::Number, &values)
}

fn build_as(kind: ColumnType, values: &[Option<u64>]) -> Section {
    let mut builder = ColumnBuilder::new(kind);
    for value in values {
        builder.push(*value);
    }
    assert_eq!(builder.len(), values.len() as u64);
    let mut bytes = Vec::new();
    let written = builder.write(&mut bytes).unwrap();
    section(SectionKind::COLUMN, bytes, written)
}

fn read(section: &Section) -> ColumnReader {
    ColumnReader::new(section.clone()).unwrap()
}

fn all(section: &Section) -> (Vec<u8>, u64, u64) {
    let entry = section.entry();
    (section.bytes(0..entry.len).unwrap().to_vec(), entry.count, entry.aux)
}

/// Width and number for decimals of a block.
fn packing(section: &Section, block: u64) -> (u8, u8) {
    let [width, _, code] = *array_at(section, block * ENTRY_BYTES + 24).unwrap();
    (width, code)
}

fn merge(kind: ColumnType, inputs: &[Part<'_, ColumnReader>]) -> Result<Section, IndexError> {
    let mut bytes = Vec::new();
    let written = merge_columns(kind, inputs, &mut bytes)?;
    Ok(section(SectionKind::COLUMN, bytes, written))
}

/// Values of any width, with many, few or no nulls, over several blocks.
fn values() -> impl Strategy<Value = Values> {
    (0..=64_u32, 0..4_u8, 0..2500_usize).prop_flat_map(|(width, nulls, len)| {
        let value = any::<u64>().prop_map(move |value| value.checked_shr(64 - width).unwrap_or(0));
        let value = (0..4_u8, value).prop_map(move |(draw, value)| (draw >= nulls).then_some(value));
        let value = value.prop_map(|value| value.map(|value| value ^ 1 << 63));
        proptest::collection::vec(value, len)
    })
}

/// Doubles of one sort, with some of another among them, over several blocks. NaN becomes null.
fn doubles() -> impl Strategy<Value = Values> {
    (double(), double(), 0..=3_u32, 0..2500_usize).prop_flat_map(|(most, few, nulls, len)| {
        let value = prop_oneof![4000 => most.prop_map(Some), 1 => few.prop_map(Some), nulls => Just(None)];
        proptest::collection::vec(value.prop_map(|value| value.and_then(ordered::from_f64)), len)
    })
}

fn double() -> impl Strategy<Value = BoxedStrategy<f64>> {
    let quotient =
        |range: std::ops::Range<i64>, e| range.prop_map(move |m| m as f64 / 10_f64.powi(e)).boxed();
    let limit = 1 << 53;
    prop_oneof![
        Just(proptest::num::f64::ANY.boxed()),
        Just(proptest::num::f64::SUBNORMAL.boxed()),
        Just(quotient(0..60, 0)),
        (0..11).prop_map(move |e| quotient(-1_800_000..1_800_000, e)),
        (0..11).prop_map(move |e| quotient(limit - 9..limit + 9, e)),
        (0..11).prop_map(move |e| quotient(-limit - 9..limit + 9, e)),
    ]
}

/// The parts of a merge: values, whether it is none of them that the part has, and who of it is dead.
fn parts(values: BoxedStrategy<Values>) -> impl Strategy<Value = Vec<(Values, bool, Deaths)>> {
    proptest::collection::vec((values, proptest::bool::weighted(0.25), deaths()), 0..4)
}

fn typed() -> impl Strategy<Value = (ColumnType, Values)> {
    prop_oneof![
        values().prop_map(|values| (ColumnType::Integer, values)),
        doubles().prop_map(|values| (ColumnType::Number, values)),
        // Whatever the bits are.
        values().prop_map(|values| (ColumnType::Number, values)),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_column_gives_back_what_was_pushed((kind, values) in typed()) {
        let reader = read(&build_as(kind, &values));
        prop_assert_eq!(reader.len(), values.len() as u64);
        prop_assert_eq!(reader.nulls(), values.iter().filter(|value| value.is_none()).count() as u64);
        for (i, value) in (0..).zip(&values) {
            prop_assert_eq!(reader.get(i).unwrap(), *value);
        }
        prop_assert!(reader.get(values.len() as u64).is_err());
        let mut block = ColumnBlock::new();
        for (i, expected) in (0..).zip(values.chunks(BLOCK_VALUES as usize)) {
            reader.block(i, &mut block).unwrap();
            prop_assert_eq!(block.iter().collect::<Values>(), expected);
            prop_assert_eq!(block.values().len(), expected.len());
            let range = expected.iter().flatten().min().copied().zip(expected.iter().flatten().max().copied());
            prop_assert_eq!(reader.range(i).unwrap(), range);
        }
        prop_assert!(reader.block(reader.blocks(), &mut block).is_err());
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        (kind, parts) in prop_oneof![
            parts(values().boxed()).prop_map(|parts| (ColumnType::Integer, parts)),
            parts(doubles().boxed()).prop_map(|parts| (ColumnType::Number, parts)),
        ],
    ) {
        let columns = parts.iter().map(|(values, lacks, _)| (!lacks).then(|| read(&build_as(kind, values))));
        let columns: Vec<Option<ColumnReader>> = columns.collect();
        let kept = kept_of(parts.iter().map(|(values, _, dead)| (values.len(), dead)));
        let inputs = columns.iter().zip(&kept).map(|(column, kept)| Part { reader: column.as_ref(), kept });
        let inputs: Vec<_> = inputs.collect();
        let living = |(values, lacks, dead): &(Values, bool, Deaths)| {
            dead.living(values).into_iter().map(|value| value.filter(|_| !lacks)).collect::<Values>()
        };
        for (part, input) in parts.iter().zip(&inputs) {
            let any = input.reader.is_some_and(|column| column.has_values(input.kept).unwrap());
            prop_assert_eq!(any, living(part).iter().any(Option::is_some));
        }
        let expected: Values = parts.iter().flat_map(living).collect();
        prop_assert_eq!(all(&merge(kind, &inputs).unwrap()), all(&build_as(kind, &expected)));
    }

    #[test]
    fn few_decimals_take_the_bits_of_their_whole_numbers(
        wholes in (0..50_u32, -1_000_000..1_000_000_i64, 0..5_u32).prop_flat_map(|(bits, from, zeros)| {
            let whole = (0..1_i64 << bits).prop_map(move |m| (from + m) / 10_i64.pow(zeros) * 10_i64.pow(zeros));
            proptest::collection::vec(whole, 1..1024)
        }),
        e in 0..=9_u32,
    ) {
        let doubles: Vec<_> = wholes.iter().map(|&m| Some(m as f64 / 10_f64.powi(e as i32))).collect();
        // The zeros at the end of all of them are no decimals.
        let spare = (0..=e).rev().find(|&zeros| wholes.iter().all(|m| m % 10_i64.pow(zeros) == 0)).unwrap();
        let bits = |range: u64| (64 - range.leading_zeros()) as u8;
        let (least, most) = (*wholes.iter().min().unwrap(), *wholes.iter().max().unwrap());
        let decimal = bits(most.abs_diff(least) / 10_u64.pow(spare));
        let ordered = |m: i64| ordered::from_f64(m as f64 / 10_f64.powi(e as i32)).unwrap();
        let plain = bits(ordered(most) - ordered(least));
        let expected = if decimal < plain { (decimal, (e - spare) as u8 + 1) } else { (plain, 0) };
        prop_assert_eq!(packing(&build_doubles(&doubles), 0), expected);
    }

    #[test]
    fn a_damaged_column_gives_an_error_or_an_answer((kind, values) in typed(), harms in harms()) {
        let column = build_as(kind, &values);
        if let Ok(reader) = ColumnReader::new(harmed(&column, &harms)) {
            let mut block = ColumnBlock::new();
            for i in 0..values.len() as u64 {
                let _ = reader.get(i);
            }
            for i in 0..4 {
                let _ = (reader.range(i), reader.block(i, &mut block));
            }
            let kept = Kept::all(values.len() as u32, 0).unwrap();
            let some = Kept::of(values.len() as u32, 0, (0..values.len() as u32).skip(3).step_by(2)).unwrap();
            for kept in [&kept, &some] {
                let _ = (merge(kind, &[Part { reader: Some(&reader), kept }]), reader.has_values(kept));
            }
        }
    }
}

#[test]
fn a_tiny_column_has_these_bytes() {
    let column = build(&[Some(ordered::from_i64(-1)), None, Some(ordered::from_i64(2))]);
    let mut expected = Vec::new();
    expected.extend(32_u64.to_le_bytes());
    expected.extend(0x7FFF_FFFF_FFFF_FFFF_u64.to_le_bytes());
    expected.extend(0x8000_0000_0000_0002_u64.to_le_bytes());
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    expected.push(0b101);
    expected.resize(32 + 128, 0);
    // Two bits a value: 0, null as 0, 3.
    expected.push(0b11_00_00);
    expected.resize(32 + 128 + 256, 0);
    assert_eq!(all(&column), (expected, 3, 1 << 8 | 1));
}

#[test]
fn nulls_alone_and_one_value_alone_cost_a_line() {
    let nulls = build(&[None; 1025]);
    assert_eq!(nulls.entry().len, 64);
    assert_eq!((read(&nulls).get(1024).unwrap(), read(&nulls).range(1).unwrap()), (None, None));
    let same = build(&[Some(9); 1025]);
    assert_eq!(same.entry().len, 64);
    assert_eq!(read(&same).get(1024).unwrap(), Some(9));
}

#[test]
fn no_values_make_no_bytes() {
    let column = build(&[]);
    assert_eq!(all(&column), (vec![], 0, 1));
    assert!(read(&column).is_empty());
    assert_eq!(all(&merge(ColumnType::Integer, &[]).unwrap()), all(&column));
}

#[test]
fn a_builder_knows_when_all_is_null() {
    let mut builder = ColumnBuilder::new(ColumnType::Date);
    (0..1500).for_each(|_| builder.push(None));
    assert!(builder.is_all_null());
    builder.push(Some(1));
    assert!(!builder.is_all_null());
}

#[test]
fn columns_of_different_types_do_not_merge() {
    let reader = read(&build(&[Some(1)]));
    let part = Part { reader: Some(&reader), kept: &Kept::all(1, 0).unwrap() };
    let merged = merge_columns(ColumnType::Date, &[part], &mut Vec::new());
    assert!(merged.unwrap_err().to_string().contains("Integer"));
}

#[test]
fn a_value_beyond_its_blocks_greatest_is_damage() {
    let column = build(&[Some(0), Some(5)]);
    let mut bytes = all(&column).0;
    bytes[32] = 0b111_000;
    let reader = ColumnReader::new(Section::owned(column.entry().id, bytes, 2, 1)).unwrap();
    assert!(reader.get(1).is_err());
    assert!(reader.block(0, &mut ColumnBlock::new()).is_err());
}

#[test]
fn a_tiny_column_of_decimals_has_these_bytes() {
    let column = build_doubles(&[Some(-0.5), None, Some(1.25)]);
    let mut expected = Vec::new();
    expected.extend(32_u64.to_le_bytes());
    expected.extend((!(-0.5_f64).to_bits()).to_le_bytes());
    expected.extend((1.25_f64.to_bits() | 1 << 63).to_le_bytes());
    // Two decimals.
    expected.extend([8, 1, 3, 0, 0, 0, 0, 0]);
    expected.push(0b101);
    expected.resize(32 + 128, 0);
    expected.extend([0, 0, 125 + 50]);
    expected.resize(32 + 128 + 1024, 0);
    assert_eq!(all(&column), (expected, 3, 1 << 8 | 2));
}

#[test]
fn years_and_coordinates_take_few_bits() {
    let years: Vec<_> = (0..1024).map(|i| Some(f64::from(i % 45))).collect();
    assert_eq!(packing(&build_doubles(&years), 0), (6, 1));
    let degrees: Vec<_> = (0..1024).map(|i| Some(f64::from(i * 3_511 - 1_790_000) / 10_000.0)).collect();
    assert_eq!(packing(&build_doubles(&degrees), 0), (22, 5));
}

#[test]
fn a_block_with_a_value_of_many_decimals_stays_plain() {
    for odd in [0.1 + 0.2, 1e-10, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, 2_f64.powi(53)] {
        let mut values = vec![Some(3.0); 2048];
        values[1] = Some(-4.5);
        values[1500] = Some(-4.5);
        values[2047] = Some(odd);
        let column = build_doubles(&values);
        assert_eq!((packing(&column, 0), packing(&column, 1).1), ((7, 2), 0), "{odd}");
        assert_eq!(read(&column).get(2047).unwrap(), ordered::from_f64(odd));
    }
    assert_eq!(packing(&build_doubles(&[Some(3.5); 9]), 0), (0, 0));
    let limit = 2_f64.powi(53);
    assert_eq!(packing(&build_doubles(&[Some(0.0), Some(limit - 1.0)]), 0), (53, 1));
    assert_eq!(packing(&build_doubles(&[Some(0.0), Some(limit)]), 0).1, 0);
    let days = build_as(ColumnType::Date, &[0.0, 9.0].map(ordered::from_f64));
    assert_eq!(packing(&days, 0).1, 0);
}

#[test]
fn any_change_to_the_line_of_decimals_is_damage_or_leaves_values_in_range() {
    let column = build_doubles(&[Some(0.5), None, Some(5.0)]);
    let mut block = ColumnBlock::new();
    for (at, to) in (8..32).flat_map(|at| (0..=u8::MAX).map(move |to| (at, to))) {
        let mut bytes = all(&column).0;
        bytes[at] = to;
        let reader = ColumnReader::new(Section::owned(column.entry().id, bytes, 3, 2)).unwrap();
        let decoded = reader.block(0, &mut block).is_ok();
        for i in 0..3 {
            if let Ok(Some(value)) = reader.get(i) {
                let (min, max) = reader.range(0).unwrap().unwrap();
                assert!((min..=max).contains(&value) && !ordered::to_f64(value).is_nan(), "{at} {to}");
                assert!(!decoded || block.get(i as usize) == Some(value), "{at} {to}");
            }
        }
        assert!(at != 26 || to == packing(&column, 0).1 || reader.get(0).is_err(), "{to}");
    }
}

#[test]
fn decimals_beyond_the_blocks_greatest_or_of_another_type_are_damage() {
    let column = build_doubles(&[Some(0.0), Some(5.0)]);
    let mut bytes = all(&column).0;
    let id = column.entry().id;
    let whole_numbers = ColumnReader::new(Section::owned(id, bytes.clone(), 2, 1)).unwrap();
    assert!(whole_numbers.get(1).is_err());
    bytes[32] = 0b111_000;
    let reader = ColumnReader::new(Section::owned(id, bytes, 2, 2)).unwrap();
    assert_eq!(reader.get(0).unwrap(), ordered::from_f64(0.0));
    assert!(reader.get(1).is_err());
    assert!(reader.block(0, &mut ColumnBlock::new()).is_err());
}

//! Tests of columns, against a list of values.

use proptest::prelude::*;

use super::*;
use crate::index::ordered;
use crate::index::testing::{config, harmed, harms, section};
use crate::storage::SectionKind;

type Values = Vec<Option<u64>>;

fn build(values: &[Option<u64>]) -> Section {
    let mut builder = ColumnBuilder::new(ColumnType::Integer);
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

fn merge(inputs: &[ColumnInput<'_>]) -> Result<Section, IndexError> {
    let mut bytes = Vec::new();
    let written = merge_columns(ColumnType::Integer, inputs, &mut bytes)?;
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

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_column_gives_back_what_was_pushed(values in values()) {
        let reader = read(&build(&values));
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
        parts in proptest::collection::vec(prop_oneof![3 => values().prop_map(Ok), 1 => (0..1500_u64).prop_map(Err)], 0..4),
    ) {
        let readers: Vec<_> = parts.iter().map(|part| part.as_ref().map(|values| read(&build(values)))).collect();
        let inputs: Vec<_> = readers.iter().map(|reader| match reader {
            Ok(reader) => ColumnInput::Column(reader),
            Err(values) => ColumnInput::Absent { values: **values },
        }).collect();
        let expected: Values = parts.iter().flat_map(|part| match part {
            Ok(values) => values.clone(),
            Err(values) => vec![None; *values as usize],
        }).collect();
        prop_assert_eq!(all(&merge(&inputs).unwrap()), all(&build(&expected)));
    }

    #[test]
    fn a_damaged_column_gives_an_error_or_an_answer(values in values(), harms in harms()) {
        let column = build(&values);
        if let Ok(reader) = ColumnReader::new(harmed(&column, &harms)) {
            let mut block = ColumnBlock::new();
            for i in 0..values.len() as u64 {
                let _ = reader.get(i);
            }
            for i in 0..4 {
                let _ = (reader.range(i), reader.block(i, &mut block));
            }
            let _ = merge(&[ColumnInput::Column(&read(&column)), ColumnInput::Column(&reader)]);
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
    assert_eq!(all(&merge(&[]).unwrap()), all(&column));
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
    let merged = merge_columns(ColumnType::Date, &[ColumnInput::Column(&reader)], &mut Vec::new());
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

//! Tests of number buckets, against a list of values.

use proptest::prelude::*;

use super::*;
use crate::index::testing::{config, deaths, harmed, harms, kept_of, section};
use crate::index::{ColumnBuilder, ColumnType, IndexError, Part};
use crate::storage::SectionKind;

type Values = Vec<Option<u64>>;

fn build(values: &[Option<u64>]) -> Section {
    let mut builder = NumberBucketsBuilder::new(values.len() as u32);
    values.iter().for_each(|&value| builder.push(value));
    let mut bytes = Vec::new();
    let written = builder.write(&mut bytes).unwrap();
    section(SectionKind::NUMBER_BUCKETS, bytes, written)
}

fn column_section(values: &[Option<u64>]) -> Section {
    let mut builder = ColumnBuilder::new(ColumnType::Integer);
    values.iter().for_each(|&value| builder.push(value));
    let mut bytes = Vec::new();
    let written = builder.write(&mut bytes).unwrap();
    section(SectionKind::COLUMN, bytes, written)
}

fn column(values: &[Option<u64>]) -> ColumnReader {
    ColumnReader::new(column_section(values)).unwrap()
}

fn read(section: &Section) -> NumberBucketsReader {
    NumberBucketsReader::new(section.clone()).unwrap()
}

fn all(section: &Section) -> (Vec<u8>, u64, u64) {
    let entry = section.entry();
    (section.bytes(0..entry.len).unwrap().to_vec(), entry.count, entry.aux)
}

fn merge(inputs: &[Part<'_, ColumnReader>]) -> Result<Section, IndexError> {
    let mut bytes = Vec::new();
    let written = merge_number_buckets(inputs, &mut bytes)?;
    Ok(section(SectionKind::NUMBER_BUCKETS, bytes, written))
}

fn selected(
    reader: &NumberBucketsReader,
    ranges: &[(u64, u64)],
    column: &ColumnReader,
) -> Result<IdSet, StorageError> {
    let mut ids = IdSetBuilder::new(reader.universe());
    reader.add_to(ranges, column, &mut ids)?;
    Ok(ids.finish())
}

/// Few or many values, some of them frequent, with many, few or no nulls.
fn values() -> impl Strategy<Value = Values> {
    (prop_oneof![1..5_u64, 1..100_u64, Just(u64::MAX)], 0..4_u8, 0..2500_usize).prop_flat_map(
        |(distinct, nulls, len)| {
            let value = (0..4_u8, any::<u64>(), any::<bool>()).prop_map(move |(draw, value, common)| {
                (draw >= nulls).then_some(if common { value % distinct % 7 } else { value % distinct })
            });
            proptest::collection::vec(value, len)
        },
    )
}

/// Ascending, disjoint ranges, mostly with bounds that are values.
fn ranges(values: &[Option<u64>]) -> impl Strategy<Value = Vec<(u64, u64)>> + use<> {
    let mut known: Vec<u64> = values.iter().copied().flatten().chain([0, 3, u64::MAX]).collect();
    known.sort_unstable();
    let bound = prop_oneof![5 => proptest::sample::select(known), 1 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX)];
    proptest::collection::btree_set(bound, 0..6).prop_map(|bounds| {
        let bounds: Vec<u64> = bounds.into_iter().collect();
        bounds.chunks(2).map(|pair| (pair[0], pair[pair.len() - 1])).collect()
    })
}

fn queries() -> impl Strategy<Value = (Values, Vec<(u64, u64)>)> {
    values().prop_flat_map(|values| (Just(values.clone()), ranges(&values)))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn ranges_select_what_is_in_them((values, ranges) in queries()) {
        let (reader, column) = (read(&build(&values)), column(&values));
        let inside = |value: u64| ranges.iter().any(|&(least, greatest)| least <= value && value <= greatest);
        let ids_where = |holds: &dyn Fn(Option<u64>) -> bool| {
            let ids = (0..).zip(&values).filter(|&(_, &value)| holds(value)).map(|(id, _)| id).collect();
            IdSet::from_sorted(values.len() as u32, ids)
        };
        let expected = ids_where(&|value| value.is_some_and(inside));
        prop_assert_eq!(&selected(&reader, &ranges, &column).unwrap(), &expected);
        prop_assert_eq!(reader.nulls().unwrap(), ids_where(&|value| value.is_none()));
        prop_assert_eq!(reader.universe() as usize, values.len());
        prop_assert_eq!(reader.non_null() as usize, values.iter().flatten().count());
        prop_assert_eq!(reader.count(&ranges, &column).unwrap(), expected.len() as u64);
        // A range cuts two buckets at most, and is wrong by half of each.
        let wrong = reader.estimate(&ranges).unwrap().abs_diff(expected.len().into());
        prop_assert!(wrong <= ranges.len() as u64 * BUCKET_IDS as u64, "wrong by {}", wrong);
    }

    #[test]
    fn frequent_values_stand_alone_and_others_share(values in values()) {
        let reader = read(&build(&values));
        let count = |value: u64| values.iter().filter(|&&other| other == Some(value)).count();
        let mut greatest = None;
        for i in 0..reader.buckets {
            let bucket = reader.bucket(i).unwrap();
            prop_assert!(greatest < Some(bucket.min));
            greatest = Some(bucket.max);
            if bucket.min == bucket.max {
                prop_assert_eq!(bucket.count() as usize, count(bucket.min));
            } else {
                prop_assert!(bucket.count() as usize <= BUCKET_IDS);
                prop_assert!(count(bucket.min) < BUCKET_IDS && count(bucket.max) < BUCKET_IDS);
            }
        }
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec((values(), proptest::bool::weighted(0.25), deaths()), 0..4),
    ) {
        let columns: Vec<_> = parts.iter().map(|(values, lacks, _)| (!lacks).then(|| column(values))).collect();
        let kept = kept_of(parts.iter().map(|(values, _, dead)| (values.len(), dead)));
        let inputs = columns.iter().zip(&kept).map(|(column, kept)| Part { reader: column.as_ref(), kept });
        let inputs: Vec<_> = inputs.collect();
        let expected: Values = parts.iter().flat_map(|(values, lacks, dead)| {
            dead.living(values).into_iter().map(|value| value.filter(|_| !lacks)).collect::<Values>()
        }).collect();
        prop_assert_eq!(all(&merge(&inputs).unwrap()), all(&build(&expected)));
    }

    #[test]
    fn damaged_buckets_give_an_error_or_an_answer(
        (values, ranges) in queries(), in_buckets in harms(), in_column in harms(),
    ) {
        let column = ColumnReader::new(harmed(&column_section(&values), &in_column));
        let reader = NumberBucketsReader::new(harmed(&build(&values), &in_buckets));
        if let (Ok(reader), Ok(column)) = (reader, column) {
            let _ = (reader.estimate(&ranges), reader.nulls(), selected(&reader, &ranges, &column));
            let _ = reader.count(&ranges, &column);
            for &range in &ranges {
                let _ = (reader.estimate(&[range]), selected(&reader, &[range], &column));
            }
        }
    }
}

#[test]
fn tiny_buckets_have_these_bytes() {
    let buckets = build(&[Some(7), None, Some(5), Some(7), None, None, None, None, None]);
    // Universe 9: bitmaps; first 0, 2, 3, then the nulls.
    let mut expected = vec![0b0000_1101, 0, 0b1111_0010, 1];
    expected.extend([5_u64, 7, 2].into_iter().flat_map(u64::to_le_bytes));
    expected.extend(3_u32.to_le_bytes());
    assert_eq!(all(&buckets), (expected, 9, 1 << 32 | 3));
}

#[test]
fn buckets_end_at_frequent_values() {
    let mut values = vec![Some(2); BUCKET_IDS - 1];
    values.extend([Some(1), Some(5), Some(9)]);
    values.extend([Some(7); BUCKET_IDS]);
    let reader = read(&build(&values));
    let buckets = (0..reader.buckets).map(|i| reader.bucket(i).unwrap());
    let buckets: Vec<_> = buckets.map(|bucket| (bucket.min, bucket.max, bucket.count())).collect();
    assert_eq!(buckets, [(1, 2, 128), (5, 5, 1), (7, 7, 128), (9, 9, 1)]);
    assert_eq!(reader.estimate(&[(2, 2)]).unwrap(), 64);
    assert_eq!(reader.estimate(&[(2, 5)]).unwrap(), 65);
    assert_eq!(reader.estimate(&[(5, 8)]).unwrap(), 129);
    assert_eq!(reader.estimate(&[(3, 4), (8, 8), (10, u64::MAX)]).unwrap(), 0);
}

#[test]
fn no_values_make_no_bytes() {
    let none = build(&[]);
    assert_eq!(all(&none), (vec![], 0, 0));
    let reader = read(&none);
    assert!(reader.nulls().unwrap().is_empty());
    assert_eq!(reader.estimate(&[(0, u64::MAX)]).unwrap(), 0);
    assert!(selected(&reader, &[(0, u64::MAX)], &column(&[])).unwrap().is_empty());
}

#[test]
fn many_values_are_sorted_by_several_threads() {
    let values: Values =
        (0..150_000_u64).map(|i| Some(i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20)).collect();
    let (reader, column) = (read(&build(&values)), column(&values));
    for range in [(1 << 40, 1 << 41), (5, 1 << 44), (0, u64::MAX), (9, 3)] {
        let expected = values.iter().flatten().filter(|&&value| range.0 <= value && value <= range.1).count();
        assert_eq!(selected(&reader, &[range], &column).unwrap().len() as usize, expected);
    }
}

#[test]
fn rows_that_were_not_pushed_have_no_value_and_more_are_refused() {
    let mut builder = NumberBucketsBuilder::new(3);
    builder.push(Some(1));
    let mut bytes = Vec::new();
    let written = builder.write(&mut bytes).unwrap();
    let reader = read(&section(SectionKind::NUMBER_BUCKETS, bytes, written));
    assert!(reader.nulls().unwrap().iter().eq([1, 2]));
    let mut builder = NumberBucketsBuilder::new(0);
    builder.push(None);
    assert!(builder.write(&mut Vec::new()).is_err());
}

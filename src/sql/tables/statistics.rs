//! What is known of a scan's rows before they are read: how many, and of whole tables nulls, least and greatest values.
//!
//! The planner answers `count(*)`, `count(x)`, `min(x)` and `max(x)` from this alone, and orders joins by it.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};

use super::columns::{Column, Holds};
use super::table::{Only, Table};
use crate::engine::{Bound, Bounds, Error};
use crate::index::IdSet;

/// The statistics of the rows `found`, of which at most `limit` are read, and of the columns at `projection`.
pub(super) fn of(
    table: &Table,
    only: &Only,
    found: &[IdSet],
    projection: &[usize],
    limit: Option<usize>,
) -> Result<Statistics, Error> {
    let rows: u64 = found.iter().map(|ids| u64::from(ids.len())).sum();
    let rows = usize::try_from(rows).unwrap_or(usize::MAX).min(limit.unwrap_or(usize::MAX));
    let whole = only.is_all() && limit.is_none();
    let fields = table.columns().arrow.fields();
    let mut columns = Vec::with_capacity(projection.len());
    for &place in projection {
        let bounds = match table.columns().columns.get(place) {
            Some(column) if whole => bounds_of(table, column)?,
            _ => None,
        };
        let of = fields.get(place).map(|field| field.data_type());
        columns.push(match (bounds, of) {
            (Some(bounds), Some(of)) => column_statistics(&bounds, of),
            _ => ColumnStatistics::new_unknown(),
        });
    }
    Ok(Statistics {
        num_rows: Precision::Exact(rows),
        total_byte_size: Precision::Absent,
        column_statistics: columns,
    })
}

/// What directories say about a column.
fn bounds_of(table: &Table, column: &Column) -> Result<Option<Bounds>, Error> {
    match &column.holds {
        Holds::Forward { node, .. } => table.database().bounds(table.columns().rows.space(), *node),
        _ => Ok(None),
    }
}

fn column_statistics(bounds: &Bounds, of: &DataType) -> ColumnStatistics {
    let exact = |bound: Bound| match scalar(bound, of) {
        Some(scalar) => Precision::Exact(scalar),
        None => Precision::Absent,
    };
    let (min_value, max_value) = match bounds.range {
        Some((least, greatest)) => (exact(least), exact(greatest)),
        None => (Precision::Absent, Precision::Absent),
    };
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    ColumnStatistics {
        null_count: Precision::Exact(count(bounds.nulls)),
        min_value,
        max_value,
        distinct_count: bounds
            .distinct
            .map_or(Precision::Absent, |distinct| Precision::Inexact(count(distinct))),
        ..ColumnStatistics::new_unknown()
    }
}

fn scalar(bound: Bound, of: &DataType) -> Option<ScalarValue> {
    Some(match (bound, of) {
        (Bound::Integer(value), DataType::Int64) => ScalarValue::Int64(Some(value)),
        (Bound::Integer(days), DataType::Date32) => ScalarValue::Date32(Some(i32::try_from(days).ok()?)),
        (Bound::Integer(instant), DataType::Timestamp(TimeUnit::Microsecond, zone)) => {
            ScalarValue::TimestampMicrosecond(Some(instant), zone.clone())
        }
        (Bound::Number(value), DataType::Float64) => ScalarValue::Float64(Some(value)),
        (Bound::Boolean(value), DataType::Boolean) => ScalarValue::Boolean(Some(value)),
        _ => return None,
    })
}

//! Integers, numbers, booleans and dates of some ids, out of their forward column.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, NullBufferBuilder,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

use crate::engine::Error;
use crate::index::{BLOCK_VALUES, ColumnBlock, ColumnReader, ordered};
use crate::schema::Scalar;

/// Of a block that has fewer of the ids, each is looked up by itself.
const DENSE: usize = 32;

/// Values, where null whatever the ordered form 0 becomes.
pub(super) struct Values<T> {
    pub(super) values: Vec<T>,
    pub(super) nulls: Option<NullBuffer>,
}

/// The values of some ids, which ascend and may repeat, each made of its ordered form. Blocks of which many are asked are decoded
/// whole, once.
pub(super) fn values<T>(
    column: &ColumnReader,
    ids: &[u32],
    of_ordered: impl Fn(u64) -> T,
) -> Result<Values<T>, Error> {
    let mut values = Vec::with_capacity(ids.len());
    let mut nulls = NullBufferBuilder::new(ids.len());
    let mut block = ColumnBlock::new();
    for some in ids.chunk_by(|a, b| u64::from(*a) / BLOCK_VALUES == u64::from(*b) / BLOCK_VALUES) {
        let (Some(&first), Some(&last)) = (some.first(), some.last()) else { continue };
        if some.len() < DENSE {
            for &id in some {
                let value = column.get(id.into())?;
                values.push(of_ordered(value.unwrap_or_default()));
                nulls.append(value.is_some());
            }
            continue;
        }
        column.block(u64::from(first) / BLOCK_VALUES, &mut block)?;
        let inside = |id: u32| (u64::from(id) % BLOCK_VALUES) as usize;
        let run = inside(first)..inside(last) + 1;
        if run.end > block.len() {
            return Err(Error::internal(format!("value {last} of a column of {}", column.len())));
        }
        let present = BooleanBuffer::new(Buffer::from_slice_ref(block.present()), 0, block.len());
        if run.len() == some.len() && some.is_sorted_by(|a, b| a < b) {
            let decoded = block.values().get(run.clone()).unwrap_or_default();
            values.extend(decoded.iter().map(|&value| of_ordered(value)));
            nulls.append_buffer(&NullBuffer::new(present.slice(run.start, run.len())));
            continue;
        }
        for &id in some {
            let at = inside(id);
            values.push(of_ordered(block.values().get(at).copied().unwrap_or_default()));
            nulls.append(present.value(at));
        }
    }
    Ok(Values { values, nulls: nulls.finish().filter(|nulls| nulls.null_count() > 0) })
}

/// The value ids of some ids, which ascend; those beyond 32 bits are the greatest number, which no dictionary reaches.
pub(super) fn value_ids(column: &ColumnReader, ids: &[u32]) -> Result<UInt32Array, Error> {
    let narrow = |value: u64| value.min(u64::from(u32::MAX)) as u32;
    let Values { values, nulls } = values(column, ids, narrow)?;
    Ok(UInt32Array::new(values.into(), nulls))
}

/// The values of some ids, which ascend, as an array of the scalar's type.
pub(super) fn read(column: &ColumnReader, scalar: Scalar, ids: &[u32]) -> Result<ArrayRef, Error> {
    Ok(match scalar {
        Scalar::Integer => {
            let Values { values, nulls } = values(column, ids, ordered::to_i64)?;
            Arc::new(Int64Array::new(values.into(), nulls))
        }
        Scalar::Number => {
            let Values { values, nulls } = values(column, ids, ordered::to_f64)?;
            Arc::new(Float64Array::new(values.into(), nulls))
        }
        Scalar::Boolean => {
            let Values { values, nulls } = values(column, ids, ordered::to_bool)?;
            Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls))
        }
        Scalar::Date => {
            let days = |value| i32::try_from(ordered::to_i64(value)).unwrap_or_default();
            let Values { values, nulls } = values(column, ids, days)?;
            Arc::new(Date32Array::new(values.into(), nulls))
        }
        Scalar::Datetime => {
            let Values { values, nulls } = values(column, ids, ordered::to_i64)?;
            let instants = TimestampMicrosecondArray::new(values.into(), nulls);
            Arc::new(instants.with_timezone("UTC"))
        }
        Scalar::String => return Err(Error::internal("a text in a column of numbers")),
    })
}

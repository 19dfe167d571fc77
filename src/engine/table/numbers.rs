//! Integers, numbers, booleans and dates of some ids, out of their forward column.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, NullBufferBuilder,
    TimestampMicrosecondArray,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

use crate::engine::Error;
use crate::index::{BLOCK_VALUES, ColumnBlock, ColumnReader, ordered};
use crate::schema::Scalar;

/// Of a block that has fewer of the ids, each is looked up by itself.
const DENSE: usize = 32;

/// Values in ordered form, 0 where null.
pub(super) struct Values {
    pub(super) values: Vec<u64>,
    pub(super) nulls: Option<NullBuffer>,
}

/// The values of some ids, which ascend and may repeat. Blocks of which many are asked are decoded whole, once.
pub(super) fn values(column: &ColumnReader, ids: &[u32]) -> Result<Values, Error> {
    let mut values = Vec::with_capacity(ids.len());
    let mut nulls = NullBufferBuilder::new(ids.len());
    let mut block = ColumnBlock::new();
    for some in ids.chunk_by(|a, b| u64::from(*a) / BLOCK_VALUES == u64::from(*b) / BLOCK_VALUES) {
        let (Some(&first), Some(&last)) = (some.first(), some.last()) else { continue };
        if some.len() < DENSE {
            for &id in some {
                let value = column.get(id.into())?;
                values.push(value.unwrap_or_default());
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
            values.extend_from_slice(block.values().get(run.clone()).unwrap_or_default());
            nulls.append_buffer(&NullBuffer::new(present.slice(run.start, run.len())));
            continue;
        }
        for &id in some {
            let at = inside(id);
            values.push(block.values().get(at).copied().unwrap_or_default());
            nulls.append(present.value(at));
        }
    }
    Ok(Values { values, nulls: nulls.finish().filter(|nulls| nulls.null_count() > 0) })
}

/// The values of some ids, which ascend, as an array of the scalar's type.
pub(super) fn read(column: &ColumnReader, scalar: Scalar, ids: &[u32]) -> Result<ArrayRef, Error> {
    let Values { values, nulls } = values(column, ids)?;
    let integers = |values: Vec<u64>| values.into_iter().map(ordered::to_i64);
    Ok(match scalar {
        Scalar::Integer => Arc::new(Int64Array::new(integers(values).collect(), nulls)),
        Scalar::Number => {
            let numbers = values.into_iter().map(ordered::to_f64).collect();
            Arc::new(Float64Array::new(numbers, nulls))
        }
        Scalar::Boolean => {
            let truths = values.into_iter().map(ordered::to_bool).collect::<Vec<_>>();
            Arc::new(BooleanArray::new(BooleanBuffer::from(truths), nulls))
        }
        Scalar::Date => {
            let days = integers(values).map(|days| i32::try_from(days).unwrap_or_default()).collect();
            Arc::new(Date32Array::new(days, nulls))
        }
        Scalar::Datetime => {
            let instants = TimestampMicrosecondArray::new(integers(values).collect(), nulls);
            Arc::new(instants.with_timezone("UTC"))
        }
        Scalar::String => return Err(Error::internal("a text in a column of numbers")),
    })
}

//! A value as JSON, or as the text of a cell.
//!
//! Dates are ISO, times of the clock are RFC 3339 in UTC, numbers plain; bytes are hexadecimal digits. JSON has null for
//! what is no number. Lists and structs are JSON, in a cell too, with every field of a struct.

use std::fmt::{Display, Write as _};

use arrow::array::{
    Array, ArrowPrimitiveType, AsArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
};
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowNativeType, DataType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::record::date::{format_date, format_datetime};
use crate::record::write_string;

/// Appends the value of a row.
pub(super) type Value<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;

/// What a value is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Json,
    Cell,
}

static PLAIN: FormatOptions<'static> = FormatOptions::new().with_display_error(false);

/// The values of a column as JSON, null included.
pub(super) fn json(array: &dyn Array) -> Result<Value<'_>, ArrowError> {
    let there = there(array, Style::Json)?;
    let nulls = array.logical_nulls();
    Ok(Box::new(move |row, out| match nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
        true => out.extend_from_slice(b"null"),
        false => there(row, out),
    }))
}

/// The values of a column as texts of cells; null is nothing.
pub(super) fn cell(array: &dyn Array) -> Result<Value<'_>, ArrowError> {
    let there = there(array, Style::Cell)?;
    let nulls = array.logical_nulls();
    Ok(Box::new(move |row, out| {
        if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
            there(row, out);
        }
    }))
}

/// The values of a column that are there.
fn there(array: &dyn Array, style: Style) -> Result<Value<'_>, ArrowError> {
    Ok(match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean();
            Box::new(move |row, out| {
                out.extend_from_slice(if values.value(row) { b"true" } else { b"false" });
            })
        }
        DataType::Int8 => integers::<Int8Type>(array),
        DataType::Int16 => integers::<Int16Type>(array),
        DataType::Int32 => integers::<Int32Type>(array),
        DataType::Int64 => integers::<Int64Type>(array),
        DataType::UInt8 => integers::<UInt8Type>(array),
        DataType::UInt16 => integers::<UInt16Type>(array),
        DataType::UInt32 => integers::<UInt32Type>(array),
        DataType::UInt64 => integers::<UInt64Type>(array),
        DataType::Float32 => floats::<Float32Type>(array, style),
        DataType::Float64 => floats::<Float64Type>(array, style),
        DataType::Utf8 => texts::<i32>(array, style),
        DataType::LargeUtf8 => texts::<i64>(array, style),
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            Box::new(move |row, out| put(&format_date(values.value(row)), style, out))
        }
        DataType::Timestamp(unit, _) => {
            let (values, unit) = (cast(array, &DataType::Int64)?, *unit);
            let values = values.as_primitive::<Int64Type>().clone();
            Box::new(move |row, out| put(&instant(values.value(row), unit), style, out))
        }
        DataType::List(_) => list(array.as_list::<i32>())?,
        DataType::LargeList(_) => list(array.as_list::<i64>())?,
        DataType::Struct(_) => object(array.as_struct())?,
        DataType::Map(_, _) => map(array.as_map())?,
        other => {
            let number = other.is_decimal();
            let texts = ArrayFormatter::try_new(array, &PLAIN)?;
            Box::new(move |row, out| {
                let mut text = String::new();
                match write!(text, "{}", texts.value(row)) {
                    Ok(()) => put(&text, if number { Style::Cell } else { style }, out),
                    // A time of day beyond a day and the like.
                    Err(_) if style == Style::Json => out.extend_from_slice(b"null"),
                    Err(_) => {}
                }
            })
        }
    })
}

fn put(text: &str, style: Style, out: &mut Vec<u8>) {
    match style {
        Style::Json => write_string(text, out),
        Style::Cell => out.extend_from_slice(text.as_bytes()),
    }
}

fn display(value: impl Display, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // A Vec takes every write.
    let _ = write!(out, "{value}");
}

fn integers<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> Value<'_> {
    let values = array.as_primitive::<T>();
    Box::new(move |row, out| display(values.value(row), out))
}

fn floats<T: ArrowPrimitiveType<Native: Display + serde::Serialize>>(
    array: &dyn Array,
    style: Style,
) -> Value<'_> {
    let values = array.as_primitive::<T>();
    Box::new(move |row, out| {
        let (value, start) = (values.value(row), out.len());
        // The shortest form that reads back the same, and null for what is no number.
        let _ = serde_json::to_writer(&mut *out, &value);
        if style == Style::Cell && out.ends_with(b"null") {
            out.truncate(start);
            display(value, out);
        }
    })
}

fn texts<O: OffsetSizeTrait>(array: &dyn Array, style: Style) -> Value<'_> {
    let values = array.as_string::<O>();
    Box::new(move |row, out| put(values.value(row), style, out))
}

/// RFC 3339 in UTC; a fraction of a microsecond makes nine digits of it.
fn instant(value: i64, unit: TimeUnit) -> String {
    match unit {
        TimeUnit::Second => format_datetime(value.saturating_mul(1_000_000)),
        TimeUnit::Millisecond => format_datetime(value.saturating_mul(1_000)),
        TimeUnit::Microsecond => format_datetime(value),
        TimeUnit::Nanosecond if value % 1_000 == 0 => format_datetime(value / 1_000),
        TimeUnit::Nanosecond => {
            let (seconds, fraction) = (value.div_euclid(1_000_000_000), value.rem_euclid(1_000_000_000));
            let whole = format_datetime(seconds * 1_000_000);
            format!("{}.{fraction:09}Z", whole.trim_end_matches('Z'))
        }
    }
}

fn list<O: OffsetSizeTrait>(array: &GenericListArray<O>) -> Result<Value<'_>, ArrowError> {
    let (items, offsets) = (json(array.values())?, array.value_offsets());
    Ok(Box::new(move |row, out| {
        let end = |at: usize| offsets.get(at).map_or(0, |offset| offset.as_usize());
        out.push(b'[');
        for (at, item) in (end(row)..end(row + 1)).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            items(item, out);
        }
        out.push(b']');
    }))
}

fn object(array: &StructArray) -> Result<Value<'_>, ArrowError> {
    let fields = array.fields().iter().zip(array.columns()).enumerate();
    let fields = fields.map(|(at, (field, column))| Ok((key(at, field.name()), json(column)?)));
    let fields = fields.collect::<Result<Vec<_>, ArrowError>>()?;
    Ok(Box::new(move |row, out| {
        out.push(b'{');
        for (key, value) in &fields {
            out.extend_from_slice(key);
            value(row, out);
        }
        out.push(b'}');
    }))
}

/// A map is an object: its keys as they would stand in a cell.
fn map(array: &MapArray) -> Result<Value<'_>, ArrowError> {
    let (keys, values, offsets) = (cell(array.keys())?, json(array.values())?, array.value_offsets());
    Ok(Box::new(move |row, out| {
        let end = |at: usize| offsets.get(at).map_or(0, |offset| offset.as_usize());
        out.push(b'{');
        let mut name = Vec::new();
        for (at, entry) in (end(row)..end(row + 1)).enumerate() {
            name.clear();
            keys(entry, &mut name);
            out.extend_from_slice(&key(at, &String::from_utf8_lossy(&name)));
            values(entry, out);
        }
        out.push(b'}');
    }))
}

/// What stands before the value of an object's member.
pub(super) fn key(at: usize, name: &str) -> Vec<u8> {
    let mut key = if at > 0 { b",".to_vec() } else { Vec::new() };
    write_string(name, &mut key);
    key.push(b':');
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rfc_3339_whatever_their_unit() {
        for (value, unit, text) in [
            (0, TimeUnit::Second, "1970-01-01T00:00:00Z"),
            (1_500, TimeUnit::Millisecond, "1970-01-01T00:00:01.500000Z"),
            (-1, TimeUnit::Microsecond, "1969-12-31T23:59:59.999999Z"),
            (-1, TimeUnit::Nanosecond, "1969-12-31T23:59:59.999999999Z"),
            (1_000, TimeUnit::Nanosecond, "1970-01-01T00:00:00.000001Z"),
        ] {
            assert_eq!(instant(value, unit), text);
        }
        for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
            for value in [i64::MIN, i64::MAX] {
                assert!(instant(value, unit).ends_with('Z'));
            }
        }
    }
}

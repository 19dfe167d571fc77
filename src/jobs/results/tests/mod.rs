//! Downloads of hand-made members, read back.

mod agree;
mod damage;
mod memory;

use std::io::Read as _;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use serde_json::{Value, json};

use super::*;
use crate::jobs::LineMember as M;

const SEARCH: LineShape = LineShape { envelope: &[], record: None };
const ENRICH: LineShape = LineShape {
    envelope: &[("original_identifier", M::Text), ("internal_id", M::Integer)],
    record: Some("data"),
};
const PEOPLE: LineShape = LineShape {
    envelope: &[
        ("id", M::Text),
        ("isSuccess", M::Boolean),
        ("isRetryable", M::Boolean),
        ("metadata", M::Json),
        ("error", M::Json),
    ],
    record: Some("data"),
};

const NAME: &str = "basic_profile.name";
const FIELDS: [&str; 7] = [
    "crustdata_person_id",
    NAME,
    "basic_profile.last_updated",
    "basic_profile.location.latitude",
    "experience.employment_details.current.title",
    "experience.employment_details.current.start_date",
    "experience.employment_details.current.company_industries",
];
const ADA: &str = r#"{"crustdata_person_id":7,"basic_profile":{"name":"Ada \"Ace\", née Jürgen","location":{"latitude":50.5},"last_updated":"2024-05-06T07:08:09Z"},"experience":{"employment_details":{"current":[{"title":"CTO","start_date":"2020-02-29","company_industries":["Retail","Tea"]},{"title":null,"start_date":null,"company_industries":[]}]}}}"#;
const BO: &str = r#"{"crustdata_person_id":8,"basic_profile":{"name":null,"location":{"latitude":null},"last_updated":null},"experience":{"employment_details":{"current":[]}}}"#;

fn people_lines() -> [String; 3] {
    [
        format!(
            r#"{{"id":"1","isSuccess":true,"isRetryable":true,"metadata":{{"a": 1.50,"b":[123456789012345678901234567890,1e999]}},"data":{ADA}}}"#
        ),
        r#"{"id":"2","isSuccess":false,"isRetryable":false,"metadata":null,"data":null,"error":{"code":"not_found","message":"nobody"}}"#.to_string(),
        format!(r#"{{"id":"3","isSuccess":true,"isRetryable":true,"metadata":"x, \"y\"","data":{BO}}}"#),
    ]
}

fn member(lines: &[impl AsRef<str>]) -> Vec<u8> {
    Member::of(lines.iter().map(AsRef::as_ref)).unwrap().unwrap().gzip
}

/// A download of members, and how many lines it says it has.
fn try_download(
    members: &[Vec<u8>],
    shape: &LineShape,
    fields: Option<&[&str]>,
    format: DownloadFormat,
) -> Result<(Vec<u8>, u64), JobError> {
    let schema = Schema::person();
    let selection = fields.map(|fields| schema.selection(fields).unwrap());
    let mut out = Vec::new();
    let members = members.iter().cloned().map(Ok);
    let lines = write(members, shape, &schema, selection.as_ref(), format, &mut out)?;
    Ok((out, lines))
}

fn download(
    members: &[Vec<u8>],
    shape: &LineShape,
    fields: Option<&[&str]>,
    format: DownloadFormat,
) -> (Vec<u8>, u64) {
    try_download(members, shape, fields, format).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn gunzip(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

fn read_parquet(bytes: Vec<u8>) -> (parquet::file::metadata::ParquetMetaData, Vec<RecordBatch>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let metadata = builder.metadata().as_ref().clone();
    let schema = builder.schema().clone();
    let mut batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    (metadata, batches)
}

/// A row of an array as the JSON that it was made of.
fn json_at(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => {
            let days = i64::from(array.as_primitive::<Date32Type>().value(row));
            let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            day.to_string().into()
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros).unwrap().to_string().into()
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|row| json_at(&items, row)).collect()
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let members = fields.iter().zip(columns);
            Value::Object(
                members.map(|(field, column)| (field.name().clone(), json_at(column, row))).collect(),
            )
        }
        other => panic!("an unexpected type: {other}"),
    }
}

fn rows(batches: &[RecordBatch]) -> Vec<Value> {
    let rows = batches.iter().map(|batch| arrow::array::StructArray::from(batch.clone()));
    rows.flat_map(|rows| (0..rows.len()).map(|row| json_at(&rows, row)).collect::<Vec<_>>()).collect()
}

fn values(lines: &[impl AsRef<str>]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line.as_ref()).unwrap()).collect()
}

#[test]
fn json_lines_are_the_lines_and_gzip_is_the_stored_bytes() {
    let lines = people_lines();
    let members = [member(&lines[..2]), member(&lines[2..])];
    let (jsonl, count) = download(&members, &PEOPLE, None, DownloadFormat::Jsonl);
    assert_eq!((text(jsonl), count), (lines.map(|line| line + "\n").concat(), 3));
    let (gzip, count) = download(&members, &PEOPLE, None, DownloadFormat::Gzip);
    assert_eq!((gzip, count), (members.concat(), 3));
}

#[test]
fn an_array_has_the_lines_as_elements() {
    let (array, count) = download(&[member(&[ADA]), member(&[BO, ADA])], &SEARCH, None, DownloadFormat::Json);
    let array = text(array);
    assert_eq!((array.as_str(), count), (format!("[\n{ADA},\n{BO},\n{ADA}\n]\n").as_str(), 3));
    assert_eq!(serde_json::from_str::<Vec<Value>>(&array).unwrap(), values(&[ADA, BO, ADA]));
}

#[test]
fn csv_has_the_envelope_then_a_column_for_each_field() {
    let (csv, count) = download(&[member(&people_lines())], &PEOPLE, Some(&FIELDS), DownloadFormat::Csv);
    assert_eq!(count, 3);
    let expected = "id,isSuccess,isRetryable,metadata,error,data.crustdata_person_id,data.basic_profile.name,\
        data.basic_profile.location.latitude,data.basic_profile.last_updated,\
        data.experience.employment_details.current.title,data.experience.employment_details.current.start_date,\
        data.experience.employment_details.current.company_industries\n\
        1,true,true,\"{\"\"a\"\": 1.50,\"\"b\"\":[123456789012345678901234567890,1e999]}\",,7,\"Ada \"\"Ace\"\", née Jürgen\",50.5,\
        2024-05-06T07:08:09Z,CTO,2020-02-29,Retail; Tea\n\
        2,false,false,,\"{\"\"code\"\":\"\"not_found\"\",\"\"message\"\":\"\"nobody\"\"}\",,,,,,,\n\
        3,true,true,\"\"\"x, \\\"\"y\\\"\"\"\"\",,8,,,,,,\n";
    assert_eq!(text(csv), expected);
}

#[test]
fn csv_of_whole_records_has_what_a_search_shows() {
    let (csv, _) = download(&[member(&[ADA, BO])], &SEARCH, None, DownloadFormat::Csv);
    let csv = text(csv);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let mut expected: Vec<&str> =
        ["crustdata_person_id"].into_iter().chain(crate::record::flatten::GLANCE).collect();
    assert_eq!((header.len(), header[0].as_str()), (expected.len(), "crustdata_person_id"));
    assert!(expected.drain(..).all(|path| header.iter().any(|name| name == path)), "{header:?}");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let name = header.iter().position(|column| column == NAME).unwrap();
    assert_eq!(
        (&rows[0][0], &rows[0][name], &rows[1][0], &rows[1][name]),
        ("7", "Ada \"Ace\", née Jürgen", "8", "")
    );
}

#[test]
fn parquet_has_nested_columns_of_the_selected_fields_only() {
    let (bytes, count) =
        download(&[member(&people_lines())], &PEOPLE, Some(&FIELDS), DownloadFormat::Parquet);
    assert_eq!(count, 3);
    let (metadata, batches) = read_parquet(bytes);
    let columns = metadata.file_metadata().schema_descr().columns().to_vec();
    let leaves: Vec<String> = columns
        .iter()
        .map(|column| format!("{} {:?}", column.path().string(), column.physical_type()))
        .collect();
    let current = "data.experience.employment_details.current.list.element";
    let expected = [
        "id BYTE_ARRAY".to_string(),
        "isSuccess BOOLEAN".to_string(),
        "isRetryable BOOLEAN".to_string(),
        "metadata BYTE_ARRAY".to_string(),
        "error BYTE_ARRAY".to_string(),
        "data.crustdata_person_id INT64".to_string(),
        "data.basic_profile.name BYTE_ARRAY".to_string(),
        "data.basic_profile.location.latitude DOUBLE".to_string(),
        "data.basic_profile.last_updated INT64".to_string(),
        format!("{current}.title BYTE_ARRAY"),
        format!("{current}.start_date INT32"),
        format!("{current}.company_industries.list.element BYTE_ARRAY"),
    ];
    assert_eq!(leaves, expected);
    let group = metadata.row_group(0);
    assert!(group.columns().iter().all(|column| matches!(column.compression(), Compression::ZSTD(_))));
    let data = values(&[ADA, "null", BO]);
    let metadata = [
        json!(r#"{"a": 1.50,"b":[123456789012345678901234567890,1e999]}"#),
        Value::Null,
        json!(r#""x, \"y\"""#),
    ];
    let expected: Vec<Value> = [true, false, true]
        .iter()
        .zip(data)
        .zip(metadata)
        .zip(["1", "2", "3"])
        .map(|(((ok, data), metadata), id)| {
            let error = (!ok).then_some(r#"{"code":"not_found","message":"nobody"}"#);
            json!({"id": id, "isSuccess": ok, "isRetryable": ok, "metadata": metadata, "error": error, "data": data})
        })
        .collect();
    assert_eq!(rows(&batches), expected);
}

#[test]
fn parquet_of_whole_records_has_every_leaf_at_the_top() {
    let (bytes, _) = download(&[member(&[ADA])], &SEARCH, None, DownloadFormat::Parquet);
    let (metadata, batches) = read_parquet(bytes);
    let leaves = metadata.file_metadata().schema_descr().num_columns();
    assert_eq!(leaves, Schema::person().leaves().len());
    assert_eq!(batches[0].column_by_name("crustdata_person_id").map(|ids| json_at(ids, 0)), Some(7.into()));
}

#[test]
fn no_lines_are_a_valid_file_in_every_format() {
    let schema = Schema::person();
    let of = |format| {
        let (bytes, lines) = download(&[], &ENRICH, Some(&[NAME]), format);
        assert_eq!(lines, 0, "{format}");
        bytes
    };
    assert_eq!(of(DownloadFormat::Jsonl), b"");
    assert_eq!(gunzip(&of(DownloadFormat::Gzip)), "");
    assert_eq!(of(DownloadFormat::Json), b"[]\n");
    assert_eq!(of(DownloadFormat::Csv), b"original_identifier,internal_id,data.basic_profile.name\n");
    let (metadata, batches) = read_parquet(of(DownloadFormat::Parquet));
    assert_eq!((metadata.file_metadata().num_rows(), rows(&batches).len()), (0, 0));
    let columns: Vec<String> = metadata
        .file_metadata()
        .schema_descr()
        .columns()
        .iter()
        .map(|column| column.path().string())
        .collect();
    assert_eq!(columns, ["original_identifier", "internal_id", "data.basic_profile.name"]);
    // A member without lines is as good as none.
    let mut out = Vec::new();
    let members = std::iter::once(Ok(Member::empty()));
    assert_eq!(write(members, &ENRICH, &schema, None, DownloadFormat::Json, &mut out).unwrap(), 0);
    assert_eq!(out, b"[]\n");
}

#[test]
fn formats_have_names_and_endings() {
    for format in DownloadFormat::ALL {
        assert_eq!(format.name().parse(), Ok(format));
        assert_eq!(DownloadFormat::of_name(&format!("a.b.{}", format.ending())), Some(format));
    }
    assert_eq!(DownloadFormat::of_name("Results.JSONL.GZ"), Some(DownloadFormat::Gzip));
    assert_eq!(DownloadFormat::of_name("csv"), None);
    assert!("xlsx".parse::<DownloadFormat>().unwrap_err().contains("jsonl, gzip, json, csv, parquet"));
}

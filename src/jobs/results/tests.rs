//! Downloads of hand-made members, read back.

use std::io::Read as _;

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::engine::ErrorKind;
use crate::jobs::LineMember as M;
use crate::record::cases;

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
fn damage_is_told_with_the_chunk_in_every_format() {
    let good = member(&[format!(r#"{{"original_identifier":"a","internal_id":7,"data":{ADA}}}"#)]);
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 16;
    for format in DownloadFormat::ALL {
        for damaged in [&flipped[..], &good[..good.len() - 3], b"", b"no gzip at all, but long enough to be"]
        {
            let members = [good.clone(), good.clone(), damaged.to_vec(), good.clone()];
            let error = try_download(&members, &ENRICH, None, format).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{format}: {error}");
            assert!(error.to_string().contains("chunk 3: "), "{format}: {error}");
        }
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_with_its_chunk_and_number() {
    use DownloadFormat::{Csv, Json, Parquet};
    let good = format!(r#"{{"original_identifier":"a","internal_id":7,"data":{ADA}}}"#);
    for (line, formats, problem) in [
        ("", &[Json, Csv, Parquet][..], "it is no JSON object"),
        ("[1]", &[Json, Csv, Parquet], "it is no JSON object"),
        (r#"{"data":{}"#, &[Csv, Parquet], "it is no JSON object"),
        (r#"{"data":{}} {}"#, &[Csv, Parquet], "it is no JSON object"),
        (r#"{"internal_id":"7"}"#, &[Csv, Parquet], "internal_id is a string"),
        (r#"{"original_identifier":7}"#, &[Csv, Parquet], "original_identifier is an integer"),
        (r#"{"original_identifier":"\x"}"#, &[Csv, Parquet], "original_identifier: "),
        (r#"{"data":[]}"#, &[Csv, Parquet], "the record is a list"),
        (r#"{"data":{"a":nul}}"#, &[Csv, Parquet], ""),
    ] {
        for &format in formats {
            let members = [member(&[&good]), member(&[good.as_str(), line])];
            let error = try_download(&members, &ENRICH, Some(&[NAME]), format).unwrap_err().to_string();
            assert!(
                error.contains("chunk 2, line 2: ") && error.contains(problem),
                "{format}, {line}: {error}"
            );
        }
    }
}

#[test]
fn an_output_that_fails_is_told_as_the_systems_error() {
    struct Closed(usize);
    impl Write for Closed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let now = bytes.len().min(self.0);
            self.0 -= now;
            if now > 0 { Ok(now) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (schema, selection) = (Schema::person(), None);
    for format in DownloadFormat::ALL {
        for room in [0, 3] {
            let members = std::iter::once(Ok(member(&[ADA])));
            let error = write(members, &SEARCH, &schema, selection, format, &mut Closed(room)).unwrap_err();
            let broken =
                matches!(&error, JobError::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
            assert!(broken, "{format}: {error:?}");
        }
    }
}

#[test]
fn an_error_of_the_ledger_is_passed_on() {
    for format in DownloadFormat::ALL {
        let members = [Ok(member(&[ADA])), Err(JobError::Interrupted)].into_iter();
        let error = write(members, &SEARCH, &Schema::person(), None, format, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, JobError::Interrupted), "{format}");
    }
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

/// A line of an enrichment; any text in it, any number of roles.
fn any_line() -> impl Strategy<Value = String> {
    let any_text = || "[a-zé,;\"\n\r\\\\ ]{0,12}";
    let roles = proptest::collection::vec(
        (proptest::option::of(any_text()), proptest::collection::vec(any_text(), 0..3)),
        0..3,
    );
    (any_text(), proptest::option::of((0..1_i64 << 53, proptest::option::of(any_text()), roles))).prop_map(
        |(identifier, person)| {
            let id = person.as_ref().map(|(id, ..)| *id);
            let data = person.map(|(id, name, roles)| {
                let role = |(title, industries)| json!({"title": title, "company_industries": industries});
                let current: Vec<Value> = roles.into_iter().map(role).collect();
                json!({"crustdata_person_id": id, "basic_profile": {"name": name},
                       "experience": {"employment_details": {"current": current}}})
            });
            json!({"original_identifier": identifier, "internal_id": id, "data": data}).to_string()
        },
    )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_format_says_the_same_however_lines_are_in_chunks(
        chunks in proptest::collection::vec(proptest::collection::vec(any_line(), 1..4), 1..5),
    ) {
        let fields = ["crustdata_person_id", NAME, "experience.employment_details.current.title",
            "experience.employment_details.current.company_industries"];
        let lines = chunks.concat();
        let (several, one): (Vec<Vec<u8>>, _) = (chunks.iter().map(|lines| member(lines)).collect(), [member(&lines)]);
        let mut files = Vec::new();
        for format in DownloadFormat::ALL {
            let (file, count) = download(&several, &ENRICH, Some(&fields), format);
            let (whole, _) = download(&one, &ENRICH, Some(&fields), format);
            prop_assert_eq!(count, lines.len() as u64);
            match format {
                DownloadFormat::Gzip => prop_assert_eq!(gunzip(&file), gunzip(&whole)),
                DownloadFormat::Parquet => prop_assert_eq!(rows(&read_parquet(file.clone()).1), rows(&read_parquet(whole).1)),
                _ => prop_assert_eq!(&file, &whole),
            }
            files.push(file);
        }
        let [jsonl, gzip, array, csv, parquet] = <[Vec<u8>; 5]>::try_from(files).unwrap();
        let jsonl = text(jsonl);
        prop_assert_eq!(jsonl.lines().collect::<Vec<_>>(), lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(gunzip(&gzip), jsonl);
        let values = values(&lines);
        prop_assert_eq!(&serde_json::from_slice::<Vec<Value>>(&array).unwrap(), &values);
        prop_assert_eq!(&rows(&read_parquet(parquet).1), &values);
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(cells.len(), values.len());
        for (cells, value) in cells.iter().zip(&values) {
            let name = value["data"]["basic_profile"]["name"].as_str().unwrap_or_default();
            let id = value["internal_id"].as_i64().map(|id| id.to_string()).unwrap_or_default();
            prop_assert_eq!(&cells[0], value["original_identifier"].as_str().unwrap());
            prop_assert_eq!((&cells[1], &cells[2], &cells[3]), (id.as_str(), id.as_str(), name));
        }
    }
}

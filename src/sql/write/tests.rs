//! What readers make of what is written.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use arrow::ipc::reader::{FileReader, StreamReader};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::engine::Database;
use crate::record::cases;
use crate::record::date::{format_date, format_datetime};
use crate::sql::SqlError;

const NAMES: [&str; 4] = ["person_id", "basic_profile.name", "say \"hi\", twice", "größe"];

/// Columns and rows; a row has a value for each column.
#[derive(Debug, Clone)]
struct Table {
    schema: SchemaRef,
    rows: Vec<Vec<Value>>,
}

impl Table {
    fn objects(&self) -> Vec<Value> {
        let names = || self.schema.fields().iter().map(|field| field.name().clone());
        self.rows.iter().map(|row| names().zip(row.iter().cloned()).collect::<Map<_, _>>().into()).collect()
    }

    /// The rows in batches of two.
    fn batches(&self) -> Vec<RecordBatch> {
        let mut decoder = arrow::json::ReaderBuilder::new(Arc::clone(&self.schema)).build_decoder().unwrap();
        let objects = self.objects();
        let batch = objects.chunks(2).map(|rows| {
            decoder.serialize(rows).unwrap();
            decoder.flush().unwrap().unwrap()
        });
        batch.collect()
    }
}

fn types() -> impl Strategy<Value = DataType> {
    let leaf = prop_oneof![
        Just(DataType::Boolean),
        Just(DataType::Int16),
        Just(DataType::Int64),
        Just(DataType::UInt64),
        Just(DataType::Float64),
        Just(DataType::Utf8),
        Just(DataType::Utf8View),
        Just(DataType::LargeUtf8),
        Just(DataType::Date32),
        Just(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        Just(DataType::Timestamp(TimeUnit::Nanosecond, None)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let list = inner.clone().prop_map(|of| DataType::List(Arc::new(Field::new("element", of, true))));
        let object = prop::collection::vec(inner, 1..4).prop_map(|types| {
            let named = types.into_iter().zip(NAMES);
            DataType::Struct(named.map(|(of, name)| Field::new(name, of, true)).collect())
        });
        prop_oneof![list, object]
    })
}

fn values(of: &DataType) -> BoxedStrategy<Value> {
    let there: BoxedStrategy<Value> = match of {
        DataType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        DataType::Int16 => any::<i16>().prop_map(Value::from).boxed(),
        DataType::Int64 => any::<i64>().prop_map(Value::from).boxed(),
        DataType::UInt64 => any::<u64>().prop_map(Value::from).boxed(),
        DataType::Float64 => any::<f64>().prop_map(Value::from).boxed(),
        DataType::Date32 => (-700_000..2_900_000).prop_map(|days| format_date(days).into()).boxed(),
        // The years that fit nanoseconds.
        DataType::Timestamp(..) => (-9_000_000_000_000_000_i64..9_000_000_000_000_000)
            .prop_map(|us| format_datetime(us).into())
            .boxed(),
        DataType::List(item) => {
            prop::collection::vec(values(item.data_type()), 0..3).prop_map(Value::from).boxed()
        }
        DataType::Struct(fields) => {
            let each: Vec<_> = fields.iter().map(|field| values(field.data_type())).collect();
            let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
            each.prop_map(move |values| names.iter().cloned().zip(values).collect::<Map<_, _>>().into())
                .boxed()
        }
        _ => "\\PC{0,6}|[ab,\"\n\r; \\\\\u{1b}]{0,6}".prop_map(Value::from).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 4 => there].boxed()
}

fn tables() -> impl Strategy<Value = Table> {
    prop::collection::vec(types(), 1..=NAMES.len()).prop_flat_map(|types| {
        let each: Vec<_> = types.iter().map(values).collect();
        let fields = types.into_iter().zip(NAMES).map(|(of, name)| Field::new(name, of, true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        prop::collection::vec(each, 0..6).prop_map(move |rows| Table { schema: Arc::clone(&schema), rows })
    })
}

fn written(format: FileFormat, medium: Medium, schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new(format, Arc::clone(schema), Box::new(&mut out), medium).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    let rows = writer.finish().unwrap();
    assert_eq!(rows, batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>());
    out
}

fn text(format: FileFormat, schema: &SchemaRef, batches: &[RecordBatch]) -> String {
    String::from_utf8(written(format, Medium::Stream, schema, batches)).unwrap()
}

/// What a cell should hold.
fn in_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn json_reads_back(table in tables()) {
        let batches = table.batches();
        let lines = text(FileFormat::Jsonl, &table.schema, &batches);
        let parsed = lines.lines().map(|line| serde_json::from_str(line).unwrap());
        prop_assert_eq!(parsed.collect::<Vec<Value>>(), table.objects());
        let array: Value = serde_json::from_str(&text(FileFormat::Json, &table.schema, &batches)).unwrap();
        prop_assert_eq!(array, Value::from(table.objects()));
    }

    #[test]
    fn csv_reads_back(table in tables()) {
        let text = text(FileFormat::Csv, &table.schema, &table.batches());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        prop_assert!(reader.headers().unwrap().iter().eq(table.schema.fields().iter().map(|field| field.name())));
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_string).collect());
        let expected = table.rows.iter().map(|row| row.iter().map(in_cell).collect());
        prop_assert_eq!(rows.collect::<Vec<Vec<String>>>(), expected.collect::<Vec<Vec<String>>>());
    }

    #[test]
    fn parquet_and_arrow_read_back(table in tables()) {
        let batches = table.batches();
        let schema = plain::schema(&table.schema, FileFormat::Parquet);
        let plain: Vec<_> = batches.iter().map(|batch| plain::batch(batch, &schema).unwrap()).collect();
        let whole = concat_batches(&schema, &plain).unwrap();
        let read = |batches: Vec<RecordBatch>| concat_batches(&schema, &batches).unwrap();
        let write = |format, medium| written(format, medium, &table.schema, &batches);

        let parquet = bytes::Bytes::from(write(FileFormat::Parquet, Medium::File));
        let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap();
        prop_assert_eq!(&read(parquet.map(Result::unwrap).collect()), &whole);
        let file = FileReader::try_new(Cursor::new(write(FileFormat::Arrow, Medium::File)), None).unwrap();
        prop_assert_eq!(&read(file.map(Result::unwrap).collect()), &whole);
        let stream = StreamReader::try_new(Cursor::new(write(FileFormat::Arrow, Medium::Stream)), None).unwrap();
        prop_assert_eq!(&read(stream.map(Result::unwrap).collect()), &whole);
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

#[test]
fn a_cell_tells_null_from_an_empty_text_and_a_line_is_never_blank() {
    let texts = || Arc::new(StringViewArray::from(vec![Some(""), None, Some("a,b")])) as ArrayRef;
    let nulls = Arc::new(NullArray::new(3)) as ArrayRef;
    let two = batch(vec![("x", texts()), ("y", nulls)]);
    assert_eq!(text(FileFormat::Csv, &two.schema(), &[two]), "x,y\n\"\",\n,\n\"a,b\",\n");
    let one = batch(vec![("x", texts())]);
    assert_eq!(text(FileFormat::Csv, &one.schema(), &[one]), "x\n\"\"\n\"\"\n\"a,b\"\n");
}

#[test]
fn no_rows_make_a_whole_file() {
    let none = batch(vec![("a.b", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).slice(0, 0);
    let text = |format| text(format, &none.schema(), &[]);
    assert_eq!(text(FileFormat::Csv), "a.b\n");
    assert_eq!(text(FileFormat::Jsonl), "");
    assert_eq!(text(FileFormat::Json), "[]\n");
}

#[test]
fn what_is_no_number_is_null_in_json_and_itself_in_a_cell() {
    let numbers = batch(vec![
        ("a", Arc::new(Float64Array::from(vec![f64::NAN, f64::NEG_INFINITY, 1.0])) as ArrayRef),
        ("b", Arc::new(Float32Array::from(vec![f32::INFINITY, 0.1, -0.0]))),
    ]);
    let expected = "{\"a\":null,\"b\":null}\n{\"a\":null,\"b\":0.1}\n{\"a\":1.0,\"b\":-0.0}\n";
    assert_eq!(text(FileFormat::Jsonl, &numbers.schema(), std::slice::from_ref(&numbers)), expected);
    assert_eq!(text(FileFormat::Csv, &numbers.schema(), &[numbers]), "a,b\nNaN,inf\n-inf,0.1\n1.0,-0.0\n");
}

/// A column of each kind that plans make and files seldom hold.
fn unusual() -> RecordBatch {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    maps.keys().append_value("a");
    maps.values().append_value(1);
    maps.append(true).unwrap();
    let dictionary: DictionaryArray<Int32Type> = ["x"].into_iter().collect();
    let mut list = FixedSizeListBuilder::new(StringViewBuilder::new(), 2);
    list.values().append_value("p");
    list.values().append_null();
    list.append(true);
    batch(vec![
        ("map", Arc::new(maps.finish()) as ArrayRef),
        ("dictionary", Arc::new(dictionary)),
        ("pair", Arc::new(list.finish())),
        ("decimal", Arc::new(Decimal128Array::from(vec![-1205]).with_precision_and_scale(10, 2).unwrap())),
        ("bytes", Arc::new(BinaryViewArray::from(vec![&b"\x00\xff"[..]]))),
        ("second", Arc::new(TimestampSecondArray::from(vec![1]))),
        ("time", Arc::new(Time32SecondArray::from(vec![3_661]))),
        ("duration", Arc::new(DurationMillisecondArray::from(vec![1_500]))),
        ("interval", Arc::new(IntervalYearMonthArray::from(vec![14]))),
        ("half", Arc::new(cast(&Float32Array::from(vec![0.5]), &DataType::Float16))),
        ("nothing", Arc::new(NullArray::new(1))),
    ])
}

fn cast(array: &dyn Array, to: &DataType) -> ArrayRef {
    arrow::compute::cast(array, to).unwrap()
}

#[test]
fn unusual_columns_have_a_form_in_every_format() {
    let rows = unusual();
    let lines = text(FileFormat::Jsonl, &rows.schema(), std::slice::from_ref(&rows));
    let expected = json!({
        "map": {"a": 1}, "dictionary": "x", "pair": ["p", null], "decimal": -12.05, "bytes": "00ff",
        "second": "1970-01-01T00:00:01Z", "time": "01:01:01", "duration": "PT1.5S", "interval": "1 years 2 mons",
        "half": 0.5, "nothing": null,
    });
    assert_eq!(serde_json::from_str::<Value>(&lines).unwrap(), expected);
    let cells = text(FileFormat::Csv, &rows.schema(), std::slice::from_ref(&rows));
    assert!(cells.ends_with("\n\"{\"\"a\"\":1}\",x,\"[\"\"p\"\",null]\",-12.05,00ff,1970-01-01T00:00:01Z,01:01:01,PT1.5S,1 years 2 mons,0.5,\n"), "{cells}");
    let parquet = bytes::Bytes::from(written(
        FileFormat::Parquet,
        Medium::File,
        &rows.schema(),
        std::slice::from_ref(&rows),
    ));
    let read =
        ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap().next().unwrap().unwrap();
    let types: Vec<String> =
        read.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types[1], "Utf8");
    assert_eq!(types[5], "Timestamp(ms)");
    assert_eq!(read.column(8).as_string::<i32>().value(0), "1 years 2 mons");
    let arrow = written(FileFormat::Arrow, Medium::File, &rows.schema(), &[rows]);
    assert_eq!(
        FileReader::try_new(Cursor::new(arrow), None)
            .unwrap()
            .map(|batch| batch.unwrap().num_rows())
            .sum::<usize>(),
        1
    );
}

#[test]
fn a_column_that_a_format_cannot_hold_is_named() {
    let empty = Schema::new(vec![Field::new("s", DataType::Struct(Vec::<Field>::new().into()), true)]);
    let error =
        Writer::new(FileFormat::Parquet, Arc::new(empty), Box::new(Vec::new()), Medium::File).err().unwrap();
    assert!(error.to_string().starts_with("column \"s\" is of type"), "{error}");
}

fn numbers() -> RecordBatch {
    batch(vec![("n", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef)])
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_file_changes_only_when_all_rows_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let rows = numbers();
    let write = |batches: Vec<Result<RecordBatch, SqlError>>| {
        to_file(&path, FileFormat::Csv, rows.schema(), &mut batches.into_iter())
    };
    assert!(matches!(write(vec![Ok(rows.clone()), Err(SqlError::Interrupted)]), Err(SqlError::Interrupted)));
    assert!(names_in(folder.path()).is_empty());
    assert_eq!(write(vec![Ok(rows.clone()), Ok(rows.clone())]).unwrap(), 4);
    assert_eq!(fs::read_to_string(&path).unwrap(), "n\n1\n2\n1\n2\n");
    assert!(write(vec![Ok(rows.clone()), Err(SqlError::Memory("full".to_string()))]).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "n\n1\n2\n1\n2\n");
    assert_eq!(names_in(folder.path()), ["rows.csv"]);
}

#[test]
fn a_database_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let people = vec![crate::engine::Input::bytes("one", r#"{"crustdata_person_id": 1}"#)];
    let (options, mut observer) = (crate::engine::LoadOptions::default(), crate::engine::NoObserver);
    Database::load(&path, people, &options, &mut observer).unwrap();
    let before = fs::read(&path).unwrap();
    let write = |path: &Path| {
        let rows = numbers();
        to_file(path, FileFormat::Parquet, rows.schema(), &mut [Ok(rows)].into_iter())
    };
    let error = write(&path).unwrap_err().to_string();
    assert!(error.ends_with("it is a database of rolo: choose another name for the rows"), "{error}");
    let damaged = folder.path().join("damaged.parquet");
    fs::write(&damaged, &before[..5_000]).unwrap();
    assert!(write(&damaged).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
    let ledger = folder.path().join("people.parquet.jobs");
    fs::write(&ledger, b"SQLite format 3\0 and jobs").unwrap();
    assert!(
        write(&ledger)
            .unwrap_err()
            .to_string()
            .ends_with("it is a ledger of jobs: choose another name for the rows")
    );
    // Another program's Parquet file is one that may be replaced, and so is an empty file.
    let other = folder.path().join("other.parquet");
    fs::write(&other, b"").unwrap();
    assert_eq!((write(&other).unwrap(), write(&other).unwrap()), (2, 2));
}

#[test]
fn a_link_stays_a_link_and_a_device_gets_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (link, leads_to) = (folder.path().join("link.csv"), folder.path().join("rows.csv"));
    fs::write(&leads_to, "old").unwrap();
    std::os::unix::fs::symlink(&leads_to, &link).unwrap();
    let rows = numbers();
    let write = |path: &Path| to_file(path, FileFormat::Csv, rows.schema(), &mut [Ok(numbers())].into_iter());
    assert_eq!(write(&link).unwrap(), 2);
    assert_eq!(fs::read_to_string(&leads_to).unwrap(), "n\n1\n2\n");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(write(Path::new("/dev/null")).unwrap(), 2);
    assert!(write(folder.path()).unwrap_err().to_string().ends_with("it is a folder: name a file in it"));
}

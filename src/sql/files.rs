//! Other people's files as tables: CSV, JSON, Parquet.
//!
//! Small text files are read at once, so that their types are those of all rows, and their number is known to the planner. Of
//! large ones the beginning tells the types, and the rows come as they are asked for.

use std::fs;
use std::io::{BufReader, Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use datafusion::arrow::csv::ReaderBuilder as CsvReader;
use datafusion::arrow::csv::reader::Format as CsvReadFormat;
use datafusion::arrow::json::ReaderBuilder as JsonReader;
use datafusion::arrow::json::reader::infer_json_schema_from_iterator;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::prelude::SessionContext;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::Value;

use super::SqlError;

/// Files of at most so many bytes are read at once; of larger ones, so many tell the types.
const READ_AT_ONCE: u64 = 32 << 20;
/// Rows of a batch.
const BATCH_ROWS: usize = 8192;

/// What is written as a number in an address: all but letters, digits, and what separates folders.
const NOT_IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Tsv,
    Json,
    JsonLines,
    Parquet,
}

fn kind_of(path: &str) -> Option<Kind> {
    let ending = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "csv" => Kind::Csv,
        "tsv" => Kind::Tsv,
        "json" => Kind::Json,
        "jsonl" | "ndjson" => Kind::JsonLines,
        "parquet" => Kind::Parquet,
        _ => return None,
    })
}

fn file_error(path: &str, problem: impl ToString) -> SqlError {
    SqlError::File { path: path.to_owned(), problem: problem.to_string() }
}

/// The rows of a file, as a table.
///
/// # Errors
/// No such file, a folder, an ending that says nothing, content of another kind.
pub(super) async fn open(path: &str, context: &SessionContext) -> Result<Arc<dyn TableProvider>, SqlError> {
    open_within(path, context, READ_AT_ONCE).await
}

async fn open_within(
    path: &str,
    context: &SessionContext,
    at_once: u64,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let kind = kind_of(path).ok_or_else(|| {
        file_error(
            path,
            "its ending does not say what it is: known are .csv, .tsv, .json, .jsonl, .ndjson, .parquet",
        )
    })?;
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => file_error(path, "there is no such file"),
        _ => file_error(path, error),
    })?;
    if about.is_dir() {
        return Err(file_error(path, "it is a folder: name a file"));
    }
    match kind {
        Kind::Parquet => listed(path, Arc::new(ParquetFormat::default()), None, context).await,
        _ if about.len() > at_once => large(path, kind, context, at_once).await,
        _ => small(path, kind),
    }
}

fn small(path: &str, kind: Kind) -> Result<Arc<dyn TableProvider>, SqlError> {
    let bytes = fs::read(path).map_err(|error| file_error(path, error))?;
    let (schema, batches) = match kind {
        Kind::Csv | Kind::Tsv => {
            let format = csv_format(kind, &bytes);
            let schema = csv_schema(path, &format, Cursor::new(&bytes))?;
            let rows = CsvReader::new(Arc::clone(&schema)).with_format(format).with_batch_size(BATCH_ROWS);
            let rows = rows.build(Cursor::new(text_of(&bytes))).map_err(|error| in_csv(path, error))?;
            let batches: Result<Vec<RecordBatch>, ArrowError> = rows.collect();
            (schema, batches.map_err(|error| in_csv(path, error))?)
        }
        _ => json_rows(path, &json_values(path, &bytes)?)?,
    };
    let table = MemTable::try_new(schema, vec![batches]).map_err(|error| file_error(path, error))?;
    Ok(Arc::new(table))
}

async fn large(
    path: &str,
    kind: Kind,
    context: &SessionContext,
    at_once: u64,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let file = fs::File::open(path).map_err(|error| file_error(path, error))?;
    let mut beginning = Vec::new();
    file.take(at_once).read_to_end(&mut beginning).map_err(|error| file_error(path, error))?;
    let whole_lines = beginning.iter().rposition(|byte| *byte == b'\n').map_or(beginning.len(), |at| at + 1);
    beginning.truncate(whole_lines);
    match kind {
        Kind::Csv | Kind::Tsv => {
            let format = csv_format(kind, &beginning);
            let schema = csv_schema(path, &format, Cursor::new(&beginning))?;
            let delimiter = delimiter_of(kind, &beginning);
            let format = CsvFormat::default().with_has_header(true).with_delimiter(delimiter);
            listed(path, Arc::new(format.with_newlines_in_values(true)), Some(schema), context).await
        }
        _ if beginning.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') => {
            let format = JsonFormat::default().with_newline_delimited(false);
            listed(path, Arc::new(format), None, context).await
        }
        _ => {
            let (schema, _) = json_rows(path, &json_values(path, &beginning)?)?;
            listed(path, Arc::new(JsonFormat::default()), Some(schema), context).await
        }
    }
}

/// A table that reads the file when it is scanned.
async fn listed(
    path: &str,
    format: Arc<dyn FileFormat>,
    schema: Option<SchemaRef>,
    context: &SessionContext,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let problem = |error: datafusion::error::DataFusionError| {
        let text = error.strip_backtrace();
        let text = text.lines().next().unwrap_or_default().to_owned();
        file_error(path, format!("it cannot be read: {text}"))
    };
    let absolute = fs::canonicalize(path).map_err(|error| file_error(path, error))?;
    // As an address, so that brackets and stars in it are letters, not a pattern.
    let bytes = absolute.as_os_str().as_encoded_bytes();
    let url = ListingTableUrl::parse(format!("file://{}", percent_encode(bytes, NOT_IN_ADDRESS)))
        .map_err(problem)?;
    let state = context.state();
    let options = ListingOptions::new(format).with_file_extension("");
    let schema = match schema {
        Some(schema) => schema,
        None => options.infer_schema(&state, &url).await.map_err(problem)?,
    };
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config).map_err(problem)?))
}

/// Without the mark that some programs put in front of UTF-8.
fn text_of(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// What separates the values: of `,` `;` tab and `|`, the one that the header has most of.
fn delimiter_of(kind: Kind, bytes: &[u8]) -> u8 {
    if kind == Kind::Tsv {
        return b'\t';
    }
    let header = text_of(bytes).split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    let best = b",;\t|".iter().rev().copied().max_by_key(|delimiter| count(*delimiter));
    best.filter(|delimiter| count(*delimiter) > 0).unwrap_or(b',')
}

fn csv_format(kind: Kind, bytes: &[u8]) -> CsvReadFormat {
    CsvReadFormat::default().with_header(true).with_delimiter(delimiter_of(kind, bytes))
}

fn csv_schema(path: &str, format: &CsvReadFormat, bytes: Cursor<&Vec<u8>>) -> Result<SchemaRef, SqlError> {
    let text = text_of(bytes.into_inner());
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(file_error(path, "it is empty: a header is expected"));
    }
    let (schema, _) = format.infer_schema(Cursor::new(text), None).map_err(|error| in_csv(path, error))?;
    let fields = schema.fields().iter().map(|field| {
        let of = match field.data_type() {
            // A column without any value can be anything; text can be compared with most.
            DataType::Null | DataType::Utf8 => DataType::Utf8View,
            DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(of).with_nullable(true)
    });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    check_names(path, &schema)?;
    Ok(Arc::new(schema))
}

fn check_names(path: &str, schema: &Schema) -> Result<(), SqlError> {
    let mut seen = std::collections::HashSet::new();
    match schema.fields().iter().find(|field| !seen.insert(field.name().clone())) {
        Some(twice) => Err(file_error(path, format!("two columns are called {:?}", twice.name()))),
        None => Ok(()),
    }
}

fn in_csv(path: &str, error: ArrowError) -> SqlError {
    let text = match error {
        ArrowError::CsvError(text) | ArrowError::ParseError(text) => text,
        other => other.to_string(),
    };
    file_error(path, text.split(". Row data").next().unwrap_or(&text))
}

/// Objects one behind the other, or in one array.
fn json_values(path: &str, bytes: &[u8]) -> Result<Vec<Value>, SqlError> {
    let mut values = Vec::new();
    for value in serde_json::Deserializer::from_reader(BufReader::new(text_of(bytes))).into_iter::<Value>() {
        match value.map_err(|error| file_error(path, format!("it is not JSON: {error}")))? {
            Value::Array(items) => values.extend(items),
            one => values.push(one),
        }
    }
    match values.iter().position(|value| !value.is_object()) {
        Some(at) => Err(file_error(path, format!("value {} is not an object: a row is expected", at + 1))),
        None if values.is_empty() => Err(file_error(path, "it is empty: objects are expected")),
        None => Ok(values),
    }
}

fn json_rows(path: &str, values: &[Value]) -> Result<(SchemaRef, Vec<RecordBatch>), SqlError> {
    let problem = |error: ArrowError| match error {
        ArrowError::JsonError(text) => file_error(path, text),
        other => file_error(path, other),
    };
    let schema = infer_json_schema_from_iterator(values.iter().map(Ok::<_, ArrowError>)).map_err(problem)?;
    let schema = Arc::new(schema);
    let mut decoder = JsonReader::new(Arc::clone(&schema))
        .with_batch_size(BATCH_ROWS)
        .with_coerce_primitive(true)
        .build_decoder()
        .map_err(problem)?;
    let mut batches = Vec::new();
    for rows in values.chunks(BATCH_ROWS) {
        decoder.serialize(rows).map_err(problem)?;
        batches.extend(decoder.flush().map_err(problem)?);
    }
    Ok((schema, batches))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::util::pretty::pretty_format_batches;

    use super::*;

    /// The rows of a file, of which only the first bytes tell the types.
    fn rows(name: &str, content: &str, at_once: u64) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let context = SessionContext::new();
            let path = path.to_str().unwrap();
            let table = open_within(path, &context, at_once).await.map_err(|error| error.to_string())?;
            let rows = context.read_table(table).unwrap().collect().await;
            let rows = rows.map_err(|error| error.strip_backtrace())?;
            Ok(pretty_format_batches(&rows).unwrap().to_string())
        })
    }

    #[test]
    fn large_files_give_the_rows_of_small_ones() {
        for (name, content) in [
            ("a.csv", "a,b,c\n1,x,2020-01-01\n2,\"y\nz\",\n3,,2021-02-03\n"),
            ("a [*].tsv", "a\tb\n1\t2.5\n2\t\n"),
            ("a;b.csv", "a;b\n1;true\n2;false\n"),
            ("a.jsonl", "{\"a\": 1, \"b\": [1]}\n{\"a\": 2, \"b\": []}\n{\"a\": 3}\n"),
            ("a.json", "[{\"a\": 1},\n{\"a\": 2},\n{\"a\": 3}]"),
        ] {
            let small = rows(name, content, READ_AT_ONCE).unwrap();
            assert_eq!(rows(name, content, content.len() as u64 - 2).unwrap(), small, "{name}");
        }
    }

    #[test]
    fn a_value_of_another_type_behind_what_was_looked_at_is_an_error_with_its_line() {
        let content = format!("a,b\n{}x,1\n", "1,1\n".repeat(50));
        let error = rows("a.csv", &content, 100).unwrap_err();
        assert!(error.contains("line 51") || error.contains("line 52"), "{error}");
        assert!(rows("a.csv", &content, READ_AT_ONCE).unwrap().contains("| x | 1 |"));
    }
}

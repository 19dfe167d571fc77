//! `rolo export`: people, or the rows of a query, into a file.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rolo::engine::{Database, SearchOptions};
use rolo::filter::FilterOptions;
use rolo::sql::write::FileFormat;
use rolo::sql::{SqlError, front};

use super::console::Console;
use super::failure::{Exit, Failure};
use super::search::filter_text;
use super::sql::{Answers, Shown, Watch, open_session};
use super::{args, given, units};

pub(crate) fn run(args: &args::Export, console: &mut Console) -> Result<Exit, Failure> {
    let format = args.format.or_else(|| FileFormat::of_path(&args.output)).ok_or_else(|| {
        let all = FileFormat::ALL.map(FileFormat::name).join(", ");
        let name = args.output.display();
        Failure::Usage(format!("{name} does not say a format by its ending: add --format with one of {all}"))
    })?;
    let database = Arc::new(Database::open(&args.database)?);
    let shown = Some(Shown::Written(format));
    let mut answers = Answers::open(Some(&args.output), shown, &args.database, console)?;
    let (rows, one, many) = match &args.command {
        Some(query) => (export_query(args, query, database, &mut answers, console)?, "row", "rows"),
        None => (export_people(args, format, &database, &mut answers, console)?, "person", "people"),
    };
    answers.finish(console)?;
    let to = Some(&args.output).filter(|path| path.as_path() != Path::new("-"));
    let to = to.map(|path| format!(" to {}", path.display())).unwrap_or_default();
    console.note(&format!("{}{to}", units::counted(rows, one, many)));
    Ok(Exit::Done)
}

fn export_query(
    args: &args::Export,
    query: &str,
    database: Arc<Database>,
    answers: &mut Answers,
    console: &mut Console,
) -> Result<u64, Failure> {
    let session = open_session(database, &args.database, &args.limits, false)?;
    let statements = front::statements(query)?;
    let [statement] = statements.as_slice() else {
        let problem = format!("-c takes one query, and these are {} statements", statements.len());
        return Err(Failure::Usage(problem));
    };
    let watch = Watch::new(None, console);
    let mut answer = session.run(statement)?;
    let columns = answer.schema();
    if columns.fields().is_empty() {
        return Err(Failure::Usage("the statement has no rows to export: use rolo sql".to_string()));
    }
    answers.add(&columns, &mut answer, &watch, console).map(|counted| counted.rows)
}

fn export_people(
    args: &args::Export,
    format: FileFormat,
    database: &Database,
    answers: &mut Answers,
    console: &mut Console,
) -> Result<u64, Failure> {
    let fields = match given::fields(args.fields.as_deref())? {
        Some(fields) => database.fields(&fields)?,
        None => database.all_fields(),
    };
    let hits = match &args.filters {
        Some(filters) => {
            let filter = database.filter(&filter_text(filters)?, &FilterOptions::default())?;
            let options = SearchOptions { time_limit: args.limits.time_limit, ..SearchOptions::default() };
            Some(database.search(&filter, &options)?)
        }
        None => None,
    };
    let total = hits.as_ref().map_or(database.people(), |hits| hits.len() as u64);
    let batches = database.batches(hits.as_ref(), &fields)?;
    let watch = Watch::new(Some(total), console);
    if format != FileFormat::Csv {
        let columns = SchemaRef::clone(batches.schema());
        let mut batches = batches.map(|batch| Ok(batch?));
        return answers.add(&columns, &mut batches, &watch, console).map(|counted| counted.rows);
    }
    let columns = flat(&RecordBatch::new_empty(SchemaRef::clone(batches.schema())))?.schema();
    answers
        .add(&columns, &mut batches.map(|batch| flat(&batch?)), &watch, console)
        .map(|counted| counted.rows)
}

/// A batch with a column for each leaf outside of lists, called by its path: CSV has no nesting.
fn flat(batch: &RecordBatch) -> Result<RecordBatch, SqlError> {
    batch.normalize(".", None).map_err(|error| SqlError::Internal(error.to_string()))
}

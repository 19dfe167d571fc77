//! The tables `jobs` and `job_items` of SQL, read from the ledger when they are scanned.
//!
//! Their columns are called as `rolo jobs list` and `rolo jobs items` call them. A scan sees the ledger as it was when it
//! began, and all accounts: who can read the file owns it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::PartitionStream;
use jiff::Timestamp;

use super::{Credits, Item, ItemQuery, Job, JobError, JobId, JobQuery, Ledger, LedgerError, Outcome};

/// Rows that are read from the ledger at a time.
const BATCH_ROWS: u32 = 4_096;
/// Digits of an amount of credits, and how many of them are decimals.
const CREDIT_DIGITS: (u8, i8) = (19, 6);

/// A table and its name.
pub type NamedTable = (&'static str, Arc<dyn TableProvider>);

/// The tables over the ledger of a database of people, with their names. They are empty as long as there is no ledger.
///
/// # Errors
/// A mistake in rolo.
pub fn tables(people: &Path) -> Result<[NamedTable; 2], DataFusionError> {
    let table = |columns: RecordBatch, rows| {
        let (people, schema) = (people.to_path_buf(), columns.schema());
        let scan = Arc::new(LedgerScan { people, schema: Arc::clone(&schema), rows });
        Ok::<_, DataFusionError>(Arc::new(LedgerTable(StreamingTable::try_new(schema, vec![scan])?)) as Arc<_>)
    };
    Ok([
        ("jobs", table(jobs_batch(&[])?, LedgerRows::Jobs)?),
        ("job_items", table(items_batch(None, &[])?, LedgerRows::Items)?),
    ])
}

/// A table, where the engine would call it a view.
#[derive(Debug)]
struct LedgerTable(StreamingTable);

#[async_trait::async_trait]
impl TableProvider for LedgerTable {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        self.0.scan(session, projection, filters, limit).await
    }
}

/// What is read of a ledger.
#[derive(Debug, Clone, Copy)]
enum LedgerRows {
    Jobs,
    Items,
}

#[derive(Debug)]
struct LedgerScan {
    people: PathBuf,
    schema: SchemaRef,
    rows: LedgerRows,
}

impl PartitionStream for LedgerScan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), 2);
        let (out, people, rows) = (stream.tx(), self.people.clone(), self.rows);
        stream.spawn_blocking(move || {
            // Where nobody takes a batch any more, there is nothing left to do.
            let mut take = |batch| out.blocking_send(Ok(batch)).is_ok();
            let read = match Ledger::open_existing(&people) {
                Ok(ledger) => ledger.read(|ledger| match rows {
                    LedgerRows::Jobs => each_page(ledger, |jobs| Ok(take(jobs_batch(jobs)?))).map(drop),
                    LedgerRows::Items => read_items(ledger, &mut take),
                }),
                Err(JobError::Ledger(LedgerError::None { .. })) => Ok(()),
                Err(error) => Err(error.into()),
            };
            read.map_err(|error| match error {
                Failure::Ledger(error) => DataFusionError::External(Box::new(error)),
                Failure::Arrow(error) => error.into(),
            })
        });
        stream.build()
    }
}

enum Failure {
    Ledger(JobError),
    Arrow(ArrowError),
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self::Ledger(error)
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

/// Gives `take` all jobs, the newest first, until it says that it has enough; returns whether it took all.
fn each_page(
    ledger: &Ledger,
    mut take: impl FnMut(&[Job]) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let mut after = None;
    loop {
        let query = JobQuery { after, limit: u64::from(BATCH_ROWS), ..JobQuery::default() };
        let page = ledger.list(&query)?;
        if !take(&page.jobs)? {
            return Ok(false);
        }
        after = page.jobs.last().map(|job| job.id);
        if !page.has_more || after.is_none() {
            return Ok(true);
        }
    }
}

fn read_items(ledger: &Ledger, take: &mut dyn FnMut(RecordBatch) -> bool) -> Result<(), Failure> {
    let each = |job: &Job, take: &mut dyn FnMut(RecordBatch) -> bool| -> Result<bool, Failure> {
        let mut from = 0;
        while from < job.items {
            let items = ledger.items(job.id, &ItemQuery { from, outcome: None, limit: BATCH_ROWS })?;
            let Some(last) = items.last() else { break };
            from = last.position.saturating_add(1);
            if !take(items_batch(Some(job.id), &items)?) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    each_page(ledger, |jobs| {
        for job in jobs {
            if !each(job, take)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .map(drop)
}

fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringViewArray>())
}

fn numbers(values: impl Iterator<Item = Option<u64>>) -> ArrayRef {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Arc::new(values.map(|number| number.map(signed)).collect::<Int64Array>())
}

fn amounts(values: impl Iterator<Item = Option<Credits>>) -> Result<ArrayRef, ArrowError> {
    let millionths = values.map(|amount| amount.map(|amount| i128::from(amount.millionths())));
    let (digits, decimals) = CREDIT_DIGITS;
    Ok(Arc::new(millionths.collect::<Decimal128Array>().with_precision_and_scale(digits, decimals)?))
}

fn moments(values: impl Iterator<Item = Option<Timestamp>>) -> ArrayRef {
    let moments = values.map(|at| at.map(Timestamp::as_microsecond));
    Arc::new(moments.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn jobs_batch(jobs: &[Job]) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&Job) -> &str| texts(jobs.iter().map(|job| Some(of(job))));
    let number = |of: fn(&Job) -> u64| numbers(jobs.iter().map(|job| Some(of(job))));
    let moment = |of: fn(&Job) -> Option<Timestamp>| moments(jobs.iter().map(of));
    batch([
        ("batch_id", texts(jobs.iter().map(|job| Some(job.id.to_string())))),
        ("kind", text(|job| job.request.kind())),
        ("mode", text(|job| job.request.mode())),
        ("status", text(|job| job.state.name())),
        ("items", number(|job| job.items)),
        ("done", number(|job| job.counters.done())),
        ("found", number(|job| job.counters.found)),
        ("not_found", number(|job| job.counters.not_found)),
        ("invalid", number(|job| job.counters.invalid)),
        ("failed", number(|job| job.counters.failed)),
        ("lines", number(|job| job.counters.lines)),
        ("forgotten", number(|job| job.counters.forgotten)),
        ("charged", amounts(jobs.iter().map(|job| Some(job.charged)))?),
        ("created_at", moment(|job| Some(job.created_at))),
        ("started_at", moment(|job| job.started_at)),
        ("finished_at", moment(|job| job.finished_at)),
        ("expires_at", moment(|job| job.expires_at)),
        ("message", texts(jobs.iter().map(|job| job.message.as_deref()))),
        ("account", text(|job| &job.owner.account)),
        ("environment", text(|job| job.owner.environment.name())),
    ])
}

fn items_batch(job: Option<JobId>, items: &[Item]) -> Result<RecordBatch, ArrowError> {
    let id = job.map(|id| id.to_string());
    let person = |item: &Item| match item.outcome {
        Outcome::Found(person) => Some(person),
        _ => None,
    };
    let message = |item: &Item| match &item.outcome {
        Outcome::Invalid(message) | Outcome::Failed { message, .. } => Some(message.clone()),
        Outcome::Open | Outcome::Found(_) | Outcome::NotFound | Outcome::Forgotten => None,
    };
    // Only of a failure is it a question.
    let retryable = items.iter().map(|item| match item.outcome {
        Outcome::Failed { retryable, .. } => Some(retryable),
        _ => None,
    });
    batch([
        ("batch_id", texts(items.iter().map(|_| id.as_deref()))),
        ("item", numbers(items.iter().map(|item| Some(item.position.saturating_add(1))))),
        ("input", texts(items.iter().map(|item| Some(item.input.as_str())))),
        ("outcome", texts(items.iter().map(|item| Some(item.outcome.name())))),
        ("retryable", Arc::new(retryable.collect::<BooleanArray>())),
        ("person", numbers(items.iter().map(person))),
        ("credits", amounts(items.iter().map(|item| Some(item.charge)))?),
        ("message", texts(items.iter().map(message))),
    ])
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;

    use super::*;
    use crate::jobs::testing::{Fake, Place, new_job, submit};

    /// The cells of a statement's rows.
    fn rows(place: &Place, statement: &str) -> Vec<String> {
        let context = SessionContext::new();
        for (name, table) in tables(&place.people).unwrap() {
            context.register_table(name, table).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let batches = runtime.block_on(async { context.sql(statement).await?.collect().await }).unwrap();
        let line = |batch: &RecordBatch, row: usize| {
            let cells = batch.columns().iter();
            let cell = |array| arrow::util::display::array_value_to_string(array, row).unwrap();
            cells.map(|array| cell(array)).collect::<Vec<_>>().join("|")
        };
        batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| line(batch, row))).collect()
    }

    #[test]
    fn no_ledger_is_no_jobs_and_makes_none() {
        let place = Place::new();
        assert_eq!(rows(&place, "SELECT count(*) FROM jobs"), ["0"]);
        assert_eq!(rows(&place, "SELECT max(item) FROM job_items"), [""]);
        assert!(!Ledger::path_beside(&place.people).exists());
    }

    #[test]
    fn jobs_and_items_of_all_accounts_are_rows() {
        let place = Place::new();
        let mut ledger = place.open();
        // Text for an amount of items beyond one page.
        let many: Vec<String> = (0..5_000).map(|n| format!("x{n}")).collect();
        let first = submit(&mut ledger, &new_job("local", 1_000, None), &["a", "none", "bad"]);
        place.work(&Fake::default(), u64::MAX).unwrap();
        submit(
            &mut ledger,
            &new_job("acme", 1_000, None),
            &many.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        assert_eq!(
            rows(
                &place,
                "SELECT account, status, items, done, found, charged, message IS NULL, created_at < finished_at FROM jobs"
            ),
            ["acme|queued|5000|0|0|0.000000|true|", "local|completed|3|3|1|0.000000|true|true"]
        );
        let items = format!(
            "SELECT item, input, outcome, person, message FROM job_items WHERE batch_id = '{}' ORDER BY item",
            first.id
        );
        assert_eq!(rows(&place, &items), ["1|a|found|1|", "2|none|not_found||", "3|bad|invalid||bad"]);
        let counted = "SELECT account, count(*), max(item) FROM job_items JOIN jobs USING (batch_id) \
                       GROUP BY account ORDER BY account";
        assert_eq!(rows(&place, counted), ["acme|5000|5000", "local|3|3"]);
        assert_eq!(rows(&place, "SELECT input FROM job_items LIMIT 1"), ["x0"]);
    }

    #[test]
    fn a_ledger_that_cannot_be_read_is_an_error() {
        let place = Place::new();
        std::fs::write(Ledger::path_beside(&place.people), "this is no database of SQLite at all".repeat(40))
            .unwrap();
        let context = SessionContext::new();
        for (name, table) in tables(&place.people).unwrap() {
            context.register_table(name, table).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let error = runtime.block_on(async { context.sql("SELECT * FROM jobs").await?.collect().await });
        let error = error.unwrap_err().to_string();
        assert!(error.contains("people.parquet.jobs"), "{error}");
    }
}

//! People to try statements on, and what statements give.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::context::SessionContext;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionConfig;

use super::{rules, tables};
use crate::engine::{Database, Input, LoadOptions, NoObserver};
use crate::filter::arbitrary::{Generator, Random};
use crate::schema::Schema;

/// A database of random people, in two segments, that lives as long as the folder.
pub(crate) fn people(seed: u64, count: u64) -> (tempfile::TempDir, Arc<Database>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let (schema, mut random) = (Schema::person(), Random::new(seed));
    let generator = Generator::new(&schema);
    let lines: Vec<String> = (1..=count).map(|id| generator.record(&mut random, id)).collect();
    let (first, second) = lines.split_at(lines.len() / 3);
    for lines in [first, second].into_iter().filter(|lines| !lines.is_empty()) {
        let input = vec![Input::bytes("people", lines.join("\n"))];
        Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
    }
    let database = Database::open(&path).unwrap();
    (folder, Arc::new(database))
}

/// A context with the tables of a database: with our rules, or without.
pub(crate) fn context(database: &Arc<Database>, with_rules: bool) -> SessionContext {
    context_of(database, with_rules, 2)
}

/// The same for so many threads.
pub(crate) fn context_of(database: &Arc<Database>, with_rules: bool, threads: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_default_catalog_and_schema("rolo", tables::MAIN)
        .with_target_partitions(threads);
    let config = if with_rules { rules::configure(config) } else { config };
    let builder = SessionStateBuilder::new().with_default_features().with_config(config);
    let builder = if with_rules { rules::install(builder) } else { builder };
    let context = SessionContext::new_with_state(builder.build());
    tables::register(&context, tables::MAIN, database).unwrap();
    tables::register_functions(&context, database);
    context
}

/// The rows that a statement gives, each with its cells joined by `|`.
pub(crate) fn rows(context: &SessionContext, sql: &str) -> Vec<String> {
    in_text(&run(context, sql).unwrap_or_else(|error| panic!("{sql}: {error}")))
}

/// The same, in the order of their texts; `None` if the statement fails.
pub(crate) fn try_rows(context: &SessionContext, sql: &str) -> Option<Vec<String>> {
    let mut rows = in_text(&run(context, sql).ok()?);
    rows.sort();
    Some(rows)
}

fn run(context: &SessionContext, sql: &str) -> datafusion::common::Result<Vec<RecordBatch>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async { context.sql(sql).await?.collect().await })
}

fn in_text(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let options = FormatOptions::default().with_null("NULL");
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            rows.push(
                columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"),
            );
        }
    }
    rows
}

/// The same, in the order of their texts.
pub(crate) fn sorted_rows(context: &SessionContext, sql: &str) -> Vec<String> {
    let mut rows = rows(context, sql);
    rows.sort();
    rows
}

/// The physical plan of a statement.
pub(crate) fn plan(context: &SessionContext, sql: &str) -> String {
    rows(context, &format!("EXPLAIN {sql}")).last().cloned().unwrap_or_default()
}

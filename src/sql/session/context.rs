//! The engine of a session: its threads, its memory, its rules.

use std::num::NonZeroUsize;
use std::sync::Arc;

use datafusion::catalog::MemorySchemaProvider;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::SessionOptions;
use crate::sql::front::relation::FILES;
use crate::sql::{SqlError, rules, tables};

/// Where the machine does not tell how much memory it has, it is taken to have this much.
const MEMORY_UNKNOWN: u64 = 8 << 30;
/// Rows of a batch.
const BATCH_ROWS: usize = 8192;
/// A message about memory names so many of those who hold most of it.
const NAMED_HOLDERS: NonZeroUsize = NonZeroUsize::MIN;

/// The engine that options ask for, without tables but with a place for files.
pub(super) fn context(options: &SessionOptions) -> Result<SessionContext, SqlError> {
    let internal = |error: datafusion::error::DataFusionError| SqlError::Internal(error.to_string());
    let builder = SessionStateBuilder::new()
        .with_default_features()
        .with_config(rules::configure(config(options.threads())))
        .with_runtime_env(environment(options.memory())?);
    let context = SessionContext::new_with_state(rules::install(builder).build());
    let name = context.copied_config().options().catalog.default_catalog.clone();
    let catalog = context.catalog(&name).ok_or_else(|| SqlError::Internal(format!("no catalogue {name}")))?;
    catalog.register_schema(FILES, Arc::new(MemorySchemaProvider::new())).map_err(internal)?;
    Ok(context)
}

fn config(threads: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema("rolo", tables::MAIN)
        .with_target_partitions(threads)
        .with_batch_size(BATCH_ROWS)
        .with_information_schema(false)
        .with_collect_statistics(true)
        .with_parquet_pruning(true);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.sql_parser.collect_spans = true;
    // As in DuckDB: the unknown is at the end, whatever the direction, so that it is not what a top ten shows.
    options.sql_parser.default_null_ordering = "nulls_last".into();
    config
}

fn environment(memory: u64) -> Result<Arc<RuntimeEnv>, SqlError> {
    let bytes = usize::try_from(memory).unwrap_or(usize::MAX);
    let pool = TrackConsumersPool::new(FairSpillPool::new(bytes), NAMED_HOLDERS);
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory))
        .build_arc()
        .map_err(|error| SqlError::Internal(error.to_string()))
}

/// Half of the machine's memory.
pub(super) fn default_memory() -> u64 {
    machine_memory() / 2
}

/// The machine's memory in bytes; a guess where it does not tell.
pub fn machine_memory() -> u64 {
    let total = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    total.unwrap_or(MEMORY_UNKNOWN)
}

/// Bytes of memory by the text of `/proc/meminfo`.
fn total_of(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_machine() {
        assert_eq!(total_of("MemTotal:       2048 kB\nMemFree: 1 kB\n"), Some(2 << 20));
        assert_eq!(total_of("MemTotal: x kB"), None);
        assert_eq!(total_of(""), None);
        assert!(default_memory() > 0);
    }
}

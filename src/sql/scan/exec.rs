//! The node of a plan that reads a table.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::SortOptions;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::DynamicFilterPhysicalExpr;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation, PushedDown,
};
use datafusion::physical_plan::metrics::{
    BaselineMetrics, Count, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, ReplaceChildrenOptions,
    StatisticsArgs, apply_expression_roots,
};

use super::pieces::partitions;
use super::reading::{Reading, Shared};
use super::stream::{Ids, batch};
use crate::engine::TableReader;
use crate::index::IdSet;
use crate::sql::error::external;
use crate::sql::tables::table::{Only, Table};
use crate::storage::counters::count_pages;

/// Reads columns of the rows, or elements, that the indexes found.
pub(crate) struct ScanExec {
    reading: Arc<Reading>,
    shared: Arc<Shared>,
    statistics: Arc<Statistics>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

/// How a scan is run.
pub(crate) struct ScanOptions {
    /// Only so many of the rows, the first ones.
    pub(crate) limit: Option<usize>,
    /// At most so many partitions.
    pub(crate) threads: usize,
    /// Whether what is read is counted.
    pub(crate) analyze: bool,
}

/// What a partition reads, where it is counted.
struct Counters {
    pages: Count,
    bytes: Count,
}

impl Counters {
    fn new(metrics: &ExecutionPlanMetricsSet, partition: usize) -> Self {
        let counter = |name: &'static str| MetricBuilder::new(metrics).counter(name, partition);
        Self { pages: counter("pages"), bytes: counter("bytes_read") }
    }

    fn count<T>(&self, read: impl FnOnce() -> T) -> T {
        let (answer, touched) = count_pages(read);
        self.pages.add(usize::try_from(touched.pages).unwrap_or(usize::MAX));
        self.bytes.add(usize::try_from(touched.bytes).unwrap_or(usize::MAX));
        answer
    }
}

impl ScanExec {
    /// A scan of the rows `found`.
    pub(crate) fn new(
        table: Arc<Table>,
        only: Only,
        found: Vec<IdSet>,
        projection: Vec<usize>,
        statistics: Statistics,
        options: ScanOptions,
    ) -> Result<Self> {
        let schema = Arc::new(table.columns().arrow.project(&projection)?);
        let found = match options.limit {
            Some(limit) => first(found, limit),
            None => found,
        };
        let partitions = partitions(&found, options.threads);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(partitions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let (found, dynamic) = (Arc::new(found), Vec::new());
        let (top, analyze) = (None, options.analyze);
        let reading = Reading { table, only, projection, schema, found, partitions, top, dynamic, analyze };
        Ok(Self::of(reading, Arc::new(statistics), Arc::new(properties)))
    }

    fn of(reading: Reading, statistics: Arc<Statistics>, properties: Arc<PlanProperties>) -> Self {
        let (reading, shared) = (Arc::new(reading), Arc::default());
        Self { reading, shared, statistics, properties, metrics: ExecutionPlanMetricsSet::new() }
    }

    /// What it reads.
    pub(super) fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    /// The same scan of no more than the first `rows` rows by `keys`, which are columns that it reads; `None` if it reads
    /// nothing else. They come in any order.
    pub(crate) fn with_top(&self, keys: &[(usize, SortOptions)], rows: usize) -> Option<Self> {
        let unknown = Statistics::new_unknown(&self.reading.schema);
        let reading = self.reading.with_top(keys, rows)?;
        Some(Self::of(reading, Arc::new(unknown), Arc::clone(&self.properties)))
    }
}

/// The first ids of all sets together.
fn first(found: Vec<IdSet>, limit: usize) -> Vec<IdSet> {
    let mut left = limit;
    let cut = |ids: IdSet| {
        if ids.len() as usize <= left {
            left -= ids.len() as usize;
            return ids;
        }
        let kept: Vec<u32> = ids.iter().take(left).collect();
        left = 0;
        IdSet::from_sorted(ids.universe(), kept)
    };
    found.into_iter().map(cut).collect()
}

impl fmt::Debug for ScanExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanExec")
            .field("table", &self.reading.table)
            .field("only", &self.reading.only)
            .finish()
    }
}

impl DisplayAs for ScanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scan: ")?;
        self.reading.describe(f)
    }
}

impl ExecutionPlan for ScanExec {
    fn name(&self) -> &'static str {
        "ScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(&self.reading.dynamic, f)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let (statistics, properties) = (Arc::clone(&self.statistics), Arc::clone(&self.properties));
        Ok(Arc::new(Self::of(Reading::clone(&self.reading), statistics, properties)))
    }

    /// Keeps what a join will know of its other side; the join goes on to compare every row.
    fn handle_child_pushdown_result(
        &self,
        _: FilterPushdownPhase,
        pushed: ChildPushdownResult,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let filters = pushed.parent_filters.into_iter().map(|filter| filter.filter);
        let answers: Vec<(PushedDown, _)> = filters.map(|filter| (PushedDown::No, filter)).collect();
        let (answers, filters): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let dynamic: Vec<_> =
            filters.into_iter().filter(|filter| filter.is::<DynamicFilterPhysicalExpr>()).collect();
        let propagation = FilterPushdownPropagation::with_parent_pushdown_result(answers);
        if dynamic.is_empty() {
            return Ok(propagation);
        }
        let mut reading = Reading::clone(&self.reading);
        reading.dynamic.extend(dynamic);
        let new = Self::of(reading, Arc::clone(&self.statistics), Arc::clone(&self.properties));
        Ok(propagation.with_updated_node(Arc::new(new)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (reading, shared) = (Arc::clone(&self.reading), Arc::clone(&self.shared));
        let batch_rows = context.session_config().batch_size();
        let mut opened: Option<(Ids, Arc<Vec<TableReader>>)> = None;
        let counters = Counters::new(&self.metrics, partition);
        let mut read = move || -> Result<Option<RecordBatch>> {
            let _timer = metrics.elapsed_compute().timer();
            let (ids, readers) = match &mut opened {
                Some(opened) => opened,
                None => {
                    let ids = reading.ids(&shared, partition, batch_rows)?;
                    opened.insert((ids, reading.readers(&shared)?))
                }
            };
            let Some((segment, some)) = ids.next() else { return Ok(None) };
            metrics.output_rows().add(some.len());
            let read = || batch(&reading.schema, readers, segment, &some);
            let read = if reading.analyze { counters.count(read) } else { read() };
            read.map(Some).map_err(external)
        };
        let stream = futures::stream::iter(std::iter::from_fn(move || read().transpose()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.reading.schema), stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        match args.partition() {
            None => Ok(Arc::clone(&self.statistics)),
            Some(_) => Ok(Arc::new(Statistics::new_unknown(&self.reading.schema))),
        }
    }
}

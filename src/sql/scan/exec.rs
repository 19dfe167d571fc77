//! The node of a plan that reads a table, or counts its rows.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::SortOptions;
use arrow::datatypes::SchemaRef;
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
    BaselineMetrics, Count, ExecutionPlanMetricsSet, Metric, MetricValue, MetricsSet,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, ReplaceChildrenOptions,
    StatisticsArgs, apply_expression_roots,
};

use super::counts::Counts;
use super::pieces::partitions;
use super::reading::{Reading, Shared, Texts};
use super::stream::{Ids, batch};
use crate::engine::TableReader;
use crate::index::IdSet;
use crate::schema::Scalar;
use crate::sql::error::external;
use crate::sql::tables::columns::Holds;
use crate::sql::tables::table::{Only, Table};
use crate::storage::counters::Touched;

/// Reads columns of the rows, or elements, that the indexes found; or counts them by a text.
pub(crate) struct ScanExec {
    reading: Arc<Reading>,
    /// What comes out in place of the columns.
    counts: Option<Arc<Counts>>,
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
        let value_ids = Vec::new();
        let reading =
            Reading { table, only, projection, schema, value_ids, found, partitions, top, dynamic, analyze };
        Ok(Self {
            reading: Arc::new(reading),
            counts: None,
            shared: Arc::default(),
            statistics: Arc::new(statistics),
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The same with nothing read yet.
    fn fresh(&self) -> Self {
        Self {
            reading: Arc::clone(&self.reading),
            counts: self.counts.clone(),
            shared: Arc::default(),
            statistics: Arc::clone(&self.statistics),
            properties: Arc::clone(&self.properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// The columns that come out.
    fn schema(&self) -> &SchemaRef {
        self.counts.as_ref().map_or(&self.reading.schema, |counts| &counts.schema)
    }

    /// The same scan of no more than the first `rows` rows by `keys`, which are columns that it reads; `None` if it reads
    /// nothing else. They come in any order.
    pub(crate) fn with_top(&self, keys: &[(usize, SortOptions)], rows: usize) -> Option<Self> {
        if self.counts.is_some() {
            return None;
        }
        let statistics = Arc::new(Statistics::new_unknown(&self.reading.schema));
        let reading = Arc::new(self.reading.with_top(keys, rows)?);
        Some(Self { reading, statistics, ..self.fresh() })
    }

    /// Its rows counted by the text at `place` of its columns: a row for each text of each segment in each partition, with as
    /// many counts as `with_nulls` has, in each of which rows without a text count or do not. `schema` has the text, and
    /// a number for each count. `None` if the column is no short text with a forward column.
    pub(crate) fn with_counts(&self, place: usize, with_nulls: Vec<bool>, schema: SchemaRef) -> Option<Self> {
        let column = self.reading.columns().nth(place)?;
        let Holds::Forward { node, scalar: Scalar::String, .. } = column.holds else { return None };
        if self.reading.top.is_some() || self.counts.is_some() {
            return None;
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            self.properties.output_partitioning().clone(),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        let statistics = Arc::new(Statistics::new_unknown(&schema));
        let counts = Some(Arc::new(Counts { node, with_nulls, schema }));
        Some(Self { counts, statistics, properties: Arc::new(properties), ..self.fresh() })
    }

    /// The same with value ids in place of texts in those of its columns at `places` that are short texts with a forward
    /// column, and the texts by place; `None` if there are none.
    pub(crate) fn with_value_ids(&self, places: &[usize]) -> Result<Option<(Self, Texts)>> {
        if self.counts.is_some() || self.reading.top.is_some() {
            return Ok(None);
        }
        let (reading, texts) = self.reading.with_value_ids(places)?;
        if texts.is_empty() {
            return Ok(None);
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&reading.schema)),
            self.properties.output_partitioning().clone(),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let statistics = Arc::new(Statistics::new_unknown(&reading.schema));
        let (reading, properties) = (Arc::new(reading), Arc::new(properties));
        Ok(Some((Self { reading, statistics, properties, ..self.fresh() }, texts)))
    }

    /// What a partition gives, step by step.
    fn batches(
        &self,
        partition: usize,
        batch_rows: usize,
    ) -> Box<dyn FnMut() -> Result<Option<RecordBatch>> + Send> {
        let (reading, shared) = (Arc::clone(&self.reading), Arc::clone(&self.shared));
        if let Some(counts) = &self.counts {
            let counts = Arc::clone(counts);
            let mut counted = None;
            return Box::new(move || {
                let left = match &mut counted {
                    Some(left) => left,
                    None => {
                        let all = counts.of(&reading, &shared, partition, batch_rows)?;
                        counted.insert(all.into_iter())
                    }
                };
                Ok(left.next())
            });
        }
        let mut opened: Option<(Ids, Arc<Vec<TableReader>>)> = None;
        Box::new(move || {
            let (ids, readers) = match &mut opened {
                Some(opened) => opened,
                None => {
                    let ids = reading.ids(&shared, partition, batch_rows)?;
                    opened.insert((ids, reading.readers(&shared)?))
                }
            };
            let Some((segment, some)) = ids.next() else { return Ok(None) };
            batch(&reading.schema, readers, segment, &some).map(Some).map_err(external)
        })
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

/// What was read, as metrics.
fn read(touched: &Touched) -> impl Iterator<Item = Metric> {
    let named = [
        ("sections", touched.sections),
        ("row_groups", touched.row_groups),
        ("parquet_columns", touched.columns),
        ("pages", touched.pages),
        ("bytes_read", touched.bytes),
    ];
    named.into_iter().map(|(name, number)| {
        let count = Count::new();
        count.add(usize::try_from(number).unwrap_or(usize::MAX));
        Metric::new(MetricValue::Count { name: name.into(), count }, None)
    })
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
        match &self.counts {
            None => write!(f, "Scan: ")?,
            Some(_) if self.reading.is_whole() => write!(f, "Counts: from the postings alone, ")?,
            Some(_) => write!(f, "Counts: by value id, ")?,
        }
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
        Ok(Arc::new(self.fresh()))
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
        let new = Self { reading: Arc::new(reading), ..self.fresh() };
        Ok(propagation.with_updated_node(Arc::new(new)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let mut next = self.batches(partition, context.session_config().batch_size());
        let (analyze, shared) = (self.reading.analyze, Arc::clone(&self.shared));
        let mut read = move || -> Result<Option<RecordBatch>> {
            let _timer = metrics.elapsed_compute().timer();
            let batch = if analyze { shared.tally.count(&mut next)? } else { next()? };
            metrics.output_rows().add(batch.as_ref().map_or(0, RecordBatch::num_rows));
            Ok(batch)
        };
        let stream = futures::stream::iter(std::iter::from_fn(move || read().transpose()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(self.schema()), stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        let mut metrics = self.metrics.clone_inner();
        if self.reading.analyze {
            read(&self.shared.tally.touched()).for_each(|one| metrics.push(Arc::new(one)));
        }
        Some(metrics)
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        match args.partition() {
            None => Ok(Arc::clone(&self.statistics)),
            Some(_) => Ok(Arc::new(Statistics::new_unknown(self.schema()))),
        }
    }
}

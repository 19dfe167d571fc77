//! `GROUP BY` one short text with nothing but counts: each partition counts its rows by value id; of a whole table the
//! postings know.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions, StatisticsArgs,
    apply_expression_roots,
};

use super::exec::ScanExec;
use super::reading::{Reading, Shared};
use crate::engine::ValueCounts;
use crate::schema::NodeId;
use crate::sql::error::external;
use crate::sql::tables::columns::Holds;

/// Counts the rows of a scan by the text of one column: a row for each text of each segment, the counts as often as
/// asked for.
pub(crate) struct CountsExec {
    reading: Arc<Reading>,
    shared: Arc<Shared>,
    node: NodeId,
    /// For each count, whether rows without a text count.
    counts: Vec<bool>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl CountsExec {
    /// Counts the rows of `scan` by its column at `place`; `None` if that is no short text with a forward column. `schema` has
    /// the text, and a number for each of `counts`.
    pub(crate) fn new(scan: &ScanExec, place: usize, counts: Vec<bool>, schema: SchemaRef) -> Option<Self> {
        let reading = Arc::clone(scan.reading());
        let column = reading.columns().nth(place)?;
        let Holds::Forward { node, scalar: crate::schema::Scalar::String, .. } = column.holds else {
            return None;
        };
        if reading.top.is_some() {
            return None;
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            scan.properties().output_partitioning().clone(),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        let (shared, metrics) = (Arc::default(), ExecutionPlanMetricsSet::new());
        Some(Self { reading, shared, node, counts, schema, properties: Arc::new(properties), metrics })
    }
}

/// The counts of one partition, segment by segment.
fn counted(
    reading: &Reading,
    shared: &Shared,
    node: NodeId,
    partition: usize,
    batch_rows: usize,
) -> Result<Vec<(ArrayRef, ArrayRef)>> {
    let database = reading.table.database();
    let space = reading.table.columns().rows.space();
    let mut found: Vec<(usize, ValueCounts)> = Vec::new();
    let of_segment = |segment| database.value_counts(segment, space, node).map_err(external);
    if reading.is_whole() {
        // One partition asks the postings; the others have nothing to do.
        let segments = if partition == 0 { 0..database.segments() } else { 0..0 };
        for segment in segments {
            let mut counts = of_segment(segment)?;
            counts.add_all(database.universe(segment, space).map_err(external)?).map_err(external)?;
            found.push((segment, counts));
        }
    } else {
        for (segment, ids) in reading.ids(shared, partition, batch_rows)? {
            if found.last().is_none_or(|last| last.0 != segment) {
                found.push((segment, of_segment(segment)?));
            }
            if let Some((_, counts)) = found.last_mut() {
                counts.add(&ids).map_err(external)?;
            }
        }
    }
    found.into_iter().map(|(_, counts)| counts.finish().map_err(external)).collect()
}

/// The text, and a count for each that is asked for.
fn batch(schema: &SchemaRef, wanted: &[bool], texts: ArrayRef, counts: &ArrayRef) -> Result<RecordBatch> {
    let without_nulls = || -> Result<ArrayRef> {
        let present = arrow::compute::is_not_null(&texts)?;
        let zeros = arrow::array::Int64Array::from(vec![0; texts.len()]);
        Ok(arrow::compute::kernels::zip::zip(&present, counts, &zeros)?)
    };
    let mut columns = vec![Arc::clone(&texts)];
    for &with_nulls in wanted {
        columns.push(if with_nulls { Arc::clone(counts) } else { without_nulls()? });
    }
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

impl fmt::Debug for CountsExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountsExec").field("table", &self.reading.table).finish()
    }
}

impl DisplayAs for CountsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = if self.reading.is_whole() { "from the postings alone" } else { "by value id" };
        write!(f, "Counts: {from}, ")?;
        self.reading.describe(f)
    }
}

impl ExecutionPlan for CountsExec {
    fn name(&self) -> &'static str {
        "CountsExec"
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
        Ok(Arc::new(Self {
            reading: Arc::clone(&self.reading),
            shared: Arc::default(),
            node: self.node,
            counts: self.counts.clone(),
            schema: Arc::clone(&self.schema),
            properties: Arc::clone(&self.properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (reading, shared, node) = (Arc::clone(&self.reading), Arc::clone(&self.shared), self.node);
        let (schema, wanted) = (Arc::clone(&self.schema), self.counts.clone());
        let batch_rows = context.session_config().batch_size();
        let all = async move {
            let _timer = metrics.elapsed_compute().timer();
            let counted = counted(&reading, &shared, node, partition, batch_rows)?;
            let batches = counted.iter().map(|(texts, counts)| {
                metrics.output_rows().add(texts.len());
                batch(&schema, &wanted, Arc::clone(texts), counts)
            });
            Ok::<_, DataFusionError>(futures::stream::iter(batches.collect::<Vec<_>>()))
        };
        let stream = futures::TryStreamExt::try_flatten(futures::stream::once(all));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema)))
    }
}

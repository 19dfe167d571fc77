//! The node of a plan that reads a table.

use std::fmt;
use std::sync::{Arc, OnceLock};

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::StatisticsArgs;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, ReplaceChildrenOptions,
};

use super::pieces::{Piece, partitions};
use super::stream::Batches;
use crate::engine::{Database, TableColumn, TableReader};
use crate::index::IdSet;
use crate::sql::error::external;
use crate::sql::tables::columns::{Column, Holds, Rows, TableColumns};
use crate::sql::tables::table::{Only, Table, all};

/// Reads columns of the rows, or elements, that the indexes found.
pub(crate) struct ScanExec {
    database: Arc<Database>,
    table: Arc<TableColumns>,
    only: Only,
    /// The columns that are read, by their place in the table.
    projection: Vec<usize>,
    schema: SchemaRef,
    /// By segment.
    found: Arc<Vec<IdSet>>,
    partitions: Vec<Vec<Piece>>,
    /// Opened by the first partition that runs.
    readers: OnceLock<Arc<Vec<TableReader>>>,
    statistics: Arc<Statistics>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl ScanExec {
    /// A scan of the rows `found`, or of the first `limit` of them, by at most `threads` threads.
    pub(crate) fn new(
        table: &Table,
        only: &Only,
        found: Vec<IdSet>,
        projection: Vec<usize>,
        limit: Option<usize>,
        statistics: Statistics,
        threads: usize,
    ) -> Result<Self> {
        let schema = Arc::new(table.columns().arrow.project(&projection)?);
        let found = match limit {
            Some(limit) => first(found, limit),
            None => found,
        };
        let partitions = partitions(&found, threads);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(partitions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            database: Arc::clone(table.database()),
            table: Arc::clone(table.columns()),
            only: only.clone(),
            projection,
            schema,
            found: Arc::new(found),
            partitions,
            readers: OnceLock::new(),
            statistics: Arc::new(statistics),
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    fn readers(&self) -> Result<Arc<Vec<TableReader>>> {
        if let Some(readers) = self.readers.get() {
            return Ok(Arc::clone(readers));
        }
        let space = match self.table.rows {
            Rows::People => None,
            Rows::Elements(space) => Some(space),
        };
        let columns: Vec<TableColumn> = self.columns().map(|column| table_column(&column.holds)).collect();
        let open = |(segment, ids): (usize, &IdSet)| {
            self.database.table(segment, space, &columns, ids.len().into()).map_err(external)
        };
        let readers = self.found.iter().enumerate().map(open).collect::<Result<Vec<_>>>()?;
        Ok(Arc::clone(self.readers.get_or_init(|| Arc::new(readers))))
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.projection.iter().filter_map(|&place| self.table.columns.get(place))
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

fn table_column(holds: &Holds) -> TableColumn {
    match holds {
        Holds::PersonId => TableColumn::PersonId,
        Holds::Position => TableColumn::Position,
        Holds::ParentPosition => TableColumn::ParentPosition,
        Holds::List => TableColumn::List,
        Holds::Forward { node, .. } => TableColumn::Forward(*node),
        Holds::Parquet { node, .. } => TableColumn::Nested(*node),
    }
}

impl fmt::Debug for ScanExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanExec").field("table", &self.table.name).field("only", &self.only).finish()
    }
}

impl DisplayAs for ScanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> = self.columns().map(|column| column.name.as_str()).collect();
        write!(f, "Scan: {}, columns=[{}]", self.table.name, columns.join(", "))?;
        let people = self.only.of_people();
        if people != all() {
            write!(f, ", people where {people}")?;
        }
        if self.only.elements != all() {
            write!(f, ", where {}", self.only.elements)?;
        }
        let found: u64 = self.found.iter().map(|ids| u64::from(ids.len())).sum();
        write!(f, ", rows={found}")
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
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let pieces = self.partitions.get(partition).cloned();
        let pieces = pieces.ok_or_else(|| DataFusionError::Internal(format!("no partition {partition}")))?;
        let mut batches = Batches {
            schema: Arc::clone(&self.schema),
            found: Arc::clone(&self.found),
            readers: self.readers()?,
            pieces: pieces.into_iter(),
            piece: None,
            batch_rows: context.session_config().batch_size(),
        };
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let next = move || {
            let _timer = metrics.elapsed_compute().timer();
            let batch = batches.next()?;
            if let Ok(batch) = &batch {
                metrics.output_rows().add(batch.num_rows());
            }
            Some(batch.map_err(external))
        };
        let stream = futures::stream::iter(std::iter::from_fn(next));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream)))
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
            Some(_) => Ok(Arc::new(Statistics::new_unknown(&self.schema))),
        }
    }
}

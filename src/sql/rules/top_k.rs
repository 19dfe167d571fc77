//! `ORDER BY ... LIMIT`: a scan right below reads the sort keys of all rows, and the other columns only of the first ones.
//! The sort stays, over those few rows.

use std::sync::Arc;

use arrow::compute::SortOptions;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning};

use super::{over, place};
use crate::sql::scan::ScanExec;

/// More rows are sorted by the sort.
const MOST_ROWS: usize = 10_000;

/// The sort over the first rows alone.
pub(super) fn top_k(
    plan: &Arc<dyn ExecutionPlan>,
    _: &ConfigOptions,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(sort) = plan.downcast_ref::<SortExec>() else { return Ok(None) };
    let Some(rows) = sort.fetch().filter(|rows| *rows <= MOST_ROWS) else { return Ok(None) };
    let keys: Option<Vec<(usize, SortOptions)>> =
        sort.expr().iter().map(|key| Some((place(&key.expr)?, key.options))).collect();
    match keys.map(|keys| narrowed(sort.input(), keys, rows)).transpose()?.flatten() {
        Some(input) => over(Arc::clone(plan), input).map(Some),
        None => Ok(None),
    }
}

/// The plan over a scan that gives the first rows by these keys; `None` if there is none.
fn narrowed(
    plan: &Arc<dyn ExecutionPlan>,
    keys: Vec<(usize, SortOptions)>,
    rows: usize,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Ok(scan.with_top(&keys, rows).map(|scan| Arc::new(scan) as Arc<dyn ExecutionPlan>));
    }
    let keys = if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let below =
            |&(at, options): &(usize, SortOptions)| Some((place(&projection.expr().get(at)?.expr)?, options));
        match keys.iter().map(below).collect::<Option<Vec<_>>>() {
            Some(keys) => keys,
            None => return Ok(None),
        }
    } else if plan.is::<CooperativeExec>() || is_round_robin(plan) {
        keys
    } else {
        return Ok(None);
    };
    let [input] = plan.children()[..] else { return Ok(None) };
    match narrowed(input, keys, rows)? {
        Some(input) => over(Arc::clone(plan), input).map(Some),
        None => Ok(None),
    }
}

fn is_round_robin(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let repartition = plan.downcast_ref::<RepartitionExec>();
    repartition
        .is_some_and(|repartition| matches!(repartition.partitioning(), Partitioning::RoundRobinBatch(_)))
}

//! A `GROUP BY` over a scan in one partition is one step for the engine; it becomes two again, since our rules answer the first.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::projection::ProjectionExec;

use crate::sql::scan::ScanExec;

/// Both halves in place of an aggregation in one step.
pub(super) fn halves(
    plan: &Arc<dyn ExecutionPlan>,
    _: &ConfigOptions,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    plan.downcast_ref::<AggregateExec>().map_or(Ok(None), split)
}

/// Whether a scan of ours, perhaps with its columns in another order, is what is grouped.
fn is_of_scan(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let hands_on = plan.is::<CooperativeExec>() || plan.is::<ProjectionExec>();
    plan.is::<ScanExec>() || hands_on && plan.children().into_iter().all(is_of_scan)
}

fn split(whole: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let groups = whole.group_expr();
    let single = *whole.mode() == AggregateMode::Single && groups.is_single() && !groups.is_empty();
    if !single || whole.limit_options().is_some() || !is_of_scan(whole.input()) {
        return Ok(None);
    }
    let (exprs, of_input) = (whole.aggr_expr().to_vec(), whole.input_schema());
    let first = AggregateExec::try_new(
        AggregateMode::Partial,
        groups.clone(),
        exprs.clone(),
        whole.filter_expr().to_vec(),
        Arc::clone(whole.input()),
        Arc::clone(&of_input),
    )?;
    let (groups, filters) = (groups.as_final(), vec![None; exprs.len()]);
    let second =
        AggregateExec::try_new(AggregateMode::Final, groups, exprs, filters, Arc::new(first), of_input)?;
    Ok(Some(Arc::new(second)))
}

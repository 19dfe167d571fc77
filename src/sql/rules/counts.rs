//! The first half of a `GROUP BY` over one short text, with nothing but counts, is answered by the scan itself: it counts
//! value ids, and the second half adds up the texts of several partitions and segments.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coop::CooperativeExec;

use super::place;
use crate::sql::scan::ScanExec;

/// The scan that counts, in place of an aggregation.
pub(super) fn counts(
    plan: &Arc<dyn ExecutionPlan>,
    _: &ConfigOptions,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let counts = plan.downcast_ref::<AggregateExec>().and_then(counted);
    Ok(counts.map(|counts| Arc::new(counts) as Arc<dyn ExecutionPlan>))
}

/// The counts in place of an aggregation; `None` if it is of another kind.
fn counted(aggregate: &AggregateExec) -> Option<ScanExec> {
    let partial = *aggregate.mode() == AggregateMode::Partial;
    let [(group, _)] = aggregate.group_expr().expr() else { return None };
    let plain = aggregate.group_expr().is_single() && aggregate.filter_expr().iter().all(Option::is_none);
    if !partial || !plain {
        return None;
    }
    let place = place(group)?;
    let counts = aggregate.aggr_expr().iter().map(|count| counts_nulls(count, place));
    let counts = counts.collect::<Option<Vec<bool>>>()?;
    let mut input = aggregate.input();
    if input.is::<CooperativeExec>() {
        input = input.children().into_iter().next()?;
    }
    input.downcast_ref::<ScanExec>()?.with_counts(place, counts, aggregate.schema())
}

/// Whether a count counts rows in which the column at `place` is null; `None` if it is no count of those rows.
fn counts_nulls(count: &AggregateFunctionExpr, place: usize) -> Option<bool> {
    if count.fun().name() != "count" || count.is_distinct() {
        return None;
    }
    match count.expressions().as_slice() {
        [one] if one.downcast_ref::<Literal>().is_some_and(|literal| !literal.value().is_null()) => {
            Some(true)
        }
        [column] => (super::place(column)? == place).then_some(false),
        _ => None,
    }
}

//! What the optimizer learns about people: rules of our own, run after its own.
//!
//! - `exprs`: a rule that replaces expressions of a plan one by one
//! - `date_differences`: the difference of two dates is a number
//! - `null_items`: nulls in lists stand beside them
//! - `person_joins`: joins on the person id narrow both sides, and semi-joins become conditions
//! - `side`: the table, and what its rows have to meet, behind one side of a join
//! - `with_people`: a join of elements with their people is one scan
//! - `nodes`: a rule that replaces nodes of a plan one by one
//! - `halves`: a grouping in one step becomes two
//! - `counts`: rows of each text are counted by value id
//! - `value_ids`: groups are found by value id, not by text
//! - `top_k`: `ORDER BY ... LIMIT` reads only the sort keys of all rows

mod counts;
mod date_differences;
mod exprs;
mod halves;
mod nodes;
mod null_items;
mod person_joins;
mod side;
#[cfg(test)]
mod tests;
mod top_k;
mod value_ids;
mod with_people;

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};
use datafusion::prelude::SessionConfig;

use exprs::ExprRule;
use nodes::NodeRule;
use person_joins::PersonJoins;

/// Most values of the build side of a join that the other side is told.
const JOINED_VALUES: usize = 200_000;
/// Most bytes of them.
const JOINED_BYTES: usize = 16 << 20;

/// What the rules and scans need of the engine's settings: joins tell the values of their key.
pub(crate) fn configure(mut config: SessionConfig) -> SessionConfig {
    let optimizer = &mut config.options_mut().optimizer;
    optimizer.hash_join_inlist_pushdown_max_distinct_values = JOINED_VALUES;
    optimizer.hash_join_inlist_pushdown_max_size = JOINED_BYTES;
    // Bounds that a sort or an aggregation learns say nothing to our indexes.
    optimizer.enable_topk_dynamic_filter_pushdown = false;
    optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    config
}

/// Adds the rules.
pub(crate) fn install(builder: SessionStateBuilder) -> SessionStateBuilder {
    builder
        .with_analyzer_rule(Arc::new(ExprRule {
            name: "date_differences",
            replace: date_differences::in_days,
        }))
        .with_analyzer_rule(Arc::new(ExprRule { name: "null_items", replace: null_items::apart }))
        .with_optimizer_rule(Arc::new(PersonJoins))
        .with_physical_optimizer_rule(Arc::new(NodeRule { name: "top_k", replace: top_k::top_k }))
        .with_physical_optimizer_rule(Arc::new(NodeRule { name: "halves", replace: halves::halves }))
        .with_physical_optimizer_rule(Arc::new(NodeRule { name: "counts", replace: counts::counts }))
        .with_physical_optimizer_rule(Arc::new(NodeRule { name: "value_ids", replace: value_ids::value_ids }))
}

/// The place of the column that an expression is.
fn place(expr: &Arc<dyn PhysicalExpr>) -> Option<usize> {
    expr.downcast_ref::<Column>().map(Column::index)
}

/// The same node over another input.
fn over(plan: Arc<dyn ExecutionPlan>, input: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    plan.replace_children(vec![input], ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
}

//! A rule that looks at a plan's expressions one by one, from below, before they are simplified; columns keep their names.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

/// The rule.
#[derive(Debug)]
pub(super) struct ExprRule {
    pub(super) name: &'static str,
    /// What stands in an expression's place, over inputs with these columns.
    pub(super) replace: fn(Expr, &DFSchema) -> Result<Transformed<Expr>>,
}

impl AnalyzerRule for ExprRule {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let rewrite = |plan: LogicalPlan| {
            let schema = merge_schema(&plan.inputs());
            let names = NamePreserver::new(&plan);
            plan.map_expressions(|expr| {
                let name = names.save(&expr);
                let new = expr.transform_up(|expr| (self.replace)(expr, &schema))?;
                Ok(new.update_data(|expr| name.restore(expr)))
            })
        };
        plan.transform_up_with_subqueries(rewrite).data()
    }

    fn name(&self) -> &str {
        self.name
    }
}

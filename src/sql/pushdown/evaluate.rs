//! A predicate over one column, evaluated by the SQL engine on values that are put before it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Fields, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

/// A predicate over one column, ready to be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Predicate {
    expr: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
}

/// The one column that there is, for the types of expressions.
pub(super) fn schema_of(column: &Arc<Field>) -> Option<DFSchema> {
    DFSchema::from_unqualified_fields(Fields::from(vec![Arc::clone(column)]), HashMap::new()).ok()
}

impl Predicate {
    /// Makes an expression ready whose only column is `column`, named without its table; `None` if it is no predicate, or the engine cannot plan it.
    pub(super) fn new(expr: &Expr, column: &Arc<Field>) -> Option<Predicate> {
        let schema = schema_of(column)?;
        if expr.get_type(&schema).ok()? != DataType::Boolean {
            return None;
        }
        let planned =
            create_physical_expr(expr, &schema, &ExecutionProps::new(), &PhysicalPlanningContext::default());
        Some(Predicate { expr: planned.ok()?, schema: Arc::clone(schema.inner()) })
    }

    /// What it says of each value.
    pub(super) fn of(&self, values: ArrayRef) -> Result<BooleanArray, String> {
        let len = values.len();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), vec![values]);
        let batch = batch.map_err(|error| error.to_string())?;
        let said = self.expr.evaluate(&batch).and_then(|value| value.into_array(len));
        let said = said.map_err(|error| error.strip_backtrace())?;
        said.as_boolean_opt().cloned().ok_or_else(|| "it is neither true nor false".to_owned())
    }
}

/// The values of a predicate, with what is unknown.
pub(super) fn flags(values: &BooleanArray) -> impl Iterator<Item = Option<bool>> {
    (0..values.len()).map(|at| values.is_valid(at).then(|| values.value(at)))
}

/// The expression with columns named without their table.
pub(super) fn unqualified(expr: &Expr) -> Option<Expr> {
    let alone = expr.clone().transform(|part| match part {
        Expr::Column(column) => Ok(Transformed::yes(Expr::Column(Column::new_unqualified(column.name)))),
        other => Ok(Transformed::no(other)),
    });
    alone.ok().map(|transformed| transformed.data)
}

//! The difference of two dates is a number of days, taken as one of numbers: the engine's own is one that its bounds of
//! predicates take for a duration, so that `end_date - start_date > 3650` would fail.

use arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::BinaryExpr;
use datafusion::logical_expr::{Expr, ExprSchemable as _, Operator, cast};

/// The number of days, in place of a difference of dates.
pub(super) fn in_days(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Minus, right }) = expr else {
        return Ok(Transformed::no(expr));
    };
    let is_date = |side: &Expr| side.get_type(schema).is_ok_and(|of| of == DataType::Date32);
    let days = |side: Box<Expr>| Box::new(cast(cast(*side, DataType::Int32), DataType::Int64));
    Ok(if is_date(&left) && is_date(&right) {
        let (left, right) = (days(left), days(right));
        Transformed::yes(Expr::BinaryExpr(BinaryExpr { left, op: Operator::Minus, right }))
    } else {
        Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op: Operator::Minus, right }))
    })
}

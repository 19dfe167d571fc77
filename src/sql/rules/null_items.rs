//! `x IN (1, NULL)` is `x IN (1) OR NULL`, and `x NOT IN (1, NULL)` is `x NOT IN (1) AND NULL`: where the engine merges lists of
//! one column it forgets that a null makes what is not found unknown.

use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::InList;

/// The list without its nulls, which stand beside it.
pub(super) fn apart(expr: Expr, _: &DFSchema) -> Result<Transformed<Expr>> {
    match expr {
        Expr::InList(InList { expr, mut list, negated }) if list.iter().any(is_null) => {
            list.retain(|item| !is_null(item));
            let unknown = Expr::Literal(ScalarValue::Boolean(None), None);
            if list.is_empty() {
                return Ok(Transformed::yes(unknown));
            }
            let known = Expr::InList(InList { expr, list, negated });
            Ok(Transformed::yes(if negated { known.and(unknown) } else { known.or(unknown) }))
        }
        other => Ok(Transformed::no(other)),
    }
}

/// Whether it is a null, of the type that the other items have.
fn is_null(item: &Expr) -> bool {
    match item {
        Expr::Literal(value, _) => value.is_null(),
        Expr::Cast(cast) => is_null(&cast.expr),
        _ => false,
    }
}

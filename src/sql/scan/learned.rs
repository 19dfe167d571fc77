//! What a hash join has learned from its build side by the time it asks the other side for rows: the values of its key.
//!
//! They come as an expression that is filled in while the statement runs: a list of values, or one for each partition of the
//! build side. Whatever else is in it is left to the join.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::{Column as Name, Result, ScalarValue};
use datafusion::logical_expr::{Expr, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, Column, DynamicFilterPhysicalExpr, InListExpr, Literal,
};

/// The values that a column may have.
#[derive(Debug, Clone, PartialEq)]
struct Values {
    /// Its place in the scan; `None` if there can be no row at all.
    column: Option<usize>,
    values: Vec<ScalarValue>,
}

/// Looking one value up costs as much as reading so many rows and leaving them to the join.
const VALUE_COST: u64 = 8;

/// What the rows have to meet, as expressions over the scan's columns; of `rows` rows, as far as looking it up costs less than
/// reading them.
pub(super) fn learned(dynamic: &[Arc<dyn PhysicalExpr>], schema: &SchemaRef, rows: u64) -> Result<Vec<Expr>> {
    let mut learned = Vec::new();
    for expr in dynamic {
        let Some(Values { column: Some(place), values }) = values(expr)? else { continue };
        let Some(field) = schema.fields().get(place) else { continue };
        if (values.len() as u64).saturating_mul(VALUE_COST) > rows {
            continue;
        }
        let column = Expr::Column(Name::new_unqualified(field.name()));
        let list = values.into_iter().map(|value| Expr::Literal(value, None)).collect();
        learned.push(column.in_list(list, false));
    }
    Ok(learned)
}

fn values(expr: &Arc<dyn PhysicalExpr>) -> Result<Option<Values>> {
    if let Some(dynamic) = expr.downcast_ref::<DynamicFilterPhysicalExpr>() {
        return values(&dynamic.current()?);
    }
    if let Some(list) = expr.downcast_ref::<InListExpr>() {
        return Ok(of_list(list));
    }
    if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        return match binary.op() {
            Operator::And => Ok(values(binary.left())?.or(values(binary.right())?)),
            Operator::Or => Ok(either(values(binary.left())?, values(binary.right())?)),
            _ => Ok(None),
        };
    }
    if let Some(case) = expr.downcast_ref::<CaseExpr>() {
        let branches = case.when_then_expr().iter().map(|(_, then)| then).chain(case.else_expr());
        let mut all = Some(nothing());
        for branch in branches {
            all = either(all, values(branch)?);
        }
        return Ok(all);
    }
    let is_false =
        expr.downcast_ref::<Literal>().is_some_and(|literal| *literal.value() == ScalarValue::from(false));
    Ok(is_false.then(nothing))
}

fn nothing() -> Values {
    Values { column: None, values: Vec::new() }
}

fn of_list(list: &InListExpr) -> Option<Values> {
    let column = list.expr().downcast_ref::<Column>()?;
    if list.negated() {
        return None;
    }
    let value = |item: &Arc<dyn PhysicalExpr>| Some(item.downcast_ref::<Literal>()?.value().clone());
    let values = list.list().iter().map(value).collect::<Option<Vec<_>>>()?;
    Some(Values { column: Some(column.index()), values })
}

/// The values of both; `None` if one is unknown, or they are of two columns.
fn either(a: Option<Values>, b: Option<Values>) -> Option<Values> {
    let (mut a, b) = (a?, b?);
    if a.column.is_some() && b.column.is_some() && a.column != b.column {
        return None;
    }
    a.column = a.column.or(b.column);
    a.values.extend(b.values);
    Some(a)
}

#[cfg(test)]
mod tests {
    use datafusion::physical_expr::expressions::{binary, case, in_list, lit};

    use super::*;

    fn column(place: usize) -> Arc<dyn PhysicalExpr> {
        Arc::new(Column::new("person_id", place))
    }

    fn list(place: usize, values: &[i64]) -> Arc<dyn PhysicalExpr> {
        let schema = schema();
        in_list(column(place), values.iter().map(|&value| lit(value)).collect(), &false, &schema).unwrap()
    }

    fn schema() -> arrow::datatypes::Schema {
        let field = |name| arrow::datatypes::Field::new(name, arrow::datatypes::DataType::Int64, true);
        arrow::datatypes::Schema::new(vec![field("person_id"), field("position")])
    }

    fn found(expr: Arc<dyn PhysicalExpr>) -> Option<(Option<usize>, Vec<i64>)> {
        let number = |value: ScalarValue| match value {
            ScalarValue::Int64(Some(number)) => number,
            other => panic!("{other:?}"),
        };
        values(&expr).unwrap().map(|found| (found.column, found.values.into_iter().map(number).collect()))
    }

    #[test]
    fn lists_are_found_beside_bounds_and_in_every_partition() {
        let bound = || binary(column(0), Operator::GtEq, lit(1i64), &schema()).unwrap();
        let and = |a, b| binary(a, Operator::And, b, &schema()).unwrap();
        assert_eq!(found(and(bound(), list(0, &[1, 2]))), Some((Some(0), vec![1, 2])));
        assert_eq!(found(bound()), None);
        let partitioned = |last: Arc<dyn PhysicalExpr>| {
            let branches = vec![(lit(0i64), and(list(0, &[1]), bound())), (lit(1i64), list(0, &[5]))];
            case(Some(column(1)), branches, Some(last)).unwrap()
        };
        assert_eq!(found(partitioned(lit(false))), Some((Some(0), vec![1, 5])));
        assert_eq!(found(partitioned(bound())), None);
        assert_eq!(found(partitioned(list(1, &[7]))), None);
    }
}

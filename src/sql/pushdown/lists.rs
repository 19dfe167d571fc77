//! Lists of scalars: `'x' = ANY(list)`, which is `array_has(list, 'x')`, and `array_has_any`, `array_has_all`.

use arrow::array::Array;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::ScalarFunction;

use super::leaf::{Source, all, any};
use super::truth::{Pusher, Want};
use super::{Pushed, numbers};
use crate::filter::Test;
use crate::schema::Scalar;

/// The rows for which a function of a list is what is wanted.
pub(super) fn rows(pusher: &Pusher<'_>, function: &ScalarFunction, want: Want) -> Option<Pushed> {
    let [list, asked] = function.args.as_slice() else { return None };
    let source = pusher.source(list).filter(Source::is_list)?;
    match function.name() {
        "array_has" => match asked {
            Expr::Literal(item, _) => Some(source.test(one_of(&source, std::slice::from_ref(item))?, want)),
            _ => None,
        },
        "array_has_any" => {
            let items = items(asked)?;
            Some(source.test(one_of(&source, &items)?, want))
        }
        "array_has_all" => {
            let each = items(asked)?.into_iter().map(|item| {
                let test = one_of(&source, &[item])?;
                Some(source.test(test, want))
            });
            if want.holds() { all(each) } else { any(each) }
        }
        _ => None,
    }
}

/// The test that a value is one of the items, of which none is null and there is at least one.
fn one_of(source: &Source, items: &[ScalarValue]) -> Option<Test> {
    if items.is_empty() {
        return None;
    }
    if source.scalar() == Scalar::String {
        let texts = items.iter().map(|item| Some(item.try_as_str()??.to_owned()));
        let mut texts = texts.collect::<Option<Vec<_>>>()?;
        texts.sort_unstable();
        texts.dedup();
        return Some(Test::OneOf(texts));
    }
    let mut points = items
        .iter()
        .map(|item| numbers::point(source.scalar(), item).map(|point| (point, point)))
        .collect::<Option<Vec<_>>>()?;
    points.sort_unstable();
    points.dedup();
    Some(Test::Ranges(points))
}

/// The items of a list that is written out; `None` where one of them is null, or no literal, or there is none: then what the SQL
/// engine says is its own.
fn items(expr: &Expr) -> Option<Vec<ScalarValue>> {
    let items = match expr {
        Expr::Literal(ScalarValue::List(list), _) if list.len() == 1 && list.is_valid(0) => {
            let values = list.value(0);
            (0..values.len())
                .map(|at| ScalarValue::try_from_array(&values, at).ok())
                .collect::<Option<Vec<_>>>()?
        }
        Expr::ScalarFunction(made) if made.name() == "make_array" => {
            let literal = |item: &Expr| match item {
                Expr::Literal(value, _) => Some(value.clone()),
                _ => None,
            };
            made.args.iter().map(literal).collect::<Option<Vec<_>>>()?
        }
        _ => return None,
    };
    (!items.is_empty() && !items.iter().any(ScalarValue::is_null)).then_some(items)
}

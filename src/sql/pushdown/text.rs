//! Any predicate over one short text: the SQL engine evaluates it on the distinct values of the dictionary, once each, and on null.

use arrow::array::{StringViewArray, new_null_array};
use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::{Cast, Expr, ExprSchemable, Operator, Volatility, lit};
use std::sync::Arc;

use super::evaluate::{Predicate, flags, schema_of};
use super::leaf::Source;
use super::prefix::prefixes;
use super::truth::{Pusher, Want};
use super::{Pushed, array};
use crate::filter::{Condition, Quantifier, Test, TextTest, Tree};
use crate::schema::Scalar;

/// Functions that fail for some texts though what they give is a text or a whole number.
const FALLIBLE: [&str; 2] = ["arrow_cast", "to_unixtime"];

/// The rows for which a predicate over one short text is what is wanted.
pub(super) fn rows(pusher: &Pusher<'_>, expr: &Expr, want: Want) -> Option<Pushed> {
    let mut columns = expr.column_refs().into_iter();
    let name = &columns.next()?.name;
    if columns.any(|column| column.name != *name) {
        return None;
    }
    let Some(source) = Source::named(pusher, name) else { return array::rows(pusher, expr, name, want) };
    let short = source.scalar() == Scalar::String && !source.is_list() && !source.field.long;
    if !short || !is_safe(expr, &schema_of(&source.arrow)?) {
        return None;
    }
    let predicate = Predicate::new(expr, &source.arrow)?;
    let null = predicate.of(new_null_array(source.arrow.data_type(), 1)).ok()?;
    // Where null is wanted, the rows are those without a value that is not.
    let (quantifier, want) = match want.is(flags(&null).next()?) {
        true => (Quantifier::No, want.otherwise()),
        false => (Quantifier::Some, want),
    };
    let test = Test::Text(text_test(expr, predicate, want));
    let tree = Tree::Condition(Condition { field: source.field, quantifier, test });
    Some(Pushed { tree, exact: true })
}

fn text_test(expr: &Expr, predicate: Predicate, want: Want) -> TextTest {
    let says = said(expr);
    let name = match want {
        Want::True => says,
        Want::False => format!("({says}) IS FALSE"),
        Want::NotTrue => format!("({says}) IS NOT TRUE"),
        Want::NotFalse => format!("({says}) IS NOT FALSE"),
    };
    let test = TextTest::new(name, move |texts| {
        let values = predicate.of(Arc::new(StringViewArray::from_iter_values(texts)))?;
        Ok(flags(&values).map(|value| want.is(value)).collect())
    });
    match prefixes(expr).filter(|_| want == Want::True) {
        Some(prefixes) => test.with_prefixes(prefixes),
        None => test,
    }
}

/// An expression in words, which say all of it: texts are quoted.
fn said(expr: &Expr) -> String {
    let quoted = expr.clone().transform(|part| match &part {
        Expr::Literal(text, _) => match text.try_as_str().flatten() {
            Some(text) => Ok(Transformed::yes(lit(format!("'{}'", text.replace('\'', "''"))))),
            None => Ok(Transformed::no(part)),
        },
        _ => Ok(Transformed::no(part)),
    });
    quoted.map_or_else(|_| expr.to_string(), |quoted| quoted.data.human_display().to_string())
}

/// Whether an expression says the same of a text at any time, and fails for none: it is evaluated on texts, too, of people whom
/// the rest of a statement leaves out.
pub(super) fn is_safe(expr: &Expr, schema: &DFSchema) -> bool {
    let unsafe_part = expr.exists(|part| Ok(!is_safe_part(part, schema)));
    matches!(unsafe_part, Ok(false))
}

fn is_safe_part(part: &Expr, schema: &DFSchema) -> bool {
    match part {
        Expr::Column(_) | Expr::Literal(..) | Expr::Alias(_) | Expr::Not(_) => true,
        Expr::Like(_) | Expr::SimilarTo(_) | Expr::Between(_) | Expr::InList(_) | Expr::Case(_) => true,
        Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsUnknown(_) => {
            true
        }
        Expr::IsNotTrue(_) | Expr::IsNotFalse(_) | Expr::IsNotUnknown(_) | Expr::TryCast(_) => true,
        Expr::BinaryExpr(binary) => !matches!(binary.op, Operator::Divide | Operator::Modulo),
        Expr::Cast(Cast { expr, field }) => {
            field.data_type().is_string()
                || expr.get_type(schema).is_ok_and(|from| !from.is_string() && !from.is_nested())
        }
        Expr::ScalarFunction(function) => {
            function.func.signature().volatility == Volatility::Immutable
                && !FALLIBLE.contains(&function.name())
                && part.get_type(schema).is_ok_and(|given| is_plain(&given))
        }
        _ => false,
    }
}

/// Types of what is made of texts without reading them as something else.
fn is_plain(of: &DataType) -> bool {
    match of {
        DataType::List(item) => is_plain(item.data_type()),
        other => {
            other.is_string() || other.is_integer() || matches!(other, DataType::Boolean | DataType::Null)
        }
    }
}

//! `geo_within(text, .., latitude, longitude, 'centre', distance, 'unit')`, as the front end writes it for a path of people: by their
//! coordinates and their dictionaries.
//!
//! Over a single text it is a predicate like any other.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::ScalarFunction;

use super::Pushed;
use super::leaf::{constant, place_of};
use super::truth::{Pusher, Want};
use crate::column::column_leaf;
use crate::filter::{Condition, Field, Quantifier, Test, Tree};
use crate::schema::NodeId;
use crate::sql::functions::{GEO_WITHIN, area_of};
use crate::sql::tables::columns::Holds;

/// The rows for which it is what is wanted.
pub(super) fn rows(pusher: &Pusher<'_>, function: &ScalarFunction, want: Want) -> Option<Pushed> {
    if function.name() != GEO_WITHIN {
        return None;
    }
    let literal = |arg: &Expr| matches!(arg, Expr::Literal(..));
    let (columns, constants) = function.args.split_at_checked(function.args.iter().position(literal)?)?;
    let (texts, coordinates) = columns.split_at_checked(columns.len().checked_sub(2)?)?;
    let field = field(pusher, texts, coordinates)?;
    let constants: Vec<&ScalarValue> = constants
        .iter()
        .map(|arg| match arg {
            Expr::Literal(value, _) => Some(value),
            _ => None,
        })
        .collect::<Option<_>>()?;
    if constants.iter().any(|value| value.is_null()) {
        return Some(constant(want.is(None)));
    }
    let (centre, distance, unit) = match constants.as_slice() {
        [centre, distance] => (centre, distance, None),
        [centre, distance, unit] => (centre, distance, Some(unit.try_as_str()??)),
        _ => return None,
    };
    let ScalarValue::Float64(Some(distance)) = distance.cast_to(&DataType::Float64).ok()? else {
        return None;
    };
    let area = area_of(centre.try_as_str()??, distance, unit).ok()?;
    // Who is nowhere is neither within nor beyond.
    let (quantifier, area) = match want {
        Want::True => (Quantifier::Some, area),
        Want::NotTrue => (Quantifier::No, area),
        Want::False => (Quantifier::Some, area.complement()),
        Want::NotFalse => (Quantifier::No, area.complement()),
    };
    let tree = Tree::Condition(Condition { field: Arc::new(field), quantifier, test: Test::Geo(area) });
    Some(Pushed { tree, exact: true })
}

/// The field that reads these texts, if the coordinates are those beside it.
fn field(pusher: &Pusher<'_>, texts: &[Expr], coordinates: &[Expr]) -> Option<Field> {
    let sources = texts.iter().map(|text| pusher.source(text)).collect::<Option<Vec<_>>>()?;
    let first = &sources.first()?.field;
    let own = pusher.schema.coordinates(*first.reads.first()?.first()?)?;
    let is_of = |(column, leaf): (&Expr, &NodeId)| {
        let column = place_of(column, pusher.table).and_then(|at| pusher.table.columns.get(at));
        let wanted = column_leaf(pusher.schema, *leaf);
        matches!(column.map(|column| &column.holds), Some(Holds::Forward { node, .. }) if Some(*node) == wanted)
    };
    if !coordinates.iter().zip(&own).all(is_of) {
        return None;
    }
    let chain = sources.iter().flat_map(|source| source.field.reads.concat()).collect();
    Some(Field { reads: vec![chain], geo: true, coordinates: Some(own), ..Field::clone(first) })
}

//! `geo_within(path, ..)` and `geo_distance(path, ..)`: what a path's place is made of. A path of people means its texts and, where
//! they lie beside them, its coordinates; without a path the person's own location is meant.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Value,
};

use super::super::relation::Found;
use super::{quoted, span_of};
use crate::filter::Unit;
use crate::sql::functions::{GEO_DISTANCE, GEO_WITHIN};

/// Where somebody is, unless another path is named.
const OWN_LOCATION: [&str; 2] = ["basic_profile", "location"];

/// What a name means: columns, and how many of its parts qualify them.
type LookUp<'a> = dyn Fn(&[Ident]) -> Option<(Found, usize)> + 'a;

/// Puts texts, latitude and longitude in place of the path of a function of places; changes nothing else.
pub(super) fn with_coordinates(function: &mut Function, look_up: &LookUp<'_>) {
    let name = function.name.to_string().to_lowercase();
    if name != GEO_WITHIN && name != GEO_DISTANCE {
        return;
    }
    let span = span_of(&super::idents_of(&function.name).unwrap_or_default());
    let FunctionArguments::List(list) = &mut function.args else { return };
    if lacks_place(&name, &list.args) {
        let own = OWN_LOCATION.map(|part| Ident { value: part.to_owned(), quote_style: None, span });
        list.args.insert(0, argument(Expr::CompoundIdentifier(own.to_vec())));
    }
    let idents = match list.args.first() {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(ident)))) => vec![ident.clone()],
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::CompoundIdentifier(idents)))) => idents.clone(),
        _ => return,
    };
    if let Some(parts) = parts(&idents, look_up) {
        list.args.splice(..1, parts.into_iter().map(argument));
    }
}

/// The texts of a path and its coordinates; `None` if it has none.
fn parts(idents: &[Ident], look_up: &LookUp<'_>) -> Option<Vec<Expr>> {
    let (found, qualifiers) = look_up(idents).filter(|(found, _)| found.fields == 0)?;
    let around = found.columns.first()?.name.rsplit_once('.')?.0;
    let column = |name: String| {
        let mut column: Vec<Ident> = idents.iter().take(qualifiers).cloned().collect();
        column.push(quoted(&name, span_of(idents)));
        column
    };
    let texts = found.columns.iter().map(|text| column(text.name.clone()));
    let coordinates = ["latitude", "longitude"].map(|of| column(format!("{around}.{of}")));
    if coordinates.iter().any(|idents| look_up(idents).is_none()) {
        return None;
    }
    Some(texts.chain(coordinates).map(Expr::CompoundIdentifier).collect())
}

/// Whether a call begins with the centre.
fn lacks_place(name: &str, args: &[FunctionArg]) -> bool {
    let value = |at: usize| match args.get(at) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))) => Some(&value.value),
        _ => None,
    };
    if !matches!(value(0), Some(Value::SingleQuotedString(_))) {
        return false;
    }
    match (name == GEO_WITHIN, args.len()) {
        (true, 2) | (false, 1) => true,
        (true, 3) => matches!(value(1), Some(Value::Number(..))),
        (false, 2) => {
            matches!(value(1), Some(Value::SingleQuotedString(unit)) if Unit::parse(unit).is_some())
        }
        _ => false,
    }
}

fn argument(expr: Expr) -> FunctionArg {
    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
}

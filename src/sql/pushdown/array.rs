//! The column that names the array an element is from: a predicate over it is evaluated on the few names there are.

use std::sync::Arc;

use arrow::array::StringViewArray;
use datafusion::logical_expr::Expr;

use super::Pushed;
use super::evaluate::{Predicate, flags, schema_of};
use super::leaf::constant;
use super::text::is_safe;
use super::truth::{Pusher, Want};
use crate::filter::{ArrayScope, Elements, Tree};
use crate::sql::tables::columns::{Holds, Rows};

/// The elements for which a predicate over the name of their array is what is wanted.
pub(super) fn rows(pusher: &Pusher<'_>, expr: &Expr, name: &str, want: Want) -> Option<Pushed> {
    let (at, column) = pusher.table.find(name)?;
    let (Holds::List, Rows::Elements(space)) = (&column.holds, pusher.table.rows) else { return None };
    let column = pusher.table.arrow.fields().get(at)?;
    if !is_safe(expr, &schema_of(column)?) {
        return None;
    }
    let arrays = &pusher.schema.spaces().get(usize::from(space))?.arrays;
    let names = arrays.iter().filter_map(|&array| pusher.schema.node(array)).map(|array| array.name.as_str());
    let said = Predicate::new(expr, column)?.of(Arc::new(StringViewArray::from_iter_values(names))).ok()?;
    let wanted = (0..).zip(flags(&said)).filter(|(_, flag)| want.is(*flag)).map(|(array, _)| array);
    let wanted: Vec<u8> = wanted.collect();
    if wanted.len() == arrays.len() {
        return Some(constant(true));
    }
    let from = |array| {
        let scope = ArrayScope { space, array: Some(array) };
        Tree::Elements(Elements { scope, some: true, tree: Box::new(Tree::all()) })
    };
    Some(Pushed { tree: Tree::Or(wanted.into_iter().map(from).collect()), exact: true })
}

//! stub
use crate::filter::Tree;
use crate::schema::Schema;
use crate::sql::tables::columns::TableColumns;
use datafusion::logical_expr::Expr;
pub(crate) fn tree_of(_: &Expr, _: &TableColumns, _: &Schema) -> Option<Tree> {
    None
}

//! Predicates on columns that hold keys: the key table says whom a profile URL or an e-mail address can name, long before the
//! column is read. The predicate still decides, since other spellings name the same person.

use datafusion::logical_expr::expr::{BinaryExpr, InList};
use datafusion::logical_expr::{Expr, Operator};
use rayon::prelude::*;

use super::columns::{Holds, TableColumns};
use crate::engine::{Database, Lookup};
use crate::record::Key;
use crate::schema::KeyRule;
use crate::sql::pushdown::{chain, place_of};

/// Texts in one predicate at most.
const MAX_TEXTS: usize = 1 << 20;

/// The ids of people who may have a row for which `predicate` is true; `None` if it asks for no column with keys, or for
/// a text that is no key: the key table does not know who has that.
pub(super) fn people_for(database: &Database, columns: &TableColumns, predicate: &Expr) -> Option<Vec<u64>> {
    let mut asked = Asked { columns, place: None, texts: Vec::new() };
    chain(predicate, Operator::Or).into_iter().try_for_each(|part| asked.add(part))?;
    let column = columns.columns.get(asked.place?)?;
    let (Holds::Forward { node, .. } | Holds::Parquet { node, .. }) = &column.holds else { return None };
    let rule = database.schema().node(*node)?.key.as_ref().filter(|rule| **rule != KeyRule::PersonId)?;
    let keys = asked.texts.par_iter().with_min_len(256).map(|text| Key::of_leaf(rule, text));
    let keys = keys.collect::<Option<Vec<_>>>()?;
    // A key table that cannot be read is no reason to fail here: the scan says what is damaged.
    Lookup::new(database).candidate_ids(&keys).ok()
}

/// A column that has one of some texts.
struct Asked<'a> {
    columns: &'a TableColumns,
    /// Its place in the table.
    place: Option<usize>,
    texts: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// Adds what a predicate asks for; `None` if it asks anything else.
    fn add(&mut self, predicate: &'a Expr) -> Option<()> {
        match predicate {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                let (column, text) = if is_literal(left) { (right, left) } else { (left, right) };
                self.column(column)?;
                self.text(text)
            }
            Expr::InList(InList { expr, list, negated: false }) => {
                self.column(expr)?;
                list.iter().try_for_each(|item| self.text(item))
            }
            // `'x' = ANY(list)`
            Expr::ScalarFunction(function) if function.name() == "array_has" => {
                let [list, item] = function.args.as_slice() else { return None };
                self.column(list)?;
                self.text(item)
            }
            _ => None,
        }
    }

    fn column(&mut self, expr: &Expr) -> Option<()> {
        let place = place_of(expr, self.columns)?;
        (*self.place.get_or_insert(place) == place).then_some(())
    }

    /// A null equals nothing.
    fn text(&mut self, expr: &'a Expr) -> Option<()> {
        let Expr::Literal(literal, _) = expr else { return None };
        if !literal.is_null() {
            self.texts.push(literal.try_as_str()??);
        }
        (self.texts.len() <= MAX_TEXTS).then_some(())
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(..))
}

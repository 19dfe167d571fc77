//! Predicates on columns that hold keys: the key table says whom a profile URL or an e-mail address can name, long before the
//! column is read. The predicate still decides, since other spellings name the same person.

use datafusion::logical_expr::expr::{BinaryExpr, Cast, InList, TryCast};
use datafusion::logical_expr::{Expr, Operator};
use rayon::prelude::*;

use super::columns::{Holds, TableColumns};
use crate::engine::{Database, Lookup};
use crate::record::Key;
use crate::schema::KeyRule;

/// Texts in one predicate at most.
const MAX_TEXTS: usize = 1 << 20;

/// The ids of people who may have a row for which `predicate` is true; `None` if it asks for no column with keys, or for
/// a text that is no key: the key table does not know who has that.
pub(super) fn people_for(database: &Database, columns: &TableColumns, predicate: &Expr) -> Option<Vec<u64>> {
    let mut asked = Asked { column: None, texts: Vec::new() };
    asked.add(predicate)?;
    let (_, column) = columns.find(asked.column?)?;
    let (Holds::Forward { node, .. } | Holds::Parquet { node, .. }) = &column.holds else { return None };
    let rule = database.schema().node(*node)?.key.as_ref().filter(|rule| **rule != KeyRule::PersonId)?;
    let keys = asked.texts.par_iter().with_min_len(256).map(|text| Key::of_leaf(rule, text));
    let keys = keys.collect::<Option<Vec<_>>>()?;
    // A key table that cannot be read is no reason to fail here: the scan says what is damaged.
    Lookup::new(database).candidate_ids(&keys).ok()
}

/// A column that has one of some texts.
struct Asked<'a> {
    column: Option<&'a str>,
    texts: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// Adds what a predicate asks for; `None` if it asks anything else.
    fn add(&mut self, predicate: &'a Expr) -> Option<()> {
        match predicate {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
                self.column(left).and_then(|()| self.text(right)).or_else(|| {
                    self.column(right)?;
                    self.text(left)
                })
            }
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                self.add(left)?;
                self.add(right)
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

    fn column(&mut self, expr: &'a Expr) -> Option<()> {
        match expr {
            Expr::Column(column) if self.column.is_none_or(|known| known == column.name) => {
                self.column = Some(&column.name);
                Some(())
            }
            Expr::Cast(Cast { expr, field }) | Expr::TryCast(TryCast { expr, field }) => {
                field.data_type().is_string().then(|| self.column(expr))?
            }
            _ => None,
        }
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

//! CTEs, set operations, ORDER BY.

use datafusion::sql::sqlparser::ast::{
    Expr, OrderBy, OrderByExpr, OrderByKind, Query, SetExpr, SetOperator, Value, With,
};

use super::super::parse::normalized;
use super::super::relation::{Column, Relation};
use super::scope::{Aliases, Env, Scope};
use super::{Columns, NameError, Resolver};

impl Resolver<'_> {
    /// Resolves a query inside others. Answers the columns of its rows.
    pub(super) fn query(&mut self, query: &mut Query, outer: Option<&Env<'_>>) -> Result<Columns, NameError> {
        let ctes = self.ctes.len();
        if let Some(with) = &mut query.with {
            self.with(with, outer)?;
        }
        let (columns, scope) = self.body(&mut query.body, outer)?;
        let env = Env { scope: &scope, outer };
        if let (Some(order_by), Some(columns)) = (&mut query.order_by, &columns) {
            by_position(order_by, columns.len());
        }
        if let Some(order_by) = &mut query.order_by
            && let OrderByKind::Expressions(expressions) = &mut order_by.kind
        {
            for expression in expressions {
                self.expressions(expression, &env, Aliases::First)?;
            }
        }
        self.ctes.truncate(ctes);
        Ok(columns)
    }

    fn with(&mut self, with: &mut With, outer: Option<&Env<'_>>) -> Result<(), NameError> {
        for cte in &mut with.cte_tables {
            let name = normalized(&cte.alias.name);
            let given: Vec<String> =
                cte.alias.columns.iter().map(|column| normalized(&column.name)).collect();
            let mark = self.ctes.len();
            if with.recursive
                && let SetExpr::SetOperation { left, .. } = &*cte.query.body
            {
                // The first part tells the columns that the second, which reads them, needs to know.
                let (columns, _) = self.body(&mut left.clone(), outer)?;
                self.ctes.push((name.clone(), renamed(columns, &given)));
            }
            let columns = self.query(&mut cte.query, outer)?;
            self.ctes.truncate(mark);
            self.ctes.push((name, renamed(columns, &given)));
        }
        Ok(())
    }

    /// Columns, and what ORDER BY sees.
    fn body(&mut self, body: &mut SetExpr, outer: Option<&Env<'_>>) -> Result<(Columns, Scope), NameError> {
        match body {
            SetExpr::Select(select) => self.select(select, outer),
            SetExpr::Query(query) => {
                let columns = self.query(query, outer)?;
                Ok((columns.clone(), rows_of(columns)))
            }
            SetExpr::SetOperation { left, op, right, .. } => {
                let (columns, _) = self.body(left, outer)?;
                let (second, _) = self.body(right, outer)?;
                let columns = match op {
                    SetOperator::Union if columns.is_none() => second,
                    _ => columns,
                };
                Ok((columns.clone(), rows_of(columns)))
            }
            SetExpr::Values(values) => {
                let nothing = Scope::default();
                for row in &mut values.rows {
                    self.expressions(row, &Env { scope: &nothing, outer }, Aliases::No)?;
                }
                let width = values.rows.first().map_or(0, |row| row.len());
                let column = |number| Column { name: format!("column{number}"), of: None };
                let columns = Some((1..=width).map(column).collect());
                Ok((columns, Scope::default()))
            }
            _ => Ok((None, rows_of(None))),
        }
    }
}

/// ORDER BY ALL is by each column, in order.
fn by_position(order_by: &mut OrderBy, columns: usize) {
    let OrderByKind::All(options) = order_by.kind else { return };
    let column = |position: usize| OrderByExpr {
        expr: Expr::value(Value::Number(position.to_string(), false)),
        options,
        with_fill: None,
    };
    order_by.kind = OrderByKind::Expressions((1..=columns).map(column).collect());
}

/// What ORDER BY sees of rows that several queries gave.
fn rows_of(columns: Columns) -> Scope {
    let rows = Relation { name: Vec::new(), columns, extras: Vec::new() };
    Scope { relations: vec![rows], ..Scope::default() }
}

/// Columns under the names that an alias gives them.
pub(super) fn renamed(columns: Columns, given: &[String]) -> Columns {
    match columns {
        Some(mut columns) => {
            for (column, name) in columns.iter_mut().zip(given) {
                column.name.clone_from(name);
            }
            Some(columns)
        }
        None if given.is_empty() => None,
        None => Some(given.iter().map(|name| Column { name: name.clone(), of: None }).collect()),
    }
}

//! `JOIN enrich(l.email) e`: a table function over a column of a table before it. The engine's table functions take nothing
//! but values, so it becomes a join with people on the id that the key finds.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, Ident, Join, JoinConstraint, JoinOperator,
    ObjectName, Query, Select, TableAlias, TableFactor, TableWithJoins, Value, VisitMut as _, VisitorMut,
};
use datafusion::sql::sqlparser::parser::Parser;

use super::dialect::RoloDialect;
use crate::sql::tables::columns::{PEOPLE, PERSON_ID};

/// The function.
const ENRICH: &str = "enrich";
/// What it is called without an alias.
const FIND: &str = "find_person";

/// Rewrites every such join of a query.
pub(crate) fn as_joins(query: &mut Query) {
    let _ = query.visit(&mut Joins);
}

struct Joins;

impl VisitorMut for Joins {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let mut from: Vec<TableWithJoins> = Vec::new();
        for mut next in std::mem::take(&mut select.from) {
            next.joins.iter_mut().for_each(rewrite);
            // After a comma it is a join with what stands before the comma.
            match (person(&mut next.relation), from.last_mut()) {
                (Some(on), Some(before)) => {
                    let join_operator = JoinOperator::Inner(JoinConstraint::On(on));
                    before.joins.push(Join { relation: next.relation, global: false, join_operator });
                    before.joins.extend(next.joins);
                }
                _ => from.push(next),
            }
        }
        select.from = from;
        ControlFlow::Continue(())
    }
}

fn rewrite(join: &mut Join) {
    let Some(on) = person(&mut join.relation) else { return };
    let both = |constraint: &mut JoinConstraint| {
        let before = match std::mem::replace(constraint, JoinConstraint::None) {
            JoinConstraint::On(before) => Some(before),
            _ => None,
        };
        *constraint = JoinConstraint::On(match before {
            Some(before) if before != Expr::Value(Value::Boolean(true).into()) => and(on.clone(), before),
            _ => on.clone(),
        });
    };
    match &mut join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => both(constraint),
        _ => join.join_operator = JoinOperator::Inner(JoinConstraint::On(on)),
    }
}

fn and(left: Expr, right: Expr) -> Expr {
    let nested = |expr: Expr| Box::new(Expr::Nested(Box::new(expr)));
    Expr::BinaryOp { left: nested(left), op: BinaryOperator::And, right: nested(right) }
}

/// Turns a call of the function with one argument that is no value into the table of people; answers the condition of the
/// join. `None`, and nothing changes, for everything else.
fn person(factor: &mut TableFactor) -> Option<Expr> {
    let (name, alias, args) = match factor {
        TableFactor::Table { name, alias, args: Some(args), .. } => (name, alias, &args.args),
        TableFactor::Function { name, alias, args, .. } => (name, alias, &*args),
        _ => return None,
    };
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(key))] = args.as_slice() else { return None };
    let called = name.0.last().and_then(|part| part.as_ident())?;
    if !called.value.eq_ignore_ascii_case(ENRICH) || is_value(key) {
        return None;
    }
    let own = alias.take().unwrap_or_else(|| TableAlias {
        explicit: true,
        name: Ident::new(ENRICH),
        columns: Vec::new(),
        at: None,
    });
    let find = format!("{}.{PERSON_ID} = {FIND}(NULL)", own.name);
    let mut on = Parser::new(&RoloDialect).try_with_sql(&find).ok()?.parse_expr().ok()?;
    put_argument(&mut on, key.clone());
    *factor = people(own);
    Some(on)
}

fn is_value(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(_))
}

/// Puts the key, with its place in the statement, where the call has NULL.
fn put_argument(on: &mut Expr, key: Expr) {
    let Expr::BinaryOp { right, .. } = on else { return };
    let Expr::Function(call) = right.as_mut() else { return };
    if let datafusion::sql::sqlparser::ast::FunctionArguments::List(list) = &mut call.args {
        list.args = vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(key))];
    }
}

fn people(alias: TableAlias) -> TableFactor {
    TableFactor::Table {
        name: ObjectName::from(vec![Ident::new(PEOPLE)]),
        alias: Some(alias),
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(sql: &str) -> String {
        let mut query = Parser::new(&RoloDialect).try_with_sql(sql).unwrap().parse_query().unwrap();
        as_joins(&mut query);
        query.to_string()
    }

    #[test]
    fn a_key_that_is_a_column_makes_a_join() {
        let on = "e.person_id = find_person(l.email)";
        for (sql, wanted) in [
            ("FROM l, enrich(l.email) e", format!("FROM l INNER JOIN people e ON {on}")),
            ("FROM l JOIN enrich(l.email) AS e ON true", format!("FROM l JOIN people AS e ON {on}")),
            ("FROM l CROSS JOIN enrich(l.email) e", format!("FROM l INNER JOIN people e ON {on}")),
            (
                "FROM l LEFT JOIN LATERAL enrich(l.email) e ON true",
                format!("FROM l LEFT JOIN people e ON {on}"),
            ),
            (
                "FROM l LEFT JOIN enrich(l.email) e ON e.x = 1",
                format!("FROM l LEFT JOIN people e ON ({on}) AND (e.x = 1)"),
            ),
        ] {
            assert_eq!(rewritten(&format!("SELECT * {sql}")), format!("SELECT * {wanted}"));
        }
        for same in
            ["SELECT * FROM enrich('a@example.com')", "SELECT * FROM l JOIN other(l.email) AS e ON true"]
        {
            assert_eq!(rewritten(same), same);
        }
    }
}

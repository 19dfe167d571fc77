//! Trees that are safe to walk: long chains of AND and OR made shallow, what is still too deep refused.
//!
//! A parser makes `a OR b OR c ...` a tree as deep as the chain is long, and whoever walks, copies or drops it afterwards
//! needs a stack as deep. AND and OR are associative, also with nulls, so their chains become balanced trees.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, SetExpr, Spanned, Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::Span;

/// Operators in a row, or expressions inside each other.
const MAX_DEPTH: usize = 1_000;
/// Shorter chains are left as they were written.
const BALANCED_FROM: usize = 16;

/// Makes a query shallow. `Err` is where it stays too deep; the query is not usable then.
pub(crate) fn flatten(query: &mut Query) -> Result<(), Span> {
    match query.visit(&mut Flatten { depth: 0 }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(span) => Err(span),
    }
}

struct Flatten {
    depth: usize,
}

impl Flatten {
    fn enter(&mut self, span: impl FnOnce() -> Span) -> ControlFlow<Span> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { ControlFlow::Break(span()) } else { ControlFlow::Continue(()) }
    }
}

impl VisitorMut for Flatten {
    type Break = Span;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Span> {
        if unions(&query.body) > MAX_DEPTH {
            let span = take_apart_unions(&mut query.body);
            return ControlFlow::Break(span);
        }
        self.enter(Span::empty)
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<Span> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Span> {
        balance(expr);
        if operators_in_a_row(expr) > MAX_DEPTH {
            return ControlFlow::Break(take_apart(expr));
        }
        self.enter(|| expr.span())
    }

    fn post_visit_expr(&mut self, _: &mut Expr) -> ControlFlow<Span> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

fn null() -> Expr {
    Expr::value(Value::Null)
}

/// Turns a long chain of AND, or of OR, into a balanced tree.
fn balance(expr: &mut Expr) {
    let Expr::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } = expr else { return };
    let op = op.clone();
    if chain(expr, &op) < BALANCED_FROM {
        return;
    }
    let mut operands = Vec::new();
    let mut rest = std::mem::replace(expr, null());
    loop {
        match rest {
            Expr::BinaryOp { left, op: inner, right } if inner == op => {
                operands.push(*right);
                rest = *left;
            }
            first => {
                operands.push(first);
                break;
            }
        }
    }
    operands.reverse();
    while operands.len() > 1 {
        operands = pairs(operands, &op);
    }
    if let Some(whole) = operands.pop() {
        *expr = whole;
    }
}

fn pairs(operands: Vec<Expr>, op: &BinaryOperator) -> Vec<Expr> {
    let mut paired = Vec::with_capacity(operands.len().div_ceil(2));
    let mut operands = operands.into_iter();
    while let Some(left) = operands.next() {
        paired.push(match operands.next() {
            Some(right) => Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) },
            None => left,
        });
    }
    paired
}

fn chain(mut expr: &Expr, op: &BinaryOperator) -> usize {
    let mut length = 0;
    while let Expr::BinaryOp { left, op: inner, .. } = expr {
        if inner != op {
            break;
        }
        length += 1;
        expr = left;
    }
    length
}

/// The expression that comes before the operator: chains grow on this side.
fn first_operand(expr: &mut Expr) -> Option<&mut Box<Expr>> {
    match expr {
        Expr::BinaryOp { left, .. } | Expr::AnyOp { left, .. } | Expr::AllOp { left, .. } => Some(left),
        Expr::Cast { expr, .. }
        | Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::IsTrue(expr)
        | Expr::IsNotTrue(expr)
        | Expr::IsFalse(expr)
        | Expr::IsNotFalse(expr)
        | Expr::IsUnknown(expr)
        | Expr::IsNotUnknown(expr)
        | Expr::Between { expr, .. }
        | Expr::InList { expr, .. }
        | Expr::Like { expr, .. }
        | Expr::ILike { expr, .. }
        | Expr::Collate { expr, .. }
        | Expr::AtTimeZone { timestamp: expr, .. } => Some(expr),
        Expr::IsDistinctFrom(left, _) | Expr::IsNotDistinctFrom(left, _) => Some(left),
        _ => None,
    }
}

fn operators_in_a_row(expr: &mut Expr) -> usize {
    let (mut length, mut at) = (0, expr);
    while let Some(first) = first_operand(at) {
        length += 1;
        at = first;
    }
    length
}

/// Drops a chain without a deep stack; answers where it began.
fn take_apart(expr: &mut Expr) -> Span {
    let mut rest = std::mem::replace(expr, null());
    while let Some(first) = first_operand(&mut rest) {
        let first = std::mem::replace(&mut **first, null());
        rest = first;
    }
    rest.span()
}

fn unions(mut body: &SetExpr) -> usize {
    let mut length = 0;
    while let SetExpr::SetOperation { left, .. } = body {
        length += 1;
        body = left;
    }
    length
}

fn take_apart_unions(body: &mut SetExpr) -> Span {
    let nothing = || {
        SetExpr::Values(datafusion::sql::sqlparser::ast::Values {
            explicit_row: false,
            value_keyword: false,
            rows: Vec::new(),
        })
    };
    let mut rest = std::mem::replace(body, nothing());
    while let SetExpr::SetOperation { left, .. } = &mut rest {
        let first = std::mem::replace(&mut **left, nothing());
        rest = first;
    }
    rest.span()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;
    use crate::sql::front::dialect::RoloDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    fn parsed(text: &str) -> Expr {
        Parser::new(&RoloDialect).try_with_sql(text).unwrap().parse_expr().unwrap()
    }

    /// The operands of a chain, left to right, and how deep the tree is.
    fn operands(expr: &Expr, op: &BinaryOperator) -> (Vec<String>, usize) {
        match expr {
            Expr::BinaryOp { left, op: own, right } if own == op => {
                let ((mut all, left), (more, right)) = (operands(left, op), operands(right, op));
                all.extend(more);
                (all, left.max(right) + 1)
            }
            other => (vec![other.to_string()], 0),
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_balanced_chain_has_the_same_operands_in_the_same_order(
            names in proptest::collection::vec("x[0-9]", 1..200), and: bool,
        ) {
            let (word, op) = if and { (" AND ", BinaryOperator::And) } else { (" OR ", BinaryOperator::Or) };
            let mut expr = parsed(&names.join(word));
            balance(&mut expr);
            let (left, depth) = operands(&expr, &op);
            prop_assert_eq!(&left, &names);
            prop_assert!(names.len() <= BALANCED_FROM || depth <= 8, "{}", depth);
        }
    }

    #[test]
    fn a_chain_inside_another_keeps_its_place() {
        let inner = vec!["a"; 40].join(" AND ");
        let mut expr = parsed(&vec![inner.as_str(); 40].join(" OR "));
        balance(&mut expr);
        let (all, depth) = operands(&expr, &BinaryOperator::Or);
        assert_eq!((all.len(), depth), (40, 6));
        assert_eq!(all[0], inner);
    }
}

//! SQL's three values: a predicate is true, false or unknown for a row, and a filter keeps the rows for which it is true.
//!
//! A filter tree has no *not* over groups, so a predicate is asked for what is wanted of it ([`Want`]), and *not*, *and*, *or* and
//! *is true* hand that on to their parts, down to tests of single columns.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList};
use datafusion::logical_expr::{Expr, Operator};

use super::evaluate::unqualified;
use super::leaf::{Source, all, any, constant};
use super::{Pushed, geo, lists, numbers, text, words};
use crate::filter::Test;
use crate::schema::{Scalar, Schema};
use crate::sql::tables::columns::TableColumns;

/// Predicates inside one another at most; chains of *and* and *or* count once.
const MAX_DEPTH: usize = 100;

/// What is wanted of a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    True,
    False,
    /// False or unknown.
    NotTrue,
    /// True or unknown.
    NotFalse,
}

impl Want {
    /// What is then wanted of the predicate below a *not*.
    pub(super) fn negated(self) -> Want {
        match self {
            Want::True => Want::False,
            Want::False => Want::True,
            Want::NotTrue => Want::NotFalse,
            Want::NotFalse => Want::NotTrue,
        }
    }

    /// What is wanted of exactly the rows of which this is not.
    pub(super) fn otherwise(self) -> Want {
        match self {
            Want::True => Want::NotTrue,
            Want::NotTrue => Want::True,
            Want::False => Want::NotFalse,
            Want::NotFalse => Want::False,
        }
    }

    /// Whether a value is what is wanted.
    pub(super) fn is(self, value: Option<bool>) -> bool {
        match self {
            Want::True => value == Some(true),
            Want::False => value == Some(false),
            Want::NotTrue => value != Some(true),
            Want::NotFalse => value != Some(false),
        }
    }

    /// Whether truth is wanted. A predicate that is never unknown has to hold then; an *and* is what is wanted if all of its
    /// parts are, else if any of them is.
    pub(super) fn holds(self) -> bool {
        matches!(self, Want::True | Want::NotFalse)
    }
}

/// Turns predicates over one table into trees.
pub(super) struct Pusher<'a> {
    pub(super) table: &'a TableColumns,
    pub(super) schema: &'a Schema,
}

impl Pusher<'_> {
    /// The rows for which a predicate is true.
    pub(super) fn tree(&self, expr: &Expr) -> Option<Pushed> {
        let pushed = self.rows(&unqualified(expr)?, Want::True, MAX_DEPTH)?;
        let tree = pushed.tree.normalised();
        // All rows, to be looked at again, is no help.
        let empty = tree.is_all();
        (pushed.exact || !empty).then_some(Pushed { tree, exact: pushed.exact })
    }

    /// The rows for which a predicate is what is wanted; `None` if no index can tell.
    fn rows(&self, expr: &Expr, want: Want, depth: usize) -> Option<Pushed> {
        let depth = depth.checked_sub(1)?;
        let known = |inner: &Expr, value: Want| {
            // *Is true* and its kin are never unknown themselves.
            let value = if want.holds() { value } else { value.otherwise() };
            self.rows(inner, value, depth)
        };
        let found = match expr {
            Expr::Alias(alias) => return self.rows(&alias.expr, want, depth),
            Expr::Not(inner) => return self.rows(inner, want.negated(), depth),
            Expr::IsTrue(inner) => known(inner, Want::True),
            Expr::IsFalse(inner) => known(inner, Want::False),
            Expr::IsNotTrue(inner) => known(inner, Want::NotTrue),
            Expr::IsNotFalse(inner) => known(inner, Want::NotFalse),
            Expr::IsNull(inner) | Expr::IsUnknown(inner) => self.unknown(inner, want.holds(), depth),
            Expr::IsNotNull(inner) | Expr::IsNotUnknown(inner) => self.unknown(inner, !want.holds(), depth),
            Expr::BinaryExpr(BinaryExpr { op: op @ (Operator::And | Operator::Or), .. }) => {
                let parts = chain(expr, *op);
                let parts = parts.into_iter().map(|part| self.rows(part, want, depth));
                return if (*op == Operator::And) == want.holds() { all(parts) } else { any(parts) };
            }
            Expr::Between(between) => self.between(between, want, depth),
            _ => self.leaf(expr, want),
        };
        found.or_else(|| text::rows(self, expr, want))
    }

    /// The rows for which a predicate, or a column, is unknown; or is not.
    fn unknown(&self, inner: &Expr, unknown: bool, depth: usize) -> Option<Pushed> {
        if let Expr::Column(_) = inner {
            return self.source(inner)?.presence(!unknown);
        }
        let parts = |wants: [Want; 2]| wants.map(|want| self.rows(inner, want, depth)).into_iter();
        match unknown {
            true => all(parts([Want::NotTrue, Want::NotFalse])).filter(|_| is_predicate(inner)),
            false => any(parts([Want::True, Want::False])).filter(|_| is_predicate(inner)),
        }
    }

    /// `x BETWEEN low AND high`: both comparisons.
    fn between(&self, between: &Between, want: Want, depth: usize) -> Option<Pushed> {
        let compared = |op, bound: &Expr| {
            let (left, right) = (between.expr.clone(), Box::new(bound.clone()));
            Expr::BinaryExpr(BinaryExpr { left, op, right })
        };
        let want = if between.negated { want.negated() } else { want };
        let parts = [compared(Operator::GtEq, &between.low), compared(Operator::LtEq, &between.high)];
        let parts = parts.iter().map(|part| self.rows(part, want, depth));
        if want.holds() { all(parts) } else { any(parts) }
    }

    /// A test of one column.
    fn leaf(&self, expr: &Expr, want: Want) -> Option<Pushed> {
        match expr {
            Expr::Literal(ScalarValue::Boolean(value), _) => Some(constant(want.is(*value))),
            Expr::Literal(ScalarValue::Null, _) => Some(constant(want.is(None))),
            Expr::Column(_) => {
                let source = self.source(expr)?;
                let boolean = source.scalar() == Scalar::Boolean && !source.is_list();
                boolean.then(|| source.test(Test::Ranges(vec![(1, 1)]), want))
            }
            Expr::BinaryExpr(binary) => self.comparison(binary, want),
            Expr::InList(list) => self.listed(list, want),
            Expr::ScalarFunction(function) => {
                let found = lists::rows(self, function, want).or_else(|| words::rows(self, function, want));
                found.or_else(|| geo::rows(self, function, want))
            }
            _ => None,
        }
    }

    /// A comparison of a column with a literal, either side.
    fn comparison(&self, binary: &BinaryExpr, want: Want) -> Option<Pushed> {
        let (column, op, literal) = match (&*binary.left, &*binary.right) {
            (column, Expr::Literal(literal, _)) => (column, binary.op, literal),
            (Expr::Literal(literal, _), column) => (column, swapped(binary.op)?, literal),
            _ => return None,
        };
        // `x <> a` is the negation of `x = a`, and `x IS DISTINCT FROM a` that of its opposite, which is never unknown.
        let (op, want) = match op {
            Operator::NotEq => (Operator::Eq, want.negated()),
            Operator::IsDistinctFrom => (Operator::IsNotDistinctFrom, want.negated()),
            op => (op, want),
        };
        let same = op == Operator::IsNotDistinctFrom;
        if literal.is_null() {
            return match same {
                true => self.source(column)?.presence(!want.holds()),
                false if is_comparison(op) => Some(constant(want.is(None))),
                false => None,
            };
        }
        let want = match (same, want.holds()) {
            (true, true) => Want::True,
            (true, false) => Want::NotTrue,
            (false, _) => want,
        };
        let op = if same { Operator::Eq } else { op };
        if let Some(source) = self.source(column).filter(|source| !source.is_list())
            && source.scalar() == Scalar::String
        {
            let text = literal.try_as_str()??.to_owned();
            return (op == Operator::Eq).then(|| source.test(Test::OneOf(vec![text]), want));
        }
        let (source, ranges) = numbers::ranges(self, column, op, literal)?;
        Some(source.test(Test::Ranges(ranges), want))
    }

    /// `x IN (..)`: any of the items; unknown for the others if one of them is null.
    fn listed(&self, list: &InList, want: Want) -> Option<Pushed> {
        let want = if list.negated { want.negated() } else { want };
        let items = list.list.iter().map(|item| match item {
            Expr::Literal(literal, _) => Some(literal),
            _ => None,
        });
        let items = items.collect::<Option<Vec<_>>>()?;
        let (nulls, items): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.is_null());
        let (source, test) = match self.source(&list.expr) {
            Some(source) if source.is_list() => return None,
            Some(source) if source.scalar() == Scalar::String => {
                let texts = items.iter().map(|item| Some(item.try_as_str()??.to_owned()));
                let mut texts = texts.collect::<Option<Vec<_>>>()?;
                texts.sort_unstable();
                texts.dedup();
                (source, Test::OneOf(texts))
            }
            _ => {
                let (source, ranges) = numbers::points(self, &list.expr, &items)?;
                (source, Test::Ranges(ranges))
            }
        };
        if nulls.is_empty() {
            return Some(source.test(test, want));
        }
        Some(match want {
            Want::True => source.test(test, Want::True),
            Want::NotTrue => source.test(test, Want::NotTrue),
            Want::False => constant(false),
            Want::NotFalse => constant(true),
        })
    }

    /// What a column, through casts that change no value, has in the indexes.
    pub(super) fn source(&self, expr: &Expr) -> Option<Source> {
        Source::of(self, expr)
    }
}

/// The parts of a chain of one operator, in order, however deep it is.
pub(crate) fn chain(expr: &Expr, op: Operator) -> Vec<&Expr> {
    let (mut parts, mut open) = (Vec::new(), vec![expr]);
    while let Some(next) = open.pop() {
        match next {
            Expr::BinaryExpr(binary) if binary.op == op => open.extend([&*binary.right, &*binary.left]),
            part => parts.push(part),
        }
    }
    parts
}

/// Whether an expression is one whose parts can be asked whether they are true: not a number or a text.
fn is_predicate(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryExpr(binary) => {
            is_comparison(binary.op) || matches!(binary.op, Operator::And | Operator::Or)
        }
        Expr::Not(_) | Expr::InList(_) | Expr::Between(_) => true,
        _ => false,
    }
}

/// The operator that says the same of both sides exchanged.
fn swapped(op: Operator) -> Option<Operator> {
    match op {
        Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => Some(op),
        op => op.swap(),
    }
}

fn is_comparison(op: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

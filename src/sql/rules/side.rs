//! One side of a join on the person id: the table that the id comes from, and what its rows have to meet.

use std::sync::Arc;

use datafusion::common::{Column, Result};
use datafusion::datasource::{DefaultTableSource, provider_as_source};
use datafusion::logical_expr::{Expr, JoinType, LogicalPlan, TableScan};

use crate::filter::{ArrayScope, Elements, Tree};
use crate::sql::tables::columns::{PERSON_ID, Rows};
use crate::sql::tables::table::{Only, Table};

/// What is known of the people on one side of a join.
pub(super) struct Side {
    /// They all meet this.
    pub(super) people: Tree,
    /// And everybody who meets it is there.
    pub(super) exact: bool,
    /// If they are those who have an element: which, and what the element has to meet; `people` has this too. No condition
    /// on the people themselves.
    pub(super) element: Option<(ArrayScope, Tree)>,
}

/// The people whose ids the column at `place` of a plan has; `None` if it is no person id of a table of ours.
pub(super) fn side(plan: &LogicalPlan, place: usize) -> Option<Side> {
    match plan {
        LogicalPlan::TableScan(scan) => of_scan(scan, place),
        LogicalPlan::Filter(filter) => {
            side(&filter.input, place).map(|side| Side { exact: false, element: None, ..side })
        }
        _ => {
            let (input, place, whole) = step(plan, place)?;
            let side = side(input, place)?;
            Some(if whole { side } else { Side { exact: false, element: None, ..side } })
        }
    }
}

fn of_scan(scan: &TableScan, place: usize) -> Option<Side> {
    let table = table_of(scan)?;
    if scan.projected_schema.field(place).name() != PERSON_ID {
        return None;
    }
    // Of a table that a join has narrowed only its own conditions count: else two tables would hand theirs to and fro.
    let only = table.narrowed(&scan.filters);
    let exact = scan.fetch.is_none() && only.joined.is_none();
    Some(match table.columns().rows {
        Rows::People => Side { people: only.people, exact, element: None },
        Rows::Elements(space) => {
            let scope = ArrayScope { space, array: None };
            let some = Tree::Elements(Elements { scope, some: true, tree: Box::new(only.elements.clone()) });
            let alone = only.people.is_all();
            let people = Tree::And(vec![some, only.people]).normalised();
            Side { people, exact, element: alone.then_some((scope, only.elements)) }
        }
    })
}

/// The plan with the table behind the column at `place` narrowed to people who meet `tree`; `None` if nothing changes.
pub(super) fn narrowed(plan: &LogicalPlan, place: usize, tree: &Tree) -> Result<Option<LogicalPlan>> {
    if let LogicalPlan::TableScan(scan) = plan {
        return Ok(narrowed_scan(scan, place, tree));
    }
    let (input, below) = match plan {
        LogicalPlan::Filter(filter) => (filter.input.as_ref(), place),
        _ => match step(plan, place) {
            Some((input, below, _)) => (input, below),
            None => return Ok(None),
        },
    };
    let Some(new) = narrowed(input, below, tree)? else { return Ok(None) };
    let inputs = plan.inputs();
    let same = |old: &LogicalPlan| std::ptr::eq(old, input);
    let inputs = inputs.into_iter().map(|old| if same(old) { new.clone() } else { old.clone() }).collect();
    plan.with_new_exprs(plan.expressions(), inputs).map(Some)
}

/// The same where few enough people meet the condition for finding them to be worth it, since a join decides anyhow.
pub(super) fn narrowed_if_few(plan: &LogicalPlan, place: usize, tree: &Tree) -> Result<Option<LogicalPlan>> {
    // Looking the condition up costs more than seeing that it was added before.
    let new = narrowed(plan, place, tree)?;
    Ok(new.filter(|_| table_behind(plan, place).is_some_and(|table| is_selective(table, tree))))
}

/// The table that the column at `place` comes from.
fn table_behind(plan: &LogicalPlan, place: usize) -> Option<&Table> {
    match plan {
        LogicalPlan::TableScan(scan) => table_of(scan),
        LogicalPlan::Filter(filter) => table_behind(&filter.input, place),
        _ => step(plan, place).and_then(|(input, below, _)| table_behind(input, below)),
    }
}

fn is_selective(table: &Table, tree: &Tree) -> bool {
    let database = table.database();
    // Where an index cannot be read the scan says so.
    let expected = database.explain_rows(tree, false, None).map(|explained| explained.plan.estimated);
    expected.is_ok_and(|expected| expected.saturating_mul(2) < database.people())
}

fn narrowed_scan(scan: &TableScan, place: usize, tree: &Tree) -> Option<LogicalPlan> {
    let table = table_of(scan)?;
    if scan.projected_schema.field(place).name() != PERSON_ID || scan.fetch.is_some() {
        return None;
    }
    let joined = match &table.only().joined {
        Some(before) if contains(before, tree) => return None,
        Some(before) => Tree::And(vec![before.clone(), tree.clone()]).normalised(),
        None => tree.clone(),
    };
    let only = Only { joined: Some(joined), ..table.only().clone() };
    let mut scan = scan.clone();
    scan.source = provider_as_source(Arc::new(table.with(only)));
    Some(LogicalPlan::TableScan(scan))
}

/// Whether a condition is among those of `all`.
fn contains(all: &Tree, tree: &Tree) -> bool {
    let parts = |tree: &Tree| match tree {
        Tree::And(children) => children.clone(),
        other => vec![other.clone()],
    };
    let all = parts(all);
    parts(tree).iter().all(|part| all.contains(part))
}

/// The input whose rows a plan hands on, the place there of its column at `place`, and whether it hands on all of them.
fn step(plan: &LogicalPlan, place: usize) -> Option<(&LogicalPlan, usize, bool)> {
    match plan {
        LogicalPlan::SubqueryAlias(alias) => Some((&alias.input, place, true)),
        LogicalPlan::Projection(projection) => {
            let column = plain_column(projection.expr.get(place)?)?;
            let below = projection.input.schema().maybe_index_of_column(column)?;
            Some((&projection.input, below, true))
        }
        LogicalPlan::Distinct(_) => {
            let [input] = *plan.inputs() else { return None };
            Some((input, place, true))
        }
        LogicalPlan::Join(join) => {
            let left = join.left.schema().fields().len();
            match join.join_type {
                JoinType::Inner if place >= left => Some((&join.right, place - left, false)),
                JoinType::Inner | JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti
                    if place < left =>
                {
                    Some((&join.left, place, false))
                }
                JoinType::RightSemi | JoinType::RightAnti => Some((&join.right, place, false)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The column that an expression hands on.
pub(super) fn plain_column(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Alias(alias) => plain_column(&alias.expr),
        _ => None,
    }
}

/// The table of ours that a scan reads.
pub(super) fn table_of(scan: &TableScan) -> Option<&Table> {
    let source = scan.source.downcast_ref::<DefaultTableSource>()?;
    source.table_provider.downcast_ref::<Table>()
}

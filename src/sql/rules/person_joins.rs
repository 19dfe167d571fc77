//! Joins on the person id: each side is narrowed to the people of the other before anything is read, and a semi-join or
//! anti-join with a table whose conditions the indexes answer becomes one condition.

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::{Expr, Join, JoinType, LogicalPlan};
use datafusion::optimizer::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::side::{Side, narrowed, narrowed_if_few, plain_column, side};
use super::with_people::with_people;
use crate::filter::{Elements, Tree};

/// The rule.
#[derive(Debug)]
pub(super) struct PersonJoins;

impl OptimizerRule for PersonJoins {
    fn name(&self) -> &str {
        "person_joins"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Join(join) = &plan else { return Ok(Transformed::no(plan)) };
        match rewritten(join)? {
            Some(new) => Ok(Transformed::yes(new)),
            None => Ok(Transformed::no(plan)),
        }
    }
}

/// The places, left and right, of the person ids that a join has to have equal.
fn places(join: &Join) -> Option<(usize, usize)> {
    join.on.iter().find_map(|(left, right)| {
        let place =
            |plan: &LogicalPlan, expr: &Expr| plan.schema().maybe_index_of_column(plain_column(expr)?);
        let (left, right) = (place(&join.left, left)?, place(&join.right, right)?);
        (side(&join.left, left).is_some() && side(&join.right, right).is_some()).then_some((left, right))
    })
}

fn rewritten(join: &Join) -> Result<Option<LogicalPlan>> {
    let Some((left_place, right_place)) = places(join) else { return Ok(None) };
    let (Some(left), Some(right)) = (side(&join.left, left_place), side(&join.right, right_place)) else {
        return Ok(None);
    };
    if let Some(scan) = with_people(join, left_place, right_place)? {
        return Ok(Some(scan));
    }
    let alone = join.on.len() == 1 && join.filter.is_none();
    match join.join_type {
        JoinType::LeftSemi if alone && right.exact => replaced(&join.left, left_place, &right.people),
        JoinType::RightSemi if alone && left.exact => replaced(&join.right, right_place, &left.people),
        JoinType::LeftAnti if alone => match nobody(&right) {
            Some(tree) => replaced(&join.left, left_place, &tree),
            None => Ok(None),
        },
        JoinType::RightAnti if alone => match nobody(&left) {
            Some(tree) => replaced(&join.right, right_place, &tree),
            None => Ok(None),
        },
        JoinType::Inner | JoinType::LeftSemi | JoinType::RightSemi => {
            both(join, (left_place, Some(&right.people)), (right_place, Some(&left.people)))
        }
        JoinType::Left => both(join, (left_place, None), (right_place, Some(&left.people))),
        JoinType::Right => both(join, (left_place, Some(&right.people)), (right_place, None)),
        _ => Ok(None),
    }
}

/// The side that is kept, in place of the join.
fn replaced(kept: &LogicalPlan, place: usize, tree: &Tree) -> Result<Option<LogicalPlan>> {
    if tree.is_all() {
        return Ok(Some(kept.clone()));
    }
    narrowed(kept, place, tree)
}

/// The condition that people of a side do not meet, where there are words for it.
fn nobody(side: &Side) -> Option<Tree> {
    let (scope, tree) = side.element.clone().filter(|_| side.exact)?;
    Some(Tree::Elements(Elements { scope, some: false, tree: Box::new(tree) }))
}

/// The join with its sides narrowed, where that changes something.
fn both(
    join: &Join,
    left: (usize, Option<&Tree>),
    right: (usize, Option<&Tree>),
) -> Result<Option<LogicalPlan>> {
    let narrow = |plan: &LogicalPlan, (place, tree): (usize, Option<&Tree>)| match tree {
        Some(tree) if !tree.is_all() => narrowed_if_few(plan, place, tree),
        _ => Ok(None),
    };
    let (new_left, new_right) = (narrow(&join.left, left)?, narrow(&join.right, right)?);
    if new_left.is_none() && new_right.is_none() {
        return Ok(None);
    }
    let mut join = join.clone();
    if let Some(left) = new_left {
        join.left = left.into();
    }
    if let Some(right) = new_right {
        join.right = right.into();
    }
    Ok(Some(LogicalPlan::Join(join)))
}

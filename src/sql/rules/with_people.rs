//! A join of elements with the people that they belong to is one scan: of every element, columns of the person are read at
//! the row of the person. Each element has one person, so no row is lost or doubled.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, Result, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, Join, JoinType, LogicalPlan, LogicalPlanBuilder, TableScan};

use super::side::{plain_column, table_of};
use crate::filter::Tree;
use crate::sql::tables::columns::{PERSON_ID, Rows, TableColumns, of_person};
use crate::sql::tables::table::{Only, Table};

/// The scan in place of a join on the person id at these places; `None` if the join is none of elements with people.
pub(super) fn with_people(join: &Join, left: usize, right: usize) -> Result<Option<LogicalPlan>> {
    if join.join_type != JoinType::Inner || join.on.len() != 1 {
        return Ok(None);
    }
    let (Some(left), Some(right)) = (scan_of(&join.left, left), scan_of(&join.right, right)) else {
        return Ok(None);
    };
    let people_first = match (left.0.columns().rows, right.0.columns().rows) {
        (Rows::People, Rows::Elements(_)) => true,
        (Rows::Elements(_), Rows::People) => false,
        _ => return Ok(None),
    };
    let (people, elements) = if people_first { (left, right) } else { (right, left) };
    let Some(table) = joined(people, elements) else { return Ok(None) };
    let name = TableReference::bare(table.columns().name.clone());
    let mut columns = Vec::new();
    for (at, (qualifier, field)) in join.schema.iter().enumerate() {
        let lefts = join.left.schema().fields().len();
        let (plan, at) = if at < lefts { (&join.left, at) } else { (&join.right, at - lefts) };
        let Some(column) = column_of(plan, at, &name) else { return Ok(None) };
        columns.push(column.alias_qualified(qualifier.cloned(), field.name()));
    }
    let mut plan = LogicalPlanBuilder::scan(name.clone(), provider_as_source(Arc::new(table)), None)?;
    for side in [&join.left, &join.right] {
        let Some(filters) = filters(side, &name)? else { return Ok(None) };
        for filter in filters {
            plan = plan.filter(filter)?;
        }
    }
    let plan = plan.project(columns)?;
    match &join.filter {
        Some(filter) => plan.filter(filter.clone())?.build().map(Some),
        None => plan.build().map(Some),
    }
}

/// The filters of one side, over the columns of the one scan; `None` if one is over more than columns, such as what the planner
/// computes once for several places.
fn filters(plan: &LogicalPlan, name: &TableReference) -> Result<Option<Vec<Expr>>> {
    let mut filters = Vec::new();
    let mut computed = false;
    let mut next = Some(plan);
    while let Some(plan) = next {
        if let LogicalPlan::Filter(filter) = plan {
            let mut rename = |expr: Expr| match &expr {
                Expr::Column(column) => {
                    let place = filter.input.schema().index_of_column(column)?;
                    let new = column_of(&filter.input, place, name);
                    computed |= new.is_none();
                    Ok(new.map_or(Transformed::no(expr), Transformed::yes))
                }
                _ => Ok(Transformed::no(expr)),
            };
            filters.push(filter.predicate.clone().transform(&mut rename)?.data);
        }
        next = plan.inputs().into_iter().next();
    }
    Ok((!computed).then_some(filters))
}

/// The column of the one scan that a column of one side is.
fn column_of(plan: &LogicalPlan, place: usize, name: &TableReference) -> Option<Expr> {
    let (scan, place) = bottom(plan, place)?;
    let column = scan.projected_schema.field(place).name();
    let of_people = table_of(scan)?.columns().rows == Rows::People;
    let column = if of_people { of_person(column) } else { column.clone() };
    Some(Expr::Column(Column::new(Some(name.clone()), column)))
}

/// The elements, with columns of their people, that meet what both scans ask.
fn joined(people: (&Table, &TableScan), elements: (&Table, &TableScan)) -> Option<Table> {
    if elements.0.columns().columns.iter().any(|column| column.name == of_person(PERSON_ID)) {
        return None;
    }
    let (people_only, elements_only) =
        (people.0.narrowed(&people.1.filters), elements.0.narrowed(&elements.1.filters));
    let both = Tree::And(vec![people_only.of_people(), elements_only.of_people()]).normalised();
    let columns: TableColumns = elements.0.columns().with_people(people.0.columns());
    let only = Only { people: both, joined: None, ..elements_only };
    Some(Table::new(Arc::clone(elements.0.database()), Arc::new(columns)).with(only))
}

/// The scan that the person id at `place` comes from.
fn scan_of(plan: &LogicalPlan, place: usize) -> Option<(&Table, &TableScan)> {
    let (scan, place) = bottom(plan, place)?;
    let is_id = scan.projected_schema.field(place).name() == PERSON_ID && scan.fetch.is_none();
    table_of(scan).filter(|_| is_id).map(|table| (table, scan))
}

/// The scan below names, plain projections and filters, and the place there of a column.
fn bottom(plan: &LogicalPlan, place: usize) -> Option<(&TableScan, usize)> {
    match plan {
        LogicalPlan::TableScan(scan) => Some((scan, place)),
        LogicalPlan::SubqueryAlias(alias) => bottom(&alias.input, place),
        LogicalPlan::Filter(filter) => bottom(&filter.input, place),
        LogicalPlan::Projection(projection) => {
            let column = plain_column(projection.expr.get(place)?)?;
            bottom(&projection.input, projection.input.schema().maybe_index_of_column(column)?)
        }
        _ => None,
    }
}

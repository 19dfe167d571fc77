//! How the indexes find a scan's rows, on one line: a plan prints a node a line.

use crate::engine::Error;
use crate::filter::ArrayScope;
use crate::plan::PlanNode;
use crate::sql::tables::columns::Rows;
use crate::sql::tables::table::{Only, Table};
use crate::storage::counters::{Touched, count_pages};

/// That a statement is being analysed: scans count what they read, and tell what their indexes did.
#[derive(Debug)]
pub(crate) struct Analyze;

/// How the rows that meet `only` are found; with `analyze`, what finding them read. Empty if all rows are wanted.
pub(super) fn indexes(table: &Table, only: &Only, analyze: bool) -> Result<String, Error> {
    let (plans, touched) = count_pages(|| plans(table, only, analyze));
    let mut text = plans?.iter().map(line).collect::<Vec<_>>().join("; ");
    if analyze && !text.is_empty() {
        let Touched { sections, pages, bytes, .. } = touched;
        text.push_str(&format!(" [sections={sections}, pages={pages}, bytes={bytes}]"));
    }
    Ok(text)
}

/// The plan about people and the plan about elements, where there is one.
fn plans(table: &Table, only: &Only, analyze: bool) -> Result<Vec<PlanNode>, Error> {
    let mut plans = Vec::new();
    let people = only.of_people();
    if !people.is_all() {
        plans.push(table.database().explain_rows(&people, analyze, None)?.plan);
    }
    if let Rows::Elements(space) = table.columns().rows
        && !only.elements.is_all()
    {
        let scope = ArrayScope { space, array: None };
        plans.push(table.database().explain_elements(scope, &only.elements, analyze, None)?.plan);
    }
    Ok(plans)
}

fn line(node: &PlanNode) -> String {
    let inputs: Vec<String> = node.inputs.iter().map(line).collect();
    match node.operator {
        "test" => format!("{} by {}{}", node.detail, node.index.join(" and "), figures(node)),
        "some" => format!("one of {} ({})", node.detail, inputs.join("; ")),
        operator => format!("{operator} ({})", inputs.join("; ")),
    }
}

fn figures(node: &PlanNode) -> String {
    match (node.found, node.pages) {
        (Some(found), Some(pages)) => format!(" [found={found}, pages={pages}]"),
        _ => format!(" [expected={}]", node.estimated),
    }
}

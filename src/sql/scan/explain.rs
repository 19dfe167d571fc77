//! How the indexes find a scan's rows, on one line: a plan prints a node a line.

use crate::engine::Error;
use crate::plan::PlanNode;
use crate::sql::tables::columns::Rows;
use crate::sql::tables::table::{Only, Table};

/// That a statement is being analysed: scans count what they read, and tell what their indexes did.
#[derive(Debug)]
pub(crate) struct Analyze;

/// How the rows that meet `only` are found; with `analyze`, what finding them read. Empty if all rows are wanted.
pub(super) fn indexes(table: &Table, only: &Only, analyze: bool) -> Result<String, Error> {
    let mut parts = Vec::new();
    let people = only.of_people();
    if !people.is_all() {
        parts.push(line(&table.database().explain_rows(&people, analyze, None)?.plan));
    }
    if let Rows::Elements(space) = table.columns().rows
        && !only.elements.is_all()
    {
        let scope = crate::filter::ArrayScope { space, array: None };
        parts.push(line(&table.database().explain_elements(scope, &only.elements, analyze, None)?.plan));
    }
    Ok(parts.join("; "))
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

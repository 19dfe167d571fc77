//! What to use instead of a path that is no filter: derived from the schema where it can be.

use super::error::FilterError;
use crate::schema::{NodeId, PathRow, Schema};

/// The error for a field that filters cannot name.
pub(super) fn unknown_field(schema: &Schema, field: &str, at: &str) -> FilterError {
    let supported = schema.paths().iter().filter(|row| row.filter);
    FilterError::UnknownField {
        at: at.to_owned(),
        field: field.to_owned(),
        hint: hint(schema, field),
        suggestions: schema.nearest_where(field, |row| row.filter).into_iter().map(str::to_owned).collect(),
        supported: supported.map(|row| row.path.clone()).collect(),
    }
}

fn hint(schema: &Schema, field: &str) -> Option<String> {
    by_name(schema, field).or_else(|| {
        let row = schema.resolve(field)?;
        if row.value.is_none() {
            let inside = format!("{}.", row.path);
            let below = schema.paths().iter().find(|below| below.filter && below.path.starts_with(&inside));
            let such_as = below.map(|below| format!(", such as {}", below.path)).unwrap_or_default();
            return Some(format!("it has no value of its own: name a path below it{such_as}"));
        }
        let same = same_values(schema, row).map(use_instead);
        same.or_else(|| {
            gives_key(schema, row)
                .then(|| "people are found by it with a lookup, not with a filter".to_owned())
        })
    })
}

fn use_instead(path: &str) -> String {
    format!("use {path} instead")
}

/// Names that clients use again and again, and whose replacement has nothing in common with them.
fn by_name(schema: &Schema, field: &str) -> Option<String> {
    let last = field.rsplit('.').next()?;
    let path = match last {
        "current_title" => "experience.employment_details.current.title",
        "has_business_email" | "has_personal_email" | "has_phone_number" => {
            "experience.employment_details.business_email_verified"
        }
        _ => return None,
    };
    schema.resolve(path).filter(|row| row.filter).map(|row| use_instead(&row.path))
}

/// A path that filters can name and that reads the same values, or else one that reads them among others.
fn same_values<'s>(schema: &'s Schema, row: &PathRow) -> Option<&'s str> {
    let leaves = |row: &PathRow| row.target.reads().concat();
    let own = leaves(row);
    let among = |other: &Vec<NodeId>| own.iter().all(|leaf| other.contains(leaf));
    let filters = || schema.paths().iter().filter(|row| row.filter);
    let equal = filters().find(|other| leaves(other) == own);
    equal.or_else(|| filters().find(|other| among(&leaves(other)))).map(|row| row.path.as_str())
}

fn gives_key(schema: &Schema, row: &PathRow) -> bool {
    row.target.selects().iter().filter_map(|id| schema.node(*id)).any(|node| node.key.is_some())
}

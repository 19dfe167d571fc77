//! What an unknown name may have meant.

use std::sync::Arc;

use super::relation::{Relation, Table};
use crate::schema::listed;
use crate::sql::tables::MAIN;

/// At most so many names are suggested.
const SUGGESTIONS: usize = 3;
/// Less alike than this is no suggestion; 1 is equal.
const LIKENESS: f64 = 0.7;
/// Longer names are not compared: the cost is the product of both lengths.
const COMPARED_BYTES: usize = 200;
/// A table with more columns is not listed.
const LISTED: usize = 12;

/// The message for a column that nobody in scope has. `tables` are those of the database.
pub(crate) fn unknown_column(name: &str, relations: &[&Relation], tables: &[Arc<Table>]) -> String {
    let scope = listed(relations.iter().map(|relation| relation.shown()), "and");
    let problem = match relations.is_empty() {
        true => format!("there is no column {name}: this SELECT has no FROM"),
        false => format!("there is no column {name} in {scope}"),
    };
    let advice = in_array(name, relations, tables)
        .or_else(|| did_you_mean(name, relations, LIKENESS + 0.1))
        .or_else(|| in_other_table(name, relations, tables))
        .or_else(|| did_you_mean(name, relations, LIKENESS))
        .or_else(|| columns_there_are(relations));
    match advice {
        Some(advice) => format!("{problem}; {advice}"),
        None => problem,
    }
}

/// The message for a table that does not exist.
pub(crate) fn unknown_table(name: &str, known: &[String]) -> String {
    let near = nearest(name, known.iter().map(|known| (known.as_str(), known.as_str())), LIKENESS);
    let file =
        [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"].iter().any(|end| name.ends_with(end));
    match near.is_empty() {
        _ if file => {
            format!("there is no table {name}; for the file, write its name in single quotes: '{name}'")
        }
        false => format!("there is no table {name}; did you mean {}?", listed(near, "or")),
        true => format!("there is no table {name}; SHOW TABLES lists those there are"),
    }
}

/// A path through an array of objects: its elements are rows of another table.
fn in_array(name: &str, relations: &[&Relation], tables: &[Arc<Table>]) -> Option<String> {
    tables.iter().find_map(|table| {
        let (at, array) = table.arrays.iter().enumerate().find(|(_, array)| {
            name.strip_prefix(array.as_str()).is_some_and(|rest| rest.starts_with('.'))
        })?;
        let rest = name.get(array.len() + 1..)?;
        let known = table.columns.iter().any(|column| column.name == rest)
            || table.extras.iter().any(|extra| extra.path == rest);
        let deeper = tables.iter().any(|other| {
            other.arrays.iter().any(|inner| inner.len() > array.len() && name.starts_with(&format!("{inner}.")))
        });
        if !known || deeper {
            return None;
        }
        let one = table.arrays.len() > 1 && at + 1 < table.arrays.len();
        let list = array.rsplit('.').next().filter(|_| one);
        let (own, list) = (&table.name, list.map(|list| format!("{}.list = '{list}'", table.name)));
        if relations.iter().any(|relation| relation.name.last() == Some(own)) {
            let list = list.map(|list| format!(", where {list}")).unwrap_or_default();
            return Some(format!("in this table it is {own}.{rest}{list}"));
        }
        let list = list.map(|list| format!(" and {list}")).unwrap_or_default();
        Some(format!(
            "a person has a list of these, so they are in a table of their own: use {own}.{rest}, with JOIN {own} ON \
             {own}.person_id = people.person_id{list}"
        ))
    })
}

fn in_other_table(name: &str, relations: &[&Relation], tables: &[Arc<Table>]) -> Option<String> {
    let end = format!(".{name}");
    let other = |table: &&Arc<Table>| {
        table.schema == MAIN && !relations.iter().any(|relation| relation.name.last() == Some(&table.name))
    };
    let having = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        let column = |table: &Arc<Table>| {
            let column = table.columns.iter().find(|column| fits(&column.name))?;
            Some(format!("{}.{}", table.name, column.name))
        };
        tables.iter().filter(other).filter_map(column).take(SUGGESTIONS).collect()
    };
    let mut all = having(&|column| column == name);
    if all.is_empty() {
        all = having(&|column| column.ends_with(&end));
    }
    (!all.is_empty()).then(|| format!("other tables have it: {}", listed(all, "and")))
}

fn did_you_mean(name: &str, relations: &[&Relation], likeness: f64) -> Option<String> {
    let several = relations.len() > 1;
    let mut names: Vec<(String, String)> = Vec::new();
    for relation in relations {
        let paths = relation.columns.iter().flatten().map(|column| &column.name);
        for path in paths.chain(relation.extras.iter().filter(|e| !e.whole).map(|extra| &extra.path)) {
            let shown = if several { format!("{}.{path}", relation.shown()) } else { path.clone() };
            names.push((path.clone(), shown));
        }
    }
    let near = nearest(name, names.iter().map(|(path, shown)| (path.as_str(), shown.as_str())), likeness);
    (!near.is_empty()).then(|| format!("did you mean {}?", listed(near, "or")))
}

fn columns_there_are(relations: &[&Relation]) -> Option<String> {
    let [relation] = relations else { return None };
    let columns = relation.columns.as_ref().filter(|columns| columns.len() <= LISTED)?;
    Some(format!("it has {}", listed(columns.iter().map(|column| column.name.clone()), "and")))
}

/// The names most like one, likeliest first; pairs are what is compared and what is shown.
fn nearest<'n>(name: &str, known: impl Iterator<Item = (&'n str, &'n str)>, enough: f64) -> Vec<String> {
    let name = name.to_lowercase();
    if name.len() > COMPARED_BYTES {
        return Vec::new();
    }
    let mut near: Vec<(f64, &str)> = known
        .map(|(path, shown)| (likeness(&name, &path.to_lowercase()), shown))
        .filter(|(likeness, _)| *likeness >= enough)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.len().cmp(&b.1.len())));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(SUGGESTIONS).map(|(_, shown)| shown.to_owned()).collect()
}

/// How alike two names are, 0 to 1: as a whole, or as the end of a path.
fn likeness(name: &str, path: &str) -> f64 {
    let parts = name.split('.').count();
    let end: Vec<&str> = path.rsplit('.').take(parts).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    let whole = strsim::normalized_damerau_levenshtein(name, path);
    // The whole counts a little: it decides between the same end in different branches.
    whole.max(0.95 * strsim::normalized_damerau_levenshtein(name, &end.join(".")) + 0.05 * whole)
}

//! - `contract`: the numbered examples of the Crustdata API, on small people
//! - `geo`: circles around places
//! - `same_element`: rules that the examples do not reach
//! - `matched`: which elements made a person match
//! - `rejections`: what is not taken, with place and words
//! - `values`: nulls, types, dates, numbers, tokens
//! - `laws`: properties over random filters and people

mod contract;
mod geo;
mod laws;
mod matched;
mod rejections;
mod same_element;
mod values;

use super::{Filter, FilterError, FilterOptions, matches};
use crate::record::parse;
use crate::schema::Schema;

/// `ED` stands for the employment details, as in the contract.
fn spelt(text: &str) -> String {
    text.replace("\"ED.", "\"experience.employment_details.")
}

fn read(filter: &str) -> Result<Filter, FilterError> {
    Filter::parse(&spelt(filter), &Schema::person(), &FilterOptions::default())
}

fn filter(text: &str) -> Filter {
    read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whether a filter holds for a record, both as JSON.
fn holds(text: &str, record: &str) -> bool {
    let record = parse(record.as_bytes()).unwrap_or_else(|error| panic!("{record}: {error}"));
    matches(filter(text).tree(), &Schema::person(), &record.value)
}

/// The numbers of the records for which a filter holds.
fn found(text: &str, records: &[impl AsRef<str>]) -> Vec<usize> {
    let records = records.iter().enumerate();
    records.filter(|(_, record)| holds(text, record.as_ref())).map(|(i, _)| i).collect()
}

fn condition(field: &str, operator: &str, value: &str) -> String {
    format!(r#"{{"field":"{field}","type":"{operator}","value":{value}}}"#)
}

fn group(op: &str, conditions: &[String]) -> String {
    format!(r#"{{"op":"{op}","conditions":[{}]}}"#, conditions.join(","))
}

/// A person with roles, written as the members of each: `"title":"CEO"`.
fn worker(current: &[&str], past: &[&str]) -> String {
    let roles = |roles: &[&str]| roles.iter().map(|role| format!("{{{role}}}")).collect::<Vec<_>>().join(",");
    let (current, past) = (roles(current), roles(past));
    format!(r#"{{"experience":{{"employment_details":{{"current":[{current}],"past":[{past}]}}}}}}"#)
}

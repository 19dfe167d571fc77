//! `rolo suggest`: values of a field for what somebody typed so far.

use rolo::engine::{Database, SuggestOptions, Suggestion};
use rolo::filter::FilterOptions;
use serde::Serialize;

use super::args;
use super::console::Console;
use super::failure::{Exit, Failure};
use super::output::{Output, Row, RowWriter, format_of, json_line};
use super::search::filter_text;
use super::units;

pub(crate) fn run(args: &args::Suggest, console: &mut Console) -> Result<Exit, Failure> {
    let database = Database::open(&args.database)?;
    let options = FilterOptions { grammar: rolo::filter::Grammar::Suggest, ..FilterOptions::default() };
    let filter = match &args.filters {
        Some(given) => Some(database.filter(&filter_text(given)?, &options)?),
        None => None,
    };
    let options = SuggestOptions { limit: args.limit, time_limit: args.time_limit };
    let query = args.query.as_deref().unwrap_or_default();
    let found = database.suggest(&args.field, query, filter.as_ref(), &options)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let header = ["value", "people"].map(str::to_string).to_vec();
    let mut rows = RowWriter::new(output, format, header, vec![false, true], console);
    for suggestion in &found {
        rows.push(&Line(suggestion), console)?;
    }
    rows.finish(console)?;
    console.note(&units::counted(found.len() as u64, "value", "values"));
    Ok(Exit::Done)
}

/// A value as a row.
struct Line<'a>(&'a Suggestion);

#[derive(Debug, Serialize)]
struct Json<'a> {
    value: &'a str,
    people: u64,
}

impl Row for Line<'_> {
    fn json(&self) -> Result<String, Failure> {
        let Line(Suggestion { value, people }) = self;
        json_line(&Json { value, people: *people })
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        Ok(vec![self.0.value.clone(), self.0.people.to_string()])
    }
}

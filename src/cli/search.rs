//! `rolo search`: the people that a filter finds.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;

use rolo::engine::{Database, Fields, Hit, SearchOptions};
use rolo::filter::{DotOperator, Filter, FilterOptions};
use rolo::plan::{Cause, Obstacle};

use super::args::{self, DotOperatorMode, Explain, Format, Switch};
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::flatten::{self, Column, GLANCE};
use super::get::parsed;
use super::output::{Output, Row, RowWriter, format_of};
use super::progress::ProgressLine;
use super::{interrupt, units};

/// The column of person ids.
const PERSON_ID: &str = "crustdata_person_id";

pub(crate) fn run(args: &args::Search, console: &mut Console) -> Result<Exit, Failure> {
    let text = filter_text(&args.filters)?;
    let database = Database::open(&args.database)?;
    let filter = database.filter(&text, &filter_options(args))?;
    let options = SearchOptions { limit: args.limit, time_limit: args.time_limit };
    match args.explain {
        Some(explain) => print_plan(args, &database, &filter, explain, &options, console)?,
        None if args.count => {
            let mut output = Output::open(args.rows.output.as_deref(), &args.database)?;
            let count = database.count(&filter, &options)?;
            output.write(format!("{count}\n").as_bytes(), console)?;
            output.finish(console)?;
            tell_if_nobody(count, &database, &filter, &options, console)?;
        }
        None => print_people(args, &database, &filter, &options, console)?,
    }
    Ok(Exit::Done)
}

/// The filter's JSON: as given, from a file, or from standard input.
fn filter_text(given: &str) -> Result<String, Failure> {
    if given == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(Failure::reading("standard input"))?;
        return Ok(text);
    }
    match given.strip_prefix('@') {
        Some(path) => fs::read_to_string(path).map_err(Failure::reading(path)),
        None => Ok(given.to_string()),
    }
}

fn filter_options(args: &args::Search) -> FilterOptions {
    let dot_operator = match args.dot_operator_mode {
        DotOperatorMode::AllWords => DotOperator::AllWords,
        DotOperatorMode::RegexPipeOr => DotOperator::RegexPipeOr,
    };
    let null_operators = args.null_operators == Switch::On;
    FilterOptions { dot_operator, null_operators, ..FilterOptions::default() }
}

fn print_plan(
    args: &args::Search,
    database: &Database,
    filter: &Filter,
    explain: Explain,
    options: &SearchOptions,
    console: &mut Console,
) -> Result<(), Failure> {
    let explanation = database.explain(filter, explain == Explain::Analyze, options)?;
    let mut output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let text = match args.rows.format {
        Some(Format::Json | Format::Jsonl) => {
            let json = serde_json::to_string(&explanation);
            json.map_err(|error| Failure::Failed(format!("internal error: {error}")))? + "\n"
        }
        Some(Format::Csv) => {
            return Err(Failure::Usage("a plan is a tree: use --format table or json".to_string()));
        }
        Some(Format::Table) | None => printable(&explanation.to_string()),
    };
    output.write(text.as_bytes(), console)?;
    output.finish(console)?;
    match explanation.found {
        Some(found) => tell_if_nobody(found, database, filter, options, console),
        None => Ok(()),
    }
}

fn print_people(
    args: &args::Search,
    database: &Database,
    filter: &Filter,
    options: &SearchOptions,
    console: &mut Console,
) -> Result<(), Failure> {
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let answer = Answer::new(args, database, format)?;
    let hits = match args.matched {
        true => database.search_matched(filter, options)?,
        false => database.search(filter, options)?,
    };
    let mut rows = RowWriter::new(output, format, answer.header(), answer.right(), console);
    let mut progress = ProgressLine::new(console);
    let (mut done, total) = (0, hits.len() as u64);
    hits.for_each(answer.fields.as_ref(), |hit| {
        interrupt::check()?;
        rows.push(&Line { hit: &hit, answer: &answer }, console)?;
        done += 1;
        progress.tell(done, Some(total), |so_far| {
            format!(
                "{} of {} people, {}/s",
                units::count(done),
                units::count(total),
                units::count(so_far.rate(done))
            )
        });
        Ok::<(), Failure>(())
    })?;
    progress.clear();
    rows.finish(console)?;
    if hits.total() > total {
        console.note(&format!("{} of {} people", units::count(total), units::count(hits.total())));
    } else {
        console.note(&units::counted(total, "person", "people"));
    }
    tell_if_nobody(hits.total(), database, filter, options, console)
}

/// What is printed about each person.
struct Answer {
    /// `None`: the record as it was loaded.
    fields: Option<Fields>,
    columns: Vec<Column>,
    short_names: bool,
    matched: bool,
}

impl Answer {
    fn new(args: &args::Search, database: &Database, format: Format) -> Result<Self, Failure> {
        let schema = database.schema();
        let cells = matches!(format, Format::Table | Format::Csv);
        let fields = match &args.fields {
            Some(fields) => {
                let fields: Vec<&str> = fields.iter().map(|field| field.trim()).collect();
                if fields.iter().all(|field| field.is_empty()) {
                    let problem = "--fields names no field; leave it out for the usual ones";
                    return Err(Failure::Usage(problem.to_string()));
                }
                Some(database.fields(&fields)?)
            }
            // A file may have been loaded with another catalogue.
            None if cells => {
                let glance = [PERSON_ID].into_iter().chain(GLANCE);
                let known: Vec<&str> = glance.filter(|path| schema.resolve(path).is_some()).collect();
                Some(database.fields(&known)?)
            }
            None => None,
        };
        let columns = match &fields {
            Some(fields) if cells => flatten::columns(schema, fields.selection()),
            _ => Vec::new(),
        };
        Ok(Self { fields, columns, short_names: format == Format::Table, matched: args.matched })
    }

    fn header(&self) -> Vec<String> {
        let mut names = match self.short_names {
            true => flatten::short_names(&self.columns),
            false => self.columns.iter().map(|column| column.path.clone()).collect(),
        };
        names.extend(self.matched.then(|| "matched".to_string()));
        names
    }

    fn right(&self) -> Vec<bool> {
        let own = self.columns.iter().map(|column| column.number);
        own.chain(self.matched.then_some(false)).collect()
    }
}

/// A person of the answer.
struct Line<'a> {
    hit: &'a Hit<'a>,
    answer: &'a Answer,
}

impl Line<'_> {
    fn matched(&self) -> Result<String, Failure> {
        let matched = serde_json::to_string(&self.hit.matched);
        matched.map_err(|error| Failure::Failed(format!("internal error: {error}")))
    }
}

impl Row for Line<'_> {
    fn json(&self) -> Result<String, Failure> {
        match self.answer.matched {
            true => Ok(format!(r#"{{"person":{},"matched":{}}}"#, self.hit.json, self.matched()?)),
            false => Ok(self.hit.json.to_string()),
        }
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let mut cells = flatten::cells(&self.answer.columns, &parsed(self.hit.json)?);
        if self.answer.matched {
            cells.push(self.matched()?);
        }
        Ok(cells)
    }
}

/// Says why nobody was found.
fn tell_if_nobody(
    found: u64,
    database: &Database,
    filter: &Filter,
    options: &SearchOptions,
    console: &mut Console,
) -> Result<(), Failure> {
    if found > 0 {
        return Ok(());
    }
    for cause in database.diagnose(filter, options)? {
        console.note(&said(&cause));
    }
    Ok(())
}

fn said(cause: &Cause) -> String {
    let conditions = cause.conditions.join(", ");
    let mut text = match cause.obstacle {
        Obstacle::Nobody => format!("nobody has {conditions}"),
        Obstacle::Excluded => format!("everybody who is left is excluded by {conditions}"),
        _ => format!("each of these finds somebody, all together nobody: {conditions}"),
    };
    if !cause.near.is_empty() {
        let near: Vec<String> = cause.near.iter().map(|near| format!("{near:?}")).collect();
        let _ = write!(text, "; near spellings: {}", near.join(", "));
    }
    text
}

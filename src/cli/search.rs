//! `rolo search`: the people that a filter finds.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use rolo::engine::{
    Database, Error, Exclusions, FacetScope, Facets, Fields, Hit, Hits, MatchedElement, SearchOptions, Sort,
    SqlColumns, Suggestion,
};
use rolo::filter::{DotOperator, Filter, FilterOptions};
use rolo::plan::{Cause, Obstacle, SqlEngine};
use rolo::record::Key;
use rolo::record::flatten::{self, Column};
use rolo::schema::{NodeKind, Scalar, Schema};

use super::args::{self, DotOperatorMode, Explain, FacetsOf, Format, Switch};
use super::console::{Console, printable};
use super::failure::{Exit, Failure};
use super::get::parsed;
use super::output::{Output, Row, RowWriter, format_of, json_line};
use super::progress::ProgressLine;
use super::{given, interrupt, units};

/// What a table shows where nobody said which fields; a screen has no room for more.
const GLANCE: [&str; 6] = [
    PERSON_ID,
    "basic_profile.name",
    "basic_profile.current_title",
    "experience.employment_details.current.name",
    "basic_profile.location.city",
    "basic_profile.location.country",
];
const PERSON_ID: &str = "crustdata_person_id";
/// The same where the elements that matched stand beside it.
const GLANCE_MATCHED: [&str; 2] = [PERSON_ID, "basic_profile.name"];
/// A condition, for messages.
const EXAMPLE: &str = r#"{"field": "basic_profile.location.country", "type": "=", "value": "Germany"}"#;
/// People that `--exclude` may list, as in the Crustdata API.
const MOST_EXCLUSIONS: usize = 50_000;
/// Values of each facet, unless somebody says how many.
const FACET_VALUES: usize = 10;
/// Of an element in a cell, so many texts are shown.
const SHOWN_TEXTS: usize = 2;

pub(crate) fn run(args: &args::Search, console: &mut Console) -> Result<Exit, Failure> {
    let text = filter_text(&args.filters)?;
    let database = match &args.cursor {
        Some(cursor) => Database::open_at(&args.database, cursor.snapshot())?,
        None => Database::open(&args.database)?,
    };
    let filter = database.filter(&text, &filter_options(args))?;
    let sort =
        Sort::parse(args.sort.as_deref().unwrap_or_default(), database.schema()).map_err(Error::from)?;
    let (limit, cursor, time_limit) = (args.limit, args.cursor, args.time_limit);
    let options = SearchOptions { limit, sort, cursor, time_limit };
    match args.explain {
        None if args.to_sql.is_some() => print_sql(args, &database, &filter, &options, console)?,
        None if args.facets.is_some() => print_facets(args, &database, &filter, &options, console)?,
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
pub(super) fn filter_text(given: &str) -> Result<String, Failure> {
    let text = given::text(given, "--filters")?;
    if !text.trim_start().starts_with('{') {
        let found = if text.trim().is_empty() { "is empty" } else { "is no JSON object" };
        let problem =
            format!("the filter {found}; wanted: a condition, such as {EXAMPLE}, or a group of them");
        return Err(Failure::Usage(problem));
    }
    Ok(text)
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
        Some(Format::Json | Format::Jsonl) => json_line(&explanation)? + "\n",
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

fn print_sql(
    args: &args::Search,
    database: &Database,
    filter: &Filter,
    options: &SearchOptions,
    console: &mut Console,
) -> Result<(), Failure> {
    let engine = match args.to_sql {
        Some(args::Engine::Spark) => SqlEngine::Spark,
        Some(args::Engine::DuckDb) | None => SqlEngine::DuckDb,
    };
    let fields = given::fields(args.fields.as_deref())?;
    let columns = match &fields {
        _ if args.count => SqlColumns::Count,
        Some(fields) => SqlColumns::Paths(fields),
        None => SqlColumns::All,
    };
    let table = engine.table(&args.database.to_string_lossy());
    let sql = database.portable_sql(engine, &table, filter, columns, options)?;
    let mut output = Output::open(args.rows.output.as_deref(), &args.database)?;
    output.write(printable(&sql).as_bytes(), console)?;
    output.finish(console)
}

fn print_facets(
    args: &args::Search,
    database: &Database,
    filter: &Filter,
    options: &SearchOptions,
    console: &mut Console,
) -> Result<(), Failure> {
    let scope = match args.facets_of {
        FacetsOf::People => FacetScope::People,
        FacetsOf::Matched => FacetScope::Matched,
    };
    let paths: Vec<&str> = args.facets.iter().flatten().map(|path| path.trim()).collect();
    let limit = args.limit.map_or(FACET_VALUES, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let Facets { people, facets } = database.facets(filter, &paths, scope, limit, options)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let header = ["field", "value", "people"].map(str::to_string).to_vec();
    let mut rows = RowWriter::new(output, format, header, vec![false, false, true], console);
    for facet in &facets {
        for value in &facet.values {
            rows.push(&FacetLine { field: &facet.path, value }, console)?;
        }
    }
    rows.finish(console)?;
    console.note(&units::counted(people, "person", "people"));
    tell_if_nobody(people, database, filter, options, console)
}

/// A value of a facet as a row.
struct FacetLine<'a> {
    field: &'a str,
    value: &'a Suggestion,
}

impl Row for FacetLine<'_> {
    fn json(&self) -> Result<String, Failure> {
        let Suggestion { value, people } = self.value;
        Ok(serde_json::json!({"field": self.field, "value": value, "people": people}).to_string())
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        Ok(vec![self.field.to_string(), self.value.value.clone(), self.value.people.to_string()])
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
    let answer = Answer::new(args, &options.sort, database, format)?;
    let exclusions = args.exclude.as_deref().map(exclusions).transpose()?;
    let mut hits = match args.matched {
        true => database.search_matched(filter, options)?,
        false => database.search(filter, options)?,
    };
    let left_out = match exclusions {
        Some(exclusions) => hits.leave_out(&exclusions)?,
        None => 0,
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
    tell_how_many(&hits, left_out as u64, console);
    tell_if_nobody(hits.total(), database, filter, options, console)
}

/// Says how many people there are, and how the next page is asked for.
fn tell_how_many(hits: &Hits<'_>, left_out: u64, console: &mut Console) {
    let here = hits.len() as u64;
    let mut text = match hits.total() > here {
        true => format!("{} of {} people", units::count(here), units::count(hits.total())),
        false => units::counted(here, "person", "people"),
    };
    if left_out > 0 {
        let _ = write!(text, ", {} left out", units::count(left_out));
    }
    console.note(&text);
    if let Some(next) = hits.next() {
        console.note(&format!("the next page: --cursor {next}"));
    }
}

/// Whom a file lists: a key or a name a line.
fn exclusions(path: &Path) -> Result<Exclusions, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::reading(&path.display().to_string()))?;
    let mut exclusions = Exclusions::default();
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
    for (count, line) in lines.enumerate() {
        if count == MOST_EXCLUSIONS {
            let most = units::count(MOST_EXCLUSIONS as u64);
            return Err(Failure::Usage(format!("{} lists more than {most} people", path.display())));
        }
        // No key has white space in it; a name of one word may be a key of no form.
        let key = if line.contains(char::is_whitespace) { None } else { Key::guess(line).ok() };
        match key {
            Some(key) => exclusions.add_key(key),
            None => exclusions.add_name(line),
        }
    }
    Ok(exclusions)
}

/// What is printed about each person.
struct Answer {
    schema: Arc<Schema>,
    /// `None`: the record as it was loaded.
    fields: Option<Fields>,
    columns: Vec<Column>,
    short_names: bool,
    matched: bool,
}

impl Answer {
    fn new(args: &args::Search, sort: &Sort, database: &Database, format: Format) -> Result<Self, Failure> {
        let schema = database.schema();
        let cells = matches!(format, Format::Table | Format::Csv);
        let fields = match given::fields(args.fields.as_deref())? {
            Some(fields) => Some(database.fields(&fields)?),
            // A file may have been loaded with another catalogue.
            None if cells => {
                let mut glance: Vec<&str> = match format {
                    Format::Table if args.matched => GLANCE_MATCHED.to_vec(),
                    Format::Table => GLANCE.to_vec(),
                    _ => [PERSON_ID].into_iter().chain(flatten::GLANCE).collect(),
                };
                // What people are sorted by is worth a look.
                for path in single_values(sort, schema) {
                    if format == Format::Table && !glance.contains(&path) {
                        glance.push(path);
                    }
                }
                let known: Vec<&str> =
                    glance.into_iter().filter(|path| schema.resolve(path).is_some()).collect();
                Some(database.fields(&known)?)
            }
            None => None,
        };
        let columns = match &fields {
            Some(fields) if cells => flatten::columns(schema, fields.selection()),
            _ => Vec::new(),
        };
        let (schema, short_names) = (Arc::clone(schema), format == Format::Table);
        Ok(Self { schema, fields, columns, short_names, matched: args.matched })
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

/// The paths of an order that lead to single values of people.
fn single_values<'a>(sort: &'a Sort, schema: &Schema) -> impl Iterator<Item = &'a str> {
    sort.paths().filter(|path| {
        let leaf = schema.stored(path).filter(|node| node.is_leaf() && node.space.is_none());
        leaf.is_some() && schema.resolve(path).is_some_and(|row| row.select)
    })
}

/// A person of the answer.
struct Line<'a> {
    hit: &'a Hit<'a>,
    answer: &'a Answer,
}

impl Row for Line<'_> {
    fn json(&self) -> Result<String, Failure> {
        if !self.answer.matched {
            return Ok(self.hit.json.to_string());
        }
        let matched: Vec<String> = self.hit.matched.iter().map(element_json).collect();
        Ok(format!(r#"{{"person":{},"matched":[{}]}}"#, self.hit.json, matched.join(",")))
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let mut cells = flatten::cells(&self.answer.columns, &parsed(self.hit.json)?);
        if self.answer.matched {
            let matched = self.hit.matched.iter().map(|element| element_text(&self.answer.schema, element));
            cells.push(matched.collect::<Result<Vec<_>, _>>()?.join("; "));
        }
        Ok(cells)
    }
}

fn element_json(element: &MatchedElement) -> String {
    // A path is made of names in the catalogue, which need no escapes.
    let MatchedElement { path, index, json, .. } = element;
    format!(r#"{{"path":"{path}","index":{index},"element":{json}}}"#)
}

/// An element in a few words: `current[0]: Retool, Engineering Manager`.
fn element_text(schema: &Schema, element: &MatchedElement) -> Result<String, Failure> {
    let value = parsed(&element.json)?;
    let last = element.path.rsplit('.').next().unwrap_or_default();
    let mut text = format!("{last}[{}]", element.index);
    let space = schema.spaces().iter().find(|space| space.name == element.space);
    let array = space.and_then(|space| schema.node(*space.arrays.first()?));
    let leaves = array.into_iter().flat_map(|array| &array.children).filter_map(|id| schema.node(*id));
    let texts = leaves
        .filter(|leaf| leaf.kind == NodeKind::Leaf { scalar: Scalar::String, list: false } && !leaf.long)
        .filter_map(|leaf| value.get(&leaf.name)?.as_str())
        .filter(|text| !text.is_empty() && !text.contains("://"));
    for (at, shown) in texts.take(SHOWN_TEXTS).enumerate() {
        let _ = write!(text, "{}{shown}", if at == 0 { ": " } else { ", " });
    }
    Ok(text)
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

/// A cause in words; several conditions one a line.
fn said(cause: &Cause) -> String {
    let head = match (&cause.obstacle, &cause.array) {
        (Obstacle::Nobody, _) => "nobody has ".to_string(),
        (Obstacle::Excluded, _) => "everybody who is left is excluded by ".to_string(),
        (_, None) => "each of these finds people, but nobody meets all of them:".to_string(),
        (_, Some(array)) => {
            format!("each of these is met by some element of {array}, but by no one element:")
        }
    };
    let mut text = match cause.obstacle {
        Obstacle::Nobody | Obstacle::Excluded => head + &cause.conditions.join(", "),
        _ => cause.conditions.iter().fold(head, |text, condition| format!("{text}\n  {condition}")),
    };
    if !cause.near.is_empty() {
        let near: Vec<String> = cause.near.iter().map(|near| format!("{near:?}")).collect();
        let _ = write!(text, "\n  near spellings: {}", near.join(", "));
    }
    if let Some(hint) = &cause.hint {
        let _ = write!(text, "\n  {hint}");
    }
    text
}

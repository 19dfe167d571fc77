//! `rolo enrich`: fields of many people, by a list of keys.

use std::path::Path;

use clap::ArgMatches;
use rolo::engine::{Database, Error, Fields, Person};
use rolo::record::Key;
use rolo::record::flatten::{self, Column, GLANCE};

use super::args::{self, Format};
use super::console::Console;
use super::failure::{Exit, Failure};
use super::get::parsed;
use super::keys::{GivenKey, typed_keys};
use super::list::List;
use super::output::{self, Output, RowWriter, format_of};
use super::progress::ProgressLine;
use super::{append, given, interrupt, units};

/// Rows that are looked up together.
pub(crate) const ROWS_AT_ONCE: usize = 10_000;

pub(crate) fn run(args: &args::Enrich, matches: &ArgMatches, console: &mut Console) -> Result<Exit, Failure> {
    let typed = typed_keys(matches)?;
    if args.input.is_none() && typed.is_empty() {
        let problem = "name keys, or a list of them with -i FILE (`-` is standard input)";
        return Err(Failure::Usage(problem.to_string()));
    }
    // Said here, since the parser takes what conflicts with `-i` for a reason not to ask for it.
    if args.input.is_none() && (args.append || !args.column.is_empty()) {
        return Err(Failure::Usage("--append and --column are for lists: name one with -i FILE".to_string()));
    }
    let database = Database::open(&args.database)?;
    let asked = given::fields(args.fields.as_deref())?;
    let answer = Answer::new(&database, asked.as_deref(), args.append)?;
    let Some(path) = &args.input else {
        return print_typed(args, &database, &answer, typed, console);
    };
    let list = List::open(path, &args.column, args.append)?;
    if args.column.is_empty() && list.header.is_some() {
        tell_columns(&list, console);
    }
    if args.append {
        append::run(args, &database, &answer, list, console)
    } else {
        print_list(args, &database, &answer, list, console)
    }
}

/// What is printed about each person.
pub(crate) struct Answer {
    /// What JSON shows.
    fields: Fields,
    /// What tables show and `--append` adds.
    pub(crate) columns: Vec<Column>,
    /// What CSV shows.
    all_columns: Vec<Column>,
    cells: Fields,
}

impl Answer {
    fn new(database: &Database, asked: Option<&[&str]>, append: bool) -> Result<Self, Failure> {
        let schema = database.schema();
        let cells = match asked {
            Some(fields) => database.fields(fields)?,
            // A file may have been loaded with another catalogue.
            None => {
                let known: Vec<&str> =
                    GLANCE.into_iter().filter(|path| schema.resolve(path).is_some()).collect();
                database.fields(&known)?
            }
        };
        let fields: Vec<&str> = Fields::always(schema).chain(asked.into_iter().flatten().copied()).collect();
        let fields = database.fields(&fields)?;
        let all_columns = if append { Vec::new() } else { flatten::columns(schema, fields.selection()) };
        Ok(Self { columns: flatten::columns(schema, cells.selection()), all_columns, cells, fields })
    }

    /// The cells that `--append` adds for a person.
    pub(crate) fn cells(&self, person: &Person) -> Result<Vec<String>, Error> {
        let json = person.project(&self.cells)?;
        // The projection is JSON; if it were not, the person would have no cells.
        let value = rolo::record::parse(json.as_bytes());
        Ok(value.map(|parsed| flatten::cells(&self.columns, &parsed.value)).unwrap_or_default())
    }
}

/// Says which columns hold the keys, where the user did not.
pub(crate) fn tell_columns(list: &List, console: &mut Console) {
    let names: Vec<String> = list.columns.iter().map(|column| format!("{:?}", column.name)).collect();
    let text = match names.as_slice() {
        [only] => format!("looking people up by column {only} (or say --column NAME)"),
        all => format!("looking people up by {} (or say --column NAME)", all.join(", then ")),
    };
    console.note(&text);
}

/// The person of each row: by its first key, or where that names nobody by its next.
///
/// The result for each row is the key's position in the row, and what `work` made of the person.
pub(crate) fn look_up<T: Send>(
    database: &Database,
    rows: &[&[GivenKey]],
    work: impl Fn(&Person) -> Result<T, Error> + Sync,
) -> Result<Vec<Option<(usize, T)>>, Failure> {
    let mut results: Vec<Option<(usize, T)>> = rows.iter().map(|_| None).collect();
    let most = rows.iter().map(|keys| keys.len()).max().unwrap_or(0);
    for round in 0..most {
        let open: Vec<(usize, Key)> = rows
            .iter()
            .zip(&results)
            .enumerate()
            .filter(|(_, (_, result))| result.is_none())
            .filter_map(|(at, (keys, _))| Some((at, keys.get(round)?.key.clone())))
            .collect();
        let keys: Vec<Option<Key>> = open.iter().map(|(_, key)| Some(key.clone())).collect();
        let found = database.lookup(&keys, |person| work(&person))?;
        for ((at, _), found) in open.into_iter().zip(found) {
            if let Some(place) = results.get_mut(at) {
                *place = found.map(|found| (round, found));
            }
        }
    }
    Ok(results)
}

/// A line of the answer.
struct Line<'a> {
    identifier: &'a str,
    person_id: u64,
    data: String,
    columns: &'a [Column],
}

impl output::Row for Line<'_> {
    fn json(&self) -> Result<String, Failure> {
        let identifier = serde_json::to_string(self.identifier);
        let identifier = identifier.map_err(|error| Failure::Failed(format!("internal error: {error}")))?;
        Ok(format!(
            r#"{{"original_identifier":{identifier},"internal_id":{},"data":{}}}"#,
            self.person_id, self.data
        ))
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let mut cells = vec![self.identifier.to_string(), self.person_id.to_string()];
        cells.extend(flatten::cells(self.columns, &parsed(&self.data)?));
        Ok(cells)
    }
}

/// Prints lines, and counts.
struct Lines<'a> {
    answer: &'a Answer,
    columns: &'a [Column],
    rows: RowWriter,
    requested: u64,
    fulfilled: u64,
    unreadable: u64,
    first_unreadable: Option<u64>,
}

impl<'a> Lines<'a> {
    fn new(args: &args::Enrich, answer: &'a Answer, console: &Console) -> Result<Self, Failure> {
        let output = open_output(args)?;
        let format = format_of(&args.rows, &output, console);
        let table = format == Format::Table;
        let columns = if table { &answer.columns } else { &answer.all_columns };
        let own: Vec<String> = if table {
            ["key", "id"].map(str::to_string).into_iter().chain(flatten::short_names(columns)).collect()
        } else {
            let paths = columns.iter().map(|column| column.path.clone());
            ["original_identifier", "internal_id"].map(str::to_string).into_iter().chain(paths).collect()
        };
        let right = [false, true].into_iter().chain(columns.iter().map(|column| column.number)).collect();
        let rows = RowWriter::new(output, format, own, right, console);
        Ok(Self { answer, columns, rows, requested: 0, fulfilled: 0, unreadable: 0, first_unreadable: None })
    }

    fn print(
        &mut self,
        database: &Database,
        rows: &[&[GivenKey]],
        console: &mut Console,
    ) -> Result<(), Failure> {
        let fields = &self.answer.fields;
        let found = look_up(database, rows, |person| Ok((person.id(), person.project(fields)?)))?;
        for (keys, found) in rows.iter().zip(found) {
            let Some((at, (person_id, data))) = found else { continue };
            let Some(given) = keys.get(at) else { continue };
            self.fulfilled += 1;
            let line = Line { identifier: &given.text, person_id, data, columns: self.columns };
            self.rows.push(&line, console)?;
        }
        Ok(())
    }

    fn finish(self, console: &mut Console) -> Result<Exit, Failure> {
        self.rows.finish(console)?;
        let (requested, fulfilled) = (units::count(self.requested), units::count(self.fulfilled));
        let unreadable = match (self.unreadable, self.first_unreadable) {
            (n @ 1.., Some(line)) => {
                format!("; {} cannot be read as keys, the first in line {line}", units::count(n))
            }
            _ => String::new(),
        };
        console.note(&format!("requested {requested}, fulfilled {fulfilled}{unreadable}"));
        Ok(Exit::Done)
    }
}

/// The output; it may replace the list, which is read before the output gets its name.
pub(crate) fn open_output(args: &args::Enrich) -> Result<Output, Failure> {
    if let Some(input) = &args.input
        && input != Path::new("-")
        && output::same_file(input, &args.database)
    {
        return Err(Failure::Usage(format!("{} is the database itself, not a list", input.display())));
    }
    Output::open(args.rows.output.as_deref(), &args.database)
}

fn print_typed(
    args: &args::Enrich,
    database: &Database,
    answer: &Answer,
    typed: Vec<GivenKey>,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut lines = Lines::new(args, answer, console)?;
    let rows: Vec<&[GivenKey]> = typed.iter().map(std::slice::from_ref).collect();
    lines.requested = rows.len() as u64;
    lines.print(database, &rows, console)?;
    lines.finish(console)
}

fn print_list(
    args: &args::Enrich,
    database: &Database,
    answer: &Answer,
    mut list: List,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let mut lines = Lines::new(args, answer, console)?;
    let mut progress = ProgressLine::new(console);
    loop {
        let mut rows = Vec::new();
        while rows.len() < ROWS_AT_ONCE
            && let Some(row) = list.next()?
        {
            interrupt::check()?;
            lines.requested += u64::from(row.has_text);
            if row.has_text && row.keys.is_empty() {
                lines.unreadable += 1;
                lines.first_unreadable.get_or_insert(row.record.line);
            }
            rows.push(row.keys);
        }
        if rows.is_empty() {
            progress.clear();
            return lines.finish(console);
        }
        let rows: Vec<&[GivenKey]> = rows.iter().map(Vec::as_slice).collect();
        lines.print(database, &rows, console)?;
        let done = lines.requested;
        progress.tell(done, None, |so_far| {
            format!("{} keys, {}/s", units::count(done), units::count(so_far.rate(done)))
        });
    }
}

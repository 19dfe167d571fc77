//! `rolo get`: the people that keys name.

use clap::ArgMatches;
use rolo::engine::{Database, Fields, Person, Rendering};
use rolo::record::flatten::{self, Column};
use rolo::record::{Style, Value, parse};

use super::args::{self, Format, View};
use super::console::{Console, DEFAULT_WIDTH, printable_json};
use super::failure::{Exit, Failure};
use super::keys::typed_keys;
use super::output::{Output, Row, RowWriter, format_of};
use super::tree::page;
use super::{interrupt, units};

pub(crate) fn run(args: &args::Get, matches: &ArgMatches, console: &mut Console) -> Result<Exit, Failure> {
    let keys = typed_keys(matches)?;
    if keys.is_empty() {
        let problem = "name at least one key: a profile URL, an e-mail, a phone number, a handle or an id";
        return Err(Failure::Usage(problem.to_string()));
    }
    let format = args.rows.format;
    if args.view != View::Person && matches!(format, Some(Format::Table | Format::Csv)) {
        let problem = "--as prints whole records, which are JSON: use --format jsonl or json";
        return Err(Failure::Usage(problem.to_string()));
    }
    if args.titlecase && !matches!(args.view, View::PdlV4 | View::PdlV5) {
        return Err(Failure::Usage("--titlecase goes with --as pdl-v4 or pdl-v5".to_string()));
    }
    let database = Database::open(&args.database)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let mut printer = Printer::new(args, &database, output, console)?;
    let mut unknown = Vec::new();
    for given in &keys {
        interrupt::check()?;
        let people = database.get(&given.key)?;
        if people.is_empty() {
            unknown.push(&given.text);
        }
        for person in &people {
            printer.print(person, console)?;
        }
    }
    printer.finish(console)?;
    for text in &unknown {
        console.note(&format!("rolo: {text:?} names nobody in {}", args.database.display()));
    }
    if keys.len() > 1 && !unknown.is_empty() {
        let found = keys.len() - unknown.len();
        console.note(&format!("{found} of {} found", units::counted(keys.len() as u64, "key", "keys")));
    }
    Ok(Exit::Done)
}

/// Prints people.
struct Printer {
    form: Form,
    records: Records,
}

/// What is printed of a person.
enum Records {
    Person(Fields),
    Source,
    Written(Rendering),
}

impl Records {
    fn of(args: &args::Get, database: &Database) -> Result<Self, Failure> {
        let name = match args.view {
            View::Person => return Ok(Self::Person(database.all_fields())),
            View::Source => return Ok(Self::Source),
            View::Crustdata => "crustdata",
            View::PdlV4 => "pdl-v4",
            View::PdlV5 => "pdl-v5",
        };
        Ok(Self::Written(database.rendering(name, Style { titlecase: args.titlecase })?))
    }

    fn json(&self, person: &Person) -> Result<String, Failure> {
        match self {
            Self::Person(fields) => Ok(person.project(fields)?),
            Self::Source => Ok(String::from_utf8_lossy(person.source()).into_owned()),
            Self::Written(rendering) => Ok(person.render(rendering)?),
        }
    }
}

/// One of the formats.
enum Form {
    /// Pages, for a screen.
    Pages {
        output: Output,
        width: usize,
        first: bool,
    },
    /// Records as they are, one after the other.
    Lines {
        output: Output,
        terminal: bool,
    },
    Rows {
        rows: RowWriter,
        columns: Vec<Column>,
    },
}

impl Printer {
    fn new(
        args: &args::Get,
        database: &Database,
        output: Output,
        console: &Console,
    ) -> Result<Self, Failure> {
        let records = Records::of(args, database)?;
        let lines = args.view != View::Person;
        let width = output.width(console);
        let form = match format_of(&args.rows, &output, console) {
            Format::Table | Format::Csv | Format::Jsonl if lines => {
                Form::Lines { output, terminal: width.is_some() }
            }
            Format::Table => Form::Pages { output, width: width.unwrap_or(DEFAULT_WIDTH), first: true },
            format => {
                let columns = flatten::columns(database.schema(), database.all_fields().selection());
                let names = columns.iter().map(|column| column.path.clone()).collect();
                let rows = RowWriter::new(output, format, names, Vec::new(), console);
                Form::Rows { rows, columns }
            }
        };
        Ok(Self { form, records })
    }

    fn print(&mut self, person: &Person, console: &mut Console) -> Result<(), Failure> {
        match &mut self.form {
            Form::Pages { output, width, first } => {
                let json = self.records.json(person)?;
                let gap = if std::mem::take(first) { "" } else { "\n" };
                let text = format!("{gap}{}", page(&parsed(&json)?, *width, console.out_paint));
                output.write(text.as_bytes(), console)
            }
            Form::Lines { output, terminal } => {
                let json = self.records.json(person)?;
                let text = if *terminal { printable_json(&json) } else { json };
                output.write(format!("{text}\n").as_bytes(), console)
            }
            Form::Rows { rows, columns } => {
                rows.push(&PersonRow { person, records: &self.records, columns }, console)
            }
        }
    }

    fn finish(self, console: &mut Console) -> Result<(), Failure> {
        match self.form {
            Form::Pages { output, .. } | Form::Lines { output, .. } => output.finish(console),
            Form::Rows { rows, .. } => rows.finish(console),
        }
    }
}

/// JSON that the library made.
pub(crate) fn parsed(json: &str) -> Result<Value<'_>, Failure> {
    let parsed =
        parse(json.as_bytes()).map_err(|reason| Failure::Failed(format!("internal error: {reason}")))?;
    Ok(parsed.value)
}

struct PersonRow<'a> {
    person: &'a Person,
    records: &'a Records,
    columns: &'a [Column],
}

impl Row for PersonRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        self.records.json(self.person)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let json = self.records.json(self.person)?;
        Ok(flatten::cells(self.columns, &parsed(&json)?))
    }
}

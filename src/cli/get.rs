//! `rolo get`: the people that keys name.

use clap::ArgMatches;
use rolo::engine::{Database, Fields, Person};
use rolo::record::flatten::{self, Column};
use rolo::record::{Value, parse};

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
    if args.view == View::Source && matches!(format, Some(Format::Table | Format::Csv)) {
        let problem =
            "--as source prints records as they were loaded, which are JSON: use --format jsonl or json";
        return Err(Failure::Usage(problem.to_string()));
    }
    let database = Database::open(&args.database)?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let mut printer = Printer::new(args, &database, output, console);
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
    fields: Fields,
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
    Source {
        output: Output,
        terminal: bool,
    },
    Rows {
        rows: RowWriter,
        columns: Vec<Column>,
        source: bool,
    },
}

impl Printer {
    fn new(args: &args::Get, database: &Database, output: Output, console: &Console) -> Self {
        let fields = database.all_fields();
        let source = args.view == View::Source;
        let width = output.width(console);
        let form = match format_of(&args.rows, &output, console) {
            Format::Table | Format::Csv | Format::Jsonl if source => {
                Form::Source { output, terminal: width.is_some() }
            }
            Format::Table => Form::Pages { output, width: width.unwrap_or(DEFAULT_WIDTH), first: true },
            format => {
                let columns = flatten::columns(database.schema(), fields.selection());
                let names = columns.iter().map(|column| column.path.clone()).collect();
                let rows = RowWriter::new(output, format, names, Vec::new(), console);
                Form::Rows { rows, columns, source }
            }
        };
        Self { form, fields }
    }

    fn print(&mut self, person: &Person, console: &mut Console) -> Result<(), Failure> {
        match &mut self.form {
            Form::Pages { output, width, first } => {
                let json = person.project(&self.fields)?;
                let gap = if std::mem::take(first) { "" } else { "\n" };
                let text = format!("{gap}{}", page(&parsed(&json)?, *width, console.out_paint));
                output.write(text.as_bytes(), console)
            }
            Form::Source { output, terminal: false } => {
                output.write(person.source(), console)?;
                output.write(b"\n", console)
            }
            Form::Source { output, terminal: true } => {
                let text = printable_json(&String::from_utf8_lossy(person.source()));
                output.write(format!("{text}\n").as_bytes(), console)
            }
            Form::Rows { rows, columns, source } => {
                rows.push(&PersonRow { person, fields: &self.fields, columns, source: *source }, console)
            }
        }
    }

    fn finish(self, console: &mut Console) -> Result<(), Failure> {
        match self.form {
            Form::Pages { output, .. } | Form::Source { output, .. } => output.finish(console),
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
    fields: &'a Fields,
    columns: &'a [Column],
    source: bool,
}

impl Row for PersonRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        if self.source {
            return Ok(String::from_utf8_lossy(self.person.source()).into_owned());
        }
        Ok(self.person.project(self.fields)?)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let json = self.person.project(self.fields)?;
        Ok(flatten::cells(self.columns, &parsed(&json)?))
    }
}

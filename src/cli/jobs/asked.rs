//! What a job is asked to do: from flags, from a vendor's body, or from a list that is read while the job is written down.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rolo::jobs::{Asked, Caps, Csv, CsvMode, Enrich, Identifier, Items, JobError, People, Search};
use serde_json::{Map, Value, json};

use crate::cli::args::{By, Mode, SubmitCsv, SubmitEnrich, SubmitKind, SubmitPeople, SubmitSearch, Switch};
use crate::cli::console::Console;
use crate::cli::enrich;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::key_columns::KeyColumn;
use crate::cli::keys::KeyForm;
use crate::cli::list::{self, List, Row};
use crate::cli::output::same_file;
use rolo::record::delimited::Record;

/// The flag of a body.
const REQUEST: &str = "--request";

/// Reads what is asked for.
pub(super) fn of(kind: &SubmitKind, caps: &Caps, console: &mut Console) -> Result<Asked<'static>, Failure> {
    match kind {
        SubmitKind::Search(args) => search(args, caps),
        SubmitKind::Enrich(args) => enrich(args, caps, console),
        SubmitKind::People(args) => people(args, caps),
        SubmitKind::Csv(args) => csv(args, caps),
    }
}

fn search(args: &SubmitSearch, caps: &Caps) -> Result<Asked<'static>, Failure> {
    let quirks = args.strict_batch_quirks == Switch::On;
    let body = match (&args.filters, &args.request) {
        (Some(filters), _) => search_body(args, given::json(filters, "--filters")?)?,
        (None, Some(request)) => given::json(request, REQUEST)?,
        (None, None) => return Err(nothing()),
    };
    Ok(Search::from_body(&body, caps, quirks)?)
}

/// The body that the flags stand for.
fn search_body(args: &SubmitSearch, filters: Value) -> Result<Value, Failure> {
    let mut body = Map::new();
    body.insert("filters".to_string(), filters);
    if let Some(most) = args.max_results {
        body.insert("max_results".to_string(), most.into());
    }
    if let Some(fields) = given::fields(args.fields.as_deref())? {
        body.insert("fields".to_string(), json!(fields));
    }
    Ok(Value::Object(body))
}

fn enrich(args: &SubmitEnrich, caps: &Caps, console: &mut Console) -> Result<Asked<'static>, Failure> {
    if let Some(request) = &args.request {
        return Ok(Enrich::from_body(&given::json(request, REQUEST)?, caps)?);
    }
    let by = match args.by {
        By::Url => Identifier::Url,
        By::Email => Identifier::Email,
        By::Any => Identifier::Any,
    };
    let items: Items<'static> = match &args.input {
        Some(path) => identifiers(path, args, console)?,
        None => Box::new(args.keys.clone().into_iter().map(Ok)),
    };
    Ok(Enrich::of_items(by, items, owned_fields(args.fields.as_deref())?, args.chunk_size, caps)?)
}

/// The identifiers of a list: of each row the surest; rows that have none are no items.
fn identifiers(path: &Path, args: &SubmitEnrich, console: &mut Console) -> Result<Items<'static>, Failure> {
    not_the_database(path, &args.database)?;
    let mut list = List::open(path, args.column.as_slice(), false)?;
    if args.column.is_none() && list.header.is_some() {
        let wanted = |column: &KeyColumn| match args.by {
            By::Url => column.form == KeyForm::Url,
            By::Email => column.form == KeyForm::Email,
            By::Any => true,
        };
        let (kept, others): (Vec<_>, Vec<_>) = list.columns.drain(..).partition(wanted);
        list.columns = if kept.is_empty() { others } else { kept };
        enrich::tell_columns(&list, console);
    }
    Ok(Box::new(std::iter::from_fn(move || next_identifier(&mut list).transpose())))
}

/// The text of the next row that has one.
fn next_identifier(list: &mut List) -> Result<Option<String>, JobError> {
    loop {
        let row = list.next().map_err(|failure| JobError::Input(failure.text()))?;
        let Some(Row { record, .. }) = row else { return Ok(None) };
        let text = list.columns.iter().find_map(|column| text_of(&record, column));
        if let Some(text) = text {
            return Ok(Some(text));
        }
    }
}

fn text_of(record: &Record, column: &KeyColumn) -> Option<String> {
    let text = record.cell(column.index).filter(|text| !text.trim().is_empty())?;
    Some(text.into_owned())
}

fn people(args: &SubmitPeople, caps: &Caps) -> Result<Asked<'static>, Failure> {
    let fields = owned_fields(args.fields.as_deref())?;
    let Some(path) = &args.input else {
        let request = args.request.as_deref().ok_or_else(nothing)?;
        return Ok(People::from_body(&given::text(request, REQUEST)?, fields, caps)?);
    };
    not_the_database(path, &args.database)?;
    let (name, reader): (String, Box<dyn Read + Send>) = if path == Path::new("-") {
        ("standard input".to_string(), Box::new(io::stdin()))
    } else {
        let name = path.display().to_string();
        let file = File::open(path).map_err(Failure::reading(&name))?;
        (name, Box::new(file))
    };
    Ok(People::of_lines(reader, &name, fields, caps)?)
}

fn csv(args: &SubmitCsv, caps: &Caps) -> Result<Asked<'static>, Failure> {
    not_the_database(&args.input, &args.database)?;
    let mode = match args.mode {
        Mode::Raw => CsvMode::Raw,
        Mode::Full => CsvMode::Full,
        Mode::Basic => CsvMode::Basic,
        Mode::Advanced => CsvMode::Advanced,
    };
    let metadata = args.metadata.as_deref().map(|text| given::json(text, "--metadata")).transpose()?;
    let fields = owned_fields(args.fields.as_deref())?;
    let (_, reader) = list::source(&args.input)?;
    Ok(Csv::from_reader(reader, mode, args.platform.as_deref(), metadata, fields, caps)?)
}

fn owned_fields(given: Option<&[String]>) -> Result<Option<Vec<String>>, Failure> {
    Ok(given::fields(given)?.map(|fields| fields.into_iter().map(str::to_string).collect()))
}

fn not_the_database(input: &Path, database: &Path) -> Result<(), Failure> {
    if input != Path::new("-") && same_file(input, database) {
        return Err(Failure::Usage(format!("{} is the database itself, not a list", input.display())));
    }
    Ok(())
}

/// The parser asks for one of them.
fn nothing() -> Failure {
    Failure::Usage("nothing is asked for".to_string())
}

//! What may come next: commands, keywords, tables, columns, functions, values, files.
//!
//! A pure function of the text before the cursor and of what is known about the database.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use clap::ValueEnum as _;
use reedline::{Completer, CompletionResult, Span, Suggestion};
use rolo::engine::Database;
use rolo::sql::{Names, TableNames};

use super::commands::{COMMANDS, Follows, find};
use super::scan::{Run, is_name_part, open_quote, runs};
use super::words::{quoted, words};
use crate::cli::args::RowsFormat;
use crate::cli::console::printable;

/// Values, files and names that a menu offers.
const OFFERED: usize = 200;
/// Values of a path that are offered.
const VALUES: usize = 30;
/// Names that are offered where none begins as typed.
const NEAR: usize = 3;

/// The keywords of statements, in capitals.
pub(super) const KEYWORDS: [&str; 78] = [
    "ALL",
    "ANALYZE",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "ATTACH",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "COLUMNS",
    "COPY",
    "CREATE",
    "CROSS",
    "DATE",
    "DESC",
    "DESCRIBE",
    "DETACH",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "EXTRACT",
    "FALSE",
    "FETCH",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FORMAT",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IF",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LAST",
    "LATERAL",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRECEDING",
    "REPLACE",
    "RIGHT",
    "ROWS",
    "SELECT",
    "SHOW",
    "SUMMARIZE",
    "TABLES",
    "THEN",
    "TO",
    "TRUE",
    "UNBOUNDED",
    "UNION",
    "USING",
    "VIEW",
    "WHEN",
    "WHERE",
];

/// What is known about the database.
#[derive(Default)]
pub(super) struct Known {
    database: Option<Arc<Database>>,
    pub(super) names: Names,
}

impl Known {
    pub(super) fn new(database: Arc<Database>, names: Names) -> Self {
        Self { database: Some(database), names }
    }

    fn table(&self, name: &str) -> Option<&TableNames> {
        self.names.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }
}

/// What may stand in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// What is typed there instead of what begins at `start`.
    pub(super) text: String,
    /// What it is, in a word or two.
    pub(super) about: Option<String>,
    /// The byte that it begins at.
    pub(super) start: usize,
    /// Whether a blank follows it.
    pub(super) closed: bool,
}

/// Completes for the line editor.
pub(super) struct Completions {
    known: Arc<Mutex<Known>>,
}

impl Completions {
    pub(super) fn new(known: Arc<Mutex<Known>>) -> Self {
        Self { known }
    }
}

impl Completer for Completions {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = line.get(..pos).unwrap_or(line);
        let offers = offers(before, line, &known);
        let suggestion = |offer: Offer| Suggestion {
            value: offer.text,
            description: offer.about,
            span: Span { start: offer.start.min(pos), end: pos },
            append_whitespace: offer.closed,
            ..Suggestion::default()
        };
        CompletionResult::fresh(offers.into_iter().map(suggestion).collect::<Vec<_>>())
    }
}

/// What may stand at the end of `before`, the beginning of `whole`.
pub(super) fn offers(before: &str, whole: &str, known: &Known) -> Vec<Offer> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let mut offers = match before.trim_start().starts_with('.') {
        true => of_command(line, before.len() - line.len(), known),
        false => of_statement(before, whole, known),
    };
    offers.truncate(OFFERED);
    offers
}

fn of_command(line: &str, line_start: usize, known: &Known) -> Vec<Offer> {
    let blank = line.len() - line.trim_start().len();
    let (typed, start) = (line.trim_start(), line_start + blank);
    let Some((name, rest)) = typed.split_once(char::is_whitespace) else {
        let begun = typed.trim_start_matches('.');
        let offer = |command: &super::commands::Command| Offer {
            text: format!(".{}", command.name),
            about: Some(command.about.to_string()),
            start,
            closed: true,
        };
        let fitting = COMMANDS.iter().filter(|command| command.name.starts_with(begun));
        let fitting: Vec<Offer> = fitting.map(offer).collect();
        if !fitting.is_empty() {
            return fitting;
        }
        let near = near(begun, COMMANDS.iter().map(|command| command.name));
        return near.into_iter().filter_map(find).map(offer).collect();
    };
    let Some(command) = find(name.trim_start_matches('.')) else { return Vec::new() };
    let rest_start = start + typed.len() - rest.len();
    let last = words(rest).pop().filter(|word| word.open.is_some() || !rest.ends_with(char::is_whitespace));
    let (begun, at) = match last {
        Some(word) => (word.text, rest_start + word.start),
        None => (String::new(), start + typed.len()),
    };
    let among = |all: Vec<String>| -> Vec<Offer> {
        let fitting = all.into_iter().filter(|name| begins(name, &begun));
        fitting.map(|text| Offer { text, about: None, start: at, closed: true }).collect()
    };
    match command.follows {
        Follows::Nothing => Vec::new(),
        Follows::File => files(&begun, at, quoted),
        Follows::Table => among(known.names.tables.iter().map(|table| table.name.clone()).collect()),
        Follows::Switch => among(vec!["on".to_string(), "off".to_string()]),
        Follows::Mode => {
            let modes = RowsFormat::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
            among(modes.map(|mode| mode.get_name().to_string()).collect())
        }
        Follows::Command => {
            let names = COMMANDS.iter().map(|command| command.name.to_string());
            among(names.chain(["keys".to_string()]).collect())
        }
        Follows::Path => {
            let people = known.table("people").map(|table| table.columns.clone());
            among(people.unwrap_or_default())
        }
        Follows::Sql => of_statement(rest, rest, known)
            .into_iter()
            .map(|offer| Offer { start: offer.start + rest_start, ..offer })
            .collect(),
    }
}

fn of_statement(before: &str, whole: &str, known: &Known) -> Vec<Offer> {
    if let Some((quote, at)) = open_quote(before) {
        let begun = before.get(at + 1..).unwrap_or_default();
        return match quote {
            '\'' => in_quotes(before.get(..at).unwrap_or_default(), begun, at, whole, known),
            _ => Vec::new(),
        };
    }
    let begun = before.rsplit(|c: char| !is_name_part(c)).next().unwrap_or_default();
    let at = before.len() - begun.len();
    let previous = before.get(..at).unwrap_or_default().trim_end();
    let word = previous.rsplit(|c: char| !is_name_part(c)).next().unwrap_or_default().to_uppercase();
    if matches!(word.as_str(), "FROM" | "JOIN" | "DESCRIBE" | "SUMMARIZE" | "TABLE")
        && !previous.ends_with(',')
    {
        return tables(begun, at, known);
    }
    if begun.is_empty()
        && !previous.ends_with([',', '(', '='])
        && word != "SELECT"
        && word != "WHERE"
        && word != "BY"
    {
        return Vec::new();
    }
    names(begun, at, whole, known)
}

/// Files behind FROM and the like, values behind a column.
fn in_quotes(before: &str, begun: &str, at: usize, whole: &str, known: &Known) -> Vec<Offer> {
    let operators = |c: char| c.is_whitespace() || "=<>!(,~".contains(c);
    let mut rest = before.trim_end();
    let last = rest.rsplit(|c: char| !is_name_part(c)).next().unwrap_or_default().to_uppercase();
    let as_text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    if matches!(last.as_str(), "FROM" | "JOIN" | "ATTACH" | "TO" | "DATABASE") {
        return files(begun, at, |name| if name.ends_with('/') { format!("'{name}") } else { as_text(name) });
    }
    // Back over `IN ('a', 'b',`, `= `, `LIKE `, `NOT`, to the column's name.
    loop {
        rest = rest.trim_end_matches(operators);
        if rest.ends_with('\'') {
            rest = rest.trim_end_matches('\'').rsplit_once('\'').map_or("", |(before, _)| before);
            continue;
        }
        let word = rest.rsplit(|c: char| !is_name_part(c)).next().unwrap_or_default();
        match word.to_uppercase().as_str() {
            "IN" | "LIKE" | "ILIKE" | "NOT" | "BETWEEN" | "DISTINCT" | "IS" => {
                rest = rest.get(..rest.len() - word.len()).unwrap_or_default();
            }
            _ => {
                let values = values(word, begun, whole, known);
                let offer =
                    |text: String| Offer { text: as_text(&text), about: None, start: at, closed: false };
                return values.into_iter().map(offer).collect();
            }
        }
    }
}

/// Values of a column that may be meant, the most frequent first. None as long as nothing is typed: they could be too many.
fn values(column: &str, begun: &str, whole: &str, known: &Known) -> Vec<String> {
    let (Some(database), false) = (&known.database, begun.is_empty() || column.is_empty()) else {
        return Vec::new();
    };
    let Some(path) = path_of(column, whole, known) else { return Vec::new() };
    let found = database.complete(&path, begun, VALUES).unwrap_or_default();
    found.into_iter().filter(|value| printable(value) == *value).collect()
}

/// The path in the record of a column of the tables that a statement names, those of attached databases left out.
fn path_of(column: &str, statement: &str, known: &Known) -> Option<String> {
    let mut named = tables_of(statement, known);
    if named.is_empty() {
        named.extend(known.table("people").map(|table| (table.name.clone(), table)));
    }
    named.iter().filter(|(_, table)| !table.name.contains('.')).find_map(|(called, table)| {
        let qualified = column.split_once('.').filter(|(before, _)| before.eq_ignore_ascii_case(called));
        let name = qualified.map_or(column, |(_, name)| name);
        let own = table.columns.iter().find(|own| own.eq_ignore_ascii_case(name));
        let inside = own.or_else(|| table.short.get(name))?;
        Some(table.array.iter().chain([inside]).map(String::as_str).collect::<Vec<_>>().join("."))
    })
}

fn tables(begun: &str, at: usize, known: &Known) -> Vec<Offer> {
    let all = || known.names.tables.iter().map(|table| table.name.as_str());
    let offer = |name: &str| Offer { text: name.to_string(), about: None, start: at, closed: true };
    let fitting: Vec<Offer> = all().filter(|name| begins(name, begun)).map(offer).collect();
    match fitting.is_empty() {
        true => near(begun, all()).into_iter().map(|name| meant(name.to_string(), at)).collect(),
        false => fitting,
    }
}

/// A name that is not what was typed, but near.
fn meant(text: String, start: usize) -> Offer {
    Offer { text, about: Some("did you mean".to_string()), start, closed: true }
}

/// At most three names whose beginnings are spelt nearly so, the nearest first; for where none begins so.
fn near<'n>(begun: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let typed = begun.to_lowercase();
    let len = typed.chars().count();
    // Of three letters everything is near.
    let most = match len {
        0..=3 => return Vec::new(),
        4..=5 => 1,
        _ => 2,
    };
    let edits = |name: &str| {
        let name = name.to_lowercase();
        let head: String = name.chars().take(len).collect();
        strsim::osa_distance(&typed, &head).min(strsim::osa_distance(&typed, &name))
    };
    let mut found: Vec<(usize, &str)> =
        names.map(|name| (edits(name), name)).filter(|(edits, _)| *edits <= most).collect();
    found.sort();
    found.dedup();
    found.into_iter().take(NEAR).map(|(_, name)| name).collect()
}

/// Columns of the tables that the statement names (of all, if it names none), their short names, functions, keywords, tables.
fn names(begun: &str, at: usize, whole: &str, known: &Known) -> Vec<Offer> {
    let named = tables_of(whole, known);
    let mut offers = Vec::new();
    let mut seen = BTreeSet::new();
    let mut offer = |text: String, about: Option<String>, closed: bool| {
        if seen.insert(text.to_lowercase()) {
            offers.push(Offer { text, about, start: at, closed });
        }
    };
    // Behind the name of a table, or what the statement calls it, its columns alone.
    if let Some((qualifier, _)) = begun.split_once('.')
        && let Some((_, table)) = named.iter().find(|(called, _)| called.eq_ignore_ascii_case(qualifier))
    {
        let rest = begun.get(qualifier.len() + 1..).unwrap_or_default();
        let columns = table.short.keys().chain(&table.columns).filter(|column| begins(column, rest));
        columns.for_each(|column| offer(format!("{qualifier}.{column}"), None, true));
        if offers.is_empty() {
            let near = near(rest, table.short.keys().chain(&table.columns).map(String::as_str));
            offers.extend(near.into_iter().map(|column| meant(format!("{qualifier}.{column}"), at)));
        }
        return offers;
    }
    let people: Vec<&TableNames> = known.table("people").into_iter().collect();
    let tables: Vec<&TableNames> =
        if named.is_empty() { people } else { named.iter().map(|(_, table)| *table).collect() };
    for table in &tables {
        for (short, path) in table.short.iter().filter(|(short, _)| begins(short, begun)) {
            offer(short.clone(), Some(path.clone()), true);
        }
    }
    for table in &tables {
        for column in table.columns.iter().filter(|column| begins(column, begun)) {
            offer(column.clone(), None, true);
        }
    }
    if begun.is_empty() {
        return offers;
    }
    let small = begun.chars().any(char::is_lowercase);
    for keyword in KEYWORDS.iter().filter(|keyword| begins(keyword, begun)) {
        offer(if small { keyword.to_lowercase() } else { keyword.to_string() }, None, true);
    }
    for function in known.names.functions.iter().filter(|function| begins(function, begun)) {
        offer(format!("{function}("), Some("function".to_string()), false);
    }
    for table in known.names.tables.iter().filter(|table| begins(&table.name, begun)) {
        offer(table.name.clone(), Some("table".to_string()), true);
    }
    if offers.is_empty() {
        let columns = tables.iter().flat_map(|table| table.short.keys().chain(&table.columns));
        let tables = known.names.tables.iter().map(|table| &table.name);
        let all = columns.chain(tables).chain(&known.names.functions).map(String::as_str);
        return near(begun, all.chain(KEYWORDS))
            .into_iter()
            .map(|name| meant(name.to_string(), at))
            .collect();
    }
    offers
}

/// The tables that a statement reads, each with what it is called there.
fn tables_of<'k>(statement: &str, known: &'k Known) -> Vec<(String, &'k TableNames)> {
    let code = runs(statement).into_iter().filter(|(run, _)| *run == Run::Code).map(|(_, code)| code);
    let words = code.flat_map(|code| code.split(|c: char| !is_name_part(c) && c != ','));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut found: Vec<(String, &TableNames)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(table) = known.table(word.trim_matches(',')) else { continue };
        let after =
            |from: usize| words.get(from).filter(|word| !KEYWORDS.contains(&word.to_uppercase().as_str()));
        let next =
            words.get(at + 1).filter(|next| next.eq_ignore_ascii_case("as")).map_or(at + 1, |_| at + 2);
        let own = table.name.rsplit('.').next().unwrap_or_default().to_string();
        found.push((own, table));
        if let Some(alias) = after(next).filter(|_| !word.ends_with(',')) {
            found.push((alias.trim_matches(',').to_string(), table));
        }
    }
    found
}

fn begins(name: &str, begun: &str) -> bool {
    name.get(..begun.len()).is_some_and(|head| head.eq_ignore_ascii_case(begun))
}

/// Files and folders whose path begins with a text; folders with `/` at the end.
fn files(begun: &str, at: usize, shown: impl Fn(&str) -> String) -> Vec<Offer> {
    let (folder, name) = begun.rsplit_once('/').map_or(("", begun), |(folder, name)| (folder, name));
    let place = match (folder, begun.starts_with('/')) {
        ("", true) => Path::new("/"),
        ("", false) => Path::new("."),
        (folder, _) => Path::new(folder),
    };
    let before = begun.len() - name.len();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let Ok(file) = entry.file_name().into_string() else { continue };
        // A name that commands a terminal has no place on it.
        if !file.starts_with(name)
            || (file.starts_with('.') && !name.starts_with('.'))
            || printable(&file) != file
        {
            continue;
        }
        let is_folder = entry.path().is_dir();
        let slash = if is_folder { "/" } else { "" };
        found.push((format!("{}{file}{slash}", begun.get(..before).unwrap_or_default()), is_folder));
    }
    found.sort();
    let offer = |(path, is_folder): (String, bool)| Offer {
        text: shown(&path),
        about: None,
        start: at,
        closed: !is_folder,
    };
    found.into_iter().map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let columns = ["person_id", "basic_profile.name", "basic_profile.location.country", "skills"];
        let short = [("name", "basic_profile.name"), ("country", "basic_profile.location.country")];
        let people = TableNames {
            name: "people".to_string(),
            columns: columns.map(String::from).to_vec(),
            short: short.into_iter().map(|(short, path)| (short.to_string(), path.to_string())).collect(),
            array: None,
        };
        let roles = TableNames {
            name: "roles".to_string(),
            columns: ["person_id", "title", "name"].map(String::from).to_vec(),
            short: Default::default(),
            array: Some("experience.employment_details".to_string()),
        };
        let functions = ["count", "has_words", "search"].map(String::from).to_vec();
        Known { database: None, names: Names { tables: vec![people, roles], functions } }
    }

    fn texts(before: &str) -> Vec<String> {
        texts_in(before, before)
    }

    fn texts_in(before: &str, whole: &str) -> Vec<String> {
        offers(before, whole, &known()).into_iter().map(|offer| offer.text).collect()
    }

    #[test]
    fn names_fit_their_place() {
        assert_eq!(texts("SELECT * FROM "), ["people", "roles"]);
        assert_eq!(texts("SELECT * FROM pe"), ["people"]);
        assert_eq!(texts("sel"), ["select"]);
        assert_eq!(texts("SEL"), ["SELECT"]);
        assert_eq!(texts("SELECT cou"), ["country", "count("]);
        assert_eq!(texts_in("SELECT ti", "SELECT ti FROM roles"), ["title"]);
        assert_eq!(texts_in("SELECT r.", "SELECT r. FROM roles r"), ["r.person_id", "r.title", "r.name"]);
        assert_eq!(texts_in("SELECT p.co", "SELECT p.co FROM people AS p"), ["p.country"]);
        assert_eq!(texts("SELECT basic_profile.loc"), ["basic_profile.location.country"]);
        assert_eq!(texts("SELECT 1 "), [""; 0]);
        assert_eq!(texts("SELECT 'cou"), [""; 0]);
        assert_eq!(texts("-- it's\nSELECT * FROM ro"), ["roles"]);
    }

    #[test]
    fn where_nothing_begins_as_typed_near_names_are_offered() {
        assert_eq!(texts("SELECT * FROM poeple"), ["people"]);
        assert_eq!(texts("SELECT contry"), ["country"]);
        assert_eq!(texts("SELCT"), ["SELECT"]);
        assert_eq!(texts("SELECT haswords"), ["has_words"]);
        assert_eq!(texts_in("SELECT r.tilte", "SELECT r.tilte FROM roles r"), ["r.title"]);
        assert_eq!(texts(".scehm"), [".schema"]);
        assert_eq!(texts("SELECT xyzzy"), [""; 0]);
    }

    #[test]
    fn a_column_of_a_statement_is_a_path_of_the_record() {
        let path = |column: &str, statement: &str| path_of(column, statement, &known());
        let title = Some("experience.employment_details.title".to_string());
        assert_eq!(path("title", "SELECT * FROM roles WHERE title = 'e"), title);
        assert_eq!(
            path("r.title", "SELECT * FROM people p JOIN roles r USING (person_id) WHERE r.title = 'e"),
            title
        );
        assert_eq!(path("p.name", "SELECT * FROM roles r, people p"), Some("basic_profile.name".to_string()));
        assert_eq!(path("country", "SELECT country"), Some("basic_profile.location.country".to_string()));
        assert_eq!(path("country", "SELECT * FROM roles"), None);
        assert_eq!(path("country", "SELECT * FROM roles WHERE title = 'people' -- people"), None);
    }

    #[test]
    fn commands_and_what_follows_them_are_offered() {
        assert_eq!(texts(".mo"), [".mode"]);
        assert_eq!(texts(".mode js"), ["jsonl", "json"]);
        assert_eq!(texts(".schema ro"), ["roles"]);
        assert_eq!(texts(".timer "), ["on", "off"]);
        assert_eq!(texts(".help ke"), ["keys"]);
        assert_eq!(texts(".explain SELECT * FROM ro"), ["roles"]);
        let offer = offers(".explain SELECT * FROM ro", "", &known()).pop().unwrap();
        assert_eq!(offer.start, ".explain SELECT * FROM ".len());
        assert!(texts(".nosuch x").is_empty());
    }

    #[test]
    fn files_are_offered_in_quotes_where_they_need_them() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().to_str().unwrap().to_string();
        for name in ["a b.csv", "people.parquet", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        assert_eq!(texts(&format!(".open {place}/p")), [format!("{place}/people.parquet")]);
        assert_eq!(texts(&format!(".open {place}/a")), [format!("'{place}/a b.csv'")]);
        assert_eq!(texts(&format!(".open {place}/s")), [format!("{place}/sub/")]);
        assert_eq!(texts(&format!("SELECT * FROM '{place}/a")), [format!("'{place}/a b.csv'")]);
        assert_eq!(texts(&format!("ATTACH '{place}/s")), [format!("'{place}/sub/")]);
    }

    #[test]
    fn every_keyword_is_in_order() {
        assert!(KEYWORDS.is_sorted());
    }
}

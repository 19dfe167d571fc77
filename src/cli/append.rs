//! `rolo enrich --append`: a CSV given back with columns added, everything else in it as it was.

use std::collections::HashSet;

use rolo::engine::Database;

use super::args;
use super::console::{Console, printable};
use super::enrich::{Answer, ROWS_AT_ONCE, look_up, open_output};
use super::failure::{Exit, Failure};
use super::keys::GivenKey;
use super::list::{List, Row};
use super::output::Output;
use super::progress::ProgressLine;
use super::{interrupt, units};

pub(crate) fn run(
    args: &args::Enrich,
    database: &Database,
    answer: &Answer,
    mut list: List,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let output = open_output(args)?;
    let terminal = output.width(console).is_some();
    let mut appender = Appender { output, terminal, database, answer, width: 0, counts: Counts::default() };
    appender.header(&list, console)?;
    let mut progress = ProgressLine::new(console);
    loop {
        let mut rows = Vec::new();
        while rows.len() < ROWS_AT_ONCE
            && let Some(row) = list.next()?
        {
            interrupt::check()?;
            rows.push(row);
        }
        if rows.is_empty() {
            break;
        }
        appender.rows(&rows, &list, console)?;
        let done = appender.counts.rows;
        progress.tell(done, None, |so_far| {
            format!("{} rows, {}/s", units::count(done), units::count(so_far.rate(done)))
        });
    }
    progress.clear();
    let Appender { output, counts, .. } = appender;
    output.finish(console)?;
    counts.tell(console);
    Ok(Exit::Done)
}

struct Appender<'a> {
    output: Output,
    terminal: bool,
    database: &'a Database,
    answer: &'a Answer,
    /// Cells of the header.
    width: usize,
    counts: Counts,
}

impl Appender<'_> {
    fn header(&mut self, list: &List, console: &mut Console) -> Result<(), Failure> {
        let Some(header) = &list.header else {
            return Err(Failure::Usage(format!("{} has no header", list.name)));
        };
        self.width = header.cell_count();
        let paths = self.answer.columns.iter().map(|column| column.path.as_str());
        let (names, renamed) = free_names(&header.texts(), paths);
        for (path, name) in renamed {
            console.note(&format!("the list has a column {path:?} already; the new one is called {name:?}"));
        }
        let mut out = if list.bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        header.with_added(self.width, &names, list.dialect, &mut out);
        self.write(&out, console)
    }

    fn rows(&mut self, rows: &[Row], list: &List, console: &mut Console) -> Result<(), Failure> {
        let keys: Vec<&[GivenKey]> = rows.iter().map(|row| row.keys.as_slice()).collect();
        let found = look_up(self.database, &keys, |person| self.answer.cells(person))?;
        let empty = vec![String::new(); self.answer.columns.len()];
        let mut out = Vec::new();
        for (row, found) in rows.iter().zip(&found) {
            self.counts.add(row, found.is_some(), self.width);
            let cells = found.as_ref().map_or(&empty, |(_, cells)| cells);
            row.record.with_added(self.width, cells, list.dialect, &mut out);
        }
        self.write(&out, console)
    }

    fn write(&mut self, bytes: &[u8], console: &mut Console) -> Result<(), Failure> {
        if self.terminal {
            let text = printable(&String::from_utf8_lossy(bytes).replace("\r\n", "\n"));
            return self.output.write(text.as_bytes(), console);
        }
        self.output.write(bytes, console)
    }
}

/// Names for new columns that no column has yet, and those that had to be changed.
fn free_names<'a>(
    header: &[String],
    paths: impl Iterator<Item = &'a str>,
) -> (Vec<String>, Vec<(&'a str, String)>) {
    let mut taken: HashSet<String> = header.iter().cloned().collect();
    let mut renamed = Vec::new();
    let mut names = Vec::new();
    for path in paths {
        let mut name = path.to_string();
        let mut number = 2u32;
        while taken.contains(&name) {
            name = format!("{path}_{number}");
            number += 1;
        }
        if name != path {
            renamed.push((path, name.clone()));
        }
        taken.insert(name.clone());
        names.push(name);
    }
    (names, renamed)
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    rows: u64,
    enriched: u64,
    without_key: u64,
    ragged: u64,
}

impl Counts {
    fn add(&mut self, row: &Row, found: bool, width: usize) {
        // A blank line is no row.
        if row.record.cell_count() == 0 {
            return;
        }
        self.rows += 1;
        self.enriched += u64::from(found);
        self.without_key += u64::from(row.keys.is_empty());
        self.ragged += u64::from(row.record.cell_count() != width);
    }

    fn tell(self, console: &mut Console) {
        let mut text = format!(
            "{} of {} enriched ({})",
            console.err_paint.bold(&units::count(self.enriched)),
            units::counted(self.rows, "row", "rows"),
            units::percent(self.enriched, self.rows)
        );
        if self.without_key > 0 {
            text.push_str(&format!(
                ", {} had no usable key",
                units::counted(self.without_key, "row", "rows")
            ));
        }
        if self.ragged > 0 {
            let ragged = units::counted(self.ragged, "row has", "rows have");
            text.push_str(&format!(
                "\n{ragged} fewer or more cells than the header; the new cells stand under their header"
            ));
        }
        console.note(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_changed_and_told() {
        let header = ["a", "a_2", "b"].map(str::to_string);
        let (names, renamed) = free_names(&header, ["a", "c"].into_iter());
        assert_eq!(names, ["a_3", "c"]);
        assert_eq!(renamed, [("a", "a_3".to_string())]);
    }
}

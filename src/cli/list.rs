//! A list of keys: one a line, or a CSV with a column of them; plain, gzip or zstd.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use rolo::record::delimited::{Dialect, Record, Records};

use super::failure::Failure;
use super::key_columns::{self, KeyColumn};
use super::keys::{GivenKey, KeyForm};

/// Bytes by which it is found out what a list is.
const SAMPLE_BYTES: usize = 64 << 10;
/// Rows by which columns are judged.
const SAMPLE_ROWS: usize = 200;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A list that is open.
pub(crate) struct List {
    pub(crate) name: String,
    records: Records<Box<dyn BufRead>>,
    pub(crate) dialect: Dialect,
    /// Whether the file begins with a byte order mark.
    pub(crate) bom: bool,
    /// The first line, where it is a header.
    pub(crate) header: Option<Record>,
    /// The columns with keys, in the order in which they are tried.
    pub(crate) columns: Vec<KeyColumn>,
}

/// A row of a list.
pub(crate) struct Row {
    pub(crate) record: Record,
    /// Its keys, the surest first.
    pub(crate) keys: Vec<GivenKey>,
    /// Whether something stands where a key should.
    pub(crate) has_text: bool,
}

impl List {
    /// Opens a list, and finds out what it is. `named`: the columns with the keys, if the user said which; `append`: it must be
    /// a CSV.
    pub(crate) fn open(path: &Path, named: &[String], append: bool) -> Result<Self, Failure> {
        let (name, reader) = source(path)?;
        let mut reader = reader;
        let mut sample = Vec::new();
        (&mut reader).take(SAMPLE_BYTES as u64).read_to_end(&mut sample).map_err(Failure::reading(&name))?;
        if sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff") {
            return Err(Failure::Failed(format!("{name} is UTF-16: save it as CSV UTF-8 and try again")));
        }
        let bom = sample.starts_with(BOM);
        if bom {
            sample.drain(..BOM.len());
        }
        if sample.iter().all(u8::is_ascii_whitespace) {
            return Err(Failure::Failed(format!("{name} is empty")));
        }
        let shape = Shape::of(&name, &sample, path, named, append)?;
        let reader: Box<dyn BufRead> =
            Box::new(BufReader::with_capacity(SAMPLE_BYTES, Cursor::new(sample).chain(reader)));
        let mut records = Records::new(reader, shape.dialect);
        let header = if shape.has_header { first_record(&mut records)? } else { None };
        Ok(Self { name, records, dialect: shape.dialect, bom, header, columns: shape.columns })
    }

    /// The next row; blank lines are rows without keys.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, Failure> {
        let Some(record) = self.records.next_record()? else { return Ok(None) };
        let mut keys = Vec::new();
        let mut has_text = false;
        for column in &self.columns {
            let Some(text) = record.cell(column.index).filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            has_text = true;
            if let Some(key) = read(column.form, &text) {
                keys.push(GivenKey { text: text.into_owned(), key });
            }
        }
        Ok(Some(Row { record, keys, has_text }))
    }
}

/// A cell as a key of its column's form, or as what it looks like: people put URLs into columns for e-mails.
fn read(form: KeyForm, text: &str) -> Option<rolo::record::Key> {
    let own = form.read(text).ok();
    own.or_else(|| {
        matches!(form, KeyForm::Url | KeyForm::Email).then(|| KeyForm::Guess.read(text).ok()).flatten()
    })
}

/// Blank lines may stand before the header; they are not given back.
fn first_record(records: &mut Records<Box<dyn BufRead>>) -> Result<Option<Record>, Failure> {
    while let Some(record) = records.next_record()? {
        if record.cell_count() > 0 {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// The bytes of a list, decompressed, and what messages call it.
pub(crate) fn source(path: &Path) -> Result<(String, Box<dyn Read>), Failure> {
    let (name, reader): (String, Box<dyn Read>) = if path == Path::new("-") {
        ("standard input".to_string(), Box::new(io::stdin()))
    } else {
        let name = path.display().to_string();
        let file = File::open(path).map_err(Failure::reading(&name))?;
        if file.metadata().is_ok_and(|kind| kind.is_dir()) {
            return Err(Failure::Failed(format!("{name} is a folder: name a file in it")));
        }
        (name, Box::new(file))
    };
    let mut reader = BufReader::with_capacity(SAMPLE_BYTES, reader);
    let start = reader.fill_buf().map_err(Failure::reading(&name))?;
    let reader: Box<dyn Read> = if start.starts_with(b"\x1f\x8b") {
        Box::new(flate2::bufread::MultiGzDecoder::new(reader))
    } else if start.starts_with(b"\x28\xb5\x2f\xfd") {
        Box::new(zstd::Decoder::with_buffer(reader).map_err(Failure::reading(&name))?)
    } else {
        Box::new(reader)
    };
    Ok((name, reader))
}

/// What a list is.
struct Shape {
    dialect: Dialect,
    has_header: bool,
    columns: Vec<KeyColumn>,
}

impl Shape {
    fn of(name: &str, sample: &[u8], path: &Path, named: &[String], append: bool) -> Result<Self, Failure> {
        let ending = |wanted: &str| {
            let text = path.to_string_lossy().to_lowercase();
            let text = text.strip_suffix(".gz").or(text.strip_suffix(".zst")).unwrap_or(&text);
            text.ends_with(wanted)
        };
        let dialect = Dialect::detect(sample, ending(".tsv").then_some(b'\t'));
        let mut rows = dialect.sample_records(sample).into_iter().filter(|record| record.cell_count() > 0);
        let header = rows.next().map(|record| record.texts()).unwrap_or_default();
        let rows: Vec<Vec<String>> = rows.take(SAMPLE_ROWS).map(|record| record.texts()).collect();
        if !named.is_empty() {
            let columns = named_columns(name, &header, &rows, named)?;
            return Ok(Self { dialect, has_header: true, columns });
        }
        let is_csv = append || ending(".csv") || ending(".tsv") || header.len() > 1;
        if key_columns::is_data(&header) {
            if append || header.len() > 1 {
                let problem = "its first line is no header but has keys in it: add a first line with names of the columns";
                return Err(Failure::Usage(format!("{name}: {problem}")));
            }
            return Ok(Self::plain(dialect));
        }
        if !is_csv && !header.first().is_some_and(|name| key_columns::is_key_name(name)) {
            return Ok(Self::plain(dialect));
        }
        let columns = key_columns::detect(&header, &rows);
        if columns.is_empty() && header.len() == 1 && !append {
            return Ok(Self::plain(dialect));
        }
        if columns.is_empty() {
            let names = header.join(", ");
            return Err(Failure::Usage(format!(
                "{name}: no column looks like profile URLs, e-mails or phone numbers; say --column NAME; there are: {names}"
            )));
        }
        Ok(Self { dialect, has_header: true, columns })
    }

    /// One key a line. A comma in it belongs to the key.
    fn plain(dialect: Dialect) -> Self {
        let columns = vec![KeyColumn { index: 0, name: String::new(), form: KeyForm::Guess }];
        Self { dialect: dialect.of_lines(), has_header: false, columns }
    }
}

/// The columns that the user named.
fn named_columns(
    list: &str,
    header: &[String],
    rows: &[Vec<String>],
    names: &[String],
) -> Result<Vec<KeyColumn>, Failure> {
    let find = |name: &String| {
        let plain = |text: &str| text.trim().to_lowercase();
        let same = header.iter().position(|column| column == name);
        let index = same.or_else(|| header.iter().position(|column| plain(column) == plain(name)));
        let Some(index) = index else {
            let near =
                nearest(name, header).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            let problem = format!("{list} has no column {name:?}{near} It has: {}", header.join(", "));
            return Err(Failure::Usage(problem.replacen("\" It", "\"; it", 1)));
        };
        Ok(KeyColumn { index, name: name.clone(), form: key_columns::form_of(name, index, rows) })
    };
    names.iter().map(find).collect()
}

/// The column that a name may have meant.
fn nearest<'a>(name: &str, header: &'a [String]) -> Option<&'a String> {
    let name = name.to_lowercase();
    let likeness = |column: &str| {
        let column = column.to_lowercase();
        let part = column.contains(&name) || (column.len() > 2 && name.contains(&column));
        strsim::jaro_winkler(&name, &column).max(if part { 0.9 } else { 0.0 })
    };
    let best = header.iter().map(|column| (likeness(column), column)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|&(likeness, _)| likeness > 0.75).map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Command;

    fn open(text: &str, ending: &str, more: &str) -> Result<List, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("list.{ending}"));
        std::fs::write(&path, text).unwrap();
        let line = format!("rolo enrich db -i {} {more}", path.display());
        let (cli, _) = crate::cli::parse(line.split_whitespace().map(Into::into)).unwrap();
        let Command::Enrich(args) = cli.command else { unreachable!() };
        List::open(&path, &args.column, args.append)
    }

    fn keys(mut list: List) -> Vec<Vec<String>> {
        let rows = std::iter::from_fn(|| list.next().unwrap());
        rows.map(|row| row.keys.into_iter().map(|given| given.text).collect()).collect()
    }

    #[test]
    fn a_plain_list_has_one_key_a_line() {
        let list = open("ann@example.com\n\nlinkedin.com/in/bo,extra\nnothing\n", "txt", "").unwrap();
        assert!(list.header.is_none());
        assert_eq!(keys(list).iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1, 0]);
    }

    #[test]
    fn a_single_column_with_a_telling_header_is_no_plain_list() {
        let list = open("email\nann@example.com\n", "txt", "").unwrap();
        assert!(list.header.is_some());
        assert_eq!(keys(list), [["ann@example.com"]]);
    }

    #[test]
    fn the_keys_of_a_row_come_the_surest_first() {
        let text = "name,email,linkedin_url\nAnn,ann@example.com,linkedin.com/in/ann\nBo,bo@example.com,\n";
        let list = open(text, "csv", "").unwrap();
        assert_eq!(keys(list), [vec!["linkedin.com/in/ann", "ann@example.com"], vec!["bo@example.com"]]);
    }

    #[test]
    fn a_column_that_does_not_exist_is_named_with_those_that_do() {
        let Err(Failure::Usage(text)) = open("name,email\nAnn,a@example.com\n", "csv", "--column emial")
        else {
            panic!("a wrong column must be refused")
        };
        assert!(text.contains("no column \"emial\"; did you mean email?"), "{text}");
        assert!(text.ends_with("It has: name, email"), "{text}");
        let Err(Failure::Usage(text)) = open("name,email\nAnn,a@example.com\n", "csv", "--column xyzzy")
        else {
            panic!("a wrong column must be refused")
        };
        assert!(text.ends_with("no column \"xyzzy\"; it has: name, email"), "{text}");
    }

    #[test]
    fn a_csv_without_header_or_keys_is_refused() {
        assert!(matches!(
            open("Ann,ann@example.com\nBo,bo@example.com\n", "csv", ""),
            Err(Failure::Usage(_))
        ));
        assert!(matches!(open("name,city\nAnn,Oslo\n", "csv", ""), Err(Failure::Usage(_))));
        assert!(matches!(open("", "csv", ""), Err(Failure::Failed(_))));
        assert!(matches!(open("\u{feff}", "csv", ""), Err(Failure::Failed(_))));
    }
}

//! What the size of row groups costs and gains: bytes of the file, of its footer, and time of a scan by DuckDB.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use rolo::Schema;
use rolo::column::{RowGroupWriter, Shredder, write_footer};
use rolo::record::parse_person;

use crate::peers::duckdb::{DuckDb, quoted};
use crate::people::People;
use crate::race::{Contender, Race};
use crate::report::{Table, each, heading};

const ROWS: [usize; 4] = [8_192, 16_384, 32_768, 65_536];
/// Rows of a batch that is shredded at once.
const BATCH_ROWS: usize = 1_024;
/// Reads two columns of all rows.
const SCAN: &str = "select count(*) from (select basic_profile.location.country, max(basic_profile.last_updated) from {} group by all)";

/// A Parquet file of one row-group size.
struct Written {
    path: PathBuf,
    groups_bytes: u64,
    footer_bytes: u64,
}

pub(crate) fn run(people: &People, folder: &Path, rounds: usize, threads: usize) -> Result<()> {
    let written = ROWS.map(|rows| write(people, folder, rows)).into_iter().collect::<Result<Vec<_>>>()?;
    let scans = race(&written, rounds, threads)?;
    heading(
        "Row-group size",
        &format!(
            "{}. Row groups and footer alone, without sections. The scan reads two columns with DuckDB, {threads} threads: milliseconds, median (smallest..greatest) of {rounds} rounds in turns.",
            people.describe()
        ),
    );
    let mut table = Table::new(&[
        "rows",
        "row groups, bytes a person",
        "footer, bytes a person",
        "footer, kB",
        "scan, ms",
    ]);
    for (at, (rows, file)) in ROWS.iter().zip(&written).enumerate() {
        let millis = scans.micros(at).scaled(1e-3);
        table.row(&[
            rows.to_string(),
            each(file.groups_bytes, people.count),
            format!("{:.1}", file.footer_bytes as f64 / people.count as f64),
            format!("{:.1}", file.footer_bytes as f64 / 1e3),
            millis.show(1),
        ]);
    }
    table.print();
    Ok(())
}

fn race(written: &[Written], rounds: usize, threads: usize) -> Result<Race> {
    let database = DuckDb::open(None, threads)?;
    let database = &database;
    let contenders = written.iter().map(|file| {
        let sql = SCAN.replace("{}", &quoted(&file.path));
        Contender::new("", move |(): &()| Ok(database.run(&sql)?.unsigned_abs()))
    });
    Race::run(contenders.collect(), rounds, 1, || Ok(()))
}

/// Writes row groups of `rows` people with rolo's own encoder, and the footer behind them.
fn write(people: &People, folder: &Path, rows: usize) -> Result<Written> {
    let path = folder.join(format!("rowgroups-{rows}.parquet"));
    let schema = Schema::person();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    out.write_all(b"PAR1")?;
    let mut writer = RowGroupWriter::new(&mut out, 4, &schema)?;
    let encoder = writer.encoder();
    let mut records = people.records()?.peekable();
    while records.peek().is_some() {
        let mut batches = Vec::new();
        let mut group = records.by_ref().take(rows).peekable();
        while group.peek().is_some() {
            let mut shredder = Shredder::new(&schema);
            for record in group.by_ref().take(BATCH_ROWS) {
                shredder.push(&parse_person(&record?)?.value);
            }
            batches.push(shredder.finish()?.0);
        }
        writer.append(encoder.encode(&batches)?)?;
    }
    let footer = write_footer(&schema, writer.finish()?, String::new())?;
    out.flush()?;
    let groups_bytes = std::fs::metadata(&path)?.len();
    out.write_all(&footer)?;
    out.write_all(&u32::try_from(footer.len())?.to_le_bytes())?;
    out.write_all(b"PAR1")?;
    out.flush()?;
    Ok(Written { path, groups_bytes, footer_bytes: footer.len() as u64 })
}

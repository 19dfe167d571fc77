//! Bar: peak anonymous memory of loading few and many people.

use std::path::Path;

use anyhow::Result;

use crate::child::{Loader, load};
use crate::people::People;
use crate::report::{Table, heading, mb, verdict};

pub(crate) fn run(sizes: [u64; 2], folder: &Path, threads: usize) -> Result<()> {
    heading(
        "Memory of a load",
        &format!("The greatest `RssAnon` of a loading process, looked at every 2 ms; {threads} threads."),
    );
    let mut table = Table::new(&["people", "JSON, MB", "peak anonymous memory, MB", "people/s"]);
    let mut peaks = Vec::new();
    for count in sizes {
        let people = People::first(count, folder)?;
        let loaded = load(Loader::Rolo, &people.path, &folder.join("memory.rolo.parquet"), threads)?;
        let rate = count as f64 / loaded.seconds;
        table.row(&[
            count.to_string(),
            mb(people.json_bytes),
            mb(loaded.anonymous_bytes),
            format!("{rate:.0}"),
        ]);
        peaks.push(loaded.anonymous_bytes as f64);
    }
    table.print();
    let [few, many] = peaks[..] else { return Ok(()) };
    println!(
        "{:+.1} %. {}.\n",
        100.0 * (many / few - 1.0),
        verdict(many <= few * 1.25, "Aim no growth beyond a quarter")
    );
    Ok(())
}

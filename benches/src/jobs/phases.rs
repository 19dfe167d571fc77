//! Where the time of a batch goes, and what memory it takes.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use super::lines;
use super::rolo::{Rolo, job_id};
use crate::child::{run, watch};
use crate::race::Spread;
use crate::report::{Table, each, heading, mb, verdict};

const ALL: &str = "`jobs submit --wait -o`";
const SUBMIT: &str = "`jobs submit`";
const WORK: &str = "`jobs work`";
const DOWNLOAD: &str = "`jobs download -o`";
const VERSION: &str = "`--version`";

fn enrich(list: &Path) -> Vec<OsString> {
    vec!["enrich".into(), "-i".into(), list.as_os_str().to_owned(), "--no-caps".into()]
}

/// The time of each part, and what stays in the ledger.
pub(crate) fn time(rolo: &Rolo, (count, list): (usize, &Path), rounds: usize) -> Result<()> {
    heading(
        "Where the time goes",
        &format!(
            "The same enrichment with chunks of 100, in one process and part by part; {rounds} rounds. Each process opens the database and the ledger anew."
        ),
    );
    let output = rolo.beside("jobs-parts.jsonl.gz");
    let mut seconds = [const { Vec::new() }; 5];
    for round in 0..=rounds {
        let times = round_of_parts(rolo, list, &output)?;
        // The round before the first warms up.
        if round > 0 {
            seconds.iter_mut().zip(times).for_each(|(seconds, time)| seconds.push(time));
        }
    }
    let mut table = Table::new(&["", "seconds"]);
    for (name, seconds) in [ALL, SUBMIT, WORK, DOWNLOAD, VERSION].iter().zip(seconds) {
        table.row(&[name.to_string(), Spread::of(seconds).show(3)]);
    }
    table.print();
    let (ledger, gzip) = (rolo.ledger_bytes()?, fs::metadata(&output)?.len());
    println!(
        "The ledger has {} MB afterwards, {} bytes an identifier; {} MB of it are gzip members, the file that is downloaded. The lines have {} MB.\n",
        mb(ledger),
        each(ledger, count as u64),
        mb(gzip),
        mb(lines::bytes(&output)?)
    );
    rolo.forget_jobs()
}

fn round_of_parts(rolo: &Rolo, list: &Path, output: &Path) -> Result<[f64; 5]> {
    rolo.forget_jobs()?;
    let (all, _) = timed(&mut rolo.submit_and_wait(&enrich(list), output)?)?;
    rolo.forget_jobs()?;
    let (submit, printed) = timed(&mut rolo.submit(&enrich(list))?)?;
    let (work, _) = timed(&mut rolo.work())?;
    let (download, _) = timed(&mut rolo.download(&job_id(&printed)?, output))?;
    let (version, _) = timed(&mut rolo.version())?;
    Ok([all, submit, work, download, version])
}

fn timed(command: &mut Command) -> Result<(f64, String)> {
    let started = Instant::now();
    let printed = run(command)?;
    Ok((started.elapsed().as_secs_f64(), printed))
}

/// Peak memory of few and many identifiers.
pub(crate) fn memory(rolo: &Rolo, lists: [(usize, &Path); 2]) -> Result<()> {
    heading(
        "Memory of an enrichment",
        &format!(
            "The greatest `RssAnon` of a process, looked at every 2 ms, in MB; caps lifted, chunks of 100. {ALL} is one process, the parts are processes of their own."
        ),
    );
    let parts = [ALL, SUBMIT, WORK, DOWNLOAD];
    let mut head = vec!["identifiers"];
    head.extend(parts);
    head.extend(["lines, MB", "ledger, MB"]);
    let mut table = Table::new(&head);
    let mut peaks = Vec::new();
    for (count, list) in lists {
        eprintln!("an enrichment of {count}");
        let output = rolo.beside("jobs-memory.jsonl.gz");
        let peak = peaks_of_parts(rolo, list, &output)?;
        let mut cells = vec![count.to_string()];
        cells.extend(peak.map(mb));
        cells.extend([mb(lines::bytes(&output)?), mb(rolo.ledger_bytes()?)]);
        table.row(&cells);
        peaks.push(peak);
    }
    rolo.forget_jobs()?;
    table.print();
    let [few, many] = peaks[..] else { return Ok(()) };
    for (name, (few, many)) in parts.iter().zip(few.into_iter().zip(many)) {
        let growth = many as f64 / few as f64;
        let verdict = verdict(growth <= 1.25, "Aim no growth beyond a quarter");
        println!("{name}: {:+.1} %. {verdict}.\n", 100.0 * (growth - 1.0));
    }
    Ok(())
}

fn peaks_of_parts(rolo: &Rolo, list: &Path, output: &Path) -> Result<[u64; 4]> {
    rolo.forget_jobs()?;
    let all = watch(&mut rolo.submit_and_wait(&enrich(list), output)?)?;
    rolo.forget_jobs()?;
    let submit = watch(&mut rolo.submit(&enrich(list))?)?;
    let work = watch(&mut rolo.work())?;
    let download = watch(&mut rolo.download(&job_id(&submit.output)?, output))?;
    Ok([all, submit, work, download].map(|watched| watched.anonymous_bytes))
}
